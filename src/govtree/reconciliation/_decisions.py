"""Decisions read back: what two sources say once the lines of a list are decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from attrs import evolve, frozen

from govtree._columns import NONE
from govtree._names import normal
from govtree.errors import Location, Problem, Tally, problem
from govtree.reconciliation._pairs import (
    DECISION,
    KEY,
    Mask,
    Pair,
    cell_text,
    key_texts,
    unescaped,
)
from govtree.reconciliation._shapes import Value, fits, form, text_of
from govtree.reconciliation._sources import Given, Table, failed, is_path, read
from govtree.tables import Layout

if TYPE_CHECKING:
    from govtree.reconciliation._result import Reconciliation

__all__ = ["Applied", "Key", "applied"]

_EXPECTED = {
    "number": "'a', 'b' or a number",
    "date": "'a', 'b' or a day",
    "truth": "'a', 'b' or yes or no",
    "text": "'a', 'b' or a text",
}

Key: TypeAlias = tuple[str, ...]
_Said: TypeAlias = tuple[str | None, str | None] | None
# Row, key, column, decision, and values of a line.
_Line: TypeAlias = tuple[int, Key, str, str, _Said]

# What reading says of CSV that is no UTF-8 but may be GB18030.
_OTHER_BYTES = "GT079"


@frozen(eq=False)
class Applied:
    """What came of decisions.

    Attributes:
        keys: Columns of the key.
        in_a: Whether *a* has the row.
        in_b: The same of *b*.
        columns: The other columns.
        places: Where the list has its line about a cell, decided or not, by key and column.
    """

    keys: Sequence[Pair]
    in_a: Mask
    in_b: Mask
    columns: Sequence[Pair]
    places: Mapping[tuple[Key, str], Location]


def applied(r: Reconciliation, decisions: Given, layout: Layout) -> Applied:
    """Return what is left of *r* after the *decisions*, those about rows first.

    Raises:
        StructureError: With every decision that cannot be followed.
    """
    table, problems = _read(decisions, layout)
    if table is None or any(each.severity == "error" for each in problems):
        raise failed(problems, decisions)
    names = [*(KEY + name for name in r.key), "column", DECISION]
    missing = [name for name in names if name not in table.columns]
    if missing:
        file = table.places.at(0).file
        raise failed(
            [
                problem("GT978", Location(file, record="" if file else table.name), header=name)
                for name in missing
            ],
            decisions,
        )
    work = _Work(r)
    tally = Tally()
    lines = _lines(r, table, escaped=is_path(decisions))
    # Which rows are one says which cells are there to be decided.
    for row, key, column, decision, said in sorted(lines, key=lambda line: line[2] != ""):
        refused = work.take(key, column, decision, said) if decision else None
        if refused is not None:
            code, values = refused
            where = table.places.at(row, DECISION)
            tally.add(code, partial(problem, code, where, **values))
    if found := tally.problems():
        raise failed(found, decisions)
    places = {
        (work.key_now(key), column): table.places.at(row, DECISION)
        for row, key, column, _, _ in lines
        if column
    }
    return work.done(places)


def _read(decisions: Given, layout: Layout) -> tuple[Table | None, tuple[Problem, ...]]:
    """Return the list; one that is not UTF-8 as GB18030, which spreadsheets in China write."""
    table, problems = read(decisions, "decisions", layout)
    if table is None and any(each.code == _OTHER_BYTES for each in problems):
        other, warnings = read(decisions, "decisions", evolve(layout, encoding="gb18030"))
        if other is not None and all(each.severity != "error" for each in warnings):
            return other, warnings
    return table, problems


def _lines(r: Reconciliation, table: Table, *, escaped: bool) -> list[_Line]:
    """Return the lines of the list, decided or not."""

    def cells(name: str) -> list[str | None]:
        column = table.columns[name]
        texts: list[str | None] = [text_of(each) for each in column.values]
        if escaped and name != DECISION:
            texts = [unescaped(each or "") or None for each in texts]
        texts.append(None)
        return [texts[code] for code in column.codes.tolist()]

    columns = [
        ["" if each is None else text_of(form(pair.shape, each)) for each in cells(KEY + pair.name)]
        for pair in r.keys
    ]
    has_values = {"value_a", "value_b"} <= table.columns.keys()
    said = list(zip(cells("value_a"), cells("value_b"), strict=True)) if has_values else None
    told = zip(zip(*columns, strict=True), cells("column"), cells(DECISION), strict=True)
    return [
        (row, key, column or "", (decision or "").strip(), None if said is None else said[row])
        for row, (key, column, decision) in enumerate(told)
    ]


_Refused: TypeAlias = tuple[str, dict[str, str]]


class _Work:
    """The columns of a reconciliation while decisions are applied to them."""

    def __init__(self, r: Reconciliation) -> None:
        self._keys = r.keys
        self._in_a, self._in_b = r.in_a.copy(), r.in_b.copy()
        self._stays = np.ones(len(r.in_a), np.bool_)
        self._columns = [
            evolve(
                each,
                values=list(each.values),
                a=None if each.a is None else each.a.copy(),
                b=None if each.b is None else each.b.copy(),
            )
            for each in r.columns
        ]
        self._column_of = {each.name: each for each in self._columns}
        self._codes: dict[str, dict[Value, int]] = {}
        every = np.arange(len(r.in_a))
        self._texts = key_texts(r.keys, every)
        self._row_of = {key: row for row, key in enumerate(self._texts)}
        self._open = r.open_cells()
        self._twin_of = dict(r.twins)
        # Of two rows that became one, that which stays, by the row of a.
        self._settled: dict[int, int] = {}
        self._with_twin = {row for pair in r.twins for row in pair}
        self._taken: dict[tuple[Key, str], str] = {}

    def take(self, key: Key, column: str, decision: str, said: _Said) -> _Refused | None:
        """Apply one decision, or return why it cannot be."""
        before = self._taken.get((key, column))
        if before is not None:
            again = {"first": before, "second": decision}
            return None if before == decision else ("GT976", again)
        row = self._row_of.get(key, NONE)
        if column:
            refused = self._take_cell(row, key, column, decision, said)
        else:
            refused = self._take_row(row, key, decision, said)
        self._taken[key, column] = decision
        return refused

    def key_now(self, key: Key) -> Key:
        """Return the key that the row of *key* has by now."""
        row = self._row_of.get(key, NONE)
        return self._texts[self._settled[row]] if row in self._settled else key

    def done(self, places: Mapping[tuple[Key, str], Location]) -> Applied:
        """Return what came of it."""
        stays = self._stays

        def kept(pair: Pair) -> Pair:
            return evolve(
                pair,
                a=None if pair.a is None else pair.a[stays],
                b=None if pair.b is None else pair.b[stays],
            )

        keys = [kept(each) for each in self._keys]
        columns = [kept(each) for each in self._columns]
        return Applied(keys, self._in_a[stays], self._in_b[stays], columns, places)

    def _take_cell(
        self,
        row: int,
        key: Key,
        column: str,
        decision: str,
        said: _Said,
    ) -> _Refused | None:
        is_there = row not in self._twin_of or row in self._settled
        if (row, column) not in self._open or not is_there:
            return "GT974", {"key": ", ".join(key), "column": column}
        row = self._settled.get(row, row)
        pair = self._column_of[column]
        assert pair.a is not None
        assert pair.b is not None
        now = cell_text(pair, pair.a[row]), cell_text(pair, pair.b[row])
        if said is not None:
            then = tuple(None if each is None else text_of(form(pair.shape, each)) for each in said)
            if (changed := _changed(then, now)) is not None:
                return changed
        choice = normal(decision)
        if choice in ("a", "b"):
            code = int((pair.a if choice == "a" else pair.b)[row])
        else:
            value = form(pair.shape, decision.removeprefix("'"))
            if not fits(pair.shape, value):
                return "GT977", {"decision": decision, "expected": _EXPECTED[pair.shape]}
            code = self._code(pair, value)
        pair.a[row] = pair.b[row] = code
        return None

    def _take_row(self, row: int, key: Key, decision: str, said: _Said) -> _Refused | None:
        choice = normal(decision)
        twin = self._twin_of.get(row)
        if twin is not None:
            now = ", ".join(key), ", ".join(self._texts[twin])
            if said is not None and (changed := _changed(said, now)) is not None:
                return changed
            if choice not in ("a", "b", "both"):
                return "GT977", {"decision": decision, "expected": "'a', 'b' or 'both'"}
            self._settle_twins(row, twin, choice)
            return None
        if row < 0 or row in self._with_twin or self._in_a[row] == self._in_b[row]:
            return "GT974", {"key": ", ".join(key), "column": ""}
        if choice not in ("a", "b"):
            return "GT977", {"decision": decision, "expected": "'a' or 'b'"}
        if choice == ("a" if self._in_a[row] else "b"):
            self._share(row)
        else:
            self._stays[row] = False
        return None

    def _settle_twins(self, row_a: int, row_b: int, choice: str) -> None:
        if choice == "both":
            self._share(row_a)
            self._share(row_b)
            return
        into, out = (row_a, row_b) if choice == "a" else (row_b, row_a)
        for pair in self._columns:
            codes = pair.b if choice == "a" else pair.a
            if codes is not None:
                codes[into] = codes[out]
        self._in_a[into] = self._in_b[into] = True
        self._stays[out] = False
        self._settled[row_a] = into

    def _share(self, row: int) -> None:
        """Let both sources have a row that one of them has."""
        for pair in self._columns:
            if pair.a is not None and pair.b is not None:
                pair.a[row] = pair.b[row] = pair.a[row] if self._in_a[row] else pair.b[row]
        self._in_a[row] = self._in_b[row] = True

    def _code(self, pair: Pair, value: Value) -> int:
        known = self._codes.get(pair.name)
        if known is None:
            known = {each: code for code, each in enumerate(pair.values)}
            self._codes[pair.name] = known
        code = known.setdefault(value, len(known))
        if code == len(pair.values):
            pair.values.append(value)  # type: ignore[attr-defined]  # a list, as made above
        return code


def _changed(then: Sequence[str | None], now: Sequence[str | None]) -> _Refused | None:
    for one, other in zip(then, now, strict=True):
        if one != other:
            return "GT975", {"then": one or "", "now": other or ""}
    return None
