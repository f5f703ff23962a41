"""Who is told how far a search is, and who works: what may be handed in for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from govtree.errors import OutOfRangeError

__all__ = ["Told", "require_executor", "teller"]

#: Called with how much is done, and of how much.
Told = Callable[[int, int], object]


def teller(progress: Any) -> Told | None:
    """Return what is to be called with how much is done, and of how much.

    Args:
        progress: A callable; or a bar such as that of tqdm, with ``total``, ``n`` and
            ``update``; or None.

    Raises:
        OutOfRangeError: If it is none of these.

    >>> class Bar:
    ...     total, n = None, 0
    ...     def update(self, more):
    ...         self.n += more
    >>> bar = Bar()
    >>> tell = teller(bar)
    >>> tell(1, 4), tell(3, 4)
    (None, None)
    >>> bar.n, bar.total
    (3, 4)
    """
    if progress is None or callable(progress):
        told: Told | None = progress
        return told
    if all(hasattr(progress, each) for each in ("total", "n", "update")):

        def tell(done: int, of: int) -> None:
            progress.total = of
            progress.update(done - progress.n)

        return tell
    raise OutOfRangeError(
        f"progress is {progress!r}; it is called with how much is done and of how much, or is a "
        "bar with total, n and update"
    )


def require_executor(executor: Any) -> None:
    """Refuse what cannot work.

    Raises:
        OutOfRangeError: If it has no ``map``, as executors of concurrent.futures have.
    """
    if executor is not None and not callable(getattr(executor, "map", None)):
        raise OutOfRangeError(
            f"executor is {executor!r}; it is an executor of concurrent.futures, such as "
            "ProcessPoolExecutor(4)"
        )
