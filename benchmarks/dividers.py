"""Other libraries, each dividing a town in its best way; run each in a process of its own.

Each function gets a town, how many grids each part behind hard barriers shall have, and a seed,
makes its own graph first, and returns the seconds of the division alone and the grid of each
building.
"""

from __future__ import annotations

import random
import time
import warnings
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from towns import Town

Divided = tuple[float, NDArray[np.int64]]
#: How much a pair with no line between weighs beside one with a soft line.
INNER = 10


def parts(
    town: Town, grids: NDArray[np.int64]
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Yield of each part: its number of grids, its buildings, and its pairs (rows of u, v)."""
    count, part = town.components()
    buildings = np.split(np.argsort(part, kind="stable"), np.cumsum(np.bincount(part))[:-1])
    pair = part[town.u]
    pairs = np.split(np.argsort(pair, kind="stable"), np.cumsum(np.bincount(pair, minlength=count)))
    for number in range(count):
        # More grids than buildings is more than any of them can make.
        yield (
            int(min(grids[number], len(buildings[number]))),
            buildings[number],
            pairs[number],
        )


def gerrychain(
    town: Town,
    grids: NDArray[np.int64],
    seed: int = 1,
    *,
    surcharge: float = 1.0,
    attempts: int = 1000,
    begins: int = 8,
) -> Divided:
    """GerryChain's recursive_tree_part, with a surcharge for cells.

    Its tolerance is as wide as the bounds of the town allow around the mean of the part; where
    it gives up, it begins anew, and at last is asked with a wider one, so that a plan stands.
    """
    import networkx as nx
    from gerrychain import Graph
    from gerrychain.partition import recursive_tree_part
    from gerrychain.tree import bipartition_tree

    warnings.simplefilter("ignore")
    lowest, highest = town.bounds
    ready = []
    for count, buildings, pairs in parts(town, grids):
        graph = nx.Graph()
        for row in buildings.tolist():
            graph.add_node(row, weight=int(town.weight[row]), cell=int(town.cell[row]))
        graph.add_edges_from(zip(town.u[pairs].tolist(), town.v[pairs].tolist(), strict=True))
        ready.append((count, buildings, Graph.from_networkx(graph)))
    labels = np.zeros(len(town), np.int64)
    draw = random.Random(seed)
    begin, used = time.perf_counter(), 0
    way = partial(bipartition_tree, max_attempts=attempts, region_surcharge={"cell": surcharge})
    for count, buildings, graph in ready:
        mean = town.weight[buildings].sum() / count
        if count == 1 or mean == 0:
            labels[buildings] = used
            used += 1
            continue
        within = min(1 - lowest / mean, highest / mean - 1)
        wider = [each for each in (town.tolerance, 0.4, 0.8, 2.0) if each > max(within, 0)]
        for tolerance in [within] * (begins if within > 0 else 0) + wider:
            try:
                found = recursive_tree_part(
                    graph, range(count), mean, "weight", tolerance, 0, way, rng=draw
                )
            except Exception:  # noqa: BLE001 it says in several ways that it has given up
                continue
            named = graph.original_nx_node_id_for_internal_node_id
            labels[[named(node) for node in found]] = used + np.array(list(found.values()))
            break
        used += count
    return time.perf_counter() - begin, labels


def pymetis(
    town: Town, grids: NDArray[np.int64], seed: int = 1, *, slack: int = 100, **options: int
) -> Divided:
    """METIS by pymetis, contiguous, with heavy inner pairs."""
    import pymetis

    row = np.empty(len(town), np.int64)
    ready: list[Any] = []
    for count, buildings, pairs in parts(town, grids):
        row[buildings] = np.arange(len(buildings))
        u, v = row[town.u[pairs]], row[town.v[pairs]]
        weight = np.where(town.soft[pairs], 1, INNER)
        one, other = np.concatenate([u, v]), np.concatenate([v, u])
        order = np.argsort(one, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(one, minlength=len(buildings)))])
        told = {
            "xadj": starts,
            "adjncy": other[order],
            "vweights": town.weight[buildings],
            "eweights": np.tile(weight, 2)[order],
        }
        ready.append((count, buildings, told))
    how = pymetis.Options(seed=seed, ufactor=slack, contig=1, **options)
    labels = np.zeros(len(town), np.int64)
    begin, used = time.perf_counter(), 0
    for count, buildings, told in ready:
        if count > 1:
            labels[buildings] = pymetis.part_graph(count, recursive=False, options=how, **told)[1]
        labels[buildings] += used
        used += count
    return time.perf_counter() - begin, labels


def spopt(town: Town, grids: NDArray[np.int64], seed: int = 1, *, way: str = "Skater") -> Divided:
    """One of spopt's ways, told positions and households; it knows no bounds."""
    import geopandas
    from libpysal.weights import W
    from spopt import region

    warnings.simplefilter("ignore")
    np.random.seed(seed)  # noqa: NPY002 what spopt draws from
    ready = []
    for count, buildings, pairs in parts(town, grids):
        beside: dict[int, list[int]] = {row: [] for row in range(len(buildings))}
        row = dict(zip(buildings.tolist(), range(len(buildings)), strict=True))
        for u, v in zip(town.u[pairs].tolist(), town.v[pairs].tolist(), strict=True):
            beside[row[u]].append(row[v])
            beside[row[v]].append(row[u])
        frame = geopandas.GeoDataFrame(
            {"x": town.x[buildings], "y": town.y[buildings], "weight": town.weight[buildings]},
            geometry=geopandas.points_from_xy(town.x[buildings], town.y[buildings]),
        )
        ready.append((count, buildings, frame, W(beside, silence_warnings=True)))
    labels = np.zeros(len(town), np.int64)
    begin, used = time.perf_counter(), 0
    for count, buildings, frame, beside in ready:
        if count > 1:
            if way == "RegionKMeans":
                model = region.RegionKMeansHeuristic(
                    frame[["x", "y"]].to_numpy(), count, beside, seed=seed
                )
            elif way == "AZP":
                model = region.AZP(frame, beside, ["x", "y"], count, random_state=seed)
            elif way == "Ward":
                model = region.WardSpatial(frame, beside, ["x", "y"], count)
            else:
                model = region.Skater(frame, beside, ["x", "y"], count)
            model.solve()
            labels[buildings] = np.asarray(model.labels_)
        labels[buildings] += used
        used = int(labels[buildings].max()) + 1
    return time.perf_counter() - begin, labels
