"""Where things stand on a map: positions of units, shapes of grids, how long its scale bar is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._extras import need

if TYPE_CHECKING:
    from govtree._adjacency import Neighbors
    from govtree.grids._buildings._map import BuildingMap
    from govtree.grids._partition import Partition

__all__ = ["Places", "crossing_pairs", "grids_beside", "round_length", "triangles_inside"]


@frozen(eq=False)
class Places:
    """Where the units of a map stand on paper.

    Attributes:
        xy: float64, one row a unit: to the east, to the north.
        spacing: How far a unit is from the nearest one beside it, usually.
        is_scheme: Whether they were laid out in rows, for want of positions.
    """

    xy: NDArray[np.float64]
    spacing: float
    is_scheme: bool

    @classmethod
    def of(cls, units: BuildingMap) -> Places:
        """Return the positions of the units; without any, rows of them, a compound a block."""
        if units.x is None or units.y is None:
            return cls(_rows(units), 1.0, is_scheme=True)
        xy = np.column_stack([units.x, units.y])
        return cls(xy, _spacing(xy, units.neighbors), is_scheme=False)

    def limits(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the lower left and the upper right corner around the units, with a margin."""
        if not len(self.xy):
            return np.zeros(2), np.ones(2)
        margin = 1.2 * self.spacing
        return self.xy.min(axis=0) - margin, self.xy.max(axis=0) + margin


def _spacing(xy: NDArray[np.float64], pairs: Neighbors) -> float:
    apart = np.hypot(*(xy[pairs.u] - xy[pairs.v]).T)
    nearest = np.full(len(xy), np.inf)
    np.minimum.at(nearest, pairs.u, apart)
    np.minimum.at(nearest, pairs.v, apart)
    told = nearest[np.isfinite(nearest) & (nearest > 0)]
    if len(told):
        return float(np.median(told))
    span = float(np.ptp(xy, axis=0).max()) if len(xy) else 0.0
    return span / max(1.0, len(xy) ** 0.5) or 1.0


def _rows(units: BuildingMap) -> NDArray[np.float64]:
    """Return places in a lattice: blocks of compounds side by side, rows of units in each."""
    xy = np.zeros((len(units), 2))
    blocks = np.lexsort((np.arange(len(units)), units.compound, units.community))
    keys = np.column_stack([units.community, units.compound])[blocks]
    if not len(units):
        return xy
    starts = np.flatnonzero(np.r_[True, (keys[1:] != keys[:-1]).any(axis=1)])
    wide = max(1, round(1.3 * len(units) ** 0.5))
    left = top = tall = 0
    for block in np.split(blocks, starts[1:]):
        across = max(1, round(len(block) ** 0.5))
        if left and left + across > wide:
            left, top, tall = 0, top - tall - 1, 0
        row, column = np.divmod(np.arange(len(block)), across)
        # As an ox plows: who follows in the order of ids stands beside.
        xy[block, 0] = left + np.where(row % 2, across - 1 - column, column)
        xy[block, 1] = top - row
        left, tall = left + across + 1, max(tall, int(row[-1]) + 1)
    return xy


def crossing_pairs(plan: Partition) -> NDArray[np.bool_]:
    """Return which pairs of one grid join two cells."""
    pairs, grid = plan.map.neighbors, plan.grid
    _, cell = plan.map.cells()
    inside = (grid[pairs.u] == grid[pairs.v]) & (grid[pairs.u] >= 0)
    joins: NDArray[np.bool_] = inside & (cell[pairs.u] != cell[pairs.v])
    return joins


def triangles_inside(units: int, u: NDArray[np.int32], v: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return int32, three units a row: all who lie beside one another, u < v < w.

    Args:
        units: How many units there are.
        u: One of each pair, pairs sorted as in :class:`~govtree._adjacency.Neighbors`.
        v: The other.
    """
    if not len(u):
        return np.zeros((0, 3), np.int32)
    u, v = u.astype(np.int64), v.astype(np.int64)
    # For each pair (u, v), the pairs (v, w) that follow, kept where (u, w) is a pair, too.
    begin, end = np.searchsorted(u, v), np.searchsorted(u, v, side="right")
    many = end - begin
    first = np.repeat(np.arange(len(u)), many)
    second = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many) + begin[first]
    key = u * units + v
    sought = u[first] * units + v[second]
    at = np.minimum(np.searchsorted(key, sought), len(key) - 1)
    found = key[at] == sought
    first, second = first[found], second[found]
    return np.column_stack([u[first], v[first], v[second]]).astype(np.int32)


def grids_beside(
    units: BuildingMap, places: Places, grid: NDArray[np.int32], grids: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return pairs of grids that are seen side by side, a wall between them or not."""
    pairs = units.neighbors
    u, v = grid[pairs.u], grid[pairs.v]
    if len(units) > 1:
        spatial = need("scipy.spatial", extra="partition")
        most = min(len(units), 9)
        _, near = spatial.cKDTree(places.xy).query(places.xy, k=most)
        seen = grid[np.asarray(near).reshape(len(units), most)]
        u = np.r_[u, np.repeat(grid, most)]
        v = np.r_[v, seen.ravel()]
    differ = (u != v) & (u < grids) & (v < grids)
    return u[differ], v[differ]


def round_length(most: float) -> float:
    """Return the longest of 1, 2, 5, 10, ... that is *most* or less.

    >>> round_length(870.0), round_length(0.3)
    (500.0, 0.2)
    """
    power = 10.0 ** np.floor(np.log10(most))
    return float(max(step * power for step in (1, 2, 5) if step * power <= most))
