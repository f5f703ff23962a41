"""How large a grid may be, in whole numbers."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, isfinite
from operator import index

from attrs import frozen

from govtree.errors import OutOfRangeError

__all__ = ["Bounds"]

#: More than anybody counts; sums of so many fit into 64 bits.
_MOST = 10**12


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
        if not (_is_number(target) and 0 < target <= _MOST):
            raise OutOfRangeError(f"target is {target}; it has to be above 0 and {_MOST:,} at most")
        if not (_is_number(tolerance) and 0 <= tolerance <= 1):
            raise OutOfRangeError(f"tolerance is {tolerance}; it is a share, 0 to 1")
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
        lowest, highest = _whole(lowest), _whole(highest)
        if target is not None and not _is_number(target):
            raise OutOfRangeError(f"target is {target}; it has to be a number")
        aim = Fraction(lowest + highest, 2) if target is None else Fraction(str(target))
        if not (0 <= lowest <= aim <= highest <= _MOST and highest > 0):
            raise OutOfRangeError(
                f"bounds are {lowest} and {highest} around {float(aim):g}; "
                "they have to be 0 <= lowest <= target <= highest, and highest above 0 and "
                f"{_MOST:,} at most"
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


def _is_number(given: object) -> bool:
    if isinstance(given, bool | str):
        return False
    try:
        return isfinite(given)  # type: ignore[arg-type]
    except OverflowError:  # a whole number, beyond what a float holds
        return True
    except TypeError:
        return False


def _whole(given: int) -> int:
    """Return a bound as a whole number, one of numpy too.

    Raises:
        OutOfRangeError: If it is none.
    """
    try:
        whole = index(given)
    except TypeError:
        whole = -1
    if isinstance(given, bool) or whole < 0:
        raise OutOfRangeError(f"a bound is {given}; it has to be a whole number, 0 or more")
    return whole
