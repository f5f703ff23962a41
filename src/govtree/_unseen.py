"""Characters in a table's texts that nobody sees, or that turn how the rest is seen.

Nearly every text is ASCII and Chinese. One look at all bytes of a column says so, and nothing
is made into texts of Python.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from govtree._ids import Ids
from govtree._markup import HIDDEN
from govtree._texts import Texts

__all__ = ["TURNING", "not_composed", "turned", "unseen"]

#: Embeddings, overrides and isolates of Unicode Standard Annex 9.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TURNING_BYTES = re.compile(b"\xe2(?:\x80[\xaa-\xae]|\x81[\xa6-\xa9])")

# In UTF-8, bytes of which nothing looked for below is made: ASCII, bytes inside a character,
# the first bytes of Chinese characters, and what stands for no text.
_PLAIN = bytes([*range(0xC0), *range(0xE4, 0xEA), 0xFF])
# The NULs between texts are no part of them.
_UNSEEN = re.compile(HIDDEN.pattern.replace("\x00-", "\x01-", 1))


def unseen(ids: Ids) -> Iterator[tuple[int, str]]:
    r"""Yield each row whose id holds something that cannot be seen, with the first of it.

    >>> list(unseen(Ids.of(["B-1", "B-2\u200b"])))
    [(1, '\u200b')]
    """
    if not _is_suspect(ids):
        return
    text = "\0".join(ids.tolist())  # type: ignore[arg-type]  # no id is None
    row = counted = 0
    last = -1
    for found in _UNSEEN.finditer(text):
        row += text.count("\0", counted, found.start())
        counted = found.start()
        if row != last:
            yield row, found[0]
        last = row


def not_composed(ids: Ids) -> Iterator[tuple[int, str]]:
    r"""Yield each row whose id is not in Unicode's normal form C, with the id.

    >>> [row for row, _ in not_composed(Ids.of(["e\u0301", "\u00e9"]))]
    [0]
    """
    if not _is_suspect(ids):
        return
    texts: list[str] = ids.tolist()  # type: ignore[assignment]  # no id is None
    if unicodedata.is_normalized("NFC", "\0".join(texts)):
        return
    for row, text in enumerate(texts):
        if not unicodedata.is_normalized("NFC", text):
            yield row, text


def turned(texts: Texts) -> list[int]:
    r"""Return the rows whose text holds characters that turn the direction of writing.

    >>> turned(Texts.of(["River", "Ri\u202ever", None]))
    [1]
    """
    blob = texts.blob
    if b"\xe2\x80" not in blob and b"\xe2\x81" not in blob:
        return []
    return sorted(set(texts.rows_at([found.start() for found in _TURNING_BYTES.finditer(blob)])))


def _is_suspect(texts: Texts) -> bool:
    """Return whether *texts* hold more than ASCII and Chinese characters."""
    blob = texts.blob
    return not blob.isascii() and bool(blob.translate(None, _PLAIN))
