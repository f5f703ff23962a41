"""Spanning trees of many groups of units at once, and what lies below each of their units."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from govtree._extras import need

__all__ = ["Forest"]

_Rows: TypeAlias = NDArray[np.int64]


class Forest:
    """The cheapest spanning tree of each group, rooted in its first unit.

    Units are told by their *place*: breadth first, so that all roots come first and each
    parent before its children. Where two subtrees part, the removal of one pair leaves two
    connected halves: the cuts that the search chooses from.

    Attributes:
        order: Row of the unit at each place.
        up: Place of the parent of each place; -1 for roots.
    """

    def __init__(
        self,
        u: _Rows,
        v: _Rows,
        cost: NDArray[np.float64],
        group: _Rows,
        groups: int,
    ) -> None:
        """Span the groups.

        Args:
            u: Row of the one unit of each pair, sorted; both lie in one group.
            v: Row of the other.
            cost: Of each pair; above 0, and no two alike, so that the tree is one only.
            group: Group of each unit; each group is connected.
            groups: How many there are.
        """
        csgraph = need("scipy.sparse.csgraph", extra="partition")
        sparse = need("scipy.sparse", extra="partition")
        units = len(group)
        starts = np.zeros(units + 1, np.int32)
        np.cumsum(np.bincount(u, minlength=units), out=starts[1:])
        pairs = sparse.csr_array((cost, v.astype(np.int32), starts), shape=(units, units))
        tree = csgraph.minimum_spanning_tree(pairs)
        roots = np.empty(groups, np.int32)
        roots[group[::-1]] = np.arange(units, dtype=np.int32)[::-1]
        # One more unit above all roots, so that one walk sees every tree.
        to = np.concatenate([tree.indices, roots])
        starts = np.append(tree.indptr, len(to)).astype(np.int32)
        joined = sparse.csr_array((np.ones(len(to)), to, starts), shape=(units + 1, units + 1))
        walk, before = csgraph.breadth_first_order(joined, units, directed=False)
        place = np.empty(units + 1, np.int64)
        place[walk] = np.arange(units + 1) - 1
        self.order: _Rows = walk[1:].astype(np.int64)
        self.up: _Rows = place[before[self.order]]
        self._levels = _levels(self.up, groups)

    def places(self) -> _Rows:
        """Return the place of each row."""
        place = np.empty(len(self.order), np.int64)
        place[self.order] = np.arange(len(self.order))
        return place

    def sums(self, values: _Rows) -> _Rows:
        """Return, by place, the sum of *values* of the unit and all below it."""
        total = values[self.order]
        for start, end in reversed(self._levels):
            np.add.at(total, self.up[start:end], total[start:end])
        return total

    def with_all_below(self, marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the marked places and all below them."""
        marked = marked.copy()
        for start, end in self._levels:
            marked[start:end] |= marked[self.up[start:end]]
        return marked

    def meetings(self, one: _Rows, other: _Rows) -> _Rows:
        """Return, for each two places of a tree, the lowest one that both lie below."""
        met = one.copy()
        rows = np.flatnonzero(one != other)
        one, other = one[rows], other[rows]
        while len(rows):
            # A parent's place is smaller, so that the larger of two is never the other's.
            one, other = self.up[np.maximum(one, other)], np.minimum(one, other)
            met[rows] = one
            apart = one != other
            rows, one, other = rows[apart], one[apart], other[apart]
        return met


def _levels(up: _Rows, roots: int) -> list[tuple[int, int]]:
    """Return first and last place of each level below the roots."""
    found = []
    start = roots
    while start < len(up):
        end = int(np.searchsorted(up, start))
        found.append((start, end))
        start = end
    return found
