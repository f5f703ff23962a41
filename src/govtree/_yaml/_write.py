"""Plain values to YAML text that every reader reads alike."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from govtree._files import LIMITS
from govtree.errors import OutOfRangeError

__all__ = ["Plain", "write"]

#: What can be written. Numbers, truths and days are plain, texts are quoted where need be.
Plain: TypeAlias = "Mapping[str, Plain] | Sequence[Plain] | str | float | bool | dt.date | None"

#: Characters of a record in one line; longer ones are written over several.
WIDTH: Final = 160

#: Characters of a line that holds a key and its collection.
NARROW: Final = 80

#: Characters of a written key; behind 1,024 a reader no longer finds its colon.
KEY: Final = 1_000

#: A text may go without quotes if it begins with a letter and has nothing but these.
_UNQUOTED = re.compile(r"[^\W\d_](?:[\w./()+\u00b7-]| (?=[^ ]))*")

#: Words that some reader of YAML, or a schema of ours, takes for something else than text.
_WORDS = re.compile(
    "y|n|yes|no|on|off|true|false|null|none|nil|nan|inf|infinity|unknown", re.IGNORECASE
)

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}
_ESCAPED = re.compile(
    '["\\\\\x00-\x1f\x7f-\xa0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f'
    "\u2028-\u202f\u205f-\u206f\u3000\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)


def write(value: Mapping[str, Plain]) -> str:
    r"""Return *value* as YAML: sections as blocks, each record of a list in a line of its own.

    A text is quoted wherever a reader of YAML 1.1 or 1.2, or a person, could take it for
    something else: ``no``, ``1e3``, ``012``, days, full-width signs. Characters that cannot
    be seen are written as escapes. So every text is read back as it was, by any reader.

    Args:
        value: Mappings with text as keys, sequences, texts, numbers, truths, days and none,
            at most 64 inside one another.

    Raises:
        OutOfRangeError: If something else is in *value*, if it is nested too deep, or if a
            text is an empty key or holds a lone surrogate, which no file can.

    >>> print(write({"name": "no", "groups": [{"id": "G-1", "since": dt.date(2024, 3, 1)}]}))
    name: "no"
    groups:
      - {id: G-1, since: 2024-03-01}
    <BLANKLINE>
    """
    lines = _block(value, 0) if value else iter(["{}"])
    return "".join(f"{line}\n" for line in lines)


def _block(value: Mapping[str, Plain], depth: int) -> Iterator[str]:
    blank = "  " * depth
    for key, each in value.items():
        name = _key(key)
        flow = _flow(each, depth + 1)
        if len(name) > KEY:
            yield f"{blank}? {name}"
            yield f"{blank}: {flow}"
        elif not _is_long(each, flow, len(blank) + len(name)):
            yield f"{blank}{name}: {flow}"
        else:
            yield f"{blank}{name}:"
            yield from _below(each, depth + 1)


def _rows(value: Sequence[Plain], depth: int) -> Iterator[str]:
    blank = "  " * depth
    for each in value:
        flow = _flow(each, depth + 1)
        if not isinstance(each, Mapping | list | tuple) or len(blank) + len(flow) <= WIDTH:
            yield f"{blank}- {flow}"
        else:
            lines = _below(each, depth + 1)
            yield f"{blank}- {next(lines).lstrip(' ')}"
            yield from lines


def _below(value: Plain, depth: int) -> Iterator[str]:
    return _block(value, depth) if isinstance(value, Mapping) else _rows(_sequence(value), depth)


def _is_long(value: Plain, flow: str, before: int) -> bool:
    """Tell whether *value* needs lines of its own below its key."""
    if not value or not isinstance(value, Mapping | list | tuple):
        return False
    has_records = not isinstance(value, Mapping) and isinstance(value[0], Mapping)
    return has_records or before + len(flow) > NARROW


def _flow(value: Plain, depth: int) -> str:
    """Return *value* in one line."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping | list | tuple):
        if depth >= LIMITS.depth:
            raise OutOfRangeError(f"nested more than {LIMITS.depth} levels deep")
        if isinstance(value, Mapping):
            return "{" + ", ".join(_pair(*each, depth + 1) for each in value.items()) + "}"
        return "[" + ", ".join(_flow(each, depth + 1) for each in value) + "]"
    return _scalar(value)


def _pair(key: str, value: Plain, depth: int) -> str:
    name = _key(key)
    return f"{'? ' if len(name) > KEY else ''}{name}: {_flow(value, depth)}"


def _sequence(value: Plain) -> Sequence[Plain]:
    if isinstance(value, list | tuple):
        return value
    raise OutOfRangeError(f"cannot be written as YAML: {type(value).__name__}")


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    raise OutOfRangeError(f"cannot be written as YAML: {type(value).__name__}")


def _number(value: float) -> str:
    if math.isfinite(value):
        text = repr(value)
        # Readers of YAML 1.1 take a number with an exponent for text if it has no point.
        return text if "e" not in text or "." in text else text.replace("e", ".0e")
    return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"


def _key(key: object) -> str:
    if isinstance(key, str) and key:
        return _text(key)
    raise OutOfRangeError(f"a key has to be text, not {key!r}")


def _text(value: str) -> str:
    if (
        _UNQUOTED.fullmatch(value)
        and not _WORDS.fullmatch(value)
        and (value.isascii() or unicodedata.normalize("NFKC", value) == value)
    ):
        return value
    return f'"{_ESCAPED.sub(_escape, value)}"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    number = ord(character)
    if character in _ESCAPES:
        return _ESCAPES[character]
    if 0xD800 <= number <= 0xDFFF:
        raise OutOfRangeError(f"no file can hold the lone surrogate U+{number:04X}")
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
