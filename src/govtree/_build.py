"""From the rows that people hand in to checked tables.

Everything that can be wrong with the shape of a structure is found here, whatever door the
rows came in by, and all of it is reported at once.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from govtree._columns import (
    NONE,
    TAG,
    UNKNOWN,
    IntArray,
    References,
    Sheet,
    Stored,
    Words,
    read_only,
)
from govtree._disclosing import like_identity_cards, like_phones, masked
from govtree._files import LIMITS
from govtree._ids import Ids, arrange
from govtree._markup import HIDDEN
from govtree._names import NearMisses
from govtree._rows import (
    UNKNOWN_CELL,
    Cells,
    Input,
    Rows,
    Sources,
    briefly,
    input_columns,
    is_given,
    tables_of,
    taken,
)
from govtree._texts import Texts
from govtree._unfold import unfolded
from govtree._unseen import TURNING, not_composed, turned, unseen
from govtree._wording import Reason, one_of, row_of
from govtree.errors import Location, Places, Problem, Tally, problem
from govtree.units import (
    ABOVE,
    BESIDE,
    NODE,
    RELATION_ENDS,
    TERRITORY,
    UNIT,
    Column,
    Level,
    Term,
    columns_of,
)

__all__ = ["Built", "build"]

# What UTF-8 cannot hold, and what ends a name where it is written.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


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


def build(
    levels: Sequence[Level], vocabularies: Mapping[str, Sequence[Term]], given: Iterable[Rows]
) -> Built:
    """Return the checked tables of a structure and every problem with them.

    Of the faults that a reference can have, one is reported: a unit that names itself or
    stands in a circle is not also told that the level is wrong.
    """
    return _Builder(levels, vocabularies).build(given)


class _Builder:
    def __init__(self, levels: Sequence[Level], vocabularies: Mapping[str, Sequence[Term]]) -> None:
        self.chain = [level.table for level in levels]
        self.levels = {level.table: level for level in levels}
        self.records = tables_of(levels)
        self.vocabularies = vocabularies
        self.tally = Tally()
        self.faulty: set[tuple[int, int, str]] = set()  # sources, row and field of each
        self.ids: dict[str, Ids] = {}
        self.refused: set[str] = set()  # texts that were meant as ids and cannot be
        self.sources: dict[str, Sources] = {}
        self.relations: Words | None = None  # name of each row of the table of relations
        self.near: dict[tuple[str, ...], NearMisses] = {}
        # Parents that are units of the chain but not of the level above: by table and row,
        # the table they are in and what there is to say.
        self.misplaced: dict[tuple[str, int], tuple[str, dict[str, str]]] = {}

    def build(self, given: Iterable[Rows]) -> Built:
        posts = self.vocabularies.get("post", ())
        parts = unfolded(given, self.records, posts, self._say)
        inputs = {name: Input(name, parts[name]) for name in self.records if name in parts}
        kept = {name: self._arrange(each) for name, each in inputs.items()}
        self._find_ids_of_two_tables()
        self._find_ids_that_look_alike()
        columns = {name: self._store(inputs[name], kept[name]) for name in inputs}
        self._find_ids_that_disclose(columns)
        self._find_circles(columns)
        self._check_relation_ends(columns.get("relation"))
        sheets = {name: self._sheet(name, each) for name, each in columns.items()}
        return Built(sheets, self.sources, self.tally.problems())

    def _say(
        self,
        code: str,
        sources: Places,
        row: int,
        name: str = "",
        *,
        severity: str = "error",
        **values: object,
    ) -> None:
        """Note the problem with *code* at a row; values that are None are left out."""
        self.faulty.add((id(sources), row, name))

        def made() -> Problem:
            said = {key: value for key, value in values.items() if value is not None}
            quote, where = sources.quote(row, name), sources.at(row, name)
            return problem(code, where, severity=severity, quote=quote, **said)

        self.tally.add(code, made)

    # -- ids ----------------------------------------------------------------------------

    def _arrange(self, table: Input) -> NDArray[Any] | None:
        """Put the ids of *table* in order; return its rows in that order, None for all."""
        sources = self.sources[table.table] = table.sources
        if "id" not in columns_of(self.records[table.table]):
            return None
        cells = table.columns.get("id")
        given: Any = [None] * table.length if cells is None else cells
        arranged = arrange(given, limit=LIMITS.id_characters)
        for row in arranged.empty:
            self._say("GT109", sources, row, table=_a(table.table))
        for row, reason in arranged.unfit:
            self._say_unfit(table, row, reason)
        for row, first in arranged.duplicates:
            where = briefly(sources.at(first, "id"), sources.at(row, "id"))
            self._say("GT101", sources, row, "id", id=cells[row], first=where)  # type: ignore[index]  # as above
        self.ids[table.table] = arranged.ids
        self.sources[table.table] = evolve(sources, order=arranged.order)
        marks = arranged.ids.row(UNKNOWN_CELL)
        if marks >= 0:
            reason = Reason("in other cells it says that something is not known")
            said = {"id": UNKNOWN_CELL, "reason": reason}
            self._say("GT110", self.sources[table.table], marks, "id", **said)
        for row, character in unseen(arranged.ids):
            id = arranged.ids[row] or ""
            reason = Reason(
                "it holds a character that cannot be seen, {character}",
                character=f"U+{ord(character):04X}",
            )
            meant = HIDDEN.sub("", id) or None
            self._say(
                "GT110", self.sources[table.table], row, "id", id=id, reason=reason, meant=meant
            )
        return arranged.order

    def _say_unfit(self, table: Input, row: int, reason: str) -> None:
        cell = table.columns["id"][row]
        if not is_given(cell):
            self._say("GT109", table.sources, row, table=_a(table.table))
        elif not isinstance(cell, str):
            self._say("GT048", table.sources, row, "id", cell=cell)
        else:
            self._say("GT110", table.sources, row, "id", id=cell, reason=reason)
            self.refused.add(cell)

    def _find_ids_of_two_tables(self) -> None:
        # Persons have a name space of their own: they are no nodes.
        tables = [name for name in self.ids if name != "person"]
        if len(tables) < 2:
            return
        # The largest table is never made into texts: the small ones are looked up in it.
        largest = max(tables, key=lambda name: len(self.ids[name]))
        others = [name for name in tables if name != largest]
        texts = Texts.joined([self.ids[name] for name in others])
        starts = np.cumsum([0, *(len(self.ids[name]) for name in others)])

        def home(at: int) -> tuple[str, int]:
            table = int(np.searchsorted(starts, at, side="right")) - 1
            return others[table], at - int(starts[table])

        users: dict[str, set[tuple[str, int]]] = {}
        for row, first in arrange(texts).duplicates:
            users.setdefault(str(texts[row]), set()).update([home(row), home(first)])
        found = self.ids[largest].rows(texts)
        for at in np.flatnonzero(found >= 0).tolist():
            users.setdefault(str(texts[at]), set()).update([home(at), (largest, int(found[at]))])
        for text, places in users.items():
            (earliest, at), *later = self._in_order(places)
            there = self.sources[earliest].at(at, "id")
            for table, place in later:
                where = briefly(there, self.sources[table].at(place, "id"))
                self._say("GT101", self.sources[table], place, "id", id=text, first=where)

    def _in_order(self, rows: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        """Return rows of several tables as they stand in a file, else in the order of tables."""
        tables = list(self.ids)
        at = {each: self.sources[each[0]].at(each[1], "id") for each in rows}
        if len({where.file for where in at.values()}) == 1:
            return sorted(at, key=at.__getitem__)
        return sorted(at, key=lambda each: (tables.index(each[0]), each[1]))

    def _find_ids_that_look_alike(self) -> None:
        """Warn of ids that are one text but for how its accents are composed."""
        composed = {
            (name, row): unicodedata.normalize("NFC", text)
            for name, ids in self.ids.items()
            for row, text in not_composed(ids)
        }
        if not composed:
            return
        forms = sorted(set(composed.values()))
        twins: dict[str, tuple[str, int]] = {}
        for name, ids in self.ids.items():
            rows = ids.rows(forms)
            twins |= {forms[at]: (name, int(rows[at])) for at in np.flatnonzero(rows >= 0)}
        for (name, row), form in composed.items():
            other, other_row = twins.setdefault(form, (name, row))
            if (other, other_row) != (name, row):
                there = self.sources[other].at(other_row, "id")
                first = briefly(there, self.sources[name].at(row, "id"))
                self._say(
                    "GT111", self.sources[name], row, "id", severity="warning",
                    id=self.ids[name][row], first=first,
                )  # fmt: skip

    def _find_ids_that_disclose(self, columns: Mapping[str, Mapping[str, Stored]]) -> None:
        """Warn of ids that look like numbers of real people, once a table and kind."""
        for table, ids in self.ids.items():
            for code, like in (("GT127", like_identity_cards), ("GT128", like_phones)):
                rows = like(ids)
                if not len(rows):
                    continue
                first = int(rows[0])
                id, where = masked(ids[first] or ""), self.sources[table].at(first, "id")
                if table == "person" and not where.file:
                    where = self._place_of_person(first, columns) or where
                said = {"table": Reason(self._called(table)), "id": id, "count": f"{len(rows):,}"}
                # The line is not quoted: the id would stand in it.
                self.tally.add(code, partial(problem, code, where, severity="warning", **said))

    def _place_of_person(
        self, row: int, columns: Mapping[str, Mapping[str, Stored]]
    ) -> Location | None:
        """Return where a file names a person who has no row of their own, as most have none."""
        for table, name in (("tenure", "holder"), ("membership", "person")):
            named = columns.get(table, {}).get(name)
            if isinstance(named, References) and "person" in named.targets:
                found = np.flatnonzero(named.targets["person"] == row)
                if len(found):
                    where = self.sources[table].at(int(found[0]), name)
                    return where if where.file else None
        return None

    def _warn_of_turned_text(self, table: str, name: str, rows: Iterable[int], text: Any) -> None:
        for row in rows:
            ids = self.ids.get(table)
            who = self._who(table, ids[row] if ids else None)
            self._say(
                "GT112", self.sources[table], row, name, severity="warning",
                field=name, who=who, text=text[row],
            )  # fmt: skip

    # -- columns --------------------------------------------------------------------------

    def _store(self, table: Input, order: NDArray[Any] | None) -> dict[str, Stored]:
        """Return the columns of *table* as they are stored, its rows in *order*."""
        known = input_columns(table.table, self.records[table.table])
        stored: dict[str, Stored] = {}
        for name in sorted(table.columns.keys() | {n for n, c in known.items() if c.required}):
            column = known.get(name, known.get("tags") if name.startswith(TAG) else None)
            if column is None or name == "id":
                continue
            if name not in known:
                self._check_tag(table, name)
            cells = table.columns.get(name, [None] * table.length)
            if column.shape == "reference":
                stored[name] = self._references(table.table, name, column, cells, order)
                if column.required:
                    self._require(table.table, name, stored[name], _length(cells, order))
                continue
            ordered = cells if order is None else taken(cells, order)
            if column.shape == "term":
                words = stored[name] = self._words(table.table, name, column, ordered)
                if (table.table, name) == ("relation", "relation"):
                    self.relations = words
            elif column.shape == "text":
                texts = ordered if isinstance(ordered, Texts) else Texts.of(ordered)  # type: ignore[arg-type]  # cells of a text
                self._warn_of_turned_text(table.table, name, turned(texts), texts)
                stored[name] = texts
            else:
                stored[name] = read_only(_smallest(np.asarray(ordered)))
            if column.required:
                self._require(table.table, name, stored[name], len(ordered))
        return stored

    def _check_tag(self, table: Input, name: str) -> None:
        """Hold the name of a tag to what a file, a graph and a fingerprint can tell apart."""
        tag = name.removeprefix(TAG)
        if not tag or _NO_TEXT.search(tag):
            given = np.flatnonzero(np.asarray(table.columns[name]) != NONE).tolist()
            self._say("GT124", table.sources, given[0] if given else 0, name, tag=tag)

    def _require(self, table: str, name: str, stored: Stored, length: int) -> None:
        sources = self.sources[table]
        empty = _empty(stored, length)
        if (table, name) == ("relation", "relation") and isinstance(stored, Words):
            # Edges of the graph are called by it, so that it has to be known.
            empty = np.flatnonzero(stored.codes < 0).tolist()
        for row in empty:
            # A cell that was refused is empty now; it has had its problem.
            if (id(sources), row, name) not in self.faulty:
                self._say("GT108", sources, row, name, table=_a(table), field=name)

    def _words(self, table: str, name: str, column: Column, cells: Cells) -> Words:
        words = cells if isinstance(cells, Words) else Words.of(cells)  # type: ignore[arg-type]  # cells of a term
        vocabulary = column.vocabulary.replace("@", f"{table}_")
        terms = self.vocabularies.get(vocabulary)
        if not terms and column.vocabulary == "@kind" and table in self.levels:
            terms = self.levels[table].kinds
        rows = _rows_of_words(words, lambda word: TURNING.search(word) is not None)
        self._warn_of_turned_text(table, name, rows, words)
        spelled = {alias: term.term for term in terms or () for alias in term.aliases}
        spelled |= {term.term: term.term for term in terms or ()}
        near = NearMisses(list(spelled))
        known = ", ".join(term.term for term in terms or ())
        # Any word will do where there is no vocabulary.
        for row in _rows_of_words(words, lambda word: word not in spelled) if terms else ():
            word = words[row] or ""
            if word != UNKNOWN_CELL:
                self._say(
                    "GT107", self.sources[table], row, name, word=word, vocabulary=vocabulary,
                    known=known, meant=near.nearest(word) or None,
                )  # fmt: skip
        codes = words.codes
        if UNKNOWN_CELL in words.words:
            codes = np.where(words.is_word(UNKNOWN_CELL), UNKNOWN, codes)
        return Words.packed(codes, [spelled.get(word, word) for word in words.words])

    # -- references -------------------------------------------------------------------------

    def _references(
        self, table: str, name: str, column: Column, cells: Cells, order: NDArray[Any] | None
    ) -> References:
        """Return *cells* as rows of the tables they point into; say which point nowhere.

        The cells are looked up in the order they came in, and their rows put in *order*: to
        put a million texts in another order takes longer than to find them. Of words, each is
        looked up once.
        """
        allowed = self._targets(table, column)
        if isinstance(cells, Words):
            found, told = self._found_by_words(allowed or [table], cells)
        else:
            found, told = self._found(allowed, cells)
            told, unknown = _apart(told, lambda row: cells[row] == UNKNOWN_CELL)
            if unknown:
                found = found or {(allowed or [table])[0]: np.full(len(cells), NONE, np.int32)}
                for rows in found.values():
                    rows[unknown] = UNKNOWN
        self._diagnose(table, name, allowed, _in_order(cells, told, order))
        # Where nothing but the unknown is said, one table stands for all.
        pointing = {t: each for t, each in found.items() if (each >= 0).any()}
        is_unknown = any((each == UNKNOWN).any() for each in found.values())
        kept = pointing or dict(itertools.islice(found.items(), 1 if is_unknown else 0))
        ordered = {
            t: kept[t] if order is None else kept[t][order] for t in self.records if t in kept
        }
        return References({t: read_only(each) for t, each in ordered.items()})

    def _found_by_words(
        self, allowed: Sequence[str], cells: Words
    ) -> tuple[dict[str, IntArray], list[int]]:
        """Return what :meth:`_found` does for *cells*; ``?`` is not known, and no miss."""
        found, missed = self._found(allowed, list(cells.words))
        is_missed = {cells.words[code] for code in missed} - {UNKNOWN_CELL}
        unknown = cells.code(UNKNOWN_CELL)
        if unknown >= 0 or (cells.codes == UNKNOWN).any():
            found = found or {allowed[0]: np.full(len(cells.words), NONE, np.int32)}
        by_row = {}
        for target, rows in found.items():
            if unknown >= 0:
                rows[unknown] = UNKNOWN
            # Two more cells catch UNKNOWN and NONE, which index from the back.
            by_row[target] = np.append(rows, np.array([UNKNOWN, NONE], np.int32))[cells.codes]
        return by_row, _rows_of_words(cells, is_missed.__contains__)

    def _found(self, allowed: Sequence[str], cells: Cells) -> tuple[dict[str, IntArray], list[int]]:
        """Return the rows of *cells* by the table they are in, and the cells that are in none."""
        found: dict[str, IntArray] = {}
        # Made into bytes once for all tables; where most cells are empty, only the others are
        # looked up.
        sought, unfit = Texts.checked(cells)  # type: ignore[arg-type]  # cells of a reference
        missed = np.flatnonzero(~sought.missing())
        if len(missed) < len(cells):
            sought = sought.take(missed)
        for target in allowed:
            if not len(missed):
                break
            if target not in self.ids:
                continue
            rows = self.ids[target].rows(sought)
            if len(rows) == len(cells) and rows.min() >= 0:
                found[target] = rows
                missed = missed[:0]
                break
            hit = rows >= 0
            if hit.any():
                found[target] = np.full(len(cells), NONE, np.int32)
                found[target][missed[hit]] = rows[hit]
                sought, missed = sought.take(np.flatnonzero(~hit)), missed[~hit]
        # What is no text is found nowhere, and may yet say something.
        told = sorted([*missed.tolist(), *(row for row, _ in unfit if is_given(cells[row]))])
        return found, told

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
        self, table: str, name: str, allowed: Sequence[str], told: Mapping[int, object]
    ) -> None:
        """Say of each row in *told* why what it tells does not point where it should."""
        if not told:
            return
        sources, ids = self.sources[table], self.ids.get(table)
        near = self._ends_of_relations(name, told) if table == "relation" else {}
        texts = {row: str(cell) for row, cell in told.items()}
        elsewhere = self._tables_holding(
            list(texts.values()), [t for t in self.ids if t not in allowed]
        )
        for row, text in texts.items():
            own = ids[row] if ids else None
            who = self._who(table, own)
            if table == "relation" and self.relations is not None and self.relations[row]:
                who = self._who("relation", self.relations[row])
            said = {"who": who, "field": name, "target": text}
            likely = near.get(row, allowed)
            expected = self._expected(likely)
            found = elsewhere.get(text)
            if not isinstance(told[row], str):
                self._say("GT048", sources, row, name, cell=text)
            elif text == own:
                self._say("GT105", sources, row, name, **said)
            elif found is None and text not in self.refused:
                meant = self._near(tuple(likely), text)
                self._say(
                    "GT102", sources, row, name, expected=expected, meant=meant or None, **said
                )
            elif found is not None and name == "parent" and found in self.chain:
                self.misplaced[table, row] = (found, said | {"expected": expected})
            elif found is not None:
                said["found"] = self._called(found)
                self._say("GT103", sources, row, name, expected=expected, **said)

    def _ends_of_relations(self, name: str, rows: Iterable[int]) -> dict[int, list[str]]:
        """Return for each row the tables that its relation joins at the end *name*."""
        ends = {}
        for row in rows:
            relation = (self.relations[row] if self.relations is not None else None) or ""
            if relation in RELATION_ENDS:
                names = RELATION_ENDS[relation][0 if name == "source" else 1]
                ends[row] = self._targets("relation", Column("reference", targets=names))
        return ends

    def _tables_holding(self, texts: Sequence[str], tables: Sequence[str]) -> dict[str, str]:
        """Return the table that holds each of *texts*, for those that one of *tables* holds."""
        held: dict[str, str] = {}
        for table in tables:
            rows = self.ids[table].rows(list(texts))
            held |= {texts[at]: table for at in np.flatnonzero(rows >= 0).tolist()}
        return held

    def _expected(self, tables: Sequence[str]) -> Reason:
        """Return what a reference should point to, in few words."""
        if "body" in tables and "grid" in tables:
            return one_of(["unit", "area", "body", *(["post"] if "post" in tables else [])])
        if "compound" in tables and "grid" in tables:
            return Reason("unit")
        return one_of([self._called(table) for table in tables] or ["nothing"])

    def _who(self, table: str, id: str | None) -> Reason:
        """Return what a row is called in a problem; without an *id*, as one of its table."""
        called = self._called(table)
        if not id:
            return Reason(_a(called))
        return Reason("{level} '{id}'", level=Reason(called), id=id)

    def _called(self, table: str) -> str:
        return self.levels[table].level if table in self.levels else table

    def _near(self, tables: tuple[str, ...], text: str) -> str:
        if tables not in self.near:
            known = [self.ids[table].tolist() for table in tables if table in self.ids]
            self.near[tables] = NearMisses([id for ids in known for id in ids if id])
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
                said["skipped"] = row_of([self._called(each) for each in between])
            code = "GT106" if found in above else "GT103"
            self._say(code, self.sources[table], row, "parent", **said)

    def _say_circle(self, circle: list[tuple[str, int]]) -> None:
        for unit in circle:
            self.misplaced.pop(unit, None)
        ids = [str(self.ids[table][row]) for table, row in circle]
        least = ids.index(min(ids))
        turned = ids[least:] + ids[:least]
        table, row = circle[least]
        ring = " > ".join([turned[0], *reversed(turned)])
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
                        said: dict[str, Any] = {
                            "who": self._who("relation", name),
                            "field": end,
                            "target": self.ids[table][int(found[row])],
                            "found": self._called(table),
                            "expected": self._expected(allowed),
                        }
                        self._say("GT103", self.sources["relation"], row, end, **said)

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


def _smallest(array: NDArray[Any]) -> NDArray[Any]:
    """Return whole numbers in as few bytes as they need: most are counts of a household."""
    if array.dtype.kind != "i" or not len(array):
        return array
    for kind in (np.int8, np.int16):
        if array.max() <= np.iinfo(kind).max:
            return array.astype(kind)
    return array


def _apart(rows: Sequence[int], chosen: Callable[[int], bool]) -> tuple[list[int], list[int]]:
    """Return the *rows* that are not *chosen*, and those that are."""
    return [row for row in rows if not chosen(row)], [row for row in rows if chosen(row)]


def _in_order(cells: Cells, rows: Sequence[int], order: NDArray[Any] | None) -> dict[int, object]:
    """Return the cells at *rows* by where those rows stand in *order*."""
    told = {row: cells[row] for row in rows}
    if order is None or not told:
        return told
    place = np.full(len(cells), NONE, np.int64)
    place[order] = np.arange(len(order))
    return dict(sorted((int(place[row]), cell) for row, cell in told.items() if place[row] >= 0))


def _length(cells: Cells, order: NDArray[Any] | None) -> int:
    return len(cells) if order is None else len(order)


def _rows_of_words(words: Words, chosen: Callable[[str], bool]) -> list[int]:
    """Return the rows that hold one of the words that are *chosen*."""
    # Two more cells at the end are those of NONE and UNKNOWN.
    mask = np.array([*map(chosen, words.words), False, False], np.bool_)
    return np.flatnonzero(mask[words.codes]).tolist() if mask.any() else []


def _a(word: str) -> str:
    return f"{'an' if word[:1] in tuple('aeiou') else 'a'} {word}"


def _taken_stored(column: Stored, rows: NDArray[Any]) -> Stored:
    return read_only(column[rows]) if isinstance(column, np.ndarray) else column.take(rows)


def _empty(column: Stored, length: int) -> list[int]:
    """Return the rows of a required column in which nothing is given."""
    if isinstance(column, Words):
        return np.flatnonzero(column.codes == NONE).tolist()
    if isinstance(column, References):
        unknown = [each == UNKNOWN for each in column.targets.values()]
        given = column.is_given(length)
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
            keys += list(column.targets.values())
        elif isinstance(column, Texts):
            keys.append(Words.of(column.tolist()).codes)
        else:
            keys.append(column.view(np.int64) if column.dtype.kind == "M" else column)
    return keys, max((len(key) for key in keys), default=0)
