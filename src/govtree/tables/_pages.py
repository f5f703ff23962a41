"""A workbook of plain tables: a text is a text, a number a number, and nothing is a formula."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from attrs import evolve, frozen

from govtree import _markup
from govtree._extras import need
from govtree._markup import HIDDEN, csv_cell
from govtree.errors import FileError, Location, Problem, Tally, problem
from govtree.tables._file_names import cut

__all__ = ["Cell", "Page", "workbook"]

Cell = str | int | float | bool | dt.date | None

# What a sheet holds at most. Source: "Excel specifications and limits", Microsoft.
_MOST_ROWS = 2**20
_MOST_COLUMNS = 2**14
_MOST_CHARACTERS = 32_767

_LONGEST_NAME = 31
_NOT_IN_NAMES = dict.fromkeys(map(ord, "[]:*?/\\"), "_")

# Excel counts 1900 as a leap year, and days from its first of January.
_FIRST_DAY = dt.date(1900, 3, 1)
_CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a constant, so that the bytes are the same

_NARROWEST, _WIDEST, _TO_WRITE_IN = 8, 48, 24
# Rows that a column's width is measured on.
_MEASURED = 1_000
_TO_FILL = "#FFF7D6"
# The number that spreadsheets have for the size of paper.
_A4 = 9


@frozen(eq=False)
class Page:
    """One sheet of a workbook: a row of names, and the cells of each column under them.

    Attributes:
        name: Name of the sheet; signs that no sheet's name may have are replaced.
        columns: Cells by the name of their column, the columns in their order.
        to_fill: Names of the columns that somebody is to fill in.
    """

    name: str
    columns: Mapping[str, Sequence[Cell]]
    to_fill: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        """Number of rows, without the header."""
        return max(map(len, self.columns.values()), default=0)


def workbook(pages: Iterable[Page], path: str = "") -> bytes:
    """Return a workbook as bytes, the same for the same pages.

    Texts stand in cells of the format "text", which is that of whole columns, so that what is
    typed there stays a text as well; one that a spreadsheet would compute, should the sheet be
    saved as CSV, begins with an apostrophe. Days before March 1900, which no spreadsheet knows,
    are texts.

    Args:
        pages: Its sheets.
        path: What the problems call the file.

    Raises:
        FileError: If something does not fit into a sheet; nothing is ever cut off.
        MissingExtraError: If xlsxwriter is not installed.
    """
    xlsxwriter = need("xlsxwriter", extra="excel")
    listed = list(pages)
    _refuse_too_large(listed, path)
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    looks = {
        "header": book.add_format({"num_format": "@", "bold": True, "bottom": 1}),
        "text": book.add_format({"num_format": "@"}),
        "fill": book.add_format({"num_format": "@", "bg_color": _TO_FILL, "border": 1}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    for name, page in zip(_sheet_names(each.name for each in listed), listed, strict=True):
        _write(book.add_worksheet(name), page, looks)
    book.close()
    return stream.getvalue()


def _write(sheet: Any, page: Page, looks: Mapping[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    # Printed, it is as wide as a page, and each page has the header.
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for at, (header, cells) in enumerate(page.columns.items()):
        look = looks["fill" if header in page.to_fill else "text"]
        numbers = any(type(cell) in (int, float, dt.date) for cell in cells)
        width = _TO_WRITE_IN if header in page.to_fill else _width(header, cells)
        sheet.set_column(at, at, width, None if numbers else looks["text"])
        sheet.write_string(0, at, _as_text(header), looks["header"])
        for row, cell in enumerate(cells, start=1):
            if cell is None:
                if look is looks["fill"]:
                    sheet.write_blank(row, at, None, look)
            elif isinstance(cell, str):
                sheet.write_string(row, at, _as_text(cell), look)
            elif isinstance(cell, bool):
                sheet.write_boolean(row, at, cell)
            elif isinstance(cell, dt.date):
                if cell < _FIRST_DAY:
                    sheet.write_string(row, at, cell.isoformat(), look)
                else:
                    sheet.write_datetime(row, at, cell, looks["day"])
            else:
                sheet.write_number(row, at, cell)


def _as_text(text: str) -> str:
    """Return *text* as it is handed to xlsxwriter, which takes some texts for its own markup."""
    safe = csv_cell(text)
    if not (safe.startswith("<r>") and safe.endswith("</r>")):
        return safe
    escaped = safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<r><t xml:space="preserve">{escaped}</t></r>'


def _width(header: str, cells: Sequence[Cell]) -> int:
    texts = map(str, (cell for cell in islice(cells, _MEASURED) if cell is not None))
    widest = max(map(_markup.width, [header, *texts]))
    return min(max(widest + 2, _NARROWEST), _WIDEST)


# -- what does not fit --------------------------------------------------------------------------


def _refuse_too_large(pages: Sequence[Page], path: str) -> None:
    tally = Tally()
    for page in pages:
        place = Location(path, sheet=page.name)
        for what, count, most in (
            ("rows", page.length + 1, _MOST_ROWS),
            ("columns", len(page.columns), _MOST_COLUMNS),
        ):
            if count > most:
                tally.add("GT960", partial(_too_many, place, page.name, what, count, most))
        for row, header, length in _too_long(page):
            tally.add("GT961", partial(_too_wide, evolve(place, row=row, field=header), length))
    if problems := tally.problems():
        raise FileError(problems)


def _too_many(place: Location, table: str, what: str, count: int, most: int) -> Problem:
    said = {"count": f"{count:,}", "limit": f"{most:,}"}
    return problem("GT960", place, table=table, what=what, **said)


def _too_wide(place: Location, length: int) -> Problem:
    return problem("GT961", place, count=f"{length:,}", limit=f"{_MOST_CHARACTERS:,}")


def _too_long(page: Page) -> Iterator[tuple[int, str, int]]:
    """Yield row, column and length of each text that no cell holds, counted as Excel does."""
    for header, cells in page.columns.items():
        for row, cell in enumerate((header, *cells), start=1):
            # A character takes two units at most, and escapes of it a few more.
            if isinstance(cell, str) and len(cell) > _MOST_CHARACTERS // 8:
                length = len(_as_text(cell).encode("utf-16-le", "surrogatepass")) // 2
                if length > _MOST_CHARACTERS:
                    yield row, header, length


# -- what sheets are called ---------------------------------------------------------------------


def _sheet_names(given: Iterable[str]) -> list[str]:
    """Return a name for each sheet that it may have, no two alike whatever their case.

    >>> _sheet_names(["grids", "Grids", "a/b", "History", ""])
    ['grids', 'Grids (2)', 'a_b', 'History (2)', 'table']
    """
    # A name that Excel keeps for itself.
    taken = {"history"}
    names = []
    for wanted in given:
        plain = HIDDEN.sub("_", wanted.translate(_NOT_IN_NAMES)).strip().strip("'") or "table"
        name, number = cut(plain, _LONGEST_NAME), 1
        while name.casefold() in taken:
            number += 1
            tail = f" ({number})"
            name = cut(plain, _LONGEST_NAME - len(tail)) + tail
        taken.add(name.casefold())
        names.append(name)
    return names
