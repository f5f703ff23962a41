"""The best plan of small parts of the map, in the place of what the search found there."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._recombination import (
    FREE,
    NEW,
    WORTH,
    Task,
    best_plan,
    cells_of,
    charges,
    out_by_part,
)

__all__ = ["MOST_UNITS", "proven"]

#: Parts of more units are left as the search divided them.
MOST_UNITS = 25
#: Sets of units that are looked at for one map at effort 1; about a twentieth of a second.
_BUDGET = 250_000


@frozen
class _Worth:
    """What the proof looks at, in its order: out of bounds, cells crossed, deviation, pairs."""

    out: int
    crossed: int
    deviation: Fraction
    cut: int


def proven(
    task: Task,
    grid: NDArray[np.int64],
    target: Fraction,
    effort: float,
    floor: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the plan with small parts divided as well as can be, where that is proven.

    Looked at are parts with more grids out of bounds than their *floor*, or with a cell crossed
    that arithmetic does not ask for; and, where balance is sought, whichever part has the
    largest deviation of the map, for as long as that makes it smaller. The others keep what the
    search found, which is more compact.
    """
    if task.has_before:
        return grid
    is_balanced = task.worth == WORTH["balanced"]
    units = np.bincount(task.part, minlength=len(task.number))
    loose = np.ones(len(units), bool)
    loose[task.part[task.fixed != NEW]] = False
    small = (units <= MOST_UNITS) & (units > 1) & loose
    lacking = np.flatnonzero(small & _lacking(task, grid, floor)).tolist()
    budget = int(_BUDGET * effort / max(1, len(lacking)))
    grid = grid.copy()
    seen: set[int] = set()
    while lacking or is_balanced:
        part = lacking.pop(0) if lacking else _worst(task, grid)
        if part in seen or not small[part]:
            break
        seen.add(part)
        mask = np.zeros(len(units), bool)
        mask[part] = True
        alone, rows = task.only(mask)
        known = _worth_of(alone, grid[rows], target)
        best = _best(alone, known, target, budget)
        if best is None:
            continue
        found = _worth_of(alone, best, target)
        gains = is_balanced or (found.out, found.crossed) < (known.out, known.crossed)
        if gains and not _crowds(alone, grid[rows], best):
            grid[rows] = int(grid.max()) + 1 + best
    return grid


def _crowds(task: Task, grid: NDArray[np.int64], best: NDArray[np.integer]) -> bool:
    """Return whether a plan has fewer grids out of bounds by putting too large units together.

    The proof counts grids; what the search charges for keeps such units apart.
    """
    if task.weight.max() <= task.highest:
        return False
    alike = np.zeros(len(grid), np.int64)
    before, after = charges(task, grid, alike, 1), charges(task, best.astype(np.int64), alike, 1)
    return bool(after[0] > before[0])


def _lacking(task: Task, grid: NDArray[np.int64], floor: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return the parts that might have fewer grids out of bounds, or fewer cells crossed."""
    parts = len(task.number)
    _, part, out = out_by_part(task, grid)
    there = part >= 0
    beyond = cells_of(task, grid)[there] - 1
    crossed = np.bincount(part[there], beyond, parts).astype(np.int64)
    # A cell that no number of grids fits has to share one, or be one out of bounds; and two
    # such cells may share one.
    cells = np.bincount(task.cell, task.weight, task.cells).astype(np.int64)
    place = np.zeros(task.cells, np.int64)
    place[task.cell] = task.part
    there = np.bincount(task.cell, minlength=task.cells) > 0
    unfit = np.bincount(place[there & ~task.fits(cells)], minlength=parts)
    sharing = np.maximum(unfit - out, 0)
    lacking: NDArray[np.bool_] = (out > floor) | (crossed > (sharing + 1) // 2)
    return lacking


def _worst(task: Task, grid: NDArray[np.int64]) -> int:
    """Return the part with the grid that is furthest from the target."""
    size = np.bincount(grid, task.weight)
    there = np.bincount(grid) > 0
    return int(task.part[grid == np.argmax(np.where(there, np.abs(size - task.target), -1))][0])


def _best(task: Task, known: _Worth, target: Fraction, budget: int) -> NDArray[np.int32] | None:
    number = int(task.number[0])
    return best_plan(
        task.weight,
        task.u,
        task.v,
        task.cell,
        target=target,
        lowest=task.lowest,
        highest=task.highest,
        number=None if number == FREE else number,
        budget=budget,
        upper=(known.out, known.crossed, known.deviation, known.cut),
    )


def _worth_of(task: Task, grid: NDArray[np.integer], target: Fraction) -> _Worth:
    grid = np.unique(grid, return_inverse=True)[1]
    size = np.bincount(grid, task.weight).astype(np.int64)
    met = len(np.unique(grid * task.cells + task.cell))
    return _Worth(
        int(task.is_out(size).sum()),
        met - len(size),
        max(abs(int(each) - target) for each in size.tolist()),
        int((grid[task.u] != grid[task.v]).sum()),
    )
