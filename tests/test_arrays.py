"""Questions over whole tables, against the twin that answers one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from structures import TERRITORY, Structure, structures, structures_with_unknown_numbers

from govtree import Hierarchy
from govtree._columns import NONE

MANY = settings(max_examples=40)
COLUMNS = ("households", "residents", "tags.alone")


def ids_at(h: Hierarchy, table: str, rows: Any) -> list[str | None]:
    """The id of each row, None for none."""
    ids = h.ids(table)
    return [ids[row] if row >= 0 else None for row in rows.tolist()]


def tables_of(h: Hierarchy) -> list[str]:
    """The tables of chain and territory that have rows."""
    chain = [level.table for level in h.levels]
    return [table for table in (*chain, *TERRITORY) if h.count(table)]


@MANY
@given(structures())
def test_levels_above_are_those_of_the_walk_up(drawn: Structure) -> None:
    """The unit of a level above a row is the one that its parents lead to."""
    h, twin = drawn.hierarchy, drawn.twin
    chain = [level.table for level in h.levels]
    for table in chain:
        for to in chain:
            expected = [
                twin.above(id, to) if chain.index(to) <= chain.index(table) else None
                for id in h.ids(table)
            ]

            assert ids_at(h, to, h.arrays.above(table, to)) == expected
            assert [
                h.arrays.row_above(table, row, to) for row in range(h.count(table))
            ] == h.arrays.above(table, to).tolist()


@MANY
@given(structures())
def test_places_are_those_of_the_definition(drawn: Structure) -> None:
    """A row lies in what it names, else in what the building or grid that it names lies in."""
    h, twin = drawn.hierarchy, drawn.twin
    for table in ("household", *TERRITORY):
        for to in (*TERRITORY, "community"):
            if table in tables_of(h) and to in tables_of(h):
                found = h.arrays.within(table, to)

                assert ids_at(h, to, found) == [twin.within(id, to) for id in h.ids(table)]
                rows = np.arange(h.count(table))[::-2].astype(np.int32)
                assert h.arrays.within(table, to, rows).tolist() == found[rows].tolist()


@MANY
@given(structures())
def test_each_branch_answers_for_what_stands_under_it_or_is_covered(drawn: Structure) -> None:
    """The branch of a row is along the chain, or the only one that covers the nearest place."""
    h, twin = drawn.hierarchy, drawn.twin
    for table in tables_of(h):
        found = h.arrays.branches(table)

        assert ids_at(h, "branch", found) == [twin.branch_of(id) for id in h.ids(table)]
        assert [h.arrays.row_branch(table, row) for row in range(h.count(table))] == [
            max(row, NONE) for row in found.tolist()
        ]


@MANY
@given(structures() | structures_with_unknown_numbers())
def test_sums_are_those_of_the_definition(drawn: Structure) -> None:
    """Roll-ups add rows where they belong, and numbers where nothing finer speaks or hides."""
    h, twin = drawn.hierarchy, drawn.twin
    for by in tables_of(h):
        for column in COLUMNS:
            if by != "household":
                totals, rest = h.arrays.roll_up(column, by)

                found = dict(zip([*h.ids(by), None], [*totals.tolist(), rest], strict=True))
                assert found == twin.roll_up(column, by)


@MANY
@given(structures())
def test_households_of_a_unit_are_those_that_belong_to_it(drawn: Structure) -> None:
    """The households of a unit are the rows that its roll-up counts, in order of id."""
    h = drawn.hierarchy
    for table in tables_of(h):
        for row in range(h.count(table)):
            rows = h.arrays.households_of(table, row)

            assert rows.tolist() == sorted(set(rows.tolist()))
            assert h.ids("household", rows) == drawn.twin.households_of(h.ids(table)[row])


@MANY
@given(structures())
def test_pairs_of_a_relation_are_those_in_force(drawn: Structure) -> None:
    """Links are sorted pairs, each once, of the rows whose dates hold the day."""
    h, twin = drawn.hierarchy, drawn.twin
    for relation in ("covers", "serves", "deputy", "appraises"):
        pairs = set()
        for source in h.nodes:
            for target in h.nodes:
                ones, others = h.arrays.links(relation, source, target)
                found = list(zip(ones.tolist(), others.tolist(), strict=True))
                assert found == sorted(set(found))
                pairs |= {(h.ids(source)[one], h.ids(target)[other]) for one, other in found}

        assert pairs == twin.pairs(relation)
