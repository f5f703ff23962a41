"""Memory of a structure of many households, each library in a process of its own.

Resident memory is what the process holds after the input was dropped, less what it held once
everything was imported; peak is the most it ever held, less the same.
"""

from __future__ import annotations

import ctypes
import gc
import json
import resource
import subprocess
import sys
from pathlib import Path

from figure import Figure, Sample, short

HERE = Path(__file__).parent
PEERS = ("networkx", "anytree", "bigtree", "treelib", "rustworkx")


def measure(folder: Path, households: int, repeats: int) -> list[Figure]:
    """Return the figures of all libraries for the place in *folder*."""
    figures = []
    resident: dict[str, Sample] = {}
    peak: dict[str, Sample] = {}
    for name in ("govtree", *PEERS):
        runs = [_run(name, folder) for _ in range(repeats if name == "govtree" else 1)]
        resident[name] = Sample(tuple(run["resident"] / households for run in runs))
        peak[name] = Sample(tuple(run["peak"] / households for run in runs))
    others = ", ".join(f"{name} {short(resident[name].median)}" for name in PEERS)
    figures.append(
        Figure(
            "resident memory a household, read from CSV, every index made",
            resident["govtree"].text(unit="B"),
            others,
            f"{short(resident['govtree'].median)} B",
            "at most 64 B",
            resident["govtree"].median <= 64,
        )
    )
    others = ", ".join(f"{name} {short(peak[name].median)}" for name in PEERS)
    figures.append(
        Figure(
            "peak memory a household while it is read",
            peak["govtree"].text(unit="B"),
            others,
            f"{short(peak['govtree'].median)} B",
            "",
            True,
        )
    )
    return figures


def _run(name: str, folder: Path) -> dict[str, int]:
    command = [sys.executable, str(HERE / "memory.py"), name, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, int] = json.loads(done.stdout)
    return answer


def _resident() -> int:
    gc.collect()
    # What the allocator keeps for later is not what the structure needs.
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def _touch(structure: object) -> None:
    """Make every index that questions make on first use."""
    h = structure.hierarchy  # type: ignore[attr-defined]
    last = h.ids("household")[-1]
    h.path(last)
    h.where(last)
    h.children(h.ids("group")[0])
    h.children(h.ids("building")[0])
    for table in h.nodes:
        h.rows(table, ["nobody"])
    _ = h.fingerprint
    _ = h.graph


def main() -> None:
    """Build one library's structure and print how much memory it took."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    import networkx as nx  # noqa: F401
    import numpy as np  # noqa: F401
    import population
    from peers import BUILDERS, read

    small = population.tables(60)
    if name == "govtree":
        import govtree

        _touch(
            govtree.load_text(
                "communities: [{id: C}]\nbranches: [{id: B, parent: C}]\n"
                "groups: [{id: G, parent: B}]\nbuildings: [{id: X}]\n"
                "households: [{id: H, parent: G, building: X}]"
            )
        )
    else:
        BUILDERS[name](small)
    before = _resident()
    kept: object
    if name == "govtree":
        kept = govtree.load(folder)
        _touch(kept)
    else:
        kept = BUILDERS[name](read(folder))
    status = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024
    print(json.dumps({"resident": _resident() - before, "peak": peak - before}))


if __name__ == "__main__":
    main()
