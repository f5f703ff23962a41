"""Is it getting better? Reports of several days beside one another, and a file that remembers.

A saved report is what somebody hands in: it is read strictly, by the one reader, and believed
in nothing that can be found out. Fingerprints are made anew, counts are counted, and a file that
a finding names is never opened.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from attrs import evolve, frozen

from govtree import _json
from govtree._files import LIMITS, Folder, Limits, collector_paused, save
from govtree._finding import fingerprint_of
from govtree._json import Path
from govtree._markup import one_line
from govtree._saved import Key, Taker, key_of
from govtree.errors import ConfigError, Location, OutOfRangeError, problem
from govtree.findings import SEVERITIES, Finding, Report

__all__ = [
    "BASELINE_VERSION",
    "REPORT_VERSION",
    "Baseline",
    "Comparison",
    "Saved",
    "Standing",
    "compare",
    "load_baseline",
    "load_report",
]

#: Version of the format of saved reports, and of baselines.
REPORT_VERSION = 1
BASELINE_VERSION = 1

_TYPES = ("finding", "checked", "not_checked")
_LINES = re.compile(r'\s*\{\s*"type"\s*:')


@frozen
class Saved:
    """A report as it was saved: its day, its findings, and which rules were checked.

    Attributes:
        name: Name of the structure.
        as_of: Day of the structure; None where it was not said.
        findings: In order of code, subject and related ids.
        checked: Codes of the rules that were checked, sorted.
        lang: Language of the messages and hints.
    """

    name: str = ""
    as_of: dt.date | None = None
    findings: tuple[Finding, ...] = ()
    checked: tuple[str, ...] = ()
    lang: str = "en"

    @classmethod
    def of(cls, report: Report, *, name: str = "", lang: str = "en") -> Saved:
        """Return what a saved *report* would say."""
        findings = tuple(report.findings(lang))
        # A rule that found something was checked, whoever made the report.
        checked = {each.code for each in report.checked} | {each.code for each in findings}
        return cls(name, report.as_of, findings, tuple(sorted(checked)), lang)


@frozen
class Comparison:
    """What became of the findings of several reports, seen from the last of them.

    A rule that was not checked in a report leaves its findings as they were before. Each
    finding of the last report, and each that stood before it, is in one of the six.

    Attributes:
        dates: Days of the reports, in order.
        new: Present now, and never before, though its rule was checked before.
        relapsed: Present now, absent before, and present earlier.
        unchanged: Present now and before.
        mended: Present before, absent now. A finding that a waiver sets aside, or whose unit
            was abolished, is absent.
        unjudged: Present before; its rule was not checked now.
        first_judged: Present now; no earlier report checked its rule, so that nobody knows
            whether it is new.
        names: Names of the structures, one a report; empty where it was not said.
    """

    dates: tuple[dt.date, ...]
    new: tuple[Finding, ...] = ()
    relapsed: tuple[Finding, ...] = ()
    unchanged: tuple[Finding, ...] = ()
    mended: tuple[Finding, ...] = ()
    unjudged: tuple[Finding, ...] = ()
    first_judged: tuple[Finding, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def names_differ(self) -> bool:
        """Whether the reports say that they are of different structures."""
        return len({each for each in self.names if each}) > 1

    def counts(self) -> dict[str, int]:
        """Return how many findings there are of each of the six."""
        return {name: len(each) for name, each in self._groups()}

    def to_json(self) -> dict[str, object]:
        """Return the comparison as plain values, the same keys in every language."""
        return {
            "dates": [each.isoformat() for each in self.dates],
            "names": list(self.names),
            "names_differ": self.names_differ,
            "counts": self.counts(),
            **{name: [each.as_json() for each in found] for name, found in self._groups()},
        }

    def _groups(self) -> Iterator[tuple[str, tuple[Finding, ...]]]:
        for name in ("new", "relapsed", "unchanged", "mended", "unjudged", "first_judged"):
            yield name, getattr(self, name)


def compare(*reports: Report | Saved, lang: str = "en") -> Comparison:
    """Return what is new, relapsed, unchanged and mended in the last of several reports.

    Args:
        reports: Two or more, in any order; their days put them in order.
        lang: Language of the findings of a :class:`Report`; a saved one keeps its own.

    Raises:
        OutOfRangeError: If there are fewer than two, one has no day, or two have the same.

    >>> from govtree import Branch, Grid, Hierarchy
    >>> from govtree.coverage import check
    >>> def covered(grid: str, day: dt.date) -> Report:
    ...     records = [Grid(id="N-1"), Grid(id="N-2"), Branch(id="B-1", covers=[grid])]
    ...     return check(Hierarchy.from_records(records, as_of=day))
    >>> before = covered("N-1", dt.date(2025, 1, 31))
    >>> found = compare(covered("N-2", dt.date(2025, 6, 30)), before)
    >>> [each.subject for each in found.new], [each.subject for each in found.mended]
    (['N-1'], ['N-2'])
    """
    given = [each if isinstance(each, Saved) else Saved.of(each, lang=lang) for each in reports]
    if len(given) < 2:
        raise OutOfRangeError("two reports or more are compared")
    dated: dict[dt.date, Saved] = {}
    for each in given:
        day = _required_day(each)
        if day in dated:
            raise OutOfRangeError(f"two of the reports are of {day}; each needs a day of its own")
        dated[day] = each
    *earlier, now = (dated[day] for day in sorted(dated))
    stood: dict[Key, Finding] = {}
    ever: set[Key] = set()
    judged_before: set[str] = set()
    for each in earlier:
        found = {key_of(finding): finding for finding in each.findings}
        judged = {*each.checked, *(finding.code for finding in each.findings)}
        stood = {key: kept for key, kept in stood.items() if key[0] not in judged} | found
        ever |= found.keys()
        judged_before |= judged
    present = {key_of(finding): finding for finding in now.findings}
    judged = {*now.checked, *(finding.code for finding in now.findings)}

    def of(found: Mapping[Key, Finding], wanted: Iterable[Key]) -> tuple[Finding, ...]:
        return tuple(found[key] for key in sorted(wanted))

    unseen = present.keys() - ever
    gone = stood.keys() - present.keys()
    return Comparison(
        tuple(sorted(dated)),
        of(present, (key for key in unseen if key[0] in judged_before)),
        of(present, (present.keys() & ever) - stood.keys()),
        of(present, present.keys() & stood.keys()),
        of(stood, (key for key in gone if key[0] in judged)),
        of(stood, (key for key in gone if key[0] not in judged)),
        of(present, (key for key in unseen if key[0] not in judged_before)),
        tuple(dated[day].name for day in sorted(dated)),
    )


# -- saved reports ------------------------------------------------------------------------------


def load_report(path: str | os.PathLike[str], *, limits: Limits = LIMITS) -> Saved:
    """Return the report that ``govtree check`` saved as JSON or as JSON lines.

    Keys that are not known are passed over, so that a later govtree may say more. Messages
    are put on one line, as all messages stand; subjects stay what they are.

    Args:
        path: The file.
        limits: How much is read at most.

    Raises:
        ConfigError: If it is not such a report, is damaged, or says one thing twice.
        FileError: If the file cannot be read.
    """
    shown = os.fspath(path)
    data = _bytes(shown, limits)
    with collector_paused():
        if _LINES.match(data[:1_000].decode("utf-8-sig", "replace")):
            return _from_lines(_json.read_lines(data, file=shown, limits=limits), shown)
        document = _json.read(data, file=shown, limits=limits)
        taker = Taker(document)
        head = taker.mapping(document.value, ())
        taker.refuse_other_files(head)
        taker.stop_at_faults()
        saved = _headed(taker, head)
        listed = taker.list_of(head, "findings", ())
        found = [taker.finding(each, ("findings", at)) for at, each in enumerate(listed)]
        checked = [
            taker.code(taker.mapping(each, ("checked", at)), ("checked", at))
            for at, each in enumerate(taker.list_of(head, "checked", ()))
        ]
        taker.stop_at_faults()
        taker.require_each_once([key_of(each) for each in found])
        return _whole(saved, found, checked, taker, head)


def _from_lines(documents: Iterator[_json.Document], file: str) -> Saved:
    first: tuple[Taker, Mapping[str, Any]] | None = None
    saved = Saved()
    found: list[Finding] = []
    checked: list[str] = []
    lines: dict[Key, int] = {}
    for document in documents:
        taker = Taker(document)
        values = taker.mapping(document.value, ())
        kind = taker.text(values, "type", ())
        if first is None and kind == "report":
            saved, first = _headed(taker, values), (taker, values)
        elif (first is None) or kind == "report":
            known = "report" if first is None else ", ".join(_TYPES)
            taker.say(("type",), "GT093", word=kind, known=known)
        elif kind == "finding":
            each = taker.finding(values, ())
            at = lines.setdefault(key_of(each), document.line)
            if at != document.line:
                taker.say((), "GT073", rule=each.code, subject=each.subject, first=at)
            found.append(each)
        elif kind == "checked":
            checked.append(taker.code(values, ()))
        elif kind and kind != "not_checked":
            taker.say(("type",), "GT093", word=kind, known=", ".join(_TYPES))
        taker.stop_at_faults()
    if first is None:
        raise ConfigError([problem("GT092", Location(file), what="the report", key="findings")])
    return _whole(saved, found, checked, *first)


def _headed(taker: Taker, head: Mapping[str, Any]) -> Saved:
    """Return what stands above the findings."""
    version = head.get("govtree_report", REPORT_VERSION)
    if version != REPORT_VERSION or isinstance(version, bool):
        taker.say(
            ("govtree_report",),
            "GT072",
            word=version,
            what="saved reports",
            known=REPORT_VERSION,
        )
    as_of = None if head.get("as_of") is None else taker.as_day(head["as_of"], ("as_of",))
    lang = taker.text(head, "lang", (), "en")
    return Saved(taker.text(head, "name", (), ""), as_of, lang=lang)


def _whole(
    saved: Saved,
    found: Sequence[Finding],
    checked: Sequence[str],
    taker: Taker,
    head: Mapping[str, Any],
) -> Saved:
    """Return the report, once it holds as many findings as it says."""
    counts = taker.mapping(taker.given(head, "counts", (), {}), ("counts",))
    said = {each: taker.whole(counts, each, ("counts",)) for each in SEVERITIES}
    taker.stop_at_faults()
    for severity, count in said.items():
        number = sum(each.severity == severity for each in found)
        if count != number:
            taker.say(("counts", severity), "GT074", what=severity, count=count, found=number)
    taker.stop_at_faults()
    return evolve(
        saved,
        findings=tuple(sorted(found, key=key_of)),
        checked=tuple(sorted({*checked, *(each.code for each in found)})),
    )


# -- a baseline ---------------------------------------------------------------------------------


@frozen
class Standing:
    """A finding as a baseline remembers it.

    Attributes:
        code: Code of its rule.
        subject: Id of the faulty unit.
        related: Ids of other units that have a part in it, sorted.
        present: Runs in which it was there, each range from its first day to its last, in
            order. A run that did not check its rule leaves it as it was.
    """

    code: str
    subject: str
    related: tuple[str, ...] = ()
    present: tuple[tuple[dt.date, dt.date], ...] = ()

    @property
    def fingerprint(self) -> str:
        """That of the finding."""
        return fingerprint_of(*self.key)

    @property
    def key(self) -> Key:
        """What tells it apart from others."""
        return self.code, self.subject, self.related


@frozen
class Baseline:
    """What is known of earlier runs, so that a new run can tell what nobody knew.

    Attributes:
        runs: Days of the runs, in order.
        standings: What was found in any of them, in order of code, subject and related ids.

    >>> from govtree import Grid, Hierarchy
    >>> from govtree.coverage import check
    >>> report = check(Hierarchy.from_records([Grid(id="N-1")], as_of=dt.date(2025, 6, 30)))
    >>> baseline = Baseline().updated(report)
    >>> [each.subject for each in report if baseline.known(each)]
    []
    """

    runs: tuple[dt.date, ...] = ()
    standings: tuple[Standing, ...] = ()

    def updated(self, report: Report | Saved) -> Baseline:
        """Return the baseline with one more run.

        A run of the same day as the last one stands in its place, so that a structure may be
        corrected and checked again.

        Args:
            report: What was found; its day has to be that of the last run, or a later one.

        Raises:
            OutOfRangeError: If there is no day, or it is before the last run.
        """
        saved = report if isinstance(report, Saved) else Saved.of(report)
        day = _required_day(saved)
        if self.runs and day < self.runs[-1]:
            raise OutOfRangeError(
                f"the report is of {day}, before the last run of the baseline, {self.runs[-1]}"
            )
        base = self._before(day)
        last = base.runs[-1] if base.runs else None
        present = {key_of(each) for each in saved.findings}
        judged = {*saved.checked, *(each.code for each in saved.findings)}
        kept = []
        for each in base.standings:
            stood = bool(each.present) and each.present[-1][1] == last
            is_there = each.key in present
            if stood and (is_there or each.code not in judged):
                each = evolve(each, present=(*each.present[:-1], (each.present[-1][0], day)))
            elif is_there:
                each = evolve(each, present=(*each.present, (day, day)))
            present.discard(each.key)
            kept.append(each)
        kept += [Standing(*key, ((day, day),)) for key in present]
        return Baseline((*base.runs, day), tuple(sorted(kept, key=lambda each: each.key)))

    def known(self, finding: Finding) -> bool:
        """Return whether the last run knew *finding*; one that was mended before is not known."""
        return key_of(finding) in self._standing

    def beyond(self, report: Report) -> Report:
        """Return the report of the findings that are not known."""
        parts = []
        for part in report.faults:
            keys = ((part.kind.code, id, related) for id, related, *_ in part.facts())
            rows = [at for at, key in enumerate(keys) if key not in self._standing]
            if rows:
                parts.append(part.take(np.array(rows)))
        return evolve(report, faults=tuple(parts), summaries=())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the baseline to a file, whole or not at all; equal ones give equal bytes.

        Raises:
            FileError: If it cannot be written.
        """
        save(path, self._chunks())

    @cached_property
    def _standing(self) -> frozenset[Key]:
        last = self.runs[-1] if self.runs else None
        return frozenset(
            each.key for each in self.standings if each.present and each.present[-1][1] == last
        )

    def _before(self, day: dt.date) -> Baseline:
        """Return the baseline without the run of *day*, if that is its last one."""
        if day not in self.runs:
            return self
        runs = self.runs[:-1]
        kept = []
        for each in self.standings:
            ranges = [
                (first, runs[-1] if last == day else last)
                for first, last in each.present
                if first != day
            ]
            if ranges:
                kept.append(evolve(each, present=tuple(ranges)))
        return Baseline(runs, tuple(kept))

    def _chunks(self) -> Iterator[bytes]:
        runs = _json.to_text([each.isoformat() for each in self.runs])
        # One finding a line: so a change of one is a change of one line.
        head = f'"govtree_baseline": {BASELINE_VERSION},\n"runs": {runs}'
        yield f'{{\n{head},\n"findings": ['.encode()
        for at, each in enumerate(self.standings):
            values = {
                "fingerprint": each.fingerprint,
                "code": each.code,
                "subject": each.subject,
                "related": each.related,
                "present": [[first.isoformat(), last.isoformat()] for first, last in each.present],
            }
            yield f"{',' if at else ''}\n{_json.to_text(values)}".encode()
        yield b"\n]\n}\n"


def load_baseline(path: str | os.PathLike[str], *, limits: Limits = LIMITS) -> Baseline:
    """Return the baseline that :meth:`Baseline.save` wrote.

    Raises:
        ConfigError: If it is no baseline, is damaged, or says one thing twice.
        FileError: If the file cannot be read.
    """
    shown = os.fspath(path)
    with collector_paused():
        document = _json.read(_bytes(shown, limits), file=shown, limits=limits)
        taker = Taker(document)
        head = taker.mapping(document.value, ())
        taker.stop_at_faults()
        version = head.get("govtree_baseline")
        if version is None:
            taker.say((), "GT092", what="the baseline", key="govtree_baseline")
        elif version != BASELINE_VERSION or isinstance(version, bool):
            told = {"word": version, "what": "baselines", "known": BASELINE_VERSION}
            taker.say(("govtree_baseline",), "GT072", **told)
        runs = [
            taker.as_day(each, ("runs", at))
            for at, each in enumerate(taker.list_of(head, "runs", ()))
        ]
        taker.require_order(runs, ("runs",))
        listed = taker.list_of(head, "findings", ())
        found = [
            _standing(taker, each, ("findings", at), set(runs)) for at, each in enumerate(listed)
        ]
        taker.stop_at_faults()
        taker.require_each_once([each.key for each in found])
        taker.stop_at_faults()
        return Baseline(tuple(runs), tuple(sorted(found, key=lambda each: each.key)))


def _standing(taker: Taker, value: Any, path: Path, runs: set[dt.date]) -> Standing:
    """Return one finding of a baseline."""
    values = taker.mapping(value, path)
    ranges: list[tuple[dt.date, dt.date]] = []
    for at, each in enumerate(taker.list_of(values, "present", path)):
        here = (*path, "present", at)
        if not isinstance(each, list) or len(each) != 2:
            taker.say_unfit(here, "a first and a last day", each)
            continue
        first, last = (taker.as_day(day, (*here, side)) for side, day in enumerate(each))
        for side, day in enumerate((first, last)):
            if day not in runs:
                taker.say((*here, side), "GT075", cell=day)
        if first > last or (ranges and first <= ranges[-1][1]):
            taker.say(here, "GT075", cell=first)
        ranges.append((first, last))
    related = tuple(sorted(set(taker.texts(values, "related", path))))
    subject = taker.text(values, "subject", path)
    return Standing(taker.code(values, path), subject, related, tuple(ranges))


def _bytes(shown: str, limits: Limits) -> bytes:
    folder, name = os.path.split(shown)
    reader = Folder(folder, limits=limits)
    return reader.read_bytes(name, limit=limits.report_bytes, where=Location(shown))


def _required_day(saved: Saved) -> dt.date:
    day = saved.as_of
    if day is None:
        called = f" of {saved.name}" if saved.name else ""
        raise OutOfRangeError(
            one_line(f"a report{called} has no day; give its structure an 'as_of'")
        )
    return day
