"""How the examples are made: draws that are the same everywhere, shares, cuts, and tables."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["Draws", "cut_evenly", "read", "share_out", "write"]

T = TypeVar("T")


class Draws:
    """Numbers at random that stay the same on every machine and in every Python.

    Python promises this of ``random()`` alone, not of ``randrange``, ``choice`` or ``shuffle``.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def between(self, least: int, most: int) -> int:
        """Return a whole number, both bounds included."""
        return least + int(self._random() * (most - least + 1))

    def one_of(self, choices: Sequence[T]) -> T:
        """Return one of *choices*."""
        return choices[self.between(0, len(choices) - 1)]

    def some_of(self, choices: Sequence[T], count: int) -> list[T]:
        """Return *count* of *choices*, in their order."""
        left = list(range(len(choices)))
        chosen = sorted(left.pop(self.between(0, len(left) - 1)) for _ in range(count))
        return [choices[at] for at in chosen]

    def happens(self, percent: int) -> bool:
        """Return true in so many of a hundred draws."""
        return self.between(1, 100) <= percent


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """Return whole shares of *total*, at least 1 each, in proportion to *weights*.

    Source: the method of Webster and Sainte-Laguë, with one seat for everybody to start with.

    >>> share_out(7, [1, 1, 4])
    [1, 1, 5]
    """
    shares = [1] * len(weights)
    for _ in range(total - len(weights)):
        # Scaled, because whole numbers compare the same everywhere.
        claims = [10**9 * weight // (2 * n + 1) for weight, n in zip(weights, shares, strict=True)]
        shares[claims.index(max(claims))] += 1
    return shares


def cut_evenly(units: Sequence[T], sizes: Sequence[int], count: int) -> Iterator[list[T]]:
    """Yield *count* runs of *units*, none empty, with sums of *sizes* about equal.

    >>> list(cut_evenly("abcd", [3, 1, 1, 1], 2))
    [['a'], ['b', 'c', 'd']]
    """
    total, passed, start = sum(sizes), 0, 0
    for part in range(1, count + 1):
        stop = start + 1
        passed += sizes[start]
        # A unit goes where its middle lies; every later part still needs a unit of its own.
        while stop < len(units) - (count - part) and (
            part == count or (2 * passed + sizes[stop]) * count <= 2 * total * part
        ):
            passed += sizes[stop]
            stop += 1
        yield list(units[start:stop])
        start = stop


def read(file: Path) -> list[dict[str, str]]:
    """Return the rows of a table as texts by column."""
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def write(
    rows: Sequence[Mapping[str, Any]], file: Path, header: Sequence[str] | None = None
) -> None:
    """Write *rows* as a table, with the columns of *header*, or else with all that they have."""
    columns = header or list(dict.fromkeys(name for row in rows for name in row))
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
