"""Names as people write them, and which one was meant."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtree._names import NearMisses, nearest, normal

names = st.text(st.sampled_from("abBO01-楼栋é"), max_size=9)


def distance(a: str, b: str) -> int:
    """Return the edits between two texts as the definition says: the slow twin."""
    rows = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            rows[i][j] = min(
                rows[i - 1][j] + 1,
                rows[i][j - 1] + 1,
                rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]),
            )
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[len(a)][len(b)]


@given(st.text())
def test_a_normal_form_is_its_own(text):
    """The normal form of a normal form is the same."""
    assert normal(normal(text)) == normal(text)


@given(st.text(), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_a_normal_form_is_that_of_every_composition(text, form):
    """However accents are composed, the normal form is one."""
    assert normal(unicodedata.normalize(form, text)) == normal(text)


# No two of these are taken for one another, so that only edits count.
plain = st.text(st.sampled_from("ac楼"), min_size=1, max_size=9)


@given(plain, st.lists(plain, min_size=1))
def test_the_answer_is_no_further_than_any_other(word, candidates):
    """No candidate is fewer edits away than the answer, and an answer is near."""
    answer = nearest(word, candidates)

    others = {normal(each): each for each in candidates if each != word and normal(each)}
    edits = [distance(normal(word), each) for each in others]
    near = [
        steps
        for steps, each in zip(edits, others, strict=True)
        if steps <= min(2, max(len(each), len(normal(word))) // 3)
    ]
    if answer:
        assert answer in candidates
        assert distance(normal(word), normal(answer)) == min(near)
    else:
        assert not near


@given(names, st.lists(names).flatmap(lambda each: st.tuples(st.just(each), st.permutations(each))))
def test_the_order_of_candidates_changes_nothing(word, lists):
    """The same names in another order give the same answer."""
    assert nearest(word, lists[0]) == nearest(word, lists[1])


def test_of_two_twins_the_first_by_code_point_is_taken():
    """Candidates with one normal form are told apart by code point, not by their order."""
    assert nearest("B-3O", ["b-30", "B-30"]) == "B-30"
    assert nearest("B-3O", ["B-30", "b-30"]) == "B-30"


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("B-3O", "B-30"),
        ("\uff22\uff0d\uff13\uff10", "B-30"),
        (" B-30", "B-30"),
        ("B-30\u3000", "B-30"),
        ("B\u200b-30", "B-30"),
        ("b-30", "B-30"),
        ("B\u201330", "B-30"),
        ("\u0412-30", "B-30"),  # a Cyrillic letter
        ("cafe\u0301", "café"),
        ("B-l2", "B-12"),
        ("brnach", "branch"),
        ("brunch", "branch"),
        ("barcnh", "branch"),
        ("gruop", "group"),
        ("grxxp", ""),
        ("楼栋三组", "楼栋二组"),
        ("G-0012", "G-00012"),
        ("\ud800B-30", "B-30"),
    ],
)
def test_what_looks_the_same_is_found_before_what_is_near(word, meant):
    """Look-alikes come first, then the fewest edits."""
    there = [
        "B-31",
        "B-33",
        "B-30",
        "B-12",
        "café",
        "branch",
        "group",
        "楼栋二组",
        "G-00012",
        "B-3",
    ]

    assert nearest(word, there) == meant


@pytest.mark.parametrize(
    "word", ["", " ", "B", "X-99", "police", "\u200b", "B-30" * 300, "9" * 5_000_000]
)
def test_what_is_far_from_everything_has_no_answer(word):
    """A word that is near nothing gets an empty text, however long or empty it is."""
    assert nearest(word, ["B-30", "", " ", "branch", "x" * 300]) == ""


def test_a_word_is_never_its_own_near_miss():
    """A name that is there is not proposed for itself, but its twin is."""
    assert nearest("B-30", ["B-30"]) == ""
    assert nearest("B-30", ["B-30", "b-30", "B-31"]) == "B-31"


def test_among_equals_the_first_by_code_point_is_taken():
    """Ties are broken by code point, also between lengths."""
    assert nearest("B-305", ["B-306", "B-30", "B-304"]) == "B-30"
    assert nearest("ABCDEF", ["ABCDEG", "ABCDE", "AABCDEF"]) == "AABCDEF"


def test_candidates_are_read_at_the_first_question():
    """Nothing is computed for a file without near misses."""

    def none_yet():
        raise AssertionError("read too early")
        yield ""

    misses = NearMisses(none_yet())
    with pytest.raises(AssertionError, match="too early"):
        misses.nearest("B-30")


def test_the_cap_holds_for_each_kind_and_counts_a_word_once():
    """After so many words of a kind no more is sought; a word already answered is free."""
    misses = NearMisses(["B-30", "C-40"], most=2)

    assert [misses.nearest("B-3O", "parent") for _ in range(9)] == ["B-30"] * 9
    assert misses.nearest("C-4O", "parent") == "C-40"
    assert misses.nearest("B-31", "parent") == ""
    assert misses.nearest("B-3O", "parent") == "B-30"
    assert misses.nearest("B-31", "covers") == "B-30"


def test_a_register_of_a_million_is_not_searched():
    """Too many candidates get no answer instead of a long wait."""
    assert nearest("B-3O", (f"B-{i}" for i in range(250_001))) == ""
