"""Who lies beside whom on a map: positions or outlines, a length limit, and lines between."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np
from attrs import define
from numpy.typing import ArrayLike, NDArray

from govtree._adjacency._barriers import Barriers, astray, crossings, told
from govtree._adjacency._geometry import (
    TOUCHING,
    facing,
    gaps_between,
    hidden,
    limit_of,
    sorted_once,
    spacing,
    touching,
    triangulated,
)
from govtree._adjacency._kinds import COMPOUND_LINE
from govtree._adjacency._neighbors import INNER, Neighbors, parts_of
from govtree._extras import need
from govtree._wording import Reason
from govtree.errors import OutOfRangeError

__all__ = ["crossing_compounds", "find_neighbors"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int32]

# Neighbors that are looked at when a unit lost one behind a barrier; when it is cut off as
# many as fit into so many looks in all, within bounds. In each direction the nearest are tried.
_LOOKED_AT = 10
_LOOKS = 800_000
_FEWEST_LOOKED, _MOST_LOOKED = 40, 400
_DIRECTIONS = 16
_IN_EACH = 2
# Pairs that are tried where barriers part something, the shortest of each two parts first: in
# all, and between two parts at least.
_TRIED_IN_ALL = 100_000
_TRIED = 16


@define
class _Pairs:
    """Pairs that could be: in order of row, each once."""

    u: Rows
    v: Rows
    gap: Floats
    soft: Rows
    is_near: NDArray[np.bool_]

    def chosen(self, which: NDArray[Any]) -> _Pairs:
        return _Pairs(
            self.u[which], self.v[which], self.gap[which], self.soft[which], self.is_near[which]
        )


def find_neighbors(
    x: Floats,
    y: Floats,
    *,
    outlines: NDArray[Any] | None = None,
    reach: float | None = None,
    barriers: Barriers | None = None,
    apart: ArrayLike | None = None,
) -> tuple[Neighbors, tuple[Reason, ...]]:
    """Return who lies beside whom, and what was decided on the way.

    Neighbors come from a Delaunay triangulation, of the points or of points along all outlines;
    outlines that touch are always neighbors. With *reach*, a pair is at most that long: from
    point to point, or from outline to outline. Without it, a pair is at most three times as long
    as what lies around the sparser of its two units (to the fourth place around it), and beyond
    that only where something would be cut off. A pair whose straight line crosses a
    hard barrier is none. Where that cuts something off, pairs are sought that go past the
    barrier in a straight line.

    Args:
        x: float64, metres to the east, one a unit, finite; inside of the outline if there is one.
        y: float64, metres to the north.
        outlines: shapely polygons in the same metres, one a unit; None for points.
        reach: Metres; 0 with outlines for those only that touch.
        barriers: In the same metres.
        apart: Whole numbers, one a unit: units with different ones are never neighbors.

    Returns:
        The pairs with the length from point to point, and notes.

    Raises:
        OutOfRangeError: If *reach* is below 0 or no number.

    >>> pairs, _ = find_neighbors(np.array([0.0, 10.0, 20.0]), np.zeros(3), reach=15)
    >>> pairs.u.tolist(), pairs.v.tolist(), pairs.length.tolist()
    ([0, 1], [1, 2], [10.0, 10.0])
    """
    if reach is not None and not (isfinite(reach) and reach >= 0):
        raise OutOfRangeError(f"reach is {reach}; it is metres, 0 or more")
    groups = np.zeros(len(x), np.int64) if apart is None else np.asarray(apart, np.int64)
    search = _Search(x, y, outlines, reach, barriers or Barriers.of([]), groups)
    found = search.pairs()
    kinds = [search.barriers.kind[row] if row >= 0 else None for row in found.soft.tolist()]
    length = np.hypot(x[found.u] - x[found.v], y[found.u] - y[found.v])
    return Neighbors.of(len(x), found.u, found.v, length, kinds), search.notes(found)


def crossing_compounds(
    neighbors: Neighbors, compound: NDArray[np.int32], kind: str = COMPOUND_LINE
) -> Neighbors:
    """Return the neighbors with a soft line between two compounds, or a compound and none.

    A pair with a kind keeps it.

    Args:
        neighbors: As they were found.
        compound: int32, the compound of each unit, -1 for none.
        kind: What the line is called.
    """
    crosses = (compound[neighbors.u] != compound[neighbors.v]) & ~neighbors.soft
    kinds = [neighbors.kinds[code] if code != INNER else None for code in neighbors.kind]
    for row in np.flatnonzero(crosses).tolist():
        kinds[row] = kind
    return Neighbors.of(neighbors.units, neighbors.u, neighbors.v, neighbors.length, kinds)


class _Search:
    def __init__(
        self,
        x: Floats,
        y: Floats,
        outlines: NDArray[Any] | None,
        reach: float | None,
        barriers: Barriers,
        groups: NDArray[np.int64],
    ) -> None:
        self.x, self.y, self.outlines = x, y, outlines
        self.reach, self.barriers, self.groups = reach, barriers, groups
        self.around = np.zeros(len(x))
        self.parted: list[Rows] = []

    def pairs(self) -> _Pairs:
        """Return the pairs that stay."""
        u, v = self._beside()
        pairs, lost = self._judged(u, v)
        # Nothing that is lost can be found anew unless something was.
        if len(lost):
            pairs = self._mended(pairs, lost)
        return pairs.chosen(pairs.is_near | self._needed(pairs))

    def notes(self, found: _Pairs) -> tuple[Reason, ...]:
        """Return what a reader of the result has to know."""
        said = [
            *astray(self.x, self.y, self.barriers),
            *told(np.concatenate([*self.parted, np.empty(0, np.int32)]), self.barriers),
        ]
        far = int(np.count_nonzero(~found.is_near))
        if far and self.reach is None:
            most = round(float(found.gap[~found.is_near].max()))
            said.append(
                Reason(
                    "{number} pairs are long, up to {metres} m, and kept because they join what "
                    "would be cut off; give the longest as reach=",
                    number=far,
                    metres=most,
                )
            )
        return tuple(said)

    def _beside(self) -> tuple[Rows, Rows]:
        u, v = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
        for rows in self._groups():
            x, y = self.x[rows], self.y[rows]
            if self.outlines is None:
                one, other = triangulated(x, y)
            else:
                one, other = self._seen(rows)
            u.append(rows[one])
            v.append(rows[other])
            self.around[rows] = spacing(x, y)
        return sorted_once(np.concatenate(u), np.concatenate(v))

    def _seen(self, rows: Rows) -> tuple[Rows, Rows]:
        """Return pairs of outlines with no third between, by place in *rows*."""
        outlines = self.outlines
        assert outlines is not None
        one, other = facing(outlines[rows])
        away = hidden(outlines[rows], one, other)
        near, beside = touching(outlines[rows])
        u, v = np.concatenate([one[~away], near]), np.concatenate([other[~away], beside])
        # What is seen past one that is no neighbor itself is kept.
        _, part = parts_of(len(rows), u, v)
        kept = ~away | (part[one] != part[other])
        return np.concatenate([one[kept], near]), np.concatenate([other[kept], beside])

    def _groups(self) -> list[Rows]:
        order = np.argsort(self.groups, kind="stable").astype(np.int32)
        cuts = np.flatnonzero(np.diff(self.groups[order])) + 1
        return list(np.split(order, cuts)) if len(order) else []

    def _judged(self, u: Rows, v: Rows) -> tuple[_Pairs, Rows]:
        """Return pairs that cross nothing hard and are not too long, and units that lost one."""
        if self.outlines is None:
            gap = np.hypot(self.x[u] - self.x[v], self.y[u] - self.y[v])
        else:
            gap = gaps_between(self.outlines, u, v)
        touch = gap <= (TOUCHING if self.outlines is not None else 0.0)
        limit = limit_of(self.around, u, v) if self.reach is None else self.reach
        near = touch | (gap <= limit)
        met = crossings(u, v, self.x, self.y, self.barriers, self.outlines)
        parted = met.hard >= 0
        self.parted.append(met.hard[parted & near])
        allowed = ~parted & (near if self.reach is not None else True)
        pairs = _Pairs(u, v, gap, met.soft, near).chosen(allowed)
        return pairs, np.unique(np.concatenate([u[parted], v[parted]]))

    def _mended(self, pairs: _Pairs, lost: Rows) -> _Pairs:
        """Return the pairs with others that join what they leave apart, if any can be seen."""
        for is_last in (False, True):
            _, part = parts_of(len(self.x), pairs.u, pairs.v)
            number = _LOOKED_AT
            if is_last:
                lost = self._cut_off(part)
                number = min(max(_LOOKS // max(1, len(lost)), _FEWEST_LOOKED), _MOST_LOOKED)
            u, v = self._around(lost, number, part)
            if not len(u):
                continue
            parted_before = len(self.parted)
            more, _ = self._judged(u, v)
            del self.parted[parted_before:]
            # They are there to join parts only, not to be many.
            more.is_near[:] = False
            both = [
                np.concatenate([getattr(pairs, name), getattr(more, name)])
                for name in ("u", "v", "gap", "soft", "is_near")
            ]
            pairs = _Pairs(*both)
        return pairs

    def _cut_off(self, part: Rows) -> Rows:
        """Return the units outside of the largest part of each group."""
        size = np.bincount(part)
        largest = np.zeros(len(part), bool)
        for rows in self._groups():
            largest[rows] = part[rows] == part[rows][np.argmax(size[part[rows]])]
        return np.flatnonzero(~largest).astype(np.int32)

    def _around(self, units: Rows, number: int, part: Rows) -> tuple[Rows, Rows]:
        """Return the shortest pairs between parts, among those near the units."""
        spatial = need("scipy.spatial", extra="partition")
        ones, others = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
        asked = np.zeros(len(self.x), bool)
        asked[units] = True
        for rows in self._groups():
            of_these = rows[asked[rows]]
            number_here = min(number + 1, len(rows))
            if not len(of_these) or number_here < 2:
                continue
            points = np.column_stack([self.x[rows], self.y[rows]])
            from_here = np.column_stack([self.x[of_these], self.y[of_these]])
            _, near = spatial.cKDTree(points).query(from_here, k=number_here)
            one, other = np.repeat(of_these, number_here), rows[near.ravel()]
            joins = part[one] != part[other]
            one, other = self._in_each_direction(one[joins], other[joins])
            ones.append(one)
            others.append(other)
        u, v = sorted_once(np.concatenate(ones), np.concatenate(others))
        length = np.hypot(self.x[u] - self.x[v], self.y[u] - self.y[v])
        low, high = np.minimum(part[u], part[v]), np.maximum(part[u], part[v])
        order = np.lexsort((v, u, length, high, low))
        place = _places_within(low[order], high[order])
        most = max(_TRIED, _TRIED_IN_ALL // max(1, int(np.count_nonzero(place == 0))))
        tried = order[place < most]
        return u[tried], v[tried]

    def _in_each_direction(self, one: Rows, other: Rows) -> tuple[Rows, Rows]:
        """Return the shortest pairs of each unit in each direction: some look past a wall."""
        east, north = self.x[other] - self.x[one], self.y[other] - self.y[one]
        turned = np.arctan2(north, east) / (2 * np.pi) * _DIRECTIONS
        direction = np.floor(turned).astype(np.int64)
        order = np.lexsort((other, np.hypot(east, north), direction, one))
        kept = order[_places_within(one[order], direction[order]) < _IN_EACH]
        return one[kept], other[kept]

    def _needed(self, pairs: _Pairs) -> NDArray[np.bool_]:
        """Return which pairs hold together what short ones leave apart, the shortest of them."""
        needed = np.zeros(len(pairs.u), bool)
        if pairs.is_near.all():
            return needed
        sparse = need("scipy.sparse", extra="partition")
        csgraph = need("scipy.sparse.csgraph", extra="partition")
        order = np.lexsort((pairs.v, pairs.u, pairs.gap, ~pairs.is_near))
        rank = np.empty(len(order))
        rank[order] = np.arange(1, len(order) + 1)
        units = len(self.x)
        tree = csgraph.minimum_spanning_tree(
            sparse.coo_array((rank, (pairs.u, pairs.v)), shape=(units, units)).tocsr()
        )
        needed[order[tree.data.astype(np.int64) - 1]] = True
        return needed


def _places_within(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.int64]:
    """Return the place of each row in its run of equal rows, from 0."""
    fresh = np.ones(len(one), bool)
    fresh[1:] = (one[1:] != one[:-1]) | (other[1:] != other[:-1])
    steps = np.arange(len(one))
    return np.asarray(steps - np.maximum.accumulate(np.where(fresh, steps, 0)), np.int64)
