"""Buildings that are too large, divided by their entrances."""

from __future__ import annotations

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from govtree._adjacency import INNER, Neighbors
from govtree._columns import IntArray
from govtree._ids import arrange
from govtree._wording import Listed, Reason
from govtree.grids._buildings._map import BuildingMap
from govtree.grids._buildings._of_hierarchy import counted
from govtree.hierarchy import Hierarchy

__all__ = ["divided"]


@frozen(eq=False)
class _Entrances:
    """Entrances that take the place of their buildings, in order of building, then of id."""

    ids: list[str]
    building: IntArray
    weight: NDArray[np.int64]
    priority: NDArray[np.int64]


def divided(units: BuildingMap, h: Hierarchy, largest: int) -> BuildingMap:
    """Return the map with each building above *largest* divided by its entrances.

    Only a building is divided whose entrances account for all that is counted in it, at least
    two of them for some. An entrance has the position of its building, lies beside the one
    before and the one after it in order of id, and beside whatever the building lies beside.
    """
    chosen, notes = _chosen(units, h, largest)
    if not len(chosen.ids):
        return evolve(units, notes=(*units.notes, *notes))
    length = len(units)
    parts = np.bincount(chosen.building, minlength=length)
    goes = parts > 0
    stays = np.flatnonzero(~goes)
    of = np.concatenate([stays, chosen.building])
    ids = [*(units.ids[row] for row in stays.tolist()), *chosen.ids]
    found = arrange(ids)
    order = np.arange(len(ids)) if found.order is None else found.order
    rank = np.empty(len(ids), np.int32)
    rank[order] = np.arange(len(ids))
    first = np.empty(length, np.int64)
    first[stays] = np.arange(len(stays))
    first[goes] = len(stays) + (np.cumsum(parts) - parts)[goes]
    of = of[order]
    whole = np.flatnonzero(goes)
    place = np.full(length, -1, np.int32)
    place[whole] = np.arange(len(whole))
    names = tuple(units.ids[row] for row in whole.tolist())
    note = Reason(
        "buildings above {largest} are divided by entrance: {buildings}",
        largest=largest,
        buildings=Listed.of(names),
    )
    return evolve(
        units,
        ids=tuple(ids[row] for row in order.tolist()),
        weight=np.concatenate([units.weight[stays], chosen.weight])[order],
        priority=np.concatenate([units.priority[stays], chosen.priority])[order],
        community=units.community[of],
        compound=units.compound[of],
        x=None if units.x is None else units.x[of],
        y=None if units.y is None else units.y[of],
        outlines=None if units.outlines is None else units.outlines[of],
        neighbors=_spread(units.neighbors, np.maximum(parts, 1), first, rank),
        building=place[of],
        buildings=names,
        notes=(*units.notes, note, *notes),
    )


def _chosen(units: BuildingMap, h: Hierarchy, largest: int) -> tuple[_Entrances, list[Reason]]:
    """Return the entrances of the buildings that are divided, and what is said of the others."""
    building = h.arrays.pointing("entrance", "building", "building")
    found = counted(h, "entrance", units.count)
    at = np.flatnonzero(building >= 0)
    of, length = building[at], len(units)
    sums = np.zeros(length, np.int64)
    np.add.at(sums, of, found.weight[at])
    filled = np.bincount(of, found.weight[at] > 0, length)
    large = (units.weight > largest) & (filled > 1)
    split = large & (sums == units.weight)
    rows = at[split[of]]
    # Entrances stand in order of id: only that of their buildings is left.
    rows = rows[np.argsort(building[rows], kind="stable")]
    left = np.flatnonzero(large & ~split)
    notes = []
    if len(left):
        names = [units.ids[row] for row in left.tolist()]
        notes.append(
            Reason(
                "not every household names its entrance, so these buildings stay whole: "
                "{buildings}",
                buildings=Listed.of(names),
            )
        )
    ids = h.ids("entrance", rows.astype(np.int32))
    chosen = _Entrances(ids, building[rows], found.weight[rows], found.priority[rows])
    return chosen, notes


def _spread(
    beside: Neighbors, parts: NDArray[np.int64], first: NDArray[np.int64], rank: IntArray
) -> Neighbors:
    """Return pairs of buildings as pairs of all that each was divided into.

    Args:
        beside: Pairs of buildings.
        parts: How many units each building becomes.
        first: The first of these, in the order before they were sorted by id.
        rank: Where each unit stands once they are.
    """
    number = parts[beside.u] * parts[beside.v]
    pair = np.repeat(np.arange(len(beside)), number)
    nth = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    u = first[beside.u[pair]] + nth // parts[beside.v[pair]]
    v = first[beside.v[pair]] + nth % parts[beside.v[pair]]
    # Within a building, one entrance after the other.
    inner = np.repeat(first, parts - 1)
    steps = np.arange(len(inner)) - np.repeat(np.cumsum(parts - 1) - (parts - 1), parts - 1)
    one = rank[np.concatenate([u, inner + steps])]
    other = rank[np.concatenate([v, inner + steps + 1])]
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((high, low))
    length = np.concatenate([beside.length[pair], np.full(len(inner), np.nan)])
    kind = np.concatenate([beside.kind[pair], np.full(len(inner), INNER, np.int16)])
    return Neighbors(len(rank), low[order], high[order], length[order], kind[order], beside.kinds)
