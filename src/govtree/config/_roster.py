"""The plan of a roster as a file: ``roster.yaml`` beside a structure, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, field, frozen

from govtree import _yaml
from govtree._files import Folder
from govtree.config._decode import Decoder
from govtree.config._records import layout_of, source_of
from govtree.config._schema import FORMAT, LAYOUT, SOURCE, TEXT, ListOf, MapOf, Scalar, Shaped
from govtree.errors import FileError, Location, Problem
from govtree.rosters import FromPlace, RosterPlan
from govtree.tables import Layout, Source

__all__ = ["PLAN", "PlanFile", "load_plan", "plan_text"]

_PLACES = ("file", "sheet")
_NAMED = Shaped(
    "a source",
    {
        **SOURCE.keys,
        "from": Scalar("text", "what is called like the unit of all its rows", _PLACES),
    },
    short="column",
)

#: A plan of a roster.
PLAN = Shaped(
    "a plan of a roster",
    {
        "govtree": Scalar("text", "version of this format", (FORMAT,), code="GT094"),
        "units": MapOf(_NAMED, "by table, where the name of the unit of a row stands"),
        "columns": MapOf(SOURCE, "by table and field, where further fields stand"),
        "ids": MapOf(TEXT, "by table, how ids are made"),
        "covers": MapOf(ListOf(TEXT), "by table, tables of the units that its units cover"),
        **LAYOUT,
    },
    required=("govtree", "units"),
)


@frozen
class PlanFile:
    """A plan, and where it says what.

    Attributes:
        plan: The plan; None where a problem is an error.
        problems: Every problem with the file, sorted.
    """

    plan: RosterPlan | None
    problems: tuple[Problem, ...] = ()
    _decoder: Decoder | None = field(default=None, eq=False, repr=False)

    def placed(self, told: Problem) -> Problem:
        """Return a problem with the plan with the place in the file that it is about."""
        decoder, where = self._decoder, told.where
        if decoder is None or where.file or where.record not in PLAN.keys:
            return told
        for path in ((where.record, where.field), (where.record,), ()):
            spot = decoder.keys.get(path, decoder.spots.get(path))
            if spot is not None:
                at = decoder.source.where(spot)
                return evolve(told, where=at, quote=decoder.source.quote(at.line))
        return told


def load_plan(folder: Folder, name: str, *, file: str = "") -> PlanFile:
    """Return the plan of a roster that a file holds, and every problem with it.

    Args:
        folder: The folder that it lies in.
        name: Its path there.
        file: Its path as problems show it.
    """
    file = file or name
    try:
        data = folder.read_bytes(name, where=Location(file))
    except FileError as refused:
        return PlanFile(None, refused.problems)
    document = _yaml.read(data, file=file, limits=folder.limits)
    if document.root is None:
        return PlanFile(None, document.problems)
    decoder = Decoder(document.source, folder.limits)
    said = decoder.decode(PLAN, document.root, document.root.spot) or {}
    plan = _plan(said, decoder)
    problems = tuple(sorted((*document.problems, *decoder.problems())))
    is_sound = all(each.severity != "error" for each in problems)
    return PlanFile(plan if is_sound else None, problems, decoder)


def plan_text(plan: RosterPlan) -> str:
    """Return a plan as YAML, which :func:`load_plan` reads as the same plan.

    >>> print(plan_text(RosterPlan(units={"household": "房号"}, layout=Layout(header=[3, 4]))))
    govtree: 1
    units: {household: 房号}
    header: [3, 4]
    <BLANKLINE>
    """
    layout, plain = plan.layout, Layout()
    covers: dict[str, list[str]] = {}
    for upper, lower in plan.covers:
        covers.setdefault(upper, []).append(lower)
    said: dict[str, Any] = {
        "govtree": int(FORMAT),
        "units": {table: _written(each) for table, each in plan.units.items()},
        "columns": {name: _written(each) for name, each in plan.columns.items()} or None,
        "ids": dict(plan.ids) or None,
        "covers": {upper: below[0] if len(below) == 1 else below for upper, below in covers.items()}
        or None,
        "fill_down": dict(layout.fill_down) or None,
    }
    for name in ("delimiter", "encoding", "sheet", "totals"):
        value = getattr(layout, name)
        if value != getattr(plain, name):
            said[name] = list(value) if isinstance(value, tuple) else value
    if layout.header != plain.header:
        said["header"] = layout.header[0] if len(layout.header) == 1 else list(layout.header)
    kept = {key: said[key] for key in PLAN.keys if said.get(key) is not None}
    return _yaml.write(kept)


def _plan(said: Mapping[str, Any], decoder: Decoder) -> RosterPlan:
    def sources(key: str) -> dict[str, Any]:
        made = {
            name: _source(decoder, each, (key, name))
            for name, each in (said.get(key) or {}).items()
            if each is not None
        }
        return {name: each for name, each in made.items() if each is not None}

    pairs = [
        (upper, lower)
        for upper, below in (said.get("covers") or {}).items()
        for lower in below or ()
    ]
    return RosterPlan(
        units=sources("units"),
        columns=sources("columns"),
        ids={table: each for table, each in (said.get("ids") or {}).items() if each is not None},
        covers=[(upper, lower) for upper, lower in pairs if lower is not None],
        layout=layout_of(decoder, said, ()),
    )


def _source(
    decoder: Decoder, said: Mapping[str, Any], path: tuple[str, ...]
) -> Source | FromPlace | None:
    place = said.get("from")
    if place is None:
        return source_of(decoder, said, path)
    for key in ("column", "columns", "value"):
        if said.get(key) is not None:
            decoder.say("GT099", decoder.keys[*path, key], key=key, other="from")
            return None
    return FromPlace(place)


def _written(source: Source | FromPlace) -> Any:
    if isinstance(source, FromPlace):
        return {"from": source.place}
    said: dict[str, Any] = {"value": source.value}
    said["column"] = source.columns[0] if len(source.columns) == 1 else None
    said["columns"] = list(source.columns) if len(source.columns) > 1 else None
    said |= {"join": source.join or None, "split": source.split or None}
    kept = {key: each for key, each in said.items() if each is not None}
    return kept["column"] if list(kept) == ["column"] else kept
