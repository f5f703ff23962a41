"""Which rules run, how grave their findings are and what they ask for, of whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Literal, Protocol, TypeAlias

from attrs import evolve, field, frozen

from govtree._names import NearMisses, nearest
from govtree.errors import ConfigError, Location, OutOfRangeError, Problem, problem
from govtree.findings import NO_TABLES, SEVERITIES, Severity
from govtree.rules._catalogue import RULE_SETS, SHIPPED, in_set
from govtree.rules._rule import Rule, Value

__all__ = ["CASE", "OFF", "Case", "RuleSet", "Setting", "Written", "find", "named"]

Off: TypeAlias = Literal["off"]

#: In the place of a severity: the rule does not run.
OFF: Off = "off"

_SEVERITY = "severity"
_WHERE = "where"

#: What a case may name its subjects by.
CASE = ("type", "tier", "tag", "unit")


@frozen
class Case:
    """Subjects that are asked for something else than everybody.

    A case names its subjects in one way or in several; one that is named in several ways has
    to fit all of them.

    Attributes:
        type: Type of a compound: the compound, and what shares ground with it or answers for it.
        tier: Tier of a compound, likewise.
        tag: A tag of the subject itself.
        unit: Id of a unit, area or body: the unit itself, and what stands under it or lies in it.
        severity: How grave findings are there, ``"off"``, or None for what is said elsewhere.
        parameters: Pairs of parameter and value, sorted.
    """

    type: str | None = None
    tier: str | None = None
    tag: str | None = None
    unit: str | None = None
    severity: Severity | Off | None = None
    parameters: tuple[tuple[str, Value], ...] = ()


@frozen
class Setting:
    """What somebody asks of a rule.

    Attributes:
        code: Code of the rule.
        severity: How grave its findings are, ``"off"``, or None for what the rule says.
        parameters: Pairs of parameter and value, sorted; those left out have their defaults.
        where: Subjects that are asked otherwise; where several cases fit, the last counts.

    A rule that is off until somebody asks for it is on as soon as it has a setting that does
    not say ``"off"``; where that has nothing but cases, it is on for their subjects alone.
    """

    code: str
    severity: Severity | Off | None = None
    parameters: tuple[tuple[str, Value], ...] = ()
    where: tuple[Case, ...] = ()

    def over(self, under: Setting | None) -> Setting:
        """Return this setting with that of *under* where it says nothing."""
        if under is None:
            return self
        is_off = self.severity == OFF
        return Setting(
            self.code,
            under.severity if self.severity is None else self.severity,
            tuple(sorted({**dict(under.parameters), **dict(self.parameters)}.items())),
            # Who turns a rule off turns it off for all.
            self.where or (() if is_off else under.where),
        )


class Written(Protocol):
    """Where settings stand in a file, for problems with them."""

    def __call__(self, *keys: str) -> tuple[Location, str]:
        """Return place and source line of the value under these keys below ``rules``."""


def _nowhere(*keys: str) -> tuple[Location, str]:
    return Location(record="rules", field=".".join(keys)), ""


def _rules_in_order(given: Iterable[Rule]) -> tuple[Rule, ...]:
    rules = tuple(sorted(dict.fromkeys(given), key=lambda each: each.code))
    for one, other in pairwise(rules):
        if one.code == other.code:
            raise OutOfRangeError(f"two rules have the code '{one.code}'")
    return rules


def _settings_in_order(given: Iterable[Setting]) -> tuple[Setting, ...]:
    return tuple(sorted(given, key=lambda each: each.code))


@frozen
class RuleSet:
    """Rules and what is asked of them.

    Attributes:
        rules: The rules there are, sorted by code.
        settings: What is asked of some of them, sorted by code.
        name: Name of the rule set that was asked for, or an empty text for the newest.

    >>> rules = RuleSet.of({"GT301": {"target": 250}, "household-in-no-grid": "off"})
    >>> [(each.code, each.severity, each.parameters) for each in rules.settings]
    [('GT202', 'off', ()), ('GT301', None, (('target', 250),))]
    """

    rules: tuple[Rule, ...] = field(default=SHIPPED, converter=_rules_in_order)
    settings: tuple[Setting, ...] = field(default=(), converter=_settings_in_order)
    name: str = ""

    @classmethod
    def named(cls, name: str) -> RuleSet:
        """Return the rules of a set that was released under *name*.

        Raises:
            OutOfRangeError: If there is no such set; names those there are.

        >>> RuleSet.named("2026.1").name
        '2026.1'
        """
        if name not in RULE_SETS:
            raise OutOfRangeError(f"rule set is '{name}', not one of {', '.join(RULE_SETS)}")
        return cls(in_set(name), name=name)

    @classmethod
    def of(
        cls,
        given: Mapping[str, object],
        *,
        rules: Sequence[Rule] = SHIPPED,
        name: str = "",
        written: Written = _nowhere,
    ) -> RuleSet:
        """Return the settings of plain values, as they stand under ``rules`` in a file.

        Args:
            given: By code or slug of a rule: a severity or ``off`` (also False), or a mapping
                of parameters, with ``severity`` among them where that changes too, and with
                cases that are asked otherwise under ``where``.
            rules: The rules there are.
            name: Name of the set that they are.
            written: Tells where each value stands.

        Raises:
            ConfigError: With every unknown rule or parameter and every unfit value.

        >>> sizes = {"target": 300, "where": [{"type": "commercial", "target": 500}]}
        >>> RuleSet.of({"GT301": sizes}).settings[0].where
        (Case(type='commercial', tier=None, tag=None, unit=None, severity=None,
              parameters=(('target', 500),)),)
        """
        problems: list[Problem] = []
        settings: dict[str, Setting] = {}
        names = NearMisses([word for each in rules for word in (each.code, each.slug)])
        for called, value in given.items():
            found = find(rules, called)
            if found is None:
                meant = names.nearest(called)
                problems.append(_told("GT080", written, (called,), meant, rule=called))
            elif found.code in settings:
                problems.append(_told("GT081", written, (called,), rule=called))
            else:
                reader = _Reader(found, called, written)
                settings[found.code] = reader.setting(value)
                problems += reader.problems
        if problems:
            raise ConfigError(problems)
        return cls(tuple(rules), tuple(settings.values()), name)

    def setting(self, rule: Rule) -> Setting:
        """Return what is asked of *rule*, complete: its severity and every parameter."""
        asked = next((each for each in self.settings if each.code == rule.code), None)
        severity: Severity | Off | None = None if asked is None else asked.severity
        if severity is None:
            severity = OFF if asked is None and rule.off else rule.severity
        where = () if asked is None else asked.where
        if asked is not None and rule.off and asked.severity is None and not asked.parameters:
            severity = OFF if where else rule.severity
            where = tuple(evolve(each, severity=each.severity or rule.severity) for each in where)
        given = {} if asked is None else dict(asked.parameters)
        parameters = tuple(
            sorted((each.name, given.get(each.name, each.default)) for each in rule.parameters)
        )
        return Setting(rule.code, severity, parameters, where)

    def only(self, *names: str) -> RuleSet:
        """Return the set of these rules alone, by code or slug; others are left out.

        Raises:
            OutOfRangeError: If a name means none of the rules.
        """
        for name in names:
            if find(self.rules, name) is None:
                raise OutOfRangeError(f"there is no rule '{name}'")
        return evolve(
            self, rules=[each for each in self.rules if {each.code, each.slug} & {*names}]
        )


def find(rules: Iterable[Rule], name: str) -> Rule | None:
    """Return the rule with this code or slug, or None."""
    return next((each for each in rules if name in (each.code, each.slug)), None)


def named(rules: Iterable[Rule], name: str) -> tuple[Rule, ...]:
    """Return the rules that *name* means: a slug, a code, or the beginning of codes.

    >>> [each.slug for each in named(SHIPPED, "GT20")][:2]
    ['household-in-no-group', 'household-in-no-grid']
    """
    return tuple(each for each in rules if each.slug == name or each.code.startswith(name))


class _Reader:
    """Reads what is asked of one rule, and collects what is wrong with it."""

    def __init__(self, rule: Rule, name: str, written: Written) -> None:
        self._rule = rule
        self._name = name
        self._written = written
        self._known = [*(each.name for each in rule.parameters), _SEVERITY]
        self.problems: list[Problem] = []

    def setting(self, given: object) -> Setting:
        """Return the setting that *given* is."""
        if not isinstance(given, Mapping):
            return Setting(self._rule.code, self._severity(given, (self._name,)))
        cases = given.get(_WHERE) or ()
        told = {key: value for key, value in given.items() if key != _WHERE}
        severity, parameters = self._asked(told, (self._name,), (*self._known, _WHERE))
        if cases and self._rule.subject in NO_TABLES:
            # It judges no subjects, of which some could be asked otherwise.
            known = ", ".join(self._known)
            self._say("GT082", (self._name, _WHERE), rule=self._name, parameter=_WHERE, known=known)
        where = tuple(self._case(each, at) for at, each in enumerate(cases) if each is not None)
        return Setting(self._rule.code, severity, parameters, where)

    def _case(self, given: object, at: int) -> Case:
        keys = (self._name, _WHERE, f"[{at}]")
        if not isinstance(given, Mapping):
            self._say("GT086", keys, rule=self._name)
            return Case()
        named = {key: given[key] for key in CASE if given.get(key) is not None}
        # A name that could not be read has had its problem.
        if set(CASE).isdisjoint(given) or not all(isinstance(each, str) for each in named.values()):
            self._say("GT086", keys, rule=self._name)
        rest = {key: value for key, value in given.items() if key not in CASE}
        severity, parameters = self._asked(rest, keys, (*self._known, *CASE))
        return Case(severity=severity, parameters=parameters, **named)

    def _asked(
        self, given: Mapping[str, object], keys: tuple[str, ...], known: Sequence[str]
    ) -> tuple[Severity | Off | None, tuple[tuple[str, Value], ...]]:
        severity = None
        parameters: dict[str, Value] = {}
        for key, value in given.items():
            if value is None:
                continue
            where = (*keys, str(key))
            if key == _SEVERITY:
                severity = self._severity(value, where)
                continue
            parameter = self._rule.parameter(str(key))
            told = {"rule": self._name, "parameter": str(key)}
            if parameter is None:
                meant = nearest(str(key), known)
                self._say("GT082", where, meant, **told, known=", ".join(known))
                continue
            try:
                parameters[parameter.name] = parameter.read(value)
            except OutOfRangeError as unfit:
                self._say("GT083", where, **told, value=str(value), expected=unfit.args[0])
        return severity, tuple(sorted(parameters.items()))

    def _severity(self, given: object, keys: tuple[str, ...]) -> Severity | Off | None:
        if given is False or given == OFF:
            return OFF
        if isinstance(given, str) and given in SEVERITIES:
            return given
        known = [*SEVERITIES, OFF]
        meant = nearest(given, known) if isinstance(given, str) else ""
        self._say("GT084", keys, meant, value=str(given), known=", ".join(known))
        return None

    def _say(self, code: str, keys: tuple[str, ...], meant: str = "", **values: str) -> None:
        self.problems.append(_told(code, self._written, keys, meant, **values))


def _told(
    code: str, written: Written, keys: tuple[str, ...], meant: str = "", **values: str
) -> Problem:
    where, quote = written(*keys)
    said = {name: value for name, value in values.items() if value}
    if meant:
        said["meant"] = meant
    return problem(code, where, quote=quote, **said)
