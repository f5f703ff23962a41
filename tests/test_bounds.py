"""What a grid may hold: numbers of any kind that are whole, and nothing else."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from govtree.errors import OutOfRangeError
from govtree.grids import Bounds


@pytest.mark.parametrize("target", [300, 300.0, np.int64(300), Decimal(300), Fraction(300)])
def test_a_target_is_any_number(target):
    """Numbers of a table, of JSON and of money are numbers."""
    assert Bounds.around(target, 0.2) == Bounds(Fraction(300), 240, 360)


@pytest.mark.parametrize("bounds", [(240, 360), (240.0, np.float64(360)), (np.int32(240), 360)])
def test_bounds_are_whole_however_they_are_written(bounds):
    """A spreadsheet's 240.0 is 240."""
    found = Bounds.between(*bounds)

    assert found == Bounds(Fraction(300), 240, 360)
    assert (type(found.lowest), type(found.highest)) == (int, int)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: Bounds.around("300", 0.2), "target is '300'; it has to be above 0"),
        (lambda: Bounds.around(True, 0.2), "target is True"),
        (lambda: Bounds.around(float("nan"), 0.2), "target is nan"),
        (lambda: Bounds.around(Decimal("sNaN"), 0.2), "target is sNaN"),
        (lambda: Bounds.around(10**400, 0.2), "target is 1000"),
        (lambda: Bounds.around(300, "0.2"), "tolerance is '0.2'; it is a share, 0 to 1"),
        (lambda: Bounds.around(300, 20), "tolerance is 20; it is a share, 0 to 1"),
        (lambda: Bounds.between("a", "b"), "bounds hold 'a'; they are whole numbers"),
        (lambda: Bounds.between(240.5, 360), "bounds hold 240.5"),
        (lambda: Bounds.between(0, float("inf")), "bounds hold inf"),
        (lambda: Bounds.between(240, 360, float("nan")), "target is nan"),
        (lambda: Bounds.between(240, 360, "x"), "target is 'x'"),
    ],
)
def test_what_is_no_size_is_refused_by_name(made, said):
    """A text or a number that is none is named, and no foreign error comes through."""
    with pytest.raises(OutOfRangeError) as caught:
        made()

    assert said in str(caught.value)
