"""What a structure file says: facts in a hierarchy, opinions beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from govtree.hierarchy import Hierarchy

__all__ = ["Structure"]


@frozen
class Structure:
    hierarchy: Hierarchy
    rules: Any = None
    waivers: tuple[Any, ...] = ()
    language: str = "en"
