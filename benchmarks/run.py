"""Measure size and speed beside the peers, and write docs/benchmarks.md.

``python benchmarks/run.py [--households N] [--repeats N] [--only NAME [--write]]``; a million
households and all parts take about twenty minutes and 8 GB.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import tempfile
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import addresses
import checks
import graph_view
import memory
import office
import partition
import population
import reconciling
import speed
import start
import structure_file
from figure import Figure, Text

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
PACKAGES = (
    *("numpy", "networkx", "pyyaml", "anytree", "bigtree", "treelib", "rustworkx"),
    *("pandera", "pandas", "polars", "duckdb", "python-calamine"),
    *("rapidfuzz", "scipy", "gerrychain", "pymetis", "spopt"),
)
#: What a reader has to know of a part, above its table.
NOTES = {"Checking": checks.NOTE, "Office files": office.NOTE, "Partition": partition.NOTE}


def main() -> None:
    """Run what is asked for, print each figure as it comes, and write the page."""
    parser = argparse.ArgumentParser(description="Measure size and speed beside the peers.")
    parser.add_argument("--households", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", help="one part; the page is not written then")
    parser.add_argument("--write", action="store_true", help="with --only: put it into the page")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        population.write(folder, asked.households)
        parts: dict[str, Callable[[], Iterable[Figure | Text]]] = {
            "Start": lambda: start.measure(asked.repeats * 3),
            "Memory": lambda: memory.measure(folder, asked.households, asked.repeats),
            "Building": lambda: speed.building(asked.households, asked.repeats),
            "Reading": lambda: speed.reading(folder, asked.repeats),
            "Asking": lambda: speed.asking(folder, asked.households, asked.repeats),
            "Checking": lambda: checks.measure(asked.households, asked.repeats),
            "The networkx view": lambda: graph_view.measure(asked.repeats),
            "Office files": lambda: office.measure(folder, asked.households, asked.repeats),
            "Reconciling": lambda: reconciling.measure(asked.repeats),
            "Addresses": lambda: addresses.measure(asked.repeats),
            "Partition": lambda: partition.measure(asked.repeats),
            "Structure files": lambda: structure_file.measure(asked.repeats),
        }
        figures: dict[str, list[Figure | Text]] = {}
        for title, part in parts.items():
            if asked.only in (None, title):
                print(title, flush=True)
                figures[title] = []
                for figure in part():
                    figures[title].append(figure)
                    print(f"  {_line(figure)}", flush=True)
    if asked.only is None:
        PAGE.write_text(_page(figures, asked.households), encoding="utf-8")
    elif asked.write:
        _put_into_page(asked.only, figures[asked.only])


def _line(figure: Figure | Text) -> str:
    if isinstance(figure, Text):
        return figure.markdown
    mark = "" if not figure.target else " · met" if figure.met else " · NOT MET"
    told = (figure.what, figure.ours, figure.peer, figure.reached, figure.target)
    return " · ".join(each for each in told if each) + mark


def _page(figures: dict[str, list[Figure | Text]], households: int) -> str:
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {dt.datetime.now(dt.UTC):%Y-%m-%d}; nothing here is typed by",
        f"hand. {households:,} households, each with a building, three tags and a number, and the",
        "units above them in proportion, made by `benchmarks/population.py`. Each time is the",
        "median of repeated runs, with the least and the most beside it, in seconds of the",
        "processor (those of a start on the wall clock); peers take turns with govtree in the same",
        "run. Times on a shared machine vary; ratios less.",
        "",
        f"Python {platform.python_version()} on {_processor()}, {os.cpu_count()} cores, one",
        f"thread; {', '.join(_versions())}.",
        "",
    ]
    for title, each in figures.items():
        lines += _section(title, each)
    return "\n".join(lines)


def _section(title: str, figures: list[Figure | Text]) -> list[str]:
    lines = [f"## {title}", ""]
    if title in NOTES:
        lines += [NOTES[title], ""]
    for text in figures:
        if isinstance(text, Text):
            lines += [text.markdown, ""]
    lines += ["| what | govtree | peer | reached | target | met |", "|---|---|---|---|---|---|"]
    for figure in figures:
        if isinstance(figure, Text):
            continue
        met = "" if not figure.target else "yes" if figure.met else "**no**"
        cells = (figure.what, figure.ours, figure.peer, figure.reached, figure.target, met)
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def _put_into_page(title: str, figures: list[Figure | Text]) -> None:
    """Put one part into the page, in the place of what stands there under its title, if any."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(f"## {title}\n")
    _, heading, after = rest.partition("\n## ")
    section = "\n".join(_section(title, figures))
    page = f"{before.rstrip()}\n\n{section.rstrip()}\n{heading}{after}"
    PAGE.write_text(page, encoding="utf-8")


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in told.splitlines() if "model name" in line]
    return names[0] if names else platform.machine()


def _versions() -> Iterable[str]:
    for name in PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue


if __name__ == "__main__":
    main()
