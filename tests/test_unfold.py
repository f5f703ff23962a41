"""What is written beside a unit becomes rows of its own: seats, tenures, links, flags, parts."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from structures import POSTS, TODAY

from govtree import Hierarchy
from govtree.errors import StructureError
from govtree.units import Body, Branch, Flag, Grid, Link, Membership, Person, Post, Tenure

PLACES = {"branch": {"id": ["B1", "B2"]}, "grid": {"id": ["N1", "N2"]}}
FACTS: dict[str, Any] = {"vocabularies": {"post": POSTS}, "as_of": TODAY}


def of_posts(rows: list[dict[str, Any]]) -> Hierarchy:
    """The hierarchy of two branches, two grids and rows of posts as a file has them."""
    names = sorted({name for row in rows for name in row})
    columns = {name: [row.get(name) for row in rows] for name in names}
    return Hierarchy.from_tables({**PLACES, "post": columns}, **FACTS)


def seats_of(h: Hierarchy) -> dict[str, list[str]]:
    """Holders by seat, of all times."""
    found: dict[str, list[str]] = {id: [] for id in h.posts}
    for each in h.records("tenure"):
        assert isinstance(each, Tenure)
        found[each.post].append(each.holder)
    return found


# -- properties ------------------------------------------------------------------------------

ROWS = st.fixed_dictionaries(
    {
        "post": st.sampled_from([term.term for term in POSTS]),
        "at": st.sampled_from(["B1", "N1", "N2"]),
        "holder": st.sampled_from([None, "p-1", "p-2", "员-3"]),
        "number": st.sampled_from([None, None, 2]),
        "vacant": st.sampled_from([None, True]),
        "name": st.sampled_from([None, "seat"]),
        "since": st.sampled_from([None, dt.date(2020, 1, 1), dt.date(2024, 1, 1)]),
    }
).map(lambda row: row if row["holder"] else {**row, "since": None})


@settings(max_examples=many(80))
@given(st.lists(ROWS, max_size=8), st.randoms(use_true_random=False))
def test_order_of_rows_changes_no_seat(rows: list[dict[str, Any]], order: random.Random) -> None:
    """Seats, their numbers and what is said of them do not depend on the order of rows."""
    shuffled = list(rows)
    order.shuffle(shuffled)

    assert of_posts(shuffled) == of_posts(rows)


@settings(max_examples=many(80))
@given(st.lists(ROWS, max_size=8))
def test_each_row_has_its_seat(rows: list[dict[str, Any]]) -> None:
    """A place has one seat of a post, or of some posts one for each number or holder."""
    h = of_posts(rows)
    many = {term.term for term in POSTS if term.many}
    for post in {row["post"] for row in rows}:
        for at in {row["at"] for row in rows if row["post"] == post}:
            here = [row for row in rows if (row["post"], row["at"]) == (post, at)]
            seats = [id for id, each in h.posts.items() if (each.post, each.at) == (post, at)]
            numbered = {row["number"] for row in here if row["number"]}
            if post in many:
                named = {row["holder"] for row in here if row["holder"]}
                of_number = {row["holder"] for row in here if row["number"] and row["holder"]}
                nobody = [row for row in here if not row["holder"] and not row["number"]]
                assert len(seats) == len(numbered) + len(named - of_number) + len(nobody)
            else:
                assert len(seats) == len(numbered) + any(not row["number"] for row in here)
            assert {h.posts[id].number for id in seats} >= numbered
    held = {row["holder"] for row in rows if row["holder"]}
    assert set(h.persons) == held


# -- in the field ----------------------------------------------------------------------------


def test_a_seat_without_an_id_is_called_by_its_place_and_post() -> None:
    """A seat's id is its place and post, and its number where the place may have many."""
    h = of_posts(
        [
            {"post": "secretary", "at": "B1", "holder": "p-9"},
            {"post": "grid_worker", "at": "N1", "holder": "p-2"},
            {"post": "grid_worker", "at": "N1", "holder": "p-1"},
            {"post": "grid_worker", "at": "N1", "vacant": True},
            {"post": "grid_worker", "at": "N2", "number": 7},
            {"post": "grid_worker", "at": "N2", "id": "desk-4", "holder": "p-1"},
        ]
    )

    assert seats_of(h) == {
        "B1/secretary": ["p-9"],
        "N1/grid_worker/1": ["p-1"],
        "N1/grid_worker/2": ["p-2"],
        "N1/grid_worker/3": [],
        "N2/grid_worker/7": [],
        "desk-4": ["p-1"],
    }
    assert h.posts["N1/grid_worker/3"].vacant is True
    assert [each.number for each in h.posts.values()] == [None, 1, 2, 3, 7, None]


def test_several_holders_of_a_seat_are_several_tenures() -> None:
    """Holders one after another share the seat; what only one row says of it is kept."""
    h = of_posts(
        [
            {"post": "secretary", "at": "B1", "holder": "p-2", "since": TODAY, "name": "书记"},
            {
                "post": "secretary",
                "at": "B1",
                "holder": "p-1",
                "since": dt.date(2020, 1, 1),
                "until": dt.date(2025, 6, 29),
                "appointment_source": "dispatched",
            },
        ]
    )

    assert seats_of(h) == {"B1/secretary": ["p-1", "p-2"]}
    assert h.posts["B1/secretary"].name == "书记"
    assert h.holders("B1", "secretary") == ("p-2",)
    (first, _) = h.records("tenure")
    assert isinstance(first, Tenure)
    assert (first.appointment_source, first.until) == ("dispatched", dt.date(2025, 6, 29))


def test_a_holder_who_comes_back_keeps_the_seat() -> None:
    """Two times in office of one person at one place are tenures of one seat."""
    rows = [
        {"post": "grid_worker", "at": "N1", "holder": "p-1", "until": dt.date(2020, 1, 1)},
        {"post": "grid_worker", "at": "N1", "holder": "p-1", "since": dt.date(2024, 1, 1)},
        {"post": "grid_worker", "at": "N2", "holder": "p-1", "number": 3},
        {"post": "grid_worker", "at": "N2", "holder": "p-1", "since": dt.date(2024, 1, 1)},
    ]

    assert seats_of(of_posts(rows)) == {
        "N1/grid_worker/1": ["p-1", "p-1"],
        "N2/grid_worker/3": ["p-1", "p-1"],
    }


def test_vacant_seats_are_numbered_by_what_is_said_of_them() -> None:
    """Two vacancies that are described differently have the same numbers in any order."""
    rows = [
        {"post": "grid_worker", "at": "N1", "name": name, "vacant": True} for name in ("b", "a")
    ]

    assert [each.name for each in of_posts(rows).posts.values()] == ["a", "b"]
    assert of_posts(rows) == of_posts(rows[::-1])


def test_a_number_that_an_id_uses_is_not_given_again() -> None:
    """A seat that is numbered by the library never takes the id of one that has its own."""
    rows = [
        {"post": "grid_worker", "at": "N1", "id": "N1/grid_worker/1", "holder": "p-2"},
        {"post": "grid_worker", "at": "N1", "holder": "p-1"},
    ]

    assert seats_of(of_posts(rows)) == {"N1/grid_worker/1": ["p-2"], "N1/grid_worker/2": ["p-1"]}


def test_persons_who_are_only_named_are_there() -> None:
    """A holder or member needs no row of its own; one that has a row keeps what it says."""
    h = Hierarchy.from_records(
        [
            Branch(id="B"),
            Body(id="D"),
            Post(id="S", post="secretary", at="B"),
            Tenure(post="S", holder="p-1"),
            Tenure(post="S", holder="?"),
            Membership(body="D", person="p-2"),
            Person(id="p-2", employment="community_worker"),
        ]
    )

    assert list(h.persons) == ["p-1", "p-2"]
    assert h.persons["p-2"].employment == "community_worker"
    assert "p-1" not in h


def test_what_stands_beside_a_unit_is_a_row_of_its_table() -> None:
    """Links, flags and groups of a body stand in their own tables, with mode and dates."""
    h = Hierarchy.from_records(
        [
            Branch(id="B", covers=["N", Link("M", since=TODAY)]),
            Grid(id="N", flags=["weak", {"flag": "award", "giver": "city"}]),
            Grid(id="M"),
            Body(id="D", serves=[{"unit": "N", "mode": "contract"}], groups=["b", "a"]),
            Flag(unit="N", flag="weak"),
        ]
    )

    assert [(each.target, each.since) for each in h.relation("covers")] == [
        ("M", TODAY),
        ("N", None),
    ]
    assert [each.mode for each in h.relation("serves")] == ["contract"]
    assert [each.flag for each in h.grids["N"].flags] == ["award", "weak"]
    assert h.bodies["D"].groups == ("a", "b")
    assert h.count("flag") == 2


# -- bad inputs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"post": "secretary", "holder": "p"}], [("GT108", "post[0]", "at")]),
        ([{"at": "B1", "holder": "p"}], [("GT108", "post[0]", "post")]),
        ([{"post": "secretary", "at": "B9"}], [("GT102", "post[0]", "at")]),
        ([{"post": "mayor", "at": "B1"}], [("GT107", "post[0]", "post")]),
        ([{"post": "secretary", "at": "B1", "since": TODAY}], [("GT108", "post[0]", "holder")]),
        (
            [
                {"id": "S", "post": "secretary", "at": "B1", "holder": "p"},
                {"id": "S", "post": "secretary", "at": "B2", "holder": "q"},
            ],
            [("GT101", "post[1]", "id")],
        ),
        (
            [
                {"id": "S", "post": "steward", "at": "B1"},
                {"id": "S", "post": "secretary", "at": "B1"},
            ],
            [("GT101", "post[1]", "id")],
        ),
        ([{"id": "B1", "post": "secretary", "at": "B1"}], [("GT101", "post[0]", "id")]),
        (
            [
                {"post": "secretary", "at": "B1", "holder": 7},
                {"post": "secretary", "at": 5, "holder": "p"},
            ],
            [("GT048", "post[0]", "holder"), ("GT048", "post[1]", "at")],
        ),
    ],
)
def test_seats_that_cannot_be_are_told(
    rows: list[dict[str, Any]], expected: list[tuple[str, str, str]]
) -> None:
    """A seat without place or post, at nothing, or with the id of another is one problem."""
    with pytest.raises(StructureError) as caught:
        of_posts(rows)

    found = caught.value.problems
    assert [(each.code, each.where.record, each.where.field) for each in found] == expected


def test_tables_hold_links_as_texts_records_or_mappings() -> None:
    """What stands beside a unit may be texts, mappings or records, one or several."""
    h = Hierarchy.from_tables(
        {
            "branch": {"id": ["B1", "B2"], "covers": [["N", Link("M")], None]},
            "grid": {"id": ["N", "M"], "flags": ["weak", None]},
            "body": {"id": ["D"], "serves": [[{"unit": "N", "mode": "contract"}]]},
        }
    )

    assert h.related("B1", "covers") == ("M", "N")
    assert h.branches["B2"].covers == ()
    assert h.grids["N"].flags[0].flag == "weak"
    assert h.bodies["D"].serves == (Link("N", "contract"),)


class NAType:
    """What pandas puts where there is nothing: it is neither true nor false, nor itself."""

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")

    def __eq__(self, other: object) -> NAType:  # type: ignore[override]  # as pandas has it
        return self

    __ne__ = __eq__  # type: ignore[assignment]  # as pandas has it
    __hash__ = None  # type: ignore[assignment]  # nobody asks


@pytest.mark.parametrize(
    "nothing", [None, "", float("nan"), NAType()], ids=["None", "empty", "NaN", "NA"]
)
def test_an_empty_cell_says_nothing_whatever_it_is_empty_with(nothing: object) -> None:
    """A seat whose cells are empty has no holder, no id of its own, and covers nothing."""
    h = Hierarchy.from_tables(
        {
            "branch": {"id": ["B-1"]},
            "post": {
                "id": [nothing, nothing],
                "post": ["secretary", "steward"],
                "at": ["B-1", "B-1"],
                "holder": ["p-1", nothing],
                "serves": [nothing, "B-1"],
            },
        }
    )

    assert h.ids("post") == ["B-1/secretary", "B-1/steward"]
    assert [each.holder for each in h.records("tenure")] == ["p-1"]
    assert h.related("B-1/steward", "serves") == ("B-1",)
