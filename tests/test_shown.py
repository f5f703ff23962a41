"""Plans, answers and staff as people see them: in one line, as text, in a notebook."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("scipy")

from govtree.grids import Partition, feasibility, group, partition, staff

STREET = {
    "id": ["1栋", "2栋", "3栋", "4栋"],
    "households": [150, 150, 160, 250],
    "compound": ["甲苑", "甲苑", "乙苑", "乙苑"],
}
BESIDE = [("1栋", "2栋"), ("2栋", "3栋"), ("3栋", "4栋")]


def plan() -> Partition:
    return partition(STREET, pairs=BESIDE)


def shown(page: str) -> str:
    """Return what a page says, without its style and tags."""
    return re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page))


def test_a_plan_is_told_in_both_languages():
    """Every word of a plan but names is in the language that was asked for."""
    told = plan().said("zh")

    assert told.splitlines()[0] == (
        "楼栋 4，710 户，分为 2 个网格（300 至 410），超出 240 至 360 的有 1 个"
    )
    assert not set(re.findall("[a-z]+", told.replace(" m", "")))
    assert plan().said() == str(plan())
    assert plan().said("zh-CN") == told


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "made",
    [
        plan,
        lambda: feasibility(STREET, pairs=BESIDE),
        lambda: group(plan(), "compound"),
        lambda: staff(plan(), 1),
        lambda: plan().diff(Partition.from_labels(plan().map, ["A", "B", "B", "B"])),
    ],
)
def test_whatever_comes_back_is_a_page_in_both_languages(made, lang):
    """A notebook shows what the text says, and nothing of English where Chinese is asked for."""
    found = made()
    page = found.to_html(lang)

    assert found.said(lang).splitlines()[0].split("，")[0].split(",")[0] in shown(page)
    if lang == "en":
        assert found._repr_html_() == page
    else:
        assert not set(re.findall("[a-z]{2,}", shown(page)))


def test_a_page_of_a_plan_has_its_reasons():
    """Why a grid is out of bounds stands below the table."""
    assert "the part around 1栋: no way to divide its 4 units" in shown(plan()._repr_html_())
    assert "1栋 一带：4 处的所有分法都试过" in shown(plan().to_html("zh"))


def test_what_can_be_is_told_in_one_line():
    """The answer before any search names its numbers, not its fields."""
    assert repr(feasibility(STREET, pairs=BESIDE)).startswith("<Feasibility: households: 710; ")


def test_branches_are_branches_over_grids():
    """A plan of branches speaks of branches and grids, not of grids and units."""
    branches = group(plan(), "compound")

    assert repr(branches) == "<Partition: 2 grids in 2 branches of 1 to 1, 0 out of bounds 1 to 2>"
    assert str(branches).splitlines()[1].startswith("branch  grids  off target  compounds")
    assert branches.said("zh").splitlines()[1].startswith("党支部  网格  偏离  小区")
    assert repr(branches.map) == "<BuildingMap: 2 grids, 2 compounds, 1 pair>"


def test_groups_inside_grids_are_no_grids():
    """Groups have ids of groups, and what lies around them is a grid, not a community."""
    groups = partition(STREET, 150, pairs=BESIDE, within=["N-1", "N-1", "N-1", "N-2"])

    assert set(groups.grids) <= {"G-001", "G-002", "G-003", "G-004"}
    assert "building groups" in repr(groups)
    assert any("grid N-2" in each or "compound" in each for each in groups.reasons)
    assert not any("community" in each for each in groups.reasons)


def test_nothing_is_not_a_little_less_than_nothing():
    """A grid that is a household short of 1,000 is not off by minus nothing."""
    flats = {"id": ["1栋"], "households": [999]}

    assert "-0%" not in str(partition(flats, 1000, pairs=[]))
