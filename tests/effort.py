"""How many examples a property is tried with."""

from __future__ import annotations

import os

__all__ = ["many"]

#: How much more `make deep` tries than `make test`.
_DEEPER = 20 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 1


def many(examples: int) -> int:
    """Return *examples*, or the number that a deep run tries in their place."""
    return examples * _DEEPER
