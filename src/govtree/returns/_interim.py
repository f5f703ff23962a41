"""Interim: until tables.read_columns reads workbooks."""

from __future__ import annotations

from python_calamine import CalamineWorkbook

from govtree._rows import Rows
from govtree.errors import Location, problem
from govtree.tables import TablePlaces


def read_columns(folder, name, table, known, *, columns):  # type: ignore
    with folder.open(name) as stream:
        book = CalamineWorkbook.from_filelike(stream)
        header, *rest = book.get_sheet_by_index(0).to_python()

    def text(cell):
        if isinstance(cell, float) and cell == int(cell):
            cell = int(cell)
        return str(cell) if cell != "" else None

    headers = {field: source.header for field, source in columns.items()}
    missing = [each for each in headers.values() if each not in header]
    if missing:
        return None, tuple(
            problem("GT052", Location(name, row=1, field=each), header=each, known="")
            for each in missing
        )
    cells = {
        field: [text(row[header.index(each)]) for row in rest] for field, each in headers.items()
    }
    return Rows(table, cells, len(rest), TablePlaces(name, headers)), ()
