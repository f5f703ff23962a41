"""Rules about seats and tenures: vacant, expired, overlapping, with a gap."""

from __future__ import annotations

from govtree.rules._rule import Rule

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = ()
