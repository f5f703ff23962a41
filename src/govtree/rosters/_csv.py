"""The small tables beside a roster: read strictly, written the same for the same content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from govtree._columns import Words
from govtree._files import Folder
from govtree._rows import Rows
from govtree.errors import Problem
from govtree.tables import Layout, read_columns
from govtree.units import Column

__all__ = ["csv_of", "is_absent", "read_own"]


def read_own(
    folder: Folder, name: str, table: str, known: Mapping[str, Column]
) -> tuple[Rows | None, tuple[Problem, ...]]:
    """Return the rows of a table beside a roster, and every problem with it, sorted.

    It was written in UTF-8, with or without a byte-order mark; a spreadsheet in China may have
    saved it as GB18030 since.

    Args:
        folder: The folder that it lies in.
        name: Path of the file.
        table: What it is called.
        known: Its columns.
    """
    rows, problems = read_columns(folder, name, table, known)
    if any(each.code in _OTHER_ENCODING for each in problems):
        layout = Layout(encoding="gb18030")
        others, faults = read_columns(folder, name, table, known, layout=layout)
        if others is not None:
            return others, faults
    return rows, problems


# It is no UTF-8, or not all of it.
_OTHER_ENCODING = ("GT010", "GT059", "GT079")


def csv_of(header: Sequence[str], columns: Sequence[Words | Sequence[str | None]]) -> bytes:
    r"""Return a table of texts as CSV in UTF-8 that is read back as it was.

    >>> csv_of(["id", "name"], [["B-1"], ['a "b", c']])
    b'id,name\nB-1,"a ""b"", c"\n'
    """
    lines = [",".join(header)]
    lines += map(",".join, zip(*map(_quoted, columns), strict=True))
    return ("\n".join(lines) + "\n").encode()


def _quoted(cells: Words | Sequence[str | None]) -> list[str]:
    if isinstance(cells, Words):
        # NONE and UNKNOWN index the two cells at the end.
        words = [*_quoted(cells.words), "", ""]
        return [words[code] for code in cells.codes.tolist()]
    texts = [cell or "" for cell in cells]
    together = "".join(texts)
    if not any(sign in together for sign in ' \t",\r\n\ufeff'):
        return texts
    return [_cell(text) for text in texts]


def _cell(text: str) -> str:
    if text.strip() == text and not any(sign in text for sign in '",\r\n\ufeff'):
        return text
    return '"' + text.replace('"', '""') + '"'


def is_absent(problems: Iterable[Problem]) -> bool:
    """Return whether all that *problems* say is that there is no such file."""
    return [each.code for each in problems] == ["GT001"]
