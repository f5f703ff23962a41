"""The shipped profiles: chains, words and rules of places that have little in common."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from govtree.config import Structure, load, load_text
from govtree.coverage import check
from govtree.display.text import report_text
from govtree.findings import Report

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
