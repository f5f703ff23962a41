"""Listed pairs as neighbors, and what lies between two of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._adjacency import COMPOUND_LINE, Neighbors, kind_of
from govtree._ids import Ids
from govtree._names import NearMisses
from govtree._wording import Reason
from govtree.errors import Location, Tally
from govtree.grids._buildings._cells import Unfit, reals, texts, truths
from govtree.grids._buildings._told import ToldPairs

__all__ = ["listed"]

#: What a source calls a pair with nothing between.
_NO_LINE = "inner"
#: What a source calls a soft line that it does not name.
_UNNAMED = "line"


@frozen(eq=False)
class _Said:
    """Listed pairs by row of their units, -1 where there is none, and the line between."""

    u: NDArray[np.int32]
    v: NDArray[np.int32]
    length: NDArray[np.float64]
    kind: list[str | None]
    soft: NDArray[np.int8]


def listed(
    pairs: ToldPairs, ids: Ids, compound: NDArray[np.int32], faults: Tally
) -> tuple[Neighbors, tuple[Reason, ...]]:
    """Return listed pairs as neighbors, and note in *faults* what is wrong with them.

    A pair that is said to be soft, or to have a line of some kind between, has a soft line;
    one that is said not to be soft has none. Where nothing is said, the line of a compound
    lies between units of two. Walls, rivers and railways are never crossed: such pairs are left
    out, unless they are said to be soft.
    """
    said = _read(pairs, ids, faults)
    good = (said.u >= 0) & (said.v >= 0) & (said.u != said.v)
    known = {each: kind_of(each) for each in {*said.kind}}
    called = {each: found[0] if found else each or "" for each, found in known.items()}
    kind = np.array([called[each] for each in said.kind], object)
    firm = {each for each, found in known.items() if found and found[1]}
    hard = np.array([each in firm for each in said.kind], bool) & (said.soft != 1)
    named = np.where((kind == _NO_LINE) | (said.soft == 0), "", kind)
    line = compound[said.u] != compound[said.v] if len(ids) else np.zeros(len(kind), bool)
    unsaid = (kind == "") & (said.soft != 0)
    named[unsaid & (said.soft == 1)] = _UNNAMED
    named[unsaid & line] = COMPOUND_LINE
    good &= ~hard
    found = Neighbors.of(
        len(ids), said.u[good], said.v[good], said.length[good], named[good].tolist()
    )
    notes = []
    if hard.any():
        notes.append(
            Reason(
                "{number} listed pairs have a wall, river or railway between and are no neighbors",
                number=int(hard.sum()),
            )
        )
    return found, tuple(notes)


def _read(pairs: ToldPairs, ids: Ids, faults: Tally) -> _Said:
    length, columns = pairs.length, pairs.columns

    def where(row: int, field: str = "") -> Callable[[], Location]:
        return partial(pairs.places.at, row, field)

    def say_unfit(field: str, unfit: Unfit) -> None:
        for row, reason in unfit:
            said = Reason("{field}: {reason}", field=field, reason=reason)
            faults.say("GT544", where(row, field), reason=said)

    misses = NearMisses(id for id in ids if id is not None)
    ends, names = [], []
    for field in ("u", "v"):
        told, unfit = texts(columns[field])
        say_unfit(field, unfit)
        rows = ids.rows(told)
        wrong = {row for row, _ in unfit}
        for row in np.flatnonzero(rows < 0).tolist():
            id = told[row]
            if id is not None:
                faults.say("GT542", where(row, field), id=id, meant=misses.nearest(id))
            elif row not in wrong:
                nothing = Reason("nothing is given")
                said = Reason("{field}: {reason}", field=field, reason=nothing)
                faults.say("GT544", where(row, field), reason=said)
        ends.append(rows)
        names.append(told)
    u, v = ends
    for row in np.flatnonzero((u == v) & (u >= 0)).tolist():
        faults.say("GT543", where(row), id=names[0][row])
    far, soft = np.full(length, np.nan), np.full(length, -1, np.int8)
    kind: list[str | None] = [None] * length
    if "length" in columns:
        far, unfit = reals(columns["length"])
        say_unfit("length", unfit)
        below = np.flatnonzero(far < 0).tolist()
        say_unfit(
            "length", [(row, Reason("'{cell}' is negative", cell=f"{far[row]:g}")) for row in below]
        )
    if "soft" in columns:
        soft, unfit = truths(columns["soft"])
        say_unfit("soft", unfit)
    if "kind" in columns:
        kind, unfit = texts(columns["kind"])
        say_unfit("kind", unfit)
    for row in np.flatnonzero(soft == 1).tolist():
        if kind[row] == _NO_LINE:
            reason = Reason("it is soft, and of the kind '{kind}', which is no line", kind=_NO_LINE)
            faults.say("GT544", where(row, "kind"), reason=reason)
    return _Said(u, v, far, kind, soft)
