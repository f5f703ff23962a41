"""The mappings by which networkx reads nodes and edges."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from itertools import chain
from typing import Any, TypeVar

from govtree._graph_view._cells import Attributes
from govtree._graph_view._net import NOTHING, Neighbors, Net

__all__ = ["Nodes", "Predecessors", "Successors"]

V = TypeVar("V")


class _OverNet(Mapping[str, V]):
    """A mapping from the names of the nodes."""

    __slots__ = ("bare_first", "bare_last", "known", "net")

    def __init__(self, net: Net) -> None:
        self.net = net
        # Kept here as well: every step of every walk looks at them.
        self.known = net.known
        self.bare_first, self.bare_last = net.bare_first, net.bare_last

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.net,)

    def __deepcopy__(self, memo: object) -> _OverNet[V]:
        return self

    def __len__(self) -> int:
        return self.net.total

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self.net.all_names())

    def __contains__(self, id: object) -> bool:
        if id in self.known:
            return True
        try:
            self.net.find(id)
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
        try:
            number = self.known[id]
        except KeyError:
            number = self.net.find(id)
        return self.net.attributes(number)

    def pairs(self) -> Iterator[tuple[str, Attributes]]:
        blocks = self.net.all_attributes()
        return chain.from_iterable(zip(names, told, strict=True) for names, told in blocks)


class Successors(_OverNet[Neighbors]):
    """The nodes that each node leads to."""

    __slots__ = ()

    def __getitem__(self, id: str) -> Neighbors:
        try:
            number = self.known[id]
        except KeyError:
            number = self.net.find(id)
        if self.bare_first <= number < self.bare_last:
            return NOTHING
        return self.net.below(number)

    def pairs(self) -> Iterator[tuple[str, Neighbors]]:
        for names, lists, data in self.net.all_below():
            if data is NOTHING or data is None:
                yield from zip(names, lists, strict=True)
            else:
                for name, each in zip(names, lists, strict=True):
                    yield name, (dict.fromkeys(each, data) if each else NOTHING)


class Predecessors(_OverNet[Neighbors]):
    """The nodes that lead to each node."""

    __slots__ = ()

    def __getitem__(self, id: str) -> Neighbors:
        try:
            number = self.known[id]
        except KeyError:
            number = self.net.find(id)
        return self.net.above(number)

    def pairs(self) -> Iterator[tuple[str, Neighbors]]:
        blocks = self.net.all_above()
        return chain.from_iterable(zip(names, found, strict=True) for names, found in blocks)
