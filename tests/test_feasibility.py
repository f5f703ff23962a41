"""What no plan can reach is known before any search, and told by name."""

from __future__ import annotations

import itertools
import time
from fractions import Fraction

import numpy as np
import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from small_maps import Piece, connected_plans, pieces

from govtree._adjacency import Neighbors
from govtree.errors import OutOfRangeError, StructureError
from govtree.grids import Bounds, BuildingMap
from govtree.grids._feasible._feasibility import feasibility_of

pytest.importorskip("scipy")

USUAL = Bounds.around(300, 0.2)


def map_of(weights, pairs, compounds=None, communities=None):
    """Buildings B-00, B-01, ... with their compounds and communities by name."""
    ids = tuple(f"B-{row:02}" for row in range(len(weights)))
    compound, names = codes_of(compounds, len(ids))
    community, groups = codes_of(communities, len(ids))
    return BuildingMap(
        ids=ids,
        weight=np.array(weights, np.int64),
        count="households",
        community=community,
        communities=groups,
        compound=compound,
        compounds=names,
        priority=np.zeros(len(ids), np.int64),
        x=None,
        y=None,
        outlines=None,
        neighbors=Neighbors.of(len(ids), [one for one, _ in pairs], [other for _, other in pairs]),
    )


def codes_of(names, units):
    if names is None:
        return np.full(units, -1, np.int32), ()
    words = tuple(sorted(set(names) - {None}))
    rows = {word: row for row, word in enumerate(words)} | {None: -1}
    codes = [rows[name] for name in names]
    return np.array(codes, np.int32), words


def row_of_buildings(weights, **how):
    return map_of(weights, list(itertools.pairwise(range(len(weights)))), **how)


def beside(parts):
    """Return one map of several pieces that nothing joins."""
    weights, pairs, first = [], [], 0
    for part in parts:
        weights += part.weights
        pairs += [(first + one, first + other) for one, other in part.pairs]
        first += len(part.weights)
    return map_of(weights, pairs)


bounds = st.builds(
    lambda lowest, more: Bounds(
        Fraction(2 * lowest + more, 2) or Fraction(1), lowest, lowest + more
    ),
    st.integers(0, 14),
    st.integers(1, 8),
)


def least_by_number(part, limits):
    """Return, for each number of grids of a piece, the least that are out of bounds."""
    found = {}
    for plan in connected_plans(part):
        out = sum(not limits.holds(sum(part.weights[row] for row in each)) for each in plan)
        found[len(plan)] = min(out, found.get(len(plan), out))
    return found


def least_of_all(tables, number):
    """Return the least out of bounds of *number* grids over all pieces, or of any number."""
    sums = {0: 0}
    for table in tables:
        sums = {
            total: min(
                sums[total - grids] + out for grids, out in table.items() if total - grids in sums
            )
            for total in {one + other for one in sums for other in table}
        }
    return min(sums.values()) if number is None else sums[number]


@given(st.lists(pieces(most=5, heaviest=20), min_size=1, max_size=3), bounds, st.data())
@settings(max_examples=many(200), deadline=None)
def test_floor_is_never_above_what_the_best_plan_reaches(parts, limits, data):
    """No plan of any number of grids, or of a fixed number, has fewer out than the floor."""
    units = sum(len(each.weights) for each in parts)
    number = data.draw(st.none() | st.integers(len(parts), units))
    true = least_of_all([least_by_number(each, limits) for each in parts], number)

    found = feasibility_of(beside(parts), limits, number=number)

    assert found.floor <= true
    assert found.parts == len(parts)
    if number is None:
        # Parts of this size are looked through.
        assert found.floor == true


@given(pieces(most=8, heaviest=20), bounds, st.data())
@settings(max_examples=many(60), deadline=None)
def test_floor_of_a_small_piece_is_exact(part, limits, data):
    """Where one piece is small, the floor is what its best plan reaches."""
    number = data.draw(st.integers(1, len(part.weights)))

    found = feasibility_of(beside([part]), limits, number=number)

    assert found.floor == least_by_number(part, limits)[number]


@given(st.lists(pieces(most=4, heaviest=20), min_size=2, max_size=3), bounds, st.data())
@settings(max_examples=many(60), deadline=None)
def test_floor_of_compounds_is_never_above_what_plans_reach(parts, limits, data):
    """With numbers by compound, each compound is a group of its own."""
    first, *others = parts
    names = ["C-1"] * len(first.weights) + [None] * sum(len(each.weights) for each in others)
    whole = beside(parts)
    number = data.draw(st.integers(1, len(first.weights)))
    # Joined by a street, which a compound with a number of its own does not share.
    street = (0, len(first.weights))
    pairs = [*zip(whole.neighbors.u.tolist(), whole.neighbors.v.tolist(), strict=True), street]
    joined = map_of(whole.weight, pairs, compounds=names)
    true = least_by_number(first, limits)[number]
    true += least_of_all([least_by_number(each, limits) for each in others], None)

    assert feasibility_of(joined, limits, number={"C-1": number}).floor == true


@given(st.lists(pieces(most=5, heaviest=20), min_size=1, max_size=3), bounds, st.integers(2, 10**6))
@settings(max_examples=many(40), deadline=None)
def test_scale_changes_no_answer(parts, limits, by):
    """Weights and bounds may be multiplied together."""
    one = feasibility_of(beside(parts), limits)
    scaled = [
        Piece(tuple(by * each for each in part.weights), part.pairs, part.cells) for part in parts
    ]
    larger = Bounds(limits.target * by, limits.lowest * by, limits.highest * by)

    other = feasibility_of(beside(scaled), larger)

    assert (one.floor, one.table["out"], one.table["cause"]) == (
        other.floor,
        other.table["out"],
        other.table["cause"],
    )


ANSWERS = {
    "a total that no number of grids fits": (
        row_of_buildings([200, 210], compounds=["12", "12"]),
        1,
        (
            "compound 12: 410 households behind one wall; no number of grids of 240 to 360 fits; "
            "nearest: 1 grid of 410 or 2 of 205"
        ),
        (
            "小区 12：在同一围墙内共 410 户，无论分成几个 240 至 360 的网格都不合适；"
            "最接近的是 1 个网格（410）或 2 个（每个 205）"
        ),
    ),
    "a building above the bound": (
        row_of_buildings([300, 400, 260], communities=["S", "S", "S"]),
        1,
        (
            "community S: B-01 (400) has more households alone than the 360 of a grid; it could "
            "be divided by entrance"
        ),
        "社区 S：仅 B-01（400） 的户数就超过网格上限 360，可按单元拆分",
    ),
    "an island too small for a grid": (
        row_of_buildings([100, 90]),
        1,
        "the part around B-00: 190 households in all, too few for a grid of 240",
        "B-00 一带：共 190 户，不足一个网格所需的 240",
    ),
    "an island of shops": (
        map_of([300, 0, 0], [(1, 2)], compounds=["A", "B", "B"]),
        1,
        "compound B: no households at all in 2 units; they fit no grid of 240 or more",
        "小区 B：2 处的户数均为 0，成不了 240 以上的网格",
    ),
    "buildings that add up to nothing within": (
        row_of_buildings([200, 200, 200]),
        1,
        "the part around B-00: no units of it add up to grids of 240 to 360 households",
        "B-00 一带：其中各处凑不成 240 至 360 户的网格",
    ),
    "buildings in an order that allows no cut": (
        row_of_buildings([50, 350, 199, 51]),
        1,
        (
            "the part around B-00: no way to divide its 4 units keeps every grid within 240 to "
            "360 households; all were tried"
        ),
        "B-00 一带：4 处的所有分法都试过，没有一种能使每个网格都在 240 至 360 户之内",
    ),
    "part of a compound": (
        map_of([300, 100], [], compounds=["A", "A"]),
        1,
        "the part of compound A around B-01: 100 households in all, too few for a grid of 240",
        "小区 A 中 B-01 一带：共 100 户，不足一个网格所需的 240",
    ),
    "part of a community": (
        map_of([300, 100], [], communities=["S", "S"]),
        1,
        "the part of community S around B-01: 100 households in all, too few for a grid of 240",
        "社区 S 中 B-01 一带：共 100 户，不足一个网格所需的 240",
    ),
    "a plan that fits": (row_of_buildings([150, 150, 150, 150]), 0, None, None),
    "no units": (map_of([], []), 0, "there are no units", "没有可以划分的楼栋"),
    "nothing counted at all": (
        row_of_buildings([0, 0]),
        1,
        "no households are counted in any unit",
        "各处的户数均为 0",
    ),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_answer_names_what_speaks_against_a_plan(case):
    """Each answer has its floor, and its reason in two languages."""
    units, floor, english, chinese = ANSWERS[case]

    found = feasibility_of(units, USUAL)

    assert found.floor == floor
    assert found.is_impossible == (floor > 0)
    if english is None:
        assert found.reasons == ()
    else:
        assert english in found.reasons
        assert chinese in [each.said("zh") for each in found.reasons]


@pytest.mark.parametrize(
    ("number", "floor", "reason"),
    [
        (2, 0, None),
        (1, 1, "of 1 grids at least 1 are out of bounds; 2 would fit best"),
        (4, 3, "of 4 grids at least 3 are out of bounds; 2 would fit best"),
        (9, 6, "9 grids are too many for 6 units"),
        ({"A": 1}, 1, "compound A: of 1 grids at least 1 are out of bounds; 2 would fit best"),
    ],
)
def test_number_that_was_asked_for_is_judged(number, floor, reason):
    """A number of grids that fits no better than another is named."""
    units = row_of_buildings([100] * 6, compounds=["A"] * 6)

    found = feasibility_of(units, USUAL, number=number)

    assert found.floor == floor
    assert found.reasons == (() if reason is None else (reason,))


def test_too_few_grids_for_the_parts_are_named():
    """A grid spans no hard line, so that there are as many as there are parts at least."""
    found = feasibility_of(map_of([300] * 3, []), USUAL, number=2)

    assert found.reasons == ("2 grids are too few for 3 parts that no grid may span",)


def test_target_below_the_smallest_unit_is_named():
    """Where every unit is above the bound, this is said once, of the whole."""
    found = feasibility_of(row_of_buildings([500, 400]), USUAL)

    assert found.floor == 1
    assert found.reasons[:2] == (
        "each of the 2 units has more than 360 households alone",
        "the target of 300 households is below the smallest unit, B-01 with 400",
    )
    assert found.reasons[-1].endswith("the largest first: B-00 (500), B-01 (400)")


def test_what_is_wrong_with_numbers_by_compound_is_told_at_once():
    """Compounds that are not there, and numbers that are none."""
    units = row_of_buildings([300, 300], compounds=["A", "A"])

    with pytest.raises(StructureError) as caught:
        feasibility_of(units, USUAL, number={"A": 0, "B": 1, "C": 1.5})

    assert [each.code for each in caught.value.problems] == ["GT551", "GT550", "GT550", "GT551"]


def test_number_below_one_is_refused():
    """There is no plan of no grids."""
    with pytest.raises(OutOfRangeError, match="number is 0"):
        feasibility_of(row_of_buildings([300]), USUAL, number=0)


def test_table_and_text_of_two_parts():
    """The table has a row for each part, the text a line for each reason."""
    units = map_of([300, 410], [], compounds=["A", "B"], communities=["S", "S"])

    found = feasibility_of(units, USUAL)

    assert found.table == {
        "first_unit": ("B-00", "B-01"),
        "compound": ("A", "B"),
        "community": ("S", "S"),
        "units": (1, 1),
        "total": (300, 410),
        "fewest": (1, 2),
        "most": (1, 1),
        "units_above": (0, 1),
        "out": (0, 1),
        "cause": (None, "unit above"),
    }
    assert found.to_frame()["total"].tolist() == [300, 410]
    assert str(found) == (
        "households: 710; parts kept apart by hard lines: 2; grids of 240 to 360 that fit best: "
        "2; out of bounds in any plan: at least 1\n"
        "compound B: B-01 (410) has more households alone than the 360 of a grid; it could be "
        "divided by entrance"
    )


def test_many_parts_are_counted_and_the_first_told():
    """There are never more reasons than anybody reads, and none is lost from the count."""
    found = feasibility_of(map_of([100] * 1_300, []), USUAL)

    assert (found.floor, len(found.reasons)) == (1_300, 51)
    assert found.reasons[-1] == "1,250 more parts have a grid out of bounds in any plan"


def test_a_county_is_answered_while_nobody_waits():
    """Of 2,400 buildings in 240 compounds, in far less than a plan takes."""
    chance = np.random.default_rng(1)
    weights = chance.integers(10, 70, 2_400).tolist()
    pairs = [(row, row + 1) for row in range(2_399) if row % 10 != 9]
    units = map_of(weights, pairs, compounds=[f"C-{row // 10:03}" for row in range(2_400)])
    feasibility_of(units, USUAL)

    began = time.perf_counter()
    found = feasibility_of(units, USUAL)

    assert time.perf_counter() - began < 0.2
    assert found.parts == 240
