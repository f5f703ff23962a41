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
from numpy.typing import NDArray

from govtree._columns import each_once
from govtree.tables._package import xml_parser

__all__ = [
    "NotPlain",
    "Sheet",
    "Strings",
    "bytes_of_texts",
    "look_through",
    "parse_through",
    "place_of",
]

Write: TypeAlias = Callable[[bytes], object]

#: The most columns that a spreadsheet has.
_MOST_COLUMNS = 16_384
_MOST_ROWS = 1_048_576
_MOST_ROW_BYTES = 2**23
_MOST_HEAD_BYTES = 2**24

_LONGEST_MARK = 64
_OPEN = ord("<")
_PAD = bytes(16)
# What the tags of rows begin with, whose names are c, f, is, r, row, rPh, rPr, t, v and the ends
# of these; a comment, a declaration or a prefix begins otherwise.
_USUAL = np.frombuffer(b"cfirtv/", np.uint8)
# What follows the beginning of a cell.
_CELL = tuple((at, ord(sign)) for at, sign in enumerate('<c r="') if at > 1)
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
_SHARED = re.compile(rb't="s"[^<>]{0,200}><v>([0-9]{1,9})</v>')
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
# Of bytes from which one of these is taken away, those below it are negative, thus large.
_A, _ZERO = np.uint8(ord("A")), np.uint8(ord("0"))
_LETTERS, _DIGITS = 26, 10


def bytes_of_texts(blocks: Iterable[bytes], sizes: NDArray[np.int64]) -> int:
    """Return how many bytes the shared texts take once each cell has its own.

    Args:
        blocks: The XML of a sheet that :func:`look_through` has found plain.
        sizes: Size of each text.
    """
    total = 0
    rest = b""
    for block in blocks:
        piece = rest + block
        cut = piece.rfind(b"<c ") + 1 or len(piece)
        numbers = np.array([int(each) for each in _SHARED.findall(piece[:cut])], np.int64)
        total += int(sizes[numbers[numbers < len(sizes)]].sum())
        rest = piece[cut - 1 :] if cut < len(piece) else b""
    return total + int(sum(sizes[int(each)] for each in _SHARED.findall(rest)[:1]))


class NotPlain(Exception):  # noqa: N818 - never leaves this package
    """The XML is not written as common programs write it."""


class Strings:
    """What was found in the texts that cells share, which are looked through in passing.

    Args:
        marks: Pieces of text that are looked for.

    Attributes:
        has_marks: Whether one of them may be in a text.
    """

    def __init__(self, marks: Iterable[str] = ()) -> None:
        # Blanks at the ends of a text are kept by `preserve`; `&#` may spell anything.
        self._marks = [mark.encode() for mark in marks] + [b"preserve", b"&#", b"<!"]
        self._rest = b""
        self._starts: list[NDArray[np.int64]] = []
        self._size = 0
        self.has_marks = False

    def look_at(self, block: bytes) -> None:
        """Look at one more piece of the part."""
        piece = self._rest + block
        # The names of namespaces, which stand in the first tag, have a colon.
        texts = piece if self._size else piece[max(piece.find(b"<si>"), 0) :]
        self.has_marks = self.has_marks or any(mark in texts for mark in self._marks)
        data = np.frombuffer(piece + _PAD, np.uint8)
        tags = np.flatnonzero(data[: -len(_PAD)] == _OPEN)
        is_text = (data[tags + 1] == ord("s")) & (data[tags + 2] == ord("i"))
        self._starts.append(tags[is_text] + (self._size - len(self._rest)))
        self._size += len(block)
        self._rest = piece[-_LONGEST_MARK:]

    def sizes(self) -> NDArray[np.int64]:
        """Return how many bytes each text takes at most, in their order."""
        starts = each_once(np.concatenate([np.zeros(0, np.int64), *self._starts]))
        if not len(starts):
            return np.array([self._size])
        sizes: NDArray[np.int64] = np.diff(starts, append=self._size)
        return sizes


class Sheet:
    """What was found in a sheet. Rows and columns count from 0.

    Attributes:
        rows: How many rows it reaches down to, the last used one included.
        columns: How many columns it reaches out to.
        used: Cells that say something.
        errors: What each cell that is an error says, by row and column.
        valueless: Row and column of the formulas without a stored value.
        hidden: Rows that are hidden.
        has_text: Whether cells may hold texts of their own, beside those that are shared.
        is_cut: Whether rows without any cell that says something were left out.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.columns = 0
        self.used = 0
        self.errors: dict[tuple[int, int], str] = {}
        self.valueless: list[tuple[int, int]] = []
        self.hidden: list[int] = []
        self.has_text = False
        self.is_cut = False


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
    # One byte alone is found many times as fast as two, and looked for first.
    data = np.frombuffer(block + _PAD, np.uint8)
    tags = np.flatnonzero(data == _OPEN)
    firsts = data[tags + 1]
    counts = np.bincount(firsts, minlength=256)
    if counts.sum() != counts[_USUAL].sum() or _is_odd(block):
        raise NotPlain
    colons = np.flatnonzero(data == ord(":"))
    if (data[colons + 1] == ord("c")).any():
        raise NotPlain
    if b"h" in block and b"hidden" in block:
        sheet.hidden += [int(row[1]) - 1 for row in _HIDDEN.finditer(block)]
    said = int(counts[ord("v")] + counts[ord("i")])
    formulas = int(counts[ord("f")])
    if not said and not formulas:
        # Rows that only look like something.
        sheet.is_cut = True
        first = block.find(b"<row")
        write(block[:first] if first >= 0 else block)
        return
    sheet.has_text |= bool(counts[ord("i")]) or bool(formulas)
    cells = tags[firsts == ord("c")]
    if not len(cells) or any((data[cells + at] != sign).any() for at, sign in _CELL):
        raise NotPlain
    rows, columns = _references(data, cells + 6)
    if said != len(cells) or 2 * counts[ord("/")] != len(tags):
        ends = np.flatnonzero(data == ord(">"))
        if not len(ends) or ends[-1] < cells[-1]:
            raise NotPlain
        end = ends[np.searchsorted(ends, cells)]
        # A cell that ends where it begins, or is followed by its end, is empty.
        is_used = (data[end - 1] != ord("/")) & (
            (data[end + 1] != _OPEN) | (data[end + 2] != ord("/"))
        )
        rows, columns = rows[is_used], columns[is_used]
    if len(rows):
        sheet.rows = max(sheet.rows, int(rows.max()))
        sheet.columns = max(sheet.columns, int(columns.max()))
        sheet.used += len(rows)
    errors = block.count(b'"e"') if b"e" in block else 0
    if errors:
        found = _ERROR.findall(block)
        if len(found) != errors:
            raise NotPlain
        sheet.errors |= {place_of(at.decode()): _word(word) for at, word in found}
    if formulas and any(mark in block for mark in _WITHOUT_VALUE):
        told = _FORMULA.findall(block)
        if len(told) != formulas or b"> <" in block:
            raise NotPlain
        for at, how, value in told:
            if not (
                value if b' t="str"' in how else value.startswith(b"<v>") and value[3:4] != b"<"
            ):
                sheet.valueless.append(place_of(at.decode()))
    write(block)


def _is_odd(block: bytes) -> bool:
    """Return whether anything may be written another way than common programs write it."""
    return (
        (b"'" in block and (b"='" in block or b"'e'" in block))
        or (b"\n" in block and b">\n" in block)
        or (b"\r" in block and b">\r" in block)
    )


def _references(
    data: NDArray[np.uint8], at: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return rows and columns, counted from 1, of the references that begin *at*."""
    columns, letters = _numbers(_eight_bytes(data, at)[:3] - _A, _LETTERS, 1)
    at = at + letters
    rows, digits = _numbers(_eight_bytes(data, at)[:7] - _ZERO, _DIGITS, 0)
    if not letters.all() or not rows.all() or (data[at + digits] != ord('"')).any():
        raise NotPlain
    if columns.max() > _MOST_COLUMNS:
        raise NotPlain
    return rows, columns


def _numbers(
    digits: NDArray[np.uint8], base: int, least: int
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Return what rows of digits spell, one below the other, and how many there are of each.

    Args:
        digits: Their values above the least; what is no digit is too large.
        base: How many digits there are.
        least: Value of the least.
    """
    numbers = np.zeros(digits.shape[1], np.int32)
    lengths = np.zeros(digits.shape[1], np.uint8)
    goes_on = np.ones(digits.shape[1], np.bool_)
    for digit in digits:
        goes_on &= digit < base
        if not goes_on.any():
            break
        longer = numbers * np.int32(base) + digit + np.int32(least)
        numbers = longer if goes_on.all() else np.where(goes_on, longer, numbers)
        lengths += goes_on
    return numbers, lengths


def _eight_bytes(data: NDArray[np.uint8], at: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the bytes that begin *at*, all first ones, then all second ones, up to eight."""
    windows = np.ndarray((len(data) - 7,), "<u8", data, strides=(1,))
    return np.ascontiguousarray(windows[at].view(np.uint8).reshape(-1, 8).T)


def parse_through(blocks: Iterable[bytes]) -> Sheet:
    """Return what is in a sheet.

    Raises:
        ValueError: If it is no XML, declares entities, or names cells that no sheet has.
    """
    sheet = Sheet()
    sheet.has_text = True
    reader = _Reader(sheet)
    parser = xml_parser()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        for block in blocks:
            parser.Parse(block, False)
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
                row, column = place_of(values["r"])
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


def place_of(reference: str) -> tuple[int, int]:
    """Return row and column, from 0, of a reference such as ``AB12``.

    >>> place_of("A1"), place_of("AB12")
    ((0, 0), (11, 27))
    """
    parts = _REFERENCE.fullmatch(reference)
    if parts is None:
        raise ValueError("it names cells that no sheet has")
    column = 0
    for letter in parts[1]:
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    return int(parts[2]) - 1, column - 1


def _word(word: bytes) -> str:
    return word.decode(errors="replace")[:20]
