"""Workers onto grids: a fair assignment by load."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve
from numpy.typing import ArrayLike, NDArray

from govtree.errors import Location, OutOfRangeError, Tally
from govtree.grids._answers._shape import middles
from govtree.grids._by_grid import numbers_by_grid
from govtree.grids._sums import main_of, sum_of
from govtree.grids._workers._places import placed, workers_of_grids
from govtree.grids._workers._shortfall import reasons
from govtree.grids._workers._staffing import Staffing
from govtree.grids._workers._workers import Workers, number_of_workers, read_workers

if TYPE_CHECKING:
    from govtree.grids._partition import Partition

__all__ = ["staff"]

_OBJECTIVES = ("balanced", "least change")


def staff(
    partition: Partition,
    workers: int | Mapping[str, Any] | Sequence[str] | Any,
    per_grid: tuple[int, int] = (1, 2),
    *,
    priority_weight: float = 1.0,
    load: Mapping[str, float] | ArrayLike | None = None,
    existing: Mapping[str, Any] | Staffing | None = None,
    objective: str = "balanced",
) -> Staffing:
    """Return who works in which grid: as fair as can be, and proven to be.

    In order of importance: as many workers as possible have a grid; as many as possible of
    the places that each grid should have filled are; the largest load per worker is least,
    then the second largest, and so on, grids with nobody counting as the largest by their
    load; where grids are equal, workers stay where they are. Beyond these, as few workers
    move as the numbers in the grids allow; and of each community, and of those who may work
    anywhere, those who move have the least way in all, in straight lines (up to 1,000 open
    places at a time).

    No worker serves two grids: where there are fewer workers than grids, those with the least
    load have nobody, and the reasons name them.

    The numbers are exact: a place is worth what it takes off the load per worker, which never
    grows from one place of a grid to the next, and filling the most valuable place first is
    then optimal. It is a choice of this function that a worker's load is that of the grid,
    divided evenly.

    Args:
        partition: Grids over buildings.
        workers: How many there are; or numbers by community; or opaque ids of workers; or a
            table (data frame, or mapping of columns) of ``id`` and, if known, ``community``
            (works only there) and ``grid`` (where they are now).
        per_grid: The fewest and the most workers that a grid should have.
        priority_weight: What a priority household counts beside the one that it is: with 1,
            the default, as much as two households, with 0 as much as one. It is a choice, no
            rule of the field. Only counts of priority households are read.
        load: Load of each grid in place of what is counted in it and its priority
            households: a mapping from every grid, or numbers in the order of
            ``partition.grids``.
        existing: Where workers are now: an earlier staffing, or a mapping from worker to grid;
            where workers are numbers, from grid to their number.
        objective: ``balanced``, or ``least change``: workers stay as long as the fewest that a
            grid should have are there, and only the rest is divided fairly.

    Raises:
        OutOfRangeError: If an argument is out of its range.
        StructureError: With every problem of workers and loads.

    Source: Gross 1956; Ibaraki and Katoh 1988, "Resource Allocation Problems"; one to two
    workers a grid of about 300 households is the rule of the field.

    >>> from govtree.grids import Partition
    >>> street = {"id": ["D-1", "D-2", "D-3"], "households": [300, 340, 180]}
    >>> beside = [("D-1", "D-2"), ("D-2", "D-3")]
    >>> plan = Partition.from_labels(
    ...     street, {"D-1": "N-1", "D-2": "N-2", "D-3": "N-3"}, pairs=beside
    ... )
    >>> staff(plan, workers=4)
    <Staffing: 4 workers on 3 grids; load per worker: largest 300.0, mean 205.0>
    >>> staff(plan, workers=4).load_per_worker.tolist()
    [300.0, 170.0, 180.0]
    >>> staff(plan, workers=2).reasons
    ('2 workers for 3 grids: 1 have nobody, those with the least load: N-3',...)
    """
    lowest, highest = _per_grid(per_grid)
    if objective not in _OBJECTIVES:
        raise OutOfRangeError(f"objective is '{objective}', not one of {', '.join(_OBJECTIVES)}")
    loads, whole = _loads(partition, priority_weight, load)
    map, grids = partition.map, partition.grids
    # Of a plan made by hand, that of most of a grid.
    community = main_of(map.community, partition.grid, len(grids), map.weight)
    communities = map.communities
    before = _before(existing)
    known = read_workers(workers, before, communities, grids)
    now, gone = _now(known, before, community, grids)
    numbers = workers_of_grids(
        # Whole numbers, so that equal loads per worker are equal.
        loads if whole is None else whole,
        community,
        known.bound,
        known.free,
        lowest=lowest,
        highest=highest,
        now=now,
        keep=objective == "least change",
    )
    place = known.now
    if known.ids is not None:
        at = middles(map, partition.grid, len(grids), weighed=True)
        place = placed(numbers, community, known, at)
    names = [None if row < 0 else communities[row] for row in community.tolist()]
    made = Staffing(
        grids=tuple(grids),
        communities=tuple(names),
        load=loads,
        workers=numbers,
        per_grid=(lowest, highest),
        left_over=known.total - int(numbers.sum()),
        people=known.ids,
        place=place.copy(),
        was=known.now.copy(),
        reasons=(),
    )
    return evolve(made, reasons=tuple(reasons(made, known, community, partition, gone)))


def _per_grid(given: tuple[int, int]) -> tuple[int, int]:
    try:
        lowest, highest = map(operator.index, given)
    except (TypeError, ValueError):
        lowest, highest = -1, -1
    if not 0 <= lowest <= highest or highest == 0:
        raise OutOfRangeError(
            f"per_grid is {given}; it is the fewest and the most workers that a grid should "
            "have, such as (1, 2)"
        )
    return lowest, highest


def _loads(
    partition: Partition, priority_weight: float, load: Mapping[str, float] | ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Return the load of each grid, and the same in whole numbers where it is counted."""
    if not (isfinite(priority_weight) and priority_weight >= 0):
        raise OutOfRangeError(f"priority_weight is {priority_weight}; it has to be 0 or more")
    if load is not None:
        return numbers_by_grid(partition.grids, load, "load"), None
    map, grids = partition.map, len(partition.grids)
    counted = sum_of(map.weight, partition.grid, grids)
    # As it is written: a tenth is a tenth.
    share = Fraction(str(float(priority_weight)))
    extra = sum_of(map.priority, partition.grid, grids)
    whole = counted * float(share.denominator) + extra * float(share.numerator)
    return whole / share.denominator, whole


def _before(existing: Mapping[str, Any] | Staffing | None) -> Mapping[str, Any] | None:
    if not isinstance(existing, Staffing):
        return existing
    if existing.people is None:
        return dict(zip(existing.grids, existing.workers.tolist(), strict=True))
    rows = zip(existing.people, existing.place.tolist(), strict=True)
    return {worker: existing.grids[row] if row >= 0 else None for worker, row in rows}


def _now(
    known: Workers,
    before: Mapping[str, Any] | None,
    community: NDArray[np.int32],
    grids: Sequence[str],
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return how many workers each grid has now, and the grids of others that are gone."""
    if known.ids is not None:
        now, of = known.now, known.community
        may = (now >= 0) & ((of < 0) | (of == community[now]))
        return np.bincount(now[may], minlength=len(grids)).astype(np.int64), known.gone
    answer = np.zeros(len(grids), np.int64)
    tally = Tally()
    row_of = {grid: row for row, grid in enumerate(grids)}
    for grid, number in (before or {}).items():
        whole = number_of_workers(number)
        if whole is None:
            where = partial(Location, record=f"existing[{str(grid)!r}]")
            tally.say("GT573", where, value=number)
        elif grid in row_of:
            answer[row_of[grid]] = whole
    tally.stop()
    return answer, tuple(sorted(str(each) for each in before or {} if each not in row_of))
