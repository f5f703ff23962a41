"""Which kept id is which unit's, and what is kept from now on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree import _matching
from govtree._columns import NONE, IntArray, Words, each_once
from govtree._ids import arrange
from govtree._matching import Matched
from govtree._texts import Texts
from govtree.rosters._decisions import Decision
from govtree.rosters._kept import KeptIds
from govtree.rosters._read import Names

__all__ = ["ELSEWHERE", "Decided", "Keeping", "Pair"]

#: In the place of a unit or name: it is not in this roster.
ELSEWHERE = -9

#: Two names in one place; one name is that of a unit there and of one whose row leaves it out.
Pair = frozenset[int]


@frozen(eq=False)
class Decided:
    """What was decided about the units of a table.

    Attributes:
        read_as: For the key of each unit that is another, the key of that other one.
        told: The pairs of names that were decided, by place.
    """

    read_as: Mapping[int, int]
    told: Mapping[int, set[Pair]]

    def keys(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return some keys as they are read."""
        if not self.read_as:
            return keys
        given = np.array(sorted(self.read_as), np.int64)
        others = np.array([self.read_as[key] for key in given.tolist()], np.int64)
        at = np.minimum(np.searchsorted(given, keys), len(given) - 1)
        found: NDArray[np.int64] = np.where(given[at] == keys, others[at], keys)
        return found

    def is_told(self, place: int, *names: int) -> bool:
        """Return whether it was decided about two names in a place, or about one name."""
        return frozenset(names) in self.told.get(place, ())


class Keeping:
    """The kept ids while they are matched: what is re-keyed, and what is added."""

    def __init__(self, kept: KeptIds, names: Names, above: list[str]) -> None:
        self.ids = kept.id
        self._kept = kept
        self._names = names
        self._above = above  # ids of all units but the households, by their number
        codes = [names.code_of.get(word.strip(), ELSEWHERE) for word in kept.name.words]
        self._codes = np.array([*codes, ELSEWHERE, ELSEWHERE], np.int32)[kept.name.codes]
        self._changed: dict[int, tuple[str | None, str | None]] = {}
        self._added: list[tuple[str, IntArray, IntArray, Texts]] = []
        self._is_used = np.zeros(len(kept), np.bool_)

    def match(
        self,
        table: str,
        units: NDArray[np.int64],
        unit_of: Mapping[str, int],
        decided: Decided,
    ) -> tuple[Matched, NDArray[np.int64]]:
        """Return which of the kept ids of *table* belong to which units, and the key of each.

        A kept row keeps its own parent and name although it is read as another unit's: if what
        was decided is taken back, it is found under them again.
        """
        parent = self._kept.parent
        rows = np.flatnonzero(self._kept.table.is_word(table))
        parents, names = parent.codes[rows], self._codes[rows]
        # Two more cells at the end are those of no parent.
        number = np.full(len(parent.words) + 2, NONE, np.int32)
        is_same = np.ones(len(number), np.bool_)
        for code in each_once(parents[parents >= 0]).tolist():
            number[code] = unit_of.get(parent.words[code], ELSEWHERE)
            is_same[code] = number[code] >= 0 and self._above[number[code]] == parent.words[code]
        places = number[parents]
        found = _matching.keys(places, names, len(self._names.words))
        found[(places < NONE) | (names < 0)] = NONE
        read = decided.keys(found)
        exact = is_same[parents] & (read == found)
        # Of several that are read as one unit, the id that was given first is left.
        others = rows[~exact & (read >= 0)].tolist()
        others.sort(key=lambda row: (len(str(self.ids[row])), str(self.ids[row])))
        keys = np.full(len(self._codes), NONE, np.int64)
        keys[rows] = read
        return _matching.matched(units, keys, rows[exact], np.array(others, np.int64)), keys

    def keep(
        self,
        table: str,
        rows: IntArray,
        moved: NDArray[np.int64],
        places: IntArray,
        names: IntArray,
        ids: Texts,
        is_own: NDArray[np.bool_],
    ) -> None:
        """Note what has to be changed and added so that the *ids* of units are kept.

        Args:
            table: The table.
            rows: The row of the kept id of each unit, or :data:`NONE`.
            moved: Units whose kept row is that of another place.
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
        for unit in moved.tolist():
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
                self._is_used[there[unit]] = True
                is_new[unit] = False
        fresh = np.flatnonzero(is_new)
        if len(fresh):
            self._added.append((table, places[fresh], names[fresh], ids.take(fresh)))

    def use(self, matched: Matched) -> None:
        """Note which kept ids lead to a unit of the roster."""
        self._is_used |= matched.units >= 0

    def gone(self) -> dict[str, int]:
        """Return by table how many kept ids with a name are of no unit of the roster."""
        table, name = self._kept.table, self._kept.name
        left = table.codes[~self._is_used & (name.codes >= 0) & (table.codes >= 0)]
        counts = np.bincount(left, minlength=len(table.words)).tolist()
        return {word: count for word, count in zip(table.words, counts, strict=True) if count}

    def never(self, pairs: Sequence[tuple[Decision, str]]) -> list[tuple[Decision, str]]:
        """Return the first name of each decision that no kept id has under its parent."""
        if not pairs:
            return []
        kept, count = self._kept, len(self._kept.name.words) + 3
        tables = {word: code for code, word in enumerate(kept.table.words)}
        parents = {word: code for code, word in enumerate(kept.parent.words)} | {"": NONE}
        names = {word: code for code, word in enumerate(kept.name.words)}
        asked = np.array([
            (tables.get(each.table, -3), parents.get(each.parent, -3), names.get(name, -3))
            for each, name in pairs
        ], np.int64)  # fmt: skip
        given = np.array([kept.table.codes, kept.parent.codes, kept.name.codes], np.int64)
        scale = np.array([(len(kept.parent.words) + 3) * count, count, 1])
        was = np.isin((asked + 3) @ scale, scale @ (given + 3)) & (asked > -3).all(axis=1)
        found: dict[Decision, str] = {}
        for (each, name), is_known in zip(pairs, was.tolist(), strict=True):
            if not is_known:
                found.setdefault(each, name)
        return list(found.items())

    def is_new(self, id: str, unit_of: Mapping[str, int]) -> bool:
        """Return whether an id is that of no unit, and was of none."""
        return bool(id) and id not in unit_of and id not in self._kept.id.tolist()

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
            return KeptIds(kept.table, parent, name, kept.id, kept.file)
        lengths = [len(ids) for *_, ids in self._added]
        tables = [table for table, *_ in self._added]
        places = np.concatenate([each for _, each, _, _ in self._added])
        codes = np.concatenate([each for _, _, each, _ in self._added])
        return KeptIds(
            _behind(kept.table, np.repeat(np.arange(len(lengths)), lengths), tables),
            _behind(parent, places, self._above),
            _behind(name, codes, self._names.words),
            Texts.joined([kept.id, *(ids for *_, ids in self._added)]),
            kept.file,
        )


def _behind(words: Words, codes: NDArray[Any], more: Sequence[str]) -> Words:
    """Return a column with more cells behind it."""
    added = Words.packed(codes, more)
    return Words.joined([words, added]) if len(words) else added
