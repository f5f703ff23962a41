"""The rule about branches that function on paper only."""

from __future__ import annotations

from govtree.rules._rule import Rule

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = ()
