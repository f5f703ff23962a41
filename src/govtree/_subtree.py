"""A part of a structure as a structure of its own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from govtree._arrays import Arrays
from govtree._columns import NONE, References, Sheet, Stored, read_only
from govtree._rows import Sources
from govtree.units import BESIDE, TERRITORY

__all__ = ["reduced", "rows_of_part"]

Masks = dict[str, NDArray[np.bool_]]

#: Tables whose rows belong to the node that they name in this column.
_OWNED = {
    "tenure": "post",
    "flag": "unit",
    "body_group": "body",
    "membership": "body",
    "duty": "unit",
    "responsibility": "unit",
}


def rows_of_part(
    arrays: Arrays, sheets: Mapping[str, Sheet], chain: list[str], table: str, row: int
) -> Masks:
    """Return for each table which rows belong to the part of the unit at *row* of *table*."""
    kept: Masks = {name: np.zeros(len(sheet), np.bool_) for name, sheet in sheets.items()}
    for name, at in arrays.units_of(table, row):
        kept[name][at] = True
    kept[table][row] = True
    _keep_below(arrays, kept, chain)
    _keep_territory(arrays, kept)
    # What points at the bare path above is not kept, so it is looked for before that is added.
    _keep_beside(sheets, kept)
    for name in chain[::-1]:
        _keep_above(arrays, kept, name, chain)
    _keep_containers(arrays, kept)
    _keep_records(sheets, kept)
    return kept


def _keep_below(arrays: Arrays, kept: Masks, chain: list[str]) -> None:
    for upper in (*chain, *TERRITORY):
        if upper not in kept or not kept[upper].any():
            continue
        lower = chain[chain.index(upper) + 1 :] if upper in chain else (*TERRITORY, "household")
        for name in lower:
            if name in kept and name != upper:
                way = arrays.above if upper in chain else arrays.within
                kept[name] |= _marked(kept[upper], way(name, upper))


def _keep_territory(arrays: Arrays, kept: Masks) -> None:
    for source in ("branch", "group"):
        for target in TERRITORY:
            if source in kept and target in kept:
                covering, covered = arrays.links("covers", source, target)
                kept[target][covered[kept[source][covering]]] = True
    for upper in TERRITORY:
        for lower in TERRITORY[TERRITORY.index(upper) + 1 :]:
            if upper != "compound" and upper in kept and lower in kept:
                kept[lower] |= _marked(kept[upper], arrays.within(lower, upper))
    if "household" in kept:
        for name in TERRITORY:
            if name in kept:
                _mark(kept[name], arrays.within("household", name)[kept["household"]])


def _keep_containers(arrays: Arrays, kept: Masks) -> None:
    for lower in TERRITORY[::-1]:
        for upper in ("micro_grid", "grid", "compound", "community"):
            if lower in kept and upper in kept and lower != upper:
                _mark(kept[upper], arrays.within(lower, upper)[kept[lower]])


def _keep_above(arrays: Arrays, kept: Masks, name: str, chain: list[str]) -> None:
    for upper in chain[: chain.index(name)]:
        if name in kept and upper in kept:
            _mark(kept[upper], arrays.above(name, upper)[kept[name]])


def _keep_beside(sheets: Mapping[str, Sheet], kept: Masks) -> None:
    """Keep areas, bodies and posts that point at what is kept, and what belongs to those."""
    relation = sheets.get("relation")
    before = -1
    while (now := sum(int(mask.sum()) for mask in kept.values())) != before:
        before = now
        if "post" in kept:
            kept["post"] |= _points(sheets["post"].columns.get("at"), kept, len(kept["post"]))
        if relation is not None:
            rows = _points(relation.columns["target"], kept, len(relation))
            sources = relation.columns["source"]
            for name in BESIDE:
                if name in kept and isinstance(sources, References):
                    _mark(kept[name], sources.rows_in(name, len(relation))[rows])
        if "body" in kept:
            for table, column in (("responsibility", "bearer"), ("membership", "body")):
                if table in sheets:
                    end = "unit" if table == "responsibility" else "member"
                    rows = _points(sheets[table].columns.get(end), kept, len(sheets[table]))
                    bearers = sheets[table].columns[column]
                    if isinstance(bearers, References):
                        _mark(kept["body"], bearers.rows_in("body", len(rows))[rows])


def _keep_records(sheets: Mapping[str, Sheet], kept: Masks) -> None:
    for table, column in _OWNED.items():
        if table in kept:
            kept[table] |= _points(sheets[table].columns.get(column), kept, len(kept[table]))
    if "relation" in kept:
        ends = [
            _points(sheets["relation"].columns[end], kept, len(kept["relation"]))
            for end in ("source", "target")
        ]
        kept["relation"] |= ends[0] & ends[1]
    for table, column in (("tenure", "holder"), ("membership", "person")):
        stored = sheets[table].columns.get(column) if table in sheets else None
        if isinstance(stored, References) and "person" in kept:
            _mark(kept["person"], stored.rows_in("person", len(kept[table]))[kept[table]])
    homes = sheets["person"].columns.get("home") if "person" in sheets else None
    if isinstance(homes, References):
        _mark(kept["body"], homes.rows_in("body", len(kept["person"]))[kept["person"]])


def _points(stored: Stored | None, kept: Masks, length: int) -> NDArray[np.bool_]:
    """Return for each row whether it names something that is kept."""
    answer = np.zeros(length, np.bool_)
    if isinstance(stored, References):
        for target, rows in stored.targets.items():
            answer |= _marked(kept[target], rows)
    return answer


def _marked(mask: NDArray[np.bool_], rows: NDArray[np.int32]) -> NDArray[np.bool_]:
    return (rows >= 0) & np.append(mask, [False, False])[rows]


def _mark(mask: NDArray[np.bool_], rows: NDArray[np.int32]) -> None:
    mask[rows[rows >= 0]] = True


def reduced(
    sheets: Mapping[str, Sheet], sources: Mapping[str, Sources], kept: Masks
) -> tuple[dict[str, Sheet], dict[str, Sources]]:
    """Return the tables with only the rows that are kept, and where those stood."""
    rows = {name: np.flatnonzero(mask) for name, mask in kept.items()}
    new = {name: np.full(len(mask) + 2, NONE, np.int32) for name, mask in kept.items()}
    for name, each in rows.items():
        new[name][each] = np.arange(len(each), dtype=np.int32)
        # The last two cells are those of NONE and UNKNOWN, which index from the back.
        new[name][-2:] = (-2, -1)
    fewer = {
        name: Sheet(
            name,
            len(rows[name]),
            None if sheet.ids is None else sheet.ids.take(rows[name]),
            {key: _reduced(each, rows[name], new) for key, each in sheet.columns.items()},
        )
        for name, sheet in sheets.items()
    }
    return fewer, {name: each.take(rows[name]) for name, each in sources.items()}


def _reduced(
    stored: Stored, rows: NDArray[np.int64], new: Mapping[str, NDArray[np.int32]]
) -> Stored:
    if isinstance(stored, References):
        found = {target: new[target][each[rows]] for target, each in stored.targets.items()}
        return References(
            {t: read_only(each) for t, each in found.items() if len(each) and each.max() != NONE}
        )
    return read_only(stored[rows]) if isinstance(stored, np.ndarray) else stored.take(rows)
