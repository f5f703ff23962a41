"""Is everybody covered? Which rules run, on what, and what is set aside."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from attrs import evolve
from effort import many
from hypothesis import given, settings
from small_structures import small_structures

from govtree import Branch, Grid, Group, Hierarchy, Household
from govtree.coverage import check
from govtree.findings import Named
from govtree.rules import SHIPPED, Hits, RuleSet, Waiver, find

FAULTY = [
    Grid(id="N-1"),
    Grid(id="N-2"),
    Branch(id="B-1", covers=["N-1"]),
    Group(id="G-1"),
    Household(id="H-1", grid="N-1", parent="G-1"),
    Household(id="H-2", grid="N-1"),
    Household(id="H-3"),
]


def codes(report) -> list[str]:
    return [f"{each.code} {each.subject}" for each in report]


@given(small=small_structures())
@settings(max_examples=many(40))
def test_the_order_of_records_changes_nothing(small):
    """The same records in another order give the same report."""
    again = Hierarchy.from_records(
        small.records[::-1], as_of=small.h.as_of, vocabularies=small.h.vocabularies
    )

    assert check(again, rules=SHIPPED) == check(small.h, rules=SHIPPED)


@given(small=small_structures())
@settings(max_examples=many(40))
def test_rules_find_the_same_alone_and_together(small):
    """What rules share while they run together changes none of their answers."""
    together = check(small.h, rules=SHIPPED)
    alone = [each for rule in SHIPPED for each in check(small.h, rules=[rule])]

    assert list(together) == alone


def test_shipped_rules_run_with_their_defaults():
    """check(h) runs what is on by default and says what it could not look at."""
    h = Hierarchy.from_records(FAULTY)
    report = check(h)

    assert codes(report) == ["GT201 H-2", "GT201 H-3", "GT202 H-3", "GT210 N-2"]
    assert not report.ok
    assert [each.code for each in report.checked] == [
        "GT201", "GT202", "GT204", "GT210", "GT211", "GT212",
    ]  # fmt: skip
    assert [(each.code, each.reason) for each in report.not_checked if each.code < "GT220"] == [
        ("GT203", "no buildings"),
        ("GT205", "no 'community' of grids"),
        ("GT206", "no buildings"),
        ("GT207", "no 'parent' of groups"),
        ("GT208", "no buildings"),
        ("GT213", "no 'parent' of branches"),
    ]
    on = {each.code for each in SHIPPED if not each.off and each.subject in h.tables}
    told = {each.code for each in (*report.checked, *report.not_checked)}
    assert on <= told


def test_settings_change_severity_and_turn_rules_off():
    """A setting changes how grave findings are, or that a rule runs at all."""
    asked = RuleSet.of({"GT201": "note", "household-in-no-grid": "off", "GT210": "warning"})
    report = check(Hierarchy.from_records(FAULTY), rules=asked)

    assert [(each.code, each.severity) for each in report] == [
        ("GT201", "note"), ("GT201", "note"), ("GT210", "warning"),
    ]  # fmt: skip
    assert report.ok


@pytest.mark.parametrize(
    ("until", "day", "is_waived"),
    [
        (dt.date(2025, 6, 30), dt.date(2025, 6, 30), True),
        (dt.date(2025, 6, 29), dt.date(2025, 6, 30), False),
        (dt.date(2025, 6, 29), None, True),
    ],
)
def test_a_waiver_sets_a_finding_aside_until_its_day_is_over(until, day, is_waived):
    """A waiver holds on its last day; what it sets aside is counted."""
    waiver = Waiver("household-in-no-group", "H-2", "moves in July", until)
    report = check(Hierarchy.from_records(FAULTY, as_of=day), waivers=[waiver])

    assert ("GT201 H-2" not in codes(report)) is is_waived
    assert report.checked[0].waived == is_waived
    assert "GT201 H-3" in codes(report)


def test_progress_names_each_rule_before_it_runs():
    """A caller that wants to tell how far it is hears of each rule that runs."""
    told: list[str] = []
    check(Hierarchy.from_records(FAULTY), progress=told.append)

    assert told[:2] == ["household-in-no-group", "household-in-no-grid"]
    assert "households-a-grid" not in told


def test_what_rules_share_belongs_to_one_structure():
    """A rule that looks at another structure on the way gets that one's answers."""
    in_no_grid = find(SHIPPED, "household-in-no-grid")
    other = Hierarchy.from_records(
        [Grid(id="N-1"), Household(id="A", grid="N-1"), Household(id="B")]
    )
    asked = []

    def both(h: Hierarchy) -> Hits:
        asked.append(in_no_grid(other).rows.tolist())
        return in_no_grid(h)

    report = check(
        Hierarchy.from_records(FAULTY),
        rules=[in_no_grid, evolve(in_no_grid, code="XX1", slug="x", find=both)],
    )

    assert codes(report) == ["GT202 H-3", "XX1 H-3"]
    assert asked == [[1]]


def test_hits_that_are_looked_at_keep_what_is_theirs():
    """Of the hits that are taken, each keeps its related rows and its values."""
    hits = Hits(
        [2, 5, 7],
        related=(
            Named("grid", np.array([10, 11, 12, 13, 14]), np.array([2, 0, 1, 2, 1])),
            Named("branch", np.array([20, 21, 22])),
        ),
        number=[1, 2, 3],
        names=["a", "b", "c"],
        how="named",
        over=Named("branch", np.array([30, -1, 32])),
    )

    taken = hits.take(np.array([1, 2]))

    grids, branches = taken.related
    assert taken.rows.tolist() == [5, 7]
    assert (grids.rows.tolist(), grids.of.tolist()) == ([10, 12, 13, 14], [1, 0, 1, 0])
    assert branches.rows.tolist() == [21, 22]
    assert taken.values["number"].tolist() == [2, 3]
    assert (taken.values["names"], taken.values["how"]) == (["b", "c"], "named")
    assert taken.values["over"].rows.tolist() == [-1, 32]
