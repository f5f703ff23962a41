"""Small random structures for rules about sizes: members, staff, spans, numbers and rows."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st
from small_structures import DAY, UNKNOWN, Small, some_of

from govtree import (
    Branch,
    Building,
    Community,
    Compound,
    Grid,
    Group,
    Hierarchy,
    Household,
    Link,
    Person,
    Post,
    Record,
    Tenure,
    Term,
)

BEFORE, AFTER = dt.date(2025, 6, 29), dt.date(2025, 7, 1)
#: First and last days: in force, over, not yet begun.
SPANS = (
    (None, None), (None, None), (DAY, DAY), (None, BEFORE), (AFTER, None), (BEFORE, AFTER),
)  # fmt: skip
#: From which post of the branch the head of a grid derives.
DERIVED = (None, None, "secretary", "deputy_secretary")
WORDS = {"occupancy": (Term("owner"), Term("empty"), Term("unknown"))}
COMMITTEE = ("secretary", "deputy_secretary", "committee_member")

whole = st.sampled_from([0, 1, 2, 3, 7, None, None, UNKNOWN])


@st.composite
def small_sizes(draw: st.DrawFn) -> Small:
    """Draw a structure of few units in which anything that may be missing sometimes is."""
    ids = {
        name: [f"{name}-{at}" for at in range(draw(st.integers(least, most)))]
        for name, least, most in (
            ("C", 1, 2),
            ("B", 0, 3),
            ("G", 0, 3),
            ("N", 1, 3),
            ("X", 0, 1),
            ("T", 0, 2),
            ("H", 0, 5),
            ("P", 0, 3),
        )
    }
    records: list[Record] = [Community(id=each) for each in ids["C"]]
    records += [Person(id=each) for each in ids["P"]]
    link = st.builds(
        lambda unit, span: Link(unit, since=span[0], until=span[1]),
        st.sampled_from([*ids["N"], *ids["N"], *ids["T"], UNKNOWN]),
        st.sampled_from(SPANS),
    )
    for each in ids["B"]:
        records.append(
            Branch(
                id=each,
                kind=draw(st.sampled_from([None, "joint_branch", "general_branch", UNKNOWN])),
                parent=draw(some_of(ids["C"])),
                members=draw(whole),
                probationary=draw(whole),
                covers=draw(st.lists(link, max_size=3)),
            )
        )
    for each in ids["G"]:
        records.append(
            Group(
                id=each,
                parent=draw(some_of(ids["B"])),
                members=draw(whole),
                probationary=draw(whole),
                households=draw(whole),
                residents=draw(whole),
            )
        )
    for each in ids["N"]:
        community, number = draw(some_of(ids["C"])), draw(whole)
        records.append(Grid(id=each, community=community, households=number, residents=number))
    records += [Compound(id=each, community=draw(some_of(ids["C"]))) for each in ids["X"]]
    for each in ids["T"]:
        grid, compound = draw(some_of(ids["N"])), draw(some_of(ids["X"]))
        records.append(Building(id=each, grid=grid, compound=compound, households=draw(whole)))
    for each in ids["H"]:
        records.append(
            Household(
                id=each,
                parent=draw(some_of(ids["G"])),
                grid=draw(some_of(ids["N"])),
                building=draw(some_of(ids["T"])),
                occupancy=draw(st.sampled_from([None, "owner", "empty", "unknown", UNKNOWN])),
                residents=draw(whole),
            )
        )
    records += draw(dated_seats(ids["B"], COMMITTEE, ids["P"]))
    records += draw(dated_seats(ids["N"], ("grid_head", "grid_worker"), ids["P"]))
    derived = draw(st.sampled_from(DERIVED))
    posts = (Term("grid_head", derived=derived), Term("grid_worker"), *map(Term, COMMITTEE))
    records = draw(st.permutations(records))
    words = WORDS | {"post": posts}
    return Small(Hierarchy.from_records(records, as_of=DAY, vocabularies=words), tuple(records))


@st.composite
def dated_seats(
    draw: st.DrawFn, places: list[str], posts: tuple[str, ...], persons: list[str]
) -> list[Record]:
    """Draw seats of the posts at each place, held now, before, later, by nobody knows whom."""
    found: list[Record] = []
    for place in places:
        for post in posts:
            for number in range(draw(st.sampled_from([0, 0, 1, 2]))):
                id = f"{place}/{post}/{number}"
                found.append(Post(id=id, post=post, at=place, number=number))
                holder = draw(some_of(persons))
                if holder is not None:
                    since, until = draw(st.sampled_from(SPANS))
                    found.append(Tenure(post=id, holder=holder, since=since, until=until))
    return found
