"""Who works where: workers on grids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from govtree._columns import read_only
from govtree._frames import Plain, frame_of
from govtree._messages import say
from govtree._wording import Reason
from govtree.grids._shown import page

__all__ = ["Staffing"]

#: Rows of a table that a page shows before it says how many more there are.
_SHOWN = 60


@frozen(eq=False)
class Staffing:
    """Workers on grids.

    Attributes:
        grids: Ids of the grids, in the order of the partition.
        communities: Community of each grid, or None.
        load: float64, of each grid.
        workers: int64, how many work in each.
        per_grid: The fewest and the most that a grid should have.
        left_over: How many workers have no grid.
        people: Ids of the workers, sorted, where they are known one by one; else None.
        place: int32, the grid of each of *people*, a row of *grids*; -1 for those left over.
        was: int32, their grid before; -1 for none, or one that there is no longer.
        reasons: What could not be had, and why, in order of importance.
    """

    grids: tuple[str, ...]
    communities: tuple[str | None, ...]
    load: NDArray[np.float64] = field(converter=read_only)
    workers: NDArray[np.int64] = field(converter=read_only)
    per_grid: tuple[int, int]
    left_over: int
    people: tuple[str, ...] | None
    place: NDArray[np.int32] = field(converter=read_only)
    was: NDArray[np.int32] = field(converter=read_only)
    reasons: tuple[Reason, ...] = ()

    def __len__(self) -> int:
        return len(self.grids)

    @property
    def load_per_worker(self) -> NDArray[np.float64]:
        """float64, of each grid; infinite where nobody works and there is a load."""
        answer = np.divide(
            self.load, self.workers, out=np.zeros(len(self.load)), where=self.workers > 0
        )
        answer[(self.workers == 0) & (self.load > 0)] = np.inf
        return answer

    @property
    def placed(self) -> int:
        """How many workers have a grid."""
        return int(self.workers.sum())

    @property
    def uncovered(self) -> tuple[str, ...]:
        """Grids in which nobody works, in order."""
        return tuple(self.grids[row] for row in np.flatnonzero(self.workers == 0))

    @property
    def largest(self) -> float:
        """Largest load per worker among grids in which somebody works; 0 where there are none."""
        return float(np.max(self.load_per_worker[self.workers > 0], initial=0.0))

    @property
    def mean(self) -> float:
        """Load of the grids in which somebody works, a worker; 0 where there are none."""
        return float(self.load[self.workers > 0].sum()) / self.placed if self.placed else 0.0

    @property
    def moved(self) -> int:
        """How many workers had a grid and have another one now, or none."""
        return int(np.count_nonzero((self.was >= 0) & (self.was != self.place)))

    def workers_of(self) -> dict[str, tuple[str, ...]]:
        """Return the workers of each grid, sorted; nobody where only their number is known."""
        found: dict[str, list[str]] = {each: [] for each in self.grids}
        for worker, row in zip(self.people or (), self.place.tolist(), strict=True):
            if row >= 0:
                found[self.grids[row]].append(worker)
        return {grid: tuple(them) for grid, them in found.items()}

    def to_frame(self, *, backend: str = "pandas") -> Any:
        """Return a data frame with a row a grid.

        Its columns are ``grid``, ``community``, ``load``, ``workers`` and ``load_per_worker``,
        which is nothing where nobody works.

        Args:
            backend: ``pandas``, ``polars`` or ``pyarrow``.

        Raises:
            MissingExtraError: If the package is not installed.
            OutOfRangeError: If there is no such backend.
        """

        def columns() -> Iterator[tuple[str, Plain]]:
            each = self.load_per_worker
            nobody = self.workers == 0
            nothing = np.zeros(len(self), np.bool_)
            yield "grid", ("texts", list(self.grids), None)
            yield "community", ("texts", list(self.communities), None)
            yield "load", ("numbers", self.load.copy(), nothing)
            yield "workers", ("wholes", self.workers.copy(), nothing)
            yield "load_per_worker", ("numbers", np.where(nobody, np.nan, each), nobody)

        return frame_of(columns(), backend=backend)

    def people_frame(self, *, backend: str = "pandas") -> Any:
        """Return a data frame with a row a worker: ``worker``, ``grid``, ``grid_before``.

        It is empty where only the number of workers is known.

        Args:
            backend: ``pandas``, ``polars`` or ``pyarrow``.

        Raises:
            MissingExtraError: If the package is not installed.
            OutOfRangeError: If there is no such backend.
        """

        def columns() -> Iterator[tuple[str, Plain]]:
            yield "worker", ("texts", list(self.people or ()), None)
            for name, rows in ("grid", self.place), ("grid_before", self.was):
                named = [self.grids[row] if row >= 0 else None for row in rows.tolist()]
                yield name, ("texts", named, None)

        return frame_of(columns(), backend=backend)

    def said(self, lang: str = "en") -> str:
        """Return the staffing in one line, and below it what could not be had, and why."""
        return "\n".join([self._head(lang), *(each.said(lang) for each in self.reasons)])

    def to_html(self, lang: str = "en") -> str:
        """Return the staffing as a table of HTML with its reasons, as a notebook shows it.

        Args:
            lang: Language of the words, ``en`` or ``zh``.
        """
        rows = [
            (grid, community or "", f"{load:,g}", f"{workers:,}", f"{each:,.1f}" if workers else "")
            for grid, community, load, workers, each in zip(
                self.grids[:_SHOWN],
                self.communities,
                self.load.tolist(),
                self.workers.tolist(),
                self.load_per_worker.tolist(),
                strict=False,
            )
        ]
        rest = len(self) - len(rows)
        heads = ("grid", "community", "load", "workers", "load per worker")
        return page(
            self._head(lang),
            [say(each, lang) for each in heads],
            rows,
            texts=(0, 1),
            is_red=(self.workers == 0).tolist()[: len(rows)],
            more=say("... and {number} more {what}", lang, number=rest, what=say("grids", lang))
            if rest > 0
            else "",
            reasons=[each.said(lang) for each in self.reasons],
            lang=lang,
        )

    def _head(self, lang: str) -> str:
        said = [
            say("{workers} workers on {grids} grids", lang, workers=self.placed, grids=len(self))
        ]
        if self.left_over:
            said.append(say("{number} left over", lang, number=self.left_over))
        if self.uncovered:
            said.append(say("{number} grids with nobody", lang, number=len(self.uncovered)))
        loads = say(
            "load per worker: largest {largest}, mean {mean}", lang,
            largest=f"{self.largest:,.1f}", mean=f"{self.mean:,.1f}",
        )  # fmt: skip
        return say("{one}; {other}", lang, one=say(", ", lang).join(said), other=loads)

    def __repr__(self) -> str:
        return f"<Staffing: {self._head('en')}>"

    def __str__(self) -> str:
        return self.said()

    def _repr_html_(self) -> str:
        return self.to_html()
