"""Which cells of a column are formulas: a reader of values sees only what they last came to."""

from __future__ import annotations

from xml.parsers import expat

from govtree._files import Folder
from govtree.errors import FileError, Location
from govtree.tables._csv import Notes, Stop
from govtree.tables._layout import Layout
from govtree.tables._package import Package, xml_parser
from govtree.tables._sheet import place_of
from govtree.tables._xlsx import XlsxTable

__all__ = ["formula_rows"]


def formula_rows(folder: Folder, name: str, header: str, layout: Layout) -> frozenset[int]:
    """Return the numbers of the rows whose cell under *header* is a formula, whatever it shows.

    Args:
        folder: The folder of the file.
        name: Path of a workbook that :func:`~govtree.tables.read_columns` has read.
        header: Name of the column.
        layout: How the table lies in the file.

    Returns:
        Numbers as a spreadsheet shows them; none where the workbook cannot be read.
    """
    notes = Notes(Location(name))
    try:
        with folder.open(name) as stream:
            sheet = XlsxTable(stream, notes, layout, folder.limits)
            if header not in sheet.header:
                return frozenset()
            column = sheet.header.index(header)
            stream.seek(0)
            found = _formulas(Package(stream, notes, folder.limits), sheet.part)
    except (FileError, Stop):
        return frozenset()
    return frozenset(row + 1 for row, at in found if at == column)


def _formulas(package: Package, part: str) -> set[tuple[int, int]]:
    """Return row and column, from 0, of each formula of a sheet."""
    found: set[tuple[int, int]] = set()
    at = [-1, -1]

    def start(tag: str, values: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            at[:] = [int(values["r"]) - 1 if "r" in values else at[0] + 1, -1]
        elif name == "c":
            at[:] = place_of(values["r"]) if "r" in values else (at[0], at[1] + 1)
        elif name == "f":
            found.add((at[0], at[1]))

    parser = xml_parser()
    parser.StartElementHandler = start
    try:
        for block in package.blocks(part):
            parser.Parse(block, False)
    except (expat.ExpatError, ValueError):
        # What was read before it was exchanged for something else is judged by what it says.
        return found
    return found
