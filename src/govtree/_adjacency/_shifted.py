"""The two systems of Chinese web maps: gcj02 and bd09, shifted off WGS-84.

Source: no authority publishes them. The formulas are those that libraries agree on, for gcj02
eviltransform and coordtransform (both MIT), on the ellipsoid of Krasovsky, for bd09
coordtransform. The inverses are iterated here.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["SHIFTED", "shifted", "to_wgs84"]

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]

#: Names of the systems, as they are canonical here.
SHIFTED = ("bd09", "gcj02")

_AXIS = 6378245.0
_SQUARED = 0.00669342162296594323
_BD_TURN = np.pi * 3000.0 / 180.0
# A step takes about three digits off the error; the offsets change by 1 part in 400 at most.
_STEPS = 12
_CLOSE_ENOUGH = 1e-11


def to_wgs84(longitude: Floats, latitude: Floats, system: str) -> Pair:
    """Return degrees of *system*, ``gcj02`` or ``bd09``, in WGS-84, to well under a centimetre.

    Outside of a rectangle around China nothing is shifted.
    """
    lon, lat = _undo(lambda x, y: shifted(x, y, system), longitude, latitude)
    inside = _in_china(lon, lat)
    return np.where(inside, lon, longitude), np.where(inside, lat, latitude)


def shifted(longitude: Floats, latitude: Floats, system: str) -> Pair:
    """Return degrees of WGS-84 in *system*, anywhere: what :func:`to_wgs84` undoes.

    >>> lon, lat = shifted(np.array([121.5272106]), np.array([31.1774276]), "gcj02")
    >>> round(lon[0], 6), round(lat[0], 6)
    (np.float64(121.531542), np.float64(31.175304))
    """
    lon, lat = _gcj(longitude, latitude)
    return _bd(lon, lat) if system == "bd09" else (lon, lat)


def _undo(shift: Callable[[Floats, Floats], Pair], x: Floats, y: Floats) -> Pair:
    """Return what *shift* makes the given point of."""
    found_x, found_y = x.copy(), y.copy()
    for _ in range(_STEPS):
        there_x, there_y = shift(found_x, found_y)
        off_x, off_y = x - there_x, y - there_y
        found_x, found_y = found_x + off_x, found_y + off_y
        if max(np.abs(off_x).max(initial=0), np.abs(off_y).max(initial=0)) < _CLOSE_ENOUGH:
            break
    return found_x, found_y


def _in_china(longitude: Floats, latitude: Floats) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (
        (longitude >= 72.004)
        & (longitude <= 137.8347)
        & (latitude >= 0.8293)
        & (latitude <= 55.8271)
    )
    return inside


def _gcj(longitude: Floats, latitude: Floats) -> Pair:
    x, y = longitude - 105.0, latitude - 35.0
    product, root = x * y, np.sqrt(np.abs(x))
    wave = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north = wave + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)
    north += 160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)
    north *= 2.0 / 3.0
    north += -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * product + 0.2 * root
    east = wave + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)
    east += 150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)
    east *= 2.0 / 3.0
    east += 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * product + 0.1 * root
    across = np.radians(latitude)
    magic = 1.0 - _SQUARED * np.sin(across) ** 2
    # Metres to degrees, along the meridian and along the parallel.
    along = _AXIS * (1.0 - _SQUARED) / (magic * np.sqrt(magic))
    around = _AXIS / np.sqrt(magic) * np.cos(across)
    return longitude + np.degrees(east / around), latitude + np.degrees(north / along)


def _bd(longitude: Floats, latitude: Floats) -> Pair:
    radius = np.hypot(longitude, latitude) + 0.00002 * np.sin(latitude * _BD_TURN)
    angle = np.arctan2(latitude, longitude) + 0.000003 * np.cos(longitude * _BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
