"""What people see: reports, structures and problems as text."""

from __future__ import annotations

import json
import re

import pytest
from effort import many
from hypothesis import given, settings
from small_structures import small_structures

from govtree import (
    Branch,
    Building,
    Community,
    Declared,
    Grid,
    Group,
    Hierarchy,
    Household,
    Level,
    Location,
    Post,
    Tenure,
    UnknownIdError,
)
from govtree._markup import HIDDEN, table, width
from govtree.config import load_text
from govtree.coverage import check
from govtree.display._terms import folded
from govtree.display.outline import outline, outline_text
from govtree.display.text import figures_lines, problems_text, report_text
from govtree.errors import problem
from govtree.rules import SHIPPED

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")

# Properties


@given(small=small_structures())
@settings(max_examples=many(40))
def test_a_report_shows_every_finding_and_the_exact_total(small):
    """Up to the cap every finding is shown once; color changes nothing but color."""
    report = check(small.h, rules=SHIPPED)
    text = report_text(report, levels=small.h.levels)
    shown = re.findall(r"^  \w+\[(GT\d+)\]: (?:[\w-]+ )?'([^']+)'", text, re.MULTILINE)

    assert sorted(shown) == sorted((each.code, each.subject) for each in report)
    assert (f"{len(report)} finding" in text) == (len(report) > 0)
    assert ESCAPES.sub("", report_text(report, levels=small.h.levels, color=True)) == text


@given(small=small_structures())
@settings(max_examples=many(40))
def test_an_outline_counts_what_is_below(small):
    """The counts of a unit are those of its descendants, level by level."""
    h = small.h
    for root in outline(h, depth=0, most=None):
        if root.level in ("community", "branch", "group"):
            below = [h.level_of(id) for id in h.descendants(root.id)]
            assert dict(root.counts) == {level: below.count(level) for level in set(below)}


# Field examples

LEVELS = [
    Level("community", "community", label=(("en", "community"), ("zh", "社区"))),
    Level("branch", "branch", label=(("en", "compound branch"),)),
    Level("group", "group"),
    Level("household", "household"),
]


def town(**facts) -> Hierarchy:
    return Hierarchy.from_records(
        [
            Community(id="C-1", name="史河社区"),
            Branch(id="B-1", parent="C-1", covers=["N-1"]),
            Group(id="G-1", parent="B-1"),
            Grid(id="N-1", community="C-1"),
            Grid(id="N-2", community="C-1"),
            Building(id="T-1", grid="N-1"),
            Household(id="H-1", parent="G-1", building="T-1"),
            Household(id="H-2", parent="G-1"),
            Household(id="H-3", building="T-1"),
            Household(id="H-4", building="T-1", parent="?"),
            Post(id="S-1", post="secretary", at="B-1"),
            Tenure(post="S-1", holder="p-1"),
        ],
        levels=LEVELS,
        **facts,
    )


REPORT = """\
梅山镇

community C-1
  error[GT210]: grid 'N-2' is covered by no compound branch; add it to the 'covers' of a \
compound branch
    grid[1]

community C-1 > compound branch B-1 > group G-1
  error[GT202]: household 'H-2' lies in no grid; name its grid, or the building or entrance \
that it is in
    household[1]

not in any community
  error[GT201]: household 'H-3' stands in no group; name its group as its parent
    household[2]

3 findings: 3 errors, 0 warnings, 0 notes
  error  GT201  household-in-no-group         1  of 4
  error  GT202  household-in-no-grid          1  of 4
  ok     GT204  two-ways-up-disagree          0  of 4
  ok     GT205  household-in-two-communities  0  of 4
  ok     GT206  building-in-no-grid           0  of 1
  ok     GT207  group-in-no-branch            0  of 1
  ok     GT208  household-in-no-building      0  of 4
  error  GT210  grid-without-branch           1  of 2
  ok     GT211  grid-with-two-branches        0  of 2
  ok     GT212  branch-covering-nothing       0  of 1
  ok     GT213  cover-across-communities      0  of 2
  ok     GT401  branch-without-secretary      0  of 1
  ok     GT403  vacant-post                   0  of 1
  ok     GT405  tenures-overlap               0  of 1

could not be judged, because cells are not known
  GT201  household-in-no-group: not known of 1 of 4

not checked
  no 'grid' of households: GT203
  nothing serves anything: GT220, GT221, GT224
  no areas: GT231
  no posts at any grid: GT304
  no 'until' of tenures: GT404
  no 'since' of tenures: GT406
  no 'appointment_source' of tenures: GT407
  no bodies: GT422, GT423, GT424
  no compounds: GT501, GT507, GT508, GT509\
"""


def test_a_report_reads_like_this():
    """Findings by unit with their places, exact totals, and what could not be judged and why."""
    h = town()

    assert report_text(check(h), title="梅山镇", levels=h.levels) == REPORT


CHINESE = """\
社区 C-1
  error[GT210]: 网格“N-2”：没有任何党支部覆盖；把它写进一个党支部的“covers”
    grid[1]

社区 C-1 > 党支部 B-1 > 党小组 G-1
  error[GT202]: 户“H-2”：不在任何网格中；写明所属网格，或者所在的楼栋或单元
    household[1]

不在任何社区中
  error[GT201]: 户“H-3”：不在任何党小组中；把所属的党小组写为它的上级
    household[2]

公布的数字
  error[GT303]: “households”：公布的数字（户）是不少于 5，但结构中有 4；\
改正数字，或者查找缺少或多出的行
    declared:households

4 个问题：4 个错误，0 个警告，0 个提示
"""


@pytest.mark.parametrize("lang", ["zh", "zh-CN"])
def test_a_report_reads_like_this_in_chinese(lang):
    """Messages, labels, and the words around them are Chinese; codes and slugs are not."""
    h = town(declared=[Declared("households", 5, "at_least"), Declared("grids", 2)])
    report = check(h)

    assert report_text(report, levels=h.levels, lang=lang).startswith(CHINESE)
    assert figures_lines(report, lang=lang) == ["与公布的数字相符：网格 2"]
    assert outline_text(h, lang=lang, depth=0).splitlines() == [
        "社区 1 · 党支部 1 · 党小组 1 · 户 4 · 网格 2 · 楼栋 1 · 岗位 1",
        "",
        "社区 C-1 史河社区: 党支部 1 · 党小组 1 · 户 2",
        "不在任何社区中: 户 2",
    ]


def test_figures_that_agree_are_shown_and_others_are_not():
    """A declared figure that the structure has stands above the report, with what was said."""
    h = town(
        declared=[
            Declared("grids", 2),
            Declared("branches", 9),
            Declared("buildings", 1.04, "about"),
            Declared("persons", 4, "increment"),
        ]
    )

    assert figures_lines(check(h)) == ["declared and found: buildings 1 (about 1.04) · grids 2"]
    assert figures_lines(check(town())) == []


def test_numbers_are_folded_between_two_of_them():
    """A line of numbers is at most 100 columns wide, and none of the numbers is cut."""
    lines = folded(" · ".join(f"小区（网格）党支部 {number}" for number in range(12)))

    assert [width(line) for line in lines] == [89, 89, 91]
    assert " · ".join(lines).count("党支部") == 12


def test_findings_in_yaml_show_their_line():
    """Where the source is YAML, a finding has its line and a caret under it."""
    text = """\
households: [{id: H-1, grid: N-1}]
grids:
- {id: N-1}
- {id: N-2}
branches: [{id: B-1, covers: [N-1]}]
"""
    structure = load_text(text)
    told = report_text(check(structure.hierarchy), quote=structure.quote)

    assert "     4 | - {id: N-2}\n       |   ^\n" in told


def test_printing_is_capped_and_counting_is_not():
    """Of 25 faults 20 are shown, and the rest is counted."""
    h = Hierarchy.from_records(
        [
            Group(id="G"),
            Household(id="I", parent="G"),
            *(Household(id=f"H-{at:02}") for at in range(25)),
        ]
    )
    told = report_text(check(h))

    assert told.count("error[GT201]") == 20
    assert "25 findings: 25 errors" in told
    assert "... GT201: the first 20 are shown, 5 more are not" in told


def test_what_was_not_checked_is_capped_too():
    """Of a thousand reasons twenty are shown, and all are counted."""
    h = Hierarchy.from_records([Grid(id="N")], declared=[Declared(f"f{n}", 1) for n in range(999)])
    report = check(h)
    told = report_text(report, levels=h.levels).partition("not checked\n")[2].splitlines()
    reasons = {each.reason for each in report.not_checked}

    assert len(told) == 21
    assert told[-1] == f"  ... and {len(reasons) - 20:,} more"


def test_names_of_users_cannot_move_the_cursor():
    """Whatever stands in a title or a word, a report has no hidden character but line breaks."""
    evil = "\x1b]0;owned\x07\u202e\n::error::"
    h = Hierarchy.from_records([Grid(id="N-1", name=evil, code=evil)], name=evil)
    shown = report_text(check(h), title=evil) + outline_text(h) + outline_text(h, unit="N-1")

    assert not HIDDEN.search(shown.replace("\n", ""))
    assert "\n::error" not in shown


def test_columns_line_up_with_full_width_characters():
    """Every cell of a column begins in the same column of the terminal."""
    lines = table([["网格", "1"], ["B", "23"], ["楼栋é", "4"]], right=[1])

    assert [width(line) for line in lines] == [9, 9, 9]


def test_problems_are_capped_by_code():
    """Twenty problems of a code are shown, then their number; errors are totalled."""
    told = {"level": "group", "id": "G", "field": "parent", "expected": "branch", "target": "B"}
    given_problems = [
        *(problem("GT102", Location("a.csv", row=at), **told) for at in range(1, 24)),
        problem("GT018", Location("a.yaml", 1), severity="warning"),
    ]
    lines = problems_text(given_problems).splitlines()

    assert len(lines) == 23
    assert lines[-2] == "... and 3 more problems of GT102"
    assert lines[-1] == "23 errors, 1 warning"


OUTLINE = """\
community 1 · compound branch 1 · group 1 · household 4 · grid 2 · building 1 · post 1

community C-1 史河社区: compound branch 1 · group 1 · household 2
  compound branch B-1: group 1 · household 2
    group G-1: household 2
not in any community: household 2"""


def test_an_outline_reads_like_this():
    """Units from the top with what is below each, in the words of the structure."""
    assert outline_text(town()) == OUTLINE


def test_a_unit_is_told_with_what_is_known_of_it():
    """The outline of a unit begins with its fields, what it covers and who is in office."""
    told = outline_text(town(), unit="B-1", depth=0)

    assert told.splitlines()[2:] == [
        "compound branch B-1",
        "  parent: C-1",
        "  covers: N-1",
        "  secretary: p-1",
        "",
        "C-1 >",
        "compound branch B-1: group 1 · household 2",
    ]
    assert "  covered by: B-1" in outline_text(town(), unit="N-1").splitlines()


def test_long_fans_are_folded_and_json_is_not():
    """Of 12 units side by side 10 are shown and 2 counted; as values all are there."""
    h = Hierarchy.from_records(
        [Community(id="C"), *(Branch(id=f"B-{at:02}", parent="C") for at in range(12))]
    )
    told = json.loads(json.dumps([each.as_json() for each in outline(h, most=None)]))

    assert outline_text(h).splitlines()[-1] == "  ... and 2 more"
    assert len(told[0]["below"]) == 12


def test_an_unknown_unit_is_named():
    """Asking for a unit that is not there says which was meant."""
    with pytest.raises(UnknownIdError, match="did you mean 'B-1'"):
        outline_text(town(), unit="B-l")


def test_households_under_no_unit_are_told_as_a_number():
    """An outline adds up: what stands under no unit at the top is its last line."""
    h = load_text(
        "communities: [{id: C}]\nbranches: [{id: B, parent: C}]\ngroups: [{id: G, parent: B}]\n"
        "households: [{id: H-1, parent: G}, {id: H-2}, {id: H-3}]"
    ).hierarchy

    assert outline_text(h, lang="en").splitlines()[-1] == "not in any community: household 2"
    assert "not in any" not in outline_text(h, unit="B", lang="en")
