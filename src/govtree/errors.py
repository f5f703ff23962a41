"""Problems, where they stand, and every exception that govtree raises.

A problem is data first; its text is made in one place (:meth:`Problem.render`), so that a
language, a terminal and a log file cannot disagree about what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Protocol

from attrs import field, frozen
from attrs import field as attribute

from govtree import _markup, _messages
from govtree._wording import Reason, in_a_row

__all__ = [
    "KEPT",
    "ConfigError",
    "FileError",
    "GovtreeError",
    "Location",
    "MissingExtraError",
    "OutOfRangeError",
    "Places",
    "Problem",
    "RecordPlaces",
    "StructureError",
    "Tally",
    "UnknownIdError",
    "UnknownLevelError",
    "problem",
]

#: Problems of one kind that are kept of one input; the rest are counted.
KEPT = 1_000

#: Names of values that are phrases of govtree, which are said in the language of the reader.
_OURS = ("detail", "expected", "found", "kind", "level", "reason", "table", "what", "who")
#: The value that lists what would have been right, joined by ``, ``.
_KNOWN = "known"


@frozen(order=True)
class Location:
    """Where something stands: a place in a file, a row of a table, or a record.

    Lines, columns and rows count from 1, and 0 is "not known". A header is row 1 of its table.

    >>> str(Location("jinzhai.yaml", line=9, column=3))
    'jinzhai.yaml:9:3'
    >>> str(Location("households.csv", row=17, field="楼组"))
    'households.csv:row 17:楼组'
    >>> str(Location("上报/a.xlsx", sheet="住户", row=5, field="人数"))
    '上报/a.xlsx:住户:row 5:人数'
    >>> str(Location(record="groups[3]", field="parent"))
    'groups[3]:parent'
    """

    file: str = ""
    sheet: str = attribute(default="", kw_only=True)
    line: int = 0
    column: int = 0
    row: int = 0
    record: str = ""
    field: str = ""

    def __str__(self) -> str:
        return self.said(lang="en")

    def said(self, lang: str) -> str:
        """Return the place in *lang*, as a text names it that is about another place.

        >>> Location("a.xlsx", row=5).said("zh")
        'a.xlsx:第 5 行'
        """
        parts = [self.file, self.sheet]
        if self.line:
            parts += [str(self.line), str(self.column)] if self.column else [str(self.line)]
        if self.row:
            parts.append(_messages.say("row {row}", lang, row=str(self.row)))
        parts += [self.record, "" if self.line else self.field]
        return _markup.one_line(":".join(part for part in parts if part))


@frozen(order=True)
class Problem:
    """One thing that is wrong with an input: where, what, and how to mend it.

    Attributes:
        where: Place of the faulty cell or record.
        code: Stable code, ``GT`` and three digits; ``docs/problems.md`` explains each.
        message: Template in English with named places, ``"id '{id}' is used twice"``.
        values: The named values, sorted by name. A value named ``meant`` is a near miss
            that the input probably meant, and becomes the hint. A value that govtree itself
            words around a name, such as ``grid 'N-1'``, knows its other languages.
        hint: Template that tells how to mend it.
        severity: ``"error"`` or ``"warning"``; nothing is built from an input with errors.
        quote: The line of the source, for files whose lines may be shown.
    """

    where: Location
    code: str
    message: str
    values: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    severity: str = "error"
    quote: str = field(default="", order=False)

    def text(self, lang: str = "en") -> str:
        """Return the message in *lang*, on one line, without its place."""
        return _messages.fill(self.code, "message", self.message, self._shown(lang), lang)

    def mend(self, lang: str = "en") -> str:
        """Return how to mend it in *lang*; empty where nothing can be said."""
        if any(name == "meant" for name, _ in self.values):
            return _messages.fill("meant", "hint", _messages.MEANT, self._shown(lang), lang)
        return _messages.fill(self.code, "hint", self.hint, self._shown(lang), lang)

    def render(self, lang: str = "en", *, quote: bool = True) -> str:
        """Return the problem as text: place, code, message, hint, and the line with a caret.

        >>> where = Location("a.yaml", line=2, column=13)
        >>> print(problem("GT037", where, key="id", first="1", quote="  - id: 7, id: 8").render())
        a.yaml:2:13: error[GT037]: key 'id' is given twice; first in line 1; keep one of the two
         2 |   - id: 7, id: 8
           |             ^
        """
        head = f"{self.where}: " if str(self.where) else ""
        text, mend = self.text(lang), self.mend(lang)
        if mend:
            text = _messages.say("{text}; {hint}", lang, text=text, hint=mend)
        line = f"{head}{self.severity}[{self.code}]: {text}"
        if quote and self.quote:
            line += "\n" + _markup.caret(self.quote, self.where.line, self.where.column)
        return line

    def as_json(self, lang: str = "en") -> dict[str, object]:
        """Return the problem as plain values, the same keys in every language."""
        return {
            "code": self.code,
            "severity": self.severity,
            "file": self.where.file,
            "sheet": self.where.sheet,
            "line": self.where.line,
            "column": self.where.column,
            "row": self.where.row,
            "record": self.where.record,
            "field": self.where.field,
            "message": self.text(lang),
            "hint": self.mend(lang),
            "values": dict(self.values),
        }

    def __str__(self) -> str:
        return self.render(quote=False)

    def _shown(self, lang: str) -> list[tuple[str, str]]:
        # The one place where values of strangers become text for a terminal or a log.
        return [(name, _markup.short(_said(name, value, lang))) for name, value in self.values]


def _said(name: str, value: str, lang: str) -> str:
    if isinstance(value, Reason):
        return value.said(lang)
    if name == _KNOWN:
        return in_a_row(value.split(", "), lang)
    return _messages.say(value, lang) if name in _OURS else value


def problem(
    code: str, where: Location, *, severity: str = "error", quote: str = "", **values: object
) -> Problem:
    """Return the problem with *code*, its texts taken from the catalogue of messages.

    A value ``meant`` that is empty is left out: nothing near was found.

    Raises:
        KeyError: If the catalogue has no such code.
    """
    text = _messages.ENGLISH[code]
    named = tuple(
        sorted(
            (name, value if isinstance(value, Reason) else str(value))
            for name, value in values.items()
            if name != "meant" or value
        )
    )
    return Problem(where, code, text.message, named, text.hint, severity, quote)


class Tally:
    """Problems of one input: the first thousand of each kind, and how many more there were.

    A hostile file may have a problem in every second byte.

    >>> tally = Tally()
    >>> for row in range(1, 1_004):
    ...     tally.add("GT030", lambda: problem("GT030", Location("a.csv", row=row), most=64))
    >>> len(tally.problems()), str(tally.problems()[-1])
    (1001, 'a.csv:row 1000: error[GT039]: 3 more problems of kind GT030 from here on')
    """

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self._counts: dict[str, int] = {}

    def add(self, code: str, made: Callable[[], Problem]) -> None:
        """Count a problem with *code*; it is *made* only where it is kept."""
        count = self._counts[code] = self._counts.get(code, 0) + 1
        if count <= KEPT:
            self._kept.append(made())

    def say(self, code: str, where: Callable[[], Location], /, **values: Any) -> None:
        """Count a problem; its place is asked for only where it is kept."""
        self.add(code, lambda: problem(code, where(), **values))

    def take(self, known: Iterable[Problem]) -> None:
        """Count problems that were found elsewhere."""
        for each in known:
            self.add(each.code, partial(_itself, each))

    def stop(self) -> None:
        """Raise what is kept.

        Raises:
            StructureError: If there is any problem.
        """
        if self._kept:
            raise StructureError(self.problems())

    def is_full(self, code: str) -> bool:
        """Return whether further problems with *code* are only counted."""
        return self._counts.get(code, 0) >= KEPT

    def problems(self) -> tuple[Problem, ...]:
        """Return what is kept, sorted; one more a kind stands for what was only counted."""
        rest = []
        for code, count in self._counts.items():
            if count > KEPT:
                last = max(each for each in self._kept if each.code == code)
                said = {"kind": code, "count": f"{count - KEPT:,}"}
                rest.append(problem("GT039", last.where, quote=last.quote, **said))
        return tuple(sorted(self._kept + rest))


def _itself(known: Problem) -> Problem:
    return known


class Places(Protocol):
    """Where the rows of an input stand."""

    def at(self, row: int, field: str = "") -> Location:
        """Return the place of a row, or of its cell in *field*; rows count from 0 here."""

    def quote(self, row: int, field: str = "") -> str:
        """Return the line of the source, or an empty text where it may not be shown."""


@frozen
class RecordPlaces:
    """Places of records that were handed in by a program.

    >>> str(RecordPlaces("groups").at(3, "parent"))
    'groups[3]:parent'
    """

    section: str

    def at(self, row: int, field: str = "") -> Location:
        """Return the place of a record, by its position."""
        return Location(record=f"{self.section}[{row}]", field=field)

    def quote(self, row: int, field: str = "") -> str:  # noqa: ARG002 - the protocol's names
        """Return nothing: records have no source."""
        return ""


class GovtreeError(Exception):
    """Base of every exception that govtree raises on purpose."""


class StructureError(GovtreeError):
    """Records do not form a hierarchy. Carries every problem found, sorted.

    Attributes:
        problems: Everything found, errors and warnings, sorted by place and code.
    """

    #: How many problems the text of the exception shows; counting is never capped.
    SHOWN = 20

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        shown = [each.render() for each in self.problems[: self.SHOWN]]
        rest = len(self.problems) - len(shown)
        if rest:
            shown.append(f"... and {rest:,} more")
        return "\n".join(shown)


class ConfigError(StructureError):
    """Files could not be read as a structure. Carries every problem of every file, sorted."""


class FileError(ConfigError):
    """A file could not be opened, read or written. Nothing that it says is ever quoted."""


class MissingExtraError(GovtreeError, ImportError):
    """A part of govtree needs an optional package that is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        self.package = package
        self.extra = extra
        super().__init__(package, extra)

    def __str__(self) -> str:
        return (
            f"this needs {self.package}, which is not installed; "
            f'install it with: pip install "govtree[{self.extra}]"'
        )


class OutOfRangeError(GovtreeError, ValueError):
    """An argument is outside of the range that its description names."""


class UnknownIdError(GovtreeError, KeyError):
    """No unit, area, body or post has this id.

    Attributes:
        id: The id that was asked for.
    """

    def __init__(self, id: str, meant: str | Callable[[], str] = "") -> None:
        self.id = id
        self._meant = meant
        super().__init__(id)

    @property
    def meant(self) -> str:
        """The nearest id that there is, or an empty text."""
        # Who asks for many ids and expects some to be missing does not pay for a search.
        if not isinstance(self._meant, str):
            self._meant = self._meant()
        return self._meant

    def __reduce__(self) -> tuple[type[UnknownIdError], tuple[str, str]]:
        return type(self), (self.id, self.meant)

    def __str__(self) -> str:
        hint = f"; did you mean '{self.meant}'?" if self.meant else ""
        return _markup.one_line(f"there is no '{self.id}'{hint}")


class UnknownLevelError(GovtreeError, LookupError):
    """The structure has no such level, table or field.

    Attributes:
        name: The name that was asked for.
        known: The names that there are.
        meant: The nearest of them, or an empty text.
    """

    def __init__(self, name: str, known: Iterable[str] = (), meant: str = "") -> None:
        self.name = name
        self.known = tuple(known)
        self.meant = meant
        super().__init__(name, self.known, meant)

    def __str__(self) -> str:
        meant = f"; did you mean '{self.meant}'?" if self.meant else ""
        there = f"{' There are' if meant else '; there are'} {', '.join(self.known)}"
        return _markup.one_line(f"there is no '{self.name}'{meant}{there if self.known else ''}")
