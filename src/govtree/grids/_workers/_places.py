"""How many workers each grid gets, and who of them stays where they are: exact, without search.

A grid has places 1, 2, ... up to the most workers it may have. What a place is worth is what
it takes off the load per worker there, so the next place of a grid is never worth more than
the one before. Sets of places that the workers can fill are the independent sets of a
matroid, so taking the most valuable place that can still be filled, one after another, is
optimal.

Sources: O. Gross, "A class of discrete-type minimization problems", RAND RM-1644 (1956), for
one pool; T. Ibaraki, N. Katoh, "Resource Allocation Problems" (1988), chapters 4 and 8, for
pools within one another; J. Edmonds, "Matroids and the greedy algorithm", Mathematical
Programming 1 (1971).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from govtree._extras import need
from govtree.grids._workers._workers import Workers

__all__ = ["MATCHED", "kept_places", "placed", "workers_of_grids"]

Ints = NDArray[np.int64]

#: Most open places of one community, or of all who are free, to which ways are weighed up.
MATCHED = 1_000


def workers_of_grids(
    load: NDArray[np.float64],
    community: NDArray[np.int32],
    bound: Ints,
    free: int,
    *,
    lowest: int,
    highest: int,
    now: Ints,
    keep: bool = False,
) -> Ints:
    """Return how many workers each grid gets.

    In order of importance: as many workers as possible have a place; as many as possible of
    the *lowest* places of each grid are filled; with *keep*, as many as possible of those
    filled now; then the loads per worker, sorted from the largest, are least, a grid without
    anybody counting as larger than all others, by its load. Equal ones go to where workers
    are now, then to the first.

    Args:
        load: Of each grid; 0 or more.
        community: Of each grid, a row of *bound*; -1 for none.
        bound: Workers of each community, who work nowhere else.
        free: Workers who may work anywhere.
        lowest: Fewest workers a grid should have; 0 or more.
        highest: Most that it may have; *lowest* or more.
        now: Workers whom each grid has now.
        keep: Whether the plan changes as little as possible rather than being as fair.
    """
    most = min(highest, int(bound.sum()) + free)
    grids = len(load)
    grid = np.repeat(np.arange(grids), most)
    place = np.tile(np.arange(1, most + 1), grids)
    before = load[grid] / np.maximum(place - 1, 1)
    is_held = place <= now[grid]
    is_uncovered = (place == 1) & (before > 0)
    rank = np.where(place <= lowest, 0, np.where(is_held, 1, 2) if keep else 1)
    # Sums of a function of the loads that grows fast enough order plans as their sorted loads
    # do. What a place is worth is then told by the load before it, and of equal ones by the
    # load after it, which is smaller where fewer share. A division of whole numbers is rounded
    # correctly, so that equal loads are equal here.
    order = np.lexsort((grid, ~is_held, place, -before, ~is_uncovered, rank))
    grid = grid[order]
    where = community[grid]
    # A place is filled by somebody of its community while there is one, else from the free.
    own = np.where(where >= 0, np.append(bound, 0)[where], 0)
    by_own = _rank_within(where) < own
    by_free = ~by_own & (np.cumsum(~by_own) <= free)
    return np.bincount(grid[by_own | by_free], minlength=grids).astype(np.int64)


def kept_places(workers: Ints, community: NDArray[np.int32], known: Workers) -> NDArray[np.bool_]:
    """Return who stays in the grid where they are: as many as possible, all places filled.

    Somebody of the community before somebody who is free, since a free one who stays where
    people of the community could fill all places is one less for where they cannot. Beyond
    these, each free one who stays takes one from those who can be spared, whichever it is: so
    the first are as good as any.

    Args:
        workers: How many each grid gets, from :func:`workers_of_grids`.
        community: Of each grid; -1 for none.
        known: The workers, one by one.
    """
    of_worker, now = known.community, known.now
    rows = np.arange(len(now))
    may = (now >= 0) & ((of_worker < 0) | (of_worker == community[now]))
    stays = np.zeros(len(now), np.bool_)
    # Those of the community, then the free, each in order.
    queue = rows[may][np.lexsort((rows[may], of_worker[may] < 0))]
    queue = queue[_rank_within(now[queue]) < workers[now[queue]]]
    is_free = of_worker[queue] < 0
    stays[queue[~is_free]] = True
    asking = queue[is_free]
    need = needed(workers, community, known.bound)
    where = community[now[asking]]
    at_no_cost = _rank_within(where) < need[where]
    spared = known.free - int(need.sum())
    stays[asking[at_no_cost]] = True
    stays[asking[~at_no_cost][:spared]] = True
    return stays


def needed(workers: Ints, community: NDArray[np.int32], bound: Ints) -> Ints:
    """Return how many of the free each community needs; in the last row, grids outside of any."""
    own = np.append(bound, 0)
    asked = np.bincount(community % len(own), weights=workers, minlength=len(own))
    answer: Ints = np.maximum(asked.astype(np.int64) - own, 0)
    return answer


def placed(
    workers: Ints,
    community: NDArray[np.int32],
    known: Workers,
    at: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
) -> NDArray[np.int32]:
    """Return the grid of each worker, -1 for those who are left over.

    Who has to move goes before who has no grid yet, so that nobody loses their work to a
    newcomer; then those of each community, and the free, have the least way in all to their
    new grids, up to :data:`MATCHED` places; then in order.

    Args:
        workers: As for :func:`kept_places`, and so are those that follow.
        community: Of each grid.
        known: The workers, one by one.
        at: Position of each grid in metres, or None.
    """
    of_worker, now, communities = known.community, known.now, len(known.bound) + 1
    stays = kept_places(workers, community, known)
    answer = np.where(stays, now, -1).astype(np.int32)
    open_ = workers - np.bincount(now[stays], minlength=len(workers))
    grids = np.repeat(np.arange(len(workers), dtype=np.int32), open_)
    where = community[grids] % communities
    free_here = np.bincount(
        community[now[stays & (of_worker < 0)]] % communities, minlength=communities
    )
    from_free = np.maximum(needed(workers, community, known.bound) - free_here, 0)
    from_own = np.bincount(where, minlength=communities) - from_free
    rest = np.flatnonzero(~stays)
    rest = rest[np.argsort(now[rest] < 0, kind="stable")]
    by_own = _rank_within(where) < from_own[where]
    for row in np.unique(where[by_own]).tolist():
        theirs = grids[by_own & (where == row)]
        mine = rest[of_worker[rest] == row]
        answer[_matched(theirs, mine, now, at)] = theirs
    others = rest[of_worker[rest] < 0]
    answer[_matched(grids[~by_own], others, now, at)] = grids[~by_own]
    return answer


def _matched(
    places: NDArray[np.int32],
    queue: NDArray[np.int64],
    now: NDArray[np.int32],
    at: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
) -> NDArray[np.int64]:
    """Return who of the *queue*, whose order says who goes first, gets each of the places."""
    moving = now[queue] >= 0
    movers = int(np.count_nonzero(moving))
    if at is None or not movers or len(places) > MATCHED:
        return queue[: len(places)]
    # Of those without a grid, whoever comes first is as good as any.
    queue = queue[: max(movers, len(places))]
    moving = moving[: len(queue)]
    x, y = at
    old = now[queue[moving]]
    way = np.zeros((len(places), len(queue)))
    way[:, moving] = np.hypot(
        x[places][:, None] - x[old][None, :], y[places][:, None] - y[old][None, :]
    )
    optimize = need("scipy.optimize", extra="partition")
    # In centimetres: what differs by less was rounded.
    _, chosen = optimize.linear_sum_assignment(np.round(way, 2))
    answer: NDArray[np.int64] = queue[chosen]
    return answer


def _rank_within(group: NDArray[np.integer]) -> Ints:
    """Return for each the number of those before it in the same group."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    first = np.ones(len(group), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    rows = np.arange(len(group))
    start = np.maximum.accumulate(np.where(first, rows, 0))
    rank = np.empty(len(group), np.int64)
    rank[order] = rows - start
    return rank
