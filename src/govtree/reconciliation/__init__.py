"""Two sources that disagree: what both say, what one says, and a list to decide.

The property company's list and the community's name the same households and say different things
of them. Neither is right as a whole, so nothing is chosen in silence: the list is decided by
people, and fed back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain, count
from typing import Any, Literal

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from govtree._columns import NONE, Coded, IntArray, followed
from govtree._names import nearest
from govtree._wording import Reason
from govtree.errors import Location, OutOfRangeError, Places, Problem, Tally, problem
from govtree.reconciliation._pairs import Difference, Kind, Pair, Source, cell_text
from govtree.reconciliation._result import Reconciliation, required_source
from govtree.reconciliation._shapes import (
    SHAPES,
    Shape,
    Value,
    field_shape,
    forms,
    inferred,
)
from govtree.reconciliation._sources import Given, Table, failed, read
from govtree.tables import Layout

__all__ = ["Difference", "Kind", "Pair", "Reconciliation", "Shape", "Source", "reconcile"]

# Names that a problem lists at most.
_SHOWN_NAMES = 12


def reconcile(
    a: Given,
    b: Given,
    *,
    key: str | Sequence[str],
    prefer: Source | None = None,
    names: Mapping[str, str] | None = None,
    shapes: Mapping[str, Shape] | None = None,
    layout_a: Layout = Layout(),  # noqa: B008 - frozen
    layout_b: Layout = Layout(),  # noqa: B008 - frozen
) -> Reconciliation:
    """Return what two tables agree on, what only one of them has, and which cells differ.

    Rows are matched by their key, exactly, once its cells are typed; keys that are near-twins
    are listed, never matched. Cells are compared after typing. A column whose name is that of a
    field of a structure is compared as that field: a count as number, a day as day, a truth as
    truth. Any other is compared as what all its cells in both sources are, else as text; numbers
    with leading zeros or of more than 15 digits are texts. ``columns`` of the result says which
    shape each has, and why. A cell that does not fit its shape is compared as the text it is.

    Args:
        a: The one source: a path (CSV, Parquet, xlsx), a mapping of columns, or a data frame
            (pandas, polars, pyarrow).
        b: The other.
        key: Name of the column that tells rows apart, or names of several.
        prefer: The source that :meth:`Reconciliation.merged` follows where nothing is decided.
        names: What columns of *b* are called in *a*, by their names in *b*.
        shapes: ``number``, ``date``, ``truth`` or ``text`` by name of the column, where another
            shape is wanted.
        layout_a: How *a* lies in its file.
        layout_b: How *b* lies in its file.

    Raises:
        StructureError: If a source cannot be read, has no such key, or has an empty key or one
            key twice; with every such place (a ConfigError where a source is a file).
        OutOfRangeError: If no key is named, or an argument is none of those above.
        TypeError: If a source is nothing of that kind.
        MissingExtraError: If a package that reads it is not installed.

    >>> r = reconcile(
    ...     {"房号": ["1-101", "1-102"], "户主": ["甲", "乙"]},
    ...     {"房号": ["1-102", "1-103"], "户主": ["乙 ", "丙"]},
    ...     key="房号",
    ... )
    >>> [(each.key, each.column, each.kind) for each in r.rows()]
    [(('1-102',), '户主', 'spelling'), (('1-101',), '', 'only in a'), (('1-103',), '', 'only in b')]
    """
    wanted = (key,) if isinstance(key, str) else tuple(key)
    if not wanted or len(set(wanted)) < len(wanted):
        raise OutOfRangeError("the key is one column or several, each named once")
    asked = dict(shapes or {})
    strange = sorted({each for each in asked.values() if each not in SHAPES})
    if strange:
        raise OutOfRangeError(f"a shape is '{strange[0]}', not one of {', '.join(SHAPES)}")
    chosen = required_source(prefer)
    first, found = read(a, "a", layout_a)
    second, also = read(b, "b", layout_b)
    problems = [*found, *also]
    if first is not None and second is not None:
        second, more = _renamed(second, names or {})
        problems += [*more, *_keys_missing(first, wanted), *_keys_missing(second, wanted)]
    if any(each.severity == "error" for each in problems):
        raise failed(problems, a, b)
    assert first is not None
    assert second is not None
    others = sorted({*first.columns, *second.columns} - {*wanted})
    keys = [_typed(name, first, second, asked) for name in wanted]
    columns = [_typed(name, first, second, asked) for name in others]
    problems += [*_keys_amiss(first, keys, "a"), *_keys_amiss(second, keys, "b")]
    if any(each.severity == "error" for each in problems):
        raise failed(problems, a, b)
    return _matched(keys, columns, prefer=chosen, warnings=problems)


def _renamed(table: Table, names: Mapping[str, str]) -> tuple[Table, list[Problem]]:
    """Return the second source with its columns called as in the first."""
    found = [_not_there(table, name) for name in sorted(names) if name not in table.columns]
    columns: dict[str, Coded] = {}
    for name, column in table.columns.items():
        called = names.get(name, name)
        if called in columns:
            said = {"header": called, "count": "2"}
            found.append(problem("GT053", _header(table, name), **said))
        columns[called] = column
    places = table.places
    if names:
        places = _Renamed(places, {called: name for name, called in names.items()})
    return evolve(table, columns=columns, places=places), found


@frozen
class _Renamed:
    """Places of a source whose columns are called otherwise here."""

    places: Places
    names: Mapping[str, str]

    def at(self, row: int, field: str = "") -> Location:
        return self.places.at(row, self.names.get(field, field))

    def quote(self, row: int, field: str = "") -> str:
        return self.places.quote(row, self.names.get(field, field))


def _keys_missing(table: Table, wanted: Sequence[str]) -> list[Problem]:
    return [_not_there(table, name) for name in wanted if name not in table.columns]


def _not_there(table: Table, name: str) -> Problem:
    said = {"header": name, "source": table.name}
    if meant := nearest(name, table.columns):
        said["meant"] = meant
    said["known"] = ", ".join([*table.columns][:_SHOWN_NAMES])
    return problem("GT970", _header(table, name), **said)


def _header(table: Table, name: str) -> Location:
    file = table.places.at(0).file
    return Location(file, row=1, field=name) if file else Location(record=table.name, field=name)


def _typed(name: str, a: Table, b: Table, asked: Mapping[str, Shape]) -> Pair:
    """Return a column of both sources in the forms that are compared, rows in their own order."""
    given = [each.columns.get(name) for each in (a, b)]
    basis: Literal["asked", "field", "inferred"] = "asked"
    shape = asked.get(name)
    if shape is None:
        basis, shape = "field", field_shape(name)
    if shape is None:
        cells = chain.from_iterable(each.values for each in given if each is not None)
        basis, shape = "inferred", inferred([*cells])
    told = [[] if each is None else forms(shape, each.values) for each in given]
    code_of: defaultdict[Value, int] = defaultdict(count().__next__)
    codes = [
        None if each is None else followed(each.codes, _codes(own, code_of))
        for each, own in zip(given, told, strict=True)
    ]
    return Pair(name, shape, basis, list(code_of), codes[0], codes[1])


def _codes(values: Sequence[Value], code_of: Mapping[Value, int]) -> IntArray:
    return np.fromiter(map(code_of.__getitem__, values), np.int32, len(values))


def _keys_amiss(table: Table, keys: Sequence[Pair], source: Source) -> tuple[Problem, ...]:
    """Return the rows of a source that have no key, or one that stands above."""
    tally = Tally()
    columns: list[NDArray[np.int32]] = [_own(each, source) for each in keys]
    whole = np.logical_and.reduce([each >= 0 for each in columns])
    for row in np.flatnonzero(~whole).tolist():
        name = next(pair.name for pair, codes in zip(keys, columns, strict=True) if codes[row] < 0)
        where = table.places.at(row, name)
        tally.add("GT971", partial(problem, "GT971", where, header=name))
    rows = np.flatnonzero(whole)
    by: list[NDArray[Any]] = [rows, *(each[rows] for each in columns)]
    order = np.lexsort(by)
    ordered = rows[order]
    same = np.ones(max(len(ordered) - 1, 0), np.bool_)
    for each in columns:
        same &= each[ordered[1:]] == each[ordered[:-1]]
    first = 0
    for at in np.flatnonzero(same).tolist():
        first = first if at and same[at - 1] else int(ordered[at])
        tally.add("GT972", partial(_twice, table, keys, source, int(ordered[at + 1]), first))
    return tally.problems()


def _twice(table: Table, keys: Sequence[Pair], source: Source, row: int, first: int) -> Problem:
    cells = (cell_text(each, int(_own(each, source)[row])) or "" for each in keys)
    where = table.places.at(row, keys[0].name)
    place = Reason("{place}", place=table.places.at(first))
    return problem("GT972", where, key=", ".join(cells), first=place)


def _own(pair: Pair, source: Source) -> IntArray:
    codes = pair.a if source == "a" else pair.b
    assert codes is not None
    return codes


def _matched(
    keys: Sequence[Pair],
    columns: Sequence[Pair],
    *,
    prefer: Source | None,
    warnings: Sequence[Problem],
) -> Reconciliation:
    """Return the reconciliation of sources whose keys are whole, each once."""
    length = len(_own(keys[0], "a"))
    numbers = np.zeros(length + len(_own(keys[0], "b")), np.int64)
    for pair in keys:
        codes = np.concatenate([_own(pair, "a"), _own(pair, "b")])
        numbers = numbers * max(len(pair.values), 1) + _ranks(pair.values)[codes]
        # As few numbers as there are rows, so that no product of them is too large.
        numbers = np.unique(numbers, return_inverse=True)[1].astype(np.int64)
    count = int(numbers.max(initial=NONE)) + 1
    row_a, row_b = np.full(count, NONE, np.int32), np.full(count, NONE, np.int32)
    row_a[numbers[:length]] = np.arange(length)
    row_b[numbers[length:]] = np.arange(len(numbers) - length)

    def aligned(pair: Pair) -> Pair:
        return evolve(
            pair,
            a=None if pair.a is None else followed(row_a, pair.a),
            b=None if pair.b is None else followed(row_b, pair.b),
        )

    own = [aligned(pair) for pair in keys]
    shared = [evolve(each, a=each.codes("a"), b=each.codes("a")) for each in own]
    others = [aligned(pair) for pair in columns]
    return Reconciliation.of(
        shared, row_a >= 0, row_b >= 0, others, prefer=prefer, warnings=sorted(warnings)
    )


def _ranks(values: Sequence[Value]) -> NDArray[np.int64]:
    """Return the place of each value in their order: numbers and days first, then texts."""
    is_text = np.array([isinstance(each, str) for each in values], np.bool_)
    ranks = np.empty(len(values), np.int64)
    first = 0
    # What is no text is of one kind.
    for several in (np.flatnonzero(~is_text).tolist(), np.flatnonzero(is_text).tolist()):
        several.sort(key=values.__getitem__)
        ranks[several] = np.arange(first, first + len(several))
        first += len(several)
    return ranks
