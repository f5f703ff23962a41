"""What units are called and where they lie, for who knows no ids; and units to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from govtree._texts import Texts
from govtree.findings import NO_TABLES
from govtree.hierarchy import Hierarchy
from govtree.units import TERRITORY

__all__ = ["Choices", "Names", "areas_of"]

# What a place is told by beside the path, the widest first.
_GROUND = ("compound", "building", "entrance")
# Units that a list offers; nobody looks through more of them.
_MOST_CHOICES = 20_000


class Names:
    """Names of the units of a structure. Those of households are never told: people live there."""

    def __init__(self, h: Hierarchy) -> None:
        self._h = h
        self._by_table: dict[str, Mapping[str, str]] = {}
        self._by_name: dict[str, Mapping[str, Sequence[str]]] = {}
        self._ground: dict[tuple[str, str], NDArray[np.int32]] = {}

    def of(self, table: str, id: str) -> str | None:
        """Return the name of a unit, or None."""
        return self._all(table).get(id)

    def called(self, name: str, table: str) -> Sequence[str]:
        """Return the ids of the units of *table* that have exactly this name."""
        if table not in self._by_name:
            found: dict[str, list[str]] = {}
            for id, each in self._all(table).items():
                found.setdefault(each.strip(), []).append(id)
            self._by_name[table] = found
        return self._by_name[table].get(name, ())

    def place(self, table: str, id: str) -> str | None:
        """Return where a unit lies, from the top down: names, and ids of what has none.

        These are the units above it, and the compound, the building and the entrance that it
        lies in; of a household, its address comes last.
        """
        if table not in self._h.nodes or id not in self._h:
            return None
        above = [(self._h.locate(each)[0], each) for each in self._h.path(id)[:-1]]
        [row] = self._h.rows(table, [id]).tolist()
        for ground in _GROUND:
            lies_in = self._lies_in(table, ground)[row]
            if ground != table and lies_in >= 0:
                above += [(ground, self._h.ids(ground)[lies_in])]
        words = [self.of(*each) or each[1] for each in dict.fromkeys(above)]
        address = self._h.sheet(table).columns.get("address") if table == "household" else None
        if isinstance(address, Texts) and (text := address.take(np.array([row])).tolist()[0]):
            words.append(text)
        return " > ".join(words) or None

    def _all(self, table: str) -> Mapping[str, str]:
        if table == "household" or table in NO_TABLES:
            return {}
        if table not in self._by_table:
            names = self._h.sheet(table).columns.get("name")
            found = names.tolist() if isinstance(names, Texts) else []
            pairs = zip(self._h.ids(table), found, strict=False)
            self._by_table[table] = {id: name for id, name in pairs if name}
        return self._by_table[table]

    def _lies_in(self, table: str, ground: str) -> NDArray[np.int32]:
        if (table, ground) not in self._ground:
            self._ground[table, ground] = self._h.arrays.within(table, ground)
        return self._ground[table, ground]


class Choices:
    """The units that an office may name in an answer: those of its own part.

    Args:
        h: The structure.
        by: The table of the offices.
    """

    def __init__(self, h: Hierarchy, by: str) -> None:
        self._h = h
        self._by = by
        self._owners: dict[str, NDArray[np.int32]] = {}
        self._areas: dict[str, list[str]] = {}
        if by == "area":
            for community, areas in areas_of(h).items():
                for area in areas:
                    self._areas.setdefault(area, []).append(community)

    def of(self, office: str | None, tables: Iterable[str]) -> list[tuple[str, str]]:
        """Return table and id of the units of some tables; none at all where they are too many.

        Args:
            office: The id of the office; None for what belongs to none, which may be anywhere.
            tables: The tables, each of which is offered once. Households are never offered.
        """
        found: list[tuple[str, str]] = []
        for table in dict.fromkeys(tables):
            if table != "household" and table in self._h.tables:
                rows = self._rows(office, table)
                if len(found) + len(rows) > _MOST_CHOICES:
                    return []
                found += [(table, id) for id in self._h.ids(table, rows)]
        return found

    def _rows(self, office: str | None, table: str) -> NDArray[np.int32]:
        if office is None:
            return np.arange(self._h.count(table), dtype=np.int32)
        to = "community" if self._by == "area" else self._by
        if to not in {*self._h.arrays.chain, *TERRITORY}:
            return np.empty(0, np.int32)
        if table not in self._owners:
            self._owners[table] = self._h.arrays.belongs(table, to)
        offices = self._h.rows(to, self._areas.get(office, []) if self._by == "area" else [office])
        return np.flatnonzero(np.isin(self._owners[table], offices[offices >= 0])).astype(np.int32)


def areas_of(h: Hierarchy) -> dict[str, tuple[str, ...]]:
    """Return the areas of each community that is in one."""
    areas, communities = h.arrays.links("in_area", "area", "community")
    found: dict[str, tuple[str, ...]] = {}
    for area, community in zip(h.ids("area", areas), h.ids("community", communities), strict=True):
        found[community] = (*found.get(community, ()), area)
    return found
