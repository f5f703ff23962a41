"""The tables of a structure, rewritten for other grids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from govtree._columns import NONE, TAG, IntArray, References, Sheet, Stored, Words, read_only
from govtree._ids import Ids
from govtree._rows import Sources, tables_of
from govtree.errors import RecordPlaces
from govtree.grids._applied._rewritten import (
    Dropped,
    Masks,
    names_gone,
    pointing_to,
    renumbered,
    reordered,
    told,
)
from govtree.grids._applied._today import Footprint
from govtree.hierarchy import Hierarchy

__all__ = ["Edit"]

#: What a grid says of the ground it had, tags aside.
_OF_GROUND = ("households", "residents", "x", "y")


class Edit:
    """A structure on the way to other grids.

    Args:
        h: The structure.
        kept: Which rows of its tables are left.
        ids: Id of each grid of the plan.
        homes: Row in ``community`` of each.
        successors: Old row of the grids that go on, by their row in the plan.
    """

    def __init__(
        self,
        h: Hierarchy,
        kept: Masks,
        ids: Sequence[str],
        homes: IntArray,
        successors: Mapping[int, int],
    ) -> None:
        self.h = h
        self.kept = kept
        self.dropped: list[Dropped] = []
        self._forget_what_may_be_empty()
        old = h.ids("grid")
        fresh = [at for at in range(len(ids)) if at not in successors]
        stay = np.flatnonzero(kept["grid"]).tolist()
        # In order of id, as all tables are: where each row comes from, -1 for a new one.
        order = sorted([(old[row], row, -1) for row in stay] + [(ids[at], -1, at) for at in fresh])
        self.at = np.array([row for _, row, _ in order], np.int64)
        self.new = np.full(len(old), NONE, np.int32)
        self.grid = np.full(len(ids) + 1, NONE, np.int32)  # of the plan; the last is that of none
        for place, (_, row, at) in enumerate(order):
            if row >= 0:
                self.new[row] = place
            else:
                self.grid[at] = place
        for at, row in successors.items():
            self.grid[at] = self.new[row]
        # Where every grid stays where it is, the columns that name one are shared.
        same = np.array_equal(self.at, np.arange(len(old)))
        self.moves = {} if same else {"grid": self.new}
        if "post" in kept and not kept["post"].all():
            rows = np.cumsum(kept["post"], dtype=np.int32) - 1
            self.moves["post"] = np.where(kept["post"], rows, NONE).astype(np.int32)
        self.sheets = {
            name: renumbered(h.sheet(name), kept[name], self.moves)
            for name in h.tables
            if name != "grid"
        }
        self.sources = {name: each for name in h.tables if (each := h.sources(name)) is not None}
        for name in self.sheets.keys() & self.sources.keys():
            if not kept[name].all():
                self.sources[name] = self.sources[name].take(np.flatnonzero(kept[name]))
        self._add_grids([id for id, _, _ in order], homes)

    def _forget_what_may_be_empty(self) -> None:
        """Note the fields that will be empty because the grid they name is gone."""
        sheet = self.h.sheet("micro_grid")
        rows = np.flatnonzero(names_gone(sheet, "grid", self.kept)).tolist()
        self.dropped += told(self.h, "micro_grid", "grid", rows)

    def _add_grids(self, ids: list[str], homes: IntArray) -> None:
        old = self.h.sheet("grid")
        columns = {name: reordered(each, self.at) for name, each in old.columns.items()}
        stored = columns.get("community")
        targets = stored.targets if isinstance(stored, References) else {}
        community = targets.get("community", np.full(len(ids), NONE, np.int32)).copy()
        known = homes >= 0
        community[self.grid[:-1][known]] = homes[known]
        if stored is not None or known.any():
            columns["community"] = pointing_to({"community": community})
        kinds = old.columns.get("kind")
        if isinstance(kinds, Words) and len(old):
            codes = np.unique(kinds.codes)
            # What all grids are, a new one is as well.
            if len(codes) == 1 and codes[0] >= 0:
                columns["kind"] = Words.packed(np.full(len(ids), codes[0]), kinds.words)
        sheet = Sheet("grid", len(ids), Ids.of(ids), dict(sorted(columns.items())))
        order = [*tables_of(self.h.levels)]
        sheets = self.sheets | {"grid": sheet}
        self.sheets = {name: sheets[name] for name in order if name in sheets}
        before = self.sources.get("grid")
        # New rows stand behind those that were counted through.
        parts = () if before is None else before.parts
        starts = () if before is None else before.starts
        counted = np.arange(len(old)) if before is None or before.order is None else before.order
        end = max(int(counted.max(initial=-1)) + 1, *starts, len(old)) if parts else 0
        rows = np.where(self.at >= 0, np.append(counted, 0)[self.at], 0)
        rows[self.at < 0] = end + np.arange(int((self.at < 0).sum()))
        if parts or not len(old):
            places = (*parts, RecordPlaces("grid"))
            self.sources["grid"] = Sources(places, (*starts, end), rows)

    def place(self, plan: IntArray, where: Footprint) -> None:
        """Put buildings and households into their grids.

        Args:
            plan: Grid of the plan of each unit, -1 for none.
            where: Where the units stand.
        """
        grid = self.grid[plan]
        divided = self._place_buildings(grid, where)
        household = self._own_grids(grid, where, divided)
        if household is not None:
            self._put("household", "grid", pointing_to({"grid": household}))

    def _place_buildings(self, grid: IntArray, where: Footprint) -> dict[int, int]:
        """Put buildings into grids; return those that are divided, and where most of each is."""
        sheet = self.sheets.get("building")
        if sheet is None:
            return {}
        of = self._references("building", "grid", "grid")
        here = where.building >= 0
        of[where.building[here]] = grid[here]
        divided: dict[int, int] = {}
        entrances = np.flatnonzero(where.entrance >= 0)
        building_of = self.h.arrays.within("entrance", "building")[where.entrance[entrances]]
        weight = np.bincount(where.household[where.household >= 0], minlength=len(grid))[entrances]
        parts: dict[int, dict[int, int]] = {}
        for building, at, much in zip(
            building_of.tolist(), grid[entrances].tolist(), weight.tolist(), strict=True
        ):
            found = parts.setdefault(building, {})
            found[at] = found.get(at, 0) + much
        for building, found in parts.items():
            if building < 0:
                continue
            if len(found) > 1:
                divided[building] = max(found, key=lambda at: (found[at], -at))
            of[building] = NONE if len(found) > 1 else next(iter(found))
        self._put("building", "grid", pointing_to({"grid": of}))
        self._leave_micro_grids(of, [*where.building[here].tolist(), *parts])
        return divided

    def _leave_micro_grids(self, grid: IntArray, buildings: Sequence[int]) -> None:
        """Let buildings name no micro-grid of a grid that they are not in."""
        stored = self.sheets["building"].columns.get("micro_grid")
        if not isinstance(stored, References) or "micro_grid" not in stored.targets:
            return
        micro = stored.targets["micro_grid"].copy()
        of = self._references("micro_grid", "grid", "grid")
        ours = np.zeros(len(micro) + 1, np.bool_)
        ours[buildings] = True
        ours = ours[:-1] & (micro >= 0)
        off = np.flatnonzero(ours & (np.append(of, NONE)[np.maximum(micro, NONE)] != grid))
        self.dropped += told(self.h, "building", "micro_grid", off.tolist())
        micro[off] = NONE
        self._put("building", "micro_grid", pointing_to({"micro_grid": micro}))

    def _own_grids(
        self, grid: IntArray, where: Footprint, divided: Mapping[int, int]
    ) -> IntArray | None:
        """Return the grid that each household names itself; None where that stays as it is."""
        if "household" not in self.sheets:
            return None
        own = self._references("household", "grid", "grid")
        before = own.copy()
        was = self.h.arrays.pointing("household", "grid", "grid")
        inside = where.household >= 0
        is_now = np.append(grid, np.int32(NONE))[where.household]
        # Who named a grid goes on naming one; the others have that of their building.
        own = np.where(inside & (was != NONE), is_now, own)
        if divided:
            building = self.h.arrays.within("household", "building")
            most = np.full(self.h.count("building") + 2, NONE, np.int32)
            for each, at in divided.items():
                most[each] = at
            split = np.zeros(len(most), np.bool_)
            split[list(divided)] = True
            most[-2:], split[-2:] = NONE, False
            own = np.where(split[building], np.where(inside, is_now, most[building]), own)
        return None if np.array_equal(own, before) else own.astype(np.int32)

    def forget_numbers(self, rows: Sequence[int]) -> None:
        """Let grids with other units than before say nothing of what they had.

        Args:
            rows: Old rows of the grids.
        """
        old = self.h.sheet("grid")
        at = self.new[list(rows)]
        for name, stored in old.columns.items():
            if not isinstance(stored, np.ndarray) or not (
                name in _OF_GROUND or name.startswith(TAG)
            ):
                continue
            given = ~np.isnan(stored) if stored.dtype.kind == "f" else stored != NONE
            ids = self.h.ids("grid")
            self.dropped += [
                Dropped("grid", ids[row], name, ids[row]) for row in rows if given[row]
            ]
            cells = self.sheets["grid"].columns[name]
            assert isinstance(cells, np.ndarray)  # as it was before
            emptied = cells.copy()
            emptied[at] = np.nan if cells.dtype.kind == "f" else NONE
            self._put("grid", name, read_only(emptied))

    def hierarchy(self) -> Hierarchy:
        """Return the structure."""
        facts = self.h.facts
        if facts.collected is not None:
            gone = set(self.h.ids("grid", np.flatnonzero(~self.kept["grid"]).astype(np.int32)))
            left = tuple(id for id in facts.collected if id not in gone)
            if len(left) < len(facts.collected):
                facts = evolve(facts, collected=left)
        return evolve(
            self.h, facts=facts, sheets=self.sheets, sources=self.sources, warnings=(), part=None
        )

    def _references(self, table: str, column: str, target: str) -> NDArray[np.int32]:
        """Return what a column names, renumbered already, to be changed."""
        sheet = self.sheets.get(table)
        if sheet is None:
            return np.empty(0, np.int32)
        stored = sheet.columns.get(column)
        targets = stored.targets if isinstance(stored, References) else {}
        found = targets.get(target)
        return np.full(len(sheet), NONE, np.int32) if found is None else found.copy()

    def _put(self, table: str, column: str, stored: Stored) -> None:
        sheet = self.sheets[table]
        columns = dict(sorted((sheet.columns | {column: stored}).items()))  # type: ignore[operator]  # a dict
        self.sheets[table] = Sheet(table, len(sheet), sheet.ids, columns)
