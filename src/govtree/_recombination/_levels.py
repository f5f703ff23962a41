"""Every way to take one part after another off a small piece, level by level, in batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._recombination._board import Board, Masks, Purse
from govtree._recombination._floors import fewest_and_most

__all__ = ["Asked", "Cut", "Levels"]

_NEVER = np.int64(1) << 60


@frozen
class Asked:
    """What parts have to be like to be looked at.

    Attributes:
        lowest: The least that is within bounds.
        highest: The most that is.
        least: The least that any part may weigh, out of bounds or not.
        most: The most that any part may weigh.
        out: How many parts may be out of bounds.
        crossed: How many cells may be crossed.
        number: How many parts there have to be, or None.
    """

    lowest: int
    highest: int
    least: int
    most: int
    out: int
    crossed: int
    number: int | None


@frozen(eq=False)
class Cut:
    """The ways to take one more part off: from each state of a level to one of the next.

    Attributes:
        states: How many states there are on this level.
        start: Which of them a part is taken off.
        end: The state of the next level that is left, -1 where nothing is left.
        part: Masks, the part.
        weight: What it weighs.
        crossed: Cells that it crosses.
    """

    states: int
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    part: Masks
    weight: NDArray[np.int64]
    crossed: NDArray[np.int64]


@frozen(eq=False)
class Levels:
    """All plans that keep to what is asked, as the paths through the levels."""

    board: Board
    cuts: tuple[Cut, ...]

    @classmethod
    def of(cls, board: Board, asked: Asked, purse: Purse) -> Self | None:
        """Return the levels; None where no plan keeps to what is asked.

        A state is what is left, with how many of its parts were out of bounds so far. States
        that no plan can be made from, as far as arithmetic tells, are left out.

        Raises:
            Spent: If the purse is empty.
        """
        cuts = []
        rest = np.array([(1 << len(board)) - 1], np.int64)
        used = np.zeros(1, np.int64)
        crossed = np.zeros(1, np.int64)
        is_found = False
        if not _may_go_on(board, asked, rest, used, asked.number)[0]:
            return None
        for depth in range(len(board)):
            left = None if asked.number is None else asked.number - depth
            start, part = _parts(board, asked, purse, rest, used, crossed, left)
            weight, cells = board.total(part), board.crossed(part)
            out = (weight < asked.lowest) | (weight > asked.highest)
            behind, spent = rest[start] & ~part, used[start] + out
            keys, which = np.unique(behind | spent << len(board), return_inverse=True)
            rest, used = keys & ((1 << len(board)) - 1), keys >> len(board)
            kept = _may_go_on(board, asked, rest, used, None if left is None else left - 1)
            at = np.where(kept & (rest != 0), np.cumsum(kept & (rest != 0)) - 1, -1)
            goes = kept[which] & (crossed[start] + cells <= asked.crossed)
            cuts.append(
                Cut(
                    len(crossed),
                    start[goes],
                    at[which[goes]],
                    part[goes],
                    weight[goes],
                    cells[goes],
                )
            )
            here = cuts[-1]
            is_found = is_found or bool((here.end < 0).any())
            fewest = np.full(len(keys), _NEVER)
            np.minimum.at(fewest, which[goes], (crossed[start] + cells)[goes])
            goes_on = kept & (rest != 0)
            rest, used, crossed = rest[goes_on], used[goes_on], fewest[goes_on]
            if not len(rest):
                break
        return cls(board, tuple(cuts)) if is_found else None

    def crossed_and_deviation(self, codes: Sequence[NDArray[np.int64]]) -> tuple[int, int]:
        """Return the fewest cells crossed, and with them the smallest of the largest codes.

        A plan whose rest is no worse is no worse, because neither a sum nor a maximum falls
        when one of what it is made of rises. So the best of each state is enough.

        Args:
            codes: For each cut how far its parts are from the target, as numbers of that order.
        """
        crossed, largest = np.zeros(1, np.int64), np.zeros(1, np.int64)
        for cut, code in zip(self.cuts[::-1], codes[::-1], strict=True):
            # What ends nowhere is the last, at -1.
            sums = cut.crossed + crossed[cut.end]
            farthest = np.maximum(code, largest[cut.end])
            crossed = _least(cut, sums)
            is_best = sums == crossed[cut.start]
            largest = _least(cut, np.where(is_best, farthest, _NEVER))
        return int(crossed[0]), int(largest[0])

    def labels(self, codes: Sequence[NDArray[np.int64]], farthest: int) -> NDArray[np.int32]:
        """Return the plan of fewest cells crossed, then pairs cut, with no code above *farthest*.

        Of plans alike in both, the first by the masks of its parts. A part of each unit, in
        the order of the input, numbered by their first units.
        """
        costs = []
        cost = np.zeros(1, np.int64)
        for cut, code in zip(self.cuts[::-1], codes[::-1], strict=True):
            # Pairs inside of parts are never more than all pairs: crossings come first.
            own = cut.crossed * (self.board.pairs + 1) - self.board.inner(cut.part)
            sums = np.where(code <= farthest, own + cost[cut.end], _NEVER)
            costs.append(sums)
            cost = _least(cut, sums)
        found = np.zeros(len(self.board), np.int32)
        state = 0
        for number, (cut, sums) in enumerate(zip(self.cuts, costs[::-1], strict=True)):
            ways = np.flatnonzero(cut.start == state)
            ways = ways[sums[ways] == sums[ways].min()]
            way = ways[cut.part[ways].argmin()]
            part = int(cut.part[way])
            rows = [row for at, row in enumerate(self.board.rows.tolist()) if part >> at & 1]
            found[rows] = number
            state = int(cut.end[way])
            if state < 0:
                break
        first = np.unique(found, return_index=True)[1]
        rank = np.empty(len(first), np.int32)
        rank[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
        return rank[found]


def _least(cut: Cut, values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the least value of each state, and 0 for the end of all."""
    least = np.full(cut.states + 1, _NEVER)
    np.minimum.at(least, cut.start, values)
    least[-1] = 0
    return least


def _parts(
    board: Board,
    asked: Asked,
    purse: Purse,
    rest: Masks,
    used: NDArray[np.int64],
    crossed: NDArray[np.int64],
    left: int | None,
) -> tuple[NDArray[np.int64], Masks]:
    """Return every part that may be taken off each state: the state, and the part."""
    strict = used == asked.out
    least = np.where(strict, max(asked.least, asked.lowest), asked.least)
    most = np.where(strict, min(asked.most, asked.highest), asked.most)
    whole = board.total(rest)
    fewest, largest = fewest_and_most(whole, np.bitwise_count(rest).astype(np.int64), least, most)
    if left is not None:
        fewest = largest = np.full(len(rest), left)
    # The other parts can take no more and no less than this.
    least, most = (
        np.maximum(least, whole - (largest - 1) * most),
        np.minimum(most, whole - (fewest - 1) * least),
    )
    if left == 1:
        fits = (whole >= least) & (whole <= most)
        purse.pay(len(rest))
        return np.flatnonzero(fits), rest[fits]
    return _grown(board, purse, rest, least, most, asked.crossed - crossed)


def _grown(
    board: Board,
    purse: Purse,
    rest: Masks,
    least: NDArray[np.int64],
    most: NDArray[np.int64],
    spare: NDArray[np.int64],
) -> tuple[NDArray[np.int64], Masks]:
    """Return every connected part with the first unit of *rest* in it, each once.

    Each step decides about one unit beside the part, to take it or never to take it, so that
    no part is met twice and none has to be looked for among those met before.
    """
    states: list[NDArray[np.int64]] = []
    parts: list[Masks] = []
    at = np.bitwise_count((rest & -rest) - 1).astype(np.int64)
    state = np.arange(len(rest))
    part, near, homes = rest & -rest, board.near[at], board.home[at]
    open_ = rest & ~part
    weight, hope = board.weight[at], board.total(rest)
    cells = np.zeros(len(rest), np.int64)
    has_cells = board.cells > 1
    while len(state):
        purse.pay(len(state))
        may = near & open_ & board.no_heavier(most[state] - weight)
        if has_cells:
            may = np.where(cells >= spare[state], may & homes, may)
        whole = (may == 0) & (weight >= least[state]) & (weight <= most[state])
        states.append(state[whole])
        parts.append(part[whole])
        go = np.flatnonzero(may)
        state, part, near, open_ = state[go], part[go], near[go], open_[go]
        weight, hope = weight[go], hope[go]
        one = may[go] & -may[go]
        at = np.bitwise_count(one - 1).astype(np.int64)
        open_ &= ~one
        poorer = hope - board.weight[at]
        # What is left without the unit has to suffice.
        without = poorer >= least[state]
        taken_near, taken_weight = near | board.near[at], weight + board.weight[at]
        if has_cells:
            homes, cells = homes[go], cells[go]
            is_new = (homes & one) == 0
            homes = np.concatenate([homes | board.home[at], homes[without]])
            cells = np.concatenate([cells + is_new, cells[without]])
        part = np.concatenate([part | one, part[without]])
        near = np.concatenate([taken_near, near[without]])
        weight = np.concatenate([taken_weight, weight[without]])
        hope = np.concatenate([hope, poorer[without]])
        open_ = np.concatenate([open_, open_[without]])
        state = np.concatenate([state, state[without]])
    return np.concatenate(states), np.concatenate(parts)


def _may_go_on(
    board: Board,
    asked: Asked,
    rest: Masks,
    used: NDArray[np.int64],
    left: int | None,
) -> NDArray[np.bool_]:
    """Return which states arithmetic allows a plan for, by the weight of each piece."""
    may = used <= asked.out
    spare = asked.out - used
    fewest, most = np.zeros(len(rest), np.int64), np.zeros(len(rest), np.int64)
    strict_fewest, strict_most = fewest.copy(), most.copy()
    asked_for = np.int64(asked.least), np.int64(asked.most)
    strict = (
        np.int64(max(asked.least, asked.lowest)),
        np.int64(min(asked.most, asked.highest)),
    )
    todo = np.flatnonzero(may & (rest != 0))
    mask = rest[todo]
    while len(todo):
        piece = board.first_piece(mask)
        weight, units = board.total(piece), np.bitwise_count(piece).astype(np.int64)
        one, other = fewest_and_most(weight, units, *asked_for)
        may[todo[one > other]] = False
        fewest[todo] += one
        most[todo] += other
        one, other = fewest_and_most(weight, units, *strict)
        is_unfit = one > other
        spare[todo] -= is_unfit
        strict_fewest[todo] += one
        strict_most[todo] += other
        mask = mask & ~piece
        on = (mask != 0) & may[todo] & (spare[todo] >= 0)
        # Nothing is claimed of what is not looked at to its end, and it is refused already.
        todo, mask = todo[on], mask[on]
    may &= spare >= 0
    if left is not None:
        may &= (fewest <= left) & (left <= most)
        # Where no more part may be out of bounds, all are within them.
        bound = used == asked.out
        may &= ~bound | ((strict_fewest <= left) & (left <= strict_most))
    return may
