"""Levels of a new structure, as they fit the table that it is made of."""

from __future__ import annotations

from collections.abc import Container

from attrs import evolve

from govtree.facts import Facts
from govtree.units import Level

__all__ = ["above_communities", "fitted_levels", "open_levels"]

#: The level of the streets and towns that several communities belong to.
_SUBDISTRICT = Level(
    "subdistrict", label=(("en", "subdistrict or town"), ("zh", "街道（镇）")), optional=True
)


def above_communities(facts: Facts) -> str:
    """Return the table of the level that communities stand in, or an empty text."""
    tables = [level.table for level in facts.levels]
    place = tables.index("community") if "community" in tables else 0
    return tables[place - 1] if place else ""


def open_levels(facts: Facts) -> Facts:
    """Return the facts of a structure that is still to be made: its levels may yet be left out.

    A level of streets and towns stands on top, where there are communities and none is above.
    """
    levels = [
        evolve(level, optional=level.optional or level.table != "household")
        for level in facts.levels
    ]
    if not above_communities(facts) and any(level.table == "community" for level in levels):
        levels.insert(0, _SUBDISTRICT)
    return evolve(facts, levels=levels)


def fitted_levels(facts: Facts, named: Container[str]) -> Facts:
    """Return facts whose levels fit a roster that names the units of some tables.

    Units below may skip a level that it does not name; households are never left out. A level
    of streets and towns is added on top where it names those.

    Args:
        facts: What the profile says.
        named: The tables.

    >>> fitted = fitted_levels(Facts(), ["subdistrict", "community", "household"])
    >>> [(level.level, level.optional) for level in fitted.levels][:3]
    [('subdistrict', False), ('community', False), ('branch', True)]
    """
    own = {level.table: level.optional for level in facts.levels}
    levels = [
        evolve(
            level,
            optional=own.get(level.table, False)
            or (level.table not in named and level.table != "household"),
        )
        for level in open_levels(facts).levels
        if level.table in named or level.table in own
    ]
    return evolve(facts, levels=levels)
