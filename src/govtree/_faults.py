"""Columns under a report: what one rule found, kept as arrays, ids and rows into small tables.

A rule answers with row numbers. :meth:`Faults.gather` looks up at once, for all of them,
whatever a finding will need: so a report never holds the structure it speaks about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from govtree import _markup, _messages
from govtree._columns import NONE, IntArray, References, Words, followed, read_only
from govtree._finding import (
    LEVELS,
    SEVERITIES,
    Finding,
    Hits,
    Kind,
    Labeled,
    Named,
    Severity,
    Value,
)
from govtree._rows import Sources
from govtree._texts import Texts
from govtree._wording import Label, Listed, Said
from govtree.errors import Location
from govtree.units import STANDS_IN, TERRITORY

if TYPE_CHECKING:
    from govtree.facts import Facts
    from govtree.hierarchy import Hierarchy

__all__ = ["Faults"]

#: Tables that a unit may be sorted by though they do not stand on its path.
_BESIDE_PATH = ("branch", "grid", "compound")


@frozen(eq=False)
class _Coded:
    """A value that is an id: its position among the units of the faults, negative for none."""

    codes: IntArray


Kept = NDArray[Any] | Texts | Words | _Coded


@frozen(eq=False)
class Faults:
    """Everything that one rule found, in columns; rows are in order of the subject's id.

    Attributes:
        kind: What all of them have in common.
        severities: Position in :data:`SEVERITIES`, one a fault.
        ids: Ids of the subjects.
        units: Ids of all other units that are named.
        tables: The table of each of those units.
        path: Positions in *units*, one column a step from the top; negative for no step.
        places: Unit of a table that the path does not hold, by table: positions in *units*.
        starts: Where the related units of each fault begin in *related*; one more at the end.
        related: Positions in *units*.
        values: What the message names.
        sources: Where the subjects stood.
        labels: By name of a value what its texts are called, where they are words.
    """

    kind: Kind
    severities: NDArray[np.int8]
    ids: Texts
    units: Texts
    tables: tuple[str, ...]
    path: IntArray
    places: Mapping[str, IntArray]
    starts: NDArray[np.int64]
    related: IntArray
    values: Mapping[str, Kept]
    sources: Sources | None = None
    labels: Mapping[str, Mapping[str, Said]] = field(factory=dict)

    # -- making them -----------------------------------------------------------------------

    @classmethod
    def gather(cls, h: Hierarchy, kind: Kind, hits: Hits, severities: NDArray[np.int8]) -> Faults:
        """Return the faults at *hits*, with all that their findings will say.

        Args:
            h: The structure.
            kind: What the findings have in common.
            hits: The rule's answer.
            severities: Position in :data:`SEVERITIES`, one a hit.
        """
        table, rows, length = kind.subject, hits.rows, len(hits)
        if not length:
            return cls.told(kind, SEVERITIES[0], [])
        steps = _steps_up(h, table, rows)
        beside = _beside(h, table, rows)
        book = _Book(h)
        for step in (*steps, beside):
            for name, each in step.items():
                book.note(name, each)
        for named in (*hits.related, *hits.values.values()):
            if isinstance(named, Named):
                book.note(named.table, named.rows)
        book.close()
        path = np.full((length, len(steps)), NONE, np.int32)
        for at, step in enumerate(reversed(steps)):
            for name, each in step.items():
                codes = book.codes(name, each)
                path[:, at] = np.where(codes >= 0, codes, path[:, at])
        starts, related = _ragged(
            [(each.of, book.codes(each.table, each.rows)) for each in hits.related], length
        )
        values: dict[str, Kept] = {}
        labels: dict[str, Mapping[str, Said]] = {}
        for name, value in hits.values.items():
            if isinstance(value, Named):
                values[name] = _Coded(book.codes(value.table, value.rows))
            elif isinstance(value, np.ndarray):
                values[name] = value
            elif isinstance(value, Labeled):
                values[name] = (
                    _same(value.words, length)
                    if isinstance(value.words, str)
                    else Words.of(value.texts())
                )
                labels[name] = _labels(h.facts, value)
            elif isinstance(value, str):
                values[name] = _same(value, length)
            else:
                values[name] = Texts.of(value)
        ids = h.sheet(table).ids
        sources = h.sources(table)
        return cls(
            kind,
            severities,
            Texts.of([] if ids is None else ids).take(rows),
            Texts.of(book.names),
            tuple(book.tables),
            read_only(path),
            {name: book.codes(name, each) for name, each in beside.items()},
            starts,
            related,
            values,
            None if sources is None else sources.take(rows),
            labels,
        )

    @classmethod
    def told(
        cls,
        kind: Kind,
        severity: Severity,
        subjects: Sequence[str],
        *,
        where: Sequence[Location] | None = None,
        **values: Sequence[str] | Sequence[float] | Labeled,
    ) -> Faults:
        """Return faults of subjects that are no rows of a table, such as declared figures.

        Args:
            kind: What they have in common.
            severity: How grave each is.
            subjects: One a fault.
            where: Where each is written; a record of the kind's subject where nothing is said.
            values: What the message names, by name: one a fault. Words say themselves what they
                are called.
        """
        labels: dict[str, Mapping[str, Said]] = {}
        listed: dict[str, Sequence[Any]] = {}
        for name, value in sorted(values.items()):
            if isinstance(value, Labeled):
                listed[name] = value.texts()
                labels[name] = _labels(None, value)
            else:
                listed[name] = value
        order = sorted(range(len(subjects)), key=subjects.__getitem__)
        places = where or [Location(record=kind.subject, field=each) for each in subjects]
        kept = {name: [each[at] for at in order] for name, each in listed.items()}
        return cls(
            kind,
            np.full(len(order), SEVERITIES.index(severity), np.int8),
            Texts.of([subjects[at] for at in order]),
            Texts.of([]),
            (),
            np.empty((len(order), 0), np.int32),
            {},
            np.zeros(len(order) + 1, np.int64),
            np.empty(0, np.int32),
            {
                name: Texts.of([str(text) for text in each])
                if each and isinstance(each[0], str)
                else np.array(each)
                for name, each in kept.items()
            },
            Sources((_Told(tuple(places[at] for at in order)),), (0,)),
            labels,
        )

    def take(self, rows: NDArray[Any]) -> Faults:
        """Return the faults at these positions."""
        counts = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        at = np.repeat(self.starts[:-1][rows] - starts[:-1], counts) + np.arange(starts[-1])
        return evolve(
            self,
            severities=self.severities[rows],
            ids=self.ids.take(rows),
            path=self.path[rows],
            places={name: each[rows] for name, each in self.places.items()},
            starts=starts,
            related=self.related[at],
            values={name: _taken(each, rows) for name, each in self.values.items()},
            sources=None if self.sources is None else self.sources.take(rows),
        )

    def without(self, subjects: Sequence[str]) -> Faults:
        """Return the faults of all subjects but these."""
        if not subjects or not len(self):
            return self
        unwanted = frozenset(subjects)
        stays = [id not in unwanted for id in self.ids.tolist()]
        return self.take(np.flatnonzero(stays))

    # -- asking them -----------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.severities)

    def counts(self) -> list[int]:
        """Return how many there are of each severity, the gravest first."""
        counted = np.bincount(self.severities, minlength=len(SEVERITIES))
        return [int(each) for each in counted]

    def placed(self, table: str) -> IntArray:
        """Return the unit of *table* that each subject belongs to, as position in units.

        What stands on the path goes before what follows from the territory.
        """
        answer = np.full(len(self), NONE, np.int32)
        if table in self.places:
            answer = self.places[table]
        is_table = np.array([*(name == table for name in self.tables), False], np.bool_)
        for at in range(self.path.shape[1]):
            step = self.path[:, at]
            answer = np.where(is_table[step] & (step >= 0), step, answer)
        return answer

    def at_or_under(self, id: str) -> NDArray[np.bool_]:
        """Return for each fault whether its subject is *id*, stands under it or lies in it."""
        answer = np.array([each == id for each in self.ids.tolist()], np.bool_)
        places = [at for at, each in enumerate(self.units.tolist()) if each == id]
        for column in (*self.path.T, *self.places.values()):
            answer |= np.isin(column, places)
        return answer

    def finding(self, at: int, lang: str = "en") -> Finding:
        """Return one of them in full, its texts in *lang*."""
        values = tuple((name, self._value(each, at)) for name, each in self.values.items())
        shown = [(name, _shown(self._said(name, value, lang))) for name, value in values]
        kind = self.kind
        subject = str(self.ids[at])
        where = Location() if self.sources is None else self.sources.at(at)
        return Finding(
            kind.code,
            kind.slug,
            SEVERITIES[int(self.severities[at])],
            subject,
            kind.subject,
            self._path(at),
            self._related(at),
            where,
            _messages.fill(kind.code, "message", kind.message, shown, lang),
            _messages.fill(kind.code, "hint", kind.hint, shown, lang),
            values,
        )

    def facts(self) -> Iterator[tuple[Any, ...]]:
        """Yield what each fault states, without where its subject stood."""
        for at, id in enumerate(self.ids.tolist()):
            values = tuple((name, self._value(each, at)) for name, each in self.values.items())
            yield id, self._related(at), int(self.severities[at]), self._path(at), values

    def _said(self, name: str, value: Value, lang: str) -> Value:
        label = self.labels[name].get(str(value)) if name in self.labels else None
        return value if label is None else label.said(lang)

    def _path(self, at: int) -> tuple[str, ...]:
        return tuple(str(self.units[code]) for code in self.path[at].tolist() if code >= 0)

    def _related(self, at: int) -> tuple[str, ...]:
        codes = self.related[self.starts[at] : self.starts[at + 1]]
        return tuple(sorted({str(self.units[code]) for code in codes.tolist()}))

    def _value(self, column: Kept, at: int) -> Value:
        if isinstance(column, _Coded):
            code = int(column.codes[at])
            return str(self.units[code]) if code >= 0 else ""
        if isinstance(column, (Texts, Words)):
            return column[at] or ""
        value: Value = column[at].item()
        return value

    # -- joining them ----------------------------------------------------------------------

    @classmethod
    def join(cls, parts: Sequence[Faults]) -> Faults:
        """Return the faults of several structures of one kind, each fault once, sorted.

        What two parts say about the same subject and the same other units is one fault, the
        graver one.
        """
        if len(parts) == 1:
            return parts[0]
        whole = _strung(parts)
        keys = [(str(id), whole._related(at)) for at, id in enumerate(whole.ids.tolist())]
        kept: list[int] = []
        grave = whole.severities.tolist()
        for at in sorted(range(len(keys)), key=lambda at: (keys[at], grave[at])):
            if not kept or keys[at] != keys[kept[-1]]:
                kept.append(at)
        return whole.take(np.array(kept, np.int64))


class _Book:
    """Numbers the units that faults name, and keeps their ids: first all, then each once."""

    def __init__(self, h: Hierarchy) -> None:
        self._h = h
        self._used: dict[str, NDArray[np.bool_]] = {}
        self._codes: dict[str, IntArray] = {}
        self.names: list[str] = []
        self.tables: list[str] = []

    def note(self, table: str, rows: NDArray[Any]) -> None:
        used = self._used.setdefault(table, np.zeros(self._h.count(table), np.bool_))
        used[rows[rows >= 0]] = True

    def close(self) -> None:
        for table in sorted(self._used):
            rows = np.flatnonzero(self._used[table])
            # Two more cells at the end are those of NONE and UNKNOWN.
            codes = np.full(len(self._used[table]) + 2, NONE, np.int32)
            codes[rows] = np.arange(len(self.names), len(self.names) + len(rows))
            self._codes[table] = codes
            self.names += self._h.ids(table, rows.astype(np.int32))
            self.tables += [table] * len(rows)

    def codes(self, table: str, rows: NDArray[Any]) -> IntArray:
        return read_only(self._codes[table][rows])


def _steps_up(h: Hierarchy, table: str, rows: IntArray) -> list[dict[str, IntArray]]:
    """Return the units above *rows*, the nearest step first: rows by table in each step.

    They are those of ``h.path``: along the chain, or in the territory the first of building,
    micro-grid, grid, compound and community that is given; of a post its place.
    """
    chain = {level.table for level in h.levels}
    steps: list[dict[str, IntArray]] = []
    here = {table: rows}
    while here:
        above: dict[str, IntArray] = {}
        for name, at in here.items():
            pending = at >= 0
            columns = h.sheet(name).columns
            ways = ("parent",) if name in chain else STANDS_IN
            for way in ways:
                stored = columns.get(way)
                for target, up in stored.targets.items() if isinstance(stored, References) else ():
                    found = followed(at, up)
                    hit = pending & (found >= 0)
                    if hit.any():
                        known = above.get(target)
                        above[target] = np.where(hit, found, NONE if known is None else known)
                        pending &= ~hit
        if above:
            steps.append(above)
        here = above
    return steps


def _beside(h: Hierarchy, table: str, rows: IntArray) -> dict[str, IntArray]:
    """Return what *rows* belong to though it does not stand on their path, by table."""
    if table != "household" and table not in TERRITORY:
        return {}
    found: dict[str, IntArray] = {}
    roles = {level.role for level in h.levels}
    for name in _BESIDE_PATH:
        if name == table or (name == "branch" and name not in roles) or not h.has(name):
            continue
        if name == "branch":
            grids = rows if table == "grid" else found.get("grid")
            if table == "compound":
                found[name] = h.arrays.branches("compound")[rows]
            elif grids is not None and len(grids):
                found[name] = followed(grids, h.arrays.covering("grid"))
        else:
            found[name] = h.arrays.within(table, name)[rows]
    return found


def _ragged(
    parts: Sequence[tuple[NDArray[Any] | None, IntArray]], length: int
) -> tuple[NDArray[np.int64], IntArray]:
    """Return where the codes of each of *length* faults begin, and the codes, one after another."""
    owners = [np.arange(length) if of is None else of for of, _ in parts]
    owner = np.concatenate([np.empty(0, np.int64), *owners]).astype(np.int64)
    codes = np.concatenate([np.empty(0, np.int32), *(each for _, each in parts)])
    owner, codes = owner[codes >= 0], codes[codes >= 0]
    order = np.argsort(owner, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=length))])
    return starts.astype(np.int64), codes[order].astype(np.int32)


def _same(text: str, length: int) -> Words:
    return Words(np.zeros(length, np.int8), (text,))


def _labels(facts: Facts | None, given: Labeled) -> Mapping[str, Said]:
    """Return what each text of *given* is called."""
    return {text: _label(facts, given.of, words) for words, text in given.distinct().items()}


def _label(facts: Facts | None, of: str | Mapping[str, Said], words: str | tuple[str, ...]) -> Said:
    """Return what a word is called; of several words, one after another."""
    if not isinstance(words, str):
        return Listed(tuple(_label(facts, of, each) for each in sorted(words)))
    if not isinstance(of, str):
        return of.get(words, Label(words))
    assert facts is not None, "who has no structure says itself what words are called"
    return facts.level_label(words) if of == LEVELS else facts.label(of, words)


def _taken(column: Kept, rows: NDArray[Any]) -> Kept:
    if isinstance(column, _Coded):
        return _Coded(column.codes[rows])
    return column[rows] if isinstance(column, np.ndarray) else column.take(rows)


def _strung(parts: Sequence[Faults]) -> Faults:
    """Return the faults of *parts*, one part behind the other."""
    offsets = np.cumsum([0, *(len(part.units) for part in parts)])

    def moved(codes: IntArray, at: int) -> IntArray:
        return np.where(codes >= 0, codes + offsets[at], NONE).astype(np.int32)

    depth = max(part.path.shape[1] for part in parts)
    path = np.full((sum(map(len, parts)), depth), NONE, np.int32)
    begin = 0
    for at, part in enumerate(parts):
        end = begin + len(part)
        path[begin:end, depth - part.path.shape[1] :] = moved(part.path, at)
        begin = end
    places = {
        name: np.concatenate(
            [
                moved(part.places[name], at)
                if name in part.places
                else np.full(len(part), NONE, np.int32)
                for at, part in enumerate(parts)
            ]
        )
        for name in _BESIDE_PATH
        if any(name in part.places for part in parts)
    }
    values: dict[str, Kept] = {}
    for name in parts[0].values:
        columns = [part.values[name] for part in parts]
        if all(isinstance(each, _Coded) for each in columns):
            coded = [moved(each.codes, at) for at, each in enumerate(columns)]  # type: ignore[union-attr]  # all are
            values[name] = _Coded(np.concatenate(coded))
        elif all(isinstance(each, np.ndarray) for each in columns):
            values[name] = np.concatenate(columns)  # type: ignore[arg-type]  # all are
        else:
            told = [
                str(part._value(part.values[name], row))
                for part in parts
                for row in range(len(part))
            ]
            values[name] = Texts.of(told)
    counts = np.concatenate([np.diff(part.starts) for part in parts])
    return Faults(
        parts[0].kind,
        np.concatenate([part.severities for part in parts]),
        Texts.of([id for part in parts for id in part.ids.tolist()]),
        Texts.of([id for part in parts for id in part.units.tolist()]),
        tuple(table for part in parts for table in part.tables),
        path,
        places,
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate([moved(part.related, at) for at, part in enumerate(parts)]),
        values,
        _strung_sources(parts),
        {
            # Parts that were not cut from one structure may have two labels for a word.
            name: {
                text: min(found, key=repr)
                for text in {text for each in known for text in each}
                if (found := [each[text] for each in known if text in each])
            }
            for name in parts[0].labels
            if (known := [part.labels[name] for part in parts if name in part.labels])
        },
    )


def _strung_sources(parts: Sequence[Faults]) -> Sources | None:
    """Return the sources of *parts*, one behind the other."""
    places: list[Any] = []
    starts: list[int] = []
    length = 0
    for part in parts:
        if part.sources is None:
            places.append(_Nowhere())
        else:
            places.append(part.sources)
        starts.append(length)
        length += len(part)
    return Sources(tuple(places), tuple(starts))


@frozen
class _Told:
    """Places that are known one by one."""

    locations: tuple[Location, ...]

    def at(self, row: int, field: str = "") -> Location:  # noqa: ARG002 - the protocol's names
        return self.locations[row]

    def quote(self, row: int, field: str = "") -> str:  # noqa: ARG002 - the protocol's names
        return ""


@frozen
class _Nowhere:
    """Places of rows that are not known to stand anywhere."""

    def at(self, row: int, field: str = "") -> Location:  # noqa: ARG002 - the protocol's names
        return Location()

    def quote(self, row: int, field: str = "") -> str:  # noqa: ARG002 - the protocol's names
        return ""


def _shown(value: Value) -> str:
    if isinstance(value, str):
        return _markup.short(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"
