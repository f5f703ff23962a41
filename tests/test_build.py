"""What can be wrong with the shape of a structure is told, all of it, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from structures import RECORDS, Structure, structures

from govtree import Hierarchy
from govtree._build import build
from govtree._columns import Words, equal
from govtree._rows import Rows
from govtree.errors import Problem, RecordPlaces, StructureError
from govtree.units import (
    SHIPPED_LEVELS,
    Area,
    Body,
    Branch,
    Community,
    Compound,
    Flag,
    Grid,
    Group,
    Household,
    Level,
    LevelUnit,
    Person,
    Post,
    Record,
    Relation,
    Tenure,
    Term,
    Unit,
)

FEW = settings(max_examples=25)

#: Code, place of the faulty record among those of its table, and field.
Expected = tuple[str, str, str]


def problems_of(records: Sequence[Record], **facts: Any) -> list[Problem]:
    """The errors that keep *records* from being a structure."""
    try:
        Hierarchy.from_records(records, **facts)
    except StructureError as error:
        return [each for each in error.problems if each.severity == "error"]
    return []


def told(problems: Sequence[Problem]) -> list[Expected]:
    return sorted((each.code, each.where.record, each.where.field) for each in problems)


class Spoiled:
    """A structure to which faulty records are added, and what is to be told of each."""

    def __init__(self, drawn: Structure) -> None:
        self.drawn = drawn
        self.levels = drawn.levels
        self.records: list[Record] = list(drawn.records)
        self.expected: list[Expected] = []

    def add(self, table: str, code: str = "", field: str = "", **fields: Any) -> None:
        """Add a row to *table*, faulty in *field* where a *code* is given."""
        record = RECORDS.get(table) or {"tenure": Tenure, "flag": Flag, "relation": Relation}.get(
            table, LevelUnit
        )
        level = {"level": table} if record is LevelUnit else {}
        place = sum(self.table(each) == table for each in self.records)
        self.records.append(record(**level, **fields))
        if code:
            self.expected.append((code, f"{table}[{place}]", field))

    def table(self, record: Record) -> str:
        if isinstance(record, LevelUnit):
            return record.level
        names = {record: table for table, record in RECORDS.items()}
        return names.get(type(record), type(record).__name__.lower())

    @property
    def top(self) -> str:
        return self.levels[0].table

    @property
    def second(self) -> str:
        return self.levels[1].table


def repeat_an_id(spoiled: Spoiled) -> None:
    spoiled.add("area", id="§area")
    spoiled.add("area", "GT101", "id", id="§area")


def repeat_an_id_in_another_table(spoiled: Spoiled) -> None:
    spoiled.add("area", id="§shared")
    spoiled.add("body", "GT101", "id", id="§shared")


def name_a_parent_that_is_not_there(spoiled: Spoiled) -> None:
    spoiled.add(spoiled.second, "GT102", "parent", id="§orphan", parent="§nowhere")


def stand_under_a_place(spoiled: Spoiled) -> None:
    spoiled.add("grid", id="§grid")
    spoiled.add(spoiled.second, "GT103", "parent", id="§astray", parent="§grid")


def stand_under_a_lower_level(spoiled: Spoiled) -> None:
    spoiled.add(spoiled.second, id="§lower")
    spoiled.add(spoiled.top, "GT103", "parent", id="§upside-down", parent="§lower")


def stand_under_oneself(spoiled: Spoiled) -> None:
    spoiled.add(spoiled.second, "GT105", "parent", id="§self", parent="§self")


def circle_of(length: int) -> Callable[[Spoiled], None]:
    def stand_in_a_circle(spoiled: Spoiled) -> None:
        for at in range(length):
            code = "" if at else "GT104"
            before = (at - 1) % length
            spoiled.add(
                spoiled.second, code, "parent", id=f"§{length}-{at}", parent=f"§{length}-{before}"
            )

    stand_in_a_circle.__name__ = f"stand_in_a_circle_of_{length}"
    return stand_in_a_circle


def circle_between_levels(spoiled: Spoiled) -> None:
    spoiled.add(spoiled.top, "GT104", "parent", id="§ring-1", parent="§ring-2")
    spoiled.add(spoiled.second, id="§ring-2", parent="§ring-1")


def skip_a_level(spoiled: Spoiled) -> None:
    last = spoiled.levels[-1].table
    if len(spoiled.levels) > 2 and not all(each.optional for each in spoiled.levels[1:-1]):
        spoiled.add(spoiled.top, id="§high")
        spoiled.add(last, "GT106", "parent", id="§low", parent="§high")


def leave_a_field_out(spoiled: Spoiled) -> None:
    spoiled.add("area", id="§flagged")
    spoiled.add("flag", "GT108", "flag", unit="§flagged", flag=None)


def leave_an_id_out(spoiled: Spoiled) -> None:
    spoiled.add("area", "GT109", "", id="")


def use_an_unknown_word(spoiled: Spoiled) -> None:
    spoiled.add("body", id="§body")
    spoiled.add("post", "GT107", "post", id="§post", post="president", at="§body")


def cover_a_community(spoiled: Spoiled) -> None:
    spoiled.add("body", id="§one")
    spoiled.add("area", id="§other")
    fields = {"relation": "covers", "source": "§one", "target": "§other"}
    # Each end that a relation does not join is a fault of its own.
    spoiled.add("relation", "GT103", "source", **fields)
    spoiled.expected.append((*spoiled.expected[-1][:2], "target"))


def write_what_no_id_can_hold(spoiled: Spoiled) -> None:
    spoiled.add("area", "GT110", "id", id="§line\nbreak")


DEFECTS: tuple[Callable[[Spoiled], None], ...] = (
    repeat_an_id,
    repeat_an_id_in_another_table,
    name_a_parent_that_is_not_there,
    stand_under_a_place,
    stand_under_a_lower_level,
    stand_under_oneself,
    circle_of(2),
    circle_of(3),
    circle_of(4),
    circle_between_levels,
    skip_a_level,
    leave_a_field_out,
    leave_an_id_out,
    use_an_unknown_word,
    cover_a_community,
    write_what_no_id_can_hold,
)


# -- properties ------------------------------------------------------------------------------


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
@settings(max_examples=many(8))
@given(drawn=structures())
def test_a_defect_is_told_where_it_is_and_nothing_else(
    defect: Callable[[Spoiled], None], drawn: Structure
) -> None:
    """Each defect added to a sound structure gives its code, at its record, alone."""
    spoiled = Spoiled(drawn)
    defect(spoiled)

    assert told(problems_of(spoiled.records, **drawn.facts)) == sorted(spoiled.expected)


@FEW
@given(structures())
def test_all_defects_are_told_at_once(drawn: Structure) -> None:
    """However many defects there are, each is told as if it were the only one."""
    spoiled = Spoiled(drawn)
    for defect in DEFECTS:
        defect(spoiled)

    assert told(problems_of(spoiled.records, **drawn.facts)) == sorted(spoiled.expected)


@FEW
@given(structures(), st.randoms(use_true_random=False))
def test_order_of_rows_changes_no_problem(drawn: Structure, order: random.Random) -> None:
    """The same defects are told of the same ids whatever the order of rows and tables."""
    spoiled = Spoiled(drawn)
    for defect in DEFECTS:
        defect(spoiled)
    shuffled = list(spoiled.records)
    order.shuffle(shuffled)

    def said(records: Sequence[Record]) -> list[Any]:
        return sorted(
            (each.code, [(name, value) for name, value in each.values if name != "first"])
            for each in problems_of(records, **drawn.facts)
        )

    assert said(shuffled) == said(spoiled.records)


@FEW
@given(structures())
def test_a_fact_that_is_stated_twice_is_one(drawn: Structure) -> None:
    """Relations, tenures, flags and whatever has no id may be stated again."""
    again = [each for each in drawn.records if not isinstance(each, Unit | Person)]

    assert Hierarchy.from_records([*drawn.records, *again], **drawn.facts) == drawn.hierarchy


# -- in the field ----------------------------------------------------------------------------


def test_of_three_units_with_one_id_two_are_told() -> None:
    """An id in three tables is told twice, with the place that used it first."""
    found = problems_of([Grid(id="X"), Compound(id="X"), Area(id="X")])

    assert [each.code for each in found] == ["GT101", "GT101"]
    assert len({each.where for each in found}) == 2


def test_one_of_many_repeats_is_told_for_each_row() -> None:
    """Of three equal ids in a table the second and third are told, both with the first."""
    found = problems_of([Grid(id="X"), Grid(id="X"), Grid(id="X")])

    assert [(str(each.where), dict(each.values)["first"]) for each in found] == [
        ("grid[1]:id", "grid[0]:id"),
        ("grid[2]:id", "grid[0]:id"),
    ]


def test_a_circle_is_told_once_and_in_order() -> None:
    """A circle is one problem, at its first unit, and names the way round."""
    (found,) = problems_of(
        [Group(id="G3", parent="G1"), Group(id="G1", parent="G2"), Group(id="G2", parent="G3")]
    )

    assert (found.code, str(found.where)) == ("GT104", "group[1]:parent")
    assert dict(found.values)["circle"] == "G1 > G3 > G2 > G1"


def test_what_hangs_on_a_circle_has_only_its_own_fault() -> None:
    """A unit under one of a circle is told its wrong level, not the circle."""
    found = problems_of(
        [
            Group(id="G1", parent="G2"),
            Group(id="G2", parent="G1"),
            Group(id="G3", parent="G2"),
            Household(id="H", parent="G1"),
        ]
    )

    assert told(found) == [("GT103", "group[2]", "parent"), ("GT104", "group[0]", "parent")]


def test_other_spellings_are_read_as_their_word() -> None:
    """Aliases of a word and the word itself are one word, in seats as well."""
    vocabularies = {
        "compound_type": [Term("commercial", aliases=("商业开发", "商住"))],
        "post": [Term("secretary", aliases=("书记",))],
    }
    h = Hierarchy.from_tables(
        {
            "compound": {"id": ["X1", "X2", "X3"], "type": ["商住", "commercial", "商业开发"]},
            "branch": {"id": ["B"]},
            "post": {"post": ["书记", "secretary"], "at": ["B", "B"], "holder": ["p-1", "p-2"]},
        },
        vocabularies=vocabularies,
    )

    assert {each.type for each in h.compounds.values()} == {"commercial"}
    assert list(h.posts) == ["B/secretary"]
    assert h.holders("B", "secretary") == ("p-1", "p-2")


def test_kinds_of_a_level_are_a_vocabulary() -> None:
    """Where a level names its kinds, another word is a problem."""
    kinds = (Term("building_group"), Term("residents_group"))
    levels = [Level("branch", "branch"), Level("group", "group", kinds=kinds)]
    (found,) = problems_of(
        [Group(id="G1", kind="building_group"), Group(id="G2", kind="bilding_group")],
        levels=levels,
    )

    assert (found.code, str(found.where)) == ("GT107", "group[1]:kind")
    assert dict(found.values)["meant"] == "building_group"


def test_not_known_is_neither_a_word_nor_an_id() -> None:
    """``?`` says in words and references that nobody knows, and is no fault."""
    h = Hierarchy.from_records(
        [
            Household(id="H", parent="?", grid="?", occupancy="?"),
            Body(id="D"),
            Person(id="p", home="?"),
        ],
        vocabularies={"occupancy": [Term("let")]},
    )

    assert h.parent("H") is None
    assert (h.households["H"].parent, h.households["H"].occupancy) == ("?", "?")
    assert h.path("H") == ("H",)
    assert h.subtree("H").households["H"].grid == "?"


cells = st.none() | st.sampled_from(["C-1", "B-1", "B-2", "G-1", "?", "X-9", "B-l"])


@given(st.lists(cells, max_size=8), st.lists(cells, max_size=8), st.randoms(use_true_random=False))
def test_references_are_the_same_as_words_and_as_texts(parents, grids, chance) -> None:
    """Each word is looked up once, and every row that holds it points where a text would."""
    count = min(len(parents), len(grids))
    ids = [f"H-{at}" for at in range(count)]
    chance.shuffle(ids)
    others = [
        Rows("community", {"id": ["C-1"]}, 1, RecordPlaces("community")),
        Rows("branch", {"id": ["B-1", "B-2"]}, 2, RecordPlaces("branch")),
        Rows("group", {"id": ["G-1"]}, 1, RecordPlaces("group")),
        Rows("grid", {"id": ["N-1"]}, 1, RecordPlaces("grid")),
    ]
    built = []
    for made in (list, Words.of):
        columns = {"id": ids, "parent": made(parents[:count]), "grid": made(grids[:count])}
        rows = Rows("household", columns, count, RecordPlaces("household"))
        built.append(build(SHIPPED_LEVELS, {}, [*others, rows]))
    one, other = built

    assert one.problems == other.problems
    for name, stored in one.sheets["household"].columns.items():
        assert equal(stored, other.sheets["household"].columns[name])


def test_an_optional_level_may_be_skipped_by_some() -> None:
    """Units under an optional level and units that skip it stand side by side."""
    levels = [
        Level("RW", "community"),
        Level("RT", "branch", optional=True),
        Level("KK", "household"),
    ]
    h = Hierarchy.from_records(
        [
            Community(id="RW-1"),
            Branch(id="RT-1", parent="RW-1"),
            Household(id="K1", parent="RT-1"),
            Household(id="K2", parent="RW-1"),
        ],
        levels=levels,
    )

    assert (h.path("K1"), h.path("K2")) == (("RW-1", "RT-1", "K1"), ("RW-1", "K2"))
    assert h.descendants("RW-1") == ("RT-1", "K1", "K2")
    assert h.roll_up(by="RT") == {"RT-1": 1, None: 1}
    assert h.arrays.path("household", h.rows("household", ["K1", "K2"])).tolist() == [
        [0, 0, 0],
        [0, -1, 1],
    ]


# -- bad inputs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("records", "levels", "line"),
    [
        (
            [Branch(id="B-30"), Group(id="G-07", parent="B-3O")],
            None,
            (
                "group[0]:parent: error[GT102]: group 'G-07' names branch 'B-3O' as its parent, "
                "which is not there; did you mean 'B-30'?"
            ),
        ),
        (
            [Community(id="C"), Household(id="H", parent="C")],
            None,
            (
                "household[0]:parent: error[GT106]: household 'H' stands under community 'C' and "
                "skips branch, group; name the unit between them, or mark the skipped level with "
                "'optional: true'"
            ),
        ),
        (
            [Branch(id="B")],
            [Level("region"), Level("place")],
            "branch[0]: error[GT115]: the structure has no table 'branch'; use one of",
        ),
        (
            [LevelUnit(level="distict", id="D")],
            [Level("district"), Level("community")],
            (
                "distict[0]: error[GT115]: the structure has no table 'distict'; "
                "did you mean 'district'?"
            ),
        ),
        (
            [Body(id="D"), Post(id="P", post="head", at="D"), Post(id="Q", post="head", at="P")],
            None,
            (
                "post[1]:at: error[GT103]: post 'Q' names 'P' as its at, which is a post, "
                "not unit, area or body"
            ),
        ),
    ],
)
def test_messages_say_what_where_and_how_to_mend(
    records: list[Record], levels: list[Level] | None, line: str
) -> None:
    """A problem repeats the value and names the place, the neighbor and the way out."""
    facts = {} if levels is None else {"levels": levels}
    (found,) = problems_of(records, **facts)

    assert str(found).startswith(line)


@pytest.mark.parametrize(
    "levels",
    [
        [Level("only")],
        [Level(f"l{at}") for at in range(9)],
        [Level("a"), Level("a")],
        [Level("a b"), Level("c")],
        [Level("grid"), Level("c")],
        [Level("a", "branch"), Level("b", "community")],
        [Level("a", "branch"), Level("b", "branch")],
        [Level("household"), Level("below")],
        [Level("a", "mayor"), Level("b")],
        [Level("branch", "group"), Level("b")],
    ],
)
def test_levels_that_are_no_chain_are_refused(levels: list[Level]) -> None:
    """Names, roles, order and number of levels are checked before anything is built."""
    assert [each.code for each in problems_of([], levels=levels)] == ["GT114"]


def test_a_value_that_is_no_record_is_refused() -> None:
    """What is not a record is told by its type."""
    with pytest.raises(TypeError, match="type dict is no record"):
        Hierarchy.from_records([{"id": "H"}])  # type: ignore[list-item]  # what it refuses


@pytest.mark.parametrize("tag", ["", "a\0b", "\0", "\ud800"])
def test_a_tag_has_a_name_that_can_be_written(tag):
    """A name that a file, a graph or a fingerprint would mistake is no name of a tag."""
    given = {"grid": {"id": ["N-1", "N-2"], f"tags.{tag}": [None, 1]}}

    with pytest.raises(StructureError) as caught:
        Hierarchy.from_tables(given)

    assert told(caught.value.problems) == [("GT124", "grid[1]", f"tags.{tag}")]


def test_a_relation_is_called_something():
    """A relation whose name is not known would be an edge of which nothing can be said."""
    records = [Grid(id="N"), Branch(id="B"), Relation(relation="?", source="B", target="N")]

    assert told(problems_of(records)) == [("GT108", "relation[0]", "relation")]
