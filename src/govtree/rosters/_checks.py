"""What can be wrong with a plan, and with the rows that it reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
from attrs import evolve

from govtree._columns import NONE
from govtree._disclosing import masked
from govtree._names import nearest
from govtree._rows import Input
from govtree._wording import Reason
from govtree.errors import Location, Problem, problem
from govtree.facts import Facts
from govtree.rosters._decisions import Decisions
from govtree.rosters._kept import KeptIds
from govtree.rosters._plan import RosterPlan
from govtree.rosters._read import Field, Names, tables_in_order
from govtree.rosters._templates import Template, Unmade
from govtree.tables import Source
from govtree.units import RELATION_ENDS

__all__ = ["check_rows", "decided_at", "plan_problems", "tables_told", "warn_of_private"]


def plan_problems(plan: RosterPlan, facts: Facts) -> Iterator[Problem]:
    """Yield what is wrong with a plan, before anything is read."""
    tables = tables_in_order(facts)
    for section, named in (("units", plan.units), ("ids", plan.ids)):
        for table in named:
            if table not in tables:
                yield _unknown(table, tables, Location(record=section, field=table))
    if not plan.units and not any(name.endswith(".id") for name in plan.columns):
        yield problem("GT942", Location(record="units"))
    yield from _columns_of_two(plan)
    yield from _levels_left_out(plan, facts)
    templates: dict[str, str] = {}
    for table, text in plan.ids.items():
        where = Location(record="ids", field=table)
        try:
            Template.of(text)
        except Unmade as unmade:
            yield problem("GT936", where, table=table, template=text, reason=unmade.reason)
        if text in templates:
            reason = Reason("{other} has the same", other=Reason(templates[text]))
            yield problem("GT936", where, table=table, template=text, reason=reason)
        templates.setdefault(text, table)
    uppers, lowers = RELATION_ENDS["covers"]
    for upper, lower in plan.covers:
        is_read = all(
            table in plan.units or f"{table}.id" in plan.columns for table in (upper, lower)
        )
        if upper not in uppers or lower not in lowers or not is_read:
            where = Location(record="covers")
            yield problem("GT938", where, upper=upper, lower=lower)


def _unknown(table: str, tables: tuple[str, ...], where: Location) -> Problem:
    meant = nearest(table, tables)
    said = {"meant": meant} if meant else {}
    return problem("GT949", where, table=table, known=", ".join(tables), **said)


def _columns_of_two(plan: RosterPlan) -> Iterator[Problem]:
    """Yield each column that is to name the units of two tables."""
    tables: dict[tuple[str, ...], str] = {}
    for table, source in plan.units.items():
        if not isinstance(source, Source) or not source.columns:
            continue
        one = tables.setdefault(source.columns, table)
        if one != table:
            where = Location(record="units", field=table)
            yield problem("GT939", where, header=source.header, one=one, other=table)


def _levels_left_out(plan: RosterPlan, facts: Facts) -> Iterator[Problem]:
    """Yield each level that has no name between two that have one."""
    named = [
        each.table in plan.units or f"{each.table}.id" in plan.columns for each in facts.levels
    ]
    for at, level in enumerate(facts.levels):
        if not named[at] and not level.optional and any(named[:at]) and any(named[at:]):
            where = Location(record="units", field=level.table)
            yield problem("GT934", where, level=level.level)


def tables_told(kept: KeptIds, decisions: Decisions, facts: Facts) -> Iterator[Problem]:
    """Yield each table that kept ids or decisions name and the structure does not have."""
    tables = tables_in_order(facts)
    for place, told in (
        (Location(kept.file) if kept.file else Location(record="ids"), kept.table.words),
        (decided_at(decisions), sorted({each.table for each in decisions.rows})),
    ):
        for table in told:
            if table not in tables:
                yield _unknown(table, tables, evolve(place, field="table"))


def decided_at(decisions: Decisions) -> Location:
    """Return where decisions stand: in their file, if they were read from one."""
    return Location(decisions.file) if decisions.file else Location(record="decisions")


def warn_of_private(names: Names, tables: Iterable[str], say: Callable[..., None]) -> None:
    """Warn of names of units that hold a number of a real person, once a table.

    Source: the numbering plan of telecommunication networks of China (2017), section 4; of
    identity cards, GB 11643-1999, section 4.2.
    """
    for table in tables:
        found = [_PRIVATE.findall(names.words[code]) for code in names.own[table].tolist()]
        of_row = names.columns[table]
        # Two more at the end are those of no name.
        is_private = np.array([*map(bool, found), False, False])
        rows = np.flatnonzero(is_private[of_row])
        if len(rows):
            number = masked(found[of_row[rows[0]]][0])
            count = f"{len(np.unique(of_row[rows])):,}"
            said = {"level": Reason(table), "count": count, "number": number}
            say("GT946", int(rows[0]), table, severity="warning", **said)


_PRIVATE = re.compile(
    "(?<![0-9])(?:1[3-9][0-9](?:[- ]?[0-9]{4}){2}|[1-9][0-9]{16}[0-9Xx])(?![0-9])"
)


def check_rows(
    read: Input,
    names: Names,
    facts: Facts,
    fields: Mapping[str, Field],
    say: Callable[..., None],
) -> None:
    """Say which rows have no household, or leave out a level that they may not."""
    every = np.ones(read.length, np.bool_)
    columns = {
        level.table: names.columns[level.table]
        for level in facts.levels
        if level.table in names.columns
    }
    household = columns.pop("household", None)
    if household is not None:
        for row in np.flatnonzero(household < 0).tolist():
            say("GT935", row, "household" if "household.id" not in fields else "household.id")
    optional = {level.table for level in facts.levels if level.optional}
    # From below: whether something below the level is given, and where it stands.
    is_attached = np.any([codes != NONE for codes in columns.values()], axis=0) & every
    below = is_attached & (household >= 0) if household is not None else ~every
    by: str | None = "household" if household is not None else None
    lower: list[str] = [by] if by else []
    for table, codes in reversed(columns.items()):
        if table not in optional:
            for row in np.flatnonzero((codes == NONE) & below).tolist():
                named = next(each for each in lower if names.columns[each][row] != NONE)
                said = {"level": named, "name": names.named(named, row)}
                column = read.sources.at(row, table).field or table
                say("GT930", row, table, column=column, **said)
        below = below | (codes != NONE)
        lower.insert(0, table)
