"""Where should the grid lines run? Grids over buildings, branches and workers over grids."""

from govtree.grids._apply import Applied
from govtree.grids._bounds import Bounds
from govtree.grids._branches import group
from govtree.grids._diff import GridChange, Move, PlanDiff
from govtree.grids._draw_up import feasibility, partition
from govtree.grids._feasibility import Feasibility
from govtree.grids._map import BuildingMap
from govtree.grids._partition import Partition
from govtree.grids._quotient import quotient
from govtree.grids._read import building_map
from govtree.grids._rewritten import Dropped
from govtree.grids._staff import staff
from govtree.grids._staffing import Staffing
from govtree.grids._table import GridTable, PlanSummary

__all__ = [
    "Applied",
    "Bounds",
    "BuildingMap",
    "Dropped",
    "Feasibility",
    "GridChange",
    "GridTable",
    "Move",
    "Partition",
    "PlanDiff",
    "PlanSummary",
    "Staffing",
    "building_map",
    "feasibility",
    "group",
    "partition",
    "quotient",
    "staff",
]
