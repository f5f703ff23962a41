"""A report for programs: one JSON document, or JSON lines, and the schema of both."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import attrs
from attrs import evolve

from govtree._json import to_text
from govtree.errors import Location, Problem
from govtree.findings import SEVERITIES, Checked, Completeness, Counts, Finding, Report
from govtree.history import REPORT_VERSION

__all__ = ["report_json", "report_lines", "report_schema"]

#: The newest draft that all common editors know.
_DRAFT = "http://json-schema.org/draft-07/schema#"

#: What stands in lines of its own where a report is written as lines, and their type.
_LISTS = {"checked": "checked", "not_checked": "not_checked", "findings": "finding"}

_TEXTS = {"type": "array", "items": {"type": "string"}}


def report_json(
    report: Report,
    *,
    name: str = "",
    lang: str = "en",
    problems: Iterable[Problem] = (),
) -> dict[str, Any]:
    """Return a report as plain values, the same keys in every language.

    Args:
        report: The report.
        name: Name of the structure.
        lang: Language of the texts.
        problems: What was noticed while the structure was read.

    >>> report_json(Report(), name="Two grids")["counts"]
    {'error': 0, 'warning': 0, 'note': 0}
    """
    return {
        **_head(name, lang),
        **report.to_json(lang),
        "problems": [each.as_json(lang) for each in problems],
    }


def report_lines(
    report: Report,
    *,
    name: str = "",
    lang: str = "en",
    problems: Iterable[Problem] = (),
) -> Iterator[str]:
    r"""Yield a report as JSON lines without their line ends, one object each with its ``type``.

    The first has the type ``report`` and everything that is said once; those of the types
    ``checked``, ``not_checked`` and ``finding`` follow. The arguments are those of
    :func:`report_json`.

    >>> next(report_lines(Report()))[:37]
    '{"type": "report", "govtree_report": '
    """
    # Without its findings first: so that they are never all in memory.
    rest = evolve(report, faults=()).to_json(lang)
    counts = report.counts()
    said = {
        "ok": report.ok,
        "counts": {severity: getattr(counts, severity) for severity in SEVERITIES},
        "counts_by_code": dict(counts.by_code),
    }
    yield to_text(
        {
            "type": "report",
            **_head(name, lang),
            **{key: value for key, value in rest.items() if key not in _LISTS},
            **said,
            "problems": [each.as_json(lang) for each in problems],
        }
    )
    for key in ("checked", "not_checked"):
        listed: Any = rest[key]
        for each in listed:
            yield to_text({"type": _LISTS[key], **each})
    for finding in report.findings(lang):
        yield to_text({"type": "finding", **finding.as_json()})


def _head(name: str, lang: str) -> dict[str, Any]:
    return {"govtree_report": REPORT_VERSION, "name": name, "lang": lang}


# -- the schema ---------------------------------------------------------------------------------


def report_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 7) of a saved report, and of each line of JSON lines.

    ``docs/report.schema.json`` is this schema. A later govtree may add keys.

    >>> sorted(report_schema()["definitions"])[:4]
    ['checked', 'finding', 'line', 'not_checked']
    """
    head = {
        "govtree_report": {"const": REPORT_VERSION, "description": "Version of this format."},
        "name": {"type": "string", "description": "Name of the structure."},
        "as_of": {
            "type": ["string", "null"],
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            "description": "Day of the structure; null where it was not said.",
        },
        "lang": {"type": "string", "description": "Language of the messages and hints."},
        "ok": {"type": "boolean", "description": "Whether no finding is of severity error."},
        "completeness": {"anyOf": [_object(_of(Completeness)), {"type": "null"}]},
        "counts": _object({key: _of(Counts)[key] for key in SEVERITIES}),
        "counts_by_code": {"type": "object", "additionalProperties": _whole(1)},
    }
    problems = {"problems": _list_of("problem")}
    lists = {key: _list_of(name) for key, name in _LISTS.items()}
    of_one = {
        "finding": {
            **_of(Finding),
            "fingerprint": {
                "type": "string",
                "pattern": "^[0-9a-f]{32}$",
                "description": "The same for the same fault in every report.",
            },
        },
        "checked": _of(Checked),
        "not_checked": {"code": {"type": "string"}, "reason": {"type": "string"}},
        "problem": _of(Problem, values={"type": "string"}, leave=("quote",)),
    }
    lines = {
        "report": _object({**head, **problems}),
        **{name: _object(of_one[name]) for name in _LISTS.values()},
    }
    line = {
        "title": "A line of a report that was written as JSON lines",
        "oneOf": [_with_type(name, each) for name, each in lines.items()],
    }
    refused = _object({"ok": {"const": False}, **problems})
    whole = _object({**head, **lists, **problems})
    return {
        "$schema": _DRAFT,
        "title": "A report of govtree",
        "description": "What 'govtree check --json' prints: a report, what it prints where a "
        "structure could not be read, or one of the lines of a report that is written as lines.",
        "anyOf": [{"$ref": f"#/definitions/{each}"} for each in ("report", "refused", "line")],
        "definitions": {
            **{name: _object(each) for name, each in of_one.items()},
            "report": {"title": "A report in one document", **whole},
            "refused": {"title": "The answer to a structure that cannot be read", **refused},
            "line": line,
        },
    }


def _of(
    record: type[Any],
    *,
    values: Mapping[str, Any] = types.MappingProxyType({"type": ["string", "number"]}),
    leave: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the properties of a record as it is written out, a place as its fields."""
    about = _described(record)
    hints = typing.get_type_hints(record)
    found: dict[str, Any] = {}
    for each in attrs.fields(record):
        if each.name in leave:
            continue
        if hints[each.name] is Location:
            found |= _of(Location)
        elif each.name == "values":
            found["values"] = {"type": "object", "additionalProperties": dict(values)}
        else:
            found[each.name] = _shape_of(hints[each.name])
        if each.name in about and each.name in found:
            found[each.name]["description"] = about[each.name]
    return found


def _shape_of(hint: Any) -> dict[str, Any]:
    if hint is int:
        return _whole()
    if typing.get_origin(hint) is Literal:
        return {"enum": list(typing.get_args(hint))}
    return dict(_TEXTS) if typing.get_origin(hint) is tuple else {"type": "string"}


def _described(record: type[Any]) -> Mapping[str, str]:
    """Return what each field of a record says, from the docstring of its class."""
    _, _, attributes = inspect.cleandoc(record.__doc__ or "").partition("Attributes:\n")
    found = re.findall(r"^ {4}(\w+): ((?:.+)(?:\n {8}.+)*)", attributes, re.MULTILINE)
    return {name: " ".join(about.split()) for name, about in found}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


def _with_type(name: str, shape: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"type": {"const": name}, **shape["properties"]},
        "required": ["type", *shape["required"]],
    }


def _list_of(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/definitions/{name}"}}


def _whole(least: int = 0) -> dict[str, Any]:
    return {"type": "integer", "minimum": least}
