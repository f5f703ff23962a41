"""What errors say to those who write programs."""

from __future__ import annotations

import pickle

import pytest

from govtree import Grid, Hierarchy, Household, RuleSet, UnknownLevelError, check, load_text
from govtree.errors import Location, problem

TOWN = Hierarchy.from_records([Grid(id="N-1"), Household(id="H-1", grid="N-1", tags={"alone": 1})])


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: TOWN.to_frame("grids"), "there is no 'grids'; did you mean 'grid'? There are "),
        (lambda: TOWN.summary(by="brunch"), "there is no 'brunch'; did you mean 'branch'? "),
        (
            lambda: TOWN.at("qqq"),
            "there is no 'qqq'; there are community, branch, group, household",
        ),
        (lambda: TOWN.find(nam="x"), "there is no 'nam'; did you mean 'name'? "),
        (lambda: TOWN.roll_up("alone", by="grid"), "residents, tags.alone"),
    ],
)
def test_an_unknown_name_is_told_with_those_that_there_are(ask, said):
    """Who asks for a table or field that is not there learns which was meant, and which are."""
    with pytest.raises(UnknownLevelError) as caught:
        ask()

    assert said in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: check(load_text("name: x")), r"of type Structure; .* check\(s.hierarchy, rules="),
        (lambda: check(TOWN, rules=["GT210"]), r"of type str is no Rule; .* RuleSet\(\).only"),
    ],
)
def test_a_check_of_something_else_is_told_in_words(ask, said):
    """What is handed to check by mistake is named, and what to hand in instead."""
    with pytest.raises(TypeError, match=said):
        ask()

    assert len(check(TOWN, rules=RuleSet().only("GT210")).checked) == 0


def test_tables_are_called_in_the_language_of_the_reader():
    """Of a problem, names of tables are Chinese in Chinese, and ids stay what they are."""
    found = problem("GT109", Location(), table="a household")
    wrong = problem(
        "GT102", Location(), who="x", field="parent", expected="group", target="household"
    )

    assert (found.text(), found.text("zh")) == ("a household has no id", "户 没有 id")
    assert wrong.text("zh") == "x的 parent 写的是党小组“household”，但没有它"


def test_the_hint_about_a_separator_can_be_copied():
    """The hint of a table divided by tabs is YAML that says a tab."""
    assert problem("GT060", Location(), delimiter=r"\t").mend() == (
        r'write delimiter: "\t" beside the table'
    )
