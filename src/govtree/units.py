"""Levels, kinds, and the typed records that a structure is made of.

The attrs classes below are the one description of every table: their fields say how a cell
is read, stored, checked and written, and the columns, the YAML format, its JSON Schema and
the documentation all follow from them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeVar

from attrs import field, fields, frozen

__all__ = [
    "RELATION_ENDS",
    "ROLES",
    "SECTIONS",
    "SHIPPED_LEVELS",
    "STANDS_IN",
    "TABLES",
    "TERRITORY",
    "Area",
    "Body",
    "BodyGroup",
    "Branch",
    "Building",
    "Column",
    "Community",
    "Compound",
    "Declared",
    "Duty",
    "Entrance",
    "Flag",
    "Grid",
    "Group",
    "Household",
    "Level",
    "LevelUnit",
    "Link",
    "Mark",
    "Membership",
    "MicroGrid",
    "Person",
    "Post",
    "Record",
    "Relation",
    "Responsibility",
    "Table",
    "Tenure",
    "Term",
    "Unit",
    "columns_of",
]

#: Roles that a level of the chain may play, top down; each at most once and in this order.
ROLES = ("community", "branch", "group", "household")

#: Tables of the territory, from the large to the small.
TERRITORY = ("compound", "grid", "micro_grid", "building", "entrance")

#: Tables beside the chain and the territory whose rows are nodes of the graph as well.
BESIDE = ("area", "body", "post")

#: Fields that name what a row beside the chain stands in, the nearest first: a building in its
#: micro-grid, else its grid, else its compound; a post at its place.
STANDS_IN = ("building", "micro_grid", "grid", "compound", "community", "at")

Shape = Literal[
    "id",  # text, unique in the whole structure
    "text",  # free text, kept as it is written
    "term",  # a word of a vocabulary
    "cell",  # a text as it stands, of a table that is none of a structure
    "whole",  # a whole number, 0 or more
    "number",  # a real number, finite
    "date",  # a calendar day
    "truth",  # yes or no
    "reference",  # the id of a row of another table
    "tags",  # named whole numbers, a column each
    "links",  # ids of other units, kept as rows of the table of relations
    "flags",  # dated marks, kept as rows of the table of flags
    "parts",  # names, kept as rows of a table of their own
]

#: References that stand for several tables.
ABOVE = "@above"  # the levels of the chain above the record's own
UNIT = "@unit"  # any level of the chain, any table of the territory
NODE = "@node"  # any unit, area, body or post

#: Tables that may stand at the two ends of a relation; relations that a profile adds may
#: join any two nodes.
RELATION_ENDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "covers": (("branch", "group"), ("grid", "micro_grid", "building", "entrance")),
    "serves": (("body", "post", "household"), (UNIT,)),
    "in_area": (("area",), ("community",)),
    "deputy": (("post",), ("post",)),
    "hand_off": (("body", "post"), ("body", "post")),
}


@frozen
class Column:
    """How one field of a record is read and stored.

    Attributes:
        shape: What a cell holds.
        vocabulary: For a term: the vocabulary that its words come from.
        targets: For a reference: the tables it may point into. For links: the relation.
        required: Whether a record without it is refused.
    """

    shape: Shape
    vocabulary: str = ""
    targets: tuple[str, ...] = ()
    required: bool = False


def _column(shape: Shape, *, default: Any = None, **how: Any) -> Any:
    return field(default=default, metadata={"column": Column(shape, **how)})


def _text() -> Any:
    return _column("text")


def _term(vocabulary: str) -> Any:
    return _column("term", vocabulary=vocabulary)


def _whole() -> Any:
    return _column("whole")


def _number() -> Any:
    return _column("number")


def _date() -> Any:
    return _column("date")


def _truth() -> Any:
    return _column("truth")


def _reference(*targets: str) -> Any:
    return _column("reference", targets=targets)


def _required(shape: Shape, **how: Any) -> dict[str, Column]:
    """Return the metadata of a field that must be given.

    Such a field is made by attrs' own ``field``, so that type checkers miss it in a call.
    """
    return {"column": Column(shape, required=True, **how)}


def _tags() -> Any:
    # A mapping cannot be hashed; records compare by it but hash without it.
    return field(factory=dict, hash=False, metadata={"column": Column("tags")})


def _linked(relation: str) -> Mapping[str, Column]:
    return {"column": Column("links", targets=(relation,))}


B = TypeVar("B", bound="Link | Mark")


@frozen
class Link:
    """One end of a relation, written beside the unit that has the other end.

    >>> Body(id="PM-3", kind="property_company", serves=["X-01"]).serves
    (Link(unit='X-01', mode=None, since=None, until=None),)
    """

    unit: str
    mode: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None


@frozen
class Mark:
    """A flag, written beside the unit that has it.

    >>> Grid(id="N-01", flags=["weak"]).flags
    (Mark(flag='weak', giver=None, since=None, until=None),)
    """

    flag: str
    giver: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None


#: What may stand beside a unit: one or many, each as text, mapping or value.
Marks = str | Mark | Mapping[str, Any] | Iterable[str | Mark | Mapping[str, Any]]
Links = str | Link | Mapping[str, Any] | Iterable[str | Link | Mapping[str, Any]]


# Fields name these converters themselves: type checkers take what is given from them.
def _as_marks(given: Marks) -> tuple[Mark, ...]:
    return _listed(given, Mark)


def _as_links(given: Links) -> tuple[Link, ...]:
    return _listed(given, Link)


def _listed(given: Any, kind: type[B]) -> tuple[B, ...]:
    """Return what stands beside a unit, one or many, each as text, mapping or value."""
    several = (given,) if isinstance(given, str | Mapping | kind) else given
    return tuple(_beside(each, kind) for each in several)


def _beside(each: Any, kind: type[B]) -> B:
    if isinstance(each, kind):
        return each
    return kind(**each) if isinstance(each, Mapping) else kind(each)


@frozen(kw_only=True)
class Record:
    """Base of everything that a structure is made of: one row of one table."""


@frozen(kw_only=True)
class Unit(Record):
    """What all units have in common.

    Attributes:
        id: Text, unique in the whole structure; never parsed.
        name: Name for people, in any language.
        kind: A kind within the level, such as a building group or a residents' group.
        code: Code in somebody's registry, beside the id.
        address: Postal address.
        x: First coordinate, in the reference system of the structure.
        y: Second coordinate.
        tags: Named counts; of a household 0 or 1 each, of a larger unit how many of its
            households have the tag, where it brings numbers instead of rows.
        flags: Dated marks such as an award or a weak branch.
    """

    id: str = field(metadata=_required("id"))
    name: str | None = _text()
    kind: str | None = _term("@kind")
    code: str | None = _text()
    address: str | None = _text()
    x: float | None = _number()
    y: float | None = _number()
    tags: Mapping[str, int] = _tags()
    flags: tuple[Mark, ...] = field(
        default=(), converter=_as_marks, metadata={"column": Column("flags")}
    )


@frozen(kw_only=True)
class _Counted(Unit):
    """A unit that may bring numbers instead of rows of households.

    Attributes:
        households: Households, where no rows of them are given.
        residents: Residents, where no rows of households are given.
    """

    households: int | None = _whole()
    residents: int | None = _whole()


@frozen(kw_only=True)
class _Organized(_Counted):
    """A unit of the organization that has members.

    Attributes:
        parent: Unit above in the chain.
        members: Full members.
        probationary: Members on probation.
    """

    parent: str | None = _reference(ABOVE)
    members: int | None = _whole()
    probationary: int | None = _whole()


@frozen(kw_only=True)
class LevelUnit(_Organized):
    """A unit of a level that plays no role, such as a district above the communities.

    Attributes:
        level: Name of its level.
    """

    level: str = field()


@frozen(kw_only=True)
class Community(_Organized):
    """A community: the unit of organization and of territory that all else stands in."""


@frozen(kw_only=True)
class Branch(_Organized):
    """A branch of the community organization.

    Attributes:
        covers: Grids that it answers for.
    """

    covers: tuple[Link, ...] = field(default=(), converter=_as_links, metadata=_linked("covers"))


@frozen(kw_only=True)
class Group(_Organized):
    """A building group, residents' group or whatever stands below a branch.

    Attributes:
        covers: Buildings or entrances that it answers for.
    """

    covers: tuple[Link, ...] = field(default=(), converter=_as_links, metadata=_linked("covers"))


@frozen(kw_only=True)
class Household(Unit):
    """A dwelling with its household.

    Attributes:
        parent: Unit above in the chain, as a rule its group.
        grid: Grid; where it is not given, its building's.
        building: Building; where it is not given, its entrance's.
        entrance: Entrance (stairwell).
        occupancy: Owner, let, public rental, empty, unknown.
        residents: People who live there.
        serves: Units or neighbors it serves, which makes it a contact household.
    """

    parent: str | None = _reference(ABOVE)
    grid: str | None = _reference("grid")
    building: str | None = _reference("building")
    entrance: str | None = _reference("entrance")
    occupancy: str | None = _term("occupancy")
    residents: int | None = _whole()
    serves: tuple[Link, ...] = field(default=(), converter=_as_links, metadata=_linked("serves"))


@frozen(kw_only=True)
class Compound(_Counted):
    """A residential compound.

    Attributes:
        community: Community it lies in.
        type: How it came to be and who runs it: commercial, village-run, ...
        history: Reason of its type: how it was built.
        population: Reason of its type: who lives there.
        management: Reason of its type: who manages it.
        tier: Demonstration, middle or priority.
    """

    community: str | None = _reference("community")
    type: str | None = _term("compound_type")
    history: str | None = _text()
    population: str | None = _text()
    management: str | None = _text()
    tier: str | None = _term("tier")


@frozen(kw_only=True)
class Grid(_Counted):
    """A service grid: a region of a community, not a lattice.

    Attributes:
        community: Community it lies in.
    """

    community: str | None = _reference("community")


@frozen(kw_only=True)
class MicroGrid(_Counted):
    """A part of a grid.

    Attributes:
        grid: Grid it is a part of.
    """

    grid: str | None = _reference("grid")


@frozen(kw_only=True)
class Building(_Counted):
    """A building.

    Attributes:
        grid: Grid it stands in; where it is not given, its micro-grid's.
        micro_grid: Micro-grid it stands in.
        compound: Compound it stands in.
    """

    grid: str | None = _reference("grid")
    micro_grid: str | None = _reference("micro_grid")
    compound: str | None = _reference("compound")


@frozen(kw_only=True)
class Entrance(_Counted):
    """An entrance (stairwell) of a building.

    Attributes:
        building: Building it belongs to.
    """

    building: str | None = _reference("building")


@frozen(kw_only=True)
class Area(Unit):
    """A group of communities across the chain.

    Attributes:
        communities: Communities that it groups.
    """

    communities: tuple[Link, ...] = field(
        default=(), converter=_as_links, metadata=_linked("in_area")
    )


@frozen(kw_only=True)
class Body(Unit):
    """A body beside the chain: department, owners' committee, property company, task force.

    Attributes:
        serves: Units it serves, each with a mode: contract, public benefit, backstop.
        state: Where it stands in its life, such as seated or electing.
        since: First day.
        until: Last day.
        groups: Names of the groups that it is divided into.
    """

    serves: tuple[Link, ...] = field(default=(), converter=_as_links, metadata=_linked("serves"))
    state: str | None = _term("body_state")
    since: dt.date | None = _date()
    until: dt.date | None = _date()
    groups: tuple[str, ...] = field(
        default=(), converter=tuple, metadata={"column": Column("parts", targets=("body_group",))}
    )


@frozen(kw_only=True)
class Post(Unit):
    """A seat on a unit or body: a role at a place, with a number where there are several.

    Attributes:
        post: Role, such as secretary or grid worker.
        at: Unit, area or body that it belongs to.
        number: Number of the seat, where the place has several of the role.
        vacant: Whether it is known that nobody holds it.
        serves: Units it serves beyond its place, such as the households of a steward.
    """

    post: str = field(metadata=_required("term", vocabulary="post"))
    at: str = field(metadata=_required("reference", targets=(UNIT, "area", "body")))
    number: int | None = _whole()
    vacant: bool | None = _truth()
    serves: tuple[Link, ...] = field(default=(), converter=_as_links, metadata=_linked("serves"))


@frozen(kw_only=True)
class Person(Record):
    """Somebody who holds posts: an opaque id, never a name.

    Attributes:
        id: Opaque id.
        employment: Employment kind, such as community worker.
        home: Body the person comes from.
    """

    id: str = field(metadata=_required("id"))
    employment: str | None = _term("employment")
    home: str | None = _reference("body")


@frozen(kw_only=True)
class Tenure(Record):
    """A person's time in a post; both days included, open where not given.

    Attributes:
        post: Id of the seat.
        holder: Id of the person.
        appointment_source: How the holder came to it, such as elected or dispatched.
        full_time: Whether it is the holder's whole work.
        since: First day.
        until: Last day.
    """

    post: str = field(metadata=_required("reference", targets=("post",)))
    holder: str = field(metadata=_required("reference", targets=("person",)))
    appointment_source: str | None = _term("appointment_source")
    full_time: bool | None = _truth()
    since: dt.date | None = _date()
    until: dt.date | None = _date()


@frozen(kw_only=True)
class Flag(Record):
    """A dated mark on a unit or body, from a vocabulary.

    Attributes:
        unit: What is marked.
        flag: The mark, such as developer withdrawn, weak branch, award.
        giver: Who gave it.
        since: First day.
        until: Last day.
    """

    unit: str = field(metadata=_required("reference", targets=(NODE,)))
    flag: str = field(metadata=_required("term", vocabulary="flag"))
    giver: str | None = _text()
    since: dt.date | None = _date()
    until: dt.date | None = _date()


@frozen(kw_only=True)
class Relation(Record):
    """A relation between two units, bodies or posts, from the upper or serving one.

    Attributes:
        relation: Name: covers, serves, in_area, deputy, hand_off, or another of the profile.
        source: The upper or serving end.
        target: The lower or served end.
        mode: How: contract, public benefit, backstop.
        since: First day.
        until: Last day.
    """

    relation: str = field(metadata=_required("term", vocabulary="relation"))
    source: str = field(metadata=_required("reference", targets=(NODE,)))
    target: str = field(metadata=_required("reference", targets=(NODE,)))
    mode: str | None = _term("mode")
    since: dt.date | None = _date()
    until: dt.date | None = _date()


@frozen(kw_only=True)
class BodyGroup(Record):
    """A group that a body is divided into, such as one of six of a task force.

    Attributes:
        body: The body.
        group: Name of the group.
    """

    body: str = field(metadata=_required("reference", targets=("body",)))
    group: str = field(metadata=_required("text"))


@frozen(kw_only=True)
class Membership(Record):
    """A place in a body, of a person or of another body.

    Attributes:
        body: The body.
        member: The body, post or unit that is a member.
        person: The person who is a member.
        role: Chair, deputy, member, ...
        group: Name of the group within the body.
        since: First day.
        until: Last day.
    """

    body: str = field(metadata=_required("reference", targets=("body",)))
    member: str | None = _reference(NODE)
    person: str | None = _reference("person")
    role: str | None = _term("membership_role")
    group: str | None = _text()
    since: dt.date | None = _date()
    until: dt.date | None = _date()


@frozen(kw_only=True)
class Duty(Record):
    """Something that a unit, body or post has to do or to have, and whether it is kept.

    Attributes:
        unit: Whose duty.
        duty: Which: a monthly meeting, premises, ...
        kept: Whether it is kept.
        on: Day on which that was seen.
    """

    unit: str = field(metadata=_required("reference", targets=(NODE,)))
    duty: str = field(metadata=_required("term", vocabulary="duty"))
    kept: bool | None = _truth()
    on: dt.date | None = _date()


@frozen(kw_only=True)
class Responsibility(Record):
    """Who is responsible for a matter at a unit.

    Attributes:
        unit: Where.
        matter: For what; every matter, where not given.
        bearer: The body, post or unit that is responsible.
        since: First day.
        until: Last day.
    """

    unit: str = field(metadata=_required("reference", targets=(NODE,)))
    matter: str | None = _term("matter")
    bearer: str = field(metadata=_required("reference", targets=(NODE,)))
    since: dt.date | None = _date()
    until: dt.date | None = _date()


@frozen
class Term:
    """A word of a vocabulary: its identifier, its labels, and other spellings of it.

    Attributes:
        term: Identifier, the same in every language.
        label: Pairs of language and text, sorted.
        aliases: Other spellings that are read as this term, sorted.
        many: Of a post: whether a place may have several, each holder then has a seat.
        derived: Of a post: the post of the covering branch whose holder holds it too.
    """

    term: str
    label: tuple[tuple[str, str], ...] = ()
    aliases: tuple[str, ...] = ()
    many: bool = False
    derived: str | None = None

    def text(self, lang: str = "en") -> str:
        """Return the label in *lang*, or the identifier where it has none."""
        return dict(self.label).get(lang, self.term)


@frozen
class Level:
    """A level of the chain.

    Attributes:
        level: Its name, an identifier.
        role: The role it plays, or an empty text.
        label: Pairs of language and text, sorted.
        kinds: Kinds within the level; empty where any word will do.
        optional: Whether units below may skip it.
    """

    level: str
    role: str = ""
    label: tuple[tuple[str, str], ...] = ()
    kinds: tuple[Term, ...] = ()
    optional: bool = False

    @property
    def table(self) -> str:
        """Name of the level's table: its role, or else its own name."""
        return self.role or self.level

    def text(self, lang: str = "en") -> str:
        """Return the label in *lang*, or the name where it has none."""
        return dict(self.label).get(lang, self.level)


#: The chain where nothing else is said.
SHIPPED_LEVELS = tuple(Level(role, role) for role in ROLES)


@frozen(order=True)
class Declared:
    """A figure that somebody published about the structure.

    Attributes:
        figure: Name of the figure, such as ``grids`` or ``persons.community_worker``.
        value: The number.
        how: ``exact``, ``about``, ``at_least``, ``at_most``, or ``increment`` (so many more).
    """

    figure: str
    value: float
    how: Literal["exact", "about", "at_least", "at_most", "increment"] = "exact"


@frozen
class Table:
    """A table of the structure: its name, its section in a file, and its record.

    Attributes:
        name: Name of the table, ``grid``.
        section: Key in a structure file, ``grids``.
        record: The attrs class whose fields are its columns.
    """

    name: str
    section: str
    record: type[Record]


#: Every table but those of levels without a role, in the order in which files are written.
TABLES: tuple[Table, ...] = (
    Table("community", "communities", Community),
    Table("branch", "branches", Branch),
    Table("group", "groups", Group),
    Table("household", "households", Household),
    Table("compound", "compounds", Compound),
    Table("grid", "grids", Grid),
    Table("micro_grid", "micro_grids", MicroGrid),
    Table("building", "buildings", Building),
    Table("entrance", "entrances", Entrance),
    Table("area", "areas", Area),
    Table("body", "bodies", Body),
    Table("post", "posts", Post),
    Table("person", "persons", Person),
    Table("tenure", "tenures", Tenure),
    Table("flag", "flags", Flag),
    Table("relation", "relations", Relation),
    Table("body_group", "body_groups", BodyGroup),
    Table("membership", "memberships", Membership),
    Table("duty", "duties", Duty),
    Table("responsibility", "responsibilities", Responsibility),
)


#: Key in a structure file by name of the table.
SECTIONS: Mapping[str, str] = {table.name: table.section for table in TABLES}


def columns_of(record: type[Record]) -> Mapping[str, Column]:
    """Return the columns of a record class by field name, in the order of its fields.

    >>> columns_of(Grid)["community"]
    Column(shape='reference', vocabulary='', targets=('community',), required=False)
    """
    return _COLUMNS[record]


_RECORDS: tuple[type[Record], ...] = (LevelUnit, *(table.record for table in TABLES))
_COLUMNS: Mapping[type[Record], Mapping[str, Column]] = {
    record: {
        each.name: each.metadata["column"] for each in fields(record) if "column" in each.metadata
    }
    for record in _RECORDS
}
