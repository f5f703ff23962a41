"""The buildings that grids are made of, on their map."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from govtree._adjacency import Neighbors, parts_of
from govtree._columns import read_only
from govtree._wording import Reason

__all__ = ["BuildingMap"]


@frozen(eq=False)
class BuildingMap:
    """Units that are divided whole, in order of id, with what lies between them.

    Units are buildings, or entrances of one that is too large; for branches they are grids.

    Attributes:
        ids: Their ids, sorted by code point.
        weight: int64, what is counted in each; 0 or more.
        count: What is counted: ``households``, ``occupied`` or ``residents``.
        community: int32, the community of each as a row of *communities*; -1 for none. A
            grid never leaves its community.
        communities: Ids of communities, sorted.
        compound: int32, the compound of each as a row of *compounds*; -1 for none.
        compounds: Ids of compounds, sorted.
        priority: int64, how many of what is counted are priority households.
        x: float64, metres to the east, or None where no positions are known.
        y: float64, metres to the north.
        outlines: shapely polygons in the same metres, or None.
        neighbors: Who lies beside whom.
        crs: What the positions came in, such as ``EPSG:4548`` or ``gcj02``; None unsaid.
        building: int32, for each unit the building it is an entrance of, as a row of
            *buildings*; -1 for a whole building.
        buildings: Ids of the buildings that were divided, sorted.
        notes: What was assumed or repaired on the way, in order.
    """

    ids: tuple[str, ...]
    weight: NDArray[np.int64] = field(converter=read_only)
    count: str
    community: NDArray[np.int32] = field(converter=read_only)
    communities: tuple[str, ...]
    compound: NDArray[np.int32] = field(converter=read_only)
    compounds: tuple[str, ...]
    priority: NDArray[np.int64] = field(converter=read_only)
    x: NDArray[np.float64] | None
    y: NDArray[np.float64] | None
    outlines: NDArray[Any] | None
    neighbors: Neighbors
    crs: str | None = None
    building: NDArray[np.int32] | None = None
    buildings: tuple[str, ...] = ()
    notes: tuple[Reason, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def components(self) -> tuple[int, NDArray[np.int32]]:
        """Return how many parts hard barriers and communities leave, and the part of each."""
        joined = self.neighbors
        return parts_of(len(self), joined.u, joined.v)
