"""Small random compounds with what stands around them, and the records they were made from."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st
from small_structures import DAY, UNKNOWN, Small, some_of

from govtree import (
    Body,
    Branch,
    Building,
    Compound,
    Duty,
    Entrance,
    Grid,
    Group,
    Hierarchy,
    Household,
    Link,
    Mark,
    MicroGrid,
    Post,
    Record,
    Relation,
    Responsibility,
    Tenure,
)

TYPES = ("commercial", "dormitory", "mixed")
KINDS = ("department", "owners_committee", "service_station", "task_force")
MODES = ("backstop", "contract", "lead")
STATES = ("electing", "expired", "seated")
MATTERS = ("grid", "property", "supervision")
DUTIES = ("dossier", "monthly_meeting", "premises")
POSTS = ("building_head", "secretary")
FLAGS = ("award", "developer_withdrawn")
SOURCES = ("dispatched", "elected")

_DAYS = st.sampled_from([None, None, None, DAY - dt.timedelta(1), DAY, DAY + dt.timedelta(1)])


def word_of(words: tuple[str, ...]) -> st.SearchStrategy[str | None]:
    """Return a strategy for one of *words*, nothing, or not known."""
    return st.sampled_from([*words, *words, None, UNKNOWN])


@st.composite
def links(draw: st.DrawFn, ids: list[str], most: int, *, modes: bool = False) -> list[Link]:
    """Draw up to *most* links to different units, in force or not."""
    if not ids:
        return []
    # Few units have nothing: lists drawn by their length are short too often.
    number = min(draw(st.integers(0, most)), len(set(ids)))
    chosen = draw(st.permutations(sorted(set(ids))))[:number]
    return [
        Link(
            each,
            mode=draw(word_of(MODES)) if modes else None,
            since=draw(_DAYS),
            until=draw(_DAYS),
        )
        for each in chosen
    ]


@st.composite
def small_compounds(draw: st.DrawFn) -> Small:
    """Draw few compounds in which anything that may be missing or not known sometimes is."""
    # Each half by itself as well: where everything is drawn, little of it meets.
    on_ground, is_served = draw(st.sampled_from([(True, False), (False, True), (True, True)]))
    ids = {
        name: [f"{name}-{at}" for at in range(draw(st.integers(least, most)) if wanted else 0)]
        for name, least, most, wanted in (
            ("X", 1, 2, True),
            ("B", 0, 3, on_ground),
            ("G", 0, 1, on_ground),
            ("N", 0, 3, on_ground),
            ("M", 0, 1, on_ground),
            ("T", 1, 5, on_ground),
            ("E", 0, 3, on_ground),
            ("S", 1, 4, is_served),
            ("P", 0, 2, is_served),
            ("H", 0, 1, is_served),
        )
    }

    def optional(most: int) -> range:
        return range(draw(st.integers(0, most)))

    ground = [*ids["N"], *ids["N"], *ids["M"], *ids["T"], *ids["E"]]
    served = [*ids["X"], *ids["T"][:1]]
    records: list[Record] = []
    for each in ids["X"]:
        marks = [
            Mark(draw(st.sampled_from([*FLAGS, UNKNOWN])), until=draw(_DAYS)) for _ in optional(1)
        ]
        records.append(Compound(id=each, type=draw(word_of(TYPES)), flags=marks))
    members = st.sampled_from([None, 2, 3, UNKNOWN])
    for each in ids["B"]:
        covers = draw(links(ground, 4))
        records.append(Branch(id=each, covers=covers, members=draw(members)))
    for each in ids["G"]:
        parent = draw(some_of(ids["B"]))
        records.append(Group(id=each, parent=parent, covers=draw(links(ground, 2))))
    records += [Grid(id=each) for each in ids["N"]]
    records += [MicroGrid(id=each, grid=draw(some_of(ids["N"]))) for each in ids["M"]]
    for each in ids["T"]:
        records.append(
            Building(
                id=each,
                grid=draw(some_of(ids["N"])),
                micro_grid=draw(some_of(ids["M"])),
                compound=draw(some_of(ids["X"])),
            )
        )
    records += [Entrance(id=each, building=draw(some_of(ids["T"]))) for each in ids["E"]]
    for each in ids["S"]:
        records.append(
            Body(
                id=each,
                kind=draw(word_of(KINDS)),
                state=draw(word_of(STATES)),
                serves=draw(links(served, 2, modes=True)),
            )
        )
    for each in ids["H"]:
        records.append(Household(id=each, serves=draw(links(served, 1, modes=True))))
    for _ in optional(2 if is_served else 0):
        relation = draw(st.sampled_from(["serves", "serves", "supervises"]))
        source = draw(st.sampled_from([UNKNOWN, UNKNOWN, *ids["S"]]))
        target = draw(st.sampled_from([*ids["X"], *ids["X"], UNKNOWN]))
        records.append(
            Relation(
                relation=relation,
                source=source,
                target=target,
                mode=draw(word_of(MODES)),
                until=draw(_DAYS),
            )
        )
    places = [*ids["X"], *ids["B"], *ids["B"], *ids["T"], *ids["E"]]
    are_held = draw(st.booleans())
    for number in optional(4 if is_served else 0):
        records += draw(a_seat(f"Q-{number}", places, ids, are_held=are_held))
    nodes = [*served, UNKNOWN]
    bearer = st.sampled_from([*ids["S"], *ids["B"], UNKNOWN])
    for _ in optional(4 if is_served else 0):
        records.append(
            Responsibility(
                unit=draw(st.sampled_from(nodes)),
                matter=draw(word_of(MATTERS)),
                bearer=draw(bearer),
                since=draw(_DAYS),
                until=draw(_DAYS),
            )
        )
    for _ in optional(4 if is_served else 0):
        records.append(
            Duty(
                unit=draw(st.sampled_from([*nodes, *ids["B"], *ids["B"]])),
                duty=draw(st.sampled_from([*DUTIES, *DUTIES, UNKNOWN])),
                kept=draw(st.sampled_from([True, True, False, None, UNKNOWN])),
            )
        )
    records = draw(st.permutations(records))
    return Small(Hierarchy.from_records(records, as_of=DAY), tuple(records))


@st.composite
def a_seat(
    draw: st.DrawFn, id: str, places: list[str], ids: dict[str, list[str]], *, are_held: bool
) -> list[Record]:
    """Draw a seat somewhere, and somebody who holds it now, before, later, or perhaps."""
    seat: dict[str, Any] = {"vacant": draw(st.sampled_from([None, True]))}
    serves = draw(links(ids["X"], 1, modes=True))
    found: list[Record] = [
        Post(
            id=id,
            post=draw(st.sampled_from(POSTS)),
            at=draw(st.sampled_from(places)),
            serves=serves,
            **seat,
        )
    ]
    if are_held and draw(st.booleans()):
        found.append(
            Tenure(
                post=id,
                holder=draw(st.sampled_from([*ids["P"], UNKNOWN])),
                appointment_source=draw(word_of(SOURCES)),
                since=draw(_DAYS),
                until=draw(_DAYS),
            )
        )
    return found
