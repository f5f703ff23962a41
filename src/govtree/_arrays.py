"""The questions of a hierarchy asked of all rows at once.

Everything here speaks in row numbers: an answer is an int32 array with one number a row of
the table that was asked about, in order of id, and :data:`~govtree._columns.NONE` where there
is nothing. :class:`~govtree.hierarchy.Hierarchy` asks the same by id.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from govtree import _sums
from govtree._columns import (
    NONE,
    UNKNOWN,
    IntArray,
    References,
    Sheet,
    Words,
    each_once,
    filled,
    followed,
    read_only,
)
from govtree._ways import Ways, nothing
from govtree.units import TERRITORY, Level

__all__ = ["Arrays"]

#: What a branch may cover, the nearest first: what is covered itself comes before what it
#: lies in.
_COVERED = ("entrance", "building", "micro_grid", "grid")


class Arrays(Ways):
    """Navigation, roll-ups and relations of one structure, over rows.

    >>> from govtree import Branch, Community, Hierarchy
    >>> h = Hierarchy.from_records([Community(id="C"), Branch(id="B", parent="C")])
    >>> h.arrays.above("branch", "community").tolist()
    [0]
    """

    def __init__(
        self, levels: Sequence[Level], sheets: Mapping[str, Sheet], as_of: dt.date | None
    ) -> None:
        super().__init__(levels, sheets)
        self._as_of = as_of
        # Made on first use; to make one twice, in two threads, does no harm.
        self._small: dict[str, Any] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("arrays belong to their hierarchy; pickle that")

    # -- what belongs where ----------------------------------------------------------------

    def belongs(self, table: str, to: str, rows: IntArray | None = None) -> IntArray:
        """Return the unit of any table *to* that each row counts for.

        Territory by :meth:`within`, branches by :meth:`branches`, levels along the chain; what
        does not stand under a community counts for the one that it lies in.
        """
        if to == "branch":
            return self.branches(table, rows)
        if to not in self._chain:
            return self.within(table, to, rows)
        along = self.above(table, to, rows)
        if not self._is_on_ground(table, to) or (len(along) and along.min() >= 0):
            return along
        lies_in = self.within(table, "community", rows)
        return read_only(filled(along, followed(lies_in, self.above("community", to))))

    def _is_on_ground(self, table: str, to: str) -> bool:
        """Return whether rows of *table* can count for a *to* by the community they lie in."""
        return (
            (table == "household" or table in TERRITORY)
            and "community" in self._chain
            and to in self._chain[: self._chain.index("community") + 1]
        )

    def households_of(self, table: str, row: int) -> IntArray:
        """Return the rows of the households that belong to a unit, area, body or post.

        Those of a unit are the ones that :meth:`belongs` leads to it from.
        """
        found = [self._households(name, at) for name, at in self.units_of(table, row)]
        return each_once(np.concatenate(found)) if found else nothing(0)

    def _households(self, table: str, row: int) -> IntArray:
        if not self.count("household"):
            return nothing(0)
        if table == "household":
            return np.array([row], np.int32)
        if table in TERRITORY:
            candidates = self.inside(table, row)["household"]
            return _kept(candidates, self.within("household", table, candidates) == row)
        under = self.under(table, row)
        found = under.get("household", nothing(0))
        places: list[tuple[str, int]] = []
        if self._have_strays(table):
            if table == "branch":
                for name in _COVERED:
                    branches, covered = self.links("covers", "branch", name)
                    places += [(name, at) for at in covered[branches == row].tolist()]
            elif self._is_on_ground("household", table):
                places += [("community", at) for at in under["community"].tolist()]
        strays = [self.inside(name, at)["household"] for name, at in places]
        if not strays:
            return found
        candidates = each_once(np.concatenate([found, *strays]))
        return _kept(candidates, self.belongs("household", table, candidates) == row)

    def _have_strays(self, level: str) -> bool:
        """Return whether any household stands under no unit of *level*."""

        def made() -> bool:
            along = self.above("household", level)
            return bool(len(along) and along.min() < 0)

        return bool(self._once(f"strays {level}", made))

    # -- sums ----------------------------------------------------------------------------------

    def households(self, table: str) -> NDArray[np.int64]:
        """Return the households of each unit: its rows, or numbers where it brings no rows."""
        return self.total(table, "households")

    def total(self, table: str, column: str) -> NDArray[np.int64]:
        """Return *column* added up to each unit of *table*.

        Args:
            table: A level of the chain, or a table of the territory.
            column: ``households``, ``residents``, ``members``, a tag as ``tags.NAME``, or
                another column of whole numbers.

        Rows of households win over numbers, and finer numbers over coarser ones: a unit's own
        number counts where nothing finer within it says anything. Of members it is the other
        way round: what a branch says of itself wins over the sum of its groups.
        """
        return self.roll_up(column, table)[0]

    def roll_up(self, column: str, by: str) -> tuple[NDArray[np.int64], int]:
        """Return the totals of *column* for *by*, and what belongs to none of its units."""
        if by == "area":
            areas, communities = self.links("in_area", "area", "community")
            each, rest = self.roll_up(column, "community")
            totals = _sums.added(areas, each[communities], self.count("area"))
            outside = np.ones(len(each), np.bool_)
            outside[communities] = False
            return totals, rest + int(each[outside].sum())
        if column in _sums.OWN:
            return _sums.of_members(self, column, by)
        return _sums.of_households(self, column, by)

    # -- relations and posts -----------------------------------------------------------------

    def in_force(self, table: str, rows: NDArray[Any] | None = None) -> NDArray[np.bool_]:
        """Return for each row of a dated table whether the day of the structure is within it.

        Both days are within it. Where the structure has no day, a row is in force that has no
        end.
        """
        if rows is None:
            answer: NDArray[np.bool_] = self._once(
                f"in force {table}", lambda: self._in_force(table, None)
            )
            return answer
        return self._in_force(table, rows)

    def _in_force(self, table: str, rows: NDArray[Any] | None) -> NDArray[np.bool_]:
        since, until = self._column(table, "since"), self._column(table, "until")
        if rows is not None:
            since = since[rows] if isinstance(since, np.ndarray) else None
            until = until[rows] if isinstance(until, np.ndarray) else None
        answer = np.ones(self.count(table) if rows is None else len(rows), np.bool_)
        if self._as_of is None:
            return read_only(answer & np.isnat(until) if isinstance(until, np.ndarray) else answer)
        day = np.datetime64(self._as_of, "D")
        # Comparing with "no date" is false, which is what an open end is not.
        if isinstance(since, np.ndarray):
            answer &= ~(since > day)
        if isinstance(until, np.ndarray):
            answer &= ~(until < day)
        return read_only(answer)

    def links(self, relation: str, source: str, target: str) -> tuple[IntArray, IntArray]:
        """Return the pairs of rows that *relation* joins today, sorted, each once."""

        def made() -> tuple[IntArray, IntArray]:
            chosen = self.is_word("relation", "relation", relation) & self.in_force("relation")
            sources = self.pointing("relation", "source", source)
            targets = self.pointing("relation", "target", target)
            chosen &= (sources >= 0) & (targets >= 0)
            return _pairs(sources[chosen], targets[chosen])

        return self._of_word("relation", relation, f"links {source} {target}", made)

    def linked(self, relation: str, table: str, row: int) -> dict[str, IntArray]:
        """Return what *relation* joins one source to today: rows by table, each in order."""
        column = self._column("relation", "target")
        rows = self.naming("relation", "source", table, row)
        words = self._column("relation", "relation")
        if not len(rows) or not isinstance(column, References) or not isinstance(words, Words):
            return {}
        rows = rows[(words.codes[rows] == words.code(relation)) & self.in_force("relation", rows)]
        found = {name: each_once(targets[rows]) for name, targets in column.targets.items()}
        return {name: each[each >= 0] for name, each in found.items()}

    def count_covering(self, table: str) -> NDArray[np.int64]:
        """Return how many branches cover each row of *table*."""
        _, covered = self.links("covers", "branch", table)
        return np.bincount(covered, minlength=self.count(table))

    def covering(self, table: str) -> IntArray:
        """Return the branch that covers each row of *table*; none where several do."""
        return _only(*self.links("covers", "branch", table)[::-1], self.count(table))

    def branches(self, table: str, rows: IntArray | None = None) -> IntArray:
        """Return the branch that answers for each row of *table*.

        Along the chain for what stands under a branch; by cover for the territory, and for
        households that stand under none; none where none or several cover. What is covered
        itself comes before what it lies in. A compound has the branch that answers for all of
        its grids.
        """
        if table in self._chain and table != "household":
            return self.above(table, "branch", rows)
        if table == "compound":
            found: IntArray = self._once("branches of compounds", self._branches_of_compounds)
            return found if rows is None else found[rows]
        answer = self.above(table, "branch", rows).copy()
        open_ = answer < 0
        for place in _COVERED:
            times, branch = self._cover(place)
            if not open_.any():
                break
            if not len(times) or not (table == place or self._leads(table, place)):
                continue
            here = self.within(table, place, rows)
            hit = open_ & (here >= 0)
            hit[hit] = times[here[hit]] > 0
            answer[hit] = branch[here[hit]]
            open_ &= ~hit
        return read_only(answer)

    def row_branch(self, table: str, row: int) -> int:
        """Return the answer of :meth:`branches` for one row."""
        if table in self._chain:
            along = self.row_above(table, row, "branch")
            if along >= 0 or table != "household":
                return along
        if table == "compound":
            return int(self._once("branches of compounds", self._branches_of_compounds)[row])
        for place in _COVERED:
            times, branch = self._cover(place)
            if len(times):
                here = self.row_within(table, row, place)
                if here >= 0 and times[here]:
                    return int(branch[here])
        return NONE

    def _branches_of_compounds(self) -> IntArray:
        of, grids = self.meeting("compound", "grid")
        # A grid that no branch answers for leaves the compound without one, too.
        return _only(of, self.branches("grid")[grids], self.count("compound"))

    def _cover(self, place: str) -> tuple[NDArray[np.int64], IntArray]:
        """Return how many branches cover each *place*, and which one; empty if none any."""

        def made() -> tuple[NDArray[np.int64], IntArray]:
            times = self.count_covering(place)
            return (times, self.covering(place)) if times.any() else (times[:0], nothing(0))

        found: tuple[NDArray[np.int64], IntArray] = self._once(f"cover of {place}", made)
        return found

    def _of_word(
        self, table: str, word: str, name: str, make: Callable[[], tuple[IntArray, IntArray]]
    ) -> tuple[IntArray, IntArray]:
        """Return pairs of the rows of *table* with a *word*; nothing is kept for other words."""
        words = self._column(table, table)
        if not isinstance(words, Words) or word not in words.words:
            return nothing(0), nothing(0)
        found: tuple[IntArray, IntArray] = self._once(f"{name} {word}", make)
        return found

    def _once(self, name: str, make: Any) -> Any:
        if name not in self._small:
            self._small[name] = make()
        return self._small[name]

    def units_of(self, table: str, row: int) -> list[tuple[str, int]]:
        """Return the units that a row stands for, as tables and rows.

        An area stands for its communities; a body for the units that it serves; a post for
        those that it serves, or else for its place; a unit for itself.
        """
        relation = {"area": "in_area", "body": "serves", "post": "serves"}.get(table)
        if relation is None:
            return [(table, row)]
        linked = self.linked(relation, table, row)
        found = [
            (name, at)
            for name in (*self._chain, *TERRITORY)
            for at in linked.get(name, nothing(0)).tolist()
        ]
        if table == "post" and not found:
            for name in self._sheets:
                place = self.pointing("post", "at", name)[row]
                if place >= 0:
                    return self.units_of(name, int(place))
        return found

    def meeting(self, one: str, other: str) -> tuple[IntArray, IntArray]:
        """Return the pairs of rows of two tables of the territory that share ground.

        They share ground where a building lies in both, or else a household.
        """
        pairs = [
            _pairs(self.within(table, one), self.within(table, other))
            for table in ("building", "household")
            if self.count(table)
        ]
        if not pairs:
            return nothing(0), nothing(0)
        ones, others = zip(*pairs, strict=True)
        return _pairs(np.concatenate(ones), np.concatenate(others))

    def seats(self, post: str, table: str) -> tuple[IntArray, IntArray]:
        """Return the seats of a post at the units of *table*: rows of posts, rows of units."""
        places = self.pointing("post", "at", table)
        rows = np.flatnonzero(self.is_word("post", "post", post) & (places >= 0))
        return rows.astype(np.int32), places[rows]

    def in_office(self) -> tuple[IntArray, IntArray]:
        """Return who is in office today: rows of posts, rows of persons."""

        def made() -> tuple[IntArray, IntArray]:
            posts = self.pointing("tenure", "post", "post")
            persons = self.pointing("tenure", "holder", "person")
            chosen = self.in_force("tenure") & (posts >= 0) & (persons >= 0)
            return read_only(posts[chosen]), read_only(persons[chosen])

        found: tuple[IntArray, IntArray] = self._once("in office", made)
        return found

    def hidden_in_office(self) -> IntArray:
        """Return the rows of posts that somebody holds today of whom it is not known who it is."""

        def made() -> IntArray:
            posts = self.pointing("tenure", "post", "post")
            persons = self.pointing("tenure", "holder", "person")
            hidden = self.in_force("tenure") & (posts >= 0) & (persons == UNKNOWN)
            return read_only(_kept(posts, hidden))

        found: IntArray = self._once("hidden in office", made)
        return found

    def holders(self, post: str, table: str) -> tuple[IntArray, IntArray]:
        """Return who holds *post* today: rows of *table*, rows of persons, sorted pairs."""

        def made() -> tuple[IntArray, IntArray]:
            seats, places = self.seats(post, table)
            place_of = nothing(self.count("post")).copy()
            place_of[seats] = places
            posts, persons = self.in_office()
            return _pairs(place_of[posts], persons)

        return self._of_word("post", post, f"holders {table}", made)

    def row_holders(self, post: str, table: str, row: int) -> IntArray:
        """Return the persons who hold *post* at one place today, negative for one not known."""
        words = self._column("post", "post")
        seats = self.naming("post", "at", table, row)
        if not len(seats) or not isinstance(words, Words):
            return nothing(0)
        seats = seats[words.codes[seats] == words.code(post)]
        rows = self.inverse("tenure", "post", "post").rows_of(seats)
        rows = rows[self.in_force("tenure", rows)]
        persons: IntArray = each_once(self.pointing("tenure", "holder", "person", rows))
        return persons


def _kept(rows: IntArray, mask: NDArray[np.bool_]) -> IntArray:
    kept: IntArray = rows[mask]
    return kept


def _pairs(ones: IntArray, others: IntArray) -> tuple[IntArray, IntArray]:
    """Return the pairs in which both are rows, sorted, each once."""
    both = (ones >= 0) & (others >= 0)
    # One number a pair sorts many times as fast as a pair does.
    keys = each_once(ones[both].astype(np.int64) << 32 | others[both])
    return read_only((keys >> 32).astype(np.int32)), read_only(keys.astype(np.int32))


def _only(of: IntArray, found: IntArray, length: int) -> IntArray:
    """Return for each row the one value *found* of it, and nothing where values differ."""
    answer = nothing(length).copy()
    answer[of] = found
    differing = answer[of] != found
    answer[of[differing]] = NONE
    return read_only(answer)
