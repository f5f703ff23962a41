"""The shipped profiles: what a structure may start from."""

from __future__ import annotations

from functools import cached_property
from importlib import resources

from attrs import frozen

from govtree.config._load import load_text
from govtree.config._structure import Structure
from govtree.rules import OFF

__all__ = ["Profile", "shipped_profiles"]


@frozen
class Profile:
    """A shipped profile.

    Attributes:
        name: The name by which a structure file starts from it.
        about: What it stands for: the first sentence above it.
        text: The file as it is written.
    """

    name: str
    about: str
    text: str

    @cached_property
    def structure(self) -> Structure:
        """A structure that says nothing but that it starts from the profile."""
        return load_text(f"profile: {self.name}")

    def on(self) -> tuple[str, ...]:
        """Return the codes of the rules that it has checked, sorted; some of few subjects only."""
        rules = self.structure.rules
        settings = [rules.setting(each) for each in rules.rules]
        return tuple(each.code for each in settings if each.severity != OFF or each.where)

    def as_json(self) -> dict[str, object]:
        """Return the profile as plain values."""
        return {
            "name": self.name,
            "about": self.about,
            "levels": [each.level for each in self.structure.hierarchy.levels],
            "rules": list(self.on()),
            "text": self.text,
        }


def shipped_profiles() -> tuple[Profile, ...]:
    """Return the profiles that come with govtree, sorted by name.

    >>> [each.name for each in shipped_profiles()][:2]
    ['bare', 'base']
    """
    folder = resources.files("govtree") / "profiles"
    files = sorted(
        (each for each in folder.iterdir() if each.name.endswith(".yaml")),
        key=lambda each: each.name,
    )
    return tuple(
        _profile(each.name.removesuffix(".yaml"), each.read_text("utf-8")) for each in files
    )


def _profile(name: str, text: str) -> Profile:
    comment = []
    for line in text.splitlines():
        if not line.startswith("# "):
            break
        comment.append(line.removeprefix("# "))
    about = " ".join(comment)
    sentence, dot, _ = about.partition(". ")
    return Profile(name, sentence + dot.strip(), text)
