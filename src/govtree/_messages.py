"""Every text that a problem can say, in English here and in Chinese beside this file.

A message is a template with named places, ``"id '{id}' is used twice"``; its values are put
in once, by plain replacement. A value is never read as a template, so that braces in a
name of a user stay what they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["ENGLISH", "MEANT", "Text", "fill", "has_places", "say"]


class Text(NamedTuple):
    """What one code says: its readable name, its message, and how to mend what is wrong."""

    slug: str
    message: str
    hint: str = ""


#: The hint of every problem that has a near miss, whatever its code.
MEANT = "did you mean '{meant}'?"

#: Code to text, sorted by code; a code is never used again for something else. Each has its
#: Chinese text in ``messages.zh.json``.
ENGLISH: Mapping[str, Text] = MappingProxyType(
    {
        "GT001": Text(
            "file-missing",
            "there is no file '{path}'",
            "look at how it is spelled; paths in a structure file begin in its folder",
        ),
        "GT002": Text(
            "file-outside",
            "'{path}' lies outside of the folder of the structure",
            "move the file into the folder, or allow its folder by name",
        ),
        "GT003": Text(
            "file-is-folder",
            "'{path}' is a folder, not a file",
            "name a file in it",
        ),
        "GT004": Text(
            "file-too-large",
            "'{path}' has more than the {limit} bytes that are read at most",
            "divide the file",
        ),
        "GT005": Text(
            "file-unreadable",
            "'{path}' cannot be read ({reason})",
        ),
        "GT006": Text(
            "file-not-regular",
            "'{path}' is a device, a pipe or a socket, not a regular file",
            "copy what it says into a file",
        ),
        "GT007": Text(
            "link-loop",
            "the links of '{path}' lead in a circle",
            "put the file itself in the place of the link",
        ),
        "GT008": Text(
            "not-a-path",
            "'{path}' is not a path to a file in this folder",
            "write a relative path; addresses, '~' and NUL are not followed",
        ),
        "GT009": Text(
            "pattern-too-wide",
            "'{path}' would look through more than {limit} names",
            "write more of the path before the '*'",
        ),
        "GT010": Text(
            "not-utf-8",
            "the file is not {encoding}: byte {byte} cannot stand here",
            "save the file as UTF-8",
        ),
        "GT011": Text(
            "other-encoding",
            "the file is not UTF-8 but looks like {encoding}",
            "save the file as UTF-8; a spreadsheet calls it 'CSV UTF-8'",
        ),
        "GT012": Text(
            "forbidden-character",
            "character {character} cannot stand in a YAML file; times: {count}",
            "take it out",
        ),
        "GT013": Text(
            "hidden-line-break",
            "character {character} is a line break to some readers and nothing to others; "
            "times: {count}",
            "take it out, or write it as an escape in double quotes",
        ),
        "GT014": Text(
            "empty-file",
            "the file says nothing",
            "begin it with the line 'govtree: 1'",
        ),
        "GT015": Text(
            "several-documents",
            "a second document begins here",
            "keep one document in a file",
        ),
        "GT016": Text(
            "not-a-mapping",
            "the file is not made of 'key: value' lines",
            "begin it with the line 'govtree: 1'",
        ),
        "GT017": Text(
            "directive",
            "a line that begins with '%' is an instruction to the YAML reader",
            "take the line out",
        ),
        "GT018": Text(
            "tab",
            "a tab stands where only spaces may stand",
            "put spaces in its place",
        ),
        "GT019": Text(
            "key-without-colon",
            "no ': ' follows this key",
            "write a colon and a space behind the key",
        ),
        "GT020": Text(
            "colon-in-value",
            "a second ': ' stands in this line",
            "put the value in quotes",
        ),
        "GT021": Text(
            "bad-indentation",
            "this does not line up with the lines above",
            "begin each entry in a line of its own, as far in as its neighbors",
        ),
        "GT022": Text(
            "unclosed-bracket",
            "this '{opened}' is never closed",
            "write '{closing}' where it ends",
        ),
        "GT023": Text(
            "missing-comma",
            "',' or '{closing}' is missing before this; '{opened}' stands in line {line}",
        ),
        "GT024": Text(
            "unclosed-quote",
            "the quote that begins here is never closed",
            "write {mark} where it ends",
        ),
        "GT025": Text(
            "text-behind-value",
            "the value ended with {mark}, and more follows in its line",
            "put the whole value in quotes",
        ),
        "GT026": Text(
            "bad-first-character",
            "a value cannot begin with '{character}'",
            "put the value in quotes",
        ),
        "GT027": Text(
            "unknown-escape",
            "in double quotes, '{escape}' does not begin a valid escape",
            "write the backslash twice, or use single quotes",
        ),
        "GT028": Text(
            "full-width-sign",
            "'{character}' is not a sign of YAML",
        ),
        "GT029": Text(
            "not-yaml",
            "this is not YAML: {detail}",
        ),
        "GT030": Text(
            "too-deep",
            "nested more than {most} levels deep",
        ),
        "GT031": Text(
            "tag",
            "the tag '{tag}' asks for a type; types follow from the format alone",
            "take the tag out, or put the value in quotes",
        ),
        "GT032": Text(
            "merge-key",
            "the merge key '<<' is not read",
            "write the merged keys out",
        ),
        "GT033": Text(
            "undefined-alias",
            "'*{name}' stands for nothing: no '&{name}' is complete before it",
            "write the value out, or in quotes if it begins with an asterisk",
        ),
        "GT034": Text(
            "too-many-values",
            "the file holds more than {most} keys and values",
            "put its rows in a table",
        ),
        "GT035": Text(
            "repeated-anchor",
            "the anchor '&{name}' is given twice",
            "use another name",
        ),
        "GT036": Text(
            "too-many-aliases",
            "aliases repeat more than {most} values",
            "write the values out, or put them in a table",
        ),
        "GT037": Text(
            "duplicate-key",
            "key '{key}' is given twice; first in line {first}",
            "keep one of the two",
        ),
        "GT038": Text(
            "key-not-text",
            "a key has to be text",
            "write it as 'key: value'",
        ),
        "GT039": Text(
            "more-of-a-kind",
            "{count} more problems of kind {kind} from here on",
        ),
        "GT040": Text(
            "not-a-whole-number",
            "'{cell}' is not a whole number",
            "write digits alone, such as 12, or nothing where there is none",
        ),
        "GT041": Text(
            "negative-count",
            "'{cell}' is less than 0",
            "write the count, or nothing where there is none",
        ),
        "GT042": Text(
            "number-too-large",
            "'{cell}' is larger than {most}",
            "a code is text: name a field that holds text",
        ),
        "GT043": Text(
            "not-a-number",
            "'{cell}' is not a number",
            "write digits with a point, such as 12.5, or nothing where there is none",
        ),
        "GT044": Text(
            "number-not-finite",
            "'{cell}' is not a finite number",
            "write nothing where there is none",
        ),
        "GT045": Text(
            "not-a-day",
            "'{cell}' is not a day",
            "write it as YYYY-MM-DD",
        ),
        "GT046": Text(
            "no-such-day",
            "there is no day '{cell}'",
            "correct year, month or day",
        ),
        "GT047": Text(
            "not-yes-or-no",
            "'{cell}' is neither yes nor no",
            "write true or false",
        ),
        "GT048": Text(
            "not-text",
            "'{cell}' stands where text is meant",
            "hand it in as text",
        ),
        "GT049": Text(
            "not-a-tag",
            "'{cell}' is neither a count nor yes or no",
            "write a whole number, or true or false",
        ),
        "GT050": Text(
            "damaged-code",
            "'{cell}' is what a spreadsheet makes of a long code",
            "format the column as text in the original, and save it again",
        ),
        "GT051": Text(
            "empty-table",
            "the table says nothing",
            "begin it with a line of column names",
        ),
        "GT052": Text(
            "missing-column",
            "there is no column '{header}'",
            "the columns are {known}",
        ),
        "GT053": Text(
            "duplicate-column",
            "column '{header}' stands {count} times in the header",
            "give each column a name of its own",
        ),
        "GT054": Text(
            "missing-header",
            "the first line names no columns",
            "begin the table with a line of column names",
        ),
        "GT055": Text(
            "ragged-row",
            "the row has {count} cells where the header has {expected}",
            "give each column a cell; put one that holds a separator into double quotes",
        ),
        "GT056": Text(
            "unclosed-cell",
            "a double quote opens in this row and is never closed",
            "close it; inside of quotes, write a double quote twice",
        ),
        "GT057": Text(
            "text-behind-quote",
            "text follows a closing double quote in this row",
            "inside of quotes, write a double quote twice",
        ),
        "GT058": Text(
            "unfit-character",
            "'{cell}' holds {character}, which is no text",
            "take it out",
        ),
        "GT059": Text(
            "mixed-encodings",
            "'{cell}' is not UTF-8, as other rows are",
            "save the parts of the table as UTF-8 before they are joined",
        ),
        "GT060": Text(
            "other-delimiter",
            "'{delimiter}' seems to stand between the columns",
            'write delimiter: "{delimiter}" beside the table, or in roster.yaml',
        ),
        "GT061": Text(
            "not-a-table",
            "the file is {kind}, not CSV",
            "save it as CSV in UTF-8",
        ),
        "GT062": Text(
            "line-too-long",
            "the line has more than the {limit} bytes that are read at most",
            "close the quote, or end the row, where it should end",
        ),
        "GT063": Text(
            "too-many-cells",
            "the line has more than the {limit} cells that are read at most",
            "keep the columns that the structure needs",
        ),
        "GT064": Text(
            "column-not-read",
            "column '{header}' is not read",
            "name it as the field, or leave it out",
        ),
        "GT065": Text(
            "not-parquet",
            "the file cannot be read as Parquet ({reason})",
            "save the table again from the original",
        ),
        "GT066": Text(
            "table-too-large",
            "the file says of itself {what}={count}, more than the {limit} that are read at most",
            "divide the table",
        ),
        "GT067": Text(
            "cell-too-long",
            "a cell of this row has more than the {limit} characters that are read at most",
            "close the double quote that opens in this row",
        ),
        "GT068": Text(
            "too-many-blank-rows",
            "more than {limit} blank rows follow one another",
            "delete the rows behind the last one that says something",
        ),
        "GT069": Text(
            "table-needs-package",
            "'{path}' is read by {package}, which is not installed",
            'install it: pip install "govtree[{extra}]"; or save the table as CSV',
        ),
        "GT070": Text(
            "not-json",
            "this is not JSON: {detail}",
            "save it again as it was written",
        ),
        "GT071": Text(
            "report-too-long",
            "the file holds more than {most} keys and values",
            "save the report as JSON lines, or that of each part by itself",
        ),
        "GT072": Text(
            "other-version",
            "this is version '{word}' of the format of {what}",
            "this govtree reads version {known}; take a govtree that reads the other one",
        ),
        "GT073": Text(
            "finding-twice",
            "the finding {rule} of '{subject}' stands here twice; first in line {first}",
            "keep one of the two",
        ),
        "GT074": Text(
            "findings-missing",
            "the file says that it holds {what}={count}, and holds {found}",
            "save the report again: part of it may be missing",
        ),
        "GT075": Text(
            "unfit-run",
            "'{cell}' cannot stand here",
            "runs are days in order, each once; what was present names them from first to last",
        ),
        "GT076": Text(
            "baseline-as-report",
            "this is a baseline, not a saved report",
            "hand in what 'govtree check --json' printed; a baseline goes behind '--baseline'",
        ),
        "GT077": Text(
            "sarif-as-report",
            "this is a SARIF log, not a saved report",
            "save the report with '--output json=FILE' as well, and hand in that",
        ),
        "GT078": Text(
            "refusal-as-report",
            "this is no report: the structure could not be read when it was checked",
            "mend the 'problems' that stand in it, check again, and hand in that report",
        ),
        "GT079": Text(
            "other-table-encoding",
            "the file is not {encoding} but looks like {other}",
            "write encoding: {other} beside the table, or in roster.yaml; or save the file as "
            "UTF-8",
        ),
        "GT080": Text(
            "unknown-rule",
            "there is no rule '{rule}'",
            "name a rule by its code or slug",
        ),
        "GT081": Text(
            "rule-set-twice",
            "rule '{rule}' is set twice: its other name is used above",
            "keep one of the two",
        ),
        "GT082": Text(
            "unknown-parameter",
            "rule '{rule}' has no parameter '{parameter}'",
            "use one of {known}",
        ),
        "GT083": Text(
            "unfit-parameter",
            "'{value}' is no value for '{parameter}' of rule '{rule}'",
            "write {expected}",
        ),
        "GT084": Text(
            "unknown-severity",
            "'{value}' is not a severity",
            "use one of {known}",
        ),
        "GT085": Text(
            "too-many-tags",
            "'{tag}' is one tag more than the {most} different ones that a section may have",
            "keep few tags; what differs from unit to unit belongs into a name or an address",
        ),
        "GT086": Text(
            "case-without-subjects",
            "a case under 'where' of rule '{rule}' does not say whom it is about",
            "name them by 'type', 'tier', 'tag' or 'unit'",
        ),
        "GT087": Text(
            "rules-unloadable",
            "the rules of package '{package}' cannot be loaded: {reason}",
            "mend or remove the package, or take its rules out",
        ),
        "GT088": Text(
            "file-unwritable",
            "'{path}' cannot be written ({reason})",
        ),
        "GT089": Text(
            "target-is-link",
            "'{path}' is a link; what it leads to is not overwritten",
            "write to the place that the link leads to",
        ),
        "GT090": Text(
            "unknown-key",
            "{what} has no key '{key}'",
            "use one of: {known}",
        ),
        "GT091": Text(
            "wrong-type",
            "{what} has to be {expected}, not {found}",
        ),
        "GT092": Text(
            "missing-key",
            "{what} has no '{key}'",
            "add the key '{key}'",
        ),
        "GT093": Text(
            "unknown-value",
            "'{word}' cannot stand here",
            "use one of: {known}",
        ),
        "GT094": Text(
            "unknown-version",
            "this is version '{word}' of the format of structure files",
            "this govtree reads version {known}; take a govtree that reads the other one",
        ),
        "GT095": Text(
            "unknown-profile",
            "there is no profile '{name}'",
            "use one of: {known}; or the path of a YAML file in the folder of the structure",
        ),
        "GT096": Text(
            "profile-circle",
            "profiles start from each other in a circle: {circle}",
            "leave 'profile' out of one of them",
        ),
        "GT097": Text(
            "no-folder",
            "a structure without a file cannot name the file '{name}'",
            "write the records into the text, or load the structure from a file",
        ),
        "GT098": Text(
            "role-not-played",
            "there are {section}, but no level plays the role '{role}'",
            "add 'as: {role}' to the level that they are, or put them under 'units'",
        ),
        "GT099": Text(
            "keys-exclude",
            "'{key}' and '{other}' cannot both stand here",
            "keep one of the two",
        ),
        "GT100": Text(
            "unknown-rule-set",
            "there is no rule set '{name}'",
            "use one of {known}, or leave it out for the newest",
        ),
        "GT101": Text(
            "duplicate-id",
            "id '{id}' is used twice; first used in {first}",
            "give each its own id; where the codes of a registry repeat, make one id of "
            'several columns: id: {columns: [type, code], join: ":"}',
        ),
        "GT102": Text(
            "unknown-reference",
            "{who} names {expected} '{target}' as its {field}, which is not there",
            "add it, or correct the {field}",
        ),
        "GT103": Text(
            "wrong-level",
            "{who} names '{target}' as its {field}, which is a {found}, not {expected}",
            "name {expected} here",
        ),
        "GT104": Text(
            "circle",
            "units stand under each other in a circle: {circle}",
            "correct the parent of one of them",
        ),
        "GT105": Text(
            "self-parent",
            "{who} names itself as its {field}",
            "name another unit, or leave the {field} out",
        ),
        "GT106": Text(
            "level-skipped",
            "{who} stands under {found} '{target}' and skips {skipped}",
            "name the unit between them, or mark the skipped level with 'optional: true'",
        ),
        "GT107": Text(
            "unknown-word",
            "'{word}' is not in the vocabulary {vocabulary}",
            "use one of {known}; or add the word under 'vocabularies'",
        ),
        "GT108": Text(
            "missing-field",
            "{table} has no '{field}'",
            "add its '{field}'",
        ),
        "GT109": Text(
            "empty-id",
            "{table} has no id",
            "give it an id that no other unit has",
        ),
        "GT110": Text(
            "unfit-id",
            "'{id}' cannot be an id: {reason}",
            "use visible characters, without line breaks, in at most 200 characters",
        ),
        "GT111": Text(
            "alike-ids",
            "id '{id}' looks like the one in {first}, but is not the same text",
            "write both with composed characters (Unicode NFC)",
        ),
        "GT112": Text(
            "hidden-characters",
            "{field} of {who} holds characters that turn the direction of text: {text}",
            "take them out",
        ),
        "GT113": Text(
            "unknown-time-zone",
            "'{zone}' is not a time zone",
            "use a name of the IANA list, such as Asia/Shanghai",
        ),
        "GT114": Text(
            "unfit-levels",
            "the levels do not form a chain: {reason}",
            "name two to eight levels, top down, with roles in the order community, branch, "
            "group, household",
        ),
        "GT115": Text(
            "unknown-table",
            "the structure has no table '{table}'",
            "use one of {known}",
        ),
        "GT116": Text(
            "unknown-field",
            "{table} has no field '{field}'",
            "leave it out, or name the field it belongs to",
        ),
        "GT117": Text(
            "uneven-columns",
            "column '{field}' has {length} cells where the table has {expected} rows",
            "hand in columns of equal length",
        ),
        "GT118": Text(
            "unreadable-facts",
            "the facts cannot be read here: {reason}",
            "hand them in as they were written out",
        ),
        "GT119": Text(
            "no-directed-graph",
            "this is of type {found}, not a directed graph",
            "hand in a networkx.DiGraph, with one edge a pair",
        ),
        "GT120": Text(
            "node-not-text",
            "this node is of type {found}, not a text",
            "use the id of the unit as the node",
        ),
        "GT121": Text(
            "node-without-level",
            "node '{id}' does not say what it is",
            "give it an attribute 'level', one of {known}",
        ),
        "GT122": Text(
            "two-references",
            "'{id}' has two as its {field}: '{one}' and '{other}'",
            "keep one of the two",
        ),
        "GT123": Text(
            "untyped-edge",
            "nothing is known that leads from {upper} to {lower}",
            "name the relation in the attribute 'relations' of the edge",
        ),
        "GT124": Text(
            "unfit-tag",
            "'{tag}' cannot be the name of a tag",
            "use visible characters",
        ),
        "GT125": Text(
            "unknown-unit",
            "'{id}', which is named under '{field}', is not in the structure",
            "correct the id, or take it out",
        ),
        "GT126": Text(
            "unknown-figure",
            "nothing that is counted is called '{figure}'",
            "name a section, or a section and a word that its records have, such as grids or "
            "compounds.commercial",
        ),
        "GT127": Text(
            "card-like-ids",
            "ids of {table} look like numbers of identity cards: {count}, the first is {id}",
            "give people and households ids that say nothing about them",
        ),
        "GT128": Text(
            "phone-like-ids",
            "ids of {table} look like numbers of mobile phones: {count}, the first is {id}",
            "give people and households ids that say nothing about them",
        ),
        "GT520": Text(
            "reference-system-unknown",
            "'{crs}' is no reference system that is known",
            "name an EPSG code such as EPSG:4490, or gcj02 or bd09",
        ),
        "GT521": Text(
            "reference-systems-mixed",
            "the system is {crs} here and {other} elsewhere",
            "bring both into one system, or name the right one with crs=",
        ),
        "GT522": Text(
            "no-position",
            "{cell} is no position here; it has to be {expected}",
            "give the position in the system that is named, x or longitude first",
        ),
        "GT523": Text(
            "position-far-off",
            "longitude {cell} is more than 20 degrees from the middle of the others, {middle}",
            "correct the position, or leave the unit out",
        ),
        "GT524": Text(
            "not-geojson",
            "{found} stands where {expected} is meant",
            "write it as RFC 7946 describes it",
        ),
        "GT525": Text(
            "geometry-missing",
            "there is no geometry, or an empty one",
            "give its outline or its position, or leave it out",
        ),
        "GT526": Text(
            "geometry-of-other-kind",
            "the geometry is {found}; {expected} is meant",
            "leave it out, or hand it in where it belongs",
        ),
        "GT527": Text(
            "ring-faulty",
            "a ring is faulty: {detail}",
            "draw the outline anew; a ring has 4 positions at least and ends where it begins",
        ),
        "GT528": Text(
            "outline-beyond-repair",
            "the outline encloses nothing ({detail})",
            "draw the outline anew, or give a point",
        ),
        "GT529": Text(
            "property-missing",
            "property '{field}' is missing in {count} of {total} features, first in {first}",
            "add it, or name the property that holds it",
        ),
        "GT530": Text(
            "id-not-text",
            "the id is {found}; a text or a whole number is meant",
            "give each feature an id",
        ),
        "GT531": Text(
            "barrier-kind-unknown",
            "'{kind}' is no kind of a barrier that is known",
            "use one of: {known}",
        ),
        "GT535": Text(
            "no-units",
            "there is no building to divide",
            "hand in at least one, with its id and what is counted in it",
        ),
        "GT536": Text(
            "column-not-there",
            "there is no column '{column}'",
            "add it; of names with a stroke between, one is enough",
        ),
        "GT537": Text(
            "unfit-count",
            "{field} of unit '{unit}' cannot be counted: {reason}",
            "give a whole number, 0 or more",
        ),
        "GT538": Text(
            "nothing-counted",
            "column '{field}' is 0 for every unit",
            "name what is to be counted by count=, or correct the numbers",
        ),
        "GT539": Text(
            "total-too-large",
            "the units add up to {total}, above 2^53",
            "look whether the column holds codes instead of counts",
        ),
        "GT540": Text(
            "unit-twice",
            "unit '{unit}' stands twice; first in {first}",
            "keep one of the two, or give each its own id",
        ),
        "GT541": Text(
            "unfit-unit-id",
            "this cannot be the id of a unit: {reason}",
            "use a text of at most 200 visible characters, or a whole number",
        ),
        "GT542": Text(
            "unknown-neighbor",
            "the pair names '{id}', which is no unit",
            "add the unit, or leave the pair out",
        ),
        "GT543": Text(
            "own-neighbor",
            "'{id}' is listed as its own neighbor",
            "leave the pair out",
        ),
        "GT544": Text(
            "unfit-pair",
            "this is no pair of units: {reason}",
            "give two ids, as (u, v) or with the fields u, v, length, soft, kind",
        ),
        "GT545": Text(
            "unit-in-two-communities",
            "unit '{unit}' is said to be in community '{community}', "
            "but its compound '{compound}' is in '{other}'",
            "correct one of the two; where a compound lies in two communities, divide it",
        ),
        "GT546": Text(
            "two-reference-systems",
            "crs is {crs}, but the positions are said to be in {other}",
            "leave crs out, or correct the reference system where the positions stand",
        ),
        "GT547": Text(
            "unfit-position",
            "{field} of unit '{unit}' is no position: {reason}",
            "give a finite number",
        ),
        "GT548": Text(
            "unfit-field-of-unit",
            "{field} of unit '{unit}' cannot be used: {reason}",
            "correct it, or leave it empty",
        ),
        "GT549": Text(
            "neighbors-not-known",
            "nothing says which units lie beside which",
            "give x and y or outlines; or compound and number of each building; or list pairs",
        ),
        "GT550": Text(
            "grids-of-no-compound",
            "there is no compound '{id}'",
            "name a compound of these units, or leave it out",
        ),
        "GT551": Text(
            "grids-not-a-number",
            "the number of grids of compound '{id}' is {number}",
            "give a whole number, 1 or more",
        ),
        "GT555": Text(
            "label-of-unknown-unit",
            "a grid is given for unit '{unit}', which is not in the map",
            "correct the id, or leave it out",
        ),
        "GT556": Text(
            "unit-without-label",
            "unit '{unit}' is given no grid",
            "name its grid; a plan puts every unit into one",
        ),
        "GT557": Text(
            "unfit-label",
            "the grid of unit '{unit}' is '{cell}', which can be no id",
            "name the grid by a text of visible characters, or by a whole number",
        ),
        "GT558": Text(
            "labels-do-not-match",
            "{labels} grids are given for {units} units",
            "give one for each unit, in the order of the ids of the map, or a mapping from id "
            "to grid",
        ),
        "GT559": Text(
            "unit-not-in-structure",
            "unit '{unit}' of the plan is no building and no entrance of the structure",
            "apply a plan to the structure whose buildings were divided",
        ),
        "GT560": Text(
            "divided-without-households",
            "building '{unit}' is divided between grids by entrance, and the structure has no "
            "rows of households that could say so",
            "give rows of households with their entrance, or draw up the plan with whole buildings",
        ),
        "GT561": Text(
            "grid-out-of-bounds",
            "holds {size}, which is not within {lowest} to {highest}",
            "move buildings to or from its neighbors; feasibility tells whether any plan can",
        ),
        "GT562": Text(
            "grid-not-contiguous",
            "lies in {parts} parts that are not side by side",
            "move the smaller parts to the grids beside them",
        ),
        "GT563": Text(
            "grid-in-two-communities",
            "lies in several communities: {communities}",
            "divide it at the border of the communities",
        ),
        "GT564": Text(
            "grid-crosses-barrier",
            "crosses hard barriers {barriers} times",
            "divide it at the wall, river or railway; or correct the barrier",
        ),
        "GT565": Text(
            "grid-crosses-line",
            "crosses soft lines into {cells} more cells",
            "divide it at the main road or the line of a compound where sizes allow it",
        ),
        "GT566": Text(
            "unit-without-grid",
            "lies in no grid",
            "name its grid",
        ),
        "GT570": Text(
            "worker-without-id",
            "a worker has no id",
            "give every worker an id of your own, not a name",
        ),
        "GT571": Text(
            "worker-twice",
            "worker '{id}' is listed twice; first at {first}",
            "keep one of the two",
        ),
        "GT572": Text(
            "worker-of-unknown-community",
            "there is no community '{id}' on the map",
            "write a community that the map has, or leave it out for who may work anywhere",
        ),
        "GT573": Text(
            "workers-not-counted",
            "'{value}' is no number of workers",
            "write a whole number, 0 or more",
        ),
        "GT574": Text(
            "grid-unknown",
            "there is no grid '{id}' in the plan",
            "write a grid of the plan",
        ),
        "GT575": Text(
            "grid-without-number",
            "nothing is given for grid '{id}'",
            "give a number for every grid",
        ),
        "GT576": Text(
            "grid-number-out-of-range",
            "'{value}' is no number, 0 or more",
            "write what it is, or leave the whole argument out",
        ),
        "GT577": Text(
            "grid-number-not-whole",
            "'{value}' is no whole number",
            "members are counted whole",
        ),
        "GT590": Text(
            "fixed-unit-unknown",
            "there is no unit '{unit}' to be fixed",
            "look at how it is spelled, or leave it out",
        ),
        "GT591": Text(
            "fixed-units-apart",
            "unit '{unit}' is fixed to grid '{grid}' with '{other}', beyond a hard line",
            "fix them to two grids",
        ),
        "GT592": Text(
            "fixed-units-parted",
            "unit '{unit}' is fixed to grid '{grid}' with '{other}', but units fixed to other "
            "grids lie on every way between them",
            "fix fewer units, or fix those in between to the same grid",
        ),
        "GT900": Text(
            "not-a-workbook",
            "the file is {kind}, not an xlsx workbook",
            "open it in a spreadsheet program and save it as .xlsx",
        ),
        "GT901": Text(
            "encrypted-workbook",
            "the workbook is encrypted",
            "open it with its password, and save it without one",
        ),
        "GT902": Text(
            "damaged-workbook",
            "the workbook is damaged: {reason}",
            "open it in a spreadsheet program and save it again",
        ),
        "GT903": Text(
            "workbook-too-large",
            "the workbook unpacks to more than the {limit} that are read at most",
            "save the sheet in a workbook of its own, or as CSV",
        ),
        "GT904": Text(
            "unknown-sheet",
            "there is no sheet '{sheet}'",
            "name one of {known}, beside the table or in roster.yaml",
        ),
        "GT905": Text(
            "which-sheet",
            "the workbook has several sheets: {known}",
            "name one beside the table, or in roster.yaml, such as sheet: {sheet}",
        ),
        "GT906": Text(
            "hidden-sheets",
            "every sheet of the workbook is hidden: {known}",
            "name one beside the table, or in roster.yaml: sheet: {sheet}",
        ),
        "GT907": Text(
            "too-many-columns",
            "the sheet reaches out to {count} columns, more than the {limit} that are read at most",
            "delete the columns behind the table, and save the file again",
        ),
        "GT908": Text(
            "cell-far-out",
            "the sheet reaches out to {cell}: {count} cells, of which {used} say something",
            "delete the rows and columns behind the table, and save the file again",
        ),
        "GT909": Text(
            "error-cell",
            "the cell is an error, {cell}",
            "mend its formula, or write the value in its place",
        ),
        "GT910": Text(
            "formula-without-value",
            "the formula has no stored value",
            "open the file in a spreadsheet program, which computes it, and save it again",
        ),
        "GT911": Text(
            "merged-cell",
            "the cell is merged with {cell}",
            "write fill_down: {{column}: merged} beside the table, or in roster.yaml; or unmerge "
            "the cells",
        ),
        "GT912": Text(
            "header-rows-disagree",
            "the rows of the header leave column {letters} without a name of its own: '{name}'",
            "name the right rows beside the table, or in roster.yaml; or give each column a name "
            "of its own",
        ),
        "GT913": Text(
            "other-header",
            "the row looks like a header, but with other names than the one above",
            "make a table of its own of the rows below it",
        ),
        "GT914": Text(
            "header-elsewhere",
            "this row has no column '{header}'; row {row} has",
            "write header: {row} beside the table, or in roster.yaml",
        ),
        "GT915": Text(
            "number-too-long",
            "'{cell}' has more than the 15 digits that a spreadsheet keeps of a number",
            "format the column as text, write the code again, and export again",
        ),
        "GT916": Text(
            "fraction-in-text",
            "'{cell}' is a number with a fraction, where a text or code is meant",
            "format the column as text, and write it again",
        ),
        "GT917": Text(
            "not-a-text-cell",
            "'{cell}' is kept as a day, a time or a truth, where a text or code is meant",
            "format the column as text, and write it again",
        ),
        "GT918": Text(
            "about-so-many",
            "'{cell}' is read as {count}",
            "write the exact count where it is known",
        ),
        "GT919": Text(
            "scaled-count",
            "'{cell}' counts in {unit}, not one by one",
            "write the count in digits alone",
        ),
        "GT920": Text(
            "unclear-day",
            "'{cell}' leaves open which day it is",
            "write year, month and day, such as 2024-03-01",
        ),
        "GT921": Text(
            "totals-left-out",
            "lines of totals that were left out: {count} (rows {rows})",
            "where one of them is a row, say beside the table which words tell a line of totals: "
            "totals: [合计]",
        ),
        "GT922": Text(
            "hidden-rows-read",
            "hidden rows that were read: {count}",
            "delete them where they are not meant",
        ),
        "GT923": Text(
            "repeated-header",
            "lines that repeat the header and were left out: {count}",
        ),
        "GT924": Text(
            "unclear-serial",
            "the number {cell} may be a year, or a day that never was",
            "write year, month and day, such as 2024-03-01",
        ),
        "GT925": Text(
            "option-of-others",
            "'{key}' says nothing of a file of this kind",
            "take it out",
        ),
        "GT926": Text(
            "scaled-column",
            "column '{header}' counts in {unit}, not one by one",
            "write the counts in digits alone, and the header without {unit}",
        ),
        "GT927": Text(
            "header-rows",
            "'{rows}' are no rows that a header stands in",
            "count the rows from 1, from the top down, such as header: [3, 4]",
        ),
        "GT928": Text(
            "notes-left-out",
            "lines that sign or explain the table and were left out: {count}",
        ),
        "GT929": Text(
            "hidden-sheet-passed-over",
            "sheets that are hidden and were not read: {known}",
            "name one beside the table to read it: sheet: {sheet}",
        ),
        "GT930": Text(
            "level-left-out",
            "'{column}' is empty here, though {level} '{name}' stands below it",
            "fill it in, or mark the level as optional",
        ),
        "GT931": Text(
            "rows-of-household-differ",
            "{who} stands in {first} as well, with other cells: {columns}",
            "keep one of the two rows, or correct the cells",
        ),
        "GT932": Text(
            "rows-repeated",
            "{count} rows say word for word what an earlier row says: {rows}",
            "nothing has to be done: each household is counted once",
        ),
        "GT933": Text(
            "rows-of-unit-differ",
            "{who} has '{one}' here, but '{other}' in {first}",
            "write the same in all of its rows",
        ),
        "GT934": Text(
            "level-without-column",
            "levels above and below '{level}' have names in the roster, but it has none",
            "name its column under 'units'; or write all levels into the structure file, under "
            "'levels', this one as {level: {level}, optional: true}",
        ),
        "GT935": Text(
            "row-without-household",
            "the row names no household",
            "fill it in, or take the row out; a line of totals is left out where 'totals:' has its "
            "word",
        ),
        "GT936": Text(
            "unfit-template",
            "'{template}' makes no ids for {table}: {reason}",
            "write a text such as 'H-{number:06}', with the places number, parent, name and code",
        ),
        "GT937": Text(
            "template-makes-id-twice",
            "'{template}' makes the id '{id}' of {level} '{name}', which another unit has or had",
            "put a number or the parent's id into the template",
        ),
        "GT938": Text(
            "unfit-cover",
            "{upper} cannot cover {lower} in this roster",
            "name two tables of the roster: branch or group, and what they may cover",
        ),
        "GT939": Text(
            "column-names-two",
            "column '{header}' is to name both {one} and {other}",
            "name another column for one of the two",
        ),
        "GT940": Text(
            "two-ids-kept",
            "{who} has the id '{id}' here, and '{other}' in {first}",
            "take out the one that is not in use",
        ),
        "GT941": Text(
            "place-without-name",
            "there is no name of the {place} that could name the {level}",
            "name a column instead, or the sheet",
        ),
        "GT942": Text(
            "empty-plan",
            "the plan names no units",
            "write under 'units' which column holds the name of which unit",
        ),
        "GT943": Text(
            "no-rows",
            "the roster has a header and no rows",
            "look whether it is the right file and sheet, and whether it was filled in",
        ),
        "GT944": Text(
            "decisions-contradict",
            "what was decided about {table} '{one}' and '{other}' cannot all be true",
            "decide each pair one way, and keep one name of all that are the same",
        ),
        "GT945": Text(
            "unknown-decision",
            "'{word}' is no decision",
            "write 同, 相同 or same; 异, 不同 or different; or leave it empty while it is open",
        ),
        "GT946": Text(
            "names-like-private-numbers",
            "names of {level} hold what looks like a phone or identity card number: {count}, "
            "the first is {number}",
            "take the number out: a name is shown in every report",
        ),
        "GT947": Text(
            "id-without-part",
            "{who} has no {field}, of which '{template}' makes its id",
            "fill it in, or use another template",
        ),
        "GT948": Text(
            "households-not-joined",
            "{count} households name a {level} and no building, so that nothing joins them to it: "
            "{rows}",
            "name the column of the building, or give each house one",
        ),
        "GT949": Text(
            "not-in-rosters",
            "a roster names no units of '{table}'",
            "it can name those of {known}",
        ),
        "GT950": Text(
            "empty-roster",
            "there is no row of a household, so that nothing would be left of the structure",
            "look whether it is the right file, sheet and header; what was written before stays",
        ),
        "GT951": Text(
            "not-a-folder-to-write-to",
            "'{path}' is not a folder that can be written to",
            "name a folder that is there, or one to be made in one; not a link",
        ),
        "GT952": Text(
            "file-of-somebody",
            "'{path}' would be written over: {reason}",
            "name another folder with --out, or move the file away; bring back what was deleted",
        ),
        "GT953": Text(
            "table-written-here",
            "the roster makes '{section}', which stand in this file already",
            "write '{line}' in their place, or beside them in a list",
        ),
        "GT954": Text(
            "table-not-named",
            "the roster makes '{path}', which this file does not name",
            "add the line '{line}'",
        ),
        "GT955": Text(
            "input-written-over",
            "'{path}' is read, and would be written over",
            "name another folder with --out, or move the file away",
        ),
        "GT956": Text(
            "several-tables",
            "it is not clear which sheet is meant; there are {known}",
            "write a plan with a line 'sheet: NAME', and name it by --plan",
        ),
        "GT957": Text(
            "no-column-for-level",
            "no column names the {level}; the columns are {known}",
            "write under 'units' of a plan which column does, and name the plan by --plan; or "
            "write all levels into the structure file, under 'levels', those without a column as "
            "{level: NAME, optional: true}, and a line such as 'grids: {table: grids.csv}' for "
            "each table",
        ),
        "GT958": Text(
            "another-profile",
            "this file starts from the profile '{name}', not from '{other}'",
            "leave out --profile, or mend the file",
        ),
        "GT959": Text(
            "sheet-left-out",
            "the sheet is left out: its header has no column '{header}'",
            "nothing has to be done if it is no part of the roster; else mend its header",
        ),
        "GT960": Text(
            "sheet-too-small",
            "'{table}' has {count} {what}, more than the {limit} that a sheet of a workbook holds",
            "write it as CSV: name a folder in the place of the workbook; or divide it",
        ),
        "GT961": Text(
            "cell-too-small",
            "the text has {count} characters, more than the {limit} that a cell of a workbook "
            "holds",
            "shorten it, or write it as CSV: name a folder in the place of the workbook",
        ),
        "GT962": Text(
            "answer-without-key",
            "the row has an answer but no key",
            "take the row from the list that was sent out, with its key, and answer there",
        ),
        "GT963": Text(
            "answer-for-other-unit",
            "'{cell}' is not what was sent out with the key of this row",
            "change nothing but the answer; take the row from the list that was sent out",
        ),
        "GT964": Text(
            "answer-to-nothing",
            "no finding of the report has the key '{cell}'",
            "compare with the report that the list was made of, or take the row out",
        ),
        "GT965": Text(
            "answer-is-formula",
            "the answer is a formula",
            "put its value in its place: copy the cell, and paste it as a value",
        ),
        "GT966": Text(
            "answer-names-nothing",
            "there is no {expected} '{cell}'",
            "write its id or its name as the structure has it",
        ),
        "GT967": Text(
            "answers-differ",
            "'{cell}' is not what is answered to the same in {other}",
            "leave one of the two, or make them equal",
        ),
        "GT968": Text(
            "lists-of-another-round",
            "'{path}' lies in the folder already, and may hold answers",
            "name a new folder for each round",
        ),
        "GT969": Text(
            "answer-names-several",
            "several units are called '{cell}': {known}",
            "write the id of the one that is meant",
        ),
        "GT970": Text(
            "no-key-column",
            "source {source} has no column '{header}'",
            "name one of its columns: {known}",
        ),
        "GT971": Text(
            "empty-key",
            "the row has no '{header}', which is a part of its key",
            "fill it in, or leave the row out",
        ),
        "GT972": Text(
            "key-twice",
            "key '{key}' stands twice; first in {first}",
            "keep one of the rows, or add a column to the key that tells them apart",
        ),
        "GT973": Text(
            "no-plain-cell",
            "{found} cannot be compared",
            "hand in texts, numbers, days, or yes and no",
        ),
        "GT974": Text(
            "nothing-to-decide",
            "nothing is to be decided about '{column}' of '{key}'",
            "decide lines of the list that was written last; cells of a twin key where that is "
            "decided as 'a' or 'b'",
        ),
        "GT975": Text(
            "difference-changed",
            "this was decided when the source said '{then}'; now it says '{now}'",
            "write the list anew, and decide this line again",
        ),
        "GT976": Text(
            "decisions-differ",
            "this is decided as '{second}', and in a line above as '{first}'",
            "keep one of the two lines",
        ),
        "GT977": Text(
            "unfit-decision",
            "'{decision}' decides nothing here",
            "write {expected}, or leave it empty",
        ),
        "GT978": Text(
            "no-decision-column",
            "the decisions have no column '{header}'",
            "keep the columns of the list that was written",
        ),
        "GT979": Text(
            "not-decided",
            "a says '{value_a}' and b says '{value_b}'",
            "decide it, or name a source to prefer",
        ),
        "GT980": Text(
            "holder-without-id",
            "'{path}' has no row for the name that stands here, at home in '{home}'",
            "add a row with that name, the home '{home}' and the id '{id}', or let "
            "govtree.enter_holders() add all that are missing",
        ),
        "GT981": Text(
            "holder-row-unfinished",
            "this row has no {field}",
            "write name, home and id of the person, or take the row out",
        ),
        "GT982": Text(
            "holder-row-twice",
            "name and home are those of {first}, and the id is another one",
            "keep one of the two; where they are two people, give their homes apart",
        ),
        "GT983": Text(
            "name-or-id",
            "what stands here is an id of '{path}', and a name in it as well",
            "give that person another id in '{path}'",
        ),
        "GT984": Text(
            "holders-not-csv",
            "rows can only be added to a file of CSV, and '{path}' is none",
            "save it as CSV in UTF-8, and name that under 'pseudonyms'",
        ),
        "GT990": Text(
            "several-namesakes-below",
            "{level} units whose rows leave out a place, while several of the name stand further "
            "down: {count}, in {rows}",
            "fill in the empty cells if one of those is meant; each is a unit of its own now",
        ),
        "GT991": Text(
            "ids-moved",
            "{level} units whose place is filled in now keep the id that they had further up: "
            "{count}, in {rows}",
            "nothing has to be done, if they are the same",
        ),
        "GT992": Text(
            "decision-about-nothing",
            "what was decided about {table} '{one}' and '{other}' in '{parent}' does nothing: "
            "there is and was no '{missing}'",
            "copy parent, keep and other from the open row, letter by letter",
        ),
        "GT993": Text(
            "files-of-one-name",
            "'{file}' has the same name, so that both are read as one {level} '{name}'",
            "give one of the two files another name if they are of two; else nothing",
        ),
        "GT994": Text(
            "numbers-used-up",
            "no number is left for {level} behind the id '{id}' in '{template}'",
            "change that id in the file of ids and in the roster, or write another template",
        ),
        "GT996": Text(
            "nothing-filled-down",
            "blank cells that take over nothing, because what stands to their left or above them "
            "in the plan is new: {count} (rows {rows})",
            "write in each what it says",
        ),
        "GT997": Text(
            "merged-across",
            "the cell is merged with {cell}, across a line that is no row, a new value in what the "
            "row stands in, or columns",
            "unmerge the cells, and write in each of column '{column}' what it says",
        ),
        "GT998": Text(
            "columns-but-for-unit",
            "several columns are '{header}': {known}",
            "name the one that is meant as it stands in the header, such as {first}",
        ),
    }
)

_PLACE = re.compile(r"\{([a-z_]+)\}")


def fill(
    code: str, part: str, template: str, values: Iterable[tuple[str, str]], lang: str = "en"
) -> str:
    """Return *template*, or its translation, with *values* in its named places.

    Args:
        code: Code of the problem, or ``"meant"`` for the hint of a near miss.
        part: ``"message"`` or ``"hint"``.
        template: The English text; used where *lang* has no translation.
        values: Name and text pairs, already escaped for where the text will be shown.
        lang: Tag of a language, ``"en"``, ``"zh"`` or ``"zh-CN"``.

    A place without a value stays as it is written.

    >>> fill("GT101", "message", "id '{id}' is used twice", [("id", "{id}")])
    "id '{id}' is used twice"
    """
    if _is_chinese(lang):
        template = _chinese().get(code, {}).get(part, template)
    return _filled(template, dict(values))


def say(template: str, lang: str = "en", **values: object) -> str:
    """Return *template*, or its translation, with *values* in its named places.

    For words that belong to no code, such as those around the findings of a report.

    Args:
        template: The English text; used where *lang* has no translation.
        lang: Tag of a language, as for :func:`fill`.
        values: Whole numbers are shown with their thousands; texts are already escaped.

    >>> say("of {number}", number=1200), say("of {number}", "zh", number=1200)
    ('of 1,200', '共 1,200')
    """
    if _is_chinese(lang):
        template = _chinese().get("said", {}).get(template, template)
    shown = {
        name: f"{value:,}" if isinstance(value, int) else str(value)
        for name, value in values.items()
    }
    return _filled(template, shown)


def has_places(template: str) -> bool:
    """Return whether *template* has named places.

    >>> has_places("add it to the 'covers' of a {level}"), has_places("name its grid")
    (True, False)
    """
    return _PLACE.search(template) is not None


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), template)


def _is_chinese(lang: str) -> bool:
    return re.split("[-_]", lang, maxsplit=1)[0].lower() == "zh"


@cache
def _chinese() -> Mapping[str, Mapping[str, str]]:
    text = resources.files("govtree").joinpath("messages.zh.json").read_text(encoding="utf-8")
    catalogue: Mapping[str, Mapping[str, str]] = json.loads(text)
    return catalogue
