"""Why grids have to be out of bounds, by name, in two languages."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from govtree._wording import Listed, Reason
from govtree.grids._bounds import Bounds
from govtree.grids._map import BuildingMap
from govtree.grids._pieces import CAUSES, Pieces

__all__ = ["TOLD", "asked_reasons", "map_reasons", "piece_reasons", "span"]

#: How many parts have their reasons told. All are counted, and all stand in the table.
TOLD = 50

#: How many units above the bound are named.
_NAMED = 5

#: What lies around a part, whole or not; groups lie inside of grids.
_IN_COMMUNITY = "community {id}", "the part of community {id} around {unit}"
_INSIDE = "grid {id}", "the part of grid {id} around {unit}"


def map_reasons(map: BuildingMap, bounds: Bounds) -> Iterator[Reason]:
    """Give what there is to say of the whole map."""
    if not len(map):
        yield Reason("there are no units")
        return
    count = Reason(map.count)
    total = int(map.weight.sum())
    if total == 0:
        yield Reason("no {count} are counted in any unit", count=count)
        return
    above = int((map.weight > bounds.highest).sum())
    if above == len(map) and above > 1:
        yield Reason(
            "each of the {number} units has more than {highest} {count} alone",
            number=above,
            highest=bounds.highest,
            count=count,
        )
    inhabited = np.where(map.weight > 0, map.weight, map.weight.max())
    least = int(inhabited.argmin())
    if bounds.target < inhabited[least]:
        yield Reason(
            "the target of {target} {count} is below the smallest unit, {unit} with {size}",
            target=f"{float(bounds.target):g}",
            count=count,
            unit=map.ids[least],
            size=int(inhabited[least]),
        )


def piece_reasons(map: BuildingMap, bounds: Bounds, pieces: Pieces) -> Iterator[Reason]:
    """Give what speaks against each part, in order; of many, of the first, and how many more."""
    found = np.flatnonzero(pieces.out)
    places = _Places(map, pieces)
    for piece in found[:TOLD].tolist():
        yield from _of_piece(map, bounds, pieces, piece, places.of(piece))
    if len(found) > TOLD:
        yield Reason(
            "{number} more parts have a grid out of bounds in any plan",
            number=len(found) - TOLD,
        )


def asked_reasons(
    map: BuildingMap,
    compound: int,
    number: int,
    *,
    pieces: int,
    units: int,
    fits: tuple[int, int],
    out: int,
) -> Iterator[Reason]:
    """Give what speaks against a number of grids that was asked for.

    Args:
        map: The buildings.
        compound: The compound that it was asked for, -1 for all.
        number: How many grids.
        pieces: In how many parts they are.
        units: Of how many units.
        fits: The fewest and the most grids that would fit best.
        out: The least number out of bounds, 0 where the number makes it no worse.
    """
    if number < pieces:
        what = Reason(
            "{number} grids are too few for {pieces} parts that no grid may span",
            number=number,
            pieces=pieces,
        )
    elif number > units:
        what = Reason("{number} grids are too many for {units} units", number=number, units=units)
    elif out:
        what = Reason(
            "of {number} grids at least {out} are out of bounds; {span} would fit best",
            number=number,
            out=out,
            span=span(*fits),
        )
    else:
        return
    if compound < 0:
        yield what
    else:
        where = Reason("compound {id}", id=map.compounds[compound])
        yield Reason("{where}: {what}", where=where, what=what)


def span(least: int, most: int) -> Reason:
    """Return a span of whole numbers, which may be one."""
    if least == most:
        return Reason("{number}", number=least)
    return Reason("{least} to {most}", least=least, most=most)


class _Places:
    """What a part is called: by its compound, else its community, else a building of it."""

    def __init__(self, map: BuildingMap, pieces: Pieces) -> None:
        self._map, self._pieces = map, pieces
        self._compound = pieces.shared(map.compound)
        self._community = pieces.shared(map.community)
        self._of_compound = np.bincount(map.compound + 1, minlength=1)
        self._of_community = np.bincount(map.community + 1, minlength=1)

    def of(self, piece: int) -> tuple[Reason, bool]:
        """Return what a part is called, and whether that is a whole compound."""
        map_, units = self._map, int(self._pieces.units[piece])
        unit = map_.ids[int(self._pieces.order[self._pieces.start[piece]])]
        compound, community = int(self._compound[piece]), int(self._community[piece])
        if compound >= 0:
            name = map_.compounds[compound]
            if units == self._of_compound[compound + 1]:
                return Reason("compound {id}", id=name), True
            return Reason("the part of compound {id} around {unit}", id=name, unit=unit), False
        if community >= 0:
            name = map_.communities[community]
            whole, part = _INSIDE if map_.level == "group" else _IN_COMMUNITY
            if units == self._of_community[community + 1]:
                return Reason(whole, id=name), False
            return Reason(part, id=name, unit=unit), False
        return Reason("the part around {unit}", unit=unit), False


def _of_piece(
    map: BuildingMap, bounds: Bounds, pieces: Pieces, piece: int, place: tuple[Reason, bool]
) -> Iterator[Reason]:
    where, is_compound = place
    count, total = Reason(map.count), int(pieces.total[piece])
    units, cause = int(pieces.units[piece]), CAUSES[pieces.cause[piece]]
    lowest, highest = bounds.lowest, bounds.highest
    if cause == "nothing counted":
        yield Reason(
            "{where}: no {count} at all in {units} units; they fit no grid of {lowest} or more",
            where=where,
            count=count,
            units=units,
            lowest=lowest,
        )
    elif cause == "too small":
        yield Reason(
            "{where}: {total} {count} in all, too few for a grid of {lowest}",
            where=where,
            total=total,
            count=count,
            lowest=lowest,
        )
    elif cause == "no number fits":
        behind = Reason("behind one wall") if is_compound else Reason("within hard lines")
        yield Reason(
            "{where}: {total} {count} {behind}; no number of grids of {lowest} to {highest} fits; "
            "nearest: {nearest}",
            where=where,
            total=total,
            count=count,
            behind=behind,
            lowest=lowest,
            highest=highest,
            nearest=_nearest(total, units, bounds),
        )
    elif cause == "no units add up":
        yield Reason(
            "{where}: no units of it add up to grids of {lowest} to {highest} {count}",
            where=where,
            lowest=lowest,
            highest=highest,
            count=count,
        )
    elif cause == "no plan":
        yield Reason(
            "{where}: no way to divide its {units} units keeps every grid within {lowest} to "
            "{highest} {count}; all were tried",
            where=where,
            units=units,
            lowest=lowest,
            highest=highest,
            count=count,
        )
    if pieces.heavy[piece]:
        yield _above(map, bounds, pieces, piece, where)


def _nearest(total: int, units: int, bounds: Bounds) -> Reason:
    """Return the two numbers of grids on both sides of what would fit."""
    fewer = max(1, total // bounds.highest)
    one = (
        Reason("1 grid of {size}", size=total)
        if fewer == 1
        else Reason("{number} grids of {sizes}", number=fewer, sizes=_sizes(total, fewer))
    )
    if fewer >= units:
        return one
    more = Reason("{number} of {sizes}", number=fewer + 1, sizes=_sizes(total, fewer + 1))
    return Reason("{fewer} or {more}", fewer=one, more=more)


def _sizes(total: int, number: int) -> Reason:
    least, over = divmod(total, number)
    if not over:
        return Reason("{number}", number=least)
    return Reason("{least} to {most}", least=least, most=least + 1)


def _above(map: BuildingMap, bounds: Bounds, pieces: Pieces, piece: int, where: Reason) -> Reason:
    """Return which units of a part are above the bound alone, the largest first."""
    rows = pieces.rows(piece)
    rows = rows[map.weight[rows] > bounds.highest]
    count = Reason(map.count)
    largest = rows[np.argsort(-map.weight[rows], kind="stable")][:_NAMED]
    named = tuple(
        Reason("{unit} ({size})", unit=map.ids[row], size=int(map.weight[row]))
        for row in largest.tolist()
    )
    if len(rows) == 1:
        return Reason(
            "{where}: {unit} has more {count} alone than the {highest} of a grid; it could be "
            "divided by entrance",
            where=where,
            unit=named[0],
            count=count,
            highest=bounds.highest,
        )
    return Reason(
        "{where}: {number} units have more {count} alone than the {highest} of a grid and could "
        "be divided by entrance, the largest first: {units}",
        where=where,
        number=len(rows),
        count=count,
        highest=bounds.highest,
        units=Listed(named),
    )
