"""Rosters: one flat table, a row per household, as a structure.

The names of a row's levels, grid, building and entrance stand in its columns. Units come from
the distinct paths of names, ids are made once and kept, and names that look alike are listed
to decide, never merged in silence.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from govtree.errors import Location, Problem, StructureError, Tally, problem
from govtree.facts import Facts
from govtree.hierarchy import Hierarchy
from govtree.rosters._assemble import Assembly
from govtree.rosters._checks import (
    check_rows,
    decided_at,
    plan_problems,
    tables_told,
    warn_of_private,
)
from govtree.rosters._decisions import Decision, Decisions, Doubt
from govtree.rosters._kept import KeptIds
from govtree.rosters._levels import fitted_levels, open_levels
from govtree.rosters._plan import (
    ALL_SHEETS,
    ID_TEMPLATES,
    FromPlace,
    RosterFile,
    RosterFiles,
    RosterPlan,
)
from govtree.rosters._propose import Proposal, Taken, propose, propose_file
from govtree.rosters._read import fields_of, names_of, read_rows, sound, table_at
from govtree.rosters._sheets import every_sheet
from govtree.rosters._units import Units

__all__ = [
    "ALL_SHEETS",
    "ID_TEMPLATES",
    "Decision",
    "Decisions",
    "Doubt",
    "FromPlace",
    "KeptIds",
    "Proposal",
    "Roster",
    "RosterFile",
    "RosterFiles",
    "RosterPlan",
    "Taken",
    "fitted_levels",
    "open_levels",
    "propose",
    "propose_file",
    "read_roster",
]


@frozen(eq=False, kw_only=True)
class Roster:
    """What a roster says, and what is doubtful about it.

    Attributes:
        hierarchy: The structure; None where there are errors.
        kept: The ids to keep beside it: the input of the next time.
        decisions: What was decided, and an open row for each doubt: the same.
        doubts: Names that look alike and wait for a decision.
        problems: Errors and warnings, sorted.
        rows: Rows that were read.
        units: Units that were found, by table.
        new: Of those, how many were given a new id.
        gone: By table, how many units have a kept id and are not in this roster; those that
            were merged into another one are not counted.
    """

    hierarchy: Hierarchy | None
    kept: KeptIds
    decisions: Decisions
    doubts: tuple[Doubt, ...] = ()
    problems: tuple[Problem, ...] = ()
    rows: int = 0
    units: Mapping[str, int] = field(factory=dict)
    new: Mapping[str, int] = field(factory=dict)
    gone: Mapping[str, int] = field(factory=dict)


def read_roster(
    source: RosterFiles | str | os.PathLike[str] | Any,
    plan: RosterPlan,
    *,
    facts: Facts,
    kept: KeptIds = KeptIds(),  # noqa: B008 - frozen
    decisions: Decisions = Decisions(),  # noqa: B008 - frozen
) -> Roster:
    """Return the structure that a roster describes, and what is doubtful about it.

    Units come from the distinct paths of names: one name in two places is two units. A building
    stands in its compound, a grid in its community, whatever branch and group a row names; a
    household stands in its entrance or building, so that its id stays when its group or grid
    changes. New ids are numbered in order of the paths, after the largest that was ever given.

    Args:
        source: Files in a folder, the path of one file, a data frame, or a mapping of columns.
        plan: How it is read.
        facts: Day, levels and vocabularies of the structure.
        kept: Ids that were given before.
        decisions: What was decided about names that look alike.

    Raises:
        MissingExtraError: If a package that reads such a file is not installed.

    >>> plan = RosterPlan(units={"community": "社区", "building": "楼栋", "household": "户号"})
    >>> roster = read_roster(
    ...     {"社区": ["史河"] * 3, "楼栋": ["1栋", "1栋", "1幢"], "户号": ["101", "102", "101"]},
    ...     plan,
    ...     facts=Facts(levels=["community", "household"]),
    ... )
    >>> roster.hierarchy.path("H-000001"), roster.units["household"]
    (('C-01', 'H-000001'), 3)
    >>> [(doubt.keep, doubt.other) for doubt in roster.doubts]
    [('1栋', '1幢')]
    """
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        source = RosterFiles(path.parent, path.name)
    tally = Tally()
    found = [*facts.problems(), *plan_problems(plan, facts), *tables_told(kept, decisions, facts)]

    def refuse(code: str, name: str, **values: str) -> None:
        found.append(problem(code, Location(record="columns", field=name), **values))

    fields = fields_of(plan, facts, refuse)
    if isinstance(source, RosterFiles) and not found:
        source, faults = every_sheet(source, plan)
        found += faults
    nothing = Roster(hierarchy=None, kept=kept, decisions=decisions)
    if _has_errors(found):
        return evolve(nothing, problems=tuple(sorted(found)))
    read, more = read_rows(source, plan, fields, facts)
    found += more
    length = read.length if read is not None else 0
    if read is not None and not length and not _has_errors(found):
        found.append(problem("GT950", table_at(read)))
    if read is not None and _has_errors(found):
        # What the others say of the structure is told at once.
        read = sound(read, found)
    if read is None:
        return evolve(nothing, problems=tuple(sorted(found)), rows=length)

    def say(
        code: str, row: int | None, name: str, /, *, severity: str = "error", **values: Any
    ) -> None:
        def made() -> Problem:
            where = decided_at(decisions) if row is None else sources.at(row, name)
            return problem(code, where, severity=severity, **values)

        tally.add(code, made)

    sources = read.sources
    keyed = {
        own.table: read.columns[name]
        for name, own in fields.items()
        if own.name == "id" and own.table not in plan.units
    }
    named = {table: read.columns[table] for table in plan.units} | keyed
    also: dict[str, set[str]] = {}
    for each in decisions.rows:
        also.setdefault(each.table, set()).update((each.keep, each.other))
    names = names_of(named, also)
    check_rows(read, names, facts, fields, say)
    warn_of_private(names, plan.units, say)
    units = Units(read, names, fields, plan, facts, kept, decisions, say)
    rows = list(Assembly(read, names, fields, plan, facts, units, say).rows())
    found += tally.problems()
    hierarchy = None
    if not _has_errors(found):
        try:
            hierarchy = Hierarchy.build(facts, rows)
        except StructureError as wrong:
            found += wrong.problems
        else:
            found += hierarchy.warnings
    done = not _has_errors(found)
    return Roster(
        hierarchy=hierarchy,
        kept=units.kept() if done else kept,
        decisions=decisions.with_doubts(units.doubts) if done else decisions,
        doubts=tuple(units.doubts),
        problems=tuple(sorted(found)),
        rows=length,
        units={name: len(table) for name, table in units.tables.items()},
        new=units.new,
        gone=units.gone(),
    )


def _has_errors(problems: Iterable[Problem]) -> bool:
    return any(each.severity == "error" for each in problems)
