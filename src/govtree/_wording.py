"""Words that wait for a language: labels of a structure's words, and reasons.

What keeps such a word needs neither the structure it comes from nor the language it will be
read in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial, reduce
from typing import Any, Protocol, Self

from attrs import field, frozen

from govtree._markup import LONGEST_VALUE, one_line
from govtree._messages import say

__all__ = [
    "Label",
    "Listed",
    "Reason",
    "Said",
    "either",
    "in_a_row",
    "language",
    "one_of",
    "row_of",
]


def language(tag: str) -> str:
    """Return the language of *tag*, whatever the country: labels are given for a language.

    >>> language("zh_Hans_CN")
    'zh'
    """
    return tag.replace("_", "-").partition("-")[0].lower()


class Said(Protocol):
    """Something that reads differently in each language."""

    def said(self, lang: str) -> str:
        """Return it in *lang*, in the words of users as they are written."""


def _pairs(given: Any) -> tuple[tuple[str, str], ...]:
    return tuple(given)


@frozen
class Label:
    """What a word is called.

    Attributes:
        word: The word itself: an identifier, the same in every language.
        texts: Pairs of language and label, sorted.
        is_ours: Whether the word is one of govtree, which has its own texts for it.

    >>> secretary = Label("secretary", (("zh", "书记"),))
    >>> secretary.said("zh-CN"), secretary.said("en"), Label("micro_grid", is_ours=True).said("en")
    ('书记', 'secretary', 'micro-grid')
    """

    word: str
    texts: tuple[tuple[str, str], ...] = field(default=(), converter=_pairs)
    is_ours: bool = False

    def said(self, lang: str) -> str:
        """Return the label in *lang*; where there is none, the word."""
        found = dict(self.texts).get(language(lang))
        if found is not None:
            return found
        return say(self.word.replace("_", "-"), lang) if self.is_ours else self.word


@frozen
class Listed:
    """Several words in a row; of a long one, the first words and how many more there are.

    >>> words = Listed((Label("secretary", (("zh", "书记"),)), Label("chair", (("zh", "主任"),))))
    >>> words.said("en"), words.said("zh")
    ('secretary, chair', '书记、主任')
    """

    words: tuple[Said, ...]

    @classmethod
    def of(cls, ids: Iterable[str]) -> Listed:
        """Return ids in a row, which are the same in every language."""
        return cls(tuple(map(Label, ids)))

    def said(self, lang: str) -> str:
        """Return the words in *lang*, with what stands between words there."""
        return in_a_row([each.said(lang) for each in self.words], lang)


def in_a_row(words: Sequence[str], lang: str) -> str:
    """Return words in a row, as many as a message has room for, and how many more there are.

    >>> in_a_row(["grid", "building"], "zh")
    'grid、building'
    >>> in_a_row([f"N-{number}" for number in range(100, 200)], "en")[-24:]
    'N-113, N-114 and 85 more'
    """
    whole = reduce(partial(_two, lang), words) if words else ""
    if len(one_line(whole)) <= LONGEST_VALUE:
        return whole
    shown = words[0]
    for at, word in enumerate(words[1:], start=1):
        longer = _two(lang, shown, word)
        if len(one_line(_and_more(lang, longer, len(words) - at - 1))) > LONGEST_VALUE:
            return _and_more(lang, shown, len(words) - at)
        shown = longer
    return shown


def _and_more(lang: str, shown: str, number: int) -> str:
    return say("{shown} and {number} more", lang, shown=shown, number=number)


def _two(lang: str, one: str, other: str) -> str:
    return say("{one}, {other}", lang, one=one, other=other)


class Reason(str):
    """Why something was not checked: a text in English that is known in other languages too.

    It compares, sorts and joins as its English text.

    Args:
        template: The English text with named places; its Chinese stands in
            ``messages.zh.json``.
        values: What stands in the places: texts, whole numbers, and what reads differently in
            each language, reasons among them.

    >>> why = Reason("no {table}", table=Reason("tenures"))
    >>> why, why.said("zh")
    ('no tenures', '没有提供任期')
    """

    __slots__ = ("_template", "_values")

    _template: str
    _values: dict[str, str | int | Said]

    def __new__(cls, template: str, /, **values: str | int | Said) -> Self:
        """Return the reason."""
        made = super().__new__(cls, _filled(template, values, "en"))
        made._template, made._values = template, values
        return made

    def said(self, lang: str) -> str:
        """Return it in *lang*."""
        return _filled(self._template, self._values, lang)

    def mapped(self, change: Callable[[str], str]) -> Reason:
        """Return it with what *change* makes of each text in its places.

        >>> Reason("post '{id}'", id="B-1").mapped(str.lower)
        "post 'b-1'"
        """
        values = {
            name: each.mapped(change)
            if isinstance(each, Reason)
            else change(each)
            if isinstance(each, str)
            else each
            for name, each in self._values.items()
        }
        return Reason(self._template, **values)

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(Reason, self._template, **self._values), ()


def _filled(template: str, values: dict[str, str | int | Said], lang: str) -> str:
    told: dict[str, object] = {
        name: each
        if isinstance(each, int | str) and not isinstance(each, Reason)
        else each.said(lang)
        for name, each in values.items()
    }
    return say(template, lang, **told)


def either(words: Sequence[Said]) -> Said:
    """Return one or several words as alternatives.

    >>> either([Label("secretary"), Label("chair")]).said("en")
    'secretary or chair'
    """
    return reduce(lambda one, other: Reason("{one} or {other}", one=one, other=other), words)


def row_of(words: Sequence[str]) -> Reason:
    """Return words of govtree, one after another.

    >>> row_of(["branch", "group"]), row_of(["branch", "group"]).said("zh")
    ('branch, group', '党支部、党小组')
    """
    told = [Reason(word) for word in words]
    return reduce(lambda one, other: Reason("{one}, {other}", one=one, other=other), told)


def one_of(words: Sequence[str]) -> Reason:
    """Return words of govtree, the last of them behind an "or".

    >>> one_of(["grid", "building", "entrance"]), one_of(["grid", "building"]).said("zh")
    ('grid, building or entrance', '网格或楼栋')
    """
    *most, last = words
    if not most:
        return Reason(last)
    return Reason("{one} or {other}", one=row_of(most), other=Reason(last))
