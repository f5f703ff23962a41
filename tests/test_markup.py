"""Names of strangers, made harmless for each format."""

from __future__ import annotations

import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtree._markup import HIDDEN, caret, csv_cell, one_line, short, width

# Surrogates, controls and bidi marks are what strangers try, so they come up often.
hostile = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\x00\x07\x1b\x7f\x85\x9b\n\r\t\u061c\u200b\u202e\u2028\u2066\ufeff\ud800楼́"
        ),
    )
)


@given(hostile)
def test_one_line_has_nothing_hidden_in_it(text):
    """No control, line break, format character or lone surrogate stands in a line."""
    line = one_line(text)

    assert line.splitlines() in ([line], [])
    assert {unicodedata.category(each) for each in line}.isdisjoint({"Cc", "Cs", "Zl", "Zp"})
    assert not HIDDEN.search(line)
    assert one_line(line) == line
    line.encode("utf-8")


@given(st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters=HIDDEN.pattern)))
def test_one_line_keeps_what_can_be_seen(text):
    """Letters, digits and signs of every writing system stay as they are."""
    if not HIDDEN.search(text):
        assert one_line(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("B-\x1b]0;owned\x07", r"B-\x1b]0;owned\x07"),
        ("a\nb\r\nc\td", r"a\nb\r\nc\td"),
        ("\x9b31m", r"\x9b31m"),
        ("\x85", r"\x85"),
        ("a\u2028b\u2029c", r"a\u2028b\u2029c"),
        ("\u202etxt.exe\u202c", r"\u202etxt.exe\u202c"),
        ("\u2066x\u2069\u200e\u200f\u061c", r"\u2066x\u2069\u200e\u200f\u061c"),
        ("B\u200b-\u200d3\u20600\ufeff", r"B\u200b-\u200d3\u20600\ufeff"),
        ("\u00ad\u034f\u3164\uffa0\u180e\ufe0f", r"\xad\u034f\u3164\uffa0\u180e\ufe0f"),
        ("\U000e0041\U000e0100", r"\U000e0041\U000e0100"),
        ("caf\udce9\ud800", r"caf\udce9\ud800"),
        ("\ufffe", r"\ufffe"),
        ("::error::owned", r"\x3a:error::owned"),
        (" \n ::stop-commands::x", r" \n \x3a:stop-commands::x"),
        ("a::b, ## b", "a::b, ## b"),
        ("a ##[error]b", r"a \x23#[error]b"),
        ("###vso[task.complete result=Succeeded;]", r"#\x23#vso[task.complete result=Succeeded;]"),
        ("史河社区 é [red] ${x} {{y}} 'a' \\x1b", "史河社区 é [red] ${x} {{y}} 'a' \\x1b"),
        ("", ""),
    ],
)
def test_one_line_shows_escapes(text, shown):
    """What cannot be seen is shown as an escape, everything else as it is."""
    assert one_line(text) == shown


@given(hostile)
def test_short_is_one_line_of_bounded_length(text):
    """A value in a message is one line of at most 120 characters."""
    line = short(text * 20)

    assert len(line) <= 120
    assert not HIDDEN.search(line)


def test_short_keeps_both_ends():
    """A long value is cut in the middle, and an escape is never cut in two."""
    assert short("H-0000123") == "H-0000123"
    assert short("a" * 120) == "a" * 120
    assert short("a" * 100 + "b" * 100) == "a" * 78 + "..." + "b" * 39
    assert short("\x1b" * 121) == r"\x1b" * 19 + "..." + r"\x1b" * 9
    assert short("::error::" + "a" * 111) == r"\x3a:error::" + "a" * 66 + "..." + "a" * 39
    assert short("a" * 200 + "##[x]") == "a" * 78 + "..." + "a" * 31 + r"\x23#[x]"
    assert short("\x1b" * 100) == r"\x1b" * 19 + "..." + r"\x1b" * 9


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+86 10", "'+86 10"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("\uff1d1", "'\uff1d1"),
        ("B-30", "B-30"),
        ("史河=1", "史河=1"),
        ("", ""),
    ],
)
def test_a_csv_cell_is_never_a_formula(text, cell):
    """A cell that a spreadsheet would compute is shown as text."""
    assert csv_cell(text) == cell


@given(hostile)
def test_a_csv_cell_survives_the_writer(text):
    """What a reader of CSV gets back begins with no sign of a formula."""
    if "\r" in text or "\0" in text:
        return  # The standard reader itself changes or refuses these.
    out = io.StringIO()
    csv.writer(out).writerow([csv_cell(text), "end"])
    cell = next(csv.reader(io.StringIO(out.getvalue(), newline="")))[0]

    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell in (text, f"'{text}")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("B-30", 4),
        ("楼栋", 4),
        ("\uff22", 2),
        ("ﾊ", 1),
        ("e\u0301", 1),
        ("한", 2),
        ("·", 1),
    ],
)
def test_width_counts_columns_of_a_terminal(text, columns):
    """Wide characters take two columns, combining ones none."""
    assert width(text) == columns


@given(hostile, st.integers(1, 60), st.integers(0, 10_000))
def test_the_caret_stands_under_its_character(text, column, line):
    """Both lines are harmless, and the text before the caret is as wide as the caret is far."""
    quote = text.replace("\n", "").replace("\r", "")
    shown, under = caret(quote, line, column).split("\n")

    assert not HIDDEN.search(shown + under)
    gutter = f" {line} | " if line else "  | "
    assert shown.startswith(gutter)
    before = one_line(quote[: column - 1])
    if not shown[len(gutter) :].startswith("..."):
        assert under == " " * (len(gutter) - 2) + "| " + " " * width(before) + "^"


@pytest.mark.parametrize(
    ("quote", "line", "column", "shown"),
    [
        ("- {id: 楼栋, to: x}", 9, 7, " 9 | - {id: 楼栋, to: x}\n   |       ^"),
        ("- {id: 楼栋, to: x}", 9, 16, " 9 | - {id: 楼栋, to: x}\n   |                  ^"),
        ("\tid: 1\r\n", 120, 2, " 120 | \\tid: 1\n     |   ^"),
        ("id: a\u202eb", 1, 7, " 1 | id: a\\u202eb\n   |            ^"),
        ("id", 1, 99, " 1 | id\n   |   ^"),
        ("id", 1, 0, " 1 | id"),
        ("a ##vso[x] b", 1, 12, " 1 | a \\x23#vso[x] b\n   |               ^"),
        ("id", 0, 1, "  | id\n  | ^"),
        ("", 3, 1, " 3 | \n   | ^"),
    ],
)
def test_a_line_is_shown_with_its_number(quote, line, column, shown):
    """The line stands behind its number; column 0 shows it without a caret."""
    assert caret(quote, line, column) == shown


def test_a_very_long_line_is_cut_around_its_column():
    """Five million characters become one line of a terminal, the caret still in place."""
    quote = "a" * 2_500_000 + "!" + "b" * 2_500_000
    shown, under = caret(quote, 1, 2_500_001).split("\n")

    assert shown == f" 1 | ...{'a' * 60}!{'b' * 39}..."
    assert shown[under.index("^")] == "!"

    assert caret(quote, 1, 1) == f" 1 | {'a' * 100}...\n   | ^"
    shown, under = caret("楼" * 500 + "!" + "栋" * 500, 1, 501).split("\n")
    assert shown == f" 1 | ...{'楼' * 30}!{'栋' * 19}..."
    assert under == "   | " + " " * 63 + "^"
