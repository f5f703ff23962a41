"""Findings and reports: exact, sorted, mergeable, and free of the structure they speak about."""

from __future__ import annotations

import datetime as dt
import functools
import pickle
import subprocess
import sys

import pytest
from attrs import evolve
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from small_compounds import small_compounds
from small_contacts import small_contacts
from small_seats import small_seats
from small_sizes import small_sizes
from small_structures import DAY, small_structures

from govtree import (
    Branch,
    Building,
    Community,
    Declared,
    Grid,
    Group,
    Hierarchy,
    Household,
    Location,
    MicroGrid,
    OutOfRangeError,
    Post,
    Tenure,
)
from govtree.coverage import check
from govtree.findings import NO_TABLES, SEVERITIES, Finding, FindingsError, Hits, Report
from govtree.rules import SHIPPED, RuleSet, Waiver

#: Last days of waivers: over, and still to come.
UNTIL = st.sampled_from([DAY - dt.timedelta(days=1), DAY])

# Properties


@given(small=small_structures())
@settings(max_examples=many(60))
def test_totals_are_those_of_the_findings(small):
    """Counts by severity, by code and by unit are those of the findings one by one."""
    report = check(small.h, rules=SHIPPED)
    found = list(report)
    counts = report.counts()

    assert len(report) == len(found) == counts.total
    for name in SEVERITIES:
        assert getattr(counts, name) == sum(each.severity == name for each in found)
    assert dict(counts.by_code) == {
        code: sum(each.code == code for each in found) for code in {each.code for each in found}
    }
    for level in ("community", "branch", "grid", "household"):
        assert sum(report.by(level).values()) == len(found)
        assert len(report.for_unit("nobody")) == 0


@given(small=small_structures())
@settings(max_examples=many(60))
def test_findings_are_sorted_and_their_paths_are_those_of_the_structure(small):
    """Findings stand in order of code and subject; the path above each is h.path."""
    found = list(check(small.h, rules=SHIPPED))

    assert found == sorted(found, key=lambda each: (each.code, each.subject, each.related))
    # Persons are named, but stand nowhere in the structure.
    for each in (each for each in found if each.level not in (*NO_TABLES, "person")):
        assert each.path == small.h.path(each.subject)[:-1]
        assert each.level == small.h.level_of(each.subject)
        assert each.where == small.h.where(each.subject)
        assert all(related in small.h for related in each.related)


@given(small=small_structures())
@settings(max_examples=many(60))
def test_the_report_of_a_unit_has_what_is_at_or_under_it(small):
    """for_unit keeps a finding where its subject is the unit, or has it on its path."""
    report = check(small.h, rules=SHIPPED)
    for unit in small.h.ids("branch") + small.h.ids("grid"):
        kept = {each.fingerprint for each in report.for_unit(unit)}

        for each in report:
            if unit in (each.subject, *each.path):
                assert each.fingerprint in kept


@given(small=small_structures())
@settings(max_examples=many(60))
def test_a_report_survives_pickling_and_says_nothing_twice(small):
    """A pickled report is equal; fingerprints tell the findings of a report apart."""
    report = check(small.h, rules=SHIPPED)
    copy = pickle.loads(pickle.dumps(report))

    assert copy == report
    assert [each.where for each in copy] == [each.where for each in report]
    assert len({each.fingerprint for each in report}) == len(report)


@pytest.mark.parametrize("table", ["household", "building", "entrance", "micro_grid", "post"])
@given(small=small_structures())
@settings(max_examples=many(15))
def test_every_table_has_the_paths_of_the_structure(table, small):
    """Whatever a rule is about, the path above a subject is that of h.path."""
    h = small.h
    every = evolve(
        SHIPPED[0], code="XX1", subject=table, needs=(), message="is there",
        find=lambda h: Hits(range(h.count(table))),
    )  # fmt: skip
    found = list(check(h, rules=[every]))

    assert [each.subject for each in found] == h.ids(table)
    assert [each.path for each in found] == [h.path(id)[:-1] for id in h.ids(table)]


def test_a_building_stands_in_its_micro_grid_first():
    """Where a building names micro-grid and grid, the path is that of the micro-grid."""
    h = Hierarchy.from_records(
        [
            Community(id="C-1"),
            Grid(id="N-1", community="C-1"),
            Grid(id="N-2", community="C-1"),
            MicroGrid(id="M-1", grid="N-1"),
            Building(id="T-1", grid="N-2", micro_grid="M-1"),
        ]
    )
    every = evolve(SHIPPED[0], subject="building", needs=(), message="", find=lambda _: Hits([0]))
    (found,) = check(h, rules=[every])

    assert found.path == ("C-1", "N-1", "M-1") == h.path("T-1")[:-1]


def town(number: int, **lacking: bool) -> list:
    """Return a community with a fault of each of several kinds, as records."""
    c, n = f"C-{number}", f"N-{number}"
    return [
        Community(id=c),
        Branch(id=f"B-{number}", parent=c, covers=[f"{n}a"]),
        Branch(id=f"B-{number}x", parent=c, covers=[f"{n}a"]),
        Group(id=f"G-{number}", parent=f"B-{number}"),
        Grid(id=f"{n}a", community=c),
        Grid(id=f"{n}b", community=c),
        Building(id=f"T-{number}", grid=f"{n}a"),
        Household(id=f"H-{number}1", parent=f"G-{number}", building=f"T-{number}"),
        Household(id=f"H-{number}2", parent=f"G-{number}", grid=f"{n}b", building=f"T-{number}"),
        Household(id=f"H-{number}3", parent=f"G-{number}"),
        Post(id=f"S-{number}", post="secretary", at=f"B-{number}", vacant=True),
    ]


HELD = Tenure(post="S", holder="p-1")
DECLARED = [Declared("grids", 7), Declared("households", 9), Declared("gridz", 1)]


def whole_and_parts() -> tuple[Report, list[Report]]:
    records = [each for number in (1, 2, 3) for each in town(number)]
    h = Hierarchy.from_records(records, declared=DECLARED)
    return check(h, rules=SHIPPED), [
        check(h.subtree(id), rules=SHIPPED) for id in ("C-2", "C-3", "C-1")
    ]


def test_merged_reports_are_that_of_the_whole():
    """Cut at the top level, in any order and grouping, parts give the report of the whole."""
    whole, (two, three, one) = whole_and_parts()

    assert Report.merge([one, two, three]) == whole
    assert Report.merge([three, Report.merge([two, one])]) == whole
    assert Report.merge([Report.merge([three, two]), one]) == whole
    assert [each.message for each in Report.merge([two, one, three])] == [
        each.message for each in whole
    ]


def test_rules_about_the_whole_are_judged_anew():
    """No part has the 9 households that are declared, all of them together have."""
    whole, parts = whole_and_parts()
    figures = [
        {each.subject for each in report if each.code == "GT303"}
        for report in (*parts, Report.merge(parts))
    ]

    assert figures == [{"grids", "households"}] * 3 + [{"grids"}]
    assert Report.merge(parts).not_checked == whole.not_checked


def test_a_report_merged_with_itself_says_nothing_twice():
    """What two parts share and say alike is one finding."""
    without_sums = Hierarchy.from_records(town(1))
    report = check(without_sums, rules=SHIPPED)

    assert Report.merge([report, report]) == report
    assert Report.merge([]) == Report()


@given(
    small=small_structures() | small_contacts() | small_sizes() | small_seats() | small_compounds(),
    collected=st.none() | st.lists(st.sampled_from(["C-0", "C-1", "B-0", "N-0", "X"]), max_size=2),
    data=st.data(),
)
def test_reports_of_the_parts_of_a_cut_merge_to_that_of_the_whole(small, collected, data):
    """Whatever rule, whatever lies across the cut: findings, totals and reasons are the same."""
    figures = ("households", "residents", "posts.secretary", "flags", "grids", "tenures")
    facts = evolve(
        small.h.facts, collected=collected, declared=[Declared(each, 2) for each in figures]
    )
    h = evolve(small.h, facts=facts)
    subjects = [id for table in h.nodes for id in h.ids(table)]
    waivers = [
        Waiver(data.draw(st.sampled_from(SHIPPED)).code, subject, "tried", until)
        for subject, until in data.draw(st.lists(st.tuples(st.sampled_from(subjects), UNTIL)))
    ]
    whole = check(h, rules=SHIPPED, waivers=waivers)
    parts = [check(part, rules=SHIPPED, waivers=waivers) for part in h.cut()]

    merged = Report.merge(data.draw(st.permutations(parts)))
    assert list(merged) == list(whole)
    assert merged.checked == whole.checked
    assert merged.not_checked == whole.not_checked
    assert merged.completeness == whole.completeness
    assert merged == whole


# Field examples


def test_a_finding_says_all_that_is_needed():
    """A finding names its subject, the path above it, who else has a part in it, and why."""
    whole, _ = whole_and_parts()
    found = next(each for each in whole if each.code == "GT203")

    assert found == Finding(
        code="GT203",
        slug="household-in-two-grids",
        severity="error",
        subject="H-12",
        level="household",
        path=("C-1", "B-1", "G-1"),
        related=("N-1a", "N-1b"),
        where=Location(),
        message="names grid 'N-1b', but its building 'T-1' lies in grid 'N-1a'",
        hint="take its own grid out, or correct that of the building",
        values=(("building", "T-1"), ("other", "N-1a"), ("own", "N-1b")),
    )
    assert str(found.where) == "household[1]"
    assert found.fingerprint == "74e0a3a74c930c121e0782819b1353a4"


def test_by_takes_the_covering_branch_where_there_is_no_path():
    """A grid has no branch above it: its findings count for the branch that covers it."""
    h = Hierarchy.from_records(
        [
            Branch(id="B-1", covers=["N-1"]),
            Grid(id="N-1", households=900),
            Grid(id="N-2", households=900),
            Building(id="T-1", grid="N-1"),
        ]
    )
    sizes = [each for each in SHIPPED if each.slug == "households-a-grid"]

    assert check(h, rules=sizes).by("branch") == {"B-1": 1, None: 1}


def test_raise_for_carries_the_report():
    """raise_for raises from its severity upwards, with the findings as text and as data."""
    whole, _ = whole_and_parts()
    warnings = check(
        Hierarchy.from_records([Branch(id="B"), Branch(id="B2", covers=["N"]), Grid(id="N")])
    )

    warnings.raise_for("error")
    with pytest.raises(FindingsError, match=r"warning\[GT212\]: branch 'B' covers nothing"):
        warnings.raise_for("warning")
    with pytest.raises(FindingsError) as raised:
        whole.raise_for("error")

    assert pickle.loads(pickle.dumps(raised.value)).report == whole
    with pytest.raises(OutOfRangeError):
        whole.raise_for("fatal")


def test_names_of_users_are_escaped_in_messages_and_kept_in_data():
    """A word that moves the cursor is harmless in a message and itself in the values."""
    evil = "worker\x1b[2J"
    h = Hierarchy.from_records([Grid(id="N"), Post(id="S", post=evil, at="N"), HELD])
    asked = RuleSet.of({"GT302": {"posts": [evil], "least": 5}}).only("GT302")
    (found,) = check(h, rules=asked)

    assert r"(worker\x1b[2J)" in found.message
    assert dict(found.values)["counted"] == evil


def test_json_has_the_same_keys_for_every_finding():
    """A report as plain values: totals, every finding, and what was not checked."""
    whole, _ = whole_and_parts()
    told = whole.to_json()

    assert list(told) == [
        "ok", "as_of", "completeness", "counts", "counts_by_code", "findings", "checked",
        "not_checked",
    ]  # fmt: skip
    assert len({tuple(each) for each in told["findings"]}) == 1
    assert told["counts"] == {"error": 20, "warning": 15, "note": 0}
    nothing = {"code": "GT220", "reason": "nothing serves anything"}
    assert told["not_checked"][0] == nothing


def test_fingerprints_are_the_same_in_another_process():
    """Fingerprints do not depend on the seed of hashes, nor on the process."""
    code = (
        "from govtree import *\nfrom govtree.coverage import check\n"
        "households = Household(id='H'), Household(id='I', grid='N')\n"
        "h = Hierarchy.from_records([Grid(id='N'), *households])\n"
        "print(*(each.fingerprint for each in check(h)))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "src"},
        ).stdout
        for seed in ("1", "2")
    }

    assert told == {"fc8302614e0aa64ddeb438702329533d\n"}


def test_many_findings_cost_no_objects_before_they_are_asked_for():
    """A report of 20,000 faults is columns; ids of units are kept once."""
    records = [Group(id="G-0", parent="B-0"), Branch(id="B-0"), Grid(id="N-0")]
    records += [
        Household(id=f"H-{at:05}", grid="N-0", parent="G-0" if at == 0 else None)
        for at in range(20_001)
    ]
    report = check(Hierarchy.from_records(records))

    assert report.counts().by_code == (("GT201", 20_000),)
    assert len(pickle.dumps(report)) < 20_000 * 40
    assert functools.reduce(lambda before, each: each.subject > before and each.subject, report, "")
