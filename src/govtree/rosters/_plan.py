"""How a roster is read: which column names which unit, and how ids are made."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from govtree._files import Folder
from govtree.tables import Layout, Source

__all__ = [
    "ALL_SHEETS",
    "ID_TEMPLATES",
    "FromPlace",
    "RosterFile",
    "RosterFiles",
    "RosterPlan",
    "folder_of",
]

#: The sheet of a plan that reads every visible sheet; no sheet can be called so.
ALL_SHEETS = "*"

#: How ids are made where a plan says nothing, by table; a level without a role has its own
#: name in the place of a letter.
ID_TEMPLATES: Mapping[str, str] = {
    "community": "C-{number:02}",
    "branch": "B-{number:03}",
    "group": "G-{number:04}",
    "household": "H-{number:06}",
    "compound": "X-{number:03}",
    "grid": "N-{number:03}",
    "micro_grid": "M-{number:04}",
    "building": "K-{number:04}",
    "entrance": "E-{number:05}",
}


@frozen
class FromPlace:
    """A name that stands in no column: all rows of a file or sheet have its name.

    Attributes:
        place: ``file`` for the name of the file without its ending, ``sheet`` for that of the
            sheet.
    """

    place: Literal["file", "sheet"]


#: Where the name of a unit stands: the name of a column stands for the column.
Named: TypeAlias = "str | Source | FromPlace"


def _sources(given: Mapping[str, Named]) -> dict[str, Any]:
    return {
        name: Source((each,)) if isinstance(each, str) else each for name, each in given.items()
    }


def _pairs(given: Iterable[Iterable[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((upper, lower) for upper, lower in given)


@frozen(kw_only=True)
class RosterPlan:
    """How a roster is read: a table with a row per household.

    Attributes:
        units: By table (``community``, ``branch``, ``group``, ``household``, ``compound``,
            ``grid``, ``micro_grid``, ``building``, ``entrance``, or a level of another name),
            where the name of the row's unit stands. A table without one is not read.
        columns: Further fields, by table and field: ``household.residents``,
            ``household.tags.living_alone``, ``compound.type``. Where a registry has ids of its
            own, they stand under ``grid.id`` and the like.
        ids: By table, how an id is made where there is none: any text with the places
            ``{number}`` (``{number:06}`` with zeros in front), ``{parent}`` (id of the unit it
            stands in), ``{name}`` and ``{code}``. With ``{parent}``, numbers are counted
            within it.
        covers: Pairs of tables, such as branch and grid: a unit of the first covers each unit
            of the second that stands in a row with it. The plan says so; it is never inferred.
        layout: How the table lies in its file. The sheet ``*`` stands for every visible one
            that has the columns; the others are warned of.

    >>> plan = RosterPlan(units={"community": FromPlace("file"), "household": "户号"})
    >>> plan.units["household"]
    Source(columns=('户号',), join='', split='', value=None)
    """

    units: Mapping[str, Source | FromPlace] = field(converter=_sources)
    columns: Mapping[str, Source] = field(factory=dict, converter=_sources)
    ids: Mapping[str, str] = field(factory=dict, converter=dict)
    covers: tuple[tuple[str, str], ...] = field(default=(), converter=_pairs)
    layout: Layout = Layout()


@frozen
class RosterFile:
    """One table of a roster.

    Attributes:
        path: Path of the file in its folder.
        sheet: Of a workbook, the name of the sheet; without it, that of the plan's layout.
    """

    path: str
    sheet: str = ""


def _files(given: str | RosterFile | Iterable[str | RosterFile]) -> tuple[RosterFile, ...]:
    several = [given] if isinstance(given, str | RosterFile) else given
    return tuple(RosterFile(each) if isinstance(each, str) else each for each in several)


def folder_of(given: Folder | str | os.PathLike[str]) -> Folder:
    """Return a folder that files may come from, by its path."""
    return given if isinstance(given, Folder) else Folder(given)


@frozen
class RosterFiles:
    """The files that a roster is read from.

    Attributes:
        folder: The folder that they lie in, and the only one they may come from; or its path.
        files: Their paths, or patterns such as ``上报/*.xlsx``; one or several.
    """

    folder: Folder = field(converter=folder_of)
    files: tuple[RosterFile, ...] = field(converter=_files)
