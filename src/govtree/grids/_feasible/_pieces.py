"""What arithmetic knows of each piece of a map, before any search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from govtree._columns import read_only
from govtree._recombination._board import Purse, Spent
from govtree._recombination._exact import least_out
from govtree._recombination._floors import fewest_and_most, floors, floors_of_numbers, tightened
from govtree._recombination._some_plan import has_plan
from govtree.grids._bounds import Bounds
from govtree.grids._buildings._map import BuildingMap

__all__ = ["CAUSES", "Pieces", "fitting", "floor_of_group", "least_of_number", "proven"]

#: Why a grid of a piece has to be out of bounds, as a code: a row of this.
CAUSES = (
    "",
    "nothing counted",
    "too small",
    "no number fits",
    "unit above",
    "no units add up",
    "no plan",
)
_EMPTY, _SMALL, _NUMBER, _ABOVE, _SUMS, _PLAN = range(1, len(CAUSES))

#: Pieces of so many units are looked through where arithmetic leaves a doubt, ...
_UNITS = 16
#: ... as far as so many sets of units go, for one and for all: about a hundredth of a second.
_FOR_ONE, _FOR_ALL = 1_000, 8_000
#: The same for a number of grids that was asked for.
_FOR_NUMBER = 20_000

Counts = NDArray[np.int64]


@frozen(eq=False)
class Pieces:
    """Each part of a map that hard barriers and communities leave, in order of its first unit.

    Attributes:
        part: int32, the piece of each unit of the map.
        order: int64, rows of units, piece by piece, in order within each.
        start: int64, where in *order* each piece begins.
        units: int64, how many units each has.
        total: int64, what is counted in it.
        heavy: int64, how many of its units are above the bound alone.
        heavy_total: int64, what is counted in those.
        fewest: int64, the fewest grids within bounds that its total can be divided into.
        most: int64, the most; below *fewest* where no number fits.
        least: int64, the least that a grid of it within bounds can hold.
        largest: int64, the most; below *least* where its units add up to no grid.
        out: int64, 1 where a grid of it has to be out of bounds, whatever the number of grids.
        cause: int8, why, as a row of :data:`CAUSES`.
    """

    part: NDArray[np.int32] = field(converter=read_only)
    order: Counts
    start: Counts
    units: Counts
    total: Counts
    heavy: Counts
    heavy_total: Counts
    fewest: Counts
    most: Counts
    least: Counts
    largest: Counts
    out: Counts
    cause: NDArray[np.int8]

    @classmethod
    def of(cls, count: int, part: NDArray[np.int32], weight: Counts, bounds: Bounds) -> Self:
        """Return what is known of *count* pieces, *part* being that of each unit."""
        order = np.argsort(part, kind="stable")
        units = np.bincount(part, minlength=count).astype(np.int64)
        start = np.cumsum(units) - units

        def by_piece(join: np.ufunc, values: Counts) -> Counts:
            found: Counts = join.reduceat(values[order], start) if count else values[:0]
            return found

        above = weight > bounds.highest
        total, heavy = by_piece(np.add, weight), by_piece(np.add, above.astype(np.int64))
        smallest = by_piece(np.minimum, weight)
        least, largest = tightened(
            bounds.lowest, bounds.highest, by_piece(np.gcd, weight), smallest
        )
        fewest = np.maximum(1, -(-total // bounds.highest))
        most = total // bounds.lowest if bounds.lowest else units
        out = floors(total, units, heavy, least, largest)
        cause = np.select(
            [
                (total == 0) & (bounds.lowest > 0),
                total < bounds.lowest,
                (fewest > most) & (units > 1),
                heavy > 0,
                out > 0,
            ],
            [_EMPTY, _SMALL, _NUMBER, _ABOVE, _SUMS],
            0,
        ).astype(np.int8)
        heavy_total = by_piece(np.add, np.where(above, weight, 0))
        return cls(
            part, order, start, units, total, heavy, heavy_total, fewest, most, least, largest,
            out, cause,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.units)

    def rows(self, piece: int) -> Counts:
        """Return the rows of the units of a piece."""
        return self.order[self.start[piece] : self.start[piece] + self.units[piece]]

    def shared(self, codes: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return the code that all units of a piece have, -1 where they differ."""
        if not len(self):
            return np.zeros(0, np.int64)
        ordered = codes[self.order].astype(np.int64)
        low = np.minimum.reduceat(ordered, self.start)
        return np.where(low == np.maximum.reduceat(ordered, self.start), low, -1)

    def within(self) -> Counts:
        """Return the most grids of each piece that can be within bounds together."""
        return self.units - floors_of_numbers(
            self.units, self.total, self.units, self.heavy, self.heavy_total, self.least,
            self.largest,
        )  # fmt: skip


def proven(pieces: Pieces, map: BuildingMap, joined: NDArray[np.bool_], bounds: Bounds) -> Pieces:
    """Return the pieces after small ones were looked through, where there was a doubt.

    The smallest first, as long as it takes no time that anybody notices.
    """
    doubtful = np.flatnonzero(
        (pieces.out == 0) & (pieces.total > bounds.highest) & (pieces.units <= _UNITS)
    )
    if not len(doubtful):
        return pieces
    doubtful = doubtful[np.argsort(pieces.units[doubtful], kind="stable")]
    out, cause = pieces.out.copy(), pieces.cause.copy()
    pairs_of = _pairs_of(pieces, map, joined)
    left = _FOR_ALL
    for piece in doubtful.tolist():
        if left <= 0:
            break
        purse = Purse(min(left, _FOR_ONE))
        u, v = pairs_of(piece)
        try:
            is_possible = has_plan(
                map.weight[pieces.rows(piece)].tolist(),
                list(zip(u.tolist(), v.tolist(), strict=True)),
                lowest=bounds.lowest,
                highest=bounds.highest,
                purse=purse,
            )
        except Spent:
            is_possible = True  # as far as anybody knows
        if not is_possible:
            out[piece], cause[piece] = 1, _PLAN
        left -= purse.paid
    return evolve(pieces, out=out, cause=cause)


def least_of_number(
    pieces: Pieces,
    map: BuildingMap,
    joined: NDArray[np.bool_],
    bounds: Bounds,
    piece: int,
    number: int,
) -> int:
    """Return the least of *number* grids of a small piece that are out of bounds, else 0."""
    if pieces.units[piece] > _UNITS:
        return 0
    weight = map.weight[pieces.rows(piece)]
    number = min(number, len(weight))
    u, v = _pairs_of(pieces, map, joined)(piece)
    lowest, highest = bounds.lowest, bounds.highest
    found = least_out(
        weight, u, v, lowest=lowest, highest=highest, number=number, budget=_FOR_NUMBER
    )
    return found or 0


def _pairs_of(
    pieces: Pieces, map: BuildingMap, joined: NDArray[np.bool_]
) -> Callable[[int], tuple[Counts, Counts]]:
    """Return a function that gives the pairs of a piece, as rows within it."""
    place = np.empty(len(map), np.int64)
    place[pieces.order] = np.arange(len(map)) - np.repeat(pieces.start, pieces.units)
    u, v = map.neighbors.u[joined], map.neighbors.v[joined]
    own = pieces.part[u]
    order = np.argsort(own, kind="stable")
    ends = np.searchsorted(own[order], np.arange(len(pieces) + 1))

    def pairs(piece: int) -> tuple[Counts, Counts]:
        rows = order[ends[piece] : ends[piece + 1]]
        return place[u[rows]], place[v[rows]]

    return pairs


def fitting(pieces: Pieces, chosen: NDArray[np.int64]) -> tuple[Counts, Counts]:
    """Return the fewest and the most grids of each piece at no more cost than must be.

    Of a piece let W be the most grids within bounds at once, and F the fewest grids that its
    total fits into. F to W grids may all be within bounds, where nothing else speaks against
    it. Where nothing fits, at least 1 is out, and no more need be of 1 to W + 1 grids.
    """
    within = pieces.within()[chosen]
    fits = pieces.out[chosen] == 0
    fewest, _ = fewest_and_most(
        pieces.total[chosen], pieces.units[chosen], pieces.least[chosen], pieces.largest[chosen]
    )
    return np.where(fits, fewest, 1), np.where(fits, within, within + 1)


def floor_of_group(pieces: Pieces, chosen: NDArray[np.int64], number: int) -> int:
    """Return the least grids out of bounds of *number* grids over *chosen* pieces.

    With F and W as in :func:`fitting`, k grids of a piece have at least k - W out of bounds, and
    at least 1 if k < F or if nothing fits. Over all pieces, the cost of what nothing fits is
    always paid. If *number* is below what the pieces take at least, some have to go below F, down
    to 1 grid at a cost of 1 each: the fewest pieces where those of the largest F go. If it is
    above what they take at most, each grid beyond costs 1, whichever piece it lies in. What lies
    between costs nothing more, since the numbers of a piece have no gaps.

    Args:
        pieces: Of the map.
        chosen: Rows of them, at least one.
        number: Grids over all of them; brought between the number of pieces and of units.
    """
    number = min(max(number, len(chosen)), int(pieces.units[chosen].sum()))
    fewest, most = fitting(pieces, chosen)
    floor = int(pieces.out[chosen].sum())
    if number < fewest.sum():
        saved = np.cumsum(np.sort(fewest - 1)[::-1])
        return floor + 1 + int(np.searchsorted(saved, fewest.sum() - number))
    return floor + max(0, number - int(most.sum()))
