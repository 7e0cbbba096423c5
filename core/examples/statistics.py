"""What an example set is like: sides, labels, lengths, languages, repetitions. Read once, in parts.

Memory grows with the number of different questions, 16 bytes or so each, never with their length.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate, pairwise
from typing import get_args

from core.example_set import SetExample, Split
from core.labels import LONGEST, MOST, Label, balance, is_labelled, label_key
from core.leaks import question_key
from core.text import language_of

SIDES: tuple[Split, ...] = get_args(Split)
MOST_SPELLINGS = 20 * MOST
"""Different short answers of which no more are held: then they are no labels."""


@dataclass(frozen=True, kw_only=True)
class Bin:
    """A bar of a histogram."""

    start: int
    """Least length in it, in characters."""
    end: int
    """One more than the greatest."""
    counts: Mapping[Split, int]
    """Examples on each side."""


@dataclass(frozen=True, kw_only=True)
class Lengths:
    """How long texts are, in characters."""

    least: int
    median: int
    p90: int
    most: int
    bins: tuple[Bin, ...]
    """From the least to the greatest without gaps, each about twice as wide as the one before."""


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """What an example set is like."""

    sizes: Mapping[Split, int]
    """Examples on each side."""
    labels: Mapping[Split, tuple[Label, ...]] | None
    """On each side, the most frequent first; None when the answers are no labels."""
    spellings: tuple[Label, ...]
    """Labels of both sides together that are written in several ways."""
    question: Lengths | None
    """None for a set without examples, as for `answer`."""
    answer: Lengths | None
    languages: Mapping[str, int]
    """Examples in each language of `core.text`, the most frequent first."""
    repeated: int
    """Examples whose question equals an earlier one; see `core.leaks.question_key`."""
    contradicted: int
    """Questions with several answers, of which some may be right."""

    @property
    def size(self) -> int:
        return sum(self.sizes.values())


def statistics_of(batches: Iterable[Sequence[SetExample]]) -> Statistics:
    """Look at every example once."""
    tally = _Tally()
    for batch in batches:
        for one in batch:
            tally.add(one)
    return tally.statistics()


class _Tally:
    def __init__(self) -> None:
        self._sizes: Counter[Split] = Counter()
        self._questions: dict[Split, Counter[int]] = {side: Counter() for side in SIDES}
        self._answers: dict[Split, Counter[int]] = {side: Counter() for side in SIDES}
        self._spelled: dict[Split, Counter[str]] | None = {side: Counter() for side in SIDES}
        self._languages: Counter[str] = Counter()
        self._first_answers: dict[bytes, bytes] = {}
        self._contradicted: set[bytes] = set()

    def add(self, one: SetExample) -> None:
        question, answer = one.example.question, one.example.answer
        self._sizes[one.split] += 1
        self._questions[one.split][len(question)] += 1
        self._answers[one.split][len(answer)] += 1
        self._languages[language_of(f"{question} {answer}")] += 1
        key, said = _digest(question_key(question)), _digest(label_key(answer))
        if self._first_answers.setdefault(key, said) != said:
            self._contradicted.add(key)
        self._spell(one.split, answer.strip())

    def statistics(self) -> Statistics:
        labels = self._labels()
        both = balance(_repeated(*self._spelled.values())) if labels and self._spelled else ()
        return Statistics(
            sizes={side: self._sizes[side] for side in SIDES},
            labels=labels,
            spellings=tuple(label for label in both if len(label.spellings) > 1),
            question=_lengths(self._questions),
            answer=_lengths(self._answers),
            languages=dict(self._languages.most_common()),
            repeated=self._sizes.total() - len(self._first_answers),
            contradicted=len(self._contradicted),
        )

    def _spell(self, side: Split, answer: str) -> None:
        if self._spelled is None:
            return
        self._spelled[side][answer] += 1
        if len(answer) > LONGEST or sum(map(len, self._spelled.values())) > MOST_SPELLINGS:
            self._spelled = None

    def _labels(self) -> dict[Split, tuple[Label, ...]] | None:
        if self._spelled is None:
            return None
        if not is_labelled(balance(_repeated(*self._spelled.values()))):
            return None
        return {side: balance(_repeated(counts)) for side, counts in self._spelled.items()}


def _repeated(*counts: Counter[str]) -> Iterable[str]:
    for one in counts:
        yield from one.elements()


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()


def _lengths(sides: Mapping[Split, Counter[int]]) -> Lengths | None:
    together = sum(sides.values(), Counter[int]())
    # `sum` leaves nothing out: every count is at least one.
    ordered = sorted(together)
    if not ordered:
        return None
    reached = list(accumulate(together[length] for length in ordered))

    def at(share: float) -> int:
        wanted = share * (reached[-1] - 1)
        return next(n for n, until in zip(ordered, reached, strict=True) if until > wanted)

    return Lengths(
        least=ordered[0],
        median=at(0.5),
        p90=at(0.9),
        most=ordered[-1],
        bins=_bins(sides, ordered[0], ordered[-1]),
    )


def _bins(sides: Mapping[Split, Counter[int]], least: int, most: int) -> tuple[Bin, ...]:
    edges = [0, *(step * 10**power for power in range(8) for step in (1, 2, 5))]
    used = [(a, b) for a, b in pairwise(edges) if b > least and a <= most]
    return tuple(
        Bin(
            start=start,
            end=end,
            counts={
                side: sum(count for length, count in lengths.items() if start <= length < end)
                for side, lengths in sides.items()
            },
        )
        for start, end in used
    )
