"""What a finding asks for: a field of its own unit, or an answer in words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping

from govtree._messages import say
from govtree._rows import tables_of
from govtree._wording import Label, either
from govtree.rules import SHIPPED, Rule
from govtree.units import (
    ABOVE,
    BESIDE,
    NODE,
    SHIPPED_LEVELS,
    TERRITORY,
    UNIT,
    Column,
    Level,
    Shape,
    columns_of,
)

__all__ = ["COLUMNS", "Fields", "asked_by", "key_of", "targets_of", "told"]

#: Columns of a list; what each is called in a language is said by :func:`govtree._messages.say`.
COLUMNS = ("code", "level", "unit", "name", "place", "fault", "fill in", "answer", "key")

#: Fields that a finding may ask for, by name.
Fields = Mapping[str, Column]

# What one cell can hold.
_SHAPES: frozenset[Shape] = frozenset(
    ("text", "term", "whole", "number", "date", "truth", "reference")
)


def asked_by(
    levels: Iterable[Level] = SHIPPED_LEVELS, rules: Iterable[Rule] = ()
) -> dict[str, Fields]:
    """Return by code of a rule the fields of its subject that mend what it finds.

    They are those of the subject's own table that the rule looks at (its ``needs``) and that
    its hint names. Where there is none, an answer is words; where there are several, only one
    who knows the structure can tell which of them an answer is for.

    Args:
        levels: The levels of the structure.
        rules: Rules beside the shipped ones.

    >>> asked = asked_by()
    >>> list(asked["GT202"]), list(asked["GT208"]), list(asked["GT210"])
    (['grid'], ['building', 'entrance'], [])
    """
    records = tables_of(levels)
    asked: dict[str, Fields] = {}
    for rule in (*SHIPPED, *rules):
        own = columns_of(records[rule.subject]) if rule.subject in records else {}
        looked_at = {
            alternative.partition(">")[0].removeprefix(f"{rule.subject}.")
            for need in rule.needs
            for alternative in need.split("|")
            if alternative.startswith(f"{rule.subject}.")
        }
        named = set(re.findall(r"\w+", rule.hint))
        asked[rule.code] = {
            name: column
            for name, column in own.items()
            if name in looked_at & named and column.shape in _SHAPES
        }
    return asked


def targets_of(column: Column, level: str, levels: Iterable[Level]) -> list[str]:
    """Return the tables that a field of a unit may point into.

    Args:
        column: The field.
        level: The table of the unit.
        levels: The levels of the structure.
    """
    chain = [each.table for each in levels]
    names: list[str] = []
    for target in column.targets:
        if target == ABOVE:
            names += chain[: chain.index(level)] if level in chain else chain
        elif target in (UNIT, NODE):
            names += [*chain, *TERRITORY, *(BESIDE if target == NODE else ())]
        else:
            names.append(target)
    return names


def told(
    fields: Fields,
    lang: str,
    words: Mapping[str, Iterable[str]] | None = None,
    offered: Collection[str] = (),
) -> str:
    """Return what is to be filled in, for whoever does.

    Args:
        fields: The fields that are asked for.
        lang: The language.
        words: The words of vocabularies, by field.
        offered: Fields whose units stand in the second sheet, to choose from.

    >>> told(asked_by()["GT202"], "en"), told({}, "en")
    ('grid: an id', 'what you found, or did about it')
    """
    if not fields:
        return say("what you found, or did about it", lang)
    listed = words or {}
    parts = []
    for name, column in fields.items():
        field = Label(name, is_ours=True).said(lang)
        if known := tuple(listed.get(name, ())):
            said = either([Label(each) for each in known]).said(lang)
            parts.append(say("{field}: {what}", lang, field=field, what=said))
        else:
            what = _what(column.shape, lang, is_offered=name in offered)
            parts.append(say("{field}: {what}", lang, field=field, what=what))
    return "; ".join(parts)


def _what(shape: Shape, lang: str, *, is_offered: bool) -> str:
    if shape == "reference":
        sheet = say("choices", lang)
        offer = say("an id or a name from sheet '{sheet}'", lang, sheet=sheet)
        return offer if is_offered else say("an id", lang)
    if shape == "whole":
        return say("a whole number", lang)
    if shape == "number":
        return say("a number", lang)
    if shape == "date":
        return say("a day, such as 2025-06-30", lang)
    return say("yes or no", lang) if shape == "truth" else say("a text", lang)


def key_of(fingerprint: str, code: str, unit: str) -> str:
    """Return the key of a row: the fingerprint of its finding, and what ties it to the row.

    A row whose code or unit is no longer that of its key shows itself, also to who does not
    have the report. It keeps slips out, not forgers.

    >>> key_of("065ffc1c0f0026c3ed5ce2a1951c1169", "GT210", "N-1")
    '065ffc1c0f0026c3ed5ce2a1951c1169-9377a8a6'
    """
    digest = hashlib.blake2b(digest_size=4)
    for text in (fingerprint, code, unit):
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return f"{fingerprint}-{digest.hexdigest()}"
