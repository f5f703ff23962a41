"""The engine of grids one level up and one level down: branches over grids, groups in grids."""

from __future__ import annotations

import numpy as np
import pytest
from small_plans import map_of, plan_of

from govtree._adjacency import parts_of
from govtree.grids import Bounds, group, partition

pytest.importorskip("scipy")


def lattice(wide, high, weight, **options):
    """Return the map of a rectangle of buildings, 10 m apart, each beside up to four."""
    cells = [(x, y) for y in range(high) for x in range(wide)]
    place = {cell: at for at, cell in enumerate(cells)}
    community = options.get("community", [0] * len(cells))
    pairs = [
        (at, place[near])
        for at, (x, y) in enumerate(cells)
        for near in ((x + 1, y), (x, y + 1))
        if near in place and community[at] == community[place[near]]
    ]
    return map_of([weight] * len(cells), pairs=pairs, **options)


def is_whole(plan):
    """Return whether each part of a plan is contiguous and stays in its community."""
    pairs = plan.map.neighbors
    inner = plan.grid[pairs.u] == plan.grid[pairs.v]
    count, _ = parts_of(len(plan.map), pairs.u[inner], pairs.v[inner])
    places = set(zip(plan.grid.tolist(), plan.map.community.tolist(), strict=True))
    return count == len(plan.grids) == len(places)


def test_groups_lie_inside_grids():
    """Groups for building heads, drawn inside the grids of a plan, leave no grid."""
    map = lattice(12, 10, 20)
    grids = partition(map, target=300, tolerance=0.2)
    groups = partition(grids.map.within(grids.grid), target=40, tolerance=0.5)

    assert is_whole(groups)
    assert len(groups.grids) >= 2 * len(grids.grids)
    for row in range(len(groups.grids)):
        assert len(set(grids.grid[groups.grid == row].tolist())) == 1
    assert groups.is_within_bounds


def test_branches_lie_over_grids_of_a_plan():
    """Branches of a plan that was drawn are contiguous, within bounds and hold every grid."""
    grids = partition(lattice(18, 10, 50), target=300, tolerance=0.2)
    branches = group(grids, per_branch=3)

    assert sorted(branches.map.ids) == sorted(grids.grids)
    assert is_whole(branches)
    assert branches.is_within_bounds
    assert (branches.bounds.lowest, branches.bounds.highest) == (2, 4)


@pytest.mark.parametrize("number", [1, 2, 5, 8])
def test_as_many_branches_as_were_asked_for(number):
    """A number of branches is kept, over one community that hangs together."""
    branches = group(plan_of(lattice(6, 4, 300)), number)

    assert len(branches.grids) == number
    assert is_whole(branches)


def test_streets_are_branches_of_a_number_of_grids():
    """Beside compounds, which are one branch each, streets are divided by number of grids."""
    plan = plan_of(map_of([300] * 12, compound=[0] * 5 + [-1] * 7))
    branches = group(plan, "compound", per_branch=(2, 3))

    size = np.bincount(branches.grid).tolist()
    assert size[0] == 5
    assert sum(size) == 12
    assert all(2 <= each <= 3 for each in size[1:])
    assert is_whole(branches)


def test_members_are_divided_over_a_number_of_branches():
    """With members known, a number of branches divides them evenly, within their bounds."""
    plan = plan_of(lattice(6, 4, 300))
    branches = group(plan, 4, members=[5] * 24)

    held = np.bincount(branches.grid, weights=branches.map.weight)
    assert len(held) == 4
    assert held.min() >= 25
    assert held.max() <= 35
    assert branches.bounds == Bounds.between(3, 50, target=30)


def test_a_grid_with_too_many_members_is_named_once():
    """Bounds of members have one reason a branch, in the words of branches."""
    plan = plan_of(map_of([300] * 6, community=[0] * 5 + [1]))
    branches = group(plan, 3, members=[60, 1, 1, 1, 1, 1])

    assert branches.reasons == (
        "branch B-003 has 1 members, fewer than 3, and nothing lies beside it in its community",
        "branch B-001 has 60 members, more than 50, all in one grid",
    )


@pytest.mark.parametrize("options", [{"branches": 4}, {"per_branch": 5}])
def test_branches_leave_no_community(options):
    """No branch lies in two communities, however many were asked for."""
    community = [0 if at % 6 < 3 else 1 for at in range(24)]
    branches = group(plan_of(lattice(6, 4, 300, community=community)), **options)

    assert is_whole(branches)
