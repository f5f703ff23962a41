"""The rows of a roster, whatever they come from: one column a name or further field."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from govtree import _frames
from govtree._columns import NONE, UNKNOWN, IntArray, Words
from govtree._names import normal, twin_form
from govtree._rows import (
    UNKNOWN_CELL,
    Cells,
    Chosen,
    Input,
    Rows,
    Sources,
    briefly,
    is_given,
    tables_of,
    taken,
)
from govtree._wording import Reason
from govtree.errors import FileError, Location, Places, Problem, problem
from govtree.facts import Facts
from govtree.rosters._plan import FromPlace, RosterFiles, RosterPlan
from govtree.tables import Source, columns_of_frame, read_columns
from govtree.units import TERRITORY, Column, columns_of

__all__ = [
    "STANDS_IN",
    "Field",
    "Names",
    "fields_of",
    "listed",
    "names_of",
    "read_rows",
    "sound",
    "table_at",
    "tables_in_order",
]

#: Tables that a unit can stand in, the nearest first; a level stands in the chain.
STANDS_IN: Mapping[str, tuple[str, ...]] = {
    "compound": ("community",),
    "grid": ("community",),
    "micro_grid": ("grid", "community"),
    "building": ("compound", "community"),
    "entrance": ("building", "compound", "community"),
}

# Rows that a warning lists.
_LISTED = 5

# What one cell can say of a unit. References follow from the row; the others are of many.
_SIMPLE = ("id", "text", "term", "whole", "number", "date", "truth", "tags")


@frozen
class Field:
    """A further field of the units of a table.

    Attributes:
        table: The table.
        name: Name of the field in it.
        column: What its cells hold.
    """

    table: str
    name: str
    column: Column


def tables_in_order(facts: Facts) -> tuple[str, ...]:
    """Return the tables that a roster can name, each behind those that its units stand in."""
    chain = [level.table for level in facts.levels]
    above = [table for table in chain if table != "household"]
    return (*above, *TERRITORY, *(["household"] if "household" in chain else []))


def _within(facts: Facts) -> dict[str, tuple[str, ...]]:
    """Return by table all tables that its units may stand in."""
    within: dict[str, tuple[str, ...]] = {}
    above: tuple[str, ...] = ()
    for table in tables_in_order(facts):
        if table in TERRITORY:
            nearest = STANDS_IN[table]
            further = (other for each in nearest for other in within.get(each, ()))
            within[table] = tuple(dict.fromkeys((*nearest, *further)))
        else:
            within[table] = tuple(within) if table == "household" else above
            above = (*above, table)
    return within


def fields_of(plan: RosterPlan, facts: Facts, refuse: Callable[..., None]) -> dict[str, Field]:
    """Return the further fields of a plan by the name that they have there."""
    records = tables_of(facts.levels)
    tables = tables_in_order(facts)
    found = {}
    for name in plan.columns:
        table, _, own = name.partition(".")
        if table not in tables:
            refuse("GT949", name, table=table, known=", ".join(tables))
            continue
        known = columns_of(records[table])
        column = known["tags"] if own.startswith("tags.") and own != "tags." else known.get(own)
        if column is None or own == "tags" or column.shape not in _SIMPLE:
            refuse("GT116", name, table=table, field=own)
            continue
        if own == "id" and table not in plan.units:
            # It tells the units apart, in the place of a name.
            column = evolve(column, shape="term")
        found[name] = Field(table, own, evolve(column, required=False))
    return found


def read_rows(
    source: Any, plan: RosterPlan, fields: Mapping[str, Field], facts: Facts
) -> tuple[Input | None, list[Problem]]:
    """Return the rows of all parts of a roster, and every problem with them."""
    named = {table: each for table, each in plan.units.items() if isinstance(each, Source)}
    known = {table: Column("term") for table in named}
    known |= {name: each.column for name, each in fields.items()}
    columns = {**plan.columns, **named}
    if not isinstance(source, RosterFiles):
        given = _with_names(source, {name for each in named.values() for name in each.columns})
        rows, found = columns_of_frame(
            given, "roster", known, columns=columns, layout=plan.layout, key="household"
        )
        return _joined([] if rows is None else [rows], plan, list(found))
    parts: list[Rows] = []
    problems: list[Problem] = []
    for file in source.files:
        try:
            paths = source.folder.expand(file.path)
        except FileError as refused:
            problems += refused.problems
            continue
        layout = evolve(plan.layout, sheet=file.sheet) if file.sheet else plan.layout
        for path in paths:
            rows, found = read_columns(
                source.folder,
                path,
                "roster",
                known,
                columns=columns,
                layout=layout,
                key="household",
                within=_within(facts),
            )
            problems += found
            parts += [] if rows is None else [rows]
    return _joined(parts, plan, problems)


def _with_names(frame: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return the columns of a frame, whole numbers among the *names* of units as their digits.

    A frame that was read from a workbook holds 101 as a number, and as 101.0 in a column with an
    empty cell; zeros in front of it were lost before.
    """
    columns = dict(frame) if isinstance(frame, Mapping) else _frames.columns_of(frame)
    for name in names:
        if name in columns:
            columns[name] = [_name(cell) for cell in columns[name]]
    return columns


def _name(cell: Any) -> Any:
    is_number = isinstance(cell, (int, float, np.integer, np.floating))
    if not is_number or isinstance(cell, bool) or not is_given(cell) or cell % 1:
        return cell
    return str(int(cell))


def table_at(read: Input) -> Location:
    """Return where a roster stands: its first file, or the rows that were handed in."""
    return _table_at(read.sources.parts[0], "roster")


def _table_at(places: Places, record: str) -> Location:
    where = evolve(places.at(0), row=0)
    return where if where.file else Location(record=record)


def sound(read: Input, problems: Iterable[Problem]) -> Input | None:
    """Return the rows without those of which a cell or more could not be read.

    None where there are none, where not every such row is told, or where a name that the place
    of a table says is missing in all of its rows.
    """
    found = [each for each in problems if each.severity == "error"]
    if any(each.code in ("GT039", "GT941") for each in found):
        return None
    refused: set[int] = set()
    sources = read.sources
    ends = (*sources.starts[1:], read.length)
    for part, start, end in zip(sources.parts, sources.starts, ends, strict=True):
        for each in found:
            row = _row_at(part, end - start, each.where)
            refused.update(() if row is None else (start + row,))
    rows = np.delete(np.arange(read.length), sorted(refused))
    if not len(rows):
        return None
    columns = {name: taken(cells, rows) for name, cells in read.columns.items()}
    return Input("roster", [Rows("roster", columns, len(rows), Chosen(sources, rows))])


def _row_at(places: Places, length: int, where: Location) -> int | None:
    """Return which of the rows of an input stands at a place."""
    if not length:
        return None
    if where.record:
        record = _RECORD.fullmatch(where.record)
        return int(record[1]) if record and int(record[1]) < length else None
    first = places.at(0)
    if (where.file, where.sheet) != (first.file, first.sheet) or where.row < first.row:
        return None
    row = bisect_left(range(length), where.row, key=lambda row: places.at(row).row)
    return row if row < length and places.at(row).row == where.row else None


_RECORD = re.compile(r"roster\[([0-9]+)\]")


def _joined(
    parts: Sequence[Rows], plan: RosterPlan, problems: list[Problem]
) -> tuple[Input | None, list[Problem]]:
    """Return the rows of all parts, with the names that only the place of a part says."""
    placed = {table: each for table, each in plan.units.items() if isinstance(each, FromPlace)}
    complete = []
    files: dict[str, str] = {}
    for rows in parts:
        columns = dict(rows.columns)
        where = _table_at(rows.places, "units")
        for table, each in placed.items():
            name = PurePosixPath(where.file).stem if each.place == "file" else where.sheet
            if not normal(name):
                said = {"place": each.place, "level": table}
                problems.append(problem("GT941", evolve(where, field=table), **said))
            elif each.place == "file" and files.setdefault(name, where.file) != where.file:
                also = {"file": files[name], "level": table, "name": name}
                told = evolve(where, sheet="", field="")
                problems.append(problem("GT993", told, severity="warning", **also))
            columns[table] = Words.packed(np.zeros(rows.length, np.int8), [name])
        complete.append(evolve(rows, columns=columns))
    return (Input("roster", complete) if complete else None), problems


@frozen(eq=False)
class Names:
    """The names of all units, each once: near-twins side by side, numbers by their value.

    Attributes:
        words: The names.
        twins: For each a number that only its near-twins share.
        code_of: Place of each name in them.
        own: By table, the codes of the names that its units may have, in order.
        columns: By table, the place of the name of each row in those, :data:`NONE` or
            :data:`UNKNOWN`.
    """

    words: tuple[str, ...]
    twins: IntArray
    code_of: Mapping[str, int]
    own: Mapping[str, IntArray]
    columns: Mapping[str, IntArray]

    def named(self, table: str, row: int) -> str:
        """Return the name that a row of the roster has for the unit of *table*."""
        place = int(self.columns[table][row])
        return self.words[self.own[table][place]] if place >= 0 else UNKNOWN_CELL


def names_of(columns: Mapping[str, Cells], also: Mapping[str, Iterable[str]]) -> Names:
    """Return the names in some columns, and of some tables others that they *also* may have.

    Blanks around a name are no part of it, and a cell that shows nothing is empty. Numbers in
    names count as numbers in their order, in any writing: 第一网格, 第2网格, 第十网格.
    """
    distinct = {name.strip() for names in also.values() for name in names}
    for cells in columns.values():
        assert isinstance(cells, Words)
        distinct.update(map(str.strip, cells.words))
    forms = {word: twin_form(word) for word in distinct}
    # What shows nothing has no form.
    forms = {word: form for word, form in forms.items() if form and word != UNKNOWN_CELL}
    words = tuple(sorted(forms, key=lambda word: (_by_number(forms[word]), word)))
    numbers: dict[str, int] = {}
    twins = np.array([numbers.setdefault(forms[word], len(numbers)) for word in words], np.int32)
    code_of = {word: code for code, word in enumerate(words)}
    own: dict[str, IntArray] = {}
    found: dict[str, IntArray] = {}
    for table, cells in columns.items():
        assert isinstance(cells, Words)
        told = [word.strip() for word in cells.words]
        codes = [code_of.get(word, NONE) for word in told]
        codes += [code_of.get(word.strip(), NONE) for word in also.get(table, ())]
        own[table] = np.unique(np.array([code for code in codes if code >= 0], np.int32))
        place = {int(code): at for at, code in enumerate(own[table].tolist())}
        places = [
            UNKNOWN if word == UNKNOWN_CELL else place.get(code_of.get(word, NONE), NONE)
            for word in told
        ]
        # Two more cells at the end catch NONE and UNKNOWN, which index from the back.
        found[table] = np.array([*places, UNKNOWN, NONE], np.int32)[cells.codes]
    return Names(words, twins, code_of, own, found)


def _by_number(word: str) -> str:
    """Return what puts *word* in order, the numbers in it by their value."""
    return _NUMBER.sub(lambda number: number[0].zfill(_DIGITS), word)


_NUMBER = re.compile("[0-9]+")
# Numbers of more digits are compared as texts.
_DIGITS = 24


def listed(sources: Sources, rows: NDArray[np.int64]) -> str:
    """Return some rows as text, the first of them."""
    seen_from = sources.at(int(rows[0]))
    shown = [briefly(sources.at(row), seen_from) for row in rows[:_LISTED].tolist()]
    told = [*shown, *(["..."] if len(rows) > _LISTED else [])]
    return reduce(lambda one, other: Reason("{one}, {other}", one=one, other=other), told)
