"""A structure back to files: what a person edits as YAML, what is long as tables."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from govtree import _yaml, tables
from govtree._columns import TAG
from govtree._files import save_all
from govtree.config._schema import FORMAT, SECTIONS
from govtree.config._structure import Structure
from govtree.hierarchy import Hierarchy
from govtree.units import Declared, Level, Term

__all__ = ["dump"]

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
    """
    root = Path(folder)
    root.mkdir(exist_ok=True)
    hierarchy = structure.hierarchy
    content: dict[str, Any] = {"govtree": int(FORMAT), "profile": BARE, **_settings(structure)}
    files: dict[Path, bytes | Iterable[bytes]] = {}
    free: dict[str, Any] = {}
    for section, table in _sections(hierarchy):
        place = content if section in SECTIONS else free
        if _stands_inline(hierarchy, table):
            place[section] = _records(hierarchy, table)
        else:
            name = f"{section}.csv"
            place[section] = {"table": name}
            files[root / name] = tables.write_table(hierarchy.sheet(table), hierarchy.ids)
    if free:
        content["units"] = free
    files[root / "structure.yaml"] = _yaml.write(content).encode()
    save_all(files)
    return tuple(sorted(files))


def _sections(hierarchy: Hierarchy) -> list[tuple[str, str]]:
    """Return the section and the table of everything that is given, in the order of the file."""
    shipped = {each.table: section for section, each in SECTIONS.items()}
    return [(shipped.get(table, table), table) for table in hierarchy.tables]


def _stands_inline(hierarchy: Hierarchy, table: str) -> bool:
    # A list of no records cannot say which columns there are, and a table can.
    sheet = hierarchy.sheet(table)
    return len(sheet) <= INLINE and (len(sheet) > 0 or not sheet.columns)


def _records(hierarchy: Hierarchy, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table as mappings of what is given in them.

    A column that was given and says nothing is told once, in the first record.
    """
    records = [hierarchy.told(table, row) for row in range(hierarchy.count(table))]
    for name in hierarchy.sheet(table).columns:
        if name.startswith(TAG):
            tag = name.removeprefix(TAG)
            if not any(tag in each.get("tags", {}) for each in records):
                records[0].setdefault("tags", {})[tag] = None
        elif not any(name in each for each in records):
            records[0][name] = None
    return records


def _settings(structure: Structure) -> dict[str, Any]:
    facts = structure.hierarchy.facts
    settings = {
        "name": facts.name or None,
        "as_of": facts.as_of,
        "time_zone": facts.time_zone,
        "reference_system": facts.reference_system,
        "language": structure.language,
        "levels": [_level(each) for each in facts.levels],
        "vocabularies": {name: _terms(each) for name, each in facts.vocabularies.items()},
        "declared": _declared(facts.declared),
        "rules": structure.rules.as_settings(),
        "waivers": [_waiver(each) for each in structure.waivers],
    }
    return {key: value for key, value in settings.items() if value}


def _level(level: Level) -> dict[str, Any]:
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


def _waiver(waiver: Any) -> Mapping[str, Any]:
    said = {name: getattr(waiver, name) for name in ("rule", "subject", "reason", "until")}
    return {key: value for key, value in said.items() if value is not None}
