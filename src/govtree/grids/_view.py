"""What is drawn of a plan: its map, its tints, and what changed since another plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree.grids._colors import TINTS, colored
from govtree.grids._diff import matched
from govtree.grids._layout import Places, grids_beside

if TYPE_CHECKING:
    from govtree.grids._bounds import Bounds
    from govtree.grids._map import BuildingMap
    from govtree.grids._partition import Partition

__all__ = ["NO_GRID", "View", "candidates", "moved", "tints"]

#: The tint of units that lie in no grid.
NO_GRID = "#d9d9d9"


@frozen(eq=False)
class View:
    """What is drawn of one partition.

    Attributes:
        units: The map.
        grid: int32, the grid of each unit as a row of *ids*; their number for none.
        ids: What the grids are called.
        bounds: How large a grid may be.
        places: Where the units stand.
    """

    units: BuildingMap
    grid: NDArray[np.int32]
    ids: tuple[str, ...]
    bounds: Bounds
    places: Places

    @classmethod
    def of(cls, partition: Partition) -> View:
        units = partition.map
        grid = np.where(partition.grid < 0, len(partition.grids), partition.grid)
        return cls(
            units, grid.astype(np.int32), partition.grids, partition.bounds, Places.of(units)
        )

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many of what is counted each grid has."""
        sizes = np.zeros(len(self.ids) + 1, np.int64)
        np.add.at(sizes, self.grid, self.units.weight)
        return sizes[:-1]

    @property
    def is_out(self) -> NDArray[np.bool_]:
        """Which grids are out of bounds."""
        return (self.sizes < self.bounds.lowest) | (self.sizes > self.bounds.highest)


def tints(views: Sequence[View]) -> list[list[str]]:
    """Return the tint of each grid of each view, and behind them that of units in none.

    A grid that goes on from the first view to the second has one tint in both.
    """
    last = views[-1]
    count = len(last.ids)
    u, v = grids_beside(last.units, last.places, last.grid, count)
    if len(views) == 1:
        return [[*(TINTS[color] for color in colored(count, u, v, len(TINTS))), NO_GRID]]
    before = views[0]
    after_of = _successors(before, last)
    # An old grid without a successor is one of its own.
    fresh = after_of < 0
    node = np.where(fresh, count + np.cumsum(fresh) - 1, after_of).astype(np.int32)
    older, newer = grids_beside(before.units, before.places, before.grid, len(before.ids))
    colors = colored(
        count + int(fresh.sum()), np.r_[u, node[older]], np.r_[v, node[newer]], len(TINTS)
    )
    return [
        [*(TINTS[colors[each]] for each in node), NO_GRID],
        [*(TINTS[color] for color in colors[:count]), NO_GRID],
    ]


def _shared(before: View, after: View) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of units that both have in a grid: in *before*, and in *after*."""
    row = {name: at for at, name in enumerate(before.units.ids)}
    old = np.array([row.get(name, -1) for name in after.units.ids], np.int64)
    new = np.flatnonzero(old >= 0)
    old = old[new]
    both = (before.grid[old] < len(before.ids)) & (after.grid[new] < len(after.ids))
    return old[both], new[both]


def _successors(before: View, after: View) -> NDArray[np.int32]:
    """Return int32, for each grid before the one after that it is, or -1: most shared first."""
    old, new = _shared(before, after)
    pairs = matched(
        before.grid[old], after.grid[new], after.units.weight[new], before.ids, after.ids
    )
    found = np.full(len(before.ids), -1, np.int32)
    for one, other, _ in pairs:
        found[one] = other
    return found


def moved(before: View, after: View) -> NDArray[np.bool_]:
    """Return which units of *after* stand in another grid than the one that theirs became."""
    old, new = _shared(before, after)
    changed = np.zeros(len(after.units), bool)
    changed[new] = _successors(before, after)[before.grid[old]] != after.grid[new]
    return changed


def candidates(view: View, grid: int) -> Iterable[tuple[float, float]]:
    """Return places for the label of a grid, best first.

    Its middle, where that is not outside of a bent grid; else between two of its units that lie
    side by side, near the middle; then upon a unit.
    """
    rows = np.flatnonzero(view.grid == grid)
    if not len(rows):
        return
    pairs = view.units.neighbors
    inside = (view.grid[pairs.u] == grid) & (view.grid[pairs.v] == grid)
    xy, weight = view.places.xy[rows], view.units.weight[rows] + 1e-6
    between = (view.places.xy[pairs.u[inside]] + view.places.xy[pairs.v[inside]]) / 2
    middle = (xy * weight[:, None]).sum(axis=0) / weight.sum()
    nearest = []
    for points in (between, xy):
        away = np.hypot(*(points - middle).T)
        order = np.lexsort((np.arange(len(points)), away))[:8]
        nearest.append(points[order])
    if np.hypot(*(np.concatenate(nearest) - middle).T).min() < 0.5 * view.places.spacing:
        yield float(middle[0]), float(middle[1])
    yield from np.concatenate(nearest).tolist()
