"""Where grids lie and how round they are, from the positions of their units alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from govtree._columns import IntArray, read_only
from govtree._extras import need
from govtree.grids._buildings._map import BuildingMap
from govtree.grids._sums import sum_of

__all__ = ["middles", "walk_and_compactness", "west_to_east"]

Floats = NDArray[np.float64]


def middles(
    map: BuildingMap, grid: IntArray, number: int, *, weighed: bool = False
) -> tuple[Floats, Floats] | None:
    """Return the middle of each grid, the mean position of its units, in metres.

    None where no positions are known; NaN for a grid without units.

    Args:
        map: The map.
        grid: The grid of each unit; -1 for none.
        number: How many grids there are.
        weighed: Whether units count by what is counted in them, as far as anything is.
    """
    if map.x is None or map.y is None:
        return None
    placed = grid >= 0
    at = grid[placed]
    share = np.ones(len(at))
    if weighed:
        held = sum_of(map.weight, grid, number)
        share = np.where(held[at] > 0, map.weight[placed], share)
    total = np.bincount(at, share, number).astype(np.float64)
    total[total == 0] = np.nan
    return (
        np.bincount(at, share * map.x[placed], number) / total,
        np.bincount(at, share * map.y[placed], number) / total,
    )


def west_to_east(map: BuildingMap, grid: IntArray, number: int) -> NDArray[np.int64]:
    """Return the rows of grids from west to east, then south to north, then by first unit."""
    first = np.full(number, len(map), np.int64)
    placed = np.flatnonzero(grid >= 0)
    np.minimum.at(first, grid[placed], placed)
    middle = middles(map, grid, number)
    if middle is None:
        return np.argsort(first, kind="stable")
    # In millimetres: what lies nearer is one place, however the numbers were rounded.
    x, y = (np.round(each, 3) + 0.0 for each in middle)
    return np.lexsort((first, y, x))


def walk_and_compactness(map: BuildingMap, grid: IntArray, number: int) -> tuple[Floats, Floats]:
    """Return the columns *walk* and *compactness* of :class:`~govtree.grids.GridTable`."""
    middle = middles(map, grid, number)
    if middle is None or map.x is None or map.y is None:
        nothing = read_only(np.full(number, np.nan))
        return nothing, nothing
    placed = grid >= 0
    at = grid[placed]
    away = np.hypot(map.x[placed] - middle[0][at], map.y[placed] - middle[1][at])
    weight = map.weight[placed].astype(np.float64)
    weighs = np.bincount(at, weight, number)
    units = np.bincount(at, minlength=number)
    far = np.bincount(at, away, number) / np.maximum(units, 1)
    # Where nothing is counted, every unit counts alike.
    walk = np.where(weighs > 0, np.bincount(at, away * weight, number) / np.maximum(weighs, 1), far)
    least = _least_distance(map, grid, number, middle)
    # One unit, or several in one place, cannot be nearer.
    compactness = np.divide(least, far, out=np.ones(number), where=far > 1e-9)
    return read_only(walk), read_only(np.minimum(compactness, 1.0))


def _least_distance(
    map: BuildingMap, grid: IntArray, number: int, middle: tuple[Floats, Floats]
) -> Floats:
    """Return how far as many units of the community lie from each middle that lie nearest."""
    spatial = need("scipy.spatial", extra="partition")
    units = np.bincount(grid[grid >= 0], minlength=number)
    least = np.zeros(number)
    community_of = np.full(number, -2, np.int64)
    several = np.zeros(number, np.bool_)
    placed = np.flatnonzero(grid >= 0)
    community_of[grid[placed]] = map.community[placed]
    several[grid[placed]] = community_of[grid[placed]] != map.community[placed]
    points = np.column_stack((map.x, map.y))  # type: ignore[arg-type]  # both are there
    centres = np.column_stack(middle)
    # A grid of several communities is compared with the whole map.
    for community in [None, *np.unique(map.community).tolist()]:
        if community is None:
            chosen, of = np.flatnonzero(several), points
        else:
            chosen = np.flatnonzero(~several & (community_of == community))
            of = points[map.community == community]
        if not len(chosen):
            continue
        most = int(units[chosen].max())
        distance, _ = spatial.cKDTree(of).query(centres[chosen], k=range(1, most + 1))
        sums = np.cumsum(distance, axis=1)
        count = units[chosen]
        least[chosen] = sums[np.arange(len(chosen)), count - 1] / count
    return least
