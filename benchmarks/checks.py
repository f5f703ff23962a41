"""Checking a place of many households: the nine checks beside their peers, and all rules.

Each library loads the place into a process of its own, with one thread, and answers there for
as long as it is asked: the processes take turns, so that noise of the machine meets all of
them. Before anything is timed, all must find the same faults, those that were planted.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import gc
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import nine
import numpy as np
import population
from figure import Figure, Sample, share_of_time, short

import govtree
from govtree.rules import SHIPPED, Hits, Parameter, RuleSet, Waiver, rule

#: Share of the rows that faults befall where the time of a faulty place is measured.
FAULTY = 0.3
#: Rules of the slowest that are told one by one.
TOLD = 10
NOTE = """\
Another place of as many households, with all that rules ask about: grids, compounds, bodies,
posts, who holds them, whom they serve. Each library has loaded it into a process of its own,
with one thread, and the processes take turns; before anything is timed, all of them find the
same faults in a place with 30 % of its rows wrong, and none in the good one.

The nine: ids used once; the group and the building of each household; its residents, from 0
to 20; workers of a grid, 1 or 2; households of a grid, 300 give or take 20 %; in each group,
households (living alone, empty nest) that nobody calls on; the head of a grid is the secretary
of the branch that covers it; a station for each compound. A loaded hierarchy has each id once
and no name of a group or building that is not there: reading refuses the rest (GT101, GT102),
so that what is left to ask of it is who names none (GT201, GT202). No shipped rule has a range
for the residents of a household, which reading takes as a whole number, 0 or more; that check
is a rule of one's own, as users write them. The others are GT302, GT301, GT224, GT402 and
GT503. The line about six leaves out ids, groups and buildings on both sides."""
ONE_THREAD = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


# -- what govtree is asked --------------------------------------------------------------------


@rule(
    code=nine.CHECKS["residents"],
    subject="household",
    message="has {residents} residents, where {least} to {most} are taken for granted",
    why="A typing slip in a register is seen nowhere else.",
    source="this benchmark; the catalogue names no such bound",
    needs=("household.residents",),
    parameters=(
        Parameter("least", 0, "whole", "fewest residents"),
        Parameter("most", population.MOST_RESIDENTS, "whole", "most residents"),
    ),
    failing="households: [{id: H-1, residents: 21}]",
    mended="households: [{id: H-1, residents: 20}]",
)
def residents_out_of_range(h: govtree.Hierarchy, *, least: Any, most: Any) -> Hits:
    """A rule of our own, since no shipped one has a range for residents of a household."""
    residents = h.sheet("household").columns["residents"]
    assert isinstance(residents, np.ndarray)
    known = residents >= 0
    rows = np.flatnonzero(known & ((residents < least) | (residents > most)))
    return Hits(
        rows,
        unknown=None if known.all() else ~known,
        residents=residents[rows],
        least=least[rows],
        most=most[rows],
    )


#: Rules of the nine; that ids are used once was made sure of on reading.
NINE = tuple(each for each in SHIPPED if each.code in nine.CHECKS.values())
NINE = (*NINE, residents_out_of_range)
#: Those of the nine that say something which reading has not made sure of already.
SIX = tuple(each for each in NINE if each.code not in {nine.CHECKS[n] for n in nine.ON_READING})
#: What this place asks for where a default is that of another one; the rest is on as it is.
ASKED: dict[str, Any] = {
    "GT222": {"severity": "off", "where": [{"type": "commercial", "severity": "warning"}]},
    "GT230": {"roots": 10**6},
    "GT312": {"most": 60},
}
CATALOGUE = RuleSet.of({each.code: {"severity": each.severity} for each in SHIPPED} | ASKED)
#: Findings of the rules about waivers, which have to be there to be looked at.
WAIVED = {"GT290": 1, "GT291": 1}
WAIVERS = tuple(
    Waiver("GT301", "N-000002", "drawn anew next year", population.TODAY + dt.timedelta(days=days))
    for days in (-1, 365)
)


def _nine(h: govtree.Hierarchy) -> govtree.Report:
    return govtree.check(h, rules=NINE)


def _six(h: govtree.Hierarchy) -> govtree.Report:
    return govtree.check(h, rules=SIX)


def _catalogue(h: govtree.Hierarchy) -> govtree.Report:
    return govtree.check(h, rules=CATALOGUE, waivers=WAIVERS)


def _by_rule(h: govtree.Hierarchy) -> dict[str, float]:
    """Return the milliseconds of each rule of the catalogue, by code."""
    code_of = {each.slug: each.code for each in SHIPPED}
    starts: list[tuple[str, float]] = []
    govtree.check(
        h,
        rules=CATALOGUE,
        waivers=WAIVERS,
        progress=lambda slug: starts.append((code_of[slug], time.process_time())),
    )
    ends = [*(start for _, start in starts[1:]), time.process_time()]
    return {code: (end - start) * 1e3 for (code, start), end in zip(starts, ends, strict=True)}


def _from_columns(tables: dict[str, population.Cells]) -> govtree.Report:
    h = govtree.Hierarchy.from_tables(tables, as_of=population.TODAY)
    return _catalogue(h)


def _refused(tables: dict[str, population.Cells]) -> dict[str, int]:
    """Return how many problems the tables were refused for, by code."""
    try:
        govtree.Hierarchy.from_tables(tables, as_of=population.TODAY)
    except govtree.StructureError as error:
        counts = Counter(problem.code for problem in error.problems)
        for problem in error.problems:
            if problem.code == "GT039":  # so many more of a kind
                told = dict(problem.values)
                counts[told["kind"]] += int(told["count"].replace(",", ""))
        del counts["GT039"]
        return dict(counts)
    raise AssertionError("the tables should be wrong")


def _with_strangers(tables: dict[str, population.Cells]) -> dict[str, population.Cells]:
    """Return the tables with groups that are not there in every third household or so."""
    told = dict(tables["household"])
    wrong = round(len(told["id"]) * FAULTY)
    told["parent"] = [
        f"Y-{row}" if row < wrong else parent for row, parent in enumerate(told["parent"])
    ]
    return {**tables, "household": told}


def _polars_from_columns(tables: dict[str, population.Cells]) -> nine.Found:
    import polars as pl

    return nine.polars_nine({name: pl.DataFrame(tables[name]) for name in nine.TABLES})


def _by_code(report: govtree.Report) -> dict[str, int]:
    return dict(report.counts().by_code)


# -- one process a library --------------------------------------------------------------------


def _govtree(folder: Path) -> tuple[Any, dict[str, Callable[[Any], Any]]]:
    h = govtree.load(folder).hierarchy
    return h, {"nine": _nine, "six": _six, "catalogue": _catalogue, "by rule": _by_rule}


def _columns(folder: Path) -> tuple[Any, dict[str, Callable[[Any], Any]]]:
    tables = json.loads((folder / "columns.json").read_text(encoding="utf-8"))
    for column in ("since", "until"):
        days = tables["tenure"][column]
        tables["tenure"][column] = [day and dt.date.fromisoformat(day) for day in days]
    ends = tables["body"]["until"]
    tables["body"]["until"] = [day and dt.date.fromisoformat(day) for day in ends]
    strangers = _with_strangers(tables)
    return tables, {
        "report": _from_columns,
        "polars": _polars_from_columns,
        "refused": lambda _: _refused(strangers),
        "from CSV": lambda _: _catalogue(govtree.load(folder).hierarchy),
    }


def _peer(name: str, folder: Path) -> tuple[Any, dict[str, Callable[[Any], Any]]]:
    load, check = nine.PEERS[name]
    works: dict[str, Callable[[Any], Any]] = {"nine": check}
    if name == "polars":
        six = [each for each in nine.CHECKS if each not in nine.ON_READING]
        works["six"] = lambda loaded: nine.polars_nine(loaded, six)
    return load(folder), works


def _told(found: Any) -> Any:
    """Return what was found as numbers that the processes can compare."""
    if isinstance(found, govtree.Report):
        return _by_code(found)
    counts = {name: each if isinstance(each, int) else len(each) for name, each in found.items()}
    return {nine.CHECKS.get(name, name): number for name, number in counts.items() if number}


def _resident() -> int:
    gc.collect()
    # What the allocator keeps for later is not what the structure needs.
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def _most_resident() -> int:
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024


def main() -> None:
    """Load one library's place, then do one work after another that is asked for."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    starts = {"govtree": _govtree, "columns": _columns}
    loaded: Any = None
    for each in nine.IMPORTS.get(name, ()):
        importlib.import_module(each)
    before = _resident()
    if name in starts:
        loaded, works = starts[name](folder)
    else:
        loaded, works = _peer(name, folder)
    held = _resident() - before
    # From here on, the most that is held is that of checking.
    Path("/proc/self/clear_refs").write_text("5")
    print(json.dumps(held), flush=True)
    for line in sys.stdin:
        how, work, times = json.loads(line)
        answer: Any
        if how == "find":
            answer = _told(works[work](loaded))
        elif how == "memory":
            answer = _most_resident() - before
        elif how == "tell":
            answer = works[work](loaded)
        else:
            answer = []
            for _ in range(times):
                gc.collect()
                start = time.process_time()
                kept = works[work](loaded)
                answer.append(time.process_time() - start)
                del kept
        print(json.dumps(answer), flush=True)


class _Process:
    """A process with one library and the place that it has loaded."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        command = [sys.executable, str(Path(__file__)), name, str(folder)]
        self._run = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **dict.fromkeys(ONE_THREAD, "1")},
        )
        self.held: int = self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._run.communicate()

    def ask(self, how: str, work: str = "", times: int = 1) -> Any:
        """Return what the process answers."""
        assert self._run.stdin is not None
        self._run.stdin.write(json.dumps((how, work, times)) + "\n")
        self._run.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._run.stdout is not None
        line = self._run.stdout.readline()
        if not line:
            raise RuntimeError(f"the process of {self.name} has ended")
        return json.loads(line)


# -- figures ----------------------------------------------------------------------------------


def measure(households: int, repeats: int) -> Iterator[Figure]:
    """Yield the figures of checking by rules."""
    with tempfile.TemporaryDirectory() as name:
        clean, faulty = Path(name, "clean"), Path(name, "faulty")
        planted = {folder: _write(folder, households, share) for folder, share in (
            (clean, 0.0),
            (faulty, FAULTY),
        )}  # fmt: skip
        _require_same_faults(faulty, planted[faulty])
        with ExitStack() as stack:
            names = ("govtree", *nine.PEERS)
            processes = {each: stack.enter_context(_Process(each, clean)) for each in names}
            for each in names:
                found = processes[each].ask("find", "nine")
                assert not found, f"{each} finds {found} where nothing is wrong"
            assert processes["govtree"].ask("find", "catalogue") == WAIVED
            yield from _beside_peers(processes, households, repeats)
            bad = stack.enter_context(_Process("govtree", faulty))
            yield from _faulty(processes["govtree"], bad, planted[faulty], repeats)
            yield from _slowest(processes["govtree"], repeats)
        with _Process("columns", clean) as columns:
            yield from _from_text(columns, households, repeats)


def _write(folder: Path, households: int, share: float) -> dict[str, int]:
    """Write a place with such a share of faults, and return what was planted."""
    folder.mkdir()
    place = population.staffed(households, faulty=share)
    population.write_staffed(folder, place)
    if not share:
        told = json.dumps(place.tables, default=str)
        (folder / "columns.json").write_text(told, encoding="utf-8")
    return place.planted


def _require_same_faults(folder: Path, planted: dict[str, int]) -> None:
    """Make sure that every library finds what was planted, and nothing else."""
    for name in ("govtree", *nine.PEERS):
        with _Process(name, folder) as process:
            found = process.ask("find", "nine")
            assert found == planted, f"{name} finds {found}, planted are {planted}"


def _turns(asked: Sequence[tuple[str, _Process, str, int]], repeats: int) -> dict[str, Sample]:
    """Return the seconds of several works, measured by turns."""
    seconds: dict[str, list[float]] = {name: [] for name, *_ in asked}
    for _ in range(repeats):
        for name, process, work, times in asked:
            seconds[name] += process.ask("time", work, times)
    return {name: Sample(tuple(each)) for name, each in seconds.items()}


def _beside_peers(
    processes: dict[str, _Process], households: int, repeats: int
) -> Iterator[Figure]:
    ours, polars = processes["govtree"], processes["polars"]
    samples = _turns(
        [
            ("nine", ours, "nine", 5),
            ("six", ours, "six", 5),
            ("catalogue", ours, "catalogue", 3),
            ("polars six", polars, "six", 1),
            *((name, each, "nine", 1) for name, each in processes.items() if each is not ours),
        ],
        repeats,
    )
    yield _share("nine checks of what is loaded", samples, "nine", "polars", 0.1)
    for name in processes:
        if name not in ("govtree", "polars"):
            figure = _share("the same nine", samples, "nine", name, 1)
            yield replace(figure, target="")
    figure = _share(
        "the six of them that reading has not made sure of", samples, "six", "polars six", 1
    )
    yield replace(figure, target="")
    yield _share(
        f"all {len(SHIPPED)} shipped rules, those that are off by default too",
        samples,
        "catalogue",
        "polars",
        0.4,
    )
    loaded = {name: each.held / households for name, each in processes.items()}
    most = {name: each.ask("memory") / households for name, each in processes.items()}
    for what, sizes in (
        ("memory a household of what is loaded", loaded),
        ("the most that is held while it is checked", most),
    ):
        others = ", ".join(f"{n} {short(size)}" for n, size in sizes.items() if n != "govtree")
        yield Figure(what, f"{short(sizes['govtree'])} B", others, "", "", True)


def _share(what: str, samples: dict[str, Sample], ours: str, peer: str, most: float) -> Figure:
    pair = {"govtree": samples[ours], peer: samples[peer]}
    return share_of_time(what, pair, most=most, scale=1e3, unit="ms")


def _faulty(
    good: _Process, bad: _Process, planted: dict[str, int], repeats: int
) -> Iterator[Figure]:
    expected = {code: n for code, n in planted.items() if code != nine.CHECKS["residents"]}
    found = bad.ask("find", "catalogue")
    assert found == expected | WAIVED, f"found {found}, planted are {expected}"
    for what, work, number in (
        ("the nine", "nine", sum(planted.values())),
        ("all rules", "catalogue", sum(expected.values())),
    ):
        samples = _turns([("govtree", bad, work, 3), ("nothing wrong", good, work, 3)], repeats)
        yield replace(
            share_of_time(
                f"{what}, {FAULTY:.0%} of the rows wrong: {number:,} of {number:,} faults found",
                samples,
                most=6,
                scale=1e3,
                unit="ms",
            ),
            target="at most 6, none lost",
        )


def _slowest(ours: _Process, repeats: int) -> Iterator[Figure]:
    slug_of = {each.code: each.slug for each in SHIPPED}
    runs = [ours.ask("tell", "by rule") for _ in range(max(repeats, 5))]
    samples = {code: Sample(tuple(run[code] for run in runs)) for code in runs[0]}
    whole = sum(each.median for each in samples.values())
    order = sorted(samples, key=lambda code: -samples[code].median)
    for code in order:
        print(f"    {samples[code].median:8.2f} ms {code} {slug_of[code]}", file=sys.stderr)
    for code in order[:TOLD]:
        yield Figure(
            f"slowest: {code} {slug_of[code]}",
            samples[code].text(unit="ms"),
            "",
            f"{samples[code].median / whole:.0%} of all rules",
            "",
            True,
        )


def _from_text(columns: _Process, households: int, repeats: int) -> Iterator[Figure]:
    assert columns.ask("find", "report") == WAIVED
    strangers = columns.ask("find", "refused")
    assert strangers == {"GT102": round(households * FAULTY)}, strangers
    samples = _turns(
        [(work, columns, work, 1) for work in ("report", "polars", "from CSV", "refused")],
        repeats,
    )
    rows = f"{households:,} households and all other tables"
    seconds = samples["report"].median
    yield Figure(
        f"from columns to the report of all rules: {rows}",
        samples["report"].text(),
        f"polars, the nine {samples['polars'].text()}",
        f"{short(seconds)} s",
        "at most 1 s",
        seconds <= 1,
    )
    yield Figure("the same from CSV files", samples["from CSV"].text(), "", "", "", True)
    pair = {"govtree": samples["refused"], "nothing wrong": samples["report"]}
    yield share_of_time(
        f"{FAULTY:.0%} of the households name a group that is not there: refused, all counted",
        pair,
        most=6,
    )


if __name__ == "__main__":
    main()
