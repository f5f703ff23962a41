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

from govtree._columns import (
    NONE,
    IntArray,
    Inverse,
    References,
    Sheet,
    Words,
    read_only,
)
from govtree._rows import tables_of
from govtree.units import TERRITORY, Level, columns_of

__all__ = ["Arrays"]

#: Returns the row of its second table that each row of its first belongs to.
Way = Callable[[str, str], IntArray]

#: Tables of the territory by how finely they count; a compound counts last.
_FINER = ("entrance", "building", "micro_grid", "grid", "compound")

#: Numbers of a unit itself, which say more than the sum of what stands below it.
_OWN = ("members", "probationary")


class Arrays:
    """Navigation, roll-ups and relations of one structure, over rows.

    >>> from govtree import Branch, Community, Hierarchy
    >>> h = Hierarchy.from_records([Community(id="C"), Branch(id="B", parent="C")])
    >>> h.arrays.above("branch", "community").tolist()
    [0]
    """

    def __init__(
        self, levels: Sequence[Level], sheets: Mapping[str, Sheet], as_of: dt.date | None
    ) -> None:
        self._chain = [level.table for level in levels]
        self._records = tables_of(levels)
        self._sheets = sheets
        self._as_of = as_of
        self._inverses: dict[tuple[str, str, str], Inverse] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("arrays belong to their hierarchy; pickle that")

    # -- single columns ------------------------------------------------------------------

    def count(self, table: str) -> int:
        """Return how many rows *table* has; 0 where it was not given."""
        sheet = self._sheets.get(table)
        return 0 if sheet is None else len(sheet)

    def pointing(self, table: str, column: str, target: str) -> IntArray:
        """Return the row of *target* that each row of *table* names in *column*."""
        found = self._column(table, column)
        length = self.count(table)
        if isinstance(found, References):
            return found.rows_in(target, length)
        return _nothing(length)

    def inverse(self, table: str, column: str, target: str) -> Inverse:
        """Return the rows of *table* by the row of *target* that they name in *column*."""
        key = (table, column, target)
        if key not in self._inverses:
            self._inverses[key] = Inverse.of(self.pointing(*key), self.count(target))
        return self._inverses[key]

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
        return np.nan_to_num(found) if found.dtype.kind == "f" else np.maximum(found, 0)

    def _column(self, table: str, column: str) -> object:
        sheet = self._sheets.get(table)
        return None if sheet is None else sheet.columns.get(column)

    # -- the way up ------------------------------------------------------------------------

    def above(self, table: str, to: str) -> IntArray:
        """Return the unit of level *to* that each unit of level *table* stands under.

        A level stands above itself. Levels that a unit skips have nothing there.
        """
        if table == to:
            return _all(self.count(table))
        way = [("parent", target) for target in self._between(table, to)]
        return self._by(table, to, way, self.above)

    def within(self, table: str, to: str) -> IntArray:
        """Return the *to* of the territory that each row of *table* lies in.

        A household's grid is its own where given, else its building's; its building is its
        own, else its entrance's; a building's grid is its own, else its micro-grid's. The
        community of a household is its grid's, else its compound's.
        """
        if table == to:
            return _all(self.count(table))
        way = [
            (name, target)
            for name, column in columns_of(self._records[table]).items()
            for target in column.targets
            if column.shape == "reference" and (target in TERRITORY or target == to)
        ]
        # What is written of the row itself comes before what follows from where it stands.
        way.sort(key=lambda step: step[1] != to)
        return self._by(table, to, way, self.within)

    def _by(self, table: str, to: str, way: Sequence[tuple[str, str]], on: Way) -> IntArray:
        """Return the first answer of the ways that lead from *table* to *to*."""
        answer: IntArray | None = None
        for column, target in way:
            step = self.pointing(table, column, target)
            found = step if target == to else _through(step, on(target, to))
            if answer is None:
                answer = found
            elif len(found) and found.max() >= 0:
                answer = np.where(answer >= 0, answer, found)
        return _nothing(self.count(table)) if answer is None else answer

    def _between(self, table: str, to: str) -> list[str]:
        """Return the levels that lead from *table* up to *to*, the nearest first."""
        if table not in self._chain or to not in self._chain:
            return []
        return self._chain[self._chain.index(to) : self._chain.index(table)][::-1]

    def path(self, table: str, rows: IntArray) -> IntArray:
        """Return the paths of *rows* as rows: a column for each level down to *table*.

        The columns are in the order of the levels; a skipped level has :data:`NONE`.
        """
        chain = self._chain[: self._chain.index(table) + 1]
        columns: dict[str, IntArray] = {table: np.asarray(rows, np.int32)}
        for name in chain[:0:-1]:
            for target in self._between(name, chain[0]):
                step = self.pointing(name, "parent", target)
                if (step >= 0).any():
                    found = _through(columns[name], step)
                    known = columns.get(target)
                    columns[target] = found if known is None else np.where(known >= 0, known, found)
            columns.setdefault(chain[chain.index(name) - 1], _nothing(len(rows)))
        return np.stack([columns[name] for name in chain], axis=1)

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
        below, own = self._below(table, column), self.numbers(table, column)
        return np.where(own > 0, own, below) if column in _OWN else np.where(below > 0, below, own)

    def roll_up(self, column: str, by: str) -> tuple[NDArray[np.int64], int]:
        """Return the totals of *column* for *by*, and what belongs to none of its units."""
        if by == "area":
            areas, communities = self.links("in_area", "area", "community")
            each, rest = self.roll_up(column, "community")
            totals = _sums(areas, each[communities], self.count("area"))
            outside = np.ones(len(each), np.bool_)
            outside[communities] = False
            return totals, rest + int(each[outside].sum())
        return self.total(by, column), self._unattached(column, by)

    def _unattached(self, column: str, by: str) -> int:
        """Return the sum of *column* over what belongs to no unit of *by*."""
        rest = 0
        if by in self._chain:
            for name in self._chain[self._chain.index(by) + 1 :]:
                named = self._column(name, "parent")
                each = self._each(name, column)
                attached = isinstance(named, References) and named.is_given(len(each))
                rest += int(each[~np.broadcast_to(attached, len(each))].sum())
            return rest
        if self.count("household"):
            outside = self.within("household", by) < 0
            rest += int(self._each("household", column)[outside].sum())
        for name in _FINER:
            if name != by and self._reaches(name, by):
                rest += int(self._alone(name, column)[self.within(name, by) < 0].sum())
        return rest

    def _each(self, table: str, column: str) -> NDArray[Any]:
        """Return what each row of a level adds to the unit above it."""
        if table != "household":
            return self.total(table, column)
        if column == "households":
            return np.ones(self.count(table), np.int64)
        return self.numbers(table, column)

    def _alone(self, table: str, column: str) -> NDArray[Any]:
        """Return the number of each unit, 0 where something finer says it."""
        return np.where(self._below(table, column) > 0, 0, self.numbers(table, column))

    def _below(self, table: str, column: str) -> NDArray[np.int64]:
        """Return what rows and finer numbers say of each unit of *table*."""
        said = np.zeros(self.count(table), np.int64)
        if table in self._chain:
            said += self._rows_below(table, column)
            finer = self._chain[self._chain.index(table) + 1 :]
            said += self._numbers_below(table, column, finer, self.above)
        if table not in self._chain or (table == "community" and not said.any()):
            if self.count("household"):
                said += self._added("household", self.within("household", table), table, column)
            finer = [name for name in _FINER if name != table and self._reaches(name, table)]
            said += self._numbers_below(table, column, finer, self.within)
        return said

    def _rows_below(self, table: str, column: str) -> NDArray[np.int64]:
        """Return the sum over the rows of households under each unit of a level."""
        said = np.zeros(self.count(table), np.int64)
        for name in self._chain[self._chain.index(table) + 1 :]:
            up = self.pointing(name, "parent", table)
            if len(up) and up.max() >= 0:
                if name == "household":
                    said += self._added(name, up, table, column)
                else:
                    said += _sums(up, self._rows_below(name, column), len(said))
        return said

    def _added(self, table: str, up: IntArray, to: str, column: str) -> NDArray[np.int64]:
        weights = None if column == "households" else self.numbers(table, column)
        return _sums(up, weights, self.count(to))

    def _numbers_below(
        self, table: str, column: str, finer: Sequence[str], way: Way
    ) -> NDArray[np.int64]:
        """Return the sum of the numbers of units of *finer* tables that have none below."""
        said = np.zeros(self.count(table), np.int64)
        for name in finer:
            sheet = self._sheets.get(name)
            if name == "household" or sheet is None or column not in sheet.columns:
                continue
            said += _sums(way(name, table), self._alone(name, column), len(said))
        return said

    def _reaches(self, table: str, to: str) -> bool:
        # A compound and the grids in it count the same households: to a community they are
        # added up once, by their grids.
        if (table, to) == ("compound", "community"):
            return not self.count("grid")
        rows = self.within(table, to)
        return bool(len(rows) and rows.max() >= 0)

    # -- relations and posts -----------------------------------------------------------------

    def in_force(self, table: str) -> NDArray[np.bool_]:
        """Return for each row of a dated table whether the day of the structure is within it.

        Where the structure has no day, a row is in force that has no end.
        """
        since, until = self._column(table, "since"), self._column(table, "until")
        answer = np.ones(self.count(table), np.bool_)
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
        pairs = np.unique(np.stack([sources[chosen], targets[chosen]], axis=1), axis=0)
        return read_only(pairs[:, 0]), read_only(pairs[:, 1])

    def count_covering(self, table: str) -> NDArray[np.int64]:
        """Return how many branches cover each row of *table*."""
        _, covered = self.links("covers", "branch", table)
        return np.bincount(covered, minlength=self.count(table))

    def covering(self, table: str) -> IntArray:
        """Return the branch that covers each row of *table*; none where several do."""
        return _only(*self.links("covers", "branch", table)[::-1], self.count(table))

    def branches(self, table: str) -> IntArray:
        """Return the branch that answers for each row of *table*.

        Along the chain for what stands under a branch; by cover for the territory, and for
        households without a group; none where none or several cover. A compound has the
        branch that covers all of its grids.
        """
        if table in self._chain:
            along = self.above(table, "branch")
            if table != "household" or (len(along) and along.min() >= 0):
                return along
            covered = _through(self.within(table, "grid"), self.covering("grid"))
            return read_only(np.where(along >= 0, along, covered))
        if table == "compound":
            of, grids = self.meeting("compound", "grid")
            covered = self.covering("grid")[grids]
            # A grid that no branch answers for leaves the compound without one, too.
            return _only(of, covered, self.count(table))
        return _through(self.within(table, "grid"), self.covering("grid"))

    def units_of(self, table: str, row: int) -> list[tuple[str, int]]:
        """Return the units that a row stands for, as tables and rows.

        An area stands for its communities; a body for the units that it serves; a post for
        those that it serves, or else for its place; a unit for itself.
        """
        relation = {"area": "in_area", "body": "serves", "post": "serves"}.get(table)
        if relation is None:
            return [(table, row)]
        found = []
        for name in (*self._chain, *TERRITORY):
            sources, targets = self.links(relation, table, name)
            found += [(name, at) for at in targets[sources == row].tolist()]
        if table == "post" and not found:
            for name in self._sheets:
                place = self.pointing("post", "at", name)[row]
                if place >= 0:
                    return self.units_of(name, int(place))
        return found

    def households_of(self, table: str, row: int) -> IntArray:
        """Return the rows of the households that belong to a unit, area, body or post."""
        chosen = np.zeros(self.count("household"), np.bool_)
        for name, at in self.units_of(table, row):
            if name in self._chain:
                chosen |= self.above("household", name) == at
            elif name in TERRITORY:
                chosen |= self.within("household", name) == at
        return np.flatnonzero(chosen).astype(np.int32)

    def meeting(self, one: str, other: str) -> tuple[IntArray, IntArray]:
        """Return the pairs of rows of two tables of the territory that share ground.

        They share ground where a building lies in both, or else a household.
        """
        pairs = [
            np.stack([self.within(table, one), self.within(table, other)], axis=1)
            for table in ("building", "household")
            if self.count(table)
        ]
        if not pairs:
            return _nothing(0), _nothing(0)
        found = np.concatenate(pairs)
        found = np.unique(found[(found >= 0).all(axis=1)], axis=0)
        return read_only(found[:, 0]), read_only(found[:, 1])

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

    def holders(self, post: str, table: str) -> tuple[IntArray, IntArray]:
        """Return who holds *post* today: rows of *table*, rows of persons, sorted pairs."""
        seats, places = self.seats(post, table)
        place_of = _nothing(self.count("post")).copy()
        place_of[seats] = places
        posts, persons = self.in_office()
        chosen = place_of[posts] >= 0
        pairs = np.stack([place_of[posts][chosen], persons[chosen]], axis=1)
        pairs = np.unique(pairs, axis=0)
        return read_only(pairs[:, 0]), read_only(pairs[:, 1])


def _all(length: int) -> IntArray:
    return read_only(np.arange(length, dtype=np.int32))


def _nothing(length: int) -> IntArray:
    return read_only(np.full(length, NONE, np.int32))


def _through(step: IntArray, on: IntArray) -> IntArray:
    """Return ``on[step]``, and nothing where *step* is nothing."""
    # Two more cells catch NONE and UNKNOWN, which index from the back.
    return np.append(on, np.array([NONE, NONE], np.int32))[step]


def _sums(up: IntArray, weights: NDArray[Any] | None, length: int) -> NDArray[np.int64]:
    """Return the sum of *weights* (or the count) of the rows that add to each unit."""
    # What adds to nothing is counted in a first cell, and dropped with it.
    shifted = np.maximum(up, NONE) + 1
    return np.bincount(shifted, weights, length + 1)[1:].astype(np.int64)


def _only(of: IntArray, found: IntArray, length: int) -> IntArray:
    """Return for each row the one value *found* of it, and nothing where values differ."""
    answer = _nothing(length).copy()
    answer[of] = found
    differing = answer[of] != found
    answer[of[differing]] = NONE
    return read_only(answer)
