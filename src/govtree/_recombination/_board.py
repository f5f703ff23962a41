"""One small piece of a map, its sets of units held as the bits of whole numbers."""

from __future__ import annotations

from typing import Self

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

__all__ = ["MOST_UNITS", "Board", "Purse", "Spent"]

Masks = NDArray[np.int64]

#: Units that a board can hold: two tables of 2**13 answer for a mask.
MOST_UNITS = 26
_HALF = 13


class Spent(Exception):  # noqa: N818 - the end of a budget is no error
    """The budget has run out; nothing can be claimed."""


class Purse:
    """How many sets of units may still be looked at."""

    def __init__(self, budget: int) -> None:
        self._left = budget

    def pay(self, states: int) -> None:
        """Take *states* from what is left.

        Raises:
            Spent: If it was less.
        """
        self._left -= states
        if self._left < 0:
            raise Spent


@frozen(eq=False)
class Board:
    """The units of one piece, in an order that begins at its edge.

    A set of units is an int64 with a bit for each. Parts are grown from the first unit that
    is left, and what is grown from the edge leaves less in pieces.

    Attributes:
        rows: int64, the row in the input of each unit of the board.
        weight: int64.
        near: Masks, the neighbors of each unit.
        home: Masks, the units of the cell of each unit.
        cells: How many cells there are.
        pairs: How many pairs lie beside one another.
    """

    rows: NDArray[np.int64]
    weight: NDArray[np.int64]
    near: Masks
    home: Masks
    cells: int
    pairs: int
    _sorted: NDArray[np.int64]
    _lightest: Masks
    _near_of: tuple[Masks, Masks]
    _weight_of: tuple[NDArray[np.int64], NDArray[np.int64]]

    @classmethod
    def of(
        cls,
        weight: NDArray[np.int64],
        u: NDArray[np.integer],
        v: NDArray[np.integer],
        cell: NDArray[np.integer],
    ) -> Self:
        """Return the board of units, whatever the order of their pairs."""
        units = len(weight)
        beside: list[set[int]] = [set() for _ in range(units)]
        for one, other in zip(np.asarray(u).tolist(), np.asarray(v).tolist(), strict=True):
            if one != other:
                beside[one].add(other)
                beside[other].add(one)
        rows = _from_the_edge(beside)
        place = {row: at for at, row in enumerate(rows)}
        near = np.array([sum(1 << place[each] for each in beside[row]) for row in rows], np.int64)
        code = np.asarray(cell)[rows]
        bits = np.left_shift(np.int64(1), np.arange(units))
        home = np.array([bits[code == each].sum() for each in code], np.int64)
        heavy = np.asarray(weight, np.int64)[rows]
        by_weight = np.argsort(heavy, kind="stable")
        return cls(
            np.array(rows, np.int64),
            heavy,
            near,
            home,
            len(np.unique(code)),
            sum(map(len, beside)) // 2,
            heavy[by_weight],
            np.concatenate([[0], np.cumsum(bits[by_weight])]).astype(np.int64),
            (_tabled(near[:_HALF], np.bitwise_or), _tabled(near[_HALF:], np.bitwise_or)),
            (_tabled(heavy[:_HALF], np.add), _tabled(heavy[_HALF:], np.add)),
        )

    def __len__(self) -> int:
        return len(self.rows)

    def total(self, mask: Masks) -> NDArray[np.int64]:
        """Return what the units of each mask weigh."""
        low, high = self._weight_of
        found: NDArray[np.int64] = low[mask & (2**_HALF - 1)] + high[mask >> _HALF]
        return found

    def around(self, mask: Masks) -> Masks:
        """Return the units beside those of each mask, some of which may be its own."""
        low, high = self._near_of
        found: Masks = low[mask & (2**_HALF - 1)] | high[mask >> _HALF]
        return found

    def no_heavier(self, room: NDArray[np.int64]) -> Masks:
        """Return the units that weigh *room* at most."""
        return self._lightest[np.searchsorted(self._sorted, room, "right")]

    def first_piece(self, mask: Masks) -> Masks:
        """Return the connected piece of each mask that its first unit lies in."""
        piece = mask & -mask
        while True:
            wider = (piece | self.around(piece)) & mask
            if np.array_equal(wider, piece):
                return piece
            piece = wider

    def inner(self, mask: Masks) -> NDArray[np.int64]:
        """Return how many pairs lie inside of each mask."""
        ends = np.zeros(len(mask), np.int64)
        for at, near in enumerate(self.near.tolist()):
            ends += np.bitwise_count(mask & near) * ((mask >> at) & 1)
        return ends // 2

    def crossed(self, mask: Masks) -> NDArray[np.int64]:
        """Return how many cells beyond its first each mask has units of."""
        number = np.zeros(len(mask), np.int64)
        for home in dict.fromkeys(self.home.tolist()):
            number += (mask & home) != 0
        return number - 1


def _tabled(values: NDArray[np.int64], join: np.ufunc) -> NDArray[np.int64]:
    """Return, for every set of the values, what they are together."""
    table = np.zeros(1, np.int64)
    for each in values:
        table = np.concatenate([table, join(table, each)])
    return table


def _from_the_edge(beside: list[set[int]]) -> list[int]:
    """Return all units by their steps from one that lies far out, then by row."""
    order: list[int] = []
    seen: set[int] = set()
    for row in range(len(beside)):
        if row not in seen:
            order += _outwards(beside, _outwards(beside, row)[-1])
            seen.update(order)
    return order


def _outwards(beside: list[set[int]], row: int) -> list[int]:
    order, seen, ring = [row], {row}, [row]
    while ring:
        ring = sorted({each for one in ring for each in beside[one]} - seen)
        seen.update(ring)
        order += ring
    return order
