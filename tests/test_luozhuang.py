"""The worked example: what is real in it, what was published, and what a check says."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import govtree
from govtree.config import Structure, load, load_text
from govtree.coverage import check

FOLDER = Path(govtree.__file__).parent / "examples" / "luozhuang"

FIVE_PARTIES = (
    "agency_paired",
    "cadre_contracts",
    "leader_links",
    "organization_helps",
    "secretary_stationed",
)


@pytest.fixture(scope="module")
def structure() -> Structure:
    return load(FOLDER)


@pytest.fixture(scope="module")
def defective(tmp_path_factory: pytest.TempPathFactory) -> Structure:
    folder = tmp_path_factory.mktemp("defects")
    run("plant.py", folder)
    return load(folder)


def run(script: str, folder: Path) -> None:
    """Run a script of the example in a process of its own, with another hash seed."""
    environment = os.environ | {"PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, FOLDER / script, folder], check=True, env=environment)


def rows_of(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# -- where it comes from --------------------------------------------------------------------


def test_the_generator_writes_the_shipped_tables(tmp_path):
    """Each shipped table is what the generator writes, byte for byte."""
    run("generate.py", tmp_path)
    shipped = {file.name for file in FOLDER.glob("*.csv")} - {"divisions.csv", "planted.csv"}

    assert {file.name for file in tmp_path.iterdir()} == shipped
    for name in sorted(shipped):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_subdistricts_and_communities_are_those_of_the_official_list(structure):
    """Every subdistrict and community has its official code as id, its name, and its parent."""
    official = {(row["code"], row["name"], row["parent"]) for row in rows_of("divisions.csv")}
    h = structure.hierarchy

    assert {(unit.id, unit.name, "371311") for unit in h.at("subdistrict").values()} <= official
    assert {(unit.id, unit.name, unit.parent) for unit in h.communities.values()} <= official


def test_what_is_made_up_is_called_synthetic(structure):
    """The structure, and every compound, branch and body that has a name, is called synthetic."""
    h = structure.hierarchy
    named = [*h.compounds.values(), *h.branches.values(), *h.bodies.values()]

    assert h.name == "罗庄区 (synthetic below the communities)"
    assert all(unit.name is None or unit.name.startswith("合成") for unit in named)
    assert all(grid.name is None for grid in h.grids.values())


def test_the_shipped_files_stay_small():
    """The example adds less than 6 MB to the package."""
    assert sum(file.stat().st_size for file in FOLDER.iterdir() if file.is_file()) < 6_000_000


# -- what was published -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "count"),
    [
        ("subdistrict", 8),
        ("community", 90),
        ("branch", 162),
        ("grid", 507),
        ("compound", 238),
        ("household", 149_507),
    ],
)
def test_figures_of_tables(structure, table, count):
    """The structure has as many units as were published; of households about 150,000."""
    assert structure.hierarchy.count(table) == count


def test_compounds_of_five_types_in_three_tiers(structure):
    """The 238 compounds are of five types; 18 are demonstrations and 20 have priority."""
    compounds = structure.hierarchy.compounds.values()

    assert Counter(each.tier for each in compounds) == {
        "demonstration": 18,
        "middle": 200,
        "priority": 20,
    }
    assert {each.type for each in compounds} == {
        "affordable_housing",
        "commercial",
        "mixed",
        "village_run",
        "work_unit_housing",
    }


def test_four_linked_levels(structure):
    """A household stands in a building group, a branch and a community organization."""
    h = structure.hierarchy

    assert [(level.role, level.text("en")) for level in h.levels] == [
        ("", "subdistrict or town"),
        ("community", "community organization"),
        ("branch", "compound (grid) branch"),
        ("group", "building group"),
        ("household", "household"),
    ]
    assert [h.level_of(id) for id in h.path("H-000001")] == [level.level for level in h.levels]


def test_each_grid_has_one_branch_of_its_community(structure):
    """Every grid is covered by exactly one branch, and both lie in one community."""
    h = structure.hierarchy
    covers = h.relation("covers")
    grids = [(each.source, each.target) for each in covers if each.target in h.grids]

    assert len(grids) == len({grid for _, grid in grids}) == 507
    assert len({branch for branch, _ in grids}) == 162
    assert all(h.branches[b].parent == h.grids[n].community for b, n in grids)


def test_nobody_types_grid_heads(structure):
    """No post of a grid head is in the tables, and yet each grid has one: the secretary."""
    h = structure.hierarchy
    posts = Counter(post.post for post in h.posts.values())
    heads = [h.holders(grid, "grid_head") for grid in h.grids]

    assert posts["grid_head"] == 0
    assert posts["secretary"] == 162
    assert heads == [h.holders(h.branch_of(grid), "secretary") for grid in h.grids]
    assert all(len(each) == 1 for each in heads)


def test_five_parties_support_each_compound(structure):
    """Each compound is served once in each of the five ways of the five-party support."""
    support = Counter(
        (each.target, each.mode)
        for each in structure.hierarchy.relation("serves")
        if each.mode in FIVE_PARTIES
    )

    assert support == {
        (compound, mode): 1 for compound in structure.hierarchy.compounds for mode in FIVE_PARTIES
    }


def test_stationed_secretaries_have_a_home(structure):
    """Whoever is dispatched comes from an agency."""
    h = structure.hierarchy
    dispatched = {
        each.holder for each in h.records("tenure") if each.appointment_source == "dispatched"
    }
    homes = {each.id: each.home for each in h.records("person")}

    assert len(dispatched) == 98
    assert {h[homes[person]].kind for person in dispatched} == {"agency"}


def test_each_group_has_a_contact_household_counted_once(structure):
    """A contact household is one of the households of the group that it serves."""
    h = structure.hierarchy
    contacts = [each for each in h.relation("serves") if each.source.startswith("H-")]

    assert sorted(each.target for each in contacts) == list(h.groups)
    assert all(h.parent(each.source) == each.target for each in contacts)


def test_each_compound_has_a_service_chain(structure):
    """Somebody bears each of the four links; the branch that responds answers for the compound."""
    h = structure.hierarchy
    chain = {(each.unit, each.matter): each.bearer for each in h.records("responsibility")}

    assert set(chain) == {
        (compound, matter)
        for compound in h.compounds
        for matter in ("grid", "property", "responder", "supervision")
    }
    covered = {(h.branch_of(building.id), building.compound) for building in h.buildings.values()}
    assert {(chain[compound, "responder"], compound) for compound in h.compounds} <= covered
    assert {h[chain[compound, "supervision"]].kind for compound in h.compounds} == {
        "subdistrict_office"
    }


def test_each_mixed_compound_has_one_lead_body(structure):
    """Of the bodies that serve a mixed compound exactly one leads; no other compound has one."""
    h = structure.hierarchy
    leads = Counter(each.target for each in h.relation("serves") if each.mode == "lead")

    assert leads == {each.id: 1 for each in h.compounds.values() if each.type == "mixed"}


def test_buildings_of_commercial_compounds_have_heads(structure):
    """Each building of a commercial compound has a head, and no other building has."""
    h = structure.hierarchy
    heads = [post.at for post in h.posts.values() if post.post == "building_head"]

    assert sorted(heads) == [
        each.id
        for each in h.buildings.values()
        if each.compound and h[each.compound].type == "commercial"
    ]


def test_compounds_and_grids_lie_across_each_other(structure):
    """Large compounds have several grids, small ones share one, and streets have their own."""
    buildings = structure.hierarchy.buildings.values()
    pairs = {(each.compound, each.grid) for each in buildings}
    compounds_of = Counter(grid for compound, grid in pairs if compound)
    grids_of = Counter(compound for compound, _ in pairs if compound)

    assert Counter(grids_of.values()) == {1: 99, 2: 66, 3: 43, 4: 27, 5: 3}
    assert Counter(compounds_of.values()) == {1: 445, 2: 16, 3: 2}
    assert len({grid for _, grid in pairs} - set(compounds_of)) == 44


def test_sizes_of_compounds_are_plausible(structure):
    """A compound has between 150 and 1,500 households."""
    summary = structure.hierarchy.summary(by="compound")

    assert 150 <= summary.least <= summary.most <= 1_500


# -- the profile ----------------------------------------------------------------------------------


def test_the_profile_has_four_levels_in_two_languages():
    """The profile's own chain is the published one, and shows each level in both languages."""
    levels = load_text("profile: luozhuang").hierarchy.levels

    assert [(level.role, level.text("zh"), level.text("en")) for level in levels] == [
        ("community", "社区党组织", "community organization"),
        ("branch", "小区（网格）党支部", "compound (grid) branch"),
        ("group", "楼栋党小组", "building group"),
        ("household", "户", "household"),
    ]


def test_two_names_of_one_type():
    """商业开发 and 商住 are read as one type of compound."""
    h = load_text(
        "profile: luozhuang\n"
        "compounds: [{id: X-1, type: 商业开发}, {id: X-2, type: 商住}, {id: X-3, type: commercial}]"
    ).hierarchy

    assert {compound.type for compound in h.compounds.values()} == {"commercial"}


@pytest.mark.parametrize("profile", ["base", "luozhuang"])
def test_every_word_of_a_profile_is_shown_in_two_languages_and_read_in_chinese(profile):
    """A word has a label in English and in Chinese, and the Chinese one is read as the word."""
    vocabularies = load_text(f"profile: {profile}").hierarchy.vocabularies

    for terms in vocabularies.values():
        for term in terms:
            assert [lang for lang, _ in term.label] == ["en", "zh"], term
            assert term.text("zh") in term.aliases, term


@pytest.mark.parametrize(
    ("type", "served", "missing"),
    [
        ("commercial", "", "branch, owners_committee, post:building_head, property_company"),
        ("work_unit_housing", "", "department"),
        ("work_unit_housing", "{id: D-1, kind: department, serves: [X-1]}, ", None),
        ("village_run", "", "property_company|mode:public_benefit"),
        ("village_run", "{id: M-1, kind: property_company, serves: [X-1]}, ", None),
        (
            "village_run",
            "{id: S-1, kind: agency, serves: [{unit: X-1, mode: public_benefit}]}, ",
            None,
        ),
        ("affordable_housing", "", None),
        ("mixed", "", None),
    ],
)
def test_what_a_compound_has_to_have_follows_from_its_type(type, served, missing):
    """The profile asks of each type for its own bodies, and names those that are missing."""
    structure = load_text(
        "profile: luozhuang\n"
        f"compounds: [{{id: X-1, type: {type}}}, {{id: X-2, type: mixed}}]\n"
        f"bodies: [{served}{{id: L-1, kind: agency, serves: [{{unit: X-2, mode: lead}}]}}]\n"
        "grids: [{id: N-1}, {id: N-2}]\n"
        "branches: [{id: B-1, covers: [N-1]}]\n"
        "buildings: [{id: T-1, compound: X-2, grid: N-1}, {id: T-2, compound: X-1, grid: N-2}]\n"
        "posts: [{post: building_head, at: T-1, holder: p-1}]\n"
    )
    report = check(structure.hierarchy, rules=structure.rules)
    found = [dict(each.values)["missing"] for each in report if each.code == "GT505"]

    assert found == ([] if missing is None else [missing])


def test_no_size_is_asked_for_that_was_not_published():
    """Neither households nor workers a grid are asked for, of any compound."""
    rules = load_text("profile: luozhuang").rules
    severity = {each.slug: rules.setting(each).severity for each in rules.rules}

    assert severity["households-a-grid"] in {None, "off"}
    assert severity["workers-a-grid"] in {None, "off"}


# -- what a check says --------------------------------------------------------------------------


def examine(structure: Structure) -> list[tuple[str, str]]:
    report = check(structure.hierarchy, rules=structure.rules, waivers=structure.waivers)
    return sorted((each.slug, each.subject) for each in report)


def test_the_shipped_structure_is_covered(structure):
    """The report of the example finds nothing, and says what it had no column for."""
    report = check(structure.hierarchy, rules=structure.rules)

    assert examine(structure) == []
    assert report.not_checked == (
        ("GT203", "no 'grid' of households"),
        ("GT231", "no areas"),
        ("GT404", "no 'until' of tenures"),
        ("GT406", "no 'until' of tenures"),
        ("GT422", "no groups of bodies"),
        ("GT423", "no groups of bodies"),
        ("GT424", "no 'until' of bodies"),
    )


def test_a_defect_is_planted_for_every_rule_that_looks(defective):
    """Each rule that is checked in the second version has a defect to find there.

    Areas, and bodies with groups or a last day, are in neither version.
    """
    report = check(defective.hierarchy, rules=defective.rules)

    assert {each.slug for each in report.checked} == {row["rule"] for row in rows_of("planted.csv")}
    assert [code for code, _ in report.not_checked] == ["GT231", "GT422", "GT423", "GT424"]


def test_the_report_finds_exactly_what_is_planted(defective):
    """Of the second version, the report finds each planted defect once and nothing else."""
    planted = sorted((row["rule"], row["subject"]) for row in rows_of("planted.csv"))

    assert len(planted) == 34
    assert examine(defective) == planted
