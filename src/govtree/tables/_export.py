"""Clean tables for people: a workbook, or CSV that an office program opens."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from govtree import _frames
from govtree._columns import UNKNOWN, References, Sheet, Words
from govtree._files import make_folder, save, save_all
from govtree._markup import csv_cell
from govtree._rows import UNKNOWN_CELL
from govtree._texts import Texts
from govtree.hierarchy import Hierarchy
from govtree.tables._file_names import file_names
from govtree.tables._pages import Cell, Page, workbook
from govtree.tables._write import write_table
from govtree.units import SECTIONS

__all__ = ["export"]

_MARK = "\ufeff".encode()


def export(
    h: Hierarchy,
    path: str | os.PathLike[str],
    *,
    tables: Iterable[str] | None = None,
    byte_order_mark: bool = False,
) -> tuple[Path, ...]:
    r"""Write tables of *h* for people to open, and return the paths of the files, sorted.

    A path that ends in ``.xlsx`` becomes one workbook with a sheet a table, any other a folder
    with a CSV file a table. Rows stand in order of id, columns in the order of the record's
    fields, tags behind them. In a workbook codes, ids, references and words are texts (leading
    zeros stay), counts numbers, days days. Empty is nothing, ``?`` is not known.

    A text that a spreadsheet would compute, such as ``=1+1``, begins with an apostrophe, in
    CSV and in a workbook: the latter may be saved as CSV by whoever has it. To get back
    exactly what there was, use :func:`govtree.dump`.

    The same tables give the same bytes.

    Args:
        h: The structure.
        path: A file that ends in ``.xlsx``, or a folder, which is made where its own folder
            is there.
        tables: Names of tables; without them, every one that there is.
        byte_order_mark: Whether CSV files begin with the mark by which some office programs
            know UTF-8.

    Raises:
        FileError: If a file cannot be written, or a table does not fit into a sheet: more than
            1,048,575 rows, or a text of more than 32,767 characters. CSV has room for both.
        MissingExtraError: If xlsxwriter is not installed and the path ends in ``.xlsx``.
        UnknownLevelError: If there is no such table.

    >>> import tempfile
    >>> from govtree import Grid, Hierarchy
    >>> h = Hierarchy.from_records([Grid(id="007", name="=1+1", households=300)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [file] = export(h, folder)
    ...     file.name, file.read_text(encoding="utf-8")
    ('grids.csv', "id,name,households\n007,'=1+1,300\n")
    """
    sheets = [h.sheet(table) for table in dict.fromkeys(h.tables if tables is None else tables)]
    if os.fspath(path).lower().endswith(".xlsx"):
        pages = (Page(_called(each), _columns(each, h)) for each in sheets)
        save(path, workbook(pages, os.fspath(path)))
        return (Path(path),)
    root = make_folder(path)
    names = file_names(map(_called, sheets))
    files = {}
    for each in sheets:
        files[root / f"{names[_called(each)]}.csv"] = _csv(each, h, byte_order_mark)
    save_all(files)
    return tuple(sorted(files))


def _called(sheet: Sheet) -> str:
    """Return what the file or sheet of a table is called, as in a structure that is dumped."""
    return SECTIONS.get(sheet.name, f"units-{sheet.name}")


def _csv(sheet: Sheet, h: Hierarchy, byte_order_mark: bool) -> Iterator[bytes]:
    if byte_order_mark:
        yield _MARK
    yield from write_table(sheet, h.ids, shown=csv_cell)


def _columns(sheet: Sheet, h: Hierarchy) -> dict[str, Sequence[Cell]]:
    own = {} if sheet.ids is None else {"id": h.ids(sheet.name)}
    return {**own, **{name: _cells(sheet, name, h) for name in _frames.ordered(sheet)}}


def _cells(sheet: Sheet, name: str, h: Hierarchy) -> list[Any]:
    """Return a column as what its cells hold."""
    column = sheet.columns[name]
    if isinstance(column, Texts):
        return list(column.tolist())
    if isinstance(column, (References, Words)):
        codes, words = _frames.words_of(column, len(sheet), h.ids)
        shown = [*words, None]
        return [shown[code] for code in codes.tolist()]
    if column.dtype.kind == "M":
        return list(column.tolist())
    if column.dtype.kind == "f":
        return [None if math.isnan(number) else number for number in column.tolist()]
    held: Callable[[int], Cell] = bool if _frames.is_truth(sheet, name) else int
    return [
        held(number) if number >= 0 else UNKNOWN_CELL if number == UNKNOWN else None
        for number in column.tolist()
    ]
