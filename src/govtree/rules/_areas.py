"""Rules about the top of the structure and the areas across it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from govtree._columns import NONE, UNKNOWN, References, Words
from govtree._faults import Faults
from govtree.findings import WHOLE, Hits, Kind, Label, Labeled, Named, Severity
from govtree.rules._rule import Parameter, rule

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["RULES", "Top"]


@frozen
class Top:
    """The units at the top of a structure, or of a part of it.

    Attributes:
        depth: Place of their level in the chain, counted from 0.
        called: Name of the level.
        label: What people call it.
        units: Their ids, sorted.
        roots: How many there may be.
    """

    depth: int
    called: str
    label: Label
    units: tuple[str, ...]
    roots: int

    @property
    def subjects(self) -> int:
        """One: the structure."""
        return 1

    def join(self, other: Top) -> Top:
        """Return the top of both parts: the units of the upper one, or of both."""
        if self.depth != other.depth:
            return min(self, other, key=lambda each: each.depth)
        return evolve(
            self,
            units=tuple(sorted({*self.units, *other.units})),
            roots=min(self.roots, other.roots),
        )

    def judge(self, kind: Kind, severity: Severity) -> tuple[Faults, tuple[str, ...]]:
        """Return the level as a fault where it has more units than there may be."""
        wrong = [self.called] if len(self.units) > self.roots else []
        faults = Faults.told(
            kind,
            severity,
            wrong,
            level=Labeled({self.called: self.label}, wrong),
            number=[len(self.units)] * len(wrong),
            roots=[self.roots] * len(wrong),
            units=Labeled({}, [self.units] * len(wrong)),
        )
        return faults, ()


@rule(
    code="GT230",
    subject=WHOLE,
    message="has {number} units at the top ({level}), where at most {roots} may stand there: "
    "{units}",
    hint="put them under one unit of a level above, or raise 'roots'",
    why="Where the structure is to have one head, a second one answers to nobody.",
    source="the profile that names a single root, such as a town general branch",
    off=True,
    parameters=(Parameter("roots", 1, "whole", "most units that may stand at the top"),),
    failing="""\
        communities: [{id: C-1}, {id: C-2}]
        """,
    mended="""\
        communities: [{id: C-1}]
        """,
)
def several_roots(h: Hierarchy, *, roots: NDArray[Any]) -> Top:
    given = ((at, each.table) for at, each in enumerate(h.levels) if h.has(each.table))
    depth, table = next(given, (0, h.levels[0].table))
    called = h.facts.called(table)
    return Top(depth, called, h.facts.level_label(called), tuple(h.ids(table)), int(roots.min()))


@rule(
    code="GT231",
    subject="community",
    severity="warning",
    message="is in {number} areas of one kind: {areas}",
    hint="leave it in one of them, or give the areas different kinds",
    why="What is added up by area counts the community twice, and two areas call it theirs.",
    source="account of Luozhuang: areas divide the communities of a subdistrict among them",
    needs=("area", ":in_area"),
    failing="""\
        communities: [{id: C-1}, {id: C-2}]
        areas: [{id: A-1, communities: [C-1, C-2]}, {id: A-2, communities: [C-2]}]
        """,
    mended="""\
        communities: [{id: C-1}, {id: C-2}]
        areas: [{id: A-1, communities: [C-1]}, {id: A-2, communities: [C-2]}]
        """,
)
def community_in_two_areas(h: Hierarchy) -> Hits:
    areas, communities = h.arrays.links("in_area", "area", "community")
    kinds = _kinds(h)[areas]
    one_kind = communities.astype(np.int64) << 32 | (kinds - UNKNOWN)
    _, of, times = np.unique(one_kind, return_inverse=True, return_counts=True)
    repeated = (times[of] > 1) & (kinds != UNKNOWN)
    rows = np.unique(communities[repeated])
    over, at = areas[repeated], np.searchsorted(rows, communities[repeated])
    names: list[list[str]] = [[] for _ in rows]
    for place, name in zip(at.tolist(), h.ids("area", over), strict=True):
        names[place].append(name)
    return Hits(
        rows,
        related=(Named("area", over, of=at),),
        unknown=_unknown(h, communities, kinds, rows),
        number=np.bincount(at, minlength=len(rows)),
        areas=Labeled({}, [tuple(each) for each in names]),
    )


RULES = (several_roots, community_in_two_areas)


def _kinds(h: Hierarchy) -> NDArray[np.int64]:
    """Return the kind of each area; areas without one are of one kind."""
    column = h.sheet("area").columns.get("kind")
    if isinstance(column, Words):
        return column.codes.astype(np.int64)
    return np.full(h.count("area"), NONE, np.int64)


def _unknown(
    h: Hierarchy, communities: NDArray[Any], kinds: NDArray[Any], found: NDArray[Any]
) -> NDArray[np.bool_]:
    """Return the communities in several areas that may be of one kind, besides those *found*."""
    length = h.count("community")
    hidden = np.bincount(communities[kinds == UNKNOWN], minlength=length)
    sources = h.sheet("relation").columns.get("source")
    if isinstance(sources, References):
        chosen = h.arrays.is_word("relation", "relation", "in_area") & h.arrays.in_force("relation")
        for each in list(sources.targets.values())[:1]:
            chosen &= each == UNKNOWN
        places = h.arrays.pointing("relation", "target", "community")[chosen]
        hidden += np.bincount(places[places >= 0], minlength=length)
    known = np.bincount(communities, minlength=length) - np.bincount(
        communities[kinds == UNKNOWN], minlength=length
    )
    unknown: NDArray[np.bool_] = (hidden > 0) & (hidden + known > 1)
    unknown[found] = False
    return unknown
