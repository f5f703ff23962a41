"""Rules about compounds: each against its plain definition over records, and in the field."""

from __future__ import annotations

import numpy as np
import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from small_compounds import (
    DUTIES,
    KINDS,
    MATTERS,
    MODES,
    POSTS,
    SOURCES,
    STATES,
    TYPES,
    small_compounds,
)
from small_structures import DAY, UNKNOWN

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
    MicroGrid,
    Post,
    Relation,
    Responsibility,
    Tenure,
)
from govtree.config import load_text
from govtree.coverage import check
from govtree.rules import SHIPPED, RuleSet, find

# What is so, what is not, and None for what is not known


def both(*seen):
    if False in seen:
        return False
    return None if None in seen else True


def either(seen):
    listed = list(seen)
    if True in listed:
        return True
    return None if None in listed else False


def not_(seen):
    return None if seen is None else not seen


def is_in(cell, words):
    return None if cell == UNKNOWN else cell in words


def in_force(each):
    begun = each.since is None or each.since <= DAY
    return begun and (each.until is None or each.until >= DAY)


# Each rule as its plain definition, for one compound


def serving(small, id):
    """Return who serves the compound and in which mode."""
    beside = [
        (each.id, link.mode)
        for kind in (Body, Post, Household)
        for each in small.of(kind).values()
        for link in each.serves
        if link.unit == id and in_force(link)
    ]
    return beside + [
        (each.source, each.mode)
        for each in small.of(Relation).values()
        if (each.relation, each.target) == ("serves", id) and in_force(each)
    ]


def is_body(small, source):
    return None if source == UNKNOWN else source in small.of(Body)


def body_is(small, source, field, words):
    if not is_body(small, source):
        return is_body(small, source)
    return is_in(getattr(small.of(Body)[source], field), words)


def served_by_kind(small, id, kinds):
    return either(body_is(small, source, "kind", kinds) for source, _ in serving(small, id))


def borne(small, id, matters):
    return either(
        both(
            None if each.bearer == UNKNOWN else True,
            not matters or each.matter is None or is_in(each.matter, matters),
        )
        for each in small.of(Responsibility).values()
        if each.unit == id and in_force(each)
    )


def first(*cells):
    given_cells = [cell for cell in cells if cell not in (None, UNKNOWN)]
    if given_cells:
        return given_cells[0]
    return UNKNOWN if UNKNOWN in cells else None


def grid_of(small, building):
    if building in (None, UNKNOWN):
        return building
    record, parts = small.of(Building)[building], small.of(MicroGrid)
    part = record.micro_grid
    if part in parts:
        return first(record.grid, parts[part].grid)
    # Where no part names a grid, to know the part would not help.
    helps = part == UNKNOWN and any(each.grid is not None for each in parts.values())
    return first(record.grid, UNKNOWN if helps else None)


def covering(small, *kinds):
    """Return which branches or groups cover each place today."""
    found = {}
    for kind in kinds:
        for each in small.of(kind).values():
            for link in each.covers:
                if in_force(link):
                    found.setdefault(link.unit, set()).add(each.id)
    return found


def any_covered(covered, letter):
    return any(place.startswith(letter) for place in covered)


def cell_covered(covered, cell, letter):
    if cell == UNKNOWN and any_covered(covered, letter):
        return None
    return cell in covered


def building_covered(small, building):
    covered = covering(small, Branch, Group)
    record = small.of(Building)[building]
    return either(
        [
            building in covered,
            *(
                entrance in covered
                for entrance, each in small.of(Entrance).items()
                if each.building == building
            ),
            cell_covered(covered, record.micro_grid, "M"),
            cell_covered(covered, grid_of(small, building), "N"),
        ]
    )


def buildings_in(small, id):
    return [name for name, each in small.of(Building).items() if each.compound == id]


def in_a_covered_grid(small, building):
    if not small.of(Grid):
        return True
    grid = grid_of(small, building)
    if grid in (None, UNKNOWN):
        return None if grid else False
    for place in covering(small, Branch):
        entrance, part = small.of(Entrance).get(place), small.of(MicroGrid).get(place)
        if entrance:
            place = entrance.building
        if (part.grid if part else place) == grid:
            return True
        if place in small.of(Building) and grid_of(small, place) == grid:
            return True
    return False


def answering(small, id):
    """Return the branches that answer for places of the compound, and how many do not say."""
    branches, open_ = set(), 0
    covered = covering(small, Branch)
    entrances = [
        (name, each.building)
        for name, each in small.of(Entrance).items()
        if each.building in buildings_in(small, id) and any_covered(covered, "E")
    ]
    parted = {building for _, building in entrances}
    whole = [(None, each) for each in buildings_in(small, id) if each not in parted]
    for entrance, building in entrances + whole:
        part = small.of(Building)[building].micro_grid
        for cell, letter in (
            (entrance, "E"), (building, "T"), (part, "M"), (grid_of(small, building), "N"),
        ):  # fmt: skip
            seen = cell_covered(covered, cell, letter)
            if seen is None:
                open_ += 1
            elif seen and len(covered[cell]) == 1:
                branches |= covered[cell]
            if seen is not False:
                break
    return branches, open_


def without_type(small, id):
    cell = small.of(Compound)[id].type
    return None if cell == UNKNOWN else cell is None


def without_requirements(small, id, *, types):
    cell = small.of(Compound)[id].type
    return None if cell == UNKNOWN else cell is not None and cell not in types


def without_station(small, id, *, kinds):
    return not_(served_by_kind(small, id, kinds))


def without_manager(small, id, *, modes, matters, backstop, backstops):
    by = serving(small, id)
    managed = either(both(is_body(small, who), is_in(mode, modes)) for who, mode in by)
    replaced = either(
        both(body_is(small, who, "kind", backstops), is_in(mode, [backstop])) for who, mode in by
    )
    return not_(either([managed, borne(small, id, matters), replaced]))


def partly_covered(small, id):
    return either(
        both(not_(building_covered(small, each)), in_a_covered_grid(small, each))
        for each in buildings_in(small, id)
    )


def several_branches(small, id):
    branches, open_ = answering(small, id)
    if len(branches) > 1:
        return True
    return None if len(branches) + open_ > 1 else False


def without_one_lead(small, id, *, types, mode):
    is_type = is_in(small.of(Compound)[id].type, types)
    leading = [
        (who, both(is_body(small, who), is_in(how, [mode]))) for who, how in serving(small, id)
    ]
    sure = {who for who, seen in leading if seen}
    maybe = {who for who, seen in leading if seen is not False and who != UNKNOWN}
    most = len(maybe) + sum(who == UNKNOWN and seen is not False for who, seen in leading)
    amiss = True if len(sure) > 1 or not most else None
    return both(is_type, False if len(sure) == most == 1 else amiss)


def not_seated(small, id, *, kind, states):
    state_of = {id: each.state or UNKNOWN for id, each in small.of(Body).items()}
    rows = [
        (body_is(small, who, "kind", [kind]), is_in(state_of.get(who, UNKNOWN), states))
        for who, _ in serving(small, id)
    ]
    unfit = either(both(committee, not_(state)) for committee, state in rows)
    fit = either(both(committee, state) for committee, state in rows)
    return both(unfit, not_(fit))


def sent(small, source, *places, post=None):
    """Return whether anybody holds a seat at one of *places* to which he came by *source*."""
    seats = {
        id for id, each in small.of(Post).items() if each.at in places and post in (None, each.post)
    }
    said = any(each.appointment_source for each in small.of(Tenure).values())
    return either(
        both(
            None if each.holder == UNKNOWN else True,
            is_in(each.appointment_source, [source]) if said else None,
        )
        for each in small.of(Tenure).values()
        if each.post in seats and in_force(each)
    )


def functions(small, branch, post):
    """Return whether a branch has a secretary, meets, has premises, and has three members."""
    rows = [each for each in small.of(Duty).values() if each.unit == branch]
    branches, duties = small.of(Branch), small.of(Duty).values()
    seen = []
    if small.of(Post):
        seats = [s for s in small.of(Post).values() if (s.at, s.post) == (branch, post)]
        seen.append(either(held(small, each) for each in seats))
    seen += [
        either(both(is_in(each.duty, [duty]), kept(each)) for each in rows)
        for duty in ("monthly_meeting", "premises")
        if any(each.duty == duty and each.unit in branches for each in duties)
    ]
    if any(each.members is not None for each in branches.values()):
        members = branches[branch].members
        seen.append(None if members in (None, UNKNOWN) else members >= 3)
    return both(*seen)


def without_developer(small, id, *, flag, kinds, source, post):
    withdrawn = either(
        is_in(mark.flag, [flag]) for mark in small.of(Compound)[id].flags if in_force(mark)
    )
    good = {
        branch: either([sent(small, source, branch, post=post), functions(small, branch, post)])
        for branch in small.of(Branch)
    }
    branches, open_ = answering(small, id)
    led = [good[each] for each in branches]
    if open_ and any(each is not False for each in good.values()):
        led.append(None)
    helped = either([served_by_kind(small, id, kinds), sent(small, source, id), *led])
    return both(withdrawn, not_(helped))


def held(small, post):
    holders = [
        None if each.holder == UNKNOWN else True
        for each in small.of(Tenure).values()
        if each.post == post.id and in_force(each)
    ]
    if not small.of(Tenure):
        return False if post.vacant else None
    return either(holders)


def has_holder(small, id, word):
    buildings = buildings_in(small, id)
    entrances = [
        name for name, each in small.of(Entrance).items() if each.building in buildings
    ]  # fmt: skip
    return either(
        held(small, each)
        for each in small.of(Post).values()
        if each.post == word and each.at in (id, *buildings, *entrances)
    )


def has_one(small, id, word):
    """Return whether the compound has what a word names; "nobody" where nobody gave any."""
    given_here = small.h.given
    if word == "branch":
        if not {"branch", ":covers", "building.compound"} <= given_here:
            return "nobody"
        covered = [building_covered(small, each) for each in buildings_in(small, id)]
        return either(covered or [None])
    if word.startswith("post:"):
        if not {"post>compound", "post>building", "post>entrance"} & given_here:
            return "nobody"
        return has_holder(small, id, word[5:])
    column = "relation.mode" if word.startswith("mode:") else "body.kind"
    if not {":serves>compound", column} <= given_here:
        return "nobody"
    if word.startswith("mode:"):
        return either(is_in(mode, [word[5:]]) for _, mode in serving(small, id))
    return served_by_kind(small, id, [word])


def has_required(small, id, word):
    seen = [has_one(small, id, each) for each in word.split("|")]
    if set(seen) == {"nobody"}:
        return True
    return either(None if each == "nobody" else each for each in seen)


def has_party(small, id, word):
    return either(is_in(mode, [word]) for _, mode in serving(small, id))


def has_link(small, id, word):
    return borne(small, id, [word])


def kept(duty):
    return None if duty.kept == UNKNOWN else duty.kept


def keeps(small, id, word):
    return either(
        both(is_in(each.duty, [word]), kept(each))
        for each in small.of(Duty).values()
        if each.unit == id
    )


def words_of(words, least=0):
    return st.lists(st.sampled_from(words), min_size=least, max_size=3, unique=True).map(
        lambda chosen: tuple(sorted(chosen))
    )


def one_of(words):
    return st.sampled_from(words)


REQUIRED = (
    *KINDS[:3],
    "branch",
    "branch|task_force",
    "mode:lead",
    "post:building_head",
    "owners_committee|post:secretary",
)

#: Twins by code, with what may be asked of each compound.
TWINS = {
    "GT501": (without_type, {}),
    "GT502": (without_requirements, {"types": words_of(TYPES)}),
    "GT503": (without_station, {"kinds": words_of(KINDS)}),
    "GT504": (
        without_manager,
        {
            "modes": words_of(MODES),
            "matters": words_of(MATTERS),
            "backstop": one_of(MODES),
            "backstops": words_of(KINDS),
        },
    ),
    "GT506": (without_one_lead, {"types": words_of(TYPES), "mode": one_of(MODES)}),
    "GT507": (
        without_developer,
        {
            "flag": one_of(("developer_withdrawn", "developer_withdrawn", "award")),
            "kinds": words_of(KINDS[2:]),
            "source": one_of(SOURCES),
            "post": one_of(POSTS),
        },
    ),
    "GT508": (partly_covered, {}),
    "GT509": (not_seated, {"kind": one_of(KINDS), "states": words_of(STATES)}),
    "GT513": (several_branches, {}),
}

#: Of each rule that names what is missing: its parameter, what it may be asked, and its twin.
LACKING = {
    "GT505": ("requires", REQUIRED, has_required),
    "GT511": ("parties", MODES, has_party),
    "GT512": ("links", MATTERS, has_link),
    "GT514": ("duties", DUTIES, keeps),
}


def asked_of_each(data, small, may_be_asked):
    """Draw what is asked of each compound, as the arrays that a rule takes."""
    asked, length = {}, small.h.count("compound")
    for name, strategy in may_be_asked.items():
        drawn = [data.draw(strategy) for _ in range(length)]
        asked[name] = np.array(drawn) if isinstance(drawn[0], str) else np.empty(length, object)
        for row, each in enumerate(drawn):
            asked[name][row] = each
    return asked


def verdicts(hits, ids):
    """Return for each compound True for a fault, None where it could not be judged, or False."""
    found = dict.fromkeys(ids, False)
    for row in [] if hits.unknown is None else np.flatnonzero(hits.unknown).tolist():
        found[ids[row]] = None
    for row in hits.rows.tolist():
        assert found[ids[row]] is False, "a fault is not unknown as well"
        found[ids[row]] = True
    return found


@given(small=small_compounds(), data=st.data())
@settings(max_examples=many(200))
def test_rules_find_what_their_definitions_say(small, data):
    """Each rule says of each compound what its plain definition says, whatever is asked of it."""
    ids = list(small.h.ids("compound"))
    for code, (twin, may_be_asked) in TWINS.items():
        each = find(SHIPPED, code)
        if each.lacks(small.h):
            continue
        asked = asked_of_each(data, small, may_be_asked)
        told = [{name: cells[row] for name, cells in asked.items()} for row in range(len(ids))]
        expected = {id: twin(small, id, **told[row]) for row, id in enumerate(ids)}

        assert verdicts(each(small.h, **asked), ids) == expected, code


@given(small=small_compounds(), data=st.data())
@settings(max_examples=many(200))
def test_what_is_missing_is_named(small, data):
    """What a compound has to have is missing, there, or not known, word by word."""
    ids = list(small.h.ids("compound"))
    for code, (parameter, words, twin) in LACKING.items():
        each = find(SHIPPED, code)
        if each.lacks(small.h):
            continue
        asked = asked_of_each(data, small, {parameter: words_of(words)})
        hits = each(small.h, **asked)
        seen = {
            id: {word: twin(small, id, word) for word in asked[parameter][row]}
            for row, id in enumerate(ids)
        }
        gone = {
            id: ", ".join(word for word, has in sorted(found.items()) if has is False)
            for id, found in seen.items()
        }
        expected = {
            id: True if gone[id] else None if None in seen[id].values() else False for id in ids
        }

        assert verdicts(hits, ids) == expected, code
        assert hits.values["missing"].texts() == [each for each in gone.values() if each], code


# Field examples


def found(h, code, **asked):
    """Return what a rule finds by subject, with its message."""
    setting = RuleSet.of({code: {"severity": "error", **asked}}).only(code)
    return {each.subject: each.message for each in check(h, rules=setting)}


@pytest.mark.parametrize("code", sorted({*TWINS, *LACKING}))
def test_compounds_alone_are_one_line(code):
    """Of compounds of which nobody gave more, a rule says in one line what it misses."""
    h = Hierarchy.from_records([Compound(id=f"X-{at}") for at in range(3)])
    report = check(h, rules=[find(SHIPPED, code)])

    assert len(report) == 0
    assert [each.code for each in report.not_checked] == [code]


@pytest.mark.parametrize(
    ("requires", "expected"),
    [
        ("branch", "branch: nothing covers any building of a compound"),
        ("owners_committee", "owners_committee: nothing serves any compound"),
        ("mode:lead", "a body that serves it by 'lead': nothing serves any compound"),
        ("post:building_head", "building_head in office: no posts at any compound or building"),
        (
            "branch|post:secretary",
            "branch or secretary in office: nothing covers any building of a compound",
        ),
        (["a", "b"], "a, b: nothing serves any compound"),
    ],
)
def test_what_is_required_and_nobody_gave_is_one_line(requires, expected):
    """A word of which nobody gave anything is missing nowhere; the report says why."""
    h = Hierarchy.from_records([Compound(id="X-1")])
    setting = RuleSet.of({"GT505": {"requires": requires}}).only("GT505")
    report = check(h, rules=setting)

    assert len(report) == 0
    assert report.not_checked == (("GT505", expected),)


def test_kinds_that_nobody_gave_are_not_missing():
    """Where bodies have no kinds and links no modes, nobody can say which is missing."""
    h = Hierarchy.from_records([Compound(id="X-1"), Body(id="S-1", serves=["X-1"])])
    setting = RuleSet.of({"GT505": {"requires": ["mode:lead", "task_force"]}}).only("GT505")

    assert [each.reason for each in check(h, rules=setting).not_checked] == [
        "a body that serves it by 'lead': no modes of relations",
        "task_force: no kinds of bodies",
    ]


def three_parties(*more):
    return Hierarchy.from_records(
        [
            Compound(id="X-1"),
            Compound(id="X-2"),
            Grid(id="N-1"),
            *(Building(id=f"T-{at}", grid="N-1", compound=f"X-{at}") for at in (1, 2)),
            Branch(id="B-1", covers=["T-1"]),
            Body(id="O-1", kind="owners_committee", serves=["X-1", "X-2"]),
            Body(id="M-1", kind="property_company", serves=["X-1"]),
            *more,
        ],
        as_of=DAY,
    )


def test_the_missing_of_three_parties_are_named():
    """Of branch, owners' committee and property company the missing ones are named, sorted."""
    parties = ["branch", "owners_committee", "property_company"]

    assert found(three_parties(), "GT505", requires=parties) == {
        "X-2": "lacks: branch, property_company"
    }


def test_one_of_two_is_enough():
    """Of alternatives any one does; what has none of them is told with both."""
    h = three_parties(Body(id="S-1", kind="residents_home", serves=["X-1"]))

    assert found(h, "GT505", requires="service_station|residents_home") == {
        "X-2": "lacks: service_station or residents_home"
    }


def test_a_head_of_any_building_is_a_head_of_the_compound():
    """A required post is held at the compound, a building or an entrance; a vacant seat is not."""
    h = three_parties(
        Entrance(id="E-1", building="T-1"),
        Post(id="P-1", post="entrance_head", at="E-1"),
        Post(id="P-2", post="entrance_head", at="X-2"),
        Tenure(post="P-1", holder="p-1"),
        Tenure(post="P-2", holder="p-2", until=DAY.replace(day=29)),
    )

    assert found(h, "GT505", requires="post:entrance_head") == {
        "X-2": "lacks: entrance_head in office"
    }


def test_four_of_five_parties():
    """A compound with four of the five parties is told which one it lacks."""
    five = ["leader_links", "cadre_contracts", "secretary_stationed", "agency_paired"]
    h = Hierarchy.from_records(
        [
            Compound(id="X-1"),
            Body(id="S-1", serves=[Link("X-1", mode=each) for each in five[:3]]),
            Household(id="H-1", serves=[Link("X-1", mode=five[3])]),
        ]
    )

    assert found(h, "GT511") == {"X-1": "has 4 of 5 support parties; missing: organization_helps"}


def test_service_that_is_over_or_not_begun_is_none():
    """Only who serves on the day of the structure counts, both days included."""
    days = [{"until": DAY}, {"until": DAY.replace(day=29)}, {"since": DAY.replace(month=7)}]
    h = Hierarchy.from_records(
        [
            *(Compound(id=f"X-{at}") for at in range(3)),
            Body(
                id="S-1",
                kind="service_station",
                serves=[Link(f"X-{at}", **each) for at, each in enumerate(days)],
            ),
        ],
        as_of=DAY,
    )

    assert list(found(h, "GT503")) == ["X-1", "X-2"]


@pytest.mark.parametrize(("matters", "expected"), [((), ["X-3"]), (("property",), ["X-2", "X-3"])])
def test_who_bears_a_matter_manages_the_compound(matters, expected):
    """A bearer of any matter is a manager, unless the rule is told which matters count."""
    h = Hierarchy.from_records(
        [
            *(Compound(id=f"X-{at}") for at in (1, 2, 3)),
            Branch(id="B-1"),
            Responsibility(unit="X-1", bearer="B-1"),
            Responsibility(unit="X-2", bearer="B-1", matter="grid"),
        ]
    )

    assert list(found(h, "GT504", matters=matters)) == expected


@pytest.mark.parametrize(
    ("covers", "expected"),
    [
        # GT210 says of the whole grid that nobody answers for it.
        ([], {}),
        (["T-1"], {"X-1": "has buildings that no branch answers for: 2"}),
        (["E-2"], {"X-1": "has buildings that no branch answers for: 2"}),
        (["M-1", "T-1"], {"X-1": "has buildings that no branch answers for: 1"}),
        (["N-1"], {}),
    ],
)
def test_buildings_between_the_covered_parts(covers, expected):
    """Where a branch covers parts of a grid, the buildings between them are counted."""
    h = Hierarchy.from_records(
        [
            Compound(id="X-1"),
            Grid(id="N-1"),
            Grid(id="N-2"),
            MicroGrid(id="M-1", grid="N-1"),
            Building(id="T-1", grid="N-1", compound="X-1"),
            Building(id="T-2", grid="N-1", compound="X-1"),
            Building(id="T-3", micro_grid="M-1", compound="X-1"),
            # In no grid: GT206 says so.
            Building(id="T-4", compound="X-1"),
            Entrance(id="E-2", building="T-2"),
            Branch(id="B-1", covers=[*covers, "N-2"]),
        ]
    )

    assert found(h, "GT508") == expected


def test_a_group_answers_for_the_buildings_it_covers():
    """A building that a group covers is in the care of the branch above it."""
    h = three_parties(Group(id="G-1", parent="B-1", covers=["T-2"]))

    assert found(three_parties(), "GT508") != {}
    assert found(h, "GT508") == {}


def test_without_grids_every_building_has_to_be_covered():
    """Where nobody gave grids, no other rule could say that a building is in nobody's care."""
    h = Hierarchy.from_records(
        [
            Compound(id="X-1"),
            *(Building(id=f"T-{at}", compound="X-1") for at in (1, 2)),
            Branch(id="B-1", covers=["T-1"]),
        ]
    )

    assert found(h, "GT508") == {"X-1": "has buildings that no branch answers for: 1"}


def test_a_grid_of_two_branches_makes_no_compound_of_two():
    """Where two branches cover one grid, that is told of the grid alone."""
    records = [
        Compound(id="X-1"),
        *(Grid(id=f"N-{at}") for at in (1, 2)),
        *(Building(id=f"T-{at}", grid=f"N-{at}", compound="X-1") for at in (1, 2)),
        Branch(id="B-1", covers=["N-1", "N-2"]),
        Branch(id="B-2", covers=["N-2"]),
    ]
    h = Hierarchy.from_records(records)

    assert found(h, "GT211") != {}
    assert found(h, "GT513") == {}


def test_the_branches_of_a_compound_are_named():
    """A building that one branch covers in the grid of another brings a second branch."""
    h = Hierarchy.from_records(
        [
            Compound(id="X-1"),
            Grid(id="N-1"),
            *(Building(id=f"T-{at}", grid="N-1", compound="X-1") for at in (1, 2)),
            Branch(id="B-2", covers=["N-1"]),
            Branch(id="B-1", covers=["T-2"]),
        ]
    )

    assert found(h, "GT513") == {"X-1": "is in the care of more than one branch (2): B-1, B-2"}


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        ([], ["is served by 0 bodies in the mode 'lead', where exactly one is asked for"]),
        (["lead"], []),
        (
            ["lead", "lead"],
            ["is served by 2 bodies in the mode 'lead', where exactly one is asked for"],
        ),
        # Whether the second one leads is not known.
        (["lead", UNKNOWN], []),
        (
            ["lead", "lead", UNKNOWN],
            ["is served by 2 bodies in the mode 'lead', where exactly one is asked for"],
        ),
        ([UNKNOWN], []),
    ],
)
def test_exactly_one_leads(modes, expected):
    """A mixed compound has one lead body; what is not known counts for neither side."""
    h = Hierarchy.from_records(
        [
            Compound(id="X-1", type="mixed"),
            Compound(id="X-2", type="commercial"),
            Body(id="S-0", serves=[Link("X-1", mode="contract")]),
            *(
                Body(id=f"S-{at}", serves=[Link("X-1", mode=mode)])
                for at, mode in enumerate(modes, 1)
            ),
        ]
    )
    hits = find(SHIPPED, "GT506")(h)

    assert list(found(h, "GT506").values()) == expected
    assert hits.unknown.any() == (UNKNOWN in modes and not expected)


def test_a_body_that_leads_twice_is_one():
    """Two rows of one body that leads are one lead body."""
    h = Hierarchy.from_records(
        [
            Compound(id="X-1", type="mixed"),
            Body(id="S-1", serves=[Link("X-1", mode="lead")]),
            Relation(relation="serves", source="S-1", target="X-1", mode="lead", since=DAY),
        ],
        as_of=DAY,
    )

    assert found(h, "GT506") == {}


def test_a_second_committee_makes_up_for_one_that_is_over():
    """Of two owners' committees one in a fit state is enough; an unsaid state leaves it open."""
    h = Hierarchy.from_records(
        [
            *(Compound(id=f"X-{at}") for at in (1, 2, 3, 4)),
            Body(id="O-1", kind="owners_committee", state="expired", serves=["X-1", "X-2", "X-3"]),
            Body(id="O-2", kind="owners_committee", state="seated", serves=["X-2"]),
            Body(id="O-3", kind="owners_committee", serves=["X-3"]),
        ]
    )
    hits = find(SHIPPED, "GT509")(h)

    assert [hits.rows.tolist(), hits.unknown.tolist()] == [[0], [False, False, True, False]]
    assert found(h, "GT509") == {
        "X-1": "has an owners' committee, but none in one of these states: electing, seated"
    }


AFFORDABLE = """
    as_of: 2025-06-30
    compounds: [{id: X-1, type: affordable_housing, flags: [developer_withdrawn]}]
    grids: [{id: N-1}]
    buildings: [{id: T-1, grid: N-1, compound: X-1}]
    branches: [{id: B-1, covers: [N-1], members: MEMBERS}]
    bodies: [{id: M-1, kind: property_company, serves: [X-1]}]
    posts: [{post: secretary, at: B-1, holder: p-1, appointment_source: SOURCE}]
"""


@pytest.mark.parametrize(
    ("source", "members", "is_fault"),
    [
        ("elected", 2, True),
        ("elected", 3, False),
        ("dispatched", 2, False),
        ("appointed", 2, True),
        ("'?'", 2, False),
    ],
)
def test_a_compound_that_its_developer_left(source, members, is_fault):
    """Until its branch functions such a compound has a dispatched secretary or a task force."""
    text = AFFORDABLE.replace("SOURCE", source).replace("MEMBERS", str(members))
    h = load_text(text).hierarchy

    assert bool(found(h, "GT507")) is is_fault


def test_a_dispatched_secretary_may_sit_at_the_compound():
    """Somebody sent to any seat at the compound counts as well as its branch's secretary."""
    text = AFFORDABLE.replace("SOURCE", "elected").replace("MEMBERS", "2")
    seat = ", {post: chair, at: X-1, holder: p-2, appointment_source: dispatched}]\n"
    h = load_text(text.rstrip().removesuffix("]") + seat).hierarchy

    assert found(h, "GT507") == {}


def test_each_compound_may_be_asked_for_its_own():
    """What is required may differ between compounds."""
    asked = np.empty(2, object)
    asked[0], asked[1] = ("owners_committee",), ("property_company",)
    hits = find(SHIPPED, "GT505")(three_parties(), requires=asked)

    assert (hits.rows.tolist(), hits.values["missing"].texts()) == ([1], ["property_company"])


def test_a_duty_that_does_not_say_whether_it_is_kept_is_open():
    """A dossier of which it is not said whether it is kept is neither missing nor there."""
    h = Hierarchy.from_records(
        [
            *(Compound(id=f"X-{at}") for at in range(4)),
            Duty(unit="X-1", duty="dossier", kept=True),
            Duty(unit="X-2", duty="dossier", kept=False),
            Duty(unit="X-3", duty="dossier"),
        ]
    )
    hits = find(SHIPPED, "GT514")(h)

    assert [hits.rows.tolist(), hits.unknown.tolist()] == [[0, 2], [False, False, False, True]]


def test_somebody_of_whom_it_is_not_known_who_may_be_a_station():
    """Where it is not known who serves a compound, that may be a body of any kind."""
    h = Hierarchy.from_records(
        [
            *(Compound(id=f"X-{at}") for at in (1, 2)),
            Body(id="S-1", kind="service_station"),
            Household(id="H-1", serves=["X-1", "X-2"]),
            Relation(relation="serves", source=UNKNOWN, target="X-2"),
        ]
    )
    hits = find(SHIPPED, "GT503")(h)

    assert [hits.rows.tolist(), hits.unknown.tolist()] == [[0], [False, True]]


@pytest.mark.parametrize(("members", "is_open"), [(3, True), (2, False)])
def test_a_branch_that_is_not_known_may_function(members, is_open):
    """Where it is not known in which grid a building lies, any branch that would do may be its."""
    h = Hierarchy.from_records(
        [
            Compound(id="X-1", flags=["developer_withdrawn"]),
            Grid(id="N-1"),
            Building(id="T-1", grid=UNKNOWN, compound="X-1"),
            Building(id="T-2", grid="N-1"),
            Branch(id="B-1", covers=["N-1"], members=members),
            Body(id="M-1", kind="property_company", serves=["X-1"]),
        ]
    )
    hits = find(SHIPPED, "GT507")(h)

    assert [hits.unknown.tolist(), len(hits)] == [[is_open], not is_open]
