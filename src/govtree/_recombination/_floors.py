"""How many parts are out of bounds in any plan: what arithmetic alone can prove."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["fewest_and_most", "floors", "floors_of_numbers", "tightened"]

Counts = NDArray[np.int64]


def tightened(
    lowest: int, highest: int, divisor: Counts, smallest: Counts
) -> tuple[Counts, Counts]:
    """Return the least and the most that a part within bounds can weigh, one of each a piece.

    A part weighs a multiple of what divides all of its units, and no less than the smallest of
    them. The least is above the most where no part can be within bounds.

    Args:
        lowest: The least within bounds; 0 or more.
        highest: The most within bounds.
        divisor: The greatest common divisor of the weights of a piece; 0 where all are 0.
        smallest: The smallest of its weights.
    """
    step = np.maximum(divisor, 1)
    least = np.maximum(-(-lowest // step) * step, smallest)
    most = np.where(divisor > 0, highest // step * step, 0)
    return least, most


def fewest_and_most(
    total: Counts, units: Counts, least: Counts | np.int64, most: Counts | np.int64
) -> tuple[Counts, Counts]:
    """Return the fewest and the most parts of *least* to *most* that pieces can be.

    The fewest is above the most where no number of parts fits.

    Source: n parts hold between n * least and n * most, and no part is empty.
    """
    fewest = np.maximum(1, -(-total // np.maximum(most, 1)))
    largest = np.where(least > 0, np.minimum(units, total // np.maximum(least, 1)), units)
    never = (most < least) | ((most <= 0) & (total > 0))
    return np.where(never, 1, fewest), np.where(never, 0, largest)


def floors(total: Counts, units: Counts, heavy: Counts, least: Counts, most: Counts) -> Counts:
    """Return the least number of parts out of bounds, 0 or 1, whatever the number of parts.

    It is 1 where a unit is above the bound alone, because the part that holds it is, and where
    no number of parts fits the total. It is never more: a connected piece left whole is a plan
    of one part, however many of its units are above the bound. So 1 is the true minimum, and 0
    may be below it, since the arithmetic does not see who lies beside whom.

    Args:
        total: What a piece weighs.
        units: How many units it has.
        heavy: How many of them are above the bound alone.
        least: As :func:`tightened` returns it.
        most: The same.
    """
    fewest, largest = fewest_and_most(total, units, least, most)
    return ((fewest > largest) | (heavy > 0)).astype(np.int64)


def floors_of_numbers(
    number: Counts,
    total: Counts,
    units: Counts,
    heavy: Counts,
    heavy_total: Counts,
    least: Counts,
    most: Counts,
) -> Counts:
    """Return the least number of parts out of bounds among *number* parts of each piece.

    Of a plan, let r parts be within bounds. No unit above the bound lies in one of them. So

    - they share what is not in such units: r * least <= total - heavy total;
    - each has a unit of its own: r <= units - heavy;
    - if all parts are within bounds, then no unit is above, and number * most >= total.

    Each bounds r from above, and number - r parts are out. Where all the weight above is in
    one part, no more than that part need be out: a total that is too large costs one part.

    Args:
        number: 1 to *units*.
        total: What a piece weighs.
        units: How many units it has.
        heavy: How many of them are above the bound alone.
        heavy_total: What those weigh together.
        least: As :func:`tightened` returns it.
        most: The same.
    """
    within = np.minimum(number, units - heavy)
    share = (total - heavy_total) // np.maximum(least, 1)
    within = np.where(least > 0, np.minimum(within, share), within)
    within = np.where(most < least, 0, within)
    too_much = (heavy > 0) | (number * most < total)
    within = np.minimum(within, number - too_much)
    found: Counts = number - within
    return found
