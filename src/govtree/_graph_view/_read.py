"""From any directed graph of networkx to rows, strictly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import asdict, frozen

from govtree._columns import TAG
from govtree._graph_view._copy import CARRIED
from govtree._names import nearest
from govtree._rows import Rows, input_columns, tables_of
from govtree._values import take_values
from govtree.errors import Location, Places, Problem, RecordPlaces, StructureError, problem
from govtree.facts import Facts
from govtree.units import (
    ABOVE,
    BESIDE,
    NODE,
    RELATION_ENDS,
    TERRITORY,
    UNIT,
    Record,
    columns_of,
)

__all__ = ["rows_of_graph"]

_PLAIN = ("relation", "mode", "since", "until")


@frozen(eq=False)
class _Labels:
    """Places of nodes or edges, by what they are called."""

    records: Sequence[str]

    def at(self, row: int, field: str = "") -> Location:
        return Location(record=self.records[row], field=field)

    def quote(self, row: int, field: str = "") -> str:  # noqa: ARG002 - the protocol's names
        return ""


def rows_of_graph(graph: object) -> tuple[dict[str, Any], list[Rows], list[Problem]]:
    """Return the facts of a graph by name, its rows, and what is wrong with it.

    Nodes are texts with an attribute ``level``: a level's name, or the name of another table.
    Their other attributes are fields of its record. Edges lead from the upper to the lower and
    from the serving to the served; ``relations`` on an edge names the fields and relations
    that it stands for, and where it is not there, the levels at its ends say which field it is
    or, if there is none, which relation.

    What else a structure states may stand in ``graph.graph["govtree"]``, as
    :func:`to_networkx` writes it there. Whether references make sense is not looked at here.

    Args:
        graph: Any object; what is no ``networkx.DiGraph`` is refused.
    """
    import networkx as nx

    if not isinstance(graph, nx.DiGraph) or graph.is_multigraph():
        where = Location(record="graph")
        return {}, [], [problem("GT119", where, found=type(graph).__name__)]
    return _Reader().read(graph)


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.records: dict[str, type[Record]] = {}
        self.chain: list[str] = []
        self.called: dict[str, str] = {}  # what may stand as a level, and its table
        self.ids: dict[str, list[str]] = {}
        self.cells: dict[str, list[dict[str, Any]]] = {}
        self.place: dict[str, tuple[str, int]] = {}  # table and row of each node
        self.columns: dict[str, set[str]] = {}  # columns that were given, even without a cell
        self.joins: list[dict[str, Any]] = []
        self.joined: list[str] = []

    def say(self, code: str, record: str, part: str = "", /, **values: str) -> None:
        self.problems.append(problem(code, Location(record=record, field=part), **values))

    def read(self, graph: Any) -> tuple[dict[str, Any], list[Rows], list[Problem]]:
        carried = self._mapping(graph.graph.get(CARRIED, {}), f"graph[{CARRIED!r}]")
        facts = self._facts(carried.pop("facts", {}))
        if facts is None:
            return {}, [], self.problems
        self.records = tables_of(facts.levels)
        self.chain = [level.table for level in facts.levels]
        self.called = {name: name for name in (*self.chain, *TERRITORY, *BESIDE)}
        self.called |= {level.level: level.table for level in facts.levels}
        beside = self._carried(carried)
        for number, (node, data) in enumerate(graph.nodes.items()):
            self._node(number, node, data)
        for upper, lower, data in graph.edges(data=True):
            if self._is_placed(upper) and self._is_placed(lower):
                self._edge(upper, lower, data)
        given = [
            self._rows(name, rows, _Labels([_node(id) for id in self.ids.get(name, ())]))
            for name, rows in self.cells.items()
        ]
        if self.joins:
            given.append(self._rows("relation", self.joins, _Labels(self.joined)))
        named = {each.table for each in given}
        for name, rows in beside.items():
            if rows or name not in named:
                given.append(self._rows(name, rows, RecordPlaces(name)))
        return asdict(facts, recurse=False), given, self.problems

    # -- what the graph carries -------------------------------------------------------------------

    def _facts(self, plain: object) -> Facts | None:
        """Return the facts; None where the levels cannot be told, and so nothing else."""
        try:
            facts = Facts.from_plain(plain)
        except StructureError as error:
            self.problems += error.problems
            return None
        self.problems += facts.problems()
        return None if any(each.code == "GT114" for each in self.problems) else facts

    def _carried(self, carried: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """Return rows of tables that the graph carries; note which columns were given."""
        beside = {}
        for name, table in self._mapping(carried.pop("tables", {}), "tables").items():
            if name not in self.records:
                self.say("GT115", "tables", table=name, known=", ".join(self.records))
                continue
            told = self._mapping(table, name)
            self.columns[name] = set(self._texts(told.pop("columns", ()), name, "columns"))
            rows = told.pop("rows", [])
            if not isinstance(rows, list | tuple):
                self._misread(name, "rows", rows, "a list of mappings")
                rows = []
            beside[name] = [self._mapping(row, f"{name}[{at}]") for at, row in enumerate(rows)]
            self._refuse_rest(told, name)
        self._refuse_rest(carried, f"graph[{CARRIED!r}]")
        return beside

    def _mapping(self, given: object, record: str) -> dict[str, Any]:
        if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
            self._misread(record, "", given, "a mapping of texts")
            return {}
        return dict(given)

    def _texts(self, given: object, record: str, field: str) -> list[str]:
        texts = [given] if isinstance(given, str) else given
        if isinstance(texts, list | tuple) and all(isinstance(each, str) for each in texts):
            return list(texts)
        self._misread(record, field, given, "a list of texts")
        return []

    def _misread(self, record: str, field: str, given: object, expected: str) -> None:
        reason = f"expected {expected}"
        if not isinstance(given, list | tuple | Mapping):
            reason += f", not {type(given).__name__}"
        self.say("GT118", record, field, reason=reason)

    def _refuse_rest(self, rest: Iterable[str], record: str) -> None:
        for name in sorted(rest):
            self.say("GT116", record, name, table=record, field=name)

    # -- nodes -------------------------------------------------------------------------------------

    def _node(self, number: int, node: object, data: Mapping[Any, Any]) -> None:
        if not isinstance(node, str):
            self.say("GT120", f"nodes[{number}]", found=type(node).__name__)
            return
        label = _node(node)
        level = data.get("level")
        known = ", ".join(self.called)
        if level is None:
            self.say("GT121", label, "level", id=node, known=known)
            return
        if not isinstance(level, str) or level not in self.called:
            shown = level if isinstance(level, str) else f"of type {type(level).__name__}"
            self.say("GT115", label, "level", table=shown, known=known)
            return
        table = self.called[level]
        told: dict[str, Any] = {}
        for key, value in data.items():
            if not isinstance(key, str):
                self.say("GT116", label, table=table, field=f"of type {type(key).__name__}")
            elif key == "tags" and isinstance(value, Mapping):
                told |= {f"{TAG}{tag}": count for tag, count in value.items()}
            elif key != "level":
                told[key] = value
        if told.pop("id", node) != node:
            self.say("GT116", label, "id", table=table, field="id")
        rows = self.cells.setdefault(table, [])
        self.place[node] = (table, len(rows))
        self.ids.setdefault(table, []).append(node)
        rows.append({"id": node, **told})

    def _is_placed(self, node: object) -> bool:
        return isinstance(node, str) and node in self.place

    # -- edges ---------------------------------------------------------------------------------

    def _edge(self, upper: str, lower: str, data: Mapping[Any, Any]) -> None:
        label = _edge(upper, lower)
        told = self._mapping(data, label)
        rows = told.pop("rows", ())
        if not isinstance(rows, list | tuple):
            self._misread(label, "rows", rows, "a list of mappings")
            rows = ()
        rows = [self._mapping(row, label) for row in rows]
        is_named = "relations" in told or bool(rows)
        names = self._texts(told.pop("relations", ()), label, "relations")
        fields = self._texts(told.pop("fields", ()), label, "fields")
        self._refuse_rest(told, label)
        in_rows = [row.get("relation") for row in rows]
        names = [name for name in names if name not in in_rows] + fields
        if not is_named:
            names = self._between(label, upper, lower)
        for row in rows:
            for name in sorted(row.keys() - set(_PLAIN)):
                self.say("GT116", label, name, table="relation", field=name)
            self._join(label, upper, lower, {key: row[key] for key in _PLAIN if key in row})
        for name in names:
            table, at = self.place[lower]
            column = columns_of(self.records[table]).get(name)
            if column is None or column.shape != "reference":
                self._join(label, upper, lower, {"relation": name})
                continue
            cells = self.cells[table][at]
            other = cells.get(name)
            if other is None:
                cells[name] = upper
            elif other != upper:
                said = {"id": lower, "field": name, "one": other, "other": upper}
                self.say("GT122", label, name, **said)

    def _join(self, label: str, upper: str, lower: str, row: dict[str, Any]) -> None:
        self.joins.append({"source": upper, "target": lower, **row})
        self.joined.append(label)

    def _between(self, label: str, upper: str, lower: str) -> list[str]:
        """Return what an edge stands for that does not say it: a field, else a relation."""
        above, below = self.place[upper][0], self.place[lower][0]
        for name, column in columns_of(self.records[below]).items():
            if column.shape == "reference" and above in self._tables(column.targets):
                return [name]
        names = [
            name
            for name, (sources, targets) in RELATION_ENDS.items()
            if above in self._tables(sources) and below in self._tables(targets)
        ]
        if len(names) != 1:
            self.say("GT123", label, upper=above, lower=below)
            return []
        return names

    def _tables(self, names: Sequence[str]) -> list[str]:
        tables: list[str] = []
        for name in names:
            if name == ABOVE:
                tables += self.chain
            elif name in (UNIT, NODE):
                tables += [*self.chain, *TERRITORY, *(BESIDE if name == NODE else ())]
            else:
                tables.append(name)
        return tables

    # -- rows -----------------------------------------------------------------------------------

    def _rows(self, table: str, rows: Sequence[Mapping[str, Any]], places: Places) -> Rows:
        """Return *rows* as typed columns; say which cells are none."""
        known = input_columns(table, self.records[table])
        typed: dict[str, Any] = {}
        given = {name for row in rows for name, cell in row.items() if cell is not None}
        for name in sorted(given | self.columns.get(table, set())):
            column = known.get("tags" if name.startswith(TAG) else name)
            if column is None or name == "tags":
                at = next((at for at, row in enumerate(rows) if row.get(name) is not None), -1)
                where = places.at(at, name) if at >= 0 else Location(record=table, field=name)
                meant = {"meant": found} if (found := nearest(name, list(known))) else {}
                self.problems.append(problem("GT116", where, table=table, field=name, **meant))
                continue
            cells = [row.get(name) for row in rows]
            # Ids and references are looked for as they are, so they must be texts.
            is_text = column.shape in ("id", "reference")
            typed[name], faults = take_values("text" if is_text else column.shape, cells)
            for fault in faults:
                where = places.at(fault.row, name)
                self.problems.append(problem(fault.code, where, **dict(fault.values)))
        return Rows(table, typed, len(rows), places)


def _node(id: str) -> str:
    return f"nodes[{id!r}]"


def _edge(upper: str, lower: str) -> str:
    return f"edges[{upper!r}, {lower!r}]"
