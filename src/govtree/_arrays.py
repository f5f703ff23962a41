"""The questions of a hierarchy asked of all rows at once.

Everything here speaks in row numbers: an answer is an int32 array with one number a row of
the table that was asked about, in order of id, and :data:`~govtree._columns.NONE` where there
is nothing. :class:`~govtree.hierarchy.Hierarchy` asks the same by id.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from govtree import _sums
from govtree._columns import (
    NONE,
    UNKNOWN,
    IntArray,
    Inverse,
    References,
    Sheet,
    Words,
    filled,
    followed,
    read_only,
)
from govtree.units import TERRITORY, Level

__all__ = ["Arrays"]

#: What leads from a table to one of the territory where a row does not name that itself: what
#: the row lies in, which is asked instead; the first that answers counts.
_VIA: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("household", "building"): ("entrance",),
    ("household", "micro_grid"): ("building",),
    ("household", "grid"): ("building",),
    ("household", "compound"): ("building",),
    ("household", "community"): ("grid", "compound"),
    ("entrance", "micro_grid"): ("building",),
    ("entrance", "grid"): ("building",),
    ("entrance", "compound"): ("building",),
    ("entrance", "community"): ("grid", "compound"),
    ("building", "grid"): ("micro_grid",),
    ("building", "community"): ("grid", "compound"),
    ("micro_grid", "community"): ("grid",),
}

#: What a branch may cover, the nearest first: what is covered itself comes before what it
#: lies in.
_COVERED = ("entrance", "building", "micro_grid", "grid")


class Arrays:
    """Navigation, roll-ups and relations of one structure, over rows.

    Where an argument *rows* may be given, the answer is about these rows, in their order;
    else about all rows of the table.

    >>> from govtree import Branch, Community, Hierarchy
    >>> h = Hierarchy.from_records([Community(id="C"), Branch(id="B", parent="C")])
    >>> h.arrays.above("branch", "community").tolist()
    [0]
    """

    def __init__(
        self, levels: Sequence[Level], sheets: Mapping[str, Sheet], as_of: dt.date | None
    ) -> None:
        self._chain = [level.table for level in levels]
        self._sheets = sheets
        self._as_of = as_of
        # Made on first use; to make one twice, in two threads, does no harm.
        self._inverses: dict[tuple[str, str, str], Inverse] = {}
        self._small: dict[str, Any] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("arrays belong to their hierarchy; pickle that")

    @property
    def chain(self) -> Sequence[str]:
        """Tables of the chain, top down."""
        return self._chain

    # -- single columns ------------------------------------------------------------------

    def count(self, table: str) -> int:
        """Return how many rows *table* has; 0 where it was not given."""
        sheet = self._sheets.get(table)
        return 0 if sheet is None else len(sheet)

    def pointing(
        self, table: str, column: str, target: str, rows: NDArray[Any] | None = None
    ) -> IntArray:
        """Return the row of *target* that each row of *table* names in *column*."""
        found = self._column(table, column)
        targets = found.targets if isinstance(found, References) else {}
        if target in targets:
            return targets[target] if rows is None else targets[target][rows]
        return _nothing(self.count(table) if rows is None else len(rows))

    def inverse(self, table: str, column: str, target: str) -> Inverse:
        """Return the rows of *table* by the row of *target* that they name in *column*."""
        key = (table, column, target)
        if key not in self._inverses:
            self._inverses[key] = Inverse.of(self.pointing(*key), self.count(target))
        return self._inverses[key]

    def naming(self, table: str, column: str, target: str, row: int) -> IntArray:
        """Return the rows of *table* that name one row of *target* in *column*, in order."""
        if not self._names(table, column, target):
            return _nothing(0)
        # Few rows are looked through rather than indexed by a million that they may name.
        if 16 * self.count(table) < self.count(target):
            return np.flatnonzero(self.pointing(table, column, target) == row).astype(np.int32)
        return self.inverse(table, column, target).rows(row)

    def is_word(self, table: str, column: str, word: str) -> NDArray[np.bool_]:
        """Return for each row whether *column* holds *word*."""
        found = self._column(table, column)
        if isinstance(found, Words):
            return found.is_word(word)
        return np.zeros(self.count(table), np.bool_)

    def numbers(self, table: str, column: str) -> NDArray[Any]:
        """Return the numbers in *column*, 0 where there is none."""
        found = self._column(table, column)
        if not isinstance(found, np.ndarray):
            return np.zeros(self.count(table), np.int64)
        if found.dtype.kind == "f":
            return np.nan_to_num(found)
        # Counts are kept in few bytes, and added up in many.
        return np.maximum(found, 0).astype(np.int64)

    def is_given(self, table: str, column: str) -> NDArray[np.bool_]:
        """Return for each row whether *column* holds a number."""
        found = self._column(table, column)
        if not isinstance(found, np.ndarray):
            return np.zeros(self.count(table), np.bool_)
        return ~np.isnan(found) if found.dtype.kind == "f" else found >= 0

    def _column(self, table: str, column: str) -> object:
        sheet = self._sheets.get(table)
        return None if sheet is None else sheet.columns.get(column)

    # -- the way up ------------------------------------------------------------------------

    def above(self, table: str, to: str, rows: IntArray | None = None) -> IntArray:
        """Return the unit of level *to* that each unit of level *table* stands under.

        A level stands above itself. Levels that a unit skips have nothing there.
        """
        if table == to:
            return _all(self.count(table)) if rows is None else rows
        answer: IntArray | None = None
        for target in self._between(table, to):
            if self._names(table, "parent", target):
                step = self.pointing(table, "parent", target, rows)
                answer = filled(answer, self._onward(self.above, step, target, to, rows))
        return self._nothing(table, rows) if answer is None else read_only(answer)

    def within(self, table: str, to: str, rows: IntArray | None = None) -> IntArray:
        """Return the *to* of the territory, or the community, that each row lies in.

        A household's grid is its own where given, else its building's; its building is its
        own, else its entrance's; a building's grid is its own, else its micro-grid's. The
        community of a household or building is its grid's, else its compound's.

        Where nothing answers and a cell on the way says that it is not known, the answer is
        :data:`~govtree._columns.UNKNOWN`.
        """
        if table == to:
            return _all(self.count(table)) if rows is None else rows
        answer = self.pointing(table, to, to, rows) if self._names(table, to, to) else None
        for via in _VIA.get((table, to), ()):
            if self._leads(table, via) and self._leads(via, to):
                step = self.within(table, via, rows)
                answer = filled(answer, self._onward(self.within, step, via, to, rows))
        return self._nothing(table, rows) if answer is None else read_only(answer)

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

    def _onward(
        self, way: Any, step: IntArray, via: str, to: str, rows: IntArray | None
    ) -> IntArray:
        """Return where *way* leads from the rows of *via* that *step* leads to."""
        if via == to:
            return step
        if rows is None:
            return followed(step, way(via, to))
        # Of few rows, no more than these are followed.
        found = step.copy()
        there = step >= 0
        found[there] = way(via, to, step[there])
        return found

    def _nothing(self, table: str, rows: NDArray[Any] | None) -> IntArray:
        return _nothing(self.count(table) if rows is None else len(rows))

    def _names(self, table: str, column: str, target: str) -> bool:
        """Return whether a row of *table* names one of *target* in *column*, or may."""
        found = self._column(table, column)
        return isinstance(found, References) and target in found.targets

    def _leads(self, table: str, to: str) -> bool:
        """Return whether any row of *table* may lie in one of *to*."""
        return self._names(table, to, to) or any(
            self._leads(table, via) and self._leads(via, to) for via in _VIA.get((table, to), ())
        )

    def _between(self, table: str, to: str) -> list[str]:
        """Return the levels that lead from *table* up to *to*, the nearest first."""
        if table not in self._chain or to not in self._chain:
            return []
        return self._chain[self._chain.index(to) : self._chain.index(table)][::-1]

    def row_above(self, table: str, row: int, to: str) -> int:
        """Return the answer of :meth:`above` for one row."""
        while table != to:
            for target, rows in self._parents(table):
                if rows[row] >= 0:
                    table, row = target, int(rows[row])
                    break
            else:
                return NONE
        return row

    def row_within(self, table: str, row: int, to: str) -> int:
        """Return the answer of :meth:`within` for one row; a negative one where there is none."""
        if table == to:
            return row
        own = self._column(table, to)
        if isinstance(own, References) and to in own.targets and own.targets[to][row] >= 0:
            return int(own.targets[to][row])
        for via in _VIA.get((table, to), ()):
            step = self.row_within(table, row, via)
            if step >= 0 and (found := self.row_within(via, step, to)) >= 0:
                return found
        return NONE

    def _parents(self, table: str) -> Sequence[tuple[str, IntArray]]:
        found = self._column(table, "parent")
        return tuple(found.targets.items()) if isinstance(found, References) else ()

    def path(self, table: str, rows: IntArray) -> IntArray:
        """Return the paths of *rows* as rows: a column for each level down to *table*.

        The columns are in the order of the levels; a skipped level has :data:`NONE`.
        """
        chain = self._chain[: self._chain.index(table) + 1]
        columns: dict[str, IntArray] = {table: np.asarray(rows, np.int32)}
        for name in chain[:0:-1]:
            here = columns.setdefault(name, _nothing(len(rows)))
            for target, step in self._parents(name):
                columns[target] = filled(columns.get(target), followed(here, step))
        return np.stack([columns.get(name, _nothing(len(rows))) for name in chain], axis=1)

    # -- the way down ----------------------------------------------------------------------

    def under(self, table: str, row: int) -> dict[str, IntArray]:
        """Return the rows that stand under a unit of the chain, by level, each in order."""
        found = {table: np.array([row], np.int32)}
        for lower in self._chain[self._chain.index(table) + 1 :]:
            parts = [
                self.inverse(lower, "parent", upper).rows_of(rows)
                for upper, rows in found.items()
                if len(rows) and self._names(lower, "parent", upper)
            ]
            found[lower] = np.sort(np.concatenate(parts)) if parts else _nothing(0)
        return found

    def inside(self, table: str, row: int) -> dict[str, IntArray]:
        """Return the rows of territory and households that may lie in a place, by table.

        They name it, or something that names it; :meth:`within` says whether they lie in it.
        """
        found = {table: np.array([row], np.int32)}
        tables = (*TERRITORY, "household")
        for lower in tables[tables.index(table) + 1 :] if table in tables else tables:
            parts = [
                self.inverse(lower, upper, upper).rows_of(rows)
                for upper, rows in found.items()
                if len(rows) and self._names(lower, upper, upper)
            ]
            found[lower] = np.unique(np.concatenate(parts)) if parts else _nothing(0)
        return found

    def households_of(self, table: str, row: int) -> IntArray:
        """Return the rows of the households that belong to a unit, area, body or post.

        Those of a unit are the ones that :meth:`belongs` leads to it from.
        """
        found = [self._households(name, at) for name, at in self.units_of(table, row)]
        return np.unique(np.concatenate(found)) if found else _nothing(0)

    def _households(self, table: str, row: int) -> IntArray:
        if not self.count("household"):
            return _nothing(0)
        if table == "household":
            return np.array([row], np.int32)
        if table in TERRITORY:
            candidates = self.inside(table, row)["household"]
            return _kept(candidates, self.within("household", table, candidates) == row)
        under = self.under(table, row)
        found = under.get("household", _nothing(0))
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
        candidates = np.unique(np.concatenate([found, *strays]))
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
        since, until = self._column(table, "since"), self._column(table, "until")
        if rows is not None:
            since = since[rows] if isinstance(since, np.ndarray) else None
            until = until[rows] if isinstance(until, np.ndarray) else None
        answer = np.ones(self.count(table) if rows is None else len(rows), np.bool_)
        if self._as_of is None:
            return answer & np.isnat(until) if isinstance(until, np.ndarray) else answer
        day = np.datetime64(self._as_of, "D")
        # Comparing with "no date" is false, which is what an open end is not.
        if isinstance(since, np.ndarray):
            answer &= ~(since > day)
        if isinstance(until, np.ndarray):
            answer &= ~(until < day)
        return answer

    def links(self, relation: str, source: str, target: str) -> tuple[IntArray, IntArray]:
        """Return the pairs of rows that *relation* joins today, sorted, each once."""
        chosen = self.is_word("relation", "relation", relation) & self.in_force("relation")
        sources = self.pointing("relation", "source", source)
        targets = self.pointing("relation", "target", target)
        chosen &= (sources >= 0) & (targets >= 0)
        return _pairs(sources[chosen], targets[chosen])

    def linked(self, relation: str, table: str, row: int) -> dict[str, IntArray]:
        """Return what *relation* joins one source to today: rows by table, each in order."""
        column = self._column("relation", "target")
        rows = self.naming("relation", "source", table, row)
        words = self._column("relation", "relation")
        if not len(rows) or not isinstance(column, References) or not isinstance(words, Words):
            return {}
        rows = rows[(words.codes[rows] == words.code(relation)) & self.in_force("relation", rows)]
        found = {name: np.unique(targets[rows]) for name, targets in column.targets.items()}
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
            return (times, self.covering(place)) if times.any() else (times[:0], _nothing(0))

        found: tuple[NDArray[np.int64], IntArray] = self._once(f"cover of {place}", made)
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
            for at in linked.get(name, _nothing(0)).tolist()
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
            return _nothing(0), _nothing(0)
        ones, others = zip(*pairs, strict=True)
        return _pairs(np.concatenate(ones), np.concatenate(others))

    def seats(self, post: str, table: str) -> tuple[IntArray, IntArray]:
        """Return the seats of a post at the units of *table*: rows of posts, rows of units."""
        places = self.pointing("post", "at", table)
        rows = np.flatnonzero(self.is_word("post", "post", post) & (places >= 0))
        return rows.astype(np.int32), places[rows]

    def in_office(self) -> tuple[IntArray, IntArray]:
        """Return who is in office today: rows of posts, rows of persons."""
        posts = self.pointing("tenure", "post", "post")
        persons = self.pointing("tenure", "holder", "person")
        chosen = self.in_force("tenure") & (posts >= 0) & (persons >= 0)
        return posts[chosen], persons[chosen]

    def hidden_in_office(self) -> IntArray:
        """Return the rows of posts that somebody holds today of whom it is not known who it is."""
        posts = self.pointing("tenure", "post", "post")
        persons = self.pointing("tenure", "holder", "person")
        return _kept(posts, self.in_force("tenure") & (posts >= 0) & (persons == UNKNOWN))

    def holders(self, post: str, table: str) -> tuple[IntArray, IntArray]:
        """Return who holds *post* today: rows of *table*, rows of persons, sorted pairs."""
        seats, places = self.seats(post, table)
        place_of = _nothing(self.count("post")).copy()
        place_of[seats] = places
        posts, persons = self.in_office()
        return _pairs(place_of[posts], persons)

    def row_holders(self, post: str, table: str, row: int) -> IntArray:
        """Return the persons who hold *post* at one place today, negative for one not known."""
        words = self._column("post", "post")
        seats = self.naming("post", "at", table, row)
        if not len(seats) or not isinstance(words, Words):
            return _nothing(0)
        seats = seats[words.codes[seats] == words.code(post)]
        rows = self.inverse("tenure", "post", "post").rows_of(seats)
        rows = rows[self.in_force("tenure", rows)]
        persons: IntArray = np.unique(self.pointing("tenure", "holder", "person", rows))
        return persons


def _all(length: int) -> IntArray:
    return read_only(np.arange(length, dtype=np.int32))


def _nothing(length: int) -> IntArray:
    return read_only(np.full(length, NONE, np.int32))


def _kept(rows: IntArray, mask: NDArray[np.bool_]) -> IntArray:
    kept: IntArray = rows[mask]
    return kept


def _pairs(ones: IntArray, others: IntArray) -> tuple[IntArray, IntArray]:
    """Return the pairs in which both are rows, sorted, each once."""
    both = (ones >= 0) & (others >= 0)
    # One number a pair sorts many times as fast as a pair does.
    keys = np.unique(ones[both].astype(np.int64) << 32 | others[both])
    return read_only((keys >> 32).astype(np.int32)), read_only(keys.astype(np.int32))


def _only(of: IntArray, found: IntArray, length: int) -> IntArray:
    """Return for each row the one value *found* of it, and nothing where values differ."""
    answer = _nothing(length).copy()
    answer[of] = found
    differing = answer[of] != found
    answer[of[differing]] = NONE
    return read_only(answer)
