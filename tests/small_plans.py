"""Small plans of grids to staff and to make branches of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from govtree._adjacency import Neighbors
from govtree.grids import Bounds, BuildingMap, Partition

__all__ = ["map_of", "plan_of"]


def map_of(
    weight: Sequence[int],
    *,
    ids: Sequence[str] | None = None,
    community: Sequence[int] | None = None,
    compound: Sequence[int] | None = None,
    priority: Sequence[int] | None = None,
    pairs: Sequence[tuple[int, int]] | None = None,
    kind: Sequence[str | None] | None = None,
) -> BuildingMap:
    """Return buildings in a row, each beside the next of its community, 10 m apart."""
    length = len(weight)
    where = np.array([0] * length if community is None else community, np.int32)
    behind = np.array([-1] * length if compound is None else compound, np.int32)
    if pairs is None:
        pairs = [(at, at + 1) for at in range(length - 1) if where[at] == where[at + 1]]
    u, v = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return BuildingMap(
        ids=tuple(ids or (f"H-{at:03}" for at in range(length))),
        weight=np.array(weight, np.int64),
        count="households",
        community=where,
        communities=tuple(f"C-{at}" for at in range(int(where.max(initial=-1)) + 1)),
        compound=behind,
        compounds=tuple(f"X-{at}" for at in range(int(behind.max(initial=-1)) + 1)),
        priority=np.array([0] * length if priority is None else priority, np.int64),
        x=np.arange(length) * 10.0,
        y=np.zeros(length),
        outlines=None,
        neighbors=Neighbors.of(length, u, v, kind=kind),
    )


def plan_of(
    map: BuildingMap, grid: Sequence[int] | None = None, bounds: Bounds | None = None
) -> Partition:
    """Return a plan; without numbers of grids each building is one."""
    codes = np.arange(len(map)) if grid is None else np.array(grid)
    names = {each: f"N-{each:03}" for each in codes.tolist()}
    return Partition.drawn(map, codes, bounds or Bounds.between(0, 10_000), names=names)
