"""The same place in other libraries, each built the way its documentation builds a tree."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from population import Columns

#: Attributes that every peer keeps of a household.
KEPT = ("building", "residents", "tags.living_alone", "tags.empty_nest", "tags.let")

SECTIONS = ("communities", "branches", "groups", "households")


def networkx_from_tables(tables: dict[str, Columns]) -> Any:
    """Return a DiGraph, an edge a parent, and check that every parent is there."""
    import networkx as nx

    graph = nx.DiGraph()
    for section in SECTIONS:
        columns = tables[section]
        parents = columns.get("parent")
        others = [(name, columns[name]) for name in KEPT if name in columns]
        for row, id in enumerate(columns["id"]):
            if id in graph:
                raise ValueError(f"{id} is used twice")
            graph.add_node(id, **{name: cells[row] for name, cells in others})
            if parents is not None:
                if parents[row] not in graph:
                    raise ValueError(f"{parents[row]} is not there")
                graph.add_edge(parents[row], id)
    return graph


def read(folder: Path) -> dict[str, Columns]:
    """Return the tables in *folder* as columns, read by the standard library."""
    tables = {}
    for section in (*SECTIONS, "buildings"):
        with (folder / f"{section}.csv").open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream)
            header = next(reader)
            tables[section] = dict(zip(header, map(list, zip(*reader, strict=True)), strict=True))
    return tables


def networkx_from_csv(folder: Path) -> Any:
    """Return the graph of the rows of the files, one by one."""
    import networkx as nx

    graph = nx.DiGraph()
    for section in SECTIONS:
        with (folder / f"{section}.csv").open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                id, parent = row["id"], row.get("parent")
                if id in graph:
                    raise ValueError(f"{id} is used twice")
                graph.add_node(id, **{name: row[name] for name in KEPT if name in row})
                if parent is not None:
                    if parent not in graph:
                        raise ValueError(f"{parent} is not there")
                    graph.add_edge(parent, id)
    return graph


def anytree_from_tables(tables: dict[str, Columns]) -> Any:
    """Return the nodes of anytree by id."""
    from anytree import Node

    nodes: dict[str, Any] = {"": Node("")}
    for section, row, id, parent in _rows(tables):
        told = {name: tables[section][name][row] for name in KEPT if name in tables[section]}
        nodes[id] = Node(id, parent=nodes[parent], **told)
    return nodes


def bigtree_from_tables(tables: dict[str, Columns]) -> Any:
    """Return the nodes of bigtree by id."""
    from bigtree import Node

    nodes: dict[str, Any] = {"": Node("root")}
    for section, row, id, parent in _rows(tables):
        told = {name: tables[section][name][row] for name in KEPT if name in tables[section]}
        # Its names are parts of paths: a slash would be read as two nodes.
        nodes[id] = Node(id.replace("/", "|"), parent=nodes[parent], **told)
    return nodes


def treelib_from_tables(tables: dict[str, Columns]) -> Any:
    """Return a tree of treelib."""
    from treelib import Tree

    tree = Tree()
    tree.create_node("", "")
    for section, row, id, parent in _rows(tables):
        told = {name: tables[section][name][row] for name in KEPT if name in tables[section]}
        tree.create_node(id, id, parent=parent, data=told)
    return tree


def rustworkx_from_tables(tables: dict[str, Columns]) -> Any:
    """Return a graph of rustworkx, and the index of each id, which it does not keep itself."""
    import rustworkx as rx

    graph = rx.PyDiGraph()
    index = {"": graph.add_node({})}
    for section, row, id, parent in _rows(tables):
        told = {name: tables[section][name][row] for name in KEPT if name in tables[section]}
        index[id] = graph.add_child(index[parent], {"id": id, **told}, None)
    return graph, index


def _rows(tables: dict[str, Columns]) -> Any:
    for section in SECTIONS:
        columns = tables[section]
        parents = columns.get("parent") or [""] * len(columns["id"])
        for row, (id, parent) in enumerate(zip(columns["id"], parents, strict=True)):
            yield section, row, id, parent


#: Builders by name, from tables as columns of text.
BUILDERS = {
    "networkx": networkx_from_tables,
    "anytree": anytree_from_tables,
    "bigtree": bigtree_from_tables,
    "treelib": treelib_from_tables,
    "rustworkx": rustworkx_from_tables,
}
