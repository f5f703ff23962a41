"""Branches that are too small, merged with those beside them."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from govtree.grids._bounds import Bounds
from govtree.grids._buildings._map import BuildingMap

__all__ = ["merged"]


def merged(
    map: BuildingMap, branch: NDArray[np.int32], bounds: Bounds
) -> tuple[NDArray[np.int32], tuple[int, ...]]:
    """Return branches of which none is too small while one beside it has room.

    The smallest goes first: to the neighbor with which it stays within the highest bound,
    rather one that no soft line is in front of, then the smallest, then the first. This is
    no optimum, but what is left too small is so for good: merging never makes the
    neighbors of others smaller.

    Args:
        map: What the branches are made of; its weight is what *bounds* are about.
        branch: Of each unit, any whole number of 0 or more.
        bounds: What a branch may hold.

    Returns:
        Branch of each unit, the number of the first unit in it; and the numbers of those that
        are still too small, sorted.
    """
    first: dict[int, int] = {}
    root = [first.setdefault(each, at) for at, each in enumerate(branch.tolist())]
    size: dict[int, int] = dict.fromkeys(root, 0)
    for each, weight in zip(root, map.weight.tolist(), strict=True):
        size[each] += weight
    beside = _beside(map, root, size)
    into: dict[int, int] = {}
    queue: list[tuple[int, int]] = []
    for each, held in size.items():
        if held < bounds.lowest:
            heappush(queue, (held, each))
    while queue:
        held, small = heappop(queue)
        if small in into or size[small] != held:
            continue
        fits = [
            (is_soft, size[other], other)
            for other, is_soft in beside[small].items()
            if held + size[other] <= bounds.highest
        ]
        if not fits:
            continue
        other = min(fits)[2]
        # The earlier number stays.
        keep, gone = min(small, other), max(small, other)
        into[gone] = keep
        size[keep] += size.pop(gone)
        for third, is_soft in beside.pop(gone).items():
            del beside[third][gone]
            if third != keep:
                lined = is_soft and beside[keep].get(third, True)
                beside[keep][third] = beside[third][keep] = lined
        if size[keep] < bounds.lowest:
            heappush(queue, (size[keep], keep))
    small_still = tuple(sorted(each for each, held in size.items() if held < bounds.lowest))
    return np.array([_last(into, each) for each in root], np.int32), small_still


def _beside(map: BuildingMap, root: list[int], size: dict[int, int]) -> dict[int, dict[int, bool]]:
    """Return the neighbors of each branch, and whether there are soft lines only between."""
    answer: dict[int, dict[int, bool]] = {each: {} for each in size}
    pairs = map.neighbors
    for u, v, is_soft in zip(pairs.u.tolist(), pairs.v.tolist(), pairs.soft.tolist(), strict=True):
        one, other = root[u], root[v]
        if one != other:
            lined = is_soft and answer[one].get(other, True)
            answer[one][other] = answer[other][one] = lined
    return answer


def _last(into: dict[int, int], each: int) -> int:
    while each in into:
        each = into[each]
    return each
