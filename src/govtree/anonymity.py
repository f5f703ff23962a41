"""A copy of a structure that can be shown around: how it is built, and nobody in it.

The copy keeps what a structure is made of: units, what stands under what, relations, posts and
their dates. It has other ids, no free text and no place finer than a grid; and of what is
counted, numbers of units in the place of those of households, none of them small. Rows of
households stay where they are, however few: a count of them is not suppressed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from govtree import _sums
from govtree._arrays import Arrays
from govtree._columns import NONE, TAG, UNKNOWN, References, Sheet, Stored, Words
from govtree._rows import UNKNOWN_CELL, Cells, Rows, tables_of, taken
from govtree._texts import Texts
from govtree.errors import OutOfRangeError, RecordPlaces
from govtree.hierarchy import Hierarchy
from govtree.units import TERRITORY, columns_of

__all__ = ["anonymized"]

#: Bytes of a keyed id: of a million ids, two are the same once in 10**12 structures.
_BYTES = 10

#: First letters of ids; of levels without a role it is L.
_LETTERS = {
    "community": "C", "branch": "B", "group": "G", "household": "H", "compound": "X", "grid": "N",
    "micro_grid": "M", "building": "K", "entrance": "E", "area": "A", "body": "Y", "post": "S",
    "person": "p",
}  # fmt: skip

#: Numbers of households and of who lives there, which units may bring in the place of rows.
_COUNTS = ("households", "residents")

#: Names of a body's groups: a text that says which rows belong together.
_GROUPS = (("body_group", "group"), ("membership", "group"))

#: Tables that have the coordinates of their grid, and tables that keep their own.
_IN_GRIDS = ("micro_grid", "building", "entrance", "household")
_WIDE = ("grid", "community", "area")


def anonymized(h: Hierarchy, key: str | bytes, *, least: int = 5) -> Hierarchy:
    """Return a copy of *h* with keyed ids, without names, addresses and small counts.

    See :meth:`govtree.hierarchy.Hierarchy.anonymize`, which is the same. What is no number but
    a row is not small: of two households in a building the copy has two rows there.

    >>> from govtree import Household
    >>> h = Hierarchy.from_records([Household(id="王芳家", address="河东路1号")])
    >>> copy = anonymized(h, "a long secret")
    >>> copy.ids("household")
    ['H-cfd5639beb163dc7fea3']
    >>> copy.told("household", 0)
    {'id': 'H-cfd5639beb163dc7fea3'}
    """
    secret = key.encode("utf-8", "surrogatepass") if isinstance(key, str) else key
    if not secret:
        raise OutOfRangeError("key is empty; make one with secrets.token_hex(32), and keep it")
    if least < 1:
        raise OutOfRangeError(f"least is {least}, not a whole number of 1 or more")
    return _Anonymizer(h, secret, least).copy()


class _Anonymizer:
    def __init__(self, h: Hierarchy, key: bytes, least: int) -> None:
        self.h = h
        self.arrays = h.arrays
        self.least = least
        # A key of any length becomes one of the length that BLAKE2b takes.
        self.key = hashlib.blake2b(key, person=b"govtree key").digest()
        self.records = tables_of(h.levels)
        self.sheets = {name: h.sheet(name) for name in h.tables}
        self.ids = {
            name: self._keyed(name, sheet.ids)
            for name, sheet in self.sheets.items()
            if sheet.ids is not None
        }

    def copy(self) -> Hierarchy:
        """Return the copy."""
        numbers = self._numbers()
        rows = [self._rows(sheet, numbers) for sheet in self.sheets.values()]
        facts = self.h.facts
        collected = None
        if facts.collected is not None:
            at = [self.h.locate(id) for id in facts.collected if id in self.h]
            collected = [str(self.ids[table][row]) for table, row in at]
        # Of people or of units: a small figure is a small count, whoever published it.
        declared = [each for each in facts.declared if abs(each.value) >= self.least]
        facts = evolve(facts, name="", collected=collected, declared=declared)
        return evolve(Hierarchy.build(facts, rows), sources={}, warnings=())

    # -- ids -------------------------------------------------------------------------------------

    def _keyed(self, table: str, ids: Texts) -> Texts:
        """Return a keyed id for each of *ids*, which are in order."""
        # Persons have a name space of their own: who is called like a unit is none.
        space = b"person" if table == "person" else b"unit"
        made = hashlib.blake2b(key=self.key, digest_size=_BYTES, person=space)
        letter = _LETTERS.get(table, "L")
        keyed: list[str] = []
        for id in ids.tolist():
            digest = made.copy()
            digest.update(id.encode())  # type: ignore[union-attr]  # no id is None
            keyed.append(f"{letter}-{digest.hexdigest()}")
        return Texts.of(_each_its_own(keyed))

    def _name_of_group(self, text: str | None) -> str | None:
        if not text:
            return None
        digest = hashlib.blake2b(text.encode(), key=self.key, digest_size=_BYTES, person=b"group")
        return f"T-{digest.hexdigest()}"

    # -- rows ------------------------------------------------------------------------------------

    def _rows(self, sheet: Sheet, numbers: Mapping[str, Mapping[str, Any]]) -> Rows:
        """Return the rows of a table as they stand in the copy."""
        table = sheet.name
        columns: dict[str, Cells] = {}
        if sheet.ids is not None:
            columns["id"] = _cells(self.ids[table])
        shapes = columns_of(self.records[table])
        kept = np.arange(len(sheet))
        if table in ("flag", "duty", "responsibility"):
            # What is said of one household is about the people in it.
            of_households = self.arrays.pointing(table, "unit", "household") >= 0
            kept = np.flatnonzero(~of_households)
        for name, stored in sheet.columns.items():
            shape = "tags" if name.startswith(TAG) else shapes[name].shape
            if isinstance(stored, References):
                columns[name] = _cells(self._references(stored, len(sheet)))
            elif isinstance(stored, Words) and table == "household":
                columns[name] = self._without_rare(stored)
            elif (table, name) in _GROUPS:
                assert isinstance(stored, Texts)
                columns[name] = [self._name_of_group(text) for text in stored.tolist()]
            elif shape == "tags" or name in (*_COUNTS, *_sums.OWN):
                columns[name] = _no_small(stored, self.least)
            elif shape not in ("text", "number"):
                columns[name] = _cells(stored)
        columns |= self._coordinates(sheet)
        columns |= numbers.get(table, {})
        if len(kept) < len(sheet):
            columns = {name: taken(cells, kept) for name, cells in columns.items()}
        return Rows(table, columns, len(kept), RecordPlaces(table))

    def _references(self, stored: References, length: int) -> Texts:
        """Return the keyed ids that a column names."""
        # A table that is not there is named where all that is said is that it is not known.
        parts = [self.ids.get(target, Texts.of([])) for target in stored.targets]
        starts = np.cumsum([0, *map(len, parts)])
        # Behind all ids stand what says nothing, and what says that it is not known.
        nothing, unknown = int(starts[-1]), int(starts[-1]) + 1
        at = np.full(length, nothing, np.int64)
        for start, rows in zip(starts.tolist(), stored.targets.values(), strict=False):
            at[rows >= 0] = rows[rows >= 0] + start
            at[rows == UNKNOWN] = unknown
        return Texts.joined([*parts, Texts.of([None, UNKNOWN_CELL])]).take(at)

    def _coordinates(self, sheet: Sheet) -> dict[str, NDArray[Any]]:
        """Return the coordinates of a table: its own, or those of the grids that it lies in."""
        above = [level.table for level in self.h.levels if not level.role]
        if sheet.name in (*_WIDE, *above):
            found = {name: sheet.columns.get(name) for name in ("x", "y")}
            return {name: each for name, each in found.items() if isinstance(each, np.ndarray)}
        grids = self.sheets.get("grid")
        if sheet.name not in _IN_GRIDS or grids is None:
            return {}
        at = self.arrays.within(sheet.name, "grid")
        placed = {}
        for name in ("x", "y"):
            stored = grids.columns.get(name)
            if isinstance(stored, np.ndarray) and name in sheet.columns:
                placed[name] = np.append(stored, np.nan)[np.maximum(at, NONE)]
        return placed

    def _without_rare(self, stored: Words) -> Words:
        """Return words of households, not known where a unit has fewer than *least* of them."""
        rare = np.zeros(len(stored), np.bool_)
        count = len(stored.words)
        for table in _counting(self.arrays):
            up = self.arrays.belongs("household", table)
            there = (up >= 0) & (stored.codes >= 0)
            cells = up.astype(np.int64) * count + stored.codes
            times = np.bincount(cells[there], minlength=1)
            rare[there] |= times[cells[there]] < self.least
        return Words.packed(np.where(rare, UNKNOWN, stored.codes), stored.words)

    # -- counts ------------------------------------------------------------------------------------

    def _numbers(self) -> dict[str, dict[str, Any]]:
        """Return by table the columns of counts, each number large enough or not known."""
        tables = [*_counting(self.arrays), "household"]
        given = {
            name: None
            for table in tables
            for name in (self.sheets[table].columns if table in self.sheets else ())
            if name in _COUNTS or name.startswith(TAG)
        }
        numbers: dict[str, dict[str, Any]] = {}
        for column in given:
            stated = _Stated(self.arrays, column, self.least)
            for table, cells in stated.columns().items():
                numbers.setdefault(table, {})[column] = cells
        for table in self.arrays.chain:
            if table in self.sheets and table != "household":
                for column in _sums.OWN:
                    totals = self.arrays.total(table, column)
                    if totals.any():
                        own = totals >= self.least
                        some = (totals > 0) | (self.arrays.is_given(table, column))
                        cells = np.where(own, totals, np.where(some, UNKNOWN, NONE))
                        numbers.setdefault(table, {})[column] = cells.astype(np.int32)
        return numbers


class _Stated:
    """One column of counts as units state it in the copy.

    Each unit states what its roll-up is, or that it is not known where that is small; and so
    do all households, none of which states a number. A coarser unit then counts what its finer
    ones leave (see :func:`govtree._sums.of_households`), so that its roll-up is what it states.
    """

    def __init__(self, arrays: Arrays, column: str, least: int) -> None:
        self.arrays = arrays
        self.column = column
        self.totals = {
            table: arrays.roll_up(column, table)[0]
            for table in _counting(arrays)
            if arrays.count(table)
        }
        self.least = least
        self.homes = {table: _sums.home(arrays, table) for table in self.totals}
        self.speaking = self._communities_by_table()
        self.cells: dict[str, NDArray[Any]] = {}
        self._state()
        self._speak_up()
        self._reconcile()

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the cells of each table that states anything."""
        return {
            name: cells.astype(np.int32)
            for name, cells in self.cells.items()
            if (cells != NONE).any() or self._source(name) is not None
        }

    def _state(self) -> None:
        for table, totals in self.totals.items():
            here = self.speaking[table][self.homes[table]]
            unknown = self.arrays.is_unknown(table, self.column)
            silent = np.where(unknown, UNKNOWN, NONE)
            said = np.where(totals >= self.least, totals, UNKNOWN)
            self.cells[table] = np.where(here, said, silent)
        if self.column != "households" and self._source("household") is not None:
            # Whoever states nothing could be told from who does.
            self.cells["household"] = np.full(self.arrays.count("household"), UNKNOWN)

    def _communities_by_table(self) -> dict[str, NDArray[np.bool_]]:
        """Return for each table in which communities its units state anything.

        Where households bring numbers, on all sides; else on those that bring some: what is
        counted for others in their place stays so.
        """
        of_rows = np.zeros(self.arrays.count("community") + 1, np.bool_)
        if self.column != "households" and self.arrays.count("household"):
            given = self.arrays.is_given("household", self.column)
            of_rows[_sums.home(self.arrays, "household")[given]] = True
        speaking = {table: of_rows.copy() for table in self.totals}
        for side in _sums.sides(self.arrays):
            alone = _sums.of_side(self.arrays, self.column, side)
            for table in side:
                if table in speaking:
                    speaking[table] |= _sums.brought(self.arrays, alone) > 0
        return speaking

    def _speak_up(self) -> None:
        """Let a side state its roll-ups where it brings none, and what it counts instead is short.

        So where a community has the sum of its compounds, one of which is small.
        """
        for side in _sums.sides(self.arrays):
            short = np.zeros(self.arrays.count("community") + 1, np.bool_)
            for table in (each for each in side if each in self.cells):
                found = _sums.of_households(self, self.column, table)[0]
                off = (self.totals[table] >= self.least) & (found != self.totals[table])
                homes = self.homes[table]
                short[homes[off & ~self.speaking[table][homes]]] = True
            if short.any():
                for table in (each for each in side if each in self.cells):
                    self.speaking[table] |= short
                self._state()

    def _reconcile(self) -> None:
        """Let what units state add up to their roll-ups, where finer ones contradict coarser.

        A household in two grids counts in one and lies in a building of the other: the coarser
        unit then states its number, and the finer ones in it none.
        """
        for side in _sums.sides(self.arrays):
            for table in (each for each in side if each in self.cells):
                off = self._off(table)
                if off.any():
                    for finer in side[side.index(table) + 1 :]:
                        self._hide(finer, table, off)
                    # What rows count that do not lie in it is no part of what it states.
                    off = self._off(table)
                    found = _sums.of_households(self, self.column, table)[0]
                    more = found - self.totals[table]
                    less = self.cells[table] - more
                    less = np.where(less >= self.least, less, UNKNOWN)
                    self.cells[table] = np.where(off, less, self.cells[table])

    def _off(self, table: str) -> NDArray[np.bool_]:
        found = _sums.of_households(self, self.column, table)[0]
        off: NDArray[np.bool_] = (self.cells[table] >= 0) & (found != self.totals[table])
        return off

    def _hide(self, finer: str, table: str, off: NDArray[np.bool_]) -> None:
        """Let units of *finer* state nothing that lie in, or count for, those that are *off*."""
        if finer not in self.cells:
            return
        way = self.arrays.within if table in TERRITORY else self.arrays.above
        for up in (way(finer, table), self.arrays.belongs(finer, table)):
            inside = np.append(off, [False, False])[up]
            cells = self.cells[finer]
            self.cells[finer] = np.where(inside & (cells >= 0), UNKNOWN, cells)

    def _source(self, table: str) -> object:
        return self.arrays._column(table, self.column)

    # -- what sums ask, of the copy --------------------------------------------------------------

    @property
    def chain(self) -> Sequence[str]:
        return self.arrays.chain

    def count(self, table: str) -> int:
        return self.arrays.count(table)

    def numbers(self, table: str, column: str) -> NDArray[Any]:  # noqa: ARG002 - the protocol's
        numbers: NDArray[Any] = np.maximum(self._cells(table), 0)
        return numbers

    def is_given(self, table: str, column: str) -> NDArray[np.bool_]:  # noqa: ARG002 - as above
        given: NDArray[np.bool_] = self._cells(table) >= 0
        return given

    def is_unknown(self, table: str, column: str) -> NDArray[np.bool_]:  # noqa: ARG002 - as above
        unknown: NDArray[np.bool_] = self._cells(table) == UNKNOWN
        return unknown

    def pointing(self, table: str, column: str, target: str) -> Any:
        return self.arrays.pointing(table, column, target)

    def above(self, table: str, to: str) -> Any:
        return self.arrays.above(table, to)

    def within(self, table: str, to: str) -> Any:
        return self.arrays.within(table, to)

    def belongs(self, table: str, to: str) -> Any:
        return self.arrays.belongs(table, to)

    def _cells(self, table: str) -> NDArray[Any]:
        found = self.cells.get(table)
        return np.full(self.count(table), NONE) if found is None else found


def _counting(arrays: Arrays) -> list[str]:
    """Return the tables whose units have roll-ups, but for areas."""
    chain = [name for name in arrays.chain if name != "household"]
    return [name for name in (*chain, *TERRITORY) if arrays.count(name)]


def _cells(stored: Stored) -> Cells:
    # Rows take packed texts as well: those of ids and references, which are many.
    return cast(Cells, stored)


def _no_small(stored: Stored, least: int) -> NDArray[Any]:
    """Return counts, not known where they are small."""
    assert isinstance(stored, np.ndarray)
    small = (stored >= 0) & (stored < least)
    return np.where(small, UNKNOWN, stored.astype(np.int32))


def _each_its_own(ids: list[str]) -> list[str]:
    """Return *ids*, of which one that was there before gets a number behind it."""
    if len(set(ids)) == len(ids):
        return ids
    times: dict[str, int] = {}
    own = []
    for id in ids:
        times[id] = times.get(id, 0) + 1
        own.append(id if times[id] == 1 else f"{id}-{times[id]}")
    return own
