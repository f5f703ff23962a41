"""Rules about sizes: households and workers a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import NONE, Words
from govtree.findings import Hits
from govtree.rules._rule import Parameter, distinct, rule
from govtree.rules._ways import count_in, on_ground

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["RULES"]

#: A grid of this kind has no households of its own: an office block, a school, a market.
_WITHOUT_HOUSEHOLDS = "special_grid"
#: Where numbers may stand that add up to those of a grid.
_PARTS = ("grid", "micro_grid", "building", "entrance")
_NUMBERS = ("households", "residents")
#: More than any structure counts: where a number has no known upper bound.
_ANY = 2**62


@frozen(eq=False)
class _Number:
    """A number a grid as far as it is known: at least and at most so many."""

    least: NDArray[np.int64]
    most: NDArray[np.int64]


@rule(
    code="GT301",
    slug="households-a-grid",
    subject="grid",
    severity="warning",
    message="has {number} {counted}, where {least} to {most} are asked for",
    hint="draw its lines anew together with its neighbors, or waive the rule and say why",
    why="One worker knows the people of some hundred households by name, not of a thousand.",
    source="account of Jinzhai: grids of about 300 households; many places name other figures",
    needs=(
        "household.grid|household.building|household.entrance|"
        + "|".join(f"{table}.{column}" for table in _PARTS for column in _NUMBERS),
    ),
    off=True,
    parameters=(
        Parameter("target", 300, "whole", "how many a grid should have"),
        Parameter("tolerance", 0.2, "share", "share of the target that it may be off, both ways"),
        Parameter(
            "count",
            "households",
            "choice",
            "what is counted: households; residents; or occupied, households not known as empty",
            ("households", "residents", "occupied"),
        ),
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
    least, most = np.zeros(len(low), np.int64), np.zeros(len(low), np.int64)
    for what, asked in distinct(count).items():
        number = _COUNTED[str(what)](h)
        least[asked], most[asked] = number.least[asked], number.most[asked]
    judged = ~h.arrays.is_word("grid", "kind", _WITHOUT_HOUSEHOLDS)
    return _outside(_Number(least, most), low, high, judged, counted=count)


@rule(
    code="GT302",
    slug="workers-a-grid",
    subject="grid",
    severity="warning",
    message="has {number} in office ({counted}), where {least} to {most} are asked for",
    hint="fill or open a post of the grid, or correct who is in office",
    why="A grid without a worker is a line on a map; with many, nobody is the one to call.",
    source="account of Jinzhai: 1 to 2 workers a grid",
    needs=("post", "tenure"),
    off=True,
    parameters=(
        Parameter("least", 1, "whole", "fewest workers of a grid"),
        Parameter("most", 2, "whole", "most workers of a grid"),
        Parameter("posts", ("grid_worker",), "words", "posts at the grid that count"),
        Parameter(
            "employment", (), "words", "employment kinds that count; every kind where none is named"
        ),
    ),
    failing="""\
        grids: [{id: N-1}, {id: N-2}]
        posts:
          - {post: grid_worker, at: N-1, holder: p-1}
        """,
    mended="""\
        grids: [{id: N-1}, {id: N-2}]
        posts:
          - {post: grid_worker, at: N-1, holder: p-1}
          - {post: grid_worker, at: N-2, holder: p-2}
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
    for words, here in distinct(posts).items():
        for kinds, there in distinct(employment).items():
            asked = here & there
            number = _workers(h, words, kinds)
            low[asked], high[asked] = number.least[asked], number.most[asked]
            named = ", ".join(words) + (f"; {', '.join(kinds)}" if kinds else "")
            counted[asked] = named
    judged = np.ones(length, np.bool_)
    return _outside(_Number(low, high), least, most, judged, counted=counted)


RULES = (households_a_grid, workers_a_grid)


def _outside(
    number: _Number,
    low: NDArray[Any],
    high: NDArray[Any],
    judged: NDArray[np.bool_],
    *,
    counted: NDArray[Any],
) -> Hits:
    """Return the grids whose number is outside of the bounds, whatever is not known of it."""
    outside = (number.most < low) | (number.least > high)
    inside = (number.least >= low) & (number.most <= high)
    rows = np.flatnonzero(outside & judged)
    return Hits(
        rows,
        unknown=~outside & ~inside & judged,
        number=np.where(number.least > high, number.least, number.most)[rows],
        counted=[str(each) for each in counted[rows].tolist()],
        least=low[rows],
        most=high[rows],
    )


def _households(h: Hierarchy) -> _Number:
    number = count_in(on_ground(h).grid, h.count("grid")) if h.has("household") else None
    if number is not None and (number > 0).all():
        return _Number(number, number)
    number = h.arrays.households("grid")
    # Without rows of households, a grid that no number speaks of is not known to be empty.
    unsaid = np.zeros(len(number), np.bool_) if h.has("household") else ~_said(h, "households")
    return _Number(number, np.where(unsaid & (number == 0), _ANY, number))


def _residents(h: Hierarchy) -> _Number:
    number = h.arrays.total("grid", "residents")
    if not h.has("household", "residents"):
        unsaid = ~_said(h, "residents") & (number == 0)
        return _Number(number, np.where(unsaid, _ANY, number))
    silent = h.sheet("household").columns["residents"]
    assert isinstance(silent, np.ndarray)
    grids = np.where(silent < 0, on_ground(h).grid, NONE)
    return _Number(number, np.where(count_in(grids, len(number)) > 0, _ANY, number))


def _occupied(h: Hierarchy) -> _Number:
    length = h.count("grid")
    all_ = h.arrays.households("grid")
    occupancy = h.sheet("household").columns.get("occupancy") if h.has("household") else None
    if not isinstance(occupancy, Words):
        # Nobody said who lives there: none of them is known to.
        return _Number(np.zeros(length, np.int64), np.where(_said(h, "households"), all_, _ANY))
    grid = on_ground(h).grid
    unsaid = (occupancy.codes < 0) | occupancy.is_word("unknown")
    empty = occupancy.is_word("empty")
    maybe = count_in(np.where(unsaid, grid, NONE), length)
    sure = count_in(np.where(unsaid | empty, NONE, grid), length)
    # A grid that brings numbers and no rows does not say how many of them are occupied.
    alone = (count_in(grid, length) == 0) & (all_ > 0)
    return _Number(np.where(alone, 0, sure), np.where(alone, all_, sure + maybe))


_COUNTED = {"households": _households, "residents": _residents, "occupied": _occupied}


def _said(h: Hierarchy, column: str) -> NDArray[np.bool_]:
    """Return for each grid whether a number of its own or of a part of it is given."""
    said = np.zeros(h.count("grid"), np.bool_)
    for table in _PARTS:
        if h.has(table, column):
            numbers = h.sheet(table).columns[column]
            assert isinstance(numbers, np.ndarray)
            grids = h.arrays.within(table, "grid")[numbers >= 0]
            said[grids[grids >= 0]] = True
    return said


def _workers(h: Hierarchy, words: tuple[str, ...], kinds: tuple[str, ...]) -> _Number:
    """Return how many persons hold one of the posts at each grid; each person once."""
    length, some = h.count("grid"), np.int64(h.count("person") + 1)
    pairs = [np.empty(0, np.int64)]
    for word in words:
        grids, persons = h.arrays.holders(word, "grid")
        pairs.append(grids * some + persons)
    grids, persons = np.divmod(np.unique(np.concatenate(pairs)), some)
    # Seats of which it is not known who holds them.
    hidden = _hidden_holders(h, words, length)
    if not kinds:
        number = np.bincount(grids, minlength=length)
        return _Number(number, number + hidden)
    employed = np.zeros(h.count("person"), np.bool_)
    for kind in kinds:
        employed |= h.arrays.is_word("person", "employment", kind)
    column = h.sheet("person").columns.get("employment")
    unsaid = column.codes < 0 if isinstance(column, Words) else np.ones(len(employed), np.bool_)
    sure = np.bincount(grids[employed[persons]], minlength=length)
    maybe = np.bincount(grids[unsaid[persons]], minlength=length)
    return _Number(sure, sure + maybe + hidden)


def _hidden_holders(h: Hierarchy, words: tuple[str, ...], length: int) -> NDArray[np.int64]:
    hidden = np.bincount(h.arrays.hidden_in_office(), minlength=h.count("post"))
    number = np.zeros(length, np.int64)
    for word in words:
        posts, places = h.arrays.seats(word, "grid")
        np.add.at(number, places, hidden[posts])
    return number
