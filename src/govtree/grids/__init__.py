"""Where should the grid lines run? Service grids over buildings, branches over grids."""

from govtree.grids._bounds import Bounds
from govtree.grids._map import BuildingMap
from govtree.grids._read import building_map

__all__ = ["Bounds", "BuildingMap", "building_map"]
