"""Write the pages of docs/ that follow from the code; `make reference` calls it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PAGE = PROJECT / "docs" / "problems.md"

HEAD = """\
# Problems

Every problem that an input can have, by its code. A code means the same for ever; the wording may
get better. Words in braces are put in from the input. Below the message stands how to mend it,
where that can be said. Written by `make reference` from the catalogue.

"""

FAMILIES = {
    "0": "Files, YAML, tables",
    "1": "Hierarchy",
    "2": "Coverage",
    "3": "Sizes and declared figures",
    "4": "Posts and bodies",
    "5": "Territory",
}


def problems() -> str:
    """Return the page of problems."""
    from govtree import _messages

    chinese = json.loads((Path(_messages.__file__).parent / "messages.zh.json").read_text("utf-8"))
    lines = []
    family = ""
    for code, text in _messages.ENGLISH.items():
        if code[2] != family:
            family = code[2]
            lines += [f"## {FAMILIES[family]}", ""]
        there = chinese.get(code, {})
        told = (text.message, text.hint, there.get("message"), there.get("hint"))
        lines += [f"### {code} {text.slug}", "", "```text", *filter(None, told), "```", ""]
    return HEAD + "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Write the pages, or with ``--check`` return whether one differs."""
    text = problems()
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
    elif PAGE.read_text("utf-8") != text:
        print(f"docs/{PAGE.name} is not what the code says: make reference", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(PROJECT / "src"))
    sys.exit(main(sys.argv[1:]))
