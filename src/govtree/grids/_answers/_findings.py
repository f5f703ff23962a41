"""What a plan breaks, as findings about its grids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from govtree._faults import Faults
from govtree._finding import Kind, Severity
from govtree._messages import ENGLISH
from govtree.findings import Checked, Report

if TYPE_CHECKING:
    from govtree.grids._partition import Partition

__all__ = ["report_of"]


def report_of(plan: Partition) -> Report:
    """Return what a plan breaks. One cause is one finding: the gravest is told.

    A grid in two communities is not also told to be in two parts, nor is one that a hard
    barrier divides.
    """
    table, bounds = plan.table, plan.bounds
    communities = np.array([len(each) for each in table.community]) > 1
    barriers = ~communities & (table.barriers > 0)
    apart = ~communities & ~barriers & (table.parts > 1)
    crossing = ~communities & ~barriers & (table.cells > 0)
    grids = table.grid

    def at(mask: NDArray[np.bool_], column: Sequence[Any] | NDArray[Any]) -> list[Any]:
        return list(np.asarray(column, object)[mask].tolist())

    def found(code: str, severity: Severity, mask: NDArray[np.bool_], **columns: Any) -> Faults:
        values = {name: at(mask, column) for name, column in columns.items()}
        return Faults.told(_kind(code, "grid"), severity, at(mask, grids), **values)

    unplaced = plan.grid < 0
    number = len(grids)
    faults = [
        found(
            "GT561", "error", ~table.within, size=table.size,
            lowest=[bounds.lowest] * number, highest=[bounds.highest] * number,
        ),
        found("GT562", "error", apart, parts=table.parts),
        found("GT563", "error", communities, communities=[", ".join(c) for c in table.community]),
        found("GT564", "error", barriers, barriers=table.barriers),
        found("GT565", "note", crossing, cells=table.cells),
        Faults.told(_kind("GT566", "unit"), "error", at(unplaced, plan.map.ids)),
    ]  # fmt: skip
    looked = [
        Checked(
            each.kind.code, each.kind.slug, len(plan.map) if each.kind.code == "GT566" else number
        )
        for each in faults
    ]
    return Report.of(faults, looked)


def _kind(code: str, subject: str) -> Kind:
    text = ENGLISH[code]
    return Kind(code, text.slug, subject, text.message, text.hint)
