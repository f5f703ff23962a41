"""Buildings, and the lines between them, from GeoJSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from govtree._adjacency import Barriers
from govtree._adjacency._kinds import BARRIER, BUILDING, KNOWN, OTHER, kind_of, kind_of_tags
from govtree._adjacency._reference import named, same
from govtree._columns import read_only
from govtree._extras import need
from govtree._files import LIMITS, Limits
from govtree._names import NearMisses, normal
from govtree._wording import Label, Listed, Reason
from govtree.errors import OutOfRangeError, Places, Problem, StructureError
from govtree.grids._shapes import Faults, Feature, Shaper, Source, is_source, opened
from govtree.grids._told import COUNTS

__all__ = ["Features", "barriers_of", "looked_at", "read_barriers", "read_buildings"]

_BUILDING_KINDS = ("Polygon", "MultiPolygon", "Point")
_BARRIER_KINDS = ("LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
_POINTS = ("Point", "MultiPoint")
# Where ids stand besides the property that is asked for: those of OpenStreetMap's exports.
_ID = "id"
_OTHER_IDS = ("@id", "osm_id")
# Properties that say what a thing is.
_WORDS = ("kind", "种类", "类型")
_DEFAULTS = {"compound": "compound", "community": "community"}


@frozen(eq=False)
class Features:
    """Buildings as a map names them, in the order of the source; weights are not looked at.

    Attributes:
        ids: Their ids as texts; they may repeat.
        columns: Values as they were read, None for none, by ``"weight"`` (if asked for),
            ``"compound"``, ``"community"`` and the names of further properties.
        shapes: shapely geometries in *crs*: points, and polygons that are valid.
        crs: The system they are in; None where nobody says and they look like metres.
        places: Where the buildings stand, by their row here.
        notes: What was assumed and repaired.
        lines: Lines among the features that part what lies on their two sides.
        named: All properties that buildings have, sorted.
        problems: What is wrong with features; where there is anything, the rest is not whole.
    """

    ids: tuple[str, ...]
    columns: dict[str, tuple[Any, ...]]
    shapes: NDArray[Any] = field(converter=read_only)
    crs: str | None
    places: Places
    notes: tuple[Reason, ...] = ()
    lines: Barriers | None = None
    named: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def has_outlines(self) -> bool:
        """Whether every building has an outline, not a point only."""
        shapely = need("shapely", extra="geo")
        return bool((shapely.get_dimensions(self.shapes) == 2).all())

    def __len__(self) -> int:
        return len(self.ids)


def read_buildings(
    source: Any,
    *,
    id: str = _ID,
    weight: str | None = "households",
    compound: str | None = "compound",
    community: str | None = "community",
    more: Sequence[str] = (),
    perhaps: Sequence[str] = (),
    crs: Any = None,
    limits: Limits = LIMITS,
) -> Features:
    """Return the buildings of a map.

    Outlines that cross themselves are repaired, and rings that do not end where they begin are
    closed; both is said in the notes. Features that OpenStreetMap calls something else than a
    building, and that have no weight, are passed over.

    Args:
        source: Path of a GeoJSON file, a mapping, an object with ``__geo_interface__``, or a
            data frame of GeoPandas.
        id: The property that holds the id; beside it the id of the feature and ``@id`` are
            looked at.
        weight: The property that holds what is counted; None where nothing is asked for.
        compound: The property that holds the compound; None for none.
        community: The property that holds the community; None for none.
        more: Further properties to bring along, which some feature has to have.
        perhaps: Further ones to bring along where there are any; what has one is a building.
        crs: The system of the positions where the source names none.
        limits: How much is read at most.

    Raises:
        FileError: If a file is refused or cannot be read.
        ConfigError: If it is no JSON.
        StructureError: With everything that is wrong with features.
        OutOfRangeError: If *crs* is not known, or *source* is no map.

    >>> place = {"type": "Point", "coordinates": [500000, 4400000]}
    >>> home = {"type": "Feature", "id": 7, "properties": {"households": 30}, "geometry": place}
    >>> found = read_buildings({"type": "FeatureCollection", "features": [home]})
    >>> found.ids, found.columns["weight"]
    (('7',), (30,))
    """
    found = looked_at(
        source,
        id=id,
        weight=weight,
        compound=compound,
        community=community,
        more=more,
        perhaps=perhaps,
        crs=crs,
        limits=limits,
    )
    if found.problems:
        raise StructureError(found.problems)
    return found


def looked_at(
    source: Any,
    *,
    id: str = _ID,
    weight: str | None = "households",
    compound: str | None = "compound",
    community: str | None = "community",
    more: Sequence[str] = (),
    perhaps: Sequence[str] = (),
    crs: Any = None,
    limits: Limits = LIMITS,
) -> Features:
    """Return what :func:`read_buildings` does, with the problems of features beside it."""
    opened_here = opened(source, crs=crs, limits=limits)
    counted = [each for each in opened_here.features if not _is_other(each, (weight, *perhaps))]
    faults = opened_here.faults
    asked = {"weight": weight, "compound": compound, "community": community}
    wanted = {key: name for key, name in asked.items() if name is not None}
    wanted |= {name: name for name in more if name not in wanted}
    ids = _ids(counted, id, faults)
    columns = _columns(counted, wanted, faults)
    for name in perhaps:
        columns.setdefault(name, tuple(each.properties.get(name) for each in counted))
    shaper = Shaper(opened_here)
    shapes = np.empty(len(counted), object)
    shapes[:] = [shaper.shape(each, _BUILDING_KINDS) for each in counted]
    notes = _repair(shapes, counted, ids, shaper, faults)
    system, assumed = opened_here.settled(shapes)
    rows = {each.number for each in counted}
    others = [each for each in opened_here.features if each.number not in rows]
    lines = [each for each in others if _is_named_line(each)]
    passed = len(others) - len(lines)
    if passed:
        notes.insert(
            0, Reason("{number} features that are no buildings are passed over", number=passed)
        )
    places = opened_here.places.of_rows([each.number for each in counted])
    parting = _of_features(opened_here, lines) if lines else None
    return Features(
        tuple(ids),
        columns,
        shapes,
        system,
        places,
        (*assumed, *notes),
        parting,
        tuple(sorted({key for each in counted for key in each.properties})),
        faults.problems(),
    )


def _is_other(feature: Feature, weights: Sequence[str | None]) -> bool:
    """Return whether OpenStreetMap calls it something else, and nobody lives there."""
    said = feature.properties
    if said.get("building") not in (None, "", "no"):
        return False
    if any(name is not None and said.get(name) is not None for name in weights):
        return False
    return any(said.get(key) not in (None, "", "no") for key in OTHER) or bool(
        kind_of(_word(feature))
    )


def _word(feature: Feature) -> Any:
    return next((word for each in _WORDS if (word := feature.properties.get(each))), None)


def _is_named_line(feature: Feature) -> bool:
    """Return whether it is said to be a barrier, and is none at a single point."""
    is_said = kind_of(_word(feature)) or kind_of_tags(feature.properties)
    return bool(is_said) and not _is_point(feature.geometry)


def _ids(features: Sequence[Feature], name: str, faults: Faults) -> list[str]:
    ids, missing = [], []
    for row, feature in enumerate(features):
        found = feature.properties.get(name)
        if found is None and name == _ID:
            rest = (feature.id, *(feature.properties.get(each) for each in _OTHER_IDS))
            found = next((each for each in rest if each is not None), None)
        if found is None or found == "":
            missing.append(row)
            ids.append(f"features[{feature.number}]")
        elif isinstance(found, str) or (isinstance(found, int) and not isinstance(found, bool)):
            ids.append(str(found))
        else:
            faults.add("GT530", feature.number, name, found=f"{found!r}"[:80])
            ids.append(f"features[{feature.number}]")
    _missing(features, missing, name, faults)
    return ids


def _columns(
    features: Sequence[Feature], wanted: Mapping[str, str], faults: Faults
) -> dict[str, tuple[Any, ...]]:
    columns = {}
    for key, name in wanted.items():
        values = tuple(each.properties.get(name) for each in features)
        columns[key] = values
        missing = [row for row, value in enumerate(values) if value is None]
        # Compounds and communities may be missing, unless a name was given that nobody has.
        is_misnamed = _DEFAULTS.get(key) != name and len(missing) == len(values)
        if key == "weight" or is_misnamed:
            _missing(features, missing, name, faults)
    return columns


def _missing(features: Sequence[Feature], rows: Sequence[int], name: str, faults: Faults) -> None:
    if not rows:
        return
    first = features[rows[0]]
    known = sorted({key for each in features for key in each.properties})
    meant = NearMisses(known).nearest(name) if len(rows) == len(features) else ""
    faults.add(
        "GT529",
        first.number,
        name,
        count=f"{len(rows):,}",
        total=f"{len(features):,}",
        first=f"features[{first.number}]",
        field=name,
        **({"meant": meant} if meant else {}),
    )


def _repair(
    shapes: NDArray[Any],
    features: Sequence[Feature],
    ids: Sequence[str],
    shaper: Shaper,
    faults: Faults,
) -> list[Reason]:
    """Put valid polygons in the place of faulty ones; return what was done."""
    shapely = need("shapely", extra="geo")
    invalid = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    repaired = []
    for row in invalid.tolist():
        reason = str(shapely.is_valid_reason(shapes[row])).partition("[")[0].lower()
        parts = shapely.get_parts(shapely.make_valid(shapes[row]), return_index=False)
        areas = [each for part in parts for each in shapely.get_parts(part) if each.area > 0]
        if not areas:
            faults.add("GT528", features[row].number, detail=reason)
            continue
        shapes[row] = shapely.union_all(areas)
        repaired.append(ids[row])
    flat = (shapely.get_dimensions(shapes) == 2) & (shapely.area(shapes) == 0)
    for row in np.setdiff1d(np.flatnonzero(flat), invalid).tolist():
        faults.add("GT528", features[row].number, detail="no area")
    notes = []
    if repaired:
        notes.append(
            Reason(
                "{number} outlines cross themselves and were repaired: {ids}",
                number=len(repaired),
                ids=_listed(repaired),
            )
        )
    if shaper.closed:
        of_number = {each.number: ids[row] for row, each in enumerate(features)}
        closed = [of_number[each] for each in shaper.closed]
        notes.append(
            Reason(
                "{number} outlines did not end where they begin and were closed: {ids}",
                number=len(closed),
                ids=_listed(closed),
            )
        )
    return notes


def _listed(ids: Iterable[str]) -> Listed:
    return Listed(tuple(Label(each) for each in sorted(ids)))


def read_barriers(source: Any, *, crs: Any = None, limits: Limits = LIMITS) -> Barriers:
    """Return the lines and areas that part what lies on their two sides.

    What a feature is says its property ``kind`` (``wall``, ``river``, ``railway``, ``main
    road``, 围墙, 河流, ...) or the tags of OpenStreetMap: waterways, water, railways in the open,
    walls and fences are hard, main roads soft. A property ``hard`` (true or false) decides. A
    feature that says nothing of what it is is a hard barrier; one that OpenStreetMap calls
    something else, such as a footway, is passed over.

    Args:
        source: Path of a GeoJSON file, a mapping, a frame, a shapely geometry, a list of
            positions, a pair of one of these two and a kind, ready barriers, or a sequence of
            any of them.
        crs: The system of the positions where the source names none; without it that of the
            buildings.
        limits: How much is read at most.

    Raises:
        FileError: If a file is refused or cannot be read.
        ConfigError: If it is no JSON.
        StructureError: With everything that is wrong with features.
        OutOfRangeError: If *crs* or a kind is not known, or *source* is nothing of these.

    >>> wall = {"type": "LineString", "coordinates": [[0, 0], [0, 90]]}
    >>> read_barriers([wall]).kind
    ('barrier',)
    """
    return Barriers.together(barriers_of(source, crs=crs, limits=limits))


def barriers_of(source: Any, *, crs: Any = None, limits: Limits = LIMITS) -> list[Barriers]:
    """Return what :func:`read_barriers` does, one for each system that parts of it are in."""
    problems: list[Problem] = []
    of_system: dict[str | None, list[Barriers]] = {}
    for part in _parts(source, crs, limits):
        try:
            found = part()
        except StructureError as error:
            # Of several files each has its faults.
            problems += error.problems
            continue
        of_system.setdefault(found.crs, []).append(found)
    if problems:
        raise StructureError(problems)
    return [Barriers.together(each) for each in of_system.values()]


def _parts(source: Any, crs: Any, limits: Limits) -> Iterator[Callable[[], Barriers]]:
    """Yield what gives each part of barriers once it is called."""
    if isinstance(source, Barriers):
        told = source.crs or named(crs)
        yield lambda: evolve(source, crs=told)
    elif source is None:
        return
    elif hasattr(source, "geom_type") and not hasattr(source, "crs"):
        yield lambda: Barriers.of([source], crs=crs)
    elif is_source(source):
        yield lambda: _of_map(source, crs, limits)
    elif not _holds_parts(source):
        raise OutOfRangeError(f"barriers are lines or a map of them, not {type(source).__name__}")
    else:
        parts = list(source)
        if len(parts) == 2 and _is_kind(parts[1], is_sure=isinstance(source, tuple)):
            yield lambda: _of_kind(parts[0], parts[1], crs, limits)
        elif _is_line(parts):
            yield lambda: Barriers.of([_line_of(parts)], crs=crs)
        else:
            for part in parts:
                yield from _parts(part, crs, limits)


def _holds_parts(source: Any) -> bool:
    # A table has columns; an array may be a single number.
    is_number = isinstance(source, np.ndarray) and not source.ndim
    return isinstance(source, Iterable) and not (is_number or hasattr(source, "columns"))


def _of_map(source: Any, crs: Any, limits: Limits) -> Barriers:
    found = opened(source, crs=crs, limits=limits)
    lines = _of_features(found, found.features)
    found.faults.stop()
    return lines


def _of_kind(source: Any, kind: str, crs: Any, limits: Limits) -> Barriers:
    said = read_barriers(source, limits=limits)
    if said.crs and crs is not None and not same(said.crs, named(crs)):
        raise OutOfRangeError(f"barriers are in {said.crs} and in {named(crs)}")
    return Barriers.of(said.shapes, kind, crs=said.crs or crs)


def _line_of(positions: Sequence[Any]) -> Any:
    line = np.asarray(positions, np.float64)
    if not np.isfinite(line).all():
        raise OutOfRangeError("a line of barriers has a position that is not finite")
    return need("shapely", extra="geo").linestrings(line)


def _is_kind(word: Any, *, is_sure: bool) -> bool:
    """Return whether the second of two things says what the first is, and is no second map."""
    return isinstance(word, str) and (
        kind_of(word) is not None or (is_sure and not word.endswith((".json", ".geojson")))
    )


def _is_line(parts: Sequence[Any]) -> bool:
    """Return whether these are positions of a line."""
    return len(parts) > 1 and all(
        isinstance(each, list | tuple | np.ndarray)
        and len(each) == 2
        and all(isinstance(number, int | float | np.number) for number in each)
        for each in parts
    )


def _of_features(source: Source, features: Sequence[Feature]) -> Barriers:
    """Return the barriers among features; what is wrong with them is noted in the source."""
    faults = source.faults
    shaper = Shaper(source, areas_as_lines=True)
    near = NearMisses(KNOWN)
    shapes, kinds, hard, numbers = [], [], [], []
    passed = unsaid = 0
    for feature in features:
        told = _told(feature, near, faults)
        if told is None or _is_point(feature.geometry):
            passed += told is None or not told[2]
            continue
        shape = shaper.shape(feature, _BARRIER_KINDS)
        if shape is not None:
            shapes.append(shape)
            kinds.append(told[0])
            hard.append(told[1])
            numbers.append(feature.number)
            unsaid += told[0] == BARRIER and not feature.properties.get("kind")
    notes = []
    if passed:
        notes.append(Reason("{number} features that part nothing are passed over", number=passed))
    if unsaid:
        notes.append(
            Reason(
                "{number} barriers do not say what they are and are never crossed", number=unsaid
            )
        )
    made = Barriers.of(shapes, kinds, hard=hard, crs=source.crs)
    return evolve(made, notes=tuple(notes), places=source.places.of_rows(numbers))


def _told(feature: Feature, near: NearMisses, faults: Faults) -> tuple[str, bool, bool] | None:
    """Return the kind of a barrier, whether it is hard, and whether it is faulty; None for none."""
    said = feature.properties
    hard = said.get("hard")
    if hard is not None and not isinstance(hard, bool):
        expected = Reason("true or false")
        faults.add("GT524", feature.number, "hard", found=f"{hard!r}"[:80], expected=expected)
        return "", False, True
    word = _word(feature)
    if isinstance(word, str) and normal(word) in BUILDING:
        return None
    if word is not None:
        found = kind_of(word)
        if found is None and hard is None:
            text = str(word)[:80]
            meant = near.nearest(text)
            values = {"meant": meant} if meant else {}
            faults.add("GT531", feature.number, "kind", kind=text, known=", ".join(KNOWN), **values)
            return "", False, True
        found = found or (str(word), True)
    else:
        found = kind_of_tags(said) or kind_of(said.get("type")) or _of_class(said.get("fclass"))
        if found is None and hard is None and _is_called_other(said):
            return None
        found = found or (BARRIER, True)
    return found[0], found[1] if hard is None else hard, False


def _of_class(word: Any) -> tuple[str, bool] | None:
    """Return what the class of Geofabrik's files says."""
    return kind_of(word) or kind_of_tags({"highway": word}) or kind_of_tags({"railway": word})


def _is_called_other(said: Mapping[str, Any]) -> bool:
    # Where households live is a building, whatever else is not said of it.
    words = (*OTHER, "building", "fclass", *COUNTS, "weight")
    return any(said.get(key) not in (None, "", "no") for key in words)


def _is_point(geometry: Any) -> bool:
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    return getattr(geometry, "geom_type", kind) in _POINTS
