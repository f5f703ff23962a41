"""Neighbors without positions: from the numbers of buildings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from govtree._adjacency._neighbors import Neighbors
from govtree._names import digits_of
from govtree._wording import Reason

__all__ = ["number_key", "pairs_by_number"]

_PART = re.compile(r"(\d+)")
_CHINESE = re.compile("[〇零一二三四五六七八九十百]+")
_LONGEST = 18


def pairs_by_number(
    compound: Sequence[str | None], number: Sequence[Any]
) -> tuple[Neighbors, tuple[Reason, ...]]:
    """Return each building beside the one with the next number in its compound.

    Numbers are compared as people read them: 2 before 10, 3-1 before 3-2, 二 as 2. Buildings
    with one number, or with none, come in the order they are given in, the latter last.

    Args:
        compound: The compound of each building; buildings without one have no neighbors.
        number: Their numbers, as texts or whole numbers; None or empty for none.

    Returns:
        The pairs, of unknown length, and notes that say how they came about.

    >>> pairs, notes = pairs_by_number(["X", "X", "X"], ["10号楼", "9号楼", "2号楼"])
    >>> pairs.u.tolist(), pairs.v.tolist()
    ([0, 1], [1, 2])
    """
    rows: dict[str, list[int]] = {}
    for row, each in enumerate(compound):
        if each is not None:
            rows.setdefault(each, []).append(row)
    u: list[int] = []
    v: list[int] = []
    for _, inside in sorted(rows.items()):
        inside.sort(key=lambda row: (number_key(number[row]), row))
        u += inside[:-1]
        v += inside[1:]
    notes = [
        Reason(
            "no positions: buildings of one compound lie beside one another in the order of "
            "their numbers"
        )
    ]
    unnumbered = sum(_is_missing(number[row]) for inside in rows.values() for row in inside)
    if unnumbered:
        notes.append(Reason("{number} buildings have no number and come last", number=unnumbered))
    homeless = len(compound) - sum(map(len, rows.values()))
    if homeless:
        notes.append(
            Reason("{number} buildings are in no compound and beside nobody", number=homeless)
        )
    return Neighbors.of(len(compound), u, v), tuple(notes)


def number_key(number: Any) -> tuple[Any, ...]:
    """Return what sorts building numbers as people read them; what has none comes last.

    >>> sorted(["10号楼", "十一号楼", "2号楼", "B座", "2号楼乙", ""], key=number_key)
    ['2号楼', '2号楼乙', '10号楼', '十一号楼', 'B座', '']
    """
    if _is_missing(number):
        return (1,)
    text = unicodedata.normalize("NFKC", str(number)).strip().casefold()
    text = _CHINESE.sub(lambda numeral: digits_of(numeral[0]), text)
    # Texts stand at even places and numbers at odd ones, so that equal kinds are compared.
    parts = _PART.split(text)
    keys = [int(part[-_LONGEST:]) if place % 2 else part for place, part in enumerate(parts)]
    return (0, parts[0] != "", *keys)


def _is_missing(number: Any) -> bool:
    return number is None or str(number).strip() in ("", "nan", "None", "<NA>", "NaT")
