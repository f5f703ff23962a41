"""Who serves a compound and answers for its ground, and how surely that is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import NONE, UNKNOWN, IntArray, References, Words, each_once
from govtree.findings import Hits
from govtree.rules._grids import grid_without_branch
from govtree.rules._rule import distinct

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = [
    "Serving",
    "Truth",
    "answering",
    "covered_buildings",
    "holds",
    "in_a_covered_grid",
    "is_given",
    "matters_borne",
    "serving",
    "wherever_asked",
]

#: Whose cover makes a branch answer for a place, and what is covered, the nearest first.
_COVERING = ("branch", "group")
_COVERED = ("entrance", "building", "micro_grid", "grid")


@frozen(eq=False)
class Truth:
    """Whether something is so, one cell a row, with what is not known kept apart.

    Attributes:
        is_so: It is so, whatever the cells hold that are not known.
        may_be: It is so, or may be.

    >>> seen = Truth(np.array([True, False, False]), np.array([True, True, False]))
    >>> (~seen).is_so.tolist(), seen.is_open.tolist()
    ([False, False, True], [False, True, False])
    """

    is_so: NDArray[np.bool_]
    may_be: NDArray[np.bool_]

    @classmethod
    def sure(cls, mask: NDArray[np.bool_]) -> Truth:
        """Return a truth without anything that is not known."""
        return cls(mask, mask)

    @classmethod
    def never(cls, length: int) -> Truth:
        """Return what is so nowhere."""
        return cls.sure(np.zeros(length, np.bool_))

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """Whether cells that are not known decide."""
        return self.may_be & ~self.is_so

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.is_so & other.is_so, self.may_be & other.may_be)

    def __or__(self, other: Truth) -> Truth:
        return Truth(self.is_so | other.is_so, self.may_be | other.may_be)

    def __invert__(self) -> Truth:
        return Truth(~self.may_be, ~self.is_so)

    def take(self, rows: NDArray[Any]) -> Truth:
        """Return what is so of *rows*; of one not known it may be, of none it is not."""
        is_so, may_be = np.zeros(len(rows), np.bool_), rows == UNKNOWN
        there = rows >= 0
        is_so[there], may_be[there] = self.is_so[rows[there]], self.may_be[rows[there]]
        return Truth(is_so, may_be)

    def anywhere(self, at: NDArray[Any], length: int) -> Truth:
        """Return for each of *length* places whether it is so in any cell that is *at* it."""
        is_so, may_be = np.zeros(length, np.bool_), np.zeros(length, np.bool_)
        is_so[at[self.is_so & (at >= 0)]] = True
        may_be[at[self.may_be & (at >= 0)]] = True
        return Truth(is_so, may_be)


def wherever_asked(asked: NDArray[Any], look: Callable[[Any], Truth]) -> Truth:
    """Return for each subject what *look* says of the words that are asked of it."""
    answer = Truth.never(len(asked))
    for words, here in distinct(asked).items():
        answer |= look(words) & Truth.sure(here)
    return answer


def holds(h: Hierarchy, table: str, column: str, words: Iterable[str]) -> Truth:
    """Return for each row of *table* whether *column* holds one of *words*."""
    stored = h.sheet(table).columns.get(column)
    if not isinstance(stored, Words):
        return Truth.never(h.count(table))
    is_so = np.isin(stored.codes, [stored.code(word) for word in words])
    return Truth(is_so, is_so | (stored.codes == UNKNOWN))


def is_given(h: Hierarchy, table: str, column: str) -> Truth:
    """Return for each row of *table* whether *column* names anything."""
    stored = h.sheet(table).columns.get(column)
    if not isinstance(stored, References):
        return Truth.never(h.count(table))
    given = stored.is_given(h.count(table))
    unknown = [rows == UNKNOWN for rows in stored.targets.values()]
    return Truth(given, np.logical_or.reduce([given, *unknown]))


# -- what stands around a compound -----------------------------------------------------------


@frozen(eq=False)
class Serving:
    """What serves compounds today; one cell for each row of the relation that leads to one.

    Attributes:
        h: The structure.
        rows: The rows of the relation.
        compound: The compound that is served.
        body: The body that serves it; not known where it is not known who does, and nothing
            where that is a post or household.
    """

    h: Hierarchy
    rows: NDArray[np.intp]
    compound: IntArray
    body: IntArray

    @property
    def is_body(self) -> Truth:
        """Whether it is a body that serves."""
        return Truth(self.body >= 0, (self.body >= 0) | (self.body == UNKNOWN))

    def kind(self, words: Iterable[str]) -> Truth:
        """Return whether it is a body of one of these kinds that serves."""
        return holds(self.h, "body", "kind", words).take(self.body)

    def state(self, words: Iterable[str]) -> Truth:
        """Return whether what serves is in one of these states; a body without one may be."""
        stored = self.h.sheet("body").columns.get("state")
        unsaid = stored.codes < 0 if isinstance(stored, Words) else True
        known = holds(self.h, "body", "state", words)
        return Truth(known.is_so, known.may_be | unsaid).take(self.body)

    def mode(self, words: Iterable[str]) -> Truth:
        """Return whether it serves in one of these modes."""
        return holds(self.h, "relation", "mode", words).take(self.rows)

    def anybody(self, chosen: Truth) -> Truth:
        """Return for each compound whether any of the *chosen* serves it."""
        return chosen.anywhere(self.compound, self.h.count("compound"))


def serving(h: Hierarchy) -> Serving:
    """Return what serves compounds today."""
    compound = h.arrays.pointing("relation", "target", "compound")
    serves = h.arrays.is_word("relation", "relation", "serves") & h.arrays.in_force("relation")
    rows = np.flatnonzero(serves & (compound >= 0))
    body = h.arrays.pointing("relation", "source", "body")[rows]
    # Where nobody names a body, the cells that are not known stand under another table.
    body = np.where(is_given(h, "relation", "source").is_open[rows], UNKNOWN, body)
    return Serving(h, rows, compound[rows], body.astype(np.int32))


def matters_borne(h: Hierarchy, matters: Iterable[str]) -> Truth:
    """Return for each compound whether anybody bears one of *matters*, or any where none is named.

    A row without a matter speaks of every matter.
    """
    words = list(matters)
    compound = h.arrays.pointing("responsibility", "unit", "compound")
    borne = is_given(h, "responsibility", "bearer")
    stored = h.sheet("responsibility").columns.get("matter")
    if words and isinstance(stored, Words):
        every = Truth.sure(stored.codes == NONE)
        borne &= every | holds(h, "responsibility", "matter", words)
    borne &= Truth.sure(h.arrays.in_force("responsibility"))
    return borne.anywhere(compound, h.count("compound"))


def covered_buildings(h: Hierarchy) -> Truth:
    """Return whether any branch or group covers each building, a part of it, or its place."""
    answer = Truth.never(h.count("building"))
    for place in _COVERED:
        covered = np.zeros(h.count(place), np.bool_)
        for source in _COVERING:
            if h.has(source):
                covered[h.arrays.links("covers", source, place)[1]] = True
        if not covered.any():
            continue
        if place == "entrance":
            of = h.arrays.within("entrance", "building")
            answer |= Truth.sure(covered).anywhere(of, len(answer.is_so))
        else:
            answer |= Truth.sure(covered).take(h.arrays.within("building", place))
    return answer


def answering(h: Hierarchy) -> tuple[IntArray, IntArray, NDArray[np.int64]]:
    """Return which branches answer for the ground of which compounds, and what is not known.

    Pairs of compounds and branches, sorted, each once; and for each compound of how many of
    its places it is not known which branch answers for them. A place is a building; or its
    entrances, where branches cover some of any. Places that several branches cover have none:
    that is told of grids.
    """
    parted = np.zeros(h.count("building"), np.bool_)
    places = {"building": ~parted}
    if h.arrays.count_covering("entrance").any():
        of = h.arrays.within("entrance", "building")
        parted[of[of >= 0]] = True
        places = {"building": ~parted, "entrance": of >= 0}
    length = h.count("compound")
    keys, open_ = [np.empty(0, np.int64)], np.zeros(length, np.int64)
    for table, chosen in places.items():
        compound = h.arrays.within(table, "compound")
        branch = h.arrays.branches(table)
        unsaid = _not_known_who_answers(h, table)
        chosen = chosen & (compound >= 0)
        known = chosen & ~unsaid & (branch >= 0)
        keys.append(compound[known].astype(np.int64) << 32 | branch[known])
        open_ += np.bincount(compound[chosen & unsaid], minlength=length)
    pairs = each_once(np.concatenate(keys))
    return (pairs >> 32).astype(np.int32), pairs.astype(np.int32), open_


def _not_known_who_answers(h: Hierarchy, table: str) -> NDArray[np.bool_]:
    """Return of which places cells that are not known decide which branch is the nearest."""
    answered = np.zeros(h.count(table), np.bool_)
    unsaid = answered.copy()
    within = {place: h.arrays.within(table, place) for place in _COVERED}
    if all(rows.min(initial=0) > UNKNOWN for rows in within.values()):
        return unsaid
    for place, rows in within.items():
        covered = h.arrays.count_covering(place) > 0
        if covered.any():
            here = Truth.sure(covered).take(rows)
            unsaid |= ~answered & here.is_open
            answered |= here.is_so
    return unsaid


def in_a_covered_grid(h: Hierarchy) -> Truth:
    """Return for each building whether it lies in a grid of which parts at least are covered.

    Where nobody gave grids, it lies in none that could be reported in its place.
    """
    if not h.has("grid"):
        return ~Truth.never(h.count("building"))
    reported = grid_without_branch(h)
    assert isinstance(reported, Hits)
    covered = np.ones(h.count("grid"), np.bool_)
    covered[reported.rows] = False
    return Truth.sure(covered).take(h.arrays.within("building", "grid"))
