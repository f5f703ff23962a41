"""Rules about seats and tenures: vacant, expired, overlapping, with a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import NONE, UNKNOWN, IntArray, Words
from govtree.findings import Hits, Labeled, Reason
from govtree.rules._rule import Parameter, distinct, rule
from govtree.rules._sizes import unstaffed
from govtree.rules._ways import held_seats

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["RULES"]

#: Days since 1970 that no calendar day reaches: where a tenure has no first or no last day.
_EVER = 4_000_000
_BESIDES = Parameter(
    "besides",
    ("secretary",),
    "words",
    "posts that another rule asks of each branch: silent where a branch has nobody in them",
    vocabulary="post",
)
_IN_SEAT = "the structure itself: gap and overlap are judged within a seat"


@rule(
    code="GT403",
    subject="post",
    severity="warning",
    message="is vacant",
    hint="name its holder, who acts in the meantime, or take the seat out",
    why="Who turns to a post that nobody holds waits for an answer that does not come.",
    source="the structure itself: a seat is there to be held",
    needs=("tenure|post.vacant",),
    parameters=(_BESIDES,),
    failing="""\
        grids: [{id: N-1}]
        posts:
          - {post: grid_head, at: N-1, holder: p-1}
          - {post: grid_worker, at: N-1, vacant: true}
        """,
    mended="""\
        grids: [{id: N-1}]
        posts:
          - {post: grid_head, at: N-1, holder: p-1}
          - {post: grid_worker, at: N-1, holder: p-2}
        """,
)
def vacant_post(h: Hierarchy, *, besides: NDArray[Any]) -> Hits:
    empty, unknown = _empty_seats(h, besides)
    # What was held before and is no more is told as expired.
    never = _last_days(h) == -_EVER
    return Hits(np.flatnonzero(empty & never), unknown=unknown & never)


@rule(
    code="GT404",
    subject="post",
    severity="warning",
    message="has had nobody in office since the last tenure ended on {until}",
    hint="name the holder who followed, or correct the last day",
    why="Where the time of a holder is over and nobody says who followed, either the seat is empty "
    "or the list is out of date; in both cases it is asked in vain.",
    source="the structure itself: a tenure has a first and a last day, both included",
    needs=("tenure.until",),
    parameters=(_BESIDES,),
    failing="""\
        as_of: 2025-06-30
        groups: [{id: G-1}]
        posts: [{post: group_leader, at: G-1, holder: p-1, until: 2025-05-31}]
        """,
    mended="""\
        as_of: 2025-06-30
        groups: [{id: G-1}]
        posts: [{post: group_leader, at: G-1, holder: p-1, until: 2025-06-30}]
        """,
)
def tenure_expired(h: Hierarchy, *, besides: NDArray[Any]) -> Hits:
    empty, unknown = _empty_seats(h, besides)
    last = _last_days(h)
    rows = np.flatnonzero(empty & (last > -_EVER))
    return Hits(rows, unknown=unknown & (last > -_EVER), until=_as_texts(last[rows]))


@rule(
    code="GT405",
    slug="tenures-overlap",
    subject="post",
    message="is held by '{holder}' and '{other}' at once, from {day} on",
    hint="correct the days, or give each of the two a seat with a number of its own",
    why="A seat has one holder a day; with two, neither is known to be the one who answers.",
    source=_IN_SEAT,
    needs=("tenure",),
    failing="""\
        as_of: 2025-06-30
        branches: [{id: B-1}]
        posts:
          - {post: secretary, at: B-1, holder: p-1, since: 2022-03-01, until: 2024-03-01}
          - {post: secretary, at: B-1, holder: p-2, since: 2024-03-01}
        """,
    mended="""\
        as_of: 2025-06-30
        branches: [{id: B-1}]
        posts:
          - {post: secretary, at: B-1, holder: p-1, since: 2022-03-01, until: 2024-02-29}
          - {post: secretary, at: B-1, holder: p-2, since: 2024-03-01}
        """,
)
def tenures_overlap(h: Hierarchy) -> Hits:
    times = _times(h, np.ones(h.count("tenure"), np.bool_))
    # In order of their first days, two that stand one behind the other are the first to meet.
    meeting = times.goes_on & (times.first[1:] <= times.last[:-1])
    rows, at = np.unique(times.seat[1:][meeting], return_index=True)
    later = np.flatnonzero(meeting)[at] + 1
    return Hits(
        rows,
        holder=_holders(h, times.tenure[later - 1]),
        other=_holders(h, times.tenure[later]),
        day=_as_texts(times.first[later]),
    )


@rule(
    code="GT406",
    slug="gap-between-holders",
    subject="post",
    severity="note",
    message="had nobody in office between two holders: {days}; days in all: {number}",
    hint="name who held or acted in those days, or correct the days",
    why="What fell due in those days was nobody's, and nobody can say today what became of it.",
    source=_IN_SEAT,
    needs=("tenure.since", "tenure.until"),
    failing="""\
        as_of: 2025-06-30
        branches: [{id: B-1}]
        posts:
          - {post: secretary, at: B-1, holder: p-1, since: 2022-03-01, until: 2024-02-28}
          - {post: secretary, at: B-1, holder: p-2, since: 2024-03-01}
        """,
    mended="""\
        as_of: 2025-06-30
        branches: [{id: B-1}]
        posts:
          - {post: secretary, at: B-1, holder: p-1, since: 2022-03-01, until: 2024-02-29}
          - {post: secretary, at: B-1, holder: p-2, since: 2024-03-01}
        """,
)
def gap_between_holders(h: Hierarchy) -> Hits:
    # A day that is still to come is no gap yet: somebody may be found.
    times = _times(h, _is_over(h) | h.arrays.in_force("tenure"))
    empty = times.goes_on & (times.held_to[:-1] + 1 < times.first[1:])
    seats = times.seat[1:][empty]
    begin, end = times.held_to[:-1][empty] + 1, times.first[1:][empty] - 1
    rows, at, gaps = np.unique(seats, return_index=True, return_counts=True)
    # The two ends of an interval as ISO 8601 writes them.
    texts = [f"{one}/{two}" for one, two in zip(_as_texts(begin), _as_texts(end), strict=True)]
    said = {
        text: Reason("{first} to {last}", first=one, last=two) if one != two else Reason(one)
        for text in texts
        for one, _, two in [text.partition("/")]
    }
    ends = (at + gaps).tolist()
    return Hits(
        rows,
        number=np.bincount(seats, end - begin + 1, h.count("post")).astype(np.int64)[rows],
        days=Labeled(said, [tuple(texts[a:b]) for a, b in zip(at.tolist(), ends, strict=True)]),
    )


@rule(
    code="GT407",
    slug="dispatched-without-home",
    subject="post",
    severity="warning",
    message="has a holder who was sent ({source}), and no home body is named that sent them",
    hint="name the body under 'home' of the person, or correct the source of the appointment",
    why="Who is sent to a place is supported, relieved and called back by the body that sent them; "
    "without one the post is a promise that nobody keeps.",
    source="account of Luozhuang: secretaries are dispatched from offices of district and "
    "subdistrict, which stand behind them",
    needs=("tenure.appointment_source", "person.home"),
    parameters=(
        Parameter(
            "source",
            "dispatched",
            "word",
            "the source of appointment of who is sent",
            vocabulary="appointment_source",
        ),
    ),
    failing="""\
        branches: [{id: B-1}, {id: B-2}]
        bodies: [{id: D-1, kind: department}]
        persons: [{id: p-1, home: D-1}, {id: p-2}]
        posts:
          - {post: secretary, at: B-1, holder: p-1, appointment_source: dispatched}
          - {post: secretary, at: B-2, holder: p-2, appointment_source: dispatched}
        """,
    mended="""\
        branches: [{id: B-1}, {id: B-2}]
        bodies: [{id: D-1, kind: department}]
        persons: [{id: p-1, home: D-1}, {id: p-2, home: D-1}]
        posts:
          - {post: secretary, at: B-1, holder: p-1, appointment_source: dispatched}
          - {post: secretary, at: B-2, holder: p-2, appointment_source: dispatched}
        """,
)
def dispatched_without_home(h: Hierarchy, *, source: NDArray[Any]) -> Hits:
    posts = h.arrays.pointing("tenure", "post", "post")
    persons = h.arrays.pointing("tenure", "holder", "person")
    homes = np.append(h.arrays.pointing("person", "home", "body"), [UNKNOWN, NONE])
    sources = h.sheet("tenure").columns["appointment_source"]
    assert isinstance(sources, Words)
    now = h.arrays.in_force("tenure") & (posts >= 0)
    # The last two cells are those of a holder who is not known, and of none.
    home = homes[persons]
    found, unknown = np.zeros(h.count("post"), np.bool_), np.zeros(h.count("post"), np.bool_)
    for word, asked in distinct(source).items():
        sent = sources.is_word(str(word))
        maybe = sent | (sources.codes == UNKNOWN)
        missing = posts[now & sent & (home == NONE)]
        open_ = posts[now & maybe & (home < 0)]
        found[missing[asked[missing]]] = True
        unknown[open_[asked[open_]]] = True
    rows = np.flatnonzero(found)
    return Hits(rows, unknown=unknown & ~found, source=Labeled("appointment_source", source[rows]))


RULES = (
    vacant_post,
    tenure_expired,
    tenures_overlap,
    gap_between_holders,
    dispatched_without_home,
)


@frozen(eq=False)
class _Times:
    """Tenures of seats that have several, by seat and first day; days are counted from 1970.

    A tenure that ends before it begins holds no day and is left out.

    Attributes:
        tenure: Their rows.
        seat: The seat of each.
        first: Its first day, before every day where it has none.
        last: Its last day, after every day where it has none.
        held_to: The last day of all tenures of the seat up to this one.
        goes_on: Whether each but the first is in the same seat as the one before.
    """

    tenure: NDArray[np.int64]
    seat: IntArray
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    held_to: NDArray[np.int64]
    goes_on: NDArray[np.bool_]


def _times(h: Hierarchy, chosen: NDArray[np.bool_]) -> _Times:
    posts = h.arrays.pointing("tenure", "post", "post")
    first, last = _days(h, "since", -_EVER), _days(h, "until", _EVER)
    rows = np.flatnonzero(chosen & (posts >= 0) & (first <= last))
    # Most seats have one tenure, which neither meets nor misses another.
    rows = rows[np.bincount(posts[rows], minlength=h.count("post"))[posts[rows]] > 1]
    holders = h.arrays.pointing("tenure", "holder", "person")
    # The order of the rows, which tell two tenures apart by nothing else, must not matter.
    rows = rows[np.lexsort((holders[rows], last[rows], first[rows], posts[rows]))]
    seat, first, last = posts[rows], first[rows], last[rows]
    # Each seat has days of its own, so that none is held by what was held before it.
    shift = seat.astype(np.int64) * (4 * _EVER)
    held_to = np.maximum.accumulate(last + shift) - shift
    return _Times(rows, seat, first, last, held_to, seat[1:] == seat[:-1])


def _days(h: Hierarchy, column: str, nothing: int) -> NDArray[np.int64]:
    """Return the days of tenures in *column*, counted from 1970; *nothing* where none is given."""
    days = h.sheet("tenure").columns.get(column)
    if not isinstance(days, np.ndarray):
        return np.full(h.count("tenure"), nothing, np.int64)
    return np.where(np.isnat(days), nothing, days.astype("datetime64[D]").astype(np.int64))


def _as_texts(days: NDArray[np.int64]) -> list[str]:
    known = np.abs(days) < _EVER
    texts = np.where(known, days, 0).astype("datetime64[D]").astype(str)
    # A day of which nobody said which it is.
    return np.where(known, texts, "?").tolist()  # type: ignore[no-any-return]  # a list of texts


def _holders(h: Hierarchy, tenures: NDArray[np.int64]) -> list[str]:
    persons = h.arrays.pointing("tenure", "holder", "person")[tenures]
    ids = iter(h.ids("person", persons[persons >= 0]))
    return [next(ids) if person >= 0 else "?" for person in persons.tolist()]


def _is_over(h: Hierarchy) -> NDArray[np.bool_]:
    """Return for each tenure whether it is over; where the structure has no day, if it ends."""
    last = _days(h, "until", _EVER)
    if h.as_of is None:
        return last < _EVER
    return last < np.datetime64(h.as_of, "D").astype(np.int64)


def _last_days(h: Hierarchy) -> NDArray[np.int64]:
    """Return the last day of the last tenure of each seat that is over, or what no day reaches."""
    posts = h.arrays.pointing("tenure", "post", "post")
    chosen = _is_over(h) & (posts >= 0)
    last = np.full(h.count("post"), -_EVER, np.int64)
    np.maximum.at(last, posts[chosen], _days(h, "until", _EVER)[chosen])
    return last


def _empty_seats(
    h: Hierarchy, besides: NDArray[Any]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for each seat whether nobody holds it today, and whether that is not known.

    Both are false where it follows from another post, and where a branch has nobody in a post
    that is asked of each branch, or a grid nobody at all: that is told of the branch or grid.
    """
    held, open_ = held_seats(h)
    vacant = h.sheet("post").columns.get("vacant")
    unknown = open_.copy()
    if isinstance(vacant, np.ndarray):
        # Who says that it is not vacant, or not known to be, need not say who holds it.
        unknown |= ~held & ((vacant == 0) | (vacant == UNKNOWN))
    judged = ~held
    for term in h.vocabularies.get("post", ()):
        if term.derived:
            judged &= ~h.arrays.is_word("post", "post", term.term)
    for words, asked in distinct(besides).items():
        for word in words:
            seats, branches = h.arrays.seats(word, "branch")
            led = np.zeros(h.count("branch"), np.bool_)
            led[branches[(held | open_)[seats]]] = True
            judged[seats[asked[seats] & ~led[branches]]] = False
    if {"post>grid", "tenure"} <= h.given:
        nobody, _ = unstaffed(h)
        places = h.arrays.pointing("post", "at", "grid")
        judged[places >= 0] &= ~nobody[places[places >= 0]]
    return judged & ~unknown, judged & unknown
