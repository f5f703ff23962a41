"""Files to a structure: every file read through one door, every problem told at once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path

from attrs import evolve, field, frozen

from govtree import _build, _yaml, pseudonyms, tables
from govtree._files import LIMITS, Draft, Folder, Limits, collector_paused, save
from govtree._names import nearest
from govtree._rows import Rows, tables_of
from govtree._wording import Reason
from govtree.config._decode import Decoder, entries_of, is_nothing
from govtree.config._records import Spots, TableReference, rows_of
from govtree.config._schema import PROFILE, SECTIONS, STRUCTURE
from govtree.config._settings import Settings
from govtree.config._structure import Structure
from govtree.errors import ConfigError, FileError, Location, MissingExtraError, Problem, problem
from govtree.facts import Facts
from govtree.hierarchy import Hierarchy
from govtree.units import ROLES, LevelUnit, Record, Term

__all__ = [
    "STRUCTURE_FILE",
    "Examined",
    "Outline",
    "enter_holders",
    "examine",
    "examine_draft",
    "load",
    "load_text",
    "outline_of",
]

#: The file that is read where a folder is named.
STRUCTURE_FILE = "structure.yaml"

#: The profile of a file that names none.
SHIPPED_PROFILE = "base"

_NAMES_PEOPLE = re.compile(rb"(?:^|[{,])[ \t]*[\"']?pseudonyms\b", re.MULTILINE)

#: Problems that only say that a cell is empty; one that was refused has had its problem.
_EMPTY_CELL = ("GT108", "GT109")


@frozen
class Examined:
    """What came of reading a structure.

    Attributes:
        structure: The structure; None where a problem is an error.
        problems: Every problem of every file, errors and warnings, sorted.
        language: Language that the file asks for, as far as it could be read.
    """

    structure: Structure | None
    problems: tuple[Problem, ...]
    language: str = "en"


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
    with collector_paused():
        return _or_raise(_Loader(None, "", limits).load(data, ""))


def examine(
    path: str | os.PathLike[str],
    *,
    limits: Limits = LIMITS,
    progress: Callable[[str], None] | None = None,
) -> Examined:
    """Return the structure at *path* and every problem with it; never raises for bad input.

    Args:
        path: As for :func:`load`.
        limits: How much is read at most.
        progress: Is called with the name of each table before it is read.
    """
    loader, name, shown = _loader_of(path, limits, progress)
    try:
        with collector_paused():
            return loader.load(loader.read_bytes(name, Location(shown)), shown)
    except FileError as error:
        return Examined(None, error.problems)


@frozen
class Outline:
    """What a structure file says without its tables.

    Attributes:
        facts: Levels and words; None where a problem is an error.
        problems: Every problem with the file and its profiles, sorted.
        language: Language of reports.
        profile: The profile it starts from.
        tables: By section, the paths of the tables that it names.
        spots: By section, where it stands.
    """

    facts: Facts | None
    problems: tuple[Problem, ...]
    language: str = "en"
    profile: str = SHIPPED_PROFILE
    tables: Mapping[str, tuple[str, ...]] = field(factory=dict)
    spots: Mapping[str, Location] = field(factory=dict)


def outline_of(folder: str, *, limits: Limits = LIMITS) -> Outline:
    """Return what the structure file in a folder says without its tables.

    Args:
        folder: The folder that it lies in.
        limits: How much is read at most.
    """
    shown = str(Path(folder) / STRUCTURE_FILE)
    loader = _Loader(Folder(folder, limits=limits), folder, limits)
    try:
        return loader.outline(loader.read_bytes(STRUCTURE_FILE, Location(shown)), shown)
    except FileError as error:
        return Outline(None, error.problems)


def examine_draft(
    folder: str,
    files: Mapping[str, bytes],
    *,
    limits: Limits = LIMITS,
    progress: Callable[[str], None] | None = None,
) -> Examined:
    """Return what :func:`examine` will say of a folder once some files are written to it.

    Args:
        folder: The folder, which may not be there yet.
        files: What the files will hold, by name.
        limits: How much is read at most.
        progress: Is called with the name of each table before it is read.
    """
    shown = str(Path(folder) / STRUCTURE_FILE)
    try:
        with collector_paused():
            loader = _Loader(Draft(folder, files, limits=limits), folder, limits, progress)
            return loader.load(loader.read_bytes(STRUCTURE_FILE, Location(shown)), shown)
    except FileError as error:
        return Examined(None, error.problems)


def enter_holders(path: str | os.PathLike[str], *, limits: Limits = LIMITS) -> int:
    """Add a row to the file of names for each person whom it lacks; return how many.

    The file is the one that the structure names under ``pseudonyms``; it is made where there is
    none, and afterwards only its owner may read it. What stands in it stays, byte by byte. Look
    through the new rows: where two of them are one person, give both the same id.

    Args:
        path: As for :func:`load`.
        limits: How much is read at most.

    Raises:
        ConfigError: If the structure cannot be read, names no such file, or the file has
            errors. That people are missing in it, and other faults of the structure, are none.
    """
    loader, name, shown = _loader_of(path, limits)
    loader.enters_holders = True
    with collector_paused():
        examined = loader.load(loader.read_bytes(name, Location(shown)), shown)
    holders = loader.holders
    if holders is None:
        raise ConfigError(examined.problems)
    target = Path(loader.prefix) / holders.path
    content = loader.content_of_holders
    if loader.missing:
        save(target, holders.content_with(content, loader.missing), mode=0o600)
    elif content and target.stat().st_mode & 0o077:
        save(target, content, mode=0o600)
    return len(loader.missing)


def _loader_of(
    path: str | os.PathLike[str],
    limits: Limits,
    progress: Callable[[str], None] | None = None,
) -> tuple[_Loader, str, str]:
    """Return what reads the structure at *path*, the name of its file, and its path."""
    shown = os.fspath(path)
    if os.path.isdir(shown):  # noqa: PTH112 - a path that is none is told of when it is read
        shown = str(Path(shown) / STRUCTURE_FILE)
    folder, name = os.path.split(shown)
    return _Loader(Folder(folder, limits=limits), folder, limits, progress), name, shown


def _or_raise(examined: Examined) -> Structure:
    if examined.structure is None:
        raise ConfigError(examined.problems)
    return examined.structure


class _Loader:
    """Reads one structure; collects every problem on the way."""

    def __init__(
        self,
        folder: Folder | None,
        prefix: str,
        limits: Limits,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self.folder = folder
        self.progress = progress
        self.prefix = prefix
        self.limits = limits
        self.problems: list[Problem] = []
        self.sources: dict[str, _yaml.Source] = {}
        self.id_headers: dict[str, str] = {}  # by table, the column that its ids come from
        self.hidden = ""  # the structure file, where people are named in it
        self.people_files: list[str] = []  # tables of posts, tenures, memberships and persons
        self.named: list[Rows] = []  # rows in which people are still named
        self.known: list[str] = []  # words that no name is taken for
        self.posts: Sequence[Term] = ()
        self.holders: pseudonyms.Holders | None = None
        self.missing: tuple[pseudonyms.Key, ...] = ()  # whom the file of names lacks
        self.enters_holders = False
        self.content_of_holders = b""

    def read_bytes(self, name: str, where: Location) -> bytes:
        """Return what the file *name* of the structure's folder holds."""
        assert self.folder is not None
        return self.folder.read_bytes(name, where=where)

    def load(self, data: bytes, file: str) -> Examined:
        """Return the structure of a file with the bytes *data*."""
        # Also where the file cannot be read any further.
        self.hidden = file if _NAMES_PEOPLE.search(data) else ""
        document = self._read(data, file)
        if document.root is None:
            return Examined(None, self._sorted())
        decoder, settings = self._settings(document, document.root)
        language = settings.values.get("language", "en")
        facts, fits = settings.facts()
        waivers = settings.waivers()
        rules = settings.rule_set()
        rows = list(self._rows(decoder, document.root, facts)) if fits else []
        named = settings.values.get("pseudonyms")
        if named is not None:
            self.hidden = file
            rows, is_anybody_known = self._pseudonymous(named, decoder, facts, rows)
            fits &= is_anybody_known
        decoders = [each for each, _ in settings.asked]
        self.problems += [each for one in decoders for each in one.problems()]
        hierarchy = self._hierarchy(facts, rows) if fits else None
        if hierarchy is not None:
            settings.check_names(hierarchy)
            self.problems += [each for one in decoders for each in one.problems()]
        problems_told = self._sorted()
        if hierarchy is None or any(each.severity == "error" for each in problems_told):
            return Examined(None, problems_told, language)
        hierarchy = evolve(hierarchy, warnings=problems_told)
        structure = Structure(hierarchy, rules, waivers, language, sources=self.sources)
        return Examined(structure, problems_told, language)

    def outline(self, data: bytes, file: str) -> Outline:
        """Return what a file with the bytes *data* says without its tables."""
        document = self._read(data, file)
        root = document.root
        if root is None:
            return Outline(None, self._sorted())
        _, settings = self._settings(document, root)
        facts, fits = settings.facts()
        for each, _ in settings.asked:
            self.problems += each.problems()
        tables, spots = {}, {}
        for key, value, spot in _sections(root):
            tables[key] = tuple(_named(value))
            spots[key] = document.source.where(spot)
        has_errors = any(each.severity == "error" for each in self.problems)
        return Outline(
            facts if fits and not has_errors else None,
            self._sorted(),
            settings.values.get("language", "en"),
            settings.values.get("profile", SHIPPED_PROFILE),
            tables,
            spots,
        )

    def _settings(self, document: _yaml.Document, root: _yaml.Entries) -> tuple[Decoder, Settings]:
        """Return the settings of a file over those of its profile, and its decoder."""
        decoder = Decoder(document.source, self.limits)
        shape = STRUCTURE if self.folder is not None else evolve(STRUCTURE, required=())
        decoded = decoder.decode(shape, root, root.spot)
        settings, problems = Settings.of(decoded, decoder)
        self.problems += problems
        profile = settings.values.get("profile", SHIPPED_PROFILE)
        return decoder, settings.over(self._profile(profile, decoder, ()))

    def _read(self, data: bytes, file: str) -> _yaml.Document:
        document = _yaml.read(data, file=file, limits=self.limits)
        self.sources[file] = document.source
        self.problems += document.problems
        return document

    # -- profiles ------------------------------------------------------------------------------

    def _profile(self, name: str, decoder: Decoder, seen: Sequence[str]) -> Settings:
        """Return the settings of a profile, and of the profile that it starts from."""
        spot = decoder.spots.get(("profile",), 0)
        if name in seen:
            circle = " > ".join([*seen[seen.index(name) :], name])
            decoder.say("GT096", spot, circle=circle)
            return Settings()
        found = self._profile_bytes(name, decoder, spot)
        document = None if found is None else self._read(*found)
        if document is None or document.root is None:
            return Settings()
        inner = Decoder(document.source, self.limits)
        decoded = inner.decode(PROFILE, document.root, document.root.spot)
        settings, problems = Settings.of(decoded, inner)
        above = settings.values.get("profile")
        if above is not None:
            settings = settings.over(self._profile(above, inner, (*seen, name)))
        self.problems += problems + inner.problems()
        return settings

    def _profile_bytes(self, name: str, decoder: Decoder, spot: int) -> tuple[bytes, str] | None:
        """Return the bytes of a profile and the path that problems show."""
        if name.endswith((".yaml", ".yml")):
            if self.folder is None:
                decoder.say("GT097", spot, name=name)
                return None
            try:
                return self.read_bytes(name, decoder.source.where(spot)), self._shown(name)
            except FileError as error:
                self._add_refusal(error, decoder, spot)
                return None
        shipped = resources.files("govtree") / "profiles"
        names = sorted(
            each.name.removesuffix(".yaml")
            for each in shipped.iterdir()
            if each.name.endswith(".yaml")
        )
        if name in names:
            return (shipped / f"{name}.yaml").read_bytes(), f"{name}.yaml"
        meant = nearest(name, names) or None
        decoder.say("GT095", spot, name=name, known=", ".join(names), meant=meant)
        return None

    def _shown(self, name: str) -> str:
        """Return the path of a file of the structure as problems show it."""
        return str(Path(self.prefix) / name)

    def _add_refusal(self, error: FileError, decoder: Decoder, spot: int) -> None:
        """Note that a file was refused, with the line that names it, not one of its own."""
        quote = decoder.source.quote(decoder.source.place(spot)[0])
        self.problems += [evolve(each, quote=quote) for each in error.problems]

    # -- records and tables --------------------------------------------------------------------

    def _rows(self, decoder: Decoder, root: _yaml.Entries, facts: Facts) -> Iterator[Rows]:
        """Yield the rows of every section, those of the tables that it names included."""
        records = tables_of(facts.levels)
        roles = {level.role for level in facts.levels}
        for place, (key, value, spot) in enumerate(entries_of(root)):
            if key == "units":
                yield from self._units(decoder, value, spot, facts)
            elif key in SECTIONS:
                table = SECTIONS[key].table
                if table in ROLES and table not in roles:
                    decoder.say("GT098", root.spots[2 * place], section=key, role=table)
                else:
                    yield from self._section(decoder, key, table, records[table], value, spot)

    def _units(
        self, decoder: Decoder, value: _yaml.Value, spot: int, facts: Facts
    ) -> Iterator[Rows]:
        """Yield the rows of the levels without a role."""
        free = [level.level for level in facts.levels if not level.role]
        if isinstance(value, _yaml.Entries):
            for place, (name, each, at) in enumerate(entries_of(value)):
                if name in free:
                    yield from self._section(decoder, name, name, LevelUnit, each, at)
                else:
                    known = free or ["none, because every level plays a role"]
                    decoder.say_unknown_key("'units'", name, value.spots[2 * place], known)
        elif not is_nothing(value, spot):
            decoder.say_unfit(
                Reason("'{name}'", name="units"), "a mapping from level to records", value, spot
            )

    def _section(
        self,
        decoder: Decoder,
        key: str,
        table: str,
        record: type[Record],
        value: _yaml.Value,
        spot: int,
    ) -> Iterator[Rows]:
        for each in rows_of(decoder, key, table, record, value, spot):
            if isinstance(each, Rows):
                yield each
            elif not each.path:
                continue
            elif self.folder is None:
                decoder.say("GT097", each.spot, name=each.path)
            else:
                yield from self._table(decoder, each)

    def _table(self, decoder: Decoder, reference: TableReference) -> Iterator[Rows]:
        """Yield the rows of a table of a registry, or of each that a pattern matches."""
        assert self.folder is not None
        try:
            names = self.folder.expand(reference.path, where=decoder.source.where(reference.spot))
        except FileError as error:
            self._add_refusal(error, decoder, reference.spot)
            return
        for name in names:
            yield from self._file(decoder, reference, name)

    def _file(self, decoder: Decoder, reference: TableReference, name: str) -> Iterator[Rows]:
        """Yield the rows of one file of a table."""
        assert self.folder is not None
        where = decoder.source.where(reference.spot)
        if self.progress is not None:
            self.progress(name)
        try:
            rows, problems = tables.read_table(
                self.folder,
                name,
                reference.table,
                reference.record,
                columns=reference.columns,
                layout=reference.layout,
                where=where,
            )
        except MissingExtraError as error:
            decoder.say(
                "GT069",
                reference.spot,
                path=name,
                package=error.package,
                extra=error.extra,
            )
            return
        shown = self._shown(name)
        if reference.table in pseudonyms.NAMED:
            self.people_files.append(shown)
        for each in problems:
            if each.where == where:
                quote = decoder.source.quote(where.line)
                self.problems.append(evolve(each, quote=quote))
            else:
                self.problems.append(evolve(each, where=evolve(each.where, file=shown)))
        if rows is not None:
            places = rows.places
            if isinstance(places, tables.TablePlaces):
                places = evolve(places, file=shown)
                self.id_headers[shown] = places.headers.get("id", "id")
            yield evolve(rows, places=places)

    # -- the whole -----------------------------------------------------------------------------

    def _hierarchy(self, facts: Facts, rows: list[Rows]) -> Hierarchy | None:
        """Return the hierarchy; None where anything is wrong with the files or the shape."""
        built = _build.build(facts.levels, facts.vocabularies, rows)
        told = {each.where for each in self.problems}
        self.problems += [
            each
            for each in built.problems
            if each.code not in _EMPTY_CELL or told.isdisjoint(self._cell_of(each))
        ]
        if any(each.severity == "error" for each in self.problems):
            return None
        for each in rows:
            if isinstance(each.places, Spots):
                each.places.settle()
        return Hierarchy(facts, built.sheets, built.sources)

    def _cell_of(self, each: Problem) -> tuple[Location, Location]:
        """Return where the cell stands that *each* says is empty."""
        header = self.id_headers.get(each.where.file, "id")
        return each.where, evolve(each.where, field=header)

    # -- names of people -----------------------------------------------------------------------

    def _pseudonymous(
        self, path: str, decoder: Decoder, facts: Facts, rows: list[Rows]
    ) -> tuple[list[Rows], bool]:
        """Return *rows* with ids in the place of names, and whether there is who is who."""
        terms = [each for some in facts.vocabularies.values() for each in some]
        self.known = [word for each in terms for word in (each.term, *each.aliases)]
        self.posts = facts.vocabularies.get("post", ())
        self.named = rows
        spot = decoder.spots["pseudonyms",]
        if self.folder is None:
            decoder.say("GT097", spot, name=path)
            return rows, False
        self.holders = self._read_holders(path, decoder.source.where(spot))
        if self.holders is None:
            return rows, False
        found, self.missing, problems = pseudonyms.with_ids(rows, self.holders, self.posts)
        self.problems += problems
        return found, True

    def _read_holders(self, path: str, where: Location) -> pseudonyms.Holders | None:
        assert self.folder is not None
        if self.enters_holders:
            if not path.lower().endswith(".csv"):
                self.problems.append(problem("GT984", where, path=path))
                return None
            try:
                self.content_of_holders = self.folder.read_bytes(path, where=where)
            except FileError as error:
                if [each.code for each in error.problems] == ["GT001"]:
                    return pseudonyms.Holders(path)
                self.problems += error.problems
                return None
        holders, problems = pseudonyms.read_holders(self.folder, path, where=where)
        shown = self._shown(path)
        self.problems += [
            each if each.where == where else evolve(each, where=evolve(each.where, file=shown))
            for each in problems
        ]
        return holders

    def _sorted(self) -> tuple[Problem, ...]:
        if not self.hidden:
            return tuple(sorted(self.problems))
        # A line of a file that names people is never shown, and no value that may be a name.
        self.sources[self.hidden] = _yaml.Source(self.hidden, "")
        if not self.problems:
            return ()
        told = pseudonyms.without_names(
            self.problems,
            self.named,
            [*self.known, *(self.holders.ids.values() if self.holders else ())],
            posts=self.posts,
            file=self.hidden,
            people=self.people_files,
        )
        return tuple(sorted(evolve(each, quote="") if each.quote else each for each in told))


def _sections(root: _yaml.Entries) -> Iterator[tuple[str, _yaml.Value, int]]:
    """Yield each section of records, and each level under ``units``, with its position."""
    for place, (key, value, _) in enumerate(entries_of(root)):
        if key == "units" and isinstance(value, _yaml.Entries):
            yield from _sections_of_levels(value)
        elif key in SECTIONS:
            yield key, value, root.spots[2 * place]


def _sections_of_levels(units: _yaml.Entries) -> Iterator[tuple[str, _yaml.Value, int]]:
    for place, (level, value, _) in enumerate(entries_of(units)):
        yield level, value, units.spots[2 * place]


def _named(value: _yaml.Value) -> Iterator[str]:
    """Yield the paths of the tables that a section names."""
    for each in value.values if isinstance(value, _yaml.Elements) else [value]:
        if isinstance(each, _yaml.Entries) and "table" in each.keys:
            path = each.values[each.keys.index("table")]
            if isinstance(path, str):
                yield path
