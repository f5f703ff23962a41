"""A sheet of a workbook as columns of cells, read by calamine behind a look at its parts.

calamine takes memory for every cell of the rectangle that a sheet reaches out to, makes an
empty cell of an error, and follows the zip wherever it leads. So it is handed a package of four
parts that were looked through, and the cells that it would lose are put in afterwards.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from attrs import evolve, frozen

from govtree._extras import need
from govtree._files import Limits
from govtree._names import nearest
from govtree.tables._cells import Lost, Truth
from govtree.tables._csv import Notes, Stop
from govtree.tables._layout import Layout
from govtree.tables._lines import (
    HEADER_ROWS,
    NOTING_MARKS,
    Lines,
    Reading,
    Roles,
    Totals,
    column_letters,
    is_blank,
    joined_names,
    text_of,
)
from govtree.tables._package import Copied, Package, elements
from govtree.tables._sheet import NotPlain, Strings, bytes_of_texts, look_through, parse_through

__all__ = ["XlsxTable", "is_workbook"]

_ENDINGS = (".xlsx", ".xlsm", ".xls")
_MOST_SHEETS = 1_000
# Hidden sheets that are looked into.
_MOST_HIDDEN = 20
# Rows whose cells are handed on together: so few that they stay in the processor's cache.
_ROWS = 1_024
_MOST_MERGED = 200_000
_MOST_MERGED_CELLS = 10_000_000
# A sheet in which one cell of so many says something has a cell far from the others.
_SPARSE = 20
_CELLS_ALWAYS = 2**20

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BOOK = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_KINDS}"><workbookPr date1904="%s"/>'
    '<sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>'
)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_BEGIN = (
    f'<Relationships xmlns="{_PACKAGE}">'
    f'<Relationship Id="r1" Type="{_KINDS}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>"
)
_RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}">'
    f'<Relationship Id="r1" Type="{_KINDS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_KINDS}/styles" Target="styles.xml"/>'
    f'<Relationship Id="r3" Type="{_KINDS}/sharedStrings" Target="sharedStrings.xml"/>'
    "</Relationships>"
)


def is_workbook(name: str) -> bool:
    """Return whether a file is to be read as a workbook, by its name.

    >>> is_workbook("上报/7月.XLSX"), is_workbook("households.csv")
    (True, False)
    """
    return name.lower().endswith(_ENDINGS)


@frozen
class _Listed:
    """A sheet as the workbook lists it."""

    name: str
    part: str
    hidden: bool


@frozen
class _Book:
    """What a workbook says of itself: whether days are counted from 1904, and its parts."""

    is_1904: bool
    sheets: tuple[_Listed, ...]
    strings: str
    styles: str


class XlsxTable:
    """A table in a sheet of a workbook: its header, and its rows as columns.

    Attributes:
        place: The sheet.
        part: Name of the part of the workbook that the sheet is.
        header: Names of the columns.
        is_1904: Whether days are counted from 1904.
        rows: Rows that were handed on.
        gaps: Pairs of a row and of how many lines before it are not rows.
    """

    def __init__(self, stream: BinaryIO, notes: Notes, layout: Layout, limits: Limits) -> None:
        self._calamine = need("python_calamine", extra="excel")
        self._notes = notes
        self._layout = layout
        self._limits = limits
        self.rows = 0
        self.gaps: list[tuple[int, int]] = []
        self._skipped = 0
        package = Package(stream, notes, limits)
        with self._telling(package):
            book = _contents(package)
        self.is_1904 = book.is_1904
        chosen = self._chosen(book.sheets)
        self.part = chosen.part
        notes.place = evolve(notes.place, sheet=chosen.name)
        if not layout.sheet:
            self._tell_hidden(package, book.sheets)
        with self._telling(package):
            parts = self._copied(package, book, chosen)
        self._require_modest()
        self._grid: list[list[Any]] = []
        self._ranges: list[tuple[tuple[int, int], tuple[int, int]]] = []
        with self._telling(package):
            self._read(parts)
        self._put_in_lost()
        self._above = self._header_rows()
        self.header = joined_names(self._above)
        self._require_header()

    # -- from the package to the grid ------------------------------------------------------------

    def _chosen(self, listed: Sequence[_Listed]) -> _Listed:
        """Return the sheet that is named, or the only visible one."""
        known = ", ".join(each.name for each in listed)
        if self._layout.sheet:
            for each in listed:
                if each.name == self._layout.sheet:
                    return each
            meant = nearest(self._layout.sheet, [each.name for each in listed])
            said = {"meant": meant} if meant else {}
            self._notes.add("GT904", None, sheet=self._layout.sheet, known=known, **said)
            raise Stop
        visible = [each for each in listed if not each.hidden]
        if len(visible) == 1:
            return visible[0]
        if visible:
            names = ", ".join(each.name for each in visible)
            self._notes.add("GT905", known=names, sheet=visible[0].name)
        else:
            self._notes.add("GT906", known=known, sheet=listed[0].name if listed else "")
        raise Stop

    def _tell_hidden(self, package: Package, listed: Sequence[_Listed]) -> None:
        """Name the hidden sheets that are passed over though something stands in them."""
        hidden = [each for each in listed if each.hidden][:_MOST_HIDDEN]
        names = [each.name for each in hidden if package.holds_cells(each.part)]
        if names:
            known = ", ".join(names)
            self._notes.add("GT929", severity="warning", known=known, sheet=names[0])

    def _copied(self, package: Package, book: _Book, chosen: _Listed) -> io.BytesIO:
        """Look through the parts that are needed, and return a package of nothing else."""
        kept: list[bytes] = []
        is_plain = True
        try:
            self._sheet = look_through(package.blocks(chosen.part), kept.append)
        except NotPlain:
            is_plain, kept = False, []
            self._sheet = parse_through(package.blocks(chosen.part))
        self._strings = Strings([*Totals(self._layout.totals).marks, *NOTING_MARKS])
        for block in package.blocks(book.strings) if book.strings else ():
            self._strings.look_at(block)
        for _ in package.blocks(book.styles) if book.styles else ():
            pass  # only its size is of interest
        # Each cell gets a text of its own; a few long ones, shared by many, would fill the memory.
        sizes = self._strings.sizes()
        most = package.most_bytes(chosen.part)
        if self._sheet.used * int(sizes.max()) > most and (
            not is_plain or bytes_of_texts(package.blocks(chosen.part), sizes) > most
        ):
            self._notes.add("GT903", limit=f"{most:,} bytes")
            raise Stop
        date = "1" if book.is_1904 else "0"
        copied = Copied()
        copied.add("[Content_Types].xml", _TYPES.encode())
        copied.add("_rels/.rels", _BEGIN.encode())
        copied.add("xl/workbook.xml", (_BOOK % date).encode())
        copied.add("xl/_rels/workbook.xml.rels", _RELATIONS.encode())
        for name, part in (("sharedStrings", book.strings), ("styles", book.styles)):
            if part:
                copied.add_packed(f"xl/{name}.xml", package, part)
        if self._sheet.is_cut:
            copied.add("xl/worksheets/sheet1.xml", b"".join(kept))
        else:
            copied.add_packed("xl/worksheets/sheet1.xml", package, chosen.part)
        return copied.stream()

    def _require_modest(self) -> None:
        """Refuse a sheet with a cell so far out that all before it would take the memory."""
        sheet = self._sheet
        if sheet.columns > self._limits.sheet_columns:
            self._notes.add(
                "GT907",
                self._notes.at(field=column_letters(sheet.columns - 1)),
                count=f"{sheet.columns:,}",
                limit=f"{self._limits.sheet_columns:,}",
            )
            raise Stop
        cells = sheet.rows * sheet.columns
        most = min(max(_CELLS_ALWAYS, _SPARSE * sheet.used), self._limits.sheet_cells)
        if cells > most:
            self._notes.add(
                "GT908",
                self._notes.at(row=sheet.rows, field=column_letters(sheet.columns - 1)),
                cell=f"{column_letters(sheet.columns - 1)}{sheet.rows}",
                count=f"{cells:,}",
                used=f"{sheet.used:,}",
            )
            raise Stop

    def _read(self, parts: io.BytesIO) -> None:
        with self._calamine.CalamineWorkbook.from_filelike(parts) as book:
            sheet = book.get_sheet_by_name("s")
            self._grid = sheet.to_python(skip_empty_area=False)
            ranges = sheet.merged_cell_ranges or []
        self._ranges = sorted(ranges[:_MOST_MERGED])

    def _put_in_lost(self) -> None:
        """Put errors, and formulas without a value, where calamine leaves an empty cell."""
        lost = {
            place: Lost("GT909", (("cell", word),)) for place, word in self._sheet.errors.items()
        }
        lost |= dict.fromkeys(self._sheet.valueless, Lost("GT910"))
        grid = self._grid
        for (row, column), each in lost.items():
            while len(grid) <= row:
                grid.append([""] * self._sheet.columns)
            if len(grid[row]) <= column:
                grid[row].extend([""] * (column + 1 - len(grid[row])))
            grid[row][column] = each
        width = max(map(len, grid), default=0)
        if min(map(len, grid), default=0) < width:
            for cells in grid:
                cells.extend([""] * (width - len(cells)))

    # -- header ----------------------------------------------------------------------------------

    def _header_rows(self) -> list[list[str]]:
        numbers = [number - 1 for number in self._layout.header]
        rows = {
            number: [text_of(cell) for cell in self._grid[number]]
            for number in numbers
            if number < len(self._grid)
        }
        for (top, left), (bottom, right) in self._ranges:
            if top in rows:
                name = rows[top][left] if left < len(rows[top]) else ""
                for number in range(top, min(bottom, numbers[-1]) + 1):
                    if number in rows:
                        row = rows[number]
                        row[left : right + 1] = [name] * len(row[left : right + 1])
        return [rows.get(number, []) for number in numbers]

    def _require_header(self) -> None:
        if not any(self.header):
            if not any(not is_blank(cell) for row in self._grid for cell in row):
                self._notes.add("GT051")
            else:
                self._notes.add("GT054", self._notes.at(row=self._layout.header[-1]))
            raise Stop

    def rows_after_header(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the first rows below the header, as texts, with their numbers."""
        first = self._layout.header[-1]
        for number, row in enumerate(self._grid[first : first + HEADER_ROWS], start=first + 1):
            yield number, [text_of(cell) for cell in row]

    # -- rows ------------------------------------------------------------------------------------

    def slices(self, positions: Sequence[int], roles: Roles) -> Iterator[list[Sequence[Any]]]:
        """Yield the columns at *positions*, some rows at a time.

        Args:
            positions: Columns, by their place in the header.
            roles: What the columns are for.
        """
        first = self._layout.header[-1]
        lines = Lines(self.header, self._above, self._layout, roles, self._doubt)
        merged = self._merged(set(positions), first)
        grid, self._grid = self._grid, []
        self._lines = lines
        self._skip(0, first - 1)
        for start in range(first, len(grid), _ROWS):
            rows = grid[start : start + _ROWS]
            # Cells are freed while they are still at hand, which takes a third of the time.
            grid[start : start + _ROWS] = [[]] * len(rows)
            columns = None if merged or lines.fills else self._plain(rows, positions, lines)
            if columns is None:
                kept = self._sifted(rows, start, lines, merged)
                columns = [[_bare(row[place]) for row in kept] for place in positions]
            else:
                self.rows += len(rows)
            yield [_told_apart(cells) for cells in columns]

    def _plain(
        self, rows: list[list[Any]], positions: Sequence[int], lines: Lines
    ) -> list[list[Any]] | None:
        """Return the columns of some lines that are all rows; None where that is not sure."""
        if not all(map(any, rows)):
            return None
        if (self._strings.has_marks or self._sheet.has_text) and any(
            map(lines.may_be_among, zip(*rows, strict=True))
        ):
            return None
        columns = [[row[place] for row in rows] for place in positions]
        return None if any(map(lines.may_repeat, positions, columns)) else columns

    def _sifted(
        self,
        rows: list[list[Any]],
        start: int,
        lines: Lines,
        merged: Mapping[int, Mapping[int, tuple[int, int]]],
    ) -> list[list[Any]]:
        """Return those of some lines that are rows; the first line is that at *start*."""
        kept: list[list[Any]] = []
        for at, row in enumerate(rows, start=start):
            hidden = merged.get(at, {})
            if all(map(is_blank, row)):
                lines.pass_blank()
            elif lines.is_row(row, at + 1, hidden):
                self._require_filled(row, hidden)
                kept.append(row)
                self.rows += 1
                continue
            self._skip(self.rows, 1)
        return kept

    def _skip(self, row: int, lines: int) -> None:
        """Note that *lines* before a row are no rows."""
        before = self.gaps.pop() if self.gaps and self.gaps[-1][0] == row else (row, self._skipped)
        self._skipped += lines
        if self._skipped:
            self.gaps.append((before[0], self._skipped))

    def reading(self) -> Reading:
        """Return what was found beside the rows."""
        place, lines = self._notes.place, self._lines
        last = self._sheet.rows
        hidden = sum(self._layout.header[-1] <= row < last for row in self._sheet.hidden)
        return Reading(
            place.file, place.sheet, self.rows, self._layout.header,
            lines.totals, lines.repeated, hidden, lines.filled, lines.notes,
            tuple(lines.total_rows), lines.unfilled, tuple(lines.unfilled_rows),
        )  # fmt: skip

    def _merged(self, used: set[int], first: int) -> dict[int, dict[int, tuple[int, int]]]:
        """Return by row and column the cells of the body that are hidden by a merged one."""
        merged: dict[int, dict[int, tuple[int, int]]] = {}
        last = len(self._grid)
        count = 0
        for (top, left), (bottom, right) in self._ranges:
            # A merged cell that says nothing hides nothing.
            if top >= last or is_blank(self._grid[top][left]):
                continue
            columns = [column for column in used if left <= column <= right]
            for row in range(max(top, first), min(bottom, last - 1) + 1):
                count += len(columns)
                if count > _MOST_MERGED_CELLS:
                    self._notes.add("GT902", reason="its merged cells lie over one another")
                    raise Stop
                for column in columns:
                    if (row, column) != (top, left):
                        merged.setdefault(row, {})[column] = (top, left)
        return merged

    def _require_filled(self, row: list[Any], merged: Mapping[int, tuple[int, int]]) -> None:
        """Say which cells of a row are part of a merged one and took nothing from it."""
        for column, (top, left) in merged.items():
            if is_blank(row[column]):
                name = self.header[column]
                cell = f"{column_letters(left)}{top + 1}"
                code = "GT997" if name in self._layout.fill_down else "GT911"
                row[column] = Lost(code, (("cell", cell), ("column", name)))

    def _doubt(self, number: int) -> None:
        self._notes.add("GT913", self._notes.at(row=number))

    @contextmanager
    def _telling(self, package: Package) -> Iterator[None]:
        """Turn what is said of a broken workbook into a problem."""
        try:
            yield
        except Stop:
            raise
        except (self._calamine.CalamineError, ValueError, OSError, MemoryError) as error:
            package.refuse(str(error).partition("\n")[0][:100] or type(error).__name__)


def _bare(cell: Any) -> Any:
    """Return a cell, or an empty text for one of blanks."""
    return "" if is_blank(cell) else cell


def _told_apart(cells: list[Any]) -> list[Any]:
    """Return cells of which no two that differ are one key to Python, as True and 1.0 are."""
    if bool not in set(map(type, cells)):
        return cells
    return [Truth(cell) if isinstance(cell, bool) else cell for cell in cells]


def _contents(package: Package) -> _Book:
    """Return what a workbook says of itself."""
    parts = {}
    others = {"sharedStrings": "", "styles": ""}
    for each in elements(package.read("xl/_rels/workbook.xml.rels")):
        kind = each.values.get("Type", "").rpartition("/")[2]
        part = _part(each.values.get("Target", ""))
        if kind == "worksheet":
            parts[each.values.get("Id", "")] = part
        elif kind in others and part in package:
            others[kind] = part
    is_1904 = False
    listed = []
    for each in elements(package.read("xl/workbook.xml")):
        if each.name == "workbookPr":
            is_1904 = each.values.get("date1904") in ("1", "true")
        elif each.name == "sheet" and each.values.get("id") in parts:
            hidden = each.values.get("state", "visible") != "visible"
            part = parts[each.values["id"]]
            listed.append(_Listed(each.values.get("name", ""), part, hidden))
    return _Book(is_1904, tuple(listed[:_MOST_SHEETS]), others["sharedStrings"], others["styles"])


def _part(target: str) -> str:
    """Return the name of a part that the workbook names, in the package.

    >>> _part("worksheets/sheet1.xml"), _part("/xl/worksheets/sheet1.xml")
    ('xl/worksheets/sheet1.xml', '/xl/worksheets/sheet1.xml')
    """
    if target.startswith("/"):
        return target
    pieces: list[str] = ["xl"]
    for piece in target.split("/"):
        if piece == "..":
            pieces = pieces[:-1]
        elif piece not in (".", ""):
            pieces.append(piece)
    return "/".join(pieces)
