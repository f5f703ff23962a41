"""Rules about households, and about what they hang on: is everybody in a group and a grid?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from govtree._columns import NONE, UNKNOWN, References
from govtree.findings import LEVELS, Hits, Labeled, Named
from govtree.rules._rule import rule
from govtree.rules._ways import (
    Ground,
    across,
    building_grids,
    count_in,
    covers,
    first,
    on_ground,
    through,
    up,
)

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["RULES"]

_CHAIN = "the chain of levels that the structure itself states"
_GRIDS = (
    "Central Committee and State Council, opinion on modernizing primary-level governance, "
    "2021: every place lies in one grid"
)


@rule(
    code="GT201",
    subject="household",
    message="stands in no {level}",
    hint="name its {level} as its parent",
    why="Nobody in the organization answers for a household that stands in no group.",
    source=_CHAIN,
    needs=("household.parent",),
    failing="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1}]
        groups: [{id: G-1, parent: B-1}]
        households: [{id: H-1, parent: G-1}, {id: H-2}]
        """,
    mended="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1}]
        groups: [{id: G-1, parent: B-1}]
        households: [{id: H-1, parent: G-1}, {id: H-2, parent: G-1}]
        """,
)
def household_in_no_group(h: Hierarchy) -> Hits:
    return without_parent(h, "household")


@rule(
    code="GT202",
    subject="household",
    message="lies in no grid",
    hint="name its grid, or the building or entrance that it is in",
    why="A household outside of every grid is on no grid worker's round.",
    source=_GRIDS,
    needs=("grid", "household.grid|building.grid|building.micro_grid"),
    failing="""\
        grids: [{id: N-1}]
        households: [{id: H-1, grid: N-1}, {id: H-2}]
        """,
    mended="""\
        grids: [{id: N-1}]
        households: [{id: H-1, grid: N-1}, {id: H-2, grid: N-1}]
        """,
)
def household_in_no_grid(h: Hierarchy) -> Hits:
    ground = on_ground(h)
    outside = ground.grid == NONE
    if ground.building is not None and ground.by_building is not None:
        # Where its building lies in no grid, the building is the cause.
        outside &= ground.building < 0
    return Hits(np.flatnonzero(outside), unknown=ground.grid == UNKNOWN)


@rule(
    code="GT203",
    subject="household",
    message="names grid '{own}', but its building '{building}' lies in grid '{other}'",
    hint="take its own grid out, or correct that of the building",
    why="Two grid workers each think that the other one calls there, or both do.",
    source=_GRIDS,
    needs=("grid", "household.grid", "building.grid|building.micro_grid"),
    failing="""\
        grids: [{id: N-1}, {id: N-2}]
        buildings: [{id: T-1, grid: N-1}]
        households: [{id: H-1, building: T-1, grid: N-2}]
        """,
    mended="""\
        grids: [{id: N-1}, {id: N-2}]
        buildings: [{id: T-1, grid: N-1}]
        households: [{id: H-1, building: T-1, grid: N-1}]
        """,
)
def household_in_two_grids(h: Hierarchy) -> Hits:
    ground = on_ground(h)
    own, other, building = ground.own, ground.by_building, ground.building
    if own is None or other is None or building is None:
        return Hits([])
    rows = np.flatnonzero((own >= 0) & (other >= 0) & (own != other))
    grids = Named("grid", own[rows]), Named("grid", other[rows])
    return Hits(
        rows,
        related=grids,
        own=grids[0],
        other=grids[1],
        building=Named("building", building[rows]),
    )


@rule(
    code="GT204",
    slug="two-ways-up-disagree",
    subject="household",
    message="stands under {level} '{along}', but its grid '{grid}' is covered by '{across}'",
    hint="move it to a group of '{across}', or correct its grid or what covers that",
    why="A household is called on by one branch and counted by another.",
    source="account of Luozhuang: a branch answers for the households of the grids it covers",
    needs=("grid", "branch", "household.parent", ":covers"),
    failing="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1, covers: [N-1]}, {id: B-2, parent: C-1, covers: [N-2]}]
        groups: [{id: G-1, parent: B-1}]
        grids: [{id: N-1}, {id: N-2}]
        households: [{id: H-1, parent: G-1, grid: N-2}]
        """,
    mended="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1, covers: [N-1]}, {id: B-2, parent: C-1, covers: [N-2]}]
        groups: [{id: G-1, parent: B-1}]
        grids: [{id: N-1}, {id: N-2}]
        households: [{id: H-1, parent: G-1, grid: N-1}]
        """,
)
def two_ways_up_disagree(h: Hierarchy) -> Hits:
    ground = on_ground(h)
    along = up(h, "branch")
    over = across(h)
    rows = np.flatnonzero(along != over)
    # Nothing where none or several branches cover the grid: other rules report that.
    rows = rows[(along[rows] >= 0) & (over[rows] >= 0) & _is_in_one_grid(ground, rows)]
    grid = Named("grid", ground.grid[rows])
    branches = Named("branch", along[rows]), Named("branch", over[rows])
    return Hits(
        rows,
        related=(*branches, grid),
        level=Labeled(LEVELS, h.facts.called("branch")),
        along=branches[0],
        across=branches[1],
        grid=grid,
    )


@rule(
    code="GT205",
    subject="household",
    message="stands under {level} '{along}', but its grid '{grid}' lies in '{across}'",
    hint="correct its parent, its grid, or the {level} of the grid",
    why="Two communities count the household, and a matter of it may end in either.",
    source=_CHAIN,
    needs=("grid.community", "household.parent"),
    failing="""\
        communities: [{id: C-1}, {id: C-2}]
        branches: [{id: B-1, parent: C-1}]
        groups: [{id: G-1, parent: B-1}]
        grids: [{id: N-1, community: C-2}]
        households: [{id: H-1, parent: G-1, grid: N-1}]
        """,
    mended="""\
        communities: [{id: C-1}, {id: C-2}]
        branches: [{id: B-1, parent: C-1}]
        groups: [{id: G-1, parent: B-1}]
        grids: [{id: N-1, community: C-1}]
        households: [{id: H-1, parent: G-1, grid: N-1}]
        """,
)
def household_in_two_communities(h: Hierarchy) -> Hits:
    ground = on_ground(h)
    rows = _not_told_by_branches(h)
    along = up(h, "community")[rows] if len(rows) else rows
    grid = ground.grid[rows]
    lies_in = through(grid, h.arrays.within("grid", "community"))
    two = (along >= 0) & (lies_in >= 0) & (along != lies_in) & _is_in_one_grid(ground, rows)
    if h.has("branch"):
        # Where the branch itself covers a grid of another community, the cover is the cause.
        two &= ~covers(h, up(h, "branch")[rows], grid)
    rows, along, lies_in = rows[two], along[two], lies_in[two]
    grids = Named("grid", ground.grid[rows])
    communities = Named("community", along), Named("community", lies_in)
    return Hits(
        rows,
        related=(*communities, grids),
        level=Labeled(LEVELS, h.facts.called("community")),
        along=communities[0],
        across=communities[1],
        grid=grids,
    )


@rule(
    code="GT206",
    subject="building",
    message="lies in no grid; households in it: {households}",
    hint="name its grid",
    why="Everybody in a building outside of every grid is on no grid worker's round.",
    source=_GRIDS,
    needs=("grid", "building.grid|building.micro_grid"),
    failing="""\
        grids: [{id: N-1}]
        buildings: [{id: T-1, grid: N-1}, {id: T-2}]
        """,
    mended="""\
        grids: [{id: N-1}]
        buildings: [{id: T-1, grid: N-1}, {id: T-2, grid: N-1}]
        """,
)
def building_in_no_grid(h: Hierarchy) -> Hits:
    grids = building_grids(h)
    if grids is None:
        return Hits([])
    outside = grids == NONE
    unknown = grids == UNKNOWN
    if not outside.any():
        return Hits([], unknown=unknown, households=[])
    ground = on_ground(h)
    inside = count_in(ground.building, len(grids))
    if ground.own is not None and ground.building is not None:
        # Households that name their grid themselves do not need that of the building.
        alone = count_in(np.where(ground.own >= 0, NONE, ground.building), len(grids))
        outside &= (alone > 0) | (inside == 0)
        inside = alone
    rows = np.flatnonzero(outside)
    # Where there are no rows of households, the building may bring their number.
    told = inside if h.has("household") else h.arrays.households("building")
    return Hits(rows, unknown=unknown, households=told[rows])


@rule(
    code="GT207",
    subject="group",
    message="stands in no {level}; households in it: {households}",
    hint="name its {level} as its parent",
    why="Nobody above answers for a group that hangs in the air.",
    source=_CHAIN,
    needs=("group.parent",),
    failing="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1}]
        groups: [{id: G-1, parent: B-1}, {id: G-2}]
        """,
    mended="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1}]
        groups: [{id: G-1, parent: B-1}, {id: G-2, parent: B-1}]
        """,
)
def group_in_no_branch(h: Hierarchy) -> Hits:
    return without_parent(h, "group")


@rule(
    code="GT208",
    subject="household",
    severity="warning",
    message="stands in no building",
    hint="name its building or entrance, or the building of that entrance",
    why="Who goes from door to door, or asks a building how many live in it, misses the household.",
    source="the structure itself: the other households name the building that they are in",
    needs=("building", "household.building|household.entrance"),
    failing="""\
        buildings: [{id: T-1}]
        households: [{id: H-1, building: T-1}, {id: H-2}]
        """,
    mended="""\
        buildings: [{id: T-1}]
        households: [{id: H-1, building: T-1}, {id: H-2, building: T-1}]
        """,
)
def household_in_no_building(h: Hierarchy) -> Hits:
    ground = on_ground(h)
    if ground.building is None:
        return Hits([])
    outside = ground.building == NONE
    if not household_in_no_grid.lacks(h):
        # That it lies in no grid either says more.
        outside &= ground.grid != NONE
    return Hits(np.flatnonzero(outside), unknown=ground.building == UNKNOWN)


RULES = (
    household_in_no_group,
    household_in_no_grid,
    household_in_two_grids,
    two_ways_up_disagree,
    household_in_two_communities,
    building_in_no_grid,
    group_in_no_branch,
    household_in_no_building,
)


def without_parent(h: Hierarchy, table: str) -> Hits:
    """Return the rows of a level whose parent is not given."""
    stored = h.sheet(table).columns["parent"]
    assert isinstance(stored, References)
    parents = first(*stored.targets.values())
    if parents is None:
        parents = np.full(h.count(table), NONE, np.int32)
    rows = np.flatnonzero(parents == NONE)
    chain = [level.table for level in h.levels]
    above = h.facts.called(chain[max(chain.index(table) - 1, 0)])
    values: dict[str, Any] = {"level": Labeled(LEVELS, above)}
    if table != "household":
        values["households"] = h.arrays.households(table)[rows] if len(rows) else rows
    return Hits(rows, unknown=parents == UNKNOWN, **values)


def _not_told_by_branches(h: Hierarchy) -> NDArray[np.intp]:
    """Return the households of which branch and cover cannot say whether the ways agree."""
    if not h.has("branch"):
        return np.arange(h.count("household"))
    return np.flatnonzero((up(h, "branch") < 0) | (across(h) < 0))


def _is_in_one_grid(ground: Ground, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return whether own grid and that of the building agree, where both are given."""
    if ground.own is None or ground.by_building is None:
        return np.ones(len(rows), np.bool_)
    own, other = ground.own[rows], ground.by_building[rows]
    agree: NDArray[np.bool_] = (own < 0) | (other < 0) | (own == other)
    return agree
