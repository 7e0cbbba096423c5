"""`baseline/extract`: an answer without any language model, free and instant.

It returns the answer of the most similar example, or the passage sentence that shares most
with the question, and says so when it was given neither. Any model must beat this column.
"""

import re
from collections.abc import AsyncIterator, Iterator

from core.answer import Usage
from core.model import Delta, Done, Event
from core.prompt import Prompt
from core.recipe import Recipe
from core.text import language_of

_WORD = re.compile(r"[a-z0-9]+|[\uac00-\ud7a3]+")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+|\n+")
_ENOUGH = 0.5
"""Share of the question's features an example must contain to be the same question."""

NOTHING_GIVEN = {
    "ko": "예제도 참고 자료도 받지 못해 찾아낼 답이 없습니다. "
    "이 열에 예제나 참고 자료를 넣어 주세요.",
    "en": "I was given no examples and no passages, so there is nothing to extract an answer from. "
    "Give this column examples or a reference text.",
}
NOTHING_FITS = {
    "ko": "받은 자료에서 이 질문의 답을 찾지 못했습니다.",
    "en": "The material I was given does not contain an answer to this question.",
}


async def stream(_recipe: Recipe, prompt: Prompt) -> AsyncIterator[Event]:
    """Answer in one piece. Tokens stay unknown: no tokenizer was involved."""
    yield Delta(text=extract(prompt))
    yield Done(stop_reason="stop", usage=Usage())


def extract(prompt: Prompt) -> str:
    """The best example's answer, else the best sentence with its number, else an honest no."""
    language = "ko" if language_of(prompt.question) == "ko" else "en"
    if not prompt.examples and not prompt.passages:
        return NOTHING_GIVEN[language]
    return _from_examples(prompt) or _from_passages(prompt) or NOTHING_FITS[language]


def features(text: str) -> set[str]:
    """Lower-cased words; Hangul words as syllable pairs, so that particles do not matter."""
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        if word.isascii():
            found.add(word)
        else:
            found.update(word[i : i + 2] for i in range(max(1, len(word) - 1)))
    return found


def _from_examples(prompt: Prompt) -> str | None:
    asked = features(prompt.question)
    scored = [(_shared(asked, features(e.question)), e.answer) for e in prompt.examples]
    score, answer = max(scored, default=(0.0, ""), key=lambda pair: pair[0])
    return answer if score >= _ENOUGH else None


def _from_passages(prompt: Prompt) -> str | None:
    asked = features(prompt.question) - _COMMON
    best, best_score = None, 0.0
    for number, sentence in _sentences(prompt):
        score = _shared(asked, features(sentence))
        if score > best_score:
            best, best_score = f"{sentence} [{number}]", score
    return best


def _sentences(prompt: Prompt) -> Iterator[tuple[int, str]]:
    for number, passage in enumerate(prompt.passages, 1):
        for sentence in _SENTENCE_END.split(passage.text):
            if sentence.strip():
                yield number, sentence.strip()


def _shared(asked: set[str], offered: set[str]) -> float:
    return len(asked & offered) / len(asked) if asked else 0.0


_COMMON = frozenset(
    (
        "a an and are be by do does for from has have how in is it of on or that the there this "
        "to was were what when where which who why will with"
    ).split()
)
