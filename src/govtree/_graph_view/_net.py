"""Nodes and edges over columns, and the mappings by which networkx reads them."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import (
    Callable,
    Collection,
    ItemsView,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
    ValuesView,
)
from itertools import repeat
from typing import Any, TypeVar, cast

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import IntArray, Inverse, References, Sheet, Words
from govtree._graph_view._cells import Attributes, Reader, readers
from govtree._ids import Ids
from govtree.units import Level

__all__ = ["KEPT", "Net", "Nodes", "Predecessors", "Successors", "Turned"]

V = TypeVar("V")

#: Gives the rows of its first table that name each row of its last one in a column.
Turned = Callable[[str, str, str], Inverse]

#: Neighbors of a node, with the data of the edge that leads there.
Neighbors = dict[str, Attributes]

#: Names that are remembered. More make whole walks hardly faster, and these stay below 1 MB.
KEPT = 4_096
#: Rows that are read at once.
_BLOCK = 512

_NOTHING = Attributes()


# -- nodes and edges by number ---------------------------------------------------------------


@frozen(eq=False)
class _Up:
    """A column by which rows of a table stand under rows of another one."""

    column: str
    upper: _Kind
    rows: IntArray
    at: memoryview
    data: Attributes


@frozen(eq=False)
class _Down:
    """The same column turned round."""

    lower: _Kind
    order: memoryview | None
    starts: memoryview
    array: IntArray
    data: Attributes


class _Kind:
    """A table whose rows are nodes, and what leads up and down from them."""

    __slots__ = (
        "down", "first", "ids", "length", "level", "name", "readers", "related",
        "sheet", "up",
    )  # fmt: skip

    def __init__(self, sheet: Sheet, ids: Ids, level: str, first: int) -> None:
        self.name = sheet.name
        self.level = level
        self.sheet = sheet
        self.ids = ids
        self.first = first
        self.length = len(sheet)
        self.up: tuple[_Up, ...] = ()
        self.down: tuple[_Down, ...] | None = None  # made when first asked for
        # By end of the table of relations, its rows that name each row of this table.
        self.related: dict[str, Inverse] = {}
        self.readers: tuple[tuple[str, Reader], ...] | None = None

    def names(self, first: int, last: int) -> list[str]:
        """Return the ids of the rows from *first* to before *last*."""
        return cast("list[str]", self.ids.between(first, last))


class Net:
    """The nodes of a graph, numbered through table by table, and the edges between them.

    Attributes:
        kinds: The tables whose rows are nodes.
        known: Numbers of some of the nodes by name; filled as they are asked for.
    """

    def __init__(
        self,
        sheets: Mapping[str, Sheet],
        levels: Sequence[Level],
        nodes: Iterable[str],
        inverse: Turned | None = None,
        *,
        relations: bool = True,
    ) -> None:
        called = {level.table: level.level for level in levels}
        self._levels = tuple(levels)
        self._inverse = inverse or _own_inverse(sheets)
        self._relations = sheets.get("relation") if relations else None
        self.kinds: list[_Kind] = []
        total = 0
        for name in nodes:
            ids = sheets[name].ids if name in sheets else None
            if ids is not None:
                self.kinds.append(_Kind(sheets[name], ids, called.get(name, name), total))
                total += len(ids)
        self.total = total
        self._kind_of = {kind.name: kind for kind in self.kinds}
        self._by_size = sorted(self.kinds, key=lambda kind: -kind.length)
        self._firsts = [kind.first for kind in self.kinds]
        self._data: dict[tuple[str, ...], Attributes] = {}
        for kind in self.kinds:
            kind.up = tuple(self._ups(kind))
        self.known: dict[str, int] = {}
        self._older: dict[str, int] = {}
        self._names: dict[int, str] = {}
        # Names that were handed out wait here: most are never asked for.
        self._waiting: deque[tuple[list[str], int, Iterable[int]]] = deque()
        self._count = 0

    def __getstate__(self) -> tuple[Any, ...]:
        sheets = {kind.name: kind.sheet for kind in self.kinds}
        if self._relations is not None:
            sheets["relation"] = self._relations
        return sheets, self._levels, [kind.name for kind in self.kinds], self._relations is not None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        sheets, levels, nodes, relations = state
        self.__init__(sheets, levels, nodes, relations=relations)  # type: ignore[misc]  # as new

    def __deepcopy__(self, memo: object) -> Net:
        return self

    # -- names -------------------------------------------------------------------------------

    def find(self, id: object) -> int:
        """Return the number of a node whose name is not in :attr:`known`.

        Raises:
            KeyError: If there is no such node.
        """
        known = self.known
        if self._count:
            waiting, self._waiting, self._count = self._waiting, deque(), 0
            if len(known) >= KEPT:
                self._older = dict(known)
                known.clear()
            for names, first, rows in waiting:
                known.update(zip(names, map(first.__add__, rows) if first else rows, strict=False))
            if id in known:
                return known[id]  # type: ignore[index]  # it is there
        number = self._older.get(id, -1)  # type: ignore[call-overload]  # any key may be asked for
        if number < 0:
            for kind in self._by_size:
                row = kind.ids.row(id)
                if row >= 0:
                    number = kind.first + row
                    break
            else:
                raise KeyError(id)
        if len(known) >= KEPT:
            self._older = dict(known)
            known.clear()
        known[id] = number  # type: ignore[index]  # the index found it, so it is a text
        return number

    def _hand_out(self, names: list[str], first: int, rows: Iterable[int]) -> None:
        self._waiting.append((names, first, rows))
        self._count += len(names)
        while self._count > KEPT:
            self._count -= len(self._waiting.popleft()[0])

    def name(self, number: int) -> str:
        """Return the name of a node, remembered for the next time."""
        name = self._names.get(number)
        if name is None:
            if len(self._names) >= KEPT:
                self._names.clear()
            kind = self._kind(number)
            (name,) = kind.names(number - kind.first, number - kind.first + 1)
            self._names[number] = name
            self._hand_out([name], 0, (number,))
        return name

    def _names_at(self, kind: _Kind, rows: NDArray[Any]) -> list[str]:
        """Return the names of *rows*, which may repeat and stand in any order."""
        distinct, at = np.unique(rows, return_inverse=True)
        names: list[Any] = kind.ids.texts(distinct)
        return list(map(names.__getitem__, at.tolist()))

    def names(self) -> Iterator[str]:
        """Give the names of all nodes in order."""
        for kind in self.kinds:
            for names, _, _ in self._blocks(kind):
                yield from names

    def _blocks(self, kind: _Kind) -> Iterator[tuple[list[str], int, int]]:
        for first in range(0, kind.length, _BLOCK):
            last = min(first + _BLOCK, kind.length)
            names = kind.names(first, last)
            self._hand_out(names, kind.first, range(first, last))
            yield names, first, last

    def _kind(self, number: int) -> _Kind:
        return self.kinds[bisect_right(self._firsts, number) - 1]

    # -- attributes of nodes --------------------------------------------------------------------

    def attributes(self, number: int) -> Attributes:
        """Return what is given of a node, and its level."""
        kind = self._kind(number)
        row = number - kind.first
        told: dict[str, Any] = {"level": kind.level}
        for name, reader in self._readers(kind):
            value = reader.one(row)
            if value is not None:
                told[name] = value
        return Attributes(told)

    def all_attributes(self) -> Iterator[Attributes]:
        """Give what is given of each node in order, in blocks."""
        for kind in self.kinds:
            fields = self._readers(kind)
            names = ["level", *(name for name, _ in fields)]
            level = {"level": kind.level}
            for first in range(0, kind.length, _BLOCK):
                last = min(first + _BLOCK, kind.length)
                if not fields:
                    yield from map(Attributes, repeat(level, last - first))
                    continue
                cells = [reader.some(first, last) for _, reader in fields]
                rows = zip(repeat(kind.level), *cells, strict=False)
                if any(None in column for column in cells):
                    for row in rows:
                        yield Attributes(
                            {
                                n: cell
                                for n, cell in zip(names, row, strict=True)
                                if cell is not None
                            }
                        )
                else:
                    yield from map(Attributes, map(zip, repeat(names), rows))

    def values(self, name: str, default: object) -> Iterator[Any]:
        """Give one attribute of each node in order."""
        for kind in self.kinds:
            reader = dict(self._readers(kind)).get(name)
            for first in range(0, kind.length, _BLOCK):
                last = min(first + _BLOCK, kind.length)
                if reader is None:
                    yield from repeat(kind.level if name == "level" else default, last - first)
                else:
                    for value in reader.some(first, last):
                        yield default if value is None else value

    def _readers(self, kind: _Kind) -> tuple[tuple[str, Reader], ...]:
        if kind.readers is None:
            kind.readers = tuple(readers(kind.sheet, self._levels))
        return kind.readers

    # -- edges ------------------------------------------------------------------------------------

    def data(self, relations: tuple[str, ...]) -> Attributes:
        """Return the data of an edge, one dict for all edges that say the same."""
        found = self._data.get(relations)
        if found is None:
            found = self._data[relations] = Attributes(relations=relations)
        return found

    def _ups(self, kind: _Kind) -> Iterator[_Up]:
        columns = [
            (name, column)
            for name, column in kind.sheet.columns.items()
            if isinstance(column, References)
        ]
        for upper in self.kinds:  # in order of the nodes
            for name, column in columns:
                rows = column.targets.get(upper.name)
                if rows is not None:
                    yield _Up(name, upper, rows, rows.data, self.data((name,)))

    def _downs(self, kind: _Kind) -> tuple[_Down, ...]:
        downs = []
        for lower in self.kinds:
            for up in lower.up:
                if up.upper is kind:
                    turned = self._inverse(lower.name, up.column, kind.name)
                    order = None if turned.order is None else turned.order.data
                    downs.append(_Down(lower, order, turned.starts.data, turned.starts, up.data))
        self._relate(kind, "source")
        # The last step: two threads may both take it, and both take it whole.
        kind.down = tuple(downs)
        return kind.down

    def _relate(self, kind: _Kind, end: str) -> Inverse | None:
        """Return the relations that have a row of *kind* at an *end*, None where there are none."""
        if end not in kind.related and self._relations is not None:
            column = self._relations.columns.get(end)
            if isinstance(column, References) and kind.name in column.targets:
                kind.related[end] = self._inverse("relation", end, kind.name)
        return kind.related.get(end)

    def below(self, number: int) -> Neighbors:
        """Return the nodes that a node leads to, in order."""
        kind = self.kinds[bisect_right(self._firsts, number) - 1]
        steps = self._downs(kind) if kind.down is None else kind.down
        row = number - kind.first
        if kind.related:
            related = kind.related.get("source")
            if related is not None and related.starts[row] != related.starts[row + 1]:
                return self._mixed(number, related.rows(row), "target")
        found: Neighbors | None = None
        for step in steps:
            first, last = step.starts[row], step.starts[row + 1]
            if first != last:
                names = self._names_below(step, first, last)
                if found is None:
                    found = dict.fromkeys(names, step.data)
                else:
                    found.update(zip(names, repeat(step.data), strict=False))
        return _NOTHING if found is None else found

    def _names_below(self, step: _Down, first: int, last: int) -> list[str]:
        lower = step.lower
        rows: Any
        if step.order is None:
            rows = range(first, last)
            names = lower.names(first, last)
        else:
            rows = step.order[first:last]
            if rows[-1] - rows[0] == last - first - 1:
                names = lower.names(rows[0], rows[-1] + 1)
            else:
                names = lower.ids.few(rows)
        self._hand_out(names, lower.first, rows)
        return names

    def above(self, number: int) -> Neighbors:
        """Return the nodes that lead to a node, in order."""
        kind = self.kinds[bisect_right(self._firsts, number) - 1]
        row = number - kind.first
        related = self._relate(kind, "target")
        if related is not None and related.starts[row] != related.starts[row + 1]:
            return self._mixed(number, related.rows(row), "source")
        found: Neighbors | None = None
        for up in kind.up:
            upper = up.at[row]
            if upper >= 0:
                upper += up.upper.first
                name = self._names.get(upper) or self.name(upper)
                if found is None:
                    found = {name: up.data}
                else:
                    found[name] = up.data
        return _NOTHING if found is None else found

    def _mixed(self, number: int, rows: IntArray, far: str) -> Neighbors:
        """Return the neighbors of a node of which some are joined to it by relations."""
        joined: dict[int, set[str]] = {}
        kind = self._kind(number)
        row = number - kind.first
        if far == "target":
            for step in kind.down if kind.down is not None else self._downs(kind):
                of = range(step.starts[row], step.starts[row + 1])
                for at in of:
                    lower = at if step.order is None else step.order[at]
                    joined[step.lower.first + lower] = set(step.data["relations"])
        else:
            for up in kind.up:
                if up.at[row] >= 0:
                    joined[up.upper.first + up.at[row]] = {up.column}
        words, ends = self._relation_columns(far)
        for at in rows.tolist():
            for first, each in ends:
                if each[at] >= 0:
                    joined.setdefault(first + int(each[at]), set()).add(str(words[at]))
        return {
            self.name(other): self.data(tuple(sorted(joined[other]))) for other in sorted(joined)
        } or _NOTHING

    def _relation_columns(self, end: str) -> tuple[Words, list[tuple[int, IntArray]]]:
        assert self._relations is not None
        words, column = self._relations.columns["relation"], self._relations.columns[end]
        assert isinstance(words, Words)
        assert isinstance(column, References)
        return words, [
            (self._kind_of[table].first, rows)
            for table, rows in column.targets.items()
            if table in self._kind_of
        ]

    def count_below(self, number: int) -> int:
        """Return how many nodes a node leads to."""
        kind = self._kind(number)
        steps = kind.down if kind.down is not None else self._downs(kind)
        row = number - kind.first
        related = kind.related.get("source")
        if related is not None and related.starts[row] != related.starts[row + 1]:
            return len(self.below(number))
        return sum(step.starts[row + 1] - step.starts[row] for step in steps)

    def count_above(self, number: int) -> int:
        """Return how many nodes lead to a node."""
        kind = self._kind(number)
        row = number - kind.first
        related = self._relate(kind, "target")
        if related is not None and related.starts[row] != related.starts[row + 1]:
            return len(self.above(number))
        return sum(up.at[row] >= 0 for up in kind.up)

    # -- whole columns ------------------------------------------------------------------------------

    def all_below(self) -> Iterator[tuple[list[str], Sequence[Collection[str]], Attributes | None]]:
        """Give the names of a block of nodes, what each leads to, and the data of all edges.

        Where edges of the block differ in their data, that is None, and what a node leads to
        is a dict.
        """
        for kind in self.kinds:
            steps = kind.down if kind.down is not None else self._downs(kind)
            is_simple = len(steps) == 1 and not kind.related
            for names, first, last in self._blocks(kind):
                if not steps and not kind.related:
                    yield names, [_NOTHING] * len(names), _NOTHING
                elif is_simple:
                    yield names, self._block_below(steps[0], first, last), steps[0].data
                else:
                    numbers = range(kind.first + first, kind.first + last)
                    yield names, list(map(self.below, numbers)), None

    def _block_below(self, step: _Down, first: int, last: int) -> list[list[str]]:
        starts = step.starts[first : last + 1].tolist()
        begin, end = starts[0], starts[-1]
        if step.order is None:
            names = step.lower.names(begin, end)
        else:
            names = cast(
                "list[str]", step.lower.ids.texts(np.frombuffer(step.order, np.int32)[begin:end])
            )
        return [
            names[one - begin : other - begin]
            for one, other in zip(starts, starts[1:], strict=False)
        ]

    def all_above(self) -> Iterator[tuple[list[str], list[Neighbors]]]:
        """Give the names of a block of nodes and what leads to each."""
        for kind in self.kinds:
            related = self._relate(kind, "target")
            for names, first, last in self._blocks(kind):
                found = self._block_above(kind, first, last)
                if related is not None:
                    starts = related.starts[first : last + 1]
                    for row in np.flatnonzero(starts[1:] != starts[:-1]).tolist():
                        found[row] = self.above(kind.first + first + row)
                yield names, found

    def _block_above(self, kind: _Kind, first: int, last: int) -> list[Neighbors]:
        found: list[Neighbors] = [_NOTHING] * (last - first)
        for up in kind.up:
            rows = up.rows[first:last]
            given = np.flatnonzero(rows >= 0)
            names = self._names_at(up.upper, rows[given])
            for at, name in zip(given.tolist(), names, strict=True):
                if found[at] is _NOTHING:
                    found[at] = {name: up.data}
                else:
                    found[at][name] = up.data
        return found

    def degrees(self, *, below: bool, above: bool) -> Iterator[tuple[str, int]]:
        """Give each node with how many it leads to, how many lead to it, or both."""
        sources, targets = self._only_related()
        for kind in self.kinds:
            counts = np.zeros(kind.length, np.int64)
            if below:
                for step in kind.down if kind.down is not None else self._downs(kind):
                    counts += np.diff(step.array)
                counts += _counted(sources, kind)
            if above:
                for up in kind.up:
                    counts += up.rows >= 0
                counts += _counted(targets, kind)
            for names, first, last in self._blocks(kind):
                yield from zip(names, counts[first:last].tolist(), strict=True)

    def edges(self) -> int:
        """Return how many edges there are."""
        named = sum(int((up.rows >= 0).sum()) for kind in self.kinds for up in kind.up)
        return named + len(self._only_related()[0])

    def _only_related(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the numbers of all pairs that are joined by relations and by no field."""
        nothing = np.empty(0, np.int64)
        if self._relations is None or "relation" not in self._relations.columns:
            return nothing, nothing
        numbers = []
        for end in ("source", "target"):
            each = np.full(len(self._relations), -1, np.int64)
            for first, rows in self._relation_columns(end)[1]:
                each[rows >= 0] = rows[rows >= 0] + first
            numbers.append(each)
        both = (numbers[0] >= 0) & (numbers[1] >= 0)
        pairs = np.unique(numbers[0][both] * self.total + numbers[1][both])
        sources, targets = np.divmod(pairs, max(self.total, 1))
        fresh = np.ones(len(pairs), np.bool_)
        for kind in self.kinds:
            own = np.flatnonzero((targets >= kind.first) & (targets < kind.first + kind.length))
            for up in kind.up:
                uppers = up.rows[targets[own] - kind.first]
                fresh[own[(uppers >= 0) & (uppers + up.upper.first == sources[own])]] = False
        return sources[fresh], targets[fresh]


def _counted(numbers: NDArray[np.int64], kind: _Kind) -> NDArray[np.int64]:
    own = numbers[(numbers >= kind.first) & (numbers < kind.first + kind.length)]
    return np.bincount(own - kind.first, minlength=kind.length)


def _own_inverse(sheets: Mapping[str, Sheet]) -> Turned:
    """Return what turns columns round for a graph that was pickled away from its hierarchy."""
    made: dict[tuple[str, str, str], Inverse] = {}

    def inverse(table: str, column: str, target: str) -> Inverse:
        key = (table, column, target)
        if key not in made:
            stored = sheets[table].columns[column]
            assert isinstance(stored, References)
            made[key] = Inverse.of(stored.rows_in(target, len(sheets[table])), len(sheets[target]))
        return made[key]

    return inverse


# -- what networkx reads -------------------------------------------------------------------------


class _OverNet(Mapping[str, V]):
    """A mapping from the names of the nodes."""

    __slots__ = ("net",)

    def __init__(self, net: Net) -> None:
        self.net = net

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.net,)

    def __deepcopy__(self, memo: object) -> _OverNet[V]:
        return self

    def __len__(self) -> int:
        return self.net.total

    def __iter__(self) -> Iterator[str]:
        return self.net.names()

    def __contains__(self, id: object) -> bool:
        net = self.net
        if id in net.known:
            return True
        try:
            net.find(id)
        except KeyError:
            return False
        return True

    def pairs(self) -> Iterator[tuple[str, V]]:
        """Give all names with what belongs to them, many at once."""
        raise NotImplementedError

    def items(self) -> ItemsView[str, V]:
        return _Items(self)

    def values(self) -> ValuesView[V]:
        return _Values(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self):,} nodes>"


class _Items(ItemsView[str, V]):
    _mapping: _OverNet[V]

    def __iter__(self) -> Iterator[tuple[str, V]]:
        return self._mapping.pairs()


class _Values(ValuesView[V]):
    _mapping: _OverNet[V]

    def __iter__(self) -> Iterator[V]:
        return (value for _, value in self._mapping.pairs())


class Nodes(_OverNet[Attributes]):
    """The attributes of each node."""

    __slots__ = ()

    def __getitem__(self, id: str) -> Attributes:
        net = self.net
        try:
            number = net.known[id]
        except KeyError:
            number = net.find(id)
        return net.attributes(number)

    def pairs(self) -> Iterator[tuple[str, Attributes]]:
        return zip(self.net.names(), self.net.all_attributes(), strict=True)


class Successors(_OverNet[Neighbors]):
    """The nodes that each node leads to."""

    __slots__ = ()

    def __getitem__(self, id: str) -> Neighbors:
        net = self.net
        try:
            number = net.known[id]
        except KeyError:
            number = net.find(id)
        return net.below(number)

    def pairs(self) -> Iterator[tuple[str, Neighbors]]:
        for names, lists, data in self.net.all_below():
            if data is _NOTHING or data is None:
                yield from zip(names, lists, strict=True)  # type: ignore[misc]  # they are dicts
            else:
                for name, each in zip(names, lists, strict=True):
                    yield name, (dict.fromkeys(each, data) if each else _NOTHING)


class Predecessors(_OverNet[Neighbors]):
    """The nodes that lead to each node."""

    __slots__ = ()

    def __getitem__(self, id: str) -> Neighbors:
        net = self.net
        try:
            number = net.known[id]
        except KeyError:
            number = net.find(id)
        return net.above(number)

    def pairs(self) -> Iterator[tuple[str, Neighbors]]:
        for names, found in self.net.all_above():
            yield from zip(names, found, strict=True)
