"""Which units are called what: places anywhere in a text, and what stands in one of them.

Places (compounds, grids, units of the chain) are few and are all indexed at once. What stands
in a building is indexed when a text first leads there, so that a district is ready in a second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

import numpy as np
from attrs import frozen

from govtree._columns import NONE, Inverse
from govtree._texts import Texts
from govtree.addresses._words import Key, Words, key_of
from govtree.hierarchy import Hierarchy

__all__ = ["ALMOST", "WEIGHTS", "Gazetteer", "Inside", "Mentions", "Place"]

#: How much a name counts that was said without the word for what it is: 花园 of 花园小区.
ALMOST = 0.9
#: A name with a slip counts as much of it as is right, and never as much as one without.
_SLIP = 0.85

#: What an address leads through, from the large to the small, and how much of it each is.
WEIGHTS = {"compound": 3, "building": 3, "entrance": 1, "household": 3}
_STEPS = tuple(WEIGHTS)

# Words that say what a place is. Those of one line are written for one another; without them,
# two letters or more have to be left.
_CALLED: Sequence[Sequence[str]] = (
    ("社区", "居委会", "社区居委会", "居民委员会", "社区居民委员会"),
    ("小区", "住宅小区", "居住小区"),
    ("村", "村委会", "村民委员会"),
)


@frozen
class Place:
    """A unit by one of its names.

    Attributes:
        table: Its table.
        row: Its row there.
        quality: How much the name counts, 1 where it is the name as it stands.
    """

    table: str
    row: int
    quality: float = 1.0


#: Places that a text names, each with its words as bits.
Mentions = list[tuple[int, list[Place]]]


class Inside:
    """What stands in one place, by the words of its names.

    Attributes:
        rows: Rows by name.
        lengths: How many words those names have that are more than a number.
    """

    __slots__ = ("lengths", "rows")

    def __init__(self, named: Iterable[tuple[Key, int]]) -> None:
        found: dict[Key, list[int]] = {}
        for key, row in named:
            rows = found.setdefault(key, [])
            if not rows or rows[-1] != row:
                rows.append(row)
        # Tuples of numbers cost the collector of garbage nothing, lists by the 100,000 do.
        self.rows = {key: tuple(rows) for key, rows in found.items()}
        lengths = {len(key) for key in found if not _is_number(key)}
        self.lengths = tuple(sorted(lengths))


class Gazetteer:
    """The names of one structure, and where each unit stands."""

    def __init__(self, h: Hierarchy) -> None:
        self.h = h
        chain = [level.table for level in h.levels if level.role != "household"]
        #: Tables whose units are found anywhere in a text.
        self.tables = [
            table for table in ("compound", "grid", "micro_grid", *chain) if h.count(table)
        ]
        self._chain = chain
        #: Those under which households stand, without the community.
        self.lowest = [level.table for level in h.levels if level.role in ("branch", "group")]
        self._lies: dict[tuple[str, str], list[int]] = {}
        self._whole: dict[str, list[int]] = {}
        self._names: dict[str, list[Texts]] = {}
        self._own_kept: dict[tuple[str, int], list[Key]] = {}
        self._inside: dict[tuple[str, str], dict[tuple[int, ...], Inside]] = defaultdict(dict)
        self._ids: dict[str, list[str]] = {}
        self._inverses: dict[tuple[str, str], Inverse] = {}
        self._places: dict[Key, list[Place]] = {}
        self._lengths: dict[str, list[int]] = {}
        self._slips: dict[str, list[Key]] = {}
        self._spelled: dict[str, list[Key]] = {}
        self._is_ready = False
        self._index_places()

    # -- places --------------------------------------------------------------------------------

    def _index_places(self) -> None:
        found: dict[Key, dict[tuple[str, int], float]] = defaultdict(dict)
        for table in self.tables:
            for row, key in self._all_named(table):
                # A place that is called by a number alone would be found in every address.
                if not _is_number(key):
                    for other, quality in _other_names(key):
                        known = found[other]
                        known[table, row] = max(quality, known.get((table, row), 0.0))
        for row, key in self._addressed():
            if not _is_number(key):
                found[key]["household", row] = 1.0
        lengths: dict[str, set[int]] = defaultdict(set)
        for key, named in found.items():
            self._places[key] = [Place(*unit, quality) for unit, quality in named.items()]
            lengths[key[0]].add(len(key))
        self._lengths = {first: sorted(each, reverse=True) for first, each in lengths.items()}

    def _addressed(self) -> Iterator[tuple[int, Key]]:
        """Yield the names of households that stand in no building: whole addresses."""
        if self.h.count("household"):
            within = self.h.arrays.within("household", "building")
            for row in np.flatnonzero(within < 0).tolist():
                for key in self._own("household", row):
                    yield row, key

    def mentioned(self, words: Words) -> Mentions:
        """Return the places that are named, each with its words as bits, first to last.

        Of two names that begin with one word the longer counts, and no word counts twice.
        """
        found: Mentions = []
        values, at = words.values, 0
        while at < len(values):
            for length in self._lengths.get(values[at], ()):
                places = self._places.get(values[at : at + length])
                if places is not None and at + length <= len(values):
                    found.append(((1 << length) - 1 << at, places))
                    at += length
                    break
            else:
                at += 1
        return found

    def misspelled(self, words: Words, taken: int) -> Mentions:
        """Return the places whose names differ in one letter from what stands there.

        A letter is wrong, missing, or too many; digits are never taken for slips. Only the
        names with the least that is wrong are returned.

        Source: deletion neighborhoods, T. Bocek, E. Hunt, B. Stiller, "Fast similarity search
        in large dictionaries", 2007.
        """
        self._index_slips()
        values, heads, tails = words.values, self._heads, self._tails
        short = self._has_short
        best, found = 0.0, cast("dict[int, dict[Key, None]]", {})
        for first in range(len(values)):
            text = ""
            for last in range(first, len(values)):
                if taken >> last & 1 or len(text) > self._longest_slip:
                    break
                text += values[last]
                if (
                    text[:2] not in heads
                    and text[-2:] not in tails
                    and not (short and (text[:1] in heads or text[-1:] in tails))
                ):
                    continue
                for key, quality in self._near(text):
                    if quality > best:
                        best, found = quality, {}
                    if quality == best:
                        mask = (1 << last + 1 - first) - 1 << first
                        found.setdefault(mask, {})[key] = None
        return [
            (
                mask,
                [
                    Place(each.table, each.row, best)
                    for key in keys
                    for each in self._places[key]
                    if each.quality == 1 and each.table != "household"
                ],
            )
            for mask, keys in sorted(found.items())
        ]

    def _index_slips(self) -> None:
        if self._is_ready:
            return
        self._is_ready = True
        self._longest_slip = 0
        # Of four letters and more, one slip leaves the first two or the last two as they are.
        self._heads: set[str] = set()
        self._tails: set[str] = set()
        self._has_short = False
        for key, places in self._places.items():
            text = "".join(key)
            is_whole = any(each.quality == 1 and each.table != "household" for each in places)
            if not is_whole or sum(not each.isdigit() for each in text) < 3 or len(text) > 40:
                continue
            self._longest_slip = max(self._longest_slip, len(text))
            self._spelled.setdefault(text, []).append(key)
            ends = 2 if len(text) > 3 else 1
            self._has_short |= ends == 1
            self._heads.add(text[:ends])
            self._tails.add(text[-ends:])
            for at, letter in enumerate(text):
                if not letter.isdigit():
                    for other in (text[:at] + text[at + 1 :], f"{text[:at]}\0{text[at + 1 :]}"):
                        self._slips.setdefault(other, []).append(key)

    def _near(self, text: str) -> Iterator[tuple[Key, float]]:
        length = len(text)
        for key in self._slips.get(text, ()):
            yield key, round(_SLIP * length / (length + 1), 4)
        if length < 3:
            return
        for at, letter in enumerate(text):
            if not letter.isdigit():
                before, behind = text[:at], text[at + 1 :]
                for key in self._slips.get(f"{before}\0{behind}", ()):
                    yield key, round(_SLIP * (length - 1) / length, 4)
                for key in self._spelled.get(before + behind, ()):
                    yield key, round(_SLIP * (length - 1) / length, 4)

    # -- what stands where -----------------------------------------------------------------

    def inside(self, table: str, upper: str, rows: tuple[int, ...]) -> Inside:
        """Return the rows of *table* in some rows of *upper* by name; of none: all of them."""
        known = self._inside[table, upper]
        found = known.get(rows)
        if found is None:
            within = self._rows(table, upper, rows) if rows else range(self.h.count(table))
            named = ((name, row) for row in within for name in self._own(table, row))
            found = known[rows] = Inside(named)
        return found

    def _rows(self, table: str, upper: str, rows: tuple[int, ...]) -> list[int]:
        inverse = self._inverses.get((table, upper))
        if inverse is None:
            inverse = Inverse.of(self._way(table, upper), self.h.count(upper))
            self._inverses[table, upper] = inverse
        return cast("list[int]", inverse.rows_of(np.array(rows)).tolist())

    def lies(self, table: str, row: int, upper: str) -> int:
        """Return the row of *upper* that a unit lies in or stands under, -1 for none."""
        return self.ways(table, upper)[row]

    def ways(self, table: str, upper: str) -> list[int]:
        """Return the row of *upper* that each row of *table* lies in or stands under."""
        ways = self._lies.get((table, upper))
        if ways is None:
            ways = self._lies[table, upper] = np.maximum(self._way(table, upper), NONE).tolist()
        return ways

    def way(self, row: int, steps: Sequence[tuple[str, int, float]]) -> list[tuple[str, int, int]]:
        """Return table, row and words of each step on the way to a *row* of the last one."""
        found: list[tuple[str, int, int]] = []
        below = ""
        for table, mask, _ in reversed(steps):
            if below:
                row = self.ways(below, table)[row]
            found.append((table, row, mask))
            below = table
        found.reverse()
        return found

    def steps(self, table: str) -> list[int]:
        """Return how much the steps that lead to each row of *table* are together."""
        found = self._whole.get(table)
        if found is None:
            whole = np.full(self.h.count(table), WEIGHTS[table])
            for upper in _STEPS[: _STEPS.index(table)]:
                whole += WEIGHTS[upper] * (self._way(table, upper) >= 0)
            found = self._whole[table] = whole.tolist()
        return found

    def _way(self, table: str, upper: str) -> Any:
        if not self.h.count(table) or not self.h.count(upper):
            return np.full(self.h.count(table), NONE, np.int32)
        if upper == "entrance":
            return self.h.arrays.pointing(table, "entrance", "entrance")
        if table in self._chain and upper in self._chain:
            return self.h.arrays.above(table, upper)
        if table in self._chain:
            return np.full(self.h.count(table), NONE, np.int32)
        return self.h.arrays.belongs(table, upper)

    def id(self, table: str, row: int) -> str:
        """Return the id of a row."""
        if table == "household":
            return self.h._id(table, row)
        # Few, and each is named in many addresses.
        ids = self._ids.get(table)
        if ids is None:
            ids = self._ids[table] = self.h.ids(table)
        return ids[row]

    # -- names -------------------------------------------------------------------------------

    def _all_named(self, table: str) -> Iterator[tuple[int, Key]]:
        for row in range(self.h.count(table)):
            for key in self._called(table, row):
                yield row, key

    def _called(self, table: str, row: int) -> list[Key]:
        """Return name and address of a unit as words."""
        columns = self._names.get(table)
        if columns is None:
            given = self.h.sheet(table).columns
            stored = (given.get(name) for name in ("name", "address"))
            columns = [each for each in stored if isinstance(each, Texts)]
            self._names[table] = columns
        keys = []
        for column in columns:
            text = column[row]
            if text and (key := key_of(text)) and key not in keys:
                keys.append(key)
        return keys

    def _own(self, table: str, row: int) -> list[Key]:
        """Return how a unit is called in what it stands in: 3号楼2单元501 is 501 there."""
        keys = self._called(table, row)
        if all(len(key) == 1 for key in keys):
            return keys
        for upper in _STEPS[: _STEPS.index(table)]:
            above = self.lies(table, row, upper)
            if above >= 0:
                names = self._own_kept.get((upper, above))
                if names is None:
                    own = self._called if upper == "compound" else self._own
                    names = self._own_kept[upper, above] = own(upper, above)
                keys = [_without(key, names) for key in keys]
        return list(dict.fromkeys(keys))


def _without(key: Key, beginnings: Iterable[Key]) -> Key:
    """Return *key* without the longest of some beginnings; never nothing."""
    for each in sorted(beginnings, key=lambda key: (-len(key), key)):
        if len(key) > len(each) and key[: len(each)] == each:
            return key[len(each) :]
    return key


def _is_number(key: Key) -> bool:
    return len(key) == 1 and (key[0].isascii() and (len(key[0]) == 1 or not key[0].isalpha()))


def _other_names(key: Key) -> Iterator[tuple[Key, float]]:
    yield key, 1.0
    for line in _CALLED:
        for word in sorted(line, key=len, reverse=True):
            bare = key[: -len(word)]
            if key[-len(word) :] == tuple(word) and bare:
                for other in line:
                    yield (*bare, *other), 1.0
                if len("".join(bare)) > 1 and not _is_number(bare):
                    yield bare, ALMOST
                return
