"""Small pieces of a map, and the definition of a best plan, as slow as it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from attrs import frozen
from hypothesis import strategies as st

__all__ = ["Piece", "connected_plans", "four", "pieces"]


@frozen
class Piece:
    """Connected units with weights, pairs and cells.

    >>> Piece((1, 2), ((0, 1),), (0, 0)).u
    array([0])
    """

    weights: tuple[int, ...]
    pairs: tuple[tuple[int, int], ...]
    cells: tuple[int, ...]

    @property
    def weight(self) -> np.ndarray:
        return np.array(self.weights, np.int64)

    @property
    def u(self) -> np.ndarray:
        return np.array([one for one, _ in self.pairs], np.int64)

    @property
    def v(self) -> np.ndarray:
        return np.array([other for _, other in self.pairs], np.int64)

    @property
    def cell(self) -> np.ndarray:
        return np.array(self.cells, np.int32)


@st.composite
def pieces(draw: st.DrawFn, most: int = 7, heaviest: int = 9) -> Piece:
    """Draw a connected piece of *most* units at most."""
    units = draw(st.integers(1, most))
    weights = draw(st.lists(st.integers(0, heaviest), min_size=units, max_size=units))
    tree = [(draw(st.integers(0, row - 1)), row) for row in range(1, units)]
    pair = st.tuples(st.integers(0, units - 1), st.integers(0, units - 1))
    more = draw(st.lists(pair, max_size=6))
    pairs = {(min(each), max(each)) for each in [*tree, *more] if each[0] != each[1]}
    cells = draw(st.lists(st.integers(0, 2), min_size=units, max_size=units))
    if draw(st.booleans()):
        cells = [0] * units
    return Piece(tuple(weights), tuple(sorted(pairs)), tuple(cells))


def _divisions(rows: Sequence[int]) -> Iterator[list[list[int]]]:
    if not rows:
        yield []
        return
    first, *rest = rows
    for division in _divisions(rest):
        yield [[first], *division]
        for at, part in enumerate(division):
            yield [*division[:at], [first, *part], *division[at + 1 :]]


def _is_connected(part: Sequence[int], pairs: Sequence[tuple[int, int]]) -> bool:
    seen, todo = {part[0]}, [part[0]]
    while todo:
        row = todo.pop()
        for one, other in pairs:
            for near in {one: [other], other: [one]}.get(row, []):
                if near in part and near not in seen:
                    seen.add(near)
                    todo.append(near)
    return len(seen) == len(part)


def connected_plans(piece: Piece) -> list[list[list[int]]]:
    """Return every division of a piece into connected parts."""
    return [
        plan
        for plan in _divisions(range(len(piece.weights)))
        if all(_is_connected(part, piece.pairs) for part in plan)
    ]


def four(
    piece: Piece, plan: Sequence[Sequence[int]], target: Fraction, lowest: int, highest: int
) -> tuple[int, int, Fraction, int]:
    """Return parts out of bounds, cells crossed, the largest deviation, and pairs cut."""
    sizes = [sum(piece.weights[row] for row in part) for part in plan]
    part_of = {row: at for at, part in enumerate(plan) for row in part}
    return (
        sum(not lowest <= size <= highest for size in sizes),
        sum(len({piece.cells[row] for row in part}) - 1 for part in plan),
        max(abs(size - target) for size in sizes),
        sum(part_of[one] != part_of[other] for one, other in piece.pairs),
    )
