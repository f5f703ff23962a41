"""Which units lie beside which: given, or found from positions, outlines and lines between."""

from govtree._adjacency._barriers import Barriers, cross
from govtree._adjacency._find import crossing_compounds, find_neighbors
from govtree._adjacency._geometry import delaunay, points_of
from govtree._adjacency._neighbors import Neighbors, parts_of
from govtree._adjacency._reference import Projection, named, position_problems, to_metres

__all__ = [
    "Barriers",
    "Neighbors",
    "Projection",
    "cross",
    "crossing_compounds",
    "delaunay",
    "find_neighbors",
    "named",
    "parts_of",
    "points_of",
    "position_problems",
    "to_metres",
]
