"""What a benchmark measured, beside its peers and its target."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """Repeated measurements of one thing, in seconds or another unit."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    def text(self, scale: float = 1.0, unit: str = "s") -> str:
        """Return median and spread, ``0.52 s (0.50 to 0.55)``."""
        least, most = min(self.values) * scale, max(self.values) * scale
        return f"{short(self.median * scale)} {unit} ({short(least)} to {short(most)})"


@dataclass(frozen=True)
class Figure:
    """One line of docs/benchmarks.md.

    Attributes:
        what: What was measured.
        ours: Our median and spread.
        peer: The peer's, with its name; empty where there is none.
        reached: What the target speaks of, such as a ratio.
        target: What was asked for.
        met: Whether it was reached.
    """

    what: str
    ours: str
    peer: str
    reached: str
    target: str
    met: bool


@dataclass(frozen=True)
class Text:
    """Lines of Markdown above the figures of a part, such as a table of its own."""

    markdown: str


def taking_turns(
    works: Mapping[str, Callable[[], object]],
    repeats: int,
    *,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, Sample]:
    """Measure several works by turns, so that noise of the machine meets all of them.

    Args:
        works: What is measured, by name.
        repeats: How often each is.
        clock: Seconds of the processor, which other processes on the machine lengthen less
            than those of a wall clock; work in a process of its own needs the latter.
    """
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            gc.collect()
            start = clock()
            kept = work()
            seconds[name].append(clock() - start)
            del kept
    return {name: Sample(tuple(each)) for name, each in seconds.items()}


def times_as_fast(
    what: str,
    samples: Mapping[str, Sample],
    *,
    least: float,
    scale: float = 1.0,
    unit: str = "s",
    ours: str = "govtree",
) -> Figure:
    """Return the figure of a work that should take at most the peer's time by *least*."""
    peer, share = _against(samples, ours)
    ratio = 1 / share
    return Figure(
        what,
        samples[ours].text(scale, unit),
        f"{peer} {samples[peer].text(scale, unit)}",
        f"{short(ratio)} times as fast",
        f"at least {least:g} times",
        ratio >= least,
    )


def share_of_time(
    what: str,
    samples: Mapping[str, Sample],
    *,
    most: float,
    scale: float = 1.0,
    unit: str = "s",
    ours: str = "govtree",
) -> Figure:
    """Return the figure of a work that may take at most the share *most* of the peer's time."""
    peer, share = _against(samples, ours)
    return Figure(
        what,
        samples[ours].text(scale, unit),
        f"{peer} {samples[peer].text(scale, unit)}",
        f"{short(share)} of its time",
        f"at most {most:g}",
        share <= most,
    )


def _against(samples: Mapping[str, Sample], ours: str) -> tuple[str, float]:
    """Return the name of the one peer, and our share of its time."""
    (peer,) = (name for name in samples if name != ours)
    return peer, samples[ours].median / samples[peer].median


def short(number: float) -> str:
    """Return a number with three digits, or whole from a hundred on."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
