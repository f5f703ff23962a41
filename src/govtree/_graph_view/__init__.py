"""A structure as networkx sees it.

networkx makes its own subgraph views the same way: an ordinary ``DiGraph`` whose inner dicts
are replaced by mappings, and which is then frozen. Nothing is kept for a node; what a mapping
hands out is made when it is asked for, and a few thousand names are remembered.
"""

from govtree._graph_view._copy import to_networkx
from govtree._graph_view._read import rows_of_graph
from govtree._graph_view._views import graph_view, spine_view, territory_view

__all__ = ["graph_view", "rows_of_graph", "spine_view", "territory_view", "to_networkx"]
