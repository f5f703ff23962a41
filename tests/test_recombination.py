"""The steps of the search for grids, beside twins that read like their definitions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st

from govtree._adjacency import parts_of
from govtree._recombination import FREE, NEW, WORTH, Task, charges, joined, keys_of, search
from govtree._recombination._bundles import bundled, bundles_of
from govtree._recombination._chains import hand_on
from govtree._recombination._divide import divide
from govtree._recombination._forest import Forest
from govtree._recombination._groups import groups_of
from govtree._recombination._plan import without_gaps
from govtree._recombination._regions import numbers_of, regions_of, share_out
from govtree._recombination._search import mendable
from govtree._recombination._start import plan_before, start_of, to_number

pytest.importorskip("scipy")


@st.composite
def tasks(draw, most=16, fixed=False, before=False, number=False):
    """Units in a lattice with walls and soft lines."""
    width = draw(st.integers(1, 4))
    units = draw(st.integers(2, most))
    beside = [(at, at + 1) for at in range(units - 1) if (at + 1) % width]
    beside += [(at, at + width) for at in range(units - width)]
    beside = sorted(set(beside))
    walls = draw(st.sets(st.sampled_from(beside), max_size=3)) if beside else set()
    pairs = [pair for pair in beside if pair not in walls]
    soft = draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    weight = draw(st.lists(st.integers(0, 9), min_size=units, max_size=units))
    some = st.integers(NEW, 3)
    held = draw(st.lists(some, min_size=units, max_size=units)) if before else [NEW] * units
    stays = [NEW] * units
    if fixed:
        for at, row in enumerate(
            draw(st.lists(st.integers(0, units - 1), unique=True, max_size=4))
        ):
            stays[row] = at
    target = draw(st.integers(3, 20))
    return task_of(weight, pairs, soft, held=held, fixed=stays, target=target, draw=number and draw)


def task_of(weight, pairs, soft=None, *, held=None, fixed=None, target=10, draw=None):
    units = len(weight)
    u = np.array([one for one, _ in pairs], np.int64)
    v = np.array([other for _, other in pairs], np.int64)
    soft = np.array([False] * len(pairs) if soft is None else soft, bool)
    count, part = parts_of(units, u.astype(np.int32), v.astype(np.int32))
    _, cell = parts_of(units, u[~soft].astype(np.int32), v[~soft].astype(np.int32))
    number = np.full(count, FREE)
    if draw:
        for at in range(count):
            number[at] = draw(st.integers(0, int((part == at).sum())))
    held = np.array([NEW] * units if held is None else held, np.int64)
    return Task(
        weight=np.array(weight, np.int64),
        u=u,
        v=v,
        soft=soft,
        part=part.astype(np.int64),
        number=number,
        cell=cell.astype(np.int64),
        held=held,
        has_before=bool((held != NEW).any()),
        fixed=np.array([NEW] * units if fixed is None else fixed, np.int64),
        target=float(target),
        lowest=int(0.8 * target),
        highest=max(1, int(1.2 * target)),
        worth=WORTH["balanced"],
        keys=keys_of(len(pairs), 0),
    )


def reached(start, pairs, within):
    found = [start]
    for unit in found:
        near = {v for u, v in pairs if u == unit} | {u for u, v in pairs if v == unit}
        found += sorted((near & within) - set(found))
    return set(found)


def pairs_of(task):
    return list(zip(task.u.tolist(), task.v.tolist(), strict=True))


def members(labels):
    found = {}
    for unit, label in enumerate(np.asarray(labels).tolist()):
        if label >= 0:
            found.setdefault(label, set()).add(unit)
    return found


def assert_whole(task, grid):
    for units in members(grid).values():
        assert reached(min(units), pairs_of(task), units) == units


def spanned(task):
    forest = Forest(task.u, task.v, np.arange(1.0, len(task.u) + 1), task.part, len(task.number))
    above = {}
    for place, up in enumerate(forest.up.tolist()):
        above[int(forest.order[place])] = None if up < 0 else int(forest.order[up])
    return forest, above


def below(unit, above):
    found = set()
    for each in above:
        at = each
        while at is not None and at != unit:
            at = above[at]
        if at == unit:
            found.add(each)
    return found


@given(tasks())
@settings(max_examples=many(40), deadline=None)
def test_a_forest_has_one_tree_a_group_made_of_pairs(task):
    forest, above = spanned(task)
    assert sorted(forest.order.tolist()) == list(range(len(task)))
    roots = [unit for unit, up in above.items() if up is None]
    assert sorted(task.part[roots].tolist()) == list(range(len(task.number)))
    pairs = set(pairs_of(task))
    for unit, up in above.items():
        assert up is None or (min(unit, up), max(unit, up)) in pairs
    assert (forest.up < np.arange(len(task))).all()


@given(tasks())
@settings(max_examples=many(40), deadline=None)
def test_sums_marks_and_meetings_are_what_the_tree_says(task):
    forest, above = spanned(task)
    sums, place = forest.sums(task.weight), forest.places()
    for unit in above:
        assert sums[place[unit]] == sum(int(task.weight[each]) for each in below(unit, above))
    mark = np.zeros(len(task), bool)
    mark[len(task) // 2] = True
    marked = set(forest.order[forest.with_all_below(mark)].tolist())
    assert marked == below(int(forest.order[len(task) // 2]), above)
    met = forest.order[forest.meetings(place[task.u], place[task.v])].tolist()
    for (one, other), found in zip(pairs_of(task), met, strict=True):
        both = [each for each in above if {one, other} <= below(each, above)]
        assert found == min(both, key=lambda each: len(below(each, above)))


def charged(task, grid):
    """What a plan is charged for, as it is told."""
    worth, total = task.worth, 0.0
    for units in members(grid).values():
        size = sum(int(task.weight[unit]) for unit in units)
        inside = min(max(size, task.lowest), task.highest)
        off = abs(inside - task.target) / task.target
        total += worth.deviation * off * (0.2 + off)
        if size != inside:
            total += worth.out + worth.beyond * abs(size - inside) / task.target
        total += worth.crossed * (len({int(task.cell[unit]) for unit in units}) - 1)
        total += worth.torn * max(0, sum(task.fixed[unit] != NEW for unit in units) - 1)
    for (one, other), soft in zip(pairs_of(task), task.soft, strict=True):
        total += worth.cut * (grid[one] != grid[other] and not soft)
    for unit in range(len(task)):
        if task.held[unit] not in (NEW, grid[unit]):
            total += worth.moved * (task.weight[unit] / task.target + 1e-3)
    return total


@given(tasks(fixed=True, before=True), st.data())
@settings(max_examples=many(60), deadline=None)
def test_charges_are_what_the_weights_say(task, data):
    task = evolve(task, worth=evolve(WORTH["balanced"], moved=1.0))
    grid = np.array(data.draw(st.lists(st.integers(0, 4), min_size=len(task), max_size=len(task))))
    found = charges(task, grid, np.zeros(len(task), np.int64), 1)
    assert found.tolist() == pytest.approx([charged(task, grid)])


@given(tasks(), st.integers(1, 5), st.integers(0, 9))
@settings(max_examples=many(60), deadline=None)
def test_divide_makes_as_many_connected_parts_as_are_asked_for(task, number, turn):
    asked = np.full(len(task.number), number)
    made = divide(task, task.part, asked, turn)
    assert_whole(task, made)
    for part, units in members(task.part).items():
        inside = {int(made[unit]) for unit in units}
        assert len(inside) == min(number, len(units))
        assert part in inside


@given(tasks(fixed=True), st.integers(0, 9))
@settings(max_examples=many(60), deadline=None)
def test_divide_parts_two_fixed_units_where_the_number_allows_it(task, turn):
    asked = np.full(len(task.number), 2)
    made = divide(task, task.part, asked, turn)
    for part, units in members(task.part).items():
        fixed = [unit for unit in units if task.fixed[unit] != NEW]
        if len(fixed) == 2:
            # Every tree has a pair between any two of its units.
            assert made[fixed[0]] != made[fixed[1]], part


@given(tasks())
@settings(max_examples=many(60), deadline=None)
def test_regions_are_joined_only_where_no_number_of_grids_fits(task):
    region = regions_of(task)
    assert_whole(task, region)
    sizes = {at: sum(int(task.weight[u]) for u in units) for at, units in members(region).items()}
    for at, units in members(region).items():
        cells = {int(task.cell[unit]) for unit in units}
        fits = bool(task.fits(np.array([sizes[at]]))[0])
        if len(cells) > 1:
            each = [sum(int(task.weight[u]) for u in units if task.cell[u] == c) for c in cells]
            assert not all(task.fits(np.array(each)))
        if not fits:
            # Whatever lies beside it has been taken in.
            assert units == {
                unit for unit in range(len(task)) if task.part[unit] == task.part[min(units)]
            }


@given(tasks())
@settings(max_examples=many(60), deadline=None)
def test_numbers_of_regions_fit_where_any_does(task):
    region = regions_of(task)
    for at, number in enumerate(numbers_of(task, region).tolist()):
        units = [unit for unit in range(len(task)) if region[unit] == at]
        total = sum(int(task.weight[unit]) for unit in units)
        fitting = [n for n in range(1, 200) if n * task.lowest <= total <= n * task.highest]
        if fitting and len(units) >= min(fitting):
            assert number in fitting or number == len(units)
            best = min(abs(total / n - task.target) for n in fitting if n <= len(units))
            near = max(1, round(total / task.target))
            assert number == min(max(near, fitting[0]), fitting[-1], len(units)) or (
                abs(total / number - task.target) == pytest.approx(best)
            )


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), min_size=1, max_size=5), st.data()
)
@settings(max_examples=many(60), deadline=None)
def test_grids_are_shared_out_to_the_last_and_no_part_goes_without(parts, data):
    total, units = (np.array(each, np.int64) for each in zip(*parts, strict=True))
    least = np.ones(len(parts), np.int64)
    asked = data.draw(st.integers(len(parts), int(units.sum())))
    task = task_of([1, 1], [(0, 1)])
    shared = share_out(task, total, least, units, asked)
    assert shared.sum() == asked
    assert (shared >= least).all()
    assert (shared <= units).all()


@given(tasks(number=True), st.integers(1, 9))
@settings(max_examples=many(60), deadline=None)
def test_plans_are_brought_to_the_number_that_is_asked_for(task, before):
    grid = to_number(task, divide(task, task.part, np.full(len(task.number), before), 0))
    assert_whole(task, grid)
    for part, units in members(task.part).items():
        if task.number[part] != FREE:
            assert len({int(grid[unit]) for unit in units}) == task.number[part]
    region, start = start_of(task)
    assert_whole(task, start)
    for units in members(start).values():
        assert len({int(region[unit]) for unit in units}) == 1


@given(tasks(before=True))
@settings(max_examples=many(60), deadline=None)
def test_the_plan_before_keeps_the_heaviest_piece_of_each_grid(task):
    grid = plan_before(task)
    assert_whole(task, grid)
    for number, units in members(np.where(task.held == NEW, -1, task.held)).items():
        kept = {unit for unit in units if grid[unit] == number}
        pieces, left = [], set(units)
        while left:
            pieces.append(reached(min(left), pairs_of(task), units))
            left -= pieces[-1]
        # New units may join pieces to one; then all of them are kept.
        assert any(piece <= kept for piece in pieces)


@given(tasks(), st.data())
@settings(max_examples=many(60), deadline=None)
def test_chains_help_and_tear_nothing(task, data):
    grid = divide(task, task.part, np.full(len(task.number), data.draw(st.integers(1, 4))), 3)
    grid = without_gaps(grid)
    after = hand_on(task, grid, mendable(task, grid))
    assert_whole(task, after)
    assert len(members(after)) == len(members(grid))
    # Chains look at sizes, cells and moves; pairs that are cut count for less than those.
    plain = evolve(task, worth=evolve(task.worth, cut=0.0))
    assert charged(plain, after) <= charged(plain, grid) + 1e-9


def test_a_chain_of_two_links_mends_what_one_cannot():
    # a is too large by 2 and may give 3 to b, which is full and hands 3 on to c.
    task = task_of([6, 4, 3, 5, 4, 3, 8], [(at, at + 1) for at in range(6)], target=10)
    grid = np.array([0, 0, 0, 1, 1, 1, 2])
    after = hand_on(task, grid, mendable(task, grid))
    assert after.tolist() == [0, 0, 1, 1, 1, 2, 2]


@given(tasks(), st.integers(2, 4), st.integers(0, 9))
@settings(max_examples=many(40), deadline=None)
def test_groups_are_neighbors_and_share_no_grid(task, size, turn):
    grid = without_gaps(divide(task, task.part, np.full(len(task.number), 5), 1))
    none = np.zeros(int(grid.max()) + 1, bool)
    group = groups_of(task, grid, size, turn, none, only_urgent=False)
    borders = [(int(grid[u]), int(grid[v])) for u, v in pairs_of(task) if grid[u] != grid[v]]
    for grids in members(group).values():
        assert 2 <= len(grids) <= size
        assert reached(min(grids), borders, grids) == grids
    # Two free neighbors would have found each other.
    alone = {each for each in range(len(none)) if group[each] < 0}
    left = [(a, b) for a, b in borders if a in alone and b in alone]
    assert len(left) <= len(borders) // 2


@given(tasks(fixed=True))
@settings(max_examples=many(40), deadline=None)
def test_what_each_part_gets_it_gets_alone(task):
    whole = search(task, 4)
    for part in range(len(task.number)):
        mask = np.arange(len(task.number)) == part
        alone, rows = task.only(mask)
        assert without_gaps(search(alone, 4)).tolist() == without_gaps(whole[rows]).tolist()
    assert joined(task, whole, np.arange(len(task)), whole).tolist() == whole.tolist()


def test_bundles_take_the_units_between_and_none_that_others_need():
    line = [(at, at + 1) for at in range(4)]
    task = task_of([1] * 5, line, fixed=[0, NEW, 0, NEW, NEW])
    of, lost = bundles_of(task)
    assert (of.tolist(), lost) == ([0, 0, 0, 1, 2], [])
    small = bundled(task, of)
    assert small.weight.tolist() == [3, 1, 1]
    assert pairs_of(small) == [(0, 1), (1, 2)]
    blocked = task_of([1] * 5, line, fixed=[0, 1, 0, NEW, NEW])
    assert bundles_of(blocked)[1] == [0]


def test_a_bundle_stays_inside_the_grid_before_where_it_can():
    ring = [(0, 1), (0, 3), (1, 2), (2, 5), (3, 4), (4, 5)]
    task = task_of([1] * 6, ring, fixed=[0, NEW, NEW, NEW, NEW, 0], held=[7, 1, 1, 7, 7, 7])
    assert bundles_of(task)[0].tolist() == [0, 1, 2, 0, 0, 0]


def test_the_page_shows_the_weights_there_are():
    page = Path(__file__).parents[1].joinpath("docs", "partition.md").read_text(encoding="utf-8")
    table = page[page.index("| charged for |") :].split("\n\n")[0].splitlines()
    objectives = [cell.strip(" `") for cell in table[0].split("|")[2:-1]]
    rows = [[float(cell) for cell in row.split("|")[2:-1]] for row in table[2:]]
    names = ("torn", "out", "beyond", "crossed", "deviation", "cut", "moved")
    for at, objective in enumerate(objectives):
        assert [row[at] for row in rows] == [getattr(WORTH[objective], name) for name in names]
