"""What is true of a structure besides its tables: its day, its levels, its words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from attrs import field, frozen

from govtree.errors import Location, Problem, problem
from govtree.units import ROLES, SHIPPED_LEVELS, TABLES, Declared, Level, Term

__all__ = ["Facts"]


def _sorted_vocabularies(
    given: Mapping[str, Iterable[Term]],
) -> Mapping[str, tuple[Term, ...]]:
    by_word = {name: sorted(terms, key=lambda term: term.term) for name, terms in given.items()}
    return {name: tuple(by_word[name]) for name in sorted(by_word)}


def _levels(given: Iterable[Level]) -> tuple[Level, ...]:
    return tuple(given)


def _figures(given: Iterable[Declared]) -> tuple[Declared, ...]:
    return tuple(sorted(given))


@frozen
class Facts:
    """What is true of a structure besides its tables.

    Attributes:
        name: Name of the place, for people.
        as_of: The day that the structure is a snapshot of.
        time_zone: IANA name of the zone that makes instants of dates.
        reference_system: What the coordinates of units are in, such as ``EPSG:4490``.
        levels: The chain, top down.
        vocabularies: Terms by name of the vocabulary; one that is not there is open.
        declared: Figures that somebody published about the structure.
    """

    name: str = ""
    as_of: dt.date | None = None
    time_zone: str | None = None
    reference_system: str | None = None
    levels: tuple[Level, ...] = field(default=SHIPPED_LEVELS, converter=_levels)
    vocabularies: Mapping[str, tuple[Term, ...]] = field(
        factory=dict, converter=_sorted_vocabularies, hash=False
    )
    declared: tuple[Declared, ...] = field(default=(), converter=_figures)

    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the facts themselves."""
        found = []
        reason = _unfit(self.levels)
        if reason:
            found.append(problem("GT114", Location(record="levels"), reason=reason))
        if self.time_zone is not None and not _is_zone(self.time_zone):
            found.append(problem("GT113", Location(record="time_zone"), zone=self.time_zone))
        return tuple(found)


def _unfit(levels: Sequence[Level]) -> str:
    """Return why *levels* are no chain, or an empty text."""
    names = [level.level for level in levels]
    roles = [level.role for level in levels if level.role]
    taken = {table.name for table in TABLES} - set(ROLES)
    if not 2 <= len(levels) <= 8:
        return f"there are {len(levels)}"
    for name in names:
        if not name.isidentifier():
            return f"'{name}' is not an identifier"
        if names.count(name) > 1:
            return f"'{name}' stands twice"
        if name in taken:
            return f"'{name}' is the name of another table"
    for level in levels:
        if level.role and level.role not in ROLES:
            return f"'{level.role}' is not a role"
        if level.level in ROLES and level.role not in (level.level, ""):
            return f"'{level.level}' is the name of a role that it does not play"
    if roles != sorted(set(roles), key=ROLES.index):
        return "a role is played twice or out of order"
    if "household" in roles and levels[-1].role != "household":
        return "nothing can stand below the households"
    return ""


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True
