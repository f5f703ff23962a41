"""Units from GeoJSON and GeoPandas."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from govtree._extras import need
from govtree.grids._of_columns import units_of_columns
from govtree.grids._told import ToldUnits

__all__ = ["is_geojson", "units_of_geojson"]

#: Properties that are read besides the id; the counted one goes before ``weight``.
_MORE = ("weight", "cell", "number", "priority")


def is_geojson(units: object) -> bool:
    """Return whether *units* is a file, a GeoJSON mapping, or what has such an interface."""
    if isinstance(units, Mapping):
        return isinstance(units.get("type"), str)
    return isinstance(units, str | os.PathLike) or hasattr(units, "__geo_interface__")


def units_of_geojson(source: Any, count: str, crs: Any = None) -> ToldUnits:
    """Return the features of a source as units, with their outlines or points.

    Raises:
        StructureError: With everything that is wrong with the structure or a geometry.
    """
    from govtree.grids._geojson import read_buildings

    shapely = need("shapely", extra="geo")
    found = read_buildings(source, weight=None, more=(count, *_MORE), crs=crs)
    told = {"id": found.ids} | {
        name: cells
        for name, cells in found.columns.items()
        if any(cell is not None for cell in cells)
    }
    if found.has_outlines:
        inside = shapely.point_on_surface(found.shapes)
        more = {"outlines": found.shapes}
    else:
        inside, more = found.shapes, {}
    columns = told | {"x": shapely.get_x(inside), "y": shapely.get_y(inside)}
    return units_of_columns(columns, count, found.places, crs=found.crs, notes=found.notes, **more)
