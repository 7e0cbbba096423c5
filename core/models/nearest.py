"""`baseline/nearest`: answers as the most similar examples do, free and instant.

Where short answers come again among the examples, as labels do, it returns the one that most of
them bear, weighted by how similar they are to the question; else the answer of the most similar
one. A model that gets the same examples must beat this column.
"""

import asyncio
import re
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, log, sqrt

from core.answer import Usage
from core.labels import LONGEST, balance, majority
from core.model import Delta, Done, Event
from core.models.baseline import subjects
from core.prompt import Prompt
from core.recipe import Recipe
from core.text import language_of

MOST_READ = 4000
"""Characters of a text that are compared, from its beginning."""
_RUN = re.compile(r"[가-힣]+|[^\W_가-힣]+")
_LENGTHS = (2, 3, 4)
"""Characters in a piece of a word that is not Hangul."""

NO_EXAMPLES = {
    "ko": "예제를 받지 못해 가장 비슷한 예제를 찾을 수 없습니다. 이 열에 예제집을 지정해 주세요.",
    "en": "I was given no examples, so none is nearest to this question. "
    "Give this column an example set.",
}
NOTHING_SIMILAR = {
    "ko": "받은 예제 가운데 이 질문과 비슷한 것이 없습니다.",
    "en": "None of the examples I was given is similar to this question.",
}


@dataclass(frozen=True, kw_only=True)
class _Read:
    pieces: frozenset[str]
    """Pairs of Hangul syllables, and runs of characters of other words, without how it asks."""
    subjects: frozenset[str]
    """What it is about; two texts that share none of these are not similar."""


async def stream(recipe: Recipe, prompt: Prompt) -> AsyncIterator[Event]:
    """Answer in one piece. Tokens stay unknown: no tokenizer was involved."""
    yield Delta(text=await asyncio.to_thread(nearest, prompt))
    yield Done(stop_reason="stop", usage=Usage())


def nearest(prompt: Prompt) -> str:
    """The weighted majority of labels, else the most similar example's answer, else an honest no.

    Labels are answered even when nothing is similar: most questions have the commonest one.
    """
    language = "ko" if language_of(prompt.question) == "ko" else "en"
    if not prompt.examples:
        return NO_EXAMPLES[language]
    answers = [one.answer for one in prompt.examples]
    scores = similarities(prompt.question, [one.question for one in prompt.examples])
    if _vote(answers):
        return majority(answers, scores if any(scores) else [1.0] * len(scores))
    best = max(range(len(scores)), key=scores.__getitem__)
    return answers[best] if scores[best] else NOTHING_SIMILAR[language]


def similarities(question: str, others: Sequence[str]) -> list[float]:
    """How similar each text is to the question, from 0 to 1: cosine of what they share.

    A piece counts by its rarity among the texts.
    """
    asked, offered = _read(question), [_read(other) for other in others]
    having = Counter(piece for other in offered for piece in other.pieces)
    # Squared, as a cosine takes every weight twice.
    weights = {piece: log(1 + len(offered) / count) ** 2 for piece, count in having.items()}
    unknown = log(1 + len(offered)) ** 2
    for piece in asked.pieces:
        weights.setdefault(piece, unknown)
    return [
        _cosine(asked.pieces, other.pieces, weights) if asked.subjects & other.subjects else 0.0
        for other in offered
    ]


def _vote(answers: Sequence[str]) -> bool:
    """Whether the answers are short and some come again.

    A set is called labelled for more; of its rows a prompt has a few, with each label hardly twice.
    """
    return max(map(len, answers)) <= LONGEST and len(balance(answers)) < len(answers)


def _read(text: str) -> _Read:
    text = unicodedata.normalize("NFKC", text[:MOST_READ]).casefold()
    pieces: set[str] = set()
    told: set[str] = set()
    for run in _RUN.findall(text):
        found = subjects(run)
        told |= found
        if "가" <= run[0] <= "힣":
            pieces |= found
        elif found:
            # Blanks stand for the borders of a word.
            word = f" {run} "
            for length in _LENGTHS:
                pieces.update(word[at : at + length] for at in range(len(word) - length + 1))
    return _Read(pieces=frozenset(pieces), subjects=frozenset(told))


def _cosine(one: Collection[str], other: Collection[str], weights: Mapping[str, float]) -> float:
    common = _weight(frozenset(one) & frozenset(other), weights)
    return common / sqrt(_weight(one, weights) * _weight(other, weights)) if common else 0.0


def _weight(pieces: Collection[str], weights: Mapping[str, float]) -> float:
    return fsum(weights[piece] for piece in pieces)
