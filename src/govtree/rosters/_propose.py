"""How a roster is probably read: what its columns are, by their headers and their cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from attrs import evolve, field, frozen

from govtree._names import normal
from govtree._values import FALSE_WORDS, TRUE_WORDS
from govtree._wording import Reason
from govtree.facts import Facts
from govtree.rosters._plan import ALL_SHEETS, FromPlace, RosterPlan
from govtree.rosters._words import Claim, Words, is_about_persons
from govtree.tables import TOTALS, Layout, Peek, Source
from govtree.units import TERRITORY

__all__ = ["Proposal", "Taken", "propose", "propose_file"]

#: Why a column was taken for what it is, or left out.
Why: TypeAlias = Literal["header", "content", "persons", "unknown", "doubt"]

# Rows from the top in which a header is sought, and rows that one may have.
_MOST_ABOVE = 30
_MOST_HEADER = 3

# What the cells of a column look like, by what it names; the first that fits counts.
_NUMBER = "[0-9\u3007零一二两三四五六七八九十百a-z]+"
_LOOKS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("branch", ".+(?:党支部|支部|党总支)"),
        ("group", ".+(?:党小组|楼组|居民小组|村民小组|小组)"),
        ("micro_grid", ".*微网格.*"),
        ("grid", ".*网格"),
        ("entrance", f"(?:{_NUMBER}单元|单元{_NUMBER})(?:门)?"),
        ("building", f"{_NUMBER}(?:号楼|#楼|栋|幢|座|号栋)|(?:building|block|tower){_NUMBER}"),
        ("household", f"{_NUMBER}(?:室|房|户)|{_NUMBER}号室"),
        ("community", ".+(?:社区|居委会|村委会|居民委员会|村民委员会|[^新]村)"),
        ("compound", ".+(?:小区|花园|家园|家苑|新村|公寓|大院|院落|嘉苑|佳苑|花苑|名苑|团地|団地)"),
    )
)
#: Of the cells that say something, so many must look like it.
_MOST_OF_THEM = 0.8

_MONTH, _DAY = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_PERSONS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:\+?86[- ]?)?1[3-9][0-9]{9}",  # mobile phones
        r"\+?[0-9]{2,4}-[0-9]{3,4}-?[0-9]{3,4}",  # other phones
        # Identity cards: place and day of birth, in China year first, in Indonesia last, where
        # 40 is added to the day of a woman.
        rf"[1-9][0-9]{{5}}(?:18|19|20)?[0-9]{{2}}{_MONTH}{_DAY}[0-9]{{3}}[0-9x]?",
        rf"[1-9][0-9]{{5}}(?:{_DAY}|[4-6][0-9]|7[01]){_MONTH}[0-9]{{6}}",
        r"[^@\s]+@[^@\s]+\.[a-z]+",  # addresses of mail
    )
)
# The hundred surnames that most names begin with; two or three more characters follow. What
# ends like a place is none: 金寨县.
_NAME = re.compile(
    "(?!.*[省市县区镇乡村]$)(?:[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏"
    "魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万"
    r"钱严覃武戴莫孔向汤][\u4e00-\u9fff*x]{1,2}|(?:欧阳|司马|上官|诸葛)[\u4e00-\u9fff*]{1,2})"
)

_YES_NO = frozenset((*TRUE_WORDS, *FALSE_WORDS))


@frozen
class Taken:
    """What a column of a roster was taken for.

    Attributes:
        column: Its header.
        field: A table, such as ``grid``; a field of one, such as ``household.residents``; or an
            empty text where the column is left out.
        why: ``header`` or ``content``; of a column that is left out, ``persons`` where it is
            about persons, ``unknown``, or ``doubt``.
        values: How many different texts stand in it, as far as it was looked at.
    """

    column: str
    field: str
    why: Why
    values: int = 0


@frozen(kw_only=True)
class Proposal:
    """How a roster is probably read, for somebody to agree to.

    Attributes:
        plan: The plan.
        columns: What each column was taken for, in their order.
        doubts: What is to be looked at before it is agreed to.
        missing: Tables without which nothing can be read, and for which there is no column.
        open: By table or field, the columns that could all be it, none of which is taken.
        rows: How many rows were looked at.
        goes_on: Whether there are more.
        sheets: The sheets that were looked at, of those that the plan reads.
    """

    plan: RosterPlan
    columns: tuple[Taken, ...]
    doubts: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()
    open: Mapping[str, tuple[str, ...]] = field(factory=dict)
    rows: int = 0
    goes_on: bool = False
    sheets: tuple[str, ...] = ()


@frozen
class _Column:
    """A column: its header, and what is said in it."""

    header: str
    texts: tuple[str, ...] = field(repr=False)
    claim: Claim | None = None

    @property
    def distinct(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for text in self.texts if text))

    def mostly(self, pattern: re.Pattern[str]) -> bool:
        """Return whether most of the different texts look like *pattern*."""
        distinct = self.distinct
        fitting = sum(pattern.fullmatch(normal(text)) is not None for text in distinct)
        return bool(distinct) and fitting >= _MOST_OF_THEM * len(distinct)

    def tells_all_apart(self) -> bool:
        """Return whether no two rows say the same."""
        return len(self.distinct) == len(self.texts) > 1

    def counts_rows(self) -> bool:
        """Return whether it numbers the rows, one by one."""
        if not all(text.isdecimal() for text in self.texts):
            return False
        numbers = [int(text) for text in self.texts]
        return all(after == before + 1 for before, after in pairwise(numbers))


def propose(
    header: Sequence[str],
    samples: Iterable[Sequence[str]],
    facts: Facts,
    *,
    layout: Layout = Layout(),  # noqa: B008 - frozen
) -> Proposal:
    """Return how a roster with this *header* is probably read.

    A column is taken by its header, in Chinese, English, or what the levels of the structure
    are called; where that tells nothing, by what its cells look like. What two columns could
    be is neither, unless the header of one is the very word. Columns about persons are left
    out, by header or cells: names of persons are never needed.

    Args:
        header: Names of the columns.
        samples: Some rows; more of them make a better proposal.
        facts: Levels and words of the structure.
        layout: How the table lies in its file; a part of the plan.

    >>> proposal = propose(["社区", "户主", "房号"], [["河畔", "王某", "101"]], Facts())
    >>> [(each.column, each.field, each.why) for each in proposal.columns]
    [('社区', 'community', 'header'), ('户主', '', 'persons'), ('房号', 'household', 'header')]
    """
    rows = [row for row in samples if any(row) and not _is_total(row)]
    words = Words(facts)
    columns = [
        _Column(name, tuple(row[place] if place < len(row) else "" for row in rows), None)
        for place, name in enumerate(header)
    ]
    doubts: list[Reason] = []
    whys: list[Why] = []
    for place, column in enumerate(columns):
        claim, why = _judged(column, words, facts, doubts)
        columns[place] = evolve(column, claim=claim)
        whys.append(why)
    fields, open = _settled(columns, doubts)
    for place, column in enumerate(columns):
        if column.claim is not None and not fields[place]:
            whys[place] = "doubt"
    units, further = _sorted(columns, fields)
    missing = _missing(units, facts, doubts)
    doubts += _telling_apart(columns, fields, whys)
    covers = _covers(columns, fields)
    plan = RosterPlan(units=units, columns=further, covers=covers, layout=layout)
    taken = tuple(
        Taken(column.header, name, why, len(column.distinct))
        for column, name, why in zip(columns, fields, whys, strict=True)
        if column.header or column.distinct
    )
    return Proposal(
        plan=plan,
        columns=taken,
        doubts=tuple(doubts),
        missing=missing,
        open=open,
        rows=len(rows),
    )


def propose_file(peeks: Sequence[Peek], facts: Facts, stem: str = "") -> Proposal | None:
    """Return how a file is probably read, of which these are the first rows of each sheet.

    The header is where the most columns are understood. Of several sheets it is the only one
    whose header is; or all that are, where they have the same header.

    Args:
        peeks: The sheets.
        facts: Levels and words of the structure.
        stem: Name of the file without its ending, which may name the community.

    Returns:
        The proposal; None where none of several sheets is understood, or they differ.
    """
    if len(peeks) == 1:
        # The only visible sheet is taken, whatever it is called next month.
        return _with_sheet(_proposed(peeks, facts, stem), "")
    understood = [each for each in peeks if not _proposed([each], facts, stem).missing]
    heads = {_head(each, facts) for each in understood}
    if len(heads) != 1:
        return None
    proposal = _proposed(understood, facts, stem)
    others = [each.layout.sheet for each in peeks if each not in understood]
    if others:
        listed = ", ".join(f"'{each}'" for each in others)
        said = Reason("sheets that are not read, because of their headers: {sheets}", sheets=listed)
        proposal = evolve(proposal, doubts=(*proposal.doubts, said))
    return _with_sheet(proposal, ALL_SHEETS) if len(understood) > 1 else proposal


# -- the file -----------------------------------------------------------------------------------


def _with_sheet(proposal: Proposal, sheet: str) -> Proposal:
    plan = proposal.plan
    return evolve(proposal, plan=evolve(plan, layout=evolve(plan.layout, sheet=sheet)))


def _head(peek: Peek, facts: Facts) -> tuple[tuple[int, ...], frozenset[str]]:
    """Return the rows of a header and the names in it that are known."""
    words = Words(facts)
    header = _header(peek, words)
    return header, frozenset(name for name in peek.names(header) if words.claim(name) is not None)


def _proposed(peeks: Sequence[Peek], facts: Facts, stem: str) -> Proposal:
    """Return how sheets with one header are probably read."""
    header = _header(peeks[0], Words(facts))
    names = peeks[0].names(header)
    rows: list[Sequence[str]] = []
    merged: set[str] = set()
    for each in peeks:
        own = each.names(header)
        merged |= {name for place, name in enumerate(own) if _below(each, header, place)}
        filled = each.filled(header[-1])
        if own != names:
            # The same columns in another order.
            order = [own.index(name) if name in own else len(own) for name in names]
            filled = [[[*row, ""][place] for place in order] for row in filled]
        rows += filled
    layout = evolve(peeks[0].layout, header=header)
    proposal = propose(names, rows, facts, layout=layout)
    units = {each.column for each in proposal.columns if each.field and "." not in each.field}
    fill_down: Any = {name: "merged" for name in names if name in merged and name in units}
    sheets = tuple(each.layout.sheet for each in peeks if each.layout.sheet)
    proposal = evolve(
        proposal,
        plan=evolve(proposal.plan, layout=evolve(layout, fill_down=fill_down)),
        goes_on=any(each.goes_on for each in peeks),
        sheets=sheets,
    )
    return _named_by_place(proposal, sheets, stem, facts)


def _below(peek: Peek, header: Sequence[int], place: int) -> bool:
    """Return whether cells of a column below its header are merged downwards."""
    return any(
        left <= place <= right and bottom > top >= header[-1]
        for top, left, bottom, right in peek.spans
    )


def _header(peek: Peek, words: Words) -> tuple[int, ...]:
    """Return the rows, from 1, in which the header stands."""
    best: tuple[int, ...] = (1,)
    most = (0, 0)
    for first in range(1, min(_MOST_ABOVE, len(peek.rows)) + 1):
        for height in range(1, _MOST_HEADER + 1):
            if first + height - 1 > len(peek.rows) or not any(peek.rows[first - 1]):
                break
            rows = tuple(range(first, first + height))
            names = peek.names(rows)
            found = {claim.field for name in names if (claim := words.claim(name)) is not None}
            known = len(found) + sum(bool(name) and is_about_persons(name) for name in names)
            if (known, -height) > most and known:
                best, most = rows, (known, -height)
    if most[0]:
        return _with_merged(peek, best)
    # Without a word that is known: the first row of as many cells as any near the top has.
    widths = [sum(map(bool, row)) for row in peek.rows[:_MOST_ABOVE]]
    return (widths.index(max(widths)) + 1,) if widths else (1,)


def _with_merged(peek: Peek, header: tuple[int, ...]) -> tuple[int, ...]:
    """Return the rows of a header with those that cells merged in it reach down to."""
    last = max(
        (bottom + 1 for top, _, bottom, _ in peek.spans if top + 1 in header), default=header[-1]
    )
    return tuple(range(header[0], max(min(last, header[0] + _MOST_HEADER - 1), header[-1]) + 1))


def _named_by_place(proposal: Proposal, sheets: Sequence[str], stem: str, facts: Facts) -> Proposal:
    """Return the proposal, the community taken from sheets or a file that are called like one.

    Of several sheets it is, unless they are numbered or called like months.
    """
    chain = [level.table for level in facts.levels]
    if "community" in proposal.plan.units or "community" not in chain:
        return proposal
    several = len(sheets) > 1 and not any(_NO_PLACE.fullmatch(normal(each)) for each in sheets)
    if several or (sheets and all(map(_is_community, sheets))):
        place: Literal["sheet", "file"] = "sheet"
    elif _is_community(stem):
        place = "file"
    else:
        return proposal
    units: dict[str, Source | FromPlace] = {"community": FromPlace(place)}
    units |= proposal.plan.units
    said = Reason("no column names the community; the name of the {place} does",
                  place=Reason(place))  # fmt: skip
    doubts = [each for each in proposal.doubts if each != _no_column(facts.called("community"))]
    return evolve(
        proposal,
        plan=evolve(proposal.plan, units=units),
        doubts=(*doubts, said),
        missing=_missing(units, facts, []),
    )


# What sheets are called that nobody named after a place.
_NO_PLACE = re.compile("(?:sheet|表|工作表)?[0-9]*|.*[0-9年]月.*|.*[0-9]{4}.*")


def _is_community(name: str) -> bool:
    return dict(_LOOKS)["community"].fullmatch(normal(name)) is not None


# -- columns ------------------------------------------------------------------------------------


def _judged(
    column: _Column, words: Words, facts: Facts, doubts: list[Reason]
) -> tuple[Claim | None, Why]:
    """Return what a column may stand for, and why."""
    claim = words.claim(column.header)
    says_persons = any(column.mostly(pattern) for pattern in _PERSONS)
    if claim is None or claim.field.startswith("household"):
        is_name = claim is None or claim.field == "household"
        says_persons |= is_name and column.mostly(_NAME)
    if says_persons or (claim is None and is_about_persons(column.header)):
        if claim is not None:
            said = "the cells of column '{column}' look like names or numbers of persons"
            doubts.append(Reason(said, column=column.header))
        return None, "persons"
    if claim is not None:
        unfit = _unfit(claim.field, column, facts)
        if unfit is not None:
            doubts.append(unfit)
            return None, "doubt"
        return claim, "header"
    found = _by_content(column, facts)
    if found:
        return Claim(3, found), "content"
    distinct = [text.lower() for text in column.distinct]
    if distinct and _YES_NO.issuperset(distinct) and not all(each.isdigit() for each in distinct):
        said = "column '{column}' says yes or no of something that is not known; write it in the"
        said += " plan as household.tags.NAME"
        doubts.append(Reason(said, column=column.header))
        return None, "doubt"
    return None, "unknown"


def _unfit(name: str, column: _Column, facts: Facts) -> Reason | None:
    """Return why a column cannot be read as a field although its header says so."""
    distinct = [text.lower() for text in column.distinct]
    if name.startswith("household.tags."):
        if all(text in _YES_NO or text.isdigit() or text == "?" for text in distinct):
            return None
        said = "the cells of column '{column}' are neither yes, no nor a number"
        return Reason(said, column=column.header)
    own = name.partition(".")[2]
    vocabulary = {"occupancy": "occupancy", "type": "compound_type"}.get(own)
    terms = facts.terms(vocabulary) if vocabulary else ()
    if not terms:
        return None
    known = {normal(word) for term in terms for word in (term.term, *term.aliases)}
    strange = [text for text in column.distinct if normal(text) not in known]
    if not strange:
        return None
    said = "{count} words of column '{column}' are not in the vocabulary '{vocabulary}'; add them"
    said += " there as aliases, and the column to the plan as {field}"
    return Reason(
        said, count=len(strange), column=column.header, vocabulary=str(vocabulary), field=name
    )


def _by_content(column: _Column, facts: Facts) -> str:
    tables = {level.table for level in facts.levels} | set(TERRITORY)
    if len(column.distinct) < 1:
        return ""
    fits = (name for name, look in _LOOKS if name in tables and column.mostly(look))
    return next(fits, "")


def _settled(
    columns: Sequence[_Column], doubts: list[Reason]
) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """Return the field of each column, or an empty text; and the columns of what is open.

    What two could be is neither. Of a door and the number of the household the door names it,
    where no two rows have the same number.
    """
    claims: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        if column.claim is not None:
            claims.setdefault(column.claim.field, []).append(place)
    if "household" not in claims and "household.id" in claims:
        # Where nothing else names the households, their numbers do.
        claims["household"] = claims.pop("household.id")
    fields = [""] * len(columns)
    open: dict[str, tuple[str, ...]] = {}
    for name, places in claims.items():
        best = min(_rank(columns[place]) for place in places)
        first = [place for place in places if _rank(columns[place]) == best]
        names = [place for place in first if not _otherwise(columns[place])]
        if len(names) == 1 and all(columns[each].tells_all_apart() for each in first if
                                   each not in names):  # fmt: skip
            first = names
        rest = [place for place in places if place not in first]
        if len(first) == 1:
            fields[first[0]] = name
        else:
            listed = ", ".join(f"'{columns[place].header}'" for place in first)
            said = "columns {columns} could all be {field}; none is taken: name one in the plan"
            doubts.append(Reason(said, columns=listed, field=name))
            open[name] = tuple(columns[place].header for place in first)
        for place in rest:
            otherwise = _otherwise(columns[place])
            if otherwise and otherwise not in fields:
                fields[place] = otherwise
                continue
            said = "column '{column}' looks like {field} too, which '{other}' is taken for"
            other = columns[first[0]].header
            doubts.append(Reason(said, column=columns[place].header, field=name, other=other))
    for place, name in enumerate(fields):
        table, dot, _ = name.partition(".")
        if dot and table not in fields:
            said = "column '{column}' looks like {field}, and no column names the {level}"
            header = columns[place].header
            doubts.append(Reason(said, column=header, field=name, level=Reason(table)))
            fields[place] = ""
    return fields, open


def _otherwise(column: _Column) -> str:
    assert column.claim is not None
    return column.claim.otherwise


def _rank(column: _Column) -> int:
    assert column.claim is not None
    return column.claim.rank


def _sorted(
    columns: Sequence[_Column], fields: Sequence[str]
) -> tuple[dict[str, Source], dict[str, Source]]:
    """Return the sources of names, and those of further fields."""
    found = {
        name: Source((column.header,)) for column, name in zip(columns, fields, strict=True) if name
    }
    units = {name: each for name, each in found.items() if "." not in name}
    return units, {name: each for name, each in found.items() if "." in name}


def _missing(units: Mapping[str, object], facts: Facts, doubts: list[Reason]) -> tuple[str, ...]:
    """Return the tables that are needed and have no column; doubt the others that have none."""
    named = [level.table in units for level in facts.levels]
    if not any(name in units for name in (*TERRITORY, *_above_households(facts))):
        unnamed = [level for level in facts.levels if level.table not in units]
        needed = [level.table for level in unnamed if not level.optional]
        return tuple(needed if len(needed) > 1 else ["community", *needed])
    missing = []
    for place, level in enumerate(facts.levels):
        if named[place]:
            continue
        # Without it, what stands below would skip a level.
        is_between = not level.optional and any(named[:place]) and any(named[place + 1 :])
        if level.table == "household" or is_between:
            missing.append(level.table)
        elif not level.optional or level.table == "community":
            doubts.append(_no_column(level.level))
    return tuple(missing)


def _above_households(facts: Facts) -> list[str]:
    return [level.table for level in facts.levels if level.table != "household"]


def _telling_apart(
    columns: Sequence[_Column], fields: Sequence[str], whys: Sequence[Why]
) -> Iterator[Reason]:
    """Yield a doubt of each column that is left out and differs within a household."""
    named = [column.texts for column, name in zip(columns, fields, strict=True)
             if name and "." not in name]  # fmt: skip
    if "household" not in fields:
        return
    rows: dict[tuple[str, ...], list[int]] = {}
    for row, path in enumerate(zip(*named, strict=True)):
        rows.setdefault(path, []).append(row)
    again = [each for each in rows.values() if len(each) > 1]
    for column, name, why in zip(columns, fields, whys, strict=True):
        if name or why == "persons" or column.counts_rows():
            continue
        if any(len({column.texts[row] for row in each} - {""}) > 1 for each in again):
            said = "rows that name one household differ in column '{column}', which is left out;"
            said += " if it tells households or their units apart, name it in the plan"
            yield Reason(said, column=column.header)


def _no_column(level: str) -> Reason:
    return Reason("no column names the {level}", level=Reason(level))


def _covers(columns: Sequence[_Column], fields: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return that branches cover grids where each grid stands with one branch only."""
    if "branch" not in fields or "grid" not in fields:
        return ()
    above = [name for name in ("community",) if name in fields]
    places = [columns[fields.index(name)].texts for name in (*above, "grid")]
    branches = columns[fields.index("branch")].texts
    seen: dict[tuple[str, ...], str] = {}
    for branch, *grid in zip(branches, *places, strict=True):
        if branch and grid[-1] and seen.setdefault(tuple(grid), branch) != branch:
            return ()
    return (("branch", "grid"),) if seen else ()


def _is_total(row: Sequence[str]) -> bool:
    totals = {normal(word) for word in TOTALS}
    return any(normal(cell) in totals for cell in row)
