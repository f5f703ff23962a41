"""Structure files that are right: what is read from them, and where it stood."""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import pickle
import weakref
from pathlib import Path

import pytest
import yaml

from govtree import check, config
from govtree.config import Structure, examine, load, load_text
from govtree.errors import ConfigError, Location, MissingExtraError
from govtree.rules import Setting, Waiver
from govtree.units import Community, Declared, Grid, Level, Link, Mark, Post, Tenure, Term

PROJECT = Path(__file__).parent.parent
MEISHAN = PROJECT / "examples" / "meishan"


def test_the_example_of_the_reference_page_loads():
    """Every kind of setting and section of the example arrives where it belongs."""
    structure = load(MEISHAN)
    h = structure.hierarchy

    assert (h.name, h.as_of) == ("梅山镇, compounds along the river", dt.date(2025, 6, 30))
    assert (h.time_zone, structure.language) == ("Asia/Shanghai", "zh")
    assert [(level.level, level.role) for level in h.levels] == [
        ("general_branch", "community"),
        ("branch", "branch"),
        ("group", "group"),
        ("household", "household"),
    ]
    assert h.levels[0].text("zh") == "社区党总支"
    assert h.path("H-0002") == ("C-01", "B-01", "G-01", "H-0002")
    assert [each.tags for each in h.households.values()] == [
        {"living_alone": 1}, {"living_alone": 0}, {}, {},
    ]  # fmt: skip
    assert h.sheet("household").columns["tags.living_alone"].tolist() == [1, 0, -1, -2]
    assert h.grid_of("H-0003") == "N-02"
    assert h.branch_of("N-02") == "B-01"
    assert h.posts["B-01/secretary"] == Post(id="B-01/secretary", post="secretary", at="B-01")
    assert h.records("tenure") == (
        Tenure(post="B-01/secretary", holder="p-17", since=dt.date(2024, 3, 1)),
        Tenure(post="N-01/grid_worker/1", holder="p-22"),
    )
    assert h.posts["N-02/grid_worker/1"].vacant is True
    assert h.ids("person") == ["p-17", "p-22"]
    assert h.bodies["PM-3"].serves == (Link("X-01", mode="contract"),)
    assert h.declared == (
        Declared("compounds", 1),
        Declared("grids", 2),
        Declared("persons.community_worker", 375, "increment"),
    )
    assert structure.waivers == (
        Waiver("GT301", "N-02", "cut off by the river", dt.date(2026, 12, 31)),
    )
    assert structure.rules.settings == (
        Setting("GT210", "error"),
        Setting("GT301", None, (("count", "households"), ("target", 300), ("tolerance", 0.2))),
    )
    report = check(h, rules=structure.rules, waivers=structure.waivers)
    assert [(each.code, each.subject) for each in report] == [
        ("GT201", "H-0004"),
        ("GT301", "N-01"),
        ("GT304", "N-02"),
    ]


def test_rows_are_where_they_stood_in_file_or_table():
    """A record knows its line and column, a row of a table its file and row."""
    structure = load(MEISHAN)
    h = structure.hierarchy
    file = str(MEISHAN / "structure.yaml")

    assert h.where("N-02") == Location(file, line=16, column=38)
    assert h.where("H-0003") == Location(str(MEISHAN / "households.csv"), row=4)
    assert structure.quote(h.where("N-02")).startswith("grids: [{id: N-01")
    assert structure.quote(h.where("H-0003")) == ""
    assert structure.quote(Location("elsewhere.yaml", line=1)) == ""
    assert structure.quote(Location(file)) == ""


@pytest.mark.parametrize("path", [MEISHAN, MEISHAN / "structure.yaml", str(MEISHAN)])
def test_a_folder_stands_for_its_structure_file(path):
    """A folder, its file and a text as path all name the same structure."""
    assert load(path) == load(MEISHAN)


def test_a_file_in_the_current_folder_is_read(monkeypatch):
    """A bare name is a file of the current folder, and its tables lie beside it."""
    monkeypatch.chdir(MEISHAN)

    assert load("structure.yaml") == load(MEISHAN) == load(".")
    assert str(load("structure.yaml").hierarchy.where("H-0001")) == "households.csv:row 2"


def test_structures_with_the_same_content_are_equal_wherever_they_were_written():
    """Equality, hash and repr speak of what is said, not of where."""
    one = load_text("grids: [{id: N-1}]")
    other = load_text("# a comment\ngovtree: 1\ngrids:\n- id: N-1")

    assert one == other
    assert hash(one) == hash(other)
    assert one != load_text("grids: [{id: N-1}]\nlanguage: zh")
    assert one != load_text("grids: [{id: N-1}]\nrules: {GT210: off}")
    assert pickle.loads(pickle.dumps(one.hierarchy)) == one.hierarchy
    assert len(repr(one)) < 200


# -- ways of writing -------------------------------------------------------------------------

GROUNDS = "grids: [{id: N-1}, {id: N-2}]\n"
ALIKE = {
    "one value for a list of one": (
        "branches: [{id: B, covers: [N-1]}]", "branches: {id: B, covers: N-1}",
    ),
    "a link by its unit": (
        "branches: [{id: B, covers: [N-1]}]", "branches: [{id: B, covers: [{unit: N-1}]}]",
    ),
    "a link as a relation": (
        "branches: [{id: B, covers: [{unit: N-1, since: 2024-01-01}]}]",
        ("branches: [{id: B}]\n"
        "relations: [{relation: covers, source: B, target: N-1, since: 2024-01-01}]"),
    ),
    "a flag as a row": (
        "areas: [{id: A, flags: award}]", "areas: [{id: A}]\nflags: [{unit: A, flag: award}]",
    ),
    "a tag by its name": ("areas: [{id: A, tags: [a, b]}]", "areas: [{id: A, tags: {b: 1, a: y}}]"),
    "an alias of a word": (
        "bodies: [{id: X, kind: property_company}]", "bodies: [{id: X, kind: 物业}]",
    ),
    "a post and its tenure": (
        "posts: [{post: chair, at: N-1, holder: p, full_time: true}]",
        ("posts: [{post: chair, at: N-1}]\n"
        "tenures: [{post: N-1/chair, holder: p, full_time: true}]"),
    ),
    "a level by its name": (
        "levels: [community, branch]", "levels: [{level: community}, {level: branch}]",
    ),
    "an English label": (
        "levels: [{level: community, label: x}, branch]",
        "levels: [{level: community, label: {en: x}}, branch]",
    ),
    "a vocabulary as a list": ("vocabularies: {x: [b, a]}", "vocabularies: {x: {a: , b: }}"),
    "a bare figure": ("declared: {grids: 2}", "declared: {grids: {exact: 2}}"),
    "a rule by its slug": ("rules: {GT210: off}", "rules: {grid-without-branch: {severity: off}}"),
    "quoted and plain": ("areas: [{id: 12, x: 1.5}]", "areas: [{id: '12', x: \"1.5\"}]"),
    "nothing in four ways": (
        "areas: [{id: A, name: , code: ~, address: null, x: ''}]",
        "areas: [{id: A, name: '', code: Null, address: NULL, x: }]",
    ),
    "block and flow": (
        "areas: [{id: A, name: a b}]", "areas:\n  - id: A\n    name: >-\n      a\n      b",
    ),
    "an alias of YAML": ("areas: [{id: A, name: x}]", "areas: [{id: &a A, name: x}]"),
    "the profile that is shipped": ("areas: [{id: A}]", "profile: base\nareas: [{id: A}]"),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ALIKE.values(), ids=ALIKE)
def test_two_ways_of_writing_say_the_same(one, other):
    """The short way and the long way give equal structures."""
    assert load_text(GROUNDS + one) == load_text(GROUNDS + other)


DIFFERENT = {
    "a column that nobody gave, and an empty one": (
        "areas: [{id: A}]", "areas: [{id: A, name: }]",
    ),
    "none and unknown": ("areas: [{id: A, tags: {a: }}]", "areas: [{id: A, tags: {a: '?'}}]"),
    "a table that nobody gave, and an empty one": ("name: a", "name: a\nareas: []"),
    "a word in quotes and nothing": ("areas: [{id: A, name: ~}]", "areas: [{id: A, name: '~'}]"),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_missing_none_and_unknown_differ(one, other):
    """What nobody gave is not what is empty, and neither is what is not known."""
    assert load_text(one) != load_text(other)


def test_levels_without_a_role_stand_under_units(tmp_path):
    """A level is a section of its own under units, as records or as a table."""
    (tmp_path / "structure.yaml").write_text(
        "govtree: 1\n"
        "levels: [{level: city, kinds: [big]}, district, community]\n"
        "units:\n"
        "  city: {id: Y, kind: big}\n"
        "  district: [{id: D-1, parent: Y}, {table: d.csv}]\n"
        "communities: [{id: C, parent: D-2}]\n"
    )
    (tmp_path / "d.csv").write_text("id,parent,name\nD-2,Y,two\n")

    h = load(tmp_path).hierarchy

    assert h.path("C") == ("Y", "D-2", "C")
    assert h.ids("district") == ["D-1", "D-2"]
    assert h.levels[0] == Level("city", kinds=(Term("big"),))
    assert h.vocabularies["city_kind"] == (Term("big"),)


def test_columns_of_a_table_are_mapped(tmp_path):
    """Several columns make an id, a constant fills a field, one cell holds several ids."""
    (tmp_path / "structure.yaml").write_text(
        "govtree: 1\n"
        "grids: [{id: 'a:1'}, {id: 'a:2'}]\n"
        "branches:\n"
        "  table: b.csv\n"
        "  delimiter: ';'\n"
        "  columns:\n"
        "    id: {columns: [类, 号], join: '-'}\n"
        "    kind: {value: grid_branch}\n"
        "    covers: {column: 网格, split: '|'}\n"
        "    tags: {old: {column: 老}, new: 新}\n"
    )
    (tmp_path / "b.csv").write_text("类;号;网格;老;新;不读\nB;01;a:1|a:2;3;是;x\n")

    h = load(tmp_path).hierarchy

    assert h.ids("branch") == ["B-01"]
    branch = h.branches["B-01"]
    assert (branch.kind, dict(branch.tags)) == ("grid_branch", {"old": 3, "new": 1})
    assert branch.covers == (Link("a:1"), Link("a:2"))


def test_a_table_may_lie_in_a_folder_below(tmp_path):
    """Paths lead from the folder of the structure, and problems show them from the caller's."""
    (tmp_path / "tables").mkdir()
    (tmp_path / "structure.yaml").write_text("govtree: 1\ngrids: {table: tables/n.csv}\n")
    (tmp_path / "tables" / "n.csv").write_text("id,residents\nN-1,x\n")

    (problem,) = examine(tmp_path).problems

    assert problem.where.file == str(tmp_path / "tables" / "n.csv")


def test_parquet_without_its_package_is_a_problem_of_the_line(tmp_path, monkeypatch):
    """A table that needs a package which is not installed names it and what to install."""

    def missing(*args: object, **kwargs: object) -> None:
        raise MissingExtraError("pyarrow", "arrow")

    monkeypatch.setattr(config._load.tables, "read_table", missing)
    (tmp_path / "structure.yaml").write_text("govtree: 1\ngrids: {table: n.parquet}\n")

    (problem,) = examine(tmp_path).problems

    assert str(problem).removeprefix(f"{tmp_path}/") == (
        "structure.yaml:2:16: error[GT069]: 'n.parquet' is read by pyarrow, which is not "
        'installed; install it: pip install "govtree[arrow]"; or save the table as CSV'
    )


# -- profiles --------------------------------------------------------------------------------


def test_a_file_goes_before_its_profiles_key_by_key(tmp_path):
    """Words, rules and figures are merged to the last key; levels are replaced as a whole."""
    (tmp_path / "structure.yaml").write_text(
        "govtree: 1\n"
        "profile: own.yaml\n"
        "vocabularies: {tag: {b: {label: {zh: 乙}}}, tier: [low]}\n"
        "rules: {GT301: {target: 250}, grid-without-branch: off}\n"
        "declared: {grids: {about: 3}}\n"
    )
    (tmp_path / "own.yaml").write_text(
        "govtree: 1\n"
        "profile: base\n"
        "levels: [a, community]\n"
        "time_zone: Asia/Shanghai\n"
        "vocabularies: {tag: {a: one, b: {label: two, many: true}}}\n"
        "rules: {GT301: {tolerance: 0.5, severity: note}, GT210: error}\n"
        "declared: {grids: 4, branches: 2}\n"
    )

    structure = load(tmp_path)
    h = structure.hierarchy

    assert [level.level for level in h.levels] == ["a", "community"]
    assert h.time_zone == "Asia/Shanghai"
    assert h.vocabularies["tag"] == (
        Term("a", label=(("en", "one"),)),
        Term("b", label=(("zh", "乙"),), many=True),
    )
    assert h.vocabularies["tier"] == (Term("low"),)
    assert "relation" in h.vocabularies  # of the shipped profile
    assert structure.rules.settings == (
        Setting("GT210", "off"),
        Setting("GT301", "note", (("target", 250), ("tolerance", 0.5))),
    )
    assert h.declared == (
        Declared("branches", 2),
        Declared("grids", 3, "about"),
    )


def test_the_bare_profile_says_nothing():
    """Under it, every vocabulary is open."""
    h = load_text("profile: bare\nbodies: [{id: X, kind: anything}]").hierarchy

    assert h.vocabularies == {}
    assert h.bodies["X"].kind == "anything"
    with pytest.raises(ConfigError, match="GT107"):
        load_text("bodies: [{id: X, kind: anything}]")


@pytest.mark.parametrize("name", ["base", "bare", "luozhuang"])
def test_every_shipped_profile_loads(name):
    """A structure may start from each of them."""
    assert load_text(f"profile: {name}").hierarchy.ids("grid") == []


# -- what loading leaves behind --------------------------------------------------------------


def test_the_tree_of_the_file_is_let_go(monkeypatch):
    """Of what was read, only the structure stays: no record of the tree, no second text."""
    kept: list[weakref.ref[object]] = []
    made = config._records.Spots

    def watched(source, rows, spots):
        kept.extend(weakref.ref(row) for row in rows)
        return made(source, rows, spots)

    monkeypatch.setattr(config._records, "Spots", watched)
    entries = config._records.Entries
    if not hasattr(entries, "__weakref__"):
        pytest.skip("entries cannot be watched")
    structure = load_text("grids: [{id: N-1}, {id: N-2}]")
    gc.collect()

    assert structure.hierarchy.count("grid") == 2
    assert [ref() for ref in kept] == [None, None]


@pytest.mark.parametrize("was_on", [True, False])
@pytest.mark.parametrize("text", ["grids: []", "grids: [", "grdis: []"])
def test_the_collector_is_left_as_it_was(was_on, text):
    """Loading pauses the collector of garbage, and leaves it on or off as it found it."""
    (gc.enable if was_on else gc.disable)()
    try:
        with contextlib.suppress(ConfigError):
            load_text(text)
        assert gc.isenabled() is was_on
    finally:
        gc.enable()


def test_examine_gives_warnings_beside_the_structure(tmp_path):
    """A doubtful file gives its structure and what is doubtful."""
    (tmp_path / "structure.yaml").write_text('govtree: 1\nname: "a\u202eb"\n', "utf-8")

    examined = examine(tmp_path)

    assert isinstance(examined.structure, Structure)
    assert [each.code for each in examined.problems] == ["GT112"]
    assert examined.structure.hierarchy.warnings == examined.problems


def test_other_encodings_are_read_by_their_mark(tmp_path):
    """UTF-8 with a mark, and UTF-16, are read as they say; lines may end in CR LF."""
    text = "govtree: 1\r\nname: 罗庄\r\n"
    for codec in ("utf-8-sig", "utf-16"):
        (tmp_path / "structure.yaml").write_bytes(text.encode(codec))

        assert load(tmp_path).hierarchy.name == "罗庄"


def test_flags_and_tags_arrive_as_records():
    """What stands beside a unit is given back with it."""
    h = load_text(
        "communities: [{id: C, flags: [award, {flag: renovation, giver: x, since: 2025-03-01}]}]\n"
        "grids: [{id: N, community: C, tags: {a: 3}}]\n"
    ).hierarchy

    assert h["N"] == Grid(id="N", community="C", tags={"a": 3})
    assert h["C"] == Community(
        id="C",
        flags=[Mark("award"), Mark("renovation", "x", dt.date(2025, 3, 1))],
    )


def test_every_key_of_the_example_is_the_one_that_yaml_reads():
    """The example means the same to an ordinary reader of YAML."""
    plain = yaml.safe_load((MEISHAN / "structure.yaml").read_text("utf-8"))

    assert plain["posts"][0]["since"] == dt.date(2024, 3, 1)
    assert plain["households"]["columns"]["tags"] == {"living_alone": "独居"}


def test_a_table_may_be_several_workbooks_with_a_layout(tmp_path):
    """A pattern names several files, each of which lies as the options beside it say."""
    xlsxwriter = pytest.importorskip("xlsxwriter")
    (tmp_path / "上报").mkdir()
    for number in (1, 2):
        with xlsxwriter.Workbook(str(tmp_path / "上报" / f"{number}.xlsx")) as book:
            for name in ("说明", "网格"):
                sheet = book.add_worksheet(name)
                sheet.write_row(1, 0, ["街道", "网格", "人数（人）"])
                sheet.write_row(2, 0, ["河东", f"N-{number}1", 5])
                sheet.write_row(3, 0, ["", f"N-{number}2", "约6"])
                sheet.write_row(4, 0, ["本页共", "", 11])
    (tmp_path / "s.yaml").write_text(
        "govtree: 1\n"
        "grids:\n"
        "  table: 上报/*.xlsx\n"
        "  sheet: 网格\n"
        "  header: 2\n"
        "  fill_down: {街道: all}\n"
        "  totals: [本页共]\n"
        "  columns: {id: 网格, residents: 人数, code: 街道}\n",
        encoding="utf-8",
    )
    examined = examine(tmp_path / "s.yaml")
    h = load(tmp_path / "s.yaml").hierarchy

    assert h.ids("grid") == ["N-11", "N-12", "N-21", "N-22"]
    assert [h.grids[f"N-{n}"].code for n in (11, 12, 21, 22)] == ["河东"] * 4
    assert [each.code for each in examined.problems] == ["GT921", "GT918"] * 2
    assert {each.where.sheet for each in examined.problems} == {"网格"}


def test_a_pattern_that_matches_nothing_is_told_where_it_is_written(tmp_path):
    """A pattern is refused as a path is, with the line of the structure file."""
    (tmp_path / "structure.yaml").write_text("govtree: 1\ngrids: {table: 'x/*.xlsx'}\n")

    (problem,) = examine(tmp_path).problems

    assert (problem.code, problem.where.line) == ("GT001", 2)
