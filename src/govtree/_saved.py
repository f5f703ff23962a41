"""Values of a saved report or baseline, taken as what they are meant to be.

What is of another kind is noted with its place, and told together with its neighbors.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from govtree._json import Document, Path
from govtree._markup import one_line
from govtree._wording import Reason
from govtree.errors import ConfigError, Location, problem
from govtree.findings import SEVERITIES, Finding

__all__ = ["Key", "Taker", "key_of"]

#: What tells findings apart: code, subject and related ids. A fingerprint is made of it.
Key = tuple[str, str, tuple[str, ...]]

#: Faulty values of one file that are told; who wrote one wrongly wrote them all so.
_TOLD = 20

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CODE = re.compile(r"[A-Z][A-Z0-9_-]{0,39}")


def key_of(finding: Finding) -> Key:
    """Return what tells a finding apart from others."""
    return finding.code, finding.subject, finding.related


class Taker:
    """Takes the values of a document that are of the kind that is meant, and notes the others."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._faults: list[tuple[Path, str, dict[str, Any]]] = []

    def say(self, path: Path, code: str, **values: Any) -> None:
        """Note what is wrong with the value at *path*."""
        self._faults.append((path, code, values))
        if len(self._faults) >= _TOLD:
            self.stop_at_faults()

    def stop_at_faults(self) -> None:
        """Raise what was noted."""
        if self._faults:
            places = self._document.locate(path for path, _, _ in self._faults)
            raise ConfigError(
                problem(code, places[path], **values) for path, code, values in self._faults
            )

    def refuse_other_files(self, head: Mapping[str, Any]) -> None:
        """Note that the file is another one that govtree writes, not a saved report."""
        if "govtree_report" in head:
            return
        if "govtree_baseline" in head:
            self.say((), "GT076")
        elif "findings" not in head and "runs" in head:
            self.say((), "GT077")
        elif "findings" not in head and head.get("ok") is False and "problems" in head:
            self.say((), "GT078")

    def require_each_once(self, keys: Sequence[Key]) -> None:
        """Note the findings that stand there twice."""
        first: dict[Key, int] = {}
        twice = []
        for at, key in enumerate(keys):
            if first.setdefault(key, at) != at:
                twice.append((at, key))
        twice = twice[: _TOLD - 1]
        places = self._document.locate(("findings", first[key]) for _, key in twice)
        for at, key in twice:
            line = places["findings", first[key]].line
            self.say(("findings", at), "GT073", rule=key[0], subject=key[1], first=line)
        self.stop_at_faults()

    def require_order(self, days: Sequence[dt.date], path: Path) -> None:
        """Note the first day that does not follow the one before it."""
        for at, (one, two) in enumerate(pairwise(days)):
            if two <= one:
                self.say((*path, at + 1), "GT075", cell=two)
                return

    def mapping(self, value: Any, path: Path) -> Mapping[str, Any]:
        """Return *value* if it is an object, else nothing."""
        if isinstance(value, dict):
            return value
        self.say_unfit(path, "an object", value)
        return {}

    def list_of(self, values: Mapping[str, Any], key: str, path: Path) -> list[Any]:
        """Return the list under *key*, else an empty one."""
        value = self.given(values, key, path)
        if isinstance(value, list):
            return value
        if key in values:
            self.say_unfit((*path, key), "a list", value)
        return []

    def text(
        self, values: Mapping[str, Any], key: str, path: Path, default: str | None = None
    ) -> str:
        """Return the text under *key*; one that is not given is *default*, or else a fault."""
        value = values.get(key, default)
        if value is None and key not in values:
            self.given(values, key, path)
        if isinstance(value, str):
            return value
        if key in values:
            self.say_unfit((*path, key), "a text", value)
        return ""

    def whole(self, values: Mapping[str, Any], key: str, path: Path, default: int = 0) -> int:
        """Return the whole number under *key*; one that is not given is *default*."""
        value = values.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53:
            return value
        self.say_unfit((*path, key), "a whole number", value)
        return 0

    def as_day(self, value: Any, path: Path) -> dt.date:
        """Return *value* as a day."""
        if isinstance(value, str) and _DAY.fullmatch(value):
            try:
                return dt.date.fromisoformat(value)
            except ValueError:
                self.say(path, "GT046", cell=value)
        else:
            self.say(path, "GT045", cell=value)
        return dt.date.min

    def texts(self, values: Mapping[str, Any], key: str, path: Path) -> tuple[str, ...]:
        """Return the list of texts under *key*."""
        listed = self.list_of(values, key, path)
        for at, each in enumerate(listed):
            if not isinstance(each, str):
                self.say_unfit((*path, key, at), "a text", each)
                return ()
        return tuple(listed)

    def code(self, values: Mapping[str, Any], path: Path) -> str:
        """Return the code of a rule."""
        code = self.text(values, "code", path)
        if "code" in values and isinstance(values["code"], str) and not _CODE.fullmatch(code):
            self.say((*path, "code"), "GT093", word=code, known=Reason("codes such as GT210"))
        return code

    def finding(self, value: Any, path: Path) -> Finding:
        """Return a finding, its message and hint on one line each."""
        values = self.mapping(value, path)
        severity = self.text(values, "severity", path)
        if severity not in SEVERITIES:
            if severity:
                known = ", ".join(SEVERITIES)
                self.say((*path, "severity"), "GT093", word=severity, known=known)
            severity = SEVERITIES[0]
        told = self.mapping(values.get("values", {}), (*path, "values"))
        for name, each in told.items():
            if isinstance(each, bool) or not isinstance(each, (str, int, float)):
                self.say_unfit((*path, "values", name), "a text or a number", each)
        return Finding(
            self.code(values, path),
            one_line(self.text(values, "slug", path, "")),
            next(each for each in SEVERITIES if each == severity),
            self.text(values, "subject", path),
            self.text(values, "level", path),
            self.texts(values, "path", path),
            tuple(sorted(set(self.texts(values, "related", path)))),
            Location(
                self.text(values, "file", path, ""),
                self.whole(values, "line", path),
                self.whole(values, "column", path),
                self.whole(values, "row", path),
                self.text(values, "record", path, ""),
                self.text(values, "field", path, ""),
                sheet=self.text(values, "sheet", path, ""),
            ),
            one_line(self.text(values, "message", path)),
            one_line(self.text(values, "hint", path, "")),
            tuple(sorted(told.items())),
        )

    def given(self, values: Mapping[str, Any], key: str, path: Path, default: Any = None) -> Any:
        """Return what stands under *key*, and note it where it has to stand and does not."""
        if key not in values:
            self.say(path, "GT092", what=_called(path), key=key)
        return values.get(key, default)

    def say_unfit(self, path: Path, expected: str, found: Any) -> None:
        """Note that the value at *path* is not of the kind that is meant."""
        self.say(path, "GT091", what=_called(path), expected=expected, found=_kind(found))


def _called(path: Path) -> str:
    """Return what a value is called in a problem."""
    keys = [each for each in path if isinstance(each, str)]
    return Reason("'{name}'", name=keys[-1]) if keys else "the file"


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "a truth"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return "a text" if isinstance(value, str) else "a number"
