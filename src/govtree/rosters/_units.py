"""From the rows of a roster to its units: where each stands, what it is called, its id."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from govtree import _matching
from govtree._columns import NONE, UNKNOWN, IntArray, Words, each_once
from govtree._ids import arrange
from govtree._matching import Distinct, Matched
from govtree._rows import Input
from govtree._texts import Texts
from govtree._wording import Reason
from govtree.facts import Facts
from govtree.rosters._decisions import Decisions, Doubt
from govtree.rosters._kept import KeptIds
from govtree.rosters._plan import ID_TEMPLATES, RosterPlan
from govtree.rosters._read import Field, Names, tables_in_order
from govtree.rosters._templates import Template

__all__ = ["Table", "Units"]

#: Tables that a unit can stand in, the nearest first; a level stands in the chain.
_STANDS_IN: Mapping[str, tuple[str, ...]] = {
    "compound": ("community",),
    "grid": ("community",),
    "micro_grid": ("grid", "community"),
    "building": ("compound", "community"),
    "entrance": ("building", "compound", "community"),
}

#: In the place of a unit or name: it is not in this roster.
_ELSEWHERE = -9

Say = Callable[..., None]
#: By place: what each name is read as, and the pairs of names that were decided.
_Decided = dict[int, tuple[dict[int, int], set[frozenset[int]]]]


@frozen(eq=False)
class Table:
    """The units of one table, in order of their places and names.

    Attributes:
        name: Name of the table.
        start: Number of the first unit, when those of all tables are counted through.
        rows: For each row of the roster the number of its unit, or :data:`NONE`, or
            :data:`UNKNOWN`.
        firsts: The first row of each unit.
        counts: How many rows each has.
        places: The number of the unit that each stands in, or :data:`NONE`.
        names: Code of the name of each.
        ids: The ids.
    """

    name: str
    start: int
    rows: IntArray
    firsts: NDArray[np.int64]
    counts: NDArray[np.int64]
    places: IntArray
    names: IntArray
    ids: Texts

    def __len__(self) -> int:
        return len(self.firsts)

    def taken(self, rows: NDArray[Any]) -> IntArray:
        """Return the place in this table of the unit of some *rows* of the roster."""
        units = self.rows[rows]
        found: IntArray = np.where(units >= 0, units - np.int32(self.start), units)
        return found


class Units:
    """All units of a roster, found table by table: each stands in one that was found before."""

    def __init__(
        self,
        read: Input,
        names: Names,
        fields: Mapping[str, Field],
        plan: RosterPlan,
        facts: Facts,
        kept: KeptIds,
        decisions: Decisions,
        say: Say,
    ) -> None:
        self.tables: dict[str, Table] = {}
        self.ids: list[str] = []  # of all units but the households, by their number
        self.doubts: list[Doubt] = []
        self.new: dict[str, int] = {}
        self._read = read
        self._names = names
        self._fields = fields
        self._plan = plan
        self._facts = facts
        self._decisions = decisions
        self._say = say
        self._chain = [level.table for level in facts.levels]
        self._decided: dict[str, _Decided] = {}
        self._keeping = _Keeping(kept, names, self.ids)
        self._unit_of: dict[str, int] = {}  # of each id that is or was a unit's
        self._nothing = np.full(read.length, NONE, np.int32)
        for table in tables_in_order(facts):
            if table in names.columns:
                self._find(table)

    def kept(self) -> KeptIds:
        """Return the ids to keep: those that were kept, and the new ones."""
        return self._keeping.kept()

    def rows(self, table: str) -> IntArray:
        """Return for each row of the roster the number of its unit in *table*."""
        return self.tables[table].rows if table in self.tables else self._nothing

    def parents(self, table: str) -> IntArray:
        """Return for each row the unit of the chain above the one of *table*."""
        above = self._nothing
        for level in reversed(self._chain[: self._chain.index(table)]):
            above = np.where(above != NONE, above, self.rows(level))
        return above

    # -- one table ------------------------------------------------------------------------------

    def _find(self, table: str) -> None:
        words = len(self._names.words)
        found = self._merged(table, self._distinct(table))
        at, codes = np.divmod(found.keys, max(words, 1))
        at = (at - 2).astype(np.int32)
        start = len(self.ids)
        ids = self._ids(table, found, at, codes.astype(np.int32), start)
        rows = np.where(found.codes >= 0, found.codes + np.int32(start), found.codes)
        self.tables[table] = Table(
            table, start, rows, found.firsts, found.counts, at, codes.astype(np.int32), ids
        )
        if table != "household":
            self.ids += ids.tolist()  # type: ignore[arg-type]  # each unit has one
        self._doubt(self.tables[table])

    def _distinct(self, table: str) -> Distinct:
        """Return the distinct pairs of a place and a name of *table*, the name by its code."""
        own = self._names.own[table]
        places = self._places(table)
        # Counted from the first one that there is, pairs are few enough for a table.
        first = int(np.min(places, where=places >= 0, initial=len(self.ids)))
        near = np.where(places >= 0, places - np.int32(first), places)
        found = _matching.distinct(_matching.keys(near, self._names.columns[table], len(own)))
        at, name = np.divmod(found.keys, max(len(own), 1))
        at = np.where(at >= 2, at - 2 + first, at - 2)
        return evolve(found, keys=_matching.keys(at, own[name], len(self._names.words)))

    def _places(self, table: str) -> IntArray:
        """Return for each row the number of the unit that the one of *table* stands in."""
        if table not in self._plan.units:
            return self._nothing  # told apart by ids, wherever it stands
        if table in _STANDS_IN:
            candidates = [self.rows(each) for each in _STANDS_IN[table]]
        else:
            above = self._chain[: self._chain.index(table)]
            candidates = [self.rows(each) for each in reversed(above)]
        if table == "household":
            territory = [self.rows("entrance"), self.rows("building")]
            candidates = [*territory, *candidates, self.rows("compound"), self.rows("grid")]
        places = self._nothing
        for each in candidates:
            if each is not self._nothing:
                places = np.where(places >= 0, places, each)
        return np.maximum(places, NONE)

    def _merged(self, table: str, found: Distinct) -> Distinct:
        """Return the units after those that were decided to be the same are one."""
        decided = self._decided_in(table)
        words = len(self._names.words)
        changed = found.keys.copy()
        for place, (same, _) in decided.items():
            for other, keep in same.items():
                key = (place + 2) * words + other
                at = int(np.searchsorted(found.keys, key))
                if at < len(changed) and found.keys[at] == key:
                    changed[at] = (place + 2) * words + keep
        if np.array_equal(changed, found.keys):
            return found
        merged = _matching.distinct(changed)
        codes = np.append(merged.codes, np.array([UNKNOWN, NONE], np.int32))[found.codes]
        firsts = np.full(len(merged.keys), self._read.length)
        np.minimum.at(firsts, merged.codes, found.firsts)
        counts = np.zeros(len(merged.keys), np.int64)
        np.add.at(counts, merged.codes, found.counts)
        return Distinct(merged.keys, codes, firsts, counts)

    # -- decisions ------------------------------------------------------------------------------

    def _decided_in(self, table: str) -> _Decided:
        """Return what was decided about the units of a table, those above being found."""
        if table not in self._decided:
            self._decided[table] = self._sorted_out(table)
        return self._decided[table]

    def _sorted_out(self, table: str) -> _Decided:
        code_of = self._names.code_of
        pairs: dict[int, list[tuple[int, int, str]]] = {}
        for each in self._decisions.rows:
            place = NONE if not each.parent else self._unit_of.get(each.parent, _ELSEWHERE)
            keep, other = code_of.get(each.keep, NONE), code_of.get(each.other, NONE)
            if each.table == table and each.decision and place >= NONE and min(keep, other) >= 0:
                pairs.setdefault(place, []).append((keep, other, each.decision))
        return {place: self._resolved(table, each) for place, each in pairs.items()}

    def _resolved(
        self, table: str, pairs: list[tuple[int, int, str]]
    ) -> tuple[dict[int, int], set[frozenset[int]]]:
        same = [(keep, other) for keep, other, word in pairs if word == "same" and keep != other]
        groups: dict[int, set[int]] = {}
        for keep, other in same:
            group = groups.get(keep, {keep}) | groups.get(other, {other})
            groups |= dict.fromkeys(group, group)
        read_as: dict[int, int] = {}
        others = {other for _, other in same}
        told = {frozenset((keep, other)) for keep, other, _ in pairs}
        for group in {id(each): each for each in groups.values()}.values():
            roots = sorted(group - others)
            if len(roots) != 1:
                self._contradiction(table, *sorted(group)[:2])
                continue
            read_as |= {each: roots[0] for each in group if each != roots[0]}
        for keep, other, word in pairs:
            if word == "different" and other in groups.get(keep, {keep}):
                self._contradiction(table, keep, other)
        return read_as, told

    def _contradiction(self, table: str, one: int, other: int) -> None:
        words = self._names.words
        self._say("GT944", None, "", table=table, one=words[one], other=words[other])

    def _doubt(self, table: Table) -> None:
        """Note names that look alike in one place and were not decided."""
        many = np.bincount(table.places + 1, minlength=1)[table.places + 1] > 1
        some = np.flatnonzero(many & (table.name in self._plan.units))
        if not len(some):
            return
        words = self._names.words
        forms = _matching.forms(words, np.flatnonzero(np.bincount(table.names[some])).tolist())
        decided = self._decided_in(table.name)
        for twins in _matching.twins(table.places[some], forms[table.names[some]]):
            units = sorted(
                some[twins].tolist(), key=lambda at: (-table.counts[at], words[table.names[at]])
            )
            place = int(table.places[units[0]])
            _, told = decided.get(place, ({}, set()))
            # Each is held against the names before it, until there is something to decide.
            for at, other in enumerate(units):
                for keep in units[:at]:
                    if frozenset((int(table.names[keep]), int(table.names[other]))) not in told:
                        self.doubts.append(self._asked(table, place, keep, other))
                        break

    def _asked(self, table: Table, place: int, keep: int, other: int) -> Doubt:
        words = self._names.words
        return Doubt(
            table=table.name,
            parent=self.ids[place] if place >= 0 else "",
            keep=words[table.names[keep]],
            other=words[table.names[other]],
            rows=int(table.counts[keep]),
            other_rows=int(table.counts[other]),
            place=" > ".join(self._path(place)),
        )

    def _path(self, unit: int) -> list[str]:
        """Return the names of a unit and of those that it stands in, top down."""
        path: list[str] = []
        while unit >= 0:
            tables = self.tables.values()
            table = next(each for each in tables if 0 <= unit - each.start < len(each))
            path.append(self._names.words[table.names[unit - table.start]])
            unit = int(table.places[unit - table.start])
        return path[::-1]

    # -- ids ------------------------------------------------------------------------------------

    def _ids(
        self, table: str, found: Distinct, places: IntArray, names: IntArray, start: int
    ) -> Texts:
        """Return an id for each unit: that of the registry, else the kept one, else a new one."""
        own = self._own_ids(table, found)
        matched, exact = self._keeping.match(
            table, found.keys, self._unit_of, self._decided_in(table)
        )
        kept = self._keeping.ids
        given = matched.kept >= 0
        is_own = ~own.missing() if own is not None else np.zeros(len(given), np.bool_)
        fresh = np.flatnonzero(~given & ~is_own)
        made = self._made(table, fresh, found, places, names, own)
        if len(fresh) == len(given):
            ids = made
        else:
            at = np.zeros(len(given), np.int64)
            at[given] = matched.kept[given]
            at[fresh] = len(kept) + np.arange(len(fresh))
            at[is_own] = len(kept) + len(made) + np.flatnonzero(is_own)
            parts = [kept, made] if own is None else [kept, made, own]
            ids = Texts.joined(parts).take(at)
        self.new[table] = len(fresh)
        if table != "household":
            once = np.flatnonzero(matched.units >= 0)
            for row in once.tolist():
                self._unit_of[str(kept[row])] = start + int(matched.units[row])
            self._unit_of |= {str(id): start + at for at, id in enumerate(ids.tolist())}
        self._keeping.keep(table, matched.kept, exact, places, names, ids, is_own)
        return ids

    def _own_ids(self, table: str, found: Distinct) -> Texts | None:
        """Return the ids of a registry's own column, None where a unit has none there."""
        field = f"{table}.id"
        if field not in self._fields:
            return None
        if table not in self._plan.units:
            names = found.keys % max(len(self._names.words), 1)
            return Texts.of(self._names.words).take(names)
        cells: Any = self._read.columns[field]
        texts, _ = Texts.checked(cells)
        rows = np.flatnonzero((found.codes >= 0) & ~texts.missing())[::-1]
        first = np.full(len(found.keys), len(texts), np.int64)
        first[found.codes[rows]] = rows
        return Texts.joined([texts, Texts.of([None])]).take(first)

    def _made(
        self,
        table: str,
        fresh: NDArray[np.int64],
        found: Distinct,
        places: IntArray,
        names: IntArray,
        own: Texts | None,
    ) -> Texts:
        """Return a new id for each of the *fresh* units."""
        if not len(fresh):
            return Texts.of([])
        text = self._plan.ids.get(table, ID_TEMPLATES.get(table, f"{table}-{{number:03}}"))
        template = Template.of(text)
        used = [self._keeping.ids] if own is None else [self._keeping.ids, own]
        if template.fixed is not None:
            before, behind = template.fixed
            most = max(_matching.largest(ids, before, behind) for ids in used)
            return _matching.numbered(most + 1, len(fresh), before, behind, template.digits)
        words = self._names.words
        codes = self._codes(table, found) if "code" in template.needs else {}

        def refuse(at: int, id: str) -> None:
            unit = int(fresh[at])
            said = {"template": text, "id": id, "level": table, "name": words[names[unit]]}
            self._say("GT937", int(found.firsts[unit]), table, **said)

        told = []
        for unit in fresh.tolist():
            place = int(places[unit])
            unit_told = {"name": words[names[unit]], "code": codes.get(unit, "")}
            unit_told["parent"] = self.ids[place] if place >= 0 else ""
            told.append(unit_told)
            for each in template.needs:
                if not unit_told[each]:
                    who = Reason("{level} '{id}'", level=Reason(table), id=unit_told["name"])
                    row = int(found.firsts[unit])
                    self._say("GT947", row, table, who=who, template=text, field=each)
                    # Nothing is built now; two without a part are not also told to be alike.
                    unit_told[each] = f"?{unit}"
        return Texts.of(
            template.made(told, {str(id) for ids in used for id in ids.tolist() if id}, refuse)
        )

    def _codes(self, table: str, found: Distinct) -> dict[int, str]:
        cells: Any = self._read.columns.get(f"{table}.code")
        if cells is None:
            return {}
        codes: dict[int, str] = {}
        for row in range(len(found.codes)):
            if found.codes[row] >= 0 and cells[row]:
                codes.setdefault(int(found.codes[row]), str(cells[row]))
        return codes


class _Keeping:
    """The kept ids while they are matched: what is re-keyed, and what is added."""

    def __init__(self, kept: KeptIds, names: Names, above: list[str]) -> None:
        self.ids = kept.id
        self._kept = kept
        self._names = names
        self._above = above  # ids of all units but the households, by their number
        codes = [names.code_of.get(word, _ELSEWHERE) for word in kept.name.words]
        self._codes = np.array([*codes, _ELSEWHERE, _ELSEWHERE], np.int32)[kept.name.codes]
        self._changed: dict[int, tuple[str | None, str | None]] = {}
        self._added: list[tuple[str, IntArray, IntArray, Texts]] = []

    def match(
        self, table: str, units: NDArray[np.int64], unit_of: Mapping[str, int], decided: _Decided
    ) -> tuple[Matched, NDArray[np.bool_]]:
        """Return which of the kept ids of *table* belong to which units.

        Also whether each stands there under the very parent and name of its unit.
        """
        parent = self._kept.parent
        rows = np.flatnonzero(self._kept.table.is_word(table))
        parents, names = parent.codes[rows], self._codes[rows]
        # Two more cells at the end are those of no parent.
        number = np.full(len(parent.words) + 2, NONE, np.int32)
        is_same = np.ones(len(number), np.bool_)
        for code in each_once(parents[parents >= 0]).tolist():
            number[code] = unit_of.get(parent.words[code], _ELSEWHERE)
            is_same[code] = (
                number[code] >= 0 and self._above[number[code]] == parent.words[code]
            )
        places, is_exact = number[parents], is_same[parents]
        for place, (same, _) in decided.items():
            for other, keep in same.items():
                changed = np.flatnonzero((places == place) & (self._codes[rows] == other))
                names[changed] = keep
                is_exact[changed] = False
        exact = np.zeros(len(self._codes), np.bool_)
        exact[rows] = is_exact
        found = _matching.keys(places, names, len(self._names.words))
        found[(places < NONE) | (names < 0)] = NONE
        keys = np.full(len(self._codes), NONE, np.int64)
        keys[rows] = found
        return _matching.matched(units, keys, exact), exact

    def keep(
        self,
        table: str,
        rows: IntArray,
        exact: NDArray[np.bool_],
        places: IntArray,
        names: IntArray,
        ids: Texts,
        is_own: NDArray[np.bool_],
    ) -> None:
        """Note what has to be changed and added so that the *ids* of units are kept.

        Args:
            table: The table.
            rows: The row of the kept id of each unit, or :data:`NONE`.
            exact: Whether a kept row stands there as its unit is called.
            places: What each unit stands in.
            names: Code of the name of each.
            ids: The ids.
            is_own: Whether the registry gave them.
        """
        words = self._names.words

        def called(unit: int) -> tuple[str | None, str | None]:
            place = int(places[unit])
            return (self._above[place] if place >= 0 else None), words[names[unit]]

        is_new = rows < 0
        has_row = np.flatnonzero(~is_new)
        for unit in has_row[~exact[rows[has_row]]].tolist():
            self._changed[int(rows[unit])] = called(unit)
        if is_own.any():
            # The registry may have given another id to a unit, or moved one with its id.
            for unit in np.flatnonzero(is_own & ~is_new).tolist():
                if self.ids[int(rows[unit])] != ids[unit]:
                    self._changed[int(rows[unit])] = (None, None)
                    is_new[unit] = True
            there = self._rows_of(ids)
            for unit in np.flatnonzero(is_own & is_new & (there >= 0)).tolist():
                self._changed[int(there[unit])] = called(unit)
                is_new[unit] = False
        fresh = np.flatnonzero(is_new)
        if len(fresh):
            self._added.append((table, places[fresh], names[fresh], ids.take(fresh)))

    def _rows_of(self, ids: Texts) -> IntArray:
        """Return the kept row of each of some ids, or :data:`NONE`."""
        kept = arrange(self.ids)
        rows = kept.ids.rows(ids)
        return rows if kept.order is None else np.append(kept.order, np.int32(NONE))[rows]

    def kept(self) -> KeptIds:
        """Return the ids to keep from now on."""
        kept = self._kept
        parent, name = kept.parent, kept.name
        if self._changed:
            parents, names = parent.tolist(), name.tolist()
            for row, (parent_id, own) in self._changed.items():
                parents[row], names[row] = parent_id, own
            parent, name = Words.of(parents), Words.of(names)
        if not self._added:
            return KeptIds(kept.table, parent, name, kept.id)
        lengths = [len(ids) for *_, ids in self._added]
        tables = [table for table, *_ in self._added]
        places = np.concatenate([each for _, each, _, _ in self._added])
        codes = np.concatenate([each for _, _, each, _ in self._added])
        return KeptIds(
            _behind(kept.table, np.repeat(np.arange(len(lengths)), lengths), tables),
            _behind(parent, places, self._above),
            _behind(name, codes, self._names.words),
            Texts.joined([kept.id, *(ids for *_, ids in self._added)]),
        )


def _behind(words: Words, codes: NDArray[Any], more: Sequence[str]) -> Words:
    """Return a column with more cells behind it."""
    added = Words.packed(codes, more)
    return Words.joined([words, added]) if len(words) else added
