"""A tree of YAML to plain values, led by the schema; every problem is noted on the way."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

import numpy as np

from govtree import _values
from govtree._files import LIMITS, Limits
from govtree._names import NearMisses
from govtree._unseen import TURNING
from govtree._wording import Reason
from govtree._yaml import Elements, Entries, Source, Value
from govtree.config._schema import ListOf, MapOf, Node, OneOf, Scalar, Section, Shaped
from govtree.errors import Problem, Tally

__all__ = ["NOTHING", "Decoder", "Path", "entries_of", "is_nothing"]

#: Where a setting stands: the keys that lead to it, ``[0]`` for the first entry of a list.
Path = tuple[str, ...]

#: Plain scalars that say that there is nothing (YAML 1.2.2, 10.3.2).
NOTHING = frozenset(("", "~", "null", "Null", "NULL"))

_COLON = "："
_MISSING_BLANK = re.compile(r"([^\s:：]+):\S")


class Decoder:
    """Decodes one document; collects every problem on the way.

    Attributes:
        source: The text that the document was read from.
        limits: How much is read at most.
        spots: Position of every setting by the keys that lead to it.
        keys: Position of the key itself of every setting that stands in a mapping.
    """

    def __init__(self, source: Source, limits: Limits = LIMITS) -> None:
        self.source = source
        self.limits = limits
        self.spots: dict[Path, int] = {}
        self.keys: dict[Path, int] = {}
        self._tally = Tally()
        self._near: dict[tuple[str, ...], NearMisses] = {}

    # -- problems ----------------------------------------------------------------------------

    def say(self, code: str, spot: int, *, severity: str = "error", **values: str | None) -> None:
        """Note the problem with *code*; values that are None are left out."""

        def made() -> Problem:
            said = {name: value for name, value in values.items() if value is not None}
            return self.source.problem(code, spot, severity=severity, **said)

        self._tally.add(code, made)

    def problems(self) -> list[Problem]:
        """Return what was noted since this was last asked, sorted."""
        tally, self._tally = self._tally, Tally()
        return list(tally.problems())

    def say_unfit(self, what: str, expected: str, value: Value, spot: int) -> None:
        """Note that *value* is a text, list or mapping where another one is expected."""
        if isinstance(value, str) and spot & 1 and ("mapping" in expected or "record" in expected):
            # A mapping that is none for want of a sign: that is what has to be mended.
            wide = value.find(_COLON)
            if wide >= 0:
                return self.say("GT028", spot + 2 * wide, character=_COLON, meant=": ")
            if _MISSING_BLANK.match(value):
                return self.say("GT019", spot)
        if isinstance(value, str):
            found = Reason("the text '{text}'", text=value)
            if is_nothing(value, spot):
                found = Reason("an empty value")
        else:
            found = Reason("a list" if isinstance(value, Elements) else "a mapping")
        return self.say("GT091", spot, what=what, expected=expected, found=found)

    def say_unknown_key(self, what: str, key: str, spot: int, known: Sequence[str]) -> None:
        """Note that a mapping has a *key* that none of its kind has."""
        if self._tally.is_full("GT090"):
            return self.say("GT090", spot)
        listed = ", ".join(known) or Reason("none")
        return self.say(
            "GT090", spot, what=what, key=key, known=listed, meant=self.meant(key, known)
        )

    def meant(self, word: str, known: Sequence[str]) -> str | None:
        """Return which of the *known* words was probably meant."""
        names = tuple(known)
        if names not in self._near:
            self._near[names] = NearMisses(names)
        return self._near[names].nearest(word) or None

    # -- settings ----------------------------------------------------------------------------

    def decode(self, node: Node, value: Value, spot: int, path: Path = ()) -> Any:
        """Return *value* as *node* describes it; None where it is not that.

        Sections of records are left out.
        """
        self.spots[path] = spot
        if is_nothing(value, spot):
            return None
        fitting = _fitting(node, value)
        if isinstance(fitting, ListOf):
            return self._decode_list(fitting, value, spot, path)
        if isinstance(fitting, Scalar):
            assert isinstance(value, str)
            return self._decode_scalar(fitting, value, spot, path)
        if isinstance(fitting, Shaped) and isinstance(value, str):
            return {fitting.short: self.decode(fitting.keys[fitting.short], value, spot, path)}
        if isinstance(fitting, MapOf | Shaped):
            assert isinstance(value, Entries)
            for key, at in zip(value.keys, value.spots[::2], strict=True):
                self.keys[*path, key] = at
            if isinstance(fitting, Shaped):
                return self._decode_shaped(fitting, value, spot, path)
            return {
                key: self.decode(fitting.value, each, at, (*path, key))
                for key, each, at in entries_of(value)
            }
        return self.say_unfit(_what(path), _described(node), value, spot)

    def _decode_list(self, node: ListOf, value: Value, spot: int, path: Path) -> list[Any]:
        values, spots = (
            (value.values, value.spots) if isinstance(value, Elements) else ([value], [spot])
        )
        return [
            self.decode(node.item, each, at, (*path, f"[{number}]"))
            for number, (each, at) in enumerate(zip(values, spots, strict=True))
        ]

    def _decode_scalar(self, node: Scalar, value: str, spot: int, path: Path) -> Any:
        if node.words and value not in node.words:
            known = ", ".join(node.words)
            meant = self.meant(value, node.words) if node.code == "GT093" else None
            return self.say(node.code, spot, word=value, known=known, meant=meant)
        if node.shape == "text":
            # A setting is no cell of a registry, which a spreadsheet may have damaged.
            if "\0" in value:
                return self.say("GT058", spot, cell=value, character="U+0000")
            if TURNING.search(value):
                field = ".".join(path)
                self.say("GT112", spot, severity="warning", field=field, who="the file", text=value)
            return value
        cells, faults = _values.read_cells(node.shape, [value])
        for fault in faults:
            self.say(fault.code, spot, **dict(fault.values))
        return None if faults else _plain(cells[0])

    def _decode_shaped(self, node: Shaped, value: Entries, spot: int, path: Path) -> dict[str, Any]:
        decoded: dict[str, Any] = {}
        for place, (key, each, at) in enumerate(entries_of(value)):
            known = node.keys.get(key)
            if known is not None and not _holds_records(known):
                decoded[key] = self.decode(known, each, at, (*path, key))
            elif node.open and known is None:
                decoded[key] = self._plain_value(each, at, (*path, key))
            elif known is None:
                self.say_unknown_key(node.name, key, value.spots[2 * place], tuple(node.keys))
        for key in node.required:
            if key not in value.keys:
                self.say("GT092", spot, what=node.name, key=key)
        return decoded

    def _plain_value(self, value: Value, spot: int, path: Path) -> Any:
        """Return a parameter whose shape only the rule knows that takes it."""
        self.spots[path] = spot
        if is_nothing(value, spot):
            return None
        if isinstance(value, Elements):
            return [
                self._plain_value(each, at, (*path, f"[{number}]"))
                for number, (each, at) in enumerate(zip(value.values, value.spots, strict=True))
            ]
        if isinstance(value, Entries):
            return self.say_unfit(_what(path), "a text or a list", value, spot)
        return value


def entries_of(value: Entries) -> Iterator[tuple[str, Value, int]]:
    """Yield key, value and position of the value of each entry."""
    return zip(value.keys, value.values, value.spots[1::2], strict=True)


def is_nothing(value: Value, spot: int) -> bool:
    """Return whether *value* is written in a way that says that there is nothing."""
    return isinstance(value, str) and value in NOTHING and bool(spot & 1)


def _fitting(node: Node, value: Value) -> Node | None:
    """Return what of *node* may be written as the text, list or mapping that *value* is."""
    if isinstance(node, OneOf):
        return next((each for each in node.nodes if _fitting(each, value) is not None), None)
    if isinstance(node, ListOf):
        fits = isinstance(value, Elements) or _fitting(node.item, value) is not None
    elif isinstance(value, str):
        fits = isinstance(node, Scalar) or (isinstance(node, Shaped) and bool(node.short))
    else:
        fits = isinstance(value, Entries) and isinstance(node, MapOf | Shaped)
    return node if fits else None


def _described(node: Node) -> Reason:
    if isinstance(node, OneOf):
        told = dict.fromkeys(map(_described, node.nodes))
        return reduce(lambda one, other: Reason("{one} or {other}", one=one, other=other), told)
    if isinstance(node, ListOf):
        return Reason("a list, or {item}", item=_described(node.item))
    if isinstance(node, Scalar):
        words = {"date": "a day", "truth": "true or false", "text": "a text"}
        return Reason(words.get(node.shape, "a number"))
    return Reason("a text or a mapping" if isinstance(node, Shaped) and node.short else "a mapping")


def _holds_records(node: Node) -> bool:
    return isinstance(node, Section) or (isinstance(node, MapOf) and _holds_records(node.value))


def _what(path: Path) -> str:
    if not path:
        return "the file"
    if path[-1].startswith("["):
        return Reason("an entry of '{key}'", key=path[-2]) if len(path) > 1 else "an entry"
    return Reason("'{name}'", name=path[-1])


def _plain(cell: Any) -> Any:
    """Return a cell of a column as a Python value."""
    if isinstance(cell, np.datetime64):
        return None if np.isnat(cell) else dt.date.fromisoformat(str(cell))
    if isinstance(cell, np.bool_ | np.int8):
        return bool(cell)
    return cell.item() if isinstance(cell, np.generic) else cell
