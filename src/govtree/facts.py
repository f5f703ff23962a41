"""What is true of a structure besides its tables: its day, its levels, its words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from attrs import asdict, evolve, field, frozen

from govtree._wording import Label, Reason
from govtree.errors import Location, Problem, StructureError, problem
from govtree.units import ROLES, SHIPPED_LEVELS, TABLES, Declared, Level, Term

if TYPE_CHECKING:
    import cattrs

__all__ = ["Facts"]


def _sorted_vocabularies(
    given: Mapping[str, Iterable[Term]],
) -> Mapping[str, tuple[Term, ...]]:
    by_word = {name: sorted(terms, key=lambda term: term.term) for name, terms in given.items()}
    return MappingProxyType({name: tuple(by_word[name]) for name in sorted(by_word)})


def _levels(given: Iterable[Level | str]) -> tuple[Level, ...]:
    levels = [Level(each) if isinstance(each, str) else each for each in given]
    # A level that is named as a role plays it unsaid.
    return tuple(
        evolve(each, role=each.level) if each.level in ROLES and not each.role else each
        for each in levels
    )


def _day(given: dt.date | None) -> dt.date | None:
    if type(given) not in (dt.date, type(None)):
        raise TypeError(f"as_of is a datetime.date, not a {type(given).__name__}")
    return given


def _collected(given: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(sorted(set(given)))


def _figures(given: Iterable[Declared]) -> tuple[Declared, ...]:
    return tuple(sorted(given))


@frozen
class Facts:
    """What is true of a structure besides its tables.

    Attributes:
        name: Name of the place, for people.
        as_of: The day that the structure is a snapshot of.
        time_zone: IANA name of the zone that makes instants of dates.
        reference_system: What the coordinates of units are in, such as ``EPSG:4490``.
        levels: The chain, top down; a name alone stands for a level without more to say.
        vocabularies: Terms by name of the vocabulary; one that is not there is open.
        declared: Figures that somebody published about the structure.
        collected: Ids of the units that have sent in their returns, sorted: what is outside of
            them is not there yet, and no fault. None where everything has been collected.
    """

    name: str = ""
    as_of: dt.date | None = field(default=None, converter=_day)
    time_zone: str | None = None
    reference_system: str | None = None
    levels: tuple[Level, ...] = field(default=SHIPPED_LEVELS, converter=_levels)
    vocabularies: Mapping[str, tuple[Term, ...]] = field(
        factory=dict, converter=_sorted_vocabularies, hash=False
    )
    declared: tuple[Declared, ...] = field(default=(), converter=_figures)
    collected: tuple[str, ...] | None = field(default=None, converter=_collected)

    def called(self, table: str) -> str:
        """Return the name of the level whose table this is, or else the name of the table.

        >>> Facts(levels=["district", Level("KK", "household")]).called("household")
        'KK'
        """
        return next((each.level for each in self.levels if each.table == table), table)

    def terms(self, vocabulary: str) -> tuple[Term, ...]:
        """Return the terms of a vocabulary; none where any word will do.

        >>> facts = Facts(levels=["branch", Level("group", kinds=[Term("block")])])
        >>> [term.term for term in facts.terms("group_kind")], facts.terms("post")
        (['block'], ())
        """
        kinds = {f"{each.table}_kind": each.kinds for each in self.levels}
        return self.vocabularies.get(vocabulary, ()) or kinds.get(vocabulary, ())

    def label(self, vocabulary: str, word: str) -> Label:
        """Return what a word is called: of a vocabulary that does not have it, the word.

        >>> Facts(vocabularies={"post": [Term("chair", (("zh", "主任"),))]}).label(
        ...     "post", "chair"
        ... ).said("zh")
        '主任'
        """
        terms = self.vocabularies.get(vocabulary, ())
        return next((Label(word, each.label) for each in terms if each.term == word), Label(word))

    def level_label(self, name: str) -> Label:
        """Return what a level or table is called.

        >>> facts = Facts(levels=[Level("RW", "branch", (("zh", "居民区"),)), "household"])
        >>> [facts.level_label(name).said("zh") for name in (facts.called("branch"), "grid")]
        ['居民区', '网格']
        """
        level = next((each for each in self.levels if name in (each.level, each.table)), None)
        return Label(name, () if level is None else level.label, is_ours=True)

    def __reduce__(self) -> tuple[Any, ...]:
        # A mapping that cannot be written to cannot be pickled either.
        told = asdict(self, recurse=False)
        return partial(Facts, **told | {"vocabularies": dict(self.vocabularies)}), ()

    def to_plain(self) -> dict[str, Any]:
        """Return the facts as texts, numbers, lists and mappings, without what is not said.

        >>> Facts(name="河畔", as_of=dt.date(2025, 6, 30)).to_plain()
        {'name': '河畔', 'as_of': '2025-06-30'}
        """
        plain: dict[str, Any] = _converter().unstructure(self)
        return plain

    @classmethod
    def from_plain(cls, plain: object, record: str = "facts") -> Facts:
        """Return the facts that :meth:`to_plain` gave.

        Args:
            plain: What was given; every value must be of the type that it had.
            record: What it is called in problems.

        Raises:
            StructureError: With a problem for every value that is wrong.
        """
        from cattrs import BaseValidationError, transform_error

        if not isinstance(plain, Mapping):
            raise StructureError([_misread(f"a {type(plain).__name__} stands here @ ", record)])
        try:
            return _converter().structure(plain, cls)
        except BaseValidationError as error:
            raise StructureError(
                _misread(each, record) for each in transform_error(error, path="")
            ) from None

    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the facts themselves."""
        found = []
        reason = _unfit(self.levels)
        if reason:
            found.append(problem("GT114", Location(record="levels"), reason=reason))
        if self.time_zone is not None and not _is_zone(self.time_zone):
            found.append(problem("GT113", Location(record="time_zone"), zone=self.time_zone))
        return tuple(found)


@cache
def _converter() -> cattrs.Converter:
    import cattrs

    def strictly(value: object, kind: type) -> object:
        # cattrs would make a text of a number, and a number of a truth.
        if type(value) is not kind:
            raise TypeError(f"expected {kind.__name__}, not {type(value).__name__}")
        return value

    def number(value: object, _: type) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"expected a number, not {type(value).__name__}")
        return float(value)

    converter = cattrs.Converter(forbid_extra_keys=True, omit_if_default=True)
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, strictly)
    converter.register_structure_hook(float, number)
    converter.register_structure_hook(dt.date, lambda text, _: dt.date.fromisoformat(text))
    converter.register_unstructure_hook(dt.date, dt.date.isoformat)
    return converter


def _misread(told: str, record: str) -> Problem:
    reason, _, path = told.rpartition(" @ ")
    return problem("GT118", Location(record=record, field=path.strip(".")), reason=reason)


def _unfit(levels: Sequence[Level]) -> str:
    """Return why *levels* are no chain, or an empty text."""
    names = [level.level for level in levels]
    roles = [level.role for level in levels if level.role in ROLES]
    taken = {table.name for table in TABLES} - set(ROLES)
    if not 2 <= len(levels) <= 8:
        return Reason("there are {number}", number=len(levels))
    for name in names:
        if not name.isidentifier():
            return Reason("'{name}' is not an identifier", name=name)
        if names.count(name) > 1:
            return Reason("'{name}' stands twice", name=name)
        if name in taken:
            return Reason("'{name}' is the name of another table", name=name)
    for level in levels:
        if level.role and level.role not in ROLES:
            return Reason("'{role}' is not a role", role=level.role)
        if level.level in ROLES and level.role != level.level:
            return Reason("'{name}' is the name of a role that it does not play", name=level.level)
    if roles != sorted(set(roles), key=ROLES.index):
        return "a role is played twice or out of order"
    if "household" in roles and levels[-1].role != "household":
        return "nothing can stand below the households"
    return ""


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True
