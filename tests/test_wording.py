"""Words that wait for a language, and findings and reasons that are made of them."""

from __future__ import annotations

import json
import pickle
import re

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from govtree import Declared, Hierarchy
from govtree._markup import one_line, short
from govtree._wording import Label, Listed, Reason, either, in_a_row
from govtree.config import load_text
from govtree.coverage import check
from govtree.display.markdown import report_markdown
from govtree.display.report_json import report_json
from govtree.display.sarif import sarif
from govtree.display.text import report_text
from govtree.errors import StructureError
from govtree.findings import Hits, Labeled, NotChecked, Report
from govtree.rules import SHIPPED, RuleSet, find

#: A place that calls its levels and posts by names of its own.
PLACE = """\
levels:
  - {level: general_branch, as: community, label: {zh: 社区党总支, en: community general branch}}
  - {level: branch, label: {zh: 小区党支部, en: compound branch}}
  - {level: group, label: {zh: 楼组, en: building group}}
  - household
communities: [{id: C-1}, {id: C-2}]
branches: [{id: B-1, parent: C-1}, {id: B-2, parent: C-2, covers: [N-1]}]
groups: [{id: G-1, parent: B-1}]
grids: [{id: N-1, community: C-1}]
posts:
  - {post: secretary, at: B-1, holder: p-1}
  - {post: secretary, at: B-2, vacant: true}
"""


@pytest.fixture(name="h", scope="module")
def _place() -> Hierarchy:
    return load_text(PLACE).hierarchy


def messages(report: Report, lang: str) -> dict[str, str]:
    return {each.code: each.message for each in report.findings(lang)}


def test_a_word_of_a_vocabulary_is_shown_by_its_label(h):
    """Messages and hints say the label in their language; values keep the word."""
    (found,) = check(h, rules=[find(SHIPPED, "GT401")]).findings("zh")

    assert found.message == "没有在任的书记"
    assert found.hint == "在“posts”中写明“书记”的任职人，或者在此之前由谁代理"
    assert found.as_json()["values"] == {"post": "secretary"}


def test_a_word_without_label_is_shown_as_it_is(h):
    """Where a word has no label in the language, it stands there itself."""
    rules = RuleSet.of({"GT401": {"post": "abbot"}}).only("GT401")

    assert {each.message for each in check(h, rules=rules).findings("zh")} == {"没有在任的abbot"}
    assert messages(check(h, rules=[find(SHIPPED, "GT401")]), "fr") == {
        "GT401": "has no secretary in office"
    }


def test_a_level_is_called_by_its_label_in_every_format(h):
    """A level whose name is not its role has its label in text, Markdown, SARIF and JSON."""
    report = check(h, rules=[find(SHIPPED, "GT213")])
    said = "位于社区党总支“C-1”，但覆盖它的“B-2”属于“C-2”"
    log = sarif(report, levels=h.levels, lang="zh")

    assert messages(report, "zh") == {"GT213": said}
    assert [each["message"] for each in report_json(report, lang="zh")["findings"]] == [said]
    assert said in log["runs"][0]["results"][0]["message"]["text"]
    assert f"网格“N-1”：{said}；" in report_text(report, levels=h.levels, lang="zh")
    assert f"网格“N-1”：{said}；" in report_markdown(report, levels=h.levels, lang="zh")
    assert messages(report, "en")["GT213"].startswith("lies in community general branch 'C-1'")


def test_labels_survive_pickling_and_merging(h):
    """A report keeps the labels of its words, and so does what reports are merged to."""
    whole = check(h, rules=SHIPPED)
    merged = Report.merge([check(part, rules=SHIPPED) for part in h.cut()])

    for report in (pickle.loads(pickle.dumps(whole)), merged):
        assert report == whole
        for lang in ("en", "zh"):
            assert list(report.findings(lang)) == list(whole.findings(lang))
            assert [each.told(lang) for each in report.not_checked] == [
                each.told(lang) for each in whole.not_checked
            ]


def test_labels_that_differ_between_parts_do_not_depend_on_their_order(h):
    """Of two labels for a word in parts of two makers one is shown, whatever came first."""
    rule = find(SHIPPED, "GT401")
    other = load_text(
        PLACE.replace("B-", "X-")
        + "vocabularies: {post: {secretary: {label: {zh: 支书, en: party secretary}}}}\n"
    ).hierarchy
    one, two = check(h, rules=[rule]), check(other, rules=[rule])

    assert messages(two, "zh") == {"GT401": "没有在任的支书"}
    assert list(Report.merge([one, two]).findings("zh")) == list(
        Report.merge([two, one]).findings("zh")
    )


def test_a_label_cannot_move_the_cursor(h):
    """A label is somebody's text: it is escaped in messages like any other."""
    term = evolve(h.vocabularies["post"][0], term="secretary", label=(("zh", "书\x1b[2J"),))
    facts = evolve(h.facts, vocabularies={"post": [term]})

    (found,) = check(evolve(h, facts=facts), rules=[find(SHIPPED, "GT401")]).findings("zh")
    assert found.message == r"没有在任的书\x1b[2J"


def test_what_is_missing_is_told_by_labels():
    """Kinds, modes, posts and alternatives that a compound lacks are told as people say them."""
    h = load_text("compounds: [{id: X-1}]\nbodies: [{id: S-1, kind: agency, serves: [X-1]}]\n")
    asked = ["residents_home|service_station", "property_company"]
    rules = RuleSet.of({"GT505": {"requires": asked}}).only("GT505")
    report = check(h.hierarchy, rules=rules)

    assert messages(report, "zh") == {"GT505": "缺少：物业服务企业、居民之家或党群服务站"}
    assert messages(report, "en") == {
        "GT505": "lacks: property company, residents' home or service station"
    }
    (found,) = report
    assert dict(found.values)["missing"] == "property_company, residents_home|service_station"


def test_a_rule_of_others_may_say_words_and_reasons(h):
    """A rule of another package labels words, and gives plain texts as reasons."""
    rule = evolve(
        find(SHIPPED, "GT401"), code="XX1", needs=(), message="wants {post} and {kinds}",
        find=lambda _, **__: Hits(
            [0], skipped=["no reason at all"], post=Labeled("post", "secretary"),
            kinds=Labeled("body_kind", [("agency", "department")]),
        ),
    )  # fmt: skip
    report = check(h, rules=[rule])

    assert messages(report, "zh") == {"XX1": "wants 书记 and 机关单位、部门"}
    assert [each.told("zh") for each in report.not_checked] == ["no reason at all"]


# Reasons


def test_a_reason_is_its_english_text():
    """A reason equals, sorts and hashes as its text in English, and is read as one."""
    told = Reason("no {table}", table=Reason("tenures"))

    assert told == "no tenures"
    assert {told: 1}["no tenures"] == 1
    assert NotChecked("GT302", told) == ("GT302", "no tenures")
    assert sorted([Reason("b"), "a"]) == ["a", "b"]
    assert json.dumps([told]) == '["no tenures"]'


def test_a_reason_survives_pickling_in_both_languages():
    """What a reason is made of is kept: numbers, labels, and other reasons."""
    label = Label("chair", (("zh", "主任"),))
    told = Reason(
        "{words}: {reason}", words=Listed((label, label)), reason=Reason("no {column}", column="x")
    )
    copy = pickle.loads(pickle.dumps(told))

    assert copy == told == "chair, chair: no x"
    assert copy.said("zh-CN") == told.said("zh") == "主任、主任：没有任何单位写明“x”"


def test_alternatives_are_joined_in_each_language():
    """One word alone stays what it is, several are alternatives."""
    one, two, three = Label("a"), Label("b", (("zh", "乙"),)), Label("c")

    assert either([one]).said("zh") == "a"
    assert either([one, two, three]).said("en") == "a or b or c"
    assert either([one, two, three]).said("zh") == "a或乙或c"


@pytest.mark.parametrize(
    ("text", "code", "english", "chinese"),
    [
        ("grids: [{id: N-1}]", "GT201", "no households", "没有提供户"),
        ("households: [{id: H-1}]", "GT201", "no 'parent' of households", "户都没有写明“parent”"),
        (
            "grids: [{id: N-1}]\nbranches: [{id: B-1}]",
            "GT210",
            "nothing covers anything",
            "没有写明谁覆盖什么",
        ),
        (
            "grids: [{id: N-1}]\nposts: [{post: chair, at: X}]\nbodies: [{id: X}]",
            "GT304",
            "no posts at any grid",
            "没有任何网格设有岗位",
        ),
        (
            "communities: [{id: C-1}]\nareas: [{id: A-1}]",
            "GT231",
            "no relation 'in area'",
            "没有“片区”关系",
        ),
        ("declared: {grids: 3}", "GT303", "grids: no grids", "grids：没有提供网格"),
        (
            "declared: {households: {increment: 3}}",
            "GT303",
            "households: an increment is seen between two days only, not on one",
            "households：增量要比较两个日期才能看出，只看一天看不出",
        ),
    ],
)
def test_reasons_are_said_in_both_languages(text, code, english, chinese):
    """Why a rule was not checked is English as data, and in JSON in the language of the report."""
    assert_said(load_text(text).hierarchy, code, english, chinese)


def test_a_figure_that_nothing_is_called_by_is_said_in_both_languages():
    """A figure that a program hands in is told among what is not checked, with what was meant."""
    assert_said(
        Hierarchy.from_records([], declared=[Declared("gridz", 3)]),
        "GT303",
        "gridz: nothing is called 'gridz'; did you mean 'grids'?",
        "gridz：没有叫“gridz”的对象；是否想写“grids”？",
    )


def assert_said(h, code, english, chinese):
    report = check(h, rules=[find(SHIPPED, code)])

    assert report.not_checked == ((code, english),)
    assert report.to_json()["not_checked"] == [{"code": code, "reason": english}]
    assert report.to_json("zh")["not_checked"] == [{"code": code, "reason": chinese}]
    assert chinese in report_text(report, lang="zh")
    assert chinese in report_markdown(report, lang="zh").replace("\\", "")


@given(words=st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=60))
def test_a_row_of_words_is_cut_between_two_of_them(words):
    """A message shows whole words from the first on, and says how many it leaves out."""
    shown = in_a_row(words, "en")
    kept = [n for n in range(1, len(words)) if shown == (
        f"{', '.join(words[:n])} and {len(words) - n} more"
    )]  # fmt: skip

    assert shown == ", ".join(words) or kept
    if len(words[0]) * 10 < 100:
        assert len(one_line(shown)) <= 120
    assert short(shown) == one_line(shown) or len(one_line(shown)) > 120


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("en", "district leader links, cadre contracts and 2 more"),
        ("zh", "district leader links、cadre contracts 等，另有 2 个"),
    ],
)
def test_a_long_row_in_a_finding_ends_with_how_many_more(lang, shown):
    """Labels in a row are never cut inside."""
    words = ["district leader links", "cadre contracts", "x" * 100, "social organization helps"]

    assert Listed(tuple(map(Label, words))).said(lang) == shown


@pytest.mark.parametrize(
    "text", ["compounds: [{id: X-1, zzz: 1}]", "bodies: [{id: W-1, kind: zzz}]"]
)
def test_what_is_known_is_listed_to_the_end_or_counted(text):
    """The words that a problem knows are all in its data, and whole words in its text."""
    with pytest.raises(StructureError) as caught:
        load_text(text)

    (found,) = caught.value.problems
    known = dict(found.values)["known"].split(", ")
    shown, more, number = re.sub("^use one of:? ", "", found.mend()).partition(" and ")
    assert more
    assert shown.split(", ") == known[: shown.count(", ") + 1]
    assert shown.count(", ") + 1 + int(number.split()[0]) == len(known)
