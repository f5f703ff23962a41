"""Data frames in and out: pandas, polars, pyarrow, and whatever else narwhals knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from govtree import units
from govtree._columns import NONE, UNKNOWN, References, Sheet, Words
from govtree._extras import need
from govtree._rows import UNKNOWN_CELL
from govtree._texts import Texts
from govtree.errors import OutOfRangeError
from govtree.units import TABLES, Column, LevelUnit

__all__ = [
    "BACKENDS",
    "Cells",
    "IdsOf",
    "Plain",
    "columns_of",
    "frame_of",
    "is_truth",
    "ordered",
    "plain_frame",
    "to_frame",
    "words_of",
]

#: A column as it is handed out: kind, values, and where there is nothing, or of words the words.
Plain = tuple[str, Any, Any]

#: Packages that tables are handed out to, and the extra that installs each.
BACKENDS: Mapping[str, str] = {"pandas": "pandas", "polars": "polars", "pyarrow": "arrow"}


class IdsOf(Protocol):
    """How the ids of a table are asked for."""

    def __call__(self, table: str, rows: NDArray[Any] | None = None) -> list[str]:
        """Return all ids of *table*, or those of some *rows*."""


def columns_of(frame: object) -> dict[str, Any]:
    """Return a data frame as a mapping of name to values, as Python or numpy holds them.

    Args:
        frame: A data frame in memory of any kind that narwhals knows.

    Raises:
        MissingExtraError: If narwhals is not installed.
        TypeError: If it is no data frame, or one that is still to be computed.
    """
    narwhals = need("narwhals.stable.v2", extra="arrow")
    known = narwhals.from_native(frame, eager_only=True)
    return {str(name): _values(narwhals, known.get_column(name)) for name in known.columns}


def _values(narwhals: Any, series: Any) -> Any:
    kind = series.dtype
    if kind in (narwhals.Categorical, narwhals.Enum):
        return series.cast(narwhals.String).to_list()
    if kind.is_integer() and series.null_count():
        # As frames that have no other way hold them; exact as far as a count may go.
        return series.cast(narwhals.Float64).to_numpy()
    if kind == narwhals.Datetime:
        if kind.time_zone is not None:
            series = series.dt.replace_time_zone(None)
        return series.to_numpy()
    return series.to_numpy() if kind.is_numeric() else series.to_list()


def to_frame(sheet: Sheet, ids_of: IdsOf, *, backend: str = "pandas") -> Any:
    """Return a table as a data frame, with ids in the place of row numbers.

    Columns stand in the order of the record's fields, tags behind them. Ids of other units
    and words of vocabularies are categories in pandas and pyarrow, text in polars. What is not
    given and what is not known are both nothing, except that a reference or word then says
    ``?``.

    Args:
        sheet: The table.
        ids_of: Gives the ids of any table by its name.
        backend: ``pandas``, ``polars`` or ``pyarrow``.

    Raises:
        MissingExtraError: If the package is not installed.
        OutOfRangeError: If there is no such backend.
    """

    def columns() -> Iterator[tuple[str, Plain]]:
        if sheet.ids is not None:
            yield "id", ("texts", ids_of(sheet.name), None)
        for name in ordered(sheet):
            yield name, _plain(sheet, name, ids_of)

    return frame_of(columns(), backend=backend)


def frame_of(columns: Iterable[tuple[str, Plain]], *, backend: str = "pandas") -> Any:
    """Return named columns as a data frame.

    Args:
        columns: Name of each with its kind (``texts``, ``words``, ``wholes``, ``numbers``,
            ``truths``, ``dates``), its values, and where there is nothing; of words, which are
            codes, the words. None is asked for before the package was found.
        backend: ``pandas``, ``polars`` or ``pyarrow``.

    Raises:
        MissingExtraError: If the package is not installed.
        OutOfRangeError: If there is no such backend.
    """
    if backend not in BACKENDS:
        raise OutOfRangeError(f"backend is '{backend}', not one of {', '.join(BACKENDS)}")
    package = need(backend, extra=BACKENDS[backend])
    write = _WRITERS[backend]
    written = {name: write(package, *plain) for name, plain in columns}
    make = {"pandas": "DataFrame", "polars": "DataFrame", "pyarrow": "table"}[backend]
    return getattr(package, make)(written)


#: A column of texts, or of numbers or truths.
Cells = Sequence[str | None] | NDArray[Any]


def plain_frame(columns: Iterable[tuple[str, Cells]], *, backend: str = "pandas") -> Any:
    """Return columns of texts, numbers and truths as a data frame; NaN is nothing.

    Args:
        columns: Name and cells of each; None is asked for before the package was found.
        backend: ``pandas``, ``polars`` or ``pyarrow``.

    Raises:
        MissingExtraError: If the package is not installed.
        OutOfRangeError: If there is no such backend.
    """
    return frame_of(((name, _told(cells)) for name, cells in columns), backend=backend)


def _told(cells: Cells) -> Plain:
    if not isinstance(cells, np.ndarray):
        return "texts", list(cells), None
    if cells.dtype.kind == "f":
        return "numbers", cells.copy(), np.isnan(cells)
    # Hands of others may write into a frame.
    kind = "truths" if cells.dtype.kind == "b" else "wholes"
    return kind, cells.copy(), np.zeros(len(cells), np.bool_)


def ordered(sheet: Sheet) -> list[str]:
    """Return the names of the columns in the order of the record's fields, tags last."""
    shapes = _shapes(sheet)
    own = [name for name in shapes if name in sheet.columns]
    return [*own, *sorted(sheet.columns.keys() - shapes.keys())]


def is_truth(sheet: Sheet, name: str) -> bool:
    """Return whether the whole numbers of a column stand for yes and no."""
    shapes = _shapes(sheet)
    return name in shapes and shapes[name].shape == "truth"


def _shapes(sheet: Sheet) -> Mapping[str, Column]:
    record = next((each.record for each in TABLES if each.name == sheet.name), LevelUnit)
    return units.columns_of(record)


def _plain(sheet: Sheet, name: str, ids_of: IdsOf) -> Plain:
    """Return kind, values and, for categories, words; for the others, where there is nothing."""
    column = sheet.columns[name]
    if isinstance(column, Texts):
        return "texts", column.tolist(), None
    if isinstance(column, (References, Words)):
        return "words", *words_of(column, len(sheet), ids_of)
    if column.dtype.kind == "M":
        return "dates", column, np.isnat(column)
    if column.dtype.kind == "f":
        return "numbers", column, np.isnan(column)
    if is_truth(sheet, name):
        return "truths", column > 0, column < 0
    return "wholes", column.astype(np.int32), column < 0


def words_of(
    column: References | Words, length: int, ids_of: IdsOf
) -> tuple[NDArray[np.int32], list[str]]:
    """Return a code a row, -1 for nothing, and the texts that the codes stand for.

    "Not known" is a text like the others, ``?``. The ids of several tables stand in one list.
    """
    words: list[str] = []
    if isinstance(column, Words):
        words += column.words
        return _with_unknown(column.codes.astype(np.int32), words)
    codes = np.full(length, NONE, np.int32)
    for table, rows in column.targets.items():
        given = rows >= 0
        used = np.bincount(rows[given]).astype(np.bool_)
        code = np.cumsum(used, dtype=np.int32) - 1 + len(words)
        codes[given] = code[rows[given]]
        codes[rows == UNKNOWN] = UNKNOWN
        words += ids_of(table, np.flatnonzero(used).astype(np.int32))
    return _with_unknown(codes, words)


def _with_unknown(
    codes: NDArray[np.int32], words: list[str]
) -> tuple[NDArray[np.int32], list[str]]:
    """Return codes in which "not known" is a word like the others."""
    unknown = codes == UNKNOWN
    if not unknown.any():
        return codes, words
    return np.where(unknown, np.int32(len(words)), codes), [*words, UNKNOWN_CELL]


def _to_pandas(pandas: Any, kind: str, values: Any, rest: Any) -> Any:
    if kind == "texts":
        return pandas.array(values, dtype="str")
    if kind == "words":
        return pandas.Categorical.from_codes(values, rest)
    if kind == "wholes":
        return pandas.arrays.IntegerArray(values, rest)
    if kind == "truths":
        return pandas.arrays.BooleanArray(values, rest)
    return values.astype("M8[s]") if kind == "dates" else values


def _to_polars(polars: Any, kind: str, values: Any, rest: Any) -> Any:
    if kind == "texts":
        return polars.Series(values, dtype=polars.String)
    if kind == "words":
        codes = _nothing(polars, polars.Series(values), values < 0)
        return polars.Series(rest, dtype=polars.String).gather(codes)
    if kind == "dates":
        return polars.Series(values, dtype=polars.Date)
    return _nothing(polars, polars.Series(values), rest)


def _nothing(polars: Any, series: Any, where: NDArray[np.bool_]) -> Any:
    return series.set(polars.Series(where), None) if where.any() else series


def _to_pyarrow(pyarrow: Any, kind: str, values: Any, rest: Any) -> Any:
    if kind == "texts":
        return pyarrow.array(values, type=pyarrow.string())
    if kind == "words":
        codes = pyarrow.array(values, mask=values < 0)
        return pyarrow.DictionaryArray.from_arrays(codes, pyarrow.array(rest, pyarrow.string()))
    return pyarrow.array(values, mask=rest)


_WRITERS: Mapping[str, Callable[[Any, str, Any, Any], Any]] = {
    "pandas": _to_pandas,
    "polars": _to_polars,
    "pyarrow": _to_pyarrow,
}
