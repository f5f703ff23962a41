"""The workers that grids are staffed with, as they are handed in."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from math import isnan
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from govtree._columns import read_only
from govtree._frames import columns_of
from govtree._names import NearMisses
from govtree.errors import Location, OutOfRangeError, Tally

__all__ = ["Workers", "number_of_workers", "read_workers"]

#: What is known of a worker: their id, where they are bound to work, and their grid now.
_COLUMNS = ("id", "community", "grid")


@frozen(eq=False)
class Workers:
    """Workers by number, or one by one.

    Attributes:
        bound: int64, how many work in each community only.
        free: How many may work anywhere.
        ids: Their ids, sorted; None where only their number is known.
        community: int32, the community that each is bound to; -1 for none.
        now: int32, the grid of each now; -1 for none.
        gone: Grids that workers stood in and that there are no longer, sorted.
    """

    bound: NDArray[np.int64] = field(converter=read_only)
    free: int
    ids: tuple[str, ...] | None
    community: NDArray[np.int32] = field(converter=read_only)
    now: NDArray[np.int32] = field(converter=read_only)
    gone: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """All workers."""
        return int(self.bound.sum()) + self.free


def read_workers(
    workers: object,
    existing: Mapping[str, Any] | None,
    communities: Sequence[str],
    grids: Sequence[str],
) -> Workers:
    """Return the workers that *workers* describes.

    Raises:
        OutOfRangeError: If they are nothing that describes workers.
        StructureError: With every problem of every worker.
    """
    row_of = {each: row for row, each in enumerate(communities)}
    if isinstance(workers, Mapping):
        if isinstance(workers.get("id"), Iterable):
            return _people(dict(workers), existing, row_of, grids)
        return _numbers(workers, row_of)
    whole = _whole(workers)
    if whole is not None:
        return _pool(np.zeros(len(row_of), np.int64), whole)
    if isinstance(workers, Sequence | AbstractSet) and not isinstance(workers, str | bytes):
        return _people({"id": list(workers)}, existing, row_of, grids)
    try:
        columns = columns_of(workers)
    except TypeError as error:
        raise OutOfRangeError(
            f"workers are a value of type {type(workers).__name__}; they are a number, numbers "
            "by community, ids, or a table with a column 'id'"
        ) from error
    return _people(columns, existing, row_of, grids)


def _whole(value: object) -> int | None:
    """Return a whole number that is 0 or more, or None where it is no number at all."""
    if isinstance(value, bool | np.bool_):
        raise OutOfRangeError(f"workers is {value}; it is a number of workers")
    try:
        whole = operator.index(value)  # type: ignore[arg-type]  # any value may be asked
    except TypeError:
        if isinstance(value, float | np.floating):
            raise OutOfRangeError(f"workers is {value}; workers are counted whole") from None
        return None
    if whole < 0:
        raise OutOfRangeError(f"workers is {whole}; it has to be 0 or more")
    return whole


def number_of_workers(value: object) -> int | None:
    """Return a whole number that is 0 or more; None for anything else."""
    try:
        whole = -1 if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]  # any value may be asked
    except TypeError:
        return None
    return whole if whole >= 0 else None


def _pool(bound: NDArray[np.int64], free: int) -> Workers:
    nobody = np.empty(0, np.int32)
    return Workers(bound, free, None, nobody, nobody.copy())


def _numbers(given: Mapping[Any, Any], row_of: Mapping[str, int]) -> Workers:
    tally = Tally()
    near = NearMisses(row_of)
    bound = np.zeros(len(row_of), np.int64)
    for name, number in given.items():
        where = partial(Location, record=f"workers[{str(name)!r}]")
        if name not in row_of:
            tally.say("GT572", where, id=str(name), meant=near.nearest(str(name)))
        elif (whole := number_of_workers(number)) is None:
            tally.say("GT573", where, value=number)
        else:
            bound[row_of[name]] = whole
    tally.stop()
    return _pool(bound, 0)


def _people(
    columns: Mapping[str, Any],
    existing: Mapping[str, Any] | None,
    row_of: Mapping[str, int],
    grids: Sequence[str],
) -> Workers:
    tally = Tally()
    unknown = sorted(map(str, set(columns) - set(_COLUMNS)))
    if "id" not in columns or unknown:
        found = ", ".join(sorted(map(str, columns)))
        raise OutOfRangeError(
            f"the table of workers has the columns {found}; "
            "they are 'id', and if known 'community' and 'grid'"
        )
    ids = [_text(each) for each in columns["id"]]
    others = {}
    for name in _COLUMNS[1:]:
        cells = [_text(each) for each in columns.get(name, [None] * len(ids))]
        if len(cells) != len(ids):
            raise OutOfRangeError(
                f"column '{name}' has {len(cells):,} cells, and 'id' has {len(ids):,}"
            )
        others[name] = cells
    _check_ids(ids, tally)
    near = NearMisses(row_of)
    bound_to = [_row(row_of, near, each, at, tally) for at, each in enumerate(others["community"])]
    tally.stop()
    stand = others["grid"]
    if existing is not None:
        known = {each: row for row, each in enumerate(ids)}
        for name, grid in existing.items():
            if name in known:
                stand[known[name]] = _text(grid)
    order = sorted(range(len(ids)), key=lambda at: ids[at] or "")
    grid_of = {each: row for row, each in enumerate(grids)}
    community = np.array([bound_to[at] for at in order], np.int32)
    now = np.array([grid_of.get(stand[at] or "", -1) for at in order], np.int32)
    gone = sorted({each for each in stand if each is not None and each not in grid_of})
    return Workers(
        np.bincount(community[community >= 0], minlength=len(row_of)).astype(np.int64),
        int(np.count_nonzero(community < 0)),
        tuple(ids[at] or "" for at in order),
        community,
        now,
        tuple(gone),
    )


def _check_ids(ids: Sequence[str | None], tally: Tally) -> None:
    counts = Counter(ids)
    seen: dict[str, int] = {}
    for at, each in enumerate(ids):
        if each is not None and counts[each] == 1:
            continue
        where = partial(Location, record=f"workers[{at}]", field="id")
        if each is None:
            tally.say("GT570", where)
        elif each in seen:
            first = f"workers[{seen[each]}]"
            tally.say("GT571", where, id=each, first=first)
        else:
            seen[each] = at


def _row(
    row_of: Mapping[str, int], near: NearMisses, name: str | None, at: int, tally: Tally
) -> int:
    if name is None:
        return -1
    found = row_of.get(name)
    if found is None:
        where = partial(Location, record=f"workers[{at}]", field="community")
        tally.say("GT572", where, id=name, meant=near.nearest(name))
        return -1
    return found


def _text(cell: object) -> str | None:
    """Return a cell as an id; nothing where there is nothing."""
    if isinstance(cell, float):
        # As frames hold nothing, and whole numbers beside it.
        cell = None if isnan(cell) else int(cell) if cell.is_integer() else cell
    text = "" if cell is None else str(cell)
    return text or None
