"""Rosters: one flat table, a row per household, as a structure.

The names of a row's levels, grid, building and entrance stand in its columns. Units come from
the distinct paths of names, ids are made once and kept, and names that look alike are listed
to decide, never merged in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from govtree.errors import Problem
from govtree.facts import Facts
from govtree.hierarchy import Hierarchy
from govtree.rosters._decisions import Decision, Decisions, Doubt
from govtree.rosters._kept import KeptIds
from govtree.rosters._plan import ID_TEMPLATES, FromPlace, RosterFile, RosterFiles, RosterPlan

__all__ = [
    "ID_TEMPLATES",
    "Decision",
    "Decisions",
    "Doubt",
    "FromPlace",
    "KeptIds",
    "Roster",
    "RosterFile",
    "RosterFiles",
    "RosterPlan",
    "read_roster",
]


@frozen(eq=False, kw_only=True)
class Roster:
    """What a roster says, and what is doubtful about it.

    Attributes:
        hierarchy: The structure; None where there are errors.
        kept: The ids to keep beside it: the input of the next time.
        decisions: What was decided, and an open row for each doubt: the same.
        doubts: Names that look alike and wait for a decision.
        problems: Errors and warnings, sorted.
        rows: Rows that were read.
        units: Units that were found, by table.
        new: Of those, how many were given a new id.
    """

    hierarchy: Hierarchy | None
    kept: KeptIds
    decisions: Decisions
    doubts: tuple[Doubt, ...] = ()
    problems: tuple[Problem, ...] = ()
    rows: int = 0
    units: Mapping[str, int] = field(factory=dict)
    new: Mapping[str, int] = field(factory=dict)


def read_roster(
    source: RosterFiles | Any,
    plan: RosterPlan,
    *,
    facts: Facts,
    kept: KeptIds = KeptIds(),  # noqa: B008 - frozen
    decisions: Decisions = Decisions(),  # noqa: B008 - frozen
) -> Roster:
    """Return the structure that a roster describes, and what is doubtful about it.

    Args:
        source: Files in a folder, a data frame, or a mapping of columns.
        plan: How it is read.
        facts: Day, levels and vocabularies of the structure.
        kept: Ids that were given before.
        decisions: What was decided about names that look alike.

    Raises:
        MissingExtraError: If a package that reads such a file is not installed.
    """
    raise NotImplementedError
