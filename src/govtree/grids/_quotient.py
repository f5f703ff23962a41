"""Grids as units of their own, so that what divides buildings divides grids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from govtree._adjacency import Neighbors
from govtree.errors import OutOfRangeError
from govtree.grids._map import BuildingMap

if TYPE_CHECKING:
    from govtree.grids._partition import Partition

__all__ = ["centres", "community_of_grids", "main_of_grids", "quotient", "sum_by_grid"]


def quotient(partition: Partition, weight: str | ArrayLike = "grids") -> BuildingMap:
    """Return the map whose units are the grids of *partition*.

    Two grids are neighbors where two of their units are, and the line between is soft where
    it is between all of these. A grid belongs to a compound if all its units do; its place is
    the centre of its units, weighted.

    Args:
        partition: Grids over buildings.
        weight: What is counted in each: ``grids`` (one each), ``households`` (what the
            partition counts), or whole numbers, one a grid, in the order of
            ``partition.grids``.

    Raises:
        OutOfRangeError: If *weight* is none of these.

    >>> from govtree.grids import Partition
    >>> street = {"id": ["D-1", "D-2", "D-3"], "households": [100, 200, 310]}
    >>> beside = [("D-1", "D-2"), ("D-2", "D-3")]
    >>> plan = Partition.from_labels(
    ...     street, {"D-1": "N-1", "D-2": "N-1", "D-3": "N-2"}, pairs=beside
    ... )
    >>> map = quotient(plan, "households")
    >>> map.ids, map.weight.tolist(), len(map.neighbors)
    (('N-1', 'N-2'), [300, 310], 1)
    """
    map, grid, ids = partition.map, partition.grid, partition.grids
    # Rows of a map stand in order of id.
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
    row = np.empty(len(ids), np.int32)
    row[order] = np.arange(len(ids), dtype=np.int32)
    # Today's grids may leave buildings out; those are in no branch either.
    of = np.where(grid >= 0, row[grid], np.int32(-1))
    x, y = centres(map, of, len(ids))
    community = main_of_grids(map.community, map.weight, of, len(ids))
    compound = _only(map.compound, of, len(ids))
    return BuildingMap(
        ids=tuple(ids[at] for at in order.tolist()),
        weight=_weights(partition, weight)[order],
        count="grids" if isinstance(weight, str) and weight == "grids" else map.count,
        community=community,
        communities=map.communities,
        compound=compound,
        compounds=map.compounds,
        priority=sum_by_grid(map.priority, of, len(ids)),
        x=x,
        y=y,
        outlines=None,
        neighbors=_between(map.neighbors, of, community, x, y),
        crs=map.crs,
        metric=map.metric,
        notes=map.notes,
        level="branch",
        barriers=map.barriers,
    )


def sum_by_grid(
    values: NDArray[np.int64], grid: NDArray[np.int32], grids: int
) -> NDArray[np.int64]:
    """Return the sum of *values* in each grid, exactly."""
    answer = np.zeros(grids, np.int64)
    np.add.at(answer, grid[grid >= 0], values[grid >= 0])
    return answer


def community_of_grids(partition: Partition) -> NDArray[np.int32]:
    """Return the community of each grid; of a plan made by hand, that of most of it."""
    map = partition.map
    return main_of_grids(map.community, map.weight, partition.grid, len(partition.grids))


def main_of_grids(
    code: NDArray[np.int32],
    weight: NDArray[np.int64],
    grid: NDArray[np.int32],
    grids: int,
    *,
    is_majority: bool = False,
) -> NDArray[np.int32]:
    """Return the code that most of each grid has.

    Most of what is counted, then most units, then the smallest code.

    Args:
        code: Of each unit.
        weight: Of each unit.
        grid: Of each unit.
        grids: How many there are.
        is_majority: Whether it has to be more than half of what is counted, or of the units
            where nothing is; else the answer is -1.
    """
    placed = grid >= 0
    code, weight, grid = code[placed], weight[placed], grid[placed]
    pairs, at = np.unique(np.stack([grid, code]), axis=1, return_inverse=True)
    held = np.bincount(at.ravel(), weights=weight, minlength=pairs.shape[1])
    units = np.bincount(at.ravel(), minlength=pairs.shape[1])
    order = np.lexsort((pairs[1], -units, -held, pairs[0]))
    found, first = np.unique(pairs[0][order], return_index=True)
    best = order[first]
    answer = np.full(grids, -1, np.int32)
    answer[found] = pairs[1][best]
    if is_majority:
        total = np.bincount(grid, weights=weight, minlength=grids)[found]
        number = np.bincount(grid, minlength=grids)[found]
        half = np.where(total > 0, 2 * held[best] > total, 2 * units[best] > number)
        answer[found[~half]] = -1
    return answer


def _only(code: NDArray[np.int32], grid: NDArray[np.int32], grids: int) -> NDArray[np.int32]:
    """Return the code that all units of each grid have; -1 where they differ."""
    low = np.full(grids, np.iinfo(np.int32).max, np.int32)
    high = np.full(grids, -1, np.int32)
    placed = grid >= 0
    np.minimum.at(low, grid[placed], code[placed])
    np.maximum.at(high, grid[placed], code[placed])
    return np.where(low == high, high, np.int32(-1))


def centres(
    map: BuildingMap, grid: NDArray[np.int32], grids: int
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
    """Return the centre of each grid, weighted; two times None where no positions are known."""
    if map.x is None or map.y is None:
        return None, None
    placed = grid >= 0
    grid, weight = grid[placed], map.weight[placed]
    held = sum_by_grid(weight, grid, grids)
    # Where nothing is counted, each unit weighs the same.
    share = np.where(held[grid] > 0, weight, 1).astype(np.float64)
    total = np.bincount(grid, weights=share, minlength=grids)
    total[total == 0] = 1
    return (
        np.bincount(grid, weights=share * map.x[placed], minlength=grids) / total,
        np.bincount(grid, weights=share * map.y[placed], minlength=grids) / total,
    )


def _between(
    pairs: Neighbors,
    grid: NDArray[np.int32],
    community: NDArray[np.int32],
    x: NDArray[np.float64] | None,
    y: NDArray[np.float64] | None,
) -> Neighbors:
    one, other = grid[pairs.u], grid[pairs.v]
    # In a plan made by hand a grid may hold two communities; branches leave none.
    kept = (one != other) & (one >= 0) & (other >= 0)
    kept &= community[one] == community[other]
    low, high = np.minimum(one, other)[kept], np.maximum(one, other)[kept]
    kind, far = pairs.kind[kept], pairs.length[kept]
    # The smallest kind is none at all: one way without a line is enough.
    order = np.lexsort((far, kind, high, low))
    low, high, kind, far = low[order], high[order], kind[order], far[order]
    first = np.ones(len(low), np.bool_)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    low, high, kind, far = low[first], high[first], kind[first], far[first]
    if x is not None and y is not None:
        far = np.hypot(x[low] - x[high], y[low] - y[high])
    # Only the kinds that there are between grids.
    found = Neighbors(len(community), low, high, far, kind, pairs.kinds)
    return found.where(np.ones(len(low), np.bool_))


def _weights(partition: Partition, weight: str | ArrayLike) -> NDArray[np.int64]:
    grids = len(partition.grids)
    if isinstance(weight, str):
        if weight == "grids":
            return np.ones(grids, np.int64)
        if weight == "households":
            return sum_by_grid(partition.map.weight, partition.grid, grids)
        raise OutOfRangeError(
            f"weight is '{weight}'; it is 'grids', 'households' or whole numbers, one a grid"
        )
    given = np.asarray(weight)
    if given.shape != (grids,) or given.dtype.kind not in "iu" or (given < 0).any():
        raise OutOfRangeError(f"weight has to be {grids:,} whole numbers, 0 or more, one a grid")
    return given.astype(np.int64)
