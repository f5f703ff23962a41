"""From the words of an address down to the unit it means: place, building, entrance, household.

The way is a definition, and the tests hold a slow twin against it:

- A *place* is found anywhere in the text. Where a compound is named, its buildings are looked
  at and no others; else those in the other places that are named; else all.
- A number with a word for what it numbers (``3号楼``) is that of the level it says. Of the
  numbers without one, behind the compound if any are there, the first is the building's where
  no other is, the next one the entrance's, and the last one the household's.
- A number that follows a word at once, which names nothing, is another number: 西3号楼 is not
  3号楼. It is only found by a name with that word.
- Where the text names a building or an entrance that is not there, the way ends above it.
- A text with more places or numbers than an address has is a list: its first ones are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from attrs import field, frozen

from govtree.addresses._gazetteer import WEIGHTS, Gazetteer, Inside, Mentions, Place
from govtree.addresses._sets import Marks, Rows, kept, listed, of_array, of_rows
from govtree.addresses._words import BUILDING, ENTRANCE, HOUSEHOLD, Key, Words

__all__ = ["Hits", "hits"]

#: How much a unit of the chain is, where a household without a building is looked for in it.
_UNIT = 3
_BUILDING, _ENTRANCE, _HOUSEHOLD = WEIGHTS["building"], WEIGHTS["entrance"], WEIGHTS["household"]

#: Numbers of each level that are read; what a text says behind them is a rest.
_MOST = {BUILDING: 4, ENTRANCE: 2, HOUSEHOLD: 2}

#: Numbers that may name what is looked for: each as a name, and its place as a bit.
Numbers = Sequence[tuple[Key, int]]
#: Rows that are named, by the words that name them, as bits.
Found = Mapping[int, Rows]
#: A step of a way: its table, the words that name it as bits, and how much of the way that is.
Step = tuple[str, int, float]
#: A place that is named beside the way: its table, its row, and the words that name it as bits.
Beside = tuple[str, int, int]


class Ways(NamedTuple):
    """Units that are reached alike: by the same words, which may be those of hundreds.

    Attributes:
        steps: What is named on the way, from the large to the small; each unit of one step
            stands in one of the step before.
        rows: Of the table of the last step, the rows that are reached, in order.
    """

    steps: tuple[Step, ...]
    rows: Rows


class Hits(NamedTuple):
    """Units that a text may mean, with one score.

    Attributes:
        score: From 0 to 1.
        beside: Places around them that are named and that no step goes through.
        steps: Those of their way.
        rows: Of the table of the last step, the rows that may be meant, in order.
    """

    score: float
    beside: tuple[Beside, ...]
    steps: tuple[Step, ...]
    rows: Rows

    @property
    def table(self) -> str:
        """The level that was reached."""
        return self.steps[-1][0]


def hits(gazetteer: Gazetteer, words: Words) -> list[Hits]:
    """Return every unit that *words* may mean, once each, the best score first."""
    found = _Descent(gazetteer, words).hits()
    if len(found) < 2:
        return found
    found.sort(key=attrgetter("score"), reverse=True)
    if len({each.table for each in found}) == len(found):
        return found
    once: list[Hits] = []
    seen: dict[str, Marks] = {}
    for each in found:
        known = seen.get(each.table)
        if known is None:
            known = seen[each.table] = Marks(gazetteer.h.count(each.table))
        rows = kept(each.rows, known, among=False)
        if len(rows):
            known.add(rows)
            once.append(each._replace(rows=rows))
    return once


@frozen
class _Plan:
    """What is looked for below a building that was named by some words.

    Attributes:
        used: Words that have named something already, as bits.
        bare: Numbers that nothing says what they number.
        entrances: Numbers that may be those of an entrance.
        said: Numbers that are said to be those of a household.
    """

    used: int
    bare: Numbers
    entrances: Numbers
    said: Numbers
    _households: dict[int, Numbers] = field(factory=dict, eq=False)

    def households(self, mask: int) -> Numbers:
        """Return the numbers that may be a household's below the entrance named by *mask*."""
        found = self._households.get(mask)
        if found is None:
            left = [each for each in self.bare if not each[1] & mask]
            found = self._households[mask] = self.said or left[-1:]
        return found


class _Descent:
    def __init__(self, gazetteer: Gazetteer, words: Words) -> None:
        self._gazetteer = gazetteer
        self._words = words
        self._size = sum(words.sizes)
        self._sizes: dict[int, int] = {0: 0}
        self._compounds: list[tuple[int, Place]] = []
        #: Households by their whole address.
        self._addresses: list[tuple[int, Place]] = []
        self._others: list[tuple[int, Place]] = []
        #: Words that name places: no number among them is that of a building.
        self._taken = 0
        self._take(gazetteer.mentioned(words))
        if not self._compounds:
            slips = gazetteer.misspelled(words, self._taken)
            self._take(_of_compounds(slips) if self._taken else slips)
        taken = self._taken
        self._bare: list[tuple[Key, int]] = []
        self._said: dict[int, list[tuple[Key, int]]] = {BUILDING: [], ENTRANCE: [], HOUSEHOLD: []}
        self._says_entrance = False
        for key, mask, kind in words.numbers:
            if not mask & taken:
                if not kind:
                    self._bare.append((key, mask))
                for level, said in self._said.items():
                    if kind & level and len(said) < _MOST[level]:
                        said.append((key, mask))
                self._says_entrance |= kind == ENTRANCE

    def _take(self, mentioned: Mentions) -> None:
        for mask, places in mentioned:
            self._taken |= mask
            for place in places:
                if place.table == "compound":
                    self._compounds.append((mask, place))
                elif place.table == "household":
                    self._addresses.append((mask, place))
                else:
                    self._others.append((mask, place))

    def hits(self) -> list[Hits]:
        return [each for ways in self._ways() for each in self._scored(ways)]

    def _ways(self) -> Iterator[Ways]:
        for mask, place in self._addresses:
            yield _to(mask, place)
        for (mask, quality), several in groupby(self._compounds, _words_and_quality):
            # Compounds of one name are looked at together.
            rows = of_rows(sorted(place.row for _, place in several))
            here = Ways((("compound", mask, WEIGHTS["compound"] * quality),), rows)
            bare = [each for each in self._bare if each[1] > mask] or self._bare
            yield from self._in_compounds(here, bare)
        if self._compounds:
            yield from self._without_compound()
        elif self._others:
            yield from self._in_others()
        elif not self._addresses:
            yield from self._anywhere()

    # -- from places that are no compounds --------------------------------------------------

    def _without_compound(self) -> Iterator[Ways]:
        """Yield the other places that are named and have none of the compounds in them."""
        lies = self._gazetteer.lies
        for mask, place in self._others:
            if all(
                lies("compound", each.row, place.table) != place.row for _, each in self._compounds
            ):
                yield _to(mask, place)

    def _in_others(self) -> Iterator[Ways]:
        reached: set[tuple[str, int]] = set()
        for here, plan in self._everywhere():
            inside: list[int] = []
            for places, rows in self._by_places("building", here.rows):
                if places:
                    reached.update([(place.table, place.row) for _, place in places])
                    inside += listed(rows)
            if inside:
                rows = of_rows(sorted(inside))
                yield from self._in_buildings(Ways(here.steps, rows), plan)
        for mask, place in self._others:
            if (place.table, place.row) not in reached:
                way = _to(mask, place)
                found = [] if reached else list(self._under(way, place))
                yield from found or [way]

    def _under(self, way: Ways, place: Place) -> Iterator[Ways]:
        """Yield households of no building that stand under a unit of the chain."""
        if place.table in self._gazetteer.lowest:
            inside = self._gazetteer.inside("household", place.table, (place.row,))
            numbers = self._said[HOUSEHOLD] or self._bare[-1:]
            for mask, rows in self._found(inside, numbers, self._taken).items():
                lies = self._gazetteer.ways("household", "building")
                if in_none := [row for row in listed(rows) if lies.rows[row] < 0]:
                    yield Ways((*way.steps, ("household", mask, _HOUSEHOLD)), in_none)

    def _anywhere(self) -> Iterator[Ways]:
        bare = {mask for _, mask in self._bare}
        for here, plan in self._everywhere():
            for ways in self._in_buildings(here, plan):
                # A number alone may be anything.
                if len(ways.steps) > 1 or ways.steps[0][1] not in bare:
                    yield ways

    # -- down ----------------------------------------------------------------------------------

    def _in_compounds(self, here: Ways, bare: Numbers) -> list[Ways]:
        """Return the ways on to buildings, and those that end where there are none."""
        inside = self._gazetteer.inside("building", "compound", here.rows)
        lies = self._gazetteer.ways("building", "compound")
        ways: list[Ways] = []
        found = self._found(inside, self._said[BUILDING] or bare[:1], self._taken)
        for mask, rows in found.items():
            below = Ways((*here.steps, ("building", mask, _BUILDING)), rows)
            ways += self._in_buildings(below, self._plan(mask, bare))
        _, left = lies.split(here.rows, found.values())
        if len(left):
            ways.append(Ways(here.steps, left))
        return ways

    def _everywhere(self) -> Iterator[tuple[Ways, _Plan]]:
        """Yield the ways to buildings of any compound, and what is looked for in them."""
        inside = self._gazetteer.inside("building", "", ())
        found = self._found(inside, self._said[BUILDING] or self._bare[:1], self._taken)
        for mask, rows in found.items():
            yield Ways((("building", mask, _BUILDING),), rows), self._plan(mask, self._bare)

    def _plan(self, mask: int, bare: Numbers) -> _Plan:
        left = [each for each in bare if not each[1] & mask]
        left = [each for each in left if each[1] > mask] or left
        said = self._said
        return _Plan(self._taken | mask, left, said[ENTRANCE] or left[:1], said[HOUSEHOLD])

    def _in_buildings(self, here: Ways, plan: _Plan) -> list[Ways]:
        """Return the ways on from buildings that are called alike, all at a time."""
        lies = self._gazetteer.ways("entrance", "building")
        entrances = self._gazetteer.inside("entrance", "building", here.rows)
        ways: list[Ways] = []
        found = self._found(entrances, plan.entrances, plan.used)
        for mask, rows in found.items():
            entered = Ways((*here.steps, ("entrance", mask, _ENTRANCE)), rows)
            ways += self._homes(entered, plan.households(mask), plan.used | mask)
        gone_on, left = lies.split(here.rows, found.values())
        if len(left) and self._says_entrance:
            closed = Marks(self._gazetteer.h.count("building"))
            closed.add(entrances.above)
            if len(shut := kept(left, closed, among=True)):
                ways.append(Ways(here.steps, shut))
            left = kept(left, closed, among=False)
        if len(left):
            ways += self._homes(Ways(here.steps, left), plan.households(0), plan.used)
        if len(gone_on) and len(plan.bare) == 1 and plan.entrances == plan.bare:
            # A last number is that of an entrance, or of a household.
            homes = self._homes(Ways(here.steps, gone_on), plan.bare, plan.used)
            ways += [each for each in homes if each.steps[-1][0] == "household"]
        return ways

    def _homes(self, here: Ways, numbers: Numbers, used: int) -> list[Ways]:
        """Return the ways on to households, and those that end where there are none."""
        upper = here.steps[-1][0]
        lies = self._gazetteer.ways("household", upper)
        inside = self._gazetteer.inside("household", upper, here.rows)
        ways: list[Ways] = []
        found = self._found(inside, numbers, used)
        for mask, rows in found.items():
            ways.append(Ways((*here.steps, ("household", mask, _HOUSEHOLD)), rows))
        _, left = lies.split(here.rows, found.values())
        if len(left):
            ways.append(Ways(here.steps, left))
        return ways

    def _found(self, inside: Inside, numbers: Numbers, used: int) -> Found:
        """Return the rows that *numbers*, or words outside of *used*, name, by which."""
        named = inside.rows
        signed, values = self._words.signed, self._words.values
        found: dict[int, Rows] = {}
        keys: list[Key] = []
        for key, mask in numbers:
            if mask & signed and not mask >> 1 & used:
                # Another number than without the word before it.
                key, mask = (values[mask.bit_length() - 2], *key), mask | mask >> 1
            if key in named and key not in keys and not mask & used:
                keys.append(key)
                found[mask] = named[key]
        for length in inside.lengths:
            for first in range(len(values) - length + 1):
                several = values[first : first + length]
                mask = (1 << length) - 1 << first
                if several in named and several not in keys and not mask & used:
                    keys.append(several)
                    found[mask] = named[several]
        if inside.is_plain or len(found) < 2:
            return found
        # Where a row has two names the longer one counts, of equal ones a number.
        once: dict[int, Rows] = {}
        known = Marks(inside.count)
        for mask in sorted(found, key=self._length, reverse=True):
            if len(rows := kept(found[mask], known, among=False)):
                known.add(rows)
                once[mask] = rows
        return once

    def _length(self, mask: int) -> int:
        found = self._sizes.get(mask)
        if found is None:
            found = self._sizes[mask] = self._words.size(mask)
        return found

    # -- the score -----------------------------------------------------------------------------

    def _scored(self, ways: Ways) -> Iterator[Hits]:
        steps = ways.steps
        table = steps[-1][0]
        understood, reached = 0, 0.0
        for _, mask, worth in steps:
            understood |= mask
            reached += worth
        # A household without a building stands in a unit of the chain, which is a step as well.
        more = _UNIT if steps[0][0] not in WEIGHTS and len(steps) > 1 else 0
        for whole, beside, rows in self._alike(table, ways.rows, understood):
            known = understood
            for _, _, mask in beside:
                known |= mask
            share = self._length(known) / self._size
            yield Hits(round(reached / (whole + more) * share, 4), beside, steps, rows)

    def _alike(
        self, table: str, rows: Rows, understood: int
    ) -> Iterator[tuple[float, tuple[Beside, ...], Rows]]:
        """Yield *rows* by how much leads to them, and by the places beside that are named."""
        if len(rows) == 1 and not self._others and table in WEIGHTS:
            yield self._gazetteer.steps(table).rows[rows[0]], (), rows
            return
        for places, together in self._by_places(table, rows):
            beside = tuple(
                (place.table, place.row, mask) for mask, place in places if not mask & understood
            )
            if table not in WEIGHTS:
                yield _UNIT, beside, together
                continue
            array = np.asarray(together)
            sizes = self._gazetteer.steps(table).array[array]
            for size in sorted(set(sizes.tolist())):
                yield size, beside, of_array(array[sizes == size])

    def _by_places(self, table: str, rows: Rows) -> Iterator[tuple[list[tuple[int, Place]], Rows]]:
        """Yield *rows* by the places, of those that are named and no compounds, around them."""
        if not self._others:
            yield [], rows
            return
        if len(rows) == 1:
            (row,) = listed(rows)
            yield self._around(table, row), rows
            return
        codes = np.zeros(len(rows), np.int64)
        array = np.asarray(rows)
        for upper in {place.table: None for _, place in self._others}:
            around = sorted({place.row for _, place in self._others if place.table == upper})
            which = np.zeros(self._gazetteer.h.count(upper) + 1, np.int64)
            which[around] = np.arange(1, len(around) + 1)
            # What lies in none, -1, is the last.
            lies = self._gazetteer.ways(table, upper).array[array]
            codes = codes * (len(around) + 1) + which[lies]
        for code in np.unique(codes).tolist():
            together = array[codes == code]
            yield self._around(table, int(together[0])), of_array(together)

    def _around(self, table: str, row: int) -> list[tuple[int, Place]]:
        lies = self._gazetteer.lies
        return [each for each in self._others if lies(table, row, each[1].table) == each[1].row]


def _to(mask: int, place: Place) -> Ways:
    step = (place.table, mask, WEIGHTS.get(place.table, _UNIT) * place.quality)
    return Ways((step,), (place.row,))


def _words_and_quality(named: tuple[int, Place]) -> tuple[int, float]:
    return named[0], named[1].quality


def _of_compounds(mentioned: Mentions) -> Mentions:
    kept = [
        (mask, [each for each in places if each.table == "compound"]) for mask, places in mentioned
    ]
    return [each for each in kept if each[1]]
