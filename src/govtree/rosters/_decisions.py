"""Names that look alike, and what somebody decided about them."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from govtree._files import Folder
from govtree._markup import csv_edited, csv_read
from govtree._names import normal
from govtree.errors import Problem, problem
from govtree.rosters._csv import csv_of, is_absent, read_own
from govtree.rosters._plan import folder_of
from govtree.units import Column

__all__ = ["Decision", "Decisions", "Doubt", "Word"]

#: What can be decided; an empty text is still open.
Word: TypeAlias = Literal["same", "different", ""]

_COLUMNS = {
    "table": Column("term", required=True),
    "parent": Column("term", required=True),
    "keep": Column("term", required=True),
    "other": Column("term", required=True),
    "decision": Column("term", required=True),
    "place": Column("term"),
}
_WORDS: dict[str, Word] = {
    "": "",
    **dict.fromkeys(("同", "相同", "same"), "same"),
    **dict.fromkeys(("异", "不同", "different"), "different"),
}


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


def _sorted(rows: Iterable[Decision]) -> tuple[Decision, ...]:
    return tuple(sorted(rows))


@frozen
class Decisions:
    """A file of decisions, ``decisions.csv``: what is open waits there for a word.

    Attributes:
        rows: The decisions, sorted by table, parent and names.
        file: Path of the file that they were read from, for those who are told of it.
    """

    rows: tuple[Decision, ...] = field(default=(), converter=_sorted)
    file: str = field(default="", eq=False)

    @classmethod
    def read(
        cls, folder: Folder | str | os.PathLike[str], name: str, *, optional: bool = False
    ) -> tuple[Decisions, tuple[Problem, ...]]:
        """Return the decisions in a file, and every problem with it, sorted.

        ``同`` and ``相同`` are read as ``same``, ``异`` and ``不同`` as ``different``. A file that
        a spreadsheet saved as GB18030 is read as well as one in UTF-8.

        Args:
            folder: The folder that it lies in, or its path.
            name: Path of the file.
            optional: Whether a file that is not there yet says nothing, and is no problem.
        """
        rows, problems = read_own(folder_of(folder), name, "decisions", _COLUMNS)
        if rows is None:
            return cls(), () if optional and is_absent(problems) else problems
        found = list(problems)
        columns: Any = {each: _texts(cells) for each, cells in rows.columns.items()}
        decided = []
        for row in range(rows.length):
            told = {each: cells[row] for each, cells in columns.items()}
            missing = [each for each in ("table", "keep", "other") if not told.get(each)]
            for each in missing:
                said = {"table": "a decision", "field": each}
                found.append(problem("GT108", rows.places.at(row, each), **said))
            said_word = told["decision"] or ""
            word = _WORDS.get(normal(said_word))
            if word is None:
                found.append(problem("GT945", rows.places.at(row, "decision"), word=said_word))
            elif not missing:
                texts: Any = {each: csv_read(text or "") for each, text in told.items()}
                decided.append(Decision(**texts | {"decision": word}))
        return cls(decided, name), tuple(sorted(found))

    def to_csv(self) -> bytes:
        """Return the decisions as CSV in UTF-8, the same bytes for the same decisions.

        People open the file: it begins with a byte-order mark, without which a spreadsheet in
        China takes it for another encoding, and a name that a spreadsheet would compute has a
        ``'`` before it. Both are taken off where the file is read.
        """
        names = list(_COLUMNS)
        cells = [[csv_edited(getattr(row, name)) for row in self.rows] for name in names]
        return codecs.BOM_UTF8 + csv_of(names, cells)

    def with_doubts(self, doubts: Iterable[Doubt]) -> Decisions:
        """Return the decisions and an open row for each doubt that has none yet.

        >>> doubt = Doubt(table="grid", parent="C-01", keep="第2网格", other="第二网格",
        ...     rows=9, other_rows=1)
        >>> [row.other for row in Decisions().with_doubts([doubt]).with_doubts([doubt]).rows]
        ['第二网格']
        """
        known = {(row.table, row.parent, frozenset((row.keep, row.other))) for row in self.rows}
        fresh = [
            Decision(
                table=each.table,
                parent=each.parent,
                keep=each.keep,
                other=each.other,
                place=each.place,
            )
            for each in doubts
            if (each.table, each.parent, frozenset((each.keep, each.other))) not in known
        ]
        return Decisions((*self.rows, *fresh), self.file)


def _texts(cells: Any) -> list[str | None]:
    texts: list[str | None] = cells.tolist()
    return texts
