"""Which grid each unit of a map lies in today."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from govtree._columns import NONE, IntArray, followed
from govtree.errors import Location, StructureError, problem
from govtree.grids._buildings._map import BuildingMap
from govtree.grids._sums import main_of
from govtree.hierarchy import Hierarchy

__all__ = ["Footprint"]


@frozen(eq=False)
class Footprint:
    """Where the units of a map stand in the tables of a structure.

    Attributes:
        building: int32, row in ``building`` of each unit that is one; -1 for an entrance.
        entrance: int32, row in ``entrance`` of each unit that is one; -1 for a building.
        household: int32, for each row of ``household`` the unit that it lies in; -1 for none.
    """

    building: IntArray
    entrance: IntArray
    household: IntArray

    @classmethod
    def of(cls, h: Hierarchy, map: BuildingMap) -> Footprint:
        """Return where the units of *map* stand in *h*.

        Raises:
            StructureError: With every unit that is no building and no entrance there.
        """
        ids = list(map.ids)
        building, entrance = h.rows("building", ids), h.rows("entrance", ids)
        lost = np.flatnonzero((building < 0) & (entrance < 0)).tolist()
        if lost:
            raise StructureError(
                problem("GT559", Location(record="units", field=ids[at]), unit=ids[at])
                for at in lost
            )
        household = np.full(h.count("household"), NONE, np.int32)
        for table, rows in (("building", building), ("entrance", entrance)):
            unit_of = np.full(h.count(table) + 2, NONE, np.int32)
            unit_of[rows[rows >= 0]] = np.flatnonzero(rows >= 0)
            unit_of[-2:] = NONE
            found = unit_of[h.arrays.within("household", table)]
            # An entrance that is a unit comes before the building that it belongs to.
            household = np.where(found >= 0, found, household)
        return cls(building, entrance, household)

    def grids(self, h: Hierarchy) -> IntArray:
        """Return the row in ``grid`` of each unit, -1 for none.

        What a building names, else what most of its households name; ties go to the smaller
        id, which is the smaller row. An entrance without households goes with most of its
        building.
        """
        found = np.full(len(self.building), NONE, np.int32)
        for table, rows in (("building", self.building), ("entrance", self.entrance)):
            here = rows >= 0
            found[here] = np.maximum(h.arrays.within(table, "grid")[rows[here]], NONE)
        of = h.arrays.within("household", "grid")
        counted = (self.household >= 0) & (of >= 0)
        counted[counted] = (found < 0)[self.household[counted]] | (
            self.entrance[self.household[counted]] >= 0
        )
        most = main_of(of[counted], self.household[counted], len(found))
        found = np.where(most >= 0, most, found)
        empty = np.flatnonzero((found < 0) & (self.entrance >= 0))
        if len(empty):
            building = h.arrays.within("household", "building")
            counted = (building >= 0) & (of >= 0)
            most = main_of(of[counted], building[counted], h.count("building"))
            above = h.arrays.within("entrance", "building")[self.entrance[empty]]
            found[empty] = np.maximum(followed(above, most), NONE)
        return found
