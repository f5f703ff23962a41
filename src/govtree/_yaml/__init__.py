"""YAML with positions, read strictly, and written so that every reader agrees.

Nothing is resolved here: a scalar stays the text that stands in the file, so that a schema
decides what ``no``, ``012``, ``1e3`` or ``2025-06-30`` is. What a reader of a hand-written
file would trip over is refused by name: equal keys, tags, merge keys, bombs of aliases,
several documents, nesting without end, bytes in another encoding, invisible line breaks.

The tree is made for a decoder that works by columns. A scalar is a plain ``str``; the
position of each value is a whole number beside it, its *spot*. Rows with the same keys share
one tuple of keys, so a table of rows is turned with ``zip(*[row.values for row in rows])``.

PyYAML's parser yields events, from which the tree is composed without recursion; its own
composers keep the last of two equal keys silently and, in C, overflow the stack.
"""

from govtree._yaml._read import Document, Elements, Entries, Source, Value, read
from govtree._yaml._write import Plain, write

__all__ = [
    "Document",
    "Elements",
    "Entries",
    "Plain",
    "Source",
    "Value",
    "read",
    "write",
]
