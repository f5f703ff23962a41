"""Which numbers of grids fit, and how many have to be out of bounds: answered before any search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import index
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from govtree._adjacency import parts_of
from govtree._columns import read_only
from govtree._frames import Cells, plain_frame
from govtree._markup import one_line
from govtree._wording import Reason
from govtree.errors import Location, OutOfRangeError, StructureError, problem
from govtree.grids._bounds import Bounds
from govtree.grids._buildings._map import BuildingMap
from govtree.grids._feasible._pieces import (
    CAUSES,
    Pieces,
    fitting,
    floor_of_group,
    least_of_number,
    proven,
)
from govtree.grids._feasible._reasons import asked_reasons, map_reasons, piece_reasons, span
from govtree.grids._page import page

__all__ = ["Feasibility", "feasibility_of"]


@frozen(eq=False, repr=False)
class Feasibility:
    """What can be said of grids over a map by arithmetic, without a plan.

    It proves what cannot be. What it finds no fault with may still have no plan, because the
    arithmetic does not see which buildings lie beside one another.

    Attributes:
        bounds: What a grid should hold, and may.
        count: What is counted: ``households``, ``occupied`` or ``residents``.
        units: How many units there are.
        total: What is counted in all of them.
        parts: How many parts hard barriers and communities leave. No grid spans two.
        floor: No plan has fewer grids out of bounds than this.
        fewest: The fewest grids with no more than *floor* out of bounds, as far as arithmetic
            tells, if any number is allowed.
        most: The most.
        reasons: Why grids have to be out of bounds, in order of the first unit of each part;
            of many parts the first fifty, and how many more there are.
        part: int32, the part of each unit.
    """

    bounds: Bounds
    count: str
    units: int
    total: int
    parts: int
    floor: int
    fewest: int
    most: int
    reasons: tuple[Reason, ...]
    part: NDArray[np.int32] = field(converter=read_only)
    _pieces: Pieces
    _map: BuildingMap

    @property
    def out_by_part(self) -> NDArray[np.int64]:
        """int64, one a part: 1 where a grid has to be out of bounds, whatever their number."""
        out: NDArray[np.int64] = self._pieces.out
        return out

    @property
    def is_impossible(self) -> bool:
        """Whether it is proven that no plan keeps all grids within bounds."""
        return self.floor > 0

    @property
    def table(self) -> dict[str, tuple[Any, ...]]:
        """Each part as a row, in order of its first unit, by name of column.

        ``first_unit``; ``compound`` and ``community`` where the part lies in one; ``units``;
        ``total``; ``fewest`` and ``most``, the numbers of grids that fit (none where *fewest* is
        above); ``units_above``, alone above the bound; ``out``, 1 where a grid has to be out of
        bounds, whatever their number; ``cause``, the first one.
        """
        return {name: tuple(np.asarray(cells).tolist()) for name, cells in self._columns()}

    def to_frame(self, *, backend: str = "pandas") -> Any:
        """Return the table as a data frame.

        Args:
            backend: ``pandas``, ``polars`` or ``pyarrow``.

        Raises:
            MissingExtraError: If the package is not installed.
            OutOfRangeError: If there is no such backend.
        """
        return plain_frame(self._columns(), backend=backend)

    def _columns(self) -> Iterator[tuple[str, Cells]]:
        pieces, map_ = self._pieces, self._map
        first = pieces.order[pieces.start]
        yield "first_unit", [map_.ids[row] for row in first.tolist()]
        for name, codes, words in (
            ("compound", map_.compound, map_.compounds),
            ("community", map_.community, map_.communities),
        ):
            alone = pieces.shared(codes)
            yield name, [words[at] if at >= 0 else None for at in alone.tolist()]
        yield "units", pieces.units
        yield "total", pieces.total
        yield "fewest", pieces.fewest
        yield "most", pieces.most
        yield "units_above", pieces.heavy
        yield "out", pieces.out
        yield "cause", [CAUSES[code] or None for code in pieces.cause.tolist()]

    def said(self, lang: str = "en") -> str:
        """Return the answer as lines of text in *lang*."""
        head = Reason(
            "{count}: {total}; parts kept apart by hard lines: {parts}; grids of {lowest} to "
            "{highest} that fit best: {span}; out of bounds in any plan: at least {floor}",
            count=self._map.counted,
            total=self.total,
            parts=self.parts,
            lowest=self.bounds.lowest,
            highest=self.bounds.highest,
            span=span(self.fewest, self.most),
            floor=self.floor,
        )
        return "\n".join(each.said(lang) for each in (head, *self.reasons))

    def to_html(self, lang: str = "en") -> str:
        """Return the answer as HTML, as a notebook shows it; all names are escaped.

        Below the answer stand its reasons.

        Args:
            lang: Language of the words, ``en`` or ``zh``.
        """
        head, *_ = self.said(lang).split("\n")
        return page(head, (), (), reasons=[each.said(lang) for each in self.reasons], lang=lang)

    def __repr__(self) -> str:
        head, *_ = self.said().split("\n")
        return f"<Feasibility: {one_line(head)}>"

    def __str__(self) -> str:
        return self.said()

    def _repr_html_(self) -> str:
        return self.to_html()


def feasibility_of(
    map: BuildingMap, bounds: Bounds, *, number: int | Mapping[str, int] | None = None
) -> Feasibility:
    """Return what arithmetic proves of any grids over a map, without looking for a plan.

    Args:
        map: The buildings.
        bounds: What a grid should hold, and may.
        number: How many grids there have to be, over all, or by id of a compound; a compound
            with a number of its own shares no grid with what lies around. None, and for
            compounds that are not named: any number.

    Raises:
        OutOfRangeError: If *number* is below 1.
        StructureError: If it names a compound that is not there, or has one below 1.

    Source: a part without a fixed number has a plan of one grid, so that its floor is 0 or 1
    (:func:`~govtree._recombination._floors.floors`); for fixed numbers see
    :func:`~govtree.grids._feasible._pieces.floor_of_group`.
    """
    wanted = _by_compound(map, number) if isinstance(number, Mapping) else {}
    overall: int | None = None
    if number is not None and not isinstance(number, Mapping):
        try:
            overall = index(number)
        except TypeError:
            raise OutOfRangeError(
                f"number is {str(number)[:40]!r}; grids are counted whole"
            ) from None
    if overall is not None and overall < 1:
        raise OutOfRangeError(f"number is {number}; it has to be 1 or more")
    neighbors = map.neighbors
    joined = map.shared(wanted)
    count, part = parts_of(len(map), neighbors.u[joined], neighbors.v[joined])
    pieces = proven(Pieces.of(count, part, map.weight, bounds), map, joined, bounds)

    own = pieces.shared(map.compound)
    groups = [(int(row), np.flatnonzero(own == row), grids) for row, grids in wanted.items()]
    if overall is not None and count:
        groups = [(-1, np.arange(count), overall)]
    fewest, most = fitting(pieces, np.arange(count))
    floor = int(pieces.out.sum())
    reasons = [*map_reasons(map, bounds), *piece_reasons(map, bounds, pieces)]
    for row, chosen, grids in groups:
        if not len(chosen):
            continue
        out = floor_of_group(pieces, chosen, grids)
        if len(chosen) == 1:
            out = max(out, least_of_number(pieces, map, joined, bounds, int(chosen[0]), grids))
        floor += out - int(pieces.out[chosen].sum())
        reasons += asked_reasons(
            map,
            row,
            grids,
            pieces=len(chosen),
            units=int(pieces.units[chosen].sum()),
            fits=(int(fewest[chosen].sum()), int(most[chosen].sum())),
            out=out if out > pieces.out[chosen].sum() else 0,
        )
    return Feasibility(
        bounds=bounds,
        count=map.count,
        units=len(map),
        total=int(map.weight.sum()),
        parts=count,
        floor=floor,
        fewest=int(fewest.sum()),
        most=int(most.sum()),
        reasons=tuple(reasons),
        part=part,
        pieces=pieces,
        map=map,
    )


def _by_compound(map: BuildingMap, number: Mapping[str, object]) -> dict[int, int]:
    """Return the number of grids of each compound by its row, in order."""
    rows = {name: row for row, name in enumerate(map.compounds)}
    problems = []
    wanted = {}
    for name, grids in number.items():
        where = Location(record=f"grids[{name!r}]")
        if name not in rows:
            problems.append(problem("GT550", where, id=name))
        if isinstance(grids, bool) or not isinstance(grids, int | np.integer) or grids < 1:
            problems.append(problem("GT551", where, id=name, number=repr(grids)))
        elif name in rows:
            wanted[rows[name]] = int(grids)
    if problems:
        raise StructureError(problems)
    return dict(sorted(wanted.items()))
