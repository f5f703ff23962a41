"""Cells of columns as the attributes of nodes, one by one and many at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NoReturn, Protocol

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import NONE, UNKNOWN, References, Sheet, Words
from govtree._rows import UNKNOWN_CELL, tables_of
from govtree._texts import Texts
from govtree.units import Level, columns_of

__all__ = ["Attributes", "Reader", "readers"]


class Attributes(dict[str, Any]):
    """Attributes of a node or an edge: a dict that refuses to be written to.

    It is made when it is asked for, so that what is written to it would be lost. Its copies
    are plain dicts, because networkx writes to those.

    >>> Attributes(level="grid")["level"] = "compound"
    Traceback (most recent call last):
    ...
    TypeError: the graph of a hierarchy cannot be changed; to_networkx() gives one that can
    """

    __slots__ = ()

    def _refuse(self, *_args: object, **_how: object) -> NoReturn:
        raise TypeError(
            "the graph of a hierarchy cannot be changed; to_networkx() gives one that can"
        )

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def copy(self) -> dict[str, Any]:
        return dict(self)

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def __deepcopy__(self, memo: object) -> dict[str, Any]:
        # What attributes hold cannot be changed either.
        return dict(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return Attributes, (dict(self),)


class Reader(Protocol):
    """Reads a column: None where nothing is given, ``?`` where it is not known."""

    def one(self, row: int) -> Any: ...
    def some(self, first: int, last: int) -> Sequence[Any]: ...


def readers(sheet: Sheet, levels: Sequence[Level]) -> Iterator[tuple[str, Reader]]:
    """Give a reader for each column of *sheet* that is no reference.

    References are edges; of those that point to what is not known, the attribute says so.
    """
    columns = columns_of(tables_of(levels)[sheet.name])
    for name, stored in sheet.columns.items():
        if isinstance(stored, References):
            unknown = [rows for rows in stored.targets.values() if (rows == UNKNOWN).any()]
            if unknown:
                yield name, _Unknown(unknown[0])
        elif isinstance(stored, Words):
            yield name, _OfWords(stored.codes.data, [*stored.words, UNKNOWN_CELL, None])
        elif isinstance(stored, Texts):
            yield name, _OfTexts(stored)
        elif stored.dtype.kind in "fM":
            yield name, _OfValues(stored)
        elif name in columns and columns[name].shape == "truth":
            yield name, _OfWords(stored.data, [False, True, UNKNOWN_CELL, None])
        else:
            yield name, _OfCounts(stored.data)


@frozen(eq=False)
class _OfWords:
    codes: memoryview  # single numbers are read from it in a third of the time
    words: list[Any]  # the last two for UNKNOWN and NONE, which index from the back

    def one(self, row: int) -> Any:
        return self.words[self.codes[row]]

    def some(self, first: int, last: int) -> Sequence[Any]:
        return list(map(self.words.__getitem__, self.codes[first:last].tolist()))


@frozen(eq=False)
class _OfTexts:
    texts: Texts

    def one(self, row: int) -> Any:
        return self.texts[row]

    def some(self, first: int, last: int) -> Sequence[Any]:
        return self.texts.between(first, last)


@frozen(eq=False)
class _OfCounts:
    counts: memoryview

    def one(self, row: int) -> Any:
        return _counted(self.counts[row])

    def some(self, first: int, last: int) -> Sequence[Any]:
        cells = self.counts[first:last].tolist()
        return cells if min(cells, default=0) >= 0 else list(map(_counted, cells))


def _counted(count: int) -> Any:
    return count if count >= 0 else None if count == NONE else UNKNOWN_CELL


@frozen(eq=False)
class _OfValues:
    """Numbers and dates."""

    values: NDArray[Any]

    def one(self, row: int) -> Any:
        return self.some(row, row + 1)[0]

    def some(self, first: int, last: int) -> Sequence[Any]:
        values = self.values[first:last]
        empty = np.isnan(values) if values.dtype.kind == "f" else np.isnat(values)
        cells: list[Any] = values.tolist()
        for row in np.flatnonzero(empty).tolist():
            cells[row] = None
        return cells


@frozen(eq=False)
class _Unknown:
    rows: NDArray[Any]

    def one(self, row: int) -> Any:
        return UNKNOWN_CELL if self.rows[row] == UNKNOWN else None

    def some(self, first: int, last: int) -> Sequence[Any]:
        return [UNKNOWN_CELL if each == UNKNOWN else None for each in self.rows[first:last]]
