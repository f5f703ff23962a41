"""Rules about what a compound of its type must have: bodies, support parties, service chain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from govtree._columns import NONE, UNKNOWN, IntArray, each_once, followed
from govtree.findings import Hits, Labeled, Listed, Named, Reason, Said, either
from govtree.rules._branches import functioning, undecided
from govtree.rules._compounds import LUOZHUANG
from govtree.rules._rule import Form, Parameter, distinct, nothing_leads, rule
from govtree.rules._served import (
    Serving,
    Truth,
    answering,
    covered_buildings,
    holds,
    is_given,
    matters_borne,
    serving,
    wherever_asked,
)
from govtree.rules._ways import held_seats

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["RULES"]

_FIVE_PARTIES = "account of Luozhuang: five-party support, each compound has all five"

#: Where a post is held that counts for a compound.
_HOLDING = ("compound", "building", "entrance")


@rule(
    code="GT505",
    subject="compound",
    message="lacks: {missing}",
    hint="name the body under 'bodies' with the compound in its 'serves', or fill the post",
    why="Where one of the parties is missing, the others have nobody to settle a matter with.",
    source=LUOZHUANG,
    off=True,
    parameters=(
        Parameter(
            "requires",
            ("owners_committee", "property_company"),
            "words",
            "what it must have, alternatives with | between them: kinds of bodies that serve it; "
            "branch, one that answers for it; mode:WORD, somebody who serves it so; post:WORD, "
            "a holder of that post at the compound or at a building or entrance of it",
            vocabulary="body_kind",
            form=Form(between="|", marked=("mode", "post"), own=("branch",)),
        ),
    ),
    failing="""\
        compounds: [{id: X-1}, {id: X-2}]
        bodies:
          - {id: O-1, kind: owners_committee, serves: [X-1, X-2]}
          - {id: M-1, kind: property_company, serves: [X-1]}
        """,
    mended="""\
        compounds: [{id: X-1}, {id: X-2}]
        bodies:
          - {id: O-1, kind: owners_committee, serves: [X-1, X-2]}
          - {id: M-1, kind: property_company, serves: [X-1, X-2]}
        """,
)
def required_body_missing(h: Hierarchy, *, requires: NDArray[Any]) -> Hits:
    by = serving(h)
    # Alternatives are parted by what no word of a vocabulary holds.
    return _lacking(
        requires,
        lambda word: _any_of(h, by, word.split("|")),
        lambda word: either([_called(h, each) for each in word.split("|")]),
    )


@rule(
    code="GT506",
    subject="compound",
    message="is served by {number} bodies in the mode '{mode}', where exactly one is asked for",
    hint="give the mode '{mode}' to the one body that decides where the others differ",
    why="A compound of several kinds has several managers; of two that lead, neither does.",
    source=LUOZHUANG,
    needs=("compound.type", ":serves>compound", "relation.mode"),
    off=True,
    parameters=(
        Parameter(
            "types",
            ("mixed",),
            "words",
            "types of compounds that need one lead",
            vocabulary="compound_type",
        ),
        Parameter("mode", "lead", "word", "mode in which the lead body serves", vocabulary="mode"),
    ),
    failing="""\
        compounds: [{id: X-1, type: mixed}]
        bodies:
          - {id: M-1, kind: property_company, serves: [{unit: X-1, mode: lead}]}
          - {id: M-2, kind: property_company, serves: [{unit: X-1, mode: lead}]}
        """,
    mended="""\
        compounds: [{id: X-1, type: mixed}]
        bodies:
          - {id: M-1, kind: property_company, serves: [{unit: X-1, mode: lead}]}
          - {id: M-2, kind: property_company, serves: [{unit: X-1, mode: contract}]}
        """,
)
def without_one_lead(h: Hierarchy, *, types: NDArray[Any], mode: NDArray[Any]) -> Hits:
    by, length = serving(h), h.count("compound")
    least, most = np.zeros(length, np.int64), np.zeros(length, np.int64)
    leads = np.zeros(len(by.rows), np.bool_)
    for word, here in distinct(mode).items():
        leading = by.is_body & by.mode([str(word)]) & Truth.sure(here[by.compound])
        leads |= leading.is_so
        least += _number_of_bodies(by, leading.is_so)
        # Who is not known may be one body more, row by row.
        nameless = by.compound[leading.may_be & (by.body == UNKNOWN)]
        most += _number_of_bodies(by, leading.may_be) + np.bincount(nameless, minlength=length)
    type_ = wherever_asked(types, lambda words: holds(h, "compound", "type", words))
    amiss = type_ & Truth((least > 1) | (most < 1), (least != 1) | (most != 1))
    rows = np.flatnonzero(amiss.is_so)
    return Hits(
        rows,
        related=(_bodies_of(by, leads, rows),),
        unknown=amiss.is_open,
        number=least[rows],
        mode=Labeled("mode", mode[rows]),
    )


@rule(
    code="GT507",
    subject="compound",
    message="has lost its developer, and has no {source} secretary and no body of these kinds: "
    "{kinds}",
    hint="send a secretary, or name the body that sees to it until its branch functions",
    why="Owners whose developer has left find nobody who repairs, registers or answers.",
    source="account of Luozhuang: affordable housing whose developer has withdrawn has a "
    "dispatched secretary or a task force until its branch functions",
    needs=("flag", ":serves>compound|tenure"),
    parameters=(
        Parameter(
            "flag",
            "developer_withdrawn",
            "word",
            "flag of a compound without developer",
            vocabulary="flag",
        ),
        Parameter(
            "kinds",
            ("task_force",),
            "words",
            "kinds of bodies that may see to it",
            vocabulary="body_kind",
        ),
        Parameter(
            "source",
            "dispatched",
            "word",
            "how the holder of a post came to it",
            vocabulary="appointment_source",
        ),
        Parameter("post", "secretary", "word", "the post that leads a branch", vocabulary="post"),
    ),
    failing="""\
        compounds: [{id: X-1, flags: [developer_withdrawn]}, {id: X-2}]
        bodies: [{id: W-1, kind: task_force, serves: [X-2]}]
        """,
    mended="""\
        compounds: [{id: X-1, flags: [developer_withdrawn]}, {id: X-2}]
        bodies: [{id: W-1, kind: task_force, serves: [X-1]}]
        """,
)
def developer_withdrawn(
    h: Hierarchy,
    *,
    flag: NDArray[Any],
    kinds: NDArray[Any],
    source: NDArray[Any],
    post: NDArray[Any],
) -> Hits:
    withdrawn = wherever_asked(flag, lambda word: _flagged(h, str(word)))
    if not withdrawn.may_be.any():
        return Hits([])
    by = serving(h)
    seen_to = wherever_asked(kinds, lambda words: by.anybody(by.kind(words)))
    led = wherever_asked(
        source, lambda how: wherever_asked(post, lambda word: _is_led(h, str(how), str(word)))
    )
    amiss = withdrawn & ~(seen_to | led)
    rows = np.flatnonzero(amiss.is_so)
    return Hits(
        rows,
        unknown=amiss.is_open,
        source=Labeled("appointment_source", source[rows]),
        kinds=Labeled("body_kind", kinds[rows]),
    )


@rule(
    code="GT509",
    subject="compound",
    severity="warning",
    message="has an owners' committee, but none in one of these states: {states}",
    hint="prepare an election and write the state 'electing', or name who stands in meanwhile",
    why="A committee whose term is over can neither sign a contract nor release the repair fund.",
    source="Civil Code, articles 277 to 278: owners elect the committee that acts for them",
    needs=(":serves>compound", "body.state"),
    parameters=(
        Parameter(
            "kind",
            "owners_committee",
            "word",
            "kind of body that acts for the owners",
            vocabulary="body_kind",
        ),
        Parameter(
            "states",
            ("electing", "seated"),
            "words",
            "states in which it may be",
            vocabulary="body_state",
        ),
    ),
    failing="""\
        compounds: [{id: X-1}, {id: X-2}]
        bodies:
          - {id: O-1, kind: owners_committee, state: seated, serves: [X-1]}
          - {id: O-2, kind: owners_committee, state: expired, serves: [X-2]}
        """,
    mended="""\
        compounds: [{id: X-1}, {id: X-2}]
        bodies:
          - {id: O-1, kind: owners_committee, state: seated, serves: [X-1]}
          - {id: O-2, kind: owners_committee, state: electing, serves: [X-2]}
        """,
)
def owners_committee_not_seated(h: Hierarchy, *, kind: NDArray[Any], states: NDArray[Any]) -> Hits:
    by = serving(h)
    committee, seated = Truth.never(len(by.rows)), Truth.never(len(by.rows))
    for word, here in distinct(kind).items():
        committee |= by.kind([str(word)]) & Truth.sure(here[by.compound])
    for words, here in distinct(states).items():
        seated |= by.state(words) & Truth.sure(here[by.compound])
    amiss = by.anybody(committee & ~seated) & ~by.anybody(committee & seated)
    rows = np.flatnonzero(amiss.is_so)
    return Hits(
        rows,
        related=(_bodies_of(by, committee.is_so, rows),),
        unknown=amiss.is_open,
        states=Labeled("body_state", states[rows]),
    )


@rule(
    code="GT511",
    subject="compound",
    severity="warning",
    message="has {number} of {asked} support parties; missing: {missing}",
    hint="name who serves it in that mode",
    why="Each party brings what the others cannot; the compound left with three is the hard one.",
    source=_FIVE_PARTIES,
    needs=(":serves>compound", "relation.mode"),
    off=True,
    parameters=(
        Parameter(
            "parties",
            (
                "agency_paired",
                "cadre_contracts",
                "leader_links",
                "organization_helps",
                "secretary_stationed",
            ),
            "words",
            "modes in which somebody must serve it",
            vocabulary="mode",
        ),
    ),
    failing="""\
        profile: luozhuang
        compounds: [{id: X-1}]
        bodies:
          - {id: A-1, kind: agency, serves: [{unit: X-1, mode: agency_paired}]}
          - {id: A-2, kind: district_office, serves: [{unit: X-1, mode: leader_links}]}
          - {id: A-3, kind: subdistrict_office, serves: [{unit: X-1, mode: cadre_contracts}]}
          - {id: A-4, kind: department, serves: [{unit: X-1, mode: secretary_stationed}]}
        """,
    mended="""\
        profile: luozhuang
        compounds: [{id: X-1}]
        bodies:
          - {id: A-1, kind: agency, serves: [{unit: X-1, mode: agency_paired}]}
          - {id: A-2, kind: district_office, serves: [{unit: X-1, mode: leader_links}]}
          - {id: A-3, kind: subdistrict_office, serves: [{unit: X-1, mode: cadre_contracts}]}
          - {id: A-4, kind: department, serves: [{unit: X-1, mode: secretary_stationed}]}
          - {id: A-5, kind: social_organization, serves: [{unit: X-1, mode: organization_helps}]}
        """,
)
def support_party_missing(h: Hierarchy, *, parties: NDArray[Any]) -> Hits:
    by = serving(h)
    return _lacking(
        parties,
        lambda word: by.anybody(by.mode([word])),
        lambda word: h.facts.label("mode", word),
    )


@rule(
    code="GT512",
    subject="compound",
    severity="warning",
    message="has nobody who is responsible for: {missing}",
    hint="name the bearer under 'responsibilities'",
    why="A matter runs from responder to supervision; at the first link without a name it stops.",
    source="account of Luozhuang: the service chain of responder, grid, property and supervision",
    needs=("responsibility",),
    off=True,
    parameters=(
        Parameter(
            "links",
            ("grid", "property", "responder", "supervision"),
            "words",
            "matters for which somebody must be responsible",
            vocabulary="matter",
        ),
    ),
    failing="""\
        compounds: [{id: X-1}]
        branches: [{id: B-1}]
        responsibilities:
          - {unit: X-1, matter: responder, bearer: B-1}
          - {unit: X-1, matter: grid, bearer: B-1}
          - {unit: X-1, matter: property, bearer: B-1}
        """,
    mended="""\
        compounds: [{id: X-1}]
        branches: [{id: B-1}]
        responsibilities:
          - {unit: X-1, matter: responder, bearer: B-1}
          - {unit: X-1, matter: grid, bearer: B-1}
          - {unit: X-1, matter: property, bearer: B-1}
          - {unit: X-1, matter: supervision, bearer: B-1}
        """,
)
def service_chain_broken(h: Hierarchy, *, links: NDArray[Any]) -> Hits:
    return _lacking(
        links, lambda word: matters_borne(h, [word]), lambda word: h.facts.label("matter", word)
    )


@rule(
    code="GT514",
    subject="compound",
    severity="warning",
    message="does not keep: {missing}",
    hint="see to it, and write it under 'duties' with 'kept: true'",
    why="What is not on file about a compound has to be asked of its residents once more.",
    source="accounts of Luozhuang and Jinzhai: one dossier a compound",
    needs=("duty",),
    off=True,
    parameters=(
        Parameter("duties", ("dossier",), "words", "duties that it must keep", vocabulary="duty"),
    ),
    failing="""\
        compounds: [{id: X-1}, {id: X-2}]
        duties:
          - {unit: X-1, duty: dossier, kept: true}
          - {unit: X-2, duty: dossier, kept: false}
        """,
    mended="""\
        compounds: [{id: X-1}, {id: X-2}]
        duties:
          - {unit: X-1, duty: dossier, kept: true}
          - {unit: X-2, duty: dossier, kept: true}
        """,
)
def duty_not_kept(h: Hierarchy, *, duties: NDArray[Any]) -> Hits:
    compound = h.arrays.pointing("duty", "unit", "compound")
    stored = h.sheet("duty").columns.get("kept")
    kept = stored if isinstance(stored, np.ndarray) else np.full(h.count("duty"), UNKNOWN)
    # A row that does not say whether the duty is kept leaves it open.
    seen = Truth(kept == 1, kept != 0)
    return _lacking(
        duties,
        lambda word: (holds(h, "duty", "duty", [word]) & seen).anywhere(
            compound, h.count("compound")
        ),
        lambda word: h.facts.label("duty", word),
    )


RULES = (
    required_body_missing,
    without_one_lead,
    developer_withdrawn,
    owners_committee_not_seated,
    support_party_missing,
    service_chain_broken,
    duty_not_kept,
)


def _lacking(
    asked: NDArray[Any], look: Callable[[str], Truth | Reason], call: Callable[[str], Said]
) -> Hits:
    """Return the compounds that lack some of the words *asked* of them, and which.

    Args:
        asked: Words, one tuple a compound.
        look: Tells of a word which compounds have what it names, or why nobody can.
        call: Tells what a word is called.
    """
    known: dict[str, Truth | Reason] = {}
    missing: dict[int, list[str]] = {}
    number, of = np.zeros(len(asked), np.int64), np.zeros(len(asked), np.int64)
    open_ = np.zeros(len(asked), np.bool_)
    for words, here in distinct(asked).items():
        for word in sorted(words):
            has = known[word] if word in known else known.setdefault(word, look(word))
            if isinstance(has, Reason):
                continue
            of += here
            number += here & has.is_so
            open_ |= here & has.is_open
            for row in np.flatnonzero(here & ~has.may_be).tolist():
                missing.setdefault(row, []).append(word)
    rows = np.array(sorted(missing), np.int32)
    open_[rows] = False
    called = {word: call(word) for word in sorted(known)}
    reasons: dict[Reason, list[Said]] = {}
    for word, said in called.items():
        has = known[word]
        if isinstance(has, Reason):
            reasons.setdefault(has, []).append(said)
    return Hits(
        rows,
        unknown=open_,
        skipped=[
            Reason("{words}: {reason}", words=Listed(tuple(words)), reason=reason)
            for reason, words in reasons.items()
        ],
        missing=Labeled(called, [tuple(missing[row]) for row in rows.tolist()]),
        number=number[rows],
        asked=of[rows],
    )


def _any_of(h: Hierarchy, by: Serving, alternatives: Sequence[str]) -> Truth | Reason:
    """Return which compounds have any of what a word names, or why nobody can tell."""
    seen = [_has(h, by, each) for each in alternatives]
    found = [each for each in seen if isinstance(each, Truth)]
    if not found:
        return next(each for each in seen if isinstance(each, Reason))
    nobody_said = Truth.never(h.count("compound"))
    if len(found) < len(seen):
        nobody_said = nobody_said | Truth(nobody_said.is_so, ~nobody_said.is_so)
    return reduce(or_, found, nobody_said)


def _has(h: Hierarchy, by: Serving, word: str) -> Truth | Reason:
    """Return which compounds have what a single word names, or why nobody can tell."""
    what, colon, name = word.partition(":")
    if word == "branch":
        if not h.given >= {"branch", ":covers", "building.compound"}:
            return Reason("nothing covers any building of a compound")
        return _has_branch(h)
    if colon and what == "post":
        if h.given.isdisjoint(f"post>{place}" for place in _HOLDING):
            return Reason("no posts at any compound or building")
        return _has_holder(h, name)
    if ":serves>compound" not in h.given:
        return nothing_leads(h, "serves", "compound")
    if colon and what == "mode":
        if not h.has("relation", "mode"):
            return Reason("no modes of relations")
        return by.anybody(by.mode([name]))
    return by.anybody(by.kind([word])) if h.has("body", "kind") else Reason("no kinds of bodies")


def _called(h: Hierarchy, word: str) -> Said:
    """Return what is said for what a single word names."""
    what, colon, name = word.partition(":")
    if word == "branch":
        return h.facts.level_label(h.facts.called("branch"))
    if colon and what == "post":
        return Reason("{post} in office", post=h.facts.label("post", name))
    if colon and what == "mode":
        return Reason("a body that serves it by '{mode}'", mode=h.facts.label("mode", name))
    return h.facts.label("body_kind", word)


def _has_branch(h: Hierarchy) -> Truth:
    compound, length = h.arrays.within("building", "compound"), h.count("compound")
    bare = np.bincount(compound[compound >= 0], minlength=length) == 0
    # Without a building nobody knows on whose ground a compound lies.
    return covered_buildings(h).anywhere(compound, length) | Truth(~bare & bare, bare)


def _has_holder(h: Hierarchy, post: str) -> Truth:
    held, unsaid = held_seats(h)
    seats = Truth(held, held | unsaid)
    answer = Truth.never(h.count("compound"))
    for table in _HOLDING:
        posts, places = h.arrays.seats(post, table)
        compound = h.arrays.within(table, "compound")[places]
        answer |= seats.take(posts).anywhere(compound, len(answer.is_so))
    return answer


def _flagged(h: Hierarchy, flag: str) -> Truth:
    unit = h.arrays.pointing("flag", "unit", "compound")
    flagged = holds(h, "flag", "flag", [flag]) & Truth.sure(h.arrays.in_force("flag"))
    return flagged.anywhere(unit, h.count("compound"))


def _is_led(h: Hierarchy, source: str, post: str) -> Truth:
    """Return which compounds have a holder who was sent, or a branch that has one or functions."""
    length = h.count("compound")
    seat = h.arrays.pointing("tenure", "post", "post")
    sent = _came_by(h, source)
    at_compound = sent.anywhere(followed(seat, h.arrays.pointing("post", "at", "compound")), length)
    seats, places = h.arrays.seats(post, "branch")
    branch_of = np.full(h.count("post"), NONE, np.int32)
    branch_of[seats] = places
    by_sent = sent.anywhere(followed(seat, branch_of), h.count("branch"))
    works = functioning(h, post=post)
    branch = by_sent | Truth(works, works | undecided(h, post=post))
    of, branches, open_ = answering(h)
    # Where it is not known which branch answers, it may be any that would do.
    any_branch = (open_ > 0) & branch.may_be.any()
    led = branch.take(branches).anywhere(of, length)
    return at_compound | led | Truth(any_branch & ~any_branch, any_branch)


def _came_by(h: Hierarchy, source: str) -> Truth:
    """Return for each tenure whether somebody is in office by it who came to it by *source*."""
    in_office = is_given(h, "tenure", "holder") & Truth.sure(h.arrays.in_force("tenure"))
    if h.has("tenure", "appointment_source"):
        return in_office & holds(h, "tenure", "appointment_source", [source])
    # Nobody said how anybody came to a post.
    return Truth(in_office.is_so & False, in_office.may_be)


def _number_of_bodies(by: Serving, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return how many bodies serve each compound in the *chosen* rows; each counts once."""
    compound, _ = _pairs(by, chosen)
    return np.bincount(compound, minlength=by.h.count("compound"))


def _bodies_of(by: Serving, chosen: NDArray[np.bool_], rows: NDArray[np.intp]) -> Named:
    """Return the bodies that serve the compounds *rows* in the *chosen* rows of the relation."""
    compound, body = _pairs(by, chosen)
    ours = np.isin(compound, rows)
    return Named("body", body[ours], of=np.searchsorted(rows, compound[ours]))


def _pairs(by: Serving, chosen: NDArray[np.bool_]) -> tuple[IntArray, IntArray]:
    """Return the compounds and bodies of the *chosen* rows, sorted, each pair once."""
    chosen = chosen & (by.body >= 0)
    keys = each_once(by.compound[chosen].astype(np.int64) << 32 | by.body[chosen])
    return (keys >> 32).astype(np.int32), keys.astype(np.int32)
