"""What two versions of a set have in common and what not. Knows no Streamlit.

Examples are found again by their question; of one question's answers those that are equal go
together first, then the others in their order.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.example import Example
from core.example_set import SetExample, normalised

MOST_SHOWN = 100
"""Of each kind of difference; all are counted."""
Batches = Iterable[Sequence[tuple[int, SetExample]]]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """An example in both versions."""

    left: Example
    right: Example
    left_number: int
    """From 1."""
    right_number: int


@dataclass(kw_only=True)
class Differences:
    """Between a left and a right version. Of each kind the first; `counts` has them all."""

    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("added", "removed", "changed", "noted", "moved"), 0)
    )
    """`changed` another answer, `noted` other tags or columns, `moved` another place."""
    added: list[tuple[int, Example]] = field(default_factory=list)
    """With their numbers from 1, as for `removed`."""
    removed: list[tuple[int, Example]] = field(default_factory=list)
    changed: list[Pair] = field(default_factory=list)
    noted: list[Pair] = field(default_factory=list)
    moved: list[Pair] = field(default_factory=list)

    def add(self, kind: str, found: object) -> None:
        self.counts[kind] += 1
        shown = getattr(self, kind)
        if len(shown) < MOST_SHOWN:
            shown.append(found)


def differences(left: Batches, right: Batches) -> Differences:
    """Compare two versions."""
    before: dict[str, list[tuple[int, Example]]] = defaultdict(list)
    for batch in left:
        for position, one in batch:
            before[normalised(one.example.question)].append((position, one.example))
    found, pairs = Differences(), []
    waiting: list[tuple[str, int, Example]] = []
    for batch in right:
        for position, one in batch:
            question = normalised(one.example.question)
            partner = _same_answer(before.get(question, []), one.example)
            if partner is None:
                waiting.append((question, position, one.example))
            else:
                pairs.append((partner, (position, one.example)))
    for question, position, example in waiting:
        known = before.get(question)
        if known:
            pairs.append((known.pop(0), (position, example)))
        else:
            found.add("added", (position + 1, example))
    for rest in before.values():
        for position, example in rest:
            found.add("removed", (position + 1, example))
    _compare(found, sorted(pairs, key=lambda pair: pair[1][0]))
    return found


def _same_answer(known: list[tuple[int, Example]], example: Example) -> tuple[int, Example] | None:
    answer = normalised(example.answer)
    for place, (_, other) in enumerate(known):
        if other.answer == example.answer or normalised(other.answer) == answer:
            return known.pop(place)
    return None


def _compare(
    found: Differences, pairs: Sequence[tuple[tuple[int, Example], tuple[int, Example]]]
) -> None:
    staying = _rising([left[0] for left, _ in pairs])
    for place, ((left_place, left), (right_place, right)) in enumerate(pairs):
        if left == right and place in staying:
            continue
        pair = Pair(
            left=left, right=right, left_number=left_place + 1, right_number=right_place + 1
        )
        if (left.question, left.answer) != (right.question, right.answer):
            found.add("changed", pair)
        if (left.tags, left.fields) != (right.tags, right.fields):
            found.add("noted", pair)
        if place not in staying:
            found.add("moved", pair)


def _rising(numbers: Sequence[int]) -> set[int]:
    """Places of a longest rising run: whoever is not in it was moved."""
    ends: list[int] = []  # the smallest number a run of each length can end with
    at: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before.append(at[length - 1] if length else -1)
        if length == len(ends):
            ends.append(number)
            at.append(place)
        else:
            ends[length], at[length] = number, place
    found: set[int] = set()
    place = at[-1] if at else -1
    while place >= 0:
        found.add(place)
        place = before[place]
    return found
