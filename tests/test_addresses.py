"""Addresses and points to units."""

from __future__ import annotations

import math
import pickle
import time
from typing import Any

import pytest
from effort import many
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from govtree import (
    Branch,
    Building,
    Community,
    Compound,
    Entrance,
    Grid,
    Group,
    Hierarchy,
    Household,
    OutOfRangeError,
    UnknownLevelError,
    locate,
    locate_point,
)
from govtree.addresses import Addresses

NAMES = ("花园小区", "河东小区", "望江苑", "五一新村", "Garden Court")


def found(h: Hierarchy, text: str, **how: Any) -> list[tuple[str, float]]:
    return [(each.id, each.score) for each in locate(h, text, **how)]


def ids(h: Hierarchy, text: str) -> list[str]:
    return [each.id for each in locate(h, text)]


# -- places drawn at random ------------------------------------------------------------------


@st.composite
def places(draw: Any) -> list[Any]:
    """Draw records of a few compounds; every number is there once in what it stands in."""
    records: list[Any] = [
        Community(id="K-1", name="幸福社区"),
        Community(id="K-2", name="和平社区"),
    ]
    flip = st.booleans()
    numbers = st.lists(st.integers(1, 4), unique=True, max_size=3)
    for q, name in enumerate(draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1))):
        records.append(Compound(id=f"Q-{q}", name=name, community=f"K-{1 + q % 2}"))
        word = draw(st.sampled_from(("号楼", "幢", "座", "")))
        for x in draw(numbers):
            building = f"X-{q}-{x}"
            records.append(Building(id=building, name=f"{x}{word}", compound=f"Q-{q}"))
            entrances = draw(numbers) if draw(flip) else []
            records += [
                Entrance(id=f"E-{q}-{x}-{e}", name=f"{e}单元", building=building) for e in entrances
            ]
            for e in entrances or [0]:
                for room in draw(numbers):
                    number = f"{room}0{room}"
                    whole = f"{x}-{e}-{number}" if e else f"{x}-{number}"
                    called = draw(st.sampled_from((f"{number}室", number, whole)))
                    stands = {"entrance": f"E-{q}-{x}-{e}"} if e else {"building": building}
                    records.append(Household(id=f"H-{q}-{x}-{e}-{room}", name=called, **stands))
    return records


STYLES = (
    ("{q}{x}号楼{e}单元{r}室", "{q}{x}号楼{r}室"),
    ("{q} {x}栋{e}单元{r}", "{q} {x}栋{r}"),
    ("{q}{x}-{e}-{r}", "{q}{x}-{r}"),
    ("apt {r}, entrance {e}, building {x}, {q}", "apt {r}, building {x}, {q}"),
)


def parts_of(h: Hierarchy, id: str) -> dict[str, str]:
    """Return the numbers of a household as its id says them, and its compound's name."""
    _, q, x, e, room = id.split("-")
    name = h.compounds[f"Q-{q}"].name
    assert name is not None
    return {"q": name, "x": x, "e": e, "r": f"{room}0{room}"}


@settings(max_examples=many(60), deadline=None)
@given(places(), st.randoms(use_true_random=False))
def test_a_whole_address_finds_its_household(records, draw):
    """A household is the one best candidate of its whole address, however it is joined."""
    h = Hierarchy.from_records(records)
    for id in h.ids("household"):
        parts = parts_of(h, id)
        with_entrance, without = draw.choice(STYLES)
        text = (without if parts["e"] == "0" else with_entrance).format(**parts)
        first, *others = locate(h, text)

        assert (first.id, first.table, first.score, first.rest) == (id, "household", 1.0, ""), text
        assert first.equal == 1
        assert all(each.score < 1 for each in others)


@settings(max_examples=many(60), deadline=None)
@given(places())
def test_without_its_last_part_an_address_finds_what_is_above(records):
    """An address without its last part leads to the unit above, with a score of 1."""
    h = Hierarchy.from_records(records)
    for id in h.ids("household"):
        parts = parts_of(h, id)
        _, q, x, e, _ = id.split("-")
        texts = {
            "{q}": f"Q-{q}",
            "{q}{x}号楼": f"X-{q}-{x}",
            **({"{q}{x}号楼{e}单元": f"E-{q}-{x}-{e}"} if e != "0" else {}),
        }
        for text, unit in texts.items():
            assert found(h, text.format(**parts)) == [(unit, 1.0)]


@settings(max_examples=many(40), deadline=None)
@given(places(), st.randoms(use_true_random=False), st.data())
def test_the_order_of_rows_changes_nothing(records, draw, data):
    """Records in another order have the same candidates, in the same order."""
    text = data.draw(texts())
    shuffled = draw.sample(records, len(records))
    one, other = Hierarchy.from_records(records), Hierarchy.from_records(shuffled)

    assert locate(one, text) == locate(other, text)
    assert Addresses.of(one).locate_all([text, text]) == [locate(other, text)] * 2


# -- a slow twin -----------------------------------------------------------------------------

#: What is written, by what it says.
WRITTEN = {
    "x": "{}号楼",
    "e": "{}单元",
    "r": "{}室",
    "bare": "-{}",
    "noise": "呀",
    # With a word before the number, which makes it another one.
    "other x": "西{}号楼",
    "other e": "西{}单元",
    "other r": "西{}室",
}


@st.composite
def tokens(draw: Any) -> list[tuple[str, str]]:
    """Draw what a text says, part by part: a compound or none, and numbers of any kind."""
    said = [("q", draw(st.sampled_from(NAMES[:3])))] if draw(st.booleans()) else []
    kinds = st.sampled_from((*WRITTEN, "x", "e", "r", "bare", "bare"))
    for kind in draw(st.lists(kinds, max_size=4)):
        number = draw(st.sampled_from(("1", "2", "3", "101", "202", "303")))
        said.append((kind, "" if kind == "noise" else number))
    return draw(st.permutations(said)) if draw(st.booleans()) else said


def written(said: list[tuple[str, str]]) -> str:
    return " ".join(WRITTEN.get(kind, "{}").format(value) for kind, value in said)


def texts() -> st.SearchStrategy[str]:
    return tokens().map(written)


def twin(h: Hierarchy, said: list[tuple[str, str]]) -> dict[str, float]:
    """Return the score of each unit that a text may mean, by asking of every unit."""
    sizes = [len(WRITTEN.get(k, "{}").format(v).replace("-", "").replace(" ", "")) for k, v in said]
    at = {
        kind: [n for n, (k, _) in enumerate(said) if k.removeprefix("other ") == kind]
        for kind in ("q", *WRITTEN)
    }
    at["e"], at["r"] = at["e"][:2], at["r"][:2]
    compounds = {c: n for n in at["q"] for c in h.compounds if h.compounds[c].name == said[n][1]}
    ways: list[list[tuple[str, str, int]]] = []

    def number(unit: Any) -> str:
        return "".join(each for each in unit.name.split("-")[-1] if each.isdigit())

    def named(units: Any, places: list[int]) -> list[tuple[str, int]]:
        return [
            (id, n)
            for id, unit in units.items()
            for n in places
            if number(unit) == said[n][1] and "other" not in said[n][0]
        ]

    def below(way: list[tuple[str, str, int]], bare: list[int]) -> list[Any]:
        """Return the ways on from a building."""
        building = way[-1][1]
        homes = {
            i: u for i, u in h.households.items() if i.split("-")[1:3] == building.split("-")[1:]
        }
        doors = {i: u for i, u in h.entrances.items() if u.building == building}
        entrances = named(doors, at["e"] or bare[:1]) if doors else []
        if doors and not entrances and at["e"]:
            return [way]
        found = []
        for door, n in entrances:
            inside = {i: u for i, u in homes.items() if u.entrance == door}
            left = [each for each in bare if each != n]
            on = named(inside, at["r"] or left[-1:])
            here = [*way, ("entrance", door, n)]
            found += [[*here, ("household", i, m)] for i, m in on] or [here]
        if not entrances or (len(bare) == 1 and entrances[0][1] == bare[0]):
            on = named(homes, at["r"] or bare[-1:])
            found += [[*way, ("household", i, m)] for i, m in on]
        return found or [way]

    def buildings(way: Any, inside: Any, bare: list[int]) -> list[Any]:
        found = []
        for id, n in named(inside, at["x"] or bare[:1]):
            left = [each for each in bare if each != n]
            left = [each for each in left if each > n] or left
            found += below([*way, ("building", id, n)], left)
        return found

    for c, n in compounds.items():
        inside = {i: u for i, u in h.buildings.items() if u.compound == c}
        bare = [each for each in at["bare"] if each > n] or at["bare"]
        ways += buildings([("compound", c, n)], inside, bare) or [[("compound", c, n)]]
    if not compounds:
        ways = [
            way
            for way in buildings([], h.buildings, at["bare"])
            if len(way) > 1 or said[way[0][2]][0] != "bare"
        ]
    weights = {"compound": 3, "building": 3, "entrance": 1, "household": 3}
    scores: dict[str, float] = {}
    for way in ways:
        table, id, _ = way[-1]
        steps = ["compound", "building", "entrance", "household"]
        steps = steps[: steps.index(table) + 1]
        if "entrance" in steps and table == "household" and id.split("-")[3] == "0":
            steps.remove("entrance")
        share = sum(sizes[n] for _, _, n in way) / sum(sizes)
        score = sum(weights[step] for step, _, _ in way) / sum(weights[step] for step in steps)
        scores[id] = max(scores.get(id, 0.0), round(score * share, 4))
    best = max(scores.values(), default=0.0)
    return {id: score for id, score in scores.items() if score >= best / 2}


@settings(max_examples=many(250), deadline=None)
@given(places(), tokens())
def test_candidates_are_those_of_the_definition(records, said):
    """The candidates and their scores are those that asking of every unit gives."""
    h = Hierarchy.from_records(records)
    assume(not any(value == "Garden Court" for _, value in said))
    answer = locate(h, written(said), most=10_000)
    expected = twin(h, said)

    assert {each.id: each.score for each in answer} == expected
    assert [(-each.score, each.id) for each in answer] == sorted(
        (-score, id) for id, score in expected.items()
    )
    for each in answer:
        assert each.equal == list(expected.values()).count(each.score)


@settings(max_examples=many(60), deadline=None)
@given(places(), st.lists(texts(), min_size=1, max_size=4))
def test_many_rows_are_treated_as_few_are(records, said):
    """Rows in arrays lead to the same candidates as rows in tuples."""
    h = Hierarchy.from_records(records)
    said += [f"{community} {text}" for community in ("幸福社区", "和平居委会") for text in said]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("govtree.addresses._sets._FEW", 0)
        many_rows = Addresses(h).locate_all(said)

    assert many_rows == Addresses(h).locate_all(said)


@settings(max_examples=many(120), deadline=None)
@given(places(), tokens())
def test_what_is_said_less_scores_no_higher(records, said):
    """A candidate that stays when a part it matched is taken away has no higher score."""
    h = Hierarchy.from_records(records)
    for before in locate(h, written(said), most=100):
        for n, (kind, value) in enumerate(said):
            shown = WRITTEN.get(kind, "{}").format(value).strip("-")
            matched = {each.text for each in before.matched}
            # Where a part is said twice, which of the two was matched cannot be seen.
            if shown in matched and said.count((kind, value)) == 1:
                rest = locate(h, written(said[:n] + said[n + 1 :]), most=10_000)
                after = {each.id: each.score for each in rest}
                assert after.get(before.id, 0.0) <= before.score


# -- examples from the field -----------------------------------------------------------------


@pytest.fixture(scope="module")
def town() -> Hierarchy:
    return Hierarchy.from_records(
        [
            Community(id="K-1", name="幸福社区"),
            Grid(id="N-2", name="第2网格", community="K-1"),
            Compound(id="Q-1", name="花园小区", address="幸福路12弄", community="K-1"),
            Compound(id="Q-2", name="花城小区", community="K-1"),
            Compound(id="Q-3", name="翠竹苑"),
            Building(id="X-1", name="3号楼", compound="Q-1", grid="N-2"),
            Building(id="X-2", name="3幢", compound="Q-2"),
            Building(id="X-3", name="B座", compound="Q-1"),
            Building(id="X-4", name="望江楼", compound="Q-3"),
            Building(id="X-5", name="翠竹苑12号楼", compound="Q-3"),
            Entrance(id="E-1", name="1单元", building="X-1"),
            Entrance(id="E-2", name="二单元", building="X-1"),
            Household(id="H-1", name="501", entrance="E-1"),
            Household(id="H-2", name="3-2-501", entrance="E-2"),
            Household(id="H-3", name="502室", entrance="E-2"),
            Household(id="H-4", name="东户", building="X-4"),
            Household(id="H-5", name="A1002", building="X-5"),
            Household(id="H-6", address="和平路七号", parent="G-1"),
            Group(id="G-1", name="第三楼组"),
        ]
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("花园小区3号楼2单元501室", ["H-2"]),
        ("花园小区三栋二单元五〇一", ["H-2"]),
        ("花园小区３幢２單元５０１", ["H-2"]),
        ("花园 小区 3 号楼 2 单元 501", ["H-2"]),
        ("花园小区3-2-501", ["H-2"]),
        ("花园3-2-501", ["H-2"]),
        ("幸福路12弄3号楼2单元501", ["H-2"]),
        ("幸福路12弄3-02-0501", ["H-2"]),
        ("第二网格3号楼502室", ["H-3"]),
        ("幸福社区居委会", ["K-1"]),
        ("幸福居委会", ["K-1"]),
        ("2号网格", ["N-2"]),
        ("花园小区b座", ["X-3"]),
        ("花园小区3号楼5楼", ["X-1"]),
        ("花园小区3号楼501室", ["H-1", "H-2"]),
        ("花园小区3号楼9单元501室", ["X-1"]),
        ("花园小区9号楼2单元501室", ["Q-1"]),
        ("3号楼", ["X-1", "X-2"]),
        ("西3号楼", []),
        ("花园小区西3号楼", ["Q-1"]),
        ("花园小区二期3号楼", ["Q-1"]),
        ("花园小区x3号楼", ["Q-1"]),
        ("花园小区abc3号楼2单元", ["Q-1"]),
        ("花园小区西3-2-501", ["Q-1"]),
        ("花园小区廿三号楼", ["Q-1"]),
        ("花园小区的3号楼", ["X-1"]),
        ("花园小区 3号楼", ["X-1"]),
        ("花园小区，西，3号楼", ["X-1"]),
        ("花园小区3号楼西501室", ["X-1"]),
        ("花园小区3号楼西2单元501室", ["X-1"]),
        ("翠竹苑望江楼501", ["X-4"]),
        ("翠竹苑望江楼东户", ["H-4"]),
        ("翠竹苑12-A1002", ["H-5"]),
        ("翠竹苑12-1002", ["X-5"]),
        ("翠竹苑12-9-A1002", ["H-5"]),
        ("花圆小区3号楼2单元501", ["H-2"]),
        ("花园小小区 B座", ["X-3"]),
        ("花园小小区B座", ["Q-1"]),
        ("翠苑望江楼", ["X-4"]),
        ("和平路7号", ["H-6"]),
        ("501", []),
        ("5", []),
        ("", []),
        ("，。！", []),
        ("菜市场", []),
    ],
)
def test_an_address_as_people_write_it(town, text, expected):
    """An address leads to what it names, and to all that it cannot tell apart."""
    answer = locate(town, text)
    best = [each.id for each in answer if each.score == answer[0].score]

    assert best == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("花园小区廿三号楼", "X-23"),
        ("花园小区二十三号楼", "X-23"),
        ("花园小区卅号楼", "X-30"),
        ("花园小区两号楼", "X-2"),
        ("花园小区两栋", "X-2"),
        ("花园小区两百号楼", "X-200"),
        ("花园小区西3号楼", "X-西3"),
        ("花园小区西三幢", "X-西3"),
        ("花园小区东3号楼", "Q"),
        ("花园小区两户人家", "Q"),
    ],
)
def test_a_number_is_read_whole(text, expected):
    """Every sign of a number counts, and none is left over that makes it another number."""
    numbers = ("2", "3", "20", "23", "30", "200", "西3")
    h = Hierarchy.from_records(
        [
            Compound(id="Q", name="花园小区"),
            *(Building(id=f"X-{each}", name=f"{each}号楼", compound="Q") for each in numbers),
        ]
    )

    assert ids(h, text) == [expected]


def test_candidates_down_to_half_of_the_best_score_are_listed():
    """A candidate with half of the best score is listed, one with less is not."""
    names = {"Q-1": "金木水火土日月星辰山河湖海", "Q-2": "甲乙丙丁戊己", "Q-3": "子丑寅"}
    h = Hierarchy.from_records([Compound(id=id, name=name) for id, name in names.items()])

    assert found(h, names["Q-2"] + names["Q-3"] + "呀呀呀") == [("Q-2", 0.5), ("Q-3", 0.25)]
    # Six of thirteen is 0.46.
    assert ids(h, names["Q-1"] + names["Q-2"]) == ["Q-1"]


def test_a_slip_is_scored_lower_and_never_before_the_right_name(town):
    """A name with one wrong letter finds its place at a lower score, and others as near."""
    assert found(town, "花园小区") == [("Q-1", 1.0)]
    assert found(town, "花圆小区") == [("Q-1", 0.6375), ("Q-2", 0.6375)]
    assert found(town, "翠竺苑") == [("Q-3", 0.5667)]
    assert ids(town, "花圆小曲") == []


def test_what_was_not_understood_is_told(town):
    """The words that lead nowhere are the rest, and lower the score."""
    (first,) = locate(town, "你好，花园小区3号楼的灯坏了")

    assert (first.id, first.rest) == ("X-1", "你好 的灯坏了")
    assert [(each.table, each.id, each.text) for each in first.matched] == [
        ("compound", "Q-1", "花园小区"),
        ("building", "X-1", "3号楼"),
    ]
    assert first.score == round(7 / 13, 4)


def test_more_candidates_than_are_shown_are_counted():
    """The count of equal candidates is exact where fewer are returned."""
    h = Hierarchy.from_records([Building(id=f"X-{at:03}", name="3号楼") for at in range(300)])
    answer = locate(h, "3号楼", most=2)

    assert [(each.id, each.equal) for each in answer] == [("X-000", 300), ("X-001", 300)]


@pytest.fixture(scope="module")
def alike() -> Hierarchy:
    """Return 60 compounds of 12 names, each in a community of its own, all numbered alike."""
    records: list[Any] = []
    for q in range(60):
        records += [
            Community(
                id=f"K-{q:02}",
                name=f"{'甲乙丙丁戊'[q // 12]}{'子丑寅卯辰巳午未申酉戌亥'[q % 12]}社区",
            ),
            Compound(
                id=f"Q-{q:02}",
                name=f"{'一二三四五六七八九十百零'[q % 12]}江花园",
                community=f"K-{q:02}",
            ),
        ]
        for x in range(1, 6):
            building = f"X-{q:02}-{x}"
            records.append(Building(id=building, name=f"{x}号楼", compound=f"Q-{q:02}"))
            for e in range(1, 6):
                entrance = f"E-{q:02}-{x}-{e}"
                records.append(Entrance(id=entrance, name=f"{e}单元", building=building))
                records.append(Household(id=f"H-{q:02}-{x}-{e}", name="101", entrance=entrance))
    return Hierarchy.from_records(records)


@pytest.mark.parametrize(
    ("text", "ids", "equal"),
    [
        ("3号楼", [f"X-{q:02}-3" for q in range(3)], 60),
        ("3号楼2单元", [f"E-{q:02}-3-2" for q in range(3)], 60),
        ("3-2-101", [f"H-{q:02}-3-2" for q in range(3)], 60),
        ("3号楼101", [f"H-00-3-{e}" for e in range(1, 4)], 300),
        ("3号楼9单元101", [f"X-{q:02}-3" for q in range(3)], 60),
        ("2号楼3号楼", ["X-00-2", "X-00-3", "X-01-2"], 120),
        ("五江花园3号楼2单元101", ["H-04-3-2", "H-16-3-2", "H-28-3-2"], 5),
        ("五江花园9号楼", ["Q-04", "Q-16", "Q-28"], 5),
        ("甲子社区一江花园3-2-101", ["H-00-3-2"], 1),
        ("乙子社区3号楼2单元101", ["H-12-3-2"], 1),
        ("甲子社区 乙子社区 3号楼101", ["H-00-3-1", "H-00-3-2", "H-00-3-3"], 10),
    ],
)
def test_many_that_are_called_alike_are_all_counted(alike, text, ids, equal):
    """Equal candidates are listed by id and counted exactly, though few of them are built."""
    answer = locate(alike, text, most=3)

    assert [each.id for each in answer if each.score == answer[0].score] == ids
    assert {each.equal for each in answer[: len(ids)]} == {equal}


def test_a_list_of_numbers_is_no_address(alike):
    """Of the numbers of buildings the first four are read; the rest is told."""
    (first,) = locate(alike, "乙子社区" + "".join(f"{x}号楼" for x in (9, 8, 7, 6, 3)))

    assert (first.id, first.rest) == ("K-12", "9号楼8号楼7号楼6号楼3号楼")
    assert len(locate(alike, "乙子社区" + "".join(f"{x}号楼" for x in (9, 8, 7, 5, 3)))) == 1


def test_of_many_names_of_places_the_first_eight_are_read(alike):
    """A text that names more places than an address has is read to the eighth of them."""
    named = " ".join(f"甲{each}社区" for each in "子丑寅卯辰巳午未申酉")

    assert {each.id for each in locate(alike, named)} == {f"K-{q:02}" for q in range(8)}


def test_what_was_forgotten_is_indexed_again(alike, monkeypatch):
    """Groups that are forgotten, since too many are kept, have the same candidates again."""
    texts = ["3号楼101", "五江花园2-101", "2号楼3-101", "甲子社区3号楼101", "3号楼101"]
    expected = [locate(alike, text) for text in texts]
    monkeypatch.setattr("govtree.addresses._gazetteer._KEPT", 0)

    assert Addresses(alike).locate_all(texts) == expected


def test_the_longest_lists_of_numbers_are_answered_at_once(alike):
    """Thousands of equal ways are counted at once, when they are indexed."""
    text = "".join(f"{i}号楼{i}单元{i}01室" for i in range(1, 30))
    locate(alike, text)
    start = time.process_time()
    answer = locate(alike, text)

    assert time.process_time() - start < 0.1
    assert answer[0].equal > 100


def test_indonesian_addresses_lead_through_rw_and_rt():
    """A household without a building is found by its number in the RT that is named."""
    h = Hierarchy.from_records(
        [
            Community(id="K", name="Kelurahan Melati"),
            Branch(id="RW-1", name="RW 01", parent="K"),
            Branch(id="RW-2", name="RW 02", parent="K"),
            *(Group(id=f"RT-{w}-5", name="RT 05", parent=f"RW-{w}") for w in (1, 2)),
            *(Household(id=f"H-{w}", name="No. 12", parent=f"RT-{w}-5") for w in (1, 2)),
        ]
    )

    assert found(h, "No. 12 RT 05 RW 02")[0] == ("H-2", 1.0)
    assert found(h, "no 12, RT05/RW01, Kelurahan Melati")[0] == ("H-1", 1.0)
    assert {each.score for each in locate(h, "RT 5 no.12")} == {1.0}
    assert ids(h, "rt 05 rw 02")[0] == "RT-2-5"


def test_japanese_addresses_are_numbers_behind_a_place():
    """A chome, a building and a room are told apart by their order."""
    h = Hierarchy.from_records(
        [
            Compound(id="Q", name="桜台三丁目"),
            Building(id="X", name="5番", compound="Q"),
            Household(id="H", name="2号", building="X"),
        ]
    )

    assert found(h, "桜台3丁目5-2") == found(h, "桜台三丁目５番２号") == [("H", 1.0)]


@pytest.mark.parametrize(
    "text",
    [
        "花" * 1_000_000,
        "3-" * 500_000,
        "号楼" * 500_000,
        "1 " * 500_000,
        "building " * 100_000,
        "\u200b" * 1_000_000,
        "\ufdfa" * 100_000,
        "\ud800花园小区\udfff",
        "\x1b]0;花园小区\x07\u202e3号楼\n",
        "(a+)+$" * 1000,
        "花园小区" * 100,
        "十" * 400,
        "9" * 1_000_000,
    ],
    ids=range(13),
)
def test_hostile_texts_take_no_time(town, text):
    """A text of any length and kind is answered at once, and no control character comes back."""
    start = time.process_time()
    answer = locate(town, text)

    assert time.process_time() - start < 1
    assert all(each.rest.isprintable() for each in answer)


def test_what_stands_behind_400_characters_is_not_read(town):
    """Of a text its first 400 characters are read."""
    assert ids(town, "呀" * 397 + "翠竹苑") == ["Q-3"]
    assert ids(town, "呀" * 399 + "翠竹苑") == []


def test_names_of_one_number_are_no_places():
    """A grid that is called 3 is not found wherever there is a 3."""
    h = Hierarchy.from_records([Grid(id="N-3", name="3"), Grid(id="N-4")])

    assert ids(h, "3") == ids(h, "3号楼") == []


def test_arguments_out_of_range_are_told(town):
    """What is no text, no structure or no number is refused."""
    with pytest.raises(OutOfRangeError, match="most is 0"):
        locate(town, "x", most=0)
    with pytest.raises(TypeError, match="text"):
        locate(town, 3)  # type: ignore[arg-type]  # what is refused
    with pytest.raises(TypeError, match=r"s\.hierarchy"):
        locate({}, "x")  # type: ignore[arg-type]  # what is refused
    with pytest.raises(TypeError, match="list"):
        Addresses.of(town).locate_all("花园小区")
    with pytest.raises(OutOfRangeError, match="x is nan"):
        locate_point(town, math.nan, 0)
    with pytest.raises(OutOfRangeError, match="within is -1"):
        locate_point(town, 0, 0, within=-1)
    with pytest.raises(OutOfRangeError, match="most is 0"):
        locate_point(town, 0, 0, most=0)
    with pytest.raises(UnknownLevelError):
        locate_point(town, 0, 0, tables=["house"])


def test_the_index_is_made_once_and_not_pickled(town):
    """The addresses of a structure are the same object each time; pickling leaves them out."""
    assert Addresses.of(town) is Addresses.of(town)
    again = pickle.loads(pickle.dumps(town))

    assert "addresses" not in again._made
    assert locate(again, "花园小区3-2-501") == locate(town, "花园小区3-2-501")


# -- points ----------------------------------------------------------------------------------

COORDINATES = st.one_of(st.integers(-3, 3), st.sampled_from([None, 1e308, -1e308]))


@settings(max_examples=many(80), deadline=None)
@given(
    st.lists(st.tuples(COORDINATES, COORDINATES, st.booleans()), max_size=8),
    st.integers(-3, 3),
    st.integers(-3, 3),
    st.sampled_from([None, 0.0, 2.0, 1e308]),
)
def test_the_nearest_are_those_of_the_definition(points, x, y, within):
    """The nearest units are those that measuring every one gives, equally far ones by id."""
    records = [
        (Grid if is_grid else Building)(id=f"U-{at * 7 % 10}", x=a, y=b)
        for at, (a, b, is_grid) in enumerate(points)
    ]
    expected = sorted(
        (math.hypot(each.x - x, each.y - y), each.id)
        for each in records
        if each.x is not None and each.y is not None
    )
    expected = [each for each in expected if within is None or each[0] <= within]
    answer = locate_point(Hierarchy.from_records(records), x, y, within=within, most=5)
    lengths = [length for length, _ in expected]

    assert [(each.distance, each.id) for each in answer] == expected[:5]
    assert [each.equal for each in answer] == [lengths.count(n) for n in lengths[:5]]
