"""Sections of a structure file to rows: records by columns, with the places they stand at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from govtree import _values, tables
from govtree._columns import TAG
from govtree._rows import UNKNOWN_CELL, Rows, input_columns
from govtree._wording import Reason
from govtree._yaml import Elements, Entries, Source, Value
from govtree.config._decode import NOTHING, Decoder, Path, entries_of, is_nothing
from govtree.config._schema import a, item_of, table_reference
from govtree.errors import Location
from govtree.units import Column, Link, Mark, Record, Shape

__all__ = ["Spots", "TableReference", "rows_of"]

_LAYOUT = ("delimiter", "encoding", "sheet", "header", "fill_down", "totals")
# No header stands further down.
_LAST_HEADER = 1_000

#: Faults of an id, or of a text that names one, that are told when ids are put in order.
_TOLD_OF_IDS = ("GT058",)


@frozen(eq=False)
class TableReference:
    """A table of a registry that a section names, not read yet.

    Attributes:
        table: Name of the table that its rows belong to.
        record: Its record class.
        path: Path of the file, as it is written; empty where it could not be read.
        columns: Sources of fields, a tag under ``tags.NAME``.
        layout: How it lies in the file.
        spot: Position of the path.
    """

    table: str
    record: type[Record]
    path: str
    columns: Mapping[str, tables.Source]
    layout: tables.Layout
    spot: int


def rows_of(
    decoder: Decoder, section: str, table: str, record: type[Record], value: Value, spot: int
) -> Iterator[Rows | TableReference]:
    """Yield the records of a section as rows, and the tables that it names.

    A record whose id cannot be an id is left out: it has had its problem, and nothing may be
    built any more.

    Args:
        decoder: Told of every problem.
        section: Key of the section.
        table: Name of the table that the records belong to.
        record: Record class of that table.
        value: What stands under the key.
        spot: Position of *value*.
    """
    if is_nothing(value, spot):
        value = Elements([], [], spot)
    if isinstance(value, Entries):
        value = Elements([value], [spot], spot)
    if isinstance(value, str):
        decoder.say_unfit(Reason("'{name}'", name=section), "a list of records", value, spot)
        return
    rows: list[Entries] = []
    spots: list[int] = []
    references = []
    for each, at in zip(value.values, value.spots, strict=True):
        if not isinstance(each, Entries):
            what = Reason("an entry of '{key}'", key=section)
            decoder.say_unfit(what, "a mapping", each, at)
        elif "table" in each.keys:
            references.append(_table(decoder, section, table, record, each, at))
        elif _has_id_that_is_no_text(decoder, table, each):
            continue
        else:
            rows.append(each)
            spots.append(at)
    yield from references
    if rows or not references:
        places = Spots(decoder.source, rows, np.array(spots, np.int64))
        columns = _Columns(decoder, table, record, rows, places).decoded()
        yield Rows(table, columns, len(rows), places)


def _table(
    decoder: Decoder, section: str, table: str, record: type[Record], value: Entries, spot: int
) -> TableReference:
    path = (section, f"[{spot}]")
    said = decoder.decode(table_reference(table, record), value, spot, path)
    at = decoder.spots[*path, "table"]
    if is_nothing(value.values[value.keys.index("table")], at):
        decoder.say(
            "GT092", at, what=Reason("the table of '{section}'", section=section), key="table"
        )
    columns: dict[str, tables.Source] = {}
    for name, source in (said.get("columns") or {}).items():
        sources: dict[tuple[str, ...], Any] = {(name,): source}
        if name == "tags":
            sources = {("tags", tag): each for tag, each in (source or {}).items()}
        for keys, each in sources.items():
            made = None if each is None else _source(decoder, each, (*path, "columns", *keys))
            if made is not None:
                columns[".".join(keys)] = made
    layout = _layout(decoder, said, path)
    return TableReference(table, record, said.get("table") or "", columns, layout, at)


def _layout(decoder: Decoder, said: Mapping[str, Any], path: Path) -> tables.Layout:
    """Return how a table lies in its file; what is not said, or wrong, is as where left out."""
    given = {name: said[name] for name in _LAYOUT if said.get(name) is not None}
    for name in ("header", "totals"):
        if name in given:
            given[name] = [each for each in given[name] if each is not None]
            if not given[name] and said[name]:
                del given[name]
    if "fill_down" in given:
        given["fill_down"] = {name: how for name, how in given["fill_down"].items() if how}
    rows = given.get("header", [1])
    if not rows or min(rows) < 1 or rows != sorted(set(rows)) or rows[-1] > _LAST_HEADER:
        shown = ", ".join(map(str, rows))
        decoder.say("GT927", decoder.spots[*path, "header"], rows=shown)
        del given["header"]
    return tables.Layout(**given)


def _source(decoder: Decoder, said: Mapping[str, Any], path: Path) -> tables.Source | None:
    """Return where a field takes its cells from; say what is wrong with it."""
    spot = decoder.spots[path]
    given = [key for key in ("column", "columns", "value") if said.get(key) is not None]
    if not given:
        if not any(key in said for key in ("column", "columns", "value")):
            decoder.say("GT092", spot, what="a source", key="column")
        return None
    if len(given) > 1:
        decoder.say("GT099", decoder.keys[*path, given[1]], key=given[1], other=given[0])
        return None
    names = said.get("columns") or [said.get("column")]
    return tables.Source(
        tuple(each for each in names if each is not None),
        join=said.get("join") or "",
        split=said.get("split") or "",
        value=said.get("value"),
    )


def _has_id_that_is_no_text(decoder: Decoder, table: str, row: Entries) -> bool:
    if "id" not in row.keys:
        return False
    place = row.keys.index("id")
    if isinstance(row.values[place], str):
        return False
    what = Reason("'{name}' of {table}", name="id", table=Reason(a(table)))
    decoder.say_unfit(what, "a text", row.values[place], row.spots[2 * place + 1])
    return True


class _Columns:
    """Decodes records of one table, a column at a time."""

    def __init__(
        self,
        decoder: Decoder,
        table: str,
        record: type[Record],
        rows: Sequence[Entries],
        places: Spots,
    ) -> None:
        self.decoder = decoder
        self.table = table
        self.known = input_columns(table, record)
        self.rows = rows
        self.places = places

    def decoded(self) -> dict[str, Any]:
        """Return the fields of all records as typed columns."""
        columns: dict[str, Any] = {}
        for name, values in self._by_field().items():
            column = self.known[name]
            if column.shape == "tags":
                for tag, cells in self._tags(values).items():
                    columns[TAG + tag] = self._cells("tags", cells, TAG + tag)
            elif column.shape in ("links", "flags", "parts"):
                columns[name] = self._lists(name, column, values)
            else:
                columns[name] = self._cells(column.shape, values, name, column.required)
        return columns

    def _by_field(self) -> dict[str, list[Value | None]]:
        # Rows of one table mostly have the same keys in the same order, and then share them.
        alike: dict[int, list[int]] = {}
        for at, row in enumerate(self.rows):
            alike.setdefault(id(row.keys), []).append(at)
        fields: dict[str, list[Value | None]] = {}
        for group in alike.values():
            for place, name in enumerate(self.rows[group[0]].keys):
                if name not in self.known:
                    for at in group:
                        spot = self.rows[at].spots[2 * place]
                        self.decoder.say_unknown_key(a(self.table), name, spot, tuple(self.known))
                elif len(group) == len(self.rows):
                    fields[name] = [row.values[place] for row in self.rows]
                else:
                    if name not in fields:
                        fields[name] = [None] * len(self.rows)
                    for at in group:
                        fields[name][at] = self.rows[at].values[place]
        return fields

    def _cells(
        self, shape: Shape, values: list[Value | None], name: str, required: bool = False
    ) -> Any:
        """Return scalars as a typed column."""
        if not set(map(type, values)) <= {str, type(None)}:
            for row, value in enumerate(values):
                if isinstance(value, Elements | Entries):
                    spot = self.places.spot(row, name)
                    table = Reason(a(self.table))
                    what = Reason("'{name}' of {table}", name=name, table=table)
                    self.decoder.say_unfit(what, "one value", value, spot)
                    # Not nothing, so that it is not told to be missing as well.
                    values[row] = UNKNOWN_CELL if required else None
        if not NOTHING.isdisjoint(values):
            for row, value in enumerate(values):
                if value in NOTHING and self.places.spot(row, name) & 1:
                    values[row] = None
        cells, faults = _values.read_cells(shape, values)  # type: ignore[arg-type]  # as above
        for fault in faults:
            if shape in ("id", "reference"):
                # It stays what it is, so that an id and those who name it still agree.
                cells[fault.row] = values[fault.row]  # type: ignore[index]  # a list of texts
                if fault.code in _TOLD_OF_IDS:
                    continue
            spot = self.places.spot(fault.row, name)
            self.decoder.say(fault.code, spot, **dict(fault.values))
        return cells

    def _tags(self, values: Sequence[Value | None]) -> dict[str, list[Value | None]]:
        """Return the cells of each tag; a list of tags says that the unit has each once."""
        # A column for each tag that one record alone has would fill the memory.
        most = self.decoder.limits.tags
        tags: dict[str, list[Value | None]] = {}
        for row, value in enumerate(values):
            spot = self.places.spot(row, "tags")
            if value is None or is_nothing(value, spot):
                continue
            told: list[tuple[str, Value, int]]
            if isinstance(value, Entries):
                told = list(entries_of(value))
            elif isinstance(value, Elements):
                told = [(tag, "1", at) for tag, at in self._names(value)]
            else:
                told = [(value, "1", spot)]
            for tag, each, at in told:
                if "\0" in tag:
                    self.decoder.say("GT058", at, cell=tag, character="U+0000")
                elif tag in tags:
                    tags[tag][row] = each
                elif len(tags) == most:
                    self.decoder.say("GT085", at, tag=tag, most=f"{most:,}")
                else:
                    tags[tag] = [None] * len(values)
                    tags[tag][row] = each
        return {tag: tags[tag] for tag in sorted(tags)}

    def _names(self, value: Elements) -> Iterator[tuple[str, int]]:
        for each, spot in zip(value.values, value.spots, strict=True):
            if isinstance(each, str) and not is_nothing(each, spot):
                yield each, spot
            else:
                self.decoder.say_unfit("an entry of 'tags'", "a text", each, spot)

    def _lists(
        self, name: str, column: Column, values: Sequence[Value | None]
    ) -> list[tuple[Any, ...] | None]:
        """Return links, flags and parts as tuples of their values."""
        node = item_of(column)
        make: Callable[..., Any] = {"links": Link, "flags": Mark}.get(column.shape, str)
        required = "unit" if make is Link else "flag"
        cells: list[tuple[Any, ...] | None] = []
        for row, value in enumerate(values):
            if value is None:
                cells.append(None)
                continue
            if isinstance(value, Elements) and _are_names(value):
                cells.append(tuple(map(make, value.values)))
                continue
            decoded = self.decoder.decode(node, value, self.places.spot(row, name), (name,)) or ()
            if make is not str:
                # A link without its unit has had its problem.
                decoded = [make(**each) for each in decoded if each and each.get(required)]
            cells.append(tuple(each for each in decoded if each))
        return cells


def _are_names(value: Elements) -> bool:
    """Return whether a list holds nothing but texts that say something."""
    texts = [each for each in value.values if isinstance(each, str)]
    return (
        len(texts) == len(value.values) and NOTHING.isdisjoint(texts) and "\0" not in "".join(texts)
    )


@define(eq=False)
class Spots:
    """Places of records in a YAML file.

    The records are needed as long as cells may turn out to be faulty; afterwards
    :meth:`settle` keeps a line and a column a record, and lets go of the text.
    """

    source: Source
    rows: Sequence[Entries]
    spots: NDArray[np.int64]
    settled: tuple[str, NDArray[np.int32]] | None = field(default=None, init=False)

    def spot(self, row: int, name: str = "") -> int:
        """Return the position of a record, or of what it says in field *name*.

        The third link in field ``covers`` is ``covers[2]``, a tag is ``tags.living_alone``.
        """
        entries = self.rows[row]
        tag = name.removeprefix(TAG) if name.startswith(TAG) else ""
        base, _, number = ("tags", "", "") if tag else name.removesuffix("]").partition("[")
        if base not in entries.keys:
            return int(self.spots[row])
        place = entries.keys.index(base)
        value, spot = entries.values[place], entries.spots[2 * place + 1]
        if number and isinstance(value, Elements):
            return value.spots[int(number)]
        if tag and isinstance(value, Entries) and tag in value.keys:
            return value.spots[2 * value.keys.index(tag) + 1]
        return spot

    def at(self, row: int, field: str = "") -> Location:
        """Return the place of a record, or of one of its fields."""
        if self.settled is not None:
            file, places = self.settled
            line, column = places[row].tolist()
            return Location(file, line=line, column=column)
        return self.source.where(self.spot(row, field))

    def quote(self, row: int, field: str = "") -> str:
        """Return the line that the record, or its field, stands in."""
        return "" if self.settled is not None else self.source.quote(self.at(row, field).line)

    def settle(self) -> None:
        """Keep where each record stands, and nothing else."""
        places = [self.source.place(spot) for spot in self.spots.tolist()]
        self.settled = (self.source.file, np.array(places, np.int32).reshape(-1, 2))
        self.rows, self.spots = (), np.empty(0, np.int64)
        self.source = Source(self.source.file, "")
