"""Many ids at once are answered as each of them alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from structures import Structure, structures

from govtree import Hierarchy
from govtree.errors import UnknownIdError
from govtree.units import Branch, Community, Grid, Household

METHODS = (
    "path",
    "parent",
    "ancestors",
    "children",
    "descendants",
    "level_of",
    "branch_of",
    "grid_of",
    "households_of",
)


@settings(max_examples=many(40))
@given(structures(), st.data())
def test_many_ids_are_answered_as_one(drawn: Structure, data: Any) -> None:
    """Every question of many ids, repeated and of all tables, is each one's answer in order."""
    h = drawn.hierarchy
    known = sorted(drawn.twin.unit)
    ids = data.draw(st.lists(st.sampled_from(known), max_size=12)) if known else []
    for method in METHODS:
        assert getattr(h.each, method)(ids) == [getattr(h, method)(id) for id in ids], method


@pytest.mark.parametrize("method", METHODS)
def test_first_id_that_is_not_there_is_named(method: str) -> None:
    """An unknown id among many raises the error of that id, with its near miss."""
    h = Hierarchy.from_records([Community(id="C-10"), Branch(id="B-30", parent="C-10")])
    with pytest.raises(UnknownIdError) as caught:
        getattr(h.each, method)(["C-10", "B-3O", "X"])

    assert (caught.value.id, caught.value.meant) == ("B-3O", "B-30")


@pytest.mark.parametrize("method", METHODS)
def test_no_ids_have_no_answers(method: str) -> None:
    """Nothing asked is nothing answered, in an empty structure too."""
    assert getattr(Hierarchy.from_records([]).each, method)([]) == []


def test_ids_of_several_tables_keep_their_order() -> None:
    """Answers stand where their ids stood, whatever tables those are in."""
    h = Hierarchy.from_records(
        [
            Community(id="C"),
            Branch(id="B", parent="C", covers=["N"]),
            Grid(id="N", community="C"),
            Household(id="H", grid="N"),
        ]
    )

    assert h.each.path(["N", "B", "H", "N"]) == [("C", "N"), ("C", "B"), ("H",), ("C", "N")]
    assert h.each.branch_of(["H", "C", "N"]) == ["B", None, "B"]
    assert h.each.level_of(["H", "N"]) == ["household", "grid"]


def test_ids_come_from_whatever_holds_them() -> None:
    """A tuple, an array or a column of a data frame will do; one text is no list of ids."""
    pandas = pytest.importorskip("pandas")
    h = Hierarchy.from_records([Community(id="C"), Branch(id="B", parent="C")])
    column = pandas.DataFrame({"id": ["B", "C"]}, index=[7, 9])["id"]
    for ids in (("B", "C"), np.array(["B", "C"]), column):
        assert h.each.path(ids) == [("C", "B"), ("C",)]
        assert h.each.children(ids) == [(), ("B",)]
    for method in METHODS:
        with pytest.raises(TypeError, match="'BC' is one id"):
            getattr(h.each, method)("BC")
