"""Findings under the units that they belong to, in order of the units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from govtree import _markup
from govtree._faults import Faults
from govtree.display._terms import Terms
from govtree.findings import NO_TABLES, Finding, Report
from govtree.units import Level

__all__ = ["APART", "by_unit", "completeness_line"]

#: What stands above findings that are about no unit.
APART = {
    "declared": "declared figures",
    "waiver": "waivers",
    "structure": "the structure as a whole",
}

#: Units above a finding, by table and id, from the top down.
_Above = tuple[tuple[str, str], ...]


def by_unit(
    report: Report, levels: Sequence[Level], terms: Terms, most: Mapping[str, int]
) -> list[tuple[str, list[Finding]]]:
    """Return the first findings of each rule by unit, each group with its heading on one line.

    Args:
        report: The report.
        levels: The levels of the structure.
        terms: What they are called.
        most: How many of a rule, by its code.
    """
    upper = [level.table for level in levels if level.role != "household"]
    found: dict[_Above, list[Finding]] = {}
    apart: dict[str, list[Finding]] = {}
    for part in report.faults:
        first = part.take(np.arange(min(len(part), most[part.kind.code])))
        for at, units in enumerate(_units_above(first, upper)):
            if part.kind.subject in NO_TABLES:
                group = apart.setdefault(part.kind.subject, [])
            else:
                group = found.setdefault(units, [])
            group.append(first.finding(at, terms.lang))
    groups = [
        (_heading(units, levels, terms), found[units])
        # Tables of one step differ in name only, and what stands nowhere comes last.
        for units in sorted(found, key=lambda units: (not units, [id for _, id in units]))
    ]
    groups += [(terms.say(APART[name]), apart[name]) for name in NO_TABLES if name in apart]
    return groups


def completeness_line(report: Report, terms: Terms) -> str:
    """Return how much of the structure has been collected, or an empty text."""
    complete = report.completeness
    if complete is None:
        return ""
    return terms.say(
        "collected: {collected} of {total} ({level})",
        collected=complete.collected,
        total=complete.total,
        level=terms.called(complete.table),
    )


def _heading(units: _Above, levels: Sequence[Level], terms: Terms) -> str:
    if units:
        return " > ".join(f"{terms.called(table)} {_markup.short(id)}" for table, id in units)
    top = next((each for each in levels if each.role == "community"), levels[0])
    return terms.say("not in any {level}", level=terms.called(top.table))


def _units_above(part: Faults, tables: Sequence[str]) -> list[_Above]:
    """Return for each fault the units of the chain above it, from the top down."""
    answer: list[list[tuple[str, str]]] = [[] for _ in range(len(part))]
    for name in tables:
        if name == part.kind.subject:
            break
        for at, code in enumerate(part.placed(name).tolist()):
            if code >= 0:
                answer[at].append((name, str(part.units[code])))
    return [tuple(each) for each in answer]
