"""Korean words without what grammar hangs on them: endings of questions, particles. No dictionary.

Questions end politely in many ways (어디인가요, 어디입니까, 어디예요, 어딘가요), and particles mark
what a noun does in its sentence (수도는, 수도가). Neither changes what is asked.
"""

import re
from functools import lru_cache

_COPULA = re.compile(
    "(?<=.)(?:인가요|인가|인지요|인지|입니까|입니다|일까요|일까|이에요|이예요|예요|에요"
    "|이지요|이죠|지요|죠|이야|이니|이냐)$"
)
_VERBAL = re.compile(
    "(?<=.)(?:(?:으?시)?(?:나요|는가요|는지요|는지)|으?십니까|으?십시오|으?세요|시겠어요|실래요|실까요"
    "|습니까|습니다|은가요|은지요|을까요|아요|어요|여요)$"
)
_FAMILIAR = re.compile(
    "(?<=[었았였했됐있없겠])[어니냐지나]$|(?<=어디|누구|언제|얼마)[야니냐]$|(?<=뭐)[야니냐]$"
)
_AFTER_FINAL = (("니까", 17), ("니다", 17), ("까요", 8), ("까", 8), ("래요", 8), ("가요", 4))
"""Endings that follow a final consonant (ㅂ, ㄹ, ㄴ) which is part of them."""
_CONTRACTIONS = {"해": "하", "돼": "되", "줘": "주", "봐": "보", "와": "오", "려": "리", "져": "지"}
_WHAT = re.compile("^(?:뭐|뭘|뭔|무얼)")
_PARTICLES = (
    *"에서는 에서도 에서의 에게서 이라고 이라는 에서 에게 께서 까지 부터 마다 보다 처럼".split(),
    *"으로 라고 라는 이란 에는 에도 에만 이랑 은 는 이 가 을 를 의 에 와 과 도 만 로 랑".split(),
)
ENDS_OF_WORDS = ("이", "가", "과", "도", "로", "만", "의")
"""Particles that many words end with that have none: 수도, 학교와 휴가."""
_AFTER_ONE = frozenset("은 는 을 를 에 에서 에는 에서는".split())
"""Particles that are taken off a single syllable: 해는; but 평가, 효과 and 나이 are words."""
_FUNCTIONAL = re.compile(
    "(?:(?:하|한|할|함|합|해|했|되|된|될|됨|됩|돼|됐|시키|시킨|었|았|였)"
    "(?:여|였|어|었|고|며|면|지|기|던|다|려|게|니|시|는|은|을)*)?"
    f"(?:{'|'.join(_PARTICLES)})*"
)
"""Endings follow a verb only: 설립하기 is of 설립, but 세탁기 is not 세탁, nor 프랑스어 프랑스."""
_MOST_FUNCTIONAL = 6
"""Syllables of particles and endings in a row."""


@lru_cache(maxsize=20_000)
def without_ending(word: str) -> str:
    """A word that ends a question as it is before its ending: 걸립니까, 걸려요 -> 걸리."""
    return _WHAT.sub("무엇", _open(_FAMILIAR.sub("", word)))


@lru_cache(maxsize=20_000)
def bare(word: str) -> str:
    """A word without ending and particles; nearly always two syllables or more stay."""
    word = without_ending(word)
    while (shorter := _without_particle(word)) != word:
        word = shorter
    return word


def functional(rest: str) -> bool:
    """Whether this is nothing but particles and endings."""
    return len(rest) <= _MOST_FUNCTIONAL and _FUNCTIONAL.fullmatch(rest) is not None


def _open(word: str) -> str:
    for pattern in (_COPULA, _VERBAL):
        shorter = pattern.sub("", word)
        if shorter != word:
            return _uncontracted(shorter)
    for ending, final in _AFTER_FINAL:
        before = word[: -len(ending)]
        if before and word.endswith(ending) and (ord(before[-1]) - 0xAC00) % 28 == final:
            return before[:-1] + chr(ord(before[-1]) - final)
    if word[-1] == "요" and (len(word) > 2 or word[0] in _CONTRACTIONS):
        return _uncontracted(word[:-1])
    return _uncontracted(word) if word[-1] == "줘" else word


def _uncontracted(word: str) -> str:
    return word[:-1] + _CONTRACTIONS.get(word[-1], word[-1])


def _without_particle(word: str) -> str:
    if not word.endswith(_PARTICLES):
        return word
    for particle in _PARTICLES:
        least = 1 if particle in _AFTER_ONE else 2
        if word.endswith(particle) and len(word) - len(particle) >= least:
            return word[: -len(particle)]
    return word
