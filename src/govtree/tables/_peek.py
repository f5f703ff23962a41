"""The first rows of a file as they lie in it, for whoever has to find out what they are."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from typing import Any, BinaryIO

from attrs import frozen

from govtree._files import Folder, Limits
from govtree.errors import FileError, Location, Problem
from govtree.tables._csv import CsvTable, Notes, Stop
from govtree.tables._layout import DELIMITERS, ENCODINGS, Layout
from govtree.tables._lines import is_blank, text_of
from govtree.tables._package import Package
from govtree.tables._xlsx import XlsxTable, _contents, is_workbook

__all__ = ["Peek", "peek", "visible_sheets"]

#: Rows that are looked at.
ROWS = 2_000

# Bytes of CSV that are looked at: no line may be longer.
_BYTES = 2**20
# Columns of CSV from which on its reader is asked whether it takes them.
_WIDE = 1_000
# Sheets of a workbook that are looked at.
_MOST_SHEETS = 20


@frozen(kw_only=True)
class Peek:
    """The first rows of a CSV file, or of a visible sheet of a workbook.

    Attributes:
        rows: What their cells say, each as wide as the widest.
        layout: Encoding and delimiter of CSV; of a workbook the name of the sheet.
        spans: Cells that are merged: first row and column, last row and column, from 0.
        goes_on: Whether more rows follow.
    """

    rows: tuple[tuple[str, ...], ...]
    layout: Layout
    spans: tuple[tuple[int, int, int, int], ...] = ()
    goes_on: bool = False

    def names(self, header: Sequence[int]) -> list[str]:
        """Return the names of the columns whose header stands in these rows, from 1.

        They are those that a reader of the table gives them.
        """
        width = len(self.rows[0]) if self.rows else 0
        parts: list[list[str]] = [[] for _ in range(width)]
        for number in header:
            row = list(self.rows[number - 1])
            for top, left, bottom, right in self.spans:
                if top <= number - 1 <= bottom and top + 1 >= header[0]:
                    row[left : right + 1] = [self.rows[top][left]] * len(row[left : right + 1])
            for place, cell in enumerate(row):
                name = text_of(cell)
                if name and name not in parts[place]:
                    parts[place].append(name)
        return [" ".join(each) for each in parts]

    def filled(self, header: int) -> list[list[str]]:
        """Return the rows below the row *header*, from 1; merged cells say the same in each row."""
        rows = [list(row) for row in self.rows[header:]]
        for top, left, bottom, _ in self.spans:
            for row in range(max(top, header), bottom + 1):
                rows[row - header][left] = self.rows[top][left]
        return rows


def peek(
    folder: Folder, name: str, *, sheet: str = "", where: Location | None = None
) -> tuple[tuple[Peek, ...], tuple[Problem, ...]]:
    """Return the first rows of each visible sheet of a file, and why it cannot be read.

    Of CSV, the encoding is UTF-8 where the bytes are, else GB18030; what stands between the
    cells is what most lines have the same number of.

    Args:
        folder: The folder that it lies in.
        name: Its path there.
        sheet: Of a workbook, the only sheet that is looked at, which may be a hidden one.
        where: Where the path is written.

    Raises:
        MissingExtraError: If it is a workbook and its reader is not installed.
    """
    notes = Notes(Location(name))
    try:
        with folder.open(name, where=where) as stream:
            if is_workbook(name):
                return _sheets(stream, notes, folder.limits, sheet), notes.problems()
            if name.lower().endswith(".parquet"):
                return (_parquet(stream, notes),), notes.problems()
            return (_text(stream, notes),), notes.problems()
    except FileError as refused:
        return (), tuple(sorted((*notes.problems(), *refused.problems)))
    except Stop:
        return (), notes.problems()


def visible_sheets(folder: Folder, name: str) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Return the names of the visible sheets of a workbook, and why it cannot be read.

    Of a file of another kind there are none.
    """
    notes = Notes(Location(name))
    try:
        if not is_workbook(name):
            return (), ()
        with folder.open(name) as stream:
            listed = _contents(Package(stream, notes, folder.limits)).sheets
            return tuple(each.name for each in listed if not each.hidden), notes.problems()
    except FileError as refused:
        return (), tuple(sorted((*notes.problems(), *refused.problems)))
    except Stop:
        return (), notes.problems()


# -- CSV ---------------------------------------------------------------------------------------


def _text(stream: BinaryIO, notes: Notes) -> Peek:
    data = stream.read(_BYTES)
    text, encoding = _decoded(data, len(data) == _BYTES)
    lines = text.split("\n")
    if len(data) == _BYTES and len(lines) > 1:
        lines.pop()  # it goes on
    whole = "\n".join(lines[: 2 * ROWS])
    delimiter = max(DELIMITERS, key=lambda each: (_evenness(whole, each), -DELIMITERS.index(each)))
    layout = Layout(delimiter=delimiter, encoding=encoding or ENCODINGS[0])
    rows = _squared(_split(whole, delimiter))
    if not encoding or "\0" in text or not any(map(any, rows)) or len(rows[0]) > _WIDE:
        # Whatever else calls itself CSV: its reader has the words for it.
        stream.seek(0)
        CsvTable(stream, notes, layout)
    goes_on = len(data) == _BYTES or len(rows) == ROWS
    return Peek(rows=rows, layout=layout, goes_on=goes_on)


def _decoded(data: bytes, goes_on: bool) -> tuple[str, str]:
    """Return what bytes say, and their encoding; an empty one where they are of none."""
    data = data.removeprefix(codecs.BOM_UTF8)
    for encoding in ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            return decoder.decode(data, final=not goes_on), encoding
        except UnicodeDecodeError:
            continue
    return data.decode(ENCODINGS[0], "replace"), ""


def _split(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([text_of(cell) for cell in row])
            if len(rows) == ROWS:
                break
    except csv.Error:
        # What comes behind is for the reader of the table to tell.
        pass
    return rows


def _evenness(text: str, delimiter: str) -> int:
    """Return how many rows have the most common number of cells above one, times that."""
    widths = [len(row) for row in _split(text[: _BYTES // 16], delimiter) if len(row) > 1]
    return max((widths.count(width) * width for width in set(widths)), default=0)


# -- Parquet -----------------------------------------------------------------------------------


def _parquet(stream: BinaryIO, notes: Notes) -> Peek:
    from govtree.tables._parquet import ParquetTable

    table = ParquetTable(stream, notes)
    rows: list[list[str]] = [list(table.header)]
    for columns in table.slices(table.header):
        rows += [[text_of(cell) for cell in row] for row in zip(*columns, strict=True)]
        if len(rows) > ROWS:
            break
    return Peek(rows=_squared(rows[:ROWS]), layout=Layout(), goes_on=len(rows) > ROWS)


# -- workbooks ---------------------------------------------------------------------------------


class _Sheet(XlsxTable):
    """A sheet of which it is not known yet where its header stands."""

    def _require_header(self) -> None:
        """Take any row for one that may be the header's."""

    def peek(self, layout: Layout) -> Peek:
        """Return its first rows."""
        grid = [[text_of(cell) for cell in row] for row in self._grid[:ROWS]]
        spans = [
            (top, left, bottom, right)
            for (top, left), (bottom, right) in self._ranges
            if bottom < len(grid) and not is_blank(grid[top][left])
        ]
        goes_on = len(self._grid) > ROWS
        return Peek(rows=_squared(grid), layout=layout, spans=tuple(spans), goes_on=goes_on)


def _sheets(stream: BinaryIO, notes: Notes, limits: Limits, wanted: str) -> tuple[Peek, ...]:
    listed = _contents(Package(stream, notes, limits)).sheets
    names = [wanted] if wanted else [each.name for each in listed if not each.hidden]
    place = notes.place
    peeks = []
    # Without a visible sheet the reader says so itself.
    for name in names[:_MOST_SHEETS] or [""]:
        notes.place = place
        stream.seek(0)
        layout = Layout(sheet=name)
        sheet = _Sheet(stream, notes, layout, limits)
        peeks.append(sheet.peek(layout))
    return tuple(peeks)


def _squared(rows: Sequence[Sequence[Any]]) -> tuple[tuple[str, ...], ...]:
    """Return rows as wide as the widest."""
    width = max(map(len, rows), default=0)
    return tuple((*row, *[""] * (width - len(row))) for row in rows)
