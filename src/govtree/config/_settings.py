"""Decoded settings of a file and its profiles: merged, and made facts, rules and waivers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias
from zoneinfo import available_timezones

from attrs import evolve, field, frozen

from govtree.config._decode import Decoder, Path
from govtree.config._schema import HOW
from govtree.errors import KEPT, ConfigError, Location, Problem
from govtree.facts import Facts
from govtree.hierarchy import Hierarchy
from govtree.rules import NEWEST, RULE_SETS, SHIPPED, Rule, RuleSet, Setting, Waiver, find, packages
from govtree.rules._declared import no_figure
from govtree.rules._installed import prefix_of
from govtree.rules._scope import tags_given
from govtree.units import ROLES, SHIPPED_LEVELS, Declared, Level, Term

__all__ = ["Settings"]

#: Problems of a rule's setting that are about the name in front of the colon.
_ABOUT_KEYS = ("GT080", "GT081", "GT082")

#: A word, and the words that its rule has besides its vocabulary: document, where it stands in
#: it, vocabulary, word, and those.
_Word: TypeAlias = tuple[Decoder, Path, str, str, tuple[str, ...]]


@frozen
class Settings:
    """What stands in a file and the profiles it starts from, and where.

    Attributes:
        values: Decoded settings by key, but for the rules.
        decoders: Which document each key comes from.
        asked: What is asked of rules as each document writes it, the nearest first.
        rules: What is asked of rules, by code.
        further: Rules of other packages that are named, sorted by code.
    """

    values: Mapping[str, Any] = field(factory=dict)
    decoders: Mapping[str, Decoder] = field(factory=dict)
    asked: tuple[tuple[Decoder, Mapping[str, Any]], ...] = ()
    rules: Mapping[str, Setting] = field(factory=dict)
    further: tuple[Rule, ...] = ()

    @classmethod
    def of(cls, decoded: Mapping[str, Any], decoder: Decoder) -> tuple[Settings, list[Problem]]:
        """Return the settings of one document, and what is wrong with its rules."""
        asked = decoded.get("rules") or {}
        further = _further(asked, decoder)
        rules, problems = _rules(asked, further, decoder)
        given = {key: value for key, value in decoded.items() if value is not None}
        decoders = dict.fromkeys(decoded, decoder)
        return cls(given, decoders, ((decoder, asked),), rules, further), problems

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
            rules[code] = setting.over(rules.get(code))
        further = {each.code: each for each in (*profile.further, *self.further)}
        decoders = {**profile.decoders, **self.decoders}
        return Settings(
            values,
            decoders,
            (*self.asked, *profile.asked),
            rules,
            tuple(further[code] for code in sorted(further)),
        )

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
            collected=None if said.get("collected") is None else _distinct(said["collected"]),
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
        """Return the rules of the set that is named, with what is asked of them.

        A rule that is named itself is among them, whatever set it came with.
        """
        name = self.values.get("rule_set") or ""
        if name and name not in RULE_SETS:
            meant = self.decoders["rule_set"].meant(name, RULE_SETS)
            self._say("GT100", ("rule_set",), name=name, known=", ".join(RULE_SETS), meant=meant)
            name = ""
        rules = RuleSet.named(name or NEWEST).rules
        later = [each for each in SHIPPED if each.code in self.rules and each not in rules]
        return RuleSet((*rules, *later, *self.further), self.rules.values(), name)

    def waivers(self) -> tuple[Waiver, ...]:
        """Return the findings that are set aside; say which name no rule."""
        rules = (*SHIPPED, *self.further)
        known = [name for rule in rules for name in (rule.code, rule.slug)]
        waivers = []
        for number, said in enumerate(self.values.get("waivers") or ()):
            if not said or not all(said.get(key) for key in ("rule", "subject", "reason", "until")):
                continue
            path = ("waivers", f"[{number}]")
            decoder = self.decoders["waivers"]
            if not said["reason"].strip():
                self._say("GT092", (*path, "reason"), what="a waiver", key="reason")
            waivers.append(Waiver(**said, where=decoder.source.where(decoder.spots[path])))
            if said["rule"] not in known:
                meant = decoder.meant(said["rule"], known)
                self._say("GT080", (*path, "rule"), rule=said["rule"], meant=meant)
        return tuple(waivers)

    def check_names(self, h: Hierarchy) -> None:
        """Say which units and words that settings name are not there."""
        for number, id in enumerate(h.facts.collected or ()):
            if id not in h:
                self._say("GT125", ("collected", f"[{number}]"), id=id, field="collected")
        self._check_figures(h)
        tags = sorted(tags_given(h))
        for decoder, path, vocabulary, word, own in self._words():
            terms = h.facts.terms(vocabulary)
            known = [*own, *(term.term for term in terms)]
            # What somebody is tagged with is a word, listed or not.
            others = [*(each for term in terms for each in term.aliases)]
            others += tags if vocabulary == "tag" else ()
            if terms and word not in (*known, *others):
                told = {"word": word, "vocabulary": vocabulary, "known": ", ".join(known[:12])}
                meant = decoder.meant(word, (*known, *others))
                decoder.say("GT107", decoder.spots[path], **told, meant=meant)
        for decoder, path, case in self._cases():
            if case.get("unit") is not None and case["unit"] not in h:
                spot = decoder.spots[*path, "unit"]
                decoder.say("GT125", spot, id=case["unit"], field="where")

    def _check_figures(self, h: Hierarchy) -> None:
        """Say which declared figures are called as nothing is.

        A word that could be there is unknown only where one is that is nearly the same.
        """
        for figure in dict.fromkeys(each.figure for each in h.declared):
            found = no_figure(h, figure)
            path = ("declared", figure)
            if found is None:
                continue
            decoder = next(each for each, _ in self.asked if path in each.keys)
            meant = decoder.meant(found.word, found.known)
            if meant or found.is_closed:
                whole = f"{found.before}{meant}{found.after}" if meant else None
                # A structure that a program made may declare anything, and comes back from files.
                spot = decoder.keys[path]
                decoder.say("GT126", spot, severity="warning", figure=figure, meant=whole)

    def _words(self) -> Iterator[_Word]:
        """Yield each word that a rule is asked for, or that a case names compounds by."""
        for decoder, path, rule, said in self._in_force():
            for each in rule.parameters:
                for at, text in _texts(said.get(each.name), (*path, each.name)):
                    for vocabulary, word in each.words(text):
                        own = each.form.own if vocabulary == each.vocabulary else ()
                        yield decoder, at, vocabulary, word, own
        for decoder, path, case in self._cases():
            for key, vocabulary in (("type", "compound_type"), ("tier", "tier")):
                if case.get(key) is not None:
                    yield decoder, (*path, key), vocabulary, case[key], ()

    def _cases(self) -> Iterator[tuple[Decoder, Path, Mapping[str, Any]]]:
        for decoder, path, _, said in self._in_force():
            if path[-1].startswith("["):
                yield decoder, path, said

    def _in_force(self) -> Iterator[tuple[Decoder, Path, Rule, Mapping[str, Any]]]:
        """Yield what each document asks of rules and in cases of theirs, and no nearer one does."""
        seen = set()
        for decoder, asked in self.asked:
            for name, said in asked.items():
                rule = find((*SHIPPED, *self.further), name)
                if rule is None or not isinstance(said, Mapping):
                    continue
                new = {key: each for key, each in said.items() if (rule.code, key) not in seen}
                seen |= {(rule.code, key) for key, each in new.items() if each is not None}
                yield decoder, ("rules", name), rule, new
                for number, case in enumerate(new.get("where") or ()):
                    if case:
                        yield decoder, ("rules", name, "where", f"[{number}]"), rule, case

    def _say(self, code: str, path: Path, **values: Any) -> None:
        decoder = self.decoders[path[0]]
        decoder.say(code, decoder.spots.get(path, decoder.spots[path[:1]]), **values)


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the texts of a value, which is one or a list of them, and where each stands."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield (*path, f"[{number}]"), each


def _merged(under: Any, over: Any) -> Any:
    """Return two mappings as one, key by key down to the last."""
    if isinstance(under, Mapping) and isinstance(over, Mapping):
        return {**under, **{key: _merged(under.get(key), each) for key, each in over.items()}}
    return under if over is None else over


def _further(asked: Mapping[str, Any], decoder: Decoder) -> tuple[Rule, ...]:
    """Return the rules of other packages whose codes are named; say which cannot be loaded."""
    named = {prefix_of(code): code for code in asked if prefix_of(code)}
    rules: list[Rule] = []
    for each in packages(named) if named else ():
        rules += each.rules
        if each.reason:
            spot = decoder.keys["rules", named[each.prefix]]
            decoder.say("GT087", spot, package=each.package, reason=each.reason)
    return tuple(rules)


def _rules(
    given: Mapping[str, Any], further: Sequence[Rule], decoder: Decoder
) -> tuple[dict[str, Setting], list[Problem]]:
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
        asked = RuleSet.of(said, rules=(*SHIPPED, *further), written=written)
        return {each.code: each for each in asked.settings}, []
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
