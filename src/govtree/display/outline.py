"""A structure as a tree of its units, with how many there are below each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from govtree import _markup
from govtree._texts import Texts
from govtree.display._terminal import Ink
from govtree.display._terms import Terms, folded
from govtree.units import TERRITORY

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["Branching", "header_lines", "outline", "outline_text"]

#: Units side by side that are shown; the rest is counted.
MOST = 10


@frozen
class Branching:
    """A unit of an outline.

    Attributes:
        id: Its id.
        level: Its table.
        name: Its name, or an empty text.
        counts: Pairs of table and number of units below it, from the top down.
        below: The units directly below it, as deep as was asked for.
        more: How many there are directly below it that *below* leaves out.
    """

    id: str
    level: str
    name: str = ""
    counts: tuple[tuple[str, int], ...] = ()
    below: tuple[Branching, ...] = ()
    more: int = 0

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "id": self.id,
            "level": self.level,
            "name": self.name,
            "counts": dict(self.counts),
            "below": [each.as_json() for each in self.below],
            "more": self.more,
        }


def outline(
    h: Hierarchy, *, unit: str | None = None, depth: int = 2, most: int | None = MOST
) -> tuple[Branching, ...]:
    """Return the units at the top of the structure, or one unit, with those below.

    Args:
        h: The structure.
        unit: Id of the unit to begin at.
        depth: How many levels below are shown; 0 or more.
        most: Units side by side that are shown; None for all.

    Raises:
        UnknownIdError: If there is no such unit.

    >>> from govtree import Branch, Community, Hierarchy
    >>> h = Hierarchy.from_records([Community(id="C"), Branch(id="B", parent="C")])
    >>> [(each.id, each.counts, each.below[0].id) for each in outline(h)]
    [('C', (('branch', 1),), 'B')]
    """
    tree = _Tree(h, most)
    if unit is not None:
        return (tree.grown(*h.locate(unit), depth),)
    return tuple(tree.roots(depth))


def outline_text(
    h: Hierarchy,
    *,
    unit: str | None = None,
    depth: int = 2,
    color: bool = False,
    lang: str = "en",
    most: int = MOST,
) -> str:
    """Return the outline of a structure as text; see :func:`outline`.

    >>> from govtree import Branch, Community, Hierarchy
    >>> h = Hierarchy.from_records([Community(id="C", name="史河社区"), Branch(id="B", parent="C")])
    >>> print(outline_text(h))
    community 1 · branch 1
    <BLANKLINE>
    community C 史河社区: branch 1
      branch B
    """
    ink = Ink(color)
    terms = Terms(h.levels, lang)
    lines = [*header_lines(h, color=color, lang=lang), ""]
    if unit is not None:
        path = h.path(unit)
        lines += [*_details(h, unit, terms), ""]
        if len(path) > 1:
            lines.append(ink.on(" > ".join(map(_markup.short, path[:-1])) + " >", "dim"))
    roots = outline(h, unit=unit, depth=depth, most=most)
    for each in roots if unit is not None else roots[:most]:
        lines += _lines(each, terms, ink, 0)
    if unit is None and len(roots) > most:
        lines.append(terms.say("... and {number} more", number=len(roots) - most))
    alone = _standing_alone(h) if unit is None else 0
    if alone:
        where = terms.say("not in any {level}", level=terms.called(h.levels[0].table))
        lines.append(f"{where}: {terms.numbers([('household', alone)])}")
    return "\n".join(lines)


def _standing_alone(h: Hierarchy) -> int:
    """Return how many households stand under no unit at all; they are told as a number."""
    top = h.levels[0].table
    if not (h.count(top) and h.count("household")):
        return 0
    return int(np.count_nonzero(h.arrays.above("household", top) < 0))


def header_lines(h: Hierarchy, *, color: bool = False, lang: str = "en") -> list[str]:
    """Return name and day of a structure, and how many units it has.

    >>> from govtree import Grid, Hierarchy
    >>> header_lines(Hierarchy.from_records([Grid(id="N-1")], name="梅山镇"))
    ['梅山镇', 'grid 1']
    """
    ink = Ink(color)
    terms = Terms(h.levels, lang)
    day = terms.say("as of {day}", day=h.as_of) if h.as_of else ""
    comma = terms.say(", ")
    title = comma.join(each for each in (_markup.short(h.name), day) if each)
    counts = terms.numbers([(name, h.count(name)) for name in h.nodes])
    return [each for each in (ink.on(title, "bold"), *folded(counts)) if each]


class _Tree:
    """Reads units of a structure downwards: along the chain, or in the territory."""

    def __init__(self, h: Hierarchy, most: int | None) -> None:
        self._h = h
        self._most = most
        self._chain = [level.table for level in h.levels if level.table in h.tables]
        self._counted: dict[tuple[str, str], Any] = {}

    def roots(self, depth: int) -> Iterator[Branching]:
        """Yield the units that stand under none: of the chain, or else of the territory."""
        tables = self._chain or [name for name in TERRITORY if name in self._h.tables]
        for name in tables:
            alone = np.ones(self._h.count(name), np.bool_)
            for upper in tables[: tables.index(name)]:
                alone &= self._above(name, upper) < 0
            if name != tables[0] and name in ("household", "building", "entrance"):
                continue  # those without a parent are findings, and may be very many
            for row in np.flatnonzero(alone).tolist():
                yield self.grown(name, row, depth)

    def grown(self, table: str, row: int, depth: int) -> Branching:
        """Return the unit at *row* with what is below it."""
        id = self._h.ids(table, np.array([row], np.int32))[0]
        names = self._h.sheet(table).columns.get("name")
        name = names[row] if isinstance(names, Texts) else None
        below, more = self._below(table, row, depth)
        return Branching(id, table, name or "", tuple(self._counts(table, row)), below, more)

    def _below(self, table: str, row: int, depth: int) -> tuple[tuple[Branching, ...], int]:
        found: list[Branching] = []
        more = 0
        for lower in self._lower(table):
            column = "parent" if table in self._chain else table
            rows = self._h.arrays.inverse(lower, column, table).rows(row).tolist()
            shown = rows if self._most is None else rows[: self._most]
            if depth <= 0:
                shown = []
            found += [self.grown(lower, each, depth - 1) for each in shown]
            more += len(rows) - len(shown)
        return tuple(found), more

    def _lower(self, table: str) -> Sequence[str]:
        if table in self._chain:
            return self._chain[self._chain.index(table) + 1 :]
        if table in TERRITORY:
            after = TERRITORY[TERRITORY.index(table) + 1 :]
            return [name for name in (*after, "household") if self._h.has(name, table)]
        return []

    def _counts(self, table: str, row: int) -> Iterator[tuple[str, int]]:
        if table in self._chain:
            lower = self._chain[self._chain.index(table) + 1 :]
        else:
            lower = [*self._lower(table)]
        for name in lower:
            if (name, table) not in self._counted:
                rows = self._above(name, table)
                counts = np.bincount(np.maximum(rows, -1) + 1, minlength=self._h.count(table) + 1)
                self._counted[name, table] = counts[1:]
            number = int(self._counted[name, table][row])
            if number:
                yield name, number
        if not self._h.has("household") and self._h.has(table, "households"):
            number = int(self._h.arrays.households(table)[row])
            if number:
                yield "household", number

    def _above(self, table: str, upper: str) -> Any:
        arrays = self._h.arrays
        return arrays.above(table, upper) if upper in self._chain else arrays.within(table, upper)


def _details(h: Hierarchy, unit: str, terms: Terms) -> list[str]:
    """Return what is known of one unit: its fields, what covers it, who holds its posts."""
    table, row = h.locate(unit)
    told = [f"{terms.called(table)} {_markup.short(unit)}"]
    for name, value in sorted(h.sheet(table).columns.items()):
        del value
        cell = getattr(h[unit], name, None)
        if cell is not None and cell != ():
            told.append(f"  {name}: {_markup.short(str(cell))}")
    links = (("covers", h.related(unit, "covers")), ("serves", h.related(unit, "serves")))
    told += [f"  {terms.say(name)}: {_listed(ids, terms)}" for name, ids in links if ids]
    if table in TERRITORY:
        branch = h.branch_of(unit)
        told += [f"  {terms.say('covered by')}: {_markup.short(branch)}"] if branch else []
    for post in _posts_at(h, table, row):
        holders = h.holders(unit, post)
        who = _listed(holders, terms) if holders else terms.say("nobody")
        told.append(f"  {_markup.short(post)}: {who}")
    return told


def _posts_at(h: Hierarchy, table: str, row: int) -> list[str]:
    rows = h.arrays.inverse("post", "at", table).rows(row).tolist() if h.has("post") else []
    words = h.sheet("post").columns.get("post")
    here = {words[each] or "" for each in rows} if words is not None else set()  # type: ignore[index]  # a column of words
    roles = {level.table: level.role for level in h.levels}
    derived = {term.term for term in h.vocabularies.get("post", ()) if term.derived}
    return sorted((here | (derived if table == "grid" and roles else set())) - {""})


def _listed(ids: Sequence[str], terms: Terms) -> str:
    shown = ", ".join(map(_markup.short, ids[:MOST]))
    more = len(ids) - MOST
    return terms.say("{shown} and {number} more", shown=shown, number=more) if more > 0 else shown


def _lines(unit: Branching, terms: Terms, ink: Ink, depth: int) -> Iterator[str]:
    name = f" {_markup.short(unit.name)}" if unit.name else ""
    counts = terms.numbers(unit.counts)
    head = f"{terms.called(unit.level)} {ink.on(_markup.short(unit.id), 'bold')}{name}"
    yield "  " * depth + head + (f": {counts}" if counts else "")
    for each in unit.below:
        yield from _lines(each, terms, ink, depth + 1)
    if unit.below and unit.more:
        yield "  " * (depth + 1) + terms.say("... and {number} more", number=unit.more)
