"""Rules about staff, spans, members and sizes against their plain definitions."""

from __future__ import annotations

import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from small_sizes import COMMITTEE, small_sizes
from small_structures import DAY, UNKNOWN

from govtree import (
    Branch,
    Building,
    Community,
    Compound,
    Grid,
    Group,
    Hierarchy,
    Household,
    Level,
    Link,
    Post,
    Tenure,
    Term,
)
from govtree.coverage import check
from govtree.rules import SHIPPED, RuleSet, find

ANY = float("inf")

# What the definitions share


def known(cell):
    return None if cell in (None, UNKNOWN) else cell


def has(small, kind, field):
    return any(getattr(each, field) is not None for each in small.of(kind).values())


def leads(small, kind, field):
    return any(known(getattr(each, field)) for each in small.of(kind).values())


def in_force(each):
    return (each.since is None or each.since <= DAY) and (each.until is None or each.until >= DAY)


def holders(small, place, *posts):
    """Return who is in office at *place*, in any post where none is named."""
    seats = {
        id
        for id, each in small.of(Post).items()
        if each.at == place and (not posts or each.post in posts)
    }
    return [
        each.holder for each in small.of(Tenure).values() if each.post in seats and in_force(each)
    ]


def in_office(small, place, *posts):
    """Return how many persons hold any of the posts at *place*, at least and at most."""
    found = holders(small, place, *posts)
    persons = len({each for each in found if known(each)})
    return persons, persons + found.count(UNKNOWN)


def covers(small, branch, tables):
    """Return how many units of *tables* a branch covers, at least and at most."""
    links = [link.unit for link in small.of(Branch)[branch].covers if in_force(link)]
    sure = len({unit for unit in links if unit[0] in tables})
    return sure, sure + links.count(UNKNOWN)


def verdict(least, most, low, high):
    """Return fault, fine or open of a number between *least* and *most*."""
    if most < low or least > high:
        return "fault"
    return "fine" if low <= least and most <= high else "open"


def agrees(small, code, verdicts, **asked):
    """Assert that a rule finds what its verdicts say, and cannot judge what they leave open."""
    setting = RuleSet.of({code: {"severity": "error", **asked}}).only(code)
    report = check(small.h, rules=setting)
    if report.checked:
        assert [each.subject for each in report] == sorted(
            id for id, told in verdicts.items() if told == "fault"
        )
        assert report.checked[0].unknown == list(verdicts.values()).count("open")
    return bool(report.checked)


def only(code):
    return [find(SHIPPED, code)]


def subjects(code, *records, derived=None, **asked):
    """Return the subjects that a rule finds in a structure of *records*, on the day."""
    posts = [each.post for each in records if isinstance(each, Post)]
    words = {"post": tuple(Term(each) for each in sorted({*posts, *COMMITTEE}))}
    if derived:
        words["post"] += (Term("grid_head", derived=derived),)
    h = Hierarchy.from_records(records, as_of=DAY, vocabularies=words)
    setting = RuleSet.of({code: {"severity": "error", **asked}}).only(code)
    return [each.subject for each in check(h, rules=setting)]


# Staff of a grid


def staff(small):
    """Return the verdict on each grid: does anybody hold a post there, also by derivation?"""
    (derived,) = (t.derived for t in small.h.vocabularies["post"] if t.term == "grid_head")
    verdicts = {}
    is_covered = any(each.covers for each in small.of(Branch).values())
    for id in small.of(Grid):
        found = holders(small, id)
        elsewhere = False
        if derived and is_covered:
            over = {
                branch
                for branch, each in small.of(Branch).items()
                if any(link.unit == id and in_force(link) for link in each.covers)
            }
            found += holders(small, min(over), derived) if len(over) == 1 else []
            elsewhere = len(over) != 1 or derived == "secretary"
        if any(known(each) for each in found):
            verdicts[id] = "fine"
        else:
            verdicts[id] = "open" if found else "fine" if elsewhere else "fault"
    return verdicts


@given(small=small_sizes())
@settings(max_examples=many(150))
def test_grid_without_staff_finds_what_its_definition_says(small):
    """A grid has no staff where nobody is in office in any seat there, or by derivation."""
    if agrees(small, "GT304", staff(small)):
        assert any(each.at in small.of(Grid) for each in small.of(Post).values())


@given(small=small_sizes(), least=st.integers(0, 2), more=st.integers(0, 1))
@settings(max_examples=many(150))
def test_workers_a_grid_is_silent_where_nobody_is_in_office(small, least, more):
    """Workers are counted only in grids where somebody is in office, or may be."""
    verdicts = {
        id: verdict(*in_office(small, id, "grid_worker"), least, least + more)
        for id, told in staff(small).items()
        if told != "fault"
    }
    agrees(small, "GT302", verdicts, least=least, most=least + more)


SEAT = [
    Grid(id="N-1"),
    Grid(id="N-2"),
    Post(id="s-1", post="grid_worker", at="N-1"),
    Tenure(post="s-1", holder="p-1"),
]


@pytest.mark.parametrize(
    ("tenure", "is_fault"),
    [
        (None, True),
        ({"until": DAY}, False),
        ({"until": DAY.replace(day=29)}, True),
        ({"since": DAY}, False),
        ({"since": DAY.replace(month=7, day=1)}, True),
    ],
)
def test_staff_is_who_is_in_office_on_the_day(tenure, is_fault):
    """A tenure that is over or not yet begun staffs no grid; its first and last day count."""
    seat = Post(id="s-2", post="grid_head", at="N-2")
    held = [] if tenure is None else [Tenure(post="s-2", holder="p-2", **tenure)]

    assert subjects("GT304", *SEAT, seat, *held) == ["N-2"] * is_fault


def test_the_seats_of_a_grid_without_staff_are_named():
    """A finding about a grid without staff is related to the seats that are there."""
    h = Hierarchy.from_records([*SEAT, Post(id="s-2", post="grid_head", at="N-2")])
    (found,) = check(h, rules=only("GT304"))

    assert (found.subject, found.related) == ("N-2", ("s-2",))


def test_a_special_purpose_grid_needs_staff_too():
    """A grid without households is judged by its staff like any other."""
    assert subjects("GT304", *SEAT, Grid(id="N-3", kind="special_grid")) == ["N-2", "N-3"]


BRANCH = [
    Branch(id="B-1", covers=["N-2"]),
    Post(id="s-2", post="secretary", at="B-1"),
    Tenure(post="s-2", holder="p-2"),
    Post(id="s-3", post="deputy_secretary", at="B-1"),
]


@pytest.mark.parametrize(
    ("derived", "expected"),
    [(None, ["N-2"]), ("secretary", []), ("deputy_secretary", ["N-2"])],
)
def test_a_derived_head_staffs_a_grid(derived, expected):
    """Where the head derives from the covering branch, its holder is in office at the grid."""
    assert subjects("GT304", *SEAT, *BRANCH, derived=derived) == expected


DERIVED_HEAD = (Term("grid_head", derived="secretary"),)


def test_a_grid_lacks_nobody_where_its_branch_lacks_the_secretary():
    """Where heads derive from secretaries, a vacant secretary is the one fault."""
    h = Hierarchy.from_records(
        [
            *SEAT,
            Branch(id="B-1", covers=["N-1", "N-2"]),
            Post(id="s-2", post="secretary", at="B-1"),
        ],
        vocabularies={"post": tuple(map(Term, ("grid_worker", "secretary"))) + DERIVED_HEAD},
    )

    assert [f"{each.code} {each.subject}" for each in check(h)] == ["GT401 B-1"]


def test_workers_are_not_checked_where_no_grid_has_a_post():
    """Where posts are those of branches only, nothing is said of the workers of grids."""
    h = Hierarchy.from_records([Grid(id="N-1"), *BRANCH[1:3], Branch(id="B-1")])

    assert check(h, rules=only("GT302")).not_checked == (("GT302", "no posts at any grid"),)


# Spans


@given(small=small_sizes(), least=st.integers(0, 2), more=st.integers(0, 2))
@settings(max_examples=many(100))
def test_span_of_a_community_finds_what_its_definition_says(small, least, more):
    """The span of a community is the number of branches that name it as their parent."""
    verdicts = {}
    for id in small.of(Community):
        number = sum(each.parent == id for each in small.of(Branch).values())
        verdicts[id] = verdict(number, number, least, least + more)
    if agrees(small, "GT311", verdicts, least=least, most=least + more):
        assert has(small, Branch, "parent")


@given(
    small=small_sizes(),
    least=st.integers(0, 2),
    more=st.integers(0, 2),
    count=st.sampled_from(["groups", "grids"]),
)
@settings(max_examples=many(150))
def test_span_of_a_branch_finds_what_its_definition_says(small, least, more, count):
    """The span of a branch is its groups, or the grids that it covers today, where it has any."""
    verdicts = {}
    for id in small.of(Branch):
        if count == "groups":
            sure = most = sum(each.parent == id for each in small.of(Group).values())
        else:
            sure, most = covers(small, id, "N")
        verdicts[id] = verdict(sure, most, least, least + more)
        if count == "grids" and sure == 0:
            verdicts[id] = "open" if most else "fine"
    given = {
        "groups": has(small, Group, "parent"),
        "grids": any(
            link.unit[0] == "N" for each in small.of(Branch).values() for link in each.covers
        ),
    }
    if not given[count]:
        verdicts = {}
    agrees(small, "GT312", verdicts, least=least, most=least + more, count=count)


def test_a_span_names_the_level_as_the_place_calls_it():
    """Levels with other names stand in the messages of spans under these names."""
    levels = [Level("kelurahan", "community"), Level("rw", "branch"), Level("rt", "group")]
    records = [Community(id="C"), Branch(id="B-1", parent="C"), Branch(id="B-2", parent="C")]
    h = Hierarchy.from_records([*records, Group(id="G", parent="B-1")], levels=levels)
    asked = RuleSet.of({"GT311": {"most": 1}, "GT312": {}}).only("GT311", "GT312")

    assert [each.message for each in check(h, rules=asked)] == [
        "has 2 below it at the level rw, where 1 to 1 are asked for",
        "answers for 0 at the level rt, where 1 to 10 are asked for",
    ]


def test_groups_that_nobody_gave_are_one_line():
    """Where groups are counted and nobody gave any, the span of a branch is not checked."""
    h = Hierarchy.from_records([Grid(id="N-1"), Branch(id="B-1", covers=["N-1"])])
    report = check(h, rules=only("GT312"))

    assert len(report) == 0
    assert report.not_checked == (("GT312", "no 'parent' of groups"),)


# Members


def full_members(small, branch):
    """Return the full members of a branch, at least and at most."""
    own = known(small.of(Branch)[branch].members)
    if own is not None:
        return own, own
    groups = [each.members for each in small.of(Group).values() if each.parent == branch]
    told = [each for each in groups if known(each) is not None]
    return sum(told), sum(told) if groups and len(told) == len(groups) else ANY


def with_probation(unit, full):
    if unit.probationary == UNKNOWN:
        return full[0], ANY
    return full[0] + (unit.probationary or 0), full[1] + (unit.probationary or 0)


@given(small=small_sizes(), least=st.integers(0, 4), more=st.integers(0, 4))
@settings(max_examples=many(150))
def test_branch_size_finds_what_its_definition_says(small, least, more):
    """A branch has full members enough, and with those on probation not too many."""
    most = least + more
    verdicts = {}
    for id, branch in small.of(Branch).items():
        full = full_members(small, id)
        all_ = with_probation(branch, full)
        if branch.kind == "general_branch":
            continue
        if full[1] < least or all_[0] > most:
            verdicts[id] = "fault"
        else:
            verdicts[id] = "fine" if full[0] >= least and all_[1] <= most else "open"
    agrees(small, "GT307", verdicts, least=least, most=most)


@pytest.mark.parametrize(
    ("members", "probationary", "expected"),
    [
        (2, None, "has full members: 2, where 3 to 50 are asked for"),
        (2, 1, "has full members: 2, where 3 to 50 are asked for"),
        (3, None, None),
        (50, None, None),
        (50, 1, "has members: 51, where 3 to 50 are asked for"),
        (0, None, "has full members: 0, where 3 to 50 are asked for"),
    ],
)
def test_the_bounds_of_a_branch_are_allowed(members, probationary, expected):
    """3 full members are enough, 50 with those on probation not too many."""
    branch = Branch(id="B-1", members=members, probationary=probationary)
    report = check(Hierarchy.from_records([branch]), rules=only("GT307"))

    assert [each.message for each in report] == [expected][: expected is not None]


@pytest.mark.parametrize(
    ("of_groups", "own", "told"),
    [
        ([1, 1], None, "fault"),
        ([1, 1], 3, "fine"),
        ([1, UNKNOWN], None, "open"),
        ([1, None], None, "open"),
        ([2, 1], None, "fine"),
        ([51, None], None, "fault"),
        ([], UNKNOWN, "open"),
        ([], None, "open"),
    ],
)
def test_a_branch_has_the_members_of_its_groups_where_all_of_them_tell(of_groups, own, told):
    """Groups speak for a branch that says nothing; a silent one leaves open how many more."""
    groups = [Group(id=f"G-{at}", parent="B", members=n) for at, n in enumerate(of_groups)]
    h = Hierarchy.from_records([Branch(id="B", members=own), Branch(id="A", members=5), *groups])
    report = check(h, rules=only("GT307"))

    assert [each.subject for each in report] == ["B"] * (told == "fault")
    assert report.checked[0].unknown == (told == "open")


@given(
    small=small_sizes(),
    members=st.integers(0, 4),
    seats=st.integers(0, 4),
    posts=st.sampled_from([COMMITTEE, COMMITTEE[1:], ("secretary",)]),
)
@settings(max_examples=many(150))
def test_branch_without_committee_finds_what_its_definition_says(small, members, seats, posts):
    """A branch of so many members has so many persons in its committee; each counts once."""
    verdicts = {}
    for id in small.of(Branch):
        full, persons = full_members(small, id), in_office(small, id, *posts)
        is_vacant = "secretary" in posts and not holders(small, id, "secretary")
        fewest, most = (each + is_vacant for each in persons)
        if most < seats and full[0] >= members:
            verdicts[id] = "fault"
        else:
            verdicts[id] = "fine" if fewest >= seats or full[1] < members else "open"
    agrees(small, "GT308", verdicts, members=members, seats=seats, posts=list(posts))


def test_a_missing_secretary_is_not_told_twice():
    """A committee that lacks nobody but the secretary is no finding beside that of GT401."""
    seats = [Post(id=f"s-{at}", post="committee_member", at="B-1", number=at) for at in (1, 2)]
    held = [Tenure(post=f"s-{at}", holder=f"p-{at}") for at in (1, 2)]
    branch = Branch(id="B-1", members=7)

    assert subjects("GT308", branch, *seats, *held) == []
    assert subjects("GT401", branch, *seats, *held) == ["B-1"]
    assert subjects("GT308", branch, *seats, held[0]) == ["B-1"]
    assert subjects("GT308", Branch(id="B-1", members=6), *seats, held[0]) == []


def test_one_person_in_two_posts_is_one_of_a_committee():
    """Who holds two posts of a committee is counted once in it."""
    seats = [Post(id=f"s-{post}", post=post, at="B-1") for post in COMMITTEE]
    held = [Tenure(post=each.id, holder="p-1") for each in seats]

    assert subjects("GT308", Branch(id="B-1", members=7), *seats, *held, seats=2) == ["B-1"]
    assert subjects("GT308", Branch(id="B-1", members=7), *seats, *held, seats=1) == []


@given(small=small_sizes(), least=st.integers(0, 8))
@settings(max_examples=many(100))
def test_group_size_finds_what_its_definition_says(small, least):
    """A group is too small where its members and those on probation are too few."""
    verdicts = {}
    for id, group in small.of(Group).items():
        own = known(group.members)
        all_ = with_probation(group, (0, ANY) if own is None else (own, own))
        verdicts[id] = verdict(*all_, least, ANY)
    agrees(small, "GT309", verdicts, least=least)


@pytest.mark.parametrize(
    ("members", "probationary", "told"),
    [(2, None, "fault"), (2, 1, "fine"), (2, UNKNOWN, "open"), (UNKNOWN, 3, "fine"),
     (3, UNKNOWN, "fine"), (None, 2, "open"), (0, 0, "fault")],
)  # fmt: skip
def test_members_on_probation_count_in_a_group(members, probationary, told):
    """A group of two full members and one on probation is not too small."""
    other = Group(id="G-2", members=3, probationary=0)
    group = Group(id="G-1", members=members, probationary=probationary)
    report = check(Hierarchy.from_records([group, other]), rules=only("GT309"))

    assert [each.subject for each in report] == ["G-1"] * (told == "fault")
    assert report.checked[0].unknown == (told == "open")


@given(
    small=small_sizes(),
    most=st.integers(0, 3),
    kind=st.sampled_from(["joint_branch", "general_branch", "compound_branch"]),
)
@settings(max_examples=many(150))
def test_joint_branch_too_wide_finds_what_its_definition_says(small, most, kind):
    """A joint branch covers at most so many different units today, of whatever table."""
    verdicts = {}
    for id, branch in small.of(Branch).items():
        sure, maybe = covers(small, id, "NT")
        told = verdict(sure, maybe, 0, most)
        if branch.kind == UNKNOWN:
            verdicts[id] = "fine" if told == "fine" else "open"
        elif branch.kind == kind:
            verdicts[id] = told
    agrees(small, "GT310", verdicts, most=most, kind=kind)


def test_a_unit_that_a_joint_branch_no_longer_covers_is_not_counted():
    """Only cover that is in force counts, and each unit once."""
    grids = [Grid(id=f"N-{at}") for at in range(6)]
    over = [Link("N-0", until=DAY.replace(day=29)), "N-1", "N-1"]
    named = [f"N-{at}" for at in range(2, 6)]
    branch = Branch(id="B-1", kind="joint_branch", covers=[*over, *named])

    assert subjects("GT310", *grids, branch) == []
    assert subjects("GT310", *grids, branch, most=4) == ["B-1"]


# Households of a group and of a community


def community_of(small, unit):
    """Return the community of a unit: along the chain, else by the ground that it lies on."""
    if isinstance(unit, Household):
        group = small.of(Group).get(unit.parent)
        along = community_of(small, group) if group else None
        building = small.of(Building).get(unit.building)
        grid = known(unit.grid) or (known(building.grid) if building else None)
        compound = known(building.compound) if building else None
    elif isinstance(unit, Group):
        branch = small.of(Branch).get(unit.parent)
        return known(branch.parent) if branch else None
    elif isinstance(unit, Building):
        along, grid, compound = None, known(unit.grid), known(unit.compound)
    else:
        return known(unit.community)
    by_grid = known(small.of(Grid)[grid].community) if grid else None
    by_compound = known(small.of(Compound)[compound].community) if compound else None
    return along or by_grid or by_compound


def chained(small):
    return all(leads(small, kind, "parent") for kind in (Household, Group, Branch))


def on_ground(small):
    ways = [leads(small, Household, "grid") and leads(small, Grid, "community")]
    if leads(small, Household, "building"):
        ways += [
            leads(small, Building, "grid") and leads(small, Grid, "community"),
            leads(small, Building, "compound") and leads(small, Compound, "community"),
        ]
    return any(ways)


def households_of(small, table, count):
    """Return for each unit of *table* what is counted, at least and at most.

    How many households or residents rows and numbers add up to is what roll_up says.
    """
    kind, parts = {
        "group": (Group, (Group,)),
        "community": (Community, (Group, Grid, Compound, Building)),
    }[table]
    place = (lambda each: each.id) if table == "group" else (lambda each: community_of(small, each))
    of = (lambda each: known(each.parent)) if table == "group" else place
    do_rows_count = (
        leads(small, Household, "parent")
        if table == "group"
        else chained(small) or on_ground(small)
    )
    sums = small.h.roll_up("residents" if count == "residents" else "households", by=table)
    answer = {}
    for id in small.of(kind):
        rows = [each for each in small.of(Household).values() if of(each) == id]
        column = "residents" if count == "residents" else "households"
        is_said = any(
            known(getattr(each, column)) is not None and place(each) == id
            for part in parts
            for each in small.of(part).values()
            if hasattr(each, column)
        )
        number = sums[id]
        is_open = number == 0 and not is_said
        if count == "residents" and do_rows_count and has(small, Household, "residents"):
            is_open = any(known(each.residents) is None for each in rows)
        elif do_rows_count and count != "residents":
            is_open = False
        least, most = number, ANY if is_open else number
        if count == "occupied":
            least = 0
            if rows and do_rows_count and has(small, Household, "occupancy"):
                unsaid = sum(each.occupancy in (None, UNKNOWN, "unknown") for each in rows)
                empty = sum(each.occupancy == "empty" for each in rows)
                least, most = len(rows) - unsaid - empty, len(rows) - empty
        answer[id] = (least, most)
    return answer


@pytest.mark.parametrize(("code", "table"), [("GT305", "group"), ("GT306", "community")])
@given(
    small=small_sizes(),
    least=st.integers(0, 5),
    more=st.integers(0, 5),
    count=st.sampled_from(["households", "residents", "occupied"]),
)
@settings(max_examples=many(150))
def test_households_a_unit_finds_what_its_definition_says(code, table, small, least, more, count):
    """A unit is out of size where its number is, whatever is not known of its households."""
    verdicts = {
        id: verdict(*number, least, least + more)
        for id, number in households_of(small, table, count).items()
    }
    agrees(small, code, verdicts, least=least, most=least + more, count=count)


@pytest.mark.parametrize(("number", "is_fault"), [(9, True), (10, False), (50, False), (51, True)])
def test_the_bounds_of_a_group_are_allowed(number, is_fault):
    """10 and 50 households fit a group, whether they come as a number or as rows."""
    rows = [Household(id=f"H-{at}", parent="G-1") for at in range(number)]

    assert subjects("GT305", Group(id="G-1", households=number)) == ["G-1"] * is_fault
    assert subjects("GT305", Group(id="G-1"), *rows) == ["G-1"] * is_fault


@pytest.mark.parametrize(
    ("number", "is_fault"), [(999, True), (1000, False), (3000, False), (3001, True)]
)
def test_the_bounds_of_a_community_are_allowed(number, is_fault):
    """1000 and 3000 households fit a community, wherever in it the numbers stand."""
    grids = [Grid(id="N-1", community="C-1", households=400)]
    grids.append(Grid(id="N-2", community="C-1", households=number - 400))
    group = Group(id="G-1", parent="B-1", households=number)

    assert subjects("GT306", Community(id="C-1"), *grids) == ["C-1"] * is_fault
    assert (
        subjects("GT306", Community(id="C-1"), Branch(id="B-1", parent="C-1"), group)
        == ["C-1"] * is_fault
    )


def test_households_that_lead_to_no_group_say_nothing_of_groups():
    """Where households name grids only, no group is found to be empty."""
    records = [Grid(id="N-1"), Group(id="G-1"), Household(id="H-1", grid="N-1")]
    h = Hierarchy.from_records([*records, Group(id="G-2", households=51)])
    report = check(h, rules=only("GT305"))

    assert [each.subject for each in report] == ["G-2"]
    assert report.checked[0].unknown == 1


@pytest.mark.parametrize(
    ("households", "told"), [(9, "fault"), (10, "open"), (60, "open"), (None, "fault")]
)
def test_a_number_does_not_say_how_many_are_occupied(households, told):
    """Of households that come as a number, any may be empty; all of too few are too few."""
    rows = [Household(id=f"H-{at}", parent="G-2", occupancy="owner") for at in range(10)]
    groups = [Group(id="G-1", households=households), Group(id="G-2")]
    h = Hierarchy.from_records([*rows, *groups], vocabularies={"occupancy": (Term("owner"),)})
    report = check(h, rules=RuleSet.of({"GT305": {"count": "occupied"}}).only("GT305"))

    assert [each.subject for each in report] == ["G-1"] * (told == "fault")
    assert report.checked[0].unknown == (told == "open")
