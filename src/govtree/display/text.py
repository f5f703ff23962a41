"""Reports and problems as text for people.

Everything that users named is escaped on its way here, counting is exact, and only printing is
capped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from attrs import frozen

from govtree import _markup
from govtree._faults import Faults
from govtree.display._terminal import Ink, counted, table
from govtree.errors import Location, Problem
from govtree.findings import DECLARED, SEVERITIES, Finding, Report
from govtree.units import SHIPPED_LEVELS, Level

__all__ = ["MOST", "problems_text", "report_text"]

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
    most: int = MOST,
) -> str:
    """Return a report as text: findings by unit, then exact totals and what was not checked.

    Args:
        report: The report.
        title: First line, such as the name of the structure and its day.
        levels: The levels of the structure; their labels are shown.
        quote: Returns the source line of a place, or an empty text; lines are shown with it.
        color: Whether severities are colored.
        lang: Language of messages and labels.
        most: Findings of a rule that are shown; the rest is counted.

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
    blocks += _findings(report, _Look(ink, levels, quote, lang, most))
    blocks.append(_totals(report, ink, most))
    blocks += [block for block in (_not_known(report), _not_checked(report, ink)) if block]
    return "\n\n".join("\n".join(block) for block in blocks)


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
        f"... and {counted(number - most, 'more problem')} of {code}"
        for code, number in shown.items()
        if number > most
    ]
    errors = sum(each.severity == "error" for each in given)
    warnings = len(given) - errors
    told = [counted(errors, "error")] * (errors > 0) + [counted(warnings, "warning")] * (
        warnings > 0
    )
    return "\n".join([*lines, ", ".join(told)])


@frozen
class _Look:
    """How findings are shown."""

    ink: Ink
    levels: Sequence[Level]
    quote: Quote | None
    lang: str
    most: int

    def called(self, name: str) -> str:
        """Return the label of a level, or the name of another table in words."""
        level = next((each for each in self.levels if each.table == name), None)
        return level.text(self.lang) if level else name.replace("_", "-")


#: Units above a finding, by table and id, from the top down.
Above = tuple[tuple[str, str], ...]


def _findings(report: Report, look: _Look) -> list[list[str]]:
    """Return a block of lines for each unit that has findings, in order of the units."""
    upper = [level.table for level in look.levels if level.role != "household"]
    by_unit: dict[Above, list[Finding]] = {}
    figures: list[Finding] = []
    for part in report.faults:
        first = part.take(np.arange(min(len(part), look.most)))
        for at, units in enumerate(_units_above(first, upper)):
            is_figure = part.kind.subject == DECLARED
            group = figures if is_figure else by_unit.setdefault(units, [])
            group.append(first.finding(at, look.lang))
    groups = [(_head(units, look), by_unit[units]) for units in sorted(by_unit, key=_in_order)]
    groups += [("declared figures", figures)] if figures else []
    return [
        [look.ink.on(head, "bold"), *(line for each in findings for line in _lines(each, look))]
        for head, findings in groups
    ]


def _in_order(units: Above) -> tuple[object, ...]:
    # Tables of one step differ in name only, and what stands nowhere comes last.
    return not units, [id for _, id in units]


def _head(units: Above, look: _Look) -> str:
    if units:
        return " > ".join(f"{look.called(table)} {_markup.short(id)}" for table, id in units)
    top = next((each for each in look.levels if each.role == "community"), look.levels[0])
    return f"not in any {look.called(top.table)}"


def _units_above(part: Faults, tables: Sequence[str]) -> list[Above]:
    """Return for each fault the units of the chain above it, from the top down."""
    answer: list[list[tuple[str, str]]] = [[] for _ in range(len(part))]
    for name in tables:
        if name == part.kind.subject:
            break
        for at, code in enumerate(part.placed(name).tolist()):
            if code >= 0:
                answer[at].append((name, str(part.units[code])))
    return [tuple(each) for each in answer]


def _lines(finding: Finding, look: _Look) -> list[str]:
    label = look.ink.severity(f"{finding.severity}[{finding.code}]", finding.severity)
    subject = f"'{_markup.short(finding.subject)}'"
    if finding.level != DECLARED:
        subject = f"{look.called(finding.level)} {subject}"
    hint = f"; {finding.hint}" if finding.hint else ""
    lines = [f"  {label}: {subject} {finding.message}{hint}"]
    if str(finding.where):
        lines.append(f"    {finding.where}")
    quoted = look.quote(finding.where) if look.quote is not None and finding.where.line else ""
    if quoted:
        caret = _markup.caret(quoted, finding.where.line, finding.where.column)
        lines += [f"    {line}" for line in caret.splitlines()]
    return lines


def _totals(report: Report, ink: Ink, most: int) -> list[str]:
    """Return the exact totals, and below them what each rule looked at and found."""
    counts = report.counts()
    if counts.total:
        each_severity = ", ".join(counted(getattr(counts, name), name) for name in SEVERITIES)
        head = f"{counted(counts.total, 'finding')}: {each_severity}"
    else:
        head = f"no findings; {counted(len(report.checked), 'rule')} checked"
    rows = []
    found = {part.kind.code: part for part in report.faults}
    for each in report.checked:
        part = found.get(each.code)
        if part is None:
            rows.append(["ok", each.code, each.slug, "0", f"of {each.subjects:,}"])
            continue
        for severity, number in zip(SEVERITIES, part.counts(), strict=True):
            if number:
                told = [f"{number:,}", f"of {each.subjects:,}"]
                rows.append([severity, each.code, each.slug, *told])
    colored = [
        "  " + ink.severity(row[0], row[0]) + line[len(row[0]) :]
        for row, line in zip(rows, table(rows, right=[3]), strict=True)
    ]
    hidden = [
        f"  ... {part.kind.code}: the first {most} are shown, {len(part) - most:,} more are not"
        for part in report.faults
        if len(part) > most
    ]
    return [head, *colored, *hidden]


def _not_known(report: Report) -> list[str]:
    """Return how many units could not be judged, and how many findings were set aside."""
    lines = [
        f"  {each.code}  {each.slug}: not known of {each.unknown:,} of {each.subjects:,}"
        for each in report.checked
        if each.unknown
    ]
    waived = [
        f"  {each.code}  {each.slug}: {each.waived:,}" for each in report.checked if each.waived
    ]
    return [
        *(["could not be judged, because cells are not known", *lines] if lines else []),
        *(["waived", *waived] if waived else []),
    ]


def _not_checked(report: Report, ink: Ink) -> list[str]:
    lines = [f"  {code}  {_markup.short(reason)}" for code, reason in report.not_checked]
    return ["not checked", *(ink.on(line, "dim") for line in lines)] if lines else []
