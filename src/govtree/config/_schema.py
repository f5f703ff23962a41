"""The shape of a structure file, stated once.

What may stand where follows from the record classes in ``units`` and from the few shapes
here; the decoder, the JSON Schema for editors and the reference page all read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from attrs import evolve, field, fields_dict, frozen

from govtree._rows import input_columns
from govtree._wording import Reason
from govtree.tables import DELIMITERS, ENCODINGS, FILLS
from govtree.units import ROLES, TABLES, Column, LevelUnit, Link, Mark, Record, Shape

__all__ = [
    "FORMAT",
    "HOW",
    "LAYOUT",
    "PROFILE",
    "SECTIONS",
    "SOURCE",
    "STRUCTURE",
    "TEXT",
    "How",
    "ListOf",
    "MapOf",
    "Node",
    "OneOf",
    "Scalar",
    "Section",
    "Shaped",
    "a",
    "item_of",
    "labels",
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
        about: What it says, for people.
        words: The only values allowed, where there are few.
        code: Code of the problem that another value is.
    """

    shape: Shape
    about: str = ""
    words: tuple[str, ...] = ()
    code: str = "GT093"


@frozen
class ListOf:
    """A list; one value alone counts as a list of one."""

    item: Node
    about: str = ""


@frozen
class MapOf:
    """A mapping with keys of the writer's choice."""

    value: Node
    about: str = ""


@frozen
class Shaped:
    """A mapping with keys that are known.

    Attributes:
        name: What such a mapping is called in a message.
        keys: What may stand under each key.
        required: Keys that must be there.
        short: Key that a value stands for which is written without a mapping.
        open: Whether other keys are allowed, each with a plain value.
        about: What it says, for people.
    """

    name: str
    keys: Mapping[str, Node] = field(hash=False)
    required: tuple[str, ...] = ()
    short: str = ""
    open: bool = False
    about: str = ""


@frozen
class OneOf:
    """One of several shapes, told apart by whether text, a list or a mapping stands there."""

    nodes: tuple[Node, ...]
    about: str = ""


@frozen
class Section:
    """Records of one table: a list of them, tables of a registry, or both in one list."""

    table: str
    record: type[Record]


Node = Scalar | ListOf | MapOf | Shaped | OneOf | Section

TEXT = Scalar("text")


def labels(about: str) -> OneOf:
    """Return the shape of a text for people, in one language or in several."""
    return OneOf((TEXT, MapOf(TEXT)), about)


TERM = Shaped(
    "a term",
    {
        "label": labels("what people read: an English text, or a text by language"),
        "aliases": ListOf(TEXT, "other spellings that are read as this term"),
        "many": Scalar("truth", "of a post: a place may have several, each holder has a seat"),
        "derived": Scalar(
            "text", "of a post: the post of the covering branch whose holder holds this one too"
        ),
    },
)
VOCABULARY = OneOf((ListOf(TEXT), MapOf(OneOf((TEXT, TERM)))))

LEVEL = Shaped(
    "a level",
    {
        "level": Scalar("text", "name of the level, an identifier such as `district`"),
        "as": Scalar(
            "text", "the role it plays; a level that is named like a role plays it", ROLES
        ),
        "label": labels("what people read: an English text, or a text by language"),
        "kinds": evolve(VOCABULARY, about="kinds within the level; any word, where left out"),
        "optional": Scalar("truth", "units below may skip this level"),
    },
    required=("level",),
    short="level",
)

How = Literal["exact", "about", "at_least", "at_most", "increment"]

#: How a declared figure may be meant.
HOW: tuple[How, ...] = get_args(How)

_MEANT = {
    "exact": "the structure has exactly so many",
    "about": "about so many",
    "at_least": "so many or more",
    "at_most": "so many or fewer",
    "increment": "so many more than before",
}
FIGURE = Shaped("a figure", {how: Scalar("number", _MEANT[how]) for how in HOW})
DECLARED = MapOf(OneOf((Scalar("number"), FIGURE)))

_SEVERITY = Scalar("text", "`error`, `warning`, `note` or `off`")
CASE = Shaped(
    "a case",
    {
        "type": Scalar("text", "type of compounds: those, and what shares ground with them"),
        "tier": Scalar("text", "tier of compounds, likewise"),
        "tag": Scalar("text", "a tag of the subject"),
        "unit": Scalar("text", "id of a unit: it, and what stands under it or lies in it"),
        "severity": _SEVERITY,
    },
    open=True,
)
RULE = Shaped(
    "a rule",
    {
        "severity": _SEVERITY,
        "where": ListOf(CASE, "subjects that are asked otherwise; the last that fits counts"),
    },
    open=True,
)
WAIVER = Shaped(
    "a waiver",
    {
        "rule": Scalar("text", "code or slug of the rule"),
        "subject": Scalar("text", "id of the unit, or name of the declared figure"),
        "reason": Scalar("text", "why the finding is set aside"),
        "until": Scalar("date", "last day on which it holds"),
    },
    required=("rule", "subject", "reason", "until"),
)

SOURCE = Shaped(
    "a source",
    {
        "column": Scalar("text", "name of the column"),
        "columns": ListOf(TEXT, "names of several columns, whose texts are joined"),
        "join": Scalar("text", "what is put between the texts of several columns"),
        "value": Scalar("text", "the text that every row has, in the place of a column"),
        "split": Scalar("text", "what stands between several ids or names in one cell"),
    },
    short="column",
)


#: How a table lies in its file, as a structure file and the plan of a roster say it.
LAYOUT: Mapping[str, Node] = {
    "delimiter": Scalar(
        "text", "of CSV: what stands between the cells, a comma where left out", DELIMITERS
    ),
    "encoding": Scalar("text", "of CSV: utf-8 where left out", ENCODINGS),
    "sheet": Scalar("text", "of a workbook: the sheet; its only visible one, if left out"),
    "header": ListOf(Scalar("whole"), "row of the column names, or rows; 1 where left out"),
    "fill_down": MapOf(
        Scalar("text", words=FILLS),
        "by column, which empty cells take what stands above: `all`, or the `merged` ones",
    ),
    "totals": ListOf(TEXT, "what a line of totals says, which is left out"),
}


def table_reference(table: str, record: type[Record]) -> Shaped:
    """Return the shape of a reference to a table that a registry exported."""
    fields: dict[str, Node] = {
        name: MapOf(SOURCE) if column.shape == "tags" else SOURCE
        for name, column in input_columns(table, record).items()
    }
    return Shaped(
        Reason("a table of {table}", table=Reason(table)),
        {
            "table": Scalar(
                "text",
                "path of the file, in the folder of the structure; with `*` or `?`, of several",
            ),
            "columns": Shaped(
                Reason("'columns' of {table}", table=Reason(table)),
                fields,
                about="field by field, the column it is read from",
            ),
            **LAYOUT,
        },
        required=("table",),
    )


def a(word: str) -> str:
    """Return *word* with its article.

    >>> a("grid"), a("entrance")
    ('a grid', 'an entrance')
    """
    return f"{'an' if word[:1] in tuple('aeiou') else 'a'} {word}"


def record_of(table: str, record: type[Record]) -> Shaped:
    """Return the shape of one record, as its class describes it."""
    columns = input_columns(table, record)
    return Shaped(
        a(table),
        {name: item_of(column) for name, column in columns.items()},
        required=tuple(name for name, column in columns.items() if column.required),
    )


def item_of(column: Column) -> Node:
    """Return the shape of what stands under a field of a record."""
    if column.shape == "tags":
        return OneOf((ListOf(TEXT), MapOf(Scalar("tags"))))
    if column.shape == "links":
        return ListOf(_beside("a link", Link))
    if column.shape == "flags":
        return ListOf(_beside("a flag", Mark))
    if column.shape == "parts":
        return ListOf(TEXT)
    return Scalar(column.shape)


def _beside(name: str, record: type[Link | Mark]) -> Shaped:
    names = list(fields_dict(record))
    keys: dict[str, Node] = {
        each: Scalar("date" if each in ("since", "until") else "text", _BESIDE_ABOUT[each])
        for each in names
    }
    return Shaped(name, keys, required=(names[0],), short=names[0])


_BESIDE_ABOUT = {
    "unit": "id of the unit at the other end",
    "mode": "how: contract, public benefit, backstop",
    "flag": "the mark",
    "giver": "who gave it",
    "since": "first day",
    "until": "last day",
}

#: Sections by their key, for all tables that every structure has.
SECTIONS: Mapping[str, Section] = {
    table.section: Section(table.name, table.record) for table in TABLES
}

_SETTINGS: dict[str, Node] = {
    "govtree": Scalar("text", "version of this format", (FORMAT,), code="GT094"),
    "profile": Scalar(
        "text", "levels, words and rules to start from: a shipped profile, or the path of a file"
    ),
    "time_zone": Scalar("text", "IANA name of the time zone, such as Asia/Shanghai"),
    "reference_system": Scalar("text", "what x and y are in, such as EPSG:4490"),
    "language": Scalar("text", "language of reports, such as en or zh"),
    "levels": ListOf(LEVEL, "the chain of levels, top down; replaces the profile's as a whole"),
    "vocabularies": MapOf(
        VOCABULARY, "words by vocabulary; a vocabulary that stands here allows no others"
    ),
    "rule_set": Scalar(
        "text", "name of the rule set that the rules are those of; the newest, where left out"
    ),
    "rules": MapOf(
        OneOf((TEXT, RULE)), "by code or slug of a rule: its severity, or its parameters"
    ),
    "declared": evolve(DECLARED, about="figures that somebody published about the structure"),
}

#: A profile: what a structure starts from.
PROFILE = Shaped("a profile", _SETTINGS, required=("govtree",))

#: A structure file.
STRUCTURE = Shaped(
    "a structure file",
    {
        "govtree": _SETTINGS["govtree"],
        "profile": _SETTINGS["profile"],
        "name": Scalar("text", "name of the place, for people"),
        "as_of": Scalar("date", "the day that the structure is a snapshot of"),
        **_SETTINGS,
        "pseudonyms": Scalar(
            "text", "path of a table with name, home and id: people are named here, and kept by id"
        ),
        "collected": ListOf(
            TEXT, "ids of the units that have sent in their returns; all, where left out"
        ),
        "waivers": ListOf(WAIVER, "findings that are set aside, each with a reason"),
        **SECTIONS,
        "units": MapOf(Section("", LevelUnit), "units of levels without a role, by level"),
    },
    required=("govtree",),
)
