"""Made-up counties to divide into grids, the same for every run, and a reader of real ones.

A county has 69 compounds, about 2,000 buildings and 76,000 households; it can be had ten or a
hundred times as large. Buildings stand on a jittered lattice with ponds and parks left out; each
belongs to the compound whose middle is nearest, or to the streets between. A river is a hard
barrier, and so is the wall around each compound; where a county has no walls, the line of a
compound is soft. Two main roads (more in a larger county) are soft.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

#: Where files of real places are looked for, unless ``GOVTREE_REALDATA`` names a folder.
REAL = Path(__file__).parents[2] / "shared" / "realdata" / "partition"
STREET = -1
#: Metres from one building to the next.
STEP = 40.0


@dataclass(frozen=True, eq=False)
class Town:
    """Buildings with what lies between them; arrays are in the order of *ids*.

    Attributes:
        name: What it is called in the tables.
        ids: Ids of the buildings, sorted.
        weight: int64, households in each.
        x: float64, metres to the east.
        y: float64, metres to the north.
        compound: int32, the compound of each; :data:`STREET` outside of all.
        cell: int32, the area between soft lines that each lies in.
        community: int32, the community of each, or None.
        u: int32, the one building of each pair of neighbors; a hard barrier is no pair.
        v: int32, the other; ``u < v``, sorted.
        length: float64, metres between the two.
        soft: bool, whether a soft line runs between them.
        target: Households that a grid should have.
        tolerance: How far off it may be, as a share of *target*.
        parts: How many grids are asked for, or None.
        existing: int32, today's grid of each, or None.
    """

    name: str
    ids: tuple[str, ...]
    weight: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    compound: NDArray[np.int32]
    cell: NDArray[np.int32]
    community: NDArray[np.int32] | None
    u: NDArray[np.int32]
    v: NDArray[np.int32]
    length: NDArray[np.float64]
    soft: NDArray[np.bool_]
    target: float = 300
    tolerance: float = 0.2
    parts: int | None = None
    existing: NDArray[np.int32] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the most that a grid may have."""
        slack = self.target * self.tolerance
        # A share of a whole target is exact to far more than the millionth taken off here.
        return int(np.ceil(self.target - slack - 1e-6)), int(np.floor(self.target + slack + 1e-6))

    def components(self) -> tuple[int, NDArray[np.int32]]:
        """Return how many parts the hard barriers leave, and the part of each building."""
        return _parts(len(self), self.u, self.v)

    def without(self, gone: NDArray[np.bool_]) -> Town:
        """Return the town with some buildings demolished."""
        kept = np.flatnonzero(~gone)
        row = np.full(len(self), -1, np.int32)
        row[kept] = np.arange(len(kept), dtype=np.int32)
        stay = (row[self.u] >= 0) & (row[self.v] >= 0)
        return replace(
            self,
            ids=tuple(self.ids[each] for each in kept),
            **{
                name: None if getattr(self, name) is None else getattr(self, name)[kept]
                for name in ("weight", "x", "y", "compound", "cell", "community", "existing")
            },
            u=row[self.u[stay]],
            v=row[self.v[stay]],
            length=self.length[stay],
            soft=self.soft[stay],
        )


def county(times: int = 1, walls: bool = True, seed: int = 1) -> Town:
    """Return a made-up county.

    Args:
        times: How many times as many compounds, buildings and households.
        walls: Whether each compound lies behind a wall; otherwise its line is soft.
        seed: Of everything that is drawn.
    """
    draw = np.random.Generator(np.random.PCG64([seed, times]))
    side = round((2_165 * times) ** 0.5)
    row, column = (each.ravel() for each in np.mgrid[:side, :side])
    x = column + draw.uniform(-0.35, 0.35, side * side)
    y = row + draw.uniform(-0.35, 0.35, side * side)
    stands = _stands(x, y, side, times, draw)
    south = y < _river(x, side)
    compound, middles = _compounds(x, y, side, 69 * times, draw)
    # Nobody's compound lies on two banks.
    across = (compound >= 0) & (south != (middles[1] < _river(middles[0], side))[compound])
    compound[across] = STREET

    u, v = _lattice(side, draw)
    one, other = _along_streets(side, compound, stands)
    u, v = np.concatenate([u, one]), np.concatenate([v, other])
    there = stands[u] & stands[v] & (south[u] == south[v])
    if walls:
        there &= compound[u] == compound[v]
    key = np.unique(u[there].astype(np.int64) * side * side + v[there])
    u, v = key // (side * side), key % (side * side)
    soft = compound[u] != compound[v]
    for road in _roads(side, times, draw):
        beyond = y > road[0] + road[1] * x if road[2] else x > road[0] + road[1] * y
        soft |= beyond[u] != beyond[v]

    weight = _households(compound, times, draw)
    kept = np.flatnonzero(stands)
    place = np.full(side * side, -1, np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    u, v, x, y = place[u], place[v], x[kept] * STEP, y[kept] * STEP
    return Town(
        name=f"county{f' x{times}' if times > 1 else ''}, {'walls' if walls else 'no walls'}",
        ids=tuple(f"B-{number:06d}" for number in range(len(kept))),
        weight=weight[kept],
        x=x,
        y=y,
        compound=compound[kept],
        cell=_parts(len(kept), u[~soft], v[~soft])[1],
        community=None,
        u=u,
        v=v,
        length=np.hypot(x[u] - x[v], y[u] - y[v]),
        soft=soft,
    )


def _stands(
    x: NDArray[np.float64], y: NDArray[np.float64], side: int, times: int, draw: np.random.Generator
) -> NDArray[np.bool_]:
    """Return where buildings stand: not in ponds and parks, and not on single empty plots."""
    stands = draw.random(len(x)) > 0.03
    for _ in range(8 * times):
        east, north = draw.uniform(0, side, 2)
        radius = draw.uniform(0.8, 2.4)
        near = np.abs(y - north) < radius
        stands[np.flatnonzero(near)[np.hypot(x[near] - east, y[near] - north) < radius]] = False
    return stands


def _river(x: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Return how far north the river runs; polynomials, since no two platforms agree on sines."""
    along = x / side
    return side * (0.42 + 0.9 * along * (1 - along) * (along - 0.4))


def _roads(side: int, times: int, draw: np.random.Generator) -> list[tuple[float, float, bool]]:
    """Return main roads, straight and slightly aslant: where, how aslant, and whether east-west."""
    each_way = max(1, round(times**0.5))
    return [
        (
            side * (number + draw.uniform(0.3, 0.7)) / each_way,
            draw.uniform(-0.1, 0.1) / each_way,
            eastward,
        )
        for eastward in (True, False)
        for number in range(each_way)
    ]


def _compounds(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    side: int,
    count: int,
    draw: np.random.Generator,
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the compound of each building, and the middles of compounds."""
    rows = int(count**0.5)
    columns = -(-count // rows)
    east = (np.arange(columns) + draw.uniform(0, 1, (rows, columns))) * side / columns
    north = (np.arange(rows)[:, None] + draw.uniform(0, 1, (rows, columns))) * side / rows
    number = np.full(rows * columns, STREET, np.int32)
    number[np.sort(draw.permutation(rows * columns)[:count])] = np.arange(count, dtype=np.int32)
    at_column = np.clip(x * columns / side, 0, columns - 1).astype(np.int64)
    at_row = np.clip(y * rows / side, 0, rows - 1).astype(np.int64)
    nearest, second = np.full(len(x), np.inf), np.full(len(x), np.inf)
    compound = np.full(len(x), STREET, np.int32)
    for down in range(-3, 4):
        for right in range(-3, 4):
            i, j = at_row + down, at_column + right
            inside = (i >= 0) & (i < rows) & (j >= 0) & (j < columns)
            i, j = np.where(inside, i, 0), np.where(inside, j, 0)
            which = number[i * columns + j]
            far = (x - east[i, j]) ** 2 + (y - north[i, j]) ** 2
            far[~inside | (which < 0)] = np.inf
            nearer = far < nearest
            second = np.where(nearer, nearest, np.minimum(second, far))
            compound[nearer] = which[nearer]
            nearest = np.where(nearer, far, nearest)
    gap = np.sqrt(second) - np.sqrt(nearest)
    compound[gap <= np.quantile(gap, 0.16)] = STREET
    there = number >= 0
    return compound, np.stack([east.ravel()[there], north.ravel()[there]])


def _lattice(side: int, draw: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of the lattice: along rows and columns, and one diagonal of each square."""
    at = np.arange(side * side).reshape(side, side)
    falling = draw.random((side - 1, side - 1)) < 0.5
    low = np.where(falling, at[:-1, :-1], at[:-1, 1:]).ravel()
    high = np.where(falling, at[1:, 1:], at[1:, :-1]).ravel()
    u = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel(), low])
    v = np.concatenate([at[:, 1:].ravel(), at[1:].ravel(), high])
    return np.minimum(u, v), np.maximum(u, v)


def _along_streets(
    side: int, compound: NDArray[np.int32], stands: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of buildings on streets that are neighbors though a plot or two lie between."""
    at = np.flatnonzero((compound == STREET) & stands)
    street = np.zeros((side, side), bool)
    street.ravel()[at] = True
    row, column = at // side, at % side
    u, v = [], []
    for down in range(4):
        for right in range(-3 if down else 1, 4):
            i, j = row + down, column + right
            both = (i < side) & (j >= 0) & (j < side)
            both[both] = street[i[both], j[both]]
            if max(down, abs(right)) > 1:
                middle = street[row[both] + down // 2, column[both] + int(right / 2)]
                both[both] = ~middle  # nobody of the street stands between
            elif down and right:
                continue  # one diagonal of each square is a pair already
            u.append(at[both])
            v.append(i[both] * side + j[both])
    one, other = np.concatenate(u), np.concatenate(v)
    return np.minimum(one, other), np.maximum(one, other)


def _households(
    compound: NDArray[np.int32], times: int, draw: np.random.Generator
) -> NDArray[np.int64]:
    """Return the households of each building: alike in a compound, with towers and shops."""
    usual = draw.uniform(18, 48, 69 * times + 1)  # the last for the streets
    weight = np.clip(np.rint(usual[compound] * draw.uniform(0.6, 1.4, len(compound))), 12, 80)
    kind = draw.random(len(compound))
    weight[kind < 0.02] = 150
    weight[kind > 0.96] = 0
    return weight.astype(np.int64)


def resettled(town: Town, grids: NDArray[np.int64], seed: int = 1) -> Town:
    """Return the town a year later, with *grids* as today's.

    One building in twenty has other households.
    """
    draw = np.random.Generator(np.random.PCG64(seed))
    weight = town.weight.copy()
    drawn = draw.permutation(len(town))[: len(town) // 20]
    weight[drawn] = draw.integers(12, 81, len(drawn))
    return replace(town, weight=weight, existing=grids.astype(np.int32))


def rebuilt(town: Town, grids: NDArray[np.int64], seed: int = 1) -> Town:
    """Return the town some years later, with *grids* as today's: one building in twenty changed.

    A third of those have other households, a third are demolished, and a third are new, beside
    a building that was there and joined to it and to its neighbors in the same cell.
    """
    draw = np.random.Generator(np.random.PCG64(seed))
    each = len(town) // 60
    drawn = draw.permutation(len(town))
    weight = town.weight.copy()
    weight[drawn[:each]] = draw.integers(12, 81, each)
    beside = np.sort(drawn[each : 2 * each])
    rows = np.concatenate([np.arange(len(town)), beside])
    x, y = town.x[rows], town.y[rows]
    x[len(town) :] += STEP / 4
    u, v, soft = list(town.u), list(town.v), list(town.soft)
    inner = ~town.soft
    for number, row in enumerate(beside.tolist(), start=len(town)):
        near = np.concatenate(
            [[row], town.v[inner & (town.u == row)], town.u[inner & (town.v == row)]]
        )
        u += near.tolist()
        v += [number] * len(near)
        soft += [False] * len(near)
    order = np.lexsort((v, u))
    one, other = np.array(u, np.int32)[order], np.array(v, np.int32)[order]
    larger = replace(
        town,
        ids=(*town.ids, *(f"N-{number:06d}" for number in range(each))),
        weight=np.concatenate([weight, draw.integers(12, 81, each)]),
        x=x,
        y=y,
        compound=town.compound[rows],
        cell=town.cell[rows],
        u=one,
        v=other,
        length=np.hypot(x[one] - x[other], y[one] - y[other]),
        soft=np.array(soft, bool)[order],
        existing=np.concatenate([grids, np.full(each, -1)]).astype(np.int32),
    )
    gone = np.zeros(len(larger), bool)
    gone[drawn[2 * each : 3 * each]] = True
    return larger.without(gone)


def _parts(units: int, u: NDArray[np.int32], v: NDArray[np.int32]) -> tuple[int, NDArray[np.int32]]:
    graph = coo_array((np.ones(len(u), np.int8), (u, v)), shape=(units, units))
    count, parts = connected_components(graph, directed=False)
    return int(count), parts.astype(np.int32)


def read(name: str) -> Town | None:
    """Return a real place by the name of its file, such as ``florida25``; None where it is not.

    Files are looked for in the folder that ``GOVTREE_REALDATA`` names, else beside the project.
    """
    path = Path(os.environ.get("GOVTREE_REALDATA", REAL)) / f"{name}.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    units = sorted(told["nodes"], key=lambda unit: unit["id"])
    ids = tuple(unit["id"] for unit in units)
    row = {id: number for number, id in enumerate(ids)}
    pairs = sorted(
        (*sorted((row[pair["u"]], row[pair["v"]])), pair.get("length"), bool(pair.get("soft")))
        for pair in told["edges"]
    )
    x = np.array([unit["x"] for unit in units], np.float64)
    y = np.array([unit["y"] for unit in units], np.float64)
    u = np.array([pair[0] for pair in pairs], np.int32)
    v = np.array([pair[1] for pair in pairs], np.int32)
    cell = np.unique([unit["cell"] for unit in units], return_inverse=True)[1].astype(np.int32)
    existing = told.get("existing")
    return Town(
        name=told["name"],
        ids=ids,
        weight=np.array([unit["weight"] for unit in units], np.int64),
        x=x,
        y=y,
        compound=cell,
        cell=cell,
        community=None,
        u=u,
        v=v,
        length=np.hypot(x[u] - x[v], y[u] - y[v]),
        soft=np.array([pair[3] for pair in pairs], bool),
        target=told["target"],
        tolerance=told["tolerance"],
        parts=told.get("parts"),
        existing=None
        if existing is None
        else np.unique([str(existing[id]) for id in ids], return_inverse=True)[1].astype(np.int32),
    )
