"""Lines that grids do not cross, or only where they must."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from govtree._adjacency._kinds import BARRIER, kind_of
from govtree._adjacency._neighbors import INNER, Neighbors
from govtree._adjacency._reference import (
    Projection,
    in_degrees,
    looks_like_degrees,
    named,
    position_problems,
    same,
)
from govtree._columns import read_only
from govtree._extras import need
from govtree._wording import Reason
from govtree.errors import OutOfRangeError, Places, RecordPlaces, StructureError, problem

__all__ = ["Barriers", "Crossings", "cross", "crossings"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int32]

# Where a unit's point lies on a line, it is taken to lie a centimetre to this side of it.
_BESIDE = (0.008, 0.006)
# How far from it, in metres, it still lies on it.
_STROKE = 0.001
# Metres at either end of the shortest line between two outlines that are not looked at: a
# wall that leans on a building does not part it from what lies on its own side.
_LEANING = 0.2
# Metres around the units within which barriers are expected at least.
_AROUND = 1_000.0
# The part of the shortest line that is left out at most.
_LEANING_SHARE = 0.25


@frozen(eq=False)
class Barriers:
    """Lines and areas that part what lies on their two sides.

    Attributes:
        shapes: shapely geometries; the inside of an area parts nothing, its edge does.
        kind: What each is, such as ``river`` or ``main road``.
        hard: Which are never crossed; others are crossed only where needed.
        crs: The system that the shapes are in; None where nobody said.
        notes: What was assumed.
        places: Where each stands, for problems; None where that is not known.
    """

    shapes: NDArray[Any] = field(converter=read_only)
    kind: tuple[str, ...]
    hard: NDArray[np.bool_] = field(converter=read_only)
    crs: str | None = None
    notes: tuple[Reason, ...] = ()
    places: Places | None = None

    @classmethod
    def of(
        cls,
        shapes: Sequence[Any] | NDArray[Any],
        kind: str | Sequence[str | None] | None = None,
        *,
        hard: bool | Sequence[bool] | None = None,
        crs: Any = None,
    ) -> Barriers:
        """Return barriers from shapely geometries.

        Args:
            shapes: Lines or areas; empty ones and points part nothing.
            kind: A word for all or for each: ``wall``, ``river``, ``railway``, ``main road``
                and their like, in English or Chinese; ``barrier`` where nothing is said.
            hard: Whether they are never crossed, for all or for each; by their kind where
                nothing is said. With it, kinds may be any words.
            crs: Their system; None for that of the units.

        Raises:
            OutOfRangeError: If a kind is not known, or there are not as many as shapes.
        """
        made = np.empty(len(shapes), object)
        made[:] = list(shapes)
        said = [kind] * len(made) if kind is None or isinstance(kind, str) else list(kind)
        firm = [hard] * len(made) if hard is None or isinstance(hard, bool) else list(hard)
        if not len(said) == len(firm) == len(made):
            raise OutOfRangeError(
                f"{len(made)} barriers have {len(said)} kinds and {len(firm)} words on hardness"
            )
        names, which = [], []
        for word, sure in zip(said, firm, strict=True):
            found = (BARRIER, True) if word is None else kind_of(word)
            if found is None and sure is None:
                raise OutOfRangeError(
                    f"kind of a barrier is {word!r}; say whether it is hard, "
                    "or use a word such as 'wall', 'river', 'railway' or 'main road'"
                )
            names.append(found[0] if found else str(word))
            which.append(bool(sure) if sure is not None else bool(found and found[1]))
        return cls(made, tuple(names), np.array(which, bool), named(crs))

    def __len__(self) -> int:
        return len(self.shapes)

    @classmethod
    def together(cls, parts: Iterable[Barriers]) -> Barriers:
        """Return all of several as one.

        Raises:
            OutOfRangeError: If they are in two systems.
        """
        given = list(parts)
        there = [each for each in given if len(each)]
        if len(there) == len(given) == 1:
            return there[0]
        for each in there:
            if not same(each.crs, there[0].crs):
                raise OutOfRangeError(f"barriers are in {there[0].crs} and in {each.crs}")
        return cls(
            np.concatenate([np.empty(0, object), *(each.shapes for each in there)]),
            tuple(kind for each in there for kind in each.kind),
            np.concatenate([np.empty(0, bool), *(each.hard for each in there)]),
            there[0].crs if there else None,
            tuple(note for each in given for note in each.notes),
        )

    def projected(self, way: Projection) -> Barriers:
        """Return them in the metres of the units.

        Args:
            way: The way of the units into metres.

        Raises:
            StructureError: If they name a system and the units have none, or the other way
                round; or if they hold numbers that are no positions in it.
        """
        if not len(self):
            return self
        shapely = need("shapely", extra="geo")
        where = self.places or RecordPlaces("barriers")
        if self.crs is not None and way.crs is None:
            told = problem("GT521", where.at(0), crs=self.crs, other=Reason("no system named"))
            raise StructureError([told])
        source = self.crs if self.crs is not None else way.crs
        numbers, rows = shapely.get_coordinates(self.shapes, return_index=True)
        if self.crs is None and (other := _other_system(self.shapes, source)):
            told = problem(
                "GT521", where.at(0), crs=source or Reason("no system named"), other=other
            )
            raise StructureError([told])
        wrong = position_problems(numbers[:, 0], numbers[:, 1], source, _Each(where, rows))
        if wrong:
            raise StructureError(set(wrong))
        shapes = way.shapes(self.shapes, crs=source)
        shapely.prepare(shapes)
        return evolve(self, shapes=shapes, crs=None)


def _other_system(shapes: NDArray[Any], source: str | None) -> Reason | None:
    """Return what numbers without a system seem to be where they cannot be in *source*."""
    degrees = source is not None and in_degrees(source)
    corners = need("shapely", extra="geo").bounds(shapes).reshape(-1, 2)
    finite = corners[np.isfinite(corners).all(axis=1)]
    if not len(finite):
        return None
    within = bool((np.abs(finite) <= (180, 90)).all())
    if degrees and np.median(np.abs(finite).max(axis=1)) > 180:
        return Reason("metres")
    # No metric system has its buildings at the point that its numbers count from.
    if not degrees and source is not None and within and looks_like_degrees(*finite.T):
        return Reason("degrees")
    return None


@frozen
class _Each:
    """Places of single positions: those of the shapes they belong to."""

    places: Places
    rows: NDArray[np.int64]

    def at(self, row: int, field: str = "") -> Any:
        return self.places.at(int(self.rows[row]), field)

    def quote(self, row: int, field: str = "") -> str:
        return self.places.quote(int(self.rows[row]), field)


@frozen(eq=False)
class Crossings:
    """What lies between the units of each of some pairs.

    Attributes:
        hard: int32, a barrier that is never crossed; -1 for none.
        soft: int32, a barrier that is crossed where needed; -1 for none.
    """

    hard: Rows
    soft: Rows


def crossings(
    u: Rows,
    v: Rows,
    x: Floats,
    y: Floats,
    barriers: Barriers,
    outlines: NDArray[Any] | None = None,
) -> Crossings:
    """Return which barriers the straight lines between the units of pairs cross.

    The line between their points counts, and with outlines also the shortest line between
    these. To touch is to cross. Where a wall has a gap, or a river a bridge, only who looks
    straight through is beside the other.

    Args:
        u: int32, row of the one unit of each pair.
        v: int32, row of the other.
        x: float64, metres to the east, one a unit.
        y: float64, metres to the north.
        barriers: In the same metres.
        outlines: shapely polygons in the same metres, one a unit.
    """
    none = Crossings(np.full(len(u), -1, np.int32), np.full(len(u), -1, np.int32))
    if not len(u) or not len(barriers):
        return none
    shapely = need("shapely", extra="geo")
    edges = _edges(barriers.shapes)
    x, y = _beside(x, y, np.unique(np.concatenate([u, v])), edges[barriers.hard])
    ends = np.stack([np.column_stack([x[u], y[u]]), np.column_stack([x[v], y[v]])], axis=1)
    lines = [(shapely.linestrings(ends), np.arange(len(u)))]
    if outlines is not None:
        shortest, pairs = _across(outlines[u], outlines[v])
        lines.append((shortest, pairs))
    for drawn, pairs in lines:
        barrier, met = shapely.STRtree(drawn).query(edges, predicate="intersects")
        for found, wanted in ((none.hard, True), (none.soft, False)):
            of_this = barriers.hard[barrier] == wanted
            # The first of them, whatever the order in which they were found.
            first = np.full(len(u), len(barriers), np.int64)
            np.minimum.at(first, pairs[met[of_this]], barrier[of_this])
            fresh = (first < len(barriers)) & (found < 0)
            found[fresh] = first[fresh]
    return none


def cross(
    neighbors: Neighbors,
    x: Floats,
    y: Floats,
    barriers: Barriers,
    outlines: NDArray[Any] | None = None,
) -> tuple[Neighbors, tuple[Reason, ...]]:
    """Return the pairs that cross no hard barrier, with the kind of the soft one they cross.

    Returns:
        The pairs, and how many were left out because of what. A pair that crosses nothing
        keeps its kind.
    """
    met = crossings(neighbors.u, neighbors.v, x, y, barriers, outlines)
    kept = met.hard < 0
    kinds = [neighbors.kinds[code] if code != INNER else None for code in neighbors.kind[kept]]
    softly = met.soft[kept]
    for row in np.flatnonzero(softly >= 0).tolist():
        kinds[row] = barriers.kind[softly[row]]
    made = Neighbors.of(
        neighbors.units, neighbors.u[kept], neighbors.v[kept], neighbors.length[kept], kinds
    )
    return made, (*astray(x, y, barriers), *told(met.hard[~kept], barriers))


def astray(x: Floats, y: Floats, barriers: Barriers) -> tuple[Reason, ...]:
    """Return a warning where all barriers lie apart from the units, as in another system."""
    if not len(x) or not len(barriers):
        return ()
    bounds = need("shapely", extra="geo").total_bounds(barriers.shapes)
    west, south, east, north = x.min(), y.min(), x.max(), y.max()
    margin = max(east - west, north - south, _AROUND)
    # Where all barriers are empty, the bounds are no numbers and compare as false.
    is_off = bounds[0] > east + margin or bounds[2] < west - margin
    if not (is_off or bounds[1] > north + margin or bounds[3] < south - margin):
        return ()
    return (
        Reason(
            "none of the {number} barriers lies near the units; "
            "look whether both are in one reference system",
            number=len(barriers),
        ),
    )


def told(barrier: Rows, barriers: Barriers) -> tuple[Reason, ...]:
    """Return how many pairs were left out because of which kind of barrier."""
    counted = Counter(barriers.kind[row] for row in barrier.tolist())
    return tuple(
        Reason(
            "{number} pairs that a barrier parts are left out: {kind}",
            number=number,
            kind=Reason(kind),
        )
        for kind, number in sorted(counted.items())
    )


def _edges(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return lines as they are and areas as their edges."""
    shapely = need("shapely", extra="geo")
    edges = shapes.copy()
    # A collection of both is taken apart; its points part nothing.
    mixed = shapely.get_type_id(shapes) == 7
    for row in np.flatnonzero(mixed).tolist():
        parts = [_edges(np.array([part], object))[0] for part in shapes[row].geoms]
        edges[row] = shapely.union_all([part for part in parts if part.length > 0])
    areas = ~mixed & (shapely.get_dimensions(shapes) == 2)
    edges[areas] = shapely.boundary(shapes[areas])
    edges[shapely.get_dimensions(edges) == 0] = shapely.MultiLineString()
    shapely.prepare(edges)
    return edges


def _beside(x: Floats, y: Floats, units: Rows, hard: NDArray[Any]) -> tuple[Floats, Floats]:
    """Return the points, with those of *units* that lie on a hard line put on one side of it."""
    shapely = need("shapely", extra="geo")
    if not len(hard):
        return x, y
    # Short strokes through the points: lines meet lines by an index, points do not.
    here = np.column_stack([x[units], y[units]])
    strokes = shapely.linestrings(np.stack([here - _STROKE, here + _STROKE], axis=1))
    _, met = shapely.STRtree(strokes).query(hard, predicate="intersects")
    if not len(met):
        return x, y
    x, y, on = x.copy(), y.copy(), units[np.unique(met)]
    x[on] += _BESIDE[0]
    y[on] += _BESIDE[1]
    return x, y


def _across(one: NDArray[Any], other: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the shortest lines between outlines that do not touch, and which pairs they are of."""
    shapely = need("shapely", extra="geo")
    shortest = shapely.shortest_line(one, other)
    length = shapely.length(shortest)
    apart = np.flatnonzero(length > 0)
    lines, length = shortest[apart], length[apart]
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    inward = np.minimum(_LEANING / length, _LEANING_SHARE)[:, None] * (ends[:, 1] - ends[:, 0])
    return shapely.linestrings(np.stack([ends[:, 0] + inward, ends[:, 1] - inward], axis=1)), apart
