"""The rows of a roster, whatever they come from: one column a name or further field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from attrs import evolve, frozen

from govtree._columns import NONE, UNKNOWN, IntArray, Words
from govtree._names import normal
from govtree._rows import UNKNOWN_CELL, Cells, Input, Rows, tables_of
from govtree.errors import FileError, Location, Problem, problem
from govtree.facts import Facts
from govtree.rosters._plan import FromPlace, RosterFiles, RosterPlan
from govtree.tables import Source, columns_of_frame, read_columns
from govtree.units import TERRITORY, Column, columns_of

__all__ = ["Field", "Names", "fields_of", "names_of", "read_rows", "tables_in_order"]

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


def fields_of(plan: RosterPlan, facts: Facts, refuse: Callable[..., None]) -> dict[str, Field]:
    """Return the further fields of a plan by the name that they have there."""
    records = tables_of(facts.levels)
    tables = tables_in_order(facts)
    found = {}
    for name in plan.columns:
        table, _, own = name.partition(".")
        if table not in tables:
            refuse("GT115", name, table=table, known=", ".join(tables))
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
    source: Any, plan: RosterPlan, fields: Mapping[str, Field]
) -> tuple[Input | None, list[Problem]]:
    """Return the rows of all parts of a roster, and every problem with them."""
    named = {table: each for table, each in plan.units.items() if isinstance(each, Source)}
    known = {table: Column("term") for table in named}
    known |= {name: each.column for name, each in fields.items()}
    columns = {**plan.columns, **named}
    if not isinstance(source, RosterFiles):
        rows, found = columns_of_frame(source, "roster", known, columns=columns)
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
                source.folder, path, "roster", known, columns=columns, layout=layout
            )
            problems += found
            parts += [] if rows is None else [rows]
    return _joined(parts, plan, problems)


def _joined(
    parts: Sequence[Rows], plan: RosterPlan, problems: list[Problem]
) -> tuple[Input | None, list[Problem]]:
    """Return the rows of all parts, with the names that only the place of a part says."""
    placed = {table: each for table, each in plan.units.items() if isinstance(each, FromPlace)}
    complete = []
    files: dict[str, str] = {}
    for rows in parts:
        columns = dict(rows.columns)
        where = evolve(rows.places.at(0), row=0)
        if not where.file:
            where = Location(record="units")
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
    """The names of all units, each once, in the order of their numbers and code points.

    Attributes:
        words: The names.
        code_of: Place of each name in them.
        own: By table, the codes of the names that its units may have, in order.
        columns: By table, the place of the name of each row in those, :data:`NONE` or
            :data:`UNKNOWN`.
    """

    words: tuple[str, ...]
    code_of: Mapping[str, int]
    own: Mapping[str, IntArray]
    columns: Mapping[str, IntArray]

    def named(self, table: str, row: int) -> str:
        """Return the name that a row of the roster has for the unit of *table*."""
        place = int(self.columns[table][row])
        return self.words[self.own[table][place]] if place >= 0 else UNKNOWN_CELL


def names_of(columns: Mapping[str, Cells], also: Mapping[str, Iterable[str]]) -> Names:
    """Return the names in some columns, and of some tables others that they *also* may have.

    A cell that shows nothing, such as a blank, is empty. Numbers in names count as numbers in
    their order: 2栋 stands before 10栋.
    """
    distinct = {name for names in also.values() for name in names}
    for cells in columns.values():
        assert isinstance(cells, Words)
        distinct.update(cells.words)
    distinct = {word for word in distinct if word != UNKNOWN_CELL and normal(word)}
    words = tuple(sorted(distinct, key=lambda word: (_by_number(word), word)))
    code_of = {word: code for code, word in enumerate(words)}
    own: dict[str, IntArray] = {}
    found: dict[str, IntArray] = {}
    for table, cells in columns.items():
        assert isinstance(cells, Words)
        codes = [code_of.get(word, NONE) for word in (*cells.words, *also.get(table, ()))]
        own[table] = np.unique(np.array([code for code in codes if code >= 0], np.int32))
        place = {int(code): at for at, code in enumerate(own[table].tolist())}
        places = [
            UNKNOWN if word == UNKNOWN_CELL else place.get(code_of.get(word, NONE), NONE)
            for word in cells.words
        ]
        # Two more cells at the end catch NONE and UNKNOWN, which index from the back.
        found[table] = np.array([*places, UNKNOWN, NONE], np.int32)[cells.codes]
    return Names(words, code_of, own, found)


def _by_number(word: str) -> str:
    """Return what puts *word* in order, the numbers in it by their value."""
    return _NUMBER.sub(lambda number: number[0].zfill(_DIGITS), word)


_NUMBER = re.compile("[0-9]+")
# Numbers of more digits are compared as texts.
_DIGITS = 24
