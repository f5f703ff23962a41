"""Ids that were given once and stay: ``ids.csv`` beside a structure."""

from __future__ import annotations

from attrs import field, frozen

from govtree._columns import Words
from govtree._files import Folder
from govtree._texts import Texts
from govtree.errors import Problem

__all__ = ["KeptIds"]


@frozen(eq=False)
class KeptIds:
    """The ids that units have once been given, by table, parent and name.

    An id stays although its unit is gone: it is never given to another one.

    Attributes:
        table: Table of each id.
        parent: Id of the unit that the unit stands in, or nothing.
        name: Name of the unit.
        id: The ids.
    """

    table: Words = field(factory=lambda: Words.of([]))
    parent: Words = field(factory=lambda: Words.of([]))
    name: Words = field(factory=lambda: Words.of([]))
    id: Texts = field(factory=lambda: Texts.of([]))

    @classmethod
    def read(
        cls, folder: Folder, name: str, *, optional: bool = False
    ) -> tuple[KeptIds, tuple[Problem, ...]]:
        """Return the ids in a file, and every problem with it, sorted.

        Args:
            folder: The folder that it lies in.
            name: Path of the file.
            optional: Whether a file that is not there yet keeps nothing, and is no problem.
        """
        raise NotImplementedError

    def to_csv(self) -> bytes:
        """Return the ids as CSV in UTF-8, the same bytes for the same ids, sorted."""
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.id)
