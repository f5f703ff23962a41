"""Files to a structure: every file read through one door, every problem told at once."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from govtree import _build, _yaml
from govtree._files import LIMITS, Folder, Limits
from govtree._names import nearest
from govtree._rows import Rows, tables_of
from govtree.config._decode import Decoder, Spots, TableReference
from govtree.config._schema import PROFILE, SECTIONS, STRUCTURE
from govtree.config._structure import Structure
from govtree.errors import ConfigError, FileError, Location, Problem
from govtree.facts import Facts
from govtree.hierarchy import Hierarchy
from govtree.units import ROLES, SHIPPED_LEVELS, Declared, Level, LevelUnit, Term

__all__ = ["Examined", "examine", "load", "load_text"]

#: The file that is read where a folder is named.
STRUCTURE_FILE = "structure.yaml"

#: The profile of a file that names none.
SHIPPED_PROFILE = "base"

#: Settings that a file adds to those of its profile, key by key; others it replaces.
_MERGED = ("vocabularies", "rules", "declared")


@frozen
class Examined:
    """What came of reading a structure.

    Attributes:
        structure: The structure; None where a problem is an error.
        problems: Every problem of every file, errors and warnings, sorted.
    """

    structure: Structure | None
    problems: tuple[Problem, ...]


def load(path: str | os.PathLike[str], *, limits: Limits = LIMITS) -> Structure:
    """Return the structure that a file and the tables it names describe.

    Args:
        path: The structure file, or a folder with a ``structure.yaml`` in it. Every other
            file that it names must lie in the same folder or below.
        limits: How much is read at most.

    Raises:
        ConfigError: With every problem of every file at once, sorted.
    """
    return _or_raise(examine(path, limits=limits))


def load_text(text: str | bytes, *, limits: Limits = LIMITS) -> Structure:
    r"""Return the structure that *text* describes; it names no tables.

    The line with the version of the format may be left out.

    Raises:
        ConfigError: With every problem at once, sorted.

    >>> structure = load_text("grids: [{id: N-1}]\nbranches: [{id: B-1, covers: [N-1]}]")
    >>> structure.hierarchy.branch_of("N-1")
    'B-1'
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    with _collector_paused():
        return _or_raise(_Loader(None, "", limits).load(data, ""))


def examine(path: str | os.PathLike[str], *, limits: Limits = LIMITS) -> Examined:
    """Return the structure at *path* and every problem with it; never raises for bad input.

    Args:
        path: As for :func:`load`.
        limits: How much is read at most.
    """
    shown = os.fspath(path)
    if Path(shown).is_dir():
        shown = str(Path(shown) / STRUCTURE_FILE)
    folder, name = os.path.split(shown)
    try:
        with _collector_paused():
            loader = _Loader(Folder(folder, limits=limits), folder, limits)
            return loader.load(loader.read_bytes(name, Location(shown)), shown)
    except FileError as error:
        return Examined(None, error.problems)


def _or_raise(examined: Examined) -> Structure:
    if examined.structure is None:
        raise ConfigError(examined.problems)
    return examined.structure


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the collector of garbage: of what is made while loading, nothing is in a circle."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


@frozen
class _Settings:
    """What stands in a file and the profiles it starts from, and where."""

    values: Mapping[str, Any] = field(factory=dict)
    decoders: Mapping[str, Decoder] = field(factory=dict)

    def over(self, profile: _Settings) -> _Settings:
        """Return these settings with those of *profile* where they say nothing."""
        values = {**profile.values, **self.values}
        for key in _MERGED:
            if profile.values.get(key) and self.values.get(key):
                values[key] = _merged(profile.values[key], self.values[key])
        return _Settings(values, {**profile.decoders, **self.decoders})


def _merged(under: Any, over: Any) -> Any:
    """Return two mappings as one, key by key down to the last."""
    if isinstance(under, Mapping) and isinstance(over, Mapping):
        return {**under, **{key: _merged(under.get(key), each) for key, each in over.items()}}
    return over


class _Loader:
    """Reads one structure; collects every problem on the way."""

    def __init__(self, folder: Folder | None, prefix: str, limits: Limits) -> None:
        self.folder = folder
        self.prefix = prefix
        self.limits = limits
        self.problems: list[Problem] = []
        self.sources: dict[str, _yaml.Source] = {}

    def read_bytes(self, name: str, where: Location) -> bytes:
        """Return what the file *name* of the structure's folder holds."""
        assert self.folder is not None
        return self.folder.read_bytes(name, where=where)

    def load(self, data: bytes, file: str) -> Examined:
        """Return the structure of a file with the bytes *data*."""
        document = self._read(data, file)
        if document.root is None:
            return Examined(None, self._sorted())
        decoder = Decoder(document.source)
        shape = STRUCTURE if self.folder is not None else evolve(STRUCTURE, required=())
        own = decoder.decode(shape, document.root, document.root.spot)
        settings = _Settings(own, dict.fromkeys(own, decoder))
        settings = settings.over(self._profile(own.get("profile") or SHIPPED_PROFILE, decoder, ()))
        facts = self._facts(settings)
        rows = list(self._rows(decoder, document.root, facts)) if facts else []
        self.problems += decoder.problems
        return self._built(settings, facts, rows)

    def _read(self, data: bytes, file: str) -> _yaml.Document:
        document = _yaml.read(data, file=file, limits=self.limits)
        self.sources[file] = document.source
        self.problems += document.problems
        return document

    def _profile(self, name: str, decoder: Decoder, seen: Sequence[str]) -> _Settings:
        """Return the settings of a profile, and of the profile that it starts from."""
        spot = decoder.spots.get(("profile",), 0)
        if name in seen:
            circle = " > ".join([*seen[seen.index(name) :], name])
            decoder.say("GT096", spot, circle=circle)
            return _Settings()
        if name.endswith((".yaml", ".yml")):
            if self.folder is None:
                decoder.say("GT097", spot, name=name)
                return _Settings()
            shown = str(Path(self.prefix) / name)
            try:
                data = self.read_bytes(name, decoder.source.where(spot))
            except FileError as error:
                self.problems += error.problems
                return _Settings()
        else:
            shipped = resources.files("govtree") / "profiles"
            names = sorted(each.name.removesuffix(".yaml") for each in shipped.iterdir())
            if name not in names:
                known = ", ".join(names)
                meant = nearest(name, names)
                decoder.say("GT095", spot, name=name, known=known, meant=meant or None)
                return _Settings()
            shown = f"{name}.yaml"
            data = (shipped / shown).read_bytes()
        document = self._read(data, shown)
        if document.root is None:
            return _Settings()
        inner = Decoder(document.source)
        own = inner.decode(PROFILE, document.root, document.root.spot)
        self.problems += inner.problems
        settings = _Settings(own, dict.fromkeys(own, inner))
        if own.get("profile"):
            settings = settings.over(self._profile(own["profile"], inner, (*seen, name)))
        return settings

    def _facts(self, settings: _Settings) -> Facts | None:
        """Return the facts that are settings; None where no table can be read by them."""
        said = settings.values
        levels = [_level(each) for each in said.get("levels") or () if each] or SHIPPED_LEVELS
        words = {name: _terms(each) for name, each in (said.get("vocabularies") or {}).items()}
        words |= {f"{level.table}_kind": level.kinds for level in levels if level.kinds}
        facts = Facts(
            name=said.get("name") or "",
            as_of=said.get("as_of"),
            time_zone=said.get("time_zone"),
            reference_system=said.get("reference_system"),
            levels=levels,
            vocabularies={name: terms for name, terms in words.items() if terms},
            declared=_declared(said.get("declared") or {}),
        )
        fatal = False
        for each in facts.problems():
            decoder = settings.decoders[each.where.record]
            decoder.say(each.code, decoder.spots[each.where.record,], **dict(each.values))
            fatal |= each.where.record == "levels"
        return None if fatal else facts

    def _rows(self, decoder: Decoder, root: _yaml.Entries, facts: Facts) -> Iterator[Rows]:
        """Yield the rows of every section, those of the tables that it names included."""
        records = tables_of(facts.levels)
        for key, value, spot in zip(root.keys, root.values, root.spots[1::2], strict=True):
            if key == "units" and isinstance(value, _yaml.Entries):
                free = {level.level: LevelUnit for level in facts.levels if not level.role}
                for name, each, at in zip(value.keys, value.values, value.spots[1::2], strict=True):
                    if name not in free:
                        known = ", ".join(free) or "none: every level plays a role"
                        decoder.say("GT090", at, what="units", key=name, known=known)
                    else:
                        yield from self._section(decoder, name, name, records, each, at)
            elif key in SECTIONS:
                table = SECTIONS[key].table
                if table in ROLES and table not in {level.role for level in facts.levels}:
                    decoder.say("GT098", spot, section=key, role=table)
                else:
                    yield from self._section(decoder, key, table, records, value, spot)

    def _section(
        self,
        decoder: Decoder,
        key: str,
        table: str,
        records: Mapping[str, Any],
        value: _yaml.Value,
        spot: int,
    ) -> Iterator[Rows]:
        for each in decoder.section(key, table, records[table], value, spot):
            if isinstance(each, Rows):
                yield each
            elif self.folder is None:
                decoder.say("GT097", each.spot, name=each.settings.get("table"))
            else:
                yield from self._table(decoder, each)

    def _table(self, decoder: Decoder, reference: TableReference) -> Iterator[Rows]:
        raise NotImplementedError

    def _built(self, settings: _Settings, facts: Facts | None, rows: list[Rows]) -> Examined:
        """Return the structure, or every problem: those of the files and those of the shape."""
        if facts is None:
            return Examined(None, self._sorted())
        built = _build.build(facts.levels, facts.vocabularies, rows)
        # A cell that was refused is empty now: that it is missing is not told as well.
        told = {each.where for each in self.problems}
        self.problems += [
            each
            for each in built.problems
            if each.code not in ("GT108", "GT109") or each.where not in told
        ]
        problems = self._sorted()
        if any(each.severity == "error" for each in problems):
            return Examined(None, problems)
        for each in rows:
            if isinstance(each.places, Spots):
                each.places.settle()
        hierarchy = Hierarchy(facts, built.sheets, built.sources, problems)
        return Examined(Structure(hierarchy=hierarchy), problems)

    def _sorted(self) -> tuple[Problem, ...]:
        return tuple(sorted(self.problems))


def _level(said: Mapping[str, Any]) -> Level:
    name = said.get("level") or ""
    return Level(
        level=name,
        role=said.get("as") or (name if name in ROLES else ""),
        label=_label(said.get("label")),
        kinds=_terms(said.get("kinds") or ()),
        optional=bool(said.get("optional")),
    )


def _terms(said: Any) -> tuple[Term, ...]:
    """Return the terms of a vocabulary that is written as a list or as a mapping."""
    if isinstance(said, str):
        said = [said]
    if not isinstance(said, Mapping):
        return tuple(Term(each) for each in said or () if each)
    return tuple(_term(name, each) for name, each in sorted(said.items()))


def _term(name: str, said: Any) -> Term:
    if not isinstance(said, Mapping):
        return Term(name, label=_label(said))
    return Term(
        name,
        label=_label(said.get("label")),
        aliases=tuple(sorted(each for each in said.get("aliases") or () if each)),
        many=bool(said.get("many")),
        derived=said.get("derived"),
    )


def _label(said: Any) -> tuple[tuple[str, str], ...]:
    if isinstance(said, str):
        said = {"en": said}
    return tuple(sorted((lang, text) for lang, text in (said or {}).items() if text))


def _declared(said: Mapping[str, Any]) -> tuple[Declared, ...]:
    figures = []
    for figure, each in sorted(said.items()):
        hows = each if isinstance(each, Mapping) else {"exact": each}
        figures += [
            Declared(figure, value, how) for how, value in hows.items() if value is not None
        ]  # type: ignore[arg-type]  # the schema names the ways
    return tuple(figures)
