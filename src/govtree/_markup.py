r"""One escaper a format, each from text to text, and the line with a caret under it.

Names come from strangers. They are kept as they are in data, and made harmless here, at the
one point where a format is written. A format is added together with its first user.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from html import escape

__all__ = [
    "HIDDEN",
    "LONGEST_VALUE",
    "caret",
    "csv_cell",
    "csv_edited",
    "csv_read",
    "html",
    "markdown",
    "one_line",
    "sarif_text",
    "short",
    "table",
    "width",
]

#: What moves the cursor, begins a line, turns the direction of writing, or cannot be seen:
#: C0 and C1 controls, line and paragraph separator, bidi controls, zero-width characters and
#: other default-ignorable ones (variation selectors, fillers, tags), lone surrogates,
#: noncharacters. Unicode Standard 15, section 4.12 and DerivedCoreProperties.txt.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_SHORT_ESCAPES = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}

# The last character of this is escaped. A line of a log that begins with "::error" and the like
# is a command to GitHub's runner; "##[error]" and "##vso[...]" are commands anywhere in a line,
# to it and to Azure's. Source: actions/runner, ActionCommand.cs.
_COMMAND = re.compile(r"\A\s*:(?=:)|#(?=#\w*\[)")

#: Most characters of one value that a message shows.
LONGEST_VALUE = 120
# Display columns of a source line that are shown before and after the caret.
_BEFORE, _AFTER = 60, 40
_CUT = "..."

# Spreadsheets begin a formula with these; the full-width ones do it in East Asian versions.
# Source: OWASP, "CSV Injection".
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - meant

# What means something in the middle of a line of Markdown: all that CommonMark 0.31 and GitHub's
# tables, strike-through and formulas know, and the colons and dots that addresses begin with.
_MARKDOWN = re.compile(
    r"[\\`*_{}\[\]<>()#!|~$&^]|:(?=[:/])|(?<=www)\.|\A[-+=]|(?<=\A\d)[.]"
    r"|(?<=\A\d\d)[.]|(?<=\A\d\d\d)[.]",
    re.IGNORECASE,
)
# A site that keeps code calls the person behind "@" and links the number behind "#", and sees
# neither backslash nor entity, which are gone when it looks.
_MENTION = re.compile(r"@(?=\w)|#(?=\d)")


def one_line(text: str) -> str:
    r"""Return *text* for a terminal or a log: one line, nothing hidden in it.

    Controls, line breaks, bidi controls, zero-width characters and lone surrogates are
    shown as escapes, and so is a character of what a build server would take for a command;
    everything else stays as it is.

    >>> print(one_line("B-\x1b[31m30\n\u202e楼"))
    B-\x1b[31m30\n\u202e楼
    >>> print(one_line("::error::owned"))
    \x3a:error::owned
    """
    if _COMMAND.search(text):
        return "".join(_pieces(text))
    if text.isascii() and text.isprintable():
        return text
    return HIDDEN.sub(_escape, text)


def short(text: str) -> str:
    r"""Return *text* as :func:`one_line` does, long texts cut in the middle to 120 characters.

    An escape is never cut in two.

    >>> len(short("9" * 5_000))
    120
    """
    if len(text) <= LONGEST_VALUE:
        line = one_line(text)
        if len(line) <= LONGEST_VALUE:
            return line
    room = LONGEST_VALUE - len(_CUT)
    # The end of an id tells more than its middle; the beginning tells most.
    tail = _up_to(_pieces(text[-room:])[::-1], room // 3)[::-1]
    head = _up_to(_pieces(text[:room]), room - room // 3)
    return "".join(head) + _CUT + "".join(tail)


def csv_cell(text: str) -> str:
    """Return *text* so that a spreadsheet shows it instead of computing it.

    For reports that people open. Not for tables that are read again: those keep the text.
    Quotes and separators are the business of the writer of CSV.

    >>> csv_cell("=HYPERLINK(A1)"), csv_cell("史河社区")
    ("'=HYPERLINK(A1)", '史河社区')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_edited(text: str) -> str:
    """Return *text* for a table that people edit in a spreadsheet and that is read again.

    As :func:`csv_cell`, but so that :func:`csv_read` finds what it was.

    >>> [csv_edited(text) for text in ("=A1", "'=A1", "'N-1")]
    ["'=A1", "''=A1", "'N-1"]
    """
    bare = text.lstrip("'")
    return f"'{text}" if csv_cell(bare) != bare else text


def csv_read(text: str) -> str:
    """Return what :func:`csv_edited` was given, and what nobody escaped as it is.

    >>> [csv_read(text) for text in ("'=A1", "''=A1", "'N-1", "=A1")]
    ['=A1', "'=A1", "'N-1", '=A1']
    """
    bare = text.removeprefix("'")
    return bare if csv_edited(bare) == text else text


def markdown(text: str) -> str:
    r"""Return *text* for Markdown, where it may stand in a line, a heading or a cell of a table.

    It shows what :func:`one_line` shows. An ``@`` before a name and a ``#`` before a number
    are shown as escapes: they would call a person or link an issue, whatever stands around.

    >>> print(markdown("B|1 <img> `x` @ci"))
    B\|1 \<img\> \`x\` \\x40ci
    """
    line = _MENTION.sub(_escape, one_line(text)).strip()
    return _MARKDOWN.sub(r"\\\g<0>", line)


def html(text: str) -> str:
    r"""Return *text* for a page of HTML, between tags or in a quoted attribute.

    It shows what :func:`one_line` shows.

    >>> print(html('<b onclick="x">\x1b楼'))
    &lt;b onclick=&quot;x&quot;&gt;\x1b楼
    """
    return escape(one_line(text))


def sarif_text(text: str) -> str:
    r"""Return *text* for a message of SARIF, in which braces and square brackets mean something.

    Source: SARIF 2.1.0, sections 3.11.5 (placeholders) and 3.11.6 (links).

    >>> print(sarif_text("{0} [x](file:///etc/passwd)"))
    {{0}} \[x\](file:///etc/passwd)
    """
    line = re.sub(r"[\\\[\]]", r"\\\g<0>", one_line(text))
    return line.replace("{", "{{").replace("}", "}}")


def width(text: str) -> int:
    """Return how many columns of a terminal *text* takes: wide characters 2, combining ones 0.

    Source: Unicode Standard Annex 11; ambiguous characters count as narrow.

    >>> width("楼栋"), width("B-30"), width("e\u0301")
    (4, 4, 1)
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


def table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> list[str]:
    """Return *rows* as lines whose columns line up, full-width characters included.

    Args:
        rows: Cells, escaped already; each row has as many.
        right: Columns that are set to the right.

    >>> table([["网格", "9"], ["branch", "10"]], right=[1])
    ['网格     9', 'branch  10']
    """
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for at, (cell, wide) in enumerate(zip(row, widths, strict=True)):
            gap = " " * (wide - width(cell))
            cells.append(gap + cell if at in right else cell + gap)
        lines.append("  ".join(cells).rstrip())
    return lines


def caret(quote: str, line: int, column: int) -> str:
    """Return the source line behind its number, and a caret under its column.

    Args:
        quote: The line as it stands in the file.
        line: Its number from 1; 0 where it is not known.
        column: Code points from 1; 0 shows the line without a caret. A column behind the
            end points at the end.

    Very long lines are cut around the column.

    >>> print(caret("- {id: 楼栋, parent: B-3O}", 41, 20))
     41 | - {id: 楼栋, parent: B-3O}
        |                      ^
    """
    quote = quote.rstrip("\r\n")
    at = min(max(column - 1, 0), len(quote))
    first = max(at - _BEFORE, 0)
    pieces = _pieces(quote[first : at + _AFTER + _BEFORE])
    before = _up_to_columns(pieces[: at - first][::-1], _BEFORE)[::-1]
    after = _up_to_columns(pieces[at - first :], _AFTER + _BEFORE - _total(before))
    left = _CUT if len(before) < at else ""
    right = _CUT if at + len(after) < len(quote) else ""
    start = left + "".join(before)
    number = str(line) if line else ""
    shown = f" {number} | {start}{''.join(after)}{right}"
    if not column:
        return shown
    return f"{shown}\n {' ' * len(number)} | {' ' * width(start)}^"


def _pieces(text: str) -> list[str]:
    """Return each character of *text*, as an escape where it has to be one."""
    pieces = [HIDDEN.sub(_escape, character) for character in text]
    for found in _COMMAND.finditer(text):
        pieces[found.end() - 1] = _escaped(text[found.end() - 1])
    return pieces


def _escape(hidden: re.Match[str]) -> str:
    return _escaped(hidden[0])


def _escaped(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _total(pieces: list[str]) -> int:
    return sum(map(width, pieces))


def _up_to(pieces: list[str], room: int) -> list[str]:
    """Return the first pieces, as many as *room* characters of text can hold."""
    fitting = []
    for piece in pieces:
        room -= len(piece)
        if room < 0:
            break
        fitting.append(piece)
    return fitting


def _up_to_columns(pieces: list[str], room: int) -> list[str]:
    """Return the first pieces, as many as *room* columns of a terminal can hold."""
    fitting = []
    for piece in pieces:
        room -= width(piece)
        if room < 0:
            break
        fitting.append(piece)
    return fitting
