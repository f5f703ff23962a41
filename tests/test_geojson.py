"""Buildings, and the lines between them, from GeoJSON."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st

from govtree._files import LIMITS, Limits
from govtree.errors import ConfigError, FileError, GovtreeError, OutOfRangeError, StructureError
from govtree.grids._geojson import read_barriers, read_buildings

shapely = pytest.importorskip("shapely")
geopandas = pytest.importorskip("geopandas")

#: Thirty metres or so.
SIDE = 0.0003


def square(east=116.3, north=39.9, side=SIDE):
    corners = [(0, 0), (side, 0), (side, side), (0, side), (0, 0)]
    return [[east + x, north + y] for x, y in corners]


def polygon(ring):
    return {"type": "Polygon", "coordinates": [ring]}


def feature(geometry, id=None, **properties):
    return {"type": "Feature", "id": id, "properties": properties, "geometry": geometry}


def collection(*features, **more):
    return {"type": "FeatureCollection", "features": list(features), **more}


def home(ring=None, id="a", **properties):
    return feature(polygon(ring or square()), id, **{"households": 30, **properties})


def line(*positions, **properties):
    return feature({"type": "LineString", "coordinates": positions}, **properties)


def saved(tmp_path, value, name="map.geojson"):
    path = tmp_path / name
    text = value if isinstance(value, str) else json.dumps(value, indent=1)
    path.write_text(text, encoding="utf-8")
    return path


def faults(source, **options):
    with pytest.raises(StructureError) as error:
        read_buildings(source, **options)
    return [(each.where.record, each.code) for each in error.value.problems]


# Buildings


def test_a_file_of_buildings(tmp_path):
    """A file gives ids, what is asked for, outlines, and where each stands."""
    path = saved(
        tmp_path,
        collection(
            home(id="b-1", compound="X", community="C", floors=6),
            home(square(116.301), id=7, households=12),
        ),
    )
    found = read_buildings(path, more=["floors"])

    assert found.ids == ("b-1", "7")
    assert found.columns == {
        "weight": (30, 12),
        "compound": ("X", None),
        "community": ("C", None),
        "floors": (6, None),
    }
    assert found.has_outlines
    assert found.crs == "EPSG:4326"
    assert found.notes == (
        "no reference system is named; positions were taken as WGS-84, as in RFC 7946",
    )
    place = found.places.at(1, "households")
    assert place.record == "features[1] '7'"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[place.line - 1].strip() == "{"
    assert '"Feature"' in lines[place.line]


def test_a_frame_is_read_as_its_file_is(tmp_path):
    """A frame of GeoPandas gives what the file gives that it was read from."""
    rows = [home(id=f"b-{row}", compound="X") for row in range(3)]
    path = saved(tmp_path, collection(*rows))
    frame = read_buildings(geopandas.read_file(path))
    file = read_buildings(path)

    assert frame.ids == file.ids
    assert frame.columns["weight"] == file.columns["weight"]
    assert frame.columns["compound"] == file.columns["compound"]
    assert shapely.equals(frame.shapes, file.shapes).all()
    assert frame.crs == "EPSG:4326"


def test_a_frame_in_metres_keeps_its_system():
    """A frame knows its system; missing cells are none."""
    frame = geopandas.GeoDataFrame(
        {"id": [1, 2], "households": [3.0, math.nan]},
        geometry=[shapely.box(0, 0, 9, 9), shapely.Point(30, 3)],
        crs=4548,
    )
    with pytest.raises(StructureError, match="'households' is missing in 1 of 2"):
        read_buildings(frame)
    found = read_buildings(frame, weight=None)

    assert found.crs == "EPSG:4548"
    assert not found.has_outlines
    assert "weight" not in found.columns


def test_an_object_with_a_geo_interface():
    """Whatever has a __geo_interface__ is read as the mapping that it gives."""

    class Map:
        __geo_interface__ = collection(home())

    assert read_buildings(Map()).ids == ("a",)


def test_an_export_of_openstreetmap():
    """What is no building is passed over, and the id stands in '@id'."""
    source = collection(
        feature(polygon(square()), **{"@id": "way/1", "building": "yes", "households": 9}),
        line([116.3, 39.9], [116.4, 39.9], highway="primary"),
        feature({"type": "Point", "coordinates": [116.3, 39.9]}, barrier="gate"),
        feature(polygon(square()), natural="water"),
    )
    found = read_buildings(source)

    assert found.ids == ("way/1",)
    assert "1 features that are no buildings are passed over" in found.notes
    assert found.lines is not None
    assert found.lines.kind == ("main road", "water")


@pytest.mark.parametrize(
    ("properties", "kinds"),
    [
        ({"other_tags": '"railway"=>"rail","layer"=>"1"'}, ("railway",)),
        ({"waterway": None, "other_tags": '"waterway"=>"river"'}, ("river",)),
        ({"type": "way", "tags": {"highway": "primary"}}, ("main road",)),
        ({"railway": "subway", "layer": -2}, ()),
        ({"waterway": "stream", "location": "underground"}, ()),
        ({"waterway": "river", "tunnel": False, "layer": 0}, ("river",)),
        ({"fclass": "rail", "tunnel": "F", "bridge": "F", "layer": 0}, ("railway",)),
        ({"railway": "rail", "tunnel": "T"}, ()),
        ({"highway": "residential"}, ()),
        ({"households": 5}, ()),
        ({"kind": "building"}, ()),
        ({"kind": "wall", "households": 5}, ("wall",)),
    ],
)
def test_tags_of_lines_stand_where_exports_put_them(properties, kinds):
    """Tags are found in the columns that exports make of them, as the types that they make."""
    assert read_barriers(collection(line([0, 0], [9, 9], **properties))).kind == kinds


def test_a_frame_of_osmnx():
    """The id is what the index says, of which level there is more than one."""
    index = geopandas.pd.MultiIndex.from_tuples([("way", 7), ("node", 7)], names=["element", "id"])
    places = [shapely.Point(13, 52), shapely.Point(13.001, 52)]
    frame = geopandas.GeoDataFrame({"households": [3, 4]}, geometry=places, index=index, crs=4326)

    assert read_buildings(frame).ids == ("way/7", "node/7")


def test_two_columns_of_one_name_are_refused():
    """Which of them is meant, nobody knows."""
    frame = geopandas.GeoDataFrame(
        [["a", 3, 4, shapely.Point(1, 1)]], columns=["id", "households", "households", "geometry"]
    )
    with pytest.raises(OutOfRangeError, match="one name"):
        read_buildings(frame)


def test_a_place_shows_no_more_of_an_id_than_has_room():
    """An id of a thousand characters does not fill the message."""
    with pytest.raises(StructureError) as error:
        read_buildings(collection(home([[0, 0]], id="x" * 1000)))

    assert len(str(error.value)) < 300


def test_a_bow_tie_is_repaired_by_name():
    """An outline that crosses itself keeps its area, and the notes name it."""
    bow = [[0, 0], [30, 30], [30, 0], [0, 30], [0, 0]]
    found = read_buildings(collection(home(bow, id="楼-7")))

    assert shapely.is_valid(found.shapes).all()
    assert found.shapes[0].area == pytest.approx(450)
    assert "1 outlines cross themselves and were repaired: 楼-7" in found.notes
    assert "1 个轮廓自相交，已修复：楼-7" in [each.said("zh") for each in found.notes]


def test_an_open_ring_is_closed_by_name():
    """A ring that does not end where it begins is closed, and the notes name it."""
    found = read_buildings(collection(home(square()[:-1])))

    assert found.shapes[0].area == pytest.approx(SIDE**2)
    assert "1 outlines did not end where they begin and were closed: a" in found.notes


def test_numbers_without_system_that_are_no_degrees_are_metres():
    """Buildings of a few metres in small numbers are in metres, and it is said."""
    found = read_buildings(collection(home(square(0, 0, 10)), home(square(20, 0, 10), id="b")))

    assert found.crs is None
    assert found.notes == ("no reference system is named; positions were taken as metres",)


@pytest.mark.parametrize(
    ("member", "crs", "answer"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", None, "EPSG:4326"),
        ("urn:ogc:def:crs:EPSG::4490", None, "EPSG:4490"),
        ("urn:ogc:def:crs:EPSG::4490", "EPSG:4326", "EPSG:4326"),
        (None, "gcj02", "gcj02"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "gcj02", "GT521"),
        ("EPSG:99999", None, "GT520"),
        ("mars", None, "GT520"),
        (["EPSG:4326"], None, "GT520"),
    ],
)
def test_the_system_that_a_file_names(member, crs, answer):
    """A file and an argument agree on the system, or are refused."""
    source = collection(home())
    if member is not None:
        source["crs"] = {"type": "name", "properties": {"name": member}}
    if answer.startswith("GT"):
        assert [code for _, code in faults(source, crs=crs)] == [answer]
    else:
        assert read_buildings(source, crs=crs).crs == answer


# What is wrong


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        (None, "GT525"),
        ({"type": "Polygon", "coordinates": []}, "GT525"),
        ({"type": "Polygon", "coordinates": [[]]}, "GT527"),
        ({"type": "MultiPolygon", "coordinates": []}, "GT525"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}, "GT527"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, "GT527"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]}, "GT528"),
        ({"type": "Polygon", "coordinates": [[[0, 0]] * 4]}, "GT528"),
        ({"type": "Polygon", "coordinates": 5}, "GT524"),
        ({"type": "Polygon", "coordinates": [5]}, "GT524"),
        ({"type": "Polygon", "coordinates": [[5, 6]]}, "GT524"),
        ({"type": "Polygon", "coordinates": [[[0]] * 4]}, "GT524"),
        ({"type": "Polygon", "coordinates": [[["0", "0"]] * 4]}, "GT524"),
        ({"type": "Polygon", "coordinates": [[[True, 0]] * 4]}, "GT524"),
        ({"type": "Polygon", "coordinates": [[[None, 0]] * 4]}, "GT524"),
        ({"type": "Polygon", "coordinates": [[[[0, 0]]] * 4]}, "GT524"),
        ({"type": "Polygon", "coordinates": {"0": 1}}, "GT524"),
        ({"type": "Polygon"}, "GT524"),
        ({"type": "Point", "coordinates": [1e308, 0]}, "GT522"),
        ({"type": "Point", "coordinates": [math.nan, 0]}, "GT522"),
        ({"type": "Point", "coordinates": [0, math.inf]}, "GT522"),
        ({"type": "Point", "coordinates": [10**400, 0]}, "GT522"),
        ({"type": "Point", "coordinates": [[0, 0], [1, 1]]}, "GT524"),
        ({"type": "LineString", "coordinates": [[0, 0], [1, 1]]}, "GT526"),
        ({"type": "GeometryCollection", "geometries": []}, "GT526"),
        ({"type": "Hexagon", "coordinates": []}, "GT524"),
        ({"type": ["Polygon"]}, "GT524"),
        ({}, "GT524"),
        ("POINT (0 0)", "GT524"),
        ([0, 0], "GT524"),
    ],
)
def test_a_bad_geometry_is_told_by_its_feature(geometry, code):
    """Each fault of a geometry has its code and the number and id of the feature."""
    source = collection(home(), feature(geometry, "b-2", households=3))

    assert faults(source) == [("features[1] 'b-2'", code)]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ({}, "GT524"),
        ({"type": "Topology"}, "GT524"),
        ({"type": "FeatureCollection"}, "GT524"),
        ({"type": "FeatureCollection", "features": {}}, "GT524"),
        (collection(5), "GT524"),
        (collection(None), "GT524"),
        (collection({"type": "Polygon"}), "GT524"),
        (collection({**home(), "properties": [1]}), "GT524"),
        (collection(home(id=None)), "GT529"),
        (collection(home(id=1.5)), "GT530"),
        (collection(home(id=True)), "GT530"),
        (collection(home(id=None) | {"properties": None}), "GT529"),
    ],
)
def test_a_bad_structure_is_told(source, code):
    """What is no GeoJSON, or lacks what is asked for, is told as such."""
    assert {found for _, found in faults(source)} == {code}


def test_all_faults_are_told_at_once(tmp_path):
    """One answer names every faulty feature with its line, and what is missing once."""
    wrong = collection(
        feature(None, "n", households=1),
        feature(polygon(square()), "m"),
        feature(polygon(square()), "m2"),
        feature({"type": "Point", "coordinates": [1e99, 0]}, "h", households=1),
    )
    with pytest.raises(StructureError) as error:
        read_buildings(saved(tmp_path, wrong))

    told = [(each.code, each.where.record) for each in error.value.problems]
    assert told == [
        ("GT525", "features[0] 'n'"),
        ("GT529", "features[1] 'm'"),
        ("GT522", "features[3] 'h'"),
    ]
    lines = [each.where.line for each in error.value.problems]
    assert lines == sorted(set(lines))
    assert lines[0] > 1
    assert "missing in 2 of 4 features, first in features[1]" in str(error.value)


def test_a_property_that_nobody_has():
    """A misspelled property is told with what was meant; compounds need not be there."""
    source = collection(home(户数=3))

    with pytest.raises(StructureError, match="did you mean 'households'"):
        read_buildings(source, weight="household")
    with pytest.raises(StructureError, match="'小区' is missing in 1 of 1"):
        read_buildings(source, compound="小区")
    assert read_buildings(source, weight="户数").columns["weight"] == (3,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        '{"type": "FeatureCollection", "features": [], "features": []}',
        '{"type": "FeatureCollection", "features": [NaN]}',
        '{"type": "FeatureCollection", "features": [Infinity]}',
        '{"type": "FeatureCollection", "features": [1e999]}',
        "[" * 1_000,
    ],
)
def test_what_is_no_json_is_refused(tmp_path, text):
    """Equal keys, numbers that are none, and what never ends are refused with their place."""
    with pytest.raises(ConfigError):
        read_buildings(saved(tmp_path, text))


def test_limits_are_kept(tmp_path):
    """A file with too many bytes or values is refused before memory is taken."""
    path = saved(tmp_path, collection(home()))

    with pytest.raises(FileError, match="GT004"):
        read_buildings(path, limits=Limits(map_bytes=100))
    with pytest.raises(ConfigError, match="GT071"):
        read_buildings(path, limits=Limits(map_nodes=20))
    assert read_buildings(path, limits=LIMITS).ids == ("a",)


@pytest.mark.parametrize("source", [None, 5, [home()], object()])
def test_what_is_no_map_is_refused(source):
    """A wrong argument is told as one."""
    with pytest.raises(OutOfRangeError, match="map"):
        read_buildings(source)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "features", "geometry", "coordinates", "properties", "id", "crs"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
types = st.sampled_from(["Polygon", "MultiPolygon", "Point", "LineString", "GeometryCollection"])


@settings(max_examples=many(200))
@given(types, anything, anything, anything)
def test_whatever_is_in_a_file_has_an_answer(kind, coordinates, properties, member):
    """Any JSON is read or refused by the library's own error."""
    geometry = {"type": kind, "coordinates": coordinates, "geometries": [coordinates]}
    source = collection(
        {"type": "Feature", "id": member, "properties": properties, "geometry": geometry},
        crs=member,
    )
    for read in (read_buildings, read_barriers):
        try:
            read(source)
        except GovtreeError as error:
            assert str(error)


# Barriers


def test_barriers_of_openstreetmap():
    """Waterways and railways are hard, main roads soft; what parts nothing is passed over."""
    source = collection(
        line([0, 0], [9, 9], waterway="river"),
        line([0, 0], [9, 9], railway="rail"),
        line([0, 0], [9, 9], highway="primary"),
        line([0, 0], [9, 9], highway="footway"),
        line([0, 0], [9, 9], railway="subway", tunnel="yes"),
        feature(polygon(square(0, 0, 9)), natural="water"),
        feature({"type": "Point", "coordinates": [0, 0]}, barrier="wall"),
        home(building="yes"),
    )
    found = read_barriers(source)

    assert found.kind == ("river", "railway", "main road", "water")
    assert found.hard.tolist() == [True, True, False, True]
    assert found.notes == ("4 features that part nothing are passed over",)


def test_barriers_that_say_their_kind():
    """A kind in the words of the field, and whether it is hard, are taken from properties."""
    source = collection(
        line([0, 0], [9, 9], kind="围墙"),
        line([0, 0], [9, 9], kind="main road", hard=True),
        line([0, 0], [9, 9], kind="power line", hard=False),
        line([0, 0], [9, 9], fclass="primary"),
        line([0, 0], [9, 9]),
    )
    found = read_barriers(source)

    assert found.kind == ("wall", "main road", "power line", "main road", "barrier")
    assert found.hard.tolist() == [True, True, False, False, True]
    assert found.notes == ("1 barriers do not say what they are and are never crossed",)


def test_faulty_barriers_are_told_at_once():
    """Unknown kinds and bad lines are told together."""
    source = collection(
        line([0, 0], [9, 9], kind="wal"),
        line([0, 0], kind="wall"),
        line([0, 0], [9, 9], hard="yes"),
        line([0, math.nan], [9, 9]),
    )
    with pytest.raises(StructureError) as error:
        read_barriers(source)

    assert [each.code for each in error.value.problems] == ["GT531", "GT527", "GT524", "GT522"]
    assert "did you mean 'wall'?" in str(error.value)


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ((), ()),
        (None, ()),
        (shapely.LineString([(0, 0), (9, 9)]), ("barrier",)),
        ([shapely.LineString([(0, 0), (9, 9)])] * 2, ("barrier", "barrier")),
        ([(shapely.LineString([(0, 0), (9, 9)]), "river")], ("river",)),
        ([([(0, 0), (9, 9)], "river"), [(0, 0), (9, 9)]], ("river", "barrier")),
        ([(0, 0), (9, 9)], ("barrier",)),
        ({"type": "LineString", "coordinates": [[0, 0], [9, 9]]}, ("barrier",)),
        (geopandas.GeoSeries([shapely.LineString([(0, 0), (9, 9)])]), ("barrier",)),
        (
            geopandas.GeoDataFrame(
                {"waterway": ["canal"]}, geometry=[shapely.LineString([(0, 0), (9, 9)])]
            ),
            ("canal",),
        ),
    ],
)
def test_barriers_come_in_many_forms(source, kinds):
    """Shapes, positions, pairs with a kind, mappings, frames, and lists of these are taken."""
    assert read_barriers(source).kind == kinds


@pytest.mark.parametrize(
    "source",
    [
        5,
        [5],
        [[(0, 0), (math.nan, 1)]],
        object(),
        np.array(5.0),
        geopandas.pd.DataFrame({"a": [1]}),
    ],
)
def test_what_is_no_barrier_is_refused(source):
    """A wrong argument is told as one."""
    with pytest.raises(OutOfRangeError):
        read_barriers(source)


def test_a_kind_beside_a_map_leaves_it_its_system():
    """Who says what a map holds does not say where it lies."""
    lines = geopandas.GeoSeries([shapely.LineString([(13, 52), (13, 53)])], crs=4326)
    found = read_barriers((lines, "river"))

    assert (found.kind, found.crs) == (("river",), "EPSG:4326")
    with pytest.raises(OutOfRangeError, match="barriers are in EPSG:4326 and in gcj02"):
        read_barriers((lines, "river"), crs="gcj02")


def test_a_line_and_a_file_are_two_barriers(tmp_path):
    """The second of two things is a kind only if it is a word for one."""
    path = saved(tmp_path, collection(line([0, 0], [9, 9], waterway="river")))
    found = read_barriers([shapely.LineString([(0, 0), (5, 0)]), str(path)])

    assert found.kind == ("barrier", "river")


def test_faults_of_several_files_are_told_together():
    """Two files with a fault each are two faults."""
    one, other = collection(line([0, 0], [9, 9], kind="wal")), collection(line([0, 0]))
    with pytest.raises(StructureError) as error:
        read_barriers([one, other, shapely.LineString([(0, 0), (9, 9)])])

    assert {each.code for each in error.value.problems} == {"GT531", "GT527"}


def test_barriers_of_two_systems_are_refused():
    """One call takes barriers of one system only."""
    frames = [
        geopandas.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (9, 9)])], crs=code)
        for code in (4326, 4548)
    ]
    with pytest.raises(OutOfRangeError, match="EPSG:4326 and in EPSG:4548"):
        read_barriers(frames)
