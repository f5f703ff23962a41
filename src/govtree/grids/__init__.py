"""Where should the grid lines run? Service grids over buildings, branches and workers over grids."""

from govtree.grids._bounds import Bounds
from govtree.grids._map import BuildingMap

__all__ = ["Bounds", "BuildingMap"]
