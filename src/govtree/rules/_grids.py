"""Rules about cover: does some branch, and only one, answer for each grid?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from govtree.findings import LEVELS, Hits, Labeled, Named
from govtree.rules._rule import rule
from govtree.rules._ways import covering
from govtree.units import RELATION_ENDS

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["RULES"]

_COVER = "account of Luozhuang: 162 branches cover 507 grids, each grid in the care of one"
#: What a branch may cover that is smaller than a grid.
_PARTS = tuple(table for table in RELATION_ENDS["covers"][1] if table != "grid")


@rule(
    code="GT210",
    subject="grid",
    message="is covered by no {level}",
    hint="add it to the 'covers' of a {level}",
    why="A grid that no branch covers has nobody who answers for it.",
    source=_COVER,
    needs=("branch", ":covers"),
    failing="""\
        grids: [{id: N-1}, {id: N-2}]
        branches: [{id: B-1, covers: [N-1]}]
        """,
    mended="""\
        grids: [{id: N-1}, {id: N-2}]
        branches: [{id: B-1, covers: [N-1, N-2]}]
        """,
)
def grid_without_branch(h: Hierarchy) -> Hits:
    covered = h.arrays.count_covering("grid") > 0
    for table in _PARTS:
        _, parts = h.arrays.links("covers", "branch", table)
        grids = h.arrays.within(table, "grid")[parts]
        covered[grids[grids >= 0]] = True
    rows = np.flatnonzero(~covered)
    return Hits(rows, level=Labeled(LEVELS, h.facts.called("branch")))


@rule(
    code="GT211",
    subject="grid",
    message="is covered by more than one {level} ({number}): {branches}",
    hint="leave it in the 'covers' of one",
    why="Where two branches answer for a grid, each waits for the other.",
    source=_COVER,
    needs=("branch", ":covers"),
    failing="""\
        grids: [{id: N-1}, {id: N-2}]
        branches: [{id: B-1, covers: [N-1]}, {id: B-2, covers: [N-1, N-2]}]
        """,
    mended="""\
        grids: [{id: N-1}, {id: N-2}]
        branches: [{id: B-1, covers: [N-1]}, {id: B-2, covers: [N-2]}]
        """,
)
def grid_with_two_branches(h: Hierarchy) -> Hits:
    times = h.arrays.count_covering("grid")
    rows = np.flatnonzero(times > 1)
    branches, grids = h.arrays.links("covers", "branch", "grid")
    chosen = times[grids] > 1
    at, over = np.searchsorted(rows, grids[chosen]), branches[chosen]
    names: list[list[str]] = [[] for _ in rows]
    for place, name in zip(at.tolist(), h.ids("branch", over), strict=True):
        names[place].append(name)
    return Hits(
        rows,
        related=(Named("branch", over, of=at),),
        number=times[rows],
        branches=Labeled({}, [tuple(each) for each in names]),
        level=Labeled(LEVELS, h.facts.called("branch")),
    )


@rule(
    code="GT212",
    subject="branch",
    severity="warning",
    message="covers nothing",
    hint="name the grids it answers for under 'covers'",
    why="A branch that answers for no place has households on paper only.",
    source=_COVER,
    needs=(":covers",),
    failing="""\
        grids: [{id: N-1}]
        branches: [{id: B-1, covers: [N-1]}, {id: B-2}]
        """,
    mended="""\
        grids: [{id: N-1}, {id: N-2}]
        branches: [{id: B-1, covers: [N-1]}, {id: B-2, covers: [N-2]}]
        """,
)
def branch_covering_nothing(h: Hierarchy) -> Hits:
    covering = np.zeros(h.count("branch"), np.bool_)
    for table in RELATION_ENDS["covers"][1]:
        branches, _ = h.arrays.links("covers", "branch", table)
        covering[branches] = True
        covering |= _through_groups(h, table)
    return Hits(np.flatnonzero(~covering))


@rule(
    code="GT213",
    subject="grid",
    message="lies in {level} '{here}', but '{branch}', which covers it, stands under '{there}'",
    hint="correct the {level} of the grid, or let a branch of '{here}' cover it",
    why="Every household of the grid then counts in two communities.",
    source="the structure itself: both ways up from a household end in one community",
    needs=("branch.parent", "grid.community", ":covers"),
    failing="""\
        communities: [{id: C-1}, {id: C-2}]
        branches: [{id: B-1, parent: C-1, covers: [N-1]}]
        grids: [{id: N-1, community: C-2}]
        """,
    mended="""\
        communities: [{id: C-1}, {id: C-2}]
        branches: [{id: B-1, parent: C-1, covers: [N-1]}]
        grids: [{id: N-1, community: C-1}]
        """,
)
def cover_across_communities(h: Hierarchy) -> Hits:
    # A grid that several cover is reported as such first.
    branch = covering(h)
    covered = np.flatnonzero(branch >= 0)
    here = h.arrays.within("grid", "community")[covered]
    there = h.arrays.above("branch", "community")[branch[covered]]
    differing = (here >= 0) & (there >= 0) & (here != there)
    rows = covered[differing]
    ends = Named("community", here[differing]), Named("community", there[differing])
    over = Named("branch", branch[rows])
    return Hits(
        rows,
        related=(over, *ends),
        level=Labeled(LEVELS, h.facts.called("community")),
        here=ends[0],
        there=ends[1],
        branch=over,
    )


RULES = (
    grid_without_branch,
    grid_with_two_branches,
    branch_covering_nothing,
    cover_across_communities,
)


def _through_groups(h: Hierarchy, table: str) -> NDArray[np.bool_]:
    """Return for each branch whether one of its groups covers a row of *table*."""
    covering = np.zeros(h.count("branch"), np.bool_)
    if h.has("group"):
        groups, _ = h.arrays.links("covers", "group", table)
        branches = h.arrays.above("group", "branch")[groups]
        covering[branches[branches >= 0]] = True
    return covering
