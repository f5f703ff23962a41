"""Building, looking up and adding up, beside networkx and anytree in the same run."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import networkx as nx
import peers
import population
from figure import Figure, Sample, share_of_time, taking_turns, times_as_fast

import govtree

#: Look-ups of which the time is taken; enough to leave the caches of the processor.
LOOKUPS = 200_000
#: Ancestors that networkx finds one by one; a million would take minutes.
SAMPLED = 20_000


def _handed_in(tables: dict[str, population.Columns]) -> dict[str, dict[str, Any]]:
    """Return the tables under the names that a hierarchy has, numbers as numbers."""
    names = {
        "communities": "community",
        "branches": "branch",
        "groups": "group",
        "buildings": "building",
        "households": "household",
    }
    return {
        names[section]: {
            name: [int(cell) for cell in cells] if name.startswith(("tags.", "res")) else cells
            for name, cells in columns.items()
        }
        for section, columns in tables.items()
    }


def building(households: int, repeats: int) -> list[Figure]:
    """Return the figures of building from lists, in order and shuffled."""
    figures = []
    for shuffled, least in ((False, 15), (True, 8)):
        tables = population.tables(households, shuffled=shuffled)
        handed_in = _handed_in(tables)
        samples = taking_turns(
            {
                "govtree": lambda given=handed_in: govtree.Hierarchy.from_tables(given),
                "networkx": lambda given=tables: peers.networkx_from_tables(given),
            },
            repeats,
        )
        order = "shuffled" if shuffled else "in order of id"
        figures.append(times_as_fast(f"build and check from lists, {order}", samples, least=least))
    return figures


def reading(folder: Path, repeats: int) -> list[Figure]:
    """Return the figure of reading the structure from its files."""
    samples = taking_turns(
        {
            "govtree": lambda: govtree.load(folder),
            "networkx": lambda: peers.networkx_from_csv(folder),
        },
        repeats,
    )
    return [times_as_fast("read and check from CSV", samples, least=8)]


def asking(folder: Path, households: int, repeats: int) -> list[Figure]:
    """Return the figures of paths and counts."""
    h = govtree.load(folder).hierarchy
    tables = population.tables(households)
    graph = peers.networkx_from_tables(tables)
    nodes = peers.anytree_from_tables(tables)
    draw = random.Random(2)
    ids = draw.sample(tables["households"]["id"], min(LOOKUPS, households))
    del tables
    few = ids[:1_000]
    figures = []
    for temper, asked, times in (("cold", ids, 1), ("hot", few, 100)):
        lookups = len(asked) * times

        def ours(asked: list[str] = asked, times: int = times) -> None:
            path = h.path
            for _ in range(times):
                for id in asked:
                    path(id)

        def anytrees(asked: list[str] = asked, times: int = times) -> None:
            for _ in range(times):
                for id in asked:
                    tuple(node.name for node in nodes[id].path)

        samples = taking_turns({"govtree": ours, "anytree": anytrees}, repeats)
        figures.append(
            share_of_time(
                f"one path to the top, {temper}",
                samples,
                most=0.6,
                scale=1e6 / lookups,
                unit="µs",
            )
        )
    shuffled = h.ids("household")
    draw.shuffle(shuffled)
    rows = h.rows("household", shuffled)
    sampled = shuffled[:SAMPLED]
    samples = taking_turns(
        {
            "from rows": lambda: h.arrays.path("household", rows),
            "from ids": lambda: h.arrays.path("household", h.rows("household", shuffled)),
            "networkx": lambda: [nx.ancestors(graph, id) for id in sampled],
        },
        repeats,
    )
    scaled = Sample(
        tuple(each * len(shuffled) / len(sampled) for each in samples["networkx"].values)
    )
    peer = "networkx.ancestors one by one, from a sample,"
    for what, least in (("from rows", 500), ("from ids", 25)):
        figures.append(
            times_as_fast(
                f"paths of all households, {what}",
                {"govtree": samples[what], peer: scaled},
                least=least,
            )
        )
    samples = taking_turns(
        {
            "govtree": lambda: h.arrays.households("community"),
            "networkx": lambda: _counted(graph),
        },
        repeats,
    )
    figures.append(times_as_fast("household counts of all communities", samples, least=500))
    return figures


def _counted(graph: Any) -> dict[str, int]:
    """Return the leaves under each community, added up from the leaves."""
    counts: dict[str, int] = {}
    for node in reversed(list(nx.topological_sort(graph))):
        below = graph.succ[node]
        counts[node] = sum(counts[each] for each in below) if below else 1
    return {node: counts[node] for node in graph if graph.in_degree(node) == 0}
