"""Is everybody covered? Runs rules over a structure and reports what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from govtree._faults import Faults
from govtree.findings import (
    DECLARED,
    SEVERITIES,
    Checked,
    Hits,
    NotChecked,
    Report,
    Severity,
    Summarized,
)
from govtree.rules import OFF, Rule, RuleSet, Waiver

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["check"]


def check(
    h: Hierarchy,
    *,
    rules: RuleSet | Sequence[Rule] | None = None,
    waivers: Iterable[Waiver] = (),
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Return the report of what *rules* find in a structure.

    A rule that lacks a table or column which nobody gave is not checked, and the report says
    so in one line. A cell that says that it is not known is neither fault nor fine; the
    report counts them. One cause is one finding: a rule is silent where another one reports
    what it would need.

    Args:
        h: The structure; its day decides which tenures and relations are in force.
        rules: Rules with what is asked of them. A plain sequence of rules is run as it is,
            those that are off by default included; None runs the shipped ones.
        waivers: Findings to set aside. They are counted, as long as their day is not over.
        progress: Is called with the slug of each rule before it runs.

    >>> from govtree import Grid, Hierarchy, Household
    >>> h = Hierarchy.from_records([
    ...     Grid(id="N-1"), Household(id="H-1", grid="N-1"), Household(id="H-2"),
    ... ])
    >>> report = check(h)
    >>> [(each.code, each.subject, each.message) for each in report]
    [('GT202', 'H-2', 'lies in no grid')]
    >>> report.not_checked[0]
    NotChecked(code='GT201', reason="no 'parent' of households")
    """
    given = _as_set(rules)
    faults: list[Faults] = []
    checked: list[Checked] = []
    lacking: list[NotChecked] = []
    summaries: list[Summarized] = []
    for rule in given.rules:
        setting = given.setting(rule)
        if setting.severity is None or setting.severity == OFF:
            continue
        if rule.subject == DECLARED and not h.declared:
            continue
        missing = rule.lacks(h)
        if missing:
            lacking.append(NotChecked(rule.code, missing))
            continue
        if progress is not None:
            progress(rule.slug)
        found = rule(h, **dict(setting.parameters))
        waived = _waived(rule, waivers, h)
        if not isinstance(found, Hits):
            summaries.append(Summarized(rule.kind, setting.severity, found, waived))
            checked.append(Checked(rule.code, rule.slug, len(h.declared)))
            continue
        lacking += [NotChecked(rule.code, reason) for reason in found.skipped]
        all_of_them = _gathered(h, rule, found, setting.severity)
        kept = _without(all_of_them, waived)
        faults.append(kept)
        checked.append(
            Checked(
                rule.code,
                rule.slug,
                h.count(rule.subject),
                found.unknown,
                len(all_of_them) - len(kept),
            )
        )
    return Report.of(faults, checked, lacking, summaries)


def _as_set(rules: RuleSet | Sequence[Rule] | None) -> RuleSet:
    if rules is None:
        return RuleSet()
    if isinstance(rules, RuleSet):
        return rules
    # Who hands in a rule by itself asks for it.
    return RuleSet.of({each.code: each.severity for each in rules}, rules=rules)


def _gathered(h: Hierarchy, rule: Rule, hits: Hits, severity: Severity) -> Faults:
    severities = np.full(len(hits), SEVERITIES.index(severity), np.int8)
    return Faults.gather(h, rule.kind, hits, severities)


def _waived(rule: Rule, waivers: Iterable[Waiver], h: Hierarchy) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                each.subject
                for each in waivers
                if each.rule in (rule.code, rule.slug) and each.holds(h.as_of)
            }
        )
    )


def _without(faults: Faults, subjects: Sequence[str]) -> Faults:
    if not subjects or not len(faults):
        return faults
    stays = [id not in subjects for id in faults.ids.tolist()]
    return faults.take(np.flatnonzero(stays))
