"""Events to a tree with positions, without recursion and within bounds."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from attrs import define, field, frozen

from govtree._files import LIMITS, Limits, collector_paused
from govtree._yaml._bytes import decode
from govtree._yaml._causes import (
    COLON,
    LINE,
    SURROGATE,
    TOO_LARGE,
    WIDE_BLANKS,
    WIDE_COLON,
    cause,
    error_offset,
    find,
    full_width,
    is_idle,
    line_end,
    tag_at,
)
from govtree.errors import Location, Problem, Tally, problem

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Document", "Elements", "Entries", "Source", "Value", "read"]

_DOUBTFUL = re.compile(f"<<|[{COLON}{WIDE_BLANKS}]")

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
            self._quotes[line] = self.text[start : line_end(self.text, start)]
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


def read(data: bytes, *, file: str = "", limits: Limits = LIMITS) -> Document:
    r"""Return what the YAML in *data* says, with the position of every value.

    Args:
        data: The bytes of the file: UTF-8, or UTF-16 or UTF-32 with a byte order mark.
        file: Name of the file in problems.
        limits: How deep and how much is read; its ``aliases`` bound the values that aliases
            repeat, so that one use of an alias counts as what it stands for.

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
    decoded = decode(data)
    found = _Findings(Source(file, decoded.text))
    for code, offset, values in decoded.faults:
        found.add(code, offset * 2, since=-1, **values)
    root = None if decoded.faults else _compose(found, limits)
    return Document(found.source, root, found.sorted())


class _Findings:
    """The problems of one file."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._tally = Tally()

    def add(self, code: str, spot: int, *, since: int = -1, **values: object) -> None:
        def made() -> Problem:
            if since >= 0:
                values["first"] = self.source.place(since)[0]
            return self.source.problem(code, spot, severity="error", **values)

        self._tally.add(code, made)

    def forget(self) -> None:
        """Take back what was told: the file is read once more."""
        self._tally = Tally()

    def sorted(self) -> tuple[Problem, ...]:
        return self._tally.problems()


def _loader() -> Any:
    """Return PyYAML's loader that yields events: in C where libyaml is there."""
    import yaml

    return yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def _compose(found: _Findings, limits: Limits) -> Entries | None:
    """Return the mapping that the text is, telling *found* what is wrong."""
    if (spot := _directive(found.source.text)) is not None:
        found.add("GT017", spot)
        return None
    return _composed(found.source.text, found, limits)


def _composed(text: str, found: _Findings, limits: Limits) -> Entries | None:
    """Return the mapping that *text* is, which is the source or its beginning."""
    import yaml

    source = found.source
    composer = _Composer(found, limits)
    with collector_paused():
        loader = _loader()(text)
        try:
            return composer.compose(loader.get_event)
        except yaml.YAMLError as error:
            if "nesting depth" in str(error) and (deep := error_offset(error)) < len(text):
                # libyaml 0.2.6 has a bound of its own, behind ours, and looks ahead: up to
                # there it yields the events by which ours is told at its place.
                found.forget()
                return _composed(text[:deep], found, limits)
            code, offset, values = cause(error, source.text, composer.openings())
            found.add(code, offset * 2, since=-1, **values)
            return None
        except (OverflowError, ValueError):
            # PyYAML's own parser turns escapes like "\UFFFFFFFF" into characters unchecked.
            escape = TOO_LARGE.search(source.text)
            found.add("GT027", escape.start() * 2 if escape else 0, escape="\\U")
            return None
        finally:
            loader.dispose()


def _directive(text: str) -> int | None:
    """Return the spot of the first directive above the document.

    They are refused before libyaml sees them: its time grows with the square of their number.
    """
    for line in LINE.finditer(text):
        if line[0].startswith("%"):
            return line.start() * 2
        if not is_idle(line[0]):
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

    def __init__(self, found: _Findings, limits: Limits) -> None:
        self.found = found
        self.limits = limits
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
        shapes, opened, depth = self.shapes, self.opened, self.limits.depth
        values: list[Value] = []
        spots: list[int] = []
        get_event()  # the stream begins
        if get_event().__class__ is not events.DocumentStartEvent:
            self.found.add("GT014", 0)
            return None
        # The end of a collection counts as well, which is near enough, and costs nothing.
        for _ in range(self.limits.nodes):
            event = get_event()
            kind = event.__class__
            if kind is scalar_event:
                spots.append(event.start_mark.index << 1 | (not event.style))
                values.append(event.value)
                if special and (event.anchor is not None or event.tag is not None or escaped):
                    self.mark(event, event.value, spots[-1])
            elif kind is mapping_start or kind is sequence_start:
                spot = event.start_mark.index << 1
                if len(opened) == depth:
                    self.found.add("GT030", spot, most=depth)
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
        self.found.add("GT034", event.start_mark.index << 1, most=self.limits.nodes)
        return None

    def root(self, value: Value, spot: int, end: int) -> Entries | None:
        """Return *value* if it is a mapping and nothing follows behind *end*."""
        text = self.found.source.text
        # The parser is not asked for more: directives behind the document cost it too much.
        for line in LINE.finditer(text, end):
            if not is_idle(line[0]):
                code = "GT017" if line[0].startswith("%") else "GT015"
                self.found.add(code, line.start() * 2)
                return None
        if isinstance(value, Entries):
            return value if self.whole else None
        wide = find(WIDE_COLON, text, spot >> 1) if isinstance(value, str) else None
        if value == "":
            self.found.add("GT014", 0)
        elif wide is not None:
            self.found.add("GT028", wide * 2, since=-1, **full_width(text, wide))
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
            elif at & 1 and not values[row] and (wide := key.find(COLON)) >= 0:
                self.found.add("GT028", at + 2 * wide, character=COLON, meant=": ")
                good = False
            elif at & 1 and key[0] in WIDE_BLANKS:
                self.found.add("GT028", at, character=key[0], meant=" ")
                good = False
            elif key in first:
                self.found.add("GT037", at, since=first[key], key=key)
            else:
                first[key] = at
                kept.append(row)
        self.whole = self.whole and good
        texts = tuple(first)
        if len(kept) < len(keys):
            values = [values[row] for row in kept]
            spots = [spots[each] for row in kept for each in (2 * row, 2 * row + 1)]
        elif not any(_DOUBTFUL.search(key) for key in first):
            # Others are good or not by how they are written, so they are looked at each time.
            self.shapes[keys] = texts
        return Entries(texts, values, spots, spot)

    def mark(self, event: Any, value: Value | None, spot: int) -> None:
        """Note an anchor, refuse a tag, and surrogates that come by escapes.

        Where a collection begins, there is no *value* yet.
        """
        if event.tag is not None:
            self.found.add("GT031", spot, tag=tag_at(self.found.source.text, spot >> 1))
        if isinstance(value, str) and (lone := SURROGATE.search(value)):
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
        """Return size and height of *value*, which is no deeper than the limit."""
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
            self.found.add("GT033", spot, name=event.anchor)
            self.whole = False
            return _Anchor("", 0, 1, 0)
        self.aliased += target.size
        if len(self.opened) + target.height > self.limits.depth:
            self.found.add("GT030", spot, most=self.limits.depth)
            return None
        if self.aliased > self.limits.aliases:
            self.found.add("GT036", spot, most=self.limits.aliases)
            return None
        return target
