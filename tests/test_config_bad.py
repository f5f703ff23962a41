"""Structure files that are wrong: each problem at its line and column, all of them at once."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from govtree import config
from govtree._files import Limits
from govtree.config import Examined, examine, load, load_text
from govtree.errors import KEPT, ConfigError, FileError, Problem
from govtree.units import TABLES


def told(text: str | bytes) -> list[str]:
    """Place and code of every problem, in the order in which they are told."""
    try:
        problems = load_text(text).hierarchy.warnings
    except ConfigError as error:
        problems = error.problems
    return [f"{each.where.line}:{each.where.column} {each.code}" for each in problems]


def only(text: str | bytes) -> Problem:
    """The one problem there is, without its quote."""
    with pytest.raises(ConfigError) as caught:
        load_text(text)
    (problem,) = caught.value.problems
    return problem


BRANCH = "branches: [{id: B-1}]\n"

#: Text, and what is told: line, column, code.
WRONG: dict[str, tuple[str | bytes, list[str]]] = {
    # -- the file --
    "nothing at all": ("", ["1:1 GT014"]),
    "comments only": ("# a\n# b\n", ["1:1 GT014"]),
    "two documents": ("name: a\n---\nname: b\n", ["2:1 GT015"]),
    "a list": ("- name: a\n", ["1:1 GT016"]),
    "a scalar": ("hello\n", ["1:1 GT016"]),
    "a tab": ("grids:\n\t- {id: N}\n", ["2:1 GT018"]),
    "bad indentation": ("grids:\n  - {id: N}\n - {id: M}\n", ["3:2 GT021"]),
    "cut off": ("grids: [{id: N", ["1:9 GT022"]),
    "cut off in a character": ("name: 罗".encode()[:-1], ["1:7 GT010"]),
    "GBK": ("name: 罗庄区河东社区".encode("gbk"), ["1:7 GT011"]),
    "UTF-16 without a mark": ("name: ab\n".encode("utf-16-le"), ["1:1 GT011"]),
    "lone surrogate": ("name: a\ud800", ["1:8 GT012"]),
    "lone surrogate as an escape": ('name: "\\ud800"', ["1:8 GT012"]),
    "a control character": ("name: a\x07b", ["1:8 GT012"]),
    "U+2028 in a name": ("name: a\u2028b", ["1:8 GT013"]),
    "full-width colon of a key": ("grids：[]\n", ["1:6 GT028"]),
    "a tag": ("name: !!python/object:os.system a\n", ["1:7 GT031"]),
    "an unknown tag": ("name: !place a\n", ["1:7 GT031"]),
    "a key that is a list": ("grids: [{id: N, ? [a] : b}]", ["1:19 GT038"]),
    "an undefined alias": ("name: *a\n", ["1:7 GT033"]),
    "a recursive alias": ("grids: &a [*a]\n", ["1:12 GT033"]),
    "a merge key": ("grids: [{<<: {a: b}}]\n", ["1:10 GT032"]),
    "equal keys": ("grids: []\nname: a\ngrids: []\n", ["3:1 GT037"]),
    "equal keys of a record": ("grids: [{id: N, id: M}]", ["1:17 GT037"]),
    "deep flow nesting": ("[" * 100_000, ["1:65 GT030"]),
    "deep block nesting": (
        "".join(" " * at + "a:\n" for at in range(2_000)), ["65:65 GT030"],
    ),
    "a bomb of aliases": (
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(
            f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n"
            for old, new in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        ["4:8 GT036"],
    ),
    # -- settings --
    "another version": ("govtree: 2\n", ["1:10 GT094"]),
    "an unknown key": ("grdis: []\n", ["1:1 GT090"]),
    "a wrong type": ("name: [a]\n", ["1:7 GT091"]),
    "a text for a mapping": ("declared: 5\n", ["1:11 GT091"]),
    "a mapping for a text": ("language: {}\n", ["1:11 GT091"]),
    "a missing key": ("waivers: [{rule: GT301, subject: N, until: 2026-12-31}]\n", ["1:11 GT092"]),
    "a bad choice": ("levels: [{level: a, as: comunity}, b]\n", ["1:25 GT093"]),
    "no day": ("as_of: 30.06.2025\n", ["1:8 GT045"]),
    "a day with full-width digits": ("as_of: ２０２５-06-30\n", ["1:8 GT045"]),
    "a day that is not": ("as_of: 2025-02-30\n", ["1:8 GT046"]),
    "no time zone": ("time_zone: Asia/Shangai\n", ["1:12 GT113"]),
    "a path as time zone": ("time_zone: ../../etc/passwd\n", ["1:12 GT113"]),
    "an unknown profile": ("profile: luozhang\n", ["1:10 GT095"]),
    "a profile without a folder": ("profile: a.yaml\n", ["1:10 GT097"]),
    "a table without a folder": ("grids: {table: a.csv}\n", ["1:16 GT097"]),
    "too few levels": ("levels: [community]\n", ["1:9 GT114"]),
    "a level without a name": ("levels: [{as: community}, branch]\n", ["1:10 GT092"]),
    "a level twice": ("levels: [a, a]\n", ["1:9 GT114"]),
    "roles out of order": ("levels: [branch, community]\n", ["1:9 GT114"]),
    "a level named as a table": ("levels: [grid, a]\n", ["1:9 GT114"]),
    "a level below households": ("levels: [household, a]\n", ["1:9 GT114"]),
    "an unknown key of a term": ("vocabularies: {tier: {a: {labl: b}}}\n", ["1:27 GT090"]),
    "a list in a vocabulary": ("vocabularies: {tier: [a, [b]]}\n", ["1:26 GT091"]),
    "a figure that is no number": ("declared: {grids: many}\n", ["1:19 GT043"]),
    "a figure meant in no known way": ("declared: {grids: {abuot: 3}}\n", ["1:20 GT090"]),
    "NUL in a setting": ('name: "a\\0b"\n', ["1:7 GT058"]),
    "an unknown rule": ("rules: {grid-without-brach: off}\n", ["1:9 GT080"]),
    "a rule twice": ("rules: {GT210: off, grid-without-branch: error}\n", ["1:21 GT081"]),
    "an unknown parameter": ("rules: {GT301: {targt: 3}}\n", ["1:17 GT082"]),
    "an unfit parameter": ("rules: {GT301: {target: x}}\n", ["1:25 GT083"]),
    "a mapping as parameter": ("rules: {GT301: {target: {a: 1}}}\n", ["1:25 GT091"]),
    "an unknown severity": ("rules: {GT210: eror}\n", ["1:16 GT084"]),
    "an unknown severity in a mapping": ("rules: {GT210: {severity: bad}}\n", ["1:27 GT084"]),
    "a waiver of an unknown rule": (
        "waivers: [{rule: GT31, subject: N, reason: r, until: 2026-12-31}]\n", ["1:18 GT080"],
    ),
    "an unknown level": (
        "levels: [district, community]\nunits: {distict: [{id: D}]}\n", ["2:9 GT090"],
    ),
    "units where all levels play roles": ("units: {district: []}\n", ["1:9 GT090"]),
    "a section without its role": (
        "levels: [district, community]\nbranches: [{id: B}]\n", ["2:1 GT098"],
    ),
    "units that are a list": ("units: [a]\n", ["1:8 GT091"]),
    # -- records --
    "a text for records": ("grids: N-1\n", ["1:8 GT091"]),
    "a text for a record": ("grids: [N-1]\n", ["1:9 GT091"]),
    "a list for a record": ("grids: [[a]]\n", ["1:9 GT091"]),
    "nothing for a record": ("grids:\n  -\n", ["2:4 GT091"]),
    "full-width colon in a record": ("grids:\n- id：N-1\n", ["2:5 GT028"]),
    "no blank behind the colon": ("grids:\n- id:N-1\n", ["2:3 GT019"]),
    "an unknown field": ("grids: [{id: N, naem: a}]\n", ["1:17 GT090"]),
    "a record without an id": ("grids: [{name: a}]\n", ["1:9 GT109"]),
    "an empty id": ("grids: [{id: ''}, {id: }]\n", ["1:9 GT109", "1:19 GT109"]),
    "a list as id": ("grids: [{id: [a]}]\n", ["1:14 GT091"]),
    "a mapping as count": ("grids: [{id: N, residents: {a: b}}]\n", ["1:28 GT091"]),
    "an id used twice": ("grids:\n- {id: N}\n- {id: M}\n- {id: N}\n", ["4:8 GT101"]),
    "an id of two tables": ("grids: [{id: N}]\nbranches: [{id: N}]\n", ["2:17 GT101"]),
    "zero width in an id": ("grids: [{id: N\u200b1}]\n", ["1:14 GT110"]),
    "bidi in an id": ("grids: [{id: N\u202e1}]\n", ["1:14 GT110"]),
    "a line break in an id": ('grids: [{id: "a\\nb"}]\n', ["1:14 GT110"]),
    "NUL in an id": ('grids: [{id: "a\\0b"}]\n', ["1:14 GT110"]),
    "an id too long": (f"grids: [{{id: {'x' * 201}}}]\n", ["1:14 GT110"]),
    "an id that a spreadsheet has damaged": ("grids: [{id: 3.71311E+11}]\n", ["1:14 GT050"]),
    "NUL in a name": ('grids: [{id: N, name: "a\\0b"}]\n', ["1:23 GT058"]),
    "NUL in a tag": ('grids: [{id: N, tags: {"a\\0b": 1}}]\n', ["1:32 GT058"]),
    "NUL in the name of a group": ('bodies: [{id: N, groups: ["a\\0b"]}]\n', ["1:27 GT058"]),
    "a dangling reference": ("groups: [{id: G, parent: B-11}]\n" + BRANCH, ["1:26 GT102"]),
    "a dangling link": (
        "branches: [{id: B, covers: [N-1, N-2]}]\ngrids: [{id: N-1}]", ["1:34 GT102"],
    ),
    "itself as parent": ("groups: [{id: G, parent: G}]\n", ["1:26 GT105"]),
    "a circle, told once": (
        "groups: [{id: G, parent: H}, {id: H, parent: I}, {id: I, parent: G}]\n", ["1:26 GT104"],
    ),
    "a level skipped": ("households: [{id: H, parent: B-1}]\n" + BRANCH, ["1:30 GT106"]),
    "a wrong level": ("groups: [{id: G, parent: H}]\nhouseholds: [{id: H}]\n", ["1:26 GT103"]),
    "a word that is not in the vocabulary": (
        "grids: [{id: N, kind: servce_grid}]\n", ["1:23 GT107"],
    ),
    "a missing field": ("tenures: [{holder: p}]\n", ["1:11 GT108"]),
    "a post without its place": ("posts: [{post: secretary}]\n", ["1:9 GT108"]),
    "a list as a required word": (
        BRANCH + "duties: [{unit: B-1, duty: [a]}]\n", ["2:28 GT091"],
    ),
    "a list as a required field": ("posts: [{post: chair, at: [a]}]\n", ["1:27 GT091"]),
    "a link without its unit": ("branches: [{id: B, covers: [{mode: x}]}]\n", ["1:29 GT092"]),
    "an unknown key of a link": (
        "branches: [{id: B, covers: {unit: N, mdoe: x}}]\ngrids: [{id: N}]\n", ["1:38 GT090"],
    ),
    "a list in a link": ("branches: [{id: B, covers: [[N]]}]\n", ["1:29 GT091"]),
    "a flag without its mark": ("grids: [{id: N, flags: [{giver: a}]}]\n", ["1:25 GT092"]),
    "neither yes nor no": (
        BRANCH + "posts: [{post: chair, at: B-1, vacant: maybe}]\n", ["2:40 GT047"],
    ),
    "a tag less than 0": ("grids: [{id: N, tags: {a: -1}}]\n", ["1:27 GT041"]),
    "lists in tags": (
        "grids: [{id: N, tags: [a, [b]]}, {id: M, tags: {b: [1]}}]\n", ["1:27 GT091", "1:52 GT091"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_at_its_place(text, expected):
    """Each wrong text gives just these problems, at line and column, with nothing built."""
    assert told(text) == expected
    with pytest.raises(ConfigError):
        load_text(text)


#: Cells of a count, and what is told of them: the code, and what was probably meant.
COUNTS = {
    "-5": ("GT041", None),
    ".nan": ("GT040", None),
    "nan": ("GT040", None),
    "1e3": ("GT040", None),
    "0o17": ("GT040", None),
    "017": ("GT040", "17"),
    "1:30": ("GT040", None),
    "3.0": ("GT040", "3"),
    "3.5": ("GT040", None),
    "１２": ("GT040", "12"),
    "1,234": ("GT040", "1234"),
    "no": ("GT040", None),
    "2025-06-30": ("GT040", None),
    "99999999999": ("GT042", None),
    "9" * 5_000: ("GT042", None),
    "-" + "9" * 5_000: ("GT040", None),
}


@pytest.mark.parametrize("cell", COUNTS, ids=lambda cell: cell[:12])
def test_what_is_no_count_is_told_as_it_is_written(cell):
    """A count is digits alone; what else stands there is named, never turned into a number."""
    problem = only(f'grids: [{{id: N, residents: "{cell}"}}]')

    values = dict(problem.values)
    assert (problem.code, values.get("meant")) == COUNTS[cell]
    assert values["cell"] == cell
    assert len(str(problem)) < 300


@pytest.mark.parametrize("cell", [".nan", ".inf", "1e400", "NaN", "-Infinity"])
def test_a_coordinate_is_a_finite_number(cell):
    """Neither NaN nor infinity stands for a number."""
    assert only(f"grids: [{{id: N, x: {cell}}}]").code == "GT044"


#: What YAML 1.1 makes something else of, and what it is here: the text that is written.
SPELLED = ["no", "off", "on", "yes", "y", "012", "0x1F", "1:30", "1e3", "1_000", "2025-06-30",
           "0123456789012345678901234567890", "1.0", "=", "<<"]  # fmt: skip


@pytest.mark.parametrize("text", SPELLED)
def test_a_text_is_what_is_written(text):
    """An id or name that looks like a number, a day or a truth stays as it is spelled."""
    hierarchy = load_text(f"grids: [{{id: {text}, name: {text}}}]").hierarchy

    assert hierarchy.ids("grid") == [text]
    assert hierarchy.grids[text].name == text


MESSAGES = {
    "grdis: []": "1:1: error[GT090]: a structure file has no key 'grdis'; did you mean 'grids'?",
    "name: [a]": "1:7: error[GT091]: 'name' has to be a text, not a list",
    "grids: N-1": "1:8: error[GT091]: 'grids' has to be a list of records, not the text 'N-1'",
    "grids: [N-1]": (
        "1:9: error[GT091]: an entry of 'grids' has to be a mapping, not the text 'N-1'"
    ),
    "grids: [~]": "1:9: error[GT091]: an entry of 'grids' has to be a mapping, not an empty value",
    "areas: [{id: A, cmmunities: []}]": (
        "1:17: error[GT090]: an area has no key 'cmmunities'; did you mean 'communities'?"
    ),
    "grids: [{id: [a]}]": "1:14: error[GT091]: 'id' of a grid has to be a text, not a list",
    "waivers: [{rule: GT301, subject: N, until: 2026-12-31}]": (
        "1:11: error[GT092]: a waiver has no 'reason'; add the key 'reason'"
    ),
    "levels: [{level: a, as: comunity}, b]": (
        "1:25: error[GT093]: 'comunity' cannot stand here; did you mean 'community'?"
    ),
    "govtree: 2": (
        "1:10: error[GT094]: this is version '2' of the format of structure files; this govtree "
        "reads version 1; take a govtree that reads the other one"
    ),
    "profile: luozhang": (
        "1:10: error[GT095]: there is no profile 'luozhang'; did you mean 'luozhuang'?"
    ),
    "time_zone: Asia/Shangai": (
        "1:12: error[GT113]: 'Asia/Shangai' is not a time zone; did you mean 'Asia/Shanghai'?"
    ),
    "units: {a: []}": (
        "1:9: error[GT090]: 'units' has no key 'a'; "
        "use one of: none, because every level plays a role"
    ),
    "grids:\n- {id: N}\n- {id: N}": (
        "3:8: error[GT101]: id 'N' is used twice; first used in line 2; give each its own id; "
        "where the codes of a registry repeat, make one id of several columns: "
        'id: {columns: [type, code], join: ":"}'
    ),
    "groups: [{id: G, parent: B-11}]\nbranches: [{id: B-1}]": (
        "1:26: error[GT102]: group 'G' names branch 'B-11' as its parent, which is not there; "
        "did you mean 'B-1'?"
    ),
    "branches: [{id: B, covers: [N-2]}]\ngrids: [{id: M}]": (
        "1:29: error[GT102]: relation 'covers' names grid, micro_grid, building or entrance "
        "'N-2' as its target, which is not there; add it, or correct the target"
    ),
    "households: [{id: H, parent: B}]\nbranches: [{id: B}]": (
        "1:30: error[GT106]: household 'H' stands under branch 'B' and skips group; name the "
        "unit between them, or mark the skipped level with 'optional: true'"
    ),
    "groups: [{id: G, parent: H}, {id: H, parent: G}]": (
        "1:26: error[GT104]: units stand under each other in a circle: G > H > G; "
        "correct the parent of one of them"
    ),
    "posts: [{post: chair}]": "1:9: error[GT108]: a post has no 'at'; add its 'at'",
    "grids: [{name: a}]": (
        "1:9: error[GT109]: a grid has no id; give it an id that no other unit has"
    ),
    "grids: [{id: N\u200b1}]": (
        "1:14: error[GT110]: 'N\\u200b1' cannot be an id: it holds a character that cannot be "
        "seen, U+200B; did you mean 'N1'?"
    ),
    "grids:\n- id：N-1": "2:5: error[GT028]: '：' is not a sign of YAML; did you mean ': '?",
}


@pytest.mark.parametrize("text", MESSAGES)
def test_a_message_says_what_is_wrong_and_how_to_mend_it(text):
    """Messages name the words of the file, and what they probably meant."""
    assert str(only(text)) == MESSAGES[text]


def test_the_line_is_shown_with_a_caret():
    """A problem shows the line it stands in, with a caret under the word."""
    with pytest.raises(ConfigError) as caught:
        load_text("name: a\ngroups: [{id: G, parent: B}]\n")

    assert str(caught.value).splitlines()[1:] == [
        " 2 | groups: [{id: G, parent: B}]",
        "   |                          ^",
    ]


def test_all_problems_are_told_at_once_sorted_and_the_same_every_time():
    """Problems of YAML, settings, cells and structure stand together, in order of the file."""
    text = (
        "naem: a\n"
        "as_of: today\n"
        "rules: {GT999: off}\n"
        "grids:\n"
        "- {id: N-1, residents: -1}\n"
        "- {id: N-1, community: C-9}\n"
        "- {id: N-2, id: N-3, x: 1}\n"
        "declared: {grids: many}\n"
    )
    expected = [
        "1:1 GT090", "2:8 GT045", "3:9 GT080", "5:24 GT041", "6:8 GT101",
        "7:13 GT037", "8:19 GT043",
    ]  # fmt: skip

    # The record whose id is used twice is left out, and with it what else it says.
    assert told(text) == expected
    assert told(text) == expected


def test_warnings_do_not_keep_a_structure_from_being_built():
    """Text that turns direction, and ids that differ in how accents are composed, are warned of."""
    structure = load_text(
        'name: "a\u202eb"\n'
        'communities: [{id: Ne\u0301, name: "x\u202ey"}]\n'
        "grids: [{id: N\u00e9, tags: {a: 1}}]\n"
        'flags: [{unit: N\u00e9, flag: award, giver: "\u2066z"}]\n'
    )

    assert [str(each) for each in structure.hierarchy.warnings] == [
        (
            "1:7: warning[GT112]: name of the file holds characters that turn the direction of "
            "text: a\\u202eb; take them out"
        ),
        (
            "2:20: warning[GT111]: id 'Ne\u0301' looks like the one in line 3, but is not the same "
            "text; write both with composed characters (Unicode NFC)"
        ),
        (
            "2:31: warning[GT112]: name of community 'Ne\u0301' holds characters that turn the "
            "direction of text: x\\u202ey; take them out"
        ),
        (
            "4:40: warning[GT112]: giver of a flag holds characters that turn the direction of "
            "text: \\u2066z; take them out"
        ),
    ]


def test_problems_of_one_kind_are_counted_beyond_a_thousand():
    """An all-wrong file keeps a thousand problems of each kind, and counts the others."""
    rows = [f"- {{id: N-{number}, naem: a, community: C-{number}}}" for number in range(1_500)]

    with pytest.raises(ConfigError) as caught:
        load_text("\n".join(["grids:", *rows]))

    codes = [each.code for each in caught.value.problems]
    assert (KEPT, codes.count("GT090"), codes.count("GT102")) == (1_000, 1_000, 1_000)
    rest = [str(each) for each in caught.value.problems if each.code == "GT039"]
    assert rest == [
        "1001:15: error[GT039]: 500 more problems of kind GT090 from here on",
        "1501:36: error[GT039]: 500 more problems of kind GT102 from here on",
    ]


def test_tags_and_rules_without_end_are_bounded():
    """More tags than a caller allows are refused; of a thousand rules, the rest is counted."""
    rows = "".join(f"- {{id: N-{number}, tags: [t{number}]}}\n" for number in range(4))
    with pytest.raises(ConfigError) as caught:
        load_text(f"grids:\n{rows}", limits=Limits(tags=3))
    assert [f"{each.where} {each.code}" for each in caught.value.problems] == ["5:20 GT085"]
    assert load_text(f"grids:\n{rows}", limits=Limits(tags=4)).hierarchy.count("grid") == 4

    with pytest.raises(ConfigError) as caught:
        load_text("rules:\n" + "".join(f"  R{number}: off\n" for number in range(1_200)))
    assert len(caught.value.problems) == 1_001
    assert str(caught.value.problems[-1]) == (
        "1002:3: error[GT039]: 200 more problems of kind GT080 from here on"
    )


# -- files -----------------------------------------------------------------------------------


def put(folder: Path, text: str, **tables: str) -> Path:
    """A folder with a structure file and tables in it."""
    folder.mkdir(exist_ok=True)
    (folder / "structure.yaml").write_text(text, "utf-8")
    for name, content in tables.items():
        (folder / f"{name}.csv").write_text(content, "utf-8")
    return folder


def shown(examined: Examined, folder: Path) -> list[str]:
    """The problems as text, with *folder* left out."""
    assert examined.structure is None
    return [str(each).replace(f"{folder}{os.sep}", "") for each in examined.problems]


def test_a_file_must_say_its_version(tmp_path):
    """A file without the version line is refused, a text is not."""
    put(tmp_path, "name: a\n")

    assert shown(examine(tmp_path), tmp_path) == [
        "structure.yaml:1:1: error[GT092]: a structure file has no 'govtree'; add the key 'govtree'"
    ]
    assert load_text("name: a\n").hierarchy.name == "a"


def test_a_structure_file_that_cannot_be_read_is_told(tmp_path):
    """A structure that is missing, a folder without one, a device: each is one clear problem."""
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    codes = {
        "missing.yaml": "GT001",
        "none/missing.yaml": "GT001",
        "folder.yaml": "GT001",  # there is no structure.yaml in it
        "loop.yaml": "GT007",
    }

    for name, code in codes.items():
        (problem,) = examine(tmp_path / name).problems
        assert problem.code == code, name
        assert problem.quote == ""
        with pytest.raises(FileError if code == "" else ConfigError):
            load(tmp_path / name)
    assert examine("/dev/null").problems[0].code == "GT006"


@pytest.mark.skipif(sys.platform == "win32", reason="needs pipes and links")
def test_a_table_that_cannot_be_read_is_told_at_the_line_that_names_it(tmp_path):
    """Missing, outside, a folder, a pipe, a socket, a loop: told at the YAML line, all at once."""
    folder = tmp_path / "s"
    put(
        folder,
        "govtree: 1\n"
        "communities: {table: communites.csv}\n"
        "branches: {table: ../secret.csv}\n"
        "groups: {table: /etc/passwd}\n"
        "grids: {table: folder}\n"
        "buildings: {table: pipe.csv}\n"
        "entrances: {table: socket.csv}\n"
        "areas: {table: loop.csv}\n"
        "bodies: {table: 'http://a.example/b.csv'}\n"
        "persons: [{id: p-1}, {table: link.csv}]\n"
        "flags: {table: }\n"
        'duties: {table: "a\\0b"}\n',
        communities="id\nC-1\n",
    )
    (tmp_path / "secret.csv").write_text("id\nsecret\n")
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(folder / "socket.csv"))
        (folder / "loop.csv").symlink_to("loop.csv")
        (folder / "link.csv").symlink_to("../secret.csv")
        examined = examine(folder)

    assert [line.partition("]")[0] for line in shown(examined, folder)] == [
        "structure.yaml:2:22: error[GT001",
        "structure.yaml:3:19: error[GT002",
        "structure.yaml:4:17: error[GT002",
        "structure.yaml:5:16: error[GT003",
        "structure.yaml:6:20: error[GT006",
        "structure.yaml:7:20: error[GT006",
        "structure.yaml:8:16: error[GT007",
        "structure.yaml:9:17: error[GT008",
        "structure.yaml:10:30: error[GT002",
        "structure.yaml:11:16: error[GT092",
        "structure.yaml:12:17: error[GT058",
    ]
    assert "did you mean 'communities.csv'?" in shown(examined, folder)[0]
    assert examined.problems[0].quote == "communities: {table: communites.csv}"
    assert "secret" not in str(examined.problems).replace("../secret.csv", "")


def test_a_faulty_cell_of_a_table_is_told_by_row_and_column(tmp_path):
    """Problems of tables name file, row and column, beside those of the structure file."""
    put(
        tmp_path,
        "govtree: 1\n"
        "naem: a\n"
        "grids: {table: grids.csv}\n"
        "households:\n"
        "- {table: households.csv, columns: {id: 户号, grid: 网格, tags: {alone: 独居}}}\n"
        "- {id: H-1}\n",
        grids="id,residents\nN-1,12\nN-2,many\n3.41524E+11,1\n",
        households="户号,网格,独居\nH-1,N-1,1\nH-2,N-9,x\n,N-1,\n",
    )

    assert shown(examine(tmp_path), tmp_path) == [
        (
            "grids.csv:row 3:residents: error[GT040]: 'many' is not a whole number; write digits "
            "alone, such as 12, or nothing where there is none"
        ),
        (
            "grids.csv:row 4:id: error[GT050]: '3.41524E+11' is what a spreadsheet makes of a long "
            "code; format the column as text in the original, and save it again"
        ),
        (
            "households.csv:row 3:独居: error[GT049]: 'x' is neither a count nor yes or no; write "
            "a whole number, or true or false"
        ),
        (
            "households.csv:row 3:网格: error[GT102]: household 'H-2' names grid 'N-9' as its "
            "grid, which is not there; did you mean 'N-1'?"
        ),
        (
            "households.csv:row 4: error[GT109]: a household has no id; give it an id that no "
            "other unit has"
        ),
        (
            "structure.yaml:2:1: error[GT090]: a structure file has no key 'naem'; did you mean "
            "'name'?"
        ),
        (
            "structure.yaml:6:8: error[GT101]: id 'H-1' is used twice; first used in "
            "households.csv:row 2:户号; give each its own id; where the codes of a registry "
            'repeat, make one id of several columns: id: {columns: [type, code], join: ":"}'
        ),
    ]


SOURCES = {
    "columns: {naem: a}": ["13 GT090"],
    "columns: {id: {colum: a}}": ["17 GT092", "18 GT090"],
    "columns: {id: {}}": ["17 GT092"],
    "columns: {id: {column: a, value: b}}": ["29 GT099"],
    "columns: {id: [a, b]}": ["17 GT091"],
    "columns: {tags: a}": ["19 GT091"],
    "columns: [id]": ["12 GT091"],
    "delimiter: x": ["14 GT093"],
    "encoding: big5": ["13 GT093"],
    "header: 0": ["11 GT927"],
    "header: [2, 1]": ["11 GT927"],
    "header: x": ["11 GT040"],
    "fill_down: {id: some}": ["19 GT093"],
    "fill_down: [id]": ["14 GT091"],
    "sheet: [a]": ["10 GT091"],
    "colums: {}": ["3 GT090"],
}


@pytest.mark.parametrize("said", SOURCES)
def test_a_wrong_mapping_of_columns_is_told(said, tmp_path):
    """What stands beside a table is checked as any other setting."""
    put(tmp_path, f"govtree: 1\ngrids:\n  table: a.csv\n  {said}\n", a="id,a\nN-1,x\n")

    problems = examine(tmp_path).problems

    assert [f"{each.where.column} {each.code}" for each in problems] == SOURCES[said]
    assert {each.where.line for each in problems} == {4}


def test_a_figure_that_nothing_is_called_by_names_the_one_that_was_meant():
    """A figure is told where it is declared; a word that may yet be there is none to be told."""
    text = "declared: {gridz.award: 3, persons.comunity_worker: {increment: 3}, roads: 3}"
    told = load_text(text).hierarchy.warnings

    assert [dict(each.values).get("meant") for each in told] == [
        "grids.award", "persons.community_worker", None,
    ]  # fmt: skip
    tagged = "households: [{id: H, tags: [living_alone]}]\n"
    for known in ("households.living_alone", "households.in_care", "grids.in_care", "residents"):
        assert load_text(f"{tagged}declared: {{{known}: 3}}").hierarchy.warnings == ()
    levels = "levels: [community, household]\n"
    assert load_text(f"{levels}declared: {{branches: 3}}").hierarchy.warnings == ()
    (told,) = load_text(tagged + "declared: {households.livng_alone: 3}").hierarchy.warnings
    assert "did you mean 'households.living_alone'?" in str(told)


def test_a_profile_of_the_folder_is_read_and_its_problems_told(tmp_path):
    """A profile is a file as any other: missing, in a circle, or wrong in a line of its own."""
    put(tmp_path, "govtree: 1\nprofile: own.yaml\n")
    (tmp_path / "own.yaml").write_text("govtree: 1\nprofile: other.yaml\ngrids: []\n")
    (tmp_path / "other.yaml").write_text("govtree: 1\nprofile: own.yaml\nrules: {GT999: off}\n")

    assert [line.partition("]")[0] for line in shown(examine(tmp_path), tmp_path)] == [
        "other.yaml:2:10: error[GT096",
        "other.yaml:3:9: error[GT080",
        "own.yaml:3:1: error[GT090",
    ]
    (tmp_path / "own.yaml").unlink()
    assert shown(examine(tmp_path), tmp_path)[0].startswith(
        "structure.yaml:2:10: error[GT001]: there is no file 'own.yaml'"
    )


def test_limits_of_a_caller_hold(tmp_path):
    """A file that is larger than a caller allows is refused before it is read."""
    put(tmp_path, "govtree: 1\n" + "# comment\n" * 100)

    (problem,) = examine(tmp_path, limits=Limits(structure_bytes=100)).problems

    assert problem.code == "GT004"


# -- anything at all -------------------------------------------------------------------------

KEYS = sorted(
    {
        *config._schema.STRUCTURE.keys,
        *(each for table in TABLES for each in config._schema.record_of("", table.record).keys),
        "table", "columns", "column", "as", "level", "label", "kinds", "many", "severity",
        "target", "GT301", "grid-without-branch", "exact", "tags", "unit", "district", "subject",
        "reason", "rule", "x", "en",
    }
)  # fmt: skip
SCALARS = st.sampled_from(
    ["", "~", "?", "N-1", "B-1", "C-1", "1", "-1", "2025-06-30", "true", "no", "a.csv", "error",
     "base", "a\0b", "community", "household", "secretary", "covers", "x\u202ey", "\u200b", "1e3"]
)  # fmt: skip
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=12,
)


def flow(value: object) -> str:
    """A tree as YAML; scalars stand without quotes where they can."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    text = str(value)
    return json.dumps(text) if not text.isprintable() or text in ("", "?") else text


@given(st.dictionaries(st.sampled_from(sorted(config._schema.STRUCTURE.keys)), TREES, max_size=4))
@example({"units": {"community": []}})
@example({"levels": ["district", "community"], "units": {"district": [{"id": "1"}]}})
def test_any_tree_gives_a_structure_or_problems(tree):
    """Whatever stands under whatever key, the answer is a structure or its problems."""
    text = "\n".join(f"{key}: {flow(value)}" for key, value in tree.items())
    try:
        structure = load_text(text)
    except ConfigError as error:
        assert error.problems
        assert all(each.where.line for each in error.problems)
    else:
        assert structure.hierarchy.fingerprint


@pytest.mark.skipif(sys.platform == "win32", reason="asks Unix how much memory was taken")
def test_hostile_files_are_answered_in_little_memory():
    """Nesting, bombs and an all-wrong megabyte take less than 200 MB, told problems included."""
    program = """
import resource, sys
def peak():
    # What the system keeps of a process starts with the size of the one that started it.
    try:
        lines = open("/proc/self/status").read().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most // (1024 if sys.platform == "darwin" else 1)

from govtree.config import load_text
from govtree.errors import ConfigError
rows = "".join(f"- {{id: N-{n}, communty: C-{n}, x: nan}}\\n" for n in range(25_000))
texts = ["[" * 100_000, "a: " + "[" * 60 + "]" * 60, "grids:\\n" + rows, "a: " + "9" * 5_000_000,
         "a: &a [x]\\n" * 20_000, "%" * 100_000, "- " * 100_000, "{a: " * 100_000]
base = peak()
for text in texts:
    try:
        load_text(text)
    except ConfigError as error:
        assert error.problems
        str(error)
grown = peak() - base
assert grown < 200_000, grown
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("figure", ["gridss", "residents.old", "duties.clubs", "grids.servce_grid"])
def test_a_figure_that_nothing_is_called_by_is_a_warning(figure):
    """The structure is read all the same: a program may have declared what it likes."""
    (told,) = load_text(f"declared: {{{figure}: 3}}").hierarchy.warnings

    assert (told.code, told.severity) == ("GT126", "warning")
    assert (told.where.line, told.where.column) == (1, 12)
