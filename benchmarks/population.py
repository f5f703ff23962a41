"""A made-up place of a million households, the same for every run.

667 communities, 3,334 branches, 50,000 groups, 60,000 buildings. Nine ids in ten look like
``H-0000123``, the others are Chinese or of other forms; parents are in random order.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

Columns = dict[str, list[str]]

STRUCTURE = """\
govtree: 1
name: made up for measuring
communities: {table: communities.csv}
branches: {table: branches.csv}
groups: {table: groups.csv}
buildings: {table: buildings.csv}
households: {table: households.csv}
"""


def tables(households: int, *, seed: int = 1, shuffled: bool = False) -> dict[str, Columns]:
    """Return the tables of the place as columns of text, by section.

    Args:
        households: How many households; the other units follow in proportion.
        seed: Of the random order of parents.
        shuffled: Whether the households stand in random order, instead of in order of id.
    """
    draw = random.Random(seed)
    counts = {
        "communities": max(1, households // 1_500),
        "branches": max(1, households // 300),
        "groups": max(1, households // 20),
        "buildings": max(1, households * 6 // 100),
    }
    letters = {"communities": "C", "branches": "B", "groups": "G", "buildings": "X"}
    made: dict[str, Columns] = {
        section: {"id": [f"{letters[section]}-{number:06d}" for number in range(count)]}
        for section, count in counts.items()
    }
    for lower, upper in (("branches", "communities"), ("groups", "branches")):
        ids = made[upper]["id"]
        made[lower]["parent"] = [ids[number % len(ids)] for number in range(counts[lower])]
    ids = sorted(_household_ids(households))
    if shuffled:
        draw.shuffle(ids)
    made["households"] = {
        "id": ids,
        "parent": draw.choices(made["groups"]["id"], k=households),
        "building": draw.choices(made["buildings"]["id"], k=households),
        "residents": [str(draw.randrange(1, 7)) for _ in range(households)],
    }
    for tag, rate in (("living_alone", 0.1), ("empty_nest", 0.2), ("let", 0.3)):
        made["households"][f"tags.{tag}"] = [
            "1" if draw.random() < rate else "0" for _ in range(households)
        ]
    return made


def _household_ids(households: int) -> Iterator[str]:
    for number in range(households):
        kind = number % 20
        if kind == 0:
            yield f"户{number:07d}"
        elif kind == 1:
            yield f"{number // 60}/{number % 60}-{kind}"
        else:
            yield f"H-{number:07d}"


def write(folder: Path, households: int, **how: bool) -> None:
    """Write the place into *folder* as a structure file and its tables."""
    for section, columns in tables(households, **how).items():
        with (folder / f"{section}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
    (folder / "structure.yaml").write_text(STRUCTURE, encoding="utf-8")
