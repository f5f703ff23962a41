"""Who belongs where, asked by id: against the twin, in the field, and of what is not there."""

from __future__ import annotations

import concurrent.futures
import copy
import datetime as dt
import os
import pickle
import random
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structures import POSTS, TERRITORY, TODAY, Structure, structures

from govtree import Hierarchy
from govtree.errors import UnknownIdError, UnknownLevelError
from govtree.units import (
    Area,
    Body,
    Branch,
    Building,
    Community,
    Compound,
    Declared,
    Entrance,
    Grid,
    Group,
    Household,
    Level,
    LevelUnit,
    MicroGrid,
    Post,
    Tenure,
)

SOME = settings(max_examples=30)


def town() -> Hierarchy:
    """One community: two branches, three grids, six households, each of its own sort."""
    return Hierarchy.from_records(
        [
            Community(id="C", name="史河社区", members=9),
            Branch(id="B1", parent="C", covers=["N1", "N2"], members=23),
            Branch(id="B2", parent="C", covers=["N2"]),
            Group(id="G1", parent="B1", members=5),
            Group(id="G2", parent="B1", members=4),
            Group(id="G3", parent="B2", members=3, households=48, tags={"alone": 6}),
            Compound(id="X1", community="C"),
            Grid(id="N1", community="C"),
            Grid(id="N2", community="C"),
            Grid(id="N3", community="C", households=99, residents=250),
            Building(id="K1", grid="N1", compound="X1"),
            Building(id="K2", grid="N2", compound="X1"),
            Entrance(id="E1", building="K1"),
            Household(id="H1", parent="G1", building="K1", residents=2, tags={"alone": 0}),
            Household(id="H2", parent="G1", entrance="E1", residents=1, tags={"alone": 1}),
            Household(id="H3", parent="G2", building="K1", grid="N2", residents=4),
            Household(id="H4", parent="G2"),
            Household(id="H5", grid="N1", residents=3),
            Household(id="H6", grid="N2"),
            Area(id="A", communities=["C"]),
            Body(id="PM", kind="property_company", serves=["X1"]),
            Post(id="B1/secretary", post="secretary", at="B1"),
            Post(id="N1/grid_worker/1", post="grid_worker", at="N1", number=1),
            Post(id="G1/steward", post="steward", at="G1", serves=["H1", "H4"]),
            Tenure(post="B1/secretary", holder="p-1", until=dt.date(2025, 6, 29)),
            Tenure(post="B1/secretary", holder="p-2", since=TODAY),
            Tenure(post="N1/grid_worker/1", holder="p-3"),
        ],
        as_of=TODAY,
        vocabularies={"post": POSTS},
        name="town",
    )


# -- properties ------------------------------------------------------------------------------


@SOME
@given(structures())
def test_ways_up_and_down_are_those_of_the_parents(drawn: Structure) -> None:
    """Path, parent, ancestors, children and descendants all follow what records name."""
    h, twin = drawn.hierarchy, drawn.twin
    chain = [level.table for level in drawn.levels]
    names = ("parent", "community", "grid", "micro_grid", "compound", "building", "entrance")
    for id in twin.unit:
        path = twin.path(id)
        assert h.path(id) == path
        assert h.parent(id) == twin.parent(id)
        assert h.ancestors(id) == path[:-1][::-1]
        below = [other for other in twin.unit if id in twin.path(other)[:-1]]
        if twin.table[id] in chain:
            spine = [other for other in below if twin.table[other] in chain]
            spine.sort(key=lambda other: (chain.index(twin.table[other]), other))
            assert h.descendants(id) == tuple(spine)
        else:
            assert h.descendants(id) == ()
        children = {
            other
            for other in twin.unit
            if id in [twin.said(other, name) for name in names] and twin.table[other] != "post"
        }
        assert sorted(h.children(id)) == sorted(children)
        assert len(h.children(id)) == len(children)


@SOME
@given(structures())
def test_answers_by_id_are_those_of_the_definition(drawn: Structure) -> None:
    """Branch, grid, households and holders of an id are those that the definitions name."""
    h, twin = drawn.hierarchy, drawn.twin
    for id, table in twin.unit.items():
        table = twin.table[id]
        assert h.locate(id)[0] == table
        assert h.branch_of(id) == twin.branch_of(id)
        assert h.households_of(id) == twin.households_of(id)
        for term in POSTS:
            assert list(h.holders(id, term.term)) == twin.holders(id, term.term)
        if table in ("household", *TERRITORY):
            assert h.grid_of(id) == twin.within(id, "grid")
        for relation in ("covers", "serves", "deputy"):
            to = sorted(to for source, to in twin.pairs(relation) if source == id)
            assert h.related(id, relation) == tuple(to)


@SOME
@given(structures(), st.data())
def test_lowest_common_unit_is_the_last_shared_step(drawn: Structure, data: Any) -> None:
    """The common ancestor of units is the last id that stands in all of their paths."""
    h, twin = drawn.hierarchy, drawn.twin
    if twin.unit:
        some = data.draw(st.lists(st.sampled_from(sorted(twin.unit)), min_size=1, max_size=3))
        shared = [id for id in twin.path(some[0]) if all(id in twin.path(each) for each in some)]

        assert h.common_ancestor(*some) == (shared[-1] if shared else None)


@SOME
@given(structures())
def test_units_are_what_was_handed_in(drawn: Structure) -> None:
    """Each record comes back as it was written, also through all records together."""
    h = drawn.hierarchy
    for id, record in drawn.twin.unit.items():
        made = h[id]
        for field in attrs.fields(type(record)):
            said, found = getattr(record, field.name), getattr(made, field.name)
            if field.name in ("flags", "groups"):
                # They may also stand in records of their own.
                assert set(said) <= set(found)
            elif isinstance(said, tuple):
                assert sorted(found, key=str) == sorted(said, key=str)
            else:
                assert found == said, field.name

    records = [each for table in h.tables for each in h.records(table)]
    assert Hierarchy.from_records(records, **drawn.facts) == h


@SOME
@given(structures())
def test_totals_add_up_to_one_whole_by_every_table(drawn: Structure) -> None:
    """Where only rows speak, the whole is the same by every table, however it is cut."""
    rows_only = [
        attrs.evolve(each, households=None, residents=None) if hasattr(each, "households") else each
        for each in drawn.records
    ]
    h = Hierarchy.from_records(rows_only, **drawn.facts)
    chain = [level.table for level in h.levels]
    households = h.records("household") if "household" in chain else ()
    residents = sum(each.residents or 0 for each in households)  # type: ignore[attr-defined]  # households have residents
    for by in (*chain, *TERRITORY):
        if by != "household":
            assert sum(h.roll_up(by=by).values()) == len(households)
            assert sum(h.roll_up("residents", by=by).values()) == residents
            assert h.summary(by=by).total == len(households)


@SOME
@given(structures(), st.randoms(use_true_random=False))
def test_order_of_records_changes_nothing(drawn: Structure, order: random.Random) -> None:
    """Records in any order make equal hierarchies with one fingerprint."""
    shuffled = list(drawn.records)
    order.shuffle(shuffled)
    other = Hierarchy.from_records(shuffled, **drawn.facts)

    assert other == drawn.hierarchy
    assert other.fingerprint == drawn.hierarchy.fingerprint
    assert hash(other) == hash(drawn.hierarchy)


@SOME
@given(structures())
def test_a_pickle_holds_the_facts_and_no_cache(drawn: Structure) -> None:
    """A pickled hierarchy comes back equal, and is no larger after questions were asked."""
    h = drawn.hierarchy
    before = pickle.dumps(h)
    for id in drawn.twin.unit:
        h.path(id), h.children(id), h.households_of(id)
    made = pickle.loads(before)

    assert pickle.dumps(h) == before
    assert (made, hash(made), made.fingerprint) == (h, hash(h), h.fingerprint)
    for each in (made, copy.deepcopy(h)):
        assert not any(array.flags.writeable for array in arrays_of(each))


@SOME
@given(structures())
def test_arrays_cannot_be_written(drawn: Structure) -> None:
    """No array that a hierarchy stands on can be written to."""
    assert not any(array.flags.writeable for array in arrays_of(drawn.hierarchy))


def arrays_of(h: Hierarchy) -> Sequence[np.ndarray[Any, Any]]:
    """Every array in the tables of *h*."""
    found: list[np.ndarray[Any, Any]] = []
    for table in h.tables:
        for column in h.sheet(table).columns.values():
            if isinstance(column, np.ndarray):
                found.append(column)
            elif hasattr(column, "codes"):
                found.append(column.codes)
            elif hasattr(column, "targets"):
                found += column.targets.values()
            else:
                found.append(column.starts)
    return found


# -- in the field ----------------------------------------------------------------------------


def test_a_town_answers_who_belongs_where() -> None:
    """Each household of the town has the path, grid and branch that its records give it."""
    h = town()

    assert h.path("H1") == ("C", "B1", "G1", "H1")
    assert h.path("E1") == ("C", "N1", "K1", "E1")
    assert h.path("B1/secretary") == ("C", "B1", "B1/secretary")
    assert h.path("H5") == ("H5",)
    assert {id: (h.grid_of(id), h.branch_of(id)) for id in h.households} == {
        "H1": ("N1", "B1"),  # by its building; along the chain
        "H2": ("N1", "B1"),  # by its entrance's building
        "H3": ("N2", "B1"),  # its own grid wins over its building's
        "H4": (None, "B1"),
        "H5": ("N1", "B1"),  # in no group, but B1 alone covers its grid
        "H6": ("N2", None),  # two branches cover its grid
    }
    assert (h.branch_of("N1"), h.branch_of("N2"), h.branch_of("N3")) == ("B1", None, None)
    assert h.branch_of("X1") is None  # one of its grids has no one branch
    assert h.children("K1") == ("H1", "H3", "E1")
    assert h.common_ancestor("H1", "H4") == "B1"
    assert h.common_ancestor("H1", "N1") == "C"
    assert h.common_ancestor("H1", "H5") is None
    assert h.level_of("H1") == "household"


def test_households_of_whatever_is_asked() -> None:
    """Units have those that belong to them, areas, bodies and posts those of their units."""
    h = town()
    found = {
        "C": ["H1", "H2", "H3", "H4", "H5", "H6"],
        "B1": ["H1", "H2", "H3", "H4", "H5"],
        "G1": ["H1", "H2"],
        "N1": ["H1", "H2", "H5"],
        "N2": ["H3", "H6"],
        "X1": ["H1", "H2", "H3"],
        "E1": ["H2"],
        "H4": ["H4"],
        "A": ["H1", "H2", "H3", "H4", "H5", "H6"],
        "PM": ["H1", "H2", "H3"],
        "B1/secretary": ["H1", "H2", "H3", "H4", "H5"],
        "G1/steward": ["H1", "H4"],
        "B2": [],
    }

    assert {id: h.households_of(id) for id in found} == found


def test_rows_win_over_numbers_and_every_roll_up_is_whole() -> None:
    """Six rows and 48 households of a group are 54 by level, six rows and 99 by the grids."""
    h = town()

    assert h.roll_up(by="community") == {"C": 54, None: 0}
    assert h.roll_up(by="branch") == {"B1": 5, "B2": 48, None: 1}
    assert h.roll_up(by="group") == {"G1": 2, "G2": 2, "G3": 48, None: 2}
    assert h.roll_up(by="grid") == {"N1": 3, "N2": 2, "N3": 99, None: 1}
    assert h.roll_up(by="compound") == {"X1": 3, None: 51}
    assert h.roll_up(by="building") == {"K1": 3, "K2": 0, None: 102}
    assert h.roll_up(by="area") == {"A": 54, None: 0}
    assert h.roll_up("residents", by="grid") == {"N1": 6, "N2": 4, "N3": 250, None: 0}
    assert h.roll_up("tags.alone", by="branch") == {"B1": 1, "B2": 6, None: 0}
    assert h.roll_up("members", by="branch") == {"B1": 23, "B2": 3, None: 0}
    assert h.roll_up("members", by="community") == {"C": 9, None: 0}
    assert h.roll_up("members", by="grid") == {"N1": 0, "N2": 0, "N3": 0, None: 9}
    summary = h.summary(by="grid")
    assert (summary.units, summary.total, summary.unattached) == (3, 105, 1)
    assert (summary.mean, summary.least, summary.most) == (104 / 3, 2, 99)


def test_nothing_is_summed_up_to_nothing() -> None:
    """A table without rows has a summary without mean, least and most."""
    summary = Hierarchy.from_records([Household(id="H")]).summary(by="grid")

    assert (summary.units, summary.mean, summary.least, summary.most) == (0, None, None, None)
    assert (summary.total, summary.unattached) == (1, 1)


def test_finer_numbers_win() -> None:
    """A building's number stands for its grid and compound, whatever those say themselves."""
    h = Hierarchy.from_records(
        [
            Community(id="C"),
            Grid(id="N", community="C", households=300),
            Compound(id="X", community="C", households=500),
            Building(id="K", grid="N", compound="X", households=40),
            Entrance(id="E", building="K", households=0),
            Building(id="L", grid="N", households=20),
        ]
    )

    assert h.roll_up(by="building") == {"K": 0, "L": 20, None: 0}
    assert h.roll_up(by="grid") == {"N": 20, None: 0}
    assert h.roll_up(by="community") == {"C": 20, None: 0}
    assert h.roll_up(by="compound") == {"X": 0, None: 20}


def test_members_are_what_a_unit_says_else_the_sum_below() -> None:
    """What a branch says of itself wins; what is in no branch is told beside."""
    h = Hierarchy.from_records(
        [
            Community(id="C"),
            Community(id="D", members=7),
            Branch(id="B1", parent="C", members=0),
            Branch(id="B2", parent="C"),
            Group(id="G1", parent="B1", members=5),
            Group(id="G2", parent="B2", members=4),
            Group(id="G3", members=2),
        ]
    )

    assert h.roll_up("members", by="community") == {"C": 4, "D": 7, None: 2}
    assert h.roll_up("members", by="branch") == {"B1": 0, "B2": 4, None: 9}
    assert h.roll_up("members", by="group") == {"G1": 5, "G2": 4, "G3": 2, None: 7}


def test_holders_are_those_of_the_day() -> None:
    """First and last day are within a tenure; a derived post follows the covering branch."""
    h = town()

    assert h.holders("B1", "secretary") == ("p-2",)
    assert h.holders("N1", "grid_head") == ("p-2",)  # the secretary of the branch that covers N1
    assert h.holders("N2", "grid_head") == ()  # two branches cover it
    assert h.holders("N1", "grid_worker") == ("p-3",)
    before = Hierarchy(attrs.evolve(h.facts, as_of=dt.date(2025, 6, 29)), h._sheets)
    assert before.holders("B1", "secretary") == ("p-1",)
    timeless = Hierarchy(attrs.evolve(h.facts, as_of=None), h._sheets)
    assert timeless.holders("B1", "secretary") == ("p-2",)  # the one without an end


def test_who_is_written_down_goes_before_who_is_derived() -> None:
    """A grid head who is typed is the holder; one of whom nobody knows who it is leaves none."""
    h = Hierarchy.from_records(
        [
            Branch(id="B", covers=["N1", "N2", "N3"]),
            *(Grid(id=f"N{at}") for at in (1, 2, 3)),
            Post(id="S", post="secretary", at="B"),
            Post(id="T1", post="grid_head", at="N1"),
            Post(id="T2", post="grid_head", at="N2"),
            Tenure(post="S", holder="p-1"),
            Tenure(post="T1", holder="p-2"),
            Tenure(post="T2", holder="?"),
        ],
        vocabularies={"post": POSTS},
    )

    assert [h.holders(f"N{at}", "grid_head") for at in (1, 2, 3)] == [("p-2",), (), ("p-1",)]


def test_what_is_covered_itself_goes_before_what_it_lies_in() -> None:
    """A building that another branch covers belongs to that one, its neighbors to the grid's."""
    h = Hierarchy.from_records(
        [
            Branch(id="B1", covers=["N"]),
            Branch(id="B2", covers=["K2"]),
            Grid(id="N"),
            Building(id="K1", grid="N"),
            Building(id="K2", grid="N"),
            Household(id="H1", building="K1"),
            Household(id="H2", building="K2"),
        ]
    )

    assert h.each.branch_of(["N", "K1", "K2", "H1", "H2"]) == ["B1", "B1", "B2", "B1", "B2"]
    assert h.roll_up(by="branch") == {"B1": 1, "B2": 1, None: 0}


def test_a_building_lies_in_the_grid_of_its_micro_grid() -> None:
    """Where a building names no grid, its micro-grid says it, also for its households."""
    h = Hierarchy.from_records(
        [
            Community(id="C"),
            Grid(id="N", community="C"),
            MicroGrid(id="M", grid="N"),
            Building(id="K", micro_grid="M"),
            Entrance(id="E", building="K"),
            Household(id="H", entrance="E"),
        ]
    )

    assert h.each.grid_of(["M", "K", "E", "H"]) == ["N", "N", "N", "N"]
    assert h.path("E") == ("C", "N", "M", "K", "E")
    assert h.households_of("C") == h.households_of("M") == ["H"]


def test_units_are_found_by_text_and_fields() -> None:
    """Text is sought in ids and names whatever their width and case; fields hold exactly."""
    h = town()

    assert h.find("史河") == ("C",)
    assert h.find("ｂ１") == ("B1", "B1/secretary")
    assert h.find(table="branch") == ("B1", "B2")
    assert h.find(id="H1") == ("H1",)
    assert h.find("h", parent="G1") == ("H1", "H2")
    assert h.find(table="household", parent=None) == ("H5", "H6")
    assert h.find(**{"tags.alone": 1}) == ("H2",)
    assert h.find(residents=4) == ("H3",)
    assert h.find(kind="property_company") == ("PM",)
    assert h.find(kind="unheard_of") == ()
    assert h.find(vacant=True) == ()
    assert h.find(post="steward", at="G1") == ("G1/steward",)


def test_a_chain_may_be_short_long_or_without_roles() -> None:
    """Two levels or eight, none of them households, are navigated alike."""
    two = Hierarchy.from_records(
        [LevelUnit(level="region", id="R"), LevelUnit(level="place", id="P", parent="R")],
        levels=[Level("region"), Level("place")],
    )
    assert (two.path("P"), two.at("place")["P"].parent) == (("R", "P"), "R")
    assert (two.households_of("R"), two.branch_of("P"), two.grid_of("P")) == ([], None, None)
    assert (len(two.households), len(two.branches), list(two.groups)) == (0, 0, [])
    assert two.roll_up(by="region") == {"R": 0, None: 0}

    names = [f"l{at}" for at in range(8)]
    eight = Hierarchy.from_records(
        [
            LevelUnit(level=name, id=name.upper(), parent=f"L{at - 1}" if at else None)
            for at, name in enumerate(names)
        ],
        levels=[Level(name) for name in names],
    )
    assert eight.path("L7") == tuple(name.upper() for name in names)
    assert eight.each.path(["L7", "L0"]) == [eight.path("L7"), ("L0",)]


def test_a_level_is_called_by_its_name_or_role() -> None:
    """Where RW plays the community, it is reached by either word."""
    h = Hierarchy.from_records(
        [Community(id="RW-1"), Household(id="K", parent="RW-1")],
        levels=[Level("RW", "community"), Level("KK", "household")],
    )

    assert (h.level_of("RW-1"), list(h.at("RW")), list(h.communities)) == ("RW", ["RW-1"], ["RW-1"])
    assert h.roll_up(by="RW") == h.roll_up(by="community") == {"RW-1": 1, None: 0}


# -- values ----------------------------------------------------------------------------------

PRINT = """
import sys
sys.path[:0] = sys.argv[1:]
from test_hierarchy import town
print(town().fingerprint)
"""


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_fingerprint_is_the_same_in_another_process(seed: str) -> None:
    """Neither the process nor its hash seed changes a fingerprint."""
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    paths = [os.path.dirname(__file__), *filter(None, sys.path)]
    run = subprocess.run(
        [sys.executable, "-c", PRINT, *paths],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout.strip() == town().fingerprint


def test_other_facts_are_another_value() -> None:
    """A cell, a day or a declared figure that differs makes another hierarchy."""
    h = town()
    others = [
        Hierarchy(attrs.evolve(h.facts, as_of=None), h._sheets),
        Hierarchy(attrs.evolve(h.facts, declared=[Declared("grids", 3)]), h._sheets),
        h.subtree("B1"),
    ]

    assert len({each.fingerprint for each in [h, *others]}) == 4
    assert all(each != h for each in others)
    assert h != "town"


def test_equal_values_have_equal_fingerprints() -> None:
    """What is equal hashes alike: figures whole or not, levels by name or in full."""
    one = Hierarchy.from_records([], declared=[Declared("grids", 3)])
    other = Hierarchy.from_records([], declared=[Declared("grids", 3.0)])
    named = Hierarchy.from_records([], levels=["community", "place"])
    full = Hierarchy.from_records([], levels=[Level("community", "community"), Level("place")])

    assert (one, hash(one)) == (other, hash(other))
    assert (named, hash(named)) == (full, hash(full))


def test_where_a_structure_was_read_from_is_no_part_of_it() -> None:
    """Rows that came in another order have other places and make an equal hierarchy."""
    one = Hierarchy.from_records([Grid(id="N1"), Grid(id="N2")])
    other = Hierarchy.from_records([Grid(id="N2"), Grid(id="N1")])

    assert (str(one.where("N1")), str(other.where("N1"))) == ("grid[0]", "grid[1]")
    assert one == other


def test_nothing_can_be_set() -> None:
    """Neither a hierarchy nor what it answers with takes another value."""
    h = town()
    for name in ("facts", "name", "_sheets", "new"):
        with pytest.raises((AttributeError, TypeError)):
            setattr(h, name, None)
    with pytest.raises(AttributeError):
        h.households["H1"].grid = "N2"  # type: ignore[misc]  # what is refused
    for array in (h.arrays.within("household", "grid"), h.arrays.covering("grid")):
        assert not array.flags.writeable
    with pytest.raises(TypeError):
        h.households["H9"] = h.households["H1"]  # type: ignore[index]  # what is refused


def test_threads_may_ask_while_caches_are_made() -> None:
    """Four threads that ask at once of a fresh hierarchy all get the right answers."""
    count = 3_000
    tables = {
        "branch": {"id": [f"B-{at}" for at in range(10)]},
        "group": {
            "id": [f"G-{at}" for at in range(100)],
            "parent": [f"B-{at % 10}" for at in range(100)],
        },
        "household": {
            "id": [f"H-{at}" for at in range(count)],
            "parent": [f"G-{at % 100}" for at in range(count)],
        },
    }
    expected = [(f"B-{at % 10}", f"G-{at % 100}", f"H-{at}") for at in range(count)]
    for _ in range(5):
        h = Hierarchy.from_tables(tables)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers = [
                pool.submit(lambda h=h: [h.path(f"H-{at}") for at in range(count)])  # type: ignore[misc]  # of a lambda mypy knows no type
                for _ in range(4)
            ]

        assert all(each.result() == expected for each in answers)


@pytest.mark.parametrize("kind", ["list", "numpy", "pandas", "polars", "pyarrow"])
def test_tables_of_every_kind_make_one_hierarchy(kind: str) -> None:
    """Lists, arrays and data frames that say the same make equal hierarchies."""
    columns: dict[str, dict[str, list[Any]]] = {
        "grid": {"id": ["N2", "N1"], "residents": [800, None], "x": [0.5, None]},
        "household": {
            "id": ["户2", "H1", "𠮷3"],
            "grid": ["N1", None, "N2"],
            "residents": [3, 0, 12],
            "tags.alone": [True, False, True],
        },
        "relation": {
            "relation": ["serves"],
            "source": ["H1"],
            "target": ["N1"],
            "since": [dt.date(2024, 1, 1)],
        },
    }
    expected = Hierarchy.from_tables(columns)
    tables: dict[str, Any] = columns
    if kind == "numpy":
        tables = {
            table: {
                name: np.array(cells, "M8[D]" if name == "since" else None)
                for name, cells in each.items()
            }
            for table, each in columns.items()
        }
    elif kind != "list":
        make = pytest.importorskip(kind)
        make = make.table if kind == "pyarrow" else make.DataFrame
        tables = {table: make(each) for table, each in columns.items()}

    assert Hierarchy.from_tables(tables) == expected
    assert expected.grids["N2"].residents == 800
    assert expected.households["户2"].tags == {"alone": 1}


# -- what is not there -----------------------------------------------------------------------

QUESTIONS = (
    "path",
    "parent",
    "ancestors",
    "children",
    "descendants",
    "level_of",
    "common_ancestor",
    "branch_of",
    "grid_of",
    "households_of",
    "subtree",
    "where",
    "locate",
    "__getitem__",
)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("id", ["H9", "", "p-1", "\ud800", "H1 "])
def test_an_id_that_is_not_there_is_named(question: str, id: str) -> None:
    """Whatever is asked of an unknown id, the error names it; persons are no units."""
    with pytest.raises(UnknownIdError) as caught:
        getattr(town(), question)(id)

    assert caught.value.id == id
    assert id not in town()
    assert pickle.loads(pickle.dumps(caught.value)).meant == caught.value.meant


def test_a_near_miss_is_offered() -> None:
    """The nearest id is named, within the table that was asked."""
    h = town()
    with pytest.raises(UnknownIdError, match="there is no 'B1/secretery'; did you mean"):
        h.path("B1/secretery")
    with pytest.raises(UnknownIdError) as caught:
        h.branches["b1"]

    assert caught.value.meant == "B1"
    assert h.branches.get("H1") is None
    assert "H1" not in h.branches
    assert 5 not in h.branches


@pytest.mark.parametrize(
    ("question", "named"),
    [
        (lambda h: h.roll_up(by="grids"), "grids"),
        (lambda h: h.roll_up(by="post"), "post"),
        (lambda h: h.roll_up("residnets", by="grid"), "residnets"),
        (lambda h: h.roll_up("name", by="grid"), "name"),
        (lambda h: h.summary(by="street"), "street"),
        (lambda h: h.at("street"), "street"),
        (lambda h: h.ids("households"), "households"),
        (lambda h: h.find(colour="red"), "colour"),
        (lambda h: h.find("x", table="streets"), "streets"),
        (lambda h: h.records("tenures"), "tenures"),
    ],
)
def test_a_table_or_field_that_is_not_there_is_named(question: Any, named: str) -> None:
    """A wrong word is an error that names it and those that there are, never an empty answer."""
    with pytest.raises(UnknownLevelError) as caught:
        question(town())

    assert caught.value.name == named
    assert caught.value.known


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Hierarchy.from_records([], as_of="2025-06-30"),
            "as_of is a datetime.date, not a str",
        ),
        (
            lambda: Hierarchy.from_records([], as_of=dt.datetime(2025, 6, 30, tzinfo=dt.UTC)),
            "as_of is a datetime.date, not a datetime",
        ),
        (
            lambda: Hierarchy.from_tables({"grid": {"id": "N-1"}}),
            "column 'id' of grid is a str, not a sequence of cells",
        ),
        (
            lambda: Hierarchy.from_tables({"grid": {"id": ["N-1"], "x": 5.0}}),
            "column 'x' of grid is a float, not a sequence of cells",
        ),
        (lambda: Hierarchy.from_records([], nmae="x"), "nmae"),
    ],
)
def test_an_argument_of_the_wrong_type_is_refused(make: Any, message: str) -> None:
    """What cannot be a table, a day or a fact is a TypeError that names it."""
    with pytest.raises(TypeError, match=message):
        make()
