"""Write the pages of docs/ that follow from the code; `make reference` calls it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING

import structure_file

if TYPE_CHECKING:
    from govtree.rules import Rule

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

The rules that come with govtree, by their code, with a page each. A rule can be named by its code
or by the readable name behind it, in `rules:` and `waivers:` of a structure
([how](structure-file.md#a-rule-a-waiver-a-declared-figure)). A rule is silent where another one
reports what it would need, and says so once where nobody gave what it looks at. `govtree rules
GT203` prints the same. Written by `make reference` from the catalogue.

"""

CHINESE = json.loads((PROJECT / "src" / "govtree" / "messages.zh.json").read_text("utf-8"))

CONSOLE = re.compile(r"(^```console\n\$ )((?:govtree|sed) .*?)(^```$)", re.MULTILINE | re.DOTALL)

FAMILIES = {
    "0": "Files, YAML, tables",
    "1": "Hierarchy",
    "2": "Coverage",
    "3": "Sizes and declared figures",
    "4": "Posts and bodies",
    "5": "Territory",
    "9": "Office files",
}


def problems() -> str:
    """Return the page of problems."""
    from govtree import _messages

    lines = []
    family = ""
    for code, text in _messages.ENGLISH.items():
        if code[2] != family:
            family = code[2]
            lines += [f"## {FAMILIES[family]}", ""]
        there = CHINESE.get(code, {})
        told = (text.message, text.hint, there.get("message"), there.get("hint"))
        lines += [f"### {code} {text.slug}", "", "```text", *filter(None, told), "```", ""]
    return PROBLEMS + "\n".join(lines)


def rules() -> dict[Path, str]:
    """Return the index of rules, and a page for each of them."""
    from govtree.rules import OFF, SHIPPED

    lines = ["| code | rule | judges | severity |", "|---|---|---|---|"]
    pages = {}
    family = ""
    for rule in SHIPPED:
        if rule.code[2] != family:
            family = rule.code[2]
            lines.append(f"| | **{FAMILIES[family]}** | | |")
        severity = f"{rule.severity}, {OFF} until asked for" if rule.off else rule.severity
        link = f"[{rule.code}](rules/{rule.code}.md)"
        lines.append(f"| {link} | {rule.slug} | {rule.subject} | {severity} |")
        pages[DOCS / "rules" / f"{rule.code}.md"] = rule_page(rule)
    return {DOCS / "rules.md": RULES + "\n".join(lines) + "\n", **pages}


def rule_page(rule: Rule) -> str:
    """Return the page of one rule."""
    from govtree.display.catalogue import shown
    from govtree.rules import OFF

    told = f"Judges: {rule.subject}. Severity: {OFF if rule.off else rule.severity}."
    if rule.off:
        told += f" Once it is asked for, its findings are of severity {rule.severity}."
    lines = [f"# {rule.code} {rule.slug}", "", rule.why, "", f"{told} Rule set: {rule.since}.", ""]
    chinese = CHINESE.get(rule.code, {})
    said = (rule.message, rule.hint, chinese.get("message"), chinese.get("hint"))
    lines += ["```text", *filter(None, said), "```", ""]
    if rule.parameters:
        lines += ["| parameter | default | meaning |", "|---|---|---|"]
        lines += [
            f"| `{each.name}` | {shown(each.default)} | {each.meaning} |".replace(r"`|`", r"`\|`")
            for each in rule.parameters
        ]
        lines += [""]
    lines += ["Fails:", "", "```yaml", cleandoc(rule.failing), "```", ""]
    lines += ["Mended:", "", "```yaml", cleandoc(rule.mended), "```", ""]
    needs = [" or ".join(f"`{name}`" for name in each.split("|")) for each in rule.needs]
    if needs:
        lines += [f"Not checked without: {', '.join(needs)}.", ""]
    lines += [f"Source: {rule.source}.", "", "[All rules](../rules.md)", ""]
    return "\n".join(lines)


def report_schema() -> str:
    """Return the JSON Schema of saved reports."""
    from govtree.display.report_json import report_schema as schema

    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def sessions(document: str) -> str:
    """Return *document* with what its commands print now; one with ``...`` stays.

    They run one after the other, in a folder with a copy of the examples.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        shutil.copytree(PROJECT / "examples", "examples")
        return CONSOLE.sub(lambda found: f"{found[1]}{printed(found[2])}{found[3]}", document)


def printed(session: str) -> str:
    """Return one command and what it prints, as a terminal without colors shows it."""
    from govtree.cli import main as govtree

    command, _, shown_now = session.partition("\n")
    if command.startswith("sed "):
        subprocess.run(shlex.split(command), check=True)
        return session
    if "..." in shown_now or not shown_now.strip():
        return session
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        govtree(shlex.split(command)[1:])
    lines = [line.rstrip() for line in told.getvalue().strip().splitlines()]
    return "\n".join([command, *lines, ""])


def main(arguments: list[str]) -> int:
    """Write the pages, or with ``--check`` return whether one differs."""
    os.chdir(PROJECT)
    pages = {
        DOCS / "problems.md": problems(),
        **rules(),
        DOCS / "report.schema.json": report_schema(),
        DOCS / "structure-file.md": structure_file.page(),
    }
    for page in (PROJECT / "README.md", *sorted(DOCS.rglob("*.md"))):
        if page not in pages:
            pages[page] = sessions(page.read_text("utf-8"))
    stale = 0
    for page, text in pages.items():
        if page.exists() and page.read_text("utf-8") == text:
            continue
        if "--check" in arguments:
            name = page.relative_to(PROJECT).as_posix()
            print(f"{name} is not what the code says: make reference", file=sys.stderr)
            stale = 1
        else:
            page.parent.mkdir(exist_ok=True)
            page.write_text(text, encoding="utf-8", newline="\n")
    return stale


if __name__ == "__main__":
    sys.path.insert(0, str(PROJECT / "src"))
    sys.exit(main(sys.argv[1:]))
