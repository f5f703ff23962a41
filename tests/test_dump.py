"""Structures written to files and read back."""

from __future__ import annotations

import datetime as dt
import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from effort import many
from hypothesis import example, given, settings
from hypothesis import strategies as st
from structures import structures

from govtree import Hierarchy
from govtree.config import Structure, dump, load, load_text
from govtree.config._dump import files_of
from govtree.errors import FileError, OutOfRangeError
from govtree.rules import Case, RuleSet, Setting, Waiver
from govtree.units import Declared, Level, Term

EXAMPLES = Path(__file__).parent.parent / "src" / "govtree" / "examples"

#: Texts that a reader of YAML or CSV could take for something else, or break at.
HOSTILE = [
    "?", "~", "null", "no", "012", "1e3", "2025-06-30", "3:30", "=1+1", "- a", "a: b", "a #b",
    "{x}", "[y]", "&a", "*a", "!t", "%d", "@", "`", "'", '"', "''", "a,b;c|d", 'a"b', " a ",
    "\t", "a\nb", "\r\n", "\\", "\x1b[31m", "\u202eabc", "\u200b", "\ufeff", "\u2028", "\x85",
    "：，", "１２", "e\u0301", "\u00e9", "𠮷", "{0}", "{name}", "<b>", "::error", "$(x)",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
)
#: Codes that a spreadsheet has damaged are refused where they stand; ids hold nothing hidden.
NAMES = TEXTS.filter(lambda text: "e+" not in text.lower())
IDS = st.one_of(
    st.sampled_from([each for each in HOSTILE if each.isprintable() and each != "?"]),
    st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=8),
).filter(lambda text: text.isprintable() and "e+" not in text.lower() and text != "?")
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))


def read_back(structure: Structure, inline: int) -> Structure:
    """What is read from the files of *structure*."""
    with tempfile.TemporaryDirectory() as folder:
        for name, chunks in files_of(structure, inline=inline).items():
            data = chunks if isinstance(chunks, bytes) else b"".join(chunks)
            (Path(folder) / name).write_bytes(data)
        return load(folder)


labels = st.dictionaries(st.sampled_from(["en", "zh"]), NAMES, max_size=2).map(
    lambda label: tuple(sorted(label.items()))
)
terms = st.builds(
    Term,
    IDS,
    labels,
    st.lists(NAMES, unique=True, max_size=2).map(lambda each: tuple(sorted(each))),
    st.booleans(),
    st.none() | IDS,
)


@st.composite
def opinions(draw: st.DrawFn) -> dict[str, Any]:
    """Rules, waivers and a language."""
    settings = {
        "GT301": st.builds(
            Setting,
            st.just("GT301"),
            st.sampled_from([None, "error", "off"]),
            st.sampled_from([(), (("target", 250),), (("count", "residents"), ("tolerance", 0.1))]),
        ),
        "GT302": st.just(Setting("GT302", None, (("posts", ("grid_head", "grid_worker")),))),
        "GT210": st.just(Setting("GT210", "warning")),
        "GT211": st.just(Setting("GT211", None, (), (Case(tag="old", severity="off"),))),
        "GT401": st.just(
            Setting(
                "GT401", "off", (), (Case("mixed", "middle", parameters=(("post", "steward"),)),)
            )
        ),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(settings)), unique=True))
    waivers = st.builds(
        Waiver,
        st.sampled_from(["GT301", "grid-without-branch"]),
        NAMES,
        NAMES.map("because {}".format),
        DAYS,
    )
    return {
        "rules": RuleSet(
            settings=[draw(settings[code]) for code in chosen],
            name=draw(st.sampled_from(["", "2026.1"])),
        ),
        "waivers": draw(st.lists(waivers, max_size=2)),
        "language": draw(st.sampled_from(["en", "zh"])),
    }


@given(structures(), opinions(), st.sampled_from([0, 3, 1_000]))
def test_a_structure_of_any_tables_comes_back(drawn, said, inline):
    """What is read from the written files equals what was written: every table, both ways."""
    structure = Structure(drawn.hierarchy, **said)

    again = read_back(structure, inline)

    assert again == structure
    assert again.hierarchy.fingerprint == structure.hierarchy.fingerprint


@st.composite
def hostile_hierarchies(draw: st.DrawFn) -> Hierarchy:
    """Levels without a role, closed vocabularies, figures, and tables full of odd cells."""
    kinds = tuple(sorted(draw(st.lists(terms, max_size=2, unique_by=lambda term: term.term)),
                         key=lambda term: term.term))  # fmt: skip
    spellings = [word for term in kinds for word in (term.term, *term.aliases)]
    if len(set(spellings)) < len(spellings):
        kinds = ()
    words = [term.term for term in kinds] or ["plain", "?"]
    ids = draw(st.lists(IDS, unique=True, min_size=2, max_size=6))
    rows = len(ids) - 1

    def column(cells: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(cells, min_size=rows, max_size=rows))

    grids: dict[str, Any] = {
        "id": ids[1:],
        "name": column(st.none() | NAMES),
        "kind": column(st.none() | st.sampled_from(words)),
        "address": column(st.none()),
        "residents": column(st.sampled_from([None, 0, 12, "?"])),
        "x": column(st.none() | st.floats(allow_nan=False, allow_infinity=False)),
        "tags." + draw(NAMES): column(st.sampled_from([None, 0, 1, 7, "?"])),
        "tags.given but empty": [None] * rows,
    }
    kept = draw(st.lists(st.sampled_from(sorted(grids)), unique=True))
    tables: dict[str, Any] = {
        "grid": {"id": grids["id"], **{name: grids[name] for name in kept}},
        "district": {"id": [ids[0]], "name": [draw(st.none() | NAMES)], "parent": [None]},
        "flag": {
            "unit": ids[1:],
            "flag": column(NAMES),
            "giver": column(st.none() | NAMES),
            "since": column(st.none() | DAYS),
        },
        "duty": {"unit": ids[1:], "duty": column(NAMES), "kept": column(st.sampled_from(
            [None, True, False, "?"]))},
        "building": draw(st.sampled_from([{}, {"id": [], "grid": []}, {"id": []}])),
    }  # fmt: skip
    chosen = draw(st.lists(st.sampled_from(sorted(tables)), unique=True))
    if {"flag", "duty"} & {*chosen}:
        chosen = sorted({*chosen, "grid"})
    figures = st.builds(
        Declared,
        NAMES,
        st.floats(0, 1e12),
        st.sampled_from(["exact", "about", "at_least", "at_most", "increment"]),
    )
    return Hierarchy.from_tables(
        {name: tables[name] for name in chosen},
        name=draw(st.just("") | NAMES),
        as_of=draw(st.none() | DAYS),
        time_zone=draw(st.sampled_from([None, "Asia/Shanghai"])),
        reference_system=draw(st.none() | NAMES),
        levels=[
            Level("district", label=draw(labels), optional=draw(st.booleans())),
            Level("community", "community"),
        ],
        vocabularies={"grid_kind": kinds} if kinds else {},
        declared=draw(st.lists(figures, max_size=3, unique_by=lambda each: each.figure)),
    )


@given(hostile_hierarchies(), st.sampled_from([0, 1_000]))
def test_hostile_texts_and_odd_cells_come_back(hierarchy, inline):
    """No text, number, unknown or empty cell changes on the way through YAML or CSV."""
    structure = Structure(hierarchy)

    assert read_back(structure, inline) == structure


@pytest.mark.parametrize("inline", [0, 100])
def test_posts_and_what_stands_beside_units_come_back(inline):
    """Seats, holders and links that were written beside a unit are the same from tables."""
    structure = load_text(
        """
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1, covers: [N-1, {unit: N-2, since: 2024-01-01}]}]
        grids:
          - {id: N-1, community: C-1, tags: {living_alone: 2, empty_nest: "?"}, flags: [award]}
          - {id: N-2, residents: "?", flags: [{flag: award, giver: city}]}
        bodies:
          - {id: PM, kind: property_company, groups: [a, b], serves: [{unit: N-1, mode: contract}]}
        posts:
          - {post: grid_worker, at: N-1, holder: p-1}
          - {post: grid_worker, at: N-1, holder: p-2, until: 2025-01-01}
          - {post: secretary, at: B-1, vacant: true}
          - {post: chair, at: "?", id: P-9}
        memberships: [{body: PM, person: p-3, role: chair, group: a}]
        """
    )
    assert structure.hierarchy.ids("person") == ["p-1", "p-2", "p-3"]

    assert read_back(structure, inline) == structure


def test_a_dumped_folder_is_loaded_by_its_name(tmp_path):
    """Dump writes structure.yaml and a table a long section, and load reads the folder."""
    rows = "".join(f"  - {{id: N-{number:03}, residents: {number}}}\n" for number in range(61))
    structure = load_text(f"grids:\n{rows}areas: [{{id: A}}]")

    paths = dump(structure, tmp_path / "new")

    assert [path.name for path in paths] == ["grids.csv", "structure.yaml"]
    assert load(tmp_path / "new") == structure
    assert load(tmp_path / "new" / "structure.yaml") == structure
    text = (tmp_path / "new" / "structure.yaml").read_text("utf-8")
    assert text.startswith("govtree: 1\nprofile: bare\n")
    assert "grids: {table: grids.csv}\n" in text
    assert "areas:\n  - {id: A}\n" in text


def test_dump_is_the_same_every_time(tmp_path):
    """The same structure gives the same bytes."""
    structure = load_text("grids: [{id: N-2}, {id: N-1, tags: {b: 1, a: 2}}]\nname: x")

    one, other = (
        {path.name: path.read_bytes() for path in dump(structure, tmp_path / name)}
        for name in ("one", "other")
    )

    assert one == other


def test_a_failed_dump_leaves_the_old_files(tmp_path, monkeypatch):
    """When writing fails, the old structure is still there and nothing else is."""
    dump(load_text("name: old"), tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(FileError, match="GT088"):
        dump(load_text("name: new"), tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["structure.yaml"]
    assert load(tmp_path).hierarchy.name == "old"


def test_dump_refuses_what_is_no_folder(tmp_path):
    """A folder that cannot be made is a FileError, which names it."""
    (tmp_path / "file").write_text("x")

    with pytest.raises(FileError, match="GT088"):
        dump(load_text("name: a"), tmp_path / "file")
    with pytest.raises(FileError, match="GT088"):
        dump(load_text("name: a"), tmp_path / "none" / "deeper")
    for odd in ("a\0b", "\ud800"):
        with pytest.raises(FileError, match="GT008"):
            dump(load_text("name: a"), tmp_path / odd)


def test_half_a_character_cannot_be_dumped(tmp_path):
    """A text that no file can hold is refused before anything is written."""
    structure = Structure(Hierarchy.from_records([], name="\ud800"))

    with pytest.raises(OutOfRangeError):
        dump(structure, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_luozhuang_comes_back(tmp_path):
    """The shipped example is the same structure after it was written and read."""
    structure = load(EXAMPLES / "luozhuang")

    dump(structure, tmp_path)

    assert load(tmp_path) == structure


ROWS = [
    "{id: C-1}",
    "{id: C-2, name: 河东, tags: {a: 1}}",
    "{id: C-3, flags: [award, weak_branch]}",
    "{id: c, x: 1.5}",
]
PARTS = [
    "branches: [{id: B-2, parent: C-1, covers: [N-2, N-1]}, {id: B-1, parent: C-2}]",
    "grids: [{id: N-2, community: C-1}, {id: N-1, community: C-2}]",
    "posts: [{post: grid_worker, at: N-1, holder: p-2}, {post: grid_worker, at: N-1, holder: p-1}]",
]


@settings(max_examples=many(25))
@given(st.permutations(ROWS), st.permutations(PARTS))
@example(ROWS, PARTS)
def test_order_of_rows_and_sections_changes_nothing(rows, parts):
    """Rows and sections in another order are the same structure, with the same fingerprint."""
    plain = load_text("\n".join([f"communities: [{', '.join(ROWS)}]", *PARTS]))
    shuffled = load_text("\n".join([*parts, f"communities: [{', '.join(rows)}]"]))

    assert shuffled == plain
    assert shuffled.hierarchy.fingerprint == plain.hierarchy.fingerprint


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_fingerprint_and_files_are_the_same_in_every_process(seed):
    """Neither the fingerprint nor the written bytes depend on the seed of hashes."""
    program = (
        "import sys; from govtree.config import load; from govtree.config._dump import files_of;"
        "s = load(sys.argv[1]); sys.stdout.write(s.hierarchy.fingerprint);"
        "sys.stdout.buffer.write(files_of(s)['structure.yaml'])"
    )
    folder = EXAMPLES / "luozhuang"
    structure = load(folder)

    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )

    here = structure.hierarchy.fingerprint.encode() + files_of(structure)["structure.yaml"]
    assert done.stdout == here
