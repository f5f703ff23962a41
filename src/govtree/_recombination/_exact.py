"""The best plan of a small piece, proven: every plan that could be better is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from govtree._recombination._board import MOST_UNITS, Board, Purse, Spent
from govtree._recombination._floors import floors, floors_of_numbers, tightened
from govtree._recombination._levels import Asked, Cut, Levels
from govtree.errors import OutOfRangeError

__all__ = ["BUDGET", "best_plan", "least_out"]

#: Sets of units that are looked at; about half a second and 200 MB.
BUDGET = 2_000_000

#: How far from the target parts may be at first, as shares of it: a plan that is found among
#: few is the best of all, since every plan outside has a larger deviation.
_STEPS = (Fraction(1, 200), Fraction(1, 25), Fraction(1, 5))


def best_plan(
    weight: NDArray[np.int64],
    u: NDArray[np.integer],
    v: NDArray[np.integer],
    cell: NDArray[np.integer],
    *,
    target: Fraction,
    lowest: int,
    highest: int,
    number: int | None = None,
    budget: int = BUDGET,
    upper: tuple[int, int, Fraction, int] | None = None,
) -> NDArray[np.int32] | None:
    """Return the best plan of a piece in connected parts, or None where that cannot be proven.

    Best is first the fewest parts out of bounds, then the fewest cells crossed (a part with
    units of n cells crosses n - 1), then the smallest of the largest deviations from the
    target, then the fewest pairs cut. Of plans alike in all four one is taken that depends on
    nothing but the rows. Weights, bounds and target may be multiplied together without change.

    Args:
        weight: int64, of each unit; 0 or more.
        u: The one unit of each pair of neighbors.
        v: The other.
        cell: The cell of each unit, any numbers.
        target: What a part should weigh; above 0.
        lowest: The least within bounds; 0 or more.
        highest: The most.
        number: How many parts there have to be; None for any number.
        budget: Sets of units that may be looked at.
        upper: What a known plan has of the four. It saves work and changes no answer: it
            has to be that of a plan.

    Returns:
        int32, the part of each unit from 0, numbered by their first units. None where the
        budget runs out, where there are more units than a board holds, and where the units
        are in more pieces than *number*.

    Raises:
        OutOfRangeError: If *number* is not between 1 and the number of units.

    >>> weight, one, cell = np.array([2, 1, 1, 2]), np.array([0, 1, 2]), np.zeros(4)
    >>> best_plan(weight, one, one + 1, cell, target=Fraction(3), lowest=3, highest=3)
    array([0, 0, 1, 1], dtype=int32)
    """
    if not _can_be_looked_at(weight, number):
        return None
    board, purse = Board.of(weight, u, v, cell), Purse(budget)
    asked = Asked(lowest, highest, 0, 0, 0, 0, number)
    most_out = len(board) if upper is None else upper[0]
    try:
        for out in range(_floor(weight, lowest, highest, number), most_out + 1):
            known = None if upper is None or out < upper[0] else (upper[1], upper[2])
            found = _best_of(board, evolve(asked, out=out), target, purse, known)
            if found is not None:
                return found
    except Spent:
        pass
    return None


def least_out(
    weight: NDArray[np.int64],
    u: NDArray[np.integer],
    v: NDArray[np.integer],
    *,
    lowest: int,
    highest: int,
    number: int | None = None,
    budget: int = BUDGET,
) -> int | None:
    """Return the least number of parts out of bounds that any plan of a piece has.

    Args:
        weight: int64, of each unit; 0 or more.
        u: The one unit of each pair of neighbors.
        v: The other.
        lowest: The least within bounds; 0 or more.
        highest: The most.
        number: How many parts there have to be; None for any number.
        budget: Sets of units that may be looked at.

    Returns:
        The number, or None where :func:`best_plan` returns None.

    Raises:
        OutOfRangeError: If *number* is not between 1 and the number of units.

    >>> one = np.array([0, 1])
    >>> least_out(np.array([5, 1, 5]), one, one + 1, lowest=4, highest=6)
    0
    >>> least_out(np.array([1, 5, 5]), one, one + 1, lowest=4, highest=5)
    1
    """
    if not _can_be_looked_at(weight, number):
        return None
    board, purse = Board.of(weight, u, v, np.zeros(len(weight), np.int32)), Purse(budget)
    try:
        for out in range(_floor(weight, lowest, highest, number), len(board) + 1):
            if number is None and out == 1 and _is_one(board):
                return 1  # a piece left whole is one part
            asked = Asked(lowest, highest, 0, 0, out, 0, number)
            middle = Fraction(lowest + highest, 2) or Fraction(1)
            # Where there is a plan, there often is one of like parts, which is soon found.
            for least, most in _ranges(board, asked, middle, None):
                tried = evolve(asked, least=least, most=most)
                if Levels.of(board, tried, purse) is not None:
                    return out
    except Spent:
        pass
    return None


def _is_one(board: Board) -> bool:
    whole = np.array([(1 << len(board)) - 1], np.int64)
    return bool(board.first_piece(whole) == whole)


def _can_be_looked_at(weight: NDArray[np.int64], number: int | None) -> bool:
    if number is not None and not 1 <= number <= len(weight):
        raise OutOfRangeError(f"number is {number}; there are {len(weight)} units to divide")
    return 0 < len(weight) <= MOST_UNITS


def _floor(weight: NDArray[np.int64], lowest: int, highest: int, number: int | None) -> int:
    heavy = weight > highest
    total, units, above = (np.array([each]) for each in (weight.sum(), len(weight), heavy.sum()))
    divisor, smallest = np.array([np.gcd.reduce(weight)]), np.array([weight.min()])
    bounds = tightened(lowest, highest, divisor, smallest)
    if number is None:
        return int(floors(total, units, above, *bounds)[0])
    heavy_total = np.array([weight[heavy].sum()])
    asked = np.array([number])
    return int(floors_of_numbers(asked, total, units, above, heavy_total, *bounds)[0])


def _best_of(
    board: Board,
    asked: Asked,
    target: Fraction,
    purse: Purse,
    known: tuple[int, Fraction] | None,
) -> NDArray[np.int32] | None:
    """Return the best plan with *asked.out* parts out of bounds, none having fewer.

    Few crossings are tried first: with none, a part stays in its cell, which leaves little to
    look at. A plan with more crossings than have been ruled out counts only after those
    between have been.
    """
    ruled_out = -1
    most = board.cells * len(board) if known is None else known[0]
    for crossed in sorted({min(each, most) for each in (0, 1, 3, most)}):
        if board.cells == 1 and ruled_out >= 0:
            break
        of_known = known is not None and ruled_out + 1 == known[0]
        widest = known[1] if known is not None and of_known else None
        for least, largest in _ranges(board, asked, target, widest):
            tried = evolve(asked, crossed=crossed, least=least, most=largest)
            found = Levels.of(board, tried, purse)
            if found is None:
                continue
            codes, (fewest, farthest) = _judged(found, target)
            if fewest > ruled_out + 1:
                *_, (least, largest) = _ranges(board, asked, target, None)
                wider = evolve(tried, crossed=fewest - 1, least=least, most=largest)
                better = Levels.of(board, wider, purse)
                if better is not None:
                    found = better
                    codes, (fewest, farthest) = _judged(found, target)
            return found.labels(codes, farthest)
        ruled_out = crossed
    return None


def _judged(levels: Levels, target: Fraction) -> tuple[list[NDArray[np.int64]], tuple[int, int]]:
    codes = [_deviation_codes(cut, target) for cut in levels.cuts]
    return codes, levels.crossed_and_deviation(codes)


def _deviation_codes(cut: Cut, target: Fraction) -> NDArray[np.int64]:
    """Return numbers in the order of the deviations, equal where those are equal.

    With target = f + r, a part of a > f deviates by (a - f) - r, one of b <= f by (f - b) + r.
    Which is larger depends on 2r against whole numbers only, so that quarters can stand for
    all r, and nothing is rounded and nothing overflows.
    """
    whole = floor(target)
    twice = 2 * (target - whole)
    quarter = 0 if twice == 0 else 1 if twice < 1 else 2 if twice == 1 else 3
    apart = cut.weight - whole
    return np.where(apart > 0, 4 * apart - quarter, quarter - 4 * apart)


def _ranges(
    board: Board, asked: Asked, target: Fraction, widest: Fraction | None
) -> Iterator[tuple[int, int]]:
    """Give the least and the most that parts may weigh, wider and wider, the last the widest."""
    total = int(board.weight.sum())
    if asked.out:
        end = max(target, total - target)
        if asked.number is None and board.cells == 1 and _is_one(board):
            end = abs(total - target)  # left whole it is a plan, and none has less out
    else:
        end = max(target - asked.lowest, asked.highest - target)
    if widest is not None:
        end = min(end, widest)
    about = max(1, floor(total / target))
    numbers = (about, about + 1) if asked.number is None else (asked.number,)
    # The largest deviation is never below that of the mean.
    base = min(abs(Fraction(total, each) - target) for each in numbers)
    for step in _STEPS:
        reach = base + step * target
        if reach < end:
            yield max(0, ceil(target - reach)), floor(target + reach)
    yield max(0, ceil(target - end)), floor(target + end)
