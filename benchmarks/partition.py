"""Dividing buildings into grids beside other libraries, each in a process of its own.

``python benchmarks/partition.py WAY TOWN.npz PLAN.npz`` is what those processes run.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import dividers
import numpy as np
import towns
from figure import Figure, Sample, Text, short
from judge import Verdict, grids_by_arithmetic, judge, moved
from numpy.typing import NDArray
from towns import Town

NOTE = """\
Made-up counties of `benchmarks/towns.py` (69 compounds, about 2,000 buildings, 77,000
households; ten and a hundred times as many), once with a wall around each compound, a hard
barrier, and once without, its line being soft; a river is hard, main roads are soft. Grids shall
have 240 to 360 households. `arkansas-blockgroups` and the other real places are read where they
lie beside the project. One judge, `benchmarks/judge.py`, looks at every plan and knows none of
the libraries. The floor is the least number of grids out of bounds that any plan has, by
arithmetic over the parts that hard barriers leave; the least mean deviation is what that number
of grids in each part leaves even where buildings could be cut at will.

Each library runs in a process of its own from a graph that is ready; the making of that graph is
in no time, the imports are in the memory. All get the same buildings, pairs and households, and
each part behind hard barriers as many grids as govtree made of it, which alone finds that number
itself. What each is told besides: govtree: the bounds, which pairs are soft. METIS (pymetis):
contiguous, k-way, pairs within a cell weigh ten times as much as soft ones, and how much larger
than the mean a grid may be: 3 %, which is its default, or 20 %; each is compared with.
GerryChain: recursive_tree_part, the widest tolerance that the bounds leave around the mean of the
part, a surcharge of 1 for cells, 1,000 attempts a cut and eight begins; where it gives up, a
wider tolerance, so that a plan stands. spopt: positions of the buildings; it has no bounds to be
told. Times of govtree and METIS are medians of repeated runs on the wall clock, those of the
others of one run."""

#: Seconds after which a library has not finished.
LIMIT = 300
#: The same of the ways of spopt, which none needs that finishes at all.
SPOPT_LIMIT = 120
METIS = ("METIS 3 %", "METIS 20 %")
SPOPT = ("Skater", "AZP", "RegionKMeans", "Ward")
CHAIN = "GerryChain"
OURS = "govtree"
COMPACT = "govtree, compact"


@dataclass(frozen=True, eq=False)
class Run:
    """What one library made of one town.

    Attributes:
        library: Its name.
        seconds: Of the division alone; None where it has not finished.
        making: Seconds that its graph took.
        memory: The most memory of its process, imports included, in MB.
        labels: The grid of each building.
        verdict: What the plan is worth.
        failed: Why there is no plan.
    """

    library: str
    seconds: Sample | None = None
    making: float = 0.0
    memory: float = 0.0
    labels: NDArray[np.int64] | None = None
    verdict: Verdict | None = None
    failed: str = ""


def measure(repeats: int, *, only: Sequence[str] = ()) -> Iterator[Figure | Text]:
    """Yield the figures of plans, and the plans side by side.

    Args:
        repeats: How often the quick ones run.
        only: Parts of names of places; empty means all.
    """
    places: dict[str, tuple[Callable[[], Town | None], Sequence[str]]] = {
        "county, walls": (lambda: towns.county(walls=True), (CHAIN, *METIS, *SPOPT)),
        "county, no walls": (lambda: towns.county(walls=False), (CHAIN, *METIS, *SPOPT)),
        "county x10, walls": (lambda: towns.county(10, walls=True), (CHAIN, *METIS)),
        "county x10, no walls": (lambda: towns.county(10, walls=False), (CHAIN, *METIS)),
        "county x100, walls": (lambda: towns.county(100, walls=True), METIS),
        "county x100, no walls": (lambda: towns.county(100, walls=False), METIS),
        "arkansas-blockgroups": (lambda: towns.read("arkansas-blockgroups"), (CHAIN, *METIS)),
    }
    lines = list(HEADER)
    ours: list[Run] = []
    for name, (place, libraries) in places.items():
        if only and not any(each in name for each in only):
            continue
        town = place()
        if town is None:
            lines.append(f"| {name} | not beside the project |{' |' * (len(COLUMNS) - 2)}")
            continue
        runs = beside(town, libraries, max(1, min(repeats, 60_000 // len(town))))
        lines += [_line(name, run) for run in runs.values()]
        ours.append(runs[OURS])
        yield from _compared(name, len(town), runs)
    yield from _kept(ours)
    if not only or "repair" in only:
        yield from _repairs(repeats)
    if not only or "known" in only:
        yield from _known()
        yield from _said_before(repeats)
    yield Text("\n".join(lines))


def beside(town: Town, libraries: Sequence[str], repeats: int) -> dict[str, Run]:
    """Return what govtree and others make of a town."""
    runs = {OURS: run(OURS, town, repeats=repeats)}
    made = runs[OURS].labels
    if made is None:
        grids = grids_by_arithmetic(town)
    else:
        count, part = town.components()
        grids = np.bincount(np.unique(np.stack([part, made]), axis=1)[0], minlength=count)
    runs[COMPACT] = run(COMPACT, town, repeats=repeats)
    for library in libraries:
        runs[library] = run(library, town, grids=grids, repeats=repeats)
    return runs


def run(
    library: str,
    town: Town,
    *,
    grids: NDArray[np.int64] | None = None,
    repeats: int = 1,
    **told: Any,
) -> Run:
    """Return what a library makes of a town, in a process of its own.

    Args:
        library: Its name.
        town: What is divided.
        grids: How many grids each part behind hard barriers gets.
        repeats: How often it runs, where it is quick.
        told: What govtree is told besides.
    """
    limit = SPOPT_LIMIT if library in SPOPT else LIMIT
    with tempfile.TemporaryDirectory() as name:
        before, after = Path(name, "town.npz"), Path(name, "plan.npz")
        columns = {
            field.name: getattr(town, field.name)
            for field in fields(town)
            if getattr(town, field.name) is not None
        }
        columns["ids"] = np.array(town.ids)
        if grids is not None:
            columns["grids"] = grids
        quick = library in (OURS, COMPACT, *METIS)
        columns["repeats"] = np.array(repeats if quick else 1)
        columns["told"] = np.array(json.dumps(told))
        np.savez(before, **columns)
        program = [sys.executable, __file__, library, str(before), str(after)]
        try:
            subprocess.run(
                program,
                check=True,
                timeout=limit * (repeats if quick else 1),
                capture_output=True,
                text=True,
            )
        except subprocess.TimeoutExpired:
            return Run(library, failed=f"not finished in {limit} s")
        except subprocess.CalledProcessError as error:
            last = [line for line in error.stderr.splitlines() if line.strip()][-1]
            return Run(library, failed=f"failed: {last[:80]}")
        with np.load(after) as plan:
            labels = plan["labels"]
            return Run(
                library,
                Sample(tuple(plan["seconds"].tolist())),
                float(plan["making"]),
                float(plan["memory"]),
                labels,
                judge(town, labels),
            )


COLUMNS = (
    *("place", "library", "time", "memory", "grids", "broken", "hard barriers crossed"),
    *("out of bounds", "floor", "cells crossed", "inner cut", "mean deviation (least)"),
    "largest deviation",
)
HEADER = (f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}")


def _line(place: str, run: Run) -> str:
    if run.seconds is None or run.verdict is None:
        return f"| {place} | {run.library} | {run.failed} |{' |' * (len(COLUMNS) - 3)}"
    told = run.verdict
    cells = (
        *(place, run.library, run.seconds.text(), f"{short(run.memory)} MB"),
        *(f"{told.grids:,}", f"{told.broken:,}", f"{told.hard_crossed:,}", f"{told.out:,}"),
        *(f"{told.floor:,}", f"{told.cells_crossed:,}", f"{told.inner_cut:.3f}"),
        f"{told.mean_deviation:.4f} ({told.least_mean_deviation:.4f})",
        f"{told.largest_deviation:.3f}",
    )
    return f"| {' | '.join(cells)} |"


def _compared(place: str, buildings: int, runs: dict[str, Run]) -> Iterator[Figure]:
    """Yield the figures of one place."""
    ours = runs[OURS]
    if ours.verdict is None or ours.seconds is None:
        yield Figure(place, ours.failed, "", "", "a plan", met=False)
        return
    told, seconds = ours.verdict, ours.seconds
    county = buildings < 10_000
    most = told.floor + 1 if county else int(1.15 * told.floor)
    yield Figure(
        f"{place}: grids out of bounds",
        f"{told.out:,} of {told.grids:,}",
        ", ".join(
            f"{each.library} {each.verdict.out:,}"
            for each in runs.values()
            if each.verdict is not None and each.library in (CHAIN, *METIS)
        ),
        f"floor {told.floor:,}",
        f"at most {most:,} ({'floor + 1' if county else '1.15 times the floor'})",
        told.out <= most,
    )
    metis = runs[METIS[0]]
    chain = runs.get(CHAIN)
    asked: list[tuple[str, Run | None, float]] = [
        (figure, runs[slack], share)
        for figure, share in (("cells_crossed", 0.25), ("inner_cut", 0.95), ("mean_deviation", 1.0))
        for slack in METIS
    ]
    asked.append(("mean_deviation", chain, 0.7))
    for figure, peer, share in asked:
        if peer is not None and peer.verdict is not None:
            yield _share(place, figure, told, peer, share)
    yield _time(place, seconds, metis, 12)
    if chain is not None:
        yield _time(place, seconds, chain, 1 / 6 if county else 1 / 60)
    if buildings > 100_000:
        yield Figure(
            f"{place}: {buildings:,} buildings",
            f"{seconds.text()}, {short(ours.memory)} MB with imports",
            f"{metis.library} {short(metis.memory)} MB",
            f"making the map {short(ours.making)} s",
            "at most 45 s and 400 MB",
            seconds.median <= 45 and ours.memory <= 400,
        )


def _share(place: str, figure: str, ours: Verdict, peer: Run, share: float) -> Figure:
    us, them = getattr(ours, figure), getattr(peer.verdict, figure)
    ratio = us / them if them else float(us > 0)
    return Figure(
        f"{place}: {figure.replace('_', ' ')}",
        short(us),
        f"{peer.library} {short(them)}",
        f"{short(ratio)} times",
        f"at most {share:g} times",
        us <= share * them,
    )


def _time(place: str, ours: Sample, peer: Run, share: float) -> Figure:
    most = f"at most {share:g} times" if share >= 1 else f"at most 1/{1 / share:.0f}"
    if peer.seconds is None:
        reached = f"at most {short(ours.median / LIMIT)} times"
        return Figure(
            f"{place}: time",
            ours.text(),
            f"{peer.library} {peer.failed}",
            reached,
            most,
            ours.median <= share * LIMIT,
        )
    ratio = ours.median / peer.seconds.median
    return Figure(
        f"{place}: time",
        ours.text(),
        f"{peer.library} {peer.seconds.text()}",
        f"{short(ratio)} times" if ratio >= 1 else f"1/{1 / ratio:.3g}",
        most,
        ratio <= share,
    )


def _kept(ours: Sequence[Run]) -> Iterator[Figure]:
    """Yield what holds of every plan of ours."""
    plans = [each.verdict for each in ours if each.verdict is not None]
    for what, figure in (
        ("grids that do not hang together, all places", "broken"),
        ("hard barriers crossed, all places", "hard_crossed"),
    ):
        total = sum(getattr(each, figure) for each in plans)
        yield Figure(what, f"{total}", "", f"{len(plans)} places", "0", total == 0)


def _repairs(repeats: int) -> Iterator[Figure]:
    """Yield how little a repair moves after buildings have changed."""
    for walls in (True, False):
        town = towns.county(walls=walls)
        today = run(OURS, town)
        if today.labels is None:
            yield Figure(f"{town.name}: repair", today.failed, "", "", "a plan", met=False)
            continue
        for what, change in (
            ("other households in 5 % of the buildings", towns.resettled),
            ("5 % of the buildings changed, demolished or new", towns.rebuilt),
        ):
            yield _repaired(f"{town.name}: {what}", change(town, today.labels), repeats)


def _repaired(name: str, after: Town, repeats: int) -> Figure:
    """Return what a repair moves, beside what lies beyond the bounds of the grids it mends."""
    repaired = run(OURS, after, repeats=repeats)
    new = run(OURS, after, repeats=repeats, existing=False)
    if repaired.verdict is None or new.verdict is None or repaired.seconds is None:
        return Figure(name, repaired.failed or new.failed, "", "", "a plan", met=False)
    share = moved(after, repaired.labels)
    out, out_new = repaired.verdict.out, new.verdict.out
    there = after.existing >= 0
    size = np.bincount(after.existing[there], after.weight[there])
    lowest, highest = after.bounds
    beyond = np.maximum(np.maximum(lowest - size, size - highest), 0)[size > 0]
    # Those that stay out in every plan are not mended: the largest, as a rule.
    mended = np.sort(beyond)[: max(0, int((beyond > 0).sum()) - out) + int((beyond == 0).sum())]
    return Figure(
        f"{name}: repair",
        f"{share:.2%} of households moved, {out} grids out, {repaired.seconds.text()}",
        f"a new plan {moved(after, new.labels):.0%}, {out_new} out, {new.seconds.text()}",
        f"{(beyond > 0).sum()} out before, by {mended.sum() / after.weight.sum():.2%}",
        "at most 0.5 %, no more out than a new plan",
        share <= 0.005 and out <= out_new and not repaired.verdict.broken,
    )


def _known() -> Iterator[Figure]:
    """Yield what becomes of places whose best plan is known."""
    town = towns.read("florida25")
    if town is not None:
        made = run(OURS, town)
        far = np.inf
        if made.labels is not None:
            far = np.abs(np.bincount(made.labels, town.weight) - town.weight.sum() / 3).max()
        yield Figure(
            "florida25: largest deviation from the mean",
            made.failed or f"{far:,.2f}",
            "the best of all 117,688 plans 419.33",
            made.seconds.text() if made.seconds else "",
            "419.33",
            round(far, 2) <= 419.33,
        )
    town = towns.read("iowa-counties")
    if town is not None:
        made = run(OURS, town)
        out = made.verdict.out if made.verdict else len(town)
        counties = 0 if made.labels is None else _units_moved(town, made.labels)
        before = judge(town, town.existing)
        yield Figure(
            "iowa-counties: repair to 1 %",
            made.failed or f"{out} parts out, {counties} counties moved",
            f"today {before.out} out, largest deviation {before.largest_deviation:.2%}",
            made.seconds.text() if made.seconds else "",
            f"0 out, {IOWA} moved",
            out == 0 and counties <= IOWA,
        )


#: The fewest counties of Iowa that have to move: no fewer will do, by trying all.
IOWA = 2


def _units_moved(town: Town, labels: NDArray[np.int64]) -> int:
    """Return how many units are not in the part that has most of theirs."""
    plain = replace(town, weight=np.ones(len(town), np.int64))
    return round(moved(plain, labels) * len(town))


def _said_before(repeats: int) -> Iterator[Figure]:
    """Yield how quickly it is said that no plan fits."""
    made = run(f"{OURS} feasibility", towns.county(), repeats=repeats * 3)
    yield Figure(
        "county, walls: which parts no number of grids fits, and why",
        made.seconds.text(1e3, "ms") if made.seconds else made.failed,
        "",
        "",
        "at most 50 ms",
        made.seconds is not None and made.seconds.median <= 0.05,
    )


def _divide(library: str, town: Town, grids: Any, repeats: int, told: dict[str, Any]) -> Any:
    """Return seconds, seconds of making the graph, and labels; in the process of its own."""
    if library.startswith(OURS):
        return _ours(library, town, repeats, told)
    if library in METIS:
        slack = 30 if library == METIS[0] else 200
        runs = [dividers.pymetis(town, grids, slack=slack) for _ in range(repeats)]
        return [each[0] for each in runs], 0.0, runs[0][1]
    if library == CHAIN:
        seconds, labels = dividers.gerrychain(town, grids)
    else:
        seconds, labels = dividers.spopt(town, grids, way=library)
    return [seconds], 0.0, labels


def _ours(library: str, town: Town, repeats: int, told: dict[str, Any]) -> Any:
    from govtree.grids import building_map, feasibility, partition

    begin = time.perf_counter()
    frame = {
        "id": town.ids,
        "households": town.weight,
        "x": town.x,
        "y": town.y,
        "compound": [None if each < 0 else f"C-{each:05d}" for each in town.compound.tolist()],
    }
    ids = np.array(town.ids, object)
    pairs = {
        "u": ids[town.u],
        "v": ids[town.v],
        "length": town.length,
        "soft": town.soft,
    }
    made = building_map(frame, pairs=pairs)
    making = time.perf_counter() - begin
    how: dict[str, Any] = {"target": town.target, "tolerance": town.tolerance}
    if library == COMPACT:
        how["objective"] = "compact"
    elif library != OURS:
        seconds = []
        for _ in range(repeats):
            begin = time.perf_counter()
            feasibility(made, **how)
            seconds.append(time.perf_counter() - begin)
        return seconds, making, np.zeros(len(town), int)
    if town.parts is not None:
        how["grids"] = town.parts
    if town.existing is not None and told.get("existing", True):
        how["existing"] = {
            id: f"G-{grid:05d}"
            for id, grid in zip(town.ids, town.existing.tolist(), strict=True)
            if grid >= 0
        }
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        plan = partition(made, **how)
        seconds.append(time.perf_counter() - begin)
    return seconds, making, np.asarray(plan.grid)


def _main(library: str, before: str, after: str) -> None:
    with np.load(before) as stored:
        columns = {name: stored[name] for name in stored.files}
    grids, repeats = columns.pop("grids", None), int(columns.pop("repeats"))
    told = json.loads(str(columns.pop("told")))
    for name in ("name", "target", "tolerance", "parts"):
        if name in columns:
            columns[name] = columns[name].item()
    columns["ids"] = tuple(columns["ids"].tolist())
    town = Town(**{"community": None} | columns)
    seconds, making, labels = _divide(library, town, grids, repeats, told)
    # Not getrusage: its figure begins with the memory of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    memory = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024 / 1e6
    np.savez(after, seconds=seconds, making=making, labels=labels, memory=memory)


if __name__ == "__main__":
    _main(*sys.argv[1:])
