"""One judge for every plan, whoever made it; numpy and scipy only, nothing of govtree.

>>> import numpy as np
>>> from towns import county
>>> town = county()
>>> everybody = judge(town, np.zeros(len(town), int))
>>> everybody.grids, everybody.broken, everybody.hard_crossed == town.components()[0] - 1
(1, 1, True)
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from towns import Town


@dataclass(frozen=True)
class Verdict:
    """What a plan is worth.

    Attributes:
        grids: How many grids it has.
        broken: How many of them do not hang together.
        hard_crossed: Parts that hard barriers leave, over all grids, beyond the first of each.
        communities_left: The same of communities.
        out: Grids that are not within bounds.
        floor: The least number of grids out of bounds that any plan has, with any number of
            grids; by arithmetic, blind to who lies beside whom.
        floor_as_given: The same for as many grids in each part as this plan has.
        cells_crossed: Cells over all grids, beyond the first of each.
        inner_cut: Share of the pairs inside a cell whose two buildings are in two grids.
        mean_deviation: Of the size of a grid from the target, as a share of the target.
        least_mean_deviation: The least that as many grids in each part leave, by arithmetic.
        largest_deviation: The deviation of the grid that is farthest off.
    """

    grids: int
    broken: int
    hard_crossed: int
    communities_left: int
    out: int
    floor: int
    floor_as_given: int
    cells_crossed: int
    inner_cut: float
    mean_deviation: float
    least_mean_deviation: float
    largest_deviation: float

    def as_dict(self) -> dict[str, float]:
        """Return the figures by name."""
        return asdict(self)


def judge(town: Town, labels: ArrayLike) -> Verdict:
    """Return what a plan is worth.

    Args:
        town: What was divided.
        labels: Of each building, the grid that it is in; any whole numbers.
    """
    grid = np.unique(np.asarray(labels), return_inverse=True)[1]
    if grid.shape != (len(town),):
        raise ValueError(f"{grid.shape} labels for {len(town)} buildings")
    count = int(grid.max()) + 1
    size = np.bincount(grid, town.weight, count)
    lowest, highest = town.bounds
    kept = grid[town.u] == grid[town.v]
    graph = coo_array(
        (np.ones(kept.sum(), np.int8), (town.u[kept], town.v[kept])), shape=(len(town),) * 2
    )
    pieces = connected_components(graph, directed=False)[1]
    part = town.components()[1]
    inside = town.cell[town.u] == town.cell[town.v]
    off = np.abs(size - town.target) / town.target
    as_given = np.bincount(_distinct(part, grid)[0], minlength=part.max() + 1)
    return Verdict(
        grids=count,
        broken=int((np.bincount(_distinct(grid, pieces)[0]) > 1).sum()),
        hard_crossed=_beyond_the_first(grid, part),
        communities_left=0 if town.community is None else _beyond_the_first(grid, town.community),
        out=int(((size < lowest) | (size > highest)).sum()),
        floor=floor(town),
        floor_as_given=floor(town, as_given),
        cells_crossed=_beyond_the_first(grid, town.cell),
        inner_cut=float((inside & ~kept).sum() / max(1, inside.sum())),
        mean_deviation=float(off.mean()),
        least_mean_deviation=_least_mean_deviation(town, as_given),
        largest_deviation=float(off.max()),
    )


def floor(town: Town, grids: NDArray[np.int64] | None = None) -> int:
    """Return the least number of grids out of bounds that any plan has, by arithmetic.

    A part with total W has a plan without any only if ``n * lowest <= W <= n * highest`` for
    its number of grids n, and no building of it is above *highest* alone. Where W is below
    ``n * lowest``, no more than ``W // lowest`` grids can be within bounds.

    Args:
        town: What is divided.
        grids: How many grids each part has, in the order of ``town.components()``; None where
            any number will do.
    """
    lowest, highest = town.bounds
    count, part = town.components()
    total = np.bincount(part, town.weight, count).astype(np.int64)
    heaviest = np.zeros(count, np.int64)
    np.maximum.at(heaviest, part, town.weight)
    if grids is None:
        fewest, most = np.maximum(1, -(-total // highest)), total // max(1, lowest)
        return int(((fewest > most) | (heaviest > highest)).sum())
    too_few = np.maximum(0, grids - total // max(1, lowest))
    too_many = (total > grids * highest) | (heaviest > highest)
    return int(np.maximum(too_few, too_many).sum())


def grids_by_arithmetic(town: Town) -> NDArray[np.int64]:
    """Return a number of grids for each part: the one nearest to the target that fits."""
    lowest, highest = town.bounds
    count, part = town.components()
    total = np.bincount(part, town.weight, count).astype(np.int64)
    fewest, most = np.maximum(1, -(-total // highest)), np.maximum(1, total // max(1, lowest))
    near = np.maximum(1, np.rint(total / town.target).astype(np.int64))
    return np.where(fewest <= most, np.clip(near, fewest, most), most)


def moved(town: Town, labels: ArrayLike) -> float:
    """Return the share of households that a plan moves, against today's grids of the town.

    Each grid of the plan succeeds at most one of today's, so that the fewest households move;
    buildings without a grid today do not count.
    """
    there = np.flatnonzero(town.existing >= 0)
    old = np.unique(town.existing[there], return_inverse=True)[1]
    new = np.unique(np.asarray(labels)[there], return_inverse=True)[1]
    shared = np.zeros((old.max() + 1, new.max() + 1))
    np.add.at(shared, (old, new), town.weight[there])
    return float(1 - shared[linear_sum_assignment(-shared)].sum() / shared.sum())


def _least_mean_deviation(town: Town, grids: NDArray[np.int64]) -> float:
    total = np.bincount(town.components()[1], town.weight, len(grids))
    return float(np.abs(total / town.target - grids).sum() / grids.sum())


def _distinct(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the distinct pairs of two columns, as two rows."""
    return np.unique(np.stack([one, other]), axis=1)


def _beyond_the_first(grid: NDArray[np.int64], of: NDArray[np.int64]) -> int:
    return _distinct(grid, of).shape[1] - len(np.unique(grid))
