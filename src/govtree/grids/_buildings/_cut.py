"""A piece of a map, as if there were nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from govtree._names import nearest
from govtree.errors import UnknownIdError
from govtree.grids._buildings._map import BuildingMap

__all__ = ["cut_out", "rows_in"]


def rows_in(
    units: BuildingMap, *, compound: str | None = None, community: str | None = None
) -> NDArray[np.bool_]:
    """Return which units lie in a compound, a community, or both.

    Raises:
        UnknownIdError: If the map has no such compound or community.
    """
    chosen = np.ones(len(units), bool)
    for asked, codes, ids in (
        (compound, units.compound, units.compounds),
        (community, units.community, units.communities),
    ):
        if asked is None:
            continue
        if asked not in ids:
            raise UnknownIdError(asked, nearest(asked, ids))
        chosen &= codes == ids.index(asked)
    return chosen


def cut_out(units: BuildingMap, chosen: NDArray[np.bool_]) -> BuildingMap:
    """Return the map of the *chosen* units alone, with the pairs among them.

    Args:
        units: The whole map.
        chosen: Which units stay, one a unit in order.
    """
    rows = np.flatnonzero(chosen)
    place = np.cumsum(chosen, dtype=np.int32) - 1
    pairs = units.neighbors.where(chosen[units.neighbors.u] & chosen[units.neighbors.v])
    pairs = evolve(
        pairs, units=len(rows), u=place[pairs.u].astype(np.int32), v=place[pairs.v].astype(np.int32)
    )
    community, communities = _used(units.community[rows], units.communities)
    compound, compounds = _used(units.compound[rows], units.compounds)
    building, buildings = units.building, units.buildings
    if building is not None:
        building, buildings = _used(building[rows], buildings)

    def cut(column: NDArray[Any] | None) -> Any:
        return None if column is None else column[rows]

    return evolve(
        units, ids=tuple(units.ids[row] for row in rows.tolist()), weight=units.weight[rows],
        community=community, communities=communities, compound=compound, compounds=compounds,
        priority=units.priority[rows], x=cut(units.x), y=cut(units.y),
        outlines=cut(units.outlines), neighbors=pairs, building=building, buildings=buildings,
    )  # fmt: skip


def _used(codes: NDArray[np.int32], ids: tuple[str, ...]) -> tuple[Any, tuple[str, ...]]:
    """Return codes of the ids that are used, and these."""
    used = np.unique(codes[codes >= 0])
    place = np.full(len(ids) + 1, -1, np.int32)
    place[used] = np.arange(len(used))
    return place[codes], tuple(ids[code] for code in used.tolist())
