"""Texts as one block of bytes.

A million texts of Python take about 60 bytes each. Here they are one block of UTF-8 with four
bytes each to say where it starts.

A row is read as 8-byte words wherever it begins, so that numpy hashes, compares and sorts many
texts at once. UTF-8 has a useful property: order of bytes is order of code points.
"""

from __future__ import annotations

import itertools
import operator
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

__all__ = ["NO_TEXT", "SLICE", "Array", "Digest", "Texts", "Values", "Windows", "words_at"]

Array = NDArray[Any]
Windows = NDArray[np.uint64]
Values: TypeAlias = "Sequence[str | None] | Array | Texts"

# Rows that are handled at once: enough for numpy, few enough for the processor's cache.
SLICE = 32_768
# What stands for None: a byte that UTF-8 never has.
NO_TEXT = b"\xff"
# Behind the last text, so that a word can be read at each byte of it.
_PAD = bytes(8)
# From so many bytes on, starts need eight bytes each.
_WIDE = 2**32

# By number of bytes that belong to a text, what to keep of a word that begins in it.
_KEPT = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)


class Digest(Protocol):
    """What a hash object of hashlib can do here."""

    def update(self, data: Any, /) -> object:
        """Take in more bytes."""


# -- packing ---------------------------------------------------------------------------------


def _slices(values: Sequence[Any] | Array) -> Iterator[tuple[int, list[Any]]]:
    """Give *values* as lists, each with the number of its first row."""
    for first in range(0, len(values), SLICE):
        part = values[first : first + SLICE]
        if not isinstance(part, np.ndarray):
            yield first, part if type(part) is list else list(part)
        elif hasattr(part.dtype, "na_object"):
            # Texts of numpy's StringDType; what is no text is its missing value.
            yield first, [cell if isinstance(cell, str) else None for cell in part.tolist()]
        elif part.dtype.kind == "S":
            yield first, [cell.decode("utf-8", "surrogateescape") for cell in part.tolist()]
        else:
            yield first, part.tolist()


def _packed(cells: list[Any], first: int, unfit: list[tuple[int, str]]) -> bytes:
    """Return *cells* with a NUL behind each; None for the unfit, which are noted."""
    try:
        packed = "\0".join(cells).encode() + b"\0"
    except (TypeError, UnicodeError):
        packed = b""
    if packed.count(0) == len(cells):
        return packed
    sparse = _packed_sparse(cells)
    if sparse is not None:
        return sparse
    # There is a cell that is unfit: look at each.
    pieces = []
    for row, cell in enumerate(cells, first):
        piece, reason = _piece(cell)
        pieces.append(piece)
        if reason:
            unfit.append((row, reason))
    return b"\0".join(pieces) + b"\0"


def _packed_sparse(cells: list[Any]) -> bytes | None:
    """Return *cells*, some of them None, as :func:`_packed` does; None where one is unfit."""
    given = [cell for cell in cells if cell is not None]
    if not given:
        return (NO_TEXT + b"\0") * len(cells)
    if len(given) == len(cells):
        return None
    try:
        packed = "\0".join(given).encode() + b"\0"
    except (TypeError, UnicodeError):
        return None
    blob = np.frombuffer(packed, np.uint8)
    ends = np.flatnonzero(blob == 0)
    if len(ends) != len(given):
        return None
    is_none = np.fromiter(map(operator.is_, cells, itertools.repeat(None)), np.bool_, len(cells))
    sizes = np.full(len(cells), len(NO_TEXT) + 1)
    sizes[~is_none] = np.diff(ends, prepend=-1)
    at = (np.cumsum(sizes) - sizes)[is_none]
    whole = np.full(int(sizes.sum()), NO_TEXT[0], np.uint8)
    whole[at + 1] = 0
    is_given = np.ones(len(whole), np.bool_)
    is_given[at] = is_given[at + 1] = False
    whole[is_given] = blob
    return whole.tobytes()


def _piece(cell: Any) -> tuple[bytes, str]:
    """Return a cell as bytes; if it is no text that can be kept, the reason."""
    if cell is None:
        return NO_TEXT, ""
    try:
        piece = str.encode(cell)
    except TypeError:
        return NO_TEXT, f"it is no text but of type {type(cell).__name__}"
    except UnicodeEncodeError as error:
        code = ord(cell[error.start])
        if 0xDC80 <= code <= 0xDCFF:
            # Python's way to keep a byte that it could not decode.
            return NO_TEXT, f"it holds a byte that is not UTF-8, {code - 0xDC00:#04x}"
        return NO_TEXT, f"it holds half a character, U+{code:04X}"
    return (NO_TEXT, "it holds a NUL, U+0000") if b"\0" in piece else (piece, "")


# -- texts -----------------------------------------------------------------------------------


class Texts:
    """An immutable column of texts, each a str or None.

    None is not the empty text. Content makes two columns equal, and the fingerprint.

    Attributes:
        blob: The texts in UTF-8, a NUL behind each, then eight more NULs.
        starts: Where each text begins, and where one after the last would; uint32, or int64
            where 4 GiB are not enough.

    >>> names = Texts.of(["河东", None, ""])
    >>> len(names), names[0], names.tolist()
    (3, '河东', ['河东', None, ''])
    """

    __slots__ = ("_at", "blob", "starts")

    def __init__(self, blob: bytes, starts: Array) -> None:
        starts.setflags(write=False)
        self.blob = blob
        self.starts = starts
        # Single numbers are read from a memoryview in half the time.
        self._at = starts.data

    @classmethod
    def of(cls, values: Values) -> Texts:
        """Return *values* as a column.

        Args:
            values: Texts and None: a sequence, or a numpy array of kind U, S (UTF-8), O or T.

        Raises:
            ValueError: If a cell is not a text, or holds a NUL or half of a surrogate pair;
                names the first. :meth:`checked` names them all.
        """
        texts, unfit = cls.checked(values)
        if unfit:
            row, reason = unfit[0]
            raise ValueError(f"row {row} cannot be kept: {reason}")
        return texts

    @staticmethod
    def checked(values: Values) -> tuple[Texts, list[tuple[int, str]]]:
        """Return *values* as a column, None for the unfit; and the unfit, as (row, reason)."""
        if isinstance(values, Texts):
            return Texts(values.blob, values.starts), []
        unfit: list[tuple[int, str]] = []
        parts = [_packed(cells, first, unfit) for first, cells in _slices(values)]
        starts = np.zeros(len(values) + 1, np.int64)
        row = offset = 0
        for part in parts:
            ends = np.flatnonzero(np.frombuffer(part, np.uint8) == 0)
            starts[row + 1 : row + 1 + len(ends)] = ends + (offset + 1)
            row += len(ends)
            offset += len(part)
        return Texts(b"".join([*parts, _PAD]), _narrow(starts)), unfit

    @staticmethod
    def joined(parts: Sequence[Texts]) -> Texts:
        """Return several columns as one, one behind the other.

        >>> Texts.joined([Texts.of(["a"]), Texts.of([None, "b"])]).tolist()
        ['a', None, 'b']
        """
        blobs = [part.blob[: -len(_PAD)] for part in parts]
        firsts = np.cumsum([0, *map(len, blobs)])
        starts = [part.starts[:-1] + first for part, first in zip(parts, firsts[:-1], strict=True)]
        wide = np.concatenate([*starts, firsts[-1:]])
        return Texts(b"".join([*blobs, _PAD]), _narrow(wide))

    def holds(self, piece: str) -> bool:
        """Return whether any of the texts holds *piece*; one look at all of them."""
        return piece.encode() in self.blob

    def rows_at(self, offsets: Array | Sequence[int]) -> list[int]:
        """Return the row of the text that each byte of the blob belongs to."""
        rows: list[int] = (np.searchsorted(self.starts, offsets, side="right") - 1).tolist()
        return rows

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.blob, self.starts)

    def __len__(self) -> int:
        return len(self._at) - 1

    def __getitem__(self, row: int) -> str | None:
        if row < 0:
            row += len(self)
            if row < 0:
                raise IndexError(row)
        return _text(self.blob[self._at[row] : self._at[row + 1] - 1])

    def __iter__(self) -> Iterator[str | None]:
        return iter(self.tolist())

    def __eq__(self, other: object) -> bool:
        return self.blob == other.blob if isinstance(other, Texts) else NotImplemented

    def __hash__(self) -> int:
        # Not hash(), which differs from process to process.
        return zlib.crc32(self.blob)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self):,}>"

    @property
    def nbytes(self) -> int:
        """Bytes of the texts and their starts."""
        return len(self.blob) + self.starts.nbytes

    def feed(self, digest: Digest) -> None:
        """Take the column into *digest*, the same bytes on every platform."""
        digest.update(f"{len(self)}\0".encode())
        digest.update(memoryview(self.blob)[: -len(_PAD)])

    def take(self, rows: Array) -> Texts:
        """Return the column of these *rows*, in their order.

        Raises:
            IndexError: If there is no such row; a negative one is none.
        """
        if len(rows) and int(rows.min()) < 0:
            raise IndexError(int(rows.min()))
        given = np.frombuffer(self.blob, np.uint8)
        starts = np.zeros(len(rows) + 1, np.int64)
        parts = []
        for first in range(0, len(rows), SLICE):
            sources, lengths = self.places(rows[first : first + SLICE])
            sizes = lengths + 1
            ends = np.cumsum(sizes)
            # Each byte comes from as far away as the text does.
            at = np.repeat(sources - (ends - sizes), sizes)
            at += np.arange(len(at))
            parts.append(given[at].tobytes())
            starts[first + 1 : first + 1 + len(ends)] = starts[first] + ends
        return Texts(b"".join([*parts, _PAD]), _narrow(starts))

    def tolist(self) -> list[str | None]:
        """Return a text or None a row."""
        texts: list[str | None] = []
        for first in range(0, len(self), SLICE):
            texts += self.between(first, min(first + SLICE, len(self)))
        return texts

    def between(self, first: int, last: int) -> list[str | None]:
        """Return the texts of the rows from *first* to before *last*, which is no less."""
        if first == last:
            return []
        part = self.blob[self._at[first] : self._at[last] - 1]
        if NO_TEXT in part:
            return list(map(_text, part.split(b"\0")))
        return cast("list[str | None]", part.decode().split("\0"))

    def texts(self, rows: Array) -> list[str | None]:
        """Return the texts of some *rows*."""
        # Below some tens, one by one is faster than by numpy.
        if len(rows) < 50:
            return [self[row] for row in rows.tolist()]
        return Texts.take(self, rows).tolist()

    def missing(self) -> NDArray[np.bool_]:
        """Return for each row whether it has None or an empty text."""
        starts, lengths = self.places(slice(None))
        missing: NDArray[np.bool_] = lengths == 0
        if NO_TEXT in self.blob:
            missing |= np.frombuffer(self.blob, np.uint8)[starts] == NO_TEXT[0]
        return missing

    def places(self, rows: Array | slice) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the texts of *rows* begin, and how many bytes they have."""
        starts = self.starts[:-1][rows].astype(np.int64)
        return starts, self.starts[1:][rows] - starts - 1

    @property
    def windows(self) -> Windows:
        """The eight bytes from each byte on as a number, the first byte the lowest."""
        return np.ndarray((len(self.blob) - 7,), "<u8", self.blob, strides=(1,))


def _narrow(starts: NDArray[np.int64]) -> Array:
    """Return *starts* in four bytes each, where that is enough."""
    return starts.astype(np.uint32) if starts[-1] < _WIDE else starts


def _text(piece: bytes) -> str | None:
    return None if piece == NO_TEXT else piece.decode()


def words_at(
    windows: Windows, starts: NDArray[np.int64], lengths: NDArray[np.int64], offset: int
) -> Windows:
    """Return eight bytes of some texts from byte *offset* on, 0 for what is behind the end.

    No text may end before *offset*.
    """
    words: Windows = windows[starts + offset]
    if lengths.min(initial=8 + offset) < 8 + offset:
        words &= _KEPT[np.minimum(lengths - offset, 8)]
    return words
