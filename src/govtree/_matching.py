"""Which unit is which: distinct names in their places, near-twins, and ids that stay.

Pure logic on arrays. A name is a code, a place is the number of the unit that a name stands
in; what either of them is called is the business of others.
"""

from __future__ import annotations

import re

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import NONE, UNKNOWN, IntArray
from govtree._texts import Texts

__all__ = [
    "MOST_DIGITS",
    "Distinct",
    "Matched",
    "distinct",
    "keys",
    "largest",
    "matched",
    "numbered",
    "twins",
]

# So many possible keys are looked up in a table, which is faster than sorting.
_DENSE = 2**24
#: Digits of the largest number of an id: more are a code, not a count.
MOST_DIGITS = 15


@frozen(eq=False)
class Distinct:
    """The distinct keys of many rows, in order.

    Attributes:
        keys: The keys, each once, in order.
        codes: For each row the place of its key; negative as it was given.
        firsts: The first row of each key.
        counts: How many rows have it.
    """

    keys: NDArray[np.int64]
    codes: IntArray
    firsts: NDArray[np.int64]
    counts: NDArray[np.int64]


def keys(places: NDArray[np.integer], names: NDArray[np.integer], words: int) -> NDArray[np.int64]:
    """Return a number for each pair of a place and a name, which sorts as the pairs do.

    Args:
        places: Numbers of units, :data:`NONE` or :data:`UNKNOWN`.
        names: Codes of names; where negative, the key is that code.
        words: How many names there are.

    >>> keys(np.array([0, -1, 0]), np.array([1, 1, -1]), 5).tolist()
    [11, 6, -1]
    """
    pairs = (places.astype(np.int64) + 2) * max(words, 1) + names
    return np.where(names >= 0, pairs, names.astype(np.int64))


def distinct(keys: NDArray[np.int64]) -> Distinct:
    """Return the distinct ones of *keys*; negative ones are none.

    >>> found = distinct(np.array([7, -1, 3, 7]))
    >>> found.keys.tolist(), found.codes.tolist(), found.firsts.tolist(), found.counts.tolist()
    ([3, 7], [1, -1, 0, 1], [2, 0], [1, 2])
    """
    size = int(keys.max(initial=-1)) + 1
    if size <= max(_DENSE, 4 * len(keys)):
        given = keys >= 0
        is_all = bool(given.all())
        present = np.zeros(size, np.bool_)
        present[keys if is_all else keys[given]] = True
        unique = np.flatnonzero(present)
        # Two more cells at the end catch UNKNOWN and NONE, which index from the back.
        place = np.empty(size + 2, np.int32)
        place[unique] = np.arange(len(unique), dtype=np.int32)
        place[size:] = (UNKNOWN, NONE)
        codes = place[keys]
    else:
        unique, inverse = np.unique(keys, return_inverse=True)
        negative = int(np.searchsorted(unique, 0))
        codes = np.where(keys >= 0, inverse - negative, keys).astype(np.int32)
        unique = unique[negative:]
    firsts = np.zeros(len(unique), np.int64)
    rows = np.flatnonzero(codes >= 0)[::-1]
    # Of several rows that are put into one place, the last put is the first row.
    firsts[codes[rows]] = rows
    counts = np.bincount(codes[rows], minlength=len(unique))
    return Distinct(unique, codes, firsts, counts)


def twins(places: NDArray[np.integer], forms: NDArray[np.integer]) -> list[list[int]]:
    """Return the units, by row, that share a place and a form, where there are several.

    >>> twins(np.array([0, 0, 1, 0]), np.array([5, 6, 5, 5]))
    [[0, 3]]
    """
    pairs = keys(places, forms, int(forms.max(initial=0)) + 1)
    order = np.argsort(pairs, kind="stable")
    same = np.flatnonzero(pairs[order][1:] == pairs[order][:-1])
    found: list[list[int]] = []
    last = -2
    for at in same.tolist():
        if at == last + 1:
            found[-1].append(int(order[at + 1]))
        else:
            found.append([int(order[at]), int(order[at + 1])])
        last = at
    return found


@frozen(eq=False)
class Matched:
    """Which of the kept ids belong to which units.

    Attributes:
        kept: For each unit the row of its kept id, or :data:`NONE`.
        units: For each kept row the unit whose it is or once was, or :data:`NONE`: where two
            units were merged, both of their ids lead to the one that is left.
    """

    kept: IntArray
    units: IntArray


def matched(
    units: NDArray[np.int64],
    kept: NDArray[np.int64],
    exact: NDArray[np.int64],
    others: NDArray[np.int64],
) -> Matched:
    """Return which of the kept ids belong to which units.

    Of several that belong to one unit, an *exact* one is its id, else the first of the *others*.

    Args:
        units: Keys of the units, in order, each once.
        kept: Key of each kept row; negative where it can belong to none.
        exact: The kept rows that stand there under the very place and name of their unit.
        others: The kept rows that are read as another's, in order.

    >>> found = matched(
    ...     np.array([3, 7]), np.array([7, 9, 7]), np.array([1, 2]), np.array([0])
    ... )
    >>> found.kept.tolist(), found.units.tolist()
    ([-1, 2], [1, -1, 1])
    """
    of_unit = np.full(len(units), NONE, np.int32)
    of_row = np.full(len(kept), NONE, np.int32)
    if not len(units) or not len(kept):
        return Matched(of_unit, of_row)
    at = np.minimum(np.searchsorted(units, kept), len(units) - 1)
    rows = np.flatnonzero(units[at] == kept)
    of_row[rows] = at[rows]
    # What is put last stays: the first of the others, over it the first exact one.
    for some in (others, exact):
        chosen = some[of_row[some] >= 0][::-1]
        of_unit[at[chosen]] = chosen
    return Matched(of_unit, of_row)


def largest(ids: Texts, before: str, behind: str) -> int:
    """Return the largest number that stands in one of *ids* between two texts, or 0.

    >>> largest(Texts.of(["G-007", "G-12", "N-99", "G-x"]), "G-", "")
    12
    """
    pattern = b"(?<=\\0)%b([0-9]{1,%d})%b(?=\\0)" % (
        re.escape(before.encode()),
        MOST_DIGITS,
        re.escape(behind.encode()),
    )
    found = re.findall(pattern, b"\0" + ids.blob)
    return max(map(int, found), default=0)


def numbered(first: int, count: int, before: str, behind: str, digits: int) -> Texts:
    """Return texts with consecutive numbers between two texts, of *digits* digits or more.

    >>> numbered(99, 2, "G-", "", 2).tolist()
    ['G-99', 'G-100']
    """
    parts = []
    while count > 0:
        width = max(digits, len(str(first)))
        same = min(count, 10**width - first)
        parts.append(_numbered(first, same, before.encode(), behind.encode(), width))
        first, count = first + same, count - same
    return Texts.joined(parts) if parts else Texts.of([])


def _numbered(first: int, count: int, before: bytes, behind: bytes, digits: int) -> Texts:
    """Return texts as :func:`numbered` does, all of them of one length."""
    size = len(before) + digits + len(behind) + 1
    block = np.empty((count, size), np.uint8)
    block[:, : len(before)] = np.frombuffer(before, np.uint8)
    block[:, len(before) + digits : -1] = np.frombuffer(behind, np.uint8)
    block[:, -1] = 0
    numbers = np.arange(first, first + count)
    for place in range(len(before) + digits - 1, len(before) - 1, -1):
        numbers, digit = np.divmod(numbers, 10)
        block[:, place] = digit + ord("0")
    starts = np.arange(count + 1, dtype=np.int64) * size
    return Texts(
        block.tobytes() + bytes(8), starts.astype(np.uint32) if starts[-1] < 2**32 else starts
    )
