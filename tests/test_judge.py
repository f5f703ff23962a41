"""The judge of the benchmarks finds the faults that are planted in a plan."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("scipy")

BENCHMARKS = str(Path(__file__).parent.parent / "benchmarks")


@pytest.fixture(scope="module")
def bench():
    """The modules of the benchmarks, which are no package."""
    sys.path.insert(0, BENCHMARKS)
    try:
        return SimpleNamespace(
            judge=importlib.import_module("judge"), towns=importlib.import_module("towns")
        )
    finally:
        sys.path.remove(BENCHMARKS)


def row(bench, weights, cells, pairs, **more):
    """A town of a few buildings; a pair of two cells is soft."""
    u, v = (np.array(each, np.int32) for each in zip(*pairs, strict=True))
    cell = np.array(cells, np.int32)
    place = np.arange(len(cell), dtype=float)
    return bench.towns.Town(
        name="a row",
        ids=tuple(f"D-{each}" for each in range(len(cell))),
        weight=np.array(weights, np.int64),
        x=place,
        y=place,
        compound=cell,
        cell=cell,
        community=None,
        u=u,
        v=v,
        length=np.ones(len(u)),
        soft=cell[u] != cell[v],
        **more,
    )


#: Four buildings in a row, two cells, and a fifth behind a wall.
WEIGHTS, CELLS, PAIRS = [150, 150, 150, 150, 500], [0, 0, 1, 1, 2], [(0, 1), (1, 2), (2, 3)]


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        # The best plan: only who lives behind the wall is more than a grid can hold.
        ([0, 0, 1, 1, 2], {"out": 1}),
        ([7, 7, 3, 3, -1], {"out": 1}),
        # A grid in two pieces, and one between them that is whole.
        ([0, 1, 1, 0, 2], {"out": 1, "broken": 1, "cells_crossed": 2, "inner_cut": 1.0}),
        # A grid on both sides of a wall is broken too.
        ([0, 0, 1, 1, 1], {"out": 1, "broken": 1, "hard_crossed": 1, "cells_crossed": 1}),
        ([0, 0, 0, 1, 2], {"out": 3, "cells_crossed": 1, "inner_cut": 0.5}),
        ([0, 0, 0, 0, 1], {"out": 2, "cells_crossed": 1}),
    ],
)
def test_the_judge_finds_what_was_planted(bench, labels, told):
    """A plan is told its faults, and no others."""
    verdict = bench.judge.judge(row(bench, WEIGHTS, CELLS, PAIRS), labels)

    clean = {"broken": 0, "hard_crossed": 0, "cells_crossed": 0, "inner_cut": 0.0, "floor": 1}
    for name, value in {**clean, **told}.items():
        assert getattr(verdict, name) == value, name


def test_deviations_are_shares_of_the_target(bench):
    """Of grids of 300, 300 and 500 the last is two thirds off, and the mean a third of that."""
    verdict = bench.judge.judge(row(bench, WEIGHTS, CELLS, PAIRS), [0, 0, 1, 1, 2])

    assert verdict.largest_deviation == pytest.approx(2 / 3)
    assert verdict.mean_deviation == pytest.approx(2 / 9)
    assert verdict.least_mean_deviation == pytest.approx(2 / 9)


def test_a_community_that_a_grid_leaves_is_counted(bench):
    """A grid with buildings of two communities leaves one of them."""
    town = row(bench, WEIGHTS, CELLS, PAIRS)
    town = bench.towns.replace(town, community=np.array([0, 0, 0, 1, 1], np.int32))

    assert bench.judge.judge(town, [0, 0, 1, 1, 2]).communities_left == 1


@pytest.mark.parametrize(
    ("total", "grids", "free", "given_number"),
    [
        (300, 1, 0, 0),
        (410, 1, 1, 1),
        # One of 240 and one of 170.
        (410, 2, 1, 1),
        # Two of three, and what is left.
        (700, 2, 0, 0),
        (700, 3, 0, 1),
        (100, 3, 1, 3),
        (0, 1, 1, 1),
    ],
)
def test_the_floor_is_arithmetic(bench, total, grids, free, given_number):
    """So many grids are out of bounds at least, with any number of them or a given one."""
    town = row(bench, [total // 2, total - total // 2], [0, 0], [(0, 1)])

    assert bench.judge.floor(town) == free
    assert bench.judge.floor(town, np.array([grids])) == given_number


def test_a_building_above_the_bound_is_out(bench):
    """Two grids fit 700 households, but not 500 in one building."""
    town = row(bench, [500, 200], [0, 0], [(0, 1)])

    assert bench.judge.floor(town) == bench.judge.floor(town, np.array([2])) == 1


@given(st.permutations(range(5)))
def test_names_of_grids_move_nobody(bench, names):
    """Who stays together has not moved, whatever the grids are called."""
    today = np.array([0, 0, 1, 1, 2], np.int32)
    town = row(bench, WEIGHTS, CELLS, PAIRS, existing=today)

    assert bench.judge.moved(town, np.array(names)[today]) == 0
    # 150 of 1100 households have left the others.
    assert bench.judge.moved(town, [0, 1, 2, 2, 3]) == pytest.approx(150 / 1100)


@pytest.mark.parametrize("walls", [True, False])
def test_a_county_is_the_same_every_time(bench, walls):
    """A made-up county depends on its seed, and is of the size that the page says."""
    town, again = bench.towns.county(walls=walls), bench.towns.county(walls=walls)
    other = bench.towns.county(walls=walls, seed=2)

    assert np.array_equal(town.u, again.u)
    assert np.array_equal(town.weight, again.weight)
    assert not np.array_equal(town.weight[:100], other.weight[:100])
    assert 1_900 < len(town) < 2_200
    assert 70_000 < town.weight.sum() < 82_000
    assert (town.u < town.v).all()
    assert len(np.unique(town.compound)) == 70
    assert (town.cell[town.u] == town.cell[town.v])[~town.soft].all()
    # A wall parts a compound from everything.
    assert (town.compound[town.u] == town.compound[town.v]).all() == walls


def test_a_year_changes_one_building_in_twenty(bench):
    """Some have other households, some are gone, some are new and have no grid yet."""
    town = bench.towns.county()
    after = bench.towns.rebuilt(town, np.arange(len(town)))
    old = dict(zip(town.ids, town.weight.tolist(), strict=True))
    new = dict(zip(after.ids, after.weight.tolist(), strict=True))

    third = len(town) // 60
    assert len(old.keys() - new.keys()) == len(new.keys() - old.keys()) == third
    assert third * 0.9 <= sum(old[id] != new[id] for id in old.keys() & new.keys()) <= third
    assert (after.existing == -1).sum() == third
    assert after.components()[0] < town.components()[0] + third
    assert list(after.ids) == sorted(after.ids)
