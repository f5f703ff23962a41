"""A plan of grids, applied to a structure."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from effort import many
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from plans import map_of
from structures import hierarchies

import govtree
from govtree import (
    Branch,
    Building,
    Community,
    Entrance,
    Grid,
    Group,
    Hierarchy,
    Household,
    MicroGrid,
    Post,
    Tenure,
)
from govtree.coverage import check
from govtree.errors import OutOfRangeError, StructureError
from govtree.grids import Bounds, Dropped, Partition
from govtree.units import Flag, Membership, Relation, Responsibility

pytest.importorskip("scipy")

SMALL = Bounds.between(0, 99)


@st.composite
def applications(draw):
    """Draw a structure, some of its buildings divided by entrance, and a plan for them."""
    h = draw(hierarchies())
    buildings = h.ids("building")
    assume(buildings)
    map = map_of(h, divided=draw(st.lists(st.sampled_from(buildings), unique=True, max_size=2)))
    grid = st.sampled_from(["a", "b", "c"])
    labels = draw(st.lists(grid, min_size=len(map), max_size=len(map)))
    return h, Partition.from_labels(map, labels, bounds=SMALL)


@settings(max_examples=many(80))
@given(applications())
def test_applied_grids_are_those_of_the_plan(drawn):
    """Every unit lies in its grid afterwards, and to apply the plan again changes nothing."""
    h, plan = drawn
    try:
        done = plan.apply(h)
    except StructureError as refused:
        assert {each.code for each in refused.problems} == {"GT560"}
        return
    weight = dict(zip(plan.map.ids, plan.map.weight.tolist(), strict=True))
    asked = {id: done.grids[grid] for id, grid in plan.labels.items()}
    # Of an entrance where nobody lives no fact can tell the grid.
    told = [id for id in asked if weight[id] or id in done.h.buildings]

    today = Partition.of(done.h, map=plan.map, bounds=SMALL)
    again = plan.apply(done.h)

    assert [today.labels[id] for id in told] == [asked[id] for id in told]
    assert again.h == done.h
    assert (again.new, again.dissolved, again.dropped) == ((), (), ())
    assert again.grids == done.grids


@settings(max_examples=many(60))
@given(applications())
def test_what_is_made_is_a_structure(drawn):
    """The result is one that could have been read, and holds all that the plan does not touch."""
    h, plan = drawn
    try:
        done = plan.apply(h)
    except StructureError:
        return

    assert Hierarchy.from_networkx(done.h.to_networkx()) == done.h
    assert set(done.grids.values()) == set(done.kept) | set(done.new)
    assert set(done.h.ids("grid")) == (set(h.ids("grid")) | set(done.new)) - set(done.dissolved)
    assert not any(id in h for id in done.new)
    for table in h.tables:
        if table not in ("grid", "post") and h.sheet(table).ids is not None:
            assert done.h.ids(table) == h.ids(table)
    rows = Counter(each.table for each in done.dropped)
    for table in ("post", "tenure", "flag", "duty", "relation", "responsibility"):
        assert done.h.count(table) == h.count(table) - rows[table]
    for id in done.h.ids("grid"):
        assert done.h.where(id) is not None


@settings(max_examples=many(40))
@given(applications(), st.randoms(use_true_random=False))
def test_order_of_rows_makes_no_difference(drawn, random):
    """The same rows in another order give the same structure."""
    h, plan = drawn
    records = [each for table in h.tables for each in h.records(table)]
    facts = {
        "levels": h.levels, "vocabularies": h.vocabularies, "as_of": h.as_of, "name": h.name,
    }  # fmt: skip
    whole = Hierarchy.from_records(records, **facts)
    random.shuffle(records)
    shuffled = Hierarchy.from_records(records, **facts)
    try:
        one = plan.apply(whole)
    except StructureError:
        return

    other = plan.apply(shuffled)

    assert one.h == other.h
    assert one.h.fingerprint == other.h.fingerprint
    assert (one.grids, one.dropped) == (other.grids, other.dropped)


# -- from the field --------------------------------------------------------------------------


def town(*more, grid=("N-1", "N-1", "N-1", "N-2", "N-2"), **building):
    """Return a community with two grids of five buildings of ten households each."""
    return Hierarchy.from_records(
        [
            Community(id="C-1"),
            Branch(id="B-1", parent="C-1", covers=["N-1"]),
            Branch(id="B-2", parent="C-1", covers=["N-2"]),
            Group(id="G-1", parent="B-1"),
            Grid(id="N-1", community="C-1", kind="service_grid"),
            Grid(id="N-2", community="C-1", kind="service_grid"),
            *(
                Building(id=f"D-{at}", grid=each, x=50 * at, y=0, **building)
                for at, each in enumerate(grid)
            ),
            *(
                Household(id=f"H-{at}{door}", parent="G-1", building=f"D-{at}")
                for at in range(len(grid))
                for door in range(10)
            ),
            *more,
        ]
    )


def planned(h, *labels, **options):
    return Partition.from_labels(map_of(h, **options), list(labels), bounds=SMALL)


def test_today_applied_changes_nothing():
    """The grids of a structure, made its grids, leave it as it is and share all its columns."""
    h = town()

    done = Partition.of(h, map=map_of(h), bounds=SMALL).apply(h)

    assert done.h == h
    assert (done.kept, done.new, done.dissolved) == (("N-1", "N-2"), (), ())
    assert done.renamed == {}
    assert all(
        done.h.sheet(table) is h.sheet(table)
        for table in h.tables
        if table not in ("grid", "building")
    )


def test_a_grid_keeps_the_id_with_which_it_shares_most():
    """The greatest share goes first; who comes late gets a new id by the template."""
    h = town()

    done = planned(h, "a", "b", "b", "b", "c").apply(h)

    # N-1 shares 20 households with b, N-2 10 each with b and c.
    assert done.grids == {"a": "C-1-001", "b": "N-1", "c": "N-2"}
    assert done.new == ("C-1-001",)
    assert done.renamed == done.grids
    assert [done.h.grid_of(f"D-{at}") for at in range(5)] == [
        "C-1-001", "N-1", "N-1", "N-1", "N-2",
    ]  # fmt: skip
    assert done.h.grids["C-1-001"].community == "C-1"
    assert done.h.grids["C-1-001"].kind == "service_grid"
    assert done.h.roll_up(by="grid") == {"C-1-001": 10, "N-1": 30, "N-2": 10, None: 0}
    assert done.h.branch_of("N-1") == "B-1"
    assert repr(done) == "<Applied: 2 grids kept, 1 new, 0 dissolved, 0 facts dropped>"


def test_of_equal_shares_the_smaller_id_goes_on():
    """Where two old grids share as much with a new one, the smaller id is kept."""
    h = town(grid=("N-2", "N-1"))

    done = planned(h, "a", "a").apply(h)

    assert done.grids == {"a": "N-1"}
    assert done.dissolved == ("N-2",)


def test_what_names_a_kept_grid_follows_it_and_the_rest_is_told():
    """Posts, tenures, covers, flags, members and micro-grids of a dissolved grid are listed."""
    h = town(
        Post(id="P-1", post="grid_worker", at="N-1"),
        Post(id="P-2", post="grid_worker", at="N-2"),
        Tenure(post="P-1", holder="p-1"),
        Tenure(post="P-2", holder="p-2"),
        Relation(relation="hand_off", source="P-1", target="P-2"),
        Flag(unit="N-2", flag="award"),
        Responsibility(unit="N-1", bearer="N-2", matter="noise"),
        Responsibility(unit="N-1", bearer="B-1", matter="noise"),
        govtree.Body(id="Y-1"),
        Membership(body="Y-1", member="N-2"),
        MicroGrid(id="M-1", grid="N-1"),
        MicroGrid(id="M-2", grid="N-2"),
        grid=("N-1", "N-1", "N-1", "N-2"),
    )

    done = planned(h, "a", "a", "a", "a").apply(h)

    assert (done.kept, done.dissolved) == (("N-1",), ("N-2",))
    assert done.dropped == (
        Dropped("flag", "award", "unit", "N-2"),
        Dropped("membership", "Y-1", "member", "N-2"),
        Dropped("micro_grid", "M-2", "grid", "N-2"),
        Dropped("post", "P-2", "at", "N-2"),
        Dropped("relation", "B-2", "target", "N-2"),
        Dropped("relation", "P-1", "target", "P-2"),
        Dropped("responsibility", "N-1", "bearer", "N-2"),
        Dropped("tenure", "p-2", "post", "P-2"),
    )
    assert done.dropped_by_table["relation"] == 2
    assert done.h.holders("N-1", "grid_worker") == ("p-1",)
    assert done.h.micro_grids["M-1"].grid == "N-1"
    assert done.h.micro_grids["M-2"].grid is None
    assert [each.bearer for each in done.h.records("responsibility")] == ["B-1"]
    assert "p-2" in done.h.persons


def test_a_micro_grid_of_another_grid_is_left():
    """A building that goes to another grid names no micro-grid of the old one."""
    h = town(MicroGrid(id="M-1", grid="N-1"), micro_grid="M-1", grid=("N-1", "N-1", "N-1", "N-1"))

    done = planned(h, "a", "a", "a", "b").apply(h)

    assert [done.h.buildings[f"D-{at}"].micro_grid for at in (2, 3)] == ["M-1", None]
    assert done.dropped == (Dropped("building", "D-3", "micro_grid", "M-1"),)


def test_numbers_of_a_changed_grid_are_forgotten():
    """What a grid said of the ground it had is told once its ground is another."""
    h = town()
    records = [each for table in h.tables if table != "relation" for each in h.records(table)]
    records = [
        evolve(each, households=30, x=5.0) if isinstance(each, Grid) else each for each in records
    ]
    h = Hierarchy.from_records(records)

    done = planned(h, "a", "a", "b", "b", "b").apply(h)
    same = planned(h, "a", "a", "a", "b", "b").apply(h)

    assert done.h.grids["N-1"].households is None
    assert done.h.grids["N-1"].x is None
    assert [(each.subject, each.field) for each in done.dropped] == [
        ("N-1", "households"), ("N-1", "x"), ("N-2", "households"), ("N-2", "x"),
    ]  # fmt: skip
    assert same.dropped == ()
    assert same.h.grids["N-1"].households == 30


def test_a_grid_without_buildings_of_the_plan_stays():
    """A special grid, and one that holds something the plan does not divide, stay."""
    h = town(
        Grid(id="S-1", community="C-1", kind="special"),
        Post(id="P-9", post="grid_worker", at="S-1"),
        Household(id="H-x", parent="G-1", grid="N-2"),
        grid=("N-1", "N-1", "N-1", "N-2"),
    )

    done = planned(h, "a", "a", "a", "a").apply(h)

    assert done.h.ids("grid") == ["N-1", "N-2", "S-1"]
    assert (done.left, done.dissolved, done.dropped) == (("N-2",), (), ())
    assert done.h.grid_of("H-x") == "N-2"


def test_the_border_of_a_community_keeps_names_apart():
    """A grid does not go on as one of another community, however much they share."""
    h = Hierarchy.from_records(
        [
            Community(id="C-1"),
            Community(id="C-2"),
            Grid(id="N-1", community="C-1"),
            govtree.Compound(id="X-2", community="C-2"),
            Building(id="D-1", grid="N-1", households=10),
            Building(id="D-2", grid="N-1", compound="X-2", households=90),
        ]
    )
    map = evolve(map_of(h), community=np.array([0, 1], np.int32), communities=("C-1", "C-2"))

    done = Partition.from_labels(map, ["a", "b"], bounds=SMALL).apply(h)

    assert done.grids == {"a": "N-1", "b": "C-2-001"}
    assert done.h.grids["C-2-001"].community == "C-2"


def test_a_building_divided_by_entrance_has_no_grid():
    """Its households carry theirs; those of no entrance go with most of the building."""
    h = town(
        Entrance(id="E-1", building="D-0"),
        Entrance(id="E-2", building="D-0"),
        *(Household(id=f"H-e{at}", parent="G-1", entrance="E-1") for at in range(4)),
        Household(id="H-f", parent="G-1", entrance="E-2"),
        Household(id="H-own", parent="G-1", building="D-1", grid="N-1"),
    )
    plan = planned(h, "b", "b", "b", "b", "a", "b", divided=["D-0"])
    assert plan.map.ids[-2:] == ("E-1", "E-2")

    done = plan.apply(h)

    assert done.h.buildings["D-0"].grid is None
    grid = {id: done.h.households[id].grid for id in done.h.ids("household")}
    assert (grid["H-e0"], grid["H-f"]) == (done.grids["a"], done.grids["b"])
    assert grid["H-00"] == done.grids["a"]
    assert grid["H-own"] == done.grids["b"]
    assert grid["H-10"] is None
    assert Partition.of(done.h, map=plan.map, bounds=SMALL).labels["E-2"] == done.grids["b"]


def test_first_grids_of_a_structure():
    """A structure without any grid gets its first ones."""
    h = Hierarchy.from_records(
        [Community(id="C-1"), *(Building(id=f"D-{at}", households=10) for at in range(3))]
    )

    done = planned(h, "a", "a", "b").apply(h, template="网格{number}")

    assert done.h.ids("grid") == ["网格1", "网格2"]
    assert done.h.roll_up(by="grid") == {"网格1": 20, "网格2": 10, None: 0}
    assert "grid" in done.h.given


def test_the_example_county_goes_through():
    """Jinzhai's grids are a plan within bounds; another plan is applied, and stays."""
    h = jinzhai()
    today = Partition.of(h)
    same = today.apply(h)
    map = today.map
    order = np.lexsort((map.y, map.x, map.community))
    codes = np.empty(len(map), np.int64)
    codes[order] = np.arange(len(map)) // 11 + map.community[order] * 1_000_000
    plan = Partition.drawn(map, codes, today.bounds)
    done = plan.apply(h)
    again = Partition.of(done.h)

    assert (len(today), today.violations) == (254, ())
    assert same.h == h
    assert again.labels == {id: done.grids[grid] for id, grid in plan.labels.items()}
    assert len(done.kept) + len(done.new) == len(plan)
    assert len(done.kept) + len(done.dissolved) == 254
    assert set(done.dropped_by_table) == {"post", "relation", "tenure"}
    # What is wrong now is what a plan leaves to be done: who covers new grids, who works there.
    assert {each.kind.code for each in check(done.h).faults} <= {"GT204", "GT210", "GT303", "GT304"}
    assert done.h.roll_up(by="community") == h.roll_up(by="community")


@cache
def jinzhai() -> Hierarchy:
    folder = Path(govtree.__file__).parent / "examples" / "jinzhai"
    return govtree.load(folder).hierarchy


# -- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "template",
    ["N", "{community}", "{number}{x}", "{number!r}", "{0}", "a\n{number}", "{number:3}"],
)
def test_templates_that_make_no_ids_are_refused(template):
    """A template has a place for a number, and no other places than the two."""
    h = town()

    with pytest.raises(OutOfRangeError, match="template is"):
        planned(h, *"aaaaa").apply(h, template=template)


def test_ids_are_never_taken():
    """A new id is none that anything in the structure has, grids that go included."""
    h = town(Grid(id="C-1-001"), govtree.Body(id="C-1-002"), Tenure(post="P", holder="C-1-003"),
             Post(id="P", post="grid_worker", at="N-1"))  # fmt: skip

    done = planned(h, *"abcde").apply(h)

    assert done.new == ("C-1-004", "C-1-005", "C-1-006")


def test_units_of_another_structure_are_named():
    """A plan of other buildings is refused, with every building that is not there."""
    h = town()
    plan = planned(h, *"aaaaa")

    with pytest.raises(StructureError) as caught:
        plan.apply(town(grid=("N-1", "N-1")))

    assert [dict(each.values)["unit"] for each in caught.value.problems] == ["D-2", "D-3", "D-4"]


def test_entrances_without_households_cannot_be_parted():
    """Where only entrances bring numbers, no fact can say that they are in two grids."""
    h = Hierarchy.from_records(
        [
            Building(id="D-1"),
            Entrance(id="E-1", building="D-1", households=10),
            Entrance(id="E-2", building="D-1", households=10),
        ]
    )
    plan = planned(h, "a", "b", divided=["D-1"])

    with pytest.raises(StructureError, match="GT560"):
        plan.apply(h)
    assert planned(h, "a", "a", divided=["D-1"]).apply(h).h.grid_of("D-1") == "N-001"
