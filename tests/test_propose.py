"""How a roster is probably read: its columns by header and content, its header, its file."""

from __future__ import annotations

import datetime as dt

import pytest
import xlsxwriter
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st

from govtree._files import Folder
from govtree.config import load_text
from govtree.config._roster import load_plan, plan_text
from govtree.facts import Facts
from govtree.rosters import (
    FromPlace,
    RosterPlan,
    fitted_levels,
    open_levels,
    propose,
    propose_file,
)
from govtree.tables import Layout, Source, peek

BASE = load_text("profile: base").hierarchy.facts


def facts_of(profile: str) -> Facts:
    return load_text(f"profile: {profile}").hierarchy.facts


def fields(header, rows=(), facts=BASE):
    """Return what each column was taken for, by its header."""
    return {each.column: each.field for each in propose(header, rows, facts).columns}


# Headers


@pytest.mark.parametrize(
    ("profile", "header", "field"),
    [
        ("base", "社区", "community"),
        ("base", "社区名称", "community"),
        ("base", "所属社区", "community"),
        ("base", "村居", "community"),
        ("base", "党支部", "branch"),
        ("base", "网格党支部", "branch"),
        ("base", "网格（小区）党支部", "branch"),
        ("base", "党小组", "group"),
        ("base", "楼组", "group"),
        ("base", "居民小组", "group"),
        ("base", "小区", "compound"),
        ("base", "小区名称", "compound"),
        ("base", "网格", "grid"),
        ("base", "网格名称", "grid"),
        ("base", "网格编号", "grid"),
        ("base", "微网格", "micro_grid"),
        ("base", "楼栋", "building"),
        ("base", "栋号", "building"),
        ("base", "幢号", "building"),
        ("base", "楼号", "building"),
        ("base", "单元", "entrance"),
        ("base", "单元号", "entrance"),
        ("base", "户号", "household"),
        ("base", "房号", "household"),
        ("base", "室号", "household"),
        ("base", "门牌号", "household"),
        ("base", "户", "household"),
        ("base", "Community", "community"),
        ("base", "Grid name", "grid"),
        ("base", "Estate", "compound"),
        ("base", "Block", "building"),
        ("base", "Building No.", "building"),
        ("base", "Stairwell", "entrance"),
        ("base", "Flat No.", "household"),
        ("base", "House number", "household"),
        ("base", "地址 房号", "household"),
        ("indonesia", "Kelurahan", "community"),
        ("indonesia", "RW", "branch"),
        ("indonesia", "No. RT", "group"),
        ("indonesia", "No. Rumah", "household"),
        ("indonesia", "Perumahan", "compound"),
        ("japan", "町内会", "branch"),
        ("japan", "班", "group"),
        ("japan", "部屋番号", "household"),
        ("japan", "棟", "building"),
        ("base", "所属街道", ""),
        ("base", "党员数", ""),
        ("base", "户数", ""),
        ("base", "备注", ""),
        ("base", "楼层", ""),
        ("base", "Remarks", ""),
    ],
)
def test_a_header_names_a_unit(profile, header, field):
    """A column is known by its header, with what people write around it, in four languages."""
    assert fields([header], facts=facts_of(profile)) == {header: field}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("户编号", "household.id"),
        ("人数", "household.residents"),
        ("人数（人）", "household.residents"),
        ("人口 常住人口（人）", "household.residents"),
        ("人口情况 总人数（人）", "household.residents"),
        ("Tenure (occupancy)", "household.occupancy"),
        ("Number of residents", "household.residents"),
        ("地址", "household.address"),
        ("独居", "household.tags.living_alone"),
        ("独居老人", "household.tags.living_alone"),
        ("Living alone", "household.tags.living_alone"),
        ("小区类型", "compound.type"),
    ],
)
def test_a_header_names_a_field(header, field):
    """Further fields of households and compounds are known by their headers as well."""
    assert fields(["房号", "小区", header])[header] == field


def test_tags_are_those_of_the_profile():
    """Where a profile closes the tags, their labels and aliases are the headers that count."""
    facts = load_text(
        "vocabularies: {tag: {veteran: {label: {zh: 退役军人}, aliases: [军属]}}}"
    ).hierarchy.facts

    assert fields(["房号", "军属", "独居"], facts=facts) == {
        "房号": "household",
        "军属": "household.tags.veteran",
        "独居": "",
    }


# Persons


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("姓名", ["x"]),
        ("户主", ["x"]),
        ("户主姓名", ["x"]),
        ("户名", ["x"]),
        ("联系电话", ["x"]),
        ("身份证号", ["x"]),
        ("楼栋长", ["x"]),
        ("残疾证号", ["x"]),
        ("车牌", ["x"]),
        ("政治面貌", ["x"]),
        ("家庭卡", ["3174012305678901", "3174014105678902"]),
        ("Owner's name", ["x"]),
        ("Head of household", ["x"]),
        ("Phone", ["x"]),
        ("Nama kepala keluarga", ["x"]),
        ("氏名", ["x"]),
        ("备注", ["13912345678", "13812345678"]),
        ("号码", ["341524199001011234", "34152419900101123X"]),
        ("其他", ["王小明", "李四", "张某某"]),
        ("户", ["王小明", "李四", "张某某"]),
        ("房号", ["13912345678", "13812345678"]),
    ],
)
def test_columns_about_persons_are_left_out(header, cells):
    """A column with names or numbers of persons is left out, by its header or its cells."""
    (taken,) = propose([header], [[cell] for cell in cells], BASE).columns

    assert (taken.field, taken.why) == ("", "persons")


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("县（市、区）", ["金寨县", "金寨县"], ""),
        ("党员数", ["1", "2"], ""),
        ("户号", ["341524103002000123", "341524103002000124"], "household"),
    ],
)
def test_what_is_not_about_persons(header, cells, field):
    """Places, counts and long numbers of households are nobody's names and numbers."""
    (taken,) = propose([header], [[cell] for cell in cells], BASE).columns

    assert (taken.field, taken.why) == (field, "header" if field else "unknown")


# Content


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (["1栋", "2幢", "3号楼"], "building"),
        (["1单元", "二单元"], "entrance"),
        (["101室", "102室"], "household"),
        (["第一网格", "第2网格"], "grid"),
        (["河畔社区", "梅山居委会"], "community"),
        (["第一党支部", "第二党支部"], "branch"),
        (["1栋楼组", "2栋楼组"], "group"),
        (["东园小区", "幸福新村"], "compound"),
        (["1", "2"], ""),
        (["1栋", "东园小区"], ""),
    ],
)
def test_cells_tell_what_a_header_does_not(cells, field):
    """Where the header tells nothing, most of the cells have to look like one kind of unit."""
    (taken,) = propose(["列1"], [[cell] for cell in cells], BASE).columns

    assert (taken.field, taken.why) == (field, "content" if field else "unknown")


# Doubts


@pytest.mark.parametrize(
    ("header", "rows", "expected", "doubts"),
    [
        (["房号", "户号"], [], {"房号": "", "户号": ""}, 1),
        (
            ["房号", "户号"],
            [["1", "7"], ["1", "8"]],
            {"房号": "household", "户号": "household.code"},
            0,
        ),
        (["房号", "户号"], [["1", "7"], ["2", "7"]], {"房号": "", "户号": ""}, 1),
        (["房号", "门牌号"], [["1", "7"], ["1", "8"]], {"房号": "", "门牌号": ""}, 1),
        (["网格", "网格名称"], [], {"网格": "grid", "网格名称": ""}, 1),
        (["房号", "片"], [["1", "东"], ["1", "西"]], {"片": ""}, 1),
        (["房号", "片"], [["1", "东"], ["2", "西"]], {"片": ""}, 0),
        (["房号", "序号"], [["1", "1"], ["1", "2"]], {"序号": ""}, 0),
        (["房号", "户主"], [["1", "甲"], ["1", "乙"]], {"户主": ""}, 0),
        (["网格名称", "网格编号"], [], {"网格名称": "grid", "网格编号": "grid.code"}, 0),
        (["楼栋", "列"], [["1栋", "1栋"]], {"楼栋": "building", "列": ""}, 1),
        (["房号", "户编号"], [], {"房号": "household", "户编号": "household.id"}, 0),
        (["户编号"], [], {"户编号": "household"}, 0),
        (["房号", "居住类型"], [["1", "自住"]], {"居住类型": "household.occupancy"}, 0),
        (["房号", "居住类型"], [["1", "随便"]], {"居住类型": ""}, 1),
        (["房号", "独居"], [["1", "很可能"]], {"独居": ""}, 1),
        (["房号", "某事"], [["1", "是"], ["2", "否"]], {"某事": ""}, 1),
        (["房号", "小区类型"], [], {"小区类型": ""}, 1),
    ],
)
def test_what_is_in_doubt_is_not_taken(header, rows, expected, doubts):
    """What two columns could be is neither; words that do not fit are left out: both are told."""
    proposal = propose(
        ["社区", "党支部", "党小组", *header], [["", "", "", *r] for r in rows], BASE
    )
    found = {each.column: each.field for each in proposal.columns}

    assert found | expected == found
    assert len(proposal.doubts) == doubts


def test_covers_are_proposed_where_each_grid_has_one_branch():
    """A branch covers the grids of its rows only if no other branch has rows of them."""
    header = ["党支部", "网格", "房号"]
    rows = [["甲支部", "一网格", "1"], ["甲支部", "二网格", "2"]]

    assert propose(header, rows, BASE).plan.covers == (("branch", "grid"),)
    assert propose(header, [*rows, ["乙支部", "一网格", "3"]], BASE).plan.covers == ()


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        (["社区", "党支部", "党小组", "房号"], ()),
        (["社区", "党支部", "党小组"], ("household",)),
        (["党小组", "房号"], ()),
        (["社区", "房号"], ("branch", "group")),
        (["备注"], ("community", "branch", "group", "household")),
    ],
)
def test_levels_that_are_needed(header, missing):
    """Households need a column, and so does each level between two that have one."""
    assert propose(header, [], BASE).missing == missing


@pytest.mark.parametrize(
    ("header", "missing", "levels"),
    [
        (["街道", "社区", "房号"], (), "subdistrict community branch? group? household"),
        (["乡镇", "党支部", "房号"], (), "subdistrict community? branch group? household"),
        (["社区", "党支部", "党小组", "房号"], (), "community branch group household"),
        (["小区", "房号"], (), "community? branch? group? household"),
        (["社区", "楼栋"], ("household",), "community branch? group? household"),
        (["房号"], ("community",), "community? branch? group? household"),
        (["备注"], ("community", "household"), "community? branch? group? household"),
    ],
)
def test_the_levels_of_a_new_structure_fit(header, missing, levels):
    """Levels without a column may be left out, streets stand on top; households are needed."""
    proposal = propose(header, [], open_levels(BASE))
    fitted = fitted_levels(BASE, proposal.plan.units)

    assert proposal.missing == missing
    assert levels == " ".join(each.level + "?" * each.optional for each in fitted.levels)


def test_a_level_above_the_communities_is_that_of_the_streets():
    """Where the profile has a level above the communities, no other is added."""
    facts = Facts(levels=["town", "community", "household"])

    proposal = propose(["街道", "社区", "房号"], [], open_levels(facts))

    assert proposal.plan.units["town"] == Source(("街道",))
    assert fitted_levels(facts, proposal.plan.units) == facts


@given(st.data())
@settings(max_examples=many(40))
def test_the_order_of_columns_changes_nothing(data):
    """A proposal takes the same columns for the same things, whatever their order."""
    header = data.draw(
        st.lists(
            st.sampled_from(
                [
                    "社区",
                    "党支部",
                    "网格",
                    "网格名称",
                    "网格编号",
                    "房号",
                    "户号",
                    "户编号",
                    "人数",
                    "独居",
                ]
            ),
            unique=True,
        )
    )
    shuffled = data.draw(st.permutations(header))

    assert fields(header) == fields(shuffled)


# Files


def proposed(folder, name, facts=BASE):
    peeks, problems = peek(Folder(folder), name)
    assert problems == ()
    return propose_file(peeks, facts, name.partition(".")[0])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("above", [0, 1, 3])
def test_the_layout_of_csv_is_found(tmp_path, encoding, delimiter, above):
    """Encoding, delimiter and the row of the header are found, under titles and blank rows."""
    rows = [
        ["社区", "网格", "房号"],
        ["史河社区", "第一网格", "101"],
        ["史河社区", "第一网格", "102"],
    ]
    title = ["史河社区住户台账（2025年）\n", "\n", "单位：人\n"][:above]
    text = "".join([*title, *(delimiter.join(row) + "\n" for row in rows)])
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))

    layout = proposed(tmp_path, "a.csv").plan.layout

    expected = "gb18030" if encoding == "gb18030" else "utf-8"
    assert (layout.encoding, layout.delimiter) == (expected, delimiter)
    assert layout.header == (above + 1,)


def workbook(path, sheets):
    """Write sheets of rows; a cell of a row that is a tuple is merged over so many rows."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": dt.datetime(2025, 6, 30, tzinfo=dt.UTC)})
        for name, (rows, hidden) in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, tuple):
                        sheet.merge_range(row, column, row + cell[1] - 1, column, cell[0])
                    elif cell:
                        sheet.write(row, column, cell)
            if hidden:
                sheet.hide()


TABLE = [["社区", "党支部", "党小组", "房号"], ["河畔", "甲", "一组", "101"]]


@pytest.mark.parametrize(
    ("sheets", "sheet"),
    [
        ({"甲": (TABLE, False)}, ""),
        ({"甲": (TABLE, False), "乙": (TABLE, True)}, ""),
        ({"说明": ([["怎样填"]], False), "甲": (TABLE, False)}, "甲"),
        ({"甲": (TABLE, False), "乙": (TABLE, False)}, "*"),
        ({"甲": (TABLE, False), "乙": ([["备注", *TABLE[0]], ["", *TABLE[1]]], False)}, "*"),
        ({"甲": (TABLE, False), "乙": ([["小区", *TABLE[0]], ["东", *TABLE[1]]], False)}, None),
        ({"甲": ([["怎样填"]], False), "乙": ([["怎样填"]], False)}, None),
    ],
)
def test_the_sheet_is_the_visible_one_that_is_understood(tmp_path, sheets, sheet):
    """The only visible sheet needs no name; of several the one, or all, with a known header."""
    workbook(tmp_path / "a.xlsx", sheets)

    proposal = proposed(tmp_path, "a.xlsx")

    assert (None if proposal is None else proposal.plan.layout.sheet) == sheet


def test_merged_names_are_filled_down(tmp_path):
    """Columns of units that are merged downwards take what stands above, in merged cells only."""
    rows = [TABLE[0], [("河畔", 2), ("甲", 2), "一组", "101"], ["", "", "二组", "102"]]
    workbook(tmp_path / "a.xlsx", {"甲": (rows, False)})

    layout = proposed(tmp_path, "a.xlsx").plan.layout

    assert layout.fill_down == {"社区": "merged", "党支部": "merged"}


def test_a_header_of_two_rows_is_found(tmp_path):
    """Rows that merged cells of a header reach down to belong to it."""
    header = [("社区", 2), ("党支部", 2), ("党小组", 2), ("房号", 2)]
    rows = [["台账"], header, [], ["河畔", "甲", "一组", "101"]]
    workbook(tmp_path / "a.xlsx", {"甲": (rows, False)})

    plan = proposed(tmp_path, "a.xlsx").plan

    assert plan.layout.header == (2, 3)
    assert plan.units["household"] == Source(("房号",))


def test_a_file_may_name_the_community(tmp_path):
    """Where no column does, a file that is called like a community names it, which is told."""
    (tmp_path / "河畔社区.csv").write_text("党支部,党小组,房号\n甲,一组,1\n", encoding="utf-8")

    proposal = proposed(tmp_path, "河畔社区.csv")

    assert proposal.plan.units["community"] == FromPlace("file")
    assert any("the name of the file does" in each for each in proposal.doubts)


# The plan as a file

names = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\0"), min_size=1, max_size=8
).filter(str.strip)
sources = st.one_of(
    names.map(lambda name: Source((name,))),
    st.builds(Source, st.lists(names, min_size=2, max_size=3), join=st.sampled_from(["", "-"])),
    names.map(lambda value: Source(value=value)),
    st.builds(Source, names.map(lambda name: [name]), split=st.just("、")),
)
layouts = st.builds(
    Layout,
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "gb18030"]),
    sheet=st.one_of(st.just(""), names),
    header=st.sampled_from([(1,), (3,), (3, 4)]),
    fill_down=st.dictionaries(names, st.sampled_from(["merged", "all"]), max_size=2),
    totals=st.one_of(st.just(Layout().totals), st.lists(names, max_size=2)),
)
plans = st.builds(
    RosterPlan,
    units=st.dictionaries(
        st.sampled_from(["community", "grid", "household", "district"]),
        st.one_of(sources, st.sampled_from(["file", "sheet"]).map(FromPlace)),
        min_size=1,
    ),
    columns=st.dictionaries(st.sampled_from(["household.residents", "grid.code"]), sources),
    ids=st.dictionaries(st.sampled_from(["grid", "household"]), names),
    covers=st.sampled_from([(), (("branch", "grid"),), (("group", "building"), ("group", "grid"))]),
    layout=layouts,
)


@given(plan=plans)
@settings(max_examples=many(60))
def test_a_plan_is_read_as_it_was_written(tmp_path_factory, plan):
    """What is written of a plan is read as the same plan, whatever its names are."""
    folder = tmp_path_factory.mktemp("plan")
    (folder / "roster.yaml").write_text(plan_text(plan), encoding="utf-8", newline="")

    read = load_plan(Folder(folder), "roster.yaml")

    assert [each for each in read.problems if each.severity == "error"] == []
    assert read.plan == plan


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("govtree: 1\nunits: {household: 房号}\nunit: 3\n", "GT090", 3),
        ("govtree: 1\n", "GT092", 1),
        ("units: {household: 房号}\n", "GT092", 1),
        ("govtree: 2\nunits: {household: 房号}\n", "GT094", 1),
        ("govtree: 1\nunits:\n  household: {from: folder}\n", "GT093", 3),
        ("govtree: 1\nunits:\n  household: {column: a, from: file}\n", "GT099", 3),
        ("govtree: 1\nunits: [房号]\n", "GT091", 2),
        ("govtree: 1\nunits: {household: 房号}\nheader: [4, 3]\n", "GT927", 3),
        ("govtree: 1\nunits: {household: 房号}\nfill_down: {a: some}\n", "GT093", 3),
    ],
)
def test_a_faulty_plan_is_told_with_its_line(tmp_path, text, code, line):
    """Each fault of a plan has its code and its line, and there is no plan."""
    (tmp_path / "roster.yaml").write_text(text, encoding="utf-8")

    read = load_plan(Folder(tmp_path), "roster.yaml")

    assert read.plan is None
    assert (code, line) in [(each.code, each.where.line) for each in read.problems]
