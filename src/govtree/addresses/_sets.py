"""Sets of rows: few in a tuple, many in an array.

A clean address leads to one row at each step, where an array costs more than it saves; a number
alone leads to thousands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Marks", "Rows", "Upward", "kept", "listed", "of_array", "of_rows"]

#: Rows of one table, each once and in order.
Rows = Sequence[int] | NDArray[np.int32]

_FEW = 48


def of_rows(rows: list[int]) -> Rows:
    """Return rows, which stand in order, as they are kept."""
    return np.array(rows, np.int32) if len(rows) > _FEW else tuple(rows)


def of_array(rows: NDArray[np.int32]) -> Rows:
    """Return the rows of an array, which stand in order, as they are kept."""
    return rows if len(rows) > _FEW else tuple(rows.tolist())


def listed(rows: Rows) -> Sequence[int]:
    """Return rows as numbers of Python."""
    if isinstance(rows, np.ndarray):
        numbers: list[int] = rows.tolist()
        return numbers
    return rows


class Marks:
    """Rows of one table that were seen: a set, until there are many.

    Args:
        count: How many rows the table has.
    """

    __slots__ = ("_count", "_few", "_many")

    def __init__(self, count: int) -> None:
        self._count = count
        self._few: set[int] = set()
        self._many: NDArray[np.bool_] | None = None

    def add(self, rows: Iterable[int] | NDArray[np.int32]) -> None:
        """Mark *rows*."""
        if self._many is None and not isinstance(rows, np.ndarray):
            self._few.update(rows)
        else:
            self.flags()[np.asarray(rows)] = True

    def flags(self) -> NDArray[np.bool_]:
        """Return for each row of the table whether it is marked."""
        if self._many is None:
            self._many = np.zeros(self._count, bool)
            self._many[list(self._few)] = True
        return self._many

    def __contains__(self, row: int) -> bool:
        return row in self._few if self._many is None else bool(self._many[row])

    def __bool__(self) -> bool:
        return self._many is not None or bool(self._few)


def kept(rows: Rows, marks: Marks, *, among: bool) -> Rows:
    """Return the rows that are among the marked ones, or those that are not."""
    if not marks:
        return () if among else rows
    if isinstance(rows, np.ndarray):
        return of_array(rows[marks.flags()[rows] == among])
    return tuple([row for row in rows if (row in marks) is among])


class Upward:
    """The row of one table that each row of another one lies in, -1 for none.

    Attributes:
        array: As an array.
        rows: As numbers of Python, which are faster one by one.
    """

    __slots__ = ("_count", "array", "rows")

    def __init__(self, array: NDArray[np.int32], count: int) -> None:
        self.array = array
        self.rows: list[int] = array.tolist()
        self._count = count

    def split(self, uppers: Rows, found: Collection[Rows]) -> tuple[Rows, Rows]:
        """Return the *uppers* in which some of what was *found* in them lies, and the others."""
        if not found:
            return (), uppers
        if len(uppers) == 1:
            return uppers, ()
        marks = Marks(self._count)
        for rows in found:
            if isinstance(rows, np.ndarray):
                marks.add(self.array[rows])
            else:
                marks.add([self.rows[row] for row in rows])
        return kept(uppers, marks, among=True), kept(uppers, marks, among=False)
