"""JSON as strangers may have written it: read strictly, each fault with its line and column.

Python's own reader takes the last of two equal keys, takes NaN, and says of a value neither
line nor column. Here equal keys are refused, and limits hold before memory is taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, islice
from math import isfinite
from typing import Any, NoReturn

from attrs import define, frozen

from govtree._files import LIMITS, Limits, collector_paused
from govtree.errors import ConfigError, Location, Problem, problem

__all__ = ["Document", "Path", "read", "read_lines", "to_text"]

#: Keys and positions that lead to a value.
Path = tuple[str | int, ...]

# A quote that is never closed takes all that follows, so that looking for it takes one pass.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)', re.DOTALL)
_TOKEN = re.compile(rf"{_STRING.pattern}|[\[\]{{}},:]|[^\s\[\]{{}},:\"]+", re.DOTALL)
_LINE = re.compile(r"[^ \t\r\n][^\n]*")
_BRACKET = re.compile(r"[\[\]{}]")
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}

# Python refuses longer ones itself, by an error that has no place.
_DIGITS = 400


@frozen
class Document:
    """A value that was read, and where it and all that it holds stand.

    Attributes:
        value: Dictionaries, lists, texts, numbers, truths and None.
        file: Path of the file, as problems show it.
        text: What was read.
        line: Number of its first line in the file.
    """

    value: Any
    file: str
    text: str
    line: int = 1

    def locate(self, paths: Iterable[Path]) -> dict[Path, Location]:
        """Return where each value stands; one that is not there, where it would have to stand.

        All are found in one pass, as far as the last of them.
        """
        wanted: dict[Path, list[Path]] = {}
        for path in paths:
            found = path
            while not _is_there(self.value, found):
                found = found[:-1]
            wanted.setdefault(found, []).append(path)
        answer: dict[Path, Location] = {}
        deepest = max(map(len, wanted), default=0)
        scan = _Scan(self.text)
        for spot, piece in scan:
            if not wanted:
                break
            if len(scan.frames) > deepest or scan.is_key or piece in "]},:":
                continue
            for path in wanted.pop(scan.path(), ()):
                answer[path] = _at(self.file, self.text, spot, self.line)
        return answer


def read(data: bytes, *, file: str = "", limits: Limits = LIMITS) -> Document:
    """Return what a JSON file says.

    Raises:
        ConfigError: With the one problem that comes first.

    >>> read(b'{"a": [1, 2]}').value
    {'a': [1, 2]}
    >>> read(b'[1, NaN]').value
    Traceback (most recent call last):
    govtree.errors.ConfigError: 1:5: error[GT044]: 'NaN' is not a finite number; ...
    """
    return _read(_decoded(data, file), file, 1, limits)


def read_lines(data: bytes, *, file: str = "", limits: Limits = LIMITS) -> Iterator[Document]:
    """Yield what each line of a file of JSON lines says; blank lines are passed over.

    Raises:
        ConfigError: With the one problem that comes first.
    """
    text = _decoded(data, file)
    line, counted = 1, 0
    for found in _LINE.finditer(text):
        start = text.rfind("\n", 0, found.start()) + 1
        line += text.count("\n", counted, start)
        counted = start
        yield _read(text[start : found.end()], file, line, limits)


def to_text(values: object, *, indent: int | None = None) -> str:
    r"""Return JSON in ASCII, so that no terminal, encoding or build server can be harmed by it.

    Text stays what it is for whoever reads the JSON. What a build server would take for a
    command is written with escapes: ``#`` stands in texts only, and no line begins with one.

    >>> print(to_text({"id": "##[error]楼"}))
    {"id": "\u0023\u0023[error]\u697c"}
    """
    text = json.dumps(values, indent=indent, allow_nan=False)
    return text.replace("##", r"\u0023\u0023")


def _decoded(data: bytes, file: str) -> str:
    try:
        # Some shells put a byte order mark before what they redirect.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        where = Location(file, line=line)
        found = problem("GT010", where, encoding="UTF-8", byte=f"0x{data[error.start]:02x}")
        raise ConfigError([found]) from error


class _FaultError(Exception):
    """Something that Python's reader would take; where it stands is looked for anew."""


def _read(text: str, file: str, line: int, limits: Limits) -> Document:
    _require_limits(text, file, line, limits)
    try:
        with collector_paused():
            value = _STRICT.decode(text)
    except json.JSONDecodeError as error:
        # A fault that stands further up is told in its place.
        raise ConfigError([_fault(text, file, line, limits, error)]) from error
    except _FaultError as error:
        raise ConfigError([_fault(text, file, line, limits)]) from error
    return Document(value, file, text, line)


def _require_limits(text: str, file: str, line: int, limits: Limits) -> None:
    """Refuse what is too deep or too long, before anything is made of it."""
    if len(text) <= limits.report_nodes and text.count("[") + text.count("{") <= limits.depth:
        return
    bare = _STRING.sub("", text)
    if sum(map(bare.count, ",:[{")) > limits.report_nodes:
        most = f"{limits.report_nodes:,}"
        raise ConfigError([problem("GT071", Location(file, line=line), most=most)])
    # With more brackets than twice those that open, one too many was closed before.
    brackets = islice(_BRACKET.finditer(bare), 2 * (bare.count("[") + bare.count("{")) + 1)
    if max(accumulate(_STEP[each[0]] for each in brackets), default=0) > limits.depth:
        raise ConfigError([_fault(text, file, line, limits)])


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _FaultError
    return made


def _refused(_: str) -> NoReturn:
    raise _FaultError


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise _FaultError
    return number


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise _FaultError
    return int(digits)


_STRICT = json.JSONDecoder(
    object_pairs_hook=_mapping, parse_constant=_refused, parse_float=_finite, parse_int=_whole
)


def _fault(
    text: str, file: str, line: int, limits: Limits, error: json.JSONDecodeError | None = None
) -> Problem:
    """Return the first fault of *text*, which has one."""
    scan = _Scan(text)
    for spot, piece in scan:
        if error is not None and spot >= error.pos:
            break
        code, values = "", {}
        if piece in "[{" and len(scan.frames) >= limits.depth:
            code, values = "GT030", {"most": str(limits.depth)}
        elif scan.twice is not None:
            first = line + text.count("\n", 0, scan.twice)
            code, values = "GT037", {"key": str(scan.frames[-1].key), "first": str(first)}
        elif piece[0] not in '"[]{},:' and not _is_finite(piece):
            code, values = "GT044", {"cell": piece}
        if code:
            return problem(code, _at(file, text, spot, line), **values)
    if error is None:
        return problem("GT070", Location(file, line=line), detail="it does not end where it should")
    return problem("GT070", _at(file, text, error.pos, line), detail=error.msg)


def _is_finite(piece: str) -> bool:
    """Return whether a bare word is no number that Python would have to make infinite."""
    digits = piece.lstrip("-")
    if digits in ("NaN", "Infinity"):
        return False
    if digits.isdecimal():
        return len(piece) <= _DIGITS
    try:
        return isfinite(float(digits))
    except ValueError:
        # No number at all, which Python's reader tells.
        return True


@define
class _Frame:
    """An array or an object that is open: its position, or its key and where each key stands."""

    key: str | int
    spots: dict[str, int] | None


class _Scan:
    """Goes through the pieces of a text and keeps where it is; faulty texts are gone through too.

    Attributes:
        frames: What is open around the piece; what it opens itself is not among them.
        is_key: Whether the piece is a key.
        twice: Where the same key stood before, None where it did not.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.frames: list[_Frame] = []
        self.is_key = False
        self.twice: int | None = None

    def path(self) -> Path:
        """Return the keys and positions that lead to the value at the piece."""
        return tuple(each.key for each in self.frames)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        awaits_key = False
        for found in _TOKEN.finditer(self._text):
            piece = found[0]
            inside = self.frames[-1] if self.frames else None
            self.twice = None
            self.is_key = awaits_key and piece[0] == '"'
            if self.is_key and inside is not None and inside.spots is not None:
                inside.key = _key(piece)
                self.twice = inside.spots.get(inside.key)
                inside.spots[inside.key] = found.start()
                awaits_key = False
            yield found.start(), piece
            if piece in "[{":
                awaits_key = piece == "{"
                self.frames.append(_Frame("" if awaits_key else 0, {} if awaits_key else None))
            elif piece in "]}" and self.frames:
                self.frames.pop()
                awaits_key = False
            elif piece == "," and inside is not None:
                if isinstance(inside.key, int):
                    inside.key += 1
                awaits_key = inside.spots is not None


def _key(piece: str) -> str:
    try:
        return str(json.loads(piece))
    except json.JSONDecodeError:
        return piece


def _is_there(value: Any, path: Path) -> bool:
    for step in path:
        if isinstance(value, Mapping) and isinstance(step, str):
            if step not in value:
                return False
            value = value[step]
        elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
            value = value[step]
        else:
            return False
    return True


def _at(file: str, text: str, spot: int, line: int) -> Location:
    """Return the place of a character; *line* is that of the first one."""
    return Location(
        file,
        line=line + text.count("\n", 0, spot),
        column=spot - text.rfind("\n", 0, spot),
    )
