"""Office files in and out: CSV, Parquet and data frames as rows of a structure's tables.

A table is read strictly and whole: either every row of it stands under the right names, or
each fault is told with file, row and column. Columns that no field asks for are not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, BinaryIO

from attrs import evolve, frozen

from govtree import _frames
from govtree._files import Folder, Limits, collector_paused
from govtree._rows import Rows, input_columns, joined
from govtree.errors import FileError, Location, Places, Problem
from govtree.tables._cells import read_office
from govtree.tables._csv import CsvTable, Notes, Stop
from govtree.tables._export import export
from govtree.tables._file_names import file_names
from govtree.tables._formulas import formula_rows
from govtree.tables._layout import DELIMITERS, ENCODINGS, FILLS, TOTALS, FillDown, Layout
from govtree.tables._lines import Reading, Roles
from govtree.tables._pages import Cell, Page, workbook
from govtree.tables._parquet import ParquetTable
from govtree.tables._peek import Peek, peek, visible_sheets
from govtree.tables._sources import (
    Field,
    Gathered,
    GatheredOnce,
    Source,
    TablePlaces,
    match,
    require_header,
)
from govtree.tables._typed import FramePlaces, TypedRows, take_office
from govtree.tables._write import csv_line, write_table
from govtree.tables._xlsx import XlsxTable, is_workbook
from govtree.units import Column, Record

__all__ = [
    "DELIMITERS",
    "ENCODINGS",
    "FILLS",
    "TOTALS",
    "Cell",
    "FillDown",
    "Layout",
    "Page",
    "Peek",
    "Reading",
    "Source",
    "TablePlaces",
    "columns_of_frame",
    "csv_line",
    "export",
    "file_names",
    "formula_rows",
    "peek",
    "read_columns",
    "read_every_column",
    "read_table",
    "rows_of_frame",
    "visible_sheets",
    "workbook",
    "write_table",
]


def read_table(
    folder: Folder,
    name: str,
    table: str,
    record: type[Record],
    *,
    columns: Mapping[str, Source] | None = None,
    layout: Layout = Layout(),  # noqa: B008 - frozen
    where: Location | None = None,
) -> tuple[Rows | None, tuple[Problem, ...]]:
    """Return the rows of a file as those of a table of a structure; see :func:`read_columns`.

    Args:
        folder: The folder of the structure.
        name: Path of the file, as it is written there.
        table: Name of the table that its rows belong to.
        record: Record class of that table, whose fields are read.
        columns: Sources of fields.
        layout: How the table lies in the file.
        where: Where the path is written.

    Raises:
        MissingExtraError: If a package that reads such a file is not installed.
    """
    known = input_columns(table, record)
    return read_columns(folder, name, table, known, columns=columns, layout=layout, where=where)


def read_columns(
    folder: Folder,
    name: str,
    table: str,
    known: Mapping[str, Column],
    *,
    columns: Mapping[str, Source] | None = None,
    layout: Layout = Layout(),  # noqa: B008 - frozen
    where: Location | None = None,
    key: str = "",
    within: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[Rows | None, tuple[Problem, ...]]:
    """Return the rows of a file, and every problem that reading it found, sorted.

    A file that ends in ``.parquet`` is read by pyarrow, one that ends in ``.xlsx`` or ``.xlsm``
    by calamine, any other as CSV.

    Args:
        folder: The folder of the structure.
        name: Path of the file, as it is written there.
        table: Name of the table that its rows belong to.
        known: The fields that are read, by name.
        columns: Sources of fields, a tag under ``tags.NAME``; fields without one are taken from
            the column of their own name, if there is one.
        layout: How the table lies in the file.
        where: Where the path is written, for the problem that the file cannot be opened.
        key: The field that tells which row it is: a line in which it says something is a row,
            whatever else stands there. Without it, the first required one, if there is any.
        within: By field that names a unit, those that name what it stands in: a new value in
            one of them ends what it takes over from above. So does one in any of these fields
            to its left, where all blanks are filled.

    Returns:
        The rows; None where the file as a whole cannot be read. Where there are errors, cells
        that could not be read hold nothing, and rows that could not are left out.

    Raises:
        MissingExtraError: If the package that reads a Parquet file or a workbook is not
            installed.
    """
    wanted = _Wanted(table, known, columns or {}, key, within)
    notes = Notes(Location(name), layout.header[-1])
    _require_fitting(name, layout, notes)
    try:
        with folder.open(name, where=where) as stream, collector_paused():
            if name.lower().endswith(".parquet"):
                rows = _read_parquet(stream, wanted, layout, notes)
            elif is_workbook(name):
                rows = _read_xlsx(stream, wanted, layout, folder.limits, notes)
            else:
                rows = _read_csv(stream, wanted, layout, notes)
    except FileError as refused:
        return None, tuple(sorted((*notes.problems(), *refused.problems)))
    except Stop:
        return None, notes.problems()
    return rows, notes.problems()


class _EveryColumn(Mapping[str, Column]):
    """Fields that take in any column, each by its own name."""

    def __getitem__(self, name: str) -> Column:
        return Column("cell")

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def read_every_column(
    folder: Folder,
    name: str,
    table: str,
    *,
    layout: Layout = Layout(),  # noqa: B008 - frozen
    where: Location | None = None,
) -> tuple[Rows | None, tuple[Problem, ...]]:
    """Return all columns of a file by their own names, as :func:`read_columns` does.

    For tables that are no tables of a structure. Cells are not read as anything: they are texts,
    except in Parquet, which says itself what they are. Those of CSV and of workbooks are coded.

    Args:
        folder: The folder of the file.
        name: Path of the file, as it is written there.
        table: What the table is called.
        layout: How the table lies in the file.
        where: Where the path is written.

    Raises:
        MissingExtraError: If a package that reads such a file is not installed.
    """
    every = _EveryColumn()
    if not name.lower().endswith(".parquet"):
        return read_columns(folder, name, table, every, layout=layout, where=where)
    notes = Notes(Location(name))
    try:
        with folder.open(name, where=where) as stream, collector_paused():
            parquet = ParquetTable(stream, notes)
            match(parquet.header, every, {}, table, notes)
            if notes.problems():
                raise Stop
            parts = list(parquet.slices(parquet.header))
    except FileError as refused:
        return None, tuple(sorted((*notes.problems(), *refused.problems)))
    except Stop:
        return None, notes.problems()
    columns = {
        each: joined([part[at] for part in parts] or [[]]) for at, each in enumerate(parquet.header)
    }
    places = TablePlaces(name, {each: each for each in columns})
    return Rows(table, columns, parquet.rows, places), notes.problems()


def rows_of_frame(
    frame: object,
    table: str,
    record: type[Record],
    *,
    columns: Mapping[str, Source] | None = None,
    layout: Layout = Layout(),  # noqa: B008 - frozen
) -> tuple[Rows | None, tuple[Problem, ...]]:
    """Return the rows of a data frame, and every problem with it, sorted.

    Values are taken as they are: a count has to be a whole number, a day a date. A text in the
    place of one is read as an office's file would be.

    Args:
        frame: A data frame in memory: pandas, polars, pyarrow, or another that narwhals knows.
        table: Name of the table that its rows belong to.
        record: Record class of that table.
        columns: Sources of fields, as for :func:`read_table`.
        layout: What lines of totals say; cells are not filled down.

    Raises:
        MissingExtraError: If narwhals is not installed.
        TypeError: If it is no data frame.
    """
    known = input_columns(table, record)
    return columns_of_frame(frame, table, known, columns=columns, layout=layout)


def columns_of_frame(
    frame: object,
    table: str,
    known: Mapping[str, Column],
    *,
    columns: Mapping[str, Source] | None = None,
    layout: Layout = Layout(),  # noqa: B008 - frozen
    key: str = "",
) -> tuple[Rows | None, tuple[Problem, ...]]:
    """Return the rows of a data frame, and every problem with it, sorted.

    Args:
        frame: A data frame as for :func:`rows_of_frame`, or a mapping from names to columns.
        table: Name of the table that its rows belong to.
        known: The fields that are read, by name.
        columns: Sources of fields, as for :func:`read_columns`.
        layout: What lines of totals say; cells are not filled down.
        key: The field that tells which row it is, as for :func:`read_columns`.

    Raises:
        MissingExtraError: If narwhals is not installed.
        TypeError: If it is no data frame.
    """
    given = dict(frame) if isinstance(frame, Mapping) else _frames.columns_of(frame)
    notes = Notes(Location(record=table))
    if layout.fill_down:
        notes.add("GT925", key="fill_down")
    wanted = _Wanted(table, known, columns or {}, key)
    header = list(given)
    try:
        fields = match(header, known, wanted.columns, table, notes)
    except Stop:
        return None, notes.problems()
    typed = TypedRows(header, layout, _roles(fields, wanted, header), notes, first=0)
    length = max(map(len, given.values()), default=0)
    cells = typed.rows_of([given[name] for name in header], length)
    places = FramePlaces(table, typed.gaps)
    gathered = [Gathered(each, places, notes, take_office) for each in fields]
    _hand_on(gathered, [cells[header.index(name)] for name in _used(fields)], 0)
    _tell(typed.reading(), notes)
    return _rows(table, gathered, typed.rows, places), notes.problems()


@frozen
class _Wanted:
    """What is to be read of a table; see :func:`read_columns`."""

    table: str
    known: Mapping[str, Column]
    columns: Mapping[str, Source]
    key: str = ""
    within: Mapping[str, Sequence[str]] = MappingProxyType({})


def _require_fitting(name: str, layout: Layout, notes: Notes) -> None:
    """Note what is said of the layout and has no meaning in a file of this kind."""
    said = {
        "encoding": layout.encoding != ENCODINGS[0],
        "delimiter": layout.delimiter != DELIMITERS[0],
    }
    if not is_workbook(name):
        merged = "merged" in layout.fill_down.values()
        said = {"sheet": bool(layout.sheet), "fill_down: merged": merged}
    if name.lower().endswith(".parquet"):
        said["header"] = layout.header != (1,)
        said["fill_down"] = bool(layout.fill_down)
    for key, is_said in said.items():
        if is_said:
            notes.add("GT925", key=key)


def _read_csv(
    stream: BinaryIO,
    wanted: _Wanted,
    layout: Layout,
    notes: Notes,
) -> Rows:
    csv = CsvTable(stream, notes, layout)
    others = [each for each in DELIMITERS if each != layout.delimiter and each in csv.header[0]]
    if len(csv.header) == 1 and others:
        notes.add("GT060", notes.at(row=notes.header), delimiter=others[0])
        raise Stop
    known, columns = wanted.known, wanted.columns
    require_header(csv.header, csv.rows_after_header, known, columns, layout, notes)
    fields = match(csv.header, known, columns, wanted.table, notes)
    places = TablePlaces(notes.place.file, _headers(fields), csv.gaps)
    gathered = [GatheredOnce(each, places, notes, read_office) for each in fields]
    used = [csv.header.index(name) for name in _used(fields)]
    start = 0
    for slices in csv.slices(used, _roles(fields, wanted, csv.header)):
        _hand_on(gathered, slices, start)
        start = csv.rows
    _tell(csv.reading(), notes)
    return _rows(wanted.table, gathered, csv.rows, evolve(places, reading=csv.reading()))


def _read_xlsx(
    stream: BinaryIO,
    wanted: _Wanted,
    layout: Layout,
    limits: Limits,
    notes: Notes,
) -> Rows:
    sheet = XlsxTable(stream, notes, layout, limits)
    known, columns = wanted.known, wanted.columns
    require_header(sheet.header, sheet.rows_after_header, known, columns, layout, notes)
    fields = match(sheet.header, known, columns, wanted.table, notes)
    places = TablePlaces(notes.place.file, _headers(fields), sheet.gaps, sheet=notes.place.sheet)
    read = partial(read_office, is_1904=sheet.is_1904)
    used = [sheet.header.index(name) for name in _used(fields)]
    gathered = [GatheredOnce(each, places, notes, read) for each in fields]
    start = 0
    for slices in sheet.slices(used, _roles(fields, wanted, sheet.header)):
        _hand_on(gathered, slices, start)
        start = sheet.rows
    _tell(sheet.reading(), notes)
    return _rows(wanted.table, gathered, sheet.rows, evolve(places, reading=sheet.reading()))


def _tell(reading: Reading, notes: Notes) -> None:
    """Say what was found beside the rows that may be a surprise."""
    for code, count in (
        ("GT922", reading.hidden),
        ("GT923", reading.repeated),
        ("GT928", reading.notes),
    ):
        if count:
            notes.add(code, severity="warning", count=f"{count:,}")
    for code, count, numbers in (
        ("GT921", reading.totals, reading.total_rows),
        ("GT996", reading.unfilled, reading.unfilled_rows),
    ):
        if count:
            rows = ", ".join(map(str, numbers)) + (", ..." if count > len(numbers) else "")
            notes.add(code, severity="warning", count=f"{count:,}", rows=rows)


def _read_parquet(
    stream: BinaryIO,
    wanted: _Wanted,
    layout: Layout,
    notes: Notes,
) -> Rows:
    parquet = ParquetTable(stream, notes)
    fields = match(parquet.header, wanted.known, wanted.columns, wanted.table, notes)
    roles = _roles(fields, wanted, parquet.header)
    # Others are not unpacked: a line is told by the columns that are read, and the label.
    names = [parquet.header[place] for place in roles.labels]
    roles = _roles(fields, wanted, names)
    typed = TypedRows(names, layout, roles, notes, first=2)
    places = TablePlaces(notes.place.file, _headers(fields), typed.gaps)
    gathered = [Gathered(each, places, notes, take_office) for each in fields]
    used = [names.index(name) for name in _used(fields)]
    before = 0
    for slices in parquet.slices(names):
        start = typed.rows
        cells = typed.rows_of(slices, parquet.rows - before)
        before = parquet.rows
        _hand_on(gathered, [cells[place] for place in used], start)
    _tell(typed.reading(), notes)
    return _rows(wanted.table, gathered, typed.rows, evolve(places, reading=typed.reading()))


def _headers(fields: Sequence[Field]) -> dict[str, str]:
    return {each.name: each.source.header or each.name for each in fields}


def _used(fields: Sequence[Field]) -> list[str]:
    """Return the names of the columns of all sources, one behind the other."""
    return [name for each in fields for name in each.source.columns]


def _roles(fields: Sequence[Field], wanted: _Wanted, header: Sequence[str]) -> Roles:
    """Return what the columns of a table are for."""
    places = {
        each.name: tuple(map(header.index, each.source.columns))
        for each in fields
        if each.source.columns
    }
    known = wanted.known
    keys = [wanted.key, *(name for name in places if name in known and known[name].required)]
    key = next((places[name][-1] for name in keys if name in places), None)
    within: dict[int, tuple[int, ...]] = {}
    for name, own in places.items():
        above = [place for each in wanted.within.get(name, ()) for place in places.get(each, ())]
        for at, place in enumerate(own):
            within[place] = (*within.get(place, ()), *above, *own[:at])
    used = tuple(place for each in places.values() for place in each)
    named = tuple(place for name in wanted.within for place in places.get(name, ()))
    return Roles(used, key, named, within)


def _hand_on(gathered: Sequence[Gathered], columns: Sequence[Sequence[Any]], start: int) -> None:
    """Let each field read more rows, the first of which is row *start*."""
    rest = iter(columns)
    for each in gathered:
        own = [next(rest) for _ in each.field.source.columns]
        if own:
            each.add(own, start)


def _rows(table: str, gathered: Sequence[Gathered], length: int, places: Places) -> Rows:
    columns = {each.field.name: each.cells(length) for each in gathered}
    return Rows(table, columns, length, places)
