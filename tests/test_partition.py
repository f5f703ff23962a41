"""Plans of grids: what they promise, on any map."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from small_maps import Piece, connected_plans, four

from govtree.errors import OutOfRangeError, StructureError
from govtree.grids import Bounds, feasibility, partition

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


@given(places(), sizes())
@settings(max_examples=many(80), deadline=None)
def test_every_unit_is_in_one_grid_and_every_grid_is_in_one_piece(place, size):
    plan = drawn(place, size)
    assert list(plan.labels) == place["units"]["id"]
    assert None not in plan.labels.values()
    pairs = [(pair["u"], pair["v"]) for pair in place["pairs"]]
    assert all(is_connected(units, pairs) for units in grids_of(plan).values())
    assert plan.is_contiguous


@given(places(), sizes())
@settings(max_examples=many(60), deadline=None)
def test_grids_are_within_bounds_or_named(place, size):
    plan = drawn(place, size)
    floor = feasibility(place["units"], pairs=place["pairs"], **size)
    out = [grid for grid in plan.grids if not plan.bounds.holds(plan.size_of(grid))]
    assert len(out) >= floor.floor
    if floor.is_impossible:
        assert set(floor.reasons) <= set(plan.reasons)
    if len(out) > floor.floor:
        assert any("beyond those that have to be" in each.said("en") for each in plan.reasons)


@given(places(), sizes(), st.randoms(use_true_random=False), st.integers(0, 3))
@settings(max_examples=many(40), deadline=None)
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
    with ThreadPoolExecutor(2) as workers:
        assert drawn(other, size, seed=seed, executor=workers).labels == plan.labels


@given(places(), sizes(), st.integers(2, 1000))
@settings(max_examples=many(40), deadline=None)
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
@settings(max_examples=many(50), deadline=None)
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


@given(places(most=7, compounds=False), sizes())
@settings(max_examples=many(40), deadline=None)
def test_balanced_plans_of_few_units_are_the_best_there_are(place, size):
    ids, weights = place["units"]["id"], place["units"]["households"]
    row = {id: at for at, id in enumerate(ids)}
    pairs = tuple((row[pair["u"]], row[pair["v"]]) for pair in place["pairs"])
    inner = [(row[pair["u"]], row[pair["v"]]) for pair in place["pairs"] if "kind" not in pair]
    cells = tuple(min(reached(at, inner)) for at in range(len(ids)))
    piece = Piece(tuple(weights), pairs, cells)
    limits = Bounds.around(**size)

    def worth(groups):
        return four(piece, groups, limits.target, limits.lowest, limits.highest)[:3]

    plan = drawn(place, size)
    found = [[row[unit] for unit in units] for units in grids_of(plan).values()]
    assert worth(found) == min(map(worth, connected_plans(piece)))


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


REFUSED = {
    "tolerance": ({"tolerance": 20}, "tolerance is 20; it is a share, 0 to 1"),
    "target": ({"target": -3}, "target is -3; it has to be above 0"),
    "bounds": ({"bounds": 300}, "bounds are 300; give the least and the most"),
    "effort": ({"effort": 0}, "effort is 0; it has to be above 0"),
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
        "fixed is a text; give a list of ids, or a mapping from id to grid",
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
    with pytest.raises(OutOfRangeError, match=next(iter(wrong))):
        partition(**row_of(100, 100, 100) | wrong)
