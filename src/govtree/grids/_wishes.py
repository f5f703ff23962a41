"""What a user asks of a plan, put in the numbers of the search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from math import isfinite, isnan
from typing import Any

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from govtree._adjacency import Neighbors, parts_of
from govtree._names import nearest
from govtree._recombination import FREE, NEW, WORTH, Task, keys_of, share_out
from govtree._wording import Reason
from govtree.errors import Location, OutOfRangeError, Problem, StructureError, Tally, problem
from govtree.grids import _labels
from govtree.grids._bounds import Bounds
from govtree.grids._map import BuildingMap

__all__ = ["KEPT", "Fixed", "Wishes"]

#: The objective of a repair.
KEPT = "least change"

#: Ids of units, or grids by id.
Fixed = Mapping[str, str] | Sequence[str]


@frozen(eq=False)
class Wishes:
    """The task of a search, and what its numbers mean.

    Attributes:
        task: What is to be divided. A grid of the plan before has a number in each part of
            the map that it reaches into.
        names: Names of grids of the plan before, by number.
        called: Names that the user gave to grids of fixed units, by their number.
        objective: What is sought.
        before: The grid of each unit in the plan before; None without one.
        notes: What of the wishes came to nothing.
    """

    task: Task
    names: dict[int, str]
    called: dict[int, str]
    objective: str
    before: tuple[str | None, ...] | None
    notes: tuple[Reason, ...]

    @classmethod
    def of(
        cls,
        map: BuildingMap,
        bounds: Bounds,
        *,
        grids: int | Mapping[str, int] | None,
        existing: Any,
        move_cost: float,
        fixed: Fixed | None,
        objective: str | None,
        seed: int,
    ) -> Wishes:
        """Return the task that the options of ``partition`` make.

        Raises:
            OutOfRangeError: If an option is out of its range.
            StructureError: If one names what is not there; names every case.
        """
        sought = _objective(objective, existing is not None)
        worth = WORTH[sought]
        if not (isfinite(move_cost) and move_cost >= 0):
            raise OutOfRangeError(f"move_cost is {move_cost}; it has to be 0 or more")
        if existing is not None:
            worth = evolve(worth, moved=float(move_cost))
        before, notes = _before(map, existing)
        joined = _closed(map, grids) if isinstance(grids, Mapping) else map.neighbors
        count, part = parts_of(len(map), joined.u, joined.v)
        held, names = _held(map, part, before)
        stays, called = _fixed(map, fixed, part, before)
        _, cell = parts_of(len(map), joined.u[~joined.soft], joined.v[~joined.soft])
        task = Task(
            weight=map.weight,
            u=joined.u.astype(np.int64),
            v=joined.v.astype(np.int64),
            soft=joined.soft,
            part=part.astype(np.int64),
            number=np.full(count, FREE),
            cell=cell.astype(np.int64),
            held=held,
            fixed=stays,
            target=float(bounds.target),
            lowest=bounds.lowest,
            highest=bounds.highest,
            worth=worth,
            keys=keys_of(len(joined), seed),
        )
        if grids is not None:
            task = evolve(task, number=_numbers(map, task, grids))
        return cls(task, names, called, sought, before, notes)

    def called_in(self, grid: NDArray[np.int64]) -> dict[int, str]:
        """Return the names of the grids of a plan, by number."""
        there = set(np.unique(grid).tolist())
        names = {number: name for number, name in self.names.items() if number in there}
        for code, name in self.called.items():
            number = int(grid[np.flatnonzero(self.task.fixed == code)[0]])
            names = {at: each for at, each in names.items() if each != name} | {number: name}
        return names


def _objective(objective: str | None, has_before: bool) -> str:
    if objective is None:
        return KEPT if has_before else "balanced"
    if objective not in WORTH:
        raise OutOfRangeError(
            f"objective is '{objective}'; it has to be one of {', '.join(sorted(WORTH))}"
        )
    if objective == KEPT and not has_before:
        raise OutOfRangeError(f"'{KEPT}' needs a plan to keep; give it by existing=")
    return objective


def _before(
    map: BuildingMap, existing: Any
) -> tuple[tuple[str | None, ...] | None, tuple[Reason, ...]]:
    """Return the grid that each unit was in, and what of the plan before is not on the map."""
    if existing is None:
        return None, ()
    labels = getattr(existing, "labels", existing)
    if not isinstance(labels, Mapping):
        cells = list(labels)
        if len(cells) != len(map):
            where = Location(record="existing")
            counts = {"labels": f"{len(cells):,}", "units": f"{len(map):,}"}
            raise StructureError([problem("GT558", where, **counts)])
        labels = dict(zip(map.ids, cells, strict=True))
    given = {id: cell for id, cell in labels.items() if not _is_none(cell)}
    there = {id: given[id] for id in map.ids if id in given}
    texts = dict(zip(there, _labels.texts(there), strict=True))
    gone, new = len(given) - len(there), len(map) - len(there)
    notes = []
    if gone:
        notes.append(
            Reason("units of the plan before that are not on the map: {number}", number=gone)
        )
    if new:
        notes.append(Reason("units that the plan before does not know: {number}", number=new))
    return tuple(texts.get(id) for id in map.ids), tuple(notes)


def _is_none(cell: object) -> bool:
    return cell is None or cell == "" or (isinstance(cell, float) and isnan(cell))


def _closed(map: BuildingMap, grids: Mapping[str, int]) -> Neighbors:
    """Return the pairs without those that lead into or out of compounds with their own number."""
    closed = np.zeros(len(map.compounds) + 1, bool)
    closed[[row for row, id in enumerate(map.compounds) if id in grids]] = True
    joined = map.neighbors
    one, other = map.compound[joined.u], map.compound[joined.v]
    return joined.where((one == other) | ~(closed[one] | closed[other]))


def _held(
    map: BuildingMap, part: NDArray[np.int32], before: tuple[str | None, ...] | None
) -> tuple[NDArray[np.int64], dict[int, str]]:
    """Return a number for each grid before and part of the map, and the name of each.

    Of a grid in several parts the heaviest piece keeps the name.
    """
    held = np.full(len(map), NEW, np.int64)
    if before is None:
        return held, {}
    names = sorted({name for name in before if name is not None})
    place = {name: row for row, name in enumerate(names)}
    codes = np.array([NEW if name is None else place[name] for name in before], np.int64)
    known = np.flatnonzero(codes != NEW)
    parts = int(part.max(initial=0)) + 1
    keys, numbers = np.unique(codes[known] * parts + part[known], return_inverse=True)
    held[known] = numbers
    weight = np.bincount(numbers, map.weight[known], len(keys))
    grid = keys // parts
    order = np.lexsort((np.arange(len(keys)), -weight, grid))
    first = order[np.unique(grid[order], return_index=True)[1]]
    return held, {int(row): names[int(grid[row])] for row in first}


def _fixed(
    map: BuildingMap,
    fixed: Fixed | None,
    part: NDArray[np.int32],
    before: tuple[str | None, ...] | None,
) -> tuple[NDArray[np.int64], dict[int, str]]:
    """Return a number for units that have to share a grid, and the names of some of these."""
    stays = np.full(len(map), NEW, np.int64)
    if fixed is None:
        return stays, {}
    if isinstance(fixed, str):
        raise OutOfRangeError("fixed is a text; give a list of ids, or a mapping from id to grid")
    row_of = {id: row for row, id in enumerate(map.ids)}
    tally = Tally()
    grid_of: dict[str, str | None] = {}
    named = dict(fixed) if isinstance(fixed, Mapping) else dict.fromkeys(fixed)
    for id, name in named.items():
        if id not in row_of:
            tally.add("GT590", partial(_unknown, str(id), map.ids))
        elif name is None and before is not None:
            # A unit of the plan before stays where it is.
            grid_of[id] = before[row_of[id]]
        else:
            grid_of[id] = name
    names = sorted({name for name in grid_of.values() if name is not None})
    place = {name: number for number, name in enumerate(names)}
    first: dict[str, str] = {}
    seeds = len(names)
    for id, name in sorted(grid_of.items()):
        row = row_of[id]
        if name is None:
            # A seed has a grid of its own.
            stays[row] = seeds
            seeds += 1
            continue
        stays[row] = place[name]
        other = first.setdefault(name, id)
        if part[row_of[other]] != part[row]:
            where = Location(record="fixed", field=id)
            tally.add("GT591", partial(problem, "GT591", where, unit=id, other=other, grid=name))
    if problems := tally.problems():
        raise StructureError(problems)
    return stays, dict(enumerate(names))


def _unknown(id: str, ids: tuple[str, ...]) -> Problem:
    meant = nearest(id, ids)
    said = {"unit": id} | ({"meant": meant} if meant else {})
    return problem("GT590", Location(record="fixed", field=id), **said)


def _numbers(map: BuildingMap, task: Task, grids: int | Mapping[str, int]) -> NDArray[np.int64]:
    """Return how many grids each part of the map shall have."""
    parts = len(task.number)
    total = np.bincount(task.part, task.weight, parts).astype(np.int64)
    units = np.bincount(task.part, minlength=parts)
    number = task.number.copy()
    if isinstance(grids, Mapping):
        first = np.unique(task.part, return_index=True)[1]
        compound = map.compound[first]
        for row, id in enumerate(map.compounds):
            if id in grids:
                mine = np.flatnonzero(compound == row)
                number[mine] = _shared(task, total[mine], units[mine], int(grids[id]), id)
        return number
    return _shared(task, total, units, int(grids), None)


def _shared(
    task: Task,
    total: NDArray[np.int64],
    units: NDArray[np.int64],
    asked: int,
    compound: str | None,
) -> NDArray[np.int64]:
    """Return the number of grids of each part, with the sum that is asked for."""
    if not len(total) <= asked <= units.sum():
        what = "the map" if compound is None else f"compound {compound}"
        raise OutOfRangeError(
            f"grids is {asked}; {what} has {len(total):,} parts kept apart by hard lines and "
            f"{int(units.sum()):,} units, so that it has to be from the one to the other"
        )
    return share_out(task, total, units, asked)
