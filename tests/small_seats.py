"""Small random structures of seats, tenures, bodies, memberships and duties."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st
from small_structures import DAY, UNKNOWN, Small, some_of

from govtree import (
    Body,
    BodyGroup,
    Branch,
    Duty,
    Grid,
    Hierarchy,
    Link,
    Membership,
    Person,
    Post,
    Record,
    Relation,
    Tenure,
    Term,
)

POSTS = (
    Term("secretary"),
    Term("chair"),
    Term("grid_worker"),
    Term("grid_head"),
    Term("entrance_head", derived="secretary"),
)
#: Days around the day of the structure, so that some tenures touch, meet or leave a gap.
DAYS = [None, None, *(DAY + dt.timedelta(days=each) for each in (-9, -6, -5, -2, -1, 0, 1, 3))]
ROLES = [None, "chair", "deputy_chair", "member", UNKNOWN]
KINDS = [None, "department", "steering_body", "owners_committee", UNKNOWN]


@st.composite
def small_seats(draw: st.DrawFn, about: str = "") -> Small:
    """Draw few seats and bodies in which anything that may be missing sometimes is.

    Args:
        about: What there is more of: ``tenures`` of few seats, seats of few ``persons``, or
            members of ``bodies``.
    """
    ids = {
        name: [f"{name}-{at}" for at in range(draw(st.integers(least, most)))]
        for name, least, most in (
            ("B", 1, 2),
            ("N", int(about == "persons"), 2),
            ("D", int(about == "bodies"), 3),
            ("P", 1, 1 if about == "persons" else 3),
        )
    }
    many = {"tenures": (1, 1), "persons": (2, 4), "bodies": (0, 1)}.get(about, (0, 4))
    terms = {"tenures": (1, 4), "persons": (1, 1)}.get(about, (0, 3))
    day, truth = st.sampled_from(DAYS), st.sampled_from([None, True, False])

    def dated() -> dict[str, Any]:
        if about != "tenures" and draw(st.booleans()):
            return {}
        return {"since": draw(day), "until": draw(day)}

    records: list[Record] = []
    covers = (
        st.lists(st.sampled_from(ids["N"]), max_size=2, unique=True) if ids["N"] else st.just([])
    )
    members = st.sampled_from([None, 0, 2, 3, 5])
    for each in ids["B"]:
        links = [Link(unit, **dated()) for unit in draw(covers)]
        records.append(Branch(id=each, covers=links, members=draw(members)))
    records += [Grid(id=each) for each in ids["N"]]
    for each in ids["D"]:
        records.append(Body(id=each, kind=draw(st.sampled_from(KINDS)), until=draw(day)))
        for group in draw(st.sampled_from([(), (), ("one",), ("one", "two")])):
            records.append(BodyGroup(body=each, group=group))
        if draw(st.booleans()):
            records.append(Relation(relation="serves", source=each, target="B-0", **dated()))
    for each in ids["P"]:
        records.append(Person(id=each, home=draw(some_of(ids["D"])) if ids["D"] else None))
    places = [*ids["B"], *ids["B"], *ids["N"], *ids["D"], UNKNOWN]
    words = [*(term.term for term in POSTS), "secretary", "grid_head", UNKNOWN]
    for at in range(draw(st.integers(*many))):
        post, place = draw(st.sampled_from(words)), draw(st.sampled_from(places))
        if about == "persons" and draw(st.booleans()):
            # Seats that may go together stand where they usually do.
            post = draw(st.sampled_from(["secretary", "grid_head"]))
            place = draw(st.sampled_from(ids["B" if post == "secretary" else "N"]))
        seat = Post(id=f"S-{at}", post=post, at=place, number=at, vacant=draw(truth))
        records.append(seat)
        for _ in range(draw(st.integers(*terms))):
            records.append(
                Tenure(
                    post=seat.id,
                    holder=draw(st.sampled_from([*ids["P"], *ids["P"], UNKNOWN])),
                    appointment_source=draw(
                        st.sampled_from([None, "dispatched", "elected", UNKNOWN])
                    ),
                    **dated(),
                )
            )
    for _ in range(draw(st.integers(0, 8 if about == "bodies" else 2)) if ids["D"] else 0):
        records.append(
            Membership(
                body=draw(st.sampled_from([*ids["D"], *ids["D"], UNKNOWN])),
                member=draw(some_of([*ids["D"], "B-0"])),
                person=draw(some_of(ids["P"])),
                role=draw(st.sampled_from(ROLES)),
                group=draw(st.sampled_from([None, "one", "two", "three", UNKNOWN])),
                **dated(),
            )
        )
    duties = st.sampled_from(["monthly_meeting", "premises", "dossier", UNKNOWN])
    for _ in range(draw(st.integers(0, 4))):
        unit = draw(st.sampled_from([*ids["B"], *ids["N"]]))
        records.append(Duty(unit=unit, duty=draw(duties), kept=draw(truth)))
    # What is written twice is kept once.
    records = draw(st.permutations(list(dict.fromkeys(records))))
    as_of = draw(st.sampled_from([DAY, DAY, DAY, None]))
    h = Hierarchy.from_records(records, as_of=as_of, vocabularies={"post": POSTS})
    return Small(h, tuple(records))
