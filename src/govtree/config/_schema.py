"""The shape of a structure file, stated once.

What may stand where follows from the record classes in ``units`` and from the few shapes
here; the decoder, the JSON Schema for editors and the reference page all read it.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, fields_dict, frozen

from govtree._rows import input_columns
from govtree.units import ROLES, TABLES, Column, LevelUnit, Link, Mark, Record, Shape

__all__ = [
    "FORMAT",
    "PROFILE",
    "SECTIONS",
    "STRUCTURE",
    "ListOf",
    "MapOf",
    "Node",
    "OneOf",
    "Scalar",
    "Section",
    "Shaped",
    "item_of",
    "record_of",
    "table_reference",
]

#: Version of the format; a file that names another one is refused.
FORMAT = "1"


@frozen
class Scalar:
    """One value.

    Attributes:
        shape: What it is read as.
        words: The only values allowed, where there are few.
        code: Code of the problem that another value is.
    """

    shape: Shape
    words: tuple[str, ...] = ()
    code: str = "GT093"


@frozen
class ListOf:
    """A list; one value alone counts as a list of one."""

    item: Node


@frozen
class MapOf:
    """A mapping with keys of the writer's choice."""

    value: Node


@frozen
class Shaped:
    """A mapping with keys that are known.

    Attributes:
        name: What such a mapping is called in a message.
        keys: What may stand under each key.
        required: Keys that must be there.
        short: Key that a value stands for which is written without a mapping.
        open: Whether other keys are allowed, each with a plain value.
    """

    name: str
    keys: Mapping[str, Node] = field(hash=False)
    required: tuple[str, ...] = ()
    short: str = ""
    open: bool = False


@frozen
class OneOf:
    """One of several shapes, told apart by whether text, a list or a mapping stands there."""

    nodes: tuple[Node, ...]


@frozen
class Section:
    """Records of one table: a list of them, tables of a registry, or both in one list."""

    table: str
    record: type[Record]


Node = Scalar | ListOf | MapOf | Shaped | OneOf | Section

TEXT = Scalar("text")
LABEL = OneOf((TEXT, MapOf(TEXT)))

TERM = Shaped(
    "term",
    {
        "label": LABEL,
        "aliases": ListOf(TEXT),
        "many": Scalar("truth"),
        "derived": TEXT,
    },
)
VOCABULARY = OneOf((ListOf(TEXT), MapOf(OneOf((TEXT, TERM)))))

LEVEL = Shaped(
    "level",
    {
        "level": TEXT,
        "as": Scalar("text", ROLES),
        "label": LABEL,
        "kinds": VOCABULARY,
        "optional": Scalar("truth"),
    },
    required=("level",),
    short="level",
)

HOW = ("exact", "about", "at_least", "at_most", "increment")
DECLARED = MapOf(OneOf((Scalar("number"), Shaped("figure", dict.fromkeys(HOW, Scalar("number"))))))

RULES = MapOf(OneOf((TEXT, Shaped("rule", {"severity": TEXT}, open=True))))
WAIVER = Shaped(
    "waiver",
    {"rule": TEXT, "subject": TEXT, "reason": TEXT, "until": Scalar("date")},
    required=("rule", "subject", "reason"),
)

#: Where the cells of a field come from: a header, several joined, a constant, a list in a cell.
SOURCE = OneOf(
    (
        TEXT,
        Shaped(
            "column",
            {
                "column": TEXT,
                "columns": ListOf(TEXT),
                "join": TEXT,
                "value": TEXT,
                "split": TEXT,
            },
        ),
    )
)


def table_reference(table: str, record: type[Record]) -> Shaped:
    """Return the shape of a reference to a table that a registry exported."""
    fields: dict[str, Node] = {
        name: MapOf(SOURCE) if column.shape == "tags" else SOURCE
        for name, column in input_columns(table, record).items()
    }
    return Shaped(
        f"table of {table}",
        {
            "table": TEXT,
            "columns": Shaped(f"columns of {table}", fields, open=False),
            "delimiter": TEXT,
        },
        required=("table",),
    )


def record_of(table: str, record: type[Record]) -> Shaped:
    """Return the shape of one record, as its class describes it."""
    columns = input_columns(table, record)
    return Shaped(
        table,
        {name: item_of(column) for name, column in columns.items()},
        required=tuple(name for name, column in columns.items() if column.required),
    )


def item_of(column: Column) -> Node:
    """Return the shape of what stands under a field of a record."""
    if column.shape == "tags":
        return OneOf((ListOf(TEXT), MapOf(Scalar("tags"))))
    if column.shape == "links":
        return ListOf(_beside("link", Link))
    if column.shape == "flags":
        return ListOf(_beside("flag", Mark))
    if column.shape == "parts":
        return ListOf(TEXT)
    return Scalar(column.shape)


def _beside(name: str, record: type[Link | Mark]) -> Shaped:
    names = list(fields_dict(record))
    keys: dict[str, Node] = {
        each: Scalar("date") if each in ("since", "until") else TEXT for each in names
    }
    return Shaped(name, keys, required=(names[0],), short=names[0])


#: Sections by their key, for all tables that every structure has.
SECTIONS: Mapping[str, Section] = {
    table.section: Section(table.name, table.record) for table in TABLES
}

_SETTINGS: dict[str, Node] = {
    "govtree": Scalar("text", (FORMAT,), code="GT094"),
    "profile": TEXT,
    "time_zone": TEXT,
    "reference_system": TEXT,
    "language": TEXT,
    "levels": ListOf(LEVEL),
    "vocabularies": MapOf(VOCABULARY),
    "rule_set": TEXT,
    "rules": RULES,
    "declared": DECLARED,
}

#: A profile: what a structure starts from.
PROFILE = Shaped("profile", _SETTINGS, required=("govtree",))

#: A structure file.
STRUCTURE = Shaped(
    "structure",
    {
        **_SETTINGS,
        "name": TEXT,
        "as_of": Scalar("date"),
        "waivers": ListOf(WAIVER),
        "units": MapOf(Section("", LevelUnit)),
        **SECTIONS,
    },
    required=("govtree",),
)
