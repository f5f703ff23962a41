"""CSV as rows of cells, read strictly: every row is whole, or it is told why not.

The csv module splits the cells. What it lets pass is watched here, on the bytes, before it
sees them: other encodings, NUL, lines and rows without end.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import BinaryIO

import numpy as np
from attrs import evolve

from govtree.errors import Location, Problem, Tally, problem
from govtree.tables._blocks import Block
from govtree.tables._layout import Layout
from govtree.tables._lines import (
    HEADER_ROWS,
    Lines,
    Reading,
    Roles,
    is_blank,
    joined_names,
    text_of,
)

__all__ = ["KINDS", "SLICE", "CsvTable", "Notes", "Stop"]

#: Rows that are turned into columns at once; more would leave the processor's cache.
SLICE = 1_000

_BLOCK = 2**19
_MOST_LINE_BYTES = 2**20
_MOST_CELLS = 10_000
# As many rows as a spreadsheet has, which may all be written out.
_MOST_BLANK = 2**20
# What the csv module allows unless a program changed it.
_MOST_CELL_CHARACTERS = 131_072

# From here on stand the letters that Chinese is written in.
_FIRST_CHINESE = "\u2e80"

#: What a file begins with that only calls itself a table, and what it is then.
KINDS = (
    (b"PK\x03\x04", "xlsx or zip"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"PAR1", "Parquet"),
    (b"\x1f\x8b", "gzip"),
    (b"SQLite format 3\0", "SQLite"),
    (b"%PDF", "PDF"),
)
_PAGE = re.compile(rb"\s*<(?:!doctype|html|table|\?xml)", re.IGNORECASE)
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Stop(Exception):  # noqa: N818 - never leaves this package
    """Nothing more can be read; its problem is noted."""


class Notes:
    """The problems of one table.

    Attributes:
        place: The table itself.
        header: Number of the row that the names of its columns stand in.
    """

    def __init__(self, place: Location, header: int = 1) -> None:
        self.place = place
        self.header = header
        self._tally = Tally()

    def add(
        self,
        code: str,
        where: Callable[[], Location] | None = None,
        *,
        severity: str = "error",
        **values: str,
    ) -> None:
        """Note a problem; *where* is asked only for what is kept."""

        def made() -> Problem:
            place = self.place if where is None else where()
            return problem(code, place, severity=severity, **values)

        self._tally.add(code, made)

    def at(self, *, line: int = 0, row: int = 0, field: str = "") -> Callable[[], Location]:
        """Return what gives a place in the table."""
        return lambda: evolve(self.place, line=line, row=row, field=field)

    def problems(self) -> tuple[Problem, ...]:
        """Return what was noted, sorted."""
        return self._tally.problems()


class _Blocks:
    """A stream of bytes as blocks of whole lines of text."""

    def __init__(self, stream: BinaryIO, notes: Notes, layout: Layout) -> None:
        self.width = 0
        #: Whether cells may hold NUL, or bytes that are no UTF-8.
        self.suspect = False
        self._stream = stream
        self._notes = notes
        self._delimiter = layout.delimiter.encode()
        self._encoding = layout.encoding
        self._lines = 0
        self._holds_utf8 = False

    def __iter__(self) -> Iterator[io.StringIO]:
        rest = b""
        while chunk := self._stream.read(_BLOCK):
            block = rest + chunk if self._lines or rest else self._begin(chunk)
            # A line may also end in a bare CR, unless its LF is still to come.
            cut = block.rfind(b"\n") + 1 or block.rfind(b"\r", 0, -1) + 1
            rest = block[cut:]
            if len(rest) > _MOST_LINE_BYTES:
                self._stop("GT062", self._lines + _line_ends(block), f"{_MOST_LINE_BYTES:,}")
            if cut:
                yield self._text(block[:cut])
        if rest:
            yield self._text(rest)

    def _begin(self, block: bytes) -> bytes:
        for mark, kind in KINDS:
            if block.startswith(mark):
                self._notes.add("GT061", kind=kind)
                raise Stop
        if _PAGE.match(block):
            self._notes.add("GT061", kind="HTML or XML")
            raise Stop
        # Every other byte of Latin text is NUL in UTF-16.
        if block.startswith(_WIDE) or re.match(rb"(?:[^\0]\0|\0[^\0]){4}", block):
            self._notes.add("GT011", encoding="UTF-16")
            raise Stop
        if block.startswith(codecs.BOM_UTF8) and self._encoding != "utf-8":
            self._refuse_encoding("utf-8", 1)
        return block.removeprefix(codecs.BOM_UTF8)

    def _text(self, block: bytes) -> io.StringIO:
        lines = _line_ends(block)
        if _count(block, self._delimiter) > _MOST_CELLS + lines * self.width:
            for number, line in enumerate(block.splitlines()):
                if line.count(self._delimiter) >= _MOST_CELLS:
                    self._stop("GT063", self._lines + number, f"{_MOST_CELLS:,}")
        if b"\0" in block:
            self.suspect = True
        if self._encoding != "utf-8":
            text = self._decoded(block)
            self._lines += lines
            return io.StringIO(text, newline="")
        try:
            text = block.decode()
        except UnicodeDecodeError as error:
            self._require_some_utf8(block, error)
            self.suspect = True
            text = block.decode(errors="surrogateescape")
        self._holds_utf8 |= not text.isascii()
        self._lines += lines
        return io.StringIO(text, newline="")

    def _decoded(self, block: bytes) -> str:
        """Return text in the encoding that is named, if it is not plainly UTF-8."""
        if not block.isascii():
            with suppress(UnicodeDecodeError):
                # By chance, a few Chinese letters of GB18030 are letters of other scripts.
                if max(block.decode()) >= _FIRST_CHINESE:
                    good = next(
                        n for n, line in enumerate(block.splitlines()) if not line.isascii()
                    )
                    self._refuse_encoding("utf-8", self._lines + good + 1)
        try:
            return block.decode(self._encoding)
        except UnicodeDecodeError as error:
            where = self._notes.at(line=self._lines + _line_ends(block[: error.start]) + 1)
            byte = f"0x{block[error.start]:02X}"
            self._notes.add("GT010", where, byte=byte, encoding=self._encoding.upper())
            raise Stop from None

    def _refuse_encoding(self, other: str, line: int) -> None:
        where = self._notes.at(line=line)
        self._notes.add("GT079", where, encoding=self._encoding.upper(), other=other)
        raise Stop

    def _require_some_utf8(self, block: bytes, error: UnicodeDecodeError) -> None:
        """Refuse a file of one other encoding as a whole, not row by row."""
        if self._holds_utf8:
            return
        good, bad = 0, []
        for line in block.splitlines():
            try:
                good += not line.decode().isascii()
            except UnicodeDecodeError:
                bad.append(line)
        # A few lines in another encoding can pass as UTF-8 by chance.
        if good > len(bad) // 8:
            return
        where = self._notes.at(line=self._lines + _line_ends(block[: error.start]) + 1)
        try:
            b"\n".join(bad).decode("gb18030")
        except UnicodeDecodeError:
            byte = f"0x{block[error.start]:02X}"
            self._notes.add("GT010", where, byte=byte, encoding="UTF-8")
        else:
            self._refuse_encoding("gb18030", where().line)
        raise Stop

    def _stop(self, code: str, lines: int, limit: str) -> None:
        self._notes.add(code, self._notes.at(line=lines + 1), limit=limit)
        raise Stop


class _Lines:
    """The lines of a file, one by one, or all that is left of a block at once."""

    def __init__(self, blocks: Iterable[io.StringIO]) -> None:
        self._blocks = iter(blocks)
        self._block = io.StringIO()

    def __iter__(self) -> Iterator[str]:
        while True:
            block = self._block
            yield from block
            if self._block is block:
                following = next(self._blocks, None)
                if following is None:
                    return
                self._block = following

    def take(self) -> str:
        """Return what is left of the block, or else the next one; nothing at the end."""
        left = self._block.read()
        if not left and (following := next(self._blocks, None)) is not None:
            left = following.read()
        return left

    def give_back(self, text: str) -> None:
        """Let what was taken be read line by line."""
        self._block = io.StringIO(text, newline="")


class CsvTable:
    """A table in a CSV file: its header, and its rows as slices of columns.

    Attributes:
        header: Names of the columns; empty where there is no header.
        rows: Rows handed on so far.
        gaps: Pairs of a row and of how many records before it are not rows: blank lines, and
            records that could not be read.
    """

    def __init__(self, stream: BinaryIO, notes: Notes, layout: Layout) -> None:
        self._notes = notes
        self._layout = layout
        self._blocks = _Blocks(stream, notes, layout)
        self._lines = _Lines(self._blocks)
        self._delimiter = layout.delimiter
        self._reader = csv.reader(iter(self._lines), delimiter=layout.delimiter, strict=True)
        self._records = 0  # records read so far, whatever they were
        self.rows = 0
        self._blank = 0  # blank records that follow one another,
        self._blank_before = 0  # and the row before which they stand
        self._lost = False  # whether no more can be told apart
        self._broken = ""  # why the record after those could not be read
        self.gaps: list[tuple[int, int]] = []
        self._above: list[list[str]] = []
        self.header = self._read_header()
        self._blocks.width = len(self.header)
        if self._records > 1:
            self._skip(0, self._records - 1)

    def _read_header(self) -> list[str]:
        rows = []
        for number in range(1, self._layout.header[-1] + 1):
            read = self._read(1)
            if not read and not self._records:
                self._notes.add("GT051")
            if not read or self._records != number - 1:
                raise Stop
            self._records += 1
            if number in self._layout.header:
                rows += read
        if not any(map(any, rows)):
            self._notes.add("GT054", self._notes.at(row=self._notes.header))
            raise Stop
        header = [_shown(name) for name in rows[0]]
        if self._blocks.suspect:
            self._find_strange(rows[0], self._layout.header[0], header)
        self._above = [[text_of(_shown(name)) for name in row] for row in rows]
        return header if len(rows) == 1 else joined_names(self._above)

    def rows_after_header(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the first rows below the header, with their numbers; they are not read again."""
        for _ in range(HEADER_ROWS):
            for row in self._read(1):
                self._records += 1
                yield self._records, [_shown(cell) for cell in row]

    def reading(self) -> Reading:
        """Return what was found beside the rows."""
        place, lines = self._notes.place, self._kinds
        return Reading(
            place.file,
            rows=self.rows,
            header=self._layout.header,
            totals=lines.totals,
            repeated=lines.repeated,
            filled=lines.filled,
            notes=lines.notes,
            total_rows=tuple(lines.total_rows),
            unfilled=lines.unfilled,
            unfilled_rows=tuple(lines.unfilled_rows),
        )

    def slices(self, positions: Sequence[int], roles: Roles) -> Iterator[list[Sequence[str]]]:
        """Yield the columns at *positions*, some rows at a time.

        Args:
            positions: Columns, by their place in the header.
            roles: What the columns are for; of a row that is not as long as the header, the
                cell of the key is kept.
        """
        key = roles.key or 0
        self._told = roles.labels
        self._kinds = Lines(self.header, self._above, self._layout, roles, self._doubt)
        for columns in self._plain(key):
            yield [columns[position] for position in positions]
        while rows := self._read(SLICE):
            read = len(rows)
            # Rows that are all as long as the header need no second look, but for the key.
            odd = self._blocks.suspect or self._kinds.fills
            whole = set(map(len, rows)) == {len(self.header)} and not odd
            columns = list(zip(*rows, strict=True)) if whole else []
            whole = whole and all(map(str.strip, columns[key]))
            if whole:
                told = [columns[place] for place in self._told]
                text = "\n".join(map("\n".join, told))
                whole = not self._kinds.may_hold_others(text, told, key, columns[key])
            if not whole:
                rows = self._sifted(rows, key)
                columns = list(zip(*rows, strict=True))
            self._records += read
            self.rows += len(rows)
            if rows:
                yield [columns[position] for position in positions]

    def _plain(self, key: int) -> Iterator[list[Sequence[str]]]:
        """Yield the columns of the first blocks, as long as there is nothing odd in them.

        Where no cell is quoted and every row is whole, cells are what stands between
        delimiters, which is found in a third of the csv module's time.
        """
        width = len(self.header)
        while text := self._lines.take():
            odd = self._blocks.suspect or self._kinds.fills
            block = None if odd else Block.of(text, self._delimiter, width)
            if block is None or self._is_odd(block, key):
                self._lines.give_back(text)
                return
            self._records += block.rows
            self.rows += block.rows
            yield [block.column(place) for place in range(width)]

    def _is_odd(self, block: Block, key: int) -> bool:
        """Return whether a block may have lines in it that are no rows."""
        keys = block.column(key)
        told = (block.column(place) for place in self._told)
        return keys.has_blank or self._kinds.may_hold_others(block.text, told, key, keys)

    def _doubt(self, number: int) -> None:
        self._notes.add("GT913", self._notes.at(row=number))

    def _read(self, most: int) -> list[list[str]]:
        """Return up to *most* records, fewer before one that cannot be read; none at the end."""
        rows: list[list[str]] = []
        while not rows:
            if self._broken:
                self._note_broken()
            if self._lost:
                break
            try:
                # What was read before an error stays in the list.
                rows.extend(islice(self._reader, most))
            except csv.Error as error:
                self._broken = str(error)
            else:
                break
        return rows

    def _note_broken(self) -> None:
        """Note the record that the csv module gave up on, and count it."""
        self._records += 1
        where = self._notes.at(row=self._records)
        if "field limit" in self._broken:
            self._notes.add("GT067", where, limit=f"{_MOST_CELL_CHARACTERS:,}")
            # Inside of a quote that is never closed, every line would look like a bad row.
            self._lost = True
        else:
            self._notes.add("GT056" if "unexpected end" in self._broken else "GT057", where)
        self._broken = ""
        self._skip(self.rows, 1)

    def _sifted(self, rows: list[list[str]], key: int) -> list[list[str]]:
        """Return the rows of *rows* that hold something, as long as the header."""
        if all(all(map(is_blank, row)) for row in rows):
            self._kinds.pass_blank()
            self._skip_blank(self.rows, len(rows))
            return []
        width = len(self.header)
        kept: list[list[str]] = []
        for number, row in enumerate(rows, start=self._records + 1):
            if all(map(is_blank, row)):
                self._kinds.pass_blank()
                self._skip_blank(self.rows + len(kept), 1)
                continue
            # A line that signs the table is often written without the delimiters of a row.
            if len(row) != width and not self._kinds.is_note(row):
                where = self._notes.at(row=number)
                self._notes.add("GT055", where, count=str(len(row)), expected=str(width))
                # Its other cells may stand under the wrong names.
                cell = row[key] if key < len(row) else ""
                row = ["" if place != key else cell for place in range(width)]
                self._kinds.pass_blank()
            elif not self._kinds.is_row(row, number):
                self._skip(self.rows + len(kept), 1)
                continue
            if self._blocks.suspect:
                self._find_strange(row, number, self.header)
            kept.append(row)
        return kept

    def _skip(self, row: int, records: int) -> None:
        """Note that *records* before a row are no rows."""
        before = self.gaps[-1][1] if self.gaps else 0
        if self.gaps and self.gaps[-1][0] == row:
            self.gaps.pop()
        self.gaps.append((row, before + records))

    def _skip_blank(self, row: int, records: int) -> None:
        self._skip(row, records)
        self._blank = records + (self._blank if row == self._blank_before else 0)
        self._blank_before = row
        if self._blank > _MOST_BLANK:
            first = row + 2 + self.gaps[-1][1] - self._blank
            self._notes.add("GT068", self._notes.at(row=first), limit=f"{_MOST_BLANK:,}")
            raise Stop

    def _find_strange(self, row: list[str], number: int, header: Sequence[str]) -> None:
        """Note cells with NUL or with bytes of another encoding, and make them showable."""
        for place, cell in enumerate(row):
            if cell.isascii() and "\0" not in cell:
                continue
            where = self._notes.at(row=number, field=header[place])
            if "\0" in cell:
                self._notes.add("GT058", where, cell=cell, character="U+0000")
                row[place] = ""
            elif (shown := _shown(cell)) != cell:
                self._notes.add("GT059", where, cell=shown)
                row[place] = shown


def _line_ends(block: bytes) -> int:
    return max(_count(block, b"\n"), block.count(b"\r"))


def _count(block: bytes, sign: bytes) -> int:
    """Return how often a byte that is frequent occurs, for which bytes.count takes long."""
    return int(np.count_nonzero(np.frombuffer(block, np.uint8) == ord(sign)))


def _shown(cell: str) -> str:
    """Return *cell* with the bytes that are no UTF-8 as escapes."""
    return cell.encode(errors="surrogateescape").decode(errors="backslashreplace")
