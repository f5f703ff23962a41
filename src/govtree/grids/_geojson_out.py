"""A plan as GeoJSON, RFC 7946."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from govtree._adjacency._reference import Projection
from govtree._extras import need
from govtree.errors import OutOfRangeError
from govtree.grids._map import BuildingMap

if TYPE_CHECKING:
    from govtree.grids._partition import Partition

__all__ = ["geojson_of"]

Floats = NDArray[np.float64]

#: Decimals of degrees, about a centimetre, and of metres.
_DEGREES, _METRES = 7, 3


def geojson_of(plan: Partition, by: str) -> dict[str, Any]:
    """Return a plan as a collection of features; see :meth:`Partition.to_geojson`."""
    map = plan.map
    if by not in ("grid", "unit"):
        raise OutOfRangeError(f"by is '{by}', not 'grid' or 'unit'")
    if map.outlines is None and (map.x is None or map.y is None):
        raise OutOfRangeError("the map has no positions, so that nothing can be drawn")
    turn = _degrees_of(map)
    decimals = _METRES if turn is None else _DEGREES
    features = list(
        _of_grids(plan, turn, decimals) if by == "grid" else _of_units(plan, turn, decimals)
    )
    about: dict[str, Any] = {
        "count": map.count,
        "coordinates": "metres" if turn is None else "degrees",
        "crs": map.crs,
    }
    if turn is None:
        # The standard knows degrees only, so whoever reads this has to be told.
        about["note"] = "coordinates are metres east and north, not longitude and latitude"
    return {"type": "FeatureCollection", "govtree": about, "features": features}


def _degrees_of(map: BuildingMap) -> Callable[[Floats, Floats], tuple[Floats, Floats]] | None:
    """Return what turns the map's metres into longitude and latitude; None if nothing can."""
    return None if map.metric is None else Projection(map.crs, map.metric).to_degrees


def _of_units(plan: Partition, turn: Any, decimals: int) -> Iterator[dict[str, Any]]:
    map, names = plan.map, [*plan.grids, None]
    for at, id in enumerate(map.ids):
        properties: dict[str, Any] = {
            "grid": names[plan.grid[at]],
            map.count: int(map.weight[at]),
            "community": map.communities[map.community[at]] if map.community[at] >= 0 else None,
            "compound": map.compounds[map.compound[at]] if map.compound[at] >= 0 else None,
        }
        yield _feature(id, _shape_of(plan, np.array([at]), turn, decimals, one=True), properties)


def _of_grids(plan: Partition, turn: Any, decimals: int) -> Iterator[dict[str, Any]]:
    order = np.argsort(plan.grid, kind="stable")
    starts = np.searchsorted(plan.grid[order], np.arange(len(plan) + 1))
    for at, row in enumerate(plan.table.rows()):
        units = order[starts[at] : starts[at + 1]]
        row["compounds"] = list(plan.table.compounds[at])
        for name in ("walk", "compactness", "share"):
            row[name] = None if row[name] is None else round(row[name], 4)
        yield _feature(plan.grids[at], _shape_of(plan, units, turn, decimals), row)


def _feature(id: str, geometry: Any, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "id": id, "geometry": geometry, "properties": properties}


def _shape_of(
    plan: Partition, units: NDArray[Any], turn: Any, decimals: int, *, one: bool = False
) -> dict[str, Any] | None:
    map = plan.map
    if map.outlines is not None:
        shapely = need("shapely", extra="geo")
        shape = shapely.union_all(map.outlines[units])
        if turn is not None:
            shape = shapely.transform(shape, lambda points: np.column_stack(turn(*points.T)))
        # Rings to the right hand, as the standard asks.
        shape = shapely.orient_polygons(shape) if hasattr(shapely, "orient_polygons") else shape
        if shape.is_empty:
            return None
        plain = shape.__geo_interface__
        return {"type": plain["type"], "coordinates": _rounded(plain["coordinates"], decimals)}
    x, y = map.x[units], map.y[units]  # type: ignore[index]  # without outlines there are points
    if turn is not None:
        x, y = turn(x, y)
    points = [
        [round(float(e), decimals), round(float(n), decimals)] for e, n in zip(x, y, strict=True)
    ]
    if one:
        return {"type": "Point", "coordinates": points[0]}
    return {"type": "MultiPoint", "coordinates": points}


def _rounded(cells: Any, decimals: int) -> Any:
    if isinstance(cells, (tuple, list)):
        return [_rounded(each, decimals) for each in cells]
    return round(float(cells), decimals)
