"""Small maps and plans to test with."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from govtree import Hierarchy
from govtree._adjacency import Neighbors
from govtree.grids import BuildingMap

__all__ = ["line_of", "map_of", "maps", "plans"]


def line_of(
    weight: Sequence[int],
    *,
    community: Sequence[str | None] | None = None,
    compound: Sequence[str | None] | None = None,
    lines: Sequence[str | None] | None = None,
    apart: Sequence[int] = (),
    at: Sequence[tuple[float, float]] | None = None,
    crs: str | None = None,
) -> BuildingMap:
    """Return buildings b0, b1, ... 50 m from one another, each beside the next.

    Between the units at a position in *apart* and the next one runs a hard barrier, and
    where *lines* has a word a soft line.
    """
    number = len(weight)
    homes = [None] * number if community is None else list(community)
    pairs = [at for at in range(number - 1) if at not in apart and homes[at] == homes[at + 1]]
    kinds = [None] * number if lines is None else [*lines, None]
    points = [(50.0 * each, 0.0) for each in range(number)] if at is None else list(at)
    width = len(str(max(number - 1, 0)))
    return _made(
        tuple(f"b{each:0{width}}" for each in range(number)),
        weight,
        homes,
        [None] * number if compound is None else list(compound),
        np.array(points, np.float64).reshape(number, 2),
        Neighbors.of(
            number, pairs, [each + 1 for each in pairs], [50.0] * len(pairs),
            [kinds[each] for each in pairs],
        ),
        crs,
    )  # fmt: skip


def _made(
    ids: tuple[str, ...],
    weight: Sequence[int] | NDArray[np.int64],
    community: Sequence[str | None],
    compound: Sequence[str | None],
    points: NDArray[np.float64] | None,
    neighbors: Neighbors,
    crs: str | None = None,
) -> BuildingMap:
    def coded(names: Sequence[str | None]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        words = tuple(sorted({each for each in names if each is not None}))
        return np.array([-1 if n is None else words.index(n) for n in names], np.int32), words

    counted = np.array(weight, np.int64)
    return BuildingMap(
        ids, counted, "households", *coded(community), *coded(compound), counted // 10,
        None if points is None else points[:, 0].copy(),
        None if points is None else points[:, 1].copy(),
        None, neighbors, crs,
    )  # fmt: skip


def map_of(h: Hierarchy, *, divided: Sequence[str] = ()) -> BuildingMap:
    """Return the buildings of a structure in a row, those of a community beside one another.

    Args:
        h: The structure.
        divided: Buildings whose entrances are units in their place.
    """
    units = [("building", id) for id in h.ids("building") if id not in divided]
    units += [
        ("entrance", id)
        for id in h.ids("entrance")
        if (building := h.entrances[id].building) is not None and building in divided
    ]
    units.sort(key=lambda each: each[1])
    rows = [h.locate(id) for _, id in units]
    homes = [_in(h, table, row, "community") for table, row in rows]
    sizes = {table: h.arrays.households(table) for table in ("building", "entrance")}
    order = sorted(range(len(units)), key=lambda each: (homes[each] or "", each))
    pairs = [
        (min(one, other), max(one, other))
        for one, other in itertools.pairwise(order)
        if homes[one] == homes[other]
    ]
    return _made(
        tuple(id for _, id in units),
        [int(sizes[table][row]) for table, row in rows],
        homes,
        [_in(h, table, row, "compound") for table, row in rows],
        np.array([(50.0 * order.index(each), 0.0) for each in range(len(units))]).reshape(-1, 2),
        Neighbors.of(len(units), [one for one, _ in pairs], [other for _, other in pairs]),
    )


def _in(h: Hierarchy, table: str, row: int, to: str) -> str | None:
    at = h.arrays.row_within(table, row, to)
    return h.ids(to)[at] if at >= 0 else None


@st.composite
def maps(draw: st.DrawFn, most: int = 12) -> BuildingMap:
    """Draw maps of few units: several communities and compounds, some without positions."""
    number = draw(st.integers(1, most))

    def each(what: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(what, min_size=number, max_size=number))

    homes = sorted(each(st.sampled_from(["C-1", "C-2"])))
    pairs = draw(st.lists(st.tuples(st.integers(0, number - 1), st.integers(0, number - 1))))
    pairs = [(a, b) for a, b in pairs if a != b and homes[a] == homes[b]]
    kinds = draw(
        st.lists(
            st.sampled_from([None, "compound line", "main road"]),
            min_size=len(pairs), max_size=len(pairs),
        )
    )  # fmt: skip
    grid = st.integers(-500, 500)
    points = np.array(each(st.tuples(grid, grid)), np.float64)
    return _made(
        tuple(f"b{at:02}" for at in range(number)),
        each(st.integers(0, 400)),
        homes,
        each(st.sampled_from([None, "X-1", "X-2"])),
        draw(st.sampled_from([points, None])),
        Neighbors.of(number, [a for a, _ in pairs], [b for _, b in pairs], kind=kinds),
    )


@st.composite
def plans(draw: st.DrawFn) -> tuple[BuildingMap, list[str]]:
    """Draw a map and a grid for each of its units, in the order of its ids."""
    map = draw(maps())
    grid = st.sampled_from(["N-1", "N-2", "N-3", "甲", "a b"])
    return map, draw(st.lists(grid, min_size=len(map), max_size=len(map)))
