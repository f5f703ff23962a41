"""The public names have the types that they are said to have. Read by checkers, never run."""

from __future__ import annotations

from typing import assert_type

import govtree
from govtree import ConfigError, Grid, Location, Problem, StructureError, UnknownIdError


def problems_are_data(error: StructureError) -> None:
    assert_type(error.problems, tuple[Problem, ...])
    assert_type(error.problems[0].where, Location)
    assert_type(error.problems[0].where.line, int)
    assert_type(str(error.problems[0]), str)


def errors_have_one_base(unknown: UnknownIdError, config: ConfigError) -> None:
    bases: list[govtree.GovtreeError] = [unknown, config]
    assert bases
    as_key: KeyError = unknown
    as_structure: StructureError = config
    assert (as_key, as_structure)


def records_are_typed() -> None:
    grid = Grid(id="N-1", community="C-1", households=40)
    assert_type(grid.id, str)
    assert_type(grid.households, int | None)
    Grid(id=1)  # type: ignore[arg-type]  # an id is a text
    Grid("N-1")  # type: ignore[call-arg]  # fields are given by name
    grid.id = "N-2"  # type: ignore[misc]  # values do not change


def a_wrong_name_is_noticed() -> None:
    govtree.Hierarhcy  # type: ignore[attr-defined]  # noqa: B018
