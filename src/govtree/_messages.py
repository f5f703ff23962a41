"""Every text that a problem can say, in English here and in Chinese beside this file.

A message is a template with named places, ``"id '{id}' is used twice"``; its values are put
in once, by plain replacement. A value is never read as a template, so that braces in a
name of a user stay what they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["ENGLISH", "MEANT", "Text", "fill"]


class Text(NamedTuple):
    """What one code says: its readable name, its message, and how to mend what is wrong."""

    slug: str
    message: str
    hint: str = ""


#: The hint of every problem that has a near miss, whatever its code.
MEANT = "did you mean '{meant}'?"

#: Code to text, sorted by code; a code is never used again for something else.
ENGLISH: Mapping[str, Text] = MappingProxyType(
    {
        "GT101": Text(
            "duplicate-id",
            "id '{id}' is used twice; first used in {first}",
        ),
    }
)

_PLACE = re.compile(r"\{([a-z_]+)\}")


def fill(
    code: str, part: str, template: str, values: Iterable[tuple[str, str]], lang: str = "en"
) -> str:
    """Return *template*, or its translation, with *values* in its named places.

    Args:
        code: Code of the problem, or ``"meant"`` for the hint of a near miss.
        part: ``"message"`` or ``"hint"``.
        template: The English text; used where *lang* has no translation.
        values: Name and text pairs, already escaped for where the text will be shown.
        lang: Tag of a language, ``"en"``, ``"zh"`` or ``"zh-CN"``.

    A place without a value stays as it is written.

    >>> fill("GT101", "message", "id '{id}' is used twice", [("id", "{id}")])
    "id '{id}' is used twice"
    """
    language = re.split("[-_]", lang, maxsplit=1)[0].lower()
    if language == "zh":
        template = _chinese().get(code, {}).get(part, template)
    named = dict(values)
    return _PLACE.sub(lambda place: named.get(place[1], place[0]), template)


@cache
def _chinese() -> Mapping[str, Mapping[str, str]]:
    text = resources.files("govtree").joinpath("messages.zh.json").read_text(encoding="utf-8")
    catalogue: Mapping[str, Mapping[str, str]] = json.loads(text)
    return catalogue
