"""The rule about codes of divisions, which stand beside the ids: twelve digits, level by level."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import Words
from govtree._faults import Faults
from govtree._names import normal
from govtree._rows import UNKNOWN_CELL
from govtree._texts import Texts
from govtree.findings import WHOLE, Kind, Label, Labeled, Reason, Severity
from govtree.rules._rule import Parameter, rule

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["RULES", "Coded", "Codes"]

#: Digits that name a province, a prefecture, a county, a town, and a community or village.
_WIDTHS = (2, 4, 6, 9, 12)

#: By kind: how many digits name such a unit, and what the last three of them may be.
_CLASSES = {
    **dict.fromkeys(("street", "subdistrict", "街道"), (9, 1, 99)),
    **dict.fromkeys(("town", "镇"), (9, 100, 199)),
    **dict.fromkeys(("township", "乡"), (9, 200, 399)),
    "residents_committee": (12, 1, 199),
    "villagers_committee": (12, 200, 399),
}

#: What a name of a unit may leave out, longest first.
_SUFFIXES = ("居民委员会", "村民委员会", "居委会", "村委会", "办事处", "社区", "村")


@frozen(order=True)
class Coded:
    """A unit with a code.

    Attributes:
        id: The unit.
        level: Name of its level.
        code: Its code.
        fault: What is wrong with the code by itself, or an empty text.
    """

    id: str
    level: str
    code: str
    fault: str


@frozen
class Codes:
    """The codes of a structure, or of a part of it.

    Attributes:
        coded: The units that have one, sorted by id.
        labels: What people call the levels, by name.
    """

    coded: tuple[Coded, ...]
    labels: tuple[tuple[str, Label], ...]

    @property
    def subjects(self) -> int:
        """How many units have a code."""
        return len(self.coded)

    def join(self, other: Codes) -> Codes:
        """Return the codes of both parts; a unit of both counts once."""
        by_id = {each.id: each for each in (*self.coded, *other.coded)}
        labels = {**dict(self.labels), **dict(other.labels)}
        return Codes(
            tuple(by_id[id] for id in sorted(by_id)),
            tuple(sorted(labels.items(), key=lambda pair: pair[0])),
        )

    def judge(self, kind: Kind, severity: Severity) -> tuple[Faults, tuple[str, ...]]:
        """Return the units whose code has a fault, or is that of another unit."""
        first: dict[str, str] = {}
        wrong: list[tuple[Coded, str]] = []
        for each in self.coded:
            there = first.setdefault(each.code, each.id)
            if each.fault:
                wrong.append((each, each.fault))
            elif there != each.id:
                wrong.append((each, Reason("is that of '{unit}', too", unit=there)))
        reasons = () if self.coded else (Reason("no codes of levels"),)
        faults = Faults.told(
            kind,
            severity,
            [each.id for each, _ in wrong],
            level=Labeled(dict(self.labels), [each.level for each, _ in wrong]),
            division=[each.code for each, _ in wrong],
            fault=Labeled(
                {fault: fault for _, fault in wrong if isinstance(fault, Reason)},
                [fault for _, fault in wrong],
            ),
        )
        return faults, reasons


@rule(
    code="GT515",
    subject=WHOLE,
    severity="warning",
    message="has, as {level}, the code '{division}', which {fault}",
    hint="correct its 'code', its 'parent' or its 'kind'",
    why="By its code a unit is found in the registries of others; a wrong one finds another unit.",
    source="National Bureau of Statistics, rules for division codes for statistics (2009); "
    "GB/T 10114, codes of units below the county",
    off=True,
    parameters=(
        Parameter(
            "labels",
            "none",
            "choice",
            "whether names are compared with the official lists that come with govtree",
            choices=("none", "shipped"),
        ),
    ),
    failing="""\
        levels: [{level: subdistrict}, {level: community}]
        units: {subdistrict: [{id: S-1, code: '371311001000'}]}
        communities:
          - {id: C-1, parent: S-1, code: '371311001001'}
          - {id: C-2, parent: S-1, code: '371311002002'}
        """,
    mended="""\
        levels: [{level: subdistrict}, {level: community}]
        units: {subdistrict: [{id: S-1, code: '371311001000'}]}
        communities:
          - {id: C-1, parent: S-1, code: '371311001001'}
          - {id: C-2, parent: S-1, code: '371311001002'}
        """,
)
def cn12(h: Hierarchy, *, labels: NDArray[Any]) -> Codes:
    tables = _tables(h)
    official = _official() if labels[0] == "shipped" else {}
    coded: list[Coded] = []
    codes: dict[str, list[str]] = {}
    for at, table in enumerate(tables):
        codes[table] = [code or "" for code in _texts(h, table, "code")]
        names, kinds = _texts(h, table, "name"), _texts(h, table, "kind")
        above = _above(h, tables[:at], table, codes)
        own = h.own(table)
        level = h.facts.called(table)
        for row, id in enumerate(h.ids(table)):
            code = codes[table][row]
            if code in ("", UNKNOWN_CELL) or (own is not None and not own[row]):
                continue
            fault = _fault(code, above[row], kinds[row])
            if not fault and official.get(code) and names[row]:
                fault = _misnamed(names[row] or "", official[code])
            coded.append(Coded(id, level, code, fault))
    called = {h.facts.called(table): h.facts.level_label(table) for table in tables}
    return Codes(tuple(sorted(coded)), tuple(sorted(called.items(), key=lambda pair: pair[0])))


RULES = (cn12,)


def _tables(h: Hierarchy) -> list[str]:
    """Return the tables with codes, top down: levels to the community, or those of no role."""
    chain = [each.table for each in h.levels if not each.role or each.role == "community"]
    if "community" in chain:
        chain = chain[: chain.index("community") + 1]
    return [table for table in chain if h.has(table, "code")]


def _texts(h: Hierarchy, table: str, name: str) -> list[str | None]:
    column = h.sheet(table).columns.get(name)
    if isinstance(column, (Texts, Words)):
        return column.tolist()
    return [None] * h.count(table)


def _above(
    h: Hierarchy, tables: Sequence[str], table: str, codes: Mapping[str, Sequence[str]]
) -> list[tuple[str, str]]:
    """Return id and code of the nearest unit above each that has a code of twelve digits."""
    found: list[tuple[str, str]] = [("", "")] * h.count(table)
    for upper in tables:
        # The nearest comes last.
        ids = h.ids(upper)
        for row, at in enumerate(h.arrays.above(table, upper).tolist()):
            if at >= 0 and _is_well_formed(codes[upper][at]):
                found[row] = ids[at], codes[upper][at]
    return found


def _is_well_formed(code: str) -> bool:
    return len(code) == 12 and code.isascii() and code.isdigit() and code[:2] != "00"


def _width(code: str) -> int:
    """Return how many digits of a code name the unit; the others are zeros.

    >>> [_width(code) for code in ("370000000000", "371311001000", "371311001001")]
    [2, 9, 12]
    """
    bare = len(code.rstrip("0"))
    return next(width for width in _WIDTHS if width >= bare)


def _fault(code: str, above: tuple[str, str], kind: str | None) -> str:
    """Return what is wrong with a code by itself and under the unit above, or an empty text."""
    if not _is_well_formed(code):
        return Reason("is not one of twelve digits")
    width = _width(code)
    unit, upper = above
    if upper:
        prefix = upper[: _width(upper)]
        if not code.startswith(prefix):
            template = "does not begin with {prefix} like that of '{unit}'"
            return Reason(template, prefix=prefix, unit=unit)
        if width <= len(prefix):
            return Reason("names nothing below '{unit}'", unit=unit)
    if kind is not None and kind in _CLASSES:
        digits, low, high = _CLASSES[kind]
        if width == digits and not low <= int(code[digits - 3 : digits]) <= high:
            return Reason(
                "is none of '{kind}': its last three digits before zeros are not {low} to {high}",
                kind=kind,
                low=f"{low:03}",
                high=f"{high:03}",
            )
    return ""


def _misnamed(name: str, official: str) -> str:
    if _bare(name) == _bare(official):
        return ""
    return Reason("is called '{official}' in the official list", official=official)


def _bare(name: str) -> str:
    """Return a name without what is said or left out at will.

    >>> _bare("史河社区居民委员会") == _bare("史河居委会") == _bare("史河")
    True
    """
    bare = normal(name)
    for suffix in _SUFFIXES:
        bare = bare.removesuffix(suffix) or bare
    return bare


@cache
def _official() -> Mapping[str, str]:
    """Return the names of the divisions that come with govtree, by code of twelve digits."""
    return {code.ljust(12, "0"): name for code, name in _listed()}


def _listed() -> Iterator[tuple[str, str]]:
    folder = resources.files("govtree").joinpath("divisions")
    for name in ("jinzhai-341524.csv", "luozhuang-371311.csv"):
        text = folder.joinpath(name).read_text(encoding="utf-8")
        for row in csv.DictReader(text.splitlines()):
            yield row["code"], row["name"]
