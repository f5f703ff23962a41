"""Rules about posts: who answers for a branch, and who heads a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from govtree.findings import Hits, Labeled, Named
from govtree.rules._rule import Parameter, distinct, rule
from govtree.rules._ways import covering, held_seats

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["RULES"]


@rule(
    code="GT401",
    subject="branch",
    message="has no {post} in office",
    hint="name the holder of '{post}' under 'posts', or who acts until there is one",
    why="Without a secretary nobody signs for the branch, and nothing it is asked to do begins.",
    source="Constitution of the Communist Party of China, on primary organizations; elsewhere "
    "whatever post leads a unit of this level",
    needs=("post",),
    parameters=(
        Parameter("post", "secretary", "word", "the post that leads a branch", vocabulary="post"),
    ),
    failing="""\
        branches: [{id: B-1}, {id: B-2}]
        posts:
          - {post: secretary, at: B-1, holder: p-1}
          - {post: secretary, at: B-2, vacant: true}
        """,
    mended="""\
        branches: [{id: B-1}, {id: B-2}]
        posts:
          - {post: secretary, at: B-1, holder: p-1}
          - {post: secretary, at: B-2, holder: p-2}
        """,
)
def branch_without_secretary(h: Hierarchy, *, post: NDArray[Any]) -> Hits:
    length = h.count("branch")
    held, open_ = held_seats(h)
    vacant, unknown = np.zeros(length, np.bool_), np.zeros(length, np.bool_)
    seats = [(np.empty(0, np.int32), np.empty(0, np.int32))]
    for word, asked in distinct(post).items():
        posts, places = h.arrays.seats(str(word), "branch")
        in_office, unsaid = np.zeros(length, np.bool_), np.zeros(length, np.bool_)
        in_office[places[held[posts]]] = True
        unsaid[places[open_[posts]]] = True
        vacant |= asked & ~in_office & ~unsaid
        unknown |= asked & ~in_office & unsaid
        mine = asked[places]
        seats.append((posts[mine], places[mine]))
    rows = np.flatnonzero(vacant)
    posts, places = (np.concatenate(each) for each in zip(*seats, strict=True))
    chosen = vacant[places]
    return Hits(
        rows,
        related=(Named("post", posts[chosen], of=np.searchsorted(rows, places[chosen])),),
        unknown=unknown,
        post=Labeled("post", post[rows]),
    )


@rule(
    code="GT402",
    subject="grid",
    message="has '{holder}' as its head, who is not the {post} of '{branch}', which covers it",
    hint="take the holder out, so that the {post} is the head, or correct what covers the grid",
    why="Where the secretary of the covering branch heads the grid, a head of another name means "
    "that one of two lists is out of date.",
    source="account of Luozhuang: the secretary of a branch is the head of the grids it covers",
    needs=("branch", "post", "tenure", ":covers"),
    off=True,
    parameters=(
        Parameter("head", "grid_head", "word", "the post that heads a grid", vocabulary="post"),
        Parameter(
            "post",
            "secretary",
            "word",
            "the post of the branch whose holder it has to be",
            vocabulary="post",
        ),
    ),
    failing="""\
        grids: [{id: N-1}]
        branches: [{id: B-1, covers: [N-1]}]
        posts:
          - {post: secretary, at: B-1, holder: p-1}
          - {post: grid_head, at: N-1, holder: p-2}
        """,
    mended="""\
        grids: [{id: N-1}]
        branches: [{id: B-1, covers: [N-1]}]
        posts:
          - {post: secretary, at: B-1, holder: p-1}
          - {post: grid_head, at: N-1, holder: p-1}
        """,
)
def grid_head_not_secretary(h: Hierarchy, *, head: NDArray[Any], post: NDArray[Any]) -> Hits:
    some = np.int64(h.count("person") + 1)
    over_grid = covering(h)
    found_grids, found_persons = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    words: dict[int, str] = {}
    for head_word, heads_here in distinct(head).items():
        grids, heads = h.arrays.holders(str(head_word), "grid")
        for word, here in distinct(post).items():
            branches, secretaries = h.arrays.holders(str(word), "branch")
            # Grids whose one covering branch has a secretary; others are for other rules.
            led = np.isin(over_grid[grids], branches) & (over_grid[grids] >= 0)
            chosen = led & heads_here[grids] & here[grids]
            ours = np.isin(over_grid[grids] * some + heads, branches * some + secretaries)
            found_grids.append(grids[chosen & ~ours])
            found_persons.append(heads[chosen & ~ours])
            words.update(dict.fromkeys(grids[chosen & ~ours].tolist(), str(word)))
    grids, persons = np.concatenate(found_grids), np.concatenate(found_persons)
    rows, at = np.unique(grids, return_index=True)
    over = Named("branch", over_grid[rows])
    return Hits(
        rows,
        related=(over,),
        holder=Named("person", persons[at]),
        post=Labeled("post", [words[row] for row in rows.tolist()]),
        branch=over,
    )


RULES = (branch_without_secretary, grid_head_not_secretary)
