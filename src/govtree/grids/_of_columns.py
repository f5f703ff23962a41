"""Units and pairs from columns, data frames and records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from govtree import _frames
from govtree._names import nearest
from govtree._wording import Reason
from govtree.errors import Location, OutOfRangeError, Places, Problem, RecordPlaces, problem
from govtree.grids._told import FIELDS, PAIR_FIELDS, Cells, ToldPairs, ToldUnits

__all__ = ["pairs_told", "units_of_columns", "units_of_records", "units_told"]

#: Other names that a field is known by.
_ALIASES = {"compound": ("cell",)}


def units_told(units: object, count: str) -> ToldUnits:
    """Return units of a mapping of columns, a sequence of mappings, or a data frame.

    Raises:
        OutOfRangeError: If it is none of these.
    """
    if isinstance(units, Mapping):
        return units_of_columns(units, count)
    if isinstance(units, Sequence) and not isinstance(units, str | bytes):
        if not all(isinstance(each, Mapping) for each in units):
            other = next(each for each in units if not isinstance(each, Mapping))
            raise OutOfRangeError(f"units holds a {type(other).__name__}, not mappings of fields")
        return units_of_records(units, count)
    return units_of_columns(_of_frame(units, "units"), count)


def units_of_columns(
    columns: Mapping[str, Any],
    count: str,
    places: Places | None = None,
    *,
    faults: Sequence[Problem] = (),
    **more: Any,
) -> ToldUnits:
    """Return units whose fields stand in columns of equal length.

    Args:
        columns: By name; names that are no field are left alone, unless one was probably meant.
        count: What is counted; a column of this name goes before one called ``weight``.
        places: Where the rows stand.
        faults: Problems that were found before.
        more: Other fields of the answer.
    """
    named = {str(name): _cells("units", name, cells) for name, cells in columns.items()}
    length = max(map(len, named.values()), default=0)
    where = places or RecordPlaces("units")
    problems = [*faults, *_uneven(named, length, where)]
    # The column that is named as what is counted says more than one that does not.
    weight = next((name for name in (count, "weight") if name in named), "")
    read = {
        name: next((each for each in (name, *_ALIASES.get(name, ())) if each in named), "")
        for name in FIELDS
    } | {"weight": weight}
    known = {name: named[called] for name, called in read.items() if called}
    missing = [each for each in ("id", "weight") if each not in known]
    if named:
        others = [name for name in FIELDS if name not in known]
        others += [] if weight else [count, "weight"]
        problems += _misspelled("units", named.keys() - {*read.values()}, others, where)
        meant = {dict(each.values).get("meant", "") for each in problems}
        for each in missing:
            wanted = (count, "weight") if each == "weight" else (each,)
            if not meant & {*wanted}:
                problems.append(
                    problem("GT536", whole_table(where, length), column=" / ".join(wanted))
                )
    return ToldUnits(
        {name: cells for name, cells in known.items() if len(cells) == length},
        where,
        length,
        weight=weight or "weight",
        problems=tuple(problems),
        **more,
    )


def units_of_records(
    records: Sequence[Mapping[str, Any]], count: str, places: Places | None = None, **more: Any
) -> ToldUnits:
    """Return units that are a mapping of fields each; a field that one lacks is nothing."""
    wanted = (*FIELDS, *(alias for each in _ALIASES.values() for alias in each), count, "weight")
    columns = _columns_of(records, wanted)
    return units_of_columns(columns, count, places, **more)


def pairs_told(pairs: object, places: Places | None = None) -> ToldPairs | tuple[Problem, ...]:
    """Return listed pairs: (u, v), mappings, columns, or a data frame.

    Returns:
        The pairs; or the problems where they cannot be told apart at all.

    Raises:
        OutOfRangeError: If they are given in no way that is known.
    """
    where = places or RecordPlaces("pairs")
    if isinstance(pairs, np.ndarray) and pairs.ndim == 2 and pairs.shape[1] == 2:
        return ToldPairs({"u": pairs[:, 0], "v": pairs[:, 1]}, where, len(pairs))
    if isinstance(pairs, str | bytes):
        raise OutOfRangeError("pairs is a text; it has to be a sequence of pairs of ids")
    if isinstance(pairs, Mapping):
        columns = {str(name): _cells("pairs", name, each) for name, each in pairs.items()}
    elif isinstance(pairs, Iterable) and not hasattr(pairs, "columns"):
        listed = list(pairs)
        if all(isinstance(each, tuple | list) and len(each) == 2 for each in listed):
            u, v = zip(*listed, strict=True) if listed else ((), ())
            return ToldPairs({"u": u, "v": v}, where, len(listed))
        if not all(isinstance(each, Mapping) for each in listed):
            return tuple(
                problem("GT544", where.at(row), reason=_no_pair(each))
                for row, each in enumerate(listed)
                if not isinstance(each, Mapping)
                and not (isinstance(each, tuple | list) and len(each) == 2)
            ) or (problem("GT544", where.at(0), reason=Reason("mappings and ids are mixed")),)
        columns = _columns_of(listed, PAIR_FIELDS)
        columns.setdefault("u", [None] * len(listed))
        columns.setdefault("v", [None] * len(listed))
    else:
        columns = _of_frame(pairs, "pairs")
    length = max(map(len, columns.values()), default=0)
    problems = _uneven(columns, length, where)
    problems += _misspelled(
        "pairs",
        columns.keys() - {*PAIR_FIELDS},
        [name for name in PAIR_FIELDS if name not in columns],
        where,
    )
    problems += [
        problem("GT536", whole_table(where, length), column=name)
        for name in ("u", "v")
        if name not in columns
    ]
    if problems:
        return tuple(problems)
    known = {name: cells for name, cells in columns.items() if name in PAIR_FIELDS}
    return ToldPairs(known, where, length)


def whole_table(places: Places, length: int) -> Any:
    """Return the place of a table as a whole: that of its first row, where it has any."""
    return places.at(0) if length else Location()


def _of_frame(frame: object, called: str) -> dict[str, Any]:
    names = [str(each) for each in getattr(frame, "columns", ())]
    twice = next((each for each in names if names.count(each) > 1), None)
    if twice is not None:
        raise OutOfRangeError(f"{called} has two columns '{twice[:60]}'; rename one of them")
    try:
        return _frames.columns_of(frame)
    except TypeError:
        raise OutOfRangeError(
            f"{called} is a {type(frame).__name__}; it has to be a data frame in memory, "
            "a mapping of columns, or a sequence of mappings"
        ) from None


def _cells(table: str, name: object, cells: Any) -> Cells:
    if isinstance(cells, list | tuple):
        return cells
    if hasattr(cells, "__array__") and np.ndim(cells) == 1:
        return np.asarray(cells)
    raise OutOfRangeError(
        f"column '{name}' of {table} is a {type(cells).__name__}, not a sequence of cells"
    )


def _columns_of(records: Sequence[Mapping[str, Any]], wanted: Iterable[str]) -> dict[str, Cells]:
    """Return what records say as columns; of names that nobody asks for, no cells."""
    said = {str(name) for each in records for name in each}
    asked = {*wanted}
    return {
        name: [each.get(name) for each in records] if name in asked else [None] * len(records)
        for name in sorted(said)
    }


def _uneven(columns: Mapping[str, Cells], length: int, places: Places) -> list[Problem]:
    return [
        problem("GT117", places.at(0, name), field=name, length=len(cells), expected=str(length))
        for name, cells in columns.items()
        if len(cells) != length
    ]


def _misspelled(
    table: str, unread: Iterable[str], missing: Sequence[str], places: Places
) -> list[Problem]:
    """Return a problem for each column that was probably meant as one that is missing.

    What is left unread would otherwise be a border that nobody keeps to.
    """
    found = []
    for name in sorted(unread):
        meant = nearest(name, missing)
        if meant:
            found.append(problem("GT116", places.at(0, name), table=table, field=name, meant=meant))
    return found


def _no_pair(each: object) -> Reason:
    if isinstance(each, tuple | list):
        return Reason("it has {number} ids, not two", number=len(each))
    return Reason("it is of type {type}", type=type(each).__name__)
