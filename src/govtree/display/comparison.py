"""What became of findings from one report to the next, as text for people."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from govtree import _markup
from govtree.display._terminal import Ink
from govtree.display._terms import DOT, Terms, counted
from govtree.findings import Finding
from govtree.history import Comparison
from govtree.units import SHIPPED_LEVELS, Level

__all__ = ["MOST", "comparison_text"]

#: Findings of a group that are printed; the rest is counted.
MOST = 20

#: What is shown of a comparison, in this order, and what stands above it.
_HEADS = {
    "new": "new",
    "relapsed": "relapsed: mended before, and there again",
    "first_judged": "first judged: no earlier report checked the rule",
    "unjudged": "could not be judged: the rule was not checked now",
    "mended": "mended",
}

#: What is said in the totals for names that are no words.
_COUNTED = {"unjudged": "not judged", "first_judged": "first judged"}

#: Characters of a text of a saved report that are shown; it may hold texts of any length.
_SHOWN = 1_000


def comparison_text(
    comparison: Comparison,
    levels: Sequence[Level] = (),
    *,
    color: bool = False,
    lang: str = "en",
    most: int = MOST,
) -> str:
    """Return a comparison as text: what is new, relapsed and mended, and exact totals.

    Where the reports are of structures of different names, it says so in its second line.

    Args:
        comparison: What :func:`~govtree.history.compare` returned.
        levels: The levels of the structure; their labels are shown.
        color: Whether severities are colored.
        lang: Language of all but the messages of saved findings, which keep their own.
        most: Findings of a group that are shown; the rest is counted.

    >>> import datetime as dt
    >>> days = (dt.date(2025, 1, 31), dt.date(2025, 6, 30))
    >>> print(comparison_text(Comparison(days)))
    2 reports, from 2025-01-31 to 2025-06-30
    <BLANKLINE>
    new 0 · relapsed 0 · unchanged 0 · mended 0 · not judged 0 · first judged 0
    """
    ink = Ink(color)
    terms = Terms(levels or SHIPPED_LEVELS, lang)
    first, last = comparison.dates[0], comparison.dates[-1]
    days = terms.say("from {first} to {last}", first=first.isoformat(), last=last.isoformat())
    head = terms.say("{reports}, {days}", reports=_reports(comparison, lang), days=days)
    blocks = [[ink.on(head, "bold")]]
    if comparison.names_differ:
        blocks[0].append(_warning(comparison, terms, ink))
    for name, template in _HEADS.items():
        found: tuple[Finding, ...] = getattr(comparison, name)
        if found:
            lines = [_line(each, terms, ink, is_gone=name == "mended") for each in found[:most]]
            if len(found) > most:
                lines.append("  " + terms.say("... and {number} more", number=len(found) - most))
            blocks.append([ink.on(terms.say(template), "bold"), *lines])
    counts = comparison.counts()
    told = DOT.join(
        f"{terms.say(_COUNTED.get(name, name))} {number:,}" for name, number in counts.items()
    )
    return "\n\n".join("\n".join(block) for block in [*blocks, [told]])


def _reports(comparison: Comparison, lang: str) -> str:
    return counted(len(comparison.dates), "report", lang)


def _warning(comparison: Comparison, terms: Terms, ink: Ink) -> str:
    names = [
        terms.say("'{name}'", name=_markup.short(name))
        for name in dict.fromkeys(comparison.names)
        if name
    ]
    told = terms.say("the reports are of different structures: {names}", names=", ".join(names))
    return f"{ink.severity('warning', 'warning')}: {told}"


def _line(finding: Finding, terms: Terms, ink: Ink, *, is_gone: bool) -> str:
    label = f"{finding.severity}[{_markup.short(finding.code)}]"
    label = ink.severity(label, "ok" if is_gone else finding.severity)
    told = evolve(
        finding,
        message=_markup.one_line(finding.message[:_SHOWN]),
        # What was mended needs no hint.
        hint="" if is_gone else _markup.one_line(finding.hint[:_SHOWN]),
    )
    return f"  {label}: {terms.finding(told)}"
