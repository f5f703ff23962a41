"""Many groups of units divided at once, each into a given number of connected parts.

A group gets a random spanning tree; to take one pair out of a tree leaves two connected
halves, so every pair of the tree is one way to divide the group, and all of them are weighed
at once. Halves that are still to be divided go round again.

Source: the step of the ReCom chain (DeFord, Duchin, Solomon 2021, "Recombination: a family of
Markov chains for redistricting"), which takes the first balanced cut of one tree; here the
best cut of every tree is taken, for all groups in one pass.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from govtree._recombination._chances import chances
from govtree._recombination._forest import Forest
from govtree._recombination._task import NEW, Task, numbered

__all__ = ["divide"]

#: Passes that one call may need at most, so that no two calls draw the same chances.
PASSES = 64
#: What a tree pays for a pair across a soft line: more than all that chance can add.
_ACROSS = 2.0
#: What uneven halves of a large group pay; even ones are divided in fewer passes.
_UNEVEN = 0.3


def divide(
    task: Task, group: NDArray[np.int64], number: NDArray[np.int64], turn: int
) -> NDArray[np.int64]:
    """Return the part of each unit: numbers that begin with those of the groups.

    Args:
        task: What is to be divided.
        group: The group of each unit, each group connected; -1 for units that stay out.
        number: How many parts each group shall have; 1 or more. A group of fewer units gets
            fewer parts.
        turn: Which chances are drawn.
    """
    group = group.copy()
    number = number.copy()
    sizes = np.bincount(group[group >= 0], minlength=len(number))
    np.minimum(number, np.maximum(sizes, 1), out=number)
    at = 0
    while True:
        rows = np.flatnonzero((group >= 0) & (number[group] > 1))
        if not len(rows):
            return group
        ids, dense = numbered(group[rows], len(number))
        below, halves = _cuts(task, rows, dense, group, number[ids], turn * PASSES + at)
        made = len(number) + np.arange(len(ids))
        number = np.concatenate([number, halves])
        number[ids] -= halves
        group[rows[below]] = made[dense[below]]
        sizes = np.bincount(group[group >= 0], minlength=len(number))
        np.minimum(number, np.maximum(sizes, 1), out=number)
        at = min(at + 1, PASSES - 1)


def _cuts(
    task: Task,
    rows: NDArray[np.int64],
    dense: NDArray[np.int64],
    group: NDArray[np.int64],
    number: NDArray[np.int64],
    turn: int,
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return the best cut of each group.

    Returns:
        Which of *rows* lie below their group's cut; the number of parts that what lies below
        shall have.
    """
    groups = len(number)
    place = np.full(len(task), -1, np.int64)
    place[rows] = np.arange(len(rows))
    inside = np.flatnonzero((group[task.u] == group[task.v]) & (place[task.u] >= 0))
    inside = inside[place[task.v[inside]] >= 0]
    u, v, soft = place[task.u[inside]], place[task.v[inside]], task.soft[inside]
    cost = chances(task.keys[inside], turn) + _ACROSS * soft
    held = task.held[rows]
    if task.worth.moved:
        # Grids of the plan before grow together first, so that a cut near their border is there.
        cost += _ACROSS * (held[u] != held[v])
    forest = Forest(u, v, cost + 2.0**-53, dense, groups)

    weight, of = task.weight[rows], dense[forest.order]
    below, units = forest.sums(weight), forest.sums(np.ones(len(rows), np.int64))
    total = np.bincount(dense, weight, groups).astype(np.int64)[of]
    others = np.bincount(dense, minlength=groups)[of] - units
    whole = number[of]
    # As many parts as the share of what lies below asks for, but none without a unit.
    share = np.rint(below * whole / np.maximum(total, 1)).astype(np.int64)
    halves = np.clip(share, np.maximum(1, whole - others), np.minimum(whole - 1, units))
    cells = task.cell[rows][forest.order]
    parts_cells = np.zeros(len(rows), bool)
    parts_cells[groups:] = cells[groups:] != cells[forest.up[groups:]]

    charge = np.empty(len(rows))
    in_two = whole == 2
    charge[~in_two] = _unfinished(
        task, below[~in_two], total[~in_two], halves[~in_two], whole[~in_two]
    )
    if in_two.any():
        cut = _pairs_cut(forest, u, v, ~soft & (number[dense[u]] == 2))[in_two]
        over = total[in_two] - below[in_two]
        charge[in_two] = task.of_size(below[in_two]) + task.of_size(over) + task.worth.cut * cut
    charge -= task.worth.crossed * parts_cells
    fixed = (task.fixed[rows] != NEW).astype(np.int64)
    if fixed.any():
        # Each half needs a part for each of its fixed units.
        mine = forest.sums(fixed)
        all_ = np.bincount(dense, fixed, groups).astype(np.int64)[of]
        lacking = np.maximum(mine - halves, 0) + np.maximum(all_ - mine - (whole - halves), 0)
        charge += task.worth.torn * lacking
    charge[:groups] = np.inf
    least = np.full(groups, np.inf)
    np.minimum.at(least, of, charge)
    alike = np.flatnonzero(charge == least[of])[::-1]
    best = np.empty(groups, np.int64)
    best[of[alike]] = alike
    marked = np.zeros(len(rows), bool)
    marked[best] = True
    chosen = np.empty(len(rows), bool)
    chosen[forest.order] = forest.with_all_below(marked)
    return chosen, halves[best]


def _unfinished(
    task: Task,
    below: NDArray[np.int64],
    total: NDArray[np.int64],
    halves: NDArray[np.int64],
    whole: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return what it costs to take halves that are still to be divided."""
    over, rest = total - below, whole - halves
    beyond = (
        np.maximum(halves * task.lowest - below, 0)
        + np.maximum(below - halves * task.highest, 0)
        + np.maximum(rest * task.lowest - over, 0)
        + np.maximum(over - rest * task.highest, 0)
    ) / task.target
    off = (below - halves * total / whole) / task.target
    worth = task.worth
    late = np.where(beyond > 0, worth.out + worth.beyond * beyond, 0.0)
    charged: NDArray[np.float64] = late + off * off + _UNEVEN * np.abs(halves / whole - 0.5)
    return charged


def _pairs_cut(
    forest: Forest, u: NDArray[np.int64], v: NDArray[np.int64], counted: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return, by place, how many counted pairs have one unit at or below it and one not."""
    place = forest.places()
    u, v = u[counted], v[counted]
    units = len(forest.order)
    ends = np.bincount(u, minlength=units) + np.bincount(v, minlength=units)
    # A pair has both its units below whatever its units meet below.
    met = np.bincount(forest.meetings(place[u], place[v]), minlength=units)
    inside = np.empty(units, np.int64)
    inside[forest.order] = met
    return forest.sums(ends - 2 * inside)
