"""A report as Markdown, for a pull request or a wiki."""

from __future__ import annotations

from collections.abc import Sequence

from govtree._markup import markdown, short
from govtree.display._by_unit import by_unit, completeness_line
from govtree.display._terms import Terms, counted, in_total
from govtree.findings import SEVERITIES, Finding, Report
from govtree.units import SHIPPED_LEVELS, Level

__all__ = ["MOST", "MOST_IN_ALL", "report_markdown"]

#: Findings of a rule that are shown at most, and those of all rules; the rest is counted. A
#: comment on GitHub holds 65,536 characters.
MOST = 20
MOST_IN_ALL = 150


def report_markdown(
    report: Report,
    *,
    name: str = "",
    levels: Sequence[Level] = SHIPPED_LEVELS,
    lang: str = "en",
    most: int = MOST,
    most_in_all: int = MOST_IN_ALL,
) -> str:
    """Return a report as Markdown: exact totals, findings by unit, and what was not checked.

    Args:
        report: The report.
        name: Name of the structure.
        levels: The levels of the structure; their labels are shown.
        lang: Language of messages and labels.
        most: Findings of a rule that are shown; the rest is counted.
        most_in_all: Findings that are shown, but at least one of each rule.

    >>> from govtree import Branch, Grid, Hierarchy
    >>> from govtree.coverage import check
    >>> h = Hierarchy.from_records([
    ...     Grid(id="N-1"), Grid(id="N-2"), Branch(id="B-1", covers=["N-1"]),
    ... ])
    >>> print(report_markdown(check(h), name="Two grids"))
    # Two grids
    <BLANKLINE>
    1 finding: 1 error, 0 warnings, 0 notes
    <BLANKLINE>
    | | code | rule | found | of |
    |---|---|---|---:|---:|
    | error | GT210 | grid-without-branch | 1 | 2 |
    | ok | GT211 | grid-with-two-branches | 0 | 2 |
    ...
    ## not in any community
    <BLANKLINE>
    - **error GT210** grid 'N-2' is covered by no branch; add it to the 'covers' of a branch...
    """
    terms = Terms(levels, lang)
    shown = _shown(report, most, most_in_all)
    day = report.as_of
    blocks = [f"# {markdown(short(name) or terms.say('report'))}"]
    blocks += [terms.say("as of {day}", day=day.isoformat())] if day is not None else []
    blocks += [_totals(report, terms)]
    blocks += [completeness_line(report, terms)] if report.completeness is not None else []
    blocks += [block for block in (_table(report, terms), _set_aside(report, terms)) if block]
    for heading, findings in by_unit(report, levels, terms, shown):
        blocks += [f"## {markdown(heading)}"]
        blocks += ["\n".join(_line(each, terms) for each in findings)]
    blocks += [block for block in (_rest(report, shown, terms),) if block]
    if report.not_checked:
        blocks += [f"## {terms.say('not checked')}", _not_checked(report, most, terms)]
    return "\n\n".join(blocks) + "\n"


def _shown(report: Report, most: int, most_in_all: int) -> dict[str, int]:
    """Return how many findings of each rule are shown."""
    found = {part.kind.code: len(part) for part in report.faults}
    while most > 1 and sum(min(number, most) for number in found.values()) > most_in_all:
        most -= 1
    return {code: min(number, most) for code, number in found.items()}


def _totals(report: Report, terms: Terms) -> str:
    counts = report.counts()
    if not counts.total:
        rules = counted(len(report.checked), "rule", terms.lang)
        return terms.say("no findings; {rules} checked", rules=rules)
    findings = counted(counts.total, "finding", terms.lang)
    each = in_total([(getattr(counts, name), name) for name in SEVERITIES], terms.lang)
    return terms.say("{findings}: {counts}", findings=findings, counts=each)


def _table(report: Report, terms: Terms) -> str:
    """Return what each rule looked at and found."""
    found = {part.kind.code: part for part in report.faults}
    rows = []
    for each in report.checked:
        part = found.get(each.code)
        numbers = [0] * len(SEVERITIES) if part is None else part.counts()
        standing = "partly" if report.is_partly_judged(each.code) else "ok"
        told: list[tuple[str, int]] = [
            (name, number) for name, number in zip(SEVERITIES, numbers, strict=True) if number
        ]
        rows += [
            (severity, each.code, each.slug, f"{number:,}", f"{each.subjects:,}")
            for severity, number in told or [(standing, 0)]
        ]
    if not rows:
        return ""
    head = ("", *(terms.say(each) for each in ("code", "rule", "found", "of")))
    lines = ["| " + " | ".join(markdown(short(cell)) for cell in row) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(head).strip() + " |", "|---|---|---|---:|---:|", *lines])


def _set_aside(report: Report, terms: Terms) -> str:
    """Return how many units could not be judged, and how many findings were set aside."""
    lines = [
        f"- {_rule(each.code, each.slug)}: "
        + terms.say(
            "not known of {unknown} of {number}", unknown=each.unknown, number=each.subjects
        )
        for each in report.checked
        if each.unknown
    ]
    waived = [
        f"- {_rule(each.code, each.slug)}: {terms.say('waived')} {each.waived:,}"
        for each in report.checked
        if each.waived
    ]
    return "\n".join(lines + waived)


def _line(finding: Finding, terms: Terms) -> str:
    place = f" ({finding.where})" if str(finding.where) else ""
    text = markdown(f"{terms.finding(finding)}{place}")
    return f"- **{finding.severity} {markdown(finding.code)}** {text}"


def _rest(report: Report, shown: dict[str, int], terms: Terms) -> str:
    """Return a line for each rule of which there is more than is shown."""
    lines = [
        "- "
        + markdown(
            terms.say(
                "... {code}: the first {shown} are shown, {more} more are not",
                code=part.kind.code,
                shown=shown[part.kind.code],
                more=len(part) - shown[part.kind.code],
            )
        )
        for part in report.faults
        if len(part) > shown[part.kind.code]
    ]
    return "\n".join(lines)


def _not_checked(report: Report, most: int, terms: Terms) -> str:
    by_code: dict[str, list[str]] = {}
    for each in report.not_checked:
        by_code.setdefault(each.code, []).append(each.told(terms.lang))
    lines = []
    for code, reasons in by_code.items():
        lines += [f"- {markdown(code)}: {markdown(short(reason))}" for reason in reasons[:most]]
        if len(reasons) > most:
            more = terms.say(
                "... {code}: the first {shown} are shown, {more} more are not",
                code=code,
                shown=most,
                more=len(reasons) - most,
            )
            lines.append(f"- {markdown(more)}")
    return "\n".join(lines)


def _rule(code: str, slug: str) -> str:
    return markdown(short(f"{code} {slug}"))
