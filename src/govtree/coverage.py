"""Is everybody covered? Runs rules over a structure and reports what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

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
from govtree.hierarchy import Hierarchy
from govtree.rules import Rule, RuleSet, Value, Waiver
from govtree.rules._ways import shared

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

    Raises:
        TypeError: If *h* is no Hierarchy, such as what ``load`` returns.

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
    if not isinstance(h, Hierarchy):
        raise TypeError(
            f"a Hierarchy is checked, not a value of type {type(h).__name__}; of what load() "
            "returned: check(s.hierarchy, rules=s.rules, waivers=s.waivers)"
        )
    runs = _Runs(h, tuple(waivers))
    given = _as_set(rules)
    with shared(h):
        for rule in given.rules:
            setting = given.setting(rule)
            if setting.severity is None or setting.severity == "off":
                continue
            if rule.subject == DECLARED and not h.declared:
                continue
            if progress is not None:
                progress(rule.slug)
            runs.run(rule, setting.severity, dict(setting.parameters))
    return Report.of(runs.faults, runs.checked, runs.lacking, runs.summaries)


class _Runs:
    """What rules have found so far, one after another."""

    def __init__(self, h: Hierarchy, waivers: Sequence[Waiver]) -> None:
        self._h = h
        self._waivers = waivers
        self.faults: list[Faults] = []
        self.checked: list[Checked] = []
        self.lacking: list[NotChecked] = []
        self.summaries: list[Summarized] = []

    def run(self, rule: Rule, severity: Severity, parameters: Mapping[str, Value]) -> None:
        missing = rule.lacks(self._h)
        if missing:
            self.lacking.append(NotChecked(rule.code, missing))
            return
        found = rule(self._h, **parameters)
        waived = self._waived(rule)
        if not isinstance(found, Hits):
            self.summaries.append(Summarized(rule.kind, severity, found, waived))
            self.checked.append(Checked(rule.code, rule.slug, len(self._h.declared)))
            return
        self.lacking += [NotChecked(rule.code, reason) for reason in found.skipped]
        severities = np.full(len(found), SEVERITIES.index(severity), np.int8)
        faults = Faults.gather(self._h, rule.kind, found, severities)
        kept = faults.without(waived)
        subjects = self._h.count(rule.subject)
        set_aside = len(faults) - len(kept)
        self.faults.append(kept)
        unknown = 0 if found.unknown is None else int(np.count_nonzero(found.unknown))
        self.checked.append(Checked(rule.code, rule.slug, subjects, unknown, set_aside))

    def _waived(self, rule: Rule) -> tuple[str, ...]:
        named = (rule.code, rule.slug)
        return tuple(
            sorted(
                {
                    each.subject
                    for each in self._waivers
                    if each.rule in named and each.holds(self._h.as_of)
                }
            )
        )


def _as_set(rules: RuleSet | Sequence[Rule] | None) -> RuleSet:
    if rules is None:
        return RuleSet()
    if isinstance(rules, RuleSet):
        return rules
    named: Sequence[object] = rules
    strange = [each for each in named if not isinstance(each, Rule)]
    if strange:
        raise TypeError(
            f"a value of type {type(strange[0]).__name__} is no Rule; rules are chosen by code "
            "with RuleSet().only(...)"
        )
    # Who hands in a rule by itself asks for it.
    return RuleSet.of({each.code: each.severity for each in rules}, rules=rules)
