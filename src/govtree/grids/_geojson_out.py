"""A plan as GeoJSON, RFC 7946."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from govtree._adjacency._reference import Projection
from govtree._extras import need
from govtree.errors import OutOfRangeError

if TYPE_CHECKING:
    from govtree.grids._partition import Partition

__all__ = ["geojson_of"]

#: Decimals of degrees, about a centimetre, and of metres.
_DEGREES, _METRES = 7, 3


def geojson_of(plan: Partition, by: str) -> dict[str, Any]:
    """Return a plan as a collection of features; see :meth:`Partition.to_geojson`."""
    map = plan.map
    if by not in ("grid", "unit"):
        raise OutOfRangeError(f"by is '{by}', not 'grid' or 'unit'")
    if map.outlines is None and (map.x is None or map.y is None):
        raise OutOfRangeError("the map has no positions, so that nothing can be drawn")
    ids, properties = _grids_told(plan) if by == "grid" else _units_told(plan)
    about: dict[str, Any] = {
        "count": map.count,
        "coordinates": "metres" if map.metric is None else "degrees of WGS 84",
        # Not that of these coordinates: who took it for that would be 500 m off in China.
        "given_in": map.crs,
    }
    if map.metric is None:
        # The standard knows degrees only, so whoever reads this has to be told.
        about["note"] = "coordinates are metres east and north, not longitude and latitude"
    features = [
        {"type": "Feature", "id": id, "geometry": shape, "properties": told}
        for id, shape, told in zip(ids, _shapes(plan, by), properties, strict=True)
    ]
    return {"type": "FeatureCollection", "govtree": about, "features": features}


def _units_told(plan: Partition) -> tuple[Sequence[str], Iterator[dict[str, Any]]]:
    map = plan.map
    communities, compounds = (*map.communities, None), (*map.compounds, None)
    grids = (*plan.grids, None)
    return map.ids, (
        {
            "grid": grids[grid],
            map.count: weight,
            "community": communities[community],
            "compound": compounds[compound],
        }
        for grid, weight, community, compound in zip(
            plan.grid.tolist(),
            map.weight.tolist(),
            map.community.tolist(),
            map.compound.tolist(),
            strict=True,
        )
    )


def _grids_told(plan: Partition) -> tuple[Sequence[str], Iterator[dict[str, Any]]]:
    table = plan.table
    # What a reader shows of a feature need not be exact to the last bit.
    return table.grid, (
        {name: round(cell, 4) if isinstance(cell, float) else cell for name, cell in row.items()}
        | {"compounds": list(compounds)}
        for row, compounds in zip(table.rows(), table.compounds, strict=True)
    )


def _shapes(plan: Partition, by: str) -> Iterator[dict[str, Any] | None]:
    """Yield the geometry of each feature; None for one without any ground."""
    map = plan.map
    decimals = _METRES if map.metric is None else _DEGREES
    order = np.argsort(plan.grid, kind="stable")
    bounds = np.searchsorted(plan.grid[order], np.arange(len(plan) + 1))
    rows = [order[first:last] for first, last in itertools.pairwise(bounds.tolist())]
    if map.outlines is not None:
        shapely = need("shapely", extra="geo")
        shapes = map.outlines
        if by == "grid":
            # In metres, where the ground is flat.
            shapes = np.array([shapely.union_all(shapes[units]) for units in rows], object)
        if map.metric is not None:
            turn = Projection(map.crs, map.metric).to_degrees
            shapes = shapely.transform(shapes, lambda points: np.column_stack(turn(*points.T)))
        for shape in shapes:
            yield None if shape is None or shape.is_empty else _plain(shape, decimals)
        return
    x, y = np.asarray(map.x), np.asarray(map.y)
    if map.metric is not None:
        x, y = Projection(map.crs, map.metric).to_degrees(x, y)
    points = np.column_stack((np.round(x, decimals), np.round(y, decimals))) + 0.0
    if by == "unit":
        for point in points.tolist():
            yield {"type": "Point", "coordinates": point}
        return
    for units in rows:
        yield {"type": "MultiPoint", "coordinates": points[units].tolist()}


def _plain(shape: Any, decimals: int) -> dict[str, Any]:
    """Return a polygon, or several, as plain lists: outer rings to the left, holes to the right."""
    parts = [_rings(part, decimals) for part in getattr(shape, "geoms", (shape,))]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def _rings(part: Any, decimals: int) -> list[list[list[float]]]:
    rings = []
    for at, ring in enumerate((part.exterior, *part.interiors)):
        points = (np.round(np.asarray(ring.coords)[:, :2], decimals) + 0.0).tolist()
        # RFC 7946, section 3.1.6.
        rings.append(points if ring.is_ccw == (at == 0) else points[::-1])
    return rings
