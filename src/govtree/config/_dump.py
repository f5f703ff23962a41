"""A structure back to files: what a person edits as YAML, what is long as tables."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from govtree import _yaml, tables
from govtree._columns import TAG, UNKNOWN
from govtree._files import make_folder, save_all
from govtree._rows import UNKNOWN_CELL, tables_of
from govtree.config._load import STRUCTURE_FILE
from govtree.config._schema import FORMAT
from govtree.config._structure import Structure
from govtree.hierarchy import Hierarchy
from govtree.rules import CASE, Case, Setting, Waiver
from govtree.units import SECTIONS, Declared, Level, Term, columns_of

__all__ = ["dump", "file_of", "files_of"]

#: The profile that says nothing: a structure is written with all that its profile gave it.
BARE = "bare"

#: Rows up to which a table is written into the structure file itself.
INLINE = 60


def dump(structure: Structure, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Write *structure* into *folder*, so that ``load(folder) == structure``.

    The file ``structure.yaml`` holds the settings and the short tables; a table of more than
    60 rows becomes a CSV file beside it. Files of these names are replaced, each whole or
    not at all; others in the folder are left alone.

    Args:
        structure: What :func:`~govtree.config.load` returned.
        folder: An existing folder, or one to be made in an existing one.

    Returns:
        The paths of the files, sorted.

    Raises:
        FileError: If a file cannot be written.
        OutOfRangeError: If a text holds half of a surrogate pair, which no file can.
    """
    root = make_folder(folder)
    files = {root / name: chunks for name, chunks in files_of(structure).items()}
    save_all(files)
    return tuple(sorted(files))


def files_of(structure: Structure, *, inline: int = INLINE) -> dict[str, bytes | Iterable[bytes]]:
    """Return what each file of *structure* holds, by name; the one that names the others last.

    Args:
        structure: What is written.
        inline: Rows up to which a table stands in the structure file itself.
    """
    hierarchy = structure.hierarchy
    content: dict[str, Any] = {"govtree": int(FORMAT), "profile": BARE, **_settings(structure)}
    files: dict[str, bytes | Iterable[bytes]] = {}
    units: dict[str, Any] = {}
    for table in hierarchy.tables:
        section = SECTIONS.get(table, "")
        if _stands_inline(hierarchy, table, inline):
            stands: Any = _records(hierarchy, table)
        else:
            name = file_of(table)
            stands = {"table": name}
            files[name] = tables.write_table(hierarchy.sheet(table), hierarchy.ids)
        if section:
            content[section] = stands
        else:
            units[table] = stands
    if units:
        content["units"] = units
    files[STRUCTURE_FILE] = _yaml.write(content).encode()
    return files


def file_of(table: str) -> str:
    """Return the name of the file of a table that stands beside a structure file.

    >>> file_of("community"), file_of("district")
    ('communities.csv', 'units-district.csv')
    """
    return f"{SECTIONS.get(table) or f'units-{table}'}.csv"


def _stands_inline(hierarchy: Hierarchy, table: str, inline: int) -> bool:
    # A list of no records cannot say which columns there are, and a table can.
    sheet = hierarchy.sheet(table)
    return len(sheet) <= inline if len(sheet) else not sheet.columns


def _records(hierarchy: Hierarchy, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table as mappings of what is given in them.

    A column that was given and says nothing is told once, in the first record.
    """
    sheet = hierarchy.sheet(table)
    records = [hierarchy.told(table, row) for row in range(len(sheet))]
    for name, column in sheet.columns.items():
        of_tags, key = name.startswith(TAG), name.removeprefix(TAG)
        where = [each.setdefault("tags", {}) if of_tags else each for each in records]
        if isinstance(column, np.ndarray) and column.dtype.kind == "i":
            for row in np.flatnonzero(column == UNKNOWN).tolist():
                where[row][key] = UNKNOWN_CELL
        if where and not any(key in each for each in where):
            where[0][key] = None
    order = ["id", *columns_of(tables_of(hierarchy.levels)[table])]
    return [
        {name: each[name] for name in sorted(each, key=order.index) if each[name] != {}}
        for each in records
    ]


def _settings(structure: Structure) -> dict[str, Any]:
    facts = structure.hierarchy.facts
    settings = {
        "name": facts.name or None,
        "as_of": facts.as_of,
        "time_zone": facts.time_zone,
        "reference_system": facts.reference_system,
        "language": structure.language,
        "levels": [written_level(each) for each in facts.levels],
        "vocabularies": {name: _terms(each) for name, each in facts.vocabularies.items()},
        "declared": _declared(facts.declared),
        "rule_set": structure.rules.name or None,
        "rules": {each.code: _setting(each) for each in structure.rules.settings},
        "waivers": [_waiver(each) for each in structure.waivers],
    }
    kept: dict[str, Any] = {key: value for key, value in settings.items() if value}
    if facts.collected is not None:
        # An empty list says that nothing has been collected yet.
        kept["collected"] = list(facts.collected)
    return kept


def written_level(level: Level) -> dict[str, Any]:
    """Return a level as a structure file has it."""
    said = {
        "level": level.level,
        "as": level.role or None,
        "label": dict(level.label),
        "kinds": _terms(level.kinds),
        "optional": level.optional,
    }
    return {key: value for key, value in said.items() if value}


def _terms(terms: Sequence[Term]) -> dict[str, Any]:
    return {term.term: _term(term) for term in terms}


def _term(term: Term) -> dict[str, Any]:
    said = {
        "label": dict(term.label),
        "aliases": list(term.aliases),
        "many": term.many,
        "derived": term.derived,
    }
    return {key: value for key, value in said.items() if value}


def _declared(figures: Sequence[Declared]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for each in figures:
        said.setdefault(each.figure, {})[each.how] = each.value
    return said


def _setting(setting: Setting) -> dict[str, Any]:
    said = _asked(setting)
    if setting.where:
        said["where"] = [
            {key: getattr(each, key) for key in CASE if getattr(each, key) is not None}
            | _asked(each)
            for each in setting.where
        ]
    return said


def _asked(said: Setting | Case) -> dict[str, Any]:
    asked: dict[str, Any] = {"severity": said.severity} if said.severity else {}
    for name, value in said.parameters:
        asked[name] = list(value) if isinstance(value, tuple) else value
    return asked


def _waiver(waiver: Waiver) -> Mapping[str, Any]:
    said = {name: getattr(waiver, name) for name in ("rule", "subject", "reason", "until")}
    return {key: value for key, value in said.items() if value is not None}
