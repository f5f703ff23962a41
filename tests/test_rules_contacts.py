"""Rules about contacts, heads and areas, against their plain definitions and in the field."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from small_contacts import small_contacts
from small_structures import DAY, UNKNOWN

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
    Level,
    LevelUnit,
    MicroGrid,
    Post,
    Relation,
    Tenure,
)
from govtree.coverage import check
from govtree.findings import Report
from govtree.rules import SHIPPED, RuleSet, find

NO, MAYBE, SURE = 0, 1, 2
YESTERDAY = DAY - dt.timedelta(1)
KINDS = {
    "C": Community, "B": Branch, "G": Group, "H": Household, "X": Compound, "N": Grid,
    "M": MicroGrid, "T": Building, "E": Entrance,
}  # fmt: skip


# Whom contacts reach, as its plain definition over records


def in_force(row):
    return (row.since is None or row.since <= DAY) and (row.until is None or row.until >= DAY)


def either(*states):
    return max(states, default=NO)


def seat_state(small, seat, words):
    """Return whether a seat is a contact: it is called so and somebody holds it."""
    tenures = small.of(Tenure).values()
    held = [each.holder for each in tenures if each.post == seat.id and in_force(each)]
    if any(each != UNKNOWN for each in held):
        state = SURE
    elif tenures:
        state = MAYBE if held else NO
    else:
        state = NO if seat.vacant else MAYBE
    if seat.post == UNKNOWN:
        return min(state, MAYBE)
    return state if seat.post in words else NO


def contacts(small, words):
    """Yield for each contact what it reaches, and how surely."""
    for household in small.of(Household).values():
        for link in filter(in_force, household.serves):
            if link.unit == UNKNOWN:
                yield household.id, MAYBE
                if household.parent not in (None, UNKNOWN):
                    yield household.parent, MAYBE
            else:
                yield from [(household.id, SURE), (link.unit, SURE)]
    for seat in small.of(Post).values():
        state = seat_state(small, seat, words)
        links = [each for each in seat.serves if in_force(each)]
        yield from [(each.unit, state) for each in links if each.unit != UNKNOWN]
        if not links:
            yield seat.at, state
        elif any(each.unit == UNKNOWN for each in links):
            yield seat.at, min(state, MAYBE)
    for relation in small.of(Relation).values():
        if relation.relation == "serves" and in_force(relation):
            yield relation.target, MAYBE


def own_or(own, *others):
    """Return the first place that is given; not known where one is not known, else None."""
    given = [each for each in (own, *others) if each not in (None, UNKNOWN)]
    if given:
        return given[0]
    return UNKNOWN if UNKNOWN in (own, *others) else None


def step(small, id, letter, field):
    """Return what *id* names in *field*; of one that is not known, that is not known either.

    Where no record names anything, to know the id would not help.
    """
    records = small.of(KINDS[letter])
    if id is None or (id == UNKNOWN and not any(getattr(r, field) for r in records.values())):
        return None
    return UNKNOWN if id == UNKNOWN else getattr(records[id], field)


def places(small, household):
    """Return what a household stands in, by the letter of its ids."""
    found = {"G": household.parent, "E": household.entrance}
    found["B"] = step(small, found["G"], "G", "parent")
    found["C"] = step(small, found["B"], "B", "parent")
    found["T"] = own_or(household.building, step(small, household.entrance, "E", "building"))
    found["X"] = step(small, found["T"], "T", "compound")
    found["M"] = step(small, found["T"], "T", "micro_grid")
    of_part = step(small, found["M"], "M", "grid")
    found["N"] = own_or(household.grid, own_or(step(small, found["T"], "T", "grid"), of_part))
    return found


def reached(id, places, reach):
    """Return whether a unit is reached: itself, or any of its *places*."""
    states = [state for each, state in reach if each == id]
    for letter, place in places.items():
        there = [(each, state) for each, state in reach if each[0] == letter]
        states += [state for each, state in there if each == place]
        states += [min(state, MAYBE) for _, state in there if place == UNKNOWN]
    return either(*states)


def household_state(small, household, reach):
    return reached(household.id, places(small, household), reach)


def group_state(small, group, reach, words):
    """Return whether a group has a contact: at it, among it, or reaching any of it."""
    members = [each for each in small.of(Household).values() if each.parent == group.id]
    seats = [seat for seat in small.of(Post).values() if seat.at == group.id]
    above = {"B": group.parent, "C": step(small, group.parent, "B", "parent")}
    return either(
        *(household_state(small, each, reach) for each in members),
        *(seat_state(small, seat, words) for seat in seats),
        reached(group.id, above, reach),
    )


def tagged(household, tags):
    cells = [household.tags.get(tag, 0) for tag in tags]
    if any(each != UNKNOWN and each > 0 for each in cells):
        return SURE
    return MAYBE if UNKNOWN in cells else NO


def has_contacts(small, words):
    """Return whether anybody named contacts, and what else the rules need."""
    households, seats = small.of(Household).values(), small.of(Post).values()
    relations = [each for each in small.of(Relation).values() if each.relation == "serves"]
    served = any(each.serves for each in households) or bool(relations)
    served = served or any(each.serves for each in seats)
    served = served or any(each.serves for each in small.of(Body).values())
    at = any(seat.at[0] in "GTE" for seat in seats)
    named = any(each.serves for each in households) or any(seat.post in words for seat in seats)
    parents = any(each.parent for each in households)
    return parents and (served or at) and named


def without_contact(small, words, tags):
    reach = list(contacts(small, words))
    found, unknown = [], 0
    for id, group in small.of(Group).items():
        members = [each for each in small.of(Household).values() if each.parent == id]
        state = group_state(small, group, reach, words)
        found += [id] if members and state == NO else []
        unknown += bool(members) and state == MAYBE
    return found, unknown


def unserved(small, words, tags):
    reach = list(contacts(small, words))
    groups = small.of(Group)
    found, unknown = [], 0
    for id, each in small.of(Household).items():
        state = household_state(small, each, reach)
        if each.parent is None or state == SURE:
            continue
        if each.parent == UNKNOWN or state == MAYBE:
            unknown += 1
        elif group_state(small, groups[each.parent], reach, words) != NO:
            found += [id] if tagged(each, tags) != SURE else []
    return found, unknown


def priority_unserved(small, words, tags):
    reach = list(contacts(small, words))
    if not any(set(tags) & {*each.tags} for each in small.of(Household).values()):
        return [], 0
    found, unknown = [], 0
    for id, group in small.of(Group).items():
        if group_state(small, group, reach, words) == NO:
            continue
        number, perhaps = 0, 0
        for each in small.of(Household).values():
            state, tag = household_state(small, each, reach), tagged(each, tags)
            if each.parent == id and state != SURE and tag != NO:
                surely = (state, tag) == (NO, SURE)
                number, perhaps = number + surely, perhaps + (not surely)
        found += [(id, number)] if number else []
        unknown += bool(perhaps) and not number
    return found, unknown


def asked_of(small, code, **asked):
    """Return the report of one rule with these parameters."""
    setting = RuleSet.of({code: {"severity": "error", **asked}}).only(code)
    return check(small.h, rules=setting)


WORDS = st.sampled_from([["neighbor_steward"], ["building_head", "neighbor_steward"], ["chair"]])
TAGS = st.sampled_from([["living_alone"], ["empty_nest", "living_alone"], ["disabled"]])


@given(small=small_contacts(), words=WORDS, tags=TAGS)
@settings(max_examples=many(400))
def test_contact_rules_find_what_their_definitions_say(small, words, tags):
    """Groups without contact and households unserved are those of the plain definition."""
    twins = {"GT220": without_contact, "GT221": unserved, "GT224": priority_unserved}
    for code, twin in twins.items():
        asked = {"posts": words} | ({} if code == "GT220" else {"tags": tags})
        report = asked_of(small, code, **asked)
        found, unknown = ([], 0)
        if has_contacts(small, words):
            found, unknown = twin(small, words, tags)
        told = [
            (each.subject, dict(each.values)["number"]) if code == "GT224" else each.subject
            for each in report
        ]

        assert told == sorted(found), code
        assert sum(each.unknown for each in report.checked) == unknown, code


@given(small=small_contacts(), post=st.sampled_from(["building_head", "entrance_head"]))
@settings(max_examples=many(200))
def test_heads_are_missing_where_their_definition_says(small, post):
    """A building or entrance has no head where it has no seat of that word, held or vacant."""
    for code, kind in (("GT222", Building), ("GT223", Entrance)):
        places = {each.at for each in small.of(Post).values() if each.post == post}
        found = [id for id in small.of(kind) if id not in places]
        report = asked_of(small, code, post=post)
        is_given = any(each in small.of(kind) for each in places)

        assert [each.subject for each in report] == (sorted(found) if is_given else [])


@given(small=small_contacts())
@settings(max_examples=many(200))
def test_communities_in_two_areas_are_those_of_the_definition(small):
    """A community is in two areas where two of one kind name it today."""
    found, unknown = [], 0
    hidden = [
        each.target
        for each in small.of(Relation).values()
        if each.relation == "in_area" and in_force(each)
    ]
    for id in small.of(Community):
        kinds = [
            area.kind
            for area in small.of(Area).values()
            if any(link.unit == id and in_force(link) for link in area.communities)
        ]
        sure = [kind for kind in kinds if kind != UNKNOWN]
        open_ = len(kinds) - len(sure) + hidden.count(id)
        if len(set(sure)) < len(sure):
            found.append(id)
        else:
            unknown += open_ > 0 and open_ + len(sure) > 1
    report = asked_of(small, "GT231")

    assert [each.subject for each in report] == sorted(found)
    if report.checked:
        assert report.checked[0].unknown == unknown


@given(small=small_contacts())
@settings(max_examples=many(200))
def test_households_in_no_building_are_those_of_the_definition(small):
    """A household is in no building where it names none and lies in a grid, or none is given."""
    households, buildings = small.of(Household).values(), small.of(Building).values()
    found, unknown = [], 0
    leads = any(each.building for each in small.of(Entrance).values())
    on_grids = any(each.grid for each in households) or any(
        each.grid or each.micro_grid for each in buildings
    )
    for each in households:
        place = places(small, each)
        if not leads and each.building is None:
            place["T"] = None
        if place["T"] is None and (place["N"] is not None or not on_grids or not small.of(Grid)):
            found.append(each.id)
        unknown += place["T"] == UNKNOWN
    report = asked_of(small, "GT208")
    if not any(each.building for each in households):
        # Where no entrance leads to a building, nobody said which building anybody is in.
        found, unknown = (found, unknown) if leads else ([], 0)

    if report.checked:
        assert [each.subject for each in report] == sorted(found)
        assert report.checked[0].unknown == unknown


# Field examples


def place(*more, **first_household):
    """Return one branch with two groups of two households, and what else is there."""
    return [
        Community(id="C-1"),
        Branch(id="B-1", parent="C-1"),
        *(Group(id=f"G-{at}", parent="B-1") for at in (1, 2)),
        Building(id="T-1"),
        Household(id="H-1", parent="G-1", building="T-1", **first_household),
        Household(id="H-2", parent="G-1", building="T-1"),
        Household(id="H-3", parent="G-2", building="T-1"),
        Household(id="H-4", parent="G-2", building="T-1"),
        *more,
    ]


def told(records, **facts):
    """Return code and subject of what the rules about contacts find."""
    h = Hierarchy.from_records(records, as_of=DAY, **facts)
    rules = RuleSet().only("GT220", "GT221", "GT224")
    return [f"{each.code} {each.subject}" for each in check(h, rules=rules)]


def steward(at, **how):
    return [
        Post(id="S-1", post="neighbor_steward", at=at, **how),
        Tenure(post="S-1", holder="p-1"),
    ]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        # A contact household is nobody's neighbor to be called on, and makes its group one.
        (place(serves=["H-2"]), ["GT220 G-2"]),
        (place(serves=["H-2", "H-3"]), ["GT221 H-4"]),
        (place(serves=["T-1"]), []),
        (place(serves=["B-1"]), []),
        (place(*steward("T-1")), []),
        (place(*steward("C-1")), []),
        (place(*steward("G-1")), ["GT220 G-2"]),
        # A steward of a group who calls on one household only leaves the others.
        (place(*steward("G-1", serves=["H-1"])), ["GT220 G-2", "GT221 H-2"]),
        # The last day counts, the day after it does not.
        (place(serves=[{"unit": "G-1", "until": YESTERDAY}]), ["GT220 G-1", "GT220 G-2"]),
        (place(serves=[{"unit": "G-1", "until": DAY}]), ["GT220 G-2"]),
    ],
)  # fmt: skip
def test_whom_contacts_reach(records, expected):
    """A contact reaches what it serves, or its place, and all that lies there, on its days."""
    assert told(records) == expected


def test_where_nobody_named_a_contact_it_is_one_line():
    """Bodies that serve and other seats make no contacts: nothing is found, and that is said."""
    more = [
        Body(id="K-1", serves=["G-1"]),
        Post(id="S-1", post="building_head", at="T-1"),
    ]
    h = Hierarchy.from_records(place(*more))
    report = check(h, rules=RuleSet().only("GT220", "GT221", "GT224"))

    assert len(report) == 0
    assert [str(reason) for _, reason in report.not_checked] == [
        "no contact households, and no posts called neighbor_steward"
    ] * 3


def test_priority_households_are_counted_once_and_never_listed():
    """A household with two tags counts once, in its group; no finding names it."""
    lonely = {"living_alone": 1, "empty_nest": 1}
    more = [Household(id=f"H-{at}", parent="G-1", tags=lonely) for at in (5, 6)]
    h = Hierarchy.from_records(place(*more, serves=["H-2", "G-2"]))
    report = check(h, rules=RuleSet().only("GT221", "GT224"))
    (finding,) = report

    assert (finding.subject, finding.related, finding.severity) == ("G-1", (), "error")
    assert finding.message == (
        "has households (empty_nest, living_alone) that no contact household and no "
        "neighbor_steward reaches: 2"
    )


def test_a_contact_below_the_group_reaches_its_ten_houses():
    """Where a level stands between group and household, a contact there reaches its households."""
    levels = [
        Level("kelurahan", "community"),
        Level("rw", "branch"),
        Level("rt", "group"),
        Level("dasawisma"),
        Level("household", "household"),
    ]
    records = [
        Group(id="G-1"),
        *(LevelUnit(level="dasawisma", id=f"D-{at}", parent="G-1") for at in (1, 2)),
        *(Household(id=f"H-{at}", parent=f"D-{at}") for at in (1, 2)),
        *steward("D-1"),
        Post(id="S-2", post="neighbor_steward", at="G-1", vacant=True),
    ]

    assert told(records, levels=levels) == ["GT221 H-2"]


def test_posts_may_differ_between_groups():
    """Each group is asked for the posts that count there."""
    records = place(*steward("G-1"), Post(id="S-2", post="chair", at="G-2"))
    h = Hierarchy.from_records([*records, Tenure(post="S-2", holder="p-2")])
    words = np.empty(2, object)
    words[:] = [("chair",), ("neighbor_steward",)]

    assert find(SHIPPED, "GT220")(h, posts=words).rows.tolist() == [0, 1]
    assert find(SHIPPED, "GT220")(h, posts=words[::-1]).rows.tolist() == []


@pytest.mark.parametrize(
    ("household", "expected"),
    [
        ({"grid": "N-1"}, ["GT208 H-9"]),
        ({"entrance": "E-1"}, []),
        ({"building": "T-1"}, []),
        # In no grid either: that is told instead.
        ({}, ["GT202 H-9"]),
    ],
)
def test_a_household_in_no_building_and_no_grid_is_told_once(household, expected):
    """Where a household lies nowhere at all, its grid is asked for and not its building too."""
    h = Hierarchy.from_records(
        [
            Grid(id="N-1"),
            Building(id="T-1", grid="N-1"),
            Entrance(id="E-1", building="T-1"),
            Household(id="H-1", building="T-1"),
            Household(id="H-9", **household),
        ]
    )
    report = check(h, rules=RuleSet().only("GT202", "GT208"))

    assert [f"{each.code} {each.subject}" for each in report] == expected


def tops(*ids, **asked):
    h = Hierarchy.from_records(
        [
            *(LevelUnit(level="district", id=id) for id in ids),
            *(Community(id=f"C-{id}", parent=id) for id in ids),
        ],
        levels=[Level("district"), Level("community", "community")],
    )
    return check(h, rules=RuleSet.of({"GT230": asked or "error"}).only("GT230"))


def test_several_roots_are_one_finding_about_their_level():
    """Units of the topmost level are counted; the finding is about the level."""
    (finding,) = tops("D-1", "D-2")

    assert (finding.subject, finding.level) == ("district", "structure")
    assert finding.message == (
        "has 2 units at the top (district), where at most 1 may stand there: D-1, D-2"
    )
    assert len(tops("D-1")) == len(tops("D-1", "D-2", roots=2)) == 0


def test_roots_of_parts_are_those_of_the_whole():
    """Parts with a root each have several together; a root that two parts share is one."""
    whole = list(tops("D-1", "D-2", "D-3"))
    parts = [tops(id) for id in ("D-3", "D-1", "D-2")]

    assert [len(part) for part in parts] == [0, 0, 0]
    assert list(Report.merge(parts)) == whole
    assert list(Report.merge([parts[0], Report.merge(parts[1:])])) == whole
    assert list(Report.merge([parts[0], parts[0]])) == []
    assert list(Report.merge([tops("D-1"), tops("D-2"), check(bare(), rules=roots())])) == list(
        tops("D-1", "D-2")
    )


def roots():
    return RuleSet.of({"GT230": "error"}).only("GT230")


def bare():
    """Return a part that has communities only, below the level of the others' roots."""
    levels = [Level("district"), Level("community", "community")]
    return Hierarchy.from_records([Community(id="C-9")], levels=levels)


def test_areas_of_two_kinds_may_share_a_community():
    """A police area and a school area may both have a community; two police areas may not."""
    areas = [
        Area(id="A-1", kind="police", communities=["C-1"]),
        Area(id="A-2", kind="school", communities=["C-1"]),
        Area(id="A-3", kind="police", communities=["C-2", "C-1"]),
    ]
    records = [Community(id="C-1"), Community(id="C-2")]
    rule = [find(SHIPPED, "GT231")]
    (finding,) = check(Hierarchy.from_records([*records, *areas]), rules=rule)

    assert (finding.subject, finding.related) == ("C-1", ("A-1", "A-3"))
    assert finding.message == "is in 2 areas of one kind: A-1, A-3"
    assert len(check(Hierarchy.from_records([*records, *areas[:2]]), rules=rule)) == 0
