"""Branches over grids."""

from __future__ import annotations

import time

import numpy as np
import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from small_plans import map_of, plan_of

from govtree._adjacency import parts_of
from govtree.errors import OutOfRangeError, StructureError
from govtree.grids import Bounds, group, quotient
from govtree.grids._branches._merging import merged

pytest.importorskip("scipy")


@st.composite
def plans(draw):
    """Return plans of a few grids in a few compounds and communities, in rows and columns."""
    wide, high = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    cells = [(x, y) for y in range(high) for x in range(wide)]
    length = len(cells)
    codes = st.lists(st.integers(-1, 2), min_size=length, max_size=length)
    community = [max(0, each) for each in draw(codes)]
    weight = draw(st.lists(st.integers(0, 5), min_size=length, max_size=length))
    pairs = [
        (at, other)
        for at, (x, y) in enumerate(cells)
        for other, place in enumerate(cells)
        if place in ((x + 1, y), (x, y + 1)) and community[at] == community[other]
    ]
    kind = [draw(st.sampled_from([None, "compound line", "road"])) for _ in pairs]
    map = map_of(weight, community=community, compound=draw(codes), pairs=pairs, kind=kind)
    return plan_of(map, draw(st.lists(st.integers(0, 6), min_size=length, max_size=length)))


@settings(max_examples=many(150))
@given(plans())
def test_grids_as_units_are_what_their_buildings_are(plan):
    """Weights, priority and pairs of the map of grids are told from those of buildings."""
    found = quotient(plan, "households")
    map = plan.map

    assert found.ids == tuple(sorted(plan.grids))
    grid = [found.ids.index(plan.grids[each]) for each in plan.grid]
    for row in range(len(found)):
        units = np.flatnonzero(np.array(grid) == row)
        assert found.weight[row] == map.weight[units].sum()
        compounds = set(map.compound[units].tolist())
        assert found.compound[row] == (compounds.pop() if len(compounds) == 1 else -1)
        assert found.community[row] in map.community[units]
    soft = {}
    for u, v, is_soft in zip(
        map.neighbors.u, map.neighbors.v, map.neighbors.soft.tolist(), strict=True
    ):
        pair = tuple(sorted((grid[u], grid[v])))
        if pair[0] != pair[1] and found.community[pair[0]] == found.community[pair[1]]:
            soft.setdefault(pair, []).append(is_soft)
    pairs = zip(found.neighbors.u.tolist(), found.neighbors.v.tolist(), strict=True)
    told = dict(zip(pairs, found.neighbors.soft.tolist(), strict=True))
    assert told == {pair: all(lines) for pair, lines in soft.items()}
    assert list(told) == sorted(told)


@settings(max_examples=many(100))
@given(plans(), st.integers(1, 4), st.integers(0, 6))
def test_merging_leaves_nothing_that_could_be_merged(plan, lowest, more):
    """A branch that is still too small has no neighbor with room; all else stays together."""
    map = quotient(plan, "households")
    bounds = Bounds.between(lowest, lowest + more)
    before = np.arange(len(map), dtype=np.int32)
    after, stuck = merged(map, before, bounds)

    size = np.bincount(after, weights=map.weight, minlength=len(map))
    pairs = map.neighbors
    inner = after[pairs.u] == after[pairs.v]
    count, _ = parts_of(len(map), pairs.u[inner], pairs.v[inner])
    assert count == len(set(after.tolist()))
    assert [each for each in sorted(set(after.tolist())) if size[each] < lowest] == list(stuck)
    for one, other in zip(after[pairs.u], after[pairs.v], strict=True):
        if one != other and (one in stuck or other in stuck):
            assert size[one] + size[other] > bounds.highest


@settings(max_examples=many(100))
@given(plans(), st.booleans())
def test_every_grid_is_in_one_branch_of_its_community(plan, with_members):
    """Branches by compound hold every grid, leave no community, and are named west to east."""
    members = dict.fromkeys(plan.grids, 2) if with_members else None
    found = group(plan, "compound", members=members)

    assert found.map.ids == tuple(sorted(plan.grids))
    assert (found.grid >= 0).all()
    assert found.grids == tuple(f"B-{at:03}" for at in range(1, len(found.grids) + 1))
    for row in range(len(found.grids)):
        assert len(set(found.map.community[found.grid == row].tolist())) == 1


def row_of_compounds():
    """Return 8 grids in a row: 3 of a compound, 2 of streets, 2 of a compound, 1 of a street."""
    return plan_of(map_of([300] * 8, compound=[0, 0, 0, -1, -1, 1, 1, -1]))


def branches_of(plan):
    """Return the grids of each branch."""
    return [list(plan.units_of(each)) for each in plan.grids]


def test_one_branch_a_compound():
    """A compound is a branch, and so is each stretch of streets between."""
    found = group(row_of_compounds(), "compound")

    assert branches_of(found) == [
        ["N-000", "N-001", "N-002"],
        ["N-003", "N-004"],
        ["N-005", "N-006"],
        ["N-007"],
    ]
    assert found.reasons == ()


def test_a_compound_in_two_parts_is_one_branch_and_named():
    """What lies apart in one compound stays one branch; the reason names it."""
    found = group(plan_of(map_of([300] * 3, compound=[0, -1, 0])), "compound")

    assert branches_of(found) == [["N-000", "N-002"], ["N-001"]]
    assert found.reasons == ("the grids of branch B-001 lie in 2 parts: N-000, N-002",)


def test_a_grid_belongs_to_the_compound_that_most_of_it_lies_in():
    """More than half of what is counted makes a grid one of a compound."""
    map = map_of([100, 200, 150, 150], compound=[-1, 0, 0, -1])

    assert branches_of(group(plan_of(map, [0, 0, 1, 1]), "compound")) == [["N-000"], ["N-001"]]
    assert branches_of(group(plan_of(map, [0, 0, 0, 1]), "compound")) == [["N-000"], ["N-001"]]
    alone = group(plan_of(map, [0, 0, 1, 2]), "compound")
    assert branches_of(alone) == [["N-000", "N-001"], ["N-002"]]


def test_branches_with_too_few_members_are_merged():
    """A branch of less than three members goes to the neighbor that stays smallest."""
    members = [2, 0, 0, 20, 9, 1, 0, 4]
    plan = row_of_compounds()
    found = group(plan, "compound", members=dict(zip(plan.grids, members, strict=True)))

    assert branches_of(found) == [
        ["N-000", "N-001", "N-002", "N-003", "N-004"],
        ["N-005", "N-006", "N-007"],
    ]
    assert found.map.weight.tolist() == members
    assert (found.bounds.lowest, found.bounds.highest) == (3, 50)
    assert found.reasons == ()


def test_a_small_branch_rather_crosses_no_line():
    """Between two neighbors, the one without a soft line in front is taken, though larger."""
    map = map_of([1, 2, 3], pairs=[(0, 1), (0, 2)], kind=["road", None])

    found, small = merged(map, np.arange(3, dtype=np.int32), Bounds.between(2, 9))
    assert (found.tolist(), small) == ([0, 1, 0], ())


@pytest.mark.parametrize("lines", [(None, "road"), ("road", None)])
def test_merged_branches_have_one_way_without_a_line(lines):
    """A line that only one of two merged branches has before it is none before both."""
    first, second = lines
    map = map_of(
        [1, 1, 9, 8],
        pairs=[(0, 1), (0, 2), (0, 3), (1, 2)],
        kind=[None, first, "road", second],
    )

    # First 0 and 1 become one; there is a way to 2, and a road before 3, which is smaller.
    found, _ = merged(map, np.arange(4, dtype=np.int32), Bounds.between(3, 12))
    assert found.tolist() == [0, 0, 0, 3]


def test_what_members_do_not_allow_is_named():
    """Too few without a neighbor or room, and too many, each have a reason in two languages."""
    plan = plan_of(map_of([300] * 6, community=[0, 1, 1, 2, 2, 2], compound=[-1, 0, 1, 2, 2, -1]))
    found = group(plan, "compound", members=[2, 2, 60, 30, 25, 3])

    assert found.reasons == (
        "branch B-001 has 2 members, fewer than 3, and nothing lies beside it in its community",
        "branch B-002 has 2 members, fewer than 3, and none beside it can take them within 50",
        "branch B-003 has 60 members, more than 50, all in one grid",
        "branch B-004 has 55 members, more than 50",
    )
    assert found.reasons[3].said("zh") == "党支部 B-004 有 55 名党员，多于 50 名"


def test_many_grids_are_grouped_in_little_time():
    """25,000 grids become branches of members within two seconds."""
    length = 25_000
    plan = plan_of(
        map_of(
            [300] * length,
            community=[at // 100 for at in range(length)],
            compound=[at // 3 for at in range(length)],
        )
    )
    began = time.perf_counter()
    found = group(plan, "compound", members=np.arange(length) % 4, member_bounds=(3, 50))

    assert time.perf_counter() - began < 2
    size = np.bincount(found.grid, weights=found.map.weight)
    assert size.min() >= 3


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"branches": "street"},
        {"branches": 0},
        {"branches": 9},
        {"branches": 2.5},
        {"branches": True},
        {"per_branch": 0},
        {"per_branch": (4, 2)},
        {"per_branch": (1, 2, 3)},
        {"branches": 2, "members": [1] * 8, "member_bounds": (3, 1)},
        {"branches": 2, "members": [1] * 8, "member_bounds": 3},
        {"branches": 2, "members": [1] * 3},
        {"branches": 2, "template": "B"},
    ],
)
def test_arguments_out_of_range(options):
    """Numbers of branches, grids and members out of range are refused."""
    with pytest.raises(OutOfRangeError):
        group(row_of_compounds(), **options)


def test_each_part_of_a_map_needs_a_branch():
    """A branch leaves no community, so that there are no fewer branches than parts."""
    with pytest.raises(OutOfRangeError, match="leave 2 parts"):
        group(plan_of(map_of([300] * 4, community=[0, 0, 1, 1])), 1)


def test_every_problem_of_members_is_told_at_once():
    """Members that are missing, not whole, negative, or of no grid stand in one error."""
    members = {f"N-{at:03}": 3 for at in range(7)} | {"N-000": -1, "N-001": 1.5, "N-O02": 1}
    with pytest.raises(StructureError) as caught:
        group(row_of_compounds(), "compound", members=members)

    assert [(str(each.where), each.code) for each in caught.value.problems] == [
        ("members['N-000']", "GT576"),
        ("members['N-001']", "GT577"),
        ("members['N-007']", "GT575"),
        ("members['N-O02']", "GT574"),
    ]


@pytest.mark.parametrize("weight", ["people", [1, 2], [1.5] * 8, [-1] * 8])
def test_weights_of_grids_are_whole_numbers(weight):
    """Weights of grids are counts, one for each."""
    with pytest.raises(OutOfRangeError):
        quotient(row_of_compounds(), weight)
