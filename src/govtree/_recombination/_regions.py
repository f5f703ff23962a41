"""Where the search starts: cells, joined where no number of grids fits one alone."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from govtree._recombination._task import FREE, Task

__all__ = ["numbers_of", "regions_of", "share_out"]


def regions_of(task: Task) -> NDArray[np.int64]:
    """Return the region of each unit: a cell that grids fit, or several that fit together.

    A region that does not fit is joined with the neighbor with which it fits, else with one
    that does not fit either; among those with the longest common border. Where fewer grids
    are asked for than there are regions, the smallest are joined.
    """
    cells = task.cells
    region = np.arange(cells)
    total = np.bincount(task.cell, task.weight, cells).astype(np.int64)
    between = np.flatnonzero(task.cell[task.u] != task.cell[task.v])
    one, other = task.cell[task.u[between]], task.cell[task.v[between]]
    while True:
        a, b, pairs = _borders(region[one], region[other], cells)
        fits = task.fits(total)
        lacking = np.flatnonzero(~(fits[a] & fits[b]))
        if not len(lacking):
            break
        a, b, pairs = a[lacking], b[lacking], pairs[lacking]
        together = total[a] + total[b]
        order = np.lexsort((b, a, together, -pairs, fits[a] | fits[b], ~task.fits(together)))
        _join(region, total, a[order], b[order])
    _join_to_number(task, region, total, one, other)
    there = np.unique(region[task.cell], return_inverse=True)
    return there[1].astype(np.int64)


def _borders(
    a: NDArray[np.int64], b: NDArray[np.int64], most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of regions with a common border, and how many pairs of units it has."""
    apart = a != b
    low, high = np.minimum(a, b)[apart], np.maximum(a, b)[apart]
    keys, pairs = np.unique(low * most + high, return_counts=True)
    return keys // most, keys % most, pairs


def _join(
    region: NDArray[np.int64],
    total: NDArray[np.int64],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
) -> None:
    """Join pairs of regions in their order, each region once."""
    taken: set[int] = set()
    into = np.arange(len(region))
    for kept, gone in zip(a.tolist(), b.tolist(), strict=True):
        if kept in taken or gone in taken:
            continue
        taken |= {kept, gone}
        into[gone] = kept
        total[kept] += total[gone]
        total[gone] = 0
    region[:] = into[region]


def _join_to_number(
    task: Task,
    region: NDArray[np.int64],
    total: NDArray[np.int64],
    one: NDArray[np.int64],
    other: NDArray[np.int64],
) -> None:
    """Join the smallest regions of each part until no more are left than grids are asked for."""
    if not (task.number != FREE).any():
        return
    part = np.empty(len(region), np.int64)
    part[task.cell] = task.part
    there = np.zeros(len(region), bool)
    while True:
        there[:] = False
        there[region[task.cell]] = True
        left = np.bincount(part[there], minlength=len(task.number))
        many = (task.number != FREE) & (left > task.number)
        a, b, pairs = _borders(region[one], region[other], len(region))
        in_many = np.flatnonzero(many[part[a]]) if len(a) else a
        if not len(in_many):
            return
        a, b, pairs = a[in_many], b[in_many], pairs[in_many]
        order = np.lexsort((b, a, -pairs, total[a] + total[b], part[a]))
        # One pair of each part at a time: the next smallest may be the one just made.
        first = order[np.unique(part[a[order]], return_index=True)[1]]
        _join(region, total, a[first], b[first])


def numbers_of(task: Task, region: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many grids each region starts with.

    The number nearest to the target that fits; where none fits, the one that leaves a single
    grid out of bounds with the least deviation. Where a part has its number, regions give or
    take where that costs least.

    Args:
        task: What is to be divided.
        region: The region of each unit; -1 for units that stay out.
    """
    regions = int(region.max(initial=-1)) + 1
    rows = np.flatnonzero(region >= 0)
    total = np.bincount(region[rows], task.weight[rows], regions).astype(np.int64)
    fewest, most = task.fewest(total), task.most(total)
    nearest = np.maximum(1, np.rint(total / task.target).astype(np.int64))
    # One grid too large, or one too small, whichever is less off.
    large = total - (np.maximum(most, 1) - 1) * task.highest - task.target
    small = task.target - (total - most * task.lowest)
    odd = np.where((most < 1) | (large <= small), np.maximum(most, 1), most + 1)
    number = np.where(fewest <= most, np.clip(nearest, fewest, np.maximum(most, 1)), odd)
    units = np.bincount(region[rows], minlength=regions)
    number = np.minimum(number, units)
    part = np.empty(regions, np.int64)
    part[region[rows]] = task.part[rows]
    for each in np.flatnonzero(task.number != FREE).tolist():
        mine = np.flatnonzero(part == each)
        asked = int(task.number[each])
        least = np.ones(len(mine), np.int64)
        number[mine] = _changed(task, total[mine], number[mine], least, units[mine], asked)
    return number


def share_out(
    task: Task,
    total: NDArray[np.int64],
    least: NDArray[np.int64],
    units: NDArray[np.int64],
    asked: int,
) -> NDArray[np.int64]:
    """Return how many of the grids that are asked for each part of the map gets.

    Args:
        task: What is to be divided.
        total: What is counted in each part.
        least: How many grids each gets at least; 1 or more.
        units: How many units each has; it gets no more grids.
        asked: How many grids there are for all; from the sum of *least* to that of *units*.
    """
    nearest = np.rint(total / task.target).astype(np.int64)
    return _changed(task, total, np.clip(nearest, least, units), least, units, asked)


def _changed(
    task: Task,
    total: NDArray[np.int64],
    number: NDArray[np.int64],
    least: NDArray[np.int64],
    units: NDArray[np.int64],
    asked: int,
) -> NDArray[np.int64]:
    """Return numbers of grids with the sum that is asked for, changed where it costs least."""
    number = number.copy()
    step = 1 if asked > number.sum() else -1

    def change(at: int) -> list[tuple[float, int]]:
        now, after = int(number[at]), int(number[at]) + step
        if not least[at] <= after <= units[at]:
            return []
        sizes = np.array([total[at] / after, total[at] / now])
        more = after * task.of_size(sizes)[0] - now * task.of_size(sizes)[1]
        return [(float(more), at)]

    heap = [each for at in range(len(number)) for each in change(at)]
    heapq.heapify(heap)
    for _ in range(abs(asked - int(number.sum()))):
        if not heap:
            break
        _, at = heapq.heappop(heap)
        number[at] += step
        for each in change(at):
            heapq.heappush(heap, each)
    return number
