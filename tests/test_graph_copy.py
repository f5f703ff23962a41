# ruff: noqa: E501 - a case is read best on one line
"""From a structure to an ordinary networkx graph and back, and from graphs of others."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from typing import Any

import networkx as nx
import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from structures import hierarchies

from govtree import Hierarchy
from govtree.errors import StructureError
from govtree.units import (
    Area,
    Body,
    BodyGroup,
    Branch,
    Building,
    Community,
    Flag,
    Grid,
    Group,
    Household,
    Membership,
    Person,
    Post,
    Relation,
    Tenure,
    Term,
)

DAY = dt.date(2024, 3, 1)

# -- there and back --------------------------------------------------------------------------------


@settings(max_examples=many(80))
@given(hierarchies())
def test_what_networkx_carries_comes_back(h: Hierarchy) -> None:
    """A hierarchy of its own networkx graph is the same hierarchy."""
    graph = h.to_networkx()

    assert Hierarchy.from_networkx(graph) == h
    assert Hierarchy.from_networkx(pickle.loads(pickle.dumps(graph))) == h
    assert type(graph) is nx.DiGraph
    assert not nx.is_frozen(graph)


@settings(max_examples=many(40))
@given(hierarchies())
def test_the_copy_shows_what_the_view_shows(h: Hierarchy) -> None:
    """Nodes and edges of the copy are those of the view, in the same order."""
    graph = h.to_networkx()

    assert list(graph.nodes(data=True)) == list(h.graph.nodes(data=True))
    assert list(graph.edges(data="relations")) == list(h.graph.edges(data="relations"))


def test_the_copy_carries_what_is_no_node() -> None:
    """Relations stand on their edges with mode and days, other tables beside the graph."""
    h = Hierarchy.from_records(
        [
            Branch(id="B-1", covers=["N-1"]),
            Grid(id="N-1", flags=["weak"]),
            Post(id="B-1/secretary", post="secretary", at="B-1"),
            Relation(relation="supervises", source="B-1", target="N-1", since=DAY),
            Relation(relation="supervises", source="B-1", target="N-1", mode="backstop"),
            Tenure(post="B-1/secretary", holder="p-1", since=DAY),
        ],
        name="Riverside",
        as_of=dt.date(2025, 6, 30),
    )
    graph = h.to_networkx()

    assert graph.edges["B-1", "N-1"] == {
        "relations": ("covers", "supervises"),
        "rows": [
            {"relation": "covers"},
            {"relation": "supervises", "since": DAY},
            {"relation": "supervises", "mode": "backstop"},
        ],
    }
    carried = graph.graph["govtree"]
    assert carried["facts"] == {"name": "Riverside", "as_of": "2025-06-30"}
    assert carried["tables"]["tenure"]["rows"] == [
        {"post": "B-1/secretary", "holder": "p-1", "since": DAY}
    ]
    assert carried["tables"]["person"]["rows"] == [{"id": "p-1"}]
    assert carried["tables"]["flag"]["rows"] == [{"unit": "N-1", "flag": "weak"}]
    assert Hierarchy.from_networkx(graph) == h


@pytest.mark.parametrize(
    "h",
    [
        Hierarchy.from_tables({"grid": {"id": ["N"], "community": [None], "name": [None]}}),
        Hierarchy.from_tables({"grid": {"id": [], "residents": []}, "person": {"id": []}}),
        Hierarchy.from_tables({"grid": {"id": ["N"], "residents": ["?"], "community": ["?"]}}),
        Hierarchy.from_tables({"household": {"id": ["1", "2"], "occupancy": ["?", "let"]}},
                              vocabularies={"occupancy": (Term("let"),)}),
        Hierarchy.from_tables({"branch": {"id": ["B"]}, "relation": {
            "relation": ["covers"], "source": ["B"], "target": ["?"]}}),
        Hierarchy.from_records([Community(id="C"), Grid(id="N", community="C"),
            Relation(relation="community", source="C", target="N"),
            Relation(relation="community", source="N", target="C")]),
        Hierarchy.from_records([Community(id="C"), Grid(id="N"),
            Relation(relation="community", source="C", target="N")]),
        Hierarchy.from_records([Grid(id="N"), Relation(relation="of", source="N", target="N")]),
        Hierarchy.from_records([Body(id="b", groups=["one"]), BodyGroup(body="b", group="two"),
            Membership(body="b", person="p"), Person(id="q", home="b")]),
        Hierarchy.from_records([Grid(id="N"), Flag(unit="N", flag="award", giver="", since=DAY)]),
        Hierarchy.from_records([Grid(id="N", name="", tags={"level": 3, "tags": 1})]),
        Hierarchy.from_records([Grid(id="N"), Post(id="s", post="worker", at="N"),
            Post(id="t", post="worker", at="N")], vocabularies={"post": (Term("worker", many=True),)}),
    ],
)  # fmt: skip
def test_rare_structures_come_back(h: Hierarchy) -> None:
    """Empty tables and columns, what is not known, and names used twice over survive."""
    assert Hierarchy.from_networkx(h.to_networkx()) == h


# -- graphs of others -----------------------------------------------------------------------------


def by_hand() -> nx.DiGraph[str]:
    """A graph such as one writes by hand."""
    graph: nx.DiGraph[str] = nx.DiGraph(name="by hand")
    graph.add_node("C", level="community")
    graph.add_node("B", level="branch", members=3)
    graph.add_node("G", level="group", tags={"alone": 2})
    graph.add_node("H", level="household")
    graph.add_node("N", level="grid", residents=5, name=None)
    graph.add_node("D", level="building")
    graph.add_node("A", level="area")
    graph.add_node("P", level="post", post="secretary")
    graph.add_edges_from(
        [("C", "B"), ("B", "G"), ("G", "H"), ("C", "N"), ("N", "D"), ("D", "H"), ("B", "P")]
    )
    graph.add_edges_from([("B", "N"), ("G", "D"), ("A", "C")])
    graph.add_edge("P", "N", relations=["serves", "appraises"])
    return graph


def test_edges_mean_what_the_levels_at_their_ends_say() -> None:
    """A graph of somebody else needs levels on its nodes, and names only on unusual edges."""
    h = Hierarchy.from_networkx(by_hand())

    assert h == Hierarchy.from_records(
        [
            Community(id="C"),
            Branch(id="B", parent="C", members=3, covers=["N"]),
            Group(id="G", parent="B", tags={"alone": 2}, covers=["D"]),
            Household(id="H", parent="G", building="D"),
            Grid(id="N", community="C", residents=5),
            Building(id="D", grid="N"),
            Area(id="A", communities=["C"]),
            Post(id="P", post="secretary", at="B", serves=["N"]),
            Relation(relation="appraises", source="P", target="N"),
        ]
    )


def test_views_and_json_are_read_too() -> None:
    """A view, a part of one, and what went through JSON are graphs like others."""
    h = Hierarchy.from_networkx(by_hand())
    through_json = nx.node_link_graph(json.loads(json.dumps(nx.node_link_data(h.to_networkx()))))

    assert Hierarchy.from_networkx(through_json) == h
    assert Hierarchy.from_networkx(h.graph) == h
    assert Hierarchy.from_networkx(h.spine).path("H") == ("C", "B", "G", "H")
    assert len(Hierarchy.from_networkx(h.graph.subgraph(["C", "N"]))) == 2


def with_nodes(*nodes: Any, **how: Any) -> nx.DiGraph[Any]:
    graph = by_hand()
    for node in nodes:
        graph.add_node(node, **how)
    return graph


def with_edge(upper: str, lower: str, **how: Any) -> nx.DiGraph[str]:
    graph = by_hand()
    graph.add_edge(upper, lower, **how)
    return graph


def skipping() -> nx.DiGraph[str]:
    graph = with_nodes("H2", level="household")
    graph.add_edge("B", "H2")
    return graph


def carrying(carried: object) -> nx.DiGraph[str]:
    graph = by_hand()
    graph.graph["govtree"] = carried
    return graph


BAD: list[tuple[str, Any, list[str]]] = [
    ("no graph", 5, ["graph: GT119"]),
    ("undirected", nx.Graph(by_hand()), ["graph: GT119"]),
    ("several edges a pair", nx.MultiDiGraph(by_hand()), ["graph: GT119"]),
    ("number as node", with_nodes(7, level="grid"), ["nodes[8]: GT120"]),
    ("tuple as node", with_nodes(("a", 1)), ["nodes[8]: GT120"]),
    ("no level", with_nodes("Z"), ["nodes['Z']:level: GT121"]),
    ("level of nothing", with_nodes("Z", level="moon"), ["nodes['Z']:level: GT115"]),
    ("level of a person", with_nodes("Z", level="person"), ["nodes['Z']:level: GT115"]),
    ("strange level", with_nodes("Z", level=["grid"]), ["nodes['Z']:level: GT115"]),
    ("unknown field", with_nodes("N", color="red"), ["nodes['N']:color: GT116"]),
    ("text as number", with_nodes("N", residents="many"), ["nodes['N']:residents: GT040"]),
    ("number below 0", with_nodes("N", residents=-1), ["nodes['N']:residents: GT041"]),
    ("infinite", with_nodes("N", x=float("inf")), ["nodes['N']:x: GT044"]),
    ("object as reference", with_nodes("D", compound=object()), ["nodes['D']:compound: GT048"]),
    ("another id", with_nodes("N", id="M"), ["nodes['N']:id: GT116"]),
    ("empty id", with_nodes("", level="grid"), ["nodes['']: GT109"]),
    ("id with a NUL", with_nodes("a\0", level="grid"), ["nodes['a\\x00']:id: GT058"]),
    ("dangling", with_nodes("D", compound="X"), ["nodes['D']:compound: GT102"]),
    ("two parents", with_edge("C", "G"), ["edges['B', 'G']:parent: GT122"]),
    ("two grids", with_nodes("D", grid="M"), ["edges['N', 'D']:grid: GT122"]),
    ("level skipped", skipping(), ["nodes['H2']:parent: GT106"]),
    ("edge to nothing", with_edge("C", "H2"), ["nodes['H2']:level: GT121"]),
    ("upside down", with_edge("D", "N"), ["edges['D', 'N']: GT123"]),
    ("stranger", with_edge("A", "D"), ["edges['A', 'D']: GT123"]),
    ("own parent", with_edge("C", "C"), ["nodes['C']:parent: GT105"]),
    ("circle", with_edge("H", "C"), ["nodes['B']:parent: GT104"]),
    ("weight", with_edge("C", "B", weight=1), ["edges['C', 'B']:weight: GT116"]),
    ("strange names", with_edge("C", "B", relations=5), ["edges['C', 'B']:relations: GT118"]),
    ("names of numbers", with_edge("C", "B", relations=[5]), ["edges['C', 'B']:relations: GT118"]),
    ("wrong field", with_edge("B", "N", relations="community"), ["edges['B', 'N']:community: GT122"]),
    ("wrong ends", with_edge("N", "B", relations="covers"), ["edges['N', 'B']:source: GT103", "edges['N', 'B']:target: GT103"]),
    ("strange rows", with_edge("C", "B", rows=5), ["edges['C', 'B']:rows: GT118"]),
    ("row of numbers", with_edge("C", "B", rows=[5]), ["edges['C', 'B']: GT118"]),
    ("unknown part of a row", with_edge("B", "N", rows=[{"relation": "covers", "no": 1}]), ["edges['B', 'N']:no: GT116"]),
    ("text as day", with_edge("B", "N", rows=[{"relation": "covers", "since": "2024"}]), ["edges['B', 'N']:since: GT045"]),
    ("carried list", carrying([1]), ["graph['govtree']: GT118"]),
    ("carried stranger", carrying({"else": 1}), ["graph['govtree']:else: GT116"]),
    ("carried facts", carrying({"facts": {"name": 5}}), ["facts:name: GT118"]),
    ("carried levels", carrying({"facts": {"levels": []}}), ["levels: GT114"]),
    ("carried zone", carrying({"facts": {"time_zone": "Asia/Nowhere"}}), ["time_zone: GT113"]),
    ("carried table", carrying({"tables": {"moon": {}}}), ["tables: GT115"]),
    ("carried column", carrying({"tables": {"grid": {"columns": ["color"]}}}), ["grid:color: GT116"]),
    ("carried columns", carrying({"tables": {"grid": {"columns": 5}}}), ["grid:columns: GT118"]),
    ("carried rows", carrying({"tables": {"person": {"rows": 5}}}), ["person:rows: GT118"]),
    ("carried row", carrying({"tables": {"person": {"rows": [5]}}}), ["person[0]: GT118"]),
    ("carried cell", carrying({"tables": {"tenure": {"rows": [{"post": "P", "holder": "p", "since": 5}]}}}), ["tenure[0]:since: GT045"]),
    ("carried twice", carrying({"tables": {"grid": {"rows": [{"id": "N"}]}}}), ["grid[0]:id: GT101"]),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "expected"), [each[1:] for each in BAD], ids=[e[0] for e in BAD])
def test_bad_graphs_are_refused_with_every_problem(graph: Any, expected: list[str]) -> None:
    """Whatever is wrong with a graph has its code, and its node or edge."""
    try:
        Hierarchy.from_networkx(graph)
        found = []
    except StructureError as error:
        found = [f"{each.where}: {each.code}" for each in error.problems]

    assert found == expected


def test_all_problems_of_a_graph_are_told_at_once() -> None:
    """Nodes and edges are all looked at, whatever is wrong with the first ones."""
    graph = with_nodes("Z", 7)
    graph.nodes["N"][3] = 4
    graph.nodes["N"]["residents"] = "?!"
    graph.add_edge("Z", "C")
    graph.add_edge("C", "G")

    with pytest.raises(StructureError) as caught:
        Hierarchy.from_networkx(graph)
    assert [each.code for each in caught.value.problems] == [
        "GT122", "GT116", "GT040", "GT121", "GT120",
    ]  # fmt: skip


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.binary(max_size=2),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(st.sampled_from(["relation", "rows", "columns", "id", "mode", "x"]), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
KEYS = st.sampled_from(
    ["level", "name", "x", "parent", "tags", "flags", "covers", "relations", "rows", "fields"]
)
IDS = st.sampled_from(["a", "b", "c", "\ud800", 7, ("t",)])


@settings(max_examples=many(150))
@given(
    st.lists(st.tuples(IDS, st.sampled_from(["grid", "branch", "group", "post", "moon", None]),
                       st.dictionaries(KEYS, JUNK, max_size=2)), max_size=5),
    st.lists(st.tuples(IDS, IDS, st.dictionaries(KEYS, JUNK, max_size=2)), max_size=5),
    st.none() | st.dictionaries(st.sampled_from(["facts", "tables", "x"]),
                                JUNK | st.dictionaries(st.sampled_from(["grid", "name"]), JUNK)),
)  # fmt: skip
def test_no_graph_gives_a_traceback(nodes: Any, edges: Any, carried: Any) -> None:
    """Whatever stands in a graph, it is a hierarchy or a list of problems."""
    graph: nx.DiGraph[Any] = nx.DiGraph()
    for node, level, data in nodes:
        graph.add_node(node, **({"level": level} | data))
    for upper, lower, data in edges:
        graph.add_edges_from([(upper, lower, data)])
    if carried is not None:
        graph.graph["govtree"] = carried

    try:
        h = Hierarchy.from_networkx(graph)
    except StructureError as error:
        assert all(each.render() and each.render("zh") for each in error.problems)
    else:
        assert Hierarchy.from_networkx(h.to_networkx()) == h
