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
from govtree.cli import _check, _output, main
from govtree.rules import SHIPPED

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

    def fail(told: object) -> int:
        raise ZeroDivisionError("a\x1b[2J\nb")

    monkeypatch.setattr(_check, "check", fail)
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

    def interrupt(told: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(_check, "check", interrupt)

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
    assert "34 findings: 20 errors, 13 warnings, 1 note" in planted
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
    commands = ("check", "compare", "show", "rules", "profiles", "schema", "demo")
    for command in ([], *([each] for each in commands)):
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


# Rules and profiles


def test_rules_are_listed_and_told_of(capsys):
    """All rules, those of a family, or all about one: why, whom, what it asks, its examples."""
    assert main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["error", "GT201", "household-in-no-group", "household"]
    assert len(lines) == len(SHIPPED) + 2

    assert main(["rules", "GT4"]) == 0
    assert {line.split()[1][:3] for line in capsys.readouterr().out.splitlines()[:-2]} == {"GT4"}

    assert main(["rules", "household-in-two-grids"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("error  GT203  household-in-two-grids\n")
    assert "\na structure that fails:\n  grids: [{id: N-1}, {id: N-2}]\n" in out
    assert main(["rules", "GT203", "--lang", "zh"]) == 0
    assert "自己写的网格是" in capsys.readouterr().out


def test_rules_and_profiles_are_json_too(capsys):
    """Records of rules and profiles are plain values with the same keys."""
    assert main(["rules", "GT301", "--json"]) == 0
    (sizes,) = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in sizes["parameters"]] == ["target", "tolerance", "count"]

    assert main(["profiles", "--json"]) == 0
    profiles = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert profiles["indonesia"]["levels"][-1] == "household"
    assert "GT402" in profiles["luozhuang"]["rules"]
    assert "GT301" not in profiles["luozhuang"]["rules"]
    assert "GT301" in profiles["jinzhai"]["rules"]


def test_profiles_are_listed_and_shown(capsys):
    """The list tells levels and what each stands for; one by name is shown as it is written."""
    assert main(["profiles"]) == 0
    out = capsys.readouterr().out
    assert "  Jinzhai County" in out
    assert "community organization > compound (grid) branch > building group > household" in out
    assert main(["profiles", "bare"]) == 0
    assert capsys.readouterr().out.endswith("govtree: 1\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rules", "GT999"], "there is no rule 'GT999'"),
        (["rules", "grid-witout-branch"], "did you mean 'grid-without-branch'?"),
        (["profiles", "luozhang"], "there is no profile 'luozhang'; did you mean 'luozhuang'?"),
    ],
)
def test_a_rule_or_profile_that_is_not_there(arguments, said, capsys):
    """An unknown name is bad input, with the one that was meant, in text and in JSON."""
    assert main(arguments) == 2
    assert said in capsys.readouterr().err
    assert main([*arguments, "--json"]) == 2
    assert said in json.loads(capsys.readouterr().out)["problems"][0]["message"]


# Choosing, writing, remembering

DATED = "as_of: 2025-06-30\n"


def test_rules_are_chosen_by_code_family_or_slug(written, capsys):
    """What is not selected is not told of, does not fail, and is not counted."""
    name = written(FAULTY)

    assert main(["check", name, "--select", "GT212"]) == 0
    assert "GT210" not in capsys.readouterr().out
    assert main(["check", name, "--select", "GT2", "--ignore", "grid-without-branch"]) == 0
    assert "1 finding: 0 errors, 1 warning" in capsys.readouterr().out
    assert main(["check", name, "--select", "GT210,branch-covering-nothing"]) == 1
    assert "2 findings" in capsys.readouterr().out
    assert main(["check", name, "--select", "GT21O"]) == 2
    assert "there is no rule 'GT21O'; did you mean 'GT210'?" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["check", name, "--select", ""])


def test_statistics_are_totals_only(written, capsys):
    """Exact totals without a single finding."""
    assert main(["check", written(FAULTY), "--statistics"]) == 1
    out = capsys.readouterr().out

    assert "2 findings: 1 error, 1 warning" in out
    assert "'N-2'" not in out


def test_several_outputs_are_written_in_one_run(written, capsys):
    """Each format goes to its file while the text stays on the screen."""
    forms = ("sarif", "md", "json", "jsonl", "text")
    outputs = [part for form in forms for part in ("--output", f"{form}=out.{form}")]

    assert main(["check", written(FAULTY), *outputs]) == 1
    assert "GT210" in capsys.readouterr().out
    sarif = json.loads(Path("out.sarif").read_text("utf-8"))
    assert [each["ruleId"] for each in sarif["runs"][0]["results"]] == ["GT210", "GT212"]
    assert Path("out.md").read_text("utf-8").startswith("# 梅山镇\n")
    assert json.loads(Path("out.json").read_text("utf-8"))["counts"]["error"] == 1
    lines = [json.loads(line) for line in Path("out.jsonl").read_text("utf-8").splitlines()]
    assert lines[0]["type"] == "report"
    assert sum(each["type"] == "finding" for each in lines) == 2
    assert "2 findings" in Path("out.text").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--output", "sarif=no/such/folder.sarif"], "no/such/folder.sarif"),
        (["--baseline", "known.json"], "there is no file 'known.json'"),
        (["--update-baseline"], "--update-baseline needs a --baseline FILE"),
        (["--baseline", "known.json", "--update-baseline"], "has no day"),
        (["--baseline", "k.json", "--update-baseline", "--select", "GT2"], "keeps whole runs"),
        (["--output", "json=town.yaml"], "'town.yaml' is a file of the structure or written twice"),
        (["--output", "md=./grids.csv"], "'./grids.csv' is a file of the structure or written"),
        (["--output", "md=a.md", "--output", "sarif=../{}/a.md"], "/a.md' is a file of the"),
    ],
)
def test_outputs_that_cannot_be_written_are_bad_input(written, capsys, arguments, said):
    """What cannot be written, would lose a run, or would replace what was read, is refused."""
    Path("grids.csv").write_text("id\nN-1\nN-2\n", encoding="utf-8")
    name = written(FAULTY.replace("\n- {id: N-1}\n- {id: N-2}", " {table: grids.csv}"))
    folder = Path.cwd().name

    assert main(["check", name, *(each.format(folder) for each in arguments)]) == 2
    assert said in capsys.readouterr().err
    assert Path("grids.csv").read_text("utf-8") == "id\nN-1\nN-2\n"
    assert not Path("a.md").exists()


def test_a_baseline_tells_only_what_nobody_knew(written, capsys):
    """Known findings are counted, and fail nothing; what was mended and comes back is told."""
    name = written(FAULTY + DATED)
    known = ["--baseline", "known.json"]

    assert main(["check", name, *known, "--update-baseline"]) == 1
    capsys.readouterr()
    assert main(["check", name, *known, "--fail-on", "note"]) == 0
    out = capsys.readouterr().out
    assert "no new findings; 3 rules checked; known from the baseline: 2\n" in out
    assert "  known  GT210  grid-without-branch" in out

    mended = written(FAULTY.replace("covers: [N-1]", "covers: [N-1, N-2]") + "as_of: 2025-07-31\n")
    assert main(["check", mended, *known, "--update-baseline"]) == 0
    again = written(FAULTY + "as_of: 2025-08-31\n")
    assert main(["check", again, *known]) == 1
    assert "GT210" in capsys.readouterr().out
    held = json.loads(Path("known.json").read_text("utf-8"))
    assert [each["present"] for each in held["findings"]] == [
        [["2025-06-30", "2025-06-30"]],
        [["2025-06-30", "2025-07-31"]],
    ]


def test_saved_reports_are_compared(written, capsys):
    """New, mended and relapsed findings of reports that check wrote, in order of their days."""
    texts = {
        "3": FAULTY + "as_of: 2025-03-31\n",
        "6": FAULTY.replace("covers: [N-1]", "covers: [N-1, N-2]") + "as_of: 2025-06-30\n",
        "9": FAULTY + "as_of: 2025-09-30\n",
    }
    for month, text in texts.items():
        main(["check", written(text), "--json"])
        Path(f"{month}.json").write_text(capsys.readouterr().out, encoding="utf-8")

    assert main(["compare", "6.json", "3.json"]) == 0
    out = capsys.readouterr().out
    assert "2 reports, from 2025-03-31 to 2025-06-30" in out
    assert "new 0 · relapsed 0 · unchanged 1 · mended 1" in out
    assert main(["compare", "9.json", "3.json", "6.json", "--lang", "zh"]) == 1
    assert "GT210" in capsys.readouterr().out
    assert main(["compare", "9.json", "3.json", "6.json", "--json"]) == 1
    assert [each["subject"] for each in json.loads(capsys.readouterr().out)["relapsed"]] == ["N-2"]
    assert main(["compare", "3.json", "3.json"]) == 2
    assert main(["compare", "3.json", "nowhere.json"]) == 2
    assert "there is no file 'nowhere.json'" in capsys.readouterr().err


def test_a_comparison_speaks_the_language_of_the_last_report(written, capsys, monkeypatch):
    """--lang goes before GOVTREE_LANG, and that before the language of the last report."""
    monkeypatch.delenv("GOVTREE_LANG", raising=False)
    for month, lang in (("3", "en"), ("6", "zh")):
        name = written(FAULTY + f"as_of: 2025-0{month}-28\n")
        main(["check", name, "--json", "--lang", lang])
        Path(f"{month}.json").write_text(capsys.readouterr().out, encoding="utf-8")

    main(["compare", "6.json", "3.json"])
    assert "2 份报告" in capsys.readouterr().out
    main(["compare", "6.json", "3.json", "--lang", "en"])
    assert "2 reports" in capsys.readouterr().out
    monkeypatch.setenv("GOVTREE_LANG", "en")
    main(["compare", "6.json", "3.json"])
    assert "2 reports" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["compare", "--help"])
    assert "that of the last report" in " ".join(capsys.readouterr().out.split())


def test_what_was_not_selected_before_is_not_new(written, capsys):
    """A finding whose rule an earlier report left out by --select is no reason to fail."""
    for month, options in (("3", ["--select", "GT4"]), ("6", [])):
        name = written(FAULTY + f"as_of: 2025-0{month}-28\n")
        main(["check", name, "--json", *options])
        Path(f"{month}.json").write_text(capsys.readouterr().out, encoding="utf-8")

    assert main(["compare", "3.json", "6.json"]) == 0
    out = capsys.readouterr().out
    assert "new 0 ·" in out
    assert "first judged: no earlier report checked the rule\n" in out
    assert main(["compare", "3.json", "6.json", "--json", "--fail-on", "note"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "GT210" in [each["code"] for each in told["first_judged"]]
    assert not told["names_differ"]


def test_an_answer_that_is_no_report_is_not_compared(written, capsys):
    """What check --json answers to a structure that cannot be read is told from a report."""
    assert main(["check", written("grids: [{id: N-1}, {id: N-1}]\n"), "--json"]) == 2
    Path("bad.json").write_text(capsys.readouterr().out, encoding="utf-8")

    assert main(["compare", "bad.json", "bad.json", "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert {each["code"] for each in told["problems"]} == {"GT078"}
    assert main(["compare", "bad.json", "--lang", "zh"]) == 2
    assert "这不是报告" in capsys.readouterr().err


def test_another_day_is_checked_for(written, capsys):
    """--as-of takes a day; what is none is refused with an example."""
    seat = "posts: [{post: secretary, at: B-1, holder: p-1, until: 2025-12-31}]\n"
    name = written(CLEAN + DATED + seat)

    assert main(["check", name]) == 0
    capsys.readouterr()
    assert main(["check", name, "--as-of", "2026-01-01"]) == 1
    out = capsys.readouterr().out
    assert "GT401" in out
    assert out.startswith("梅山镇, as of 2026-01-01\n")
    with pytest.raises(SystemExit):
        main(["check", name, "--as-of", "2026-13-01"])
    assert "a day is meant, such as 2025-06-30" in capsys.readouterr().err


def test_the_language_is_that_of_the_option_the_environment_or_the_file(
    written, capsys, monkeypatch
):
    """--lang goes before GOVTREE_LANG, and that before the language of the structure."""
    name = written(FAULTY)
    monkeypatch.setenv("GOVTREE_LANG", "zh")
    main(["check", name])
    assert "没有任何党支部覆盖" in capsys.readouterr().out
    main(["check", name, "--lang", "en"])
    assert "is covered by no branch" in capsys.readouterr().out
    main(["check", written(BROKEN)])
    assert "2 个错误" in capsys.readouterr().err
    monkeypatch.setenv("GOVTREE_LANG", "fr")
    main(["check", written(FAULTY)])
    told = capsys.readouterr()
    assert "is covered by no branch" in told.out
    assert told.err == "govtree: GOVTREE_LANG names no language of govtree; en and zh are\n"


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
    bar = _output.Bar(terminal, after=0.0)
    bar.tell("households\x1b.csv")
    while "households" not in terminal.getvalue():
        pass
    bar.clear()

    assert r"households\x1b.csv" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r" + " " * 60 + "\r")


def test_a_pipe_is_told_nothing_on_the_way(written, monkeypatch):
    """Where standard error is no terminal, nothing is written to it while working."""
    with _output.progress() as progress:
        progress("households.csv")
    quiet = io.StringIO()
    monkeypatch.setattr(sys, "stderr", quiet)
    main(["check", written(CLEAN)])

    assert quiet.getvalue() == ""
