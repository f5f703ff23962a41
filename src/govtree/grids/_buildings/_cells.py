"""Cells of any source as arrays, and which of them are unfit."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from types import NoneType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from govtree._columns import Coded
from govtree._files import LIMITS
from govtree._ids import arrange
from govtree._rows import is_given
from govtree._wording import Reason

__all__ = ["MOST", "coded", "reals", "texts", "truths", "wholes"]

#: The largest sum that float64 holds without losing a unit.
MOST = 2**53
#: Characters of a cell that a reason quotes.
_LONGEST = 40

#: Rows that are unfit, each with the reason.
Unfit = list[tuple[int, Reason]]

_MISSING = Reason("nothing is given")


def _negative(cell: object) -> Reason:
    return Reason("'{cell}' is negative", cell=_shown(cell))


def _parts(cell: object) -> Reason:
    return Reason("'{cell}' is not whole", cell=_shown(cell))


def _endless(cell: object) -> Reason:
    return Reason("'{cell}' is not finite", cell=_shown(cell))


def _too_large(cell: object) -> Reason:
    return Reason("'{cell}' is above 2^53", cell=_shown(cell))


def _other(cell: object) -> Reason:
    return Reason("'{cell}' is of type {type}", cell=_shown(cell), type=type(cell).__name__)


def _shown(cell: object) -> str:
    # No more of it than what leaves room for the reason.
    text = str(cell)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _plain(cells: Sequence[Any] | NDArray[Any]) -> Sequence[Any]:
    return cells.tolist() if isinstance(cells, np.ndarray) else cells


def texts(cells: Sequence[Any] | NDArray[Any]) -> tuple[list[str | None], Unfit]:
    """Return ids or names as texts, None for nothing; a whole number is written out.

    >>> texts(["D-1", 7, None, True])[0]
    ['D-1', '7', None, None]
    """
    given = _plain(cells)
    kinds = set(map(type, given))
    if kinds <= {str, NoneType}:
        return [cell or None for cell in given] if "" in given else list(given), []
    if kinds == {int}:
        return list(map(str, given)), []
    found: list[str | None] = []
    unfit: Unfit = []
    for row, cell in enumerate(given):
        if isinstance(cell, str):
            found.append(str(cell) or None)
        elif isinstance(cell, bool | np.bool_) or not isinstance(cell, Integral):
            found.append(None)
            if is_given(cell):
                unfit.append((row, _other(cell)))
        else:
            found.append(str(int(cell)))
    return found, unfit


def coded(
    cells: Sequence[Any] | NDArray[Any] | Coded,
) -> tuple[NDArray[np.int32], tuple[str, ...], Unfit]:
    """Return a code a row, -1 for nothing, the names that codes stand for, sorted, and the unfit.

    >>> codes, names, _ = coded(["X-2", None, "X-1", "X-2"])
    >>> codes.tolist(), names
    ([1, -1, 0, 1], ('X-1', 'X-2'))
    """
    if isinstance(cells, Coded):
        codes = np.maximum(cells.codes, -1)
        used = np.flatnonzero(np.bincount(codes + 1, minlength=len(cells.values) + 1)[1:])
        names = [str(cells.values[code]) for code in used.tolist()]
        rank = np.full(len(cells.values) + 1, -1, np.int32)
        order = sorted(range(len(names)), key=names.__getitem__)
        rank[used[order]] = np.arange(len(order))
        return rank[codes], tuple(names[at] for at in order), []
    given, unfit = texts(cells)
    distinct = sorted({name for name in given if name is not None})
    # A name may be what an id may be: it becomes one of a community or a compound.
    faults = {
        distinct[row]: Reason(
            "'{cell}': {reason}", cell=_shown(distinct[row]), reason=Reason(reason)
        )
        for row, reason in arrange(distinct, limit=LIMITS.id_characters).unfit
    }
    names = [name for name in distinct if name not in faults]
    place: dict[str | None, int] = dict.fromkeys([None, *faults], -1)
    place |= {name: code for code, name in enumerate(names)}
    if faults:
        unfit += [
            (row, faults[name])
            for row, name in enumerate(given)
            if name is not None and name in faults
        ]
    codes = np.fromiter(map(place.__getitem__, given), np.int32, len(given))
    return codes, tuple(names), unfit


def wholes(
    cells: Sequence[Any] | NDArray[Any], *, least: int = 0, missing: int | None = None
) -> tuple[NDArray[np.int64], Unfit]:
    """Return counts as int64, 0 for the unfit; 3.0 is a whole number, 3.5 and True are none.

    Args:
        cells: One a row.
        least: The least that a count may be.
        missing: What nothing stands for; None where there has to be a number.

    >>> found, unfit = wholes([3.0, 3.5, -1, None])
    >>> found.tolist(), [str(why) for _, why in unfit]
    ([3, 0, 0, 0], ["'3.5' is not whole", "'-1' is negative", 'nothing is given'])
    """
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "iu":
        outside = (cells < least) | (cells > MOST)
        unfit = [
            (row, (_negative if cells[row] < least else _too_large)(cells[row]))
            for row in np.flatnonzero(outside).tolist()
        ]
        return np.where(outside, 0, cells).astype(np.int64), unfit
    numbers, unfit = _numbers(cells)
    bad = {row for row, _ in unfit}
    nothing = np.isnan(numbers)
    with np.errstate(invalid="ignore"):
        negative, large, parts = numbers < least, numbers > MOST, numbers != np.floor(numbers)
    for row in np.flatnonzero(nothing | negative | large | parts).tolist():
        if row in bad or (nothing[row] and missing is not None):
            continue
        why = (
            _endless
            if np.isinf(numbers[row])
            else _negative
            if negative[row]
            else _too_large
            if large[row]
            else _parts
        )
        unfit.append((row, _MISSING if nothing[row] else why(cells[row])))
    fit = np.where(nothing, missing or 0, numbers)
    return np.where(negative | large | parts & ~nothing, 0, fit).astype(np.int64), unfit


def reals(cells: Sequence[Any] | NDArray[Any]) -> tuple[NDArray[np.float64], Unfit]:
    """Return numbers as float64, NaN for nothing; the unfit are those that are not finite.

    >>> reals([1, None, 2.5])[0].tolist()
    [1.0, nan, 2.5]
    """
    numbers, unfit = _numbers(cells)
    for row in np.flatnonzero(np.isinf(numbers)).tolist():
        unfit.append((row, _endless(cells[row])))
    return np.where(np.isinf(numbers), np.nan, numbers), unfit


def truths(cells: Sequence[Any] | NDArray[Any]) -> tuple[NDArray[np.int8], Unfit]:
    """Return yes as 1, no as 0, and nothing as -1."""
    given = _plain(cells)
    unfit: Unfit = []
    found = np.full(len(given), -1, np.int8)
    for row, cell in enumerate(given):
        if isinstance(cell, bool | np.bool_):
            found[row] = cell
        elif is_given(cell):
            unfit.append((row, _other(cell)))
    return found, unfit


def _numbers(cells: Sequence[Any] | NDArray[Any]) -> tuple[NDArray[np.float64], Unfit]:
    """Return numbers as float64, NaN for nothing and for what is no number, which is unfit."""
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "iuf":
        return cells.astype(np.float64), []
    given = _plain(cells)
    kinds = set(map(type, given))
    unfit: Unfit = []
    if not kinds <= {int, float, NoneType}:
        kept = []
        for row, cell in enumerate(given):
            is_number = isinstance(cell, Real) or type(cell).__name__ == "Decimal"
            if is_number and not isinstance(cell, bool | np.bool_):
                kept.append(cell)
            else:
                kept.append(None)
                if is_given(cell):
                    unfit.append((row, _other(cell)))
        given = kept
    return np.array([_real(cell) for cell in given], np.float64), unfit


def _real(cell: Any) -> float:
    if cell is None:
        return np.nan
    try:
        return float(cell)
    except OverflowError:
        return np.inf if cell > 0 else -np.inf
