"""Columns and colors of a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from govtree import _markup

__all__ = ["Ink", "table"]

Color = Literal["red", "yellow", "cyan", "bold", "dim"]

# ECMA-48, Select Graphic Rendition.
_CODES = {"red": "31", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}
_BY_SEVERITY: dict[str, Color] = {
    "error": "red",
    "warning": "yellow",
    "note": "cyan",
    "ok": "dim",
    "off": "dim",
    "partly": "yellow",
    "known": "cyan",
}


class Ink:
    """Puts color around text, or leaves it as it is.

    >>> Ink(False).on("3 errors", "red")
    '3 errors'
    """

    def __init__(self, color: bool) -> None:
        self._color = color

    def on(self, text: str, color: Color) -> str:
        """Return *text* in *color*."""
        return f"\x1b[{_CODES[color]}m{text}\x1b[0m" if self._color and text else text

    def severity(self, text: str, severity: str) -> str:
        """Return *text* in the color of a severity, of "ok", "partly", "known" or "off"."""
        return self.on(text, _BY_SEVERITY[severity])


def table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> list[str]:
    """Return *rows* as lines whose columns line up, full-width characters included.

    Args:
        rows: Cells, escaped already; each row has as many.
        right: Columns that are set to the right.

    >>> table([["网格", "9"], ["branch", "10"]], right=[1])
    ['网格     9', 'branch  10']
    """
    widths = [max(map(_markup.width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
            gap = " " * (width - _markup.width(cell))
            cells.append(gap + cell if at in right else cell + gap)
        lines.append("  ".join(cells).rstrip())
    return lines
