"""Answers that are labels: which of them are the same, and which one most examples bear. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.spelling import compact, plain

LONGEST = 40
"""Characters of a label; a longer answer is none."""
MOST = 50
"""Different labels of one set; more are answers."""
EACH = 4
"""Examples for a label on average; of up to `FEW` labels two are enough."""
FEW = 3

_COPULA = "입니다 이에요 이예요 예요 이다 이야 이요 임 이라고".split()
_ENDINGS = tuple(sorted([*_COPULA, *(f"적{one}" for one in _COPULA), "적인", "적"], key=len)[::-1])
_PARTICLES = re.compile("(?:으로서?|에서|에게|까지|부터|은|는|을|를|이|가|로)$")
_AFTER_FINAL = ("으로", "으로서", "은", "을", "이")
"""They stand after a final consonant; 는, 를, 가 and 로 after a vowel, so not in 소설가."""
_NOUNS_IN_I = tuple(
    "고양이 호랑이 원숭이 어린이 거북이 떡볶이 목걸이 귀걸이 달팽이 지팡이 종이 놀이 풀이 차이 높이"
    " 길이 깊이 넓이 먹이 나이 아이 사이".split()
)
_NOUNS_IN_IM = ("책임", "담임", "게임", "모임", "선임", "프레임")


@dataclass(frozen=True, kw_only=True)
class Label:
    """An answer that examples share, whatever its spelling."""

    key: str
    shown: str
    """Its most frequent spelling."""
    count: int
    """Examples that bear it."""
    spellings: tuple[str, ...]
    """All of them, the most frequent first."""


def label_key(text: str) -> str:
    """Equal for labels that differ only in spacing, case, punctuation or Korean endings.

    At least two syllables stay: 긍정적, 긍정입니다 and 긍정으로 are 긍정, but 목적 is a word.
    """
    key = compact(plain(text).strip())
    if not ("가" <= key[-1:] <= "힣") or len(key) > LONGEST:
        return key
    while (shorter := _shorter(key)) != key:
        key = shorter
    return key


def same_label(one: str, other: str) -> bool:
    """Whether two answers are one label."""
    return label_key(one) == label_key(other)


def balance(answers: Iterable[str]) -> tuple[Label, ...]:
    """How many bear each label, the most frequent first; of equals the one that came first."""
    spelled: dict[str, Counter[str]] = {}
    for answer in answers:
        spelled.setdefault(label_key(answer), Counter())[answer.strip()] += 1
    found = [
        Label(
            key=key,
            shown=counts.most_common(1)[0][0],
            count=counts.total(),
            spellings=tuple(spelling for spelling, _ in counts.most_common()),
        )
        for key, counts in spelled.items()
    ]
    return tuple(sorted(found, key=lambda label: -label.count))


def is_labelled(labels: Sequence[Label] | Sequence[str], total: int | None = None) -> bool:
    """Whether a set looks like a classification: few short answers that come again and again.

    Args:
        labels: what `balance` found, or the answers themselves.
        total: how many answers there are; None adds the labels up.
    """
    found = balance(one for one in labels if isinstance(one, str))
    found += tuple(one for one in labels if isinstance(one, Label))
    total = sum(label.count for label in found) if total is None else total
    if not found or len(found) > MOST or any(len(label.shown) > LONGEST for label in found):
        return False
    return total >= len(found) * (2 if len(found) <= FEW else EACH)


def majority(answers: Sequence[str], weights: Sequence[float]) -> str:
    """The most frequent spelling of the label that weighs most; of equals the first.

    Raises:
        ValueError: there are no answers, or not as many weights.
    """
    heavy: dict[str, float] = {}
    for answer, weight in zip(answers, weights, strict=True):
        key = label_key(answer)
        heavy[key] = heavy.get(key, 0.0) + weight
    heaviest = max(heavy, key=heavy.__getitem__)
    return next(label.shown for label in balance(answers) if label.key == heaviest)


def _shorter(key: str) -> str:
    """Without one ending or particle, if two syllables stay."""
    if key.endswith(_NOUNS_IN_I + _NOUNS_IN_IM):
        return key
    for ending in _ENDINGS:
        if key.endswith(ending) and len(key) - len(ending) >= 2:
            return key[: -len(ending)]
    found = _PARTICLES.search(key)
    if found and found.start() >= 2 and _fits(key[found.start() - 1], found[0]):
        return key[: found.start()]
    return key


def _fits(before: str, particle: str) -> bool:
    """Whether a particle has the form it has after this syllable."""
    if particle in ("에서", "에게", "까지", "부터"):
        return True
    final = (ord(before) - 0xAC00) % 28 if "가" <= before <= "힣" else 0
    if particle == "로":
        return final in (0, 8)
    return bool(final) == (particle in _AFTER_FINAL)
