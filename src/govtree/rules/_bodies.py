"""Rules about bodies: leading groups, groups within a body, and bodies past their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import NONE, UNKNOWN, IntArray, References, Words, each_once
from govtree._rows import UNKNOWN_CELL
from govtree._texts import Texts
from govtree.findings import Hits, Labeled, Named, Reason
from govtree.rules._rule import Parameter, distinct, rule

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["RULES"]

_KIND = Parameter(
    "kind",
    "steering_body",
    "word",
    "the kind of body that is a leading group",
    vocabulary="body_kind",
)
_LEADING = "account of Jinzhai: a leading group of one chair and 26 departments"
_FORCE = "account of Jinzhai: a task force of 18 in 6 groups"


@rule(
    code="GT420",
    slug="leading-group-chair",
    subject="body",
    message="has {number} in the role '{role}', where exactly one is asked for",
    hint="give the role '{role}' to one member, and end the memberships of those who had it",
    why="A leading group without a chair is not convened; with two, it is convened twice.",
    source=_LEADING,
    needs=("body.kind", "membership.role"),
    off=True,
    parameters=(
        _KIND,
        Parameter(
            "role", "chair", "word", "the role of who leads it", vocabulary="membership_role"
        ),
    ),
    failing="""\
        bodies: [{id: L-1, kind: steering_body}]
        memberships:
          - {body: L-1, person: p-1, role: chair}
          - {body: L-1, person: p-2, role: chair}
        """,
    mended="""\
        bodies: [{id: L-1, kind: steering_body}]
        memberships:
          - {body: L-1, person: p-1, role: chair}
          - {body: L-1, person: p-2, role: deputy_chair}
        """,
)
def leading_group_chair(h: Hierarchy, *, kind: NDArray[Any], role: NDArray[Any]) -> Hits:
    length = h.count("body")
    bodies = _bodies_today(h)
    number, hidden = np.zeros(length, np.int64), np.zeros(length, np.int64)
    for word, asked in distinct(role).items():
        sure, maybe = _is(h, "membership", "role", str(word))
        for counts, chosen in ((number, sure), (hidden, maybe & ~sure)):
            found = np.bincount(bodies[chosen & (bodies >= 0)], minlength=length)
            counts += np.where(asked, found, 0)
    faulty = (number > 1) | (number + hidden < 1)
    is_kind, may_be = _of_kind(h, kind)
    rows = np.flatnonzero(is_kind & faulty)
    unknown = may_be & ~(is_kind & faulty) & (faulty | (hidden > 0))
    return Hits(
        rows, unknown=unknown, number=number[rows], role=Labeled("membership_role", role[rows])
    )


@rule(
    code="GT421",
    slug="leading-group-departments",
    subject="body",
    message="should have each {department} once among its members; missing: {missing}; "
    "twice: {double}",
    hint="add a membership for each that is missing, and leave one for each that is there twice",
    why="A department that does not sit in the leading group is bound by nothing it decides.",
    source=_LEADING,
    needs=("body.kind", "membership.member"),
    off=True,
    parameters=(
        _KIND,
        Parameter(
            "department",
            "department",
            "word",
            "the kind of body that has to be a member",
            vocabulary="body_kind",
        ),
    ),
    failing="""\
        bodies:
          - {id: L-1, kind: steering_body}
          - {id: D-1, kind: department}
          - {id: D-2, kind: department}
        memberships:
          - {body: L-1, member: D-1}
        """,
    mended="""\
        bodies:
          - {id: L-1, kind: steering_body}
          - {id: D-1, kind: department}
          - {id: D-2, kind: department}
        memberships:
          - {body: L-1, member: D-1}
          - {body: L-1, member: D-2}
        """,
)
def leading_group_departments(
    h: Hierarchy, *, kind: NDArray[Any], department: NDArray[Any]
) -> Hits:
    length = h.count("body")
    is_kind, may_be = _of_kind(h, kind)
    bodies, members = _bodies_today(h), h.arrays.pointing("membership", "member", "body")
    there = (bodies >= 0) & (members >= 0)
    times = np.unique(bodies[there].astype(np.int64) << 32 | members[there], return_counts=True)
    seen = _Seen((times[0] >> 32).astype(np.int32), times[0].astype(np.int32), times[1])
    hidden = np.bincount(bodies[(bodies >= 0) & _not_known(h, "member")], minlength=length)
    faulty, doubtful = np.zeros(length, np.bool_), np.zeros(length, np.bool_)
    departments: dict[str, NDArray[np.bool_]] = {}
    for word, asked in distinct(department).items():
        sure, maybe = _is(h, "body", "kind", str(word))
        departments[str(word)] = sure
        missing, double = seen.lacking(sure, length)
        # A member who is not known may be one that is missing.
        faulty |= asked & (double | (missing > hidden))
        missing, double = seen.lacking(maybe, length)
        doubtful |= asked & (double | (missing > 0) | (hidden > 0))
    faulty &= is_kind
    rows = np.flatnonzero(faulty)
    told = [seen.told(h, row, departments[str(department[row])]) for row in rows.tolist()]
    return Hits(
        rows,
        unknown=may_be & doubtful & ~faulty,
        department=Labeled("body_kind", department[rows]),
        missing=Labeled(_NONE, [missing for missing, _ in told]),
        double=Labeled(_NONE, [double for _, double in told]),
    )


@rule(
    code="GT422",
    slug="member-in-no-group",
    subject="body",
    message="has members who are in none of its groups, or in one that it does not have: {number}",
    hint="name one of its groups beside each member, or add the group to the body",
    why="A task force works by its groups; who is in none is told of nothing.",
    source=_FORCE,
    needs=("body_group", "membership"),
    parameters=(
        Parameter(
            "exempt",
            ("chair", "deputy_chair"),
            "words",
            "roles of members who need not be in a group",
            vocabulary="membership_role",
        ),
    ),
    failing="""\
        bodies: [{id: T-1, kind: task_force, groups: [files, inspection]}]
        memberships:
          - {body: T-1, person: p-1, role: chair}
          - {body: T-1, person: p-2, group: files}
          - {body: T-1, person: p-3}
        """,
    mended="""\
        bodies: [{id: T-1, kind: task_force, groups: [files, inspection]}]
        memberships:
          - {body: T-1, person: p-1, role: chair}
          - {body: T-1, person: p-2, group: files}
          - {body: T-1, person: p-3, group: inspection}
        """,
)
def member_in_no_group(h: Hierarchy, *, exempt: NDArray[Any]) -> Hits:
    places = _places(h)
    sure, maybe = np.zeros(len(places.row), np.bool_), np.zeros(len(places.row), np.bool_)
    for words, asked in distinct(exempt).items():
        for word in words:
            is_role, may_be = _is(h, "membership", "role", word)
            here = asked[places.body]
            sure |= here & is_role[places.row]
            maybe |= here & may_be[places.row]
    free, may_be_free = places.any(sure), places.any(maybe)
    strange, unsaid = places.any(places.is_strange), places.any(places.is_unsaid)
    in_one = places.any(places.group >= 0)
    out = ~may_be_free & (strange | ~(in_one | unsaid))
    doubtful = ~free & ~out & (strange | unsaid | ~in_one)
    return _of_members(h, places, out, doubtful)


@rule(
    code="GT423",
    slug="member-in-two-groups",
    subject="body",
    severity="warning",
    message="has members who are in two of its groups or more: {number}",
    hint="leave each member in the group that they work in",
    why="Who is in two groups is missed in one of them whenever both meet.",
    source=_FORCE,
    needs=("body_group", "membership.group"),
    failing="""\
        bodies: [{id: T-1, kind: task_force, groups: [files, inspection]}]
        memberships:
          - {body: T-1, person: p-1, group: files}
          - {body: T-1, person: p-1, group: inspection}
        """,
    mended="""\
        bodies: [{id: T-1, kind: task_force, groups: [files, inspection]}]
        memberships:
          - {body: T-1, person: p-1, group: files}
          - {body: T-1, person: p-2, group: inspection}
        """,
)
def member_in_two_groups(h: Hierarchy) -> Hits:
    places = _places(h)
    known = places.group >= 0
    pairs = each_once(places.of[known] << 32 | places.group[known])
    groups = np.bincount(pairs >> 32, minlength=len(places.owner))
    unsaid = np.bincount(places.of[places.is_unsaid], minlength=len(places.owner))
    several = groups > 1
    return _of_members(h, places, several, ~several & (groups + unsaid > 1))


@rule(
    code="GT424",
    slug="body-past-its-end",
    subject="body",
    severity="warning",
    message="ended on {until}, but still has members ({members}), units that it serves "
    "({served}) or posts in office ({held})",
    hint="end what the body still has, or correct its last day",
    why="What a body that is no more is said to do, nobody does.",
    source="the structure itself: a body has a first and a last day, both included",
    needs=("body.until", "membership|:serves|post>body"),
    failing="""\
        as_of: 2025-06-30
        bodies: [{id: T-1, kind: task_force, until: 2025-05-31}]
        memberships:
          - {body: T-1, person: p-1}
        """,
    mended="""\
        as_of: 2025-06-30
        bodies: [{id: T-1, kind: task_force, until: 2025-05-31}]
        memberships:
          - {body: T-1, person: p-1, until: 2025-05-31}
        """,
)
def body_past_its_end(h: Hierarchy) -> Hits:
    until = h.sheet("body").columns["until"]
    assert isinstance(until, np.ndarray)
    # Without a day of the structure, what has an end is over, as for all that is dated.
    over = ~np.isnat(until) if h.as_of is None else until < np.datetime64(h.as_of, "D")
    served = h.arrays.pointing("relation", "source", "body")
    serving = h.arrays.is_word("relation", "relation", "serves") & h.arrays.in_force("relation")
    seats, _ = h.arrays.in_office()
    held = np.zeros(h.count("post"), np.bool_)
    held[seats] = held[h.arrays.hidden_in_office()] = True
    counts = {
        name: np.bincount(bodies[bodies >= 0], minlength=len(over))
        for name, bodies in (
            ("members", _bodies_today(h)),
            ("served", served[serving]),
            ("held", h.arrays.pointing("post", "at", "body")[held]),
        )
    }
    rows = np.flatnonzero(over & (sum(counts.values()) > 0))
    return Hits(
        rows,
        until=until[rows].astype("datetime64[D]").astype(str).tolist(),
        members=counts["members"][rows],
        served=counts["served"][rows],
        held=counts["held"][rows],
    )


RULES = (
    leading_group_chair,
    leading_group_departments,
    member_in_no_group,
    member_in_two_groups,
    body_past_its_end,
)

_Mask = NDArray[np.bool_]


def _is(h: Hierarchy, table: str, column: str, word: str) -> tuple[_Mask, _Mask]:
    """Return of each row whether *column* holds *word*, and whether it may hold it."""
    words = h.sheet(table).columns.get(column)
    sure = h.arrays.is_word(table, column, word)
    return sure, sure | (words.codes == UNKNOWN) if isinstance(words, Words) else sure


def _of_kind(h: Hierarchy, kind: NDArray[Any]) -> tuple[_Mask, _Mask]:
    """Return which bodies are of the kind that is asked for, and which may be."""
    sure, maybe = np.zeros(len(kind), np.bool_), np.zeros(len(kind), np.bool_)
    for word, asked in distinct(kind).items():
        is_it, may_be = _is(h, "body", "kind", str(word))
        sure |= asked & is_it
        maybe |= asked & may_be
    return sure, maybe


def _bodies_today(h: Hierarchy) -> IntArray:
    """Return the body of each membership that is in force, and of others none."""
    bodies = h.arrays.pointing("membership", "body", "body")
    return np.where(h.arrays.in_force("membership"), bodies, NONE)


def _not_known(h: Hierarchy, column: str) -> _Mask:
    """Return for each membership whether it is not known what *column* names."""
    found = np.zeros(h.count("membership"), np.bool_)
    stored = h.sheet("membership").columns.get(column)
    for rows in stored.targets.values() if isinstance(stored, References) else ():
        found |= rows == UNKNOWN
    return found


@frozen(eq=False)
class _Seen:
    """Which bodies are members of which, how many times each."""

    body: IntArray
    member: IntArray
    times: NDArray[np.int64]

    def lacking(self, asked: _Mask, length: int) -> tuple[NDArray[np.int64], _Mask]:
        """Return how many of the bodies *asked* each body lacks, and whether it has one twice."""
        chosen = asked[self.member]
        distinct_ = np.bincount(self.body[chosen], minlength=length)
        double = np.zeros(length, np.bool_)
        double[self.body[chosen & (self.times > 1)]] = True
        return np.count_nonzero(asked) - distinct_, double

    def told(self, h: Hierarchy, row: int, asked: _Mask) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the ids of the bodies *asked* that a body lacks, and of those it has twice."""
        first, last = np.searchsorted(self.body, [row, row + 1])
        members, times = self.member[first:last], self.times[first:last]
        missing = np.setdiff1d(np.flatnonzero(asked), members).astype(np.int32)
        double = members[asked[members] & (times > 1)]
        return _listed(h, missing), _listed(h, double)


def _listed(h: Hierarchy, bodies: IntArray) -> tuple[str, ...]:
    return tuple(h.ids("body", bodies)) or ("-",)


#: What is said for a list without any body.
_NONE = {"-": Reason("none")}


@frozen(eq=False)
class _Places:
    """The memberships in force that name somebody, in bodies that have groups.

    A member of whom it is not known who it is counts as somebody who is not named elsewhere.

    Attributes:
        row: Rows of memberships.
        body: The body of each.
        of: The member of each, numbered within its body and over all bodies.
        group: Its group, :data:`NONE` where that is none of the body's.
        is_strange: Whether it names a group that the body does not have.
        is_unsaid: Whether it is not known which group it names.
        owner: The body of each member.
        sample: One of the memberships of each member.
    """

    row: NDArray[np.int64]
    body: IntArray
    of: NDArray[np.int64]
    group: NDArray[np.int64]
    is_strange: _Mask
    is_unsaid: _Mask
    owner: IntArray
    sample: NDArray[np.int64]

    def any(self, mask: _Mask) -> _Mask:
        """Return for each member whether *mask* holds for one of the memberships."""
        found = np.zeros(len(self.owner), np.bool_)
        found[self.of[mask]] = True
        return found


def _places(h: Hierarchy) -> _Places:
    bodies = _bodies_today(h)
    owners = h.arrays.pointing("body_group", "body", "body")
    divided = np.zeros(h.count("body") + 1, np.bool_)
    divided[owners[owners >= 0]] = True
    who = _who(h)
    row = np.flatnonzero((bodies >= 0) & divided[bodies] & (who != NONE))
    keys = bodies[row].astype(np.int64) << 32 | who[row]
    _, first, of = np.unique(keys, return_index=True, return_inverse=True)
    said, is_theirs = _groups(h, row, bodies[row], owners)
    owner, sample = bodies[row[first]], row[first]
    is_strange = ~is_theirs & (said != NONE) & (said != UNKNOWN)
    group = np.where(is_theirs, said, NONE)
    return _Places(row, bodies[row], of, group, is_strange, said == UNKNOWN, owner, sample)


def _who(h: Hierarchy) -> NDArray[np.int64]:
    """Return a number for the member of each membership; NONE where it names nobody.

    Who is not known has a number that nobody else has.
    """
    number = np.full(h.count("membership"), NONE, np.int64)
    start = len(number)
    # A node that somebody is a member for goes before the person who sits there.
    for column in ("person", "member"):
        hidden = _not_known(h, column)
        number[hidden] = np.flatnonzero(hidden)
        stored = h.sheet("membership").columns.get(column)
        for table, rows in stored.targets.items() if isinstance(stored, References) else ():
            number[rows >= 0] = rows[rows >= 0] + start
            start += h.count(table)
    return number


def _groups(
    h: Hierarchy, rows: NDArray[np.int64], bodies: IntArray, owners: IntArray
) -> tuple[NDArray[np.int64], _Mask]:
    """Return the number of the group that each of *rows* names, and whether its body has it.

    :data:`NONE` and :data:`UNKNOWN` say that none is named, or that it is not known which.
    """
    groups = h.sheet("body_group").columns["group"]
    assert isinstance(groups, Texts)
    known = groups.tolist()
    numbers: dict[str | None, int] = {name: at for at, name in enumerate(dict.fromkeys(known))}
    theirs = np.fromiter(map(numbers.__getitem__, known), np.int64, len(known))
    # One number for all that no body has.
    strange = len(numbers)
    numbers |= {None: NONE, UNKNOWN_CELL: UNKNOWN}
    said = h.sheet("membership").columns.get("group")
    texts = said.texts(rows) if isinstance(said, Texts) else [None] * len(rows)
    code = np.fromiter((numbers.get(text, strange) for text in texts), np.int64, len(texts))
    named = bodies.astype(np.int64) << 32 | np.maximum(code, 0)
    is_theirs = np.isin(named, owners.astype(np.int64) << 32 | theirs) & (code >= 0)
    return code, is_theirs


def _of_members(h: Hierarchy, places: _Places, chosen: _Mask, doubtful: _Mask) -> Hits:
    """Return the bodies that have *chosen* members; persons are counted and never named."""
    length = h.count("body")
    number = np.bincount(places.owner[chosen], minlength=length)
    unknown = np.bincount(places.owner[doubtful], minlength=length) > 0
    rows = np.flatnonzero(number)
    of = np.searchsorted(rows, places.owner[chosen])
    nodes = h.sheet("membership").columns.get("member")
    related = [
        Named(table, each[places.sample[chosen]], of=of)
        for table, each in (nodes.targets.items() if isinstance(nodes, References) else ())
    ]
    return Hits(rows, related=related, unknown=unknown & (number == 0), number=number[rows])
