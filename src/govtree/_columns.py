"""Arrays under a structure: what a table is made of, shared between versions.

A table is a :class:`Sheet`: ids (where its rows have ids) and columns. A column is a numpy
array, or one of :class:`~govtree._ids.Texts`, :class:`Words` and :class:`References`. All are
read-only, so that versions of a structure and threads can share them.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from govtree._ids import Ids
from govtree._texts import Digest, Texts

__all__ = [
    "NONE",
    "TAG",
    "UNKNOWN",
    "Coded",
    "IntArray",
    "Inverse",
    "References",
    "Sheet",
    "Stored",
    "Words",
    "each_once",
    "equal",
    "feed",
    "filled",
    "followed",
    "freeze",
    "marked",
    "read_only",
    "same",
]

IntArray = NDArray[np.int32]

#: In arrays of rows, counts and codes: the cell says that there is none.
NONE = -1
#: The cell says that it is not known whether there is one.
UNKNOWN = -2
#: Prefix of the columns that tags are kept in.
TAG = "tags."


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return *array* after switching off writing to it."""
    array.setflags(write=False)
    return array


def each_once(numbers: NDArray[Any]) -> NDArray[Any]:
    """Return whole *numbers* sorted, each once.

    >>> each_once(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    # np.unique looks for them by hashing since numpy 2.3, and takes many times as long.
    ordered = np.sort(numbers)
    is_new = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    return ordered[is_new]


def followed(step: IntArray, on: IntArray) -> IntArray:
    """Return ``on[step]``; what is nothing or not known on the way stays so.

    >>> followed(np.array([1, NONE, UNKNOWN, 0]), np.array([5, 6])).tolist()
    [6, -1, -2, 5]
    """
    if len(step) < len(on):
        found = step.copy()
        found[step >= 0] = on[step[step >= 0]]
        return found
    # Two more cells catch UNKNOWN and NONE, which index from the back.
    cells = np.append(on, np.array([UNKNOWN, NONE], np.int32))
    return cells.take(step, mode="wrap")


def marked(mask: NDArray[np.bool_], rows: IntArray) -> NDArray[np.bool_]:
    """Return ``mask[rows]``, and false where there is no row.

    >>> marked(np.array([True, False]), np.array([0, NONE, UNKNOWN])).tolist()
    [True, False, False]
    """
    # Two more cells catch UNKNOWN and NONE, which index from the back.
    found: NDArray[np.bool_] = np.append(mask, [False, False])[rows]
    return found


def filled(answer: IntArray | None, found: IntArray) -> IntArray:
    """Return the *answer* of each row, or what was *found* where it has none.

    Where neither leads anywhere, it is not known as soon as one of them is not known.

    >>> filled(np.array([3, NONE, NONE, UNKNOWN]), np.array([4, 4, UNKNOWN, NONE])).tolist()
    [3, 4, -2, -2]
    """
    if answer is None:
        return found
    if answer.min(initial=0) >= 0 or not (found != NONE).any():
        return answer
    if answer.min(initial=0) >= NONE:
        return np.where(answer >= 0, answer, found)
    return np.where(answer >= 0, answer, np.where(found >= 0, found, np.minimum(answer, found)))


def _small(count: int) -> type[np.signedinteger[Any]]:
    """Return the smallest numbers that *count* words have codes in."""
    return np.int8 if count < 128 else np.int16 if count < 32768 else np.int32


@frozen(eq=False)
class Words:
    """A column of words out of few: a code a row, and the words in order.

    Attributes:
        codes: One a row; the position of its word, :data:`NONE` or :data:`UNKNOWN`.
        words: Distinct words in order of code point, every one of them used.
    """

    codes: NDArray[np.signedinteger[Any]]
    words: tuple[str, ...]

    @classmethod
    def of(cls, cells: Sequence[str | None]) -> Words:
        """Return *cells* as codes.

        >>> Words.of(["let", None, "owner", "let"]).codes.tolist()
        [0, -1, 1, 0]
        """
        distinct = set(cells)
        distinct.discard(None)
        words = tuple(sorted(word for word in distinct if word is not None))
        code_of: dict[str | None, int] = {word: code for code, word in enumerate(words)}
        code_of[None] = NONE
        codes = np.fromiter(map(code_of.__getitem__, cells), _small(len(words)), len(cells))
        return cls(read_only(codes), words)

    @classmethod
    def packed(cls, codes: NDArray[Any], words: Iterable[str]) -> Words:
        """Return the column with its words in order, used and distinct, in few bytes.

        *words* may repeat a word, hold unused ones and stand in any order.
        """
        given = tuple(words)
        # Two more cells at the end catch NONE and UNKNOWN, which index from the back.
        is_used = np.zeros(len(given) + 2, np.bool_)
        is_used[codes] = True
        used = np.flatnonzero(is_used[:-2])
        some = [given[code] for code in used.tolist()]
        is_ordered = all(map(operator.lt, some, some[1:]))
        kept = some if is_ordered else sorted(set(some))
        table = np.full(len(given) + 2, NONE, _small(len(kept)))
        if is_ordered:
            table[used] = np.arange(len(kept))
        else:
            place = {word: code for code, word in enumerate(kept)}
            table[used] = [place[word] for word in some]
        table[-2] = UNKNOWN
        return cls(read_only(table[codes]), tuple(kept))

    @classmethod
    def joined(cls, parts: Sequence[Words]) -> Words:
        """Return several columns as one, one behind the other.

        >>> Words.joined([Words.of(["let"]), Words.of([None, "bare", "let"])]).tolist()
        ['let', None, 'bare', 'let']
        """
        words: list[str] = []
        codes = []
        for part in parts:
            wide = part.codes.astype(np.int32)
            codes.append(np.where(wide >= 0, wide + len(words), wide))
            words += part.words
        return cls.packed(np.concatenate(codes), words)

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[str | None]:
        return iter(self.tolist())

    def __getitem__(self, row: int) -> str | None:
        code = int(self.codes[row])
        return self.words[code] if code >= 0 else None

    def take(self, rows: NDArray[Any]) -> Words:
        """Return the column of these *rows*."""
        return Words.packed(self.codes[rows], self.words)

    def tolist(self) -> list[str | None]:
        """Return a word or None a row."""
        # NONE and UNKNOWN index the two cells at the end.
        words: list[str | None] = [*self.words, None, None]
        return [words[code] for code in self.codes.tolist()]

    def code(self, word: str) -> int:
        """Return the code of *word*; -3, which no row has, where it is not used."""
        return self.words.index(word) if word in self.words else -3

    def is_word(self, word: str) -> NDArray[np.bool_]:
        """Return for each row whether it holds *word*."""
        is_it: NDArray[np.bool_] = self.codes == self.code(word)
        return is_it

    @property
    def nbytes(self) -> int:
        """Bytes of the codes."""
        return self.codes.nbytes


@frozen(eq=False)
class Coded:
    """A column of a table that is none of a structure: a code a row, and what the codes mean.

    Attributes:
        codes: One a row; negative where the cell is empty.
        values: By code, in any order.
    """

    codes: IntArray
    values: Sequence[Any]

    def __len__(self) -> int:
        return len(self.codes)


@frozen(eq=False)
class References:
    """A column of ids of other rows, kept as row numbers: one array a table pointed into.

    In each row at most one array holds a row number of 0 or more. All hold :data:`UNKNOWN`
    where the cell says that it is not known.

    Attributes:
        targets: Array of rows by name of the table, in the order of the structure's tables.
    """

    targets: Mapping[str, IntArray]

    def rows_in(self, table: str, length: int) -> IntArray:
        """Return the row in *table* for each row, negative where there is none."""
        found = self.targets.get(table)
        return read_only(np.full(length, NONE, np.int32)) if found is None else found

    def is_given(self, length: int) -> NDArray[np.bool_]:
        """Return for each row whether it points anywhere."""
        given = np.zeros(length, np.bool_)
        for rows in self.targets.values():
            given |= rows >= 0
        return given

    def take(self, rows: NDArray[Any]) -> References:
        """Return the column of these *rows*."""
        return References({table: read_only(each[rows]) for table, each in self.targets.items()})

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return sum(each.nbytes for each in self.targets.values())


Stored = NDArray[Any] | Texts | Words | References


@frozen(eq=False)
class Inverse:
    """For each row of a table, the rows of another one that point to it, in order.

    Attributes:
        order: Rows that point somewhere, by the row they point to; None where that is the
            order they stand in, as where all rows do and a registry lists them by group.
        starts: Where the rows that point to each row begin in *order*, and an end.
    """

    order: IntArray | None
    starts: IntArray

    @classmethod
    def of(cls, rows: IntArray, length: int) -> Inverse:
        """Return the inverse of *rows*, which point into a table of *length* rows.

        >>> Inverse.of(np.array([1, -1, 0, 1], np.int32), 3).rows(1).tolist()
        [0, 3]
        """
        counts = np.bincount(np.maximum(rows, NONE) + 1, minlength=length + 1)
        starts = read_only(np.cumsum(counts, dtype=np.int32) - np.int32(counts[0]))
        if not counts[0] and not (rows[1:] < rows[:-1]).any():
            return cls(None, starts)
        order = np.argsort(np.maximum(rows, NONE), kind="stable")[counts[0] :]
        return cls(read_only(order.astype(np.int32)), starts)

    def rows(self, row: int) -> IntArray:
        """Return the rows that point to *row*, in order."""
        first, last = int(self.starts[row]), int(self.starts[row + 1])
        if self.order is None:
            return np.arange(first, last, dtype=np.int32)
        return self.order[first:last]

    def rows_of(self, rows: NDArray[Any]) -> IntArray:
        """Return the rows that point to any of *rows*: those of the first one, then of the next.

        >>> Inverse.of(np.array([1, -1, 0, 1], np.int32), 3).rows_of(np.array([1, 0])).tolist()
        [0, 3, 2]
        """
        firsts = self.starts[rows]
        counts = self.starts[rows + 1] - firsts
        ends = np.cumsum(counts)
        at = np.repeat(firsts - (ends - counts), counts) + np.arange(ends[-1] if len(ends) else 0)
        return at.astype(np.int32) if self.order is None else self.order[at]

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.starts.nbytes + (0 if self.order is None else self.order.nbytes)


@frozen(eq=False)
class Sheet:
    """One table of a structure.

    Attributes:
        name: Name of the table.
        length: Number of rows.
        ids: Ids in order of code point, or None for a table whose rows have none.
        columns: Columns that were given, in order of their names. A column that nobody gave
            is not there, which is not the same as one whose cells are empty.
    """

    name: str
    length: int
    ids: Ids | None = None
    columns: Mapping[str, Stored] = field(factory=dict)

    def __len__(self) -> int:
        return self.length

    @property
    def nbytes(self) -> int:
        """Bytes of ids and columns, without indexes made on use."""
        ids = 0 if self.ids is None else self.ids.nbytes
        return ids + sum(each.nbytes for each in self.columns.values())


def freeze(column: Stored) -> None:
    """Switch off writing to the arrays of *column*; texts are read-only from the start."""
    if isinstance(column, Words):
        read_only(column.codes)
    elif isinstance(column, References):
        for rows in column.targets.values():
            read_only(rows)
    elif isinstance(column, np.ndarray):
        read_only(column)


def equal(one: Stored, other: Stored) -> bool:
    """Return whether two columns say the same, cell by cell."""
    if one is other:
        return True
    if isinstance(one, Words) and isinstance(other, Words):
        return one.words == other.words and np.array_equal(one.codes, other.codes)
    if isinstance(one, References) and isinstance(other, References):
        return one.targets.keys() == other.targets.keys() and all(
            np.array_equal(rows, other.targets[table]) for table, rows in one.targets.items()
        )
    if isinstance(one, Texts) and isinstance(other, Texts):
        return one == other
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        floats = one.dtype.kind == other.dtype.kind and one.dtype.kind in "fM"
        return np.array_equal(one, other, equal_nan=floats)
    return False


def same(one: Mapping[str, Sheet], other: Mapping[str, Sheet]) -> bool:
    """Return whether two structures have the same tables, cell by cell."""
    return one.keys() == other.keys() and all(
        sheet is other[name]
        or (
            sheet.ids == other[name].ids
            and len(sheet) == len(other[name])
            and sheet.columns.keys() == other[name].columns.keys()
            and all(equal(each, other[name].columns[key]) for key, each in sheet.columns.items())
        )
        for name, sheet in one.items()
    )


def feed(digest: Digest, column: Stored) -> None:
    """Take *column* into *digest*, the same bytes on every platform."""
    if isinstance(column, Words):
        feed(digest, Texts.of(column.words))
        feed(digest, column.codes.astype("<i4"))
    elif isinstance(column, References):
        for table, rows in column.targets.items():
            digest.update(table.encode() + b"\0")
            feed(digest, rows)
    elif isinstance(column, Texts):
        column.feed(digest)
    else:
        kind = column.dtype.kind
        # One spelling of "no number" and of zero: their bits differ where the values do not.
        exact = np.where(np.isnan(column), np.nan, column) + 0.0 if kind == "f" else column
        digest.update(f"{kind}{len(column)}\0".encode())
        digest.update(exact.astype("<f8" if kind == "f" else "<i8").data)
