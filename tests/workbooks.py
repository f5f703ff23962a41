"""Workbooks as an office fills them in: read as rows, changed, and written anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

__all__ = ["cells_of", "fill"]


def cells_of(path: Path, sheet: int = 0) -> list[list[Any]]:
    """Return the cells of a sheet as rows, the header first."""
    rows: list[list[Any]] = (
        CalamineWorkbook.from_path(str(path)).get_sheet_by_index(sheet).to_python()
    )
    return rows


def fill(path: Path, answers: Mapping[int, Mapping[str, Any]], *, to: Path | None = None) -> None:
    """Write a workbook anew, with other cells in some rows.

    Args:
        path: The workbook.
        answers: Cells by row, as a spreadsheet counts them, and by header. A text that begins
            with ``=`` is a formula, with a value that was computed.
        to: Where it is written; without it, in the place of the old one.
    """
    header, *rows = cells_of(path)
    book = xlsxwriter.Workbook(str(to or path))
    sheet = book.add_worksheet()
    for at, name in enumerate(header):
        sheet.write_string(0, at, name)
    for number, row in enumerate(rows, start=2):
        told = dict(zip(header, row, strict=True)) | answers.get(number, {})
        for at, name in enumerate(header):
            cell = told[name]
            if isinstance(cell, str) and cell.startswith("=") and number in answers:
                sheet.write_formula(number - 1, at, cell, None, "N-1")
            elif isinstance(cell, str):
                sheet.write_string(number - 1, at, cell)
            elif cell is not None:
                sheet.write(number - 1, at, cell)
    book.close()
