"""Names in, ids out: who holds a post is written by name, and kept by id."""

from __future__ import annotations

import csv
import itertools
import json
import pickle
import stat

import pytest
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st

import govtree
from govtree import ConfigError, dump, enter_holders, examine, load
from govtree._files import Folder
from govtree._markup import csv_cell
from govtree.cli import main
from govtree.pseudonyms import Holders, read_holders

#: What is told of these stands in the tests of tables; here it matters that it is silent.
ANY: list[str] = []

NAMES = ("王芳", "张伟", "刘洋", "Zhang")

STRUCTURE = """
govtree: 1
as_of: 2025-06-30
pseudonyms: holders.csv
vocabularies: {post: {secretary: {}, grid_worker: {many: true}}}
communities: [{id: C-01}]
branches: [{id: B-01, parent: C-01}]
grids: [{id: N-01, community: C-01}, {id: N-02, community: C-01}]
bodies: [{id: PM-3}]
posts:
  - {post: secretary, at: B-01, holder: 王芳, since: 2024-03-01}
  - {post: grid_worker, at: N-01, holder: 张伟}
  - {post: grid_worker, at: N-02, holder: 张伟}
  - {post: grid_worker, at: N-02, holder: 刘洋}
  - {id: S-1, post: secretary, at: PM-3}
tenures:
  - {post: S-1, holder: 刘洋}
  - {post: B-01/secretary, holder: 王芳, until: 2024-02-28}
memberships: [{body: PM-3, person: Zhang Wei, role: chair}]
persons: [{id: 王芳, home: B-01}]
"""

HOLDERS = """name,home,id
王芳,B-01,p-000001
张伟,N-01,p-000002
张伟,N-02,p-000003
刘洋,N-02,p-000004
刘洋,PM-3,p-000004
Zhang Wei,PM-3,p-000005
"""


@pytest.fixture
def folder(tmp_path):
    text = STRUCTURE.replace("{id: 王芳, home: B-01}", "{id: 王芳, home: PM-3}")
    (tmp_path / "structure.yaml").write_text(text, encoding="utf-8")
    more = "王芳,PM-3,p-000001\n"
    (tmp_path / "holders.csv").write_text(HOLDERS + more, encoding="utf-8")
    return tmp_path


def refused(folder) -> list[govtree.Problem]:
    examined = examine(folder)
    assert examined.structure is None
    shown = "\n".join(
        [each.render(lang) for each in examined.problems for lang in ("en", "zh")]
        + [json.dumps(each.as_json(), ensure_ascii=False) for each in examined.problems]
    )
    assert not [name for name in NAMES if name in shown]
    return list(examined.problems)


def told(folder) -> list[str]:
    return [str(each).removeprefix(f"{folder}/") for each in refused(folder)]


def test_people_become_ids(folder):
    """Posts, tenures, memberships and persons have the id of name and home."""
    h = load(folder).hierarchy

    assert h.ids("person") == [f"p-00000{number}" for number in range(1, 6)]
    assert h.holders("B-01", "secretary") == ("p-000001",)
    assert h.holders("N-01", "grid_worker") == ("p-000002",)
    assert h.holders("N-02", "grid_worker") == ("p-000003", "p-000004")
    assert h.holders("PM-3", "secretary") == ("p-000004",)
    assert h.told("membership", 0)["person"] == "p-000005"
    assert h.persons["p-000001"].home == "PM-3"


def test_one_name_in_two_places_is_two_people_until_the_file_says_otherwise(folder):
    """Two rows with one id are one person."""
    assert load(folder).hierarchy.count("person") == 5
    text = (folder / "holders.csv").read_text("utf-8").replace("p-000003", "p-000002")
    (folder / "holders.csv").write_text(text, "utf-8")

    h = load(folder).hierarchy
    assert h.count("person") == 4
    assert h.holders("N-02", "grid_worker") == ("p-000002", "p-000004")


def test_tables_name_people_as_well(folder):
    """A table of posts or persons is read like the records of the structure file."""
    text = (folder / "structure.yaml").read_text("utf-8")
    lines = [line for line in text.splitlines() if "holder: 张" not in line]
    at = lines.index("posts:") + 1
    lines.insert(at, "  - {table: 岗位.csv, columns: {post: 岗位, at: 地点, holder: 姓名}}")
    (folder / "structure.yaml").write_text("\n".join(lines), "utf-8")
    whole = folder / "岗位.csv"
    whole.write_text("岗位,地点,姓名\ngrid_worker,N-01, 张伟 \ngrid_worker,N-02,张伟\n", "utf-8")

    h = load(folder).hierarchy
    assert h.holders("N-02", "grid_worker") == ("p-000003", "p-000004")
    whole.write_text("岗位,地点,姓名\ngrid_worker,N-01,王芳\n", "utf-8")
    (missing,) = told(folder)
    assert missing == (
        "岗位.csv:row 2:姓名: error[GT980]: 'holders.csv' has no row for the name that stands "
        "here, at home in 'N-01'; add a row with that name, the home 'N-01' and the id "
        "'p-000006', or let govtree.enter_holders() add all that are missing"
    )


def test_nothing_that_leaves_holds_a_name(folder, capsys):
    """Dump, frames, graph, report, pickle and quotes have ids, and no word of the file."""
    structure = load(folder)
    h = structure.hierarchy
    out = folder / "out"
    files = dump(structure, out)

    written = b"".join(path.read_bytes() for path in files)
    shown = [written.decode(), str(h.to_networkx().nodes(data=True)), repr(structure)]
    shown += [str(h.to_frame(table).to_dict("list")) for table in h.tables]
    shown += [structure.quote(h.where_row("post", row)) for row in range(h.count("post"))]
    reports = [folder / f"report.{form}" for form in ("json", "jsonl", "sarif", "md", "text")]
    outputs = [f"--output={path.suffix[1:]}={path}" for path in reports]
    main(["check", str(folder), *outputs])
    shown += [*capsys.readouterr(), *(path.read_text("utf-8") for path in reports)]
    assert not [name for name in NAMES if name in "".join(shown)]
    assert not [name for name in NAMES if name.encode() in pickle.dumps(structure)]
    assert b"pseudonyms" not in written
    assert b"holders.csv" not in written
    assert load(out) == structure


def test_each_missing_row_is_proposed_without_the_name(folder):
    """A name that the file lacks is told where it stands, with the row to add."""
    (folder / "holders.csv").write_text("name,home,id\n王芳,B-01,p-41\n", "utf-8")

    problems = refused(folder)
    assert {each.code for each in problems} == {"GT980"}
    assert [(each.where.line, dict(each.values)["home"]) for each in problems] == [
        (12, "N-01"), (13, "N-02"), (14, "N-02"), (17, "PM-3"), (19, "PM-3"), (20, "PM-3"),
    ]  # fmt: skip
    ids = [dict(each.values)["id"] for each in problems]
    assert sorted(set(ids)) == [f"p-0000{number}" for number in range(42, 48)]


def test_missing_rows_are_entered(folder):
    """What is added is what was proposed; then the structure can be read."""
    file = folder / "holders.csv"
    file.write_bytes("\ufeffid,name,remark,home\r\np-41,王芳,a,B-01".encode())
    proposed = {dict(each.values)["id"] for each in refused(folder)}

    assert enter_holders(folder) == 6
    content = file.read_bytes().decode()
    assert content.startswith("\ufeffid,name,remark,home\r\np-41,王芳,a,B-01\r\np-000042,")
    assert content.count("\r\n") == content.count("\n") == 8
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert proposed == {line.partition(",")[0] for line in content.splitlines()[2:]}
    assert load(folder).hierarchy.count("person") == 7
    assert enter_holders(folder) == 0


def test_a_file_that_is_not_there_is_made(folder):
    """The first file is made whole, for its owner alone; without being asked nothing is."""
    file = folder / "holders.csv"
    file.unlink()
    assert [each.code for each in refused(folder)] == ["GT001"]
    assert not file.exists()

    assert enter_holders(folder / "structure.yaml") == 7
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    load(folder)


def test_other_faults_keep_nobody_from_being_entered(folder):
    """Faults of the structure itself are no matter of the file of names."""
    text = (folder / "structure.yaml").read_text("utf-8")
    (folder / "structure.yaml").write_text(text + "groups: [{id: G, parent: B-9}]\n", "utf-8")
    (folder / "holders.csv").write_text("name,home,id\n", "utf-8")

    assert {each.code for each in refused(folder)} == {"GT980", "GT102"}
    assert enter_holders(folder) == 7
    assert [each.code for each in refused(folder)] == ["GT102"]


@settings(max_examples=many(40))
@given(st.lists(st.tuples(st.text(min_size=1), st.text()), unique=True), st.randoms())
def test_ids_do_not_depend_on_the_order_of_rows(people, random):
    """The same people get the same ids, each its own, whoever stands first."""
    holders = Holders("holders.csv", {("a", ""): "p-000009", ("b", ""): "7"})
    found = holders.proposed(people)
    random.shuffle(people)

    assert holders.proposed(people) == found
    assert sorted(found.values()) == [f"p-{10 + at:06}" for at in range(len(people))]


def test_ids_do_not_follow_the_alphabet():
    """People in the order of their names are not in the order of their ids."""
    people = [(f"name {number:03}", "B-01") for number in range(200)]
    found = Holders("holders.csv").proposed(people)

    assert sum(found[one] < found[two] for one, two in itertools.pairwise(people)) < 130


def test_an_id_of_the_file_may_be_written_itself(folder):
    """Who is written by id already stays so."""
    text = (folder / "structure.yaml").read_text("utf-8").replace("张伟", "p-000005")
    (folder / "structure.yaml").write_text(text, "utf-8")

    assert load(folder).hierarchy.holders("N-01", "grid_worker") == ("p-000005",)


@pytest.mark.parametrize(
    ("rows", "expected"),
    {
        "an id that is a name as well": (
            HOLDERS + "王芳,PM-3,p-000001\np-000002,X,张伟\n",
            [
                f"structure.yaml:{line}:43: error[GT983]: what stands here is an id of "
                "'holders.csv', and a name in it as well"
                for line in (12, 13)
            ],
        ),
        "empty cells": (
            "name,home,id\n王芳,B-01,\n,N-01,p-2\n张伟,,p-3\n",
            [
                "holders.csv:row 2:id: error[GT981]: this row has no id",
                "holders.csv:row 3:name: error[GT981]: this row has no name",
            ],
        ),
        "two ids": (
            HOLDERS + "张伟,N-02,p-9\n王芳,B-01,p-000001\n",
            ["holders.csv:row 8:id: error[GT982]: name and home are those of row 4"],
        ),
        "no header": (
            "王芳,B-01,p-000001\n张伟,N-01,p-000002\n",
            [
                f"holders.csv:row 1:{name}: error[GT052]: there is no column '{name}'; the "
                "columns are ..."
                for name in ("home", "id", "name")
            ],
        ),
        "a column too many": ("name,home,id\n王芳,B-01,p-1,x\n", ANY),
        "a name in the place of a header": (
            "name,home,id,王芳\n张伟,N-01,p-1,刘\0洋\n",
            ["holders.csv:row 2:...: error[GT058]"],
        ),
        "a name ruined by a spreadsheet": ("name,home,id\n3.7E+11,王芳,p-1\n", ANY),
        "GBK": (HOLDERS.encode("gb18030"), ANY),
        "nothing": ("", ANY),
    }.values(),
)
def test_what_is_wrong_with_the_file_is_told_without_a_name(folder, rows, expected):
    """Each fault is told by its row; no message holds a name."""
    content = rows if isinstance(rows, bytes) else rows.encode()
    (folder / "holders.csv").write_bytes(content)
    found = told(folder)

    assert found
    for line, start in zip(found, expected, strict=expected != ANY):
        assert line.startswith(start)


@pytest.mark.parametrize(
    "broken",
    [
        "posts: [{post: secretary, at: B-99, holder: 王芳}]",
        "posts: [{post: secretary, at: B-01, holder: 王芳, sinc: 2024}]",
        "posts: [{post: secretary, at: B-01, holder: [王芳]}]",
        "posts: [{post: secretary, at: B-01, holder: {name: 王芳}}]",
        "posts: 王芳",
        "posts: [王芳]",
        "posts: {王芳: secretary}",
        'posts: [{post: secretary, at: B-01, holder: "王芳\\0"}]',
        "posts: [{post: secretary, at: B-01, holder: 王芳",
        "posts: [{post: secretary, at: B-01, holder: 王芳, since: 王芳}]",
        "persons: [{id: 王芳, home: PM-9}]",
        "persons: [{id: [王芳]}]",
        "posts: [{post: secretary, at: 张伟, holder: 王芳}]",
        "posts: [{post: 王芳, at: B-01, holder: secretary}]",
        "posts: [{post: secretary, at: B-01, holder: !王芳 x}]",
        "posts: [{post: secretary, at: B-01, holder: *王芳}]",
        "posts: [{post: secretary, at: B-01, 王芳: 1, 王芳: 2}]",
        "posts: [{post: secretary, at: B-01, holder: !Zhang Wei}]",
        "posts: [{post: secretary, at: B-01, Zhang Wei: 1, Zhang Wei: 2}]",
        "persons: [{id: 王芳, home: 张伟}]",
        "memberships: [{body: 张伟, member: 王芳}]",
        "tenures: [{post: 张伟, holder: 王芳}]",
        "memberships: [{body: 王, person: 王芳}, {person: 王芳}]",
        "tenures: [{post: 王, holder: 王芳}]",
    ],
)
def test_no_fault_of_a_structure_shows_a_name(tmp_path, broken):
    """Whatever is wrong in a line with a name, the line is not quoted."""
    text = f"govtree: 1\npseudonyms: holders.csv\nbranches: [{{id: B-01}}]\n{broken}\n"
    (tmp_path / "structure.yaml").write_text(text, "utf-8")
    (tmp_path / "holders.csv").write_text("name,home,id\n王芳,B-01,p-1\n", "utf-8")

    assert refused(tmp_path)


def test_a_structure_in_braces_is_silent_as_well(tmp_path):
    """However the key is written, lines with names are not quoted."""
    text = (
        "{govtree: 1, branches: [{id: B-01}], pseudonyms: holders.csv,\n"
        "posts: [{post: secretary, at: B-99, holder: 王芳}]}\n"
    )
    (tmp_path / "structure.yaml").write_text(text, "utf-8")
    (tmp_path / "holders.csv").write_text("name,home,id\n王芳,B-99,p-1\n", "utf-8")

    assert [each.code for each in refused(tmp_path)] == ["GT102"]


def test_a_text_without_a_folder_has_no_such_file():
    """Only a structure with a folder can name the file."""
    with pytest.raises(ConfigError, match="GT097"):
        govtree.load_text("pseudonyms: holders.csv\nposts: [{post: a, at: B, holder: 王芳}]")


@pytest.mark.parametrize(
    "silent",
    [
        "posts: [{post: secretary, at: B-01, vacant: true}]",
        "posts: [{id: S, post: secretary, at: B-01}]\ntenures: [{post: S, holder: 王芳}]",
        "bodies: [{id: B}]\nmemberships: [{body: B, member: B-01}]",
        "posts: []\npersons: []",
    ],
)
def test_tables_in_which_nobody_is_named_are_read(tmp_path, silent):
    """A post may be vacant, a member a unit, and a holder stand in a table of its own."""
    text = f"govtree: 1\npseudonyms: holders.csv\nbranches: [{{id: B-01}}]\n{silent}\n"
    (tmp_path / "structure.yaml").write_text(text, "utf-8")
    (tmp_path / "holders.csv").write_text("name,home,id\n王芳,B-01,p-1\n", "utf-8")

    assert load(tmp_path).hierarchy.ids("person") == (["p-1"] if "王芳" in silent else [])


def test_a_key_with_a_slip_is_told(tmp_path):
    """A key that is nearly one of the format is shown: it is no name."""
    text = "posts: [{post: secretary, at: B-01, holdr: 王芳}]\npseudonyms: holders.csv\n"
    text += "branches: [{id: B-01}]\ngovtree: 1\n"
    (tmp_path / "structure.yaml").write_text(text, "utf-8")
    (tmp_path / "holders.csv").write_text("name,home,id\n", "utf-8")

    (slip,) = refused(tmp_path)
    assert slip.text() == "a post has no key 'holdr'"
    assert slip.mend() == "did you mean 'holder'?"


@pytest.mark.parametrize(
    "table",
    [
        "post,at,holder\nsecretary,张伟,王芳\n",
        "post,at,holder\n王芳,B-01,secretary\n",
        "post,at,holder\nsecretary,B-9,王芳\n",
        "post,at,holder,since\nsecretary,B-01,x,王芳\n",
        "secretary,B-01,王芳\nsecretary,B-02,张伟\n",
        "secretary,B-01,王芳\nsecretary,B-02,张伟\0\n",
    ],
)
def test_no_fault_of_a_table_of_posts_shows_a_name(tmp_path, table):
    """A name in the column of another field, or in the place of a header, is not quoted."""
    text = "govtree: 1\npseudonyms: holders.csv\nbranches: [{id: B-01}]\n"
    since = ", columns: {since: since}" if "since" in table else ""
    text += f"posts: [{{table: p.csv{since}}}]\n"
    (tmp_path / "structure.yaml").write_text(text, "utf-8")
    (tmp_path / "p.csv").write_text(table, "utf-8")
    (tmp_path / "holders.csv").write_text("name,home,id\n王芳,B-01,p-1\n", "utf-8")

    assert refused(tmp_path)


def test_what_is_no_name_is_still_told(folder):
    """Ids, words and days that are wrong are shown as ever, in Chinese as well."""
    text = (folder / "structure.yaml").read_text("utf-8")
    text = text.replace("2024-03-01", "2024-13-01")
    text += "groups: [{id: G-1, parent: B-7}]\n"
    (folder / "structure.yaml").write_text(text, "utf-8")
    shown = "\n".join(each.render("zh") for each in refused(folder))
    assert "2024-13-01" in shown

    (folder / "structure.yaml").write_text(text.replace("2024-13-01", "2024-03-01"), "utf-8")
    (lost,) = refused(folder)
    assert lost.text() == "group 'G-1' names branch 'B-7' as its parent, which is not there"


@pytest.mark.parametrize("key", ["pseudonyms", "'pseudonyms'"])
def test_a_structure_in_braces_that_cannot_be_read_is_silent(tmp_path, key):
    """Also where YAML ends early, no line is quoted."""
    text = f"{{govtree: 1, {key}: holders.csv, posts: [{{post: a, at: b, holder: 王芳, x: ]\n"
    (tmp_path / "structure.yaml").write_text(text, "utf-8")

    assert refused(tmp_path)


NAME = st.text(st.sampled_from("'=+-@王a \t"), min_size=1).filter(str.strip)


@settings(max_examples=many(30))
@given(st.lists(st.tuples(NAME.map(str.strip), NAME.map(str.strip)), unique=True, min_size=1))
def test_what_is_entered_is_read_back_and_computes_nothing(tmp_path_factory, people):
    """No cell of the file begins a formula, and each is the name that it was."""
    folder = tmp_path_factory.mktemp("holders")
    empty = Holders("holders.csv")
    content = empty.content_with(b"", people)
    (folder / "holders.csv").write_bytes(content)
    cells = [cell for row in csv.reader(content.decode("utf-8-sig").splitlines()) for cell in row]

    holders, problems = read_holders(Folder(folder), "holders.csv")
    assert holders is not None, problems
    assert holders.ids == empty.proposed(people)
    assert not [cell for cell in cells if csv_cell(cell) != cell]


def test_a_file_that_others_may_read_is_closed(folder):
    """Also where nobody is missing, only its owner may read it afterwards, as it was."""
    file = folder / "holders.csv"
    before = file.read_bytes()
    file.chmod(0o644)

    assert enter_holders(folder) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes() == before


def test_rows_are_added_to_csv_only(folder):
    """Another format is named as the reason."""
    text = (folder / "structure.yaml").read_text("utf-8").replace("holders.csv", "holders.parquet")
    (folder / "structure.yaml").write_text(text, "utf-8")

    with pytest.raises(ConfigError, match="GT984"):
        enter_holders(folder)


def test_a_structure_that_names_no_file_has_nobody_to_enter(tmp_path):
    """Without the key there is nothing to do, and that is no silence."""
    (tmp_path / "structure.yaml").write_text("govtree: 1\n", "utf-8")

    with pytest.raises(ConfigError):
        enter_holders(tmp_path)
