"""The project around the library: names, imports, documents."""

from __future__ import annotations

import ast
import contextlib
import doctest
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

import govtree
from govtree.rules import SHIPPED

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = PROJECT / "src" / "govtree"
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PRINTED = re.compile(r"^ *print\(.*\)  # (.*)$", re.MULTILINE)
#: Packages of extras that the blocks of a document need.
NEEDS = {
    "docs/partition.md": ("scipy",),
    "docs/registry.md": ("python_calamine", "xlsxwriter"),
    "docs/returns.md": ("python_calamine", "xlsxwriter"),
    "docs/tables.md": ("python_calamine", "xlsxwriter"),
    "docs/jinzhai.md": ("scipy",),
    "docs/command.md": ("scipy",),
}
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def blocks(language: str) -> list[object]:
    """Return the code blocks of all documents in *language*, one parameter a document."""
    found = []
    for document in DOCUMENTS:
        codes = [code for name, code in FENCED.findall(document.read_text("utf-8"))
                 if name == language]  # fmt: skip
        if codes:
            name = document.relative_to(PROJECT).as_posix()
            missing = [each for each in NEEDS.get(name, ()) if find_spec(each) is None]
            lacks = pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")
            found.append(pytest.param(codes, id=name, marks=lacks))
    return found


def loaded_after(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after *code*."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
    )
    return set(done.stdout.split())


# Public names


def test_every_public_name_is_there():
    """Every name in __all__ can be had, and dir() lists it before it is loaded."""
    for name in govtree.__all__:
        assert getattr(govtree, name) is not None

    assert dir(govtree) == govtree.__all__ == sorted(set(govtree.__all__))


def test_public_names_come_from_where_the_table_says():
    """A public name is the object of its own module, which lists it in its __all__."""
    for module, names in govtree._NAMES_BY_MODULE.items():
        loaded = __import__(f"govtree.{module}", fromlist=["__all__"])

        assert list(names) == sorted(names)
        assert set(names) <= set(loaded.__all__)
        assert [getattr(govtree, name) for name in names] == [getattr(loaded, n) for n in names]


def test_stub_and_table_name_the_same():
    """Type checkers see the public names that there are, from the modules they come from."""
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text("utf-8"))
    imported = {
        (node.module, alias.name)
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    listed = next(
        ast.literal_eval(node.value) for node in stub.body if isinstance(node, ast.Assign)
    )

    assert imported == {
        (f"govtree.{module}", name)
        for module, names in govtree._NAMES_BY_MODULE.items()
        for name in names
    }
    assert listed == govtree.__all__


def test_no_public_name_is_the_name_of_a_module():
    """No public name hides a module, or is hidden by one that is loaded later."""
    assert {path.stem for path in PACKAGE.iterdir()}.isdisjoint(set(govtree.__all__))


def test_an_unknown_name_is_an_attribute_error():
    """A name that is not public raises the error that hasattr and import understand."""
    assert not hasattr(govtree, "Hierarhcy")
    with pytest.raises(AttributeError, match="'govtree' has no attribute 'Hierarhcy'"):
        govtree.Hierarhcy  # noqa: B018 - asking is the test


# What is loaded when

HEAVY = {"networkx", "yaml", "cattrs", "numpy", "rich", "narwhals", "pandas", "polars", "pyarrow"}


def test_importing_govtree_loads_next_to_nothing():
    """Importing govtree loads no dependency, and none of its own modules."""
    loaded = loaded_after("import govtree")

    assert loaded.isdisjoint(HEAVY | {"attrs"})
    assert {name for name in loaded if name.startswith("govtree")} == {"govtree"}


def test_every_name_can_be_had_without_networkx_yaml_and_cattrs():
    """All public names together load numpy and attrs, and nothing else of weight."""
    loaded = loaded_after("import govtree\nfor name in govtree.__all__: getattr(govtree, name)")

    assert "attrs" in loaded
    assert loaded & HEAVY <= {"numpy"}


def test_help_loads_neither_numpy_nor_networkx():
    """The command's help comes without numpy, networkx, yaml and cattrs."""
    loaded = loaded_after(
        "import contextlib, io\n"
        "from govtree.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()) as said, "
        "contextlib.suppress(SystemExit):\n"
        "    main(['--help'])\n"
        "assert 'usage' in said.getvalue().lower()"
    )

    assert loaded.isdisjoint(HEAVY)


# Documents


@pytest.mark.parametrize("codes", blocks("python"))
def test_python_in_documents_runs(codes, tmp_path, monkeypatch):
    """The Python blocks of a document run from top to bottom and print what they say."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for code in codes:
        if ">>>" in code:
            example = doctest.DocTestParser().get_doctest(code, names, "block", None, None)
            said: list[str] = []
            doctest.DocTestRunner().run(example, out=said.append, clear_globs=False)
            names.update(example.globs)
            assert not said, "".join(said)
        else:
            with contextlib.redirect_stdout(io.StringIO()) as told:
                exec(compile(code, "block", "exec"), names)
            assert told.getvalue().splitlines() == PRINTED.findall(code)


@pytest.mark.parametrize("codes", blocks("console"))
def test_commands_in_documents_say_what_is_shown(codes, tmp_path, monkeypatch):
    """The govtree commands in a document print what stands below them, where anything does."""
    from govtree.cli import main

    shutil.copytree(PROJECT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    for code in codes:
        for part in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            program, *arguments = shlex.split(command)
            if program == "sed":
                subprocess.run([program, *arguments], check=True)
            if program != "govtree" or not expected.strip():
                continue
            said = io.StringIO()
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                main(arguments)
            told = "\n".join(line.rstrip() for line in said.getvalue().splitlines())
            pattern = re.escape(expected.strip()).replace(r"\.\.\.", ".*")
            assert re.fullmatch(pattern, told.strip(), re.DOTALL), told


def test_the_chinese_page_can_be_followed_to_its_end(tmp_path, monkeypatch):
    """The structure of the page is the one in the examples; its waiver and commands work."""
    from govtree.cli import main

    page = (PROJECT / "docs" / "quickstart.zh.md").read_text("utf-8")
    office, waivers = (code for name, code in FENCED.findall(page) if name == "yaml")
    assert office == (PROJECT / "examples" / "office.yaml").read_text("utf-8")

    def told(command: str) -> str:
        said = io.StringIO()
        command, _, file = command.partition(" > ")
        with contextlib.redirect_stdout(said):
            assert main(shlex.split(command)[1:]) in (0, 1)
        if file:
            Path(file).write_text(said.getvalue(), "utf-8")
        return said.getvalue()

    monkeypatch.chdir(tmp_path)
    Path("examples").mkdir()
    Path("examples/office.yaml").write_text(office + waivers, "utf-8")
    assert "户“H-3”" not in told("govtree check examples/office.yaml")
    assert "GT290" in told("govtree check examples/office.yaml --as-of 2025-10-01")
    Path("examples/office.yaml").write_text(office, "utf-8")
    commands = re.findall(r"^govtree (?:check|compare) .*", page, re.MULTILINE)
    said = [told(command) for command in commands]
    assert "没有新问题" in said[1]
    assert said[-1].startswith("2 份报告，2025-06-30 至 2025-09-30")


def test_levels_that_a_page_lists_anew_keep_their_labels():
    """The levels that the page of profiles lists are those of the profile, and one more."""
    page = (PROJECT / "docs" / "profiles.md").read_text("utf-8")
    (text,) = (code for name, code in FENCED.findall(page) if name == "yaml")
    more = "communities: [{id: K-1}]\nbranches: [{id: RW-1, parent: K-1}]\n"
    listed = govtree.load_text(text + more + "groups: [{id: RT-1, parent: RW-1}]\n").hierarchy
    shipped = govtree.load_text("profile: indonesia").hierarchy

    assert [level for level in listed.levels if level.level != "dasawisma"] == list(shipped.levels)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document):
    """Every relative link in a document names a file or folder that is there."""
    for target in LINK.findall(document.read_text("utf-8")):
        assert (document.parent / target).exists(), target


def test_every_page_is_in_the_index():
    """The index of the documentation links every page beside it."""
    docs = PROJECT / "docs"
    linked = {
        (docs / target).resolve()
        for target in LINK.findall((docs / "README.md").read_text("utf-8"))
    }

    assert {*docs.glob("*.md")} - {docs / "README.md"} <= linked


def test_the_index_of_rules_names_the_page_of_each():
    """Each shipped rule has a page, and the index of rules leads to it."""
    index = (PROJECT / "docs" / "rules.md").read_text("utf-8")
    pages = {path.name for path in (PROJECT / "docs" / "rules").glob("*.md")}

    assert pages == {f"{rule.code}.md" for rule in SHIPPED}
    assert {f"rules/{name}" for name in pages} <= set(LINK.findall(index))


def test_the_version_is_the_same_everywhere():
    """The package, the citation and the change log tell of the same version."""
    citation = (PROJECT / "CITATION.cff").read_text("utf-8")
    changes = (PROJECT / "CHANGELOG.md").read_text("utf-8")

    assert re.search(r"^version: (.+)$", citation, re.MULTILINE).group(1) == govtree.__version__
    assert "## [Unreleased]" in changes


@pytest.mark.skipif(
    not all(map(find_spec, ("scipy", "python_calamine", "xlsxwriter"))),
    reason="the console sessions of the pages need the extras",
)
def test_pages_written_from_the_code_are_fresh():
    """Every problem is explained as the catalogue has it; `make reference` writes the page."""
    done = subprocess.run(
        [sys.executable, PROJECT / ".ci" / "reference.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_the_index_names_every_page():
    """Every page of the documentation can be reached from its index."""
    index = (PROJECT / "docs" / "README.md").read_text("utf-8")
    pages = {
        path.relative_to(PROJECT / "docs").as_posix()
        for path in DOCUMENTS
        if path.parent == PROJECT / "docs"
    }

    assert pages - {"README.md"} <= set(LINK.findall(index))


def test_the_glossary_names_what_the_library_names():
    """Every record of a unit, and every role, stands in the glossary."""
    glossary = (PROJECT / "docs" / "glossary.md").read_text("utf-8")
    identifiers = set(re.findall(r"`([a-z_]+)`", glossary))

    from govtree.units import ROLES, TERRITORY

    assert {*ROLES, *TERRITORY, "area"} <= identifiers


def test_every_extra_is_named_once_and_used():
    """The extras are those that the error for a missing package can name."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    source = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))

    for extra in project["optional-dependencies"]:
        assert f'"{extra}"' in source, extra
