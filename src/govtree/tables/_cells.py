"""What an office writes in a cell, as the text that the strict reader of cells takes.

Only cells that the strict reader refuses are looked at a second time, and read where they can
be meant in one way only: ``2024/3/1`` is a day, ``300户`` a count. What could be meant in two
ways, ``24/3/1`` or ``3/1/2024``, stays refused.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from govtree._rows import Cells
from govtree._values import NARROW, Fault, read_cells
from govtree.units import Shape

__all__ = ["COUNTERS", "DOUBTS", "Lost", "Truth", "read_office", "scale_of"]

#: Codes of what is read all the same, with a warning.
DOUBTS = ("GT918",)

#: What things are counted in; such a word behind a number says nothing more than the number.
COUNTERS = (
    "人", "口", "户", "家", "个", "名", "位", "栋", "幢", "座", "套", "间", "处", "条", "块", "次",
    "辆", "部", "台", "件", "层", "单元", "人次", "户数", "人数",
)  # fmt: skip

# A spreadsheet keeps fifteen digits of a number, and makes zeros of the rest.
_MOST_EXACT = 10**15
_SCALES = "十百千万亿"
_COUNTERS = "|".join(sorted(COUNTERS, key=len, reverse=True))
_ABOUT = r"约|大约|大概|about |about|~|≈|ca\. ?"
_COUNT = re.compile(
    rf"(?P<before>{_ABOUT})?(?P<count>0|[1-9][0-9]{{0,9}})(?P<scale>[{_SCALES}]*)"
    rf"(?P<unit>{_COUNTERS})?(?P<behind>左右|上下)?",
    re.IGNORECASE,
)
_DAYS = (
    re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?:T?00:00(?::00(?:\.0+)?)?)?"),
    re.compile(r"([0-9]{4})()年([0-9]{1,2})月([0-9]{1,2})[日号]"),
    re.compile(r"([0-9]{4})()([0-9]{2})([0-9]{2})"),
)
# A year of two digits, a month or a year alone, or a day that does not say which is the month.
_UNCLEAR_DAY = re.compile(
    r"[0-9]{1,2}[-/.年][0-9]{1,2}(?:[-/.月][0-9]{1,4}[日号]?|月)?|[0-9]{4}年?|[0-9]{6}"
    r"|[0-9]{4}[-/.年][0-9]{1,2}月?"
)
_LONGEST = 40

_BASE = {False: dt.date(1899, 12, 30), True: dt.date(1904, 1, 1)}
# From here on, a number such as 202403 is more likely a month than a day.
_MOST_SERIAL = 73_050
# Numbers that are more likely a year.
_YEARS = range(1_800, 2_200)
# 29 February 1900, which the system of 1900 counts and the calendar does not.
_NO_SUCH_DAY = 60
_NO_SUCH_DATE = dt.date(1900, 2, 28)


@frozen
class Lost:
    """A cell that holds no value, and why: the code of the problem, and what its text names."""

    code: str
    values: tuple[tuple[str, str], ...] = ()


@frozen
class Truth:
    """A truth that a workbook holds, which is no number: to Python, True is also 1.0."""

    value: bool


def read_office(
    shape: Shape, cells: Sequence[Any], *, is_1904: bool = False
) -> tuple[Cells, list[Fault]]:
    """Return cells of an office's table as a column of values, and their faults in order.

    As :func:`~govtree._values.read_cells`, which reads them, and besides:

    - days as ``2024/3/1``, ``2024.3.1``, ``2024年3月1日``, ``20240301``;
    - counts with what they count, ``300户``; with ``约``, ``左右``, ``about`` or ``~`` they are
      read with a warning (:data:`DOUBTS`);
    - of a workbook, numbers, truths and days as it holds them. A number in a column of texts
      or ids is its digits; in a column of days it counts them.

    Args:
        shape: What the cells hold.
        cells: Texts, or what a workbook holds.
        is_1904: Whether the workbook counts days from 1904.

    >>> read_office("date", ["2024年3月1日", 45352.0])[0].tolist()
    [datetime.date(2024, 3, 1), datetime.date(2024, 3, 1)]
    >>> read_office("whole", ["约300户"])
    (array([300], dtype=int32), [Fault(row=0, code='GT918', values=(('cell', '约300户'), \
('count', '300')))])
    """
    lost: list[Fault] = []
    if not set(map(type, cells)) <= {str, type(None)}:
        cells, lost = _as_texts(shape, cells, is_1904)
    read, faults = read_cells(shape, cells)
    if faults:
        read, faults = _read_again(shape, cells, read, faults)
    return read, sorted([*faults, *lost], key=lambda fault: fault.row) if lost else faults


def scale_of(unit: str) -> str:
    """Return the part of a unit that multiplies, or an empty text.

    >>> scale_of("万人"), scale_of("人"), scale_of("%")
    ('万', '', '%')
    """
    return "".join(sign for sign in unit if sign in _SCALES + "%‰")


# -- values of a workbook -----------------------------------------------------------------------


def _as_texts(
    shape: Shape, cells: Sequence[Any], is_1904: bool
) -> tuple[list[str | None], list[Fault]]:
    plain = _plain_numbers(shape, cells)
    if plain is not None:
        return plain, []
    made: dict[tuple[type, Any], str | Lost | None] = {}
    texts: list[str | None] = []
    lost = []
    for row, cell in enumerate(cells):
        kind = type(cell)
        if kind is str:
            texts.append(cell)
            continue
        # True and 1.0 are one key to Python.
        key = (kind, cell)
        if key not in made:
            made[key] = _text(shape, cell, is_1904)
        text = made[key]
        if isinstance(text, Lost):
            lost.append(Fault(row, text.code, text.values))
            text = None
        texts.append(text)
    return texts, lost


def _plain_numbers(shape: Shape, cells: Sequence[Any]) -> list[str | None] | None:
    """Return numbers and texts as texts where every number is whole and exact, or None."""
    if shape in ("date", "truth"):
        return None
    numbers = [cell for cell in cells if type(cell) is float]
    if len(numbers) < len(cells) and not set(map(type, cells)) <= {str, float}:
        return None
    array = np.array(numbers)
    if shape == "number":
        said = iter(map(repr, numbers))
    elif (np.abs(array) < _MOST_EXACT).all() and (array == np.floor(array)).all():
        said = iter(map(str, array.astype(np.int64).tolist()))
    else:
        return None
    return [next(said) if type(cell) is float else cell for cell in cells]


def _text(shape: Shape, cell: Any, is_1904: bool) -> str | Lost | None:
    """Return a value of a workbook as the text that says it in a column of *shape*."""
    if cell is None or isinstance(cell, Lost):
        return cell
    if isinstance(cell, Truth):
        cell = cell.value
    shown = str(cell)
    if isinstance(cell, bool):
        return shown.lower() if shape in ("truth", "tags") else _unfit(shape, shown.upper())
    if isinstance(cell, (int, float)):
        return _number(shape, cell, is_1904)
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    if shape == "date" and isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
        if cell == _NO_SUCH_DATE and not is_1904:
            return Lost("GT924", (("cell", "60"),))
        return cell.isoformat()
    if shape == "date":
        return Lost("GT045", (("cell", shown),))
    return _unfit(shape, str(cell))


def _unfit(shape: Shape, shown: str) -> str | Lost:
    """Return a text that the strict reader refuses, or say that it is none."""
    if shape in ("whole", "number", "tags", "truth", "date"):
        return shown
    return Lost("GT917", (("cell", shown),))


def _number(shape: Shape, number: float, is_1904: bool) -> str | Lost:
    if shape == "number":
        return repr(float(number))
    if number != int(number):
        if shape in ("whole", "tags", "truth", "date"):
            return repr(number)
        return Lost("GT916", (("cell", repr(number)),))
    whole = int(number)
    if shape == "date":
        return _day_of_serial(whole, is_1904)
    if abs(whole) >= _MOST_EXACT and shape not in ("whole", "tags", "truth"):
        return Lost("GT915", (("cell", str(whole)),))
    return str(whole)


def _day_of_serial(number: int, is_1904: bool) -> str | Lost:
    if number in _YEARS or (number == _NO_SUCH_DAY and not is_1904):
        return Lost("GT924", (("cell", str(number)),))
    if not 0 < number < _MOST_SERIAL:
        return str(number)
    # Below the day that never was, the system of 1900 is ahead by one.
    ahead = 1 if not is_1904 and number < _NO_SUCH_DAY else 0
    return (_BASE[is_1904] + dt.timedelta(days=number + ahead)).isoformat()


# -- texts that the strict reader refuses -------------------------------------------------------


def _read_again(
    shape: Shape, cells: Sequence[Any], read: Cells, faults: list[Fault]
) -> tuple[Cells, list[Fault]]:
    look = _LOOKS.get(shape)
    if look is None:
        return read, faults
    meant: dict[str, str] = {}
    told: dict[str, Lost | None] = {}
    for text in sorted({cells[fault.row] for fault in faults}):
        plain, said = look(text)
        if plain is None:
            if said is not None:
                told[text] = said
        elif not read_cells(shape, [plain])[1]:
            meant[text] = plain
            told[text] = said
    if meant:
        read = read_cells(shape, [meant.get(cell, cell) for cell in cells])[0]
    kept = []
    for fault in faults:
        text = cells[fault.row]
        if text not in told:
            kept.append(fault)
        elif (instead := told[text]) is not None:
            kept.append(Fault(fault.row, instead.code, instead.values))
    return read, kept


def _look_at_day(text: str) -> tuple[str | None, Lost | None]:
    if not text.strip():
        return "", None
    if len(text) > _LONGEST:
        return None, None
    bare = "".join(text.translate(NARROW).split())
    for each in _DAYS:
        day = each.fullmatch(bare)
        if day is not None:
            return f"{day[1]}-{int(day[3]):02}-{int(day[4]):02}", None
    if _UNCLEAR_DAY.fullmatch(bare):
        return None, Lost("GT920", (("cell", text),))
    return None, None


def _look_at_count(text: str) -> tuple[str | None, Lost | None]:
    if not text.strip():
        return "", None
    if len(text) > _LONGEST:
        return None, None
    bare = text.strip().translate(NARROW).replace("～", "~")  # noqa: RUF001 - as typed
    count = _COUNT.fullmatch("".join(bare.split()))
    if count is None:
        return None, None
    if count["scale"]:
        return None, Lost("GT919", (("cell", text), ("unit", count["scale"])))
    if count["before"] or count["behind"]:
        return count["count"], Lost("GT918", (("cell", text), ("count", count["count"])))
    return (count["count"], None) if count["unit"] else (None, None)


def _look_at_blank(text: str) -> tuple[str | None, Lost | None]:
    return (None if text.strip() else ""), None


_LOOKS: Mapping[Shape, Any] = {
    "date": _look_at_day,
    "whole": _look_at_count,
    "tags": _look_at_count,
    "number": _look_at_count,
    "truth": _look_at_blank,
}
