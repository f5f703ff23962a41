"""The grids of a plan, made the grids of a structure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import NONE, IntArray, followed, marked
from govtree._wording import Reason
from govtree.errors import Location, StructureError, problem
from govtree.grids import _names
from govtree.grids._answers import _diff
from govtree.grids._applied import _rewritten
from govtree.grids._applied._edit import Edit
from govtree.grids._applied._rewritten import Dropped
from govtree.grids._applied._today import Footprint
from govtree.grids._sums import main_of

if TYPE_CHECKING:
    from govtree.grids._partition import Partition
    from govtree.hierarchy import Hierarchy

__all__ = ["TEMPLATE", "Applied", "applied"]

#: What new grids of a structure are called where nothing else is said.
TEMPLATE = "{community}-{number:03}"


@frozen(eq=False, repr=False)
class Applied:
    """A structure with the grids of a plan.

    Attributes:
        h: The structure.
        grids: Id in *h* of each grid of the plan, by its id there, in the order of the plan.
        kept: Old ids that go on, sorted.
        new: New ids, sorted; no branch covers them and nobody has a post there yet.
        dissolved: Old ids that do not go on, sorted.
        left: Old ids that the plan gives to no grid and that stay, sorted: something lies in
            them that is in no unit of the plan.
        dropped: What named something that is no longer there, by table and subject.
        notes: What was assumed about the map, in order.
    """

    h: Hierarchy
    grids: Mapping[str, str]
    kept: tuple[str, ...]
    new: tuple[str, ...]
    dissolved: tuple[str, ...]
    left: tuple[str, ...]
    dropped: tuple[Dropped, ...]
    notes: tuple[Reason, ...] = ()

    @property
    def renamed(self) -> dict[str, str]:
        """The grids of the plan that have another id in the structure, by their id there."""
        return {one: other for one, other in self.grids.items() if one != other}

    @property
    def dropped_by_table(self) -> dict[str, int]:
        """How many facts of each table were dropped, by its name."""
        counts: dict[str, int] = {}
        for each in self.dropped:
            counts[each.table] = counts.get(each.table, 0) + 1
        return counts

    def __repr__(self) -> str:
        return (
            f"<Applied: {len(self.kept):,} grids kept, {len(self.new):,} new, "
            f"{len(self.dissolved):,} dissolved, {len(self.dropped):,} facts dropped>"
        )


def applied(plan: Partition, h: Hierarchy, *, template: str = TEMPLATE) -> Applied:
    """Return *h* with the grids of *plan*; see :meth:`govtree.grids.Partition.apply`."""
    _names.whole_template(template)
    where = Footprint.of(h, plan.map)
    _refuse_divided(plan, h, where)
    homes = _homes(plan, h)
    old = where.grids(h)
    successors = _successors(plan, h, where, old, homes)
    ids = _ids(plan, h, successors, homes, template)
    touched, shared = _touched(h, where, old)
    goes_on = np.zeros(h.count("grid"), np.bool_)
    goes_on[list(successors.values())] = True
    gone = touched & ~goes_on & ~shared
    kept, dropped = _rewritten.lost(h, gone)
    edit = Edit(h, kept, ids, homes, successors)
    edit.place(plan.grid, where)
    edit.forget_numbers(_changed(plan, old, successors))
    before = set(h.ids("grid"))
    return Applied(
        edit.hierarchy(),
        dict(zip(plan.grids, ids, strict=True)),
        tuple(sorted(id for id in ids if id in before)),
        tuple(sorted(id for id in ids if id not in before)),
        _names_of(h, gone),
        _names_of(h, touched & ~goes_on & shared),
        tuple(sorted((*dropped, *edit.dropped))),
        plan.map.notes,
    )


def _names_of(h: Hierarchy, grids: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(h.ids("grid", np.flatnonzero(grids).astype(np.int32)))


def _refuse_divided(plan: Partition, h: Hierarchy, where: Footprint) -> None:
    """Refuse entrances that only rows of households could put into several grids."""
    at = np.flatnonzero(where.entrance >= 0)
    entrance = where.entrance[at]
    building = h.arrays.within("entrance", "building")[entrance]
    rows = np.bincount(where.household[where.household >= 0], minlength=len(plan.map))[at]
    # Of an entrance that nobody lives at there is nothing to say.
    silent = set(building[(rows == 0) & (h.arrays.households("entrance")[entrance] > 0)].tolist())
    several = [each for each in _several(building, plan.grid[at]) if each in silent]
    if several:
        raise StructureError(
            problem("GT560", Location(record="building", field=id), unit=id)
            for id in h.ids("building", np.array(several, np.int32))
        )


def _several(of: IntArray, grid: IntArray) -> list[int]:
    """Return what has more than one grid, in order."""
    pairs = set(zip(of.tolist(), grid.tolist(), strict=True))
    times = Counter(one for one, _ in pairs if one >= 0)
    return sorted(one for one, number in times.items() if number > 1)


def _homes(plan: Partition, h: Hierarchy) -> IntArray:
    """Return the row in ``community`` of each grid, that of most of what is counted in it."""
    map = plan.map
    named = np.where(map.community >= 0, plan.grid, NONE)
    main = main_of(map.community, named, len(plan), map.weight)
    return followed(main, h.rows("community", map.communities))


def _successors(
    plan: Partition, h: Hierarchy, where: Footprint, old: IntArray, homes: IntArray
) -> dict[int, int]:
    """Return the old row that each grid of the plan goes on as, by its row in the plan."""
    households = np.flatnonzero(where.household >= 0)
    unit = where.household[households]
    has_rows = np.zeros(len(old), np.bool_)
    has_rows[unit] = True
    # Where no rows of households say who lives there, units bring numbers, or nothing.
    numbers = np.zeros(len(old), np.int64)
    for table, rows in (("building", where.building), ("entrance", where.entrance)):
        at = (rows >= 0) & ~has_rows
        numbers[at] = h.arrays.households(table)[rows[at]]
    was = np.concatenate([h.arrays.within("household", "grid")[households], old])
    is_now = np.concatenate([plan.grid[unit], plan.grid])
    weight = np.concatenate([np.ones(len(households), np.int64), numbers])
    # The border of a community is one for the names of grids, too.
    lies_in = h.arrays.within("grid", "community")
    one = np.append(lies_in, NONE)[np.maximum(was, NONE)]
    other = np.append(homes, NONE)[is_now]
    was = np.where((one >= 0) & (other >= 0) & (one != other), NONE, was)
    pairs = _diff.matched(was, is_now, weight, tuple(h.ids("grid")), plan.grids)
    return {new: row for row, new, _ in pairs}


def _ids(
    plan: Partition,
    h: Hierarchy,
    successors: Mapping[int, int],
    homes: IntArray,
    template: str,
) -> list[str]:
    """Return the id of each grid of the plan in the structure."""
    old, communities = h.ids("grid"), [*h.ids("community"), ""]
    fresh = [at for at in range(len(plan)) if at not in successors]
    persons = set(h.ids("person"))
    made = _names.ids_for(
        [communities[homes[at]] for at in fresh],
        template=template,
        is_taken=lambda id: id in h or id in persons,
    )
    called = dict(zip(fresh, made, strict=True))
    return [called[at] if at in called else old[successors[at]] for at in range(len(plan))]


def _touched(
    h: Hierarchy, where: Footprint, old: IntArray
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which old grids the plan touches, and which hold something that is not in it."""
    length = h.count("grid")
    touched, shared = np.zeros(length, np.bool_), np.zeros(length, np.bool_)
    in_plan = np.zeros(h.count("building") + 2, np.bool_)
    in_plan[where.building[where.building >= 0]] = True
    entrances = where.entrance[where.entrance >= 0]
    in_plan[np.maximum(h.arrays.within("entrance", "building")[entrances], NONE)] = True
    in_plan = in_plan[:-2]
    of_buildings = h.arrays.within("building", "grid")
    of_households = h.arrays.within("household", "grid")
    # A household without a unit of its own goes with its building.
    follows = (where.household >= 0) | marked(in_plan, h.arrays.within("household", "building"))
    for grid, is_in in ((of_buildings, in_plan), (of_households, follows)):
        touched[grid[(grid >= 0) & is_in]] = True
        shared[grid[(grid >= 0) & ~is_in]] = True
    touched[old[old >= 0]] = True
    return touched, shared


def _changed(plan: Partition, old: IntArray, successors: Mapping[int, int]) -> Sequence[int]:
    """Return the old rows that go on with other units than they had."""
    goes_on_as = np.full(len(plan) + 1, NONE, np.int64)
    for at, row in successors.items():
        goes_on_as[at] = row
    now = goes_on_as[plan.grid]
    differing = now != old
    rows = set(now[differing].tolist()) | set(old[differing].tolist())
    return sorted(rows & set(successors.values()))
