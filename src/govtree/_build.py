"""From the rows that people hand in to checked tables.

Everything that can be wrong with the shape of a structure is found here, whatever door the
rows came in by, and all of it is reported at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from govtree._columns import NONE, TAG, UNKNOWN, IntArray, References, Sheet, Stored, Words, read_only
from govtree._ids import Ids, Texts, arrange
from govtree._names import NearMisses
from govtree.errors import Location, Places, Problem, RecordPlaces, problem
from govtree.units import (
    ABOVE,
    BESIDE,
    NODE,
    RELATION_ENDS,
    TABLES,
    TERRITORY,
    UNIT,
    Column,
    Level,
    LevelUnit,
    Link,
    Mark,
    Record,
    Tenure,
    Term,
    columns_of,
)

__all__ = ["UNKNOWN_CELL", "Built", "Rows", "Sources", "build", "input_columns", "tables_of"]

#: What a cell says where it is not known whether there is a value.
UNKNOWN_CELL = "?"

#: Fields of a tenure that may be written beside the post itself.
_HELD = tuple(name for name in columns_of(Tenure) if name != "post")

Cells = Sequence[Any] | NDArray[Any] | Words


@frozen(eq=False)
class Rows:
    """Some rows of one table, as they were handed in.

    Attributes:
        table: Name of the table.
        columns: Cells by field, each as long as the others. Texts, ids, references and words
            are sequences of str or None; whole numbers int32, numbers float64, truths int8
            (:data:`NONE` or NaN where there is none), dates datetime64[D]; a tag stands under
            ``tags.`` and its name; links, flags and parts are sequences of tuples or None.
        length: Number of rows.
        places: Where they stand.
    """

    table: str
    columns: Mapping[str, Cells]
    length: int
    places: Places


@frozen(eq=False)
class Sources:
    """Where the rows of one table stood in the files or records that they came from.

    Attributes:
        parts: The inputs, in the order in which they were handed in.
        starts: Number of the first row of each input when all are counted through.
        order: The counted row of each row of the table, or None where it is the same.
    """

    parts: tuple[Places, ...]
    starts: tuple[int, ...]
    order: NDArray[Any] | None = None

    def at(self, row: int, field: str = "") -> Location:
        """Return the place of a row, or of its cell in *field*."""
        part, within = self._find(row)
        return part.at(within, field)

    def quote(self, row: int, field: str = "") -> str:
        """Return the line of the source, or an empty text where it may not be shown."""
        part, within = self._find(row)
        return part.quote(within, field)

    def take(self, rows: NDArray[Any]) -> Sources:
        """Return the sources of these *rows*."""
        return evolve(self, order=rows if self.order is None else self.order[rows])

    def _find(self, row: int) -> tuple[Places, int]:
        counted = row if self.order is None else int(self.order[row])
        part = int(np.searchsorted(self.starts, counted, side="right")) - 1
        return self.parts[part], counted - self.starts[part]


@frozen(eq=False)
class Built:
    """Checked tables, where their rows stood, and what was wrong.

    Attributes:
        sheets: Every table that was given or implied, by name, in the structure's order.
        sources: Where the rows of each table stood.
        problems: Sorted; nothing may be used where one of them is an error.
    """

    sheets: Mapping[str, Sheet]
    sources: Mapping[str, Sources]
    problems: tuple[Problem, ...]


def tables_of(levels: Iterable[Level]) -> dict[str, type[Record]]:
    """Return the record class of every table by name: the chain top down, then the others."""
    shipped = {table.name: table.record for table in TABLES}
    chain = {level.table: shipped.get(level.table, LevelUnit) for level in levels}
    return chain | {name: record for name, record in shipped.items() if name not in chain}


def input_columns(table: str, record: type[Record]) -> dict[str, Column]:
    """Return the fields that a row of *table* may be handed in with.

    They are those of the record, and for a post those of the tenure of its holder.
    """
    columns = dict(columns_of(record))
    if table == "post":
        held = columns_of(Tenure)
        columns |= {name: evolve(held[name], required=False) for name in _HELD}
        columns["id"] = evolve(columns["id"], required=False)
    return columns


def build(
    levels: Sequence[Level], vocabularies: Mapping[str, Sequence[Term]], given: Iterable[Rows]
) -> Built:
    """Return the checked tables of a structure and every problem with them.

    Of the faults that a reference can have, one is reported: a unit that names itself or
    stands in a circle is not also told that the level is wrong.
    """
    return _Builder(levels, vocabularies).build(given)


class _Input:
    """All rows of one table, counted through, before their ids are in order."""

    def __init__(self, table: str, parts: Sequence[Rows]) -> None:
        self.table = table
        self.length = sum(part.length for part in parts)
        self.columns = _joined(parts)
        starts = np.cumsum([0, *(part.length for part in parts)])[:-1]
        self.sources = Sources(tuple(part.places for part in parts), tuple(starts.tolist()))


class _Builder:
    def __init__(
        self, levels: Sequence[Level], vocabularies: Mapping[str, Sequence[Term]]
    ) -> None:
        self.chain = [level.table for level in levels]
        self.levels = {level.table: level for level in levels}
        self.records = tables_of(levels)
        self.vocabularies = vocabularies
        self.problems: list[Problem] = []
        self.faulty: set[Location] = set()
        self.ids: dict[str, Ids] = {}
        self.refused: set[str] = set()  # texts that were meant as ids and cannot be
        self.sources: dict[str, Sources] = {}
        self.near: dict[tuple[str, ...], NearMisses] = {}
        # Parents that are units of the chain but not of the level above: by table and row,
        # the table they are in and what there is to say.
        self.misplaced: dict[tuple[str, int], tuple[str, dict[str, str]]] = {}

    def build(self, given: Iterable[Rows]) -> Built:
        parts: dict[str, list[Rows]] = {}
        for rows in self._unfolded(given):
            parts.setdefault(rows.table, []).append(rows)
        self._imply_persons(parts)
        inputs = {name: _Input(name, parts[name]) for name in self.records if name in parts}
        kept = {name: self._arrange(each) for name, each in inputs.items()}
        self._find_ids_of_two_tables()
        columns = {name: self._store(inputs[name], kept[name]) for name in inputs}
        self._find_circles(columns)
        self._check_relation_ends(columns.get("relation"))
        sheets = {name: self._sheet(name, each) for name, each in columns.items()}
        return Built(sheets, self.sources, tuple(sorted(self.problems)))

    def _say(self, code: str, sources: Places, row: int, name: str = "", **values: object) -> None:
        """Note the problem with *code* at a row; values that are None are left out."""
        said = {key: value for key, value in values.items() if value is not None}
        quote = sources.quote(row, name)
        where = sources.at(row, name)
        self.faulty.add(where)
        self.problems.append(problem(code, where, quote=quote, **said))

    # -- what is written beside a unit becomes rows of its own -------------------------

    def _unfolded(self, given: Iterable[Rows]) -> Iterator[Rows]:
        """Yield *given* with seats apart from tenures and links in the table of relations."""
        posts = []
        for rows in given:
            if rows.table == "post":
                posts.append(rows)
            else:
                yield from self._apart(rows)
        if posts:
            for rows in self._apart(self._with_seat_ids(_Input("post", posts))):
                if rows.table == "post":
                    yield from _seats_and_tenures(rows)
                else:
                    yield rows

    def _apart(self, rows: Rows) -> Iterator[Rows]:
        own = dict(rows.columns)
        for name, column in input_columns(rows.table, self.records[rows.table]).items():
            if name in own and column.shape in ("links", "flags", "parts"):
                yield _beside(rows, name, column, own.pop(name))
        yield evolve(rows, columns=own)

    def _with_seat_ids(self, posts: _Input) -> Rows:
        """Return the rows of *posts* with the id of the seat that each speaks of.

        A place has one seat of a post, unless the vocabulary says that it may have many: then
        each row without a number has a seat of its own, numbered in order of the holders.
        """
        terms = self.vocabularies.get("post", ())
        spelled = {spelling: term for term in terms for spelling in (term.term, *term.aliases)}
        cells = {name: _listed(posts, name) for name in ("id", "post", "at", "number", "holder")}
        seats: list[tuple[str, str, int]] = []
        open_rows: dict[tuple[str, str], list[int]] = {}
        used: dict[tuple[str, str], set[int]] = {}
        for row, (at, post, number) in enumerate(
            zip(cells["at"], cells["post"], cells["number"], strict=True)
        ):
            term = spelled.get(post)
            place = (at or "", term.term if term else post or "")
            seats.append((*place, NONE if number is None else number))
            if number is not None and number >= 0:
                used.setdefault(place, set()).add(number)
            elif term is not None and term.many:
                open_rows.setdefault(place, []).append(row)
        for place, rows in open_rows.items():
            holders = sorted({cells["holder"][row] or "" for row in rows} - {""})
            vacancies = [row for row in rows if not cells["holder"][row]]
            free = (n for n in range(1, len(seats) + 2) if n not in used.get(place, ()))
            number_of = dict(zip(holders, free))  # noqa: B905 - free numbers never run out
            for row in rows:
                holder = cells["holder"][row]
                seats[row] = (*place, number_of[holder] if holder else NONE)
            for row in vacancies:
                seats[row] = (*place, next(free))
        ids = [
            given or (f"{at}/{post}" + (f"/{number}" if number >= 0 else "") if at and post else None)
            for given, (at, post, number) in zip(cells["id"], seats, strict=True)
        ]
        for row, (id, (at, post, _)) in enumerate(zip(ids, seats, strict=True)):
            if id is None:
                missing = "at" if post else "post"
                self._say("GT108", posts.sources, row, table="post", field=missing)
        numbers = np.array([number for _, _, number in seats], np.int32)
        rows = np.array([row for row, id in enumerate(ids) if id is not None], np.int64)
        columns = posts.columns | {"id": ids, "number": numbers}
        chosen = {name: _taken(each, rows) for name, each in columns.items()}
        return Rows("post", chosen, len(rows), evolve(posts.sources, order=rows))

    def _imply_persons(self, parts: dict[str, list[Rows]]) -> None:
        """Add a row for every holder and member that the table of persons does not list."""
        named: set[str] = set()
        for table, name in (("tenure", "holder"), ("membership", "person")):
            for rows in parts.get(table, ()):
                named.update(cell for cell in rows.columns.get(name, ()) if cell)
        for rows in parts.get("person", ()):
            named.difference_update(rows.columns.get("id", ()))
        named.discard(UNKNOWN_CELL)
        if named:
            implied = Rows("person", {"id": sorted(named)}, len(named), RecordPlaces("persons"))
            parts.setdefault("person", []).append(implied)

    # -- ids ----------------------------------------------------------------------------

    def _arrange(self, table: _Input) -> NDArray[Any] | None:
        """Put the ids of *table* in order; return its rows in that order, None for all."""
        sources = self.sources[table.table] = table.sources
        if "id" not in columns_of(self.records[table.table]):
            return None
        cells = table.columns.pop("id", None)
        arranged = arrange([None] * table.length if cells is None else cells)
        for row in arranged.empty:
            self._say("GT109", sources, row, table=table.table)
        for row, reason in arranged.unfit:
            self._say("GT110", sources, row, "id", id=cells[row], reason=reason)  # type: ignore[index]  # there are cells
            self.refused.add(str(cells[row]))  # type: ignore[index]  # as above
        for row, first in arranged.duplicates:
            where = _briefly(sources.at(first, "id"), sources.at(row, "id"))
            self._say("GT101", sources, row, "id", id=cells[row], first=where)  # type: ignore[index]  # as above
        self.ids[table.table] = arranged.ids
        self.sources[table.table] = evolve(sources, order=arranged.order)
        return arranged.order

    def _find_ids_of_two_tables(self) -> None:
        # Persons have a name space of their own: they are no nodes.
        tables = [name for name in self.ids if name != "person"]
        if len(tables) < 2:
            return
        # The largest table is never made into texts: the small ones are looked up in it.
        largest = max(tables, key=lambda name: len(self.ids[name]))
        others = [name for name in tables if name != largest]
        texts = [text for name in others for text in self.ids[name].tolist()]
        home = [(name, row) for name in others for row in range(len(self.ids[name]))]
        twice = [(home[row], home[first]) for row, first in arrange(texts).duplicates]
        found = self.ids[largest].rows(texts)
        for at in np.flatnonzero(found >= 0).tolist():
            pair = sorted(
                [home[at], (largest, int(found[at]))], key=lambda each: tables.index(each[0])
            )
            twice.append((pair[1], pair[0]))
        for (table, row), (first_table, first_row) in twice:
            here = self.sources[table].at(row, "id")
            there = self.sources[first_table].at(first_row, "id")
            if there > here and there.file == here.file:
                (table, row), here, there = (first_table, first_row), there, here
            text = self.ids[table][row]
            self._say(
                "GT101", self.sources[table], row, "id", id=text, first=_briefly(there, here)
            )

    # -- columns --------------------------------------------------------------------------

    def _store(self, table: _Input, order: NDArray[Any] | None) -> dict[str, Stored]:
        """Return the columns of *table* as they are stored, its rows in *order*."""
        known = input_columns(table.table, self.records[table.table])
        stored: dict[str, Stored] = {}
        for name in sorted(table.columns.keys() | {n for n, c in known.items() if c.required}):
            column = known.get(name, known.get("tags") if name.startswith(TAG) else None)
            if column is None or name == "id":
                continue
            cells = table.columns.get(name, [None] * table.length)
            ordered = cells if order is None else _taken(cells, order)
            if column.shape == "reference":
                stored[name] = self._references(table.table, name, column, ordered)
            elif column.shape == "term":
                stored[name] = self._words(table.table, name, column, ordered)
            elif column.shape == "text":
                stored[name] = ordered if isinstance(ordered, Texts) else Texts.of(ordered)  # type: ignore[arg-type]  # cells of a text
            else:
                array = np.asarray(ordered)
                array.setflags(write=False)
                stored[name] = array
            if column.required:
                self._require(table.table, name, stored[name])
        return stored

    def _require(self, table: str, name: str, stored: Stored) -> None:
        sources = self.sources[table]
        for row in _empty(stored):
            # A cell that was refused is empty now; it has had its problem.
            if sources.at(row, name) not in self.faulty:
                self._say("GT108", sources, row, name, table=table, field=name)

    def _words(self, table: str, name: str, column: Column, cells: Cells) -> Words:
        words = cells if isinstance(cells, Words) else Words.of(cells)  # type: ignore[arg-type]  # cells of a term
        vocabulary = column.vocabulary.replace("@", f"{table}_")
        terms = self.vocabularies.get(vocabulary)
        if not terms:
            return words
        spelled = {alias: term.term for term in terms for alias in term.aliases}
        spelled |= {term.term: term.term for term in terms}
        strange = [word for word in words.words if word not in spelled and word != UNKNOWN_CELL]
        near = NearMisses(list(spelled)) if strange else None
        for word in strange:
            meant = near.nearest(word) if near else ""
            known = ", ".join(term.term for term in terms[:12])
            for row in np.flatnonzero(words.is_word(word)).tolist():
                self._say(
                    "GT107", self.sources[table], row, name, word=word, vocabulary=vocabulary,
                    known=known, meant=meant or None,
                )  # fmt: skip
        codes = words.codes
        if UNKNOWN_CELL in words.words:
            codes = np.where(words.is_word(UNKNOWN_CELL), UNKNOWN, codes)
        return Words.packed(codes, [spelled.get(word, word) for word in words.words])

    # -- references -------------------------------------------------------------------------

    def _references(self, table: str, name: str, column: Column, cells: Cells) -> References:
        """Return *cells* as rows of the tables they point into; say which point nowhere."""
        allowed = self._targets(table, column)
        found: dict[str, IntArray] = {}
        pending: NDArray[Any] | None = None  # rows not found yet; None is all of them
        for target in allowed:
            if target not in self.ids:
                continue
            sought = cells if pending is None else _taken(cells, pending)
            rows = self.ids[target].rows(sought)  # type: ignore[arg-type]  # cells of a reference
            if pending is not None:
                scattered = np.full(len(cells), NONE, np.int32)
                scattered[pending] = rows
                rows = scattered
            missed = np.flatnonzero(rows < 0) if pending is None else pending[rows[pending] < 0]
            if len(missed) < len(cells):
                found[target] = rows
            pending = missed
            if not len(pending):
                break
        missed = np.arange(len(cells)) if pending is None else pending
        faulty = [row for row in missed.tolist() if cells[row]]
        unknown = [row for row in faulty if cells[row] == UNKNOWN_CELL]
        if unknown:
            found = {t: each.copy() for t, each in found.items()} or {
                (allowed or [table])[0]: np.full(len(cells), NONE, np.int32)
            }
            for rows in found.values():
                rows[unknown] = UNKNOWN
        self._diagnose(table, name, allowed, cells, sorted(set(faulty) - set(unknown)))
        kept = {t: each for t, each in found.items() if unknown or (each >= 0).any()}
        for rows in kept.values():
            rows.setflags(write=False)
        return References({t: kept[t] for t in self.records if t in kept})

    def _targets(self, table: str, column: Column) -> list[str]:
        """Return the tables that a reference may point into, the likely ones first."""
        names: list[str] = []
        for target in column.targets:
            if target == ABOVE:
                names += self._above(table)
            elif target in (UNIT, NODE):
                names += [*self.chain, *TERRITORY]
                names += BESIDE if target == NODE else ()
            else:
                names.append(target)
        return names

    def _above(self, table: str) -> list[str]:
        """Return the levels that a unit of level *table* may stand under, the nearest first."""
        above: list[str] = []
        for name in reversed(self.chain[: self.chain.index(table)]):
            above.append(name)
            if not self.levels[name].optional:
                break
        return above

    def _diagnose(
        self, table: str, name: str, allowed: Sequence[str], cells: Cells, rows: Sequence[int]
    ) -> None:
        """Say of each row in *rows* why its reference does not point where it should."""
        if not rows:
            return
        sources, ids = self.sources[table], self.ids.get(table)
        expected = " or ".join(map(self._called, allowed)) or "nothing"
        texts = [str(cells[row]) for row in rows]
        elsewhere = self._tables_holding(texts, [t for t in self.ids if t not in allowed])
        for row, text in zip(rows, texts, strict=True):
            own = (ids[row] if ids else "") or ""
            said = {"level": self._called(table), "id": own, "field": name, "target": text}
            found = elsewhere.get(text)
            if text == own:
                self._say("GT105", sources, row, name, **said)
            elif found is None and text not in self.refused:
                meant = self._near(tuple(allowed), text)
                self._say(
                    "GT102", sources, row, name, expected=expected, meant=meant or None, **said
                )
            elif found is not None and name == "parent" and found in self.chain:
                self.misplaced[table, row] = (found, said | {"expected": expected})
            elif found is not None:
                said["found"] = self._called(found)
                self._say("GT103", sources, row, name, expected=expected, **said)

    def _tables_holding(self, texts: Sequence[str], tables: Sequence[str]) -> dict[str, str]:
        """Return the table that holds each of *texts*, for those that one of *tables* holds."""
        held: dict[str, str] = {}
        for table in tables:
            rows = self.ids[table].rows(list(texts))
            held |= {texts[at]: table for at in np.flatnonzero(rows >= 0).tolist()}
        return held

    def _called(self, table: str) -> str:
        return self.levels[table].level if table in self.levels else table

    def _near(self, tables: tuple[str, ...], text: str) -> str:
        if tables not in self.near:
            known = [id for table in tables if table in self.ids for id in self.ids[table].tolist()]
            self.near[tables] = NearMisses(known)
        return self.near[tables].nearest(text)

    def _find_circles(self, columns: Mapping[str, Mapping[str, Stored]]) -> None:
        """Report each circle of parents once, then the parents that are merely misplaced."""

        def parent(unit: tuple[str, int]) -> tuple[str, int] | None:
            table, row = unit
            if unit in self.misplaced:
                found, said = self.misplaced[unit]
                return found, self.ids[found].row(said["target"])
            up = columns[table].get("parent")
            if isinstance(up, References):
                for name, rows in up.targets.items():
                    if rows[row] >= 0:
                        return name, int(rows[row])
            return None

        walked: set[tuple[str, int]] = set()
        for start in sorted(self.misplaced):
            trail: dict[tuple[str, int], None] = {}
            at: tuple[str, int] | None = start
            while at is not None and at not in walked and at not in trail:
                trail[at] = None
                at = parent(at)
            walked.update(trail)
            if at in trail:
                units = list(trail)
                self._say_circle(units[units.index(at) :])
        for (table, row), (found, said) in sorted(self.misplaced.items()):
            said["found"] = self._called(found)
            above = self.chain[: self.chain.index(table)]
            if found in above:
                between = above[above.index(found) + 1 :]
                said["skipped"] = ", ".join(map(self._called, between))
            code = "GT106" if found in above else "GT103"
            self._say(code, self.sources[table], row, "parent", **said)

    def _say_circle(self, circle: list[tuple[str, int]]) -> None:
        for unit in circle:
            self.misplaced.pop(unit, None)
        ids = [str(self.ids[table][row]) for table, row in circle]
        least = ids.index(min(ids))
        turned = ids[least:] + ids[:least]
        table, row = circle[least]
        ring = " > ".join([*reversed(turned), turned[-1]])
        self._say("GT104", self.sources[table], row, "parent", circle=ring)

    def _check_relation_ends(self, columns: Mapping[str, Stored] | None) -> None:
        """Say which rows join units that their relation does not join."""
        if columns is None or not isinstance(columns["relation"], Words):
            return
        relation = columns["relation"]
        for name, ends in RELATION_ENDS.items():
            rows = np.flatnonzero(relation.is_word(name))
            for end, names in zip(("source", "target"), ends, strict=True):
                allowed = self._targets("relation", Column("reference", targets=names))
                references = columns[end]
                assert isinstance(references, References)
                for table, found in references.targets.items():
                    if table in allowed:
                        continue
                    for row in rows[found[rows] >= 0].tolist():
                        self._say(
                            "GT103", self.sources["relation"], row, end, level="relation",
                            id=name, field=end, target=self.ids[table][int(found[row])],
                            found=self._called(table),
                            expected=" or ".join(map(self._called, allowed)),
                        )  # fmt: skip

    # -- tables ------------------------------------------------------------------------------

    def _sheet(self, name: str, columns: dict[str, Stored]) -> Sheet:
        ids = self.ids.get(name)
        if ids is not None:
            return Sheet(name, len(ids), ids, columns)
        keys, length = _sort_keys(columns, list(columns_of(self.records[name])))
        order = np.lexsort(keys[::-1]) if keys else np.arange(length)
        # The same fact stated twice, in a table and beside a unit, is one fact.
        fresh = np.ones(length, np.bool_)
        if length:
            fresh[1:] = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
        order = order[fresh]
        self.sources[name] = evolve(self.sources[name], order=order)
        taken = {each: _taken_stored(column, order) for each, column in columns.items()}
        return Sheet(name, len(order), None, taken)


def _seats_and_tenures(posts: Rows) -> Iterator[Rows]:
    """Yield the seats of *posts*, each once, and the tenures of their holders."""
    ids = posts.columns["id"]
    nothing: list[None] = [None] * posts.length
    holders = posts.columns.get("holder", nothing)
    since = posts.columns.get("since", nothing)
    held = {name: posts.columns[name] for name in _HELD if name in posts.columns}
    seats = {name: cells for name, cells in posts.columns.items() if name not in held}
    # The earliest holder's row describes the seat, whatever the order of the rows.
    by_age = sorted(
        range(posts.length), key=lambda row: (ids[row], str(since[row]), holders[row] or "", row)
    )
    firsts = {ids[row]: row for row in reversed(by_age)}
    rows = np.array(sorted(firsts.values()), np.int64)
    columns = {name: _taken(cells, rows) for name, cells in seats.items()}
    yield Rows("post", columns, len(rows), _Chosen(posts.places, rows))
    given = np.zeros(posts.length, np.bool_)
    for cells in held.values():
        given[[row for row in range(posts.length) if _is_given(cells[row])]] = True
    rows = np.flatnonzero(given)
    if len(rows):
        columns = {name: _taken(cells, rows) for name, cells in held.items()}
        columns["post"] = [ids[row] for row in rows.tolist()]
        yield Rows("tenure", columns, len(rows), _Chosen(posts.places, rows))


def _is_given(cell: Any) -> bool:
    return cell is not None and cell != NONE and not (
        isinstance(cell, np.datetime64) and np.isnat(cell)
    )


@frozen(eq=False)
class _Chosen:
    """Places of some rows of an input, or of one field of them."""

    places: Places
    rows: NDArray[Any]
    fields: Sequence[str] = ()

    def at(self, row: int, field: str = "") -> Location:
        return self.places.at(int(self.rows[row]), self.fields[row] if self.fields else field)

    def quote(self, row: int, field: str = "") -> str:
        return self.places.quote(int(self.rows[row]), self.fields[row] if self.fields else field)


def _beside(rows: Rows, name: str, column: Column, cells: Cells) -> Rows:
    """Return what is written beside units in field *name* as rows of the table it belongs to."""
    ids = rows.columns["id"]
    found = [
        (row, at, each)
        for row, given in enumerate(cells)
        if given and ids[row]
        for at, each in enumerate(given)
    ]
    owners = [ids[row] for row, _, _ in found]
    items = [each for _, _, each in found]
    if column.shape == "parts":
        table, columns = column.targets[0], {"body": owners, "group": items}
    elif column.shape == "flags":
        table, columns = "flag", {"unit": owners, **_dated(items, ("flag", "giver"))}
    else:
        table, columns = "relation", {"source": owners, **_dated(items, ("mode",))}
        columns["target"] = [each.unit for each in items]
        columns["relation"] = [column.targets[0]] * len(items)
    numbers = np.array([row for row, _, _ in found], np.int64)
    fields = [f"{name}[{at}]" for _, at, _ in found]
    return Rows(table, columns, len(found), _Chosen(rows.places, numbers, fields))


def _dated(items: Sequence[Link | Mark], names: Iterable[str]) -> dict[str, Cells]:
    """Return the columns of *items* for what was given in any of them."""
    columns: dict[str, Cells] = {name: [getattr(each, name) for each in items] for name in names}
    for name in ("since", "until"):
        columns[name] = np.array([getattr(each, name) for each in items], "datetime64[D]")
    return {
        name: cells for name, cells in columns.items() if any(_is_given(cell) for cell in cells)
    }


def _listed(table: _Input, name: str) -> list[Any]:
    """Return a column as a list, None where there is nothing."""
    cells = table.columns.get(name)
    if cells is None:
        return [None] * table.length
    listed = list(cells.tolist() if isinstance(cells, (np.ndarray, Words)) else cells)
    return [None if cell == NONE else cell for cell in listed]


def _joined(parts: Sequence[Rows]) -> dict[str, Cells]:
    """Return the columns of several inputs, one behind the other."""
    if len(parts) == 1:
        return dict(parts[0].columns)
    names = sorted({name for part in parts for name in part.columns})
    joined: dict[str, Cells] = {}
    for name in names:
        columns = [part.columns.get(name) for part in parts]
        arrays = [each for each in columns if isinstance(each, np.ndarray)]
        if arrays:
            empty = {"f": np.nan, "M": np.datetime64("NaT")}.get(arrays[0].dtype.kind, NONE)
            joined[name] = np.concatenate(
                [
                    np.full(part.length, empty, arrays[0].dtype) if each is None else each
                    for part, each in zip(parts, columns, strict=True)
                ]
            )
        else:
            joined[name] = [
                cell
                for part, each in zip(parts, columns, strict=True)
                for cell in (
                    [None] * part.length
                    if each is None
                    else each.tolist()
                    if isinstance(each, Words)
                    else each
                )
            ]
    return joined


def _taken(cells: Cells, rows: NDArray[Any]) -> Cells:
    """Return the cells at *rows*, in their order."""
    if isinstance(cells, np.ndarray):
        return cells[rows]
    if isinstance(cells, (Words, Texts)):
        return cells.take(rows)
    return list(map(cells.__getitem__, rows.tolist()))


def _taken_stored(column: Stored, rows: NDArray[Any]) -> Stored:
    return read_only(column[rows]) if isinstance(column, np.ndarray) else column.take(rows)


def _empty(column: Stored) -> list[int]:
    """Return the rows of a required column in which nothing is given."""
    if isinstance(column, Words):
        return np.flatnonzero(column.codes < 0).tolist()
    if isinstance(column, References):
        unknown = [each == UNKNOWN for each in column.targets.values()]
        given = column.is_given(len(column))
        return np.flatnonzero(~(given | np.any(unknown, axis=0) if unknown else given)).tolist()
    return [row for row, cell in enumerate(column.tolist()) if cell is None]


def _sort_keys(
    columns: Mapping[str, Stored], fields: Sequence[str]
) -> tuple[list[NDArray[Any]], int]:
    """Return arrays that order the rows of a table without ids, and how many rows it has."""
    keys: list[NDArray[Any]] = []
    for name in (each for each in fields if each in columns):
        column = columns[name]
        if isinstance(column, Words):
            keys.append(column.codes)
        elif isinstance(column, References):
            keys += [rows for rows in column.targets.values()]
        elif isinstance(column, Texts):
            keys.append(Words.of(column.tolist()).codes)
        else:
            keys.append(column.view(np.int64) if column.dtype.kind == "M" else column)
    return keys, max((len(key) for key in keys), default=0)


def _briefly(where: Location, seen_from: Location) -> str:
    """Return *where* as text, without its file where that is the same."""
    if where.file and where.file == seen_from.file:
        return f"line {where.line}" if where.line else f"row {where.row}"
    return str(where)
