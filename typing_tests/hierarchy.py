"""What a hierarchy hands out is typed. Read by checkers, never run."""

from __future__ import annotations

from typing import assert_type

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
    LevelUnit,
    Link,
    Mark,
    MicroGrid,
    Person,
    Post,
    Relation,
    Unit,
)


def units_by_id(h: Hierarchy) -> None:
    assert_type(h.communities["C-1"], Community)
    assert_type(h.branches["B-012"], Branch)
    assert_type(h.groups["G-012"], Group)
    assert_type(h.households["H-0001"], Household)
    assert_type(h.compounds["X-1"], Compound)
    assert_type(h.grids["N-1"], Grid)
    assert_type(h.micro_grids["M-1"], MicroGrid)
    assert_type(h.buildings["L-1"], Building)
    assert_type(h.entrances["E-1"], Entrance)
    assert_type(h.areas["A-1"], Area)
    assert_type(h.bodies["D-1"], Body)
    assert_type(h.posts["B-012/secretary"], Post)
    assert_type(h.persons["p-17"], Person)
    assert_type(h.at("district")["S-1"], LevelUnit)
    assert_type(h["B-012"], Unit)


def fields_of_units(h: Hierarchy) -> None:
    assert_type(h.branches["B-012"].parent, str | None)
    assert_type(h.grids["N-1"].households, int | None)
    assert_type([branch.members for branch in h.branches.values()], list[int | None])
    assert_type(h.relation("covers"), tuple[Relation, ...])


def questions(h: Hierarchy) -> None:
    assert_type(h.path("H-0001"), tuple[str, ...])
    assert_type(h.parent("H-0001"), str | None)
    assert_type(h.branch_of("N-1"), str | None)
    assert_type(h.ids("household"), list[str])
    assert_type(h.households_of("N-1"), list[str])
    assert_type(h.fingerprint, str)
    assert_type(h.subtree("B-012"), Hierarchy)
    h.path(1)  # type: ignore[arg-type]  # ids are texts


def a_hierarchy_does_not_change(h: Hierarchy, other: Hierarchy) -> None:
    h.branches["B-012"] = other.branches["B-012"]  # type: ignore[index]


def records_as_people_write_them() -> None:
    """Links and flags are given as text, value or mapping, one or many, and kept as values."""
    branch = Branch(id="B-1", covers=["N-1", Link("N-2")], flags="weak")
    assert_type(branch.covers, tuple[Link, ...])
    assert_type(branch.flags, tuple[Mark, ...])
    Area(id="A-1", communities=("C-1", {"unit": "C-2", "since": "2024-01-01"}))
    Branch(id="B-1", covers=[1])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]


# What must be given is missed by type checkers, too.
Grid()  # type: ignore[call-arg]
Post(id="P", post="secretary")  # type: ignore[call-arg]
