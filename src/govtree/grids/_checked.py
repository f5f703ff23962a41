"""What a source says of units, checked, as arrays in order of id."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import Coded, IntArray
from govtree._files import LIMITS
from govtree._ids import Ids, arrange
from govtree._wording import Reason
from govtree.errors import Location, Problem, StructureError, Tally, problem
from govtree.grids._cells import MOST, Unfit, coded, reals, texts, wholes
from govtree.grids._told import ToldUnits

__all__ = ["CheckedUnits", "Faults", "checked"]


class Faults:
    """Problems of one input; many of one kind are counted."""

    def __init__(self, known: Iterable[Problem] = ()) -> None:
        self._tally = Tally()
        self._any = False
        self.take(known)

    def take(self, known: Iterable[Problem]) -> None:
        """Note problems that were found elsewhere."""
        for each in known:
            self._any = True
            self._tally.add(each.code, partial(_itself, each))

    def say(self, code: str, where: Callable[[], Location], **values: Any) -> None:
        """Note a problem; its place is asked for where it is kept."""
        self._any = True
        self._tally.add(code, lambda: problem(code, where(), **values))

    def stop(self) -> None:
        """Raise what was noted.

        Raises:
            StructureError: If there is any problem.
        """
        if self._any:
            raise StructureError(self._tally.problems())


def _itself(known: Problem) -> Problem:
    return known


@frozen(eq=False)
class CheckedUnits:
    """Units in order of id.

    Attributes:
        ids: Their ids, sorted by code point.
        order: Row in the source of each.
        weight: What is counted in each.
        priority: How many of that are priority households.
        community: Row of *communities*, or -1.
        communities: Ids, sorted.
        compound: Row of *compounds*, or -1.
        compounds: Ids, sorted.
        x: Positions as they were given, NaN where there is none; None where nobody gives any.
        y: The second coordinate.
        number: What the number of each building can be read from; None where nothing is given.
    """

    ids: Ids
    order: IntArray
    weight: NDArray[np.int64]
    priority: NDArray[np.int64]
    community: IntArray
    communities: tuple[str, ...]
    compound: IntArray
    compounds: tuple[str, ...]
    x: NDArray[np.float64] | None
    y: NDArray[np.float64] | None
    number: list[str | None] | None


def checked(told: ToldUnits, faults: Faults) -> CheckedUnits:
    """Return the units in order, and note in *faults* everything that is wrong with them.

    The answer is whole only where nothing was noted.
    """
    length, columns = told.length, told.columns
    if not length and not told.problems:
        faults.say("GT535", partial(Location, record=told.called))
    names, order, ids = _ids(told, faults)

    def say_unfit(column: str, unfit: Unfit) -> None:
        field = told.weight if column == "weight" else column
        code = {"weight": "GT537", "x": "GT547", "y": "GT547"}.get(column, "GT548")
        for row, reason in unfit:
            faults.say(
                code,
                partial(told.places.at, row, field),
                unit=names[row] or "",
                field=field,
                reason=reason,
            )

    def whole(column: str, missing: int | None) -> NDArray[np.int64]:
        if column not in columns:
            return np.zeros(length, np.int64)
        found, unfit = wholes(_uncoded(columns[column]), missing=missing)
        say_unfit(column, unfit)
        return found

    def code(column: str) -> tuple[IntArray, tuple[str, ...]]:
        if column not in columns:
            return np.full(length, -1, np.int32), ()
        codes, words, unfit = coded(columns[column])
        say_unfit(column, unfit)
        return codes, words

    def real(column: str) -> NDArray[np.float64] | None:
        if column not in columns:
            return None
        found, unfit = reals(_uncoded(columns[column]))
        say_unfit(column, unfit)
        return None if np.isnan(found).all() and not unfit else found

    weight, priority = whole("weight", None), whole("priority", 0)
    if length and "weight" in columns:
        _look_at_sum(told, weight, faults)
    community, communities = code("community")
    compound, compounds = code("compound")
    _look_at_compounds(told, names, (community, communities), (compound, compounds), faults)
    x, y = real("x"), real("y")
    if (x is None) != (y is None) and length:
        missing = "x" if x is None else "y"
        faults.say("GT536", partial(told.places.at, 0), column=missing)
    number = None
    if "number" in columns:
        number, unfit = texts(_uncoded(columns["number"]))
        say_unfit("number", unfit)
    return CheckedUnits(
        ids,
        order,
        weight[order],
        priority[order],
        community[order],
        communities,
        compound[order],
        compounds,
        None if x is None or y is None else x[order],
        None if x is None or y is None else y[order],
        None if number is None else [number[row] for row in order.tolist()],
    )


def _uncoded(cells: Any) -> Any:
    return cells.values if isinstance(cells, Coded) else cells


def _ids(told: ToldUnits, faults: Faults) -> tuple[list[str | None], IntArray, Ids]:
    """Return the id of each row, the rows in order of id, and the ids in order."""
    if "id" not in told.columns:
        rows = np.arange(told.length, dtype=np.int32)
        return [None] * told.length, rows, Ids.of([f"{row:09}" for row in range(told.length)])
    names, unfit = texts(_uncoded(told.columns["id"]))
    found = arrange(names, limit=LIMITS.id_characters)

    def where(row: int) -> Callable[[], Location]:
        return partial(told.places.at, row, "id")

    wrong = {row for row, _ in unfit}
    for row, reason in unfit:
        faults.say("GT541", where(row), reason=reason)
    for row in found.empty:
        if row not in wrong:
            faults.say("GT541", where(row), reason=Reason("nothing is given"))
    for row, said in found.unfit:
        faults.say("GT541", where(row), reason=Reason(said))
    for row, first in found.duplicates:
        faults.say("GT540", where(row), unit=names[row], first=told.places.at(first))
    order = found.order
    rows = np.arange(told.length, dtype=np.int32) if order is None else order
    return names, rows, found.ids


def _look_at_sum(told: ToldUnits, weight: NDArray[np.int64], faults: Faults) -> None:
    # Python adds up without end.
    total = sum(weight.tolist()) if weight.max(initial=0) > MOST // max(told.length, 1) else 0
    if total > MOST:
        faults.say("GT539", partial(told.places.at, 0, told.weight), total=f"{total:,}")
    if not weight.any() and not _has_unfit(told):
        faults.say("GT538", partial(told.places.at, 0, told.weight), field=told.weight)


def _has_unfit(told: ToldUnits) -> bool:
    return bool(wholes(_uncoded(told.columns["weight"]))[1])


def _look_at_compounds(
    told: ToldUnits,
    names: list[str | None],
    communities: tuple[IntArray, tuple[str, ...]],
    compounds: tuple[IntArray, tuple[str, ...]],
    faults: Faults,
) -> None:
    """Note units that are said to be in another community than their compound.

    That of a compound is the one of most of its units; among equals, the smaller id.
    """
    (community, called), (compound, named) = communities, compounds
    both = np.flatnonzero((community >= 0) & (compound >= 0))
    if not len(both):
        return
    keys, times = np.unique(
        compound[both].astype(np.int64) * len(called) + community[both], return_counts=True
    )
    of, which = keys // len(called), keys % len(called)
    order = np.lexsort((which, -times, of))
    home = np.full(len(named), -1, np.int64)
    home[of[order][::-1]] = which[order][::-1]
    for row in both[home[compound[both]] != community[both]].tolist():
        faults.say(
            "GT545",
            partial(told.places.at, row, "community"),
            unit=names[row] or "",
            community=called[community[row]],
            compound=named[compound[row]],
            other=called[home[compound[row]]],
        )
