"""The JSON Schema of structure files agrees with the reader."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from test_config_bad import WRONG

from govtree.config import json_schema
from govtree.config._json_schema import described
from govtree.units import TABLES, LevelUnit, Person, Post, columns_of

PACKAGE = Path(__file__).parent.parent / "src" / "govtree"
VALIDATOR = jsonschema.Draft7Validator(json_schema())


def plain(text: str) -> object:
    """A file as an editor sees it: days are texts in JSON."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def accepts(text: str) -> bool:
    return VALIDATOR.is_valid(plain(text))


def test_the_schema_is_a_schema():
    """It is valid under its own draft, and plain JSON."""
    jsonschema.Draft7Validator.check_schema(json_schema())
    assert json.loads(json.dumps(json_schema())) == json_schema()


FILES = [*sorted(PACKAGE.glob("profiles/*.yaml")), *sorted(PACKAGE.glob("examples/*/*.yaml"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_files_are_accepted(path):
    """What is shipped passes in every editor."""
    assert list(VALIDATOR.iter_errors(plain(path.read_text("utf-8")))) == []


GOOD = [
    "",
    "profile: base\nname: 12\nas_of: 2025-06-30\nlanguage: ~",
    "levels: [community, {level: branch, as: branch, label: x, kinds: [a, b], optional: yes}]",
    "levels: [{level: a, label: {zh: b}, kinds: {c: d, e: {label: f, aliases: [g]}}}, b]",
    "vocabularies: {tier: [a, b], post: {x: {many: true, derived: secretary}}}",
    "rules: {GT301: {target: 300, tolerance: 0.2, count: households}, GT210: off, GT302: error}",
    "rules: {GT302: {posts: [a, b], severity: note}}",
    "waivers: [{rule: GT301, subject: N, reason: r, until: 2026-12-31}]",
    "declared: {grids: 3, households: {about: 1.5e5}, x: '7'}",
    "grids: []",
    "grids:",
    "grids: {id: N}",
    "grids: {table: a.csv}",
    "grids: [{id: 7}, {id: no}, {table: a.csv, columns: {id: x, tags: {a: {column: b}}}}]",
    "grids: {table: a.csv, columns: {id: {columns: [a, b], join: '-'}, kind: {value: c}}}",
    "grids: {table: a.csv, delimiter: ';'}",
    "grids: {table: a.csv, encoding: gb18030, header: [2, 3], totals: 本页共}",
    "grids: {table: '*/a.xlsx', sheet: 2024, header: 2, fill_down: {a: all, b: merged}}",
    "grids: [{id: N, residents: '12', x: '1.5', y: 3, tags: {a: 1, b: true, c: '?', d: }}]",
    "grids: [{id: N, residents: '?', tags: [a, b], flags: [a, {flag: b, since: 2024-01-01}]}]",
    "branches: [{id: B, covers: N}, {id: C, covers: [N, {unit: M, mode: x}]}]",
    "posts: [{post: a, at: B, holder: p, vacant: '?', since: 2024-01-01, full_time: yes}]",
    "bodies: [{id: B, groups: [a, b], serves: {unit: X}}]",
    "units: {district: [{id: D}], city: {table: a.csv}}",
]


@pytest.mark.parametrize("text", GOOD)
def test_what_is_read_is_accepted(text):
    """Every way of writing that the reader knows passes."""
    assert list(VALIDATOR.iter_errors(plain(f"govtree: 1\n{text}\n"))) == []


#: Problems that the shape of a file alone can show.
OF_SHAPE = {
    "GT040",
    "GT041",
    "GT043",
    "GT045",
    "GT047",
    "GT090",
    "GT091",
    "GT092",
    "GT093",
    "GT109",
}
#: What the reader knows only from the levels that the file itself names.
UNSEEN = {"units where all levels play roles", "an unknown level"}


def by_shape() -> list[str]:
    found = []
    for name, (text, problems) in WRONG.items():
        codes = {each.split()[1] for each in problems}
        if isinstance(text, str) and codes <= OF_SHAPE and name not in UNSEEN:
            found.append(name)
    return found


@pytest.mark.parametrize("name", by_shape())
def test_what_has_a_wrong_shape_is_refused(name):
    """An unknown key, a wrong type or a missing key is refused as the reader refuses it."""
    text = WRONG[name][0]

    assert not accepts(f"govtree: 1\n{text}")


def test_the_version_is_required():
    """A file without its version is refused, and so is another version."""
    assert not accepts("name: a")
    assert not accepts("govtree: 2")
    assert accepts("govtree: '1'")


@pytest.mark.parametrize("record", [*(table.record for table in TABLES), LevelUnit])
def test_every_field_is_described(record):
    """Editors show what each field means, in the words of its class."""
    assert columns_of(record).keys() <= described(record).keys()


def test_descriptions_are_those_of_the_nearest_class():
    """A class that says more about a field than its base is heard."""
    assert described(Person)["id"] == "Opaque id."
    assert described(Post)["holder"] == "Id of the person."
    assert described(Post)["post"] == "Role, such as secretary or grid worker."
    schema = json_schema()
    assert schema["definitions"]["person"]["properties"]["id"]["description"] == "Opaque id."
    assert schema["definitions"]["grid"]["title"].startswith("A service grid")
