"""Nodes numbered through, and their names found either way."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from govtree._columns import IntArray, Inverse, References, Sheet
from govtree._graph_view._cells import Attributes
from govtree._ids import Ids
from govtree.units import Level

__all__ = ["Down", "Kind", "Numbered", "Turned", "Up"]

#: Gives the rows of its first table that name each row of its last one in a column.
Turned = Callable[[str, str, str], Inverse]

#: Names that are remembered, twice over. Whole walks gain little by more of them, and these
#: stay below 1 MB.
KEPT = 2_048
#: Names that are handed out at once where all are asked for.
_BLOCK = 512
#: Names of a family that are remembered beforehand.
_AHEAD = 64


class Up(NamedTuple):
    """A column by which rows of a table stand under rows of another one."""

    at: memoryview
    first: int  # number of the first node above
    data: Attributes  # of the edges
    column: str
    upper: Kind
    rows: IntArray


class Down(NamedTuple):
    """The same column turned round."""

    starts: memoryview
    order: memoryview | None
    data: Attributes
    column: str
    lower: Kind
    inverse: Inverse

    def rows(self, row: int) -> Any:
        """Return the rows below a row, in order."""
        first, last = self.starts[row], self.starts[row + 1]
        return range(first, last) if self.order is None else self.order[first:last]


class Kind:
    """A table whose rows are nodes, and the columns that lead up and down from them."""

    __slots__ = ("down", "first", "ids", "length", "level", "name", "sheet", "steps_up", "up")

    def __init__(self, sheet: Sheet, ids: Ids, level: str, first: int) -> None:
        self.name = sheet.name
        self.level = level
        self.sheet = sheet
        self.ids = ids
        self.first = first
        self.length = len(sheet)
        self.up: tuple[Up, ...] = ()
        self.steps_up: tuple[tuple[memoryview, int, Attributes], ...] = ()  # what is used most
        self.down: tuple[Down, ...] | None = None  # made when first asked for

    def names(self, first: int, last: int) -> list[str]:
        """Return the ids of the rows from *first* to before *last*."""
        return cast("list[str]", self.ids.between(first, last))

    def names_of(self, rows: Any) -> list[str]:
        """Return the ids of *rows*, of which there is one, each once and in order."""
        if rows[-1] - rows[0] == len(rows) - 1:
            return self.names(rows[0], rows[-1] + 1)
        return self.ids.few(rows)

    def names_at(self, rows: NDArray[Any]) -> list[str]:
        """Return the ids of *rows*, which may repeat and stand in any order."""
        distinct, at = np.unique(rows, return_inverse=True)
        names = cast("list[str]", self.ids.texts(distinct))
        return list(map(names.__getitem__, at.tolist()))


class Numbered:
    """The nodes of a graph, table by table and then in order of id, and their names.

    Attributes:
        kinds: The tables whose rows are nodes.
        known: Numbers of some of the nodes by name; the others are found by :meth:`find`.
        total: How many nodes there are.
    """

    def __init__(
        self,
        sheets: Mapping[str, Sheet],
        levels: Sequence[Level],
        nodes: Iterable[str],
        inverse: Turned,
    ) -> None:
        called = {level.table: level.level for level in levels}
        self.levels = tuple(levels)
        self._inverse = inverse
        self.kinds: list[Kind] = []
        self.total = 0
        for name in nodes:
            ids = sheets[name].ids if name in sheets else None
            if ids is not None:
                kind = Kind(sheets[name], ids, called.get(name, name), self.total)
                self.kinds.append(kind)
                self.total += kind.length
        self._by_size = sorted(self.kinds, key=lambda kind: -kind.length)
        self._firsts = [kind.first for kind in self.kinds]
        self._data: dict[tuple[str, ...], Attributes] = {}
        for kind in self.kinds:
            kind.up = tuple(self._ups(kind))
            kind.steps_up = tuple((up.at, up.first, up.data) for up in kind.up)
        self.known: dict[str, int] = {}
        self._older: dict[str, int] = {}
        self._names: dict[int, str] = {}
        # Names that were handed out wait here: most are never asked for.
        self._waiting: deque[tuple[list[str], int, Iterable[int]]] = deque()
        self._count = 0
        self._missed: tuple[Kind | None, int] = (None, 0)

    # -- steps -----------------------------------------------------------------------------------

    def kind(self, number: int) -> Kind:
        """Return the table that a node stands in."""
        return self.kinds[bisect_right(self._firsts, number) - 1]

    def data(self, relations: tuple[str, ...]) -> Attributes:
        """Return the data of an edge, one dict for all edges that say the same."""
        found = self._data.get(relations)
        if found is None:
            found = self._data[relations] = Attributes(relations=relations)
        return found

    def _ups(self, kind: Kind) -> Iterator[Up]:
        columns = [
            (name, column)
            for name, column in kind.sheet.columns.items()
            if isinstance(column, References)
        ]
        for upper in self.kinds:  # in order of the nodes
            for name, column in columns:
                rows = column.targets.get(upper.name)
                if rows is not None:
                    yield Up(rows.data, upper.first, self.data((name,)), name, upper, rows)

    def downs(self, kind: Kind) -> tuple[Down, ...]:
        """Return the columns by which others stand under rows of *kind*."""
        if kind.down is None:
            downs = []
            for lower in self.kinds:
                for up in lower.up:
                    if up.upper is kind:
                        turned = self._inverse(lower.name, up.column, kind.name)
                        order = None if turned.order is None else turned.order.data
                        downs.append(
                            Down(turned.starts.data, order, up.data, up.column, lower, turned)
                        )
            kind.down = tuple(downs)
        return kind.down

    # -- names -----------------------------------------------------------------------------------

    def find(self, id: Any) -> int:
        """Return the number of a node whose name is not in :attr:`known`.

        Raises:
            KeyError: If there is no such node.
        """
        if self._count:
            waiting, count = self._waiting, self._count
            self._waiting, self._count = deque(), 0
            self._make_room(count)
            known = self.known
            for names, first, rows in waiting:
                known.update(zip(names, map(first.__add__, rows) if first else rows, strict=False))
            if id in known:
                return known[id]
        number = self._older.get(id)
        if number is None:
            number = self._look_up(id)
        self._make_room(1)
        self.known[id] = number
        return number

    def _look_up(self, id: Any) -> int:
        before, other = self._missed
        # What is missed next is as a rule in the same table.
        row = -1 if before is None else before.ids.row(id)
        if before is None or row < 0:
            for kind in self._by_size:
                row = kind.ids.row(id)
                if row >= 0:
                    self._missed = (kind, row)
                    return kind.first + row
            raise KeyError(id)
        self._missed = (before, row)
        # Two that are missed one behind the other give away where a walk goes. Breadth first,
        # a name is asked for only when very many others were handed out, and then its
        # brothers follow. Other walks follow the order of the rows, up or down.
        if row - other in (1, -1):
            self._look_ahead(before, range(before.length), row, up=row > other)
        else:
            for up in before.up:
                at = up[0]
                if at[row] == at[other] >= 0:
                    family = self._family(before, up, at[row])
                    self._look_ahead(before, family, row, up=row > other)
                    break
        return before.first + row

    def _family(self, kind: Kind, up: Up, upper: int) -> Any:
        steps = self.downs(up.upper)
        return next(
            step.rows(upper) for step in steps if step.lower is kind and step.column == up.column
        )

    def _look_ahead(self, kind: Kind, line: Any, row: int, *, up: bool) -> None:
        """Remember the names of the rows that follow *row* in a *line* of them."""
        at = bisect_right(line, row)
        rows = line[at : at + _AHEAD] if up else line[max(at - 1 - _AHEAD, 0) : at - 1]
        if len(rows):
            self._make_room(len(rows))
            numbers = map(kind.first.__add__, rows)
            self.known.update(zip(kind.names_of(rows), numbers, strict=True))

    def _make_room(self, count: int) -> None:
        """Forget what was known before, so that *count* more names are not too many."""
        if len(self.known) + count > KEPT:
            # The same dict goes on: the mappings hold it.
            self._older = self.known.copy()
            self.known.clear()

    def hand_out(self, names: list[str], first: int, rows: Iterable[int]) -> None:
        """Take note of *names* that may be asked for soon, of *rows* behind a *first* number."""
        self._waiting.append((names, first, rows))
        self._count += len(names)
        while self._count > KEPT:
            self._count -= len(self._waiting.popleft()[0])

    def name(self, number: int) -> str:
        """Return the name of a node, remembered for the next time."""
        name = self._names.get(number)
        if name is None:
            kind = self.kinds[bisect_right(self._firsts, number) - 1]
            name = cast(str, kind.ids[number - kind.first])
            if len(self._names) >= KEPT:
                self._names = {}
            self._make_room(1)
            self._names[number] = name
            self.known[name] = number
        return name

    def all_names(self) -> Iterator[list[str]]:
        """Give the names of all nodes in order, block by block."""
        for kind in self.kinds:
            for names, _, _ in self.blocks(kind):
                yield names

    def blocks(self, kind: Kind) -> Iterator[tuple[list[str], int, int]]:
        """Give the names of *kind* block by block, with the first row and the one behind."""
        for first in range(0, kind.length, _BLOCK):
            last = min(first + _BLOCK, kind.length)
            names = kind.names(first, last)
            self.hand_out(names, kind.first, range(first, last))
            yield names, first, last
