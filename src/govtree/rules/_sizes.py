"""Rules about sizes: households a grid, a group and a community; workers a grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import NONE, UNKNOWN, IntArray, References, Words, each_once
from govtree.findings import Hits, Labeled, Listed, Reason, Said
from govtree.rules._rule import Parameter, distinct, rule
from govtree.rules._ways import count_in, covering, on_ground, through

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["ANY", "RULES", "Number", "covered", "in_office", "outside", "unstaffed"]

#: A grid of this kind has no households of its own: an office block, a school, a market.
_WITHOUT_HOUSEHOLDS = "special_grid"
#: Where numbers may stand that add up to those of a unit.
_PARTS = {
    "grid": ("grid", "micro_grid", "building", "entrance"),
    "group": ("group",),
    "community": ("group", "compound", "grid", "micro_grid", "building", "entrance"),
}
_NUMBERS = ("households", "residents")
_COUNT = Parameter(
    "count",
    "households",
    "choice",
    "what is counted: households; residents; or occupied, households not known as empty",
    ("households", "residents", "occupied"),
)
#: More than any structure counts: where a number has no known upper bound.
ANY = 2**62


def _brought(table: str) -> str:
    """Return what tells how many a unit of *table* has besides rows of households."""
    return "|".join(f"{part}.{column}" for part in _PARTS[table] for column in _NUMBERS)


@frozen(eq=False)
class Number:
    """A number a unit as far as it is known: at least and at most so many."""

    least: NDArray[np.int64]
    most: NDArray[np.int64]


@rule(
    code="GT301",
    slug="households-a-grid",
    subject="grid",
    severity="warning",
    message="has {counted}: {number}, where {least} to {most} are asked for",
    hint="draw its lines anew together with its neighbors, or waive the rule and say why",
    why="One worker knows the people of some hundred households by name, not of a thousand.",
    source="account of Jinzhai: grids of about 300 households; many places name other figures",
    needs=("household.grid|household.building|household.entrance|" + _brought("grid"),),
    off=True,
    parameters=(
        Parameter("target", 300, "whole", "how many a grid should have"),
        Parameter("tolerance", 0.2, "share", "share of the target that it may be off, both ways"),
        _COUNT,
    ),
    failing="""\
        grids: [{id: N-1, households: 300}, {id: N-2, households: 361}]
        """,
    mended="""\
        grids: [{id: N-1, households: 240}, {id: N-2, households: 360}]
        """,
)
def households_a_grid(
    h: Hierarchy, *, target: NDArray[Any], tolerance: NDArray[Any], count: NDArray[Any]
) -> Hits:
    # A bound such as 360 must not become 359.99... and lose a household.
    low = np.ceil(np.round(target * (1 - tolerance), 6)).astype(np.int64)
    high = np.floor(np.round(target * (1 + tolerance), 6)).astype(np.int64)
    judged = ~h.arrays.is_word("grid", "kind", _WITHOUT_HOUSEHOLDS)
    return _sized(h, "grid", count, low, high, judged)


@rule(
    code="GT302",
    slug="workers-a-grid",
    subject="grid",
    severity="warning",
    message="has {number} in office ({counted}), where {least} to {most} are asked for",
    hint="fill or open a post of the grid, or correct who is in office",
    why="A grid without a worker is a line on a map; with many, nobody is the one to call.",
    source="account of Jinzhai: 1 to 2 workers a grid",
    needs=("post>grid", "tenure"),
    off=True,
    parameters=(
        Parameter("least", 1, "whole", "fewest workers of a grid"),
        Parameter("most", 2, "whole", "most workers of a grid"),
        Parameter(
            "posts", ("grid_worker",), "words", "posts at the grid that count", vocabulary="post"
        ),
        Parameter(
            "employment",
            (),
            "words",
            "employment kinds that count; every kind where none is named",
            vocabulary="employment",
        ),
    ),
    failing="""\
        grids: [{id: N-1}, {id: N-2}]
        posts:
          - {post: grid_worker, at: N-1, holder: p-1}
          - {post: grid_head, at: N-2, holder: p-2}
        """,
    mended="""\
        grids: [{id: N-1}, {id: N-2}]
        posts:
          - {post: grid_worker, at: N-1, holder: p-1}
          - {post: grid_head, at: N-2, holder: p-2}
          - {post: grid_worker, at: N-2, holder: p-3}
        """,
)
def workers_a_grid(
    h: Hierarchy,
    *,
    least: NDArray[Any],
    most: NDArray[Any],
    posts: NDArray[Any],
    employment: NDArray[Any],
) -> Hits:
    length = h.count("grid")
    low, high = np.zeros(length, np.int64), np.zeros(length, np.int64)
    counted = np.empty(length, object)
    said: dict[str, Said] = {}
    for words, here in distinct(posts).items():
        for kinds, there in distinct(employment).items():
            asked = here & there
            number = in_office(h, "grid", words, kinds)
            low[asked], high[asked] = number.least[asked], number.most[asked]
            named = ", ".join(words) + (f"; {', '.join(kinds)}" if kinds else "")
            counted[asked] = named
            said[named] = Listed(tuple(h.facts.label("post", word) for word in words))
            if kinds:
                employed = Listed(tuple(h.facts.label("employment", kind) for kind in kinds))
                said[named] = Reason("{posts}; {kinds}", posts=said[named], kinds=employed)
    # A grid where nobody is in office at all is told as such.
    nobody, _ = unstaffed(h)
    return outside(Number(low, high), least, most, ~nobody, counted=Labeled(said, counted))


@rule(
    code="GT305",
    slug="households-a-group",
    subject="group",
    severity="warning",
    message="has {counted}: {number}, where {least} to {most} are asked for",
    hint="split it, join it with a neighbor, or waive the rule and say why",
    why="Who leads a group calls at every door; too many doors are left out, and a group of few "
    "has nobody to take its turns.",
    source="Indonesia: 10 to 50 heads of household in an RT, as reported of a ministerial "
    "regulation of 1983; today each district sets its own figures",
    needs=("household.parent|" + _brought("group"),),
    off=True,
    parameters=(
        Parameter("least", 10, "whole", "fewest that a group should have"),
        Parameter("most", 50, "whole", "most that a group should have"),
        _COUNT,
    ),
    failing="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1}]
        groups: [{id: G-1, parent: B-1, households: 50}, {id: G-2, parent: B-1, households: 51}]
        """,
    mended="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1}]
        groups: [{id: G-1, parent: B-1, households: 50}, {id: G-2, parent: B-1, households: 10}]
        """,
)
def households_a_group(
    h: Hierarchy, *, least: NDArray[Any], most: NDArray[Any], count: NDArray[Any]
) -> Hits:
    return _sized(h, "group", count, least, most, np.ones(len(least), np.bool_))


@rule(
    code="GT306",
    slug="households-a-community",
    subject="community",
    severity="warning",
    message="has {counted}: {number}, where {least} to {most} are asked for",
    hint="draw its lines anew together with its neighbors, or waive the rule and say why",
    why="One committee cannot hold meetings for ten thousand households, and fifty are too few to "
    "seat one.",
    source="Organic Law of the Urban Residents' Committees, as revised in 2025, article 3: as a "
    "rule 1000 to 3000 households; before, 100 to 700",
    needs=(
        "household.parent|household.grid|household.building|household.entrance|"
        + _brought("community"),
    ),
    off=True,
    parameters=(
        Parameter("least", 1_000, "whole", "fewest that a community should have"),
        Parameter("most", 3_000, "whole", "most that a community should have"),
        _COUNT,
    ),
    failing="""\
        communities: [{id: C-1}, {id: C-2}]
        grids:
          - {id: N-1, community: C-1, households: 1000}
          - {id: N-2, community: C-2, households: 999}
        """,
    mended="""\
        communities: [{id: C-1}, {id: C-2}]
        grids:
          - {id: N-1, community: C-1, households: 1000}
          - {id: N-2, community: C-2, households: 3000}
        """,
)
def households_a_community(
    h: Hierarchy, *, least: NDArray[Any], most: NDArray[Any], count: NDArray[Any]
) -> Hits:
    return _sized(h, "community", count, least, most, np.ones(len(least), np.bool_))


RULES = (households_a_grid, workers_a_grid, households_a_group, households_a_community)


def outside(
    number: Number,
    low: NDArray[Any],
    high: NDArray[Any],
    judged: NDArray[np.bool_],
    **values: Labeled,
) -> Hits:
    """Return the units whose number is outside of the bounds, whatever is not known of it.

    Args:
        number: What each unit has.
        low: Fewest that each should have.
        high: Most that each should have.
        judged: Whether each is judged at all.
        values: Words that the message names besides, one a unit.
    """
    wrong = (number.most < low) | (number.least > high)
    fine = (number.least >= low) & (number.most <= high)
    rows = np.flatnonzero(wrong & judged)
    told: dict[str, Any] = {name: words.take(rows) for name, words in values.items()}
    return Hits(
        rows,
        unknown=~wrong & ~fine & judged,
        number=np.where(number.least > high, number.least, number.most)[rows],
        least=low[rows],
        most=high[rows],
        **told,
    )


def _sized(
    h: Hierarchy,
    table: str,
    count: NDArray[Any],
    low: NDArray[Any],
    high: NDArray[Any],
    judged: NDArray[np.bool_],
) -> Hits:
    """Return the units of *table* that have too few or too many of what is counted."""
    number = Number(np.zeros(len(low), np.int64), np.zeros(len(low), np.int64))
    for what, asked in distinct(count).items():
        found = _COUNTED[str(what)](h, table)
        number.least[asked], number.most[asked] = found.least[asked], found.most[asked]
    return outside(number, low, high, judged, counted=Labeled(_SAID, count))


def _of_households(h: Hierarchy, table: str) -> IntArray | None:
    """Return the unit that each household counts for; None where no column leads to any.

    Households that lead nowhere say nothing of how many a unit has.
    """
    if not _lead(h, "household", table):
        return None
    return on_ground(h).grid if table == "grid" else h.arrays.belongs("household", table)


def _lead(h: Hierarchy, table: str, to: str) -> bool:
    """Return whether the columns of *table*, and of what they name, lead to units of *to*."""
    if table == to:
        return True
    # A column that says of nothing but that it is not known leads nowhere.
    steps = {
        target
        for name, each in h.sheet(table).columns.items()
        if isinstance(each, References)
        for target in each.targets
        if f"{table}.{name}>{target}" in h.given
    }
    return any(_lead(h, step, to) for step in steps)


def _households(h: Hierarchy, table: str) -> Number:
    units = _of_households(h, table)
    if units is not None:
        number = count_in(units, h.count(table))
        if (number > 0).all() and not any(h.has(part, "households") for part in _PARTS[table]):
            return Number(number, number)
    number = h.arrays.households(table)
    # Without rows of households, a unit that no number speaks of is not known to be empty.
    unsaid = (number == 0) & ~_said(h, table, "households") & (units is None)
    return Number(number, np.where(unsaid, ANY, number))


def _residents(h: Hierarchy, table: str) -> Number:
    number = h.arrays.total(table, "residents")
    units = _of_households(h, table) if h.has("household", "residents") else None
    if units is None:
        unsaid = (number == 0) & ~_said(h, table, "residents")
        return Number(number, np.where(unsaid, ANY, number))
    silent = np.where(h.arrays.is_given("household", "residents"), NONE, units)
    return Number(number, np.where(count_in(silent, len(number)) > 0, ANY, number))


def _occupied(h: Hierarchy, table: str) -> Number:
    all_ = _households(h, table)
    units = _of_households(h, table)
    occupancy = h.sheet("household").columns.get("occupancy")
    if units is None or not isinstance(occupancy, Words):
        # Nobody said who lives there: none of them is known to.
        return Number(np.zeros_like(all_.least), all_.most)
    length = len(all_.least)
    unsaid = (occupancy.codes < 0) | occupancy.is_word("unknown")
    empty = occupancy.is_word("empty")
    maybe = count_in(np.where(unsaid, units, NONE), length)
    sure = count_in(np.where(unsaid | empty, NONE, units), length)
    # A unit that brings numbers and no rows does not say how many of them are occupied.
    alone = count_in(units, length) == 0
    return Number(sure, np.where(alone, all_.most, sure + maybe))


_COUNTED = {"households": _households, "residents": _residents, "occupied": _occupied}
_SAID = {
    "households": Reason("households"),
    "residents": Reason("residents"),
    "occupied": Reason("occupied households"),
}


def _said(h: Hierarchy, table: str, column: str) -> NDArray[np.bool_]:
    """Return for each unit whether a number of its own or of a part of it is given."""
    said = np.zeros(h.count(table), np.bool_)
    for part in _PARTS[table]:
        if h.has(part, column):
            units = h.arrays.belongs(part, table)[h.arrays.is_given(part, column)]
            said[units[units >= 0]] = True
    return said


def in_office(
    h: Hierarchy, table: str, words: tuple[str, ...], kinds: tuple[str, ...] = ()
) -> Number:
    """Return how many persons hold one of the posts at each unit of *table*; each person once.

    Args:
        h: The structure.
        table: Whose posts.
        words: The posts.
        kinds: Employment kinds that count; every kind where none is named.
    """
    length, some = h.count(table), np.int64(h.count("person") + 1)
    pairs = [np.empty(0, np.int64)]
    for word in words:
        units, persons = h.arrays.holders(word, table)
        pairs.append(units * some + persons)
    units, persons = np.divmod(each_once(np.concatenate(pairs)), some)
    # Seats of which it is not known who holds them.
    hidden = _hidden_holders(h, table, words)
    if not kinds:
        number = np.bincount(units, minlength=length)
        return Number(number, number + hidden)
    employed = np.zeros(h.count("person"), np.bool_)
    for kind in kinds:
        employed |= h.arrays.is_word("person", "employment", kind)
    column = h.sheet("person").columns.get("employment")
    unsaid = column.codes < 0 if isinstance(column, Words) else np.ones(len(employed), np.bool_)
    sure = np.bincount(units[employed[persons]], minlength=length)
    maybe = np.bincount(units[unsaid[persons]], minlength=length)
    return Number(sure, sure + maybe + hidden)


def _hidden_holders(h: Hierarchy, table: str, words: tuple[str, ...]) -> NDArray[np.int64]:
    hidden = np.bincount(h.arrays.hidden_in_office(), minlength=h.count("post"))
    number = np.zeros(h.count(table), np.int64)
    for word in words:
        posts, places = h.arrays.seats(word, table)
        np.add.at(number, places, hidden[posts])
    return number


def covered(h: Hierarchy, tables: Sequence[str]) -> Number:
    """Return how many units of *tables* each branch covers; one that is not known may be any."""
    length = h.count("branch")
    sure, column = np.zeros(length, np.int64), h.sheet("relation").columns["target"]
    for table in tables:
        branches, _ = h.arrays.links("covers", "branch", table)
        sure += np.bincount(branches, minlength=length)
    hidden = h.arrays.is_word("relation", "relation", "covers") & h.arrays.in_force("relation")
    assert isinstance(column, References)
    for rows in column.targets.values():
        hidden &= rows == UNKNOWN
    return Number(
        sure, sure + count_in(h.arrays.pointing("relation", "source", "branch")[hidden], length)
    )


def unstaffed(h: Hierarchy) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for each grid whether nobody is in office there, and whether that is not known.

    A post that derives from one of the covering branch has the holder of that. Where it has
    none since no branch covers the grid, or several do, or since the secretary's seat is
    vacant, then that is the fault, and neither is said of the grid.
    """
    length = h.count("grid")
    places = h.arrays.pointing("post", "at", "grid")
    staffed, hidden = np.zeros(length, np.bool_), np.zeros(length, np.bool_)
    for posts, here in ((h.arrays.in_office()[0], staffed), (h.arrays.hidden_in_office(), hidden)):
        at = places[posts]
        here[at[at >= 0]] = True
    told_elsewhere = np.zeros(length, np.bool_)
    derived = {term.derived for term in h.vocabularies.get("post", ()) if term.derived}
    if derived and ":covers" in h.given:
        branch = covering(h)
        for word in sorted(derived):
            held = in_office(h, "branch", (word,))
            staffed |= through(branch, (held.least > 0).astype(np.int32)) > 0
            hidden |= through(branch, (held.most > 0).astype(np.int32)) > 0
        told_elsewhere = (branch < 0) | ("secretary" in derived)
    nobody = ~staffed & ~hidden & ~told_elsewhere
    return nobody, ~staffed & hidden
