"""Where should the grid lines run? One call, from buildings to a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from govtree._recombination import (
    NEW,
    ROUNDS,
    WORTH,
    Task,
    joined,
    kept_numbers,
    mendable,
    out_by_part,
    search,
)
from govtree._wording import Reason
from govtree.errors import OutOfRangeError
from govtree.grids import _labels
from govtree.grids._bounds import TOLERANCE, Bounds, is_number, limits_of
from govtree.grids._buildings._read import building_map
from govtree.grids._feasible._feasibility import Feasibility, feasibility_of
from govtree.grids._partition import Partition
from govtree.grids._progress import Told, require_executor, teller
from govtree.grids._proven import proven
from govtree.grids._wishes import Fixed, Wishes

__all__ = ["feasibility", "partition"]

#: A thousand times what is usual: hours for a county.
MOST_EFFORT = 1_000
#: Parts of the map are handed to workers in lots of about so many units.
_LOT = 2_000


def partition(
    units: Any,
    target: float | None = None,
    tolerance: float = TOLERANCE,
    count: str = "households",
    *,
    bounds: Bounds | tuple[int, int] | None = None,
    grids: int | Mapping[str, int] | None = None,
    existing: Partition | Mapping[str, Any] | Sequence[Any] | None = None,
    move_cost: float = 1.0,
    fixed: Fixed | None = None,
    within: Partition | Mapping[str, Any] | Sequence[Any] | None = None,
    objective: str | None = None,
    seed: int = 0,
    effort: float = 1,
    crs: Any = None,
    barriers: Any = (),
    pairs: Any = None,
    reach: float | None = None,
    by_entrance: bool = True,
    progress: Told | Any = None,
    executor: Executor | None = None,
) -> Partition:
    """Return a plan of grids over buildings: each contiguous, and as near to the target as can be.

    What comes first where not all can be had: no grid leaves its community or crosses a hard
    barrier, ever; as few grids as possible are out of bounds; a grid keeps to one compound, and
    to one side of a soft line, unless no number of grids fits there; sizes are near the target;
    grids are compact. An impossible map still gets a plan, and the plan names the grids that
    are out of bounds, and why.

    Args:
        units: Buildings: a :class:`~govtree.hierarchy.Hierarchy`, a
            :class:`~govtree.grids.BuildingMap`, or anything else that
            :func:`~govtree.grids.building_map` takes.
        target: What a grid should hold; above 0. 300 where nothing is said, or the middle of
            *bounds* where these are.
        tolerance: Share of the target that a grid may be off, 0 to 1.
        count: What is counted: ``households``, ``occupied`` households, or ``residents``.
        bounds: The least and the most that a grid may hold, in the place of *tolerance*.
        grids: How many grids there shall be: over all, or by id of a compound. A compound with
            a number of its own shares no grid with what lies around it.
        existing: A plan to keep: another :class:`~govtree.grids.Partition`, grids by id of
            the unit, or in the order of ids. Its grids keep their names.
        move_cost: What is charged for a target's worth of households that are moved out of
            their grid of *existing*; 0 or more. 1 outweighs any gain within bounds.
        fixed: Units that are seeds of a grid each; or, by id, the grids that they have to be
            in, whatever these are called. Beside *existing*, units that stay where they are.
        within: A plan that no grid may reach across: groups inside of grids.
        objective: ``balanced``, the smallest deviations; ``compact``, the fewest pairs of
            neighbors parted; ``least change``, for which *existing* is needed, and which is
            what is sought where it is given.
        seed: Where chance begins. The same seed gives the same plan, whatever the order of
            the units and the number of workers.
        effort: How long to search, above 0 and up to 1,000; 1 is the usual, and twice as much
            takes twice as long.
        crs: What the positions are in; see :func:`~govtree.grids.building_map`, also for
            *barriers*, *pairs*, *reach* and *by_entrance*.
        progress: Called with how much is done, and of how much, over and over; or a bar, such
            as ``tqdm()``, that is moved on.
        executor: Where parts of the map are searched at once.

    Raises:
        OutOfRangeError: If an argument is out of its range.
        StructureError: With everything that is wrong with what was handed in, sorted.
        MissingExtraError: If scipy is not installed, or what *units* need.

    Source: the step of the ReCom chain (DeFord, Duchin, Solomon 2021, "Recombination: a family
    of Markov chains for redistricting"), run as a search; the field's rule of about 300
    households a grid along physical lines.

    >>> street = {
    ...     "id": ["D-1", "D-2", "D-3", "D-4"],
    ...     "households": [160, 150, 140, 170],
    ... }
    >>> plan = partition(street, pairs=[("D-1", "D-2"), ("D-2", "D-3"), ("D-3", "D-4")])
    >>> plan
    <Partition: 4 units with 620 households in 2 grids of 310 to 310, 0 out of bounds 240 to 360>
    >>> plan.labels
    {'D-1': 'N-001', 'D-2': 'N-001', 'D-3': 'N-002', 'D-4': 'N-002'}
    """
    limits = limits_of(target, tolerance, bounds)
    if not (is_number(effort) and 0 < effort <= MOST_EFFORT):
        raise OutOfRangeError(
            f"effort is {effort!r}; it has to be above 0 and up to {MOST_EFFORT:,}"
        )
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise OutOfRangeError(f"seed is {seed!r}; it is a whole number")
    told = teller(progress)
    require_executor(executor)
    map = building_map(
        units,
        count=count,
        crs=crs,
        barriers=barriers,
        pairs=pairs,
        reach=reach,
        by_entrance=by_entrance,
        largest=limits.highest,
    )
    if within is not None:
        map = map.within(_labels.read(map, _of_plan(within), in_order=True))
    floor = feasibility_of(map, limits, number=grids)
    wishes = Wishes.of(
        map,
        limits,
        grids=grids,
        existing=existing,
        move_cost=move_cost,
        fixed=fixed,
        objective=objective,
        seed=seed,
    )
    rounds = max(1, round(ROUNDS * effort))
    found = _searched(wishes.task, rounds, told, executor)
    found = proven(wishes.task, found, limits.target, effort, floor.out_by_part)
    if wishes.task.worth.is_repair:
        found = _renewed(wishes.task, found, limits.target, effort, rounds)
    reasons = [*wishes.notes, *floor.reasons]
    plan = Partition.drawn(
        map,
        found[wishes.bundle],
        limits,
        names=wishes.called_in(found),
        objective=wishes.objective,
        seed=seed,
        reasons=reasons,
        existing=wishes.before,
    )
    out = plan.summary.below + plan.summary.above
    more = out - floor.floor - _kept_apart(wishes.task, found)
    if more <= 0:
        return plan
    said = Reason(
        "grids out of bounds beyond those that have to be: {number}; no better plan was found, "
        "though none is proven not to be there",
        number=more,
    )
    return plan.because(said)


def feasibility(
    units: Any,
    target: float | None = None,
    tolerance: float = TOLERANCE,
    count: str = "households",
    *,
    bounds: Bounds | tuple[int, int] | None = None,
    grids: int | Mapping[str, int] | None = None,
    crs: Any = None,
    barriers: Any = (),
    pairs: Any = None,
    reach: float | None = None,
    by_entrance: bool = True,
) -> Feasibility:
    """Return what can be said of any plan before looking for one: by arithmetic.

    Args:
        units: As in :func:`partition`, like all others.
        target: What a grid should hold.
        tolerance: Share of the target that a grid may be off.
        count: What is counted.
        bounds: The least and the most that a grid may hold.
        grids: How many grids there shall be.
        crs: What the positions are in.
        barriers: Lines that are not to be crossed, or not without need.
        pairs: Who lies beside whom.
        reach: Metres within which buildings are neighbors.
        by_entrance: Whether a building above the bound may be divided by its entrances.

    Raises:
        OutOfRangeError: If an argument is out of its range.
        StructureError: With everything that is wrong with what was handed in, sorted.
        MissingExtraError: If what *units* need is not installed.

    >>> walled = {"id": ["D-1", "D-2"], "households": [200, 210], "compound": ["X-12", "X-12"]}
    >>> answer = feasibility(walled, pairs=[("D-1", "D-2")])
    >>> answer.floor, answer.is_impossible
    (1, True)
    >>> print(answer.reasons[0].said("en"))
    compound X-12: 410 households behind one wall; no number of grids of 240 to 360 fits; \
nearest: 1 grid of 410 or 2 of 205
    """
    limits = limits_of(target, tolerance, bounds)
    map = building_map(
        units,
        count=count,
        crs=crs,
        barriers=barriers,
        pairs=pairs,
        reach=reach,
        by_entrance=by_entrance,
        largest=limits.highest,
    )
    return feasibility_of(map, limits, number=grids)


def _of_plan(plan: Any) -> Any:
    return plan.labels if isinstance(plan, Partition) else plan


def _searched(
    task: Task,
    rounds: int,
    progress: Callable[[int, int], object] | None,
    executor: Executor | None,
) -> NDArray[np.int64]:
    """Return the grid of each unit, found in one go or in lots by workers."""
    if executor is None:
        told = None if progress is None else partial(_tell, progress, rounds)
        return search(task, rounds, told)
    # Numbers above those of the plan before, until a lot comes back.
    found = int(task.held.max(initial=NEW)) + 1 + np.arange(len(task))
    parts = [task.only(lot) for lot in _lots(task)]
    answers = executor.map(search, [alone for alone, _ in parts], [rounds] * len(parts))
    for done, ((_, rows), grid) in enumerate(zip(parts, answers, strict=True), start=1):
        found = joined(task, found, rows, grid)
        if progress is not None:
            progress(done, len(parts))
    return found


def _renewed(
    task: Task, grid: NDArray[np.int64], target: Fraction, effort: float, rounds: int
) -> NDArray[np.int64]:
    """Return a repair with parts of the map drawn anew that have fewer grids out of bounds so.

    Who keeps a plan at the price of grids out of bounds has nothing of it.
    """
    parts = np.zeros(len(task.number), bool)
    parts[task.part[mendable(task, grid)[grid]]] = True
    if not parts.any():
        return grid
    alone, rows = task.only(parts)
    held = grid[rows]
    anew = evolve(alone, worth=WORTH["balanced"], held=np.full(len(rows), NEW), has_before=False)
    made = proven(anew, search(anew, rounds), target, effort, np.zeros(len(anew.number), np.int64))
    elsewhere = np.zeros(max(int(grid.max()), int(task.held.max())) + 1, bool)
    elsewhere[np.delete(grid, rows)] = True
    named = kept_numbers(alone, len(elsewhere) + made, held, alone.part, elsewhere)
    better = out_by_part(alone, named)[2] < out_by_part(alone, held)[2]
    return joined(task, grid, rows, np.where(better[alone.part], named, held))


def _kept_apart(task: Task, grid: NDArray[np.int64]) -> int:
    """Return how many grids more are out of bounds since units too large alone have their own.

    The floor puts all of them in one, where they are neighbors.
    """
    heavy, first = np.unique(grid[task.weight > task.highest], return_index=True)
    part = task.part[task.weight > task.highest][first]
    return len(heavy) - len(np.unique(part))


def _tell(progress: Callable[[int, int], object], rounds: int, done: int) -> None:
    progress(done, rounds)


def _lots(task: Task) -> list[NDArray[np.bool_]]:
    """Return the parts of the map in lots, by order of their first units."""
    units = np.bincount(task.part, minlength=len(task.number))
    lot = np.cumsum(units) // _LOT
    return [lot == each for each in np.unique(lot)]
