"""Names as people write them, and which one was meant."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtree._names import NearMisses, nearest, normal, twin_form

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


# -- near-twins -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "alike",
    [
        [
            "1栋",
            "1幢",
            "1座",
            "1号楼",
            "1楼",
            "01栋",
            "１栋",
            " 1 幢",
            "一栋",
            "第1栋",
            "1#",
            "1#楼",
            "1＃楼",
        ],
        ["A栋", "a座", "Ａ幢"],
        ["第2网格", "第二网格", "2网格", "二网格", "第 ２ 网格", "2号网格", "第02网格"],
        ["十二", "12", "一二", "012"],
        ["二十组", "20组"],
        ["一百零五栋", "105号楼", "一〇五幢"],
        ["一百五栋", "150栋", "一百五十栋"],
        ["三百二十一", "321"],
        ["一千零五十", "1050"],
        ["史河社区", "史河居委会", "史河社区居委会", "史河社区居民委员会", "史河居民委员会"],
        ["梅山村", "梅山村委会", "梅山村村民委员会"],
        ["2单元", "2单元门", "二单元", "2门"],
        ["201室", "201", "２０１室", "0201", "201房"],
        ["第一党支部", "第1支部", "1支部", "第一支部委员会"],
    ],
    ids=lambda alike: alike[0],
)
def test_near_twins_have_one_form(alike):
    """Names that people write in several ways have one form."""
    assert {twin_form(name): name for name in alike}.keys() == {twin_form(alike[0])}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2栋", "2单元"),
        ("2栋", "2网格"),
        ("2栋", "12栋"),
        ("2栋", "20栋"),
        ("史河社区", "史河村"),
        ("201室", "201栋"),
        ("1栋2单元", "12栋单元"),
        ("十栋", "一栋"),
        ("0.5", "5"),
        ("A栋", "B栋"),
        ("办公楼", "办公栋"),
    ],
)
def test_names_of_two_things_have_two_forms(one, other):
    """A suffix is like others of its class only, and a number is its value."""
    assert twin_form(one) != twin_form(other)


@given(st.text(max_size=20))
def test_any_text_has_a_form(text):
    """A form is found for whatever is written, the same for what looks the same."""
    assert twin_form(text) == twin_form(f" {text}\u200b")


@given(st.integers(1, 9_999))
def test_chinese_numerals_are_read_as_numbers(number):
    """A number in Chinese numerals is alike to the same one in digits."""
    signs, text, is_gap = "零一二三四五六七八九", "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += "零" * (is_gap and bool(text)) + signs[digit] + name
        is_gap = not digit
    assert twin_form(f"{text}栋") == twin_form(f"{number}栋")
