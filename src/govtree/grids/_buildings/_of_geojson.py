"""Units from GeoJSON and GeoPandas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from govtree._adjacency import points_of
from govtree.grids._buildings._geojson import read_buildings
from govtree.grids._buildings._of_columns import units_of_columns
from govtree.grids._buildings._shapes import is_source
from govtree.grids._buildings._told import ToldUnits

__all__ = ["is_geojson", "units_of_geojson"]

#: Properties that are read where there are any, besides the one that is counted.
_PERHAPS = ("weight", "cell", "number", "priority")


def is_geojson(units: object) -> bool:
    """Return whether *units* is a file, a GeoJSON mapping, or what has such an interface."""
    if isinstance(units, Mapping):
        return isinstance(units.get("type"), str)
    return is_source(units)


def units_of_geojson(source: Any, count: str, crs: Any = None) -> ToldUnits:
    """Return the features of a source as units, with their outlines or points.

    Raises:
        StructureError: With everything that is wrong with the structure or a geometry.
    """
    found = read_buildings(source, weight=None, perhaps=(count, *_PERHAPS), crs=crs)
    told = {"id": found.ids} | {
        name: cells
        for name, cells in found.columns.items()
        if any(cell is not None for cell in cells)
    }
    x, y = points_of(found.shapes)
    columns = told | {"x": x, "y": y}
    # Points among outlines have no border to share.
    outlines = found.shapes if found.has_outlines else None
    return units_of_columns(
        columns, count, found.places, crs=found.crs, notes=found.notes, outlines=outlines
    )
