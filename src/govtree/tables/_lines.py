"""Lines of an office's table: which of them are rows, and what blank cells take over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from attrs import frozen

from govtree.tables._cells import COUNTERS
from govtree.tables._layout import Layout

__all__ = [
    "HEADER_ROWS",
    "NOTING_MARKS",
    "Lines",
    "Reading",
    "Roles",
    "column_letters",
    "is_blank",
    "is_noting",
    "joined_names",
    "note_disagreement",
    "text_of",
]

#: Rows in which a header is looked for that does not stand where it is said to stand.
HEADER_ROWS = 20

# What a line begins with that signs a table or explains it; a colon follows, or something in
# brackets and a colon, 审核人（签字）：. In Indonesian, what was seen has a comma, or nothing.
_NOTING_WORDS = """填表人 填报人 制表人 审核人 复核人 经办人 统计人 负责人 单位负责人 联系人
    联系电话 填报单位 填表单位 制表单位 填表日期 填报日期 制表日期 统计日期 日期 填表时间 填报时间
    制表时间 填表 制表 审核 复核 备注 注 说明 填表说明 签字 签名 盖章 作成者 記入者 備考
    preparedby filledinby filledby checkedby reviewedby approvedby signature note notes remark
    remarks catatan keterangan dibuatoleh diperiksaoleh disetujuioleh"""
_NOTING = re.compile(
    rf"(?:{'|'.join(_NOTING_WORDS.split())})(?:[(（][^()（）]{{0,20}}[)）])?[:：]"
    "|mengetahui(?![a-z])"
)
#: Texts, one of which is in every such cell.
NOTING_MARKS = (":", "：", "engetahui", "ENGETAHUI")

#: Numbers of lines of totals that are told.
SHOWN_ROWS = 6

# What may stand behind a word of totals: signs and numbers, and what those count.
_COUNTED = re.compile(rf"(?:[\W\d_]+(?:{'|'.join(COUNTERS)})?)*")

# A cell of blanks, between cells that are joined by line ends.
_BLANK_LINE = re.compile(r"^[^\S\n]+$", re.MULTILINE)

_NOTHING: Mapping[int, Any] = MappingProxyType({})


@frozen
class Roles:
    """What the columns of a table are for, by their places.

    Attributes:
        used: Columns that are read.
        key: The column that tells which row it is, or None.
        named: Columns that name units a row stands in, or its own.
        within: By column, those that name what its unit stands in.
    """

    used: tuple[int, ...]
    key: int | None = None
    named: tuple[int, ...] = ()
    within: Mapping[int, tuple[int, ...]] = _NOTHING

    @property
    def labels(self) -> tuple[int, ...]:
        """The columns in which a line says that it is one of totals.

        Those that are read, and those to the left of all of them, such as a running number.
        """
        return (*range(min(self.used, default=0)), *sorted(set(self.used)))

    def stops(self, place: int, fills: Mapping[int, bool]) -> set[int]:
        """Return the columns of which a new value ends what the column at *place* takes over.

        Of a merged range, the office said itself how far it goes: only what its unit stands in
        ends it. Where all blanks are filled, each unit to the left does.

        Args:
            place: The column.
            fills: The columns that are filled, and whether all of their blanks are.
        """
        stops = {other for other in fills if other < place}
        stops.update(self.within.get(place, ()))
        if fills[place]:
            stops.update(other for other in self.named if other < place)
        return {other for other in stops if other not in (place, self.key)}


@frozen
class Reading:
    """What was found in a table beside its rows: facts for people, no faults.

    Attributes:
        file: Path of the file.
        sheet: Name of the sheet, of a workbook.
        rows: Rows that were read.
        header: Numbers of the rows of the header.
        totals: Lines of totals that were left out.
        repeated: Lines that repeat the header and were left out.
        hidden: Hidden rows that were read.
        filled: Cells that took over what stands above.
        notes: Lines that sign or explain the table and were left out.
        total_rows: Numbers of the first lines of totals.
        unfilled: Cells that took over nothing, because what they stand in is another.
        unfilled_rows: Numbers of the first rows of such.
    """

    file: str = ""
    sheet: str = ""
    rows: int = 0
    header: tuple[int, ...] = (1,)
    totals: int = 0
    repeated: int = 0
    hidden: int = 0
    filled: int = 0
    notes: int = 0
    total_rows: tuple[int, ...] = ()
    unfilled: int = 0
    unfilled_rows: tuple[int, ...] = ()


class Lines:
    """Tells the rows of a table from the other lines in it, one after the other.

    Args:
        header: Names of the columns.
        above: The rows of the header, as they stand there.
        layout: How the table lies in its file.
        roles: What the columns are for; a line in whose key stands something else is no line
            of totals.
        doubt: Told of a line that nearly repeats the header, and of its number.
    """

    def __init__(
        self,
        header: Sequence[str],
        above: Sequence[Sequence[str]],
        layout: Layout,
        roles: Roles,
        doubt: Callable[[int], None],
    ) -> None:
        self._header = header
        self._above = [list(row) for row in above]
        self._names = {name for row in above for name in row if name}
        self._key = roles.key
        self._labels = roles.labels
        self._doubt = doubt
        self._fills = [
            (place, layout.fill_down[name] == "all")
            for place, name in enumerate(header)
            if name in layout.fill_down
        ]
        fills = dict(self._fills)
        self._stops = {place: roles.stops(place, fills) for place in fills}
        self._watched = sorted({each for stops in self._stops.values() for each in stops})
        # What stands above: of columns that are filled, and of those that end it.
        self._held: dict[int, Any] = {}
        # A line that repeats the header, to tell the next such line by a glance.
        self._repeat: Sequence[Any] | None = None
        self._seen: dict[int, Any] = {}
        # Columns that take over nothing, because a new value ended it.
        self._ended: set[int] = set()
        self._totals = Totals(layout.totals)
        self.totals = self.repeated = self.filled = self.notes = 0
        self.unfilled = 0
        self.total_rows: list[int] = []
        self.unfilled_rows: list[int] = []

    @property
    def fills(self) -> bool:
        """Whether any cell may take over what stands above."""
        return bool(self._fills)

    def may_hold_others(
        self, text: str, columns: Iterable[Sequence[str]], key: int, keys: Sequence[str]
    ) -> bool:
        """Return whether whole rows may have lines among them that are no rows.

        Args:
            text: All of them as one text.
            columns: Those of their columns in which a line says that it is none.
            key: The column that is looked at for its own name.
            keys: Its cells.
        """
        if self._totals.may_be_in(text) or may_be_noting(text):
            for column in columns:
                cells = set(column)
                if self._may_tell("\n".join(cells), cells):
                    return True
        return self.may_repeat(key, keys)

    def may_be_among(self, cells: Sequence[Any]) -> bool:
        """Return whether the cells of a column may show a line that is no row."""
        texts = [cell for cell in cells if isinstance(cell, str)]
        text = "\n".join(texts)
        return self._may_tell(text, texts) or _BLANK_LINE.search(text) is not None

    def _may_tell(self, text: str, cells: Iterable[str]) -> bool:
        """Return whether one of some cells, which are the *text*, says a total or a note."""
        may_be_total, may_be_note = self._totals.may_be_in(text), may_be_noting(text)
        return (may_be_total or may_be_note) and any(
            (may_be_total and self._totals.says(cell)) or (may_be_note and is_noting(cell))
            for cell in cells
        )

    def may_repeat(self, place: int, cells: Sequence[Any]) -> bool:
        """Return whether a column holds its own name."""
        return any(row[place] in cells for row in self._above if place < len(row) and row[place])

    def says_total(self, cell: Any) -> bool:
        """Return whether a cell of the key says that its line is one of totals."""
        return isinstance(cell, str) and self._totals.says(cell)

    def pass_blank(self) -> None:
        """Take note of a blank line: nothing is taken over from above it."""
        self._held.clear()
        self._seen.clear()
        self._ended.clear()

    def is_row(
        self, row: list[Any], number: int, merged: Mapping[int, tuple[int, int]] = _NOTHING
    ) -> bool:
        """Return whether a line is a row, and fill its blank cells if it is.

        Args:
            row: Its cells.
            number: Its number in the table.
            merged: By column, row and column of the first cell of the merged ones that a cell
                is part of.
        """
        if row == self._repeat:
            self.repeated += 1
            self.pass_blank()
            return False
        if self._is_total(row):
            self.totals += 1
            if self.totals <= SHOWN_ROWS:
                self.total_rows.append(number)
            self.pass_blank()
            return False
        if self.is_note(row):
            self.notes += 1
            self.pass_blank()
            return False
        if self._names and self._repeats(row, number):
            self.pass_blank()
            return False
        if self._fills:
            self._fill(row, number, merged)
        return True

    def _is_total(self, row: Sequence[Any]) -> bool:
        if self._key is None:
            # Nothing else tells a row from a total: only a plain word does.
            cells = [row[place] for place in self._labels if place < len(row)]
            return any(isinstance(cell, str) and self._totals.is_plain(cell) for cell in cells)
        key = row[self._key] if self._key < len(row) else ""
        if not is_blank(key):
            return self.says_total(key)
        return any(self.says_total(row[place]) for place in self._labels if place < len(row))

    def is_note(self, row: Sequence[Any]) -> bool:
        """Return whether a line signs the table or explains it, and is no row.

        Each cell that says anything does so, or stands behind one that only names what follows:
        a remark at the end of a row makes no such line of it.
        """
        is_told = is_found = False
        for cell in row:
            if is_blank(cell):
                continue
            if is_noting(cell):
                is_found = True
                bare = _bare(cell)
                is_told = bare.endswith((":", "：")) or bare == "mengetahui"
            elif is_told:
                is_told = False
            else:
                return False
        return is_found

    def _repeats(self, row: Sequence[Any], number: int) -> bool:
        given = {text_of(cell) for cell in row if not is_blank(cell)}
        known = given & self._names
        if not known or 2 * len(known) <= len(given):
            return False
        if given <= self._names and any(_agree(row, names) for names in self._above):
            self.repeated += 1
            if all(isinstance(cell, str) for cell in row):
                self._repeat = row
            return True
        if len(known) > 1:
            self._doubt(number)
            return True
        return False

    def _fill(self, row: list[Any], number: int, merged: Mapping[int, tuple[int, int]]) -> None:
        changed = set()
        for place in self._watched:
            cell = row[place] if place < len(row) else ""
            if not is_blank(cell) and self._seen.get(place) != cell:
                self._seen[place] = cell
                changed.add(place)
        for place, all_of_them in self._fills:
            if place >= len(row):
                continue
            if not changed.isdisjoint(self._stops[place]):
                if self._held.pop(place, None) is not None:
                    self._ended.add(place)
                changed.add(place)
            cell = row[place]
            if not is_blank(cell):
                self._held[place] = cell
                self._ended.discard(place)
            # Of a cell that is merged with one to its left, it is not known what it would say.
            elif place in self._held and (
                merged[place][1] == place if place in merged else all_of_them
            ):
                row[place] = self._held[place]
                self.filled += 1
            elif all_of_them and place in self._ended and place not in merged:
                self.unfilled += 1
                if self.unfilled <= SHOWN_ROWS:
                    self.unfilled_rows.append(number)


class Totals:
    """The words that a line of totals says.

    Attributes:
        marks: Short texts, one of which is in every spelling of each.

    >>> totals = Totals(["合计", "total"])
    >>> [totals.says(cell) for cell in ("合 计", "河东社区合计", "Total: 5", "总计划处", "totally")]
    [True, True, True, False, False]
    >>> [totals.is_plain(cell) for cell in ("合计：300户", "河东社区合计", "Total: owes 5")]
    [True, False, False]
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = tuple(dict.fromkeys(_bare(word) for word in words if _bare(word)))
        spelled = {form for word in self._words for form in _marks(word)}
        self.marks = tuple(
            mark for mark in sorted(spelled) if not any(o in mark for o in spelled if o != mark)
        )

    def may_be_in(self, text: str) -> bool:
        """Return whether a text may hold one of them; most are told apart by this."""
        return _holds_one(text, self.marks)

    def says(self, cell: str) -> bool:
        """Return whether a cell is plainly one of them, or ends in one in Chinese."""
        if not self.may_be_in(cell):
            return False
        bare = _bare(cell)
        return self.is_plain(cell) or any(
            bare.endswith(word) for word in self._words if not word.isascii()
        )

    def is_plain(self, cell: str) -> bool:
        """Return whether a cell is one of them, with nothing behind it but signs and numbers."""
        if not self.may_be_in(cell):
            return False
        bare = _bare(cell)
        return any(
            bare.startswith(word) and _COUNTED.fullmatch(bare, len(word)) for word in self._words
        )


def may_be_noting(text: str) -> bool:
    """Return whether a text may hold a cell that :func:`is_noting`; most do not."""
    return _holds_one(text, NOTING_MARKS)


def is_noting(cell: Any) -> bool:
    """Return whether a cell begins as one that signs a table or explains it.

    >>> [is_noting(cell) for cell in ("填表人：王某", "备 注:", "Mengetahui, Ketua RW 01", "注册")]
    [True, True, True, False]
    """
    return isinstance(cell, str) and may_be_noting(cell) and _NOTING.match(_bare(cell)) is not None


def _holds_one(text: str, marks: tuple[str, ...]) -> bool:
    others, latin, letters = _parted(marks)
    return any(mark in text for mark in others) or (
        any(letter in text for letter in letters) and any(mark in text for mark in latin)
    )


@cache
def _parted(marks: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return marks that are no Latin letters, those that are, and a letter that is in all of these.

    It is found far quicker, and Chinese text has few.
    """
    latin = tuple(mark for mark in marks if mark.isascii() and mark.isalpha())
    shared = set.intersection(*(set(mark.lower()) for mark in latin)) if latin else set()
    letter = min(shared, default="")
    return tuple(mark for mark in marks if mark not in latin), latin, (letter, letter.upper())


def _bare(text: str) -> str:
    return "".join(text.split()).lower()


def _marks(word: str) -> tuple[str, ...]:
    """Return short texts, one of which is in every spelling of a word."""
    return (word[1:], word[1:].upper()) if word.isascii() else (word[-1],)


def _agree(row: Sequence[Any], names: Sequence[str]) -> bool:
    """Return whether each cell that says something says the name above it."""
    return all(
        is_blank(cell) or (place < len(names) and text_of(cell) == names[place])
        for place, cell in enumerate(row)
    )


def is_blank(cell: Any) -> bool:
    """Return whether a cell says nothing.

    >>> is_blank(""), is_blank(" \u3000"), is_blank(0.0)
    (True, True, False)
    """
    return cell is None or (isinstance(cell, str) and not cell.strip())


def text_of(cell: Any) -> str:
    r"""Return what a cell of a header says, on one line.

    >>> text_of("户\n编号 "), text_of(2024.0)
    ('户 编号', '2024')
    """
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split()) if cell is not None else ""


def joined_names(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the names of columns whose header stands in several rows.

    >>> joined_names([["户", "人口", "人口"], ["户", "男", "女"]])
    ['户', '人口 男', '人口 女']
    """
    width = max(map(len, rows))
    names = []
    for place in range(width):
        parts = [row[place] for row in rows if place < len(row) and row[place]]
        names.append(" ".join(dict.fromkeys(parts)))
    return names


def note_disagreement(names: Sequence[str], notes: Any) -> None:
    """Say which columns have no name of their own, where several rows make up the header."""
    last = max((place for place, name in enumerate(names) if name), default=0)
    for place, name in enumerate(names[: last + 1]):
        if not name or names.index(name) != place:
            where = notes.at(row=notes.header, field=name or column_letters(place))
            notes.add("GT912", where, letters=column_letters(place), name=name)


def column_letters(place: int) -> str:
    """Return what a spreadsheet calls a column, counted from 0.

    >>> column_letters(0), column_letters(27), column_letters(16_383)
    ('A', 'AB', 'XFD')
    """
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
