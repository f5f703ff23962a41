"""Reference systems: positions of any of them, in metres."""

from __future__ import annotations

import numpy as np
import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st

from govtree._adjacency._reference import (
    Projection,
    looks_like_degrees,
    named,
    position_problems,
    same,
)
from govtree._adjacency._shifted import SHIFTED, _bd, shifted, to_wgs84
from govtree.errors import OutOfRangeError, RecordPlaces

pyproj = pytest.importorskip("pyproj")

#: Metres of a degree of latitude.
DEGREE = 111_320


def to_metres(x, y, crs):
    way = Projection.of(np.array(x), np.array(y), crs)
    return *way.points(x, y), way


def metres_between(lon, lat, other_lon, other_lat):
    east = (other_lon - lon) * DEGREE * np.cos(np.radians(lat))
    return np.hypot(east, (other_lat - lat) * DEGREE)


@settings(max_examples=many(100))
@given(st.floats(72.02, 137.8), st.floats(0.85, 55.8), st.sampled_from(SHIFTED))
def test_shifted_systems_go_there_and_back(lon, lat, system):
    """A position goes into gcj02 or bd09 and back with less than a centimetre lost."""
    there = shifted(np.array([lon]), np.array([lat]), system)
    back = to_wgs84(*there, system)

    assert metres_between(lon, lat, *back)[0] < 0.01


@settings(max_examples=many(50))
@given(st.floats(74, 134), st.floats(18, 53), st.sampled_from(SHIFTED))
def test_shifted_systems_are_shifted(lon, lat, system):
    """In China both lie some way off, by no more than a kilometre and a half."""
    there = shifted(np.array([lon]), np.array([lat]), system)

    assert 20 < metres_between(lon, lat, *there)[0] < 1_600


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_gcj02_as_published(wgs84, gcj02):
    """Shanghai, Shenzhen and Beijing lie where the tests of eviltransform have them."""
    lon, lat = shifted(*np.array(wgs84)[:, None], "gcj02")

    assert (lon[0], lat[0]) == pytest.approx(gcj02, abs=1e-9)


def test_bd09_as_published():
    """From gcj02 to bd09 a place in Beijing goes where coordtransform's own example has it."""
    lon, lat = _bd(np.array([116.404]), np.array([39.915]))

    assert (lon[0], lat[0]) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)


@pytest.mark.parametrize("system", SHIFTED)
@pytest.mark.parametrize("place", [(2.35, 48.85), (-43.17, -22.9), (153.0, -27.5), (140.0, 36.0)])
def test_nothing_is_shifted_abroad(place, system):
    """Outside of China a position is the same in all of them."""
    lon, lat = to_wgs84(*np.array(place)[:, None], system)

    assert (lon[0], lat[0]) == place


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("EPSG:4326", "EPSG:4326"),
        ("epsg:4548", "EPSG:4548"),
        (4490, "EPSG:4490"),
        ("4490", "EPSG:4490"),
        ("urn:ogc:def:crs:EPSG::4548", "EPSG:4548"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("WGS-84", "EPSG:4326"),
        ("CGCS2000", "EPSG:4490"),
        ("GCJ-02", "gcj02"),
        ("bd09ll", "bd09"),
        (pyproj.CRS.from_epsg(4548), "EPSG:4548"),
        (None, None),
    ],
)
def test_a_system_has_one_name(given, name):
    """A system is named in one way, however it was written."""
    assert named(given) == name


@pytest.mark.parametrize(
    "crs", ["", "mars", "EPSG:999999", "EPSG:5703", "EPSG:4978", True, 4.5, -1, "+proj=utm", b"x"]
)
def test_what_is_no_system_is_refused(crs):
    """What is not known, or knows no place on a map, is refused by name."""
    with pytest.raises(OutOfRangeError, match="crs is"):
        named(crs)


def test_same_systems():
    """WGS-84 and the system of China are one here; a shifted one is another."""
    assert same("EPSG:4326", "EPSG:4490")
    assert not same("EPSG:4326", "gcj02")
    assert not same("gcj02", "bd09")
    assert not same("EPSG:4326", None)


@pytest.mark.parametrize("crs", ["EPSG:4326", 4490, "gcj02", "bd09", 4214])
def test_degrees_become_metres(crs):
    """A hundredth of a degree in Beijing is 855 m to the east and 1,110 m to the north."""
    x, y, way = to_metres([116.30, 116.31, 116.30], [39.90, 39.90, 39.91], crs)

    assert np.hypot(x[1] - x[0], y[1] - y[0]) == pytest.approx(855, abs=8)
    assert np.hypot(x[2] - x[0], y[2] - y[0]) == pytest.approx(1_110, abs=8)
    assert way.metric is not None
    assert way.notes == ()


def test_degrees_come_as_longitude_and_latitude():
    """The order of axes that a system names changes nothing: x is east."""
    one = to_metres([116.3, 116.4], [39.9, 39.9], "EPSG:4326")
    other = to_metres([116.3, 116.4], [39.9, 39.9], "EPSG:4490")

    assert one[0].tolist() == pytest.approx(other[0].tolist(), abs=0.01)
    assert one[2].metric == "EPSG:32650"


@pytest.mark.parametrize(
    ("lon", "lat", "metric"),
    [
        (116.3, 39.9, "EPSG:32650"),
        (-43.2, -22.9, "EPSG:32723"),
        (180.0, 10.0, "EPSG:32660"),
        (-180.0, 10.0, "EPSG:32601"),
        (10.0, 86.0, "EPSG:32661"),
    ],
)
def test_the_zone_is_that_of_the_middle(lon, lat, metric):
    """Degrees go to the zone that they lie in, near the pole to the polar system."""
    assert Projection.of(np.array([lon]), np.array([lat]), "EPSG:4326").metric == metric


def test_metres_stay_what_they_are():
    """Positions in a metric system pass through unchanged."""
    x, y, way = to_metres([454_000.0, 454_010.0], [4_400_000.0, 4_400_000.0], 4548)

    assert x.tolist() == [454_000.0, 454_010.0]
    assert y.tolist() == [4_400_000.0, 4_400_000.0]
    assert way == Projection("EPSG:4548", "EPSG:4548")


def test_feet_become_metres():
    """A system in feet is told in metres."""
    x, _, _ = to_metres([984_000.0, 985_000.0], [200_000.0, 200_000.0], 2263)

    assert x[1] - x[0] == pytest.approx(304.8, abs=0.01)


def test_web_maps_are_not_stretched():
    """A thousand metres of a web map in Beijing are 767 on the ground."""
    x, y, way = to_metres([12_946_000.0, 12_947_000.0], [4_852_000.0, 4_852_000.0], 3857)

    assert np.hypot(x[1] - x[0], y[1] - y[0]) == pytest.approx(767, abs=3)
    assert way.metric == "EPSG:32650"


@settings(max_examples=many(30))
@given(
    st.sampled_from(["EPSG:4326", "EPSG:4490"]),
    st.lists(st.tuples(st.floats(115, 117), st.floats(39, 41)), min_size=1, max_size=5),
)
def test_metres_go_back_to_degrees(crs, places):
    """Metres go back into the degrees that they came from, to a millimetre."""
    x, y = np.array(places).T
    *metres, way = to_metres(x, y, crs)
    back = way.to_degrees(*metres)

    assert np.abs(np.array(back) - [x, y]).max() < 1e-8


def test_numbers_without_system_are_metres():
    """What nobody names stays as it is; a warning is given where it can only be degrees."""
    far = to_metres([0.0, 20.0], [0.0, 0.0], None)
    near = to_metres([116.3001, 116.3005], [39.9, 39.9], None)

    assert far[2].notes == ()
    assert near[0].tolist() == [116.3001, 116.3005]
    assert "crs='EPSG:4326'" in near[2].notes[0]
    assert "经纬度" in near[2].notes[0].said("zh")
    with pytest.raises(OutOfRangeError, match="crs="):
        far[2].to_degrees([0.0], [0.0])


def test_exchanged_axes_are_warned_of():
    """Where x is north in a Chinese metric system, the place is none that it is used in."""
    right = to_metres([500_000.0], [4_400_000.0], 4548)[2]
    wrong = to_metres([4_400_000.0], [500_000.0], 4548)[2]

    assert right.notes == ()
    assert "exchanged" in wrong.notes[0]


@pytest.mark.parametrize(
    ("x", "y", "answer"),
    [
        ([116.30, 116.31], [39.9, 39.9], True),
        ([0.0, 10.0], [0.0, 0.0], False),
        ([116.3], [39.9], False),
        ([], [], False),
        ([116.3, 116.3], [39.9, 39.9], False),
        ([116.3, 4_000.0], [39.9, 39.9], False),
    ],
)
def test_degrees_are_known_by_their_neighbors(x, y, answer):
    """Numbers look like degrees when buildings would stand within 5 cm as metres."""
    assert looks_like_degrees(x, y) is answer


@pytest.mark.parametrize(
    ("x", "y", "crs", "rows"),
    [
        ([0, np.nan], [0, 0], None, ["units[1]:x"]),
        ([0, np.inf], [-np.inf, 0], None, ["units[1]:x", "units[0]:y"]),
        ([1e308, 0], [0, 0], "EPSG:4548", ["units[0]:x"]),
        ([116, 181], [39, 39], "EPSG:4326", ["units[1]:x"]),
        ([39.9], [116.3], "gcj02", ["units[0]:y"]),
        ([116, 116, 0], [39, 39, 0], "EPSG:4326", ["units[2]:x"]),
        ([116, 116.1], [39, 39], "EPSG:4326", []),
        ([], [], "EPSG:4326", []),
    ],
)
def test_no_position(x, y, crs, rows):
    """What no position of the system can be is told by its row."""
    found = position_problems(np.array(x, float), np.array(y, float), crs, RecordPlaces("units"))

    assert [str(each.where) for each in found] == rows
