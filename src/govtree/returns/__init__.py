"""Lists of findings that are sent out to offices, and the answers that come back.

A workbook an office: each row says which unit has which fault and what to fill in, and has an
empty cell for the answer. What comes back are corrections, each a value for a finding; every
cell that cannot be one is named. Nothing is applied here.
"""

from govtree.returns._collect import Correction, Returns, read_returns
from govtree.returns._send import Sent, write_returns

__all__ = ["Correction", "Returns", "Sent", "read_returns", "write_returns"]
