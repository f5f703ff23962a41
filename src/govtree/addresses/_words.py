"""An address as a row of words: numbers with what they number, and letters.

A Chinese character is a word, a run of other letters is one, and so is a number together
with the words that say what it numbers: ``3号楼`` and ``Building 3`` are both the number 3 of a
building. Names of units and what a caller says are cut by the same function, so that what is
only written differently is equal.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from attrs import frozen

from govtree._markup import HIDDEN

__all__ = [
    "BUILDING",
    "ENTRANCE",
    "FLOOR",
    "HOUSEHOLD",
    "READ",
    "Key",
    "Words",
    "key_of",
    "words_of",
]

#: Characters of a text that are read; what stands behind them is not looked at.
READ = 400

#: What a number numbers, as bits: some words say one of two.
BUILDING, ENTRANCE, HOUSEHOLD, FLOOR = 1, 2, 4, 8

#: The words of a name, as they are compared.
Key = tuple[str, ...]

# Behind a number. A longer one stands before what it begins with.
_BEHIND = {
    **dict.fromkeys(
        ("号楼", "号栋", "号幢", "号座", "栋楼", "幢楼", "栋", "幢", "座", "楼"), BUILDING
    ),
    **dict.fromkeys(("号单元", "单元", "号门", "门", "梯"), ENTRANCE),
    **dict.fromkeys(("号房", "号室", "室", "户", "房"), HOUSEHOLD),
    "层": FLOOR,
    # Of a street, a lane or a door: the number says it by its place.
    **dict.fromkeys(("番地", "番", "号"), 0),
}
# Before a number.
_BEFORE = {
    **dict.fromkeys(("building", "bldg", "block", "blk", "tower", "blok", "gedung"), BUILDING),
    **dict.fromkeys(("entrance", "stair", "staircase", "stairwell"), ENTRANCE),
    "unit": ENTRANCE | HOUSEHOLD,
    **dict.fromkeys(("apt", "apartment", "flat", "room", "rm", "suite", "kamar"), HOUSEHOLD),
    **dict.fromkeys(("floor", "lantai"), FLOOR),
    **dict.fromkeys(("no", "nomor", "number", "第"), 0),
}
_OLD = frozenset("號樓單棟門層戶")
_TRADITIONAL = str.maketrans("號樓單棟門層戶", "号楼单栋门层户")

_NUMERALS = "零〇一二三四五六七八九十百"
_HAN = "\u3005\u3041-\u30fa\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Nothing in it can match one text in two ways: its time grows with the text, no faster.
_WORD = re.compile(
    rf"([a-z]?[0-9]+(?:[a-z](?![a-z]))?|[{_NUMERALS}]+|(?<![a-z])[a-z](?![^\W_{_HAN}]))"
    rf"(?:\s*({'|'.join(sorted(_BEHIND, key=lambda word: (-len(word), word)))}))?"
    rf"|([{_HAN}]|[^\W_0-9{_HAN}]+)"
)


@frozen(eq=False)
class Words:
    """The words of a text, one place each in every field.

    Attributes:
        values: What is compared: letters, or a number without what it numbers.
        shown: The word with what it numbers.
        sizes: Letters and digits in it.
        numbers: Of each number: itself as a key, its place as a bit, and the bits of what it
            numbers, 0 where nothing says so.
    """

    values: Key
    shown: tuple[str, ...]
    sizes: tuple[int, ...]
    numbers: tuple[tuple[Key, int, int], ...]

    def size(self, places: int) -> int:
        """Return the letters and digits in the words whose bits are set in *places*."""
        total = 0
        while places:
            last = places.bit_length() - 1
            total += self.sizes[last]
            places ^= 1 << last
        return total

    def text(self, places: int) -> str:
        """Return the words whose bits are set in *places*, a blank where some lie between."""
        if places & (places - 1) == 0:
            return self.shown[places.bit_length() - 1] if places else ""
        at = (places & -places).bit_length() - 1
        said = self.shown[at]
        while places := places & (places - 1):
            last, at = at, (places & -places).bit_length() - 1
            word = self.shown[at]
            is_latin = said[-1].isascii() and word[0].isascii()
            said += f" {word}" if at > last + 1 or is_latin else word
        return said


def words_of(text: str) -> Words:
    """Return the words of *text*, of its first :data:`READ` characters.

    >>> words_of("花园 ３号楼二单元501室").values
    ('花', '园', '3', '2', '501')
    >>> words_of("Building 3, Apt 05b").shown, words_of("RT 05").values
    (('building3', 'apt05b'), ('rt', '5'))
    """
    text = text[:READ]
    bare = HIDDEN.sub("", text) if not text.isprintable() else text
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", bare).casefold())
    if not _OLD.isdisjoint(folded):
        folded = folded.translate(_TRADITIONAL)
    values: list[str] = []
    shown: list[str] = []
    numbers: list[tuple[Key, int, int]] = []
    # A word that numbers what follows, until it is known whether a number does.
    before = ""
    for number, behind, word in _WORD.findall(folded):
        if number:
            kind = _BEHIND.get(behind, 0) | _BEFORE.get(before, 0)
            if behind == "楼" and any(earlier & BUILDING for _, _, earlier in numbers):
                # 3栋5楼: the fifth floor of it.
                kind = FLOOR
            value = _plain(number)
            numbers.append(((value,), 1 << len(values), kind))
            values.append(value)
            shown.append(before + number + behind)
            before = ""
            continue
        if before:
            values.append(before)
            shown.append(before)
            before = ""
        if word in _BEFORE:
            before = word
        else:
            values.append(word)
            shown.append(word)
    if before:
        values.append(before)
        shown.append(before)
    # Some compatibility characters stand for a whole phrase.
    del values[READ:], shown[READ:]
    kept = [each for each in numbers if each[1] < 1 << READ]
    return Words(tuple(values), tuple(shown), tuple(map(len, shown)), tuple(kept))


@lru_cache(maxsize=1 << 12)
def key_of(name: str) -> Key:
    """Return the words of a name: thousands of households share the few there are.

    What callers say is not remembered.
    """
    return words_of(name).values


def _plain(number: str) -> str:
    """Return a number as it is compared: ``二十三`` and ``023`` are ``23``.

    >>> [_plain(each) for each in ("二十三", "023", "五〇一", "十", "0", "a03", "百百", "一百零五")]
    ['23', '23', '501', '10', '0', 'a03', '百百', '105']
    """
    if number[0] not in _NUMERALS:
        return number if number[0] != "0" or not number.isdigit() else number.lstrip("0") or "0"
    digits = [_NUMERALS.index(each) for each in number]
    if "十" not in number and "百" not in number:
        return _plain("".join(str(max(0, digit - 1)) for digit in digits))
    parts = _TENS.fullmatch(number)
    if parts is None:
        return number
    hundreds, tens, ten, ones = parts["hundreds"], parts["tens"], parts["ten"], parts["ones"]
    value = 100 * (_digit(hundreds) or 0) + (10 * (_digit(tens) or 1) if ten else 0)
    return str(value + (_digit(ones) or 0))


_TENS = re.compile(
    r"(?:(?P<hundreds>[一二三四五六七八九])百零?)?"
    r"(?:(?P<tens>[一二三四五六七八九])?(?P<ten>十))?(?P<ones>[一二三四五六七八九])?"
)


def _digit(numeral: str | None) -> int:
    return _NUMERALS.index(numeral) - 1 if numeral else 0
