"""Reports of several days beside one another, saved reports of strangers, and baselines."""

from __future__ import annotations

import builtins
import datetime as dt
import json
import os
import pickle
import time
from pathlib import Path

import pytest
from attrs import evolve
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st
from small_structures import small_structures

from govtree import ConfigError, FileError, Location, OutOfRangeError, _json
from govtree._files import LIMITS, Limits
from govtree._markup import HIDDEN
from govtree.coverage import check
from govtree.display.comparison import comparison_text
from govtree.display.report_json import report_json, report_lines
from govtree.display.sarif import sarif
from govtree.findings import Finding, Report
from govtree.history import (
    Baseline,
    Comparison,
    Saved,
    Standing,
    compare,
    load_baseline,
    load_report,
)
from govtree.rules import SHIPPED

DAYS = [dt.date(2025, month, 28) for month in range(1, 8)]
DAY = DAYS[0]
CODES = ["XX1", "XX2", "XX3"]


def finding(code: str = "GT210", subject: str = "N-1", *related: str, **told) -> Finding:
    given = {"message": "covered by no branch", "severity": "error", **told}
    return Finding(
        code, "a-rule", given["severity"], subject, "grid", ("C-1",), related,
        given.get("where", Location()), given["message"], given.get("hint", ""),
    )  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[Saved]:
    """Draw reports of several days, in which rules are sometimes not checked."""
    found = []
    for day in DAYS[: draw(st.integers(2, 6))]:
        checked = draw(st.sets(st.sampled_from(CODES)))
        subjects = st.sets(st.tuples(st.sampled_from(CODES), st.sampled_from("abc")))
        keys = [each for each in sorted(draw(subjects)) if each[0] in checked]
        found.append(Saved("x", day, tuple(finding(*key) for key in keys), tuple(sorted(checked))))
    return found


def story(history: list[Saved], code: str, subject: str) -> str:
    """Return what became of one finding, told day by day: the slow twin."""
    seen = [
        any((each.code, each.subject) == (code, subject) for each in report.findings)
        for report in history
        if code in report.checked
    ]
    if code not in history[-1].checked:
        return "unjudged" if seen and seen[-1] else ""
    *before, now = seen
    if now:
        if not before:
            return "first_judged"
        if before[-1]:
            return "unchanged"
        return "relapsed" if any(before) else "new"
    return "mended" if before and before[-1] else ""


def groups(comparison: Comparison) -> dict[str, list[Finding]]:
    return {name: list(getattr(comparison, name)) for name in comparison.counts()}


# Properties


@given(history=histories(), order=st.randoms())
def test_each_finding_has_one_story(history, order):
    """What compare says of each finding is what one finds day by day, in whatever order."""
    shuffled = list(history)
    order.shuffle(shuffled)
    comparison = compare(*shuffled)
    told = {
        (each.code, each.subject): name
        for name, kept in groups(comparison).items()
        for each in kept
    }

    assert comparison == compare(*history)
    assert told == {
        (code, subject): story(history, code, subject)
        for code in CODES
        for subject in "abc"
        if story(history, code, subject)
    }


@given(history=histories())
def test_a_comparison_divides_the_findings(history):
    """Each fingerprint is in one group only; those of the last report are all there."""
    comparison = compare(*history)
    marks = [each.fingerprint for kept in groups(comparison).values() for each in kept]
    now = {each.fingerprint for each in history[-1].findings}
    found = groups(comparison)

    assert len(set(marks)) == len(marks) == sum(comparison.counts().values())
    assert now == {
        each.fingerprint for each in (
            *comparison.new, *comparison.first_judged, *comparison.relapsed, *comparison.unchanged
        )
    }  # fmt: skip
    assert set(marks) <= {each.fingerprint for report in history for each in report.findings}
    if all(set(report.checked) == set(CODES) for report in history[-2:]):
        assert set(marks) == now | {each.fingerprint for each in history[-2].findings}
    for kept in found.values():
        assert kept == sorted(kept, key=lambda each: (each.code, each.subject, each.related))


@given(history=histories())
def test_a_baseline_knows_what_a_comparison_calls_known(history):
    """What stood at the last run is known; its ranges are the runs in which it stood."""
    baseline = Baseline()
    for report in history[:-1]:
        baseline = baseline.updated(report)
    if len(history) == 2:
        stood = set(history[0].findings)
    else:
        comparison = compare(*history[:-1])
        found = [each for kept in groups(comparison).values() for each in kept]
        stood = {*found} - {*comparison.mended}
    marks = {each.fingerprint for each in stood}

    for code in CODES:
        for subject in "abc":
            assert baseline.known(finding(code, subject)) == (
                finding(code, subject).fingerprint in marks
            )
    for each in baseline.standings:
        for first, last in each.present:
            assert first <= last
            assert {first, last} <= set(baseline.runs)
    assert baseline.runs == tuple(each.as_of for each in history[:-1])
    again = baseline.updated(history[-1])
    assert again.updated(history[-1]) == again


@given(history=histories())
@settings(max_examples=many(40))
def test_a_baseline_is_read_back_and_written_byte_by_byte(history, tmp_path_factory):
    """A saved baseline is equal to what is read back, and saving it again changes no byte."""
    folder = tmp_path_factory.mktemp("baseline")
    baseline = Baseline()
    for report in history:
        baseline = baseline.updated(report)
    baseline.save(folder / "a.json")
    read = load_baseline(folder / "a.json")
    read.save(folder / "b.json")

    assert read == baseline
    assert (folder / "a.json").read_bytes() == (folder / "b.json").read_bytes()
    entries = json.loads((folder / "a.json").read_text())["findings"]
    assert [each["fingerprint"] for each in entries] == [
        finding(each.code, each.subject).fingerprint for each in read.standings
    ]
    assert pickle.loads(pickle.dumps(read)) == read


@given(small=small_structures(), lang=st.sampled_from(["en", "zh"]))
@settings(max_examples=many(40))
def test_what_was_written_is_read_back(small, lang, tmp_path_factory):
    """A report written as JSON and as JSON lines comes back with equal findings and places."""
    folder = tmp_path_factory.mktemp("report")
    report = check(small.h, rules=SHIPPED)
    expected = Saved.of(report, name="x", lang=lang)
    values = report_json(report, name="x", lang=lang)
    lines = report_lines(report, name="x", lang=lang)
    (folder / "whole.json").write_text(_json.to_text(values, indent=2))
    (folder / "short.json").write_text(json.dumps(values, ensure_ascii=False), "utf-8")
    (folder / "lines.jsonl").write_text("".join(f"{line}\n" for line in lines))

    for name in ("whole.json", "short.json", "lines.jsonl"):
        read = load_report(folder / name)
        assert read == expected
        assert [each.where for each in read.findings] == [each.where for each in report]
        assert read.findings == tuple(report.findings(lang))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def paths_of(value, path=()):
    yield path, value
    if isinstance(value, dict):
        for key, each in value.items():
            yield from paths_of(each, (*path, key))
    if isinstance(value, list):
        for at, each in enumerate(value):
            yield from paths_of(each, (*path, at))


@given(value=json_values, indent=st.sampled_from([None, 1]), ascii=st.booleans())
def test_json_is_read_as_python_reads_it_and_every_value_has_its_place(value, indent, ascii):
    """The strict reader agrees with Python's, and the place of a value is where it begins."""
    text = json.dumps(value, indent=indent, ensure_ascii=ascii)
    document = _json.read(text.encode("utf-8", "surrogatepass"))
    paths = dict(paths_of(value))
    places = document.locate(paths)
    lines = text.split("\n")

    assert document.value == json.loads(text) == value
    assert places.keys() == paths.keys()
    for path, where in places.items():
        start = sum(len(line) + 1 for line in lines[: where.line - 1]) + where.column - 1
        found, _ = json.JSONDecoder().raw_decode(text, start)
        assert found == paths[path]


@given(data=st.binary(max_size=60) | st.text('{}[]",:\\ab01.-eNaN \n', max_size=60).map(str.encode))
@settings(max_examples=many(400))
def test_anything_is_read_or_refused(data):
    """Whatever the bytes, there is a value or one problem with a place, never another error."""
    try:
        _json.read(data, file="x.json")
    except ConfigError as error:
        (found,) = error.problems
        assert found.where.line
        assert not HIDDEN.search(str(error))


# Field examples


def test_a_finding_comes_back():
    """A grid that was covered in spring and is not in summer has relapsed."""
    found = (finding(),)
    comparison = compare(
        Saved("x", DAYS[0], found, ("GT210",)),
        Saved("x", DAYS[1], (), ("GT210",)),
        Saved("x", DAYS[2], (), ()),
        Saved("x", DAYS[3], found, ("GT210",)),
    )

    assert comparison.counts() == {
        "new": 0, "relapsed": 1, "unchanged": 0, "mended": 0, "unjudged": 0, "first_judged": 0
    }  # fmt: skip
    assert comparison.to_json()["dates"] == ["2025-01-28", "2025-02-28", "2025-03-28", "2025-04-28"]
    assert comparison.to_json()["relapsed"] == [found[0].as_json()]


def test_what_is_not_checked_any_more_is_not_mended():
    """A rule that is off now says nothing about its old findings."""
    comparison = compare(Saved("", DAYS[1], (), ("GT2",)), Saved("", DAYS[0], (finding(),), ()))

    assert [each.code for each in comparison.unjudged] == ["GT210"]
    assert comparison.mended == ()


def test_a_day_is_needed_and_each_once():
    """Reports without a day, of one day, or only one of them, are refused in words."""
    one = Saved("Two grids\x1b[2J", DAY)

    with pytest.raises(OutOfRangeError, match="two reports or more"):
        compare(one)
    with pytest.raises(OutOfRangeError, match="two of the reports are of 2025-01-28"):
        compare(one, one)
    with pytest.raises(OutOfRangeError, match=r"a report of Two grids\\x1b\[2J has no day"):
        compare(one, evolve(one, as_of=None))
    with pytest.raises(OutOfRangeError, match="before the last run of the baseline, 2025-02-28"):
        Baseline((DAYS[1],)).updated(one)
    with pytest.raises(OutOfRangeError, match="a report has no day"):
        Baseline().updated(Report())


def test_a_run_of_the_same_day_stands_in_the_place_of_the_last():
    """A structure that was corrected on its day is checked again without a second run."""
    first = Baseline().updated(Saved("", DAYS[0], (finding(),), ("GT210",)))
    both = first.updated(Saved("", DAYS[1], (finding(), finding(subject="N-2")), ("GT210",)))
    again = both.updated(Saved("", DAYS[1], (), ("GT210",)))

    assert both.standings[0].present == ((DAYS[0], DAYS[1]),)
    assert again == Baseline(
        (DAYS[0], DAYS[1]), (Standing("GT210", "N-1", (), ((DAYS[0], DAYS[0]),)),)
    )
    assert not again.known(finding())


@given(small=small_structures())
@settings(max_examples=many(20))
def test_a_report_beyond_a_baseline_has_what_nobody_knew(small):
    """Beyond a baseline of its own a report has nothing; beyond an empty one, everything."""
    report = check(small.h, rules=SHIPPED)
    baseline = Baseline().updated(Saved.of(report))
    half = evolve(Saved.of(report), findings=tuple(report)[::2])

    assert list(baseline.beyond(report)) == []
    assert list(Baseline().beyond(report)) == list(report)
    assert list(Baseline().updated(half).beyond(report)) == list(report)[1::2]


def test_a_comparison_is_told_in_two_languages():
    """The text names what is new, relapsed, mended and not judged, and counts exactly."""
    many = tuple(finding(subject=f"N-{at:02}") for at in range(23))
    comparison = Comparison(
        (DAYS[0], DAYS[1]),
        many,
        (finding("GT401", "B-1"),),
        (finding(hint="add it to the 'covers' of a branch"),),
        (finding(hint="add it to the 'covers' of a branch"),),
        (finding("GT402", hint="take the holder out"),),
        (finding("GT220", "G-1"),),
    )

    text = comparison_text(comparison)
    assert text.startswith(
        "2 reports, from 2025-01-28 to 2025-02-28\n\nnew\n"
        "  error[GT210]: grid 'N-00' covered by no branch\n"
    )
    assert "  ... and 3 more\n\nrelapsed: mended before, and there again\n" in text
    assert "first judged: no earlier report checked the rule\n  error[GT220]: grid 'G-1'" in text
    # As check words it, with its hint; what was mended needs none.
    assert "  error[GT402]: grid 'N-1' covered by no branch; take the holder out\n" in text
    assert "mended\n  error[GT210]: grid 'N-1' covered by no branch\n" in text
    assert text.endswith(
        "new 23 · relapsed 1 · unchanged 1 · mended 1 · not judged 1 · first judged 1"
    )
    chinese = comparison_text(comparison, lang="zh")
    assert chinese.startswith(
        "2 份报告，2025-01-28 至 2025-02-28\n\n新出现\n  error[GT210]: 网格“N-00”："
    )
    assert "首次判断：此前的报告都没有检查该规则\n" in chinese
    assert chinese.endswith("新出现 23 · 复发 1 · 未变 1 · 已整改 1 · 未判断 1 · 首次判断 1")
    assert "\x1b[31m" in comparison_text(comparison, color=True)


def test_what_no_earlier_report_checked_is_first_judged():
    """A finding is new only where an earlier report, not only the last one, checked its rule."""
    found = (finding(), finding("GT401", "B-1"), finding("GT501", "X-1"))
    comparison = compare(
        Saved("x", DAYS[0], (), ("GT210",)),
        Saved("x", DAYS[1], (finding("GT401", "B-2"),), ()),
        Saved("x", DAYS[2], found, ("GT210", "GT401", "GT501")),
    )

    assert [each.code for each in comparison.new] == ["GT210", "GT401"]
    assert [each.code for each in comparison.first_judged] == ["GT501"]
    assert [each["code"] for each in comparison.to_json()["first_judged"]] == ["GT501"]


@pytest.mark.parametrize(
    ("names", "differ"),
    [(("x", "x"), False), (("x", ""), False), ((), False), (("x", "y"), True)],
)
def test_reports_of_structures_of_different_names_are_told(names, differ):
    """A warning names the structures where the names differ; one not given is not known."""
    reports = [Saved(name, day) for name, day in zip(names, DAYS, strict=False)]
    comparison = compare(*reversed(reports)) if names else Comparison((DAYS[0], DAYS[1]))
    text = comparison_text(comparison)

    assert comparison.to_json()["names"] == list(names)
    assert comparison.to_json()["names_differ"] is comparison.names_differ is differ
    assert ("\nwarning: the reports are of different structures: 'x', 'y'\n" in text) == differ
    assert ("不同的结构：“x”, “y”" in comparison_text(comparison, lang="zh")) == differ


# Bad input


def a_report(**damage) -> dict[str, object]:
    return {
        "govtree_report": 1, "name": "x", "as_of": "2025-06-30", "ok": False,
        "counts": {"error": 1, "warning": 0, "note": 0}, "counts_by_code": {},
        "findings": [a_finding()], "checked": [{"code": "GT210"}], "not_checked": [],
        "problems": [], **damage,
    }  # fmt: skip


def a_finding(**damage) -> dict[str, object]:
    return {**finding().as_json(), **damage}


def lines(*values: object) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in values)


HEAD = {"type": "report", **a_report()}
HOSTILE = {
    "equal keys": (b'{"findings": [],\n "checked": [],\n  "findings": []}', "GT037", 3, 3),
    "equal keys in a finding": (
        b'{"findings": [{"code": "GT1", "code": "GT2"}]}', "GT037", 1, 31,
    ),
    "equal keys by escape": (b'{"findings": [], "f\\u0069ndings": []}', "GT037", 1, 18),
    "NaN": (b'{"findings": [],\n"x": [1, NaN]}', "GT044", 2, 10),
    "infinite": (b'{"x": -Infinity}', "GT044", 1, 7),
    "too large for a float": (b'{"x": 1e999}', "GT044", 1, 7),
    "too many digits": (b'{"x": ' + b"9" * 10_000 + b"}", "GT044", 1, 7),
    "deep": (b'{"x": ' + b"[" * 100_000, "GT030", 1, 70),
    "deep objects": (b'{"x":' * 100_000, "GT030", 1, 321),
    "not closed": (b'{"findings": [', "GT070", 1, 15),
    "nothing": (b"", "GT070", 1, 1),
    "quotes": (b'{"' + b'\\"' * 500_000, "GT070", 1, 2),
    "two documents": (b"{}\n{}", "GT070", 2, 1),
    "a comment": (b'{} // "findings"', "GT070", 1, 4),
    "control in a text": (b'{"x": "\x1b[2J"}', "GT070", 1, 8),
    "other encoding": ('{"名": 1}'.encode("utf-16"), "GT010", 1, 0),
    "a list": (b"[]", "GT091", 1, 1),
    "a number": (b"7", "GT091", 1, 1),
    "no findings": (b'{"checked": []}', "GT092", 1, 1),
    "refused": (b'{"ok": false, "problems": []}', "GT078", 1, 1),
    "refused with problems": (
        b'{"ok": false,\n "problems": [{"code": "GT037", "message": 7}]}', "GT078", 1, 1
    ),
    "a baseline": (b'{"govtree_baseline": 1, "runs": [], "findings": []}', "GT076", 1, 1),
    "a baseline with findings": (
        b'{"govtree_baseline": 1, "runs": [], "findings": [{"code": "GT1"}]}', "GT076", 1, 1
    ),
    "a SARIF log": (b'{"version": "2.1.0", "runs": [{"results": []}]}', "GT077", 1, 1),
    "a language": (json.dumps(a_report(lang=7)).encode(), "GT091", 1, 0),
    "findings by name": (json.dumps(a_report(findings={"*": "*"})).encode(), "GT091", 1, 0),
    "another version": (json.dumps(a_report(govtree_report=2)).encode(), "GT072", 1, 20),
    "a true version": (json.dumps(a_report(govtree_report=True)).encode(), "GT072", 1, 20),
    "a day": (json.dumps(a_report(as_of="20250630")).encode(), "GT045", 1, 0),
    "no such day": (json.dumps(a_report(as_of="2025-02-30")).encode(), "GT046", 1, 0),
    "fewer than it says": (json.dumps(a_report(findings=[])).encode(), "GT074", 1, 0),
    "more than it says": (
        json.dumps(a_report(findings=[a_finding(), a_finding(subject="N-2")])).encode(),
        "GT074", 1, 0,
    ),
    "a negative count": (json.dumps(a_report(counts={"error": -1})).encode(), "GT091", 1, 0),
    "no counts": (lines({**HEAD, "counts": None}), "GT091", 1, 0),
    "a finding twice": (
        json.dumps(a_report(findings=[a_finding(), a_finding(fingerprint="f" * 32)])).encode(),
        "GT073", 1, 0,
    ),
    "a wildcard": (json.dumps(a_report(findings=[a_finding(code="*")])).encode(), "GT093", 1, 0),
    "a wildcard rule": (json.dumps(a_report(checked=[{"code": "GT*"}])).encode(), "GT093", 1, 0),
    "a severity": (
        json.dumps(a_report(findings=[a_finding(severity="none")])).encode(), "GT093", 1, 0
    ),
    "a path": (json.dumps(a_report(findings=[a_finding(path="C-1")])).encode(), "GT091", 1, 0),
    "a step": (json.dumps(a_report(findings=[a_finding(path=[1])])).encode(), "GT091", 1, 0),
    "a line": (json.dumps(a_report(findings=[a_finding(line=True)])).encode(), "GT091", 1, 0),
    "a value": (
        json.dumps(a_report(findings=[a_finding(values={"x": [1]})])).encode(), "GT091", 1, 0
    ),
    "no subject": (
        json.dumps(a_report(findings=[{"code": "GT1", "severity": "note", "level": "grid",
                                       "message": "", "path": [], "related": []}])).encode(),
        "GT092", 1, 0,
    ),
    "lines without a head": (lines({"type": "finding", **a_finding()}), "GT093", 1, 10),
    "lines with two heads": (lines(HEAD, HEAD), "GT093", 2, 10),
    "a line of no type": (lines(HEAD, {"type": "*"}), "GT093", 2, 10),
    "a line that is missing": (lines(HEAD), "GT074", 1, 0),
    "a line twice": (
        lines(HEAD, *[{"type": "finding", **a_finding()}] * 2), "GT073", 3, 1,
    ),
    "a line that is cut": (lines(HEAD) + b'{"type": "fin', "GT070", 2, 10),
    "a line with equal keys": (lines(HEAD) + b'{"type": "finding", "type": 1}', "GT037", 2, 21),
    "a line that is deep": (lines(HEAD) + b"[" * 1_000, "GT030", 2, 65),
}  # fmt: skip


@pytest.mark.parametrize(("data", "code", "line", "column"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_report_is_refused_at_its_place(data, code, line, column, tmp_path):
    """What strangers write is refused by one problem with line and column, and quickly."""
    (tmp_path / "report.json").write_bytes(data)
    began = time.perf_counter()
    with pytest.raises(ConfigError) as caught:
        load_report(tmp_path / "report.json")
    found = caught.value.problems[0]

    assert time.perf_counter() - began < 10
    assert found.code == code
    assert found.where.line == line
    assert not column or found.where.column == column
    assert not any(each.quote for each in caught.value.problems)
    for each in str(caught.value).split("\n"):
        assert not HIDDEN.search(each)


def test_what_is_no_report_is_told_by_one_problem(tmp_path):
    """Other files that govtree wrote are told by one problem with a hint of its own."""
    baseline = Baseline().updated(Saved("", DAY, (finding(),), ("GT210",)))
    baseline.save(tmp_path / "baseline.json")
    (tmp_path / "log.json").write_text(json.dumps(sarif(Report())))
    told = {}
    for name in ("baseline.json", "log.json"):
        with pytest.raises(ConfigError) as caught:
            load_report(tmp_path / name)
        (found,) = caught.value.problems
        told[name] = found.code
        assert found.mend("zh") != found.mend("en") != ""

    assert told == {"baseline.json": "GT076", "log.json": "GT077"}


def test_keys_of_a_later_govtree_make_no_report_another_file(tmp_path):
    """A report stays one, whatever keys stand beside those that are known."""
    later = a_report(runs=[], govtree_baseline="known.json", lang="zh")
    (tmp_path / "report.json").write_text(json.dumps(later))

    assert load_report(tmp_path / "report.json").lang == "zh"


def test_every_fault_is_told_with_its_neighbors(tmp_path):
    """Faulty values of a report are told together, at most twenty of them."""
    bad = [a_finding(subject=f"N-{at}", severity=1, path=2) for at in range(100)]
    (tmp_path / "report.json").write_text(json.dumps(a_report(findings=bad)))

    with pytest.raises(ConfigError) as caught:
        load_report(tmp_path / "report.json")
    assert len(caught.value.problems) == 20


def test_a_large_report_is_refused_before_it_is_read(tmp_path):
    """A file that claims 100 MB more than the limit is refused by its size alone."""
    with open(tmp_path / "report.json", "wb") as file:
        file.truncate(LIMITS.report_bytes + 100_000_000)

    with pytest.raises(FileError) as caught:
        load_report(tmp_path / "report.json")
    assert [each.code for each in caught.value.problems] == ["GT004"]


def test_too_many_values_are_refused_before_they_are_made(tmp_path):
    """Keys and values are counted before anything is made of them; texts do not count."""
    (tmp_path / "a.json").write_text('{"findings": [' + "[]," * 500 + "[]]}")
    (tmp_path / "b.json").write_text(json.dumps(a_report(name="[{,:" * 5_000)))

    with pytest.raises(ConfigError) as caught:
        load_report(tmp_path / "a.json", limits=Limits(report_nodes=100))
    assert [each.code for each in caught.value.problems] == ["GT071"]
    assert load_report(tmp_path / "b.json", limits=Limits(report_nodes=200)).name[:4] == "[{,:"


@pytest.mark.skipif(os.name != "posix", reason="needs links and pipes of POSIX")
def test_a_report_comes_through_the_one_door(tmp_path):
    """A pipe, a link that leads outside, a folder and a missing file are refused by name."""
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "outside.json").write_text(json.dumps(a_report()))
    os.mkfifo(inside / "pipe.json")
    (inside / "link.json").symlink_to(tmp_path / "outside.json")
    codes = {}
    for name in ("pipe.json", "link.json", ".", "none.json"):
        for read in (load_report, load_baseline):
            with pytest.raises(FileError) as caught:
                read(inside / name)
            codes[name] = caught.value.problems[0].code

    assert codes == {"pipe.json": "GT006", "link.json": "GT002", ".": "GT003", "none.json": "GT001"}


def test_a_source_that_a_report_names_is_never_opened(tmp_path, monkeypatch):
    """Whatever files its findings name, only the saved report itself is opened."""
    other = {"file": "/etc/passwd", "line": 1, "column": 1}
    for name, subject, day in (("a", "N-1", "2025-01-31"), ("b", "N-2", "2025-06-30")):
        (tmp_path / f"{name}.json").write_text(
            json.dumps(a_report(as_of=day, findings=[a_finding(subject=subject, **other)]))
        )
    opened = []
    for module, name in ((os, "open"), (builtins, "open")):
        real = getattr(module, name)

        def spy(path, *args, real=real, **options):
            opened.append(Path(os.fspath(path)).name if not isinstance(path, int) else path)
            return real(path, *args, **options)

        monkeypatch.setattr(module, name, spy)
    text = comparison_text(
        compare(load_report(tmp_path / "a.json"), load_report(tmp_path / "b.json"))
    )
    monkeypatch.undo()

    assert "a.json" in opened
    assert "passwd" not in opened
    assert "root:" not in text


def test_nothing_that_a_report_says_of_itself_is_believed(tmp_path):
    """Fingerprints are made anew, and texts of strangers reach a terminal on one line."""
    nasty = "\x1b[2J\u202e::error::x\n##[error]x"
    values = a_report(
        findings=[
            a_finding(fingerprint="0" * 32, message=nasty, hint=nasty, slug=nasty, level=nasty),
            a_finding(fingerprint="0" * 32, subject=nasty, related=["b", "a", "b"]),
        ],
        counts={"error": 2},
        name=nasty,
    )
    (tmp_path / "report.json").write_text(json.dumps(values))
    saved = load_report(tmp_path / "report.json")
    text = comparison_text(compare(saved, Saved("", DAYS[0])))

    assert [each.subject for each in saved.findings] == [nasty, "N-1"]
    assert saved.findings[1].fingerprint == finding().fingerprint
    assert saved.findings[0].related == ("a", "b")
    for line in text.split("\n"):
        assert not HIDDEN.search(line)
        assert "##[" not in line


HOSTILE_BASELINES = {
    "a report": (a_report(), "GT092"),
    "another version": ({"govtree_baseline": 2, "runs": [], "findings": []}, "GT072"),
    "a run that is no day": ({"govtree_baseline": 1, "runs": ["*"], "findings": []}, "GT045"),
    "runs out of order": (
        {"govtree_baseline": 1, "runs": ["2025-02-01", "2025-01-01"], "findings": []}, "GT075",
    ),
    "a run twice": (
        {"govtree_baseline": 1, "runs": ["2025-02-01", "2025-02-01"], "findings": []}, "GT075",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("values", "code"), HOSTILE_BASELINES.values(), ids=HOSTILE_BASELINES)
def test_a_hostile_baseline_is_refused(values, code, tmp_path):
    """A baseline is read as strictly as a report."""
    (tmp_path / "baseline.json").write_text(json.dumps(values))
    with pytest.raises(ConfigError) as caught:
        load_baseline(tmp_path / "baseline.json")

    assert caught.value.problems[0].code == code


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"subject": "*", "code": "*"}, "GT093"),
        ({"present": [["2025-01-01", "2025-03-01"]]}, "GT075"),
        ({"present": [["2025-02-01", "2025-01-01"]]}, "GT075"),
        ({"present": [["2025-01-01", "2025-02-01"], ["2025-02-01", "2025-02-01"]]}, "GT075"),
        ({"present": [["2025-01-01"]]}, "GT091"),
        ({"present": "always"}, "GT091"),
        ({"related": "N-2"}, "GT091"),
    ],
)
def test_a_hostile_entry_of_a_baseline_is_refused(entry, code, tmp_path):
    """An entry names one finding and runs that there were, in order; nothing stands for many."""
    sound = {"code": "GT210", "subject": "N-1", "related": [], "present": []}
    values = {"govtree_baseline": 1, "runs": ["2025-01-01", "2025-02-01"]}
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps({**values, "findings": [{**sound, **entry}]}))
    with pytest.raises(ConfigError) as caught:
        load_baseline(path)
    assert caught.value.problems[0].code == code

    # Two entries of one fingerprint, whatever fingerprint they claim.
    twice = [{**sound, "fingerprint": "0"}, {**sound, "fingerprint": "1"}]
    path.write_text(json.dumps({**values, "findings": twice}))
    with pytest.raises(ConfigError) as caught:
        load_baseline(path)
    assert caught.value.problems[0].code == "GT073"


def test_a_baseline_is_not_written_through_a_link(tmp_path):
    """The one saver writes baselines: whole, and never through a link."""
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")

    with pytest.raises(FileError) as caught:
        Baseline().save(tmp_path / "link.json")
    assert caught.value.problems[0].code == "GT089"
    assert (tmp_path / "real.json").read_text() == "old"
