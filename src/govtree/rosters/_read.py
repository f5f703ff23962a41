"""The rows of a roster, whatever they come from: one column a name or further field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from attrs import evolve, frozen

from govtree._columns import NONE, UNKNOWN, IntArray, Words
from govtree._names import normal
from govtree._rows import UNKNOWN_CELL, Cells, Input, Rows, tables_of
from govtree.errors import FileError, Location, Problem, problem
from govtree.facts import Facts
from govtree.rosters._plan import FromPlace, RosterFile, RosterFiles, RosterPlan
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
    known = {table: Column("term") for table in plan.units}
    known |= {name: each.column for name, each in fields.items()}
    problems: list[Problem] = []
    if not isinstance(source, RosterFiles):
        columns, unnamed = _columns(plan, RosterFile(""))
        if unnamed:
            return None, unnamed
        rows, found = columns_of_frame(source, "roster", known, columns=columns)
        return None if rows is None else Input("roster", [rows]), list(found)
    parts: list[Rows] = []
    for file in source.files:
        try:
            paths = source.folder.expand(file.path)
        except FileError as refused:
            problems += refused.problems
            continue
        for path in paths:
            columns, unnamed = _columns(plan, evolve(file, path=path))
            problems += unnamed
            if unnamed:
                continue
            layout = evolve(plan.layout, sheet=file.sheet) if file.sheet else plan.layout
            rows, found = read_columns(
                source.folder, path, "roster", known, columns=columns, layout=layout
            )
            problems += found
            if rows is not None:
                parts.append(rows)
    return Input("roster", parts) if parts else None, problems


def _columns(plan: RosterPlan, file: RosterFile) -> tuple[dict[str, Source], list[Problem]]:
    """Return where each field of one file stands; what only its name says is a constant."""
    columns = dict(plan.columns)
    problems = []
    for table, named in plan.units.items():
        if isinstance(named, Source):
            columns[table] = named
            continue
        assert isinstance(named, FromPlace)
        sheet = file.sheet or plan.layout.sheet
        name = PurePosixPath(file.path).stem if named.place == "file" else sheet
        if not normal(name):
            where = Location(file.path, record="" if file.path else "units", field=table)
            problems.append(problem("GT941", where, place=named.place, level=table))
        columns[table] = Source(value=name)
    return columns, problems


@frozen(eq=False)
class Names:
    """The names of all units, each once, in the order of their numbers and code points.

    Attributes:
        words: The names.
        code_of: Place of each name in them.
        columns: By table, the code of the name in each row, :data:`NONE` or :data:`UNKNOWN`.
    """

    words: tuple[str, ...]
    code_of: Mapping[str, int]
    columns: Mapping[str, IntArray]


def names_of(columns: Mapping[str, Cells], also: set[str]) -> Names:
    """Return the names in some columns, and a code for each of them and of *also*.

    A cell that shows nothing, such as a blank, is empty. Numbers in names count as numbers in
    their order: 2栋 stands before 10栋.
    """
    distinct = set(also)
    for cells in columns.values():
        assert isinstance(cells, Words)
        distinct.update(cells.words)
    distinct = {word for word in distinct if word != UNKNOWN_CELL and normal(word)}
    words = tuple(sorted(distinct, key=lambda word: (_by_number(word), word)))
    code_of = {word: code for code, word in enumerate(words)}
    found = {}
    for table, cells in columns.items():
        assert isinstance(cells, Words)
        codes = [
            UNKNOWN if word == UNKNOWN_CELL else code_of.get(word, NONE) for word in cells.words
        ]
        # Two more cells at the end catch NONE and UNKNOWN, which index from the back.
        found[table] = np.array([*codes, UNKNOWN, NONE], np.int32)[cells.codes]
    return Names(words, code_of, found)


def _by_number(word: str) -> str:
    """Return what puts *word* in order, the numbers in it by their value."""
    return _NUMBER.sub(lambda number: number[0].zfill(_DIGITS), word)


_NUMBER = re.compile("[0-9]+")
# Numbers of more digits are compared as texts.
_DIGITS = 24
