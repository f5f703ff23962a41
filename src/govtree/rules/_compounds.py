"""Rules about compounds: type, manager, station, branch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import NONE, UNKNOWN, IntArray, References, Words, each_once
from govtree.findings import LEVELS, Hits, Labeled, Named
from govtree.rules._grids import grid_without_branch
from govtree.rules._rule import Parameter, distinct, rule

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = [
    "LUOZHUANG",
    "RULES",
    "Serving",
    "Truth",
    "answering",
    "covered_buildings",
    "holds",
    "is_given",
    "matters_borne",
    "serving",
    "wherever_asked",
]

LUOZHUANG = "account of Luozhuang: what each of the five types of compounds has to have"

#: Whose cover makes a branch answer for a place, and what is covered, the nearest first.
_COVERING = ("branch", "group")
_COVERED = ("entrance", "building", "micro_grid", "grid")

#: What places a building on ground that a branch may answer for.
_PLACED = "building.grid|building.micro_grid|:covers>building|:covers>entrance"


@rule(
    code="GT501",
    subject="compound",
    severity="warning",
    message="has no type",
    hint="write its type, such as commercial or mixed",
    why="Which bodies a compound must have follows from its type; without one nothing is asked.",
    source="account of Luozhuang: 238 compounds of five types",
    needs=("compound.type",),
    failing="""\
        compounds: [{id: X-1, type: commercial}, {id: X-2}]
        """,
    mended="""\
        compounds: [{id: X-1, type: commercial}, {id: X-2, type: mixed}]
        """,
)
def compound_without_type(h: Hierarchy) -> Hits:
    type_ = _types(h)
    return Hits(np.flatnonzero(type_.codes == NONE), unknown=type_.codes == UNKNOWN)


@rule(
    code="GT502",
    subject="compound",
    severity="warning",
    message="is of type '{type}', of which nothing is asked",
    hint="use one of {types}, or say under 'rules' what a compound of this type must have",
    why="A compound of a type that no rule speaks of passes every check unseen.",
    source="account of Luozhuang: each of the five types has bodies that it must have",
    needs=("compound.type",),
    off=True,
    parameters=(
        Parameter(
            "types",
            ("affordable_housing", "commercial", "mixed", "village_run", "work_unit_housing"),
            "words",
            "types of which something is asked",
        ),
    ),
    failing="""\
        vocabularies: {compound_type: {dormitory: {label: {en: dormitory}}}}
        compounds: [{id: X-1, type: commercial}, {id: X-2, type: dormitory}]
        """,
    mended="""\
        vocabularies: {compound_type: {dormitory: {label: {en: dormitory}}}}
        compounds: [{id: X-1, type: commercial}, {id: X-2, type: mixed}]
        """,
)
def type_without_requirements(h: Hierarchy, *, types: NDArray[Any]) -> Hits:
    type_ = _types(h)
    # A compound without a type is reported as such.
    has_type = Truth.sure(type_.codes >= 0)
    asked_of = wherever_asked(types, lambda words: holds(h, "compound", "type", words))
    rows = np.flatnonzero((has_type & ~asked_of).is_so)
    return Hits(
        rows,
        unknown=type_.codes == UNKNOWN,
        type=Labeled("compound_type", [str(type_[row]) for row in rows.tolist()]),
        types=Labeled("compound_type", types[rows]),
    )


@rule(
    code="GT503",
    subject="compound",
    severity="warning",
    message="is served by no body of these kinds: {kinds}",
    hint="name the body that does under 'bodies', with the compound in its 'serves'",
    why="Residents need a door nearby at which to ask, and someone behind it.",
    source="accounts of Luozhuang and Jinzhai: a service station or a residents' home a compound",
    needs=(":serves>compound", "body.kind"),
    off=True,
    parameters=(
        Parameter(
            "kinds",
            ("residents_home", "service_station"),
            "words",
            "kinds of bodies of which one must serve it",
        ),
    ),
    failing="""\
        compounds: [{id: X-1}, {id: X-2}]
        bodies: [{id: S-1, kind: service_station, serves: [X-1]}]
        """,
    mended="""\
        compounds: [{id: X-1}, {id: X-2}]
        bodies: [{id: S-1, kind: service_station, serves: [X-1, X-2]}]
        """,
)
def compound_without_station(h: Hierarchy, *, kinds: NDArray[Any]) -> Hits:
    by = serving(h)
    without = ~wherever_asked(kinds, lambda words: by.anybody(by.kind(words)))
    rows = np.flatnonzero(without.is_so)
    return Hits(rows, unknown=without.is_open, kinds=Labeled("body_kind", kinds[rows]))


@rule(
    code="GT504",
    subject="compound",
    message="has no manager ({modes}), and no backstop ({backstops})",
    hint="name who serves it and in which mode, or the body that steps in as '{backstop}'",
    why="Lifts, drains and gates of a compound that nobody manages are nobody's task.",
    source="account of Luozhuang: where a compound has no manager, a department stands in",
    needs=(":serves>compound|responsibility", "relation.mode|responsibility"),
    off=True,
    parameters=(
        Parameter(
            "modes", ("contract", "public_benefit"), "words", "modes in which a body manages"
        ),
        Parameter(
            "matters",
            (),
            "words",
            "matters whose bearer manages it; every matter where none is named",
        ),
        Parameter("backstop", "backstop", "word", "mode in which a body stands in for a manager"),
        Parameter(
            "backstops",
            ("department", "district_office", "subdistrict_office"),
            "words",
            "kinds of bodies that may stand in",
        ),
    ),
    failing="""\
        compounds: [{id: X-1}, {id: X-2}]
        bodies:
          - {id: M-1, kind: property_company, serves: [{unit: X-1, mode: contract}]}
          - {id: D-1, kind: department}
        """,
    mended="""\
        compounds: [{id: X-1}, {id: X-2}]
        bodies:
          - {id: M-1, kind: property_company, serves: [{unit: X-1, mode: contract}]}
          - {id: D-1, kind: department, serves: [{unit: X-2, mode: backstop}]}
        """,
)
def compound_without_manager(
    h: Hierarchy,
    *,
    modes: NDArray[Any],
    matters: NDArray[Any],
    backstop: NDArray[Any],
    backstops: NDArray[Any],
) -> Hits:
    by = serving(h)
    managed = wherever_asked(modes, lambda words: by.anybody(by.is_body & by.mode(words)))
    borne = wherever_asked(matters, lambda words: matters_borne(h, words))
    replaced = wherever_asked(
        backstop,
        lambda mode: wherever_asked(
            backstops, lambda kinds: by.anybody(by.kind(kinds) & by.mode([str(mode)]))
        ),
    )
    without = ~(managed | borne | replaced)
    rows = np.flatnonzero(without.is_so)
    return Hits(
        rows,
        unknown=without.is_open,
        modes=Labeled("mode", modes[rows]),
        backstop=Labeled("mode", backstop[rows]),
        backstops=Labeled("body_kind", backstops[rows]),
    )


@rule(
    code="GT508",
    subject="compound",
    message="has buildings that no {level} answers for: {number}",
    hint="add them, or the grid that they lie in, to the 'covers' of a {level}",
    why="Where branches cover parts of a grid, a building between the parts is on no list.",
    source="account of Luozhuang: every building of a compound is in the care of a branch",
    needs=("branch", ":covers", "building.compound", _PLACED),
    failing="""\
        compounds: [{id: X-1}]
        grids: [{id: N-1}]
        buildings: [{id: T-1, grid: N-1, compound: X-1}, {id: T-2, grid: N-1, compound: X-1}]
        branches: [{id: B-1, covers: [T-1]}]
        """,
    mended="""\
        compounds: [{id: X-1}]
        grids: [{id: N-1}]
        buildings: [{id: T-1, grid: N-1, compound: X-1}, {id: T-2, grid: N-1, compound: X-1}]
        branches: [{id: B-1, covers: [T-1, T-2]}]
        """,
)
def compound_partly_covered(h: Hierarchy) -> Hits:
    compound = h.arrays.within("building", "compound")
    alone = ~covered_buildings(h) & _in_a_covered_grid(h) & Truth.sure(compound >= 0)
    buildings = np.flatnonzero(alone.is_so)
    rows, at = np.unique(compound[buildings], return_inverse=True)
    partly = alone.anywhere(compound, h.count("compound"))
    return Hits(
        rows,
        related=(Named("building", buildings, of=at),),
        unknown=partly.is_open,
        number=np.bincount(at, minlength=len(rows)),
        level=Labeled(LEVELS, h.facts.called("branch")),
    )


@rule(
    code="GT513",
    subject="compound",
    severity="warning",
    message="is in the care of more than one {level} ({number}): {branches}",
    hint="let one of them cover all of its grids",
    why="Where a place says one branch a compound, residents know one door and one secretary.",
    source="account of Jinzhai: 69 compounds, 69 branches",
    needs=("branch", ":covers", "building.compound", _PLACED),
    off=True,
    failing="""\
        compounds: [{id: X-1}]
        grids: [{id: N-1}, {id: N-2}]
        buildings: [{id: T-1, grid: N-1, compound: X-1}, {id: T-2, grid: N-2, compound: X-1}]
        branches: [{id: B-1, covers: [N-1]}, {id: B-2, covers: [N-2]}]
        """,
    mended="""\
        compounds: [{id: X-1}]
        grids: [{id: N-1}, {id: N-2}]
        buildings: [{id: T-1, grid: N-1, compound: X-1}, {id: T-2, grid: N-2, compound: X-1}]
        branches: [{id: B-1, covers: [N-1, N-2]}, {id: B-2}]
        """,
)
def several_branches_a_compound(h: Hierarchy) -> Hits:
    of, branches, open_ = answering(h)
    length = h.count("compound")
    number = np.bincount(of, minlength=length)
    rows = np.flatnonzero(number > 1)
    chosen = number[of] > 1
    at, over = np.searchsorted(rows, of[chosen]), branches[chosen]
    names: list[list[str]] = [[] for _ in rows]
    for place, name in zip(at.tolist(), h.ids("branch", over), strict=True):
        names[place].append(name)
    return Hits(
        rows,
        related=(Named("branch", over, of=at),),
        # One place of which nothing is known has one branch at most.
        unknown=(number <= 1) & (number + open_ > 1),
        number=number[rows],
        branches=Labeled({}, [tuple(each) for each in names]),
        level=Labeled(LEVELS, h.facts.called("branch")),
    )


RULES = (
    compound_without_type,
    type_without_requirements,
    compound_without_station,
    compound_without_manager,
    compound_partly_covered,
    several_branches_a_compound,
)


# -- what may be so, as cells are not known ----------------------------------------------------


@frozen(eq=False)
class Truth:
    """Whether something is so, one cell a row, with what is not known kept apart.

    Attributes:
        is_so: It is so, whatever the cells hold that are not known.
        may_be: It is so, or may be.

    >>> seen = Truth(np.array([True, False, False]), np.array([True, True, False]))
    >>> (~seen).is_so.tolist(), seen.is_open.tolist()
    ([False, False, True], [False, True, False])
    """

    is_so: NDArray[np.bool_]
    may_be: NDArray[np.bool_]

    @classmethod
    def sure(cls, mask: NDArray[np.bool_]) -> Truth:
        """Return a truth without anything that is not known."""
        return cls(mask, mask)

    @classmethod
    def never(cls, length: int) -> Truth:
        """Return what is so nowhere."""
        return cls.sure(np.zeros(length, np.bool_))

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """Whether cells that are not known decide."""
        return self.may_be & ~self.is_so

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.is_so & other.is_so, self.may_be & other.may_be)

    def __or__(self, other: Truth) -> Truth:
        return Truth(self.is_so | other.is_so, self.may_be | other.may_be)

    def __invert__(self) -> Truth:
        return Truth(~self.may_be, ~self.is_so)

    def take(self, rows: NDArray[Any]) -> Truth:
        """Return what is so of *rows*; of one not known it may be, of none it is not."""
        is_so, may_be = np.zeros(len(rows), np.bool_), rows == UNKNOWN
        there = rows >= 0
        is_so[there], may_be[there] = self.is_so[rows[there]], self.may_be[rows[there]]
        return Truth(is_so, may_be)

    def anywhere(self, at: NDArray[Any], length: int) -> Truth:
        """Return for each of *length* places whether it is so in any cell that is *at* it."""
        is_so, may_be = np.zeros(length, np.bool_), np.zeros(length, np.bool_)
        is_so[at[self.is_so & (at >= 0)]] = True
        may_be[at[self.may_be & (at >= 0)]] = True
        return Truth(is_so, may_be)


def wherever_asked(asked: NDArray[Any], look: Callable[[Any], Truth]) -> Truth:
    """Return for each subject what *look* says of the words that are asked of it."""
    answer = Truth.never(len(asked))
    for words, here in distinct(asked).items():
        answer |= look(words) & Truth.sure(here)
    return answer


def holds(h: Hierarchy, table: str, column: str, words: Iterable[str]) -> Truth:
    """Return for each row of *table* whether *column* holds one of *words*."""
    stored = h.sheet(table).columns.get(column)
    if not isinstance(stored, Words):
        return Truth.never(h.count(table))
    is_so = np.isin(stored.codes, [stored.code(word) for word in words])
    return Truth(is_so, is_so | (stored.codes == UNKNOWN))


def is_given(h: Hierarchy, table: str, column: str) -> Truth:
    """Return for each row of *table* whether *column* names anything."""
    stored = h.sheet(table).columns.get(column)
    if not isinstance(stored, References):
        return Truth.never(h.count(table))
    given = stored.is_given(h.count(table))
    unknown = [rows == UNKNOWN for rows in stored.targets.values()]
    return Truth(given, np.logical_or.reduce([given, *unknown]))


# -- what stands around a compound -----------------------------------------------------------


@frozen(eq=False)
class Serving:
    """What serves compounds today; one cell for each row of the relation that leads to one.

    Attributes:
        h: The structure.
        rows: The rows of the relation.
        compound: The compound that is served.
        body: The body that serves it; not known where it is not known who does, and nothing
            where that is a post or household.
    """

    h: Hierarchy
    rows: NDArray[np.intp]
    compound: IntArray
    body: IntArray

    @property
    def is_body(self) -> Truth:
        """Whether it is a body that serves."""
        return Truth(self.body >= 0, (self.body >= 0) | (self.body == UNKNOWN))

    def kind(self, words: Iterable[str]) -> Truth:
        """Return whether it is a body of one of these kinds that serves."""
        return holds(self.h, "body", "kind", words).take(self.body)

    def state(self, words: Iterable[str]) -> Truth:
        """Return whether what serves is in one of these states; a body without one may be."""
        stored = self.h.sheet("body").columns.get("state")
        unsaid = stored.codes < 0 if isinstance(stored, Words) else True
        known = holds(self.h, "body", "state", words)
        return Truth(known.is_so, known.may_be | unsaid).take(self.body)

    def mode(self, words: Iterable[str]) -> Truth:
        """Return whether it serves in one of these modes."""
        return holds(self.h, "relation", "mode", words).take(self.rows)

    def anybody(self, chosen: Truth) -> Truth:
        """Return for each compound whether any of the *chosen* serves it."""
        return chosen.anywhere(self.compound, self.h.count("compound"))


def serving(h: Hierarchy) -> Serving:
    """Return what serves compounds today."""
    compound = h.arrays.pointing("relation", "target", "compound")
    serves = h.arrays.is_word("relation", "relation", "serves") & h.arrays.in_force("relation")
    rows = np.flatnonzero(serves & (compound >= 0))
    body = h.arrays.pointing("relation", "source", "body")[rows]
    # Where nobody names a body, the cells that are not known stand under another table.
    body = np.where(is_given(h, "relation", "source").is_open[rows], UNKNOWN, body)
    return Serving(h, rows, compound[rows], body.astype(np.int32))


def matters_borne(h: Hierarchy, matters: Iterable[str]) -> Truth:
    """Return for each compound whether anybody bears one of *matters*, or any where none is named.

    A row without a matter speaks of every matter.
    """
    words = list(matters)
    compound = h.arrays.pointing("responsibility", "unit", "compound")
    borne = is_given(h, "responsibility", "bearer")
    stored = h.sheet("responsibility").columns.get("matter")
    if words and isinstance(stored, Words):
        every = Truth.sure(stored.codes == NONE)
        borne &= every | holds(h, "responsibility", "matter", words)
    borne &= Truth.sure(h.arrays.in_force("responsibility"))
    return borne.anywhere(compound, h.count("compound"))


def covered_buildings(h: Hierarchy) -> Truth:
    """Return whether any branch or group covers each building, a part of it, or its place."""
    answer = Truth.never(h.count("building"))
    for place in _COVERED:
        covered = np.zeros(h.count(place), np.bool_)
        for source in _COVERING:
            if h.has(source):
                covered[h.arrays.links("covers", source, place)[1]] = True
        if not covered.any():
            continue
        if place == "entrance":
            of = h.arrays.within("entrance", "building")
            answer |= Truth.sure(covered).anywhere(of, len(answer.is_so))
        else:
            answer |= Truth.sure(covered).take(h.arrays.within("building", place))
    return answer


def answering(h: Hierarchy) -> tuple[IntArray, IntArray, NDArray[np.int64]]:
    """Return which branches answer for the ground of which compounds, and what is not known.

    Pairs of compounds and branches, sorted, each once; and for each compound of how many of
    its places it is not known which branch answers for them. A place is a building; or its
    entrances, where branches cover some of any. Places that several branches cover have none:
    that is told of grids.
    """
    parted = np.zeros(h.count("building"), np.bool_)
    places = {"building": ~parted}
    if h.arrays.count_covering("entrance").any():
        of = h.arrays.within("entrance", "building")
        parted[of[of >= 0]] = True
        places = {"building": ~parted, "entrance": of >= 0}
    length = h.count("compound")
    keys, open_ = [np.empty(0, np.int64)], np.zeros(length, np.int64)
    for table, chosen in places.items():
        compound = h.arrays.within(table, "compound")
        branch = h.arrays.branches(table)
        unsaid = _not_known_who_answers(h, table)
        chosen = chosen & (compound >= 0)
        known = chosen & ~unsaid & (branch >= 0)
        keys.append(compound[known].astype(np.int64) << 32 | branch[known])
        open_ += np.bincount(compound[chosen & unsaid], minlength=length)
    pairs = each_once(np.concatenate(keys))
    return (pairs >> 32).astype(np.int32), pairs.astype(np.int32), open_


def _not_known_who_answers(h: Hierarchy, table: str) -> NDArray[np.bool_]:
    """Return of which places cells that are not known decide which branch is the nearest."""
    answered = np.zeros(h.count(table), np.bool_)
    unsaid = answered.copy()
    within = {place: h.arrays.within(table, place) for place in _COVERED}
    if all(rows.min(initial=0) > UNKNOWN for rows in within.values()):
        return unsaid
    for place, rows in within.items():
        covered = h.arrays.count_covering(place) > 0
        if covered.any():
            here = Truth.sure(covered).take(rows)
            unsaid |= ~answered & here.is_open
            answered |= here.is_so
    return unsaid


def _in_a_covered_grid(h: Hierarchy) -> Truth:
    """Return for each building whether it lies in a grid of which parts at least are covered.

    Where nobody gave grids, it lies in none that could be reported in its place.
    """
    if not h.has("grid"):
        return ~Truth.never(h.count("building"))
    reported = grid_without_branch(h)
    assert isinstance(reported, Hits)
    covered = np.ones(h.count("grid"), np.bool_)
    covered[reported.rows] = False
    return Truth.sure(covered).take(h.arrays.within("building", "grid"))


def _types(h: Hierarchy) -> Words:
    stored = h.sheet("compound").columns["type"]
    assert isinstance(stored, Words)
    return stored
