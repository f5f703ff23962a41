"""Findings that are set aside, and waivers that are over or meet nothing."""

from __future__ import annotations

import datetime as dt
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtree import Branch, Community, ConfigError, Grid, Group, Hierarchy
from govtree.config import load_text
from govtree.coverage import check
from govtree.findings import Report
from govtree.rules import RuleSet, Use, Waiver
from govtree.rules._waivers import Uses
from govtree.units import Declared

DAY = dt.date(2025, 6, 30)
YESTERDAY = DAY - dt.timedelta(days=1)

TOWN = [
    Community(id="C-1"),
    Community(id="C-2"),
    Branch(id="B-1", parent="C-1", covers=["N-1"]),
    Branch(id="B-2", parent="C-2", covers=["N-3"]),
    Grid(id="N-1", community="C-1"),
    Grid(id="N-2", community="C-1"),
    Grid(id="N-3", community="C-2"),
]


def town(**facts):
    return Hierarchy.from_records(TOWN, as_of=DAY, **facts)


def codes(report):
    return [f"{each.code} {each.subject}" for each in report]


@pytest.mark.parametrize(
    ("rule", "subject", "until", "expected"),
    [
        ("GT210", "N-2", DAY, []),
        ("grid-without-branch", "N-2", DAY, []),
        # Over: the finding is back, and the waiver is told of.
        ("GT210", "N-2", YESTERDAY, ["GT210 N-2", "GT290 GT210 N-2"]),
        # Over, and mended: told of as over only.
        ("GT210", "N-1", YESTERDAY, ["GT210 N-2", "GT290 GT210 N-1"]),
        # Nothing to set aside: a fault that is none, a unit that is not there, another rule.
        ("GT210", "N-1", DAY, ["GT210 N-2", "GT291 GT210 N-1"]),
        ("GT210", "N-9", DAY, ["GT210 N-2", "GT291 GT210 N-9"]),
        ("GT301", "N-2", DAY, ["GT210 N-2", "GT291 GT301 N-2"]),
        # A rule that could not be checked cannot tell.
        ("GT203", "N-2", DAY, ["GT210 N-2"]),
    ],
)  # fmt: skip
def test_a_waiver_that_is_over_or_meets_nothing_is_a_finding(rule, subject, until, expected):
    """A waiver holds on its last day; when it is over, or never met anything, it is told of."""
    report = check(town(), waivers=[Waiver(rule, subject, "river", until)])

    assert codes(report) == expected


def test_a_waiver_of_a_figure_is_met_where_the_figure_is_wrong():
    """What is set aside of the whole counts as met, and so in merged reports."""
    h = town(declared=[Declared("grids", 4), Declared("branches", 2)])
    waivers = [Waiver("GT303", figure, "old", DAY) for figure in ("grids", "branches")]
    report = check(h, waivers=waivers)
    parts = [check(part, waivers=waivers) for part in h.cut()]

    assert codes(report) == ["GT210 N-2", "GT291 GT303 branches"]
    assert next(each for each in report.checked if each.code == "GT303").waived == 1
    assert Report.merge(parts) == report


def test_a_waiver_is_used_when_it_is_used_in_any_part():
    """Of parts of a structure that are all handed the same waivers, one has to use each."""
    waivers = [Waiver("GT210", "N-2", "river", DAY), Waiver("GT210", "N-3", "river", DAY)]
    parts = [check(part, waivers=waivers) for part in town().cut()]

    assert codes(parts[1]) == ["GT291 GT210 N-2", "GT291 GT210 N-3"]
    assert codes(Report.merge(parts)) == ["GT291 GT210 N-3"]


def test_a_waiver_of_a_waiver_is_met():
    """What is set aside about a waiver counts as met like any other finding."""
    waivers = [
        Waiver("GT210", "N-1", "river", DAY),
        Waiver("GT291", "GT210 N-1", "known", DAY),
    ]

    assert codes(check(town(), waivers=waivers)) == ["GT210 N-2"]


def test_a_waiver_for_what_is_not_collected_is_not_judged():
    """Whether it would meet anything cannot be said before the returns are there."""
    waivers = [Waiver("GT210", "N-2", "river", DAY), Waiver("GT210", "N-3", "river", DAY)]

    assert codes(check(town(collected=["C-2"]), waivers=waivers)) == ["GT291 GT210 N-3"]


def test_rules_about_waivers_can_be_turned_off():
    """An office that does not want to hear of its waivers says so like of any rule."""
    rules = RuleSet.of({"GT290": "off", "unused-waiver": "note"})
    waivers = [Waiver("GT210", "N-1", "r", YESTERDAY), Waiver("GT210", "N-3", "r", DAY)]
    report = check(town(), rules=rules, waivers=waivers)

    assert [(each.code, each.severity) for each in report] == [
        ("GT210", "error"),
        ("GT291", "note"),
    ]


def test_a_finding_about_a_waiver_stands_where_the_waiver_is_written():
    """Its place is the line of the file, its message names the day."""
    structure = load_text(
        textwrap.dedent("""\
        as_of: 2025-06-30
        groups: [{id: G-1}]
        waivers:
          - {rule: GT207, subject: G-1, reason: new, until: 2025-01-31}
        """)
    )
    (finding,) = check(
        structure.hierarchy, rules=structure.rules, waivers=structure.waivers
    ).select("GT290")

    assert (finding.where.line, finding.where.column) == (4, 5)
    assert finding.subject == "GT207 G-1"
    assert finding.level == "waiver"
    assert finding.message == "ended on 2025-01-31"


USES = st.lists(
    st.builds(
        Use,
        st.builds(
            Waiver, st.just("GT210"), st.sampled_from(["N-1", "N-2"]), st.just(""), st.just(DAY)
        ),
        st.just("GT210"),
        st.just(False),
        st.booleans(),
        st.booleans(),
    ),
    max_size=2,
    unique_by=lambda use: use.waiver,
).map(lambda uses: Uses.of(uses, expired=False))


@given(USES, USES, USES)
def test_what_became_of_waivers_joins_in_any_order_and_grouping(one, two, three):
    """Joining is associative, commutative and idempotent."""
    assert one.join(two) == two.join(one)
    assert one.join(two).join(three) == one.join(two.join(three))
    assert one.join(one) == one


def test_a_reason_is_more_than_blanks():
    """A waiver whose reason says nothing has none."""
    with pytest.raises(ConfigError, match="GT092"):
        load_text("waivers: [{rule: GT210, subject: N-1, reason: ' ', until: 2025-12-31}]")


def test_groups_are_not_mixed_up_with_waivers():
    """A rule about groups is not silenced by a waiver of another rule for the same group."""
    h = Hierarchy.from_records([Group(id="G-1"), Group(id="G-2", parent="?")], as_of=DAY)
    report = check(h, waivers=[Waiver("GT220", "G-1", "r", DAY)])

    assert "GT207 G-1" in codes(report)
