"""``govtree import``: an office's table to the folder of a structure."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from glob import escape, has_magic
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from govtree._files import Folder
from govtree._markup import one_line, short
from govtree._messages import say
from govtree._wording import Reason, in_a_row, row_of
from govtree.cli._check import report_defaults, report_on
from govtree.cli._output import (
    BAD_INPUT,
    language,
    print_json,
    print_text,
    progress,
    refuse,
    refuse_words,
)
from govtree.config._imported import PLAN_FILE, Target, drafted, read_target, write_target
from govtree.config._load import examine_draft
from govtree.config._roster import PlanFile, load_plan, plan_text
from govtree.display._terms import Terms
from govtree.errors import FileError, Location, OutOfRangeError, Problem, problem
from govtree.hierarchy import Hierarchy
from govtree.rosters import (
    ALL_SHEETS,
    FromPlace,
    Proposal,
    Roster,
    RosterFiles,
    RosterPlan,
    Taken,
    open_levels,
    propose_file,
    read_roster,
)
from govtree.tables import peek

__all__ = ["import_roster"]

_YES = ("y", "yes", "是")

#: Doubts that are printed; the file of decisions has all.
_SHOWN = 20


class _Refused(Exception):  # noqa: N818 - never leaves this module
    """Nothing is written: the problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))


@frozen
class _Inputs:
    """The files that are read.

    Attributes:
        folder: The folder that they all lie in.
        names: Their paths in it, by what was typed.
    """

    folder: Folder
    names: Mapping[str, str] = field(factory=dict)

    @classmethod
    def of(cls, paths: Sequence[str]) -> _Inputs:
        """Return the files at *paths*, where patterns stand for all that they match.

        Raises:
            FileError: If a pattern matches nothing.
            OutOfRangeError: If they lie on different drives, or one is named twice.
        """
        paths = [each for path in paths for each in _unfolded(path)]
        real = [os.path.abspath(path) for path in paths]  # noqa: PTH100 - links stay links
        if len(set(real)) < len(real):
            raise OutOfRangeError("a file is named twice")
        try:
            root = os.path.commonpath([str(Path(path).parent) for path in real])
        except ValueError as error:
            raise OutOfRangeError("the files lie on different drives; copy them to one") from error
        names = [Path(path).relative_to(root).as_posix() for path in real]
        return cls(Folder(root), dict(zip(paths, names, strict=True)))

    def placed(self, problems: Iterable[Problem]) -> list[Problem]:
        """Return problems with the paths of the files as they were typed."""
        typed = {name: path for path, name in self.names.items()}
        return [
            evolve(each, where=evolve(each.where, file=typed.get(each.where.file, each.where.file)))
            for each in problems
        ]


def _unfolded(path: str) -> list[str]:
    """Return the files that a pattern matches: not every shell unfolds those."""
    if not has_magic(path) or os.path.lexists(path):
        return [path]
    parts = Path(path).parts
    first = next(place for place, part in enumerate(parts) if has_magic(part))
    root = Path(*parts[:first])
    try:
        found = Folder(root).expand("/".join(parts[first:]), where=Location(path))
    except FileError as refused:
        raise FileError([evolve(each, where=Location(path)) for each in refused.problems]) from None
    return [str(root / name) for name in found]


def import_roster(told: argparse.Namespace) -> int:
    """Read a roster, write it to the folder of a structure, and print its report."""
    lang = language(told.lang)
    try:
        inputs = _Inputs.of(told.files)
        target = read_target(told.out, profile=told.profile)
        lang = language(told.lang, target.language)
        return _import(told, inputs, target, lang)
    except _Refused as refused:
        return refuse(refused.problems, as_json=told.json, lang=lang)
    except FileError as error:
        return refuse(error.problems, as_json=told.json, lang=lang)
    except OutOfRangeError as error:
        return refuse_words(str(error), as_json=told.json)


def _import(told: argparse.Namespace, inputs: _Inputs, target: Target, lang: str) -> int:
    file = _plan_file(told.plan) if told.plan is not None else target.plan
    problems = [*target.problems, *(() if file is None else file.problems)]
    if target.facts is None or any(each.severity == "error" for each in problems):
        raise _Refused(problems)
    proposal = None
    plan = None if file is None else file.plan
    if plan is None:
        proposal = _proposal(inputs, target)
        plan = proposal.plan
    elif target.plan is not None and plan != target.plan.plan:
        path = str(Path(told.out, PLAN_FILE))
        reason = Reason("'{file}' is another plan", file=told.plan)
        raise _Refused([problem("GT952", Location(path), path=path, reason=reason)])
    target = target.fitted(plan)
    if proposal is not None:
        code = _agreed(told, proposal, inputs, target, lang)
        if code is not None:
            return code
    with progress() as tell:
        tell(", ".join(inputs.names))
        read, used = _read(inputs, target, plan, proposal)
        problems += inputs.placed(read.problems)
        if read.hierarchy is None:
            if proposal is not None and not told.json:
                # A column that was left out may be the reason.
                print_text("\n".join(_proposal_lines(proposal, target, lang)) + "\n", BAD_INPUT)
            raise _Refused(file.placed(each) if file is not None else each for each in problems)
        gone = target.gone(read.hierarchy)
        files, more = drafted(
            target, read, used, inputs=inputs.names, plan_given=target.plan is None,
            language=told.lang,
        )  # fmt: skip
        if more:
            raise _Refused(more)
        examined = examine_draft(told.out, files, progress=tell)
        if examined.structure is None:
            raise _Refused(examined.problems)
        write_target(target, files)
    warnings = tuple(sorted(problems))
    summary = _Summary(told.out, tuple(inputs.names), used, proposal, read, gone, warnings)
    options = report_defaults(told)
    # What is doubtful in the rows was told of the roster, with the rows that people have.
    written = {str(Path(told.out, name)) for name in files}
    others = [each for each in examined.problems if each.where.file not in written]
    examined = evolve(examined, language=lang, problems=tuple(others))
    if told.json:
        return report_on(options, examined, beside={"import": summary.as_json(lang)})
    return report_on(options, examined, note=summary.text(target, lang))


# -- plan ---------------------------------------------------------------------------------------


def _plan_file(path: str) -> PlanFile:
    folder, name = os.path.split(path)
    return load_plan(Folder(folder), name, file=path)


def _proposal(inputs: _Inputs, target: Target) -> Proposal:
    """Return how the first of the files is probably read.

    Raises:
        _Refused: If it cannot be read, or has no sheet that is understood.
    """
    assert target.facts is not None
    # Where people wrote levels, these hold; else they will be those that the table has.
    facts = open_levels(target.facts) if target.outline is None else target.facts
    path, name = next(iter(inputs.names.items()))
    peeks, problems = peek(inputs.folder, name)
    if not peeks:
        raise _Refused(inputs.placed(problems))
    proposal = propose_file(peeks, facts, Path(path).stem)
    if proposal is None:
        known = ", ".join(each.layout.sheet for each in peeks)
        raise _Refused([problem("GT956", Location(path), known=known)])
    return proposal


def _missing(proposal: Proposal, inputs: _Inputs, target: Target) -> Problem:
    """Return what is wrong with a proposal that names too little."""
    assert target.facts is not None
    layout = proposal.plan.layout
    sheet = "" if layout.sheet == ALL_SHEETS else layout.sheet
    where = Location(next(iter(inputs.names)), sheet=sheet, row=layout.header[-1])
    known = ", ".join(each.column for each in proposal.columns if each.column)
    level = row_of([target.facts.called(table) for table in proposal.missing])
    return problem("GT957", where, level=level, known=known)


def _agreed(
    told: argparse.Namespace, proposal: Proposal, inputs: _Inputs, target: Target, lang: str
) -> int | None:
    """Return None where the proposal is taken, else the exit code after it was printed."""
    faults = (_missing(proposal, inputs, target),) if proposal.missing else ()
    if told.yes and not faults:
        return None
    if told.json:
        said = {"ok": False, "proposal": _proposal_json(proposal, lang)}
        if faults:
            said["problems"] = [each.as_json(lang) for each in faults]
        return print_json(said, BAD_INPUT)
    text = "\n".join(_proposal_lines(proposal, target, lang))
    if faults:
        what = say(_MEND, lang)
        print_text(f"{text}\n\n{what}\n\n{_draft(proposal, lang)}", BAD_INPUT)
        return refuse(faults, as_json=False, lang=lang)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        what = say(
            "Nothing was written. Add --yes to take this, or save the lines below to a file, mend "
            "them, and name it by --plan:", lang,
        )  # fmt: skip
        return print_text(f"{text}\n\n{what}\n\n{plan_text(proposal.plan)}", BAD_INPUT)
    print(f"{text}\n")
    asked = say("Write this to {folder}? [y/N]", lang, folder=short(told.out))
    try:
        answer = input(f"{asked} ")
    except EOFError:
        answer = ""
    if answer.strip().lower() in _YES:
        return None
    return print_text(say("Nothing was written.", lang), BAD_INPUT)


_MEND = "Nothing was written. Save the lines below to a file, mend them, and name it by --plan:"


def _draft(proposal: Proposal, lang: str) -> str:
    """Return the plan as far as it goes, and above it what is still to be named."""
    lines = []
    for name in dict.fromkeys((*proposal.missing, *proposal.open)):
        section = "columns" if "." in name else "units"
        columns = proposal.open.get(name, ())
        either = in_a_row([short(each) for each in columns], lang) if columns else "?"
        lines.append(f"# {section}: {name}: {either}\n")
    return "".join(lines) + plan_text(proposal.plan)


# -- reading ------------------------------------------------------------------------------------


def _read(
    inputs: _Inputs, target: Target, plan: RosterPlan, proposal: Proposal | None
) -> tuple[Roster, RosterPlan]:
    """Return the roster and the plan that it was read by."""
    assert target.facts is not None
    # A name is a name here, not a pattern: those have been unfolded.
    files = RosterFiles(inputs.folder, [escape(name) for name in inputs.names.values()])
    kept, decisions = target.kept, target.decisions
    roster = read_roster(files, plan, facts=target.facts, kept=kept, decisions=decisions)
    if proposal is not None and plan.covers and _covers_twice(roster.hierarchy):
        # What the first rows said does not hold for all.
        plan = evolve(plan, covers=())
        roster = read_roster(files, plan, facts=target.facts, kept=kept, decisions=decisions)
    return roster, plan


def _covers_twice(hierarchy: Hierarchy | None) -> bool:
    """Return whether several branches cover one grid."""
    if hierarchy is None or "relation" not in hierarchy.tables:
        return False
    covered = [each.target for each in hierarchy.relation("covers")]
    return len(covered) > len(set(covered))


# -- what is printed ----------------------------------------------------------------------------


@frozen
class _Summary:
    """What an import understood, and what it doubted."""

    folder: str
    files: tuple[str, ...]
    plan: RosterPlan
    proposal: Proposal | None
    roster: Roster
    gone: Mapping[str, int]
    problems: tuple[Problem, ...]

    def text(self, target: Target, lang: str) -> str:
        """Return it as lines for people."""
        roster = self.roster
        files = in_a_row([short(each) for each in self.files], lang)
        lines = [say("{rows} rows of {files} to {folder}", lang, rows=roster.rows, files=files,
                     folder=short(self.folder))]  # fmt: skip
        if self.proposal is not None:
            # As it was read in the end.
            lines += ["", *_proposal_lines(evolve(self.proposal, plan=self.plan), target, lang)]
            if self.proposal.plan.covers and not self.plan.covers:
                lines.append(f"  {say(_SEVERAL, lang)}")
        elif target.is_fitted:
            lines += ["", _levels_line(target, lang)]
        lines.append("")
        assert roster.hierarchy is not None
        terms = Terms(roster.hierarchy.levels, lang)
        counted = [
            say("{table} {count}, {new} new, {gone} gone" if self.gone.get(table) else
                "{table} {count}, {new} new", lang, table=terms.called(table),
                count=roster.units.get(table, 0), new=roster.new.get(table, 0),
                gone=self.gone.get(table, 0))
            for table in dict.fromkeys((*roster.units, *self.gone))
        ]  # fmt: skip
        units = reduce(lambda one, more: say("{one}; {more}", lang, one=one, more=more), counted)
        lines.append(say("units: {units}", lang, units=units))
        lines += [f"  {each.render(lang, quote=False)}" for each in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            lines.append(f"  {say('and {number} more', lang, number=len(self.problems) - _SHOWN)}")
        if roster.doubts:
            where = short(str(Path(self.folder, "decisions.csv")))
            lines += ["", say(_LOOK_ALIKE, lang, number=len(roster.doubts), file=where)]
            for doubt in roster.doubts[:_SHOWN]:
                lines.append(
                    f"  {terms.called(doubt.table)}: {short(doubt.keep)} ({doubt.rows}), "
                    f"{short(doubt.other)} ({doubt.other_rows})  {short(doubt.place)}".rstrip()
                )
            if len(roster.doubts) > _SHOWN:
                more = len(roster.doubts) - _SHOWN
                lines.append(f"  {say('and {number} more', lang, number=more)}")
        return "\n".join(lines)

    def as_json(self, lang: str) -> dict[str, Any]:
        """Return it as plain values."""
        roster, layout = self.roster, self.plan.layout
        return {
            "folder": self.folder,
            "files": list(self.files),
            "sheet": layout.sheet,
            "header": list(layout.header),
            "rows": roster.rows,
            "units": dict(roster.units),
            "new": dict(roster.new),
            "gone": dict(self.gone),
            "proposal": None if self.proposal is None else _proposal_json(self.proposal, lang),
            "problems": [each.as_json(lang) for each in self.problems],
            "doubts": [
                {
                    "table": each.table, "parent": each.parent, "place": each.place,
                    "keep": each.keep, "other": each.other,
                    "rows": each.rows, "other_rows": each.other_rows,
                }
                for each in roster.doubts
            ],
        }  # fmt: skip


#: Fields that have a label of their own.
_LABELLED = ("residents", "occupancy", "address", "type", "code")
_SEVERAL = "branches that stand with one grid are several, so that no 'covers' is proposed"
_LOOK_ALIKE = (
    "names that look alike, in pairs: {number}; write same or different for each in {file}, and "
    "import the file again:"
)
_LEFT_OUT = {
    "persons": "left out: it is about persons, which is never needed",
    "unknown": "left out: it is not known what it is",
    "doubt": "left out: see below",
}


def _proposal_lines(proposal: Proposal, target: Target, lang: str) -> list[str]:
    """Return a proposal as a table of its columns; never what the cells say."""
    layout = proposal.plan.layout
    rows = ", ".join(map(str, layout.header))
    looked = "header in row {header}, {rows} rows looked at"
    if proposal.goes_on:
        looked = "header in row {header}, the first {rows} rows looked at"
    head = say(looked, lang, header=rows, rows=proposal.rows)
    if proposal.sheets:
        sheets = in_a_row([short(each) for each in proposal.sheets], lang)
        head = say("sheet {sheet}, {rest}", lang, sheet=sheets, rest=head)
    elif layout.encoding != "utf-8":
        head = f"{layout.encoding}, {head}"
    assert target.facts is not None
    terms = Terms(target.facts.levels, lang)
    lines = [head]
    # What was counted in some of the rows is not all.
    number_of = "at least {number} different" if proposal.goes_on else "{number} different"
    for each in proposal.columns:
        by = say("by its cells", lang) if each.why == "content" else ""
        number = say(number_of, lang, number=each.values)
        rest = ", ".join(part for part in (number if each.field else "", by) if part)
        lines.append(f"  {short(each.column)} -> {_taken(each, terms, lang)}" + (
            f" ({rest})" if rest else ""))  # fmt: skip
    for table, source in proposal.plan.units.items():
        if isinstance(source, FromPlace):
            place = say(f"the name of the {source.place}", lang)
            lines.append(f"  {place} -> {terms.called(table)}")
    if layout.fill_down:
        columns = in_a_row([short(each) for each in layout.fill_down], lang)
        lines.append("  " + say("merged cells are filled down: {columns}", lang, columns=columns))
    if target.is_fitted:
        lines.append(f"  {_levels_line(target, lang)}")
    for upper, lower in proposal.plan.covers:
        said = say("each {upper} covers the {lower} it stands with", lang,
                   upper=terms.called(upper), lower=terms.called(lower))  # fmt: skip
        lines.append(f"  {said}")
    if proposal.doubts:
        told = (f"  {one_line(each.said(lang))}" for each in proposal.doubts)
        lines += ["", say("in doubt:", lang), *told]
    return lines


def _levels_line(target: Target, lang: str) -> str:
    """Return the levels that a new structure file states."""
    assert target.facts is not None
    terms = Terms(target.facts.levels, lang)
    levels = [
        say("{level} (may be left out)", lang, level=terms.called(level.table))
        if level.optional
        else terms.called(level.table)
        for level in target.facts.levels
    ]
    return say("levels: {levels}", lang, levels=" > ".join(levels))


def _taken(taken: Taken, terms: Terms, lang: str) -> str:
    if not taken.field:
        return say(_LEFT_OUT[taken.why], lang)
    table, dot, own = taken.field.partition(".")
    # Labels in Chinese; in English the very keys that a plan has.
    label = say(own, lang) if own in _LABELLED else own
    return f"{terms.called(table)}{dot}{label}"


def _proposal_json(proposal: Proposal, lang: str) -> dict[str, Any]:
    return {
        "plan": _draft(proposal, lang) if proposal.missing else plan_text(proposal.plan),
        "columns": [
            {"column": each.column, "field": each.field, "why": each.why, "values": each.values}
            for each in proposal.columns
        ],
        "doubts": [each.said(lang) for each in proposal.doubts],
    }
