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


def errors_have_the_bases_they_promise(unknown: UnknownIdError, config: ConfigError) -> None:
    takes_error(unknown)
    takes_error(config)
    takes_key_error(unknown)
    takes_structure_error(config)


def takes_error(error: govtree.GovtreeError) -> None: ...


def takes_key_error(error: KeyError) -> None: ...


def takes_structure_error(error: StructureError) -> None: ...


def records_are_typed() -> None:
    grid = Grid(id="N-1", community="C-1", households=40)
    assert_type(grid.id, str)
    assert_type(grid.households, int | None)
    Grid(id=1)  # type: ignore[arg-type]  # an id is a text
    Grid("N-1")  # type: ignore[call-arg]  # fields are given by name
    grid.id = "N-2"  # type: ignore[misc]  # values do not change


def a_wrong_name_is_noticed() -> None:
    govtree.Hierarhcy  # type: ignore[attr-defined]  # noqa: B018
