"""Plans of grids: what they promise, on any map."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from effort import many
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from small_maps import Piece, connected_plans, four

from govtree.errors import OutOfRangeError, StructureError
from govtree.grids import Bounds, Partition, _draw_up, feasibility, partition

pytest.importorskip("scipy")

QUICK = 0.25


@st.composite
def places(draw, most=14, compounds=True):
    """Buildings in rows, some beside one another, in several parts, with soft lines and walls."""
    units = draw(st.integers(1, most))
    width = draw(st.integers(1, 4))
    weight = draw(st.lists(st.integers(0, 90), min_size=units, max_size=units))
    if not any(weight):
        weight[0] = 50
    compound = [None] * units
    if compounds:
        lines = draw(st.lists(st.sampled_from(["X-1", "X-2", None]), min_size=4, max_size=4))
        compound = [lines[(at // width) % 4] for at in range(units)]
    beside = [(at, at + 1) for at in range(units - 1) if (at + 1) % width]
    beside += [(at, at + width) for at in range(units - width)]
    walls = draw(st.sets(st.sampled_from(beside))) if beside and draw(st.booleans()) else set()
    soft = draw(st.sets(st.sampled_from(beside))) if beside and draw(st.booleans()) else set()
    ids = [f"D-{at:02}" for at in range(units)]
    return {
        "units": {"id": ids, "households": weight, "compound": compound},
        "pairs": [
            {"u": ids[u], "v": ids[v]} | ({"kind": "main road"} if (u, v) in soft else {})
            for u, v in beside
            if (u, v) not in walls
        ],
    }


@st.composite
def sizes(draw):
    target = draw(st.integers(20, 200))
    return {"target": target, "tolerance": draw(st.sampled_from([0, 0.1, 0.2, 0.5]))}


def drawn(place, size, **options):
    return partition(place["units"], pairs=place["pairs"], **size, effort=QUICK, **options)


def grids_of(plan):
    found = {}
    for unit, grid in plan.labels.items():
        found.setdefault(grid, []).append(unit)
    return found


def is_connected(units, pairs):
    left, reached = set(units[1:]), [units[0]]
    for unit in reached:
        near = {v for u, v in pairs if u == unit} | {u for u, v in pairs if v == unit}
        reached += sorted(near & left)
        left -= near
    return not left


@given(places(), sizes(), st.data())
@settings(max_examples=many(40), deadline=None)
def test_every_unit_is_in_one_grid_and_every_grid_is_in_one_piece(place, size, data):
    """No piece reaches over a wall, nor from one community into another."""
    ids = place["units"]["id"]
    of = dict.fromkeys(ids, "C-1")
    if not any(place["units"]["compound"]) and data.draw(st.booleans()):
        of = {id: data.draw(st.sampled_from(["C-1", "C-2"])) for id in ids}
        place["units"]["community"] = list(of.values())
    plan = drawn(place, size)
    assert list(plan.labels) == ids
    assert None not in plan.labels.values()
    pairs = [(pair["u"], pair["v"]) for pair in place["pairs"] if of[pair["u"]] == of[pair["v"]]]
    assert all(is_connected(units, pairs) for units in grids_of(plan).values())
    assert plan.is_contiguous


@given(places(), sizes())
@settings(max_examples=many(30), deadline=None)
def test_grids_are_within_bounds_or_named(place, size):
    plan = drawn(place, size)
    floor = feasibility(place["units"], pairs=place["pairs"], **size)
    out = [grid for grid in plan.grids if not plan.bounds.holds(plan.size_of(grid))]
    assert len(out) >= floor.floor
    if floor.is_impossible:
        assert set(floor.reasons) <= set(plan.reasons)
    # Units that are each too large alone keep grids of their own, and are named.
    heavy = sum(weight > plan.bounds.highest for weight in place["units"]["households"])
    if len(out) > floor.floor + max(0, heavy - 1):
        assert any("beyond those that have to be" in each.said("en") for each in plan.reasons)


@given(places(), sizes(), st.randoms(use_true_random=False), st.integers(0, 3))
@settings(max_examples=many(20), deadline=None)
def test_order_of_rows_and_workers_make_no_difference(place, size, random, seed):
    plan = drawn(place, size, seed=seed)
    rows = list(range(len(place["units"]["id"])))
    random.shuffle(rows)
    pairs = [
        {**pair, "u": pair["v"], "v": pair["u"]} if random.random() < 0.5 else pair
        for pair in place["pairs"]
    ]
    random.shuffle(pairs)
    other = {
        "units": {name: [cells[row] for row in rows] for name, cells in place["units"].items()},
        "pairs": pairs,
    }
    assert drawn(other, size, seed=seed).labels == plan.labels
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as workers:
        patch.setattr(_draw_up, "_LOT", 3)
        assert drawn(other, size, seed=seed, executor=workers).labels == plan.labels


@given(places(), sizes(), st.integers(2, 1000))
@settings(max_examples=many(20), deadline=None)
def test_scale_changes_nothing(place, size, by):
    units = place["units"]
    scaled = {**place, "units": {**units, "households": [w * by for w in units["households"]]}}
    limits = (
        Bounds.around(**size)
        if size["tolerance"]
        else Bounds.between(size["target"], size["target"])
    )
    more = Bounds(limits.target * by, limits.lowest * by, limits.highest * by)
    one = partition(units, pairs=place["pairs"], bounds=limits, effort=QUICK)
    other = partition(scaled["units"], pairs=place["pairs"], bounds=more, effort=QUICK)
    assert one.labels == other.labels


@given(places(), sizes())
@settings(max_examples=many(25), deadline=None)
def test_repair_of_an_unchanged_map_moves_nothing(place, size):
    plan = drawn(place, size)
    again = drawn(place, size, existing=plan)
    out = sum(not plan.bounds.holds(plan.size_of(grid)) for grid in plan.grids)
    left = sum(not again.bounds.holds(again.size_of(grid)) for grid in again.grids)
    # A unit moves only where that brings a grid within bounds that the first search left.
    assert again.labels == plan.labels or left < out


def reached(start, pairs):
    found = [start]
    for unit in found:
        near = {v for u, v in pairs if u == unit} | {u for u, v in pairs if v == unit}
        found += sorted(near - set(found))
    return found


@example(
    place={
        "units": {"id": ["D-0", "D-1", "D-2", "D-3"], "households": [0, 0, 1, 20]},
        "pairs": [
            {"u": "D-0", "v": "D-1", "kind": "main road"},
            {"u": "D-0", "v": "D-2"},
            {"u": "D-1", "v": "D-3"},
        ],
    },
    size={"target": 20, "tolerance": 0},
)
@given(places(most=7, compounds=False), sizes())
@settings(max_examples=many(40), deadline=None)
def test_balanced_plans_of_few_units_are_the_best_there_are(place, size):
    limits = Bounds.around(**size)
    ids = place["units"]["id"]
    # None is too large alone: the fewest grids out of bounds would have such units in one.
    weights = [min(each, limits.highest) for each in place["units"]["households"]]
    place["units"]["households"] = weights
    row = {id: at for at, id in enumerate(ids)}
    pairs = tuple((row[pair["u"]], row[pair["v"]]) for pair in place["pairs"])
    inner = [(row[pair["u"]], row[pair["v"]]) for pair in place["pairs"] if "kind" not in pair]
    cells = tuple(min(reached(at, inner)) for at in range(len(ids)))
    piece = Piece(tuple(weights), pairs, cells)

    def worth(groups):
        return four(piece, groups, limits.target, limits.lowest, limits.highest)[:3]

    plan = drawn(place, size)
    found = [[row[unit] for unit in units] for units in grids_of(plan).values()]
    assert worth(found) == min(map(worth, connected_plans(piece)))


@pytest.mark.parametrize(
    ("weights", "sizes"),
    [
        ((400, 410, 420), [400, 410, 420]),
        ((400, 100, 100, 100, 410), [400, 300, 410]),
        ((100, 400, 100), [600]),
    ],
)
def test_units_too_large_alone_are_not_put_together(weights, sizes):
    plan = partition(**row_of(*weights))
    assert [plan.size_of(grid) for grid in plan.grids] == sizes


def test_a_lone_grid_out_of_bounds_is_divided():
    place = row_of(300, 310, 290)
    for objective in ("balanced", "compact", "least change"):
        today = dict.fromkeys(place["units"]["id"], "all")
        plan = partition(**place, existing=today, objective=objective)
        assert len(plan.grids) == 3
        assert "all" in plan.grids


def test_a_number_of_grids_is_kept_and_shared_by_size():
    street = {
        "id": [f"D-{at}" for at in range(8)],
        "households": [100] * 8,
        "community": ["C-1"] * 6 + ["C-2"] * 2,
    }
    beside = [(f"D-{at}", f"D-{at + 1}") for at in range(7)]
    plan = partition(street, pairs=beside, grids=4, target=200)
    assert [plan.size_of(grid) for grid in plan.grids] == [200] * 4
    assert len(partition(street, pairs=beside, grids=8, target=200).grids) == 8


def test_a_compound_gets_the_number_it_is_given():
    town = {
        "id": [f"D-{at}" for at in range(8)],
        "households": [100] * 8,
        "compound": ["X-1"] * 4 + ["X-2"] * 4,
    }
    beside = [(f"D-{at}", f"D-{at + 1}") for at in range(7)]
    plan = partition(town, pairs=beside, grids={"X-1": 1})
    assert plan.size_of(plan.labels["D-0"]) == 400
    assert {plan.labels[f"D-{at}"] for at in range(4)}.isdisjoint(
        {plan.labels[f"D-{at}"] for at in range(4, 8)}
    )


def row_of(*weights, **more):
    ids = [f"D-{at}" for at in range(len(weights))]
    return {
        "units": {"id": ids, "households": list(weights), **more},
        "pairs": list(itertools.pairwise(ids)),
    }


def test_seeds_have_grids_of_their_own():
    plan = partition(**row_of(150, 150, 150, 150), fixed=["D-0", "D-1"])
    assert plan.labels["D-0"] != plan.labels["D-1"]


def test_fixed_units_share_the_grid_they_are_given():
    place = row_of(100, 100, 100, 100, 100, 100)
    free = partition(**place)
    assert free.labels["D-2"] != free.labels["D-3"]
    plan = partition(**place, fixed={"D-2": "middle", "D-3": "middle"})
    assert plan.labels["D-2"] == plan.labels["D-3"] == "middle"


def test_new_units_join_and_lost_ones_are_told():
    place = row_of(150, 150, 150, 150)
    before = {"D-0": "west", "D-1": "west", "D-2": "east", "D-9": "east"}
    plan = partition(**place, existing=before)
    assert plan.labels == {"D-0": "west", "D-1": "west", "D-2": "east", "D-3": "east"}
    said = [each.said("en") for each in plan.reasons]
    assert "units of the plan before that are not on the map: 1" in said
    assert "units that the plan before does not know: 1" in said


def test_repair_moves_what_brings_a_grid_within_bounds_and_no_more():
    place = row_of(180, 120, 60, 120, 130)
    before = dict(zip(place["units"]["id"], ["a", "a", "a", "b", "b"], strict=True))
    assert partition(**place, existing=before).moved == ()
    place["units"]["households"] = [200, 120, 60, 120, 130]
    plan = partition(**place, existing=before)
    assert plan.labels == before | {"D-2": "b"}
    assert plan.moved == ("D-2",)


def test_groups_stay_inside_of_grids():
    place = row_of(*[100] * 6)
    outer = partition(**place)
    inner = partition(**place, target=100, within=outer)
    assert len(inner.grids) == 6
    for grid in inner.grids:
        assert len({outer.labels[unit] for unit in inner.units_of(grid)}) == 1


def test_progress_is_told_to_the_end():
    told = []
    partition(**row_of(100, 100, 100), progress=lambda done, of: told.append((done, of)))
    assert told[-1][0] == told[-1][1]
    assert told == sorted(told)


def parts_in(place):
    """Return the units of each part that walls leave."""
    left, found = set(place["units"]["id"]), []
    pairs = [(pair["u"], pair["v"]) for pair in place["pairs"]]
    while left:
        found.append(reached(min(left), pairs))
        left -= set(found[-1])
    return found


def out_of(plan):
    return sum(not plan.bounds.holds(plan.size_of(grid)) for grid in plan.grids)


@given(places(), sizes(), st.data())
@settings(max_examples=many(25), deadline=None)
def test_there_are_as_many_grids_as_are_asked_for(place, size, data):
    """On a map in pieces too, with weights of nothing, and beside a plan before."""
    units = place["units"]["id"]
    asked = data.draw(st.integers(len(parts_in(place)), len(units)))
    assert len(drawn(place, size, grids=asked)) == asked
    before = data.draw(befores(units))
    assert len(drawn(place, size, grids=asked, existing=before)) == asked


@given(places(), sizes(), st.data())
@settings(max_examples=many(20), deadline=None)
def test_compounds_have_as_many_grids_as_are_asked_for(place, size, data):
    """And share none with what lies around them, whatever is asked of the others."""
    compound = dict(zip(place["units"]["id"], place["units"]["compound"], strict=True))
    inside = [pair for pair in place["pairs"] if compound[pair["u"]] == compound[pair["v"]]]
    pieces = parts_in(place | {"pairs": inside})
    asked = {}
    for id in sorted({*compound.values()} - {None}):
        units = [unit for unit in compound if compound[unit] == id]
        fewest = sum(compound[piece[0]] == id for piece in pieces)
        if data.draw(st.booleans()):
            asked[id] = data.draw(st.integers(fewest, len(units)))
    plan = drawn(place, size, grids=asked)
    lie_in = {grid: {compound[unit] for unit in units} for grid, units in grids_of(plan).items()}
    for id, number in asked.items():
        assert [among for among in lie_in.values() if id in among] == [{id}] * number


def befores(units):
    """Plans before: torn, in part, with numbers and with names that new grids would have."""
    names = st.sampled_from(["east", "N-001", "N-002", 7])
    return st.dictionaries(st.sampled_from(units), names)


@given(places(), sizes(), st.data(), st.sampled_from([0, 0.5, 1, 100]))
@settings(max_examples=many(30), deadline=None)
def test_any_plan_can_be_repaired(place, size, data, move_cost):
    """Contiguous, with no more grids out of bounds than a contiguous plan before had."""
    before = data.draw(befores(place["units"]["id"]))
    plan = drawn(place, size, existing=before, move_cost=move_cost)
    pairs = [(pair["u"], pair["v"]) for pair in place["pairs"]]
    assert all(is_connected(units, pairs) for units in grids_of(plan).values())
    assert set(plan.moved) == {
        unit for unit, grid in before.items() if plan.labels[unit] != str(grid)
    }
    if len(before) == len(plan.labels):
        was = Partition.from_labels(plan.map, before, bounds=plan.bounds)
        assert not was.is_contiguous or out_of(plan) <= out_of(was)
        assert out_of(was) or not was.is_contiguous or plan.labels == was.labels


@given(places(most=6), sizes(), st.data())
@settings(max_examples=many(40), deadline=None)
def test_fixed_units_are_together_and_apart_where_any_plan_has_them_so(place, size, data):
    """Units of one name share its grid, and names share none; seeds have names of their own."""
    ids = place["units"]["id"]
    fixed = data.draw(st.dictionaries(st.sampled_from(ids), st.sampled_from(["p", "q", "N-001"])))
    row = {id: at for at, id in enumerate(ids)}
    pairs = tuple((row[pair["u"]], row[pair["v"]]) for pair in place["pairs"])
    piece = Piece(tuple(place["units"]["households"]), pairs, (0,) * len(ids))

    def is_kept(groups):
        met = {
            (fixed[ids[at]], n)
            for n, group in enumerate(groups)
            for at in group
            if ids[at] in fixed
        }
        return len(met) == len({name for name, _ in met}) == len({n for _, n in met})

    assume(any(map(is_kept, connected_plans(piece))))
    labels = drawn(place, size, fixed=fixed).labels
    assert {unit: labels[unit] for unit in fixed} == fixed
    seeds = drawn(place, size, fixed=sorted(fixed)).labels
    assert len({seeds[unit] for unit in fixed}) == len(fixed)


@given(places(most=6, compounds=False), sizes(), st.data())
@settings(max_examples=many(25), deadline=None)
def test_plans_of_a_given_number_of_grids_are_the_best_there_are(place, size, data):
    """In one part; how a number is shared among several is not looked through."""
    assume(len(parts_in(place)) == 1)
    limits = Bounds.around(**size)
    ids = place["units"]["id"]
    # None is too large alone: the fewest grids out of bounds would have such units in one.
    weights = [min(each, limits.highest) for each in place["units"]["households"]]
    place["units"]["households"] = weights
    row = {id: at for at, id in enumerate(ids)}
    pairs = tuple((row[pair["u"]], row[pair["v"]]) for pair in place["pairs"])
    inner = [(row[pair["u"]], row[pair["v"]]) for pair in place["pairs"] if "kind" not in pair]
    piece = Piece(tuple(weights), pairs, tuple(min(reached(at, inner)) for at in range(len(ids))))
    limits = Bounds.around(**size)
    asked = data.draw(st.integers(1, len(ids)))

    def worth(groups):
        return four(piece, groups, limits.target, limits.lowest, limits.highest)[:3]

    plan = drawn(place, size, grids=asked)
    found = [[row[unit] for unit in units] for units in grids_of(plan).values()]
    others = [groups for groups in connected_plans(piece) if len(groups) == asked]
    assert worth(found) == min(map(worth, others))


def ladder(units, seed=0):
    """Two rows of buildings between two walls and again, beyond what is proven."""
    random = Random(seed)
    ids = [f"D-{at:03}" for at in range(units)]
    beside = [(at, at + 1) for at in range(units - 1) if at % 2 == 0]
    beside += [(at, at + 2) for at in range(units - 2) if at % 80 < 78]
    return {
        "units": {"id": ids, "households": [random.randint(20, 90) for _ in ids]},
        "pairs": [(ids[one], ids[other]) for one, other in beside],
    }


def test_workers_find_the_same_plan(monkeypatch):
    """Lots of a few units each; names, reasons and numbers of grids alike, with a plan before."""
    monkeypatch.setattr(_draw_up, "_LOT", 70)
    place = ladder(240)
    before = {unit: f"N-{at // 9:03}" for at, unit in enumerate(place["units"]["id"]) if at % 7}
    for options in ({}, {"grids": 50}, {"existing": before}, {"fixed": ["D-001", "D-002"]}):
        alone = partition(**place, **options, effort=QUICK)
        with ThreadPoolExecutor(2) as workers:
            shared = partition(**place, **options, effort=QUICK, executor=workers)
        assert shared.labels == alone.labels
        assert shared.grids == alone.grids
        assert shared.reasons == alone.reasons


def test_another_hash_seed_finds_the_same_plan():
    place = ladder(60) | {"fixed": {"D-001": "b", "D-040": "a"}, "effort": QUICK}
    code = f"from govtree.grids import partition; print(partition(**{place!r}).labels)"
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "3", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert said.stdout == f"{partition(**place).labels}\n"


def test_larger_maps_are_within_bounds_and_compact():
    """A long street of small buildings has no grid out of bounds, nor one across its walls."""
    place = ladder(160, seed=3)
    plan = partition(**place, tolerance=0.15)
    assert out_of(plan) == 0
    assert plan.is_contiguous
    side = [{int(unit[2:]) // 80 for unit in plan.units_of(grid)} for grid in plan.grids]
    assert all(len(sides) == 1 for sides in side)
    parted = sum(plan.labels[u] != plan.labels[v] for u, v in place["pairs"])
    # Two pairs a border are the least there are in a street of two rows.
    assert parted <= 3 * len(plan)


def test_a_long_row_is_divided_where_both_sides_are_alike():
    """More units than are proven; the cut of a row is one of few, and the best is found."""
    assert partition(**row_of(*[20] * 32)).table.size.tolist() == [320, 320]
    sizes = partition(**row_of(*[30, 50, 40] * 20), tolerance=0.1).table.size.tolist()
    assert len(sizes) == 8
    assert max(sizes) - min(sizes) <= 40


def town():
    """Nine compounds of thirty buildings in a square, with about two grids in each."""
    random = Random(0)
    units, pairs = {"id": [], "households": [], "compound": []}, []
    for north, east in itertools.product(range(18), range(15)):
        units["id"].append(f"D-{north:02}{east:02}")
        units["households"].append(random.randint(8, 32))
        units["compound"].append(f"X-{north // 6}{east // 5}")
        if east:
            pairs.append((f"D-{north:02}{east - 1:02}", units["id"][-1]))
        if north:
            pairs.append((f"D-{north - 1:02}{east:02}", units["id"][-1]))
    return {"units": units, "pairs": pairs}


def test_compounds_are_divided_for_themselves_where_grids_fit_them():
    """One of the nine has 520, too much for a grid of 330 and too little for two of 270."""
    place = town()
    plan = partition(**place, tolerance=0.1, effort=QUICK)
    assert out_of(plan) == 0
    assert plan.is_contiguous
    assert plan.summary.cells_crossed <= 2
    assert plan.summary.mean_deviation <= 0.06
    parted = sum(plan.labels[u] != plan.labels[v] for u, v in place["pairs"])
    # Of 507 pairs 66 have the line of a compound between.
    assert parted <= 140


def test_compact_plans_part_fewer_neighbors():
    """Two pairs where three would give the smaller deviation."""
    pairs = [("a", "b"), ("a", "c"), ("b", "c"), ("b", "d"), ("c", "d")]
    units = {"id": ["a", "b", "c", "d"], "households": [60, 43, 17, 42]}

    def parted(objective):
        plan = partition(units, pairs=pairs, target=100, tolerance=0.4, objective=objective)
        return sum(plan.labels[u] != plan.labels[v] for u, v in pairs)

    assert (parted("compact"), parted("balanced")) == (2, 3)


def test_nobody_moves_where_moving_costs_more_than_it_gains():
    """Within bounds a plan stays; without a cost of moving it is drawn anew."""
    place = row_of(100, 100, 100, 100)
    before = dict(zip(place["units"]["id"], ["a", "b", "b", "b"], strict=True))
    options = {"existing": before, "bounds": (100, 300), "target": 200, "objective": "balanced"}
    assert partition(**place, **options, move_cost=1).labels == before
    assert sorted(partition(**place, **options, move_cost=0).table.size) == [200, 200]


def test_a_grid_before_in_two_communities_goes_on_in_the_larger():
    place = row_of(150, 150, 150, 150, 150, community=["C-1", "C-1", "C-2", "C-2", "C-2"])
    before = dict.fromkeys(place["units"]["id"], "N-001")
    plan = partition(**place, existing=before, bounds=(300, 450))
    assert plan.labels == {
        "D-0": "N-002",
        "D-1": "N-002",
        "D-2": "N-001",
        "D-3": "N-001",
        "D-4": "N-001",
    }


def test_of_a_torn_grid_the_heavier_piece_goes_on():
    place = row_of(240, 300, 300)
    before = dict(zip(place["units"]["id"], ["a", "b", "a"], strict=True))
    plan = partition(**place, existing=before)
    assert plan.labels == {"D-0": "N-001", "D-1": "b", "D-2": "a"}


def test_a_grid_that_is_divided_goes_on_as_one_of_its_halves():
    place = row_of(*[100] * 6)
    plan = partition(**place, existing=dict.fromkeys(place["units"]["id"], "a"))
    assert sorted(map(plan.size_of, plan.grids)) == [300, 300]
    assert set(plan.grids) == {"a", "N-001"}
    assert len(plan.moved) == 3


def test_fixed_units_of_a_plan_before_stay():
    """The grid that is too large gives another one away."""
    place = row_of(120, 120, 120, 120, 120)
    before = dict(zip(place["units"]["id"], ["a", "a", "a", "a", "b"], strict=True))
    assert partition(**place, existing=before).moved == ("D-3",)
    plan = partition(**place, existing=before, fixed=["D-3"])
    assert plan.labels["D-3"] == "a"
    assert out_of(plan) == 0


@pytest.mark.parametrize(
    ("options", "sizes"),
    [
        ({"target": 58.5, "tolerance": 0.05}, [56, 60]),
        ({"target": 58, "tolerance": 0}, [58, 58]),
        ({"bounds": (0, 60)}, [28, 28, 30, 30]),
        ({"bounds": (116, 116)}, [116]),
    ],
)
def test_bounds_are_what_they_are_said_to_be(options, sizes):
    """Targets need not be whole, tolerance may be nothing, the least may be nothing."""
    weights = (28, 28, 30, 30) if sizes != [58, 58] else (28, 30, 30, 28)
    plan = partition(**row_of(*weights), **options)
    assert sorted(plan.table.size.tolist()) == sizes


def test_ids_are_any_text():
    ids = ["1栋", "#2", "=3", "a b", "N-001", "é"]
    place = {"id": ids, "households": [150] * 6}
    plan = partition(place, pairs=list(itertools.pairwise(ids)))
    assert sorted(plan.labels) == sorted(ids)
    # A grid is not called like a unit.
    assert plan.grids == ("N-002", "N-003", "N-004")


def test_labels_of_a_plan_before_are_one_a_unit():
    with pytest.raises(StructureError, match="GT558"):
        partition(**row_of(100, 200), existing=["a"])


REFUSED = {
    "tolerance": ({"tolerance": 20}, "tolerance is 20; it is a share, 0 to 1"),
    "target": ({"target": -3}, "target is -3; it has to be above 0"),
    "target that is no number": ({"target": "300"}, "target is '300'; it has to be above 0"),
    "target beyond all": ({"target": 1e308}, "target is 1e+308; it has to be above 0"),
    "target beyond a float": ({"target": 10**400}, "it has to be above 0"),
    "tolerance that is none": ({"tolerance": None}, "tolerance is None; it is a share, 0 to 1"),
    "bounds": ({"bounds": 300}, "bounds are 300; give the least and the most"),
    "bounds that are not whole": (
        {"bounds": (240.5, 360)},
        "bounds hold 240.5; they are whole numbers",
    ),
    "target that is none": (
        {"bounds": (240, 360), "target": True},
        "target is True; it has to be above 0",
    ),
    "effort": ({"effort": 0}, "effort is 0; it has to be above 0 and up to 1,000"),
    "objective": (
        {"objective": "fair"},
        "objective is 'fair'; it has to be one of balanced, compact, least change",
    ),
    "nothing to keep": (
        {"objective": "least change"},
        "'least change' needs a plan to keep; give it by existing=",
    ),
    "move cost": (
        {"existing": {}, "move_cost": float("nan")},
        "move_cost is nan; it has to be 0 or more",
    ),
    "one id": (
        {"fixed": "D-0"},
        "fixed is 'D-0'; give a list of ids, or a mapping from id to grid",
    ),
    "more grids than units": ({"grids": 4}, "grids is 4"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_options_out_of_range_are_refused(case):
    options, said = REFUSED[case]
    with pytest.raises(OutOfRangeError) as refused:
        partition(**row_of(100, 200, 100), **options)
    assert said in str(refused.value)


def test_everything_that_is_wrong_with_fixed_units_is_told_at_once():
    place = row_of(100, 200, 100, community=["C-1", "C-1", "C-2"])
    with pytest.raises(StructureError) as refused:
        partition(**place, fixed={"D-0": "a", "D-2": "a", "D-O": "b"})
    assert [each.code for each in refused.value.problems] == ["GT591", "GT590"]
    assert "did you mean 'D-0'" in str(refused.value)


def test_unknown_compound_is_told_before_any_search():
    with pytest.raises(StructureError, match="GT550"):
        partition(**row_of(100, 200, compound=["X-1", "X-1"]), grids={"X-2": 1})


def test_a_bar_is_moved_on():
    """A bar that counts, as tqdm's, is told how much there is, and reaches it."""

    class Bar:
        total, n = None, 0

        def update(self, more):
            self.n += more

    bar = Bar()
    partition(**row_of(100, 100, 100), progress=bar)

    assert bar.n == bar.total > 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"progress": True}, {"executor": 4}, {"seed": "a"}, {"seed": 1.5}, {"effort": "x"},
        {"move_cost": "x"}, {"existing": True}, {"existing": "today"}, {"fixed": 3},
        {"target": "300"}, {"tolerance": "x"}, {"bounds": "ab"},
    ],
)  # fmt: skip
def test_an_argument_of_another_kind_is_named(wrong):
    """No foreign error comes through: the argument and what was given are named."""
    with pytest.raises(OutOfRangeError, match=next(iter(wrong)).removesuffix("s")):
        partition(**row_of(100, 100, 100) | wrong)
