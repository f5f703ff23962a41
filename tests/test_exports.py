"""Clean tables for people: workbooks and CSV."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from structures import hierarchies
from test_dump import HOSTILE
from workbooks import cells_of

from govtree import Body, FileError, Grid, Hierarchy, Post, export
from govtree._files import Folder
from govtree.errors import UnknownLevelError
from govtree.tables import Layout, Page, _pages, file_names, read_table, workbook
from govtree.units import TABLES

#: What a spreadsheet begins a formula with.
COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NAMES = st.one_of(
    st.sampled_from([*HOSTILE, "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "＝1", "<r>x</r>"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
)


def texts_of(path: Path) -> list[str]:
    """Return every text cell of an exported file, headers among them."""
    if path.suffix == ".xlsx":
        count = len(_sheets(path))
        rows = [row for at in range(count) for row in cells_of(path, at)]
    else:
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
    return [cell for row in rows for cell in row if isinstance(cell, str)]


def _sheets(path: Path) -> list[str]:
    names: list[str] = CalamineWorkbook.from_path(str(path)).sheet_names
    return names


@pytest.mark.parametrize("target", ["out", "out.xlsx"])
@given(names=st.lists(NAMES, min_size=1, max_size=5))
@settings(max_examples=many(30))
def test_no_exported_cell_begins_a_formula(target, names):
    """No text in an exported file begins as a formula does, whatever names there are."""
    h = Hierarchy.from_records(
        [Grid(id=f"N-{at}", name=name, address=name) for at, name in enumerate(names)]
    )

    with tempfile.TemporaryDirectory() as folder:
        for path in export(h, Path(folder) / target):
            found = texts_of(path)

            assert not [text for text in found if text.startswith(COMPUTED)]
            # Line ends in cells are what readers make of them.
            assert {name for name in names if name.isalnum()} <= set(found)


@given(h=hierarchies())
@settings(max_examples=many(15), deadline=None)
def test_an_export_is_read_as_the_tables_it_was_made_of(h):
    """Every id, in order, and every count comes back from both forms of an export."""
    with tempfile.TemporaryDirectory() as folder:
        written = [*export(h, Path(folder) / "a.xlsx"), *export(h, Path(folder) / "csv")]

        assert len(written) == 1 + len(h.tables)
        for table in (each for each in TABLES if h.has(each.name)):
            for name in ("a.xlsx", f"csv/{table.section}.csv"):
                layout = Layout(sheet=table.section if name.endswith(".xlsx") else "")
                rows, problems = read_table(
                    Folder(folder), name, table.name, table.record, layout=layout
                )
                assert not [each for each in problems if each.severity == "error"]
                if h.sheet(table.name).ids is not None:
                    assert list(rows.columns["id"]) == h.ids(table.name)
                if h.has(table.name, "households"):
                    stored = h.sheet(table.name).columns["households"]
                    assert rows.columns["households"].tolist() == stored.tolist()


def test_cells_of_a_workbook_are_what_they_are(tmp_path):
    """Codes are texts with their zeros, counts numbers, days days; empty and unknown differ."""
    h = Hierarchy.from_records(
        [
            Grid(id="007", code="371311001001", households=300, x=-0.5),
            Grid(id="N-1", name="=1+1", households="?"),
            Body(id="D-1", since=dt.date(2024, 3, 1), until=dt.date(1899, 1, 1)),
            Post(id="P-1", post="head", at="007", vacant=True),
        ]
    )

    export(h, tmp_path / "a.xlsx", tables=["grid", "body", "post"])

    assert cells_of(tmp_path / "a.xlsx", 0) == [
        ["id", "name", "code", "x", "households"],
        ["007", "", "371311001001", -0.5, 300.0],
        ["N-1", "'=1+1", "", "", "?"],
    ]
    assert cells_of(tmp_path / "a.xlsx", 1)[1] == ["D-1", dt.date(2024, 3, 1), "1899-01-01"]
    assert cells_of(tmp_path / "a.xlsx", 2)[1] == ["P-1", "head", "007", True]


def test_a_mark_stands_before_csv_where_it_is_asked_for(tmp_path):
    """The byte order mark is written only where it was asked for."""
    h = Hierarchy.from_records([Grid(id="N-1", name="河东")])

    [with_mark] = export(h, tmp_path / "a", byte_order_mark=True)
    [without] = export(h, tmp_path / "b")

    assert with_mark.read_bytes() == b"\xef\xbb\xbf" + without.read_bytes()
    assert without.read_text("utf-8") == "id,name\nN-1,河东\n"


def test_the_same_tables_give_the_same_bytes(tmp_path):
    """A workbook has the same bytes in another process, on another day."""
    code = (
        "import sys; from govtree import *;"
        "h = Hierarchy.from_records([Grid(id='N-1', tags={'a': 1, 'b': 2}), Grid(id='N-2')]);"
        "export(h, sys.argv[1])"
    )
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        path = str(tmp_path / f"{seed}.xlsx")
        subprocess.run([sys.executable, "-c", code, path], check=True, env=env)
    h = Hierarchy.from_records([Grid(id="N-2"), Grid(id="N-1", tags={"b": 2, "a": 1})])

    with patch("time.time", return_value=2e9):
        export(h, tmp_path / "3.xlsx")

    first, second, third = ((tmp_path / f"{each}.xlsx").read_bytes() for each in "123")
    assert first == second == third


def test_what_does_not_fit_is_refused_and_nothing_is_cut(tmp_path):
    """A text that no cell holds is refused with its place, and no file is written."""
    h = Hierarchy.from_records(
        [Grid(id="N-1", name="x" * 32_768), Grid(id="N-2", name="𠮷" * 16_384), Grid(id="N-3")]
    )

    with pytest.raises(FileError) as refused:
        export(h, tmp_path / "a.xlsx")

    assert [(each.code, each.where.row, each.where.field) for each in refused.value.problems] == [
        ("GT961", 2, "name"),
        ("GT961", 3, "name"),
    ]
    assert refused.value.problems[0].where.sheet == "grids"
    assert not list(tmp_path.iterdir())
    [file] = export(h, tmp_path)
    assert "x" * 32_768 in file.read_text("utf-8")


def test_too_many_rows_are_refused_by_the_name_of_their_table(tmp_path):
    """A table that has more rows than a sheet is refused by name, and so are all others."""
    h = Hierarchy.from_records([*(Grid(id=f"N-{at}") for at in range(4)), Body(id="D-1")])

    with patch.object(_pages, "_MOST_ROWS", 4), pytest.raises(FileError) as refused:
        export(h, tmp_path / "a.xlsx")

    assert [each.where.sheet for each in refused.value.problems] == ["grids"]
    assert refused.value.problems[0].text().startswith("'grids' has 5 rows")


def test_a_table_that_is_not_there_is_named(tmp_path):
    """A name that is no table's is told with what was meant."""
    with pytest.raises(UnknownLevelError, match="gird"):
        export(Hierarchy.from_records([Grid(id="N-1")]), tmp_path, tables=["gird"])


@given(st.lists(st.text(max_size=40), unique=True, max_size=6))
@settings(max_examples=many(50), deadline=None)
def test_any_text_can_name_a_sheet(names):
    """Whatever tables are called, a workbook has a sheet for each, in their order."""
    pages = [Page(name, {"at": [str(at)]}) for at, name in enumerate(names)]

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(workbook(pages or [Page("", {"at": ["0"]})]))
        count = len(pages) or 1
        found = [cells_of(path, at)[1][0] for at in range(count)]

    assert found == [str(at) for at in range(count)]


FILE_NAMES = [
    ("J-03", "J-03"),
    ("城关街道", "城关街道"),
    ("../../etc/passwd", "etc_passwd-"),
    ("CON", "xCON-"),
    ("nul.txt", "xnul.txt-"),
    ("-rf", "rf-"),
    ("", "x-"),
    ("a b", "a_b-"),
    (".hidden", "hidden-"),
    ("~$a", "a-"),
    ("x" * 300, "x" * 48 + "-"),
    ("\x1b[2J", "2J-"),
]


@pytest.mark.parametrize(("id", "name"), FILE_NAMES, ids=[repr(id)[:20] for id, _ in FILE_NAMES])
def test_a_file_name_is_safe_on_any_system(id, name):
    """An id that is no name of a file becomes one, with a hash; others stay as they are."""
    found = file_names([id])[id]

    assert found == name if found == id else found[:-8] == name


@given(st.lists(st.text(max_size=60), unique=True, max_size=12))
@settings(max_examples=many(100))
def test_no_two_ids_share_a_file(ids):
    """Names of files differ by more than case, and hold nothing that leads elsewhere."""
    names = file_names([*ids, "n-1", "N-1", "ｎ-1", "e\u0301", "\u00e9"])

    folded = {name.casefold() for name in names.values()}
    assert len(folded) == len(names)
    assert not [name for name in names.values() if {*'/\\:*?"<>|\0'} & {*name} or name[0] in "._-"]
    assert max(len(f"{name}.xlsx".encode()) for name in names.values()) <= 255
