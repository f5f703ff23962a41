"""How a cell becomes a value, a column at a time.

Two doors: texts, as YAML and CSV hold them (:func:`read_cells`), and Python values, as records
and data frames hold them (:func:`take_values`). A text is read in one way only and never
guessed at; a Python value is never read from a text.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import fields, frozen, has

from govtree._columns import NONE, UNKNOWN, Words
from govtree._rows import UNKNOWN_CELL, Cells, is_given
from govtree.units import Link, Mark, Shape

__all__ = ["FALSE_WORDS", "NARROW", "TRUE_WORDS", "Fault", "read_cells", "take_values"]

#: Texts that are read as yes and no; capital letters make no difference.
TRUE_WORDS = ("true", "yes", "y", "on", "1", "是", "有")
FALSE_WORDS = ("false", "no", "n", "off", "0", "否", "无")

_LARGEST = 2**31 - 1

#: What one of several things in a cell is made into.
_MADE_OF: Mapping[Shape, type[Any]] = {"links": Link, "flags": Mark, "parts": str}

Named = tuple[tuple[str, str], ...]
_Reason = tuple[str, Named]  # a code, and what its message names


@frozen
class Fault:
    """A cell that is not what its column holds.

    Attributes:
        row: Row of the cell, from 0.
        code: Code of the problem.
        values: Pairs of name and text that the problem's message names.
    """

    row: int
    code: str
    values: Named = ()


class _Unfit(Exception):  # noqa: N818 - never leaves this module
    """A text or value is not what it should be: the code, and what the message names."""

    def __init__(self, code: str, **values: str) -> None:
        self.code = code
        self.values: Named = tuple(sorted(values.items()))


def read_cells(shape: Shape, cells: Sequence[str | None]) -> tuple[Cells, list[Fault]]:
    """Return texts as a column of values, and the faults of its cells in order.

    None and an empty text say that there is nothing; ``?`` says of whole numbers, truths and
    tags that it is not known. A faulty cell becomes nothing.

    - *whole*, *tags*: int32. Digits 0 to 9, no sign, no leading zero, at most 2,147,483,647;
      a tag may also be one of :data:`TRUE_WORDS` (1) or :data:`FALSE_WORDS` (0).
    - *number*: float64, NaN for nothing. Digits, sign, decimal point, exponent.
    - *truth*: int8, one of the same words.
    - *date*: datetime64[D], NaT for nothing. ``YYYY-MM-DD``, a day of the calendar.
    - *term*: :class:`~govtree._columns.Words` as they are spelled.
    - *id*, *text*, *reference*: a list of text or None, every text as it is. Faults are only
      a number such as ``3.41524E+11``, which a spreadsheet makes of a long code, and what no
      text can hold: NUL, half of a surrogate pair.
    - *links*, *flags*, *parts*: a list of tuples or None; the text is the only one in its cell.

    Args:
        shape: What the cells hold.
        cells: One a row.

    >>> read_cells("whole", ["12", "", "?", "0"])
    (array([12, -1, -2,  0], dtype=int32), [])
    >>> read_cells("whole", ["１２"])[1]
    [Fault(row=0, code='GT040', values=(('cell', '１２'), ('meant', '12')))]
    """
    return _READERS[shape](cells)


def take_values(shape: Shape, values: Sequence[Any]) -> tuple[Cells, list[Fault]]:
    """Return Python values as a column, and the faults of its cells in order.

    Strict: a whole number is an int, a text a str, a day a date (no datetime), a truth a bool;
    the scalars of numpy count as those of Python. A tag may be int or bool. None, NaN, NaT and
    an empty text say that there is nothing; ``"?"`` says of whole numbers, truths and tags
    that it is not known. An array of floats whose values are all whole is taken as whole
    numbers, because that is how data frames hold them beside empty cells; an array of
    datetime64 as days where each is a midnight. Links, flags and parts are texts, records,
    mappings of the fields of these, or lists of any of them. Ids and references are handed on
    as they are; the builder says which of them are no texts.

    Args:
        shape: What the values are.
        values: One a row.

    >>> take_values("truth", [True, None, False])
    (array([ 1, -1,  0], dtype=int8), [])
    >>> take_values("whole", [True])
    (array([-1], dtype=int32), [Fault(row=0, code='GT040', values=(('cell', 'True'),))])
    """
    if isinstance(values, Words):
        values = values.tolist()
    elif not isinstance(values, (list, tuple)) and hasattr(values, "__array__"):
        array = np.asarray(values)
        taken = _take_array(shape, array)
        if taken is not None:
            return taken, []
        values = array.tolist() if array.dtype.kind in "OUT" else list(array)
        if shape in ("whole", "tags") and array.dtype.kind == "f":
            values = [int(value) if value.is_integer() else value for value in array.tolist()]
    if shape in ("id", "reference"):
        # Looking at each of a million texts takes longer than finding them: the builder, who
        # looks for them, says which are none.
        return values, []
    return _TAKERS[shape](values)


# -- from texts ---------------------------------------------------------------------------------


def _read_typed(
    cells: Sequence[str | None], parse: Callable[[str], Any], dtype: str, nothing: Any
) -> tuple[Cells, list[Fault]]:
    """Read every distinct text once."""
    table: dict[str | None, Any] = {None: nothing, "": nothing}
    unfit: dict[str | None, _Reason | None] = {}
    for text in set(cells):
        if text:
            try:
                table[text] = parse(text)
            except _Unfit as reason:
                table[text] = nothing
                unfit[text] = (reason.code, reason.values)
    # numpy reads days from an iterator one by one, and slowly; as their numbers it does not.
    stored = "i4" if dtype == "M8[D]" else dtype
    array = np.fromiter(map(table.__getitem__, cells), stored, len(cells))
    if dtype == "M8[D]":
        array = np.where(array == nothing, np.int64(np.iinfo(np.int64).min), array).view(dtype)
    return array, list(_faults(cells, unfit))


def _faults(
    cells: Sequence[str | None], unfit: Mapping[str | None, _Reason | None]
) -> Iterator[Fault]:
    if unfit:
        for row, text in enumerate(cells):
            reason = unfit.get(text)
            if reason is not None:
                yield Fault(row, *reason)


def _read_whole(cells: Sequence[str | None]) -> tuple[Cells, list[Fault]]:
    return _read_typed(cells, _whole, "i4", NONE)


def _read_tags(cells: Sequence[str | None]) -> tuple[Cells, list[Fault]]:
    return _read_typed(cells, _tag, "i4", NONE)


def _read_truth(cells: Sequence[str | None]) -> tuple[Cells, list[Fault]]:
    return _read_typed(cells, _truth, "i1", NONE)


def _read_date(cells: Sequence[str | None]) -> tuple[Cells, list[Fault]]:
    return _read_typed(cells, _date, "M8[D]", _NO_DAY)


def _read_number(cells: Sequence[str | None]) -> tuple[Cells, list[Fault]]:
    # Coordinates are nearly all distinct: one look at all characters lets float() be trusted,
    # which by itself reads full-width digits, underscores, "nan" and "infinity".
    texts = [text or "" for text in cells] if None in cells else cells
    letters = "".join(texts)  # type: ignore[arg-type]  # no None left
    given = [text or "nan" for text in texts] if "" in texts else texts
    if letters.isascii() and not letters.encode().translate(None, b"0123456789+-.eE"):
        try:
            array = np.fromiter(map(float, given), np.float64, len(cells))  # type: ignore[arg-type]  # no None left
        except ValueError:
            pass
        else:
            if not np.isinf(array).any():
                return array, []
    return _read_typed(cells, _number, "f8", math.nan)


def _read_term(cells: Sequence[str | None]) -> tuple[Cells, list[Fault]]:
    # A word that stands in a million cells is looked at once.
    distinct = set(cells)
    _, faults = _read_text([*distinct])
    if faults:
        texts, faults = _read_text(cells)
        return Words.of(texts), faults  # type: ignore[arg-type]  # a list of texts
    return Words.of([cell or None for cell in cells] if "" in distinct else cells), []


def _read_text(cells: Sequence[str | None]) -> tuple[Cells, list[Fault]]:
    texts = [text or None for text in cells] if "" in cells else list(cells)
    # One look at all of them is far cheaper than one at each.
    try:
        together = "\n".join(texts)  # type: ignore[arg-type]  # None is caught
    except TypeError:
        together = "\n".join(text for text in texts if text)
    if "E+" not in together and "e+" not in together and _can_be_kept(together):
        return texts, []
    faults = list(_faults(texts, {text: _strange(text) for text in set(texts) if text}))
    for fault in faults:
        texts[fault.row] = None
    return texts, faults


def _can_be_kept(text: str) -> bool:
    if "\0" in text:
        return False
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _strange(text: str) -> _Reason | None:
    """Say what is wrong with a text, whatever it is meant for."""
    if _DAMAGED.fullmatch(text):
        return "GT050", (("cell", text),)
    unfit = _UNFIT.search(text)
    if unfit is None:
        return None
    return "GT058", (("cell", text), ("character", f"U+{ord(unfit[0]):04X}"))


_UNFIT = re.compile("[\0\ud800-\udfff]")
_DAMAGED = re.compile(r"-?[0-9](?:[.,][0-9]{1,17})?[Ee]\+[0-9]{1,3}")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,9}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[,'’  ][0-9]{3}){1,3}")  # noqa: RUF001 - as typed
_REAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_OTHER_DAY = re.compile(r"([0-9]{4})([-/.年]?)([0-9]{1,2})(?:\2|月)([0-9]{1,2})日?")
_WORDS = dict.fromkeys(TRUE_WORDS, 1) | dict.fromkeys(FALSE_WORDS, 0)
_EPOCH = dt.date(1970, 1, 1).toordinal()
_NO_DAY = -_EPOCH - 1  # the day before the first that a date can be
#: What is written full-width in Chinese text, as it stands on a keyboard.
NARROW = str.maketrans("０１２３４５６７８９－＋．。，／", "0123456789-+..,/")  # noqa: RUF001 - as typed
# Longer texts are not looked at for what they meant.
_LONGEST_MEANT = 24


def _whole(text: str) -> int:
    if _WHOLE.fullmatch(text):
        number = int(text)
        if number <= _LARGEST:
            return number
    elif text == UNKNOWN_CELL:
        return UNKNOWN
    raise _not_whole(text, "GT040")


def _tag(text: str) -> int:
    word = _WORDS.get(text.lower())
    if word is not None:
        return word
    if _WHOLE.fullmatch(text) or text == UNKNOWN_CELL:
        return _whole(text)
    raise _not_whole(text, "GT049")


def _truth(text: str) -> int:
    word = _WORDS.get(text.lower())
    if word is not None:
        return word
    if text == UNKNOWN_CELL:
        return UNKNOWN
    meant = text.strip().translate(NARROW)
    raise _Unfit("GT047", cell=text, **({"meant": meant} if meant.lower() in _WORDS else {}))


def _not_whole(text: str, code: str) -> _Unfit:
    """Say why *text* is no whole number, and which one it probably meant."""
    if len(text) > _LONGEST_MEANT:
        bare = text.strip()
        if bare.isascii() and bare.isdigit():
            return _Unfit("GT042", cell=text, most=f"{_LARGEST:,}")
        return _Unfit(code, cell=text)
    narrow = text.strip().translate(NARROW).removeprefix("+")
    if _GROUPED.fullmatch(narrow):
        narrow = re.sub("[^0-9]", "", narrow)
    narrow = re.sub(r"\.0*\Z", "", narrow)
    if re.fullmatch("[0-9]+", narrow):
        number = int(narrow)
        if number > _LARGEST:
            return _Unfit("GT042", cell=text, most=f"{_LARGEST:,}")
        return _Unfit(code, cell=text, meant=str(number))
    if re.fullmatch("-[0-9]+", narrow):
        return _Unfit("GT041", cell=text)
    return _Unfit(code, cell=text)


def _number(text: str) -> float:
    # float() takes time that grows with the square of the length where digits are many.
    if len(text) <= 400 and _REAL.fullmatch(text):
        number = float(text)
        if math.isfinite(number):
            return number
        raise _Unfit("GT044", cell=text)
    if text.strip().lower().lstrip("+-") in ("nan", "inf", "infinity", ".nan", ".inf"):
        raise _Unfit("GT044", cell=text)
    if len(text) <= _LONGEST_MEANT:
        narrow = text.strip().translate(NARROW)
        if _GROUPED.fullmatch(narrow):
            narrow = re.sub("[^0-9]", "", narrow)
        if _REAL.fullmatch(narrow):
            raise _Unfit("GT043", cell=text, meant=narrow)
    raise _Unfit("GT043", cell=text)


def _date(text: str) -> int:
    """Return the days since 1970-01-01."""
    day = _DAY.fullmatch(text)
    if day is None:
        raise _not_day(text)
    try:
        return dt.date(int(day[1]), int(day[2]), int(day[3])).toordinal() - _EPOCH
    except ValueError:
        raise _Unfit("GT046", cell=text) from None


def _not_day(text: str) -> _Unfit:
    if len(text) <= _LONGEST_MEANT:
        narrow = text.strip().translate(NARROW)
        other = _OTHER_DAY.fullmatch(narrow)
        if other is not None and (other[2] or len(narrow) == 8):
            try:
                meant = dt.date(int(other[1]), int(other[3]), int(other[4]))
            except ValueError:
                pass
            else:
                return _Unfit("GT045", cell=text, meant=meant.isoformat())
    return _Unfit("GT045", cell=text)


def _read_several(shape: Shape) -> Callable[[Sequence[str | None]], tuple[Cells, list[Fault]]]:
    def read(cells: Sequence[str | None]) -> tuple[Cells, list[Fault]]:
        texts, faults = _read_text(cells)
        return [None if text is None else (_MADE_OF[shape](text),) for text in texts], faults

    return read


_READERS: Mapping[Shape, Callable[[Sequence[str | None]], tuple[Cells, list[Fault]]]] = {
    "id": _read_text,
    "text": _read_text,
    "reference": _read_text,
    "term": _read_term,
    "whole": _read_whole,
    "tags": _read_tags,
    "truth": _read_truth,
    "number": _read_number,
    "date": _read_date,
    "links": _read_several("links"),
    "flags": _read_several("flags"),
    "parts": _read_several("parts"),
}


# -- from Python values -------------------------------------------------------------------------


def _take_array(shape: Shape, array: np.ndarray[Any, Any]) -> Cells | None:
    """Return a typed array as a column, or None where it has to be looked at cell by cell."""
    kind = array.dtype.kind
    if array.ndim != 1 or not len(array):
        return None
    if shape in ("whole", "tags") and kind in "iu":
        fits = int(array.min()) >= 0 and int(array.max()) <= _LARGEST
        return array.astype(np.int32) if fits else None
    if shape in ("whole", "tags") and kind == "f":
        given = array[~np.isnan(array)]
        fits = bool(((given >= 0) & (given <= _LARGEST) & (given == np.floor(given))).all())
        return np.where(np.isnan(array), NONE, array).astype(np.int32) if fits else None
    if shape == "tags" and kind == "b":
        return array.astype(np.int32)
    if shape == "truth" and kind == "b":
        return array.astype(np.int8)
    if shape == "number" and kind in "iuf":
        return None if kind == "f" and np.isinf(array).any() else array.astype(np.float64)
    if shape == "date" and kind == "M":
        days = array.astype("M8[D]")
        given = days[~np.isnat(days)]
        exact = bool((days == array)[~np.isnat(array)].all())
        fits = not len(given) or bool(((given >= _FIRST_DAY) & (given <= _LAST_DAY)).all())
        return days if exact and fits else None
    return None


_FIRST_DAY = np.datetime64("0001-01-01")
_LAST_DAY = np.datetime64("9999-12-31")


def _take_typed(
    values: Sequence[Any], take: Callable[[Any], Any], dtype: str, nothing: Any
) -> tuple[Cells, list[Fault]]:
    taken: list[Any] = []
    faults = []
    for row, value in enumerate(values):
        try:
            taken.append(take(value) if is_given(value) else nothing)
        except _Unfit as reason:
            taken.append(nothing)
            faults.append(Fault(row, reason.code, reason.values))
    return np.array(taken, dtype), faults


def _shown(value: Any) -> str:
    """Return *value* as a message shows it; only types whose text is known are turned to text."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int) and value.bit_length() > 256:
        return f"a whole number of {value.bit_length()} bits"
    if isinstance(value, (str, int, float, dt.date)):
        return str(value)
    return f"a value of type {type(value).__name__}"


def _take_whole(values: Sequence[Any]) -> tuple[Cells, list[Fault]]:
    array = _all_whole(values, {int})
    if array is not None:
        return array, []
    return _take_typed(values, lambda value: _one_whole(value, "GT040"), "i4", NONE)


def _all_whole(values: Sequence[Any], types: set[type]) -> Cells | None:
    """Return *values* as an array where each is a count of one of *types*, or None."""
    found = set(map(type, values))
    if not found <= types | {type(None)}:
        return None
    is_sparse = type(None) in found
    given = [value for value in values if value is not None] if is_sparse else values
    try:
        array = np.array(given, np.int64)
    except OverflowError:
        return None
    if array.min(initial=0) < 0 or array.max(initial=0) > _LARGEST:
        return None
    if not is_sparse:
        return array.astype(np.int32)
    cells = np.full(len(values), NONE, np.int32)
    cells[np.fromiter([value is not None for value in values], np.bool_, len(values))] = array
    return cells


def _take_tags(values: Sequence[Any]) -> tuple[Cells, list[Fault]]:
    def one(value: Any) -> int:
        return int(value) if isinstance(value, (bool, np.bool_)) else _one_whole(value, "GT049")

    array = _all_whole(values, {int, bool})
    return (array, []) if array is not None else _take_typed(values, one, "i4", NONE)


def _one_whole(value: Any, code: str) -> int:
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        if value < 0:
            raise _Unfit("GT041", cell=_shown(value))
        if value > _LARGEST:
            raise _Unfit("GT042", cell=_shown(value), most=f"{_LARGEST:,}")
        return int(value)
    if isinstance(value, str) and value == UNKNOWN_CELL:
        return UNKNOWN
    raise _Unfit(code, cell=_shown(value))


def _take_number(values: Sequence[Any]) -> tuple[Cells, list[Fault]]:
    return _take_typed(values, _one_number, "f8", math.nan)


def _one_number(value: Any) -> float:
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isinf(number):
            raise _Unfit("GT044", cell=_shown(value))
        return number
    raise _Unfit("GT043", cell=_shown(value))


def _take_truth(values: Sequence[Any]) -> tuple[Cells, list[Fault]]:
    return _take_typed(values, _one_truth, "i1", NONE)


def _one_truth(value: Any) -> int:
    if isinstance(value, (bool, np.bool_)):
        return int(value)
    if isinstance(value, str) and value == UNKNOWN_CELL:
        return UNKNOWN
    raise _Unfit("GT047", cell=_shown(value))


def _take_date(values: Sequence[Any]) -> tuple[Cells, list[Fault]]:
    if set(map(type, values)) <= {dt.date, type(None)}:
        # A table has few distinct days, each of which numpy would take a microsecond for.
        number_of: dict[Any, int] = {
            day: day.toordinal() - _EPOCH for day in set(values) if day is not None
        }
        number_of[None] = np.iinfo(np.int64).min
        numbers = np.fromiter(map(number_of.__getitem__, values), np.int64, len(values))
        return numbers.view("M8[D]"), []
    return _take_typed(values, _one_day, "M8[D]", np.datetime64("NaT", "D"))


def _one_day(value: Any) -> np.datetime64:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return np.datetime64(value, "D")
    if isinstance(value, np.datetime64) and _FIRST_DAY <= value <= _LAST_DAY:
        day: np.datetime64 = value.astype("M8[D]")
        if day == value:
            return day
    raise _Unfit("GT045", cell=_shown(value))


def _take_text(values: Sequence[Any]) -> tuple[Cells, list[Fault]]:
    # numpy's own text is a str, and so is what a subclass of str says.
    if all(each in (str, type(None)) for each in set(map(type, values))):
        return _read_text(values)
    texts: list[str | None] = []
    faults = []
    for row, value in enumerate(values):
        if isinstance(value, str):
            texts.append(str.__str__(value) or None)
        else:
            texts.append(None)
            if is_given(value):
                faults.append(Fault(row, "GT048", (("cell", _shown(value)),)))
    cells, damaged = _read_text(texts)
    return cells, sorted(faults + damaged, key=lambda fault: fault.row)


def _take_term(values: Sequence[Any]) -> tuple[Cells, list[Fault]]:
    if set(map(type, values)) <= {str, type(None)}:
        return _read_term(values)
    texts, faults = _take_text(values)
    return Words.of(texts), faults  # type: ignore[arg-type]  # a list of texts


def _take_several(shape: Shape) -> Callable[[Sequence[Any]], tuple[Cells, list[Fault]]]:
    """Return what takes columns of texts, records, mappings, or lists of these."""

    def take(values: Sequence[Any]) -> tuple[Cells, list[Fault]]:
        taken: list[tuple[Any, ...] | None] = []
        faults = []
        for row, value in enumerate(values):
            several = value if isinstance(value, (list, tuple, np.ndarray)) else [value]
            try:
                given = [_one_of_several(shape, each) for each in several if is_given(each)]
                taken.append(tuple(given) or None)
            except _Unfit as reason:
                taken.append(None)
                faults.append(Fault(row, reason.code, reason.values))
        return taken, faults

    return take


def _one_of_several(shape: Shape, value: Any) -> Any:
    make = _MADE_OF[shape]
    names = [each.name for each in fields(make)] if has(make) else ["text"]
    if isinstance(value, str):
        value = make(value)
    elif isinstance(value, Mapping) and has(make) and {names[0]} <= value.keys() <= set(names):
        value = make(**value)
    if not isinstance(value, make):
        raise _Unfit("GT048", cell=_shown(value))
    for name in names:
        part = getattr(value, name) if has(make) else value
        if part is None and name != names[0]:
            continue
        if name in ("since", "until"):
            _one_day(part)
        elif not isinstance(part, str) or not part:
            raise _Unfit("GT048", cell=_shown(part))
        elif (reason := _strange(part)) is not None:
            raise _Unfit(reason[0], **dict(reason[1]))
    return value


_TAKERS: Mapping[Shape, Callable[[Sequence[Any]], tuple[Cells, list[Fault]]]] = {
    "id": _take_text,
    "text": _take_text,
    "reference": _take_text,
    "term": _take_term,
    "whole": _take_whole,
    "tags": _take_tags,
    "truth": _take_truth,
    "number": _take_number,
    "date": _take_date,
    "links": _take_several("links"),
    "flags": _take_several("flags"),
    "parts": _take_several("parts"),
}
