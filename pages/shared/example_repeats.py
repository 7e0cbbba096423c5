"""Which examples of a set ask the same, and which nearly the same. Knows no Streamlit."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from core.example_set import SetExample
from core.labels import label_key
from core.leaks import question_key
from core.near_duplicates import near_duplicates

MOST_GROUPS = 50
MOST_SHOWN = 6
"""Examples of one group."""
Batches = Iterable[Sequence[tuple[int, SetExample]]]


@dataclass(frozen=True, kw_only=True)
class Repeats:
    """Positions of examples that ask the same, a group for each question."""

    several: tuple[tuple[int, ...], ...]
    """With different answers, at most 50 groups of at most 6."""
    same: tuple[tuple[int, ...], ...]
    """With the same answer, the question written in another way."""


@dataclass(frozen=True, kw_only=True)
class Near:
    """Questions that nearly repeat an earlier one."""

    count: int
    pairs: tuple[tuple[int, int], ...]
    """Positions of the first 50, the earlier one first; those on both sides before others."""
    across: int
    """Pairs of which one is learnt from and the other held out."""


def repeats(batches: Batches) -> Repeats:
    """Look at every example once, holding numbers only."""
    groups: dict[bytes, array[int]] = {}
    answers: dict[bytes, bytes] = {}
    several: set[bytes] = set()
    for batch in batches:
        for position, one in batch:
            key = _digest(question_key(one.example.question))
            answer = _digest(label_key(one.example.answer))
            groups.setdefault(key, array("I")).append(position)
            if answers.setdefault(key, answer) != answer:
                several.add(key)
    found = [(key, tuple(group[:MOST_SHOWN])) for key, group in groups.items() if len(group) > 1]
    return Repeats(
        several=tuple(group for key, group in found if key in several)[:MOST_GROUPS],
        same=tuple(group for key, group in found if key not in several)[:MOST_GROUPS],
    )


def near(batches: Batches) -> Near:
    """Questions of which nine tenths of the pieces agree."""
    questions: list[str] = []
    sides: list[str] = []
    for batch in batches:
        for _, one in batch:
            questions.append(one.example.question)
            sides.append(one.split)
    pairs = [(first, later) for later, first in near_duplicates(questions).items()]
    across = [pair for pair in pairs if sides[pair[0]] != sides[pair[1]]]
    within = [pair for pair in pairs if sides[pair[0]] == sides[pair[1]]]
    return Near(
        count=len(pairs),
        pairs=tuple((*across, *within)[:MOST_GROUPS]),
        across=len(across),
    )


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()
