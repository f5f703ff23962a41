"""The hierarchy: who belongs where, on one day.

A :class:`Hierarchy` is immutable. It answers by id; the same questions over whole tables are
asked of :attr:`Hierarchy.arrays`, and :attr:`Hierarchy.graph` shows it to networkx.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from govtree import _build, _columns, _frames, _graph_view, _records, _subtree
from govtree._arrays import Arrays
from govtree._columns import NONE, TAG, IntArray, References, Sheet, Words, each_once, read_only
from govtree._each import Each
from govtree._ids import Ids
from govtree._names import nearest, normal
from govtree._rows import Rows, Sources, tables_of
from govtree._texts import Texts
from govtree.errors import Location, Problem, StructureError, UnknownIdError, UnknownLevelError
from govtree.facts import Facts
from govtree.units import (
    BESIDE,
    ROLES,
    STANDS_IN,
    TERRITORY,
    Area,
    Body,
    Branch,
    Building,
    Column,
    Community,
    Compound,
    Declared,
    Entrance,
    Grid,
    Group,
    Household,
    Level,
    LevelUnit,
    Link,
    Mark,
    MicroGrid,
    Person,
    Post,
    Record,
    Relation,
    Term,
    Unit,
    columns_of,
)

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Hierarchy", "Summary", "Units"]

#: Larger tables are not searched for the id that was probably meant.
_MOST_SEARCHED = 250_000

T = TypeVar("T")
R = TypeVar("R", bound=Record)


class Units(Mapping[str, R], Generic[R]):
    """The rows of one table as typed records, made when they are asked for.

    A mapping from id to record, in order of id.

    >>> h = Hierarchy.from_records([Grid(id="N-2"), Grid(id="N-1")])
    >>> list(h.grids), h.grids["N-1"].id
    (['N-1', 'N-2'], 'N-1')
    """

    def __init__(self, hierarchy: Hierarchy, table: str) -> None:
        self._hierarchy = hierarchy
        self._table = table

    def __getitem__(self, id: str) -> R:
        row = self._hierarchy.sheet(self._table).ids
        at = NONE if row is None else row.row(id)
        if at < 0:
            raise self._hierarchy._unknown(id, self._table)
        return cast(R, self._hierarchy._record(self._table, at))

    def __iter__(self) -> Iterator[str]:
        return iter(self._hierarchy.ids(self._table))

    def __len__(self) -> int:
        return self._hierarchy.count(self._table)

    def __contains__(self, id: object) -> bool:
        ids = self._hierarchy.sheet(self._table).ids
        return ids is not None and ids.row(id) >= 0

    def __repr__(self) -> str:
        return f"<{len(self):,} rows of {self._table}>"


@frozen
class Summary:
    """How a number spreads over the units of a table.

    Attributes:
        units: How many units there are.
        total: Sum over all of them and over what belongs to none.
        mean: Mean of a unit; None where there is no unit.
        least: Least of a unit.
        most: Most of a unit.
        unattached: What belongs to no unit.
    """

    units: int
    total: int
    mean: float | None
    least: int | None
    most: int | None
    unattached: int


class _Table(Generic[R]):
    """A property of a hierarchy: the records of one table."""

    def __init__(self, table: str, record: type[R]) -> None:
        self._name = table
        self.__doc__ = f"The {record.__name__} of each id, for all rows of {table}."

    def __get__(self, hierarchy: Hierarchy, owner: type) -> Units[R]:
        return Units(hierarchy, self._name)


@frozen(eq=False, repr=False)
class Hierarchy:
    """A structure on one day: units, territory, bodies and posts, and what joins them.

    Made by :meth:`from_records`, :meth:`from_tables`, :meth:`from_networkx` or
    ``govtree.load(path).hierarchy``; all of them check the shape of the structure and raise
    :class:`~govtree.errors.StructureError` with every problem at once.

    Two hierarchies are equal when they state the same facts, wherever those were read from.

    Attributes:
        facts: Name, day, levels, vocabularies and declared figures.
        warnings: What was doubtful and did not keep the structure from being built.

    >>> h = Hierarchy.from_records([
    ...     Community(id="C-1"),
    ...     Branch(id="B-1", parent="C-1", covers=["N-1"]),
    ...     Group(id="G-1", parent="B-1"),
    ...     Household(id="H-1", parent="G-1", grid="N-1"),
    ...     Grid(id="N-1", community="C-1"),
    ... ])
    >>> h.path("H-1")
    ('C-1', 'B-1', 'G-1', 'H-1')
    >>> h.branch_of("N-1")
    'B-1'
    """

    facts: Facts
    _sheets: Mapping[str, Sheet]
    _sources: Mapping[str, Sources] = field(factory=dict)
    warnings: tuple[Problem, ...] = ()
    _part: _subtree.Part | None = None
    _made: dict[str, Any] = field(factory=dict, init=False)

    communities = _Table("community", Community)
    branches = _Table("branch", Branch)
    groups = _Table("group", Group)
    households = _Table("household", Household)
    compounds = _Table("compound", Compound)
    grids = _Table("grid", Grid)
    micro_grids = _Table("micro_grid", MicroGrid)
    buildings = _Table("building", Building)
    entrances = _Table("entrance", Entrance)
    areas = _Table("area", Area)
    bodies = _Table("body", Body)
    posts = _Table("post", Post)
    persons = _Table("person", Person)

    # -- making one ------------------------------------------------------------------------

    @classmethod
    def build(cls, facts: Facts, given: Iterable[Rows]) -> Hierarchy:
        """Return the hierarchy of *given* rows, which the readers of files hand in.

        Raises:
            StructureError: With every problem there is, sorted.
        """
        problems = facts.problems()
        if problems:
            raise StructureError(problems)
        built = _build.build(facts.levels, facts.vocabularies, given)
        if any(each.severity == "error" for each in built.problems):
            raise StructureError(built.problems)
        return cls(facts, built.sheets, built.sources, built.problems)

    @classmethod
    def from_records(cls, records: Iterable[Record], **facts: Any) -> Hierarchy:
        """Return the hierarchy of typed records, in any order.

        Args:
            records: Units, bodies, posts, tenures, relations, ...
            facts: Fields of :class:`Facts`.

        Raises:
            StructureError: With every problem there is; each names the record.

        >>> Hierarchy.from_records([Group(id="G", parent="B")])
        Traceback (most recent call last):
        ...
        govtree.errors.StructureError: group[0]:parent: error[GT102]: group 'G' names branch 'B'
        as its parent, which is not there; add it, or correct the parent
        """
        tables: dict[str, list[Record]] = {}
        for record in records:
            tables.setdefault(_records.table_of(record), []).append(record)
        columns = {name: _records.columns_told(rows) for name, rows in tables.items()}
        return cls.from_tables(columns, **facts)

    @classmethod
    def from_tables(cls, tables: Mapping[str, Any], **facts: Any) -> Hierarchy:
        """Return the hierarchy of tables: mappings of columns, or data frames.

        Args:
            tables: By name of the table (``household``, ``grid``, ``tenure``, the name of a
                level): a mapping from field to a sequence of values, or any data frame that
                narwhals knows (each of the extras brings it). A tag is a column ``tags.NAME``,
                or stands in mappings in a column ``tags``.
            facts: Fields of :class:`Facts`.

        Raises:
            StructureError: With every problem there is; each names table and row.

        >>> h = Hierarchy.from_tables({"grid": {"id": ["N-2", "N-1"], "residents": [800, None]}})
        >>> h.roll_up("residents", by="grid")
        {'N-1': 0, 'N-2': 800, None: 0}
        """
        stated = Facts(**facts)
        problems = list(stated.problems())
        given = []
        for name, table in tables.items():
            rows, faults = _records.rows_of(name, tables_of(stated.levels), table)
            given += rows
            problems += faults
        if problems:
            raise StructureError(problems)
        return cls.build(stated, given)

    @classmethod
    def from_networkx(cls, graph: nx.DiGraph[str]) -> Hierarchy:
        """Return the hierarchy of a directed graph.

        Args:
            graph: What :meth:`to_networkx` gave, or any DiGraph whose nodes are texts with an
                attribute ``level`` and whose edges lead from upper to lower units.

        Raises:
            StructureError: With every problem there is; each names node or edge.
        """
        facts, given, problems = _graph_view.rows_of_graph(graph)
        if problems:
            raise StructureError(problems)
        return cls.build(Facts(**facts), given)

    # -- what it states --------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Name of the place, for people."""
        return self.facts.name

    @property
    def as_of(self) -> dt.date | None:
        """The day that the structure is a snapshot of."""
        return self.facts.as_of

    @property
    def time_zone(self) -> str | None:
        """IANA name of the time zone."""
        return self.facts.time_zone

    @property
    def reference_system(self) -> str | None:
        """What the coordinates of units are in."""
        return self.facts.reference_system

    @property
    def levels(self) -> tuple[Level, ...]:
        """The chain, top down."""
        return self.facts.levels

    @property
    def vocabularies(self) -> Mapping[str, tuple[Term, ...]]:
        """Terms by name of the vocabulary."""
        return self.facts.vocabularies

    @property
    def declared(self) -> tuple[Declared, ...]:
        """Figures that somebody published about the structure."""
        return self.facts.declared

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that were given or implied, in the structure's order."""
        return tuple(self._sheets)

    @property
    def nodes(self) -> tuple[str, ...]:
        """Names of the tables whose rows are nodes: units, areas, bodies and posts."""
        chain = [level.table for level in self.levels]
        return tuple(name for name in (*chain, *TERRITORY, *BESIDE) if name in self._sheets)

    def sheet(self, table: str) -> Sheet:
        """Return ids and columns of *table*; an empty sheet where it was not given.

        Raises:
            UnknownLevelError: If the structure can have no such table.
        """
        found = self._sheets.get(table)
        if found is None:
            known = tables_of(self.levels)
            if table not in known and table not in ROLES:
                raise _unknown_name(table, known)
            return Sheet(table, 0)
        return found

    def has(self, table: str, column: str = "") -> bool:
        """Return whether *table*, or the *column* of it, was given at all."""
        return table in self._sheets and (not column or column in self._sheets[table].columns)

    @property
    def given(self) -> frozenset[str]:
        """What somebody gave: tables, columns, and which posts and relations lead where.

        In the notation of the needs of rules: ``grid``, ``household.parent``,
        ``household.parent>group``; ``:covers``,
        ``branch:covers``, ``:covers>grid``; ``post>grid``, ``post:secretary``,
        ``post:grid_head>grid``.

        >>> h = Hierarchy.from_records([Branch(id="B", covers=["N"]), Grid(id="N")])
        >>> sorted(h.given & {"grid", "grid.community", ":covers", ":covers>grid", ":serves"})
        [':covers', ':covers>grid', 'grid']
        """
        if self._part is not None:
            return self._part.given
        return self._once("given", lambda: frozenset(_given(self._sheets)))

    def own(self, table: str) -> NDArray[np.bool_] | None:
        """Return which rows of *table* this part answers for; None for a whole structure.

        Parts are made by :meth:`cut`.
        """
        return None if self._part is None else self._part.own.get(table)

    def count(self, table: str) -> int:
        """Return how many rows *table* has; 0 where it was not given."""
        return len(self.sheet(table))

    def ids(self, table: str, rows: IntArray | None = None) -> list[str]:
        """Return the ids of *table* in their order, or of some *rows* of it."""
        ids = self.sheet(table).ids
        if ids is None:
            return []
        return cast("list[str]", ids.tolist() if rows is None else ids.texts(rows))

    def rows(self, table: str, ids: Sequence[str]) -> IntArray:
        """Return the int32 row in *table* of each of *ids*, -1 where there is none."""
        known = self.sheet(table).ids
        return np.full(len(ids), NONE, np.int32) if known is None else known.rows(ids)

    def locate(self, id: str) -> tuple[str, int]:
        """Return table and row of *id*.

        Raises:
            UnknownIdError: If no unit, area, body or post has it; names the nearest.
        """
        for table in self._by_size:
            row = cast(Ids, self._sheets[table].ids).row(id)
            if row >= 0:
                return table, row
        raise self._unknown(id)

    def where(self, id: str) -> Location:
        """Return where *id* stood in the files or records that it came from."""
        return self.where_row(*self.locate(id))

    def where_row(self, table: str, row: int) -> Location:
        """Return where a row stood; an empty place where that is not known."""
        sources = self.sources(table)
        return Location() if sources is None else sources.at(row)

    def sources(self, table: str) -> Sources | None:
        """Return where the rows of *table* stood, or None where that is not known."""
        return self._sources.get(table)

    def at(self, level: str) -> Units[LevelUnit]:
        """Return the units of a level by its name, such as ``"district"``.

        Raises:
            UnknownLevelError: If there is no such level.
        """
        for each in self.levels:
            if level in (each.level, each.table):
                return Units(self, each.table)
        raise _unknown_name(level, [each.level for each in self.levels])

    def told(self, table: str, row: int) -> dict[str, Any]:
        """Return what a row says, by field, without what is not given in it.

        >>> Hierarchy.from_records([Grid(id="N-1", residents=800)]).told("grid", 0)
        {'id': 'N-1', 'residents': 800}
        """
        columns = columns_of(tables_of(self.levels)[table])
        return _records.attributes_of(self._sheets[table], row, columns, self._id)

    def records(self, table: str) -> tuple[Record, ...]:
        """Return the rows of *table* as typed records, in its order."""
        return tuple(self._record(table, row) for row in range(self.count(table)))

    def relation(self, name: str) -> tuple[Relation, ...]:
        """Return every row of a relation, whatever its dates.

        >>> h = Hierarchy.from_records([Branch(id="B", covers=["N"]), Grid(id="N")])
        >>> [(each.source, each.target) for each in h.relation("covers")]
        [('B', 'N')]
        """
        rows = np.flatnonzero(self.arrays.is_word("relation", "relation", name))
        return tuple(cast(Relation, self._record("relation", row)) for row in rows.tolist())

    def related(self, id: str, relation: str) -> tuple[str, ...]:
        """Return the ids that *id* covers, serves, ... today, in order."""
        linked = self.arrays.linked(relation, *self.locate(id))
        return tuple(sorted(id for table, rows in linked.items() for id in self.ids(table, rows)))

    def __getitem__(self, id: str) -> Unit:
        return cast(Unit, self._record(*self.locate(id)))

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and any(
            cast(Ids, self._sheets[table].ids).row(id) >= 0 for table in self._by_size
        )

    def __len__(self) -> int:
        return sum(len(self._sheets[table]) for table in self.nodes)

    def __repr__(self) -> str:
        name = f" {self.name!r}" if self.name else ""
        day = f" as of {self.as_of}" if self.as_of else ""
        counts = ", ".join(f"{len(self._sheets[table]):,} {table}" for table in self.nodes)
        return f"<Hierarchy{name}{day}: {counts or 'empty'}>"

    # -- who belongs where -------------------------------------------------------------------

    def path(self, id: str) -> tuple[str, ...]:
        """Return the ids from the top of the chain down to *id*.

        Of a unit of the territory, area, body or post the path is :meth:`parent` by parent.

        Raises:
            UnknownIdError: If there is no such id.
        """
        try:
            leaf, parents, stems = self._made["ladder"]
        except KeyError:
            leaf, parents, stems = self._ladder()
        row = leaf(id)
        if row >= 0:
            stem = stems[parents[row]]
            if stem is not None:
                return stem + (id,)  # type: ignore[no-any-return]  # noqa: RUF005 - half the time
        return self._walked(id)

    def _walked(self, id: str) -> tuple[str, ...]:
        place = self.locate(id)
        path = [id]
        while (above := self._parent(*place)) is not None:
            place = above
            path.append(self._id(*place))
        return tuple(reversed(path))

    def parent(self, id: str) -> str | None:
        """Return the unit above *id*, or None.

        In the territory: an entrance stands in its building, a building in its micro-grid,
        else its grid, else its compound; grids and compounds in their community; a post at its
        place.
        """
        above = self._parent(*self.locate(id))
        return None if above is None else self._id(*above)

    def ancestors(self, id: str) -> tuple[str, ...]:
        """Return the units above *id*, the nearest first."""
        return self.path(id)[-2::-1]

    def children(self, id: str) -> tuple[str, ...]:
        """Return what stands directly under *id*: along the chain, or in the territory.

        A building is a child of its grid and of its compound; a household of its group, and
        of the grid, building and entrance that are written beside it. Units of the chain come
        first, table by table, each in order of id.
        """
        table, row = self.locate(id)
        found = [
            self.ids(lower, self.arrays.naming(lower, column, table, row))
            for lower, column in self._steps_down(table)
        ]
        return tuple(dict.fromkeys(id for ids in found for id in ids))

    def descendants(self, id: str) -> tuple[str, ...]:
        """Return the units below *id* along the chain: level by level, each in order of id."""
        table, row = self.locate(id)
        chain = [level.table for level in self.levels]
        if table not in chain:
            return ()
        below = chain[chain.index(table) + 1 :]
        rows = self.arrays.under(table, row)
        return tuple(id for lower in below for id in self.ids(lower, rows[lower]))

    def level_of(self, id: str) -> str:
        """Return the name of the level, or of the table, that *id* is in."""
        table, _ = self.locate(id)
        return self.facts.called(table)

    def common_ancestor(self, *ids: str) -> str | None:
        """Return the lowest unit that all of *ids* are or stand under, or None."""
        shared = None
        for steps in zip(*(self.path(id) for id in ids), strict=False):
            if len(set(steps)) > 1:
                break
            shared = steps[0]
        return shared

    def branch_of(self, id: str) -> str | None:
        """Return the branch that answers for *id*, or None where none or several do.

        Along the chain for what stands under a branch, by cover for the territory and for
        households that stand under none.
        """
        branch = self.arrays.row_branch(*self.locate(id))
        return self._id("branch", branch) if branch >= 0 else None

    def grid_of(self, id: str) -> str | None:
        """Return the grid that a household, entrance, building or micro-grid lies in."""
        grid = self.arrays.row_within(*self.locate(id), "grid")
        return self._id("grid", grid) if grid >= 0 else None

    def households_of(self, id: str) -> list[str]:
        """Return the households of any unit, area or body, in order of id.

        A unit of the chain has those under it, and one of the territory those within it. A
        branch also has those without a group that lie in what it covers, and a community and
        all above it those that lie in it, as :meth:`branch_of` and :meth:`roll_up` count them.
        An area has those of its communities; a body or post those of the units it serves, and
        a post those of its place where it serves none.
        """
        return self.ids("household", self.arrays.households_of(*self.locate(id)))

    def find(
        self, text: str = "", *, table: str | None = None, **attributes: Any
    ) -> tuple[str, ...]:
        """Return the ids of units whose id or name holds *text* and that have *attributes*.

        Args:
            text: Part of an id or name; case, width and blanks are set aside.
            table: Only this table.
            attributes: Fields and what they hold, ``kind="building_group"``, ``grid="N-1"``,
                ``**{"tags.alone": 1}``; None for what is not given.

        Raises:
            UnknownLevelError: If there is no such table, or no table has such a field.

        >>> h = Hierarchy.from_records([Compound(id="X-1", name="龙湖花园", type="commercial")])
        >>> h.find("龙湖"), h.find(type="village_run")
        (('X-1',), ())
        """
        tables = self.nodes if table is None else (self.sheet(table).name,)
        records = tables_of(self.levels)
        fields = {name: columns_of(records[name]) for name in tables if name in records}
        for each in attributes:
            if not each.startswith(TAG) and not any(each in known for known in fields.values()):
                raise _unknown_name(each, sorted({*itertools.chain(*fields.values())}))
        sought = normal(text)
        found: list[str] = []
        for name, known in fields.items():
            if not all(each in known or each.startswith(TAG) for each in attributes):
                continue
            chosen = np.ones(self.count(name), np.bool_)
            for each, value in attributes.items():
                chosen &= _records.holding(self.sheet(name), each, value, self._row)
            rows = np.flatnonzero(chosen).astype(np.int32)
            names = self.sheet(name).columns.get("name")
            called = names.texts(rows) if isinstance(names, Texts) else [None] * len(rows)
            found += [
                id
                for id, each in zip(self.ids(name, rows), called, strict=True)
                if not sought or sought in normal(id) or (each and sought in normal(each))
            ]
        return tuple(found)

    def holders(self, place: str, post: str) -> tuple[str, ...]:
        """Return the ids of the persons who hold *post* at *place* today, derived ones too.

        Where the vocabulary says that a post is derived, such as the grid head from the
        secretary, and nobody is written down for it, its holder is that of the post which
        it derives from, at the branch that covers the place.
        """
        table, row = self.locate(place)
        typed = self.arrays.row_holders(post, table, row)
        term = next((each for each in self.vocabularies.get("post", ()) if each.term == post), None)
        if len(typed) or term is None or term.derived is None:
            return tuple(self.ids("person", typed[typed >= 0]))
        branch = self.branch_of(place)
        return () if branch is None or branch == place else self.holders(branch, term.derived)

    # -- sums ------------------------------------------------------------------------------------

    def roll_up(self, column: str = "households", *, by: str) -> dict[str | None, int]:
        """Return *column* added up to each unit of a level, the territory, or to areas.

        Args:
            column: ``households``, ``residents``, ``members``, a tag as ``tags.NAME``, or
                another column of whole numbers.
            by: Name of the table: a level, ``grid``, ``compound``, ``area``, ...

        Returns:
            A number for each id in order, and last, under None, what belongs to none of them:
            so the numbers add up to the whole (except by area, where areas overlap).

        Raises:
            UnknownLevelError: If there is no such table or column.

        Each row of a household counts where it belongs: by :meth:`branch_of` for a branch,
        along the chain for other levels (or by the community that it lies in), by its place
        for the territory. The number of a unit counts where no row and no finer number within
        it says anything. Chain, grids and compounds may all bring numbers for the same
        households: in each community one of the three counts, that of *by* first. Members are
        what a unit says of itself, else the sum of those directly under it.

        >>> h = Hierarchy.from_records([
        ...     Grid(id="N-1"), Household(id="H-1", grid="N-1"), Household(id="H-2"),
        ... ])
        >>> h.roll_up(by="grid")
        {'N-1': 1, None: 1}
        """
        table, totals, rest = self._sums(column, by)
        return dict(zip([*self.ids(table), None], [*totals.tolist(), rest], strict=True))

    def summary(self, *, by: str, column: str = "households") -> Summary:
        """Return how many units there are in *by* and how *column* spreads over them.

        What counts where, and what is refused, is as in :meth:`roll_up`.

        >>> h = Hierarchy.from_records([Grid(id="N-1", households=280), Grid(id="N-2")])
        >>> h.summary(by="grid")
        Summary(units=2, total=280, mean=140.0, least=0, most=280, unattached=0)
        """
        _, totals, rest = self._sums(column, by)
        some = len(totals) > 0
        return Summary(
            units=len(totals),
            total=int(totals.sum()) + rest,
            mean=float(totals.mean()) if some else None,
            least=int(totals.min()) if some else None,
            most=int(totals.max()) if some else None,
            unattached=rest,
        )

    def _sums(self, column: str, by: str) -> tuple[str, NDArray[np.int64], int]:
        tables = {name: level.table for level in self.levels for name in (level.table, level.level)}
        tables |= {name: name for name in (*TERRITORY, "area")}
        if by not in tables:
            raise _unknown_name(by, sorted(tables))
        records = tables_of(self.levels)
        counts = {
            name
            for table in tables.values()
            for name, each in columns_of(records[table]).items()
            if each.shape == "whole"
        }
        if not column.startswith(TAG) and column not in counts:
            tags = {
                name
                for table in self.tables
                for name in self.sheet(table).columns
                if name.startswith(TAG)
            }
            raise _unknown_name(column, sorted(counts | tags))
        return tables[by], *self.arrays.roll_up(column, tables[by])

    # -- networkx, other forms ---------------------------------------------------------------------

    @property
    def graph(self) -> nx.DiGraph[str]:
        """Everything as a frozen networkx graph over the columns; no copy is made.

        Nodes are units, areas, bodies and posts; there is one edge a pair, from upper to
        lower and from server to served, with the sorted names of what joins them.
        """
        return self._once("graph", lambda: self._viewed(_graph_view.graph_view))

    @property
    def spine(self) -> nx.DiGraph[str]:
        """The chain alone as a frozen networkx graph: a forest."""
        return self._once("spine", lambda: self._viewed(_graph_view.spine_view))

    @property
    def territory(self) -> nx.DiGraph[str]:
        """The territory alone as a frozen networkx graph, without cycles."""
        return self._once("territory", lambda: self._viewed(_graph_view.territory_view))

    def to_networkx(self) -> nx.DiGraph[str]:
        """Return an ordinary networkx graph that carries everything, as a copy.

        ``Hierarchy.from_networkx(h.to_networkx()) == h``.
        """
        return _graph_view.to_networkx(self._sheets, self.facts)

    def to_frame(self, table: str, *, backend: str = "pandas") -> Any:
        """Return a table as a data frame, ids in the place of row numbers.

        Args:
            table: Name of the table.
            backend: ``pandas``, ``polars`` or ``pyarrow``; each is an extra of that name.

        Raises:
            MissingExtraError: If the package is not installed.
            UnknownLevelError: If there is no such table.
        """
        return _frames.to_frame(self.sheet(table), self.ids, backend=backend)

    def subtree(self, id: str) -> Hierarchy:
        """Return the part of the structure that belongs to a unit of the chain, or to a place.

        It holds the unit and all below it; a bare path above, without what else stands there;
        the territory that its households lie in or its branches cover, and the compounds and
        communities that this stands in; and the posts, bodies, areas and records that point
        at what is kept.
        """
        chain = [level.table for level in self.levels]
        kept = _subtree.rows_of_part(self.arrays, self._sheets, chain, *self.locate(id))
        sheets, sources = _subtree.reduced(self._sheets, self._sources, kept)
        return evolve(self, sheets=sheets, sources=sources, warnings=(), part=None)

    def anonymize(self, key: str | bytes, *, least: int = 5) -> Hierarchy:
        """Return a copy to share: how the structure is built, and nobody in it.

        Ids are keyed: without the key nobody can guess one, and with the same key two months
        have the same ids. There are no names, codes, addresses or other free texts, no marks
        on households, no coordinates finer than those of the building's grid, and no places in
        files. Households state no counts; each unit above them states what ``households``,
        ``residents`` and tags add up to in it, or that it is not known where that is under
        *least*. Roll-ups of *least* and more stay what they are, and so do declared figures.

        Rows stay, however few: where households are rows, ``roll_up("households", by="building")``
        of the copy shows a building with two, whatever *least* is. Moved up to a unit with
        more, they would skip levels, or be missing in it.

        What is small can follow from what is large: 50 in a grid less 48 in one of its two
        buildings. ``docs/privacy.md`` says what the copy protects, and what it does not.

        Args:
            key: A secret of any length, such as ``secrets.token_hex(32)``; who has it can try
                out ids.
            least: The smallest count that is shown; 1 or more.

        Raises:
            OutOfRangeError: If *key* is empty or *least* is under 1.

        >>> h = Hierarchy.from_records([
        ...     Building(id="1栋", residents=48), Building(id="2栋", residents=2),
        ... ])
        >>> sorted(h.anonymize("a long secret").roll_up("residents", by="building").values())
        [0, 0, 48]
        """
        from govtree.anonymity import anonymized

        return anonymized(self, key, least=least)

    def cut(self) -> tuple[Hierarchy, ...]:
        """Return the structure in parts that can be checked one by one.

        There is a part for each unit of the topmost level, and a last one for what belongs to
        none of them and for bodies, areas and persons. Each unit is the own of one part; what
        it is joined with stands in its part as well, but is judged in another. Merged, the
        reports of all parts are that of the whole.

        >>> from govtree.coverage import check
        >>> from govtree.findings import Report
        >>> h = Hierarchy.from_records([
        ...     Community(id="C-1"), Community(id="C-2"), Branch(id="B-1", parent="C-1"),
        ...     Group(id="G-1", parent="B-1"), Group(id="G-2"),
        ... ])
        >>> [part.ids("community") for part in h.cut()]
        [['C-1'], ['C-2'], []]
        >>> Report.merge(map(check, h.cut())) == check(h)
        True
        """
        owner, number = _subtree.owners(self.arrays, self._sheets)
        parts = []
        for part in range(number):
            own = {name: each == part for name, each in owner.items()}
            kept = _subtree.rows_around(self._sheets, own)
            sheets, sources = _subtree.reduced(self._sheets, self._sources, kept, as_part=True)
            mine = {name: read_only(own[name][mask]) for name, mask in kept.items()}
            of_whole = _subtree.Part(mine, self.given)
            parts.append(evolve(self, sheets=sheets, sources=sources, warnings=(), part=of_whole))
        return tuple(parts)

    @property
    def arrays(self) -> Arrays:
        """The same questions over whole tables, in rows."""
        return self._once("arrays", lambda: Arrays(self.levels, self._sheets, self.as_of))

    @property
    def each(self) -> Each:
        """The same questions of many ids at once, answered in their order."""
        return Each(self)

    @property
    def fingerprint(self) -> str:
        """BLAKE2b over the facts in hexadecimal, equal on every platform and in every process."""

        def made() -> str:
            digest = hashlib.blake2b(digest_size=16)
            facts = self.facts.to_plain()
            for each in facts.get("declared", ()):
                # Equal figures are written alike, whole or not.
                each["value"] = float(each["value"])
            digest.update(json.dumps(facts, sort_keys=True).encode() + b"\0")
            for name, sheet in self._sheets.items():
                digest.update(f"{name}\0{len(sheet)}\0".encode())
                if sheet.ids is not None:
                    sheet.ids.feed(digest)
                for column, stored in sheet.columns.items():
                    digest.update(column.encode() + b"\0")
                    _columns.feed(digest, stored)
            return digest.hexdigest()

        return self._once("fingerprint", made)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Hierarchy):
            return NotImplemented
        return self.facts == other.facts and _columns.same(self._sheets, other._sheets)

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __getstate__(self) -> tuple[Any, ...]:
        return self.facts, self._sheets, self._sources, self.warnings, self._part

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        names = ("facts", "_sheets", "_sources", "warnings", "_part", "_made")
        for name, value in zip(names, (*state, {}), strict=True):
            object.__setattr__(self, name, value)
        # A pickle does not keep that an array cannot be written.
        for sheet in self._sheets.values():
            for stored in sheet.columns.values():
                _columns.freeze(stored)

    def _viewed(self, view: Callable[..., nx.DiGraph[str]]) -> nx.DiGraph[str]:
        return view(self._sheets, self.levels, self.arrays.inverse)

    # -- within ---------------------------------------------------------------------------------

    def _once(self, name: str, make: Callable[[], T]) -> T:
        """Return what *make* makes, made once; harmless when two threads make it at a time."""
        if name not in self._made:
            self._made[name] = make()
        return cast(T, self._made[name])

    @property
    def _by_size(self) -> tuple[str, ...]:
        # Most ids that are looked up are households: their table is asked first.
        return self._once(
            "by_size", lambda: tuple(sorted(self.nodes, key=lambda name: -self.count(name)))
        )

    def _ladder(self) -> tuple[Callable[[str], int], memoryview, list[tuple[str, ...] | None]]:
        """Return the look-up of the lowest level, the rows above, and the paths of those.

        A path of the lowest level is then two look-ups. The last two paths are those of the
        rows :data:`NONE` and :data:`UNKNOWN`, and say that the long way has to be gone.
        """
        chain = [level.table for level in self.levels if level.table in self._sheets]
        leaf = self.sheet(chain[-1]) if chain else Sheet("", 0, Ids.of([]))
        parents = leaf.columns.get("parent")
        targets = parents.targets if isinstance(parents, References) else {}
        table, rows = next(iter(targets.items()), ("", np.full(len(leaf), NONE, np.int32)))
        paths = self.each.path(self.ids(table)) if table else []
        look_up = cast(Ids, leaf.ids).row
        ladder = (look_up, rows.data, [*paths, None, None])
        self._made["ladder"] = ladder
        return ladder

    def _parent(self, table: str, row: int) -> tuple[str, int] | None:
        for name, column in self._steps_up(table):
            stored = self._sheets[table].columns[name]
            if isinstance(stored, References):
                for target in column.targets if column.targets[0][0] != "@" else stored.targets:
                    rows = stored.targets.get(target)
                    if rows is not None and rows[row] >= 0:
                        return target, int(rows[row])
        return None

    def _steps_up(self, table: str) -> list[tuple[str, Column]]:
        """Return the columns of *table* that name what a row stands in, the first ones first."""
        names = ("parent",) if table in {level.table for level in self.levels} else STANDS_IN
        columns = columns_of(tables_of(self.levels)[table])
        given = self._sheets[table].columns
        return [(name, columns[name]) for name in names if name in given]

    def _steps_down(self, table: str) -> list[tuple[str, str]]:
        """Return the tables and columns that name a row of *table* as what they stand in."""
        return [
            (lower, name)
            for lower in self.nodes
            if lower not in BESIDE
            for name, stored in self._sheets[lower].columns.items()
            if isinstance(stored, References) and table in stored.targets
        ]

    def _row(self, table: str, id: object) -> int:
        ids = self.sheet(table).ids
        return NONE if ids is None else ids.row(id)

    def _id(self, table: str, row: int) -> str:
        return cast(str, cast(Ids, self._sheets[table].ids)[row])

    def _unknown(self, id: object, table: str | None = None) -> UnknownIdError:
        def meant() -> str:
            return nearest(str(id), (each for name in tables for each in self.ids(name)))

        # So many ids are not searched; to list them would take a second.
        tables = [
            name
            for name in (self.nodes if table is None else (table,))
            if self.count(name) <= _MOST_SEARCHED
        ]
        return UnknownIdError(str(id), meant)

    def _record(self, table: str, row: int) -> Record:
        record = tables_of(self.levels)[table]
        told = self.told(table, row)
        for name, column in columns_of(record).items():
            if column.shape in ("links", "flags", "parts"):
                told[name] = self._beside(table, row, column)
        if record is LevelUnit:
            told["level"] = table
        return record(**told)

    def _beside(self, table: str, row: int, column: Column) -> tuple[Any, ...]:
        """Return the links, flags or parts of a unit, from the tables where they are kept."""
        kept = {"links": "relation", "flags": "flag", "parts": "body_group"}[column.shape]
        if kept not in self._sheets:
            return ()
        end = {"links": "source", "flags": "unit", "parts": "body"}[column.shape]
        rows = self.arrays.naming(kept, end, table, row).tolist()
        told = [self.told(kept, each) for each in rows]
        if column.shape == "parts":
            return tuple(each["group"] for each in told)
        if column.shape == "flags":
            return tuple(Mark(**{k: v for k, v in each.items() if k != "unit"}) for each in told)
        return tuple(
            Link(each["target"], **{k: each[k] for k in ("mode", "since", "until") if k in each})
            for each in told
            if each["relation"] == column.targets[0]
        )


def _unknown_name(name: str, known: Iterable[str]) -> UnknownLevelError:
    names = tuple(known)
    return UnknownLevelError(name, names, nearest(name, names))


def _given(sheets: Mapping[str, Sheet]) -> Iterator[str]:
    """Yield what was given, as :attr:`Hierarchy.given` names it."""
    for name, sheet in sheets.items():
        yield name
        if len(sheet) and sheet.ids is not None:
            yield f"{name}.id"
        for column, stored in sheet.columns.items():
            yield f"{name}.{column}"
            for target, rows in stored.targets.items() if isinstance(stored, References) else ():
                if (rows >= 0).any():
                    yield f"{name}.{column}>{target}"
    posts, relations = sheets.get("post"), sheets.get("relation")
    if posts is not None:
        roles = _named(posts.columns.get("post"), posts.columns.get("at"))
        yield from (f"post>{place}" for place in {place for _, place in roles if place})
        yield from (f"post:{role}" for role, _ in roles)
        yield from (f"post:{role}>{place}" for role, place in roles if place)
    if relations is not None:
        words = relations.columns.get("relation")
        targets = _named(words, relations.columns.get("target"))
        yield from (f":{word}" for word, _ in targets)
        yield from (f":{word}>{target}" for word, target in targets if target)
        sources = _named(words, relations.columns.get("source"))
        yield from (f"{source}:{word}" for word, source in sources if source)


def _named(words: object, ends: object) -> set[tuple[str, str]]:
    """Return each word of a column, alone and with each table that its rows name."""
    if not isinstance(words, Words):
        return set()
    pairs = {(word, "") for word in words.words}
    for table, rows in ends.targets.items() if isinstance(ends, References) else ():
        codes = words.codes[(rows >= 0) & (words.codes >= 0)]
        pairs |= {(words.words[code], table) for code in each_once(codes).tolist()}
    return pairs
