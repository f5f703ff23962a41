"""What a structure file says: facts in a hierarchy, opinions beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import field, frozen

from govtree._yaml import Source
from govtree.errors import Location
from govtree.hierarchy import Hierarchy
from govtree.rules import RuleSet, Waiver

__all__ = ["Structure"]


def _waivers(given: Iterable[Waiver]) -> tuple[Waiver, ...]:
    return tuple(given)


@frozen
class Structure:
    r"""Facts and opinions that were read together.

    Two structures are equal when they say the same, wherever it was written.

    Attributes:
        hierarchy: What is there.
        rules: Which rules are to be checked, and what is asked of them.
        waivers: Findings that are set aside, each with a reason.
        language: Language of reports, ``en`` or ``zh``.

    >>> from govtree.config import load_text
    >>> structure = load_text("grids: [{id: N-1}]\nrules: {GT301: {target: 250}}")
    >>> structure.hierarchy.ids("grid"), len(structure.rules.settings)
    (['N-1'], 1)
    """

    hierarchy: Hierarchy
    rules: RuleSet = field(factory=RuleSet, repr=lambda rules: f"<{len(rules.rules)} rules>")
    waivers: tuple[Waiver, ...] = field(default=(), converter=_waivers)
    language: str = "en"
    _sources: Mapping[str, Source] = field(factory=dict, eq=False, repr=False, kw_only=True)

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of the structure file and of the profiles it starts from, as they were read."""
        return tuple(self._sources)

    def quote(self, where: Location) -> str:
        """Return the line of a structure file that *where* points to.

        Of tables nothing is ever quoted: their rows are about people.

        Returns:
            The line without its end, or an empty text.
        """
        source = self._sources.get(where.file)
        return source.quote(where.line) if source is not None and where.line else ""
