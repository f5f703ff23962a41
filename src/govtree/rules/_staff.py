"""Rules about who works in a grid, and how many stand below one unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from govtree.findings import LEVELS, Hits, Labeled, Named, Reason
from govtree.rules._rule import Parameter, distinct, no_columns, nothing_leads, rule
from govtree.rules._sizes import Number, covered, outside, unstaffed
from govtree.rules._ways import count_in

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["RULES"]

_SPAN = "no law: how many one committee can keep in view is for each place to say"


@rule(
    code="GT304",
    subject="grid",
    severity="warning",
    message="has nobody in office at any of its posts",
    hint="name the holder of a post of the grid under 'posts', or take the grid out",
    why="A matter of a grid where nobody is in office has no first person to go to.",
    source="account of Jinzhai: 1 to 2 workers a grid",
    needs=("post>grid", "tenure"),
    failing="""\
        grids: [{id: N-1}, {id: N-2}]
        posts:
          - {post: grid_worker, at: N-1, holder: p-1}
        """,
    mended="""\
        grids: [{id: N-1}, {id: N-2}]
        posts:
          - {post: grid_worker, at: N-1, holder: p-1}
          - {post: grid_head, at: N-2, holder: p-2}
        """,
)
def grid_without_staff(h: Hierarchy) -> Hits:
    nobody, unknown = unstaffed(h)
    rows = np.flatnonzero(nobody)
    places = h.arrays.pointing("post", "at", "grid")
    seats = np.flatnonzero(places >= 0)
    seats = seats[nobody[places[seats]]]
    return Hits(
        rows,
        related=(Named("post", seats, of=np.searchsorted(rows, places[seats])),),
        unknown=unknown,
    )


@rule(
    code="GT311",
    subject="community",
    severity="warning",
    message="has {number} below it at the level {level}, where {least} to {most} are asked for",
    hint="put a level or a unit between, move some elsewhere, or correct what they stand under",
    why="A community without a branch reaches nobody, and one with too many knows none of them.",
    source=_SPAN,
    needs=("branch.parent",),
    off=True,
    parameters=(
        Parameter("least", 1, "whole", "fewest branches of a community"),
        Parameter("most", 20, "whole", "most branches of a community"),
    ),
    failing="""\
        communities: [{id: C-1}, {id: C-2}]
        branches: [{id: B-1, parent: C-1}]
        """,
    mended="""\
        communities: [{id: C-1}, {id: C-2}]
        branches: [{id: B-1, parent: C-1}, {id: B-2, parent: C-2}]
        """,
)
def span_of_a_community(h: Hierarchy, *, least: NDArray[Any], most: NDArray[Any]) -> Hits:
    number = _below(h, "branch", "community")
    judged = np.ones(len(least), np.bool_)
    level = Labeled(LEVELS, h.facts.called("branch"))
    return outside(number, least, most, judged, level=level)


@rule(
    code="GT312",
    subject="branch",
    severity="warning",
    message="answers for {number} at the level {level}, where {least} to {most} are asked for",
    hint="share them with a neighbor, or correct what stands under it or what it covers",
    why="A branch with too many groups or grids answers for them on paper only.",
    source=_SPAN + "; account of Luozhuang: 162 branches cover 507 grids, three each",
    needs=("group.parent|:covers>grid",),
    off=True,
    parameters=(
        Parameter(
            "count",
            "groups",
            "choice",
            "what is counted: groups that stand below it; or grids that it covers",
            ("groups", "grids"),
        ),
        Parameter("least", 1, "whole", "fewest of them"),
        Parameter("most", 10, "whole", "most of them"),
    ),
    failing="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1}, {id: B-2, parent: C-1}]
        groups: [{id: G-1, parent: B-1}]
        """,
    mended="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1}, {id: B-2, parent: C-1}]
        groups: [{id: G-1, parent: B-1}, {id: G-2, parent: B-2}]
        """,
)
def span_of_a_branch(
    h: Hierarchy, *, count: NDArray[Any], least: NDArray[Any], most: NDArray[Any]
) -> Hits:
    length = len(least)
    number = Number(np.zeros(length, np.int64), np.zeros(length, np.int64))
    level = np.empty(length, object)
    judged, open_ = np.zeros(length, np.bool_), np.zeros(length, np.bool_)
    skipped: list[Reason] = []
    for what, asked in distinct(count).items():
        table, need = _COUNTED[str(what)]
        if need not in h.given:
            skipped.append(
                no_columns("group", ["parent"])
                if table == "group"
                else nothing_leads(h, "covers", "grid")
            )
            continue
        level[asked] = h.facts.called(table)
        if table == "group":
            found = _below(h, "group", "branch")
            judged |= asked
        else:
            found = covered(h, ("grid",))
            # A branch that covers nothing is told as such.
            judged |= asked & (found.least > 0)
            open_ |= asked & (found.least == 0) & (found.most > 0)
        number.least[asked], number.most[asked] = found.least[asked], found.most[asked]
    hits = outside(number, least, most, judged, level=Labeled(LEVELS, level))
    told: dict[str, Any] = dict(hits.values)
    return Hits(hits.rows, unknown=open_ | np.asarray(hits.unknown), skipped=skipped, **told)


RULES = (grid_without_staff, span_of_a_community, span_of_a_branch)

#: What GT312 counts: its table, and what somebody must have given.
_COUNTED = {"groups": ("group", "group.parent"), "grids": ("grid", ":covers>grid")}


def _below(h: Hierarchy, lower: str, upper: str) -> Number:
    """Return how many units of level *lower* stand under each unit of level *upper*."""
    number = count_in(h.arrays.above(lower, upper), h.count(upper))
    return Number(number, number)
