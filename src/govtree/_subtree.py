"""A part of a structure as a structure of its own."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._arrays import Arrays
from govtree._columns import (
    NONE,
    UNKNOWN,
    IntArray,
    References,
    Sheet,
    Stored,
    marked,
    read_only,
)
from govtree._rows import Sources
from govtree.units import BESIDE, TERRITORY

__all__ = ["Part", "owners", "reduced", "rows_around", "rows_of_part"]

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


#: Fields by which a place or a household lies in a place.
_LIES_IN = ("compound", "grid", "micro_grid", "building", "entrance")

#: Tables whose rows say something about those that they name.
_SAYING = ("post", "relation", *_OWNED)


@frozen(eq=False)
class Part:
    """What makes a structure a part of another one.

    Attributes:
        own: Rows that this part answers for, by table; the others stand in another part as
            well, and are here for what they say about these.
        given: What somebody gave in the whole.
    """

    own: Masks
    given: frozenset[str]


def owners(arrays: Arrays, sheets: Mapping[str, Sheet]) -> tuple[dict[str, IntArray], int]:
    """Return for each row of each table with ids the part that answers for it, and their number.

    Each unit of the topmost level answers for what belongs to it, and the last part for the
    rest: what belongs to none, and what stands beside the chain and the territory.
    """
    top = arrays.chain[0]
    rest = arrays.count(top)
    found: dict[str, IntArray] = {}
    for name, sheet in sheets.items():
        found[name] = np.full(len(sheet), rest, np.int32)
        if name in arrays.chain or name in TERRITORY:
            belongs = arrays.belongs(name, top)
            found[name] = np.where(belongs >= 0, belongs, rest).astype(np.int32)
    # A post belongs to its place, and what is said of something to that.
    for name, column in {"post": "at", **_OWNED, "relation": "source"}.items():
        stored = sheets[name].columns.get(column) if name in sheets else None
        for target, rows in stored.targets.items() if isinstance(stored, References) else ():
            if target in found:
                found[name][rows >= 0] = found[target][rows[rows >= 0]]
    return found, rest + 1


def rows_around(sheets: Mapping[str, Sheet], own: Masks) -> Masks:
    """Return which rows of each table are needed to judge the *own* ones.

    They are what names an own row, what is named from there, and once more what says something
    about those: the posts at a place nearby and who holds them, the branch that covers it.
    """
    kept = {name: mask.copy() for name, mask in own.items()}
    # What lies in an own place may be another part's: from the large to the small.
    for name in (*TERRITORY, "household"):
        for way in _LIES_IN if name in sheets else ():
            kept[name] |= _points(sheets[name].columns.get(way), kept, len(sheets[name]))
    _keep_naming(sheets, kept, tuple(sheets))
    _keep_possible(sheets, kept)
    for _ in range(2):
        _keep_named(sheets, kept)
        _keep_naming(sheets, kept, _SAYING)
    _keep_named(sheets, kept)
    return kept


def _keep_naming(sheets: Mapping[str, Sheet], kept: Masks, tables: tuple[str, ...]) -> None:
    """Keep the rows of *tables* that name what is kept."""
    before = {name: mask.copy() for name, mask in kept.items()}
    # What is named all over, such as a property company or an official, leads everywhere.
    wide = {name: mask for name, mask in before.items() if name not in ("body", "area")}
    for name in tables:
        if name in sheets:
            for column, stored in sheets[name].columns.items():
                source = wide if (name, column) == ("relation", "source") else before
                kept[name] |= _points(stored, source, len(sheets[name]))


def _keep_possible(sheets: Mapping[str, Sheet], kept: Masks) -> None:
    """Keep all rows of a table that a kept unit names without saying which of them."""
    units = [name for name in sheets if name not in (*_SAYING, *BESIDE, "person")]
    for name in units:
        for stored in sheets[name].columns.values():
            for target, rows in stored.targets.items() if isinstance(stored, References) else ():
                if target in kept and (rows[kept[name]] == UNKNOWN).any():
                    kept[target][:] = True


def _keep_named(sheets: Mapping[str, Sheet], kept: Masks) -> None:
    """Keep all that kept rows name, and what those name."""
    waiting = list(sheets)
    while waiting:
        name = waiting.pop()
        for stored in sheets[name].columns.values():
            for target, rows in stored.targets.items() if isinstance(stored, References) else ():
                if target in kept:
                    count = np.count_nonzero(kept[target])
                    _mark(kept[target], rows[kept[name]])
                    if np.count_nonzero(kept[target]) > count and target not in waiting:
                        waiting.append(target)


def rows_of_part(
    arrays: Arrays, sheets: Mapping[str, Sheet], chain: list[str], table: str, row: int
) -> Masks:
    """Return for each table which rows belong to the part of the unit at *row* of *table*."""
    kept: Masks = {name: np.zeros(len(sheet), np.bool_) for name, sheet in sheets.items()}
    for name, at in arrays.units_of(table, row):
        below = arrays.under(name, at) if name in chain else {}
        if name in TERRITORY:
            _keep_inside(arrays, kept, name, np.array([at]))
        for level, rows in below.items():
            if level in kept:
                kept[level][rows] = True
    if "household" in kept:
        kept["household"][arrays.households_of(table, row)] = True
    kept[table][row] = True
    _keep_territory(arrays, kept)
    # What points at a bare unit above or around is not kept, so it is looked for before those.
    _keep_beside(sheets, kept)
    _keep_containers(arrays, kept)
    for name in chain[::-1]:
        _keep_above(arrays, kept, name, chain)
    _keep_records(sheets, kept)
    return kept


def _keep_inside(arrays: Arrays, kept: Masks, table: str, rows: NDArray[np.int64]) -> None:
    """Keep the territory that lies in some places, and the places."""
    if table in kept:
        kept[table][rows] = True
        for lower in TERRITORY:
            if lower in kept and lower != table:
                places = np.zeros(len(kept[table]), np.bool_)
                places[rows] = True
                kept[lower] |= marked(places, arrays.within(lower, table))


def _keep_territory(arrays: Arrays, kept: Masks) -> None:
    """Keep what kept communities hold, kept branches and groups cover, and households lie in."""
    if "community" in kept:
        _keep_inside(arrays, kept, "community", np.flatnonzero(kept["community"]))
    for source in ("branch", "group"):
        for target in TERRITORY:
            if source in kept and target in kept:
                covering, covered = arrays.links("covers", source, target)
                _keep_inside(arrays, kept, target, covered[kept[source][covering]].astype(np.int64))
    if "household" in kept:
        for name in TERRITORY:
            if name in kept:
                _mark(kept[name], arrays.within("household", name)[kept["household"]])


def _keep_containers(arrays: Arrays, kept: Masks) -> None:
    for lower in (*TERRITORY, "household"):
        for upper in (*TERRITORY, "community"):
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
            _mark_named(relation.columns["source"], kept, rows, BESIDE)
        for table, column, end in (
            ("responsibility", "bearer", "unit"),
            ("membership", "body", "member"),
        ):
            if table in sheets:
                rows = _points(sheets[table].columns.get(end), kept, len(sheets[table]))
                _mark_named(sheets[table].columns[column], kept, rows, BESIDE)
    if "post" in kept:
        # A post is nothing without its place, which is kept bare where nothing else keeps it.
        _mark_named(sheets["post"].columns["at"], kept, kept["post"].copy(), tuple(kept))


def _keep_records(sheets: Mapping[str, Sheet], kept: Masks) -> None:
    for table, column in _OWNED.items():
        if table in kept:
            kept[table] |= _points(sheets[table].columns.get(column), kept, len(kept[table]))
    if "responsibility" in kept:
        bearers = sheets["responsibility"].columns["bearer"]
        kept["responsibility"] &= _points(bearers, kept, len(kept["responsibility"]))
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
    if isinstance(homes, References) and "body" in kept:
        _mark(kept["body"], homes.rows_in("body", len(kept["person"]))[kept["person"]])


def _points(stored: Stored | None, kept: Masks, length: int) -> NDArray[np.bool_]:
    """Return for each row whether it names something that is kept."""
    answer = np.zeros(length, np.bool_)
    if isinstance(stored, References):
        for target, rows in stored.targets.items():
            # A table that nobody gave is named where all that is known is that nothing is.
            if target in kept:
                answer |= marked(kept[target], rows)
    return answer


def _mark_named(
    stored: Stored, kept: Masks, rows: NDArray[np.bool_], tables: tuple[str, ...]
) -> None:
    """Keep what *rows* of a column name, where it is in one of *tables*."""
    if isinstance(stored, References):
        for target, named in stored.targets.items():
            if target in kept and target in tables:
                _mark(kept[target], named[rows])


def _mark(mask: NDArray[np.bool_], rows: NDArray[np.int32]) -> None:
    mask[rows[rows >= 0]] = True


def reduced(
    sheets: Mapping[str, Sheet],
    sources: Mapping[str, Sources],
    kept: Masks,
    *,
    as_part: bool = False,
) -> tuple[dict[str, Sheet], dict[str, Sources]]:
    """Return the tables with only the rows that are kept, and where those stood.

    Args:
        sheets: The tables.
        sources: Where their rows stood.
        kept: Which rows are kept.
        as_part: Whether a column still leads where it leads in the whole, though no row that
            is kept goes there; else it says of itself only what it has.
    """
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
            {key: _reduced(each, rows[name], new, as_part) for key, each in sheet.columns.items()},
        )
        for name, sheet in sheets.items()
    }
    return fewer, {name: each.take(rows[name]) for name, each in sources.items()}


def _reduced(
    stored: Stored, rows: NDArray[np.int64], new: Mapping[str, NDArray[np.int32]], as_part: bool
) -> Stored:
    if isinstance(stored, References):
        found = {
            target: new[target][each[rows]] if target in new else each[rows]
            for target, each in stored.targets.items()
        }
        if as_part:
            return References({target: read_only(each) for target, each in found.items()})
        pointing = {t: read_only(each) for t, each in found.items() if (each >= 0).any()}
        unknown = {t: read_only(each) for t, each in found.items() if (each == UNKNOWN).any()}
        return References(pointing or dict(itertools.islice(unknown.items(), 1)))
    return read_only(stored[rows]) if isinstance(stored, np.ndarray) else stored.take(rows)
