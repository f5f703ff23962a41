"""Write the tables of the Luozhuang example: real communities, and synthetic units below them.

Run it as ``python generate.py FOLDER``; without a folder it writes beside itself. Whole
numbers and one seed decide everything, so that every machine writes the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from govtree.examples import _making
from govtree.examples._making import Draws, cut_evenly, share_out

__all__ = ["generate", "main", "write"]

HERE = Path(__file__).resolve().parent

# What the district has published.
COMPOUNDS, BRANCHES, GRIDS = 238, 162, 507
DEMONSTRATION, PRIORITY = 18, 20

# What it has not, and what is therefore made up.
SEED = 371311
VILLAGES = 25  # of the 90 villages, those that have a compound; every community has one
AGENCIES, ORGANIZATIONS, COMPANIES, DEPARTMENTS, LEADERS = 60, 40, 32, 4, 24
OWN_GRIDS_FROM = 300  # households from which a compound shares no grid with others
GROUP_FROM = 40  # households from which a building group takes in no further building
METERS_BETWEEN_BUILDINGS, METERS_BETWEEN_COMMUNITIES = 60, 900
EAST, NORTH = 610_000, 3_868_000

Row = dict[str, str | int]
Tables = dict[str, list[Row]]


class Type(NamedTuple):
    """What is made up about the compounds of one type.

    ``compounds``, ``households`` and ``dwellings`` are numbers of compounds, of households in
    a compound (least, most), and of dwellings in a building (least, most).
    """

    compounds: int
    households: tuple[int, int]
    dwellings: tuple[int, int]
    owned: int  # percent of dwellings in which the owner lives
    let: int  # percent that are let
    history: str
    population: str
    management: str


# fmt: off
TYPES = {
    "village_run": Type(
        48, (160, 620), (18, 48), 84, 8, "village rebuilt as flats", "villagers", "village"),
    "commercial": Type(
        98, (340, 1400), (44, 132), 74, 18, "built for sale", "owners and tenants", "company"),
    "affordable_housing": Type(
        26, (340, 1120), (36, 96), 94, 0, "built for sale at a capped price", "owners", "company"),
    "work_unit_housing": Type(
        44, (150, 300), (20, 48), 80, 12, "built by an employer", "staff and retirees", "none"),
    "mixed": Type(
        22, (170, 620), (24, 72), 76, 16, "built in several steps", "mixed", "one lead body"),
}
# fmt: on
STREETS = Type(0, (110, 320), (12, 40), 70, 22, "", "", "")  # what lies outside the compounds


class Block(NamedTuple):
    """Buildings of one community that share their grids with no others."""

    community: str
    buildings: list[Row]


class Grid(NamedTuple):
    """A grid and the buildings in it."""

    row: Row
    buildings: list[Row]


def generate() -> Tables:
    """Return every table of the example, its rows by column, each table in order of id."""
    draws = Draws(SEED)
    tables: Tables = {"subdistricts": [], "communities": []}
    communities = choose_communities(draws, tables)
    compounds = draw_compounds(draws, communities)
    blocks = build_blocks(draws, tables, communities, compounds)
    grids = cut_into_grids(tables, blocks)
    branches = cut_into_branches(draws, tables, communities, grids)
    groups = gather_groups(tables, branches)
    households = fill_households(draws, tables, groups)
    tables["bodies"], tables["posts"], tables["persons"], tables["serves"] = [], [], [], []
    add_bodies(draws, tables)
    add_posts(draws, tables, branches)
    add_contact_households(draws, tables, households)
    # From draws of their own: what was there before them stays as it was.
    added = Draws(SEED + 1)
    add_stations(tables)
    add_leads(added, tables)
    add_building_heads(added, tables)
    add_duties(tables, branches)
    add_responsibilities(tables, branches)
    return tables


# -- territory -----------------------------------------------------------------------------


def choose_communities(draws: Draws, tables: Tables) -> list[Row]:
    """Return the real communities and villages that the example uses; add them and the streets.

    Every urban community has compounds here, and so have some of the villages.
    """
    divisions = _making.read(HERE / "divisions.csv")
    lowest = [row for row in divisions if row["level"] == "5"]
    villages = [row for row in lowest if is_village(row)]
    chosen = {row["code"] for row in draws.some_of(villages, VILLAGES)}
    for row in lowest:
        if row["code"] in chosen or not is_village(row):
            kind = "villagers_committee" if is_village(row) else "residents_committee"
            tables["communities"].append(
                {"id": row["code"], "name": row["name"], "kind": kind, "parent": row["parent"]}
            )
    used = {row["parent"] for row in tables["communities"]}
    tables["subdistricts"] += [
        {"id": row["code"], "name": row["name"]} for row in divisions if row["code"] in used
    ]
    return tables["communities"]


def is_village(row: Mapping[str, str]) -> bool:
    return row["name"].endswith("村民委员会")


def draw_compounds(draws: Draws, communities: Sequence[Row]) -> list[Row]:
    """Return the compounds, at least one for each community, without their buildings."""
    urban = [row for row in communities if row["kind"] == "residents_committee"]
    places = list(communities) + [draws.one_of(urban) for _ in range(COMPOUNDS - len(communities))]
    places.sort(key=lambda row: str(row["id"]))
    # Villages come first to the village-run compounds, and all others draw from the rest.
    pool = [type for type, facts in TYPES.items() for _ in range(facts.compounds)]
    types: dict[int, str] = {}
    for at in sorted(range(COMPOUNDS), key=lambda at: places[at]["kind"] != "villagers_committee"):
        village = places[at]["kind"] == "villagers_committee"
        types[at] = pool.pop(0 if village else draws.between(0, len(pool) - 1))
    special = draws.some_of(range(COMPOUNDS), DEMONSTRATION + PRIORITY)
    demonstration = set(draws.some_of(special, DEMONSTRATION))
    compounds: list[Row] = []
    for at, place in enumerate(places):
        facts = TYPES[types[at]]
        tier = "priority" if at in special else "middle"
        compounds.append({
            "id": f"X-{at + 1:03}", "name": f"合成小区{at + 1:03}", "community": place["id"],
            "type": types[at], "tier": "demonstration" if at in demonstration else tier,
            "history": facts.history, "population": facts.population,
            "management": facts.management,
        })  # fmt: skip
    return compounds


def build_blocks(
    draws: Draws, tables: Tables, communities: Sequence[Row], compounds: list[Row]
) -> list[Block]:
    """Return the buildings, block by block; add them and the compounds that they stand in.

    A large compound is a block, the small ones of a community are one together, and so are
    the streets outside of them, where there are any.
    """
    blocks: list[Block] = []
    tables["compounds"] = compounds
    for number, community in enumerate(communities):
        id = str(community["id"])
        large: list[list[Row]] = []
        shared: list[Row] = []
        for compound in (row for row in compounds if row["community"] == id):
            facts = TYPES[str(compound["type"])]
            buildings = draw_buildings(draws, facts, str(compound["id"]))
            if dwellings_of(buildings) >= OWN_GRIDS_FROM:
                large.append(buildings)
            else:
                shared += buildings
        streets = draw_buildings(draws, STREETS, "") if draws.happens(45) else []
        own = [Block(id, buildings) for buildings in [*large, shared, streets] if buildings]
        place(number, [row for block in own for row in block.buildings])
        blocks += own
    tables["buildings"] = [row for block in blocks for row in block.buildings]
    for at, row in enumerate(tables["buildings"]):
        row["id"] = f"D-{at + 1:04}"
    return blocks


def draw_buildings(draws: Draws, facts: Type, compound: str) -> list[Row]:
    least, most = facts.dwellings
    left = draws.between(*facts.households)
    buildings: list[Row] = []
    while left:
        drawn = draws.between(least, most)
        size = left if left < drawn + least else drawn
        buildings.append({"id": "", "compound": compound, "dwellings": size})
        left -= size
    return buildings


def dwellings_of(buildings: Iterable[Row]) -> int:
    return sum(int(row["dwellings"]) for row in buildings)


def place(number: int, buildings: Sequence[Row]) -> None:
    """Give *buildings* positions in the square of their community, one beside the next."""
    # There and back in each line, so that neighbors in the list are neighbors on the ground.
    side = next(n for n in range(1, len(buildings) + 1) if n * n >= len(buildings))
    for at, row in enumerate(buildings):
        line, along = divmod(at, side)
        column = along if line % 2 == 0 else side - 1 - along
        east = number % 10 * METERS_BETWEEN_COMMUNITIES + column * METERS_BETWEEN_BUILDINGS
        north = number // 10 * METERS_BETWEEN_COMMUNITIES + line * METERS_BETWEEN_BUILDINGS
        row |= {"x": EAST + east, "y": NORTH + north}


def cut_into_grids(tables: Tables, blocks: Sequence[Block]) -> list[Grid]:
    """Return the grids, each a part of one block; add them."""
    counts = share_out(GRIDS, [dwellings_of(block.buildings) for block in blocks])
    tables["grids"] = []
    grids: list[Grid] = []
    for block, count in zip(blocks, counts, strict=True):
        sizes = [int(row["dwellings"]) for row in block.buildings]
        for buildings in cut_evenly(block.buildings, sizes, count):
            row: Row = {"id": f"N-{len(grids) + 1:03}", "community": block.community}
            for building in buildings:
                building["grid"] = row["id"]
            tables["grids"].append(row)
            grids.append(Grid(row, buildings))
    return grids


# -- organization ----------------------------------------------------------------------------


class Branch(NamedTuple):
    """A branch and the grids that it covers."""

    row: Row
    grids: list[Grid]


def cut_into_branches(
    draws: Draws, tables: Tables, communities: Sequence[Row], grids: Sequence[Grid]
) -> list[Branch]:
    """Return the branches, each covering neighboring grids of one community; add them."""
    ids = [row["id"] for row in communities]
    of = [[grid for grid in grids if grid.row["community"] == id] for id in ids]
    counts = share_out(BRANCHES, [len(each) for each in of])
    tables["branches"] = []
    branches: list[Branch] = []
    for id, own, count in zip(ids, of, counts, strict=True):
        for covered in cut_evenly(own, [1] * len(own), count):
            number = f"{len(branches) + 1:03}"
            compounds = {row["compound"] for grid in covered for row in grid.buildings}
            row: Row = {
                "id": f"B-{number}", "name": f"合成支部{number}", "parent": id,
                "kind": "compound_branch" if len(compounds - {""}) == 1 else "grid_branch",
                "members": draws.between(9, 48), "probationary": draws.between(0, 3),
                "covers": ";".join(str(grid.row["id"]) for grid in covered),
            }  # fmt: skip
            tables["branches"].append(row)
            branches.append(Branch(row, covered))
    return branches


def gather_groups(tables: Tables, branches: Sequence[Branch]) -> list[tuple[Row, list[Row]]]:
    """Return the groups, each with its neighboring buildings of one grid; add them."""
    groups: list[tuple[Row, list[Row]]] = []
    for branch in branches:
        for grid in branch.grids:
            for buildings in gathered(grid.buildings):
                kind = "building_group" if buildings[0]["compound"] else "residents_group"
                row: Row = {
                    "id": f"G-{len(groups) + 1:04}", "kind": kind, "parent": branch.row["id"],
                    "covers": ";".join(str(building["id"]) for building in buildings),
                }  # fmt: skip
                groups.append((row, buildings))
    tables["groups"] = [row for row, _ in groups]
    return groups


def gathered(buildings: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield runs of *buildings* in one compound, each run large enough for a group."""
    run: list[Row] = []
    for building in buildings:
        full = dwellings_of(run) >= GROUP_FROM
        if run and (full or run[0]["compound"] != building["compound"]):
            yield run
            run = []
        run.append(building)
    yield run


def fill_households(
    draws: Draws, tables: Tables, groups: Sequence[tuple[Row, list[Row]]]
) -> dict[str, list[Row]]:
    """Return the households of each group by its id; add them."""
    types = {row["id"]: TYPES[str(row["type"])] for row in tables["compounds"]}
    tables["households"] = []
    of: dict[str, list[Row]] = {}
    for group, buildings in groups:
        first = len(tables["households"])
        for building in buildings:
            facts = types.get(building["compound"], STREETS)
            for _ in range(int(building["dwellings"])):
                id = f"H-{len(tables['households']) + 1:06}"
                row: Row = {"id": id, "parent": group["id"], "building": building["id"]}
                tables["households"].append(row | draw_people(draws, facts))
        of[str(group["id"])] = tables["households"][first:]
    return of


def draw_people(draws: Draws, facts: Type) -> Row:
    drawn = draws.between(1, 100)
    residents = draws.one_of((1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5))
    occupancy = "owner"
    if drawn > facts.owned + facts.let:
        occupancy, residents = "empty", 0
    elif drawn > facts.owned:
        occupancy = "let"
    old = occupancy == "owner" and draws.happens(30)
    return {
        "residents": residents,
        "occupancy": occupancy,
        "living_alone": int(old and residents == 1),
        "empty_nest": int(old and residents == 2),
    }


# -- bodies and posts ------------------------------------------------------------------------


class People:
    """The persons of the example: opaque ids, handed out one after the other."""

    def __init__(self, persons: list[Row]) -> None:
        self._persons = persons

    def new(self, employment: str, home: object = "") -> str:
        """Return the id of a further person, who comes from the body *home*."""
        id = f"p-{len(self._persons) + 1:04}"
        self._persons.append({"id": id, "employment": employment, "home": str(home)})
        return id


def add_bodies(draws: Draws, tables: Tables) -> None:
    """Add the bodies, and what they do for which compound."""
    bodies = tables["bodies"]
    bodies.append({"id": "371311", "kind": "district_office", "name": "合成区级机关"})
    for row in tables["subdistricts"]:
        name = f"合成机关（{row['name']}）"
        bodies.append({"id": office_of(row["id"]), "kind": "subdistrict_office", "name": name})
    made = {}
    for kind, prefix, name, count in (
        ("department", "DP", "合成部门", DEPARTMENTS),
        ("agency", "AG", "合成单位", AGENCIES),
        ("social_organization", "SO", "合成社会组织", ORGANIZATIONS),
        ("property_company", "PM", "合成物业", COMPANIES),
    ):
        numbers = [f"{n:02}" for n in range(1, count + 1)]
        bodies += [{"id": f"{prefix}-{n}", "kind": kind, "name": f"{name}{n}"} for n in numbers]
        made[kind] = [f"{prefix}-{n}" for n in numbers]
    tables["flags"] = []
    for compound in tables["compounds"]:
        id, type = compound["id"], compound["type"]
        manager, mode = draws.one_of(made["property_company"]), "contract"
        if type == "village_run" and draws.happens(60):
            mode = "public_benefit"
        elif type == "work_unit_housing":
            manager, mode = draws.one_of(made["department"]), "backstop"
        support(tables, manager, compound, mode)
        support(tables, draws.one_of(made["agency"]), compound, "agency_paired")
        support(tables, draws.one_of(made["social_organization"]), compound, "organization_helps")
        if type in {"commercial", "affordable_housing", "mixed"}:
            committee = f"OC-{str(id)[2:]}"
            state = "electing" if draws.happens(15) else "seated"
            bodies.append({"id": committee, "kind": "owners_committee", "state": state})
            support(tables, committee, compound, "")
        if type == "affordable_housing" and draws.happens(25):
            year = draws.between(2012, 2020)
            flag = {"unit": id, "flag": "developer_withdrawn", "since": f"{year}-01-01"}
            tables["flags"].append(flag)


def office_of(subdistrict: object) -> str:
    return f"{subdistrict}/office"


def add_posts(draws: Draws, tables: Tables, branches: Sequence[Branch]) -> None:
    """Add seats and their holders, and which compound those of the five parties support.

    Grid heads are not among them: the secretary of the covering branch is the grid head.
    """
    people = People(tables["persons"])
    agencies = [row["id"] for row in tables["bodies"] if row["kind"] == "agency"]
    dispatched: dict[object, str] = {}  # community or branch to a secretary sent there
    for branch in branches:
        source = draws.one_of(("dispatched", "elected", "elected", "appointed"))
        if source == "dispatched":
            holder = people.new("civil_servant", draws.one_of(agencies))
            dispatched[branch.row["id"]] = dispatched[branch.row["parent"]] = holder
        else:
            holder = people.new(draws.one_of(("committee_member", "community_worker")))
        add_seat(draws, tables, "secretary", branch.row["id"], holder, source)
    branch_of = branches_of_compounds(branches)
    for compound in tables["compounds"]:
        home = compound["community"]
        if home not in dispatched:
            dispatched[home] = people.new("civil_servant", draws.one_of(agencies))
        holder = dispatched.get(branch_of[compound["id"]], dispatched[home])
        seat = add_seat(draws, tables, "stationed_secretary", compound["id"], holder, "dispatched")
        support(tables, seat, compound, "secretary_stationed")
    leaders = [
        add_seat(draws, tables, "district_leader", "371311", people.new("civil_servant"), "", n)
        for n in range(1, LEADERS + 1)
    ]
    for compound in tables["compounds"]:
        support(tables, draws.one_of(leaders), compound, "leader_links")
    above = {row["id"]: row["parent"] for row in tables["communities"]}
    for subdistrict in tables["subdistricts"]:
        own = [row for row in tables["compounds"] if above[row["community"]] == subdistrict["id"]]
        cadres = [
            add_seat(draws, tables, "subdistrict_cadre", office_of(subdistrict["id"]),
                     people.new("civil_servant"), "", n)
            for n in range(1, len(own) // 3 + 2)
        ]  # fmt: skip
        for at, compound in enumerate(own):
            support(tables, cadres[at % len(cadres)], compound, "cadre_contracts")
    for row in tables["grids"]:
        for n in range(1, draws.between(1, 2) + 1):
            holder = people.new(draws.one_of(("grid_worker", "community_worker")))
            add_seat(draws, tables, "grid_worker", row["id"], holder, "recruited", n)


def add_seat(
    draws: Draws, tables: Tables, post: str, at: object, holder: str, source: str, number: int = 0
) -> str:
    """Add the seat with its holder; return the id that its place, post and number make."""
    since = f"{draws.between(2019, 2022)}-{draws.between(1, 12):02}-01"
    tables["posts"].append({
        "post": post, "at": str(at), "number": number or "", "holder": holder,
        "appointment_source": source, "since": since,
    })  # fmt: skip
    return f"{at}/{post}" + (f"/{number}" if number else "")


def support(tables: Tables, seat: str, compound: Row, mode: str) -> None:
    tables["serves"].append({"source": seat, "target": compound["id"], "mode": mode})


def add_contact_households(
    draws: Draws, tables: Tables, households: Mapping[str, Sequence[Row]]
) -> None:
    """Let one household of each group, an owner's where there is one, serve its neighbors."""
    for group, own in households.items():
        owners = [row for row in own if row["occupancy"] == "owner"]
        chosen = draws.one_of(owners or own)
        tables["serves"].append({"source": chosen["id"], "target": group, "mode": ""})


# -- what the profile asks for ----------------------------------------------------------------


def branches_of_compounds(branches: Sequence[Branch]) -> dict[object, str]:
    """Return the branch that answers for each compound; of several, the first."""
    return {
        building["compound"]: str(branch.row["id"])
        for branch in reversed(branches)
        for grid in branch.grids
        for building in grid.buildings
    }


def add_stations(tables: Tables) -> None:
    """Add a service station in each community, which serves all the compounds there."""
    for number, community in enumerate(tables["communities"], 1):
        station = f"{community['id']}/station"
        name = f"合成党群服务站{number:02}"
        tables["bodies"].append({"id": station, "kind": "service_station", "name": name})
    for compound in tables["compounds"]:
        support(tables, f"{compound['community']}/station", compound, "")


def add_leads(draws: Draws, tables: Tables) -> None:
    """Let one body lead in each mixed compound: its manager, or the office of the subdistrict."""
    managers = managers_of(tables)
    above = {row["id"]: row["parent"] for row in tables["communities"]}
    for compound in tables["compounds"]:
        if compound["type"] == "mixed":
            office = office_of(above[compound["community"]])
            support(tables, draws.one_of((managers[compound["id"]], office)), compound, "lead")


def managers_of(tables: Tables) -> dict[object, str]:
    """Return for each compound the body that manages it or, as the backstop, answers for it."""
    modes = ("contract", "public_benefit", "backstop")
    return {row["target"]: str(row["source"]) for row in tables["serves"] if row["mode"] in modes}


def add_building_heads(draws: Draws, tables: Tables) -> None:
    """Add a head of each building in a commercial compound, elected by its residents."""
    people = People(tables["persons"])
    commercial = {row["id"] for row in tables["compounds"] if row["type"] == "commercial"}
    for building in tables["buildings"]:
        if building["compound"] in commercial:
            holder = people.new("volunteer")
            add_seat(draws, tables, "building_head", building["id"], holder, "elected")


def add_duties(tables: Tables, branches: Sequence[Branch]) -> None:
    """Add what each branch has to keep.

    Where a developer has withdrawn, the branch still lacks premises, which is why somebody
    was dispatched.
    """
    branch_of = branches_of_compounds(branches)
    lacking = {branch_of[row["unit"]] for row in tables["flags"]}
    tables["duties"] = []
    for branch in tables["branches"]:
        for duty in ("monthly_meeting", "premises"):
            kept = duty != "premises" or branch["id"] not in lacking
            row: Row = {"unit": branch["id"], "duty": duty, "kept": "yes" if kept else "no"}
            tables["duties"].append(row)


def add_responsibilities(tables: Tables, branches: Sequence[Branch]) -> None:
    """Add who bears each link of the service chain of each compound.

    The branch responds, the first worker of a grid of the compound goes there, the manager
    does what is to be done, and the office of the subdistrict supervises.
    """
    branch_of = branches_of_compounds(branches)
    managers = managers_of(tables)
    above = {row["id"]: row["parent"] for row in tables["communities"]}
    grid_of = {row["compound"]: row["grid"] for row in reversed(tables["buildings"])}
    tables["responsibilities"] = []
    for compound in tables["compounds"]:
        id = compound["id"]
        chain = {
            "responder": branch_of[id],
            "grid": f"{grid_of[id]}/grid_worker/1",
            "property": managers[id],
            "supervision": office_of(above[compound["community"]]),
        }
        tables["responsibilities"] += [
            {"unit": id, "matter": matter, "bearer": bearer} for matter, bearer in chain.items()
        ]


# -- files -----------------------------------------------------------------------------------

COLUMNS = {
    "subdistricts": ("id", "name"),
    "communities": ("id", "name", "kind", "parent"),
    "branches": ("id", "name", "kind", "parent", "members", "probationary", "covers"),
    "groups": ("id", "kind", "parent", "covers"),
    "households": (
        "id", "parent", "building", "residents", "occupancy", "living_alone", "empty_nest",
    ),
    "compounds": (
        "id", "name", "community", "type", "tier", "history", "population", "management",
    ),
    "grids": ("id", "community"),
    "buildings": ("id", "grid", "compound", "x", "y"),
    "bodies": ("id", "kind", "name", "state"),
    "posts": ("post", "at", "number", "holder", "appointment_source", "since"),
    "persons": ("id", "employment", "home"),
    "flags": ("unit", "flag", "since"),
    "serves": ("source", "target", "mode"),
    "duties": ("unit", "duty", "kept"),
    "responsibilities": ("unit", "matter", "bearer"),
}  # fmt: skip


def write(tables: Tables, folder: Path) -> None:
    """Write each table into *folder* as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, header in COLUMNS.items():
        _making.write(tables[table], folder / f"{table}.csv", header)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the example into the folder that *arguments* name."""
    parser = argparse.ArgumentParser(description="Write the tables of the Luozhuang example.")
    parser.add_argument("folder", type=Path, nargs="?", default=HERE, help="where to write them")
    write(generate(), parser.parse_args(arguments).folder)


if __name__ == "__main__":
    main()
