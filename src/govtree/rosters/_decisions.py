"""Names that look alike, and what somebody decided about them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from attrs import field, frozen

from govtree._files import Folder
from govtree.errors import Problem

__all__ = ["Decision", "Decisions", "Doubt", "Word"]

#: What can be decided; an empty text is still open.
Word: TypeAlias = Literal["same", "different", ""]


@frozen(kw_only=True)
class Doubt:
    """Two units of one table in one unit above whose names look alike, not decided yet.

    Attributes:
        table: Table of the two.
        parent: Id of the unit that both stand in; empty where they stand in none.
        keep: The name that more rows have; of two with as many, the first by code point.
        other: The other name.
        rows: Rows that have the first name.
        other_rows: Rows that have the other one.
        place: Names of the units that they stand in, top down, for whoever decides.
    """

    table: str
    parent: str
    keep: str
    other: str
    rows: int
    other_rows: int
    place: str = ""


@frozen(kw_only=True, order=True)
class Decision:
    """What was decided about two names.

    Attributes:
        table: Table of the two units.
        parent: Id of the unit that both stand in; empty where they stand in none.
        keep: The name that is kept.
        other: The name that is read as the kept one where the two are the same.
        decision: ``same``, ``different``, or an empty text where it is open.
        place: For the reader; not looked at.
    """

    table: str
    parent: str
    keep: str
    other: str
    decision: Word = ""
    place: str = field(default="", eq=False)


@frozen
class Decisions:
    """A file of decisions, ``decisions.csv``: what is open waits there for a word.

    Attributes:
        rows: The decisions, sorted by table, parent and names.
    """

    rows: tuple[Decision, ...] = field(default=(), converter=lambda rows: tuple(sorted(rows)))

    @classmethod
    def read(
        cls, folder: Folder, name: str, *, optional: bool = False
    ) -> tuple[Decisions, tuple[Problem, ...]]:
        """Return the decisions in a file, and every problem with it, sorted.

        Args:
            folder: The folder that it lies in.
            name: Path of the file.
            optional: Whether a file that is not there yet says nothing, and is no problem.
        """
        raise NotImplementedError

    def to_csv(self) -> bytes:
        """Return the decisions as CSV in UTF-8, the same bytes for the same decisions."""
        raise NotImplementedError

    def with_doubts(self, doubts: Iterable[Doubt]) -> Decisions:
        """Return the decisions and an open row for each doubt that has none yet."""
        raise NotImplementedError
