"""What two sources agree on, and what is to be decided between them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import NONE, IntArray
from govtree._files import save
from govtree._frames import Plain, frame_of
from govtree._names import twin_form
from govtree.errors import (
    ConfigError,
    Location,
    OutOfRangeError,
    Problem,
    StructureError,
    Tally,
    problem,
)
from govtree.reconciliation._decisions import Applied, Key, applied
from govtree.reconciliation._pairs import (
    DECISION,
    KEY,
    KINDS,
    Difference,
    Mask,
    Pair,
    Source,
    cell_text,
    escaped,
    key_texts,
)
from govtree.reconciliation._shapes import Value, text_of
from govtree.reconciliation._sources import Given
from govtree.tables import Layout, Page, csv_line, workbook

__all__ = ["Reconciliation", "required_source"]

# Lines that are written at once.
_LINES = 8_192


# Row (of twins that of a), column and kind of each cell that differs, in order.
_Cells: TypeAlias = tuple[IntArray, IntArray, NDArray[np.int8]]


@frozen(eq=False, repr=False)
class Reconciliation:
    """Two sources held against each other, row by row and cell by cell.

    It is the same whatever the order of rows and columns, and whatever the sources came as. Keys
    stand in order: numbers by size, texts by code point.

    Attributes:
        key: Names of the columns that tell rows apart.
        prefer: The source that :meth:`merged` follows where nothing is decided; None for none.
        keys: One column each of the key, over the rows of both sources.
        in_a: Whether *a* has the row, one truth a row.
        in_b: The same of *b*.
        columns: The other columns, by name; those of one source alone, too.
        twins: Pairs of rows, one of *a* alone and one of *b* alone, whose keys are near-twins.
        warnings: What reading the sources found, short of errors.

    >>> from govtree.reconciliation import reconcile
    >>> r = reconcile(
    ...     {"id": ["H-1", "H-2", "H-3"], "residents": [3, 2, 1]},
    ...     {"id": ["H-2", "H-1"], "residents": ["2", "4"]},
    ...     key="id",
    ... )
    >>> r.agreed, r.only_in_a, r.only_in_b
    ((('H-2',),), (('H-3',),), ())
    >>> r.differences
    (Difference(key=('H-1',), column='residents', value_a='3', value_b='4', kind='differs'),)
    >>> r.counts()
    {'agreed': 1, 'differs': 1, 'only in a': 1}
    """

    key: tuple[str, ...]
    prefer: Source | None
    keys: tuple[Pair, ...]
    in_a: Mask
    in_b: Mask
    columns: tuple[Pair, ...]
    twins: tuple[tuple[int, int], ...]
    warnings: tuple[Problem, ...]
    _cells: _Cells
    _twin_cells: _Cells

    @classmethod
    def of(
        cls,
        keys: Sequence[Pair],
        in_a: Mask,
        in_b: Mask,
        columns: Sequence[Pair],
        *,
        prefer: Source | None,
        warnings: Sequence[Problem] = (),
    ) -> Reconciliation:
        """Return the reconciliation of rows that are matched by their keys."""
        cells = _differing(in_a & in_b, columns)
        twins = tuple(_twins(keys, in_a, in_b))
        names = tuple(each.name for each in keys)
        apart = _differing_twins(twins, columns)
        return cls(
            names,
            prefer,
            tuple(keys),
            in_a,
            in_b,
            tuple(columns),
            twins,
            tuple(warnings),
            cells,
            apart,
        )

    def __eq__(self, other: object) -> bool:
        """Return whether both say the same: of which columns, which rows, and which cells."""
        if not isinstance(other, Reconciliation):
            return NotImplemented
        return self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash((self.key, self.prefer, len(self.in_a)))

    def __repr__(self) -> str:
        return f"Reconciliation(key={self.key!r}, prefer={self.prefer!r}, {self.counts()!r})"

    # -- what it found ---------------------------------------------------------------------

    @property
    def agrees(self) -> bool:
        """Whether both have the same rows, and say the same in every column that both have."""
        return bool(self.in_a.all() and self.in_b.all()) and not len(self._cells[0])

    @property
    def agreed(self) -> tuple[tuple[str, ...], ...]:
        """Keys of the rows that both have, and that differ in no cell."""
        same = self.in_a & self.in_b
        same[self._cells[0]] = False
        return self._keys_at(np.flatnonzero(same))

    @property
    def only_in_a(self) -> tuple[tuple[str, ...], ...]:
        """Keys of the rows that *b* does not have, near-twins of a key of *b* among them."""
        return self._keys_at(np.flatnonzero(~self.in_b))

    @property
    def only_in_b(self) -> tuple[tuple[str, ...], ...]:
        """Keys of the rows that *a* does not have, near-twins of a key of *a* among them."""
        return self._keys_at(np.flatnonzero(~self.in_a))

    @property
    def twin_keys(self) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
        """Pairs of a key that only *a* has and a near-twin of it that only *b* has."""
        pairs = np.array(self.twins, np.int64).reshape(-1, 2)
        return tuple(zip(self._keys_at(pairs[:, 0]), self._keys_at(pairs[:, 1]), strict=True))

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The cells of rows of one key that differ, in order of key and column."""
        return tuple(self._differences())

    def rows(self) -> tuple[Difference, ...]:
        """Return everything that is to be decided: cells, twin keys, and rows of one source.

        A row that has a near-twin stands there once, with it; below it stand the cells in which
        the two differ, which count where they become one row.
        """
        return tuple(self._lines())

    def counts(self) -> dict[str, int]:
        """Return how many rows agree, and how many lines of each kind are to be decided."""
        rows, _, kinds = self._cells
        kinds = np.concatenate([kinds, self._twin_cells[2]])
        both = int(np.count_nonzero(self.in_a & self.in_b))
        of_kind = np.bincount(kinds, minlength=len(KINDS)).tolist()
        of_kind[KINDS.index("twin key")] = len(self.twins)
        for kind, there in (("only in a", self.in_b), ("only in b", self.in_a)):
            of_kind[KINDS.index(kind)] = int(np.count_nonzero(~there)) - len(self.twins)
        told = {"agreed": both - len(np.unique(rows)), **dict(zip(KINDS, of_kind, strict=True))}
        return {name: count for name, count in told.items() if count or name == "agreed"}

    def open_cells(self) -> frozenset[tuple[int, str]]:
        """Return row and column of each cell that differs; of near-twins the row of *a*."""
        return frozenset(
            (row, self.columns[column].name)
            for rows, columns, _ in (self._cells, self._twin_cells)
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        )

    # -- as a table to decide ----------------------------------------------------------------

    def to_frame(self, *, backend: str = "pandas") -> Any:
        """Return what is to be decided as a data frame, with an empty column ``decision``.

        Its columns are those of :meth:`write`.

        Args:
            backend: ``pandas``, ``polars`` or ``pyarrow``.

        Raises:
            MissingExtraError: If the package is not installed.
            OutOfRangeError: If there is no such backend.
        """
        lines = self.rows()

        def columns() -> Iterator[tuple[str, Plain]]:
            for at, name in enumerate(self.key):
                yield KEY + name, ("texts", [each.key[at] for each in lines], None)
            for name in ("column", "value_a", "value_b", "kind"):
                yield name, ("texts", [getattr(each, name) or None for each in lines], None)
            yield DECISION, ("texts", [None for _ in lines], None)

        return frame_of(columns(), backend=backend)

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write what is to be decided as CSV or a workbook, with an empty column ``decision``.

        Its columns are the key (``key.`` and the name), ``column``, ``value_a``, ``value_b``,
        ``kind`` and ``decision``. A cell that a spreadsheet would compute, or that begins with an
        apostrophe, has an apostrophe in front, which :meth:`decide` takes off again. CSV begins
        with the mark by which spreadsheets tell UTF-8.

        Args:
            path: The file, ``.csv`` or ``.xlsx``; its folder must exist.

        Raises:
            FileError: If it cannot be written, or a workbook cannot hold it.
            MissingExtraError: If it is a workbook and xlsxwriter is not installed.
            OutOfRangeError: If its name ends otherwise.
        """
        name = os.fspath(path)
        if name.lower().endswith(".xlsx"):
            save(name, workbook([self._page()], name))
        elif name.lower().endswith(".csv"):
            save(name, self._csv())
        else:
            raise OutOfRangeError(f"a list is written as .csv or .xlsx, not as '{name}'")

    @property
    def _header(self) -> list[str]:
        names = (KEY + name for name in self.key)
        return [*names, "column", "value_a", "value_b", "kind", DECISION]

    def _cells_written(self) -> Iterator[list[str]]:
        for each in self._lines():
            texts = (*each.key, each.column, each.value_a or "", each.value_b or "")
            yield [*map(escaped, texts), each.kind, ""]

    def _csv(self) -> Iterator[bytes]:
        yield "\ufeff".encode() + csv_line(self._header)
        lines = self._cells_written()
        while some := list(islice(lines, _LINES)):
            yield b"".join(map(csv_line, some))

    def _page(self) -> Page:
        header = self._header
        columns: list[list[str | None]] = [[] for _ in header]
        for line in self._cells_written():
            for column, cell in zip(columns, line, strict=True):
                column.append(cell or None)
        return Page("differences", dict(zip(header, columns, strict=True)), (DECISION,))

    # -- as one table ------------------------------------------------------------------------

    def decide(self, decisions: Given, *, layout: Layout = Layout()) -> Reconciliation:  # noqa: B008 - frozen
        """Return what is still open once the *decisions* are applied to both sources.

        A line decides by its cell under ``decision``; where that is empty, the line stays open.

        - of a cell: ``a``, ``b``, or the value itself; an apostrophe in front makes a value of
          what would be a choice (``'a``);
        - of a row of one source: ``a`` as *a* has it, ``b`` as *b* has it: there, or not there;
        - of a twin key: ``a`` and ``b`` make one row of the two, under the key of that source;
          ``both`` says that they are two.

        The cells in which two rows of a twin key differ are lines of the same list; they can be
        decided where the rows become one.

        Args:
            decisions: What :meth:`write` or :meth:`to_frame` made, filled in: a path, a mapping
                of columns, or a data frame. ``value_a`` and ``value_b`` may be left out; where
                they stand, they must still say what the sources say.
            layout: How the table lies in its file.

        Raises:
            StructureError: If a line decides what is not open, has changed since, is decided
                twice, or by what does not fit; every such line is named.
            MissingExtraError: If a package that reads it is not installed.

        >>> from govtree.reconciliation import reconcile
        >>> a, b = {"id": ["H-1"], "name": ["甲"]}, {"id": ["H-1"], "name": ["乙"]}
        >>> r = reconcile(a, b, key="id")
        >>> r.decide({"key.id": ["H-1"], "column": ["name"], "decision": ["b"]}).merged()
        {'id': ['H-1'], 'name': ['乙']}
        """
        return self._after(applied(self, decisions, layout))

    def _after(self, done: Applied) -> Reconciliation:
        return Reconciliation.of(
            done.keys,
            done.in_a,
            done.in_b,
            done.columns,
            prefer=self.prefer,
            warnings=self.warnings,
        )

    def merged(
        self,
        decisions: Given | None = None,
        *,
        prefer: Source | None = None,
        layout: Layout = Layout(),  # noqa: B008 - frozen
    ) -> dict[str, list[Value | None]]:
        """Return both sources as one table: columns by name, the key first, rows in its order.

        What is not decided follows the preferred source where both say something; else it is
        what one of them says: no row and no value is lost that nobody decided to leave out. It
        can be handed to :meth:`~govtree.Hierarchy.from_tables`, or reconciled again.

        Args:
            decisions: See :meth:`decide`.
            prefer: ``a`` or ``b``, instead of the source that :func:`reconcile` was told.
            layout: How the table of decisions lies in its file.

        Raises:
            StructureError: If no source is preferred and cells are open, each of them named, by
                its line in the list where it has one; or for a reason that :meth:`decide` gives.
            OutOfRangeError: If *prefer* is no source.

        >>> from govtree.reconciliation import reconcile
        >>> a = {"id": ["H-1", "H-2"], "residents": [3, None]}
        >>> b = {"id": ["H-1", "H-2"], "residents": ["4", "2"], "name": ["甲", None]}
        >>> reconcile(a, b, key="id").merged(prefer="a")
        {'id': ['H-1', 'H-2'], 'name': ['甲', None], 'residents': [3, 2]}
        """
        chosen = required_source(prefer) or self.prefer
        if decisions is None:
            return self._merged(chosen, {})
        done = applied(self, decisions, layout)
        return self._after(done)._merged(chosen, done.places)

    def _merged(
        self, chosen: Source | None, places: Mapping[tuple[Key, str], Location]
    ) -> dict[str, list[Value | None]]:
        if chosen is None:
            self._require_settled(places)
        merged: dict[str, list[Value | None]] = {}
        for pair in (*self.keys, *self.columns):
            values: list[Value | None] = [*pair.values, None]
            merged[pair.name] = [values[code] for code in pair.codes(chosen or "a").tolist()]
        return merged

    def _require_settled(self, places: Mapping[tuple[Key, str], Location]) -> None:
        """Refuse to choose between two cells that nobody chose between."""
        tally = Tally()
        rows, columns, kinds = self._cells
        for at in np.flatnonzero(kinds < KINDS.index("missing in a")).tolist():
            found = self._difference(int(rows[at]), int(columns[at]), int(kinds[at]))
            tally.add("GT979", partial(_not_decided, found, places))
        if problems := tally.problems():
            made = ConfigError if any(each.where.file for each in problems) else StructureError
            raise made(problems)

    # -- rows and texts -----------------------------------------------------------------------

    def keys_of(self, rows: NDArray[Any]) -> list[tuple[str, ...]]:
        """Return the keys of some rows, as texts."""
        return key_texts(self.keys, rows)

    def _keys_at(self, rows: NDArray[Any]) -> tuple[tuple[str, ...], ...]:
        return tuple(self.keys_of(rows))

    def _differences(self) -> Iterator[Difference]:
        for row, column, kind in zip(*(each.tolist() for each in self._cells), strict=True):
            yield self._difference(row, column, kind)

    def _difference(self, row: int, column: int, kind: int, twin: int = NONE) -> Difference:
        pair = self.columns[column]
        assert pair.a is not None
        assert pair.b is not None
        (key,) = self.keys_of(np.array([row]))
        value_b = cell_text(pair, pair.b[row if twin < 0 else twin])
        return Difference(key, pair.name, cell_text(pair, pair.a[row]), value_b, KINDS[kind])

    def _lines(self) -> Iterator[Difference]:
        yield from self._differences()
        cells = zip(*(each.tolist() for each in self._twin_cells), strict=True)
        of_row: dict[int, list[tuple[int, int, int]]] = {}
        for row, column, kind in cells:
            of_row.setdefault(row, []).append((row, column, kind))
        for (row, twin), (one, other) in zip(self.twins, self.twin_keys, strict=True):
            yield Difference(one, "", ", ".join(one), ", ".join(other), "twin key")
            for cell in of_row.get(row, ()):
                yield self._difference(*cell, twin)
        with_twin = np.array([row for pair in self.twins for row in pair], np.int64)
        for kind, there in (("only in a", self.in_b), ("only in b", self.in_a)):
            alone = ~there
            alone[with_twin] = False
            for key in self.keys_of(np.flatnonzero(alone)):
                yield Difference(key, "", None, None, kind)  # type: ignore[arg-type]  # one of them

    def _facts(self) -> tuple[object, ...]:
        def cells(pair: Pair, codes: IntArray | None) -> object:
            values = [*pair.values, None]
            return None if codes is None else [values[code] for code in codes.tolist()]

        pairs = [
            (each.name, each.shape, each.basis, cells(each, each.a), cells(each, each.b))
            for each in (*self.keys, *self.columns)
        ]
        return self.key, self.prefer, self.in_a.tolist(), self.in_b.tolist(), pairs, self.twins


def _not_decided(found: Difference, places: Mapping[tuple[Key, str], Location]) -> Problem:
    where = places.get((found.key, found.column))
    if where is None:
        where = Location(record=", ".join(found.key), field=found.column)
    return problem("GT979", where, value_a=found.value_a, value_b=found.value_b)


def required_source(prefer: str | None) -> Source | None:
    """Return the name of a source, or None.

    Raises:
        OutOfRangeError: If it is none.
    """
    if prefer is None or prefer == "a" or prefer == "b":  # noqa: PLR1714 - narrows the type
        return prefer  # type: ignore[return-value]  # one of them
    raise OutOfRangeError(f"prefer is '{prefer}', not 'a', 'b' or None")


def _differing(both: Mask, columns: Sequence[Pair]) -> _Cells:
    """Return the cells that differ of rows that both have."""
    found = []
    for at, pair in enumerate(columns):
        if pair.a is not None and pair.b is not None:
            rows = np.flatnonzero(both & (pair.a != pair.b))
            found.append(_of_kinds(at, pair.values, rows, pair.a[rows], pair.b[rows]))
    return _in_order(found)


def _differing_twins(twins: Sequence[tuple[int, int]], columns: Sequence[Pair]) -> _Cells:
    """Return the cells that differ of rows that have near-twins for keys, by the row of a."""
    rows_a, rows_b = np.array(twins, np.int64).reshape(-1, 2).T
    found = []
    for at, pair in enumerate(columns):
        if pair.a is not None and pair.b is not None:
            a, b = pair.a[rows_a], pair.b[rows_b]
            differs = a != b
            found.append(_of_kinds(at, pair.values, rows_a[differs], a[differs], b[differs]))
    return _in_order(found)


def _of_kinds(
    column: int, values: Sequence[Value], rows: NDArray[Any], a: IntArray, b: IntArray
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return row, column and kind of cells of one column that differ."""
    kinds = np.full(len(rows), KINDS.index("differs"), np.int8)
    kinds[_is_spelling(values, a, b)] = KINDS.index("spelling")
    kinds[a < 0] = KINDS.index("missing in a")
    kinds[b < 0] = KINDS.index("missing in b")
    return rows, np.full(len(rows), column), kinds


def _in_order(found: Sequence[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]) -> _Cells:
    if not found:
        return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int8)
    every_row, every_column, every_kind = map(np.concatenate, zip(*found, strict=True))
    order = np.lexsort((every_column, every_row))
    return (
        every_row[order].astype(np.int32),
        every_column[order].astype(np.int32),
        every_kind[order],
    )


def _is_spelling(values: Sequence[Value], a: IntArray, b: IntArray) -> Mask:
    """Return for pairs of cells whether they are near-twins; where one is empty, they are none.

    Two numbers or two days that are not equal are no spellings of one another.
    """
    forms: dict[int, str] = {}

    def form_of(code: int) -> str:
        if code not in forms:
            forms[code] = twin_form(text_of(values[code]))
        return forms[code]

    def are_twins(one: int, other: int) -> bool:
        is_text = isinstance(values[one], str) or isinstance(values[other], str)
        return is_text and form_of(one) == form_of(other)

    return np.array(
        [
            one >= 0 and other >= 0 and are_twins(one, other)
            for one, other in zip(a.tolist(), b.tolist(), strict=True)
        ],
        np.bool_,
    )


def _twins(keys: Sequence[Pair], in_a: Mask, in_b: Mask) -> Iterator[tuple[int, int]]:
    """Yield pairs of a row of each source whose keys are near-twins, each row once."""
    by_form: dict[tuple[str, ...], tuple[list[int], list[int]]] = {}
    alone = np.flatnonzero(in_a != in_b)
    for row, key in zip(alone.tolist(), key_texts(keys, alone), strict=True):
        sides = by_form.setdefault(tuple(map(twin_form, key)), ([], []))
        sides[0 if in_a[row] else 1].append(row)
    pairs = [pair for sides in by_form.values() for pair in zip(*sides, strict=False)]
    yield from sorted(pairs)
