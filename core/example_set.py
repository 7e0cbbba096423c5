"""A named set of examples, split so that nothing is tested on what it learnt. Knows no store."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
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
    """Sixteen hex digits over name, version and every character of the examples in their order."""
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
        """Twelve hex digits over what is learnt and tested: questions, answers and their sides.

        Order, blank space, fields and tags do not count.
        """
        return _digest(*sorted(f"{one.id} {one.split}" for one in self.examples))[:12]


@dataclass(frozen=True, kw_only=True)
class SetSummary:
    """A version of a set, without its examples."""

    id: str
    name: str
    version: int
    hash: str
    train: int
    """Examples that may be learnt from."""
    test: int
    """Examples held out."""
    test_share: float
    """About this share of new questions was held out, from 0 to 1."""
    columns: tuple[str, ...] = ()
    """Names of the other columns that at least one of its examples has."""
    tags: tuple[str, ...] = ()
    """Tags that at least one of its examples has."""
    note: str = ""
    """What somebody wrote about this version."""
    created_at: datetime

    @property
    def label(self) -> str:
        """Name and version, as people read them."""
        return f"{self.name} v{self.version}"

    @property
    def size(self) -> int:
        """How many examples it has."""
        return self.train + self.test


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
    sides: Mapping[str, Split] = {},
    kept: Mapping[str, Split] = {},
    version: int = 1,
    created_at: datetime | None = None,
) -> ExampleSet:
    """Drop repetitions, keeping the first, and split the rest.

    Args:
        name: what people call the set.
        examples: in the order in which they are shown later.
        test_share: about this share of the questions is held out, from 0 to 1. With two
            questions or more each side gets at least one, as far as a question is free to go.
        sides: by normalised question, where somebody said which side it belongs to.
        kept: by normalised question, the side it has had so far; that outdoes all else.
        version: which version of this name.
        created_at: None is now.

    Raises:
        UsageError: `bad_examples` for a name or share that cannot be.
    """
    name = checked_name(name)
    if not 0 <= test_share <= 1:
        raise _bad("share", f"the share held out must be from 0 to 1, not {test_share}")
    questions = [normalised(example.question) for example in examples]
    placed = _placed(questions, test_share, {**sides, **kept})
    first: dict[str, SetExample] = {}
    for question, example in zip(questions, examples, strict=True):
        one = SetExample(example=_cleaned(example), split=placed[question])
        first.setdefault(one.id, one)
    found = tuple(first.values())
    return ExampleSet(
        id=_id(name, version, found),
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


def _cleaned(example: Example) -> Example:
    """The example as it is kept; columns and tags are names, so that they are found again."""
    columns: dict[str, str] = {}
    for column, value in example.fields:
        columns.setdefault(normalised(column), clean(value))
    columns.pop("", None)
    tags = dict.fromkeys(normalised(tag) for tag in example.tags)
    tags.pop("", None)
    made = Example(
        question=clean(example.question),
        answer=clean(example.answer),
        fields=tuple(columns.items()),
        tags=tuple(tags),
    )
    # A hundred thousand examples should not stand in memory twice.
    return example if made == example else made


def _placed(
    questions: Sequence[str], test_share: float, fixed: Mapping[str, Split]
) -> dict[str, Split]:
    """The side of each question; only those that are not fixed make sure both sides have one."""
    placed: dict[str, Split] = {}
    free: dict[str, float] = {}
    for question in dict.fromkeys(questions):
        side = fixed.get(question)
        if side is None:
            free[question] = _place(question)
            side = "test" if free[question] < test_share else "train"
        placed[question] = side
    held_out = sum(side == "test" for side in placed.values())
    if free and len(placed) >= 2:
        if held_out == 0:
            placed[min(free, key=free.__getitem__)] = "test"
        elif held_out == len(placed):
            placed[max(free, key=free.__getitem__)] = "train"
    return placed


def _id(name: str, version: int, examples: Sequence[SetExample]) -> str:
    digest = hashlib.sha256("\0".join((name, str(version))).encode())
    for one in examples:
        example, more = one.example, ""
        if example.fields or example.tags:
            more = json.dumps([example.fields, example.tags])
        for part in (example.question, example.answer, one.split + more):
            digest.update(b"\0" + part.encode())
    return digest.hexdigest()[:16]


def _place(question: str) -> float:
    """A fixed number from 0 up to 1, alike to a random one."""
    return int(_digest(question)[:13], 16) / 16**13


def _digest(*parts: str) -> str:
    # A separator that no part holds: ("a", "b") must not be ("ab", "").
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _bad(code: str, reason: str) -> UsageError:
    message = f"this set cannot be made: {reason}"
    return UsageError("bad_examples", message, reason=reason, code=code)
