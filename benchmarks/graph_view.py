# ruff: noqa: ARG005 - works are all given the same
"""Algorithms of networkx on the view of a structure, beside the same on an ordinary copy."""

from __future__ import annotations

import gc
import random
import statistics
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import networkx as nx
import population
from figure import Figure, share_of_time, taking_turns

from govtree import Hierarchy

#: Households of the structure that is walked; its parents are in random order, the worst case.
WALKED = 50_000
#: Households beside which the memory of the view is measured.
HELD = 1_000_000

#: Walks of the whole graph: with groups and buildings as *g*, along the chain alone as *s*.
WHOLE: dict[str, Callable[[Any, Any], Any]] = {
    "attracting_components": lambda g, s: nx.number_attracting_components(s),
    "bfs_edges from every community": lambda g, s: [_count(nx.bfs_edges(s, c)) for c in _top(s)],
    "condensation": lambda g, s: nx.condensation(s),
    "core_number": lambda g, s: nx.core_number(g),
    "dag_longest_path": lambda g, s: nx.dag_longest_path(s),
    "degree_histogram": lambda g, s: nx.degree_histogram(g),
    "density": lambda g, s: nx.density(g),
    "dfs_edges": lambda g, s: _count(nx.dfs_edges(s)),
    "dfs_postorder_nodes": lambda g, s: _count(nx.dfs_postorder_nodes(g)),
    "dfs_preorder_nodes": lambda g, s: _count(nx.dfs_preorder_nodes(g)),
    "flow_hierarchy": lambda g, s: nx.flow_hierarchy(g),
    "is_arborescence": lambda g, s: nx.is_arborescence(s),
    "is_branching": lambda g, s: nx.is_branching(s),
    "is_directed_acyclic_graph": lambda g, s: nx.is_directed_acyclic_graph(g),
    "is_forest": lambda g, s: nx.is_forest(s),
    "is_weakly_connected": lambda g, s: nx.is_weakly_connected(g),
    "isolates": lambda g, s: _count(nx.isolates(g)),
    "kosaraju": lambda g, s: _count(nx.kosaraju_strongly_connected_components(s)),
    "multi_source_dijkstra": lambda g, s: nx.multi_source_dijkstra_path_length(s, set(_top(s))),
    "reverse": lambda g, s: g.reverse(),
    "strongly_connected_components": lambda g, s: _count(nx.strongly_connected_components(g)),
    "to_dict_of_lists": lambda g, s: nx.to_dict_of_lists(g),
    "to_undirected": lambda g, s: g.to_undirected(),
    "topological_generations": lambda g, s: _count(nx.topological_generations(g)),
    "topological_sort": lambda g, s: _count(nx.topological_sort(g)),
    "weakly_connected_components": lambda g, s: _count(nx.weakly_connected_components(g)),
    "weakly_connected_components of the chain": lambda g, s: _count(
        nx.weakly_connected_components(s)
    ),
}

#: Walks of a part, from each of some nodes *c* (communities) or *n* (households).
PART: dict[str, Callable[[Any, Any, list[str], list[str]], Any]] = {
    "all_simple_paths": lambda g, s, c, n: [
        _count(nx.all_simple_paths(s, a, b)) for a in c[:2] for b in n[:5]
    ],
    "ancestors": lambda g, s, c, n: [nx.ancestors(g, b) for b in n],
    "bfs_layers": lambda g, s, c, n: [_count(nx.bfs_layers(s, a)) for a in c],
    "bfs_tree": lambda g, s, c, n: [nx.bfs_tree(s, a) for a in c],
    "bidirectional_shortest_path": lambda g, s, c, n: [
        nx.bidirectional_shortest_path(s, _root(s, b), b) for b in n[:200]
    ],
    "descendants": lambda g, s, c, n: [nx.descendants(s, a) for a in c],
    "descendants_at_distance": lambda g, s, c, n: [nx.descendants_at_distance(s, a, 2) for a in c],
    "dfs_tree": lambda g, s, c, n: [nx.dfs_tree(s, a) for a in c],
    "edge_dfs": lambda g, s, c, n: [_count(nx.edge_dfs(s, a)) for a in c[:3]],
    "ego_graph": lambda g, s, c, n: [nx.ego_graph(g, a, radius=2) for a in c],
    "has_path": lambda g, s, c, n: [nx.has_path(s, _root(s, b), b) for b in n[:200]],
    "shortest_path": lambda g, s, c, n: [nx.shortest_path(s, _root(s, b), b) for b in n[:200]],
    "single_source_dijkstra": lambda g, s, c, n: [nx.single_source_dijkstra(s, a) for a in c],
    "single_source_shortest_path": lambda g, s, c, n: [
        nx.single_source_shortest_path(s, a) for a in c
    ],
}


#: Lists of everything, and look-ups one by one: without a target, since nothing walks there.
ASKED: dict[str, Callable[[Any, Any, list[str], list[str]], Any]] = {
    "adjacency": lambda g, s, c, n: _count(g.adjacency()),
    "edges": lambda g, s, c, n: _count(g.edges),
    "edges with data": lambda g, s, c, n: _count(g.edges(data=True)),
    "in_degree": lambda g, s, c, n: dict(g.in_degree),
    "out_degree": lambda g, s, c, n: dict(g.out_degree),
    "number_of_edges": lambda g, s, c, n: g.number_of_edges(),
    "get_node_attributes": lambda g, s, c, n: nx.get_node_attributes(g, "residents"),
    "nodes": lambda g, s, c, n: _count(g),
    "nodes with data": lambda g, s, c, n: _count(g.nodes(data=True)),
    "induced subgraph": lambda g, s, c, n: nx.DiGraph(g.subgraph(n)),
    "predecessors": lambda g, s, c, n: [list(g.predecessors(b)) for b in n],
    "node in graph": lambda g, s, c, n: [b in g for b in n],
    "attributes of a node": lambda g, s, c, n: [g.nodes[b] for b in n],
}


def measure(repeats: int) -> list[Figure]:
    """Return what the view costs beside a copy, and what it takes of memory."""
    h = _hierarchy(WALKED)
    views = (h.graph, h.spine)
    copies = (nx.DiGraph(h.graph), nx.DiGraph(h.spine))
    draw = random.Random(3)
    communities = draw.sample(h.ids("community"), 20)
    households = draw.sample(h.ids("household"), 10_000)
    figures = [_memory()]
    for title, most, works in (
        ("whole", 2.5, WHOLE),
        ("part", 1.5, _bound(PART, communities, households)),
        ("asked", 0.0, _bound(ASKED, communities, households)),
    ):
        shares = []
        for name, work in works.items():
            samples = taking_turns(
                {"govtree": lambda w=work: w(*views), "copy": lambda w=work: w(*copies)}, repeats
            )
            shares.append(samples["govtree"].median / samples["copy"].median)
            figure = share_of_time(f"{title}: {name}", samples, most=most, scale=1e3, unit="ms")
            figures.append(figure if most else replace(figure, target=""))
        if most:
            figures.append(_summary(title, shares, most))
    return figures


def _bound(
    works: dict[str, Callable[..., Any]], *nodes: list[str]
) -> dict[str, Callable[[Any, Any], Any]]:
    return {name: lambda g, s, w=work: w(g, s, *nodes) for name, work in works.items()}


def _summary(title: str, shares: list[float], most: float) -> Figure:
    over = sum(share > most for share in shares)
    middle = statistics.median(shares)
    return Figure(
        f"{title}: median of {len(shares)}",
        f"{middle:.2f} of the time of a copy",
        "",
        f"worst {max(shares):.2f}, {over} above {most:g}",
        f"at most {most:g}",
        middle <= most,
    )


def _memory() -> Figure:
    """Return what the view adds beside indexes that the hierarchy shares with it."""
    h = _hierarchy(HELD)
    for table, column, target in (
        ("household", "parent", "group"),
        ("household", "building", "building"),
        ("group", "parent", "branch"),
        ("branch", "parent", "community"),
    ):
        h.arrays.inverse(table, column, target)
        h.rows(table, ["x"])
        h.rows(target, ["x"])
    nx.DiGraph(_hierarchy(100).graph)  # what is imported late
    gc.collect()
    tracemalloc.start()
    graph = h.graph
    made = tracemalloc.get_traced_memory()[0] / 1e6
    _count(nx.dfs_edges(graph, h.ids("community", h.rows("community", h.ids("community")[:1]))[0]))
    _count(graph.edges)
    gc.collect()
    walked = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    return Figure(
        f"memory of the view beside {HELD:,} households",
        f"{made:.2f} MB; {walked:.2f} MB after walks",
        "",
        f"{walked:.2f} MB",
        "under 1 MB",
        walked < 1,
    )


def _hierarchy(households: int) -> Hierarchy:
    tables = population.tables(households)
    return Hierarchy.from_tables(
        {
            "community": tables["communities"],
            "branch": tables["branches"],
            "group": tables["groups"],
            "building": tables["buildings"],
            "household": {
                name: list(map(int, cells)) if name == "residents" else cells
                for name, cells in tables["households"].items()
                if name in ("id", "parent", "building", "residents")
            },
        }
    )


def _count(things: Iterable[Any]) -> int:
    return sum(1 for _ in things)


def _top(graph: Any) -> list[str]:
    return [node for node, degree in graph.in_degree if not degree]


def _root(graph: Any, node: str) -> str:
    while above := next(iter(graph.pred[node]), None):
        node = above
    return node
