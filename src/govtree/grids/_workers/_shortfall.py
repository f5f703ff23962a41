"""What a staffing could not reach, and why, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from govtree._wording import Listed, Reason
from govtree.grids._workers._staffing import Staffing
from govtree.grids._workers._workers import Workers

if TYPE_CHECKING:
    from govtree.grids._partition import Partition

__all__ = ["reasons"]


def reasons(
    made: Staffing,
    known: Workers,
    community: NDArray[np.int32],
    partition: Partition,
    gone: tuple[str, ...],
) -> Iterator[Reason]:
    """Yield what could not be had, in order of importance.

    Where workers are bound to communities, each community has its own line.
    """
    places = partition.map.communities
    parts: list[tuple[Reason | None, NDArray[np.bool_]]] = []
    if known.bound.any():
        parts += [(_within(name), community == row) for row, name in enumerate(places)]
        parts.append((Reason("outside of communities"), community < 0))
    else:
        parts.append((None, np.ones(len(made), np.bool_)))
    for name, rows in parts:
        for why in _short(made, rows):
            yield why if name is None else Reason("{where}: {reason}", where=name, reason=why)
    yield from _left_over(made, known, community, places)
    idle = made.load == 0
    if idle.any():
        yield Reason(
            "{number} grids have no load: {which}",
            number=int(np.count_nonzero(idle)),
            which=_grids(made, idle),
        )
    yield from _out_of_bounds(made, partition)
    if gone:
        yield Reason(
            "grids in which workers stood and that are no longer there: {which}",
            which=Listed.of(gone),
        )


def _grids(made: Staffing, rows: NDArray[np.bool_]) -> Listed:
    return Listed.of(made.grids[row] for row in np.flatnonzero(rows).tolist())


def _within(community: str) -> Reason:
    return Reason("community {id}", id=community)


def _short(made: Staffing, rows: NDArray[np.bool_]) -> Iterator[Reason]:
    lowest = made.per_grid[0]
    nobody = rows & (made.workers == 0) & (lowest > 0)
    fewer = rows & (made.workers < lowest) & (made.workers > 0)
    count = {
        "workers": int(made.workers[rows].sum()),
        "grids": int(np.count_nonzero(rows)),
    }
    if nobody.any():
        yield Reason(
            "{workers} workers for {grids} grids: {number} have nobody, those with the least "
            "load: {which}",
            number=int(np.count_nonzero(nobody)),
            which=_grids(made, nobody),
            **count,
        )
    if fewer.any():
        yield Reason(
            "{workers} workers for {grids} grids: {number} have fewer than {lowest}: {which}",
            number=int(np.count_nonzero(fewer)),
            lowest=lowest,
            which=_grids(made, fewer),
            **count,
        )


def _left_over(
    made: Staffing, known: Workers, community: NDArray[np.int32], places: tuple[str, ...]
) -> Iterator[Reason]:
    highest = made.per_grid[1]
    rest = made.left_over
    grids = np.bincount(community[community >= 0], minlength=len(places))
    over = np.maximum(known.bound - highest * grids, 0)
    for row in np.flatnonzero(over).tolist():
        rest -= int(over[row])
        why = Reason(
            "{number} of {workers} workers are left over: {grids} grids take {highest} each",
            number=int(over[row]),
            workers=int(known.bound[row]),
            grids=int(grids[row]),
            highest=highest,
        )
        yield Reason("{where}: {reason}", where=_within(places[row]), reason=why)
    if rest:
        yield Reason(
            "{number} of {workers} workers are left over: {grids} grids take {highest} each",
            number=rest,
            workers=known.total - int(over.sum()),
            grids=len(made),
            highest=highest,
        )


def _out_of_bounds(made: Staffing, partition: Partition) -> Iterator[Reason]:
    bounds = partition.bounds
    out = ~partition.table.within
    if out.any():
        yield Reason(
            "{number} grids are not within {lowest} to {highest}, and are staffed as they are: "
            "{which}",
            number=int(np.count_nonzero(out)),
            lowest=bounds.lowest,
            highest=bounds.highest,
            which=_grids(made, out),
        )
