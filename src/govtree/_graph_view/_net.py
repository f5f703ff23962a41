"""Edges over columns: those of one node, and those of all nodes at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, repeat
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from govtree._columns import IntArray, Inverse, References, Sheet, Words
from govtree._graph_view._cells import Attributes, Reader, readers
from govtree._graph_view._nodes import Down, Kind, Numbered, Turned
from govtree.units import Level

__all__ = ["NOTHING", "Neighbors", "Net"]

#: Neighbors of a node, with the data of the edge that leads there.
Neighbors = dict[str, Attributes]

#: The neighbors of a node that has none.
NOTHING = Attributes()


class Net(Numbered):
    """The nodes of a graph, their attributes, and the edges between them.

    Attributes:
        bare_first: Number of the first node of the largest table from which nothing leads on.
        bare_last: Number behind the last one.
    """

    def __init__(
        self,
        sheets: Mapping[str, Sheet],
        levels: Sequence[Level],
        nodes: Iterable[str],
        inverse: Turned | None = None,
        *,
        relations: bool = True,
    ) -> None:
        super().__init__(sheets, levels, nodes, inverse or _own_inverse(sheets))
        self._relations = sheets.get("relation") if relations else None
        self._of_name = {kind.name: kind for kind in self.kinds}
        self._sources, self._targets = self._ends("source"), self._ends("target")
        # By end of the table of relations and table, the relations of each row.
        self._related: dict[tuple[str, str], Inverse | None] = {}
        self._readers: dict[str, tuple[tuple[str, Reader], ...]] = {}
        uppers = {up.upper.name for kind in self.kinds for up in kind.up} | set(self._sources)
        bare = next((kind for kind in self._by_size if kind.name not in uppers), None)
        self._bare = bare
        self.bare_first, self.bare_last = (bare.first, bare.first + bare.length) if bare else (0, 0)
        self._latest: tuple[int, Neighbors] = (-1, NOTHING)

    def __getstate__(self) -> tuple[Any, ...]:
        sheets = {kind.name: kind.sheet for kind in self.kinds}
        if self._relations is not None:
            sheets["relation"] = self._relations
        return sheets, self.levels, [kind.name for kind in self.kinds], self._relations is not None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        sheets, levels, nodes, relations = state
        self.__init__(sheets, levels, nodes, relations=relations)  # type: ignore[misc]  # as new

    def __deepcopy__(self, memo: object) -> Net:
        return self

    # -- attributes ------------------------------------------------------------------------------

    def attributes(self, number: int) -> Attributes:
        """Return what is given of a node, and its level."""
        kind = self.kind(number)
        row = number - kind.first
        told: dict[str, Any] = {"level": kind.level}
        for name, reader in self.readers(kind):
            value = reader.one(row)
            if value is not None:
                told[name] = value
        return Attributes(told)

    def all_attributes(self) -> Iterator[tuple[list[str], Iterable[Attributes]]]:
        """Give names and attributes of all nodes in order, block by block."""
        for kind in self.kinds:
            fields = self.readers(kind)
            keys = ["level", *(name for name, _ in fields)]
            for names, first, last in self.blocks(kind):
                cells = [reader.some(first, last) for _, reader in fields]
                rows = zip(repeat(kind.level, last - first), *cells, strict=True)
                if any(None in column for column in cells):
                    yield names, [_given(keys, row) for row in rows]
                else:
                    yield names, map(Attributes, map(zip, repeat(keys), rows))

    def values(self, name: str, default: object) -> Iterator[tuple[list[str], Iterable[Any]]]:
        """Give names and one attribute of all nodes in order, block by block."""
        for kind in self.kinds:
            reader = dict(self.readers(kind)).get(name)
            for names, first, last in self.blocks(kind):
                if reader is None:
                    yield names, repeat(kind.level if name == "level" else default, last - first)
                else:
                    cells = reader.some(first, last)
                    yield names, [default if cell is None else cell for cell in cells]

    def readers(self, kind: Kind) -> tuple[tuple[str, Reader], ...]:
        """Return the columns of *kind* that are attributes of its nodes."""
        if kind.name not in self._readers:
            self._readers[kind.name] = tuple(readers(kind.sheet, self.levels))
        return self._readers[kind.name]

    # -- edges of one node -----------------------------------------------------------------------

    def below(self, number: int) -> Neighbors:
        """Return the nodes that a node leads to, in order."""
        latest = self._latest
        if latest[0] == number:
            return latest[1]
        kind = self.kinds[bisect_right(self._firsts, number) - 1]
        row = number - kind.first
        related = None
        if kind.name in self._sources:
            related = self._relations_of(kind, row, "source")
        if related is not None:
            found: Neighbors | None = self._mixed(kind, row, related, "target")
        else:
            found = None
            for step in self.downs(kind) if kind.down is None else kind.down:
                starts = step.starts
                if starts[row] != starts[row + 1]:
                    rows = step.rows(row)
                    names = step.lower.names_of(rows)
                    self.hand_out(names, step.lower.first, rows)
                    if found is None:
                        found = dict.fromkeys(names, step.data)
                    else:
                        found.update(zip(names, repeat(step.data), strict=False))
        if found is None:
            return NOTHING
        # Who asks for the neighbors of a node often asks for them again.
        self._latest = (number, found)
        return found

    def above(self, number: int) -> Neighbors:
        """Return the nodes that lead to a node, in order."""
        # Most of those that are asked for are households.
        kind = self._bare
        if kind is None or not self.bare_first <= number < self.bare_last:
            kind = self.kinds[bisect_right(self._firsts, number) - 1]
        row = number - kind.first
        if self._targets and kind.name in self._targets:
            related = self._relations_of(kind, row, "target")
            if related is not None:
                return self._mixed(kind, row, related, "source")
        names = self._names
        found: Neighbors | None = None
        for at, first, data in kind.steps_up:
            upper = at[row]
            if upper >= 0:
                name = names.get(upper + first) or self.name(upper + first)
                if found is None:
                    found = {name: data}
                else:
                    found[name] = data
        return NOTHING if found is None else found

    def count_below(self, number: int) -> int:
        """Return how many nodes a node leads to."""
        kind = self.kind(number)
        row = number - kind.first
        if self._relations_of(kind, row, "source") is not None:
            return len(self.below(number))
        return sum(step.starts[row + 1] - step.starts[row] for step in self.downs(kind))

    def count_above(self, number: int) -> int:
        """Return how many nodes lead to a node."""
        kind = self.kind(number)
        row = number - kind.first
        if self._relations_of(kind, row, "target") is not None:
            return len(self.above(number))
        return sum(up.at[row] >= 0 for up in kind.up)

    # -- relations ---------------------------------------------------------------------------------

    def _ends(self, end: str) -> Mapping[str, IntArray]:
        """Return the rows that the relations have at an *end*, by table."""
        column = None if self._relations is None else self._relations.columns.get(end)
        targets = column.targets if isinstance(column, References) else {}
        # What is not known may be in a table that nobody gave.
        return {table: rows for table, rows in targets.items() if table in self._of_name}

    def _related_to(self, kind: Kind, end: str) -> Inverse | None:
        key = (end, kind.name)
        if key not in self._related:
            has = kind.name in self._ends(end)
            self._related[key] = self._inverse("relation", end, kind.name) if has else None
        return self._related[key]

    def _relations_of(self, kind: Kind, row: int, end: str) -> IntArray | None:
        """Return the relations that have a row at an *end*, None where there are none."""
        if self._relations is None:
            return None
        related = self._related_to(kind, end)
        if related is None or related.starts[row] == related.starts[row + 1]:
            return None
        return related.rows(row)

    def _mixed(self, kind: Kind, row: int, related: IntArray, far: str) -> Neighbors:
        """Return the neighbors of a node of which some are joined to it by relations."""
        joined: dict[int, set[str]] = {}
        if far == "target":
            for step in self.downs(kind):
                for lower in step.rows(row):
                    joined[step.lower.first + lower] = {step.column}
        else:
            for up in kind.up:
                if up.at[row] >= 0:
                    joined[up.first + up.at[row]] = {up.column}
        words = self._words()
        for table, rows in self._ends(far).items():
            first = self._of_name[table].first
            for at, other in zip(related.tolist(), rows[related].tolist(), strict=True):
                if other >= 0:
                    joined.setdefault(first + other, set()).add(str(words[at]))
        return {
            self.name(other): self.data(tuple(sorted(joined[other]))) for other in sorted(joined)
        } or NOTHING

    def _words(self) -> Words:
        assert self._relations is not None
        words = self._relations.columns["relation"]
        assert isinstance(words, Words)
        return words

    def _only_related(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the numbers of all pairs that are joined by relations and by no field."""
        numbers = []
        for end in ("source", "target"):
            each = np.full(0 if self._relations is None else len(self._relations), -1, np.int64)
            for table, rows in self._ends(end).items():
                each[rows >= 0] = rows[rows >= 0] + self._of_name[table].first
            numbers.append(each)
        both = (numbers[0] >= 0) & (numbers[1] >= 0)
        pairs = np.unique(numbers[0][both] * self.total + numbers[1][both])
        sources, targets = np.divmod(pairs, max(self.total, 1))
        fresh = np.ones(len(pairs), np.bool_)
        for kind in self.kinds:
            own = np.flatnonzero((targets >= kind.first) & (targets < kind.first + kind.length))
            for up in kind.up:
                uppers = up.rows[targets[own] - kind.first]
                fresh[own[(uppers >= 0) & (uppers + up.first == sources[own])]] = False
        return sources[fresh], targets[fresh]

    # -- edges of all nodes --------------------------------------------------------------------

    def all_below(self) -> Iterator[tuple[list[str], Sequence[Any], Attributes | None]]:
        """Give the names of a block of nodes, what each leads to, and the data of all edges.

        Where edges of the block differ in their data, that is None, and what a node leads to
        is a dict.
        """
        for kind in self.kinds:
            steps = self.downs(kind)
            is_plain = self._related_to(kind, "source") is None
            for names, first, last in self.blocks(kind):
                if is_plain and not steps:
                    yield names, [NOTHING] * len(names), NOTHING
                elif is_plain and len(steps) == 1:
                    yield names, _children(steps[0], first, last), steps[0].data
                else:
                    numbers = range(kind.first + first, kind.first + last)
                    yield names, list(map(self.below, numbers)), None

    def all_above(self) -> Iterator[tuple[list[str], list[Neighbors]]]:
        """Give the names of a block of nodes, and what leads to each."""
        for kind in self.kinds:
            related = self._related_to(kind, "target")
            for names, first, last in self.blocks(kind):
                found = _parents(kind, first, last)
                if related is not None:
                    for row in np.flatnonzero(np.diff(related.starts[first : last + 1])).tolist():
                        found[row] = self.above(kind.first + first + row)
                yield names, found

    def degrees(self, *, below: bool, above: bool) -> Iterator[tuple[list[str], list[int]]]:
        """Give for blocks of nodes how many each leads to, how many lead to it, or both."""
        sources, targets = self._only_related()
        for kind in self.kinds:
            counts = np.zeros(kind.length, np.int64)
            if below:
                counts += _counted(sources, kind)
                for step in self.downs(kind):
                    counts += np.diff(step.inverse.starts)
            if above:
                counts += _counted(targets, kind)
                for up in kind.up:
                    counts += up.rows >= 0
            for names, first, last in self.blocks(kind):
                yield names, counts[first:last].tolist()

    def edges(self) -> int:
        """Return how many edges there are."""
        named = sum(int((up.rows >= 0).sum()) for kind in self.kinds for up in kind.up)
        return named + len(self._only_related()[0])


def _given(names: Sequence[str], cells: Sequence[Any]) -> Attributes:
    pairs = zip(names, cells, strict=True)
    return Attributes({name: cell for name, cell in pairs if cell is not None})


def _children(step: Down, first: int, last: int) -> list[list[str]]:
    """Return the names below each row from *first* to before *last*."""
    starts = step.inverse.starts[first : last + 1].tolist()
    begin, end = starts[0], starts[-1]
    order = step.inverse.order
    if order is None:
        names = step.lower.names(begin, end)
    else:
        names = cast("list[str]", step.lower.ids.texts(order[begin:end]))
    return [names[one - begin : other - begin] for one, other in pairwise(starts)]


def _parents(kind: Kind, first: int, last: int) -> list[Neighbors]:
    """Return what leads to each row from *first* to before *last* by its own fields."""
    found: list[Neighbors] = [NOTHING] * (last - first)
    for up in kind.up:
        rows = up.rows[first:last]
        given = np.flatnonzero(rows >= 0)
        for at, name in zip(given.tolist(), up.upper.names_at(rows[given]), strict=True):
            if found[at] is NOTHING:
                found[at] = {name: up.data}
            else:
                found[at][name] = up.data
    return found


def _counted(numbers: NDArray[np.int64], kind: Kind) -> NDArray[np.int64]:
    """Return how often the number of each node of *kind* stands in *numbers*."""
    own = numbers[(numbers >= kind.first) & (numbers < kind.first + kind.length)]
    return np.bincount(own - kind.first, minlength=kind.length)


def _own_inverse(sheets: Mapping[str, Sheet]) -> Turned:
    """Return what turns columns round for a graph that was pickled without its hierarchy."""
    made: dict[tuple[str, str, str], Inverse] = {}

    def inverse(table: str, column: str, target: str) -> Inverse:
        key = (table, column, target)
        if key not in made:
            stored = sheets[table].columns[column]
            assert isinstance(stored, References)
            rows = stored.rows_in(target, len(sheets[table]))
            made[key] = Inverse.of(rows, len(sheets[target]))
        return made[key]

    return inverse
