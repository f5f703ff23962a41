"""Roll-ups: rows and numbers added up to the units of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from govtree._columns import NONE, IntArray
from govtree.units import TERRITORY

__all__ = ["OWN", "added", "brought", "home", "of_households", "of_members", "of_side", "sides"]

#: Numbers of a unit itself, which say more than the sum of what stands below it.
OWN = ("members", "probationary")

#: Parts of the territory that count the same households each for itself, coarse to fine.
_SIDES = (
    ("grid", "micro_grid", "building", "entrance"),
    ("compound", "building", "entrance"),
)


class Asked(Protocol):
    """What sums ask of the arrays of a structure."""

    @property
    def chain(self) -> Sequence[str]: ...
    def count(self, table: str) -> int: ...
    def numbers(self, table: str, column: str) -> NDArray[Any]: ...
    def is_given(self, table: str, column: str) -> NDArray[np.bool_]: ...
    def is_unknown(self, table: str, column: str) -> NDArray[np.bool_]: ...
    def pointing(self, table: str, column: str, target: str) -> IntArray: ...
    def above(self, table: str, to: str) -> IntArray: ...
    def within(self, table: str, to: str) -> IntArray: ...
    def belongs(self, table: str, to: str) -> IntArray: ...


def added(up: IntArray, weights: NDArray[Any] | None, length: int) -> NDArray[np.int64]:
    """Return the sum of *weights* (or the count) of the rows that add to each of *length* units."""
    return _with_rest(up, weights, length)[1:]


def _with_rest(up: IntArray, weights: NDArray[Any] | None, length: int) -> NDArray[np.int64]:
    """Return the sums, and before them the sum of what adds to no unit."""
    if len(up) and up.min() >= 0:
        sums = np.bincount(up, weights, length)
        return np.concatenate([[0], sums]).astype(np.int64)
    return np.bincount(np.maximum(up, NONE) + 1, weights, length + 1).astype(np.int64)


# -- what households add up to ---------------------------------------------------------------


def of_households(arrays: Asked, column: str, by: str) -> tuple[NDArray[np.int64], int]:
    """Return the sum of *column* for each unit of *by*, and what belongs to none of them.

    Each row of a household counts for the unit that it belongs to. The number of a unit
    counts where no row and no finer number within it says anything; where one of those is not
    known, so much of it counts as the others leave. The chain, the grids and the compounds of a
    community may each bring numbers for the same households: in each community one of the three
    counts, the first that brings any, and that of *by* first.
    """
    length = arrays.count(by)
    sums = np.zeros(length + 1, np.int64)
    weights = None if column == "households" else arrays.numbers("household", column)
    if arrays.count("household") and (weights is None or weights.any()):
        sums += _with_rest(arrays.belongs("household", by), weights, length)
    open_ = np.ones(arrays.count("community") + 1, np.bool_)
    for side in sorted(sides(arrays), key=lambda side: by not in side):
        alone = of_side(arrays, column, side)
        homes = {name: home(arrays, name) for name in alone}
        chosen = open_ & (brought(arrays, alone) > 0)
        for name, numbers in alone.items():
            counted = np.where(chosen[homes[name]], numbers, 0)
            sums += _with_rest(arrays.belongs(name, by), counted, length)
        open_ &= ~chosen
    return sums[1:], int(sums[0])


def sides(arrays: Asked) -> tuple[Sequence[str], ...]:
    """Return the tables that count the same households each side for itself, coarse to fine."""
    return (tuple(name for name in arrays.chain if name != "household"), *_SIDES)


def home(arrays: Asked, table: str) -> NDArray[np.int64]:
    """Return the community of each row counted from 1, 0 for none."""
    if "community" not in arrays.chain:
        return np.zeros(arrays.count(table), np.int64)
    return np.maximum(arrays.belongs(table, "community"), NONE).astype(np.int64) + 1


def brought(arrays: Asked, alone: Mapping[str, NDArray[Any]]) -> NDArray[np.int64]:
    """Return what the numbers of a side add up to in each community, as :func:`home` counts."""
    sums = np.zeros(arrays.count("community") + 1, np.int64)
    for name, numbers in alone.items():
        sums += np.bincount(home(arrays, name), numbers, len(sums)).astype(np.int64)
    return sums


def of_side(arrays: Asked, column: str, side: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return by table the part of each unit's number that nothing finer on its side speaks for."""
    alone: dict[str, NDArray[Any]] = {}
    for table in reversed(side):
        if arrays.is_given(table, column).any():
            alone[table] = _alone(arrays, column, table, side, alone)
    return {name: alone[name] for name in side if name in alone}


def _alone(
    arrays: Asked,
    column: str,
    table: str,
    side: Sequence[str],
    below: Mapping[str, NDArray[Any]],
) -> NDArray[Any]:
    """Return the number of each unit, less what finer ones say where one of them is not known.

    It is 0 where something finer says anything and all of it is known.
    """
    length = arrays.count(table)
    spoken, hidden, counted = (np.zeros(length, np.int64) for _ in range(3))
    way = arrays.within if table in TERRITORY else arrays.above
    for finer in (*side[side.index(table) + 1 :], "household"):
        up = way(finer, table)
        if not len(up) or up.max() < 0:
            continue
        if finer == "household" and column == "households":
            rows = added(up, None, length)
            spoken += rows
            counted += rows
            continue
        given = arrays.is_given(finer, column)
        unknown = arrays.is_unknown(finer, column)
        # Of a million households, mostly all say something or none does.
        if given.any():
            spoken += added(up, None if given.all() else given, length)
        if unknown.any():
            hidden += added(up, None if unknown.all() else unknown, length)
        if finer == "household" and given.any():
            counted += added(up, arrays.numbers(finer, column), length)
        elif finer in below:
            counted += added(up, below[finer], length)
    own = arrays.numbers(table, column)
    left = np.where(hidden > 0, np.maximum(own - counted, 0), 0)
    return np.where(spoken > 0, left, own)


# -- what units say of themselves --------------------------------------------------------------


def of_members(arrays: Asked, column: str, by: str) -> tuple[NDArray[np.int64], int]:
    """Return *column* of each unit of *by*, and of the units that neither hold nor make one.

    What a unit says of itself wins over the sum of what stands directly under it.
    """
    chain = arrays.chain
    values: dict[str, NDArray[np.int64]] = {}
    holds: dict[str, NDArray[np.bool_]] = {}
    at = chain.index(by) if by in chain else -1
    for place in reversed(range(len(chain))):
        name = chain[place]
        below = np.zeros(arrays.count(name), np.int64)
        holding = np.full(len(below), name == by)
        for lower in chain[place + 1 :]:
            up = arrays.pointing(lower, "parent", name)
            below += added(up, values[lower], len(below))
            if place < at:
                holding |= added(up, holds[lower], len(below)) > 0
        values[name] = np.where(arrays.is_given(name, column), arrays.numbers(name, column), below)
        holds[name] = holding
    rest = 0
    for place, name in enumerate(chain):
        # Whole branches of the tree that no unit of *by* is in, each counted at its top.
        outside = ~holds[name]
        for upper in chain[:place]:
            up = arrays.pointing(name, "parent", upper)
            inside = up >= 0
            if chain.index(upper) < at:
                inside[inside] = ~holds[upper][up[inside]]
            outside &= ~inside
        rest += int(values[name][outside].sum())
    return values.get(by, np.zeros(arrays.count(by), np.int64)), rest
