"""Between typed records and columns: rows from Python values, and a record from a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from govtree import _frames, _values
from govtree._columns import NONE, TAG, UNKNOWN, References, Sheet, Stored, Words
from govtree._names import nearest
from govtree._rows import UNKNOWN_CELL, Rows, input_columns
from govtree._texts import Texts
from govtree.errors import Problem, RecordPlaces, problem
from govtree.units import TABLES, Column, LevelUnit, Record, columns_of

__all__ = ["attributes_of", "columns_told", "holding", "rows_of", "table_of"]

_TABLE_OF: Mapping[type, str] = {table.record: table.name for table in TABLES}


def table_of(record: Record) -> str:
    """Return the name of the table that *record* is a row of.

    Raises:
        TypeError: If it is no record.
    """
    if isinstance(record, LevelUnit):
        return record.level
    table = _TABLE_OF.get(type(record))
    if table is None:
        raise TypeError(f"a value of type {type(record).__name__} is no record")
    return table


def columns_told(records: Sequence[Record]) -> dict[str, list[Any]]:
    """Return *records* of one class as columns, without those that none of them fills."""
    columns = {
        name: [getattr(each, name) for each in records] for name in columns_of(type(records[0]))
    }
    return {
        name: cells
        for name, cells in columns.items()
        if any(cell is not None and cell not in ((), {}) for cell in cells)
    }


def rows_of(
    table: str, records: Mapping[str, type[Record]], given: object
) -> tuple[list[Rows], list[Problem]]:
    """Return the rows of a mapping of columns or a data frame, and what is wrong with it.

    Args:
        table: Name of the table.
        records: Record class of every table there may be.
        given: A mapping from field to a sequence of values, or a data frame.
    """
    places = RecordPlaces(table)
    if table not in records:
        meant = nearest(table, list(records))
        values = {"known": ", ".join(records)} | ({"meant": meant} if meant else {})
        return [], [problem("GT115", places.at(0), table=table, **values)]
    columns = dict(given) if isinstance(given, Mapping) else _frames.columns_of(given)
    for name, cells in columns.items():
        if isinstance(cells, str) or not hasattr(cells, "__len__"):
            kind = type(cells).__name__
            raise TypeError(f"column '{name}' of {table} is a {kind}, not a sequence of cells")
    known_columns = input_columns(table, records[table])
    problems = []
    typed: dict[str, Any] = {}
    length = max((len(cells) for cells in columns.values()), default=0)
    for name, cells in _without_mappings(columns).items():
        column = known_columns.get("tags" if name.startswith(TAG) else name)
        if column is None:
            meant = nearest(name, list(known_columns))
            said = {"meant": meant} if meant else {}
            problems.append(problem("GT116", places.at(0, name), table=table, field=name, **said))
        elif len(cells) != length:
            said = {"length": str(len(cells)), "expected": str(length)}
            problems.append(problem("GT117", places.at(0, name), field=name, **said))
        else:
            typed[name], faults = _values.take_values(column.shape, cells)
            for fault in faults:
                where = places.at(fault.row, name)
                problems.append(problem(fault.code, where, **dict(fault.values)))
    return [Rows(table, typed, length, places)], problems


def _without_mappings(columns: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """Return *columns* with a column of mappings of tags as a column each."""
    apart = dict(columns)
    mappings = apart.pop("tags", None)
    if mappings is not None:
        for tag in sorted({tag for each in mappings for tag in each or ()}):
            apart[TAG + tag] = [(each or {}).get(tag) for each in mappings]
    return apart


def attributes_of(
    sheet: Sheet,
    row: int,
    columns: Mapping[str, Column],
    id_of: Callable[[str, int], str],
) -> dict[str, Any]:
    """Return what a row says, by field: ids, words, numbers and dates as Python values.

    What is not given is left out; what is not known is left out too, except that references
    and words then say ``?``.
    """
    told: dict[str, Any] = {} if sheet.ids is None else {"id": sheet.ids[row]}
    tags = {}
    for name, stored in sheet.columns.items():
        value = _value(stored, row, id_of)
        if value is None:
            continue
        if name.startswith(TAG):
            tags[name.removeprefix(TAG)] = value
        else:
            told[name] = bool(value) if columns[name].shape == "truth" else value
    if tags:
        told["tags"] = tags
    return told


def holding(
    sheet: Sheet, name: str, value: object, row_of: Callable[[str, object], int]
) -> NDArray[np.bool_]:
    """Return for each row of *sheet* whether the field *name* holds *value*.

    Args:
        sheet: The table.
        name: A field, ``id`` included, or a tag as ``tags.NAME``.
        value: What :func:`attributes_of` gives for such a cell; None for nothing.
        row_of: Gives the row of an id in a table, negative where there is none.
    """
    found = np.zeros(len(sheet), np.bool_)
    stored = sheet.columns.get(name)
    if name == "id":
        found |= np.arange(len(sheet)) == row_of(sheet.name, value)
    elif stored is None:
        found[:] = value is None
    elif isinstance(stored, Words):
        code = UNKNOWN if value == UNKNOWN_CELL else stored.code(str(value))
        found |= stored.codes == (NONE if value is None else code)
    elif isinstance(stored, References):
        for target, rows in stored.targets.items():
            row = UNKNOWN if value == UNKNOWN_CELL else row_of(target, value)
            found |= (rows != NONE) if value is None else (rows == row) & (row != NONE)
        found ^= value is None
    else:
        found[:] = [_value(stored, row, _no_id) == value for row in range(len(sheet))]
    return found


def _no_id(table: str, row: int) -> str:
    raise LookupError(table, row)


def _value(stored: Stored, row: int, id_of: Callable[[str, int], str]) -> Any:
    if isinstance(stored, References):
        for target, rows in stored.targets.items():
            if rows[row] >= 0:
                return id_of(target, int(rows[row]))
            if rows[row] == UNKNOWN:
                return UNKNOWN_CELL
        return None
    if isinstance(stored, Words):
        return UNKNOWN_CELL if stored.codes[row] == UNKNOWN else stored[row]
    if isinstance(stored, Texts):
        return stored[row]
    cell = stored[row]
    if stored.dtype.kind == "M":
        return None if np.isnat(cell) else cell.item()
    if stored.dtype.kind == "f":
        return None if np.isnan(cell) else float(cell)
    return None if cell < 0 else int(cell)
