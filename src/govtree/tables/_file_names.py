"""Names of files made from ids, which may be any text."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping

from govtree._markup import HIDDEN

__all__ = ["cut", "file_names"]

# What some system forbids in a name, or reads as a part of a path or a pattern.
_NOT_IN_NAMES = re.compile(r"[<>:\"/\\|?*\[\]~$%'`\s]")
# Names of devices. Source: "Naming Files, Paths, and Namespaces", Microsoft.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|\Z)", re.IGNORECASE)
# A name takes 255 bytes at most, a character up to four.
_LONGEST = 48
_LONGEST_TAIL = 24


def file_names(ids: Iterable[str], names: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a name for each id that a file may have on any system, without its ending.

    An id that is such a name is its own. Of any other, and of those that differ by nothing but
    case or the way their accents are composed, the name ends in eight digits of a hash of the
    id, so that no two ids share a name.

    Args:
        ids: The ids.
        names: What stands behind an id for people, by id.

    >>> file_names(["J-03", "城关街道", "a/b"], {"J-03": "梅山 镇"})
    {'J-03': 'J-03 梅山_镇', '城关街道': '城关街道', 'a/b': 'a_b-82badf67'}
    """
    plain = {id: _plain(id) for id in ids}
    counts: dict[str, int] = {}
    for name in plain.values():
        counts[_folded(name)] = counts.get(_folded(name), 0) + 1
    tails = names or {}
    return {
        id: (name if name == id and counts[_folded(name)] == 1 else f"{name}-{_hash(id)}")
        + _tail(tails.get(id, ""))
        for id, name in plain.items()
    }


def cut(text: str, most: int) -> str:
    """Return the beginning of *text*, of at most *most* UTF-16 units, no character in two.

    >>> cut("𠮷𠮷", 3)
    '𠮷'
    """
    return text.encode("utf-16-le", "replace")[: 2 * most].decode("utf-16-le", "ignore")


def _plain(id: str) -> str:
    name = HIDDEN.sub("_", _NOT_IN_NAMES.sub("_", unicodedata.normalize("NFC", id)))
    # What begins with a dot is hidden, with a minus an option, with a low line one of ours;
    # a dot at the end is lost on Windows.
    name = cut(name.lstrip("._-"), _LONGEST).rstrip(".")
    return f"x{name}" if not name or _DEVICES.match(name) else name


def _tail(name: str) -> str:
    # No id has a blank in its part of the name, so that what stands behind it makes no two alike.
    tail = cut(_plain(name), _LONGEST_TAIL).rstrip(".") if name.strip() else ""
    return f" {tail}" if tail else ""


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _hash(id: str) -> str:
    return hashlib.blake2b(id.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
