"""What people write: structure files, read with every problem told at once, and written back."""

from govtree.config._dump import dump
from govtree.config._json_schema import json_schema
from govtree.config._load import Examined, enter_holders, examine, load, load_text
from govtree.config._profiles import Profile, shipped_profiles
from govtree.config._structure import Structure

__all__ = [
    "Examined",
    "Profile",
    "Structure",
    "dump",
    "enter_holders",
    "examine",
    "json_schema",
    "load",
    "load_text",
    "shipped_profiles",
]
