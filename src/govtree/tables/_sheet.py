"""The XML of a sheet, looked through before it is read: how far it reaches, what is not in it.

A cell far out makes a reader of spreadsheets take memory for every cell before it; an error, or
a formula whose value was never computed, is an empty cell to it. Both are found here.

What common programs write is looked through with few passes over its bytes. Whatever is
written another way is read by a parser of XML, which takes ten times as long.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeAlias
from xml.parsers import expat

import numpy as np

from govtree.tables._package import xml_parser

__all__ = ["NotPlain", "Sheet", "look_through", "parse_through"]

Write: TypeAlias = Callable[[bytes], object]

#: The most columns that a spreadsheet has.
_MOST_COLUMNS = 16_384
_MOST_ROWS = 1_048_576
_MOST_ROW_BYTES = 2**23
_MOST_HEAD_BYTES = 2**24

_CELLS = (b"<v", b"<is", b"<f")
# What is written another way than common programs do.
_ODD = (b"<!", b"<?", b"='", b'= "', b' ="', b">\n", b">\r", b"> <", b":c", b":row", b"<sheetData")
_WITHOUT_VALUE = (b"</f></c>", b"/></c>", b"<v></v>", b"<v/>", b"<v />")
_ERROR = re.compile(
    rb'<c r="([A-Z]{1,3}[0-9]{1,7})"[^<>]{0,200} t="e"[^<>]{0,200}>'
    rb"(?:<f[^<>]{0,2000}(?:/>|>[^<]*</f>))?(?:<v>([^<]*)</v>)?"
)
_FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3}[0-9]{1,7})"([^<>]{0,200})>'
    rb"<f[^<>]{0,2000}(?:/>|>[^<]*</f>)(<v>[^<]+</v>|<v></v>|<v ?/>)?"
)
_HIDDEN = re.compile(rb'<row r="([0-9]{1,7})"[^<>]{0,1000} hidden="(?:1|true)"')
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ZERO, _NINE, _A, _Z = ord("0"), ord("9"), ord("A"), ord("Z")


class NotPlain(Exception):  # noqa: N818 - never leaves this package
    """The XML is not written as common programs write it."""


class Sheet:
    """What was found in a sheet. Rows and columns count from 0.

    Attributes:
        rows: How many rows it reaches down to, the last used one included.
        columns: How many columns it reaches out to.
        used: Cells that say something.
        errors: What each cell that is an error says, by row and column.
        valueless: Row and column of the formulas without a stored value.
        hidden: Rows that are hidden.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.columns = 0
        self.used = 0
        self.errors: dict[tuple[int, int], str] = {}
        self.valueless: list[tuple[int, int]] = []
        self.hidden: list[int] = []


def look_through(blocks: Iterable[bytes], write: Write) -> Sheet:
    """Return what is in a sheet, and write it on, without stretches of rows that are empty.

    Raises:
        NotPlain: If it is to be parsed instead.
    """
    sheet = Sheet()
    parts = iter(blocks)
    head = b""
    for block in parts:
        head += block
        if b"<sheetData" in head:
            break
        if len(head) > _MOST_HEAD_BYTES:
            raise NotPlain
    head, mark, body = head.partition(b"<sheetData")
    if not mark or b"<!" in head or b"<sheetData" in body or b"<x:" in head:
        raise NotPlain
    write(head + mark)
    ended = False
    rest = b""
    for block in _from(body, parts):
        if ended:
            write(_checked_tail(block))
            continue
        rest += block
        body, mark, tail = rest.partition(b"</sheetData")
        if mark:
            _look_at(body, sheet, write)
            write(mark + _checked_tail(tail))
            ended, rest = True, b""
            continue
        cut = rest.rfind(b"<row")
        if cut > 0:
            _look_at(rest[:cut], sheet, write)
            rest = rest[cut:]
        elif len(rest) > _MOST_ROW_BYTES:
            raise NotPlain
    if rest:
        # Only `<sheetData/>` has no end.
        _look_at(rest, sheet, write)
    return sheet


def _from(first: bytes, rest: Iterable[bytes]) -> Iterable[bytes]:
    yield first
    yield from rest


def _checked_tail(block: bytes) -> bytes:
    if b"<!" in block or b"<row" in block:
        raise NotPlain
    return block


def _look_at(block: bytes, sheet: Sheet, write: Write) -> None:
    """Look at some whole rows."""
    if any(odd in block for odd in _ODD) or block.count(b"<row") != block.count(b'<row r="'):
        raise NotPlain
    if b'hidden="' in block:
        sheet.hidden += [int(row[1]) - 1 for row in _HIDDEN.finditer(block)]
    if not any(mark in block for mark in _CELLS):
        # Rows that only look like something.
        first = block.find(b"<row")
        write(block[:first] if first >= 0 else block)
        return
    data = np.frombuffer(block + bytes(16), np.uint8)
    cells = np.flatnonzero((data[:-2] == ord("<")) & (data[1:-1] == ord("c")))
    if len(cells) != block.count(b'<c r="') or len(cells) == 0:
        raise NotPlain
    rows, columns = _references(data, cells + 6)
    if b"/>" in block or b"></c>" in block:
        ends = np.flatnonzero(data == ord(">"))
        if not len(ends) or ends[-1] < cells[-1]:
            raise NotPlain
        end = ends[np.searchsorted(ends, cells)]
        is_used = (data[end - 1] != ord("/")) & (
            (data[end + 1] != ord("<")) | (data[end + 2] != ord("/"))
        )
        rows, columns = rows[is_used], columns[is_used]
    if len(rows):
        sheet.rows = max(sheet.rows, int(rows.max()))
        sheet.columns = max(sheet.columns, int(columns.max()))
        sheet.used += len(rows)
    errors = block.count(b' t="e"')
    if errors:
        found = _ERROR.findall(block)
        if len(found) != errors:
            raise NotPlain
        sheet.errors |= {_place(at.decode()): _word(word) for at, word in found}
    if b"<f" in block and any(mark in block for mark in _WITHOUT_VALUE):
        formulas = _FORMULA.findall(block)
        if len(formulas) != block.count(b"<f"):
            raise NotPlain
        for at, how, value in formulas:
            if not (
                value if b' t="str"' in how else value.startswith(b"<v>") and value[3:4] != b"<"
            ):
                sheet.valueless.append(_place(at.decode()))
    write(block)


def _references(data: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns, counted from 1, of the references that begin *at*."""
    columns = np.zeros(len(at), np.int64)
    at = at.copy()
    for place in range(3):
        letter = data[at].astype(np.int64)
        is_letter = (letter >= _A) & (letter <= _Z)
        if place == 0 and not is_letter.all():
            raise NotPlain
        columns = np.where(is_letter, columns * 26 + letter - _A + 1, columns)
        at += is_letter
        if not is_letter.any():
            break
    rows = np.zeros(len(at), np.int64)
    for _ in range(7):
        digit = data[at].astype(np.int64)
        is_digit = (digit >= _ZERO) & (digit <= _NINE)
        if not is_digit.any():
            break
        rows = np.where(is_digit, rows * 10 + digit - _ZERO, rows)
        at += is_digit
    if (data[at] != ord('"')).any() or not rows.all() or columns.max() > _MOST_COLUMNS:
        raise NotPlain
    return rows, columns


def parse_through(blocks: Iterable[bytes], write: Write) -> Sheet:
    """Return what is in a sheet, and write it on as it is.

    Raises:
        ValueError: If it is no XML, declares entities, or names cells that no sheet has.
    """
    sheet = Sheet()
    reader = _Reader(sheet)
    parser = xml_parser()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        for block in blocks:
            parser.Parse(block, False)
            write(block)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from None
    return sheet


class _Reader:
    """Follows the cells of a sheet as a parser tells them."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._row = 0
        self._column = 0
        self._kind = ""
        self._value: list[str] = []
        self._size = 0
        self._has: set[str] = set()
        self._inside = ""

    def start(self, tag: str, values: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self._row = _number(values.get("r"), self._row + 1)
            self._column = 0
            if values.get("hidden") in ("1", "true"):
                self._sheet.hidden.append(self._row - 1)
        elif name == "c":
            self._column += 1
            if "r" in values:
                row, column = _place(values["r"])
                self._row, self._column = row + 1, column + 1
            if self._column > _MOST_COLUMNS or self._row > _MOST_ROWS:
                raise ValueError("it names cells that no sheet has")
            self._kind = values.get("t", "n")
            self._value, self._size, self._has, self._inside = [], 0, set(), ""
        elif name in ("v", "f", "is"):
            self._has.add(name)
            self._inside = name

    def text(self, text: str) -> None:
        if self._inside in ("v", "is"):
            self._size += len(text)
            if self._size <= 100:
                self._value.append(text)

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in ("v", "f", "is"):
            self._inside = ""
        if name != "c" or not self._has:
            return
        sheet, place = self._sheet, (self._row - 1, self._column - 1)
        value = "".join(self._value).strip()
        if not value and "f" not in self._has:
            return
        sheet.used += 1
        sheet.rows, sheet.columns = max(sheet.rows, self._row), max(sheet.columns, self._column)
        if self._kind == "e":
            sheet.errors[place] = value[:20]
        elif "f" in self._has and not value and not (self._kind == "str" and "v" in self._has):
            sheet.valueless.append(place)


def _number(text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    if not re.fullmatch("[1-9][0-9]{0,6}", text) or int(text) > _MOST_ROWS:
        raise ValueError("it names cells that no sheet has")
    return int(text)


def _place(reference: str) -> tuple[int, int]:
    """Return row and column, from 0, of a reference such as ``AB12``.

    >>> _place("A1"), _place("AB12")
    ((0, 0), (11, 27))
    """
    parts = _REFERENCE.fullmatch(reference)
    if parts is None:
        raise ValueError("it names cells that no sheet has")
    column = 0
    for letter in parts[1]:
        column = column * 26 + ord(letter) - _A + 1
    return int(parts[2]) - 1, column - 1


def _word(word: bytes) -> str:
    return word.decode(errors="replace")[:20]
