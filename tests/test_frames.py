"""Tables leave as data frames and come back as they were."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from govtree._columns import NONE, UNKNOWN, References, Sheet, Words
from govtree._extras import need
from govtree._frames import BACKENDS, columns_of, ordered, to_frame, words_of
from govtree._ids import Ids
from govtree._texts import Texts
from govtree._values import take_values
from govtree.errors import MissingExtraError, OutOfRangeError
from govtree.hierarchy import Hierarchy
from govtree.units import Branch, Grid, Household, Relation

IDS = {
    "household": ["H-1", "H-2", "H-3", "H-4"],
    "group": ["G-1", "G-2"],
    "branch": ["B-1"],
    "grid": [],
}
HOUSEHOLDS = Sheet(
    "household",
    4,
    Ids.of(IDS["household"]),
    {
        "tags.a": np.array([1, 0, NONE, UNKNOWN], np.int32),
        "occupancy": Words(np.array([0, 1, NONE, UNKNOWN], np.int8), ("let", "owner")),
        "parent": References(
            {
                "branch": np.array([0, NONE, NONE, UNKNOWN], np.int32),
                "group": np.array([NONE, 1, NONE, UNKNOWN], np.int32),
            }
        ),
        "name": Texts.of(["楼", None, "a", "b"]),
        "residents": np.array([3, NONE, UNKNOWN, 2**31 - 1], np.int32),
        "x": np.array([1.5, np.nan, -0.0, 1e300]),
    },
)
TENURES = Sheet(
    "tenure",
    3,
    None,
    {
        "full_time": np.array([1, 0, NONE], np.int8),
        "since": np.array(["2024-03-01", "NaT", "0001-01-01"], "M8[D]"),
    },
)


def ids_of(table, rows=None):
    return IDS[table] if rows is None else [IDS[table][row] for row in rows.tolist()]


@pytest.fixture(params=sorted(BACKENDS))
def backend(request):
    pytest.importorskip(request.param)
    return request.param


def plain(frame):
    """Return a frame as lists, None for whatever stands for nothing there."""
    return {
        name: [None if str(cell) in ("nan", "<NA>") else cell for cell in cells]
        for name, cells in columns_of(frame).items()
    }


def test_a_frame_says_what_the_table_says(backend):
    """Ids stand in the place of rows, words in the place of codes, in the record's order."""
    assert plain(to_frame(HOUSEHOLDS, ids_of, backend=backend)) == {
        "id": ["H-1", "H-2", "H-3", "H-4"],
        "name": ["楼", None, "a", "b"],
        "x": [1.5, None, -0.0, 1e300],
        "parent": ["B-1", "G-2", None, "?"],
        "occupancy": ["let", "owner", None, "?"],
        "residents": [3, None, None, 2**31 - 1],
        "tags.a": [1, 0, None, None],
    }


def test_days_and_truths_keep_their_types(backend):
    """A day leaves as a day and a truth as a truth, so that both can be taken in again."""
    columns = columns_of(to_frame(TENURES, ids_of, backend=backend))

    truths, faults = take_values("truth", columns["full_time"])
    assert (truths.tolist(), faults) == ([1, 0, NONE], [])
    days, faults = take_values("date", columns["since"])
    assert (days.tolist(), faults) == ([dt.date(2024, 3, 1), None, dt.date(1, 1, 1)], [])


def test_a_structure_survives_frames(backend):
    """What was handed out as frames builds the same structure again."""
    h = Hierarchy.from_records(
        [
            Branch(id="B-1", covers=["N-1"], members=23),
            Grid(id="N-1", name="一", x=115.9, tags={"living_alone": 6}, residents=800),
            Grid(id="N-2"),
            Household(id="H-1", grid="N-1", occupancy="let"),
            Relation(relation="supervises", source="B-1", target="N-2", since=dt.date(2024, 3, 1)),
        ]
    )
    frames = {table: h.to_frame(table, backend=backend) for table in h.tables}

    assert Hierarchy.from_tables(frames) == h


def test_an_empty_table_is_an_empty_frame(backend):
    """A table without rows keeps its columns."""
    sheet = Sheet("grid", 0, Ids.of([]), {"kind": Words.of([]), "community": References({})})

    assert plain(to_frame(sheet, ids_of, backend=backend)) == {
        "id": [],
        "kind": [],
        "community": [],
    }


def test_columns_without_a_record_stand_last():
    """Tags follow the fields, in order of their names."""
    assert ordered(HOUSEHOLDS) == ["name", "x", "parent", "occupancy", "residents", "tags.a"]


def test_ids_of_several_tables_stand_in_one_list():
    """A reference that may point into several tables becomes one column of ids."""
    column = HOUSEHOLDS.columns["parent"]
    codes, words = words_of(column, 4, ids_of)

    assert words == ["B-1", "G-2", "?"]
    assert codes.tolist() == [0, 1, NONE, 2]
    assert words_of(References({}), 2, ids_of)[0].tolist() == [NONE, NONE]


def test_frames_of_any_kind_come_in():
    """Categories, missing counts, days with a time of midnight and zones are all taken."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "id": pandas.Series(["a", "b"], dtype="category"),
            "residents": pandas.Series([1, None], dtype="Int64"),
            "members": [1.0, None],
            "since": pandas.to_datetime(["2024-03-01", None]),
            "until": pandas.to_datetime(["2024-03-01", None]).tz_localize("Asia/Shanghai"),
            "vacant": [True, None],
        }
    )
    shapes = {
        "id": "id", "residents": "whole", "members": "whole", "since": "date", "until": "date",
        "vacant": "truth",
    }  # fmt: skip
    taken = {n: take_values(shapes[n], cells) for n, cells in columns_of(frame).items()}

    assert {name: faults for name, (_, faults) in taken.items() if faults} == {}
    assert {name: cells.tolist() for name, (cells, _) in taken.items() if name != "id"} == {
        "residents": [1, NONE],
        "members": [1, NONE],
        "since": [dt.date(2024, 3, 1), None],
        "until": [dt.date(2024, 3, 1), None],
        "vacant": [1, NONE],
    }


def test_what_is_no_frame_is_refused():
    """Only a frame in memory is taken; another backend is named by those there are."""
    pytest.importorskip("narwhals")

    with pytest.raises(TypeError):
        columns_of([1, 2])
    with pytest.raises(OutOfRangeError, match="pandas, polars, pyarrow"):
        to_frame(HOUSEHOLDS, ids_of, backend="dask")


def test_a_missing_package_is_named_with_its_extra(monkeypatch):
    """Where a package is not installed, the error says which extra brings it."""

    def absent(module, *, extra):
        return need(f"no_such_{module}", extra=extra)

    monkeypatch.setattr("govtree._frames.need", absent)

    with pytest.raises(MissingExtraError, match=r"govtree\[arrow\]"):
        to_frame(HOUSEHOLDS, ids_of, backend="pyarrow")
