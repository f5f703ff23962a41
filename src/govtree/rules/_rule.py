"""A rule as a value: a function from a structure to hits, with its record beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._messages import fill
from govtree._wording import row_of
from govtree.errors import OutOfRangeError
from govtree.findings import (
    DECLARED,
    NO_TABLES,
    WAIVER,
    Hits,
    Kind,
    Reason,
    Severity,
    Summary,
    either,
)
from govtree.units import SECTIONS

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = [
    "Form",
    "Parameter",
    "Rule",
    "Value",
    "distinct",
    "no_columns",
    "no_table",
    "nothing_leads",
    "rule",
    "said_as_written",
]

Asked = Literal["whole", "number", "share", "choice", "word", "words"]
Value = int | float | str | tuple[str, ...]


@frozen
class Form:
    """How a parameter spells words where it is not one word alone.

    Attributes:
        between: What stands between several words of one text, or an empty text.
        marked: Vocabularies whose words stand behind the name of the vocabulary and a colon.
        own: Words that the rule itself gives a meaning to, and that are in no vocabulary.
    """

    between: str = ""
    marked: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


@frozen
class Parameter:
    """One thing that a rule may be asked for.

    Attributes:
        name: Its name.
        default: Its value where nothing else is said.
        asked: What it is: a whole number, a number, a share from 0 to 1, one of some choices,
            a word of a vocabulary, or several words.
        meaning: What it means, with its unit.
        choices: The choices there are.
        vocabulary: For words: the vocabulary of the structure that they come from, such as
            ``post`` or ``body_kind``; empty where any word will do.
        form: For words: how they are spelled where one text is not one word.
    """

    name: str
    default: Value
    asked: Asked
    meaning: str
    choices: tuple[str, ...] = ()
    vocabulary: str = ""
    form: Form = Form()

    def read(self, given: object) -> Value:
        """Return *given* as a value of this parameter.

        Raises:
            OutOfRangeError: If it is not one; the text says what is meant instead.

        >>> Parameter("target", 300, "whole", "households a grid").read("250")
        250
        """
        if self.asked in ("whole", "number", "share"):
            return self._number(given)
        if self.asked == "words":
            words = [given] if isinstance(given, str) else given
            if isinstance(words, Sequence) and all(isinstance(each, str) for each in words):
                return tuple(sorted(set(words)))
            raise OutOfRangeError("a list of words")
        if not isinstance(given, str) or (self.choices and given not in self.choices):
            if self.choices:
                raise OutOfRangeError(Reason("one of {choices}", choices=row_of(self.choices)))
            raise OutOfRangeError("a word")
        return given

    def _number(self, given: object) -> int | float:
        meant = {"whole": "a whole number, 0 or more", "number": "a number, 0 or more"}
        refused = OutOfRangeError(meant.get(self.asked, "a share from 0 to 1"))
        if isinstance(given, bool) or not isinstance(given, (int, float, str)):
            raise refused
        try:
            number = float(given) if len(str(given)) < 20 else float("inf")
        except ValueError:
            raise refused from None
        # No structure has more of anything than fits into 15 digits, all of them exact.
        if not 0 <= number < 1e15 or (self.asked == "share" and number > 1):
            raise refused
        if self.asked == "whole" and number != int(number):
            raise refused
        return int(number) if number == int(number) and self.asked != "share" else number

    def words(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield each word that one text of a value holds, behind the vocabulary it is of.

        >>> form = Form(between="|", marked=("mode",), own=("branch",))
        >>> support = Parameter("p", (), "words", "support", vocabulary="body_kind", form=form)
        >>> list(support.words("branch|agency|mode:lead"))
        [('body_kind', 'agency'), ('mode', 'lead')]
        """
        if self.vocabulary:
            for part in self._parts(text):
                vocabulary, word = self._word(part)
                if vocabulary:
                    yield vocabulary, word

    def respelled(self, value: Value, term: Callable[[str, str], str]) -> Value:
        """Return *value* with each word of it as *term* gives it, asked by vocabulary and word."""
        if isinstance(value, tuple):
            return tuple(sorted({self._respelled(each, term) for each in value}))
        return self._respelled(value, term) if isinstance(value, str) else value

    def _respelled(self, text: str, term: Callable[[str, str], str]) -> str:
        if not self.vocabulary:
            return text
        parts = []
        for part in self._parts(text):
            vocabulary, word = self._word(part)
            said = term(vocabulary, word) if vocabulary else word
            parts.append(part.removesuffix(word) + said)
        return self.form.between.join(parts)

    def _parts(self, text: str) -> list[str]:
        return text.split(self.form.between) if self.form.between else [text]

    def _word(self, part: str) -> tuple[str, str]:
        """Return the vocabulary of a word, empty where the rule gives it a meaning, and it."""
        if part in self.form.own:
            return "", part
        mark, colon, word = part.partition(":")
        return (mark, word) if colon and mark in self.form.marked else (self.vocabulary, part)

    @property
    def _stored_as(self) -> type:
        # Whole numbers are compared with counts; words and lists of them are objects.
        return {"whole": np.int64, "number": np.float64, "share": np.float64}.get(
            self.asked, object
        )

    def spread(self, value: Value, length: int) -> NDArray[Any]:
        """Return *value* as an array with one cell a subject, all of them the same one."""
        return np.broadcast_to(self.cell(value), length)

    def cell(self, value: Value) -> NDArray[Any]:
        """Return *value* as an array of one cell, of the kind that all its values have."""
        cells: NDArray[Any] = np.empty(1, self._stored_as)
        cells[0] = value
        return cells


def _named(module: str, name: str) -> Rule:
    found: Rule = attrgetter(name)(import_module(module))
    return found


@frozen
class Rule:
    """A rule with its record: one text feeds the check, the documentation and the test.

    Attributes:
        code: Stable code, ``GT`` and three digits.
        slug: Readable name.
        subject: Table whose rows it judges; ``declared``, ``waiver`` or ``structure`` where it
            judges none.
        severity: What a finding is where nothing else is said.
        message: Template in English with named places, read behind the subject's id.
        hint: Template that tells how to mend it.
        why: Why anybody should care.
        source: Where it comes from: a law, a standard, an account, or the design itself.
        failing: A structure that has the fault once, as YAML.
        mended: The same structure without it.
        find: The function: hierarchy and parameters, each an array with one value a subject,
            to :class:`Hits`; or to a summary, where it judges the whole.
        parameters: What it may be asked for.
        needs: What somebody must have given, or the rule is not checked, in the notation of
            ``h.given``; alternatives with ``|`` between them.
        off: Whether it is off until somebody asks for it: a rule of one place.
        since: Name of the rule set that it came with.

    >>> from govtree.rules import SHIPPED
    >>> next(each.slug for each in SHIPPED if each.code == "GT210")
    'grid-without-branch'
    """

    code: str
    slug: str
    subject: str
    severity: Severity
    message: str
    hint: str
    why: str
    source: str
    failing: str
    mended: str
    find: Callable[..., Hits | Summary]
    parameters: tuple[Parameter, ...] = ()
    needs: tuple[str, ...] = ()
    off: bool = False
    since: str = "2026.1"

    def __reduce__(self) -> tuple[Any, ...]:
        # The decorator put the rule in the place of its function, which so has no name left.
        return _named, (self.find.__module__, self.find.__qualname__)

    @property
    def kind(self) -> Kind:
        """What its findings have in common."""
        return Kind(self.code, self.slug, self.subject, self.message, self.hint)

    @property
    def is_shipped(self) -> bool:
        """Whether it comes with govtree, and not from another package or a caller."""
        return self.find.__module__.startswith("govtree.")

    def text(self, part: Literal["message", "hint", "why"], lang: str = "en") -> str:
        """Return the message, the hint or the why, in *lang* where it is known there.

        >>> from govtree.rules import SHIPPED, find
        >>> find(SHIPPED, "GT210").text("why", "zh")
        '没有党支部覆盖的网格，没有人为它负责。'
        """
        return fill(self.code, part, getattr(self, part), (), lang)

    def meaning(self, name: str, lang: str = "en") -> str:
        """Return what the parameter of this name means, in *lang* where it is known there."""
        each = self.parameter(name)
        return "" if each is None else fill(self.code, f"meaning.{name}", each.meaning, (), lang)

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter of this name, or None."""
        return next((each for each in self.parameters if each.name == name), None)

    def lacks(self, h: Hierarchy) -> str:
        """Return why the rule cannot look at *h*, or an empty text.

        >>> from govtree import Grid, Hierarchy
        >>> from govtree.rules import SHIPPED
        >>> SHIPPED[0].slug, SHIPPED[0].lacks(Hierarchy.from_records([Grid(id="N-1")]))
        ('household-in-no-group', 'no households')
        """
        subject = () if self.subject in NO_TABLES else (self.subject,)
        for need in (*subject, *self.needs):
            alternatives = need.split("|")
            if h.given.isdisjoint(alternatives):
                return _missing(h, alternatives)
        return ""

    def subjects(self, h: Hierarchy) -> int:
        """Return how many subjects *h* has for it; of what is no table one."""
        if self.subject == DECLARED:
            return len(h.declared)
        return 1 if self.subject in NO_TABLES else h.count(self.subject)

    def __call__(self, h: Hierarchy, **asked: Any) -> Hits | Summary:
        """Return what the rule finds in *h*; parameters left out have their defaults.

        Args:
            h: The structure.
            asked: Parameters by name: a value, or an array with one value a subject. A rule
                about waivers is handed what became of them as ``uses``.
        """
        if self.subject == WAIVER:
            return self.find(h, **asked)
        length = self.subjects(h)
        given: dict[str, NDArray[Any]] = {}
        for each in self.parameters:
            value = asked.get(each.name, each.default)
            given[each.name] = (
                value if isinstance(value, np.ndarray) else each.spread(value, length)
            )
        return self.find(h, **given)


def rule(
    *,
    code: str,
    subject: str,
    severity: Severity = "error",
    message: str,
    hint: str = "",
    why: str,
    source: str,
    failing: str,
    mended: str,
    parameters: Sequence[Parameter] = (),
    needs: Sequence[str] = (),
    slug: str = "",
    off: bool = False,
    since: str = "2026.1",
) -> Callable[[Callable[..., Hits | Summary]], Rule]:
    """Return the decorator that makes a :class:`Rule` of a function.

    The slug is the function's name with hyphens where no other is given.
    """

    def made(find: Callable[..., Hits | Summary]) -> Rule:
        return Rule(
            code,
            slug or find.__name__.replace("_", "-"),
            subject,
            severity,
            message,
            hint,
            why,
            source,
            failing,
            mended,
            find,
            tuple(parameters),
            tuple(needs),
            off,
            since,
        )

    return made


#: Relations whose names say what one unit does to another.
_VERBS = ("covers", "serves")


def _missing(h: Hierarchy, alternatives: Sequence[str]) -> Reason:
    """Return what is missing, as people say it: of one table, the columns together."""
    first = alternatives[0]
    start, at, target = first.partition(">")
    if start == "post" and at:
        return Reason("no posts at any {place}", place=h.facts.level_label(target))
    if start.startswith(":"):
        return nothing_leads(h, start[1:], target)
    table, dot, _ = first.partition(".")
    if not dot or not h.has(table):
        return no_table(table)
    columns = [each.partition(".")[2] for each in alternatives if each.startswith(f"{table}.")]
    return no_columns(table, columns)


def no_table(table: str) -> Reason:
    """Return that nobody gave a table, as a reason."""
    return Reason("no {table}", table=_rows_of(table))


def no_columns(table: str, columns: Sequence[str]) -> Reason:
    """Return that nobody gave one of *columns* of a table, as a reason.

    >>> no_columns("household", ["grid", "building"])
    "no 'grid' or 'building' of households"
    """
    named = either([Reason("'{name}'", name=each) for each in columns])
    return Reason("no {columns} of {table}", columns=named, table=_rows_of(table))


def _rows_of(table: str) -> Reason:
    """Return what the rows of a table are called, for people."""
    section = SECTIONS.get(table, table)
    return Reason("groups of bodies" if table == "body_group" else section.replace("_", "-"))


def nothing_leads(h: Hierarchy, relation: str, target: str = "") -> Reason:
    """Return that no relation of this name leads to a table, or to any, as a reason."""
    if relation not in _VERBS:
        return Reason("no relation '{relation}'", relation=h.facts.label("relation", relation))
    verb = Reason(relation)
    if target:
        place = h.facts.level_label(target)
        return Reason("nothing {relation} any {place}", relation=verb, place=place)
    return Reason("nothing {relation} anything", relation=verb)


def said_as_written(words: Iterable[str]) -> Mapping[str, Reason]:
    """Return what is said for words of govtree itself: in English the words as they are."""
    return {each: Reason(each) for each in words}


def distinct(asked: NDArray[Any]) -> Mapping[Any, NDArray[np.bool_]]:
    """Return for each distinct value of a parameter which subjects it is asked of."""
    if not len(asked):
        return {}
    if asked.strides == (0,):
        return {asked[0]: np.ones(len(asked), np.bool_)}
    listed = asked.tolist()
    return {
        value: np.fromiter((each == value for each in listed), np.bool_, len(listed))
        for value in sorted(set(listed))
    }
