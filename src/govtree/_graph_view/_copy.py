"""An ordinary networkx graph that carries everything that a structure states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from govtree._columns import UNKNOWN, References, Sheet
from govtree._graph_view._cells import readers
from govtree._graph_view._net import Net
from govtree._rows import UNKNOWN_CELL
from govtree.facts import Facts
from govtree.units import BESIDE, TERRITORY

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["CARRIED", "to_networkx"]

#: Where a graph keeps what is neither node nor edge.
CARRIED = "govtree"


def to_networkx(sheets: Mapping[str, Sheet], facts: Facts) -> nx.DiGraph[str]:
    """Return an ordinary networkx graph that carries everything, as a copy.

    Nodes and edges are those of the view. An edge has in ``rows`` its rows of the table of
    relations, each with its mode and its days. ``graph.graph["govtree"]`` has under ``facts``
    what holds of the whole, and under ``tables``, for each table that was given, its
    ``columns`` (even those in which nothing stands) and the ``rows`` that are neither nodes nor
    edges, as mappings from field to value.

    Args:
        sheets: Tables by name.
        facts: What is true of the structure besides its tables.
    """
    import networkx as nx

    net = Net(sheets, facts.levels, (*(each.table for each in facts.levels), *TERRITORY, *BESIDE))
    graph = nx.DiGraph()
    for names, attributes in net.all_attributes():
        graph.add_nodes_from(zip(names, map(dict, attributes), strict=True))
    # One text for a node, wherever it stands.
    one = {name: name for name in graph}
    joins, loose = _joins(net, sheets)
    for names, lists, shared in net.all_below():
        for upper, each in zip(names, lists, strict=True):
            for lower in each:
                told = dict(each[lower] if shared is None else shared)
                if (upper, lower) in joins:
                    told |= _of_rows(net, upper, lower, joins[upper, lower])
                graph.add_edge(one[upper], one[lower], **told)
    tables: dict[str, dict[str, Any]] = {}
    for name, sheet in sheets.items():
        tables[name] = {"columns": sorted(sheet.columns)}
        if name == "relation":
            tables[name]["rows"] = loose
        elif sheet.ids is None or name == "person":
            tables[name]["rows"] = list(_rows(sheet, sheets, facts))
    graph.graph[CARRIED] = {"facts": facts.to_plain(), "tables": tables}
    return graph


def _of_rows(net: Net, upper: str, lower: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what an edge has that relations make, besides their names."""
    told: dict[str, Any] = {"rows": rows}
    number, above = net.find(lower), net.find(upper)
    kind = net.kind(number)
    fields = {up.column for up in kind.up if up.first + up.at[number - kind.first] == above}
    # A relation may have the name of a field: then the edge says that it is the field too.
    both = sorted(fields & {row["relation"] for row in rows})
    return told | {"fields": tuple(both)} if both else told


def _joins(
    net: Net, sheets: Mapping[str, Sheet]
) -> tuple[dict[tuple[str, str], list[dict[str, Any]]], list[dict[str, Any]]]:
    """Return the rows of the table of relations by edge, and those that are no edge."""
    joins: dict[tuple[str, str], list[dict[str, Any]]] = {}
    loose = []
    if "relation" in sheets:
        for row in _rows(sheets["relation"], sheets, Facts(levels=net.levels)):
            ends = (row.get("source"), row.get("target"))
            if UNKNOWN_CELL in ends:
                loose.append(row)
            else:
                pair = (row.pop("source"), row.pop("target"))
                joins.setdefault(pair, []).append(row)
    return joins, loose


def _rows(sheet: Sheet, sheets: Mapping[str, Sheet], facts: Facts) -> Iterator[dict[str, Any]]:
    """Give the rows of a table as mappings, ids in the place of row numbers."""
    length = len(sheet)
    columns: dict[str, list[Any]] = {}
    if sheet.ids is not None:
        columns["id"] = list(sheet.ids.tolist())
    plain = dict(readers(sheet, facts.levels))
    for name, stored in sheet.columns.items():
        if isinstance(stored, References):
            columns[name] = _ids(stored, length, sheets)
        else:
            columns[name] = list(plain[name].some(0, length))
    for row in range(length):
        yield {name: cells[row] for name, cells in columns.items() if cells[row] is not None}


def _ids(column: References, length: int, sheets: Mapping[str, Sheet]) -> list[Any]:
    cells: list[Any] = [None] * length
    for table, rows in column.targets.items():
        for row in np.flatnonzero(rows == UNKNOWN).tolist():
            cells[row] = UNKNOWN_CELL
        # What is not known may be in a table that nobody gave.
        ids = sheets[table].ids if table in sheets else None
        if ids is not None:
            given = np.flatnonzero(rows >= 0)
            for row, id in zip(given.tolist(), ids.texts(rows[given]), strict=True):
                cells[row] = id
    return cells
