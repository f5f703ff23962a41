"""Which rules run, how grave their findings are and what they ask for; and what is waived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol, TypeAlias

from attrs import evolve, field, frozen

from govtree._names import NearMisses, nearest
from govtree.errors import ConfigError, Location, OutOfRangeError, Problem, problem
from govtree.findings import SEVERITIES, Severity
from govtree.rules import (
    _areas,
    _bodies,
    _branches,
    _compounds,
    _concurrent,
    _contacts,
    _declared,
    _grids,
    _households,
    _members,
    _posts,
    _seats,
    _sizes,
    _staff,
    _support,
)
from govtree.rules._rule import Rule, Value

__all__ = ["OFF", "SHIPPED", "RuleSet", "Setting", "Waiver", "Written", "find"]

#: The shipped rules, sorted by code.
SHIPPED: tuple[Rule, ...] = tuple(
    sorted(
        (
            each
            for room in (
                _households,
                _contacts,
                _areas,
                _grids,
                _sizes,
                _staff,
                _members,
                _declared,
                _posts,
                _seats,
                _concurrent,
                _branches,
                _bodies,
                _compounds,
                _support,
            )
            for each in room.RULES
        ),
        key=lambda rule: rule.code,
    )
)

Off: TypeAlias = Literal["off"]

#: In the place of a severity: the rule does not run.
OFF: Off = "off"

_SEVERITY = "severity"


@frozen
class Setting:
    """What somebody asks of a rule.

    Attributes:
        code: Code of the rule.
        severity: How grave its findings are, ``"off"``, or None for what the rule says.
        parameters: Pairs of parameter and value, sorted; those left out have their defaults.

    A rule that is off until somebody asks for it is on as soon as it has a setting that does
    not say ``"off"``.
    """

    code: str
    severity: Severity | Off | None = None
    parameters: tuple[tuple[str, Value], ...] = ()


@frozen
class Waiver:
    """A finding that is set aside for a while, with a reason.

    Attributes:
        rule: Code or slug of the rule.
        subject: Id of the unit, or name of the declared figure.
        reason: Why.
        until: Last day on which it holds; it has no end where none is given.
    """

    rule: str
    subject: str
    reason: str
    until: dt.date | None = None

    def holds(self, day: dt.date | None) -> bool:
        """Return whether it holds on *day*; without a day it does."""
        return self.until is None or day is None or day <= self.until


class Written(Protocol):
    """Where settings stand in a file, for problems with them."""

    def __call__(self, *keys: str) -> tuple[Location, str]:
        """Return place and source line of the value under these keys below ``rules``."""


def _nowhere(*keys: str) -> tuple[Location, str]:
    return Location(record="rules", field=".".join(keys)), ""


def _rules_in_order(given: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(sorted(given, key=lambda each: each.code))


def _settings_in_order(given: Iterable[Setting]) -> tuple[Setting, ...]:
    return tuple(sorted(given, key=lambda each: each.code))


@frozen
class RuleSet:
    """Rules and what is asked of them.

    Attributes:
        rules: The rules there are, sorted by code.
        settings: What is asked of some of them, sorted by code.

    >>> rules = RuleSet.of({"GT301": {"target": 250}, "household-in-no-grid": "off"})
    >>> [(each.code, each.severity, each.parameters) for each in rules.settings]
    [('GT202', 'off', ()), ('GT301', None, (('target', 250),))]
    """

    rules: tuple[Rule, ...] = field(default=SHIPPED, converter=_rules_in_order)
    settings: tuple[Setting, ...] = field(default=(), converter=_settings_in_order)

    @classmethod
    def of(
        cls,
        given: Mapping[str, object],
        *,
        rules: Sequence[Rule] = SHIPPED,
        written: Written = _nowhere,
    ) -> RuleSet:
        """Return the settings of plain values, as they stand under ``rules`` in a file.

        Args:
            given: By code or slug of a rule: a severity or ``off`` (also False), or a mapping
                of parameters, with ``severity`` among them where that changes too.
            rules: The rules there are.
            written: Tells where each value stands.

        Raises:
            ConfigError: With every unknown rule or parameter and every unfit value.
        """
        problems: list[Problem] = []
        settings: dict[str, Setting] = {}
        names = NearMisses([word for each in rules for word in (each.code, each.slug)])
        for name, value in given.items():
            found = find(rules, name)
            if found is None:
                meant = names.nearest(name)
                problems.append(_told("GT080", written, (name,), meant, rule=name))
            elif found.code in settings:
                problems.append(_told("GT081", written, (name,), rule=name))
            else:
                settings[found.code], unfit = _setting(found, name, value, written)
                problems += unfit
        if problems:
            raise ConfigError(problems)
        return cls(tuple(rules), tuple(settings.values()))

    def setting(self, rule: Rule) -> Setting:
        """Return what is asked of *rule*, complete: its severity and every parameter."""
        asked = next((each for each in self.settings if each.code == rule.code), None)
        severity: Severity | Off | None = None if asked is None else asked.severity
        if severity is None:
            severity = OFF if asked is None and rule.off else rule.severity
        given = {} if asked is None else dict(asked.parameters)
        parameters = tuple(
            sorted((each.name, given.get(each.name, each.default)) for each in rule.parameters)
        )
        return Setting(rule.code, severity, parameters)

    def only(self, *names: str) -> RuleSet:
        """Return the set of these rules alone, by code or slug; others are left out."""
        return evolve(
            self, rules=[each for each in self.rules if {each.code, each.slug} & {*names}]
        )


def find(rules: Iterable[Rule], name: str) -> Rule | None:
    """Return the rule with this code or slug, or None."""
    return next((each for each in rules if name in (each.code, each.slug)), None)


def _setting(
    rule: Rule, name: str, given: object, written: Written
) -> tuple[Setting, list[Problem]]:
    if not isinstance(given, Mapping):
        severity, problems = _severity(given, written, (name,))
        return Setting(rule.code, severity), problems
    problems = []
    severity = None
    parameters: dict[str, Value] = {}
    known = [*(each.name for each in rule.parameters), _SEVERITY]
    near = NearMisses(known)
    for key, value in given.items():
        if key == _SEVERITY:
            severity, unfit = _severity(value, written, (name, _SEVERITY))
            problems += unfit
            continue
        parameter = rule.parameter(str(key))
        if parameter is None:
            meant = near.nearest(str(key))
            told = {"rule": name, "parameter": str(key), "known": ", ".join(known)}
            problems.append(_told("GT082", written, (name, str(key)), meant, **told))
            continue
        try:
            parameters[parameter.name] = parameter.read(value)
        except OutOfRangeError as unfit_value:
            told = {"rule": name, "parameter": str(key), "value": str(value)}
            where = (name, str(key))
            problems.append(_told("GT083", written, where, expected=str(unfit_value), **told))
    return Setting(rule.code, severity, tuple(sorted(parameters.items()))), problems


def _severity(
    given: object, written: Written, keys: tuple[str, ...]
) -> tuple[Severity | Off | None, list[Problem]]:
    if given is False or given == OFF:
        return OFF, []
    if isinstance(given, str) and given in SEVERITIES:
        return given, []
    known = [*SEVERITIES, OFF]
    meant = nearest(given, known) if isinstance(given, str) else ""
    told = {"value": str(given), "known": ", ".join(known)}
    return None, [_told("GT084", written, keys, meant, **told)]


def _told(
    code: str, written: Written, keys: tuple[str, ...], meant: str = "", **values: str
) -> Problem:
    where, quote = written(*keys)
    said = {name: value for name, value in values.items() if value}
    if meant:
        said["meant"] = meant
    return problem(code, where, quote=quote, **said)
