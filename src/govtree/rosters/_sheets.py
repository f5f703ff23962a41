"""The sheets of a roster whose plan reads every visible one."""

from __future__ import annotations

from glob import escape

from govtree._files import Folder
from govtree.errors import FileError, Location, Problem, problem
from govtree.rosters._plan import ALL_SHEETS, RosterFile, RosterFiles, RosterPlan
from govtree.tables import Source, peek, visible_sheets

__all__ = ["every_sheet"]


def every_sheet(given: RosterFiles, plan: RosterPlan) -> tuple[RosterFiles, tuple[Problem, ...]]:
    """Return the tables that a plan reads in some files, and what is wrong or left out.

    Where the sheet of the plan is ``*``, they are the visible sheets that have all of its
    columns; the others are warned of.

    Args:
        given: The files.
        plan: The plan.
    """
    if plan.layout.sheet != ALL_SHEETS:
        return given, ()
    files: list[RosterFile] = []
    problems: list[Problem] = []
    for file in given.files:
        try:
            names = [] if file.sheet else given.folder.expand(file.path)
        except FileError as refused:
            problems += refused.problems
            continue
        files += [file] if file.sheet else []
        for name in names:
            sheets, faults = _sheets(given.folder, name, plan)
            files += sheets
            problems += faults
    return RosterFiles(given.folder, files), tuple(sorted(problems))


def _sheets(folder: Folder, name: str, plan: RosterPlan) -> tuple[list[RosterFile], list[Problem]]:
    """Return the sheets of a file that a plan reads, and why it does not read the others."""
    visible, faults = visible_sheets(folder, name)
    path = escape(name)
    if faults:
        return [], list(faults)
    if not visible:
        # What is no workbook has none, and its reader says so.
        return [RosterFile(path)], []
    lacking: dict[str, str] = {}
    problems: list[Problem] = []
    for sheet in visible:
        lacking[sheet], faults = _lacking(folder, name, sheet, plan)
        problems += faults
    fitting = [RosterFile(path, sheet) for sheet in visible if not lacking[sheet]]
    if not fitting:
        # The reader tells what is wrong with the first.
        return [RosterFile(path, visible[0])], problems
    for sheet, header in lacking.items():
        if header:
            where = Location(name, sheet=sheet, row=plan.layout.header[-1])
            problems.append(problem("GT959", where, severity="warning", header=header))
    return fitting, problems


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
