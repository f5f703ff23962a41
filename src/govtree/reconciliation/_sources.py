"""A source that is to be compared: whatever it came as, its columns as codes of few cells."""

from __future__ import annotations

import datetime as dt
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from attrs import frozen

from govtree import _frames
from govtree._columns import NONE, Coded
from govtree._files import Folder
from govtree._rows import is_given
from govtree._texts import Texts
from govtree._values import take_values
from govtree.errors import (
    ConfigError,
    Location,
    Places,
    Problem,
    RecordPlaces,
    StructureError,
    Tally,
    problem,
)
from govtree.reconciliation._shapes import Value
from govtree.tables import Layout, read_every_column

__all__ = ["Given", "Table", "failed", "is_path", "read"]

#: What a source may be: a path, a mapping of columns, or a data frame.
Given: TypeAlias = str | os.PathLike[str] | Mapping[str, Sequence[Any]] | object

_MOST_BITS = 256
# Cells of texts that say nothing.
_NOTHING = (None, "")


@frozen(eq=False)
class Table:
    """A source as it was read.

    Attributes:
        name: What it is called in problems: ``a`` or ``b``.
        columns: By name.
        length: Number of rows.
        places: Where its rows stand.
        warnings: What reading it found, short of errors.
    """

    name: str
    columns: Mapping[str, Coded]
    length: int
    places: Places
    warnings: tuple[Problem, ...] = ()


def is_path(source: Given) -> bool:
    """Return whether a source is a file."""
    return isinstance(source, str | os.PathLike)


def failed(problems: Iterable[Problem], *sources: Given) -> StructureError:
    """Return the exception that tells of *problems*: of files, or of tables in memory."""
    made = ConfigError if any(map(is_path, sources)) else StructureError
    return made(problems)


def read(source: Given, name: str, layout: Layout) -> tuple[Table | None, tuple[Problem, ...]]:
    """Return a source, and every problem of reading it.

    Args:
        source: A path, a mapping of columns, or a data frame.
        name: What it is called in problems.
        layout: How the table lies in its file.

    Raises:
        TypeError: If it is nothing of that kind.
        MissingExtraError: If a package that reads it is not installed.
    """
    places: Places = RecordPlaces(name)
    warnings: tuple[Problem, ...] = ()
    if isinstance(source, str | os.PathLike):
        path = Path(os.fspath(source))
        rows, problems = read_every_column(Folder(path.parent), path.name, name, layout=layout)
        if rows is None or any(each.severity == "error" for each in problems):
            return None, problems
        given: Mapping[str, Any] = rows.columns
        places, warnings = rows.places, problems
    else:
        given = source if isinstance(source, Mapping) else _frames.columns_of(source)
    tally = Tally()
    lengths = {str(each): len(cells) for each, cells in given.items()}
    length = next(iter(lengths.values()), 0)
    for each, other in lengths.items():
        if other != length:
            said = {"field": each, "length": str(other), "expected": str(length)}
            where = Location(record=name, field=each)
            tally.add("GT117", partial(problem, "GT117", where, **said))
    columns = {
        str(each): _coded(cells, _Reader(str(each), places, tally)) for each, cells in given.items()
    }
    return Table(name, columns, length, places, warnings), (*warnings, *tally.problems())


class _Reader:
    """Notes the cells of one column that cannot be compared."""

    def __init__(self, field: str, places: Places, tally: Tally) -> None:
        self._field = field
        self._places = places
        self._tally = tally

    def refuse(self, row: int, code: str, **values: str) -> None:
        """Note the cell of *row*."""
        self._tally.add(code, lambda: problem(code, self._places.at(row, self._field), **values))


def _coded(cells: Any, reader: _Reader) -> Coded:
    if isinstance(cells, Coded):
        return cells
    if isinstance(cells, Texts):
        cells = cells.tolist()
    elif not isinstance(cells, list | tuple) and hasattr(cells, "__array__"):
        array = np.asarray(cells)
        if array.ndim == 1 and array.dtype.kind in "iufbM":
            return _of_array(array)
        cells = array.tolist() if array.ndim == 1 else list(array)
    found = _of_texts(cells, reader)
    return _of_anything(list(cells), reader) if found is None else found


def _of_texts(cells: Sequence[Any], reader: _Reader) -> Coded | None:
    """Return a column of texts; None where a cell is something else."""
    # Counted without a step of Python: a column is looked at once.
    code_of: defaultdict[Any, int] = defaultdict(count().__next__, dict.fromkeys(_NOTHING, NONE))
    try:
        codes = np.fromiter(map(code_of.__getitem__, cells), np.int32, len(cells))
    except TypeError:
        return None
    values = list(code_of)[len(_NOTHING) :]
    # What is equal to a text is that text.
    if not set(map(type, values)) <= {str}:
        return None
    _, faults = take_values("text", values)
    for fault in faults:
        row = int(np.argmax(codes == fault.row))
        reader.refuse(row, fault.code, **dict(fault.values))
    return Coded(codes, values)


def _of_array(array: np.ndarray[Any, Any]) -> Coded:
    kind = array.dtype.kind
    given = ~np.isnat(array) if kind == "M" else array == array  # noqa: PLR0124 - not NaN
    distinct, inverse = np.unique(array[given], return_inverse=True)
    codes = np.full(len(array), NONE, np.int32)
    codes[given] = inverse
    if kind == "M":
        return Coded(codes, list(map(_moment, distinct)))
    return Coded(codes, distinct.tolist())


def _moment(value: Any) -> Value:
    """Return a moment as a day, or as text where it is none."""
    day = value.astype("M8[D]")
    told = day.item() if day == value else None
    return told if isinstance(told, dt.date) else str(value)


def _of_anything(cells: Sequence[Any], reader: _Reader) -> Coded:
    # True, 1 and 1.0 are equal in Python, and three cells.
    place: dict[tuple[type, Value], int] = {}
    codes = np.full(len(cells), NONE, np.int32)
    texts: dict[str, int] = {}
    for row, cell in enumerate(cells):
        if not _says_something(cell):
            continue
        value = _plain(cell)
        if value is None:
            found = f"a value of type {type(cell).__name__}"
            reader.refuse(row, "GT973", found=found)
            continue
        codes[row] = place.setdefault((type(value), value), len(place))
        if isinstance(value, str):
            texts.setdefault(value, row)
    _, faults = take_values("text", [*texts])
    rows = list(texts.values())
    for fault in faults:
        reader.refuse(rows[fault.row], fault.code, **dict(fault.values))
    return Coded(codes, [value for _, value in place])


def _says_something(cell: Any) -> bool:
    return bool(is_given(cell)) and not (isinstance(cell, Decimal) and cell.is_nan())


def _plain(cell: Any) -> Value | None:
    """Return a cell as a plain value, or None where it is none."""
    value = cell.item() if isinstance(cell, np.generic) and cell.dtype.kind != "M" else cell
    if isinstance(value, np.datetime64):
        return _moment(value)
    if isinstance(value, Decimal):
        is_whole = value.is_finite() and value == value.to_integral_value()
        value = int(value) if is_whole else float(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if value.bit_length() <= _MOST_BITS else None
    if isinstance(value, float):
        return float(value)
    if isinstance(value, dt.datetime):
        is_day = value.timetz() == dt.time()
        return value.date() if is_day else value.isoformat()
    if isinstance(value, dt.date):
        return value
    return str.__str__(value) if isinstance(value, str) else None
