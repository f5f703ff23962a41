"""Labels of a plan that somebody made: one grid a unit, every fault at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from govtree._markup import HIDDEN, short
from govtree._names import nearest
from govtree.errors import (
    Location,
    OutOfRangeError,
    Problem,
    StructureError,
    Tally,
    UnknownIdError,
    problem,
)
from govtree.grids._bounds import Bounds
from govtree.grids._map import BuildingMap
from govtree.grids._read import building_map

__all__ = ["map_of", "read", "texts", "unknown"]

#: Larger maps are not searched for the unit that was probably meant.
_MOST_SEARCHED = 20_000


def map_of(units: Any, options: Mapping[str, Any], bounds: Bounds) -> BuildingMap:
    """Return the map of *units*, or *units* where they are one.

    Raises:
        OutOfRangeError: If there are options for a map that is made already.
        StructureError: If no map can be made; names every reason.
    """
    if isinstance(units, BuildingMap):
        if options:
            raise OutOfRangeError(
                f"the map is made already; leave out {', '.join(sorted(options))}"
            )
        return units
    return building_map(units, **({"largest": bounds.highest} | dict(options)))


def read(
    map: BuildingMap, labels: Mapping[Any, Any] | Sequence[Any], *, in_order: bool
) -> list[str]:
    """Return the grid of each unit, in the order of the map.

    Args:
        map: The map.
        labels: Grid by id, or grids in the order of the map.
        in_order: Whether grids without ids may be given at all.

    Raises:
        OutOfRangeError: If labels are given without ids, and may not be.
        StructureError: With every problem there is.
    """
    named = labels if isinstance(labels, Mapping) else _indexed(labels)
    if named is None:
        if not in_order:
            raise OutOfRangeError(
                "labels are given without ids; give a mapping from id to grid, or make the map "
                "first and give them in the order of its ids"
            )
        if isinstance(labels, str | bytes) or not isinstance(labels, Iterable):
            raise OutOfRangeError(
                f"labels are {type(labels).__name__}; give a mapping from id to grid, or a grid "
                "for each unit in the order of the ids of the map"
            )
        cells = list(labels)
        if len(cells) != len(map):
            where = Location(record="labels")
            counts = {"labels": f"{len(cells):,}", "units": f"{len(map):,}"}
            raise StructureError([problem("GT558", where, **counts)])
        named = dict(zip(map.ids, cells, strict=True))
    tally = Tally()
    grids = []
    for id in map.ids:
        if id not in named:
            tally.add("GT556", _made("GT556", id, unit=id))
            continue
        grid = _text(named[id])
        if grid is None:
            tally.add("GT557", _made("GT557", id, unit=id, cell=_shown(named[id])))
        else:
            grids.append(grid)
    known = set(map.ids)
    for id in named:
        if id not in known:
            meant = nearest(str(id), map.ids) if len(map) <= _MOST_SEARCHED else ""
            said = {"unit": _shown(id)} | ({"meant": meant} if meant else {})
            tally.add("GT555", _made("GT555", _shown(id), **said))
    problems = tally.problems()
    if problems:
        raise StructureError(problems)
    return grids


def texts(labels: Mapping[str, Any]) -> list[str]:
    """Return grids as texts, in order.

    Raises:
        StructureError: If one can be none; names all.
    """
    tally = Tally()
    grids = []
    for id, cell in labels.items():
        grid = _text(cell)
        if grid is None:
            tally.add("GT557", _made("GT557", id, unit=id, cell=_shown(cell)))
        else:
            grids.append(grid)
    if problems := tally.problems():
        raise StructureError(problems)
    return grids


def unknown(grid: object, grids: tuple[str, ...]) -> UnknownIdError:
    """Return the exception for a *grid* that a plan does not have."""
    return UnknownIdError(str(grid), lambda: nearest(str(grid), grids))


def _indexed(labels: Any) -> Mapping[Any, Any] | None:
    """Return a column with texts as its index, such as one of pandas, as a mapping."""
    items = getattr(labels, "items", None)
    if not callable(items):
        return None
    named = dict(items())
    return named if any(isinstance(id, str) for id in named) else None


def _text(cell: Any) -> str | None:
    """Return a label as the id of a grid; None where it can be none."""
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, int) and not isinstance(cell, bool):
        return str(cell) if abs(cell) < 10**18 else None
    if not isinstance(cell, str) or not cell or len(cell) > 200 or "\0" in cell:
        return None
    text = str(cell)
    return None if HIDDEN.search(text) else text


def _shown(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if cell is None:
        return "None"
    return str(cell) if isinstance(cell, (int, float)) else f"a {type(cell).__name__}"


def _made(code: str, place: str, /, **values: str) -> Callable[[], Problem]:
    def made() -> Problem:
        return problem(code, Location(record="labels", field=short(place)), **values)

    return made
