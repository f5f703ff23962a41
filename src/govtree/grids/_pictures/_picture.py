"""The picture of one plan, or of two side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from govtree._extras import need
from govtree._messages import say
from govtree._wording import Reason
from govtree.grids._answers._shown import Words
from govtree.grids._pictures._colors import TINTS
from govtree.grids._pictures._layout import crossing_pairs, round_length, triangles_inside
from govtree.grids._pictures._letters import Letters
from govtree.grids._pictures._view import View, candidates, moved, tints

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from govtree._adjacency import Barriers
    from govtree.grids._bounds import Bounds

__all__ = ["Picture"]

#: Lines that part what lies on both sides: soft, hard.
_WALL = ("#b8b8b8", "#3f4a5a")
_RED, _INK, _QUIET, _ROAD = "#c1121f", "#1b1b1b", "#777777", "#5a3e9b"
_POINTS = 72.0
#: Inches above a panel for the title, and below it for the legend.
_HEAD, _FOOT, _SIDE = 0.55, 0.8, 0.25
#: Beyond so many units they are pixels in an SVG or PDF, too, which no program opens otherwise.
_AS_PIXELS = 4_000


class Picture:
    """One figure, as it is drawn."""

    def __init__(self, lang: str, labels: int, width: float) -> None:
        self._letters = Letters.installed()
        # Words that no font can show are said in English.
        is_shown = self._letters.can_show(say("grids", lang))
        self._lang = lang if is_shown else "en"
        self._labels = labels
        self._width = width
        self._unlabelled = 0

    def drawn(
        self,
        view: View,
        before: View | None,
        title: str | None,
        barriers: Barriers | None,
    ) -> Figure:
        views = [view] if before is None else [before, view]
        lows, highs = zip(*(each.places.limits() for each in views), strict=True)
        low, high = np.min(lows, axis=0), np.max(highs, axis=0)
        # Room for the scale bar.
        low[1] -= 0.045 * max(high - low)
        low, high = _at_least_a_third(low, high)
        wide = self._width
        tall = wide * float((high[1] - low[1]) / (high[0] - low[0]))
        # Text and legend need their room, however narrow the map is.
        total = np.array([
            len(views) * wide + (len(views) + 1) * _SIDE, tall + _HEAD + _FOOT
        ])  # fmt: skip
        need("matplotlib.figure", extra="plot")
        from govtree.grids._pictures._map_figure import DPI, MapFigure

        # Known to matplotlib, though not to its types.
        no_layout: Any = "none"
        figure = MapFigure(
            figsize=tuple(total), dpi=DPI, facecolor="white", edgecolor="white", layout=no_layout
        )
        need("matplotlib.backends.backend_agg", extra="plot").FigureCanvasAgg(figure)
        painted = tints(views)
        changed = np.zeros(0, bool) if before is None else moved(before, view)
        scale = wide * _POINTS / float(high[0] - low[0])
        for at, each in enumerate(views):
            left = (_SIDE + at * (wide + _SIDE)) / total[0]
            axes = figure.add_axes((left, _FOOT / total[1], wide / total[0], tall / total[1]))
            _bare(axes, low, high)
            self._panel(axes, each, painted[at], scale, barriers)
            if each is view and changed.any():
                xy = each.places.xy[changed]
                axes.scatter(
                    xy[:, 0], xy[:, 1], s=(0.5 * each.places.spacing * scale) ** 2, zorder=6,
                    facecolors="none", edgecolors=_INK,
                    linewidths=min(1.2, 0.06 * each.places.spacing * scale),
                )  # fmt: skip
            if len(views) > 1:
                said = self._say("before") if each is before else self._say("after")
                self._write(figure, left, 1 - 0.42 / total[1], f"{said}: {self._numbers(each)}", 10)
        self._heading(figure, total, views, title)
        self._legend(figure, total, view, changed, barriers)
        return figure

    def _say(self, template: str, **values: object) -> str:
        return say(template, self._lang, **values)

    def _write(
        self, figure: Figure, x: float, y: float, text: str, size: float, color: str = _INK
    ) -> None:
        figure.text(
            x, y, self._letters.shown(text), color=color, va="baseline", **self._letters.like(size)
        )

    # -- one panel -----------------------------------------------------------------------------

    def _panel(
        self,
        axes: Any,
        view: View,
        tints: Sequence[str],
        scale: float,
        barriers: Barriers | None,
    ) -> None:
        collections = need("matplotlib.collections", extra="plot")
        units, places, grid = view.units, view.places, view.grid
        pairs = units.neighbors
        pixels = len(units) > _AS_PIXELS
        of_unit = _rgba(tints)[grid]
        crossing = crossing_pairs(view.plan)
        inside = (grid[pairs.u] == grid[pairs.v]) & (grid[pairs.u] < len(view.plan))
        lines = np.stack([places.xy[pairs.u], places.xy[pairs.v]], axis=1)
        triangles = triangles_inside(pairs.units, pairs.u[inside], pairs.v[inside])
        band = max(1.5, 0.6 * places.spacing * scale)
        edge = min(6.0, 0.25 * band)
        out = view.is_out
        shapes = None if units.outlines is None else _shapes(units.outlines)

        def areas(rows: NDArray[np.bool_], wider: float, color: Any, order: float) -> None:
            """Draw grids as areas: their triangles, their pairs as bands, their units as dots."""
            tri, pair, unit = rows[grid[triangles[:, 0]]], inside & rows[grid[pairs.u]], rows[grid]
            painted: Any = color
            if shapes is not None:
                fill = painted if painted is not None else of_unit[unit]
                axes.add_collection(collections.PathCollection(
                    [shapes[row] for row in np.flatnonzero(unit)], facecolors=fill,
                    edgecolors=fill, linewidths=0.25 * band + wider, joinstyle="round",
                    zorder=order, rasterized=pixels,
                ), autolim=False)  # fmt: skip
            fill = painted if painted is not None else of_unit[triangles[tri][:, 0]]
            axes.add_collection(collections.PolyCollection(
                places.xy[triangles[tri]], facecolors=fill, edgecolors=fill,
                linewidths=wider, zorder=order, antialiaseds=True, rasterized=pixels,
            ), autolim=False)  # fmt: skip
            fill = painted if painted is not None else of_unit[pairs.u[pair]]
            axes.add_collection(collections.LineCollection(
                lines[pair], colors=fill, linewidths=band + wider, capstyle="round",
                zorder=order, rasterized=pixels,
            ), autolim=False)  # fmt: skip
            fill = painted if painted is not None else of_unit[unit]
            axes.scatter(
                places.xy[unit, 0], places.xy[unit, 1], s=(band + wider) ** 2, c=fill,
                linewidths=0, marker="o", zorder=order, rasterized=pixels,
            )  # fmt: skip

        every = np.r_[np.ones(len(view.plan), bool), False]
        areas(every, 0.2 * edge + 0.4, "#8c8c8c", 1.0)
        areas(np.r_[out, False], edge + 0.6, _RED, 1.1)
        areas(every, 0.0, None, 1.2)
        if not pixels:
            quiet = inside & ~crossing
            axes.add_collection(collections.LineCollection(
                lines[quiet], colors=_INK, alpha=0.16, linewidths=0.6, zorder=2,
            ), autolim=False)  # fmt: skip
        if shapes is None:
            self._dots(axes, view, band, tints, pixels=pixels)
        else:
            shades = _rgba([_darker(each, 0.86) for each in tints])
            axes.add_collection(collections.PathCollection(
                shapes, facecolors=shades[grid], edgecolors="#5c5c5c",
                linewidths=0.5, zorder=3, rasterized=pixels,
            ), autolim=False)  # fmt: skip
        axes.add_collection(collections.LineCollection(
            lines[crossing], colors=_ROAD, linewidths=min(1.4, 0.12 * band),
            linestyles=[(0, (3, 2))], zorder=5,
        ), autolim=False)  # fmt: skip
        for hard, paths in _paths(barriers):
            axes.add_collection(collections.LineCollection(
                paths, colors=_WALL[hard], linewidths=1.8 if hard else 1.2,
                zorder=2.5 if hard else 2.4,
            ), autolim=False)  # fmt: skip
        if not places.is_scheme:
            self._scale_bar(axes)
        self._name_grids(axes, view)

    def _dots(
        self, axes: Any, view: View, band: float, tints: Sequence[str], *, pixels: bool
    ) -> None:
        weight, xy = view.units.weight.astype(float), view.places.xy
        # The usual unit fills a third of the band; one far larger stays inside of it.
        usual = float(np.median(weight[weight > 0])) if (weight > 0).any() else 1.0
        share = np.clip(weight / usual, 0.1, 3.0) * 0.22
        shades = _rgba([_darker(each) for each in tints])
        axes.scatter(
            xy[:, 0], xy[:, 1], s=np.maximum(share * band**2, 0.4),
            c=shades[view.grid], linewidths=0, zorder=3, rasterized=pixels,
        )  # fmt: skip

    def _scale_bar(self, axes: Any) -> None:
        (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
        length = round_length((right - left) / 4)
        x, y = left + 0.02 * (right - left), low + 0.02 * (high - low)
        effects = need("matplotlib.patheffects", extra="plot")
        halo = [effects.withStroke(linewidth=5, foreground="white")]
        axes.plot(
            [x, x + length], [y, y], color=_INK, linewidth=2.5, solid_capstyle="butt", zorder=9,
            path_effects=halo,
        )  # fmt: skip
        said = (
            self._say("{number} km", number=f"{length / 1000:g}")
            if length >= 1000
            else self._say("{number} m", number=f"{length:g}")
        )
        axes.annotate(
            self._letters.shown(said), (x, y), (0, 4), textcoords="offset points", zorder=9,
            color=_INK, path_effects=_halo(), **self._letters.like(8),
        )  # fmt: skip

    # -- labels --------------------------------------------------------------------------------

    def _name_grids(self, axes: Any, view: View) -> None:
        """Write names and sizes on as many grids as have room, those out of bounds first."""
        sizes, out = view.plan.table.size, view.is_out
        order = sorted(range(len(view.plan)), key=lambda each: (not out[each], -sizes[each], each))
        size = 8.0 if len(view.plan) <= 80 else 6.5
        renderer = axes.figure.canvas.get_renderer()
        frame = axes.get_window_extent(renderer)
        taken: list[Any] = []
        for grid in order[: self._labels]:
            text = self._label(view.plan.grids[grid], int(sizes[grid]), view.plan.bounds)
            color = _RED if out[grid] else _INK
            label = axes.text(
                0, 0, text, ha="center", va="center", color=color, zorder=8, linespacing=1.05,
                path_effects=_halo(), clip_on=False, **self._letters.like(size),
            )  # fmt: skip
            for x, y in candidates(view, grid):
                label.set_position((x, y))
                box = label.get_window_extent(renderer).padded(1.0)
                inside = (
                    frame.x0 <= box.x0 and box.x1 <= frame.x1
                    and frame.y0 <= box.y0 and box.y1 <= frame.y1
                )  # fmt: skip
                if inside and not any(box.overlaps(other) for other in taken):
                    taken.append(box)
                    break
            else:
                label.remove()
        self._unlabelled += len(view.plan) - len(taken)

    def _label(self, name: str, size: int, bounds: Bounds) -> str:
        said = f"{size:,}"
        if size > bounds.highest:
            said = f"{size:,} > {bounds.highest:,}"
        elif size < bounds.lowest:
            said = f"{size:,} < {bounds.lowest:,}"
        whole = self._letters.shown(name)
        return f"{whole if len(whole) <= 16 else whole[:15] + '…'}\n{said}"

    # -- around the panels ---------------------------------------------------------------------

    def _numbers(self, view: View) -> str:
        several = "{grids} grids, {total} {count}, {out} out of bounds"
        others = "{grids} {what}, {total} {count}, {out} out of bounds"
        return self._say(
            several if view.units.level == "grid" else others,
            what=Words.of(view.units, self._lang).parts, grids=len(view.plan),
            total=view.plan.summary.total, out=int(view.is_out.sum()),
            count=view.units.counted.said(self._lang),
        )  # fmt: skip

    def _heading(
        self, figure: Figure, total: NDArray[np.float64], views: Sequence[View], title: str | None
    ) -> None:
        head = self._numbers(views[-1]) if title is None else title
        if title is None and len(views) > 1:
            head = self._say("before and after")
        above = 0.2 if len(views) > 1 else 0.32
        self._write(figure, _SIDE / total[0], 1 - above / total[1], head, 13)

    def _legend(
        self, figure: Figure, total: NDArray[np.float64], view: View, moved: NDArray[np.bool_],
        barriers: Barriers | None,
    ) -> None:  # fmt: skip
        Line = need("matplotlib.lines", extra="plot").Line2D  # noqa: N806 - a class
        Patch = need("matplotlib.patches", extra="plot").Patch  # noqa: N806 - a class
        out, bounds, units = view.is_out, view.plan.bounds, view.units
        words = Words.of(units, self._lang)
        entries = [
            (
                Patch(facecolor=TINTS[1], edgecolor="#8c8c8c", linewidth=0.8),
                self._say(
                    "{what} of {lowest} to {highest}: {number}", what=words.part,
                    lowest=bounds.lowest, highest=bounds.highest, number=int((~out).sum()),
                ),
            ),
            (
                Patch(facecolor=TINTS[1], edgecolor=_RED, linewidth=2.5),
                self._say("{what} out of bounds: {number}", what=words.part, number=int(out.sum())),
            ),
        ]  # fmt: skip
        mark = {"linestyle": "none", "markeredgewidth": 0.0, "color": _darker(TINTS[1])}
        kind = "o" if units.outlines is None else "s"
        entries.append((
            Line([], [], marker=kind, markersize=6, **mark),
            self._say("{what}, by their {count}: {number}", what=words.units,
                      count=words.count, number=len(units)),
        ))  # fmt: skip
        if crossed := view.plan.summary.cells_crossed:
            entries.append((
                Line([], [], color=_ROAD, linewidth=1.4, linestyle=(0, (3, 2))),
                self._say("soft line crossed: {number}", number=crossed),
            ))  # fmt: skip
        if len(moved):
            entries.append((
                Line([], [], marker="o", markersize=7, linestyle="none", markerfacecolor="none",
                     markeredgecolor=_INK, markeredgewidth=1.2),
                self._say("moved: {number} units, {weight} {count}", number=int(moved.sum()),
                          weight=int(units.weight[moved].sum()),
                          count=units.counted.said(self._lang)),
            ))  # fmt: skip
        for hard, _ in _paths(barriers):
            entries.append((
                Line([], [], color=_WALL[hard], linewidth=1.8 if hard else 1.2),
                self._say("hard barrier" if hard else "soft line"),
            ))  # fmt: skip
        figure.legend(
            [handle for handle, _ in entries],
            [self._letters.shown(text) for _, text in entries],
            loc="upper left", bbox_to_anchor=(_SIDE / total[0], (_FOOT - 0.08) / total[1]),
            ncols=3, frameon=False, borderaxespad=0.0, borderpad=0.0, columnspacing=1.6,
            handlelength=1.8, handletextpad=0.6, labelspacing=0.45,
            prop=self._letters.properties(8.5), labelcolor=_INK,
        )  # fmt: skip
        # After everything else was written: it tells what could not be.
        rows = -(-len(entries) // 3)
        y = (_FOOT - 0.3 - 0.2 * rows) / total[1]
        notes = list(self._notes(view))
        if notes:
            self._write(figure, _SIDE / total[0], y, " · ".join(notes), 7.5, _QUIET)

    def _notes(self, view: View) -> Iterable[str]:
        if self._unlabelled:
            yield self._say("grids without a label: {number}", number=self._unlabelled)
        if view.places.is_scheme:
            yield self._say("no positions are known: a scheme, not a map")
        if self._letters.absent:
            why = Reason(
                "no installed font has {number} of the characters; install Noto Sans CJK",
                number=self._letters.absent,
            )
            yield why.said(self._lang)


def _bare(axes: Any, low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    axes.set_autoscale_on(False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor("#fafafa")
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set(color="#cccccc", linewidth=0.8, visible=True)


def _at_least_a_third(
    low: NDArray[np.float64], high: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return corners of which no side is shorter than a third of the other."""
    side = high - low
    wanted = np.maximum(side, np.array([side[1] / 1.3, side[0] / 3]))
    middle = (low + high) / 2
    return middle - wanted / 2, middle + wanted / 2


def _shapes(outlines: NDArray[Any]) -> list[Any]:
    """Return outlines as paths of matplotlib, holes and all; that of a missing one is empty."""
    Path = need("matplotlib.path", extra="plot").Path  # noqa: N806 - a class
    shapely = need("shapely", extra="geo")
    drawn = []
    for outline in outlines:
        rings = [] if outline is None else shapely.get_rings(outline)
        parts = [Path(shapely.get_coordinates(ring), closed=True) for ring in rings]
        drawn.append(Path.make_compound_path(*parts) if parts else Path(np.zeros((0, 2))))
    return drawn


def _paths(barriers: Barriers | None) -> Iterator[tuple[bool, list[NDArray[np.float64]]]]:
    """Yield the lines of soft and of hard barriers, those of areas their edges."""
    if barriers is None or not len(barriers):
        return
    shapely = need("shapely", extra="geo")
    for hard in (False, True):
        parts = _parts(barriers.shapes[barriers.hard == hard])
        areas = shapely.get_dimensions(parts) == 2
        lines = np.concatenate([parts[~areas], _parts(shapely.boundary(parts[areas]))])
        lines = lines[shapely.get_dimensions(lines) == 1]
        if len(lines):
            yield hard, [shapely.get_coordinates(line) for line in lines]


def _parts(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return shapes without any that hold others."""
    shapely = need("shapely", extra="geo")
    # A collection may hold a line of several parts.
    parts: NDArray[Any] = shapely.get_parts(shapely.get_parts(shapes))
    return parts


def _halo() -> list[Any]:
    effects = need("matplotlib.patheffects", extra="plot")
    return [effects.withStroke(linewidth=2.2, foreground="white")]


def _rgba(colors: Sequence[str]) -> NDArray[np.float64]:
    parts = [[int(each[at : at + 2], 16) / 255 for at in (1, 3, 5)] + [1.0] for each in colors]
    return np.array(parts).reshape(-1, 4)


def _darker(color: str, share: float = 0.55) -> str:
    """Return a color with less light."""
    parts = (round(int(color[at : at + 2], 16) * share) for at in (1, 3, 5))
    return "#" + "".join(f"{each:02x}" for each in parts)
