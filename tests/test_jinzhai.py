"""The second worked example: what is real in it, what was published, and what a check says."""

from __future__ import annotations

import csv
import functools
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st

import govtree
from govtree.config import Structure, load, load_text
from govtree.coverage import check
from govtree.examples.jinzhai.generate import generate
from govtree.examples.jinzhai.plant import DEFECTS, Tables, branch_over, dump, plant, subjects
from govtree.findings import Report
from govtree.rules import SHIPPED

FOLDER = Path(govtree.__file__).parent / "examples" / "jinzhai"


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


def report_of(structure: Structure) -> Report:
    return check(structure.hierarchy, rules=structure.rules, waivers=structure.waivers)


def found(report: Report) -> list[tuple[str, str]]:
    return sorted((each.slug, each.subject) for each in report)


# -- where it comes from --------------------------------------------------------------------


def test_the_generator_writes_the_shipped_tables(tmp_path):
    """Each shipped table is what the generator writes, byte for byte."""
    run("generate.py", tmp_path)
    shipped = {file.name for file in FOLDER.glob("*.csv")} - {"divisions.csv", "planted.csv"}

    assert {file.name for file in tmp_path.iterdir()} == shipped
    for name in sorted(shipped):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_town_and_communities_are_those_of_the_official_list(structure):
    """The town and its 14 urban communities have their official codes as ids, and their names."""
    official = {(row["code"], row["name"], row["parent"]) for row in rows_of("divisions.csv")}
    h = structure.hierarchy
    urban = {code for code, name, parent in official if name.endswith("社区居委会")}

    assert {(unit.id, unit.name, "341524") for unit in h.at("town").values()} <= official
    assert {(unit.id, unit.name, unit.parent) for unit in h.communities.values()} <= official
    assert set(h.communities) == urban
    assert len(urban) == 14


def test_what_is_made_up_is_called_synthetic(structure):
    """The structure, and every area, compound, branch and body, is called synthetic."""
    h = structure.hierarchy
    units = [
        *h.areas.values(), *h.compounds.values(), *h.branches.values(), *h.bodies.values(),
    ]  # fmt: skip

    assert h.name == "金寨县梅山镇 (synthetic below the communities)"
    assert all(unit.name.startswith("合成") for unit in units)
    assert all(grid.name is None for grid in h.grids.values())


def test_the_shipped_files_stay_small():
    """The example adds less than 5 MB to the package."""
    assert sum(file.stat().st_size for file in FOLDER.iterdir() if file.is_file()) < 5_000_000


# -- what was published -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "count"),
    [("town", 1), ("community", 14), ("branch", 69), ("compound", 69), ("grid", 254)],
)
def test_figures_of_tables(structure, table, count):
    """The structure has as many units as were published."""
    assert structure.hierarchy.count(table) == count


def test_four_linked_levels(structure):
    """A household stands in a group, a branch and the general branch of a community."""
    h = structure.hierarchy

    assert [(level.level, level.role, level.text("en")) for level in h.levels] == [
        ("town", "", "town"),
        ("general_branch", "community", "community general branch"),
        ("branch", "branch", "grid (compound) branch"),
        ("group", "group", "building (residents') group"),
        ("household", "household", "household"),
    ]
    assert [h.level_of(id) for id in h.path("H-00001")] == [level.level for level in h.levels]


def test_each_compound_has_a_branch_of_its_own(structure):
    """The 69 branches answer for one compound each, and each compound has one."""
    h = structure.hierarchy

    assert sorted(h.branch_of(id) for id in h.compounds) == list(h.branches)


def test_branches_cover_grids_in_their_compound_and_around_it(structure):
    """Each branch covers grids of its compound alone, and others on the streets beside it."""
    h = structure.hierarchy
    compounds: dict[str, set[str | None]] = {}
    for building in h.buildings.values():
        compounds.setdefault(building.grid, set()).add(building.compound)
    around = Counter(h.branch_of(grid) for grid, found in compounds.items() if found == {None})
    inside = Counter(h.branch_of(grid) for grid, found in compounds.items() if found != {None})

    assert all(len(found) == 1 for found in compounds.values())
    assert set(around) == set(inside) == set(h.branches)
    assert sum(around.values()) + sum(inside.values()) == 254


def test_a_grid_has_about_300_households_and_1_to_2_workers(structure):
    """Every grid has 290 to 310 households and one or two workers."""
    h = structure.hierarchy
    summary = h.summary(by="grid")
    workers = Counter(len(h.holders(grid, "grid_worker")) for grid in h.grids)

    assert (summary.least, summary.most) == (290, 310)
    assert set(workers) == {1, 2}


def test_stewards_are_posts_and_no_households(structure):
    """Each group has one neighbor steward, a person; no household serves others."""
    h = structure.hierarchy
    stewards = [post for post in h.posts.values() if post.post == "neighbor_steward"]

    assert sorted(post.at for post in stewards) == list(h.groups)
    assert all(len(h.holders(id, "neighbor_steward")) == 1 for id in h.groups)
    assert not any(each.source in h.households for each in h.relation("serves"))


def test_one_dossier_and_one_residents_home_a_compound(structure):
    """Each compound keeps one dossier and is served by one residents' home of its own."""
    h = structure.hierarchy
    dossiers = [each.unit for each in h.records("duty") if each.duty == "dossier" and each.kept]
    homes = [each for each in h.relation("serves") if h[each.source].kind == "residents_home"]

    assert sorted(dossiers) == list(h.compounds)
    assert sorted(each.target for each in homes) == list(h.compounds)
    assert len({each.source for each in homes}) == 69


def test_three_parties_in_every_compound(structure):
    """Branch, owners' committee and property company are there, one each, in every compound."""
    h = structure.hierarchy
    serving = Counter(
        (each.target, h[each.source].kind)
        for each in h.relation("serves")
        if not each.mode or each.mode == "contract"
    )

    for compound in h.compounds:
        assert h.branch_of(compound) is not None
        assert serving[compound, "owners_committee"] == 1
        assert serving[compound, "property_company"] == 1


def members(structure: Structure, body: str) -> list[govtree.Membership]:
    return [each for each in structure.hierarchy.records("membership") if each.body == body]


def test_leading_group_of_one_chair_and_26_departments(structure):
    """The leading group has one chair, and each of the 26 departments once."""
    h = structure.hierarchy
    departments = [body.id for body in h.bodies.values() if body.kind == "department"]
    group = members(structure, "LG-1")

    assert Counter(each.role for each in group) == {"chair": 1, "member": 26}
    assert sorted(each.member for each in group if each.member) == departments


def test_task_force_of_18_in_6_groups(structure):
    """The task force has 18 members, each in one of its six groups."""
    h = structure.hierarchy
    force = members(structure, "TF-1")

    assert len({each.person for each in force}) == len(force) == 18
    assert {each.group for each in force} == set(h.bodies["TF-1"].groups)
    assert len(h.bodies["TF-1"].groups) == 6


def test_errand_team_of_members_and_grid_workers_with_8_services(structure):
    """Grid workers are in the errand team, and members; six of its services are placeholders."""
    h = structure.hierarchy
    team = {each.person for each in members(structure, "ET-1")}
    workers = {person for grid in h.grids for person in h.holders(grid, "grid_worker")}
    services = [each.matter for each in h.records("responsibility") if each.bearer == "ET-1"]
    called = {term.term: term.text("en") for term in h.vocabularies["matter"]}

    assert team & workers
    assert team - workers
    assert len(set(services)) == len(services) == 8
    assert [each for each in services if "placeholder" not in called[each]] == [
        "certificates",
        "medical_insurance",
    ]


def test_375_community_workers_are_an_increment(structure):
    """That 375 were recruited over time says nothing about how many serve on the day."""
    h = structure.hierarchy
    declared = {each.figure: (each.how, each.value) for each in h.declared}
    serving = sum(each.employment == "community_worker" for each in h.records("person"))

    assert declared["persons.community_worker"] == ("increment", 375)
    assert serving == 238


def test_small_matters_stay_in_the_grid_and_hard_ones_in_the_community(structure):
    """Each compound has grids for small matters, and its community for hard ones."""
    h = structure.hierarchy
    bearers: dict[tuple[str, str | None], set[str]] = {}
    for each in h.records("responsibility"):
        bearers.setdefault((each.unit, each.matter), set()).add(each.bearer)

    grids: dict[str | None, set[str]] = {}
    for building in h.buildings.values():
        grids.setdefault(building.compound, set()).add(building.grid)

    for id, compound in h.compounds.items():
        assert bearers[id, "small_matter"] == grids[id]
        assert bearers[id, "hard_matter"] == {compound.community}


# -- the profile ----------------------------------------------------------------------------------


def test_the_profile_has_four_levels_in_two_languages():
    """The profile's own chain is the published one, and shows each level in both languages."""
    levels = load_text("profile: jinzhai").hierarchy.levels

    assert [(level.role, level.text("zh"), level.text("en")) for level in levels] == [
        ("community", "社区党总支", "community general branch"),
        ("branch", "网格（小区）党支部", "grid (compound) branch"),
        ("group", "楼栋（居民）小组", "building (residents') group"),
        ("household", "户", "household"),
    ]


def test_the_example_keeps_the_levels_of_the_profile(structure):
    """Below the town, the levels of the example are those of the profile."""
    assert structure.hierarchy.levels[1:] == load_text("profile: jinzhai").hierarchy.levels


def test_every_word_of_the_profile_is_shown_in_two_languages_and_read_in_chinese():
    """A word has a label in English and in Chinese, and the Chinese one is read as the word."""
    vocabularies = load_text("profile: jinzhai").hierarchy.vocabularies

    for terms in vocabularies.values():
        for term in terms:
            assert [lang for lang, _ in term.label] == ["en", "zh"], term
            assert term.text("zh") in term.aliases, term


# -- what a check says --------------------------------------------------------------------------

NOT_CHECKED = (
    ("GT203", "no 'grid' of households"),
    (
        "GT303",
        "persons.community_worker: an increment is seen between two days only, not on one",
    ),
    ("GT515", "no codes of levels"),
)


def test_the_shipped_structure_is_covered(structure):
    """The report of the example finds nothing, and says what it could not judge."""
    report = report_of(structure)

    assert found(report) == []
    assert report.not_checked == NOT_CHECKED[:2]


def test_the_example_keeps_the_rules_of_its_second_version(structure, defective):
    """What the second version asks for, the tables without defects have."""
    report = check(structure.hierarchy, rules=defective.rules)

    assert found(report) == []
    assert report.not_checked == NOT_CHECKED


def test_a_defect_is_planted_for_every_rule_of_the_catalogue(defective):
    """Every shipped rule is on in the second version, and has a defect to find there."""
    catalogue = {rule.slug for rule in SHIPPED}
    report = report_of(defective)

    assert {row["rule"] for row in rows_of("planted.csv")} == set(DEFECTS) == catalogue
    assert {each.slug for each in report.checked} == catalogue
    assert report.not_checked == NOT_CHECKED[1:2]


def test_the_report_finds_exactly_what_is_planted(defective):
    """Of the second version, the report finds each planted defect once and nothing else."""
    planted = sorted((row["rule"], row["subject"]) for row in rows_of("planted.csv"))

    assert found(report_of(defective)) == planted


# -- any defects anywhere -------------------------------------------------------------------------


@functools.cache
def small() -> Tables:
    """Five compounds in two communities, as the generator makes them."""
    return generate(compounds=5)


def copied(tables: Tables) -> Tables:
    return {name: [dict(row) for row in rows] for name, rows in tables.items()}


def loaded(tables: Tables) -> Structure:
    """The second version with these tables, and the figures that the small one declares."""
    with tempfile.TemporaryDirectory() as folder:
        dump(tables, Path(folder))
        file = Path(folder) / "structure.yaml"
        text = file.read_text(encoding="utf-8").replace(
            "grids: 254", f"grids: {len(small()['grids'])}"
        )
        file.write_text(re.sub(r": 69\b", ": 5", text), encoding="utf-8")
        return load(folder)


@functools.cache
def ids() -> set[str]:
    return {row["id"] for rows in small().values() for row in rows if "id" in row}


def touched(rule: str, subject: str) -> set[str]:
    """Return the ids of what a defect changes, of what that names, and of where it stands."""
    before, after = small(), copied(small())
    plant(after, [{"rule": rule, "subject": subject}])
    found = {
        part
        for name, rows in after.items()
        for cell in changed(before, name, before.get(name, []), rows)
        for part in (*cell.split(";"), cell.partition("/")[0])
    }
    if rule == "grid-head-not-secretary":
        # Without its secretary, a branch has nobody that a head could differ from.
        found.add(branch_over(before, subject)["id"])
    return (found | {subject}) & (ids() | {subject})


def changed(before: Tables, name: str, old: list, new: list) -> Iterator[str]:
    """Yield the cells that differ; of rows without an id, all cells but the body of a member."""
    if new and "id" in new[0]:
        known = {row["id"]: row for row in old}
        for row in new:
            was = known.get(row["id"], {})
            cells = {key for key in row.keys() | was.keys() if row.get(key) != was.get(key)}
            for key in cells:
                differing = {*row.get(key, "").split(";")} ^ {*was.get(key, "").split(";")}
                yield from differing
            if cells:
                yield row["id"]
                if name == "households":
                    yield from standing(before, was or row)
        return
    one, other = (Counter(tuple(row.items()) for row in rows) for rows in (old, new))
    for row in (one - other) + (other - one):
        yield from (cell for key, cell in row if (name, key) != ("memberships", "body"))


def standing(tables: Tables, household: dict[str, str]) -> Iterator[str]:
    yield household["parent"]
    yield household["entrance"]
    for entrance in tables["entrances"]:
        if entrance["id"] == household["entrance"]:
            yield entrance["building"]
            yield from (
                row["grid"] for row in tables["buildings"] if row["id"] == entrance["building"]
            )


@settings(max_examples=many(25))
@given(st.data())
def test_no_defect_is_missed_or_doubled(data):
    """Of defects at random subjects that share no unit, each is found once and nothing else."""
    planted, taken = [], set()
    for rule in data.draw(st.lists(st.sampled_from(sorted(DEFECTS)), unique=True, max_size=20)):
        subject = data.draw(st.sampled_from(subjects(small(), rule)), label=rule)
        units = touched(rule, subject)
        if units.isdisjoint(taken):
            taken |= units
            planted.append((rule, subject))
    tables = copied(small())
    plant(tables, ({"rule": rule, "subject": subject} for rule, subject in planted))

    assert found(report_of(loaded(tables))) == sorted(planted)


@pytest.mark.parametrize("rule", sorted(DEFECTS))
def test_every_defect_has_a_subject_in_the_small_structure(rule):
    """No rule is left out of the test above for want of a subject."""
    assert subjects(small(), rule)
