"""Which column of a table becomes which field, and where its rows stand."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from attrs import evolve, field, frozen

from govtree._columns import NONE, TAG, Coded, Words, read_only
from govtree._names import NearMisses, normal
from govtree._rows import Cells, joined
from govtree._texts import Texts
from govtree._values import Fault, take_values
from govtree.errors import Location, Places
from govtree.tables._blocks import Codes
from govtree.tables._cells import COUNTERS, DOUBTS, scale_of
from govtree.tables._csv import Notes, Stop
from govtree.tables._layout import Layout
from govtree.tables._lines import Reading, note_disagreement
from govtree.units import Column, Shape

__all__ = [
    "Field",
    "Gathered",
    "GatheredOnce",
    "Reader",
    "Source",
    "TablePlaces",
    "match",
    "require_header",
]

Reader: TypeAlias = Callable[[Shape, Sequence[Any]], tuple[Cells, list[Fault]]]

# A unit behind the name of a column, in brackets of either width.
_UNIT = re.compile(rf"(.+?)\s*[(（\[【]\s*([十百千万亿%‰]*(?:{'|'.join(COUNTERS)})?)\s*[)）\]】]")
#: Rows whose cells become values at once.
_ROWS = 32_768

#: Shapes of cells that say few different things, each of which is read once.
_REPEATED = ("term", "whole", "tags", "truth", "date", "cell")
#: Shapes of cells that stay texts.
_TEXTS = ("id", "text", "reference", "cell")

# Names that a problem lists at most.
_SHOWN_NAMES = 12


def _names(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


@frozen
class Source:
    """Where a field of a table takes its cells from.

    Attributes:
        columns: Names of columns; several are joined into one text, and a row in which one of
            them is empty has none.
        join: What is put between the texts of several columns.
        split: For links, flags and parts: what stands between several of them in one cell.
        value: The text that every row has, in the place of columns.

    >>> Source(("type", "code"), join=":").header
    'type + code'
    """

    columns: tuple[str, ...] = field(default=(), converter=_names)
    join: str = ""
    split: str = ""
    value: str | None = None

    @property
    def header(self) -> str:
        """The names of its columns, as a problem shows them."""
        return " + ".join(self.columns)


@frozen(eq=False)
class TablePlaces:
    """Places of the rows of a table in a file; the header is row 1.

    Attributes:
        file: Path of the file, as it was written.
        headers: Name of the column, or names of the columns, by field.
        gaps: Pairs of a row and of how many records before it are no rows, in order.
        sheet: Name of the sheet, of a workbook.
        reading: What was found beside the rows.

    >>> places = TablePlaces("buildings.csv", {"id": "楼栋"}, [(3, 1)])
    >>> str(places.at(2, "id")), str(places.at(3))
    ('buildings.csv:row 4:楼栋', 'buildings.csv:row 6')
    """

    file: str
    headers: Mapping[str, str]
    gaps: Sequence[tuple[int, int]] = ()
    sheet: str = ""
    reading: Reading | None = None

    def at(self, row: int, field: str = "") -> Location:
        """Return the place of a row, counted from 0 without the header, or of its cell."""
        before = bisect_right(self.gaps, row, key=lambda gap: gap[0])
        skipped = self.gaps[before - 1][1] if before else 0
        name = field.partition("[")[0]
        header = self.headers.get(name, name)
        return Location(self.file, sheet=self.sheet, row=row + skipped + 2, field=header)

    def quote(self, row: int, field: str = "") -> str:  # noqa: ARG002 - the protocol's names
        """Return nothing: a row of a registry is about people, and is never shown."""
        return ""


@frozen
class Field:
    """One field of a table that is read: its shape, and the columns it is made of."""

    name: str
    shape: Shape
    source: Source


def require_header(
    header: Sequence[str],
    below: Callable[[], Iterable[tuple[int, Sequence[str]]]],
    known: Mapping[str, Column],
    columns: Mapping[str, Source],
    layout: Layout,
    notes: Notes,
) -> None:
    """Refuse a header that is not what it is said to be; say where it probably stands.

    Raises:
        Stop: If so.
    """
    wanted = {name for source in columns.values() for name in source.columns}
    wanted |= {name for name, each in known.items() if each.required and name not in columns}
    missing = {name for name in wanted if not _found(name, header)}
    if not missing:
        if len(layout.header) > 1:
            note_disagreement(header, notes)
        listed = ", ".join(header[:_SHOWN_NAMES])
        for name in layout.fill_down:
            if name not in header:
                notes.add("GT052", _at(notes, name), header=name, known=listed)
        return
    for number, names in below():
        if all(_found(name, names) for name in missing):
            said = {"row": str(number), "header": min(missing)}
            notes.add("GT914", notes.at(row=notes.header), **said)
            raise Stop


def _found(name: str, header: Sequence[str]) -> bool:
    return name in header or any(_without_unit(each)[0] == name for each in header)


def _without_unit(header: str) -> tuple[str, str]:
    """Return the name of a column without the unit behind it, and the unit.

    >>> _without_unit("人数（万人）"), _without_unit("地址（详细）")
    (('人数', '万人'), ('地址（详细）', ''))
    """
    found = _UNIT.fullmatch(header)
    return (found[1], found[2]) if found else (header, "")


def match(
    header: Sequence[str],
    known: Mapping[str, Column],
    columns: Mapping[str, Source],
    table: str,
    notes: Notes,
) -> list[Field]:
    """Return the fields that can be read from a table with this *header*.

    Raises:
        Stop: If a column that the mapping names, or a required field, is missing.
    """
    sources = {name: _in_header(source, header, notes) for name, source in columns.items()}
    for name in header:
        bare = _without_unit(name)[0]
        if bare not in header and bare not in sources and _shape(bare, known) is not None:
            sources[bare] = _in_header(Source((bare,)), header, notes)
        if name not in sources and _shape(name, known) is not None:
            sources[name] = Source((name,))
    fields = []
    fields_near, header_near = NearMisses(known), NearMisses(header)
    missing: dict[str, None] = {}
    for name, source in sources.items():
        shape = _shape(name, known)
        if shape is None:
            said = _meant(name, fields_near)
            notes.add("GT116", _at(notes, name), table=table, field=name, **said)
        else:
            fields.append(Field(name, shape, source))
            if shape in ("whole", "number", "tags"):
                _require_no_scale(source, notes)
        missing |= {each: None for each in source.columns if each not in header}
    missing |= {name: None for name, each in known.items() if each.required and name not in sources}
    for name in missing:
        listed = ", ".join(header[:_SHOWN_NAMES])
        notes.add("GT052", _at(notes, name), header=name, known=listed, **_meant(name, header_near))
    used = {name for each in fields for name in each.source.columns}
    for name in sorted(used):
        if header.count(name) > 1:
            notes.add("GT053", _at(notes, name), header=name, count=str(header.count(name)))
    if missing:
        raise Stop
    free = {normal(name): name for name in known if name not in sources}
    for name in header:
        if name not in used and normal(name) in free:
            meant = free[normal(name)]
            notes.add("GT064", _at(notes, name), severity="warning", header=name, meant=meant)
    return fields


def _in_header(source: Source, header: Sequence[str], notes: Notes) -> Source:
    """Return a source with the names of its columns as they stand there, units included."""
    names = []
    for name in source.columns:
        alike = [] if name in header else [h for h in header if _without_unit(h)[0] == name]
        if len(alike) > 1:
            said = {"header": name, "known": ", ".join(alike), "first": alike[0]}
            notes.add("GT998", _at(notes, name), **said)
        names.append(alike[0] if alike else name)
    return evolve(source, columns=names)


def _require_no_scale(source: Source, notes: Notes) -> None:
    for name in source.columns:
        unit = _without_unit(name)[1]
        if scale_of(unit):
            notes.add("GT926", _at(notes, name), header=name, unit=unit)


def _shape(name: str, known: Mapping[str, Column]) -> Shape | None:
    if name in known and name != "tags":
        return known[name].shape
    return "tags" if name.startswith(TAG) and "tags" in known and name != TAG else None


def _meant(name: str, names: NearMisses) -> dict[str, str]:
    meant = names.nearest(name)
    return {"meant": meant} if meant else {}


def _at(notes: Notes, name: str) -> Callable[[], Location]:
    return notes.at(row=notes.header if notes.place.file else 0, field=name)


class Gathered:
    """The cells of one field, read some rows at a time."""

    def __init__(self, field: Field, places: Places, notes: Notes, read: Reader) -> None:
        self.field = field
        self._places = places
        self._notes = notes
        self._read = read
        self._parts: list[Any] = []

    def add(self, columns: Sequence[Sequence[Any]], start: int) -> None:
        """Take in more rows: the cells of each column of the source, the first of row *start*."""
        if len(columns) > 1:
            texts = [self._cells("text", cells, start) for cells in columns]
            join = self.field.source.join
            cells = [join.join(row) if all(row) else None for row in zip(*texts, strict=True)]
            self._parts.append(self._shaped(cells, start))
        else:
            self._parts.append(self._shaped(columns[0], start))

    def cells(self, length: int) -> Any:
        """Return what was taken in, or the constant of the source, as one column."""
        if self.field.source.value is not None:
            return self._constant(self.field.source.value, length)
        parts, self._parts = self._parts or [self._shaped([], 0)], []
        return joined(parts)

    def _constant(self, value: str, length: int) -> Any:
        cells: Any = self._shaped([value], 0)
        if isinstance(cells, (Texts, Words)):
            return cells.take(np.zeros(length, np.int32))
        return np.repeat(cells, length) if isinstance(cells, np.ndarray) else cells * length

    def _shaped(self, cells: Sequence[Any], start: int) -> Any:
        split = self.field.source.split
        if not split:
            return self._cells(self.field.shape, cells, start)
        texts = self._cells("text", cells, start)
        apart = [
            None if text is None else [each.strip() for each in text.split(split) if each.strip()]
            for text in texts
        ]
        return take_values(self.field.shape, apart)[0]

    def _cells(self, shape: Shape, cells: Sequence[Any], start: int) -> Any:
        is_text = shape in _TEXTS
        packed = is_text and shape == self.field.shape
        if packed and (not len(cells) or not isinstance(cells[0], float)):
            # Not what is false: 0 is a number of a workbook.
            told = [None if cell == "" else cell for cell in cells] if "" in cells else cells
            texts, unfit = Texts.checked(told)
            # What a spreadsheet makes of a long code is found by one look at all the cells.
            if not unfit and not texts.holds("E+") and not texts.holds("e+"):
                return texts
        read, faults = self._read("text" if is_text else shape, cells)
        for fault in faults:
            self._note(fault, start + fault.row)
        # Packed at once: a million texts of Python take four times the room.
        return Texts.of(read) if packed else read  # type: ignore[arg-type]  # a list of texts

    def _note(self, fault: Fault, row: int) -> None:
        where = partial(self._places.at, row, self.field.name)
        severity = "warning" if fault.code in DOUBTS else "error"
        self._notes.add(fault.code, where, severity=severity, **dict(fault.values))


class GatheredOnce(Gathered):
    """The cells of one field: where they repeat, each distinct one is read once."""

    def __init__(self, field: Field, places: Places, notes: Notes, read: Reader) -> None:
        super().__init__(field, places, notes, read)
        source = field.source
        is_repeated = field.shape in _REPEATED and len(source.columns) == 1 and not source.split
        self._codes = Codes() if is_repeated else None
        self._waiting: list[list[str]] = [[] for _ in source.columns]
        self._start = 0

    def add(self, columns: Sequence[Sequence[Any]], start: int) -> None:
        """Take in more rows: the cells of each column of the source, the first of row *start*."""
        if self._codes is not None:
            self._codes.add(columns[0])
            return
        if not any(self._waiting):
            self._start = start
        for waiting, cells in zip(self._waiting, columns, strict=True):
            waiting.extend(cells)
        if len(self._waiting[0]) >= _ROWS:
            self._hand_on()

    def cells(self, length: int) -> Any:
        """Return what was taken in, or the constant of the source, as one column."""
        if self._codes is not None:
            return self._of_codes(self._codes)
        if self._waiting and self._waiting[0]:
            self._hand_on()
        return super().cells(length)

    def _hand_on(self) -> None:
        super().add(self._waiting, self._start)
        self._waiting = [[] for _ in self._waiting]

    def _of_codes(self, gathered: Codes) -> Any:
        words, codes = gathered.words, gathered.codes()
        shape = self.field.shape
        read, faults = self._read("text" if shape in _TEXTS else shape, words)
        if faults:
            fault_of = {fault.row: fault for fault in faults}
            for row in np.flatnonzero(np.isin(codes, list(fault_of))).tolist():
                self._note(fault_of[int(codes[row])], row)
        if isinstance(read, Words):
            # Each word stands in some cell: none is left out.
            return Words(read_only(read.codes[codes]), read.words)
        if shape == "cell":
            texts = list(read)
            if None not in texts:
                return Coded(codes, texts)
            kept = [at for at, text in enumerate(texts) if text]
            place = np.full(len(texts), NONE, np.int32)
            place[kept] = np.arange(len(kept))
            return Coded(place[codes], [texts[at] for at in kept])
        assert isinstance(read, np.ndarray)
        return read[codes]
