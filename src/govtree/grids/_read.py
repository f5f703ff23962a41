"""The map of buildings from whatever holds them: a structure, a table, a graph, a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from govtree._adjacency import Neighbors
from govtree._adjacency._barriers import Barriers, cross
from govtree._adjacency._find import crossing_compounds, find_neighbors
from govtree._adjacency._numbers import pairs_by_number
from govtree._adjacency._reference import Projection, named, position_problems, same
from govtree._columns import IntArray, read_only
from govtree._names import nearest
from govtree._wording import Reason
from govtree.errors import Location, OutOfRangeError, Places
from govtree.grids._bounds import is_number
from govtree.grids._cells import reals
from govtree.grids._checked import CheckedUnits, Faults, checked
from govtree.grids._entrances import divided
from govtree.grids._geojson import barriers_of
from govtree.grids._listed import listed
from govtree.grids._map import SAID, BuildingMap
from govtree.grids._of_columns import pairs_told, units_told
from govtree.grids._of_geojson import is_geojson, units_of_geojson
from govtree.grids._of_hierarchy import units_of_hierarchy
from govtree.grids._of_network import is_network, units_of_network
from govtree.grids._told import COUNTS, ToldPairs, ToldUnits
from govtree.hierarchy import Hierarchy

__all__ = ["building_map"]


def building_map(
    units: Any,
    *,
    count: str = "households",
    crs: Any = None,
    barriers: Any = (),
    pairs: Any = None,
    reach: float | None = None,
    by_entrance: bool = True,
    largest: int | None = None,
) -> BuildingMap:
    """Return the buildings of any source on their map, with who lies beside whom.

    The same buildings give the same map, whatever they stand in and in which order. Who lies
    beside whom is taken from *pairs*; else from the edges of a graph; else it is found from
    outlines or positions; else from the numbers of buildings in their compounds, and the notes
    of the map say so. No two communities are joined. Between two compounds lies a soft line,
    ``compound line``, unless the source says what lies there.

    Args:
        units: One of

            - a :class:`~govtree.hierarchy.Hierarchy`: its buildings, with their households;
            - a data frame, a mapping of columns, or a sequence of mappings, with the fields
              ``id``, what is counted (under its own name, or ``weight``) and, where known,
              ``x`` and ``y``, ``compound`` (or ``cell``), ``community``, ``number`` (of the
              building), ``priority`` (households); other fields are left alone;
            - a graph of networkx with these as attributes of nodes, and with ``length``,
              ``soft`` and ``kind`` of edges;
            - GeoJSON, as a path or mapping, or a GeoPandas frame, with these as properties;
            - a map that was made before, which is returned.
        count: ``households``; ``occupied``, households not known as empty; or ``residents``.
        crs: What the positions are in, such as ``EPSG:4548``, ``gcj02`` or ``bd09``.
        barriers: Lines that are not to be crossed, or not without need; as GeoJSON, geometries,
            or pairs of a geometry and a kind. Such lines in a GeoJSON map of buildings are
            added to them; None for no lines at all.
        pairs: Who lies beside whom: pairs of ids, or mappings or columns with ``u``, ``v`` and,
            where known, ``length`` in metres, ``soft`` and ``kind``.
        reach: Metres within which buildings are neighbors, where neighbors are found.
        by_entrance: Whether a building of a structure may be divided by its entrances.
        largest: Most that a unit may hold; a building above it is divided.

    Raises:
        StructureError: With everything that is wrong with units, pairs and lines, sorted.
        OutOfRangeError: If an argument is none of these.
        MissingExtraError: If what an answer needs is not installed.

    >>> units = building_map(
    ...     [{"id": "D-2", "households": 40, "compound": "X-2"},
    ...      {"id": "D-1", "households": 60, "compound": "X-1"}],
    ...     pairs=[("D-1", "D-2")],
    ... )
    >>> units
    <BuildingMap: 2 units, 100 households, 2 compounds, 1 pair>
    >>> units.ids, units.weight.tolist(), units.neighbors.kinds
    (('D-1', 'D-2'), [60, 40], ('compound line',))
    """
    _require(count, reach, largest)
    if isinstance(units, BuildingMap):
        return _as_it_is(units, crs, barriers, pairs, reach)
    told = _told(units, count, crs)
    faults = Faults(told.problems)
    here = checked(told, faults)
    beside = told.pairs
    if pairs is not None:
        found = pairs_told(pairs)
        beside = found if isinstance(found, ToldPairs) else None
        if not isinstance(found, ToldPairs):
            faults.take(found)
    if beside is not None and reach is not None:
        raise OutOfRangeError("reach is for neighbors that are found; here they are listed")
    ground = _on_ground(told, here, crs, beside is not None, faults)
    joined: Neighbors | None = None
    notes: tuple[Reason, ...] = ()
    if beside is not None:
        joined, notes = listed(beside, here.ids, here.compound, faults)
    elif pairs is None and not _says_where(told, here):
        faults.say("GT549", lambda: Location(record=told.called))
    faults.stop()
    # Lines of the map of buildings are not read twice.
    own = None if _is_same(units, barriers) else told.lines
    lines, said = _lines(barriers, own, crs, ground)
    notes = (*notes, *said)
    if joined is None:
        neighbors, more = _found(here, ground, lines, reach)
    else:
        neighbors, more = _filled(joined, here, ground, lines)
    notes = (*notes, *more)
    made = BuildingMap(
        ids=tuple(here.ids.tolist()),  # type: ignore[arg-type]  # none of them is None
        weight=here.weight,
        count=count,
        community=here.community,
        communities=here.communities,
        compound=here.compound,
        compounds=here.compounds,
        priority=here.priority,
        x=None if ground is None else read_only(ground.x),
        y=None if ground is None else read_only(ground.y),
        outlines=None if ground is None else ground.outlines,
        neighbors=neighbors,
        crs=None if ground is None else ground.projection.crs,
        metric=None if ground is None else ground.projection.metric,
        notes=(
            *told.notes,
            *_assumed(here, count),
            *(ground.notes if ground else _unplaced(here, ground)),
            *notes,
        ),
        barriers=lines,
    )
    if isinstance(units, Hierarchy) and by_entrance and largest is not None:
        return divided(made, units, largest)
    return made


def _require(count: str, reach: float | None, largest: int | None) -> None:
    if count not in COUNTS:
        meant = nearest(str(count), COUNTS)
        hint = f"did you mean '{meant}'?" if meant else f"it has to be one of {', '.join(COUNTS)}"
        raise OutOfRangeError(f"count is {count!r}; {hint}")
    if reach is not None and not (is_number(reach) and reach > 0):
        raise OutOfRangeError(f"reach is {reach!r}; it is metres, above 0")
    if largest is not None and largest < 1:
        raise OutOfRangeError(f"largest is {largest}; it has to be 1 or more")


def _as_it_is(units: BuildingMap, *options: Any) -> BuildingMap:
    if any(each is not None and not _is_empty(each) for each in options):
        raise OutOfRangeError("units are on a map already; give its options where it is made")
    return units


def _is_same(units: Any, barriers: Any) -> bool:
    """Return whether the barriers are those of the map of buildings itself."""
    are_paths = isinstance(units, str | os.PathLike) and isinstance(barriers, str | os.PathLike)
    return units is barriers or (are_paths and os.fspath(units) == os.fspath(barriers))


def _is_empty(barriers: Any) -> bool:
    return isinstance(barriers, Sequence) and not isinstance(barriers, str) and not barriers


def _told(units: Any, count: str, crs: Any) -> ToldUnits:
    if isinstance(units, Hierarchy):
        return units_of_hierarchy(units, count)
    if is_network(units):
        return units_of_network(units, count)
    if is_geojson(units):
        return units_of_geojson(units, count, crs)
    return units_told(units, count)


# -- where they stand ------------------------------------------------------------------------


@frozen(eq=False)
class _Ground:
    """Where units stand: metres, one a unit in order of id."""

    projection: Projection
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    outlines: NDArray[Any] | None
    notes: tuple[Reason, ...]


@frozen
class _InOrder:
    """Places of units in order of id."""

    places: Places
    order: IntArray

    def at(self, row: int, field: str = "") -> Location:
        return self.places.at(int(self.order[row]), field)

    def quote(self, row: int, field: str = "") -> str:
        return self.places.quote(int(self.order[row]), field)


def _on_ground(
    told: ToldUnits, here: CheckedUnits, crs: Any, is_listed: bool, faults: Faults
) -> _Ground | None:
    """Return where the units stand; None where that is not known."""
    name = named(crs)
    own = named(told.crs) if name is None or here.x is not None else None
    if name is not None and own is not None and not same(name, own):
        faults.say("GT546", lambda: Location(record="crs"), crs=name, other=own)
        return None
    if here.x is None or here.y is None:
        return None
    places = _InOrder(told.places, here.order)
    known = ~(np.isnan(here.x) | np.isnan(here.y))
    if not is_listed:
        _say_missing(told, here, places, faults)
    problems = position_problems(
        here.x[known], here.y[known], own or name, _InOrder(told.places, here.order[known])
    )
    faults.take(problems)
    if problems or not known.all():
        # Where it is said who lies beside whom, there is no map for want of some.
        return None
    way = Projection.of(here.x, here.y, own or name)
    x, y = way.points(here.x, here.y)
    outlines = None if told.outlines is None else way.shapes(told.outlines[here.order])
    return _Ground(way, x, y, outlines, way.notes)


def _say_missing(told: ToldUnits, here: CheckedUnits, places: _InOrder, faults: Faults) -> None:
    """Note positions that are missing, where others are there; those that are faulty were told."""
    for field, numbers in (("x", here.x), ("y", here.y)):
        rows = np.flatnonzero(np.isnan(numbers)).tolist() if numbers is not None else []
        cells: Any = told.columns[field]
        unfit = {row for row, _ in reals(cells)[1]} if rows else set()
        for row in rows:
            if int(here.order[row]) not in unfit:
                faults.say(
                    "GT547",
                    partial(places.at, row, field),
                    unit=here.ids[row] or "",
                    field=field,
                    reason=Reason("nothing is given"),
                )


def _unplaced(here: CheckedUnits, ground: _Ground | None) -> tuple[Reason, ...]:
    """Return that some units have no position, where their neighbors are listed."""
    if ground is not None or here.x is None or here.y is None:
        return ()
    number = int((np.isnan(here.x) | np.isnan(here.y)).sum())
    return (
        Reason(
            "{number} units have no position; the map is made without those of the others",
            number=number,
        ),
    )


def _lines(
    barriers: Any, own: Barriers | None, crs: Any, ground: _Ground | None
) -> tuple[Barriers | None, tuple[Reason, ...]]:
    """Return barriers in metres: those that are handed in, and those of the map of buildings."""
    if barriers is None:
        return None, ()
    if ground is None:
        if _is_empty(barriers):
            return None, ()
        raise OutOfRangeError("barriers need units whose positions are known; give x and y")
    # Each from the system it is in: of several files some may name theirs, and others not.
    parts = [] if _is_empty(barriers) else barriers_of(barriers, crs=crs)
    lines = [each.projected(ground.projection) for each in parts]
    if own is None or not len(own):
        found = Barriers.together(lines)
        return (found, found.notes) if lines else (None, ())
    lines.append(own.projected(ground.projection))
    said = Reason(
        "{number} features of the map are lines that part buildings, and count as barriers",
        number=len(own),
    )
    found = Barriers.together(lines)
    return found, (said, *found.notes)


# -- who lies beside whom ----------------------------------------------------------------------


def _says_where(told: ToldUnits, here: CheckedUnits) -> bool:
    """Return whether neighbors can be found, or would be if it were not for faults told already."""
    return len(here.ids) < 2 or bool({"x", "y"} & told.columns.keys()) or _is_numbered(here)


def _is_numbered(here: CheckedUnits) -> bool:
    return here.number is not None and bool((here.compound >= 0).any())


def _found(
    here: CheckedUnits, ground: _Ground | None, lines: Barriers | None, reach: float | None
) -> tuple[Neighbors, tuple[Reason, ...]]:
    """Return the neighbors that positions or numbers show."""
    if ground is not None:
        found, notes = find_neighbors(
            ground.x,
            ground.y,
            outlines=ground.outlines,
            reach=reach,
            barriers=lines,
            apart=here.community,
        )
    elif _is_numbered(here):
        names = (*here.compounds, None)
        compounds = [names[code] for code in here.compound.tolist()]
        found, notes = pairs_by_number(compounds, here.number or ())
    else:
        return Neighbors.of(len(here.ids), [], []), ()
    found, _ = _in_communities(found, here.community)
    return crossing_compounds(found, here.compound), notes


def _filled(
    joined: Neighbors, here: CheckedUnits, ground: _Ground | None, lines: Barriers | None
) -> tuple[Neighbors, tuple[Reason, ...]]:
    """Return listed neighbors with their distances, without those that a line parts."""
    joined, dropped = _in_communities(joined, here.community)
    notes: tuple[Reason, ...] = ()
    if dropped:
        notes = (
            Reason(
                "{number} listed pairs join two communities and are no neighbors", number=dropped
            ),
        )
    if ground is None:
        return joined, notes
    u, v = joined.u, joined.v
    far = np.hypot(ground.x[u] - ground.x[v], ground.y[u] - ground.y[v])
    length = np.where(np.isnan(joined.length), far, joined.length)
    joined = evolve(joined, length=length)
    if lines is None:
        return joined, notes
    joined, parted = cross(joined, ground.x, ground.y, lines, ground.outlines)
    return joined, (*notes, *parted)


def _in_communities(found: Neighbors, community: IntArray) -> tuple[Neighbors, int]:
    """Return the pairs that lie in one community, and how many others there are."""
    inside = community[found.u] == community[found.v]
    dropped = len(inside) - int(inside.sum())
    return (found.where(inside), dropped) if dropped else (found, 0)


def _assumed(here: CheckedUnits, count: str) -> tuple[Reason, ...]:
    notes = []
    empty = int((here.weight == 0).sum())
    if empty:
        notes.append(Reason("{number} units have no {what}", number=empty, what=SAID[count]))
    homeless = int((here.community < 0).sum())
    if homeless and here.communities:
        notes.append(
            Reason("{number} units are in no community and stay by themselves", number=homeless)
        )
    return tuple(notes)
