"""A plan as people see it: one line, a table for a terminal, a table for a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from govtree import _markup
from govtree._messages import say
from govtree.grids._map import SAID

if TYPE_CHECKING:
    from govtree.grids._map import BuildingMap
    from govtree.grids._partition import Partition

__all__ = ["Words", "html_of", "one_line_of", "page", "share", "text_of"]

#: Grids that a page or a terminal shows; the rest are counted.
MOST = 200
#: Compounds that one row names.
_MOST_NAMED = 3
#: Reasons that a page shows; the rest are counted.
_MOST_REASONS = 20

# Colors of the page's own, whether it is light or dark: only what is out of bounds has one.
_STYLE = (
    ".govtree-plan{color-scheme:light dark;font-variant-numeric:tabular-nums}"
    ".govtree-plan td,.govtree-plan th{padding:.15em .6em;text-align:right}"
    ".govtree-plan .t{text-align:left}"
    ".govtree-plan .out{color:#b00020;color:light-dark(#b00020,#ff8a80);font-weight:600}"
    ".govtree-plan caption{text-align:left;padding:.3em .6em}"
)


@frozen
class Words:
    """What the parts of a plan, its units and what is counted in them are called.

    Attributes:
        part: What is drawn: a grid, a building group inside of one, a branch over several.
        parts: Several of them.
        units: What these are drawn over.
        count: What is counted, behind a number.
    """

    part: str
    parts: str
    units: str
    count: str

    @classmethod
    def of(cls, map: BuildingMap, lang: str) -> Words:
        part, parts, units = _LEVELS[map.level]
        return cls(say(part, lang), say(parts, lang), say(units, lang), SAID[map.count].said(lang))


#: What is drawn, one and several, over what.
_LEVELS = {
    "grid": ("grid", "grids", "units"),
    "group": ("building group", "building groups", "units"),
    "branch": ("branch", "branches", "grids"),
}


def one_line_of(plan: Partition, lang: str = "en") -> str:
    """Return a plan in one line."""
    number, words = plan.summary, Words.of(plan.map, lang)
    # Grids that are counted by their number are not told twice.
    over = (
        say("{number} {what}", lang, number=number.units, what=words.units)
        if plan.map.count == "grids"
        else say(
            "{number} {what} with {total} {count}", lang, number=number.units, what=words.units,
            total=number.total, count=words.count,
        )
    )  # fmt: skip
    what = words.part if number.grids == 1 else words.parts
    parts = (
        say("{number} {what}", lang, number=number.grids, what=what)
        if number.least is None or number.most is None
        else say(
            "{number} {what} of {least} to {most}", lang, number=number.grids, what=what,
            least=number.least, most=number.most,
        )
    )  # fmt: skip
    out = say(
        "{number} out of bounds {lowest} to {highest}", lang, number=number.out_of_bounds,
        lowest=plan.bounds.lowest, highest=plan.bounds.highest,
    )  # fmt: skip
    said = say("{over} in {parts}, {out}", lang, over=over, parts=parts, out=out)
    if not number.unplaced:
        return said
    left = say("{number} {what} in none", lang, number=number.unplaced, what=words.units)
    return say("{one}, {other}", lang, one=said, other=left)


def text_of(plan: Partition, lang: str = "en") -> str:
    """Return a plan as a table for a terminal; nothing in it is of another's making but ids."""
    heads, rows, texts = _table(plan, lang)
    cells = [heads, *(list(map(_markup.one_line, row)) for row in rows)]
    widths = [max(map(_markup.width, column)) for column in zip(*cells, strict=True)]
    lines = [one_line_of(plan, lang)]
    for row in cells:
        told = []
        for at, (cell, wide) in enumerate(zip(row, widths, strict=True)):
            gap = " " * (wide - _markup.width(cell))
            told.append(cell + gap if at in texts else gap + cell)
        lines.append("  ".join(told).rstrip())
    rest = len(plan) - MOST
    if rest > 0:
        lines.append(_more(plan, rest, lang))
    return "\n".join(lines)


def html_of(plan: Partition, lang: str = "en") -> str:
    """Return a plan as a table for a page: everything in it, nothing loaded, nothing run."""
    rest = len(plan) - MOST
    heads, rows, texts = _table(plan, lang)
    return page(
        one_line_of(plan, lang),
        heads,
        rows,
        texts=texts,
        is_red=[not each for each in plan.table.within.tolist()],
        more=_more(plan, rest, lang) if rest > 0 else "",
        reasons=[each.said(lang) for each in plan.reasons],
        lang=lang,
    )


def page(
    caption: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    texts: Sequence[int] = (),
    is_red: Sequence[bool] = (),
    more: str = "",
    reasons: Sequence[str] = (),
    lang: str = "en",
) -> str:
    """Return a table for a page, with what stands above and below.

    Args:
        caption: Stands above.
        heads: Of the columns; without any there is no table.
        rows: Cells; all are escaped here.
        texts: Columns that are no numbers.
        is_red: Which rows stand out; none where there are fewer.
        more: Says how many rows are not shown.
        reasons: Stand below, as a list.
        lang: Language of what is added.
    """
    escape = _markup.html

    def row(cells: Iterable[str], tag: str) -> str:
        sides = (' class="t"' if at in texts else "" for at in range(len(heads)))
        return "".join(
            f"<{tag}{side}>{escape(cell)}</{tag}>" for side, cell in zip(sides, cells, strict=True)
        )

    red = [*is_red, *[False] * (len(rows) - len(is_red))]
    body = "".join(
        ('<tr class="out">' if out else "<tr>") + row(cells, "td") + "</tr>"
        for out, cells in zip(red, rows, strict=False)
    )
    foot = (
        f'<tfoot><tr><td class="t" colspan="{len(heads)}">{escape(more)}</td></tr></tfoot>'
        if more
        else ""
    )
    shown = [f"<li>{escape(each)}</li>" for each in reasons[:_MOST_REASONS]]
    rest = len(reasons) - len(shown)
    if rest > 0:
        shown.append(f"<li>{escape(say('... and {number} more', lang, number=rest))}</li>")
    why = f"<ul>{''.join(shown)}</ul>" if shown else ""
    table = (
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{row(heads, 'th')}</tr></thead><tbody>{body}</tbody>{foot}</table>"
        if heads
        else f"<p>{escape(caption)}</p>"
    )
    return f'<div class="govtree-plan"><style>{_STYLE}</style>{table}{why}</div>'


def _more(plan: Partition, rest: int, lang: str) -> str:
    parts = Words.of(plan.map, lang).parts
    return say("... and {number} more {what}", lang, number=rest, what=parts)


def _table(plan: Partition, lang: str) -> tuple[list[str], list[list[str]], tuple[int, ...]]:
    """Return heads, rows, and which columns are texts; all others are numbers."""
    heads, rows = _heads(plan, lang), _rows(plan, lang)
    if plan.map.count != "grids":
        return heads, rows, (0, 4)
    # Grids that are counted by their number are not told twice.
    for row in (heads, *rows):
        del row[3]
    return heads, rows, (0, 3)


def _heads(plan: Partition, lang: str) -> list[str]:
    words = Words.of(plan.map, lang)
    said = ("off target", "compounds", "cells crossed", "neighbors cut", "to the middle", "compact")
    off, *last = (say(each, lang) for each in said)
    return [words.part, words.count, off, words.units, *last]


def _rows(plan: Partition, lang: str) -> list[list[str]]:
    """Return the cells of the first grids."""
    table = plan.table
    return [
        [
            table.grid[at],
            f"{table.size[at]:,}",
            share(table.share[at]) + ("" if table.within[at] else " !"),
            f"{table.units[at]:,}",
            _named(table.compounds[at]),
            f"{table.cells[at]:,}",
            f"{table.cut[at]:,}/{table.inner[at]:,}",
            ""
            if table.walk[at] != table.walk[at]
            else say("{number} m", lang, number=f"{table.walk[at]:,.0f}"),
            ""
            if table.compactness[at] != table.compactness[at]
            else f"{table.compactness[at]:.2f}",
        ]
        for at in range(min(len(table), MOST))
    ]


def share(number: float) -> str:
    """Return a share with its sign; what rounds to nothing has none that differs.

    >>> share(-0.001), share(0.0), share(-0.2)
    ('+0%', '+0%', '-20%')
    """
    said = f"{number:+.0%}"
    return "+0%" if said == "-0%" else said


def _named(ids: Sequence[str]) -> str:
    rest = len(ids) - _MOST_NAMED
    return ", ".join(ids[:_MOST_NAMED]) + (f" +{rest:,}" if rest > 0 else "")
