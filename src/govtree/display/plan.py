"""A plan of grids as text for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from govtree import _markup
from govtree._messages import say
from govtree.display._terminal import Ink, table
from govtree.display._terms import DOT
from govtree.grids._shown import share

if TYPE_CHECKING:
    from govtree.grids import Partition

__all__ = ["MOST", "counted", "plan_json", "plan_text"]

#: Grids that are printed; the rest is counted.
MOST = 40

#: Compounds of a grid that are named.
_NAMED = 2

#: What is counted, where a number stands before it.
_COUNTED = {"occupied": "occupied households"}


def plan_text(
    plan: Partition,
    *,
    color: bool = False,
    lang: str = "en",
    most: int = MOST,
    name: str = "",
) -> str:
    """Return a plan as text: its grids as a table, exact totals, and the reasons.

    Of many grids those out of bounds are shown first, then the first ones; the others are
    counted.

    Args:
        plan: What is told.
        color: Whether what is out of bounds is colored.
        lang: Language of the words.
        most: Grids that are shown; the rest is counted.
        name: What was divided; stands in the first line.
    """
    ink = Ink(color)
    number, bounds = plan.summary, plan.bounds
    several = "{grids} grids of {lowest} to {highest} {count}: {total} {count} in {units} units"
    one = "{grids} grid of {lowest} to {highest} {count}: {total} {count} in {units} units"
    head = say(
        one if number.grids == 1 else several, lang,
        grids=number.grids, lowest=bounds.lowest, highest=bounds.highest, total=number.total,
        units=number.units, count=counted(plan, lang),
    )  # fmt: skip
    blocks = [[ink.on(f"{_markup.short(name)}: {head}" if name else head, "bold")]]
    blocks.append(_table(plan, ink, lang, most))
    blocks.append(_totals(plan, ink, lang))
    if plan.reasons:
        blocks.append([_markup.one_line(each.said(lang)) for each in plan.reasons])
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def counted(plan: Partition, lang: str) -> str:
    """Return what a plan counts, as it stands behind a number."""
    return say(_COUNTED.get(plan.map.count, plan.map.count), lang)


def _table(plan: Partition, ink: Ink, lang: str, most: int) -> list[str]:
    told = plan.table
    order = sorted(range(len(told)), key=lambda at: (bool(told.within[at]), at))[:most]
    if len(told) <= most:
        order = list(range(len(told)))
    heads = ("grid", plan.map.count, "off target", "units", "compounds", "cells crossed")
    rows = [[say(each, lang) for each in heads]]
    rows += [
        [
            _markup.short(told.grid[at]), f"{told.size[at]:,}", share(told.share[at]),
            f"{told.units[at]:,}", _names(told.compounds[at], lang), f"{told.cells[at]:,}",
        ]
        for at in sorted(order)
    ]  # fmt: skip
    lines = table(rows, right=(1, 2, 3, 5))
    said = [ink.on(lines[0], "dim")]
    for at, line in zip(sorted(order), lines[1:], strict=True):
        said.append(line if told.within[at] else ink.on(line, "red"))
    rest = len(told) - len(order)
    if rest:
        said.append(say("... and {number} more", lang, number=rest))
    return said


def _names(ids: Sequence[str], lang: str) -> str:
    shown = ", ".join(_markup.short(each) for each in ids[:_NAMED])
    rest = len(ids) - _NAMED
    return say("{shown} and {number} more", lang, shown=shown, number=rest) if rest > 0 else shown


def _totals(plan: Partition, ink: Ink, lang: str) -> list[str]:
    number = plan.summary
    out = say(
        "out of bounds {out}: {below} below, {above} above", lang,
        out=number.out_of_bounds, below=number.below, above=number.above,
    )  # fmt: skip
    parts = [ink.on(out, "red") if number.out_of_bounds else out]
    if number.mean_deviation is not None and number.largest_deviation is not None:
        parts.append(
            say(
                "off target by {mean} on average, {largest} at most", lang,
                mean=f"{number.mean_deviation:.1%}", largest=f"{number.largest_deviation:.1%}",
            )
        )  # fmt: skip
    lines = [DOT.join(parts)]
    parts = [say("cells crossed {number}", lang, number=number.cells_crossed)]
    parts.append(say("neighbors parted {share}", lang, share=f"{number.inner_cut:.1%}"))
    if number.walk is not None:
        parts.append(say("to the middle of the grid {metres} m", lang, metres=round(number.walk)))
    lines.append(DOT.join(parts))
    faults = [
        say(template, lang, number=each)
        for template, each in (
            ("grids in several parts {number}", number.not_contiguous),
            ("hard barriers crossed {number}", number.barriers_crossed),
            ("units in no grid {number}", number.unplaced),
        )
        if each
    ]
    if faults:
        lines.append(ink.on(DOT.join(faults), "red"))
    if plan.existing is not None:
        rows = {unit: row for row, unit in enumerate(plan.map.ids)}
        weight = sum(int(plan.map.weight[rows[unit]]) for unit in plan.moved)
        lines.append(
            say(
                "moved {units} units with {weight} {count}", lang, units=len(plan.moved),
                weight=weight, count=counted(plan, lang),
            )
        )  # fmt: skip
    return lines


def plan_json(plan: Partition, *, lang: str = "en") -> dict[str, Any]:
    """Return a plan as plain values, every grid and unit in it."""
    number, bounds = plan.summary, plan.bounds
    names = (
        "grids", "units", "total", "below", "above", "mean_deviation", "largest_deviation",
        "least", "mean", "most", "not_contiguous", "barriers_crossed", "cells_crossed",
        "inner_cut", "walk", "compactness", "unplaced",
    )  # fmt: skip
    return {
        "count": plan.map.count,
        "bounds": {
            "target": float(bounds.target), "lowest": bounds.lowest, "highest": bounds.highest
        },
        "objective": plan.objective,
        "seed": plan.seed,
        "totals": {
            **{each: getattr(number, each) for each in names},
            "lines_crossed": dict(number.lines_crossed),
        },
        "grids": plan.table.rows(),
        "units": plan.labels,
        "moved": list(plan.moved),
        "reasons": [each.said(lang) for each in plan.reasons],
    }  # fmt: skip
