"""Whether two questions are the same in other clothes, so that one gives the other's answer away.

Equal are questions of which the same is left when their writing does not count: spacing, case,
punctuation, how politely they end. What is near says `core.asked`. Knows no store.
"""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from string import ascii_lowercase
from typing import Literal
from zlib import crc32

from core.asked import SHORTEST_TYPO, Asked, asked, mistyped, near, pairs_of
from core.few_shot import Alike
from core.jsontypes import JsonObject
from core.korean import without_ending
from core.spelling import compact, plain

Place = Literal["example", "adapter", "train", "test", "collection"]
LONGEST = 2_000
"""Characters of a question; longer ones are compared for equality alone."""
MOST_SHOWN = 300
"""Characters of a text kept to be shown."""
MOST_PIECES = 64
"""Of one question; of more a fixed sample."""
MOST_READ, MOST_READ_FIRST = 4_000, 20_000
"""Entries read for one search, and of the rarest piece alone: what very many questions have in
common is not looked through."""
MOST_COMPARED = 30


@dataclass(frozen=True, kw_only=True)
class Leak:
    """A question that is also known where it must not be."""

    alike: Alike
    place: Place
    """Where it is known: shown as an `example`, learnt by an `adapter`, on the `train` or `test`
    side of a set, written in a `collection`."""
    name: str
    """Of the set with its version (`capitals v2`), the adapter or the collection."""
    question: str
    """The question asked or tested."""
    other: str
    """The text that equals it, of at most 300 characters."""
    kept: bool = False
    """Whether it was used all the same, knowingly."""

    def to_json(self) -> JsonObject:
        return {
            "alike": self.alike,
            "place": self.place,
            "name": self.name,
            "question": self.question,
            "other": self.other,
            "kept": self.kept,
        }


def question_key(text: str) -> str:
    """What is left of a question when its writing does not count."""
    return compact(_WORD.sub(_without_ending, plain(text)))


@lru_cache(maxsize=4)
def _long_key(text: str) -> str:
    """One long question is held against many examples."""
    return question_key(text)


def alike(one: str, other: str) -> Alike | None:
    """Whether two questions are equal or nearly equal."""
    if max(len(one), len(other)) > LONGEST:
        return "equal" if _long_key(one) == _long_key(other) else None
    first, second = _read(one), _read(other)
    if first.key == second.key:
        return "equal"
    return "near" if near(first.asked, second.asked) else None


class NearIndex:
    """Questions in which an equal or nearly equal one is found without comparing all.

    What is near has a counterpart for every content word, so it shares the rarest ones: they alone
    are looked up. Of Korean words pairs of syllables stand in, which spacing does not change.

    Args:
        texts: the first questions; more can be added.
        equal_only: whether only equal ones are looked for, which needs little memory.
    """

    def __init__(self, texts: Iterable[str] = (), *, equal_only: bool = False) -> None:
        self._equal_only = equal_only
        self._texts: list[str] = []
        self._keys: dict[bytes, int] = {}
        self._holders: dict[str, array[int]] = {}
        self._numbers = array("I")
        self.add(texts)

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, texts: Iterable[str]) -> None:
        """More questions, numbered on."""
        for text in texts:
            place, long = len(self._texts), len(text) > LONGEST
            first = self._keys.setdefault(_digest(text), place) == place
            self._texts.append(text[:MOST_SHOWN] if long or self._equal_only else text)
            read = asked(text) if first and not long and not self._equal_only else None
            self._numbers.append(_numbers(read) if read else 0)
            for piece in _pieces(read) if read else ():
                self._holders.setdefault(piece, array("I")).append(place)

    def text(self, place: int) -> str:
        """A question by its place; of a long one, or where only equal ones count, its beginning."""
        return self._texts[place]

    def find(self, question: str) -> tuple[int, Alike] | None:
        """Place of the first equal question, else of the one most alike among the near ones."""
        place = self._keys.get(_digest(question))
        if place is not None:
            return place, "equal"
        if self._equal_only or len(question) > LONGEST:
            return None
        read = asked(question)
        for place in self._candidates(read):
            if near(read, asked(self._texts[place])):
                return place, "near"
        return None

    def _candidates(self, read: Asked) -> list[int]:
        pieces = _pieces(read)
        held = sorted(map(self._held, pieces), key=len)
        shared, entries, read_from = Counter[int](), 0, 0
        for holders in held[: len(pieces) * 3 // 4 + 1]:
            entries += len(holders)
            if entries > (MOST_READ if shared else MOST_READ_FIRST):
                break
            read_from += 1
            shared.update(holders)
        # Whoever lacks at most half of the pieces has the others of those looked up.
        least, numbers = max(1, read_from - len(pieces) // 2), _numbers(read)
        likely = [p for p, n in shared.items() if n >= least and self._numbers[p] == numbers]
        return sorted(likely, key=lambda place: (-shared[place], place))[:MOST_COMPARED]

    def _held(self, piece: str) -> Sequence[int]:
        """Questions with a piece; where there is none, with a word it may be a mistyping of."""
        found = self._holders.get(piece)
        if found is not None or len(piece) < SHORTEST_TYPO:
            return found or ()
        words = (word for word in _variants(piece) if word in self._holders)
        return [p for word in sorted(words) if mistyped(piece, word) for p in self._holders[word]]


_WORD = re.compile(r"([가-힣]++)(\W*+)")


@dataclass(frozen=True, kw_only=True)
class _Read:
    key: str
    asked: Asked


@lru_cache(maxsize=1024)
def _read(question: str) -> _Read:
    """One question is compared with many."""
    return _Read(key=question_key(question), asked=asked(question))


def _without_ending(found: re.Match[str]) -> str:
    """The word as it is, unless a sentence ends with it."""
    ends = found.end() == len(found.string) or any(mark in found[2] for mark in "?!.。\n")
    return (without_ending(found[1]) if ends else found[1]) + found[2]


def _digest(text: str) -> bytes:
    return blake2b(question_key(text).encode(), digest_size=8).digest()


def _numbers(read: Asked) -> int:
    return crc32("\0".join(sorted(read.numbers)).encode())


def _pieces(read: Asked) -> list[str]:
    found = set(read.numbers)
    for stem in read.stems:
        found.update(pairs_of(stem) if stem > "\u0530" else (stem,))
    return sorted(found, key=lambda piece: (crc32(piece.encode()), piece))[:MOST_PIECES]


def _variants(word: str) -> set[str]:
    """All that one mistake with a Latin letter makes of a word, its beginning left as it is."""
    cuts = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
    made = {a + b[1:] for a, b in cuts} | {a + b[1:2] + b[:1] + b[2:] for a, b in cuts}
    return made | {a + c + b[n:] for a, b in cuts for c in ascii_lowercase for n in (0, 1)}
