"""Rules about Party membership: how many members a branch or a group has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from govtree._columns import UNKNOWN, Words
from govtree.findings import Hits, Labeled
from govtree.rules._rule import Parameter, distinct, rule, said_as_written
from govtree.rules._sizes import ANY, Number, covered, in_office
from govtree.rules._ways import count_in
from govtree.units import RELATION_ENDS

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["RULES"]

_REGULATION = "Regulations on the Work of Party Branches (for trial), 2018"
#: Begins where a branch ends, and is not bound by what bounds one.
_GENERAL = "general_branch"


@rule(
    code="GT307",
    subject="branch",
    severity="warning",
    message="has {counted}: {number}, where {least} to {most} are asked for",
    hint="join it with a neighbor, divide it, or correct its 'members'",
    why="Two members cannot outvote each other, and among a hundred nobody is missed at a meeting.",
    source=f"{_REGULATION}, article 4: from 3 full members on; as a rule 50 members at most",
    needs=("branch.members|group.members",),
    off=True,
    parameters=(
        Parameter("least", 3, "whole", "fewest full members of a branch"),
        Parameter("most", 50, "whole", "most members of a branch, those on probation included"),
    ),
    failing="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1, members: 50}, {id: B-2, parent: C-1, members: 2}]
        """,
    mended="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1, members: 50}, {id: B-2, parent: C-1, members: 3}]
        """,
)
def branch_size(h: Hierarchy, *, least: NDArray[Any], most: NDArray[Any]) -> Hits:
    full = _full_members(h)
    all_ = _with_probation(h, "branch", full)
    judged = ~h.arrays.is_word("branch", "kind", _GENERAL)
    many = all_.least > most
    wrong = many | (full.most < least)
    fine = (full.least >= least) & (all_.most <= most)
    rows = np.flatnonzero(wrong & judged)
    return Hits(
        rows,
        unknown=~wrong & ~fine & judged,
        number=np.where(many, all_.least, full.most)[rows],
        counted=Labeled(
            said_as_written(("members", "full members")),
            np.where(many[rows], "members", "full members"),
        ),
        least=least[rows],
        most=most[rows],
    )


@rule(
    code="GT308",
    subject="branch",
    severity="warning",
    message="has {members} full members, but only {number} in office ({counted}); "
    "a committee has at least {least}",
    hint="fill the posts of its committee, or correct who is in office",
    why="With this many members a branch is led by a committee, not by one person alone.",
    source=f"{_REGULATION}, article 20: a committee of 3 to 5 from 7 full members on",
    needs=("branch.members|group.members", "post>branch", "tenure"),
    off=True,
    parameters=(
        Parameter("members", 7, "whole", "full members from which on a branch has a committee"),
        Parameter("seats", 3, "whole", "fewest persons of a committee"),
        Parameter(
            "posts",
            ("committee_member", "deputy_secretary", "secretary"),
            "words",
            "posts of a committee",
            vocabulary="post",
        ),
    ),
    failing="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1, members: 7}]
        posts:
          - {post: secretary, at: B-1, holder: p-1}
          - {post: committee_member, at: B-1, holder: p-2}
        """,
    mended="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1, members: 7}]
        posts:
          - {post: secretary, at: B-1, holder: p-1}
          - {post: committee_member, at: B-1, holder: p-2}
          - {post: committee_member, at: B-1, number: 2, holder: p-3}
        """,
)
def branch_without_committee(
    h: Hierarchy, *, members: NDArray[Any], seats: NDArray[Any], posts: NDArray[Any]
) -> Hits:
    full = _full_members(h)
    length = len(full.least)
    few, enough = np.zeros(length, np.bool_), np.zeros(length, np.bool_)
    number = np.zeros(length, np.int64)
    for words, asked in distinct(posts).items():
        persons = in_office(h, "branch", words)
        # A secretary who is missing is told as such, and would be one of them.
        missing = np.zeros(length, np.bool_)
        if _SECRETARY in words:
            missing = in_office(h, "branch", (_SECRETARY,)).most == 0
        few |= asked & (persons.most + missing < seats)
        enough |= asked & (persons.least + missing >= seats)
        number[asked] = persons.most[asked]
    wrong = few & (full.least >= members)
    fine = enough | (full.most < members)
    rows = np.flatnonzero(wrong)
    return Hits(
        rows,
        unknown=~wrong & ~fine,
        members=full.least[rows],
        number=number[rows],
        counted=Labeled("post", posts[rows]),
        least=seats[rows],
    )


@rule(
    code="GT309",
    subject="group",
    severity="warning",
    message="has too few members, those on probation included: {number}, where at least {least} "
    "are asked for",
    hint="join it with a neighbor, or correct its 'members'",
    why="A group of two is a conversation: it holds no meeting and elects no leader.",
    source="Rules on the Work of Party Groups in central and state organs (for trial), as "
    f"reported: 3 members at least; {_REGULATION}, article 13, divides branches into groups and "
    "names no number",
    needs=("group.members",),
    off=True,
    parameters=(Parameter("least", 3, "whole", "fewest members of a group"),),
    failing="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1}]
        groups: [{id: G-1, parent: B-1, members: 3}, {id: G-2, parent: B-1, members: 2}]
        """,
    mended="""\
        communities: [{id: C-1}]
        branches: [{id: B-1, parent: C-1}]
        groups:
          - {id: G-1, parent: B-1, members: 3}
          - {id: G-2, parent: B-1, members: 2, probationary: 1}
        """,
)
def group_size(h: Hierarchy, *, least: NDArray[Any]) -> Hits:
    all_ = _with_probation(h, "group", _own(h, "group", "members"))
    wrong = all_.most < least
    rows = np.flatnonzero(wrong)
    return Hits(
        rows, unknown=~wrong & (all_.least < least), number=all_.most[rows], least=least[rows]
    )


@rule(
    code="GT310",
    subject="branch",
    severity="warning",
    message="covers {number} units, where at most {most} are asked for",
    hint="divide it, or let another branch cover some of them",
    why="A joint branch is meant for neighbors of a size; one over a whole quarter joins nobody.",
    source=f"{_REGULATION}, article 5: a joint branch covers as a rule 5 units at most, where a "
    "unit is an employer or an organization",
    needs=("branch.kind", ":covers"),
    off=True,
    parameters=(
        Parameter(
            "kind",
            "joint_branch",
            "word",
            "kind of branch that this is asked of",
            vocabulary="branch_kind",
        ),
        Parameter("most", 5, "whole", "most units that it covers"),
    ),
    failing="""\
        communities: [{id: C-1}]
        grids: [{id: N-1}, {id: N-2}, {id: N-3}, {id: N-4}, {id: N-5}, {id: N-6}]
        branches:
          - {id: B-1, parent: C-1, kind: joint_branch, covers: [N-1, N-2, N-3, N-4, N-5, N-6]}
        """,
    mended="""\
        communities: [{id: C-1}]
        grids: [{id: N-1}, {id: N-2}, {id: N-3}, {id: N-4}, {id: N-5}, {id: N-6}]
        branches:
          - {id: B-1, parent: C-1, kind: joint_branch, covers: [N-1, N-2, N-3, N-4, N-5]}
          - {id: B-2, parent: C-1, kind: compound_branch, covers: [N-6]}
        """,
)
def joint_branch_too_wide(h: Hierarchy, *, kind: NDArray[Any], most: NDArray[Any]) -> Hits:
    number = covered(h, RELATION_ENDS["covers"][1])
    joint = np.zeros(len(most), np.bool_)
    for word, asked in distinct(kind).items():
        joint |= asked & h.arrays.is_word("branch", "kind", str(word))
    kinds = h.sheet("branch").columns["kind"]
    assert isinstance(kinds, Words)
    maybe = joint | (kinds.codes == UNKNOWN)
    wrong = joint & (number.least > most)
    rows = np.flatnonzero(wrong)
    return Hits(
        rows,
        unknown=maybe & ~wrong & (number.most > most),
        number=number.least[rows],
        most=most[rows],
    )


RULES = (branch_size, branch_without_committee, group_size, joint_branch_too_wide)

_SECRETARY = "secretary"


def _own(h: Hierarchy, table: str, column: str) -> Number:
    """Return what each unit says of itself; where it says nothing, any number."""
    own = h.arrays.numbers(table, column)
    return Number(own, np.where(h.arrays.is_given(table, column), own, ANY))


def _full_members(h: Hierarchy) -> Number:
    """Return the full members of each branch: its own number, or else those of its groups.

    The groups of a branch are all of its members only if every one of them says how many.
    """
    own = _own(h, "branch", "members")
    if not h.has("group"):
        return own
    above = h.arrays.above("group", "branch")
    length, members = len(own.least), _own(h, "group", "members")
    under = above >= 0
    told = np.bincount(above[under], members.least[under], length).astype(np.int64)
    silent = count_in(above[members.most >= ANY], length)
    partial = (count_in(above, length) == 0) | (silent > 0)
    given = h.arrays.is_given("branch", "members")
    return Number(
        np.where(given, own.least, told),
        np.where(given, own.most, np.where(partial, ANY, told)),
    )


def _with_probation(h: Hierarchy, table: str, full: Number) -> Number:
    """Return *full* members and those on probation, who are none where nobody gave any."""
    column = h.sheet(table).columns.get("probationary")
    if not isinstance(column, np.ndarray):
        return full
    own = np.maximum(column, 0).astype(np.int64)
    unsaid = (column == UNKNOWN) | (full.most >= ANY)
    return Number(full.least + own, np.where(unsaid, ANY, full.most + own))
