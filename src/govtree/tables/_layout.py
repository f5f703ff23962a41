"""How the cells of an office's file lie: what stands around a table, and how it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from attrs import field, frozen

__all__ = ["DELIMITERS", "ENCODINGS", "FILLS", "TOTALS", "FillDown", "Layout"]

#: What may stand between the cells of a CSV file.
DELIMITERS = (",", ";", "\t", "|")

#: What the bytes of a CSV file may be.
ENCODINGS = ("utf-8", "gb18030")

#: What a line of totals says in one of its cells.
TOTALS = (
    "合计", "小计", "总计", "共计", "累计", "total", "subtotal", "grandtotal", "jumlah",
)  # fmt: skip

#: Which empty cells take what stands above: those of merged ranges, or all of them.
FillDown = Literal["merged", "all"]
FILLS: tuple[FillDown, ...] = get_args(FillDown)


def _rows(given: int | Iterable[int]) -> tuple[int, ...]:
    return (given,) if isinstance(given, int) else tuple(given)


def _words(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


@frozen(kw_only=True)
class Layout:
    """How a table lies in its file.

    Attributes:
        delimiter: What stands between the cells of CSV, one of :data:`DELIMITERS`.
        encoding: Of CSV, one of :data:`ENCODINGS`.
        sheet: Of a workbook, the name of the sheet; without it, its only visible one.
        header: Numbers of the rows that the header stands in, counted from 1; of several, the
            texts above one another are joined by a blank, and a merged one counts for each of
            its columns.
        fill_down: By column, which of its empty cells take what stands above.
        totals: What a line of totals says; such lines are left out, and counted.

    >>> Layout(sheet="住户", header=[3, 4]).header
    (3, 4)
    """

    delimiter: str = ","
    encoding: str = "utf-8"
    sheet: str = ""
    header: tuple[int, ...] = field(default=(1,), converter=_rows)
    fill_down: Mapping[str, FillDown] = field(factory=dict, converter=dict)
    totals: tuple[str, ...] = field(default=TOTALS, converter=_words)
