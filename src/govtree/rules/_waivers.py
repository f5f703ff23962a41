"""Findings that are set aside for a while, and the rules about that itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from govtree._faults import Faults
from govtree.errors import Location
from govtree.findings import WAIVER, Kind, Severity
from govtree.rules._rule import rule

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["RULES", "Use", "Uses", "Waiver"]


@frozen(order=True)
class Waiver:
    """A finding that is set aside for a while, with a reason.

    Attributes:
        rule: Code or slug of the rule.
        subject: Id of the unit, or name of the declared figure.
        reason: Why.
        until: Last day on which it holds.
        where: Where it is written.
    """

    rule: str
    subject: str
    reason: str
    until: dt.date
    where: Location = field(factory=Location, eq=False, repr=False)

    def holds(self, day: dt.date | None) -> bool:
        """Return whether it holds on *day*; without a day it does."""
        return day is None or day <= self.until


@frozen
class Use:
    """What became of one waiver, in a structure or a part of it.

    Attributes:
        waiver: The waiver.
        code: Code of its rule, or what it names where no rule that was run has that name.
        expired: Whether its last day is over.
        met: Whether there was a finding that it set aside.
        judged: Whether nothing kept its rule from looking at its subject: that could be checked,
            and the subject stands in no part that has not been collected.
    """

    waiver: Waiver
    code: str
    expired: bool
    met: bool = False
    judged: bool = False


@frozen
class Uses:
    """What became of all waivers; of several parts of a structure, what became of them in any.

    Attributes:
        uses: One a waiver, sorted by waiver.
        expired: Whether the expired ones are to be told, or else those that met nothing.
    """

    uses: tuple[Use, ...]
    expired: bool

    @property
    def subjects(self) -> int:
        """How many waivers there are."""
        return len(self.uses)

    @classmethod
    def of(cls, uses: Iterable[Use], *, expired: bool) -> Uses:
        """Return *uses* in order."""
        return cls(tuple(sorted(uses, key=lambda each: each.waiver)), expired)

    def join(self, other: Uses) -> Uses:
        """Return what became of the waivers in both parts."""
        known = {each.waiver: each for each in self.uses}
        for each in other.uses:
            mine = known.get(each.waiver, each)
            known[each.waiver] = evolve(
                mine,
                expired=mine.expired and each.expired,
                met=mine.met or each.met,
                judged=mine.judged and each.judged,
            )
        return Uses.of(known.values(), expired=self.expired)

    def seen(self, met: Collection[tuple[str, str]]) -> Uses:
        """Return these with those met that set aside a finding about the whole.

        Args:
            met: Code and subject of such findings.
        """
        uses = (
            evolve(each, met=True) if (each.code, each.waiver.subject) in met else each
            for each in self.uses
        )
        return Uses.of(uses, expired=self.expired)

    def judge(self, kind: Kind, severity: Severity) -> tuple[Faults, tuple[str, ...]]:
        """Return the waivers to be told of, and nothing that cannot be judged."""
        told = [
            each.waiver
            for each in self.uses
            if each.expired is self.expired and (self.expired or (each.judged and not each.met))
        ]
        faults = Faults.told(
            kind,
            severity,
            [f"{each.rule} {each.subject}" for each in told],
            where=[each.where for each in told],
            rule=[each.rule for each in told],
            unit=[each.subject for each in told],
            until=[each.until.isoformat() for each in told],
        )
        return faults, ()


_SOURCE = "the design of govtree: what is set aside has a reason and an end, and is looked at again"


@rule(
    code="GT290",
    subject=WAIVER,
    severity="warning",
    message="ended on {until}",
    hint="mend what rule '{rule}' finds at '{unit}', or give the waiver a new reason and day",
    why="A waiver without an end is a rule that nobody keeps.",
    source=_SOURCE,
    failing="""\
        as_of: 2025-06-30
        grids: [{id: N-1}]
        branches: [{id: B-1, covers: [N-1]}]
        waivers: [{rule: GT210, subject: N-1, reason: river, until: 2025-06-29}]
        """,
    mended="""\
        as_of: 2025-06-30
        grids: [{id: N-1}, {id: N-2}]
        branches: [{id: B-1, covers: [N-1]}]
        waivers: [{rule: GT210, subject: N-2, reason: river, until: 2025-06-30}]
        """,
)
def expired_waiver(h: Hierarchy, *, uses: Iterable[Use]) -> Uses:  # noqa: ARG001 - every rule takes it
    return Uses.of(uses, expired=True)


@rule(
    code="GT291",
    subject=WAIVER,
    severity="warning",
    message="sets nothing aside",
    hint="take it out; where rule '{rule}' should find '{unit}', look at how both are spelled",
    why="A waiver that meets nothing is a slip of the pen, or a fault that was mended long ago.",
    source=_SOURCE,
    failing="""\
        as_of: 2025-06-30
        grids: [{id: N-1}]
        branches: [{id: B-1, covers: [N-1]}]
        waivers: [{rule: GT210, subject: N-1, reason: river, until: 2025-12-31}]
        """,
    mended="""\
        as_of: 2025-06-30
        grids: [{id: N-1}, {id: N-2}]
        branches: [{id: B-1, covers: [N-1]}]
        waivers: [{rule: GT210, subject: N-2, reason: river, until: 2025-12-31}]
        """,
)
def unused_waiver(h: Hierarchy, *, uses: Iterable[Use]) -> Uses:  # noqa: ARG001 - every rule takes it
    return Uses.of(uses, expired=False)


RULES = (expired_waiver, unused_waiver)
