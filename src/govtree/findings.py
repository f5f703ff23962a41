"""Findings and reports: one shape for every question that looks for faults.

A report keeps columns and makes a :class:`Finding` when it is asked for, so that 300,000
faults cost no 300,000 objects. It holds ids, never the structure it speaks about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import reduce
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from attrs import asdict, evolve, field, frozen

from govtree._columns import NONE
from govtree._faults import Faults
from govtree._finding import (
    DECLARED,
    LEVELS,
    NO_TABLES,
    SEVERITIES,
    WAIVER,
    WHOLE,
    Finding,
    Hits,
    Kind,
    Labeled,
    Named,
    Severity,
)
from govtree._frames import Plain, frame_of
from govtree._wording import Label, Listed, Reason, Said, either
from govtree.errors import GovtreeError, OutOfRangeError

__all__ = [
    "DECLARED",
    "LEVELS",
    "NO_TABLES",
    "SEVERITIES",
    "WAIVER",
    "WHOLE",
    "Afterwards",
    "Checked",
    "Completeness",
    "Counts",
    "Finding",
    "FindingsError",
    "Hits",
    "Kind",
    "Label",
    "Labeled",
    "Listed",
    "Named",
    "NotChecked",
    "Reason",
    "Report",
    "Said",
    "Severity",
    "Summarized",
    "Summary",
    "either",
]


@frozen
class Counts:
    """How many findings there are; exact, whatever is shown.

    Attributes:
        error: Of severity error.
        warning: Of severity warning.
        note: Of severity note.
        by_code: Pairs of code and number, sorted; codes without findings are left out.
    """

    error: int = 0
    warning: int = 0
    note: int = 0
    by_code: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        """All of them."""
        return self.error + self.warning + self.note


class NotChecked(NamedTuple):
    """Something that a rule could not look at, and why.

    Attributes:
        code: Code of the rule.
        reason: Why, in English.
    """

    code: str
    reason: str

    def told(self, lang: str = "en") -> str:
        """Return the reason in *lang*; one that is a plain text is known in English only."""
        return self.reason.said(lang) if isinstance(self.reason, Reason) else self.reason


@frozen
class Checked:
    """What a rule looked at.

    Attributes:
        code: Code of the rule.
        slug: Its readable name.
        subjects: How many units it looked at.
        unknown: How many of those could not be judged, because a cell is not known.
        waived: How many findings were set aside by waivers.
        not_collected: How many units it did not look at, because they stand in no part of the
            structure that has sent in its returns.
    """

    code: str
    slug: str
    subjects: int
    unknown: int = 0
    waived: int = 0
    not_collected: int = 0

    def plus(self, other: Checked) -> Checked:
        """Return what the rule looked at in two parts together."""
        return evolve(
            self,
            subjects=self.subjects + other.subjects,
            unknown=self.unknown + other.unknown,
            waived=self.waived + other.waived,
            not_collected=self.not_collected + other.not_collected,
        )


@frozen
class Completeness:
    """How much of a structure has been collected.

    Attributes:
        table: What is counted: communities, or else units of the topmost level.
        collected: How many of those have sent in their returns.
        total: How many there are.
    """

    table: str
    collected: int
    total: int

    def plus(self, other: Completeness) -> Completeness:
        """Return how much of two parts together has been collected."""
        return evolve(
            self, collected=self.collected + other.collected, total=self.total + other.total
        )


class Summary(Protocol):
    """What a rule about the whole keeps of one part, so that parts can be judged together."""

    @property
    def subjects(self) -> int:
        """How many subjects it speaks about."""

    def join(self, other: Any) -> Any:
        """Return the summary of both parts; the order of parts makes no difference."""

    def judge(self, kind: Kind, severity: Severity) -> tuple[Faults, tuple[str, ...]]:
        """Return what is wrong with the whole, and why some of it cannot be judged."""


@runtime_checkable
class Afterwards(Summary, Protocol):
    """A summary that is judged when all others have been."""

    def seen(self, met: Collection[tuple[str, str]]) -> Summary:
        """Return the summary that knows which findings of the others were set aside.

        Args:
            met: Code and subject of those findings.
        """


@frozen
class Summarized:
    """A summary with the rule it belongs to.

    Attributes:
        kind: What the rule's findings have in common.
        severity: Their severity.
        summary: What the rule keeps.
        waived: Subjects whose findings are set aside, sorted.
    """

    kind: Kind
    severity: Severity
    summary: Summary
    waived: tuple[str, ...] = ()

    def join(self, other: Summarized) -> Summarized:
        """Return what both parts say: the graver severity, and what any of them sets aside."""
        return evolve(
            self,
            severity=min(self.severity, other.severity, key=SEVERITIES.index),
            summary=self.summary.join(other.summary),
            waived=tuple(sorted({*self.waived, *other.waived})),
        )


class FindingsError(GovtreeError):
    """A report has findings that its user does not want to go on with.

    Attributes:
        report: The report.
        severity: The least severity that was asked for.
    """

    #: How many findings the text shows; counting is never capped.
    SHOWN = 20

    def __init__(self, report: Report, severity: Severity) -> None:
        self.report = report
        self.severity = severity
        super().__init__(report, severity)

    def __str__(self) -> str:
        grave = SEVERITIES[: SEVERITIES.index(self.severity) + 1]
        found = (each for each in self.report if each.severity in grave)
        lines = [
            f"{each.severity}[{each.code}]: {each.level} '{each.subject}' {each.message}"
            for each, _ in zip(found, range(self.SHOWN), strict=False)
        ]
        counts = self.report.counts()
        rest = sum(getattr(counts, name) for name in grave) - len(lines)
        return "\n".join([*lines, f"... and {rest:,} more"] if rest else lines)


@frozen(eq=False)
class Report:
    """What was looked at, what is wrong, and what could not be judged.

    Findings stand in order of code, subject and related ids. Two reports are equal when they
    say the same, wherever the subjects stood.

    Attributes:
        faults: Findings in columns, one part a code.
        checked: What each rule looked at, sorted by code.
        not_checked: Pairs of code and reason, sorted.
        as_of: The day that the structure was checked for.
        completeness: How much of the structure has been collected; None where it does not say
            that anything is still to come.

    >>> from govtree import Branch, Grid, Hierarchy
    >>> from govtree.coverage import check
    >>> h = Hierarchy.from_records([
    ...     Grid(id="N-1"), Grid(id="N-2"), Branch(id="B-1", covers=["N-1"]),
    ... ])
    >>> report = check(h)
    >>> [(each.code, each.subject) for each in report], report.ok
    ([('GT210', 'N-2')], False)
    """

    faults: tuple[Faults, ...] = ()
    checked: tuple[Checked, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    as_of: dt.date | None = None
    completeness: Completeness | None = None
    _summaries: tuple[Summarized, ...] = field(default=(), alias="summaries")

    @classmethod
    def of(
        cls,
        faults: Iterable[Faults],
        checked: Iterable[Checked] = (),
        not_checked: Iterable[NotChecked] = (),
        summaries: Iterable[Summarized] = (),
        *,
        as_of: dt.date | None = None,
        completeness: Completeness | None = None,
    ) -> Report:
        """Return the report of what rules found; what they summarized is judged here."""
        found = [each for each in faults if len(each)]
        looked = list(checked)
        lacking = set(not_checked)
        kept = sorted(summaries, key=lambda each: each.kind.code)
        met: set[tuple[str, str]] = set()
        # Whether a waiver has met anything is known when all else has been judged.
        for each in sorted(kept, key=lambda each: isinstance(each.summary, Afterwards)):
            summary = each.summary
            if isinstance(summary, Afterwards):
                # A waiver that sets aside a finding about a waiver has met that.
                summary = summary.seen(met | {(each.kind.code, id) for id in each.waived})
            judged, reasons = summary.judge(each.kind, each.severity)
            left = judged.without(each.waived)
            met |= {(each.kind.code, id) for id in judged.ids.tolist() if id in each.waived}
            if len(left):
                found.append(left)
            lacking |= {NotChecked(each.kind.code, reason) for reason in reasons}
            waived = len(judged) - len(left)
            looked.append(Checked(each.kind.code, each.kind.slug, summary.subjects, waived=waived))
        return cls(
            tuple(sorted(found, key=lambda each: each.kind.code)),
            tuple(sorted(looked, key=lambda each: each.code)),
            tuple(sorted(lacking)),
            as_of,
            completeness,
            tuple(kept),
        )

    @classmethod
    def merge(cls, reports: Iterable[Report]) -> Report:
        """Return the report of several parts of a structure: that of the whole.

        The order and grouping of *reports* make no difference. Rules about the whole are
        judged anew from what each part told of itself. What parts share and say alike is one
        finding. A rule that could be checked in some parts only is checked, and its reason
        for the others stays.

        A part has to hold all that its own units are joined with, as those that ``h.cut()``
        gives do. The day is that of all parts, and none where they differ.
        """
        given = list(reports)
        summed: dict[str, Summarized] = {}
        for each in (each for report in given for each in report._summaries):
            known = summed.get(each.kind.code)
            summed[each.kind.code] = each if known is None else known.join(each)
        by_code: dict[str, list[Faults]] = {}
        for faults in (faults for report in given for faults in report.faults):
            if faults.kind.code not in summed:
                by_code.setdefault(faults.kind.code, []).append(faults)
        checked: dict[str, Checked] = {}
        for one in (one for report in given for one in report.checked):
            if one.code not in summed:
                known_one = checked.get(one.code)
                checked[one.code] = one if known_one is None else known_one.plus(one)
        lacking = {
            each for report in given for each in report.not_checked if each.code not in summed
        }
        joined = (Faults.join(parts) for parts in by_code.values())
        days = {report.as_of for report in given}
        told = [each.completeness for each in given if each.completeness is not None]
        return cls.of(
            joined,
            checked.values(),
            lacking,
            summed.values(),
            as_of=days.pop() if len(days) == 1 else None,
            completeness=reduce(Completeness.plus, told) if told else None,
        )

    # -- asking it -------------------------------------------------------------------------

    @property
    def ok(self) -> bool:
        """Whether there is no finding of severity error."""
        return self.counts().error == 0

    def counts(self) -> Counts:
        """Return how many findings there are of each severity and of each code."""
        of_each = np.zeros(len(SEVERITIES), np.int64)
        for part in self.faults:
            of_each += part.counts()
        error, warning, note = of_each.tolist()
        by_code = tuple((part.kind.code, len(part)) for part in self.faults)
        return Counts(error, warning, note, by_code)

    @property
    def summaries(self) -> tuple[Summary, ...]:
        """What rules about the whole counted, such as the declared figures, sorted by code."""
        return tuple(each.summary for each in self._summaries)

    def by(self, level: str) -> dict[str | None, int]:
        """Return the number of findings in each unit of a level or table, those in none last.

        A unit of the territory belongs to the branch that covers its grid. Units without
        findings are left out: a report does not know them.
        """
        found: dict[str, int] = {}
        nowhere = 0
        for part in self.faults:
            if part.kind.subject == level:
                for id in part.ids.tolist():
                    found[str(id)] = found.get(str(id), 0) + 1
                continue
            codes = part.placed(level)
            counted = np.bincount(codes[codes >= 0], minlength=len(part.units))
            for code in np.flatnonzero(counted).tolist():
                id = str(part.units[code])
                found[id] = found.get(id, 0) + int(counted[code])
            nowhere += int((codes < 0).sum())
        answer: dict[str | None, int] = {id: found[id] for id in sorted(found)}
        if nowhere:
            answer[None] = nowhere
        return answer

    def for_unit(self, id: str) -> Report:
        """Return the report of the findings at *id*, under it, or in its territory."""
        parts = [part.take(np.flatnonzero(part.at_or_under(id))) for part in self.faults]
        return evolve(self, faults=tuple(part for part in parts if len(part)), summaries=())

    def findings(self, lang: str = "en") -> Iterator[Finding]:
        """Yield every finding, its texts in *lang*."""
        for part in self.faults:
            for at in range(len(part)):
                yield part.finding(at, lang)

    def __iter__(self) -> Iterator[Finding]:
        return self.findings()

    def __len__(self) -> int:
        return sum(len(part) for part in self.faults)

    def __bool__(self) -> bool:
        # A report without findings is a report all the same.
        return True

    def is_partly_judged(self, code: str) -> bool:
        """Return whether a rule could not look at something, so that no finding is no proof.

        >>> from govtree import Grid, Hierarchy, Household
        >>> from govtree.coverage import check
        >>> h = Hierarchy.from_records([Grid(id="N-1"), Household(id="H-1", grid="?")])
        >>> check(h).is_partly_judged("GT202")
        True
        """
        return any(each.code == code for each in self.not_checked) or any(
            each.code == code and each.unknown for each in self.checked
        )

    def raise_for(self, severity: Severity = "error") -> None:
        """Do nothing where no finding has *severity* or a graver one.

        Raises:
            FindingsError: Where one has; it carries the report.
            OutOfRangeError: If *severity* is none of :data:`SEVERITIES`.
        """
        if self.reaches(severity):
            raise FindingsError(self, severity)

    def reaches(self, severity: Severity) -> bool:
        """Return whether any finding has *severity* or a graver one.

        Raises:
            OutOfRangeError: If *severity* is none of :data:`SEVERITIES`.
        """
        if severity not in SEVERITIES:
            raise OutOfRangeError(f"severity has to be one of {', '.join(SEVERITIES)}")
        counts = self.counts()
        grave: Sequence[str] = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return any(getattr(counts, name) for name in grave)

    def to_json(self, lang: str = "en") -> dict[str, object]:
        """Return the report as plain values, the same keys in every language."""
        counts = self.counts()
        complete = self.completeness
        return {
            "ok": self.ok,
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            "completeness": None if complete is None else asdict(complete),
            "counts": {name: getattr(counts, name) for name in SEVERITIES},
            "counts_by_code": dict(counts.by_code),
            "findings": [each.as_json() for each in self.findings(lang)],
            "checked": [
                {
                    "code": each.code,
                    "slug": each.slug,
                    "subjects": each.subjects,
                    "unknown": each.unknown,
                    "waived": each.waived,
                    "not_collected": each.not_collected,
                }
                for each in self.checked
            ],
            "not_checked": [
                {"code": each.code, "reason": each.told(lang)} for each in self.not_checked
            ],
        }

    def to_frame(self, *, backend: str = "pandas", lang: str = "en") -> Any:
        """Return the findings as a data frame, one row each, in their order.

        Its columns are code, slug, severity, subject, level, path (ids joined by `` > ``),
        message, file, line, row and fingerprint. A file, line or row that is not known is nothing.

        Args:
            backend: ``pandas``, ``polars`` or ``pyarrow``; each is an extra of that name.
            lang: Language of the messages.

        Raises:
            MissingExtraError: If the package is not installed.
            OutOfRangeError: If there is no such backend.
        """
        return frame_of(self._columns(lang), backend=backend)

    def _columns(self, lang: str) -> Iterator[tuple[str, Plain]]:
        found = list(self.findings(lang))

        def words(given: Sequence[str]) -> Plain:
            known = sorted({*given} - {""})
            codes = {"": NONE, **{word: code for code, word in enumerate(known)}}
            return "words", np.array([codes[each] for each in given], np.int32), known

        def wholes(given: Sequence[int]) -> Plain:
            numbers = np.array(given, np.int32)
            return "wholes", numbers, numbers == 0

        yield "code", words([each.code for each in found])
        yield "slug", words([each.slug for each in found])
        yield "severity", words([each.severity for each in found])
        yield "subject", ("texts", [each.subject for each in found], None)
        yield "level", words([each.level for each in found])
        yield "path", ("texts", [" > ".join(each.path) for each in found], None)
        yield "message", ("texts", [each.message for each in found], None)
        yield "file", words([each.where.file for each in found])
        yield "line", wholes([each.where.line for each in found])
        yield "row", wholes([each.where.row for each in found])
        yield "fingerprint", ("texts", [each.fingerprint for each in found], None)

    def select(self, *names: str) -> Report:
        """Return the report of some rules alone: their findings, and what they looked at.

        Args:
            names: Codes, slugs, or the beginnings of codes, such as ``GT4`` for all about
                posts and bodies. One that no rule of the report has selects nothing.

        >>> from govtree import Branch, Grid, Hierarchy
        >>> from govtree.coverage import check
        >>> report = check(Hierarchy.from_records([
        ...     Grid(id="N-1"), Grid(id="N-2"), Branch(id="B-1", covers=["N-1"]), Branch(id="B-2"),
        ... ]))
        >>> [each.code for each in report.select("GT2")]
        ['GT210', 'GT212']
        >>> [each.code for each in report.ignore("grid-without-branch").select("GT2")]
        ['GT212']
        """
        wanted = self._named(names)
        return self._of_rules(lambda code: code in wanted)

    def ignore(self, *names: str) -> Report:
        """Return the report without some rules; *names* are those of :meth:`select`."""
        unwanted = self._named(names)
        return self._of_rules(lambda code: code not in unwanted)

    def _named(self, names: Sequence[str]) -> frozenset[str]:
        """Return the codes that *names* mean; of a rule that was not checked no slug is known."""
        slugs = {each.code: each.slug for each in self.checked}
        slugs |= {part.kind.code: part.kind.slug for part in self.faults}
        codes = {*slugs, *(each.code for each in self.not_checked)}
        begins = tuple(each for each in names if each)
        return frozenset(
            code for code in codes if code.startswith(begins) or slugs.get(code) in names
        )

    def _of_rules(self, is_wanted: Callable[[str], bool]) -> Report:
        return evolve(
            self,
            faults=tuple(each for each in self.faults if is_wanted(each.kind.code)),
            checked=tuple(each for each in self.checked if is_wanted(each.code)),
            not_checked=tuple(each for each in self.not_checked if is_wanted(each.code)),
            summaries=tuple(each for each in self._summaries if is_wanted(each.kind.code)),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Report):
            return NotImplemented
        return self._outline() == other._outline() and all(
            one.kind == two.kind
            and all(a == b for a, b in zip(one.facts(), two.facts(), strict=True))
            for one, two in zip(self.faults, other.faults, strict=True)
        )

    def __hash__(self) -> int:
        return hash(self._outline())

    def _outline(self) -> tuple[Any, ...]:
        # How many units were looked at is left out: parts that were made by hand share some.
        codes = tuple(each.code for each in self.checked)
        return self.counts(), codes, self.not_checked, self.as_of, self.completeness

    def __repr__(self) -> str:
        counts = self.counts()
        told = ", ".join(f"{getattr(counts, name):,} {name}" for name in SEVERITIES)
        return f"<Report: {told}; {len(self.checked)} rules checked>"
