"""Rules of other packages, which come by entry point, and what may be wrong with them."""

from __future__ import annotations

import sys
import types
from importlib.metadata import EntryPoint

import numpy as np
import pytest

from govtree import ConfigError, Grid, Hierarchy, Hits
from govtree.config import load_text
from govtree.coverage import check
from govtree.rules import SHIPPED, _installed, packages, rule


def made(find, code="XX001", **record):
    """Return a rule of another package."""
    find.__module__ = "other_rules"
    told = {"subject": "grid", "message": "is odd", "why": "-", "source": "-"}
    return rule(code=code, **told | {"failing": "", "mended": ""} | record)(find)


def all_grids(h):
    return Hits(np.arange(h.count("grid")))


@pytest.fixture
def installed(monkeypatch):
    """Return a function that installs rules under prefixes, and forgets them after the test."""

    def install(**rules):
        module = types.ModuleType("other_rules")
        points = []
        for prefix, given in rules.items():
            setattr(module, prefix, given)
            points.append(EntryPoint(prefix, f"other_rules:{prefix}", "govtree.rules"))
        monkeypatch.setitem(sys.modules, "other_rules", module)
        monkeypatch.setattr(_installed, "entry_points", lambda group: points)  # noqa: ARG005 - its name

    return install


def test_a_rule_of_a_package_runs_where_a_file_names_it(installed):
    """Naming a code loads the package of its prefix; without it nothing of others runs."""
    installed(XX=[made(all_grids)])
    plain, asked = (
        load_text(f"grids: [{{id: N-1}}]\n{more}") for more in ("", "rules: {XX001: note}")
    )

    assert plain.rules.rules == SHIPPED
    report = check(asked.hierarchy, rules=asked.rules)
    assert [(each.code, each.subject, each.severity, each.message) for each in report] == [
        ("XX001", "N-1", "note", "is odd")
    ]


def test_no_package_is_loaded_that_nobody_names(installed):
    """A package is imported only where one of its codes is named, or all are asked for."""
    installed(XX=[made(all_grids)], YY=[made(all_grids, code="YY001")])

    assert [each.prefix for each in packages(["YY"])] == ["YY"]
    assert [[one.code for one in each.rules] for each in packages()] == [["XX001"], ["YY001"]]


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ({"GT": [made(all_grids, code="GT999")]}, "its prefix 'GT' is not 2 to 8 capital letters"),
        ({"x": []}, "its prefix 'x' is not 2 to 8 capital letters"),
        ({"XX": 5}, "TypeError: 'int' object is not iterable"),
        ({"XX": ["rule"]}, "a value of type str is no Rule"),
        ({"XX": [made(all_grids, code="YY001")]}, "code YY001 does not begin with XX"),
        ({"XX": [made(all_grids), made(all_grids)]}, "code XX001 is used twice"),
    ],
)
def test_what_is_wrong_with_a_package_is_said(installed, rules, reason):
    """A package that cannot be used is named with the reason, and hands in nothing."""
    installed(**rules)
    (found,) = packages()

    assert found.rules == ()
    assert reason in found.reason


def test_a_file_that_names_a_rule_of_a_broken_package_is_refused(installed):
    """The problem stands at the code, and says why the package cannot be loaded."""
    installed(XX=["rule"])

    with pytest.raises(ConfigError, match=r"1:9: error\[GT087\].*a value of type str is no Rule"):
        load_text("rules: {XX001: note}")


def raises(h):
    raise ValueError("a\nb")


def leaves(h):
    raise SystemExit(0)


def leaves_the_table(h):
    return Hits([h.count("grid")])


def repeats_itself(h):
    return Hits([0, 0])


def returns_nothing(h):
    return None


@pytest.mark.parametrize(
    ("find", "said"),
    [
        (raises, r"ValueError: a\nb"),
        (leaves, "SystemExit: 0"),
        (leaves_the_table, "OutOfRangeError: its rows are not ascending rows of its table"),
        (repeats_itself, "OutOfRangeError: its rows are not ascending rows of its table"),
        (returns_nothing, "TypeError: it returned a value of type NoneType, not Hits"),
    ],
)
def test_a_rule_that_fails_is_named_and_the_others_run(find, said):
    """What code of others raises or hands in wrongly is one line; no report is lost for it."""
    h = Hierarchy.from_records([Grid(id="N-1")])
    report = check(h, rules=[made(find), made(all_grids, code="XX002")])

    assert [each.code for each in report] == ["XX002"]
    (lacking,) = report.not_checked
    assert lacking.code == "XX001"
    assert lacking.reason.startswith(f"the rule of other_rules failed: {said}")


@pytest.mark.parametrize("subject", ["no-such-table", "structure"])
def test_a_rule_about_what_is_not_there_is_named(subject):
    """A table that the structure cannot have, or a whole that a rule fails at, is one line."""
    h = Hierarchy.from_records([Grid(id="N-1")])
    report = check(h, rules=[made(raises, subject=subject), made(all_grids, code="XX002")])

    assert [each.code for each in report] == ["XX002"]
    assert [each.code for each in report.not_checked] == ["XX001"]
