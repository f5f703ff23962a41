"""YAML with positions, read strictly, and written so that every reader agrees.

Nothing is resolved here: a scalar stays the text that stands in the file, so that a schema
decides what ``no``, ``012``, ``1e3`` or ``2025-06-30`` is. What a reader of a hand-written
file would trip over is refused by name: equal keys, tags, merge keys, bombs of aliases,
several documents, nesting without end, bytes in another encoding, invisible line breaks.

The tree is made for a decoder that works by columns. A scalar is a plain ``str``; the
position of each value is a whole number beside it, its *spot*. Rows with the same keys share
one tuple of keys, so a table of rows is turned with ``zip(*[row.values for row in rows])``.

PyYAML's parser yields events, from which the tree is composed without recursion; its own
composers keep the last of two equal keys silently and, in C, overflow the stack.
"""

from __future__ import annotations

import codecs
import gc
import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from attrs import define, field, frozen

from govtree.errors import Location, Problem, problem

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ALIASED", "DEPTH", "Document", "Elements", "Entries", "Source", "Value", "read"]

#: Collections inside one another; a structure needs about eight.
DEPTH: Final = 64

#: Values that aliases may repeat, summed over a file.
ALIASED: Final = 10_000

#: Problems of one kind that are kept, place by place; the rest are counted in one more.
KEPT: Final = 1_000


# The three classes below are made by the ten thousand, so they are not frozen, which would
# make them three times as slow; and compared by identity, so that they can be looked up.


@define(eq=False)
class Elements:
    """A list of a YAML file.

    Attributes:
        values: The values, in the order of the file.
        spots: Position of each value, as :meth:`Source.place` reads it.
        spot: Position of the list itself.
    """

    values: list[Value]
    spots: list[int]
    spot: int


@define(eq=False)
class Entries:
    """A mapping of a YAML file.

    Attributes:
        keys: The keys, in the order of the file, none twice. Mappings with the same keys in
            the same order share this tuple, so ``is`` tells them apart.
        values: One value a key.
        spots: Positions, of a key and its value in turn, two a key.
        spot: Position of the mapping itself.
    """

    keys: tuple[str, ...]
    values: list[Value]
    spots: list[int]
    spot: int


#: A scalar is its own text, as written, without quotes and with escapes resolved.
Value: TypeAlias = "str | Elements | Entries"


@frozen(eq=False)
class Source:
    r"""The text of a file, for places and quotes.

    A *spot* is twice the offset of a character, plus one where a plain (unquoted) scalar
    stands there. Lines and columns follow from it, counted as editors count them, in code
    points and from 1.

    >>> source = Source("a.yaml", "a: 1\nb: '2'\n")
    >>> source.place(8 * 2)
    (2, 4)
    >>> source.quote(2)
    "b: '2'"
    """

    file: str
    text: str = field(repr=False)
    # A file of one line may have a thousand problems, which must not hold a copy each.
    _quotes: dict[int, str] = field(init=False, repr=False, factory=dict)

    @cached_property
    def starts(self) -> list[int]:
        """Offset of the first character of each line."""
        return [0, *(found.end() for found in re.finditer("\r\n?|\n", self.text))]

    def place(self, spot: int) -> tuple[int, int]:
        """Return line and column of *spot*."""
        offset = spot >> 1
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def where(self, spot: int) -> Location:
        """Return *spot* as a location in this file."""
        line, column = self.place(spot)
        return Location(self.file, line=line, column=column)

    def quote(self, line: int) -> str:
        """Return the text of *line*, without its end; empty where there is no such line."""
        if line not in self._quotes:
            start = self.starts[line - 1] if 1 <= line <= len(self.starts) else len(self.text)
            self._quotes[line] = self.text[start : _line_end(self.text, start)]
        return self._quotes[line]

    def problem(
        self, code: str, spot: int, *, severity: str = "error", **values: object
    ) -> Problem:
        """Return the problem with *code* at *spot*, with the line it stands in."""
        where = self.where(spot)
        return problem(code, where, severity=severity, quote=self.quote(where.line), **values)


@frozen(eq=False)
class Document:
    """What a YAML file says.

    Attributes:
        source: The text of the file, for places and quotes.
        root: The mapping that the file is; none where a part of it could not be understood.
            Where keys are repeated or values tagged, the first value and the text count, so
            that what else is wrong can be told as well.
        problems: Everything that is wrong with the file as YAML, sorted by place. Nothing may
            be built from a document with problems.
    """

    source: Source
    root: Entries | None
    problems: tuple[Problem, ...]


def read(data: bytes, *, file: str = "") -> Document:
    r"""Return what the YAML in *data* says, with the position of every value.

    Args:
        data: The bytes of the file: UTF-8, or UTF-16 or UTF-32 with a byte order mark.
        file: Name of the file in problems.

    Returns:
        A document with a root, or with problems, or both. No input raises.

    >>> document = read(b"groups:\n- {id: G-01, ours: no}\n", file="a.yaml")
    >>> groups = document.root.values[0]
    >>> row = groups.values[0]
    >>> row.keys, row.values
    (('id', 'ours'), ['G-01', 'no'])
    >>> document.source.place(row.spots[3])
    (2, 20)
    >>> for each in read(b"a: 1\na: 2\n", file="a.yaml").problems:
    ...     print(each)
    a.yaml:2:1: error[GT037]: key 'a' is given twice; first in line 1; keep one of the two
    """
    decoded = _decode(data)
    found = _Findings(Source(file, decoded.text))
    for code, offset, values in decoded.faults:
        found.add(code, offset * 2, **values)
    root = None if decoded.faults else _compose(found)
    return Document(found.source, root, found.sorted())


class _Findings:
    """The problems of one file, bounded: a hostile file may have one in every second byte."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.kept: list[Problem] = []
        self.counts: dict[str, int] = {}
        self.last: dict[str, int] = {}

    def add(self, code: str, spot: int, **values: object) -> None:
        count = self.counts[code] = self.counts.get(code, 0) + 1
        if count <= KEPT:
            self.kept.append(self.source.problem(code, spot, severity="error", **values))
            self.last[code] = spot

    def sorted(self) -> tuple[Problem, ...]:
        rest = [
            self.source.problem("GT039", self.last[code], kind=code, count=count - KEPT)
            for code, count in self.counts.items()
            if count > KEPT
        ]
        return tuple(sorted(self.kept + rest))


# Bytes ------------------------------------------------------------------------------------

#: The longer marks first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)

#: ASCII characters that YAML allows; the others stay behind when these are deleted.
_ALLOWED = b"\t\n\r" + bytes(range(0x20, 0x7F))

#: Characters that YAML refuses, and four that YAML 1.1, YAML 1.2 and editors read differently.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]"
)
_HIDDEN = "\x85\u2028\u2029\ufeff"


class _Decoded(NamedTuple):
    text: str  # where there are faults, as much of it as a quote needs
    faults: list[tuple[str, int, dict[str, str]]]  # code, offset in the text, values


def _decode(data: bytes) -> _Decoded:
    """Return the text of *data*, or what keeps it from being one."""
    codec, name, body = "utf-8", "UTF-8", data
    for mark, its_codec, its_name in _MARKS:
        if data.startswith(mark):
            codec, name, body = its_codec, its_name, data[len(mark) :]
            break
    try:
        # Lone surrogates pass here, so that they are told with all other characters.
        text = body.decode(codec, "surrogatepass")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(codec, "surrogatepass")
        other = _other_encoding(body) if name == "UTF-8" else ""
        if other:
            text = before + body[error.start :].decode(other.lower(), "replace")
            return _Decoded(_clean(text), [("GT011", len(before), {"encoding": other})])
        text = before + body[error.start :].decode(codec, "replace")
        values: dict[str, str] = {"byte": f"0x{body[error.start]:02X}", "encoding": name}
        return _Decoded(_clean(text), [("GT010", len(before), values)])
    if name == "UTF-8" and (wide := _wide_encoding(data)):
        text = data.decode(wide.lower(), "replace")
        return _Decoded(_clean(text), [("GT011", 0, {"encoding": wide})])
    if text.isascii() and not body.translate(None, _ALLOWED):
        return _Decoded(text, [])
    return _Decoded(text, _forbidden(text))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)


def _forbidden(text: str) -> list[tuple[str, int, dict[str, str]]]:
    """Return one fault for each character that may not be there, at its first place."""
    first: dict[str, int] = {}
    counts: dict[str, int] = {}
    for found in _FORBIDDEN.finditer(text):
        character = found.group()
        first.setdefault(character, found.start())
        counts[character] = counts.get(character, 0) + 1
    return [
        (
            "GT013" if character in _HIDDEN else "GT012",
            offset,
            {"character": f"U+{ord(character):04X}", "count": str(counts[character])},
        )
        for character, offset in first.items()
    ]


def _other_encoding(body: bytes) -> str:
    """Return the encoding that *body* most likely has, if it can be told; else nothing."""
    try:
        text = body.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    # Western letters followed by ASCII also decode, but into rare characters: of Chinese
    # text nearly all stands in GB 2312.
    beyond = re.findall("[^\x00-\x7f]", text[:100_000])
    common = sum(1 for each in beyond if each.encode("gb2312", "ignore"))
    return "GB18030" if beyond and common >= 0.9 * len(beyond) else ""


def _wide_encoding(data: bytes) -> str:
    """Return which of UTF-16 and UTF-32 *data* is in, by its zero bytes (YAML 1.2.2, 5.2)."""
    head = data[:4]
    if len(head) < 4 or b"\0" not in head:
        return ""
    zeros = tuple(byte == 0 for byte in head)
    kinds: dict[tuple[bool, ...], str] = {
        (True, True, True, False): "UTF-32-BE",
        (False, True, True, True): "UTF-32-LE",
        (True, False, True, False): "UTF-16-BE",
        (False, True, False, True): "UTF-16-LE",
    }
    return kinds.get(zeros, "")


# Events to tree -----------------------------------------------------------------------------


def _loader() -> Any:
    """Return PyYAML's loader that yields events: in C where libyaml is there."""
    import yaml

    return yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def _compose(found: _Findings) -> Entries | None:
    """Return the mapping that the text is, telling *found* what is wrong."""
    import yaml

    source = found.source
    if (spot := _directive(source.text)) is not None:
        found.add("GT017", spot)
        return None
    composer = _Composer(found)
    # Everything made below stays alive, so that looking for garbage is time lost.
    collecting = gc.isenabled()
    gc.disable()
    try:
        loader = _loader()(source.text)
        try:
            return composer.compose(loader.get_event)
        except yaml.YAMLError as error:
            code, offset, values = _cause(error, source.text, composer.openings())
            found.add(code, offset * 2, **values)
            return None
        except (OverflowError, ValueError):
            # PyYAML's own parser turns escapes like "\UFFFFFFFF" into characters unchecked.
            escape = _TOO_LARGE.search(source.text)
            found.add("GT027", escape.start() * 2 if escape else 0, escape="\\U")
            return None
        finally:
            loader.dispose()
    finally:
        if collecting:
            gc.enable()


def _directive(text: str) -> int | None:
    """Return the spot of the first directive above the document.

    They are refused before libyaml sees them: its time grows with the square of their number.
    """
    for line in _LINE.finditer(text):
        if line[0].startswith("%"):
            return line.start() * 2
        if not _is_idle(line[0]):
            break
    return None


class _Anchor(NamedTuple):
    value: Value
    plain: int
    size: int  # values in it, itself included, those behind aliases counted again
    height: int  # collections in it, one inside another


class _Open(NamedTuple):
    """A collection that has begun: what has been read of it is kept by its parent."""

    values: list[Value]
    spots: list[int]
    spot: int
    anchor: str | None


class _Composer:
    """Turns events into a tree, without recursion and within bounds."""

    def __init__(self, found: _Findings) -> None:
        self.found = found
        self.opened: list[_Open] = []
        self.anchors: dict[str, _Anchor | None] = {}  # none while its value is being read
        self.measures: dict[int, tuple[int, int]] = {}
        self.shapes: dict[tuple[Value, ...], tuple[str, ...]] = {}
        self.aliased = 0
        self.whole = True

    def openings(self) -> list[int]:
        """Return the offsets at which the collections still open began."""
        return [each.spot >> 1 for each in self.opened]

    def compose(self, get_event: Callable[[], Any]) -> Entries | None:
        """Return the mapping that the events make; none where it is not whole."""
        from yaml import events

        scalar_event, alias_event = events.ScalarEvent, events.AliasEvent
        mapping_start, mapping_end = events.MappingStartEvent, events.MappingEndEvent
        sequence_start, sequence_end = events.SequenceStartEvent, events.SequenceEndEvent
        text = self.found.source.text
        escaped = "\\u" in text or "\\U" in text
        special = escaped or "&" in text or "!" in text
        shapes, opened = self.shapes, self.opened
        values: list[Value] = []
        spots: list[int] = []
        get_event()  # the stream begins
        if get_event().__class__ is not events.DocumentStartEvent:
            self.found.add("GT014", 0)
            return None
        while True:
            event = get_event()
            kind = event.__class__
            if kind is scalar_event:
                spots.append(event.start_mark.index << 1 | (not event.style))
                values.append(event.value)
                if special and (event.anchor is not None or event.tag is not None or escaped):
                    self.mark(event, event.value, spots[-1])
            elif kind is mapping_start or kind is sequence_start:
                spot = event.start_mark.index << 1
                if len(opened) == DEPTH:
                    self.found.add("GT030", spot, most=DEPTH)
                    return None
                opened.append(_Open(values, spots, spot, event.anchor))
                if special and (event.anchor is not None or event.tag is not None):
                    self.mark(event, None, spot)
                values, spots = [], []
            elif kind is mapping_end:
                keys = tuple(values[::2])
                known = shapes.get(keys)
                above = opened.pop()
                mapping = (
                    Entries(known, values[1::2], spots, above.spot)
                    if known is not None
                    else self.entries(keys, values[1::2], spots, above.spot)
                )
                values, spots = above.values, above.spots
                values.append(mapping)
                spots.append(above.spot)
                if above.anchor is not None:
                    self.close(above.anchor, mapping)
            elif kind is sequence_end:
                above = opened.pop()
                elements = Elements(values, spots, above.spot)
                values, spots = above.values, above.spots
                values.append(elements)
                spots.append(above.spot)
                if above.anchor is not None:
                    self.close(above.anchor, elements)
            elif kind is alias_event:
                spot = event.start_mark.index << 1
                target = self.alias(event, spot)
                if target is None:
                    return None
                values.append(target.value)
                spots.append(spot | target.plain)
            else:  # the document ends
                return self.root(values[0], spots[0], event.end_mark.index)

    def root(self, value: Value, spot: int, end: int) -> Entries | None:
        """Return *value* if it is a mapping and nothing follows behind *end*."""
        text = self.found.source.text
        # The parser is not asked for more: directives behind the document cost it too much.
        for line in _LINE.finditer(text, end):
            if not _is_idle(line[0]):
                code = "GT017" if line[0].startswith("%") else "GT015"
                self.found.add(code, line.start() * 2)
                return None
        if isinstance(value, Entries):
            return value if self.whole else None
        wide = _find(_WIDE_COLON, text, spot >> 1) if isinstance(value, str) else None
        if value == "":
            self.found.add("GT014", 0)
        elif wide is not None:
            self.found.add("GT028", wide * 2, **_full_width(text, wide))
        else:
            self.found.add("GT016", spot)
        return None

    def entries(
        self, keys: tuple[Value, ...], values: list[Value], spots: list[int], spot: int
    ) -> Entries:
        """Return a mapping whose keys have not been met before, or are not good."""
        first: dict[str, int] = {}
        kept: list[int] = []
        good = True
        for row, key in enumerate(keys):
            at = spots[2 * row]
            if not isinstance(key, str) or not key:
                self.found.add("GT038", at)
                good = False
            elif key == "<<" and at & 1:
                self.found.add("GT032", at)
                good = False
            elif at & 1 and not values[row] and (wide := key.find(_COLON)) >= 0:
                self.found.add("GT028", at + 2 * wide, character=_COLON, meant=": ")
                good = False
            elif key in first:
                line = self.found.source.place(first[key])[0]
                self.found.add("GT037", at, key=key, first=line)
            else:
                first[key] = at
                kept.append(row)
        self.whole = self.whole and good
        texts = tuple(first)
        if len(kept) < len(keys):
            values = [values[row] for row in kept]
            spots = [spots[each] for row in kept for each in (2 * row, 2 * row + 1)]
        elif "<<" not in first and not any(_COLON in key for key in first):
            # Both are good or not by how they are written, so they are looked at each time.
            self.shapes[keys] = texts
        return Entries(texts, values, spots, spot)

    def mark(self, event: Any, value: Value | None, spot: int) -> None:
        """Note an anchor, refuse a tag, and surrogates that come by escapes.

        Where a collection begins, there is no *value* yet.
        """
        if event.tag is not None:
            self.found.add("GT031", spot, tag=event.tag)
        if isinstance(value, str) and (lone := _SURROGATE.search(value)):
            # libyaml refuses these by itself; PyYAML's own parser lets them pass.
            self.found.add("GT012", spot, character=f"U+{ord(lone[0]):04X}", count=1)
            self.whole = False
        if event.anchor is None:
            return
        if event.anchor in self.anchors:
            self.found.add("GT035", spot, name=event.anchor)
            self.whole = False
        elif value is None:
            self.anchors[event.anchor] = None
        else:
            self.anchors[event.anchor] = _Anchor(value, spot & 1, 1, 0)

    def close(self, name: str, value: Value) -> None:
        """Note that the collection behind the anchor *name* is complete."""
        size, height = self.measure(value)
        self.measures[id(value)] = size, height
        if self.anchors[name] is None:
            self.anchors[name] = _Anchor(value, 0, size, height)

    def measure(self, value: Value) -> tuple[int, int]:
        """Return size and height of *value*, which is at most DEPTH high."""
        if isinstance(value, str):
            return 1, 0
        if id(value) in self.measures:
            return self.measures[id(value)]
        size = height = 0
        for each in value.values:
            its_size, its_height = self.measure(each)
            size += its_size
            height = max(height, its_height)
        return size + 1, height + 1

    def alias(self, event: Any, spot: int) -> _Anchor | None:
        """Return what an alias stands for; none where the file must be given up."""
        target = self.anchors.get(event.anchor)
        if target is None:
            code = "GT034" if event.anchor in self.anchors else "GT033"
            self.found.add(code, spot, name=event.anchor)
            self.whole = False
            return _Anchor("", 0, 1, 0)
        self.aliased += target.size
        if len(self.opened) + target.height > DEPTH:
            self.found.add("GT030", spot, most=DEPTH)
            return None
        if self.aliased > ALIASED:
            self.found.add("GT036", spot, most=ALIASED)
            return None
        return target


# What the parser stumbled over -------------------------------------------------------------

_LINE = re.compile("[^\r\n]+")
_BREAK = re.compile("[\r\n]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_TOO_LARGE = re.compile(r"\\U(?!000|0010)")

# Signs of a Chinese keyboard that look like those of YAML, and blanks that do not indent.
_COLON = "\uff1a"
_NARROW = {
    _COLON: ":",
    "\uff0c": ",",
    "\uff3b": "[",
    "\uff3d": "]",
    "\uff5b": "{",
    "\uff5d": "}",
    "\u3010": "[",
    "\u3011": "]",
    "\u201c": '"',
    "\u201d": '"',
    "\u3000": " ",
    "\xa0": " ",
}
_WIDE_COLON = re.compile(_COLON)
_WIDE_BLANK = re.compile("(?<![^\r\n ])[\u3000\xa0]")
_WIDE_IN_FLOW = re.compile("[" + "".join(key for key in _NARROW if _NARROW[key] != " ") + "]")


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def _line_end(text: str, offset: int) -> int:
    found = _BREAK.search(text, offset)
    return found.start() if found else len(text)


def _is_idle(line: str) -> bool:
    """Tell whether nothing but a comment stands in *line*."""
    line = line.strip()
    return not line or line.startswith("#")


def _find(pattern: re.Pattern[str], text: str, offset: int) -> int | None:
    """Return where *pattern* is found first from *offset* to the end of its line."""
    found = pattern.search(text, offset, _line_end(text, offset))
    return found.start() if found else None


def _full_width(text: str, offset: int) -> dict[str, str]:
    character = text[offset]
    return {"character": character, "meant": _NARROW[character]}


def _cause(error: Any, text: str, openings: list[int]) -> tuple[str, int, dict[str, str]]:
    """Return code, offset and values for what made PyYAML stop.

    Its own words differ between its two parsers and name the symptom; what a person did is
    read from them together with the text around the place.
    """
    said = str(getattr(error, "problem", None) or error)
    context = str(getattr(error, "context", None) or "")
    last = len(text.rstrip())
    at, begun = (
        min(mark.index, last) if mark is not None else 0
        for mark in (getattr(error, "problem_mark", None), getattr(error, "context_mark", None))
    )
    line = _line_start(text, at)
    if "tab character" in said or (text.startswith("\t", at) and "cannot start" in said):
        return "GT018", at, {}
    if "quoted" in context and "unexpected" in said:
        return "GT024", begun, {"quote": text[begun]}
    if "quoted" in context:
        return _escape_cause(text, max(text.rfind("\\", begun, at + 1), begun))
    if "could not find expected" in said:
        return _missing_colon(text, begun)
    if "mapping values are not allowed" in said:
        return _stray_colon(text, line, at)
    if "',' or" in said or ("node" in said and openings and "{[".find(text[openings[-1]]) >= 0):
        opening = openings[-1]
        return _flow_cause(text, opening, at, at >= last, "',' or" in said)
    if "sequence entries are not allowed" in said:
        return "GT021", at, {}
    if "cannot start" in said or "anchor" in context or "alias" in context:
        offset = begun if context and "next token" not in context else at
        return "GT026", offset, {"character": text[offset : offset + 1]}
    if "block scalar" in context:
        return "GT026", begun, {"character": text[begun]}
    if "tag" in context or "tag handle" in said:
        return "GT031", begun, {"tag": re.split(r"[\s,]", text[begun : begun + 200])[0]}
    if "directive" in context:
        return "GT017", line, {}
    if "expected" in said and "block" in context:
        before = text[line:at].rstrip()
        if not before.strip(" -"):
            blank = _find(_WIDE_BLANK, text, line)
            if blank is not None:
                return "GT028", blank, _full_width(text, blank)
            return "GT021", at, {}
        if before[-1] in "\"']}":
            return "GT025", at, {"mark": before[-1]}
    return "GT029", at, {"detail": said}


def _escape_cause(text: str, offset: int) -> tuple[str, int, dict[str, str]]:
    escape = text[offset : offset + 10]
    if lone := re.match(r"\\(?:u|U0000)([dD][89a-fA-F][0-9a-fA-F]{2})", escape):
        return "GT012", offset, {"character": f"U+{lone[1].upper()}", "count": "1"}
    return "GT027", offset, {"escape": escape[:2]}


def _missing_colon(text: str, key: int) -> tuple[str, int, dict[str, str]]:
    for pattern in (_WIDE_COLON, _WIDE_BLANK):
        wide = _find(pattern, text, key)
        if wide is not None:
            return "GT028", wide, _full_width(text, wide)
    return "GT019", key, {}


def _stray_colon(text: str, line: int, at: int) -> tuple[str, int, dict[str, str]]:
    blank = _find(_WIDE_BLANK, text, line)
    if blank is not None:
        return "GT028", blank, _full_width(text, blank)
    if re.search(r":\s", text[line:at]):
        return "GT020", at, {}
    above = text[:line].rstrip()
    start = _line_start(above, len(above))
    wide = _find(_WIDE_COLON, above, start)
    if wide is not None:
        return "GT028", wide, _full_width(text, wide)
    key = start + len(above[start:]) - len(above[start:].lstrip(" -"))
    if above and ":" not in above[start:] and not above.endswith(("]", "}", "'", '"')):
        return "GT019", key, {}
    return "GT021", line + len(text[line:at]) - len(text[line:at].lstrip()), {}


def _flow_cause(
    text: str, opening: int, at: int, at_end: bool, separator: bool
) -> tuple[str, int, dict[str, str]]:
    opened = text[opening]
    closing = "]" if opened == "[" else "}"
    # Full-width signs are looked for in the line that the collection begins in, and the last.
    for start, end in ((opening, at), (max(opening, _line_start(text, at)), at)):
        wide = _find(_WIDE_IN_FLOW, text[:end], start)
        if wide is not None:
            return "GT028", wide, _full_width(text, wide)
    if at_end:
        return "GT022", opening, {"opened": opened, "closing": closing}
    if not separator:
        return "GT029", at, {"detail": "a value is missing"}
    line = text.count("\n", 0, opening) + 1
    return "GT023", at, {"opened": opened, "closing": closing, "line": str(line)}
