"""The rule about several posts in one hand."""

from __future__ import annotations

from govtree.rules._rule import Rule

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = ()
