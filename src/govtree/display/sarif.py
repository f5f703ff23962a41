"""A report as SARIF 2.1.0, which sites that keep code show beside the lines of a file.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, errata 01; the
limits are those of GitHub's documentation of SARIF support.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import numpy as np
from attrs import asdict, evolve, field, frozen

from govtree import __version__
from govtree._faults import Faults
from govtree._markup import one_line, sarif_text
from govtree._messages import has_places, say
from govtree.display._terms import Terms
from govtree.errors import Location
from govtree.findings import SEVERITIES, Finding, Kind, Report
from govtree.rules import Rule
from govtree.units import SHIPPED_LEVELS, Level

__all__ = ["MOST_OF_A_RULE", "MOST_RESULTS", "sarif"]

#: Results of a run that GitHub takes; of more it takes none.
MOST_RESULTS = 25_000

#: Findings of a rule that are results of their own; above that they are told by branch.
MOST_OF_A_RULE = 5_000

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"


def sarif(
    report: Report,
    *,
    rules: Iterable[Rule] = (),
    levels: Sequence[Level] = SHIPPED_LEVELS,
    folder: str | os.PathLike[str] = "",
    file: str = "",
    lang: str = "en",
    most: int = MOST_RESULTS,
    most_of_a_rule: int = MOST_OF_A_RULE,
) -> dict[str, Any]:
    """Return a report as the plain values of a SARIF log.

    Each finding is one result. Of a rule that found more than *most_of_a_rule*, and of the
    rules that found most where the run would have more than *most*, there is one result for
    each branch, or one for all of its findings; it says their exact number. The properties of
    the run have all numbers.

    Args:
        report: The report.
        rules: Records of the rules that ran; those that the report does not name are left out.
        levels: The levels of the structure; their labels are shown.
        folder: Paths below it are written as relative to it, as a site needs them.
        file: Where findings are shown that stand in no file, such as the structure file.
        lang: Language of messages and labels.
        most: Results at most.
        most_of_a_rule: Results of a rule at most.

    >>> from govtree import Branch, Grid, Hierarchy
    >>> from govtree.coverage import check
    >>> h = Hierarchy.from_records([
    ...     Grid(id="N-1"), Grid(id="N-2"), Branch(id="B-1", covers=["N-1"]),
    ... ])
    >>> run = sarif(check(h))["runs"][0]
    >>> run["results"][0]["message"]["text"]
    "grid 'N-2' is covered by no branch; add it to the 'covers' of a branch"
    """
    look = _Look(Terms(levels, lang), os.fspath(folder), file)
    known = {rule.code: rule for rule in rules}
    kinds = {part.kind.code: part.kind for part in report.faults}
    slugs = {each.code: each.slug for each in report.checked}
    named = {each.code for each in report.not_checked} & known.keys()
    codes = sorted(kinds.keys() | slugs.keys() | named)
    look = evolve(look, index={code: at for at, code in enumerate(codes)})
    parts = _fitting(report.faults, most, most_of_a_rule)
    results = [result for groups in parts for result in _results(groups, look)]
    summed = {
        groups.faults.kind.code: len(groups.faults) for groups in parts if groups.rows is not None
    }
    counts = report.counts()
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "govtree",
                "version": __version__,
                "rules": [
                    _descriptor(code, known.get(code), kinds.get(code), slugs.get(code, ""), lang)
                    for code in codes
                ],
            }
        },
        "language": "zh" if lang[:2].lower() == "zh" else "en",
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    _notification(each.code, each.told(lang), look) for each in report.not_checked
                ],
            }
        ],
        "results": results,
        "properties": {
            "ok": report.ok,
            "as_of": None if report.as_of is None else report.as_of.isoformat(),
            "completeness": None if report.completeness is None else asdict(report.completeness),
            "counts": {name: getattr(counts, name) for name in SEVERITIES},
            "counts_by_code": dict(counts.by_code),
            "told_together": summed,
            "unknown": {each.code: each.unknown for each in report.checked if each.unknown},
            "waived": {each.code: each.waived for each in report.checked if each.waived},
            "not_collected": {
                each.code: each.not_collected for each in report.checked if each.not_collected
            },
        },
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


@frozen
class _Look:
    """How findings are told."""

    terms: Terms
    folder: str
    file: str
    index: Mapping[str, int] = field(factory=dict)


@frozen(eq=False)
class _Groups:
    """Findings of a rule, and which of them are told together.

    Attributes:
        faults: All of them.
        rows: Rows of each group, None where each finding is told by itself.
        branches: Id of the branch of each group; None for none, or for all.
    """

    faults: Faults
    rows: tuple[Any, ...] | None = None
    branches: tuple[str | None, ...] = ()

    def __len__(self) -> int:
        return len(self.faults) if self.rows is None else len(self.rows)


def _fitting(faults: Sequence[Faults], most: int, most_of_a_rule: int) -> list[_Groups]:
    """Return the findings of each rule, told together where there would be too many results."""
    parts = [_Groups(each) for each in faults]
    for at, part in enumerate(parts):
        if len(part) > most_of_a_rule:
            parts[at] = _by_branch(part.faults)
            if len(parts[at]) > most_of_a_rule:
                parts[at] = _all_in_one(part.faults)
    for narrower in (_by_branch, _all_in_one):
        # Those with the most results first; of equal ones the first code.
        for at in sorted(range(len(parts)), key=lambda at: (-len(parts[at]), at)):
            if sum(map(len, parts)) <= most:
                break
            parts[at] = narrower(parts[at].faults)
    return parts


def _by_branch(faults: Faults) -> _Groups:
    """Return the findings of a rule in groups, one a branch in order of its id, the rest last."""
    codes = faults.placed("branch")
    if faults.kind.subject == "branch":
        return _all_in_one(faults)
    rows: dict[str, list[int]] = {}
    nowhere: list[int] = []
    for at, code in enumerate(codes.tolist()):
        (rows.setdefault(str(faults.units[code]), []) if code >= 0 else nowhere).append(at)
    named: list[tuple[str | None, list[int]]] = [(id, rows[id]) for id in sorted(rows)]
    if nowhere:
        named.append((None, nowhere))
    return _Groups(faults, tuple(at for _, at in named), tuple(id for id, _ in named))


def _all_in_one(faults: Faults) -> _Groups:
    return _Groups(faults, (range(len(faults)),), (None,))


def _results(groups: _Groups, look: _Look) -> Iterable[dict[str, Any]]:
    faults, lang = groups.faults, look.terms.lang
    if groups.rows is None:
        for at in range(len(faults)):
            finding = faults.finding(at, lang)
            yield _result(finding, look.terms.finding(finding), look)
        return
    for rows, branch in zip(groups.rows, groups.branches, strict=True):
        first = faults.finding(rows[0], lang)
        gravest = SEVERITIES[int(faults.severities[np.asarray(rows)].min())]
        template = "{number} findings of this rule; the first: {first}"
        if branch is not None:
            template = "{number} findings of this rule at {branch}; the first: {first}"
        called = f"{look.terms.called('branch')} '{one_line(branch or '')}'"
        text = say(template, lang, number=len(rows), branch=called, first=look.terms.finding(first))
        result = _result(evolve(first, severity=gravest), text, look)
        mark = hashlib.blake2b(f"{first.code}\0{branch or ''}".encode("utf-8", "surrogatepass"))
        yield result | {
            "occurrenceCount": len(rows),
            "partialFingerprints": {"govtree-together/v1": mark.hexdigest()[:32]},
        }


def _result(finding: Finding, text: str, look: _Look) -> dict[str, Any]:
    return {
        "ruleId": finding.code,
        "ruleIndex": look.index[finding.code],
        "level": finding.severity,
        "message": {"text": sarif_text(text)},
        "locations": [_location(finding, look)],
        "partialFingerprints": {"govtree/v1": finding.fingerprint},
    }


def _location(finding: Finding, look: _Look) -> dict[str, Any]:
    location: dict[str, Any] = {}
    where = finding.where if finding.where.file else Location(look.file)
    if where.file:
        physical: dict[str, Any] = {"artifactLocation": _artifact(where.file, look.folder)}
        if where.line:
            physical["region"] = {"startLine": where.line}
            if where.column:
                physical["region"]["startColumn"] = where.column
        location["physicalLocation"] = physical
        if where.row and not where.line:
            # A row may take several lines, so that its number is none of a line.
            location["message"] = {"text": f"row {where.row}"}
            location["properties"] = {"row": where.row}
    steps = " > ".join((*finding.path, finding.subject))
    location["logicalLocations"] = [
        {
            "name": one_line(finding.subject),
            "fullyQualifiedName": one_line(steps),
            "kind": one_line(finding.level),
        }
    ]
    return location


def _artifact(file: str, folder: str) -> dict[str, str]:
    """Return where a file is, as a reference that begins at the root of what is checked."""
    path = PurePath(file)
    if folder and path.is_relative_to(folder):
        path = path.relative_to(folder)
    if path.is_absolute():
        return {"uri": "file://" + _quoted("/" + path.as_posix().lstrip("/"))}
    return {"uri": _quoted(path.as_posix()), "uriBaseId": _ROOT}


def _quoted(path: str) -> str:
    try:
        # A name need be no text: its bytes are written as they are.
        named = os.fsencode(path)
    except UnicodeEncodeError:
        named = path.encode("utf-8", "replace")
    # A colon in the first step would look like the scheme of an address.
    return quote(named, safe="/")


def _descriptor(
    code: str, rule: Rule | None, kind: Kind | None, slug: str, lang: str
) -> dict[str, Any]:
    """Return what a log says about a rule."""
    if rule is None:
        name = kind.slug if kind is not None else slug
        return {"id": code, "name": one_line(name or code)}
    why, hint = rule.text("why", lang), rule.text("hint", lang)
    # Of the rule as such nobody can say what stands in the places of its hint.
    if hint and not has_places(hint):
        hint = _begun(hint)
        text = say("{why} {hint}. Source: {source}", lang, why=why, hint=hint, source=rule.source)
    else:
        text = say("{why} Source: {source}", lang, why=why, source=rule.source)
    return {
        "id": code,
        "name": one_line(rule.slug),
        "shortDescription": {"text": sarif_text(_begun(rule.slug.replace("-", " ")))},
        "fullDescription": {"text": sarif_text(why)},
        "help": {"text": sarif_text(text)},
        "defaultConfiguration": {"level": rule.severity, "enabled": not rule.off},
        "properties": {"subject": rule.subject},
    }


def _begun(sentence: str) -> str:
    """Return a sentence as it begins where nothing stands before it."""
    return sentence[:1].upper() + sentence[1:]


def _notification(code: str, reason: str, look: _Look) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": code}
    if code in look.index:
        rule["index"] = look.index[code]
    text = f"{code}: {look.terms.say('not checked')}: {reason}"
    return {"level": "note", "message": {"text": sarif_text(text)}, "associatedRule": rule}
