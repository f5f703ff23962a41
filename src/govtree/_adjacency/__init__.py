"""Which units lie beside which: given, or found from positions, outlines and lines between."""

from govtree._adjacency._neighbors import Neighbors, parts_of

__all__ = ["Neighbors", "parts_of"]
