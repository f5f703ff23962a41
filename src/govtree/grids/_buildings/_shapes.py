"""GeoJSON as strangers may have written it, read into features with their places.

Structure is taken strictly, as RFC 7946 has it; the reference system that older files name is
read too. Every fault is noted with the number of its feature, its id and its line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from inspect import getattr_static
from itertools import chain
from math import isnan
from typing import Any

import numpy as np
from attrs import define, evolve, field, frozen
from numpy.typing import NDArray

from govtree import _json
from govtree._adjacency import (
    WGS84,
    limits_of,
    looks_like_degrees,
    named,
    same,
    with_tags,
)
from govtree._extras import need
from govtree._files import LIMITS, Folder, Limits
from govtree._json import Document, Path
from govtree._wording import Reason
from govtree.errors import (
    Location,
    OutOfRangeError,
    Places,
    StructureError,
    Tally,
    problem,
)

__all__ = ["Feature", "FeatureFaults", "FeaturePlaces", "Shaper", "Source", "is_source", "opened"]

_NUMBERS = (int, float, np.number)
#: Characters of an id that the place of its feature shows.
_LONGEST = 60
#: How deep the positions of each kind of geometry stand.
_DEPTHS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}


@frozen
class Feature:
    """One feature: its number in the source from 0, id, properties, and geometry as written.

    A geometry that shapely made already stands as it is.
    """

    number: int
    id: Any
    properties: Mapping[str, Any]
    geometry: Any


@define
class FeaturePlaces:
    """Places of features: the line where the source is a file, else number and id."""

    ids: list[Any]
    document: Document | None = None
    prefix: tuple[str, ...] = ("features",)
    rows: list[int] | None = None
    _found: dict[Any, Location] | None = field(default=None, init=False)

    def at(self, row: int, field: str = "") -> Location:
        """Return the place of a feature."""
        number = row if self.rows is None else self.rows[row]
        given = self.ids[number] if number < len(self.ids) else None
        record = f"features[{number}]" if self.ids else ""
        if isinstance(given, str | int):
            text = str(given)
            record += f" '{text if len(text) <= _LONGEST else text[:_LONGEST] + '…'}'"
        if self.document is None:
            return Location(record=record, field=field)
        if self._found is None:
            # All in one pass: a file in which one is faulty has others.
            numbers = range(len(self.ids))
            paths: list[Path] = [(*self.prefix, each) for each in numbers] if self.prefix else [()]
            self._found = dict(self.document.locate(paths))
        place = self._found.get((*self.prefix, number) if self.prefix else ())
        return evolve(place or Location(self.document.file), record=record, field=field)

    def quote(self, row: int, field: str = "") -> str:  # noqa: ARG002 - the protocol's names
        """Return nothing: a line of a map is a page long."""
        return ""

    def of_rows(self, rows: list[int]) -> FeaturePlaces:
        """Return the places of some of the features, in this order."""
        return FeaturePlaces(self.ids, self.document, self.prefix, rows)


class FeatureFaults(Tally):
    """What is wrong with features, told at the end, all at once."""

    def __init__(self, places: Places) -> None:
        super().__init__()
        self._places = places

    def wrong(self, code: str, row: int, at: str = "", /, **values: Any) -> None:
        """Note a fault of the feature *row*, in its property or member *at*."""
        self.say(code, partial(self._places.at, row, at), **values)


@frozen(eq=False)
class Source:
    """What was opened: features, the system they are in, where they stand, what is wrong."""

    features: tuple[Feature, ...]
    crs: str | None
    places: FeaturePlaces
    faults: FeatureFaults

    def settled(self, shapes: NDArray[Any]) -> tuple[str | None, tuple[Reason, ...]]:
        """Return the system of buildings, WGS-84 where none is named and they are in degrees."""
        if self.crs is not None or not len(shapes):
            return self.crs, ()
        shapely = need("shapely", extra="geo")
        corners = shapely.bounds(shapes).reshape(-1, 2)
        if not looks_like_degrees(corners[:, 0], corners[:, 1]):
            return None, (Reason("no reference system is named; positions were taken as metres"),)
        return WGS84, (
            Reason("no reference system is named; positions were taken as WGS-84, as in RFC 7946"),
        )


def is_source(given: Any) -> bool:
    """Return whether it is a path, a mapping, a frame or another object that is a map."""
    if isinstance(given, str | os.PathLike | Mapping):
        return True
    # Looked for without asking: a frame makes a copy of itself for whoever asks.
    return getattr_static(given, "__geo_interface__", None) is not None


def opened(source: Any, *, crs: Any = None, limits: Limits = LIMITS) -> Source:
    """Return the features of a GeoJSON file, a mapping, a frame, or a ``__geo_interface__``.

    Raises:
        FileError: If a file is refused or cannot be read.
        ConfigError: If it is no JSON.
        StructureError: If it is no GeoJSON, or names a system that is not known or not the
            one of *crs*.
        OutOfRangeError: If *crs* is not known, or *source* is of another kind.
    """
    asked = named(crs)
    if not is_source(source):
        raise OutOfRangeError(
            f"a map is a path, a mapping or a frame with geometries, not {type(source).__name__}"
        )
    if hasattr(source, "geometry") and hasattr(source, "columns"):
        return _of_frame(source, asked)
    document = None
    if isinstance(source, str | os.PathLike):
        document = _document(os.fspath(source), limits)
        value: Any = document.value
    elif isinstance(source, Mapping):
        value = source
    else:
        try:
            value = source.__geo_interface__
        except AttributeError as error:
            raise OutOfRangeError(f"{type(source).__name__} has no geometry") from error
    told = named(getattr(source, "crs", None)) if not isinstance(source, Mapping) else None
    return _of_value(value, document, told, asked)


def _document(shown: str, limits: Limits) -> Document:
    folder, name = os.path.split(shown)
    where = Location(shown)
    reader = Folder(folder, limits=limits)
    data = reader.read_bytes(name, limit=limits.map_bytes, where=where)
    return _json.read(data, file=shown, limits=evolve(limits, report_nodes=limits.map_nodes))


def _of_frame(frame: Any, asked: str | None) -> Source:
    said = named(frame.crs)
    geometry = frame.geometry
    names = [each for each in frame.columns if each != geometry.name]
    if len({*map(str, frame.columns)}) < len(frame.columns):
        raise OutOfRangeError("two columns of the map have one name; rename one of them")
    columns = [frame[each].tolist() for each in names]
    keys = list(frame.index)
    if frame.index.nlevels > 1:
        # That of osmnx: kind and number.
        keys = ["/".join(map(str, each)) for each in keys]
    labels = [str(each) for each in names]
    rows = zip(*columns, strict=True) if columns else iter([()] * len(frame))
    features = tuple(
        Feature(
            number,
            _plain(key),
            with_tags(dict(zip(labels, map(_plain, row), strict=True))),
            shape,
        )
        for number, (key, row, shape) in enumerate(
            zip(keys, rows, np.asarray(geometry.array, object), strict=True)
        )
    )
    places = FeaturePlaces([each.id for each in features])
    if not str(frame.index.names[-1] or "").lower().endswith("id"):
        # A numbering of rows is no id.
        features = tuple(evolve(each, id=None) for each in features)
    return Source(features, _agreed(said, asked, places), places, FeatureFaults(places))


def _plain(value: Any) -> Any:
    """Return a cell as a value of Python; what data frames write for nothing as None."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and isnan(value) else value


def _of_value(value: Any, document: Document | None, told: str | None, asked: str | None) -> Source:
    places = FeaturePlaces([], document, ())
    faults = FeatureFaults(places)
    if not isinstance(value, Mapping):
        faults.wrong("GT524", 0, found=_kind(value), expected=Reason("an object of GeoJSON"))
        faults.stop()
    said = _member(value, faults) or told
    faults.stop()
    kind = value.get("type")
    if kind == "FeatureCollection":
        places = FeaturePlaces([], document)
        faults = FeatureFaults(places)
        members = value.get("features")
        if not isinstance(members, list | tuple):
            places.prefix = ()
            faults.wrong("GT524", 0, "features", found=_kind(members), expected=Reason("a list"))
            faults.stop()
            members = []
        places.ids += [each.get("id") if isinstance(each, Mapping) else None for each in members]
    elif kind == "Feature":
        members = [value]
        places.ids.append(value.get("id"))
    elif kind in _DEPTHS or kind == "GeometryCollection":
        members = [{"type": "Feature", "properties": {}, "geometry": value}]
        places.ids.append(None)
    else:
        faults.wrong("GT524", 0, "type", found=_kind(kind), expected=Reason("a type of GeoJSON"))
        faults.stop()
        members = []
    features = tuple(
        each for number, member in enumerate(members) for each in _feature(number, member, faults)
    )
    return Source(features, _agreed(said, asked, places), places, faults)


def _feature(number: int, member: Any, faults: FeatureFaults) -> Iterator[Feature]:
    if not isinstance(member, Mapping) or member.get("type") != "Feature":
        found = member.get("type") if isinstance(member, Mapping) else member
        faults.wrong("GT524", number, found=_kind(found), expected=Reason("a feature"))
        return
    properties = member.get("properties")
    if properties is None:
        properties = {}
    if not isinstance(properties, Mapping):
        faults.wrong("GT524", number, found=_kind(properties), expected=Reason("properties"))
        return
    yield Feature(number, member.get("id"), with_tags(properties), member.get("geometry"))


def _member(value: Mapping[str, Any], faults: FeatureFaults) -> str | None:
    """Return the system that a file names, as those before RFC 7946 did."""
    given = value.get("crs")
    if given is None:
        return None
    properties = given.get("properties") if isinstance(given, Mapping) else None
    name = properties.get("name") if isinstance(properties, Mapping) else None
    # Not as it was meant, but as clear.
    name = given if isinstance(given, str) else name
    try:
        found = named(name)
    except OutOfRangeError:
        found = None
    if found is None:
        shown = name[:80] if isinstance(name, str) else _kind(given)
        faults.wrong("GT520", 0, "crs", crs=shown)
    return found


def _agreed(said: str | None, asked: str | None, places: FeaturePlaces) -> str | None:
    if said is not None and asked is not None and not same(said, asked):
        where = Location(places.document.file if places.document else "", field="crs")
        raise StructureError([problem("GT521", where, crs=said, other=asked)])
    return said if asked is None else asked


def _kind(value: Any) -> Any:
    """Return what a value is, for people: a short text as it is, else its kind."""
    if isinstance(value, str):
        return f"'{value}'"
    if value is None:
        return Reason("nothing")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, _NUMBERS):
        return f"{value}"
    return Reason("a list") if isinstance(value, list | tuple) else Reason("an object")


class Shaper:
    """Makes shapely geometries of written ones, and notes what is wrong with them.

    Attributes:
        closed: Numbers of the features whose rings were closed.
    """

    def __init__(self, source: Source, *, areas_as_lines: bool = False) -> None:
        self._shapely = need("shapely", extra="geo")
        self._faults = source.faults
        self._most = np.array(limits_of(source.crs))
        self._as_lines = areas_as_lines
        self.closed: list[int] = []

    def shape(self, feature: Feature, kinds: tuple[str, ...]) -> Any:
        """Return the geometry, if it is of one of the *kinds*; None where it is faulty."""
        given = feature.geometry
        if hasattr(given, "geom_type") and not isinstance(given, Mapping):
            if given.is_empty:
                given = None
            elif given.geom_type in kinds and given.geom_type != "GeometryCollection":
                return self._ready(feature.number, given)
            else:
                given = given.__geo_interface__
        return self._read(feature.number, given, kinds)

    def _ready(self, row: int, given: Any) -> Any:
        """Return a geometry of shapely, in two dimensions, if its numbers can be positions."""
        if not self._are_positions(row, self._shapely.get_coordinates(given)):
            return None
        flat = self._shapely.force_2d(given)
        is_area = self._as_lines and given.geom_type.endswith("Polygon")
        return self._shapely.boundary(flat) if is_area else flat

    def _read(self, row: int, given: Any, kinds: tuple[str, ...]) -> Any:
        if given is None:
            return self._wrong("GT525", row)
        if not isinstance(given, Mapping):
            return self._wrong("GT524", row, found=_kind(given), expected=Reason("a geometry"))
        kind = given.get("type")
        if kind not in kinds:
            known = isinstance(kind, str) and (kind in _DEPTHS or kind == "GeometryCollection")
            if not known:
                return self._wrong("GT524", row, found=_kind(kind), expected=Reason("a geometry"))
            return self._wrong("GT526", row, found=kind, expected=" / ".join(kinds))
        if kind == "GeometryCollection":
            members = given.get("geometries")
            if not isinstance(members, list | tuple):
                return self._wrong("GT524", row, found=_kind(members), expected=Reason("a list"))
            inner = tuple(each for each in kinds if each != "GeometryCollection")
            parts = [self._read(row, each, inner) for each in members]
            if not parts:
                return self._wrong("GT525", row)
            return None if any(each is None for each in parts) else self._lines_of(parts)
        given = given.get("coordinates")
        if isinstance(given, list | tuple) and not given:
            return self._wrong("GT525", row)
        return getattr(self, "_" + kind.lower())(row, given)

    def _lines_of(self, parts: list[Any]) -> Any:
        lines = [each for part in parts for each in self._shapely.get_parts(part)]
        return self._shapely.multilinestrings(lines)

    def _point(self, row: int, given: Any) -> Any:
        numbers = self._positions(row, [given])
        return None if numbers is None else self._shapely.points(numbers[0])

    def _linestring(self, row: int, given: Any) -> Any:
        numbers = self._positions(row, given)
        if numbers is None:
            return None
        if len(numbers) < 2:
            return self._wrong("GT527", row, detail=Reason("it has fewer than 2 positions"))
        return self._shapely.linestrings(numbers)

    def _multilinestring(self, row: int, given: Any) -> Any:
        return self._several(row, given, self._linestring, self._shapely.multilinestrings)

    def _polygon(self, row: int, given: Any) -> Any:
        if not isinstance(given, list | tuple):
            return self._wrong("GT524", row, found=_kind(given), expected=Reason("a list"))
        if not given:
            return self._wrong("GT525", row)
        rings = [self._ring(row, each) for each in given]
        if any(each is None for each in rings):
            return None
        if self._as_lines:
            return self._shapely.multilinestrings(
                [self._shapely.linestrings(each) for each in rings]
            )
        if len(rings) == 1:
            return self._shapely.polygons(rings[0])
        outer, *inner = [self._shapely.linearrings(each) for each in rings]
        return self._shapely.polygons(outer, holes=inner)

    def _multipolygon(self, row: int, given: Any) -> Any:
        made = self._lines_of if self._as_lines else self._shapely.multipolygons
        return self._several(row, given, self._polygon, made)

    def _several(
        self, row: int, given: Any, each_of: Callable[[int, Any], Any], made: Callable[[Any], Any]
    ) -> Any:
        if not isinstance(given, list | tuple):
            return self._wrong("GT524", row, found=_kind(given), expected=Reason("a list"))
        parts = [each_of(row, each) for each in given]
        return None if any(each is None for each in parts) else made(parts)

    def _ring(self, row: int, given: Any) -> NDArray[np.float64] | None:
        numbers = self._positions(row, given)
        if numbers is None:
            return None
        if len(numbers) and (numbers[0] != numbers[-1]).any():
            numbers = np.concatenate([numbers, numbers[:1]])
            if len(numbers) >= 4 and row not in self.closed[-1:]:
                self.closed.append(row)
        if len(numbers) < 4:
            self._wrong("GT527", row, detail=Reason("it has fewer than 4 positions"))
            return None
        return numbers

    def _positions(self, row: int, given: Any) -> NDArray[np.float64] | None:
        """Return positions as rows of two numbers that are finite and can be in the system."""
        if not isinstance(given, list | tuple):
            self._wrong("GT524", row, found=_kind(given), expected=Reason("a list"))
            return None
        for each in given:
            if not isinstance(each, list | tuple) or len(each) < 2:
                expected = Reason("a position of two numbers")
                self._wrong("GT524", row, found=_kind(each), expected=expected)
                return None
        kinds = set(map(type, chain.from_iterable(given)))
        if any(each is bool or not issubclass(each, _NUMBERS) for each in kinds):
            odd = next(
                each
                for each in chain.from_iterable(given)
                if isinstance(each, bool) or not isinstance(each, _NUMBERS)
            )
            self._wrong("GT524", row, found=_kind(odd), expected=Reason("a number"))
            return None
        try:
            numbers = np.array([each[:2] for each in given], np.float64).reshape(-1, 2)
        except OverflowError:
            numbers = np.array([[np.inf, np.inf]])
        return numbers if self._are_positions(row, numbers) else None

    def _are_positions(self, row: int, numbers: NDArray[np.float64]) -> bool:
        outside = ~(np.abs(numbers) <= self._most)
        if not outside.any():
            return True
        at = int(np.flatnonzero(outside.any(axis=1))[0])
        axis = int(np.flatnonzero(outside[at])[0])
        most = f"{self._most[axis]:.0f}"
        expected = Reason("a number from {lowest} to {highest}", lowest=f"-{most}", highest=most)
        self._wrong("GT522", row, cell=f"{numbers[at, axis]:g}", expected=expected)
        return False

    def _wrong(self, code: str, row: int, **values: Any) -> None:
        self._faults.wrong(code, row, **values)
