"""Colors of a terminal."""

from __future__ import annotations

from typing import Literal

__all__ = ["Ink"]

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
