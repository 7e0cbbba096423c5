"""A named set of examples, split so that nothing is tested on what it learnt. Knows no store."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal

from core.errors import UsageError
from core.example import Example
from core.text import clean

Split = Literal["train", "test"]
TEST_SHARE = 0.2
MAX_NAME = 120
"""Characters in the name of a set."""


@dataclass(frozen=True, kw_only=True)
class SetExample:
    """An example and the side it stands on."""

    example: Example
    split: Split

    @cached_property
    def id(self) -> str:
        """Sixteen hex digits over the normalised question and answer."""
        return _digest(normalised(self.example.question), normalised(self.example.answer))[:16]


@dataclass(frozen=True, kw_only=True)
class ExampleSet:
    """One version of a set. A changed set is a new version; this one stays as it is."""

    id: str
    """Sixteen hex digits over name, version and every character of the examples."""
    name: str
    version: int
    """Counted from 1 for each name."""
    examples: tuple[SetExample, ...]
    created_at: datetime

    @property
    def train(self) -> tuple[SetExample, ...]:
        """What may be learnt from."""
        return tuple(one for one in self.examples if one.split == "train")

    @property
    def test(self) -> tuple[SetExample, ...]:
        """What is held out."""
        return tuple(one for one in self.examples if one.split == "test")

    @cached_property
    def hash(self) -> str:
        """Twelve hex digits over what is learnt and tested; order and blank space do not count."""
        return _digest(*sorted(f"{one.id} {one.split}" for one in self.examples))[:12]


def normalised(text: str) -> str:
    """The text as it is compared: composed Hangul, every run of blank space a single space."""
    return " ".join(unicodedata.normalize("NFC", clean(text)).split())


def split_of(example: Example, test_share: float = TEST_SHARE) -> Split:
    """The side a question belongs to, whatever its answer and whatever else is in the set."""
    return "test" if _place(normalised(example.question)) < test_share else "train"


def make_set(
    name: str,
    examples: Sequence[Example],
    test_share: float = TEST_SHARE,
    *,
    version: int = 1,
    created_at: datetime | None = None,
) -> ExampleSet:
    """Drop repetitions, keeping the first, and split the rest.

    Args:
        name: what people call the set.
        examples: in the order in which they are shown later.
        test_share: about this share of the questions is held out, from 0 to 1. With two
            questions or more, each side gets at least one.
        version: which version of this name.
        created_at: None is now.

    Raises:
        UsageError: `bad_examples` for a name or share that cannot be.
    """
    name = checked_name(name)
    if not 0 <= test_share <= 1:
        raise _bad("share", f"the share held out must be from 0 to 1, not {test_share}")
    first: dict[str, SetExample] = {}
    test_questions = _test_questions(examples, test_share)
    for example in examples:
        kept = Example(question=clean(example.question), answer=clean(example.answer))
        split: Split = "test" if normalised(kept.question) in test_questions else "train"
        one = SetExample(example=kept, split=split)
        first.setdefault(one.id, one)
    found = tuple(first.values())
    texts = (
        part for one in found for part in (one.example.question, one.example.answer, one.split)
    )
    return ExampleSet(
        id=_digest(name, str(version), *texts)[:16],
        name=name,
        version=version,
        examples=found,
        created_at=created_at or datetime.now(UTC),
    )


def checked_name(name: str) -> str:
    """The name as it is kept. Raises `UsageError` of kind `bad_examples`."""
    name = normalised(name)
    if not name:
        raise _bad("name", "the set needs a name")
    if len(name) > MAX_NAME:
        raise _bad("name", f"the name has {len(name)} characters; use at most {MAX_NAME}")
    return name


def _test_questions(examples: Sequence[Example], test_share: float) -> set[str]:
    placed = {question: _place(question) for question in (normalised(e.question) for e in examples)}
    chosen = {question for question, place in placed.items() if place < test_share}
    if len(placed) >= 2:
        if not chosen:
            chosen = {min(placed, key=placed.__getitem__)}
        elif len(chosen) == len(placed):
            chosen.remove(max(placed, key=placed.__getitem__))
    return chosen


def _place(question: str) -> float:
    """A fixed number from 0 up to 1, alike to a random one."""
    return int(_digest(question)[:13], 16) / 16**13


def _digest(*parts: str) -> str:
    # A separator that no part holds: ("a", "b") must not be ("ab", "").
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _bad(code: str, reason: str) -> UsageError:
    message = f"this set cannot be made: {reason}"
    return UsageError("bad_examples", message, reason=reason, code=code)
