"""How large a grid may be, in whole numbers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, isfinite
from numbers import Real

from attrs import frozen

from govtree.errors import OutOfRangeError

__all__ = ["TARGET", "TOLERANCE", "Bounds", "is_number", "limits_of"]

#: Households of a grid. Source: what both places that govtree starts from aim at.
TARGET = 300
#: Share of the target that a grid may be off.
TOLERANCE = 0.2
# The most that units may add up to.
_MOST = 2**53
_UP_TO = " and up to 2^53"
# Characters that an error quotes.
_LONGEST = 40


@frozen
class Bounds:
    """The size that a grid should have, and the sizes that it may have.

    Attributes:
        target: What is aimed at; above 0.
        lowest: The least that is within bounds; 0 or more.
        highest: The most that is; *lowest* or more.
    """

    target: Fraction
    lowest: int
    highest: int

    @classmethod
    def around(cls, target: float, tolerance: float) -> Bounds:
        """Return the bounds that a share of the target makes, both included.

        Args:
            target: Above 0; need not be whole.
            tolerance: Share of the target, 0 to 1.

        Raises:
            OutOfRangeError: If one is out of its range, or no whole number lies between.

        >>> bounds = Bounds.around(300, 0.2)
        >>> bounds.lowest, bounds.highest
        (240, 360)
        """
        if not (is_number(target) and 0 < target <= _MOST):
            raise OutOfRangeError(f"target is {_shown(target)}; it has to be above 0{_UP_TO}")
        if not (is_number(tolerance) and 0 <= tolerance <= 1):
            raise OutOfRangeError(f"tolerance is {_shown(tolerance)}; it is a share, 0 to 1")
        # As it is written: 20 % of 300 is 60, not 59.99.
        aim, share = Fraction(str(target)), Fraction(str(tolerance))
        lowest, highest = ceil(aim * (1 - share)), floor(aim * (1 + share))
        if lowest > highest:
            raise OutOfRangeError(
                f"no whole number lies within {tolerance} of {target}; raise the tolerance"
            )
        return cls(aim, lowest, highest)

    @classmethod
    def between(cls, lowest: int, highest: int, target: float | None = None) -> Bounds:
        """Return bounds given by name; the target is their middle where nothing is said.

        Raises:
            OutOfRangeError: If they are not ``0 <= lowest <= target <= highest``, or no grid
                could hold anything.
        """
        for each in (lowest, highest):
            if not (is_number(each) and each == int(each) and abs(each) <= _MOST):
                raise OutOfRangeError(f"bounds hold {_shown(each)}; they are whole numbers{_UP_TO}")
        if not (target is None or is_number(target)):
            raise OutOfRangeError(f"target is {_shown(target)}; it has to be above 0{_UP_TO}")
        lowest, highest = int(lowest), int(highest)
        aim = Fraction(lowest + highest, 2) if target is None else Fraction(str(target))
        if not (0 <= lowest <= aim <= highest and highest > 0):
            raise OutOfRangeError(
                f"bounds are {lowest} and {highest} around {float(aim):g}; "
                "they have to be 0 <= lowest <= target <= highest, and highest above 0"
            )
        return cls(aim, lowest, highest)

    def holds(self, size: int) -> bool:
        """Return whether a grid of this size is within bounds."""
        return self.lowest <= size <= self.highest

    def counts_that_fit(self, total: int) -> range:
        """Return every number of grids that *total* can be divided into.

        Arithmetic only, blind to buildings and walls: an empty answer proves that no plan
        exists, while a number in it is no promise that one does.

        >>> list(Bounds.around(300, 0.2).counts_that_fit(700))
        [2]
        >>> list(Bounds.around(300, 0.2).counts_that_fit(410))
        []
        """
        fewest = max(1, -(-total // self.highest))
        most = total // self.lowest if self.lowest else max(fewest, total)
        return range(fewest, most + 1)


def limits_of(
    target: float | None, tolerance: float, bounds: Bounds | tuple[int, int] | None
) -> Bounds:
    """Return what a grid may hold: *bounds* where these are given, else around the target.

    Args:
        target: :data:`TARGET` where nothing is said, or the middle of *bounds*.
        tolerance: Share of the target that a grid may be off.
        bounds: The least and the most, in the place of *tolerance*.

    Raises:
        OutOfRangeError: If they are no bounds.
    """
    if bounds is None:
        return Bounds.around(TARGET if target is None else target, tolerance)
    if isinstance(bounds, Bounds):
        return bounds
    try:
        lowest, highest = bounds
    except (TypeError, ValueError):
        raise OutOfRangeError(f"bounds are {bounds}; give the least and the most") from None
    return Bounds.between(lowest, highest, target)


def is_number(given: object) -> bool:
    """Return whether it is a finite number, which neither a text nor yes or no is."""
    if isinstance(given, bool) or not isinstance(given, Real | Decimal):
        return False
    try:
        return isfinite(given)
    except (OverflowError, ValueError):
        # Beyond what a float holds, or a NaN of Decimal that will not be asked.
        return False


def _shown(given: object) -> str:
    text = f"{given}" if isinstance(given, Real | Decimal) else f"{given!r}"
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
