"""Ids that were given once and stay: ``ids.csv`` beside a structure."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from govtree._columns import NONE, Words
from govtree._files import Folder
from govtree._ids import arrange
from govtree._texts import Texts
from govtree._wording import Reason
from govtree.errors import Problem, Tally, problem
from govtree.rosters._csv import csv_of, is_absent, read_own
from govtree.rosters._plan import folder_of
from govtree.units import Column

if TYPE_CHECKING:
    from govtree._rows import Rows

__all__ = ["KeptIds"]

_COLUMNS = {
    "table": Column("term", required=True),
    "parent": Column("term", required=True),
    "name": Column("term", required=True),
    "id": Column("id", required=True),
}


def _nothing() -> Words:
    return Words.of([])


@frozen(eq=False)
class KeptIds:
    """The ids that units have once been given, by table, parent and name.

    An id stays although its unit is gone: it is never given to another one. One that stands
    there without a name is of a unit that has another id now.

    Attributes:
        table: Table of each unit.
        parent: Id of the unit that it stands in, or nothing.
        name: Name of the unit.
        id: The ids.
        file: Path of the file that they were read from, for those who are told of it.
    """

    table: Words = field(factory=_nothing)
    parent: Words = field(factory=_nothing)
    name: Words = field(factory=_nothing)
    id: Texts = field(factory=lambda: Texts.of([]))
    file: str = ""

    @classmethod
    def read(
        cls, folder: Folder | str | os.PathLike[str], name: str, *, optional: bool = False
    ) -> tuple[KeptIds, tuple[Problem, ...]]:
        """Return the ids in a file, and every problem with it, sorted.

        A file that a spreadsheet saved as GB18030 is read as well as one in UTF-8.

        Args:
            folder: The folder that it lies in, or its path.
            name: Path of the file.
            optional: Whether a file that is not there yet keeps nothing, and is no problem.
        """
        rows, problems = read_own(folder_of(folder), name, "ids", _COLUMNS)
        if rows is None:
            return cls(), () if optional and is_absent(problems) else problems
        kept = cls(**cast("dict[str, Any]", rows.columns), file=name)
        return kept, tuple(sorted((*problems, *kept._problems(rows))))

    def _problems(self, rows: Rows) -> tuple[Problem, ...]:
        tally = Tally()

        def say(code: str, row: int, column: str, **values: Any) -> None:
            tally.add(code, lambda: problem(code, rows.places.at(row, column), **values))

        def first(row: int) -> str:
            return f"row {rows.places.at(row).row}"

        ids = arrange(self.id)
        for row in np.flatnonzero(self.id.missing()).tolist():
            say("GT108", row, "id", table=Reason("an id"), field="id")
        for row in np.flatnonzero(self.table.codes == NONE).tolist():
            say("GT108", row, "table", table=Reason("an id"), field="table")
        for row, reason in ids.unfit:
            say("GT110", row, "id", id=self.id[row], reason=reason)
        for row, earlier in ids.duplicates:
            say("GT101", row, "id", id=self.id[row], first=first(earlier))
        is_missing = ids.ids.rows(self.parent.words) < 0
        for row in np.flatnonzero(_at(is_missing, self.parent)).tolist():
            said = {"target": self.parent[row], "field": "parent", "expected": Reason("a unit")}
            say("GT102", row, "parent", who=self._who(row), **said)
        for row, earlier in self._repeats():
            said = {"id": self.id[row], "other": self.id[earlier], "first": first(earlier)}
            say("GT940", row, "name", who=self._who(row), **said)
        return tally.problems()

    def _who(self, row: int) -> Reason:
        level, name = self.table[row] or "unit", self.name[row] or ""
        return Reason("{level} '{id}'", level=Reason(level), id=name)

    def _repeats(self) -> list[tuple[int, int]]:
        """Return the rows that name a unit once more, each with the first that does."""
        order = np.lexsort((self.name.codes, self.parent.codes, self.table.codes))
        order = order[self.name.codes[order] != NONE]
        columns = [each.codes[order] for each in (self.table, self.parent, self.name)]
        same = np.all([each[1:] == each[:-1] for each in columns], axis=0)
        run = np.cumsum(np.append(True, ~same)) if len(order) else np.array([], np.int64)
        starts = order[np.flatnonzero(np.append(True, ~same))] if len(order) else order
        return sorted(
            (int(order[at + 1]), int(starts[run[at + 1] - 1])) for at in np.flatnonzero(same)
        )

    def to_csv(self) -> bytes:
        """Return the ids as CSV in UTF-8, the same bytes for the same ids, sorted."""
        keys = [each.codes for each in (self.name, self.parent, self.table)]
        order = np.lexsort(keys)
        if np.all([key[order[1:]] == key[order[:-1]] for key in keys], axis=0).any():
            # Several ids of one unit stand in their own order.
            by_id = np.argsort(np.array(self.id.tolist(), object), kind="stable")
            order = by_id[np.lexsort([key[by_id] for key in keys])]
        columns = [each.take(order) for each in (self.table, self.parent, self.name)]
        return csv_of(list(_COLUMNS), [*columns, self.id.take(order).tolist()])

    def __len__(self) -> int:
        return len(self.id)


def _at(mask: NDArray[np.bool_], words: Words) -> NDArray[np.bool_]:
    """Return for each row whether its word is one of the *mask*; false where there is none."""
    found: NDArray[np.bool_] = np.append(mask, [False, False])[words.codes]
    return found
