"""Maps of grids: one picture of a partition, or two side by side."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from govtree._extras import need
from govtree._files import save
from govtree.errors import OutOfRangeError
from govtree.grids._picture import DPI, Picture
from govtree.grids._view import View

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from govtree.grids._partition import Partition

__all__ = ["FORMATS", "as_bytes", "form_of", "plot"]

#: What a map can be written as, by the end of the file's name.
FORMATS = (".png", ".svg", ".pdf")


def plot(
    partition: Partition,
    *,
    title: str | None = None,
    lang: str = "en",
    file: str | os.PathLike[str] | None = None,
    before: Partition | None = None,
    barriers: Iterable[Any] = (),
    labels: int = 80,
    width: float = 10.0,
) -> Figure:
    """Return a map of the grids, and write it to a file where one is named.

    Each grid is an area in a tint that no grid beside it has: told apart without color, too.
    A unit is its outline, else a dot whose area grows with what is counted in it. Grids out of
    bounds have a heavy red edge and say by which bound; where a grid crosses a soft line, the
    pairs across it are dashed. Without positions, the units stand in rows, a block a compound,
    and the picture says that it is no map.

    Nothing of matplotlib's global state changes, and no window opens. On one platform and one
    set of versions, the same partition makes the same bytes.

    Args:
        partition: What is drawn.
        title: What stands above; without it, how many grids there are.
        lang: Language of the words, ``en`` or ``zh``.
        file: Where to write it: ``.png``, ``.svg`` or ``.pdf``; written whole or not at all.
        before: Another partition, drawn to the left, of the same units or some of them. A grid
            has the tint of the one before with which it shares most; units that changed between
            such grids have a black ring.
        barriers: Lines to draw: shapely geometries in the metres of the map.
        labels: How many grids are labelled at most, those out of bounds and large ones first;
            0 or more. A label that would lie upon another is left out, and counted.
        width: Inches of each panel; 2 to 40.

    Returns:
        A ``matplotlib.figure.Figure``.

    Raises:
        MissingExtraError: Without matplotlib (extra ``plot``) or scipy (extra ``partition``).
        OutOfRangeError: If an argument is out of its range.
        FileError: If the file cannot be written.
    """
    if not 2 <= width <= 40:
        raise OutOfRangeError(f"width is {width}; it is inches, 2 to 40")
    if labels < 0:
        raise OutOfRangeError(f"labels is {labels}; it is 0 or more")
    form = None if file is None else form_of(file)
    picture = Picture(lang, labels, width)
    figure = picture.drawn(
        View.of(partition), None if before is None else View.of(before), title, tuple(barriers)
    )
    if file is not None and form is not None:
        save(file, as_bytes(figure, form))
    return figure


def form_of(file: str | os.PathLike[str]) -> str:
    """Return which of :data:`FORMATS` a file is written as.

    Raises:
        OutOfRangeError: If its name ends in none of them.
    """
    form = Path(file).suffix.lower()
    if form not in FORMATS:
        raise OutOfRangeError(f"file ends in '{form}'; a map is written as {', '.join(FORMATS)}")
    return form


def as_bytes(figure: Figure, form: str) -> bytes:
    """Return the picture as a file, without the day and the versions that made it."""
    matplotlib = need("matplotlib", extra="plot")
    unsaid: dict[str, dict[str, None]] = {
        ".png": {"Software": None},
        ".svg": {"Date": None, "Creator": None},
        ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    }
    settings = {
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
    stream = io.BytesIO()
    with matplotlib.rc_context(settings):
        figure.savefig(stream, format=form[1:], dpi=DPI, metadata=unsaid[form])
    return stream.getvalue()
