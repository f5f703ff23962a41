"""What importing and asking for help cost, each in a fresh interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from figure import Figure, share_of_time, taking_turns


def measure(repeats: int) -> list[Figure]:
    """Return the figures of a start; bytecode is compiled before, and may be written."""
    samples = taking_turns(
        {
            "govtree": lambda: _python("-c", "import govtree"),
            "import networkx, numpy": lambda: _python("-c", "import networkx, numpy"),
            "python -c pass": lambda: _python("-c", "pass"),
            "govtree --help": lambda: _python("-m", "govtree", "--help"),
        },
        repeats,
        clock=time.perf_counter,
    )
    pair = {name: samples[name] for name in ("govtree", "import networkx, numpy")}
    figures = [share_of_time("import govtree", pair, most=0.6, scale=1e3, unit="ms")]
    floor = f"python -c pass {samples['python -c pass'].text(1e3, 'ms')}"
    figures.append(
        Figure("govtree --help", samples["govtree --help"].text(1e3, "ms"), floor, "", "", True)
    )
    return figures


def _python(*arguments: str) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = str(Path(__file__).parent.parent / "src")
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment)
