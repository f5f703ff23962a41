"""What a rule hands in, and what becomes of it: hits in rows, and one finding in full."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from govtree._columns import IntArray
from govtree._wording import Said
from govtree.errors import Location

__all__ = [
    "DECLARED",
    "LEVELS",
    "NO_TABLES",
    "SEVERITIES",
    "WAIVER",
    "WHOLE",
    "Finding",
    "Hits",
    "Kind",
    "Labeled",
    "Named",
    "Severity",
    "Value",
    "fingerprint_of",
]

Severity = Literal["error", "warning", "note"]

#: Severities, the gravest first.
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")

#: What a finding about a declared figure has in the place of a table: its subject is the figure.
DECLARED = "declared"

#: The same of a finding about a waiver: its subject is the rule and the unit it names.
WAIVER = "waiver"

#: The same of a finding about the structure as a whole.
WHOLE = "structure"

#: What may stand in the place of a table.
NO_TABLES = (DECLARED, WAIVER, WHOLE)

#: What words are of that name levels of the chain or tables, and stand in no vocabulary.
LEVELS = "@level"

Value = int | float | str


@frozen
class Kind:
    """What all findings of one rule have in common.

    Attributes:
        code: Stable code, ``GT`` and three digits.
        slug: Readable name.
        subject: Table of the subjects.
        message: Template in English with named places.
        hint: Template that tells how to mend it.
    """

    code: str
    slug: str
    subject: str
    message: str
    hint: str = ""


@frozen
class Finding:
    """One fault of a structure.

    Attributes:
        code: Code of the rule, the same in every language and release.
        slug: Its readable name.
        severity: ``error``, ``warning`` or ``note``.
        subject: Id of the faulty unit; of a declared figure its name.
        level: Table of the subject: ``household``, ``grid``, ...; or ``declared``, ``waiver``,
            ``structure``.
        path: Ids from the top of the structure to the unit above the subject.
        related: Ids of the other units that have a part in it, sorted.
        where: Where the subject stood in the files or records.
        message: What is wrong, on one line, without the subject.
        hint: How to mend it.
        values: What the message names, sorted by name: numbers as numbers, ids as texts.

    Two findings are equal when they say the same, wherever the subject stood.
    """

    code: str
    slug: str
    severity: Severity
    subject: str
    level: str
    path: tuple[str, ...]
    related: tuple[str, ...]
    where: Location = field(eq=False)
    message: str
    hint: str = ""
    values: tuple[tuple[str, Value], ...] = ()

    @property
    def fingerprint(self) -> str:
        """BLAKE2b of code, subject and related ids: the same fault has it in every report."""
        return fingerprint_of(self.code, self.subject, self.related)

    def as_json(self) -> dict[str, object]:
        """Return the finding as plain values, the same keys in every language."""
        where = self.where
        return {
            "code": self.code,
            "slug": self.slug,
            "severity": self.severity,
            "subject": self.subject,
            "level": self.level,
            "path": list(self.path),
            "related": list(self.related),
            "file": where.file,
            "sheet": where.sheet,
            "line": where.line,
            "column": where.column,
            "row": where.row,
            "record": where.record,
            "field": where.field,
            "message": self.message,
            "hint": self.hint,
            "values": dict(self.values),
            "fingerprint": self.fingerprint,
        }


def fingerprint_of(code: str, subject: str, related: Iterable[str]) -> str:
    """Return BLAKE2b of what tells a finding apart; *related* ids are sorted.

    >>> fingerprint_of("GT210", "N-1", ())
    '065ffc1c0f0026c3ed5ce2a1951c1169'
    """
    digest = hashlib.blake2b(digest_size=16)
    for text in (code, subject, *related):
        # No id holds NUL, so that no two lists of ids give the same bytes.
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


@frozen(eq=False)
class Named:
    """Rows of a table that findings call by their ids.

    Attributes:
        table: Name of the table.
        rows: Its rows; negative where there is none.
        of: The hit that each belongs to, by its position; left out, one row belongs to each.
    """

    table: str
    rows: NDArray[Any]
    of: NDArray[Any] | None = None


@frozen(eq=False)
class Labeled:
    """Words that findings call by their labels, in the language of whoever reads.

    The values of a finding keep the words themselves, several of them joined by ``, ``.

    Attributes:
        of: The vocabulary that they are words of; :data:`LEVELS` for names of levels and
            tables; or what is said for each word, where that is no label. Words of which nothing
            is said there, such as ids, are shown as they are.
        words: A word or several a hit; or one word for all of them.

    >>> Labeled("post", [("secretary", "chair")]).texts()
    ['chair, secretary']
    """

    of: str | Mapping[str, Said]
    words: str | Sequence[str | tuple[str, ...]] | NDArray[Any]

    def listed(self) -> Sequence[str | tuple[str, ...]]:
        """Return the word or words of each hit; one for all of them as that alone."""
        if isinstance(self.words, str):
            return [self.words]
        return self.words.tolist() if isinstance(self.words, np.ndarray) else self.words

    def distinct(self) -> dict[str | tuple[str, ...], str]:
        """Return each word, or words that stand together, with its text."""
        return {
            words: words if isinstance(words, str) else ", ".join(sorted(words))
            for words in set(self.listed())
        }

    def texts(self) -> list[str]:
        """Return the words as texts, one a hit."""
        texts = self.distinct()
        return [texts[each] for each in self.listed()]

    def take(self, rows: NDArray[Any]) -> Labeled:
        """Return the words of *rows* alone, of one cell a subject."""
        if isinstance(self.words, str):
            return self
        listed = self.listed()
        return Labeled(self.of, [listed[row] for row in rows.tolist()])


@frozen(eq=False, init=False)
class Hits:
    """What a rule found, in rows.

    Attributes:
        rows: Faulty rows of the subject's table, ascending, each once.
        related: Other units that have a part in each fault.
        unknown: Whether each subject of the table could not be judged because a cell is not
            known: one truth a row; None where all could be.
        skipped: What could not be judged besides, one line a reason; a :class:`Reason` is
            said in the language of whoever reads.
        values: What the message names, by name: an array of numbers, a list of texts,
            :class:`Named` rows or :class:`Labeled` words, one a hit; or one for all of them.

    >>> Hits([3, 5], households=[410, 99]).values["households"]
    array([410,  99])
    """

    rows: IntArray
    related: tuple[Named, ...]
    unknown: NDArray[np.bool_] | None
    skipped: tuple[str, ...]
    values: Mapping[str, Told]

    def __init__(
        self,
        rows: NDArray[Any] | Sequence[int],
        *,
        related: Iterable[Named] = (),
        unknown: NDArray[np.bool_] | None = None,
        skipped: Iterable[str] = (),
        **values: Any,
    ) -> None:
        kept = {name: _as_values(each) for name, each in sorted(values.items())}
        told = np.asarray(rows, np.int32)
        self.__attrs_init__(told, tuple(related), unknown, tuple(skipped), kept)

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, at: NDArray[Any]) -> Hits:
        """Return the hits at these positions, which are in order, each once.

        >>> Hits([3, 5], households=[410, 99]).take(np.array([1])).values["households"]
        array([99])
        """
        place = np.full(len(self), -1, np.int64)
        place[at] = np.arange(len(at))
        values = {name: _values_at(each, at) for name, each in self.values.items()}
        related = tuple(_related_at(each, at, place) for each in self.related)
        return Hits(
            self.rows[at], related=related, unknown=self.unknown, skipped=self.skipped, **values
        )


def _values_at(value: Told, at: NDArray[Any]) -> Told:
    if isinstance(value, Named):
        return evolve(value, rows=value.rows[at])
    if isinstance(value, np.ndarray):
        found: NDArray[Any] = value[at]
        return found
    if isinstance(value, Labeled):
        return value.take(at)
    return value if isinstance(value, str) else [value[each] for each in at.tolist()]


def _related_at(named: Named, at: NDArray[Any], place: NDArray[np.int64]) -> Named:
    """Return what is *named* for the hits at positions *at*; *place* is where each goes."""
    if named.of is None:
        return evolve(named, rows=named.rows[at])
    of = place[named.of]
    return evolve(named, rows=named.rows[of >= 0], of=of[of >= 0])


def _as_values(given: Any) -> Told:
    if isinstance(given, (str, Named, Labeled, np.ndarray)):
        return given
    listed = list(given)
    return listed if listed and isinstance(listed[0], str) else np.asarray(listed)


#: What a rule hands in as a value of its message.
Told = str | NDArray[Any] | Sequence[str] | Named | Labeled
