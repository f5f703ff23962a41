"""What a user asks of a plan, put in the numbers of the search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from math import isnan
from typing import Any

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from govtree._adjacency import parts_of
from govtree._names import nearest
from govtree._recombination import (
    FREE,
    NEW,
    WORTH,
    Task,
    bundled,
    bundles_of,
    keys_of,
    share_out,
)
from govtree._wording import Reason
from govtree.errors import Location, OutOfRangeError, Problem, StructureError, Tally, problem
from govtree.grids import _labels
from govtree.grids._bounds import Bounds, is_number
from govtree.grids._buildings._map import BuildingMap

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
        bundle: The unit of the task that each unit of the map is in; units that have to share
            a grid are one.
        names: Names of grids of the plan before, by number.
        called: Names that the user gave to grids of fixed units, by their number.
        objective: What is sought.
        before: The grid of each unit in the plan before; None without one.
        notes: What of the wishes came to nothing.
    """

    task: Task
    bundle: NDArray[np.int64]
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
        if not (is_number(move_cost) and move_cost >= 0):
            raise OutOfRangeError(f"move_cost is {move_cost!r}; it has to be 0 or more")
        if existing is not None:
            worth = evolve(worth, moved=float(move_cost))
        before, notes = _before(map, existing)
        own = grids if isinstance(grids, Mapping) else {}
        closed = [row for row, id in enumerate(map.compounds) if id in own]
        joined = map.neighbors.where(map.shared(closed)) if closed else map.neighbors
        count, part = parts_of(len(map), joined.u, joined.v)
        held, names = _held(map, part, before)
        stays, called = _fixed(map, fixed, part, before, held)
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
            has_before=before is not None,
            fixed=stays,
            target=float(bounds.target),
            lowest=bounds.lowest,
            highest=bounds.highest,
            worth=worth,
            keys=keys_of(len(joined), seed),
        )
        bundle, lost = bundles_of(task)
        if lost:
            raise StructureError(_apart(map, stays, called, lost))
        task = bundled(task, bundle)
        if grids is not None:
            first = np.unique(bundle, return_index=True)[1]
            task = evolve(task, number=_numbers(map, map.compound[first], task, grids))
        return cls(task, bundle, names, called, sought, before, notes)

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
        if isinstance(labels, str | bytes) or not isinstance(labels, Iterable):
            raise OutOfRangeError(
                f"existing is {labels!r}; it is a plan, such as Partition.of(h), or grids by id"
            )
        labels = _labels.one_a_unit(map, labels, "existing")
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
    held: NDArray[np.int64],
) -> tuple[NDArray[np.int64], dict[int, str]]:
    """Return a number for units that have to share a grid, and the names of some of these."""
    stays = np.full(len(map), NEW, np.int64)
    if fixed is None:
        return stays, {}
    if isinstance(fixed, str) or not isinstance(fixed, Iterable):
        raise OutOfRangeError(
            f"fixed is {fixed!r}; give a list of ids, or a mapping from id to grid"
        )
    row_of = {id: row for row, id in enumerate(map.ids)}
    tally = Tally()
    # By name, by the grid that a unit stays in, or by the seed itself.
    group: dict[int, tuple[str, str | int]] = {}
    named = dict(fixed) if isinstance(fixed, Mapping) else dict.fromkeys(fixed)
    for id, name in named.items():
        row = row_of.get(id)
        if row is None:
            meant = nearest(str(id), map.ids)
            tally.say("GT590", partial(_fixed_at, str(id)), unit=str(id), meant=meant)
        elif name is not None:
            group[row] = ("name", str(name))
        elif held[row] != NEW:
            group[row] = ("held", int(held[row]))
        else:
            group[row] = ("seed", row)
    first: dict[tuple[str, str | int], int] = {}
    for row in sorted(group):
        kept = first.setdefault(group[row], row)
        if part[kept] != part[row]:
            said = {"unit": map.ids[row], "other": map.ids[kept], "grid": str(group[row][1])}
            tally.say("GT591", partial(_fixed_at, map.ids[row]), **said)
    tally.stop()
    number = {each: at for at, each in enumerate(first)}
    for row, each in group.items():
        stays[row] = number[each]
    called = {}
    for each, at in number.items():
        name = before[first[each]] if each[0] == "held" and before is not None else each[1]
        if each[0] != "seed":
            called[at] = str(name)
    return stays, called


def _apart(
    map: BuildingMap, stays: NDArray[np.int64], called: dict[int, str], lost: list[int]
) -> list[Problem]:
    """Return that units cannot share a grid, since others in between are fixed to theirs."""
    problems = []
    for number in lost:
        units = [map.ids[row] for row in np.flatnonzero(stays == number).tolist()]
        said = {"unit": units[-1], "other": units[0], "grid": called[number]}
        problems.append(problem("GT592", _fixed_at(units[-1]), **said))
    return problems


def _fixed_at(id: str) -> Location:
    return Location(record="fixed", field=id)


def _numbers(
    map: BuildingMap,
    compound: NDArray[np.int32],
    task: Task,
    grids: int | Mapping[str, int],
) -> NDArray[np.int64]:
    """Return how many grids each part of the map shall have.

    Args:
        map: The map.
        compound: The compound of each unit of the task.
        task: What is to be divided.
        grids: How many there shall be over all, or by compound.
    """
    parts = len(task.number)
    total = np.bincount(task.part, task.weight, parts).astype(np.int64)
    units = np.bincount(task.part, minlength=parts)
    # A grid has one fixed unit at most.
    least = np.maximum(1, np.bincount(task.part, task.fixed != NEW, parts)).astype(np.int64)
    if not isinstance(grids, Mapping):
        _require_room("the map", int(grids), least, units)
        return share_out(task, total, least, units, int(grids))
    number = task.number.copy()
    of = np.empty(parts, np.int32)
    of[task.part] = compound
    for row, id in enumerate(map.compounds):
        if id in grids:
            mine = np.flatnonzero(of == row)
            asked = int(grids[id])
            _require_room(f"compound {id}", asked, least[mine], units[mine])
            number[mine] = share_out(task, total[mine], least[mine], units[mine], asked)
    return number


def _require_room(
    what: str, asked: int, least: NDArray[np.int64], units: NDArray[np.int64]
) -> None:
    if asked > units.sum():
        raise OutOfRangeError(
            f"grids is {asked}; {what} has {int(units.sum()):,} units that can be parted"
        )
    if asked < len(least):
        raise OutOfRangeError(
            f"grids is {asked}; {what} has {len(least):,} parts kept apart by hard lines, each "
            "of which needs one"
        )
    if asked < least.sum():
        raise OutOfRangeError(
            f"grids is {asked}; {what} has {int(least.sum()):,} grids with fixed units or "
            "without neighbors"
        )
