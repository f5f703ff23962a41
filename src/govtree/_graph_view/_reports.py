"""The graph that networkx gets, and its reports over whole columns.

Imported when a graph is first asked for, because it imports networkx. The classes are called as
those of networkx that they stand for, since networkx shows their names.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain, repeat
from typing import Any

import networkx as nx
from networkx.classes import reportviews

from govtree._graph_view._maps import Nodes, Predecessors, Successors
from govtree._graph_view._net import Net

__all__ = ["framed"]


def framed(net: Net) -> nx.DiGraph[str]:
    """Return a frozen graph whose mappings read *net*."""
    graph = nx.DiGraph()
    graph._node = Nodes(net)
    graph._adj = Successors(net)
    graph._pred = Predecessors(net)
    graph.__networkx_cache__ = _Cache()
    # Properties that networkx makes on first use and then keeps here.
    edges = OutEdgeView(graph)
    vars(graph).update(
        nodes=NodeView(graph),
        edges=edges,
        out_edges=edges,
        degree=DiDegreeView(graph),
        in_degree=InDegreeView(graph),
        out_degree=OutDegreeView(graph),
        size=partial(_size, graph),
        number_of_edges=partial(_number_of_edges, graph),
    )
    return nx.freeze(graph)


class _Cache(dict[str, Any]):
    """What backends keep beside a graph; no part of a pickle, which it would double."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _Cache, ()


def _size(graph: nx.DiGraph[str], weight: str | None = None) -> Any:
    """Return the number of edges, or the sum of their weights."""
    if weight is None:
        return graph._adj.net.edges()
    return nx.DiGraph.size(graph, weight)


def _number_of_edges(graph: nx.DiGraph[str], u: str | None = None, v: str | None = None) -> int:
    """Return the number of edges, or of those between two nodes."""
    return graph._adj.net.edges() if u is None else int(v in graph._adj[u])


class NodeView(reportviews.NodeView):  # type: ignore[misc]  # networkx has no types
    __slots__ = ()

    def __call__(self, data: Any = False, default: Any = None) -> Any:
        return self.data(data, default)

    def data(self, data: Any = True, default: Any = None) -> Any:
        return self if data is False else NodeDataView(self._nodes, data, default)

    def items(self) -> Any:
        return self._nodes.items()

    def values(self) -> Any:
        return self._nodes.values()


class NodeDataView(reportviews.NodeDataView):  # type: ignore[misc]  # as above
    __slots__ = ()

    def __iter__(self) -> Iterator[Any]:
        if self._data is True:
            return iter(self._nodes.items())
        blocks = self._nodes.net.values(self._data, self._default)
        return chain.from_iterable(zip(names, values, strict=True) for names, values in blocks)


class OutEdgeDataView(reportviews.OutEdgeDataView):  # type: ignore[misc]  # as above
    __slots__ = ()

    def __len__(self) -> int:
        count: int = self._adjdict.net.edges() if self._nbunch is None else super().__len__()
        return count

    def __iter__(self) -> Iterator[Any]:
        found: Iterator[Any] = super().__iter__()
        return chain.from_iterable(self._blocks()) if self._nbunch is None else found

    def _blocks(self) -> Iterator[Iterator[Any]]:
        for names, lists, shared in self._adjdict.net.all_below():
            told = None if shared is None else self._told(shared)
            for name, each in zip(names, lists, strict=True):
                if not each:
                    continue
                if self._data is False:
                    yield zip(repeat(name), each, strict=False)
                elif shared is None:
                    yield zip(repeat(name), each, map(self._told, each.values()), strict=False)
                else:
                    yield zip(repeat(name), each, repeat(told), strict=False)

    def _told(self, data: dict[str, Any]) -> Any:
        return data if self._data is True else data.get(self._data, self._default)


class OutEdgeView(reportviews.OutEdgeView):  # type: ignore[misc]  # as above
    __slots__ = ()

    dataview = OutEdgeDataView

    def __len__(self) -> int:
        count: int = self._adjdict.net.edges()
        return count

    def __iter__(self) -> Iterator[Any]:
        return iter(OutEdgeDataView(self))


class _Degrees:
    """Degrees from columns, where all nodes are asked for; else as networkx counts them."""

    below = above = True
    ordinary: type[Any] = reportviews.DiDegreeView

    _graph: Any
    _succ: Any

    def __call__(self, nbunch: Any = None, weight: str | None = None) -> Any:
        if weight is None and nbunch is None:
            return self
        if weight is None and self._is_node(nbunch):
            return self[nbunch]
        return self.ordinary(self._graph)(nbunch, weight)

    def _is_node(self, nbunch: Any) -> bool:
        try:
            return nbunch in self._succ
        except TypeError:
            return False

    def __getitem__(self, id: Any) -> int:
        net = self._succ.net
        number = net.known.get(id)
        if number is None:
            number = net.find(id)
        count: int = net.count_below(number) if self.below else 0
        return count + net.count_above(number) if self.above else count

    def __iter__(self) -> Iterator[tuple[str, int]]:
        blocks = self._succ.net.degrees(below=self.below, above=self.above)
        return chain.from_iterable(zip(names, counts, strict=True) for names, counts in blocks)


class DiDegreeView(_Degrees, reportviews.DiDegreeView):  # type: ignore[misc]  # as above
    pass


class InDegreeView(_Degrees, reportviews.InDegreeView):  # type: ignore[misc]  # as above
    below = False
    ordinary = reportviews.InDegreeView


class OutDegreeView(_Degrees, reportviews.OutDegreeView):  # type: ignore[misc]  # as above
    above = False
    ordinary = reportviews.OutDegreeView
