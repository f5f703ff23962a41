"""The command: what it prints where, and its exit codes."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from govtree import __version__, cli
from govtree.cli import main

SOURCE = Path(cli.__file__).parent.parent

CLEAN = """\
govtree: 1
name: 梅山镇
grids: [{id: N-1}, {id: N-2}]
branches: [{id: B-1, covers: [N-1, N-2]}]
"""
FAULTY = """\
govtree: 1
name: 梅山镇
grids:
- {id: N-1}
- {id: N-2}
branches: [{id: B-1, covers: [N-1]}, {id: B-2}]
"""
WARNING = """\
govtree: 1
grids: [{id: N-1}]
branches: [{id: B-1, covers: [N-1]}, {id: B-2}]
"""
BROKEN = "govtree: 1\ngrids: [{id: N-1}, {id: N-1}]\nbranches: [{id: B-1, covers: [N-9]}]\n"


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Return a function that writes a structure file and returns its name."""
    monkeypatch.chdir(tmp_path)

    def write(text: str, name: str = "town.yaml") -> str:
        Path(name).write_text(text, encoding="utf-8")
        return name

    return write


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "govtree", *arguments],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE), **environment},
        check=False,
    )


# Exit codes


@pytest.mark.parametrize(
    ("text", "arguments", "code"),
    [
        (CLEAN, ["check"], 0),
        (FAULTY, ["check"], 1),
        (FAULTY, ["check", "--json"], 1),
        (FAULTY, ["show"], 0),
        (WARNING, ["check"], 0),
        (WARNING, ["check", "--fail-on", "warning"], 1),
        (WARNING, ["check", "--fail-on", "note"], 1),
        (BROKEN, ["check"], 2),
        (BROKEN, ["check", "--json"], 2),
        (BROKEN, ["show"], 2),
    ],
)
def test_exit_codes(written, capsys, text, arguments, code):
    """0 is clean, 1 findings as grave as --fail-on, 2 bad input."""
    assert main([*arguments, written(text)]) == code


def test_a_missing_file_is_bad_input(written, capsys):
    """A file that is not there is told on standard error, with exit code 2."""
    written(CLEAN)

    assert main(["check", "nowhere.yaml"]) == 2
    out, err = capsys.readouterr()
    assert (out, "error[GT001]" in err) == ("", True)


@pytest.mark.parametrize(
    "arguments",
    [[], ["chekc"], ["check"], ["show", "a.yaml", "--depth", "-1"], ["show", "a", "--depth", "x"],
     ["check", "a.yaml", "--fail-on", "fatal"]],
)  # fmt: skip
def test_arguments_that_do_not_fit(arguments, capsys):
    """Arguments that do not fit end with 2 and the usage."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert "usage: govtree" in capsys.readouterr().err


def test_a_defect_of_govtree_is_no_traceback(written, capsys, monkeypatch):
    """An exception that nobody foresaw is told in words, with exit code 3."""

    def fail(told: object, path: str, note: str = "") -> int:
        raise ZeroDivisionError("a\x1b[2J\nb")

    monkeypatch.setattr(cli, "_report", fail)
    monkeypatch.delenv("GOVTREE_DEBUG", raising=False)

    assert main(["check", written(CLEAN)]) == 3
    err = capsys.readouterr().err
    assert err.startswith(r"govtree: internal error (ZeroDivisionError: a\x1b[2J\nb)")
    assert "CONTRIBUTING.md" in err

    monkeypatch.setenv("GOVTREE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["check", "town.yaml"])


def test_an_interrupt_ends_with_130(written, capsys, monkeypatch):
    """Ctrl-C ends with 130 and one line."""

    def interrupt(told: object, path: str, note: str = "") -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_report", interrupt)

    assert main(["check", written(CLEAN)]) == 130
    assert capsys.readouterr().err == "govtree: interrupted\n"


# What is printed


def test_check_prints_findings_with_their_lines(written, capsys):
    """The report names the structure, quotes the faulty line, and counts."""
    main(["check", written(FAULTY)])
    out, err = capsys.readouterr()

    assert err == ""
    assert out.startswith("梅山镇\nbranch 2 · grid 2\n\nnot in any community\n")
    assert "error[GT210]: grid 'N-2' is covered by no branch" in out
    assert "    town.yaml:5:3\n     5 | - {id: N-2}\n       |   ^" in out
    assert "2 findings: 1 error, 1 warning, 0 notes" in out
    assert "\x1b" not in out


def test_bad_input_is_told_on_standard_error(written, capsys):
    """Problems go to standard error with line and caret, and nothing to standard output."""
    main(["check", written(BROKEN)])
    out, err = capsys.readouterr()

    assert out == ""
    assert "town.yaml:2:25: error[GT101]: id 'N-1' is used twice" in err
    assert "2 | grids: [{id: N-1}, {id: N-1}]" in err
    assert err.endswith("2 errors\n")


def test_json_is_one_document_with_the_same_keys(written, capsys):
    """With --json, check gives the report, or the problems of bad input, on standard output."""
    main(["check", "--json", written(FAULTY)])
    report = json.loads(capsys.readouterr().out)
    main(["check", "--json", written(BROKEN)])
    refused = json.loads(capsys.readouterr().out)

    assert [each["code"] for each in report["findings"]] == ["GT210", "GT212"]
    assert report["findings"][0]["line"] == 5
    assert (report["ok"], refused["ok"]) == (False, False)
    assert [each["code"] for each in refused["problems"]] == ["GT101", "GT102"]


@pytest.mark.parametrize("name", ["::error::x", " ::error::x", "##vso[task.complete]x", "###[x]"])
@pytest.mark.parametrize("command", [["check"], ["show"], ["show", "--json"], ["check", "--json"]])
def test_no_name_is_a_command_to_a_build_server(written, capsys, name, command):
    """Whatever a place is called, no line that is printed begins or holds a command."""
    path = written(f"govtree: 1\nname: '{name}'\ncommunities: [{{id: C, name: '{name}'}}]\n")
    main([*command, path])
    out = capsys.readouterr().out

    assert not re.search(r"##\w*\[", out)
    assert not [line for line in out.splitlines() if line.lstrip().startswith("::")]
    assert "--json" not in command or json.loads(out)["name"] == name


def test_show_prints_the_tree_or_a_unit(written, capsys):
    """The show command prints units with what is below them; --unit tells what is known of one."""
    name = written("govtree: 1\ncommunities: [{id: C-1}]\nbranches: [{id: B-1, parent: C-1}]\n")
    main(["show", name])
    tree = capsys.readouterr().out
    main(["show", name, "--unit", "B-1"])
    unit = capsys.readouterr().out
    main(["show", name, "--json", "--depth", "0"])
    values = json.loads(capsys.readouterr().out)

    assert "\ncommunity C-1: branch 1\n  branch B-1\n" in tree
    assert "\nbranch B-1\n  parent: C-1\n" in unit
    assert values["units"] == [
        {"id": "C-1", "level": "community", "name": "", "counts": {"branch": 1}, "below": [],
         "more": 1}
    ]  # fmt: skip


def test_show_of_an_unknown_unit_names_the_one_that_was_meant(written, capsys):
    """An id that is not there is bad input."""
    assert main(["show", written(CLEAN), "--unit", "N-l"]) == 2
    assert capsys.readouterr().err == "govtree: there is no 'N-l'; did you mean 'N-1'?\n"


def test_a_path_behind_two_dashes_is_a_path(written, capsys):
    """A file whose name begins with a dash is read behind '--'."""
    assert main(["check", "--", written(CLEAN, "--fix.yaml")]) == 0


def test_nothing_is_imported_from_the_current_folder(written):
    """Modules that lie beside a structure are not run, and no backend is looked for there."""
    name = written(CLEAN)
    for module in ("re", "yaml", "numpy", "networkx", "attrs", "conftest"):
        written("open('ran', 'w')\n", f"{module}.py")
    Path("x-1.dist-info").mkdir()
    written("Metadata-Version: 2.1\nName: x\nVersion: 1\n", "x-1.dist-info/METADATA")
    written("[networkx.backends]\nx = conftest\n", "x-1.dist-info/entry_points.txt")

    done = run("show", name)

    assert (done.returncode, done.stderr) == (0, b"")
    assert not Path("ran").exists()


def test_demo_checks_the_example_and_calls_it_synthetic(tmp_path, monkeypatch, capsys):
    """The demo tells what is synthetic, shows what findings look like, and leaves nothing."""
    monkeypatch.chdir(tmp_path)
    assert main(["demo"]) == 0
    out = capsys.readouterr().out

    assert "synthetic" in out.splitlines()[1]
    sound, planted = out.split("=== The same structure with planted defects")
    assert " · grid 507 · " in sound
    assert "declared and found: branches 162 · compounds 238 · " in sound
    assert "no findings" in sound
    assert " planted/households.csv:row 20001\n" in planted
    assert "15 findings: 14 errors, 1 warning, 0 notes" in planted
    assert os.listdir() == []


@pytest.mark.parametrize(
    ("text", "command", "said"),
    [
        (FAULTY, "check", "没有任何党支部覆盖"),
        (FAULTY, "show", "党支部 2 · 网格 2"),
        (BROKEN, "check", "是否想写“N-1”？"),
        (BROKEN, "check", "2 个错误"),
    ],
)
def test_the_language_of_the_file_is_spoken(written, capsys, text, command, said):
    """Reports and problems are in the language that the structure file names."""
    main([command, written(text + "language: zh\n")])

    assert said in "".join(capsys.readouterr())


def test_help_and_version(capsys):
    """Every command has help with an example; --version names the version."""
    for command in ([], ["check"], ["show"], ["schema"], ["demo"]):
        with pytest.raises(SystemExit) as ended:
            main([*command, "--help"])
        assert ended.value.code == 0
        assert "example" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"govtree {__version__}\n"


def test_schema_is_json(capsys):
    """The schema command prints the JSON Schema of structure files."""
    assert main(["schema"]) == 0
    assert "grids" in json.loads(capsys.readouterr().out)["properties"]


# Terminals


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "utf-8"])
def test_printing_never_fails(written, encoding):
    """What a terminal cannot show becomes an escape; 䅟 is in a real name and outside of GBK."""
    name = written(FAULTY.replace("梅山镇", "䅟子村"))
    done = run("check", name, PYTHONIOENCODING=encoding)

    assert done.returncode == 1
    assert done.stderr == b""
    assert (r"\u415f" in done.stdout.decode(encoding)) is (encoding != "utf-8")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "is_colored"),
    [({"TERM": "xterm"}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_color_is_for_terminals(written, monkeypatch, environment, is_colored):
    """A terminal gets color unless NO_COLOR says no; a pipe never does."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    main(["check", written(FAULTY)])

    assert ("\x1b[31merror[GT210]\x1b[0m" in terminal.getvalue()) is is_colored


def test_a_reader_that_goes_away_is_no_fault(written):
    """A closed pipe ends the command without a word on standard error."""
    name = written(FAULTY)
    process = subprocess.Popen(
        [sys.executable, "-m", "govtree", "check", name],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()

    assert process.wait() == 1
    assert told == b""


def test_a_line_tells_on_a_terminal_what_takes_long():
    """After a while a terminal is told what is being done, and the line is taken away."""
    terminal = Terminal()
    bar = cli._Bar(terminal, after=0.0)
    bar.tell("households\x1b.csv")
    while "households" not in terminal.getvalue():
        pass
    bar.clear()

    assert r"households\x1b.csv" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r" + " " * 60 + "\r")


def test_a_pipe_is_told_nothing_on_the_way(written, monkeypatch):
    """Where standard error is no terminal, nothing is written to it while working."""
    with cli._progress() as progress:
        progress("households.csv")
    quiet = io.StringIO()
    monkeypatch.setattr(sys, "stderr", quiet)
    main(["check", written(CLEAN)])

    assert quiet.getvalue() == ""
