"""Where is a caller? From an address in somebody's words, or from a point, to units.

:func:`locate` answers for one text. :class:`Addresses` keeps what it has learnt of a structure
and answers many; :func:`locate_point` starts from coordinates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter, itemgetter

from attrs import frozen

from govtree._files import collector_paused
from govtree.addresses._descent import Hits, hits
from govtree.addresses._gazetteer import Gazetteer
from govtree.addresses._points import POINTED, Near, near
from govtree.addresses._sets import listed
from govtree.addresses._words import Words, words_of
from govtree.errors import OutOfRangeError
from govtree.hierarchy import Hierarchy

__all__ = ["Addresses", "Candidate", "Matched", "Near", "locate", "locate_point"]

#: A candidate that scores less than this share of the best one is not listed.
_LEAST_SHARE = 0.5


@frozen(order=True)
class Matched:
    """A unit that an address names on the way to what it means.

    Attributes:
        table: Table of the unit, such as ``building``.
        id: Its id.
        text: The words that name it, without blanks and in small letters.
    """

    table: str
    id: str
    text: str


@frozen
class Candidate:
    """A unit that an address may mean.

    Attributes:
        id: Its id.
        table: The level that was reached: ``household``, ``entrance``, ``building``,
            ``compound``, or another place that is named, such as ``community`` or ``grid``.
        score: From 0 to 1; see :func:`locate`.
        matched: What the address names on the way to it, from the large to the small.
        rest: The words that were not understood.
        equal: How many units have this score, with those that are not listed.
    """

    id: str
    table: str
    score: float
    matched: tuple[Matched, ...]
    rest: str
    equal: int


class Addresses:
    """What the units of one structure are called, ready to be looked up many times.

    The index is made when it is first needed and kept with the structure: ``Addresses.of(h)``
    is the same object each time. Only names and addresses of units are read.

    >>> from govtree import Building, Compound
    >>> h = Hierarchy.from_records([
    ...     Compound(id="Q-1", name="花园小区"), Building(id="X-3", name="3号楼", compound="Q-1"),
    ... ])
    >>> [[each.id for each in found] for found in Addresses.of(h).locate_all(["花园3幢", "?"])]
    [['X-3'], []]
    """

    def __init__(self, h: Hierarchy) -> None:
        self._gazetteer = Gazetteer(h)

    @classmethod
    def of(cls, h: Hierarchy) -> Addresses:
        """Return the addresses of a structure, made once.

        Raises:
            TypeError: If *h* is no Hierarchy, such as what ``load`` returns.
        """
        if not isinstance(h, Hierarchy):
            raise TypeError(
                f"addresses are those of a Hierarchy, not of a value of type {type(h).__name__}; "
                "of what load() returned: s.hierarchy"
            )
        return h._once("addresses", lambda: cls(h))

    def locate(self, text: str, *, most: int = 10) -> tuple[Candidate, ...]:
        """Return the candidates of one address; see :func:`locate`."""
        _require_most(most)
        if not isinstance(text, str):
            raise TypeError(f"an address is a text, not a value of type {type(text).__name__}")
        words = words_of(text)
        if not words.values:
            return ()
        return tuple(self._listed(words, hits(self._gazetteer, words), most))

    def locate_all(self, texts: Iterable[str], *, most: int = 10) -> list[tuple[Candidate, ...]]:
        """Return the candidates of each of many addresses, in their order.

        Raises:
            TypeError: If *texts* is one text, or one of them is none.
            OutOfRangeError: If *most* is less than 1.
        """
        if isinstance(texts, str):
            raise TypeError("many addresses are a list of texts; of one: locate(text)")
        with collector_paused():
            return [self.locate(text, most=most) for text in texts]

    def _listed(self, words: Words, found: list[Hits], most: int) -> Iterator[Candidate]:
        """Yield the first candidates of what was *found*, equal ones in order of their ids."""
        if len(found) == 1 and len(found[0].rows) == 1:
            yield self._candidate(words, int(found[0].rows[0]), found[0], 1)
            return
        left = most
        for score, several in groupby(found, attrgetter("score")):
            equal = list(several)
            if left <= 0 or score < _LEAST_SHARE * found[0].score:
                return
            count = sum(len(each.rows) for each in equal)
            # Rows of one table stand in order of id: only ties of two tables need the ids.
            units = [(row, each) for each in equal for row in listed(each.rows[:left])]
            if len({each.table for each in equal}) > 1:
                units.sort(key=lambda unit: self._gazetteer.id(unit[1].table, unit[0]))
            elif len(units) > 1:
                units.sort(key=itemgetter(0))
            for row, each in units[:left]:
                yield self._candidate(words, row, each, count)
            left -= count

    def _candidate(self, words: Words, row: int, hits: Hits, equal: int) -> Candidate:
        understood = 0
        way = [*hits.beside, *self._gazetteer.way(row, hits.steps)]
        matched = []
        for table, at, mask in way:
            understood |= mask
            matched.append(Matched(table, self._gazetteer.id(table, at), words.text(mask)))
        rest = words.text((1 << len(words.values)) - 1 & ~understood)
        return Candidate(matched[-1].id, hits.table, hits.score, tuple(matched), rest, equal)


def locate(h: Hierarchy, text: str, *, most: int = 10) -> tuple[Candidate, ...]:
    """Return the units that an address may mean, the most likely first; equal ones by id.

    An address goes as far down as it is understood: to a compound, a building, an entrance or
    a household, or to another place that it names, such as a grid or a community. What cannot
    be told apart has the same score and is returned together; nothing is guessed. Names and
    addresses of units are compared without case, width, blanks and punctuation; ``3号楼``,
    ``３幢``, ``三栋`` and ``Building 3`` name the same building. One slip in the name of a place
    is forgiven, at a lower score. A word at once before a number makes it another one: 西3号楼 is
    not 3号楼, and the way ends above it. Nothing found is an empty tuple.

    The score is the product of two shares. The first says how much of the way was named: of
    compound 3, building 3, entrance 1, household 3, as far down as the candidate, without those
    steps that it does not have. A place whose name was shortened (花园 for 花园小区) counts nine
    tenths; with a slip 0.85 of the share of its letters that are right. The second is the share
    of letters and digits of the text that were understood. Taking away something that was
    understood never makes a candidate's score higher.

    Candidates with less than half of the best score are left out. A household is only looked
    for in its building, or, where it has none, in its unit of the chain or by its whole
    address: a number of a room alone says nothing.

    Args:
        h: The structure.
        text: The address or a caller's words; the first 400 characters are read.
        most: How many candidates are returned, 1 or more; ``equal`` tells how many there are.

    Raises:
        OutOfRangeError: If *most* is less than 1.
        TypeError: If *h* is no Hierarchy, or *text* no text.

    >>> from govtree import Building, Compound, Household
    >>> h = Hierarchy.from_records([
    ...     Compound(id="Q-1", name="花园小区"), Compound(id="Q-2", name="河东小区"),
    ...     Building(id="X-1", name="3号楼", compound="Q-1"),
    ...     Building(id="X-2", name="3幢", compound="Q-2"),
    ...     Household(id="H-1", name="501", building="X-1"),
    ... ])
    >>> [(each.id, each.table, each.score) for each in locate(h, "花园小区三栋501室")]
    [('H-1', 'household', 1.0)]
    >>> [(each.id, each.score, each.equal) for each in locate(h, "3号楼")]
    [('X-1', 0.5, 2), ('X-2', 0.5, 2)]
    >>> locate(h, "花园小区9号楼")[0].rest
    '9号楼'
    """
    return Addresses.of(h).locate(text, most=most)


def locate_point(
    h: Hierarchy,
    x: float,
    y: float,
    *,
    within: float | None = None,
    tables: Iterable[str] = POINTED,
    most: int = 10,
) -> tuple[Near, ...]:
    """Return the units whose coordinates are nearest to a point; equally far ones by id.

    Distances are straight lines in the unit of the structure's reference system, metres or
    degrees: nothing is converted. Units without both coordinates are not found.

    Args:
        h: The structure.
        x: First coordinate, in the reference system of the structure.
        y: Second coordinate.
        within: How far at most, the bound included; None for any distance.
        tables: Tables of units that are looked at.
        most: How many are returned, 1 or more; ``equal`` tells how many are as far.

    Raises:
        OutOfRangeError: If a number is not finite, *within* is less than 0, or *most* than 1.
        TypeError: If *h* is no Hierarchy.
        UnknownLevelError: If the structure can have no such table.

    >>> from govtree import Building
    >>> h = Hierarchy.from_records([
    ...     Building(id="X-1", x=0, y=3), Building(id="X-2", x=4, y=0), Building(id="X-3"),
    ... ])
    >>> [(each.id, each.distance) for each in locate_point(h, 0, 0)]
    [('X-1', 3.0), ('X-2', 4.0)]
    >>> [each.id for each in locate_point(h, 0, 0, within=3)]
    ['X-1']
    """
    _require_most(most)
    if not isinstance(h, Hierarchy):
        raise TypeError(f"a point is located in a Hierarchy, not in a {type(h).__name__}")
    return near(h, x, y, within=within, tables=tables, most=most)


def _require_most(most: int) -> None:
    if most < 1:
        raise OutOfRangeError(f"most is {most}; 1 or more candidates can be returned")
