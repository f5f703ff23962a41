"""Units and pairs from a graph of networkx."""

from __future__ import annotations

import sys
from typing import Any

from govtree.grids._of_columns import pairs_told, units_of_records
from govtree.grids._told import Labeled, ToldPairs, ToldUnits

__all__ = ["is_network", "units_of_network"]

# Characters of a node that its place shows.
_LONGEST = 60


def is_network(units: object) -> bool:
    """Return whether *units* is a graph of networkx, of any kind."""
    # Whoever has such a graph has imported the package.
    networkx: Any = sys.modules.get("networkx")
    return networkx is not None and isinstance(units, networkx.Graph)


def units_of_network(graph: Any, count: str) -> ToldUnits:
    """Return the nodes of a graph as units, and its edges as pairs.

    What is counted, ``x``, ``y``, ``compound`` (or ``cell``), ``community`` and ``priority`` are
    attributes of nodes; ``length``, ``soft`` and ``kind`` of edges. Direction and number of
    edges between two nodes make no difference.
    """
    nodes = list(graph.nodes(data=True))
    edges = list(graph.edges(data=True))
    pairs = pairs_told(
        [{**data, "u": u, "v": v} for u, v, data in edges],
        Labeled([f"edges[{_shown(u)}, {_shown(v)}]" for u, v, _ in edges]),
    )
    listed = pairs if isinstance(pairs, ToldPairs) else None
    return units_of_records(
        [{**data, "id": node} for node, data in nodes],
        count,
        Labeled([f"nodes[{_shown(node)}]" for node, _ in nodes]),
        pairs=listed,
        faults=() if isinstance(pairs, ToldPairs) else pairs,
    )


def _shown(node: object) -> str:
    """Return a node as Python writes it, and no more of it than has room."""
    text = repr(node)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
