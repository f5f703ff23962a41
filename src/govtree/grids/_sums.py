"""What units add up to in the grid, the building or the compound that they lie in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from govtree._columns import NONE, IntArray

__all__ = ["main_of", "sum_of"]


def sum_of(values: NDArray[np.int64], group: IntArray, groups: int) -> NDArray[np.int64]:
    """Return the sum of *values* in each group, exactly.

    Args:
        values: Of each unit.
        group: Of each unit; negative for none.
        groups: How many there are.
    """
    # In whole numbers: bincount with weights would add up floats.
    answer = np.zeros(groups, np.int64)
    np.add.at(answer, group[group >= 0], values[group >= 0])
    return answer


def main_of(
    code: IntArray,
    group: IntArray,
    groups: int,
    weight: NDArray[np.int64] | None = None,
    *,
    is_majority: bool = False,
) -> IntArray:
    """Return the code that most of each group has; -1 for a group without units.

    Most of what is counted, then most units, then the smallest code.

    Args:
        code: Of each unit; -1 is a code like others.
        group: Of each unit; negative for none.
        groups: How many there are.
        weight: What is counted in each unit; None where units are.
        is_majority: Whether it has to be more than half of what is counted, or of the units
            where nothing is; else the answer is -1.

    >>> main_of(np.array([7, 7, 4]), np.array([0, 0, 0]), 2, np.array([10, 10, 30])).tolist()
    [4, -1]
    """
    placed = group >= 0
    code, group = code[placed], group[placed]
    held = np.ones(len(code), np.int64) if weight is None else weight[placed]
    width = int(code.max(initial=-1)) + 2
    keys, at = np.unique(group.astype(np.int64) * width + code + 1, return_inverse=True)
    of, which = keys // width, (keys % width - 1).astype(np.int32)
    much, units = sum_of(held, at, len(keys)), np.bincount(at, minlength=len(keys))
    order = np.lexsort((which, -units, -much, of))
    found, first = np.unique(of[order], return_index=True)
    best = order[first]
    answer = np.full(groups, NONE, np.int32)
    answer[found] = which[best]
    if is_majority:
        total = sum_of(held, group, groups)[found]
        number = np.bincount(group, minlength=groups)[found]
        half = np.where(total > 0, 2 * much[best] > total, 2 * units[best] > number)
        answer[found[~half]] = NONE
    return answer
