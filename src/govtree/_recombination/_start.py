"""Where the search starts from: fixed units, or the plan before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from govtree._adjacency import parts_of
from govtree._recombination._divide import divide
from govtree._recombination._plan import without_gaps
from govtree._recombination._regions import numbers_of, regions_of
from govtree._recombination._task import FREE, NEW, Task

__all__ = ["plan_before", "start_of"]


def start_of(task: Task) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the region and the grid of each unit that the search starts from."""
    region = _around_fixed(task) if (task.fixed != NEW).any() else regions_of(task)
    grid = without_gaps(divide(task, region, numbers_of(task, region), 0))
    grid = to_number(task, grid)
    # Grids of two regions may have been joined, and are then one region.
    return _spanning(region, grid), grid


def _spanning(region: NDArray[np.int64], grid: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return regions of which no grid reaches into two."""
    met = np.unique(np.stack([grid, region]), axis=1)
    first = np.searchsorted(met[0], met[0])
    u, v = met[1].astype(np.int32), met[1][first].astype(np.int32)
    return parts_of(int(region.max(initial=-1)) + 1, u, v)[1][region].astype(np.int64)


def to_number(task: Task, grid: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the plan with as many grids in each part as are asked for there.

    The largest grids are divided, or the two neighbors joined that are smallest together, one
    after another.
    """
    turn = 0
    while True:
        turn += 1
        grids, first = np.unique(grid, return_index=True)
        part = task.part[first]
        there = np.bincount(part, minlength=len(task.number))
        asked = np.where(task.number == FREE, there, task.number)
        if (there == asked).all():
            return grid
        size = np.bincount(grid, task.weight)[grids].astype(np.int64)
        units = np.bincount(grid)[grids]
        group = np.full(int(grids[-1]) + 1, -1)
        few = np.flatnonzero((there < asked)[part] & (units > 1))
        for at in _first_of_each(part[few], -size[few]).tolist():
            group[grids[few[at]]] = part[few[at]]
        made = divide(task, group[grid], np.full(len(task.number), 2), turn)
        new = np.where(made >= len(task.number), made + int(grids[-1]) + 1, grid)
        grid = _with_smallest_joined(task, new, there > asked)


def _with_smallest_joined(
    task: Task, grid: NDArray[np.int64], many: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the plan with two neighboring grids joined in each part that has too many."""
    one, other = grid[task.u], grid[task.v]
    apart = np.flatnonzero((one != other) & many[task.part[task.u]])
    if not len(apart):
        return grid
    one, other = one[apart], other[apart]
    size = np.bincount(grid, task.weight)
    # Two fixed grids are joined last.
    fixed = np.bincount(grid, task.fixed != NEW) > 0
    together = size[one] + size[other] + np.where(fixed[one] & fixed[other], size.sum(), 0)
    grid = grid.copy()
    for at in _first_of_each(task.part[task.u[apart]], together).tolist():
        # The number of a grid of the plan before is kept, of two the heavier one's.
        kept, gone = int(one[at]), int(other[at])
        before = int(task.held.max(initial=NEW))
        if (gone <= before, size[gone]) > (kept <= before, size[kept]):
            kept, gone = gone, kept
        grid[grid == gone] = kept
    return grid


def _first_of_each(
    of: NDArray[np.int64], rank: NDArray[np.int64] | NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return, for each number of *of*, the place of its smallest rank."""
    order = np.lexsort((np.arange(len(of)), rank, of))
    return order[np.unique(of[order], return_index=True)[1]]


def plan_before(task: Task) -> NDArray[np.int64]:
    """Return the plan before under its numbers, with new units added and torn grids in pieces.

    The heaviest piece of a grid keeps its number. A new unit joins the grid of a neighbor,
    within its cell where it can; those that reach none are divided like a new map.
    """
    grid = _spread(task, task.held)
    lost = grid == NEW
    before = int(task.held.max()) + 1
    if lost.any():
        region = np.full(len(task), -1)
        region[lost] = np.unique(regions_of(task)[lost], return_inverse=True)[1]
        grid[lost] = before + divide(task, region, numbers_of(task, region), 0)[lost]
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
    return without_gaps(to_number(task, number[piece]), before)


def _around_fixed(task: Task) -> NDArray[np.int64]:
    """Return a region around each fixed number, and the others as cells make them."""
    region = _spread(task, task.fixed)
    rest = region == NEW
    if rest.any():
        region[rest] = int(task.fixed.max()) + 1 + regions_of(task)[rest]
    inside = region[task.u] == region[task.v]
    u, v = task.u[inside].astype(np.int32), task.v[inside].astype(np.int32)
    return parts_of(len(task), u, v)[1].astype(np.int64)


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
