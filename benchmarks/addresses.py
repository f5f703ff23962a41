"""Addresses of mixed quality, to units: govtree, and a search for the likest text among all."""

from __future__ import annotations

import random
from collections.abc import Iterator

from figure import Figure, short, taking_turns

from govtree import Hierarchy
from govtree.addresses import Addresses

COMPOUNDS, BUILDINGS, ENTRANCES, ROOMS = 250, 30, 2, 10
_FIRST = "花阳河金翠福安和平新东南西北明春锦华兴龙凤梅兰竹菊"
_SECOND = "园光畔苑竹源居谐湖城景江山秀辉泉庭院台阁"
_KINDS = ("小区", "家园", "花苑", "公寓", "新村")

#: What nobody says, and what may not take longer than what people say.
LIST = "".join(f"{at}号楼{at}单元{at}01室" for at in range(1, 30))


def district(*, seed: int = 1) -> tuple[Hierarchy, list[tuple[str, str, str, str]]]:
    """Return 150,000 households in 7,500 buildings of 250 compounds, and their names."""
    draw = random.Random(seed)
    names = [a + b + kind for a in _FIRST for b in _SECOND for kind in _KINDS]
    tables: dict[str, dict[str, list[str]]] = {
        "compound": {"id": [], "name": []},
        "building": {"id": [], "name": [], "compound": []},
        "entrance": {"id": [], "name": [], "building": []},
        "household": {"id": [], "name": [], "entrance": []},
    }

    def add(table: str, name: str, *upper: str) -> str:
        columns = tables[table]
        id = f"{table[0].upper()}-{len(columns['id']):06d}"
        for column, cell in zip(columns.values(), (id, name, *upper), strict=True):
            column.append(cell)
        return id

    said = []
    for compound in draw.sample(names, COMPOUNDS):
        q = add("compound", compound)
        word = draw.choice(("号楼", "栋", "幢"))
        for building in range(1, BUILDINGS + 1):
            x = add("building", f"{building}{word}", q)
            for entrance in range(1, ENTRANCES + 1):
                e = add("entrance", f"{entrance}单元", x)
                for room in range(ROOMS):
                    number = f"{1 + room // 2}0{1 + room % 2}"
                    add("household", f"{number}室", e)
                    said.append((compound, str(building), str(entrance), number))
    return Hierarchy.from_tables(tables), said


def asked(said: list[tuple[str, str, str, str]], count: int, *, seed: int = 2) -> list[str]:
    """Return addresses as they come in: half of them clean, the others in ways of their own."""
    draw = random.Random(seed)
    texts = []
    for q, x, e, number in draw.choices(said, k=count):
        way = draw.random()
        if way < 0.5:
            texts.append(f"{q}{x}号楼{e}单元{number}室")
        elif way < 0.65:
            texts.append(f"{q}{x}-{e}-{number}")
        elif way < 0.75:
            wide = f"{x}栋{e}单元{number}".translate(
                {each: each + 0xFEE0 for each in range(48, 58)}
            )
            texts.append(f"幸福街道 {q} {wide}")
        elif way < 0.83:
            at = draw.randrange(2)
            texts.append(f"{q[:at]}错{q[at + 1 :]}{x}号楼{e}单元{number}室")
        elif way < 0.90:
            texts.append(f"你好，我住{q}{x}幢，楼道灯坏了")
        elif way < 0.94:
            texts.append(f"{q}门口有人占道")
        elif way < 0.97:
            texts.append(f"{x}号楼{e}单元{number}")
        else:
            texts.append("菜市场旁边的垃圾没有人收")
    return texts


def measure(repeats: int) -> Iterator[Figure]:
    """Measure how many addresses are looked up a second.

    The peer compares each with the texts of all 150,000 by rapidfuzz, in C++; some tens of
    addresses are enough to see how long that takes.
    """
    from rapidfuzz import fuzz, process

    h, said = district()
    texts = asked(said, 20_000)
    addresses = Addresses.of(h)
    whole = [f"{q}{x}号楼{e}单元{number}室" for q, x, e, number in said]

    def search() -> list[object]:
        return [process.extract(text, whole, scorer=fuzz.ratio, limit=10) for text in texts[:20]]

    # What stands in a building is indexed when a text first leads there.
    first = taking_turns({"govtree": lambda: addresses.locate_all(texts)}, 1)["govtree"]
    samples = taking_turns(
        {"govtree": lambda: addresses.locate_all(texts), "rapidfuzz": search}, repeats
    )
    ours, peer = samples["govtree"].median / len(texts), samples["rapidfuzz"].median / 20
    yield Figure(
        "addresses against 150,000 households, each",
        samples["govtree"].text(1e6 / len(texts), "µs"),
        f"rapidfuzz over all texts {samples['rapidfuzz'].text(1e3 / 20, 'ms')}",
        f"{1 / ours:,.0f} a second, {short(peer / ours)} times as fast",
        "at least 10,000 a second",
        1 / ours >= 10_000,
    )
    for text in ("3号楼", "3号楼1单元1001", "1-1-101", LIST):
        alone = taking_turns({"govtree": lambda text=text: addresses.locate(text)}, repeats)
        sample = alone["govtree"]
        yield Figure(
            f"without a compound: {text[:14]}{'...' if len(text) > 14 else ''}",
            sample.text(1e3, "ms"),
            "",
            "",
            "under 2 ms",
            sample.median < 0.002,
        )
    yield Figure(
        "the same from the start, the index included",
        first.text(1e6 / len(texts), "µs"),
        "",
        "",
        "",
        True,
    )
