"""Ids: texts that are unique, in order, and found by their hash.

An index takes six bytes an id, where a dict takes about a hundred.
"""

from __future__ import annotations

import hashlib
import itertools
import sys
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._texts import SLICE, Array, Texts, Values, Windows, words_at
from govtree._wording import Reason

__all__ = ["Arrangement", "Ids", "arrange"]

# The hash of a text: its bytes as one little-endian number, modulo a prime, times an odd
# number modulo 2**32. Python does it in 0.2 microseconds; numpy does it word by word. The
# prime keeps away from powers of two: modulo 2**31 - 19, of 300,000 ids of two Chinese
# characters 133,000 collide. The factor is 2**32 divided by the golden ratio, without which
# ids that count upwards stand in heaps.
# Source: The Art of Computer Programming, volume 3, section 6.4 (hashing by division and by
# multiplication; open addressing).
_PRIME = 2_120_962_237
_FACTOR = 0x9E3779B1
_LOW = 2**32 - 1
# Looking this up at each call would take as long as the call.
_number = int.from_bytes
# Texts of more bytes are hashed one by one: rare, and too many words for all others to wait.
_LONG = 256

# An empty slot. No row looks like it: its low bits are never all set.
_EMPTY = 2**32 - 1
# Eleven kinds of ids, 300,000 each, stood at most 15 slots from where they belong. Ids that
# are further are crafted.
_FURTHEST = 64


class _Index(NamedTuple):
    """An open table: each row stands in the first free slot from where its hash points.

    Attributes:
        prime: Modulus of the hash.
        slots: Slots that hashes point to; behind them stand some more for the last rows.
        bits: Low bits of a slot that hold the row; the others hold low bits of the hash, so
            that a text is seldom compared in vain.
        length: Number of rows.
        table: The slots, uint32; the last is empty.
    """

    prime: int
    slots: int
    bits: int
    length: int
    table: memoryview

    @classmethod
    def of(cls, ids: Ids) -> _Index:
        """Return the index of *ids*: always the same."""
        index, furthest = cls._with(ids, _PRIME)
        for attempt in range(8):
            if furthest <= _FURTHEST:
                break
            # Who crafts ids for a prime cannot know the next one: it follows from all ids.
            seed = hashlib.blake2b(ids.blob, key=bytes([attempt])).digest()
            index, furthest = cls._with(ids, _prime_from(seed))
        return index

    @classmethod
    def _with(cls, ids: Ids, prime: int) -> tuple[_Index, int]:
        """Return the index for a *prime*, and how far at most a row is from its place."""
        count = len(ids)
        slots = count + count // 2 + 1
        bits = count.bit_length()
        hashes = _all_hashes(ids, prime)
        order = _radix_order(hashes)
        hashes = hashes[order]
        # Rows in order of their hashes: each takes the slot it points to, or the one behind
        # the row before. No loop is needed: less its rank, that is a running maximum.
        ranks = np.arange(count)
        points = _points(hashes, slots)
        points -= ranks
        places = np.maximum.accumulate(points)
        furthest = int((places - points).max(initial=0))
        places += ranks
        table = np.full(max(slots, int(places.max(initial=0)) + 1) + 1, _EMPTY, np.uint32)
        table[places] = hashes << np.uint32(bits) | order.astype(np.uint32)
        table.setflags(write=False)
        return cls(prime, slots, bits, count, table.data), furthest


def _points(hashes: NDArray[np.uint32], slots: int) -> NDArray[np.int64]:
    """Return the slot that each hash points to."""
    points = hashes.astype(np.uint64) * np.uint64(slots) >> np.uint64(32)
    return points.view(np.int64)


def _hashes(texts: Texts, rows: slice, prime: int) -> NDArray[np.uint32]:
    """Return the hash of each text of *rows*."""
    starts, lengths = texts.places(rows)
    heads = words_at(texts.windows, starts, lengths, 0)
    return _hashed(texts, starts, lengths, heads, prime)


def _hashed(
    texts: Texts,
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    heads: Windows,
    prime: int,
) -> NDArray[np.uint32]:
    """Return the hashes of texts at these places, whose first words are known."""
    windows = texts.windows
    modulus = np.uint64(prime)
    sums = _remainder(heads, modulus)
    is_long = lengths > _LONG
    going_on = np.flatnonzero((lengths > 8) & ~is_long)
    offset = 8
    while len(going_on):
        words = words_at(windows, starts[going_on], lengths[going_on], offset)
        powered = _remainder(words, modulus) * np.uint64(pow(256, offset, prime))
        sums[going_on] += _remainder(powered, modulus)
        offset += 8
        going_on = going_on[lengths[going_on] > offset]
    for row in np.flatnonzero(is_long).tolist():
        start = int(starts[row])
        sums[row] = _number(texts.blob[start : start + int(lengths[row])], "little") % prime
    return (_remainder(sums, modulus) * np.uint64(_FACTOR)).astype(np.uint32)


def _remainder(numbers: Windows, modulus: np.uint64) -> Windows:
    """Return ``numbers % modulus``: numpy divides many times as fast as it takes remainders."""
    return numbers - numbers // modulus * modulus


def _all_hashes(texts: Texts, prime: int) -> NDArray[np.uint32]:
    """Return the hash of each text."""
    parts = range(0, len(texts), SLICE)
    hashes = [_hashes(texts, slice(first, first + SLICE), prime) for first in parts]
    return np.concatenate([np.empty(0, np.uint32), *hashes])


def _radix_order(hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return the rows in order of their *hashes*, equal ones in order of row."""
    # numpy sorts 16 bits by counting: two passes take half the time of sorting 32 bits.
    low = np.argsort(hashes.astype(np.uint16), kind="stable")
    high = (hashes >> np.uint32(16)).astype(np.uint16)
    return low[np.argsort(high[low], kind="stable")]


def _prime_from(seed: bytes) -> int:
    """Return a prime of 31 bits that *seed* determines."""
    number = 2**30 + int.from_bytes(seed[:8], "little") % 2**29 | 1
    while not all(number % divisor for divisor in range(3, 46_341, 2)):
        number += 2
    return number


class Ids(Texts):
    """Unique ids in order of code point, none of them None or empty; found by an index.

    >>> ids = Ids.of(["B-01", "B-02", "C-01"])
    >>> ids.row("B-02"), ids.row("B-2"), ids.rows(["C-01", None, "B-01"]).tolist()
    (1, -1, [2, -1, 0])
    """

    __slots__ = ("_made",)

    def __init__(self, blob: bytes, starts: Array) -> None:
        super().__init__(blob, starts)
        self._made: _Index | None = None

    @classmethod
    def of(cls, values: Values) -> Ids:
        """Return *values*, which are unique and in order.

        Raises:
            ValueError: If they are not; :func:`arrange` takes any.
        """
        arranged = arrange(values, limit=sys.maxsize)
        if arranged.order is not None:
            raise ValueError("ids are unique texts in order of code point")
        return arranged.ids

    @classmethod
    def over(cls, texts: Texts) -> Ids:
        """Return *texts*, which are known to be unique and in order, as ids."""
        return cls(texts.blob, texts.starts)

    @property
    def index_nbytes(self) -> int:
        """Bytes of the index; 0 before it is used."""
        return 0 if self._made is None else self._made.table.nbytes

    def take(self, rows: Array) -> Ids:
        """Return the ids of these *rows*, which are in order, each once.

        Raises:
            IndexError: If there is no such row; a negative one is none.
            ValueError: If they are not in order.
        """
        if not (rows[1:] > rows[:-1]).all():
            raise ValueError("ids stand in order; Texts.of(ids).take(rows) takes any")
        return Ids.over(super().take(rows))

    def few(self, rows: Iterable[int]) -> list[str]:
        """Return the ids of a few *rows*, which may stand in any order."""
        at, blob = self._at, self.blob
        return [blob[at[row] : at[row + 1] - 1].decode() for row in rows]

    def row(self, id: object) -> int:
        """Return the row of *id*, -1 where there is none."""
        try:
            key = str.encode(id)  # type: ignore[arg-type]  # what is no str raises
        except (TypeError, UnicodeEncodeError):
            return -1
        prime, slots, bits, length, table = self._made or self._index()
        hash_ = _number(key, "little") % prime * _FACTOR & _LOW
        mark = hash_ << bits & _LOW
        slot = hash_ * slots >> 32
        at, blob = self._at, self.blob
        while (entry := table[slot]) != _EMPTY:
            # Where the bits of the hash are the same, what remains is the row.
            row: int = entry ^ mark
            if row < length and blob[at[row] : at[row + 1] - 1] == key:
                return row
            slot += 1
        return -1

    def rows(self, ids: Values) -> NDArray[np.int32]:
        """Return the int32 row of each of *ids*, -1 where there is none."""
        keys, _ = Texts.checked(ids)
        prime, slots, bits, length, view = self._made or self._index()
        table = np.frombuffer(view, np.uint32)
        rows = np.full(len(keys), -1, np.int32)
        for first in range(0, len(keys), SLICE):
            starts, lengths = keys.places(slice(first, first + SLICE))
            heads = words_at(keys.windows, starts, lengths, 0)
            hashes = _hashed(keys, starts, lengths, heads, prime)
            # As in row(), for all keys that are not found yet.
            marks = hashes << np.uint32(bits)
            points = _points(hashes, slots)
            pending = np.arange(len(hashes))
            while len(pending):
                entries = table[points]
                found = entries ^ marks
                alike = np.flatnonzero(found < length)
                at = pending[alike]
                same = _same(keys, starts[at], lengths[at], heads[at], self, found[alike])
                alike, at = alike[same], at[same]
                rows[first + at] = found[alike]
                entries[alike] = _EMPTY
                going_on = np.flatnonzero(entries != _EMPTY)
                pending, marks = pending[going_on], marks[going_on]
                points = points[going_on] + 1
        return rows

    def _index(self) -> _Index:
        # Two threads may both make it: they make the same.
        self._made = _Index.of(self)
        return self._made


def _same(
    one: Texts,
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    heads: Windows,
    other: Texts,
    other_rows: Array,
) -> NDArray[np.bool_]:
    """Return whether each text of *one* at these places is that of *other_rows* of *other*.

    *heads* are the first words of the texts.
    """
    other_starts, other_lengths = other.places(other_rows)
    same: NDArray[np.bool_] = lengths == other_lengths
    same &= heads == words_at(other.windows, other_starts, other_lengths, 0)
    offset = 8
    going_on = np.flatnonzero(same & (lengths > offset))
    while len(going_on):
        some = lengths[going_on]
        words = words_at(one.windows, starts[going_on], some, offset)
        equal: NDArray[np.bool_] = words == words_at(
            other.windows, other_starts[going_on], some, offset
        )
        same[going_on] = equal
        offset += 8
        going_on = going_on[equal & (some > offset)]
    return same


# -- arranging -------------------------------------------------------------------------------

# Bytes that are looked at at once: few enough for the processor's cache.
_BYTES = 2**18
# Rounds of sorting by numpy, some bytes each, before Python sorts the rest.
_ROUNDS = 16


@frozen(eq=False)
class Arrangement:
    """Ids in order, and what was wrong with those that were given.

    Attributes:
        ids: The good ids, each once.
        order: For each of *ids* the row in which it was given (first), int32; or None where
            it is the same row for all, and nothing was left out.
        duplicates: Rows that repeat an id, each with the row that gave it first.
        empty: Rows with None or an empty text.
        unfit: Rows with what cannot be an id, each with the reason.
    """

    ids: Ids
    order: NDArray[np.int32] | None
    duplicates: tuple[tuple[int, int], ...] = ()
    empty: tuple[int, ...] = ()
    unfit: tuple[tuple[int, str], ...] = ()


def arrange(values: Values, *, limit: int = 255) -> Arrangement:
    r"""Return *values* as ids in order of code point, and what is wrong with the others.

    Args:
        values: What is given as ids, in any order and with any fault.
        limit: Most characters of an id.

    >>> found = arrange(["G-2", "G-1", "", "G-2", "G\t3"])
    >>> found.ids.tolist(), found.order.tolist(), found.duplicates, found.empty, found.unfit
    (['G-1', 'G-2'], [1, 0], ((3, 0),), (2,), ((4, 'it holds a control character, U+0009'),))
    """
    texts, faults = Texts.checked(values)
    unfit = dict(faults) | _unfit_for_ids(texts, limit)
    missing = texts.missing()
    good = ~missing
    good[list(unfit)] = False
    order = np.flatnonzero(good)
    repeats = _sort(texts, order)
    firsts = order[~repeats]
    if len(firsts) == len(texts) and (firsts[1:] > firsts[:-1]).all():
        return Arrangement(Ids.over(texts), None)
    # Each repeats the id at the start of its run, which was given first.
    run = np.cumsum(~repeats) - 1
    duplicates = zip(order[repeats].tolist(), firsts[run[repeats]].tolist(), strict=True)
    missing[list(unfit)] = False
    rows = firsts.astype(np.int32)
    rows.setflags(write=False)
    return Arrangement(
        ids=Ids.over(texts.take(rows)),
        order=rows,
        duplicates=tuple(sorted(duplicates)),
        empty=tuple(np.flatnonzero(missing).tolist()),
        unfit=tuple(sorted(unfit.items())),
    )


def _unfit_for_ids(texts: Texts, limit: int) -> dict[int, str]:
    """Return the reason for each row whose text can be kept, but not be an id."""
    unfit: dict[int, str] = {}
    _, lengths = texts.places(slice(None))
    for row in np.flatnonzero(lengths > limit).tolist():
        if len(texts[row] or "") > limit:
            unfit[row] = Reason("it is longer than {limit} characters", limit=limit)
    blob = np.frombuffer(texts.blob, np.uint8)
    found = _controls(blob)
    for row, at in zip(texts.rows_at(found), found.tolist(), strict=True):
        code = blob[at + 1] if blob[at] == 0xC2 else blob[at]
        unfit.setdefault(
            row, Reason("it holds a control character, {character}", character=f"U+{code:04X}")
        )
    return unfit


def _controls(blob: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return where control characters begin in UTF-8, but for the NULs between texts."""
    found = []
    for first in range(0, len(blob), _BYTES):
        # One byte more: U+0080 to U+009F take two.
        part = blob[first : first + _BYTES + 1]
        # One less than NUL is 255.
        is_control = (part - np.uint8(1) < 0x1F) | (part == 0x7F)
        is_control[:-1] |= (part[:-1] == 0xC2) & (part[1:] < 0xA0)
        found.append(first + np.flatnonzero(is_control[:_BYTES]))
    return np.concatenate(found)


def _sort(texts: Texts, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Put *rows* in order of their texts, in place; return which repeat the text before.

    No text is None. Equal texts come in order of row.
    """
    repeats = np.zeros(len(rows), np.bool_)
    # Sorted by their first bytes; then those whose first bytes are equal by the bytes that
    # follow, all groups of equals at once: the number of the group leads the key.
    places = np.arange(len(rows))
    groups = np.zeros(len(rows), np.uint64)
    bits = offset = 0
    for _ in range(_ROUNDS):
        if not len(places):
            break
        width = 8 - (bits + 7) // 8
        keys = _heads(texts, rows[places], offset, width)
        if bits:
            keys |= groups << np.uint64(8 * width)
        # Registers often come in order; then there is nothing to sort.
        if not (keys[1:] >= keys[:-1]).all():
            sorted_ = np.argsort(keys)
            keys = keys[sorted_]
            rows[places] = rows[places[sorted_]]
        offset += width
        is_tied = np.zeros(len(keys) + 1, np.bool_)
        is_tied[1:-1] = keys[1:] == keys[:-1]
        with_last, with_next = is_tied[:-1], is_tied[1:]
        # Those that go on are overwritten by the next round.
        repeats[places] = with_last
        # No text holds a NUL: where one is read, the text has ended.
        has_ended = keys & np.uint64(255) == 0
        going_on = (with_last | with_next) & ~has_ended
        places = places[going_on]
        groups = np.cumsum(~with_last[going_on]).astype(np.uint64)
        bits = int(groups[-1]).bit_length() if len(groups) else 0
    if len(places):
        _sort_rest(texts, rows, repeats, places, groups, offset)
    if repeats.any():
        run = np.cumsum(~repeats)
        places = np.flatnonzero(repeats | np.append(repeats[1:], False))
        rows[places] = rows[places][np.lexsort((rows[places], run[places]))]
    return repeats


def _heads(texts: Texts, rows: NDArray[np.int64], offset: int, width: int) -> Windows:
    """Return *width* bytes of each text from byte *offset* on, as numbers that sort alike."""
    keys = np.empty(len(rows), np.uint64)
    for first in range(0, len(rows), SLICE):
        part = slice(first, first + SLICE)
        keys[part] = words_at(texts.windows, *texts.places(rows[part]), offset).byteswap()
    keys >>= np.uint64(64 - 8 * width)
    return keys


def _sort_rest(
    texts: Texts,
    rows: NDArray[np.int64],
    repeats: NDArray[np.bool_],
    places: NDArray[np.int64],
    groups: Windows,
    offset: int,
) -> None:
    """Sort in each of *groups* what is equal up to byte *offset*, in Python."""
    starts, lengths = texts.places(rows[places])
    ends = starts + lengths
    tails = [
        texts.blob[start:end]
        for start, end in zip((starts + offset).tolist(), ends.tolist(), strict=True)
    ]
    by_tail = np.array(sorted(range(len(tails)), key=tails.__getitem__))
    sorted_ = by_tail[np.argsort(groups[by_tail], kind="stable")]
    rows[places] = rows[places[sorted_]]
    is_equal = [tails[a] == tails[b] for a, b in itertools.pairwise(sorted_.tolist())]
    repeats[places[1:]] = np.array(is_equal) & (groups[1:] == groups[:-1])
