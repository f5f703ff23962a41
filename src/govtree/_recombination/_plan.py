"""What plans are charged for, and how grids keep their numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from govtree._recombination._task import LITTLE, NEW, Task, numbered

__all__ = ["cells_of", "charges", "joined", "kept_numbers", "out_by_part", "without_gaps"]


def charges(
    task: Task, grid: NDArray[np.int64], group: NDArray[np.int64], groups: int
) -> NDArray[np.float64]:
    """Return what each group of grids is charged for.

    Args:
        task: What is to be divided.
        grid: The grid of each unit.
        group: The group of each unit; -1 for units that stay out.
        groups: How many there are.
    """
    worth = task.worth
    rows = np.flatnonzero(group >= 0)
    grids, dense = numbered(grid[rows], int(grid.max()) + 1)
    size = np.bincount(dense, task.weight[rows], len(grids)).astype(np.int64)
    of = np.empty(len(grids), np.int64)
    of[dense] = group[rows]
    charged: NDArray[np.float64] = np.bincount(of, task.of_size(size), groups).astype(np.float64)
    cells = np.unique(dense * task.cells + task.cell[rows]) // task.cells
    charged += worth.crossed * np.bincount(of[cells], minlength=groups)
    charged -= worth.crossed * np.bincount(of, minlength=groups)
    inside = np.flatnonzero((group[task.u] == group[task.v]) & (group[task.u] >= 0) & ~task.soft)
    parted = grid[task.u[inside]] != grid[task.v[inside]]
    charged += worth.cut * np.bincount(group[task.u[inside[parted]]], minlength=groups)
    if worth.moved:
        moved = (task.held[rows] != NEW) & (task.held[rows] != grid[rows])
        share = task.weight[rows[moved]] / task.target
        charged += worth.moved * np.bincount(group[rows[moved]], share, groups)
        charged += worth.moved * LITTLE * np.bincount(group[rows[moved]], minlength=groups)
    fixed = np.bincount(dense, task.fixed[rows] != NEW, len(grids))
    charged += worth.torn * np.bincount(of, np.maximum(fixed - 1, 0), groups)
    return charged


def out_by_part(
    task: Task, grid: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
    """Return the grids out of bounds, the part of each, and how many each part has.

    Both arrays are by number of a grid; a number that no grid has is in no part, -1.
    """
    grids = int(grid.max()) + 1
    size = np.bincount(grid, task.weight, grids).astype(np.int64)
    part = np.full(grids, -1)
    part[grid] = task.part
    out: NDArray[np.bool_] = (part >= 0) & task.is_out(size)
    return out, part, np.bincount(part[out], minlength=len(task.number))


def cells_of(task: Task, grid: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many cells each grid holds units of, by number of a grid."""
    met = np.unique(grid * task.cells + task.cell) // task.cells
    return np.bincount(met, minlength=int(grid.max()) + 1)


def kept_numbers(
    task: Task,
    made: NDArray[np.int64],
    grid: NDArray[np.int64],
    group: NDArray[np.int64],
    elsewhere: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Return *made* with each new grid called by the grid before that it shares most with.

    A group gives the numbers of its own grids, and those that no grid has any more; each is
    given once, the greatest common weight first. A grid that finds none gets a number of its
    own, above all others.

    Args:
        task: Units that are divided anew.
        made: The new grid of each.
        grid: The grid that it had until now.
        group: The group of each.
        elsewhere: For each number up to the largest one of any grid, now or before, whether
            units have it that are not divided anew.
    """
    first = len(elsewhere)
    there, dense = np.unique(made, return_inverse=True)
    of = np.empty(len(there), np.int64)
    of[dense] = group
    owner = np.full(first, NEW)
    owner[grid] = group
    unused = ~elsewhere
    unused[grid] = False
    held = task.held
    known = held != NEW
    keys, inverse = np.unique(dense[known] * first + held[known], return_inverse=True)
    common = np.bincount(inverse, task.weight[known] + LITTLE, len(keys))
    new, old = keys // first, keys % first
    may = (owner[old] == of[new]) | unused[old]
    new, old, common = new[may], old[may], common[may]
    name = np.arange(first, first + len(there))
    free_new, free_old = np.ones(len(there), bool), np.ones(first, bool)
    for at in np.lexsort((old, new, -common)).tolist():
        if free_new[new[at]] and free_old[old[at]]:
            free_new[new[at]] = free_old[old[at]] = False
            name[new[at]] = old[at]
    return name[dense]


def joined(
    task: Task, grid: NDArray[np.int64], rows: NDArray[np.int64], found: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the plan with another for some parts of the map, which was found apart.

    Args:
        task: What is to be divided.
        grid: The grid of each unit.
        rows: Units of those parts, whole parts.
        found: Their grids; numbers of the plan before are what they are in *grid*.
    """
    kept = int(task.held.max(initial=NEW)) + 1
    new = found > int(task.held[rows].max(initial=NEW))
    grid = grid.copy()
    grid[rows] = np.where(new, found + kept + int(grid.max(initial=-1)) + 1, found)
    return without_gaps(grid, kept)


def without_gaps(grid: NDArray[np.int64], kept: int = 0) -> NDArray[np.int64]:
    """Return the grids numbered by their first units; numbers below *kept* stay."""
    later = np.flatnonzero(grid >= kept)
    if kept:
        grid = grid.copy()
        grid[later] = kept + without_gaps(grid[later])
        return grid
    most = int(grid.max(initial=-1)) + 1
    first = np.full(most, len(grid))
    first[grid[::-1]] = np.arange(len(grid))[::-1]
    rank = np.empty(most, np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(most)
    return rank[grid]
