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


def name_grid_instead_of_building(tables: Tables, household: str) -> None:
    row = find(tables["households"], household)
    row["grid"] = find(tables["buildings"], row["building"])["grid"]
    row["building"] = ""


def lose_contact(tables: Tables, group: str) -> None:
    tables["serves"].remove(contact_of(tables, group))


def serve_all_but(tables: Tables, household: str) -> None:
    """Let the contact household of a group serve each of its neighbors but *household*."""
    group = find(tables["households"], household)["parent"]
    contact = contact_of(tables, group)
    tables["serves"].remove(contact)
    tables["serves"] += [
        contact | {"target": row["id"]}
        for row in tables["households"]
        if row["parent"] == group and row["id"] not in {household, contact["source"]}
    ]


def serve_all_but_one_alone(tables: Tables, group: str) -> None:
    own = (row for row in tables["households"] if row["parent"] == group)
    serve_all_but(tables, next(row["id"] for row in own if row["living_alone"] == "1"))


def lose_head(tables: Tables, building: str) -> None:
    tables["posts"].remove(seat_of(tables, f"{building}/building_head"))


def leave_vacant(tables: Tables, seat: str) -> None:
    seat_of(tables, seat).update(holder="", appointment_source="", since="", vacant="yes")


def let_end(tables: Tables, seat: str) -> None:
    seat_of(tables, seat)["until"] = "2023-05-31"


def follow_too_early(tables: Tables, seat: str) -> None:
    follow(tables, seat, until="2023-03-31", since="2023-03-31")


def follow_too_late(tables: Tables, seat: str) -> None:
    follow(tables, seat, until="2023-03-31", since="2023-05-01")


def follow(tables: Tables, seat: str, until: str, since: str) -> None:
    first = seat_of(tables, seat)
    first["until"] = until
    tables["posts"].append(first | {"holder": f"{first['holder']}b", "since": since, "until": ""})


def lose_home(tables: Tables, seat: str) -> None:
    find(tables["persons"], seat_of(tables, seat)["holder"])["home"] = ""


def lose_type(tables: Tables, compound: str) -> None:
    find(tables["compounds"], compound)["type"] = ""


def lose_station(tables: Tables, compound: str) -> None:
    lose_service(tables, compound, lambda row: row["source"].endswith("/station"))


def lose_owners_committee(tables: Tables, compound: str) -> None:
    lose_service(tables, compound, lambda row: row["source"].startswith("OC-"))


def lose_lead(tables: Tables, compound: str) -> None:
    lose_service(tables, compound, lambda row: row["mode"] == "lead")


def lose_helper(tables: Tables, compound: str) -> None:
    lose_service(tables, compound, lambda row: row["mode"] == "organization_helps")


def lose_service(tables: Tables, compound: str, is_it: Callable[[Row], bool]) -> None:
    found = (row for row in tables["serves"] if row["target"] == compound and is_it(row))
    tables["serves"].remove(next(found))


def station_nobody(tables: Tables, compound: str) -> None:
    """Let whoever is stationed in *compound* be somebody who was not dispatched."""
    seat_of(tables, f"{compound}/stationed_secretary")["appointment_source"] = "appointed"


def cover_all_but(tables: Tables, compound: str) -> None:
    """Let a branch cover the buildings of a grid of *compound* but one, and not the grid."""
    own = [row for row in tables["buildings"] if row["compound"] == compound]
    grid = own[0]["grid"]
    branch = branch_over(tables, grid)
    parts = [row["id"] for row in tables["buildings"] if row["grid"] == grid]
    left = [each for each in covered_by(branch) if each != grid]
    branch["covers"] = ";".join([*left, *parts[1:]])
    for group in tables["groups"]:
        covered = covered_by(group)
        group["covers"] = ";".join(each for each in covered if each != parts[0])


def let_expire(tables: Tables, compound: str) -> None:
    find(tables["bodies"], f"OC-{compound[2:]}")["state"] = "expired"


def lose_supervision(tables: Tables, compound: str) -> None:
    rows = tables["responsibilities"]
    link = ("supervision", compound)
    rows.remove(next(row for row in rows if (row["matter"], row["unit"]) == link))


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
    "household-in-no-building": name_grid_instead_of_building,
    "group-without-contact": lose_contact,
    "household-unserved": serve_all_but,
    "priority-households-unserved": serve_all_but_one_alone,
    "building-without-head": lose_head,
    "vacant-post": leave_vacant,
    "tenure-expired": let_end,
    "tenures-overlap": follow_too_early,
    "gap-between-holders": follow_too_late,
    "dispatched-without-home": lose_home,
    "compound-without-type": lose_type,
    "compound-without-station": lose_station,
    "required-body-missing": lose_owners_committee,
    "without-one-lead": lose_lead,
    "developer-withdrawn": station_nobody,
    "compound-partly-covered": cover_all_but,
    "owners-committee-not-seated": let_expire,
    "support-party-missing": lose_helper,
    "service-chain-broken": lose_supervision,
}


def find(rows: Iterable[Row], id: str) -> Row:
    return next(row for row in rows if row["id"] == id)


def seat_of(tables: Tables, seat: str) -> Row:
    """Return the row of the seat with this id, which its place, post and number make."""
    return next(
        row
        for row in tables["posts"]
        if "/".join(filter(None, (row["at"], row["post"], row["number"]))) == seat
    )


def contact_of(tables: Tables, group: str) -> Row:
    return next(row for row in tables["serves"] if row["target"] == group)


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
