"""The rule about persons who hold posts that do not go together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from govtree._columns import UNKNOWN, IntArray, References, Words, each_once
from govtree.findings import Hits, Labeled, Named
from govtree.rules._rule import Form, Parameter, distinct, rule

if TYPE_CHECKING:
    from govtree.hierarchy import Hierarchy

__all__ = ["RULES"]

_SECRETARY, _HEAD, _CHAIR = "secretary", "grid_head", "chair"
#: The pair that goes together only for grids that the branch covers.
_OVER_GRIDS = (_HEAD, _SECRETARY)
#: The body whose chair a secretary may be as well.
_OWNERS = "owners_committee"


@rule(
    code="GT410",
    slug="concurrent-posts",
    subject="person",
    severity="warning",
    message="holds the posts {post} and {other} at once, which do not go together",
    hint="let somebody else hold one of the two, or add the pair to those that are 'allowed'",
    why="Who holds two posts does half of each, or reports to themselves; only where one post "
    "follows from the other is one person better than two.",
    source="account of Luozhuang: a secretary may chair the owners' committee, and is the head of "
    "each grid that the branch covers",
    needs=("post", "tenure"),
    off=True,
    parameters=(
        Parameter(
            "allowed",
            (f"{_CHAIR}+{_SECRETARY}", f"{_HEAD}+{_SECRETARY}"),
            "words",
            "pairs of posts that one person may hold, joined by +; a chair is that of an owners' "
            "committee, and a secretary may head the grids that the branch covers",
            vocabulary="post",
            form=Form(between="+"),
        ),
    ),
    failing="""\
        grids: [{id: N-1}, {id: N-2}]
        branches: [{id: B-1, covers: [N-1, N-2]}]
        posts:
          - {post: secretary, at: B-1, holder: p-1}
          - {post: grid_head, at: N-1, holder: p-1}
          - {post: grid_worker, at: N-2, holder: p-1}
        """,
    mended="""\
        grids: [{id: N-1}, {id: N-2}]
        branches: [{id: B-1, covers: [N-1, N-2]}]
        posts:
          - {post: secretary, at: B-1, holder: p-1}
          - {post: grid_head, at: N-1, holder: p-1}
          - {post: grid_worker, at: N-2, holder: p-2}
        """,
)
def concurrent_posts(h: Hierarchy, *, allowed: NDArray[Any]) -> Hits:
    held = _held(h)
    if not len(held.seat):
        return Hits([], post=[], other=[])
    apart, maybe = np.zeros(len(held.seat), np.bool_), np.zeros(len(held.seat), np.bool_)
    pairs: dict[tuple[str, ...], _Pairs] = {}
    for words, asked in distinct(allowed).items():
        pairs[words] = _pairs(words)
        here = asked[held.person]
        apart |= here & _apart(h, held, pairs[words], doubt_is_fine=True)
        maybe |= here & _apart(h, held, pairs[words], doubt_is_fine=False)
    unknown = np.zeros(h.count("person"), np.bool_)
    unknown[held.person[maybe]] = True
    persons, seats = held.person[apart], held.seat[apart]
    rows, firsts = np.unique(persons, return_index=True)
    unknown[rows] = False
    kinds = _kinds(h, held, doubt_is_fine=True)[apart].tolist()
    ends = [*firsts[1:].tolist(), len(seats)]
    names = (*_words(h).words, _CHAIR)
    told = [
        _first_pair(names, kinds[first:end], pairs[words])
        for first, end, words in zip(firsts.tolist(), ends, allowed[rows].tolist(), strict=False)
    ]
    return Hits(
        rows,
        related=(Named("post", seats, of=np.searchsorted(rows, persons)),),
        unknown=unknown,
        post=Labeled("post", [one for one, _ in told]),
        other=Labeled("post", [other for _, other in told]),
    )


RULES = (concurrent_posts,)

_Pairs = frozenset[tuple[str, ...]]


@frozen(eq=False)
class _Held:
    """Who is in office in which seat: pairs of rows, sorted, each once."""

    person: IntArray
    seat: IntArray


def _held(h: Hierarchy) -> _Held:
    seats, persons = h.arrays.in_office()
    # Most hold one seat, by one tenure; only the few others are sorted.
    often = (np.bincount(persons, minlength=h.count("person")) > 1)[persons]
    seats, persons = seats[often], persons[often]
    keys = each_once(persons.astype(np.int64) << 32 | seats)
    persons, seats = (keys >> 32).astype(np.int32), keys.astype(np.int32)
    several = np.bincount(persons, minlength=h.count("person")) > 1
    return _Held(persons[several[persons]], seats[several[persons]])


def _pairs(words: tuple[str, ...]) -> _Pairs:
    return frozenset(tuple(sorted(word.split("+"))) for word in words if word.count("+") == 1)


def _apart(h: Hierarchy, held: _Held, pairs: _Pairs, *, doubt_is_fine: bool) -> NDArray[np.bool_]:
    """Return which seats do not go together with another one of their holder.

    Where a cell is not known, it says what makes the pair fine, or else what does not.
    """
    kinds = _kinds(h, held, doubt_is_fine=doubt_is_fine)
    counts = kinds >= 0
    if _OVER_GRIDS in pairs:
        counts &= ~_follows(h, held, doubt_is_fine=doubt_is_fine)
    some = h.count("person")
    number = np.bincount(held.person[counts], minlength=some)
    # A seat goes together with all others of its holder, or one of them is left over.
    fitting = np.zeros(len(kinds), np.int64)
    words = _words(h).words
    for pair in pairs - {_OVER_GRIDS}:
        if pair[0] not in words or pair[1] not in words:
            continue
        one, other = (counts & (kinds == words.index(word)) for word in pair)
        fitting += one * np.bincount(held.person[other], minlength=some)[held.person]
        if pair[0] == pair[1]:
            fitting -= one
        else:
            fitting += other * np.bincount(held.person[one], minlength=some)[held.person]
    return counts & (number[held.person] - 1 > fitting)


def _kinds(h: Hierarchy, held: _Held, *, doubt_is_fine: bool) -> NDArray[np.int64]:
    """Return what kind of post each seat is: its word, or one more kind of a chair elsewhere.

    A post of which it is not known which it is counts as none, or else as one more kind.
    """
    words = _words(h)
    kinds = words.codes[held.seat].astype(np.int64)
    if not doubt_is_fine:
        kinds[kinds < 0] = len(words.words) + 1
    bodies = h.arrays.pointing("post", "at", "body")[held.seat]
    ours = h.arrays.is_word("body", "kind", _OWNERS)
    of_owners = (bodies >= 0) & np.append(ours, False)[bodies]
    if doubt_is_fine:
        column = h.sheet("body").columns.get("kind")
        hidden = column.codes == UNKNOWN if isinstance(column, Words) else np.zeros_like(ours)
        of_owners |= ((bodies >= 0) & np.append(hidden, False)[bodies]) | _unplaced(h)[held.seat]
    kinds[(kinds == words.code(_CHAIR)) & ~of_owners] = len(words.words)
    return kinds


def _follows(h: Hierarchy, held: _Held, *, doubt_is_fine: bool) -> NDArray[np.bool_]:
    """Return which seats are those of a head of a grid whom its branch has as secretary.

    Such a seat is part of the post of the secretary.
    """
    words, unplaced = _words(h), _unplaced(h)[held.seat]
    kinds = words.codes[held.seat]
    grids = h.arrays.pointing("post", "at", "grid")[held.seat]
    branches = h.arrays.pointing("post", "at", "branch")[held.seat]
    heads = kinds == words.code(_HEAD)
    leading = kinds == words.code(_SECRETARY)
    if doubt_is_fine:
        leading |= kinds == UNKNOWN
    at_grid = np.flatnonzero(heads & (grids >= 0))
    over, under = h.arrays.links("covers", "branch", "grid")
    order = np.argsort(under, kind="stable")
    starts = np.searchsorted(under[order], grids[at_grid], "left")
    counts = np.searchsorted(under[order], grids[at_grid], "right") - starts
    of = np.repeat(at_grid, counts)
    step = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    covering = over[order][np.repeat(starts, counts) + step]
    some = np.int64(h.count("person") + 1)
    led = leading & (branches >= 0)
    found = np.zeros(len(kinds), np.bool_)
    leads = np.isin(covering * some + held.person[of], branches[led] * some + held.person[led])
    found[of[leads]] = True
    if doubt_is_fine:
        somewhere = np.isin(held.person, held.person[leading & unplaced])
        anywhere = np.isin(held.person, held.person[led | (leading & unplaced)])
        found |= heads & (((grids >= 0) & somewhere) | (unplaced & anywhere))
    return found


def _first_pair(names: Sequence[str], kinds: Sequence[int], pairs: _Pairs) -> tuple[str, str]:
    """Return the first two posts, in order of their words, that do not go together.

    Each of *kinds* is that of a seat that does not go together with another one of them; the
    last of *names* is that of a chair elsewhere.
    """
    first, *others = sorted(kinds, key=lambda kind: (names[kind], kind))
    for kind in others:
        pair = names[first], names[kind]
        is_elsewhere = max(first, kind) == len(names) - 1
        if is_elsewhere or pair not in pairs or pair == _OVER_GRIDS:
            return pair
    raise AssertionError("a seat in conflict has another one that it is in conflict with")


def _words(h: Hierarchy) -> Words:
    words = h.sheet("post").columns["post"]
    assert isinstance(words, Words)
    return words


def _unplaced(h: Hierarchy) -> NDArray[np.bool_]:
    """Return for each seat whether it is not known where it is."""
    places = h.sheet("post").columns["at"]
    assert isinstance(places, References)
    found = np.zeros(h.count("post"), np.bool_)
    for rows in places.targets.values():
        found |= rows == UNKNOWN
    return found
