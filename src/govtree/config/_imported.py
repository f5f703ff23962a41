"""The folder that a roster is imported into: what it keeps, and what is written to it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from govtree import _yaml, tables
from govtree._files import LIMITS, Folder, Limits, save_all
from govtree._wording import Reason
from govtree.config._dump import file_of, written_level
from govtree.config._load import SHIPPED_PROFILE, STRUCTURE_FILE, Outline, load_text, outline_of
from govtree.config._roster import PlanFile, load_plan, plan_text
from govtree.config._schema import FORMAT
from govtree.errors import ConfigError, FileError, Location, Problem, problem
from govtree.facts import Facts
from govtree.hierarchy import Hierarchy
from govtree.rosters import Decisions, KeptIds, Roster, RosterPlan, fitted_levels
from govtree.units import SECTIONS, Column, Level

__all__ = [
    "DECISIONS_FILE",
    "IDS_FILE",
    "PLAN_FILE",
    "Target",
    "drafted",
    "read_target",
    "write_target",
]

PLAN_FILE, IDS_FILE, DECISIONS_FILE = "roster.yaml", "ids.csv", "decisions.csv"

#: What a table of no rows begins with, where it was made before and is no more.
_EMPTY = {"relation": b"relation,source,target\n"}


@frozen(kw_only=True)
class Target:
    """The folder that a roster is imported into, as it is before.

    Attributes:
        path: Its path, as it was given.
        facts: Levels and words of its structure; None where a problem is an error. Where there
            is no structure file yet, they are those of the profile until they are
            :meth:`fitted` to the roster.
        problems: Every problem with what lies in it, sorted.
        outline: What its structure file says; None where there is none yet.
        profile: The profile that a new structure file names.
        plan: The plan that lies in it; None where there is none.
        kept: The ids that were given before.
        decisions: What was decided.
        is_imported: Whether an import has written to it before.
        profile_levels: The levels of the profile, which a structure file need not repeat.
    """

    path: str
    facts: Facts | None
    problems: tuple[Problem, ...] = ()
    outline: Outline | None = None
    profile: str = SHIPPED_PROFILE
    plan: PlanFile | None = None
    kept: KeptIds = field(factory=KeptIds)
    decisions: Decisions = field(factory=Decisions)
    is_imported: bool = False
    profile_levels: tuple[Level, ...] = ()

    @property
    def language(self) -> str:
        """Language of reports."""
        return "en" if self.outline is None else self.outline.language

    @property
    def is_fitted(self) -> bool:
        """Whether the structure file will state levels of its own."""
        assert self.facts is not None
        return self.outline is None and self.facts.levels != self.profile_levels

    def fitted(self, plan: RosterPlan) -> Target:
        """Return the folder with the levels that fit a plan, unless a file there states some."""
        if self.outline is not None or self.facts is None:
            return self
        ids = {name.removesuffix(".id") for name in plan.columns if name.endswith(".id")}
        return evolve(self, facts=fitted_levels(self.facts, {*plan.units, *ids}))

    def gone(self, hierarchy: Hierarchy) -> dict[str, int]:
        """Return by table how many units the tables of the last import have and these have not."""
        found: dict[str, int] = {}
        if not self.is_imported:
            return found
        folder = Folder(self.path)
        for table in self.kept.table.words:
            name = file_of(table)
            if not os.path.lexists(Path(self.path, name)):
                continue
            rows, _ = tables.read_columns(folder, name, table, {"id": Column("id")})
            ids = {*rows.columns.get("id", ())} if rows is not None else ()
            now = {*hierarchy.ids(table)} if table in hierarchy.tables else set()
            found[table] = sum(each is not None and each not in now for each in ids)
        return {table: count for table, count in found.items() if count}


def read_target(path: str, *, profile: str | None = None, limits: Limits = LIMITS) -> Target:
    """Return what lies in the folder that a roster is imported into.

    Args:
        path: The folder; it need not be there yet.
        profile: The profile that was asked for.
        limits: How much is read at most.
    """
    where = Location(path)
    is_link = os.path.islink(path)  # noqa: PTH114 - a path that is none is told below
    if is_link or (os.path.lexists(path) and not os.path.isdir(path)):  # noqa: PTH112 - as above
        return Target(path=path, facts=None, problems=(problem("GT951", where, path=path),))
    is_there = Path(path, STRUCTURE_FILE)
    outline = outline_of(path, limits=limits) if os.path.lexists(is_there) else None
    problems: list[Problem] = []
    if outline is None:
        facts, named = _facts(profile or SHIPPED_PROFILE, problems), profile or SHIPPED_PROFILE
    else:
        facts, named = outline.facts, outline.profile
        # Its warnings are told when the whole is read.
        problems += [each for each in outline.problems if each.severity == "error"]
        if profile not in (None, named):
            said = Location(str(is_there))
            problems.append(problem("GT958", said, name=named, other=str(profile)))
    folder = Folder(path, limits=limits)
    plan = None
    if os.path.lexists(Path(path, PLAN_FILE)):
        plan = load_plan(folder, PLAN_FILE, file=str(Path(path, PLAN_FILE)))
    kept, more = KeptIds.read(folder, IDS_FILE, optional=True)
    decisions, others = Decisions.read(folder, DECISIONS_FILE, optional=True)
    for each in (*more, *others):
        problems.append(evolve(each, where=evolve(each.where, file=_in(path, each.where.file))))
    return Target(
        path=path,
        facts=facts,
        problems=tuple(sorted(problems)),
        outline=outline,
        profile=named,
        plan=plan,
        kept=evolve(kept, file=_in(path, IDS_FILE)),
        decisions=evolve(decisions, file=_in(path, DECISIONS_FILE)),
        is_imported=os.path.lexists(Path(path, IDS_FILE)),
        profile_levels=() if facts is None else facts.levels,
    )


def drafted(
    target: Target,
    roster: Roster,
    plan: RosterPlan,
    *,
    inputs: Iterable[str],
    plan_given: bool,
    language: str | None = None,
) -> tuple[dict[str, bytes], tuple[Problem, ...]]:
    """Return what each file of the folder will hold, and why it cannot be written.

    The structure file comes last, and is written only where there is none: what people wrote
    there stays. So it has to name each table that the roster makes.

    Args:
        target: The folder as it is.
        roster: What was read.
        plan: The plan that it was read by.
        inputs: Paths of the files that were read, none of which is written over.
        plan_given: Whether the plan is new, so that it is written.
        language: Language of reports that a new structure file asks for.
    """
    hierarchy = roster.hierarchy
    assert hierarchy is not None
    made = _tables(hierarchy)
    content = {table: file_of(table) for table in made}
    for table in sorted({*target.kept.table.words} - made.keys()):
        # It was made before, and its units are gone.
        made[table] = _EMPTY.get(table, b"id\n")
    if "relation" not in made and target.is_imported and _is_named(target, "relation"):
        made["relation"] = _EMPTY["relation"]
    files = {file_of(table): data for table, data in made.items()}
    problems = [] if target.outline is None else list(_unnamed(target, content))
    if plan_given:
        files[PLAN_FILE] = plan_text(plan).encode()
    files[IDS_FILE] = roster.kept.to_csv()
    if roster.decisions.rows or os.path.lexists(Path(target.path, DECISIONS_FILE)):
        files[DECISIONS_FILE] = roster.decisions.to_csv()
    if target.outline is None:
        files[STRUCTURE_FILE] = _structure(target, content, language).encode()
    problems += _overwritten(target, files, inputs)
    return files, tuple(sorted(problems))


def write_target(target: Target, files: Mapping[str, bytes]) -> None:
    """Write the files to the folder, which is made where it is not there: all, or none.

    Raises:
        FileError: If one cannot be written.
    """
    root = Path(target.path)
    made = not root.exists()
    try:
        root.mkdir(exist_ok=True)
    except (OSError, ValueError) as error:
        raise FileError([problem("GT951", Location(target.path), path=target.path)]) from error
    try:
        save_all({root / name: data for name, data in files.items()})
    except BaseException:
        if made and not any(root.iterdir()):
            root.rmdir()
        raise


def _facts(profile: str, problems: list[Problem]) -> Facts | None:
    try:
        return load_text(_yaml.write({"profile": profile})).hierarchy.facts
    except ConfigError as error:
        problems += [evolve(each, where=Location(record="--profile")) for each in error.problems]
        return None


def _in(path: str, file: str) -> str:
    return str(Path(path, file)) if file else file


def _tables(hierarchy: Hierarchy) -> dict[str, bytes]:
    return {
        table: b"".join(tables.write_table(hierarchy.sheet(table), hierarchy.ids))
        for table in hierarchy.tables
    }


def _section(table: str) -> str:
    return SECTIONS.get(table, table)


def _is_named(target: Target, table: str) -> bool:
    outline = target.outline
    return outline is not None and file_of(table) in outline.tables.get(_section(table), ())


def _unnamed(target: Target, content: Mapping[str, str]) -> Iterable[Problem]:
    """Yield the tables of the roster that the structure file has inline, or does not name."""
    outline = target.outline
    assert outline is not None
    for table, name in content.items():
        section = _section(table)
        if _is_named(target, table):
            continue
        line = f"{section}: {{table: {name}}}"
        line = line if table in SECTIONS else f"units: {{{line}}}"
        if section in outline.spots:
            yield problem("GT953", outline.spots[section], section=section, line=line)
        else:
            where = Location(_in(target.path, STRUCTURE_FILE))
            yield problem("GT954", where, path=name, line=line)


def _overwritten(target: Target, files: Iterable[str], inputs: Iterable[str]) -> Iterable[Problem]:
    """Yield the files that would be written over although no import wrote them."""
    read = {os.path.realpath(each) for each in inputs}
    for name in files:
        path = str(Path(target.path, name))
        if os.path.realpath(path) in read:
            yield problem("GT955", Location(path), path=path)
        elif not target.is_imported and name != DECISIONS_FILE and os.path.lexists(path):
            said = Reason("there is no '{file}' that tells whose ids it has", file=IDS_FILE)
            yield problem("GT952", Location(path), path=path, reason=said)


def _structure(target: Target, content: Mapping[str, str], language: str | None) -> str:
    """Return a structure file that states the levels, unless the profile does, and the tables."""
    said: dict[str, Any] = {"govtree": int(FORMAT), "profile": target.profile}
    if language is not None:
        said["language"] = language
    if target.is_fitted:
        assert target.facts is not None
        said["levels"] = [written_level(each) for each in target.facts.levels]
    said |= {
        SECTIONS[table]: {"table": name} for table, name in content.items() if table in SECTIONS
    }
    units = {table: {"table": name} for table, name in content.items() if table not in SECTIONS}
    return _yaml.write(said | ({"units": units} if units else {}))
