"""Neighbors without positions: from building numbers, or listed pair by pair."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from math import isfinite
from typing import Any

import numpy as np

from govtree._adjacency._kinds import kind_of
from govtree._adjacency._neighbors import Neighbors
from govtree._names import NearMisses
from govtree._wording import Reason
from govtree.errors import (
    Location,
    Places,
    Problem,
    RecordPlaces,
    StructureError,
    Tally,
    problem,
)

__all__ = ["number_key", "pairs_by_number", "pairs_listed"]

_PART = re.compile(r"(\d+)")
_CHINESE = re.compile("[〇零一二三四五六七八九十百]+")
_DIGITS = {each: value for value, each in enumerate("零一二三四五六七八九")} | {"\u3007": 0}
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
    text = _CHINESE.sub(_in_digits, text)
    # Texts stand at even places and numbers at odd ones, so that equal kinds are compared.
    parts = _PART.split(text)
    keys = [int(part[-_LONGEST:]) if place % 2 else part for place, part in enumerate(parts)]
    return (0, parts[0] != "", *keys)


def pairs_listed(
    ids: Sequence[str],
    pairs: Iterable[Any],
    *,
    places: Places | None = None,
) -> Neighbors:
    """Return pairs that are given by the ids of their two units.

    Args:
        ids: Ids of the units, in their order.
        pairs: ``(unit, unit)``, ``(unit, unit, kind)`` or ``(unit, unit, kind, metres)``. A kind
            is None or that of the line between; where it is hard, such as ``wall``, the pair is
            left out.
        places: Where the pairs stand, for problems.

    Raises:
        StructureError: If a pair names a unit that is not there, or a unit with itself, or
            is none; with all of them.

    >>> pairs_listed(["A", "B", "C"], [("B", "A"), ("B", "C", "main road")]).kinds
    ('main road',)
    """
    where = places or RecordPlaces("pairs")
    rows = {each: row for row, each in enumerate(ids)}
    tally, near = Tally(), NearMisses(ids)
    u: list[int] = []
    v: list[int] = []
    length: list[float] = []
    kinds: list[str | None] = []
    for at, given in enumerate(pairs):
        read = _read(given)
        if read is None:
            tally.add("GT534", partial(_no_pair, where.at(at), given))
            continue
        one, other, kind, metres = read
        unknown = [each for each in (one, other) if each not in rows]
        for each in unknown:
            tally.add("GT532", partial(_unknown, near, where.at(at), each))
        if unknown:
            continue
        if one == other:
            tally.add("GT533", partial(problem, "GT533", where.at(at), id=one))
            continue
        meant = kind_of(kind)
        if meant is not None and meant[1]:
            continue
        u.append(rows[one])
        v.append(rows[other])
        length.append(metres)
        kinds.append(meant[0] if meant else kind)
    if problems := tally.problems():
        raise StructureError(problems)
    return Neighbors.of(len(ids), u, v, length, kinds)


def _read(given: Any) -> tuple[str, str, str | None, float] | None:
    """Return the two ids, the kind and the length of a pair; None where it is none."""
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Sequence | np.ndarray):
        return None
    if not 2 <= len(given) <= 4:
        return None
    one, other, kind, metres = [*given, None, None][:4]
    if not (_is_id(one) and _is_id(other) and (kind is None or isinstance(kind, str))):
        return None
    if metres is None:
        metres = float("nan")
    elif not (_is_number(metres) and isfinite(metres) and metres >= 0):
        return None
    return str(one), str(other), kind or None, float(metres)


def _is_number(given: Any) -> bool:
    return isinstance(given, int | float | np.number) and not isinstance(given, bool)


def _is_id(given: Any) -> bool:
    return isinstance(given, str) or (
        isinstance(given, int | np.integer) and not isinstance(given, bool)
    )


def _unknown(near: NearMisses, where: Location, each: str) -> Problem:
    meant = near.nearest(each)
    return problem("GT532", where, id=each, **({"meant": meant} if meant else {}))


def _no_pair(where: Location, given: Any) -> Problem:
    shown = repr(given)[:60]
    return problem("GT534", where, found=shown, expected=Reason("two ids, a kind and metres"))


def _is_missing(number: Any) -> bool:
    return number is None or str(number).strip() in ("", "nan", "None", "<NA>", "NaT")


def _in_digits(found: re.Match[str]) -> str:
    """Return a Chinese number up to some hundreds in digits; 二〇三 as it is read, 203."""
    text = found[0]
    if not set(text) & {"十", "百"}:
        return "".join(str(_DIGITS[each]) for each in text)
    value = digit = 0
    for each in text:
        if each in _DIGITS:
            digit = _DIGITS[each]
        else:
            value += (digit or 1) * (10 if each == "十" else 100)
            digit = 0
    return str(value + digit)
