"""Units that have to share a grid, made one unit, so that no search can part them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from govtree._recombination._task import NEW, Task

__all__ = ["bundled", "bundles_of"]


def bundles_of(task: Task) -> tuple[NDArray[np.int64], list[int]]:
    """Return the bundle of each unit, and the fixed numbers that cannot be brought together.

    Units with the same fixed number are one bundle, with the units on a shortest way between
    them: inside the grid of the plan before where there is a way, and never through a unit
    with another number. Every other unit is a bundle of its own.
    """
    of = np.arange(len(task))
    fixed = task.fixed.copy()
    lost = []
    beside: dict[int, list[int]] | None = None
    for number in np.unique(fixed[fixed != NEW]).tolist():
        units = np.flatnonzero(fixed == number).tolist()
        if len(units) == 1:
            continue
        beside = _neighbors(task) if beside is None else beside
        held = task.held[units[0]]
        inside = set(np.flatnonzero((task.held == held) & _is_free(fixed, number)).tolist())
        anywhere = set(np.flatnonzero(_is_free(fixed, number)).tolist())
        found = _joined_up(units, beside, inside) or _joined_up(units, beside, anywhere)
        if not found:
            lost.append(number)
            continue
        of[found] = min(found)
        fixed[found] = number
    return np.unique(of, return_inverse=True)[1].astype(np.int64), lost


def _is_free(fixed: NDArray[np.int64], number: int) -> NDArray[np.bool_]:
    free: NDArray[np.bool_] = (fixed == NEW) | (fixed == number)
    return free


def _neighbors(task: Task) -> dict[int, list[int]]:
    beside: dict[int, list[int]] = {}
    for one, other in zip(task.u.tolist(), task.v.tolist(), strict=True):
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    return beside


def _joined_up(units: Iterable[int], beside: dict[int, list[int]], within: set[int]) -> list[int]:
    """Return the units with those on shortest ways between them; empty where there is no way."""
    first, *others = units
    joined = {first}
    for goal in others:
        if goal in joined:
            continue
        came = dict.fromkeys(sorted(joined), -1)
        line = list(came)
        for unit in line:
            for near in sorted(beside.get(unit, ())):
                if near in within and near not in came:
                    came[near] = unit
                    line.append(near)
        if goal not in came:
            return []
        while goal not in joined:
            joined.add(goal)
            goal = came[goal]
    return sorted(joined)


def bundled(task: Task, of: NDArray[np.int64]) -> Task:
    """Return the task whose units are the bundles.

    A bundle has the cell, the part and the grid before of the heaviest of its units.
    """
    bundles = int(of.max(initial=-1)) + 1
    heavy = np.lexsort((np.arange(len(of)), -task.weight, of))
    main = heavy[np.searchsorted(of[heavy], np.arange(bundles))]
    number = np.full(bundles, NEW)
    np.maximum.at(number, of, task.fixed)
    low = np.minimum(of[task.u], of[task.v])
    high = np.maximum(of[task.u], of[task.v])
    # Of several pairs between two bundles one without a line counts.
    order = np.lexsort((task.soft, high, low))
    order = order[low[order] != high[order]]
    first = np.ones(len(order), bool)
    first[1:] = (low[order][1:] != low[order][:-1]) | (high[order][1:] != high[order][:-1])
    pairs = order[first]
    return evolve(
        task,
        weight=np.bincount(of, task.weight, bundles).astype(np.int64),
        u=low[pairs],
        v=high[pairs],
        soft=task.soft[pairs],
        part=task.part[main],
        cell=task.cell[main],
        held=task.held[main],
        fixed=number,
        keys=task.keys[pairs],
    )
