"""``govtree partition``: buildings into grids, today's grids, or what could be."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from govtree._files import save_all
from govtree._json import to_text
from govtree._markup import one_line, short
from govtree._messages import say
from govtree.cli._output import (
    CLEAN,
    FINDINGS,
    has_color,
    language,
    print_json,
    print_text,
    progress,
    read,
    refuse,
    refuse_words,
    warn,
)
from govtree.display.plan import counted, plan_json, plan_text
from govtree.errors import (
    ConfigError,
    FileError,
    MissingExtraError,
    OutOfRangeError,
    Problem,
    StructureError,
    UnknownIdError,
)
from govtree.rosters._csv import csv_of

if TYPE_CHECKING:
    from govtree.config import Examined
    from govtree.grids import Bounds, BuildingMap, Partition
    from govtree.hierarchy import Hierarchy

__all__ = ["grids_of_one", "partition"]

#: Ends of names of files that are maps, not structures.
_MAPS = (".geojson", ".json")


class _Refused(Exception):  # noqa: N818 - never leaves this module
    """There is no structure: the problems."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems


@frozen
class _Source:
    """What is divided.

    Attributes:
        name: What it is called.
        units: The map.
        h: The structure that the map was made of; None for a map alone.
        examined: What came of reading it.
    """

    name: str
    units: BuildingMap
    h: Hierarchy | None
    examined: Examined | None


def partition(told: argparse.Namespace) -> int:
    """Divide buildings into grids, and print the plan."""
    lang = language(told.lang)
    try:
        _require_options(told)
        with progress() as tell:
            source = _source(told, tell)
            if source.examined is not None:
                lang = source.examined.language
            _require_files(told, source)
            if told.feasibility:
                return _feasible(told, source, lang)
            plan, before = _plan(told, source, tell)
            tell("files")
            _write(told, source, plan, before, lang)
    except _Refused as refused:
        return refuse(refused.problems, as_json=told.json, lang=lang)
    except (ConfigError, FileError, StructureError) as error:
        return refuse(error.problems, as_json=told.json, lang=lang)
    except (OutOfRangeError, UnknownIdError, MissingExtraError) as error:
        return refuse_words(one_line(str(error)), as_json=told.json)
    return _print(told, source, plan, lang)


def grids_of_one(h: Hierarchy, compound: str, file: str | None, lang: str) -> int:
    """Print the grids of one compound, drawn anew, and draw them where a file is named.

    Args:
        h: The structure.
        compound: Id of the compound.
        file: The map to write; None for none.
        lang: Language to speak.

    Returns:
        The exit code: clean, or bad input where the map cannot be written.
    """
    from govtree.grids import Bounds, Partition
    from govtree.grids import partition as drawn
    from govtree.grids._cut import cut_out, rows_in
    from govtree.grids._draw import as_bytes, form_of, plot
    from govtree.grids._read import building_map

    head = say("The grids of compound {id}, drawn anew", lang, id=short(compound))
    bounds = Bounds.around(300, 0.2)
    try:
        form = None if file is None else form_of(file)
        units = building_map(h, largest=bounds.highest)
        units = cut_out(units, rows_in(units, compound=compound))
        today = Partition.of(h, map=units, bounds=bounds)
        plan = drawn(units, bounds=bounds)
        if file is not None and form is not None:
            save_all({file: as_bytes(plot(plan, title=compound, before=today, lang=lang), form)})
    except MissingExtraError as error:
        if file is None:
            # Not asked for by name: the rest of the demo needs no extra.
            return print_text(f"\n=== {head} ===\n\n{one_line(str(error))}", CLEAN)
        return refuse_words(one_line(str(error)), as_json=False)
    except OutOfRangeError as error:
        return refuse_words(one_line(str(error)), as_json=False)
    except FileError as error:
        return refuse(error.problems, as_json=False, lang=lang)
    now = say(
        "today: {grids} grids, {out} out of bounds, off target by {largest} at most", lang,
        grids=today.summary.grids, out=today.summary.out_of_bounds,
        largest=f"{today.summary.largest_deviation or 0:.1%}",
    )  # fmt: skip
    text = plan_text(plan, color=has_color(sys.stdout), lang=lang, name=compound)
    last = (
        say("--map FILE draws them", lang)
        if file is None
        else say("written: {file}", lang, file=short(file))
    )
    return print_text(f"\n=== {head} ===\n\n{text}\n{now}\n{last}", CLEAN)


def _require_options(told: argparse.Namespace) -> None:
    """Refuse options that the question leaves no room for, rather than pass over them.

    Raises:
        OutOfRangeError: With all of them.
    """
    searching = ("objective", "seed", "effort", "workers")
    if told.feasibility:
        unfit = _given(told, (*searching, "out", "geojson", "map"))
        if unfit:
            raise OutOfRangeError(f"--feasibility makes no plan; leave out {unfit}")
    if told.today:
        unfit = _given(told, ("grids", *searching))
        if unfit:
            raise OutOfRangeError(f"--today makes no new grids; leave out {unfit}")
    if told.objective == "least-change" and not told.repair:
        raise OutOfRangeError("least-change goes out from today's grids; add --repair")


def _given(told: argparse.Namespace, options: tuple[str, ...]) -> str:
    """Return which of some options were given, in a row."""
    usual = {"objective": None, "seed": 0, "effort": 1, "workers": 1}
    return ", ".join(f"--{each}" for each in options if getattr(told, each) != usual.get(each))


# -- what is divided ------------------------------------------------------------------------------


def _bounds(told: argparse.Namespace) -> Bounds:
    from govtree.grids import Bounds

    if told.bounds is not None:
        if told.tolerance is not None:
            raise OutOfRangeError("--bounds says what a grid may hold; leave out --tolerance")
        lowest, highest = told.bounds
        return Bounds.between(lowest, highest, told.target)
    target = 300 if told.target is None else told.target
    return Bounds.around(target, 0.2 if told.tolerance is None else told.tolerance)


def _source(told: argparse.Namespace, tell: Callable[[str], None]) -> _Source:
    """Return what is divided.

    Raises:
        _Refused: If there is no structure.
        StructureError: If no map can be made of it.
    """
    from govtree.grids._cut import cut_out, rows_in
    from govtree.grids._read import building_map

    options: dict[str, Any] = {
        "count": told.count, "crs": told.crs, "barriers": told.barriers or (),
        "largest": _bounds(told).highest,
    }  # fmt: skip
    path = Path(told.path)
    h, examined, name = None, None, path.name
    if path.suffix.lower() in _MAPS:
        tell(path.name)
        units = building_map(told.path, **options)
    else:
        examined = read(told.path, told.lang, tell)
        if examined.structure is None:
            raise _Refused(examined.problems)
        h = examined.structure.hierarchy
        name = h.name
        tell("map")
        units = building_map(h, **options)
    if told.compound is not None or told.community is not None:
        chosen = rows_in(units, compound=told.compound, community=told.community)
        units = cut_out(units, chosen)
        name = told.compound or told.community
    return _Source(name, units, h, examined)


def _plan(
    told: argparse.Namespace, source: _Source, tell: Callable[[str], None]
) -> tuple[Partition, Partition | None]:
    """Return the plan, and today's where the plan goes out from it."""
    from govtree.grids import Partition
    from govtree.grids import partition as drawn

    bounds = _bounds(told)
    today = None
    if told.today or told.repair:
        if source.h is None:
            raise OutOfRangeError("only a structure has grids today; a map of buildings has none")
        today = Partition.of(source.h, map=source.units, bounds=bounds)
        if told.today:
            return today, None
    tell("grids")
    # What goes out from a plan seeks the least change where nothing else is asked for.
    objective = None if told.objective is None else told.objective.replace("-", " ")
    with _pool(told.workers) as executor:
        plan = drawn(
            source.units, bounds=bounds, grids=told.grids, existing=today,
            objective=objective, seed=told.seed, effort=told.effort,
            progress=lambda done, of: tell(f"grids {done}/{of}"), executor=executor,
        )  # fmt: skip
    return plan, today


@contextmanager
def _pool(workers: int) -> Iterator[Executor | None]:
    """Yield what divides the work over processes, or None for this one alone."""
    if workers == 1:
        yield None
        return
    with ProcessPoolExecutor(workers) as pool:
        yield pool


# -- what comes out -------------------------------------------------------------------------------


def _require_files(told: argparse.Namespace, source: _Source) -> None:
    """Refuse files that cannot be meant, before anything is searched for.

    Raises:
        OutOfRangeError: If a file would be written twice, or over one that was read; or if the
            name of a map does not say what it is.
    """
    kept = {told.path, *(told.barriers or ())}
    structure = None if source.examined is None else source.examined.structure
    if structure is not None:
        kept |= {*structure.files}
        h = structure.hierarchy
        sources = (h.sources(name) for name in h.tables)
        kept |= {part.at(0).file for each in sources if each is not None for part in each.parts}
    taken = {Path(each).resolve() for each in kept if each}
    for each in _files(told):
        if Path(each).resolve() in taken:
            raise OutOfRangeError(
                f"'{short(each)}' is a file that was read or is written twice; name another file"
            )
        taken.add(Path(each).resolve())
    if told.map is not None:
        from govtree.grids._draw import form_of

        form_of(told.map)


def _files(told: argparse.Namespace) -> list[str]:
    return [each for each in (told.out, told.geojson, told.map) if each is not None]


def _write(
    told: argparse.Namespace,
    source: _Source,
    plan: Partition,
    before: Partition | None,
    lang: str,
) -> None:
    """Write the files that are asked for, all or none.

    Raises:
        FileError: If one cannot be written.
    """
    files: dict[str, bytes] = {}
    if told.out is not None:
        labels = plan.labels
        files[told.out] = csv_of(["unit", "grid"], [list(labels), list(labels.values())])
    if told.geojson is not None:
        files[told.geojson] = (to_text(plan.to_geojson()) + "\n").encode()
    if told.map is not None:
        from govtree.grids._draw import as_bytes, form_of, plot

        figure = plot(plan, title=_title(source, plan, before, lang), lang=lang, before=before)
        files[told.map] = as_bytes(figure, form_of(told.map))
    if files:
        save_all(files)


def _title(source: _Source, plan: Partition, before: Partition | None, lang: str) -> str:
    """Return what stands above the map."""
    if before is not None:
        return source.name
    number = plan.summary
    said = say(
        "{grids} grids, {total} {count}, {out} out of bounds", lang, grids=number.grids,
        total=number.total, out=number.out_of_bounds, count=counted(plan, lang),
    )  # fmt: skip
    return f"{source.name}: {said}"


def _feasible(told: argparse.Namespace, source: _Source, lang: str) -> int:
    """Print what can be, before any search."""
    from govtree.grids._feasibility import feasibility_of

    found = feasibility_of(source.units, _bounds(told), number=told.grids)
    code = FINDINGS if found.is_impossible else CLEAN
    if not told.json:
        if source.examined is not None:
            warn(source.examined)
        return print_text("\n".join(map(one_line, found.said(lang).split("\n"))), code)
    table = found.table
    rows = [
        dict(zip(table, map(_plain, cells), strict=True))
        for cells in zip(*table.values(), strict=True)
    ]
    values = {
        "ok": code == CLEAN, "count": found.count,
        "bounds": {"target": float(found.bounds.target), "lowest": found.bounds.lowest,
                   "highest": found.bounds.highest},
        "units": found.units, "total": found.total, "floor": found.floor,
        "fewest": found.fewest, "most": found.most, "parts": rows,
        "reasons": [each.said(lang) for each in found.reasons],
    }  # fmt: skip
    return print_json(values, code)


def _plain(cell: Any) -> Any:
    """Return a cell without its type of array."""
    return cell.item() if hasattr(cell, "item") else cell


def _print(told: argparse.Namespace, source: _Source, plan: Partition, lang: str) -> int:
    code = FINDINGS if plan.violations else CLEAN
    files = _files(told)
    if told.json:
        values = {"ok": code == CLEAN, "name": source.name, **plan_json(plan, lang=lang)}
        if source.examined is not None:
            values["problems"] = [each.as_json(lang) for each in source.examined.problems]
        return print_json({**values, "files": files}, code)
    if source.examined is not None:
        warn(source.examined)
    text = plan_text(plan, color=has_color(sys.stdout), lang=lang, most=told.rows, name=source.name)
    written = [say("written: {file}", lang, file=short(os.fspath(each))) for each in files]
    return print_text("\n\n".join([text, *(["\n".join(written)] if written else [])]), code)
