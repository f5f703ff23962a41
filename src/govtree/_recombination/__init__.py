"""The search for grids: where to start, and how to divide neighboring grids anew.

Reads the neighbors and knows nothing of buildings or households. Source: the ReCom chain
(DeFord, Duchin, Solomon 2021), run as a search over all pairs of neighboring grids at once.
"""

from govtree._recombination._chances import keys_of
from govtree._recombination._search import ROUNDS, search
from govtree._recombination._task import FREE, NEW, WORTH, Task, Worth

__all__ = ["FREE", "NEW", "ROUNDS", "WORTH", "Task", "Worth", "keys_of", "search"]
