"""How units become parts: connected, of about one size, along the lines between them.

Where a search starts, how it divides neighboring parts anew, and the best plan of a small
piece, proven. Reads the neighbors and knows nothing of buildings or households. Source: the
ReCom chain (DeFord, Duchin, Solomon 2021), run as a search over all pairs of neighboring parts
at once.
"""

from govtree._recombination._bundles import bundled, bundles_of
from govtree._recombination._chances import keys_of
from govtree._recombination._exact import best_plan
from govtree._recombination._plan import cells_of, charges, joined, kept_numbers, out_by_part
from govtree._recombination._regions import share_out
from govtree._recombination._search import ROUNDS, mendable, search
from govtree._recombination._task import FREE, NEW, WORTH, Task, Worth

__all__ = [
    "FREE",
    "NEW",
    "ROUNDS",
    "WORTH",
    "Task",
    "Worth",
    "best_plan",
    "bundled",
    "bundles_of",
    "cells_of",
    "charges",
    "joined",
    "kept_numbers",
    "keys_of",
    "mendable",
    "out_by_part",
    "search",
    "share_out",
]
