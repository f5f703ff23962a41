"""A tree of YAML to values, led by the schema: settings one by one, records by columns."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from govtree import _values
from govtree._columns import TAG
from govtree._names import NearMisses
from govtree._rows import Rows, input_columns
from govtree._yaml import Elements, Entries, Source, Value
from govtree.config._schema import (
    ListOf,
    MapOf,
    Node,
    OneOf,
    Scalar,
    Section,
    Shaped,
    item_of,
)
from govtree.errors import Location, Problem
from govtree.units import Column, Link, Mark, Record, Shape

__all__ = ["Decoder", "Path", "TableReference"]

#: Where a setting stands: the keys that lead to it.
Path = tuple[str, ...]

_NOTHING = frozenset(("", "~", "null", "Null", "NULL"))
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]+\.[0-9]+")
_TRUTH = {"true": True, "false": False}
_KINDS: dict[type, str] = {str: "a text", Elements: "a list", Entries: "a mapping"}


@frozen(eq=False)
class TableReference:
    """A table of a registry that a section names, not read yet.

    Attributes:
        table: Name of the table that its rows belong to.
        settings: What the reference says, as its schema decodes it.
        spot: Position of the path of the file.
    """

    table: str
    settings: Mapping[str, Any]
    spot: int


class Decoder:
    """Decodes one document; collects every problem on the way.

    Attributes:
        problems: What was wrong.
        spots: Position of every setting by the keys that lead to it.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.spots: dict[Path, int] = {}
        self._near: dict[str, NearMisses] = {}

    def say(self, code: str, spot: int, **values: str | None) -> None:
        """Note the problem with *code*; values that are None are left out."""
        said = {name: value for name, value in values.items() if value is not None}
        self.problems.append(self.source.problem(code, spot, **said))

    # -- settings ----------------------------------------------------------------------------

    def decode(self, node: Node, value: Value, spot: int, path: Path = ()) -> Any:
        """Return *value* as *node* describes it; None where it is not that."""
        self.spots[path] = spot
        if isinstance(value, str) and value in _NOTHING and spot & 1:
            return None
        if isinstance(node, OneOf):
            node = next((each for each in node.nodes if _fits(each, value)), node.nodes[0])
        if isinstance(node, ListOf):
            return self._decode_list(node, value, spot, path)
        if not _fits(node, value):
            found = _KINDS[type(value)]
            return self.say("GT091", spot, what=path[-1], expected=_described(node), found=found)
        if isinstance(node, Scalar):
            assert isinstance(value, str)
            return self._decode_scalar(node, value, spot)
        if isinstance(node, Shaped) and isinstance(value, str):
            return {node.short: self.decode(node.keys[node.short], value, spot, path)}
        assert isinstance(value, Entries)
        if isinstance(node, MapOf):
            return {
                key: self.decode(node.value, each, at, (*path, key))
                for key, each, at in _items(value)
            }
        assert isinstance(node, Shaped)
        return self._decode_shaped(node, value, spot, path)

    def _decode_list(self, node: ListOf, value: Value, spot: int, path: Path) -> list[Any]:
        values, spots = (
            (value.values, value.spots) if isinstance(value, Elements) else ([value], [spot])
        )
        return [
            self.decode(node.item, each, at, (*path, str(number)))
            for number, (each, at) in enumerate(zip(values, spots, strict=True))
        ]

    def _decode_scalar(self, node: Scalar, value: str, spot: int) -> Any:
        if node.words and value not in node.words:
            known = ", ".join(node.words)
            meant = self._meant(known, value, node.words)
            return self.say(node.code, spot, word=value, known=known, meant=meant)
        cells, faults = _values.read_cells(node.shape, [value])
        for fault in faults:
            self.say(fault.code, spot, **dict(fault.values))
        return None if faults else _plain(cells[0])

    def _decode_shaped(self, node: Shaped, value: Entries, spot: int, path: Path) -> dict[str, Any]:
        decoded: dict[str, Any] = {}
        for place, (key, each, at) in enumerate(_items(value)):
            known = node.keys.get(key)
            if isinstance(known, Section):
                continue
            if known is not None:
                decoded[key] = self.decode(known, each, at, (*path, key))
            elif node.open:
                self.spots[*path, key] = at
                decoded[key] = self._guessed(each)
            else:
                self._say_unknown_key(node.name, key, value.spots[2 * place], tuple(node.keys))
        for key in node.required:
            if key not in value.keys:
                self.say("GT092", spot, what=node.name, key=key)
        return decoded

    def _guessed(self, value: Value) -> Any:
        """Return a parameter whose shape only the rule knows that takes it."""
        if isinstance(value, Elements):
            return [self._guessed(each) for each in value.values]
        if isinstance(value, Entries):
            return {key: self._guessed(each) for key, each, _ in _items(value)}
        if _WHOLE.fullmatch(value):
            return int(value)
        return float(value) if _NUMBER.fullmatch(value) else _TRUTH.get(value, value)

    def _say_unknown_key(self, what: str, key: str, spot: int, known: Sequence[str]) -> None:
        meant = self._meant(what, key, known)
        self.say("GT090", spot, what=what, key=key, known=", ".join(known), meant=meant)

    def _meant(self, what: str, word: str, known: Sequence[str]) -> str | None:
        if what not in self._near:
            self._near[what] = NearMisses(known)
        return self._near[what].nearest(word) or None

    # -- records -----------------------------------------------------------------------------

    def section(
        self, key: str, table: str, record: type[Record], value: Value, spot: int
    ) -> Iterator[Rows | TableReference]:
        """Yield the rows that stand in a section, and the tables that it names."""
        if isinstance(value, str) and value in _NOTHING and spot & 1:
            value = Elements([], [], spot)
        if isinstance(value, Entries):
            value = Elements([value], [spot], spot)
        if isinstance(value, str):
            return self.say("GT091", spot, what=key, expected="a list of records", found="a text")
        rows: list[Entries] = []
        spots: list[int] = []
        for each, at in zip(value.values, value.spots, strict=True):
            if not isinstance(each, Entries):
                found = _KINDS[type(each)]
                self.say("GT091", at, what=f"a record of {key}", expected="a mapping", found=found)
            elif "table" in each.keys:
                yield TableReference(table, {"reference": each}, at)
            else:
                rows.append(each)
                spots.append(at)
        places = Spots(self.source, rows, np.array(spots, np.int64))
        columns = self._columns(table, record, rows, places)
        yield Rows(table, columns, len(rows), places)

    def _columns(
        self, table: str, record: type[Record], rows: Sequence[Entries], places: Spots
    ) -> dict[str, Any]:
        """Return the fields of *rows* as typed columns."""
        known = input_columns(table, record)
        columns: dict[str, Any] = {}
        for name, values in self._by_field(table, known, rows).items():
            shape = known[name].shape
            if shape == "tags":
                for tag, cells in self._tags(values, places).items():
                    columns[TAG + tag] = self._cells("tags", cells, TAG + tag, places)
            elif shape in ("links", "flags", "parts"):
                columns[name] = self._lists(name, known[name], values, places)
            else:
                columns[name] = self._cells(shape, values, name, places)
        return columns

    def _by_field(
        self, table: str, known: Mapping[str, Column], rows: Sequence[Entries]
    ) -> dict[str, list[Value | None]]:
        # Rows of one table mostly have the same keys in the same order, and then share them.
        alike: dict[int, list[int]] = {}
        for at, row in enumerate(rows):
            alike.setdefault(id(row.keys), []).append(at)
        fields: dict[str, list[Value | None]] = {}
        for group in alike.values():
            keys = rows[group[0]].keys
            for place, name in enumerate(keys):
                if name not in known:
                    for at in group:
                        spot = rows[at].spots[2 * place]
                        self._say_unknown_key(table, name, spot, tuple(known))
                elif len(group) == len(rows):
                    fields[name] = [row.values[place] for row in rows]
                else:
                    column = fields.setdefault(name, [None] * len(rows))
                    for at in group:
                        column[at] = rows[at].values[place]
        return fields

    def _cells(self, shape: Shape, values: list[Value | None], name: str, places: Spots) -> Any:
        """Return scalars as a typed column."""
        if not set(map(type, values)) <= {str, type(None)}:
            for row, value in enumerate(values):
                if isinstance(value, Elements | Entries):
                    found = _KINDS[type(value)]
                    self.say(
                        "GT091",
                        places.spot(row, name),
                        what=name,
                        expected="one value",
                        found=found,
                    )
                    values[row] = None
        if not _NOTHING.isdisjoint(values):  # type: ignore[arg-type]  # only texts are left
            for row, value in enumerate(values):
                if value in _NOTHING and places.spot(row, name) & 1:
                    values[row] = None
        cells, faults = _values.read_cells(shape, values)  # type: ignore[arg-type]  # as above
        for fault in faults:
            self.say(fault.code, places.spot(fault.row, name), **dict(fault.values))
        return cells

    def _tags(self, values: Sequence[Value | None], places: Spots) -> dict[str, list[Value | None]]:
        """Return the cells of each tag; a list of tags says that the unit has each once."""
        tags: dict[str, list[Value | None]] = {}
        for row, value in enumerate(values):
            if isinstance(value, Entries):
                told: list[tuple[Value, Value]] = [(key, each) for key, each, _ in _items(value)]
            elif isinstance(value, Elements):
                told = [(each, "1") for each in value.values]
            elif value is None or (value in _NOTHING and places.spot(row, "tags") & 1):
                told = []
            else:
                told = [(value, "1")]
            for tag, each in told:
                if isinstance(tag, str):
                    tags.setdefault(tag, [None] * len(values))[row] = each
                else:
                    spot = places.spot(row, "tags")
                    self.say(
                        "GT091", spot, what="a tag", expected="a text", found=_KINDS[type(tag)]
                    )
        return {tag: tags[tag] for tag in sorted(tags)}

    def _lists(
        self, name: str, column: Column, values: Sequence[Value | None], places: Spots
    ) -> list[tuple[Any, ...] | None]:
        """Return links, flags and parts as tuples of their values."""
        node = item_of(column)
        make: Callable[..., Any] = {"links": Link, "flags": Mark}.get(column.shape, str)
        required = {"unit" if make is Link else "flag"}
        cells: list[tuple[Any, ...] | None] = []
        for row, value in enumerate(values):
            if value is None:
                cells.append(None)
                continue
            decoded = self.decode(node, value, places.spot(row, name), (name,)) or ()
            if make is not str:
                # A link without its unit has had its problem.
                told = [
                    each for each in decoded if isinstance(each, dict) and required <= each.keys()
                ]
                decoded = [make(**each) for each in told]
            cells.append(tuple(each for each in decoded if each is not None))
        return cells


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
        """Return the position of a record, or of what it says in field *name*."""
        base, _, rest = name.removesuffix("]").partition("[")
        base, _, tag = base.partition(".")
        entries = self.rows[row]
        if base not in entries.keys:
            return int(self.spots[row])
        place = entries.keys.index(base)
        value, spot = entries.values[place], entries.spots[2 * place + 1]
        if rest and isinstance(value, Elements):
            return value.spots[int(rest)]
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


def _items(value: Entries) -> Iterator[tuple[str, Value, int]]:
    return zip(value.keys, value.values, value.spots[1::2], strict=True)


def _fits(node: Node, value: Value) -> bool:
    """Return whether a text, list or mapping may stand where *node* is expected."""
    if isinstance(node, OneOf):
        return any(_fits(each, value) for each in node.nodes)
    if isinstance(value, str):
        return isinstance(node, Scalar) or (isinstance(node, Shaped) and bool(node.short))
    return (
        isinstance(node, ListOf)
        if isinstance(value, Elements)
        else isinstance(node, MapOf | Shaped)
    )


def _described(node: Node) -> str:
    if isinstance(node, OneOf):
        return " or ".join(dict.fromkeys(map(_described, node.nodes)))
    return {Scalar: "a text", ListOf: "a list"}.get(type(node), "a mapping")


def _plain(cell: Any) -> Any:
    """Return a cell of a column as a Python value."""
    if isinstance(cell, np.datetime64):
        return None if np.isnat(cell) else dt.date.fromisoformat(str(cell))
    if isinstance(cell, np.bool_ | np.int8):
        return bool(cell)
    return cell.item() if isinstance(cell, np.generic) else cell
