"""From the words of an address down to the unit it means: place, building, entrance, household.

The way is a definition, and the tests hold a slow twin against it:

- A *place* is found anywhere in the text. Where a compound is named, its buildings are looked
  at and no others; else those in the other places that are named; else all.
- A number with a word for what it numbers (``3号楼``) is that of the level it says. Of the
  numbers without one, behind the compound if any are there, the first is the building's where
  no other is, the next one the entrance's, and the last one the household's.
- Where the text names a building or an entrance that is not there, the way ends above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from attrs import field, frozen

from govtree.addresses._gazetteer import WEIGHTS, Gazetteer, Inside, Mentions, Place
from govtree.addresses._words import BUILDING, ENTRANCE, HOUSEHOLD, Key, Words

__all__ = ["Hits", "hits"]

#: How much a unit of the chain is, where a household without a building is looked for in it.
_UNIT = 3
_BUILDING, _ENTRANCE, _HOUSEHOLD = WEIGHTS["building"], WEIGHTS["entrance"], WEIGHTS["household"]

#: Numbers that may name what is looked for: each as a name, and its place as a bit.
Numbers = Sequence[tuple[Key, int]]
#: Rows that are named, by the words that name them, as bits.
Found = Mapping[int, Sequence[int]]
#: A step of a way: its table, the words that name it as bits, and how much of the way that is.
Step = tuple[str, int, float]
#: A place that is named beside the way: its table, its row, and the words that name it as bits.
Beside = tuple[str, int, int]


class Ways(NamedTuple):
    """Units that are reached alike: by the same words, which may be those of hundreds.

    Attributes:
        steps: What is named on the way, from the large to the small; each unit of one step
            stands in one of the step before.
        rows: Of the table of the last step, the rows that are reached.
    """

    steps: tuple[Step, ...]
    rows: Sequence[int]


class Hits(NamedTuple):
    """Units that a text may mean, with one score.

    Attributes:
        score: From 0 to 1.
        beside: Places around them that are named and that no step goes through.
        steps: Those of their way.
        rows: Of the table of the last step, the rows that may be meant.
    """

    score: float
    beside: tuple[Beside, ...]
    steps: tuple[Step, ...]
    rows: Sequence[int]

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
    seen: dict[str, set[int]] = {}
    for each in found:
        known = seen.setdefault(each.table, set())
        rows = [row for row in each.rows if row not in known] if known else each.rows
        known.update(rows)
        if rows:
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
                    if kind & level:
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
        for mask, place in self._compounds:
            way = _to(mask, place)
            bare = [each for each in self._bare if each[1] > mask] or self._bare
            inside = self._gazetteer.inside("building", "compound", (place.row,))
            yield from self._buildings(way.steps, inside, bare) or (way,)
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
        reached: set[Place] = set()
        everywhere = self._gazetteer.inside("building", "", ())
        for ways in self._buildings((), everywhere, self._bare):
            inside: list[int] = []
            for row in ways.rows:
                around = self._around(*self._gazetteer.way(row, ways.steps)[0][:2])
                reached.update(around)
                if around:
                    inside.append(row)
            if inside:
                yield Ways(ways.steps, inside)
        for mask, place in self._others:
            if place not in reached:
                way = _to(mask, place)
                found = [] if reached else list(self._under(way, place))
                yield from found or [way]

    def _around(self, table: str, row: int) -> list[Place]:
        lies = self._gazetteer.lies
        return [place for _, place in self._others if lies(table, row, place.table) == place.row]

    def _under(self, way: Ways, place: Place) -> Iterator[Ways]:
        """Yield households of no building that stand under a unit of the chain."""
        if place.table in self._gazetteer.lowest:
            inside = self._gazetteer.inside("household", place.table, (place.row,))
            numbers = self._said[HOUSEHOLD] or self._bare[-1:]
            for mask, rows in self._found(inside, numbers, self._taken).items():
                in_none = [
                    row for row in rows if self._gazetteer.lies("household", row, "building") < 0
                ]
                if in_none:
                    yield Ways((*way.steps, ("household", mask, _HOUSEHOLD)), in_none)

    def _anywhere(self) -> Iterator[Ways]:
        bare = {mask for _, mask in self._bare}
        for ways in self._buildings((), self._gazetteer.inside("building", "", ()), self._bare):
            # A number alone may be anything.
            if len(ways.steps) > 1 or ways.steps[0][1] not in bare:
                yield ways

    # -- down ----------------------------------------------------------------------------------

    def _buildings(self, steps: tuple[Step, ...], inside: Inside, bare: Numbers) -> list[Ways]:
        ways: list[Ways] = []
        found = self._found(inside, self._said[BUILDING] or bare[:1], self._taken)
        for mask, rows in found.items():
            here = Ways((*steps, ("building", mask, _BUILDING)), rows)
            ways += self._in_buildings(here, self._plan(mask, bare))
        return ways

    def _plan(self, mask: int, bare: Numbers) -> _Plan:
        left = [each for each in bare if not each[1] & mask]
        left = [each for each in left if each[1] > mask] or left
        said = self._said
        return _Plan(self._taken | mask, left, said[ENTRANCE] or left[:1], said[HOUSEHOLD])

    def _in_buildings(self, here: Ways, plan: _Plan) -> list[Ways]:
        """Return the ways on from buildings that are called alike, all at a time."""
        lies = self._gazetteer.ways("entrance", "building")
        entrances = self._gazetteer.inside("entrance", "building", tuple(here.rows))
        ways: list[Ways] = []
        gone_on: set[int] = set()
        for mask, rows in self._found(entrances, plan.entrances, plan.used).items():
            entered = Ways((*here.steps, ("entrance", mask, _ENTRANCE)), rows)
            ways += self._homes(entered, plan.households(mask), plan.used | mask)
            gone_on.update([lies[row] for row in rows])
        left = [row for row in here.rows if row not in gone_on]
        if left and self._says_entrance:
            closed = {lies[row] for rows in entrances.rows.values() for row in rows}
            if shut := [row for row in left if row in closed]:
                ways.append(Ways(here.steps, shut))
            left = [row for row in left if row not in closed]
        if left:
            ways += self._homes(Ways(here.steps, left), plan.households(0), plan.used)
        if gone_on and len(plan.bare) == 1 and plan.entrances == plan.bare:
            # A last number is that of an entrance, or of a household.
            either = Ways(here.steps, [row for row in here.rows if row in gone_on])
            found = self._homes(either, plan.bare, plan.used)
            ways += [each for each in found if each.steps[-1][0] == "household"]
        return ways

    def _homes(self, here: Ways, numbers: Numbers, used: int) -> list[Ways]:
        """Return the ways on to households, and those that end where there are none."""
        upper = here.steps[-1][0]
        lies = self._gazetteer.ways("household", upper)
        inside = self._gazetteer.inside("household", upper, tuple(here.rows))
        ways: list[Ways] = []
        reached: set[int] = set()
        for mask, rows in self._found(inside, numbers, used).items():
            ways.append(Ways((*here.steps, ("household", mask, _HOUSEHOLD)), rows))
            reached.update([lies[row] for row in rows])
        if len(reached) < len(here.rows):
            ways.append(Ways(here.steps, [row for row in here.rows if row not in reached]))
        return ways

    def _found(self, inside: Inside, numbers: Numbers, used: int) -> Found:
        """Return the rows that *numbers*, or words outside of *used*, name, by which."""
        rows = inside.rows
        if len(numbers) == 1 and not inside.lengths:
            ((key, mask),) = numbers
            return {} if mask & used or key not in rows else {mask: rows[key]}
        found: dict[int, int] = {}
        for key, mask in numbers:
            if key in rows and not mask & used:
                for row in rows[key]:
                    found.setdefault(row, mask)
        values = self._words.values
        for length in inside.lengths:
            for first in range(len(values) - length + 1):
                several = rows.get(values[first : first + length])
                mask = (1 << length) - 1 << first
                if several is not None and not mask & used:
                    for row in several:
                        if self._length(mask) > self._length(found.get(row, 0)):
                            found[row] = mask
        by_mask: dict[int, list[int]] = {}
        for row, mask in found.items():
            by_mask.setdefault(mask, []).append(row)
        return by_mask

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
        for (whole, beside), rows in self._alike(table, ways.rows, understood).items():
            known = understood
            for _, _, mask in beside:
                known |= mask
            share = self._length(known) / self._size
            yield Hits(round(reached / (whole + more) * share, 4), beside, steps, rows)

    def _alike(
        self, table: str, rows: Sequence[int], understood: int
    ) -> Mapping[tuple[float, tuple[Beside, ...]], Sequence[int]]:
        """Return *rows* by how much leads to them, and by the places beside that are named."""
        whole = self._gazetteer.steps(table) if table in WEIGHTS else None
        if not self._others:
            if whole is None:
                return {(_UNIT, ()): rows}
            sizes = {whole[row] for row in rows}
            if len(sizes) == 1:
                return {(sizes.pop(), ()): rows}
        found: dict[tuple[float, tuple[Beside, ...]], list[int]] = {}
        lies = self._gazetteer.lies
        for row in rows:
            beside = tuple(
                (place.table, place.row, mask)
                for mask, place in self._others
                if not mask & understood and lies(table, row, place.table) == place.row
            )
            size = _UNIT if whole is None else whole[row]
            found.setdefault((size, beside), []).append(row)
        return found


def _to(mask: int, place: Place) -> Ways:
    step = (place.table, mask, WEIGHTS.get(place.table, _UNIT) * place.quality)
    return Ways((step,), (place.row,))


def _of_compounds(mentioned: Mentions) -> Mentions:
    kept = [
        (mask, [each for each in places if each.table == "compound"]) for mask, places in mentioned
    ]
    return [each for each in kept if each[1]]
