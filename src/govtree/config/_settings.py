"""Decoded settings of a file and its profiles: merged, and made facts, rules and waivers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from attrs import evolve, field, frozen

from govtree.config._decode import Decoder, Path
from govtree.config._schema import HOW
from govtree.errors import KEPT, ConfigError, Location, Problem
from govtree.facts import Facts
from govtree.rules import SHIPPED, RuleSet, Setting, Waiver
from govtree.units import ROLES, SHIPPED_LEVELS, Declared, Level, Term

__all__ = ["Settings"]

#: Problems of a rule's setting that are about the name in front of the colon.
_ABOUT_KEYS = ("GT080", "GT081", "GT082")


@frozen
class Settings:
    """What stands in a file and the profiles it starts from, and where.

    Attributes:
        values: Decoded settings by key, but for the rules.
        decoders: Which document each key comes from.
        rules: What is asked of rules, by code.
    """

    values: Mapping[str, Any] = field(factory=dict)
    decoders: Mapping[str, Decoder] = field(factory=dict)
    rules: Mapping[str, Setting] = field(factory=dict)

    @classmethod
    def of(cls, decoded: Mapping[str, Any], decoder: Decoder) -> tuple[Settings, list[Problem]]:
        """Return the settings of one document, and what is wrong with its rules."""
        rules, problems = _rules(decoded.get("rules") or {}, decoder)
        given = {key: value for key, value in decoded.items() if value is not None}
        return cls(given, dict.fromkeys(decoded, decoder), rules), problems

    def over(self, profile: Settings) -> Settings:
        """Return these settings with those of *profile* where they say nothing."""
        values = {**profile.values, **self.values}
        values["vocabularies"] = _merged(
            profile.values.get("vocabularies", {}), self.values.get("vocabularies")
        )
        values["declared"] = {
            **profile.values.get("declared", {}),
            **self.values.get("declared", {}),
        }
        rules = dict(profile.rules)
        for code, setting in self.rules.items():
            rules[code] = _asked(rules.get(code), setting)
        return Settings(values, {**profile.decoders, **self.decoders}, rules)

    # -- what they mean ------------------------------------------------------------------------

    def facts(self) -> tuple[Facts, bool]:
        """Return the facts, and whether tables can be read by them; say what is wrong."""
        said = self.values
        written = said.get("levels") or ()
        levels = [_level(each) for each in written if each and each.get("level")]
        words = {name: _terms(each) for name, each in (said.get("vocabularies") or {}).items()}
        words |= {f"{level.table}_kind": level.kinds for level in levels if level.kinds}
        facts = Facts(
            name=said.get("name") or "",
            as_of=said.get("as_of"),
            time_zone=said.get("time_zone"),
            reference_system=said.get("reference_system"),
            levels=levels or SHIPPED_LEVELS,
            vocabularies={name: terms for name, terms in words.items() if terms},
            declared=_declared(said.get("declared") or {}),
        )
        # A level that could not be read has had its problem.
        fits = len(levels) == len(written)
        for each in facts.problems():
            setting = each.where.record
            values: dict[str, str | None] = {**dict(each.values)}
            if setting == "time_zone":
                zones = sorted(available_timezones())
                values["meant"] = self.decoders[setting].meant(said["time_zone"], zones)
            if setting != "levels" or fits:
                self._say(each.code, (setting,), **values)
            fits &= setting != "levels"
        return facts, fits

    def rule_set(self) -> RuleSet:
        """Return the shipped rules with what is asked of them."""
        return RuleSet(settings=self.rules.values())

    def waivers(self) -> tuple[Waiver, ...]:
        """Return the findings that are set aside; say which name no rule."""
        known = [name for rule in SHIPPED for name in (rule.code, rule.slug)]
        waivers = []
        for number, said in enumerate(self.values.get("waivers") or ()):
            if not said or not all(said.get(key) for key in ("rule", "subject", "reason")):
                continue
            waivers.append(Waiver(**said))
            if said["rule"] not in known:
                path = ("waivers", f"[{number}]", "rule")
                meant = self.decoders["waivers"].meant(said["rule"], known)
                self._say("GT080", path, rule=said["rule"], meant=meant)
        return tuple(waivers)

    def _say(self, code: str, path: Path, **values: Any) -> None:
        decoder = self.decoders[path[0]]
        decoder.say(code, decoder.spots.get(path, decoder.spots[path[:1]]), **values)


def _merged(under: Any, over: Any) -> Any:
    """Return two mappings as one, key by key down to the last."""
    if isinstance(under, Mapping) and isinstance(over, Mapping):
        return {**under, **{key: _merged(under.get(key), each) for key, each in over.items()}}
    return under if over is None else over


def _asked(under: Setting | None, over: Setting) -> Setting:
    """Return what is asked of a rule where *over* says nothing against *under*."""
    if under is None:
        return over
    parameters = tuple(sorted({**dict(under.parameters), **dict(over.parameters)}.items()))
    severity = under.severity if over.severity is None else over.severity
    return evolve(over, severity=severity, parameters=parameters)


def _rules(given: Mapping[str, Any], decoder: Decoder) -> tuple[dict[str, Setting], list[Problem]]:
    said = {
        name: _first(asked, ("rules", name), "GT082", decoder)
        if isinstance(asked, Mapping)
        else asked
        for name, asked in _first(given, ("rules",), "GT080", decoder).items()
    }
    paths: dict[tuple[Location, str], Path] = {}

    def written(*keys: str) -> tuple[Location, str]:
        where = decoder.source.where(decoder.spots["rules", *keys])
        paths[where, keys[-1]] = ("rules", *keys)
        return where, decoder.source.quote(where.line)

    try:
        return {each.code: each for each in RuleSet.of(said, written=written).settings}, []
    except ConfigError as error:
        return {}, [_at_key(each, decoder, paths) for each in error.problems]


def _first(given: Mapping[str, Any], path: Path, code: str, decoder: Decoder) -> dict[str, Any]:
    """Return the entries of a mapping that say something, at most a thousand of them.

    There are not so many rules: what follows is counted as what is wrong with those.
    """
    said = [key for key, each in given.items() if each is not None]
    if len(said) > KEPT:
        count = f"{len(said) - KEPT:,}"
        decoder.say("GT039", decoder.keys[*path, said[KEPT]], kind=code, count=count)
    return {key: given[key] for key in said[:KEPT]}


def _at_key(
    problem: Problem, decoder: Decoder, paths: Mapping[tuple[Location, str], Path]
) -> Problem:
    """Return *problem* at the key it is about, where it is about a key."""
    values = dict(problem.values)
    name = values.get("parameter", values.get("rule", ""))
    path = paths.get((problem.where, name))
    if problem.code not in _ABOUT_KEYS or path is None:
        return problem
    where = decoder.source.where(decoder.keys[path])
    return evolve(problem, where=where, quote=decoder.source.quote(where.line))


def _level(said: Mapping[str, Any]) -> Level:
    name = said.get("level") or ""
    return Level(
        level=name,
        role=said.get("as") or (name if name in ROLES else ""),
        label=_label(said.get("label")),
        kinds=_terms(said.get("kinds") or ()),
        optional=bool(said.get("optional")),
    )


def _terms(said: Mapping[str, Any] | Sequence[str] | None) -> tuple[Term, ...]:
    """Return the terms of a vocabulary that is written as a list or as a mapping."""
    if not isinstance(said, Mapping):
        return tuple(Term(each) for each in _distinct(said or ()))
    return tuple(_term(name, each) for name, each in sorted(said.items()))


def _term(name: str, said: Any) -> Term:
    if not isinstance(said, Mapping):
        return Term(name, label=_label(said))
    return Term(
        name,
        label=_label(said.get("label")),
        aliases=_distinct(said.get("aliases") or ()),
        many=bool(said.get("many")),
        derived=said.get("derived"),
    )


def _distinct(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({each for each in texts if each}))


def _label(said: str | Mapping[str, str | None] | None) -> tuple[tuple[str, str], ...]:
    if isinstance(said, str):
        said = {"en": said}
    return tuple(sorted((lang, text) for lang, text in (said or {}).items() if text))


def _declared(said: Mapping[str, Any]) -> tuple[Declared, ...]:
    figures = []
    for figure, each in said.items():
        numbers = each if isinstance(each, Mapping) else {"exact": each}
        for how in HOW:
            value = numbers.get(how)
            if value is not None and value == value:  # noqa: PLR0124 - not NaN
                figures.append(Declared(figure, value, how))
    return tuple(figures)
