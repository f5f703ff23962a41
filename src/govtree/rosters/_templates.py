"""How ids are made that no registry gives: a template a table."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Mapping, Sequence

from attrs import frozen

from govtree._wording import Reason

__all__ = ["PLACES", "Template", "Unmade"]

#: What may stand in braces in a template.
PLACES = ("number", "parent", "name", "code")


class Unmade(Exception):  # noqa: N818 - never leaves this package
    """A template that makes no ids: the reason."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


@frozen
class Template:
    """A template of ids, taken apart.

    Attributes:
        text: The template as it is written.
        before: Texts and places that stand before the number, in turns; without a number, all.
        behind: Those that stand behind it.
        digits: Fewest digits of the number; 0 where the template has none.
    """

    text: str
    before: tuple[tuple[str, str], ...]
    behind: tuple[tuple[str, str], ...]
    digits: int

    @classmethod
    def of(cls, text: str) -> Template:
        """Return the template that *text* is.

        Raises:
            Unmade: If it is none, or one that can tell no two units apart.

        >>> Template.of("H-{number:06}").digits
        6
        """
        try:
            pieces = list(string.Formatter().parse(text))
        except ValueError:
            raise Unmade(Reason("its braces do not match")) from None
        sides: list[list[tuple[str, str]]] = [[], []]
        digits = 0
        for literal, place, spec, conversion in pieces:
            side = sides[1 if digits else 0]
            if place is None or place == "number":
                side.append((literal, ""))
            else:
                side.append((literal, place))
            if place is None:
                continue
            if place not in PLACES or conversion or (spec and place != "number"):
                shown = f"{place}{f'!{conversion}' * bool(conversion)}{f':{spec}' * bool(spec)}"
                raise Unmade(Reason("it knows no place '{place}'", place=shown))
            if place == "number":
                width = re.fullmatch("(?:0?([1-9]))?", spec or "")
                if width is None:
                    raise Unmade(Reason("it knows no place '{place}'", place=f"number:{spec}"))
                if digits:
                    raise Unmade(Reason("the number stands in it twice"))
                digits = int(width[1] or 1)
        if not digits and not any(place in ("name", "code") for _, place in sides[0]):
            raise Unmade(Reason("it has no number, name or code that tells two units apart"))
        return cls(text, tuple(sides[0]), tuple(sides[1]), digits)

    @property
    def fixed(self) -> tuple[str, str] | None:
        """What stands before and behind the number, where that is the same for all units."""
        if not self.digits or self.needs:
            return None
        return "".join(text for text, _ in self.before), "".join(text for text, _ in self.behind)

    @property
    def needs(self) -> tuple[str, ...]:
        """The places but the number that it has."""
        return tuple(place for _, place in (*self.before, *self.behind) if place)

    def made(
        self, units: Iterable[Mapping[str, str]], used: set[str], refuse: Callable[[int, str], None]
    ) -> list[str]:
        """Return an id for each unit, none of which is in *used*; they are added there.

        Args:
            units: By place, what each unit has there.
            used: Ids that are never given again.
            refuse: Called with the unit and the id where that is used already.
        """
        numbers = self._numbers(used)
        ids = []
        for unit, told in enumerate(units):
            before, behind = _filled(self.before, told), _filled(self.behind, told)
            id = before
            if self.digits:
                number = numbers.get((before, behind), 0)
                while True:
                    number += 1
                    id = f"{before}{number:0{self.digits}}{behind}"
                    if id not in used:
                        break
                numbers[before, behind] = number
            elif id in used:
                refuse(unit, id)
            used.add(id)
            ids.append(id)
        return ids

    def _numbers(self, used: Iterable[str]) -> dict[tuple[str, str], int]:
        """Return the largest number in *used* by what stands before and behind it."""
        numbers: dict[tuple[str, str], int] = {}
        if not self.digits:
            return numbers
        pattern = re.compile(
            f"{_pattern(self.before)}([0-9]{{1,15}}){_pattern(self.behind)}", re.DOTALL
        )
        for id in used:
            found = pattern.fullmatch(id)
            if found is not None:
                around = id[: found.start(1)], id[found.end(1) :]
                numbers[around] = max(numbers.get(around, 0), int(found[1]))
        return numbers


def _filled(pieces: Sequence[tuple[str, str]], told: Mapping[str, str]) -> str:
    return "".join(text + (told[place] if place else "") for text, place in pieces)


def _pattern(pieces: Sequence[tuple[str, str]]) -> str:
    return "".join(re.escape(text) + (".*" if place else "") for text, place in pieces)
