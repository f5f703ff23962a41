"""The shipped profiles: chains, words and rules of places that have little in common."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from govtree.config import Structure, load, load_text
from govtree.coverage import check
from govtree.display.text import report_text
from govtree.findings import Report
from govtree.rules import SHIPPED

EXAMPLES = Path(__file__).parents[1] / "examples"

#: Profiles of places whose words are not those of the base profile: their own language, their
#: example, and their chain as role and label in English, Chinese and their own language.
ELSEWHERE = {
    "indonesia": ("id", "indonesia"),
    "japan": ("ja", "japan"),
    "neighborhood_watch": ("en", "watch"),
}

CHAINS = {
    "indonesia": [
        ("community", "kelurahan", "坊（kelurahan）", "Kelurahan"),
        ("branch", "RW", "居民区（RW）", "RW"),
        ("group", "RT", "邻里组（RT）", "RT"),
        ("household", "household (KK)", "户（KK）", "KK"),
    ],
    "japan": [
        ("community", "federation", "町内会联合会", "連合町内会"),
        ("branch", "neighborhood association", "町内会（自治会）", "町内会（自治会）"),
        ("group", "han", "班（组）", "班"),
        ("household", "household", "户", "世帯"),
    ],
    "neighborhood_watch": [
        ("community", "watch area", "守望区", "watch area"),
        ("group", "block", "街块", "block"),
        ("household", "household", "户", "household"),
    ],
}


def shipped() -> list[str]:
    folder = resources.files("govtree") / "profiles"
    return sorted(file.name.removesuffix(".yaml") for file in folder.iterdir())


def example(profile: str) -> Structure:
    return load(EXAMPLES / ELSEWHERE[profile][1])


def examine(structure: Structure) -> Report:
    return check(structure.hierarchy, rules=structure.rules, waivers=structure.waivers)


@pytest.mark.parametrize("profile", shipped())
def test_every_shipped_profile_can_be_started_from(profile):
    """A structure may name any shipped profile, and then has at least two levels."""
    assert len(load_text(f"profile: {profile}").hierarchy.levels) >= 2


@pytest.mark.parametrize("profile", ELSEWHERE)
def test_a_chain_is_shown_in_three_languages(profile):
    """Each level plays its role under the name that the place has for it."""
    levels = load_text(f"profile: {profile}").hierarchy.levels
    language, _ = ELSEWHERE[profile]

    assert [
        (level.role, level.text("en"), level.text("zh"), level.text(language)) for level in levels
    ] == CHAINS[profile]


@pytest.mark.parametrize("profile", ELSEWHERE)
def test_words_are_labelled_and_read_in_the_language_of_the_place(profile):
    """A word has a label in English, Chinese and the place's language, and is read by each."""
    h = load_text(f"profile: {profile}").hierarchy
    language, _ = ELSEWHERE[profile]
    terms = [term for terms in h.vocabularies.values() for term in terms]
    terms += [term for level in h.levels for term in level.kinds]

    assert len(terms) > 10
    for term in terms:
        assert {lang for lang, _ in term.label} == {"en", "zh", language}, term
        for lang in {"zh", language} - {"en"}:
            assert term.text(lang) in term.aliases, term


@pytest.mark.parametrize("profile", ELSEWHERE)
def test_no_word_of_elsewhere_is_the_partys(profile):
    """A profile of a place that has no Party branches has no word for them."""
    h = load_text(f"profile: {profile}").hierarchy
    words = [term for terms in h.vocabularies.values() for term in terms]
    said = [
        text
        for word in (*h.levels, *words)
        for text in (getattr(word, "term", ""), *dict(word.label).values())
    ]

    assert not [text for text in said if "党" in text or "支部" in text]
    assert not [text for text in said if "arty" in text or "branch" in text]


def test_a_chain_of_five_levels_is_a_line_of_data():
    """Ten houses between RT and household are one more level, which some RT do without."""
    h = load_text(
        "profile: indonesia\n"
        "levels:\n"
        "  - {level: kelurahan, as: community}\n"
        "  - {level: rw, as: branch}\n"
        "  - {level: rt, as: group}\n"
        "  - {level: dasawisma, optional: true}\n"
        "  - household\n"
        "communities: [{id: K-1}]\n"
        "branches: [{id: RW-1, parent: K-1}]\n"
        "groups: [{id: RT-1, parent: RW-1}, {id: RT-2, parent: RW-1}]\n"
        "units: {dasawisma: [{id: D-1, parent: RT-1}]}\n"
        "households: [{id: KK-1, parent: D-1}, {id: KK-2, parent: RT-2}]\n"
    ).hierarchy

    assert h.path("KK-1") == ("K-1", "RW-1", "RT-1", "D-1", "KK-1")
    assert h.path("KK-2") == ("K-1", "RW-1", "RT-2", "KK-2")


@pytest.mark.parametrize("profile", ELSEWHERE)
def test_examples_are_called_synthetic(profile):
    """The name of each small example says that it is made up."""
    assert example(profile).hierarchy.name.endswith("(synthetic)")


# -- what a check says --------------------------------------------------------------------------

#: What each example has wrong: code, severity and subject, what is said in English and in Chinese.
FOUND = {
    "indonesia": [
        (
            "GT305",
            "warning",
            "RW-02/RT-02",
            "has households: 8, where 10 to 50 are asked for",
            "户数为 8，要求 10 至 50",
        ),
        (
            "GT401",
            "error",
            "RW-02",
            "has no RW head in office",
            "没有在任的居民区长",
        ),
        (
            "GT404",
            "warning",
            "RW-01/RT-02/rt_head",
            "has had nobody in office since the last tenure ended on 2025-02-28",
            "上一任期已于 2025-02-28 届满，此后无人在任",
        ),
    ],
    "japan": [
        (
            "GT201",
            "note",
            "S-33",
            "stands in no han",
            "不在任何班（组）中",
        ),
        (
            "GT220",
            "warning",
            "T-2/2",
            "has no contact household and no han leader in office; households in it: 8",
            "既没有联系户，也没有在任的班长；其中有 8 户",
        ),
        (
            "GT401",
            "error",
            "T-2",
            "has no president in office",
            "没有在任的会长",
        ),
    ],
    "neighborhood_watch": [
        (
            "GT220",
            "warning",
            "B-2",
            "has no contact household and no block captain in office; households in it: 10",
            "既没有联系户，也没有在任的街块长；其中有 10 户",
        ),
        (
            "GT305",
            "warning",
            "B-3",
            "has households: 17, where 10 to 15 are asked for",
            "户数为 17，要求 10 至 15",
        ),
    ],
}


@pytest.mark.parametrize("profile", ELSEWHERE)
def test_an_example_has_what_its_office_would_expect(profile):
    """The report of each example finds what is written out here, and nothing else."""
    found = [
        (each.code, each.severity, each.subject, each.message) for each in examine(example(profile))
    ]

    assert sorted(found) == [finding[:4] for finding in FOUND[profile]]


@pytest.mark.parametrize("profile", ELSEWHERE)
def test_every_rule_that_is_on_has_what_it_looks_at(profile):
    """No report of an example lists what is not kept there."""
    assert examine(example(profile)).not_checked == ()


@pytest.mark.parametrize("profile", ELSEWHERE)
def test_a_report_says_it_in_chinese(profile):
    """The Chinese report says of each finding what is written out here, once."""
    text = in_language(profile, "zh")

    for _, _, subject, _, said in FOUND[profile]:
        assert text.count(f"“{subject}”：{said}；") == 1, said
    assert text.count("[GT") == len(FOUND[profile])


def test_a_report_calls_levels_as_the_place_does():
    """Headings of a report name levels in its language, also where messages have no translation."""
    assert "Kelurahan K-1 > RW RW-02\n" in in_language("indonesia", "id")
    assert "連合町内会 R-1 > 町内会（自治会） T-2\n" in in_language("japan", "ja")
    assert "守望区 W-1\n" in in_language("neighborhood_watch", "zh")


@pytest.mark.parametrize("profile", ELSEWHERE)
@pytest.mark.parametrize("lang", ["en", "zh", "place"])
def test_no_report_of_elsewhere_speaks_of_branches_or_a_party(profile, lang):
    """Apart from the names of rules, nothing that is printed says branch or Party."""
    text = in_language(profile, ELSEWHERE[profile][0] if lang == "place" else lang)
    for rule in SHIPPED:
        text = text.replace(rule.slug, "")

    assert not [word for word in ("branch", "Party", "党", "支部") if word in text]


def in_language(profile: str, lang: str) -> str:
    structure = example(profile)
    return report_text(examine(structure), levels=structure.hierarchy.levels, lang=lang)


# -- what is asked for ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("households", "found"), [(9, ["RT-1"]), (10, []), (50, []), (51, ["RT-1"])]
)
def test_an_rt_has_ten_to_fifty_households(households, found):
    """An RT of 10 and one of 50 households are fine, of 9 and 51 they are told."""
    listed = ", ".join(f"{{id: KK-{n}, parent: RT-1}}" for n in range(households))
    structure = load_text(
        "profile: indonesia\n"
        "communities: [{id: K-1}]\n"
        "branches: [{id: RW-1, parent: K-1}]\n"
        "groups: [{id: RT-1, parent: RW-1}, {id: RT-2, parent: RW-1}, {id: RT-3, parent: RW-1}]\n"
        f"households: [{listed}]\n"
    )

    report = examine(structure)
    sizes = [each.subject for each in report if each.code == "GT305" and each.subject == "RT-1"]

    assert sizes == found


@pytest.mark.parametrize(("day", "found"), [("2026-03-31", []), ("2026-04-01", ["T-1/1"])])
def test_a_turn_ends_with_the_fiscal_year(day, found):
    """A household leads its han to the last day of its turn; the day after, the han is told."""
    structure = load_text(
        f"profile: japan\nas_of: {day}\n"
        "communities: [{id: R-1}]\n"
        "branches: [{id: T-1, parent: R-1}]\n"
        "groups: [{id: T-1/1, parent: T-1}]\n"
        "households: [{id: S-1, parent: T-1/1}]\n"
        "relations:\n"
        "  - {relation: serves, source: S-1, target: T-1/1, since: 2025-04-01, until: 2026-03-31}\n"
    )

    assert [each.subject for each in examine(structure) if each.code == "GT220"] == found


@pytest.mark.parametrize(("households", "found"), [(100, []), (101, ["W-1"])])
def test_a_watch_has_a_hundred_dwellings_at_most(households, found):
    """A watch of 100 dwellings is fine, one of 101 is told."""
    listed = ", ".join(f"{{id: H-{n}, parent: B-1}}" for n in range(households))
    structure = load_text(
        "profile: neighborhood_watch\n"
        "communities: [{id: W-1}]\n"
        "groups: [{id: B-1, parent: W-1}]\n"
        f"households: [{listed}]\n"
    )

    assert [each.subject for each in examine(structure) if each.code == "GT306"] == found
