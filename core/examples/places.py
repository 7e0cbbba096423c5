"""Where the examples of a large set stand, by their tags and answers, without any text. Pure."""

import json
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from core.example_set import SetExample, normalised
from core.labels import label_key

FORMAT = 1
"""Of `Places.dump`: one more whenever it, the groups, or what makes answers the same changes."""
MOST_GROUPS = 2000
"""Groups that a search can be narrowed to at once."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """One side of a set: an entry of each sequence for each example, in the order of the set."""

    positions: Sequence[int]
    """In the set, from 0, ascending."""
    answers: Sequence[int]
    """Number of its answer; answers that count as the same label have one number."""
    tags: Sequence[int]
    """Number of its tags in `tag_sets`."""
    tag_sets: Sequence[Sequence[str]]

    def group(self, position: int) -> str:
        """What examples with the same answer and tags have in common, and what they are found by.

        Where there are very many answers, it is the tags alone.
        """
        row = bisect_left(self.positions, position)
        return f"{self.answers[row] if self._by_answer else ''}.{self.tags[row]}"

    def groups(
        self, tags: Collection[str], answers: Collection[int] | None = None
    ) -> list[str] | None:
        """All groups with one of these tags and answers; None when groups do not tell."""
        if answers is not None and not self._by_answer:
            return None
        kinds = self._tagged(tags)
        if not self._by_answer:
            return [f".{kind}" for kind in kinds] if len(kinds) <= MOST_GROUPS else None
        wanted = None if answers is None else set(answers)
        return [
            f"{answer}.{kind}"
            for answer, kind in sorted(self._pairs)
            if kind in kinds and (wanted is None or answer in wanted)
        ]

    @cached_property
    def _pairs(self) -> set[tuple[int, int]]:
        return set(zip(self.answers, self.tags, strict=True))

    @cached_property
    def _by_answer(self) -> bool:
        return len(self._pairs) <= MOST_GROUPS

    def _tagged(self, tags: Collection[str]) -> set[int]:
        """Numbers of the tag sets with one of these tags; without tags, all."""
        wanted = {normalised(tag) for tag in tags}
        every = enumerate(self.tag_sets)
        return {number for number, some in every if not wanted or not wanted.isdisjoint(some)}

    def view(self, tags: Collection[str] = ()) -> "View":
        """The examples with one of these tags; without tags, all."""
        kinds = self._tagged(tags)
        rows = [row for row, kind in enumerate(self.tags) if kind in kinds]
        return View([self.positions[row] for row in rows], [self.answers[row] for row in rows])

    def dump(self) -> str:
        parts = {"positions": self.positions, "answers": self.answers, "tags": self.tags}
        content = {name: list(numbers) for name, numbers in parts.items()}
        return json.dumps({"format": FORMAT, **content, "tag_sets": self.tag_sets})


def load_places(text: str) -> Places | None:
    """What `dump` wrote; None for anything else, which must be made anew."""
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            return None
        return Places(
            positions=array("i", content["positions"]),
            answers=array("i", content["answers"]),
            tags=array("i", content["tags"]),
            tag_sets=content["tag_sets"],
        )
    except (ValueError, TypeError, KeyError):
        return None


def places_of(examples: Iterable[tuple[int, SetExample]]) -> Places:
    """The places of some examples with their positions."""
    answers: dict[str, int] = {}
    tag_sets: dict[tuple[str, ...], int] = {}
    positions, numbers, kinds = array("i"), array("i"), array("i")
    for position, one in examples:
        tags = tuple(sorted({normalised(tag) for tag in one.example.tags}))
        positions.append(position)
        numbers.append(answers.setdefault(label_key(one.example.answer), len(answers)))
        kinds.append(tag_sets.setdefault(tags, len(tag_sets)))
    return Places(positions=positions, answers=numbers, tags=kinds, tag_sets=list(tag_sets))


class View:
    """Some of the places, by label: the answers there are, from 0, in the order of the set."""

    def __init__(self, positions: Sequence[int], answers: Sequence[int]) -> None:
        """Take positions, ascending, and the number of each one's answer in the whole set."""
        numbers: dict[int, int] = {}
        self.positions = array("i", positions)
        self._labels = array("i", (numbers.setdefault(one, len(numbers)) for one in answers))
        self.answers = array("i", numbers)
        """Number in the whole set of each label."""
        by_label = sorted(range(len(positions)), key=self._labels.__getitem__)
        self._by_label = array("i", (positions[row] for row in by_label))
        sizes = Counter(self._labels)
        self._ends = array("i", accumulate(sizes[label] for label in range(len(numbers))))

    @property
    def labels(self) -> int:
        """How many there are."""
        return len(self._ends)

    def __contains__(self, position: int) -> bool:
        row = bisect_left(self.positions, position)
        return row < len(self.positions) and self.positions[row] == position

    def label_of(self, position: int) -> int:
        return self._labels[bisect_left(self.positions, position)]

    def of_label(self, label: int) -> Sequence[int]:
        """Positions, ascending."""
        return self._by_label[self._ends[label - 1] if label else 0 : self._ends[label]]
