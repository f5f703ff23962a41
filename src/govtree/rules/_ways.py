"""The ways from a household to its grid, with what is not known kept apart from what is not.

``h.arrays.within`` answers where something is. A rule has to know as well whether a cell says
that it is not known: then it can say neither fault nor fine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import NONE, IntArray, References, filled, followed

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = [
    "Ground",
    "across",
    "building_grids",
    "count_in",
    "covering",
    "covers",
    "first",
    "held_seats",
    "named",
    "on_ground",
    "once",
    "shared",
    "through",
    "up",
]

T = TypeVar("T")

#: What several rules need of one structure, while these are run one after another.
_SHARED: ContextVar[tuple[Hierarchy, dict[str, Any]] | None] = ContextVar("shared", default=None)


@contextmanager
def shared(h: Hierarchy) -> Iterator[None]:
    """Compute what rules need of *h* once, as long as the block lasts; nothing is kept after."""
    token = _SHARED.set((h, {}))
    try:
        yield
    finally:
        _SHARED.reset(token)


def once(name: str, h: Hierarchy, make: Callable[[], T]) -> T:
    """Return what *make* makes; while rules are run together, made once and known by *name*."""
    known = _SHARED.get()
    if known is None or known[0] is not h:
        return make()
    if name not in known[1]:
        known[1][name] = make()
    return cast(T, known[1][name])


@frozen(eq=False)
class Ground:
    """Where households stand; one cell a household, :data:`NONE` or :data:`UNKNOWN` where so.

    Attributes:
        own: The grid that is written beside the household, or None where no household has one.
        building: Its building, its own or else its entrance's; None where none has one.
        by_building: The grid of its building, or None where no household has one.
        grid: Its grid: its own, or else its building's.
    """

    own: IntArray | None
    building: IntArray | None
    by_building: IntArray | None
    grid: IntArray


def named(h: Hierarchy, table: str, column: str, target: str) -> IntArray | None:
    """Return the rows that *column* names in *target*; None where no cell says anything."""
    if not {f"{table}.{column}", f"{table}.id"} <= h.given:
        return None
    return h.arrays.pointing(table, column, target)


@overload
def through(step: IntArray, on: IntArray) -> IntArray: ...
@overload
def through(step: IntArray | None, on: IntArray | None) -> IntArray | None: ...
def through(step: IntArray | None, on: IntArray | None) -> IntArray | None:
    """Return ``on[step]``; what is not there or not known on the way stays so."""
    return None if step is None or on is None else followed(step, on)


def first(*ways: IntArray | None) -> IntArray | None:
    """Return for each cell the first way that leads somewhere.

    Where none does, the answer is not known as soon as one of them is not known.
    """
    answer: IntArray | None = None
    for way in ways:
        if way is not None:
            answer = filled(answer, way)
    return answer


def building_grids(h: Hierarchy) -> IntArray | None:
    """Return the grid of each building: its own, or else its micro-grid's."""
    parts = named(h, "micro_grid", "grid", "grid")
    return first(
        named(h, "building", "grid", "grid"),
        through(named(h, "building", "micro_grid", "micro_grid"), parts),
    )


def on_ground(h: Hierarchy) -> Ground:
    """Return where the households of *h* stand."""
    return once("ground", h, lambda: _on_ground(h))


def _on_ground(h: Hierarchy) -> Ground:
    own = named(h, "household", "grid", "grid")
    entrance = named(h, "household", "entrance", "entrance")
    of_entrance = named(h, "entrance", "building", "building")
    building = first(named(h, "household", "building", "building"), through(entrance, of_entrance))
    by_building = through(building, building_grids(h))
    grid = first(own, by_building)
    if grid is None:
        grid = np.full(h.count("household"), NONE, np.int32)
    return Ground(own, building, by_building, grid)


def up(h: Hierarchy, to: str) -> IntArray:
    """Return the unit of level *to* that each household stands under."""
    return once(f"up {to}", h, lambda: _up(h, to))


def across(h: Hierarchy) -> IntArray:
    """Return the branch that covers the grid of each household, none where several do."""

    def made() -> IntArray:
        return through(on_ground(h).grid, covering(h))

    return once("across", h, made)


def covering(h: Hierarchy) -> IntArray:
    """Return the branch that covers each grid; none where several do."""
    return once("covering", h, lambda: h.arrays.covering("grid"))


def _up(h: Hierarchy, to: str) -> IntArray:
    answer: IntArray | None = None
    stored = h.sheet("household").columns.get("parent")
    for table, rows in stored.targets.items() if isinstance(stored, References) else ():
        # The many households take one step, from the few units that they name.
        found = rows if table == to else through(rows, h.arrays.above(table, to))
        answer = first(answer, found)
    return np.full(h.count("household"), NONE, np.int32) if answer is None else answer


def covers(h: Hierarchy, branches: IntArray, grids: IntArray) -> NDArray[np.bool_]:
    """Return for each pair whether the branch covers the grid; false where one is missing."""
    some = np.int64(h.count("grid") + 1)
    above, below = h.arrays.links("covers", "branch", "grid")
    known = np.isin(branches * some + grids, above * some + below)
    return known & (branches >= 0) & (grids >= 0)


def held_seats(h: Hierarchy) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for each seat whether somebody holds it, and whether that is not known."""
    return once("held seats", h, lambda: _held_seats(h))


def _held_seats(h: Hierarchy) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    held = np.zeros(h.count("post"), np.bool_)
    posts, _ = h.arrays.in_office()
    held[posts] = True
    unsaid = np.zeros(len(held), np.bool_)
    if h.has("tenure"):
        unsaid[h.arrays.hidden_in_office()] = True
    else:
        # Nobody named any holder: only what is called vacant is known to be.
        vacant = h.sheet("post").columns.get("vacant")
        unsaid = vacant != 1 if isinstance(vacant, np.ndarray) else ~unsaid
    return held, unsaid & ~held


def count_in(rows: IntArray | None, length: int) -> NDArray[np.int64]:
    """Return how many cells of *rows* name each of *length* rows."""
    if rows is None:
        return np.zeros(length, np.int64)
    if len(rows) and rows.min() >= 0:
        return np.bincount(rows, minlength=length)
    # What names nothing is counted in two first cells, and dropped with them.
    counts: NDArray[Any] = np.bincount(rows + 2, minlength=length + 2)
    return counts[2:]
