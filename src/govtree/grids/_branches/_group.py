"""Branches over grids: each contiguous, one a compound or of a number of grids."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Literal

import numpy as np
from attrs import evolve
from numpy.typing import ArrayLike

from govtree._adjacency import parts_of
from govtree._columns import IntArray
from govtree._wording import Listed, Reason
from govtree.errors import OutOfRangeError
from govtree.grids import _names
from govtree.grids._bounds import Bounds, is_number
from govtree.grids._branches._merging import merged
from govtree.grids._branches._quotient import quotient
from govtree.grids._buildings._cut import cut_out
from govtree.grids._buildings._map import BuildingMap
from govtree.grids._by_grid import numbers_by_grid
from govtree.grids._sums import main_of

if TYPE_CHECKING:
    from govtree.grids._partition import Partition

#: Branch of each grid, and what there is to say about them.
Labels = tuple[IntArray, tuple[Reason, ...]]

__all__ = ["MEMBERS", "TEMPLATE", "group"]

#: What branches are called, west to east.
TEMPLATE = "B-{number:03}"
#: Fewest and most members of a branch. Source: Regulations on the Work of Party Branches (for
#: trial), 2018, article 4: from 3 full members on; as a rule 50 members at most.
MEMBERS = (3, 50)


def group(
    partition: Partition,
    branches: Literal["compound"] | int | None = None,
    *,
    per_branch: float | tuple[int, int] | None = None,
    members: Mapping[str, int] | ArrayLike | None = None,
    member_bounds: tuple[int, int] = MEMBERS,
    objective: str = "balanced",
    seed: int = 0,
    effort: float = 1,
    template: str = TEMPLATE,
) -> Partition:
    """Return a plan of branches, whose units are the grids of *partition*.

    Every grid is in one branch. A branch is contiguous, leaves no community and crosses no
    hard barrier, but for one: a compound that lies in several parts is still one branch, and
    named. What a branch holds is the number of its grids, or of its members where they are
    given.

    Args:
        partition: Grids over buildings.
        branches: ``compound``: one branch a compound, to which a grid belongs that has more
            than half of what is counted in it there; the others form street branches, one for
            each contiguous area of a community, or of *per_branch* grids. Or the number of
            branches in all.
        per_branch: How many grids a branch should have, a third more or less; or the fewest
            and the most. Alone, or for the streets beside ``compound``.
        members: Members in each grid, whole numbers: a mapping from every grid, or numbers in
            the order of ``partition.grids``. Branches with too few are merged with neighbors
            while these have room; the reasons name those that remain out of bounds.
        member_bounds: Fewest and most members of a branch.
        objective: As in ``partition``.
        seed: As in ``partition``.
        effort: As in ``partition``.
        template: Ids of branches from west to east; one that is taken is skipped.

    Raises:
        OutOfRangeError: If an argument is out of its range, or it is not said how branches are
            made.
        StructureError: With every problem of *members*.

    >>> from govtree.grids import Partition
    >>> street = {
    ...     "id": ["D-1", "D-2", "D-3"],
    ...     "households": [300, 310, 290],
    ...     "compound": ["X-1", "X-1", None],
    ... }
    >>> beside = [("D-1", "D-2"), ("D-2", "D-3")]
    >>> plan = Partition.from_labels(
    ...     street, {"D-1": "N-1", "D-2": "N-2", "D-3": "N-3"}, pairs=beside
    ... )
    >>> group(plan, "compound").labels
    {'N-1': 'B-001', 'N-2': 'B-001', 'N-3': 'B-002'}
    >>> group(plan, "compound", members=[2, 9, 1]).labels
    {'N-1': 'B-001', 'N-2': 'B-001', 'N-3': 'B-001'}
    """
    from govtree.grids._partition import Partition

    whole = _names.whole_template(template)
    number, share = _asked(branches, per_branch, len(partition.grids))
    map, bounds = quotient(partition), share
    held = map
    if members is not None:
        counted = numbers_by_grid(partition.grids, members, "members", whole=True)
        held = evolve(quotient(partition, counted.astype(np.int64)), count="members")
        bounds = _pair("member_bounds", member_bounds)
        if number is not None:
            bounds = _aimed(bounds, int(held.weight.sum()), number)
    if branches == "compound":
        streets = share if per_branch is not None else None
        codes, said = _by_compound(partition, map, streets, objective, seed, effort)
        if members is None:
            # A compound is one branch however large it is.
            bounds = _aimed(Bounds.between(1, len(map)), len(map), len(np.unique(codes)))
    else:
        # Members are divided evenly where they are known and the number of branches is given.
        over = held if number is not None else map
        parts, _ = over.components()
        if number is not None and number < parts:
            raise OutOfRangeError(
                f"branches is {number}; communities and hard barriers leave {parts:,} parts, "
                "each of which needs one"
            )
        within = share if number is None or members is None else bounds
        codes, said = _drawn(over, within, number, objective, seed, effort)
    stuck: tuple[int, ...] = ()
    if members is not None:
        codes, stuck = merged(held, codes, bounds)
        # What was out of bounds before is merged, or named for its members below.
        said = ()
        bounds = _aimed(bounds, int(held.weight.sum()), len(np.unique(codes)))
    plan = Partition.drawn(held, codes, bounds, objective=objective, seed=seed)
    taken = {*map.ids, *map.communities, *map.compounds}
    ids = _names.ids_for([""] * len(plan.grids), template=whole, is_taken=taken.__contains__)
    plan = evolve(plan, grids=tuple(ids))
    why = list(said)
    if branches == "compound":
        why += _in_parts(plan)
    if members is not None:
        why += _of_members(plan, number, [int(plan.grid[each]) for each in stuck])
    return evolve(plan, reasons=(*plan.reasons, *why))


def _asked(
    branches: str | int | None, per_branch: float | tuple[int, int] | None, grids: int
) -> tuple[int | None, Bounds]:
    """Return the number of branches, where it is given, and how many grids each may have."""
    number = None
    if isinstance(branches, str) and branches != "compound":
        raise OutOfRangeError(f"branches is '{branches}'; it is 'compound' or a number")
    if not isinstance(branches, str) and branches is not None:
        number = _whole("branches", branches)
        if not 1 <= number <= grids:
            raise OutOfRangeError(
                f"branches is {number}; {grids:,} grids form 1 to {grids:,} branches"
            )
    if isinstance(per_branch, tuple | list):
        return number, _pair("per_branch", per_branch)
    if per_branch is not None:
        if not (is_number(per_branch) and per_branch >= 1):
            raise OutOfRangeError(f"per_branch is {per_branch!r}; it has to be 1 or more")
        return number, _about(Fraction(str(per_branch)))
    if number is not None:
        return number, _about(Fraction(grids, number))
    if branches is None:
        raise OutOfRangeError(
            "say how branches are made: branches='compound', a number, or per_branch"
        )
    return None, Bounds.between(1, max(grids, 1))


def _about(target: Fraction) -> Bounds:
    """Return a third less to a third more, and at least one less and one more."""
    lowest = min(ceil(target * 2 / 3), round(target) - 1)
    highest = max(floor(target * 4 / 3), round(target) + 1)
    return Bounds(target, max(lowest, 1), highest)


def _aimed(bounds: Bounds, total: int, number: int) -> Bounds:
    """Return bounds whose target is an even division, as far as they allow it."""
    even = Fraction(total, max(number, 1))
    return evolve(bounds, target=min(max(even, Fraction(bounds.lowest)), Fraction(bounds.highest)))


def _pair(name: str, given: Sequence[int]) -> Bounds:
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise OutOfRangeError(f"{name} is {given}; it is the fewest and the most")
    lowest, highest = (_whole(name, each) for each in given)
    return Bounds.between(lowest, highest)


def _whole(name: str, given: object) -> int:
    if isinstance(given, bool):
        raise OutOfRangeError(f"{name} is {given}; it is a number")
    try:
        return operator.index(given)  # type: ignore[arg-type]  # any value may be asked
    except TypeError:
        raise OutOfRangeError(f"{name} is {given}; it is counted whole") from None


def _by_compound(
    partition: Partition,
    map: BuildingMap,
    streets: Bounds | None,
    objective: str,
    seed: int,
    effort: float,
) -> Labels:
    """Return a branch a compound, and those of the streets between."""
    of = _rows_of(partition, map)
    below = partition.map
    main = main_of(below.compound, of, len(map), below.weight, is_majority=True)
    codes = np.full(len(map), -1, np.int32)
    in_one = main >= 0
    # A compound that two communities share has a branch in each.
    keys = np.stack([map.community[in_one], main[in_one]])
    found, at = np.unique(keys, axis=1, return_inverse=True)
    codes[in_one] = at.ravel()
    rest = np.flatnonzero(~in_one)
    said: tuple[Reason, ...] = ()
    if len(rest):
        outside = cut_out(map, ~in_one)
        if streets is None:
            of_rest = parts_of(len(rest), outside.neighbors.u, outside.neighbors.v)[1]
        else:
            of_rest, said = _drawn(outside, streets, None, objective, seed, effort)
        codes[rest] = of_rest + found.shape[1]
    return codes, said


def _drawn(
    map: BuildingMap,
    bounds: Bounds,
    number: int | None,
    objective: str,
    seed: int,
    effort: float,
) -> Labels:
    """Return the branches that the engine of grids draws, and what it says about them."""
    from govtree.grids._draw_up import partition as draw_up

    plan = draw_up(
        map,
        target=float(bounds.target),
        bounds=bounds,
        grids=number,
        objective=objective,
        seed=seed,
        effort=effort,
    )
    return plan.grid, plan.reasons[len(map.notes) :]


def _rows_of(partition: Partition, map: BuildingMap) -> IntArray:
    """Return the row in *map*, whose units are grids, of each building."""
    row_of = {each: row for row, each in enumerate(map.ids)}
    row = np.array([*(row_of[each] for each in partition.grids), -1], np.int32)
    return row[partition.grid]


def _in_parts(plan: Partition) -> Iterator[Reason]:
    """Yield the branches whose grids are not all joined."""
    pairs = plan.map.neighbors
    inner = plan.grid[pairs.u] == plan.grid[pairs.v]
    _, part = parts_of(len(plan.map), pairs.u[inner], pairs.v[inner])
    branch = np.unique(np.stack([plan.grid, part]), axis=1)[0]
    counts = np.bincount(branch, minlength=len(plan.grids))
    for row in np.flatnonzero(counts > 1).tolist():
        yield Reason(
            "the grids of branch {id} lie in {number} parts: {which}",
            id=plan.grids[row],
            number=int(counts[row]),
            which=Listed.of(plan.units_of(plan.grids[row])),
        )


def _of_members(plan: Partition, number: int | None, stuck: Sequence[int]) -> Iterator[Reason]:
    """Yield why branches are not within the bounds of members."""
    size, units = plan.table.size, plan.table.units
    pairs = plan.map.neighbors
    one, other = plan.grid[pairs.u], plan.grid[pairs.v]
    has_neighbor = np.zeros(len(plan.grids), np.bool_)
    has_neighbor[one[one != other]] = has_neighbor[other[one != other]] = True
    for row in sorted(stuck):
        said: dict[str, str | int] = {
            "id": plan.grids[row],
            "number": int(size[row]),
            "lowest": plan.bounds.lowest,
        }
        if has_neighbor[row]:
            yield Reason(
                "branch {id} has {number} members, fewer than {lowest}, and none beside it can "
                "take them within {highest}",
                highest=plan.bounds.highest,
                **said,
            )
        else:
            yield Reason(
                "branch {id} has {number} members, fewer than {lowest}, and nothing lies beside "
                "it in its community",
                **said,
            )
    for row in np.flatnonzero(size > plan.bounds.highest).tolist():
        said = {"id": plan.grids[row], "number": int(size[row]), "highest": plan.bounds.highest}
        if units[row] == 1:
            yield Reason(
                "branch {id} has {number} members, more than {highest}, all in one grid", **said
            )
        else:
            yield Reason("branch {id} has {number} members, more than {highest}", **said)
    if number is not None and number != len(plan.grids):
        yield Reason(
            "{number} branches were asked for; merged for their members, there are {found}",
            number=number,
            found=len(plan.grids),
        )
