"""A figure that a notebook shows, and its bytes. Imported once matplotlib is known to be there."""

from __future__ import annotations

import io
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

__all__ = ["DPI", "MapFigure", "as_bytes"]

#: Dots an inch of a picture made of dots.
DPI = 150

_UNSAID: dict[str, dict[str, None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
#: Whatever the user's settings are, one figure makes the same bytes. The
#: names of settings are types of their own in some versions, and plain texts in others.
_SETTINGS: Any = {
    "svg.hashsalt": "govtree",
    "svg.fonttype": "path",
    "pdf.fonttype": 3,
    "pdf.compression": 6,
    "path.simplify": True,
    "savefig.bbox": None,
    "savefig.transparent": False,
    "savefig.facecolor": "auto",
    "savefig.edgecolor": "auto",
}


class MapFigure(Figure):
    """A figure that shows itself in a notebook, where pyplot was never asked for."""

    def _repr_png_(self) -> bytes:
        return as_bytes(self, ".png")


def as_bytes(figure: Figure, form: str) -> bytes:
    """Return the picture as a file, without the day and the versions that made it."""
    stream = io.BytesIO()
    with rc_context(_SETTINGS):
        figure.savefig(stream, format=form[1:], dpi=DPI, metadata=_UNSAID[form])
    return stream.getvalue()
