"""``govtree show`` and ``govtree schema``: a structure as a tree, and the shape of its file."""

from __future__ import annotations

import argparse
import sys

from govtree.cli._output import (
    CLEAN,
    has_color,
    plain,
    print_json,
    print_text,
    progress,
    read,
    refuse_words,
    refused,
    warn,
)
from govtree.config import json_schema
from govtree.display.outline import outline, outline_text
from govtree.display.report_json import report_schema
from govtree.errors import UnknownIdError

__all__ = ["schema", "show"]


def show(told: argparse.Namespace) -> int:
    """Print a structure as a tree."""
    with progress() as say:
        examined = read(told.path, told.lang, say)
    structure = examined.structure
    if structure is None:
        return refused(examined, as_json=told.json)
    h = structure.hierarchy
    below = 2 if told.unit is None else 1
    depth = below if told.depth is None else told.depth
    try:
        if told.json:
            values = {
                "name": h.name,
                "as_of": None if h.as_of is None else h.as_of.isoformat(),
                "counts": {table: h.count(table) for table in h.nodes},
                "units": [
                    each.as_json() for each in outline(h, unit=told.unit, depth=depth, most=None)
                ],
                "problems": plain(examined),
            }
            return print_json(values, CLEAN)
        text = outline_text(
            h,
            unit=told.unit,
            depth=depth,
            color=has_color(sys.stdout),
            lang=examined.language,
        )
    except UnknownIdError as error:
        return refuse_words(str(error), as_json=told.json)
    warn(examined)
    return print_text(text, CLEAN)


def schema(told: argparse.Namespace) -> int:
    """Print the JSON Schema of structure files, or of reports."""
    return print_json(report_schema() if told.report else json_schema(), CLEAN)
