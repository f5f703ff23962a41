"""Facts: the levels are a chain, and plain values carry them there and back."""

import copy
import datetime as dt
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtree import Declared, Level, StructureError, Term
from govtree.facts import Facts

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)
labels = st.lists(st.tuples(words, words), max_size=2).map(tuple)
terms = st.builds(
    Term,
    term=words,
    label=labels,
    aliases=st.lists(words, max_size=2).map(tuple),
    many=st.booleans(),
    derived=st.none() | words,
)
all_facts = st.builds(
    Facts,
    name=words,
    as_of=st.none() | st.dates(),
    time_zone=st.none() | st.just("Asia/Shanghai"),
    reference_system=st.none() | words,
    levels=st.lists(
        st.builds(Level, level=words, label=labels, kinds=st.lists(terms, max_size=2).map(tuple)),
        max_size=3,
    ),
    vocabularies=st.dictionaries(words, st.lists(terms, max_size=3), max_size=2),
    declared=st.lists(
        st.builds(
            Declared,
            figure=words,
            value=st.floats(allow_nan=False),
            how=st.sampled_from(["exact", "about", "increment"]),
        ),
        max_size=2,
    ),
)


@given(all_facts)
def test_facts_are_copied_and_pickled(facts):
    """Copies of facts are equal to them, with an equal hash."""
    for same in (pickle.loads(pickle.dumps(facts)), copy.deepcopy(facts)):
        assert (same, hash(same)) == (facts, hash(facts))


def test_facts_cannot_be_changed():
    """Words cannot be put into a vocabulary, nor by the mapping that it was made from."""
    given = {"flag": (Term("award"),)}
    facts = Facts(vocabularies=given)
    given["flag"] = ()

    with pytest.raises(TypeError):
        facts.vocabularies["flag"] = ()
    assert facts.vocabularies == {"flag": (Term("award"),)}


@given(all_facts)
def test_plain_values_carry_facts_through_json(facts):
    """Facts that were written as JSON are read back the same."""
    assert Facts.from_plain(json.loads(json.dumps(facts.to_plain()))) == facts


@pytest.mark.parametrize(
    ("plain", "where"),
    [
        ({"nmae": "x"}, ["facts"]),
        ({"name": 3}, ["facts:name"]),
        ({"name": True, "as_of": "2025-02-30"}, ["facts:as_of", "facts:name"]),
        ({"levels": [{"level": 5}]}, ["facts:levels[0].level"]),
        ({"levels": [{"level": "a", "optional": 1}]}, ["facts:levels[0].optional"]),
        ({"declared": [{"figure": "grids", "value": True}]}, ["facts:declared[0].value"]),
        ({"declared": [{"figure": "grids", "value": 1, "how": "x"}]}, ["facts:declared[0].how"]),
        ([], ["facts"]),
        (None, ["facts"]),
    ],
)
def test_plain_values_of_another_type_are_refused_by_place(plain, where):
    """Nothing is made of a value that is not what it was; each is named."""
    with pytest.raises(StructureError) as caught:
        Facts.from_plain(plain)
    assert [str(each.where) for each in caught.value.problems] == where
    assert {each.code for each in caught.value.problems} == {"GT118"}


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        (["community"], "there are 1"),
        ([f"level_{number}" for number in range(9)], "there are 9"),
        (["a b", "group"], "'a b' is not an identifier"),
        (["group", "group"], "'group' stands twice"),
        (["grid", "household"], "'grid' is the name of another table"),
        (["group", "branch"], "a role is played twice or out of order"),
        (["household", "below"], "nothing can stand below the households"),
    ],
)
def test_levels_that_are_no_chain_are_refused(levels, reason):
    """A chain has two to eight levels of different names, with the roles in their order."""
    roles = {"community", "branch", "group", "household"}
    facts = Facts(levels=[Level(each, each if each in roles else "") for each in levels])
    assert [dict(each.values) for each in facts.problems()] == [{"reason": reason}]


def test_a_zone_that_is_none_is_refused():
    """A time zone is a name of the IANA list, never a path."""
    for zone in ("Asia/Shangai", "../../etc/passwd", "", "/etc/passwd", "Asia/Shanghai\0"):
        assert [each.code for each in Facts(time_zone=zone).problems()] == ["GT113"]
    assert Facts(time_zone="Asia/Shanghai", as_of=dt.date(2025, 6, 30)).problems() == ()
