"""Small random structures with contacts: who serves whom, which seats are held, what is known."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st
from small_structures import DAY, UNKNOWN, Small, some_of

from govtree import (
    Area,
    Body,
    Branch,
    Building,
    Community,
    Compound,
    Entrance,
    Grid,
    Group,
    Hierarchy,
    Household,
    Link,
    MicroGrid,
    Post,
    Record,
    Relation,
    Tenure,
)

BEFORE, AFTER = DAY - dt.timedelta(1), DAY + dt.timedelta(1)
COUNTS = {
    "C": (1, 2),
    "B": (1, 2),
    "G": (1, 3),
    "X": (0, 1),
    "N": (0, 2),
    "M": (0, 1),
    "T": (0, 3),
    "E": (0, 2),
    "H": (1, 6),
}
POSTS = ("neighbor_steward", "building_head", "entrance_head")


@st.composite
def dates(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a first and a last day, most of which let a row be in force on the day."""
    since = draw(st.sampled_from([None, None, DAY, BEFORE, AFTER]))
    until = draw(st.sampled_from([None, None, None, DAY, BEFORE if since is None else AFTER]))
    return {"since": since, "until": until}


@st.composite
def small_contacts(draw: st.DrawFn) -> Small:
    """Draw households in groups and territory, contacts of both sorts, areas and heads."""
    ids = {
        name: [f"{name}-{at}" for at in range(draw(st.integers(*bounds)))]
        for name, bounds in COUNTS.items()
    }
    units = [each for name in ids for each in ids[name]]
    served = [*ids["G"], *ids["E"], *ids["T"], *ids["H"], *ids["H"], *units]

    def serves(most: int) -> list[Link]:
        ends = draw(st.lists(st.sampled_from([*served, UNKNOWN]), max_size=most))
        return [Link(each, **draw(dates())) for each in ends]

    def one_of(name: str) -> Any:
        return draw(some_of(ids[name]))

    records: list[Record] = [Community(id=each) for each in ids["C"]]
    records += [Branch(id=each, parent=one_of("C")) for each in ids["B"]]
    records += [Group(id=each, parent=one_of("B")) for each in ids["G"]]
    records += [Compound(id=each) for each in ids["X"]]
    records += [Grid(id=each) for each in ids["N"]]
    records += [MicroGrid(id=each, grid=one_of("N")) for each in ids["M"]]
    for each in ids["T"]:
        places = {"grid": one_of("N"), "micro_grid": one_of("M"), "compound": one_of("X")}
        records.append(Building(id=each, **places))
    records += [Entrance(id=each, building=one_of("T")) for each in ids["E"]]
    tag = st.sampled_from([None, 0, 1, 1, UNKNOWN])
    is_contact = draw(st.sampled_from([0, 0, 1, 2]))
    for each in ids["H"]:
        tags = {"living_alone": draw(tag), "empty_nest": draw(tag)}
        records.append(
            Household(
                id=each,
                parent=draw(st.sampled_from([*ids["G"] * 3, None, UNKNOWN])),
                grid=one_of("N"),
                building=one_of("T"),
                entrance=one_of("E"),
                tags={name: number for name, number in tags.items() if number is not None},
                serves=serves(is_contact),
            )
        )
    with_tenures = draw(st.booleans())
    places = [*ids["G"], *ids["T"], *ids["E"], *units, UNKNOWN]
    for number in range(draw(st.integers(0, 4))):
        id, post = f"S-{number}", draw(st.sampled_from([*POSTS, *POSTS, UNKNOWN]))
        vacant = draw(st.sampled_from([None, None, True, False]))
        at = draw(st.sampled_from(places))
        records.append(Post(id=id, post=post, at=at, vacant=vacant, serves=serves(1)))
        if with_tenures:
            holder = draw(st.sampled_from(["p-1", "p-2", None, UNKNOWN]))
            if holder is not None:
                records.append(Tenure(post=id, holder=holder, **draw(dates())))
    if draw(st.booleans()):
        # A body that serves is no contact; of what is not known it cannot be said.
        records.append(Body(id="K-1", serves=serves(1)))
        target = draw(st.sampled_from(units))
        records.append(Relation(relation="serves", source=UNKNOWN, target=target, **draw(dates())))
    for number in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from([None, "east", UNKNOWN, UNKNOWN]))
        ends = draw(st.lists(st.sampled_from([*ids["C"], *ids["C"], UNKNOWN]), max_size=3))
        links = [Link(each, **draw(dates())) for each in ends]
        records.append(Area(id=f"A-{number}", kind=kind, communities=links))
    if draw(st.booleans()):
        target = draw(st.sampled_from(ids["C"]))
        records.append(Relation(relation="in_area", source=UNKNOWN, target=target, **draw(dates())))
    records = draw(st.permutations(records))
    return Small(Hierarchy.from_records(records, as_of=DAY), tuple(records))
