"""The search: neighboring grids divided anew together, over and over, and kept where better."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from govtree._recombination._chances import chances
from govtree._recombination._divide import divide
from govtree._recombination._groups import groups_of
from govtree._recombination._plan import charges, kept_numbers, without_gaps
from govtree._recombination._start import start_of
from govtree._recombination._task import FREE, NEW, Task

__all__ = ["ROUNDS", "search"]

#: Rounds at effort 1.
ROUNDS = 60
#: Less than this is no gain: sums of the same numbers differ by as much in another order.
_GAIN = 1e-9


def search(
    task: Task, rounds: int = ROUNDS, told: Callable[[int], object] | None = None
) -> NDArray[np.int64]:
    """Return the grid of each unit.

    A round divides disjoint pairs of neighboring grids anew, and every fourth round groups of
    three. Every third round more groups of two to four around grids that are out of bounds
    or cross cells are divided into as many grids as before, one more or one less, where the
    number of grids is free. What is charged for less than before is kept. With a plan before,
    only groups around grids that are out of bounds are looked at.

    Each part of the map gets what it would get alone.

    Args:
        task: What is to be divided.
        rounds: How many rounds to search.
        told: Called after each round with the number of rounds done.
    """
    repair = bool((task.held != NEW).any())
    grid = start_of(task)
    for at in range(rounds):
        turn = 4 * at + 1
        out = _out(task, grid)
        if not repair:
            size = 3 if at % 4 == 3 else 2
            grid = _round(task, grid, size, turn, out, only_urgent=False, vary=False)
        if repair or at % 3 == 2:
            urgent = _out(task, grid) if repair else _out(task, grid) | _crossing(task, grid)
            if urgent.any():
                size = 2 + (at if repair else at // 3) % 3
                grid = _round(task, grid, size, turn + 2, urgent, only_urgent=True, vary=True)
        if told is not None:
            told(at + 1)
    return grid


def _round(
    task: Task,
    grid: NDArray[np.int64],
    size: int,
    turn: int,
    urgent: NDArray[np.bool_],
    *,
    only_urgent: bool,
    vary: bool,
) -> NDArray[np.int64]:
    """Return the plan after one round; see :func:`search`."""
    of = groups_of(task, grid, size, turn, urgent, only_urgent=only_urgent)
    groups = int(of.max(initial=-1)) + 1
    if not groups:
        return grid
    number = np.bincount(of[of >= 0], minlength=groups)
    group = of[grid]
    if vary:
        number = _varied(task, group, number, turn + 1)
    made = divide(task, group, number, turn)
    first = int(grid.max()) + 1
    changed = np.where(group >= 0, first + made, grid)
    if (task.held != NEW).any():
        changed = kept_numbers(task, changed, grid, group, first)
    before = charges(task, grid, group, groups)
    better = charges(task, changed, group, groups) < before - _GAIN
    take = (group >= 0) & better[group]
    kept = int(task.held.max(initial=NEW)) + 1
    return without_gaps(np.where(take, changed, grid), kept)


def _varied(
    task: Task, group: NDArray[np.int64], number: NDArray[np.int64], turn: int
) -> NDArray[np.int64]:
    """Return numbers one less, the same or one more by chance, within what fits."""
    rows = np.flatnonzero(group >= 0)
    total = np.bincount(group[rows], task.weight[rows], len(number)).astype(np.int64)
    # A group draws with the first pair inside it, which is the same in whatever company.
    inside = np.flatnonzero((group[task.u] == group[task.v]) & (group[task.u] >= 0))
    key = np.zeros(len(number), np.uint64)
    key[group[task.u[inside[::-1]]]] = task.keys[inside[::-1]]
    step = (chances(key, turn) * 3).astype(np.int64) - 1
    free = np.zeros(len(number), bool)
    free[group[rows]] = task.number[task.part[rows]] == FREE
    fewest, most = task.fewest(total), task.most(total)
    fits = fewest <= most
    varied = np.where(
        fits, np.clip(number + step, fewest, np.maximum(most, 1)), np.maximum(1, number + step)
    )
    return np.where(free, varied, number)


def _out(task: Task, grid: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which grids are out of bounds; a number that no grid has is not."""
    grids = int(grid.max()) + 1
    size = np.bincount(grid, task.weight, grids).astype(np.int64)
    there = np.zeros(grids, bool)
    there[grid] = True
    return there & task.is_out(size)


def _crossing(task: Task, grid: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which grids hold units of several cells."""
    met = np.unique(grid * task.cells + task.cell) // task.cells
    return np.bincount(met, minlength=int(grid.max()) + 1) > 1
