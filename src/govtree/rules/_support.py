"""Rules about what a compound of its type must have: bodies, support parties, service chain."""

from __future__ import annotations

from govtree.rules._rule import Rule

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = ()
