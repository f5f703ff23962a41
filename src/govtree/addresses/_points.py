"""From a point to the units around it."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree.errors import OutOfRangeError
from govtree.hierarchy import Hierarchy

__all__ = ["POINTED", "Near", "near"]

#: Tables that are looked at where nothing else is said.
POINTED = ("building", "compound", "grid")


@frozen
class Near:
    """A unit and how far it is from a point.

    Attributes:
        id: Its id.
        table: Its table.
        distance: Straight line, in the unit of the structure's reference system.
        equal: How many units are as far, with those that are not listed.
    """

    id: str
    table: str
    distance: float
    equal: int


def near(
    h: Hierarchy,
    x: float,
    y: float,
    *,
    within: float | None,
    tables: Iterable[str],
    most: int,
) -> tuple[Near, ...]:
    """Return the units nearest to a point; see :func:`govtree.addresses.locate_point`."""
    for name, number in (("x", x), ("y", y), ("within", 0.0 if within is None else within)):
        if not math.isfinite(number):
            raise OutOfRangeError(f"{name} is {number}, not a finite number")
    if within is not None and within < 0:
        raise OutOfRangeError(f"within is {within}; a distance is 0 or more")
    found: list[tuple[float, str, str]] = []
    counts: dict[float, int] = {}
    for table in dict.fromkeys(tables):
        far = _distances(h, table, x, y)
        rows = np.flatnonzero(far <= (np.inf if within is None else within))
        for distance, count in zip(*np.unique(far[rows], return_counts=True), strict=True):
            counts[float(distance)] = counts.get(float(distance), 0) + int(count)
        # Rows stand in order of id, and so do equally far ones.
        rows = rows[np.argsort(far[rows], kind="stable")][:most]
        ids = h.ids(table, rows.astype(np.int32))
        found += zip(far[rows].tolist(), ids, [table] * len(ids), strict=True)
    return tuple(
        Near(id, table, distance, counts[distance]) for distance, id, table in sorted(found)[:most]
    )


def _distances(h: Hierarchy, table: str, x: float, y: float) -> NDArray[np.float64]:
    """Return how far each unit is; NaN where it has no coordinates."""
    columns = h.sheet(table).columns
    across, up = columns.get("x"), columns.get("y")
    if not isinstance(across, np.ndarray) or not isinstance(up, np.ndarray):
        return np.full(h.count(table), np.nan)
    # Coordinates may be as large as numbers get; what is too far to say is infinitely far.
    with np.errstate(over="ignore", invalid="ignore"):
        far: NDArray[np.float64] = np.hypot(across - x, up - y)
    return far
