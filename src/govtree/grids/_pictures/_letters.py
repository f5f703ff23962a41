"""Letters on a picture: fonts that have the characters, and what stands where none has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import field, frozen

from govtree._extras import need
from govtree._markup import short

__all__ = ["Letters"]

#: Comes with matplotlib.
_LATIN = "DejaVu Sans"

#: Families with Chinese characters on Linux, Windows and macOS; the first that is installed is
#: taken. Those of Japan and Taiwan show the same characters in the forms of their countries.
_CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "SimHei",
    "DengXian",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Sarasa Gothic SC",
    "Droid Sans Fallback",
    "Noto Sans CJK JP",
    "Noto Sans CJK TC",
    "Noto Sans CJK KR",
    "Noto Serif CJK SC",
    "Noto Serif CJK JP",
    "SimSun",
    "Songti SC",
    "Arial Unicode MS",
)

#: Stands for a character that no font has: a white square, which DejaVu Sans has.
_ABSENT = "\u25a1"


@frozen(eq=False)
class Letters:
    """Fonts of a picture, by what they can show.

    Attributes:
        families: Names of families, the one that is asked first first.
    """

    families: tuple[str, ...]
    _fonts: tuple[Any, ...]
    _absent: set[str] = field(factory=set)

    @classmethod
    def installed(cls) -> Letters:
        """Return DejaVu Sans, and behind it the first family with Chinese that is installed.

        Raises:
            MissingExtraError: Without matplotlib.
        """
        manager = need("matplotlib.font_manager", extra="plot")
        here = {font.name for font in manager.fontManager.ttflist}
        chinese = next((name for name in _CHINESE if name in here), None)
        families = (_LATIN,) if chinese is None else (_LATIN, chinese)
        paths = [manager.findfont(name, fallback_to_default=False) for name in families]
        return cls(families, tuple(manager.get_font(path) for path in paths))

    @property
    def absent(self) -> int:
        """How many different characters of what was written no font has."""
        return len(self._absent)

    def can_show(self, texts: Iterable[str]) -> bool:
        """Return whether a font has each character of *texts*."""
        return all(self._has(each) for each in set("".join(texts)))

    def shown(self, text: str) -> str:
        """Return *text* on one line, with a white square for what no font has."""
        line = short(text)
        if line.isascii():
            return line
        self._absent.update(each for each in line if not self._has(each))
        return "".join(_ABSENT if each in self._absent else each for each in line)

    def like(self, size: float) -> dict[str, Any]:
        """Return how a text of *size* points is written, whatever a user's own settings are."""
        return {
            "fontproperties": self.properties(size),
            # A dollar is a dollar, and no formula.
            "parse_math": False,
            "usetex": False,
        }

    def properties(self, size: float) -> Any:
        """Return the font of *size* points."""
        manager = need("matplotlib.font_manager", extra="plot")
        return manager.FontProperties(
            family=list(self.families), style="normal", variant="normal", weight="normal",
            stretch="normal", size=size,
        )  # fmt: skip

    def _has(self, character: str) -> bool:
        return any(font.get_char_index(ord(character)) for font in self._fonts)
