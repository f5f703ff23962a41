"""The rule about codes of divisions: against its definition, and on the real lists."""

from __future__ import annotations

import csv
import re
from importlib import resources

import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st

from govtree import Hierarchy, Level
from govtree.coverage import check
from govtree.findings import Report
from govtree.rules import SHIPPED, RuleSet, find

LISTS = ("jinzhai-341524.csv", "luozhuang-371311.csv")
LEVELS = ("district", "subdistrict", "community")
KINDS = {"0": "street", "1": "town", "2": "township"}


def official(name):
    """Return the rows of a list, by level, with codes of twelve digits."""
    text = resources.files("govtree").joinpath("divisions", name).read_text("utf-8")
    tables = {
        level: {"id": [], "name": [], "code": [], "parent": [], "kind": []} for level in LEVELS
    }
    for row in csv.DictReader(text.splitlines()):
        if int(row["level"]) >= 3:
            level = LEVELS[int(row["level"]) - 3]
            kind = None
            if level == "subdistrict":
                kind = KINDS[row["code"][6]]
            if level == "community":
                village = row["name"].endswith("村委会") or row["name"].endswith("村民委员会")
                kind = "villagers_committee" if village else "residents_committee"
            cells = (row["code"], row["name"], row["code"].ljust(12, "0"), row["parent"], kind)
            for column, cell in zip(tables[level].values(), cells, strict=True):
                column.append(cell)
    tables["district"].update(parent=[None], kind=[None])
    return tables


def found(tables, levels=LEVELS, **asked):
    h = Hierarchy.from_tables(tables, levels=levels)
    rules = RuleSet.of({"cn12": {"severity": "warning", **asked}}).only("cn12")
    return {each.subject: dict(each.values)["fault"] for each in check(h, rules=rules)}


@pytest.mark.parametrize("name", LISTS)
def test_the_real_lists_have_no_fault(name):
    """The official list of a district agrees with the rule, names and classes included."""
    assert found(official(name), labels="shipped") == {}


def test_what_is_planted_in_a_real_list_is_found():
    """A short code, a foreign prefix, a wrong class, a code twice, a wrong name: each once."""
    tables = official("luozhuang-371311.csv")
    communities = tables["community"]
    ids = communities["id"]
    communities["code"][0] = ids[0][:11]
    communities["code"][1] = "371302" + ids[1][6:]
    communities["kind"][2] = "villagers_committee"
    communities["code"][3] = ids[4]
    communities["name"][5] = "别处社区"
    communities["name"][6] = communities["name"][6].removesuffix("居民委员会")

    # The fourth has the code and so not the name of the fifth.
    assert set(found(tables, labels="shipped")) == set(ids[:6])


PARTS = st.sampled_from(["00", "01", "37", "13"])
CODES = st.one_of(
    st.none(),
    st.builds("".join, st.tuples(PARTS, PARTS, PARTS, st.sampled_from(["000", "001", "101", "250"]),
                                 st.sampled_from(["000", "001", "205", "400"]))),
    st.sampled_from(["?", "37", "３７１３１１００１００１", "37131100100x"]),
)  # fmt: skip


def plain(units):
    """Return the units that the definition finds, over one by one."""
    bad = set()
    known = {each["id"]: each for each in units}

    def fine(code):
        return code is not None and re.fullmatch(r"(?!00)[0-9]{12}", code, re.ASCII) is not None

    def named(code):
        return next(code[:w] for w in (2, 4, 6, 9, 12) if not code[w:].strip("0"))

    first = {}
    for each in sorted(units, key=lambda unit: unit["id"]):
        code = each["code"]
        if code in (None, "?"):
            continue
        if first.setdefault(code, each["id"]) != each["id"] or not fine(code):
            bad.add(each["id"])
            continue
        up = known.get(each["parent"])
        while up is not None and not fine(up["code"]):
            up = known.get(up["parent"])
        if up is not None and (
            not code.startswith(named(up["code"])) or len(named(code)) <= len(named(up["code"]))
        ):
            bad.add(each["id"])
        lows = {"street": (9, "001", "099"), "villagers_committee": (12, "200", "399")}
        if each["kind"] in lows:
            width, low, high = lows[each["kind"]]
            if len(named(code)) == width and not low <= named(code)[-3:] <= high:
                bad.add(each["id"])
    return bad


@given(data=st.data())
@settings(max_examples=many(150))
def test_the_rule_finds_what_its_definition_says(data):
    """Over drawn codes and kinds, the rule finds the units that the definition finds."""
    units, tables = [], {}
    for level, kind in zip(LEVELS, (None, "street", "villagers_committee"), strict=True):
        above = [each["id"] for each in units if each["level"] != level]
        units += [
            {
                "id": f"{level}-{at}",
                "level": level,
                "code": data.draw(CODES),
                "parent": data.draw(st.sampled_from([None, *above])) if above else None,
                "kind": data.draw(st.sampled_from([None, kind])),
            }
            for at in range(data.draw(st.integers(1, 3)))
        ]
        own = [each for each in units if each["level"] == level]
        tables[level] = {
            name: [each[name] for each in own] for name in ("id", "code", "parent", "kind")
        }
    levels = (Level("district"), Level("subdistrict", optional=True), Level("community"))
    assert set(found(tables, levels)) == plain(units)


def test_a_structure_without_codes_is_not_checked():
    """Where no level has a code, that is said once."""
    h = Hierarchy.from_tables({"community": {"id": ["C-1"]}})
    report = check(h, rules=[find(SHIPPED, "cn12")])

    assert [tuple(each) for each in report.not_checked] == [("GT515", "no codes of levels")]


def test_parts_are_judged_together():
    """A code that stands in two parts of a structure is found when their reports are joined."""
    tables = {
        "subdistrict": {"id": ["S-1", "S-2"]},
        "community": {
            "id": ["C-1", "C-2"], "parent": ["S-1", "S-2"], "code": ["371311001001"] * 2,
        },
    }  # fmt: skip
    h = Hierarchy.from_tables(tables, levels=("subdistrict", "community"))
    rules = [find(SHIPPED, "cn12")]
    parts = [check(part, rules=rules) for part in h.cut()]

    assert [each.subject for each in check(h, rules=rules)] == ["C-2"]
    assert Report.merge(parts) == check(h, rules=rules)
