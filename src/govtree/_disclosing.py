"""Ids that look like numbers of real people: of identity cards and of mobile phones.

Nearly no id has the length of such a number. One look at all lengths says so, and of the rest
one look at the first byte, then at eight; nothing is made into texts of Python.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from govtree._texts import Texts, words_at

__all__ = ["like_identity_cards", "like_phones", "masked"]

# Weights of the first seventeen digits, and the character that makes the sum 1 modulo 11.
# Source: GB 11643-1999, section 4.2; ISO 7064, MOD 11-2.
_WEIGHTS = np.array([2 ** (17 - place) % 11 for place in range(17)])
_CHECKS = np.frombuffer(b"10X98765432", np.uint8)
_DAYS = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])

_ZEROS, _HIGH, _SIXES = (np.uint64(0x0101010101010101 * each) for each in (0x30, 0xF0, 0x06))


def like_identity_cards(ids: Texts) -> NDArray[np.int64]:
    """Return the rows whose id could be the number of an identity card.

    Eighteen characters with a birth date and the right check character, or the fifteen digits
    that were given out until 1999, with a birth date of the twentieth century.

    >>> like_identity_cards(Texts.of(["11010519491231002X", "110105194912310021"])).tolist()
    [0]
    """
    rows, cells = _digits(ids, 18, 17)
    right = _are_dates(_number(cells[:, 6:10]), cells[:, 10:14])
    checks = _CHECKS[(cells[:, :17] - 48) @ _WEIGHTS % 11]
    last = np.where(cells[:, 17] == ord("x"), ord("X"), cells[:, 17])
    of_eighteen = rows[right & (checks == last)]
    rows, cells = _digits(ids, 15, 15)
    of_fifteen = rows[_are_dates(1900 + _number(cells[:, 6:8]), cells[:, 8:12])]
    return np.sort(np.concatenate([of_eighteen, of_fifteen]))


def like_phones(ids: Texts) -> NDArray[np.int64]:
    """Return the rows whose id could be the number of a mobile phone in China.

    Eleven digits that begin with 13 to 19.

    Source: the numbering plan of telecommunication networks of China (2017), section 4.

    >>> like_phones(Texts.of(["13800138000", "12345678901", "1380013800a"])).tolist()
    [0]
    """
    rows, cells = _digits(ids, 11, 11)
    found: NDArray[np.int64] = rows[(cells[:, 0] == ord("1")) & (cells[:, 1] >= ord("3"))]
    return found


def masked(id: str) -> str:
    """Return *id* with all but its ends hidden.

    >>> masked("11010519491231002X")
    '11**************2X'
    """
    return f"{id[:2]}{'*' * (len(id) - 4)}{id[-2:]}"


def _digits(ids: Texts, length: int, digits: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of so many bytes whose first ones are *digits*, and their bytes."""
    rows = np.flatnonzero(ids.starts[1:] - ids.starts[:-1] == length + 1)
    blob = np.frombuffer(ids.blob, np.uint8)
    # Ids that begin with a letter, nearly all, are let go before anything else is read.
    rows = rows[(blob[ids.starts[rows]] - np.uint8(48)) < 10]
    starts, lengths = ids.places(rows)
    heads = words_at(ids.windows, starts, lengths, 0)
    # A byte is a digit where its high half is 3, and stays so when six is added.
    is_number = (heads & _HIGH == _ZEROS) & ((heads + _SIXES) & _HIGH == _ZEROS)
    rows, starts = rows[is_number], starts[is_number]
    cells = blob[starts[:, None] + np.arange(length)].astype(np.int64)
    good = ((cells[:, :digits] >= 48) & (cells[:, :digits] <= 57)).all(axis=1)
    return rows[good], cells[good]


def _number(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number that the digits of each row say."""
    powers = 10 ** np.arange(cells.shape[1])[::-1]
    number: NDArray[np.int64] = (cells - 48) @ powers
    return number


def _are_dates(years: NDArray[np.int64], cells: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of four digits, month and day, are a day of their year since 1800."""
    months, days = _number(cells[:, :2]), _number(cells[:, 2:])
    good = (years >= 1800) & (years < 2100) & (months >= 1) & (months <= 12)
    most = _DAYS[np.clip(months, 1, 12) - 1]
    leap = (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
    most = np.where((months == 2) & ~leap, 28, most)
    is_date: NDArray[np.bool_] = good & (days >= 1) & (days <= most)
    return is_date
