"""Rules about who calls on whom: contact households, neighbor stewards, heads of buildings.

A contact is a household that serves something, or a seat of certain posts that somebody holds.
It reaches what it serves; a post that serves nothing reaches its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import TAG, UNKNOWN, IntArray, References, Words
from govtree.findings import Hits, Labeled, Reason, either
from govtree.rules._rule import Parameter, distinct, no_columns, rule
from govtree.rules._ways import count_in, held_seats, on_ground, once, through, up
from govtree.units import TERRITORY

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["RULES"]

#: Whether a contact reaches something: not, perhaps (a cell on the way is not known), or surely.
_NO, _MAYBE, _SURE = np.int8(0), np.int8(1), np.int8(2)
_States = NDArray[np.int8]

_CALLS = (
    "account of Luozhuang: contact households each serve their neighbors; account of Jinzhai: "
    "neighbor stewards serve the households of a group or building"
)
_POSTS = Parameter(
    "posts",
    ("neighbor_steward",),
    "words",
    "posts whose holders call on households",
    vocabulary="post",
)
_TAGS = Parameter(
    "tags",
    ("empty_nest", "living_alone"),
    "words",
    "tags that make a household a priority",
    vocabulary="tag",
)
_NEEDS = ("group", "household.parent", ":serves|post>group|post>building|post>entrance")


@frozen(eq=False)
class _Reach:
    """Whom contacts reach.

    Attributes:
        household: Whether one reaches each household; who is a contact is reached.
        stands_in: The group of each household.
        group: Whether each group has a contact: one that reaches it or any household of it,
            is one of its households, or holds a post at it.
    """

    household: _States
    stands_in: IntArray
    group: _States


@rule(
    code="GT220",
    subject="group",
    severity="warning",
    message="has no contact household and no {posts} in office; households in it: {households}",
    hint="name a household of it that serves it, or who holds '{posts}' at it",
    why="Nobody next door hears first when somebody in such a group needs help.",
    source=_CALLS,
    needs=_NEEDS,
    parameters=(_POSTS,),
    failing="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1}]
        groups: [{id: G-1, parent: B-1}, {id: G-2, parent: B-1}]
        households: [{id: H-1, parent: G-1, serves: [G-1]}, {id: H-2, parent: G-2}]
        """,
    mended="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1}]
        groups: [{id: G-1, parent: B-1}, {id: G-2, parent: B-1}]
        households: [{id: H-1, parent: G-1, serves: [G-1]}, {id: H-2, parent: G-2, serves: [G-2]}]
        """,
)
def group_without_contact(h: Hierarchy, *, posts: NDArray[Any]) -> Hits:
    alone, unknown = np.zeros(len(posts), np.bool_), np.zeros(len(posts), np.bool_)
    skipped: list[str] = []
    households = np.zeros(len(posts), np.int64)
    for asked, reach in _reaches(h, posts, skipped):
        open_ = asked & (reach.group != _SURE)
        if open_.any():
            households = count_in(reach.stands_in, len(posts))
            open_ &= households > 0
        alone |= open_ & (reach.group == _NO)
        unknown |= open_ & (reach.group == _MAYBE)
    rows = np.flatnonzero(alone)
    return Hits(
        rows,
        unknown=unknown,
        skipped=skipped,
        households=households[rows],
        posts=Labeled("post", posts[rows]),
    )


@rule(
    code="GT221",
    subject="household",
    severity="warning",
    message="is reached by no contact household and by no {posts} in office",
    hint="let a contact household or a {posts} serve it, or its group, building or entrance",
    why="Its group has somebody who calls on neighbors, but not on this one.",
    source=_CALLS,
    needs=_NEEDS,
    parameters=(_POSTS, _TAGS),
    failing="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1}]
        groups: [{id: G-1, parent: B-1}]
        households:
          - {id: H-1, parent: G-1, serves: [H-2]}
          - {id: H-2, parent: G-1}
          - {id: H-3, parent: G-1}
        """,
    mended="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1}]
        groups: [{id: G-1, parent: B-1}]
        households:
          - {id: H-1, parent: G-1, serves: [H-2, H-3]}
          - {id: H-2, parent: G-1}
          - {id: H-3, parent: G-1}
        """,
)
def household_unserved(h: Hierarchy, *, posts: NDArray[Any], tags: NDArray[Any]) -> Hits:
    unserved, unknown = np.zeros(len(posts), np.bool_), np.zeros(len(posts), np.bool_)
    skipped: list[str] = []
    for asked, reach in _reaches(h, posts, skipped):
        # Who stands in no group is told by that, and who in a group without contact by this.
        none = _unserved(reach, asked)
        rows = np.flatnonzero(none)
        for words, here in distinct(tags[rows]).items():
            none[rows[here]] &= _tagged(h, words, rows[here]) != _SURE
        unserved |= none
        unknown |= asked & (reach.household != _SURE) & _is_open(reach)
    rows = np.flatnonzero(unserved)
    return Hits(rows, unknown=unknown, skipped=skipped, posts=Labeled("post", posts[rows]))


@rule(
    code="GT222",
    subject="building",
    severity="warning",
    message="has no seat for the post '{post}'",
    hint="add a seat for '{post}' at it under 'posts', with who holds it",
    why="Without a head, nobody in the house knows of every stairwell, and no notice gets around.",
    source="account of Luozhuang: heads of buildings and entrances are one of three teams of a "
    "compound; most places ask for them in some types of compounds only",
    needs=("post>building",),
    off=True,
    parameters=(
        Parameter(
            "post", "building_head", "word", "the post that heads a building", vocabulary="post"
        ),
    ),
    failing="""\
        buildings: [{id: T-1}, {id: T-2}]
        posts:
          - {post: building_head, at: T-1, holder: p-1}
        """,
    mended="""\
        buildings: [{id: T-1}, {id: T-2}]
        posts:
          - {post: building_head, at: T-1, holder: p-1}
          - {post: building_head, at: T-2, holder: p-2}
        """,
)
def building_without_head(h: Hierarchy, *, post: NDArray[Any]) -> Hits:
    return _without_head(h, "building", post)


@rule(
    code="GT223",
    subject="entrance",
    severity="warning",
    message="has no seat for the post '{post}'",
    hint="add a seat for '{post}' at it under 'posts', with who holds it",
    why="Of a stairwell without a head nobody can say who lives there and who has moved.",
    source="account of Luozhuang: heads of buildings and entrances are one of three teams of a "
    "compound; most places ask for them in some types of compounds only",
    needs=("post>entrance",),
    off=True,
    parameters=(
        Parameter(
            "post", "entrance_head", "word", "the post that heads an entrance", vocabulary="post"
        ),
    ),
    failing="""\
        buildings: [{id: T-1}]
        entrances: [{id: E-1, building: T-1}, {id: E-2, building: T-1}]
        posts:
          - {post: entrance_head, at: E-1, holder: p-1}
        """,
    mended="""\
        buildings: [{id: T-1}]
        entrances: [{id: E-1, building: T-1}, {id: E-2, building: T-1}]
        posts:
          - {post: entrance_head, at: E-1, holder: p-1}
          - {post: entrance_head, at: E-2, holder: p-2}
        """,
)
def entrance_without_head(h: Hierarchy, *, post: NDArray[Any]) -> Hits:
    return _without_head(h, "entrance", post)


@rule(
    code="GT224",
    slug="priority-households-unserved",
    subject="group",
    message="has households ({tags}) that no contact household and no {posts} reaches: {number}",
    hint="let a contact household or a {posts} serve each of them; the register says which they "
    "are, this report never does",
    why="Of old people who live alone, the first who notices that a door stays shut is the "
    "neighbor who calls.",
    source="account of Jinzhai: stewards call on households that live alone or are empty nests",
    needs=_NEEDS,
    parameters=(_POSTS, _TAGS),
    failing="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1}]
        groups: [{id: G-1, parent: B-1}]
        households:
          - {id: H-1, parent: G-1, serves: [H-2]}
          - {id: H-2, parent: G-1, tags: {living_alone: 1}}
          - {id: H-3, parent: G-1, tags: {living_alone: 1}}
        """,
    mended="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1}]
        groups: [{id: G-1, parent: B-1}]
        households:
          - {id: H-1, parent: G-1, serves: [H-2, H-3]}
          - {id: H-2, parent: G-1, tags: {living_alone: 1}}
          - {id: H-3, parent: G-1, tags: {living_alone: 1}}
        """,
)
def priority_households_unserved(h: Hierarchy, *, posts: NDArray[Any], tags: NDArray[Any]) -> Hits:
    number, perhaps = np.zeros(len(posts), np.int64), np.zeros(len(posts), np.int64)
    skipped: list[str] = []
    for asked, reach in _reaches(h, posts, skipped):
        judged = asked & (reach.group != _NO)
        rows = np.flatnonzero((reach.household != _SURE) & (reach.stands_in >= 0))
        groups = reach.stands_in[rows]
        rows, groups = rows[judged[groups]], groups[judged[groups]]
        for words, here in distinct(tags).items():
            if not any(h.has("household", TAG + word) for word in words):
                skipped.append(no_columns("household", [f"{TAG}{word}" for word in words]))
                continue
            chosen = here[groups]
            at, of = rows[chosen], groups[chosen]
            tagged = _tagged(h, words, at)
            surely = (tagged == _SURE) & (reach.household[at] == _NO)
            number += np.bincount(of[surely], minlength=len(posts))
            perhaps += np.bincount(of[~surely & (tagged != _NO)], minlength=len(posts))
    found = np.flatnonzero(number)
    return Hits(
        found,
        unknown=(perhaps > 0) & (number == 0),
        skipped=sorted(set(skipped)),
        number=number[found],
        posts=Labeled("post", posts[found]),
        tags=Labeled("tag", tags[found]),
    )


RULES = (
    group_without_contact,
    household_unserved,
    building_without_head,
    entrance_without_head,
    priority_households_unserved,
)


# -- heads ------------------------------------------------------------------------------------


def _without_head(h: Hierarchy, table: str, post: NDArray[Any]) -> Hits:
    """Return the rows of *table* that have no seat of the post that is asked for there."""
    missing = np.zeros(h.count(table), np.bool_)
    skipped: list[str] = []
    for word, asked in distinct(post).items():
        if f"post:{word}>{table}" not in h.given:
            called, place = h.facts.label("post", str(word)), h.facts.level_label(table)
            skipped.append(Reason("no '{post}' at any {place}", post=called, place=place))
            continue
        _, places = h.arrays.seats(str(word), table)
        none = np.ones(len(missing), np.bool_)
        none[places] = False
        missing |= asked & none
    rows = np.flatnonzero(missing)
    return Hits(rows, skipped=skipped, post=Labeled("post", post[rows]))


# -- whom contacts reach ----------------------------------------------------------------------


def _reaches(
    h: Hierarchy, posts: NDArray[Any], skipped: list[str]
) -> Iterator[tuple[NDArray[np.bool_], _Reach]]:
    """Yield the subjects that are asked of the same posts, and whom contacts reach by these."""
    for words, asked in distinct(posts).items():
        named = {"household:serves", *(f"post:{word}" for word in words)}
        if named & h.given:
            yield asked, once(f"reach {words}", h, partial(_reach, h, words))
        else:
            called = either([h.facts.label("post", word) for word in words])
            template = "no contact households, and no posts called {posts}"
            skipped.append(Reason(template, posts=called))


def _is_open(reach: _Reach) -> NDArray[np.bool_]:
    """Return for each household whether a cell that is not known hides if anybody reaches it."""
    in_some = (reach.household == _MAYBE) & (reach.stands_in >= 0)
    open_: NDArray[np.bool_] = in_some | (reach.stands_in == UNKNOWN)
    return open_


def _unserved(reach: _Reach, asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the households that nobody reaches, though their group has a contact."""
    none: NDArray[np.bool_] = asked & (reach.household == _NO) & (reach.stands_in >= 0)
    rows = np.flatnonzero(none)
    none[rows] = reach.group[reach.stands_in[rows]] != _NO
    return none


def _tagged(h: Hierarchy, tags: tuple[str, ...], rows: NDArray[Any]) -> _States:
    """Return whether each household has any of *tags*."""
    state = np.zeros(len(rows), np.int8)
    for tag in tags:
        numbers = h.sheet("household").columns.get(TAG + tag)
        if isinstance(numbers, np.ndarray):
            cells = numbers[rows]
            state[(cells == UNKNOWN) & (state == _NO)] = _MAYBE
            state[cells > 0] = _SURE
    return state


def _reach(h: Hierarchy, words: tuple[str, ...]) -> _Reach:
    """Return whom the contacts of *h* reach, where seats of these *words* are contacts."""
    stands_in = up(h, "group")
    serving = _serving(h)
    seats = _seats(h, words)
    chain = [level.table for level in h.levels]
    reached = {table: np.zeros(h.count(table), np.int8) for table in (*chain, *TERRITORY)}

    by = np.where(serving.household >= 0, _SURE, _at(seats, serving.post))
    by[serving.is_hidden] = _MAYBE
    for table, rows in serving.targets.items():
        if table in reached:
            _raise(reached[table], rows, by)
    # What a contact serves that is not known may be where it stands, or nothing at all.
    at_place = _at_place(seats, serving)
    for table, states in reached.items():
        _raise(states, h.arrays.pointing("post", "at", table), at_place)
    guest = serving.household[~serving.leads]
    _raise(reached["group"], through(guest, stands_in), np.full(len(guest), _MAYBE))
    _raise(reached["household"], serving.household, np.where(serving.leads, _SURE, _MAYBE))

    contact: _States = np.zeros(h.count("group"), np.int8)
    _raise(contact, h.arrays.pointing("post", "at", "group"), seats)
    household = _spread(h, chain, reached, stands_in)
    np.maximum(contact, reached["group"], out=contact)
    if (contact != _SURE).any():
        # Households that their group's own contact reaches say nothing that the group does not.
        more = np.flatnonzero(household > _at(contact, stands_in))
        _raise(contact, stands_in[more], household[more])
    return _Reach(household, stands_in, contact)


def _spread(
    h: Hierarchy, chain: list[str], reached: dict[str, _States], stands_in: IntArray
) -> _States:
    """Return whether each household is reached; tell the groups of *reached* what is above."""
    at = chain.index("group")
    for upper in chain[:at]:
        if reached[upper].any():
            over = _at(reached[upper], h.arrays.above("group", upper))
            np.maximum(reached["group"], over, out=reached["group"])
    household = np.maximum(reached["household"], _at(reached["group"], stands_in))
    for table in chain[at + 1 : chain.index("household")]:
        if reached[table].any():
            np.maximum(household, _at(reached[table], up(h, table)), out=household)
    if (household == _SURE).all():
        return household
    for upper in ("compound", "micro_grid"):
        if reached[upper].any():
            over = _at(reached[upper], h.arrays.pointing("building", upper, upper))
            np.maximum(reached["building"], over, out=reached["building"])
    ground = on_ground(h)
    places = (
        ("entrance", h.arrays.pointing("household", "entrance", "entrance")),
        ("building", ground.building),
        ("grid", ground.grid),
    )
    for table, rows in places:
        if rows is not None and reached[table].any():
            np.maximum(household, _at(reached[table], rows), out=household)
    return household


@frozen(eq=False)
class _Serving:
    """What serves what today: a cell a relation that is in force.

    Attributes:
        household: The household that serves, negative where it is something else.
        post: The post that serves, likewise.
        is_hidden: Whether it is not known what serves.
        leads: Whether it is known what is served.
        targets: The row that is served, by its table.
    """

    household: IntArray
    post: IntArray
    is_hidden: NDArray[np.bool_]
    leads: NDArray[np.bool_]
    targets: dict[str, IntArray]


def _serving(h: Hierarchy) -> _Serving:
    serves = h.arrays.is_word("relation", "relation", "serves")
    rows = np.flatnonzero(serves & h.arrays.in_force("relation"))
    columns = h.sheet("relation").columns
    sources, targets = columns.get("source"), columns.get("target")
    hidden, leads = np.zeros(len(rows), np.bool_), np.zeros(len(rows), np.bool_)
    led: dict[str, IntArray] = {}
    if isinstance(sources, References) and isinstance(targets, References):
        led = {table: each[rows] for table, each in targets.targets.items()}
        for sources_in in sources.targets.values():
            hidden |= sources_in[rows] == UNKNOWN
        for targets_in in led.values():
            leads |= targets_in >= 0
    return _Serving(
        h.arrays.pointing("relation", "source", "household", rows),
        h.arrays.pointing("relation", "source", "post", rows),
        hidden,
        leads,
        led,
    )


def _seats(h: Hierarchy, words: tuple[str, ...]) -> _States:
    """Return whether each seat is a contact."""
    held, open_ = held_seats(h)
    called, unsaid = np.zeros(len(held), np.bool_), np.zeros(len(held), np.bool_)
    for word in words:
        called |= h.arrays.is_word("post", "post", word)
    column = h.sheet("post").columns.get("post")
    if isinstance(column, Words):
        unsaid = column.codes == UNKNOWN
    perhaps = (called & open_) | (unsaid & (held | open_))
    return np.where(called & held, _SURE, np.where(perhaps, _MAYBE, _NO))


def _at_place(seats: _States, serving: _Serving) -> _States:
    """Return whether each seat reaches its place: where it serves nothing beyond that."""
    states = seats.copy()
    serves = serving.post >= 0
    states[serving.post[serves]] = _NO
    hidden = serving.post[serves & ~serving.leads]
    states[hidden] = np.minimum(seats[hidden], _MAYBE)
    return states


def _at(states: _States, rows: IntArray) -> _States:
    """Return ``states[rows]``; of a row that is not known, whether it may be one reached."""
    perhaps = _MAYBE if states.any() else _NO
    # Two more cells catch UNKNOWN and NONE, which index from the back.
    cells: _States = np.append(states, np.array([perhaps, _NO]))
    return cells.take(rows, mode="wrap")


def _raise(states: _States, rows: IntArray, by: _States) -> None:
    """Make each of *rows* at least as surely reached as it is by what leads there."""
    named = rows >= 0
    perhaps = rows[named & (by == _MAYBE)]
    states[perhaps] = np.maximum(states[perhaps], _MAYBE)
    states[rows[named & (by == _SURE)]] = _SURE
