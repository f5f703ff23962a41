"""Rows as they are handed in, whatever door they come by.

Readers of files, records and graphs all end here: columns of cells with the places where they
stood. What they mean is checked afterwards, in one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from govtree._columns import NONE, Words
from govtree._texts import Texts
from govtree._wording import Reason
from govtree.errors import Location, Places
from govtree.units import ROLES, TABLES, Column, Level, LevelUnit, Record, Tenure, columns_of

__all__ = [
    "HELD",
    "UNKNOWN_CELL",
    "Cells",
    "Chosen",
    "Input",
    "Rows",
    "Sources",
    "briefly",
    "input_columns",
    "is_given",
    "joined",
    "tables_of",
    "taken",
]

#: What a cell says where it is not known whether there is a value.
UNKNOWN_CELL = "?"

#: Fields of a tenure that may be written beside the post itself.
HELD = tuple(name for name in columns_of(Tenure) if name != "post")

Cells = Sequence[Any] | NDArray[Any] | Words


@frozen(eq=False)
class Rows:
    """Some rows of one table, as they were handed in.

    Attributes:
        table: Name of the table.
        columns: Cells by field, each as long as the others. Texts, ids, references and words
            are sequences of str or None; whole numbers int32, numbers float64, truths int8
            (:data:`NONE` or NaN where there is none), dates datetime64[D]; a tag stands under
            ``tags.`` and its name; links, flags and parts are sequences of tuples or None.
        length: Number of rows.
        places: Where they stand.
    """

    table: str
    columns: Mapping[str, Cells]
    length: int
    places: Places


@frozen(eq=False)
class Sources:
    """Where the rows of one table stood in the files or records that they came from.

    Attributes:
        parts: The inputs, in the order in which they were handed in.
        starts: Number of the first row of each input when all are counted through.
        order: The counted row of each row of the table, or None where it is the same.
    """

    parts: tuple[Places, ...]
    starts: tuple[int, ...]
    order: NDArray[Any] | None = None

    def at(self, row: int, field: str = "") -> Location:
        """Return the place of a row, or of its cell in *field*."""
        part, within = self._find(row)
        return part.at(within, field)

    def quote(self, row: int, field: str = "") -> str:
        """Return the line of the source, or an empty text where it may not be shown."""
        part, within = self._find(row)
        return part.quote(within, field)

    def take(self, rows: NDArray[Any]) -> Sources:
        """Return the sources of these *rows*."""
        return evolve(self, order=rows if self.order is None else self.order[rows])

    def _find(self, row: int) -> tuple[Places, int]:
        counted = row if self.order is None else int(self.order[row])
        part = int(np.searchsorted(self.starts, counted, side="right")) - 1
        return self.parts[part], counted - self.starts[part]


@frozen(eq=False)
class Chosen:
    """Places of some rows of an input, or of one field of them."""

    places: Places
    rows: NDArray[Any]
    fields: Sequence[str] = ()

    def at(self, row: int, field: str = "") -> Location:
        return self.places.at(int(self.rows[row]), self.fields[row] if self.fields else field)

    def quote(self, row: int, field: str = "") -> str:
        return self.places.quote(int(self.rows[row]), self.fields[row] if self.fields else field)


class Input:
    """All rows of one table, counted through, before their ids are in order."""

    def __init__(self, table: str, parts: Sequence[Rows]) -> None:
        self.table = table
        self.length = sum(part.length for part in parts)
        self.columns = _joined(parts)
        starts = np.cumsum([0, *(part.length for part in parts)])[:-1]
        self.sources = Sources(tuple(part.places for part in parts), tuple(starts.tolist()))


def tables_of(levels: Iterable[Level]) -> dict[str, type[Record]]:
    """Return the record class of every table by name: the chain top down, then the others.

    A role that no level plays has no table.
    """
    shipped = {table.name: table.record for table in TABLES}
    chain = {level.table: shipped.get(level.table, LevelUnit) for level in levels}
    return chain | {name: record for name, record in shipped.items() if name not in ROLES}


def input_columns(table: str, record: type[Record]) -> dict[str, Column]:
    """Return the fields that a row of *table* may be handed in with.

    They are those of the record, and for a post those of the tenure of its holder.
    """
    columns = dict(columns_of(record))
    if table == "post":
        held = columns_of(Tenure)
        columns |= {name: evolve(held[name], required=False) for name in HELD}
        columns["id"] = evolve(columns["id"], required=False)
    return columns


def briefly(where: Location, seen_from: Location) -> str:
    """Return *where* as text, without its file where that is the same."""
    if where.file == seen_from.file and (where.line or where.row):
        if where.line:
            return Reason("line {number}", number=str(where.line))
        return Reason("row {number}", number=str(where.row))
    return str(where)


def is_given(cell: Any) -> bool:
    """Return whether a Python value says anything; data frames have many ways to say nothing.

    >>> [is_given(cell) for cell in ("B-01", 0, None, "", float("nan"), np.datetime64("NaT"))]
    [True, True, False, False, False, False]
    """
    if cell is None or isinstance(cell, str):
        return bool(cell)
    if isinstance(cell, (float, np.floating)):
        return bool(cell == cell)  # noqa: PLR0124 - not NaN
    if isinstance(cell, np.datetime64):
        return not np.isnat(cell)
    # The ones of pandas, without asking for pandas.
    return type(cell).__name__ not in ("NAType", "NaTType")


def _joined(parts: Sequence[Rows]) -> dict[str, Cells]:
    """Return the columns of several inputs, one behind the other."""
    if len(parts) == 1:
        return dict(parts[0].columns)
    names = sorted({name for part in parts for name in part.columns})
    return {name: joined([_cells(part, name, parts) for part in parts]) for name in names}


def _cells(rows: Rows, name: str, parts: Sequence[Rows]) -> Cells:
    """Return a column of *rows*; where it has none, nothing in the form of that of others."""
    if name in rows.columns:
        return rows.columns[name]
    others = [part.columns[name] for part in parts if name in part.columns]
    kind = next((each.dtype for each in others if isinstance(each, np.ndarray)), None)
    if kind is None:
        return [None] * rows.length
    empty = {"f": np.nan, "M": np.datetime64("NaT", "D")}.get(kind.kind, NONE)
    return np.full(rows.length, empty, kind)


def joined(parts: Sequence[Cells | Texts]) -> Any:
    """Return the cells of several parts of one column, one part behind the other.

    >>> joined([["a"], Words.of(["b", None])])
    ['a', 'b', None]
    """
    if len(parts) == 1:
        return parts[0]
    if any(isinstance(part, np.ndarray) for part in parts):
        return np.concatenate(parts)  # type: ignore[arg-type]  # arrays, or lists of numbers
    if all(isinstance(part, Words) for part in parts):
        return Words.joined(parts)  # type: ignore[arg-type]  # as asked above
    if all(isinstance(part, Texts) for part in parts):
        return Texts.joined(parts)  # type: ignore[arg-type]  # as asked above
    return [cell for part in parts for cell in part]


def taken(cells: Cells, rows: NDArray[Any]) -> Cells:
    """Return the cells at *rows*, in their order."""
    if isinstance(cells, np.ndarray):
        found: Cells = cells[rows]
        return found
    if isinstance(cells, (Words, Texts)):
        return cells.take(rows)
    return list(map(cells.__getitem__, rows.tolist()))
