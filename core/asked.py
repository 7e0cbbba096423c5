"""What a question asks, whatever its wording: content words, numbers, and the kind of answer.

Two questions are near that ask for the same kind of thing, with the same numbers, about the same
content words: in another order, with other particles, or with one letter mistyped. One other word
makes another question, however alike the rest (the capitals of France and of Italy).
"""

import re
import unicodedata
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache

from core.korean import ENDS_OF_WORDS, bare, functional
from core.spelling import plain

LEAST = 0.5
"""Share of pairs of letters in common (Dice) from which on two questions may be near."""
MOST_UNLIKE = 8
"""Words of which only a variant may stand in the other question."""
SHORTEST_TYPO = 5
"""Letters (three syllables of Hangul) of a word in which one may be mistyped."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a question asks."""

    stems: frozenset[str]
    """Content words without particles and endings."""
    numbers: tuple[str, ...]
    """In their order."""
    counted: tuple[str, ...]
    """Each number with the letter after it, sorted: 3 tablets twice are not 2 tablets thrice."""
    kinds: frozenset[str]
    """What is asked for: `where`, `when`, ...; `yes` for yes or no; none when it is not said."""


_LETTER = r"(?:[^\W\d_가-힣]|[\u0300-\u036f\u0900-\u0dff\u0e31-\u0e4e])"
_PICTURE = "[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
_WORD = re.compile(rf"([가-힣]+)|(\d+(?:[.,:/]\d+)*)|({_LETTER}+(?:\+\+|\#)?|{_PICTURE}+)")
_NEXT = re.compile(r"\s*([^\W\d_])")

_KINDS = {
    **dict.fromkeys("무엇 무슨 어떤 어느 what which".split(), "what"),
    **dict.fromkeys("어디 where".split(), "where"),
    **dict.fromkeys("언제 when".split(), "when"),
    **dict.fromkeys("누구 누가 who whom whose".split(), "who"),
    **dict.fromkeys("어떻 어떻게 how".split(), "how"),
    **dict.fromkeys("왜 why".split(), "why"),
    **dict.fromkeys("몇 얼마 얼마나".split(), "count"),
}
_SPECIFIC = frozenset(("yes", "why"))
"""What `what` cannot stand for: what is the capital, where is the capital, but not why."""
_REQUESTS = frozenset(
    "알려 알려주 알리 알 말해 말해주 말하 가르쳐 가르쳐주 설명 설명하 설명해 설명해주 궁금하"
    " 궁금해 궁금합 tell give name show explain describe please list".split()
)
_STOP = frozenset(
    "하 되 있 주 거 것 좀 그 이 저 제 및 또는 그리고 그럼 혹시 대해 대한 대하여 관해 관한"
    " a an the of in on at to for from by with about into and or if it its this that there i you"
    " we they my your me us is are was were be been am do does did has have had can could should"
    " would will may must".split()
)
_YES = re.compile(
    r"(?:나요|까요?|가요|아요|어요|해요|돼요|되요|니|냐)[?!.\s]*$"
    r"|^(?:is|are|was|were|do|does|did|has|have|had|can|could|should|would|will|may|must)\b"
)
_EXACT = frozenset(
    "three third seven seventh eight eighth eighty seventy sixty sixth sixteen fifty fifth fifteen"
    " ninth ninety nineteen seventeen eighteen fourth fourteen forty".split()
)
"""Words of which a mistyped one would be another."""


def asked(text: str) -> Asked:
    """Read a question."""
    text = plain(text).strip()
    stems: set[str] = set()
    numbers: list[str] = []
    counted: list[str] = []
    kinds: set[str] = set()
    requested = False
    for found in _WORD.finditer(text):
        hangul, number, word = found.groups()
        if number:
            numbers.append(number.replace(",", ""))
            after = _NEXT.match(text, found.end())
            counted.append(numbers[-1] + (after[1] if after else ""))
            continue
        stem = bare(hangul) if hangul else _english(word)
        if stem in _KINDS:
            kinds.add(_KINDS[stem])
        elif stem in _REQUESTS:
            requested = True
        elif stem not in _STOP:
            stems.add(stem)
    if not kinds and not requested and _YES.search(text):
        kinds.add("yes")
    return Asked(
        stems=frozenset(stems),
        numbers=tuple(numbers),
        counted=tuple(sorted(counted)),
        kinds=frozenset(kinds),
    )


def near(one: Asked, other: Asked) -> bool:
    """Whether two questions ask the same apart from their wording."""
    if one.numbers != other.numbers and one.counted != other.counted:
        return False
    if not one.stems or not _same_kind(one.kinds, other.kinds):
        return False
    if max(len(one.stems - other.stems), len(other.stems - one.stems)) > MOST_UNLIKE:
        return False
    if not (_covered(one.stems, other.stems) and _covered(other.stems, one.stems)):
        return False
    pairs = [{pair for stem in side.stems for pair in pairs_of(stem)} for side in (one, other)]
    return 2 * len(pairs[0] & pairs[1]) >= LEAST * (len(pairs[0]) + len(pairs[1]))


def pairs_of(stem: str) -> list[str]:
    """Pairs of neighbouring letters; a single letter is itself."""
    return [stem[at : at + 2] for at in range(max(1, len(stem) - 1))]


def mistyped(one: str, other: str) -> bool:
    """Whether one letter of a word was left out, added, taken for another or moved by one.

    Not in short words, nor at their beginning: Iran and Iraq, Gambia and Zambia are two words.
    """
    if one[:1] != other[:1] or one in _EXACT or other in _EXACT:
        return False
    if _is_hangul(one) and _is_hangul(other):
        if min(len(one), len(other)) < 3:
            return False
        one, other = (unicodedata.normalize("NFD", word) for word in (one, other))
    elif not (_has_vowels(one) and _has_vowels(other)):
        return False
    return min(len(one), len(other)) >= SHORTEST_TYPO and _one_edit(one, other)


def _same_kind(one: Set[str], other: Set[str]) -> bool:
    if not one or not other or one & other:
        return True
    return ("what" in one and not other & _SPECIFIC) or ("what" in other and not one & _SPECIFIC)


def _covered(mine: Set[str], theirs: Set[str]) -> bool:
    """Whether each of my words has a counterpart among theirs."""
    return all(
        any(_inflected(stem, other) or mistyped(stem, other) for other in theirs)
        or _joined(stem, theirs)
        or any(_holds(other, stem) and _joined(other, mine) for other in theirs)
        for stem in mine - theirs
    )


def _inflected(one: str, other: str) -> bool:
    """Whether two Korean words differ in particles and endings alone."""
    if one[:2] != other[:2] or len(one) < 2 or not (_is_hangul(one) and _is_hangul(other)):
        return False
    at = 2
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    return functional(one[at:]) and functional(other[at:])


def _holds(word: str, part: str) -> bool:
    return part in word or (part[-1] in ENDS_OF_WORDS and word.endswith(part[:-1]))


def _joined(word: str, others: Set[str]) -> bool:
    """Whether a word is others, with their particles, written without blanks between."""
    # What looked like the particle of the whole may be the end of its last word.
    for whole in (word, *(word + particle for particle in ENDS_OF_WORDS)):
        parts = sorted((other for other in others if other in whole), key=len, reverse=True)
        rest = whole
        for part in parts:
            rest = rest.replace(part, " ")
        if parts and len(max(parts, key=len)) > 1 and all(map(functional, rest.split())):
            return True
    return False


def _one_edit(one: str, other: str) -> bool:
    if len(one) > len(other):
        one, other = other, one
    at = 0
    while at < len(one) and one[at] == other[at]:
        at += 1
    if len(other) - len(one) == 1:
        return one[at:] == other[at + 1 :]
    moved = one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    return len(one) == len(other) and (moved or one[at + 1 :] == other[at + 1 :])


def _is_hangul(word: str) -> bool:
    return "가" <= word[:1] <= "힣"


def _has_vowels(word: str) -> bool:
    """Of a Latin, Greek or Cyrillic alphabet, in which one letter of many may be wrong."""
    return word < "\u0530"


@lru_cache(maxsize=20_000)
def _english(word: str) -> str:
    """An English word without plural and past; others lose the same letters everywhere."""
    for ending, instead in (("ies", "y"), ("ing", ""), ("ed", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 4 and not word.endswith("ss"):
            word = word[: -len(ending)] + instead
            break
    return word[:-1] if word[-1] == "e" and len(word) > 4 else word
