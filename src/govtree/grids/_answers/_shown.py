"""A plan as people see it: one line, a table for a terminal, a table for a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from govtree import _markup

if TYPE_CHECKING:
    from govtree.grids._partition import Partition

__all__ = ["MOST", "html_of", "html_table", "one_line_of", "text_of"]

#: Grids that a page or a terminal shows; the rest are counted.
MOST = 200
#: Compounds that one row names.
_MOST_NAMED = 3

_HEADS = (
    "grid", "{count}", "off", "units", "compounds", "crosses", "cut", "walk", "compact",
)  # fmt: skip
#: Columns of texts; all others are numbers.
_TEXTS = (0, 4)

# Colors of the page's own, whether it is light or dark: only what is out of bounds has one.
_STYLE = (
    ".govtree-plan{color-scheme:light dark;font-variant-numeric:tabular-nums}"
    ".govtree-plan td,.govtree-plan th{padding:.15em .6em;text-align:right}"
    ".govtree-plan .t{text-align:left}"
    ".govtree-plan .out{color:#b00020;color:light-dark(#b00020,#ff8a80);font-weight:600}"
    ".govtree-plan caption{text-align:left;padding:.3em .6em}"
)


def one_line_of(plan: Partition) -> str:
    """Return a plan in one line."""
    number, sizes = plan.summary, ""
    if number.least is not None:
        sizes = f" of {number.least:,} to {number.most:,}"
    left = f", {number.unplaced:,} units in none" if number.unplaced else ""
    grids = "grid" if number.grids == 1 else "grids"
    return (
        f"<Partition: {number.units:,} units with {number.total:,} {plan.map.count} in "
        f"{number.grids:,} {grids}{sizes}, {number.out_of_bounds:,} out of bounds "
        f"{plan.bounds.lowest:,} to {plan.bounds.highest:,}{left}>"
    )


def text_of(plan: Partition) -> str:
    """Return a plan as a table for a terminal; nothing in it is of another's making but ids."""
    cells = [[each.format(count=plan.map.count) for each in _HEADS]]
    cells += [list(map(_markup.one_line, row)) for row in _rows(plan)]
    numbers = [at for at in range(len(_HEADS)) if at not in _TEXTS]
    lines = [one_line_of(plan), *_markup.table(cells, right=numbers)]
    rest = len(plan) - MOST
    if rest > 0:
        lines.append(f"... and {rest:,} more grids")
    return "\n".join(lines)


def html_of(plan: Partition) -> str:
    """Return a plan as a table for a page: everything in it, nothing loaded, nothing run."""
    return html_table(
        one_line_of(plan),
        [each.format(count=plan.map.count) for each in _HEADS],
        _rows(plan),
        texts=_TEXTS,
        out=np.flatnonzero(~plan.table.within).tolist(),
        more=len(plan) - MOST,
    )


def html_table(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    texts: Sequence[int],
    out: Iterable[int] = (),
    more: int = 0,
) -> str:
    """Return a table of grids for a page; the style is its own, and every text is escaped.

    Args:
        caption: What stands above, as :func:`repr` gives it.
        heads: What stands above each column.
        rows: The cells of each grid.
        texts: Columns of texts; all others are numbers.
        out: Rows that are set off.
        more: How many grids more there are.
    """
    sides = [' class="t"' if at in texts else "" for at in range(len(heads))]
    marked = set(out)

    def cells(tag: str, row: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{side}>{_markup.html(cell)}</{tag}>"
            for side, cell in zip(sides, row, strict=True)
        )

    body = "".join(
        ('<tr class="out">' if at in marked else "<tr>") + cells("td", row) + "</tr>"
        for at, row in enumerate(rows)
    )
    rest = (
        f'<tfoot><tr><td class="t" colspan="{len(heads)}">... and {more:,} more grids'
        "</td></tr></tfoot>"
        if more > 0
        else ""
    )
    return (
        f'<div class="govtree-plan"><style>{_STYLE}</style><table>'
        f"<caption>{_markup.html(caption.strip('<>'))}</caption>"
        f"<thead><tr>{cells('th', heads)}</tr></thead><tbody>{body}</tbody>{rest}</table></div>"
    )


def _rows(plan: Partition) -> list[list[str]]:
    """Return the cells of the first grids."""
    table = plan.table
    return [
        [
            table.grid[at],
            f"{table.size[at]:,}",
            f"{table.share[at]:+.0%}" + ("" if table.within[at] else " !"),
            f"{table.units[at]:,}",
            _named(table.compounds[at]),
            f"{table.cells[at]:,}",
            f"{table.cut[at]:,}/{table.inner[at]:,}",
            "" if table.walk[at] != table.walk[at] else f"{table.walk[at]:,.0f} m",
            ""
            if table.compactness[at] != table.compactness[at]
            else f"{table.compactness[at]:.2f}",
        ]
        for at in range(min(len(table), MOST))
    ]


def _named(ids: Sequence[str]) -> str:
    rest = len(ids) - _MOST_NAMED
    return ", ".join(ids[:_MOST_NAMED]) + (f" +{rest:,}" if rest > 0 else "")
