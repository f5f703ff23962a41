"""The search: neighboring grids divided anew together, over and over, and kept where better."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from govtree._recombination._chains import hand_on
from govtree._recombination._chances import chances
from govtree._recombination._divide import divide
from govtree._recombination._groups import groups_of
from govtree._recombination._plan import (
    cells_of,
    charges,
    joined,
    kept_numbers,
    out_by_part,
    without_gaps,
)
from govtree._recombination._start import plan_before, start_of
from govtree._recombination._task import FREE, GAIN, NEW, Task

__all__ = ["ROUNDS", "mendable", "search"]

_Grid: TypeAlias = NDArray[np.int64]
_Urgent: TypeAlias = Callable[[Task, _Grid], NDArray[np.bool_]]
_Step: TypeAlias = Callable[[Task, _Grid], _Grid]

#: Rounds at effort 1.
ROUNDS = 30
#: How often each group is divided in a round; the best is kept.
TRIES = 3
#: Units from which on tries are made one after the other.
_MANY = 20_000


def search(
    task: Task, rounds: int = ROUNDS, told: Callable[[int], object] | None = None
) -> NDArray[np.int64]:
    """Return the grid of each unit.

    A round divides disjoint pairs of neighboring grids anew, and every fourth round groups of
    three; then groups of two to four around grids out of bounds, into as many grids as before,
    one more or one less, where the number of grids is free. What is charged for less than
    before is kept. The first half of the rounds stays inside the regions that the search
    starts from: a grid crosses a cell more only where that has not mended it.

    Each part of the map gets what it would get alone.

    Args:
        task: What is to be divided.
        rounds: How many rounds to search.
        told: Called after each round with the number of rounds done.
    """
    if task.has_before and task.worth.is_repair:
        return _repaired(task, rounds, told)
    if task.has_before:
        grid, inside = plan_before(task), task
    else:
        region, grid = start_of(task)
        inside = task.within(region)
    for at in range(rounds):
        half = 2 * at < rounds
        seen = inside if half else task
        size = 3 if at % 4 == 3 else 2
        grid = _round(seen, grid, size, 4 * at + 1, mendable(task, grid), only_urgent=False)
        if half or at % 3 == 2:
            urgent = mendable if half else _mendable_or_crossing
            mend = partial(_mended, at=at, size=2 + (at // 3) % 3, urgent=urgent)
            grid = _where(urgent(task, grid), mend, seen, grid)
        if told is not None:
            told(at + 1)
    return grid


def _repaired(task: Task, rounds: int, told: Callable[[int], object] | None) -> NDArray[np.int64]:
    """Return the plan before with as little moved as brings its grids within bounds.

    Only groups around grids that are out of bounds are looked at, or that gave or took units:
    those may yet go back. Single units are handed on first, then groups of two to four
    divided anew.
    """
    grid = plan_before(task)
    for at in range(rounds):
        urgent = mendable if 3 * at <= 2 * rounds else _mendable_or_changed
        mend = partial(_mended, at=at, size=2 + at % 3, urgent=urgent)
        grid = _where(urgent(task, grid), mend, task, grid)
        if told is not None:
            told(at + 1)
    return grid


def _where(urgent: NDArray[np.bool_], mend: _Step, task: Task, grid: _Grid) -> _Grid:
    """Return the plan after a step in those parts of the map that have an urgent grid."""
    parts = np.zeros(len(task.number), bool)
    parts[task.part[urgent[grid]]] = True
    if not parts.any():
        return grid
    alone, rows = task.only(parts)
    return joined(task, grid, rows, mend(alone, grid[rows]))


def _mended(task: Task, grid: _Grid, at: int, size: int, urgent: _Urgent) -> _Grid:
    """Return the plan with units handed on, then groups around urgent grids divided anew."""
    grid = hand_on(task, grid, urgent(task, grid))
    left = urgent(task, grid)
    return _round(task, grid, size, 4 * at + 3, left, only_urgent=True)


def _round(
    task: Task,
    grid: NDArray[np.int64],
    size: int,
    turn: int,
    urgent: NDArray[np.bool_],
    *,
    only_urgent: bool,
) -> NDArray[np.int64]:
    """Return the plan after one round; see :func:`search`."""
    if only_urgent and not urgent.any():
        return grid
    of = groups_of(task, grid, size, turn, urgent, only_urgent=only_urgent)
    groups = int(of.max(initial=-1)) + 1
    if not groups:
        return grid
    number = np.bincount(of[of >= 0], minlength=groups)
    if only_urgent:
        number = _varied(task, of[grid], number, turn + 1)
    rows = np.flatnonzero(of[grid] >= 0)
    changed = grid.copy()
    changed[rows] = _divided(task, grid, rows, of[grid[rows]], number, turn)
    kept = int(task.held.max(initial=NEW)) + 1
    return without_gaps(changed, kept)


def _divided(task: Task, grid: _Grid, rows: _Grid, group: _Grid, number: _Grid, turn: int) -> _Grid:
    """Return the grids of units in groups, those of a group new where that is charged for less.

    Args:
        task: What is to be divided.
        grid: The grid of each unit.
        rows: Units that are in groups.
        group: Their groups.
        number: How many grids each group shall have.
        turn: Which chances are drawn.
    """
    groups, now = len(number), grid[rows]
    above = max(int(grid.max()), int(task.held.max())) + 1
    least = charges(task.of_units(rows), now, group, groups) - GAIN
    best = now
    # With a plan before, what a try is charged for depends on the names of its grids.
    tries = range(1 if task.has_before else TRIES)
    # Side by side, which is quicker, unless there are so many units that memory counts.
    for copies in [tries] if len(rows) < _MANY else [range(each, each + 1) for each in tries]:
        alone = task.of_units(rows, copies)
        of = (group + groups * np.arange(len(copies))[:, None]).ravel()
        made = above + divide(alone, of, np.tile(number, len(copies)), turn)
        if task.has_before:
            elsewhere = np.zeros(above, bool)
            elsewhere[np.delete(grid, rows)] = True
            made = kept_numbers(alone, made, now, group, elsewhere)
        charged = charges(alone, made, of, groups * len(copies)).reshape(-1, groups)
        first = charged.argmin(axis=0)
        lower = charged[first, np.arange(groups)]
        better = lower < least
        least = np.where(better, lower, least)
        found = made.reshape(len(copies), -1)[first[group], np.arange(len(rows))]
        above = int(made.max()) + 1
        best = np.where(better[group], found, best)
    return best


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
    units = np.bincount(group[rows], minlength=len(number))
    fewest, most = task.fewest(total), np.minimum(task.most(total), units)
    fits = fewest <= most
    varied = np.where(
        fits, np.clip(number + step, fewest, np.maximum(most, 1)), np.maximum(1, number + step)
    )
    return np.where(free, varied, number)


def mendable(task: Task, grid: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which grids are out of bounds, where fewer might be in their part of the map.

    In a part that no number of grids fits one is out in every plan.
    """
    out, part, count = out_by_part(task, grid)
    total = np.bincount(task.part, task.weight, len(task.number)).astype(np.int64)
    more = count > np.where(task.fits(total), 0, 1)
    mendable: NDArray[np.bool_] = out & more[part]
    return mendable


def _mendable_or_changed(task: Task, grid: _Grid) -> NDArray[np.bool_]:
    """Return the mendable grids, and those that hold units of another or lack some of their own."""
    return mendable(task, grid) | _changed(task, grid)


def _mendable_or_crossing(task: Task, grid: _Grid) -> NDArray[np.bool_]:
    """Return the mendable grids, and those that hold units of several cells."""
    return mendable(task, grid) | (cells_of(task, grid) > 1)


def _changed(task: Task, grid: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which grids hold units that were another's, or lack some of their own."""
    changed = np.zeros(int(grid.max()) + 1, bool)
    moved = (task.held != NEW) & (task.held != grid)
    changed[grid[moved]] = True
    lacking = task.held[moved]
    changed[lacking[lacking < len(changed)]] = True
    return changed
