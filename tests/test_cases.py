"""What is asked of some subjects otherwise than of others, and what is not there to be asked."""

from __future__ import annotations

import datetime as dt
import textwrap
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from small_compounds import small_compounds
from small_structures import small_structures

from govtree import (
    Branch,
    Building,
    Community,
    Compound,
    ConfigError,
    Declared,
    Grid,
    Group,
    Hierarchy,
    Household,
    OutOfRangeError,
    Post,
    Term,
)
from govtree.config import examine, load_text
from govtree.coverage import check
from govtree.findings import Completeness, Report
from govtree.rules import RULE_SETS, SHIPPED, Case, RuleSet, Setting
from govtree.rules._catalogue import in_set
from govtree.rules._scope import belonging_to, sharing_ground
from govtree.units import TERRITORY

PATH = Path(__file__).parent

# Which subjects a case is about


def path_ids(h, table, id):
    """Return what a row is, stands under or lies in, by the questions of one id."""
    if table == "post":
        at = h.posts[id].at
        if at not in h:
            return {id}
        return {id} | path_ids(h, h.level_of(at), at)
    found = {id}
    for upper in (*(level.table for level in h.levels), *TERRITORY):
        if upper != table and h.has(upper):
            rows = (
                h.arrays.belongs(table, upper)
                if upper != "compound"
                else h.arrays.within(table, upper)
            )
            row = int(rows[h.rows(table, [id])[0]])
            found |= {h.ids(upper)[row]} if row >= 0 else set()
    return found


@given(small=small_structures(), data=st.data())
@settings(max_examples=many(100))
def test_what_belongs_to_a_unit_is_what_leads_to_it_one_by_one(small, data):
    """Rows that belong to a unit are those that it is, or that stand under it or lie in it."""
    h = small.h
    units = [id for name in h.nodes for id in h.ids(name) if name not in ("body", "area", "post")]
    unit = data.draw(st.sampled_from(units))
    for table in h.nodes:
        if table in ("household", "group", "branch", "community", "building", "grid", "post"):
            expected = [id for id in h.ids(table) if unit in path_ids(h, table, id)]
            found = np.flatnonzero(belonging_to(h, table, (unit,)))

            assert h.ids(table, found.astype(np.int32)) == expected, table


@given(small=small_compounds())
@settings(max_examples=many(100))
def test_ground_is_shared_with_a_compound_where_a_building_lies_in_both(small):
    """A grid has to do with the compounds whose buildings lie in it, a building with its own."""
    h = small.h
    for at, compound in enumerate(h.ids("compound")):
        only = np.arange(h.count("compound")) == at
        inside = h.arrays.within("building", "compound") == at
        grids = h.arrays.within("building", "grid")

        assert (sharing_ground(h, "building", only) == inside).all()
        met = {h.ids("grid")[row] for row in grids[inside].tolist() if row >= 0}
        found = np.flatnonzero(sharing_ground(h, "grid", only)).astype(np.int32)
        assert set(h.ids("grid", found)) == met, compound


PLACE = [
    Community(id="C-1"),
    Community(id="C-2"),
    Compound(id="X-1", community="C-1", type="commercial", tier="priority"),
    Compound(id="X-2", community="C-1", type="mixed"),
    Grid(id="N-1", community="C-1", households=500),
    Grid(id="N-2", community="C-1", households=500, tags={"river": 1}),
    Grid(id="N-3", community="C-2", households=500),
    Building(id="T-1", compound="X-1", grid="N-1"),
    Building(id="T-2", compound="X-2", grid="N-2"),
]
WORDS = {"compound_type": (Term("commercial", aliases=("商住",)), Term("mixed"))}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"target": 500}, []),
        ({"where": [{"type": "commercial", "target": 500}]}, ["N-2", "N-3"]),
        ({"where": [{"type": "商住", "target": 500}]}, ["N-2", "N-3"]),
        ({"where": [{"tier": "priority", "severity": "off"}]}, ["N-2", "N-3"]),
        ({"where": [{"tag": "river", "target": 500}]}, ["N-1", "N-3"]),
        ({"where": [{"unit": "C-1", "target": 500}]}, ["N-3"]),
        ({"where": [{"unit": "N-3", "target": 500}]}, ["N-1", "N-2"]),
        ({"severity": "off", "where": [{"unit": "C-1", "severity": "note"}]}, ["N-1", "N-2"]),
        # Both names of a case have to fit.
        ({"where": [{"unit": "C-1", "tag": "river", "target": 500}]}, ["N-1", "N-3"]),
        # The last case that fits counts.
        (
            {"where": [{"unit": "C-1", "target": 500}, {"tag": "river", "target": 300}]},
            ["N-2", "N-3"],
        ),
        # What a later case does not say stays as an earlier one has it.
        (
            {"where": [{"unit": "C-1", "target": 500}, {"tag": "river", "severity": "error"}]},
            ["N-3"],
        ),
        # A unit that is not there has nothing under it.
        ({"where": [{"unit": "C-9", "target": 500}]}, ["N-1", "N-2", "N-3"]),
    ],
)
def test_a_case_changes_what_is_asked_of_its_subjects(asked, expected):
    """Subjects named by type, tier, tag or unit are asked otherwise; of others nothing changes."""
    h = Hierarchy.from_records(PLACE, vocabularies=WORDS)
    report = check(h, rules=RuleSet.of({"GT301": {"target": 300} | asked}).only("GT301"))

    assert [each.subject for each in report] == expected


def test_severities_differ_between_subjects():
    """A case may make findings graver; subjects that are off are not counted as looked at."""
    where = [{"tag": "river", "severity": "error"}, {"unit": "N-3", "severity": "off"}]
    rules = RuleSet.of({"GT301": {"target": 300, "where": where}}).only("GT301")
    report = check(Hierarchy.from_records(PLACE), rules=rules)

    assert [(each.subject, each.severity) for each in report] == [
        ("N-1", "warning"),
        ("N-2", "error"),
    ]
    assert report.checked[0].subjects == 2


def test_a_rule_that_is_off_is_asked_of_its_cases_alone():
    """Who asks it of some says nothing of the others; 'off' turns the cases of a profile off."""
    some = RuleSet.of({"GT301": {"where": [{"unit": "N-2"}]}}).only("GT301")

    assert [each.subject for each in check(Hierarchy.from_records(PLACE), rules=some)] == ["N-2"]
    off = Setting("GT301", "off").over(some.settings[0])
    assert (off.severity, off.where) == ("off", ())


def test_posts_and_branches_have_to_do_with_compounds_through_their_places():
    """A case by type reaches the posts at a compound and the branch that answers for it."""
    h = Hierarchy.from_records(
        [
            *PLACE,
            Branch(id="B-1", parent="C-1", covers=["N-1"]),
            Branch(id="B-2", parent="C-1", covers=["N-2"]),
            Post(id="S-1", post="warden", at="X-1", vacant=True),
            Post(id="S-2", post="warden", at="X-2", vacant=True),
        ]
    )
    off = {"where": [{"type": "mixed", "severity": "off"}]}
    asked = RuleSet.of({"GT403": off, "GT401": off}).only("GT403", "GT401")

    assert [each.subject for each in check(h, rules=asked)] == ["B-1", "S-1"]


# Rule sets


def test_a_rule_set_is_what_it_was_when_it_was_released():
    """Codes, severities, parameters and defaults of a released set never change."""
    frozen = (PATH / "rule_set_2026.1.txt").read_text("utf-8").splitlines()

    assert [line_of(each) for each in in_set("2026.1")] == frozen


def line_of(each):
    asked = " ".join(f"{one.name}={one.default}" for one in each.parameters)
    return f"{each.code} {each.slug} {'off' if each.off else each.severity} {asked}".strip()


def test_a_later_rule_belongs_to_a_later_set(monkeypatch):
    """A rule that came later is run by the newest set, and under an older one where it is named."""
    later = evolve(SHIPPED[0], code="GT299", slug="later", since="2027.1")
    from govtree.rules import _catalogue

    monkeypatch.setattr(_catalogue, "SHIPPED", (*SHIPPED, later))
    monkeypatch.setattr(_catalogue, "RULE_SETS", ("2026.1", "2027.1"))

    assert later not in in_set("2026.1")
    assert later in in_set("2027.1")
    assert in_set("2026.1") == SHIPPED


def test_a_file_names_its_rule_set():
    """The set that a file names is kept, and one that is not there is a problem with a hint."""
    structure = load_text("rule_set: '2026.1'\nrules: {GT301: {target: 250}}")

    assert structure.rules.name == "2026.1"
    assert structure.rules.rules == SHIPPED
    assert RULE_SETS == ("2026.1",)
    with pytest.raises(ConfigError, match=r"GT100.*2026.2.*did you mean '2026.1'"):
        load_text("rule_set: '2026.2'")


# In a file


def test_a_file_asks_some_subjects_otherwise():
    """Cases in a file are read with their parameters, and replace those of a profile whole."""
    structure = load_text(
        textwrap.dedent("""\
        grids: [{id: N-1}]
        rules:
          households-a-grid:
            target: 250
            where:
              - {unit: N-1, target: 500, severity: note}
        """)
    )

    assert structure.rules.settings == (
        Setting(
            "GT301",
            None,
            (("target", 250),),
            (Case(unit="N-1", severity="note", parameters=(("target", 500),)),),
        ),
    )


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("[{}]", "2:25: error[GT086]: a case under 'where' of rule 'GT301' does not say"),
        ("[{target: 3}]", "2:25: error[GT086]: a case under 'where' of rule 'GT301' does not say"),
        ("[{unit: N-9}]", "2:32: error[GT125]: 'N-9', which is named under 'where', is not in"),
        ("[{type: comercial}]", "2:32: error[GT107]: 'comercial' is not in the vocabulary"),
        ("[{unit: N-1, targt: 3}]", "2:37: error[GT082]: rule 'GT301' has no parameter 'targt'"),
        ("[{unit: N-1, target: x}]", "2:45: error[GT083]: 'x' is no value for 'target'"),
        ("[{unit: N-1, severity: fatal}]", "2:47: error[GT084]: 'fatal' is not a severity"),
        ("[{unit: [N-1]}]", "2:32: error[GT091]: 'unit' has to be a text"),
        ("[3]", "2:25: error[GT091]: an entry of 'where' has to be a mapping"),
    ],
)
def test_cases_that_do_not_fit_are_told_at_their_place(where, expected):
    """Whom a case is about, and what it asks for, is checked when the file is read."""
    with pytest.raises(ConfigError) as refused:
        load_text(f"grids: [{{id: N-1}}]\nrules: {{GT301: {{where: {where}}}}}")

    assert expected in str(refused.value)


def test_a_rule_about_the_whole_has_no_cases():
    """Declared figures, waivers and roots have no subjects that could be asked otherwise."""
    with pytest.raises(ConfigError, match=r"GT082.*rule 'GT303' has no parameter 'where'"):
        load_text("rules: {GT303: {where: [{unit: N-1, severity: off}]}}")


def test_two_rules_have_two_codes():
    """A rule that is handed in twice runs once; two of one code are refused."""
    h = Hierarchy.from_records(PLACE)

    assert len(check(h, rules=[SHIPPED[0], SHIPPED[0]]).not_checked) == 1
    assert len(check(h, rules=(each for each in SHIPPED[:2])).not_checked) == 2
    with pytest.raises(OutOfRangeError, match="two rules have the code 'GT201'"):
        check(h, rules=[SHIPPED[0], evolve(SHIPPED[1], code="GT201")])
    with pytest.raises(OutOfRangeError, match="there is no rule 'GT2'"):
        RuleSet().only("GT2")


# Words that rules are asked for


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("{GT302: {posts: [grid_worker, grid_wroker]}}", ["1:38 grid_wroker grid_worker"]),
        ("{GT302: {posts: grid_wroker}}", ["1:24 grid_wroker grid_worker"]),
        ("{GT302: {employment: comunity_worker}}", ["1:29 comunity_worker community_worker"]),
        ("{GT401: {post: secretery}}", ["1:23 secretery secretary"]),
        ("{GT310: {kind: joint_brnch}}", ["1:23 joint_brnch joint_branch"]),
        ("{GT402: {where: [{unit: N, head: hed}]}}", ["1:41 hed None"]),
        ("{GT407: {source: dispached}}", ["1:25 dispached dispatched"]),
        ("{GT408: {duty: monthly_meting}}", ["1:23 monthly_meting monthly_meeting"]),
        ("{GT410: {allowed: [chair+secretery]}}", ["1:27 secretery secretary"]),
        ("{GT420: {role: chiar}}", ["1:23 chiar chair"]),
        ("{GT420: {kind: stering_body}}", ["1:23 stering_body steering_body"]),
        ("{GT502: {types: [mixd]}}", ["1:25 mixd mixed"]),
        ("{GT504: {modes: [contrct]}}", ["1:25 contrct contract"]),
        ("{GT507: {flag: developer_withdrwn}}", ["1:23 developer_withdrwn developer_withdrawn"]),
        ("{GT509: {states: [seatd]}}", ["1:26 seatd seated"]),
        ("{GT514: {duties: [dosier]}}", ["1:26 dosier dossier"]),
        (
            '{GT505: {requires: [ownercommittee, brnch, "post:bulding_head|mode:contrct"]}}',
            [
                "1:28 ownercommittee owners_committee",
                "1:44 brnch branch",
                "1:51 contrct contract",
                "1:51 bulding_head building_head",
            ],
        ),
    ],
)  # fmt: skip
def test_a_word_that_no_vocabulary_has_is_told_where_a_rule_is_asked_for_it(rules, expected):
    """A parameter of words takes those of its vocabulary alone, in a case too."""
    with pytest.raises(ConfigError) as refused:
        load_text(f"rules: {rules}\ngrids: [{{id: N}}]")

    assert {each.code for each in refused.value.problems} == {"GT107"}
    assert [
        f"{each.where.line}:{each.where.column} "
        f"{dict(each.values)['word']} {dict(each.values).get('meant')}"
        for each in refused.value.problems
    ] == expected


def test_any_word_will_do_where_there_is_no_vocabulary():
    """Without a vocabulary every word may be asked for; a tag that is given is one anyway."""
    assert load_text("profile: bare\nrules: {GT302: {posts: [keeper]}}")
    tagged = "households: [{id: H, tags: [in_care]}]\nrules: {GT224: {tags: [%s]}}"
    listed = "vocabularies: {tag: [living_alone, empty_nest]}\n"
    assert load_text(tagged % "anything")
    assert load_text(listed + tagged % "in_care")
    with pytest.raises(ConfigError, match="'in_car' is not in the vocabulary tag"):
        load_text(listed + tagged % "in_car")


def test_what_a_nearer_document_asks_for_is_checked_in_its_place(tmp_path):
    """Words of a profile are told in the profile, unless the structure asks for others."""
    rules = "rules: {GT302: {posts: [keeper]}, GT301: {where: [{unit: N-9}]}}\n"
    own = f"govtree: 1\nprofile: base\n{rules}"
    (tmp_path / "own.yaml").write_text(own)
    file = tmp_path / "structure.yaml"

    file.write_text("govtree: 1\nprofile: own.yaml\nrules: {GT401: error}\ngrids: [{id: N}]")
    told = [(each.code, each.where.line, each.where.column) for each in examine(tmp_path).problems]
    assert told == [("GT107", 3, 25), ("GT125", 3, 58)]
    file.write_text(
        "govtree: 1\nprofile: own.yaml\nvocabularies: {post: {keeper: keeper}}\n"
        "rules: {households-a-grid: {where: [{unit: N}]}}\ngrids: [{id: N}]"
    )
    assert not examine(tmp_path).problems


ASKED_BY_NAME = """
rules:
  GT302: {posts: [POST]}
  GT502: {types: [TYPE, mixed]}
  GT505: {requires: ["post:HEAD|KIND"]}
  GT410: {allowed: [CHAIR+secretary]}
compounds: [{id: X-1, type: commercial}, {id: X-2, type: mixed}]
buildings: [{id: T-1, compound: X-1}, {id: T-2, compound: X-2}]
bodies:
  - {id: O-1, kind: owners_committee, serves: [X-1]}
branches: [{id: B}]
grids: [{id: N-1}, {id: N-2}]
posts:
  - {post: grid_worker, at: N-1, holder: p-1}
  - {post: grid_head, at: N-2, holder: p-3}
  - {post: building_head, at: T-1, holder: p-4}
  - {post: chair, at: O-1, holder: p-2}
  - {post: secretary, at: B, holder: p-2}
"""


def test_an_alias_is_asked_for_as_its_term():
    """A rule finds the same whether it is asked by a term or by another spelling of it."""
    words = {
        "POST": ("grid_worker", "网格员"),
        "TYPE": ("commercial", "商品房"),
        "HEAD": ("building_head", "楼长"),
        "KIND": ("owners_committee", "业委会"),
        "CHAIR": ("chair", "主任"),
    }
    found = []
    for which in (0, 1):
        text = ASKED_BY_NAME
        for name, spellings in words.items():
            text = text.replace(name, spellings[which])
        structure = load_text(text)
        report = check(structure.hierarchy, rules=structure.rules)
        found.append([(each.code, each.subject, each.values) for each in report])

    assert found[0] == found[1]
    assert [(code, subject) for code, subject, _ in found[0] if code in ("GT302", "GT505")] == [
        ("GT302", "N-2"),
        ("GT505", "X-2"),
    ]


# What has been collected


def test_what_is_not_collected_is_counted_and_no_fault():
    """Outside of the units that have sent in their returns nothing is a finding."""
    records = [
        Community(id="C-1"),
        Community(id="C-2"),
        Branch(id="B-1", parent="C-1"),
        Group(id="G-1", parent="B-1"),
        Group(id="G-2"),
        Household(id="H-1", parent="G-1"),
        Household(id="H-2"),
    ]
    whole = check(Hierarchy.from_records(records))
    part = check(Hierarchy.from_records(records, collected=["C-1"]))

    assert [each.subject for each in whole] == ["H-2", "G-2"]
    assert len(part) == 0
    assert part.completeness == Completeness("community", 1, 2)
    (households,) = (each for each in part.checked if each.code == "GT201")
    assert (households.subjects, households.not_collected) == (1, 1)


def test_a_figure_is_not_missed_while_returns_are_still_to_come():
    """Fewer than declared is open until everything has been collected; more is a fault."""
    for number, is_fault in ((3, False), (1, True)):
        h = Hierarchy.from_records(
            [Community(id="C-1"), Community(id="C-2")],
            collected=["C-1"],
            declared=[Declared("communities", number)],
        )
        report = check(h)

        assert (len(report) == 1) is is_fault
        assert any(each.code == "GT303" for each in report.not_checked) is not is_fault


def test_a_file_names_what_has_been_collected():
    """Ids under 'collected' have to be there; an empty list says that nothing has come in."""
    assert load_text("communities: [{id: C-1}]\ncollected: [C-1]").hierarchy.facts.collected == (
        "C-1",
    )
    assert load_text("communities: [{id: C-1}]\ncollected: []").hierarchy.facts.collected == ()
    with pytest.raises(ConfigError, match=r"2:13: error.GT125.: 'C-9', which is named under"):
        load_text("communities: [{id: C-1}]\ncollected: [C-9]")


# Another day


def test_a_structure_is_checked_for_another_day():
    """as_of decides which tenures are in force, and is the day of the report."""
    h = load_text(
        textwrap.dedent("""\
        as_of: 2025-06-30
        branches: [{id: B-1}]
        posts: [{post: secretary, at: B-1, holder: p-1, until: 2025-12-31}]
        """)
    ).hierarchy
    later = check(h, as_of=dt.date(2026, 1, 1))

    assert [each.code for each in check(h)] == []
    assert [each.code for each in later] == ["GT401"]
    assert (check(h).as_of, later.as_of) == (dt.date(2025, 6, 30), dt.date(2026, 1, 1))
    assert Report.merge([check(h), later]).as_of is None
