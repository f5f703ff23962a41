"""Cells become values, or are told what keeps them from it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtree._columns import NONE, UNKNOWN, Words
from govtree._values import FALSE_WORDS, TRUE_WORDS, Fault, read_cells, take_values
from govtree.units import Link, Mark

READABLE = [
    "id", "text", "reference", "term", "whole", "tags", "truth", "number", "date",
    "links", "flags", "parts",
]  # fmt: skip
TEXTLIKE = ["id", "text", "reference"]

odd_texts = st.sampled_from(
    [
        "?", "0", "12", "007", "１２", "1,234", "-3", "+5", "12.0", "1e3", "9" * 5_000, "nan",
        "inf", "1e999", "yes", "NO", "是", "否", "2024-02-30", "2024/3/1", "20240301", "24-03-01",
        "0000-01-01", "2024年3月1日", "3.41524E+11", " 12 ", "\0", "\ud800", "²", "٣", "1_000",
    ]
)  # fmt: skip
cells = st.lists(st.none() | odd_texts | st.text(), max_size=30)
wholes = st.none() | st.integers(0, 2**31 - 1)
days = st.none() | st.dates()
numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)
truths = st.none() | st.booleans()


def said(faults: list[Fault]) -> list[tuple[int, str, dict[str, str]]]:
    return [(fault.row, fault.code, dict(fault.values)) for fault in faults]


# -- properties ---------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", READABLE)
@given(given_cells=cells)
def test_any_texts_give_a_column_and_faults(shape, given_cells):
    """Whatever texts stand in a column, each row has a value, and a faulty one has none."""
    column, faults = read_cells(shape, given_cells)

    assert len(column) == len(given_cells)
    rows = [fault.row for fault in faults]
    assert rows == sorted(set(rows))
    assert all(given_cells[row] for row in rows)
    if isinstance(column, np.ndarray) and column.dtype.kind == "i":
        assert all(column[row] == NONE for row in rows)
    elif not isinstance(column, np.ndarray):
        assert all(column[row] is None for row in rows)


@pytest.mark.parametrize("shape", READABLE)
@given(values=st.lists(st.none() | st.integers() | st.floats() | st.text() | st.booleans()
                       | st.dates() | st.datetimes() | st.binary() | st.decimals()))  # fmt: skip
def test_any_values_give_a_column_and_faults(shape, values):
    """Whatever Python values stand in a column, each row has a value or a fault."""
    column, faults = take_values(shape, values)

    assert len(column) == len(values)
    assert [fault.row for fault in faults] == sorted({fault.row for fault in faults})


@given(st.lists(wholes))
def test_whole_numbers_are_read_as_written(values):
    """Digits are read as the number they write, an empty cell as none."""
    texts = ["" if value is None else str(value) for value in values]
    column, faults = read_cells("whole", texts)

    assert faults == []
    assert column.dtype == np.int32
    assert [None if cell == NONE else cell for cell in column.tolist()] == values
    assert np.array_equal(column, take_values("whole", values)[0])


@given(st.lists(days))
def test_days_are_read_as_written(values):
    """A day in ISO form is read as that day, in any year from 1 to 9999."""
    column, faults = read_cells("date", [value and value.isoformat() for value in values])

    assert faults == []
    assert column.dtype == np.dtype("M8[D]")
    assert column.tolist() == values
    assert np.array_equal(column, take_values("date", values)[0], equal_nan=True)


@given(st.lists(numbers))
def test_numbers_are_read_to_the_last_bit(values):
    """The shortest decimal form of a float is read as the same float."""
    column, faults = read_cells("number", ["" if v is None else repr(v) for v in values])

    assert faults == []
    assert [None if np.isnan(cell) else cell for cell in column.tolist()] == values
    assert np.array_equal(column, take_values("number", values)[0], equal_nan=True)


@given(st.lists(truths))
def test_truths_are_read_from_words(values):
    """Each word for yes or no is read so, however it is capitalized."""
    column, _ = take_values("truth", values)
    words = {True: TRUE_WORDS, False: FALSE_WORDS, None: ("",)}

    for place in range(7):
        texts = [words[value][place % len(words[value])].upper() for value in values]
        assert np.array_equal(read_cells("truth", texts)[0], column)


@pytest.mark.parametrize("shape", TEXTLIKE)
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_texts_stay_what_they_are(shape, texts):
    """Ids, texts and references are kept as they are written, letter by letter."""
    harmless = [text.replace("E+", "").replace("e+", "") for text in texts]

    assert read_cells(shape, harmless) == ([text or None for text in harmless], [])
    taken, faults = take_values(shape, harmless)
    assert ([text or None for text in taken], faults) == ([text or None for text in harmless], [])


# -- examples -------------------------------------------------------------------------------------


def test_unknown_is_not_the_same_as_nothing():
    """A question mark says that a count, a tag or a truth is not known."""
    for shape in ("whole", "tags", "truth"):
        assert read_cells(shape, ["?", "", None])[0].tolist() == [UNKNOWN, NONE, NONE]
        assert take_values(shape, ["?", None])[0].tolist() == [UNKNOWN, NONE]


def test_tags_may_be_counts_or_truths():
    """A tag is a number of households, or says of one household yes or no."""
    column, faults = read_cells("tags", ["48", "是", "false", "No", "1"])

    assert (column.tolist(), faults) == ([48, 1, 0, 0, 1], [])
    assert take_values("tags", [True, 6, None, False])[0].tolist() == [1, 6, NONE, 0]


def test_words_are_kept_as_they_are_spelled():
    """A word is no value yet: aliases are the business of the vocabulary."""
    column, faults = read_cells("term", ["商住", None, "?", "商住"])

    assert isinstance(column, Words)
    assert (column.tolist(), faults) == (["商住", None, "?", "商住"], [])


def test_codes_are_never_numbers():
    """What looks like an octal number, a time, a day or a truth is text where text is meant."""
    codes = ["007", "0o17", "1:30", "2024-03-01", "no", "1e3", "12.0", "0x1F", "3E-4"]

    assert read_cells("id", codes) == (codes, [])


@pytest.mark.parametrize("shape", TEXTLIKE)
@pytest.mark.parametrize("code", ["3.41524E+11", "3.41524e+11", "4E+05", "3,71311E+11"])
def test_a_spreadsheet_is_recognized_by_what_it_does_to_codes(shape, code):
    """A long code that a spreadsheet took for a number is called damaged, not kept."""
    column, faults = read_cells(shape, ["H-1", code])

    assert column == ["H-1", None]
    assert said(faults) == [(1, "GT050", {"cell": code})]


@pytest.mark.parametrize(
    ("shape", "cell", "code", "meant"),
    [
        ("whole", "１２", "GT040", "12"),
        ("whole", "1,234", "GT040", "1234"),
        ("whole", "1 234", "GT040", "1234"),
        ("whole", "12.0", "GT040", "12"),
        ("whole", "+5", "GT040", "5"),
        ("whole", "007", "GT040", "7"),
        ("whole", " 12 ", "GT040", "12"),
        ("whole", "12.5", "GT040", None),
        ("whole", "1e3", "GT040", None),
        ("whole", "1_000", "GT040", None),
        ("whole", "0x10", "GT040", None),
        ("whole", "²", "GT040", None),
        ("whole", "٣", "GT040", None),
        ("whole", "yes", "GT040", None),
        ("whole", "-3", "GT041", None),
        ("whole", "2147483648", "GT042", None),
        ("whole", "9" * 5_000, "GT042", None),
        ("whole", "0" * 5_000, "GT042", None),
        ("tags", "perhaps", "GT049", None),
        ("tags", "１", "GT049", "1"),
        ("tags", "-1", "GT041", None),
        ("number", "１2．5", "GT043", "12.5"),
        ("number", "1,234", "GT043", "1234"),
        ("number", "12,5", "GT043", None),
        ("number", "1_0.5", "GT043", None),
        ("number", "٣.5", "GT043", None),
        ("number", "0x1p3", "GT043", None),
        ("number", "?", "GT043", None),
        ("number", "1" * 5_000, "GT043", None),
        ("number", "nan", "GT044", None),
        ("number", "-Infinity", "GT044", None),
        ("number", ".inf", "GT044", None),
        ("number", "1e999", "GT044", None),
        ("date", "2024/3/1", "GT045", "2024-03-01"),
        ("date", "20240301", "GT045", "2024-03-01"),
        ("date", "2024年3月1日", "GT045", "2024-03-01"),
        ("date", "２０２４-03-01", "GT045", "2024-03-01"),
        ("date", "24-03-01", "GT045", None),
        ("date", "01/03/2024", "GT045", None),
        ("date", "45352", "GT045", None),
        ("date", "2024-03-01T00:00:00", "GT045", None),
        ("date", "?", "GT045", None),
        ("date", "2024-02-30", "GT046", None),
        ("date", "0000-01-01", "GT046", None),
        ("truth", "perhaps", "GT047", None),
        ("truth", "2", "GT047", None),
        ("truth", "１", "GT047", "1"),
        ("text", "a\0b", "GT058", None),
        ("id", "\ud800", "GT058", None),
    ],
)  # fmt: skip
def test_each_way_of_being_wrong_is_named(shape, cell, code, meant):
    """A faulty cell is told by its own code, with what it probably meant."""
    good = {"number": "1.5", "date": "2024-03-01", "text": "a", "id": "a"}.get(shape, "1")
    column, faults = read_cells(shape, [good, cell, good])

    [(row, found, values)] = said(faults)
    assert (row, found) == (1, code)
    assert values["cell"] == cell
    assert values.get("meant") == meant
    assert len(column) == 3


@pytest.mark.parametrize(
    ("shape", "value", "code"),
    [
        ("whole", True, "GT040"),
        ("whole", 12.0, "GT040"),
        ("whole", "12", "GT040"),
        ("whole", Decimal(12), "GT040"),
        ("whole", -1, "GT041"),
        ("whole", 2**31, "GT042"),
        pytest.param("whole", 10**5_000, "GT042", id="whole-huge"),
        ("number", True, "GT043"),
        ("number", "1.5", "GT043"),
        ("number", 1j, "GT043"),
        ("number", float("inf"), "GT044"),
        pytest.param("number", 10**5_000, "GT044", id="number-huge"),
        ("date", dt.datetime(2024, 3, 1, tzinfo=dt.UTC), "GT045"),
        ("date", "2024-03-01", "GT045"),
        ("date", np.datetime64("2024-03-01T10:00"), "GT045"),
        ("date", np.datetime64("12024-03-01"), "GT045"),
        ("truth", 1, "GT047"),
        ("truth", "yes", "GT047"),
        ("text", 5, "GT048"),
        ("text", b"H-1", "GT048"),
        ("text", dt.date(2024, 3, 1), "GT048"),
        ("term", True, "GT048"),
        ("tags", "yes", "GT049"),
        ("tags", 1.0, "GT049"),
        ("text", "a\0", "GT058"),
    ],
)  # fmt: skip
def test_values_of_another_type_are_refused(shape, value, code):
    """A Python value is taken as what it is, never as what it could be read as."""
    _, faults = take_values(shape, [None, value])

    assert [(fault.row, fault.code) for fault in faults] == [(1, code)]


def test_a_value_is_shown_without_asking_it():
    """A problem shows the type of a strange value; it never calls its methods."""

    class Rude:
        def __str__(self) -> str:
            raise AssertionError

        __repr__ = __str__

    _, faults = take_values("text", [Rude()])

    assert said(faults) == [(0, "GT048", {"cell": "a value of type Rude"})]


def test_several_may_be_given_in_many_ways():
    """Links are taken as texts, records and mappings, alone or in lists; so are flags."""
    link = Link("N-1", mode="contract", since=dt.date(2024, 3, 1))
    said_so = {"unit": "N-1", "mode": "contract", "since": dt.date(2024, 3, 1)}

    assert take_values("links", ["N-1", [link, "N-2"], said_so, None, []]) == (
        [(Link("N-1"),), (link, Link("N-2")), (link,), None, None],
        [],
    )
    assert take_values("flags", [("weak",)]) == ([(Mark("weak"),)], [])
    assert take_values("parts", [["a", "b"], "c"]) == ([("a", "b"), ("c",)], [])
    assert read_cells("links", ["N-1", ""]) == ([(Link("N-1"),), None], [])


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (5, "GT048"),
        (["N-1", 5], "GT048"),
        ({"units": "N-1"}, "GT048"),
        ({"mode": "contract"}, "GT048"),
        (Link(5), "GT048"),
        (Link("N-1", mode=5), "GT048"),
        (Mark("weak"), "GT048"),
        (Link("N-1", since="2024-03-01"), "GT045"),
        ("3.41524E+11", "GT050"),
        ("a\0", "GT058"),
    ],
)
def test_links_of_another_type_are_refused(value, code):
    """What is no link is refused with the part of it that is not fit."""
    cells, faults = take_values("links", ["N-1", value])

    assert cells == [(Link("N-1"),), None]
    assert [(fault.row, fault.code) for fault in faults] == [(1, code)]


@pytest.mark.parametrize(
    ("shape", "array", "expected"),
    [
        ("whole", np.array([3, 0], np.uint64), [3, 0]),
        ("whole", np.array([3.0, np.nan]), [3, NONE]),
        ("tags", np.array([True, False]), [1, 0]),
        ("truth", np.array([True, False]), [1, 0]),
        ("number", np.array([3, 4], np.int16), [3.0, 4.0]),
        ("date", np.array(["2024-03-01", "NaT"], "M8[ns]"), [dt.date(2024, 3, 1), None]),
        ("text", np.array(["a", ""]), ["a", None]),
        ("id", np.array(["a", None], object), ["a", None]),
    ],
)  # fmt: skip
def test_arrays_are_taken_whole(shape, array, expected):
    """An array is a column, where what it holds is what the column is for."""
    column, faults = take_values(shape, array)

    assert faults == []
    assert (column if isinstance(column, list) else column.tolist()) == expected


@pytest.mark.parametrize(
    ("shape", "array", "row", "code"),
    [
        ("whole", np.array([3, -1]), 1, "GT041"),
        ("whole", np.array([3, 2**31]), 1, "GT042"),
        ("whole", np.array([3.0, 3.5]), 1, "GT040"),
        ("number", np.array([1.0, np.inf]), 1, "GT044"),
        ("date", np.array(["2024-03-01", "2024-03-01T01"], "M8[h]"), 1, "GT045"),
        ("truth", np.array([1, 0]), 0, "GT047"),
        ("text", np.array([1, 0]), 0, "GT048"),
    ],
)  # fmt: skip
def test_faults_in_arrays_are_told_by_row(shape, array, row, code):
    """An array with a faulty value is looked at value by value."""
    _, faults = take_values(shape, array)

    assert (faults[0].row, faults[0].code) == (row, code)
