"""Write the tables of the Jinzhai example: real communities, and synthetic units below them.

Run it as ``python generate.py FOLDER``; without a folder it writes beside itself. Whole
numbers and one seed decide everything, so that every machine writes the same bytes.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from govtree.examples._making import Draws, read, share_out, write

__all__ = ["COLUMNS", "TOWN", "Tables", "generate", "main"]

HERE = Path(__file__).resolve().parent

# What the county has published.
COMPOUNDS, GRIDS = 69, 254  # and as many branches, dossiers and residents' homes as compounds
HOUSEHOLDS_A_GRID = 300  # about
DEPARTMENTS, TASK_FORCE, TASK_FORCE_GROUPS, SERVICES = 26, 18, 6, 8

# What it has not, and what is therefore made up.
SEED = 341524
TOWN = "341524100"  # Meishan, the county seat
AREAS, COMPANIES, PARTY_MEMBERS, GRID_WORKERS = 4, 16, 8, 12  # the last two of the errand team
OFF = 10  # households that a grid is off the 300 at most
GROUP_FROM = 24  # households from which a residents' group takes in no further building
METERS_BETWEEN_BUILDINGS, METERS_BETWEEN_COMMUNITIES = 60, 2000
EAST, NORTH = 390_000, 3_500_000

Row = dict[str, str]
Tables = dict[str, list[Row]]


class Type(NamedTuple):
    """What is made up about the compounds of one type.

    ``weight`` says how many of the compounds have it, in proportion; ``dwellings`` are those
    of a building (least, most).
    """

    weight: int
    dwellings: tuple[int, int]
    owned: int  # percent of dwellings in which the owner lives
    let: int  # percent that are let


TYPES = {
    "affordable_housing": Type(3, (28, 42), 92, 2),
    "commercial": Type(12, (30, 44), 74, 16),
    "mixed": Type(2, (26, 40), 78, 14),
    "work_unit_housing": Type(4, (24, 36), 82, 10),
}
STREETS = Type(0, (14, 22), 72, 18)  # what lies outside the compounds


class Grid(NamedTuple):
    """A grid and its buildings, each with its entrances and how many dwellings these have."""

    id: str
    buildings: list[tuple[Row, list[tuple[Row, int]]]]
    type: Type


class Branch(NamedTuple):
    """A branch, its compound, and the grids that it covers: in the compound, and around it."""

    row: Row
    compound: Row
    grids: list[Grid]
    groups: list[str]


def generate(compounds: int = COMPOUNDS) -> Tables:
    """Return every table of the example, its rows by column, each table in order of id.

    With fewer *compounds*, 4 or more, grids and communities are fewer in proportion.
    """
    draws = Draws(SEED)
    tables: Tables = {name: [] for name in COLUMNS}
    communities = choose_communities(tables, compounds)
    draw_compounds(draws, tables, communities, compounds)
    grids = draw_grids(draws, tables)
    place(tables)
    branches = found_branches(draws, tables, grids)
    for branch in branches:
        gather_groups(draws, tables, branch)
    people = People(tables["persons"])
    add_county_bodies(draws, tables, people)
    add_compound_bodies(draws, tables)
    add_posts(draws, tables, people, branches)
    add_errand_team(draws, tables, people)
    add_duties(tables)
    add_responsibilities(tables, branches)
    return tables


# -- territory -----------------------------------------------------------------------------


def choose_communities(tables: Tables, compounds: int) -> list[Row]:
    """Return the town's communities, at most one for two compounds; add them and the town."""
    divisions = read(HERE / "divisions.csv")
    tables["towns"] = [
        {"id": row["code"], "name": row["name"]} for row in divisions if row["code"] == TOWN
    ]
    urban = [row for row in divisions if row["parent"] == TOWN and row["name"].endswith("居委会")]
    kind = "residents_committee"
    tables["communities"] = [
        {"id": row["code"], "name": row["name"], "kind": kind, "parent": TOWN}
        for row in urban[: compounds // 2]
    ]
    ids = [row["id"] for row in tables["communities"]]
    areas = min(AREAS, len(ids))
    for n in range(areas):
        own = ids[len(ids) * n // areas : len(ids) * (n + 1) // areas]
        row = {"id": f"A-{n + 1}", "name": f"合成片区{n + 1}", "communities": ";".join(own)}
        tables["areas"].append(row)
    return tables["communities"]


def draw_compounds(
    draws: Draws, tables: Tables, communities: Sequence[Row], compounds: int
) -> None:
    """Add the compounds, at least two for each community."""
    ids = [row["id"] for row in communities]
    places = sorted([*ids, *ids, *(draws.one_of(ids) for _ in range(compounds - 2 * len(ids)))])
    shares = share_out(compounds, [each.weight for each in TYPES.values()])
    pool = [type for type, share in zip(TYPES, shares, strict=True) for _ in range(share)]
    for at, community in enumerate(places, 1):
        type = pool.pop(draws.between(0, len(pool) - 1))
        name = f"合成小区{at:02}"
        row = {"id": f"X-{at:02}", "name": name, "community": community, "type": type}
        tables["compounds"].append(row)


def draw_grids(draws: Draws, tables: Tables) -> list[list[Grid]]:
    """Return for each compound the grids in it and those around it; add them.

    A grid ends where the compound ends: at its wall.
    """
    compounds = tables["compounds"]
    count = len(compounds)
    around = share_out(count + count // 8, [draws.between(1, 3) for _ in compounds])
    inside = share_out(
        GRIDS * count // COMPOUNDS - sum(around), [draws.between(1, 9) for _ in compounds]
    )
    grids: list[list[Grid]] = []
    for compound, own, streets in zip(compounds, inside, around, strict=True):
        of_streets = compound | {"id": ""}
        grids.append([
            *(draw_grid(draws, tables, compound, TYPES[compound["type"]]) for _ in range(own)),
            *(draw_grid(draws, tables, of_streets, STREETS) for _ in range(streets)),
        ])  # fmt: skip
    return grids


def draw_grid(draws: Draws, tables: Tables, compound: Row, type: Type) -> Grid:
    row = {
        "id": f"N-{len(tables['grids']) + 1:03}",
        "community": compound["community"],
        "kind": "service_grid",
    }
    tables["grids"].append(row)
    households = HOUSEHOLDS_A_GRID + draws.between(-OFF, OFF)
    buildings = []
    for dwellings in draw_sizes(draws, households, *type.dwellings):
        building = {
            "id": f"D-{len(tables['buildings']) + 1:04}",
            "grid": row["id"],
            "compound": compound["id"],
        }
        tables["buildings"].append(building)
        entrances = []
        for size in evenly(dwellings, max(1, dwellings // draws.between(10, 16))):
            entrance = {"id": f"E-{len(tables['entrances']) + 1:04}", "building": building["id"]}
            tables["entrances"].append(entrance)
            entrances.append((entrance, size))
        buildings.append((building, entrances))
    return Grid(row["id"], buildings, type)


def draw_sizes(draws: Draws, total: int, least: int, most: int) -> list[int]:
    """Return numbers from *least* to *most* that add up to *total*, where that is possible."""
    count = draws.between(-(-total // (most - 3)), total // (least + 3))
    sizes = evenly(total, count)
    for at in range(1, count):
        moved = draws.between(0, min(3, sizes[at] - least, most - sizes[at - 1]))
        sizes[at - 1] += moved
        sizes[at] -= moved
    return sizes


def evenly(total: int, count: int) -> list[int]:
    return [total * (at + 1) // count - total * at // count for at in range(count)]


def place(tables: Tables) -> None:
    """Give buildings positions in the square of their community, one beside the next."""
    community_of = {row["id"]: row["community"] for row in tables["grids"]}
    for number, community in enumerate(tables["communities"]):
        own = [row for row in tables["buildings"] if community_of[row["grid"]] == community["id"]]
        # There and back in each line, so that neighbors in the list are neighbors on the ground.
        side = next(n for n in range(1, len(own) + 1) if n * n >= len(own))
        for at, row in enumerate(own):
            line, along = divmod(at, side)
            column = along if line % 2 == 0 else side - 1 - along
            east = number % 4 * METERS_BETWEEN_COMMUNITIES + column * METERS_BETWEEN_BUILDINGS
            north = number // 4 * METERS_BETWEEN_COMMUNITIES + line * METERS_BETWEEN_BUILDINGS
            row |= {"x": str(EAST + east), "y": str(NORTH + north)}


# -- organization ----------------------------------------------------------------------------


def found_branches(draws: Draws, tables: Tables, grids: Sequence[list[Grid]]) -> list[Branch]:
    """Return the branches, one a compound, each covering its grids and those around; add them."""
    branches = []
    for compound, covered in zip(tables["compounds"], grids, strict=True):
        number = compound["id"].removeprefix("X-")
        inside = sum(grid.type is not STREETS for grid in covered)
        row = {
            "id": f"B-{number}",
            "name": f"合成支部{number}",
            "parent": compound["community"],
            "kind": "compound_branch" if inside > len(covered) - inside else "grid_branch",
            "members": str(draws.between(12, 48)),
            "probationary": str(draws.between(0, 3)),
            "covers": ";".join(grid.id for grid in covered),
        }
        tables["branches"].append(row)
        branches.append(Branch(row, compound, covered, []))
    return branches


def gather_groups(draws: Draws, tables: Tables, branch: Branch) -> None:
    """Add the groups of a branch, each of one building or some small ones, and households."""
    rows = []
    for grid in branch.grids:
        kind = "residents_group" if grid.type is STREETS else "building_group"
        for entrances in gathered(grid):
            row = {
                "id": f"G-{len(tables['groups']) + 1:04}",
                "kind": kind,
                "parent": branch.row["id"],
                "members": "",
            }
            tables["groups"].append(row)
            rows.append(row)
            for entrance, dwellings in entrances:
                for _ in range(dwellings):
                    id = f"H-{len(tables['households']) + 1:05}"
                    household = {"id": id, "parent": row["id"], "entrance": entrance["id"]}
                    tables["households"].append(household | draw_people(draws, grid.type))
    branch.groups.extend(row["id"] for row in rows)
    # Members live in some of the buildings only; their group counts them.
    for row in draws.some_of(rows, int(branch.row["members"]) // 5):
        row["members"] = str(draws.between(3, 5))


def gathered(grid: Grid) -> Iterator[list[tuple[Row, int]]]:
    """Yield the entrances of neighboring buildings, each run large enough for a group."""
    run: list[tuple[Row, int]] = []
    for _, entrances in grid.buildings:
        if sum(size for _, size in run) >= GROUP_FROM:
            yield run
            run = []
        run = run + entrances
    yield run


def draw_people(draws: Draws, type: Type) -> Row:
    drawn = draws.between(1, 100)
    residents = draws.one_of((1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5))
    occupancy = "owner"
    if drawn > type.owned + type.let:
        occupancy, residents = "empty", 0
    elif drawn > type.owned:
        occupancy = "let"
    old = occupancy == "owner" and draws.happens(30)
    return {
        "residents": str(residents),
        "occupancy": occupancy,
        "living_alone": str(int(old and residents == 1)),
        "empty_nest": str(int(old and residents == 2)),
    }


# -- bodies and posts ------------------------------------------------------------------------


class People:
    """The persons of the example: opaque ids, handed out one after the other."""

    def __init__(self, persons: list[Row]) -> None:
        self._persons = persons

    def new(self, employment: str, home: str = "") -> str:
        """Return the id of a further person, who comes from the body *home*."""
        id = f"p-{len(self._persons) + 1:05}"
        self._persons.append({"id": id, "employment": employment, "home": home})
        return id


def add_county_bodies(draws: Draws, tables: Tables, people: People) -> None:
    """Add the leading group with its departments, and the task force with its groups."""
    departments = [f"DP-{n:02}" for n in range(1, DEPARTMENTS + 1)]
    tables["bodies"].append({"id": "LG-1", "kind": "steering_body", "name": "合成领导小组"})
    chair = {"body": "LG-1", "person": people.new("civil_servant"), "role": "chair"}
    tables["memberships"].append(chair)
    for id in departments:
        name = f"合成部门{id.removeprefix('DP-')}"
        tables["bodies"].append({"id": id, "kind": "department", "name": name})
        tables["memberships"].append({"body": "LG-1", "member": id, "role": "member"})
    groups = [f"第{number}组" for number in "一二三四五六"[:TASK_FORCE_GROUPS]]
    tables["bodies"].append({
        "id": "TF-1", "kind": "task_force", "name": "合成工作专班", "since": "2022-03-01",
        "until": "2025-12-31", "groups": ";".join(groups),
    })  # fmt: skip
    for n in range(TASK_FORCE):
        person = people.new("civil_servant", draws.one_of(departments))
        group = groups[n % TASK_FORCE_GROUPS]
        member = {"body": "TF-1", "person": person, "role": "member", "group": group}
        tables["memberships"].append(member)


def add_compound_bodies(draws: Draws, tables: Tables) -> None:
    """Add what serves each compound: two of the three parties, its home, a department."""
    companies = [f"PM-{n:02}" for n in range(1, COMPANIES + 1)]
    tables["bodies"] += [
        {"id": id, "kind": "property_company", "name": f"合成物业{id.removeprefix('PM-')}"}
        for id in companies
    ]
    departments = [row["id"] for row in tables["bodies"] if row["kind"] == "department"]
    for at, compound in enumerate(tables["compounds"]):
        id, number = compound["id"], compound["id"].removeprefix("X-")
        company, department = draws.one_of(companies), departments[at % len(departments)]
        state = "electing" if draws.happens(12) else "seated"
        tables["bodies"] += [
            {"id": f"OC-{number}", "kind": "owners_committee", "name": f"合成业委会{number}",
             "state": state},
            {"id": f"RH-{number}", "kind": "residents_home", "name": f"合成居民之家{number}"},
        ]  # fmt: skip
        serve(tables, company, id, "contract")
        serve(tables, f"OC-{number}", id)
        serve(tables, f"RH-{number}", id)
        serve(tables, department, id, "call_up")
        if compound["type"] == "mixed":
            serve(tables, draws.one_of((company, department)), id, "lead")
        if compound["type"] == "affordable_housing" and draws.happens(30):
            flag = {"unit": id, "flag": "developer_withdrawn"}
            tables["flags"].append(flag | {"since": f"{draws.between(2012, 2020)}-01-01"})


def serve(tables: Tables, source: str, target: str, mode: str = "") -> None:
    tables["serves"].append({"source": source, "target": target, "mode": mode})


def add_posts(draws: Draws, tables: Tables, people: People, branches: Sequence[Branch]) -> None:
    """Add seats and their holders, the same ones in every compound."""
    seats = Seats(draws, tables)
    departments = [row["id"] for row in tables["bodies"] if row["kind"] == "department"]
    state = {row["id"]: row.get("state") for row in tables["bodies"]}
    for community in tables["communities"]:
        seats.add("secretary", community["id"], people.new("committee_member"), "elected")
    for branch in branches:
        at, number = branch.row["id"], branch.row["id"].removeprefix("B-")
        source = draws.one_of(("dispatched", "elected", "elected", "appointed"))
        if source == "dispatched":
            secretary = people.new("civil_servant", draws.one_of(departments))
        else:
            secretary = people.new(draws.one_of(("committee_member", "community_worker")))
        since = seats.add("secretary", at, secretary, source)
        if draws.happens(25):
            last_day = str(dt.date.fromisoformat(since) - dt.timedelta(days=1))
            seats.add(
                "secretary", at, people.new("volunteer"), "elected", "", "2016-01-01", last_day
            )
        seats.add("deputy_secretary", at, people.new("volunteer"), "elected", "1")
        for seat in ("1", "2"):
            seats.add("committee_member", at, people.new("volunteer"), "elected", seat)
        committee = f"OC-{number}"
        if state[committee] == "seated":
            chair = secretary if draws.happens(30) else people.new("volunteer")
            seats.add("chair", committee, chair, "elected")
    for grid in tables["grids"]:
        for n in range(1, draws.between(1, 2) + 1):
            worker = people.new(draws.one_of(("community_worker", "grid_worker")))
            seats.add("grid_worker", grid["id"], worker, "recruited", str(n))
    for post, table, number in (
        ("building_head", "buildings", ""),
        ("entrance_head", "entrances", ""),
        ("neighbor_steward", "groups", "1"),
    ):
        for unit in tables[table]:
            seats.add(post, unit["id"], people.new("volunteer"), "elected", number)


class Seats:
    """The seats of the example and who holds them since when."""

    def __init__(self, draws: Draws, tables: Tables) -> None:
        self._draws = draws
        self._posts = tables["posts"]

    def add(
        self,
        post: str,
        at: str,
        holder: str,
        source: str,
        number: str = "",
        since: str = "",
        until: str = "",
    ) -> str:
        """Add a seat with its holder; return the first day, which is drawn where none is given."""
        draws = self._draws
        since = since or f"{draws.between(2019, 2022)}-{draws.between(1, 12):02}-01"
        self._posts.append({
            "post": post, "at": at, "number": number, "holder": holder,
            "appointment_source": source, "since": since, "until": until,
        })  # fmt: skip
        return since


def add_errand_team(draws: Draws, tables: Tables, people: People) -> None:
    """Add the errand team of members and grid workers, and who it runs errands for."""
    tables["bodies"].append({"id": "ET-1", "kind": "errand_team", "name": "合成代办队"})
    serve(tables, "ET-1", TOWN)
    workers = [row["holder"] for row in tables["posts"] if row["post"] == "grid_worker"]
    chosen = draws.some_of(workers, min(GRID_WORKERS, len(workers)))
    for person in [people.new("volunteer") for _ in range(PARTY_MEMBERS)] + chosen:
        tables["memberships"].append({"body": "ET-1", "person": person, "role": "member"})


def add_duties(tables: Tables) -> None:
    """Add what is kept: the dossier of each compound, the work of each branch."""
    for table, duties in (
        ("compounds", ("dossier", "tripartite_meeting")),
        ("branches", ("monthly_meeting", "premises")),
    ):
        tables["duties"] += [
            {"unit": row["id"], "duty": duty, "kept": "yes"}
            for row in tables[table]
            for duty in duties
        ]


def add_responsibilities(tables: Tables, branches: Sequence[Branch]) -> None:
    """Add who bears which matter: small ones the grid, hard ones the community, errands the team.

    Of the eight services the source names two; the other six are placeholders.
    """
    bear = tables["responsibilities"]
    for branch in branches:
        id = branch.compound["id"]
        for grid in branch.grids:
            if grid.type is not STREETS:
                bear.append({"unit": id, "matter": "small_matter", "bearer": grid.id})
        bear.append({"unit": id, "matter": "hard_matter", "bearer": branch.compound["community"]})
    services = ["certificates", "medical_insurance"]
    services += [f"errand_{n}" for n in range(len(services) + 1, SERVICES + 1)]
    bear += [{"unit": TOWN, "matter": matter, "bearer": "ET-1"} for matter in services]


# -- files -----------------------------------------------------------------------------------

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "towns": ("id", "name"),
    "communities": ("id", "name", "kind", "parent"),
    "areas": ("id", "name", "communities"),
    "branches": ("id", "name", "kind", "parent", "members", "probationary", "covers"),
    "groups": ("id", "kind", "parent", "members"),
    "households": (
        "id", "parent", "entrance", "residents", "occupancy", "living_alone", "empty_nest",
    ),
    "compounds": ("id", "name", "community", "type"),
    "grids": ("id", "community", "kind"),
    "buildings": ("id", "grid", "compound", "x", "y"),
    "entrances": ("id", "building"),
    "bodies": ("id", "kind", "name", "state", "since", "until", "groups"),
    "posts": ("post", "at", "number", "holder", "appointment_source", "since", "until"),
    "persons": ("id", "employment", "home"),
    "flags": ("unit", "flag", "since"),
    "serves": ("source", "target", "mode"),
    "memberships": ("body", "member", "person", "role", "group"),
    "duties": ("unit", "duty", "kept"),
    "responsibilities": ("unit", "matter", "bearer"),
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the example into the folder that *arguments* name."""
    parser = argparse.ArgumentParser(description="Write the tables of the Jinzhai example.")
    parser.add_argument("folder", type=Path, nargs="?", default=HERE, help="where to write them")
    folder: Path = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in generate().items():
        write(rows, folder / f"{name}.csv", COLUMNS[name])


if __name__ == "__main__":
    main()
