"""A made-up place of a million households, the same for every run.

667 communities, 3,334 branches, 50,000 groups, 60,000 buildings. Nine ids in ten look like
``H-0000123``, the others are Chinese or of other forms; parents are in random order.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govtree.units import SECTIONS

Columns = dict[str, list[str]]
Cells = dict[str, list[Any]]

STRUCTURE = """\
govtree: 1
name: made up for measuring
communities: {table: communities.csv}
branches: {table: branches.csv}
groups: {table: groups.csv}
buildings: {table: buildings.csv}
households: {table: households.csv}
"""


def tables(households: int, *, seed: int = 1, shuffled: bool = False) -> dict[str, Columns]:
    """Return the tables of the place as columns of text, by section.

    Args:
        households: How many households; the other units follow in proportion.
        seed: Of the random order of parents.
        shuffled: Whether the households stand in random order, instead of in order of id.
    """
    draw = random.Random(seed)
    counts = {
        "communities": max(1, households // 1_500),
        "branches": max(1, households // 300),
        "groups": max(1, households // 20),
        "buildings": max(1, households * 6 // 100),
    }
    letters = {"communities": "C", "branches": "B", "groups": "G", "buildings": "X"}
    made: dict[str, Columns] = {
        section: {"id": [f"{letters[section]}-{number:06d}" for number in range(count)]}
        for section, count in counts.items()
    }
    for lower, upper in (("branches", "communities"), ("groups", "branches")):
        ids = made[upper]["id"]
        made[lower]["parent"] = [ids[number % len(ids)] for number in range(counts[lower])]
    ids = sorted(_household_ids(households))
    if shuffled:
        draw.shuffle(ids)
    made["households"] = {
        "id": ids,
        "parent": draw.choices(made["groups"]["id"], k=households),
        "building": draw.choices(made["buildings"]["id"], k=households),
        "residents": [str(draw.randrange(1, 7)) for _ in range(households)],
    }
    for tag, rate in (("living_alone", 0.1), ("empty_nest", 0.2), ("let", 0.3)):
        made["households"][f"tags.{tag}"] = [
            "1" if draw.random() < rate else "0" for _ in range(households)
        ]
    return made


def _household_ids(households: int) -> Iterator[str]:
    for number in range(households):
        kind = number % 20
        if kind == 0:
            yield f"户{number:07d}"
        elif kind == 1:
            yield f"{number // 60}/{number % 60}-{kind}"
        else:
            yield f"H-{number:07d}"


def write(folder: Path, households: int, **how: bool) -> None:
    """Write the place into *folder* as a structure file and its tables."""
    for section, columns in tables(households, **how).items():
        _write_table(folder / f"{section}.csv", columns)
    (folder / "structure.yaml").write_text(STRUCTURE, encoding="utf-8")


def _write_table(path: Path, columns: Mapping[str, Iterable[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


@dataclass(frozen=True)
class Staffed:
    """A place with everything that rules ask about.

    Attributes:
        tables: Columns by name of the table: text, whole numbers, dates, or None.
        planted: Faults that were planted, by code of the rule that finds each of them.
    """

    tables: dict[str, Cells]
    planted: dict[str, int]


#: Households, groups, buildings and grids of a branch; each grid has 300 households.
_BRANCH = {"households": 900, "groups": 45, "buildings": 54, "grids": 3}
#: Most residents that the benchmark takes for granted in a household.
MOST_RESIDENTS = 20
#: The day of the place, since when holders are in office, and how long their forerunners were.
TODAY, SINCE, BEFORE = dt.date(2026, 6, 30), dt.date(2024, 1, 1), dt.date(2023, 12, 31)
_TYPES = ("commercial", "affordable_housing", "village_run", "work_unit_housing", "mixed")
_PARTIES = (
    "leader_links",
    "cadre_contracts",
    "secretary_stationed",
    "agency_paired",
    "organization_helps",
)
_LINKS = ("responder", "grid", "property", "supervision")


class _Rows:
    """Rows of one table on their way into columns."""

    def __init__(self, *names: str) -> None:
        self.columns: Cells = {name: [] for name in names}

    def add(self, *cells: Any) -> None:
        for column, cell in zip(self.columns.values(), cells, strict=True):
            column.append(cell)


def staffed(households: int, *, faulty: float = 0.0, seed: int = 1) -> Staffed:
    """Return a place with grids, compounds, bodies, posts and who holds them.

    Every third of a branch is a grid; each has a head, who is the secretary of the branch, and
    one or two workers. In each group a contact household or a neighbor steward calls on the
    others: nine contacts in ten on the whole group, the tenth on each household by name.

    Args:
        households: How many households; 900 or more.
        faulty: Share of the rows that each of the planted faults befalls: of households (a
            third each without a group, without a building, with too many residents), of grids,
            of groups whose contact calls on households by name, of compounds.
        seed: Of everything random.
    """
    draw = random.Random(seed)
    count = max(1, households // _BRANCH["households"])
    chain = {
        "C": max(1, count // 2),
        "B": count,
        "G": count * _BRANCH["groups"],
        "X": count * _BRANCH["buildings"],
        "N": count * _BRANCH["grids"],
        "Q": count,
    }
    ids = {letter: [f"{letter}-{row:06d}" for row in range(n)] for letter, n in chain.items()}
    planted: dict[str, int] = {}
    home = _homes(households, count, faulty, draw, ids, planted)
    tables: dict[str, Cells] = {
        "community": {"id": ids["C"]},
        "branch": {
            "id": ids["B"],
            "parent": [ids["C"][row % chain["C"]] for row in range(count)],
            "kind": ["joint_branch" if row % 20 == 0 else "grid_branch" for row in range(count)],
            "members": [12] * count,
        },
        "group": {
            "id": ids["G"],
            "parent": [ids["B"][row // _BRANCH["groups"]] for row in range(chain["G"])],
            "members": [4] * chain["G"],
        },
        "grid": {
            "id": ids["N"],
            "community": [ids["C"][row // 3 % chain["C"]] for row in range(chain["N"])],
        },
        "building": {
            "id": ids["X"],
            "grid": [ids["N"][row // 18] for row in range(chain["X"])],
            "compound": [ids["Q"][row // _BRANCH["buildings"]] for row in range(chain["X"])],
        },
        "entrance": {
            "id": [f"E-{row:06d}" for row in range(0, chain["X"], 5)],
            "building": ids["X"][::5],
        },
        "compound": {
            "id": ids["Q"],
            "community": [ids["C"][row % chain["C"]] for row in range(count)],
            "type": [_TYPES[row % 5] for row in range(count)],
        },
        "area": {"id": [f"A-{row:02d}" for row in range(20)], "kind": ["district"] * 20},
        "household": home.columns,
    }
    relations = _Rows("relation", "source", "target", "mode")
    posts = _Rows("id", "post", "at")
    tenures = _Rows("post", "holder", "appointment_source", "since", "until")
    persons = _Rows("id", "employment", "home")

    def person(employment: str | None, body: str | None = None) -> str:
        id = f"P-{len(persons.columns['id']):06d}"
        persons.add(id, employment, body)
        return id

    def seat(post: str, at: str, holder: str, source: str = "elected") -> str:
        number = len(posts.columns["id"])
        id = f"S-{number:06d}"
        posts.add(id, post, at)
        if number % 20 == 0:
            tenures.add(id, holder, source, dt.date(2020, 1, 1), BEFORE)
        tenures.add(id, holder, source, SINCE, None)
        return id

    for row, id in enumerate(ids["C"]):
        relations.add("in_area", f"A-{row % 20:02d}", id, None)
    bad_heads, bad_workers = _some(chain["N"], faulty, draw), _some(chain["N"], faulty, draw)
    planted["GT402"], planted["GT302"] = len(bad_heads), len(bad_workers)
    for branch, id in enumerate(ids["B"]):
        dispatched = branch % 10 == 0
        secretary = person("civil_servant" if dispatched else None, "D-00" if dispatched else None)
        seat("secretary", id, secretary, "dispatched" if dispatched else "elected")
        seat("deputy_secretary", id, person("committee_member"))
        seat("committee_member", id, person("committee_member"))
        for grid in range(branch * 3, branch * 3 + 3):
            here = ids["N"][grid]
            relations.add("covers", id, here, None)
            seat("grid_head", here, person("volunteer") if grid in bad_heads else secretary)
            workers = (0, 3)[grid % 2] if grid in bad_workers else 1 + grid % 2
            for _ in range(workers):
                seat("grid_worker", here, person("grid_worker"), "recruited")
        if branch % 5 == 0:
            first = branch * _BRANCH["buildings"]
            for building in ids["X"][first : first + _BRANCH["buildings"]]:
                seat("building_head", building, person("volunteer"))
    for id in tables["entrance"]["id"]:
        seat("entrance_head", id, person("volunteer"))
    for group, id in enumerate(ids["G"]):
        members = home.members[group]
        if group % 2:
            seat("neighbor_steward", id, person("volunteer"))
        elif not home.is_by_name(group):
            relations.add("serves", members[0], id, None)
        else:
            for other in members[1:]:
                if other not in home.left_out:
                    relations.add("serves", members[0], other, None)
    bodies = _Rows("id", "kind", "state", "until")
    members_ = _Rows("body", "member", "person", "role", "group")
    _bodies(bodies, members_, relations, ids, _some(count, faulty, draw), planted, person)
    tables |= {
        "post": posts.columns,
        "tenure": tenures.columns,
        "relation": relations.columns,
        "body": bodies.columns,
        "membership": members_.columns,
        "person": persons.columns,
        "body_group": {"body": ["T-00"] * 6, "group": [f"part {number}" for number in range(6)]},
        "flag": {"unit": ids["Q"][1::5], "flag": ["developer_withdrawn"] * len(ids["Q"][1::5])},
        "responsibility": {
            "unit": [id for id in ids["Q"] for _ in _LINKS],
            "matter": [*_LINKS] * count,
            "bearer": [id for id in ids["B"] for _ in _LINKS],
        },
        "duty": {
            "unit": [id for pair in zip(ids["B"], ids["B"], ids["Q"], strict=True) for id in pair],
            "duty": ["monthly_meeting", "premises", "dossier"] * count,
            "kept": [True] * (3 * count),
        },
    }
    return Staffed(tables, {code: number for code, number in sorted(planted.items()) if number})


def write_staffed(folder: Path, place: Staffed) -> None:
    """Write such a place into *folder* as a structure file and its tables."""
    lines = ["govtree: 1", "name: made up for measuring", f"as_of: {TODAY}"]
    terms = ", ".join(f"{mode}: {{label: {{en: {mode}}}}}" for mode in _PARTIES)
    lines.append(f"vocabularies: {{mode: {{{terms}}}}}")
    households = len(place.tables["household"]["id"])
    lines.append(f"declared: {{households: {households}}}")
    for table, columns in place.tables.items():
        _write_table(folder / f"{table}.csv", {name: map(_cell, c) for name, c in columns.items()})
        lines.append(f"{SECTIONS[table]}: {{table: {table}.csv}}")
    (folder / "structure.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _some(count: int, share: float, draw: random.Random) -> set[int]:
    """Return so large a share of row numbers."""
    return set(draw.sample(range(count), round(count * share)))


@dataclass(frozen=True)
class _Homes:
    """The households, and what else has to know of them.

    Attributes:
        columns: Their table.
        members: Households of each group; the first one is its contact.
        left_out: Priority households that the contact of their group leaves out.
    """

    columns: Cells
    members: list[list[str]]
    left_out: set[str]

    @staticmethod
    def is_by_name(group: int) -> bool:
        """Return whether the contact of a group calls on its households by name."""
        return group % 10 == 0


def _homes(
    households: int,
    branches: int,
    faulty: float,
    draw: random.Random,
    ids: dict[str, list[str]],
    planted: dict[str, int],
) -> _Homes:
    order = list(range(households))
    draw.shuffle(order)
    # Two grids of a branch are made too small and too large by turns.
    askew = _some(branches, min(1, faulty * 1.5), draw)
    groups, grids = _BRANCH["groups"], _BRANCH["grids"]
    columns: Cells = {"id": sorted(_household_ids(households)), "parent": [], "building": []}
    columns |= {name: [] for name in ("grid", "residents", "tags.living_alone", "tags.empty_nest")}
    columns["tags.let"] = []
    members: list[list[str]] = [[] for _ in ids["G"]]
    for id, position in zip(columns["id"], order, strict=True):
        branch = position * branches // households
        within = position - -(-branch * households // branches)
        part = within % grids
        if branch in askew and part == 0 and within % 2:
            part = 1
        group = branch * groups + within // grids % groups
        grid = branch * grids + part
        members[group].append(id)
        columns["parent"].append(ids["G"][group])
        columns["building"].append(ids["X"][grid * 18 + within // (2 * grids) % 18])
        columns["grid"].append(ids["N"][grid] if position % 50 == 0 else None)
        columns["residents"].append(draw.randrange(1, 7))
        for tag, rate in (("living_alone", 0.1), ("empty_nest", 0.2), ("let", 0.3)):
            columns[f"tags.{tag}"].append(1 if draw.random() < rate else 0)
    planted["GT301"] = 2 * len(askew)
    homes = _Homes(columns, members, set())
    row_of = {id: row for row, id in enumerate(columns["id"])} if faulty else {}
    named = [group for group in range(0, len(members), 10) if faulty]
    planted["GT224"] = 0
    for group in sorted(named[at] for at in _some(len(named), faulty, draw)):
        rows = [row_of[id] for id in members[group][1:]]
        alone = [
            row
            for row in rows
            if columns["tags.living_alone"][row] or columns["tags.empty_nest"][row]
        ]
        homes.left_out.update(columns["id"][row] for row in alone[: len(rows) - 1])
        planted["GT224"] += bool(alone)
    # Contacts and those they call on by name keep their group; nobody has two faults.
    free = [
        row
        for group, each in enumerate(members)
        if faulty and group % 10
        for row in map(row_of.__getitem__, each[1:])
        if columns["grid"][row] is None
    ]
    share = min(len(free), round(households * faulty)) // 3
    chosen = draw.sample(free, 3 * share)
    for at, row in enumerate(chosen):
        if at < share:
            columns["parent"][row] = None
        elif at < 2 * share:
            columns["building"][row] = None
        else:
            columns["residents"][row] = draw.randrange(MOST_RESIDENTS + 1, 100)
    planted |= {"GT201": share, "GT202": share, "BM001": share}
    return homes


def _bodies(
    bodies: _Rows,
    memberships: _Rows,
    relations: _Rows,
    ids: dict[str, list[str]],
    without_station: set[int],
    planted: dict[str, int],
    person: Callable[[str | None], str],
) -> None:
    """Add the bodies, whom they serve and who belongs to them."""
    planted["GT503"] = len(without_station)
    departments = [f"D-{number:02d}" for number in range(26)]
    for id in departments:
        bodies.add(id, "department", None, None)
    bodies.add("L-00", "steering_body", None, None)
    memberships.add("L-00", None, person("civil_servant"), "chair", None)
    for id in departments:
        memberships.add("L-00", id, None, "member", None)
    bodies.add("T-00", "task_force", None, TODAY.replace(year=TODAY.year + 1))
    for number in range(18):
        memberships.add("T-00", None, person("civil_servant"), "member", f"part {number % 6}")
    for row, compound in enumerate(ids["Q"]):
        bodies.add(f"M-{row:06d}", "property_company", None, None)
        relations.add("serves", f"M-{row:06d}", compound, "contract")
        bodies.add(f"O-{row:06d}", "owners_committee", "seated", None)
        relations.add("serves", f"O-{row:06d}", compound, "lead" if row % 5 == 4 else None)
        bodies.add(f"Z-{row:06d}", "service_station", None, None)
        if row not in without_station:
            relations.add("serves", f"Z-{row:06d}", compound, None)
        if row % 5 == 1:
            relations.add("serves", "T-00", compound, None)
        for at, mode in enumerate(_PARTIES):
            relations.add("serves", departments[(row + at) % 26], compound, mode)
