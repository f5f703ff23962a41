"""A structure file of one megabyte: read, checked, with positions, beside PyYAML alone."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace

import yaml
from figure import Figure, share_of_time, taking_turns

import govtree

SIZE = 1_000_000
BRANCHES = 1_000

#: What is put in the place of what, everywhere in the file, so that every record is wrong.
WRONG = {
    "every parent unknown": ("parent: B-", "parent: Q-"),
    "every key unknown": (": ", "s: "),
    "every count no number": ("members: ", "members: -"),
    "every id the same": ("- {id: G-", "- {id: G, code: G-"),
}


def text() -> str:
    """Return a structure file with records of four fields, some 14,000 of them."""
    rows = ["govtree: 1\ncommunities: [{id: C-1}]\nbranches:\n"]
    rows += [f"- {{id: B-{number:04}, parent: C-1}}\n" for number in range(BRANCHES)]
    rows.append("groups:\n")
    size, number = sum(map(len, rows)), 0
    while size < SIZE:
        rows.append(
            f"- {{id: G-{number:05}, parent: B-{number % BRANCHES:04}, "
            "kind: building_group, members: 12}\n"
        )
        size += len(rows[-1])
        number += 1
    return "".join(rows)


def measure(repeats: int) -> Iterator[Figure]:
    """Yield the figures of reading a structure file."""
    good = text()
    works: dict[str, Callable[[], object]] = {
        "govtree": lambda: govtree.load_text(good),
        "yaml.load, CSafeLoader": lambda: yaml.load(good, yaml.CSafeLoader),
    }
    yield share_of_time(
        "1 MB of YAML to a checked structure", taking_turns(works, repeats), most=0.35
    )
    # Much of the peer's time goes into looking for garbage among what it makes.
    without = {name: _without_collector(work) for name, work in works.items()}
    what = "the same, both with the collector of garbage off"
    figure = share_of_time(what, taking_turns(without, repeats), most=1)
    yield replace(figure, target="none; shown beside the line above")
    for name, (old, new) in WRONG.items():
        bad = good.replace(old, new)
        works = {
            "govtree": lambda bad=bad: _problems(bad),
            "a good file": lambda: govtree.load_text(good),
        }
        yield share_of_time(f"1 MB, {name}", taking_turns(works, repeats), most=3)


def _problems(bad: str) -> int:
    try:
        govtree.load_text(bad)
    except govtree.ConfigError as error:
        return len(error.problems)
    raise AssertionError("the file should be wrong")


def _without_collector(work: Callable[[], object]) -> Callable[[], object]:
    def measured() -> object:
        gc.disable()
        try:
            return work()
        finally:
            gc.enable()

    return measured
