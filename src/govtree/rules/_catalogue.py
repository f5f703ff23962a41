"""The rules that come with govtree, and the named sets that they were added to."""

from __future__ import annotations

from govtree.rules import (
    _areas,
    _bodies,
    _branches,
    _codes,
    _compounds,
    _concurrent,
    _contacts,
    _declared,
    _grids,
    _households,
    _members,
    _posts,
    _seats,
    _sizes,
    _staff,
    _support,
    _waivers,
)
from govtree.rules._rule import Rule

__all__ = ["NEWEST", "RULE_SETS", "SHIPPED", "in_set"]

#: The shipped rules, sorted by code.
SHIPPED: tuple[Rule, ...] = tuple(
    sorted(
        (
            each
            for room in (
                _households,
                _contacts,
                _areas,
                _waivers,
                _grids,
                _sizes,
                _staff,
                _members,
                _declared,
                _posts,
                _seats,
                _concurrent,
                _branches,
                _bodies,
                _compounds,
                _codes,
                _support,
            )
            for each in room.RULES
        ),
        key=lambda rule: rule.code,
    )
)

#: Names of the rule sets, the oldest first. A set that was released stays as it is: rules that
#: come later belong to a later set, so that who names a set gets the findings of that set.
RULE_SETS: tuple[str, ...] = tuple(
    sorted({rule.since for rule in SHIPPED}, key=lambda name: [*map(int, name.split("."))])
)

#: The set where none is named.
NEWEST = RULE_SETS[-1]


def in_set(name: str) -> tuple[Rule, ...]:
    """Return the rules of the set *name*: those that came with it or before it.

    >>> in_set("2026.1") == SHIPPED
    True
    """
    until = RULE_SETS.index(name)
    return tuple(rule for rule in SHIPPED if RULE_SETS.index(rule.since) <= until)
