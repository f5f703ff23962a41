"""What became of the grids of one plan in another, and who is in another grid now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree import _frames
from govtree._columns import IntArray, read_only
from govtree._messages import say
from govtree.grids._shown import page

if TYPE_CHECKING:
    from govtree.grids._partition import Partition

__all__ = ["GridChange", "Move", "PlanDiff", "diff", "matched"]

#: Units that moved and that a page shows; the rest are counted.
_SHOWN = 60


@frozen(order=True)
class Move:
    """A unit that is in another grid than before.

    Attributes:
        unit: Its id.
        before: The grid that it was in; None where it was in none.
        after: The grid that it is in now; None where it is in none.
        weight: What is counted in it now.
    """

    unit: str
    before: str | None
    after: str | None
    weight: int


@frozen(order=True)
class GridChange:
    """A grid before and after.

    Attributes:
        before: Its id before; None for a new grid.
        after: Its id after; None for one that was dissolved.
        size_before: What was counted in it; 0 for a new grid.
        size_after: What is counted in it now; 0 for one that was dissolved.
        shared: What is counted now in the units that were in it and still are.
    """

    before: str | None
    after: str | None
    size_before: int
    size_after: int
    shared: int


@frozen
class PlanDiff:
    """What changed from one plan to another.

    A grid is kept where it shares more with one grid of the other plan than others do: of all
    pairs the one that shares most is matched first, each grid once; of equal ones that with
    the smaller ids. Names alone change nothing.

    Attributes:
        moves: Units of both plans whose grid is not the one that theirs became, by id.
        kept: Grids that go on, by id before.
        new: Grids that are new, by id.
        dissolved: Grids that do not go on, by id.
        arrived: Units that are only in the later plan, by id.
        departed: Units that are only in the earlier plan, by id.
        weight: What is counted now in the units of both plans.

    A diff is true where anything changed.
    """

    moves: tuple[Move, ...]
    kept: tuple[GridChange, ...]
    new: tuple[GridChange, ...]
    dissolved: tuple[GridChange, ...]
    arrived: tuple[str, ...]
    departed: tuple[str, ...]
    weight: int

    @property
    def moved(self) -> int:
        """What is counted in the units that moved."""
        return sum(each.weight for each in self.moves)

    @property
    def share_moved(self) -> float:
        """:attr:`moved` as a share of what is counted in the units of both plans, 0 to 1."""
        return self.moved / self.weight if self.weight else 0.0

    def __bool__(self) -> bool:
        changes = (self.moves, self.new, self.dissolved, self.arrived, self.departed)
        return any(map(bool, changes))

    def said(self, lang: str = "en") -> str:
        """Return what changed in one line."""
        return say(
            "{units} units moved with {weight} ({share}); {kept} grids kept, {new} new, {gone} "
            "dissolved", lang, units=len(self.moves), weight=self.moved,
            share=f"{self.share_moved:.2%}", kept=len(self.kept), new=len(self.new),
            gone=len(self.dissolved),
        )  # fmt: skip

    def to_html(self, lang: str = "en") -> str:
        """Return the units that moved as a table of HTML, as a notebook shows it.

        Args:
            lang: Language of the words, ``en`` or ``zh``.
        """
        rest = len(self.moves) - _SHOWN
        return page(
            self.said(lang),
            [say(each, lang) for each in ("unit", "before", "after", "counted")],
            [
                (each.unit, each.before or "", each.after or "", f"{each.weight:,}")
                for each in self.moves[:_SHOWN]
            ],
            texts=(0, 1, 2),
            more=say("... and {number} more", lang, number=rest) if rest > 0 else "",
            lang=lang,
        )

    def __repr__(self) -> str:
        return f"<PlanDiff: {self.said()}>"

    def __str__(self) -> str:
        return self.said()

    def _repr_html_(self) -> str:
        return self.to_html()

    def to_frame(self, *, backend: str = "pandas") -> Any:
        """Return a data frame with a row for each unit that moved, arrived or departed.

        Args:
            backend: ``pandas``, ``polars`` or ``pyarrow``; each is an extra of that name.

        Raises:
            MissingExtraError: If the package is not installed.
            OutOfRangeError: If there is no such backend.
        """
        rows: list[tuple[str, str, str | None, str | None]] = [
            (each.unit, "moved", each.before, each.after) for each in self.moves
        ]
        rows += [(each, "arrived", None, None) for each in self.arrived]
        rows += [(each, "departed", None, None) for each in self.departed]
        named = zip(*sorted(rows, key=lambda row: row[0]), strict=True) if rows else ([],) * 4
        columns = zip(("unit", "change", "before", "after"), named, strict=True)
        return _frames.frame_of(
            ((name, ("texts", list(cells), None)) for name, cells in columns), backend=backend
        )

    def grids_to_frame(self, *, backend: str = "pandas") -> Any:
        """Return a data frame with a row for each grid: before, after, sizes, what they share."""
        rows = sorted(
            (*self.kept, *self.new, *self.dissolved),
            key=lambda each: (each.before or each.after or "", each.before is None),
        )

        def columns() -> Any:
            for name in ("before", "after"):
                yield name, ("texts", [getattr(each, name) for each in rows], None)
            for name in ("size_before", "size_after", "shared"):
                sizes = np.array([getattr(each, name) for each in rows], np.int64)
                yield name, ("wholes", sizes, np.zeros(len(rows), np.bool_))

        return _frames.frame_of(columns(), backend=backend)


def diff(earlier: Partition, later: Partition) -> PlanDiff:
    """Return what changed from the *earlier* plan to the *later* one."""
    was = {id: at for at, id in enumerate(earlier.map.ids)}
    before = np.array([was.get(id, -1) for id in later.map.ids], np.int64)
    common = np.flatnonzero(before >= 0)
    weight = later.map.weight[common]
    old, new = earlier.grid[before[common]], later.grid[common]
    pairs = matched(old, new, weight, earlier.grids, later.grids)
    goes_on = np.full(len(earlier.grids) + 1, -1, np.int64)
    for one, other, _ in pairs:
        goes_on[one] = other
    moved = np.flatnonzero(goes_on[old] != new)
    sizes = (earlier.table.size.tolist(), later.table.size.tolist())
    went_on = {one for one, _, _ in pairs}
    came_on = {other for _, other, _ in pairs}
    kept = [
        GridChange(earlier.grids[one], later.grids[other], sizes[0][one], sizes[1][other], shared)
        for one, other, shared in pairs
    ]
    there = set(later.map.ids)
    return PlanDiff(
        moves=tuple(
            Move(
                later.map.ids[common[at]],
                _name(earlier.grids, old[at]),
                _name(later.grids, new[at]),
                int(weight[at]),
            )
            for at in moved.tolist()
        ),
        kept=tuple(sorted(kept, key=lambda each: str(each.before))),
        new=tuple(
            GridChange(None, id, 0, sizes[1][at], 0)
            for id, at in sorted((id, at) for at, id in enumerate(later.grids))
            if at not in came_on
        ),
        dissolved=tuple(
            GridChange(id, None, sizes[0][at], 0, 0)
            for id, at in sorted((id, at) for at, id in enumerate(earlier.grids))
            if at not in went_on
        ),
        arrived=tuple(id for id in later.map.ids if id not in was),
        departed=tuple(id for id in earlier.map.ids if id not in there),
        weight=int(weight.sum()),
    )


def matched(
    old: IntArray,
    new: IntArray,
    weight: NDArray[np.int64],
    old_ids: tuple[str, ...],
    new_ids: tuple[str, ...],
) -> list[tuple[int, int, int]]:
    """Return which new grid each old one goes on as: rows of both, and what they share.

    Greatest share first, each grid once; of equal ones the smaller old id, then the smaller
    new one.

    Args:
        old: Row in *old_ids* of each unit; negative for none.
        new: Row in *new_ids* of each unit; negative for none.
        weight: What is counted in each unit.
        old_ids: Ids of the old grids.
        new_ids: Ids of the new grids.
    """
    both = (old >= 0) & (new >= 0)
    keys = old[both].astype(np.int64) << 32 | new[both]
    pairs, at, units = np.unique(keys, return_inverse=True, return_counts=True)
    shared = np.zeros(len(pairs), np.int64)
    np.add.at(shared, at, weight[both])
    ones, others = pairs >> 32, pairs & 0xFFFFFFFF
    # Where nothing is counted, grids are known by their units.
    tied = np.where(shared == 0, -units, 0)
    order = np.lexsort((_rank(new_ids)[others], _rank(old_ids)[ones], tied, -shared))
    taken: set[int] = set()
    given: set[int] = set()
    found = []
    for one, other, much in zip(
        ones[order].tolist(), others[order].tolist(), shared[order].tolist(), strict=True
    ):
        if one not in taken and other not in given:
            taken.add(one)
            given.add(other)
            found.append((one, other, much))
    return found


def _rank(ids: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the place of each id in their order by code point."""
    rank = np.empty(len(ids), np.int64)
    rank[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
    return read_only(rank)


def _name(ids: tuple[str, ...], row: int) -> str | None:
    return ids[row] if row >= 0 else None
