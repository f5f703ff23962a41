"""Labels of a plan that somebody made: one grid a unit, every fault at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from govtree._markup import HIDDEN, short
from govtree._names import NearMisses, nearest
from govtree.errors import (
    Location,
    OutOfRangeError,
    StructureError,
    Tally,
    UnknownIdError,
    problem,
)
from govtree.grids._bounds import Bounds
from govtree.grids._buildings._map import BuildingMap
from govtree.grids._buildings._read import building_map

__all__ = ["map_of", "one_a_unit", "read", "texts", "unknown"]


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
        named = one_a_unit(map, labels, "labels")
    tally = Tally()
    grids = _texts({id: named[id] for id in map.ids if id in named}, tally)
    known, near = set(map.ids), NearMisses(map.ids)
    for id in map.ids:
        if id not in named:
            tally.say("GT556", _place(id), unit=id)
    for id in named:
        if id not in known:
            meant = near.nearest(str(id))
            tally.say("GT555", _place(_shown(id)), unit=_shown(id), meant=meant)
    tally.stop()
    return grids


def one_a_unit(map: BuildingMap, labels: Iterable[Any], record: str) -> dict[str, Any]:
    """Return labels that stand in the order of the map by the ids of its units.

    Raises:
        StructureError: If there is not one a unit; *record* says of what.
    """
    cells = list(labels)
    if len(cells) != len(map):
        counts = {"labels": f"{len(cells):,}", "units": f"{len(map):,}"}
        raise StructureError([problem("GT558", Location(record=record), **counts)])
    return dict(zip(map.ids, cells, strict=True))


def texts(labels: Mapping[str, Any]) -> list[str]:
    """Return grids as texts, in order.

    Raises:
        StructureError: If one can be none; names all.
    """
    tally = Tally()
    grids = _texts(labels, tally)
    tally.stop()
    return grids


def _texts(labels: Mapping[str, Any], tally: Tally) -> list[str]:
    grids = []
    for id, cell in labels.items():
        grid = _text(cell)
        if grid is None:
            tally.say("GT557", _place(id), unit=id, cell=_shown(cell))
        else:
            grids.append(grid)
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


def _place(unit: str) -> Callable[[], Location]:
    return partial(Location, record="labels", field=short(unit))
