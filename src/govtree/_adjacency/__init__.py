"""Which units lie beside which: given, or found from positions, outlines and lines between."""

from govtree._adjacency._barriers import Barriers, cross
from govtree._adjacency._find import crossing_compounds, find_neighbors
from govtree._adjacency._geometry import points_of
from govtree._adjacency._kinds import (
    BARRIER,
    BUILDING,
    COMPOUND_LINE,
    KNOWN,
    OTHER,
    kind_of,
    kind_of_tags,
    with_tags,
)
from govtree._adjacency._neighbors import INNER, Neighbors, parts_of
from govtree._adjacency._numbers import pairs_by_number
from govtree._adjacency._reference import (
    WGS84,
    Projection,
    limits_of,
    looks_like_degrees,
    named,
    position_problems,
    same,
)

__all__ = [
    "BARRIER",
    "BUILDING",
    "COMPOUND_LINE",
    "INNER",
    "KNOWN",
    "OTHER",
    "WGS84",
    "Barriers",
    "Neighbors",
    "Projection",
    "cross",
    "crossing_compounds",
    "find_neighbors",
    "kind_of",
    "kind_of_tags",
    "limits_of",
    "looks_like_degrees",
    "named",
    "pairs_by_number",
    "parts_of",
    "points_of",
    "position_problems",
    "same",
    "with_tags",
]
