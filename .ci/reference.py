"""Write the pages of docs/ that follow from the code; `make reference` calls it."""

from __future__ import annotations

import json
import sys
from inspect import cleandoc
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DOCS = PROJECT / "docs"

PROBLEMS = """\
# Problems

Every problem that an input can have, by its code. A code means the same for ever; the wording may
get better. Words in braces are put in from the input. Below the message stands how to mend it,
where that can be said. Written by `make reference` from the catalogue.

"""

RULES = """\
# Rules

The rules that come with govtree, by their code. Each can be named by its code or by the readable
name behind it, in `rules:` and `waivers:` of a structure. A rule is silent where another one
reports what it would need, and says so once where nobody gave what it looks at. Written by
`make reference` from the catalogue.

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
    return PROBLEMS + "\n".join(lines)


def rules() -> str:
    """Return the page of rules."""
    from govtree.rules import OFF, SHIPPED

    lines = []
    for rule in SHIPPED:
        told = f"About: {rule.subject}. Severity: {OFF if rule.off else rule.severity}."
        if rule.off:
            told += f" Once it is asked for, its findings are of severity {rule.severity}."
        lines += [
            f"## {rule.code} {rule.slug}",
            "",
            rule.why,
            "",
            told,
            f"Since: {rule.since}.",
            "",
        ]
        lines += ["```text", rule.message, rule.hint, "```", ""]
        if rule.parameters:
            lines += ["| parameter | default | meaning |", "|---|---|---|"]
            lines += [
                f"| `{each.name}` | {shown(each.default)} | {each.meaning} |"
                for each in rule.parameters
            ]
            lines += [""]
        lines += ["Fails:", "", "```yaml", cleandoc(rule.failing), "```", ""]
        lines += ["Mended:", "", "```yaml", cleandoc(rule.mended), "```", ""]
        lines += [f"Source: {rule.source}", ""]
    return RULES + "\n".join(lines)


def shown(value: object) -> str:
    """Return a default as people write it."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value)


def main(arguments: list[str]) -> int:
    """Write the pages, or with ``--check`` return whether one differs."""
    stale = 0
    for name, text in (("problems.md", problems()), ("rules.md", rules())):
        page = DOCS / name
        if "--check" not in arguments:
            page.write_text(text, encoding="utf-8", newline="\n")
        elif not page.exists() or page.read_text("utf-8") != text:
            print(f"docs/{name} is not what the code says: make reference", file=sys.stderr)
            stale = 1
    return stale


if __name__ == "__main__":
    sys.path.insert(0, str(PROJECT / "src"))
    sys.exit(main(sys.argv[1:]))
