"""The arrays under a structure."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from govtree._columns import NONE, UNKNOWN, Inverse


@given(st.lists(st.integers(UNKNOWN, 5)), st.booleans())
def test_an_inverse_names_the_rows_that_point_to_each(cells: list[int], ordered: bool) -> None:
    """The rows that point to a row stand in order; those that point nowhere stand nowhere."""
    rows = np.array(sorted(cells) if ordered else cells, np.int32)
    inverse = Inverse.of(rows, 6)

    for row in range(6):
        expected = [at for at, upper in enumerate(rows.tolist()) if upper == row]
        assert inverse.rows(row).tolist() == expected
        assert inverse.rows(row).dtype == np.int32


def test_an_inverse_needs_no_order_where_rows_stand_in_it() -> None:
    """Where all rows point somewhere and in order, only the starts are kept."""
    kept = Inverse.of(np.array([0, 0, 2, 2], np.int32), 4)
    turned = Inverse.of(np.array([2, 0, NONE, UNKNOWN], np.int32), 3)

    assert kept.order is None
    assert kept.starts.tolist() == [0, 2, 2, 4, 4]
    assert kept.nbytes == 20
    assert turned.order is not None
    assert turned.order.tolist() == [1, 0]
    assert turned.starts.tolist() == [0, 1, 1, 2]
    assert not turned.order.flags.writeable
    assert not turned.starts.flags.writeable


def test_an_inverse_of_nothing_is_empty() -> None:
    """A table without rows is pointed to by nothing, and nothing points into one."""
    empty = np.empty(0, np.int32)

    assert Inverse.of(empty, 0).starts.tolist() == [0]
    assert Inverse.of(empty, 2).rows(1).tolist() == []
    assert Inverse.of(np.array([NONE, NONE], np.int32), 0).starts.tolist() == [0]
