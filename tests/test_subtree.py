"""A part of a structure is a structure: what it holds, and that it holds together."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from structures import TERRITORY, Structure, Twin, structures

from govtree import Hierarchy

SOME = settings(max_examples=30)


def part(twin: Twin, id: str) -> set[str]:
    """The ids of units, areas, bodies and posts that the part of *id* holds."""

    def lies_in(place: str) -> set[str]:
        table = twin.table[place]
        return {each for each in twin.ids(*TERRITORY) if twin.within(each, table) == place}

    return around(twin, core_of(twin, id, lies_in))


def core_of(twin: Twin, id: str, lies_in: Any) -> set[str]:
    """A unit, what is below it, and the territory of that."""
    table = twin.table[id]
    relation = {"area": "in_area", "body": "serves", "post": "serves"}.get(table)
    if relation:
        units = {*twin.ids(*twin.chain, *TERRITORY)}
        ids = {to for source, to in twin.pairs(relation) if source == id} & units
        if table == "post" and not ids:
            return {id} | core_of(twin, twin.said(id, "at"), lies_in)
        return {id}.union(*(core_of(twin, each, lies_in) for each in ids))
    found = {id, *twin.households_of(id)}
    if table in twin.chain:
        found |= {each for each in twin.ids(*twin.chain) if twin.above(each, table) == id}
    else:
        found |= lies_in(id)
    covered = {to for source, to in twin.pairs("covers") if source in found}
    for place in covered | {each for each in found if twin.table[each] == "community"}:
        found |= lies_in(place) | {place}
    for household in twin.ids("household"):
        if household in found:
            found |= {p for table in TERRITORY if (p := twin.within(household, table))}
    return found


def around(twin: Twin, kept: set[str]) -> set[str]:
    """What is kept, what points at it, and the bare units above and around."""
    found = set(kept)
    pointing = [(each.source, each.target) for each in twin.relations]
    pointing += [(id, twin.said(id, "at")) for id in twin.ids("post")]
    pointing += [(r.body, r.member) for r in twin.memberships if r.member]
    pointing += [(r.bearer, r.unit) for r in twin.responsibilities]
    size = -1
    while size != len(found):
        size = len(found)
        found |= {
            source
            for source, target in pointing
            if target in found and twin.table[source] in ("area", "body", "post")
        }
    found |= {twin.said(id, "at") for id in twin.ids("post") if id in found}
    for id in sorted(found):
        if twin.table[id] in ("household", *TERRITORY):
            places = (twin.within(id, table) for table in (*TERRITORY, "community"))
            found |= {place for place in places if place}
    for id in sorted(found):
        if twin.table[id] in twin.chain:
            found |= set(twin.path(id))
    held = {t.holder for t in twin.tenures if t.post in found}
    held |= {m.person for m in twin.memberships if m.body in found and m.person}
    found |= {p.home for p in twin.persons if p.id in held and p.home}
    return found


@SOME
@given(structures())
def test_a_part_holds_what_it_promises_and_nothing_else(drawn: Structure) -> None:
    """The part of each unit holds it, all below, its ground, what points there, a bare path."""
    h, twin = drawn.hierarchy, drawn.twin
    for id in twin.unit:
        sub = h.subtree(id)

        assert {each for table in sub.nodes for each in sub.ids(table)} == part(twin, id)


@SOME
@given(structures())
def test_a_part_is_a_structure_that_stands_by_itself(drawn: Structure) -> None:
    """Built anew from its records a part is the same; so nothing in it points outside."""
    h = drawn.hierarchy
    for id in drawn.twin.unit:
        sub = h.subtree(id)
        again = Hierarchy.from_records(
            [each for table in sub.tables for each in sub.records(table)], **drawn.facts
        )

        assert sub.facts == h.facts
        for table in sub.tables:
            assert sub.records(table) == again.records(table)
        assert sub.subtree(id) == sub


@SOME
@given(structures())
def test_a_part_says_of_its_rows_what_the_whole_says(drawn: Structure) -> None:
    """A row that is kept says the same, but for references to what is not kept."""
    h = drawn.hierarchy
    for id in drawn.twin.unit:
        sub = h.subtree(id)
        for table in (*sub.nodes, "person"):
            for each in sub.ids(table):
                told = sub.told(table, int(sub.rows(table, [each])[0]))
                whole = h.told(table, int(h.rows(table, [each])[0]))
                gone = {key: value for key, value in whole.items() if key not in told}

                assert told | gone == whole
                assert all(value in h and value not in sub for value in gone.values())


@SOME
@given(structures(), st.data())
def test_a_part_answers_as_the_whole_below_its_unit(drawn: Structure, data: Any) -> None:
    """Within the part of a unit of the chain, paths, branches and households are the same."""
    h, twin = drawn.hierarchy, drawn.twin
    units = twin.ids(*twin.chain)
    if units:
        id = data.draw(st.sampled_from(units))
        sub = h.subtree(id)
        assert sub.households_of(id) == h.households_of(id)
        for each in (id, *h.descendants(id)):
            assert sub.path(each) == h.path(each)
            assert sub.grid_of(each) == h.grid_of(each)
