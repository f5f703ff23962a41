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

from collections.abc import Iterator, Sequence

from attrs import field, frozen

from govtree.addresses._gazetteer import WEIGHTS, Gazetteer, Inside, Mentions, Place
from govtree.addresses._words import BUILDING, ENTRANCE, HOUSEHOLD, Key, Words

__all__ = ["Hit", "Named", "hits"]

#: How much a unit of the chain is, where a household without a building is looked for in it.
_UNIT = 3
_BUILDING, _ENTRANCE, _HOUSEHOLD = WEIGHTS["building"], WEIGHTS["entrance"], WEIGHTS["household"]

#: Numbers that may name what is looked for: each as a name, and its place as a bit.
Numbers = Sequence[tuple[Key, int]]
#: A unit that is named: its table, its row, the words that name it as bits, and how much of the
#: way that is. Plain tuples throughout: one number may be that of hundreds of buildings.
Named = tuple[str, int, int, float]
#: What is named on a way, from the large to the small; the last of it is what was reached.
Way = tuple[Named, ...]
#: A unit that a text may mean: the score, its table, its row, and its way.
Hit = tuple[float, str, int, Way]


def hits(gazetteer: Gazetteer, words: Words) -> list[Hit]:
    """Return every unit that *words* may mean, once each, with its score, in any order."""
    found = _Descent(gazetteer, words).hits()
    if len({hit[1:3] for hit in found}) == len(found):
        return found
    best: dict[tuple[str, int], Hit] = {}
    for hit in found:
        unit = hit[1:3]
        if unit not in best or hit[0] > best[unit][0]:
            best[unit] = hit
    return list(best.values())


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
        self._scores: dict[tuple[float, int, int], float] = {}
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
        numbers = [each for each in words.numbers if not each[1] & taken]
        self._bare: Numbers = [(key, mask) for key, mask, kind in numbers if not kind]
        self._said: dict[int, Numbers] = {
            level: [(key, mask) for key, mask, kind in numbers if kind & level]
            for level in (BUILDING, ENTRANCE, HOUSEHOLD)
        }
        self._says_entrance = any(kind == ENTRANCE for _, _, kind in numbers)

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

    def hits(self) -> list[Hit]:
        return [self._scored(way) for way in self._ways()]

    def _ways(self) -> Iterator[Way]:
        for mask, place in self._addresses:
            yield (_named(mask, place),)
        for mask, place in self._compounds:
            way = (_named(mask, place),)
            bare = [each for each in self._bare if each[1] > mask] or self._bare
            inside = self._gazetteer.inside("building", "compound", (place.row,))
            yield from self._buildings(way, inside, bare) or (way,)
        if self._compounds:
            yield from self._without_compound()
        elif self._others:
            yield from self._in_others()
        elif not self._addresses:
            yield from self._anywhere()

    # -- from places that are no compounds --------------------------------------------------

    def _without_compound(self) -> Iterator[Way]:
        """Yield the other places that are named and have none of the compounds in them."""
        lies = self._gazetteer.lies
        for mask, place in self._others:
            if all(
                lies("compound", each.row, place.table) != place.row for _, each in self._compounds
            ):
                yield (_named(mask, place),)

    def _in_others(self) -> Iterator[Way]:
        lies = self._gazetteer.lies
        reached: set[Place] = set()
        everywhere = self._gazetteer.inside("building", "", ())
        for way in self._buildings((), everywhere, self._bare):
            around = [
                place
                for _, place in self._others
                if lies("building", way[0][1], place.table) == place.row
            ]
            if around:
                reached.update(around)
                yield way
        for mask, place in self._others:
            if place not in reached:
                way = (_named(mask, place),)
                found = [] if reached else list(self._under(way, place))
                yield from found or [way]

    def _under(self, way: Way, place: Place) -> Iterator[Way]:
        """Yield households of no building that stand under a unit of the chain."""
        if place.table in self._gazetteer.lowest:
            inside = self._gazetteer.inside("household", place.table, (place.row,))
            numbers = self._said[HOUSEHOLD] or self._bare[-1:]
            for row, mask in self._found(inside, numbers, self._taken):
                if self._gazetteer.lies("household", row, "building") < 0:
                    yield (*way, ("household", row, mask, _HOUSEHOLD))

    def _anywhere(self) -> Iterator[Way]:
        bare = {mask for _, mask in self._bare}
        for way in self._buildings((), self._gazetteer.inside("building", "", ()), self._bare):
            # A number alone may be anything.
            if len(way) > 1 or way[0][2] not in bare:
                yield way

    # -- down ----------------------------------------------------------------------------------

    def _buildings(self, way: Way, inside: Inside, bare: Numbers) -> list[Way]:
        by_mask: dict[int, dict[int, Way]] = {}
        for row, mask in self._found(inside, self._said[BUILDING] or bare[:1], self._taken):
            by_mask.setdefault(mask, {})[row] = (*way, ("building", row, mask, _BUILDING))
        ways: list[Way] = []
        for mask, here in by_mask.items():
            ways += self._in_buildings(here, self._plan(mask, bare))
        return ways

    def _plan(self, mask: int, bare: Numbers) -> _Plan:
        left = [each for each in bare if not each[1] & mask]
        left = [each for each in left if each[1] > mask] or left
        said = self._said
        return _Plan(self._taken | mask, left, said[ENTRANCE] or left[:1], said[HOUSEHOLD])

    def _in_buildings(self, here: dict[int, Way], plan: _Plan) -> list[Way]:
        """Return the ways on from buildings that are called alike, all at a time."""
        lies = self._gazetteer.ways("entrance", "building")
        entrances = self._gazetteer.inside("entrance", "building", tuple(here))
        by_mask: dict[int, dict[int, Way]] = {}
        for row, mask in self._found(entrances, plan.entrances, plan.used):
            by_mask.setdefault(mask, {})[row] = (
                *here[lies[row]],
                ("entrance", row, mask, _ENTRANCE),
            )
        ways: list[Way] = []
        for mask, entered in by_mask.items():
            ways += self._homes(entered, "entrance", plan.households(mask), plan.used | mask)
        gone_on = {lies[row] for each in by_mask.values() for row in each}
        left = {row: way for row, way in here.items() if row not in gone_on}
        if left and self._says_entrance:
            closed = {lies[row] for rows in entrances.rows.values() for row in rows}
            ways += [way for row, way in left.items() if row in closed]
            left = {row: way for row, way in left.items() if row not in closed}
        if left:
            ways += self._homes(left, "building", plan.households(0), plan.used)
        if gone_on and len(plan.bare) == 1 and plan.entrances == plan.bare:
            # A last number is that of an entrance, or of a household.
            either = {row: here[row] for row in here if row in gone_on}
            found = self._homes(either, "building", plan.bare, plan.used)
            ways += [way for way in found if way[-1][0] == "household"]
        return ways

    def _homes(self, here: dict[int, Way], upper: str, numbers: Numbers, used: int) -> list[Way]:
        """Return the ways on to households, and those that end where there are none."""
        lies = self._gazetteer.ways("household", upper)
        inside = self._gazetteer.inside("household", upper, tuple(here))
        found = self._found(inside, numbers, used)
        ways = [(*here[lies[row]], ("household", row, mask, _HOUSEHOLD)) for row, mask in found]
        reached = {lies[row] for row, _ in found}
        if len(reached) < len(here):
            ways += [way for row, way in here.items() if row not in reached]
        return ways

    def _found(self, inside: Inside, numbers: Numbers, used: int) -> Sequence[tuple[int, int]]:
        """Return the rows that *numbers*, or words outside of *used*, name, and by which."""
        rows = inside.rows
        if len(numbers) == 1 and not inside.lengths:
            ((key, mask),) = numbers
            several = rows.get(key)
            if several is None or mask & used:
                return ()
            return [(row, mask) for row in several] if len(several) > 1 else ((several[0], mask),)
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
        return list(found.items())

    def _length(self, mask: int) -> int:
        found = self._sizes.get(mask)
        if found is None:
            found = self._sizes[mask] = self._words.size(mask)
        return found

    # -- the score -----------------------------------------------------------------------------

    def _scored(self, way: Way) -> Hit:
        table, row, _, _ = way[-1]
        understood, reached = 0, 0.0
        for _, _, mask, worth in way:
            understood |= mask
            reached += worth
        whole = self._gazetteer.steps(table)[row] if table in WEIGHTS else _UNIT
        if way[0][0] not in WEIGHTS and len(way) > 1:
            whole += _UNIT
        if self._others:
            lies = self._gazetteer.lies
            around = tuple(
                _named(mask, place)
                for mask, place in self._others
                if not mask & understood and lies(table, row, place.table) == place.row
            )
            for _, _, mask, _ in around:
                understood |= mask
            way = (*around, *way)
        # Of hundreds of units that one number names, the next one scores the same, as a rule.
        key = reached, whole, understood
        score = self._scores.get(key)
        if score is None:
            share = self._length(understood) / self._size
            score = self._scores[key] = round(reached / whole * share, 4)
        return score, table, row, way


def _named(mask: int, place: Place) -> Named:
    return place.table, place.row, mask, WEIGHTS.get(place.table, _UNIT) * place.quality


def _of_compounds(mentioned: Mentions) -> Mentions:
    kept = [
        (mask, [each for each in places if each.table == "compound"]) for mask, places in mentioned
    ]
    return [each for each in kept if each[1]]
