"""The three graphs of a structure, made over its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from govtree._columns import Sheet
from govtree._graph_view._net import Net
from govtree._graph_view._nodes import Turned
from govtree.units import BESIDE, TERRITORY, Level

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["graph_view", "spine_view", "territory_view"]


def graph_view(
    sheets: Mapping[str, Sheet], levels: Sequence[Level], inverse: Turned
) -> nx.DiGraph[str]:
    """Return everything as a frozen graph over the columns.

    Nodes are units, areas, bodies and posts: by table, then in order of id. There is one edge
    a pair, from upper to lower and from server to served; its ``relations`` are the sorted
    names of the fields and relations that join the two, whatever their dates.

    Args:
        sheets: Tables by name.
        levels: The chain, top down.
        inverse: Turns a column of references round; shared with who else needs it.
    """
    chain = [level.table for level in levels]
    return _graph(Net(sheets, levels, (*chain, *TERRITORY, *BESIDE), inverse))


def spine_view(
    sheets: Mapping[str, Sheet], levels: Sequence[Level], inverse: Turned
) -> nx.DiGraph[str]:
    """Return the units of the chain under their parents as a frozen graph: a forest."""
    return _graph(Net(sheets, levels, [level.table for level in levels], inverse, relations=False))


def territory_view(
    sheets: Mapping[str, Sheet], levels: Sequence[Level], inverse: Turned
) -> nx.DiGraph[str]:
    """Return the territory in what it stands in as a frozen graph, which has no cycles."""
    return _graph(Net(sheets, levels, TERRITORY, inverse, relations=False))


def _graph(net: Net) -> nx.DiGraph[str]:
    from govtree._graph_view import _reports

    return _reports.framed(net)
