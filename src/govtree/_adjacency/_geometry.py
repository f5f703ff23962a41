"""Pairs of units that lie beside one another, from their positions or their outlines."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from govtree._extras import need

__all__ = [
    "delaunay",
    "facing",
    "gaps_between",
    "hidden",
    "limit_of",
    "points_of",
    "spacing",
    "touching",
    "triangulated",
]

Floats = NDArray[np.float64]
Rows = NDArray[np.int32]

#: Metres of a gap that two outlines may leave and still touch: outlines drawn by hand do.
TOUCHING = 0.5
# A pair may be this many times as long as what lies around one of its units.
_TIMES = 3.0
# How far around: to the neighbor of this rank.
_RANK = 4
# Units at one position are all beside one another up to this number, then each beside the
# next four.
_HEAP = 8
_NEXT = 4
# Corners that outlines have on the average; of more, they are smoothed first.
_CORNERS = 16
# Points along the edges of an outline, on the average, besides its corners.
_ALONG = 6


def points_of(outlines: NDArray[Any]) -> tuple[Floats, Floats]:
    """Return a point inside of each outline, in the units of the outlines.

    The centre of gravity where it lies inside; an outline around a courtyard has another.
    """
    shapely = need("shapely", extra="geo")
    points = shapely.centroid(outlines)
    outside = ~shapely.intersects(outlines, points)
    if outside.any():
        points[outside] = shapely.point_on_surface(outlines[outside])
    return shapely.get_x(points), shapely.get_y(points)


def delaunay(x: Floats, y: Floats, reach: float | None = None) -> tuple[Rows, Rows]:
    """Return pairs of a Delaunay triangulation that are within reach.

    Any positions do: one, all on a line, many at one place. Units at one place lie beside one
    another, and the first of each place beside those of the places around.

    Args:
        x: Metres to the east, one a unit, finite.
        y: Metres to the north.
        reach: Longest pair in metres; None for the rule of :func:`limit_of`.

    Returns:
        int32 rows, ``u < v``, sorted, each pair once.

    >>> u, v = delaunay(np.array([0.0, 10.0, 20.0]), np.array([0.0, 0.0, 0.0]))
    >>> u.tolist(), v.tolist()
    ([0, 1], [1, 2])
    """
    u, v = triangulated(x, y)
    length = np.hypot(x[u] - x[v], y[u] - y[v])
    near = length <= (limit_of(spacing(x, y), u, v) if reach is None else reach)
    return u[near], v[near]


def triangulated(x: Floats, y: Floats) -> tuple[Rows, Rows]:
    """Return all pairs of a Delaunay triangulation, sorted, each once."""
    return sorted_once(*_sides(x, y))


def facing(outlines: NDArray[Any]) -> tuple[Rows, Rows]:
    """Return pairs of outlines that face one another, however long or bent they are, sorted.

    A triangulation of points along all edges: two outlines face one another where points of
    theirs are neighbors. Of outlines that do not overlap there are fewer than three pairs for
    each.
    """
    if len(outlines) < 2:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    shapely = need("shapely", extra="geo")
    drawn = outlines
    if int(shapely.get_num_coordinates(outlines).sum()) > _CORNERS * len(outlines):
        plain = shapely.simplify(outlines, TOUCHING)
        drawn = np.where(shapely.is_empty(plain), outlines, plain)
    step = max(float(shapely.length(drawn).sum()) / (_ALONG * len(drawn)), TOUCHING)
    corners, owner = shapely.get_coordinates(shapely.segmentize(drawn, step), return_index=True)
    u, v = _sides(corners[:, 0], corners[:, 1])
    return sorted_once(owner[u], owner[v])


def sorted_once(u: NDArray[Any], v: NDArray[Any]) -> tuple[Rows, Rows]:
    """Return pairs with the lower row first, sorted, each once, none of a unit with itself."""
    u, v = u[u != v].astype(np.int64), v[u != v].astype(np.int64)
    keys = np.sort(np.minimum(u, v) << 32 | np.maximum(u, v))
    keys = keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]]
    return (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)


def spacing(x: Floats, y: Floats) -> Floats:
    """Return metres from each unit to the fourth of the places around it, 0 without others."""
    places, at = _each_place(x, y)
    rank = min(_RANK, len(places) - 1)
    if rank < 1:
        return np.zeros(len(x))
    spatial = need("scipy.spatial", extra="partition")
    far, _ = spatial.cKDTree(places).query(places, k=[rank + 1])
    return np.asarray(far[:, 0][at], np.float64)


def limit_of(around: Floats, u: Rows, v: Rows) -> Floats:
    """Return how long each pair may be: three times what lies around the sparser of the two.

    A village keeps its distances where a town beside it has shorter ones.
    """
    return np.asarray(_TIMES * np.maximum(around[u], around[v]), np.float64)


def hidden(outlines: NDArray[Any], u: Rows, v: Rows) -> NDArray[np.bool_]:
    """Return which pairs have a third outline between: on the shortest line that joins them.

    Whoever lies behind another is beside that one. Of outlines that touch none is hidden.
    """
    shapely = need("shapely", extra="geo")
    answer = np.zeros(len(u), bool)
    lines = shapely.shortest_line(outlines[u], outlines[v])
    far = np.flatnonzero(shapely.length(lines) > TOUCHING)
    at, third = shapely.STRtree(outlines).query(lines[far], predicate="intersects")
    pair = far[at]
    others = (third != u[pair]) & (third != v[pair])
    pair, third = pair[others], third[others]
    # What the line only touches at a corner is not between.
    inside = shapely.length(shapely.intersection(lines[pair], outlines[third]))
    answer[pair[inside > TOUCHING]] = True
    return answer


def touching(outlines: NDArray[Any], gap: float = TOUCHING) -> tuple[Rows, Rows]:
    """Return pairs of outlines that touch, overlap, or leave no more than *gap* metres."""
    shapely = need("shapely", extra="geo")
    tree = shapely.STRtree(outlines)
    u, v = tree.query(outlines, predicate="dwithin", distance=gap)
    return sorted_once(u, v)


def gaps_between(outlines: NDArray[Any], u: Rows, v: Rows) -> Floats:
    """Return metres between the outlines of each pair, 0 where they touch."""
    shapely = need("shapely", extra="geo")
    return np.asarray(shapely.distance(outlines[u], outlines[v]), np.float64)


def _sides(x: Floats, y: Floats) -> tuple[Rows, Rows]:
    """Return the sides of the triangles between positions, some of them twice."""
    if len(x) < 2:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    # Positions in their own order: which of two equal triangulations of a square is found does
    # not depend on the order of the units.
    places, at = _each_place(x, y)
    order = np.argsort(at, kind="stable").astype(np.int32)
    starts = np.searchsorted(at[order], np.arange(len(places) + 1))
    pairs = [_between(*_triangles(places), order, starts), _heaps(order, starts)]
    return np.concatenate([u for u, _ in pairs]), np.concatenate([v for _, v in pairs])


def _each_place(x: Floats, y: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Return different positions, by x and then by y, and which of them each unit has."""
    order = np.lexsort((y, x))
    east, north = x[order], y[order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = (east[1:] != east[:-1]) | (north[1:] != north[:-1])
    at = np.empty(len(order), np.intp)
    at[order] = np.cumsum(fresh) - 1
    return np.column_stack([east[fresh], north[fresh]]), at


def _triangles(places: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of different places that lie beside one another, and leave none alone."""
    number = len(places)
    if number < 2:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    spatial = need("scipy.spatial", extra="partition")
    # Around their middle: far from the origin, as metric systems are, digits are lost.
    middle = places - (places.min(axis=0) + places.max(axis=0)) / 2
    if number < 3 or _on_a_line(middle):
        return _along(middle)
    try:
        found = spatial.Delaunay(middle)
    except spatial.QhullError:
        return _along(middle)
    corners = found.simplices.astype(np.int64)
    u, v = corners[:, [0, 1, 2]].ravel(), corners[:, [1, 2, 0]].ravel()
    # Positions that are too near others for the triangulation come with the one they are near.
    if len(found.coplanar):
        u = np.concatenate([u, found.coplanar[:, 0]])
        v = np.concatenate([v, found.coplanar[:, 2]])
    is_there = np.zeros(number, bool)
    is_there[u] = is_there[v] = True
    alone = np.flatnonzero(~is_there)
    if len(alone):
        _, near = spatial.cKDTree(middle).query(middle[alone], k=2)
        u = np.concatenate([u, alone])
        v = np.concatenate([v, near[:, 1]])
    return u, v


def _on_a_line(middle: Floats) -> bool:
    """Return whether places differ from a line by less than a millionth of its length."""
    spread = np.linalg.svd(middle - middle.mean(axis=0), compute_uv=False)
    return bool(spread[1] <= 1e-6 * spread[0])


def _along(middle: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each place with the next one along the line that all are nearest to."""
    _, _, turned = np.linalg.svd(middle - middle.mean(axis=0), full_matrices=False)
    # Which way the line is gone makes no difference to who is next.
    order = np.argsort(middle @ turned[0], kind="stable")
    return order[:-1], order[1:]


def _between(
    one: NDArray[np.int64], other: NDArray[np.int64], order: Rows, starts: NDArray[np.int64]
) -> tuple[Rows, Rows]:
    """Return units of neighboring places: the first of each with all of the other."""
    u, v = [order[starts[one]]], [order[starts[other]]]
    many = np.diff(starts) > 1
    for here, there in ((one, other), (other, one)):
        crowded = many[there]
        here, there = here[crowded], there[crowded]
        number = np.diff(starts)[there]
        u.append(np.repeat(order[starts[here]], number))
        steps = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
        v.append(order[np.repeat(starts[there], number) + steps])
    return np.concatenate(u), np.concatenate(v)


def _heaps(order: Rows, starts: NDArray[np.int64]) -> tuple[Rows, Rows]:
    """Return units at one place, each with the others; in a large heap with the next four."""
    at = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    large = np.diff(starts)[at] > _HEAP
    u, v = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    for step in range(1, _HEAP):
        together = at[step:] == at[:-step]
        if step > _NEXT:
            together &= ~large[step:]
        u.append(order[:-step][together])
        v.append(order[step:][together])
    return np.concatenate(u), np.concatenate(v)
