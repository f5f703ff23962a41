"""A workbook comes in as its table would in any other form, or each fault is told by its place."""

from __future__ import annotations

import datetime as dt
import io
import time
import tracemalloc

import numpy as np
import pytest
import xlsxwriter
from attrs import evolve
from effort import many
from hard_files import COLUMNS, book, cell, empty_rows, lying, package, rows, sheet_xml
from hypothesis import given, settings
from hypothesis import strategies as st

from govtree._columns import NONE
from govtree._files import LIMITS, Folder
from govtree.errors import Location
from govtree.facts import Facts
from govtree.rosters import RosterFile, RosterFiles, RosterPlan, read_roster
from govtree.tables import Layout, Source, _xlsx, read_table, rows_of_frame
from govtree.tables._cells import read_office
from govtree.tables._sheet import NotPlain, look_through, parse_through
from govtree.units import Household, Tenure

pytest.importorskip("python_calamine")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("books")


def read(folder, data, record=Household, table="household", name="h.xlsx", limits=LIMITS, **how):
    (folder / name).write_bytes(data)
    return read_table(Folder(folder, limits=limits), name, table, record, **how)


def values(rows):
    return {name: [_plain(cell) for cell in cells] for name, cells in rows.columns.items()}


def _plain(cell):
    return cell.item() if isinstance(cell, np.generic) else cell


def said(problems):
    return [(p.code, p.where.row, p.where.field) for p in problems if p.severity == "error"]


def doubts(problems):
    return [p.code for p in problems if p.severity == "warning"]


# -- what comes in --------------------------------------------------------------------------------


def test_a_sheet_is_read_like_csv(folder):
    """Texts, numbers, truths and days of a sheet become what the same texts of a CSV become."""
    made, problems = read(
        folder,
        book(
            ["H-1", 371311.0, 3.0, True, dt.date(2024, 3, 1), 115.5],
            ["H-2", None, None, None, None, None],
            [2024.0, "007", "5人", "否", "2024年3月1日", "1.5"],
            header=["holder", "post", "seats", "full_time", "since", "x"],
        ),
        Tenure,
        "tenure",
    )

    assert problems == ()
    assert values(made)["holder"] == ["H-1", "H-2", "2024"]
    assert values(made)["post"] == ["371311", None, "007"]
    assert values(made)["full_time"] == [1, NONE, 0]
    assert values(made)["since"] == [dt.date(2024, 3, 1), None, dt.date(2024, 3, 1)]


def test_places_name_file_sheet_row_and_column(folder):
    """A problem in a workbook tells the sheet too, in text and as data."""
    _, [problem] = read(folder, book(["H-1", "G-1", "many"]))

    assert problem.where == Location("h.xlsx", sheet="住户", row=2, field="residents")
    assert str(problem).startswith("h.xlsx:住户:row 2:residents: error[GT040]")
    assert problem.as_json()["sheet"] == "住户"


def test_units_in_a_header_are_no_part_of_the_name(folder):
    """`人数（人）` is found by `人数`; what multiplies is refused."""
    columns = {"id": Source(("户",)), "residents": Source(("人数",))}
    made, problems = read(folder, book(["H-1", 3], header=["户", "人数（人）"]), columns=columns)
    _, refused = read(folder, book(["H-1", 3], header=["户", "人数(万人)"]), columns=columns)

    assert (problems, values(made)["residents"]) == ((), [3])
    assert said(refused) == [("GT926", 1, "人数(万人)")]


def test_a_header_may_stand_further_down_in_several_rows(folder):
    """Rows above the header are passed over; merged and stacked names are joined."""

    def merge(sheet):
        sheet.merge_range("A1:C1", "某街道住户")
        sheet.merge_range("A2:A3", "户")
        sheet.merge_range("B2:C2", "人口")

    data = book(
        ["某街道住户", "", ""],
        ["户", "人口", ""],
        ["户", "总数", "独居"],
        ["H-1", 3, 1],
        header=None,
        change=merge,
    )
    made, problems = read(
        folder,
        data,
        columns={
            "id": Source(("户",)),
            "residents": Source(("人口 总数",)),
            "tags.living_alone": Source(("人口 独居",)),
        },
        layout=Layout(header=[2, 3]),
    )

    assert problems == ()
    assert values(made) == {"id": ["H-1"], "residents": [3], "tags.living_alone": [1]}
    assert made.places.at(0, "id").row == 4


@pytest.mark.parametrize("name", ["h.csv", "h.xlsx"])
def test_totals_and_repeated_headers_are_left_out_and_told(folder, name):
    """Lines that are no rows are counted, and rows below them keep their numbers."""
    table = [
        ["H-1", "河东", 3.0],
        ["小 计", "", 3.0],
        [*COLUMNS],
        ["", "河西社区合计", 9.0],
        ["H-2", "总计划处", 2.0],
        ["H-3", "合计", 1.0],
        ["Total:", "", 6.0],
    ]
    made, problems = read(folder, _file(name, table), name=name)

    assert values(made)["id"] == ["H-1", "H-2", "H-3"]
    assert [made.places.at(row).row for row in range(3)] == [2, 6, 7]
    assert (made.places.reading.totals, made.places.reading.repeated) == (3, 1)
    assert doubts(problems) == ["GT921", "GT923"]


@pytest.mark.parametrize("name", ["h.csv", "h.xlsx"])
def test_blanks_take_over_what_stands_above_but_not_past_a_break(folder, name):
    """A blank is filled within its parent, up to a blank row or a line of totals."""
    table = [
        ["区", "街道", "户", "人"],
        ["甲", "一", "H-1", "1"],
        ["", "", "H-2", "1"],
        ["乙", "", "H-3", "1"],
        ["", "二", "H-4", "1"],
        ["", "", "", ""],
        ["", "", "H-5", "1"],
        ["丙", "三", "H-6", "1"],
        ["小计", "", "", "3"],
        ["", "", "H-7", "1"],
    ]
    made, _ = read(
        folder,
        _file(name, table[1:], table[0]),
        name=name,
        columns={"id": Source(("户",)), "parent": Source(("区",)), "code": Source(("街道",))},
        layout=Layout(fill_down={"区": "all", "街道": "all"}),
    )

    assert values(made)["parent"] == ["甲", "甲", "乙", "乙", None, "丙", None]
    assert values(made)["code"] == ["一", "一", None, "二", None, "三", None]
    assert made.places.reading.filled == 3


def test_rows_may_be_handed_on_in_any_numbers(folder, monkeypatch):
    """Blank lines, totals, repeated headers and gaps are the same wherever a slice ends."""
    table = [
        ["H-1", "河东", 3.0],
        ["", "", ""],
        [*COLUMNS],
        [*COLUMNS],
        ["H-2", "", 2.0],
        ["合计", "", 5.0],
        ["H-3", "河西", "many"],
        [*COLUMNS],
        ["H-4", "河西", 1.0],
    ]
    layout = Layout(fill_down={"parent": "all"})
    found = []
    for most in (1, 2, 3, 1_024):
        monkeypatch.setattr(_xlsx, "_ROWS", most)
        for how in (Layout(), layout):
            made, problems = read(folder, book(*table), layout=how)
            reading, rows = made.places.reading, [made.places.at(row).row for row in range(4)]
            found.append((values(made), problems, reading, rows))

    assert found[0][2].repeated == 3
    assert found[0][3] == [2, 6, 8, 10]
    assert found[:2] * 4 == found


def test_a_truth_is_no_number_of_its_column(folder):
    """TRUE below 1 is told, though both are one to Python."""
    for counts in ([1.0, True], [True, 1.0]):
        made, [told] = read(folder, book(*[["H-1", "", each] for each in counts]))

        assert told.where.row == 2 + [type(each) for each in counts].index(bool)
        assert dict(told.values)["cell"] == "TRUE"
        assert 1 in values(made)["residents"]


def test_merged_cells_are_filled_where_it_is_said(folder):
    """Only the cells of merged ranges are filled; others stay empty, and are not told."""

    def merge(sheet):
        sheet.merge_range("B2:B3", "G-1")

    data = book(["H-1", "G-1", 1], ["H-2", "", 2], ["H-3", "", 3], change=merge)
    made, problems = read(folder, data, layout=Layout(fill_down={"parent": "merged"}))
    _, refused = read(folder, data)

    assert problems == ()
    assert values(made)["parent"] == ["G-1", "G-1", None]
    assert said(refused) == [("GT911", 3, "parent")]
    assert "fill_down: {parent: merged}" in refused[0].mend()


def test_a_merged_range_fills_no_further_than_it_can_mean(folder):
    """Past a line of totals, and past a change of what it stands in, the merge itself is told."""

    def across(sheet):
        sheet.merge_range("B2:B5", "1栋")

    table = [["史河", "", "101"], ["小计", "", ""], ["史河", "", "102"], ["江口", "", "103"]]
    data = book(*table, header=["社区", "楼栋", "户"], change=across)
    _, problems = read(
        folder,
        data,
        columns={"id": Source(("户",)), "parent": Source(("社区", "楼栋"), join="/")},
        layout=Layout(fill_down={"楼栋": "merged"}),
    )

    assert said(problems) == [("GT997", 4, "社区 + 楼栋"), ("GT997", 5, "社区 + 楼栋")]
    assert "fill_down" not in "".join(each.mend() for each in problems)


@pytest.mark.parametrize("name", ["h.csv", "h.xlsx"])
def test_blanks_take_over_nothing_past_a_change_of_parent(folder, name):
    """A part of a name to the left that says something new ends what stands above."""
    table = [["史河", "1栋", "101"], ["", "", "102"], ["江口", "", "103"], ["", "2栋", "104"]]
    made, _ = read(
        folder,
        _file(name, table, ["社区", "楼栋", "户"]),
        name=name,
        columns={"id": Source(("户",)), "parent": Source(("社区", "楼栋"), join="/")},
        layout=Layout(fill_down={"楼栋": "all", "社区": "all"}),
    )

    assert values(made)["parent"] == ["史河/1栋", "史河/1栋", None, "江口/2栋"]


def test_hidden_rows_are_read_and_told(folder):
    """A hidden row is a row; that there are some is a warning."""
    data = book(
        ["H-1", "G-1", 1],
        ["H-2", "G-1", 2],
        change=lambda s: s.set_row(2, None, None, {"hidden": True}),
    )
    made, [told] = read(folder, data)

    assert values(made)["id"] == ["H-1", "H-2"]
    assert (told.code, made.places.reading.hidden) == ("GT922", 1)


def test_a_hidden_sheet_is_read_only_where_it_is_named(folder):
    """The one visible sheet is taken; a hidden one has to be named."""
    sheets = {"一": [COLUMNS, ["H-1", "G-1", 1]], "二": [COLUMNS, ["H-2", "G-1", 2]]}

    def hide(sheet):
        if sheet.name == "二":
            sheet.hide()

    data = book(sheets=sheets, change=hide)

    assert values(read(folder, data)[0])["id"] == ["H-1"]
    assert values(read(folder, data, layout=Layout(sheet="二"))[0])["id"] == ["H-2"]
    assert said(read(folder, book(sheets=sheets))[1]) == [("GT905", 0, "")]
    [unknown] = read(folder, data, layout=Layout(sheet="三"))[1]
    assert (unknown.code, dict(unknown.values)["known"]) == ("GT904", "一, 二")


def test_a_hidden_sheet_with_cells_is_passed_over_with_a_word(folder):
    """Its name is told where something stands in it, and not where it is empty or was chosen."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as workbook:
        for name, rows in {"一": [COLUMNS, ["H-1", "G-1", 1]], "旧": [["H-9"]], "空": []}.items():
            sheet = workbook.add_worksheet(name)
            for at, each in enumerate(rows):
                sheet.write_row(at, 0, each)
            if name != "一":
                sheet.hide()
    _, [told] = read(folder, made.getvalue())
    _, nothing = read(folder, made.getvalue(), layout=Layout(sheet="一"))

    assert (told.code, told.severity, nothing) == ("GT929", "warning", ())
    assert dict(told.values)["known"] == "旧"


@pytest.mark.parametrize("is_1904", [False, True])
def test_days_are_read_in_both_systems(folder, is_1904):
    """Days and the numbers that count them are the same day, from 1900 or from 1904."""
    day = dt.date(2024, 3, 1)
    first = dt.date(1904, 1, 1) if is_1904 else dt.date(1899, 12, 30)
    data = book(
        ["H-1", "p", day], ["H-2", "p", (day - first).days], ["H-3", "p", 20240301],
        header=["holder", "post", "since"], date_1904=is_1904,
    )  # fmt: skip
    made, problems = read(folder, data, Tenure, "tenure")

    assert problems == ()
    assert values(made)["since"] == [day] * 3


# -- cells ----------------------------------------------------------------------------------------

CELLS = [
    ("code", 371311001001001.0, "371311001001001"),
    ("code", 0.0, "0"),
    ("code", 1e15, "GT915"),
    ("code", 3.5, "GT916"),
    ("code", True, "GT917"),
    ("code", dt.date(2024, 3, 1), "GT917"),
    ("residents", 3.0, 3),
    ("residents", 3.5, "GT040"),
    ("residents", -3.0, "GT041"),
    ("residents", "约300户", 300),
    ("residents", "300左右", 300),
    ("residents", "about 300", 300),
    ("residents", "~３００", 300),
    ("residents", "5 人", 5),
    ("residents", "3万人", "GT919"),
    ("residents", "300多户", "GT040"),
    ("residents", " ", NONE),
    ("code", " \u3000", None),
]

DAYS = [
    ("2024-03-01", True), ("2024/3/1", True), ("2024.3.1", True), ("2024年3月1日", True),
    ("2024 年 3 月 1 日", True), ("20240301", True), ("２０２４／３／１", True),
    ("2024-03-01 00:00:00", True),
    ("24/3/1", "GT920"), ("3/1/2024", "GT920"), ("2024年3月", "GT920"), ("2024/3", "GT920"),
    ("202403", "GT920"), ("2024", "GT920"), ("24年3月1日", "GT920"), ("2024/2/30", "GT045"),
    ("2024-02-30", "GT046"), ("2024-3/1", "GT045"), ("spring", "GT045"), ("45352", "GT045"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "cell", "expected"), CELLS)
def test_a_cell_is_read_in_one_way_or_refused(folder, field, cell, expected):
    """What a cell of a workbook may say is read in one way, or told by its place."""
    made, problems = read(folder, book(["H-1", cell], header=["id", field]))

    if isinstance(expected, str) and expected.startswith("GT"):
        assert said(problems) == [(expected, 2, field)]
    else:
        assert said(problems) == []
        assert values(made)[field] == [expected]
    about = isinstance(cell, str) and any(sign in cell for sign in ("约", "左右", "about", "~"))
    assert doubts(problems) == (["GT918"] if about else [])


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
@pytest.mark.parametrize(("text", "expected"), DAYS)
def test_a_day_is_read_where_it_is_plain(folder, name, text, expected):
    """Days with year, month and day are read in any common form; no part is guessed."""
    data = _file(name, [["p", "B-1", text]], ["holder", "post", "since"])
    made, problems = read(folder, data, Tenure, "tenure", name=name)

    if expected is True:
        assert (problems, values(made)["since"]) == ((), [dt.date(2024, 3, 1)])
    else:
        assert said(problems) == [(expected, 2, "since")]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1.0, dt.date(1900, 1, 1)),
        (59.0, dt.date(1900, 2, 28)),
        (60.0, "GT924"),
        (61.0, dt.date(1900, 3, 1)),
        (2024.0, "GT924"),
        (202403.0, "GT920"),
        (45352.5, "GT045"),
        (-1.0, "GT045"),
    ],
)
def test_a_number_is_a_day_where_it_cannot_be_another(folder, number, expected):
    """A number in a column of days counts them, unless it may be a year or a month."""
    data = book(["p", "B-1", number], header=["holder", "post", "since"])
    made, problems = read(folder, data, Tenure, "tenure")

    if isinstance(expected, str):
        assert said(problems) == [(expected, 2, "since")]
    else:
        assert (problems, values(made)["since"]) == ((), [expected])


def test_the_day_that_never_was_is_one_of_1900_alone():
    """Counted from 1904, the number 60 is a day like any other."""
    days, none = read_office("date", [60.0, dt.date(1904, 3, 1)], is_1904=True)
    _, [refused] = read_office("date", [60.0])

    assert (days.tolist(), none) == ([dt.date(1904, 3, 1)] * 2, [])
    assert refused.code == "GT924"


# -- what is refused ------------------------------------------------------------------------------

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
GOOD = book(["H-1", "G-1", 3])
FORMULA = '<row r="2"><c r="A2"><f>1+2</f>{}</c><c r="B2"><v>1</v></c></row>'
HEAD = rows(COLUMNS)


def _wide(count):
    cells = "".join(f'<c r="{_letters(n)}2"><v>1</v></c>' for n in range(count))
    return package(sheet_xml(f'{HEAD}<row r="2">{cells}</row>'))


def _letters(place):
    letters, place = "", place + 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


HARD = {
    "xls": (OLE, "GT900", 0, ""),
    "encrypted": (OLE + "EncryptedPackage".encode("utf-16-le"), "GT901", 0, ""),
    "truncated": (GOOD[:-40], "GT902", 0, ""),
    "half": (GOOD[: len(GOOD) // 2], "GT902", 0, ""),
    "empty": (b"", "GT902", 0, ""),
    "csv": (b"id,parent\nH-1,G-1\n", "GT900", 0, ""),
    "zip": (package(without=["xl/workbook.xml"]), "GT900", 0, ""),
    "no sheet": (package(without=["xl/worksheets/sheet1.xml"]), "GT902", 0, ""),
    "no xml": (package("<worksheet"), "GT902", 0, ""),
    "16,384 columns": (_wide(16_384), "GT907", 0, "XFD"),
    "far out": (
        package(sheet_xml(HEAD + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        "GT907", 0, "XFD",
    ),
    "far down": (
        package(sheet_xml(HEAD + '<row r="1048576"><c r="J1048576"><v>1</v></c></row>')),
        "GT908", 1_048_576, "J",
    ),
    "below all": (
        package(sheet_xml(HEAD + '<row r="9999999"><c r="J9999999"><v>1</v></c></row>')),
        "GT908", 9_999_999, "J",
    ),
    "no formula value": (package(sheet_xml(HEAD + FORMULA.format(""))), "GT910", 2, "id"),
    "empty formula value": (
        package(sheet_xml(HEAD + FORMULA.format("<v></v>"))), "GT910", 2, "id",
    ),
    "error": (
        package(sheet_xml(HEAD + '<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>')),
        "GT909", 2, "id",
    ),
    "header in row 5": (
        book(["某街道"], [], ["报表"], [], [*COLUMNS], ["H-1", "G-1", 1], header=None),
        "GT914", 1, "",
    ),
    "no header": (book([" "], header=[" "]), "GT051", 0, ""),
    "column twice": (book(["H-1", "a", "b"], header=["id", "code", "code"]), "GT053", 1, "code"),
    "other header": (
        book(["H-1", "G-1", 1], ["id", "parent", "memo"], ["H-2", "x", 4]), "GT913", 3, "",
    ),
    "bomb": (package(sheet_xml(HEAD + " " * 60_000_000)), "GT903", 0, ""),
    "bomb of texts": (
        package(parts={"xl/sharedStrings.xml": "<sst>" + "<si><t>a</t></si>" * 4_000_000}),
        "GT903", 0, "",
    ),
    "one long text in many cells": (
        package(
            sheet_xml(HEAD + "".join(
                f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 9_000)
            )),
            parts={"xl/sharedStrings.xml": f"<sst><si><t>{'x' * 32_000}</t></si></sst>"},
        ),
        "GT903", 0, "",
    ),
    "far below": (
        package(sheet_xml(HEAD + '<row r="900000"><c r="C900000"><v>1</v></c></row>')),
        "GT908", 900_000, "C",
    ),
    "lying about what comes behind": (
        lying(
            package(sheet_xml(HEAD + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
            "xl/worksheets/sheet1.xml",
            size=sheet_xml(HEAD + "<row").index("<row", 200),
        ),
        "GT902", 0, "",
    ),
    "lying small": (lying(package(), "xl/worksheets/sheet1.xml", size=30), "GT902", 0, ""),
    "lying large": (lying(package(), "xl/worksheets/sheet1.xml", size=2**31), "GT903", 0, ""),
    "many parts": (package(parts={f"x/{n}": "" for n in range(6_000)}), "GT903", 0, ""),
    "entities": (
        package('<!DOCTYPE a [<!ENTITY a "aaaa">]>' + sheet_xml(HEAD)), "GT902", 0, "",
    ),
    "entities in the book": (
        package(parts={"xl/workbook.xml": '<!DOCTYPE a [<!ENTITY a "b">]><workbook/>'}),
        "GT902", 0, "",
    ),
    "no visible sheet": (
        package(parts={"xl/workbook.xml": "<workbook/>"}), "GT906", 0, "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HARD)
def test_each_hard_file_is_told_by_its_own_code(folder, name):
    """A hard workbook is refused by its place and with a mend, soon and without memory."""
    data, code, row, field = HARD[name]
    tracemalloc.start()
    began = time.process_time()
    _, problems = read(folder, data)
    took = time.process_time() - began
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert said(problems) == [(code, row, field)]
    assert all(each.mend() for each in problems)
    assert took < 10
    assert most < 100 * 2**20


def test_several_faults_are_told_at_once(folder):
    """Faults of cells do not hide one another, and name their places."""
    data = package(
        sheet_xml(
            HEAD
            + '<row r="2"><c r="A2" t="e"><v>#N/A</v></c><c r="C2"><f>A1</f></c></row>'
            + rows(COLUMNS, COLUMNS, ("H-2", "G-1", 1.5)).split("</row>", 2)[2],
            behind='<mergeCells><mergeCell ref="B3:B4"/></mergeCells>',
        )
    )
    _, problems = read(folder, data)

    assert said(problems) == [
        ("GT909", 2, "id"),
        ("GT910", 2, "residents"),
        ("GT040", 3, "residents"),
    ]


def test_a_column_that_nobody_reads_may_hold_anything(folder):
    """Errors and formulas in other columns are nobody's fault."""
    data = package(
        sheet_xml(
            rows(("id", "memo"))
            + '<row r="2">'
            + cell(0, 2, "H-1")
            + '<c r="B2" t="e"><v>#N/A</v></c></row>'
        )
    )
    made, problems = read(folder, data)

    assert (problems, values(made)["id"]) == ((), ["H-1"])


@pytest.mark.parametrize(
    "header", [("residents（户）", "residents（人）"), ("residents（万人）", "residents（人）")]
)
@pytest.mark.parametrize("mapped", [{}, {"residents": Source(("residents",))}])
def test_columns_that_differ_by_their_unit_alone_are_told(folder, header, mapped):
    """Neither is taken for the other: one has to be named whole, and then is."""
    data = book(["H-1", 1, 2], header=["id", *header])
    _, problems = read(folder, data, columns=mapped)
    made, none = read(folder, data, columns={"residents": Source(("residents（人）",))})

    assert "GT998" in [each.code for each in problems]
    assert (none, values(made)["residents"]) == ((), [2])


def test_two_header_rows_that_disagree_are_told(folder):
    """Where rows of a header leave two columns one name, or one none, each is told."""
    data = book(
        ["户", "人口", "人口", "", "备注"],
        ["id", "人", "人", "", ""],
        ["H-1", 1, 2, 3, ""],
        header=None,
    )
    _, problems = read(
        folder, data, layout=Layout(header=[1, 2]), columns={"id": Source(("户 id",))}
    )

    assert said(problems) == [("GT912", 2, "D"), ("GT912", 2, "人口 人")]


def test_a_million_empty_rows_are_passed_over(folder):
    """Rows that are formatted and say nothing cost little, before and behind the last one."""
    row = f'<row r="2">{cell(0, 2, "H-1")}{cell(1, 2, "G-1")}</row>'
    data = package(sheet_xml(HEAD + row + empty_rows(300_000)))
    began = time.process_time()
    made, problems = read(folder, data)

    assert (problems, values(made)["id"]) == ((), ["H-1"])
    assert time.process_time() - began < 10


def test_names_in_a_zip_lead_nowhere(folder):
    """A part with a path that leads out is not touched, and the rest is read."""
    data = package(parts={"../../evil.xml": "x", "/etc/passwd": "x", "C:\\x": "x"})
    made, problems = read(folder, data)

    assert (problems, values(made)["id"]) == ((), ["H-1"])
    assert sorted(each.name for each in folder.parent.glob("evil*")) == []


def test_limits_of_a_program_hold(folder):
    """A program can allow less than is allowed by default."""
    for name, code in [
        ("workbook_bytes", "GT903"), ("workbook_parts", "GT903"), ("sheet_columns", "GT907"),
        ("sheet_cells", "GT908"),
    ]:  # fmt: skip
        assert said(read(folder, GOOD, limits=evolve(LIMITS, **{name: 1}))[1])[0][0] == code


@pytest.mark.parametrize("name", ["h.csv", "h.parquet", "h.xlsx"])
def test_options_that_say_nothing_of_a_file_are_told(folder, name):
    """An option of another kind of file is refused, not passed over."""
    layout = {
        "h.csv": Layout(sheet="a"),
        "h.parquet": Layout(header=2),
        "h.xlsx": Layout(delimiter=";"),
    }[name]
    _, problems = read(folder, b"id\nH-1\n", name=name, layout=layout)

    assert "GT925" in [each.code for each in problems]


@pytest.mark.parametrize(
    ("data", "layout", "code"),
    [
        ("户,人\nH-1,楼\n".encode("gb18030"), Layout(encoding="gb18030"), ""),
        ("户,人\nH-1,楼栋单元\n".encode("gb18030"), Layout(), "GT079"),
        ("户,人\nH-1,楼栋单元\n".encode(), Layout(encoding="gb18030"), "GT079"),
        ("户,人\nH-1,联通\n".encode("gb18030"), Layout(encoding="gb18030"), ""),
        ("户,人\nH-1,楼".encode("gb18030") + b"\xff\n", Layout(encoding="gb18030"), "GT010"),
    ],
)
def test_an_encoding_is_believed_only_where_it_fits(folder, data, layout, code):
    """GB18030 and UTF-8 are never taken for one another; the line to add is told."""
    made, problems = read(
        folder, data, name="g.csv", layout=layout,
        columns={"id": Source(("户",)), "code": Source(("人",))},
    )  # fmt: skip

    assert [each.code for each in problems] == ([code] if code else [])
    if not code:
        assert values(made)["id"] == ["H-1"]


PLAN = RosterPlan(
    units={"community": "社区", "building": "楼栋", "household": "户号"},
    columns={"household.residents": "人数"},
)
FLAT = ["社区", "楼栋", "户号", "人数", "备注"]


def _flat(folder, rows, form):
    """Read a flat table with :data:`FLAT` columns as a roster, in one of several forms."""
    frame = {name: [row[at] or None for row in rows] for at, name in enumerate(FLAT)}
    if form in ("csv", "xlsx"):
        (folder / f"flat.{form}").write_bytes(_file(f"flat.{form}", rows, FLAT))
    elif form == "parquet":
        arrow = pytest.importorskip("pyarrow").table(_texts(frame))
        pytest.importorskip("pyarrow.parquet").write_table(arrow, folder / "flat.parquet")
    else:
        made = {"pandas": "DataFrame", "polars": "DataFrame", "pyarrow": "table"}[form]
        given = _texts(frame) if form == "pyarrow" else frame
        return read_roster(getattr(pytest.importorskip(form), made)(given), PLAN, facts=TWO)
    files = RosterFiles(folder, [RosterFile(f"flat.{form}")])
    return read_roster(files, PLAN, facts=TWO)


def _texts(frame):
    pyarrow = pytest.importorskip("pyarrow")
    return {name: pyarrow.array(cells, pyarrow.string()) for name, cells in frame.items()}


TWO = Facts(levels=["community", "household"])
FORMS = ["csv", "xlsx", "parquet", "pandas", "polars", "pyarrow"]


@pytest.mark.parametrize("form", FORMS)
def test_a_household_is_no_total_for_what_is_remarked_of_it(folder, form):
    """Only a line without a household of its own is one of totals; its row is told."""
    rows = [
        ["史河", "1栋", "101", "3", "水电费合计"],
        ["史河社区合计", "1栋", "102", "2", "Total: owes 300"],
        ["合计", "", "", "5", ""],
        ["史河", "1栋", "小计", "5", ""],
        ["史河", "1栋", "103", "约2人", "合计"],
    ]
    found = _flat(folder, rows, form)

    assert found.units["household"] == 3
    [told] = [each for each in found.problems if each.code == "GT921"]
    first = 2 if form in ("csv", "xlsx", "parquet") else 0
    assert dict(told.values)["rows"] == f"{first + 2}, {first + 3}"


def test_a_roster_fills_down_no_further_than_a_change_of_parent(folder):
    """The building of one community is never taken for that of the next; its blank is told."""
    rows = [("史河", "1栋", "101"), ("", "", "102"), ("江口", "", "103"), ("", "2栋", "104")]
    plan = evolve(PLAN, columns={}, layout=Layout(fill_down={"楼栋": "all", "社区": "all"}))
    (folder / "a.csv").write_bytes(_file("a.csv", rows, FLAT[:3]))
    (folder / "b.csv").write_bytes(_file("b.csv", [row[::-1] for row in rows], FLAT[2::-1]))
    left, right = (
        read_roster(RosterFiles(folder, [RosterFile(name)]), plan, facts=TWO)
        for name in ("a.csv", "b.csv")
    )

    assert [(p.code, dict(p.values)["rows"]) for p in left.problems] == [("GT996", "4")]
    # With the parent to the right, a new building may be one of another community as well.
    assert [(p.code, dict(p.values)["rows"]) for p in right.problems] == [("GT996", "4, 5")]


# -- properties -----------------------------------------------------------------------------------

texts = st.text("abc楼栋 -1", min_size=1, max_size=6).filter(lambda text: text.strip())
tables = st.lists(
    st.tuples(
        texts.map(lambda text: f"H{text}"),
        st.none() | texts.map(lambda text: f"G{text}"),
        st.none() | st.integers(0, 2**31 - 1),
        st.none() | st.integers(-(10**9), 10**9).map(lambda number: number / 1000),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=many(15), deadline=None)
@given(tables)
def test_a_table_reads_the_same_in_every_form(folder, table):
    """CSV, Parquet, xlsx and frames of pandas, polars and pyarrow give the same rows."""
    pandas, polars, pyarrow = (pytest.importorskip(m) for m in ("pandas", "polars", "pyarrow"))
    parquet = pytest.importorskip("pyarrow.parquet")
    fields = ("id", "parent", "residents", "x")
    columns = {
        name: [row[place] for row in table] for name, place in zip(fields, range(4), strict=True)
    }
    kinds = (pyarrow.string(), pyarrow.string(), pyarrow.int64(), pyarrow.float64())
    arrow = pyarrow.table(
        {n: pyarrow.array(columns[n], k) for n, k in zip(fields, kinds, strict=True)}
    )
    packed = io.BytesIO()
    parquet.write_table(arrow, packed)
    lines = list(zip(*columns.values(), strict=True))
    csv = [
        ",".join("" if c is None else c if isinstance(c, str) else repr(c) for c in row)
        for row in lines
    ]
    read_in = [
        read(folder, "\n".join([",".join(fields), *csv]).encode() + b"\n", name="p.csv"),
        read(folder, packed.getvalue(), name="p.parquet"),
        read(folder, book(*lines, header=fields), name="p.xlsx"),
        rows_of_frame(arrow, "household", Household),
        rows_of_frame(polars.from_arrow(arrow), "household", Household),
        rows_of_frame(pandas.DataFrame(columns), "household", Household),
    ]

    assert all(problems == () for _, problems in read_in)
    first, *others = ({n: repr(c) for n, c in values(made).items()} for made, _ in read_in)
    assert all(each == first for each in others)


@settings(max_examples=many(40), deadline=None)
@given(st.data())
def test_both_ways_to_look_through_a_sheet_agree(data):
    """What few passes over the bytes find is what a parser of XML finds."""
    places = st.tuples(st.integers(1, 40), st.integers(0, 40))
    kinds = st.sampled_from(
        [
            '<c r="{}"><v>1</v></c>', '<c r="{}" s="1"/>', '<c r="{}" t="e"><v>#N/A</v></c>',
            '<c r="{}"><f>1</f></c>', '<c r="{}"><f>1</f><v>2</v></c>',
            '<c r="{}"><f>1</f><v></v></c>', '<c r="{}" t="str"><f>1</f><v></v></c>',
            '<c r="{}" t="inlineStr"><is><t>a</t></is></c>',
            '<c r="{}" t="e"><f>1/0</f><v>#DIV/0!</v></c>', '<c r="{}" s="1"></c>',
            '<c r="{}"><f t="shared" si="0"/></c>', '<c r="{}"><f t="shared" si="0"/><v>3</v></c>',
        ]
    )  # fmt: skip
    cells = data.draw(st.dictionaries(places, kinds, max_size=12))
    hidden = data.draw(st.sets(st.integers(1, 40)))
    xml = ""
    for row in sorted({row for row, _ in cells} | hidden):
        mine = sorted((column, kind) for (at, column), kind in cells.items() if at == row)
        made = "".join(kind.format(f"{_letters(column)}{row}") for column, kind in mine)
        xml += f'<row r="{row}"' + (' hidden="1"' if row in hidden else "") + f">{made}</row>"
    whole = sheet_xml(xml).encode()
    size = data.draw(st.integers(1, 400))
    blocks = [whole[at : at + size] for at in range(0, len(whole), size)]
    kept = []
    quick, slow = look_through(blocks, kept.append), parse_through(blocks)

    for name in ("rows", "columns", "used", "errors", "hidden"):
        assert getattr(quick, name) == getattr(slow, name), name
    assert sorted(quick.valueless) == sorted(slow.valueless)
    assert parse_through(kept).errors == slow.errors
    assert quick.is_cut or b"".join(kept) == whole


@pytest.mark.parametrize(
    "odd",
    [
        sheet_xml('<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row>', prefix="x:"),
        sheet_xml("<row><c><v>1</v></c></row>"),
        sheet_xml("<row r='1'><c r='A1'><v>1</v></c></row>"),
        sheet_xml('<row r="1">\n<c r="A1">\n<v>1</v></c></row>'),
        sheet_xml('<row r="1"><!-- </sheetData> --><c r="A1"><v>1</v></c></row>'),
        sheet_xml('<row r="1"><c s="1" r="A1"><v>1</v></c></row>'),
        sheet_xml('<row r="1"><v:c xmlns:v="u" r="A1"><v>1</v></v:c></row>'),
    ],
)
def test_what_is_written_another_way_is_parsed(odd):
    """XML that is not as common programs write it is left to a parser, which reads it."""
    with pytest.raises(NotPlain):
        look_through([odd.encode()], [].append)
    found = parse_through([odd.encode()])

    assert (found.rows, found.columns, found.used) == (1, 1, 1)


@settings(max_examples=many(60), deadline=None)
@given(st.data())
def test_a_damaged_workbook_gives_rows_or_problems(folder, data):
    """Whatever bytes of a workbook are changed, nothing but problems comes of it."""
    damaged = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    made, problems = read(folder, bytes(damaged), name="d.xlsx")

    assert made is not None or problems


def _file(name, table, header=COLUMNS):
    if name.endswith(".xlsx"):
        return book(*table, header=header)
    text = [[str(int(c)) if isinstance(c, float) else c for c in row] for row in [header, *table]]
    return ("\n".join(map(",".join, text)) + "\n").encode()


flat_rows = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["史河", "江口"]),
            st.sampled_from(["1栋", "2栋"]),
            st.sampled_from(["101", "102", "103", "201"]),
            st.sampled_from(["", "3", "3人", "约5人", "?"]),
            st.sampled_from(["", "合计", "水电费合计"]),
        ),
        st.sampled_from(
            [
                ("合计", "", "", "8", ""),
                ("史河", "小计：8", "", "8", ""),
                ("", "", "共计", "8", ""),
                ("\u3000", " ", "\u3000", "", ""),
                ("填表人：王某", "", "", "", ""),
            ]
        ),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row[:3],
).filter(lambda rows: any(row[2][:1].isdigit() for row in rows))


@settings(max_examples=many(10), deadline=None)
@given(flat_rows)
def test_a_roster_is_the_same_in_every_form(folder, rows):
    """With totals, blanks and counts such as 约5人, each form gives the same structure."""
    found = [_flat(folder, rows, form) for form in FORMS]

    assert all(each.hierarchy is not None for each in found)
    assert all(each.hierarchy == found[0].hierarchy for each in found)
    codes = [sorted({each.code for each in one.problems}) for one in found]
    assert codes == [codes[0]] * len(codes)
