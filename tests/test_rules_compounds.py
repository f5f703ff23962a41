"""Rules about compounds: each against its plain definition over records, and in the field."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_compounds import (
    DUTIES,
    KINDS,
    MATTERS,
    MODES,
    POSTS,
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
        if each.building in buildings_in(small, id)
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
    rows = [
        (body_is(small, who, "kind", [kind]), body_is(small, who, "state", states))
        for who, _ in serving(small, id)
    ]
    unfit = either(both(committee, not_(state)) for committee, state in rows)
    fit = either(both(committee, state) for committee, state in rows)
    return both(unfit, not_(fit))


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


def keeps(small, id, word):
    return either(
        both(is_in(each.duty, [word]), None if each.kept == UNKNOWN else each.kept)
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
@settings(max_examples=200)
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
@settings(max_examples=200)
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
        assert list(hits.values["missing"]) == [each for each in gone.values() if each], code
