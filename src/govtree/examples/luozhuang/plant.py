"""Write a second version of the Luozhuang example, with one planted defect for each rule.

Run it as ``python plant.py FOLDER``: it reads the example beside it and writes a copy in
which each rule that ``planted.csv`` names finds the subject named there, and nothing else.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from govtree.examples._making import read, write

__all__ = ["main", "plant"]

HERE = Path(__file__).resolve().parent

Row = dict[str, str]
Tables = dict[str, list[Row]]


def plant(tables: Tables, planted: Iterable[Mapping[str, str]]) -> None:
    """Change *tables* so that each rule of *planted* finds its subject."""
    for each in planted:
        DEFECTS[each["rule"]](tables, each["subject"])


def lose_group(tables: Tables, household: str) -> None:
    find(tables["households"], household)["parent"] = ""


def lose_building(tables: Tables, household: str) -> None:
    find(tables["households"], household)["building"] = ""


def name_second_grid(tables: Tables, household: str) -> None:
    row = find(tables["households"], household)
    grid = find(tables["buildings"], row["building"])["grid"]
    # Of the same branch, so that the two ways up still agree.
    row["grid"] = next(each for each in covered_by(branch_over(tables, grid)) if each != grid)


def join_group_of_other_branch(tables: Tables, household: str) -> None:
    row = find(tables["households"], household)
    branch = find(tables["branches"], find(tables["groups"], row["parent"])["parent"])
    row["parent"] = group_of(tables, neighbor_of(tables, branch))


def join_group_of_other_community(tables: Tables, household: str) -> None:
    # Its grid has to be one that no branch covers: otherwise the branches disagree first.
    row = find(tables["households"], household)
    branch = find(tables["branches"], find(tables["groups"], row["parent"])["parent"])
    other = next(each for each in tables["branches"] if each["parent"] != branch["parent"])
    row["parent"] = group_of(tables, other)


def lose_grid(tables: Tables, building: str) -> None:
    find(tables["buildings"], building)["grid"] = ""


def lose_branch(tables: Tables, group: str) -> None:
    find(tables["groups"], group)["parent"] = ""


def lose_cover(tables: Tables, grid: str) -> None:
    branch = branch_over(tables, grid)
    branch["covers"] = ";".join(each for each in covered_by(branch) if each != grid)


def cover_twice(tables: Tables, grid: str) -> None:
    add_cover(neighbor_of(tables, branch_over(tables, grid)), grid)


def enter_elsewhere(tables: Tables, grid: str) -> None:
    row = find(tables["grids"], grid)
    others = (each["id"] for each in tables["communities"] if each["id"] != row["community"])
    row["community"] = next(others)


def move_all_elsewhere(tables: Tables, branch: str) -> None:
    """Move the grids and the groups of *branch* to its neighbor, and forget the branch."""
    row = find(tables["branches"], branch)
    other = neighbor_of(tables, row)
    add_cover(other, row["covers"])
    row["covers"] = ""
    for group in tables["groups"]:
        if group["parent"] == branch:
            group["parent"] = other["id"]


def lose_secretary(tables: Tables, branch: str) -> None:
    seats = tables["posts"]
    seats.remove(next(row for row in seats if (row["post"], row["at"]) == ("secretary", branch)))


def type_other_head(tables: Tables, grid: str) -> None:
    worker = next(row for row in tables["posts"] if row["at"] == grid)
    tables["posts"].append(worker | {"post": "grid_head", "number": ""})


def miss_figure(tables: Tables, figure: str) -> None:
    if figure == "grids":
        branch = tables["branches"][0]
        grid = {"id": f"N-{len(tables['grids']) + 1}", "community": branch["parent"]}
        tables["grids"].append(grid)
        add_cover(branch, grid["id"])
    else:
        tier = figure.removeprefix("compounds.")
        next(row for row in tables["compounds"] if row["tier"] == tier)["tier"] = "middle"


DEFECTS: Mapping[str, Callable[[Tables, str], None]] = {
    "household-in-no-group": lose_group,
    "household-in-no-grid": lose_building,
    "household-in-two-grids": name_second_grid,
    "two-ways-up-disagree": join_group_of_other_branch,
    "household-in-two-communities": join_group_of_other_community,
    "building-in-no-grid": lose_grid,
    "group-in-no-branch": lose_branch,
    "grid-without-branch": lose_cover,
    "grid-with-two-branches": cover_twice,
    "cover-across-communities": enter_elsewhere,
    "branch-covering-nothing": move_all_elsewhere,
    "branch-without-secretary": lose_secretary,
    "grid-head-not-secretary": type_other_head,
    "declared-figure": miss_figure,
}


def find(rows: Iterable[Row], id: str) -> Row:
    return next(row for row in rows if row["id"] == id)


def group_of(tables: Tables, branch: Row) -> str:
    return next(row["id"] for row in tables["groups"] if row["parent"] == branch["id"])


def covered_by(branch: Row) -> list[str]:
    return branch["covers"].split(";")


def add_cover(branch: Row, grids: str) -> None:
    branch["covers"] += f";{grids}"


def branch_over(tables: Tables, grid: str) -> Row:
    return next(row for row in tables["branches"] if grid in covered_by(row))


def neighbor_of(tables: Tables, branch: Row) -> Row:
    """Return another branch of the same community."""
    return next(
        row
        for row in tables["branches"]
        if row["parent"] == branch["parent"] and row["id"] != branch["id"]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the second version into the folder that *arguments* name."""
    parser = argparse.ArgumentParser(description="Write the Luozhuang example with defects.")
    parser.add_argument("folder", type=Path, help="where to write it")
    folder: Path = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    apart = {"planted.csv", "divisions.csv"}
    tables = {file.stem: read(file) for file in HERE.glob("*.csv") if file.name not in apart}
    plant(tables, read(HERE / "planted.csv"))
    for name, rows in tables.items():
        write(rows, folder / f"{name}.csv")
    shutil.copyfile(HERE / "structure.yaml", folder / "structure.yaml")


if __name__ == "__main__":
    main()
