"""Where the search starts from: fixed units, or the plan before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from govtree._adjacency import parts_of
from govtree._recombination._divide import divide
from govtree._recombination._plan import without_gaps
from govtree._recombination._regions import numbers_of, regions_of
from govtree._recombination._task import NEW, Task

__all__ = ["plan_before", "start_of"]


def start_of(task: Task) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the region and the grid of each unit that the search starts from."""
    region = _around_fixed(task) if (task.fixed != NEW).any() else regions_of(task)
    return region, without_gaps(divide(task, region, numbers_of(task, region), 0))


def plan_before(task: Task) -> NDArray[np.int64]:
    """Return the plan before, each grid under its number, with new units added and torn grids in pieces.

    The heaviest piece of a grid keeps its number. A new unit joins the grid of a neighbor,
    within its cell where it can; those that reach none are divided like a new map.
    """
    grid = _spread(task, task.held)
    lost = grid == NEW
    before = int(task.held.max()) + 1
    if lost.any():
        region = np.where(lost, regions_of(task), -1)
        _, dense = np.unique(region, return_inverse=True)
        dense = dense.astype(np.int64) - 1
        numbers = numbers_of(task, dense + 1)[1:]
        grid[lost] = before + divide(task, dense, numbers, 0)[lost]
    inside = grid[task.u] == grid[task.v]
    pieces, piece = parts_of(
        len(task), task.u[inside].astype(np.int32), task.v[inside].astype(np.int32)
    )
    weight = np.bincount(piece, task.weight, pieces)
    of = np.empty(pieces, np.int64)
    of[piece] = grid
    # By grid, the heaviest piece first; of equal ones that with the first unit.
    order = np.lexsort((np.arange(pieces), -weight, of))
    first = np.ones(pieces, bool)
    first[1:] = of[order][1:] != of[order][:-1]
    number = np.arange(pieces) + int(grid.max()) + 1
    number[order[first]] = of[order[first]]
    return without_gaps(number[piece], before)


def _around_fixed(task: Task) -> NDArray[np.int64]:
    """Return a region around each fixed number, and the others as cells make them."""
    region = _spread(task, task.fixed)
    rest = region == NEW
    if rest.any():
        region[rest] = int(task.fixed.max()) + 1 + regions_of(task)[rest]
    inside = region[task.u] == region[task.v]
    return parts_of(len(task), task.u[inside].astype(np.int32), task.v[inside].astype(np.int32))[
        1
    ].astype(np.int64)


def _spread(task: Task, number: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return *number* with units without one given that of the nearest unit that has one.

    In steps from neighbor to neighbor; a step across a soft line is taken only where no
    other is left, and of several numbers at once the lowest wins.
    """
    number = number.copy()
    u, v = np.concatenate([task.u, task.v]), np.concatenate([task.v, task.u])
    soft = np.concatenate([task.soft, task.soft])
    while True:
        reach = (number[u] != NEW) & (number[v] == NEW)
        if not reach.any():
            return number
        # Part by part, so that what happens in one makes no difference to another.
        inner = np.zeros(len(task.number), bool)
        inner[task.part[v[reach & ~soft]]] = True
        step = reach & (~soft | ~inner[task.part[v]])
        found = np.full(len(number), np.iinfo(np.int64).max)
        np.minimum.at(found, v[step], number[u[step]])
        hit = found < np.iinfo(np.int64).max
        number[hit] = found[hit]
