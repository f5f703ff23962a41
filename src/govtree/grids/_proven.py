"""The best plan of small pieces, in the place of what the search found there."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from govtree._recombination import FREE, NEW, Task, best_plan

__all__ = ["MOST_UNITS", "proven"]

#: Pieces of more units are left as the search divided them.
MOST_UNITS = 25
#: Sets of units that are looked at for one map at effort 1; about a fifth of a second. Its small pieces
#: share them.
_BUDGET = 2_000_000


def proven(
    task: Task, grid: NDArray[np.int64], target: Fraction, effort: float
) -> NDArray[np.int64]:
    """Return the plan with each small piece divided as well as can be, where that is proven.

    Only for the objective that the proof is for, and where nothing is fixed.
    """
    if task.worth.deviation < task.worth.cut or task.worth.moved:
        return grid
    units = np.bincount(task.part, minlength=len(task.number))
    loose = np.ones(len(units), bool)
    loose[task.part[task.fixed != NEW]] = False
    small = np.flatnonzero((units <= MOST_UNITS) & (units > 1) & loose)
    grid = grid.copy()
    budget = int(_BUDGET * effort / max(1, len(small)))
    for part in small.tolist():
        mask = np.zeros(len(units), bool)
        mask[part] = True
        alone, rows = task.only(mask)
        number = int(task.number[part])
        best = best_plan(
            alone.weight,
            alone.u,
            alone.v,
            alone.cell,
            target=target,
            lowest=task.lowest,
            highest=task.highest,
            number=None if number == FREE else number,
            budget=budget,
            upper=_worth_of(alone, grid[rows], target),
        )
        if best is not None:
            grid[rows] = int(grid.max()) + 1 + best
    return grid


def _worth_of(
    task: Task, grid: NDArray[np.int64], target: Fraction
) -> tuple[int, int, Fraction, int]:
    """Return grids out of bounds, cells crossed, the largest deviation, and pairs cut."""
    dense = np.unique(grid, return_inverse=True)[1]
    size = np.bincount(dense, task.weight).astype(np.int64)
    met = len(np.unique(dense * task.cells + task.cell))
    largest = max(abs(int(each) - target) for each in size.tolist())
    cut = int((grid[task.u] != grid[task.v]).sum())
    return int(task.is_out(size).sum()), met - len(size), largest, cut
