"""Distinct names in their places, near-twins, and ids that stay."""

from __future__ import annotations

import numpy as np
import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st

from govtree import _matching
from govtree._columns import NONE, UNKNOWN
from govtree._texts import Texts

#: Keys that are found in a table, and such as are too far apart for one.
key_lists = st.one_of(
    st.lists(st.integers(-2, 6), max_size=30),
    st.lists(st.sampled_from([NONE, UNKNOWN, 0, 3, 2**40, 2**40 + 1, 2**62]), max_size=30),
)


@given(key_lists)
def test_distinct_keys_are_those_of_a_dict(given_keys):
    """Each key is found once, in order, with its first row and how many rows have it."""
    rows: dict[int, list[int]] = {}
    for row, key in enumerate(given_keys):
        rows.setdefault(key, []).append(row)
    expected = sorted(key for key in rows if key >= 0)

    found = _matching.distinct(np.array(given_keys, np.int64))

    assert found.keys.tolist() == expected
    assert found.firsts.tolist() == [rows[key][0] for key in expected]
    assert found.counts.tolist() == [len(rows[key]) for key in expected]
    told = [expected[code] if code >= 0 else code for code in found.codes.tolist()]
    assert told == given_keys


@given(st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 3)), unique=True, max_size=20))
def test_keys_sort_as_pairs_do(pairs):
    """A key stands for its pair, and keys are in order where pairs are."""
    places, names = np.array(pairs, np.int32).reshape(-1, 2).T
    keys = _matching.keys(places, names, 4).tolist()

    assert len(set(keys)) == len(pairs)
    assert sorted(range(len(pairs)), key=keys.__getitem__) == sorted(
        range(len(pairs)), key=pairs.__getitem__
    )


@given(st.lists(st.tuples(st.integers(-1, 2), st.integers(0, 3)), max_size=20))
def test_twins_share_place_and_form(pairs):
    """Units are twins of all that share their place and form, and of no others."""
    groups: dict[tuple[int, int], list[int]] = {}
    for row, pair in enumerate(pairs):
        groups.setdefault(pair, []).append(row)
    places, forms = np.array(pairs, np.int32).reshape(-1, 2).T

    found = _matching.twins(places, forms)

    assert sorted(found) == sorted(each for each in groups.values() if len(each) > 1)


@given(
    st.lists(st.integers(0, 6), unique=True, max_size=6),
    st.lists(st.tuples(st.integers(-1, 7), st.booleans()), max_size=10),
)
def test_a_kept_id_belongs_to_the_unit_of_its_key(units, kept):
    """An exact row gives a unit its id, else the first other does; all of them lead to it."""
    units = sorted(units)
    keys = np.array([key for key, _ in kept], np.int64)
    is_exact = np.array([each for _, each in kept], np.bool_)
    exact, others = np.flatnonzero(is_exact), np.flatnonzero(~is_exact)[::-1]

    found = _matching.matched(np.array(units, np.int64), keys, exact, others)

    for unit, key in enumerate(units):
        rows = [row for row, (other, _) in enumerate(kept) if other == key]
        best = [row for row in rows if kept[row][1]] or rows[::-1]
        assert found.kept[unit] == (best[0] if best else NONE)
    for row, (key, _) in enumerate(kept):
        assert found.units[row] == (units.index(key) if key in units else NONE)


@given(st.integers(0, 10**7), st.integers(0, 30), st.integers(1, 8), st.sampled_from(["", "户-"]))
@settings(max_examples=many(100))
def test_numbers_are_written_as_python_writes_them(first, count, digits, before):
    """Ids count on from a number, with zeros in front as far as they are asked for."""
    expected = [f"{before}{first + at:0{digits}}号" for at in range(count)]

    assert _matching.numbered(first, count, before, "号", digits).tolist() == expected


@pytest.mark.parametrize(
    ("ids", "most"),
    [
        ([], 0),
        (["H-000007", "H-12", "H-0"], 12),
        (["HH-99", "H-99x", "H--5", "H-", "xH-70\n", None, ""], 0),
        (["H-" + "9" * 15, "H-" + "9" * 16], 10**15 - 1),
        (["H-１２", "H-3"], 3),
    ],
)
def test_the_largest_number_is_that_of_whole_ids(ids, most):
    """Only an id that is made of the two texts and digits has a number."""
    assert _matching.largest(Texts.of(ids), "H-", "") == most


def test_texts_around_a_number_are_no_patterns():
    """Signs of a template mean themselves."""
    assert _matching.largest(Texts.of(["a.b(7]", "aXb(9]"]), "a.b(", "]") == 7
