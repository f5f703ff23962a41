"""Rules about compounds: type, manager, station, branch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from govtree._columns import NONE, UNKNOWN, Words
from govtree.findings import LEVELS, Hits, Labeled, Named
from govtree.rules._rule import Parameter, rule
from govtree.rules._served import (
    Truth,
    answering,
    covered_buildings,
    holds,
    in_a_covered_grid,
    matters_borne,
    serving,
    wherever_asked,
)

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["LUOZHUANG", "RULES"]

LUOZHUANG = "account of Luozhuang: what each of the five types of compounds has to have"


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
            vocabulary="compound_type",
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
            vocabulary="body_kind",
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
            "modes",
            ("contract", "public_benefit"),
            "words",
            "modes in which a body manages",
            vocabulary="mode",
        ),
        Parameter(
            "matters",
            (),
            "words",
            "matters whose bearer manages it; every matter where none is named",
            vocabulary="matter",
        ),
        Parameter(
            "backstop",
            "backstop",
            "word",
            "mode in which a body stands in for a manager",
            vocabulary="mode",
        ),
        Parameter(
            "backstops",
            ("department", "district_office", "subdistrict_office"),
            "words",
            "kinds of bodies that may stand in",
            vocabulary="body_kind",
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
    alone = ~covered_buildings(h) & in_a_covered_grid(h) & Truth.sure(compound >= 0)
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


def _types(h: Hierarchy) -> Words:
    stored = h.sheet("compound").columns["type"]
    assert isinstance(stored, Words)
    return stored
