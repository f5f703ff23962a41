"""The rule about declared figures: does the structure have what somebody published about it?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from govtree._columns import TAG, UNKNOWN, Words
from govtree._faults import Faults
from govtree._names import NearMisses
from govtree._rows import tables_of
from govtree.findings import DECLARED, Kind, Label, Labeled, Reason, Said, Severity
from govtree.rules._rule import Parameter, no_columns, no_table, rule, said_as_written
from govtree.rules._scope import tags_given
from govtree.units import ROLES, SECTIONS, Declared, Term, columns_of

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["HOW", "RULES", "Figures", "NoFigure", "Stated", "no_figure"]

_TABLES = {section: table for table, section in SECTIONS.items()}
#: Sums that may be declared besides tables and their words.
_SUMS = ("residents", "members", "probationary")
HOW = {"exact": "", "about": "about ", "at_least": "at least ", "at_most": "at most "}
#: Searches for what was meant, by the words that there are.
_Near: TypeAlias = dict[tuple[str, ...], NearMisses]
#: Rows that two parts of a structure may share are told by their ids, so that they count once.
_COUNTED = ("household",)


@frozen
class Stated:
    """A declared figure, and what one part of the structure has of it.

    Attributes:
        declared: The figure.
        tolerance: Share that it may be off where it is said to be about so many.
        number: How many there are, of what is only counted.
        ids: Ids of what may be shared between parts, sorted.
        unsaid: Rows of which it is not known whether they count.
        open: Whether some of the structure has not been collected, so that there may be more.
        reason: Why it cannot be judged here, or an empty text.
        called: What people call what is counted.
    """

    declared: Declared
    tolerance: float
    number: int = 0
    ids: tuple[str, ...] = ()
    unsaid: int = 0
    open: bool = False
    reason: str = ""
    called: Said = Label("")

    def join(self, other: Stated) -> Stated:
        """Return the figure of both parts; what one of them cannot tell, the other may."""
        return evolve(
            self,
            number=self.number + other.number,
            ids=tuple(sorted({*self.ids, *other.ids})),
            unsaid=self.unsaid + other.unsaid,
            open=self.open or other.open,
            reason=min(self.reason, other.reason) if self.reason and other.reason else "",
        )

    @property
    def found(self) -> int:
        """How many the structure is known to have."""
        return self.number + len(self.ids)

    def verdict(self) -> bool | None:
        """Return whether the structure has what is declared; None where that is not known."""
        value, how = self.declared.value, self.declared.how
        least, most = self.found, np.inf if self.open else self.found + self.unsaid
        low, high = {
            "exact": (value, value),
            "about": (
                np.round(value * (1 - self.tolerance), 6),
                np.round(value * (1 + self.tolerance), 6),
            ),
            "at_least": (value, np.inf),
            "at_most": (-np.inf, value),
        }[how]
        if most < low or least > high:
            return False
        return True if least >= low and most <= high else None


@frozen
class Figures:
    """What the structure, or a part of it, has of every declared figure.

    Attributes:
        stated: One a figure and way of declaring it, sorted by figure.
    """

    stated: tuple[Stated, ...]

    @property
    def subjects(self) -> int:
        """How many figures are declared."""
        return len(self.stated)

    @classmethod
    def of(cls, stated: Iterable[Stated]) -> Figures:
        """Return *stated* in order."""
        return cls(tuple(sorted(stated, key=_key)))

    def join(self, other: Figures) -> Figures:
        """Return the figures of both parts; figures that both declare alike are one figure."""
        by_key = {_key(each): each for each in self.stated}
        for each in other.stated:
            known = by_key.get(_key(each))
            by_key[_key(each)] = each if known is None else known.join(each)
        return Figures.of(by_key.values())

    def judge(self, kind: Kind, severity: Severity) -> tuple[Faults, tuple[str, ...]]:
        """Return the figures that the structure does not have, and those not judged and why."""
        wrong = []
        reasons = []
        for each in self.stated:
            figure = each.declared.figure
            if each.reason:
                reasons.append(Reason("{figure}: {reason}", figure=figure, reason=each.reason))
                continue
            verdict = each.verdict()
            if verdict is None:
                why = Reason("not known of {number} whether they count", number=each.unsaid)
                if each.open:
                    why = Reason("not everything has been collected")
                reasons.append(Reason("{figure}: {reason}", figure=figure, reason=why))
            elif not verdict:
                wrong.append(each)
        return (
            Faults.told(
                kind,
                severity,
                [each.declared.figure for each in wrong],
                declared=[_plain(each.declared.value) for each in wrong],
                how=Labeled(
                    said_as_written(HOW.values()), [HOW[each.declared.how] for each in wrong]
                ),
                found=[each.found for each in wrong],
                figure=Labeled(
                    {each.declared.figure: each.called for each in wrong},
                    [each.declared.figure for each in wrong],
                ),
            ),
            tuple(reasons),
        )


@frozen
class NoFigure:
    """What of a figure's name nothing is called by.

    Attributes:
        before: What stands in front of it.
        word: It.
        after: What stands behind it.
        known: Words that there are in its place.
        is_closed: Whether no other words can be there.
    """

    before: str
    word: str
    after: str
    known: tuple[str, ...]
    is_closed: bool


@rule(
    code="GT303",
    subject=DECLARED,
    message="is declared as {how}{declared}, but the structure has {found} ({figure})",
    hint="correct the figure, or look for the rows that are missing or too many",
    why="A figure that was published and a register that says otherwise cannot both be shown.",
    source="the figure's own publication, named where it is declared",
    parameters=(
        Parameter("tolerance", 0.05, "share", "share that a figure declared as 'about' may be off"),
    ),
    failing="""\
        grids: [{id: N-1}, {id: N-2}]
        declared: {grids: 3}
        """,
    mended="""\
        grids: [{id: N-1}, {id: N-2}, {id: N-3}]
        declared: {grids: 3}
        """,
)
def declared_figure(h: Hierarchy, *, tolerance: NDArray[Any]) -> Figures:
    near: _Near = {}
    is_open = h.facts.collected is not None
    return Figures.of(
        _state(h, Stated(each, allowed, open=is_open, called=_called(h, each.figure)), near)
        for each, allowed in zip(h.declared, tolerance.tolist(), strict=True)
    )


RULES = (declared_figure,)


def no_figure(h: Hierarchy, figure: str) -> NoFigure | None:
    """Return what of the name of a *figure* nothing is called by; None where all of it is known.

    >>> from govtree import Hierarchy
    >>> no_figure(Hierarchy.from_records([]), "grids"), no_figure(
    ...     Hierarchy.from_records([]), "gridz.award"
    ... ).word
    (None, 'gridz')
    """
    section, point, word = figure.partition(".")
    if section in _SUMS:
        return NoFigure("", figure, "", _SUMS, is_closed=True) if word else None
    table = _table_of(h, section)
    if section in _TABLES and table is None:
        # A profile may declare what the levels of a structure leave out.
        return None
    if table is None:
        return NoFigure("", section, point + word, _sections(h), is_closed=True)
    columns = dict(_terms(h, table))
    known = {each for terms in columns.values() for term in terms for each in _spellings(term)}
    stored = h.sheet(table).columns
    known |= {each for name in columns for each in _words_in(stored.get(name))}
    is_closed = all(columns.values())
    if "tags" in columns_of(tables_of(h.levels)[table]):
        listed = h.facts.terms("tag")
        known |= {*tags_given(h), *(each for term in listed for each in _spellings(term))}
        is_closed &= bool(listed)
    if not word or word in known:
        return None
    return NoFigure(f"{section}.", word, "", tuple(sorted(known)), is_closed)


def _spellings(term: Term) -> tuple[str, ...]:
    return term.term, *term.aliases


def _words_in(stored: object) -> tuple[str, ...]:
    return stored.words if isinstance(stored, Words) else ()


def _table_of(h: Hierarchy, section: str) -> str | None:
    """Return the table that a section or level is called by, or None."""
    levels = {each.level: each.table for each in h.levels}
    table = _TABLES.get(section) or levels.get(section)
    return None if table in ROLES and table not in levels.values() else table


def _sections(h: Hierarchy) -> tuple[str, ...]:
    """Return what may be declared, without words of it."""
    return (*_TABLES, *(each.level for each in h.levels if each.level not in ROLES), *_SUMS)


def _key(stated: Stated) -> tuple[str, str, float, float]:
    return (
        stated.declared.figure,
        stated.declared.how,
        stated.declared.value,
        stated.tolerance,
    )


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value


def _meaning(reason: Reason, near: _Near, word: str, known: Sequence[str]) -> Reason:
    """Return *reason* with which of the *known* words was meant.

    Few are sought, however many are wrong.
    """
    meant = near.setdefault(tuple(known), NearMisses(known)).nearest(word)
    if not meant:
        return reason
    return Reason("{reason}; did you mean '{meant}'?", reason=reason, meant=meant)


def _called(h: Hierarchy, figure: str) -> Said:
    """Return what people call what a figure counts: a table, and a word of it."""
    section, _, word = figure.partition(".")
    table = _table_of(h, section)
    if table is None:
        return Reason(figure)
    own = h.facts.level_label(table).texts
    # Figures are numbers: in English the plural that names them says it best.
    not_english = tuple(each for each in own if each[0] != "en")
    called = Label(SECTIONS.get(table, table), not_english, is_ours=True)
    if not word:
        return called
    vocabularies = (*(terms for _, terms in _terms(h, table)), h.vocabularies.get("tag", ()))
    found = (term for terms in vocabularies for term in terms)
    label = next((each.label for each in found if word in (each.term, *each.aliases)), ())
    return Reason("{table}: {word}", table=called, word=Label(word, label))


def _state(h: Hierarchy, stated: Stated, near: _Near) -> Stated:
    """Return *stated* with what *h* has of it."""
    figure = stated.declared.figure
    if stated.declared.how == "increment":
        return evolve(
            stated, reason=Reason("an increment is seen between two days only, not on one")
        )
    section, _, word = figure.partition(".")
    if section in _SUMS and not word:
        return _summed(h, stated, section)
    table = _table_of(h, section)
    if table is None:
        unknown = Reason("nothing is called '{word}'", word=section)
        return evolve(stated, reason=_meaning(unknown, near, section, _sections(h)))
    if not h.has(table):
        if table == "household":
            return _summed(h, stated, TAG + word if word else "households")
        return evolve(stated, reason=no_table(table))
    if not word:
        return _counted(h, stated, table, np.ones(h.count(table), np.bool_))
    if table == "household" and any(h.has(name, TAG + word) for name in h.tables):
        return _summed(h, stated, TAG + word)
    if h.has(table, TAG + word):
        numbers, own = h.arrays.numbers(table, TAG + word), h.own(table)
        return evolve(stated, number=int((numbers if own is None else numbers[own]).sum()))
    return _of_word(h, stated, table, word, near)


def _summed(h: Hierarchy, stated: Stated, column: str) -> Stated:
    """Return *stated* with the sum of numbers that units bring."""
    given = [name for name in h.tables if h.has(name, column)]
    if not given:
        return evolve(stated, reason=Reason("no {column}", column=column.removeprefix(TAG)))
    top = h.levels[0].table
    totals, nowhere = h.arrays.roll_up(column, top if h.has(top) else given[0])
    own = h.own(top)
    if own is not None:
        # What belongs to no unit at the top is the last part's, which has none of those.
        nowhere = 0 if own.any() else nowhere
        totals = totals[own]
    return evolve(stated, number=int(totals.sum()) + nowhere)


def _counted(h: Hierarchy, stated: Stated, table: str, rows: NDArray[np.bool_]) -> Stated:
    own = h.own(table)
    counted = rows if own is None else rows & own
    if h.sheet(table).ids is None:
        # A mark or relation that is over, or not yet, is none.
        return evolve(stated, number=int(np.count_nonzero(h.arrays.in_force(table) & counted)))
    if table in _COUNTED or own is not None:
        return evolve(stated, number=int(np.count_nonzero(counted)))
    return evolve(stated, ids=tuple(h.ids(table, np.flatnonzero(counted).astype(np.int32))))


def _of_word(h: Hierarchy, stated: Stated, table: str, word: str, near: _Near) -> Stated:
    """Return *stated* with the rows that hold *word* in any of their columns of words."""
    sheet = h.sheet(table)
    columns = {name: each for name, each in sheet.columns.items() if isinstance(each, Words)}
    named = _column_of(h, table, word, columns)
    if named is None:
        known = sorted({each for column in columns.values() for each in column.words})
        called = Reason(SECTIONS.get(table, table))
        template = "no column of {table} has the word '{word}'"
        unknown = Reason(template, table=called, word=word)
        return evolve(stated, reason=_meaning(unknown, near, word, known))
    name, term = named
    if name not in columns:
        return evolve(stated, reason=no_columns(table, [name]))
    with_word = _counted(h, stated, table, columns[name].is_word(term))
    unsaid, own = columns[name].codes == UNKNOWN, h.own(table)
    unsaid = unsaid if own is None else unsaid & own
    return evolve(with_word, unsaid=int(np.count_nonzero(unsaid)))


def _terms(h: Hierarchy, table: str) -> Iterator[tuple[str, Sequence[Term]]]:
    """Yield each column of words of *table*, with the terms that it may hold."""
    level = next((each for each in h.levels if each.table == table), None)
    for name, column in columns_of(tables_of(h.levels)[table]).items():
        if column.shape != "term":
            continue
        vocabulary = f"{table}_kind" if column.vocabulary == "@kind" else column.vocabulary
        terms = h.vocabularies.get(vocabulary, ())
        if name == "kind" and level is not None and level.kinds:
            terms = level.kinds
        yield name, terms


def _column_of(
    h: Hierarchy, table: str, word: str, columns: dict[str, Words]
) -> tuple[str, str] | None:
    """Return the column of *table* that has *word*, and the word as it is stored there."""
    for name, terms in _terms(h, table):
        for term in terms:
            if word == term.term or word in term.aliases:
                return name, term.term
        if name in columns and word in columns[name].words:
            return name, word
    return None
