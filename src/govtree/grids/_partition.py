"""A plan of grids: which unit is in which grid, and every question about it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import ArrayLike

from govtree import _frames
from govtree._columns import IntArray, read_only
from govtree._wording import Reason
from govtree.findings import Finding, Report
from govtree.grids import (
    _apply,
    _diff,
    _draw,
    _findings,
    _geojson_out,
    _labels,
    _names,
    _shape,
    _shown,
    _today,
)
from govtree.grids._bounds import Bounds
from govtree.grids._map import BuildingMap
from govtree.grids._table import GridTable, PlanSummary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from govtree.hierarchy import Hierarchy

__all__ = ["TEMPLATE", "Partition"]

#: What grids of a new plan are called, west to east, before they belong to a structure; and
#: groups inside of grids, and branches.
TEMPLATE = "N-{number:03}"
_TEMPLATES = {"grid": TEMPLATE, "group": "G-{number:03}", "branch": "B-{number:03}"}

T = TypeVar("T")


@frozen(eq=False, repr=False)
class Partition:
    """A plan: every unit of a map in one grid.

    Made by ``partition``, by :meth:`of` from today's grids, or by :meth:`from_labels` from a
    plan made by hand. Two plans are equal when they put the same units, of the same weight,
    into grids of the same ids and allow the same sizes.

    Attributes:
        map: The map that was divided.
        grid: int32, for each unit the row in *grids* of its grid; -1 only in what was read
            from a structure, for a unit that lies in none.
        grids: Ids of the grids: from west to east, then from south to north, then by first
            unit; without positions by first unit.
        bounds: What a grid may hold.
        objective: What was sought: ``balanced``, ``compact``, ``least change``; ``given`` for
            what was not searched for.
        seed: What the search began with; None where there was none.
        reasons: What was assumed about the map, then why a plan is as it is, such as a grid
            out of bounds that no plan can avoid.
        existing: The grid that each unit was in before, None for none; None as a whole where
            the plan was made without an earlier one.

    >>> buildings = {"id": ["1栋", "2栋", "3栋", "4栋"], "households": [200, 100, 150, 150]}
    >>> pairs = [("1栋", "2栋"), ("2栋", "3栋"), ("3栋", "4栋")]
    >>> labels = {"1栋": "西", "2栋": "西", "3栋": "东", "4栋": "东"}
    >>> plan = Partition.from_labels(buildings, labels, pairs=pairs)
    >>> plan
    <Partition: 4 units with 600 households in 2 grids of 300 to 300, 0 out of bounds 240 to 360>
    >>> plan.units_of("东"), plan.size_of("东")
    (('3栋', '4栋'), 300)
    >>> other = Partition.from_labels(plan.map, ["A", "B", "B", "B"])
    >>> plan.diff(other).moves
    (Move(unit='2栋', before='西', after='B', weight=100),)
    """

    map: BuildingMap
    grid: IntArray = field(converter=read_only)
    grids: tuple[str, ...]
    bounds: Bounds
    objective: str = "given"
    seed: int | None = None
    reasons: tuple[Reason, ...] = ()
    existing: tuple[str | None, ...] | None = None
    _made: dict[str, Any] = field(factory=dict, init=False)

    # -- making one ------------------------------------------------------------------------

    @classmethod
    def drawn(
        cls,
        map: BuildingMap,
        codes: ArrayLike,
        bounds: Bounds,
        *,
        names: Mapping[int, str] | None = None,
        objective: str = "given",
        seed: int | None = None,
        reasons: Iterable[Reason] = (),
        existing: Sequence[str | None] | None = None,
    ) -> Partition:
        """Return the plan that numbers of grids stand for, its grids in order and named.

        Args:
            map: The map that was divided.
            codes: One a unit, in the order of ``map.ids``: any whole number for a grid, and a
                negative one for none.
            bounds: What a grid may hold.
            names: Id of a grid by its number; those without one are called by
                :data:`TEMPLATE`, and never like another grid or a unit.
            objective: What was sought.
            seed: What the search began with.
            reasons: Why the plan is as it is; what was assumed about the map is put before.
            existing: The grid that each unit was in before.
        """
        given = np.asarray(codes, np.int64)
        distinct, at = np.unique(given, return_inverse=True)
        none = int((distinct < 0).sum())
        grid: IntArray = np.where(given < 0, -1, at - none).astype(np.int32)
        numbers = distinct[none:].tolist()
        order = _shape.west_to_east(map, grid, len(numbers))
        place = np.empty(len(numbers) + 1, np.int32)
        place[order] = np.arange(len(numbers), dtype=np.int32)
        place[-1] = -1
        ids: list[str | None] = [(names or {}).get(numbers[row]) for row in order.tolist()]
        taken = {*map.ids, *map.communities, *map.compounds, *map.buildings, *filter(None, ids)}
        fresh = iter(
            _names.ids_for(
                [""] * ids.count(None),
                template=_TEMPLATES[map.level],
                is_taken=taken.__contains__,
            )
        )
        return cls(
            map,
            place[grid],
            tuple(id if id is not None else next(fresh) for id in ids),
            bounds,
            objective,
            seed,
            (*map.notes, *reasons),
            None if existing is None else tuple(existing),
        )

    @classmethod
    def of(
        cls,
        h: Hierarchy,
        *,
        target: float = 300,
        tolerance: float = 0.2,
        bounds: Bounds | None = None,
        map: BuildingMap | None = None,
        **options: Any,
    ) -> Partition:
        """Return today's grids of a structure as a plan, without any search.

        A building lies in the grid that it names, else in the one that most of its households
        name; a tie goes to the smaller id. A building that is divided by entrance has for each
        entrance the grid that most households there lie in.

        Args:
            h: The structure.
            target: What a grid should hold; above 0.
            tolerance: Share of the target that a grid may be off, 0 to 1.
            bounds: What a grid may hold, in the place of both.
            map: The map of its buildings, where it is made already.
            options: How the map is made: ``count``, ``crs``, ``barriers``, ``pairs``,
                ``reach``, as in ``partition``.

        Raises:
            OutOfRangeError: If an option is out of its range.
            StructureError: If no map can be made of the structure; names every reason.
        """
        asked = Bounds.around(target, tolerance) if bounds is None else bounds
        known = _labels.map_of(h, options, asked) if map is None else map
        codes, ids = _today.grids_of(h, known)
        return cls.drawn(known, codes, asked, names=dict(enumerate(ids)))

    @classmethod
    def from_labels(
        cls,
        units: Any,
        labels: Mapping[Any, Any] | Sequence[Any],
        *,
        target: float = 300,
        tolerance: float = 0.2,
        bounds: Bounds | None = None,
        **options: Any,
    ) -> Partition:
        """Return a plan that was made by hand or by another program.

        What the plan breaks (a grid out of bounds, in several parts, of two communities) is no
        error here: :attr:`report` names it.

        Args:
            units: A :class:`~govtree.grids.BuildingMap`, or whatever ``partition`` takes.
            labels: Grid by id of the unit; of a BuildingMap also a sequence in the order of
                its ids. A grid is a text or a whole number.
            target: What a grid should hold; above 0.
            tolerance: Share of the target that a grid may be off, 0 to 1.
            bounds: What a grid may hold, in the place of both.
            options: How the map is made, where *units* are none: ``count``, ``crs``, ...

        Raises:
            OutOfRangeError: If an option is out of its range.
            StructureError: If a unit has no grid, a label names no unit, or is none; names all.
        """
        asked = Bounds.around(target, tolerance) if bounds is None else bounds
        known = _labels.map_of(units, options, asked)
        grids = _labels.read(known, labels, in_order=known is units)
        ids = sorted(set(grids))
        code = {id: at for at, id in enumerate(ids)}
        return cls.drawn(known, [code[each] for each in grids], asked, names=dict(enumerate(ids)))

    def because(self, *reasons: Reason) -> Partition:
        """Return the plan with more reasons why it is as it is."""
        return evolve(self, reasons=(*self.reasons, *reasons))

    # -- answers ---------------------------------------------------------------------------

    @property
    def labels(self) -> dict[str, str | None]:
        """The grid of each unit by id; None for a unit of a structure that lies in none."""
        names = [*self.grids, None]
        return {id: names[at] for id, at in zip(self.map.ids, self.grid.tolist(), strict=True)}

    @property
    def table(self) -> GridTable:
        """What there is to say of each grid."""
        return self._once(
            "table", lambda: GridTable.of(self.map, self.grid, self.grids, self.bounds)
        )

    @property
    def summary(self) -> PlanSummary:
        """The plan in numbers."""
        return self._once(
            "summary", lambda: PlanSummary.of(self.table, self.map, self.grid, self.bounds)
        )

    @property
    def report(self) -> Report:
        """What the plan breaks, as findings about grids: a report like that of any check.

        Out of bounds, not contiguous, across a hard barrier, in two communities: errors; a
        soft line crossed: a note.

        >>> plan = Partition.from_labels({"id": ["1栋"], "households": [410]}, {"1栋": "N-1"})
        >>> [(each.subject, each.message) for each in plan.report]
        [('N-1', 'holds 410, which is not within 240 to 360')]
        """
        return self._once("report", lambda: _findings.report_of(self))

    @property
    def violations(self) -> tuple[Finding, ...]:
        """The findings of :attr:`report` that are errors, in its order."""
        return tuple(each for each in self.report if each.severity == "error")

    @property
    def is_contiguous(self) -> bool:
        """Whether the units of every grid are joined."""
        return bool((self.table.parts <= 1).all())

    @property
    def is_within_bounds(self) -> bool:
        """Whether every grid holds what it may."""
        return bool(self.table.within.all())

    @property
    def moved(self) -> tuple[str, ...]:
        """Units whose grid is not the one they were in before, by id; new ones are not moved."""
        if self.existing is None:
            return ()
        names = [*self.grids, None]
        return tuple(
            id
            for id, at, was in zip(self.map.ids, self.grid.tolist(), self.existing, strict=True)
            if was is not None and names[at] != was
        )

    def size_of(self, grid: str) -> int:
        """Return what is counted in a grid.

        Raises:
            UnknownIdError: If there is no such grid.
        """
        return int(self.table.size[self._row(grid)])

    def units_of(self, grid: str) -> tuple[str, ...]:
        """Return the units of a grid, in order of id.

        Raises:
            UnknownIdError: If there is no such grid.
        """
        rows = np.flatnonzero(self.grid == self._row(grid)).tolist()
        return tuple(self.map.ids[at] for at in rows)

    def diff(self, other: Partition) -> _diff.PlanDiff:
        """Return what changes from this plan to the *other* one, by what grids share."""
        return _diff.diff(self, other)

    def apply(self, h: Hierarchy, *, template: str = _apply.TEMPLATE) -> _apply.Applied:
        """Return the structure with these grids in the place of those its buildings are in.

        A grid of the plan keeps the id of the old grid in its community with which it shares
        most households: the pair that shares most first, each id once; of equal pairs the one
        of the smaller id. The others get ids by *template*, from west to east. What names a
        kept grid (posts, covers, responsibilities, flags, micro-grids) follows it; what finds
        no successor stands in ``dropped``. Grids in which no unit of the plan lies stay.

        Args:
            h: The structure that the map was made of.
            template: Ids of new grids: ``{number}`` or ``{number:03}`` stands for a number,
                ``{community}`` for the id of the community; an id that is taken is skipped.

        Raises:
            OutOfRangeError: If the template makes no ids.
            StructureError: If units of the plan are not in the structure, or entrances of one
                building are in two grids and the structure has no rows of households to say
                so; names every one.
        """
        return _apply.applied(self, h, template=template)

    # -- other forms -----------------------------------------------------------------------

    def to_frame(self, *, backend: str = "pandas") -> Any:
        """Return a data frame with a row for each unit: unit, grid, what is counted.

        The frame of the grids is ``plan.table.to_frame()``.

        Args:
            backend: ``pandas``, ``polars`` or ``pyarrow``; each is an extra of that name.

        Raises:
            MissingExtraError: If the package is not installed.
            OutOfRangeError: If there is no such backend.
        """
        nothing = np.zeros(len(self.map), np.bool_)
        columns: list[tuple[str, _frames.Plain]] = [
            ("unit", ("texts", list(self.map.ids), None)),
            ("grid", ("texts", list(self.labels.values()), None)),
            (self.map.count, ("wholes", self.map.weight.copy(), nothing)),
        ]
        return _frames.frame_of(columns, backend=backend)

    def to_geojson(self, *, by: Literal["grid", "unit"] = "grid") -> dict[str, Any]:
        """Return the plan as GeoJSON (RFC 7946): plain values, ready for ``json.dumps``.

        Longitude and latitude of WGS 84, also where positions were given in ``gcj02``; where
        the reference system of the map is not known, the map's own metres. The member
        ``govtree`` of the collection says which.

        Args:
            by: ``grid`` has a feature for each grid, with its row of the table: the outlines
                of its units in one, or their points. ``unit`` has one for each unit.

        Raises:
            MissingExtraError: If the extra ``geo`` is not installed and is needed: for
                outlines, or to turn metres into degrees.
            OutOfRangeError: If *by* is something else, or no positions are known.
        """
        return _geojson_out.geojson_of(self, by)

    def plot(
        self,
        *,
        title: str | None = None,
        lang: str = "en",
        file: str | os.PathLike[str] | None = None,
        before: Partition | None = None,
        barriers: Any = None,
        labels: int = 80,
        width: float = 10.0,
    ) -> Figure:
        """Return a map of the grids, and write it to a file where one is named.

        Each grid is an area in a tint that no grid beside it has, told apart in grey, too. A
        unit is its outline, else a dot that grows with what is counted in it. Grids out of
        bounds have a heavy red edge and say by which bound; where a grid crosses a soft line,
        the pairs across it are dashed. Hard barriers are dark, soft lines pale. Without
        positions, units stand in rows, a block a compound, and the picture says that it is no
        map.

        Nothing of matplotlib's global state changes, and no window opens. On one platform and
        one set of versions, the same plan makes the same bytes.

        Args:
            title: What stands above; without it, how many grids there are.
            lang: Language of the words, ``en`` or ``zh``.
            file: Where to write it: ``.png``, ``.svg`` or ``.pdf``; written whole or not at all.
            before: An earlier plan, drawn to the left. A grid has the tint of the one that it
                goes on from, and units that changed between grids have a black ring.
            barriers: Lines to draw, in any form that ``partition`` takes and in the reference
                system of the positions; without them those that the map was made with.
            labels: How many grids are labelled at most, those out of bounds and large ones
                first; 0 or more. Labels that find no room are left out and counted.
            width: Inches of each panel; 2 to 40.

        Returns:
            A ``matplotlib.figure.Figure``.

        Raises:
            MissingExtraError: Without matplotlib (extra ``plot``) or scipy (``partition``).
            OutOfRangeError: If an argument is out of its range.
            FileError: If the file cannot be written.
        """
        return _draw.plot(
            self, title=title, lang=lang, file=file, before=before, barriers=barriers,
            labels=labels, width=width,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.grids)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Partition):
            return NotImplemented
        return (
            self.map.ids == other.map.ids
            and self.map.count == other.map.count
            and np.array_equal(self.map.weight, other.map.weight)
            and self.grids == other.grids
            and np.array_equal(self.grid, other.grid)
            and self.bounds == other.bounds
        )

    def __hash__(self) -> int:
        # Not hash(), which differs from process to process.
        digest = hashlib.blake2b(digest_size=8)
        digest.update("\0".join((*self.map.ids, "", *self.grids)).encode())
        digest.update(self.grid.astype("<i4").tobytes())
        return int.from_bytes(digest.digest(), "big")

    def __getstate__(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in _STATED)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        for name, value in zip((*_STATED, "_made"), (*state, {}), strict=True):
            object.__setattr__(self, name, value)
        read_only(self.grid)

    def said(self, lang: str = "en") -> str:
        """Return the plan as a table of text, ``en`` or ``zh``; ``print(plan)`` is in English.

        >>> plan = Partition.from_labels({"id": ["1栋"], "households": [410]}, {"1栋": "N-1"})
        >>> print(plan.said("zh").splitlines()[0])
        楼栋 1，410 户，分为 1 个网格（410 至 410），超出 240 至 360 的有 1 个
        """
        return _shown.text_of(self, lang)

    def to_html(self, lang: str = "en") -> str:
        """Return the plan as a table of HTML with its reasons, as a notebook shows it.

        Everything is in it, and all names are escaped.

        Args:
            lang: Language of the words, ``en`` or ``zh``.
        """
        return _shown.html_of(self, lang)

    def __repr__(self) -> str:
        return f"<Partition: {_shown.one_line_of(self)}>"

    def __str__(self) -> str:
        return self.said()

    def _repr_html_(self) -> str:
        return self.to_html()

    # -- within ----------------------------------------------------------------------------

    def _row(self, grid: str) -> int:
        rows = self._once("rows", lambda: {id: at for at, id in enumerate(self.grids)})
        if grid not in rows:
            raise _labels.unknown(grid, self.grids)
        return rows[grid]

    def _once(self, name: str, make: Callable[[], T]) -> T:
        """Return what *make* makes, made once; harmless when two threads make it at a time."""
        if name not in self._made:
            self._made[name] = make()
        return cast(T, self._made[name])


_STATED = ("map", "grid", "grids", "bounds", "objective", "seed", "reasons", "existing")
