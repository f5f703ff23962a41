"""Small pieces are divided as well as can be."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from small_maps import Piece, connected_plans, four, pieces

from govtree._recombination._board import Purse
from govtree._recombination._exact import best_plan, least_out
from govtree._recombination._some_plan import has_plan
from govtree.errors import OutOfRangeError

pytest.importorskip("scipy")

# 25 precincts of Florida in 3 districts: populations and who lies beside whom. Counts of the
# census, which are facts; as in fl25 of the R package redist (GPL-2 or later for its code). All
# 117,688 connected plans were enumerated by its authors: Fifield, Imai, Kawahara, Kenny, "The
# essential role of empirical validation in legislative redistricting simulation" (2020).
FLORIDA = Piece(
    (
        15993,
        7799,
        6347,
        3808,
        4982,
        8907,
        12853,
        22218,
        16734,
        6961,
        6576,
        6416,
        6190,
        12289,
        1061,
        3906,
        3804,
        3124,
        3470,
        1681,
        8311,
        3626,
        1496,
        5534,
        957,
    ),
    (
        (0, 1),
        (0, 2),
        (0, 3),
        (0, 4),
        (0, 5),
        (0, 6),
        (0, 7),
        (0, 8),
        (0, 9),
        (0, 10),
        (0, 11),
        (0, 12),
        (0, 13),
        (0, 14),
        (1, 3),
        (1, 15),
        (1, 16),
        (1, 17),
        (1, 18),
        (1, 19),
        (1, 20),
        (1, 21),
        (2, 3),
        (2, 5),
        (2, 20),
        (2, 22),
        (3, 20),
        (4, 6),
        (4, 21),
        (4, 23),
        (4, 24),
        (5, 8),
        (5, 22),
        (6, 7),
        (7, 9),
        (8, 13),
        (9, 10),
        (10, 11),
        (11, 12),
        (12, 14),
        (13, 14),
        (15, 16),
        (15, 17),
        (16, 18),
        (17, 20),
        (18, 19),
        (19, 21),
        (20, 22),
        (21, 23),
        (21, 24),
        (23, 24),
    ),
    (0,) * 25,
)


@st.composite
def asked(draw, piece):
    """Bounds around a target, and a number of parts or none."""
    lowest = draw(st.integers(0, 15))
    highest = draw(st.integers(max(lowest, 1), lowest + 12))
    quarters = draw(st.integers(max(4 * lowest, 1), 4 * highest))
    number = draw(st.none() | st.integers(1, len(piece.weights)))
    return {
        "target": Fraction(quarters, draw(st.sampled_from([4, 4, 7]))),
        "lowest": lowest,
        "highest": highest,
        "number": number,
    }


def parts_of(labels):
    return [np.flatnonzero(labels == part).tolist() for part in range(labels.max() + 1)]


def best_of_all(piece, number, target, lowest, highest):
    return min(
        four(piece, plan, target, lowest, highest)
        for plan in connected_plans(piece)
        if number in (None, len(plan))
    )


@given(st.data())
@settings(max_examples=many(150), deadline=None)
def test_no_plan_is_better_in_any_of_the_four(data):
    """Of all connected plans none is better, in the order of importance."""
    piece = data.draw(pieces())
    how = data.draw(asked(piece))
    best = best_of_all(piece, **how)

    labels = best_plan(piece.weight, piece.u, piece.v, piece.cell, **how)

    plan = parts_of(labels)
    assert plan in [sorted(each) for each in connected_plans(piece)]
    how.pop("number")
    assert four(piece, plan, **how) == best


@given(st.data())
@settings(max_examples=many(60), deadline=None)
def test_a_known_plan_changes_no_answer(data):
    """What any plan is known to reach saves work only."""
    piece = data.draw(pieces(most=6))
    how = data.draw(asked(piece))
    bounds = {name: how[name] for name in ("target", "lowest", "highest")}
    plans = [each for each in connected_plans(piece) if how["number"] in (None, len(each))]
    known = four(piece, data.draw(st.sampled_from(plans)), **bounds)

    given_ = piece.weight, piece.u, piece.v, piece.cell
    assert (best_plan(*given_, **how, upper=known) == best_plan(*given_, **how)).all()


@given(st.data())
@settings(max_examples=many(60), deadline=None)
def test_scale_and_order_of_pairs_change_nothing(data):
    """Weights and target may be multiplied together, and pairs come in any order."""
    piece = data.draw(pieces())
    how = data.draw(asked(piece))
    by = data.draw(st.integers(2, 10**6))
    order = data.draw(st.permutations(range(len(piece.pairs))))
    larger = {name: each and each * by for name, each in how.items()} | {"number": how["number"]}

    one = best_plan(piece.weight, piece.u, piece.v, piece.cell, **how)
    other = best_plan(
        piece.weight * by,
        piece.v[list(order)],
        piece.u[list(order)],
        piece.cell,
        **larger,
    )
    assert (one == other).all()


@given(st.data())
@settings(max_examples=many(100), deadline=None)
def test_least_out_is_what_enumeration_finds(data):
    """The least number of parts out of bounds is that of the best of all plans."""
    piece = data.draw(pieces())
    how = data.draw(asked(piece))
    best = best_of_all(piece, **how)
    how.pop("target")

    assert least_out(piece.weight, piece.u, piece.v, **how) == best[0]


@given(st.data())
@settings(max_examples=many(100), deadline=None)
def test_a_plan_within_bounds_is_found_where_there_is_one(data):
    """Two ways to find out whether a plan keeps all parts within bounds agree."""
    piece = data.draw(pieces())
    how = data.draw(asked(piece))
    bounds = {name: how[name] for name in ("lowest", "highest")}

    found = has_plan(piece.weights, piece.pairs, **bounds, purse=Purse(100_000))

    assert found == (least_out(piece.weight, piece.u, piece.v, **bounds) == 0)


@pytest.mark.parametrize("number", [3, None])
def test_precincts_of_florida_are_divided_as_well_as_can_be(number):
    """The largest deviation is 419.33, the least of all 117,688 plans."""
    piece = FLORIDA
    target = Fraction(sum(piece.weights), 3)

    labels = best_plan(
        piece.weight,
        piece.u,
        piece.v,
        piece.cell,
        target=target,
        lowest=52_513,
        highest=64_182,
        number=number,
    )

    sizes = np.bincount(labels, piece.weight).astype(int).tolist()
    assert labels.tolist() == [
        0,
        1,
        1,
        1,
        1,
        2,
        1,
        0,
        2,
        0,
        0,
        0,
        2,
        2,
        2,
        1,
        1,
        2,
        1,
        1,
        2,
        1,
        2,
        1,
        1,
    ]
    assert sizes == [58164, 58767, 58112]


def test_precincts_of_florida_cannot_be_within_half_a_percent():
    """Where no plan is within bounds, the least number out is proven."""
    piece = FLORIDA

    found = least_out(piece.weight, piece.u, piece.v, lowest=58_060, highest=58_640, number=3)

    assert found == 1


def test_nothing_is_claimed_when_the_budget_runs_out():
    """A plan that is not proven is not returned."""
    piece = FLORIDA
    given_ = piece.weight, piece.u, piece.v
    bounds = {"lowest": 58_340, "highest": 58_350, "number": 3, "budget": 100}

    assert best_plan(*given_, piece.cell, target=Fraction(58_345), **bounds) is None
    assert least_out(*given_, **bounds) is None


def test_more_units_than_a_board_holds_are_not_looked_at():
    """27 units are too many."""
    one = np.arange(26)

    assert least_out(np.ones(27, np.int64), one, one + 1, lowest=1, highest=2) is None


@pytest.mark.parametrize("number", [0, 3])
def test_number_has_to_be_possible(number):
    """There are no more parts than units."""
    with pytest.raises(OutOfRangeError, match=f"number is {number}; there are 2 units"):
        least_out(np.array([1, 1]), [0], [1], lowest=1, highest=2, number=number)
