"""Single units handed from grid to grid, so that a grid out of bounds comes within.

Source: the ejection chains of local search (Glover 1996), of one and two links.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from govtree._recombination._task import GAIN, LITTLE, NEW, Task

__all__ = ["hand_on"]

#: Chains that are tried for one grid, the best first: those that tear a grid are none.
_TRIED = 12
#: Grids whose chains are looked at together.
_LOT = 500


class _Moves(NamedTuple):
    """Units that could go to the grid of a neighbor."""

    unit: NDArray[np.int64]
    here: NDArray[np.int64]
    to: NDArray[np.int64]


class _Chain(NamedTuple):
    """One or two moves together; the same one twice where there is only one."""

    one: int
    other: int


def hand_on(task: Task, grid: NDArray[np.int64], urgent: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the plan with the best chain for each urgent grid, where one is charged for less.

    A chain takes a unit out of the grid or brings one in, and may hand one on from or to a
    third grid at once. No grid takes part in two chains, and none falls apart.
    """
    if not urgent.any():
        return grid
    moves = _moves(task, grid)
    beside = _Beside(task, grid)
    used: set[int] = set()
    grid = grid.copy()
    for chain in _chains(task, grid, moves, urgent):
        touched = {int(g) for at in chain for g in (moves.here[at], moves.to[at])}
        if touched & used:
            continue
        handed = {int(moves.unit[at]): int(moves.to[at]) for at in chain}
        if beside.stay_whole(touched, handed):
            grid[list(handed)] = list(handed.values())
            used |= touched
    return grid


class _Beside:
    """The neighbors of each unit, and the units of each grid."""

    def __init__(self, task: Task, grid: NDArray[np.int64]) -> None:
        u, v = np.concatenate([task.u, task.v]), np.concatenate([task.v, task.u])
        self._to = v[np.argsort(u, kind="stable")]
        self._from = np.searchsorted(np.sort(u), np.arange(len(task) + 1))
        self._units = np.argsort(grid, kind="stable")
        self._first = np.searchsorted(grid[self._units], np.arange(int(grid.max()) + 2))

    def stay_whole(self, grids: set[int], handed: dict[int, int]) -> bool:
        """Return whether each of these grids keeps units and stays connected."""
        for grid in grids:
            mine = set(self._units[self._first[grid] : self._first[grid + 1]].tolist())
            mine -= handed.keys()
            mine |= {unit for unit, to in handed.items() if to == grid}
            if not mine:
                return False
            reached = [min(mine)]
            mine.remove(reached[0])
            for unit in reached:
                near = mine.intersection(self._to[self._from[unit] : self._from[unit + 1]].tolist())
                mine -= near
                reached += near
            if mine:
                return False
        return True


def _moves(task: Task, grid: NDArray[np.int64]) -> _Moves:
    u, v = np.concatenate([task.u, task.v]), np.concatenate([task.v, task.u])
    grids = int(grid.max()) + 1
    across = np.flatnonzero((grid[u] != grid[v]) & (task.fixed[u] == NEW))
    keys = np.unique(u[across] * grids + grid[v[across]])
    unit = keys // grids
    return _Moves(unit, grid[unit], keys % grids)


def _chains(
    task: Task, grid: NDArray[np.int64], moves: _Moves, urgent: NDArray[np.bool_]
) -> Iterator[_Chain]:
    """Give the best chains of each urgent grid, the best of all first."""
    size = np.bincount(grid, task.weight, len(urgent)).astype(np.int64)
    alone = _leaving(task, moves) + task.worth.crossed * _crossing(task, grid, moves)
    centres = np.flatnonzero(urgent)
    # Some at a time: a grid has a thousand chains of two links.
    lots = np.array_split(centres, len(centres) // _LOT + 1)
    found = np.concatenate([_best(task, moves, size, alone, lot) for lot in lots], axis=1)
    gain, first, second = found[0], found[1].astype(np.int64), found[2].astype(np.int64)
    for at in np.lexsort((second, first, gain)).tolist():
        yield _Chain(int(first[at]), int(second[at]))


def _best(
    task: Task,
    moves: _Moves,
    size: NDArray[np.int64],
    alone: NDArray[np.float64],
    centres: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return gain, first and second move of the best chains of some grids."""
    mine = np.zeros(len(size), bool)
    mine[centres] = True
    give, take = np.flatnonzero(mine[moves.here]), np.flatnonzero(mine[moves.to])
    # What a grid gives, the taker may hand on; what it takes, the giver may get back.
    given, on = _linked(give, moves.to, moves.here)
    taken, back = _linked(take, moves.here, moves.to)
    first = np.concatenate([give, take, given, taken])
    second = np.concatenate([give, take, on, back])
    ends = [moves.here[give], moves.to[take], moves.here[given], moves.to[taken]]
    centre = np.concatenate(ends)
    gain = _gain(task, moves, size, alone, first, second)
    better = np.flatnonzero(gain < -GAIN)
    order = better[np.lexsort((second[better], first[better], gain[better], centre[better]))]
    start = np.searchsorted(centre[order], centre[order])
    order = order[np.arange(len(order)) - start < _TRIED]
    return np.stack([gain[order], first[order], second[order]])


def _linked(
    moves: NDArray[np.int64], end: NDArray[np.int64], start: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each of *moves* with every other move whose *start* is its *end*."""
    order = np.argsort(start, kind="stable")
    low = np.searchsorted(start[order], end[moves], "left")
    count = np.searchsorted(start[order], end[moves], "right") - low
    one = np.repeat(moves, count)
    within = np.arange(len(one)) - np.repeat(np.cumsum(count) - count, count)
    return one, order[np.repeat(low, count) + within]


def _gain(
    task: Task,
    moves: _Moves,
    size: NDArray[np.int64],
    alone: NDArray[np.float64],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return what each chain is charged for more (above 0) or less (below)."""
    ends = np.stack([moves.here[first], moves.to[first], moves.here[second], moves.to[second]])
    weight = task.weight[moves.unit]
    # Only one of two moves that are the same, and none that sends a unit two ways.
    twice = np.where(first == second, 0, weight[second])
    step = np.stack([-weight[first], weight[first], -twice, twice])
    change = np.zeros(len(first))
    for at in range(4):
        mine = ends == ends[at]
        # A grid that stands at several ends is looked at once.
        is_first = ~mine[:at].any(axis=0)
        after = size[ends[at]] + (step * mine).sum(axis=0)
        gained = task.of_size(after) - task.of_size(size[ends[at]])
        change += np.where(is_first, gained, 0.0)
    change += alone[first] + np.where(first == second, 0.0, alone[second])
    change[(first != second) & (moves.unit[first] == moves.unit[second])] = np.inf
    return change


def _leaving(task: Task, moves: _Moves) -> NDArray[np.float64]:
    """Return what each move is charged for units that are not where they were."""
    held = task.held[moves.unit]
    share = task.weight[moves.unit] / task.target + LITTLE
    leaves, returns = held == moves.here, held == moves.to
    return task.worth.moved * (np.where(leaves, share, 0.0) - np.where(returns, share, 0.0))


def _crossing(task: Task, grid: NDArray[np.int64], moves: _Moves) -> NDArray[np.int64]:
    """Return how many cells more (or fewer) grids cross after each move."""
    cells = task.cells
    met, units = np.unique(grid * cells + task.cell, return_counts=True)
    units = np.append(units, 0)

    def count(grids: NDArray[np.int64]) -> NDArray[np.int64]:
        key = grids * cells + task.cell[moves.unit]
        at = np.searchsorted(met, key)
        there = np.append(met, -1)[at] == key
        return np.where(there, units[at], 0)

    more: NDArray[np.int64] = (count(moves.to) == 0).astype(np.int64) - (count(moves.here) == 1)
    return more
