"""The buildings that grids are made of, on their map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import ArrayLike, NDArray

from govtree._adjacency import Neighbors, parts_of
from govtree._columns import read_only
from govtree._markup import one_line
from govtree._wording import Reason
from govtree.errors import OutOfRangeError

if TYPE_CHECKING:
    from govtree._adjacency import Barriers

__all__ = ["SAID", "BuildingMap"]

#: What is counted, as a text names it.
SAID = {
    "households": Reason("households"),
    "residents": Reason("residents"),
    "occupied": Reason("occupied households"),
    # Of maps whose units are grids.
    "grids": Reason("grids"),
    "members": Reason("members"),
}


@frozen(eq=False, repr=False)
class BuildingMap:
    """Units that are divided whole, in order of id, with what lies between them.

    Units are buildings, or entrances of one that is too large; for branches they are grids.

    Attributes:
        ids: Their ids, sorted by code point.
        weight: int64, what is counted in each; 0 or more.
        count: What is counted: ``households``, ``occupied`` or ``residents``; where the units
            are grids, also ``grids`` or ``members``.
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
        metric: The reference system of the metres, so that they can be turned into degrees
            again; None where they have none.
        building: int32, for each unit the building it is an entrance of, as a row of
            *buildings*; -1 for a whole building.
        buildings: Ids of the buildings that were divided, sorted.
        notes: What was assumed or repaired on the way, in order.
        level: What is drawn over the units: ``grid``; ``group`` inside of grids; ``branch``
            where the units are grids themselves.
        barriers: The lines that *neighbors* keep to, in the same metres; None where there are
            none, or they are not known.
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
    metric: str | None = None
    building: NDArray[np.int32] | None = None
    buildings: tuple[str, ...] = ()
    notes: tuple[Reason, ...] = ()
    level: str = "grid"
    barriers: Barriers | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        counted = f"{int(self.weight.sum()):,} {self.counted}"
        said = [_number(len(self), "grid" if self.level == "branch" else "unit")]
        if self.count != "grids":
            said.append(counted)
        if self.communities:
            said.append(_number(len(self.communities), "community"))
        if self.compounds:
            said.append(_number(len(self.compounds), "compound"))
        said.append(_number(len(self.neighbors), "pair"))
        if self.crs is not None:
            said.append(one_line(self.crs[:60]))
        return f"<BuildingMap: {', '.join(said)}>"

    def within(self, labels: ArrayLike, *, level: str = "group") -> BuildingMap:
        """Return the same map with each part of it as a community of its own.

        What is drawn on it then stays inside the parts: building heads inside of grids.

        Args:
            labels: The part of each unit, in order: a whole number, -1 for none, or a name.
            level: What is drawn inside of the parts.

        Raises:
            OutOfRangeError: If there is not one a unit.

        >>> import numpy as np
        >>> from govtree.grids import building_map
        >>> street = building_map(
        ...     {"id": ["D-1", "D-2", "D-3"], "households": [20, 30, 40]},
        ...     pairs=[("D-1", "D-2"), ("D-2", "D-3")],
        ... )
        >>> street.within(["N-1", "N-1", "N-2"])
        <BuildingMap: 3 units, 90 households, 2 communities, 1 pair>
        """
        given = np.asarray(labels)
        if given.shape != (len(self),):
            raise OutOfRangeError(
                f"labels have the shape {given.shape}, where there are {len(self)} units"
            )
        if given.dtype.kind not in "iuUOT":
            raise OutOfRangeError("labels are neither whole numbers nor names")
        names = [None if each in (-1, None, "") else str(each) for each in given.tolist()]
        called = tuple(sorted({name for name in names if name is not None}))
        place: dict[str | None, int] = {name: row for row, name in enumerate(called)}
        place[None] = -1
        codes = np.array([place[name] for name in names], np.int32)
        joined = self.neighbors
        inside = joined.where(codes[joined.u] == codes[joined.v])
        return evolve(self, community=codes, communities=called, neighbors=inside, level=level)

    def components(self) -> tuple[int, NDArray[np.int32]]:
        """Return how many parts hard barriers and communities leave, and the part of each."""
        joined = self.neighbors
        return parts_of(len(self), joined.u, joined.v)

    def shared(self, closed: Iterable[int]) -> NDArray[np.bool_]:
        """Return which pairs lead neither into nor out of the compounds of these rows."""
        is_closed = np.zeros(len(self.compounds) + 1, bool)
        is_closed[list(closed)] = True
        one, other = self.compound[self.neighbors.u], self.compound[self.neighbors.v]
        shared: NDArray[np.bool_] = (one == other) | ~(is_closed[one] | is_closed[other])
        return shared

    def cells(self) -> tuple[int, NDArray[np.int32]]:
        """Return how many parts are left when soft lines are kept to as well, and that of each."""
        inner = ~self.neighbors.soft
        return parts_of(len(self), self.neighbors.u[inner], self.neighbors.v[inner])

    @property
    def counted(self) -> Reason:
        """What is counted, as it stands behind a number."""
        return SAID[self.count]


def _number(count: int, what: str) -> str:
    if count == 1:
        return f"1 {what}"
    many = what.removesuffix("y") + "ies" if what.endswith("y") else what + "s"
    return f"{count:,} {many}"
