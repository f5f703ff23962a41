"""Names as people write them: one normal form, and which name was probably meant.

People type ``B-3O`` for ``B-30``, paste full-width digits and zero-width characters, and
swap two letters. What is written the same but for that is found first; then what is one or
two edits away.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from govtree._markup import HIDDEN

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["NearMisses", "digits_of", "nearest", "normal", "twin_form"]

# Characters that are taken for one another, after case is folded: a short selection, in ids,
# of confusables.txt of Unicode Technical Standard 39.
_TWINS = str.maketrans(
    {
        **dict.fromkeys("oοо", "0"),  # noqa: RUF001 - Latin, Greek, Cyrillic
        **dict.fromkeys("li|ιіӏ", "1"),  # noqa: RUF001 - Latin, Greek, Cyrillic
        **dict.fromkeys("‐‑‒–—―−﹣ー─", "-"),  # noqa: RUF001 - every dash a keyboard can make
        **dict(zip("аеркстухвнмт", "aepkctyxbhmt", strict=True)),
        **dict(zip("αβεκνρτυχ", "abekvptyx", strict=True)),
    }
)

# Edits that may lie between a word and what it meant.
_MOST_EDITS = 2
# Longer names are compared in their normal form only.
_LONGEST = 200
# More candidates than this are not searched: an index of them would outweigh its use.
_MOST_CANDIDATES = 250_000


def normal(text: str) -> str:
    r"""Return *text* without what the eye does not tell apart: width, case, blanks, hidden.

    Two names with one normal form are near-twins. A normal form is for comparing only; it
    is never shown, and never an id.

    Source: Unicode Standard 15, section 3.13, compatibility caseless matching, with blanks
    and hidden characters dropped.

    >>> normal("Ｂ－３０ "), normal("b-3\u200b0"), normal("B-30")
    ('b-30', 'b-30', 'b-30')
    """
    if text.isascii() and text.isprintable():
        return text.lower().replace(" ", "")
    bare = "".join(HIDDEN.sub("", text).split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", bare).casefold())
    # Some compatibility forms unfold to a blank and a mark.
    return "".join(folded.split())


def nearest(word: str, candidates: Iterable[str]) -> str:
    """Return the candidate that *word* probably meant, or an empty text.

    For one question; :class:`NearMisses` answers many over the same candidates.

    >>> nearest("B-3O", ["B-31", "B-30", "B-03"])
    'B-30'
    >>> nearest("grop", ["group", "branch"]), nearest("police", ["group", "branch"])
    ('group', '')
    """
    return NearMisses(candidates).nearest(word)


class NearMisses:
    """Which of many names was meant; nothing is computed before the first question.

    First comes a name with the same normal form, then one that differs in characters that
    are taken for one another (letter O and digit 0, dashes, Cyrillic and Latin), then the
    fewest edits, at most two and at most a third of the longer name. Among equals the first
    by code point is taken, so that the order of the candidates changes nothing.

    Source of the distance: optimal string alignment, L. Boytsov, "Indexing methods for
    approximate dictionary searching", 2011, section 2.2.

    Args:
        candidates: The names that there are; read at the first question.
        most: Answers computed for one kind of question. Later questions of that kind are
            answered with an empty text: an all-wrong file stays cheap, and only so many of
            a kind are printed. So ask in the order in which the answers are shown.

    Over 250,000 candidates no answer is sought.

    >>> misses = NearMisses(["B-30", "B-31"], most=1)
    >>> misses.nearest("B-3O"), misses.nearest("B-32"), misses.nearest("B-32", kind="covers")
    ('B-30', '', 'B-30')
    """

    def __init__(self, candidates: Iterable[str], *, most: int = 20) -> None:
        self._candidates = candidates
        self._most = most
        self._asked: dict[str, int] = {}
        self._answers: dict[str, str] = {}
        self._normal: dict[str, str] | None = None
        self._twins: dict[str, str] = {}
        self._forms: dict[int, list[str]] = {}
        self._letters: dict[int, NDArray[np.uint32]] = {}

    def nearest(self, word: str, kind: str = "") -> str:
        """Return the name that *word* probably meant, never *word* itself, or an empty text.

        Args:
            word: What stands there.
            kind: What is asked, a code or a column; the cap holds for each apart.
        """
        if word not in self._answers:
            asked = self._asked.get(kind, 0)
            if asked >= self._most:
                return ""
            self._asked[kind] = asked + 1
            self._answers[word] = self._search(word)
        return self._answers[word]

    def _search(self, word: str) -> str:
        # Four times, because a normal form can be shorter than what it was made of.
        if len(word) > 4 * _LONGEST:
            return ""
        form = normal(word)
        names = self._names_by_form()
        twin = names.get(form, "") or self._twins.get(form.translate(_TWINS), "")
        if twin and twin != word:
            return twin
        return min(self._near(form), default=(0, ""))[1]

    def _names_by_form(self) -> dict[str, str]:
        if self._normal is not None:
            return self._normal
        self._normal = {}
        candidates = sorted(set(self._candidates))
        if len(candidates) > _MOST_CANDIDATES:
            return self._normal
        for name in candidates:
            form = normal(name)
            if form and form not in self._normal:
                self._normal[form] = name
                self._twins.setdefault(form.translate(_TWINS), name)
                self._forms.setdefault(len(form), []).append(form)
        return self._normal

    def _near(self, form: str) -> Iterator[tuple[int, str]]:
        """Yield edits and name of the best candidate of each length that may be near."""
        names = self._names_by_form()
        for length in range(len(form) - _MOST_EDITS, len(form) + _MOST_EDITS + 1):
            most = min(_MOST_EDITS, max(len(form), length) // 3)
            too_far = abs(length - len(form)) > most or length > _LONGEST
            if too_far or length not in self._forms:
                continue
            edits = _edits(form, self._columns(length), most)
            # Forms stand in order of their names, so the first of the least is the answer.
            best = int(edits.argmin())
            if edits[best] <= most:
                yield int(edits[best]), names[self._forms[length][best]]

    def _columns(self, length: int) -> NDArray[np.uint32]:
        """Return the code points of all forms of one length, one row a position in them."""
        if length not in self._letters:
            import numpy as np

            text = "".join(self._forms[length]).encode("utf-32-le", "surrogatepass")
            letters = np.frombuffer(text, dtype="<u4").reshape(-1, length)
            self._letters[length] = np.ascontiguousarray(letters.T)
        return self._letters[length]


def _edits(word: str, columns: NDArray[np.uint32], most: int) -> NDArray[np.uint8]:
    """Return the distance of *word* to each candidate; what is over *most*, or 0, is far."""
    import numpy as np

    length, candidates = columns.shape
    far = np.full(candidates, most + 1, dtype=np.uint8)
    two_up, up = [far] * (length + 1), [far] * (length + 1)
    for column in range(min(length, most) + 1):
        up[column] = np.full(candidates, column, dtype=np.uint8)
    for row, letter in enumerate(map(ord, word), start=1):
        here = [far] * (length + 1)
        if row <= most:
            here[0] = np.full(candidates, row, dtype=np.uint8)
        # A cell further than *most* from the diagonal holds more than *most* edits.
        for column in range(max(1, row - most), min(length, row + most) + 1):
            edited = np.minimum(up[column], here[column - 1]) + 1
            changed = up[column - 1] + (columns[column - 1] != letter)
            here[column] = np.minimum(np.minimum(edited, changed), far)
            if row > 1 and column > 1:
                swapped = columns[column - 2] == letter
                swapped &= columns[column - 1] == ord(word[row - 2])
                before = np.where(swapped, two_up[column - 2] + 1, far)
                here[column] = np.minimum(here[column], before)
        two_up, up = up, here
    return np.where(up[length] == 0, far, up[length])


# -- near-twins ------------------------------------------------------------------------------

_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1_000}
_SHORT = str.maketrans({"廿": "二十", "卅": "三十"})
_NUMERAL = re.compile("[〇零一二两三四五六七八九十百千廿卅]+")

# What is written in different ways at one place, in the order in which it is looked at. A
# suffix is only like others of its class: 2栋 is no 2单元.
_LIKENESSES = tuple(
    (signs, re.compile(pattern), like)
    # A pattern is only looked for in a name with one of its signs: most names have none.
    for signs, pattern, like in (
        # A neighborhood of Indonesia: RT.05, RT-5, RT 5.
        ("r", "(?<![a-z])(rt|rw)[.-](?=[0-9])", r"\1"),
        ("第", "第(?=[0-9])", ""),
        ("0", "(?<![0-9.])0+(?=[0-9])", ""),
        # A building and a dwelling in English: Bldg. 2, Block 2, Flat 201, Apt. 201, Room 201.
        ("b", "^(?:building|bldg|block|blk)[.#-]?([0-9]+[a-z]?|[a-z])$", r"\1栋"),
        ("tm", "^(?:apartment|apt|flat|room|rm)[.#-]?([0-9]+[a-z]?)$", r"\1"),
        # A number of a grid or group: 2号网格, 2网格.
        ("号", "(?<=[0-9])号(?=微?网格|楼?组)", ""),
        # A building: 2栋, 2幢, 2座, 2号楼, 2#楼, 2楼.
        ("栋幢座楼#", "(?<=[0-9a-z])(?:[号#]?(?:[栋幢座]楼?|楼)|#)(?!层)", "栋"),
        # An entrance: 2单元, 2单元门, 2门.
        ("元门", "(?<=[0-9a-z])(?:单元门?|门)(?=$|[0-9])", "单元"),
        # A dwelling: 201室, 201房, 201.
        ("室房", "(?<=[0-9])(?:室|房)$", ""),
        ("委", "(?<=.)(?:社区)?(?:居民委员会|居委会|居委)$", "社区"),
        ("委", "(?<=.)村?(?:村民委员会|村委会|村委)$", "村"),
        ("部", "(?<=.)党?支部(?:委员会)?$", "支部"),
    )
)


def twin_form(name: str) -> str:
    """Return what names have in common that are probably one name, written in two ways.

    Beyond what :func:`normal` drops, these are alike: Chinese numerals and digits, zeros in
    front of a number, 第 before it; suffixes of a building (栋, 幢, 座, 号楼, 楼), of an
    entrance (单元, 单元门, 门), of a dwelling (室, 房 or none), of a community (社区, 居委会,
    社区居民委员会), of a village (村, 村委会, 村民委员会), of a branch (党支部, 支部); building,
    bldg and block, apartment, flat and room in front of a number; RT 05 and RT.5. It is for
    comparing only, among names of one kind in one place: a likeness is to be decided, never taken
    for granted.

    >>> twin_form("第二网格"), twin_form("第 2 网格"), twin_form("02号网格")
    ('2网格', '2网格', '2网格')
    >>> twin_form("十二幢"), twin_form("12号楼"), twin_form("12单元")
    ('12栋', '12栋', '12单元')
    >>> twin_form("Building 12"), twin_form("Apt. 201"), twin_form("RW.01")
    ('12栋', '201', 'rw1')
    """
    form = normal(name)
    if form.isascii() and form.isdigit():
        return form.lstrip("0") or "0"
    form = _NUMERAL.sub(lambda numeral: digits_of(numeral[0]), form)
    for signs, pattern, like in _LIKENESSES:
        for sign in signs:
            if sign in form:
                form = pattern.sub(like, form)
                break
    return form


def digits_of(numeral: str) -> str:
    """Return a Chinese numeral in digits.

    >>> [digits_of(each) for each in ("一百零五", "一〇五", "一百五", "廿三", "卅", "两百")]
    ['105', '105', '150', '23', '30', '200']
    """
    signs = numeral.translate(_SHORT)
    if not any(sign in _TENS for sign in signs):
        return "".join(str(_DIGITS[sign]) for sign in signs)
    number, digit, last = 0, 0, 1
    for sign in signs:
        if sign in _TENS:
            last = _TENS[sign]
            number += (digit or 1) * last
            digit = 0
        elif _DIGITS[sign]:
            digit = _DIGITS[sign]
        else:
            last = 10
    return str(number + digit * max(1, last // 10))
