"""Names in, ids out: who holds a post is written by name, and kept by id.

An office writes names, and a structure has only ids. What stands between them is one file of
the office, ``holders.csv``, with a name, a home and an id in each row. The file is read,
never quoted, never written but by who asks for it, and nothing of a structure remembers it.

A name alone is nobody: people share names. So a person is a name and a home, and one name in
two places is two people until two rows of the file say the same id. The home is the ``home`` of
a row of persons; of a post or a tenure the place of the post; of a membership the body.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from attrs import evolve, field, frozen

from govtree import tables
from govtree._columns import Words
from govtree._files import Folder
from govtree._markup import csv_edited, csv_read
from govtree._rows import UNKNOWN_CELL, Rows, briefly
from govtree._unfold import places_of_seats
from govtree._wording import Reason
from govtree.errors import Location, Problem, Tally, problem
from govtree.units import Column, Term

__all__ = ["NAMED", "Holders", "read_holders", "with_ids", "without_names"]

#: By table, the field that a person is named in.
NAMED = {"person": "id", "post": "holder", "tenure": "holder", "membership": "person"}

#: By table, the field that says the home of who is named there.
_HOMES = {"person": "home", "post": "at", "membership": "body"}

#: Columns of the file.
_COLUMNS = {name: Column("text", required=True) for name in ("name", "home", "id")}

# What messages about such a file may say of it: nothing that stands in a cell.
_HARMLESS = ("path", "limit", "most", "count", "kind", "delimiter", "character", "length")
_HIDDEN = "..."

#: Values of problems that are words of govtree, whatever cells say.
_OURS = ("expected", "field", "path", "table", "vocabulary")
#: Problems that a table without its header has.
_NO_HEADER = ("GT052", "GT914")
#: Problems with a tag, an alias or an anchor: signs of YAML before a text that needs quotes.
_SIGNS_OF_YAML = ("GT031", "GT033", "GT035")
#: What can be a key of the format, and what is no name, and too short to be the number of one.
_KEY = re.compile("[a-z_]+")
_NUMBER_OR_DAY = re.compile("[0-9./:+ -]{1,10}")

_COUNTED = re.compile("p-([0-9]{1,18})")

#: A person: the name and the home.
Key: TypeAlias = tuple[str, str]


@frozen
class Holders:
    """Who is who: an id for each name and home.

    Attributes:
        path: Path of the file, as the structure names it.
        ids: Id by name and home.

    >>> holders = Holders("holders.csv", {("王芳", "B-01"): "p-000007"})
    >>> holders.proposed([("王芳", "B-02")])
    {('王芳', 'B-02'): 'p-000008'}
    """

    path: str
    ids: Mapping[Key, str] = field(factory=dict, repr=lambda ids: f"<{len(ids)} people>")

    def proposed(self, people: Iterable[Key]) -> dict[Key, str]:
        """Return an id for each of *people*, who have none yet.

        Ids go on after the largest ``p-000001`` of the file. The order in which people get
        theirs is that of a hash, so that neighbors in the alphabet are none by their ids; it
        is the same in every process.
        """
        numbers = [int(found[1]) for id in self.ids.values() if (found := _COUNTED.fullmatch(id))]
        first = max(numbers, default=0) + 1
        return {
            key: f"p-{number:06}"
            for number, key in enumerate(sorted(set(people), key=_mixed), first)
        }

    def content_with(self, content: bytes, people: Iterable[Key]) -> bytes:
        r"""Return the *content* of the file with a row behind it for each of *people*.

        Nothing that stands there changes; columns that govtree does not know stay empty.

        >>> Holders("holders.csv").content_with(b"id,name,home\n", [("A", "B-01")])
        b'id,name,home\np-000001,A,B-01\n'
        """
        if not content:
            # The mark tells office programs that this is UTF-8.
            content = "\ufeffname,home,id\n".encode()
        text = content.decode("utf-8-sig")
        header = [each.strip() for each in next(csv.reader(io.StringIO(text, newline="")))]
        end = "\r\n" if "\r\n" in text else "\n"
        added = io.StringIO(newline="")
        if not text.endswith("\n"):
            added.write(end)
        writer = csv.DictWriter(added, header, restval="", lineterminator=end)
        for (name, home), id in self.proposed(people).items():
            writer.writerow({"name": csv_edited(name), "home": csv_edited(home), "id": id})
        return content + added.getvalue().encode()


def _mixed(key: Key) -> tuple[bytes, Key]:
    name, home = key
    return hashlib.blake2b(f"{name}\0{home}".encode(), digest_size=16).digest(), key


def read_holders(
    folder: Folder, path: str, *, where: Location | None = None
) -> tuple[Holders | None, tuple[Problem, ...]]:
    """Return who is who by a file, and every problem with it; none quotes a name.

    Args:
        folder: The folder of the structure.
        path: Path of the file, a table with the columns name, home and id.
        where: Where the path is written, for the problem that the file cannot be opened.

    Returns:
        None where there is an error.
    """
    rows, problems = tables.read_columns(folder, path, "holders", _COLUMNS, where=where)
    problems = tuple(each if each.where == where else _hushed(each) for each in problems)
    if rows is None:
        return None, problems
    tally = Tally()
    ids: dict[Key, str] = {}
    firsts: dict[Key, int] = {}

    def say(code: str, row: int, name: str, **values: str) -> None:
        tally.add(code, lambda: problem(code, rows.places.at(row, name), **values))

    cells = [map(_entered, rows.columns[name]) for name in ("name", "home", "id")]
    for row, (name, home, id) in enumerate(zip(*cells, strict=True)):
        if not name or not id:
            empty = "id" if name else "name"
            say("GT981", row, empty, field=empty)
        elif ids.setdefault((name, home), id) != id:
            there, here = (rows.places.at(at, "id") for at in (firsts[name, home], row))
            say("GT982", row, "id", first=briefly(there, here))
        firsts.setdefault((name, home), row)
    found = tuple(sorted((*problems, *tally.problems())))
    is_good = all(each.severity != "error" for each in found)
    return Holders(path, ids) if is_good else None, found


def with_ids(
    given: Sequence[Rows], holders: Holders, posts: Sequence[Term]
) -> tuple[list[Rows], tuple[Key, ...], tuple[Problem, ...]]:
    """Return rows with ids where *given* ones name people.

    What is an id of the file already stays as it is; what is an id and a name is a problem.
    Who is not in the file is a problem at each place, and gets the id that is proposed there.

    Args:
        given: Rows of any tables, as files gave them.
        holders: Who is who.
        posts: The vocabulary of posts, by which seats have ids.

    Returns:
        The rows; the people whom the file lacks, sorted; and the problems.
    """
    seats = places_of_seats([each for each in given if each.table == "post"], posts)
    named = [list(_people(each, seats)) for each in given]
    ids = set(holders.ids.values())
    missing = {
        key for each in named for _, key in each if key not in holders.ids and key[0] not in ids
    }
    id_of = {**holders.ids, **holders.proposed(missing)}
    names = {name for name, _ in holders.ids}
    tally = Tally()

    def say(code: str, rows: Rows, row: int, **values: str) -> None:
        where = partial(rows.places.at, row, NAMED[rows.table])
        tally.add(code, lambda: problem(code, where(), path=holders.path, **values))

    found = []
    for rows, people in zip(given, named, strict=True):
        if not people:
            found.append(rows)
            continue
        cells: list[Any] = list(rows.columns[NAMED[rows.table]])
        for row, key in people:
            name, home = key
            cells[row] = name if name in ids else id_of[key]
            if name in ids and name in names:
                say("GT983", rows, row)
            elif key in missing:
                say("GT980", rows, row, home=home, id=id_of[key])
        found.append(evolve(rows, columns={**rows.columns, NAMED[rows.table]: cells}))
    return found, tuple(sorted(missing)), tally.problems()


def without_names(
    problems: Iterable[Problem],
    given: Sequence[Rows],
    known: Iterable[str],
    *,
    posts: Sequence[Term] = (),
    file: str = "",
    people: Iterable[str] = (),
) -> list[Problem]:
    """Return *problems* in which no value names somebody.

    In tables that name people a name may stand in any cell by mistake. So of their cells only
    those are told that are ids of units, posts or people, or words of a vocabulary.

    Args:
        problems: What was told of the structure.
        given: Its rows, in which people are still named.
        known: Ids of people, and words, that may be told.
        posts: The vocabulary of posts, by which seats have ids.
        file: The structure file.
        people: Paths of the files that tables of people come from.
    """
    told = list(problems)
    secrets = _cells_that_are_no_ids(given, known, posts)
    files = {file, *people}
    # Where columns are missing, the first row may be one of people, and no header.
    headless = {each.where.file for each in told if each.code in _NO_HEADER} & set(people)

    def is_shown(each: Problem, key: str, value: str) -> bool:
        if key in _OURS:
            return True
        if value in secrets:
            return False
        if each.where.file in headless and key in ("known", "header", "meant"):
            return key == "header" and each.code == "GT052"
        if each.where.file not in files:
            return True
        if key == "cell":
            return _NUMBER_OR_DAY.fullmatch(value) is not None
        if key == "key":
            return _KEY.fullmatch(value) is not None
        # A text where records should stand may be anything, and so may what YAML would run.
        return each.code not in _SIGNS_OF_YAML and not (key == "found" and "'" in value)

    def hushed(value: str) -> str:
        return _HIDDEN if value in secrets else value

    def shown(each: Problem, key: str, value: str) -> str:
        if not is_shown(each, key, value):
            return _HIDDEN
        return value.mapped(hushed) if isinstance(value, Reason) else value

    found = []
    for each in told:
        where = each.where
        if where.file in headless and where.field and each.code not in _NO_HEADER:
            where = evolve(where, field=_HIDDEN)
        values = tuple((key, shown(each, key, value)) for key, value in each.values)
        found.append(evolve(each, where=where, values=values))
    return found


def _cells_that_are_no_ids(
    given: Sequence[Rows], known: Iterable[str], posts: Sequence[Term]
) -> set[str]:
    """Return every text of a table that names people which is no id, and no word."""
    texts: set[str] = set()
    ids = {"", UNKNOWN_CELL, *known}
    for rows in given:
        if rows.table in NAMED:
            for cells in rows.columns.values():
                if not isinstance(cells, np.ndarray):
                    listed = cells.words if isinstance(cells, Words) else cells
                    texts.update(each for each in listed if isinstance(each, str))
        if NAMED.get(rows.table) != "id":
            ids.update(each for each in rows.columns.get("id", ()) if isinstance(each, str))
    texts |= {_spelled(each) for each in texts}
    secrets = texts - ids
    # The id of a seat holds what its row says of the place and of the post.
    seats = places_of_seats([each for each in given if each.table == "post"], posts)
    for id, at in seats.items():
        if id.startswith(f"{at}/"):
            post = id.removeprefix(f"{at}/")
            if at in secrets or post in secrets or post.rpartition("/")[0] in secrets:
                secrets.add(id)
    return secrets


def _people(rows: Rows, seats: Mapping[str, str]) -> Iterator[tuple[int, Key]]:
    """Yield the rows in which somebody is named, with name and home."""
    nothing: list[None] = [None] * rows.length
    of_seats = {"post": "id", "tenure": "post"}.get(rows.table, "")
    named, homes, own = (
        rows.columns.get(field, nothing)
        for field in (NAMED.get(rows.table, ""), _HOMES.get(rows.table, ""), of_seats)
    )
    for row, (cell, home, seat) in enumerate(zip(named, homes, own, strict=True)):
        name = _spelled(cell)
        if name and name != UNKNOWN_CELL:
            yield row, (name, _spelled(home) or seats.get(_spelled(seat), ""))


def _spelled(cell: object) -> str:
    """Return a cell as it is compared: without blanks at its ends, accents composed."""
    return unicodedata.normalize("NFC", cell.strip()) if isinstance(cell, str) else ""


def _entered(cell: object) -> str:
    """Return a cell of the file as it is compared, without the apostrophe of a spreadsheet."""
    return csv_read(_spelled(cell))


def _hushed(told: Problem) -> Problem:
    """Return a problem of the file without what may be a part of it."""
    values = tuple(
        (name, value if name in _HARMLESS or value in _COLUMNS else _HIDDEN)
        for name, value in told.values
    )
    harmless = told.where.field in ("", *_COLUMNS)
    where = told.where if harmless else evolve(told.where, field=_HIDDEN)
    return evolve(told, where=where, values=values, quote="")
