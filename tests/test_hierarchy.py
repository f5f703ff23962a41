"""Who belongs where, asked by id: against the twin, in the field, and of what is not there."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
import random
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from structures import POSTS, TERRITORY, TODAY, Structure, structures

from govtree import Hierarchy
from govtree.units import (
    Area,
    Body,
    Branch,
    Building,
    Community,
    Compound,
    Entrance,
    Grid,
    Group,
    Household,
    Post,
    Tenure,
)

SOME = settings(max_examples=40)


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
    residents = sum(each.residents or 0 for each in households)  # type: ignore[attr-defined]
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
                found.append(column._starts)
    return found
