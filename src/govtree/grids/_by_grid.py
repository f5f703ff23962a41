"""Numbers that are handed in for each grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from govtree._names import NearMisses
from govtree.errors import Location, OutOfRangeError, Tally

__all__ = ["numbers_by_grid"]


def numbers_by_grid(
    grids: Sequence[str], given: Mapping[str, float] | ArrayLike, name: str, *, whole: bool = False
) -> NDArray[np.float64]:
    """Return a number for each grid, 0 or more.

    Args:
        grids: Their ids.
        given: A mapping from every grid, or numbers in the order of *grids*.
        name: What the argument is called.
        whole: Whether they have to be whole numbers.

    Raises:
        OutOfRangeError: If they are no such numbers at all.
        StructureError: With every grid without a number, number without a grid, and number
            that is none.
    """
    if not isinstance(given, Mapping):
        numbers = _array(given, name)
        if numbers.shape != (len(grids),):
            raise OutOfRangeError(
                f"{name} has the shape {numbers.shape}; it is one number for each of the "
                f"{len(grids):,} grids"
            )
        given = dict(zip(grids, numbers.tolist(), strict=True))
    tally = Tally()
    near = NearMisses(grids)
    for grid in sorted(map(str, given.keys() - set(grids))):
        where = partial(Location, record=f"{name}[{grid!r}]")
        tally.say("GT574", where, id=grid, meant=near.nearest(grid))
    answer = np.zeros(len(grids))
    for row, grid in enumerate(grids):
        where = partial(Location, record=f"{name}[{grid!r}]")
        if grid not in given:
            tally.say("GT575", where, id=grid)
            continue
        answer[row] = value = _number(given[grid])
        if not (isfinite(value) and value >= 0):
            tally.say("GT576", where, value=given[grid])
        elif whole and value != int(value):
            tally.say("GT577", where, value=given[grid])
    tally.stop()
    return answer


def _array(given: ArrayLike, name: str) -> NDArray[np.float64]:
    try:
        return np.array(given, np.float64)
    except (TypeError, ValueError) as error:
        raise OutOfRangeError(f"{name} holds what is no number") from error


def _number(value: float) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return -1.0
