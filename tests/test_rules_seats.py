"""Rules about seats, persons, branches and bodies against their plain definitions."""

from __future__ import annotations

import datetime as dt
import itertools
import textwrap

import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from small_seats import POSTS, small_seats
from small_structures import UNKNOWN

from govtree import (
    Body,
    BodyGroup,
    Branch,
    Duty,
    Grid,
    Membership,
    Person,
    Post,
    Relation,
    Tenure,
)
from govtree.config import load_text
from govtree.coverage import check
from govtree.display.text import report_text
from govtree.findings import Report
from govtree.rules import SHIPPED, RuleSet, Waiver, find
from govtree.rules._branches import functioning, undecided

MISSING = (None, UNKNOWN)


def known(id):
    return id if id not in MISSING else None


def in_force(small, each):
    day = small.h.as_of
    if day is None:
        return each.until is None
    return (each.since is None or each.since <= day) and (each.until is None or each.until >= day)


def is_over(small, until):
    return until is not None and (small.h.as_of is None or until < small.h.as_of)


def tenures(small, seat):
    return [each for each in small.of(Tenure).values() if each.post == seat]


def held(small, seat):
    """Return True, False, or None where it is not known, as the rule about secretaries does."""
    now = [each.holder for each in tenures(small, seat) if in_force(small, each)]
    if any(known(holder) for holder in now):
        return True
    if now:
        return None
    if not small.of(Tenure):
        return False if small.of(Post)[seat].vacant else None
    return False


def is_told_of_grid(small, place):
    """Return whether a place is a grid where nobody is in office; a post derived from that of
    secretaries, as one is here, leaves that to the branches where any covers anything.
    """
    if place not in small.of(Grid) or not small.of(Tenure):
        return False
    if any(branch.covers for branch in small.of(Branch).values()):
        return False
    seats = [id for id, each in small.of(Post).items() if each.at == place]
    return not any(in_force(small, each) for seat in seats for each in tenures(small, seat))


def empty(small, besides):
    """Yield each judged seat with True where nobody holds it and None where that is not known."""
    derived = {term.term for term in POSTS if term.derived}
    for id, seat in small.of(Post).items():
        if held(small, id) or seat.post in derived:
            continue
        same = [
            other
            for other, each in small.of(Post).items()
            if (each.post, each.at) == (seat.post, seat.at)
        ]
        if is_told_of_grid(small, seat.at):
            continue
        is_asked = seat.post in besides and seat.at in small.of(Branch)
        if is_asked and all(held(small, other) is False for other in same):
            continue
        # Not vacant, as somebody says, though nobody says who holds it.
        yield id, None if held(small, id) is None or seat.vacant is False else True


def last_end(small, seat):
    ends = [each.until for each in tenures(small, seat) if is_over(small, each.until)]
    return max(ends, default=None)


def vacant(small, besides):
    judged = {id: said for id, said in empty(small, besides) if last_end(small, id) is None}
    return {id: () for id, said in judged.items() if said}, {
        id for id, said in judged.items() if said is None
    }


def expired(small, besides):
    ends = {id: (said, last_end(small, id)) for id, said in empty(small, besides)}
    return {id: (str(end),) for id, (said, end) in ends.items() if said and end}, {
        id for id, (said, end) in ends.items() if said is None and end
    }


def span(each):
    return each.since or dt.date.min, each.until or dt.date.max


def days_of(each):
    first, last = span(each)
    return range(first.toordinal(), last.toordinal() + 1)


def overlapping(small):
    found = {}
    for seat in small.of(Post):
        firsts = [
            max(one.since or dt.date.min, other.since or dt.date.min)
            for one, other in itertools.combinations(tenures(small, seat), 2)
            if days_of(one)
            and days_of(other)
            and max(span(one)[0], span(other)[0]) <= min(span(one)[1], span(other)[1])
        ]
        if firsts:
            day = min(firsts)
            found[seat] = ("?" if day == dt.date.min else str(day),)
    return found, set()


def gaps(small):
    found = {}
    for seat in small.of(Post):
        times = sorted(
            span(each)
            for each in tenures(small, seat)
            if days_of(each) and (in_force(small, each) or is_over(small, each.until))
        )
        day, empty_days = None, []
        for first, last in times:
            if day is not None and day.toordinal() + 1 < first.toordinal():
                one = dt.timedelta(days=1)
                empty_days.append((day + one, first - one))
            day = last if day is None else max(day, last)
        if empty_days:
            number = sum((end - begin).days + 1 for begin, end in empty_days)
            texts = ", ".join(f"{begin}/{end}" for begin, end in empty_days)
            found[seat] = (texts, number)
    return found, set()


def homeless(small, source):
    found, unknown = {}, set()
    for seat in small.of(Post):
        for each in tenures(small, seat):
            if in_force(small, each):
                who = known(each.holder)
                home = small.of(Person)[who].home if who else UNKNOWN
                if each.appointment_source == source and home is None:
                    found[seat] = (source,)
                elif each.appointment_source in (source, UNKNOWN) and not known(home):
                    unknown.add(seat)
    return found, unknown - set(found)


def state_of(small, branch, duty, premises, members):
    """Return what a branch lacks and what of it is not known, by part."""
    lacks, unsaid = set(), set()

    def part(name, answers):
        if True not in answers:
            (unsaid if None in answers else lacks).add(name)

    if small.of(Post):
        seats = [
            id
            for id, each in small.of(Post).items()
            if (each.post, each.at) == ("secretary", branch)
        ]
        part("secretary", [held(small, seat) for seat in seats])
    rows = [each for each in small.of(Duty).values() if each.unit in small.of(Branch)]
    for word in (duty, premises):
        if any(each.duty == word for each in rows):
            mine = [each for each in rows if each.unit == branch]
            answers = [each.kept for each in mine if each.duty == word]
            answers += [None for each in mine if each.duty == UNKNOWN and each.kept is not False]
            part(word, answers)
    if any(each.members is not None for each in small.of(Branch).values()):
        number = small.of(Branch)[branch].members
        part("members", [number >= members if number is not None else None or members == 0 or None])
    return lacks, unsaid


def paper_branches(small, duty, premises, members):
    if not small.of(Duty):
        return {}, set()
    found, unknown = {}, set()
    for id in small.of(Branch):
        lacks, unsaid = state_of(small, id, duty, premises, members)
        if lacks & {duty, premises}:
            found[id] = (", ".join(sorted(lacks)),)
        elif unsaid & {duty, premises} or (unsaid and not lacks):
            unknown.add(id)
    return found, unknown


def pair_fits(small, one, other, pairs, hopeful):
    if tuple(sorted((one.post, other.post))) not in pairs or UNKNOWN in (one.post, other.post):
        return False
    if {one.post, other.post} == {"grid_head", "secretary"}:
        return False  # the head of a covered grid is part of the secretary's post
    for each in (one, other):
        body = small.of(Body).get(each.at)
        kind = body.kind if body else UNKNOWN if each.at == UNKNOWN else None
        fine = ("owners_committee", UNKNOWN) if hopeful else ("owners_committee",)
        if each.post == "chair" and kind not in fine:
            return False
    return True


def belongs_to_secretary(small, head, seats, hopeful):
    if head.post != "grid_head" or not (head.at in small.of(Grid) or head.at == UNKNOWN):
        return False
    words = ("secretary", UNKNOWN) if hopeful else ("secretary",)
    for each in seats:
        if each.post not in words or not (each.at in small.of(Branch) or each.at == UNKNOWN):
            continue
        if UNKNOWN in (each.at, head.at):
            if hopeful:
                return True
            continue
        covers = small.of(Branch)[each.at].covers
        if any(link.unit == head.at and in_force(small, link) for link in covers):
            return True
    return False


def in_conflict(small, seats, pairs, hopeful):
    """Return the seats of a person that do not go together with another one."""
    if ("grid_head", "secretary") in pairs:
        seats = [each for each in seats if not belongs_to_secretary(small, each, seats, hopeful)]
    if hopeful:
        seats = [each for each in seats if each.post != UNKNOWN]
    return {
        each.id
        for one, other in itertools.combinations(seats, 2)
        if not pair_fits(small, one, other, pairs, hopeful)
        for each in (one, other)
    }


def concurrent(small, allowed):
    pairs = {tuple(sorted(each.split("+"))) for each in allowed}
    found, unknown = {}, set()
    for id in small.of(Person):
        seats = [
            seat
            for name, seat in small.of(Post).items()
            if any(each.holder == id and in_force(small, each) for each in tenures(small, name))
        ]
        related = in_conflict(small, seats, pairs, hopeful=True)
        if related:
            found[id] = tuple(sorted(related))
        elif in_conflict(small, seats, pairs, hopeful=False):
            unknown.add(id)
    return found, unknown


def members_today(small, body):
    rows = small.of(Membership).values()
    return [each for each in rows if each.body == body and in_force(small, each)]


def is_kind(small, id, word):
    kind = small.of(Body)[id].kind
    return None if kind == UNKNOWN else kind == word


def chairs(small, kind, role):
    found, unknown = {}, set()
    for id in small.of(Body):
        roles = [each.role for each in members_today(small, id)]
        sure, maybe = roles.count(role), roles.count(UNKNOWN)
        faults = {number != 1 for number in range(sure, sure + maybe + 1)}
        if is_kind(small, id, kind) and faults == {True}:
            found[id] = (sure, role)
        elif is_kind(small, id, kind) is not False and True in faults:
            unknown.add(id)
    return found, unknown


def departments(small, kind, department):
    found, unknown = {}, set()
    asked = {id for id in small.of(Body) if is_kind(small, id, department)}
    perhaps = {id for id in small.of(Body) if is_kind(small, id, department) is not False}
    for id in small.of(Body):
        names = [each.member for each in members_today(small, id)]
        hidden = names.count(UNKNOWN)
        missing = sorted(asked - set(names))
        double = sorted(each for each in asked if names.count(each) > 1)
        if is_kind(small, id, kind) and (double or len(missing) > hidden):
            found[id] = (department, ", ".join(double) or "-", ", ".join(missing) or "-")
        elif is_kind(small, id, kind) is not False and (
            hidden or perhaps - set(names) or any(names.count(each) > 1 for each in perhaps)
        ):
            unknown.add(id)
    return found, unknown


def by_member(small, body):
    """Return the memberships of a body today, by the member that they name."""
    found = {}
    for at, each in enumerate(members_today(small, body)):
        # The node that somebody sits there for goes before the person.
        who = each.member or each.person
        if who:
            key = (who, at) if who == UNKNOWN else (who, bool(each.member))
            found.setdefault(key, []).append(each)
    return found


def groups_of(small, body):
    return {each.group for each in small.of(BodyGroup).values() if each.body == body}


def without_group(small, exempt):
    found, unknown = {}, set()
    for id in small.of(Body):
        groups, number, doubts = groups_of(small, id), 0, 0
        for rows in by_member(small, id).values() if groups else ():
            roles = {each.role for each in rows}
            named = {each.group for each in rows} - {None}
            strange = bool(named - groups - {UNKNOWN})
            faulty = strange or not named
            if roles & set(exempt):
                continue
            may_be_free = bool(exempt) and UNKNOWN in roles
            number += faulty and not may_be_free
            doubts += (faulty and may_be_free) or (not faulty and UNKNOWN in named)
        if number:
            found[id] = (number,)
        elif doubts:
            unknown.add(id)
    return found, unknown


def in_two_groups(small):
    found, unknown = {}, set()
    for id in small.of(Body):
        groups, number, doubts = groups_of(small, id), 0, 0
        for rows in by_member(small, id).values() if groups else ():
            named = {each.group for each in rows} & groups
            hidden = sum(each.group == UNKNOWN for each in rows)
            number += len(named) > 1
            doubts += len(named) <= 1 < len(named) + hidden
        if number:
            found[id] = (number,)
        elif doubts:
            unknown.add(id)
    return found, unknown


def past_end(small):
    found = {}
    for id, body in small.of(Body).items():
        served = [
            each
            for each in small.of(Relation).values()
            if each.source == id and in_force(small, each)
        ]
        seats = [
            seat
            for seat, each in small.of(Post).items()
            if each.at == id and any(in_force(small, row) for row in tenures(small, seat))
        ]
        counts = (len(seats), len(members_today(small, id)), len(served))
        if is_over(small, body.until) and any(counts):
            found[id] = (*counts, str(body.until))
    return found, set()


def judged(small, slug, **asked):
    """Return the values of each finding by subject, and which subjects cannot be judged."""
    each = find(SHIPPED, slug)
    rules = RuleSet.of({slug: {"severity": "error", **asked}}).only(slug)
    report = check(small.h, rules=rules)
    if not report.checked:
        return None
    hits = each(
        small.h, **{name: each.parameter(name).read(value) for name, value in asked.items()}
    )
    ids = small.h.ids(each.subject)
    unknown = (
        set()
        if hits.unknown is None
        else {id for id, said in zip(ids, hits.unknown.tolist(), strict=True) if said}
    )
    return {found.subject: found for found in report}, unknown


def compared(small, slug, twin, *, names=None, **asked):
    """Hold a rule to its definition; what it does not check its definition has no fault in."""
    answer = judged(small, slug, **asked)
    found, unknown = twin(small, **asked)
    if answer is None:
        return
    told = {
        id: tuple(value for name, value in each.values if names is None or name in names)
        for id, each in answer[0].items()
    }
    assert told == found, slug
    assert answer[1] == unknown, slug


WORDS = st.sampled_from([(), ("secretary",), ("grid_worker", "secretary")])


@given(small=small_seats() | small_seats("tenures"), besides=WORDS)
@settings(max_examples=many(100))
def test_seats_find_what_their_definitions_say(small, besides):
    """A seat is vacant, expired, held twice or with a gap where its tenures say so day by day."""
    compared(small, "vacant-post", vacant, besides=besides)
    compared(small, "tenure-expired", expired, besides=besides)
    compared(small, "tenures-overlap", overlapping, names=("day",))
    compared(small, "gap-between-holders", gaps)
    for source in ("dispatched", "elected"):
        if any(each.home is not None for each in small.of(Person).values()):
            compared(small, "dispatched-without-home", homeless, source=source)


@given(
    small=small_seats(),
    duty=st.sampled_from(["monthly_meeting", "dossier"]),
    members=st.sampled_from([0, 3, 5]),
)
@settings(max_examples=many(100))
def test_branches_function_as_their_definition_says(small, duty, members):
    """A branch lacks what is known to be lacking; what nobody gave is not held against it."""
    asked = {"duty": duty, "premises": "premises", "members": members}
    compared(small, "branch-not-functioning", paper_branches, **asked)
    states = [state_of(small, id, **asked) for id in sorted(small.of(Branch))]
    assert functioning(small.h, **asked).tolist() == [not (a or b) for a, b in states]
    assert undecided(small.h, **asked).tolist() == [bool(b) and not a for a, b in states]


@given(
    small=small_seats("persons"),
    allowed=st.sampled_from(
        [
            ("chair+secretary", "grid_head+secretary"),
            ("secretary+chair", "grid_worker+grid_worker"),
            ("grid_head+grid_head", "grid_head+secretary", "grid_head+grid_worker"),
            (),
        ]
    ),
)
@settings(max_examples=many(150))
def test_concurrent_posts_finds_what_its_definition_says(small, allowed):
    """A person's seats conflict where some pair of them is not allowed."""
    answer = judged(small, "concurrent-posts", allowed=list(allowed))
    if answer is not None:
        found, unknown = concurrent(small, allowed)
        assert {id: each.related for id, each in answer[0].items()} == found
        assert answer[1] == unknown
        pairs = {tuple(sorted(each.split("+"))) for each in allowed}
        for each in answer[0].values():
            words = {small.of(Post)[seat].post for seat in each.related}
            values = dict(each.values)
            assert {values["post"], values["other"]} <= words
            assert values["post"] <= values["other"]
            if "chair" not in words and "grid_head" not in words:
                assert (values["post"], values["other"]) not in pairs


@given(
    small=small_seats() | small_seats("bodies"),
    kind=st.sampled_from(["steering_body", "owners_committee"]),
    role=st.sampled_from(["chair", "member"]),
    exempt=st.sampled_from([(), ("chair", "deputy_chair")]),
)
@settings(max_examples=many(150))
def test_bodies_find_what_their_definitions_say(small, kind, role, exempt):
    """Chairs, departments and groups of a body are counted one membership after another."""
    compared(small, "leading-group-chair", chairs, kind=kind, role=role)
    compared(small, "leading-group-departments", departments, kind=kind, department="department")
    compared(small, "member-in-no-group", without_group, exempt=exempt)
    compared(small, "member-in-two-groups", in_two_groups)
    compared(small, "body-past-its-end", past_end)


def codes_of(structure, *slugs):
    """Return code and subject of each finding, of these rules or else of those that are on."""
    h = load_text(textwrap.dedent(structure)).hierarchy
    chosen = [find(SHIPPED, slug) for slug in slugs] or None
    return [(each.code, each.subject) for each in check(h, rules=chosen)]


@pytest.mark.parametrize(
    ("post", "at", "more", "expected"),
    [
        ("secretary", "B-1", "vacant: true", [("GT401", "B-1")]),
        ("secretary", "B-1", "holder: p-1, until: 2025-05-31", [("GT401", "B-1")]),
        ("grid_worker", "N-1", "vacant: true", [("GT304", "N-1")]),
        ("grid_worker", "N-2", "vacant: true", [("GT403", "N-2/grid_worker")]),
        ("grid_worker", "N-2", "holder: p-1, since: 2025-07-01", [("GT403", "N-2/grid_worker")]),
        ("grid_worker", "N-2", "holder: p-1, until: 2025-06-29", [("GT404", "N-2/grid_worker")]),
        ("grid_worker", "N-1", "holder: p-1, until: 2025-06-30", []),
        ("grid_worker", "N-1", "holder: '?'", []),
        ("grid_worker", "N-2", "vacant: false", []),
    ],
)
def test_an_empty_seat_is_told_once(post, at, more, expected):
    """A missing secretary is told of the branch, an empty grid of that, all else of the seat."""
    others = {
        "B-1": "- {post: grid_head, at: N-1, holder: p-3}",
        "N-1": "- {post: secretary, at: B-1, holder: p-2}",
        "N-2": "- {post: secretary, at: B-1, holder: p-2}\n"
        "  - {post: grid_head, at: N-1, holder: p-3}\n"
        "  - {post: grid_head, at: N-2, holder: p-4}",
    }[at]
    structure = f"""\
profile: bare
as_of: 2025-06-30
branches: [{{id: B-0}}, {{id: B-1}}]
grids: [{{id: N-1}}{", {id: N-2}" if at == "N-2" else ""}]
posts:
  - {{post: secretary, at: B-0, holder: p-0}}
  - {{post: {post}, at: {at}, {more}}}
  {others}
"""

    assert codes_of(structure) == expected


def test_a_derived_seat_is_not_vacant():
    """Where the head of a grid follows from the secretary, nobody has to be named for the seat."""
    structure = """\
        profile: luozhuang
        grids: [{id: N-1}]
        branches: [{id: B-1, covers: [N-1]}]
        posts:
          - {post: secretary, at: B-1, holder: p-1}
          - {post: grid_head, at: N-1, vacant: true}
        """

    assert codes_of(structure, "vacant-post", "tenure-expired") == []


def test_a_tenure_that_ends_before_it_begins_holds_no_day():
    """Two tenures overlap and leave a gap by the days they hold; one that holds none is passed."""
    structure = """\
        as_of: 2025-06-30
        branches: [{id: B-1}]
        posts:
          - {post: secretary, at: B-1, holder: p-1, since: 2020-01-01, until: 2023-12-31}
          - {post: secretary, at: B-1, holder: p-2, since: 2024-01-01}
          - {post: secretary, at: B-1, holder: p-3, since: 2024-05-01, until: 2024-04-01}
        """

    assert codes_of(structure, "tenures-overlap", "gap-between-holders") == []


def test_a_gap_that_somebody_else_bridges_is_none():
    """A day on which any holder is in office is no gap, however the tenures nest."""
    structure = """\
        as_of: 2025-06-30
        branches: [{id: B-1}]
        posts:
          - {post: secretary, at: B-1, holder: p-1, since: 2020-01-01, until: 2023-12-31}
          - {post: secretary, at: B-1, holder: p-2, since: 2020-05-01, until: 2020-06-30}
          - {post: secretary, at: B-1, holder: p-3, since: 2023-12-31}
        """

    assert codes_of(structure, "gap-between-holders") == []
    assert codes_of(structure, "tenures-overlap") == [("GT405", "B-1/secretary")]


def test_a_tenure_still_to_come_leaves_no_gap():
    """Only past and present tenures are held against each other."""
    structure = """\
        as_of: 2025-06-30
        branches: [{id: B-1}]
        posts:
          - {post: secretary, at: B-1, holder: p-1, since: 2020-01-01, until: 2025-06-30}
          - {post: secretary, at: B-1, holder: p-2, since: 2025-09-01}
        """

    assert codes_of(structure, "gap-between-holders") == []


CONCURRENT = """\
    grids: [{id: N-1}, {id: N-2}, {id: N-3}]
    branches: [{id: B-1, covers: [N-1, N-2]}, {id: B-2, covers: [N-3]}]
    bodies: [{id: OC, kind: owners_committee}, {id: RC, kind: residents_committee}]
    posts:
      - {post: secretary, at: B-1, holder: p-1}
      - {post: grid_head, at: N-1, holder: p-1}
      - {post: grid_head, at: N-2, holder: p-1}
      - {post: chair, at: OC, holder: p-1}
      - {post: secretary, at: B-2, holder: p-2}
      - {post: %s, at: %s, holder: p-2}
    """


@pytest.mark.parametrize(
    ("post", "at", "pair"),
    [
        ("chair", "OC", None),
        ("chair", "RC", ("chair", "secretary")),
        ("grid_head", "N-3", None),
        ("grid_head", "N-1", ("grid_head", "secretary")),
        ("grid_worker", "N-3", ("grid_worker", "secretary")),
        ("secretary", "B-1", ("secretary", "secretary")),
    ],
)
def test_a_secretary_may_chair_the_owners_and_head_what_the_branch_covers(post, at, pair):
    """A secretary may head each grid that the branch covers, and chair an owners' committee."""
    h = load_text(textwrap.dedent(CONCURRENT % (post, at))).hierarchy
    found = list(check(h, rules=[find(SHIPPED, "concurrent-posts")]))

    assert [(each.subject, each.values) for each in found] == (
        [("p-2", (("other", pair[1]), ("post", pair[0])))] if pair else []
    )


def test_a_finding_about_a_person_reads_like_any_other():
    """Persons are subjects without a path: reports count, show, merge and waive them by id."""
    h = load_text(textwrap.dedent(CONCURRENT % ("grid_worker", "N-3"))).hierarchy
    rule = find(SHIPPED, "concurrent-posts")
    report = check(h, rules=[rule])
    finding = next(iter(report))

    assert (finding.subject, finding.level, finding.path) == ("p-2", "person", ())
    assert finding.related == ("B-2/secretary", "N-3/grid_worker/1")
    assert report.by("branch") == {None: 1}
    assert report.by("person") == {"p-2": 1}
    assert [each.subject for each in report.for_unit("p-2")] == ["p-2"]
    assert Report.merge([report, report]) == report
    assert "p-2" in report_text(report)
    assert "“网格员”和“书记”" in report_text(report, lang="zh")
    waiver = Waiver("GT410", "p-2", "until the next election", dt.date(2999, 12, 31))
    assert check(h, rules=[rule], waivers=[waiver]).counts().total == 0


def test_a_department_in_a_leading_group_is_named_where_it_is_missing_or_double():
    """Departments that a leading group lacks or has twice are told by their ids, in order."""
    structure = """\
        as_of: 2025-06-30
        bodies:
          - {id: L-1, kind: steering_body}
          - {id: D-3, kind: department}
          - {id: D-2, kind: department}
          - {id: D-1, kind: department}
        memberships:
          - {body: L-1, member: D-2}
          - {body: L-1, member: D-2, role: member}
          - {body: L-1, member: D-1, until: 2025-06-29}
        """
    h = load_text(textwrap.dedent(structure)).hierarchy
    found = next(iter(check(h, rules=[find(SHIPPED, "leading-group-departments")])))

    assert dict(found.values) == {
        "department": "department",
        "double": "D-2",
        "missing": "D-1, D-3",
    }


def test_members_without_a_group_are_counted_and_persons_never_named():
    """A finding about members gives their number; related are units and bodies, never persons."""
    structure = """\
        bodies: [{id: T-1, groups: [one]}, {id: D-1, kind: department}]
        memberships:
          - {body: T-1, person: p-1}
          - {body: T-1, member: D-1, group: two}
        """
    h = load_text(textwrap.dedent(structure)).hierarchy
    found = next(iter(check(h, rules=[find(SHIPPED, "member-in-no-group")])))

    assert (found.subject, found.related, found.values) == ("T-1", ("D-1",), (("number", 2),))
    assert "p-1" not in repr(found)


def test_a_cell_that_is_not_known_needs_no_rows_beside_it():
    """Where a table has one row or none, a cell that is not known is read like any other."""
    structure = """\
        grids: [{id: N-1}]
        branches: [{id: B-1}]
        bodies: [{id: D-1, kind: "?", until: 2025-01-31, groups: [one]}]
        persons: [{id: p-1, home: D-1}]
        posts:
          - {id: S-1, post: grid_worker, at: N-1}
          - {id: S-2, post: "?", at: "?"}
        tenures:
          - {post: "?", holder: "?", appointment_source: "?", until: 2025-01-31}
          - {post: S-1, holder: p-1, appointment_source: dispatched}
        memberships:
          - {body: "?", member: "?", person: "?", role: "?", group: "?"}
          - {body: D-1, member: "?", person: "?", role: "?", group: "?"}
        duties: [{unit: "?", duty: "?", kept: "?"}, {unit: B-1, duty: "?", kept: "?"}]
        """
    h = load_text("profile: bare\n" + textwrap.dedent(structure)).hierarchy
    one_seat = h.from_records(
        [
            Post(id="S-1", post="secretary", at="?"),
            Tenure(post="?", holder="?", appointment_source="dispatched"),
            Person(id="p-1", home="?"),
            Grid(id="N-1"),
        ]
    )

    for each in SHIPPED:
        check(h, rules=[each])
        check(one_seat, rules=[each])
