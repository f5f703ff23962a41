"""Whether a handful of units can be divided within bounds at all."""

from __future__ import annotations

from collections.abc import Sequence

from govtree._recombination._board import Purse

__all__ = ["has_plan"]


def has_plan(
    weight: Sequence[int],
    pairs: Sequence[tuple[int, int]],
    *,
    lowest: int,
    highest: int,
    purse: Purse,
) -> bool:
    """Return whether units can be divided into connected parts that are all within bounds.

    For a dozen units, where arrays cost more than what is to be done with them.

    Args:
        weight: Of each unit; 0 or more.
        pairs: Rows of neighbors.
        lowest: The least within bounds; 0 or more.
        highest: The most within bounds; above 0.
        purse: How many parts may be looked at.

    Raises:
        Spent: If the purse is empty before it is known.

    >>> has_plan([2, 1, 2], [(0, 1), (1, 2)], lowest=2, highest=3, purse=Purse(100))
    True
    >>> has_plan([1, 2, 1], [(0, 1), (1, 2)], lowest=2, highest=2, purse=Purse(100))
    False
    """
    near = [0] * len(weight)
    for one, other in pairs:
        near[one] |= 1 << other
        near[other] |= 1 << one
    hopeless: set[int] = set()

    def can_be_divided(rest: int, total: int) -> bool:
        if not rest:
            return True
        if rest in hopeless or -(-total // highest) * lowest > total:
            return False
        # Each part with the first unit is made once: of the units beside a part, those that
        # were added before are closed to the parts that grow after.
        first = rest & -rest
        at = first.bit_length() - 1
        growing = [(first, near[at], rest & ~first, weight[at])]
        while growing:
            part, beside, open_, size = growing.pop()
            purse.pay(1)
            if size > highest:
                continue
            if size >= lowest and can_be_divided(rest & ~part, total - size):
                return True
            ways = beside & open_
            while ways:
                unit = ways & -ways
                ways &= ~unit
                open_ &= ~unit
                at = unit.bit_length() - 1
                growing.append((part | unit, beside | near[at], open_, size + weight[at]))
        hopeless.add(rest)
        return False

    return can_be_divided((1 << len(weight)) - 1, sum(weight))
