"""Ids that look like the numbers of identity cards and of mobile phones."""

from __future__ import annotations

import datetime as dt

import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st

from govtree import Hierarchy, Household, Person, Post, Tenure, load, load_text
from govtree._disclosing import like_identity_cards, like_phones, masked
from govtree._texts import Texts

DATES = st.dates(dt.date(1900, 1, 1), dt.date(2030, 1, 1))


def card(region: str, born: dt.date, number: str) -> str:
    """The number of an identity card, its last character found by trying all of them."""
    first = f"{region}{born:%Y%m%d}{number}"

    def value(character: str) -> int:
        return 10 if character == "X" else int(character)

    for last in "0123456789X":
        whole = [*first, last]
        if sum(value(each) * 2 ** (17 - at) for at, each in enumerate(whole)) % 11 == 1:
            return first + last
    raise AssertionError


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


@settings(max_examples=many(100))
@given(digits(6), DATES, digits(3))
def test_a_number_of_a_card_is_known(region, born, number):
    """A number with a birth date and its check character is known, with a small x as well."""
    whole = card(region, born, number)

    assert like_identity_cards(Texts.of(["a", whole, whole.lower()])).tolist() == [1, 2]


@settings(max_examples=many(100))
@given(digits(6), DATES, digits(3), st.integers(0, 17))
def test_one_changed_character_is_told(region, born, number, place):
    """A number with one other digit is none: that is what its check character is for."""
    whole = card(region, born, number)
    other = str((int(whole[place]) + 1) % 10) if whole[place] != "X" else "0"

    assert not len(like_identity_cards(Texts.of([whole[:place] + other + whole[place + 1 :]])))


@settings(max_examples=many(200))
@given(st.lists(st.text("0123456789X:-", max_size=19) | digits(11) | digits(15), max_size=30))
def test_rows_are_found_as_the_definition_reads(ids):
    """Short numbers are told by their digits alone, wherever they stand among others."""

    def is_old_card(id: str) -> bool:
        if len(id) != 15 or not id.isdigit():
            return False
        try:
            dt.date(1900 + int(id[6:8]), int(id[8:10]), int(id[10:12]))
        except ValueError:
            return False
        return True

    def is_phone(id: str) -> bool:
        return len(id) == 11 and id.isdigit() and id[0] == "1" and id[1] in "3456789"

    texts = Texts.of(ids)
    cards = [row for row in like_identity_cards(texts).tolist() if len(ids[row]) == 15]
    assert cards == [row for row, id in enumerate(ids) if is_old_card(id)]
    assert like_phones(texts).tolist() == [row for row, id in enumerate(ids) if is_phone(id)]


@pytest.mark.parametrize(
    "id",
    [
        "110105194912310021",  # another check character
        "11010519491331002X",  # month 13
        "110105490229002",  # no 29 February in 1949
        "37131100400100001",  # seventeen digits
        "1380013800",  # ten digits
        "12800138000",
        "１３８００１３８０００",
        "B-01/N-07/H-000012",
        "",
    ],
)
def test_other_ids_are_left_alone(id):
    """What is no such number is not taken for one."""
    assert not len(like_identity_cards(Texts.of([id])))
    assert not len(like_phones(Texts.of([id])))


def test_a_table_is_warned_of_once():
    """However many ids of a table look so, one line says it, and quotes none in full."""
    phones = [f"138001380{number:02}" for number in range(50)]
    h = Hierarchy.from_records(
        [
            *(Household(id=each) for each in phones),
            Person(id="11010519491231002X"),
            Post(id="S", post="secretary", at="13800138000"),
            Tenure(post="S", holder="110105491231002"),
        ]
    )

    assert [(each.code, each.severity) for each in h.warnings] == [
        ("GT128", "warning"), ("GT127", "warning"),
    ]  # fmt: skip
    phone, cards = map(str, h.warnings)
    assert phone == (
        "household[0]:id: warning[GT128]: ids of household look like numbers of mobile phones: 50, "
        "the first is 13*******00; give people and households ids that say nothing about them"
    )
    assert "cards: 2, the first is 11**************2X" in cards


def test_the_line_of_such_an_id_is_not_quoted():
    """Neither the message nor the quote below it shows the number."""
    structure = load_text("persons: [{id: 11010519491231002X}]")

    (told,) = structure.hierarchy.warnings
    assert told.code == "GT127"
    assert "0519491231" not in told.render() + str(told.as_json())


def test_a_holder_is_told_where_a_file_names_them(tmp_path):
    """Who has no row among persons is told at the post."""
    (tmp_path / "structure.yaml").write_text(
        "govtree: 1\nbranches: [{id: B}]\nposts: [{post: secretary, at: B, holder: 13800138000}]\n"
    )

    (told,) = load(tmp_path).hierarchy.warnings
    assert str(told).startswith(f"{tmp_path}/structure.yaml:3:42: warning[GT128]: ids of person")


def test_ends_are_all_that_is_shown():
    """Two characters at each end are shown."""
    assert masked("13800138000") == "13*******00"
