"""Structures drawn at random, and a slow twin that answers as the definitions read.

:func:`structures` draws records that form a structure by construction, :func:`hierarchies` the
hierarchies made of them. :class:`Twin` answers from the records alone, with loops and dicts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar

from attrs import evolve, frozen
from hypothesis import strategies as st

from govtree import Hierarchy
from govtree.units import (
    ROLES,
    Area,
    Body,
    BodyGroup,
    Branch,
    Building,
    Community,
    Compound,
    Duty,
    Entrance,
    Flag,
    Grid,
    Group,
    Household,
    Level,
    LevelUnit,
    Link,
    Membership,
    MicroGrid,
    Person,
    Post,
    Record,
    Relation,
    Responsibility,
    Tenure,
    Term,
    Unit,
)

T = TypeVar("T")

#: The day of most structures, and days around it on which things begin and end.
TODAY = dt.date(2025, 6, 30)
DAYS = (dt.date(2024, 1, 1), dt.date(2025, 6, 29), TODAY, dt.date(2025, 7, 1))

#: A post that a place may have many of, one that follows from another, and two plain ones.
POSTS = (
    Term("grid_worker", many=True),
    Term("grid_head", derived="secretary"),
    Term("secretary"),
    Term("steward"),
)

#: Chains of levels as name and role, top down.
CHAINS = (
    tuple(zip(ROLES, ROLES, strict=True)),
    (("community", "community"), ("branch", "branch")),
    (("RW", "community"), ("KK", "household")),
    (("region", ""), ("place", "")),
    (("province", ""), ("district", ""), ("kelurahan", "community"), ("KK", "household")),
    (("general_branch", "community"), ("branch", "branch"), ("household", "household")),
    (
        ("province", ""),
        ("city", ""),
        ("barangay", "community"),
        ("zone", ""),
        ("purok", "branch"),
        ("cluster", "group"),
        ("block", ""),
        ("household", "household"),
    ),
)

RECORDS: dict[str, type[Record]] = {
    "community": Community,
    "branch": Branch,
    "group": Group,
    "household": Household,
    "compound": Compound,
    "grid": Grid,
    "micro_grid": MicroGrid,
    "building": Building,
    "entrance": Entrance,
    "area": Area,
    "body": Body,
    "post": Post,
}
TERRITORY = ("compound", "grid", "micro_grid", "building", "entrance")


@frozen(slots=False)
class Structure:
    """Records that form a structure, its levels, and the day it is a snapshot of."""

    records: tuple[Record, ...]
    levels: tuple[Level, ...]
    as_of: dt.date | None = None

    @cached_property
    def hierarchy(self) -> Hierarchy:
        return Hierarchy.from_records(self.records, **self.facts)

    @property
    def facts(self) -> dict[str, Any]:
        return {"levels": self.levels, "as_of": self.as_of, "vocabularies": {"post": POSTS}}

    @cached_property
    def twin(self) -> Twin:
        return Twin(self)


@st.composite
def structures_with_unknown_numbers(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Structure:
    """Structures whose units also say that a number is not known; records cannot repeat that."""
    drawn: Structure = draw(structures())
    records = []
    for each in drawn.records:
        if not isinstance(each, Unit):
            records.append(each)
            continue
        names = [name for name in ("households", "residents") if hasattr(each, name)]
        unknown = {name: "?" for name in names if draw(st.integers(0, 3)) == 0}
        tags = {
            tag: draw(st.sampled_from([number, number, "?"])) for tag, number in each.tags.items()
        }
        records.append(evolve(each, tags=tags, **unknown))
    return evolve(drawn, records=tuple(records))


# -- drawing ---------------------------------------------------------------------------------


class _Maker:
    """Draws a structure table by table; what comes later points at what is there already."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw
        self.ids: dict[str, list[str]] = {}
        self.records: list[Record] = []
        self.levels: tuple[Level, ...] = ()

    def flip(self) -> bool:
        return bool(self.draw(st.booleans()))

    def one(self, options: Sequence[T]) -> T:
        return options[self.draw(st.integers(0, len(options) - 1))]

    def maybe(self, options: Sequence[T]) -> T | None:
        """Draw one of *options* or None."""
        return self.one([None, *options])

    def some(self, options: Sequence[T]) -> list[T]:
        """Draw up to two of *options*."""
        found = {at for at in (self.maybe(range(len(options))) for _ in "ab") if at is not None}
        return [options[at] for at in sorted(found)]

    def known(self, *tables: str) -> list[str]:
        return [each for table in tables for each in self.ids.get(table, ())]

    def units(self) -> list[str]:
        return self.known(*(level.table for level in self.levels), *TERRITORY)

    def nodes(self) -> list[str]:
        return self.units() + self.known("area", "body", "post")

    def add(self, table: str, most: int, fields: Callable[[], dict[str, Any]]) -> None:
        # Order of input is neither order of id nor of number, nor order of bytes in UTF-16.
        stem = self.one(["", "户", "𠮷", "ﬀ"]) + table.upper()
        # A table is full as often as not, and shrinks to nothing.
        count = min(self.draw(st.integers(0, 2 * most)), most)
        made = [f"{stem}-{at * 37 % 100}" for at in range(count)]
        for id in made:
            record = RECORDS.get(table, LevelUnit)
            level = {"level": table} if record is LevelUnit else {}
            self.records.append(record(id=id, **level, **fields()))  # type: ignore[call-arg]  # fields of that record
        self.ids[table] = made

    # -- fields --

    def dates(self) -> dict[str, Any]:
        return {"since": self.maybe(DAYS), "until": self.maybe(DAYS)} if self.flip() else {}

    def links(self, options: Sequence[str], modes: Sequence[str] = ()) -> list[Link]:
        return [Link(unit, self.maybe(modes), **self.dates()) for unit in self.some(options)]

    def plain(self) -> dict[str, Any]:
        if not self.flip():
            return {}
        tags = {tag: self.maybe(range(3)) for tag in ("alone", "elder")}
        return {
            "name": self.maybe(["河东", "River", "Ｒiver "]),
            "kind": self.maybe(["plain", "special", "?"]),
            "x": self.maybe([0.5, -117.25]),
            "tags": {tag: number for tag, number in tags.items() if number is not None},
            "flags": [{"flag": "weak", **self.dates()}] if self.flip() else [],
        }

    def numbers(self) -> dict[str, Any]:
        if not self.flip():
            return {}
        return {"households": self.maybe(range(50)), "residents": self.maybe(range(90))}

    # -- tables --

    def level(self, at: int) -> None:
        level = self.levels[at]
        above: list[str] = []
        for upper in self.levels[:at][::-1]:
            above += self.known(upper.table)
            if not upper.optional:
                break
        beside = {"community": self.members, "branch": self.branch, "group": self.group}
        beside["household"] = self.household
        own = beside.get(level.role, dict)
        most = 6 if level.role == "household" else 3
        self.add(level.table, most, lambda: {"parent": self.maybe(above), **self.plain(), **own()})

    def members(self) -> dict[str, Any]:
        return {"members": self.maybe(range(30))}

    def branch(self) -> dict[str, Any]:
        return self.members() | {"covers": self.links(self.known("grid", "micro_grid", "building"))}

    def group(self) -> dict[str, Any]:
        covers = self.links(self.known("building", "entrance"))
        return self.members() | self.numbers() | {"covers": covers}

    def household(self) -> dict[str, Any]:
        return {
            "grid": self.maybe([*self.known("grid"), "?"]),
            "building": self.maybe(self.known("building")),
            "entrance": self.maybe(self.known("entrance")),
            "residents": self.maybe(range(5)),
            "occupancy": self.maybe(["let", "owner", "?"]),
            "serves": self.links(self.known("group", "grid")),
        }

    def territory(self) -> None:
        def of(*tables: str) -> dict[str, Any]:
            return {table: self.maybe(self.known(table)) for table in tables}

        self.add("compound", 2, lambda: of("community") | self.numbers())
        self.add("grid", 3, lambda: of("community") | self.plain() | self.numbers())
        self.add("micro_grid", 2, lambda: of("grid") | self.numbers())
        self.add("building", 3, lambda: of("grid", "micro_grid", "compound") | self.numbers())
        self.add("entrance", 2, lambda: of("building") | self.numbers())

    def beside(self) -> None:
        def post() -> dict[str, Any]:
            said = {"post": self.one(POSTS).term, "at": self.one(places)}
            return said | {"vacant": self.maybe([True, False]), "serves": self.links(self.units())}

        def body() -> dict[str, Any]:
            return self.plain() | {"serves": self.links(self.units(), ["contract"])}

        self.add("area", 2, lambda: {"communities": self.links(self.known("community"))})
        self.add("body", 2, body)
        places = self.nodes()
        if places:
            self.add("post", 3, post)

    def joins(self) -> Iterator[Record]:
        posts, bodies, nodes = self.known("post"), self.known("body"), self.nodes()
        persons = ["p-2", "p-1", "员-3"]
        for post in posts:
            for holder in self.some(persons):
                full_time = self.maybe([True, False])
                yield Tenure(post=post, holder=holder, full_time=full_time, **self.dates())
        for one, other in zip(self.some(posts), self.some(posts), strict=False):
            yield Relation(relation="deputy", source=one, target=other, **self.dates())
        for one, other in zip(self.some(nodes), self.some(nodes), strict=False):
            yield Relation(relation="appraises", source=one, target=other, mode="contract")
        for node in self.some(nodes):
            kept, on = self.maybe([True, False]), self.maybe(DAYS)
            yield Duty(unit=node, duty="premises", kept=kept, on=on)
            yield Flag(unit=node, flag="award", giver="city", **self.dates())
        for body in self.some(bodies):
            yield BodyGroup(body=body, group="outreach")
            yield Membership(body=body, person=self.maybe(persons), member=self.maybe(nodes))
            unit, bearer = self.one(nodes), self.one(nodes)
            yield Responsibility(unit=unit, bearer=bearer, matter=self.maybe(["water", "noise"]))
        for person in self.some(persons):
            yield Person(id=person, employment="community_worker", home=self.maybe(bodies))


@st.composite
def structures(draw: Any, chains: Sequence[Any] = CHAINS) -> Structure:
    """Draw a structure of a few dozen records: any of them may be missing, all of them fit."""
    maker = _Maker(draw)
    chain = maker.one(chains)
    maker.levels = tuple(
        Level(name, role, optional=0 < at < len(chain) - 1 and maker.flip())
        for at, (name, role) in enumerate(chain)
    )
    roles = [level.role for level in maker.levels]
    ground = roles.index("community") + 1 if "community" in roles else 0
    for at in range(ground):
        maker.level(at)
    if maker.flip():
        maker.territory()
    for at in range(ground, len(chain)):
        maker.level(at)
    if maker.flip():
        maker.beside()
        maker.records += maker.joins()
    return Structure(tuple(maker.records), maker.levels, maker.maybe([TODAY]))


def hierarchies(chains: Sequence[Any] = CHAINS) -> st.SearchStrategy[Hierarchy]:
    """Draw a hierarchy."""
    return structures(chains).map(lambda drawn: drawn.hierarchy)


# -- the slow twin ---------------------------------------------------------------------------


class Twin:
    """Answers from the records of a structure, as the definitions read."""

    def __init__(self, structure: Structure) -> None:
        self.chain = [level.table for level in structure.levels]
        self.as_of = structure.as_of
        self.unit = {each.id: each for each in structure.records if isinstance(each, Unit)}
        names = {record: table for table, record in RECORDS.items()}
        self.table = {
            id: each.level if isinstance(each, LevelUnit) else names[type(each)]
            for id, each in self.unit.items()
        }
        self.relations = [each for each in structure.records if isinstance(each, Relation)]
        self.tenures = [each for each in structure.records if isinstance(each, Tenure)]
        self.persons = [each for each in structure.records if isinstance(each, Person)]
        self.memberships = [each for each in structure.records if isinstance(each, Membership)]
        self.responsibilities = [
            each for each in structure.records if isinstance(each, Responsibility)
        ]
        for id, each in self.unit.items():
            for name, links in _links_of(each):
                self.relations += [
                    Relation(
                        relation=name,
                        source=id,
                        target=link.unit,
                        mode=link.mode,
                        since=link.since,
                        until=link.until,
                    )
                    for link in links
                ]

    def ids(self, *tables: str) -> list[str]:
        return sorted(id for id, table in self.table.items() if table in tables)

    def said(self, id: str, name: str) -> Any:
        """What the record of *id* says in a field, None where that is not known."""
        value = getattr(self.unit[id], name, None)
        return None if value == "?" else value

    # -- who belongs where --

    def parent(self, id: str) -> str | None:
        if self.table[id] in self.chain:
            return self.said(id, "parent")
        names = ("building", "micro_grid", "grid", "compound", "community", "at")
        return next((said for name in names if (said := self.said(id, name))), None)

    def path(self, id: str) -> tuple[str, ...]:
        above = self.parent(id)
        return (id,) if above is None else (*self.path(above), id)

    def above(self, id: str, level: str) -> str | None:
        """The unit of *level* that *id* is or stands under along the chain."""
        if self.table[id] not in self.chain:
            return None
        return next((each for each in self.path(id) if self.table[each] == level), None)

    def within(self, id: str, table: str) -> str | None:
        """The *table* of the territory, or community, that *id* is or lies in."""
        if self.table[id] == table:
            return id
        if self.said(id, table):
            return str(self.said(id, table))
        if table == "community":
            grid, compound = self.within(id, "grid"), self.within(id, "compound")
            found = self.said(grid, "community") if grid and grid != id else None
            if found is None and compound and compound != id:
                found = self.said(compound, "community")
            return found
        if table == "building":
            entrance = self.said(id, "entrance")
            return self.within(entrance, "building") if entrance else None
        if self.table[id] == "building":
            part = self.said(id, "micro_grid")
            return self.said(part, "grid") if part and table == "grid" else None
        building = self.within(id, "building") if table in TERRITORY else None
        return self.within(building, table) if building and table != "entrance" else None

    def branch_of(self, id: str) -> str | None:
        along = self.above(id, "branch")
        if along or (self.table[id] in self.chain and self.table[id] != "household"):
            return along
        if self.table[id] == "compound":
            grids = {
                self.within(each, "grid")
                for each in self.ids("building", "household")
                if self.within(each, "compound") == id
            }
            answers = {self.branch_of(grid) for grid in grids if grid}
            return answers.pop() if len(answers) == 1 else None
        # What is covered itself comes before what it lies in.
        for table in ("entrance", "building", "micro_grid", "grid"):
            place = self.within(id, table)
            covering = {
                branch
                for branch, covered in self.pairs("covers")
                if covered == place and self.table[branch] == "branch"
            }
            if covering:
                return covering.pop() if len(covering) == 1 else None
        return None

    def belongs(self, id: str, by: str) -> str | None:
        """The unit of *by* that *id* counts for in a roll-up."""
        if by == "branch":
            return self.branch_of(id)
        if by in TERRITORY:
            return self.within(id, by)
        along = self.above(id, by)
        is_ground = self.table[id] == "household" or self.table[id] in TERRITORY
        if along or not is_ground or "community" not in self.chain:
            return along
        community = self.within(id, "community")
        if self.chain.index(by) > self.chain.index("community") or community is None:
            return None
        return self.above(community, by)

    def households_of(self, id: str) -> list[str]:
        table = self.table[id]
        stands_for = [id]
        if table == "area":
            stands_for = [to for source, to in self.pairs("in_area") if source == id]
        elif table in ("body", "post"):
            units = {*self.ids(*self.chain, *TERRITORY)}
            served = {to for source, to in self.pairs("serves") if source == id}
            stands_for = sorted(served & units)
            if table == "post" and not stands_for:
                return self.households_of(self.said(id, "at"))
        return [
            household
            for household in self.ids("household")
            if any(self.belongs(household, self.table[unit]) == unit for unit in stands_for)
        ]

    # -- relations and posts --

    def in_force(self, row: Any) -> bool:
        if self.as_of is None:
            return row.until is None
        begun = row.since is None or row.since <= self.as_of
        return begun and (row.until is None or self.as_of <= row.until)

    def pairs(self, relation: str) -> set[tuple[str, str]]:
        return {
            (each.source, each.target)
            for each in self.relations
            if each.relation == relation and self.in_force(each)
        }

    def holders(self, place: str, post: str) -> list[str]:
        seats = {
            id
            for id in self.ids("post")
            if (self.said(id, "post"), self.said(id, "at")) == (post, place)
        }
        held = {t.holder for t in self.tenures if t.post in seats and self.in_force(t)}
        if held or post != "grid_head":
            return sorted(held)
        branch = self.branch_of(place)
        return self.holders(branch, "secretary") if branch and branch != place else []

    # -- sums --

    def is_unknown(self, id: str, column: str) -> bool:
        """Whether the record says that its number is not known."""
        if column.startswith("tags."):
            return dict(self.unit[id].tags).get(column.removeprefix("tags.")) == "?"
        return getattr(self.unit[id], column, None) == "?"

    def number(self, id: str, column: str) -> int | None:
        if column == "households" and self.table[id] == "household":
            return 1
        if column.startswith("tags."):
            tags: dict[str, int] = dict(self.unit[id].tags)
            number = tags.get(column.removeprefix("tags."))
            return None if number == "?" else number  # type: ignore[comparison-overlap]  # not known
        return self.said(id, column)

    def roll_up(self, column: str, by: str) -> dict[str | None, int]:
        """Rows count where they belong; a number where nothing finer says anything.

        Chain, grids and compounds may each bring numbers for the same households: in each
        community one of the three counts, the first that brings any, and that of *by* first.
        """
        totals: dict[str | None, int] = dict.fromkeys([*self.ids(by), None], 0)
        for household in self.ids("household"):
            totals[self.belongs(household, by)] += self.number(household, column) or 0
        levels = [level for level in self.chain if level != "household"]
        sides = [
            [*levels],
            ["grid", "micro_grid", "building", "entrance"],
            ["compound", "building", "entrance"],
        ]
        sides.sort(key=lambda side: by not in side)
        counted = [self.alone(column, side) for side in sides]
        for community in {self.belongs(id, "community") for side in counted for id in side}:
            for side in counted:
                here = {
                    id: number
                    for id, number in side.items()
                    if self.belongs(id, "community") == community
                }
                if sum(here.values()):
                    for id, number in here.items():
                        totals[self.belongs(id, by)] += number
                    break
        return totals

    def alone(self, column: str, side: Sequence[str]) -> dict[str, int]:
        """The numbers of units of one side that nothing finer speaks for."""

        def lies_in(id: str, unit: str) -> bool:
            find = self.above if self.table[unit] in self.chain else self.within
            return find(id, self.table[unit]) == unit

        found: dict[str, int] = {}
        for id in [id for table in reversed(side) for id in self.ids(table)]:
            number = self.number(id, column)
            below = [
                finer
                for finer in self.ids(*side[side.index(self.table[id]) + 1 :], "household")
                if lies_in(finer, id)
            ]
            said = {finer: self.number(finer, column) for finer in below}
            if number is not None and all(each is None for each in said.values()):
                found[id] = number
            elif number is not None and any(self.is_unknown(finer, column) for finer in below):
                rows = sum(said[finer] or 0 for finer in self.ids("household") if finer in said)
                found[id] = max(number - rows - sum(found.get(finer, 0) for finer in below), 0)
        return found


def _links_of(unit: Unit) -> Iterator[tuple[str, tuple[Link, ...]]]:
    relations = {"covers": "covers", "serves": "serves", "communities": "in_area"}
    for name, relation in relations.items():
        yield relation, getattr(unit, name, ())
