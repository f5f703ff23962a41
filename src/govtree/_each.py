"""The questions of a hierarchy asked of many ids at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from govtree._columns import IntArray

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["Each"]

T = TypeVar("T")


class Each:
    """Answers for many ids, in their order; ``h.each.path(ids)[i]`` is ``h.path(ids[i])``.

    Every method raises :class:`~govtree.errors.UnknownIdError` for the first id that there
    is not.

    >>> from govtree import Branch, Community, Hierarchy
    >>> h = Hierarchy.from_records([Community(id="C"), Branch(id="B", parent="C")])
    >>> h.each.path(["B", "C", "B"])
    [('C', 'B'), ('C',), ('C', 'B')]
    """

    def __init__(self, hierarchy: Hierarchy) -> None:
        self._hierarchy = hierarchy

    def locate(self, ids: Sequence[str]) -> dict[str, tuple[IntArray, IntArray]]:
        """Return for each table that holds any of *ids* their positions and their rows."""
        h = self._hierarchy
        ids = _listed(ids)
        found: dict[str, tuple[IntArray, IntArray]] = {}
        pending = np.arange(len(ids), dtype=np.int32)
        sought: Sequence[str] = ids
        for table in sorted(h.nodes, key=lambda name: -h.count(name)):
            if not len(pending):
                break
            rows = h.rows(table, sought)
            hit = rows >= 0
            if hit.any():
                found[table] = (pending[hit], rows[hit])
                pending = pending[~hit]
                sought = [ids[at] for at in pending.tolist()]
        if len(pending):
            h.locate(ids[int(pending[0])])  # raises, with the near miss
        return found

    def path(self, ids: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the path of each id, from the top down."""
        return self._by_table(ids, self._paths)

    def parent(self, ids: Sequence[str]) -> list[str | None]:
        """Return the unit above each id, or None."""
        paths = self.path(ids)
        return [path[-2] if len(path) > 1 else None for path in paths]

    def ancestors(self, ids: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the units above each id, the nearest first."""
        return [path[-2::-1] for path in self.path(ids)]

    def level_of(self, ids: Sequence[str]) -> list[str]:
        """Return the level or table that each id is in."""
        h = self._hierarchy
        return self._by_table(ids, lambda table, rows: [h.facts.called(table)] * len(rows))

    def branch_of(self, ids: Sequence[str]) -> list[str | None]:
        """Return the branch that answers for each id, or None."""
        h = self._hierarchy
        return self._by_table(ids, lambda t, rows: _texts(h, "branch", h.arrays.branches(t, rows)))

    def grid_of(self, ids: Sequence[str]) -> list[str | None]:
        """Return the grid that each id lies in, or None."""
        h = self._hierarchy
        return self._by_table(
            ids, lambda t, rows: _texts(h, "grid", h.arrays.within(t, "grid", rows))
        )

    def children(self, ids: Sequence[str]) -> list[tuple[str, ...]]:
        """Return what stands directly under each id."""
        return [self._hierarchy.children(id) for id in _listed(ids)]

    def descendants(self, ids: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the units below each id along the chain."""
        return [self._hierarchy.descendants(id) for id in _listed(ids)]

    def households_of(self, ids: Sequence[str]) -> list[list[str]]:
        """Return the households of each unit, area or body."""
        return [self._hierarchy.households_of(id) for id in _listed(ids)]

    def _by_table(
        self, ids: Sequence[str], answer: Callable[[str, IntArray], Sequence[T]]
    ) -> list[T]:
        found = self.locate(ids)
        if len(found) == 1:
            ((table, (_, rows)),) = found.items()
            return list(answer(table, rows))
        answers: list[Any] = [None] * len(ids)
        for table, (positions, rows) in found.items():
            for at, each in zip(positions.tolist(), answer(table, rows), strict=True):
                answers[at] = each
        return answers

    def _paths(self, table: str, rows: IntArray) -> Sequence[tuple[str, ...]]:
        h = self._hierarchy
        chain = [level.table for level in h.levels]
        if table not in chain:
            return [h.path(id) for id in h.ids(table, rows)]
        levels = h.arrays.path(table, rows)
        names = [
            _texts(h, level, levels[:, at]) for at, level in enumerate(chain[: levels.shape[1]])
        ]
        paths = list(zip(*names, strict=True))
        if (levels >= 0).all():
            return paths
        return [tuple(id for id in path if id is not None) for path in paths]


def _listed(ids: Sequence[str]) -> list[str]:
    """Return *ids* as a list, which is indexed by position; a column of a frame is by label."""
    if isinstance(ids, str):
        raise TypeError(f"'{ids}' is one id; ask the hierarchy itself, or hand in a list")
    return ids if isinstance(ids, list) else list(ids)


def _texts(h: Hierarchy, table: str, rows: IntArray) -> list[str | None]:
    """Return the id of each row, None for no row."""
    if len(rows) < h.count(table):
        given = rows >= 0
        found = iter(h.ids(table, rows[given]))
        return [next(found) if each else None for each in given.tolist()]
    # The last two names are those of NONE and UNKNOWN, which index from the back.
    names = [*h.ids(table), None, None]
    return list(map(names.__getitem__, rows.tolist()))
