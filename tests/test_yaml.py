"""YAML with positions: what is read, what is refused and where, and what is written."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import subprocess
import sys

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from govtree import _yaml
from govtree._files import Limits
from govtree._yaml import Document, Elements, Entries, Value, _read
from govtree.errors import OutOfRangeError

PARSERS = [yaml.SafeLoader]
if yaml.__with_libyaml__:
    PARSERS.append(yaml.CSafeLoader)


@pytest.fixture(params=PARSERS, ids=lambda parser: parser.__name__)
def parser(request, monkeypatch):
    """Each of PyYAML's two parsers in turn: libyaml is not everywhere."""
    monkeypatch.setattr(_read, "_loader", lambda: request.param)
    return request.param


def read(text: str | bytes) -> Document:
    return _yaml.read(text if isinstance(text, bytes) else text.encode(), file="a.yaml")


def plain(value: Value) -> object:
    """The tree as dictionaries and lists of texts."""
    if isinstance(value, str):
        return value
    if isinstance(value, Elements):
        return [plain(each) for each in value.values]
    return dict(zip(value.keys, map(plain, value.values), strict=True))


def told(text: str | bytes) -> list[str]:
    return [f"{each.where.line}:{each.where.column} {each.code}" for each in read(text).problems]


def places(document: Document, value: Value, spot: int) -> list[tuple[str, int, int]]:
    """Every scalar of a tree, keys included, with its line and column, in order of the file."""
    if isinstance(value, str):
        return [(value, *document.source.place(spot))]
    found = []
    children = value.values
    if isinstance(value, Entries):
        children = [each for pair in zip(value.keys, value.values, strict=True) for each in pair]
    for child, its_spot in zip(children, value.spots, strict=True):
        found += places(document, child, its_spot)
    return found


def places_by_pyyaml(node: yaml.Node) -> list[tuple[str, int, int]]:
    """The same, read from the nodes that PyYAML composes by itself."""
    if isinstance(node, yaml.ScalarNode):
        return [(node.value, node.start_mark.line + 1, node.start_mark.column + 1)]
    children = node.value
    if isinstance(node, yaml.MappingNode):
        children = [each for pair in node.value for each in pair]
    return [place for child in children for place in places_by_pyyaml(child)]


# Texts that trip readers, and ordinary ones.
WORDS = """G-00001 B-0001 no NO off y true null ~ 012 0x1F 0o17 1e3 1_000 12:30:00 2025-06-30
    .5 .inf = << - -- ? : # & * ! | > % @ ` [] {} 梅山镇 G：1 \uff11\uff12 1号楼 nan unknown a:b
    a#b --- ... ' " \\u \x85 \u2028 \ufeff \x00 \x7f \u200b \u202e e\u0301"""
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [
        *re.split("[ \n]+", WORDS),
        "",
        " a",
        "a ",
        "a: b",
        "a #b",
        "a, b",
        "- a",
        "x  y",
        "a\nb",
        "a\tb",
    ]
)
KEYS = TEXTS.filter(bool)
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        TEXTS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=20,
    ),
    max_size=5,
)


@given(TREES)
@example({"k" * 2000: ["v" * 200, {"k" * 2000: "x"}], "long": [["a" * 90, "b" * 90]]})
def test_what_is_written_is_read_back(tree):
    """Every tree of texts is read back as it was written, without a problem."""
    document = _yaml.read(_yaml.write(tree).encode())

    assert document.problems == ()
    assert document.root is not None
    assert plain(document.root) == tree


@given(TREES)
def test_every_reader_reads_what_is_written_alike(tree):
    """PyYAML takes each text for the same text, never for a number, a truth or a day."""
    assert yaml.safe_load(_yaml.write(tree)) == tree


@given(TREES)
def test_positions_are_those_of_pyyaml_nodes(tree):
    """Line and column of each scalar are those that PyYAML's own composer finds."""
    text = _yaml.write(tree)
    document = read(text)
    assert document.root is not None

    mine = places(document, document.root, document.root.spot)
    assert mine == places_by_pyyaml(yaml.compose(text, Loader=yaml.SafeLoader))


PIECES = ["a", "b: ", "- ", "\n", "\n  ", "{", "}", "[", "]", ", ", ": ", "? ", "'", '"', "|", ">"]
RARE = [
    "#",
    "%",
    "!",
    "!!x ",
    "<<: ",
    "---",
    "...",
    "\\",
    "\\u",
    "\\x4",
    "&a ",
    "*a",
    "@",
    "`",
    "~",
]
TRAPS = ["：", "，", "\u3000", "\xa0", "\t", "\r", "\r\n", "\x85", "\u2028", "\ufeff", "1"]
SIGNS = st.lists(st.sampled_from([*PIECES, *RARE, *TRAPS]), max_size=30).map("".join)


@pytest.mark.parametrize("loader", PARSERS, ids=lambda parser: parser.__name__)
@given(
    data=st.binary(max_size=60) | SIGNS.map(str.encode) | SIGNS.map(lambda s: b"a: " + s.encode())
)
def test_no_bytes_raise(loader, data):
    """Any bytes give a root or problems, each at a place of the file, and never an exception."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_read, "_loader", lambda: loader)
        document = read(data)

    assert (document.root is None) <= bool(document.problems)
    for each in document.problems:
        assert 1 <= each.where.line <= len(document.source.starts)
        assert 1 <= each.where.column <= len(document.source.quote(each.where.line)) + 1
        assert "Traceback" not in each.render()


@given(SIGNS)
def test_a_whole_document_is_what_pyyaml_composes(text):
    """Where nothing is wrong, keys and scalars are those that PyYAML finds, in its order."""
    document = read(text)
    if document.problems or "*" in text:
        return
    assert document.root is not None

    node = yaml.compose(text, Loader=yaml.SafeLoader if "\t" not in text else yaml.CSafeLoader)
    texts = [each[0] for each in places(document, document.root, 0)]
    assert texts == [each[0] for each in places_by_pyyaml(node)]


def test_scalars_keep_their_spelling(parser):
    """No scalar is resolved: each stays as it is written, and a spot tells whether it was plain."""
    words = ["no", "1e3", "012", "12:30:00", "~", "2025-06-30", "0x1F", "\uff11", ""]
    document = read("".join(f"k{i}: {word}\n" for i, word in enumerate(words)) + "q: 'no'\n")

    assert document.root is not None
    assert document.root.values == [*words, "no"]
    assert [spot & 1 for spot in document.root.spots[1::2]] == [1] * len(words) + [0]


def test_rows_with_the_same_keys_share_them(parser):
    """The keys of rows are one tuple, so that a table of rows is turned at once."""
    root = read("rows:\n- {id: A, n: 1}\n- {id: B, n: 2}\n- id: C\n  n: 3\n").root
    assert root is not None
    rows = root.values[0].values

    assert rows[0].keys is rows[1].keys is rows[2].keys
    assert list(zip(*[row.values for row in rows], strict=True)) == [
        ("A", "B", "C"),
        ("1", "2", "3"),
    ]


def test_places_count_code_points_and_every_kind_of_line_end(parser):
    """Columns count code points, and lines end with CR, LF or both, as editors count them."""
    document = read("\ufeffa: 1\r\n楼栋: {𠮷: x}\rc: 3\n")

    assert document.root is not None
    assert places(document, document.root, 0) == [
        ("a", 1, 1),
        ("1", 1, 4),
        ("楼栋", 2, 1),
        ("𠮷", 2, 6),
        ("x", 2, 9),
        ("c", 3, 1),
        ("3", 3, 4),
    ]
    assert [document.source.quote(line) for line in (1, 2, 3, 4, 5)] == [
        "a: 1",
        "楼栋: {𠮷: x}",
        "c: 3",
        "",
        "",
    ]


def test_an_alias_is_the_value_of_its_anchor_at_its_own_place(parser):
    """An alias gives the anchored value; its place is where the alias stands."""
    document = read("a: &x '7'\nb: *x\nc: &y [1]\nd: *y\n*x : e\n")

    root = document.root
    assert root is not None
    assert plain(root) == {"a": "7", "b": "7", "c": ["1"], "d": ["1"], "7": "e"}
    assert document.source.place(root.spots[3]) == (2, 4)
    assert root.spots[3] & 1 == 0


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32", "utf-16-be", "utf-32-be"])
def test_texts_with_a_byte_order_mark_are_read(codec):
    """UTF-8, UTF-16 and UTF-32 are read where a byte order mark says which it is."""
    mark = "\ufeff" if codec.endswith("-be") else ""
    root = read((mark + "名: 梅山镇\n").encode(codec)).root

    assert root is not None
    assert plain(root) == {"名": "梅山镇"}


GBK = "name: 梅山镇，史河社区\nid: C-01\n".encode("gb18030")

BAD = {
    # Bytes.
    "gbk": (GBK, ["1:7 GT011"]),
    "big5 or any": (b"a: 1\nb: \xff\n", ["2:4 GT010"]),
    "latin-1": ("name: Café Müller\n".encode("latin-1"), ["1:10 GT010"]),
    "latin-1 that could be GBK": ("name: München\n".encode("latin-1"), ["1:8 GT010"]),
    "cut in a character": ("a: 梅".encode()[:-1], ["1:4 GT010"]),
    "utf-16 cut": ("a: 1".encode("utf-16-le")[:-1], ["1:1 GT011"]),
    "utf-16 with mark, cut": ("\ufeffa: 1".encode("utf-16-le")[:-1], ["1:4 GT010"]),
    "utf-16 without mark": ("a: 1\n".encode("utf-16-le"), ["1:1 GT011"]),
    "utf-32 without mark": ("a: 1\n".encode("utf-32-be"), ["1:1 GT011"]),
    "lone surrogate": (b"a: 1\nb: \xed\xa0\x80\n", ["2:4 GT012"]),
    "lone surrogates": (b"a: \xed\xbf\xbf\x07\xed\xa0\x80\n", ["1:4 GT012", "1:5 GT012"]),
    "NUL": (b"a: 1\nb: x\x00y\n", ["2:5 GT012"]),
    "controls": (b"a: \x1b[31m\nb: \x7f\x1b\n", ["1:4 GT012", "2:4 GT012"]),
    "line separator": ("a: x\u2028b: y\n", ["1:5 GT013"]),
    "next line": ("a: x\x85\nb: \x85y\n", ["1:5 GT013"]),
    "mark inside": ("a: 1\n\ufeffb: 2\n", ["2:1 GT013"]),
    # Documents.
    "empty": ("", ["1:1 GT014"]),
    "blank": (" \n\n", ["1:1 GT014"]),
    "mark only": (b"\xef\xbb\xbf", ["1:1 GT014"]),
    "comments only": ("# a\n\n  # b\n", ["1:1 GT014"]),
    "start of a document only": ("---\n", ["1:1 GT014"]),
    "two documents": ("a: 1\n---\nb: 2\n", ["2:1 GT015"]),
    "text behind the end": ("a: 1\n...\nb: 2\n", ["3:1 GT015"]),
    "two documents, the first no mapping": ("---\n---\na: 1\n", ["2:1 GT015"]),
    "top-level list": ("# x\n- a\n", ["2:1 GT016"]),
    "top-level scalar": ("a\n", ["1:1 GT016"]),
    "directive": ("# x\n%YAML 1.2\n---\na: 1\n", ["2:1 GT017"]),
    "directive behind": ("a: 1\n...\n%YAML 1.2\n---\n", ["3:1 GT017"]),
    "directive inside": ("a: 1\n%b: 2\n", ["2:1 GT017"]),
    # Lines.
    "tab": ("a:\n\tb: 1\n", ["2:1 GT018"]),
    "tab after spaces": ("a:\n  b: 1\n \tc: 2\n", ["3:2 GT018"]),
    "tab behind a dash": ("a:\n-\t- c\n", ["2:2 GT018"]),
    "key without colon": ("a: 1\nb\nc: 2\n", ["2:1 GT019"]),
    "first key without colon": ("a\nb: c\n", ["1:1 GT019"]),
    "colon without space": ("a: 1\nb:2\n", ["2:1 GT019"]),
    "truncated in a key": ("a: 1\ngrou", ["2:1 GT019"]),
    "two colons": ("a: b: c\n", ["1:5 GT020"]),
    "too far in": ("a: 1\n  b: 2\n", ["2:3 GT021"]),
    "too far out": ("a:\n    b: 1\n  c: 2\n", ["3:3 GT021"]),
    "list behind a key": ("a: 1\n- b\n", ["2:1 GT021"]),
    "key behind a list": ("a:\n  - b\n c: 1\n", ["3:2 GT021"]),
    "dash behind a key": ("a: - b\n", ["1:4 GT021"]),
    "unclosed list": ("a: [b, c\n", ["1:4 GT022"]),
    "truncated": ("a: 1\nb: [1, {c: \n", ["2:8 GT022"]),
    "truncated behind a comma": ("a: [b: 1,", ["1:4 GT022"]),
    "truncated inside a pair": ("a: [b: ", ["1:4 GT022"]),
    "missing comma": ("a: {b: 1 c: 2}\n", ["1:11 GT023"]),
    "row unclosed": ("a:\n- {b: 1, c: 2\n- {b: 2}\n", ["3:3 GT023"]),
    "wrong bracket": ("a: [b}\n", ["1:6 GT023"]),
    "unclosed quote": ('a: 1\nb: "c\nd: e\n', ["2:4 GT024"]),
    "unclosed single quote": ("a: 'c\n--- d\n", ["1:4 GT024"]),
    "text behind a quote": ('a: "b" c\n', ["1:8 GT025"]),
    "text behind a bracket": ("name: [x] y\n", ["1:11 GT025"]),
    "at": ("a: @b\n", ["1:4 GT026"]),
    "backquote": ("a: `b`\n", ["1:4 GT026"]),
    "percent": ("a: %b\n", ["1:4 GT026"]),
    "asterisk": ("a: *\n", ["1:4 GT026"]),
    "greater": ("a: > 5\n", ["1:4 GT026"]),
    "escape": ('a: "x\\q"\n', ["1:6 GT027"]),
    "short escape": ('a: "\\xzz"\n', ["1:5 GT027"]),
    "escape too large": ('a: "\\UFFFFFFFF"\n', ["1:5 GT027"]),
    "full-width colon": ("name：x\nb: 1\n", ["1:5 GT028"]),
    "full-width colon alone": ("name：x\n", ["1:5 GT028"]),
    "full-width colon, second": ("b: 1\nname：x\n", ["2:5 GT028"]),
    "full-width colon in a row": ("a: [{id：1, c: 2}]\n", ["1:8 GT028"]),
    "full-width brackets": ("a: [b，c\uff3d\n", ["1:6 GT028"]),
    "full-width blanks": ("a:\n  b: 1\n\u3000\u3000c: 2\n", ["3:1 GT028"]),
    "stray comma": ("a: [, b]\n", ["1:5 GT029"]),
    "long key": ("k" * 1100 + ": 1\n", ["1:1 GT029"]),
    # What YAML has and a structure has not.
    "python tag": ("a: !!python/object/apply:os.system [x]\n", ["1:4 GT031"]),
    "tags": ("a: !!str x\nb: &x !!int 1\n", ["1:4 GT031", "2:4 GT031"]),
    "unknown tag": ("a: &x !unit {b: 1}\n", ["1:4 GT031"]),
    "undeclared tag": ("a: !u!b c\n", ["1:4 GT031"]),
    "bare tag": ("a: ! x\n", ["1:4 GT031"]),
    "merge": ("a: &x {b: 1}\nc: {<<: *x, d: 2}\n", ["2:5 GT032"]),
    "undefined alias": ("a: *x\nb: [*y]\n", ["1:4 GT033", "2:5 GT033"]),
    "recursive alias": ("a: &x [*x, {b: *x}]\n", ["1:8 GT033", "1:16 GT033"]),
    "repeated anchor": ("a: &x 1\nb: &x 2\n", ["2:4 GT035"]),
    "duplicate key": ("a: 1\nb:\n- {c: 1, c: 2}\na: 3\n", ["3:10 GT037", "4:1 GT037"]),
    "list as key": ("? [a]\n: b\n", ["1:3 GT038"]),
    "mapping as key": ("a: {{b: 1}: c}\n", ["1:5 GT038"]),
    "merge after a quoted one": ("a: [{'<<': 1}, {<<: 1}]\n", ["1:17 GT032"]),
    "full-width after a quoted one": ("a: [{'x：': }, {x：: }]\n", ["1:17 GT028"]),
    "no key": (": x\n", ["1:1 GT038"]),
    "several": (
        "a: *x\n? [k]\n: 1\nc: !t 1\nc: 2\n",
        ["1:4 GT033", "2:3 GT038", "4:4 GT031", "5:1 GT037"],
    ),
    "several and bad syntax": (
        "a: *x\nb: !t 1\nd: [\n",
        ["1:4 GT033", "2:4 GT031", "3:4 GT022"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BAD.values(), ids=BAD)
def test_bad_input_is_told_by_its_cause(text, expected, parser):
    """Each mistake has one code of its own, at the line and column where a person made it."""
    assert told(text) == expected


@pytest.mark.parametrize(
    "text", ["a: *x", "? [k]\n: 1", "a: {<<: 1}", "a: {x：1}", "a: &x 1\nb: &x 2"]
)
def test_no_root_is_given_where_something_is_missing(text, parser):
    """A tree in which a value or a key is missing is not handed on as if it were whole."""
    assert read(text).root is None


def test_a_surrogate_by_escape_is_refused(parser):
    """A lone surrogate does not come in by an escape either, whichever parser reads it."""
    document = read('a: "\\ud800"\n')

    assert [each.code for each in document.problems] == ["GT012"]
    assert document.root is None


def test_a_tag_is_shown_by_its_beginning():
    """Tags without a blank between them are not each taken for the rest of the file."""
    first, second, *_ = read("a: [" + "!a," * 1_000 + "]\n").problems

    assert [len(dict(each.values)["tag"]) for each in (first, second)] == [201, 201]


def test_characters_are_counted():
    """Each character that may not be there is told once, with how often it stands there."""
    text = "a: \x02\x01\x02\u2028\x02\ud800\udfff\x01\n"
    problems = read(text.encode("utf-8", "surrogatepass")).problems
    told = [(each.where.column, *(value for _, value in each.values)) for each in problems]

    assert told == [
        (4, "U+0002", "3"), (5, "U+0001", "2"), (7, "U+2028", "1"), (9, "U+D800", "2"),
    ]  # fmt: skip


KEY_TWICE = """\
a.yaml:3:1: error[GT037]: key 'a' is given twice; first in line 1; keep one of the two
 3 | a: 3
   | ^"""
FULL_WIDTH_COLON = """\
a.yaml:1:5: error[GT028]: '：' is not a sign of YAML; did you mean ':'?
 1 | name：x
   |     ^"""
LOOKS_LIKE_GBK = """\
a.yaml:1:7: error[GT011]: the file is not UTF-8 but looks like GB18030; save the file as UTF-8; \
a spreadsheet calls it 'CSV UTF-8'
 1 | name: 梅山镇，史河社区
   |       ^"""


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("a: 1\nb: 2\na: 3\n", KEY_TWICE),
        ("name：x\n", FULL_WIDTH_COLON),
        (GBK, LOOKS_LIKE_GBK),
    ],
    ids=["key twice", "full-width colon", "GBK"],
)
def test_a_problem_shows_its_line(text, rendered):
    """A problem repeats the value, says how to mend it, and points at its place in the line."""
    assert [each.render() for each in read(text).problems] == [rendered]


def test_keys_given_twice_leave_the_rest_readable(parser):
    """The first of two equal keys counts, so that other mistakes can still be told."""
    root = read("a: 1\nb: {c: 1, c: 2, d: 3}\na: 3\n").root

    assert root is not None
    assert plain(root) == {"a": "1", "b": {"c": "1", "d": "3"}}
    assert len(root.spots) == 4


def test_a_quoted_merge_sign_is_a_key(parser):
    """Quoted, '<<' and a full-width colon are text like any other."""
    root = read("a: [{'<<': 1}, {'x：y': }]\nb: {名：称: 1}\n").root

    assert root is not None
    assert plain(root) == {"a": [{"<<": "1"}, {"x：y": ""}], "b": {"名：称": "1"}}


def test_problems_of_a_kind_are_counted_to_the_last(parser):
    """A thousand problems of a kind are kept, and one more counts the rest."""
    problems = read("a:\n" + "- {b: 1, b: 2}\n" * 1_234).problems

    assert len(problems) == 1_001
    assert str(problems[-1]) == (
        "a.yaml:1001:10: error[GT039]: 234 more problems of kind GT037 from here on"
    )


@pytest.mark.parametrize(("depth", "codes"), [(64, []), (65, ["GT030"])])
@pytest.mark.parametrize("style", ["flow", "block", "alias"])
def test_nesting_ends_at_64_levels(depth, codes, style, parser):
    """Sixty-four collections may stand inside one another, however they are written."""
    within = depth - 1
    text = {
        "flow": "a: " + "[" * within + "]" * within,
        "block": "a:\n " + "- " * within + "x",
        "alias": "a: &x " + "[" * 40 + "]" * 40 + "\nb: " + "[" * (within - 40) + "*x"
        + "]" * (within - 40),
    }[style]  # fmt: skip

    assert [each.code for each in read(text).problems] == codes


def test_aliases_repeat_a_thousand_values(parser):
    """Aliases may repeat so many values in all, each counted as often as it is repeated."""
    row = "a: &x [1, [2, 3], {b: 4}]\n"  # 7 values: three collections and four scalars
    text = row + "c: [" + "*x, " * 142

    assert told(text + "]") == []
    assert told(text + "*x]") == ["2:573 GT036"]
    assert [
        each.code for each in _yaml.read(b"a: &x 1\nb: *x", limits=Limits(aliases=0)).problems
    ] == ["GT036"]


def test_values_are_counted_while_they_are_read(parser):
    """A file of more keys and values than the limit is given up where it passes it."""
    limits = Limits(nodes=20)

    assert _yaml.read(b"a: [1, 2, 3]", limits=limits).problems == ()
    assert [
        str(each) for each in _yaml.read(b"a: [" + b"1, " * 30 + b"]", limits=limits).problems
    ] == [
        "1:53: error[GT034]: the file holds more than 20 keys and values; put its rows in a table"
    ]


HOSTILE = """
import json, resource, sys
from govtree import _yaml

def peak():
    # What the system keeps of a process starts with the size of the one that started it.
    try:
        lines = open("/proc/self/status").read().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most // (1024 if sys.platform == "darwin" else 1)
resource.setrlimit(resource.RLIMIT_AS, (700_000_000, 700_000_000))
laugh = "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\\n" if i else "a0: &a0 [x]\\n"
    for i in range(20)
)
merge = "m0: &m0 {x: 1}\\n" + "".join(
    f"m{i}: &m{i} {{<<: [{', '.join([f'*m{i - 1}'] * 9)}]}}\\n" for i in range(1, 20)
)
files = {
    "flow": "a: " + "[" * 100_000,
    "closed flow": "[" * 100_000 + "]" * 100_000,
    "mappings": "{a: " * 100_000,
    "block": "a:\\n" + "- " * 20_000,
    "questions": "? " * 20_000,
    "laugh": laugh,
    "merge": merge,
    "tags": "".join(f"%TAG !{i}! x\\n" for i in range(60_000)) + "---\\na: 1\\n",
    "tags behind": "a: 1\\n...\\n" + "".join(f"%TAG !{i}! x\\n" for i in range(60_000)),
    "undefined": "a: [" + "*b," * 200_000 + "]",
    "equal keys": "{" + "a," * 300_000 + "}",
    "equal keys in rows": "a: [" + "{b,b}," * 100_000 + "]",
    "anchors": "a: [" + "".join(f"&a{i} 1," for i in range(100_000)) + "]",
    "quotes": "a: " + "'" * 400_001,
    "controls": "\\x01" * 1_000_000,
    "digits": "a: " + "9" * 1_000_000,
    "colons": "a: " + "b: " * 300_000,
    "unclosed": "a: [" + "{b: 1}, " * 100_000,
    "empty rows": "a: [" + "{}," * 300_000 + "]",
}
print(json.dumps({
    name: sorted({each.code for each in _yaml.read(text.encode()).problems})
    for name, text in files.items()
}))
print(peak())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits of resources")
def test_hostile_files_are_answered_within_bounds():
    """Bombs and endless nesting neither hang, nor crash, nor take 200 MB."""
    done = subprocess.run(
        [sys.executable, "-c", HOSTILE], capture_output=True, text=True, timeout=60, check=True
    )

    answers, kilobytes = done.stdout.splitlines()
    assert json.loads(answers) == {
        "flow": ["GT030"],
        "closed flow": ["GT030"],
        "mappings": ["GT030"],
        "block": ["GT030"],
        "questions": ["GT030"],
        "laugh": ["GT036"],
        "merge": ["GT032"],
        "tags": ["GT017"],
        "tags behind": ["GT017"],
        "undefined": ["GT033", "GT039"],
        "equal keys": ["GT037", "GT039"],
        "equal keys in rows": ["GT037", "GT039"],
        "anchors": [],
        "quotes": ["GT024"],
        "controls": ["GT012"],
        "digits": [],
        "colons": ["GT020"],
        "unclosed": ["GT022"],
        "empty rows": [],
    }
    assert int(kilobytes) < 200_000


def test_records_are_written_one_in_a_line():
    """Sections become blocks, records flow rows; texts that could be misread are quoted."""
    structure = {
        "govtree": 1,
        "name": "梅山镇",
        "as_of": dt.date(2025, 6, 30),
        "levels": [{"level": "branch", "label": {"zh": "党支部", "en": "branch"}}, "household"],
        "groups": [{"id": "G-01", "parent": "B-01", "members": 12, "ours": True, "note": None}],
        "rules": {"GT301": {"target": 300, "tolerance": 0.2}},
        "declared": {},
        "codes": [
            "no",
            "012",
            "1e3",
            "B-01",
            "\uff11",
            "e\u0301",
            "\ufb01x",
            "x\u200by",
        ],
        "numbers": [1e16, 1e-7, math.inf, -math.inf, math.nan, -3, 0.5],
        "text": "word " * 40,
    }

    assert _yaml.write(structure) == "\n".join([
        "govtree: 1",
        "name: 梅山镇",
        "as_of: 2025-06-30",
        "levels:",
        "  - {level: branch, label: {zh: 党支部, en: branch}}",
        "  - household",
        "groups:",
        "  - {id: G-01, parent: B-01, members: 12, ours: true, note: null}",
        "rules: {GT301: {target: 300, tolerance: 0.2}}",
        "declared: {}",
        'codes: ["no", "012", "1e3", B-01, "\uff11", "e\u0301", "\ufb01x", "x\\u200by"]',
        "numbers: [1.0e+16, 1.0e-07, .inf, -.inf, .nan, -3, 0.5]",
        'text: "' + "word " * 40 + '"',
        "",
    ])  # fmt: skip


def test_a_long_record_is_written_over_several_lines():
    """A record of more than 160 characters becomes a block, and is read back as it was."""
    tree = {"rows": [{"id": "A-1", "name": "x" * 90, "note": "y" * 90}, {"id": "A-2"}]}

    text = _yaml.write(tree)
    assert text == (
        f'rows:\n  - id: "A-1"\n    name: {"x" * 90}\n    note: {"y" * 90}\n  - {{id: A-2}}\n'
    ).replace('"A-1"', "A-1")
    assert yaml.safe_load(text) == tree


@pytest.mark.parametrize(
    "value",
    [
        {"a": "\ud800"},
        {"a": object()},
        {"a": dt.datetime(2025, 6, 30)},  # noqa: DTZ001 - refused with a zone and without
        {"": 1},
        {1: 2},
        {"a": {None: 1}},
    ],
)
def test_what_no_file_can_hold_is_not_written(value):
    """Values without a spelling in YAML are refused with an exception of ours."""
    with pytest.raises(OutOfRangeError):
        _yaml.write(value)


def test_what_is_too_deep_to_read_is_not_written():
    """Sixty-four levels are written and read back; a value inside itself is refused."""
    deep: object = "x"
    for _ in range(63):
        deep = [deep]
    endless: list[object] = []
    endless.append(endless)

    assert read(_yaml.write({"a": deep})).problems == ()
    for value in ([deep], endless):
        with pytest.raises(OutOfRangeError):
            _yaml.write({"a": value})


def test_collecting_garbage_goes_on_as_before():
    """Reading pauses the collector and leaves it as it was, on or off, good file or bad."""
    code = (
        "import gc\nfrom govtree import _yaml\n"
        "for data in (b'a: 1', b'a: [', b'%', b'\\xff'):\n"
        "    gc.enable(); _yaml.read(data); assert gc.isenabled()\n"
        "    gc.disable(); _yaml.read(data); assert not gc.isenabled()\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pyyaml_is_loaded_on_first_use():
    """Importing this part loads no PyYAML; reading does."""
    code = (
        "import sys\nfrom govtree import _yaml\nassert 'yaml' not in sys.modules\n"
        "_yaml.read(b'a: 1')\nassert 'yaml' in sys.modules\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
