"""Random numbers that depend on what they are for, never on the order of asking.

Each pair of neighbors draws its own number in each turn, so that a part of the map gets the
same plan whether it is searched alone, with others, or by another worker.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["chances", "keys_of"]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_TURN = np.uint64(0xD1342543DE82EF95)
_SEED = np.uint64(0x2545F4914F6CDD1D)


def keys_of(number: int, seed: int) -> NDArray[np.uint64]:
    """Return one key each for *number* things."""
    with np.errstate(over="ignore"):
        start = np.uint64(seed % 2**64) * _SEED
        return _mixed(np.arange(number, dtype=np.uint64) + start)


def chances(keys: NDArray[np.uint64], turn: int) -> NDArray[np.float64]:
    """Return what each key draws in a turn: evenly from 0 to below 1."""
    with np.errstate(over="ignore"):
        mixed = _mixed(keys + np.uint64(turn) * _TURN)
    drawn: NDArray[np.float64] = (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return drawn


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return SplitMix64 of each (Steele, Lea, Flood 2014)."""
    x = x + _STEP
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = x ^ (x >> np.uint64(31))
    return mixed
