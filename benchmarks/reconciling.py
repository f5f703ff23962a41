"""Two lists of the same households, cell by cell: govtree, and a full join by polars."""

from __future__ import annotations

import csv
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from figure import Figure, Sample, short, taking_turns

from govtree import reconcile

ROWS = 150_000
KEY = "房号"
COLUMNS = ("户主", "residents", "since", "occupancy", "楼", "网格", "面积", "门牌", "vacant")
Columns = dict[str, list[str]]


def lists(*, seed: int = 1) -> tuple[Columns, Columns]:
    """Return two lists of 150,000 households; in the second one cell in a hundred is other."""
    draw = random.Random(seed)
    made: list[list[str]] = []
    for row in range(ROWS):
        day = f"{draw.randrange(2000, 2025)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}"
        cells = [
            f"{draw.choice('赵钱孙李周吴郑王')}{row % 997}",
            str(draw.randrange(1, 7)),
            day,
            draw.choice(("let", "owner", "bare")),
            f"{draw.randrange(1, 40)}号楼",
            f"第{draw.randrange(1, 60)}网格",
            str(draw.randrange(30, 200)),
            f"幸福路{row // 20 + 1}号",
            draw.choice(("是", "否")),
        ]
        made.append([f"H-{row:06}", *cells])
    other = [
        [key, *(f"{cell}1" if draw.random() < 0.01 else cell for cell in cells)]
        for key, *cells in made
    ]
    names = (KEY, *COLUMNS)
    first, second = (
        dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) for rows in (made, other)
    )
    return first, second


def measure(repeats: int) -> Iterator[Figure]:
    """Measure how long it takes to hold two lists against each other, from memory and files.

    The peer joins both on the key and compares each column as the texts it is: it types nothing,
    tells no near-twins, and refuses no key that is there twice.
    """
    a, b = lists()
    samples = taking_turns(
        {
            "govtree": lambda: reconcile(a, b, key=KEY),
            "polars": lambda: _joined(pl.DataFrame(a), pl.DataFrame(b)),
        },
        repeats,
    )
    yield _figure("lists in memory", samples)
    with tempfile.TemporaryDirectory() as name:
        paths = [Path(name) / f"{each}.csv" for each in "ab"]
        for path, columns in zip(paths, (a, b), strict=True):
            with path.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, lineterminator="\n").writerows(
                    [[*columns], *zip(*columns.values(), strict=True)]
                )
        one, other = paths
        samples = taking_turns(
            {
                "govtree": lambda: reconcile(one, other, key=KEY),
                "polars": lambda: _joined(*(pl.read_csv(e, infer_schema=False) for e in paths)),
            },
            repeats,
        )
    yield _figure("CSV files", samples)


def _joined(a: pl.DataFrame, b: pl.DataFrame) -> pl.DataFrame:
    """Return where each column of two frames differs, by key."""
    both = a.join(b, on=KEY, how="full", suffix="_b", coalesce=True)
    return both.select(KEY, *(pl.col(each).ne_missing(pl.col(f"{each}_b")) for each in COLUMNS))


def _figure(what: str, samples: dict[str, Sample]) -> Figure:
    ours, peer = samples["govtree"], samples["polars"]
    return Figure(
        f"reconciling {ROWS:,} rows of {1 + len(COLUMNS)} columns, {what}",
        ours.text(),
        f"polars full join {peer.text()}",
        f"{short(ours.median / peer.median)} times its time",
        "at most 1 s",
        ours.median <= 1,
    )
