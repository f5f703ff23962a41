"""Colors of grids on a map: no two that touch look alike, in color, in grey, to any eye."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["TINTS", "colored"]

#: Light enough for a dark label, each darker than the one before: told apart in grey, too.
#: The hues are those of Okabe and Ito, "Color Universal Design" (2008), set to steps of lightness.
TINTS = ("#fdf6d3", "#bfe3f7", "#f9c98b", "#8fd0b5", "#d9a3c4", "#8fa9d6", "#b59b7a")


def colored(
    count: int, u: NDArray[np.int32], v: NDArray[np.int32], colors: int
) -> NDArray[np.int32]:
    """Return int32, one color a grid, different for grids that touch wherever that can be.

    The grid with most neighbors goes first, and takes the color that is used least among those
    that its neighbors have not; where they have all, that of the fewest of them.

    Args:
        count: How many grids there are.
        u: One grid of each pair that touches; pairs may repeat.
        v: The other.
        colors: How many colors there are; 1 or more.

    >>> colored(3, np.array([0, 1], np.int32), np.array([1, 2], np.int32), 4).tolist()
    [1, 0, 2]
    """
    beside: list[set[int]] = [set() for _ in range(count)]
    for one, other in zip(u.tolist(), v.tolist(), strict=True):
        if one != other:
            beside[one].add(other)
            beside[other].add(one)
    taken = np.full(count, -1, np.int32)
    used = [0] * colors
    for grid in sorted(range(count), key=lambda each: (-len(beside[each]), each)):
        near = [0] * colors
        for other in beside[grid]:
            if taken[other] >= 0:
                near[taken[other]] += 1
        best = min(range(colors), key=lambda color: (near[color], used[color], color))
        taken[grid] = best
        used[best] += 1
    return taken
