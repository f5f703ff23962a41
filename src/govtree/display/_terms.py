"""What levels and tables are called where people read, and numbers of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from govtree import _markup
from govtree._messages import say
from govtree._wording import Label
from govtree.findings import NO_TABLES, Finding
from govtree.units import TABLES, Level

__all__ = ["DOT", "Terms", "counted", "folded", "in_total"]

#: Between numbers that stand in one line.
DOT = " · "

#: Columns of a terminal that a line of numbers may fill.
_COLUMNS = 100

_TABLES = tuple(table.name for table in TABLES)


class Terms:
    """The labels of one structure in one language, and the language itself.

    >>> terms = Terms([Level("branch", "branch", label=(("zh", "小区党支部"),))], "zh-CN")
    >>> terms.called("branch"), terms.called("grid"), terms.called("block")
    ('小区党支部', '网格', 'block')
    """

    def __init__(self, levels: Sequence[Level], lang: str) -> None:
        self.lang = lang
        #: Label by name of table; of levels their own, of all others the shipped one.
        self.labels: Mapping[str, str] = {
            **{name: say(name.replace("_", "-"), lang) for name in _TABLES},
            **{
                level.table: Label(level.level, level.label, is_ours=True).said(lang)
                for level in levels
            },
        }

    def called(self, table: str) -> str:
        """Return the label of a table, harmless on a terminal."""
        return _markup.short(self.labels.get(table, table.replace("_", "-")))

    def numbers(self, counts: Sequence[tuple[str, int]]) -> str:
        """Return how many there are of each table, in a form that needs no plural.

        >>> Terms([], "en").numbers([("branch", 162), ("household", 149_507)])
        'branch 162 · household 149,507'
        """
        return DOT.join(f"{self.called(table)} {number:,}" for table, number in counts)

    def finding(self, finding: Finding) -> str:
        """Return a finding as one sentence: its subject, what is wrong, how to mend it."""
        subject = _markup.short(finding.subject)
        if finding.level in NO_TABLES:
            text = self.say("'{subject}' {message}", subject=subject, message=finding.message)
        else:
            text = self.say(
                "{level} '{subject}' {message}",
                level=self.called(finding.level),
                subject=subject,
                message=finding.message,
            )
        return self.say("{text}; {hint}", text=text, hint=finding.hint) if finding.hint else text

    def say(self, template: str, **values: object) -> str:
        """Return *template* in the language, with *values* in its named places."""
        return say(template, self.lang, **values)


def counted(number: int, one: str, lang: str = "en") -> str:
    """Return a number with its noun.

    >>> counted(1, "finding"), counted(1_200, "finding"), counted(3, "error", "zh")
    ('1 finding', '1,200 findings', '3 个错误')
    """
    return say(f"{{number}} {one}" if number == 1 else f"{{number}} {one}s", lang, number=number)


def in_total(counts: Sequence[tuple[int, str]], lang: str = "en") -> str:
    """Return several numbers with their nouns.

    >>> in_total([(5, "error"), (1, "note")]), in_total([(5, "error"), (1, "note")], "zh")
    ('5 errors, 1 note', '5 个错误，1 个提示')
    """
    told = [counted(number, one, lang) for number, one in counts]
    return reduce(lambda one, more: say("{counts}, {more}", lang, counts=one, more=more), told)


def folded(numbers: str) -> list[str]:
    """Return numbers as lines of at most 100 columns, broken between two of them only."""
    lines: list[str] = []
    for each in numbers.split(DOT):
        longer = f"{lines[-1]}{DOT}{each}" if lines else each
        if lines and _markup.width(longer) <= _COLUMNS:
            lines[-1] = longer
        else:
            lines.append(each)
    return lines
