"""A flat table becomes a structure; ids stay; names that look alike are asked about."""

from __future__ import annotations

import csv
import io
import random
import re

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import xlsxwriter
from attrs import evolve
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st

from govtree._files import Folder
from govtree.facts import Facts
from govtree.rosters import (
    Decision,
    Decisions,
    FromPlace,
    KeptIds,
    Roster,
    RosterFile,
    RosterFiles,
    RosterPlan,
    read_roster,
)
from govtree.tables import Source
from govtree.units import Level

HEADER = ["社区", "支部", "楼组", "网格", "小区", "楼栋", "单元", "户号", "人数"]
UNITS = {
    "community": "社区",
    "branch": "支部",
    "group": "楼组",
    "grid": "网格",
    "compound": "小区",
    "building": "楼栋",
    "entrance": "单元",
    "household": "户号",
}
PLAN = RosterPlan(units=UNITS, columns={"household.residents": "人数"}, covers=[("branch", "grid")])
ROW = ("史河", "一支部", "甲组", "1格", "花园", "1栋", "1单元", "101", "3")


def row(**cells: str) -> tuple[str, ...]:
    """Return :data:`ROW` with other cells."""
    by_table = dict(zip([*UNITS.values(), "人数"], ROW, strict=True))
    names = {**UNITS, "residents": "人数"}
    by_table |= {names[table]: cell for table, cell in cells.items()}
    order = dict(zip([*UNITS.values(), "人数"], range(9), strict=True))
    return tuple(sorted_by(by_table, order))


def sorted_by(cells: dict[str, str], order: dict[str, int]) -> list[str]:
    return [cells[name] for name in sorted(cells, key=order.__getitem__)]


def frame(rows, header=HEADER):
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    told = {
        name: [cell or None for cell in cells] for name, cells in zip(header, columns, strict=True)
    }
    told["人数"] = [None if cell is None else int(cell) for cell in told["人数"]]
    return told


def roster(rows, plan=PLAN, *, facts=Facts(), header=HEADER, **how) -> Roster:  # noqa: B008 - frozen
    return read_roster(frame(rows, header), plan, facts=facts, **how)


def codes(found: Roster) -> list[str]:
    return [each.code for each in found.problems]


def told(found: Roster) -> list[str]:
    return [str(each) for each in found.problems]


def ids_by_path(found: Roster) -> dict[tuple[str, ...], str]:
    """Return the id of each unit by its table and the names on its way down, from ids.csv."""
    kept = list(csv.DictReader(io.StringIO(found.kept.to_csv().decode())))
    by_id = {each["id"]: each for each in kept}

    def path(each):
        above = path(by_id[each["parent"]]) if each["parent"] else ()
        return (*above, each["table"], each["name"])

    return {path(each): each["id"] for each in kept if each["name"]}


# -- rosters drawn at random ----------------------------------------------------------------------

names = st.sampled_from(["A", "B", "10", "9"])


@st.composite
def rows_of_households(draw, in_buildings=False):
    """Rows of distinct households: community, branch and group in any path, any territory."""
    rows = {}
    for _ in range(draw(st.integers(1, 12))):
        community, branch, group, compound, household = (draw(names) for _ in range(5))
        grid, building, entrance = (draw(st.just("") | names) for _ in range(3))
        if draw(st.integers(0, 5)) == 0:
            community = branch = group = ""
        compound = draw(st.just("") | st.just(compound))
        if in_buildings and not building:
            # Such a compound or entrance would have no household that names it.
            compound = entrance = ""
        place = (community, compound, building, entrance)
        key = (
            (*place, household)
            if building or entrance
            else (*place, branch, group, grid, household)
        )
        cells = (community, branch, group, grid, compound, building, entrance, household)
        rows.setdefault(key, (*cells, str(draw(st.integers(0, 9)))))
    return list(rows.values())


def slow_units(rows):
    """Return the paths of all units, and where each household stands: the slow twin."""
    units, households = set(), {}
    for cells in rows:
        community, branch, group, grid, compound, building, entrance, household, residents = cells
        at = {}

        def stands(table, name, *above, at=at):
            place = next((at[each] for each in above if each in at), ())
            if name:
                at[table] = (*place, table, name)
                units.add(at[table])

        stands("community", community)
        stands("branch", branch, "community")
        stands("group", group, "branch")
        stands("compound", compound, "community")
        stands("grid", grid, "community")
        stands("building", building, "compound", "community")
        stands("entrance", entrance, "building", "compound", "community")
        stands("household", household, "entrance", "building", "group", "compound", "grid")
        around = {name: at.get(name) for name in ("grid", "building", "entrance")}
        households[at["household"]] = {
            "parent": at.get("group"),
            **around,
            "residents": int(residents),
        }
    return units, households


@given(rows_of_households())
@settings(max_examples=many(60))
def test_units_are_those_that_a_dict_of_paths_finds(rows):
    """Units are the distinct paths, and a household names what its row names."""
    units, households = slow_units(rows)
    found = roster(rows)

    # A compound without a building has nothing that joins a household to it.
    loose = [each for each in rows if each[4] and not each[5]]
    assert [code for code in codes(found) if code != "GT990"] == ["GT948"] * bool(loose)
    ids = ids_by_path(found)
    assert ids.keys() == units
    h = found.hierarchy
    assert set(h.ids("household")) == {ids[path] for path in households}
    for path, expected in households.items():
        household = h.households[ids[path]]
        assert household.name == path[-1]
        assert household.residents == expected.pop("residents")
        for name, place in expected.items():
            assert getattr(household, name) == (None if place is None else ids[place])


@given(rows_of_households(), st.randoms(use_true_random=False))
@settings(max_examples=many(40))
def test_a_roster_in_any_order_is_the_same_structure(rows, chance):
    """The order of rows changes neither ids nor facts nor the files beside them."""
    one = roster(rows)
    shuffled = chance.sample(rows, len(rows))
    other = roster(shuffled)

    assert one.hierarchy == other.hierarchy
    assert one.kept.to_csv() == other.kept.to_csv()
    assert one.decisions.to_csv() == other.decisions.to_csv()


@given(rows_of_households(), rows_of_households(), st.randoms(use_true_random=False))
@settings(max_examples=many(40))
def test_rows_that_come_and_go_change_no_other_id(rows, more, chance):
    """With the kept ids, a unit has the id it always had, and a new one has a new one."""
    first = roster(rows)
    before = ids_by_path(first)
    units, _ = slow_units(rows)
    known = {place_of(each): each for each in rows}
    later = [each for each in rows if chance.random() < 0.7]
    later += [each for each in more if place_of(each) not in known]
    second = roster(chance.sample(later, len(later)), kept=first.kept)
    after = ids_by_path(second)

    assert units == set(before)
    assert len(set(after.values())) == len(after)
    assert set(before.values()) <= set(after.values())
    there, _ = slow_units(later)
    for path in there & set(before):
        # What is still there keeps its id, whatever comes in the place of what is gone.
        assert after[path] == before[path]
    if "GT991" not in codes(second):
        assert {path: after[path] for path in before} == before


def place_of(cells):
    community, branch, group, grid, compound, building, entrance, household, _ = cells
    place = (community, compound, building, entrance)
    return (*place, household) if building or entrance else (*place, branch, group, grid, household)


@given(rows_of_households(in_buildings=True), st.randoms(use_true_random=False))
@settings(max_examples=many(30))
def test_a_structure_written_as_a_flat_table_is_read_as_the_same(rows, chance):
    """Households with the names of their units in columns, shuffled, give ids and facts back."""
    first = roster(rows)
    h = first.hierarchy
    flat = []
    for id in h.ids("household"):
        household = h.households[id]
        above = {h.level_of(unit): h[unit].name for unit in h.path(id)[:-1]}
        units = {
            "grid": household.grid,
            "building": household.building,
            "entrance": household.entrance,
        }
        cells = {table: h[unit].name if unit else "" for table, unit in units.items()}
        compound = h[household.building].compound if household.building else None
        cells["compound"] = h[compound].name if compound else ""
        cells |= {table: above.get(table, "") for table in ("community", "branch", "group")}
        flat.append(
            (
                *(cells[table] for table in list(UNITS)[:-1]),
                household.name,
                str(household.residents),
            )
        )
    second = roster(chance.sample(flat, len(flat)), kept=first.kept)

    assert second.hierarchy == h
    assert second.kept.to_csv() == first.kept.to_csv()


def text_of(rows, header=HEADER) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()


@given(rows_of_households())
@settings(max_examples=many(15))
def test_a_roster_reads_the_same_from_files_and_frames(tmp_path_factory, rows):
    """CSV, a mapping, pandas, polars and pyarrow give one structure and one file of ids."""
    folder = tmp_path_factory.mktemp("roster")
    (folder / "户.csv").write_bytes(text_of(rows))
    cells = frame(rows)
    schema = pa.schema([*((name, pa.string()) for name in HEADER[:-1]), ("人数", pa.int32())])
    table = pa.table(cells, schema=schema)
    sources = [RosterFiles(Folder(folder), "户.csv"), cells, table, pl.from_arrow(table)]
    if rows:
        sources.append(pd.DataFrame(cells).astype({"人数": "Int64"}))
    found = [read_roster(each, PLAN, facts=Facts()) for each in sources]

    assert all(set(codes(each)) <= {"GT948", "GT990"} for each in found)
    assert len({each.hierarchy.fingerprint for each in found}) == 1
    assert len({each.kept.to_csv() for each in found}) == 1


# -- where units stand ----------------------------------------------------------------------------


def test_one_name_in_two_places_is_two_units():
    """Groups of one name in two branches are two; buildings in two compounds as well."""
    found = roster([ROW, row(branch="二支部", compound="新村")])

    assert found.units == {
        "community": 1, "branch": 2, "group": 2, "compound": 2, "grid": 1, "building": 2,
        "entrance": 2, "household": 2,
    }  # fmt: skip


def test_a_building_in_two_grids_is_one_building():
    """It names no grid of its own; its households name theirs."""
    h = roster([ROW, row(grid="2格", household="102")]).hierarchy

    assert h.count("building") == 1
    assert h.buildings["K-0001"].grid is None
    assert [h.households[id].grid for id in h.ids("household")] == ["N-001", "N-002"]


def test_a_building_whose_rows_agree_names_their_grid():
    """A row without a grid does not agree: coverage is to find its household."""
    same = roster([ROW, row(household="102")]).hierarchy
    partly = roster([ROW, row(household="102", grid="")]).hierarchy

    assert (same.buildings["K-0001"].grid, partly.buildings["K-0001"].grid) == ("N-001", None)
    assert same.buildings["K-0001"].compound == "X-001"
    assert partly.households["H-000002"].grid is None


def test_a_household_that_moves_group_or_grid_keeps_its_id():
    """A household is where it lives, whatever group and grid it belongs to."""
    first = roster([ROW, row(household="102")])
    second = roster([row(group="乙组", grid="2格"), row(household="102")], kept=first.kept)

    assert second.new["household"] == 0
    assert second.hierarchy.households["H-000001"].parent == "G-0002"


def test_branches_cover_the_grids_of_their_rows_only_where_the_plan_says_so():
    """A relation is stated once for each pair, and never inferred."""
    rows = [
        ROW,
        row(household="102"),
        row(household="103", grid="2格"),
        row(household="104", grid=""),
    ]
    h = roster(rows).hierarchy

    assert h.count("relation") == 2
    assert [h.branch_of(grid) for grid in h.ids("grid")] == ["B-001", "B-001"]
    assert roster(rows, evolve(PLAN, covers=())).hierarchy.count("relation") == 0


def test_optional_levels_are_skipped_and_the_unattached_stay():
    """An empty optional level is skipped; a row with none of the levels is unattached."""
    facts = Facts(levels=["community", "branch", Level("group", optional=True), "household"])
    h = roster(
        [row(group=""), row(household="102", community="", branch="", group="")], facts=facts
    ).hierarchy

    assert [h.households[id].parent for id in h.ids("household")] == [None, "B-001"]


def test_what_is_not_known_is_no_name():
    """A question mark says of a unit that it is not known which."""
    found = roster([ROW, row(household="102", grid="?", group="?")])

    assert found.units["grid"] == found.units["group"] == 1
    household = found.hierarchy.households["H-000002"]
    assert (household.grid, household.parent) == ("?", "?") or household.grid is None
    assert found.hierarchy.arrays is not None


def test_a_cell_that_shows_nothing_is_empty():
    """A name of blanks names no unit."""
    assert roster([row(grid=" ")]).units["grid"] == 0


def test_levels_without_a_role_are_part_of_the_path():
    """A level of the office's own is found as the others are, and has ids of its own name."""
    facts = Facts(levels=["district", "community", "branch", "group", "household"])
    plan = evolve(PLAN, units={"district": "区", **UNITS})
    h = roster(
        [("东区", *ROW), ("西区", *ROW)], plan, header=["区", *HEADER], facts=facts
    ).hierarchy

    assert h.ids("district") == ["district-001", "district-002"]
    assert h.count("community") == 2


def test_names_may_come_from_the_file_or_the_sheet(tmp_path):
    """A level without a column has the name of each file, of several by pattern, or sheet."""
    for name in ("河东", "河西"):
        (tmp_path / f"{name}.csv").write_bytes("户号\n101\n".encode())
    plan = RosterPlan(units={"community": FromPlace("file"), "household": "户号"})
    facts = Facts(levels=["community", "household"])
    found = read_roster(RosterFiles(Folder(tmp_path), "*.csv"), plan, facts=facts)
    sheets = evolve(plan, units={"community": FromPlace("sheet"), "household": "户号"})
    book = xlsxwriter.Workbook(tmp_path / "上报.xlsx")
    for name in ("一", "二"):
        book.add_worksheet(name).write_column("A1", ["户号", "101"])
    book.close()
    files = RosterFiles(
        Folder(tmp_path), [RosterFile("上报.xlsx", "一"), RosterFile("上报.xlsx", "二")]
    )
    named = read_roster(files, sheets, facts=facts)

    assert [h.name for h in found.hierarchy.communities.values()] == ["河东", "河西"]
    assert [h.name for h in named.hierarchy.communities.values()] == ["一", "二"]


def test_further_fields_belong_to_their_units():
    """A field of a unit is what its rows say, where some of them say nothing too."""
    plan = evolve(
        PLAN,
        columns={
            "compound.type": "类型",
            "household.address": "地址",
            "grid.code": "代码",
        },
    )
    header = ["类型", "地址", "代码", *HEADER]
    found = roster(
        [("商品房", "河街1号", "7", *ROW), ("", "", "7", *row(household="102"))],
        plan,
        header=header,
    )
    h = found.hierarchy

    assert (h.compounds["X-001"].type, h.grids["N-001"].code) == ("商品房", "7")
    assert [each.address for each in h.households.values()] == ["河街1号", None]


# -- ids ------------------------------------------------------------------------------------------


def test_new_ids_follow_the_order_of_the_names_as_numbers():
    """2栋 has its number before 10栋, whatever the order of rows."""
    found = roster([row(building="10栋"), row(building="2栋")])
    names = [each.name for each in found.hierarchy.buildings.values()]

    assert names == ["2栋", "10栋"]


def test_a_kept_id_is_never_given_again():
    """A unit that is gone keeps its id, and gets it back; the next number is a new one."""
    first = roster([ROW, row(building="2栋")])
    second = roster([row(building="3栋")], kept=first.kept)
    third = roster([row(building="2栋")], kept=second.kept)

    assert second.hierarchy.ids("building") == ["K-0003"]
    assert third.hierarchy.ids("building") == ["K-0002"]


def test_templates_make_ids():
    """Numbers are counted within the parent where its id is part of the id."""
    plan = evolve(
        PLAN,
        ids={"community": "{name}", "building": "{parent}-{number}", "grid": "{code}格"},
        columns={"grid.code": "代码"},
    )
    rows = [("9", *ROW), ("9", *row(building="2栋")), ("9", *row(compound="新村"))]
    h = roster(rows, plan, header=["代码", *HEADER]).hierarchy

    assert h.ids("community") == ["史河"]
    assert h.ids("building") == ["X-001-1", "X-002-1", "X-002-2"]
    assert h.ids("grid") == ["9格"]


def test_the_ids_of_a_registry_win():
    """What stands in its own column is the id; it is kept, and may move."""
    plan = evolve(PLAN, columns={"household.id": "编号"})
    header = ["编号", *HEADER]
    first = roster([("H-7", *ROW), ("", *row(household="102"))], plan, header=header)
    moved = roster(
        [("H-7", *row(building="2栋")), ("", *row(household="102"))], plan, header=header,
        kept=first.kept,
    )  # fmt: skip
    again = roster([("Z-1", *row(building="2栋"))], plan, header=header, kept=moved.kept)

    assert first.hierarchy.ids("household") == ["H-000008", "H-7"]
    assert moved.hierarchy.ids("household") == ["H-000008", "H-7"]
    assert again.hierarchy.ids("household") == ["Z-1"]
    assert "household,,,H-7" in again.kept.to_csv().decode().splitlines()
    assert roster([ROW], kept=again.kept).hierarchy.ids("household") == ["H-000009"]


def test_ids_may_tell_units_apart_without_names():
    """A table with ids and no names has a unit for each id, wherever it stands."""
    units = {table: name for table, name in UNITS.items() if table != "household"}
    plan = RosterPlan(units=units, columns={"household.id": "户号", "household.residents": "人数"})
    found = roster([ROW, row(household="102", building="2栋")], plan)
    twice = roster([ROW, row(building="2栋")], plan)

    assert found.hierarchy.ids("household") == ["101", "102"]
    assert codes(twice) == ["GT931"]


def test_kept_ids_are_written_and_read_as_they_are(tmp_path):
    """The file has the same bytes for the same ids, whatever names hold."""
    odd = row(building='a "b", c', grid=" 1格", group="=1+1")
    first = roster([ROW, odd])
    (tmp_path / "ids.csv").write_bytes(first.kept.to_csv())
    kept, problems = KeptIds.read(Folder(tmp_path), "ids.csv")

    assert problems == ()
    assert kept.to_csv() == first.kept.to_csv()
    assert roster([odd, ROW], kept=kept).hierarchy == first.hierarchy
    assert KeptIds.read(Folder(tmp_path), "none.csv", optional=True)[1] == ()
    assert [each.code for each in KeptIds.read(Folder(tmp_path), "none.csv")[1]] == ["GT001"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["grid,,a,N-1", "grid,,b,N-1"], ["ids.csv:row 3:id: error[GT101]"]),
        (["grid,,a,N-1", "grid,,a,N-2"], ["ids.csv:row 3:name: error[GT940]"]),
        (["grid,,,N-1", "grid,,,N-2"], []),
        (["grid,C-9,a,N-1"], ["ids.csv:row 2:parent: error[GT102]"]),
        (["grid,,a,"], ["ids.csv:row 2:id: error[GT108]"]),
        ([",,a,N-1"], ["ids.csv:row 2:table: error[GT108]"]),
        (['grid,,a,"N\n1"'], ["ids.csv:row 2:id: error[GT110]"]),
        (["grid,a,N-1"], ["ids.csv:row 2: error[GT055]", "ids.csv:row 2:id: error[GT108]"]),
    ],
)
def test_each_fault_of_kept_ids_is_told(tmp_path, lines, expected):
    """A file that people changed is held to what it has to be."""
    (tmp_path / "ids.csv").write_text("\n".join(["table,parent,name,id", *lines]) + "\n", "utf-8")
    _, problems = KeptIds.read(Folder(tmp_path), "ids.csv")

    assert [str(each).partition("]")[0] + "]" for each in problems] == expected


# -- near-twins -----------------------------------------------------------------------------------

TWINS = [ROW, row(household="102"), row(building="1幢"), row(building="1幢", household="201")]


def decided(found: Roster, word: str) -> Decisions:
    return Decisions([evolve(each, decision=word) for each in found.decisions.rows])


def test_names_that_look_alike_are_asked_about_and_not_merged():
    """Two spellings are two units until somebody decides; the open row waits in the file."""
    found = roster(TWINS)
    again = roster(TWINS, kept=found.kept, decisions=found.decisions)

    assert found.units["building"] == 2
    assert [(each.table, each.parent, each.keep, each.other) for each in found.doubts] == [
        ("building", "X-001", "1幢", "1栋")
    ]
    assert found.doubts[0].rows == found.doubts[0].other_rows == 2
    assert found.decisions.to_csv().decode() == (
        "\ufefftable,parent,keep,other,decision,place\nbuilding,X-001,1幢,1栋,,史河 > 花园\n"
    )
    assert again.decisions == found.decisions
    assert len(again.doubts) == 1


@pytest.mark.parametrize(("keep", "other"), [("1幢", "1栋"), ("1栋", "1幢")])
def test_what_was_decided_to_be_the_same_is_one_with_all_below_it(keep, other):
    """Equal children of two merged parents become one; the kept parent's ids stay."""
    first = roster(TWINS)
    before = ids_by_path(first)
    word = Decision(table="building", parent="X-001", keep=keep, other=other, decision="same")
    merged = roster(TWINS, kept=first.kept, decisions=Decisions([word]))
    h = merged.hierarchy
    compound = ("community", "史河", "compound", "花园")
    entrance = ("entrance", "1单元", "household")
    at = {name: (*compound, "building", name, *entrance) for name in (keep, other)}

    assert codes(merged) == ["GT932"]
    assert merged.doubts == ()
    assert h.ids("building") == [before[*compound, "building", keep]]
    assert merged.units["entrance"] == 1
    # 101 was in both: the kept building's id stays. What was in one of them keeps its own.
    assert set(h.ids("household")) == {
        before[*at[keep], "101"], before[*at["1幢"], "201"], before[*at["1栋"], "102"],
    }  # fmt: skip
    assert merged.new == dict.fromkeys(merged.new, 0)


def told_of_households(found: Roster) -> list[tuple[object, ...]]:
    """Return what a structure says of each household, with names in the place of ids."""
    h = found.hierarchy

    def name(id):
        return h[id].name if id else None

    def told_of(household):
        building = h.buildings[household.building] if household.building else None
        above = [name(id) for id in h.path(household.id)]
        at = [name(getattr(household, each)) for each in ("grid", "building", "entrance")]
        return (*above, *at, name(building.compound) if building else None, household.residents)

    return sorted(map(told_of, h.households.values()), key=str)


@given(rows_of_households(), st.randoms(use_true_random=False))
@settings(max_examples=many(40))
def test_merging_is_as_if_the_kept_name_had_been_written(rows, chance):
    """Names that were decided to be the same give what a roster with one name gives."""
    signs = {"A": "1栋", "B": "1幢", "9": "一栋", "10": "2栋", "": ""}
    rows = [(*each[:5], signs[each[5]], *each[6:]) for each in rows]
    first = roster(rows)
    path_of = {id: path[1::2] for path, id in ids_by_path(first).items()}
    alike = [each for each in first.doubts if each.keep != each.other]
    doubts = [each for each in alike if each.table == "building"]
    chosen = [each for each in doubts if chance.random() < 0.7]
    read_as = {(path_of.get(each.parent, ()), each.other): each.keep for each in chosen}
    words = [
        Decision(
            table="building", parent=each.parent, keep=each.keep, other=each.other, decision="same"
        )
        for each in chosen
    ]

    def written(cells):
        place = tuple(name for name in (cells[0], cells[4]) if name)
        return (*cells[:5], read_as.get((place, cells[5]), cells[5]), *cells[6:])

    found = roster(rows, kept=first.kept, decisions=Decisions(words))
    expected = roster(list(map(written, rows)))

    assert codes(found) == codes(expected)
    if expected.hierarchy is not None:
        assert found.units == expected.units
        assert told_of_households(found) == told_of_households(expected)
        assert set(found.kept.id.tolist()) == set(first.kept.id.tolist())


def test_merged_ids_stay_retired_and_the_next_month_is_the_same():
    """What was merged once is merged the same again, and a retired id is never given again."""
    first = roster(TWINS)
    words = decided(first, "same")
    second = roster(TWINS, kept=first.kept, decisions=words)
    third = roster([*TWINS, row(building="9栋")], kept=second.kept, decisions=second.decisions)

    assert set(first.kept.id.tolist()) <= set(third.kept.id.tolist())
    assert second.hierarchy.ids("building")[0] in third.hierarchy.ids("building")
    assert "K-0003" in third.hierarchy.ids("building")
    again = roster(TWINS, kept=third.kept, decisions=third.decisions)
    assert again.hierarchy == second.hierarchy


def test_what_was_decided_to_be_different_is_not_asked_again():
    """Two units stay two, without a doubt."""
    first = roster(TWINS)
    found = roster(TWINS, kept=first.kept, decisions=decided(first, "different"))

    assert (found.doubts, found.units["building"]) == ((), 2)


def test_decisions_follow_one_another():
    """Where a is b and b is c, all three are the one that is kept by none."""
    rows = [row(building=name) for name in ("1栋", "1幢", "一栋")]
    first = roster(rows)
    words = [
        Decision(table="building", parent="X-001", keep=keep, other=other, decision="same")
        for keep, other in (("1栋", "1幢"), ("1幢", "一栋"))
    ]
    found = roster(rows, kept=first.kept, decisions=Decisions(words))

    assert [each.name for each in found.hierarchy.buildings.values()] == ["1栋"]


def test_a_name_that_is_gone_is_read_as_the_kept_one():
    """Where only the other spelling is left, its unit has the kept name and the kept id."""
    first = roster(TWINS)
    found = roster(TWINS[:2], kept=first.kept, decisions=decided(first, "same"))

    (building,) = found.hierarchy.buildings.values()
    assert building.name == "1幢"
    assert (
        building.id
        == ids_by_path(first)["community", "史河", "compound", "花园", "building", "1幢"]
    )


def test_a_decision_about_what_is_gone_stays_and_does_nothing():
    """It may come back next month."""
    first = roster([ROW, row(grid="2格", household="102")])
    word = Decision(table="grid", parent="C-01", keep="1格", other="2格", decision="same")
    found = roster([row(grid="3格")], kept=first.kept, decisions=Decisions([word]))

    assert found.problems == ()
    assert found.decisions == Decisions([word])


@pytest.mark.parametrize(
    "pairs",
    [
        [("1栋", "1幢", "same"), ("1栋", "1幢", "different")],
        [("1栋", "1幢", "same"), ("1幢", "1栋", "same")],
        [("1栋", "一栋", "same"), ("1幢", "一栋", "same")],
        [("1栋", "1幢", "same"), ("1幢", "一栋", "same"), ("1栋", "一栋", "different")],
    ],
)
def test_decisions_that_contradict_one_another_are_refused(pairs):
    """Nobody guesses which of them was meant."""
    words = [
        Decision(table="building", parent="X-001", keep=keep, other=other, decision=word)
        for keep, other, word in pairs
    ]
    rows = [row(building=name) for name in ("1栋", "1幢", "一栋")]
    found = roster(rows, decisions=Decisions(words))

    assert [each.code for each in found.problems if each.severity == "error"] == ["GT944"]
    assert found.hierarchy is None


def test_decisions_are_written_and_read_as_they_are(tmp_path):
    """Chinese words are read too, and an unknown one is refused."""
    first = roster(TWINS)
    (tmp_path / "d.csv").write_bytes(
        decided(first, "same").to_csv().replace(b"same", "同".encode())
    )
    found, problems = Decisions.read(Folder(tmp_path), "d.csv")

    assert (found, problems) == (decided(first, "same"), ())
    (tmp_path / "d.csv").write_text(
        "table,parent,keep,other,decision\ngrid,,a,b,maybe\ngrid,,,b,same\n", "utf-8"
    )
    found, problems = Decisions.read(Folder(tmp_path), "d.csv")
    assert found.rows == ()
    assert [each.code for each in problems] == ["GT945", "GT108"]


def test_a_name_in_the_file_of_decisions_is_never_computed(tmp_path):
    """A spreadsheet shows what would be a formula, and the file is read back as it was."""
    names = ["=1+1", "'=1+1", "+1", "-1", "@a", "'a", "a"]
    words = Decisions([Decision(table="grid", parent="", keep=each, other="b") for each in names])
    (tmp_path / "d.csv").write_bytes(words.to_csv())

    assert Decisions.read(Folder(tmp_path), "d.csv") == (words, ())
    assert {each.keep[0] for each in words.rows} == set("='+-@a")
    cells = [line.split(",")[2] for line in words.to_csv().decode().splitlines()[1:]]
    assert {cell[0] for cell in cells} == {"'", "a"}


def test_households_that_nothing_joins_to_their_compound_are_told():
    """A household names its building, and only that its compound."""
    found = roster([row(building=""), row(building="", household="102")])

    (problem,) = told(found)
    assert problem.partition("; ")[0] == (
        "roster[0]:compound: warning[GT948]: 2 households name a compound and no building, so "
        "that nothing joins them to it: roster[0], roster[1]"
    )


# -- places that a row leaves out ------------------------------------------------------------------

#: What a row names, and the same with the cell left out.
LEFT_OUT = [
    ("building", row(), row(compound="")),
    ("household", row(), row(entrance="")),
    ("entrance", row(), row(building="")),
    ("household", row(), row(building="", entrance="")),
    ("household", row(), row(building="", entrance="", compound="")),
    ("household", row(entrance=""), row(entrance="", building="")),
    ("building", row(), row(compound="?")),
    ("building", row(), row(compound="", branch="二支部")),
]


@pytest.mark.parametrize(("table", "full", "bare"), LEFT_OUT)
@pytest.mark.parametrize("other", ["101", "102"])
def test_a_unit_whose_row_leaves_its_place_out_is_asked_about(table, full, bare, other):
    """It is a unit of its own until somebody decides, and then as if the cell were filled in."""
    bare = (*bare[:7], "101" if table == "household" else other, bare[8])
    pairs = zip(full, bare, strict=True)
    filled = tuple(there if cell in ("", "?") else cell for there, cell in pairs)
    rows = [full, bare]
    if filled[1] != full[1]:
        rows, filled = [full, (*bare[:7], "102", "3")], (*filled[:7], "102", "3")
    first = roster(rows)
    named = [each for each in first.doubts if each.keep == each.other]

    assert [(each.table, each.rows, each.other_rows) for each in named] == [(table, 1, 1)]
    assert first.units[table] == 2
    same = roster(rows, kept=first.kept, decisions=decided(first, "same"))
    written = roster([full, filled])
    assert same.doubts == ()
    assert told_of_households(same) == told_of_households(written)
    assert same.units == written.units
    assert sum(same.new.values()) == 0
    different = roster(rows, kept=first.kept, decisions=decided(first, "different"))
    assert different.doubts == ()
    assert different.hierarchy == first.hierarchy
    for found in (same, different):
        back = roster(rows, kept=found.kept)
        assert back.hierarchy == first.hierarchy
        assert back.kept.to_csv() == first.kept.to_csv()


def test_a_unit_that_may_be_one_of_several_is_told():
    """Nobody can say which of them is meant but by filling in the cell."""
    found = roster([ROW, row(compound="新村"), row(compound="", household="102")])

    assert found.doubts == ()
    (problem,) = told(found)
    assert problem.partition(";")[0] == (
        "roster[2]:building: warning[GT990]: building units whose rows leave out a place, while "
        "several of the name stand further down: 1, in roster[2]"
    )


def test_the_last_of_several_that_is_not_told_apart_is_asked_about():
    """What was decided about the others leaves one that may be meant."""
    rows = [ROW, row(compound="新村"), row(compound="", household="102")]
    first = roster(rows)
    word = Decision(table="building", parent="X-001", keep="1栋", other="1栋", decision="different")
    found = roster(rows, kept=first.kept, decisions=Decisions([word]))
    both = [evolve(word, parent=parent, decision="same") for parent in ("X-001", "X-002")]

    assert [each.parent for each in found.doubts] == ["X-002"]
    assert "GT990" not in codes(found)
    assert codes(roster(rows, kept=first.kept, decisions=Decisions(both))) == ["GT944"]


@given(rows_of_households(), st.randoms(use_true_random=False))
@settings(max_examples=many(40))
def test_no_unit_is_told_apart_from_its_namesake_in_silence(rows, chance):
    """Where a compound is left out, the buildings of both are one, asked about, or warned of."""
    rows = [each for each in rows if each[4] and each[5] and each[0]]
    bare = [(*each[:4], "", *each[5:7], f"{each[7]}x", each[8]) for each in rows]
    found = roster([*rows, *(each for each in bare if chance.random() < 0.5)])
    h = found.hierarchy

    if h is None:
        assert "GT931" in codes(found) if rows else codes(found) == ["GT950"]
        return
    placed = [each.name for each in h.buildings.values() if each.compound]
    loose = [each.name for each in h.buildings.values() if not each.compound]
    asked = [each.keep for each in found.doubts if each.table == "building"]
    if len(h.communities) == 1:
        once = [name for name in loose if placed.count(name) == 1]
        assert sorted(name for name in asked if name in loose) == sorted(once)
        several = [problem for problem in told(found) if "building units whose rows" in problem]
        assert bool(several) == any(placed.count(name) > 1 for name in loose)


cells = st.sampled_from(["", "?", "A", "B"])


@st.composite
def rows_in_doubt(draw):
    """Rows with blanks and question marks in any cell that may have one, some repeated."""
    rows = []
    for _ in range(draw(st.integers(1, 6))):
        compound, building, entrance = (draw(cells) for _ in range(3))
        rows.append((compound, building, entrance, draw(st.sampled_from("AB"))))
    return rows + draw(st.lists(st.sampled_from(rows), max_size=2))


IN_DOUBT = RosterPlan(
    units={each: each for each in ("compound", "building", "entrance", "household")}
)


def in_doubt(rows, **how):
    columns = dict(zip(IN_DOUBT.units, zip(*rows, strict=True), strict=True))
    told = {name: [cell or None for cell in each] for name, each in columns.items()}
    return read_roster(told, IN_DOUBT, facts=Facts(levels=["community", "household"]), **how)


@given(rows_in_doubt(), st.randoms(use_true_random=False), st.sampled_from(["same", "different"]))
@settings(max_examples=many(100))
def test_what_is_not_known_or_left_out_reads_the_same_in_any_order(rows, chance, word):
    """The order of rows with ``?``, blanks and repeats changes no byte, before and after."""
    first = in_doubt(rows)
    shuffled = chance.sample(rows, len(rows))
    found = [(first, in_doubt(shuffled))]
    if first.hierarchy is not None:
        how = {"kept": first.kept, "decisions": decided(first, word)}
        found.append((in_doubt(rows, **how), in_doubt(shuffled, **how)))
        # A place that is not known and one that is left out is none, the one as the other.
        blank = in_doubt([tuple("" if cell == "?" else cell for cell in each) for each in rows])
        if blank.hierarchy is not None:
            assert blank.units == first.units
    for one, other in found:
        assert (one.hierarchy is None) == (other.hierarchy is None)
        assert one.kept.to_csv() == other.kept.to_csv()
        assert one.decisions.to_csv() == other.decisions.to_csv()
        if one.hierarchy is not None:
            assert sorted(codes(one)) == sorted(codes(other))
            assert one.hierarchy.fingerprint == other.hierarchy.fingerprint


@pytest.mark.parametrize(
    ("one", "other", "expected"), [("花园", "?", "X-001"), ("花园", "", "X-001"), ("?", "", "?")]
)
def test_a_unit_names_what_any_of_its_rows_names(one, other, expected):
    """A name counts before a question mark, and that before nothing, in any order."""
    units = {table: name for table, name in UNITS.items() if table not in ("building", "entrance")}
    plan = RosterPlan(units=units, columns={"building.id": "楼栋"})
    rows = [row(compound=one), row(compound=other, household="102")]
    for each in (rows, rows[::-1]):
        assert roster(each, plan).hierarchy.buildings["1栋"].compound == expected


def test_a_unit_that_is_named_in_two_places_is_refused():
    """A registry's id that stands in two compounds, or two ids of one building, is a slip."""
    units = {table: name for table, name in UNITS.items() if table not in ("building", "entrance")}
    plan = RosterPlan(units=units, columns={"building.id": "楼栋"})
    twice = roster([ROW, row(compound="新村", household="102")], plan)
    own = evolve(PLAN, columns={"building.id": "编号"})
    rows = [("K-7", *ROW), ("K-8", *row(household="102"))]

    assert codes(twice) == ["GT933"]
    assert codes(roster(rows, own, header=["编号", *HEADER])) == ["GT933"]


# -- ids that follow, come back, or run out --------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ({"entrance": ""}, {}, {"household"}),
        ({"building": "", "entrance": ""}, {}, {"household"}),
        ({"compound": ""}, {}, {"building"}),
        ({"compound": "", "entrance": ""}, {}, {"building", "household"}),
        ({"building": ""}, {}, {"entrance"}),
    ],
)
def test_an_id_follows_its_unit_when_the_place_is_filled_in(before, after, moved):
    """The unit keeps its id, all below it keep theirs, and it is told once."""
    rows = [ROW, row(household="102")]
    first = roster([row(**before), row(**before, household="102")])
    second = roster([row(**after), row(**after, household="102")], kept=first.kept)
    third = roster(rows, kept=second.kept)

    assert second.hierarchy.ids("household") == first.hierarchy.ids("household")
    names = {each.id: each.name for each in first.hierarchy.households.values()}
    assert {each.id: each.name for each in second.hierarchy.households.values()} == names
    told_of = {each.where.field for each in second.problems if each.code == "GT991"}
    assert told_of == {UNITS[table] for table in moved} or told_of == moved
    assert third.problems == ()
    assert third.hierarchy == second.hierarchy


def test_an_id_does_not_follow_where_two_may_be_meant():
    """Two new doors of one name, or one that is still there, leave it where it is."""
    first = roster([row(entrance="")])
    two = roster([ROW, row(entrance="2单元")], kept=first.kept)
    there = roster([row(entrance=""), ROW], kept=first.kept)

    assert two.hierarchy.ids("household") == ["H-000002", "H-000003"]
    assert there.hierarchy.ids("household") == ["H-000001", "H-000002"]
    assert {"GT991"}.isdisjoint([*codes(two), *codes(there)])
    entrance = ids_by_path(there)[
        "community", "史河", "compound", "花园", "building", "1栋", "entrance", "1单元"
    ]
    word = Decision(
        table="household", parent=entrance, keep="101", other="101", decision="different"
    )
    gone = roster([ROW], kept=there.kept, decisions=Decisions([word]))
    assert gone.hierarchy.ids("household") == ["H-000002"]


@given(rows_of_households(in_buildings=True), st.randoms(use_true_random=False))
@settings(max_examples=many(30))
def test_ids_follow_filled_in_cells_in_any_order(rows, chance):
    """Which id follows depends on no order, none is given twice, and the next month is quiet."""
    bare = [(*each[:6], "" if chance.random() < 0.5 else each[6], *each[7:]) for each in rows]
    first = roster(bare)
    if first.hierarchy is None:
        return
    one = roster(rows, kept=first.kept)
    other = roster(chance.sample(rows, len(rows)), kept=first.kept)
    again = roster(rows, kept=one.kept)

    assert one.hierarchy == other.hierarchy
    assert one.kept.to_csv() == other.kept.to_csv()
    assert set(first.kept.id.tolist()) <= set(one.kept.id.tolist())
    assert again.hierarchy == one.hierarchy
    assert "GT991" not in codes(again)


@given(rows_of_households(), st.randoms(use_true_random=False))
@settings(max_examples=many(40))
def test_a_decision_that_is_taken_back_gives_every_id_back(tmp_path_factory, rows, chance):
    """What was merged for a month is two again, under the very ids, through the files too."""
    signs = {"A": "1栋", "B": "1幢", "9": "一栋", "10": "2栋", "": ""}
    rows = [(*each[:5], signs[each[5]], *each[6:]) for each in rows]
    first = roster(rows)
    merged = roster(rows, kept=first.kept, decisions=decided(first, "same"))
    if merged.hierarchy is None:
        return
    path = tmp_path_factory.mktemp("kept")
    (path / "ids.csv").write_bytes(merged.kept.to_csv())
    kept, _ = KeptIds.read(Folder(path), "ids.csv")
    back = roster(chance.sample(rows, len(rows)), kept=kept)
    again = roster(rows, kept=kept, decisions=merged.decisions)

    assert back.hierarchy == first.hierarchy
    assert back.kept.to_csv() == first.kept.to_csv()
    assert again.hierarchy == merged.hierarchy


@pytest.mark.parametrize(
    ("parent", "keep", "other", "missing"),
    [
        ("X-00l", "1幢", "1栋", "X-00l"),
        ("X-001", "1幢", "I栋", "I栋"),
        ("X-001", "2幢", "1栋", "2幢"),
        ("", "1幢", "1栋", "1幢"),
        ("X-001", "1幢", "1栋", None),
        ("X-001", "1栋", "3栋", None),
    ],
)
@pytest.mark.parametrize("word", ["same", "different", ""])
def test_a_decision_about_what_never_was_is_told(parent, keep, other, missing, word):
    """A slip of the pen is told; what once was may come back, and what is open waits."""
    first = roster([*TWINS, row(building="3栋")])
    words = [Decision(table="building", parent=parent, keep=keep, other=other, decision=word)]
    found = roster(TWINS, kept=first.kept, decisions=Decisions(words))
    said = [each for each in told(found) if "GT992" in each]

    assert [each.partition("there is and was no ")[2].partition(";")[0] for each in said] == (
        [f"'{missing}'"] if missing and word else []
    )
    assert found.hierarchy is not None


def test_two_files_of_one_name_are_told(tmp_path):
    """Both are read as one community, and the other file is named."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "史河.csv").write_bytes(f"户号\n{folder}\n".encode())
    plan = RosterPlan(units={"community": FromPlace("file"), "household": "户号"})
    facts = Facts(levels=["community", "household"])
    found = read_roster(RosterFiles(Folder(tmp_path), "*/史河.csv"), plan, facts=facts)

    (problem,) = told(found)
    assert problem.partition(";")[0] == (
        "b/史河.csv: warning[GT993]: 'a/史河.csv' has the same name, so that both are read as one "
        "community '史河'"
    )
    assert found.units == {"community": 1, "household": 2}


@pytest.mark.parametrize(
    ("id", "new", "expected"),
    [
        ("H-999999999999998", "H-999999999999999", []),
        ("H-999999999999999", None, ["GT994"]),
        ("H-9999999999999999", "H-000001", []),
    ],
)
def test_numbers_never_grow_beyond_those_that_are_counted(tmp_path, id, new, expected):
    """An id is never made that the next month would not count on; longer ones are a code."""
    lines = f"table,parent,name,id\nhousehold,,9,{id}\n"
    (tmp_path / "ids.csv").write_text(lines, "utf-8")
    kept, _ = KeptIds.read(Folder(tmp_path), "ids.csv")
    found = roster([ROW], kept=kept)

    assert codes(found) == expected
    if new:
        assert found.hierarchy.ids("household") == [new]
    else:
        assert found.kept.to_csv() == kept.to_csv()


# -- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(branch="")], ["roster[0]:branch: error[GT930]"]),
        ([row(group="")], ["roster[0]:group: error[GT930]"]),
        ([row(community="")], ["roster[0]:community: error[GT930]"]),
        ([row(household="")], ["roster[0]:household: error[GT935]"]),
        ([row(household="?")], ["roster[0]:household: error[GT935]"]),
        ([ROW, row(residents="4")], ["roster[1]:household: error[GT931]"]),
        ([ROW, row(grid="2格")], ["roster[1]:household: error[GT931]"]),
        ([ROW, row(), row()], ["roster[1]: warning[GT932]"]),
        ([ROW, row(grid="")], ["roster[1]:household: error[GT931]"]),
    ],
)
def test_each_fault_of_a_row_is_told(rows, expected):
    """What a row leaves out or contradicts is told by row and column."""
    found = roster(rows)

    assert [re.split(r"(?<=GT\d{3}\]): ", each)[0] for each in told(found)] == expected
    assert (found.hierarchy is None) == any("error" in each for each in expected)


def test_a_field_that_differs_within_a_unit_names_both_rows(tmp_path):
    """Both values are told, and where they stand."""
    header = [*HEADER, "类型"]
    rows = [(*ROW, "商品房"), (*row(household="102"), ""), (*row(household="103"), "公房")]
    (tmp_path / "户.csv").write_bytes(text_of(rows, header))
    plan = evolve(PLAN, columns={"compound.type": "类型"})
    found = read_roster(RosterFiles(Folder(tmp_path), "户.csv"), plan, facts=Facts())

    (problem,) = told(found)
    assert problem == (
        "户.csv:row 4:类型: error[GT933]: compound '花园' has '公房' here, but '商品房' in row 2; "
        "write the same in all of its rows"
    )


def test_a_household_with_two_rows_names_them_and_what_differs(tmp_path):
    """The columns are told, and no other cell of the row is shown."""
    rows = [ROW, row(group="乙组", residents="4")]
    (tmp_path / "户.csv").write_bytes(text_of(rows))
    found = read_roster(RosterFiles(Folder(tmp_path), "户.csv"), PLAN, facts=Facts())

    (problem,) = told(found)
    assert problem == (
        "户.csv:row 3:户号: error[GT931]: household '101' stands in row 2 as well, with other "
        "cells: 楼组, 人数; keep one of the two rows, or correct the cells"
    )


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ({"units": {}}, ["GT942"]),
        ({"units": {"house": "户号"}}, ["GT949"]),
        ({"units": UNITS | {"compound": "楼栋"}}, ["GT939"]),
        ({"units": {"community": "社区", "household": "户号"}}, ["GT934", "GT934"]),
        ({"units": UNITS | {"grid": "网各"}}, ["GT052"]),
        ({"units": UNITS | {"community": FromPlace("file")}}, ["GT941"]),
        ({"columns": {"household.age": "人数"}}, ["GT116"]),
        ({"columns": {"household.serves": "人数"}}, ["GT116"]),
        ({"columns": {"house.x": "人数"}}, ["GT949"]),
        ({"ids": {"house": "H-{number}"}}, ["GT949"]),
        ({"ids": {"household": "H-{nummer}"}}, ["GT936"]),
        ({"ids": {"household": "H-{number"}}, ["GT936"]),
        ({"ids": {"household": "{parent}"}}, ["GT936"]),
        ({"ids": {"household": "{number}{number}"}}, ["GT936"]),
        ({"ids": {"household": "{number:x}"}}, ["GT936"]),
        ({"ids": {"household": "{name!r}"}}, ["GT936"]),
        ({"ids": {"household": "{name.__class__}"}}, ["GT936"]),
        ({"ids": {"household": "Z{number}", "grid": "Z{number}"}}, ["GT936"]),
        ({"ids": {"grid": "{code}"}}, ["GT947"]),
        ({"ids": {"household": "{name}"}}, ["GT937"]),
        ({"covers": [("grid", "branch")]}, ["GT938"]),
        ({"covers": [("branch", "micro_grid")]}, ["GT938"]),
    ],
)
def test_each_fault_of_a_plan_is_told(plan, expected):
    """A plan that cannot be read by is refused before, or where, it goes wrong."""
    found = roster([ROW, row(building="2栋")], evolve(PLAN, **{"covers": ()} | plan))

    assert codes(found) == expected
    assert found.hierarchy is None
    assert len(found.kept) == 0


def test_unknown_tables_of_kept_ids_and_decisions_are_told():
    """A table that the structure does not have is a slip of the pen."""
    kept = roster([ROW]).kept
    facts = Facts(levels=["community", "branch", Level("kumi", "group"), "household"])
    words = Decisions([Decision(table="house", parent="", keep="a", other="b")])

    assert codes(roster([ROW], facts=facts, kept=kept, decisions=words)) == ["GT949"]


def test_several_columns_make_one_name():
    """A name may be put together of several columns."""
    plan = evolve(PLAN, units=UNITS | {"building": Source(("小区", "楼栋"), join=" ")})
    h = roster([ROW], plan).hierarchy

    assert h.buildings["K-0001"].name == "花园 1栋"


def test_a_large_roster_shuffled_is_the_same():
    """Also where a table of keys is too large, and names are many."""
    rows = [
        row(building=f"{at % 70}栋", household=str(at), group=f"组{at % 9}") for at in range(3_000)
    ]
    one = roster(rows)
    random.Random(1).shuffle(rows)

    assert roster(rows).hierarchy == one.hierarchy


# -- what files of offices have --------------------------------------------------------------------

FLAT = RosterPlan(
    units={"community": "社区", "building": "楼栋", "household": "房号"},
    columns={"household.residents": "人数"},
)
FLAT_HEADER = ["序号", "社区", "楼栋", "房号", "人数", "备注"]
FLAT_ROWS = [["1", "史河", "1栋", "101", "2", "备注：空置"], ["2", "史河", "1栋", "102", "3", ""]]
FLAT_FACTS = Facts(levels=["community", "household"])


def saved(path, lines):
    """Write lines as CSV or as a workbook, by the ending of the name."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
        return path
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    return path


def read_flat(path, **how):
    return read_roster(path, FLAT, facts=FLAT_FACTS, **how)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ([["填表人：王某", "", "", "审核人：赵某", "", ""]], ["GT928"]),
        ([["制表人：张三"], [], ["备注：本表数据截至6月底"]], ["GT928"]),
        ([["填 表 人：", "王某", "审核人（签字）：", "赵某", "", ""]], ["GT928"]),
        ([["Mengetahui, Ketua RW 01"]], ["GT928"]),
        ([["", "", "", "Prepared by: A", "", ""]], ["GT928"]),
        ([["本页小计", "", "", "", "5", ""], ["共计", "", "", "", "5", ""]], ["GT921"]),
        ([["Sub total", "", "", "", "5", ""], ["Jumlah", "", "", "", "5", ""]], ["GT921"]),
        ([["Grand total", "", "", "", "5", ""], ["备注："]], ["GT921", "GT928"]),
        ([["", "史河", "1栋", "", "2", "备注：空置"]], ["GT935"]),
    ],
)
def test_lines_that_sign_or_sum_a_table_are_no_households(tmp_path, ending, tail, expected):
    """They are left out and counted, and a row with a remark at its end stays a row."""
    found = read_flat(saved(tmp_path / f"a.{ending}", [FLAT_HEADER, *FLAT_ROWS, *tail]))

    assert codes(found) == expected
    assert not any(name in line for line in told(found) for name in ("王某", "赵某", "张三"))
    if expected != ["GT935"]:
        assert found.units["household"] == 2


def test_a_row_of_totals_without_its_word_is_told_of_it(tmp_path):
    """A row without a household may be one of totals: the hint says where their words stand."""
    tail = [["", "史河", "1栋", "", "5", "汇总"]]
    found = read_flat(saved(tmp_path / "a.csv", [FLAT_HEADER, *FLAT_ROWS, *tail]))

    assert "'totals:'" in told(found)[0]


def test_units_that_are_gone_are_counted():
    """Kept ids that no row leads to are counted by table, but for those that were merged."""
    first = roster(TWINS)
    merged = decided(first, "same")
    again = roster(TWINS, kept=first.kept, decisions=merged)
    less = roster(TWINS[:1], kept=again.kept, decisions=merged)
    without = RosterPlan(units={"community": "社区", "branch": "支部", "group": "楼组"})

    assert first.gone == again.gone == {}
    # Two units of one name in the merged building are one household, whose second id is retired.
    assert less.gone == {"household": again.units["household"] - 1}
    gone = roster(TWINS, without, kept=again.kept).gone
    assert gone["household"] == again.kept.table.tolist().count("household")


def test_a_roster_without_rows_is_an_error(tmp_path):
    """A header alone is no month in which everybody moved away."""
    found = read_flat(saved(tmp_path / "a.csv", [FLAT_HEADER]))

    assert found.hierarchy is None
    assert told(found)[0].startswith("a.csv: error[GT950]")
    assert codes(roster([])) == ["GT950"]


@pytest.mark.parametrize("word", ["同", "相同", "same", " Same ", "异", "不同", "different"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030"])
def test_what_a_spreadsheet_saves_is_read(tmp_path, word, codec):
    """Decisions and ids are read in UTF-8 and GB18030, in any of the words."""
    first = roster(TWINS)
    opened = first.decisions.to_csv()
    meant = "same" if word.strip().lower() in ("同", "相同", "same") else "different"
    text = decided(first, meant).to_csv().decode("utf-8-sig").replace(meant, word)
    (tmp_path / "d.csv").write_bytes(text.encode(codec))
    (tmp_path / "i.csv").write_bytes(first.kept.to_csv().decode().encode(codec))
    words, problems = Decisions.read(tmp_path, "d.csv")
    kept, more = KeptIds.read(tmp_path, "i.csv")

    assert opened.startswith(b"\xef\xbb\xbftable,")
    assert problems == more == ()
    assert words == decided(first, meant)
    assert kept.to_csv() == first.kept.to_csv()


def test_problems_of_ids_and_decisions_name_their_files(tmp_path):
    """What is wrong with a file beside the roster is told with its path."""
    first = roster(TWINS)
    header = "table,parent,keep,other,decision,place\n"
    rows = "building,X-001,1幢,1栋,same,\nbuilding,X-001,1栋,1幢,same,\nhouse,,a,b,,\n"
    (tmp_path / "d.csv").write_text(header + rows, encoding="utf-8")
    (tmp_path / "i.csv").write_text("table,parent,name,id\nhouse,,a,A-1\n", encoding="utf-8")
    words, _ = Decisions.read(tmp_path, "d.csv")
    kept, _ = KeptIds.read(tmp_path, "i.csv")
    found = roster(TWINS, kept=kept, decisions=words)
    (tmp_path / "d.csv").write_text(header + rows.replace("house,,a,b,,\n", ""), encoding="utf-8")
    against = roster(TWINS, kept=first.kept, decisions=Decisions.read(tmp_path, "d.csv")[0])
    (tmp_path / "e.csv").write_text(header + "grid,,a,b,maybe,\n", encoding="utf-8")
    _, unknown = Decisions.read(tmp_path, "e.csv")

    assert [line.partition(";")[0] for line in told(found)] == [
        "d.csv:table: error[GT949]: a roster names no units of 'house'",
        "i.csv:table: error[GT949]: a roster names no units of 'house'",
    ]
    assert "household" in told(found)[0]
    assert [line.partition(" ")[0] for line in told(against)] == ["d.csv:"]
    assert codes(against) == ["GT944"]
    assert str(unknown[0]).startswith("e.csv:row 2:decision: error[GT945]")


def test_names_that_hold_numbers_of_people_are_warned_of():
    """One warning a table, with the number masked and nothing else of the name."""
    rows = [
        row(household="101（张三13812345678）"),
        row(household="102 139-1234-5678"),
        row(household="103", building="2栋110105194912310021"),
        row(household="20240101123", building="3栋"),
    ]
    found = roster(rows)

    assert codes(found) == ["GT946", "GT946"]
    assert "names of household hold" in told(found)[0]
    assert ": 2, the first is 13*******78" in told(found)[0]
    assert ": 1, the first is 11**************21" in told(found)[1]
    assert not any("张三" in line for line in told(found))


def test_blanks_around_a_name_are_no_part_of_it():
    """Names are trimmed, of full-width blanks too; what stands within them is as it is."""
    found = roster([row(), row(building=" 1栋\u3000", household="102"), row(building="1 栋")])
    kept = KeptIds(found.kept.table, found.kept.parent, found.kept.name, found.kept.id)

    assert found.units["building"] == 2
    assert [(each.keep, each.other) for each in found.doubts] == [("1栋", "1 栋")]
    assert roster([row(building="1栋 ")], kept=kept).new["building"] == 0


@pytest.mark.parametrize(
    ("numbers", "names"),
    [
        (pd.Series([101, 102]), ["101", "102"]),
        (pd.Series([101.0, 102.0]), ["101", "102"]),
        (pd.Series([101, "102A"], dtype=object), ["101", "102A"]),
        (pd.Series(["0101", "102"]), ["0101", "102"]),
    ],
)
def test_whole_numbers_of_a_frame_are_names(numbers, names):
    """A frame that was read from a workbook holds the number of a flat as a number."""
    data = pd.DataFrame({"社区": ["史河"] * 2, "楼栋": [1, 2], "房号": numbers, "人数": [1, 2]})
    found = read_roster(data, FLAT, facts=FLAT_FACTS)

    assert found.problems == ()
    assert sorted(found.hierarchy.to_frame("household")["name"]) == names


def test_other_numbers_of_a_frame_are_no_names():
    """A half is no name, and neither is a truth; nothing is a cell of nothing."""
    data = {"社区": ["史河"] * 3, "楼栋": [1.5, True, None], "房号": [1, 2, 3], "人数": [1, 2, 3]}

    assert len(read_roster(data, FLAT, facts=FLAT_FACTS).problems) == 2


def test_new_ids_follow_the_order_of_names_in_any_writing():
    """Numerals count as numbers, and names that look alike are neighbors."""
    grids = ["第2网格", "第十网格", "第一网格", "第二网格", "9网格"]
    found = roster([row(grid=name, household=name) for name in grids])
    names = {
        each["id"]: each["name"]
        for each in csv.DictReader(io.StringIO(found.kept.to_csv().decode()))
        if each["table"] == "grid"
    }

    assert [names[id] for id in sorted(names)] == [
        "第一网格", "第2网格", "第二网格", "9网格", "第十网格",
    ]  # fmt: skip


def test_the_path_of_one_file_is_a_roster(tmp_path):
    """A path is read as the one file that it names, as a text or as a path."""
    path = saved(tmp_path / "a.xlsx", [FLAT_HEADER, *FLAT_ROWS])
    files = read_roster(RosterFiles(tmp_path, "a.xlsx"), FLAT, facts=FLAT_FACTS)

    assert read_flat(path).hierarchy == read_flat(str(path)).hierarchy == files.hierarchy
    assert codes(read_flat(str(tmp_path / "b.xlsx"))) == ["GT001"]


@pytest.mark.parametrize("ending", ["csv", "frame"])
def test_cells_that_cannot_be_read_hide_nothing_of_other_rows(tmp_path, ending):
    """All is told at once, and of a row with such a cell nothing but that."""
    rows = [
        ["1", "史河", "1栋", "101", "x", ""],
        ["2", "", "1栋", "102", "y", ""],
        ["3", "史河", "1栋", "103", "1", ""],
        ["4", "史河", "1栋", "103", "2", ""],
        ["5", "", "2栋", "104", "2", ""],
        ["6", "史河", "2栋", "", "z", ""],
    ]
    plan = evolve(FLAT, units=FLAT.units | {"group": "组"})
    levels = Facts(levels=["community", "group", "household"])
    header, lines = [*FLAT_HEADER, "组"], [[*each, "甲"] for each in rows]
    if ending == "csv":
        found = read_roster(saved(tmp_path / "a.csv", [header, *lines]), plan, facts=levels)
        expected = ["row 2", "row 3", "row 5", "row 6", "row 7"]
    else:
        told_as = dict(zip(header, map(list, zip(*lines, strict=True)), strict=True))
        told_as["人数"] = [int(cell) if cell.isdigit() else cell for cell in told_as["人数"]]
        found = read_roster(told_as, plan, facts=levels)
        expected = ["roster[0]", "roster[1]", "roster[3]", "roster[4]", "roster[5]"]

    assert set(codes(found)) > {"GT930", "GT931"}
    assert [each for each in expected if any(each in line for line in told(found))] == expected
    assert len(found.problems) == 5
    assert found.rows == 6
    assert found.hierarchy is None


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Building 1", "Bldg. 1", True),
        ("Block B", "building b", True),
        ("Apt 201", "Flat #201", True),
        ("RW.01", "RW 1", True),
        ("RT 05/RW 01", "RT-5/RW-1", True),
        ("Building 1", "Entrance 1", False),
        ("Entrance 1", "Stairwell 1", False),
        ("Building 1", "Building 11", False),
        ("Roomy", "Flaty", False),
    ],
)
def test_words_of_one_class_are_alike_in_english_too(one, other, alike):
    """Only words for the same kind of unit are; which is which somebody decides."""
    found = roster([row(building=one), row(building=other, household="102")])

    assert bool(found.doubts) == alike
    assert found.units["building"] == 2


def test_a_place_that_is_not_known_is_the_same_as_one_that_is_left_out():
    """Rows with ``?`` and with nothing for the compound name one building, and its door is one."""
    found = in_doubt([("?", "A", "A", "A"), ("", "A", "A", "B")])

    assert found.units == {"compound": 0, "building": 1, "entrance": 1, "household": 2}
