"""Rules about the top of the structure and the areas across it."""

from __future__ import annotations

from govtree.rules._rule import Rule

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = ()
