"""``govtree compare``: what is new, mended and relapsed between saved reports."""

from __future__ import annotations

import argparse
import datetime as dt
import sys

from govtree.cli._output import (
    BAD_INPUT,
    CLEAN,
    FINDINGS,
    has_color,
    language,
    print_json,
    print_text,
    refuse,
)
from govtree.display.comparison import comparison_text
from govtree.errors import ConfigError, FileError, OutOfRangeError, Problem
from govtree.findings import SEVERITIES
from govtree.history import Saved, load_report
from govtree.history import compare as compared

__all__ = ["compare"]


def compare(told: argparse.Namespace) -> int:
    """Print what became of the findings of several saved reports."""
    lang = language(told.lang)
    saved: list[Saved] = []
    problems: list[Problem] = []
    for path in told.reports:
        try:
            saved.append(load_report(path))
        except (ConfigError, FileError) as error:
            problems += error.problems
    if problems:
        return refuse(tuple(sorted(problems)), as_json=told.json, lang=lang)
    try:
        comparison = compared(*saved)
    except OutOfRangeError as error:
        if told.json:
            return print_json({"ok": False, "problems": [{"message": str(error)}]}, BAD_INPUT)
        print(f"govtree: {error}", file=sys.stderr)
        return BAD_INPUT
    last = max(saved, key=lambda each: each.as_of or dt.date.min)
    lang = language(told.lang, last.lang)
    grave = SEVERITIES[: SEVERITIES.index(told.fail_on) + 1]
    worse = (*comparison.new, *comparison.relapsed)
    code = FINDINGS if any(each.severity in grave for each in worse) else CLEAN
    if told.json:
        return print_json(comparison.to_json(), code)
    return print_text(comparison_text(comparison, color=has_color(sys.stdout), lang=lang), code)
