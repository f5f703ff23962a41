"""Maps of grids: one picture of a partition, or two side by side."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from govtree._adjacency import Barriers, Projection
from govtree._extras import need
from govtree._files import save
from govtree.errors import OutOfRangeError
from govtree.grids._buildings._geojson import read_barriers
from govtree.grids._buildings._map import BuildingMap
from govtree.grids._pictures._picture import Picture
from govtree.grids._pictures._view import View

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
    barriers: Any = None,
    labels: int = 80,
    width: float = 10.0,
) -> Figure:
    """Return a map of the grids; see :meth:`govtree.grids.Partition.plot`."""
    if not 2 <= width <= 40:
        raise OutOfRangeError(f"width is {width}; it is inches, 2 to 40")
    if labels < 0:
        raise OutOfRangeError(f"labels is {labels}; it is 0 or more")
    form = None if file is None else form_of(file)
    picture = Picture(lang, labels, width)
    figure = picture.drawn(
        View.of(partition),
        None if before is None else View.of(before),
        title,
        _lines(partition.map, barriers),
    )
    if file is not None and form is not None:
        save(file, as_bytes(figure, form))
    return figure


def _lines(units: BuildingMap, barriers: Any) -> Barriers | None:
    """Return the lines to draw, in the metres of the map."""
    if barriers is None:
        return units.barriers
    return read_barriers(barriers).projected(Projection(units.crs, units.metric))


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
    need("matplotlib", extra="plot")
    from govtree.grids._pictures import _map_figure

    return _map_figure.as_bytes(figure, form)
