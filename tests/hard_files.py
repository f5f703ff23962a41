"""Files that an office, a broken disk or an attacker may hand in, made from scratch."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import xlsxwriter

__all__ = ["COLUMNS", "book", "package", "sheet_xml"]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

#: The header that all tables here have.
COLUMNS = ("id", "parent", "residents")


def book(*rows, sheets=None, header=COLUMNS, change=None, **options):
    """Return a workbook of one sheet, or of several by name; *change* may add to each."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, **options}) as made:
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        for name, cells in (sheets or {"住户": [header, *rows] if header else rows}).items():
            sheet = made.add_worksheet(name)
            for number, row in enumerate(cells):
                for place, cell in enumerate(row):
                    if hasattr(cell, "year"):
                        sheet.write_datetime(number, place, cell, day)
                    elif isinstance(cell, str):
                        sheet.write_string(number, place, cell)
                    elif cell is not None:
                        sheet.write(number, place, cell)
            if change is not None:
                change(sheet)
    return file.getvalue()


def sheet_xml(rows, *, behind="", prefix=""):
    """Return the XML of a sheet; *rows* is what stands in its data."""
    begin = f'<{prefix}worksheet xmlns{":" + prefix[:-1] if prefix else ""}="{MAIN}">'
    return f"{begin}<{prefix}sheetData>{rows}</{prefix}sheetData>{behind}</{prefix}worksheet>"


def package(sheet="", *, parts=None, without=(), packed=zipfile.ZIP_DEFLATED):
    """Return a workbook of the least parts around the XML of one sheet."""
    contents = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{KINDS}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>"
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{KINDS}">'
            '<sheets><sheet name="住户" sheetId="1" r:id="r1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{KINDS}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{KINDS}/sharedStrings" Target="sharedStrings.xml"/>'
            "</Relationships>"
        ),
        "xl/worksheets/sheet1.xml": sheet or sheet_xml(rows(COLUMNS, ("H-1", "G-1", 3))),
        **(parts or {}),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packed) as made:
        for name, data in contents.items():
            if name not in without:
                made.writestr(name, data)
    return file.getvalue()


def rows(*given):
    """Return rows of texts and numbers as XML, as a writer without shared texts makes it."""
    return "".join(
        f'<row r="{number}">' + "".join(map(cell, range(26), [number] * 26, row)) + "</row>"
        for number, row in enumerate(given, start=1)
    )


def cell(place, row, value):
    """Return a cell as XML."""
    at = f"{chr(ord('A') + place)}{row}"
    if isinstance(value, str):
        return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{at}"><v>{value}</v></c>'


def lying(data, part, *, size):
    """Return a zip whose directory says that *part* is *size* bytes long, and no more."""
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        check = zlib.crc32(made.read(part)[:size])
    changed = bytearray(data)
    at = changed.rfind(part.encode())
    struct.pack_into("<I", changed, at - 46 + 16, check)
    struct.pack_into("<I", changed, at - 46 + 24, size)
    return bytes(changed)


def empty_rows(count, *, columns=3):
    """Return rows that are formatted and say nothing."""
    cells = "".join(f'<c r="{{0[{place}]}}{{1}}" s="1"/>' for place in range(columns))
    letters = "ABCDEFGHIJ"
    return "".join(
        f'<row r="{row}" spans="1:3">' + cells.format(letters, row) + "</row>"
        for row in range(3, 3 + count)
    )
