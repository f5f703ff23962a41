"""A table that a notebook shows, with what stands above and below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from govtree import _markup
from govtree._messages import say

__all__ = ["MOST", "page"]

#: Rows that a page or a terminal shows; the rest are counted.
MOST = 200
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
