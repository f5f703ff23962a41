"""What rows name, followed: single columns, the way up, the way down.

An answer is an int32 array with one number a row of the table that was asked about, in order
of id, and :data:`~govtree._columns.NONE` where there is nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from govtree._columns import (
    NONE,
    UNKNOWN,
    IntArray,
    Inverse,
    References,
    Sheet,
    Words,
    each_once,
    filled,
    followed,
    read_only,
)
from govtree.units import TERRITORY, Level

__all__ = ["Ways", "nothing"]

#: What leads from a table to one of the territory where a row does not name that itself: what
#: the row lies in, which is asked instead; the first that answers counts.
_VIA: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("household", "building"): ("entrance",),
    ("household", "micro_grid"): ("building",),
    ("household", "grid"): ("building",),
    ("household", "compound"): ("building",),
    ("household", "community"): ("grid", "compound"),
    ("entrance", "micro_grid"): ("building",),
    ("entrance", "grid"): ("building",),
    ("entrance", "compound"): ("building",),
    ("entrance", "community"): ("grid", "compound"),
    ("building", "grid"): ("micro_grid",),
    ("building", "community"): ("grid", "compound"),
    ("micro_grid", "community"): ("grid",),
}


class Ways:
    """The columns of one structure, and where they lead, over rows.

    Where an argument *rows* may be given, the answer is about these rows, in their order;
    else about all rows of the table.
    """

    def __init__(self, levels: Sequence[Level], sheets: Mapping[str, Sheet]) -> None:
        self._chain = [level.table for level in levels]
        self._sheets = sheets
        # Made on first use; to make one twice, in two threads, does no harm.
        self._inverses: dict[tuple[str, str, str], Inverse] = {}

    @property
    def chain(self) -> Sequence[str]:
        """Tables of the chain, top down."""
        return self._chain

    # -- single columns ------------------------------------------------------------------

    def count(self, table: str) -> int:
        """Return how many rows *table* has; 0 where it was not given."""
        sheet = self._sheets.get(table)
        return 0 if sheet is None else len(sheet)

    def pointing(
        self, table: str, column: str, target: str, rows: NDArray[Any] | None = None
    ) -> IntArray:
        """Return the row of *target* that each row of *table* names in *column*."""
        found = self._column(table, column)
        targets = found.targets if isinstance(found, References) else {}
        if target in targets:
            return targets[target] if rows is None else targets[target][rows]
        return nothing(self.count(table) if rows is None else len(rows))

    def inverse(self, table: str, column: str, target: str) -> Inverse:
        """Return the rows of *table* by the row of *target* that they name in *column*."""
        key = (table, column, target)
        if key not in self._inverses:
            self._inverses[key] = Inverse.of(self.pointing(*key), self.count(target))
        return self._inverses[key]

    def naming(self, table: str, column: str, target: str, row: int) -> IntArray:
        """Return the rows of *table* that name one row of *target* in *column*, in order."""
        if not self._names(table, column, target):
            return nothing(0)
        # Few rows are looked through rather than indexed by a million that they may name.
        if 16 * self.count(table) < self.count(target):
            return np.flatnonzero(self.pointing(table, column, target) == row).astype(np.int32)
        return self.inverse(table, column, target).rows(row)

    def is_word(self, table: str, column: str, word: str) -> NDArray[np.bool_]:
        """Return for each row whether *column* holds *word*."""
        found = self._column(table, column)
        if isinstance(found, Words):
            return found.is_word(word)
        return np.zeros(self.count(table), np.bool_)

    def numbers(self, table: str, column: str) -> NDArray[Any]:
        """Return the numbers in *column*, 0 where there is none."""
        found = self._column(table, column)
        if not isinstance(found, np.ndarray):
            return np.zeros(self.count(table), np.int64)
        if found.dtype.kind == "f":
            return np.nan_to_num(found)
        # Counts are kept in few bytes, and added up in many.
        return np.maximum(found, 0).astype(np.int64)

    def is_given(self, table: str, column: str) -> NDArray[np.bool_]:
        """Return for each row whether *column* holds a number."""
        found = self._column(table, column)
        if not isinstance(found, np.ndarray):
            return np.zeros(self.count(table), np.bool_)
        return ~np.isnan(found) if found.dtype.kind == "f" else found >= 0

    def is_unknown(self, table: str, column: str) -> NDArray[np.bool_]:
        """Return for each row whether *column* says that its number is not known."""
        found = self._column(table, column)
        if not isinstance(found, np.ndarray) or found.dtype.kind != "i":
            return np.zeros(self.count(table), np.bool_)
        unknown: NDArray[np.bool_] = found == UNKNOWN
        return unknown

    def _column(self, table: str, column: str) -> object:
        sheet = self._sheets.get(table)
        return None if sheet is None else sheet.columns.get(column)

    # -- the way up ------------------------------------------------------------------------

    def above(self, table: str, to: str, rows: IntArray | None = None) -> IntArray:
        """Return the unit of level *to* that each unit of level *table* stands under.

        A level stands above itself. Levels that a unit skips have nothing there.
        """
        if table == to:
            return _all(self.count(table)) if rows is None else rows
        answer: IntArray | None = None
        for target in self._between(table, to):
            if self._names(table, "parent", target):
                step = self.pointing(table, "parent", target, rows)
                answer = filled(answer, self._onward(self.above, step, target, to, rows))
        return self._nothing(table, rows) if answer is None else read_only(answer)

    def within(self, table: str, to: str, rows: IntArray | None = None) -> IntArray:
        """Return the *to* of the territory, or the community, that each row lies in.

        A household's grid is its own where given, else its building's; its building is its
        own, else its entrance's; a building's grid is its own, else its micro-grid's. The
        community of a household or building is its grid's, else its compound's.

        Where nothing answers and a cell on the way says that it is not known, the answer is
        :data:`~govtree._columns.UNKNOWN`.
        """
        if table == to:
            return _all(self.count(table)) if rows is None else rows
        answer = self.pointing(table, to, to, rows) if self._names(table, to, to) else None
        for via in _VIA.get((table, to), ()):
            if self._leads(table, via) and self._leads(via, to):
                step = self.within(table, via, rows)
                answer = filled(answer, self._onward(self.within, step, via, to, rows))
        return self._nothing(table, rows) if answer is None else read_only(answer)

    def _onward(
        self, way: Any, step: IntArray, via: str, to: str, rows: IntArray | None
    ) -> IntArray:
        """Return where *way* leads from the rows of *via* that *step* leads to."""
        if via == to:
            return step
        if rows is None:
            return followed(step, way(via, to))
        # Of few rows, no more than these are followed.
        found = step.copy()
        there = step >= 0
        found[there] = way(via, to, step[there])
        return found

    def _nothing(self, table: str, rows: NDArray[Any] | None) -> IntArray:
        return nothing(self.count(table) if rows is None else len(rows))

    def _names(self, table: str, column: str, target: str) -> bool:
        """Return whether a row of *table* names one of *target* in *column*, or may."""
        found = self._column(table, column)
        return isinstance(found, References) and target in found.targets

    def _leads(self, table: str, to: str) -> bool:
        """Return whether any row of *table* may lie in one of *to*."""
        return self._names(table, to, to) or any(
            self._leads(table, via) and self._leads(via, to) for via in _VIA.get((table, to), ())
        )

    def _between(self, table: str, to: str) -> list[str]:
        """Return the levels that lead from *table* up to *to*, the nearest first."""
        if table not in self._chain or to not in self._chain:
            return []
        return self._chain[self._chain.index(to) : self._chain.index(table)][::-1]

    def row_above(self, table: str, row: int, to: str) -> int:
        """Return the answer of :meth:`above` for one row."""
        while table != to:
            for target, rows in self._parents(table):
                if rows[row] >= 0:
                    table, row = target, int(rows[row])
                    break
            else:
                return NONE
        return row

    def row_within(self, table: str, row: int, to: str) -> int:
        """Return the answer of :meth:`within` for one row; a negative one where there is none."""
        if table == to:
            return row
        own = self._column(table, to)
        if isinstance(own, References) and to in own.targets and own.targets[to][row] >= 0:
            return int(own.targets[to][row])
        for via in _VIA.get((table, to), ()):
            step = self.row_within(table, row, via)
            if step >= 0 and (found := self.row_within(via, step, to)) >= 0:
                return found
        return NONE

    def _parents(self, table: str) -> Sequence[tuple[str, IntArray]]:
        found = self._column(table, "parent")
        return tuple(found.targets.items()) if isinstance(found, References) else ()

    def path(self, table: str, rows: IntArray) -> IntArray:
        """Return the paths of *rows* as rows: a column for each level down to *table*.

        The columns are in the order of the levels; a skipped level has :data:`NONE`.
        """
        chain = self._chain[: self._chain.index(table) + 1]
        columns: dict[str, IntArray] = {table: np.asarray(rows, np.int32)}
        for name in chain[:0:-1]:
            here = columns.setdefault(name, nothing(len(rows)))
            for target, step in self._parents(name):
                columns[target] = filled(columns.get(target), followed(here, step))
        return np.stack([columns.get(name, nothing(len(rows))) for name in chain], axis=1)

    # -- the way down ----------------------------------------------------------------------

    def under(self, table: str, row: int) -> dict[str, IntArray]:
        """Return the rows that stand under a unit of the chain, by level, each in order."""
        found = {table: np.array([row], np.int32)}
        for lower in self._chain[self._chain.index(table) + 1 :]:
            parts = [
                self.inverse(lower, "parent", upper).rows_of(rows)
                for upper, rows in found.items()
                if len(rows) and self._names(lower, "parent", upper)
            ]
            found[lower] = np.sort(np.concatenate(parts)) if parts else nothing(0)
        return found

    def inside(self, table: str, row: int) -> dict[str, IntArray]:
        """Return the rows of territory and households that may lie in a place, by table.

        They name it, or something that names it; :meth:`within` says whether they lie in it.
        """
        found = {table: np.array([row], np.int32)}
        tables = (*TERRITORY, "household")
        for lower in tables[tables.index(table) + 1 :] if table in tables else tables:
            parts = [
                self.inverse(lower, upper, upper).rows_of(rows)
                for upper, rows in found.items()
                if len(rows) and self._names(lower, upper, upper)
            ]
            found[lower] = each_once(np.concatenate(parts)) if parts else nothing(0)
        return found


def _all(length: int) -> IntArray:
    return read_only(np.arange(length, dtype=np.int32))


def nothing(length: int) -> IntArray:
    """Return rows that are none."""
    return read_only(np.full(length, NONE, np.int32))
