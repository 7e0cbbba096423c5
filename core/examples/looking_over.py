"""What repeats among examples: whole rows, questions with several answers, spellings of a label.

It holds numbers for what went by, not the texts.
"""

from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b

from core.example import Example
from core.example_set import Split, normalised
from core.labels import label_key

LONGEST_LABEL = 60
"""Characters; a longer answer is no label."""
MOST_LABELS = 2_000
"""Different answers of which no more are held: then they are no labels."""
MOST_GROUPS = 50


@dataclass(frozen=True, kw_only=True)
class Spellings:
    """Answers that are one label, written in several ways."""

    spellings: tuple[tuple[str, int], ...]
    """Each with how often it occurs, the most frequent first."""


@dataclass(frozen=True, kw_only=True)
class Repetitions:
    """What repeats among all examples of a set."""

    duplicates: int = 0
    """Rows that repeat another one's question and answer; they are left out."""
    several_answers: int = 0
    """Questions with more than one answer."""
    two_sides: int = 0
    """Questions that the file puts on both sides; the first place counts."""
    spelled_groups: int = 0
    """Labels that differ only in spacing, case, punctuation or Korean endings."""
    spelled: tuple[Spellings, ...] = ()
    """The most frequent of those, at most 50."""


class LookingOver:
    """Looks at examples one by one."""

    def __init__(self) -> None:
        self.sides: dict[str, Split] = {}
        """By normalised question, where somebody named one."""
        self._rows: set[bytes] = set()
        self._answer: dict[bytes, bytes] = {}
        self._several: set[bytes] = set()
        self._two_sides: set[str] = set()
        self._labels: Counter[str] | None = Counter()
        self._duplicates = 0

    def add(self, example: Example, side: Split | None) -> bool:
        """Whether it is new."""
        asked = normalised(example.question)
        if side is not None and self.sides.setdefault(asked, side) != side:
            self._two_sides.add(asked)
        question, answer = _number(asked), _number(normalised(example.answer))
        self._count_label(example.answer.strip())
        if question + answer in self._rows:
            self._duplicates += 1
            return False
        self._rows.add(question + answer)
        if self._answer.setdefault(question, answer) != answer:
            self._several.add(question)
        return True

    def found(self) -> Repetitions:
        groups: dict[str, list[tuple[str, int]]] = {}
        for spelling, count in (self._labels or Counter()).most_common():
            groups.setdefault(label_key(spelling), []).append((spelling, count))
        spelled = [tuple(group) for group in groups.values() if len(group) > 1]
        return Repetitions(
            duplicates=self._duplicates,
            several_answers=len(self._several),
            two_sides=len(self._two_sides),
            spelled_groups=len(spelled),
            spelled=tuple(Spellings(spellings=group) for group in spelled[:MOST_GROUPS]),
        )

    def _count_label(self, answer: str) -> None:
        if self._labels is None or len(answer) > LONGEST_LABEL:
            return
        self._labels[answer] += 1
        if len(self._labels) > MOST_LABELS:
            self._labels = None


def _number(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()
