"""Which examples of a set are shown before a question, and in which order. Pure.

A strategy names examples one after another, the most wanted first; who calls it takes as many as
are needed. It reads texts only of those it comes by: a set may hold a hundred thousand.
"""

import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from core.example import Example
from core.example_set import SetExample
from core.few_shot import Candidate, Choose, FewShot
from core.leaks import alike, question_key

SPARE = 8
"""Examples read beyond those wanted: leaks and repetitions among them need replacing."""
MOST_LOOKED_AT = 2000
"""Examples read for one choice: of a set that only repeats the question, not all."""
MOST_LEFT_OUT = 64
"""Left-out examples that are told of."""
MOST_PASSED = 8
"""Examples too long for a budget before it counts as spent."""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """An example that is named."""

    position: int
    """In the set, from 0."""
    score: float | None
    """How similar to the question, larger is more; None when similarity does not matter."""


class Pool(Protocol):
    """The examples that may be shown before one question: one side of a set, perhaps some tags."""

    @property
    def hash(self) -> str:
        """Of the set's content."""
        ...

    @property
    def positions(self) -> Sequence[int]:
        """Of the examples, ascending."""
        ...

    @property
    def labels(self) -> int:
        """Different answers. A label is a number from 0, in the order of their first examples."""
        ...

    def label_of(self, position: int) -> int: ...

    def of_label(self, label: int) -> Sequence[int]:
        """Positions of the examples with that answer, ascending."""
        ...

    def at(self, positions: Sequence[int]) -> Mapping[int, SetExample]: ...

    def similar(self, count: int, labels: Collection[int] | None = None) -> list[Scored]:
        """Those most similar to the question, best first, equal ones by position.

        Args:
            count: most examples; fewer come back only when no others have anything in common.
            labels: the only answers wanted; None is all.
        """
        ...


def choose(
    pool: Pool, how: FewShot, question: str, tokens_of: Callable[[Example], int]
) -> tuple[Candidate, ...]:
    """The examples for a question: given ones in the order of the prompt, then those left out."""
    look = Look(pool, how, question, tokens_of)
    found: list[Placed] = []
    given = 0
    for one in STRATEGIES[how.choose](pool, how, look):
        found.append(one)
        given += one.candidate.left_out is None
        if given == how.k:
            break
    return arranged(found, how, pool.hash)


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A candidate and where it stands in its set."""

    position: int
    candidate: Candidate


class Look:
    """Reads the examples that are named: what repeats is passed over, what leaks is marked."""

    def __init__(
        self, pool: Pool, how: FewShot, question: str, tokens_of: Callable[[Example], int]
    ) -> None:
        self._pool, self._how, self._question = pool, how, question
        self._tokens_of = tokens_of
        self._read: dict[int, SetExample] = {}
        self._seen: set[str] = set()
        self._left = MOST_LOOKED_AT

    def __call__(self, named: Iterable[Scored], at_once: int) -> Iterator[Placed]:
        """Candidates one by one, reading so many at once, then twice as many, and so on."""
        left = iter(named)
        while self._left > 0 and (batch := list(islice(left, at_once))):
            self.ahead(one.position for one in batch)
            for one in batch:
                self._left -= 1
                read = self._read[one.position]
                if self._is_new(read):
                    yield Placed(position=one.position, candidate=self._marked(read, one.score))
            at_once *= 2

    def ahead(self, positions: Iterable[int]) -> None:
        """Read these at once: each reading takes as long as a search."""
        missing = [position for position in positions if position not in self._read]
        if missing:
            self._read |= self._pool.at(missing)

    def _is_new(self, read: SetExample) -> bool:
        key = question_key(read.example.question)
        new = key not in self._seen
        self._seen.add(key)
        return new

    def _marked(self, read: SetExample, score: float | None) -> Candidate:
        found = alike(self._question, read.example.question)
        return Candidate(
            id=read.id,
            example=read.example,
            score=score,
            tokens=self._tokens_of(read.example),
            alike=found,
            left_out="leak" if found and not self._how.allow_leak else None,
        )


def fixed(pool: Pool, how: FewShot, look: Look) -> Iterator[Placed]:
    """In the order of the set."""
    named = (Scored(position=position, score=None) for position in pool.positions)
    return look(named, how.k + SPARE)


def at_random(pool: Pool, how: FewShot, look: Look) -> Iterator[Placed]:
    """Drawn by the seed: the same for every question, until the set changes."""
    places = _drawn(random.Random(f"{how.seed}:{pool.hash}"), len(pool.positions))
    named = (Scored(position=pool.positions[place], score=None) for place in places)
    return look(named, how.k + SPARE)


def similar(pool: Pool, how: FewShot, look: Look) -> Iterator[Placed]:
    """The most similar first; then those with nothing in common, in the order of the set."""
    return look(_ranked(pool, how.k + SPARE), how.k + SPARE)


def diverse(pool: Pool, how: FewShot, look: Look) -> Iterator[Placed]:
    """The most similar of each answer in turn, answers by their most similar example."""
    leading = _leading(pool, how.k + SPARE)
    each = -(-how.k // max(1, len(leading)))
    look.ahead(one.position for known in leading.values() for one in known[:each])
    streams = [
        look(_ranked(pool, how.k, label=label, known=known), at_once=1)
        for label, known in leading.items()
    ]
    while streams:
        for stream in list(streams):
            for placed in stream:
                yield placed
                if placed.candidate.left_out is None:
                    break
            else:
                streams.remove(stream)


def within_budget(pool: Pool, how: FewShot, look: Look) -> Iterator[Placed]:
    """As `similar`; what is too long for the tokens left is passed over for a shorter one."""
    left, passed = how.budget_tokens, 0
    for placed in similar(pool, how, look):
        one = placed.candidate
        if one.left_out is None and one.tokens > left:
            passed += 1
            placed = replace(placed, candidate=replace(one, left_out="budget"))
        elif one.left_out is None:
            left -= one.tokens
        yield placed
        if passed == MOST_PASSED:
            return


Strategy = Callable[[Pool, FewShot, Look], Iterator[Placed]]
STRATEGIES: Mapping[Choose, Strategy] = {
    "fixed": fixed,
    "random": at_random,
    "similar": similar,
    "diverse": diverse,
    "budget": within_budget,
}
BY_SIMILARITY: tuple[Choose, ...] = ("similar", "diverse", "budget")


def arranged(found: Sequence[Placed], how: FewShot, seed: str = "") -> tuple[Candidate, ...]:
    """Candidates in the order of the prompt, those left out behind them.

    Args:
        found: as they were chosen, the most wanted first.
        how: with `order`. Without scores, `best_first` and `best_last` leave them as chosen.
        seed: goes into the random order besides the seed of `how`.
    """
    given = [one for one in found if one.candidate.left_out is None]
    left_out = [one.candidate for one in found if one.candidate.left_out is not None]
    order = how.order
    if order == "set" or order == "random":
        given.sort(key=lambda one: one.position)
    if order == "random":
        random.Random(f"{how.seed}:{seed}:order").shuffle(given)
    elif order != "set" and all(one.candidate.score is not None for one in given):
        given.sort(key=lambda one: -(one.candidate.score or 0.0))
        if order != "best_first":
            given.reverse()
    return (*(one.candidate for one in given), *left_out[:MOST_LEFT_OUT])


def _ranked(
    pool: Pool, count: int, *, label: int | None = None, known: Sequence[Scored] = ()
) -> Iterator[Scored]:
    """Every example by similarity; those with nothing in common have 0 and come last.

    Args:
        pool: where from.
        count: how many are likely to be needed.
        label: the only answer wanted.
        known: the most similar ones, as far as they are known already.
    """
    every = pool.positions if label is None else pool.of_label(label)
    named: dict[int, None] = {}
    found: Sequence[Scored] = known
    while True:
        for one in found:
            if one.position not in named:
                named[one.position] = None
                yield one
        if len(named) == len(every) or (found is not known and len(found) < count):
            break
        count = max(count, 2 * len(named))
        found = pool.similar(count, None if label is None else (label,))
    yield from (Scored(position=p, score=0.0) for p in every if p not in named)


def _leading(pool: Pool, count: int) -> dict[int, list[Scored]]:
    """The answers with the most similar examples, best first, each with those met so far.

    A search that met too few answers is followed by one among the others. Answers whose examples
    have nothing in common with the question fill up, in the order of the set.
    """
    wanted = min(count, pool.labels)
    leading: dict[int, list[Scored]] = {}
    unseen: list[int] | None = None
    while len(leading) < wanted:
        before = len(leading)
        for one in pool.similar(4 * count, unseen):
            leading.setdefault(pool.label_of(one.position), []).append(one)
        if len(leading) == before:
            break
        if len(leading) < wanted:
            unseen = [label for label in range(pool.labels) if label not in leading]
    for label in range(pool.labels):
        if len(leading) >= wanted:
            break
        if label not in leading:
            leading[label] = [Scored(position=pool.of_label(label)[0], score=0.0)]
    return leading


def _drawn(rng: random.Random, size: int) -> Iterator[int]:
    """Every whole number below a size, shuffled as they are asked for: few of many are needed."""
    moved: dict[int, int] = {}
    for place in range(size):
        other = rng.randrange(place, size)
        yield moved.get(other, other)
        moved[other] = moved.get(place, place)
