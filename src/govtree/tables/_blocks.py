"""Blocks of plain CSV, and the codes of their cells.

Where a block has no quotes, its cells are what stands between delimiters. Nearly all of them
were seen before: names of units, counts, words. Those are found by their bytes, a column at a
time, and never become texts of Python.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count, zip_longest

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import IntArray

__all__ = ["Block", "BlockColumn", "Codes"]

# Bytes of a line that is surely no longer than what the csv module allows.
_PLAIN = 2**16

# By number of bytes that belong to a cell, what to keep of eight bytes that begin in it.
_KEPT = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)
# Cells of more bytes are looked at one by one.
_MOST_BYTES = 24
_OFFSETS = range(0, _MOST_BYTES, 8)
# Odd numbers whose bits are well mixed: the first four of xxHash. The high bits of a product
# depend on all bits of what is multiplied.
# Source: Y. Collet, xxHash fast digest algorithm, XXH64, version 0.1.1.
*_FACTORS, _MIXER = map(
    np.uint64, (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63)
)
# So many slots there are for each text that was seen: few texts share one.
_SLOTS = 16
# A column of which more than this share is distinct, after so many rows, is no column of names.
_MOST_DISTINCT = 0.25
_ROWS_TO_TELL = 2**16

Bytes = NDArray[np.uint64]


class Block:
    """Some whole lines of CSV without quotes, cut into cells.

    Attributes:
        text: The lines.
        width: Cells of a line.
        rows: Lines.
        data: The lines in UTF-8, and some more bytes.
        starts: Where the cells begin, one array a column.
        lengths: Bytes of the cells, one array a column.
    """

    def __init__(
        self,
        text: str,
        delimiter: str,
        data: bytes,
        starts: NDArray[np.int64],
        lengths: NDArray[np.int64],
    ) -> None:
        self.text = text
        self.width = len(starts)
        self.rows = starts.shape[1]
        self.data = data
        self.starts = starts
        self.lengths = lengths
        self.letters = np.frombuffer(data, np.uint8)
        self._texts: list[str] | None = None
        self._delimiter = delimiter

    @classmethod
    def of(cls, text: str, delimiter: str, width: int) -> Block | None:
        """Return whole lines as a block; None where the csv module has to look at them.

        That is where a cell is quoted or long, a line ends in CR, or is not of *width* cells.
        """
        if width < 2 or '"' in text or "\r" in text:
            return None
        data = text.encode() if text.endswith("\n") else text.encode() + b"\n"
        size = len(data)
        data += bytes(_MOST_BYTES)
        letters = np.frombuffer(data, np.uint8)[:size]
        is_end = letters == ord("\n")
        ends = np.flatnonzero(is_end | (letters == ord(delimiter)))
        if len(ends) % width:
            return None
        lines = is_end[ends].reshape(-1, width)
        if not lines[:, -1].all() or lines[:, :-1].any():
            return None
        starts = np.concatenate([[0], ends[:-1] + 1])
        lengths = (ends - starts).reshape(-1, width)
        if lengths.sum(axis=1).max() > _PLAIN:
            return None
        columns = np.ascontiguousarray(starts.reshape(-1, width).T)
        return cls(text, delimiter, data, columns, np.ascontiguousarray(lengths.T))

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells())

    def column(self, place: int) -> BlockColumn:
        """Return the cells of a column."""
        return BlockColumn(self, place)

    def texts(self, place: int) -> list[str]:
        """Return the cells of a column as texts."""
        return self._cells()[place :: self.width]

    def texts_at(self, place: int, rows: NDArray[np.int64]) -> list[str]:
        """Return some cells of a column as texts."""
        if self._texts is not None:
            texts = self.texts(place)
            return [texts[row] for row in rows.tolist()]
        starts = self.starts[place][rows]
        ends = starts + self.lengths[place][rows]
        cells = zip(starts.tolist(), ends.tolist(), strict=True)
        return [self.data[start:end].decode() for start, end in cells]

    def _cells(self) -> list[str]:
        if self._texts is None:
            lines = self.text.removesuffix("\n").replace("\n", self._delimiter)
            self._texts = lines.split(self._delimiter)
        return self._texts

    def words(self, place: int) -> tuple[list[Bytes], Bytes]:
        """Return the first bytes of each cell of a column as numbers, and a hash of them.

        There are no more numbers than its longest cell takes; those behind it would be zero.
        """
        starts, lengths = self.starts[place], self.lengths[place]
        windows = np.ndarray((len(self.data) - 7,), "<u8", self.data, strides=(1,))
        shortest, longest = int(lengths.min()), int(lengths.max())
        parts: list[Bytes] = []
        hashes = np.zeros(1, np.uint64)
        for offset, factor in zip(_OFFSETS, _FACTORS, strict=True):
            if offset and longest <= offset:
                break
            part = windows[starts + offset]
            if shortest < offset + 8:
                part &= _KEPT[np.clip(lengths - offset, 0, 8)]
            parts.append(part)
            hashes = hashes ^ part * factor
        return parts, hashes * _MIXER


# First bytes of the signs that are blanks.
_BEGINS_BLANK = np.zeros(256, np.bool_)
_BEGINS_BLANK[[*range(0x21), 0xC2, 0xE1, 0xE2, 0xE3]] = True


@frozen(eq=False)
class BlockColumn(Sequence[str]):
    """The cells of one column of a block, which become texts only when they are asked for."""

    block: Block
    place: int

    def __len__(self) -> int:
        return int(self.block.rows)

    def __iter__(self) -> Iterator[str]:
        return iter(self.block.texts(self.place))

    def __getitem__(self, row: int) -> str:  # type: ignore[override]  # nobody asks for a slice
        return self.block.texts(self.place)[row]

    def __contains__(self, text: object) -> bool:
        if not isinstance(text, str):
            return False
        starts, data = self.block.starts[self.place], text.encode()
        rows = np.flatnonzero(self.block.lengths[self.place] == len(data))
        if len(rows) and data:
            rows = rows[self.block.letters[starts[rows]] == data[0]]
            rows = rows[self.block.letters[starts[rows] + len(data) - 1] == data[-1]]
        return any(self.block.data.startswith(data, start) for start in starts[rows].tolist())

    @property
    def has_blank(self) -> bool:
        """Whether any of the cells is empty, or of blanks alone."""
        starts, lengths = self.block.starts[self.place], self.block.lengths[self.place]
        if not lengths.all():
            return True
        rows = np.flatnonzero(_BEGINS_BLANK[self.block.letters[starts]])
        ends = (starts + lengths)[rows].tolist()
        data = self.block.data
        return any(
            data[start:end].decode().isspace()
            for start, end in zip(starts[rows].tolist(), ends, strict=True)
        )


class Codes:
    """A number for each distinct text of a column, in the order in which they came.

    >>> codes = Codes()
    >>> codes.add(["1栋", "2栋", "1栋"])
    >>> codes.codes().tolist(), codes.words
    ([0, 1, 0], ['1栋', '2栋'])
    """

    def __init__(self) -> None:
        # Numbers the texts without a step of Python for each.
        self._code_of: defaultdict[str, int] = defaultdict(count().__next__)
        self._parts: list[IntArray] = []
        # Short texts that were seen, behind one that no cell is, and by the high bits of a hash
        # the place of one of them. What is not there is looked up as a text, so that texts
        # that share a slot cost time, and nothing else.
        self._hashes = np.zeros(1, np.uint64)
        self._seen: list[Bytes] = [np.zeros(1, np.uint64) for _ in _OFFSETS]
        self._lengths = np.full(1, -1)
        self._codes = np.zeros(1, np.int32)
        self._bits = 1
        self._slots = np.zeros(2, np.int32)
        self._rows = 0

    @property
    def words(self) -> list[str]:
        """The distinct texts, by their codes."""
        return list(self._code_of)

    def codes(self) -> IntArray:
        """Return the code of each cell."""
        return np.concatenate([np.zeros(0, np.int32), *self._parts])

    def add(self, cells: Sequence[str]) -> None:
        """Take in more cells."""
        self._rows += len(cells)
        is_varied = len(self._code_of) > _MOST_DISTINCT * max(self._rows, _ROWS_TO_TELL)
        if isinstance(cells, BlockColumn) and not is_varied:
            self._parts.append(self._of_block(cells.block, cells.place))
        else:
            self._parts.append(self._of_texts(cells))

    def _of_texts(self, cells: Sequence[str]) -> IntArray:
        return np.fromiter(map(self._code_of.__getitem__, cells), np.int32, len(cells))

    def _of_block(self, block: Block, place: int) -> IntArray:
        parts, hashes = block.words(place)
        lengths = block.lengths[place]
        at = self._slots[self._slot(hashes)]
        is_seen = self._lengths[at] == lengths
        for seen, part in zip(self._seen, parts, strict=False):
            is_seen &= seen[at] == part
        codes = self._codes[at]
        rows = np.flatnonzero(~is_seen)
        if not len(rows):
            return codes
        known = len(self._code_of)
        begins = _begin_runs(rows, lengths, parts)
        found = self._of_texts(block.texts_at(place, rows[begins]))
        codes[rows] = found[np.cumsum(begins) - 1]
        self._learn(rows[codes[rows] >= known], codes, lengths, parts, hashes)
        return codes

    def _learn(
        self,
        rows: NDArray[np.int64],
        codes: IntArray,
        lengths: NDArray[np.int64],
        parts: list[Bytes],
        hashes: Bytes,
    ) -> None:
        """Remember the short ones of the texts in some *rows*, which are new."""
        rows = rows[lengths[rows] <= _MOST_BYTES]
        rows = rows[np.unique(codes[rows], return_index=True)[1]]
        if not len(rows):
            return
        known = len(self._hashes)
        self._hashes = np.concatenate([self._hashes, hashes[rows]])
        self._lengths = np.concatenate([self._lengths, lengths[rows]])
        self._codes = np.concatenate([self._codes, codes[rows]])
        none = np.zeros(len(hashes), np.uint64)
        self._seen = [
            np.concatenate([seen, part[rows]])
            for seen, part in zip_longest(self._seen, parts, fillvalue=none)
        ]
        if len(self._slots) < _SLOTS * len(self._hashes):
            self._bits = (2 * _SLOTS * len(self._hashes)).bit_length()
            self._slots = np.zeros(1 << self._bits, np.int32)
            known = 1
        self._slots[self._slot(self._hashes[known:])] = np.arange(known, len(self._hashes))

    def _slot(self, hashes: Bytes) -> NDArray[np.int64]:
        """Return the slots of some hashes, their high bits."""
        return (hashes >> np.uint64(64 - self._bits)).astype(np.int64)


def _begin_runs(
    rows: NDArray[np.int64], lengths: NDArray[np.int64], parts: list[Bytes]
) -> NDArray[np.bool_]:
    """Return which of some rows have another text than the one before, or may have."""
    begins = lengths[rows] > _MOST_BYTES
    begins[0] = True
    for each in (lengths, *parts):
        begins[1:] |= each[rows[1:]] != each[rows[:-1]]
    return begins
