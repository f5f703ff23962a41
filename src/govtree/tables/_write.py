"""A table as CSV that is read back as the same table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from govtree import _frames
from govtree._columns import UNKNOWN, References, Sheet, Words
from govtree._frames import IdsOf
from govtree._rows import UNKNOWN_CELL
from govtree._texts import Texts

__all__ = ["csv_line", "write_table"]

_Writer: TypeAlias = Callable[[NDArray[np.int32]], Sequence[str | None]]

_Shown: TypeAlias = Callable[[str], str] | None

_ROWS = 16_384
_TRUTHS = {1: "true", 0: "false", UNKNOWN: UNKNOWN_CELL}


def write_table(sheet: Sheet, ids_of: IdsOf, *, shown: _Shown = None) -> Iterator[bytes]:
    r"""Yield a table as CSV: UTF-8, a comma between cells, a line feed behind each row.

    What :func:`~govtree.tables.read_table` makes of it is the same table. Columns stand in the
    order of the record's fields, tags behind them. An empty cell is nothing, ``?`` is not
    known. Texts stay exactly as they are, also those that a spreadsheet would compute: the
    file is meant to be read back, not to be opened in an office program.

    Args:
        sheet: The table.
        ids_of: Gives the ids of any table by its name.
        shown: What is made of each text where the file is opened in an office program after
            all; numbers and days are no texts.

    >>> import numpy as np
    >>> from govtree._ids import Ids
    >>> grids = Sheet("grid", 2, Ids.of(["N-1", "N-2"]), {"x": np.array([1.5, np.nan])})
    >>> b"".join(write_table(grids, lambda table, rows=None: []))
    b'id,x\nN-1,1.5\nN-2,\n'
    """
    names = _frames.ordered(sheet)
    header: Sequence[str | None] = ["id", *names] if sheet.ids is not None else names
    yield csv_line(_made(header, shown))
    columns = [_writer(sheet, name, ids_of, shown) for name in names]
    for start in range(0, len(sheet), _ROWS):
        rows = np.arange(start, min(start + _ROWS, len(sheet)), dtype=np.int32)
        cells = [] if sheet.ids is None else [_quoted(_made(sheet.ids.texts(rows), shown))]
        cells += [_quoted(write(rows)) for write in columns]
        yield "".join(f"{','.join(row)}\n" for row in zip(*cells, strict=True)).encode()


def _writer(sheet: Sheet, name: str, ids_of: IdsOf, shown: _Shown) -> _Writer:
    """Return a function that gives the cells of some rows of a column as texts."""
    column = sheet.columns[name]
    if isinstance(column, Texts):
        return lambda rows: _made(column.texts(rows), shown)
    if isinstance(column, (References, Words)):
        codes, words = _frames.words_of(column, len(sheet), ids_of)
        texts = [*_made(words, shown), None]
        return lambda rows: [texts[code] for code in codes[rows].tolist()]
    if column.dtype.kind == "M":
        return lambda rows: [str(day) if day else None for day in column[rows].tolist()]
    if column.dtype.kind == "f":
        return lambda rows: [_number(number) for number in column[rows].tolist()]
    if _frames.is_truth(sheet, name):
        return lambda rows: list(map(_TRUTHS.get, column[rows].tolist()))
    return lambda rows: [_whole(number) for number in column[rows].tolist()]


def _made(texts: Sequence[str | None], shown: _Shown) -> Sequence[str | None]:
    return texts if shown is None else [None if each is None else shown(each) for each in texts]


def _number(number: float) -> str | None:
    return None if math.isnan(number) else repr(number)


def _whole(number: int) -> str | None:
    return str(number) if number >= 0 else UNKNOWN_CELL if number == UNKNOWN else None


def _quoted(cells: Sequence[str | None]) -> list[str]:
    texts = [cell or "" for cell in cells]
    together = "".join(texts)
    # Blanks at the ends need quotes for some readers, line breaks and separators for all.
    if not any(sign in together for sign in ' \t",\r\n\ufeff'):
        return texts
    return list(map(_cell, texts))


def _cell(text: str) -> str:
    if text.strip() == text and not any(sign in text for sign in '",\r\n'):
        return text
    return '"' + text.replace('"', '""') + '"'


def csv_line(cells: Sequence[str | None]) -> bytes:
    """Return a row of CSV, quoted where it has to be."""
    return (",".join(_quoted(cells)) + "\n").encode()
