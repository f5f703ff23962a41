"""Where should the grid lines run? Grids over buildings, branches and workers over grids."""

from govtree.grids._answers._diff import GridChange, Move, PlanDiff
from govtree.grids._answers._table import GridTable, PlanSummary
from govtree.grids._applied._apply import Applied
from govtree.grids._applied._rewritten import Dropped
from govtree.grids._bounds import Bounds
from govtree.grids._branches._group import group
from govtree.grids._branches._quotient import quotient
from govtree.grids._buildings._map import BuildingMap
from govtree.grids._buildings._read import building_map
from govtree.grids._draw_up import feasibility, partition
from govtree.grids._feasible._feasibility import Feasibility
from govtree.grids._partition import Partition
from govtree.grids._workers._staff import staff
from govtree.grids._workers._staffing import Staffing

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
