"""Which rows of a table belong to a unit, and which share ground with some compounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from govtree._columns import TAG, marked
from govtree.errors import UnknownIdError
from govtree.units import TERRITORY

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["belonging_to", "sharing_ground", "tags_given", "term_of", "with_tag"]

Mask = NDArray[np.bool_]


def belonging_to(h: Hierarchy, table: str, ids: Iterable[str]) -> Mask:
    """Return for each row of *table* whether it is one of *ids*, stands under one or lies in it.

    What stands or lies nowhere, as bodies and persons do, belongs to none but itself; an id
    that the structure does not have holds nothing.
    """
    answer = np.zeros(h.count(table), np.bool_)
    rows_of: dict[str, list[int]] = {}
    for id in ids:
        try:
            where, row = h.locate(id)
        except UnknownIdError:
            continue
        for name, at in h.arrays.units_of(where, row):
            rows_of.setdefault(name, []).append(at)
        if where == table:
            answer[row] = True
    for name, rows in rows_of.items():
        chosen = np.zeros(h.count(name), np.bool_)
        chosen[rows] = True
        answer |= _leading_to(h, table, name, chosen)
    return answer


def sharing_ground(h: Hierarchy, table: str, compounds: Mask) -> Mask:
    """Return for each row of *table* whether it has to do with one of these *compounds*.

    A place does that shares ground with one; a unit of the chain that answers for such a
    place or for a household there; a post at, and a body that serves, one of those.
    """
    if table == "compound":
        return compounds
    if table in TERRITORY or table == "household":
        if table in {"grid", "micro_grid"}:
            places, met = h.arrays.meeting(table, "compound")
            answer = np.zeros(h.count(table), np.bool_)
            answer[places[compounds[met]]] = True
            return answer
        return marked(compounds, h.arrays.within(table, "compound"))
    if table in h.arrays.chain:
        answer = np.zeros(h.count(table), np.bool_)
        for place in ("compound", "building", "household"):
            rows = h.arrays.belongs(place, table)
            rows = rows[sharing_ground(h, place, compounds)]
            answer[rows[rows >= 0]] = True
        return answer
    if table == "post":
        return _of_posts(h, lambda place: sharing_ground(h, place, compounds))
    if table == "body":
        answer = np.zeros(h.count(table), np.bool_)
        bodies, served = h.arrays.links("serves", "body", "compound")
        answer[bodies[compounds[served]]] = True
        return answer
    return np.zeros(h.count(table), np.bool_)


def tags_given(h: Hierarchy) -> frozenset[str]:
    """Return every tag that some table has a column of."""
    columns = (name for table in h.tables for name in h.sheet(table).columns)
    return frozenset(name.removeprefix(TAG) for name in columns if name.startswith(TAG))


def term_of(h: Hierarchy, vocabulary: str, word: str) -> str:
    """Return the term that *word* is a spelling of, or else *word*."""
    terms = h.facts.terms(vocabulary)
    if vocabulary == "tag" and word in tags_given(h):
        # Tags are kept as they are spelled.
        return word
    return next((each.term for each in terms if word in each.aliases), word)


def with_tag(h: Hierarchy, table: str, tag: str) -> Mask:
    """Return for each row of *table* whether it has *tag*, or brings a number of it."""
    return h.arrays.numbers(table, TAG + tag) > 0


def _leading_to(h: Hierarchy, table: str, to: str, chosen: Mask) -> Mask:
    """Return for each row of *table* whether it belongs to one of the *chosen* rows of *to*."""
    if table == to:
        return chosen
    if table == "post":
        return _of_posts(h, lambda place: _leading_to(h, place, to, chosen))
    if to == "compound":
        return sharing_ground(h, table, chosen)
    chain = h.arrays.chain
    if table not in chain and table not in TERRITORY:
        return np.zeros(h.count(table), np.bool_)
    if to not in chain and to not in TERRITORY:
        return np.zeros(h.count(table), np.bool_)
    return marked(chosen, h.arrays.belongs(table, to))


def _of_posts(h: Hierarchy, of_places: Callable[[str], Mask]) -> Mask:
    """Return for each post what is true of its place."""
    answer = np.zeros(h.count("post"), np.bool_)
    for place in (*h.arrays.chain, *TERRITORY, "area", "body"):
        rows = h.arrays.pointing("post", "at", place)
        if h.count(place) and (rows >= 0).any():
            answer |= marked(of_places(place), rows)
    return answer
