"""Maps of grids: what they show, in which letters, and that they are the same each time."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from attrs import evolve, frozen
from effort import many
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("matplotlib")
pytest.importorskip("scipy")

from govtree._adjacency import Neighbors
from govtree.errors import FileError, OutOfRangeError
from govtree.grids import Bounds, BuildingMap, Partition, partition
from govtree.grids import _letters as letters
from govtree.grids._colors import TINTS, colored
from govtree.grids._draw import plot
from govtree.grids._layout import Places, crossing_pairs, round_length, triangles_inside
from govtree.grids._letters import Letters

ACROSS = 4


@frozen(eq=False)
class Drawn:
    """What a map needs to know of a partition."""

    map: BuildingMap
    grid: Any
    grids: tuple[str, ...]
    bounds: Bounds


def lattice(rows: int = 3, *, names: str = "N-{}", soft: bool = False, **more: Any) -> Drawn:
    """Return rows of four buildings of 100 households, each row a grid."""
    count = rows * ACROSS
    at = np.arange(count)
    right = [(one, one + 1) for one in at if one % ACROSS < ACROSS - 1]
    below = [(one, one + ACROSS) for one in at if one + ACROSS < count]
    pairs = np.array(right + below).reshape(-1, 2)
    kind = ["main road" if soft and one % ACROSS == 1 and one + 1 == other else None
            for one, other in pairs]  # fmt: skip
    plain: dict[str, Any] = {
        "ids": tuple(f"B-{one:03}" for one in at),
        "weight": np.full(count, 100),
        "count": "households",
        "community": np.zeros(count, int),
        "communities": ("C-1",),
        "compound": at // (2 * ACROSS),
        "compounds": tuple(f"X-{one}" for one in range((count - 1) // (2 * ACROSS) + 1)),
        "priority": np.zeros(count, int),
        "x": at % ACROSS * 50.0,
        "y": at // ACROSS * -40.0,
        "outlines": None,
        "neighbors": Neighbors.of(count, pairs[:, 0], pairs[:, 1], kind=kind),
    }
    units = BuildingMap(**{**plain, **more})
    grids = tuple(names.format(row + 1) for row in range(rows))
    return Drawn(units, (at // ACROSS).astype(np.int32), grids, Bounds.between(300, 500))


def words(figure: Any) -> str:
    """Return every text of a picture."""
    return "\n".join(
        each.get_text() for each in figure.findobj(lambda one: hasattr(one, "get_text"))
    )


@given(
    st.integers(1, 30).flatmap(
        lambda count: st.tuples(
            st.just(count),
            st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=60),
        )
    )
)
@settings(max_examples=many(60), deadline=None)
def test_grids_that_touch_differ_in_color_where_colors_are_enough(given):
    """As long as no grid has as many neighbors as there are colors, no two that touch share one."""
    count, pairs = given
    u, v = (np.array([pair[side] for pair in pairs], np.int32) for side in (0, 1))
    degree = max((len({*v[u == each], *u[v == each]}) for each in range(count)), default=0)

    found = colored(count, u, v, degree + 1)

    assert all(found[one] != found[other] for one, other in pairs if one != other)
    assert ((found >= 0) & (found <= degree)).all()


def test_tints_differ_in_grey():
    """Each tint is darker than the one before, and leaves a dark label readable."""
    parts = [[int(each[at : at + 2], 16) / 255 for at in (1, 3, 5)] for each in TINTS]
    # ITU-R BT.709
    light = [0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in parts]

    assert light == sorted(light, reverse=True)
    assert min(np.diff(light[::-1])) > 0.02
    assert light[-1] > 0.55


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=many(40), deadline=None)
def test_triangles_are_those_that_a_slow_look_finds(seed):
    """All and only threes of units that lie beside one another are triangles."""
    random = np.random.default_rng(seed)
    pairs = random.integers(0, 9, (25, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    neighbors = Neighbors.of(9, pairs[:, 0], pairs[:, 1])
    beside = set(zip(neighbors.u.tolist(), neighbors.v.tolist(), strict=True))

    found = triangles_inside(9, neighbors.u, neighbors.v)

    assert sorted(map(tuple, found.tolist())) == [
        (one, two, three)
        for one in range(9) for two in range(one + 1, 9) for three in range(two + 1, 9)
        if {(one, two), (two, three), (one, three)} <= beside
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_the_same_partition_makes_the_same_bytes(form, tmp_path):
    """Neither the day nor anything that was drawn before is in the file."""
    one, other = tmp_path / f"one.{form}", tmp_path / f"other.{form}"

    plot(lattice(), file=one)
    plot(lattice(5, names="合成{}"), lang="zh")
    plot(lattice(), file=other)

    assert one.read_bytes() == other.read_bytes()
    assert len(one.read_bytes()) > 5_000


def test_nothing_global_changes(tmp_path):
    """Settings and open figures of a user stay as they are, and do not change the picture."""
    matplotlib = pytest.importorskip("matplotlib")
    before = dict(matplotlib.rcParams)
    plot(lattice(), file=tmp_path / "plain.png")

    with matplotlib.rc_context({"axes.grid": True, "text.color": "red", "font.size": 20,
                                "font.family": "monospace", "lines.linewidth": 9,
                                "axes.facecolor": "black", "legend.frameon": True}):  # fmt: skip
        plot(lattice(), file=tmp_path / "styled.png")

    assert dict(matplotlib.rcParams) == before
    assert (tmp_path / "plain.png").read_bytes() == (tmp_path / "styled.png").read_bytes()


def test_a_map_tells_names_sizes_and_bounds():
    """Each grid has its name and size, and one out of bounds says by which bound."""
    drawn = lattice()
    drawn = evolve(drawn, grid=np.where(drawn.grid == 2, 1, drawn.grid), grids=("N-1", "N-2"))

    said = words(plot(drawn))

    assert "N-1\n400" in said
    assert "N-2\n800 > 500" in said
    assert "2 grids, 1,200 households, 1 out of bounds" in said
    assert "grid of 300 to 500: 1" in said
    assert "grid out of bounds: 1" in said


def test_soft_lines_that_are_crossed_are_counted():
    """A grid on both sides of a road crosses one line, however many pairs lie across."""
    drawn = lattice(soft=True)
    joins, crossed = crossing_pairs(drawn.map, drawn.grid, 3)

    # Down to the next row there is no road, so that the whole is two cells.
    assert crossed == 3
    assert joins.sum() == 3
    assert "soft line crossed: 3" in words(plot(drawn))


def test_what_moved_is_ringed_and_counted():
    """Beside the plan before, units that changed their grid are counted with their households."""
    before = lattice()
    grid = before.grid.copy()
    grid[4] = 0

    said = words(plot(evolve(before, grid=grid, grids=("a", "b", "c")), before=before))

    assert "moved: 1 units, 100 households" in said
    assert "before: 3 grids" in said


def test_chinese_is_written_in_chinese():
    """Names and words in Chinese are shown, without a warning about a missing character."""
    installed = Letters.installed()
    if len(installed.families) < 2:
        pytest.skip("no font with Chinese is installed")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = plot(lattice(names="合成花园第{}网格"), lang="zh", title="梅山镇$a_b$")
        figure.canvas.draw()

    said = words(figure)
    assert "合成花园第1网格\n400" in said
    assert "300 至 500 的网格：3" in said
    assert "□" not in said


def test_without_a_font_for_chinese_the_picture_says_so(monkeypatch):
    """Characters that no font has become squares, words become English, and a line tells why."""
    monkeypatch.setattr(letters, "_CHINESE", ())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = plot(lattice(names="合成{}"), lang="zh")
        figure.canvas.draw()

    said = words(figure)
    assert "□□1\n400" in said
    assert "no installed font has 2 of the characters; install Noto Sans CJK" in said


HOSTILE = ["$\\frac{$", "a\nb", "\x1b[31m", "\u202eabc", "<b>&", "%s{}", "🏠", "x" * 300]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_a_name(name, tmp_path):
    """No name is a formula, a second line, markup or a warning."""
    drawn = evolve(lattice(1), grids=(name,))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plot(drawn, title=name, file=tmp_path / "map.svg")

    assert (tmp_path / "map.svg").read_text("utf-8").startswith("<?xml")


ODD = {
    "one point": {"x": np.zeros(12), "y": np.zeros(12)},
    "a line": {"x": np.arange(12.0), "y": np.zeros(12)},
    "nobody": {"weight": np.zeros(12, int)},
    "no positions": {"x": None, "y": None},
    "islands": {"neighbors": Neighbors.of(12, [], [])},
    "one point of islands": {
        "neighbors": Neighbors.of(12, [], []), "x": np.zeros(12), "y": np.zeros(12)
    },
}  # fmt: skip


@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
def test_odd_maps_are_drawn(change, tmp_path):
    """One point for all, a line, nobody counted, no positions, no neighbors: still a picture."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = plot(lattice(**change), file=tmp_path / "map.png")

    assert ("a scheme, not a map" in words(figure)) == ("x" in change and change["x"] is None)


def test_units_in_no_grid_are_no_grid():
    """What a structure has in no grid is drawn in grey, and counted in none."""
    drawn = lattice()

    said = words(plot(evolve(drawn, grid=np.where(drawn.grid == 2, -1, drawn.grid),
                             grids=("N-1", "N-2")), before=drawn))  # fmt: skip

    assert "after: 2 grids, 800 households, 0 out of bounds" in said
    assert "moved: 0 units" in said


def test_an_empty_map_is_drawn():
    """No units make an empty picture, and no error."""
    drawn = lattice(1)
    none = np.zeros(0, int)
    units = evolve(
        drawn.map, ids=(), weight=none, community=none, compound=none, priority=none,
        x=none, y=none, neighbors=Neighbors.of(0, [], []),
    )  # fmt: skip
    empty = Drawn(units, np.zeros(0, np.int32), (), drawn.bounds)

    assert "0 grids, 0 households" in words(plot(empty))


def test_outlines_are_drawn_with_their_courtyards():
    """An outline with a hole, one of two parts, and a missing one are drawn."""
    shapely = pytest.importorskip("shapely")
    drawn = lattice(1)
    box = [shapely.box(at * 50, 0, at * 50 + 30, 30) for at in range(4)]
    box[0] = box[0].difference(shapely.box(10, 10, 20, 20))
    box[1] = shapely.union(box[1], shapely.box(85, 0, 90, 5))
    outlines = np.array([*box[:3], None], object)

    figure = plot(evolve(drawn, map=evolve(drawn.map, outlines=outlines)), barriers=[
        shapely.LineString([(0, 40), (200, 40)]), shapely.box(0, 50, 9, 59)])  # fmt: skip

    figure.canvas.draw()


def test_a_notebook_shows_the_map(tmp_path):
    """The last line of a cell is shown as the picture that a file would hold."""
    figure = plot(lattice(), file=tmp_path / "a.png")

    assert figure._repr_png_() == (tmp_path / "a.png").read_bytes()


def test_the_lines_that_a_map_keeps_to_are_on_it():
    """Walls and roads are drawn without being handed in again, and the legend tells them apart."""
    pytest.importorskip("shapely")
    units = {"id": ["a", "b"], "households": [300, 310], "x": [118.28, 118.281], "y": [35.06] * 2}
    wall = {"type": "LineString", "coordinates": [[118.2805, 35.05], [118.2805, 35.07]]}
    road = {"type": "LineString", "coordinates": [[118.27, 35.061], [118.29, 35.061]]}
    lines = [(wall, "围墙"), (road, "主干道")]
    walled = partition(units, crs="gcj02", barriers=lines)

    def drawn(figure):
        return [text.get_text() for text in figure.legends[0].get_texts()][-2:]

    assert drawn(walled.plot()) == ["soft line", "hard barrier"]
    # In the form and the reference system of the positions, as where the map is made.
    open_ground = partition(units, crs="gcj02")
    assert drawn(open_ground.plot(barriers=lines)) == ["soft line", "hard barrier"]
    assert len(open_ground.plot().legends[0].get_texts()) == 3


def test_labels_are_few_and_do_not_overlap():
    """At most as many labels as asked for, none upon another, and the rest is counted."""
    drawn = lattice(60)
    figure = plot(drawn, labels=20)
    renderer = figure.canvas.get_renderer()
    boxes = [
        each.get_window_extent(renderer) for each in figure.axes[0].texts if "\n" in each.get_text()
    ]

    assert 1 <= len(boxes) <= 20
    assert f"grids without a label: {60 - len(boxes)}" in words(figure)
    assert not any(one.overlaps(other) for one in boxes for other in boxes if one is not other)


def test_a_scheme_puts_no_two_units_on_one_place():
    """Without positions each unit has a place of its own, and a compound is a block."""
    places = Places.of(lattice(7, x=None, y=None).map)

    assert places.is_scheme
    assert len({*map(tuple, places.xy.tolist())}) == 28


@pytest.mark.parametrize(("most", "length"), [(870, 500), (200, 200), (0.3, 0.2), (1999, 1000)])
def test_a_scale_bar_is_round(most, length):
    """The scale bar is 1, 2 or 5 of a power of ten."""
    assert round_length(most) == pytest.approx(length)


@pytest.mark.parametrize(("wrong", "said"), [
    ({"width": 1}, "width is 1; it is inches, 2 to 40"),
    ({"width": float("nan")}, "width is nan"),
    ({"labels": -1}, "labels is -1; it is 0 or more"),
    ({"file": "map.gif"}, "file ends in '.gif'; a map is written as .png, .svg, .pdf"),
    ({"file": "map"}, "file ends in ''"),
])  # fmt: skip
def test_a_wrong_argument_is_told(wrong, said):
    """What cannot be drawn is refused before anything is."""
    with pytest.raises(OutOfRangeError, match=said):
        plot(lattice(), **wrong)


def test_a_plan_draws_itself(tmp_path):
    """The method of a plan is this drawing, options and all."""
    street = {"id": ["D-1", "D-2"], "households": [300, 410], "x": [0.0, 60.0], "y": [0.0, 0.0]}
    plan = Partition.from_labels(street, {"D-1": "N-1", "D-2": "N-2"})

    said = words(plan.plot(title="河畔", file=tmp_path / "map.pdf", before=plan, labels=9, width=4))

    assert "N-2\n410 > 360" in said
    assert (tmp_path / "map.pdf").read_bytes().startswith(b"%PDF")


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    """A map is written whole, by the one saver, or the error says why not."""
    with pytest.raises(FileError):
        plot(lattice(), file=tmp_path / "absent" / "map.png")

    assert list(tmp_path.iterdir()) == []
