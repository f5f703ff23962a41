"""Reference systems: positions of any of them, in metres."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike, NDArray

from govtree._adjacency._shifted import SHIFTED, to_wgs84
from govtree._extras import need
from govtree._wording import Reason
from govtree.errors import OutOfRangeError, Places, Problem, problem

__all__ = [
    "WGS84",
    "Projection",
    "in_degrees",
    "limits_of",
    "looks_like_degrees",
    "named",
    "position_problems",
    "same",
]

Floats = NDArray[np.float64]

WGS84 = "EPSG:4326"

_EPSG = re.compile(r"(?:EPSG:+|urn:ogc:def:crs:EPSG:[0-9.]*:)?(\d{4,6})", re.IGNORECASE | re.ASCII)
_CRS84 = re.compile(r"(?:urn:ogc:def:crs:OGC:[0-9.]*:|OGC:)?CRS84", re.IGNORECASE)
_WORDS = {
    "gcj02": "gcj02",
    "bd09": "bd09",
    "bd09ll": "bd09",
    "wgs84": WGS84,
    "cgcs2000": "EPSG:4490",
}
# WGS-84 and the system of China differ by centimetres, the second one by its order of axes.
_ALIKE = {"EPSG:4490": WGS84, "EPSG:4979": WGS84, "EPSG:4480": WGS84}

# Buildings whose typical neighbor is nearer than 5 cm are none in metres; in degrees that is
# 5 km.
_NEAREST_IN_METRES = 0.05
# No metric system of the Earth reaches further than around it.
_FURTHEST = 4.1e7
# A transverse Mercator projection is of use this far from its middle.
_WIDEST = 20.0
# Degrees around the area of a system within which its positions may still lie.
_MARGIN = 5.0
# UTM ends at this latitude.
_POLAR = 84.0


def named(crs: Any) -> str | None:
    """Return the name of a reference system as it is shown everywhere here.

    Args:
        crs: ``"EPSG:4548"``, ``4548``, ``"gcj02"``, ``"bd09"``, ``"WGS84"``, ``"CGCS2000"``, an
            OGC name, or an object of pyproj; None for no system.

    Raises:
        OutOfRangeError: If no such system is known.

    >>> named(4548), named("urn:ogc:def:crs:OGC:1.3:CRS84"), named("GCJ-02"), named(None)
    ('EPSG:4548', 'EPSG:4326', 'gcj02', None)
    """
    if crs is None:
        return None
    if hasattr(crs, "to_epsg"):
        code = crs.to_epsg()
        return f"EPSG:{code}" if code else str(crs.to_wkt())
    if isinstance(crs, bool) or not isinstance(crs, int | str):
        raise OutOfRangeError(f"crs is {crs!r}; it has to be a name such as 'EPSG:4490' or 'gcj02'")
    text = str(crs).strip()
    word = _WORDS.get(re.sub(r"[-_ ]", "", text.lower()))
    if word is not None:
        return word
    if _CRS84.fullmatch(text):
        return WGS84
    found = _EPSG.fullmatch(text)
    if found is None:
        raise OutOfRangeError(
            f"crs is {text[:60]!r}; "
            "it has to be an EPSG code such as 'EPSG:4490', 'gcj02' or 'bd09'"
        )
    name = f"EPSG:{int(found[1])}"
    _known(name)
    return name


def same(one: str | None, other: str | None) -> bool:
    """Return whether two systems differ by no more than centimetres.

    >>> same("EPSG:4326", "EPSG:4490"), same("EPSG:4326", "gcj02")
    (True, False)
    """
    return _ALIKE.get(one or "", one) == _ALIKE.get(other or "", other)


def in_degrees(crs: str) -> bool:
    """Return whether positions of the system are longitude and latitude."""
    return crs in SHIFTED or bool(_known(crs).is_geographic)


def looks_like_degrees(x: ArrayLike, y: ArrayLike) -> bool:
    """Return whether numbers without a system can only be longitude and latitude.

    They are within 180, and typical neighbors would stand within 5 cm if they were
    metres. Fewer than two positions tell nothing.

    >>> looks_like_degrees([116.301, 116.302], [39.9, 39.9]), looks_like_degrees([0, 9], [0, 0])
    (True, False)
    """
    points = np.column_stack([np.asarray(x, np.float64), np.asarray(y, np.float64)])
    points = points[np.isfinite(points).all(axis=1)]
    # Whoever writes latitude first is told so once they are taken as degrees.
    if (np.abs(points) > 180).any():
        return False
    points = np.unique(points, axis=0)
    if len(points) < 2:
        return False
    spatial = need("scipy.spatial", extra="partition")
    nearest, _ = spatial.cKDTree(points).query(points, k=2)
    return bool(np.median(nearest[:, 1]) < _NEAREST_IN_METRES)


def limits_of(crs: str | None) -> tuple[float, float]:
    """Return how far from 0 positions in the system can be, to the east and to the north."""
    return (180.0, 90.0) if crs is not None and in_degrees(crs) else (_FURTHEST, _FURTHEST)


def position_problems(
    x: Floats, y: Floats, crs: str | None, places: Places, names: tuple[str, str] = ("x", "y")
) -> list[Problem]:
    """Return a problem for each number that no position in the system can have.

    Args:
        x: Numbers to the east, or longitudes; one a row.
        y: Numbers to the north, or latitudes.
        crs: The system, as :func:`named` returns it.
        places: Where the rows stand.
        names: What the two are called there.
    """
    most = limits_of(crs)
    found = []
    for numbers, name, limit in zip((x, y), names, most, strict=True):
        with np.errstate(invalid="ignore"):
            bad = ~(np.abs(numbers) <= limit)
        expected = Reason(
            "a number from {lowest} to {highest}", lowest=f"{-limit:.0f}", highest=f"{limit:.0f}"
        )
        found += [
            problem("GT522", places.at(row, name), cell=f"{numbers[row]:g}", expected=expected)
            for row in np.flatnonzero(bad).tolist()
        ]
    if most[0] == 180 and not found and len(x):
        middle = float(np.median(x))
        away = np.abs(x - middle)
        found = [
            problem("GT523", places.at(row, names[0]), cell=f"{x[row]:g}", middle=f"{middle:g}")
            for row in np.flatnonzero(np.minimum(away, 360 - away) > _WIDEST).tolist()
        ]
    return found


@frozen
class Projection:
    """The way from positions as they were given to one metric system.

    Attributes:
        crs: What they came in; None where nobody said.
        metric: The system of the metres; None where they are numbers without one.
        notes: What was assumed.
    """

    crs: str | None
    metric: str | None
    notes: tuple[Reason, ...] = ()

    @classmethod
    def of(cls, x: Floats, y: Floats, crs: Any) -> Projection:
        """Return the way into metres for positions in *crs*.

        Metric systems stay what they are. Degrees go to the UTM zone around their middle, on
        their own datum, and so do the stretched metres of web maps.

        Raises:
            OutOfRangeError: If there is no such system.
        """
        name = named(crs)
        if name is None:
            return cls(None, None, _warned(x, y))
        if name not in SHIFTED and not in_degrees(name):
            if not _known(name).is_projected:
                raise OutOfRangeError(f"crs is {name[:60]!r}, which has no positions on a map")
            if not _is_stretched(name):
                return cls(name, name, _in_metres(x, y, name) or _far_off(x, y, name))
        if len(x) == 0:
            return cls(name, _zone(name, 0.0, 0.0))
        lon, lat = _degrees(float(np.median(x)), float(np.median(y)), name)
        return cls(name, _zone(name, lon, lat), _in_metres(x, y, name))

    def points(
        self, x: ArrayLike, y: ArrayLike, *, crs: str | None = None
    ) -> tuple[Floats, Floats]:
        """Return positions in metres, float64.

        Args:
            x: To the east, or longitude.
            y: To the north, or latitude.
            crs: Their system where it is another than that of the projection.
        """
        east, north = np.asarray(x, np.float64), np.asarray(y, np.float64)
        source = self.crs if crs is None else crs
        if source is None or self.metric is None:
            return east, north
        if source in SHIFTED:
            east, north = to_wgs84(east, north, source)
            source = WGS84
        if source != self.metric:
            east, north = _turned(source, self.metric, east, north)
        metres = float(_known(self.metric).axis_info[0].unit_conversion_factor)
        return np.asarray(east, np.float64) * metres, np.asarray(north, np.float64) * metres

    def shapes(self, geometries: NDArray[Any], *, crs: str | None = None) -> NDArray[Any]:
        """Return shapely geometries in metres, in two dimensions."""
        shapely = need("shapely", extra="geo")
        flat = shapely.force_2d(geometries)
        if (self.crs if crs is None else crs) is None or self.metric is None:
            return np.asarray(flat, object)

        def moved(numbers: Floats) -> Floats:
            return np.column_stack(self.points(numbers[:, 0], numbers[:, 1], crs=crs))

        return np.asarray(shapely.transform(flat, moved), object)

    def to_degrees(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Return longitude and latitude in WGS-84 of positions in metres.

        Raises:
            OutOfRangeError: If nobody said what system the positions came in.
        """
        if self.metric is None:
            raise OutOfRangeError("positions have no reference system; give it as crs=")
        metres = float(_known(self.metric).axis_info[0].unit_conversion_factor)
        east, north = np.asarray(x, np.float64) / metres, np.asarray(y, np.float64) / metres
        return _turned(self.metric, WGS84, east, north)


def _in_metres(x: Floats, y: Floats, name: str) -> tuple[Reason, ...]:
    """Return a warning where a metric system is named, and positions look like degrees."""
    if name in SHIFTED or in_degrees(name) or not looks_like_degrees(x, y):
        return ()
    return (
        Reason(
            "positions look like degrees, but {crs} is in metres; look which system they are in",
            crs=name if name.startswith("EPSG:") else "crs",
        ),
    )


def _warned(x: Floats, y: Floats) -> tuple[Reason, ...]:
    within = (np.abs(x) <= 180) & (np.abs(y) <= 180)
    if not looks_like_degrees(x[within], y[within]):
        return ()
    if not within.all():
        return (
            Reason(
                "{number} positions look like degrees and the others do not; all were taken as "
                "metres; bring them into one system",
                number=int(within.sum()),
            ),
        )
    return (
        Reason(
            "positions look like degrees and were taken as metres; "
            "say what they are, such as crs='EPSG:4326' or crs='gcj02'"
        ),
    )


def _far_off(x: Floats, y: Floats, name: str) -> tuple[Reason, ...]:
    """Return a warning where the middle of the positions is no place the system is used in."""
    area = _known(name).area_of_use
    if len(x) == 0 or area is None:
        return ()
    lon, lat = _degrees(float(np.median(x)), float(np.median(y)), name)
    is_near = area.west - _MARGIN <= lon <= area.east + _MARGIN
    if is_near and area.south - _MARGIN <= lat <= area.north + _MARGIN:
        return ()
    return (
        Reason(
            "positions lie far outside of where {crs} is used; look whether x and y are exchanged",
            crs=name if name.startswith("EPSG:") else "crs",
        ),
    )


def _degrees(x: float, y: float, name: str) -> tuple[float, float]:
    if name in SHIFTED or in_degrees(name):
        return x, y
    base = _known(name).geodetic_crs
    lon, lat = _pyproj().Transformer.from_crs(_known(name), base, always_xy=True).transform(x, y)
    return float(lon), float(lat)


def _zone(name: str, lon: float, lat: float) -> str:
    """Return the metric system around a place: on WGS-84 a code, else a text of its own."""
    if abs(lat) >= _POLAR:
        return "EPSG:32661" if lat > 0 else "EPSG:32761"
    zone = min(int((lon + 180) // 6) + 1, 60)
    if name in SHIFTED or same(name, WGS84) or same(_base(name), WGS84):
        return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"
    crs = need("pyproj.crs", extra="geo")
    made = need("pyproj.crs.coordinate_operation", extra="geo").UTMConversion(
        zone, hemisphere="N" if lat >= 0 else "S"
    )
    base = _known(name).geodetic_crs
    return str(crs.ProjectedCRS(made, f"UTM zone {zone}", geodetic_crs=base).to_wkt())


def _base(name: str) -> str | None:
    code = _known(name).geodetic_crs.to_epsg()
    return f"EPSG:{code}" if code else None


def _is_stretched(name: str) -> bool:
    """Return whether metres of the system are longer than those on the ground, as on web maps."""
    operation = _known(name).coordinate_operation
    return (
        operation is not None
        and "Mercator" in operation.method_name
        and "Transverse" not in (operation.method_name)
    )


def _pyproj() -> Any:
    return need("pyproj", extra="geo")


@lru_cache(maxsize=64)
def _known(name: str) -> Any:
    """Return pyproj's object for a system that is not a shifted one."""
    pyproj = _pyproj()
    try:
        if name.startswith("EPSG:"):
            found = pyproj.CRS.from_epsg(int(name[5:]))
        else:
            found = pyproj.CRS.from_wkt(name)
    except pyproj.exceptions.CRSError:
        raise OutOfRangeError(f"crs is {name[:60]!r}; there is no such reference system") from None
    if found.is_geographic or found.is_projected:
        return found
    raise OutOfRangeError(f"crs is {name[:60]!r}, which has no positions on a map")


def _turned(source: str, target: str, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return positions in another system."""
    # Of a single one in an array pyproj makes a number first, which some numpys warn of.
    alone = x.size == 1
    given = (np.repeat(x, 2), np.repeat(y, 2)) if alone else (x, y)
    east, north = (np.asarray(each) for each in _transformer(source, target).transform(*given))
    return (east[:1].reshape(x.shape), north[:1].reshape(x.shape)) if alone else (east, north)


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> Any:
    # Longitude first, whatever order a system says that its axes have.
    return _pyproj().Transformer.from_crs(_known(source), _known(target), always_xy=True)
