"""Tables without some of their rows, with rows more, and every fact that is lost on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import NONE, UNKNOWN, References, Sheet, Stored, Words, marked, read_only
from govtree._rows import tables_of
from govtree._texts import Texts
from govtree.hierarchy import Hierarchy
from govtree.units import columns_of

__all__ = [
    "Dropped",
    "Masks",
    "lost",
    "names_gone",
    "pointing_to",
    "renumbered",
    "reordered",
    "told",
]

#: Which rows of each table are kept.
Masks = dict[str, NDArray[np.bool_]]

#: Rows that say nothing without a cell that may be empty.
_NOTHING_WITHOUT = (("membership", "member"),)


@frozen(order=True)
class Dropped:
    """A fact that named something which is no longer there.

    Attributes:
        table: Table of its row.
        subject: Id of the row; of a row without one, what else it names: the branch of a
            cover, the person of a tenure, the word of a flag.
        field: The field that named it.
        named: What it named; of a number, the grid whose number it was.
    """

    table: str
    subject: str
    field: str
    named: str


def lost(h: Hierarchy, gone: NDArray[np.bool_]) -> tuple[Masks, list[Dropped]]:
    """Return which rows are left when some grids go, and what is lost with them.

    A row whose required field names a grid that goes is lost, and with a post all rows that
    name it. Fields that may be empty are left to whoever knows better; see :func:`names_gone`.

    Args:
        h: The structure.
        gone: Which rows of ``grid`` go.
    """
    kept = {name: np.ones(h.count(name), np.bool_) for name in h.tables}
    kept["grid"] = ~gone
    dropped: list[Dropped] = []
    records = tables_of(h.levels)
    # Of all that may name a grid only posts are named themselves.
    for table in sorted(h.tables, key=lambda name: name != "post"):
        required = {name for name, each in columns_of(records[table]).items() if each.required}
        required |= {name for where, name in _NOTHING_WITHOUT if where == table}
        for name in sorted(required & h.sheet(table).columns.keys()):
            rows = names_gone(h.sheet(table), name, kept) & kept[table]
            dropped += told(h, table, name, np.flatnonzero(rows).tolist())
            kept[table] &= ~rows
    return kept, dropped


def names_gone(sheet: Sheet, column: str, kept: Masks) -> NDArray[np.bool_]:
    """Return which rows name in *column* a row that is not kept."""
    found = np.zeros(len(sheet), np.bool_)
    stored = sheet.columns.get(column)
    if isinstance(stored, References):
        for target, rows in stored.targets.items():
            if target in kept and not kept[target].all():
                found |= marked(~kept[target], rows)
    return found


def told(h: Hierarchy, table: str, field: str, rows: Iterable[int]) -> Iterator[Dropped]:
    """Yield the facts that *rows* of a table state in a field."""
    sheet = h.sheet(table)
    others = [name for name in sheet.columns if name != field]
    for row in rows:
        subject = h.ids(table)[row] if sheet.ids is not None else ""
        for kind in (References, Words):
            for name in others:
                stored = sheet.columns[name]
                if not subject and isinstance(stored, kind):
                    subject = _cell(h, stored, row)
        yield Dropped(table, subject, field, _cell(h, sheet.columns[field], row))


def _cell(h: Hierarchy, stored: Stored, row: int) -> str:
    if isinstance(stored, References):
        for target, rows in stored.targets.items():
            if rows[row] >= 0:
                return h.ids(target, rows[row : row + 1])[0]
        return ""
    return str(stored[row] or "") if isinstance(stored, Words) else str(stored[row])


def renumbered(
    sheet: Sheet, kept: NDArray[np.bool_], new: Mapping[str, NDArray[np.int32]]
) -> Sheet:
    """Return a table with the rows that are kept; what names a renumbered table leads there.

    Columns that stay as they are, are shared.

    Args:
        sheet: The table.
        kept: Which of its rows are kept.
        new: By table, the new number of each row, -1 for one that is gone.
    """
    rows = None if kept.all() else np.flatnonzero(kept)
    columns = {name: _renumbered(each, rows, new) for name, each in sheet.columns.items()}
    if rows is None:
        if all(each is sheet.columns[name] for name, each in columns.items()):
            return sheet
        return Sheet(sheet.name, len(sheet), sheet.ids, columns)
    ids = None if sheet.ids is None else sheet.ids.take(rows)
    return Sheet(sheet.name, len(rows), ids, columns)


def _renumbered(
    stored: Stored, rows: NDArray[np.int64] | None, new: Mapping[str, NDArray[np.int32]]
) -> Stored:
    if isinstance(stored, References):
        if rows is None and not (stored.targets.keys() & new.keys()):
            return stored
        found = {}
        for target, each in stored.targets.items():
            taken = each if rows is None else each[rows]
            if target in new:
                # The last two cells are those of NONE and UNKNOWN, which index from the back.
                moves = np.append(new[target], np.array([UNKNOWN, NONE], np.int32))
                taken = moves[taken]
            found[target] = taken
        return pointing_to(found)
    if rows is None:
        return stored
    return read_only(stored[rows]) if isinstance(stored, np.ndarray) else stored.take(rows)


def pointing_to(targets: Mapping[str, NDArray[np.int32]]) -> References:
    """Return references, without the tables that no row points into."""
    found = {name: read_only(rows) for name, rows in targets.items()}
    pointing = {name: rows for name, rows in found.items() if (rows >= 0).any()}
    if pointing:
        return References(pointing)
    unknown = {name: rows for name, rows in found.items() if (rows == UNKNOWN).any()}
    return References(dict(list(unknown.items())[:1]))


def reordered(stored: Stored, at: NDArray[np.int64]) -> Stored:
    """Return a column with its rows in another order, and empty cells where *at* is -1."""
    if isinstance(stored, References):
        return pointing_to({name: _at(rows, at, NONE) for name, rows in stored.targets.items()})
    if isinstance(stored, Words):
        return Words.packed(_at(stored.codes, at, NONE), stored.words)
    if isinstance(stored, Texts):
        cells = [*stored.tolist(), None]
        return Texts.of([cells[row] for row in at.tolist()])
    empty: Any = {"f": np.nan, "M": np.datetime64("NaT", "D")}.get(stored.dtype.kind, NONE)
    return read_only(_at(stored, at, empty))


def _at(cells: NDArray[Any], at: NDArray[np.int64], empty: Any) -> NDArray[Any]:
    # -1 indexes the cell at the end.
    longer: NDArray[Any] = np.append(cells, np.array([empty], cells.dtype))[at]
    return longer
