"""Two sources held against each other: what differs, and how it is decided and fed back."""

from __future__ import annotations

import csv
import datetime as dt

import pandas as pd
import polars as pl
import pytest
import xlsxwriter
from attrs import astuple
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from workbooks import cells_of, fill

from govtree import ConfigError, Hierarchy, OutOfRangeError, StructureError
from govtree.reconciliation import reconcile
from govtree.tables import Layout

MIRRORED = {
    "missing in a": "missing in b",
    "missing in b": "missing in a",
    "only in a": "only in b",
    "only in b": "only in a",
}
CELLS = st.sampled_from(
    [None, "3", "3.0", "03", "４", "甲", "甲 ", "=1+1", "'x", "a", "2026-03-01"]
)


@st.composite
def tables(draw):
    """Draw a table with a key of two columns, as lists of texts."""
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from("12"), st.sampled_from(["A", "Ａ", "B", "-C"])),
            unique=True,
            max_size=6,
        )
    )
    columns = draw(st.lists(st.sampled_from(["name", "residents", "备注"]), unique=True))
    table = {"楼": [each[0] for each in keys], "室": [each[1] for each in keys]}
    for name in columns:
        table[name] = draw(st.lists(CELLS, min_size=len(keys), max_size=len(keys)))
    return table


def held(a, b, **how):
    return reconcile(a, b, key=("楼", "室"), **how)


@given(table=tables())
@settings(max_examples=many(50))
def test_a_source_agrees_with_itself_on_everything(table):
    """A source held against itself agrees in every row, and there is nothing to decide."""
    r = held(table, table)

    assert r.agrees
    assert r.rows() == ()
    assert len(r.agreed) == len(table["楼"])


@given(a=tables(), b=tables())
@settings(max_examples=many(100))
def test_the_sources_change_places(a, b):
    """What a says against b is what b says against a, with the sides changed."""
    one, other = held(a, b), held(b, a)

    assert one.agreed == other.agreed
    assert one.only_in_a == other.only_in_b
    assert sorted(one.twin_keys) == sorted((y, x) for x, y in other.twin_keys)
    assert [
        (each.key, each.column, each.value_b, each.value_a, MIRRORED.get(each.kind, each.kind))
        for each in other.differences
    ] == [
        (each.key, each.column, each.value_a, each.value_b, each.kind) for each in one.differences
    ]


@given(a=tables(), b=tables(), chance=st.randoms(use_true_random=False))
@settings(max_examples=many(100))
def test_the_order_of_rows_and_columns_changes_nothing(a, b, chance):
    """Rows and columns in another order give the same, down to the bytes of the list."""

    def shuffled(table):
        rows = list(range(len(table["楼"])))
        names = list(table)
        chance.shuffle(rows)
        chance.shuffle(names)
        return {name: [table[name][row] for row in rows] for name in names}

    assert held(a, b) == held(shuffled(a), shuffled(b))
    assert held(a, b).rows() == held(shuffled(a), shuffled(b)).rows()


def plain(a, b):
    """Return what differs, cell by cell, by its definition: only cells of texts."""
    found = {}
    rows = [
        {key: at for at, key in enumerate(zip(each["楼"], each["室"], strict=True))}
        for each in (a, b)
    ]
    for key in rows[0].keys() & rows[1].keys():
        for name in (a.keys() & b.keys()) - {"楼", "室"}:
            one, other = a[name][rows[0][key]], b[name][rows[1][key]]
            if one != other:
                found[key, name] = (one, other)
    return found


@given(a=tables(), b=tables())
@settings(max_examples=many(100))
def test_texts_differ_where_a_plain_comparison_says_so(a, b):
    """Compared as texts, cells differ exactly where a look at each pair of rows says so."""
    r = held(a, b, shapes=dict.fromkeys(["楼", "室", "name", "residents", "备注"], "text"))

    told = {(each.key, each.column): (each.value_a, each.value_b) for each in r.differences}
    assert told == plain(a, b)


@given(a=tables(), b=tables(), chance=st.randoms(use_true_random=False))
@settings(max_examples=many(60))
def test_what_is_decided_agrees(a, b, chance, tmp_path_factory):
    """A list with every line decided once, read back from its file, leaves nothing open."""
    path = tmp_path_factory.mktemp("lists") / "list.csv"
    r = held(a, b)
    r.write(path)
    assert path.read_bytes().startswith("\ufeff".encode())
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert len(rows) == len(r.rows()) == sum(r.counts().values()) - len(r.agreed)
    assert not any(cell[:1] in tuple("=+-@＝＋－＠") for row in rows for cell in row if cell)
    for row in rows:
        row[-1] = chance.choice(["a", "B"])
    with path.open("w", encoding=chance.choice(["utf-8-sig", "gb18030"]), newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    r = r.decide(path)

    assert r.rows() == ()
    merged = r.merged()
    assert held(merged, merged).agrees


@given(a=tables(), b=tables(), prefer=st.sampled_from("ab"))
@settings(max_examples=many(100))
def test_a_merged_table_loses_no_row_and_no_value(a, b, prefer):
    """Undecided, each row of both is there, and a cell says what the preferred source says."""
    r = held(a, b)
    merged = r.merged(prefer=prefer)

    keys = set(zip(merged["楼"], merged["室"], strict=True))
    assert len(keys) == len(merged["楼"]) == len(r.in_a)
    again = held(merged, a if prefer == "a" else b)
    assert {each.kind for each in again.rows()} <= {"missing in b", "only in a", "twin key"}


@given(a=tables(), b=tables())
@settings(max_examples=many(25))
def test_a_source_is_the_same_by_every_door(a, b, tmp_path_factory):
    """CSV, Parquet, pandas, polars and pyarrow give what the plain columns give."""
    folder = tmp_path_factory.mktemp("doors")
    expected = held(a, b)
    frames = [pl.DataFrame(each, schema=dict.fromkeys(each, pl.String)) for each in (a, b)]
    arrow = [each.to_arrow() for each in frames]
    frames[0].write_csv(folder / "a.csv")
    parquet.write_table(arrow[1], folder / "b.parquet")

    assert held(*frames) == expected
    assert held(*arrow) == expected
    assert held(*(pd.DataFrame(each, dtype="str") for each in (a, b))) == expected
    assert held(folder / "a.csv", str(folder / "b.parquet")) == expected


def test_cells_are_compared_as_what_they_are():
    """A number, a day and a truth agree however each source writes them; codes stay texts."""
    a = {
        "id": ["1", "2"],
        "residents": ["12", "3"],
        "since": ["2026-03-01", "2026/3/2"],
        "vacant": ["是", "no"],
        "户数": ["7", ""],
        "代码": ["012", "12"],
    }
    b = {
        "id": [2, 1],
        "residents": [3.0, 12.0],
        "since": [dt.date(2026, 3, 2), dt.datetime(2026, 3, 1)],  # noqa: DTZ001 - as frames have it
        "vacant": [False, True],
        "户数": [None, 7],
        "代码": ["12", "012"],
    }
    r = reconcile(a, b, key="id")

    assert r.agrees
    assert [(each.name, each.shape, each.basis) for each in r.columns] == [
        ("residents", "number", "field"),
        ("since", "date", "field"),
        ("vacant", "truth", "field"),
        ("代码", "text", "inferred"),
        ("户数", "number", "inferred"),
    ]
    assert r.merged() == {
        "id": ["1", "2"],
        "residents": [12, 3],
        "since": [dt.date(2026, 3, 1), dt.date(2026, 3, 2)],
        "vacant": [True, False],
        "代码": ["012", "12"],
        "户数": [7, None],
    }


def test_an_empty_cell_of_a_file_changes_no_shape(tmp_path):
    """A column of numbers with an empty cell is one of numbers in a file as well."""
    (tmp_path / "a.csv").write_text("id,户数\n1,7\n2,\n", "utf-8")
    r = reconcile(tmp_path / "a.csv", {"id": [1, 2], "户数": [-7.0, None]}, key="id")

    assert [(each.shape, each.basis) for each in r.columns] == [("number", "inferred")]
    assert r.counts() == {"agreed": 1, "differs": 1}


def test_a_cell_that_does_not_fit_its_shape_is_the_text_it_is():
    """About 300 is no number: it is compared as text, and counted in the column."""
    r = reconcile(
        {"id": ["N-1", "N-2"], "households": ["约300", "１２"]},
        {"id": ["N-1", "N-2"], "households": [300, 12]},
        key="id",
    )

    assert [(each.value_a, each.value_b, each.kind) for each in r.differences] == [
        ("约300", "300", "differs"),
        ("１２", "12", "spelling"),
    ]
    assert (r.columns[0].unfit("a"), r.columns[0].unfit("b")) == (2, 0)


PROPERTY = {"房号": ["1-101", "1-102", "１-103", "1-104"], "户主": ["甲", "乙", "丙", "丁"]}
COMMUNITY = {"房": ["1-101", "1-102", "1-103", "1-105"], "户主": ["甲", "乙 ", None, "戊"]}


def two_lists():
    return reconcile(PROPERTY, COMMUNITY, key="房号", names={"房": "房号"})


def test_two_lists_are_decided_and_become_one():
    """The property company's list and the community's: decided line by line, they are one."""
    r = two_lists()
    assert r.counts() == {
        "agreed": 1, "spelling": 1, "missing in b": 1, "twin key": 1, "only in a": 1,
        "only in b": 1,
    }  # fmt: skip
    assert r.twin_keys == ((("１-103",), ("1-103",)),)

    decisions = {
        "key.房号": ["1-102", "１-103", "1-104", "1-105"],
        "column": ["户主", "", "", ""],
        "decision": ["'乙某", "b", "b", ""],
    }
    assert r.decide(decisions).counts() == {"agreed": 2, "missing in b": 1, "only in b": 1}
    assert r.merged(decisions) == {
        "房号": ["1-101", "1-102", "1-103", "1-105"],
        "户主": ["甲", "乙某", "丙", "戊"],
    }
    with pytest.raises(StructureError, match=r"1-102:户主: error\[GT979\]: a says '乙' and b"):
        r.merged()


TWINS = (
    {"房号": ["1-101", "１-102"], "户主": ["甲", "乙"], "人数": [3, 4]},
    {"房号": ["1-101", "1-102"], "户主": ["甲", "丙"], "人数": [3, 5]},
)


def twins(*decisions):
    """Return decisions about the twin key and its two cells, as a mapping."""
    lines = [each for each in zip(["", "人数", "户主"], decisions, strict=True) if each[1]]
    return {
        "key.房号": ["１-102" for _ in lines],
        "column": [each[0] for each in lines],
        "decision": [each[1] for each in lines],
    }


def test_a_twin_key_and_its_cells_are_decided_in_one_go():
    """Cells of rows that become one are lines of the same list, and decided with their key."""
    r = reconcile(*TWINS, key="房号")

    assert [astuple(each) for each in r.rows()] == [
        (("１-102",), "", "１-102", "1-102", "twin key"),
        (("１-102",), "人数", "4", "5", "differs"),
        (("１-102",), "户主", "乙", "丙", "differs"),
    ]
    for key in "ab":
        merged = r.merged(twins(key, "6", "b"))
        assert merged["房号"] == sorted(["1-101", {"a": "１-102", "b": "1-102"}[key]])
        assert (merged["人数"], merged["户主"]) == ([3, 6], ["甲", "丙"])
        assert r.merged(twins(key, "", "b"), prefer="a")["人数"] == [3, 4]
        assert r.merged(twins(key, "", "b"), prefer="b")["人数"] == [3, 5]
    both = r.merged(twins("both", "", ""))
    assert (both["人数"], both["户主"]) == ([3, 5, 4], ["甲", "丙", "乙"])


@pytest.mark.parametrize("key", ["", "both"])
def test_a_cell_of_a_twin_key_is_decided_with_the_key_alone(key):
    """A cell of two rows that stay two is no cell to decide, and is told, not passed over."""
    with pytest.raises(StructureError, match=r"GT974.*cells of a twin key where") as error:
        reconcile(*TWINS, key="房号").merged(twins(key, "a", ""))
    assert len(error.value.problems) == 1


@pytest.mark.parametrize("name", ["list.csv", "list.XLSX"])
@pytest.mark.parametrize("key", "ab")
def test_what_is_not_decided_is_named_by_its_line(key, name, tmp_path):
    """Cells that still block are named by the line of the list where they are decided."""
    r = reconcile(*TWINS, key="房号")
    path = tmp_path / name
    r.write(path)
    if name == "list.csv":
        text = path.read_text("utf-8-sig").replace("twin key,", f"twin key,{key}")
        path.write_bytes(text.encode("gb18030" if key == "a" else "utf-8"))
    else:
        assert cells_of(path)[1] == ["１-102", "", "１-102", "1-102", "twin key", ""]
        fill(path, {2: {"decision": key}})

    with pytest.raises(ConfigError) as error:
        r.merged(path)

    sheet = "Sheet1:" if name == "list.XLSX" else ""
    assert codes(error) == [(f"{name}:{sheet}row {row}:decision", "GT979") for row in (3, 4)]


def test_a_list_that_is_neither_utf_8_nor_gb18030_is_refused(tmp_path):
    """Bytes that are no text in either encoding are told as bytes that are not UTF-8."""
    r = reconcile(*TWINS, key="房号")
    (tmp_path / "list.csv").write_bytes(b"key.\xb7\xff,column,decision\n")
    with pytest.raises(ConfigError, match=r"GT010|GT011"):
        r.merged(tmp_path / "list.csv")


def test_a_list_has_an_ending_that_says_what_it_is(tmp_path):
    """A list is CSV or a workbook by its name, and nothing is written under another."""
    for name in ("list.xls", "list"):
        with pytest.raises(OutOfRangeError, match=r"\.csv or \.xlsx"):
            two_lists().write(tmp_path / name)
    assert not list(tmp_path.iterdir())


@given(a=tables(), b=tables(), chance=st.randoms(use_true_random=False))
@settings(max_examples=many(8), deadline=None)
def test_a_workbook_decides_as_the_mapping_does(a, b, chance, tmp_path_factory):
    """A list in a workbook, filled in, says what the same decisions say in memory."""
    path = tmp_path_factory.mktemp("lists") / "list.xlsx"
    r = held(a, b)
    r.write(path)
    lines = r.rows()
    picks = [chance.choice(["a", "b", "'x"]) if each.column else "b" for each in lines]
    fill(path, {row: {"decision": each} for row, each in enumerate(picks, start=2)})
    decisions = {
        "key.楼": [each.key[0] for each in lines], "key.室": [each.key[1] for each in lines],
        "column": [each.column for each in lines], "decision": picks,
    }  # fmt: skip

    def outcome(given):
        try:
            return r.merged(given, prefer="a")
        except StructureError as error:
            return [each.code for each in error.problems]

    assert outcome(path) == outcome(decisions)


def test_layouts_say_how_each_source_lies(tmp_path):
    """Sheet and header of a workbook, and encoding of CSV, are said by the layout of the source."""
    workbook = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    workbook.add_worksheet("说明")
    sheet = workbook.add_worksheet("住户")
    sheet.write_row(2, 0, ["房号", "户主"])
    sheet.write_row(3, 0, ["1-101", "甲"])
    workbook.close()
    (tmp_path / "b.csv").write_bytes("房号;户主\n1-101;甲\n".encode("gb18030"))

    r = reconcile(
        tmp_path / "a.xlsx", tmp_path / "b.csv", key="房号",
        layout_a=Layout(sheet="住户", header=3), layout_b=Layout(encoding="gb18030", delimiter=";"),
    )  # fmt: skip

    assert r.agrees


def test_a_merged_table_is_a_table_of_a_structure():
    """What was merged can be handed to a hierarchy."""
    r = reconcile(
        {"id": ["N-1"], "households": ["300"]}, {"id": ["N-2"], "households": [280]}, key="id"
    )

    assert Hierarchy.from_tables({"grid": r.merged()}).roll_up("households", by="grid") == {
        "N-1": 300, "N-2": 280, None: 0,
    }  # fmt: skip


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_the_list_is_a_frame_as_well(backend):
    """The list to decide is a data frame, and an empty one decides nothing."""
    r = two_lists()
    frame = r.to_frame(backend=backend)

    assert list(frame.columns if backend != "pyarrow" else frame.column_names) == [
        "key.房号", "column", "value_a", "value_b", "kind", "decision",
    ]  # fmt: skip
    assert r.decide(frame) == r


def codes(error):
    return [(str(each.where), each.code) for each in error.value.problems]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ({"id": ["1", "1", None]}, {"ID": ["1"]}, [("b:id", "GT970")]),
        (
            {"id": ["1", "1", None]},
            {"id": ["1", "", "2", "2", "2"]},
            [("a[1]:id", "GT972"), ("a[2]:id", "GT971"), ("b[1]:id", "GT971"),
             ("b[3]:id", "GT972"), ("b[4]:id", "GT972")],
        ),
        ({"id": ["1"], "x": [[1]]}, {"id": ["1", "2"], "x": ["\0"]},
         [("a[0]:x", "GT973"), ("b:x", "GT117"), ("b[0]:x", "GT058")]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_sources_is_told_at_once(a, b, expected):
    """Every key that is missing, empty or there twice is named, in both sources at once."""
    with pytest.raises(StructureError) as error:
        reconcile(a, b, key="id")

    assert codes(error) == expected


def test_what_is_wrong_with_files_names_their_rows(tmp_path):
    """Of a file the row is named as a spreadsheet counts it, by the header of the file."""
    (tmp_path / "a.csv").write_text("id,x\n1,2\n\n1,3\n", "utf-8")
    (tmp_path / "b.csv").write_text("房,x\n,2\n", "utf-8")
    with pytest.raises(ConfigError) as error:
        reconcile(tmp_path / "a.csv", tmp_path / "b.csv", key="id", names={"房": "id"})

    assert codes(error) == [("a.csv:row 4:id", "GT972"), ("b.csv:row 2:房", "GT971")]
    with pytest.raises(ConfigError, match="GT001"):
        reconcile(tmp_path / "a.csv", tmp_path / "c.csv", key="id")


BAD_DECISIONS = [
    (["1-999", "户主", "a"], "GT974"),
    (["1-101", "户主", "a"], "GT974"),
    (["1-104", "", "both"], "GT977"),
    (["１-103", "", "丙"], "GT977"),
    (["1-103", "", "a"], "GT974"),
]


@pytest.mark.parametrize(("line", "code"), BAD_DECISIONS)
def test_a_decision_that_cannot_be_followed_is_refused(line, code):
    """A line about nothing open, or with a decision that says nothing, is named."""
    decisions = dict(
        zip(["key.房号", "column", "decision"], ([each] for each in line), strict=True)
    )
    with pytest.raises(StructureError) as error:
        two_lists().decide(decisions)

    assert codes(error) == [("decisions[0]:decision", code)]


def test_stale_and_contrary_decisions_are_refused():
    """A line is refused where a source says something else by now, and where two differ."""
    lines = {
        "key.房号": ["1-102", "1-104", "1-104"],
        "column": ["户主", "", ""],
        "value_a": ["乙", "", ""],
        "value_b": ["己", "", ""],
        "decision": ["a", "a", "b"],
    }
    with pytest.raises(StructureError) as error:
        two_lists().decide(lines)
    assert codes(error) == [
        ("decisions[0]:decision", "GT975"), ("decisions[2]:decision", "GT976"),
    ]  # fmt: skip
    del lines["decision"]
    with pytest.raises(StructureError, match="GT978"):
        two_lists().decide(lines)


def test_a_number_is_decided_by_a_number():
    """The cell of a count takes no word."""
    r = reconcile({"id": ["1"], "households": [3]}, {"id": ["1"], "households": [4]}, key="id")
    decisions = {"key.id": [1], "column": ["households"], "decision": ["five"]}

    with pytest.raises(StructureError, match=r"GT977.*write 'a', 'b' or a number"):
        r.decide(decisions)
    assert r.merged({**decisions, "decision": ["5.0"]})["households"] == [5]


@pytest.mark.parametrize(
    "how",
    [{"key": ()}, {"key": ("id", "id")}, {"key": "id", "prefer": "c"},
     {"key": "id", "shapes": {"x": "whole"}}],
)  # fmt: skip
def test_arguments_out_of_range_are_refused(how):
    """A key of nothing, a third source, an unknown shape: each is refused by name."""
    with pytest.raises(OutOfRangeError):
        reconcile({"id": ["1"]}, {"id": ["1"]}, **how)
