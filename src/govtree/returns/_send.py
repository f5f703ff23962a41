"""Findings as lists for offices, a workbook each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from govtree._faults import Faults
from govtree._files import make_folder, save_all
from govtree._messages import say
from govtree._names import nearest
from govtree._rows import tables_of
from govtree._texts import Texts
from govtree._wording import Label
from govtree.errors import OutOfRangeError, UnknownLevelError
from govtree.findings import NO_TABLES, Finding, Report
from govtree.hierarchy import Hierarchy
from govtree.returns._asked import COLUMNS, Fields, asked_by, key_of, told
from govtree.rules import Rule
from govtree.tables import Cell, Page, file_names, workbook
from govtree.units import SHIPPED_LEVELS, Term

__all__ = ["Sent", "write_returns"]

#: Name of the workbook of findings that belong to no office; no office's file has such a name.
OTHERS = "_others"

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
    by: str = "subdistrict",
    *,
    h: Hierarchy | None = None,
    rules: Iterable[Rule] = (),
    lang: str = "en",
) -> tuple[Sent, ...]:
    """Write a workbook an office into *folder*, and return what was written.

    Each row is a finding: its code, the unit, the fault, how to mend it, what to fill in, and
    an empty cell for the answer; the key at the end is what the answer is known by when it
    comes back (:func:`read_returns`). A workbook is named by the id of its office. Findings
    that belong to no such office stand in ``_others.xlsx``: none is left out. Other files in
    the folder are left alone.

    A unit of the territory belongs to the branch that covers its grid. By ``area``, a finding
    is sent to each area of its community.

    Args:
        report: What :func:`govtree.check` returned.
        folder: An existing folder, or one to be made in an existing one.
        by: A level or table: ``"subdistrict"``, ``"community"``, ``"branch"``, ``"area"``, ...
        h: The structure that was checked. With it, names of units stand beside their ids
            (those of households never do), and words that may be answered are listed.
        rules: Rules beside the shipped ones that the report is of.
        lang: Language of the lists.

    Returns:
        The lists in order of the office, findings that belong to none last.

    Raises:
        FileError: If a file cannot be written, or a list does not fit into a sheet.
        MissingExtraError: If xlsxwriter is not installed.
        OutOfRangeError: If *by* is ``area`` and *h* is not given.
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
    names = file_names(each for each in offices if each is not None)
    lists = _Lists(report, h, rules, lang)
    sent = tuple(
        Sent(root / f"{OTHERS if office is None else names[office]}.xlsx", office, len(those))
        for office, those in sorted(
            offices.items(), key=lambda each: (each[0] is None, each[0] or "")
        )
    )
    save_all({each.path: lists.book(offices[each.office], each.path) for each in sent})
    return sent


def _table(by: str, report: Report, h: Hierarchy | None) -> str:
    """Return the table whose units the findings are sorted by."""
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
    areas = _areas(h) if table == "area" and h is not None else None
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


def _areas(h: Hierarchy) -> dict[str, tuple[str, ...]]:
    """Return the areas of each community that is in one."""
    areas, communities = h.arrays.links("in_area", "area", "community")
    found: dict[str, tuple[str, ...]] = {}
    for area, community in zip(h.ids("area", areas), h.ids("community", communities), strict=True):
        found[community] = (*found.get(community, ()), area)
    return found


class _Lists:
    """Makes lists of findings."""

    def __init__(
        self, report: Report, h: Hierarchy | None, rules: Iterable[Rule], lang: str
    ) -> None:
        self._report = report
        self._h = h
        self._lang = lang
        self._asked = asked_by(SHIPPED_LEVELS if h is None else h.levels, rules)
        self._names: dict[str, Mapping[str, str]] = {}
        self._levels: dict[str, str] = {}
        self._told: dict[str, str] = {}

    def book(self, findings: list[_Place], path: Path) -> Iterator[bytes]:
        """Yield the workbook of *findings*; made when it is asked for, one at a time."""
        rows = [self._row(self._report.faults[part].finding(at, self._lang))
                for part, at in findings]  # fmt: skip
        cells = list(zip(*rows, strict=True))
        headers = [say(each, self._lang) for each in COLUMNS]
        columns: dict[str, Sequence[Cell]] = dict(zip(headers, cells, strict=True))
        answer = say("answer", self._lang)
        yield workbook([Page(say("answers", self._lang), columns, (answer,))], str(path))

    def _row(self, finding: Finding) -> tuple[str | None, ...]:
        level, subject, code = finding.level, finding.subject, finding.code
        return (
            code,
            self._level(level),
            subject,
            self._name(level, subject),
            finding.message,
            finding.hint,
            self._fill_in(code, level),
            None,
            key_of(finding.fingerprint, code, subject),
        )

    def _level(self, table: str) -> str:
        if table not in self._levels:
            label = Label(table, is_ours=True)
            if self._h is not None and table not in NO_TABLES:
                label = self._h.facts.level_label(self._h.facts.called(table))
            self._levels[table] = label.said(self._lang)
        return self._levels[table]

    def _name(self, table: str, id: str) -> str | None:
        # The name of a household is that of the people who live there.
        if self._h is None or table == "household" or table in NO_TABLES:
            return None
        if table not in self._names:
            names = self._h.sheet(table).columns.get("name")
            if isinstance(names, Texts):
                pairs = zip(self._h.ids(table), names.tolist(), strict=True)
                self._names[table] = {unit: name for unit, name in pairs if name}
            else:
                self._names[table] = {}
        return self._names[table].get(id)

    def _fill_in(self, code: str, table: str) -> str:
        if code not in self._told:
            fields: Fields = self._asked.get(code, {})
            words = {
                name: [term.text(self._lang) for term in self._terms(column.vocabulary, table)]
                for name, column in fields.items()
            }
            self._told[code] = told(fields, self._lang, words)
        return self._told[code]

    def _terms(self, vocabulary: str, table: str) -> tuple[Term, ...]:
        if self._h is None or not vocabulary:
            return ()
        return self._h.facts.terms(vocabulary.replace("@", f"{table}_"))
