"""What is to be divided, and what a plan is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

__all__ = ["FREE", "GAIN", "LITTLE", "NEW", "WORTH", "Task", "Worth", "numbered"]

#: No number of grids is asked for.
FREE = 0
#: Less than this is no gain: sums of the same numbers differ by as much in another order.
GAIN = 1e-9
#: What tells copies of a pair apart.
_COPY = np.uint64(0x9E3779B97F4A7C15)
#: Share of the target that each unit that moves is charged for besides what it counts: who
#: counts for nobody does not move for nothing either.
LITTLE = 1e-3
#: A unit that no grid of the plan before holds, or that nobody has fixed.
NEW = -1


@frozen
class Worth:
    """What a plan is charged for; the least sum is the best plan.

    The steps between the kinds are so large that no number of the lesser outweighs one of
    the greater within the few grids that are divided anew together.

    Attributes:
        torn: For each fixed unit too many in a grid.
        out: For each grid out of bounds.
        beyond: For how far it is out, as a share of the target: two units that are each too
            large alone are not put together, so that one grid is out instead of two.
        crossed: For each cell that a grid holds besides its first.
        deviation: For a grid's deviation as a share of the target: a fifth of it, and its
            square.
        cut: For each pair of neighbors inside a cell that two grids part.
        moved: For what is moved out of its grid of the plan before, as a share of the target.
        is_repair: Whether grids within bounds are left alone, but to mend those that are not.
    """

    torn: float = 1e6
    out: float = 1_000.0
    beyond: float = 1_000.0
    crossed: float = 3.0
    deviation: float = 0.5
    cut: float = 0.006
    moved: float = 0.0
    is_repair: bool = False


#: The weights of each objective.
WORTH: Mapping[str, Worth] = MappingProxyType(
    {
        "balanced": Worth(),
        "compact": Worth(deviation=0.05, cut=0.02),
        # Nobody moves for a grid that stays out of bounds, only for one that comes within.
        "least change": Worth(
            beyond=0.0, crossed=0.02, deviation=0.02, cut=0.0002, moved=1.0, is_repair=True
        ),
    }
)


@frozen(eq=False)
class Task:
    """Units to divide, with everything that the search has to know of them.

    Attributes:
        weight: int64, what is counted in each unit.
        u: int64, the one unit of each pair of neighbors, sorted with *v*.
        v: int64, the other.
        soft: bool, whether a soft line runs between them.
        part: int64, the connected part that each unit lies in, numbered by first units.
        number: int64, how many grids each part shall have; :data:`FREE` for any number.
        cell: int64, the cell that each unit lies in.
        held: int64, the grid of the plan before that holds each unit; :data:`NEW` for none.
        has_before: Whether there is a plan before, be it one that holds none of these units.
        fixed: int64, a number for units that may not share a grid with one of another number;
            :data:`NEW` for the others.
        target: What a grid should count.
        lowest: The least it may.
        highest: The most it may.
        worth: What a plan is charged for.
        keys: What each pair draws its chances with.
    """

    weight: NDArray[np.int64]
    u: NDArray[np.int64]
    v: NDArray[np.int64]
    soft: NDArray[np.bool_]
    part: NDArray[np.int64]
    number: NDArray[np.int64]
    cell: NDArray[np.int64]
    held: NDArray[np.int64]
    has_before: bool
    fixed: NDArray[np.int64]
    target: float
    lowest: int
    highest: int
    worth: Worth
    keys: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def cells(self) -> int:
        """How many cells there may be: more than the largest number of one."""
        return int(self.cell.max(initial=-1)) + 1

    def of_size(self, size: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what grids of these sizes are charged for."""
        # What is beyond is charged for by itself, evenly: its square would outweigh all else.
        off = np.abs(np.clip(size, self.lowest, self.highest) - self.target) / self.target
        beyond = np.maximum(np.maximum(self.lowest - size, size - self.highest), 0)
        late = np.where(beyond > 0, self.worth.out + self.worth.beyond * beyond / self.target, 0.0)
        charged: NDArray[np.float64] = self.worth.deviation * off * (0.2 + off) + late
        return charged

    def is_out(self, size: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which grids of these sizes are out of bounds."""
        return (size < self.lowest) | (size > self.highest)

    def fewest(self, total: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the least number of grids that keeps *total* from being too much for each."""
        return np.maximum(1, -(-total // self.highest))

    def most(self, total: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the largest number of grids that keeps *total* from being too little."""
        return total // max(1, self.lowest)

    def fits(self, total: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return whether some number of grids holds each total within bounds."""
        return self.fewest(total) <= self.most(total)

    def within(self, region: NDArray[np.int64]) -> Task:
        """Return the task without the pairs between two regions."""
        kept = np.flatnonzero(region[self.u] == region[self.v])
        return evolve(
            self,
            u=self.u[kept],
            v=self.v[kept],
            soft=self.soft[kept],
            keys=self.keys[kept],
        )

    def of_units(self, rows: NDArray[np.int64], copies: Sequence[int] = (0,)) -> Task:
        """Return the task of some units alone, with the pairs among them.

        Args:
            rows: Their rows, sorted.
            copies: Numbers of copies that stand behind one another; each number has chances
                of its own, and 0 has those of this task.
        """
        place = np.full(len(self), -1, np.int64)
        place[rows] = np.arange(len(rows))
        pairs = np.flatnonzero((place[self.u] >= 0) & (place[self.v] >= 0))
        times = len(copies)
        copy = np.repeat(np.arange(times), len(pairs))
        number = np.repeat(np.array(copies, np.uint64), len(pairs))
        units, pairs = np.tile(rows, times), np.tile(pairs, times)
        with np.errstate(over="ignore"):
            keys = self.keys[pairs] + number * _COPY
        return evolve(
            self,
            weight=self.weight[units],
            u=place[self.u[pairs]] + copy * len(rows),
            v=place[self.v[pairs]] + copy * len(rows),
            soft=self.soft[pairs],
            part=self.part[units],
            cell=self.cell[units],
            held=self.held[units],
            fixed=self.fixed[units],
            keys=keys,
        )

    def only(self, parts: NDArray[np.bool_]) -> tuple[Task, NDArray[np.int64]]:
        """Return the task of some parts of the map alone, and the rows of its units."""
        rows = np.flatnonzero(parts[self.part])
        alone = self.of_units(rows)
        numbers = np.cumsum(parts) - 1
        return evolve(alone, part=numbers[alone.part], number=self.number[parts]), rows


def numbered(numbers: NDArray[np.int64], most: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers that there are, sorted, and for each which of them it is.

    What ``np.unique`` says, without its sorting; all numbers lie below *most*.
    """
    there = np.zeros(most, bool)
    there[numbers] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[numbers]
