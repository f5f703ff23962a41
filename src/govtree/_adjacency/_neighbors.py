"""Pairs of units that lie beside one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike, NDArray

from govtree._columns import read_only
from govtree._extras import need

__all__ = ["INNER", "Neighbors", "parts_of"]

#: The kind of a pair with no line between.
INNER = -1


@frozen(eq=False)
class Neighbors:
    """Pairs of units that a grid may hold side by side, each once, in order.

    Who lies on two sides of a hard barrier is no pair. A pair with a kind has a soft line
    between: a grid should not cross it without need.

    Attributes:
        units: How many units there are; 0 or more.
        u: int32, row of the one unit of each pair.
        v: int32, row of the other; ``u < v``, pairs sorted by *u*, then *v*.
        length: float64, metres between the two; NaN where nobody knows.
        kind: int16, which of *kinds* the line between is; :data:`INNER` where there is none.
        kinds: Names of the kinds of soft lines, such as ``main road``, sorted.
    """

    units: int
    u: NDArray[np.int32] = field(converter=read_only)
    v: NDArray[np.int32] = field(converter=read_only)
    length: NDArray[np.float64] = field(converter=read_only)
    kind: NDArray[np.int16] = field(converter=read_only)
    kinds: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        units: int,
        u: ArrayLike,
        v: ArrayLike,
        length: ArrayLike | None = None,
        kind: Sequence[str | None] | None = None,
    ) -> Neighbors:
        """Return the pairs in order, each once: of repeated ones the hardest and shortest.

        >>> pairs = Neighbors.of(3, [2, 0], [1, 1], kind=["road", None])
        >>> pairs.u.tolist(), pairs.v.tolist(), pairs.soft.tolist()
        ([0, 1], [1, 2], [False, True])
        """
        one, other = np.asarray(u, np.int32), np.asarray(v, np.int32)
        low, high = np.minimum(one, other), np.maximum(one, other)
        far = np.full(len(low), np.nan) if length is None else np.asarray(length, np.float64)
        said = [""] * len(low) if kind is None else [each or "" for each in kind]
        kinds = tuple(sorted(set(said) - {""}))
        place = {name: row for row, name in enumerate(kinds)} | {"": INNER}
        codes = np.array([place[each] for each in said], np.int16)
        order = np.lexsort((far, -codes, high, low))
        low, high, far, codes = low[order], high[order], far[order], codes[order]
        first = np.ones(len(low), bool)
        first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
        return cls(units, low[first], high[first], far[first], codes[first], kinds)

    def where(self, chosen: NDArray[np.bool_]) -> Neighbors:
        """Return the pairs that are *chosen*, with the kinds that these have.

        >>> pairs = Neighbors.of(3, [0, 1], [1, 2], kind=["road", None])
        >>> pairs.where(~pairs.soft).kinds
        ()
        """
        kind = self.kind[chosen]
        used = np.flatnonzero(np.bincount(kind[kind != INNER], minlength=len(self.kinds)))
        # One more cell at the end catches INNER, which indexes from the back.
        place = np.full(len(self.kinds) + 1, INNER, np.int16)
        place[used] = np.arange(len(used))
        return Neighbors(
            self.units,
            self.u[chosen],
            self.v[chosen],
            self.length[chosen],
            place[kind],
            tuple(self.kinds[code] for code in used.tolist()),
        )

    def with_lines(self, rows: NDArray[np.int64], names: Iterable[str]) -> Neighbors:
        """Return the pairs with lines of these names between those of *rows*.

        >>> Neighbors.of(3, [0, 1], [1, 2]).with_lines(np.array([1]), ["road"]).kinds
        ('road',)
        """
        kinds = [self.kinds[code] if code != INNER else None for code in self.kind.tolist()]
        for row, name in zip(rows.tolist(), names, strict=True):
            kinds[row] = name
        return Neighbors.of(self.units, self.u, self.v, self.length, kinds)

    @property
    def soft(self) -> NDArray[np.bool_]:
        """Which pairs have a soft line between."""
        soft: NDArray[np.bool_] = self.kind != INNER
        return soft

    def __len__(self) -> int:
        return len(self.u)


def parts_of(
    units: int, u: NDArray[np.int32], v: NDArray[np.int32]
) -> tuple[int, NDArray[np.int32]]:
    """Return how many connected parts the units form, and the part of each.

    Parts are numbered by their first unit.
    """
    csgraph = need("scipy.sparse.csgraph", extra="partition")
    sparse = need("scipy.sparse", extra="partition")
    graph = sparse.coo_array((np.ones(len(u), np.int8), (u, v)), shape=(units, units))
    count, found = csgraph.connected_components(graph, directed=False)
    first = np.full(count, units, np.int64)
    np.minimum.at(first, found, np.arange(units))
    rank = np.empty(count, np.int32)
    rank[np.argsort(first)] = np.arange(count, dtype=np.int32)
    return int(count), rank[found]
