"""Which grids are divided anew together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from govtree._recombination._chances import chances
from govtree._recombination._task import Task, numbered

__all__ = ["groups_of"]

#: How often grids that found no partner look again.
_LOOKS = 4


def groups_of(
    task: Task,
    grid: NDArray[np.int64],
    size: int,
    turn: int,
    urgent: NDArray[np.bool_],
    *,
    only_urgent: bool,
) -> NDArray[np.int64]:
    """Return the group of each grid: up to *size* neighboring ones; -1 for those left out.

    Two grids pair up when each is the other's best draw, as in Luby's matching (Luby 1986),
    and groups then take one free neighbor at a time.

    Args:
        task: What is to be divided.
        grid: The grid of each unit, 0 to the number of grids.
        size: Grids in a group at most; 2 or more.
        turn: Which chances are drawn.
        urgent: Grids that are to find partners first.
        only_urgent: Whether pairs without an urgent grid stay out.
    """
    grids = len(urgent)
    a, b, draw = _bordering(task, grid, grids, turn)
    draw += 1.0 * urgent[a] + urgent[b]
    group = np.full(grids, -1, np.int64)
    waiting = np.flatnonzero(urgent[a] | urgent[b]) if only_urgent else np.arange(len(a))
    for _ in range(_LOOKS):
        best = np.full(grids, -1.0)
        np.maximum.at(best, a[waiting], draw[waiting])
        np.maximum.at(best, b[waiting], draw[waiting])
        mutual = draw[waiting] == best[a[waiting]]
        mutual &= draw[waiting] == best[b[waiting]]
        won = waiting[mutual]
        group[a[won]] = group[b[won]] = won
        waiting = waiting[(group[a[waiting]] < 0) & (group[b[waiting]] < 0)]
        if not len(waiting):
            break
    for _ in range(size - 2):
        _take_one_more(a, b, draw, group)
    if only_urgent:
        # One without a partner may still be divided.
        left = np.flatnonzero(urgent & (group < 0))
        group[left] = len(a) + left
    paired = group >= 0
    group[paired] = numbered(group[paired], len(a) + grids)[1]
    return group


def _bordering(
    task: Task, grid: NDArray[np.int64], grids: int, turn: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return each two grids with a common border, and what they draw."""
    one, other = grid[task.u], grid[task.v]
    between = np.flatnonzero(one != other)
    one, other = one[between], other[between]
    keys, first = np.unique(
        np.minimum(one, other) * grids + np.maximum(one, other), return_index=True
    )
    return keys // grids, keys % grids, chances(task.keys[between[first]], turn)


def _take_one_more(
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    draw: NDArray[np.float64],
    group: NDArray[np.int64],
) -> None:
    """Give each group one free neighbor, if it has one; a free one goes to one group."""
    one, other = np.where(group[a] >= 0, a, b), np.where(group[a] >= 0, b, a)
    free = np.flatnonzero((group[one] >= 0) & (group[other] < 0))
    best = np.full(len(group), -1.0)
    np.maximum.at(best, other[free], draw[free])
    free = free[draw[free] == best[other[free]]]
    best = np.full(len(a), -1.0)
    np.maximum.at(best, group[one[free]], draw[free])
    free = free[draw[free] == best[group[one[free]]]]
    group[other[free]] = group[one[free]]
