"""Rules about who calls on whom: contact households, neighbor stewards, heads of buildings."""

from __future__ import annotations

from govtree.rules._rule import Rule

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = ()
