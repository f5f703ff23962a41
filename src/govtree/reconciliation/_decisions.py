"""Decisions read back: what two sources say once the lines of a list are decided."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from attrs import evolve

from govtree._columns import NONE
from govtree._names import normal
from govtree.errors import Location, Tally, problem
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

__all__ = ["applied"]

_EXPECTED = {
    "number": "'a', 'b' or a number",
    "date": "'a', 'b' or a day",
    "truth": "'a', 'b' or yes or no",
    "text": "'a', 'b' or a text",
}

Applied: TypeAlias = tuple[Sequence[Pair], Mask, Mask, Sequence[Pair]]


def applied(r: Reconciliation, decisions: Given, layout: Layout) -> Applied:
    """Return keys, rows of both sources and columns of *r* after the *decisions*.

    Raises:
        StructureError: With every decision that cannot be followed.
    """
    table, problems = read(decisions, "decisions", layout)
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
    for line in _lines(r, table, escaped=is_path(decisions)):
        refused = work.take(*line)
        if refused is not None:
            code, values = refused
            where = table.places.at(line[0], DECISION)
            tally.add(code, partial(problem, code, where, **values))
    if found := tally.problems():
        raise failed(found, decisions)
    return work.done()


Key: TypeAlias = tuple[str, ...]
_Line: TypeAlias = tuple[int, Key, str, str, tuple[str | None, str | None] | None]


def _lines(r: Reconciliation, table: Table, *, escaped: bool) -> list[_Line]:
    """Return row, key, column, decision and values of each line that is decided."""

    def cells(name: str) -> list[str | None]:
        column = table.columns[name]
        texts: list[str | None] = [text_of(each) for each in column.values]
        if escaped and name != DECISION:
            texts = [unescaped(each or "") or None for each in texts]
        texts.append(None)
        return [texts[code] for code in column.codes[rows].tolist()]

    decision = table.columns[DECISION]
    rows = np.flatnonzero(decision.codes >= 0)
    columns = [
        ["" if each is None else text_of(form(pair.shape, each)) for each in cells(KEY + pair.name)]
        for pair in r.keys
    ]
    has_values = {"value_a", "value_b"} <= table.columns.keys()
    said = list(zip(cells("value_a"), cells("value_b"), strict=True)) if has_values else None
    return [
        (row, key, column or "", each.strip(), None if said is None else said[at])
        for at, (row, key, column, each) in enumerate(
            zip(
                rows.tolist(),
                zip(*columns, strict=True),
                cells("column"),
                cells(DECISION),
                strict=True,
            )
        )
        if each is not None and each.strip()
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
        self._with_twin = {row for pair in r.twins for row in pair}
        self._taken: dict[tuple[Key, str], str] = {}

    def take(
        self,
        _: int,
        key: Key,
        column: str,
        decision: str,
        said: tuple[str | None, str | None] | None,
    ) -> _Refused | None:
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

    def done(self) -> Applied:
        """Return what came of it."""
        stays = self._stays

        def kept(pair: Pair) -> Pair:
            return evolve(
                pair,
                a=None if pair.a is None else pair.a[stays],
                b=None if pair.b is None else pair.b[stays],
            )

        keys = [kept(each) for each in self._keys]
        return keys, self._in_a[stays], self._in_b[stays], [kept(each) for each in self._columns]

    def _take_cell(
        self,
        row: int,
        key: Key,
        column: str,
        decision: str,
        said: tuple[str | None, str | None] | None,
    ) -> _Refused | None:
        if (row, column) not in self._open:
            return "GT974", {"key": ", ".join(key), "column": column}
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

    def _take_row(
        self, row: int, key: Key, decision: str, said: tuple[str | None, str | None] | None
    ) -> _Refused | None:
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
