"""A plan of grids: its table, what it breaks, and how two plans differ."""

from __future__ import annotations

import json
import math
import pickle
from collections import Counter

import networkx as nx
import numpy as np
import pytest
from attrs import evolve
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from plans import line_of, plans

from govtree import Building, Community, Compound, Grid, Hierarchy, Household
from govtree.errors import OutOfRangeError, StructureError, UnknownIdError
from govtree.grids import Bounds, Partition, feasibility

pytest.importorskip("scipy")

AROUND_300 = Bounds.around(300, 0.2)


def graph_of(map, *, soft=True):
    """Return the neighbors of a map as an ordinary graph, with or without soft lines."""
    graph = nx.Graph()
    graph.add_nodes_from(range(len(map)))
    pairs = map.neighbors
    for u, v, kind in zip(pairs.u.tolist(), pairs.v.tolist(), pairs.kind.tolist(), strict=True):
        if soft or kind < 0:
            graph.add_edge(u, v, kind=kind)
    return graph


def reached(graph, units):
    return sum(bool(set(units) & part) for part in nx.connected_components(graph))


@settings(max_examples=many(60))
@given(plans())
def test_table_reads_like_its_definitions(drawn):
    """Each column is what its description says, counted one grid at a time."""
    map, labels = drawn
    plan = Partition.from_labels(map, labels)
    table, whole, cells = plan.table, graph_of(map), graph_of(map, soft=False)
    line_free = [(u, v) for u, v, kind in whole.edges(data="kind") if kind < 0]

    for at, grid in enumerate(plan.grids):
        units = [row for row, label in enumerate(labels) if label == grid]
        size = sum(map.weight[units].tolist())
        inside = whole.subgraph(units)
        cut = [e for e in line_free if (labels[e[0]] == grid) != (labels[e[1]] == grid)]
        assert table.units[at] == len(units)
        assert table.size[at] == size
        assert table.priority[at] == sum(map.priority[units].tolist())
        assert table.deviation[at] == size - 300
        assert table.share[at] == pytest.approx((size - 300) / 300)
        assert table.within[at] == (240 <= size <= 360)
        assert table.parts[at] == nx.number_connected_components(inside)
        assert table.cells[at] == reached(cells, units) - 1
        assert table.barriers[at] == reached(whole, units) - 1
        assert table.cut[at] == len(cut)
        assert table.inner[at] == sum(grid in (labels[u], labels[v]) for u, v in line_free)
        lines = Counter(map.neighbors.kinds[k] for _, _, k in inside.edges(data="kind") if k >= 0)
        assert {kind: each[at] for kind, each in table.lines.items() if each[at]} == lines
        homes = {map.communities[map.community[unit]] for unit in units}
        assert set(table.community[at]) == homes


@settings(max_examples=many(60))
@given(plans())
def test_a_plan_is_exhaustive_and_exclusive(drawn):
    """Every unit is in one grid, grids hold units, and sums are those of the map."""
    map, labels = drawn
    plan = Partition.from_labels(map, labels)

    assert list(plan.labels.items()) == list(zip(map.ids, labels, strict=True))
    assert sorted(unit for grid in plan.grids for unit in plan.units_of(grid)) == list(map.ids)
    assert all(plan.units_of(grid) for grid in plan.grids)
    assert plan.table.size.sum() == plan.summary.total == map.weight.sum()
    assert plan.table.units.sum() == plan.summary.units == len(map)
    assert plan.table.priority.sum() == map.priority.sum()
    assert plan.summary.out_of_bounds == (~plan.table.within).sum()
    assert plan.is_within_bounds == (plan.summary.out_of_bounds == 0)
    assert [each.subject for each in plan.violations if each.code == "GT561"] == sorted(
        grid for grid, fits in zip(plan.grids, plan.table.within, strict=True) if not fits
    )


@settings(max_examples=many(40))
@given(plans(), st.randoms(use_true_random=False))
def test_order_and_names_of_labels_make_no_difference(drawn, random):
    """Labels in any order give the same plan, and another name for each the same numbers."""
    map, labels = drawn
    plan = Partition.from_labels(map, labels)
    shuffled = list(plan.labels.items())
    random.shuffle(shuffled)
    code = {grid: at for at, grid in enumerate(random.sample(plan.grids, len(plan)))}

    again = Partition.from_labels(map, dict(shuffled))
    numbered = Partition.drawn(map, [code[label] for label in labels], AROUND_300)

    assert again == plan
    assert hash(again) == hash(plan)
    assert str(again) == str(plan)
    assert numbered.summary == plan.summary
    assert numbered.grid.tolist() == plan.grid.tolist()
    assert numbered.grids == tuple(f"N-{at:03}" for at in range(1, len(plan) + 1))
    assert pickle.loads(pickle.dumps(plan)) == plan


@settings(max_examples=many(40))
@given(plans())
def test_compactness_is_a_share(drawn):
    """Compactness is above 0 and at most 1, or not known where no positions are."""
    map, labels = drawn
    table = Partition.from_labels(map, labels).table

    if map.x is None:
        assert np.isnan(table.compactness).all()
        assert np.isnan(table.walk).all()
    else:
        assert ((table.compactness >= 0) & (table.compactness <= 1)).all()
        assert (table.walk >= 0).all()


@settings(max_examples=many(40))
@given(plans(), st.data())
def test_diff_counts_what_moved(drawn, data):
    """A plan does not differ from itself under other names; moved and stayed make the whole."""
    map, labels = drawn
    plan = Partition.from_labels(map, labels)
    renamed = Partition.from_labels(map, [f"new {label}" for label in labels])
    grid = st.sampled_from(["N-1", "N-2", "Z"])
    other = Partition.from_labels(
        map, data.draw(st.lists(grid, min_size=len(map), max_size=len(map)))
    )

    changed = plan.diff(other)

    assert not plan.diff(plan)
    assert not plan.diff(renamed)
    assert plan.diff(plan).share_moved == 0
    stayed = sum(each.shared for each in changed.kept)
    assert changed.moved + stayed == changed.weight == map.weight.sum()
    assert len(changed.kept) + len(changed.new) == len(other)
    assert len(changed.kept) + len(changed.dissolved) == len(plan)
    assert [each.unit for each in changed.moves] == sorted(each.unit for each in changed.moves)


def test_grids_are_matched_by_what_they_share():
    """The pair that shares most is matched first; of equal ones that of the smaller id."""
    map = line_of([100, 100, 100, 100, 50])
    before = Partition.from_labels(map, ["A", "A", "B", "B", "B"])
    after = Partition.from_labels(map, ["1", "2", "2", "2", "2"])

    changed = before.diff(after)

    assert [(each.before, each.after, each.shared) for each in changed.kept] == [
        ("A", "1", 100),
        ("B", "2", 250),
    ]
    assert [each.unit for each in changed.moves] == ["b1"]
    assert changed.moved == 100
    assert changed.share_moved == pytest.approx(100 / 450)
    assert repr(changed) == (
        "<PlanDiff: 1 units moved with 100 (22.22%); 2 grids kept, 0 new, 0 dissolved>"
    )


def test_units_that_come_and_go_have_not_moved():
    """A diff between two maps tells apart what moved, what is new and what is gone."""
    map = line_of([100, 100, 100])
    later = evolve(map, ids=("b0", "b1", "b9"))

    changed = Partition.from_labels(map, ["A", "A", "B"]).diff(
        Partition.from_labels(later, ["A", "A", "A"])
    )

    assert (changed.moves, changed.arrived, changed.departed) == ((), ("b9",), ("b2",))
    assert [each.before for each in changed.dissolved] == ["B"]
    frame = changed.to_frame()
    assert frame["unit"].tolist() == ["b2", "b9"]
    assert frame["change"].tolist() == ["departed", "arrived"]
    assert changed.grids_to_frame()["size_after"].tolist() == [300, 0]


# -- from the field --------------------------------------------------------------------------


def test_two_compounds_on_a_road():
    """Two compounds with a road between make two grids that cross nothing, or one that does."""
    map = line_of(
        [150, 150, 160, 150], compound=["X-1", "X-1", "X-2", "X-2"],
        lines=[None, "main road", None],
    )  # fmt: skip

    apart = Partition.from_labels(map, ["W", "W", "O", "O"])
    across = Partition.from_labels(map, ["W", "M", "M", "O"])

    assert apart.summary.cells_crossed == 0
    assert apart.summary.inner_cut == 0
    assert apart.summary.lines_crossed == (("main road", 0),)
    assert apart.table.compounds == (("X-1",), ("X-2",))
    assert apart.violations == ()
    assert across.summary.cells_crossed == 1
    assert across.summary.lines_crossed == (("main road", 1),)
    assert across.summary.inner_cut == 1
    assert across.table.compounds[1] == ("X-1", "X-2")
    assert [(each.code, each.subject) for each in across.report] == [
        ("GT561", "O"), ("GT561", "W"), ("GT565", "M"),
    ]  # fmt: skip


def test_one_cause_is_one_finding():
    """A grid in two communities, or behind a wall, is not also told to be in two parts."""
    map = line_of([100] * 6, community=["C-1", "C-1", "C-1", "C-1", "C-2", "C-2"], apart=[1])

    plan = Partition.from_labels(map, ["A", "W", "W", "W", "C", "C"], bounds=Bounds.between(0, 999))
    over = Partition.from_labels(map, ["A", "A", "A", "B", "B", "B"], bounds=Bounds.between(0, 999))
    split = Partition.from_labels(
        line_of([100] * 3), ["A", "B", "A"], bounds=Bounds.between(0, 999)
    )

    assert [(each.code, each.subject) for each in plan.report] == [("GT564", "W")]
    assert [(each.code, each.subject, each.message) for each in over.report] == [
        ("GT563", "B", "lies in several communities: C-1, C-2"),
        ("GT564", "A", "crosses hard barriers 1 times"),
    ]
    assert [each.message for each in split.violations] == [
        "lies in 2 parts that are not side by side"
    ]
    assert not split.is_contiguous
    assert split.report.checked[0].subjects == 2


def test_a_round_grid_is_compact_and_a_long_one_is_not():
    """A block is as compact as can be; the same number of houses along a road is not."""
    at = [(50.0 * x, 50.0 * y) for x in range(6) for y in range(6)]
    map = line_of([10] * 36, at=at)
    block = Partition.from_labels(map, [f"{x // 3}{y // 3}" for x in range(6) for y in range(6)])
    rows = Partition.from_labels(map, [str(x) for x in range(6) for y in range(6)])

    assert block.table.compactness.tolist() == pytest.approx([1.0] * 4)
    assert rows.summary.compactness == pytest.approx(0.63, abs=0.05)
    # Four neighbors lie 50 m away, four 70.7 m, one in the middle.
    assert block.summary.walk == pytest.approx((4 * 50 + 4 * math.hypot(50, 50)) / 9)


def test_grids_stand_from_west_to_east():
    """Grids are in order of their middle, west to east, then south to north."""
    map = line_of([1] * 4, at=[(500, 0), (0, 90), (0, 0), (0, 90)])

    plan = Partition.drawn(map, [7, 5, 9, 5], AROUND_300)

    assert plan.grids == ("N-001", "N-002", "N-003")
    assert plan.labels == {"b0": "N-003", "b1": "N-002", "b2": "N-001", "b3": "N-002"}
    kept = Partition.drawn(map, [7, 5, 9, 5], AROUND_300, names={5: "N-001"})
    assert kept.grids == ("N-002", "N-001", "N-003")


def test_a_repair_names_what_it_moved():
    """Units whose grid is another than before are moved, new units are not."""
    plan = Partition.drawn(
        line_of([100] * 4), [0, 0, 1, 1], AROUND_300, names={0: "A", 1: "B"},
        existing=["A", "B", None, "B"],
    )  # fmt: skip

    assert plan.moved == ("b1",)
    assert Partition.drawn(plan.map, [0, 0, 1, 1], AROUND_300).moved == ()


def test_today_is_a_plan():
    """Grids of a structure are a plan; a building without a grid has that of its households."""
    h = Hierarchy.from_records(
        [
            Community(id="C-1"),
            Grid(id="N-1", community="C-1"),
            Grid(id="N-2", community="C-1"),
            Compound(id="X-1", community="C-1"),
            Building(id="D-1", grid="N-1", compound="X-1", x=0, y=0),
            Building(id="D-2", compound="X-1", x=50, y=0),
            Building(id="D-3", compound="X-1", x=100, y=0),
            *(Household(id=f"H-{at}", building="D-2", grid="N-2") for at in range(2)),
            Household(id="H-8", building="D-2", grid="N-1"),
            Household(id="H-9", building="D-3"),
        ]
    )

    plan = Partition.of(h, target=3, tolerance=1)

    assert plan.labels == {"D-1": "N-1", "D-2": "N-2", "D-3": None}
    assert plan.objective == "given"
    assert [(each.code, each.subject) for each in plan.report] == [("GT566", "D-3")]
    assert plan.summary.unplaced == 1
    assert plan.to_frame()["grid"].tolist()[:2] == ["N-1", "N-2"]
    assert "1 units in none" in repr(plan)


def test_today_of_another_structure_is_refused():
    """Units that a structure does not have are all named."""
    with pytest.raises(StructureError) as caught:
        Partition.of(Hierarchy.from_records([Building(id="b1")]), map=line_of([1, 1, 1]))

    assert [(each.code, dict(each.values)["unit"]) for each in caught.value.problems] == [
        ("GT559", "b0"),
        ("GT559", "b2"),
    ]


# -- other forms -------------------------------------------------------------------------------


def test_frames_have_a_row_for_each():
    """The frame of units and that of grids have plain columns."""
    plan = Partition.from_labels(line_of([200, 100, 150]), ["A", "A", "B"])

    units, grids = plan.to_frame(), plan.table.to_frame()

    assert units.columns.tolist() == ["unit", "grid", "households"]
    assert units["households"].tolist() == [200, 100, 150]
    assert grids["grid"].tolist() == ["A", "B"]
    assert grids["households"].tolist() == [300, 150]
    assert grids["within_bounds"].tolist() == [True, False]
    grids.loc[0, "households"] = 1
    assert plan.size_of("A") == 300


def test_geojson_says_what_its_numbers_are():
    """Without a reference system coordinates are metres, and the collection says so."""
    plan = Partition.from_labels(line_of([200, 100]), ["A", "B"])

    by_grid, by_unit = plan.to_geojson(), plan.to_geojson(by="unit")

    json.dumps(by_grid, allow_nan=False)
    assert by_grid["govtree"]["coordinates"] == "metres"
    assert [each["id"] for each in by_grid["features"]] == ["A", "B"]
    assert by_grid["features"][0]["geometry"] == {"type": "MultiPoint", "coordinates": [[0, 0]]}
    assert by_unit["features"][1]["properties"]["grid"] == "B"
    assert by_unit["features"][1]["geometry"] == {"type": "Point", "coordinates": [50, 0]}


def test_geojson_is_in_degrees_where_the_system_is_known():
    """Metres of a known system go out as longitude and latitude, outlines as one polygon."""
    shapely = pytest.importorskip("shapely")
    map = line_of([200, 100], at=[(500_000, 3_500_000), (500_020, 3_500_000)], crs="EPSG:32650")
    outlines = np.array([shapely.box(x, 0, x + 20, 20) for x in (0, 20)], object)
    outlines = shapely.transform(outlines, lambda at: at + np.array((500_000, 3_500_000)))
    map = evolve(map, metric="EPSG:32650", outlines=outlines)

    found = Partition.from_labels(map, ["A", "A"]).to_geojson()
    shape = found["features"][0]["geometry"]

    assert found["govtree"]["coordinates"] == "degrees of WGS 84"
    assert found["govtree"]["given_in"] == "EPSG:32650"
    assert shape["type"] == "Polygon"
    ring = shapely.Polygon(shape["coordinates"][0])
    assert ring.exterior.is_ccw
    assert ring.bounds == pytest.approx((117, 31.63, 117.0004, 31.64), abs=0.01)


def test_a_page_holds_nothing_of_strangers_but_text():
    """Names are escaped, a long plan is cut, and nothing is loaded."""
    map = line_of([1] * 250, compound=["<script>alert(1)</script>"] * 250)

    page = Partition.from_labels(map, [f"<b>{at:03}\u200c"[:6] for at in range(250)])._repr_html_()

    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;b&gt;000" in page
    assert page.count("<tr") == 1 + 200 + 1
    assert "... and 50 more grids" in page
    assert "http" not in page
    assert "light-dark(" in page


def test_a_plan_prints_as_a_table():
    """A terminal shows a line for the plan and a line for each grid, whatever the script."""
    plan = Partition.from_labels(line_of([200, 100, 150]), ["西区", "西区", "B"])

    head, *rows = str(plan).splitlines()
    assert repr(plan) == f"<Partition: {head}>"
    assert [row.split() for row in rows[1:]] == [
        ["西区", "300", "+0%", "2", "0", "1/2", "25", "m", "1.00"],
        ["B", "150", "-50%", "!", "1", "0", "1/1", "0", "m", "1.00"],
    ]
    assert rows[0].startswith("grid  households  off target  units  compounds  cells crossed")
    assert rows[1].startswith("西区         300         +0%      2   ")


# -- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "codes"),
    [
        ({"b0": "A", "b1": "A"}, ["GT556"]),
        ({"b0": "A", "b1": "A", "b2": "B", "b3": "B"}, ["GT555"]),
        ({"b0": "A", "b1": "A", "B2": "B"}, ["GT555", "GT556"]),
        ({"b0": "", "b1": None, "b2": float("nan")}, ["GT557"] * 3),
        ({"b0": True, "b1": 1.0, "b2": ["A"]}, ["GT557"] * 3),
        ({"b0": "A\nB", "b1": "A\0", "b2": "A" * 201}, ["GT557"] * 3),
        (["A", "B"], ["GT558"]),
        ([], ["GT558"]),
    ],
)
def test_labels_are_refused_all_at_once(labels, codes):
    """Every unit without a grid, every grid without a unit, and every label that is none."""
    with pytest.raises(StructureError) as caught:
        Partition.from_labels(line_of([1, 1, 1]), labels)

    assert sorted(each.code for each in caught.value.problems) == codes
    assert str(caught.value)


@pytest.mark.parametrize("labels", [True, 7, "AB", b"AB", 1.5])
def test_what_is_no_labels_is_refused(labels):
    """A single value, or a text, is no grid for each unit."""
    with pytest.raises(OutOfRangeError, match="give a mapping from id to grid"):
        Partition.from_labels(line_of([1, 1]), labels)


def test_numbers_are_labels():
    """Whole numbers, as other programs give them, are names of grids."""
    plan = Partition.from_labels(line_of([1, 1, 1]), np.array([2, 2, 1]))

    assert plan.labels == {"b0": "2", "b1": "2", "b2": "1"}


def test_labels_without_ids_need_a_map():
    """What has no order of its own takes no labels in order."""
    units = {"id": ["b", "a"], "households": [1, 2]}

    with pytest.raises(OutOfRangeError, match="without ids"):
        Partition.from_labels(units, ["A", "B"], pairs=[("a", "b")])
    with pytest.raises(OutOfRangeError, match="leave out count"):
        Partition.from_labels(line_of([1]), ["A"], count="residents")


def test_what_is_not_there_is_named():
    """A grid that is not there is told with the nearest, and so is a form."""
    plan = Partition.from_labels(line_of([1, 1]), ["N-001", "N-002"])

    with pytest.raises(UnknownIdError, match="did you mean 'N-002'"):
        plan.size_of("N-02")
    with pytest.raises(OutOfRangeError, match="not 'grid' or 'unit'"):
        plan.to_geojson(by="street")
    with pytest.raises(OutOfRangeError, match="no positions"):
        Partition.from_labels(evolve(plan.map, x=None, y=None), ["A", "A"]).to_geojson()


def test_an_empty_map_has_an_empty_plan():
    """Nothing divided is nothing, and prints."""
    plan = Partition.from_labels(line_of([]), [])

    assert (len(plan), plan.labels, plan.violations) == (0, {}, ())
    assert plan.summary.mean is None
    assert str(plan)
    assert plan._repr_html_()
    assert plan.to_geojson()["features"] == []
    assert len(plan.to_frame()) == 0
    assert len(plan.table.to_frame()) == 0


def test_all_units_without_weight_can_be_compared():
    """Where nothing is counted, grids are known by their units."""
    map = line_of([0, 0, 0])
    plan = Partition.from_labels(map, ["A", "B", "B"])

    changed = plan.diff(Partition.from_labels(map, ["X", "X", "Y"]))

    assert [(each.before, each.after) for each in changed.kept] == [("A", "X"), ("B", "Y")]
    assert changed.share_moved == 0


@pytest.mark.parametrize(
    ("made", "match"),
    [
        (lambda: Bounds.around("300", 0.2), "target is '300'"),
        (lambda: Bounds.around(True, 0.2), "target is True"),
        (lambda: Bounds.around(math.nan, 0.2), "target is nan"),
        (lambda: Bounds.around(1e308, 0.2), "target is 1e"),
        (lambda: Bounds.around(300, "20%"), "tolerance is '20%'"),
        (lambda: Bounds.around(300, None), "tolerance is None"),
        (lambda: Bounds.between("240", 360), "bounds hold '240'"),
        (lambda: Bounds.between(240, 360.5), "bounds hold 360.5"),
        (lambda: Bounds.between(240, math.inf), "bounds hold inf"),
        (lambda: Bounds.between(240, 10**400), "bounds hold 1000000000000000000000000000000000000"),
        (lambda: Bounds.between(240, 360, "300"), "target is '300'"),
        (lambda: Partition.from_labels(line_of([3, 4]), 5), "labels are int"),
        (lambda: feasibility(line_of([3, 4]), grids=1.5), "number is '1.5'"),
        (lambda: feasibility(line_of([3, 4]), grids="two"), "number is 'two'"),
    ],
)
def test_what_is_no_size_is_refused_by_name(made, match):
    """A text where a number is meant, or a number that no sum reaches, is told as such."""
    with pytest.raises(OutOfRangeError, match=match):
        made()


def test_bounds_may_be_two_numbers_everywhere():
    """The least and the most are enough for a plan by hand, too; their middle is aimed at."""
    plan = Partition.from_labels(line_of([200, 100]), ["A", "A"], bounds=(200, 400))

    assert plan.bounds == Bounds.between(200, 400)
    with pytest.raises(OutOfRangeError, match="give the least and the most"):
        Partition.from_labels(line_of([200, 100]), ["A", "A"], bounds=(200,))
