"""``govtree import``: an office's table to a structure, month by month."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
import shutil
from pathlib import Path

import pytest
import xlsxwriter

from govtree import _files
from govtree._files import Folder
from govtree.cli import main
from govtree.config import load
from govtree.tables import _peek, peek

REGISTRY = Path(__file__).parent.parent / "examples" / "registry"

HEADER = "社区,党支部,党小组,小区,网格,楼栋,单元,房号,户主姓名,人数"
JUNE = f"""\
{HEADER}
史河社区,甲支部,一组,东园,第一网格,1栋,1单元,101,王某,3
史河社区,甲支部,一组,东园,第一网格,1栋,1单元,102,李某,1
史河社区,乙支部,二组,东园,第二网格,2栋,1单元,101,张某,2
史河社区,乙支部,二组,东园,第二网格,2栋,1单元,103,周某,2
史河社区,乙支部,二组,东园,第二网格,2幢,1单元,102,赵某,2
"""
PLAN = """\
govtree: 1
# The fields that the office keeps.
units: {community: 社区, branch: 党支部, group: 党小组, household: 房号}
"""


@pytest.fixture
def office(tmp_path, monkeypatch):
    """Return the folder of an office with the table of June, which is the current one."""
    monkeypatch.chdir(tmp_path)
    Path("june.csv").write_text(JUNE, encoding="utf-8")
    return tmp_path


def ids(folder="town"):
    with open(Path(folder, "ids.csv"), encoding="utf-8", newline="") as stream:
        return {tuple(row[:-1]): row[-1] for row in csv.reader(stream)}


def kept(folder="town"):
    """Return what each file of a folder holds."""
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def problems(capsys):
    """Return the codes that were told in JSON."""
    return [each["code"] for each in json.loads(capsys.readouterr().out)["problems"]]


# What is written


def test_a_table_becomes_a_structure(office, capsys):
    """A flat table becomes a folder that check reads, with ids, plan and open decisions."""
    assert main(["import", "june.csv", "--out", "town", "--yes"]) == 0

    assert sorted(kept()) == [
        "branches.csv", "buildings.csv", "communities.csv", "compounds.csv", "decisions.csv",
        "entrances.csv", "grids.csv", "groups.csv", "households.csv", "ids.csv", "relations.csv",
        "roster.yaml", "structure.yaml",
    ]  # fmt: skip
    h = load("town").hierarchy
    assert (len(h.ids("household")), len(h.ids("branch")), len(h.ids("building"))) == (5, 2, 3)
    first = next(each for each in h.grids.values() if each.name == "第一网格")
    assert h[h.branch_of(first.id)].name == "甲支部"
    assert main(["check", "town"]) == 0


def test_what_was_understood_and_doubted_is_printed(office, capsys):
    """Columns, units, near-twins and the report of check stand in what is printed."""
    main(["import", "june.csv", "--out", "town", "--yes"])
    out, err = capsys.readouterr()

    assert "5 rows of june.csv to town" in out
    assert "楼栋 -> building (3 different)" in out
    assert "户主姓名 -> left out: it is about persons" in out
    assert "building 3, 3 new" in out
    assert "building: 2栋 (2), 2幢 (1)" in out
    assert "decisions.csv" in out
    assert "GT210" in out
    assert err == ""


def test_nothing_of_a_person_is_printed_or_written(office, capsys):
    """Names of persons are never needed: no file and no line has one."""
    main(["import", "june.csv", "--out", "town", "--yes"])
    said = "".join(capsys.readouterr()).encode() + b"".join(kept().values())

    assert not any(name.encode() in said for name in ("王某", "李某", "张某", "赵某"))


def test_json_says_the_same(office, capsys):
    """With --json, what was understood stands beside the report."""
    assert main(["import", "june.csv", "--out", "town", "--yes", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)

    assert said["import"]["rows"] == 5
    assert said["import"]["units"]["household"] == said["import"]["new"]["household"] == 5
    assert [each["other"] for each in said["import"]["doubts"]] == ["2幢"]
    assert said["report"]["ok"] is True


def test_findings_are_the_exit_code(office, capsys):
    """Exit codes are those of check: 1 where a finding is as grave as --fail-on."""
    text = JUNE.replace(",第二网格,2幢", ",,2幢")
    Path("june.csv").write_text(text, encoding="utf-8")

    assert main(["import", "june.csv", "--out", "town", "--yes"]) == 1


def test_the_same_file_gives_the_same_bytes(office, capsys):
    """Importing a file again, with its rows in another order, changes no byte."""
    main(["import", "june.csv", "--out", "town", "--yes"])
    before = kept()
    header, *rows = JUNE.splitlines(keepends=True)
    Path("june.csv").write_text("".join([header, *reversed(rows)]), encoding="utf-8")

    assert main(["import", "june.csv", "--out", "town"]) == 0
    assert kept() == before


def test_covers_hold_for_all_rows_or_are_not_written(office, capsys, monkeypatch):
    """A grid that stands with a second branch behind the rows that were looked at has no cover."""
    monkeypatch.setattr(_peek, "ROWS", 3)
    rows = JUNE.replace("乙支部,二组,东园,第二网格", "乙支部,二组,东园,第一网格")
    Path("june.csv").write_text(rows, encoding="utf-8")

    main(["import", "june.csv", "--out", "town", "--yes"])

    assert "covers" not in Path("town/roster.yaml").read_text(encoding="utf-8")
    out = capsys.readouterr().out
    assert "no 'covers' is proposed" in out
    assert "each branch covers" not in out


# The next month


def test_the_next_month_keeps_ids(office, capsys):
    """Rows that come, go and move change no other id, and need no --yes."""
    main(["import", "june.csv", "--out", "town", "--yes"])
    before = ids()
    rows = JUNE.splitlines(keepends=True)
    new = "史河社区,乙支部,二组,东园,第二网格,2栋,1单元,100,钱某,2\n"
    Path("july.csv").write_text("".join([rows[0], new, *rows[2:]]), encoding="utf-8")

    assert main(["import", "july.csv", "--out", "town"]) == 0

    after = ids()
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1


def test_decisions_are_read(office, capsys):
    """Two names that somebody decided to be the same are one unit the next time."""
    main(["import", "june.csv", "--out", "town", "--yes"])
    decisions = Path("town/decisions.csv")
    text = decisions.read_text(encoding="utf-8").replace("2栋,2幢,,", "2栋,2幢,same,")
    decisions.write_text(text, encoding="utf-8")

    assert main(["import", "june.csv", "--out", "town"]) == 0

    assert len(load("town").hierarchy.ids("building")) == 2
    assert "look alike" not in capsys.readouterr().out.rpartition("rows of")[2]


def test_hand_edits_stay(office, capsys):
    """Posts, rules and waivers that people wrote into the structure file stay as they are."""
    main(["import", "june.csv", "--out", "town", "--yes"])
    file = Path("town/structure.yaml")
    text = file.read_text(encoding="utf-8")
    text += "as_of: 2025-06-30\nposts: [{post: secretary, at: B-001, vacant: true}]  # until June\n"
    file.write_text(text, encoding="utf-8")
    plan = Path("town/roster.yaml")
    plan.write_text(plan.read_text(encoding="utf-8") + "# by hand\n", encoding="utf-8")

    main(["import", "june.csv", "--out", "town"])

    assert file.read_text(encoding="utf-8") == text
    assert plan.read_text(encoding="utf-8").endswith("# by hand\n")
    assert len(load("town").hierarchy.ids("post")) == 1


def test_a_table_that_is_gone_is_empty(office, capsys):
    """Units that no row names any more stand in no table, and their ids stay theirs."""
    main(["import", "june.csv", "--out", "town", "--yes"])
    before = ids()
    Path("town/roster.yaml").write_text(PLAN, encoding="utf-8")

    main(["import", "june.csv", "--out", "town"])

    h = load("town").hierarchy
    assert [len(h.ids(table)) for table in ("grid", "building", "entrance")] == [0, 0, 0]
    assert {key for key in before if key[0] == "grid"} <= ids().keys()


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda text: text.replace("grids: {table: grids.csv}\n", ""), "GT954"),
        (lambda text: text.replace("{table: grids.csv}", "[{id: N-001}]"), "GT953"),
        (lambda text: text + "posts: [{post: secretary, at: B-999}]\n", "GT102"),
        (lambda text: text + "colour: red\n", "GT090"),
    ],
)
def test_a_structure_file_that_does_not_fit(office, capsys, edit, code):
    """What the structure file would lose, or point at in vain, is told, and nothing is written."""
    main(["import", "june.csv", "--out", "town", "--yes"])
    file = Path("town/structure.yaml")
    file.write_text(edit(file.read_text(encoding="utf-8")), encoding="utf-8")
    before = kept()
    capsys.readouterr()

    assert main(["import", "june.csv", "--out", "town", "--json"]) == 2
    assert code in problems(capsys)
    assert kept() == before


# Levels

COMMON = "社区,网格,楼栋,房号,人数\n史河社区,一网格,1栋,101,3\n史河社区,一网格,1栋,102,1\n"
STREETS = """\
街道,社区,网格,楼栋,房号
甲街道,史河社区,一网格,1栋,101
乙街道,史河社区,一网格,1栋,101
"""


@pytest.mark.parametrize("by_plan", [False, True])
def test_levels_without_a_column_may_be_left_out(office, capsys, by_plan):
    """A new structure states levels that fit the table, proposed or by a plan; it is told."""
    Path("june.csv").write_text(COMMON, encoding="utf-8")
    args = ["import", "june.csv", "--out", "town", "--yes"]
    if by_plan:
        plan = "govtree: 1\nunits: {community: 社区, building: 楼栋, household: 房号}\n"
        Path("plan.yaml").write_text(plan, encoding="utf-8")
        args += ["--plan", "plan.yaml"]

    assert main(args) == 0

    said = "levels: community > branch (may be left out) > group (may be left out) > household"
    assert said in capsys.readouterr().out
    h = load("town").hierarchy
    assert [level.level for level in h.levels if level.optional] == ["branch", "group"]
    assert main(["import", "june.csv", "--out", "town"]) == 0


def test_levels_of_the_profile_are_not_repeated(office):
    """Where each level has a column, the structure file states none of its own."""
    main(["import", "june.csv", "--out", "town", "--yes"])

    assert "levels" not in Path("town/structure.yaml").read_text(encoding="utf-8")


def test_streets_are_a_level_on_top(office, capsys):
    """One name of a community in two streets is two communities, and the streets are a level."""
    Path("june.csv").write_text(STREETS, encoding="utf-8")

    assert main(["import", "june.csv", "--out", "town", "--yes"]) == 0

    h = load("town").hierarchy
    assert [len(h.ids(table)) for table in ("subdistrict", "community", "household")] == [2, 2, 2]
    assert main(["import", "june.csv", "--out", "town"]) == 0


def test_levels_that_people_wrote_stay(office, capsys):
    """With a structure file, nothing is left out unsaid: the hint tells what to write there."""
    Path("june.csv").write_text(COMMON, encoding="utf-8")
    Path("town").mkdir()
    file = Path("town/structure.yaml")
    file.write_text("govtree: 1\n", encoding="utf-8")

    assert main(["import", "june.csv", "--out", "town", "--yes"]) == 2
    err = capsys.readouterr().err
    assert "GT957" in err
    assert "optional: true" in err
    assert file.read_text(encoding="utf-8") == "govtree: 1\n"


def test_the_language_that_was_asked_for_is_kept(office, capsys):
    """--lang at the first import is the language of the structure."""
    main(["import", "june.csv", "--out", "town", "--yes", "--lang", "zh"])
    assert load("town").language == "zh"
    out = capsys.readouterr().out
    assert "单位：社区 1（新 1）；党支部 2（新 2）" in out
    main(["import", "june.csv", "--out", "town"])
    assert "单位：" in capsys.readouterr().out


# What shrinks


def test_units_that_are_gone_are_counted(office, capsys):
    """Beside the new units stands how many of the last month's are gone, once."""
    main(["import", "june.csv", "--out", "town", "--yes"])
    rows = JUNE.splitlines(keepends=True)
    Path("june.csv").write_text("".join(rows[:3]), encoding="utf-8")
    capsys.readouterr()

    main(["import", "june.csv", "--out", "town"])
    out = capsys.readouterr().out
    assert "household 2, 0 new, 3 gone" in out
    assert "grid 1, 0 new, 1 gone" in out
    main(["import", "june.csv", "--out", "town"])
    assert "gone" not in capsys.readouterr().out


def test_a_file_without_rows_empties_nothing(office, capsys):
    """A file of no rows is refused, and everything stays."""
    main(["import", "june.csv", "--out", "town", "--yes"])
    before = kept()
    Path("june.csv").write_text(HEADER + "\n", encoding="utf-8")
    capsys.readouterr()

    assert main(["import", "june.csv", "--out", "town", "--json"]) == 2
    assert problems(capsys) == ["GT950"]
    assert kept() == before


def test_another_plan_does_not_replace_the_one_there(office, capsys):
    """A plan beside the one of the folder is refused, unless both say the same."""
    main(["import", "june.csv", "--out", "town", "--yes"])
    before = kept()
    Path("plan.yaml").write_text(PLAN, encoding="utf-8")
    capsys.readouterr()

    args = ["import", "june.csv", "--out", "town", "--json", "--plan"]
    assert main([*args, "plan.yaml"]) == 2
    assert problems(capsys) == ["GT952"]
    shutil.copy("town/roster.yaml", "plan.yaml")
    assert main([*args, "plan.yaml"]) == 0
    assert kept() == before


def test_without_ids_the_true_reason_is_told(office, capsys):
    """Where ids.csv was deleted, nothing is written over, and that is what is told."""
    main(["import", "june.csv", "--out", "town", "--yes"])
    Path("town/ids.csv").unlink()
    before = kept()
    capsys.readouterr()

    assert main(["import", "june.csv", "--out", "town"]) == 2
    assert "there is no 'ids.csv' that tells whose ids it has" in capsys.readouterr().err
    assert kept() == before


def test_decisions_that_contradict_are_told_at_their_file(office, capsys):
    """What was decided in two ways names the file of decisions."""
    main(["import", "june.csv", "--out", "town", "--yes"])
    file = Path("town/decisions.csv")
    text = file.read_text(encoding="utf-8").replace("2栋,2幢,,", "2栋,2幢,same,")
    row = next(line for line in text.splitlines() if "2幢" in line)
    file.write_text(text + row.replace(",same,", ",different,") + "\n", encoding="utf-8")
    capsys.readouterr()

    assert main(["import", "june.csv", "--out", "town"]) == 2
    assert "town/decisions.csv: error[GT944]" in capsys.readouterr().err


def test_the_rows_that_were_looked_at_are_not_all(office, capsys, monkeypatch):
    """Numbers of the first rows are told as such."""
    monkeypatch.setattr(_peek, "ROWS", 3)

    main(["import", "june.csv", "--out", "town", "--yes"])

    out = capsys.readouterr().out
    assert "the first 2 rows looked at" in out
    assert "房号 -> household (at least 2 different)" in out


# Asking


def test_without_a_terminal_nothing_is_taken_for_granted(office, capsys):
    """Unasked, the proposal is printed with what to do, and nothing is written."""
    assert main(["import", "june.csv", "--out", "town"]) == 2
    out = capsys.readouterr().out

    assert "--yes" in out
    assert "--plan" in out
    assert not Path("town").exists()
    Path("plan.yaml").write_text(out[out.index("govtree: 1") :], encoding="utf-8")
    assert main(["import", "june.csv", "--out", "town", "--plan", "plan.yaml"]) == 0


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("answer", "code"), [("y\n", 0), ("是\n", 0), ("n\n", 2), ("\n", 2), ("", 2)]
)
def test_on_a_terminal_it_is_asked(office, monkeypatch, answer, code):
    """On a terminal the proposal is written after a yes only."""
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    out = Terminal()
    monkeypatch.setattr("sys.stdout", out)
    monkeypatch.setenv("NO_COLOR", "1")

    assert main(["import", "june.csv", "--out", "town"]) == code
    assert Path("town").exists() is (code == 0)
    assert "Write this to town? [y/N]" in out.getvalue()


def test_a_plan_names_what_was_not_found(office, capsys):
    """Where no column names the households, headers and a draft are told; a plan mends it."""
    Path("june.csv").write_text(JUNE.replace("房号", "编码甲"), encoding="utf-8")

    assert main(["import", "june.csv", "--out", "town", "--yes"]) == 2
    out, err = capsys.readouterr()
    assert "GT957" in err
    assert "编码甲" in err
    assert "# units: household: ?\ngovtree: 1\n" in out
    assert not Path("town").exists()
    plan = PLAN.replace("房号", "编码甲")
    Path("plan.yaml").write_text(plan, encoding="utf-8")
    assert main(["import", "june.csv", "--out", "town", "--plan", "plan.yaml"]) == 0
    assert "编码甲" in Path("town/roster.yaml").read_text(encoding="utf-8")


def test_a_fault_of_a_plan_is_told_at_its_line(office, capsys):
    """A level that a plan leaves out is told where the plan says what it reads."""
    text = PLAN.replace(" branch: 党支部,", "")
    Path("plan.yaml").write_text(text, encoding="utf-8")
    Path("town").mkdir()
    Path("town/structure.yaml").write_text("govtree: 1\n", encoding="utf-8")

    assert main(["import", "june.csv", "--out", "town", "--plan", "plan.yaml"]) == 2
    assert "plan.yaml:3:" in capsys.readouterr().err


# Hostile


def is_a_file(folder):
    Path("town").write_text("x", encoding="utf-8")


def is_a_link(folder):
    Path("elsewhere").mkdir()
    os.symlink("elsewhere", "town")


def has_a_file_of_somebody(folder):
    Path("town").mkdir()
    Path("town/households.csv").write_text("mine", encoding="utf-8")


def has_a_link(folder):
    main(["import", "june.csv", "--out", "town", "--yes"])
    Path("mine.csv").write_text("mine", encoding="utf-8")
    Path("town/grids.csv").unlink()
    os.symlink("../mine.csv", "town/grids.csv")


def has_faulty_ids(folder):
    main(["import", "june.csv", "--out", "town", "--yes"])
    Path("town/ids.csv").write_text("table;parent\n", encoding="utf-8")


def has_a_faulty_row(folder):
    Path("june.csv").write_text(JUNE.replace("李某,1", "李某,-1"), encoding="utf-8")


def holds(data):
    def write(folder):
        Path("june.csv").write_bytes(data)

    return write


def has_no_file(folder):
    Path("june.csv").unlink()


def is_below_nothing(folder):
    shutil.rmtree(folder / "town", ignore_errors=True)
    os.symlink("nowhere/town", "town")


@pytest.mark.parametrize(
    ("arrange", "code"),
    [
        (is_a_file, "GT951"),
        (is_a_link, "GT951"),
        (is_below_nothing, "GT951"),
        (has_a_file_of_somebody, "GT952"),
        (has_a_link, "GT089"),
        (has_faulty_ids, ""),
        (has_a_faulty_row, "GT041"),
        (has_no_file, "GT001"),
        (holds(b""), "GT051"),
        (holds(b"\n\n\n"), "GT054"),
        (holds("社区,房号\n".encode("utf-16")), "GT011"),
        (holds(b"PK\x03\x04" + bytes(range(256))), "GT061"),
        (holds(bytes(range(250, 127, -1)) * 9), "GT010"),
        (holds(b"a,b\n1,2\n"), "GT957"),
    ],
)
def test_on_an_error_nothing_is_written(office, capsys, arrange, code):
    """Whatever is wrong, it is told with exit code 2, and every file stays as it was."""
    arrange(office)
    capsys.readouterr()

    def all_files():
        return {path: path.read_bytes() for path in office.rglob("*") if path.is_file()}

    before = all_files()
    assert main(["import", "june.csv", "--out", "town", "--yes", "--json"]) == 2
    told = problems(capsys)
    assert told
    assert code in told or not code
    assert all_files() == before


def test_a_file_is_not_written_over_itself(office, capsys):
    """A table that lies in the folder and is called like one that is written is refused."""
    main(["import", "june.csv", "--out", "town", "--yes"])
    Path("town/households.csv").write_text(JUNE, encoding="utf-8")
    before = kept()
    capsys.readouterr()

    assert main(["import", "town/households.csv", "--out", "town", "--json"]) == 2
    assert problems(capsys) == ["GT955"]
    assert kept() == before


def test_a_file_may_lie_in_the_folder(office, capsys):
    """The office's file may lie beside the structure under a name of its own."""
    Path("town").mkdir()
    shutil.move("june.csv", "town/june.csv")

    assert main(["import", "town/june.csv", "--out", "town", "--yes"]) == 0
    assert Path("town/june.csv").read_text(encoding="utf-8") == JUNE


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("full")])
def test_what_is_interrupted_leaves_nothing(office, capsys, monkeypatch, error):
    """Ctrl-C and a full disk leave no folder and no file behind."""

    def fail(*_):
        raise error

    monkeypatch.setattr(_files, "_write", fail)

    code = main(["import", "june.csv", "--out", "town", "--yes"])

    assert code == (130 if error is KeyboardInterrupt else 2)
    assert sorted(path.name for path in office.iterdir()) == ["june.csv"]


def test_an_unknown_profile(office, capsys):
    """A profile that there is not is told, and so is another one than before."""
    assert main(["import", "june.csv", "--out", "town", "--profile", "bases", "--json"]) == 2
    assert problems(capsys) == ["GT095"]
    main(["import", "june.csv", "--out", "town", "--yes"])
    capsys.readouterr()
    assert main(["import", "june.csv", "--out", "town", "--profile", "jinzhai", "--json"]) == 2
    assert problems(capsys) == ["GT958"]


def test_several_files_are_one_roster(office, capsys):
    """Files of one layout are read as one table; a name with brackets is no pattern."""
    header, *rows = JUNE.splitlines(keepends=True)
    Path("[a].csv").write_text("".join([header, *rows[:2]]), encoding="utf-8")
    Path("b.csv").write_text("".join([header, *rows[2:]]), encoding="utf-8")

    assert main(["import", "[a].csv", "b.csv", "--out", "town", "--yes"]) == 0
    assert len(load("town").hierarchy.ids("household")) == 5
    assert main(["import", "b.csv", "b.csv", "--out", "town", "--yes"]) == 2


@pytest.mark.parametrize("pattern", ["in/*.csv", "i?/[ab].csv"])
def test_a_pattern_stands_for_files(office, capsys, pattern):
    """Patterns that no shell has unfolded are; one that matches nothing is told."""
    header, *rows = JUNE.splitlines(keepends=True)
    Path("in").mkdir()
    Path("in/a.csv").write_text("".join([header, *rows[:2]]), encoding="utf-8")
    Path("in/b.csv").write_text("".join([header, *rows[2:]]), encoding="utf-8")

    assert main(["import", pattern, "--out", "town", "--yes"]) == 0
    assert "5 rows of in/a.csv, in/b.csv to town" in capsys.readouterr().out
    assert main(["import", "in/*.xlsx", "--out", "town", "--json"]) == 2
    assert problems(capsys) == ["GT001"]


def test_a_sheet_for_each_community(office, capsys):
    """Sheets of one header are one roster, the sheets name the communities, others are told."""
    header = ["网格", "楼栋", "房号"]
    with xlsxwriter.Workbook("june.xlsx") as book:
        for name, rows in (
            ("甲社区", [header, ["一网格", "1栋", "101"]]),
            ("乙社区", [header[::-1], ["101", "1栋", "一网格"]]),
            ("汇总", [["社区", "户数"], ["甲社区", "1"]]),
        ):
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                sheet.write_row(row, 0, cells)

    assert main(["import", "june.xlsx", "--out", "town", "--yes"]) == 0

    out = capsys.readouterr().out
    assert "sheets that are not read, because of their headers: '汇总'" in out
    assert "june.xlsx:汇总:row 1: warning[GT959]" in out
    assert 'sheet: "*"' in Path("town/roster.yaml").read_text(encoding="utf-8")
    h = load("town").hierarchy
    assert [each.name for each in h.communities.values()] == ["乙社区", "甲社区"]
    assert [len(h.ids(table)) for table in ("grid", "household")] == [2, 2]


def test_what_is_filled_down_is_told(office, capsys):
    """Merged cells that are read in each of their rows are told, with --yes as well."""
    with xlsxwriter.Workbook("june.xlsx") as book:
        sheet = book.add_worksheet("6月")
        sheet.write_row(0, 0, ["社区", "楼栋", "房号"])
        sheet.merge_range(1, 0, 2, 0, "史河社区")
        sheet.write_row(1, 1, ["1栋", "101"])
        sheet.write_row(2, 1, ["1栋", "102"])

    assert main(["import", "june.xlsx", "--out", "town", "--yes"]) == 0
    out = capsys.readouterr().out
    assert "sheet 6月, header in row 1" in out
    assert "merged cells are filled down: 社区" in out
    assert "sheet" not in Path("town/roster.yaml").read_text(encoding="utf-8")


def test_where_reading_fails_the_proposal_is_shown(office, capsys):
    """What was understood stands before what is wrong; Chinese sentences name rows in Chinese."""
    again = "史河社区,甲支部,一组,东园,第一网格,1栋,1单元,101,王某,4\n"
    Path("june.csv").write_text(JUNE + again, encoding="utf-8")

    assert main(["import", "june.csv", "--out", "town", "--yes", "--lang", "zh"]) == 2
    out, err = capsys.readouterr()
    assert "房号 -> 户" in out
    assert "在第 2 行已出现" in err


# The example of workbooks


def test_the_shipped_workbooks_are_those_of_the_script(tmp_path):
    """What make.py writes says the same as the workbooks beside it."""
    shutil.copy(REGISTRY / "make.py", tmp_path)
    spec = importlib.util.spec_from_file_location("made_registry", tmp_path / "make.py")
    spec.loader.exec_module(importlib.util.module_from_spec(spec))

    for name in ("2025-06.xlsx", "2025-07.xlsx"):
        shipped, made = (peek(Folder(folder), name) for folder in (REGISTRY, tmp_path))
        assert shipped[0]
        assert shipped == made


def test_the_workbooks_of_two_months(tmp_path, capsys):
    """Titles, a header of two rows, subtotals and a word before a count are understood."""
    town = str(tmp_path / "town")

    assert main(["import", str(REGISTRY / "2025-06.xlsx"), "--out", town, "--yes"]) == 0
    before = ids(town)
    assert main(["import", str(REGISTRY / "2025-07.xlsx"), "--out", town]) == 0

    assert before.items() <= ids(town).items()
    assert len(ids(town)) == len(before) + 1
    h = load(town).hierarchy
    assert len(h.ids("household")) == 25
    assert "GT918" in capsys.readouterr().out
