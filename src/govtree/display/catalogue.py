"""The catalogue of rules as text for people, and as plain values."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from inspect import cleandoc
from typing import Any

from govtree._markup import one_line, short, table
from govtree._messages import fill, say
from govtree.display._terminal import Ink
from govtree.display._terms import counted
from govtree.rules import OFF, Rule

__all__ = ["rule_json", "rule_text", "rules_text"]

#: Columns that lines of prose fill.
_COLUMNS = 96


def rules_text(rules: Sequence[Rule], *, color: bool = False, lang: str = "en") -> str:
    """Return a line for each rule: severity, code, slug, and what it judges.

    >>> from govtree.rules import SHIPPED
    >>> print(rules_text(SHIPPED[:1]))
    error  GT201  household-in-no-group  household
    <BLANKLINE>
    1 rule; those that are off are checked where a profile or a structure names them
    """
    ink = Ink(color)
    rows = [(_severity(each), each.code, each.slug, each.subject) for each in rules]
    lines = [
        ink.severity(row[0], row[0]) + line[len(row[0]) :]
        for row, line in zip(rows, table(rows), strict=True)
    ]
    told = say(
        "{rules}; those that are off are checked where a profile or a structure names them",
        lang,
        rules=counted(len(rules), "rule", lang),
    )
    return "\n".join([*lines, "", told])


def rule_text(rule: Rule, *, color: bool = False, lang: str = "en") -> str:
    """Return all about one rule: why, whom, what it may be asked for, and its two examples."""
    ink = Ink(color)
    head = f"{ink.severity(_severity(rule), _severity(rule))}  {rule.code}  {rule.slug}"
    blocks = [head, _prose(fill(rule.code, "why", rule.why, (), lang))]
    lines = [
        f"{say('judges', lang)}: {say(rule.subject.replace('_', '-'), lang)}",
        f"{say('since rule set', lang)}: {rule.since}",
        f"{say('message', lang)}: {fill(rule.code, 'message', rule.message, (), lang)}",
    ]
    if rule.hint:
        lines.append(f"{say('hint', lang)}: {fill(rule.code, 'hint', rule.hint, (), lang)}")
    lines.append(f"{say('source', lang)}: {one_line(rule.source)}")
    blocks.append("\n".join(map(_prose, lines)))
    if rule.parameters:
        rows = [
            (each.name, shown(each.default), rule.meaning(each.name, lang))
            for each in rule.parameters
        ]
        listed = "\n".join(f"  {line}" for line in table(rows))
        blocks.append(f"{say('parameters, with what they are by default', lang)}:\n{listed}")
    for what, text in (
        ("a structure that fails", rule.failing),
        ("the same, mended", rule.mended),
    ):
        blocks.append(f"{say(what, lang)}:\n{textwrap.indent(cleandoc(text), '  ')}")
    return "\n\n".join(blocks)


def rule_json(rule: Rule, lang: str = "en") -> dict[str, Any]:
    """Return the record of a rule as plain values, the same keys in every language."""
    return {
        "code": rule.code,
        "slug": rule.slug,
        "subject": rule.subject,
        "severity": rule.severity,
        "off": rule.off,
        "since": rule.since,
        "why": fill(rule.code, "why", rule.why, (), lang),
        "source": rule.source,
        "message": fill(rule.code, "message", rule.message, (), lang),
        "hint": fill(rule.code, "hint", rule.hint, (), lang),
        "parameters": [
            {
                "name": each.name,
                "default": list(each.default) if isinstance(each.default, tuple) else each.default,
                "asked": each.asked,
                "choices": list(each.choices),
                "meaning": rule.meaning(each.name, lang),
            }
            for each in rule.parameters
        ],
        "needs": list(rule.needs),
        "failing": cleandoc(rule.failing),
        "mended": cleandoc(rule.mended),
    }


def shown(value: object) -> str:
    """Return a default as people write it.

    >>> shown(("grid_worker", "grid_head")), shown(())
    ('grid_worker, grid_head', '-')
    """
    if isinstance(value, tuple):
        return short(", ".join(map(str, value))) or "-"
    return short(str(value))


def _severity(rule: Rule) -> str:
    return OFF if rule.off else rule.severity


def _prose(text: str) -> str:
    return textwrap.fill(text, _COLUMNS, subsequent_indent="  ", break_long_words=False)
