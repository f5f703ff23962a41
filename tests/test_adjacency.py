"""Who lies beside whom: positions, outlines, lines between, numbers."""

from __future__ import annotations

import numpy as np
import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st

from govtree._adjacency import (
    Barriers,
    Neighbors,
    Projection,
    cross,
    crossing_compounds,
    find_neighbors,
    parts_of,
    points_of,
)
from govtree._adjacency._geometry import triangulated
from govtree._adjacency._kinds import KNOWN, kind_of, kind_of_tags
from govtree._adjacency._numbers import number_key, pairs_by_number
from govtree.errors import OutOfRangeError, StructureError

shapely = pytest.importorskip("shapely")
pytest.importorskip("scipy")

coordinate = st.integers(-40, 40).map(lambda number: number * 5.0)
places = st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=25)
lines = st.lists(
    st.tuples(coordinate, coordinate, coordinate, coordinate).filter(
        lambda ends: ends[:2] != ends[2:]
    ),
    min_size=1,
    max_size=4,
)


def pairs_of(neighbors):
    return list(zip(neighbors.u.tolist(), neighbors.v.tolist(), strict=True))


def columns(points):
    return np.array(points, float).reshape(-1, 2).T


def drawn(ends):
    return [shapely.LineString([each[:2], each[2:]]) for each in ends]


def boxes(points, size=2.0):
    x, y = columns(points)
    return shapely.box(x - size, y - size, x + size, y + size)


# Positions


@settings(max_examples=many(60))
@given(places)
def test_any_positions_hang_together(points):
    """Without barriers and reach everything is one part, whatever the positions."""
    found, _ = find_neighbors(*columns(points))

    assert parts_of(len(points), found.u, found.v)[0] == 1
    assert (found.u < found.v).all()


@settings(max_examples=many(60))
@given(st.sets(st.tuples(coordinate, coordinate), min_size=1, max_size=25), st.randoms())
def test_the_order_of_units_makes_no_difference(points, random):
    """The same places in another order have the same pairs."""
    points = sorted(points)
    other = points.copy()
    random.shuffle(other)
    found = [
        {
            frozenset((each[one], each[two]))
            for one, two in pairs_of(find_neighbors(*columns(each))[0])
        }
        for each in (points, other)
    ]

    assert found[0] == found[1]


@settings(max_examples=many(40))
@given(places, st.floats(0, 200))
def test_no_pair_is_longer_than_reach(points, reach):
    """A length limit that is given is kept, even where something is cut off."""
    found, _ = find_neighbors(*columns(points), reach=reach)

    assert (found.length <= reach).all()


@pytest.mark.parametrize(
    ("points", "pairs"),
    [
        ([], []),
        ([(0, 0)], []),
        ([(0, 0), (0, 0)], [(0, 1)]),
        ([(0, 0), (9, 0)], [(0, 1)]),
        ([(0, 0), (20, 0), (10, 0)], [(0, 2), (1, 2)]),
        ([(0, 0), (9, 0), (0, 9)], [(0, 1), (0, 2), (1, 2)]),
        ([(0, 0), (0, 0), (9, 0), (9, 0)], [(0, 1), (0, 2), (0, 3), (1, 2), (2, 3)]),
        ([(5e6, 4e6), (5e6, 4e6 + 9), (5e6, 4e6 + 18), (5e6, 4e6 + 27)], [(0, 1), (1, 2), (2, 3)]),
    ],
)
def test_few_positions_or_a_line_of_them(points, pairs):
    """One to three positions, several at one place, and a line of them have their pairs."""
    u, v = triangulated(*columns(points))

    assert list(zip(u.tolist(), v.tolist(), strict=True)) == pairs


def test_all_units_at_one_place():
    """Of a thousand units at one place each is beside a few, and any run of them is one part."""
    found, _ = find_neighbors(np.full(1_000, 7.0), np.full(1_000, 7.0))

    assert parts_of(1_000, found.u, found.v)[0] == 1
    assert np.bincount(np.concatenate([found.u, found.v])).max() == 8
    inside = (found.u >= 300) & (found.v < 600)
    assert parts_of(300, found.u[inside] - 300, found.v[inside] - 300)[0] == 1


def test_a_far_village_is_reached_once():
    """Two villages two kilometres apart are joined by the shortest pair, and it is said."""
    here = [(east * 20, north * 20) for east in range(5) for north in range(5)]
    there = [(east + 2_000, north) for east, north in here]
    found, notes = find_neighbors(*columns(here + there))

    across = [(u, v) for u, v in pairs_of(found) if u < 25 <= v]
    assert len(across) == 1
    assert "1 pairs are long, up to 1,920 m" in notes[0].replace("1920", "1,920")
    assert parts_of(50, found.u, found.v)[0] == 1


def test_units_that_are_kept_apart():
    """Units of two communities are never neighbors, and each community hangs together."""
    points = [(east * 10, 0) for east in range(10)]
    apart = [0, 1] * 5
    found, _ = find_neighbors(*columns(points), apart=apart)

    assert all(apart[u] == apart[v] for u, v in pairs_of(found))
    assert parts_of(10, found.u, found.v)[0] == 2


@pytest.mark.parametrize("reach", [-1, float("nan"), float("inf")])
def test_reach_has_its_range(reach):
    """A reach is metres, 0 or more."""
    with pytest.raises(OutOfRangeError, match="reach"):
        find_neighbors(np.zeros(2), np.zeros(2), reach=reach)


# Barriers


@settings(max_examples=many(60))
@given(places, lines)
def test_no_pair_crosses_a_hard_line(points, ends):
    """The straight line of a pair never gets to the other side of a wall."""
    x, y = columns(points)
    walls = drawn(ends)
    found, _ = find_neighbors(x, y, barriers=Barriers.of(walls, "wall"))

    for u, v in pairs_of(found):
        seen = shapely.LineString([(x[u], y[u]), (x[v], y[v])])
        assert not any(seen.crosses(wall) for wall in walls)


@settings(max_examples=many(40))
@given(places, lines)
def test_a_pair_over_a_soft_line_says_so(points, ends):
    """Soft lines part nothing, and every pair across one has its kind."""
    x, y = columns(points)
    roads = drawn(ends)
    found, _ = find_neighbors(x, y, barriers=Barriers.of(roads, "main road"))

    assert pairs_of(found) == pairs_of(find_neighbors(x, y)[0])
    for (u, v), soft in zip(pairs_of(found), found.soft, strict=True):
        seen = shapely.MultiPoint([(x[u], y[u]), (x[v], y[v])]).convex_hull
        assert soft == any(seen.intersects(road) for road in roads)


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_cut_off_that_can_be_seen(seed):
    """Behind a wall that ends, units are found past its end."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 1_000, (2, 400))
    walls = [shapely.LineString([(at, 0), (at, 800)]) for at in range(100, 1_000, 100)]
    found, notes = find_neighbors(x, y, barriers=Barriers.of(walls, "wall"))

    assert parts_of(400, found.u, found.v)[0] == 1
    assert notes[0].endswith("pairs that a barrier parts are left out: wall")
    assert notes[0].said("zh").endswith("围墙")


def test_a_closed_wall_is_an_island():
    """What a wall encloses is a part of its own."""
    points = [(east * 10, north * 10) for east in range(7) for north in range(7)]
    ring = shapely.box(15, 15, 45, 45).exterior
    found, _ = find_neighbors(*columns(points), barriers=Barriers.of([ring], "wall"))
    count, part = parts_of(49, found.u, found.v)

    assert count == 2
    assert sorted(np.bincount(part)) == [9, 40]


def test_an_area_parts_as_its_edge_does():
    """A lake parts its shores; who stands inside of it is beside others inside."""
    points = [(0, 0), (10, 0), (20, 0), (30, 0)]
    lake = shapely.box(5, -50, 25, 50)
    found, _ = find_neighbors(*columns(points), barriers=Barriers.of([lake], "water"))

    assert pairs_of(found) == [(1, 2)]


def test_a_unit_on_the_line_lies_on_one_side():
    """A unit whose point lies on a wall is no way through it."""
    found, _ = find_neighbors(
        *columns([(0, 0), (10, 0), (20, 0)]),
        barriers=Barriers.of([shapely.LineString([(10, -9), (10, 9)])], "wall"),
    )

    assert pairs_of(found) == [(1, 2)]


def test_a_wall_that_leans_on_a_building():
    """A wall that ends at a building does not part it from the one in front of it."""
    outlines = boxes([(0, 0), (20, 0)], 5)
    x, y = points_of(outlines)
    leaning = Barriers.of([shapely.LineString([(-50, 5), (5, 5)])], "wall")
    between = Barriers.of([shapely.LineString([(10, -50), (10, 50)])], "wall")

    assert len(find_neighbors(x, y, outlines=outlines, barriers=leaning)[0]) == 1
    assert len(find_neighbors(x, y, outlines=outlines, barriers=between)[0]) == 0


def test_a_line_through_a_building_puts_it_on_the_side_of_its_point():
    """A wall drawn through a building leaves it with the neighbors on the side of its middle."""
    outlines = boxes([(0, 0), (20, 0), (40, 0)], 5)
    wall = Barriers.of([shapely.LineString([(17, -50), (17, 50)])], "wall")
    found, _ = find_neighbors(*points_of(outlines), outlines=outlines, barriers=wall)

    assert pairs_of(found) == [(1, 2)]


def test_pairs_that_are_given_are_crossed_too():
    """Barriers apply to neighbors from anywhere; a pair that crosses nothing keeps its kind."""
    given_pairs = Neighbors.of(3, [0, 1, 0], [1, 2, 2], kind=["park", "park", None])
    x, y = columns([(0, 0), (10, 0), (0, 10)])
    barriers = Barriers.of(
        [shapely.LineString([(5, -1), (5, 1)]), shapely.LineString([(-1, 5), (1, 5)])],
        ["wall", "main road"],
    )
    found, notes = cross(given_pairs, x, y, barriers)

    assert pairs_of(found) == [(0, 2), (1, 2)]
    assert [found.kinds[kind] for kind in found.kind] == ["main road", "park"]
    assert notes == ("1 pairs that a barrier parts are left out: wall",)


def test_the_lines_of_compounds_are_soft():
    """A pair of two compounds, or of one and the street, crosses a line; others keep theirs."""
    found = crossing_compounds(
        Neighbors.of(4, [0, 1, 2], [1, 2, 3], kind=[None, "main road", None]),
        np.array([0, 0, 1, -1], np.int32),
    )

    assert [found.kinds[kind] if kind >= 0 else "" for kind in found.kind] == [
        "",
        "main road",
        "compound line",
    ]


def test_barriers_in_another_system():
    """Barriers that name their system are brought into that of the units."""
    way = Projection.of(np.array([116.30, 116.31]), np.array([39.9, 39.9]), "gcj02")
    line = shapely.LineString([(116.3, 39.9), (116.31, 39.9)])
    unnamed = Barriers.of([line]).projected(way)
    named = Barriers.of([line], crs="EPSG:4326").projected(way)

    assert unnamed.shapes[0].distance(named.shapes[0]) > 100
    assert unnamed.shapes[0].coords[0] == pytest.approx(
        tuple(each[0] for each in way.points([116.3], [39.9]))
    )


@pytest.mark.parametrize(
    ("units", "line", "crs"),
    [
        (None, [(116.3, 39.9), (116.31, 39.9)], "EPSG:4326"),
        ("EPSG:4548", [(116.3, 39.9), (116.31, 39.91)], None),
        ("EPSG:4326", [(454_000, 4_400_000), (455_000, 4_400_000)], None),
    ],
)
def test_mixed_systems_are_refused(units, line, crs):
    """Barriers whose numbers cannot be in the system of the units are refused."""
    x, y = ([116.3], [39.9]) if units == "EPSG:4326" else ([454_000.0], [4_400_000.0])
    way = Projection.of(np.array(x), np.array(y), units)

    with pytest.raises(StructureError, match="GT521"):
        Barriers.of([shapely.LineString(line)], crs=crs).projected(way)


def test_barriers_with_bad_numbers_are_refused():
    """A line with a number that is no position is told by its place."""
    way = Projection.of(np.array([0.0]), np.array([0.0]), None)
    lines_with_bad = [
        shapely.LineString([(0, 0), (1, 1)]),
        shapely.LineString([(0, 0), (1e308, 1)]),
    ]

    with pytest.raises(StructureError, match=r"barriers\[1\].*GT522"):
        Barriers.of(lines_with_bad).projected(way)


def test_barriers_that_lie_elsewhere_are_warned_of():
    """Lines in degrees beside units in metres, with no system named, part nothing: it is said."""
    far = Barriers.of([shapely.LineString([(116.3, 39.9), (116.4, 39.9)])], "wall")
    x, y = columns([(454_000, 4_400_000), (454_010, 4_400_000)])

    assert "none of the 1 barriers lies near the units" in find_neighbors(x, y, barriers=far)[1][0]
    assert find_neighbors(x, y, barriers=Barriers.of([shapely.LineString()]))[1] == ()


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("wall", ("wall", True)),
        ("围墙", ("wall", True)),
        ("河流", ("river", True)),
        ("铁路", ("railway", True)),
        ("Main Road", ("main road", False)),
        ("main_road", ("main road", False)),
        ("主干道", ("main road", False)),
        ("小区边界", ("compound line", False)),
        ("hedgehog", None),
        (None, None),
    ],
)
def test_words_for_barriers(word, found):
    """Words of the field, in two languages, say what a line is."""
    assert kind_of(word) == found


def test_every_kind_names_itself():
    """The name of a kind is a word for it."""
    assert [kind_of(each)[0] for each in KNOWN] == list(KNOWN)


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ({"waterway": "river"}, ("river", True)),
        ({"waterway": "stream", "tunnel": "culvert"}, None),
        ({"railway": "rail"}, ("railway", True)),
        ({"railway": "abandoned"}, None),
        ({"railway": "subway", "layer": "-2"}, None),
        ({"barrier": "wall"}, ("wall", True)),
        ({"barrier": "gate"}, None),
        ({"natural": "water"}, ("water", True)),
        ({"highway": "primary"}, ("main road", False)),
        ({"highway": "trunk_link"}, ("main road", False)),
        ({"highway": "residential"}, None),
        ({"highway": 5}, None),
        ({}, None),
    ],
)
def test_tags_of_openstreetmap(tags, found):
    """Tags say what is a barrier, and that what lies below ground is none."""
    assert kind_of_tags(tags) == found


def test_barriers_have_words_that_are_known():
    """An unknown word needs to be told hard or soft; as many words as barriers are given."""
    line = shapely.LineString([(0, 0), (1, 1)])

    with pytest.raises(OutOfRangeError, match="hedgehog"):
        Barriers.of([line], "hedgehog")
    assert Barriers.of([line], "hedgehog", hard=False).hard.tolist() == [False]
    with pytest.raises(OutOfRangeError, match="1 barriers have 2 kinds"):
        Barriers.of([line], ["wall", "wall"])


# Outlines


@settings(max_examples=many(40))
@given(st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=20, unique=True))
def test_every_touching_pair_is_found(points):
    """Outlines that touch or overlap are neighbors, whatever lies around them."""
    outlines = boxes(points, 3)
    found, _ = find_neighbors(*points_of(outlines), outlines=outlines)
    beside = set(pairs_of(found))

    for one in range(len(points)):
        for other in range(one + 1, len(points)):
            if outlines[one].intersects(outlines[other]):
                assert (one, other) in beside


def test_reach_is_from_outline_to_outline():
    """Two long buildings four metres apart are within five metres of one another."""
    outlines = np.array([shapely.box(0, 0, 60, 10), shapely.box(64, 0, 124, 10)])
    x, y = points_of(outlines)

    assert len(find_neighbors(x, y, outlines=outlines, reach=5)[0]) == 1
    assert len(find_neighbors(x, y, outlines=outlines, reach=3)[0]) == 0


def test_a_building_in_a_courtyard():
    """What stands in a courtyard is beside what is built around it; its point is inside."""
    around = shapely.box(0, 0, 100, 100).difference(shapely.box(20, 20, 80, 80))
    outlines = np.array([around, shapely.box(45, 45, 55, 55), shapely.box(120, 40, 140, 60)])
    x, y = points_of(outlines)
    found, _ = find_neighbors(x, y, outlines=outlines)

    assert shapely.contains_xy(around, x[0], y[0])
    assert {(0, 1), (0, 2)} <= set(pairs_of(found))


def test_outlines_that_are_all_the_same():
    """The same outline several times over is several units at one place."""
    outlines = boxes([(0, 0)] * 5)

    assert len(find_neighbors(*points_of(outlines), outlines=outlines)[0]) == 10


def test_of_houses_in_a_row_each_is_beside_the_next():
    """Who touches a house on its other side is no neighbor, though it is a few metres away."""
    row = np.array([shapely.box(at * 6, 0, at * 6 + 6, 12) for at in range(5)])
    found, _ = find_neighbors(*points_of(row), outlines=row)

    assert pairs_of(found) == [(0, 1), (1, 2), (2, 3), (3, 4)]


def test_a_thin_house_between_hides_what_lies_behind():
    """The shortest line from one to the other has none between, but for a corner."""
    houses = np.array(
        [shapely.box(0, 0, 60, 12), shapely.box(0, 14, 60, 15), shapely.box(0, 17, 60, 30)]
    )
    found, _ = find_neighbors(*points_of(houses), outlines=houses)

    assert pairs_of(found) == [(0, 1), (1, 2)]


@settings(max_examples=many(10))
@given(st.integers(2, 6), st.integers(2, 6))
def test_of_blocks_that_touch_the_eight_around_are_neighbors(wide, high):
    """A board of squares: sides and corners touch, nothing else is near."""
    board = np.array(
        [shapely.box(x * 9, y * 9, x * 9 + 9, y * 9 + 9) for x in range(wide) for y in range(high)]
    )
    found, _ = find_neighbors(*points_of(board), outlines=board)

    at = np.array([(x, y) for x in range(wide) for y in range(high)])
    expected = [
        (u, v)
        for u in range(len(at))
        for v in range(u + 1, len(at))
        if np.abs(at[u] - at[v]).max() == 1
    ]
    assert pairs_of(found) == expected


# Numbers and lists


def test_buildings_in_the_order_of_their_numbers():
    """Each building lies beside the one with the next number in its compound, and it is said."""
    compound = ["X", "X", "Y", "X", "Y", None]
    found, notes = pairs_by_number(compound, ["10号楼", "2号楼", 1, "", "12", "3"])

    assert pairs_of(found) == [(0, 1), (0, 3), (2, 4)]
    assert np.isnan(found.length).all()
    assert len(notes) == 3
    assert notes[1] == "1 buildings have no number and come last"


@pytest.mark.parametrize(
    "numbers",
    [
        ["1", "2", "10"],
        ["一号楼", "2号楼", "十号楼", "十一号楼", "二十号楼", "一百零二号楼"],
        ["3-1", "3-2", "3-10"],
        ["A座", "B座"],
        [1, "1a", 2, None],
        ["１号", "2号", "１０号"],
    ],
)
def test_numbers_are_read_as_people_do(numbers):
    """Building numbers sort by their value, whatever digits they are written in."""
    mixed = [*numbers[1::2], *numbers[::2]]

    assert sorted(mixed, key=number_key) == numbers


@given(st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=8)), max_size=6))
def test_any_number_sorts(numbers):
    """Whatever stands for a number can be compared with any other."""
    sorted(numbers, key=number_key)


def test_twenty_thousand_outlines_with_slivers_overlaps_and_courtyards():
    """Terraces of 160 houses in 125 streets: who shares a wall is a neighbor; all are joined."""
    houses, streets = 160, 125
    at = np.arange(houses * streets)
    west, south = 10.0 * (at % houses), 22.0 * (at // houses)
    # Every seventh house reaches into the next; every thirteenth is a strip of 20 cm.
    wide = np.where(at % 7 == 0, 10.3, 10.0)
    deep = np.where(at % 13 == 0, 0.2, 12.0)
    outlines = shapely.box(west, south, west + wide, south + deep)
    yard = at % 11 == 0
    holes = shapely.box(west + 3, south + 3, west + 6, south + 6)
    outlines[yard] = shapely.difference(outlines[yard], holes[yard])
    middle = shapely.point_on_surface(outlines)
    found, _ = find_neighbors(shapely.get_x(middle), shapely.get_y(middle), outlines=outlines)
    pairs = set(zip(found.u.tolist(), found.v.tolist(), strict=True))
    beside = [(one, one + 1) for one in at[:-1].tolist() if (one + 1) % houses]
    assert pairs >= set(beside)
    assert parts_of(len(at), found.u, found.v)[0] == 1
    assert len(pairs) < 4 * len(at)
