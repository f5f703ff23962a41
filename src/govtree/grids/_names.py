"""Ids for grids that have none: by a template, counted through, never one that is taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from govtree._files import LIMITS
from govtree._markup import HIDDEN, short
from govtree.errors import OutOfRangeError

__all__ = ["ids_for", "whole_template"]

_PLACE = re.compile(r"\{(?:community|number(?::0([1-9]))?)\}")
_NUMBER = re.compile(r"\{number(?::0[1-9])?\}")


def whole_template(template: str) -> str:
    """Return *template*, which has a place for a number.

    Raises:
        OutOfRangeError: If it has none, or another place than ``{community}`` and
            ``{number}``; or if what it makes could be no id.
    """
    rest = _PLACE.sub("", template)
    reason = ""
    if _NUMBER.search(template) is None:
        reason = "it has no {number}, so that all ids would be one"
    elif "{" in rest or "}" in rest:
        reason = "it has other places than {community} and {number} or {number:03}"
    elif HIDDEN.search(rest) or len(rest) > LIMITS.id_characters // 2:
        reason = "an id is of visible characters, and not longer than 200"
    if reason:
        raise OutOfRangeError(f"template is '{short(template)}': {reason}")
    return template


def ids_for(
    communities: Sequence[str], *, template: str, is_taken: Callable[[str], bool]
) -> list[str]:
    """Return an id for each new grid, in their order; none is taken, none is given twice.

    Args:
        communities: Community of each grid; an empty text where it has none.
        template: Text with ``{number}`` or ``{number:03}``, and ``{community}`` or not. Where
            it names the community, each has numbers of its own.
        is_taken: Whether an id is used already.

    >>> ids_for(["C-1", "C-2", "C-1"], template="{community}-{number:02}",
    ...         is_taken={"C-1-01"}.__contains__)
    ['C-1-02', 'C-2-01', 'C-1-03']
    """
    counters: dict[str, Iterator[str]] = {}
    given: set[str] = set()
    found = []
    for community in communities:
        # What lies in no community is called as if it were one of its own.
        key = (community or "N") if "{community}" in template else ""
        counter = counters.setdefault(key, _counted(key, template))
        id = next(id for id in counter if not is_taken(id) and id not in given)
        if len(id) > LIMITS.id_characters:
            raise OutOfRangeError(f"template makes '{short(id)}', which is too long for an id")
        given.add(id)
        found.append(id)
    return found


def _counted(community: str, template: str) -> Iterator[str]:
    def filled(place: re.Match[str]) -> str:
        if place[0] == "{community}":
            return community
        return str(number).zfill(int(place[1] or 1))

    number = 0
    while True:
        number += 1
        yield _PLACE.sub(filled, template)
