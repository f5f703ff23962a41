"""Reports and problems as text for people.

Everything that users named is escaped on its way here, counting is exact, and only printing is
capped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from attrs import frozen

from govtree import _markup
from govtree._messages import say
from govtree.display._by_unit import by_unit, completeness_line
from govtree.display._terminal import Ink
from govtree.display._terms import DOT, Terms, counted, folded, in_total
from govtree.errors import Location, Problem
from govtree.findings import SEVERITIES, Finding, Report
from govtree.rules._declared import HOW, Figures, Stated
from govtree.units import SHIPPED_LEVELS, Level

__all__ = ["MOST", "figures_lines", "problems_text", "report_text"]

#: Findings of a rule, and problems of a code, that are printed; the rest is counted.
MOST = 20

Quote = Callable[[Location], str]


def report_text(
    report: Report,
    *,
    title: str = "",
    levels: Sequence[Level] = SHIPPED_LEVELS,
    quote: Quote | None = None,
    color: bool = False,
    lang: str = "en",
    most: int | None = None,
    known: Mapping[str, int] | None = None,
) -> str:
    """Return a report as text: findings by unit, then exact totals and what was not checked.

    Args:
        report: The report.
        title: First line, such as the name of the structure and its day.
        levels: The levels of the structure; their labels are shown.
        quote: Returns the source line of a place, or an empty text; lines are shown with it.
        color: Whether severities are colored.
        lang: Language of messages and labels.
        most: Findings of a rule that are shown; the rest is counted. None shows
            :data:`MOST` of them, and 0 totals only.
        known: How many findings of each rule, by its code, a baseline knew; they are left out.

    >>> from govtree import Branch, Grid, Hierarchy
    >>> from govtree.coverage import check
    >>> h = Hierarchy.from_records([
    ...     Grid(id="N-1"), Grid(id="N-2"), Branch(id="B-1", covers=["N-1"]),
    ... ])
    >>> print(report_text(check(h)))  # doctest: +ELLIPSIS
    not in any community
      error[GT210]: grid 'N-2' is covered by no branch; add it to the 'covers' of a branch
        grid[1]
    <BLANKLINE>
    1 finding: 1 error, 0 warnings, 0 notes
      error  GT210  grid-without-branch      1  of 2
      ok     GT211  grid-with-two-branches   0  of 2
      ok     GT212  branch-covering-nothing  0  of 1
    ...
    """
    ink = Ink(color)
    blocks = [[ink.on(_markup.one_line(title), "bold")]] if title else []
    look = _Look(ink, Terms(levels, lang), levels, quote, MOST if most is None else most, known)
    if look.most:
        blocks += _findings(report, look)
    blocks.append(_totals(report, look))
    last = (_incomplete(report, look), _not_known(report, look), _not_checked(report, look))
    blocks += [block for block in last if block]
    return "\n\n".join("\n".join(block) for block in blocks)


def figures_lines(report: Report, *, lang: str = "en") -> list[str]:
    r"""Return lines about the declared figures that the structure has; none where none agrees.

    >>> from govtree.config import load_text
    >>> from govtree.coverage import check
    >>> structure = load_text("grids: [{id: N-1}, {id: N-2}]\ndeclared: {grids: 2}")
    >>> figures_lines(check(structure.hierarchy))
    ['declared and found: grids 2']
    """
    said = Terms((), lang).say
    told = [
        f"{_markup.short(each.called.said(lang))} {_figure(each, lang)}"
        for part in report.summaries
        if isinstance(part, Figures)
        for each in part.stated
        if not each.reason and each.verdict()
    ]
    return folded(said("declared and found: {figures}", figures=DOT.join(told))) if told else []


def _figure(stated: Stated, lang: str) -> str:
    how = HOW.get(stated.declared.how, "")
    found = f"{stated.found:,.10g}"
    if not how:
        return found
    return f"{found} ({say(how, lang)}{stated.declared.value:,.10g})"


def problems_text(
    problems: Iterable[Problem], *, color: bool = False, lang: str = "en", most: int = MOST
) -> str:
    """Return problems as text, each with the line of the source and a caret.

    Args:
        problems: In the order in which they are shown.
        color: Whether severities are colored.
        lang: Language of messages.
        most: Problems of a code that are shown; the rest is counted.
    """
    ink = Ink(color)
    given = list(problems)
    lines = []
    shown: dict[str, int] = {}
    for each in given:
        shown[each.code] = shown.get(each.code, 0) + 1
        if shown[each.code] <= most:
            label = f"{each.severity}[{each.code}]"
            lines.append(each.render(lang).replace(label, ink.severity(label, each.severity), 1))
    lines += [
        say(
            "... and {problems} of {code}",
            lang,
            problems=counted(number - most, "more problem", lang),
            code=code,
        )
        for code, number in shown.items()
        if number > most
    ]
    errors = sum(each.severity == "error" for each in given)
    warnings = len(given) - errors
    told = [each for each in ((errors, "error"), (warnings, "warning")) if each[0]]
    return "\n".join([*lines, in_total(told, lang) if told else ""])


@frozen
class _Look:
    """How findings are shown."""

    ink: Ink
    terms: Terms
    levels: Sequence[Level]
    quote: Quote | None
    most: int
    known: Mapping[str, int] | None

    @property
    def lang(self) -> str:
        """Language of messages and labels."""
        return self.terms.lang


def _findings(report: Report, look: _Look) -> list[list[str]]:
    """Return a block of lines for each unit that has findings, in order of the units."""
    most = {part.kind.code: look.most for part in report.faults}
    return [
        [look.ink.on(head, "bold"), *(line for each in findings for line in _lines(each, look))]
        for head, findings in by_unit(report, look.levels, look.terms, most)
    ]


def _lines(finding: Finding, look: _Look) -> list[str]:
    label = look.ink.severity(f"{finding.severity}[{finding.code}]", finding.severity)
    lines = [f"  {label}: {look.terms.finding(finding)}"]
    if str(finding.where):
        lines.append(f"    {finding.where}")
    quoted = look.quote(finding.where) if look.quote is not None and finding.where.line else ""
    if quoted:
        caret = _markup.caret(quoted, finding.where.line, finding.where.column)
        lines += [f"    {line}" for line in caret.splitlines()]
    return lines


def _totals(report: Report, look: _Look) -> list[str]:
    """Return the exact totals, and below them what each rule looked at and found."""
    rows = []
    found = {part.kind.code: part for part in report.faults}
    for each in report.checked:
        part = found.get(each.code)
        of = look.terms.say("of {number}", number=each.subjects)
        known = (look.known or {}).get(each.code, 0)
        if known:
            told = look.terms.say("known from the baseline: {number}", number=known)
            of = look.terms.say("{text}; {hint}", text=of, hint=told)
        if part is None:
            standing = "partly" if report.is_partly_judged(each.code) else "ok"
            rows.append(["known" if known else standing, each.code, each.slug, "0", of])
            continue
        for severity, number in zip(SEVERITIES, part.counts(), strict=True):
            if number:
                rows.append([severity, each.code, each.slug, f"{number:,}", of])
    colored = [
        "  " + look.ink.severity(row[0], row[0]) + line[len(row[0]) :]
        for row, line in zip(rows, _markup.table(rows, right=[3]), strict=True)
    ]
    hidden = _hidden({part.kind.code: len(part) for part in report.faults}, look)
    return [_total(report, look), *colored, *hidden]


def _total(report: Report, look: _Look) -> str:
    """Return how many findings there are, and how many a baseline knew."""
    counts = report.counts()
    known = sum((look.known or {}).values())
    if counts.total:
        findings = counted(counts.total, "finding", look.lang)
        told = in_total([(getattr(counts, name), name) for name in SEVERITIES], look.lang)
        head = look.terms.say("{findings}: {counts}", findings=findings, counts=told)
    else:
        rules = counted(len(report.checked), "rule", look.lang)
        template = "no new findings; {rules} checked" if known else "no findings; {rules} checked"
        head = look.terms.say(template, rules=rules)
    if not known:
        return head
    told = look.terms.say("known from the baseline: {number}", number=known)
    return look.terms.say("{text}; {hint}", text=head, hint=told)


def _incomplete(report: Report, look: _Look) -> list[str]:
    """Return how much has been collected, and how many units were left out for that."""
    if report.completeness is None:
        return []
    head = completeness_line(report, look.terms)
    rows = [
        (each.code, each.slug, look.terms.say("{number} not collected", number=each.not_collected))
        for each in report.checked
        if each.not_collected
    ]
    return [head, *(f"  {line}" for line in _markup.table(rows))] if rows else [head]


def _not_known(report: Report, look: _Look) -> list[str]:
    """Return how many units could not be judged, and how many findings were set aside."""
    lines = [
        f"  {each.code}  {each.slug}: "
        + look.terms.say(
            "not known of {unknown} of {number}", unknown=each.unknown, number=each.subjects
        )
        for each in report.checked
        if each.unknown
    ]
    waived = [
        f"  {each.code}  {each.slug}: {each.waived:,}" for each in report.checked if each.waived
    ]
    head = look.terms.say("could not be judged, because cells are not known")
    return [
        *([head, *lines] if lines else []),
        *([look.terms.say("waived"), *waived] if waived else []),
    ]


def _not_checked(report: Report, look: _Look) -> list[str]:
    """Return each reason with the rules that it keeps from being checked."""
    by_reason: dict[str, list[str]] = {}
    for each in report.not_checked:
        codes = by_reason.setdefault(_markup.short(each.told(look.lang)), [])
        if each.code not in codes:
            codes.append(each.code)
    if not by_reason:
        return []
    most = look.most or MOST
    rows = sorted((", ".join(codes), reason) for reason, codes in by_reason.items())
    told = [
        look.terms.say("{words}: {reason}", words=reason, reason=codes)
        for codes, reason in rows[:most]
    ]
    lines = [look.ink.on(f"  {line}", "dim") for line in told]
    if len(rows) > most:
        lines.append("  " + look.terms.say("... and {number} more", number=len(rows) - most))
    return [look.terms.say("not checked"), *lines]


def _hidden(counts: Mapping[str, int], look: _Look) -> list[str]:
    """Return a line for each code of which there is more than is shown, where any is."""
    if not look.most:
        return []
    return [
        "  "
        + look.terms.say(
            "... {code}: the first {shown} are shown, {more} more are not",
            code=code,
            shown=look.most,
            more=count - look.most,
        )
        for code, count in counts.items()
        if count > look.most
    ]
