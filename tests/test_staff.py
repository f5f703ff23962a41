"""Workers on grids."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from attrs import evolve
from effort import many
from hypothesis import example, given, settings
from hypothesis import strategies as st
from small_plans import map_of, plan_of

from govtree.errors import OutOfRangeError, StructureError
from govtree.grids import Bounds, staff

linear_sum_assignment = pytest.importorskip("scipy.optimize").linear_sum_assignment

COMMUNITIES = 2


@st.composite
def staffings(draw):
    """Return loads and communities of a few grids, and a few workers, bound or free."""
    grids = draw(st.integers(1, 5))
    load = draw(st.lists(st.integers(0, 6), min_size=grids, max_size=grids))
    community = draw(st.lists(st.integers(-1, 1), min_size=grids, max_size=grids))
    # Both communities are on the map, whoever lies in them.
    load, community = [*load, 3, 2], [*community, 0, 1]
    worker = st.tuples(st.integers(-1, 1), st.integers(-1, grids + 1))
    workers = draw(st.lists(worker, max_size=8))
    lowest = draw(st.integers(0, 2))
    per_grid = (lowest, draw(st.integers(max(1, lowest), 3)))
    return load, community, workers, per_grid


def staffed(load, community, workers, per_grid, **options):
    """Return the staffing of workers that are given as pairs of codes."""
    plan = plan_of(map_of(load, community=community))
    table = {
        "id": [f"w{at}" for at in range(len(workers))],
        "community": [None if each < 0 else f"C-{each}" for each, _ in workers],
        "grid": [None if each < 0 else plan.grids[each] for _, each in workers],
    }
    return staff(plan, table, per_grid, **options)


def can_be(numbers, community, workers):
    """Return whether the workers can fill so many places of each grid."""
    free = sum(1 for each, _ in workers if each < 0)
    for where in range(-1, COMMUNITIES):
        asked = sum(n for n, c in zip(numbers, community, strict=True) if c == where)
        own = sum(1 for each, _ in workers if each == where) if where >= 0 else 0
        free -= max(0, asked - own)
    return free >= 0


def rank(numbers, load, lowest):
    """Return what makes one division better than another; the smaller, the better."""
    spread = [
        (1, each) if n == 0 and each else (0, each / max(n, 1))
        for n, each in zip(numbers, load, strict=True)
    ]
    filled = sum(min(n, lowest) for n in numbers)
    return -sum(numbers), -filled, sorted(spread, reverse=True)


def most_kept(numbers, community, workers):
    """Return how many workers can stay where they are when all places are filled."""
    places = [grid for grid, number in enumerate(numbers) for _ in range(number)]
    worth = np.full((len(workers), len(places)), -1_000)
    for row, (bound, now) in enumerate(workers):
        for column, grid in enumerate(places):
            if bound in (-1, community[grid]):
                worth[row, column] = now == grid
    rows, columns = linear_sum_assignment(worth, maximize=True)
    return int(worth[rows, columns].sum())


@settings(max_examples=many(150))
@given(staffings())
@example(([2, 2, 3, 2], [-1, -1, 0, 1], [(0, 0), (-1, 2), (-1, 1)], (1, 2)))
def test_no_other_numbers_are_fairer(given_):
    """Of all numbers of workers in the grids, those found are the best there are."""
    load, community, workers, per_grid = given_
    found = staffed(*given_)

    numbers = found.workers.tolist()
    assert can_be(numbers, community, workers)
    ways = itertools.product(range(per_grid[1] + 1), repeat=len(load))
    best = min(rank(x, load, per_grid[0]) for x in ways if can_be(x, community, workers))
    assert rank(numbers, load, per_grid[0]) == best


@settings(max_examples=many(200))
@given(staffings())
def test_as_many_workers_stay_as_the_numbers_allow(given_):
    """Who is where fits the numbers and the communities, and nobody else need have moved."""
    _, community, workers, _ = given_
    found = staffed(*given_)

    place = found.place.tolist()
    assert np.bincount(
        [each for each in place if each >= 0], minlength=len(community)
    ).tolist() == (found.workers.tolist())
    assert found.left_over == place.count(-1)
    for (bound, _), grid in zip(workers, place, strict=True):
        assert grid < 0 or bound in (-1, community[grid])
    stays = sum(now == grid >= 0 for (_, now), grid in zip(workers, place, strict=True))
    assert stays == most_kept(found.workers.tolist(), community, workers)


@settings(max_examples=many(60))
@given(staffings())
def test_where_all_are_free_equal_numbers_go_to_where_workers_are(given_):
    """Of all equally fair plans, none lets more workers stay, where all may work anywhere."""
    load, _, workers, per_grid = given_
    community = [0] * len(load)
    workers = [(-1, now) for _, now in workers]
    found = staffed(load, community, workers, per_grid)

    best = rank(found.workers.tolist(), load, per_grid[0])
    ways = itertools.product(range(per_grid[1] + 1), repeat=len(load))
    now = np.bincount([at for _, at in workers if at >= 0], minlength=len(load)).tolist()
    stays = max(
        sum(map(min, x, now))
        for x in ways
        if sum(x) <= len(workers) and rank(x, load, per_grid[0]) == best
    )
    assert stays == sum(map(min, found.workers.tolist(), now))


@settings(max_examples=many(60))
@given(staffings(), st.randoms(use_true_random=False))
def test_the_order_of_workers_does_not_matter(given_, random):
    """The same workers in another order have the same grids."""
    load, community, workers, per_grid = given_
    plan = plan_of(map_of(load, community=community))
    rows = [
        (f"w{at}", None if c < 0 else f"C-{c}", None if g < 0 else plan.grids[g])
        for at, (c, g) in enumerate(workers)
    ]
    shuffled = random.sample(rows, len(rows))
    names = ("id", "community", "grid")
    one, other = (
        staff(plan, {name: [row[at] for row in some] for at, name in enumerate(names)}, per_grid)
        for some in (rows, shuffled)
    )

    assert one.workers_of() == other.workers_of()
    assert one.reasons == other.reasons


@settings(max_examples=many(60))
@given(staffings())
def test_a_staffing_is_where_the_next_one_begins(given_):
    """Staffing the same grids again from what was found moves nobody."""
    load, community, workers, per_grid = given_
    found = staffed(*given_)
    again = staff(
        plan_of(map_of(load, community=community)),
        {
            "id": found.people,
            "community": [None if each < 0 else f"C-{each}" for each, _ in workers],
        },
        per_grid,
        existing=found,
    )

    assert again.moved == 0
    assert again.workers.tolist() == found.workers.tolist()


@settings(max_examples=many(60))
@given(staffings())
def test_least_change_keeps_more(given_):
    """With least change as the objective, no fewer workers stay, and lowest places are filled."""
    fair, kept = staffed(*given_), staffed(*given_, objective="least change")

    assert kept.placed == fair.placed
    lowest = given_[3][0]
    assert np.minimum(kept.workers, lowest).sum() == np.minimum(fair.workers, lowest).sum()
    if all(bound < 0 for bound, _ in given_[2]):
        assert (kept.was == kept.place).sum() >= (fair.was == fair.place).sum()


def county():
    """Return 254 grids of 240 to 360 households."""
    return plan_of(map_of([240 + (at * 37) % 121 for at in range(254)]))


def test_a_county_has_one_to_two_workers_a_grid():
    """375 workers on 254 grids: nobody is left over, each grid has 1 or 2, the larger ones 2."""
    found = staff(county(), workers=375)

    assert found.placed == 375
    assert sorted(set(found.workers.tolist())) == [1, 2]
    assert found.reasons == ()
    assert found.load[found.workers == 2].min() >= found.load[found.workers == 1].max()
    assert found.largest == found.load[found.workers == 1].max()
    assert found.mean == found.load.sum() / 375


def test_too_few_workers_leave_the_smallest_grids_with_nobody():
    """200 workers on 254 grids: the 54 with the least load have nobody, and are named."""
    found = staff(county(), workers=200)

    assert len(found.uncovered) == 54
    assert found.load[found.workers == 0].max() <= found.load[found.workers > 0].min()
    (why,) = found.reasons
    assert why.startswith("200 workers for 254 grids: 54 have nobody, those with the least load: ")
    assert why.said("zh").startswith("200 名工作人员，254 个网格：工作量最小的 54 个无人：")


def test_too_many_workers_are_left_over():
    """600 workers on 254 grids of 2 at most: 92 are left over."""
    found = staff(county(), workers=600)

    assert (found.placed, found.left_over) == (508, 92)
    assert found.reasons == ("92 of 600 workers are left over: 254 grids take 2 each",)


def test_communities_have_reasons_of_their_own():
    """Workers who are bound are short in one community and left over in the other."""
    plan = plan_of(map_of([300, 200, 100, 300], community=[0, 0, 0, 1]))
    found = staff(plan, {"C-0": 2, "C-1": 3})

    assert found.workers.tolist() == [1, 1, 0, 2]
    assert found.reasons == (
        "community C-0: 2 workers for 3 grids: 1 have nobody, those with the least load: N-002",
        "community C-1: 1 of 3 workers are left over: 1 grids take 2 each",
    )


def test_priority_households_weigh_more():
    """A priority household counts beside the one that it is; a tenth is a tenth."""
    plan = plan_of(map_of([100, 100], priority=[0, 10]))

    assert staff(plan, 3).workers.tolist() == [1, 2]
    assert staff(plan, 3).load.tolist() == [100, 110]
    assert staff(plan, 3, priority_weight=0.1).load.tolist() == [100, 101]
    # Without them the two are equal, and the first one has the second worker.
    assert staff(plan, 3, priority_weight=0).workers.tolist() == [2, 1]


def test_grids_without_load_and_out_of_bounds_are_named():
    """A grid without load has its worker and a reason; so has one that is out of bounds."""
    plan = plan_of(map_of([0, 250, 700]), bounds=Bounds.between(240, 360))
    found = staff(plan, 4)

    assert found.workers.tolist() == [1, 1, 2]
    assert found.load_per_worker.tolist() == [0, 250, 350]
    assert found.reasons == (
        "1 grids have no load: N-000",
        "2 grids are not within 240 to 360, and are staffed as they are: N-000, N-002",
    )


def test_who_stood_in_a_grid_that_is_gone_is_placed_anew():
    """Workers of a grid that is no longer there get another; the grid is named."""
    plan = plan_of(map_of([300, 300]))
    found = staff(plan, ["a", "b"], existing={"a": "N-001", "b": "N-900"})

    assert found.workers_of() == {"N-000": ("b",), "N-001": ("a",)}
    assert found.moved == 0
    assert found.reasons == ("grids in which workers stood and that are no longer there: N-900",)


def test_nobody_loses_their_work_to_a_newcomer():
    """Where not all who stand in a grid can stay, they go before those who had none."""
    plan = plan_of(map_of([300, 300]))
    now = {"y": "N-000", "z": "N-000"}
    found = staff(plan, ["a", "b", "y", "z"], (1, 1), existing=now)

    assert found.workers_of() == {"N-000": ("y",), "N-001": ("z",)}
    assert (found.moved, found.left_over) == (1, 2)


@settings(max_examples=many(60))
@given(st.lists(st.integers(0, 4), min_size=1, max_size=5))
def test_who_moves_has_a_short_way(now):
    """No other way of moving the same workers is shorter in all."""
    plan = plan_of(map_of([300] * 5))
    ids = [f"w{at}" for at in range(len(now))]
    found = staff(
        plan, ids, (1, 1), existing=dict(zip(ids, [f"N-{at:03}" for at in now], strict=True))
    )

    place = found.place.tolist()
    moved = [at for at in range(len(now)) if place[at] != now[at]]
    ways = itertools.permutations([place[at] for at in moved])
    least = min(sum(abs(now[at] - to) for at, to in zip(moved, way, strict=True)) for way in ways)
    assert sum(abs(now[at] - place[at]) for at in moved) == least


def test_numbers_stay_where_they_are():
    """Of equal grids the one that has two workers now keeps them."""
    plan = plan_of(map_of([300, 300, 300]))

    assert staff(plan, 4).workers.tolist() == [2, 1, 1]
    assert staff(plan, 4, existing={"N-002": 2, "N-000": 1}).workers.tolist() == [1, 1, 2]
    before = staff(plan, 4, existing={"N-001": 2})
    assert staff(plan, 4, existing=before).workers.tolist() == [1, 2, 1]


def test_loads_may_be_given():
    """Loads that are handed in take the place of what is counted."""
    plan = plan_of(map_of([1, 1]))

    assert staff(plan, 3, load=[10.5, 20]).workers.tolist() == [1, 2]
    assert staff(plan, 3, load={"N-001": 1, "N-000": 2}).workers.tolist() == [2, 1]


def test_a_staffing_as_tables():
    """A table has a row a grid, and one a row a worker."""
    plan = plan_of(map_of([300, 200], community=[0, 1]))
    found = staff(plan, ["b", "<a>"], (1, 1))

    assert found.to_frame().to_dict("list") == {
        "grid": ["N-000", "N-001"],
        "community": ["C-0", "C-1"],
        "load": [300.0, 200.0],
        "workers": [1, 1],
        "load_per_worker": [300.0, 200.0],
    }
    assert found.people_frame()["worker"].tolist() == ["<a>", "b"]
    assert found.people_frame()["grid"].tolist() == ["N-000", "N-001"]
    assert repr(found) == (
        "<Staffing: 2 workers on 2 grids; load per worker: largest 300.0, mean 250.0>"
    )


def test_a_page_shows_ids_and_no_markup_of_others():
    """Ids of others are text in a page."""
    plan = evolve(plan_of(map_of([300, 200])), grids=("<script>", "N-2"))
    shown = staff(plan, 1)._repr_html_()

    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown
    assert "1 have nobody" in shown


def test_a_table_of_workers_may_be_a_data_frame():
    """A data frame of workers is read by its columns, and a cell with nothing is nothing."""
    pandas = pytest.importorskip("pandas")
    plan = plan_of(map_of([300, 200], community=[0, 1]))
    frame = pandas.DataFrame({"id": ["a", "b"], "community": ["C-1", None], "grid": [None, None]})

    assert staff(plan, frame).workers_of() == {"N-000": ("b",), "N-001": ("a",)}


def test_many_grids_take_little_time():
    """25,000 grids are staffed within a second."""
    plan = plan_of(map_of([240 + at % 121 for at in range(25_000)]))
    began = time.perf_counter()
    found = staff(plan, 37_000)

    assert found.placed == 37_000
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("workers", "options"),
    [
        (-1, {}),
        (1.5, {}),
        (True, {}),
        ("abc", {}),
        (None, {}),
        ({"id": ["a"], "name": ["x"]}, {}),
        ({"id": ["a"], "grid": []}, {}),
        (1, {"per_grid": (2, 1)}),
        (1, {"per_grid": (0, 0)}),
        (1, {"per_grid": 2}),
        (1, {"priority_weight": -1}),
        (1, {"priority_weight": float("nan")}),
        (1, {"objective": "best"}),
        (1, {"load": [1, 2, 3]}),
        (1, {"load": ["a", "b"]}),
    ],
)
def test_arguments_out_of_range(workers, options):
    """What describes no workers, bounds, weights or loads is refused."""
    with pytest.raises(OutOfRangeError):
        staff(plan_of(map_of([300, 200])), workers, **options)


def test_every_problem_of_workers_is_told_at_once():
    """Missing, repeated and unknown ids of workers and communities stand in one error."""
    plan = plan_of(map_of([300, 200], community=[0, 1]))
    table = {"id": ["a", None, "a"], "community": ["C-9", "C-0", "C-0"]}
    with pytest.raises(StructureError) as caught:
        staff(plan, table)

    assert [str(each.where) for each in caught.value.problems] == [
        "workers[0]:community",
        "workers[1]:id",
        "workers[2]:id",
    ]
    assert [each.code for each in caught.value.problems] == ["GT572", "GT570", "GT571"]


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ({"load": {"N-000": 1, "N-01": 2}}, ["GT575", "GT574"]),
        ({"load": {"N-000": -1, "N-001": "x"}}, ["GT576", "GT576"]),
        ({"load": [1, float("nan")]}, ["GT576"]),
        ({"existing": {"N-000": -1, "N-001": True}}, ["GT573", "GT573"]),
        ({"workers": {"C-0": -1, "C-O": 1}}, ["GT573", "GT572"]),
    ],
)
def test_every_problem_of_numbers_is_told_at_once(options, codes):
    """Numbers that are missing, of unknown grids, or none stand in one error."""
    with pytest.raises(StructureError) as caught:
        staff(plan_of(map_of([300, 200])), **{"workers": 2, **options})

    assert [each.code for each in caught.value.problems] == codes
