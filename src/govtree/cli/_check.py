"""``govtree check`` and ``govtree demo``: a structure, its report, and where that goes."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module, resources
from pathlib import Path
from textwrap import fill
from typing import Any

from attrs import evolve, frozen

from govtree._files import save_all
from govtree._json import to_text
from govtree._markup import short
from govtree._messages import say
from govtree.cli._output import (
    CLEAN,
    FINDINGS,
    has_color,
    language,
    no_such,
    print_json,
    print_text,
    progress,
    read,
    refuse,
    refuse_words,
    refused,
    warn,
)
from govtree.config import Examined, Structure
from govtree.coverage import check as checked
from govtree.display.markdown import report_markdown
from govtree.display.outline import header_lines
from govtree.display.report_json import report_json, report_lines
from govtree.display.sarif import sarif
from govtree.display.text import figures_lines, report_text
from govtree.errors import ConfigError, FileError, OutOfRangeError
from govtree.findings import Report
from govtree.history import Baseline, load_baseline
from govtree.rules import Rule, named

__all__ = ["check", "demo", "report_defaults", "report_on"]

#: What stands above the reports of the demo, and the folder of its second version.
_REAL = {
    "luozhuang": "The district, its streets and its communities are real; branches, groups, grids, "
    "households, bodies and persons below them are synthetic.",
    "jinzhai": "The county, its town and its communities are real; branches, groups, grids, "
    "households, bodies and persons below them are synthetic.",
}
#: The compound whose grids the demo draws anew.
_DRAWN = {"luozhuang": "X-036", "jinzhai": "X-02"}
_PLANTED = "planted"
_SECOND = "The same structure with planted defects, at least one for each rule"
_ABOUT_SECOND = (
    "Made for this report only, to show what findings look like: each names the unit, its place in "
    "the tables, and how to mend it."
)


def check(told: argparse.Namespace) -> int:
    """Print the report of the structure at a path."""
    return _run(told, told.path)


def demo(told: argparse.Namespace) -> int:
    """Print the report of a shipped example, of its version with defects, and some new grids."""
    plain = report_defaults(told)
    lang = language(told.lang)
    shipped = resources.files("govtree") / "examples" / told.example
    with resources.as_file(shipped) as folder:
        with progress() as tell:
            examined = read(str(folder), plain.lang, tell)
        code = report_on(plain, examined, fill(say(_REAL[told.example], lang), 96))
    if not told.json:
        plant = import_module(f"govtree.examples.{told.example}.plant")
        with tempfile.TemporaryDirectory(prefix="govtree-") as above, contextlib.chdir(above):
            # From there the paths in the report are short, and the same everywhere.
            plant.main([_PLANTED])
            about = fill(say(_ABOUT_SECOND, lang), 96)
            _run(plain, _PLANTED, f"\n=== {say(_SECOND, lang)} ===\n\n{about}")
        if examined.structure is not None:
            from govtree.cli._partition import grids_of_one

            h = examined.structure.hierarchy
            code = max(code, grids_of_one(h, _DRAWN[told.example], told.map, lang))
    return code


@frozen
class _Told:
    """A report, and what is told of it."""

    examined: Examined
    structure: Structure
    whole: Report
    report: Report
    known: Mapping[str, int] | None

    @property
    def lang(self) -> str:
        return self.examined.language


def report_defaults(told: argparse.Namespace) -> argparse.Namespace:
    """Return the options of a command that prints a report, those of ``check`` as left out."""
    return argparse.Namespace(
        **vars(told), as_of=None, select=[], ignore=[], statistics=False, output=[],
        baseline=None, update_baseline=False,
    )  # fmt: skip


def report_on(
    told: argparse.Namespace,
    examined: Examined,
    note: str = "",
    beside: Mapping[str, Any] | None = None,
) -> int:
    """Print the report of a structure that was read, and write it where that is asked for.

    Args:
        told: The options of a report.
        examined: What was read.
        note: What stands above the report.
        beside: In JSON, what stands beside the report, which is then under ``report``.
    """
    with progress() as tell:
        whole = _reported(told, examined, tell)
    return whole if isinstance(whole, int) else _print(told, whole, note, beside)


def _run(told: argparse.Namespace, path: str, note: str = "") -> int:
    with progress() as tell:
        whole = _reported(told, read(path, told.lang, tell), tell)
    return whole if isinstance(whole, int) else _print(told, whole, note)


def _reported(
    told: argparse.Namespace, examined: Examined, tell: Callable[[str], None]
) -> _Told | int:
    """Return the report that is asked for, or the exit code where there is none."""
    structure = examined.structure
    if structure is None:
        return refused(examined, as_json=told.json)
    try:
        select = _codes(told.select, structure.rules.rules)
        ignore = _codes(told.ignore, structure.rules.rules)
        baseline = _baseline(told)
    except (ConfigError, FileError) as error:
        return refuse(error.problems, as_json=told.json, lang=examined.language)
    except OutOfRangeError as error:
        return refuse_words(str(error), as_json=told.json)
    # Rules of other packages may print; what they say is no part of the report.
    with contextlib.redirect_stdout(sys.stderr):
        report = checked(
            structure.hierarchy,
            rules=structure.rules,
            waivers=structure.waivers,
            as_of=told.as_of,
            progress=tell,
        )
    report = report.select(*select) if told.select else report
    report = report.ignore(*ignore) if told.ignore else report
    beyond = report if baseline is None else baseline.beyond(report)
    known = None if baseline is None else _known(report, beyond)
    whole = _Told(examined, structure, report, beyond, known)
    try:
        _write(told, whole, baseline)
    except FileError as error:
        return refuse(error.problems, as_json=told.json, lang=examined.language)
    except OutOfRangeError as error:
        return refuse_words(str(error), as_json=told.json)
    return whole


def _print(
    told: argparse.Namespace,
    whole: _Told,
    note: str = "",
    beside: Mapping[str, Any] | None = None,
) -> int:
    code = FINDINGS if whole.report.reaches(told.fail_on) else CLEAN
    if told.json:
        said = _json(whole)
        return print_json(said if beside is None else {**beside, "report": said}, code)
    warn(whole.examined)
    text = _text(whole, statistics=told.statistics, color=has_color(sys.stdout))
    return print_text("\n\n".join(each for each in (note, text) if each), code)


def _known(whole: Report, beyond: Report) -> dict[str, int]:
    """Return how many findings of each rule are in the whole report only, by code."""
    left = dict(beyond.counts().by_code)
    known = {code: number - left.get(code, 0) for code, number in whole.counts().by_code}
    return {code: number for code, number in known.items() if number}


def _codes(asked: Iterable[Sequence[str]], rules: Sequence[Rule]) -> list[str]:
    """Return the codes that names mean: codes, beginnings of codes, or slugs.

    Raises:
        OutOfRangeError: If a name means no rule.
    """
    codes: list[str] = []
    for name in (name for names in asked for name in names):
        meant = named(rules, name)
        if not meant:
            known = [word for each in rules for word in (each.code, each.slug)]
            raise OutOfRangeError(no_such("rule", name, known))
        codes += [each.code for each in meant]
    return codes


def _baseline(told: argparse.Namespace) -> Baseline | None:
    if told.baseline is None:
        if told.update_baseline:
            raise OutOfRangeError("--update-baseline needs a --baseline FILE to write to")
        return None
    if told.update_baseline and (told.select or told.ignore):
        raise OutOfRangeError(
            "a baseline keeps whole runs; --update-baseline goes without --select and --ignore"
        )
    try:
        return load_baseline(told.baseline)
    except FileError as error:
        missing = all(each.code == "GT001" for each in error.problems)
        if told.update_baseline and missing:
            return Baseline()
        raise


def _write(told: argparse.Namespace, whole: _Told, baseline: Baseline | None) -> None:
    """Write the files that are asked for.

    Raises:
        OutOfRangeError: If a file would be written twice, or over one that was read.
    """
    kept = {*whole.structure.files, *_tables(whole.structure)}
    _require_apart([path for _, path in told.output], told.baseline, kept)
    # Before anything is written: a run without a day has no place in a baseline.
    updated = None
    if baseline is not None and told.update_baseline:
        updated = baseline.updated(whole.whole)
    save_all({path: _written(form, whole, told) for form, path in told.output})
    if updated is not None:
        updated.save(told.baseline)


def _tables(structure: Structure) -> set[str]:
    """Return the paths of the tables that the structure was read from."""
    h = structure.hierarchy
    sources = (h.sources(name) for name in h.tables)
    return {part.at(0).file for source in sources if source is not None for part in source.parts}


def _require_apart(outputs: Sequence[str], baseline: str | None, kept: Iterable[str]) -> None:
    taken = {Path(each).resolve() for each in kept if each}
    for path in (*outputs, *([] if baseline is None else [baseline])):
        place = Path(path).resolve()
        if place in taken:
            raise OutOfRangeError(
                f"'{short(path)}' is a file of the structure or written twice; name another file"
            )
        taken.add(place)


def _written(form: str, whole: _Told, told: argparse.Namespace) -> Iterable[bytes]:
    """Return a report in one of the formats. JSON is the record, and holds what is known too."""
    h = whole.structure.hierarchy
    if form == "jsonl":
        lines = report_lines(
            whole.whole, name=h.name, lang=whole.lang, problems=whole.examined.problems
        )
        return (f"{line}\n".encode() for line in lines)
    if form == "json":
        text = to_text(_json(whole), indent=2) + "\n"
    elif form == "sarif":
        values = sarif(
            whole.report,
            rules=whole.structure.rules.rules,
            levels=h.levels,
            file=_file(told, whole),
            lang=whole.lang,
        )
        text = to_text(values, indent=2) + "\n"
    elif form == "md":
        text = report_markdown(whole.report, name=h.name, levels=h.levels, lang=whole.lang)
    else:
        text = _text(whole, statistics=told.statistics, color=False) + "\n"
    return (text.encode("utf-8", "backslashreplace"),)


def _file(told: argparse.Namespace, whole: _Told) -> str:
    """Return the structure file, where findings are shown that stand in no file."""
    return next(iter(whole.structure.files), getattr(told, "path", ""))


def _json(whole: _Told) -> dict[str, Any]:
    h = whole.structure.hierarchy
    return report_json(whole.whole, name=h.name, lang=whole.lang, problems=whole.examined.problems)


def _text(whole: _Told, *, statistics: bool, color: bool) -> str:
    structure, report, lang = whole.structure, whole.report, whole.lang
    h = structure.hierarchy
    day = evolve(h, facts=evolve(h.facts, as_of=report.as_of))
    head = [*header_lines(day, color=color, lang=lang), *figures_lines(report, lang=lang)]
    text = report_text(
        report,
        levels=h.levels,
        quote=structure.quote,
        color=color,
        lang=lang,
        known=whole.known,
        most=0 if statistics else None,
    )
    return "\n\n".join(each for each in ("\n".join(line for line in head if line), text) if each)
