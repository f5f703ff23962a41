"""``govtree rules`` and ``govtree profiles``: what comes with govtree, and what is installed."""

from __future__ import annotations

import argparse
import contextlib
import sys

from govtree._markup import short
from govtree.cli._output import (
    CLEAN,
    has_color,
    language,
    no_such,
    print_json,
    print_text,
    refuse_words,
)
from govtree.config import Profile, shipped_profiles
from govtree.display._terminal import Ink
from govtree.display._terms import Terms
from govtree.display.catalogue import rule_json, rule_text, rules_text
from govtree.rules import SHIPPED, named, packages

__all__ = ["profiles", "rules"]


def rules(told: argparse.Namespace) -> int:
    """Print the rules there are, or all about one."""
    lang = language(told.lang)
    with contextlib.redirect_stdout(sys.stderr):
        found = packages()
    known = (*SHIPPED, *(each for package in found for each in package.rules))
    chosen = known
    if told.rule is not None:
        chosen = named(known, told.rule)
        if not chosen:
            names = [word for each in known for word in (each.code, each.slug)]
            return refuse_words(no_such("rule", told.rule, names), as_json=told.json)
    for each in found:
        if each.reason:
            line = f"govtree: the rules of package '{short(each.package)}' cannot be loaded: "
            print(line + each.reason, file=sys.stderr)
    if told.json:
        return print_json([rule_json(each, lang) for each in chosen], CLEAN)
    color = has_color(sys.stdout)
    if told.rule is not None and len(chosen) == 1:
        return print_text(rule_text(chosen[0], color=color, lang=lang), CLEAN)
    return print_text(rules_text(chosen, color=color, lang=lang), CLEAN)


def profiles(told: argparse.Namespace) -> int:
    """Print the shipped profiles, or one of them as it is written."""
    lang = language(told.lang)
    found = shipped_profiles()
    chosen = [each for each in found if told.profile in (None, each.name)]
    if not chosen:
        names = [each.name for each in found]
        return refuse_words(no_such("profile", told.profile, names), as_json=told.json)
    if told.json:
        return print_json([each.as_json() for each in chosen], CLEAN)
    if told.profile is not None:
        return print_text(chosen[0].text.rstrip("\n"), CLEAN)
    ink = Ink(has_color(sys.stdout))
    return print_text("\n\n".join(_profile(each, ink, lang) for each in chosen), CLEAN)


def _profile(profile: Profile, ink: Ink, lang: str) -> str:
    levels = profile.structure.hierarchy.levels
    terms = Terms(levels, lang)
    chain = " > ".join(terms.called(each.table) for each in levels)
    on = terms.say("{on} of {all} rules on", on=len(profile.on()), all=len(SHIPPED))
    lines = (f"  {profile.about}" if profile.about else "", f"  {chain}; {on}")
    return "\n".join([ink.on(profile.name, "bold"), *(line for line in lines if line)])
