"""Is everybody covered? Runs rules over a structure and reports what they find."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from govtree._faults import Faults
from govtree.errors import OutOfRangeError
from govtree.findings import (
    DECLARED,
    NO_TABLES,
    SEVERITIES,
    WAIVER,
    Checked,
    Completeness,
    Hits,
    NotChecked,
    Reason,
    Report,
    Summarized,
)
from govtree.hierarchy import Hierarchy
from govtree.rules import Case, Rule, RuleSet, Setting, Use, Waiver, find
from govtree.rules._installed import told_of
from govtree.rules._scope import belonging_to, sharing_ground, term_of, with_tag
from govtree.rules._ways import shared
from govtree.units import TERRITORY

__all__ = ["check"]

Mask = NDArray[np.bool_]

#: In the place of a severity of a subject: the rule is off there.
_NOT_ASKED = -1


def check(
    h: Hierarchy,
    *,
    rules: RuleSet | Sequence[Rule] | None = None,
    waivers: Iterable[Waiver] = (),
    as_of: dt.date | None = None,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Return the report of what *rules* find in a structure.

    A rule that lacks a table or column which nobody gave is not checked, and the report says
    so in one line. A cell that says that it is not known is neither fault nor fine; the
    report counts them. One cause is one finding: a rule is silent where another one reports
    what it would need.

    Where the structure names the units that have sent in their returns, nothing outside of
    them is a fault: the report counts it as not collected.

    Args:
        h: The structure; its day decides which tenures and relations are in force.
        rules: Rules with what is asked of them. A plain sequence of rules is run as it is,
            those that are off by default included; None runs the shipped ones.
        waivers: Findings to set aside. They are counted, as long as their day is not over.
        as_of: Another day to check for than that of the structure.
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
    if as_of is not None:
        h = evolve(h, facts=evolve(h.facts, as_of=as_of))
    given = _as_set(rules)
    # A waiver that is written twice is one.
    runs = _Runs(h, tuple(dict.fromkeys(waivers)), given.rules)
    # What became of waivers is known when all other rules have been run.
    with shared(h):
        for rule in sorted(given.rules, key=lambda each: each.subject == WAIVER):
            setting = given.setting(rule)
            if setting.severity == "off" and not setting.where:
                continue
            if rule.subject in (DECLARED, WAIVER) and not runs.subjects(rule):
                continue
            if progress is not None:
                progress(rule.slug)
            runs.run(rule, setting)
    return runs.report()


@frozen(eq=False)
class _Asked:
    """What a rule is asked for, one value a subject.

    Attributes:
        severities: Position in :data:`SEVERITIES`, or :data:`_NOT_ASKED`.
        parameters: By name.
        is_alike: Whether all subjects are asked for the same.
    """

    severities: NDArray[np.int8]
    parameters: dict[str, NDArray[np.generic]]
    is_alike: bool


class _Runs:
    """What rules have found so far, one after another."""

    def __init__(self, h: Hierarchy, waivers: Sequence[Waiver], rules: Sequence[Rule]) -> None:
        self._h = h
        self._waivers = waivers
        self._rules = rules
        self._faults: list[Faults] = []
        self._checked: list[Checked] = []
        self._lacking: list[NotChecked] = []
        self._summaries: list[Summarized] = []
        self._collected: dict[str, Mask | None] = {}
        # Waivers that met a finding, and those that could not because nothing was looked at.
        self._met: set[Waiver] = set()
        self._unjudged: set[Waiver] = set()

    def report(self) -> Report:
        """Return the report of all that was run."""
        return Report.of(
            self._faults,
            self._checked,
            self._lacking,
            self._summaries,
            as_of=self._h.as_of,
            completeness=_completeness(self._h),
        )

    def subjects(self, rule: Rule) -> int:
        """Return how many subjects there are for *rule*."""
        return len(self._waivers) if rule.subject == WAIVER else rule.subjects(self._h)

    def run(self, rule: Rule, setting: Setting) -> None:
        """Run *rule* as it is asked by *setting*, and keep what it finds."""
        try:
            self._run(rule, setting)
        except (Exception, SystemExit, GeneratorExit) as error:
            if rule.is_shipped:
                raise
            # Code of others, which may raise anything: the rest still runs.
            self._fail(rule, told_of(error))

    def _run(self, rule: Rule, setting: Setting) -> None:
        missing = rule.lacks(self._h)
        if missing:
            self._lacking.append(NotChecked(rule.code, missing))
            self._unjudged.update(self._of_rule(rule))
        elif rule.subject in NO_TABLES:
            self._summarize(rule, setting)
        else:
            self._judge(rule, setting)

    def _judge(self, rule: Rule, setting: Setting) -> None:
        """Keep what a rule finds at the rows of a table."""
        asked = self._asked(rule, setting)
        looked, not_collected = self._looked(rule, asked)
        found = rule(self._h, **asked.parameters)
        if not isinstance(found, Hits):
            raise TypeError(f"it returned a value of type {type(found).__name__}, not Hits")
        subjects = self._h.count(rule.subject)
        if not rule.is_shipped:
            _require_rows(found, subjects)
        unknown = found.unknown
        if looked is not None:
            # What is not looked at needs no ids, paths and places.
            found = found.take(np.flatnonzero(looked[found.rows]))
            unknown = None if unknown is None else unknown & looked
            subjects = int(np.count_nonzero(looked))
        severities = asked.severities[found.rows].astype(np.int8)
        faults = Faults.gather(self._h, rule.kind, found, severities)
        kept = faults.without(self._note_waivers(rule, faults))
        open_ = 0 if unknown is None else int(np.count_nonzero(unknown))
        waived = len(faults) - len(kept)
        self._lacking += [NotChecked(rule.code, reason) for reason in found.skipped]
        self._faults.append(kept)
        self._checked.append(Checked(rule.code, rule.slug, subjects, open_, waived, not_collected))

    def _summarize(self, rule: Rule, setting: Setting) -> None:
        """Keep what a rule says about the whole; it is judged when all parts are there."""
        if setting.severity is None or setting.severity == "off":
            return
        if rule.subject == WAIVER:
            summary = rule(self._h, uses=[self._use(each) for each in self._waivers])
        else:
            summary = rule(self._h, **dict(setting.parameters))
        assert not isinstance(summary, Hits)
        waived = tuple(sorted({each.subject for each in self._holding(rule)}))
        self._summaries.append(Summarized(rule.kind, setting.severity, summary, waived))

    def _fail(self, rule: Rule, said: str) -> None:
        package = rule.find.__module__.partition(".")[0]
        why = Reason("the rule of {package} failed: {said}", package=package, said=said)
        self._lacking.append(NotChecked(rule.code, why))

    # -- whom it is asked of -------------------------------------------------------------------

    def _asked(self, rule: Rule, setting: Setting) -> _Asked:
        length = self._h.count(rule.subject)
        severities = np.full(length, _position(setting.severity), np.int8)
        values = dict(setting.parameters)
        asked = {each.name: each for each in rule.parameters}
        term = partial(term_of, self._h)
        parameters = {
            name: each.spread(each.respelled(values[name], term), length)
            for name, each in asked.items()
        }
        for case in setting.where:
            fits = self._fits(rule.subject, case)
            if case.severity is not None:
                severities[fits] = _position(case.severity)
            for name, value in case.parameters:
                if not parameters[name].flags.writeable:
                    parameters[name] = parameters[name].copy()
                parameters[name][fits] = asked[name].cell(asked[name].respelled(value, term))
        return _Asked(severities, parameters, not setting.where)

    def _fits(self, table: str, case: Case) -> Mask:
        """Return which rows of *table* a case is about."""
        h = self._h
        answer = np.ones(h.count(table), np.bool_)
        for column, vocabulary, word in (
            ("type", "compound_type", case.type),
            ("tier", "tier", case.tier),
        ):
            if word is not None:
                compounds = h.arrays.is_word("compound", column, term_of(h, vocabulary, word))
                answer &= sharing_ground(h, table, compounds)
        if case.tag is not None:
            answer &= with_tag(h, table, case.tag)
        if case.unit is not None:
            answer &= belonging_to(h, table, (case.unit,))
        return answer

    def _looked(self, rule: Rule, asked: _Asked) -> tuple[Mask | None, int]:
        """Return which subjects are judged, None for all, and how many are not collected."""
        table = rule.subject
        if table not in self._collected:
            self._collected[table] = _collected(self._h, table)
        collected, own = self._collected[table], self._h.own(table)
        masks = [] if asked.is_alike else [asked.severities >= 0]
        masks += [] if own is None else [own]
        missing = 0
        if collected is not None:
            outside = np.logical_and.reduce([~collected, *masks])
            missing = int(np.count_nonzero(outside))
            masks.append(collected)
        return (np.logical_and.reduce(masks) if masks else None), missing

    # -- waivers -------------------------------------------------------------------------------

    def _of_rule(self, rule: Rule) -> list[Waiver]:
        return [each for each in self._waivers if each.rule in (rule.code, rule.slug)]

    def _holding(self, rule: Rule) -> list[Waiver]:
        return [each for each in self._of_rule(rule) if each.holds(self._h.as_of)]

    def _note_waivers(self, rule: Rule, faults: Faults) -> tuple[str, ...]:
        """Return the subjects whose findings are set aside, and note what met any."""
        mine = self._of_rule(rule)
        if not mine:
            return ()
        found = set(faults.ids.tolist())
        self._met.update(each for each in mine if each.subject in found)
        collected = self._collected[rule.subject]
        if collected is not None:
            rows = self._h.rows(rule.subject, [each.subject for each in mine])
            for each, row in zip(mine, rows.tolist(), strict=True):
                if row >= 0 and not collected[row]:
                    self._unjudged.add(each)
        return tuple(sorted({each.subject for each in self._holding(rule)}))

    def _use(self, waiver: Waiver) -> Use:
        rule = find(self._rules, waiver.rule)
        return Use(
            waiver,
            waiver.rule if rule is None else rule.code,
            expired=not waiver.holds(self._h.as_of),
            met=waiver in self._met,
            judged=waiver not in self._unjudged,
        )


def _require_rows(found: Hits, count: int) -> None:
    """Refuse what no rule may hand in: rows that are not there, twice, or out of order."""
    rows = found.rows
    if len(rows) and (rows[0] < 0 or rows[-1] >= count or (np.diff(rows) <= 0).any()):
        raise OutOfRangeError("its rows are not ascending rows of its table, each once")


def _completeness(h: Hierarchy) -> Completeness | None:
    if h.facts.collected is None:
        return None
    table = "community" if h.count("community") else h.levels[0].table
    collected, own = _collected(h, table), h.own(table)
    assert collected is not None
    counted = np.ones(len(collected), np.bool_) if own is None else own
    return Completeness(
        table, int(np.count_nonzero(collected & counted)), int(np.count_nonzero(counted))
    )


def _collected(h: Hierarchy, table: str) -> Mask | None:
    """Return which rows of *table* stand in a part that was collected; None for all.

    What stands beside the chain and the territory is nobody's part, and always there.
    """
    if h.facts.collected is None:
        return None
    if table == "post":
        answer = belonging_to(h, table, h.facts.collected)
        beside = np.ones(len(answer), np.bool_)
        for place in (*h.arrays.chain, *TERRITORY):
            beside &= h.arrays.pointing("post", "at", place) < 0
        return answer | beside
    if table not in h.arrays.chain and table not in TERRITORY:
        return None
    return belonging_to(h, table, h.facts.collected)


def _position(severity: str | None) -> int:
    return _NOT_ASKED if severity in (None, "off") else [*SEVERITIES].index(severity)  # type: ignore[arg-type]  # one of them


def _as_set(rules: RuleSet | Sequence[Rule] | None) -> RuleSet:
    if rules is None:
        return RuleSet()
    if isinstance(rules, RuleSet):
        return rules
    named: Sequence[object] = tuple(rules)
    strange = [each for each in named if not isinstance(each, Rule)]
    if strange:
        raise TypeError(
            f"a value of type {type(strange[0]).__name__} is no Rule; rules are chosen by code "
            "with RuleSet().only(...)"
        )
    # Who hands in a rule by itself asks for it.
    chosen = [each for each in named if isinstance(each, Rule)]
    return RuleSet.of({each.code: each.severity for each in chosen}, rules=chosen)
