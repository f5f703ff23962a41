# ruff: noqa: ARG005, E501, PLW0108 - algorithms are all given the same; a case is read best on one line
"""A structure as networkx sees it, beside an ordinary graph made of the same records."""

from __future__ import annotations

import copy
import datetime as dt
import gc
import json
import pickle
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import networkx as nx
import numpy as np
import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from structures import TERRITORY, Structure, structures

from govtree import Hierarchy
from govtree._graph_view import _nodes
from govtree.units import (
    Area,
    Body,
    Branch,
    Building,
    Community,
    Compound,
    Entrance,
    Grid,
    Group,
    Household,
    Level,
    LevelUnit,
    MicroGrid,
    Post,
    Relation,
    Tenure,
    columns_of,
)

NODES = ("area", "body", "post")

# -- the slow twin ------------------------------------------------------------------------------


def ordinary(drawn: Structure, tables: list[str] | None = None) -> nx.DiGraph[str]:
    """An ordinary graph of the records: of all of them, or of the fields within some tables."""
    twin = drawn.twin
    order = [level.table for level in drawn.levels] + [*TERRITORY, *NODES]
    place = {
        id: (order.index(table), id)
        for id, table in twin.table.items()
        if tables is None or table in tables
    }
    graph: nx.DiGraph[str] = nx.DiGraph()
    called = {level.table: level.level for level in drawn.levels}
    for id in sorted(place, key=lambda each: place[each]):
        table = twin.table[id]
        graph.add_node(id, level=called.get(table, table), **told(twin.unit[id]))
    names: dict[tuple[str, str], set[str]] = {}
    for id in graph:
        for name in references(twin.unit[id]):
            upper = getattr(twin.unit[id], name)
            if upper in place:
                names.setdefault((upper, id), set()).add(name)
    for each in twin.relations if tables is None else ():
        if each.source in place and each.target in place:
            names.setdefault((each.source, each.target), set()).add(each.relation)
    for pair in sorted(names, key=lambda pair: (place[pair[0]], place[pair[1]])):
        graph.add_edge(*pair, relations=tuple(sorted(names[pair])))
    return graph


def references(unit: Any) -> list[str]:
    return [name for name, each in columns_of(type(unit)).items() if each.shape == "reference"]


def told(unit: Any) -> dict[str, Any]:
    """What a record says of itself alone, by name."""
    said: dict[str, Any] = {}
    for name, column in columns_of(type(unit)).items():
        value = getattr(unit, name)
        if column.shape == "tags":
            said |= {f"tags.{tag}": count for tag, count in value.items()}
        elif column.shape == "reference":
            said |= {name: "?"} if value == "?" else {}
        elif column.shape not in ("id", "links", "flags", "parts") and value is not None:
            said[name] = value
    return said


def numbered(drawn: Structure, graph: nx.DiGraph[str]) -> nx.DiGraph[str]:
    """The graph with the numbers that building gives to seats of posts that have many."""
    for id in graph:
        if "number" not in graph.nodes[id] and drawn.twin.table[id] == "post":
            number = drawn.hierarchy.posts[id].number
            if number is not None:
                graph.nodes[id]["number"] = number
    return graph


@contextmanager
def little_memory() -> Iterator[None]:
    """Let graphs remember next to nothing, so that small ones go the ways of large ones."""
    before = (_nodes.KEPT, _nodes._BLOCK, _nodes._AHEAD)
    _nodes.KEPT, _nodes._BLOCK, _nodes._AHEAD = 4, 3, 2
    try:
        yield
    finally:
        _nodes.KEPT, _nodes._BLOCK, _nodes._AHEAD = before


# -- the same graph -------------------------------------------------------------------------------


def assert_same(view: nx.DiGraph[str], plain: nx.DiGraph[str]) -> None:
    """Whatever can be asked of the two graphs themselves has one answer, in one order."""
    assert list(view) == list(view.nodes) == list(plain)
    assert dict(view.nodes(data=True)) == dict(plain.nodes(data=True))
    assert list(view.nodes.items()) == list(plain.nodes.items())
    assert list(view.nodes.values()) == list(plain.nodes.values())
    assert list(view.nodes(data="name", default=0)) == list(plain.nodes(data="name", default=0))
    assert list(view.nodes.data("level")) == list(plain.nodes.data("level"))
    assert list(view.edges) == list(view.out_edges) == list(plain.edges)
    assert list(view.edges(data=True)) == list(plain.edges(data=True))
    assert list(view.edges.data("relations")) == list(plain.edges.data("relations"))
    assert list(view.edges.data("none", default=1)) == list(plain.edges.data("none", default=1))
    assert list(view.in_edges(data=True)) == list(plain.in_edges(data=True))
    assert len(view.edges) == len(view.edges(data=True)) == plain.number_of_edges()
    assert view.number_of_edges() == view.size() == plain.size()
    assert view.size(weight="w") == plain.size(weight="w")
    assert view.number_of_nodes() == view.order() == len(view) == len(plain)
    assert [(n, list(each.items())) for n, each in view.adjacency()] == [
        (n, list(each.items())) for n, each in plain.adjacency()
    ]
    for name in ("degree", "in_degree", "out_degree"):
        ours, theirs = getattr(view, name), getattr(plain, name)
        assert list(ours) == list(ours()) == list(theirs)
        assert list(ours(weight="w")) == list(theirs(weight="w"))
        assert len(ours) == len(theirs)
    for node in plain:
        assert node in view
        assert view.has_node(node)
        assert view.nodes[node] == plain.nodes[node]
        assert list(view.succ[node].items()) == list(plain.succ[node].items())
        assert list(view.pred[node].items()) == list(plain.pred[node].items())
        assert view.degree(node) == view.degree[node] == plain.degree(node)
        assert view.in_degree(node) == view.in_degree[node] == plain.in_degree(node)
        assert view.out_degree(node) == view.out_degree[node] == plain.out_degree(node)
        assert list(view.edges(node)) == list(plain.edges(node))
    some = list(plain)[::2]
    assert list(view.degree(some)) == list(plain.degree(some))
    assert list(view.edges(some, data=True)) == list(plain.edges(some, data=True))
    assert len(view.edges(some)) == len(plain.edges(some))
    assert all(
        view.number_of_edges(u, v) == plain.number_of_edges(u, v) for u in some for v in some
    )
    assert str(view) == str(plain)
    assert nx.utils.graphs_equal(view, plain)


@settings(max_examples=many(60))
@given(structures())
def test_the_graph_says_what_the_records_say(drawn: Structure) -> None:
    """The graph has the nodes, attributes and edges of the records, in order of the tables."""
    assert_same(drawn.hierarchy.graph, numbered(drawn, ordinary(drawn)))


@settings(max_examples=many(60))
@given(structures())
def test_a_graph_larger_than_its_memory_says_the_same(drawn: Structure) -> None:
    """What is forgotten is found again."""
    with little_memory():
        assert_same(drawn.hierarchy.graph, numbered(drawn, ordinary(drawn)))


@settings(max_examples=many(40))
@given(structures())
def test_spine_and_territory_are_parts_of_it(drawn: Structure) -> None:
    """The spine is the chain under its parents, a forest; the territory has no cycle."""
    h = drawn.hierarchy
    spine = ordinary(drawn, [level.table for level in drawn.levels])
    territory = ordinary(drawn, list(TERRITORY))

    assert_same(h.spine, spine)
    assert_same(h.territory, territory)
    assert not len(h.spine) or nx.is_forest(h.spine)
    assert nx.is_directed_acyclic_graph(h.territory)


# -- algorithms -----------------------------------------------------------------------------------

Algorithm = Callable[[Any, Any, str, str], Any]

#: What networkx is asked: of a graph g, of its spine s, of a node and of another one.
ALGORITHMS: dict[str, Algorithm] = {
    "all_pairs_shortest_path_length": lambda g, s, a, b: nx.all_pairs_shortest_path_length(g),
    "all_simple_paths": lambda g, s, a, b: nx.all_simple_paths(s, a, b),
    "all_topological_sorts": lambda g, s, a, b: next(nx.all_topological_sorts(s)),
    "ancestors": lambda g, s, a, b: nx.ancestors(g, a),
    "articulation_points": lambda g, s, a, b: set(nx.articulation_points(g.to_undirected())),
    "astar_path": lambda g, s, a, b: nx.astar_path(g, a, b),
    "attracting_components": lambda g, s, a, b: nx.attracting_components(g),
    "average_neighbor_degree": lambda g, s, a, b: nx.average_neighbor_degree(g),
    "bellman_ford": lambda g, s, a, b: nx.single_source_bellman_ford_path_length(g, a),
    "betweenness_centrality": lambda g, s, a, b: nx.betweenness_centrality(g),
    "bfs_edges": lambda g, s, a, b: nx.bfs_edges(g, a),
    "bfs_layers": lambda g, s, a, b: nx.bfs_layers(g, a),
    "bfs_tree": lambda g, s, a, b: nx.bfs_tree(g, a),
    "bidirectional_shortest_path": lambda g, s, a, b: nx.bidirectional_shortest_path(g, a, b),
    "closeness_centrality": lambda g, s, a, b: nx.closeness_centrality(g),
    "clustering": lambda g, s, a, b: nx.clustering(g),
    "common_neighbors": lambda g, s, a, b: nx.common_neighbors(s.to_undirected(), a, b),
    "condensation": lambda g, s, a, b: nx.condensation(g),
    "core_number": lambda g, s, a, b: nx.core_number(s),
    "cut_size": lambda g, s, a, b: nx.cut_size(g, [a], [b]),
    "cycle_basis": lambda g, s, a, b: nx.cycle_basis(g.to_undirected()),
    "dag_longest_path": lambda g, s, a, b: nx.dag_longest_path(s),
    "degree_centrality": lambda g, s, a, b: nx.degree_centrality(g),
    "degree_histogram": lambda g, s, a, b: nx.degree_histogram(g),
    "density": lambda g, s, a, b: nx.density(g),
    "descendants": lambda g, s, a, b: nx.descendants(g, a),
    "descendants_at_distance": lambda g, s, a, b: nx.descendants_at_distance(g, a, 2),
    "dfs_edges": lambda g, s, a, b: nx.dfs_edges(g, a),
    "dfs_postorder_nodes": lambda g, s, a, b: nx.dfs_postorder_nodes(g),
    "dfs_preorder_nodes": lambda g, s, a, b: nx.dfs_preorder_nodes(g),
    "dijkstra": lambda g, s, a, b: nx.single_source_dijkstra(g, a),
    "eccentricity": lambda g, s, a, b: nx.eccentricity(g.to_undirected()),
    "edge_bfs": lambda g, s, a, b: nx.edge_bfs(g, a),
    "edge_dfs": lambda g, s, a, b: nx.edge_dfs(g, a),
    "ego_graph": lambda g, s, a, b: nx.ego_graph(g, a, radius=2),
    "find_cycle": lambda g, s, a, b: nx.find_cycle(g),
    "flow_hierarchy": lambda g, s, a, b: nx.flow_hierarchy(g),
    "floyd_warshall": lambda g, s, a, b: nx.floyd_warshall(g),
    "get_node_attributes": lambda g, s, a, b: nx.get_node_attributes(g, "level"),
    "group_out_degree_centrality": lambda g, s, a, b: nx.group_out_degree_centrality(g, [a, b]),
    "harmonic_centrality": lambda g, s, a, b: nx.harmonic_centrality(g),
    "has_path": lambda g, s, a, b: nx.has_path(g, a, b),
    "immediate_dominators": lambda g, s, a, b: nx.immediate_dominators(g, a),
    "is_arborescence": lambda g, s, a, b: nx.is_arborescence(s),
    "is_branching": lambda g, s, a, b: nx.is_branching(s),
    "is_directed_acyclic_graph": lambda g, s, a, b: nx.is_directed_acyclic_graph(g),
    "is_forest": lambda g, s, a, b: nx.is_forest(s),
    "is_isomorphic": lambda g, s, a, b: nx.is_isomorphic(s, nx.DiGraph(s)),
    "is_semiconnected": lambda g, s, a, b: nx.is_semiconnected(g),
    "is_weakly_connected": lambda g, s, a, b: nx.is_weakly_connected(g),
    "isolates": lambda g, s, a, b: nx.isolates(g),
    "kosaraju": lambda g, s, a, b: nx.kosaraju_strongly_connected_components(g),
    "lowest_common_ancestor": lambda g, s, a, b: nx.lowest_common_ancestor(s, a, b),
    "minimum_spanning_edges": lambda g, s, a, b: nx.minimum_spanning_edges(g.to_undirected()),
    "moral_graph": lambda g, s, a, b: nx.moral_graph(g),
    "multi_source_dijkstra": lambda g, s, a, b: nx.multi_source_dijkstra(g, {a, b}),
    "node_boundary": lambda g, s, a, b: nx.node_boundary(g, [a]),
    "number_of_selfloops": lambda g, s, a, b: nx.number_of_selfloops(g),
    "overall_reciprocity": lambda g, s, a, b: nx.overall_reciprocity(g),
    "reverse": lambda g, s, a, b: nx.reverse(g),
    "rooted_lca": lambda g, s, a, b: dict(nx.tree_all_pairs_lowest_common_ancestor(s, a)),
    "shortest_path": lambda g, s, a, b: nx.shortest_path(g, a, b),
    "simple_cycles": lambda g, s, a, b: nx.simple_cycles(g, length_bound=3),
    "square_clustering": lambda g, s, a, b: nx.square_clustering(s.to_undirected()),
    "strongly_connected_components": lambda g, s, a, b: nx.strongly_connected_components(g),
    "subgraph": lambda g, s, a, b: nx.DiGraph(g.subgraph([a, b])),
    "to_dict_of_lists": lambda g, s, a, b: nx.to_dict_of_lists(g),
    "to_edgelist": lambda g, s, a, b: iter(nx.to_edgelist(g)),
    "topological_generations": lambda g, s, a, b: nx.topological_generations(g),
    "topological_sort": lambda g, s, a, b: nx.topological_sort(g),
    "transitive_closure": lambda g, s, a, b: nx.transitive_closure(g),
    "transitive_reduction": lambda g, s, a, b: nx.transitive_reduction(s),
    "transitivity": lambda g, s, a, b: nx.transitivity(g),
    "triadic_census": lambda g, s, a, b: nx.triadic_census(g),
    "voterank": lambda g, s, a, b: nx.voterank(g),
    "wiener_index": lambda g, s, a, b: nx.wiener_index(g),
    "weakly_connected_components": lambda g, s, a, b: nx.weakly_connected_components(g),
}  # fmt: skip


def answer(algorithm: Algorithm, graph: Any, spine: Any, one: str, other: str) -> Any:
    """The answer in a form that can be compared; an exception is an answer as well."""
    try:
        return plain_answer(algorithm(graph, spine, one, other))
    except (nx.NetworkXException, KeyError, ValueError, StopIteration, ZeroDivisionError) as error:
        return type(error), str(error)


def plain_answer(found: Any) -> Any:
    if isinstance(found, nx.Graph):
        edges = [(u, v, dict(data)) for u, v, data in found.edges(data=True)]
        return type(found), list(found.nodes(data=True)), edges
    if isinstance(found, dict):
        return {key: plain_answer(value) for key, value in found.items()}
    if isinstance(found, Iterator):
        return [plain_answer(each) for each in found]
    return found


@settings(max_examples=many(40))
@given(structures(), st.integers(0, 99), st.integers(0, 99), st.booleans())
def test_algorithms_of_networkx_answer_as_on_a_copy(
    drawn: Structure, first: int, second: int, small: bool
) -> None:
    """Each algorithm gives the same on the view and on an ordinary graph, errors included."""
    graph = numbered(drawn, ordinary(drawn))
    spine = ordinary(drawn, [level.table for level in drawn.levels])
    units = list(spine) or list(graph)
    if not units:
        return
    one, other = units[first % len(units)], units[second % len(units)]
    with little_memory() if small else nullcontext():
        h = drawn.hierarchy
        wrong = [
            name
            for name, algorithm in ALGORITHMS.items()
            if answer(algorithm, h.graph, h.spine, one, other)
            != answer(algorithm, graph, spine, one, other)
        ]

    assert wrong == []


def test_so_many_algorithms_are_compared() -> None:
    """At least forty algorithms are compared, and most give an answer, not an error."""
    graph = FIELD.graph
    answers = [answer(each, graph, FIELD.spine, "C-1", "H-1") for name, each in ALGORITHMS.items()]
    fine = [
        each
        for each in answers
        if not (isinstance(each, tuple) and each and isinstance(each[0], type(Exception)))
        or each[0] in (nx.Graph, nx.DiGraph)
    ]

    assert len(fine) >= 60


def test_walks_over_many_thousand_nodes_are_those_of_a_copy() -> None:
    """Walks that hand out more names than are remembered go the same way."""
    h = many_households(9_000)
    copied = nx.DiGraph(h.spine)

    for walk in (
        lambda g: list(nx.bfs_edges(g, "C")),
        lambda g: list(nx.dfs_edges(g, "C")),
        lambda g: list(nx.topological_sort(g)),
        lambda g: [sorted(each) for each in nx.weakly_connected_components(g)],
        lambda g: nx.single_source_shortest_path_length(g, "C"),
        lambda g: [g.has_edge("G-007", node) for node in g],
    ):
        assert walk(h.spine) == walk(copied)


def many_households(count: int) -> Hierarchy:
    """A community of forty groups, whose households stand in no order."""
    parents = np.random.default_rng(1).integers(0, 40, count).tolist()
    return Hierarchy.from_tables(
        {
            "community": {"id": ["C"]},
            "branch": {"id": ["B"], "parent": ["C"]},
            "group": {"id": [f"G-{at:03}" for at in range(40)], "parent": ["B"] * 40},
            "household": {
                "id": [f"H-{at:06}" for at in range(count)],
                "parent": [f"G-{at:03}" for at in parents],
            },
        }
    )


# -- one from the field ---------------------------------------------------------------------------

DAY = dt.date(2024, 3, 1)
FIELD = Hierarchy.from_records(
    [
        Community(id="C-1", name="史河社区", x=115.9, members=40),
        Branch(id="B-1", parent="C-1", covers=["N-1"], members=23),
        Group(id="G-1", parent="B-1", kind="building_group"),
        Household(id="H-1", parent="G-1", entrance="E-1", tags={"alone": 1}, serves=["H-2"]),
        Household(id="H-2", parent="?", building="D-1", occupancy="let", residents=3),
        Compound(id="X-1", community="C-1", type="commercial"),
        Grid(id="N-1", community="C-1", flags=["weak"]),
        MicroGrid(id="M-1", grid="N-1"),
        Building(id="D-1", grid="N-1", compound="X-1", households=2),
        Entrance(id="E-1", building="D-1"),
        Area(id="A-1", communities=["C-1"]),
        Body(id="PM", kind="property_company", since=DAY, serves=[{"unit": "X-1", "mode": "contract"}]),
        Post(id="B-1/secretary", post="secretary", at="B-1", vacant=False, serves=["N-1"]),
        Relation(relation="supervises", source="B-1", target="N-1", since=DAY),
        Relation(relation="supervises", source="B-1", target="N-1", mode="backstop"),
        Tenure(post="B-1/secretary", holder="p-1", since=DAY),
    ],
    name="Riverside",
    as_of=dt.date(2025, 6, 30),
)  # fmt: skip


def test_nodes_carry_what_is_given() -> None:
    """A node says its level and every field that was given and is no reference."""
    nodes = FIELD.graph.nodes

    assert nodes["C-1"] == {"level": "community", "name": "史河社区", "x": 115.9, "members": 40}
    assert nodes["H-1"] == {"level": "household", "tags.alone": 1}
    assert nodes["H-2"] == {
        "level": "household",
        "occupancy": "let",
        "residents": 3,
        "parent": "?",
    }
    assert nodes["D-1"] == {"level": "building", "households": 2}
    assert nodes["PM"] == {"level": "body", "kind": "property_company", "since": DAY}
    assert nodes["B-1/secretary"] == {"level": "post", "post": "secretary", "vacant": False}
    assert "p-1" not in FIELD.graph


def test_edges_carry_the_names_of_all_that_joins_the_two() -> None:
    """There is one edge a pair, from upper to lower and from server to served."""
    assert {(u, v): names for u, v, names in FIELD.graph.edges(data="relations")} == {
        ("C-1", "B-1"): ("parent",),
        ("B-1", "G-1"): ("parent",),
        ("G-1", "H-1"): ("parent",),
        ("C-1", "X-1"): ("community",),
        ("C-1", "N-1"): ("community",),
        ("N-1", "M-1"): ("grid",),
        ("N-1", "D-1"): ("grid",),
        ("X-1", "D-1"): ("compound",),
        ("D-1", "E-1"): ("building",),
        ("E-1", "H-1"): ("entrance",),
        ("D-1", "H-2"): ("building",),
        ("B-1", "N-1"): ("covers", "supervises"),
        ("H-1", "H-2"): ("serves",),
        ("A-1", "C-1"): ("in_area",),
        ("PM", "X-1"): ("serves",),
        ("B-1", "B-1/secretary"): ("at",),
        ("B-1/secretary", "N-1"): ("serves",),
    }


def test_levels_are_called_by_their_own_names() -> None:
    """A level that plays a role is called by its own name in the graph, as people call it."""
    h = Hierarchy.from_records(
        [Community(id="1"), LevelUnit(id="0", level="province"), Household(id="2")],
        levels=(Level("province"), Level("RW", "community"), Level("KK", "household")),
    )

    assert list(h.graph.nodes(data="level")) == [("0", "province"), ("1", "RW"), ("2", "KK")]
    assert Hierarchy.from_networkx(h.to_networkx()) == h


# -- nothing can be changed -----------------------------------------------------------------------

CHANGES: dict[str, Callable[[Any], Any]] = {
    "add_node": lambda g: g.add_node("new"),
    "add_nodes_from": lambda g: g.add_nodes_from(["new"]),
    "add_edge": lambda g: g.add_edge("C-1", "H-1"),
    "add_edges_from": lambda g: g.add_edges_from([("C-1", "H-1")]),
    "add_weighted_edges_from": lambda g: g.add_weighted_edges_from([("C-1", "H-1", 2)]),
    "remove_node": lambda g: g.remove_node("H-1"),
    "remove_nodes_from": lambda g: g.remove_nodes_from(["H-1"]),
    "remove_edge": lambda g: g.remove_edge("C-1", "B-1"),
    "remove_edges_from": lambda g: g.remove_edges_from([("C-1", "B-1")]),
    "update": lambda g: g.update(edges=[("C-1", "H-1")], nodes=["new"]),
    "update nodes": lambda g: g.update(nodes=["new"]),
    "clear": lambda g: g.clear(),
    "clear_edges": lambda g: g.clear_edges(),
    "add_path": lambda g: nx.add_path(g, ["C-1", "H-1"]),
    "add_star": lambda g: nx.add_star(g, ["C-1", "H-1"]),
    "relabel_nodes": lambda g: nx.relabel_nodes(g, {"C-1": "C-2"}, copy=False),
    "contracted_nodes": lambda g: nx.contracted_nodes(g, "C-1", "B-1", copy=False),
    "set_node_attributes": lambda g: nx.set_node_attributes(g, 1, "weight"),
    "set_edge_attributes": lambda g: nx.set_edge_attributes(g, 1, "weight"),
    "attribute of a node": lambda g: g.nodes["C-1"].__setitem__("name", "x"),
    "attribute of an edge": lambda g: g.edges["C-1", "B-1"].__setitem__("weight", 1),
    "attribute of an edge by its ends": lambda g: g["C-1"]["B-1"].__setitem__("weight", 1),
    "neighbor": lambda g: g["C-1"].__setitem__("H-1", {}),
    "node": lambda g: g._node.__setitem__("new", {}),
    "successors": lambda g: g._adj.__delitem__("C-1"),
    "del": lambda g: g.nodes["C-1"].__delitem__("level"),
    "pop": lambda g: g.nodes["C-1"].pop("level"),
    "popitem": lambda g: g.nodes["C-1"].popitem(),
    "setdefault": lambda g: g.nodes["C-1"].setdefault("weight", 1),
    "update attributes": lambda g: g.nodes["C-1"].update(weight=1),
    "clear attributes": lambda g: g.nodes["C-1"].clear(),
    "|=": lambda g: g.nodes["C-1"].__ior__({"weight": 1}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("name", ["graph", "spine"])
def test_every_change_is_refused(name: str, change: Callable[[Any], Any]) -> None:
    """The views cannot be changed, and say so."""
    view = getattr(FIELD, name)
    before = nx.DiGraph(view)

    with pytest.raises((nx.NetworkXError, TypeError, AttributeError)):
        change(view)
    assert nx.utils.graphs_equal(view, before)


def test_every_method_of_networkx_that_changes_a_graph_is_among_them() -> None:
    """What networkx refuses on a frozen graph is in the table of changes."""
    frozen = nx.freeze(nx.DiGraph())
    refused = {name for name in vars(frozen) if getattr(frozen, name) is nx.classes.function.frozen}

    assert refused - CHANGES.keys() == set()
    assert "add_node" in refused
    assert nx.is_frozen(FIELD.graph)


@pytest.mark.parametrize(
    "make",
    [
        lambda g: g.copy(),
        lambda g: nx.DiGraph(g),
        lambda g: g.reverse(),
        lambda g: g.to_undirected(),
        lambda g: g.subgraph(["C-1", "B-1"]).copy(),
        lambda g: nx.Graph(g),
        lambda g: g.to_directed(),
        lambda g: nx.compose(g, g),
    ],
)
def test_copies_are_ordinary_graphs(make: Callable[[Any], Any]) -> None:
    """A copy of the view can be changed, and the view stays what it is."""
    copied = make(FIELD.graph)

    copied.add_edge("C-1", "new", weight=1)
    copied.nodes["C-1"]["name"] = "other"
    for *_, data in copied.edges(data=True):
        data["weight"] = 2
    assert FIELD.graph.nodes["C-1"]["name"] == "史河社区"
    assert FIELD.graph.edges["C-1", "B-1"] == {"relations": ("parent",)}
    assert type(copied.nodes["C-1"]) is dict


def test_attributes_copy_to_plain_dicts() -> None:
    """Copies of attributes can be written to; a pickle of them cannot."""
    told = FIELD.graph.nodes["H-2"]

    for made in (told.copy(), copy.copy(told), copy.deepcopy(told), told | {}, dict(told)):
        assert type(made) is dict
        assert made == told
    again = pickle.loads(pickle.dumps(told))
    assert again == told
    with pytest.raises(TypeError, match="cannot be changed"):
        again["x"] = 1


# -- pickles, other forms ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["graph", "spine", "territory"])
@pytest.mark.parametrize("again", [copy.deepcopy, lambda g: pickle.loads(pickle.dumps(g))])
def test_a_graph_survives_pickling_and_copying(name: str, again: Callable[[Any], Any]) -> None:
    """A pickled graph comes back frozen, over columns of its own, with its fast reports."""
    view = getattr(FIELD, name)
    list(view.edges), view.degree, view.adj, view.in_edges
    made = again(view)

    assert_same(made, nx.DiGraph(view))
    assert nx.is_frozen(made)
    assert type(made.edges) is type(view.edges)


def test_what_backends_keep_is_no_part_of_a_pickle() -> None:
    """The cache of a backend stays where it was made."""
    view = Hierarchy.from_records([Community(id="C")]).graph
    view.__networkx_cache__["backends"] = {"one": "large"}

    assert pickle.loads(pickle.dumps(view)).__networkx_cache__ == {}


def test_node_link_and_graphml_are_written() -> None:
    """The writers of networkx take the graph; GraphML has no lists, so names become one text."""
    plain = nx.DiGraph(FIELD.spine)

    assert nx.node_link_data(FIELD.graph) == nx.node_link_data(nx.DiGraph(FIELD.graph))
    assert json.loads(json.dumps(nx.node_link_data(FIELD.spine)))["directed"] is True
    for graph in (plain, chain := nx.DiGraph(FIELD.spine.edges)):
        for *_, data in graph.edges(data=True):
            data["relations"] = "parent"
    assert "".join(nx.generate_graphml(plain)).count("<node ") == 5
    assert nx.parse_graphml("\n".join(nx.generate_graphml(chain))).edges == chain.edges


def test_a_frozen_view_of_a_part_works() -> None:
    """Views that networkx makes over the view say what they say over a copy."""
    graph, plain = FIELD.graph, nx.DiGraph(FIELD.graph)
    part = ["C-1", "B-1", "N-1", "not there"]

    assert_equal = nx.utils.graphs_equal
    assert assert_equal(graph.subgraph(part), plain.subgraph(part))
    assert assert_equal(nx.reverse_view(graph), nx.reverse_view(plain))
    assert assert_equal(graph.reverse(copy=False), plain.reverse(copy=False))
    assert assert_equal(nx.to_undirected(graph), nx.to_undirected(plain))
    assert assert_equal(
        graph.edge_subgraph([("C-1", "B-1")]), plain.edge_subgraph([("C-1", "B-1")])
    )
    assert assert_equal(
        nx.subgraph_view(graph, filter_node=lambda n: n != "C-1"),
        nx.subgraph_view(plain, filter_node=lambda n: n != "C-1"),
    )


# -- strange questions -------------------------------------------------------------------------------

STRANGE: dict[str, Callable[[Any], Any]] = {
    "5 in G": lambda g: 5 in g,
    "None in G": lambda g: None in g,
    "list in G": lambda g: [1] in g,
    "tuple in G": lambda g: ("C-1", "B-1") in g,
    "bytes in G": lambda g: b"C-1" in g,
    "infinity in G": lambda g: float("inf") in g,
    "NUL in G": lambda g: "C-1\0" in g,
    "half a character in G": lambda g: "\ud800" in g,
    "empty in G": lambda g: "" in g,
    "person in G": lambda g: "p-1" in g,
    "numpy text in G": lambda g: np.str_("C-1") in g,
    "numpy text": lambda g: list(g[np.str_("C-1")]),
    "G[5]": lambda g: g[5],
    "G[None]": lambda g: g[None],
    "G[[1]]": lambda g: g[[1]],
    "G['']": lambda g: g[""],
    "G[0:2]": lambda g: g.nodes[0:2],
    "nodes[5]": lambda g: g.nodes[5],
    "pred[5]": lambda g: g.pred[5],
    "succ['?']": lambda g: g.succ["?"],
    "edges": lambda g: g.edges["C-1", "H-1"],
    "edges of nobody": lambda g: g.edges["nobody", "H-1"],
    "edges[0:2]": lambda g: g.edges[0:2],
    "edge in edges": lambda g: ("C-1", "B-1") in g.edges,
    "no edge in edges": lambda g: ("B-1", "C-1") in g.edges,
    "strange edge in edges": lambda g: (5, None) in g.edges,
    "edge with data": lambda g: ("C-1", "B-1", {"relations": ("parent",)}) in g.edges(data=True),
    "degree of nobody": lambda g: str(g.degree("nobody")),
    "degree[5]": lambda g: g.degree[5],
    "degree of a list": lambda g: list(g.degree([["a"]])),
    "degree of some": lambda g: list(g.degree(["C-1", "nobody", "B-1"])),
    "weighted degree": lambda g: g.degree("C-1", weight="w"),
    "in_degree of nobody": lambda g: str(g.in_degree("nobody")),
    "out_degree of 5": lambda g: g.out_degree(5),
    "has_edge": lambda g: (g.has_edge(5, None), g.has_edge("C-1", 5), g.has_edge("C-1", "B-1")),
    "neighbors of nobody": lambda g: list(g.neighbors("nobody")),
    "predecessors of 5": lambda g: list(g.predecessors(5)),
    "nbunch_iter": lambda g: list(g.nbunch_iter(["C-1", 5, "nobody"])),
    "get": lambda g: (g.nodes.get("nobody"), g._adj.get(5), g._node.get("C-1")),
    "set of nodes": lambda g: sorted(g.nodes & {"C-1", "nobody", 5}),
    "nodes with data": lambda g: ("C-1", {"level": "x"}) in g.nodes(data=True),
    "shortest path to nobody": lambda g: nx.shortest_path(g, "C-1", "nobody"),
    "number_of_edges of nobody": lambda g: g.number_of_edges("C-1", "nobody"),
    "get_edge_data": lambda g: (g.get_edge_data("C-1", "B-1"), g.get_edge_data("C-1", 5, 0)),
}  # fmt: skip


@pytest.mark.parametrize("question", STRANGE.values(), ids=STRANGE)
def test_strange_questions_get_the_answer_of_an_ordinary_graph(
    question: Callable[[Any], Any],
) -> None:
    """What is no node is none, with the answer or the exception that networkx has for it."""

    def asked(graph: Any) -> Any:
        try:
            return question(graph)
        except (KeyError, TypeError, ValueError, nx.NetworkXException) as error:
            return type(error), str(error)

    assert asked(FIELD.graph) == asked(nx.DiGraph(FIELD.graph))


def test_a_number_is_no_node() -> None:
    """A number is not in the graph, and asking for it is a KeyError."""
    assert 5 not in FIELD.graph
    with pytest.raises(KeyError):
        FIELD.graph[5]


def test_an_empty_structure_has_an_empty_graph() -> None:
    """Where there is nothing, the graph has no nodes and no edges, and says so."""
    h = Hierarchy.from_records([])

    for view in (h.graph, h.spine, h.territory):
        assert_same(view, nx.DiGraph())
    assert Hierarchy.from_networkx(h.to_networkx()) == h


# -- memory ---------------------------------------------------------------------------------------


def test_the_graph_takes_no_memory_of_its_own() -> None:
    """Beside 200,000 households the graph takes 0.2 MB, and under 1 MB when it was walked."""
    h = many_households(200_000)
    for table, column, target in (
        ("household", "parent", "group"),
        ("group", "parent", "branch"),
        ("branch", "parent", "community"),
    ):
        h.arrays.inverse(table, column, target)  # shared with children() and households_of()
    for table in ("community", "branch", "group", "household"):
        h.rows(table, ["x"])  # the index of ids is shared as well
    list(nx.topological_sort(FIELD.graph))  # imports what networkx and numpy import late

    gc.collect()
    tracemalloc.start()
    try:
        graph = h.graph
        made = tracemalloc.get_traced_memory()[0]
        assert sum(1 for _ in nx.topological_sort(graph)) == 200_042
        assert sum(1 for _ in graph.edges) == 200_041
        gc.collect()
        walked = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    assert made < 200_000
    assert walked < 1_000_000
