"""The sheets of a roster whose plan reads every visible one."""

from __future__ import annotations

from collections.abc import Iterable
from glob import escape

from govtree._files import Folder
from govtree.errors import Location, Problem, problem
from govtree.rosters._plan import ALL_SHEETS, RosterFile, RosterFiles, RosterPlan
from govtree.tables import Source, peek, visible_sheets

__all__ = ["every_sheet"]


def every_sheet(
    folder: Folder, names: Iterable[str], plan: RosterPlan
) -> tuple[RosterFiles, tuple[Problem, ...]]:
    """Return the tables that a plan reads in some files, and what is wrong or left out.

    Where the sheet of the plan is ``*``, they are the visible sheets that have all of its
    columns; the others are warned of.

    Args:
        folder: The folder that the files lie in.
        names: Their paths there; a name is no pattern.
        plan: The plan.
    """
    files: list[RosterFile] = []
    problems: list[Problem] = []
    for name in names:
        if plan.layout.sheet != ALL_SHEETS:
            files.append(RosterFile(escape(name)))
            continue
        sheets, faults = visible_sheets(folder, name)
        problems += faults
        if not sheets and not faults:
            # What is no workbook has none, and its reader says so.
            files.append(RosterFile(escape(name)))
        left_out = []
        fitting = []
        for sheet in sheets:
            lacking, faults = _lacking(folder, name, sheet, plan)
            problems += faults
            if lacking:
                where = Location(name, sheet=sheet, row=plan.layout.header[-1])
                left_out.append(problem("GT959", where, severity="warning", header=lacking))
            else:
                fitting.append(RosterFile(escape(name), sheet))
        # Of a file without any, the reader tells what is wrong with the first.
        files += fitting or [RosterFile(escape(name), sheet) for sheet in sheets[:1]]
        problems += left_out if fitting else []
    return RosterFiles(folder, files), tuple(sorted(problems))


def _lacking(
    folder: Folder, name: str, sheet: str, plan: RosterPlan
) -> tuple[str, tuple[Problem, ...]]:
    """Return a column of a plan that a sheet does not have, or an empty text."""
    peeks, problems = peek(folder, name, sheet=sheet)
    header = plan.layout.header
    named = [
        column
        for source in (*plan.units.values(), *plan.columns.values())
        if isinstance(source, Source)
        for column in source.columns
    ]
    for each in peeks:
        there = each.names(header) if header[-1] <= len(each.rows) else []
        for column in named:
            if column not in there:
                return column, ()
    return "", problems
