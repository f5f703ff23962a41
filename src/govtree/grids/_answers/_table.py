"""What there is to say of each grid of a plan: one row a grid, and the plan in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from govtree._adjacency import INNER, parts_of
from govtree._columns import IntArray, each_once, read_only
from govtree._frames import plain_frame
from govtree.grids._answers import _shape
from govtree.grids._bounds import Bounds
from govtree.grids._buildings._map import BuildingMap
from govtree.grids._sums import sum_of

__all__ = ["GridTable", "PlanSummary"]


@frozen(eq=False, repr=False)
class GridTable:
    """One row a grid, in the order of the plan.

    Attributes:
        grid: Ids of the grids.
        count: What is counted: ``households``, ``occupied`` or ``residents``.
        units: int64, units of each.
        size: int64, what is counted in them.
        priority: int64, priority households among that.
        deviation: float64, *size* less the target.
        share: float64, *deviation* as a share of the target.
        within: Whether the size is within bounds.
        community: Communities of each, sorted; more than one only in a plan made by hand.
        compounds: Compounds of each, sorted.
        parts: int32, connected parts that its units form; 1 where it is contiguous.
        barriers: int32, how many hard barriers or borders of communities would have to be
            crossed to join its units; 0 in every plan that was searched for.
        cells: int32, how many cells it crosses into: one less than it has units of. A cell is
            the ground between soft lines, such as a compound.
        lines: int32 by kind of soft line, pairs of neighbors in the grid with one between.
        cut: int32, pairs of neighbors, one of them in the grid, that it parts from each other
            though no line is between them.
        inner: int32, pairs of neighbors without a line between that have one in the grid.
        walk: float64, metres that what is counted lies from the middle of the grid, on
            average; NaN where no positions are known.
        compactness: float64, 0 to 1, how near its units lie to their middle: the mean
            distance of as many units of the community that lie nearest to that point, divided
            by the mean distance of its own. 1 is a grid that no choice of units makes
            rounder; NaN where no positions are known.

    The measure is the *proximity* of Angel, Parent and Hodge (2010), "Ten compactness
    properties of circles", The Canadian Geographer 54(4), taken over units in the place of
    area, so that it does not punish a grid for the shape of its town.
    """

    grid: tuple[str, ...]
    count: str
    units: NDArray[np.int64]
    size: NDArray[np.int64]
    priority: NDArray[np.int64]
    deviation: NDArray[np.float64]
    share: NDArray[np.float64]
    within: NDArray[np.bool_]
    community: tuple[tuple[str, ...], ...]
    compounds: tuple[tuple[str, ...], ...]
    parts: IntArray
    barriers: IntArray
    cells: IntArray
    lines: Mapping[str, IntArray]
    cut: IntArray
    inner: IntArray
    walk: NDArray[np.float64]
    compactness: NDArray[np.float64]

    @classmethod
    def of(
        cls, map: BuildingMap, grid: IntArray, grids: tuple[str, ...], bounds: Bounds
    ) -> GridTable:
        """Return the table of a plan.

        Args:
            map: The map that was divided.
            grid: int32, row in *grids* of each unit; -1 for a unit in none.
            grids: Ids of the grids.
            bounds: What a grid may hold.
        """
        number = len(grids)
        units = np.bincount(grid[grid >= 0], minlength=number)
        size = sum_of(map.weight, grid, number)
        target = float(bounds.target)
        pairs = map.neighbors
        one, other = grid[pairs.u], grid[pairs.v]
        inside = (one == other) & (one >= 0)
        line_free = pairs.kind == INNER
        _, cell = map.cells()
        _, component = map.components()
        _, part = parts_of(len(map), pairs.u[inside], pairs.v[inside])
        cut = line_free & (one != other)
        walk, compactness = _shape.walk_and_compactness(map, grid, number)
        return cls(
            grids,
            map.count,
            read_only(units),
            read_only(size),
            read_only(sum_of(map.priority, grid, number)),
            read_only(size - target),
            read_only((size - target) / target),
            read_only((size >= bounds.lowest) & (size <= bounds.highest)),
            _named(grid, map.community, map.communities, number),
            _named(grid, map.compound, map.compounds, number),
            _distinct(grid, part, number),
            _distinct(grid, component, number, less=1),
            _distinct(grid, cell, number, less=1),
            {
                kind: _times(one[inside & (pairs.kind == code)], number)
                for code, kind in enumerate(pairs.kinds)
            },
            _times(np.concatenate([one[cut], other[cut]]), number),
            _times(np.concatenate([one[line_free], other[cut]]), number),
            walk,
            compactness,
        )

    def __len__(self) -> int:
        return len(self.grid)

    def __repr__(self) -> str:
        return f"<GridTable of {len(self):,} grids>"

    def columns(self) -> dict[str, Any]:
        """Return the columns by name, one value a grid; several ids as one text."""
        lines = {f"crossed.{kind}": each for kind, each in self.lines.items()}
        return {
            "grid": list(self.grid),
            self.count: self.size,
            "units": self.units,
            "deviation": self.deviation,
            "share": self.share,
            "within_bounds": self.within,
            "community": list(map("; ".join, self.community)),
            "compounds": list(map("; ".join, self.compounds)),
            "parts": self.parts,
            "barriers_crossed": self.barriers,
            "cells_crossed": self.cells,
            **lines,
            "inner_cut": self.cut,
            "inner_pairs": self.inner,
            "walk": self.walk,
            "compactness": self.compactness,
            "priority": self.priority,
        }

    def rows(self) -> list[dict[str, Any]]:
        """Return one dictionary of plain values a grid; None where a number is not known."""
        columns = {
            name: [None if each != each else each for each in np.asarray(cells).tolist()]  # noqa: PLR0124 - NaN
            for name, cells in self.columns().items()
        }
        return [
            dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)
        ]

    def to_frame(self, *, backend: str = "pandas") -> Any:
        """Return the table as a data frame.

        Args:
            backend: ``pandas``, ``polars`` or ``pyarrow``; each is an extra of that name.

        Raises:
            MissingExtraError: If the package is not installed.
            OutOfRangeError: If there is no such backend.
        """
        return plain_frame(self.columns().items(), backend=backend)


@frozen
class PlanSummary:
    """A plan in numbers.

    Attributes:
        grids: How many grids there are.
        units: Units in them.
        total: What is counted in them.
        below: Grids that hold less than the bounds allow.
        above: Grids that hold more.
        mean_deviation: Mean of how far grids are from the target, as a share of it.
        largest_deviation: The largest of these.
        least: Size of the smallest grid.
        mean: Mean size.
        most: Size of the largest grid.
        not_contiguous: Grids that are in several parts.
        barriers_crossed: Hard barriers and borders of communities crossed, added up.
        cells_crossed: Cells crossed into, added up.
        lines_crossed: Pairs of neighbors in one grid with a soft line between, by kind.
        inner_cut: Share of the pairs of neighbors without a line between that are parted.
        walk: Metres to the middle of the grid, for one of what is counted; None where no
            positions are known.
        compactness: Mean of the grids; None where no positions are known.
        unplaced: Units in no grid.
    """

    grids: int
    units: int
    total: int
    below: int
    above: int
    mean_deviation: float | None
    largest_deviation: float | None
    least: int | None
    mean: float | None
    most: int | None
    not_contiguous: int
    barriers_crossed: int
    cells_crossed: int
    lines_crossed: tuple[tuple[str, int], ...]
    inner_cut: float
    walk: float | None
    compactness: float | None
    unplaced: int = field(default=0)

    @property
    def out_of_bounds(self) -> int:
        """Grids that hold less or more than the bounds allow."""
        return self.below + self.above

    @classmethod
    def of(cls, table: GridTable, map: BuildingMap, grid: IntArray, bounds: Bounds) -> PlanSummary:
        """Return the summary of a plan and its table."""
        size, some = table.size, len(table) > 0
        off = np.abs(table.share)
        pairs = map.neighbors
        line_free = pairs.kind == INNER
        parted = grid[pairs.u] != grid[pairs.v]
        inner = int(line_free.sum())
        weighs = int(size.sum())
        knows = some and not bool(np.isnan(table.walk).any())
        return cls(
            grids=len(table),
            units=int(table.units.sum()),
            total=weighs,
            below=int((size < bounds.lowest).sum()),
            above=int((size > bounds.highest).sum()),
            mean_deviation=float(off.mean()) if some else None,
            largest_deviation=float(off.max()) if some else None,
            least=int(size.min()) if some else None,
            mean=float(size.mean()) if some else None,
            most=int(size.max()) if some else None,
            not_contiguous=int((table.parts > 1).sum()),
            barriers_crossed=int(table.barriers.sum()),
            cells_crossed=int(table.cells.sum()),
            lines_crossed=tuple((kind, int(each.sum())) for kind, each in table.lines.items()),
            inner_cut=int((line_free & parted).sum()) / inner if inner else 0.0,
            walk=float((table.walk * size).sum() / weighs) if knows and weighs else None,
            compactness=float(table.compactness.mean()) if knows else None,
            unplaced=int((grid < 0).sum()),
        )


def _times(grid: IntArray, length: int) -> IntArray:
    return read_only(np.bincount(grid[grid >= 0], minlength=length).astype(np.int32))


def _met(grid: IntArray, other: IntArray) -> tuple[IntArray, IntArray]:
    """Return the pairs of grid and *other* that a unit has, sorted, each once."""
    both = (grid >= 0) & (other >= 0)
    keys = each_once(grid[both].astype(np.int64) << 32 | other[both])
    return (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)


def _distinct(grid: IntArray, other: IntArray, length: int, *, less: int = 0) -> IntArray:
    times = np.bincount(_met(grid, other)[0], minlength=length) - less
    return read_only(times.astype(np.int32))


def _named(
    grid: IntArray, code: IntArray, names: tuple[str, ...], length: int
) -> tuple[tuple[str, ...], ...]:
    """Return for each grid the names that its units have, in order."""
    found: list[list[str]] = [[] for _ in range(length)]
    for at, each in zip(*(codes.tolist() for codes in _met(grid, code)), strict=True):
        found[at].append(names[each])
    return tuple(map(tuple, found))
