"""What is written beside a unit, made into rows of the table it belongs to.

A seat and its holder stand in one line of a file and in two tables of the structure; grids
that a branch covers stand beside the branch and in the table of relations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np
from attrs import evolve

from govtree._columns import NONE, Words
from govtree._rows import (
    HELD,
    UNKNOWN_CELL,
    Cells,
    Chosen,
    Input,
    Rows,
    briefly,
    input_columns,
    is_given,
    taken,
)
from govtree.errors import RecordPlaces
from govtree.units import Column, Link, Mark, Record, Term

__all__ = ["places_of_seats", "unfolded"]

# -- what is written beside a unit becomes rows of its own -------------------------

#: Notes a problem: code, places, row, field, and what its message names.
Say = Callable[..., None]


def unfolded(
    given: Iterable[Rows],
    records: Mapping[str, type[Record]],
    posts: Sequence[Term],
    say: Say,
) -> dict[str, list[Rows]]:
    """Return *given* by table, with what is written beside a unit in a table of its own.

    Args:
        given: Rows as they were handed in.
        records: Record class of every table.
        posts: The vocabulary of posts, which says of which a place may have many.
        say: Told of each post whose seat cannot be named.
    """
    parts: dict[str, list[Rows]] = {}
    seats = []
    for rows in given:
        if rows.table == "post":
            seats.append(rows)
        else:
            _add(parts, _apart(rows, records))
    if seats:
        for rows in _apart(_with_seat_ids(Input("post", seats), posts, say), records):
            _add(parts, _seats_and_tenures(rows, say) if rows.table == "post" else [rows])
    _imply_persons(parts)
    return parts


def places_of_seats(given: Sequence[Rows], posts: Sequence[Term]) -> dict[str, str]:
    """Return the place of each seat by its id, which is the one that :func:`unfolded` gives it.

    Args:
        given: Rows of posts, as they were handed in.
        posts: The vocabulary of posts.
    """
    if not given:
        return {}
    seats = _with_seat_ids(Input("post", given), posts, lambda *_, **__: None)
    pairs = zip(seats.columns["id"], seats.columns.get("at", ()), strict=False)
    return {id: at for id, at in pairs if _is_told(id) and _is_told(at)}


def _add(parts: dict[str, list[Rows]], found: Iterable[Rows]) -> None:
    for rows in found:
        parts.setdefault(rows.table, []).append(rows)


def _apart(rows: Rows, records: Mapping[str, type[Record]]) -> Iterator[Rows]:
    own = dict(rows.columns)
    for name, column in input_columns(rows.table, records[rows.table]).items():
        if name in own and column.shape in ("links", "flags", "parts"):
            yield _beside(rows, name, column, own.pop(name))
    yield evolve(rows, columns=own)


def _with_seat_ids(posts: Input, terms: Sequence[Term], say: Say) -> Rows:
    """Return the rows of *posts* with the id of the seat that each speaks of.

    A place has one seat of a post, unless the vocabulary says that it may have many: then
    each row without a number has a seat of its own, numbered in order of the holders.
    """
    own = posts.columns.get("id", ())
    spelled = {spelling: term.term for term in terms for spelling in (term.term, *term.aliases)}
    if set(map(type, own)) == {str} and all(own):
        # Nothing is to be named; the order of rows stays.
        words = Words.of(_listed(posts, "post"))
        kinds = Words.packed(words.codes, [spelled.get(word, word) for word in words.words])
        return Rows("post", posts.columns | {"post": kinds}, posts.length, posts.sources)
    cells = {name: _listed(posts, name) for name in ("id", "post", "at", "number", "holder")}
    places = [
        (at or "", spelled.get(post, post or ""))
        for at, post in zip(cells["at"], cells["post"], strict=True)
    ]
    many = {term.term for term in terms if term.many}
    numbers = _seat_numbers(posts, cells, places, many)
    ids = [
        id or (_seat_id(*place, number) if all(place) else None)
        for id, place, number in zip(cells["id"], places, numbers, strict=True)
    ]
    for row in (row for row, id in enumerate(ids) if id is None):
        name = "at" if places[row][1] else "post"
        say("GT108", posts.sources, row, name, table="a post", field=name)
    named = np.array([row for row, id in enumerate(ids) if id is not None], np.int64)
    columns = posts.columns | {"id": ids, "post": [post or None for _, post in places]}
    if max(numbers, default=NONE) > NONE:
        columns["number"] = np.array(numbers, np.int32)
    chosen = {name: taken(each, named) for name, each in columns.items()}
    return Rows("post", chosen, len(named), posts.sources.take(named))


def _seat_id(at: str, post: str, number: int) -> str:
    return f"{at}/{post}/{number}" if number >= 0 else f"{at}/{post}"


def _seat_numbers(
    posts: Input,
    cells: Mapping[str, Sequence[Any]],
    places: Sequence[tuple[str, str]],
    many: set[str],
) -> list[int]:
    """Return the number of the seat of each row; :data:`NONE` where there is none."""
    numbers = [NONE if number is None else number for number in cells["number"]]
    named = {id for id in cells["id"] if id}
    rows_at: dict[tuple[str, str], list[int]] = {}
    for row, place in enumerate(places):
        # A seat that has an id of its own needs no number to be told from others.
        if place[1] in many and not cells["id"][row]:
            rows_at.setdefault(place, []).append(row)

    def told(row: int) -> tuple[bool, str, list[str], int]:
        holder = cells["holder"][row]
        # Nobody is like nobody else: what else is said of a vacancy puts it in its place.
        more = [] if holder else [repr(posts.columns[name][row]) for name in sorted(posts.columns)]
        return not holder, str(holder), more, row

    for place, rows in rows_at.items():
        used = {numbers[row] for row in rows}
        free = (n for n in count(1) if n not in used and _seat_id(*place, n) not in named)
        # A holder who is named twice, for two times in office, keeps the seat.
        of_holder: dict[Any, int] = {}
        for row in sorted(rows, key=lambda row: -numbers[row]):
            if numbers[row] >= 0:
                of_holder[cells["holder"][row]] = numbers[row]
        for row in sorted(rows, key=told):
            if numbers[row] < 0:
                holder = cells["holder"][row]
                if not holder or holder not in of_holder:
                    of_holder[holder] = next(free)
                numbers[row] = of_holder[holder]
    return numbers


def _imply_persons(parts: dict[str, list[Rows]]) -> None:
    """Add a row for every holder and member that the table of persons does not list."""
    named: set[str] = set()
    for table, name in (("tenure", "holder"), ("membership", "person")):
        for rows in parts.get(table, ()):
            # What is no text is told where the reference is read.
            cells = rows.columns.get(name, ())
            named.update(cell for cell in cells if isinstance(cell, str) and cell)
    for rows in parts.get("person", ()):
        named.difference_update(rows.columns.get("id", ()))
    named.discard(UNKNOWN_CELL)
    if named:
        implied = Rows("person", {"id": sorted(named)}, len(named), RecordPlaces("persons"))
        _add(parts, [implied])


def _listed(table: Input, name: str) -> list[Any]:
    """Return a column as a list, None where there is nothing."""
    cells = table.columns.get(name)
    if cells is None:
        return [None] * table.length
    listed = list(cells.tolist() if isinstance(cells, np.ndarray | Words) else cells)
    return [cell if _is_told(cell) else None for cell in listed]


def _is_told(cell: Any) -> bool:
    """Return whether a cell of a column says anything."""
    return is_given(cell) and cell != NONE


def _seats_and_tenures(posts: Rows, say: Say) -> Iterator[Rows]:
    """Yield the seats of *posts*, each once, and the tenures of their holders."""
    ids = posts.columns["id"]
    nothing: list[None] = [None] * posts.length
    holders = posts.columns.get("holder", nothing)
    since = posts.columns.get("since", nothing)
    held = {name: posts.columns[name] for name in HELD if name in posts.columns}
    seats = {name: cells for name, cells in posts.columns.items() if name not in held}
    if not held and len(set(ids)) == posts.length:
        # Nothing is to be told apart where tenures have a table of their own.
        yield evolve(posts, columns=seats)
        return

    def told_holder(row: int) -> str:
        return str(holders[row]) if _is_told(holders[row]) else ""

    # What the earliest holder's row says of the seat counts, whatever the order of the rows.
    by_age = sorted(
        range(posts.length),
        key=lambda row: (str(ids[row]), str(since[row]), told_holder(row), row),
    )
    rows_of: dict[Any, list[int]] = {}
    for row in by_age:
        rows_of.setdefault(ids[row], []).append(row)
    told = {id: rows for id, rows in rows_of.items() if len(rows) > 1}
    for id, several in told.items():
        for row in sorted(several)[1:]:
            _say_other_place(posts, id, min(several), row, say)
    firsts = {min(each): each for each in rows_of.values()}
    chosen = np.array(sorted(firsts), np.int64)
    columns = {name: taken(cells, chosen) for name, cells in seats.items()}
    if told:
        columns = {
            name: _first_given(cells, [firsts[row] for row in chosen.tolist()])
            for name, cells in seats.items()
        }
    yield Rows("post", columns, len(chosen), Chosen(posts.places, chosen))
    given = np.zeros(posts.length, np.bool_)
    for cells in held.values():
        given[[row for row in range(posts.length) if _is_told(cells[row])]] = True
    rows = np.flatnonzero(given)
    if len(rows):
        columns = {name: taken(cells, rows) for name, cells in held.items()}
        columns["post"] = [ids[row] for row in rows.tolist()]
        yield Rows("tenure", columns, len(rows), Chosen(posts.places, rows))


def _say_other_place(posts: Rows, id: object, first: int, row: int, say: Say) -> None:
    """Say that two rows give one id to seats of two posts or places."""
    for name in ("post", "at", "number"):
        if name in posts.columns:
            one, other = posts.columns[name][first], posts.columns[name][row]
            if _is_told(one) and _is_told(other) and one != other:
                here, there = posts.places.at(row, "id"), posts.places.at(first, "id")
                say("GT101", posts.places, row, "id", id=id, first=briefly(there, here))
                return


def _first_given(cells: Cells, rows: Sequence[Sequence[int]]) -> Cells:
    """Return for each list of rows the first cell in which something is given."""
    at = [next((row for row in each if _is_told(cells[row])), each[0]) for each in rows]
    return taken(cells, np.array(at, np.int64))


def _beside(rows: Rows, name: str, column: Column, cells: Cells) -> Rows:
    """Return what is written beside units in field *name* as rows of the table it belongs to."""
    # Rows without any id have a problem of their own, and nothing beside them.
    ids = rows.columns.get("id", [None] * rows.length)
    found = [
        (row, at, each)
        for row, given in enumerate(cells)
        if given and is_given(ids[row])
        for at, each in enumerate(given)
    ]
    owners = [ids[row] for row, _, _ in found]
    items = [each for _, _, each in found]
    if column.shape == "parts":
        table = column.targets[0]
        columns: dict[str, Cells] = {"body": owners, "group": items}
    elif column.shape == "flags":
        table, columns = "flag", {"unit": owners, **_dated(items, ("flag", "giver"))}
    else:
        table, columns = "relation", {"source": owners, **_dated(items, ("mode",))}
        columns["target"] = [each.unit for each in items]
        columns["relation"] = [column.targets[0]] * len(items)
    numbers = np.array([row for row, _, _ in found], np.int64)
    fields = [f"{name}[{at}]" for _, at, _ in found]
    return Rows(table, columns, len(found), Chosen(rows.places, numbers, fields))


def _dated(items: Sequence[Link | Mark], names: Iterable[str]) -> dict[str, Cells]:
    """Return the columns of *items* for what was given in any of them."""
    columns: dict[str, Cells] = {name: [getattr(each, name) for each in items] for name in names}
    for name in ("since", "until"):
        columns[name] = np.array([getattr(each, name) for each in items], "datetime64[D]")
    return {name: cells for name, cells in columns.items() if any(_is_told(cell) for cell in cells)}
