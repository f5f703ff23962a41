"""What a structure file and a check give back is typed. Read by checkers, never run."""

from __future__ import annotations

from typing import assert_type

from govtree import Finding, Hierarchy, Report, Rule, Structure, check, load, load_text


def a_structure_is_loaded(path: str) -> None:
    assert_type(load(path), Structure)
    assert_type(load_text("name: here"), Structure)
    assert_type(load(path).hierarchy, Hierarchy)
    load(3)  # type: ignore[arg-type]  # a path is a text or a path


def a_report_is_read(s: Structure, rule: Rule) -> None:
    assert_type(check(s.hierarchy), Report)
    assert_type(check(s.hierarchy, rules=[rule]), Report)
    assert_type(check(s.hierarchy, rules=s.rules, waivers=s.waivers), Report)
    for finding in check(s.hierarchy):
        assert_type(finding, Finding)
        assert_type(finding.code, str)
        assert_type(finding.related, tuple[str, ...])
    assert_type(list(check(s.hierarchy)), list[Finding])
