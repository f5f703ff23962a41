"""From the units of a roster to the rows of a structure's tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree import _matching
from govtree._columns import NONE, UNKNOWN, IntArray, Words
from govtree._rows import UNKNOWN_CELL, Cells, Input, Rows, briefly, taken
from govtree._texts import Texts
from govtree._wording import Reason
from govtree.errors import Location, Places
from govtree.facts import Facts
from govtree.rosters._plan import RosterPlan
from govtree.rosters._read import Field, Names, listed
from govtree.rosters._units import Say, Table, Units

__all__ = ["Assembly"]

#: By table, the fields that name what a unit stands in beside the chain.
_TERRITORY_FIELDS: Mapping[str, tuple[str, ...]] = {
    "compound": ("community",),
    "grid": ("community",),
    "micro_grid": ("grid",),
    "building": ("compound", "grid", "micro_grid"),
    "entrance": ("building",),
    "household": ("grid", "building", "entrance"),
}


@frozen(eq=False)
class _UnitPlaces:
    """Places of the units of a table: each stands in its first row of the roster."""

    table: str
    places: Places
    rows: NDArray[np.int64]
    fields: Mapping[str, Field]

    def at(self, row: int, field: str = "") -> Location:
        return self.places.at(int(self.rows[row]), self._named(field))

    def quote(self, row: int, field: str = "") -> str:
        return self.places.quote(int(self.rows[row]), self._named(field))

    def _named(self, field: str) -> str:
        own = f"{self.table}.{field}"
        return own if own in self.fields else self.table if field else ""


class Assembly:
    """What the rows of a roster say of its units, as rows of the tables of a structure.

    Args:
        read: The rows of the roster.
        names: The names in them.
        fields: Its further fields.
        plan: How it is read.
        facts: Levels of the structure.
        units: Its units.
        say: Takes what is wrong: code, row, field and the values of the message.
    """

    def __init__(
        self,
        read: Input,
        names: Names,
        fields: Mapping[str, Field],
        plan: RosterPlan,
        facts: Facts,
        units: Units,
        say: Say,
    ) -> None:
        self._read = read
        self._names = names
        self._fields = fields
        self._plan = plan
        self._units = units
        self._say = say
        self._chain = [level.table for level in facts.levels]
        self._shown = Texts.of([*names.words, None])

    def rows(self) -> Iterator[Rows]:
        """Yield the rows of every table that the roster names, and those of its relations."""
        for table in self._units.tables.values():
            if table.name == "household":
                self._compare_repeated(table)
                self._warn_of_unjoined(table)
            columns: dict[str, Any] = {"id": table.ids}
            if table.name in self._plan.units:
                columns["name"] = self._shown.take(table.names)
            columns |= self._references(table)
            for name, each in self._fields.items():
                if each.table == table.name and name != self._keyed(table):
                    found = self._field(table, name, self._read.columns[name])
                    # An id was given already; here it is only held against the other rows.
                    columns.setdefault(each.name, found)
            places = _UnitPlaces(table.name, self._read.sources, table.firsts, self._fields)
            yield Rows(table.name, columns, len(table), places)
        for upper, lower in self._plan.covers:
            yield self._covers(self._units.tables[upper], self._units.tables[lower])

    def _keyed(self, table: Table) -> str:
        """Return the field that tells units of a table apart in the place of a name."""
        return "" if table.name in self._plan.units else f"{table.name}.id"

    # -- references -----------------------------------------------------------------------------

    def _references(self, table: Table) -> dict[str, Words]:
        found = {}
        if table.name in self._chain and table.name != self._chain[0]:
            parents = self._units.parents(table.name)
            if (parents != NONE).any() or self._has_above(table.name):
                found["parent"] = self._one(table, "parent", parents)
        for field in _TERRITORY_FIELDS.get(table.name, ()):
            if field not in self._units.tables:
                continue
            rows = self._units.rows(field)
            if table.name == "building" and field in ("grid", "micro_grid"):
                found[field] = self._agreed(table, rows)
            else:
                found[field] = self._one(table, field, rows)
        return found

    def _has_above(self, table: str) -> bool:
        above = self._chain[: self._chain.index(table)]
        return any(each in self._units.tables for each in above)

    def _one(self, table: Table, field: str, rows: IntArray) -> Words:
        """Return what the rows of each unit name: a unit before ``?``, and that before nothing."""
        first = rows[table.firsts]
        if table.counts.max(initial=0) <= 1:
            return self._named(first)  # as nearly all households are
        some = np.flatnonzero(table.rows >= 0)
        at = table.taken(some)
        other = np.flatnonzero(rows[some] != first[at])
        if len(other):
            # NONE and UNKNOWN change places, so that the larger one is the one that is named.
            ranks = np.where(first >= 0, first, NONE + UNKNOWN - first)
            more = rows[some[other]]
            np.maximum.at(ranks, at[other], np.where(more >= 0, more, NONE + UNKNOWN - more))
            first = np.where(ranks >= 0, ranks, NONE + UNKNOWN - ranks)
            if table.name != "household":  # rows of one are compared as a whole
                self._tell_two(table, field, rows)
        return self._named(first)

    def _tell_two(self, table: Table, field: str, units: IntArray) -> None:
        """Say which units of a table name two *units*, each in a row of its own."""
        firsts = np.full(len(table), NONE, np.int64)
        some = np.flatnonzero((table.rows >= 0) & (units >= 0))[::-1]
        firsts[table.taken(some)] = some
        # Of each unit the first row that names another one than its first row does.
        other = some[units[some] != units[firsts[table.taken(some)]]]
        seconds = np.full(len(table), NONE, np.int64)
        seconds[table.taken(other)] = other
        for unit in np.flatnonzero(seconds >= 0).tolist():
            earlier, row = int(firsts[unit]), int(seconds[unit])
            said = {"one": self._units.ids[units[row]], "other": self._units.ids[units[earlier]]}
            there = self._first(earlier, row, field)
            self._say("GT933", row, field, who=self._who(table, unit), first=there, **said)

    def _agreed(self, table: Table, rows: IntArray) -> Words:
        """Return what all rows of each unit name, and nothing where they do not agree."""
        first = rows[table.firsts]
        some = np.flatnonzero(table.rows >= 0)
        at = table.taken(some)
        first[at[rows[some] != first[at]]] = NONE
        return self._named(first)

    def _named(self, units: IntArray) -> Words:
        """Return the ids of some units by their numbers, as words."""
        used = np.flatnonzero(np.bincount(units[units >= 0], minlength=1))
        place = np.full(max(len(self._units.ids), 1) + 2, NONE, np.int32)
        place[used] = np.arange(len(used))
        words = [self._units.ids[at] for at in used.tolist()] if (units >= 0).any() else []
        place[-2:] = (UNKNOWN, NONE)
        return Words.packed(place[units], words)

    def _covers(self, upper: Table, lower: Table) -> Rows:
        """Return a relation for each pair of units of two tables that share a row."""
        every = np.arange(self._read.length)
        one, other = upper.taken(every), lower.taken(every)
        pairs = _matching.keys(np.where(other >= 0, one, NONE), other, len(lower))
        pairs[(one < 0) | (other < 0)] = NONE
        found = _matching.distinct(pairs)
        columns: dict[str, Cells] = {
            "relation": Words.packed(np.zeros(len(found.keys), np.int8), ["covers"]),
            "source": self._named(upper.rows[found.firsts]),
            "target": self._named(lower.rows[found.firsts]),
        }
        places = _UnitPlaces(lower.name, self._read.sources, found.firsts, {})
        return Rows("relation", columns, len(found.keys), places)

    # -- fields ---------------------------------------------------------------------------------

    def _field(self, table: Table, name: str, cells: Cells) -> Cells:
        """Return a further field of each unit: what its rows say, which must agree."""
        if table.name == "household":
            # Rows of one household were compared as a whole.
            return taken(cells, table.firsts)
        codes = _comparable(cells)
        some = np.flatnonzero((table.rows >= 0) & _given(codes))
        at = table.taken(some)
        first = np.full(len(table), NONE, np.int64)
        first[at[::-1]] = some[::-1]
        told: set[int] = set()
        for place in np.flatnonzero(codes[some] != codes[first[at]]).tolist():
            unit, row = int(at[place]), int(some[place])
            if unit not in told:
                told.add(unit)
                earlier = int(first[unit])
                said = {"one": _cell(cells, row), "other": _cell(cells, earlier)}
                there = self._first(earlier, row, name)
                self._say("GT933", row, name, who=self._who(table, unit), first=there, **said)
        return _taken_or_none(cells, first)

    def _compare_repeated(self, table: Table) -> None:
        """Say which rows name a household once more, and whether they say the same of it."""
        if not (table.counts > 1).any():
            return
        some = np.flatnonzero(table.rows >= 0)
        at = table.taken(some)
        again = some != table.firsts[at]
        rows, firsts = some[again], table.firsts[at[again]]
        differs: dict[str, NDArray[np.bool_]] = {}
        for each in self._units.tables.values():
            differs[each.name] = each.rows[rows] != each.rows[firsts]
        for name in self._fields:
            codes = _comparable(self._read.columns[name])
            one, other = codes[rows], codes[firsts]
            differs[name] = (one != other) & (_given(one) | _given(other))
        differing = np.any(list(differs.values()), axis=0)
        for place in np.flatnonzero(differing).tolist():
            row, first = int(rows[place]), int(firsts[place])
            columns = ", ".join(
                self._header(row, name) for name, each in differs.items() if each[place]
            )
            who = self._who(table, int(table.taken(rows[place : place + 1])[0]))
            there = self._first(first, row, "household")
            self._say("GT931", row, "household", who=who, first=there, columns=columns)
        same = rows[~differing]
        if len(same):
            said = {"count": f"{len(same):,}", "rows": listed(self._read.sources, same)}
            self._say("GT932", int(same[0]), "", severity="warning", **said)

    def _warn_of_unjoined(self, households: Table) -> None:
        """Warn of households that stand in a unit only their building could join them to."""
        firsts = households.firsts
        is_outside = self._units.rows("building")[firsts] < 0
        for table in ("compound", "micro_grid"):
            rows = np.sort(firsts[is_outside & (self._units.rows(table)[firsts] >= 0)])
            if len(rows):
                said = {
                    "count": f"{len(rows):,}",
                    "rows": listed(self._read.sources, rows),
                    "level": table,
                }
                self._say("GT948", int(rows[0]), table, severity="warning", **said)

    def _header(self, row: int, name: str) -> str:
        return self._read.sources.at(row, name).field or name

    def _first(self, earlier: int, row: int, name: str) -> str:
        sources = self._read.sources
        return briefly(sources.at(earlier, name), sources.at(row, name))

    def _who(self, table: Table, unit: int) -> Reason:
        name = self._names.words[table.names[unit]]
        return Reason("{level} '{id}'", level=Reason(table.name), id=name)


def _comparable(cells: Cells) -> NDArray[Any]:
    """Return cells as numbers that are equal where the cells are."""
    if isinstance(cells, np.ndarray):
        return cells.view(np.int64) if cells.dtype.kind == "M" else cells
    return (cells if isinstance(cells, Words) else Words.of(list(cells))).codes


def _given(codes: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which of some comparable numbers stand for a cell that says something."""
    if codes.dtype.kind == "f":
        return np.asarray(~np.isnan(codes), np.bool_)
    # A day that is none is the least of all numbers.
    return np.asarray((codes != NONE) & (codes > -(2**62)), np.bool_)


def _cell(cells: Cells, row: int) -> str:
    cell = cells[row]
    return UNKNOWN_CELL if isinstance(cell, np.integer) and cell == UNKNOWN else str(cell)


def _taken_or_none(cells: Cells, rows: NDArray[np.int64]) -> Cells:
    """Return the cells at *rows*, and nothing where the row is negative."""
    if isinstance(cells, np.ndarray):
        nothing: Any = {"f": np.nan, "M": np.datetime64("NaT", "D")}.get(cells.dtype.kind, NONE)
        found = cells[rows]
        found[rows < 0] = nothing
        return found
    if isinstance(cells, Words):
        return Words.packed(np.where(rows >= 0, cells.codes[rows], NONE), cells.words)
    return [cells[row] if row >= 0 else None for row in rows.tolist()]
