"""What errors say to those who write programs."""

from __future__ import annotations

import json
import pickle

import pytest

from govtree import Grid, Hierarchy, Household, RuleSet, UnknownLevelError, check, load_text
from govtree.errors import ConfigError, Location, StructureError, problem
from govtree.history import load_report

TOWN = Hierarchy.from_records([Grid(id="N-1"), Household(id="H-1", grid="N-1", tags={"alone": 1})])


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: TOWN.to_frame("grids"), "there is no 'grids'; did you mean 'grid'? There are "),
        (lambda: TOWN.summary(by="brunch"), "there is no 'brunch'; did you mean 'branch'? "),
        (
            lambda: TOWN.at("qqq"),
            "there is no 'qqq'; there are community, branch, group, household",
        ),
        (lambda: TOWN.find(nam="x"), "there is no 'nam'; did you mean 'name'? "),
        (lambda: TOWN.roll_up("alone", by="grid"), "residents, tags.alone"),
    ],
)
def test_an_unknown_name_is_told_with_those_that_there_are(ask, said):
    """Who asks for a table or field that is not there learns which was meant, and which are."""
    with pytest.raises(UnknownLevelError) as caught:
        ask()

    assert said in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: check(load_text("name: x")), r"of type Structure; .* check\(s.hierarchy, rules="),
        (lambda: check(TOWN, rules=["GT210"]), r"of type str is no Rule; .* RuleSet\(\).only"),
    ],
)
def test_a_check_of_something_else_is_told_in_words(ask, said):
    """What is handed to check by mistake is named, and what to hand in instead."""
    with pytest.raises(TypeError, match=said):
        ask()

    assert len(check(TOWN, rules=RuleSet().only("GT210")).checked) == 0


def test_tables_are_called_in_the_language_of_the_reader():
    """Of a problem, names of tables are Chinese in Chinese, and ids stay what they are."""
    found = problem("GT109", Location(), table="a household")
    wrong = problem(
        "GT102", Location(), who="x", field="parent", expected="group", target="household"
    )

    assert (found.text(), found.text("zh")) == ("a household has no id", "户没有 id")
    assert wrong.text("zh") == "x的 parent 写的是党小组“household”，但没有它"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("grids: [{id: N-1, comunity: C}]", "网格没有键“comunity”；是否想写“community”？"),
        (
            "branches: [{id: B-1, parent: S-2}]",
            "党支部“B-1”的 parent 写的是社区“S-2”，但没有它；补上它，或者改正 parent",
        ),
        (
            "branches: [{id: B-1, covers: [N-9]}]",
            "关系“covers”的 target 写的是网格、微网格、楼栋或单元“N-9”，但没有它；补上它，",
        ),
        ("compounds: [{id: X-1, zzz: B-1}]", "小区没有键“zzz”；用其中之一：id"),
        ("waivers: [{rule: GT210}]", "豁免缺少“subject”；补上键“subject”"),
        ("grids: x", "“grids”应当是记录的列表，而不是文本“x”"),
        ("grids: [x]", "“grids”下的一项应当是键值对，而不是文本“x”"),
        ("grids: [{id: [x]}]", "网格的“id”应当是文本，而不是列表"),
        ("units: x", "“units”应当是层级到记录的键值对，而不是文本“x”"),
        ("declared: {grids: [1]}", "“grids”应当是数字或键值对，而不是列表"),
        ("households: [{id: ''}]", "户没有 id"),
        ('grids: [{id: "a\\u200bb"}]', "不能作编号：含有看不见的字符 U+200B"),
        (f"grids: [{{id: X{'9' * 201}}}]", "不能作编号：超过 200 个字符"),
        ("levels: [branch]", "层级连不成一条链：有 1 级；"),
        ("rules: {GT301: {target: x}}", "应写不小于 0 的整数"),
        ("rules: {GT301: {count: x}}", "应写以下之一："),
    ],
)
def test_a_problem_is_said_in_chinese_alone(text, said):
    """What govtree itself says of a problem in Chinese is Chinese, nouns in values too."""
    with pytest.raises(StructureError) as caught:
        load_text(f"govtree: 1\n{text}")

    assert any(said in each.render("zh") for each in caught.value.problems), [
        each.render("zh") for each in caught.value.problems
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "这不是 JSON：这里应当有一个值；"),
        (b"{", "这不是 JSON：这里应当有双引号括起的键；"),
        (b"[1 2]", "这不是 JSON：缺少“,”；"),
        (b"[]", "文件应当是对象，而不是列表"),
        (b'{"govtree_report": 1}', "缺少“"),
    ],
)
def test_a_report_that_cannot_be_read_is_told_in_chinese(text, said, tmp_path):
    """What the reader of JSON says is said in Chinese."""
    (tmp_path / "r.json").write_bytes(text)
    with pytest.raises(ConfigError) as caught:
        load_report(tmp_path / "r.json")

    assert any(said in each.render("zh") for each in caught.value.problems), [
        each.render("zh") for each in caught.value.problems
    ]


def test_what_the_system_says_is_told_in_chinese():
    """The reason why a file cannot be written is Chinese, and plain English in data."""
    found = problem("GT088", Location(), path="a", reason="No such file or directory")

    assert found.text("zh") == "无法写入“a”（没有这个文件或文件夹）"
    assert found.as_json("zh")["values"] == {"path": "a", "reason": "No such file or directory"}


def test_what_is_worded_around_a_name_is_text_in_data():
    """A problem that knows its Chinese compares, pickles and becomes JSON as its English."""
    with pytest.raises(StructureError) as caught:
        load_text("govtree: 1\nbranches: [{id: 'B{id}', parent: S}]")

    (found,) = caught.value.problems
    values = dict(found.values)
    assert (values["who"], values["expected"]) == ("branch 'B{id}'", "community")
    assert json.loads(json.dumps(found.as_json())) == found.as_json()
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert again.render("zh") == found.render("zh")
    assert "党支部“B{id}”的" in again.render("zh")


def test_the_hint_about_a_separator_can_be_copied():
    """The hint of a table divided by tabs is YAML that says a tab."""
    assert problem("GT060", Location(), delimiter=r"\t").mend() == (
        r'write delimiter: "\t" beside the table, or in roster.yaml'
    )
