"""The columns of two sources side by side, and the words for what differs between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from govtree import _markup
from govtree._columns import IntArray
from govtree._rows import UNKNOWN_CELL
from govtree.reconciliation._shapes import Shape, Value, text_of

__all__ = [
    "DECISION",
    "KEY",
    "KINDS",
    "Difference",
    "Kind",
    "Mask",
    "Pair",
    "Source",
    "cell_text",
    "escaped",
    "key_texts",
    "unescaped",
]

Kind: TypeAlias = Literal[
    "differs", "spelling", "missing in a", "missing in b", "twin key", "only in a", "only in b"
]
#: What a line to decide may be about, cells first.
KINDS: tuple[Kind, ...] = (
    "differs",
    "spelling",
    "missing in a",
    "missing in b",
    "twin key",
    "only in a",
    "only in b",
)
Source: TypeAlias = Literal["a", "b"]
Mask: TypeAlias = NDArray[np.bool_]

#: Before the name of a column of the key in the list to decide.
KEY = "key."
#: The column of that list that is filled in.
DECISION = "decision"


@frozen
class Difference:
    """One thing to decide.

    Attributes:
        key: Cells of the key, as texts; of a twin key those in *a*.
        column: Name of the column; empty where it is about the row as a whole.
        value_a: What *a* says, None where it says nothing; of a twin key the key.
        value_b: What *b* says.
        kind: ``differs``; ``spelling`` where only width, case, blanks and the like do;
            ``missing in a``, ``missing in b`` where one says nothing; of a row ``only in a``,
            ``only in b``, or ``twin key``, where each source has a row alone whose keys are
            near-twins.
    """

    key: tuple[str, ...]
    column: str
    value_a: str | None
    value_b: str | None
    kind: Kind


@frozen(eq=False)
class Pair:
    """One column of both sources, over the rows of both.

    Attributes:
        name: Its name.
        shape: How its cells are compared: ``number``, ``date``, ``truth`` or ``text``.
        basis: Why so: ``asked``, the ``field`` of that name, or ``inferred`` from its cells.
        values: The distinct cells, each in its form.
        a: A code a row, negative where *a* says nothing; None where *a* has no such column.
        b: The same of *b*.
    """

    name: str
    shape: Shape
    basis: Literal["asked", "field", "inferred"]
    values: Sequence[Value] = field(repr=False)
    a: IntArray | None = field(repr=False)
    b: IntArray | None = field(repr=False)

    @property
    def is_shared(self) -> bool:
        """Whether both sources have the column."""
        return self.a is not None and self.b is not None

    def codes(self, first: Source) -> IntArray:
        """Return the cells of the source *first*, and where it says nothing those of the other."""
        one, other = (self.a, self.b) if first == "a" else (self.b, self.a)
        if one is None or other is None:
            found = other if one is None else one
            assert found is not None
            return found
        return np.where(one >= 0, one, other)

    def unfit(self, source: Source) -> int:
        """Return how many cells of a source are texts where the shape is another."""
        codes = self.a if source == "a" else self.b
        if codes is None or self.shape == "text":
            return 0
        texts = [isinstance(each, str) and each != UNKNOWN_CELL for each in self.values]
        is_text = np.array(texts, np.bool_)
        return int(np.count_nonzero(is_text[codes[codes >= 0]]))


def key_texts(keys: Sequence[Pair], rows: NDArray[Any]) -> list[tuple[str, ...]]:
    """Return the keys of some rows, as texts."""
    columns = []
    for pair in keys:
        assert pair.a is not None
        values = pair.values
        columns.append([text_of(values[code]) for code in pair.a[rows].tolist()])
    return list(zip(*columns, strict=True))


def escaped(text: str) -> str:
    """Return *text* so that a spreadsheet computes nothing, and :func:`unescaped` finds it.

    >>> escaped("=A1"), escaped("'A"), escaped("A")
    ("'=A1", "''A", 'A')
    """
    return f"'{text}" if text.startswith("'") else _markup.csv_cell(text)


def unescaped(text: str) -> str:
    """Return *text* as it was before :func:`escaped`."""
    return text.removeprefix("'")


def cell_text(pair: Pair, code: int) -> str | None:
    """Return a cell as text, or None where it is empty."""
    return text_of(pair.values[code]) if code >= 0 else None
