"""`baseline/extract`: an answer without any language model, free and instant.

It returns the answer of the most similar example, or the passage sentence that shares most
with the question, and says so when it was given neither. Any model must beat this column.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from math import log

from core.answer import Usage
from core.model import Delta, Done, Event
from core.prompt import Prompt
from core.recipe import Recipe
from core.sentences import sentence_spans
from core.text import language_of

_WORD = re.compile(r"[a-z0-9]+|[\uac00-\ud7a3]+")
_ENOUGH = 0.5
"""Share of the question's features an example must contain to be the same question."""

_LEAST = 0.2
"""Share of the question's weight that a sentence must have of its own to be an answer."""
_CONTEXT = 0.3
"""Weight of the question's features around a sentence: `It costs 5 euros.` needs its passage."""
_RANK = 0.01
"""Taken off for each passage before it, as the search put the better ones first."""
_FITTING = 0.2
"""For a time, a price or a number, where one is asked for."""
_SHORTEST_STEM = 3
_TIME = (
    r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|an?|every) )\S{0,6} ?"
    r"(?:days?|weeks?|months?|years?|hours?|minutes?|seconds?|o'clock|[ap]\.?m\b)"
    r"|\d ?(?:일|주|개월|달|년|시간|시|분|월)|하루|이틀|사흘|나흘|열흘|보름|일주일|한 달"
    r"|\b(?:19|20)\d\d\b"
)
_WANTED = tuple(
    (re.compile(asks, re.IGNORECASE), re.compile(answers, re.IGNORECASE))
    for asks, answers in (
        (r"며칠|언제|기한|기간|얼마나 (?:걸|오래)|몇 ?(?:시|분|일|주|달|년)", _TIME),
        (r"how (?:long|often|old)|\bwhen\b|what (?:time|year|date)|deadline", _TIME),
        (
            r"얼마|금액|가격|비용|how much|\bcosts?\b|\bprice",
            r"\d ?(?:[만천억]? ?원|%)|[$€£]|\d ?\w",
        ),
        (r"몇|얼마나|how (?:many|far|big|large|heavy|tall)|percentage", r"\d"),
    )
)
"""What the question asks for, and how an answer looks that has it."""
_BULLET = re.compile(r"\A(?:[-*+•·▪◦]\s+)+")
_HEADING = re.compile(r"\s*(?:#{1,6}\s|```|~~~)")
_QUESTION = re.compile(r"[?？][\"'”’」)\]*_]*\Z")

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


async def stream(recipe: Recipe, prompt: Prompt) -> AsyncIterator[Event]:
    """Answer in one piece. Tokens stay unknown: no tokenizer was involved."""
    yield Delta(text=extract(prompt, searched=recipe.retrieval is not None))
    yield Done(stop_reason="stop", usage=Usage())


def extract(prompt: Prompt, *, searched: bool = False) -> str:
    """The best example's answer, else the best sentence with its number, else an honest no.

    Args:
        prompt: with its examples and passages.
        searched: whether passages were searched for, so that having none means none was found.
    """
    language = "ko" if language_of(prompt.question) == "ko" else "en"
    if not prompt.examples and not prompt.passages and not searched:
        return NOTHING_GIVEN[language]
    return _from_examples(prompt) or _from_passages(prompt) or NOTHING_FITS[language]


def features(text: str) -> set[str]:
    """Lower-cased words without their endings; Hangul words as syllable pairs.

    So neither a plural nor a particle hides a word.
    """
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        if word.isascii():
            found.add(_stem(word))
        else:
            found.update(word[i : i + 2] for i in range(max(1, len(word) - 1)))
    return found


def subjects(text: str) -> set[str]:
    """Features that say what a text is about, not how it asks."""
    return features(text) - _COMMON


def _from_examples(prompt: Prompt) -> str | None:
    asked = features(prompt.question)
    scored = [(_shared(asked, features(e.question)), e.answer) for e in prompt.examples]
    score, answer = max(scored, default=(0.0, ""), key=lambda pair: pair[0])
    return answer if score >= _ENOUGH else None


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending)
    return word


def _shared(asked: set[str], offered: set[str]) -> float:
    return len(asked & offered) / len(asked) if asked else 0.0


@dataclass(frozen=True, kw_only=True)
class _Sentence:
    text: str
    passage: int
    """Number of its passage, from 1."""
    rank: int
    """Passages that the search put before it."""
    features: set[str]
    """Its own, and of the question it follows, as in lists of questions and answers."""
    around: set[str]
    """Features of the passage, its heading and its document's name."""


def _from_passages(prompt: Prompt) -> str | None:
    """The sentence with the most of the question's rare features, a little for its context."""
    offered = list(_sentences(prompt))
    asked = subjects(prompt.question)
    weights = _weights(asked, offered)
    total = sum(weights.values())
    if not total:
        return None
    wanted = [answers for asks, answers in _WANTED if asks.search(prompt.question)]
    best, best_score = None, 0.0
    for sentence in offered:
        own = sum(weights[f] for f in asked & sentence.features) / total
        if own < _LEAST:
            continue
        context = sum(weights[f] for f in asked & sentence.around) / total
        score = own + _CONTEXT * context - _RANK * sentence.rank
        score += _FITTING if any(answers.search(sentence.text) for answers in wanted[:1]) else 0.0
        if score > best_score:
            best, best_score = sentence, score
    return f"{best.text} [{best.passage}]" if best else None


def _weights(asked: set[str], offered: list[_Sentence]) -> Mapping[str, float]:
    """Inverse document frequency, a sentence being a document; K. Sparck Jones (1972)."""
    having = Counter(f for sentence in offered for f in asked & sentence.features)
    # What no sentence has is likelier a synonym or an ending than the point of the question.
    return {f: log(1 + len(offered) / max(1, having[f])) for f in asked}


def _sentences(prompt: Prompt) -> Iterator[_Sentence]:
    """What may be quoted: no headings, no table rules, no questions."""
    for number, passage in enumerate(prompt.passages, 1):
        around = features(f"{passage.heading}\n{passage.document}")
        led_by: set[str] = set()
        found = []
        for start, end in sentence_spans(passage.text):
            text = _BULLET.sub("", passage.text[start:end])
            own = features(text)
            around |= own
            if _QUESTION.search(text):
                led_by = own
            elif own and not _HEADING.match(text):
                found.append((text, own | led_by))
                led_by = set()
        # Pasted passages keep the order of their text, which says nothing of their worth.
        rank = number - 1 if passage.score is not None else 0
        for text, own in found:
            yield _Sentence(text=text, passage=number, rank=rank, features=own, around=around)


_COMMON = frozenset(
    _stem(word)
    for word in (
        "a an and are at be by can did do does for from get has have how i if in is it me "
        "much many must my of on or our shall should that the their there they this to was we "
        "were what when where which who whom whose why will with would you your tell please "
        "may "
        # Pairs of syllables in questions and endings.
        "무엇 엇인 인가 가요 나요 까요 니까 습니 합니 입니 됩니 니다 어떻 떻게 어떤 어디 누구 "
        "언제 얼마 마나 마인 며칠 칠인 몇 왜 하나 되나 해야 하는 되는 있는 있나 하면 되면 "
        "알려 려줘 려주 주세 세요 에서 으로 까지 부터 에는 대한 대해 해줘 인지 한가 은가 는가 "
        "할까 될까 있습 하고 이고"
    ).split()
)
