"""Buildings of a structure as units, with what stands in them."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import NONE, TAG, Coded, IntArray, Words, each_once, followed
from govtree._wording import Reason
from govtree.errors import Location, Places, Problem, RecordPlaces, problem
from govtree.grids._buildings._map import SAID
from govtree.grids._buildings._told import ToldUnits
from govtree.grids._sums import main_of
from govtree.hierarchy import Hierarchy

__all__ = ["Counted", "counted", "units_of_hierarchy"]

#: Word of the vocabulary of occupancies.
_EMPTY, _NOT_KNOWN = "empty", "unknown"


@frozen(eq=False)
class Counted:
    """What is counted in each row of a table.

    Attributes:
        weight: int64, one a row.
        priority: int64, how many of its households have a tag.
        rest: What is counted in no row of it.
    """

    weight: NDArray[np.int64]
    priority: NDArray[np.int64]
    rest: int


def counted(h: Hierarchy, table: str, count: str) -> Counted:
    """Return what is counted in the buildings or entrances of a structure.

    Rows of households win over numbers, as in every roll-up. Of households that are counted
    when occupied, those known as empty are left out. Whoever has any tag is a priority
    household; of numbers of several tags, the largest is the least there may be.
    """
    arrays = h.arrays
    column = "residents" if count == "residents" else "households"
    weight, rest = arrays.roll_up(column, table)
    up = arrays.within("household", table)
    judged = np.ones(len(up), np.bool_)
    if count == "occupied":
        judged = ~arrays.is_word("household", "occupancy", _EMPTY)
        empty = _added(up, ~judged, len(weight))
        weight, rest = weight - empty[:-1], rest - int(empty[-1])
    tags = sorted(name for name in h.sheet("household").columns if name.startswith(TAG))
    has_tag = np.zeros(len(up), np.bool_)
    for name in tags:
        has_tag |= arrays.numbers("household", name) > 0
    priority = _added(up, has_tag & judged, len(weight))[:-1]
    for name in _brought(h):
        priority = np.maximum(priority, arrays.total(table, name))
    if count != "residents":
        priority = np.minimum(priority, weight)
    return Counted(weight, priority, rest)


def _brought(h: Hierarchy) -> list[str]:
    """Return the tags that units bring numbers of."""
    tables = ("building", "entrance")
    names = {name for table in tables for name in h.sheet(table).columns if name.startswith(TAG)}
    return sorted(names)


def _added(up: IntArray, chosen: NDArray[np.bool_], length: int) -> NDArray[np.int64]:
    """Return how many rows are chosen by what they add to; the last counts what has nothing."""
    rows = up[chosen]
    return np.bincount(np.where(rows >= 0, rows, length), minlength=length + 1)


def units_of_hierarchy(h: Hierarchy, count: str) -> ToldUnits:
    """Return the buildings of a structure, in order of id.

    The community of a building is its compound's, else its grid's, else the one that most of
    its households belong to.
    """
    length = h.count("building")
    places: Places = h.sources("building") or RecordPlaces("building")
    problems: list[Problem] = []
    occupancy = h.sheet("household").columns.get("occupancy")
    if count == "occupied" and not isinstance(occupancy, Words):
        where = Location(record="household")
        problems.append(problem("GT536", where, column="occupancy"))
    found = counted(h, "building", count)
    compound = h.arrays.pointing("building", "compound", "compound")
    community, faults, notes = _communities(h, compound, places)
    problems += faults
    columns: dict[str, Any] = {
        "id": h.ids("building"),
        "weight": found.weight,
        "priority": found.priority,
        "compound": Coded(compound, h.ids("compound")),
        "community": Coded(community, h.ids("community")),
    }
    stored = h.sheet("building").columns
    for name in ("x", "y"):
        if isinstance(stored.get(name), np.ndarray):
            columns[name] = stored[name]
    names = stored.get("name")
    columns["number"] = columns["id"] if names is None else _either(names, columns["id"])
    return ToldUnits(
        columns,
        places,
        length,
        called="building",
        crs=h.reference_system,
        weight=count,
        notes=(*_notes(h, found, count), *notes),
        problems=tuple(problems),
    )


def _either(names: Any, ids: list[str]) -> list[str]:
    return [name or id for name, id in zip(names, ids, strict=True)]


def _communities(
    h: Hierarchy, compound: IntArray, places: Places
) -> tuple[IntArray, list[Problem], list[Reason]]:
    """Return the community of each building, contradictions, and what was assumed."""
    arrays = h.arrays
    by_compound = followed(compound, arrays.pointing("compound", "community", "community"))
    grid = arrays.within("building", "grid")
    by_grid = followed(grid, arrays.pointing("grid", "community", "community"))
    named = h.ids("community")
    # Read in order of row: one problem a building, where both say something else.
    differing = np.flatnonzero((by_compound >= 0) & (by_grid >= 0) & (by_compound != by_grid))
    ids = h.ids("building", differing.astype(np.int32)) if len(differing) else []
    compounds = h.ids("compound") if len(differing) else []
    problems = [
        problem(
            "GT545",
            places.at(row, "grid"),
            unit=id,
            community=named[by_grid[row]],
            compound=compounds[compound[row]],
            other=named[by_compound[row]],
        )
        for row, id in zip(differing.tolist(), ids, strict=True)
    ]
    found = np.where(by_compound >= 0, by_compound, by_grid)
    notes: list[Reason] = []
    if (found < 0).any() and h.count("household") and "community" in arrays.chain:
        along, split = _by_households(h, found < 0)
        found = np.where(found >= 0, found, along)
        if split:
            notes.append(
                Reason(
                    "households of {number} buildings belong to several communities; such a "
                    "building is counted for the one with most of them",
                    number=split,
                )
            )
    return np.maximum(found, NONE).astype(np.int32), problems, notes


def _by_households(h: Hierarchy, open_: NDArray[np.bool_]) -> tuple[IntArray, int]:
    """Return the community of most households of each open building; and how many have several."""
    building = h.arrays.within("household", "building")
    community = h.arrays.above("household", "community")
    asked = (building >= 0) & (community >= 0)
    asked[asked] = open_[building[asked]]
    building, community = building[asked], community[asked]
    met = each_once(building.astype(np.int64) << 32 | community) >> 32
    return main_of(community, building, len(open_)), int((np.bincount(met) > 1).sum())


def _notes(h: Hierarchy, found: Counted, count: str) -> list[Reason]:
    notes = []
    if found.rest > 0:
        notes.append(
            Reason("{number} {what} stand in no building", number=found.rest, what=SAID[count])
        )
    arrays = h.arrays
    column = "residents" if count == "residents" else "households"
    hidden = int(arrays.is_unknown("building", column).sum())
    if hidden:
        notes.append(Reason("of {number} buildings the number is not known", number=hidden))
    if count == "residents" and h.count("household"):
        unsaid = int((~arrays.is_given("household", "residents")).sum())
        if unsaid and unsaid < h.count("household"):
            notes.append(Reason("{number} households do not say their residents", number=unsaid))
    occupancy = h.sheet("household").columns.get("occupancy")
    if count == "occupied" and isinstance(occupancy, Words):
        unsaid = int(((occupancy.codes < 0) | occupancy.is_word(_NOT_KNOWN)).sum())
        if unsaid:
            notes.append(
                Reason(
                    "of {number} households it is not known whether they are occupied; "
                    "they are counted",
                    number=unsaid,
                )
            )
    return notes
