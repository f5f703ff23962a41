"""Rows of a data frame or of Parquet, which says itself what its cells are.

An office's table keeps its lines of totals and its ``约5人`` when a program loads it into a frame,
where they are texts. Those are read as in the file; what is a number, a day or a truth already is
taken as it is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import frozen

from govtree._rows import Cells, is_given
from govtree._values import Fault, take_values
from govtree.errors import Location, RecordPlaces
from govtree.tables._cells import read_office
from govtree.tables._csv import Notes
from govtree.tables._layout import Layout
from govtree.tables._lines import Lines, Reading, Roles, is_blank
from govtree.units import Shape

__all__ = ["FramePlaces", "TypedRows", "take_office"]

# What an office may have typed as a text though it is none.
_TYPED: tuple[Shape, ...] = ("whole", "number", "tags", "truth", "date")


@frozen(eq=False)
class FramePlaces:
    """Places of the rows of a data frame, by their position in it.

    Attributes:
        section: What the frame is called.
        gaps: Pairs of a row and of how many lines before it are no rows, in order.

    >>> str(FramePlaces("roster", [(2, 1)]).at(2, "grid"))
    'roster[3]:grid'
    """

    section: str
    gaps: Sequence[tuple[int, int]] = ()

    def at(self, row: int, field: str = "") -> Location:
        """Return the place of a row."""
        before = bisect_right(self.gaps, row, key=lambda gap: gap[0])
        skipped = self.gaps[before - 1][1] if before else 0
        return RecordPlaces(self.section).at(row + skipped, field)

    def quote(self, row: int, field: str = "") -> str:  # noqa: ARG002 - the protocol's names
        """Return nothing: a row of a registry is about people, and is never shown."""
        return ""


class TypedRows:
    """Tells the rows of typed columns from lines of totals, notes and blanks among them.

    Args:
        header: Names of the columns.
        layout: What lines of totals say.
        roles: What the columns are for.
        notes: Where doubts are noted.
        first: Number of the first row.

    Attributes:
        rows: Rows handed on so far.
        gaps: Pairs of a row and of how many lines before it are no rows.
    """

    def __init__(
        self, header: Sequence[str], layout: Layout, roles: Roles, notes: Notes, *, first: int
    ) -> None:
        self._header = header
        self._roles = roles
        self._notes = notes
        self._first = first
        # What would be filled down is refused, not filled.
        plain = Layout(totals=layout.totals)
        self._lines = Lines(header, [header], plain, roles, self._doubt)
        self._skipped = 0
        self.rows = 0
        self.gaps: list[tuple[int, int]] = []

    def rows_of(self, columns: Sequence[Any], length: int) -> list[Any]:
        """Return those rows of some more lines that are rows, as columns."""
        start = self.rows + self._skipped
        left_out: list[int] = []
        for row in self._doubtful(columns):
            cells = [_plain(column[row]) for column in columns]
            number = start + row + self._first
            if all(map(is_blank, cells)):
                self._lines.pass_blank()
            elif self._lines.is_row(cells, number):
                continue
            self._skipped += 1
            at = self.rows + row - len(left_out)
            if self.gaps and self.gaps[-1][0] == at:
                self.gaps.pop()
            self.gaps.append((at, self._skipped))
            left_out.append(row)
        self.rows += length - len(left_out)
        return [_without(column, left_out) for column in columns] if left_out else list(columns)

    def reading(self) -> Reading:
        """Return what was found beside the rows."""
        lines, place = self._lines, self._notes.place
        return Reading(
            place.file,
            rows=self.rows,
            totals=lines.totals,
            repeated=lines.repeated,
            notes=lines.notes,
            total_rows=tuple(lines.total_rows),
        )

    def _doubtful(self, columns: Sequence[Any]) -> list[int]:
        """Return the lines that may be no rows, in order: all others surely are."""
        labels = self._roles.labels
        # A line of totals has no key, or says so in it; a blank line is blank everywhere.
        often_blank = self._roles.key if self._roles.key is not None else min(labels, default=0)
        found: set[int] = set()
        for place in labels:
            cells = _texts_among(columns[place])
            distinct = set(cells)
            texts = [cell for cell in distinct if isinstance(cell, str)]
            doubted: set[str | None] = {self._header[place]}
            if self._lines.may_be_among(texts):
                doubted.update(cell for cell in texts if self._lines.may_be_among([cell]))
            if place == often_blank:
                doubted |= {None, ""}
            if not doubted.isdisjoint(distinct):
                found.update(row for row, cell in enumerate(cells) if cell in doubted)
        return sorted(found)

    def _doubt(self, number: int) -> None:
        place = self._notes.place
        if place.file:
            self._notes.add("GT913", self._notes.at(row=number))
        else:
            self._notes.add("GT913", lambda: RecordPlaces(place.record).at(number))


def take_office(shape: Shape, values: Any) -> tuple[Cells, list[Fault]]:
    """Return typed values as a column, the texts among them read as an office's table is.

    >>> take_office("whole", ["3人", 4, None])[0].tolist()
    [3, 4, -1]
    """
    if shape not in _TYPED or (isinstance(values, np.ndarray) and values.dtype.kind not in "OUT"):
        return take_values(shape, values)
    cells = _listed(values)
    rows = [row for row, cell in enumerate(cells) if isinstance(cell, str)]
    if not rows:
        return take_values(shape, values)
    read, faults = read_office(shape, [str.__str__(cells[row]) for row in rows])
    faults = [Fault(rows[fault.row], fault.code, fault.values) for fault in faults]
    if len(rows) == len(cells):
        return read, faults
    taken, others = take_values(shape, [None if isinstance(c, str) else c for c in cells])
    assert isinstance(taken, np.ndarray)
    taken[rows] = read
    return taken, sorted([*faults, *others], key=lambda fault: fault.row)


def _listed(values: Any) -> Sequence[Any]:
    if isinstance(values, (list, tuple)):
        return values
    found: Sequence[Any] = values.tolist() if hasattr(values, "tolist") else list(values)
    return found


def _texts_among(values: Any) -> Sequence[Any]:
    """Return cells of which those may be looked up in a set that are texts or nothing."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "iub":
        return ()
    cells = _listed(values)
    kinds = set(map(type, cells))
    if kinds <= {str, type(None), int, bool}:
        return cells
    return [c if isinstance(c, str) else 0 if is_given(c) else None for c in cells]


def _plain(cell: Any) -> Any:
    return cell if is_given(cell) else None


def _without(column: Any, rows: Sequence[int]) -> Any:
    """Return a column without some of its rows."""
    if isinstance(column, np.ndarray):
        return np.delete(column, rows)
    out = set(rows)
    return [cell for row, cell in enumerate(_listed(column)) if row not in out]
