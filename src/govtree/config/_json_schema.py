"""The shape of a structure file as JSON Schema, so that editors complete and check it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from govtree._rows import input_columns
from govtree._values import FALSE_WORDS, TRUE_WORDS
from govtree.config._schema import (
    FORMAT,
    STRUCTURE,
    ListOf,
    MapOf,
    Node,
    OneOf,
    Scalar,
    Section,
    record_of,
    table_reference,
)
from govtree.units import TABLES, LevelUnit, Record, Shape, Tenure

__all__ = ["described", "json_schema"]

#: The newest draft that all common editors know.
DRAFT = "http://json-schema.org/draft-07/schema#"

_LEVEL_UNIT = "unit_of_a_level"

# A value of a YAML file is read from its spelling, whatever type a reader of YAML gives it: an
# id may look like a number, and a number may stand in quotes. Nothing may always be written.
_PLAIN = ["string", "number", "boolean", "null"]
_WORDS = "|".join(
    sorted({form(word) for word in (*TRUE_WORDS, *FALSE_WORDS) for form in (str, str.title)})
)
_COUNT = r"0|[1-9][0-9]{0,9}|\?"
_SHAPES: Mapping[Shape, dict[str, Any]] = {
    "id": {"type": ["string", "number", "boolean"], "minLength": 1},
    "text": {"type": _PLAIN},
    "term": {"type": _PLAIN},
    "reference": {"type": _PLAIN},
    "whole": {
        "type": ["integer", "string", "null"],
        "minimum": 0,
        "maximum": 2**31 - 1,
        "pattern": f"^({_COUNT})?$",
    },
    "tags": {
        "type": ["integer", "boolean", "string", "null"],
        "minimum": 0,
        "maximum": 2**31 - 1,
        "pattern": f"^({_COUNT}|{_WORDS})?$",
    },
    "number": {
        "type": ["number", "string", "null"],
        "pattern": r"^([+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?)?$",
    },
    "truth": {
        "type": ["boolean", "string", "integer", "null"],
        "minimum": 0,
        "maximum": 1,
        "pattern": rf"^({_WORDS}|\?)?$",
    },
    "date": {"type": ["string", "null"], "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"},
}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 7) of a structure file, as ``govtree schema`` prints it.

    It knows every key and every shape. Whether an id is known, a word is in its vocabulary, a
    rule has a parameter or a day is in the calendar, only reading the file tells.

    >>> schema = json_schema()
    >>> schema["properties"]["as_of"]["description"]
    'the day that the structure is a snapshot of'
    >>> sorted(schema["definitions"]["grid"]["properties"])[:3]
    ['address', 'code', 'community']
    """
    definitions = _of_table(_LEVEL_UNIT, LevelUnit)
    for each in TABLES:
        definitions |= _of_table(each.name, each.record)
    shape = _of(STRUCTURE)
    shape["properties"]["govtree"] |= {"enum": [int(FORMAT), FORMAT]}
    return {
        "$schema": DRAFT,
        "title": "A structure file of govtree",
        "description": "Levels, units, territory, bodies and posts of a neighborhood's structure",
        **shape,
        "definitions": definitions,
    }


def described(record: type[Record]) -> Mapping[str, str]:
    """Return what each field of a record class says, from the docstrings of its classes.

    >>> from govtree.units import Grid
    >>> described(Grid)["community"]
    'Community it lies in.'
    """
    found: dict[str, str] = {}
    for each in reversed(record.__mro__):
        text = inspect.cleandoc(each.__doc__ or "")
        _, _, attributes = text.partition("Attributes:\n")
        # A field begins a line of four blanks; lines that go on stand further in.
        for name, about in re.findall(
            r"^ {4}(\w+): ((?:.+)(?:\n {8}.+)*)", attributes, re.MULTILINE
        ):
            found[name] = " ".join(about.split())
    if record.__name__ == "Post":
        found = {**described(Tenure), **found}
    return found


def _of_table(table: str, record: type[Record]) -> dict[str, Any]:
    """Return the definitions of a record of *table*, and of a section of them."""
    about = described(record)
    shape = _of(record_of(table, record))
    for name, each in shape["properties"].items():
        if name in about:
            each["description"] = about[name]
    columns = input_columns(table, record)
    shape["title"] = (inspect.getdoc(record) or table).splitlines()[0]
    shape["required"] = [name for name, column in columns.items() if column.required]
    reference = _of(table_reference(table, record))
    shape["type"] = reference["type"] = "object"
    either = {
        "if": {"type": "object", "required": ["table"]},
        "then": {"$ref": f"#/definitions/table_of_{table}"},
        "else": {"$ref": f"#/definitions/{table}"},
    }
    return {
        table: shape,
        f"table_of_{table}": reference,
        f"section_of_{table}": {
            "if": {"type": "array"},
            "then": {"items": either},
            "else": {"if": {"type": "null"}, "then": True, "else": either},
        },
    }


def _of(node: Node) -> dict[str, Any]:
    """Return what *node* says as a schema."""
    schema = _shape_of(node)
    about = "" if isinstance(node, Section) else node.about
    return {**schema, "description": about} if about else schema


def _shape_of(node: Node) -> dict[str, Any]:
    if isinstance(node, Scalar):
        schema = dict(_SHAPES[node.shape])
        return {"enum": [*node.words, None]} if node.words else schema
    if isinstance(node, Section):
        name = _LEVEL_UNIT if node.record is LevelUnit else node.table
        return {"$ref": f"#/definitions/section_of_{name}"}
    if isinstance(node, ListOf):
        item = _of(node.item)
        return {"anyOf": [{"type": "array", "items": item}, item]}
    if isinstance(node, MapOf):
        return {"type": ["object", "null"], "additionalProperties": _of(node.value)}
    if isinstance(node, OneOf):
        return {"anyOf": [_of(each) for each in node.nodes]}
    keys: dict[str, Any] = {
        "type": ["object", "null"],
        "properties": {name: _of(each) for name, each in node.keys.items()},
        "additionalProperties": False,
    }
    if node.open:
        plain: dict[str, Any] = {"type": _PLAIN}
        keys["additionalProperties"] = {"anyOf": [{"type": "array", "items": plain}, plain]}
    if node.required:
        keys["required"] = list(node.required)
    return {"anyOf": [_of(node.keys[node.short]), keys]} if node.short else keys
