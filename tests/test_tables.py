"""Tables come in whole or each fault is told; what is written is read back."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st
from structures import hierarchies

from govtree._columns import NONE, UNKNOWN, References, Sheet, Words
from govtree._files import LIMITS, Folder
from govtree._ids import Ids
from govtree._rows import tables_of
from govtree._texts import Texts
from govtree.errors import Location, Problem
from govtree.hierarchy import Hierarchy
from govtree.tables import (
    Layout,
    Source,
    TablePlaces,
    _blocks,
    _csv,
    read_table,
    rows_of_frame,
    write_table,
)
from govtree.tables._blocks import Block, Codes
from govtree.units import Body, Branch, Grid, Household, Post, Tenure

HEADER = b"id,parent,residents,tags.living_alone\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


def read(folder, data, record=Household, table="household", name="h.csv", **how):
    (folder / name).write_bytes(data)
    return read_table(Folder(folder), name, table, record, **how)


def values(rows):
    return {
        name: list(cells) if isinstance(cells, (list, tuple)) else cells.tolist()
        for name, cells in rows.columns.items()
    }


def said(problems):
    return [(p.code, p.where.row, p.where.field) for p in problems]


# -- what comes in --------------------------------------------------------------------------------


def test_columns_named_as_the_fields_need_no_mapping(folder):
    """Fields and tags are found by their names; what is not a field is not kept."""
    rows, problems = read(
        folder, b"id,parent,phone,residents,tags.a,x\nH-1,G-1,139,3,1,115.5\nH-2,,,?,,\n"
    )

    assert problems == ()
    assert rows.length == 2
    assert values(evolve(rows, columns={n: c for n, c in rows.columns.items() if n != "x"})) == {
        "id": ["H-1", "H-2"],
        "parent": ["G-1", None],
        "residents": [3, UNKNOWN],
        "tags.a": [1, NONE],
    }
    assert rows.columns["x"][0] == 115.5
    assert np.isnan(rows.columns["x"][1])


def test_columns_of_a_registry_are_mapped(folder):
    """A field is taken from a column of any name, from several, or is the same in each row."""
    rows, problems = read(
        folder,
        "户类,户号,楼组,独居\nA,1,G-1,是\nB,1,G-2,否\n,2,G-2,\n".encode(),
        columns={
            "id": Source(("户类", "户号"), join=":"),
            "parent": Source(("楼组",)),
            "code": Source(("户号",)),
            "occupancy": Source(value="let"),
            "tags.living_alone": Source(("独居",)),
        },
    )

    assert problems == ()
    assert values(rows) == {
        "id": ["A:1", "B:1", None],
        "parent": ["G-1", "G-2", "G-2"],
        "code": ["1", "1", "2"],
        "occupancy": ["let", "let", "let"],
        "tags.living_alone": [1, 0, NONE],
    }
    assert str(rows.places.at(1, "id")) == "h.csv:row 3:户类 + 户号"
    assert str(rows.places.at(1, "occupancy")) == "h.csv:row 3:occupancy"


def test_several_links_may_stand_in_one_cell(folder):
    """A cell with several ids is divided; each is a link, a mark or a name of a part."""
    rows, _ = read(
        folder,
        "id,covers,flags\nB-1,N-1、 N-2、,weak\nB-2,,\n".encode(),
        Branch,
        "branch",
        columns={"covers": Source(("covers",), split="、")},
    )

    assert [[link.unit for link in each or ()] for each in rows.columns["covers"]] == [
        ["N-1", "N-2"],
        [],
    ]
    assert [[mark.flag for mark in each or ()] for each in rows.columns["flags"]] == [["weak"], []]
    bodies, _ = read(
        folder,
        b"id,groups\nT-1,a|b\n",
        Body,
        "body",
        columns={"groups": Source(("groups",), split="|")},
    )
    assert bodies.columns["groups"] == [("a", "b")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_and_byte_order_marks_change_nothing(folder, end, mark, last):
    """Files of any office program are read alike."""
    text = end.join(["id,name", 'H-1,"a, ""b"""', "H-2,楼"]) + (end if last else "")
    rows, problems = read(folder, mark + text.encode())

    assert problems == ()
    assert values(rows) == {"id": ["H-1", "H-2"], "name": ['a, "b"', "楼"]}


def test_a_cell_may_hold_line_breaks(folder):
    """Rows are counted as records, however many lines one takes."""
    rows, problems = read(
        folder, 'id,name,residents\nH-1,"a\r\nb\u2028c\x85d",1\nH-2,,x\n'.encode()
    )

    assert values(rows)["name"] == ["a\r\nb\u2028c\x85d", None]
    assert said(problems) == [("GT040", 3, "residents")]


def test_blank_rows_are_counted_but_not_read(folder):
    """Blank lines, and rows of separators as a spreadsheet leaves them, are no rows."""
    rows, problems = read(folder, b"id,residents\n\nH-1,1\n,\n\nH-2,x\n\n,\n")

    assert values(rows)["id"] == ["H-1", "H-2"]
    assert said(problems) == [("GT040", 6, "residents")]
    assert [rows.places.at(row).row for row in range(2)] == [3, 6]


@pytest.mark.parametrize("lines", ["\u3000, \n", "\u3000, \n" * 3 + '"H-2",1\n'])
def test_rows_of_blanks_are_blank_rows(folder, lines):
    """A row of blanks of any width says nothing, with quotes in the file and without."""
    rows, problems = read(folder, f"id,residents\nH-1,1\n{lines}H-3,1\n".encode())

    assert problems == ()
    assert rows.columns["id"].tolist()[-1] == "H-3"
    assert len(rows.columns["id"]) == 2 + ("H-2" in lines)


def test_a_header_alone_is_an_empty_table(folder):
    """A table without rows says that there are none, and which columns it would have."""
    rows, problems = read(folder, HEADER)

    assert problems == ()
    assert rows.length == 0
    assert values(rows) == {"id": [], "parent": [], "residents": [], "tags.living_alone": []}


def test_another_delimiter_is_read_when_named(folder):
    """A semicolon divides cells where the structure says so."""
    rows, problems = read(folder, b"id;name\nH-1;a,b\n", layout=Layout(delimiter=";"))

    assert problems == ()
    assert values(rows) == {"id": ["H-1"], "name": ["a,b"]}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_many_rows_are_read_as_few_are(folder, end):
    """Rows that are read in several parts stand in one column, and faults in their rows."""
    words = ["let", "owner", "", "?"]
    lines = [f"H-{n},G-{n % 7},{n % 5},{words[n // 30_000]}" for n in range(100_000)]
    lines[40_000] = "H-40000,G-2,many,owner"
    lines[99_998] = "H-99998"
    data = end.join(["id,parent,residents,occupancy", *lines]).encode()
    rows, problems = read(folder, data)

    assert len(data) > 2**20
    assert said(problems) == [("GT040", 40_002, "residents"), ("GT055", 100_000, "")]
    assert rows.length == 100_000
    assert rows.columns["id"].tolist() == [f"H-{n}" for n in range(100_000)]
    assert rows.columns["parent"][99_999] == "G-4"
    assert rows.columns["parent"][99_998] is None
    assert rows.columns["residents"][39_999:40_002].tolist() == [4, NONE, 1]
    words = rows.columns["occupancy"]
    assert [words[row] for row in (0, 29_999, 30_000, 60_000, 99_999)] == [
        "let", "let", "owner", None, "?",
    ]  # fmt: skip


# -- what is refused ------------------------------------------------------------------------------

BAD = [
    pytest.param(b"", [("GT051", 0, "")], id="empty"),
    pytest.param(b"\xef\xbb\xbf", [("GT051", 0, "")], id="byte-order-mark-alone"),
    pytest.param(b"\n\nid\nH-1\n", [("GT054", 1, "")], id="no-header"),
    pytest.param(b",,\n", [("GT054", 1, "")], id="empty-header"),
    pytest.param(b"ID,name\nH-1,a\n", [("GT052", 1, "id")], id="missing-column"),
    pytest.param(b"id,name,name\nH-1,a,b\n", [("GT053", 1, "name")], id="duplicate-column"),
    pytest.param(b"id,name\nH-1\nH-2,a,b\n", [("GT055", 2, ""), ("GT055", 3, "")], id="ragged"),
    pytest.param(b'id,name\nH-1,"a\nH-2,b\n', [("GT056", 2, "")], id="unclosed-quote"),
    pytest.param(b'id,name\nH-1,"a"b\nH-2,c\n', [("GT057", 2, "")], id="text-behind-quote"),
    pytest.param(
        b'id,name\nH-1,"' + b"a\n" * 70_000 + b'"\n', [("GT067", 2, "")], id="quote-swallows"
    ),
    pytest.param(b"id,name\nH-1,a\0b\n", [("GT058", 2, "name")], id="nul"),
    pytest.param(
        "id,name\nH-1,楼\n".encode() + b"H-2,\xc2\xa5\xb6\n", [("GT059", 3, "name")], id="mixed"
    ),
    pytest.param("id,name\nH-1,楼栋\n".encode("gb18030"), [("GT079", 0, "")], id="gbk"),
    pytest.param("户,name\nH-1,a\n".encode("gb18030"), [("GT079", 0, "")], id="gbk-header"),
    pytest.param("id,name\nH-1,a\n".encode("utf-16"), [("GT011", 0, "")], id="utf-16"),
    pytest.param("id,name\nH-1,a\n".encode("utf-16-le"), [("GT011", 0, "")], id="utf-16-bare"),
    pytest.param(b"id,name\nH-1,caf\xe9\n", [("GT010", 0, "")], id="latin-1"),
    pytest.param(b"id,name\nH-1,\xed\xa0\x80\n", [("GT010", 0, "")], id="surrogate"),
    pytest.param(b"id;name\nH-1;a\n", [("GT060", 1, "")], id="semicolons"),
    pytest.param(b"id\tname\nH-1\ta\n", [("GT060", 1, "")], id="tabs"),
    pytest.param(b"PK\x03\x04\x14\0", [("GT061", 0, "")], id="xlsx"),
    pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1", [("GT061", 0, "")], id="xls"),
    pytest.param(b"PAR1\x15\0", [("GT061", 0, "")], id="parquet"),
    pytest.param(b"\x1f\x8b\x08\0", [("GT061", 0, "")], id="gzip"),
    pytest.param(b"\n <!DOCTYPE html>", [("GT061", 0, "")], id="web-page"),
    pytest.param(b"id,name\nH-1," + b"a" * 3_000_000, [("GT062", 0, "")], id="long-line"),
    pytest.param(b"id,name\nH-1," + b"," * 20_000, [("GT063", 0, "")], id="wide-row"),
    pytest.param(b"," * 20_000 + b"\n", [("GT063", 0, "")], id="wide-header"),
    pytest.param(b"id\nH-1\n" + b"\n" * 1_100_000 + b"H-2", [("GT068", 3, "")], id="blank-rows"),
    pytest.param(b"id,code\nH-1,3.41524E+11\n", [("GT050", 2, "code")], id="damaged-code"),
    pytest.param(b"id,code\n3.41524E+11,1\n", [("GT050", 2, "id")], id="damaged-id"),
    pytest.param(b"id,residents\nH-1,-1\n", [("GT041", 2, "residents")], id="negative"),
]


@pytest.mark.parametrize(("data", "expected"), BAD)
def test_each_bad_file_is_told_by_its_own_code(folder, data, expected):
    """A bad file is named with code, row and column, and nothing else is said of it."""
    _, problems = read(folder, data)

    assert said(problems) == expected
    assert all(each.where.file == "h.csv" and each.quote == "" for each in problems)


def test_lines_are_named_where_there_are_no_rows(folder):
    """What is wrong before rows can be told apart is named by its line."""
    [problem] = read(folder, "id,name\nH-1,a\nH-2,楼栋\n".encode("gb18030"))[1]

    assert str(problem) == (
        "h.csv:3: error[GT079]: the file is not UTF-8 but looks like gb18030; "
        "write encoding: gb18030 beside the table, or in roster.yaml; or save the file as UTF-8"
    )


def test_all_that_is_wrong_is_told_at_once(folder):
    """One fault does not hide the next: rows behind a broken one are still read."""
    rows, problems = read(
        folder,
        b'id,residents,since\nH-1,x\nH-2,"1"x,\nH-3,y,\nH-4,1,2,3\nH-5,"z,\n',
    )

    assert said(problems) == [
        ("GT055", 2, ""),
        ("GT057", 3, ""),
        ("GT040", 4, "residents"),
        ("GT055", 5, ""),
        ("GT056", 6, ""),
    ]
    assert values(rows) == {"id": ["H-1", "H-3", "H-4"], "residents": [NONE, NONE, NONE]}
    assert [rows.places.at(row).row for row in range(3)] == [2, 4, 5]


def test_a_missing_column_has_its_near_miss(folder):
    """A header that is not there is told with the one that was probably meant."""
    _, problems = read(
        folder, "户编号 ,楼组\nH-1,G-1\n".encode(), columns={"id": Source(("户编号",))}
    )

    assert [str(each) for each in problems] == [
        "h.csv:row 1:户编号: error[GT052]: there is no column '户编号'; did you mean '户编号 '?"
    ]


def test_required_fields_need_a_column(folder):
    """A table without its ids, or without what a row is about, is refused once, not row by row."""
    assert said(read(folder, b"name\na\nb\n")[1]) == [("GT052", 1, "id")]
    assert said(read(folder, b"since\n", Tenure, "tenure")[1]) == [
        ("GT052", 1, "holder"),
        ("GT052", 1, "post"),
    ]
    assert read(folder, b"post,at,holder\nsecretary,B-1,p-1\n", Post, "post")[1] == ()


def test_a_mapping_of_no_field_is_told(folder):
    """A field that the table does not have is named with the one that was meant."""
    [problem] = read(folder, b"id,a\nH-1,1\n", columns={"resident": Source(("a",))})[1]

    assert (problem.code, dict(problem.values)["meant"]) == ("GT116", "residents")


def test_a_column_that_is_nearly_a_field_is_a_warning(folder):
    """A column that only case or width keeps from being a field is not dropped in silence."""
    rows, [problem] = read(folder, b"id,Residents,memo\nH-1,1,a\n")

    assert str(problem) == (
        "h.csv:row 1:Residents: warning[GT064]: column 'Residents' is not read; "
        "did you mean 'residents'?"
    )
    assert list(rows.columns) == ["id"]


def test_a_problem_never_shows_a_row(folder):
    """What a problem quotes is the faulty cell, never its neighbors."""
    secret = b"13912345678"
    data = b"id,residents,phone\nH-1,x," + secret + b"\nH-2,1," + secret + b",\n"
    data += b'H-3,"1"a,' + secret + b'\nH-4,1,"' + secret
    _, problems = read(folder, data)

    assert len(problems) == 4
    assert not any(secret.decode() in each.render() for each in problems)


def test_many_problems_of_a_kind_are_counted(folder):
    """Of a kind, a thousand problems are kept, and the rest is counted to the last one."""
    _, problems = read(folder, b"id,residents\n" + b"".join(b"H-%d,x\n" % n for n in range(2_500)))

    assert [each.code for each in problems].count("GT040") == 1_000
    [rest] = [each for each in problems if each.code == "GT039"]
    assert dict(rest.values) == {"kind": "GT040", "count": "1,500"}
    assert rest.where.row == 1_001


def test_a_refused_file_is_a_problem_like_others(folder):
    """A table that is missing, outside, a folder or too large is told, not raised."""
    limits = Folder(folder, limits=evolve(LIMITS, table_bytes=100))
    (folder / "sub").mkdir(exist_ok=True)
    (folder / "large.csv").write_bytes(b"id\n" + b"H\n" * 100)
    where = Location("s.yaml", line=3, column=5)

    for name, code in [
        ("hh.csv", "GT001"),
        ("../h.csv", "GT002"),
        ("sub", "GT003"),
        ("large.csv", "GT004"),
    ]:
        rows, [problem] = read_table(limits, name, "household", Household, where=where)
        assert (rows, problem.code, problem.where) == (None, code, where)


def test_a_file_that_grows_is_refused(folder, monkeypatch):
    """The limit holds while reading, whatever the size was when the file was opened."""
    (folder / "grows.csv").write_bytes(HEADER)
    limits = Folder(folder, limits=evolve(LIMITS, table_bytes=200))
    opened = limits.open

    def open_and_grow(name, **how):
        stream = opened(name, **how)
        (folder / "grows.csv").write_bytes(HEADER + b"H,,,\n" * 100)
        return stream

    monkeypatch.setattr(limits, "open", open_and_grow)

    assert said(read_table(limits, "grows.csv", "household", Household)[1]) == [("GT004", 0, "")]


pieces = st.sampled_from(
    [
        b"id", b",", b"\n", b"\r", b"\r\n", b'"', b'""', b"H-1", b"parent", b"tags.a", b"\0", b" ",
        b"\xff", b"\xd6\xd0", "楼".encode(), b"\xef\xbb\xbf", b";", b"1", b"?", b"x", b"\xff\xfe",
        b"3.4E+11", b"id,parent,residents,x,tags.a\n", b"H-2,G,1,1.5,1\n",
    ]
)  # fmt: skip


@given(st.lists(pieces, max_size=40).map(b"".join) | st.binary(max_size=200))
def test_any_bytes_give_rows_or_problems(folder, data):
    """Whatever a file holds, there are rows of equal length, or a problem; never an exception."""
    rows, problems = read(folder, data)

    assert rows is not None or problems
    assert all(isinstance(each, Problem) and each.render() for each in problems)
    assert list(problems) == sorted(problems)
    if rows is not None:
        assert {len(cells) for cells in rows.columns.values()} == {rows.length}


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        )
    )
)
def test_what_the_csv_module_writes_is_read(folder, given_rows):
    """Cells of any text are read as another writer of CSV wrote them."""
    given_rows = [
        tuple(cell.replace("E+", "").replace("e+", "") or "-" for cell in row) for row in given_rows
    ]
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("id", "name"), *given_rows])
    rows, problems = read(folder, text.getvalue().encode())

    assert problems == ()
    assert list(zip(*values(rows).values(), strict=True)) == given_rows


@given(
    st.lists(st.lists(st.sampled_from(["", "a", "社", "b c", '"d"', '"e\n"', "\x0b"]), max_size=4)),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.sampled_from([16, 64, 4096]),
)
@example([["a", "b"], ["a", "b", "c", "d"]], "\n", True, 4096)
@example([["a", "b", "c", "d"], ["a", "b"]], "\n", True, 4096)
def test_plain_blocks_are_read_as_the_csv_module_reads_them(folder, given_rows, end, ended, block):
    """Cells that are split without the csv module, and problems, are those that it gives."""
    lines = ["id,name,code", *(",".join(row) for row in given_rows)]
    data = (end.join(lines) + end * ended).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_csv, "_BLOCK", block)
        split = read(folder, data)
        patch.setattr(_csv.Block, "of", lambda *_: None)
        slowly = read(folder, data)

    assert split[1] == slowly[1]
    assert (split[0] and values(split[0])) == (slowly[0] and values(slowly[0]))


@given(
    st.lists(
        st.lists(st.sampled_from(["", "a", "ab", "社区", "b" * 8, "b" * 24, "b" * 25, "楼" * 9])),
        max_size=6,
    ),
    st.booleans(),
)
def test_cells_have_one_code_by_bytes_and_by_text(blocks, is_varied):
    """Cells that are found by their bytes have the code that a dict gives them."""
    codes, code_of, expected = Codes(), {}, []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_blocks, "_ROWS_TO_TELL", 0 if is_varied else 2**16)
        for cells in blocks:
            lines = "".join(f"{cell},x\n" for cell in cells)
            block = Block.of(lines, ",", 2) if cells else None
            codes.add(block.column(0) if block else cells)
            expected += [code_of.setdefault(cell, len(code_of)) for cell in cells]

    assert codes.words == list(code_of)
    assert codes.codes().tolist() == expected


def test_texts_of_one_hash_are_told_apart():
    """What only looks alike is compared as text."""
    codes = Codes()
    with pytest.MonkeyPatch.context() as patch:
        words = Block.words

        def same(block, place):
            parts, hashes = words(block, place)
            return parts, hashes * 0

        patch.setattr(Block, "words", same)
        for _ in range(2):
            codes.add(Block.of("a,x\nb,x\na,x\n", ",", 2).column(0))

    assert (codes.codes().tolist(), codes.words) == ([0, 1, 0, 0, 1, 0], ["a", "b"])


# -- what goes out --------------------------------------------------------------------------------

plain = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
plain = plain.filter(lambda text: "e+" not in text.lower())


@given(
    st.lists(
        st.tuples(
            st.none() | plain,
            st.sampled_from([None, "let", "?", 'a "b"', "c,d"]),
            st.sampled_from([NONE, UNKNOWN, 0, 7, 2**31 - 1]),
            st.floats(allow_infinity=False),
            st.sampled_from([NONE, 0, 1]),
        )
    )
)
def test_what_is_written_is_read_back(folder, given_rows):
    """A table that was written is read as the same cells, whatever its texts hold."""
    texts, words, wholes, numbers, rows_above = (
        zip(*given_rows, strict=True) if given_rows else [()] * 5
    )
    ids = [f"H-{row:05d}" for row in range(len(given_rows))]
    sheet = Sheet(
        "household",
        len(ids),
        Ids.of(ids),
        {
            "name": Texts.of(texts),
            "occupancy": Words.of(words),
            "residents": np.array(wholes, np.int32),
            "x": np.array(numbers, np.float64),
            "parent": References({"group": np.array(rows_above, np.int32)}),
            "tags.a": np.array(wholes, np.int32),
        },
    )
    groups = ["G-1", " G 2"]
    data = b"".join(write_table(sheet, lambda _, rows=None: [groups[row] for row in rows.tolist()]))
    rows, problems = read(folder, data)

    assert problems == ()
    assert list(rows.columns) == ["id", "name", "x", "parent", "occupancy", "residents", "tags.a"]
    assert rows.columns["id"].tolist() == ids
    assert rows.columns["name"].tolist() == list(texts)
    assert rows.columns["occupancy"].tolist() == list(words)
    assert rows.columns["residents"].tolist() == list(wholes)
    assert np.array_equal(rows.columns["x"], np.array(numbers, float), equal_nan=True)
    assert rows.columns["parent"].tolist() == [None if r < 0 else groups[r] for r in rows_above]
    assert rows.columns["tags.a"].tolist() == list(wholes)


@given(hierarchies())
def test_a_structure_survives_its_tables(folder, h):
    """The tables of any structure, written and read, build the same structure."""
    records = tables_of(h.levels)
    parts = []
    for table in h.tables:
        data = b"".join(write_table(h.sheet(table), h.ids))
        rows, problems = read(folder, data, records[table], table, f"{table}.csv")
        assert problems == ()
        parts.append(rows)

    assert Hierarchy.build(h.facts, parts) == h


def test_a_table_is_written_plainly():
    """Rows stand in order of id, days in ISO form, truths as words; what has to be is quoted."""
    sheet = Sheet(
        "tenure",
        3,
        None,
        {
            "post": References({"post": np.array([0, 1, 1], np.int32)}),
            "holder": References({"person": np.array([0, NONE, UNKNOWN], np.int32)}),
            "full_time": np.array([1, 0, UNKNOWN], np.int8),
            "since": np.array(["2024-03-01", "NaT", "0007-01-01"], "M8[D]"),
        },
    )
    ids = {"post": ["B-1/secretary", "=cmd|' /C'!A0"], "person": ["p, 1"]}
    data = b"".join(write_table(sheet, lambda t, rows=None: [ids[t][row] for row in rows.tolist()]))

    assert data.decode() == (
        "post,holder,full_time,since\n"
        'B-1/secretary,"p, 1",true,2024-03-01\n'
        "=cmd|' /C'!A0,,false,\n"
        "=cmd|' /C'!A0,?,?,0007-01-01\n"
    )


def test_a_column_that_nobody_filled_is_written_all_the_same():
    """An empty column is not the same as none, and is written as such."""
    sheet = Sheet("group", 1, Ids.of(["G-1"]), {"parent": References({}), "kind": Words.of([None])})

    assert b"".join(write_table(sheet, lambda *_: [])) == b"id,kind,parent\nG-1,,\n"


# -- data frames ----------------------------------------------------------------------------------


def frames():
    pandas, polars, pyarrow = (pytest.importorskip(m) for m in ("pandas", "polars", "pyarrow"))
    columns = {"户": ["H-1", "H-2"], "residents": [3, None], "memo": ["a", "b"]}
    return [pandas.DataFrame(columns), polars.DataFrame(columns), pyarrow.table(columns)]


def test_a_frame_is_taken_like_a_file():
    """A data frame of any package gives rows; columns that no field asks for are left."""
    for frame in frames():
        rows, problems = rows_of_frame(
            frame, "household", Household, columns={"id": Source(("户",))}
        )

        assert problems == ()
        assert values(rows) == {"id": ["H-1", "H-2"], "residents": [3, NONE]}
        assert str(rows.places.at(1, "id")) == "household[1]:id"


def test_faults_of_a_frame_are_told_by_record():
    """A text that is no count is told; one that is a count is read as in a file."""
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"id": ["N-1", "N-2"], "residents": ["1,800", "5人"]})
    _, problems = rows_of_frame(frame, "grid", Grid)

    assert "\n".join(map(str, problems)) == (
        "grid[0]:residents: error[GT040]: '1,800' is not a whole number; did you mean '1800'?"
    )
    _, [number] = rows_of_frame(polars.DataFrame({"id": [5, None]}), "grid", Grid)
    assert (number.code, number.where.record) == ("GT048", "grid[0]")
    _, [missing] = rows_of_frame(polars.DataFrame({"ID": ["N-1"]}), "grid", Grid)
    assert (missing.code, str(missing.where)) == ("GT052", "grid:id")


# -- Parquet --------------------------------------------------------------------------------------


@pytest.fixture
def parquet():
    return pytest.importorskip("pyarrow.parquet")


def packed(parquet, columns, **how):
    pyarrow = pytest.importorskip("pyarrow")
    sink = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), sink, **how)
    return sink.getvalue()


def test_parquet_is_read_like_csv(folder, parquet):
    """A Parquet file gives the rows that the same table gives as CSV."""
    columns = {
        "id": [f"H-{n}" for n in range(1_000)],
        "residents": [None, *range(999)],
        "tags.a": [True, *[False] * 999],
        "x": [1.5, None, *[2.5] * 998],
    }
    data = packed(parquet, columns, row_group_size=300)
    rows, problems = read(folder, data, name="h.parquet")

    assert problems == ()
    assert rows.columns["id"].tolist() == columns["id"]
    assert rows.columns["residents"].tolist() == [NONE, *range(999)]
    assert rows.columns["tags.a"].tolist() == [1, *[0] * 999]
    assert np.isnan(rows.columns["x"][1])
    assert str(rows.places.at(0, "id")) == "h.parquet:row 2:id"


def test_faults_in_parquet_are_told_by_row(folder, parquet):
    """A faulty value far down in a Parquet file is told by its row, the names being row 1."""
    columns = {"id": [f"H-{n}" for n in range(70_000)], "residents": [1] * 70_000}
    columns["residents"][69_000] = -1
    _, problems = read(folder, packed(parquet, columns), name="h.parquet")

    assert said(problems) == [("GT041", 69_002, "residents")]


def test_a_parquet_file_that_lies_is_refused(folder, parquet):
    """A broken or boasting file is one problem, and takes no memory first."""
    good = packed(parquet, {"id": ["H-1", "H-2"], "residents": [1, 2]})
    cut = good[:40] + good[60:]
    lying = good[:-8] + (2**30).to_bytes(4, "little") + b"PAR1"
    boasting = packed(parquet, {"id": ["H"] * 5_000_000}, compression="zstd")

    for data in (b"", b"id\nH-1\n", good[:-1], cut, lying):
        rows, problems = read(folder, data, name="h.parquet")
        assert (rows, [each.code for each in problems]) == (None, ["GT065"])
    assert len(boasting) < 100_000
    assert said(read(folder, boasting, name="h.parquet")[1]) == [("GT066", 0, "")]


@given(st.data())
def test_damaged_parquet_gives_rows_or_problems(folder, data):
    """Whatever bytes of a Parquet file are changed, nothing but problems comes of it."""
    parquet = pytest.importorskip("pyarrow.parquet")
    good = bytearray(packed(parquet, {"id": ["H-1", "H-2"], "residents": [1, 2]}))
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    rows, problems = read(folder, bytes(good), name="h.parquet")

    assert rows is not None or problems


def test_places_count_the_header():
    """The first row of a table is row 2, and links are found under their column."""
    places = TablePlaces("g.csv", {"covers": "负责"})

    assert str(places.at(0, "covers[2]")) == "g.csv:row 2:负责"
    assert places.quote(0) == ""
