"""Office files: a flat table beside polars, a workbook beside its reader alone, and exports."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import python_calamine
import xlsxwriter
from figure import Figure, Sample, share_of_time, short, taking_turns

from govtree._files import Folder
from govtree.facts import Facts
from govtree.rosters import RosterFiles, RosterPlan, read_roster
from govtree.tables import read_columns
from govtree.units import Column

NOTE = """\
A flat table, a row for each household in random order, with eight columns of names (community,
branch, group, grid, compound, building, entrance, door) and three of facts, on the wall clock:
polars reads with all cores, govtree with one. The peer of the first line reads the file and groups
its rows by the eight names; govtree gives each unit its id, looks for near-twins among the names,
and builds and checks the hierarchy. The workbook holds the same columns; its peer is the reader
that govtree uses, alone."""

#: By table, the column that names its units.
UNITS = {
    "community": "社区",
    "branch": "党支部",
    "group": "楼组",
    "grid": "网格",
    "compound": "小区",
    "building": "楼栋",
    "entrance": "单元",
    "household": "户号",
}
NAMES = list(UNITS.values())
HEADER = (*NAMES, "居住类型", "人数", "独居")
IN_A_WORKBOOK = 150_000
PLAN = RosterPlan(
    units=UNITS,
    columns={
        "household.occupancy": "居住类型",
        "household.residents": "人数",
        "household.tags.living_alone": "独居",
    },
    covers=[("branch", "grid")],
)


def rows(households: int) -> list[list[str]]:
    """Return the rows of a flat table, shuffled."""
    made = [
        [
            f"第{each // 1500}社区",
            f"第{each // 300}党支部",
            f"{each // 20 % 100}号楼组",
            f"第{each // 300 % 5 + 1}网格",
            f"花园{each // 600}小区",
            f"{each // 60 % 40 + 1}号楼",
            f"{each // 20 % 3 + 1}单元",
            f"{each % 20 // 2 + 1}0{each % 2 + 1}室",
            "owner",
            str(each % 5 + 1),
            "是" if each % 9 == 0 else "",
        ]
        for each in range(households)
    ]
    random.Random(1).shuffle(made)
    return made


def measure(folder: Path, households: int, repeats: int) -> Iterator[Figure]:
    """Yield the figures of flat tables."""
    flat = folder / "flat.csv"
    lines = [",".join(HEADER), *map(",".join, rows(households))]
    flat.write_text("\n".join(lines) + "\n", encoding="utf-8")
    del lines
    works: dict[str, Callable[[], object]] = {
        "govtree": lambda: _read(flat),
        "polars": lambda: pl.read_csv(flat).group_by(NAMES).len(),
    }
    samples = taking_turns(works, repeats, clock=time.perf_counter)
    yield share_of_time(f"{households:,} rows of CSV to a hierarchy", samples, most=3)
    yield _memory(flat)
    book = folder / "flat.xlsx"
    write_workbook(book, rows(IN_A_WORKBOOK))
    for what, read in (("the rows of a table", _rows_of), ("a hierarchy", _read)):
        works = {
            "govtree": lambda read=read: read(book),
            "python-calamine": lambda: _cells(book),
        }
        samples = taking_turns(works, repeats, clock=time.perf_counter)
        yield share_of_time(f"{IN_A_WORKBOOK:,} rows of xlsx to {what}", samples, most=1.5)


def write_workbook(path: Path, table: list[list[str]]) -> None:
    """Write rows as an office program would: texts as shared ones, counts as numbers."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("住户")
        sheet.write_row(0, 0, HEADER)
        for number, row in enumerate(table, start=1):
            for column, cell in enumerate(row):
                if column == 9:
                    sheet.write_number(number, column, int(cell))
                elif cell:
                    sheet.write_string(number, column, cell)


def _read(path: Path) -> object:
    roster = read_roster(RosterFiles(Folder(path.parent), path.name), PLAN, facts=Facts())
    assert roster.hierarchy is not None, roster.problems[:3]
    return roster


def _rows_of(path: Path) -> object:
    known = {name: Column("term") for name in (*NAMES, "居住类型", "独居")}
    known["人数"] = Column("whole")
    rows, problems = read_columns(Folder(path.parent), path.name, "roster", known)
    assert rows is not None, problems[:3]
    return rows


def _cells(path: Path) -> object:
    return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def _memory(path: Path) -> Figure:
    """Return the most memory of a process of its own that reads the flat table."""
    program = [sys.executable, __file__, str(path)]
    most = Sample(tuple(float(subprocess.check_output(program)) for _ in range(3)))
    return Figure(
        "the most memory of that process, imports included",
        most.text(1, "MB"),
        "",
        f"{short(path.stat().st_size / 1e6)} MB of CSV",
        "",
        True,
    )


if __name__ == "__main__":
    _read(Path(sys.argv[1]))
    # Not getrusage: its figure begins with the memory of the process that started this one.
    told = Path("/proc/self/status").read_text(encoding="utf-8")
    print(int(re.search(r"VmHWM:\s+(\d+) kB", told)[1]) * 1024 / 1e6)
