"""Findings as lists for offices, a workbook each."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from attrs import frozen

from govtree._faults import Faults
from govtree._files import Folder, make_folder, save_all
from govtree._messages import say
from govtree._names import nearest
from govtree._rows import tables_of
from govtree._wording import Label
from govtree.errors import (
    FileError,
    Location,
    OutOfRangeError,
    Tally,
    UnknownLevelError,
    problem,
)
from govtree.findings import NO_TABLES, Finding, Report
from govtree.hierarchy import Hierarchy
from govtree.returns._asked import COLUMNS, Fields, asked_by, key_of, targets_of, told
from govtree.returns._words import Choices, Names, areas_of
from govtree.rules import Rule
from govtree.tables import Cell, Page, file_names, workbook
from govtree.units import SHIPPED_LEVELS, Term

__all__ = ["Sent", "write_returns"]

#: Name of the workbook of findings that belong to no office; no office's file has such a name.
OTHERS = "_others"

# Every workbook, whatever the case of its ending: what read_returns would take for a list, too.
_WORKBOOKS = "*.[xX][lL][sS][xX]"

# Columns of the sheet with the units that an answer may be.
_CHOICES = ("level", "unit", "name", "place")

# A finding: its part of the report, and its position there.
_Place = tuple[int, int]


@frozen
class Sent:
    """A list that was written.

    Attributes:
        path: Its file.
        office: Id of the unit that it is for; None for what belongs to none.
        findings: How many findings it holds.
    """

    path: Path
    office: str | None
    findings: int


def write_returns(
    report: Report,
    folder: str | os.PathLike[str],
    by: str | None = None,
    *,
    h: Hierarchy | None = None,
    rules: Iterable[Rule] = (),
    lang: str = "en",
) -> tuple[Sent, ...]:
    """Write a workbook an office into *folder*, and return what was written.

    Each row is a finding: its code, the unit and where it lies, the fault, what to fill in, and
    an empty cell for the answer; the key at the end is what the answer is known by when it
    comes back (:func:`read_returns`). Where an answer is another unit, a second sheet has those
    of the office's own part to choose from. A workbook is named by the id and the name of its
    office. Findings that belong to no such office stand in ``_others.xlsx``: none is left out.

    A folder is for one round: nothing is written where workbooks lie already, which may hold
    answers.

    A unit of the territory belongs to the branch that covers its grid. By ``area``, a finding
    is sent to each area of its community.

    Args:
        report: What :func:`govtree.check` returned.
        folder: An existing folder without workbooks, or one to be made in an existing one.
        by: A level or table: ``"subdistrict"``, ``"community"``, ``"branch"``, ``"area"``, ...;
            without it, the top level of the structure, which has to be given then.
        h: The structure that was checked. With it, names and places of units stand beside their
            ids (names of households never do), and what may be answered is listed.
        rules: Rules beside the shipped ones that the report is of.
        lang: Language of the lists.

    Returns:
        The lists in order of the office, findings that belong to none last.

    Raises:
        FileError: If workbooks lie in the folder, a file cannot be written, or a list does not
            fit into a sheet.
        MissingExtraError: If xlsxwriter is not installed.
        OutOfRangeError: If *by* is ``area`` or left out, and *h* is not given.
        UnknownLevelError: If nothing is known of such a level or table.

    >>> import tempfile
    >>> from govtree import Branch, Community, Grid, Hierarchy, check
    >>> h = Hierarchy.from_records([
    ...     Community(id="C-1"), Branch(id="B-1", parent="C-1", covers=["N-1"]),
    ...     Grid(id="N-1"), Grid(id="N-2", community="C-1"), Grid(id="N-3"),
    ... ])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for each in write_returns(check(h), folder, "community"):
    ...         print(each.path.name, each.office, each.findings)
    C-1.xlsx C-1 1
    _others.xlsx None 1
    """
    table = _table(by, report, h)
    offices = _by_office(report, table, h)
    root = make_folder(folder)
    _require_no_workbooks(root)
    lists = _Lists(report, table, h, rules, lang)
    ids = [each for each in offices if each is not None]
    names = file_names(ids, {each: lists.name(table, each) or "" for each in ids})
    sent = tuple(
        Sent(root / f"{OTHERS if office is None else names[office]}.xlsx", office, len(those))
        for office, those in sorted(
            offices.items(), key=lambda each: (each[0] is None, each[0] or "")
        )
    )
    save_all({each.path: lists.book(each, offices[each.office]) for each in sent})
    return sent


def _require_no_workbooks(root: Path) -> None:
    """Refuse a folder with lists of an earlier round: the answers in them may be the only copy."""
    try:
        names = Folder(root).expand(_WORKBOOKS)
    except FileError as refused:
        if all(each.code == "GT001" for each in refused.problems):
            return
        raise
    tally = Tally()
    for name in names:
        where = Location(str(root / name))
        tally.add("GT968", partial(problem, "GT968", where, path=name))
    raise FileError(tally.problems())


def _table(by: str | None, report: Report, h: Hierarchy | None) -> str:
    """Return the table whose units the findings are sorted by."""
    if by is None:
        if h is None and len(report):
            raise OutOfRangeError("name a level as by, or give the structure as h")
        return "" if h is None else h.levels[0].table
    if h is not None:
        known = {each: each for each in tables_of(h.levels)}
        known |= {level.level: level.table for level in h.levels}
    else:
        if by == "area":
            raise OutOfRangeError("by area needs the structure itself: give it as h")
        known = {
            each: each
            for part in report.faults
            for each in (part.kind.subject, *part.tables)
            if each not in NO_TABLES
        }
    if by in known or not len(report):
        return known.get(by, by)
    raise UnknownLevelError(by, sorted(known), nearest(by, known))


def _by_office(report: Report, table: str, h: Hierarchy | None) -> dict[str | None, list[_Place]]:
    """Return the findings of each unit of *table*, in their order; under None those of none."""
    found: dict[str | None, list[_Place]] = {}
    areas = areas_of(h) if table == "area" and h is not None else None
    for number, part in enumerate(report.faults):
        if areas is None or part.kind.subject == table:
            offices: list[tuple[str | None, ...]] = [(each,) for each in _units(part, table)]
        else:
            offices = [areas.get(each or "", (None,)) for each in _units(part, "community")]
        for at, those in enumerate(offices):
            for office in those:
                found.setdefault(office, []).append((number, at))
    return found


def _units(part: Faults, table: str) -> list[str | None]:
    """Return the unit of *table* that each subject is or belongs to."""
    if part.kind.subject == table:
        return [str(id) for id in part.ids.tolist()]
    units = [*part.units.tolist(), None]
    return [units[code] if code >= 0 else None for code in part.placed(table).tolist()]


class _Lists:
    """Makes lists of findings."""

    def __init__(
        self, report: Report, by: str, h: Hierarchy | None, rules: Iterable[Rule], lang: str
    ) -> None:
        self._report = report
        self._h = h
        self._lang = lang
        self._by = by
        self._chain = SHIPPED_LEVELS if h is None else h.levels
        self._asked = asked_by(self._chain, rules)
        self._names = None if h is None else Names(h)
        self._choices = None if h is None else Choices(h, by)
        self._levels: dict[str, str] = {}

    def name(self, table: str, id: str) -> str | None:
        """Return the name of a unit, where it is known and may be told."""
        return None if self._names is None else self._names.of(table, id)

    def book(self, sent: Sent, findings: list[_Place]) -> Iterator[bytes]:
        """Yield the workbook of *findings*; made when it is asked for, one at a time."""
        listed = [self._report.faults[part].finding(at, self._lang) for part, at in findings]
        asked = dict.fromkeys((each.code, each.level) for each in listed)
        offered = {each: self._offered(sent.office, *each) for each in asked}
        units = [unit for fields in offered.values() for those in fields.values() for unit in those]
        fill_in = {each: self._fill_in(*each, offered[each]) for each in asked}
        rows = [self._row(each, fill_in[each.code, each.level]) for each in listed]
        answer = say("answer", self._lang)
        office = sent.office and (self.name(self._by, sent.office) or sent.office)
        pages = [Page(office or say("answers", self._lang), self._said(COLUMNS, rows), (answer,))]
        if units:
            choices = [self._choice(*each) for each in dict.fromkeys(units)]
            pages.append(Page(say("choices", self._lang), self._said(_CHOICES, choices)))
        yield workbook(pages, str(sent.path))

    def _said(
        self, columns: Sequence[str], rows: Sequence[Sequence[Cell]]
    ) -> dict[str, Sequence[Cell]]:
        headers = [say(each, self._lang) for each in columns]
        return dict(zip(headers, zip(*rows, strict=True), strict=True))

    def _row(self, finding: Finding, fill_in: str) -> tuple[str | None, ...]:
        level, subject, code = finding.level, finding.subject, finding.code
        return (
            code,
            *self._choice(level, subject),
            finding.message,
            fill_in,
            None,
            key_of(finding.fingerprint, code, subject),
        )

    def _choice(self, table: str, id: str) -> tuple[str | None, ...]:
        place = None if self._names is None else self._names.place(table, id)
        return self._level(table), id, self.name(table, id), place

    def _offered(
        self, office: str | None, code: str, table: str
    ) -> dict[str, list[tuple[str, str]]]:
        """Return the units that may be an answer, by field; of fields that none may be, nothing."""
        if self._choices is None:
            return {}
        found = {
            name: self._choices.of(office, targets_of(column, table, self._chain))
            for name, column in self._asked.get(code, {}).items()
            if column.shape == "reference"
        }
        return {name: units for name, units in found.items() if units}

    def _level(self, table: str) -> str:
        if table not in self._levels:
            label = Label(table, is_ours=True)
            if self._h is not None and table not in NO_TABLES:
                label = self._h.facts.level_label(self._h.facts.called(table))
            self._levels[table] = label.said(self._lang)
        return self._levels[table]

    def _fill_in(self, code: str, table: str, offered: Collection[str]) -> str:
        fields: Fields = self._asked.get(code, {})
        words = {
            name: [term.text(self._lang) for term in self._terms(column.vocabulary, table)]
            for name, column in fields.items()
        }
        return told(fields, self._lang, words, offered)

    def _terms(self, vocabulary: str, table: str) -> tuple[Term, ...]:
        if self._h is None or not vocabulary:
            return ()
        return self._h.facts.terms(vocabulary.replace("@", f"{table}_"))
