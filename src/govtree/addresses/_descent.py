"""From the words of an address down to the unit it means: place, building, entrance, household.

The way is a definition, and the tests hold a slow twin against it:

- A *place* is found anywhere in the text. Where a compound is named, its buildings are looked
  at and no others; else those in the other places that are named; else all.
- A number with a word for what it numbers (``3号楼``) is that of the level it says. Of the
  numbers without one, behind the place if any are there, the first is the building's where no
  other is, the next one the entrance's, and the last one the household's.
- Where the text names a building or entrance that is not there, the way ends above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from govtree.addresses._gazetteer import STEPS, Gazetteer, Inside, Place
from govtree.addresses._words import BUILDING, ENTRANCE, HOUSEHOLD, Words

__all__ = ["Hit", "hits"]

#: How much of a whole address each step is.
WEIGHTS = {"compound": 3, "building": 3, "entrance": 1, "household": 3}


@frozen
class Hit:
    """A unit that a text may mean.

    Attributes:
        table: Its table.
        row: Its row there.
        named: Table, row, words as bits, and quality of each unit on the way that was named.
        score: From 0 to 1.
    """

    table: str
    row: int
    named: tuple[Named, ...]
    score: float = 0.0


Named = tuple[str, int, int, float]


def hits(gazetteer: Gazetteer, words: Words) -> list[Hit]:
    """Return every unit that *words* may mean, once each, with its score, in any order."""
    return _Descent(gazetteer, words).hits()


class _Descent:
    def __init__(self, gazetteer: Gazetteer, words: Words) -> None:
        self._gazetteer = gazetteer
        self._words = words
        self._size = sum(words.sizes)
        mentioned = gazetteer.mentioned(words)
        if not any(each.table == "compound" for _, places in mentioned for each in places):
            taken = _all_bits(mentioned)
            slips = gazetteer.misspelled(words, taken)
            if mentioned:
                slips = [
                    (mask, [each for each in places if each.table == "compound"])
                    for mask, places in slips
                ]
            mentioned += slips
        self._places = [(mask, place) for mask, places in mentioned for place in places]
        #: Words that name places: no number among them is that of a building.
        self._taken = _all_bits([each for each in mentioned if each[1]])
        self._bare = [
            at
            for at, kind in enumerate(words.kinds)
            if kind == 0 and not self._taken >> at & 1
        ]

    def hits(self) -> list[Hit]:
        best: dict[tuple[str, int], Hit] = {}
        for hit in self._all():
            scored = self._scored(hit)
            known = best.get((hit.table, hit.row))
            if known is None or scored.score > known.score:
                best[hit.table, hit.row] = scored
        return list(best.values())

    def _all(self) -> Iterator[Hit]:
        compounds = [each for each in self._places if each[1].table == "compound"]
        others = [each for each in self._places if each[1].table != "compound"]
        for mask, place in compounds:
            named = ((place.table, place.row, mask, place.quality),)
            found = list(self._in_compound(named, place.row, mask))
            yield from found or [Hit(place.table, place.row, named)]
        for mask, place in others:
            if place.table == "household":
                yield Hit("household", place.row, (("household", place.row, mask, 1.0),))
        if compounds:
            yield from self._unled(others, [each.row for _, each in compounds])
        elif others:
            yield from self._in_others([each for each in others if each[1].table != "household"])
        else:
            yield from self._anywhere()

    # -- from a place ------------------------------------------------------------------------

    def _in_compound(self, named: tuple[Named, ...], row: int, mask: int) -> Iterator[Hit]:
        behind = [at for at in self._bare if 1 << at > mask]
        inside = self._gazetteer.inside("building", "compound", row)
        yield from self._buildings(named, inside, behind or self._bare)

    def _in_others(self, others: Sequence[tuple[int, Place]]) -> Iterator[Hit]:
        lies = self._gazetteer.lies
        reached: set[tuple[str, int]] = set()
        for hit in self._buildings((), self._gazetteer.inside("building", "", -1), self._bare):
            building = hit.named[0][1]
            around = [
                (each.table, each.row)
                for _, each in others
                if lies("building", building, each.table) == each.row
            ]
            if around:
                reached.update(around)
                yield hit
        for mask, place in others:
            if (place.table, place.row) in reached:
                continue
            named = ((place.table, place.row, mask, place.quality),)
            found = list(self._under(named, place)) if not reached else []
            yield from found or [Hit(place.table, place.row, named)]

    def _under(self, named: tuple[Named, ...], place: Place) -> Iterator[Hit]:
        """Yield households of no building that stand under a unit of the chain."""
        if place.table in self._gazetteer.lowest:
            inside = self._gazetteer.inside("household", place.table, place.row)
            bare = self._bare[-1] if self._bare else -1
            for row, mask in self._named(inside, self._taken, HOUSEHOLD, bare):
                if self._gazetteer.lies("household", row, "building") < 0:
                    yield Hit("household", row, (*named, ("household", row, mask, 1.0)))

    def _unled(self, others: Sequence[tuple[int, Place]], compounds: list[int]) -> Iterator[Hit]:
        """Yield the other places that are named and have none of the compounds in them."""
        lies = self._gazetteer.lies
        for mask, place in others:
            if place.table == "household" or any(
                lies("compound", row, place.table) == place.row for row in compounds
            ):
                continue
            yield Hit(
                place.table, place.row, ((place.table, place.row, mask, place.quality),)
            )

    def _anywhere(self) -> Iterator[Hit]:
        for hit in self._buildings((), self._gazetteer.inside("building", "", -1), self._bare):
            # A number alone may be anything.
            _, _, mask, _ = hit.named[0]
            is_bare = any(mask == 1 << at for at in self._bare)
            if not is_bare or hit.table != "building":
                yield hit

    # -- down ----------------------------------------------------------------------------------

    def _buildings(
        self, named: tuple[Named, ...], inside: Inside, bare: Sequence[int]
    ) -> Iterator[Hit]:
        first = bare[0] if bare else -1
        for row, mask in self._named(inside, self._taken, BUILDING, first):
            way = (*named, ("building", row, mask, 1.0))
            left = [at for at in bare if not mask >> at & 1]
            left = [at for at in left if 1 << at > mask] or left
            found = list(self._in_building(way, row, self._taken | mask, left))
            yield from found or [Hit("building", row, way)]

    def _in_building(
        self, named: tuple[Named, ...], row: int, used: int, bare: Sequence[int]
    ) -> Iterator[Hit]:
        entrances = self._gazetteer.inside("entrance", "building", row)
        inside = self._gazetteer.inside("household", "building", row)
        first = bare[0] if bare else -1
        found = self._named(entrances, used, ENTRANCE, first) if entrances.rows else []
        if not found:
            if entrances.rows and self._says(ENTRANCE, used):
                return
            yield from self._households(named, inside, used, bare)
            return
        for entrance, mask in found:
            way = (*named, ("entrance", entrance, mask, 1.0))
            left = [at for at in bare if not mask >> at & 1]
            below = self._gazetteer.inside("household", "entrance", entrance)
            reached = list(self._households(way, below, used | mask, left))
            yield from reached or [Hit("entrance", entrance, way)]
        if len(bare) == 1 and all(mask == 1 << bare[0] for _, mask in found):
            # One number left: of an entrance or of a household.
            yield from self._households(named, inside, used, bare)

    def _households(
        self, named: tuple[Named, ...], inside: Inside, used: int, bare: Sequence[int]
    ) -> Iterator[Hit]:
        for row, mask in self._named(inside, used, HOUSEHOLD, bare[-1] if bare else -1):
            yield Hit("household", row, (*named, ("household", row, mask, 1.0)))

    def _says(self, level: int, used: int) -> bool:
        """Return whether a number is said to be one of *level* and of nothing else."""
        return any(
            kind == level and not used >> at & 1 for at, kind in enumerate(self._words.kinds)
        )

    def _named(self, inside: Inside, used: int, level: int, bare: int) -> list[tuple[int, int]]:
        """Return the rows that are named outside of *used*, each with the words as bits."""
        rows, values, kinds = inside.rows, self._words.values, self._words.kinds
        said = [at for at, kind in enumerate(kinds) if kind > 0 and kind & level]
        said = [at for at in said if not used >> at & 1]
        if not said and bare >= 0:
            said = [bare]
        found: dict[int, int] = {}
        for at in said:
            for row in rows.get((values[at],), ()):
                found.setdefault(row, 1 << at)
        for length in inside.lengths:
            for first in range(len(values) - length + 1):
                several = rows.get(values[first : first + length])
                mask = (1 << length) - 1 << first
                if several is not None and not mask & used:
                    for row in several:
                        if self._words.size(mask) > self._words.size(found.get(row, 0)):
                            found[row] = mask
        return list(found.items())

    # -- the score -----------------------------------------------------------------------------

    def _scored(self, hit: Hit) -> Hit:
        lies = self._gazetteer.lies
        table, row = hit.table, hit.row
        named = hit.named
        reached, whole, understood = 0.0, 0, 0
        for step, _, mask, quality in named:
            reached += WEIGHTS.get(step, _PLACE) * quality
            whole += WEIGHTS.get(step, _PLACE)
            understood |= mask
        if table in WEIGHTS:
            steps = {step for step, _, _, _ in named}
            whole += sum(
                WEIGHTS[step]
                for step in STEPS[: STEPS.index(table)]
                if step not in steps and lies(table, row, step) >= 0
            )
        around = tuple(
            (place.table, place.row, mask, place.quality)
            for mask, place in self._places
            if place.table not in WEIGHTS
            and not mask & understood
            and lies(table, row, place.table) == place.row
        )
        for _, _, mask, _ in around:
            understood |= mask
        share = self._words.size(understood) / self._size
        return Hit(table, row, (*around, *named), round(reached / whole * share, 4))


#: How much a place that is no compound is, where a household is looked for in it.
_PLACE = 3


def _all_bits(mentioned: Sequence[tuple[int, list[Place]]]) -> int:
    bits = 0
    for mask, _ in mentioned:
        bits |= mask
    return bits
