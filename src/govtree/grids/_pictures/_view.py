"""What is drawn of a plan: its map, its tints, and what changed since another plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree.grids._pictures._colors import TINTS, colored
from govtree.grids._pictures._layout import Places, grids_beside

if TYPE_CHECKING:
    from govtree.grids._buildings._map import BuildingMap
    from govtree.grids._partition import Partition

__all__ = ["NO_GRID", "View", "candidates", "moved", "tints"]

#: The tint of units that lie in no grid.
NO_GRID = "#d9d9d9"


@frozen(eq=False)
class View:
    """What is drawn of one plan.

    Attributes:
        plan: The plan.
        grid: int32, the grid of each unit as a row of its grids; their number for none.
        places: Where the units stand.
    """

    plan: Partition
    grid: NDArray[np.int32]
    places: Places

    @classmethod
    def of(cls, plan: Partition) -> View:
        grid = np.where(plan.grid < 0, len(plan), plan.grid)
        return cls(plan, grid.astype(np.int32), Places.of(plan.map))

    @property
    def units(self) -> BuildingMap:
        """The map."""
        return self.plan.map

    @property
    def is_out(self) -> NDArray[np.bool_]:
        """Which grids are out of bounds."""
        return ~self.plan.table.within


def tints(views: Sequence[View]) -> list[list[str]]:
    """Return the tint of each grid of each view, and behind them that of units in none.

    A grid that goes on from the first view to the second has one tint in both.
    """
    last = views[-1]
    count = len(last.plan)
    u, v = grids_beside(last.units, last.places, last.grid, count)
    if len(views) == 1:
        return [[*(TINTS[color] for color in colored(count, u, v, len(TINTS))), NO_GRID]]
    before = views[0]
    after_of = _successors(before, last)
    # An old grid without a successor is one of its own.
    fresh = after_of < 0
    node = np.where(fresh, count + np.cumsum(fresh) - 1, after_of).astype(np.int32)
    older, newer = grids_beside(before.units, before.places, before.grid, len(before.plan))
    colors = colored(
        count + int(fresh.sum()), np.r_[u, node[older]], np.r_[v, node[newer]], len(TINTS)
    )
    return [
        [*(TINTS[colors[each]] for each in node), NO_GRID],
        [*(TINTS[color] for color in colors[:count]), NO_GRID],
    ]


def _successors(before: View, after: View) -> NDArray[np.int32]:
    """Return int32, for each grid before the one after that it goes on as; -1 for none."""
    row = {id: at for at, id in enumerate(after.plan.grids)}
    goes_on = {each.before: row[each.after or ""] for each in before.plan.diff(after.plan).kept}
    return np.array([goes_on.get(id, -1) for id in before.plan.grids], np.int32)


def moved(before: View, after: View) -> NDArray[np.bool_]:
    """Return which units of *after* stand in another grid than the one that theirs became."""
    moves = before.plan.diff(after.plan).moves
    # Who comes from no grid, or goes to none, is drawn by the color of that.
    units = {each.unit for each in moves if each.before is not None and each.after is not None}
    return np.array([id in units for id in after.units.ids], bool)


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
