"""Where should the grid lines run? Grids over buildings, branches and workers over grids."""

from govtree.grids._apply import Applied
from govtree.grids._bounds import Bounds
from govtree.grids._diff import GridChange, Move, PlanDiff
from govtree.grids._map import BuildingMap
from govtree.grids._partition import Partition
from govtree.grids._read import building_map
from govtree.grids._rewritten import Dropped
from govtree.grids._table import GridTable, PlanSummary

__all__ = [
    "Applied",
    "Bounds",
    "BuildingMap",
    "Dropped",
    "GridChange",
    "GridTable",
    "Move",
    "Partition",
    "PlanDiff",
    "PlanSummary",
    "building_map",
]
