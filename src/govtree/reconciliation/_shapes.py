"""What a cell is when two sources are compared: a number, a day, a truth, or a text.

The sources may hold ``12``, ``12.0`` and ``"12"`` and mean one thing. Each column has one shape,
the same for both, and each cell one form in it; a cell that does not fit stays the text it is.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, get_args

from govtree._rows import UNKNOWN_CELL
from govtree._values import FALSE_WORDS, TRUE_WORDS
from govtree.units import TABLES, columns_of

__all__ = [
    "SHAPES",
    "Shape",
    "Value",
    "field_shape",
    "fits",
    "form",
    "forms",
    "inferred",
    "text_of",
]

Shape: TypeAlias = Literal["number", "date", "truth", "text"]
Value: TypeAlias = str | int | float | dt.date

SHAPES: tuple[Shape, ...] = get_args(Shape)

# What a spreadsheet keeps of a number; longer ones are codes.
_MOST_DIGITS = 15
# No leading zeros: 0012 is a code.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,17})?(?:e-[0-9]{1,3})?")
_NUMBERS = re.compile(rf"{_NUMBER.pattern}(?:\n{_NUMBER.pattern})*+")
_DAY = re.compile(r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)")
_WORDS = dict.fromkeys(TRUE_WORDS, True) | dict.fromkeys(FALSE_WORDS, False)

_OF_FIELDS: Mapping[str, Shape] = {
    "whole": "number",
    "number": "number",
    "date": "date",
    "truth": "truth",
}


def _shapes_of_fields() -> dict[str, Shape]:
    """Return the shape of every field of a table that has one shape in all tables."""
    found: dict[str, set[Shape]] = {}
    for table in TABLES:
        for name, column in columns_of(table.record).items():
            found.setdefault(name, set()).add(_OF_FIELDS.get(column.shape, "text"))
    return {name: shapes.pop() for name, shapes in found.items() if len(shapes) == 1}


_FIELDS = _shapes_of_fields()


def field_shape(name: str) -> Shape | None:
    """Return the shape that the fields of this name have in a structure, or None.

    >>> field_shape("households"), field_shape("code"), field_shape("户数")
    ('number', 'text', None)
    """
    return _FIELDS.get(name)


def inferred(values: Sequence[Value]) -> Shape:
    """Return the shape that all *values* fit; text where there is no other.

    >>> inferred(["12", 12.0]), inferred(["012", "12"]), inferred(["2026/3/1", "?"])
    ('number', 'text', 'date')
    """
    if all(value == UNKNOWN_CELL for value in values):
        return "text"
    if _are_numbers(values):
        return "number"
    return next(shape for shape in SHAPES if all(fits(shape, value) for value in values))


def fits(shape: Shape, value: Value) -> bool:
    """Return whether a cell is what a column of this shape holds; ``?`` fits everywhere."""
    return shape == "text" or value == UNKNOWN_CELL or not isinstance(form(shape, value), str)


def forms(shape: Shape, values: Sequence[Value]) -> Sequence[Value]:
    """Return the form of each of many cells; see :func:`form`."""
    if shape == "text" and _are_texts(values):
        return values
    if shape == "number" and _are_numbers(values):
        numbers = map(float, values)  # type: ignore[arg-type]  # texts of numbers
        return [int(each) if each.is_integer() else each for each in numbers]
    return [form(shape, value) for value in values]


def form(shape: Shape, value: Value) -> Value:
    """Return the form in which a cell is compared: equal cells have equal forms.

    >>> form("number", "12.0"), form("text", 12.0), form("truth", "是"), form("number", "约300")
    (12, '12', True, '约300')
    >>> form("date", "2026年3月1日")
    datetime.date(2026, 3, 1)
    """
    found = _READERS[shape](value) if shape != "text" else None
    return text_of(value) if found is None else found


def _are_texts(values: Sequence[Value]) -> bool:
    return set(map(type, values)) <= {str}


def _are_numbers(values: Sequence[Value]) -> bool:
    """Return whether all cells are texts of numbers, by one look at all of them."""
    if not values or not isinstance(values[0], str) or not _NUMBER.fullmatch(values[0]):
        return False
    try:
        return _NUMBERS.fullmatch("\n".join(values)) is not None  # type: ignore[arg-type]  # caught
    except TypeError:
        return False


def text_of(value: Value) -> str:
    """Return a cell as text: ``12``, ``0.5``, ``2026-03-01``, ``true``.

    >>> text_of(12.0), text_of(0.5), text_of(True)
    ('12', '0.5', 'true')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**_MOST_DIGITS:
        return str(int(value))
    return str(value)


def _number(value: Value) -> Value | None:
    if isinstance(value, bool | dt.date):
        return None
    if isinstance(value, int):
        return value if abs(value) < 10**_MOST_DIGITS else None
    number = value if isinstance(value, float) else math.nan
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        number = float(value)
    if not math.isfinite(number) or abs(number) >= 10**_MOST_DIGITS:
        return None
    return int(number) if number.is_integer() else number


def _truth(value: Value) -> Value | None:
    if isinstance(value, str):
        return _WORDS.get(value.lower())
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


def _date(value: Value) -> Value | None:
    if isinstance(value, dt.date):
        return value
    day = _DAY.fullmatch(value) if isinstance(value, str) else None
    if day is None:
        return None
    month, number = day[3] or day[5], day[4] or day[6]
    try:
        return dt.date(int(day[1]), int(month), int(number))
    except ValueError:
        return None


_READERS = {"number": _number, "date": _date, "truth": _truth}
