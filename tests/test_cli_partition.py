"""The command that divides buildings into grids: what it prints and writes, and its exit codes."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

pytest.importorskip("scipy")

from govtree import cli
from govtree.cli import main

JINZHAI = Path(cli.__file__).parent.parent / "examples" / "jinzhai"


def town(rows: int = 2, across: int = 6, households: int = 100, grid: str = "N-1") -> str:
    """Return a structure of compounds in rows, each a line of buildings 40 m apart."""
    lines = [
        "govtree: 1", "name: 河畔", "reference_system: EPSG:4548",
        "communities: [{id: C-1}]",
        f"grids: [{{id: {grid}, community: C-1}}]",
        "compounds:", *(f"- {{id: X-{row}, community: C-1}}" for row in range(rows)),
        "buildings:",
    ]  # fmt: skip
    lines += [
        f"- {{id: D-{row}{at}, compound: X-{row}, grid: {grid}, households: {households}, "
        f"x: {390_000 + 40 * at}, y: {3_500_000 + 300 * row}}}"
        for row in range(rows)
        for at in range(across)
    ]
    return "\n".join(lines) + "\n"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return a folder with a structure, as the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GOVTREE_LANG", raising=False)
    Path("town.yaml").write_text(town(), encoding="utf-8")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Return the exit code of the command, and what it printed."""
    code = main(["partition", *arguments])
    return code, *capsys.readouterr()


def test_buildings_become_grids_and_the_table_says_so(place, capsys):
    """Two compounds of 600 households are four grids of 300, each printed with its numbers."""
    code, out, _ = told(capsys, "town.yaml")

    assert code == 0
    assert out.startswith(
        "河畔: 4 grids of 240 to 360 households: 1,200 households in 12 units\n\n"
    )
    rows = [line.split() for line in out.splitlines() if line.startswith("N-")]
    assert sorted(row[1:] for row in rows) == [
        ["300", "+0%", "3", "X-0", "0"], ["300", "+0%", "3", "X-0", "0"],
        ["300", "+0%", "3", "X-1", "0"], ["300", "+0%", "3", "X-1", "0"],
    ]  # fmt: skip
    assert "out of bounds 0: 0 below, 0 above" in out
    assert os.listdir() == ["town.yaml"]


def test_a_grid_out_of_bounds_ends_with_1(place, capsys):
    """Four grids of 300 are none of 240 to 260: the command says which are out, and fails."""
    code, out, _ = told(capsys, "town.yaml", "--bounds", "240", "260")

    assert code == 1
    assert "out of bounds 0" not in out


def test_todays_grids_are_told_without_a_search(place, capsys):
    """The grids of today have the same table, and what they break."""
    code, out, _ = told(capsys, "town.yaml", "--today")

    assert code == 1
    assert "1 grid of 240 to 360 households" in out
    assert ["N-1", "1,200", "+300%", "12", "X-0,", "X-1", "1"] in map(str.split, out.splitlines())
    assert "out of bounds 1: 0 below, 1 above" in out


def test_what_can_be_is_told_before_any_search(place, capsys):
    """Feasibility names the numbers of grids, and fails where no plan keeps to the bounds."""
    code, out, _ = told(capsys, "town.yaml", "--feasibility")
    assert code == 0
    assert "1,200" in out

    code, out, _ = told(capsys, "town.yaml", "--feasibility", "--bounds", "1000", "1100", "--json")
    said = json.loads(out)
    assert (code, said["ok"]) == (1, False)
    assert said["floor"] >= 1
    assert said["reasons"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--feasibility", "--map", "x.png", "--seed", "3"],
            "--feasibility makes no plan; leave out --seed, --map",
        ),
        (["--today", "--grids", "4"], "--today makes no new grids; leave out --grids"),
        (
            ["--objective", "least-change"],
            "least-change goes out from today's grids; add --repair",
        ),
    ],
)
def test_options_that_go_nowhere_are_refused(place, capsys, arguments, said):
    """An option that the question leaves no room for is told, not passed over."""
    assert told(capsys, "town.yaml", *arguments) == (2, "", f"govtree: {said}\n")
    assert os.listdir() == ["town.yaml"]


def test_repair_moves_nothing_where_nothing_has_to(place, capsys):
    """A plan that keeps to the bounds is kept as it is."""
    Path("town.yaml").write_text(town(rows=1, across=3), encoding="utf-8")

    code, out, _ = told(capsys, "town.yaml", "--repair")

    assert code == 0
    assert "moved 0 units with 0 households" in out


def test_one_compound_is_cut_out(place, capsys):
    """Only the buildings of the compound are divided, and the plan is called by it."""
    code, out, _ = told(capsys, "town.yaml", "--compound", "X-1")

    assert code == 0
    assert out.startswith("X-1: 2 grids of 240 to 360 households: 600 households in 6 units")

    assert told(capsys, "town.yaml", "--compound", "X-11") == (
        2, "", "govtree: there is no 'X-11'; did you mean 'X-1'?\n"
    )  # fmt: skip
    assert told(capsys, "town.yaml", "--community", "C-1", "--compound", "X-0")[0] == 0


def test_so_many_grids_as_are_asked_for(place, capsys):
    """A fixed number of grids is kept, whatever the bounds say of it."""
    _, out, _ = told(capsys, "town.yaml", "--grids", "6")

    assert "6 grids of" in out


def test_files_are_written(place, capsys):
    """The CSV has a row a unit, the GeoJSON a feature a grid, the map is a picture."""
    pytest.importorskip("matplotlib")
    code, out, _ = told(
        capsys, "town.yaml", "--out", "o.csv", "--geojson", "o.geojson", "--map", "o.svg"
    )

    assert code == 0
    assert out.endswith("written: o.csv\nwritten: o.geojson\nwritten: o.svg\n")
    with Path("o.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    assert len({row["grid"] for row in rows}) == 4
    assert len(json.loads(Path("o.geojson").read_text("utf-8"))["features"]) == 4
    assert "<svg" in Path("o.svg").read_text("utf-8")


def test_json_has_every_unit(place, capsys):
    """JSON tells grids, units, totals and problems, and nothing else is printed."""
    code, out, err = told(capsys, "town.yaml", "--json")
    said = json.loads(out)

    assert (code, err) == (0, "")
    assert said["ok"] is True
    assert said["bounds"] == {"target": 300.0, "lowest": 240, "highest": 360}
    assert len(said["units"]) == 12
    assert {row["grid"] for row in said["grids"]} == set(said["units"].values())
    assert said["totals"]["total"] == 1200


def test_processes_make_the_same_plan(place, capsys):
    """However many processes are at work, the plan is the same."""
    alone = told(capsys, "town.yaml", "--json")

    assert told(capsys, "town.yaml", "--json", "--workers", "2") == alone


def test_geojson_is_divided(place, capsys):
    """Buildings of a GeoJSON file are divided as those of a structure."""
    pytest.importorskip("shapely")
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [116.0 + at * 0.0005, 31.7]},
            "properties": {"id": f"D-{at}", "households": 100, "compound": "X-1"},
        }
        for at in range(6)
    ]
    values = {"type": "FeatureCollection", "features": features}
    Path("b.geojson").write_text(json.dumps(values), encoding="utf-8")

    code, out, _ = told(capsys, "b.geojson", "--crs", "EPSG:4326")
    assert code == 0
    assert out.startswith("b.geojson: 2 grids of 240 to 360 households: 600 households in 6 units")

    code, _, err = told(capsys, "b.geojson", "--today")
    assert (code, err) == (
        2, "govtree: only a structure has grids today; a map of buildings has none\n"
    )  # fmt: skip


def test_it_speaks_chinese(place, capsys):
    """Words are those of the language that is asked for."""
    _, out, _ = told(capsys, "town.yaml", "--lang", "zh")

    assert out.startswith("河畔: 4 个网格，每格 240 至 360 户：共 1,200 户，12 栋楼")
    assert "超出范围 0" in out


def test_many_grids_are_counted_not_printed(place, capsys):
    """At most as many rows as asked for are printed, grids out of bounds first."""
    _, out, _ = told(capsys, "town.yaml", "--rows", "1")

    assert sum(line.startswith("N-") for line in out.splitlines()) == 1
    assert "... and 3 more" in out


WRONG = {
    "no file": (["absent"], "absent"),
    "a missing map": (["absent.geojson"], "absent.geojson"),
    "bounds and tolerance": (
        ["town.yaml", "--bounds", "1", "2", "--tolerance", "0.1"], "leave out --tolerance"
    ),
    "bounds the wrong way": (["town.yaml", "--bounds", "300", "200"], "bounds are 300 and 200"),
    "a target of nothing": (["town.yaml", "--target", "0"], "target is 0"),
    "another picture": (["town.yaml", "--map", "a.gif"], "a map is written as"),
    "over the structure": (["town.yaml", "--out", "town.yaml"], "that was read"),
    "twice": (["town.yaml", "--out", "a.csv", "--geojson", "a.csv"], "written twice"),
    "no folder": (["town.yaml", "--out", "absent/a.csv"], "absent/a.csv"),
    "no system": (["town.yaml", "--crs", "mars"], "mars"),
    "no barriers": (["town.yaml", "--barriers", "absent.geojson"], "absent.geojson"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "said"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("as_json", [False, True])
def test_bad_input_is_told_and_ends_with_2(place, capsys, arguments, said, as_json):
    """What cannot be done is said in words, and nothing is written."""
    code, out, err = told(capsys, *arguments, *(["--json"] if as_json else []))

    assert code == 2
    assert said in (out if as_json else err)
    assert "Traceback" not in err
    if as_json:
        assert json.loads(out)["ok"] is False
    assert os.listdir() == ["town.yaml"]


@pytest.mark.parametrize("arguments", [
    ["--target", "-1"], ["--grids", "0"], ["--workers", "0"], ["--count", "dogs"],
    ["--seed", "x"], ["--effort", "nan"], ["--today", "--repair"], ["--bounds", "1"],
])  # fmt: skip
def test_arguments_that_do_not_fit_end_with_2(place, capsys, arguments):
    """The parser refuses what is no number and no choice."""
    with pytest.raises(SystemExit) as ended:
        main(["partition", "town.yaml", *arguments])

    assert ended.value.code == 2


def test_a_hostile_name_is_shown_harmless(place, capsys):
    """Names of a stranger are escaped where they are printed."""
    text = town().replace("name: 河畔", 'name: "a\\e[31m\\nb"').replace("X-0", '"X\\e[2J"')
    Path("town.yaml").write_text(text, encoding="utf-8")

    code, out, err = told(capsys, "town.yaml", "--lang", "en")

    assert "\x1b" not in out + err
    assert code in (0, 2)


def test_the_demo_draws_one_compound(tmp_path, monkeypatch, capsys):
    """The demo ends with the grids of one compound, and draws them where a file is named."""
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)

    assert main(["demo", "--map", "grids.svg"]) == 0

    out = capsys.readouterr().out
    assert "=== The grids of compound X-036, drawn anew ===" in out
    assert "X-036: 5 grids of 240 to 360 households: 1,392 households in 19 units" in out
    assert out.endswith("written: grids.svg\n")
    assert os.listdir() == ["grids.svg"]


def test_the_demo_says_how_to_install_what_it_lacks(tmp_path, monkeypatch, capsys):
    """Without scipy, the demo says how to install it, and ends well."""
    from govtree.errors import MissingExtraError
    from govtree.grids import _read

    def lacks(*arguments: object, **options: object) -> None:
        raise MissingExtraError("scipy", "partition")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(_read, "building_map", lacks)

    assert main(["demo"]) == 0
    assert capsys.readouterr().out.endswith(
        'which is not installed; install it with: pip install "govtree[partition]"\n'
    )


def test_the_example_has_todays_grids_within_bounds(capsys):
    """The 254 grids of the Jinzhai example hold 290 to 310 households each."""
    code, out, _ = told(capsys, str(JINZHAI), "--today", "--rows", "2", "--lang", "en")

    assert code == 0
    assert "254 grids of 240 to 360 households: 76,229 households in " in out
