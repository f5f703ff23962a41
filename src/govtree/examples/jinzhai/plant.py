"""Write a second version of the Jinzhai example, with one planted defect for each rule.

Run it as ``python plant.py FOLDER``: it reads the example beside it and writes a copy in
which each rule that ``planted.csv`` names finds the subject named there, and nothing else.
Every rule of the catalogue is on in the copy, with parameters that the example itself keeps.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from govtree.examples._making import read, write
from govtree.examples.jinzhai.generate import COLUMNS

__all__ = ["DEFECTS", "Defect", "dump", "main", "plant", "subjects"]

HERE = Path(__file__).resolve().parent

Row = dict[str, str]
Tables = dict[str, list[Row]]

#: What the second version asks for beyond the profile, or in other words than the rules do.
RULES = """\
rules:
  building-without-head: warning
  entrance-without-head: warning
  several-roots: {roots: 1}
  # Occupied households, so that a building entered as empty is noticed.
  households-a-group: {least: 5, most: 50, count: occupied}
  households-a-community: {least: 0, most: 60000, count: residents}
  span-of-a-community: {least: 2, most: 20}
  span-of-a-branch: {count: grids, least: 2, most: 20}
  branch-size: warning
  branch-without-committee: warning
  group-size: warning
  joint-branch-too-wide: warning
  grid-head-not-secretary: error
  branch-not-functioning: warning
  type-without-requirements:
    types: [affordable_housing, commercial, mixed, work_unit_housing]
  # An errand: nobody bears one at a compound, so that only the company manages it.
  compound-without-manager: {matters: [errand_8]}
  without-one-lead: error
  support-party-missing: {parties: [call_up]}
  cn12: warning
"""


class Defect(NamedTuple):
    """What goes wrong for a rule to find, and where it may.

    Attributes:
        plant: Changes tables so that the rule finds the subject that is named.
        suitable: Returns the subjects of which nothing else is found then.
    """

    plant: Callable[[Tables, str], None]
    suitable: Callable[[Tables], list[str]]


def plant(tables: Tables, planted: Iterable[Mapping[str, str]]) -> None:
    """Change *tables* so that each rule of *planted* finds its subject."""
    for each in planted:
        DEFECTS[each["rule"]].plant(tables, each["subject"])


def subjects(tables: Tables, rule: str) -> list[str]:
    """Return the subjects at which the defect for *rule* can be planted."""
    return DEFECTS[rule].suitable(tables)


# -- households ---------------------------------------------------------------------------


def lose_group(tables: Tables, household: str) -> None:
    find(tables["households"], household)["parent"] = ""


def lose_entrance(tables: Tables, household: str) -> None:
    find(tables["households"], household)["entrance"] = ""


def name_second_grid(tables: Tables, household: str) -> None:
    row = find(tables["households"], household)
    grid = grid_of(tables, row)
    # Of the same branch, so that the two ways up still agree.
    row["grid"] = next(each for each in grids_of(branch_over(tables, grid)) if each != grid)


def join_group_of_other_branch(tables: Tables, household: str) -> None:
    row = find(tables["households"], household)
    other = neighbor_of(tables, branch_of(tables, row["parent"]))
    row["parent"] = group_of(tables, other)


def join_group_of_other_community(tables: Tables, household: str) -> None:
    row = find(tables["households"], household)
    branch = branch_of(tables, row["parent"])
    # Covered building by building, its grid has no one branch that could disagree first.
    cover_buildings(tables, grid_of(tables, row))
    other = next(each for each in tables["branches"] if each["parent"] != branch["parent"])
    row["parent"] = group_of(tables, other)


def name_grid_only(tables: Tables, household: str) -> None:
    row = find(tables["households"], household)
    row |= {"grid": grid_of(tables, row), "entrance": ""}


def households(tables: Tables) -> list[str]:
    return [row["id"] for row in tables["households"] if row["parent"] and row["entrance"]]


def households_of_wide_branches(tables: Tables) -> list[str]:
    wide = wide_branches(tables)
    groups = {row["id"] for row in tables["groups"] if row["parent"] in wide}
    return [row["id"] for row in tables["households"] if row["parent"] in groups]


# -- buildings, groups and who serves them -------------------------------------------------


def lose_grid(tables: Tables, building: str) -> None:
    find(tables["buildings"], building)["grid"] = ""


def lose_branch(tables: Tables, group: str) -> None:
    find(tables["groups"], group)["parent"] = ""


def lose_steward(tables: Tables, group: str) -> None:
    remove(tables["posts"], post="neighbor_steward", at=group)


def serve_others(tables: Tables, household: str) -> None:
    """Let the steward of the group serve each of its households by name, but for one."""
    group = find(tables["households"], household)["parent"]
    steward = next(row for row in tables["posts"] if is_steward_of(row, group))
    tables["serves"] += [
        {"source": seat(steward), "target": row["id"], "mode": ""}
        for row in tables["households"]
        if row["parent"] == group and row["id"] != household
    ]


def is_steward_of(row: Row, group: str) -> bool:
    return (row["post"], row["at"]) == ("neighbor_steward", group)


def serve_others_than_priority(tables: Tables, group: str) -> None:
    own = (row for row in tables["households"] if row["parent"] == group)
    serve_others(tables, next(row["id"] for row in own if has_priority(row)))


def has_priority(row: Row) -> bool:
    return "1" in (row["living_alone"], row["empty_nest"])


def without_priority(tables: Tables) -> list[str]:
    return [row["id"] for row in tables["households"] if row["parent"] and not has_priority(row)]


def groups_with_priority(tables: Tables) -> list[str]:
    return sorted({row["parent"] for row in tables["households"] if has_priority(row)} - {""})


def lose_building_head(tables: Tables, building: str) -> None:
    remove(tables["posts"], post="building_head", at=building)


def lose_entrance_head(tables: Tables, entrance: str) -> None:
    remove(tables["posts"], post="entrance_head", at=entrance)


def enter_all_as_empty(tables: Tables, group: str) -> None:
    for row in tables["households"]:
        if row["parent"] == group:
            row["occupancy"] = "empty"


def lose_members(tables: Tables, group: str) -> None:
    find(tables["groups"], group)["members"] = "2"


# -- grids ----------------------------------------------------------------------------------


def lose_cover(tables: Tables, grid: str) -> None:
    remove_cover(branch_over(tables, grid), grid)


def cover_twice(tables: Tables, grid: str) -> None:
    add_cover(neighbor_of(tables, branch_over(tables, grid)), grid)


def enter_elsewhere(tables: Tables, grid: str) -> None:
    row = find(tables["grids"], grid)
    others = (each["id"] for each in tables["communities"] if each["id"] != row["community"])
    row["community"] = next(others)


def enter_dwellings_under_construction(tables: Tables, grid: str) -> None:
    buildings = {row["id"] for row in tables["buildings"] if row["grid"] == grid}
    entrances = {row["id"] for row in tables["entrances"] if row["building"] in buildings}
    like = next(row for row in tables["households"] if row["entrance"] in entrances)
    empty = {"residents": "0", "occupancy": "empty", "living_alone": "0", "empty_nest": "0"}
    first = len(tables["households"]) + 1
    tables["households"] += [like | empty | {"id": f"H-{first + n:05}"} for n in range(200)]


def appoint_two_more(tables: Tables, grid: str) -> None:
    for number in "89":
        fill(tables, "grid_worker", grid, number)


def lose_staff(tables: Tables, grid: str) -> None:
    remove(tables["posts"], at=grid)


def type_other_head(tables: Tables, grid: str) -> None:
    fill(tables, "grid_head", grid)


def grids_of_wide_branches(tables: Tables) -> list[str]:
    """Return grids without which their branch, and their compound, still have others."""
    wide = wide_branches(tables)
    own = Counter(row["compound"] for row in whole_grids(tables))
    return [
        row["grid"]
        for row in whole_grids(tables)
        if branch_over(tables, row["grid"])["id"] in wide
        and (not row["compound"] or own[row["compound"]] > 1)
    ]


def street_grids(tables: Tables) -> list[str]:
    return [row["grid"] for row in whole_grids(tables) if not row["compound"]]


def whole_grids(tables: Tables) -> list[Row]:
    """Return a building of each grid that one branch covers as a whole."""
    covered = Counter(grid for row in tables["branches"] for grid in grids_of(row))
    of = {row["grid"]: row for row in tables["buildings"] if covered[row["grid"]] == 1}
    return list(of.values())


# -- branches -------------------------------------------------------------------------------


def move_all_elsewhere(tables: Tables, branch: str) -> None:
    """Move the grids and the groups of *branch* to its neighbor, and forget the branch."""
    row = find(tables["branches"], branch)
    move(tables, grids_of(row), row, neighbor_of(tables, row))


def lose_streets(tables: Tables, branch: str) -> None:
    """Move the grids around the compound to the neighbor, so that too few are left."""
    row = find(tables["branches"], branch)
    streets = set(street_grids(tables))
    moved = [grid for grid in grids_of(row) if grid in streets]
    move(tables, moved, row, neighbor_of(tables, row))


def branches_of_one_grid(tables: Tables) -> list[str]:
    """Return branches with one grid in their compound, and others around it."""
    streets = set(street_grids(tables))
    return [
        row["id"]
        for row in tables["branches"]
        if sum(grid not in streets for grid in grids_of(row)) == 1 < len(grids_of(row))
    ]


def grow(tables: Tables, branch: str) -> None:
    find(tables["branches"], branch)["members"] = "60"


def lose_committee(tables: Tables, branch: str) -> None:
    for post in ("deputy_secretary", "committee_member"):
        remove(tables["posts"], post=post, at=branch)


def cut_off_code(tables: Tables, community: str) -> None:
    """Give it the code of the town, without the zeros at the end."""
    find(tables["communities"], community)["code"] = community[:9]


def join_many(tables: Tables, branch: str) -> None:
    """Make it a joint branch that covers building after building."""
    row = find(tables["branches"], branch)
    row["kind"] = "joint_branch"
    cover_buildings(tables, grids_of(row)[0])


def lose_secretary(tables: Tables, branch: str) -> None:
    remove(tables["posts"], post="secretary", at=branch)


def lose_premises(tables: Tables, branch: str) -> None:
    break_duty(tables, branch, "premises")


def branches_without_flags(tables: Tables) -> list[str]:
    flagged, branch_in = {row["unit"] for row in tables["flags"]}, branches_in(tables)
    over = {branch for compound, branch in branch_in.items() if compound in flagged}
    return [row["id"] for row in tables["branches"] if row["id"] not in over]


def wide_branches(tables: Tables) -> list[str]:
    """Return the branches that can spare a grid."""
    return [row["id"] for row in tables["branches"] if len(grids_of(row)) > 2]


# -- communities, and the whole ----------------------------------------------------------------


def enter_second_town(tables: Tables, _level: str) -> None:
    town = tables["towns"][0]["id"]
    divisions = read(HERE / "divisions.csv")
    row = next(row for row in divisions if row["level"] == "4" and row["code"] != town)
    tables["towns"].append({"id": row["code"], "name": row["name"]})


def join_second_area(tables: Tables, community: str) -> None:
    area = next(row for row in tables["areas"] if community not in row["communities"].split(";"))
    area["communities"] += f";{community}"


def slip_in_residents(tables: Tables, community: str) -> None:
    """Write the number of residents of a whole town beside one household."""
    branches = {row["id"] for row in tables["branches"] if row["parent"] == community}
    groups = {row["id"] for row in tables["groups"] if row["parent"] in branches}
    row = next(row for row in tables["households"] if row["parent"] in groups)
    row["residents"] = "90000"


def enter_village(tables: Tables, village: str) -> None:
    """Enter a village of the town of which nobody has entered a branch."""
    row = next(row for row in read(HERE / "divisions.csv") if row["code"] == village)
    unit = {"id": village, "name": row["name"], "kind": "villagers_committee"}
    tables["communities"].append(unit | {"parent": row["parent"]})


def villages(tables: Tables) -> list[str]:
    town, there = tables["towns"][0]["id"], {row["id"] for row in tables["communities"]}
    divisions = read(HERE / "divisions.csv")
    return [row["code"] for row in divisions if row["parent"] == town and row["code"] not in there]


def miss_figure(tables: Tables, figure: str) -> None:
    if figure == "grids":
        branch = tables["branches"][0]
        # One for an office block, without households.
        grid = {"id": f"N-{len(tables['grids']) + 1:03}", "kind": "special_grid"}
        tables["grids"].append(grid | {"community": branch["parent"]})
        add_cover(branch, grid["id"])
        fill(tables, "grid_worker", grid["id"], "1")
    elif figure == "bodies.residents_home":
        tables["bodies"].append({"id": "RH-new", "kind": "residents_home"})
    elif figure == "duties.dossier":
        community = tables["communities"][0]["id"]
        tables["duties"].append({"unit": community, "duty": "dossier", "kept": "yes"})
    else:
        row = next(row for row in tables["bodies"] if row["kind"] == "task_force")
        row["groups"] += ";第七组"


def figures(_tables: Tables) -> list[str]:
    return ["grids", "bodies.residents_home", "duties.dossier", "body_groups"]


# -- posts and bodies ----------------------------------------------------------------------------


def vacate(tables: Tables, post: str) -> None:
    row = next(row for row in tables["posts"] if seat(row) == post)
    row |= {"holder": "", "appointment_source": "", "since": "", "vacant": "yes"}


def expire(tables: Tables, post: str) -> None:
    next(row for row in tables["posts"] if seat(row) == post)["until"] = "2023-01-31"


def overlap(tables: Tables, post: str) -> None:
    add_predecessor(tables, post, days=30)


def leave_gap(tables: Tables, post: str) -> None:
    add_predecessor(tables, post, days=-30)


def add_predecessor(tables: Tables, post: str, *, days: int) -> None:
    """Add who held the seat before, until so many days after its holder began."""
    row = next(row for row in tables["posts"] if seat(row) == post)
    last = dt.date.fromisoformat(row["since"]) + dt.timedelta(days=days)
    before = {"holder": new_person(tables), "since": "2010-01-01", "until": str(last)}
    tables["posts"].append(row | before)


def lose_home(tables: Tables, post: str) -> None:
    row = next(row for row in tables["posts"] if seat(row) == post and not row["until"])
    find(tables["persons"], row["holder"])["home"] = ""


def take_second_post(tables: Tables, person: str) -> None:
    branches = tables["branches"]
    at = branches[int(person.removeprefix("p-")) % len(branches)]["id"]
    fill(tables, "committee_member", at, "9", holder=person)


def committee_seats(tables: Tables) -> list[str]:
    kinds = ("deputy_secretary", "committee_member")
    return [seat(row) for row in tables["posts"] if row["post"] in kinds]


def seats_held_once(tables: Tables) -> list[str]:
    times = Counter(seat(row) for row in tables["posts"])
    return [seat(row) for row in tables["posts"] if row["holder"] and times[seat(row)] == 1]


def dispatched_seats(tables: Tables) -> list[str]:
    return [seat(row) for row in tables["posts"] if row["appointment_source"] == "dispatched"]


def holders_of_one_post(tables: Tables) -> list[str]:
    times = Counter(row["holder"] for row in tables["posts"])
    return [
        row["holder"]
        for row in tables["posts"]
        if row["holder"] and not row["until"] and times[row["holder"]] == 1
    ]


def lose_chair(tables: Tables, body: str) -> None:
    remove(tables["memberships"], body=body, role="chair")


def lose_department(tables: Tables, body: str) -> None:
    row = next(row for row in tables["memberships"] if row["body"] == body and row.get("member"))
    tables["memberships"].remove(row)


def leave_group(tables: Tables, body: str) -> None:
    next(row for row in tables["memberships"] if row["body"] == body)["group"] = ""


def join_second_group(tables: Tables, body: str) -> None:
    own = [row for row in tables["memberships"] if row["body"] == body]
    # Of the last one, so that the first may leave its own.
    other = next(row["group"] for row in own if row["group"] not in ("", own[-1]["group"]))
    tables["memberships"].append(own[-1] | {"group": other})


def end(tables: Tables, body: str) -> None:
    find(tables["bodies"], body)["until"] = "2023-01-31"


def bodies(kind: str) -> Callable[[Tables], list[str]]:
    return lambda tables: [row["id"] for row in tables["bodies"] if row["kind"] == kind]


def teams(tables: Tables) -> list[str]:
    return bodies("task_force")(tables) + bodies("errand_team")(tables)


# -- compounds -------------------------------------------------------------------------------------


def lose_type(tables: Tables, compound: str) -> None:
    find(tables["compounds"], compound)["type"] = ""


def take_type_of_village(tables: Tables, compound: str) -> None:
    find(tables["compounds"], compound)["type"] = "village_run"


def lose_residents_home(tables: Tables, compound: str) -> None:
    remove_server(tables, compound, "residents_home")


def lose_contract(tables: Tables, compound: str) -> None:
    serving(tables, compound, "contract")["mode"] = ""


def lose_owners_committee(tables: Tables, compound: str) -> None:
    remove_server(tables, compound, "owners_committee")


def lose_lead(tables: Tables, compound: str) -> None:
    tables["serves"].remove(serving(tables, compound, "lead"))


def withdraw(tables: Tables, compound: str) -> None:
    """Let the developer withdraw from where the branch does not meet, which is known of."""
    flag = {"unit": compound, "flag": "developer_withdrawn", "since": "2018-01-01"}
    tables["flags"].append(flag)
    branch = branches_in(tables)[compound]
    break_duty(tables, branch, "monthly_meeting")
    waive(tables, "branch-not-functioning", branch, "its compound is being taken over")


def leave_building_out(tables: Tables, compound: str) -> None:
    """Cover one grid of the compound building by building, but for one."""
    grid = next(row["grid"] for row in tables["buildings"] if row["compound"] == compound)
    branch = branch_over(tables, grid)
    cover_buildings(tables, grid)
    first = next(row["id"] for row in tables["buildings"] if row["grid"] == grid)
    remove_cover(branch, first)


def expire_committee(tables: Tables, compound: str) -> None:
    kinds = {row["id"]: row for row in tables["bodies"] if row["kind"] == "owners_committee"}
    served = (row["source"] for row in tables["serves"] if row["target"] == compound)
    next(kinds[source] for source in served if source in kinds)["state"] = "expired"


def lose_department_on_call(tables: Tables, compound: str) -> None:
    tables["serves"].remove(serving(tables, compound, "call_up"))


def lose_bearer(tables: Tables, compound: str) -> None:
    remove(tables["responsibilities"], unit=compound, matter="hard_matter")


def share_with_neighbor(tables: Tables, compound: str) -> None:
    grid = next(row["grid"] for row in tables["buildings"] if row["compound"] == compound)
    branch = branch_over(tables, grid)
    move(tables, [grid], branch, neighbor_of(tables, branch))


def lose_dossier(tables: Tables, compound: str) -> None:
    break_duty(tables, compound, "dossier")


def compounds_of(*types: str) -> Callable[[Tables], list[str]]:
    return lambda tables: [row["id"] for row in tables["compounds"] if row["type"] in types]


def compounds_of_wide_branches(tables: Tables) -> list[str]:
    """Return compounds with several grids, of a branch that can spare one."""
    grids = grids_of_wide_branches(tables)
    return sorted({row["compound"] for row in tables["buildings"] if row["grid"] in grids} - {""})


def compounds_without_dispatched(tables: Tables) -> list[str]:
    seats = {
        row["at"]
        for row in tables["posts"]
        if row["post"] == "secretary" and row["appointment_source"] == "dispatched"
    }
    flagged = {row["unit"] for row in tables["flags"]}
    return [
        compound
        for compound, branch in branches_in(tables).items()
        if compound not in flagged and branch not in seats
    ]


# -- waivers ----------------------------------------------------------------------------


def waive(tables: Tables, rule: str, subject: str, reason: str, until: str = "2025-12-31") -> None:
    waiver = {"rule": rule, "subject": subject, "reason": reason, "until": until}
    tables.setdefault("waivers", []).append(waiver)


def forget_waiver(tables: Tables, waiver: str) -> None:
    """Leave a waiver standing whose last day is over; the subject is its rule and its unit."""
    rule, unit = waiver.split()
    waive(tables, rule, unit, "an election was near", "2022-12-31")


def waive_what_is_not(tables: Tables, waiver: str) -> None:
    rule, unit = waiver.split()
    waive(tables, rule, unit, "cut off by the river")


def waivers_of(rule: str, table: str) -> Callable[[Tables], list[str]]:
    return lambda tables: [f"{rule} {row['id']}" for row in tables[table]]


# -- what stands where -----------------------------------------------------------------------


def ids_of(table: str) -> Callable[[Tables], list[str]]:
    return lambda tables: [row["id"] for row in tables[table]]


def find(rows: Iterable[Row], id: str) -> Row:
    return next(row for row in rows if row["id"] == id)


def remove(rows: list[Row], **of: str) -> None:
    """Remove the rows that hold all of these cells."""
    rows[:] = [row for row in rows if any(row.get(name) != of[name] for name in of)]


def grid_of(tables: Tables, household: Row) -> str:
    entrance = find(tables["entrances"], household["entrance"])
    return find(tables["buildings"], entrance["building"])["grid"]


def grids_of(branch: Row) -> list[str]:
    """Return the grids that the branch covers as a whole."""
    return [unit for unit in branch["covers"].split(";") if unit.startswith("N-")]


def branch_of(tables: Tables, group: str) -> Row:
    return find(tables["branches"], find(tables["groups"], group)["parent"])


def branch_over(tables: Tables, grid: str) -> Row:
    return next(row for row in tables["branches"] if grid in grids_of(row))


def branches_in(tables: Tables) -> dict[str, str]:
    """Return the branch of each compound that has one, which covers a whole grid of it."""
    over = {grid: row["id"] for row in tables["branches"] for grid in grids_of(row)}
    return {
        row["compound"]: over[row["grid"]]
        for row in tables["buildings"]
        if row["compound"] and row["grid"] in over
    }


def neighbor_of(tables: Tables, branch: Row) -> Row:
    """Return another branch of the same community: the next one, after the last the first."""
    own = [row for row in tables["branches"] if row["parent"] == branch["parent"]]
    return own[(own.index(branch) + 1) % len(own)]


def group_of(tables: Tables, branch: Row) -> str:
    return next(row["id"] for row in tables["groups"] if row["parent"] == branch["id"])


def add_cover(branch: Row, unit: str) -> None:
    branch["covers"] = ";".join(each for each in (branch["covers"], unit) if each)


def remove_cover(branch: Row, unit: str) -> None:
    branch["covers"] = ";".join(each for each in branch["covers"].split(";") if each != unit)


def cover_buildings(tables: Tables, grid: str) -> None:
    """Let the branch that covers *grid* cover its buildings in its place."""
    branch = branch_over(tables, grid)
    remove_cover(branch, grid)
    for row in tables["buildings"]:
        if row["grid"] == grid:
            add_cover(branch, row["id"])


def move(tables: Tables, grids: Sequence[str], branch: Row, other: Row) -> None:
    """Move *grids*, and the groups of their households, from one branch to another."""
    for grid in grids:
        remove_cover(branch, grid)
        add_cover(other, grid)
    buildings = {row["id"] for row in tables["buildings"] if row["grid"] in grids}
    entrances = {row["id"] for row in tables["entrances"] if row["building"] in buildings}
    groups = {row["parent"] for row in tables["households"] if row["entrance"] in entrances}
    for row in tables["groups"]:
        if row["id"] in groups and row["parent"] == branch["id"]:
            row["parent"] = other["id"]


def seat(row: Row) -> str:
    number = row["number"]
    return f"{row['at']}/{row['post']}" + (f"/{number}" if number else "")


def new_person(tables: Tables) -> str:
    id = f"p-{len(tables['persons']) + 1:05}"
    tables["persons"].append({"id": id, "employment": "volunteer", "home": ""})
    return id


def fill(tables: Tables, post: str, at: str, number: str = "", holder: str = "") -> None:
    tables["posts"].append({
        "post": post, "at": at, "number": number, "holder": holder or new_person(tables),
        "appointment_source": "appointed", "since": "2023-01-01", "until": "",
    })  # fmt: skip


def break_duty(tables: Tables, unit: str, duty: str) -> None:
    row = next(row for row in tables["duties"] if (row["unit"], row["duty"]) == (unit, duty))
    row["kept"] = "no"


def serving(tables: Tables, compound: str, mode: str) -> Row:
    """Return the row that says who serves *compound* in this mode."""
    return next(row for row in tables["serves"] if (row["target"], row["mode"]) == (compound, mode))


def remove_server(tables: Tables, compound: str, kind: str) -> None:
    bodies = {row["id"] for row in tables["bodies"] if row["kind"] == kind}
    tables["serves"][:] = [
        row for row in tables["serves"] if row["target"] != compound or row["source"] not in bodies
    ]


DEFECTS: Mapping[str, Defect] = {
    "household-in-no-group": Defect(lose_group, households),
    "household-in-no-grid": Defect(lose_entrance, households),
    "household-in-two-grids": Defect(name_second_grid, households),
    "two-ways-up-disagree": Defect(join_group_of_other_branch, households),
    "household-in-two-communities": Defect(
        join_group_of_other_community, households_of_wide_branches
    ),
    "building-in-no-grid": Defect(lose_grid, ids_of("buildings")),
    "group-in-no-branch": Defect(lose_branch, ids_of("groups")),
    "household-in-no-building": Defect(name_grid_only, households),
    "grid-without-branch": Defect(lose_cover, grids_of_wide_branches),
    "grid-with-two-branches": Defect(cover_twice, street_grids),
    "branch-covering-nothing": Defect(move_all_elsewhere, ids_of("branches")),
    "cover-across-communities": Defect(enter_elsewhere, ids_of("grids")),
    "group-without-contact": Defect(lose_steward, ids_of("groups")),
    "household-unserved": Defect(serve_others, without_priority),
    "building-without-head": Defect(lose_building_head, ids_of("buildings")),
    "entrance-without-head": Defect(lose_entrance_head, ids_of("entrances")),
    "priority-households-unserved": Defect(serve_others_than_priority, groups_with_priority),
    "several-roots": Defect(enter_second_town, lambda _: ["town"]),
    "community-in-two-areas": Defect(join_second_area, ids_of("communities")),
    "expired-waiver": Defect(forget_waiver, waivers_of("branch-without-secretary", "branches")),
    "unused-waiver": Defect(waive_what_is_not, waivers_of("households-a-grid", "grids")),
    "households-a-grid": Defect(enter_dwellings_under_construction, ids_of("grids")),
    "workers-a-grid": Defect(appoint_two_more, ids_of("grids")),
    "declared-figure": Defect(miss_figure, figures),
    "grid-without-staff": Defect(lose_staff, ids_of("grids")),
    "households-a-group": Defect(enter_all_as_empty, ids_of("groups")),
    "households-a-community": Defect(slip_in_residents, ids_of("communities")),
    "branch-size": Defect(grow, ids_of("branches")),
    "branch-without-committee": Defect(lose_committee, ids_of("branches")),
    "group-size": Defect(lose_members, ids_of("groups")),
    "joint-branch-too-wide": Defect(join_many, wide_branches),
    "span-of-a-community": Defect(enter_village, villages),
    "span-of-a-branch": Defect(lose_streets, branches_of_one_grid),
    "branch-without-secretary": Defect(lose_secretary, branches_without_flags),
    "grid-head-not-secretary": Defect(type_other_head, ids_of("grids")),
    "vacant-post": Defect(vacate, committee_seats),
    "tenure-expired": Defect(expire, committee_seats),
    "tenures-overlap": Defect(overlap, seats_held_once),
    "gap-between-holders": Defect(leave_gap, seats_held_once),
    "dispatched-without-home": Defect(lose_home, dispatched_seats),
    "branch-not-functioning": Defect(lose_premises, branches_without_flags),
    "concurrent-posts": Defect(take_second_post, holders_of_one_post),
    "leading-group-chair": Defect(lose_chair, bodies("steering_body")),
    "leading-group-departments": Defect(lose_department, bodies("steering_body")),
    "member-in-no-group": Defect(leave_group, bodies("task_force")),
    "member-in-two-groups": Defect(join_second_group, bodies("task_force")),
    "body-past-its-end": Defect(end, teams),
    "compound-without-type": Defect(
        lose_type, compounds_of("affordable_housing", "commercial", "work_unit_housing")
    ),
    "type-without-requirements": Defect(
        take_type_of_village, compounds_of("affordable_housing", "commercial", "work_unit_housing")
    ),
    "compound-without-station": Defect(lose_residents_home, ids_of("compounds")),
    "compound-without-manager": Defect(lose_contract, ids_of("compounds")),
    "required-body-missing": Defect(lose_owners_committee, ids_of("compounds")),
    "without-one-lead": Defect(lose_lead, compounds_of("mixed")),
    "developer-withdrawn": Defect(withdraw, compounds_without_dispatched),
    "compound-partly-covered": Defect(leave_building_out, compounds_of_wide_branches),
    "owners-committee-not-seated": Defect(expire_committee, ids_of("compounds")),
    "support-party-missing": Defect(lose_department_on_call, ids_of("compounds")),
    "service-chain-broken": Defect(lose_bearer, ids_of("compounds")),
    "several-branches-a-compound": Defect(share_with_neighbor, compounds_of_wide_branches),
    "duty-not-kept": Defect(lose_dossier, ids_of("compounds")),
    "cn12": Defect(cut_off_code, ids_of("communities")),
}


# -- files -----------------------------------------------------------------------------------


def text_of(waivers: Sequence[Mapping[str, str]] = ()) -> str:
    """Return the structure file of the second version, with these waivers in it."""
    lines = [f"  - {json.dumps(dict(row), ensure_ascii=False)}\n" for row in waivers]
    text = (HERE / "structure.yaml").read_text(encoding="utf-8")
    return f"{text}\n{RULES}" + "".join(["\nwaivers:\n", *lines] if lines else [])


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the second version into the folder that *arguments* name."""
    parser = argparse.ArgumentParser(description="Write the Jinzhai example with defects.")
    parser.add_argument("folder", type=Path, help="where to write it")
    folder: Path = parser.parse_args(arguments).folder
    apart = {"planted.csv", "divisions.csv"}
    tables = {file.stem: read(file) for file in HERE.glob("*.csv") if file.name not in apart}
    plant(tables, read(HERE / "planted.csv"))
    dump(tables, folder)


def dump(tables: Tables, folder: Path) -> None:
    """Write *tables* into *folder*, and the structure file with their waivers."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        if name != "waivers":
            further = dict.fromkeys(column for row in rows for column in row)
            header = dict.fromkeys([*COLUMNS[name], *further])
            write(rows, folder / f"{name}.csv", list(header))
    text = text_of(tables.get("waivers", ()))
    (folder / "structure.yaml").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
