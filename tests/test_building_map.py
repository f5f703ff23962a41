"""The map of buildings, from whatever source."""

from __future__ import annotations

import json

import networkx as nx
import numpy as np
import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st

from govtree import (
    Branch,
    Building,
    Community,
    Compound,
    Entrance,
    Grid,
    Group,
    Hierarchy,
    Household,
    OutOfRangeError,
    StructureError,
)
from govtree.grids import building_map

pytest.importorskip("scipy")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

COMPOUNDS = ("X-1", "X-2", None)


def told(units):
    """What a map says, as plain values."""
    beside = units.neighbors
    return {
        "ids": units.ids,
        "weight": units.weight.tolist(),
        "priority": units.priority.tolist(),
        "community": [units.communities[code] if code >= 0 else None for code in units.community],
        "compound": [units.compounds[code] if code >= 0 else None for code in units.compound],
        "x": None if units.x is None else np.round(units.x, 6).tolist(),
        "y": None if units.y is None else np.round(units.y, 6).tolist(),
        "pairs": list(zip(beside.u.tolist(), beside.v.tolist(), strict=True)),
        "length": np.round(beside.length, 6).tolist(),
        "kind": [beside.kinds[code] if code >= 0 else None for code in beside.kind],
        "notes": tuple(map(str, units.notes)),
    }


@st.composite
def towns(draw):
    """Records of units in any order, and pairs of them in any order and direction."""
    number = draw(st.integers(1, 8))
    ids = draw(
        st.lists(
            st.text("ABD-012楼", min_size=1, max_size=4),
            min_size=number,
            max_size=number,
            unique=True,
        )
    )
    home = {name: draw(st.sampled_from(["C-1", "C-2"])) for name in COMPOUNDS[:2]}
    units = []
    for at, id in enumerate(ids):
        compound = draw(st.sampled_from(COMPOUNDS))
        community = home[compound] if compound else draw(st.sampled_from(["C-1", "C-2"]))
        units.append(
            {
                "id": id,
                "households": draw(st.integers(0, 60)) + (at == 0),
                "x": float(draw(st.integers(0, 300))),
                "y": float(draw(st.integers(0, 300))),
                "compound": compound,
                "community": community,
                "priority": draw(st.integers(0, 3)),
            }
        )
    ends = st.tuples(st.sampled_from(ids), st.sampled_from(ids)).filter(
        lambda pair: pair[0] != pair[1]
    )
    pairs = draw(st.lists(ends, max_size=12, unique_by=frozenset)) if number > 1 else []
    listed = [
        {"u": u, "v": v, "soft": draw(st.sampled_from([None, True, False])), "kind": None}
        for u, v in pairs
    ]
    return units, listed


def columns_of(records, names):
    return {name: [each[name] for each in records] for name in names}


@given(towns(), st.randoms(use_true_random=False))
@settings(max_examples=many(60))
def test_every_source_gives_the_same_map(town, chance):
    """Records, columns, arrays, data frames and graphs of the same buildings give one map."""
    units, pairs = town
    whole = told(building_map(units, pairs=pairs))

    units, pairs = units[:], pairs[:]
    chance.shuffle(units)
    chance.shuffle(pairs)
    turned = [each | {"u": each["v"], "v": each["u"]} for each in pairs]
    columns = columns_of(units, units[0])
    graph = nx.Graph()
    graph.add_nodes_from((each["id"], each) for each in units)
    graph.add_edges_from((each["u"], each["v"], each) for each in pairs)

    for source in (units, columns, pd.DataFrame(columns), pl.DataFrame(columns)):
        assert told(building_map(source, pairs=turned)) == whole
    arrays = {name: np.array(cells) for name, cells in columns.items()}
    assert told(building_map(arrays, pairs=columns_of(pairs, ("u", "v", "soft", "kind")))) == whole
    for kind in (graph, nx.DiGraph(graph), nx.MultiDiGraph(graph)):
        assert told(building_map(kind)) == whole


@given(towns())
@settings(max_examples=many(60))
def test_pairs_stay_inside_a_community(town):
    """A pair joins no two communities, and a line of a compound is soft where
    nobody says more.
    """
    units, pairs = town
    found = building_map(units, pairs=pairs)

    beside = found.neighbors
    assert (found.community[beside.u] == found.community[beside.v]).all()
    said = {frozenset((each["u"], each["v"])): each["soft"] for each in pairs}
    for u, v, soft in zip(beside.u.tolist(), beside.v.tolist(), beside.soft.tolist(), strict=True):
        word = said[frozenset((found.ids[u], found.ids[v]))]
        assert soft == (found.compound[u] != found.compound[v] if word is None else word)


@given(towns(), st.data())
@settings(max_examples=many(40))
def test_parts_become_communities(town, data):
    """Within parts, the map is the same but for pairs that join two of them."""
    units, pairs = town
    found = building_map(units, pairs=pairs)
    labels = data.draw(
        st.lists(st.integers(-1, 2), min_size=len(found), max_size=len(found)), "labels"
    )
    parts = found.within(labels)

    kept = {
        (u, v)
        for u, v in zip(found.neighbors.u.tolist(), found.neighbors.v.tolist(), strict=True)
        if labels[u] == labels[v]
    }
    assert set(zip(parts.neighbors.u.tolist(), parts.neighbors.v.tolist(), strict=True)) == kept
    names = [parts.communities[code] if code >= 0 else "-1" for code in parts.community]
    assert names == [str(each) for each in labels]
    assert parts.ids == found.ids
    assert np.isin(parts.neighbors.kind, [-1, *range(len(parts.neighbors.kinds))]).all()


@given(towns())
@settings(max_examples=many(20))
def test_positions_show_neighbors_in_any_order(town):
    """Who lies beside whom by position does not depend on the order of the rows."""
    units, _ = town

    assert told(building_map(units)) == told(building_map(units[::-1]))


# -- from structures -----------------------------------------------------------------------------


def town_of_two(**fields):
    """Two buildings of a compound and a block beside it, the large one with two entrances."""
    rows = [
        Community(id="C-1"),
        Branch(id="B-1", parent="C-1"),
        Group(id="G-1", parent="B-1"),
        Compound(id="X-1", community="C-1"),
        Grid(id="N-1", community="C-1"),
        Building(id="D-1", compound="X-1", x=0, y=0),
        Building(id="D-2", compound="X-1", x=30, y=0),
        Building(id="D-3", grid="N-1", x=60, y=0, households=7, residents=15, tags={"alone": 2}),
        Building(id="D-4", x=90, y=0),
        Entrance(id="E-1", building="D-1"),
        Entrance(id="E-2", building="D-1"),
        Entrance(id="E-3", building="D-1"),
    ]
    told = [
        ("E-1", "owner", {"alone": 1}),
        ("E-1", "empty", {}),
        ("E-2", "let", {"alone": 1, "old": 1}),
    ]
    rows += [
        Household(
            id=f"H-{at}", parent="G-1", entrance=entrance, occupancy=word, tags=tags, residents=2
        )
        for at, (entrance, word, tags) in enumerate(told)
    ]
    rows.append(Household(id="H-8", parent="G-1", building="D-2", residents=4))
    rows.append(Household(id="H-9", parent="G-1", building="D-4", residents=1, occupancy="owner"))
    return Hierarchy.from_records(rows, **fields)


@pytest.mark.parametrize(
    ("count", "weight", "priority"),
    [
        ("households", [3, 1, 7, 1], [2, 0, 2, 0]),
        ("occupied", [2, 1, 7, 1], [2, 0, 2, 0]),
        ("residents", [6, 4, 15, 1], [2, 0, 2, 0]),
    ],
)
def test_a_structure_counts_what_is_asked_for(count, weight, priority):
    """Rows of households count, else numbers; the empty are left out where
    occupied ones count.
    """
    h = town_of_two()
    found = building_map(h, count=count, reach=40)

    assert found.weight.tolist() == weight
    assert found.priority.tolist() == priority
    if count != "occupied":
        summed = h.roll_up(count, by="building")
        assert found.weight.tolist() == [summed[id] for id in found.ids]


def test_a_structure_knows_communities_and_compounds():
    """A building is in the community of its compound, its grid, or its households."""
    found = building_map(town_of_two(), reach=40)

    assert told(found)["community"] == ["C-1"] * 4
    assert told(found)["compound"] == ["X-1", "X-1", None, None]
    assert told(found)["pairs"] == [(0, 1), (1, 2), (2, 3)]
    assert told(found)["kind"] == [None, "compound line", None]
    assert told(found)["length"] == [30, 30, 30]


def test_a_building_that_is_too_large_is_divided_by_entrance():
    """Its entrances lie in a row, each beside whatever the building lay beside."""
    h = town_of_two()
    found = building_map(h, reach=40, largest=2)

    assert found.ids == ("D-2", "D-3", "D-4", "E-1", "E-2", "E-3")
    assert found.weight.tolist() == [1, 7, 1, 2, 1, 0]
    assert found.priority.tolist() == [0, 2, 0, 1, 1, 0]
    assert told(found)["pairs"] == [(0, 1), (0, 3), (0, 4), (0, 5), (1, 2), (3, 4), (4, 5)]
    assert found.buildings == ("D-1",)
    assert found.building.tolist() == [-1, -1, -1, 0, 0, 0]
    assert "buildings above 2 are divided by entrance: D-1" in found.notes
    assert told(building_map(h, reach=40, largest=2, by_entrance=False)) == told(
        building_map(h, reach=40)
    )


def test_dividing_keeps_what_is_counted():
    """Entrances that do not account for all households leave a building whole."""
    rows = [
        Building(id="D-1"),
        Compound(id="X"),
        Entrance(id="E-1", building="D-1"),
        Entrance(id="E-2", building="D-1"),
        Household(id="H-1", entrance="E-1"),
        Household(id="H-2", entrance="E-2"),
        Household(id="H-3", building="D-1"),
    ]
    found = building_map(Hierarchy.from_records(rows), largest=1)

    assert found.ids == ("D-1",)
    assert found.weight.tolist() == [3]
    assert found.notes == (
        "not every household names its entrance, so these buildings stay whole: D-1",
    )


def test_without_positions_numbers_show_neighbors():
    """Where nobody gives positions, buildings of a compound stand in order of their numbers."""
    rows = [Compound(id="X"), Compound(id="Y")]
    rows += [
        Building(id=f"D-{at}", name=name, compound=compound, households=9)
        for at, (name, compound) in enumerate(
            [("10号楼", "X"), ("2号楼", "X"), ("1号楼", "Y"), ("9号楼", "X")]
        )
    ]
    found = building_map(Hierarchy.from_records(rows))

    assert told(found)["pairs"] == [(0, 3), (1, 3)]
    assert found.x is None
    assert found.notes[0].startswith("no positions: ")


def test_households_without_a_building_are_named():
    """What stands in no building is not on the map, and the map says so."""
    rows = [
        Building(id="D", households=None),
        Household(id="H-1", building="D"),
        Household(id="H-2"),
    ]
    found = building_map(Hierarchy.from_records(rows))

    assert found.weight.tolist() == [1]
    assert found.notes == ("1 households stand in no building",)
    assert found.notes[0].said("zh") == "1 户不在任何楼栋内"


# -- from maps -----------------------------------------------------------------------------------


def square(x, y, **properties):
    ring = [[x, y], [x + 20, y], [x + 20, y + 20], [x, y + 20], [x, y]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": properties, "geometry": shape}


def test_geojson_gives_units_with_outlines(tmp_path):
    """A mapping, a file and a GeoPandas frame of the same outlines give one map."""
    pytest.importorskip("shapely")
    geopandas = pytest.importorskip("geopandas")
    features = [
        square(500_040, 4_400_000, id="b", households=4, cell="X", community="C"),
        square(500_000, 4_400_000, id="a", households=3, cell="X", community="C"),
        square(500_020, 4_400_000, id=7, households=0, cell="Y", community="C"),
    ]
    system = {"type": "name", "properties": {"name": "EPSG:4548"}}
    whole = {"type": "FeatureCollection", "crs": system, "features": features}
    path = tmp_path / "buildings.geojson"
    path.write_text(json.dumps(whole), encoding="utf-8")
    frame = geopandas.GeoDataFrame.from_features(features, crs="EPSG:4548")

    found = building_map(whole)

    assert found.ids == ("7", "a", "b")
    assert found.weight.tolist() == [0, 3, 4]
    assert found.crs == "EPSG:4548"
    assert found.x.tolist() == [500_030, 500_010, 500_050]
    assert [outline.area for outline in found.outlines] == [400, 400, 400]
    assert told(found)["pairs"] == [(0, 1), (0, 2)]
    assert told(found)["kind"] == ["compound line"] * 2
    assert told(building_map(path)) == told(building_map(str(path))) == told(found)
    assert told(building_map(frame)) == told(found)


def test_geojson_points_are_what_columns_say():
    """Points with numbers are the same map as columns with these positions."""
    pytest.importorskip("shapely")
    places = [(0, 0), (30, 5), (60, 0), (30, 40)]
    features = [
        {
            "type": "Feature",
            "id": f"p{at}",
            "properties": {"weight": at + 1},
            "geometry": {"type": "Point", "coordinates": place},
        }
        for at, place in enumerate(places)
    ]
    columns = {"id": ["p0", "p1", "p2", "p3"], "weight": [1, 2, 3, 4]}
    columns |= {"x": [0, 30, 60, 30], "y": [0, 5, 0, 40]}

    found = told(building_map({"type": "FeatureCollection", "features": features}))

    assert found.pop("notes") == ("no reference system is named; positions were taken as metres",)
    assert found.items() < told(building_map(columns)).items()


def test_problems_of_geojson_name_features():
    """What cannot be counted is named by its feature."""
    pytest.importorskip("shapely")
    features = [square(0, 0, id="a", households=-3), square(20, 0, id="a", households=2.5)]
    with pytest.raises(StructureError) as caught:
        building_map({"type": "FeatureCollection", "features": features})

    assert [str(each).partition(";")[0] for each in caught.value.problems] == [
        (
            "features[0]:households: error[GT537]: households of unit 'a' cannot be counted: "
            "'-3' is negative"
        ),
        (
            "features[1]:households: error[GT537]: households of unit 'a' cannot be counted: "
            "'2.5' is not whole"
        ),
        "features[1]:id: error[GT540]: unit 'a' stands twice",
    ]


def river(east, **properties):
    shape = {"type": "LineString", "coordinates": [[east, -90], [east, 90]]}
    return {"type": "Feature", "properties": properties, "geometry": shape}


@pytest.mark.parametrize(
    "line",
    [
        {"waterway": "river"},
        {"railway": "rail", "bridge": "yes", "layer": "1"},
        {"kind": "围墙"},
        {"other_tags": '"barrier"=>"fence"'},
    ],
)
def test_lines_in_a_map_of_buildings_are_barriers(tmp_path, line):
    """One file of buildings and lines is enough; it may also be handed in as both."""
    pytest.importorskip("shapely")
    features = [square(30 * at, 0, id=f"h{at}", households=5, building="yes") for at in range(3)]
    features += [river(25, **line), river(55, highway="residential"), river(55, highway="footway")]
    path = tmp_path / "all.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    found = building_map(str(path))

    assert told(found)["pairs"] == [(1, 2)]
    assert "1 features of the map are lines that part buildings, and count as barriers" in (
        found.notes
    )
    assert told(building_map(str(path), barriers=str(path)))["pairs"] == [(1, 2)]
    assert told(building_map(str(path), barriers=None))["pairs"] == [(0, 1), (1, 2)]
    other = {"type": "FeatureCollection", "features": [river(55, waterway="canal")]}
    assert told(building_map(str(path), barriers=other))["pairs"] == []


def test_of_several_files_of_lines_some_may_name_their_system():
    """What GDAL writes names a system, what Overpass writes does not; both are degrees."""
    pytest.importorskip("pyproj")
    shapely = pytest.importorskip("shapely")
    units = {"id": ["a", "b", "c"], "households": [1, 2, 3], "y": [39.9] * 3}
    units["x"] = [116.3, 116.3004, 116.3008]
    lines = [
        {"type": "LineString", "coordinates": [[x, 39], [x, 40]]} for x in (116.3002, 116.3006)
    ]
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    found = building_map(units, crs=4326, barriers=[lines[0], lines[1] | {"crs": named}])
    assert len(found.neighbors) == 0
    frame = pytest.importorskip("geopandas").GeoSeries(
        [shapely.LineString(line["coordinates"]) for line in lines[:1]], crs=4326
    )
    here = building_map(units, crs=4326)
    wall = shapely.LineString([(here.x[1] + 9, here.y[1] - 99), (here.x[1] + 9, here.y[1] + 99)])
    assert len(building_map(here_as(here), barriers=[frame, wall]).neighbors) == 0


def here_as(units):
    """Return a map as a frame in the metres that it is in."""
    geopandas = pytest.importorskip("geopandas")
    columns = {"id": units.ids, "households": units.weight}
    places = geopandas.points_from_xy(units.x, units.y)
    return geopandas.GeoDataFrame(columns, geometry=places, crs=units.metric)


def test_faults_of_features_and_of_units_are_told_together():
    """Who mends a file wants to know of everything at once, and of nothing twice."""
    pytest.importorskip("shapely")
    features = [
        square(0, 0, id="a", households=-3),
        square(40, 0, id="b", households=2) | {"geometry": {"type": "MultiPolygon"}},
        square(80, 0, households=2),
        square(120, 0, id=1.5, households=2),
        square(160, 0, id="e", households=2)
        | {"geometry": {"type": "MultiPolygon", "coordinates": [[]]}},
        river(25, waterway="river") | {"geometry": {"type": "LineString", "coordinates": [[1, 1]]}},
        7,
    ]
    with pytest.raises(StructureError) as caught:
        building_map({"type": "FeatureCollection", "features": features})

    assert [(each.where.record[:11], each.code) for each in caught.value.problems] == [
        ("features[0]", "GT537"),
        ("features[1]", "GT524"),
        ("features[2]", "GT529"),
        ("features[3]", "GT530"),
        ("features[4]", "GT525"),
        ("features[5]", "GT527"),
        ("features[6]", "GT524"),
    ]


def test_a_property_that_was_probably_meant_is_told():
    """A compound that is written otherwise would be a border that nobody keeps to."""
    pytest.importorskip("shapely")
    units = [square(0, 0, id="a", households=3, compund="X", height=9)]
    with pytest.raises(StructureError, match="did you mean 'compound'") as caught:
        building_map({"type": "FeatureCollection", "features": units})
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(
    "features",
    [[], [{"type": "Feature", "properties": {"highway": "primary"}, "geometry": None}]],
)
def test_a_map_without_buildings_is_told_once(features):
    """No building is one fault, not also a column that is missing."""
    pytest.importorskip("shapely")
    with pytest.raises(StructureError) as caught:
        building_map({"type": "FeatureCollection", "features": features})
    assert {each.code for each in caught.value.problems} <= {"GT535", "GT525"}


def test_positions_that_some_lack():
    """Without listed pairs they are faults, each told once; with them, the map says so."""
    units = {"id": ["a", "b", "c"], "households": [1, 2, 3], "x": [0, None, "5"], "y": [0, 1, 1]}
    with pytest.raises(StructureError) as caught:
        building_map(units)
    assert [str(each).partition(";")[0] for each in caught.value.problems] == [
        "units[1]:x: error[GT547]: x of unit 'b' is no position: nothing is given",
        "units[2]:x: error[GT547]: x of unit 'c' is no position: '5' is of type str",
    ]
    units["x"][2] = 5
    found = building_map(units, pairs=[("a", "b")])
    assert found.x is None
    assert list(found.notes) == [
        "1 units have no position; the map is made without those of the others"
    ]


def test_positions_of_two_kinds_are_told():
    """Degrees among metres, or where metres are named, are no silent matter."""
    degrees = {"id": ["a", "b", "c"], "households": [1, 2, 3], "y": [39.9, 39.9, 39.9]}
    degrees["x"] = [116.3, 116.3002, 116.3004]
    pytest.importorskip("pyproj")
    (note,) = building_map(degrees, crs="EPSG:32650").notes
    assert "look like degrees, but EPSG:32650 is in metres" in note

    mixed = {name: [*cells, cells[0]] for name, cells in degrees.items()}
    mixed |= {"id": ["a", "b", "c", "d"], "x": [*degrees["x"], 500_000]}
    mixed["y"][3] = 4_400_000
    assert any("3 positions look like degrees" in note for note in building_map(mixed).notes)


# -- what lies between ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ({}, ["compound line"]),
        ({"soft": False, "kind": "inner"}, [None]),
        ({"soft": False}, [None]),
        ({"kind": "inner"}, [None]),
        ({"soft": True}, ["compound line"]),
        ({"soft": True, "kind": "county line"}, ["county line"]),
        ({"kind": "county line"}, ["county line"]),
        ({"kind": "主干道"}, ["main road"]),
        ({"kind": "wall"}, []),
        ({"kind": "river", "soft": False}, []),
        ({"kind": "wall", "soft": True}, ["wall"]),
        ({"kind": ""}, ["compound line"]),
    ],
)
def test_what_a_source_says_of_a_line_counts(said, kinds):
    """A pair has the line that the source names, and else that of its compounds."""
    units = [{"id": "a", "weight": 1, "cell": "X"}, {"id": "b", "weight": 1, "cell": "Y"}]

    assert told(building_map(units, pairs=[{"u": "a", "v": "b"} | said]))["kind"] == kinds


def test_listed_pairs_have_the_distance_between_positions():
    """A length that nobody gives is that between the two positions."""
    units = {"id": [1, 2, 3], "weight": [1, 1, 1], "x": [0, 30, 30], "y": [0, 0, 40]}
    pairs = [{"u": 1, "v": 2}, {"u": 2, "v": 3, "length": 55}]

    assert building_map(units, pairs=pairs).neighbors.length.tolist() == [30, 55]


def test_barriers_part_listed_pairs_too():
    """A wall between two buildings is not crossed, whoever lists them as neighbors."""
    shapely = pytest.importorskip("shapely")
    units = {"id": ["a", "b", "c"], "weight": [1, 1, 1], "x": [0, 30, 60], "y": [0, 0, 0]}
    wall = shapely.LineString([(15, -50), (15, 50)])
    found = building_map(units, pairs=[("a", "b"), ("b", "c")], barriers=[(wall, "wall")])

    assert told(found)["pairs"] == [(1, 2)]


def test_notes_say_what_was_assumed():
    """Units with nothing to count, and pairs across communities, are counted in the notes."""
    units = {
        "id": ["a", "b", "c"],
        "households": [0, 5.0, 7],
        "community": ["C-1", "C-2", None],
    }
    found = building_map(units, pairs=[("a", "b"), ("b", "c")])

    assert len(found.neighbors) == 0
    assert list(found.notes) == [
        "1 units have no households",
        "1 units are in no community and stay by themselves",
        "2 listed pairs join two communities and are no neighbors",
    ]


def test_a_map_says_in_a_line_what_it_holds():
    """The line counts units, what is counted, communities, compounds and pairs."""
    units = {"id": ["a", "b"], "residents": [1200, 5], "community": ["C", "C"], "cell": ["X", None]}
    found = building_map(units, count="residents", pairs=[("a", "b")])

    assert repr(found) == (
        "<BuildingMap: 2 units, 1,205 residents, 1 community, 1 compound, 1 pair>"
    )
    assert building_map(found) is found


# -- bad input -----------------------------------------------------------------------------------

UNITS = {"id": ["a", "b"], "households": [1, 2]}
PAIR = [("a", "b")]


@pytest.mark.parametrize(
    ("units", "options", "said"),
    [
        ([], {}, ["units: error[GT535]: there is no building to divide"]),
        (
            {"id": ["a", "b", "c", "d", "e"], "households": [-1, 3.5, None, True, "9"]},
            {"pairs": []},
            [
                (
                    "units[0]:households: error[GT537]: households of unit 'a' cannot be "
                    "counted: '-1' is negative"
                ),
                (
                    "units[1]:households: error[GT537]: households of unit 'b' cannot be "
                    "counted: '3.5' is not whole"
                ),
                (
                    "units[2]:households: error[GT537]: households of unit 'c' cannot be "
                    "counted: nothing is given"
                ),
                (
                    "units[3]:households: error[GT537]: households of unit 'd' cannot be "
                    "counted: 'True' is of type bool"
                ),
                (
                    "units[4]:households: error[GT537]: households of unit 'e' cannot be "
                    "counted: '9' is of type str"
                ),
            ],
        ),
        (
            {"id": ["a", "b"], "weight": np.array([np.nan, np.inf])},
            {"pairs": []},
            [
                (
                    "units[0]:weight: error[GT537]: weight of unit 'a' cannot be counted: "
                    "nothing is given"
                ),
                (
                    "units[1]:weight: error[GT537]: weight of unit 'b' cannot be counted: "
                    "'inf' is not finite"
                ),
            ],
        ),
        (
            {"id": ["a", "b"], "weight": [2**52, 2**53]},
            {"pairs": []},
            [
                (
                    "units[0]:weight: error[GT539]: the units add up to "
                    "13,510,798,882,111,488, above 2^53"
                )
            ],
        ),
        (
            {"id": ["a"], "weight": [0]},
            {},
            ["units[0]:weight: error[GT538]: column 'weight' is 0 for every unit"],
        ),
        (
            {"id": [1, "1", 2.0, True, None, "a\tb"], "weight": [1] * 6},
            {"pairs": []},
            [
                "units[1]:id: error[GT540]: unit '1' stands twice; first in units[0]",
                (
                    "units[2]:id: error[GT541]: this cannot be the id of a unit: '2.0' is of "
                    "type float"
                ),
                (
                    "units[3]:id: error[GT541]: this cannot be the id of a unit: 'True' is "
                    "of type bool"
                ),
                "units[4]:id: error[GT541]: this cannot be the id of a unit: nothing is given",
                (
                    "units[5]:id: error[GT541]: this cannot be the id of a unit: it holds a "
                    "control character, U+0009"
                ),
            ],
        ),
        (
            UNITS,
            {"pairs": [("a", "b"), ("B", "a"), ("a", "a"), (1.0, "b"), ("a", None)]},
            [
                "pairs[1]:u: error[GT542]: the pair names 'B', which is no unit; did you mean 'b'?",
                "pairs[2]: error[GT543]: 'a' is listed as its own neighbor",
                "pairs[3]:u: error[GT544]: this is no pair of units: u: '1.0' is of type float",
                "pairs[4]:v: error[GT544]: this is no pair of units: v: nothing is given",
            ],
        ),
        (
            UNITS,
            {"pairs": [{"u": "a", "v": "b", "length": -3, "soft": "no"}]},
            [
                "pairs[0]:length: error[GT544]: this is no pair of units: length: '-3' is negative",
                "pairs[0]:soft: error[GT544]: this is no pair of units: soft: 'no' is of type str",
            ],
        ),
        (
            UNITS,
            {"pairs": [("a", "b", "c"), 7]},
            [
                "pairs[0]: error[GT544]: this is no pair of units: it has 3 ids, not two",
                "pairs[1]: error[GT544]: this is no pair of units: it is of type int",
            ],
        ),
        (
            UNITS,
            {"pairs": [{"u": "a", "w": "b"}]},
            ["pairs[0]:v: error[GT544]: this is no pair of units: v: nothing is given"],
        ),
        (
            UNITS | {"comunity": ["C", "D"], "owner": ["x", "y"]},
            {"pairs": PAIR},
            [
                (
                    "units[0]:comunity: error[GT116]: units has no field 'comunity'; did you "
                    "mean 'community'?"
                )
            ],
        ),
        (
            {"id": ["a", "b"], "population": [1, 2]},
            {"pairs": PAIR},
            ["units[0]: error[GT536]: there is no column 'households / weight'"],
        ),
        (
            {"id": ["a", "b"], "households": [1]},
            {"pairs": []},
            [
                (
                    "units[0]:households: error[GT117]: column 'households' has 1 cells "
                    "where the table has 2 rows"
                )
            ],
        ),
        (
            {
                "id": ["a", "b", "c"],
                "weight": [1, 1, 1],
                "compound": ["X"] * 3,
                "community": ["C", "D", "C"],
            },
            {"pairs": []},
            [
                (
                    "units[1]:community: error[GT545]: unit 'b' is said to be in community 'D', "
                    "but its compound 'X' is in 'C'"
                )
            ],
        ),
        (UNITS, {}, ["units: error[GT549]: nothing says which units lie beside which"]),
        (
            UNITS | {"x": [0, "east"], "y": [0, float("inf")]},
            {"pairs": PAIR},
            [
                "units[1]:x: error[GT547]: x of unit 'b' is no position: 'east' is of type str",
                "units[1]:y: error[GT547]: y of unit 'b' is no position: 'inf' is not finite",
            ],
        ),
        (
            UNITS | {"x": [0, 1]},
            {"pairs": PAIR},
            ["units[0]: error[GT536]: there is no column 'y'"],
        ),
        (
            UNITS | {"compound": [1.5, "X"]},
            {"pairs": PAIR},
            [
                (
                    "units[0]:compound: error[GT548]: compound of unit 'a' cannot be used: "
                    "'1.5' is of type float"
                )
            ],
        ),
        (
            [{"id": "a", "weight": -2}, {"id": "a", "weight": 0}],
            {"pairs": [("a", "z")]},
            [
                "pairs[0]:v: error[GT542]: the pair names 'z', which is no unit",
                (
                    "units[0]:weight: error[GT537]: weight of unit 'a' cannot be counted: "
                    "'-2' is negative"
                ),
                "units[1]:id: error[GT540]: unit 'a' stands twice; first in units[0]",
            ],
        ),
    ],
)
def test_bad_input_is_named_all_at_once(units, options, said):
    """Every problem is told with its place, sorted, in one exception."""
    with pytest.raises(StructureError) as caught:
        building_map(units, **options)

    problems = caught.value.problems
    assert [str(each)[: len(text)] for each, text in zip(problems, said, strict=True)] == said
    assert all(each.text("zh") != each.text("en") for each in problems)


def test_problems_of_a_graph_name_nodes_and_edges():
    """A node or an edge is named as networkx names it."""
    graph = nx.Graph()
    graph.add_node("a", weight=1)
    graph.add_node((1, 2), weight=-1)
    graph.add_edge("a", "a")
    with pytest.raises(StructureError) as caught:
        building_map(graph)

    assert [str(each).partition(";")[0] for each in caught.value.problems] == [
        "edges['a', 'a']: error[GT543]: 'a' is listed as its own neighbor",
        (
            "nodes[(1, 2)]:id: error[GT541]: this cannot be the id of a unit: '(1, 2)' is of "
            "type tuple"
        ),
        "nodes[(1, 2)]:weight: error[GT537]: weight of unit '' cannot be counted: '-1' is negative",
    ]


def test_a_structure_that_contradicts_itself_is_refused():
    """A building whose grid and compound lie in two communities has a place in neither."""
    rows = [
        Community(id="C"),
        Community(id="D"),
        Compound(id="X", community="C"),
        Grid(id="N", community="D"),
        Building(id="B", compound="X", grid="N", households=3),
    ]
    with pytest.raises(StructureError, match=r"GT545.*'B' is said to be in community 'D'"):
        building_map(Hierarchy.from_records(rows))


def test_two_reference_systems_are_refused():
    """A system beside a structure that names another one is a contradiction."""
    pytest.importorskip("pyproj")
    with pytest.raises(StructureError, match="GT546"):
        building_map(town_of_two(reference_system="EPSG:4548"), crs="EPSG:4326")


def test_a_structure_without_occupancy_counts_no_occupied_households():
    """Where nobody says who lives there, it cannot be counted."""
    rows = [Building(id="B", households=3), Compound(id="X")]
    with pytest.raises(StructureError, match=r"GT536.*'occupancy'"):
        building_map(Hierarchy.from_records(rows), count="occupied")


@pytest.mark.parametrize(
    ("units", "options", "match"),
    [
        (UNITS, {"count": "household"}, "count is 'household'; did you mean 'households'"),
        (UNITS, {"count": "cars"}, "one of households, occupied, residents"),
        (7, {}, "units is a int"),
        ([("a", 1)], {}, "units holds a tuple"),
        ({"id": 7}, {}, "column 'id' of units is a int"),
        (UNITS, {"pairs": "ab"}, "pairs is a text"),
        (UNITS, {"pairs": 7}, "pairs is a int"),
        (UNITS, {"pairs": PAIR, "reach": 5}, "reach is for neighbors that are found"),
        (UNITS, {"reach": -5}, "reach is -5"),
        (UNITS, {"reach": "far"}, "reach is 'far'"),
        (UNITS, {"reach": True}, "reach is True"),
        (pd.DataFrame([[1, 2, 3]], columns=["id", "households", "id"]), {}, "two columns 'id'"),
        (UNITS, {"largest": 0}, "largest is 0"),
        (UNITS, {"pairs": PAIR, "barriers": [1]}, "barriers need units whose positions"),
        (UNITS, {"pairs": PAIR, "crs": "moon"}, "crs is 'moon'"),
    ],
)
def test_wrong_arguments_are_named(units, options, match):
    """An argument that nothing can be made of is refused by name."""
    with pytest.raises(OutOfRangeError, match=match):
        building_map(units, **options)


@pytest.mark.parametrize("labels", [[0], [[0, 1]], [0.5, 1.0]])
def test_parts_need_a_label_a_unit(labels):
    """Parts of a map are whole numbers or names, one a unit."""
    with pytest.raises(OutOfRangeError, match="labels"):
        building_map(UNITS, pairs=PAIR).within(labels)
