"""Texts and ids as bytes, found by their hash."""

from __future__ import annotations

import hashlib
import pickle
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtree import _ids, _texts
from govtree._ids import Ids, arrange
from govtree._texts import Texts

# Every character but NUL and half characters; those that sort differently in UTF-16 and those
# that are composed of others more often than by chance.
characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from(
    "aé\u0301号\uffff\U00010000\U0010ffff"
)
texts = st.text(characters)
# Few letters and long heads in common: equal words of eight and sixteen bytes.
alike = st.builds(
    lambda head, tail: head + tail,
    st.sampled_from(["", "H-00000", "H-000000", "GROUP-0000000", "社区" * 3, "x" * 150, "y" * 400]),
    st.text(st.sampled_from("ab0号"), max_size=9),
)
cells = st.lists(st.none() | texts | alike)
# What can be an id: no controls.
fit = (st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1) | alike).filter(bool)
ids = st.lists(fit, unique=True).map(sorted)


@given(cells)
def test_a_column_gives_back_what_it_was_made_of(values):
    """One by one, all at once, and some at a time, a column holds the texts it was given."""
    column = Texts.of(values)

    assert len(column) == len(values)
    assert column.tolist() == values
    assert list(column) == values
    assert [column[row] for row in range(len(values))] == values
    assert [column[row - len(values)] for row in range(len(values))] == values


@given(cells, st.randoms(use_true_random=False))
def test_rows_are_taken_in_any_order(values, chance):
    """Taking rows gives their texts in the order asked for, repeats and all."""
    rows = [chance.randrange(len(values)) for _ in values] * chance.choice([1, 60])
    column = Texts.of(values)
    expected = [values[row] for row in rows]

    assert column.take(np.array(rows, np.int32)).tolist() == expected
    assert column.take(np.array(rows, np.int32)) == Texts.of(expected)
    assert column.texts(np.array(rows, np.int64)) == expected


@given(cells, cells)
def test_columns_are_equal_where_their_texts_are(one, other):
    """Equal texts, and only they, make columns equal, with one hash and one fingerprint."""
    columns = Texts.of(one), Texts.of(other)
    prints = [hashlib.blake2b(), hashlib.blake2b()]
    for column, digest in zip(columns, prints, strict=True):
        column.feed(digest)

    assert (columns[0] == columns[1]) is (one == other)
    assert (prints[0].digest() == prints[1].digest()) is (one == other)
    assert hash(Texts.of(one)) == hash(Texts.of(list(one)))


def test_a_fingerprint_tells_where_a_column_ends():
    """The same texts in two columns, cut elsewhere, make another fingerprint."""
    prints = []
    for columns in ([["a"], ["b"]], [["a", "b"], []], [[], ["a", "b"]]):
        digest = hashlib.blake2b()
        for column in columns:
            Texts.of(column).feed(digest)
        prints.append(digest.digest())

    assert len(set(prints)) == 3


@given(cells)
def test_columns_survive_pickling(values):
    """A pickled column comes back equal, and still cannot be written to."""
    column = pickle.loads(pickle.dumps(Texts.of(values)))

    assert column == Texts.of(values)
    assert column.tolist() == values
    assert not column.starts.flags.writeable


@given(st.lists(texts.filter(lambda text: not text.endswith("\0"))))
def test_arrays_of_every_kind_of_text_are_read(values):
    """Texts may come as a tuple or any numpy array of texts, objects or UTF-8."""
    strings = np.dtypes.StringDType(na_object=None)

    assert Texts.of(tuple(values)).tolist() == values
    assert Texts.of(np.array(values, object)).tolist() == values
    assert Texts.of(np.array(values, "U")).tolist() == values
    assert Texts.of(np.array([each.encode() for each in values], "S")).tolist() == values
    assert Texts.of(np.array([*values, None], strings)).tolist() == [*values, None]
    assert Texts.of(Texts.of(values)).tolist() == values


def test_many_rows_are_as_good_as_few():
    """Columns that are packed in several parts hold what they were given."""
    values = [None if row % 4321 == 0 else f"号{row % 777}" * (row % 3) for row in range(70_000)]
    column = Texts.of(values)

    assert column.tolist() == values
    assert column[69_999] == values[69_999]
    assert column.take(np.arange(69_999, -1, -1)).tolist() == values[::-1]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("a\0b", "it holds a NUL, U+0000"),
        ("\0", "it holds a NUL, U+0000"),
        ("a\ud800", "it holds half a character, U+D800"),
        (7, "it is no text but of type int"),
        (b"a\0", "it is no text but of type bytes"),
        (b"a", "it is no text but of type bytes"),
        (1.5, "it is no text but of type float"),
        (["a"], "it is no text but of type list"),
    ],
)
def test_a_cell_that_cannot_be_kept_is_named(cell, reason):
    """What is no text, or cannot be written as UTF-8 between NULs, is told with its row."""
    values = ["a"] * 40_000
    values[39_000] = cell

    column, unfit = Texts.checked(values)
    assert unfit == [(39_000, reason)]
    assert column.tolist() == ["a"] * 39_000 + [None] + ["a"] * 999
    with pytest.raises(ValueError, match="row 39000 cannot be kept: it"):
        Texts.of(values)
    found = arrange(["b", cell, "a", ""])
    assert (found.unfit, found.empty, found.order.tolist()) == (((1, reason),), (3,), [2, 0])


def test_bytes_that_are_not_utf_8_are_named():
    """An array of bytes in another encoding is not read as if it were UTF-8."""
    array = np.array(["罗".encode("gbk"), "罗".encode()])

    assert Texts.checked(array)[1] == [(0, "it holds a byte that is not UTF-8, 0xc2")]


def test_texts_of_many_gigabytes_are_kept(monkeypatch):
    """Columns whose starts need eight bytes are equal to those with four, and do the same."""
    values = ["社区", None, "", "b"]
    narrow = Texts.of(values)
    monkeypatch.setattr(_texts, "_WIDE", 5)
    wide = Texts.of(values)

    assert wide == narrow
    assert wide.nbytes == narrow.nbytes + 4 * 5
    assert wide.tolist() == [wide[row] for row in range(4)] == values
    assert wide.take(np.array([3, 0])).tolist() == ["b", "社区"]
    assert pickle.loads(pickle.dumps(wide)) == narrow
    assert arrange(wide).ids.rows(["社区", "b"]).tolist() == [1, 0]


def test_rows_that_are_not_there_are_refused():
    """A row before the first or behind the last is an IndexError, never another row."""
    column = Texts.of(["a", "b"])

    for row in (2, -3):
        with pytest.raises(IndexError):
            column[row]
    for row in (2, -1):
        with pytest.raises(IndexError):
            column.take(np.array([row]))


@given(ids, st.lists(st.none() | texts | alike))
def test_ids_are_found_as_in_a_dict(known, others):
    """One by one and all at once, an id is found in its row and nothing else is found."""
    column = Ids.of(known)
    sought = [*others, *known, *(each + "a" for each in known), *(each[:-1] for each in known)]
    expected = {each: row for row, each in enumerate(known)}

    assert [column.row(each) for each in sought] == [expected.get(each, -1) for each in sought]
    assert column.rows(sought).tolist() == [expected.get(each, -1) for each in sought]
    assert column.rows(sought).dtype == np.int32


@pytest.mark.parametrize("sought", [None, 7, b"a", "a\0", "\0", "a\0b", "\ud800", ("a",), ""])
def test_what_is_no_id_is_not_found(sought):
    """Looking up what can be no id finds nothing and raises nothing."""
    column = Ids.of(["a", "b"])

    assert column.row(sought) == -1
    assert column.rows([sought, "b"]).tolist() == [-1, 1]


@given(st.lists(st.none() | fit | st.just("")))
def test_ids_are_arranged_as_sorting_does(values):
    """Good ids stand in order of code point; the first of equals stays; all is accounted for."""
    found = arrange(values, limit=500)
    first = {}
    for row, each in enumerate(values):
        if each:
            first.setdefault(each, row)

    assert found.ids.tolist() == sorted(first)
    rows = range(len(found.ids)) if found.order is None else found.order.tolist()
    assert list(rows) == [first[each] for each in sorted(first)]
    assert (found.order is None) is (values == sorted(first))
    assert found.empty == tuple(row for row, each in enumerate(values) if not each)
    assert found.duplicates == tuple(
        (row, first[each]) for row, each in enumerate(values) if each and first[each] != row
    )
    assert found.unfit == ()


def test_ids_that_differ_late_are_arranged(monkeypatch):
    """Ids with a long head in common are sorted, and their repeats found, by its tail."""
    tails = ["aaaaaaaax", "aaaaaaaaw", "bbbbbbbby", "bbbbbbbbx"]
    chance = random.Random(5)
    heads = ["街" * 60, "街" * 60 + "道", "s" * 183]
    values = [f"{chance.choice(heads)}{chance.randrange(400)}" for _ in range(2_000)]
    first = {each: values.index(each) for each in values}
    expected = [first[each] for each in sorted(first)]

    for rounds in (1, 2, 16, 1_000):
        monkeypatch.setattr(_ids, "_ROUNDS", rounds)
        assert arrange(tails).order.tolist() == [1, 0, 3, 2]
        found = arrange(values)
        assert found.order.tolist() == expected
        assert found.duplicates == tuple(
            (row, first[each]) for row, each in enumerate(values) if first[each] != row
        )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a\tb", "it holds a control character, U+0009"),
        ("\x1fa", "it holds a control character, U+001F"),
        ("a\x7f", "it holds a control character, U+007F"),
        ("a\x80\x9f", "it holds a control character, U+0080"),
        ("号\x9f号", "it holds a control character, U+009F"),
        ("号" * 256, "it is longer than 255 characters"),
    ],
)
def test_what_cannot_be_an_id_is_named(text, reason):
    """Control characters and overlong texts are told with their row, and left out."""
    found = arrange(["b", text, "a", None, "号" * 255, "\xa0é\u0100"])

    assert found.unfit == ((1, reason),)
    assert found.empty == (3,)
    assert found.ids.tolist() == ["a", "b", "\xa0é\u0100", "号" * 255]
    assert found.order.tolist() == [2, 0, 5, 4]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_control_characters_are_found_wherever_a_part_ends(size, monkeypatch):
    """Ids are looked at in parts; a character of two bytes may begin in one and end in the next."""
    given = ["a", "b\x85", "\x9fc", "\x01", "号", "\x7f", "d\xa0"]
    whole = arrange(given)

    monkeypatch.setattr("govtree._ids._BYTES", size)

    assert [row for row, _ in whole.unfit] == [1, 2, 3, 5]
    assert arrange(given).unfit == whole.unfit


def test_ids_in_order_are_taken_as_they_are():
    """Ids that come in order need no other order and no copy."""
    values = [f"H-{row:07d}" for row in range(100_000)]

    assert arrange(values).order is None
    assert Ids.of(values).rows(values).tolist() == list(range(100_000))
    assert arrange(np.array(values)).ids.tolist() == values
    assert arrange([*values, "H-0099999"]).duplicates == ((100_000, 99_999),)


@pytest.mark.parametrize("values", [["b", "a"], ["a", "a"], ["a", ""], ["a", None]])
def test_ids_out_of_order_are_refused(values):
    """Only unique texts in order are ids; arranging makes them so."""
    with pytest.raises(ValueError, match="in order"):
        Ids.of(values)


def test_ids_are_taken_in_their_order_only():
    """Some of the ids are ids again; out of order they would not be."""
    column = Ids.of(["a", "b", "c"])

    assert column.take(np.array([0, 2])).row("c") == 1
    assert Texts.of(column).take(np.array([2, 0])).tolist() == ["c", "a"]
    with pytest.raises(ValueError, match="in order"):
        column.take(np.array([2, 0]))


@given(ids)
def test_an_index_is_made_on_use_and_never_pickled(known):
    """Pickled ids carry no index, are equal, and find what they found."""
    column = Ids.of(known)
    before = len(pickle.dumps(column))
    assert column.index_nbytes == 0
    column.row("")
    again = pickle.loads(pickle.dumps(column))

    assert column.index_nbytes > 0
    assert len(pickle.dumps(column)) == before
    assert type(again) is Ids
    assert again == column
    assert again.index_nbytes == 0
    assert again.rows(known).tolist() == list(range(len(known)))


def with_remainder(remainder, count):
    """Return texts of eight bytes that are *remainder* modulo the prime of the hash."""
    number = int.from_bytes(b"AAAAAAAA", "little") // _ids._PRIME * _ids._PRIME + remainder
    found = []
    while len(found) < count:
        number += _ids._PRIME
        key = number.to_bytes(8, "little")
        if key.isalnum():
            found.append(key.decode())
    return sorted(found)


@pytest.mark.parametrize("head", ["", "HEADHEAD"])
def test_crafted_ids_are_found_and_do_not_slow_the_search(head):
    """Ids made to share one place of the index get another index, and the right answers."""
    known = [head + each for each in with_remainder(7, 600)]
    column = Ids.of(known[::2])

    assert column.rows(known).tolist() == [row // 2 if row % 2 == 0 else -1 for row in range(600)]
    assert [column.row(each) for each in known[:50:2]] == list(range(25))
    assert column._made.prime != _ids._PRIME
    assert _ids._Index._with(column, _ids._PRIME)[1] > 250
    assert _ids._Index._with(column, column._made.prime)[1] <= 64


def test_no_row_looks_like_an_empty_slot():
    """An id is found even where all bits of its hash are set."""
    remainder = 0x7FFF_FFFF * pow(_ids._FACTOR, -1, 2**32) % 2**32
    assert remainder < _ids._PRIME
    last = with_remainder(remainder, 1)[0]

    for known in ([last], ["0", last], ["0", "00", "000", last]):
        column = Ids.of(known)
        assert column.row(last) == len(known) - 1
        assert column.rows([last]).tolist() == [len(known) - 1]


@pytest.mark.parametrize("head", ["", "HEADHEAD"])
def test_ids_that_collide_under_every_prime_are_found(head, monkeypatch):
    """Where no prime helps, answers are slower but right."""
    known = [head + each for each in with_remainder(7, 100)]
    monkeypatch.setattr(_ids, "_FURTHEST", 20)
    monkeypatch.setattr(_ids, "_prime_from", lambda _seed: _ids._PRIME)
    column = Ids.of(known[::2])

    assert column.rows(known).tolist() == [row // 2 if row % 2 == 0 else -1 for row in range(100)]
    assert [column.row(each) for each in known[::2]] == list(range(50))
    assert column.row(known[1]) == -1


@pytest.mark.parametrize("seed", [bytes(64), b"\xff" * 64, b"govtree" * 8])
def test_a_prime_is_a_prime(seed):
    """The prime that a seed determines has no divisor, and 31 bits."""
    prime = _ids._prime_from(seed)

    assert 2**30 < prime < 2**31
    assert all(pow(base, prime - 1, prime) == 1 for base in (2, 3, 5, 7, 11))


def test_the_index_is_the_same_in_every_process():
    """Neither hash seed nor process changes the index."""
    script = (
        "from govtree._ids import Ids\n"
        "ids = Ids.of([f'H-{n:04d}' for n in range(500)]); ids.row('')\n"
        "print(bytes(ids._made.table).hex(), hash(ids))"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }

    assert len(made) == 1


@given(st.lists(fit, min_size=1, unique=True))
def test_ids_need_few_bytes(known):
    """A column of ids takes its UTF-8, a NUL and four bytes an id, and 6 for the index."""
    column = arrange(known, limit=500).ids
    column.row("")
    size = sum(len(each.encode()) + 1 for each in known)

    assert column.nbytes == size + 4 * len(known) + 12
    assert column.index_nbytes <= 6 * len(known) + 4 * 100
