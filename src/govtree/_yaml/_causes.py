"""What a person did that made PyYAML stop: its words, and the text around the place."""

from __future__ import annotations

import re
from typing import Any, Final

from govtree._wording import Reason

__all__ = [
    "COLON",
    "LINE",
    "SURROGATE",
    "TOO_LARGE",
    "WIDE_BLANKS",
    "WIDE_COLON",
    "cause",
    "error_offset",
    "find",
    "full_width",
    "is_idle",
    "line_end",
    "tag_at",
]

#: Characters of a key without a question mark before it (YAML 1.2.2, 7.4.2).
LONGEST_KEY: Final = 1_024

LINE = re.compile("[^\r\n]+")
_BREAK = re.compile("[\r\n]")
_BREAKS = re.compile("\r\n?|\n")
SURROGATE = re.compile("[\ud800-\udfff]")
TOO_LARGE = re.compile(r"\\U(?!000|0010)")

# Bounded, because in "[!a,!a,!a" the whole rest of a file may be without a blank.
_TAG = re.compile(r"(?:&\S{1,200}\s{1,200})?(!\S{0,200})")

# Signs of a Chinese keyboard that look like those of YAML, and blanks that do not indent.
COLON = "\uff1a"
_NARROW = {
    COLON: ":",
    "\uff0c": ",",
    "\uff3b": "[",
    "\uff3d": "]",
    "\uff5b": "{",
    "\uff5d": "}",
    "\u3010": "[",
    "\u3011": "]",
    "\u201c": '"',
    "\u201d": '"',
    "\u3000": " ",
    "\xa0": " ",
}
WIDE_COLON = re.compile(COLON)
WIDE_BLANKS = "\u3000\xa0"
_WIDE_BLANK = re.compile(f"(?<![^\r\n ])[{WIDE_BLANKS}]")
_WIDE_IN_FLOW = re.compile("[" + "".join(key for key in _NARROW if _NARROW[key] != " ") + "]")


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def line_end(text: str, offset: int) -> int:
    found = _BREAK.search(text, offset)
    return found.start() if found else len(text)


def is_idle(line: str) -> bool:
    """Tell whether nothing but a comment stands in *line*."""
    line = line.strip()
    return not line or line.startswith("#")


def tag_at(text: str, offset: int) -> str:
    """Return the tag of the value at *offset* as it is written."""
    found = _TAG.match(text, offset)
    return found[1] if found else "!"


def find(pattern: re.Pattern[str], text: str, offset: int) -> int | None:
    """Return where *pattern* is found first from *offset* to the end of its line."""
    found = pattern.search(text, offset, line_end(text, offset))
    return found.start() if found else None


def full_width(text: str, offset: int) -> dict[str, str]:
    character = text[offset]
    return {"character": character, "meant": _NARROW[character]}


def error_offset(error: Any) -> int:
    """Return the offset at which PyYAML says it stopped; 0 where it does not say."""
    mark = getattr(error, "problem_mark", None)
    return 0 if mark is None else int(mark.index)


def cause(error: Any, text: str, openings: list[int]) -> tuple[str, int, dict[str, str]]:
    """Return code, offset and values for what made PyYAML stop.

    Its own words differ between its two parsers and name the symptom; what a person did is
    read from them together with the text around the place.
    """
    said = str(getattr(error, "problem", None) or error)
    context = str(getattr(error, "context", None) or "")
    last = len(text.rstrip())
    at, begun = (
        min(mark.index, last) if mark is not None else 0
        for mark in (getattr(error, "problem_mark", None), getattr(error, "context_mark", None))
    )
    line = _line_start(text, at)
    if "tab character" in said or (text.startswith("\t", at) and "cannot start" in said):
        return "GT018", at, {}
    if "quoted" in context and "unexpected" in said:
        return "GT024", begun, {"mark": text[begun : begun + 1]}
    if "quoted" in context:
        return _escape_cause(text, max(text.rfind("\\", begun, at + 1), begun))
    if "could not find expected" in said:
        return _missing_colon(text, begun)
    if "mapping values are not allowed" in said:
        return _stray_colon(text, line, at)
    if "',' or" in said:
        return _flow_cause(text, begun, at, "" if at < last else "end")
    brackets = [each for each in openings if text[each] in "[{"]
    if "node" in said and brackets:
        return _flow_cause(text, brackets[-1], at, "value" if at < last else "end")
    if "sequence entries are not allowed" in said:
        return "GT021", at, {}
    if "cannot start" in said or "anchor" in context or "alias" in context:
        offset = begun if context and "next token" not in context else at
        return "GT026", offset, {"character": text[offset : offset + 1]}
    if "block scalar" in context:
        return "GT026", begun, {"character": text[begun : begun + 1]}
    if "tag" in context or "tag handle" in said:
        return "GT031", begun, {"tag": tag_at(text, begun)}
    if "directive" in context:
        return "GT017", line, {}
    if "expected" in said and "block" in context:
        if text.startswith(":", at):
            return "GT038", at, {}
        before = text[line:at].rstrip()
        if not before.strip(" -"):
            blank = find(_WIDE_BLANK, text, line)
            if blank is not None:
                return "GT028", blank, full_width(text, blank)
            return "GT021", at, {}
        if before[-1] in "\"']}":
            return "GT025", at, {"mark": before[-1]}
    return "GT029", at, {"detail": said}


def _escape_cause(text: str, offset: int) -> tuple[str, int, dict[str, str]]:
    escape = text[offset : offset + 10]
    if lone := re.match(r"\\(?:u|U0000)([dD][89a-fA-F][0-9a-fA-F]{2})", escape):
        return "GT012", offset, {"character": f"U+{lone[1].upper()}", "count": "1"}
    return "GT027", offset, {"escape": escape[:2]}


def _missing_colon(text: str, key: int) -> tuple[str, int, dict[str, str]]:
    for pattern in (WIDE_COLON, _WIDE_BLANK):
        wide = find(pattern, text, key)
        if wide is not None:
            return "GT028", wide, full_width(text, wide)
    return "GT019", key, {}


def _stray_colon(text: str, line: int, at: int) -> tuple[str, int, dict[str, str]]:
    blank = find(_WIDE_BLANK, text, line)
    if blank is not None:
        return "GT028", blank, full_width(text, blank)
    if at - line > LONGEST_KEY:
        return (
            "GT029",
            line,
            {"detail": Reason("a key is longer than {limit} characters", limit=str(LONGEST_KEY))},
        )
    if re.search(r":\s", text[line:at]):
        return "GT020", at, {}
    above = text[:line].rstrip()
    start = _line_start(above, len(above))
    wide = find(WIDE_COLON, above, start)
    if wide is not None:
        return "GT028", wide, full_width(text, wide)
    key = start + len(above[start:]) - len(above[start:].lstrip(" -"))
    if above and ":" not in above[start:] and not above.endswith(("]", "}", "'", '"')):
        return "GT019", key, {}
    return "GT021", line + len(text[line:at]) - len(text[line:at].lstrip()), {}


def _flow_cause(text: str, opening: int, at: int, missing: str) -> tuple[str, int, dict[str, str]]:
    # Full-width signs are looked for in the line that the collection begins in, and the last.
    for start in (opening, max(opening, _line_start(text, at))):
        wide = _WIDE_IN_FLOW.search(text, start, min(at, line_end(text, start)))
        if wide is not None:
            return "GT028", wide.start(), full_width(text, wide.start())
    opened = text[opening]
    closing = "]" if opened == "[" else "}"
    if missing == "end":
        return "GT022", opening, {"opened": opened, "closing": closing}
    if missing == "value":
        return "GT029", at, {"detail": "a value is missing"}
    line = len(_BREAKS.findall(text, 0, opening)) + 1
    return "GT023", at, {"opened": opened, "closing": closing, "line": str(line)}
