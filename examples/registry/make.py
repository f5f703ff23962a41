"""Write the two workbooks of this example: what an office hands in, in two months."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent
HEADER = ["社区", "网格党支部", "网格", "楼组", "小区", "楼栋", "单元", "房号"]
BELOW = ["人数（人）", "独居"]
BUILDINGS = {
    "第一网格": [("东园小区", "1栋"), ("东园小区", "2栋")],
    "第二网格": [("东园小区", "3栋"), ("西园小区", "1号楼")],
}


def rows(month: int) -> list[list[object]]:
    """Return the lines of a month, those of subtotals among them."""
    lines: list[list[object]] = []
    for grid, buildings in BUILDINGS.items():
        count = 0
        for place, (compound, building) in enumerate(buildings, start=1):
            for floor in range(1, 4):
                for door in (1, 2):
                    household = f"{floor}0{door}"
                    people: object = (floor + door + place) % 4 + 1
                    name, which = building, grid
                    if (compound, building, household) == ("东园小区", "2栋", "302"):
                        name = "2幢"  # somebody else typed this line
                    if (compound, building, household) == ("西园小区", "1号楼", "101"):
                        people = "约3人"
                    if (compound, building, household) == ("东园小区", "3栋", "202"):
                        which = "第2网格"
                    alone = "是" if people == 1 else ""
                    place_of = ["史河社区", f"{grid}党支部", which, f"{building}楼组", compound]
                    lines.append([*place_of, name, "1单元", household, people, alone])
                    count += people if isinstance(people, int) else 3
            if month == 7 and building == "3栋":
                moved = [*lines[-1]]
                moved[7], moved[8], moved[9] = "401", 2, ""
                lines.append(moved)
                count += 2
        lines.append(["小计", "", "", "", "", "", "", "", count, ""])
    return lines


def write(month: int) -> None:
    """Write the workbook of a month: a title, a header of two rows, merged cells, subtotals."""
    with xlsxwriter.Workbook(HERE / f"2025-{month:02}.xlsx") as book:
        book.set_properties({"created": dt.datetime(2025, month, 30)})  # noqa: DTZ001 - of a file
        sheet = book.add_worksheet("住户")
        middle = book.add_format({"valign": "vcenter", "align": "center", "border": 1})
        title = book.add_format({"bold": True, "font_size": 14})
        sheet.write(0, 0, f"史河社区住户台账（2025年{month}月）", title)
        for column, name in enumerate(HEADER):
            sheet.merge_range(2, column, 3, column, name, middle)
        sheet.merge_range(2, 8, 2, 9, "人口", middle)
        for column, name in enumerate(BELOW, start=8):
            sheet.write(3, column, name, middle)
        table = rows(month)
        for number, line in enumerate(table, start=4):
            for column, cell in enumerate(line):
                if cell != "":
                    sheet.write(number, column, cell)
        book.add_worksheet("填表说明").hide()


for month in (6, 7):
    write(month)
