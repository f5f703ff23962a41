"""The reference page of the structure file: its words here, its tables from the code."""

from __future__ import annotations

import inspect
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
EXAMPLE = PROJECT / "examples" / "meishan"

PAGE = """\
# The structure file

What a person writes: levels, words, rules, small structures, and which tables a registry exports.
A folder that holds a `structure.yaml` can be named in its place. The example below is complete;
it lies with its two tables in [examples/meishan](../examples/meishan/structure.yaml). Tables of
this page are written by `make reference` from the code.

```yaml
{example}```

An editor that knows JSON Schema completes and checks the file as you type: `govtree schema` prints
the schema.

## What may stand where

| key | holds | is |
|---|---|---|
{settings}

A line `govtree: 1` is required in a file; a text that a program hands to `load_text` may leave it
out. A single value may stand for a list of one. Unknown keys are refused, with the key that was
probably meant.

### A level

| key | holds | is |
|---|---|---|
{level}

A level may be written as its name alone. Two to eight levels stand top down; roles are
`community`, `branch`, `group`, `household`, each played once at most and in this order.

### A term of a vocabulary

| key | holds | is |
|---|---|---|
{term}

A vocabulary is a list of words, or a mapping from word to label or to these keys. A vocabulary
that nobody gives is open: any word will do. In one that is given, every other word is refused
(GT107). `kinds` of a level are the vocabulary `LEVEL_kind`, such as `group_kind`.

### A rule, a waiver, a declared figure

Under `rules`, a rule is named by its [code or slug](rules.md). Behind it stands `error`,
`warning`, `note` or `off`, or a mapping with its parameters, and `severity` among them where that
is to change. A rule that is off by default is switched on by naming it. Under `where` stand cases:
subjects that are asked otherwise, named by the type or tier of a compound, by a tag of their own, or
by a unit that they are, stand under or lie in. A subject has to do with a compound where it is that,
shares ground with it, answers for it or serves it. Where several cases fit, the last counts. Words
that a rule is asked for are those of a vocabulary, in any of their spellings: another one is refused
(GT107), as it is in a record.

```yaml
rules:
  required-body-missing:
    severity: off # for all others
    where:
      - {{type: commercial, severity: error, requires: [branch, owners_committee, property_company]}}
      - {{unit: C-07, severity: warning}}
```

| key of a case | holds | is |
|---|---|---|
{case}

`rule_set: "2026.1"` names the rules as they were when that set was released: rules that come later
belong to a later set, and are not run unless they are named. Where no set is named, the newest is
meant. Rules of other packages have codes with a prefix of their own and are run where they are named
([how a package hands them in](extending.md)).

A waiver sets the findings of one rule at one subject aside until its last day. One whose day is over,
and one that meets nothing, is a finding itself (GT290, GT291).

`collected` names the units that have sent in their returns. What stands or lies elsewhere is counted
as not collected, and no fault; a report says how many communities have been collected.

| key of a waiver | holds | is |
|---|---|---|
{waiver}

A declared figure is called as a section or level is, `residents`, `members` or `probationary`; or as
a section with a word that its records have, such as `compounds.commercial`; another name is warned of (GT126). It
is a bare number, which means exactly so many, or one of these:

| key of a figure | holds | is |
|---|---|---|
{figure}

## Profiles

A profile is what a structure starts from: `bare` says nothing, `base` is the shipped one where
none is named, and the [others](profiles.md) stand for real places; `govtree profiles` lists them. A
profile of your own is a YAML file in
the folder of the structure, named by its path; it may hold the settings from `govtree` to
`declared`, except `name`, `as_of`, `waivers` and records, and may start from another profile.

What the file says goes before its profile. `declared` is merged figure by figure, `vocabularies` and
`rules` are merged key by key down to the last: `vocabularies: {{tag: {{living_alone: {{label: 独居}}}}}}` adds one word, and
`rules: {{GT301: {{target: 250}}}}` leaves the tolerance as the profile has it; a list replaces a list. All other settings
replace the profile's as a whole, `levels` included.

## Records and tables

A section holds a list of records, a table, or both in one list:

```yaml
grids:
  - {{id: N-01, community: C-01}}
  - {{table: more-grids.csv}}
```

[Tables](tables.md) tells how a table is read, how its columns are mapped, and what `sheet`, `header`,
`fill_down`, `totals` and `encoding` say; its path leads from the folder of the structure to a file in
it, or with `*` to several. A level without a role stands under `units`, by its name:
`units: {{district: [{{id: D-1}}]}}`.

### What a cell says

| written | means |
|---|---|
| the field is left out in every record | nobody gave this column: rules that need it are not checked |
| the field is left out here and given elsewhere, or is empty, `~` or `null` | there is none |
| `?` | it is not known whether there is one: not checkable, neither fault nor fine |
| anything else | that value; text stays as it is spelled, so `no`, `012`, `1e3` and `2025-06-30` are ids like any other |

A whole number is digits alone. A day is `YYYY-MM-DD`. Yes and no are `true` and `false`, or one of
{truths}.

### Links, flags, tags

`covers: N-01`, `covers: [N-01, N-02]` and `covers: [{{unit: N-01, since: 2024-01-01}}]` all say what
a row of `relations` says. `flags: [award, {{flag: renovation, since: 2025-03-01}}]` is a row of
`flags` each. Where `covers` is empty in every record, no row is left that says so: it is read as if
nobody gave it, and rules about coverage are not checked until somebody covers something. `serves`
and `communities` are read likewise. `tags: [living_alone]` says 1 of each; `tags: {{living_alone: 6}}` says how many.

### Posts and who holds them

A post is a seat, and a tenure is a person's time in it. Both may stand in one record:
`{{post: secretary, at: B-01, holder: p-17, since: 2024-03-01}}` is the seat `B-01/secretary` with a
tenure. Where the vocabulary says that a place may have `many` of a post, each holder has a seat
of their own, numbered in order of the holders unless a `number` is given: `N-01/grid_worker/1`.
Two records of one holder are two times in one seat. `vacant: true` says that it is known that
nobody holds the post. Persons need no record of their own.

## Every record

`id` is text, unique in the whole structure (persons apart). A reference holds the id of a row of
the tables named; "level above" is the level of the chain directly above, or further up where the
levels between are `optional`. Required fields are in bold.

{records}
"""  # noqa: E501 - rows of tables


def page() -> str:
    """Return the page."""
    from govtree._values import FALSE_WORDS, TRUE_WORDS
    from govtree.config import _schema as schema

    truths = ", ".join(f"`{word}`" for word in (*TRUE_WORDS[1:], *FALSE_WORDS[1:]))
    return PAGE.format(
        example=(EXAMPLE / "structure.yaml").read_text("utf-8"),
        settings=rows(schema.STRUCTURE),
        level=rows(schema.LEVEL),
        term=rows(schema.TERM),
        case=rows(schema.CASE),
        waiver=rows(schema.WAIVER),
        figure=rows(schema.FIGURE),
        truths=truths,
        records=records(),
    )


def rows(node: object) -> str:
    """Return the keys of a mapping as rows of a table; sections of records apart."""
    from govtree.config._schema import Section, Shaped

    assert isinstance(node, Shaped)
    lines = []
    for key, each in node.keys.items():
        if not isinstance(each, Section):
            name = f"**`{key}`**" if key in node.required else f"`{key}`"
            lines.append(f"| {name} | {holds(each)} | {each.about} |")
    if len(lines) < len(node.keys):
        lines.append("| sections | records | one section a table, see [below](#every-record) |")
    return "\n".join(lines)


def holds(node: object) -> str:
    """Return what stands under a key, in few words."""
    from govtree.config._schema import ListOf, MapOf, OneOf, Scalar, Section, Shaped

    if isinstance(node, Scalar):
        if node.words:
            return " or ".join(f"`{word}`" for word in node.words)
        return {"truth": "yes or no", "date": "day"}.get(node.shape, node.shape)
    if isinstance(node, ListOf):
        if isinstance(node.item, Shaped):
            return f"list of {node.item.name.removeprefix('a ')}s"
        return f"list of {holds(node.item)}"
    if isinstance(node, MapOf):
        return f"mapping to {holds(node.value)}"
    if isinstance(node, OneOf):
        return ", or ".join(dict.fromkeys(map(holds, node.nodes)))
    return "records" if isinstance(node, Section) else node.name if isinstance(node, Shaped) else ""


def records() -> str:
    """Return a table for every kind of record."""
    from govtree._rows import input_columns
    from govtree.config._json_schema import described
    from govtree.units import TABLES, LevelUnit

    parts = []
    kinds = [*((each.section, each.name, each.record) for each in TABLES)]
    for section, table, record in (*kinds, ("units", "", LevelUnit)):
        about = described(record)
        first = (inspect.getdoc(record) or "").splitlines()[0]
        lines = [f"### `{section}`", "", first, "", "| field | holds | is |", "|---|---|---|"]
        for name, column in input_columns(table, record).items():
            shown = f"**`{name}`**" if column.required else f"`{name}`"
            text = about[name].removesuffix(".")
            lines.append(f"| {shown} | {cell(column, table)} | {text} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def cell(column: object, table: str) -> str:
    """Return what a field holds, in few words."""
    from govtree.units import Column

    assert isinstance(column, Column)
    named = {"@above": "level above", "@unit": "any unit", "@node": "any unit, area, body or post"}
    targets = " or ".join(named.get(each, each) for each in column.targets)
    vocabulary = column.vocabulary.replace("@", f"{table or 'LEVEL'}_")
    return {
        "term": f"word of `{vocabulary}`",
        "reference": f"id of {targets}",
        "links": "ids, or links",
        "flags": "marks, or flags",
        "tags": "names, or numbers by name",
        "parts": "names",
        "whole": "whole number",
        "truth": "yes or no",
        "date": "day",
    }.get(column.shape, column.shape)
