"""Units from GeoJSON and GeoPandas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from govtree._adjacency._geometry import points_of
from govtree.grids._geojson import looked_at
from govtree.grids._of_columns import units_of_columns
from govtree.grids._shapes import is_source
from govtree.grids._told import ToldUnits

__all__ = ["is_geojson", "units_of_geojson"]

#: Properties that are read where there are any, besides the one that is counted.
_PERHAPS = ("weight", "cell", "number", "priority")
# Tags of OpenStreetMap that differ from such a name in a letter.
_NEVER_MEANT = ("height",)


def is_geojson(units: object) -> bool:
    """Return whether *units* is a file, a GeoJSON mapping, or what has such an interface."""
    if isinstance(units, Mapping):
        return isinstance(units.get("type"), str)
    return is_source(units)


def units_of_geojson(source: Any, count: str, crs: Any = None) -> ToldUnits:
    """Return the features of a source as units, with their outlines or points.

    What is wrong with features is told with the rest.

    Raises:
        StructureError: If it is no GeoJSON.
    """
    found = looked_at(source, weight=None, perhaps=(count, *_PERHAPS), crs=crs)
    told: dict[str, Any] = {"id": found.ids} | {
        name: cells
        for name, cells in found.columns.items()
        if any(cell is not None for cell in cells)
    }
    x, y = points_of(found.shapes)
    # A position that is faulty was told as such; it is not told again as one that is missing.
    x, y = (np.where(np.isnan(each), _any_of(each), each) for each in (x, y))
    columns = told | {"x": x, "y": y}
    if not len(found):
        columns[count] = ()
    # Names alone, for those that were probably meant as one that is read.
    unread = {*found.named} - {*columns, *_NEVER_MEANT}
    columns |= {name: [None] * len(found) for name in sorted(unread)}
    # Points among outlines have no border to share.
    outlines = found.shapes if found.has_outlines else None
    return units_of_columns(
        columns,
        count,
        found.places,
        faults=found.problems,
        crs=found.crs,
        notes=found.notes,
        outlines=outlines,
        lines=found.lines,
    )


def _any_of(numbers: NDArray[np.float64]) -> float:
    known = numbers[~np.isnan(numbers)]
    return float(known[0]) if len(known) else 0.0
