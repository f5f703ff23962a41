"""What a source says of units and pairs, before it is checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from numpy.typing import NDArray

from govtree._adjacency import Barriers
from govtree._columns import Coded
from govtree._wording import Reason
from govtree.errors import Location, Places, Problem

__all__ = ["COUNTS", "FIELDS", "PAIR_FIELDS", "Cells", "Labeled", "ToldPairs", "ToldUnits"]

#: What may be counted in a unit.
COUNTS = ("households", "occupied", "residents")

#: What a source may say of a unit besides what is counted; other columns are its own affair.
FIELDS = ("id", "x", "y", "compound", "community", "number", "priority")

#: What may be said of a pair.
PAIR_FIELDS = ("u", "v", "length", "soft", "kind")

#: A column: values of Python, or an array.
Cells = Sequence[Any] | NDArray[Any]


@frozen
class Labeled:
    """Places of records that are known by what they are called.

    >>> str(Labeled(["nodes['D-1']"]).at(0, "weight"))
    "nodes['D-1']:weight"
    """

    records: Sequence[str]

    def at(self, row: int, field: str = "") -> Location:
        """Return the place of a record, by its position."""
        return Location(record=self.records[row], field=field)

    def quote(self, row: int, field: str = "") -> str:  # noqa: ARG002 - the protocol's names
        """Return nothing: records have no source."""
        return ""


@frozen(eq=False)
class ToldPairs:
    """Pairs of units that a source names.

    Attributes:
        columns: By name of the field (:data:`PAIR_FIELDS`), one cell a pair.
        places: Where they stand.
        length: How many there are.
    """

    columns: Mapping[str, Cells]
    places: Places
    length: int


@frozen(eq=False)
class ToldUnits:
    """Units as a source names them, in its order.

    Attributes:
        columns: By name of the field (:data:`FIELDS` and ``weight``), one cell a unit.
        places: Where they stand.
        length: How many there are.
        pairs: Who lies beside whom, where the source says so.
        outlines: shapely polygons, one a unit, or None.
        called: What the table of units is called in problems.
        crs: What the positions are in, where the source says so.
        weight: What the source calls the column that is counted.
        notes: What was assumed on the way.
        problems: What is wrong with the source itself.
        lines: Lines in the source that part what lies on their two sides.
    """

    columns: Mapping[str, Cells | Coded]
    places: Places
    length: int
    pairs: ToldPairs | None = None
    outlines: NDArray[Any] | None = None
    called: str = "units"
    crs: str | None = None
    weight: str = "weight"
    notes: tuple[Reason, ...] = ()
    problems: tuple[Problem, ...] = ()
    lines: Barriers | None = None
