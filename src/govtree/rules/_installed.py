"""Rules of other packages, which name them by the entry point ``govtree.rules``.

The name of the entry point is the prefix of the package's codes, and what it leads to are its
rules: ``XX = "package.module:RULES"`` for ``XX001``, ``XX002``. A package is loaded only where
somebody names one of its codes, or asks what there is.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from importlib.metadata import EntryPoint, entry_points

from attrs import frozen

from govtree._markup import short
from govtree.rules._rule import Rule

__all__ = ["Package", "packages", "prefix_of", "told_of"]

_GROUP = "govtree.rules"
_OURS = "GT"
_PREFIX = re.compile("[A-Z]{2,8}")


@frozen
class Package:
    """What an installed package hands in.

    Attributes:
        prefix: Prefix of its codes.
        package: Its name.
        rules: Its rules, sorted by code; none where something is wrong.
        reason: What is wrong, or an empty text.
    """

    prefix: str
    package: str
    rules: tuple[Rule, ...] = ()
    reason: str = ""


def packages(prefixes: Collection[str] | None = None) -> tuple[Package, ...]:
    """Return what installed packages hand in, sorted by prefix.

    Args:
        prefixes: Of which packages; no other is loaded. None means all of them.

    >>> [each.prefix for each in packages(["NOBODY"])]
    []
    """
    found = sorted(
        (each for each in entry_points(group=_GROUP) if prefixes is None or each.name in prefixes),
        key=lambda each: (each.name, each.value),
    )
    named = [each.name for each in found]
    return tuple(_loaded(each, alone=named.count(each.name) == 1) for each in found)


def prefix_of(code: str) -> str:
    """Return the prefix of a code of another package, or an empty text.

    >>> prefix_of("XX001"), prefix_of("GT001"), prefix_of("grid-without-branch")
    ('XX', '', '')
    """
    prefix = code.rstrip("0123456789")
    return prefix if prefix not in (code, _OURS) and _PREFIX.fullmatch(prefix) else ""


def told_of(error: BaseException) -> str:
    """Return what code of others raised, on one line; even saying it may fail."""
    try:
        said = str(error)
    except Exception:  # noqa: BLE001 - code of others, which may raise anything
        said = "it cannot be said"
    return f"{type(error).__name__}: {short(said)}"


def _loaded(point: EntryPoint, *, alone: bool) -> Package:
    package = "" if point.dist is None else point.dist.name
    if not _PREFIX.fullmatch(point.name) or point.name == _OURS:
        reason = f"its prefix '{short(point.name)}' is not 2 to 8 capital letters other than GT"
        return Package(point.name, package, reason=reason)
    if not alone:
        return Package(point.name, package, reason="another package has the same prefix")
    try:
        given = tuple(point.load())
    except (Exception, SystemExit, GeneratorExit) as error:  # noqa: BLE001 - code of others
        return Package(point.name, package, reason=told_of(error))
    strange = [each for each in given if not isinstance(each, Rule)]
    if strange:
        reason = f"a value of type {type(strange[0]).__name__} is no Rule"
        return Package(point.name, package, reason=reason)
    codes = [each.code for each in given]
    unfit = sorted(code for code in codes if prefix_of(code) != point.name)
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if unfit or twice:
        reason = f"code {short((unfit or twice)[0])} " + (
            f"does not begin with {point.name}" if unfit else "is used twice"
        )
        return Package(point.name, package, reason=reason)
    return Package(point.name, package, tuple(sorted(given, key=lambda each: each.code)))
