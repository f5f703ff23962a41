"""Lists of findings out to offices, and answers back."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xlsxwriter
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from structures import hierarchies
from workbooks import cells_of, fill

from govtree import (
    Area,
    Branch,
    Building,
    Community,
    Compound,
    Entrance,
    FileError,
    Grid,
    Hierarchy,
    Household,
    LevelUnit,
    Report,
    check,
)
from govtree._wording import Reason
from govtree.errors import Location, OutOfRangeError, UnknownLevelError, problem
from govtree.returns import Returns, read_returns, write_returns
from govtree.returns._words import Choices, Names
from govtree.rules import SHIPPED, Hits, rule
from govtree.units import Level, Term

LEVELS = [Level("subdistrict"), "community", "branch", Level("household", "household")]
TYPES = (Term("commercial", (("zh", "商品房"),), ("商品",)), Term("mixed"))
RECORDS = [
    LevelUnit(level="subdistrict", id="S-1"),
    LevelUnit(level="subdistrict", id="S-2", name="城关街道"),
    Community(id="C-1", parent="S-1"),
    Community(id="C-2", parent="S-2"),
    Branch(id="B-1", parent="C-1", members=1),
    Branch(id="B-2", parent="C-2", members=50, covers=["N-3"]),
    Grid(id="N-1", community="C-1"),
    Grid(id="N-2", community="C-2"),
    Grid(id="N-3", community="C-2"),
    Building(id="L-1", grid="N-1"),
    Building(id="L-2"),
    Entrance(id="E-1", building="L-1"),
    Compound(id="X-1", community="C-1", name="=花园"),
    Compound(id="X-2", community="C-2", type="mixed"),
    Household(id="H-1", parent="B-1", name="王"),
    Household(id="H-2", parent="B-2", grid="N-2", building="L-1"),
    Household(id="H-3", parent="B-2", grid="N-2"),
    Area(id="A-1", communities=["C-2"]),
]
H = Hierarchy.from_records(
    RECORDS, levels=LEVELS, vocabularies={"compound_type": TYPES}, as_of=None
)


@rule(
    code="XX301",
    subject="branch",
    message="has one member",
    hint="correct its 'members'",
    why="A rule of another package.",
    source="made up",
    failing="",
    mended="",
    needs=("branch.members",),
)
def branch_of_one(h):
    return Hits(np.flatnonzero(h.sheet("branch").columns["members"] == 1))


RULES = [
    *(each for each in SHIPPED if each.code in ("GT202", "GT206", "GT208", "GT210", "GT501")),
    branch_of_one,
]


def report() -> Report:
    """The findings of a small place."""
    return check(H, rules=RULES)


def back_from(folder: Path, **how: Any) -> Returns:
    """Read answers to the findings of the small place."""
    return read_returns(folder, rules=[branch_of_one], **how)


def sent(folder: Path, **how: Any) -> dict[str | None, Path]:
    """Write lists, and return the file of each office."""
    how.setdefault("rules", [branch_of_one])
    listed = write_returns(report(), folder, how.pop("by", "subdistrict"), **how)
    return {each.office: each.path for each in listed}


def rows(path: Path) -> dict[str, int]:
    """Return the row, as a spreadsheet counts it, of each finding: code and unit."""
    return {f"{row[0]} {row[2]}": at for at, row in enumerate(cells_of(path)[1:], start=2)}


def told(problems: Any) -> list[str]:
    """Return code, file, row and column of each error."""
    return [
        f"{each.code} {each.where.file}:{each.where.row}:{each.where.field}"
        for each in problems
        if each.severity == "error"
    ]


# Out


def test_every_office_gets_its_own_findings(tmp_path):
    """A workbook an office holds its findings alone, and what belongs to none has its own."""
    listed = write_returns(report(), tmp_path, h=H)

    assert [(each.path.name, each.office) for each in listed] == [
        ("S-1.xlsx", "S-1"),
        ("S-2 城关街道.xlsx", "S-2"),
        ("_others.xlsx", None),
    ]
    assert {name for each in listed for name in rows(each.path)} == {
        f"{each.code} {each.subject}" for each in report()
    }
    assert sum(each.findings for each in listed) == len(report())
    assert list(rows(listed[2].path)) == ["GT206 L-2"]


def test_a_row_says_what_is_wrong_and_what_to_fill_in(tmp_path):
    """A row names unit, fault, mend and what may be answered, and never who lives there."""
    path = sent(tmp_path, h=H)["S-1"]
    header, *_ = cells = cells_of(path)

    assert header == [
        "code", "level", "unit", "name", "place", "fault", "fill in", "answer", "key",
    ]  # fmt: skip
    found = {f"{row[0]} {row[2]}": row for row in cells[1:]}
    assert found["GT202 H-1"][1:8] == [
        "household", "H-1", "", "S-1 > C-1 > B-1", "lies in no grid",
        "grid: an id or a name from sheet 'choices'", "",
    ]  # fmt: skip
    assert found["GT501 X-1"][3] == "'=花园"
    assert found["GT501 X-1"][6] == "type: commercial or mixed"
    assert "王" not in str(cells)


PLACES = [
    Community(id="C-1", name="朝阳社区"),
    Community(id="C-2", name="史河社区"),
    Branch(id="B-1", parent="C-1"),
    Grid(id="N-1", community="C-1", name="第一网格"),
    Grid(id="N-2", community="C-2", name="第一网格"),
    Grid(id="N-3", community="C-2", name="第二网格"),
    Compound(id="X-1", community="C-1", name="阳光花园"),
    Building(id="L-1", compound="X-1", name="3号楼"),
    Entrance(id="E-1", building="L-1", name="2单元"),
    Household(id="H-1", parent="B-1", entrance="E-1", name="王", address="301"),
    Household(id="H-2", parent="B-1", name="李"),
    Household(id="H-3", name="张"),
    Household(id="H-4", name="赵", grid="N-3"),
]


@pytest.mark.parametrize(
    ("level", "id", "place"),
    [
        ("household", "H-1", "朝阳社区 > B-1 > 阳光花园 > 3号楼 > 2单元 > 301"),
        ("entrance", "E-1", "朝阳社区 > 阳光花园 > 3号楼"),
        ("household", "H-2", "朝阳社区 > B-1"),
        ("household", "H-3", None),
        ("community", "C-1", None),
        ("tenure", "1", None),
    ],
)
def test_a_place_is_told_in_words(level, id, place):
    """Where a unit lies is told by the names above it, never by one of a household."""
    assert Names(Hierarchy.from_records(PLACES, levels=LEVELS[1:])).place(level, id) == place


def test_an_office_chooses_from_its_own_part(tmp_path):
    """Sheet and file have the name of the office; a second sheet has its units, with names."""
    h = Hierarchy.from_records(PLACES, levels=LEVELS[1:])
    found = check(h, rules=[each for each in SHIPPED if each.code in ("GT202", "GT206")])
    listed = {each.office: each.path for each in write_returns(found, tmp_path, "community", h=h)}

    path = listed["C-1"]
    assert path.name == "C-1 朝阳社区.xlsx"
    assert CalamineWorkbook.from_path(str(path)).sheet_names == ["朝阳社区", "choices"]
    assert cells_of(path, 1) == [
        ["level", "unit", "name", "place"], ["grid", "N-1", "第一网格", "朝阳社区"],
    ]  # fmt: skip
    assert [row[1] for row in cells_of(listed[None], 1)[1:]] == ["N-1", "N-2", "N-3"]
    assert "王" not in str([cells_of(each, at) for each in listed.values() for at in (0, 1)])
    assert read_returns(tmp_path, h=h, report=found) == Returns((), len(found), ())


def test_too_many_units_are_not_offered(tmp_path, monkeypatch):
    """Where nobody would look through the units, there is no second sheet, and an id is asked."""
    monkeypatch.setattr("govtree.returns._words._MOST_CHOICES", 2)
    h = Hierarchy.from_records(PLACES, levels=LEVELS[1:])
    found = check(h, rules=[each for each in SHIPPED if each.code in ("GT202", "GT206")])
    listed = {each.office: each.path for each in write_returns(found, tmp_path, "community", h=h)}

    sheets = {
        office: CalamineWorkbook.from_path(str(path)).sheet_names for office, path in listed.items()
    }
    assert sheets == {"C-1": ["朝阳社区", "choices"], None: ["answers"]}
    assert {row[6] for row in cells_of(listed[None])[1:]} == {"grid: an id"}


@pytest.mark.parametrize("by", ["subdistrict", "community", "branch", "area", "body", "household"])
def test_what_may_be_chosen_is_the_offices_own(by):
    """Each office is offered units that count for it; what belongs to none, any; never homes."""
    tables = ["grid", "building", "household", "branch", "nothing"]
    choices = Choices(H, by)
    of = {None: {"N-1", "N-2", "N-3", "L-1", "L-2", "B-1", "B-2"}} | {
        "subdistrict": {"S-1": {"N-1", "L-1", "B-1"}, "S-2": {"N-2", "N-3", "B-2"}},
        "community": {"C-1": {"N-1", "L-1", "B-1"}, "C-2": {"N-2", "N-3", "B-2"}},
        "branch": {"B-1": {"B-1"}, "B-2": {"N-3", "B-2"}},
        "area": {"A-1": {"N-2", "N-3", "B-2"}},
        "body": {},
        "household": {},
    }[by]

    assert {each: {id for _, id in choices.of(each, tables)} for each in of} == of


@pytest.mark.parametrize(
    ("finding", "answer", "result"),
    [
        ("GT202 H-2", "第一网格", "N-1"),
        ("GT202 H-2", "第二网格", "N-3"),
        ("GT202 H-2", "N-2", "N-2"),
        ("GT202 H-2", "?", "?"),
        ("GT202 H-3", "第一网格", "GT969 several units are called '第一网格': N-1, N-2"),
        ("GT202 H-3", "第二网格", "N-3"),
        ("GT202 H-3", "第三网格", "GT966 there is no grid '第三网格'"),
        ("GT202 H-3", "王", "GT966 there is no grid '王'"),
    ],
)
def test_a_name_is_an_answer_where_it_is_one_units(finding, answer, result, tmp_path):
    """The exact name of one unit, or of one in the subject's community, is read as its id."""
    h = Hierarchy.from_records(PLACES, levels=LEVELS[1:])
    found = check(h, rules=[each for each in SHIPPED if each.code == "GT202"])
    for each in write_returns(found, tmp_path, h=h):
        if finding in (at := rows(each.path)):
            fill(each.path, {at[finding]: {"answer": answer}})

    back = read_returns(tmp_path, h=h)

    told_of = [f"{each.code} {each.text()}" for each in back.problems]
    assert [*(each.value for each in back.corrections), *told_of] == [result]


def test_a_folder_with_workbooks_is_left_as_it_is(tmp_path):
    """Lists of an earlier round are named at once, whatever they are called, and kept."""
    path = sent(tmp_path)["S-1"]
    (tmp_path / "S-9.XLSX").write_bytes(b"answers")
    (tmp_path / "notes.txt").write_text("ours", "utf-8")
    before = {each: each.read_bytes() for each in tmp_path.iterdir()}

    with pytest.raises(FileError) as error:
        sent(tmp_path, by="community", h=H)

    assert [(each.code, Path(each.where.file).name) for each in error.value.problems] == [
        ("GT968", "S-1.xlsx"), ("GT968", "S-2.xlsx"), ("GT968", "S-9.XLSX"),
        ("GT968", "_others.xlsx"),
    ]  # fmt: skip
    assert {each: each.read_bytes() for each in tmp_path.iterdir()} == before
    assert path in before


def test_without_a_level_lists_go_to_the_top(tmp_path):
    """Where no level is named, it is the top one of the structure, whatever it is called."""
    h = Hierarchy.from_records(PLACES, levels=LEVELS[1:])
    listed = write_returns(check(h), tmp_path, h=h)

    assert [each.office for each in listed] == ["C-1", None]
    with pytest.raises(OutOfRangeError, match="name a level as by, or give the structure as h"):
        write_returns(check(h), tmp_path / "more")
    assert not (tmp_path / "more").exists()


def test_a_formula_without_a_value_is_told_once(tmp_path):
    """A formula that was never computed is told as a formula, and as nothing else."""
    path = sent(tmp_path)["S-1"]
    header, *listed = cells_of(path)
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for at, row in enumerate([header, *listed]):
        sheet.write_row(at, 0, row)
    sheet.write_formula(1, header.index("answer"), "=A1", None, "")
    book.close()

    assert told(back_from(tmp_path).problems) == ["GT965 S-1.xlsx:2:answer"]


def test_what_is_said_in_chinese_has_no_english_row():
    """A place inside a text is in the language of the text."""
    place = Location("a.xlsx", sheet="b", row=1234, field="答复")
    found = problem("GT967", Location(), cell="1", other=Reason("{place}", place=place))

    assert "a.xlsx:b:第 1234 行:答复" in found.text("zh")
    assert "a.xlsx:b:row 1234:答复" in found.text("en")


def test_a_list_speaks_chinese_where_asked(tmp_path):
    """Headers, faults and what to fill in are in the language of the list, and read in any."""
    path = sent(tmp_path, h=H, lang="zh")["S-1"]
    cells = cells_of(path)

    assert cells[0][:3] == ["代码", "类别", "单位"]
    assert cells[0][-2:] == ["答复", "校验码"]
    assert "商品房" in str(cells)
    fill(path, {rows(path)["GT501 X-1"]: {"答复": "商品房"}})
    assert back_from(tmp_path, h=H).by_unit() == {("compound", "X-1"): {"type": "commercial"}}


@pytest.mark.parametrize(
    ("by", "offices"),
    [
        ("community", ["C-1", "C-2", None]),
        ("branch", ["B-1", "B-2", None]),
        ("area", ["A-1", None]),
        ("grid", ["N-1", "N-2", None]),
    ],
)
def test_lists_go_to_any_level(by, offices, tmp_path):
    """Findings are divided by any level, the territory or areas; none is left out."""
    assert list(sent(tmp_path, by=by, h=H)) == offices
    found = {name for path in tmp_path.iterdir() for name in rows(path)}
    assert found == {f"{each.code} {each.subject}" for each in report()}


@given(h=hierarchies(), by=st.sampled_from(["community", "branch", "grid", "area", "compound"]))
@settings(max_examples=many(8), deadline=None)
def test_no_finding_is_ever_left_out(h, by):
    """Whatever the structure, each finding stands in a list of what it belongs to."""
    found = check(h)
    with tempfile.TemporaryDirectory() as folder:
        listed = write_returns(found, folder, by, h=h)

        names = [name for each in listed for name in rows(each.path)]
        # Findings of a code that differ in the other units alone share code and unit.
        assert set(names) == {f"{each.code} {each.subject}" for each in found}
        if by != "area":
            assert sum(each.findings for each in listed) == len(found)
            counts = {each.office: each.findings for each in listed}
            assert counts == found.by(by)


def test_the_same_report_gives_the_same_bytes(tmp_path):
    """Lists have the same bytes whenever they are written."""
    first, second = sent(tmp_path / "a"), sent(tmp_path / "b")

    assert [each.read_bytes() for each in first.values()] == [
        each.read_bytes() for each in second.values()
    ]


def test_an_office_with_a_hostile_id_gets_a_harmless_file(tmp_path):
    """A file of an office lies in the folder, whatever its id says."""
    ids = ["../../x", "CON", "c-1", "C-1"]
    h = Hierarchy.from_records(
        [*(Community(id=id) for id in ids), *(Grid(id=f"N{id}", community=id) for id in ids),
         Branch(id="B-1", covers=["NCON"])]
    )  # fmt: skip

    listed = write_returns(check(h).select("GT210"), tmp_path / "out", "community")

    assert len({each.path.name.lower() for each in listed}) == len(listed) == 3
    assert sorted(tmp_path.iterdir()) == [tmp_path / "out"]
    assert {each.path.parent for each in listed} == {tmp_path / "out"}


def test_a_level_that_is_not_there_is_told(tmp_path):
    """A level that nothing is known of is refused, and nothing is written."""
    with pytest.raises(UnknownLevelError, match="did you mean 'subdistrict'"):
        write_returns(report(), tmp_path, "subdistrct")
    with pytest.raises(OutOfRangeError, match="as h"):
        write_returns(report(), tmp_path, "area")
    assert not list(tmp_path.iterdir())
    assert write_returns(Report(), tmp_path, "anything") == ()


# Back


def test_an_id_of_several_fields_says_which_it_is_for(tmp_path):
    """Where a finding can be mended in several fields, the id tells which one is meant."""
    path = sent(tmp_path, h=H)["S-2"]
    at = rows(path)["GT208 H-3"]
    for id, field in (("L-2", "building"), ("E-1", "entrance")):
        fill(path, {at: {"answer": id}})
        assert back_from(tmp_path, h=H).by_unit() == {("household", "H-3"): {field: id}}
        # Nobody who does not know the structure can tell.
        assert [(each.field, each.value) for each in back_from(tmp_path).corrections] == [("", id)]
    fill(path, {at: {"answer": "N-1"}})
    [problem] = back_from(tmp_path, h=H).problems
    assert problem.text() == "there is no building or entrance 'N-1'"


ANSWERS = {
    "GT202 H-1": ("N-1", ("household", "grid")),
    "GT206 L-2": ("N-2", ("building", "grid")),
    "GT208 H-3": ("E-1", ("household", "entrance")),
    "GT210 N-1": ("=B-1 goes there", None),
    "GT210 N-2": ("先由B-2负责", None),
    "XX301 B-1": (31, ("branch", "members")),
    "GT501 X-1": ("mixed", ("compound", "type")),
}


@given(given_ones=st.sets(st.sampled_from(sorted(ANSWERS))), lang=st.sampled_from(["en", "zh"]))
@settings(max_examples=many(12), deadline=None)
def test_what_was_answered_comes_back_and_nothing_else(given_ones, lang):
    """Answers that were filled in come back exactly, for their units alone; the rest is open."""
    name = {"en": "answer", "zh": "答复"}[lang]
    found = report()
    with tempfile.TemporaryDirectory() as folder:
        for path in sent(Path(folder), h=H, lang=lang).values():
            at = rows(path)
            answers = {
                at[each]: {name: ANSWERS[each][0]}
                for each in given_ones
                if each in at and ANSWERS[each][0] != "=B-1 goes there"
            }
            fill(path, answers)
        back = back_from(folder, report=found, h=H)

    expected = {each for each in given_ones if ANSWERS[each][0] != "=B-1 goes there"}
    assert back.problems == ()
    assert back.ok
    assert {f"{each.code} {each.subject}": each.value for each in back.corrections} == {
        each: ANSWERS[each][0] for each in expected
    }
    assert back.open == len(found) - len(expected)
    fields: dict[tuple[str, str], dict[str, Any]] = {}
    for each in expected:
        value, told_of = ANSWERS[each]
        if told_of:
            fields.setdefault((told_of[0], each.split()[1]), {})[told_of[1]] = value
    assert back.by_unit() == fields


REJECTED = [
    ("GT202 H-1", {"answer": "N-9"}, "GT966 {row}:answer", "there is no grid 'N-9'"),
    ("GT202 H-1", {"answer": "B-1"}, "GT966 {row}:answer", "there is no grid 'B-1'"),
    ("GT202 H-1", {"answer": "=A1"}, "GT965 {row}:answer", "the answer is a formula"),
    ("GT202 H-1", {"answer": "N-1", "key": ""}, "GT962 {row}:key", "no key"),
    ("GT202 H-1", {"answer": "N-1", "key": "00ff-1"}, "GT963 {row}:unit", "'H-1' is not what"),
    ("GT202 H-1", {"answer": "N-1", "unit": "H-2"}, "GT963 {row}:unit", "'H-2' is not what"),
    ("GT202 H-1", {"answer": "N-1", "code": "GT1"}, "GT963 {row}:code", "'GT1' is not what"),
    ("XX301 B-1", {"answer": 12.5}, "GT916 {row}:answer", "12.5"),
    ("XX301 B-1", {"answer": "many"}, "GT040 {row}:answer", "many"),
    ("XX301 B-1", {"answer": "-3"}, "GT041 {row}:answer", "-3"),
    ("GT501 X-1", {"answer": "comercial"}, "GT107 {row}:answer", "comercial"),
    ("GT210 N-1", {"answer": "3.41524E+11"}, "GT050 {row}:answer", "3.41524E+11"),
]


@pytest.mark.parametrize(
    ("finding", "cells", "place", "said"), REJECTED, ids=[f"{e[0]} {e[1]}" for e in REJECTED]
)
def test_a_cell_that_is_no_answer_is_named(finding, cells, place, said, tmp_path):
    """What cannot be an answer is rejected with file, row and column, and the rest is read."""
    path = sent(tmp_path, h=H)["S-1"]
    at = rows(path)
    other = "GT501 X-1" if finding != "GT501 X-1" else "GT202 H-1"
    fill(path, {at[finding]: cells, at[other]: {"answer": ANSWERS[other][0]}})

    back = back_from(tmp_path, report=report(), h=H)

    code, where = place.format(row=at[finding]).split()
    assert told(back.problems) == [f"{code} S-1.xlsx:{where}"]
    assert said in back.problems[0].text()
    assert not back.ok
    assert [f"{each.code} {each.subject}" for each in back.corrections] == [other]


def test_a_changed_row_is_known_without_the_report(tmp_path):
    """A row whose unit or code is not that of its key is rejected, whoever reads it."""
    path = sent(tmp_path)["S-1"]
    at = rows(path)
    fill(path, {
        at["GT202 H-1"]: {"answer": "N-1", "unit": "H-2"},
        at["GT501 X-1"]: {"answer": "mixed", "code": "GT502"},
        at["XX301 B-1"]: {"answer": "31"},
    })  # fmt: skip

    back = back_from(tmp_path)

    assert [each.split()[0] for each in told(back.problems)] == ["GT963", "GT963"]
    assert [(each.subject, each.field, each.value) for each in back.corrections] == [
        ("B-1", "members", 31)
    ]


def test_a_finding_that_the_report_does_not_have_is_told(tmp_path):
    """An answer to a finding of another report, or of a unit that is gone, is rejected."""
    path = sent(tmp_path)["S-1"]
    at = rows(path)
    fill(path, {at["GT202 H-1"]: {"answer": "N-1"}})
    mended = Hierarchy.from_records([each for each in RECORDS if each.id != "H-1"], levels=LEVELS)

    assert told(back_from(tmp_path, report=Report()).problems) == [
        f"GT964 S-1.xlsx:{at['GT202 H-1']}:key"
    ]
    assert told(back_from(tmp_path, h=mended).problems) == [
        f"GT966 S-1.xlsx:{at['GT202 H-1']}:unit"
    ]


def test_two_answers_that_differ_are_both_rejected(tmp_path):
    """Two answers to one finding, in whichever files, are told of each other, or are one."""
    path = sent(tmp_path)["S-1"]
    at = rows(path)
    copy = tmp_path / "S-1 (2).xlsx"
    first = {at["GT202 H-1"]: {"answer": "N-1"}, at["GT501 X-1"]: {"answer": "mixed"}}
    second = {at["GT202 H-1"]: {"answer": "N-2"}, at["GT501 X-1"]: {"answer": "mixed"}}
    fill(path, second, to=copy)
    fill(path, first)

    back = back_from(tmp_path, report=report(), h=H)

    row = at["GT202 H-1"]
    assert told(back.problems) == [
        f"GT967 S-1 (2).xlsx:{row}:answer",
        f"GT967 S-1.xlsx:{row}:answer",
    ]
    assert f"S-1.xlsx:Sheet1:row {row}:answer" in back.problems[0].text()
    assert [(each.subject, each.value) for each in back.corrections] == [("X-1", "mixed")]
    assert back.open == len(report()) - 2


def test_a_formula_beside_the_answers_does_no_harm(tmp_path):
    """Only the answer has to be a value: an office may compute in columns of its own."""
    path = sent(tmp_path, h=H)["S-1"]
    at = rows(path)
    fill(path, {at["GT202 H-1"]: {"answer": "N-1", "fill in": "=1+1"}})

    assert [each.value for each in back_from(tmp_path, h=H).corrections] == ["N-1"]


def test_a_file_that_is_no_list_is_told_and_the_others_are_read(tmp_path):
    """A file that cannot be read, or lacks a column, is a problem among the others."""
    path = sent(tmp_path, h=H)["S-1"]
    fill(path, {rows(path)["GT202 H-1"]: {"answer": "N-1"}})
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04")
    fill(path, {}, to=tmp_path / "other.xlsx")
    header = cells_of(path)[0]
    assert header[7] == "answer"

    back = back_from(tmp_path, h=H)

    assert [each.where.file for each in back.problems] == ["broken.xlsx"]
    assert [each.value for each in back.corrections] == ["N-1"]


def test_a_folder_without_lists_is_refused(tmp_path):
    """Reading answers where there are none is an error, not nothing."""
    for folder in (tmp_path, tmp_path / "nofolder"):
        with pytest.raises(FileError, match=rf"GT001.*{folder.name}/\*\.xlsx"):
            back_from(folder)


def test_corrections_as_a_frame(tmp_path):
    """Corrections are handed on as a data frame, one row each."""
    path = sent(tmp_path, h=H)["S-1"]
    fill(path, {rows(path)["XX301 B-1"]: {"answer": 31}})

    frame = back_from(tmp_path, h=H).to_frame(backend="pyarrow")

    assert frame.to_pylist() == [
        {
            "code": "XX301", "level": "branch", "subject": "B-1", "field": "members",
            "value": "31", "file": "S-1.xlsx", "row": rows(path)["XX301 B-1"],
        }
    ]  # fmt: skip
