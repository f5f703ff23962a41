"""The rule about branches that function on paper only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import NONE, UNKNOWN, Words
from govtree.findings import Hits, Labeled, Reason, Said
from govtree.rules._rule import Parameter, distinct, rule
from govtree.rules._ways import held_seats

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["RULES", "functioning", "undecided"]


@frozen(eq=False)
class _Part:
    """One thing that a branch needs: which branches lack it, and of which it is not known."""

    lacks: NDArray[np.bool_]
    unsaid: NDArray[np.bool_]


def functioning(
    h: Hierarchy,
    *,
    post: str = "secretary",
    duty: str = "monthly_meeting",
    premises: str = "premises",
    members: int = 3,
) -> NDArray[np.bool_]:
    """Return for each branch whether it functions: it has what GT408 asks for.

    What nobody gave of any branch is not held against one. Where a cell is not known, a branch
    does not function as far as anybody knows; :func:`undecided` tells these apart.
    """
    parts = _parts(h, *_for_all(h, post, duty, premises, members))
    return ~_any(part.lacks | part.unsaid for part in parts)


def undecided(
    h: Hierarchy,
    *,
    post: str = "secretary",
    duty: str = "monthly_meeting",
    premises: str = "premises",
    members: int = 3,
) -> NDArray[np.bool_]:
    """Return for each branch whether it may function: it lacks nothing that is known."""
    parts = _parts(h, *_for_all(h, post, duty, premises, members))
    return _any(part.unsaid for part in parts) & ~_any(part.lacks for part in parts)


@rule(
    code="GT408",
    subject="branch",
    severity="warning",
    message="does not function; it lacks: {lacking}",
    hint="see to what is lacking, then write it beside the branch or under 'duties'",
    why="A branch that does not meet, or has no place to meet in, exists on paper only, and what "
    "is handed over to it stays undone.",
    source="Regulations on the Work of Party Branches (for trial), 2018: at least three full "
    "members, a secretary, regular meetings; premises as accounts of neighborhoods ask for them",
    needs=("duty",),
    off=True,
    parameters=(
        Parameter("post", "secretary", "word", "the post that leads a branch", vocabulary="post"),
        Parameter(
            "duty",
            "monthly_meeting",
            "word",
            "the duty that a branch has to keep",
            vocabulary="duty",
        ),
        Parameter(
            "premises",
            "premises",
            "word",
            "the duty that says it has a place to meet",
            vocabulary="duty",
        ),
        Parameter("members", 3, "whole", "fewest full members of a branch"),
    ),
    failing="""\
        branches: [{id: B-1}, {id: B-2}]
        duties:
          - {unit: B-1, duty: monthly_meeting, kept: true}
          - {unit: B-2, duty: monthly_meeting, kept: false}
        """,
    mended="""\
        branches: [{id: B-1}, {id: B-2}]
        duties:
          - {unit: B-1, duty: monthly_meeting, kept: true}
          - {unit: B-2, duty: monthly_meeting, kept: true}
        """,
)
def branch_not_functioning(
    h: Hierarchy,
    *,
    post: NDArray[Any],
    duty: NDArray[Any],
    premises: NDArray[Any],
    members: NDArray[Any],
) -> Hits:
    led, *kept, staffed = parts = _parts(h, post, duty, premises, members)
    # Who only lacks a secretary or members is told so by the rules about these.
    faulty = _any(part.lacks for part in kept)
    unknown = ~faulty & _any(part.unsaid for part in kept)
    if_known = _any((led.unsaid, staffed.unsaid)) & ~_any(part.lacks for part in parts)
    rows = np.flatnonzero(faulty)
    asked = (post, duty, premises, np.broadcast_to(np.array("members"), len(post)))
    named: list[list[str]] = [[] for _ in rows]
    for part, word in zip(parts, asked, strict=True):
        for at in np.flatnonzero(part.lacks[rows]).tolist():
            named[at].append(str(word[rows[at]]))
    said: dict[str, Said] = {"members": Reason("enough members")}
    for words, vocabulary in ((post, "post"), (duty, "duty"), (premises, "duty")):
        said |= {str(word): h.facts.label(vocabulary, str(word)) for word in distinct(words[rows])}
    lacking = Labeled(said, [tuple(each) for each in named])
    return Hits(rows, unknown=unknown | (if_known & ~faulty), lacking=lacking)


RULES = (branch_not_functioning,)


def _for_all(h: Hierarchy, *asked: str | int) -> list[NDArray[Any]]:
    return [np.broadcast_to(np.array(each), h.count("branch")) for each in asked]


def _any(masks: Any) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.logical_or.reduce(list(masks))
    return found


def _parts(
    h: Hierarchy,
    post: NDArray[Any],
    duty: NDArray[Any],
    premises: NDArray[Any],
    members: NDArray[Any],
) -> list[_Part]:
    """Return what a branch needs: a secretary, a duty kept, premises, members."""
    return [
        _by_word(h, post, _in_office),
        _by_word(h, duty, _keeping),
        _by_word(h, premises, _keeping),
        _members(h, members),
    ]


def _by_word(h: Hierarchy, asked: NDArray[Any], find: Callable[[Hierarchy, str], _Part]) -> _Part:
    length = h.count("branch")
    lacks, unsaid = np.zeros(length, np.bool_), np.zeros(length, np.bool_)
    for word, here in distinct(asked).items():
        part = find(h, str(word))
        lacks |= part.lacks & here
        unsaid |= part.unsaid & here
    return _Part(lacks, unsaid)


def _part(h: Hierarchy, has: NDArray[Any], may_have: NDArray[Any]) -> _Part:
    """Return a part of which these branches have something, and those may have it."""
    length = h.count("branch")
    sure, unsaid = np.zeros(length, np.bool_), np.zeros(length, np.bool_)
    sure[has] = True
    unsaid[may_have] = True
    return _Part(~sure & ~unsaid, unsaid & ~sure)


def _everywhere(h: Hierarchy) -> _Part:
    """Return a part that nobody said anything of: it is lacking nowhere."""
    return _part(h, np.arange(h.count("branch")), np.empty(0, np.int32))


def _in_office(h: Hierarchy, word: str) -> _Part:
    if not h.has("post"):
        return _everywhere(h)
    held, open_ = held_seats(h)
    posts, places = h.arrays.seats(word, "branch")
    return _part(h, places[held[posts]], places[open_[posts]])


def _keeping(h: Hierarchy, word: str) -> _Part:
    branches = h.arrays.pointing("duty", "unit", "branch")
    asked = h.arrays.is_word("duty", "duty", word) & (branches >= 0)
    if not asked.any():
        return _everywhere(h)
    words, kept = (h.sheet("duty").columns.get(name) for name in ("duty", "kept"))
    if not isinstance(kept, np.ndarray):
        kept = np.full(len(asked), NONE, np.int8)
    # A duty of which it is not known which it is may be this one.
    maybe = isinstance(words, Words) and (words.codes == UNKNOWN) & (branches >= 0) & (kept != 0)
    return _part(h, branches[asked & (kept == 1)], branches[maybe | (asked & (kept < 0))])


def _members(h: Hierarchy, least: NDArray[Any]) -> _Part:
    number = h.sheet("branch").columns.get("members")
    if not isinstance(number, np.ndarray):
        return _everywhere(h)
    return _Part((number >= 0) & (number < least), (number < 0) & (least > 0))
