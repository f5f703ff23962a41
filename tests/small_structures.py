"""Small random structures, with what they were made from as plain records."""

from __future__ import annotations

import datetime as dt
from typing import Any

from attrs import frozen
from hypothesis import strategies as st

from govtree import (
    Branch,
    Building,
    Community,
    Entrance,
    Grid,
    Group,
    Hierarchy,
    Household,
    Link,
    MicroGrid,
    Person,
    Post,
    Record,
    Tenure,
    Term,
)

DAY = dt.date(2025, 6, 30)
#: What a cell says where it is not known whether there is a value.
UNKNOWN = "?"
WORDS = {
    "occupancy": (Term("owner"), Term("empty"), Term("unknown")),
    "employment": (Term("community_worker"), Term("volunteer")),
}


@frozen
class Small:
    """A structure and the records that it was made of, by class, by id."""

    h: Hierarchy
    records: tuple[Record, ...]

    def of(self, kind: type) -> dict[str, Any]:
        """Return the records of a class by id; those without ids by their position."""
        found = [each for each in self.records if type(each) is kind]
        return {getattr(each, "id", str(at)): each for at, each in enumerate(found)}


def some_of(ids: list[str], *, unknown: bool = True) -> st.SearchStrategy[str | None]:
    """Return a strategy for one of *ids*, nothing, or not known."""
    return st.sampled_from([*ids, *ids, None, *([UNKNOWN] if unknown else [])])


@st.composite
def small_structures(draw: st.DrawFn) -> Small:
    """Draw a structure of few units in which anything that may be missing sometimes is."""
    ids = {
        name: [f"{name}-{at}" for at in range(draw(st.integers(least, most)))]
        for name, least, most in (
            ("C", 1, 2),
            ("B", 1, 3),
            ("G", 1, 3),
            ("N", 1, 3),
            ("M", 0, 1),
            ("T", 0, 3),
            ("E", 0, 2),
            ("H", 0, 6),
            ("P", 0, 3),
        )
    }
    link = st.sampled_from([*ids["N"], *ids["N"], *ids["M"], *ids["T"]])
    covers = st.lists(link, max_size=3).map(lambda found: [Link(each) for each in found])
    whole = st.sampled_from([None, 0, 1, 2, 5])
    records: list[Record] = [Community(id=each) for each in ids["C"]]
    for each in ids["B"]:
        parent = draw(some_of(ids["C"]))
        records.append(Branch(id=each, parent=parent, covers=draw(covers)))
    for each in ids["G"]:
        inside = draw(st.sampled_from([(), *((Link(unit),) for unit in ids["T"])]))
        records.append(Group(id=each, parent=draw(some_of(ids["B"])), covers=inside))
    for each in ids["N"]:
        kind = draw(st.sampled_from([None, None, "special_grid"]))
        community = draw(some_of(ids["C"]))
        records.append(Grid(id=each, community=community, kind=kind, households=draw(whole)))
    records += [MicroGrid(id=each, grid=draw(some_of(ids["N"]))) for each in ids["M"]]
    for each in ids["T"]:
        grid, part = draw(some_of(ids["N"])), draw(some_of(ids["M"]))
        records.append(Building(id=each, grid=grid, micro_grid=part, households=draw(whole)))
    records += [Entrance(id=each, building=draw(some_of(ids["T"]))) for each in ids["E"]]
    for each in ids["H"]:
        records.append(
            Household(
                id=each,
                parent=draw(some_of(ids["G"])),
                grid=draw(some_of(ids["N"])),
                building=draw(some_of(ids["T"])),
                entrance=draw(some_of(ids["E"])),
                occupancy=draw(st.sampled_from([None, "owner", "empty", "unknown", UNKNOWN])),
                residents=draw(whole),
            )
        )
    employment = st.sampled_from([None, "community_worker", "volunteer", UNKNOWN])
    records += [Person(id=each, employment=draw(employment)) for each in ids["P"]]
    records += draw(seats(ids["B"], "secretary", ids["P"], 1))
    records += draw(seats(ids["N"], "grid_head", ids["P"], 1))
    records += draw(seats(ids["N"], "grid_worker", ids["P"], 2))
    records = draw(st.permutations(records))
    return Small(Hierarchy.from_records(records, as_of=DAY, vocabularies=WORDS), tuple(records))


@st.composite
def seats(
    draw: st.DrawFn, places: list[str], post: str, persons: list[str], most: int
) -> list[Record]:
    """Draw up to *most* seats of a post at each place, with holders now, before, or unknown."""
    found: list[Record] = []
    for place in places:
        for number in range(draw(st.integers(0, most))):
            id = f"{place}/{post}/{number}"
            vacant = draw(st.sampled_from([None, True]))
            found.append(Post(id=id, post=post, at=place, number=number, vacant=vacant))
            holder = draw(some_of(persons))
            if holder is not None:
                until = draw(st.sampled_from([None, DAY, dt.date(2025, 6, 29)]))
                found.append(Tenure(post=id, holder=holder, until=until))
    return found
