"""From the rows of a roster to its units: where each stands, what it is called, its id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from govtree import _matching
from govtree._columns import NONE, UNKNOWN, IntArray
from govtree._matching import Distinct, Matched
from govtree._rows import Input
from govtree._texts import Texts
from govtree._wording import Reason
from govtree.facts import Facts
from govtree.rosters._decisions import Decision, Decisions, Doubt
from govtree.rosters._keeping import ELSEWHERE, Decided, Keeping
from govtree.rosters._kept import KeptIds
from govtree.rosters._plan import ID_TEMPLATES, RosterPlan
from govtree.rosters._read import STANDS_IN, Field, Names, listed, tables_in_order
from govtree.rosters._templates import Template

__all__ = ["Table", "Units"]

#: Two rows of one household name one unit of each of these, if any.
_HOUSES = ("compound", "building", "entrance")

Say = Callable[..., None]


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
        self._decided: dict[str, Decided] = {}
        self._keeping = Keeping(kept, names, self.ids)
        self._unit_of: dict[str, int] = {}  # of each id that is or was a unit's
        self._nothing = np.full(read.length, NONE, np.int32)
        for table in tables_in_order(facts):
            if table in names.columns:
                self._find(table)

    def kept(self) -> KeptIds:
        """Return the ids to keep: those that were kept, and the new ones."""
        return self._keeping.kept()

    def gone(self) -> dict[str, int]:
        """Return by table how many units have a kept id and stand in no row."""
        return self._keeping.gone()

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
        written = self._distinct(table)
        self._decided[table] = self._sorted_out(table, written)
        self._tell_unfounded(table, written)
        found = self._merged(table, written)
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
        self._doubt_higher(self.tables[table], found)

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

    def _above(self, table: str) -> list[str]:
        """Return the tables that a unit of *table* can stand in, the nearest first."""
        if table not in self._plan.units:
            return []  # told apart by ids, wherever it stands
        above: tuple[str, ...] = (
            tuple(reversed(self._chain[: self._chain.index(table)]))
            if (table in self._chain)
            else STANDS_IN[table]
        )
        if table == "household":
            above = ("entrance", "building", *above, "compound", "grid")
        return [each for each in above if each in self.tables]

    def _places(self, table: str) -> IntArray:
        """Return for each row the number of the unit that the one of *table* stands in."""
        places = self._nothing
        for each in self._above(table):
            places = np.where(places >= 0, places, self.rows(each))
        return np.maximum(places, NONE)

    def _merged(self, table: str, found: Distinct) -> Distinct:
        """Return the units after those that were decided to be the same are one."""
        changed = self._decided[table].keys(found.keys)
        if np.array_equal(changed, found.keys):
            return found
        self._fill(found, changed)
        merged = _matching.distinct(changed)
        codes = np.append(merged.codes, np.array([UNKNOWN, NONE], np.int32))[found.codes]
        firsts = np.full(len(merged.keys), self._read.length)
        np.minimum.at(firsts, merged.codes, found.firsts)
        counts = np.zeros(len(merged.keys), np.int64)
        np.add.at(counts, merged.codes, found.counts)
        return Distinct(merged.keys, codes, firsts, counts)

    def _fill(self, found: Distinct, changed: NDArray[np.int64]) -> None:
        """Read rows whose unit was decided to stand further below as if they named its place."""
        words = max(len(self._names.words), 1)
        place, target = found.keys // words - 2, changed // words - 2
        deeper = place != target
        rows = np.flatnonzero(np.append(deeper, [False, False])[found.codes])
        units = found.codes[rows]
        for at in np.unique(target[units]).tolist():
            some = rows[target[units] == at]
            for table, unit in self._standing(at):
                if table.name in self._chain:
                    # A row that names no level stays unattached.
                    filled = some[(table.rows[some] < 0) & (place[found.codes[some]] >= 0)]
                else:
                    filled = some[table.rows[some] < 0]
                table.rows[filled] = unit

    # -- decisions ------------------------------------------------------------------------------

    def _sorted_out(self, table: str, written: Distinct) -> Decided:
        """Return what was decided about the units of a table, those above being found."""
        code_of = self._names.code_of
        words = max(len(self._names.words), 1)
        pairs: dict[int, list[tuple[int, int, str]]] = {}
        for each in self._decisions.rows:
            if each.table == table and each.decision:
                place = NONE if not each.parent else self._unit_of.get(each.parent, ELSEWHERE)
                keep, other = (code_of.get(name.strip(), NONE) for name in (each.keep, each.other))
                if place >= NONE and min(keep, other) >= 0:
                    pairs.setdefault(place, []).append((keep, other, each.decision))
        twins: dict[int, int] = {}
        deeper: dict[int, list[int]] = {}
        for place, decided in pairs.items():
            for other, keep in self._resolved(table, decided).items():
                twins[(place + 2) * words + other] = (place + 2) * words + keep
        for place, decided in pairs.items():
            names = {keep for keep, other, word in decided if keep == other and word == "same"}
            for key, name in self._left_out(table, place, sorted(names), written):
                deeper.setdefault(twins.get(key, key), []).append((place + 2) * words + name)
        read_as = dict(twins)
        unclear = set()
        for key, targets in deeper.items():
            standing = {
                at // words - 2: [unit for _, unit in self._standing(at // words - 2)]
                for at in targets
            }
            deepest = max(targets, key=lambda at: (len(standing[at // words - 2]), at))
            if set(standing) <= set(standing[deepest // words - 2]):
                read_as[key] = deepest
            else:
                unclear.add(key % words)
        for name in sorted(unclear):
            self._contradiction(table, name, name)
        for key, target in read_as.items():
            # A place only gets nearer on the way, so that there is an end to it.
            while target in read_as:
                target = read_as[target]
            read_as[key] = target
        told = {
            place: {frozenset((keep, other)) for keep, other, _ in decided}
            for place, decided in pairs.items()
        }
        return Decided(read_as, told)

    def _left_out(
        self, table: str, place: int, names: Sequence[int], written: Distinct
    ) -> Iterator[tuple[int, int]]:
        """Yield keys of units of some *names* that stand further up, where *place* is left out."""
        if not names or place < 0:
            return
        words = max(len(self._names.words), 1)
        standing = self._standing(place)
        own = standing[0][0]
        above = self._above(table)
        if own.name not in above:
            return
        rows = np.flatnonzero(own.rows == place)
        further = [self.rows(each) for each in above[above.index(own.name) + 1 :]]
        places = {unit for each in further for unit in np.unique(each[rows]).tolist() if unit >= 0}
        if own.name not in self._chain:
            places.add(NONE)
        for name in names:
            for higher in sorted(places):
                key = (higher + 2) * words + name
                at = int(np.searchsorted(written.keys, key))
                if at < len(written.keys) and written.keys[at] == key:
                    first = int(written.firsts[at])
                    if any(
                        each.name in _HOUSES and each.rows[first] >= 0 and each.rows[first] != unit
                        for each, unit in standing
                    ):
                        continue  # its row names another one
                yield key, name

    def _resolved(self, table: str, pairs: list[tuple[int, int, str]]) -> dict[int, int]:
        """Return what each name in one place is read as."""
        same = [(keep, other) for keep, other, word in pairs if word == "same" and keep != other]
        groups: dict[int, set[int]] = {}
        for keep, other in same:
            group = groups.get(keep, {keep}) | groups.get(other, {other})
            groups |= dict.fromkeys(group, group)
        read_as: dict[int, int] = {}
        others = {other for _, other in same}
        for group in {id(each): each for each in groups.values()}.values():
            roots = sorted(group - others)
            if len(roots) != 1:
                self._contradiction(table, *sorted(group)[:2])
                continue
            read_as |= {each: roots[0] for each in group if each != roots[0]}
        for keep, other, word in pairs:
            is_same = (
                (keep, keep, "same") in pairs if keep == other else (other in groups.get(keep, ()))
            )
            if word == "different" and is_same:
                self._contradiction(table, keep, other)
        return read_as

    def _contradiction(self, table: str, one: int, other: int) -> None:
        words = self._names.words
        self._say("GT944", None, "", table=table, one=words[one], other=words[other])

    def _tell_unfounded(self, table: str, written: Distinct) -> None:
        """Warn of decisions about what is not in the roster and never had an id."""
        code_of, words = self._names.code_of, max(len(self._names.words), 1)
        missing: list[tuple[Decision, str]] = []
        for each in self._decisions.rows:
            if each.table != table or not each.decision:
                continue
            place = NONE if not each.parent else self._unit_of.get(each.parent, ELSEWHERE)
            for name in dict.fromkeys((each.keep.strip(), each.other.strip())):
                key = (place + 2) * words + code_of[name] if name in code_of else NONE
                at = int(np.searchsorted(written.keys, key)) if key >= 0 else len(written.keys)
                if at == len(written.keys) or written.keys[at] != key:
                    missing.append((each, name))
        for each, name in self._keeping.never(missing):
            who = each.parent if self._keeping.is_new(each.parent, self._unit_of) else name
            said = {"table": table, "one": each.keep, "other": each.other, "missing": who}
            self._say("GT992", None, "", severity="warning", parent=each.parent, **said)

    # -- doubts ---------------------------------------------------------------------------------

    def _doubt(self, table: Table) -> None:
        """Note names that look alike in one place and were not decided."""
        many = np.bincount(table.places + 1, minlength=1)[table.places + 1] > 1
        some = np.flatnonzero(many & (table.name in self._plan.units))
        if not len(some):
            return
        words = self._names.words
        decided = self._decided[table.name]
        for twins in _matching.twins(table.places[some], self._names.twins[table.names[some]]):
            units = sorted(
                some[twins].tolist(), key=lambda at: (-table.counts[at], words[table.names[at]])
            )
            place = int(table.places[units[0]])
            # Each is held against the names before it, until there is something to decide.
            for at, other in enumerate(units):
                for keep in units[:at]:
                    if not decided.is_told(place, int(table.names[keep]), int(table.names[other])):
                        self.doubts.append(self._asked(table, keep, other))
                        break

    def _doubt_higher(self, table: Table, found: Distinct) -> None:
        """Note units that stand higher up than a namesake: their rows may leave a place out."""
        lower, upper = self._namesakes(table.name, found, np.arange(len(table)), found.keys)
        decided = self._decided[table.name]
        one, other = found.firsts[lower], found.firsts[upper]
        fits = np.ones(len(lower), np.bool_)
        for name in set(self._above(table.name)) & set(_HOUSES):
            rows = self.rows(name)
            fits &= (rows[one] < 0) | (rows[other] < 0) | (rows[one] == rows[other])
        for at in np.flatnonzero(fits).tolist():
            unit = int(lower[at])
            fits[at] = not decided.is_told(int(table.places[unit]), int(table.names[unit]))
        lower, upper = lower[fits], upper[fits]
        is_one = np.bincount(upper, minlength=len(table))[upper] == 1
        for at in np.flatnonzero(is_one).tolist():
            self.doubts.append(self._asked(table, int(lower[at]), int(upper[at])))
        several = np.sort(found.firsts[np.unique(upper[~is_one])])
        if len(several):
            said = {"count": f"{len(several):,}", "level": table.name}
            said["rows"] = listed(self._read.sources, several)
            self._say("GT990", int(several[0]), table.name, severity="warning", **said)

    def _namesakes(
        self, table: str, found: Distinct, units: NDArray[np.int64], among: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return which units would be one of some keys if their row left a place out.

        Args:
            table: The table.
            found: Its units.
            units: Those to look at.
            among: The keys, in order, each once.

        Returns:
            Of each pair the unit and the place of the key, those in the nearest place first.
        """
        words = max(len(self._names.words), 1)
        places, names = found.keys[units] // words - 2, found.keys[units] % words
        lower, upper = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]

        def look(some: NDArray[np.int64], higher: NDArray[Any]) -> None:
            keys = (higher.astype(np.int64) + 2) * words + names[some]
            at = np.minimum(np.searchsorted(among, keys), len(among) - 1)
            is_one: NDArray[np.bool_] = among[at] == keys
            lower.append(units[some[is_one]])
            upper.append(at[is_one])

        def there(first: int, last: int) -> bool:
            ends = np.searchsorted(among, [(first + 2) * words, (last + 2) * words])
            return bool(ends[0] < ends[1])

        is_below = np.zeros(len(units), np.bool_)
        in_house = np.zeros(len(units), np.bool_)
        for name in self._above(table):
            each = self.tables[name]
            end = each.start + len(each)
            if there(each.start, end):
                some = np.flatnonzero(is_below)
                higher = each.rows[found.firsts[units[some]]]
                look(some[higher >= 0], higher[higher >= 0])
            own = (places >= each.start) & (places < end)
            is_below |= own
            if name not in self._chain:
                in_house |= own
        if there(NONE, 0):
            some = np.flatnonzero(in_house)
            look(some, np.full(len(some), NONE))
        return np.concatenate(lower), np.concatenate(upper)

    def _asked(self, table: Table, keep: int, other: int) -> Doubt:
        words = self._names.words
        place, higher = int(table.places[keep]), int(table.places[other])
        shown = [" > ".join(self._path(each)) for each in (place, higher)]
        return Doubt(
            table=table.name,
            parent=self.ids[place] if place >= 0 else "",
            keep=words[table.names[keep]],
            other=words[table.names[other]],
            rows=int(table.counts[keep]),
            other_rows=int(table.counts[other]),
            place=shown[0] if place == higher else " | ".join(shown),
        )

    def _standing(self, unit: int) -> list[tuple[Table, int]]:
        """Return a unit and those that it stands in, from below, each with its table."""
        found: list[tuple[Table, int]] = []
        while unit >= 0:
            tables = self.tables.values()
            table = next(each for each in tables if 0 <= unit - each.start < len(each))
            found.append((table, unit))
            unit = int(table.places[unit - table.start])
        return found

    def _path(self, unit: int) -> list[str]:
        """Return the names of a unit and of those that it stands in, top down."""
        return [
            self._names.words[table.names[each - table.start]]
            for table, each in reversed(self._standing(unit))
        ]

    # -- ids ------------------------------------------------------------------------------------

    def _ids(
        self, table: str, found: Distinct, places: IntArray, names: IntArray, start: int
    ) -> Texts:
        """Return an id for each unit: that of the registry, else the kept one, else a new one."""
        own = self._own_ids(table, found)
        matched, keys = self._keeping.match(table, found.keys, self._unit_of, self._decided[table])
        kept = self._keeping.ids
        is_own = ~own.missing() if own is not None else np.zeros(len(found.keys), np.bool_)
        moved = self._moved(table, found, matched, keys, is_own)
        self._keeping.use(matched)
        given = matched.kept >= 0
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
            numbers = (matched.units[once] + start).tolist()
            self._unit_of |= zip(map(str, kept.take(once)), numbers, strict=True)
            self._unit_of |= {str(id): start + at for at, id in enumerate(ids.tolist())}
        self._keeping.keep(table, matched.kept, moved, places, names, ids, is_own)
        return ids

    def _moved(
        self,
        table: str,
        found: Distinct,
        matched: Matched,
        keys: NDArray[np.int64],
        is_own: NDArray[np.bool_],
    ) -> NDArray[np.int64]:
        """Return the new units that get the id of one that stood higher up, and match them.

        Where a cell was empty last time and is filled in now, its unit has another place: it
        keeps its id where one kept id, and no other new unit, can be meant.
        """
        fresh = np.flatnonzero((matched.kept < 0) & ~is_own)
        unused = np.flatnonzero((keys >= 0) & (matched.units < 0))
        if not len(fresh) or not len(unused):
            return fresh[:0]
        among, first, count = np.unique(keys[unused], return_index=True, return_counts=True)
        units, at = self._namesakes(table, found, fresh, among)
        units, nearest = np.unique(units, return_index=True)
        at = at[nearest]
        words = max(len(self._names.words), 1)
        decided = self._decided[table]
        is_meant = (count[at] == 1) & (np.bincount(at, minlength=len(among))[at] == 1)
        for place in np.flatnonzero(is_meant).tolist():
            own, name = divmod(int(found.keys[units[place]]), words)
            is_meant[place] = not decided.is_told(own - 2, name)
        units, rows = fresh[np.isin(fresh, units[is_meant])], unused[first[at[is_meant]]]
        matched.kept[units] = rows
        matched.units[rows] = units
        if len(units):
            seen = np.sort(found.firsts[units])
            said = {"count": f"{len(seen):,}", "level": table}
            said["rows"] = listed(self._read.sources, seen)
            self._say("GT991", int(seen[0]), table, severity="warning", **said)
        return units

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
            if len(str(most + len(fresh))) > _matching.MOST_DIGITS:
                row = int(found.firsts[fresh[0]])
                id = f"{before}{most}{behind}"
                self._say("GT994", row, table, template=text, id=id, level=table)
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
