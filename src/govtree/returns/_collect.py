"""Answers that came back, as corrections; what cannot be one is named by its cell."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from attrs import evolve, frozen

from govtree._columns import UNKNOWN
from govtree._files import LIMITS, Folder
from govtree._frames import Plain, frame_of
from govtree._markup import csv_cell
from govtree._messages import say
from govtree._names import nearest
from govtree._rows import UNKNOWN_CELL, Rows
from govtree._values import read_cells
from govtree._wording import Reason, one_of
from govtree.errors import FileError, Location, Problem, Tally, problem
from govtree.findings import NO_TABLES, Finding
from govtree.hierarchy import Hierarchy
from govtree.returns._asked import Fields, asked_by, key_of, targets_of
from govtree.returns._words import Names
from govtree.rules import SHIPPED, Rule
from govtree.tables import Layout, Source, formula_rows, peek, read_columns
from govtree.units import SHIPPED_LEVELS, Column, Shape

__all__ = ["Correction", "Returns", "read_returns"]

Value = str | int | float | bool | dt.date

_LANGUAGES = ("en", "zh")
#: What is read of a list; the rest is there for people.
_READ = ("key", "code", "unit", "answer")
_KNOWN = {name: Column("text", required=True) for name in _READ}
# An answer may well begin with "total".
_LAYOUT = Layout(totals=())


@frozen
class Correction:
    """An answer to a finding.

    Attributes:
        code: Code of the rule.
        level: Table of the unit; empty where the rule is not known.
        subject: Id of the unit.
        field: The field of the unit that the answer is a value of; empty where the answer is
            words, or may be meant for one of several fields.
        value: The answer, typed as its field: ``?`` says "not known".
        where: Cell of the answer.
    """

    code: str
    level: str
    subject: str
    field: str
    value: Value
    where: Location


# A unit that an answer may mean: field, table and id.
_Called = tuple[str, str, str]

#: A correction with the fingerprint of the finding that it answers.
_Found = tuple[str, Correction]


@frozen
class Returns:
    """What came back.

    Attributes:
        corrections: The answers, in order of code and subject.
        open: How many findings have no answer yet: of the report where one was given, else
            of the lists.
        problems: Every rejected cell, and whatever else was wrong with the files, sorted.
    """

    corrections: tuple[Correction, ...] = ()
    open: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether no cell was rejected and every file could be read."""
        return all(each.severity != "error" for each in self.problems)

    def by_unit(self) -> dict[tuple[str, str], dict[str, Value]]:
        """Return the values that fields are given, by table and id of the unit.

        Answers in words are left out: they are values of no field.
        """
        found: dict[tuple[str, str], dict[str, Value]] = {}
        for each in self.corrections:
            if each.field:
                found.setdefault((each.level, each.subject), {})[each.field] = each.value
        return found

    def to_frame(self, *, backend: str = "pandas") -> Any:
        """Return the corrections as a data frame, one row each, values as texts.

        Args:
            backend: ``pandas``, ``polars`` or ``pyarrow``; each is an extra of that name.

        Raises:
            MissingExtraError: If the package is not installed.
            OutOfRangeError: If there is no such backend.
        """
        return frame_of(self._columns(), backend=backend)

    def _columns(self) -> Iterator[tuple[str, Plain]]:
        listed = self.corrections
        for name in ("code", "level", "subject", "field"):
            yield name, ("texts", [getattr(each, name) for each in listed], None)
        yield "value", ("texts", [_plain(each.value) for each in listed], None)
        yield "file", ("texts", [each.where.file for each in listed], None)
        rows = np.array([each.where.row for each in listed], np.int32)
        yield "row", ("wholes", rows, rows == 0)


@frozen
class _Answer:
    """A row of a list, as it came back."""

    code: str
    unit: str
    key: str
    text: str
    at: Callable[[str], Location]
    is_formula: bool = False

    @property
    def fingerprint(self) -> str:
        """The fingerprint that its key says."""
        return self.key.partition("-")[0]


def read_returns(
    folder: str | os.PathLike[str],
    *,
    report: Iterable[Finding] | None = None,
    h: Hierarchy | None = None,
    rules: Iterable[Rule] = (),
    files: str = "*.xlsx",
) -> Returns:
    """Return the answers in the workbooks of *folder* as corrections.

    Of a workbook the sheet is read that has the columns of a list, whatever it is called now.
    A finding is known by the key of its row, wherever the row and the file stand now. Rejected
    are, each with file, row and column: an answer without a key; a key that belongs to another
    unit or code; a finding that the report, or a unit that the structure, does not have; a
    formula; an answer that its field cannot hold; two answers to one finding, or for one field
    of a unit, that differ. An empty cell is no answer, and stays open.

    Args:
        folder: Where the workbooks lie.
        report: The report that the lists were made of, or the findings of a saved one.
        h: The structure. With it, ids have to be there and words in their vocabulary; labels
            are read as their words, and the exact name of a unit as its id: a name that only
            one unit has, of all that may be meant or of those in the community of the subject.
        rules: Rules beside the shipped ones that the report is of.
        files: Which files of the folder are read.

    Raises:
        FileError: If there is no such folder, or no such file in it.
        MissingExtraError: If python-calamine is not installed.
    """
    door = Folder(folder)
    collected = _Collected(report, h, tuple(rules))
    for name in _names_in(door, folder, files):
        collected.add(door, name)
    return collected.returns()


def _names_in(door: Folder, folder: str | os.PathLike[str], files: str) -> tuple[str, ...]:
    try:
        return door.expand(files)
    except FileError as refused:
        if all(each.code != "GT001" for each in refused.problems):
            raise
    # A pattern alone would not say where it was looked for.
    path = os.path.join(os.fspath(folder), files)  # noqa: PTH118 - as it was given
    raise FileError([problem("GT001", Location(), path=path)])


class _Collected:
    """Takes in one file after another, and judges all answers together."""

    def __init__(
        self, report: Iterable[Finding] | None, h: Hierarchy | None, rules: tuple[Rule, ...]
    ) -> None:
        self._known = None if report is None else {each.fingerprint: each for each in report}
        self._h = h
        self._names = None if h is None else Names(h)
        self._chain = SHIPPED_LEVELS if h is None else h.levels
        self._asked = asked_by(self._chain, rules)
        self._levels = {each.code: each.subject for each in (*SHIPPED, *rules)}
        self._tally = Tally()
        self._problems: list[Problem] = []
        self._rows: set[str] = set()
        self._answered: set[str] = set()
        self._found: list[_Found] = []
        self._hints = 0

    def add(self, folder: Folder, name: str) -> None:
        """Take in a file."""
        answers, problems = _answers(folder, name)
        self._problems += problems
        for each in answers:
            fingerprint = each.fingerprint
            self._rows.add(fingerprint)
            if not (each.text.strip() or each.is_formula):
                continue
            self._answered.add(fingerprint)
            if self._is_sound(each):
                correction = self._correction(each)
                if correction is not None:
                    self._found.append((fingerprint, correction))

    def returns(self) -> Returns:
        """Return what came back."""
        found = self._without_conflicts(self._found, lambda each: each[0])
        found = self._without_conflicts(found, _field_of)
        once: dict[str, Correction] = {}
        for fingerprint, each in found:
            known = once.setdefault(fingerprint, each)
            if each.where < known.where:
                once[fingerprint] = each
        expected = self._rows if self._known is None else set(self._known)
        return Returns(
            tuple(sorted(once.values(), key=lambda each: (each.code, each.subject, each.where))),
            len(expected - self._answered),
            tuple(sorted([*self._problems, *self._tally.problems()])),
        )

    # -- one answer ------------------------------------------------------------------------

    def _is_sound(self, answer: _Answer) -> bool:
        """Return whether the row is one that was sent out, and say why not."""
        if not answer.key:
            self._reject("GT962", answer.at("key"))
            return False
        finding = None if self._known is None else self._known.get(answer.fingerprint)
        if answer.key != key_of(answer.fingerprint, answer.code, answer.unit):
            is_code = finding is not None and answer.code != finding.code
            name, cell = ("code", answer.code) if is_code else ("unit", answer.unit)
            self._reject("GT963", answer.at(name), cell=cell)
            return False
        if self._known is not None and finding is None:
            self._reject("GT964", answer.at("key"), cell=answer.key)
            return False
        level = self._level(answer)
        if self._h is None or level in NO_TABLES or not level or self._is_in(answer.unit, [level]):
            return True
        self._reject_id(answer.at("unit"), answer.unit, [level])
        return False

    def _level(self, answer: _Answer) -> str:
        if self._known is not None and answer.fingerprint in self._known:
            return self._known[answer.fingerprint].level
        return self._levels.get(answer.code, "")

    def _correction(self, answer: _Answer) -> Correction | None:
        """Return the answer as a value of the field it is meant for, or say why it is none."""
        level, where = self._level(answer), answer.at("answer")
        if answer.is_formula:
            self._reject("GT965", where)
            return None
        field, value = self._value(answer, level, self._asked.get(answer.code, {}), where)
        if value is None:
            return None
        return Correction(answer.code, level, answer.unit, field, value, where)

    def _value(
        self, answer: _Answer, level: str, fields: Fields, where: Location
    ) -> tuple[str, Value | None]:
        """Return a field and its value; no value where the answer was rejected."""
        if not fields:
            return "", self._read("text", answer.text, where)
        text = answer.text.strip()
        if self._h is not None and all(each.shape == "reference" for each in fields.values()):
            return self._unit(answer, level, fields, where)
        if len(fields) > 1:
            # Nobody who does not know the structure can tell which of them is meant.
            return "", self._read("text", answer.text, where)
        [(field, column)] = fields.items()
        if column.shape == "reference":
            return field, self._read("text", _as_sent(text), where)
        if column.shape == "term" and self._h is not None:
            return field, self._word(text, column.vocabulary.replace("@", f"{level}_"), where)
        return field, self._read("text" if column.shape == "term" else column.shape, text, where)

    def _read(self, shape: Shape, text: str, where: Location) -> Value | None:
        """Return a cell as a value, read as that of any table is."""
        cells, faults = read_cells(shape, [text])
        for fault in faults:
            self._reject(fault.code, where, **dict(fault.values))
            return None
        cell = cells[0]
        value: Value | None = cell.item() if isinstance(cell, np.generic) else cell
        if shape in ("whole", "truth") and value == UNKNOWN:
            return UNKNOWN_CELL
        return bool(value) if shape == "truth" else value

    def _word(self, text: str, vocabulary: str, where: Location) -> Value | None:
        assert self._h is not None, "asked only with a structure"
        terms = self._h.facts.terms(vocabulary)
        if not terms or text == UNKNOWN_CELL:
            return self._read("text", text, where)
        spelled = {
            spelling: term.term
            for term in terms
            for spelling in (*(label for _, label in term.label), *term.aliases)
        }
        spelled |= {term.term: term.term for term in terms}
        if text not in spelled:
            known = ", ".join(term.term for term in terms)
            meant = nearest(text, spelled)
            named = {"meant": meant} if meant else {}
            self._reject("GT107", where, word=text, vocabulary=vocabulary, known=known, **named)
        return spelled.get(text)

    # -- ids -------------------------------------------------------------------------------

    def _unit(
        self, answer: _Answer, level: str, fields: Fields, where: Location
    ) -> tuple[str, Value | None]:
        """Return the unit that an answer names by id or name; it says which field is meant."""
        text = _as_sent(answer.text.strip())
        if text == UNKNOWN_CELL and len(fields) == 1:
            return next(iter(fields)), text
        tables = {field: targets_of(column, level, self._chain) for field, column in fields.items()}
        for field, those in tables.items():
            if self._is_in(text, those):
                return field, text
        called = self._called(text, tables)
        if len(called) > 1:
            called = self._near(answer.unit, level, called) or called
        if len(called) == 1:
            return called[0][0], called[0][2]
        if called:
            known = ", ".join(sorted(id for _, _, id in called))
            self._reject("GT969", where, cell=text, known=known)
        else:
            every = dict.fromkeys(table for those in tables.values() for table in those)
            self._reject_id(where, text, [*every])
        return "", None

    def _called(self, name: str, tables: Mapping[str, Sequence[str]]) -> list[_Called]:
        """Return field, table and id of each unit of this name."""
        assert self._names is not None, "asked only with a structure"
        return [
            (field, table, id)
            for field, those in tables.items()
            for table in dict.fromkeys(those)
            for id in self._names.called(name, table)
        ]

    def _near(self, unit: str, level: str, called: Sequence[_Called]) -> list[_Called]:
        """Return those units that are in the community of *unit*."""
        if not level or level in NO_TABLES:
            return []
        home = self._community(level, unit)
        return [each for each in called if home >= 0 and self._community(*each[1:]) == home]

    def _community(self, table: str, id: str) -> int:
        assert self._h is not None, "asked only with a structure"
        rows = self._h.rows(table, [id])
        return int(self._h.arrays.belongs(table, "community", rows)[0]) if rows[0] >= 0 else -1

    def _is_in(self, id: str, tables: Iterable[str]) -> bool:
        assert self._h is not None, "asked only with a structure"
        return any(self._h.rows(table, [id])[0] >= 0 for table in tables)

    def _reject_id(self, where: Location, id: str, tables: Sequence[str]) -> None:
        assert self._h is not None, "asked only with a structure"
        levels = [self._h.facts.called(table).replace("_", "-") for table in tables]
        named = {}
        if self._hints < LIMITS.hints:
            self._hints += 1
            meant = nearest(id, (each for table in tables for each in self._h.ids(table)))
            named = {"meant": meant} if meant else {}
        self._reject("GT966", where, cell=id, expected=one_of(levels), **named)

    # -- what is rejected ------------------------------------------------------------------

    def _reject(self, code: str, where: Location, **values: str | Reason) -> None:
        self._tally.add(code, lambda: problem(code, where, **values))

    def _without_conflicts(
        self, found: list[_Found], group: Callable[[_Found], object]
    ) -> list[_Found]:
        """Return *found* without the answers that differ from another of their group."""
        groups: dict[object, list[_Found]] = {}
        for each in found:
            groups.setdefault(group(each), []).append(each)
        kept: list[_Found] = []
        for those in groups.values():
            if len({repr(each.value) for _, each in those}) == 1:
                kept += those
                continue
            given = [correction for _, correction in those]
            for one in given:
                other = min(two.where for two in given if repr(two.value) != repr(one.value))
                told = Reason("{place}", place=other)
                self._reject("GT967", one.where, cell=_plain(one.value), other=told)
        return kept


def _answers(folder: Folder, name: str) -> tuple[list[_Answer], tuple[Problem, ...]]:
    """Return the rows of a list, its columns named in whichever language."""
    layout = _layout_of(folder, name)
    told: list[tuple[Problem, ...]] = []
    for lang in _LANGUAGES:
        columns = {each: Source((say(each, lang),)) for each in _READ}
        rows, problems = read_columns(
            folder, name, "returns", _KNOWN, columns=columns, layout=layout
        )
        if rows is not None:
            answer = say("answer", lang)
            formulas = formula_rows(folder, name, answer, layout)
            # A formula is no answer, whether or not it has a value, and is told as that.
            kept = (each for each in problems if not _is_formula(each, answer, formulas))
            return list(_rows_of(rows, formulas)), tuple(kept)
        told.append(problems)
    # Of two headers that do not fit, that which fits better.
    return [], min(told, key=len)


def _layout_of(folder: Folder, name: str) -> Layout:
    """Return the layout with the sheet that has the columns of a list, where there is one."""
    wanted = [{say(each, lang) for each in ("key", "answer")} for lang in _LANGUAGES]
    sheets, _ = peek(folder, name)
    for each in sheets:
        header = set(each.names([1])) if each.rows else set()
        if any(those <= header for those in wanted):
            return evolve(_LAYOUT, sheet=each.layout.sheet)
    return _LAYOUT


def _is_formula(each: Problem, answer: str, formulas: frozenset[int]) -> bool:
    return each.code == "GT910" and each.where.field == answer and each.where.row in formulas


def _rows_of(rows: Rows, formulas: frozenset[int]) -> Iterator[_Answer]:
    cells = zip(*(rows.columns[name] for name in _READ), strict=True)
    for row, (key, code, unit, text) in enumerate(cells):
        at = partial(rows.places.at, row)
        is_formula = at("answer").row in formulas
        answer = _Answer(code or "", unit or "", key or "", text or "", at, is_formula)
        sent = _as_sent(answer.unit)
        if answer.key == key_of(answer.fingerprint, answer.code, sent):
            answer = evolve(answer, unit=sent)
        yield answer


def _field_of(found: _Found) -> object:
    """Return the field that an answer is for; one in words stands for itself."""
    fingerprint, each = found
    return (each.level, each.subject, each.field) if each.field else fingerprint


def _as_sent(text: str) -> str:
    """Return the text that stands in a list as *text*: with an apostrophe, if it would compute.

    >>> _as_sent("'=1+1"), _as_sent("'N-1")
    ('=1+1', "'N-1")
    """
    return text[1:] if text[:1] == "'" and csv_cell(text[1:]) == text else text


def _plain(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
