"""The terms a text is found by: words, numbers, and pairs of syllables where words have no border.

Korean glues particles to nouns (고양이를, 고양이는) and nouns to each other, and people space them
as they like. Pairs of neighbouring syllables find all of these without a dictionary.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

from core.collection import Analyser
from core.errors import UsageError

LONGEST = 64
"""Characters of a term; of a longer one only the beginning counts."""

_HANGUL = "가-힣"
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Myanmar, Khmer
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"  # kana
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # ideographs
)
_MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff"
)
"""Vowels and accents that Python does not count as letters; without them words fall apart."""
_PICTURES = "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_LETTER = rf"(?:[^\W_{_HANGUL}{_UNSPACED}]|[{_MARKS}])"
_CHAIN = rf"{_LETTER}+(?:(?:[-.:@_'’+&]|(?<=\d),(?=\d)){_LETTER}+)*(?:\+\+|\#)?"
_RUN = re.compile(rf"([{_HANGUL}]+)|([{_UNSPACED}]+)|({_CHAIN})|([{_PICTURES}])")
_CHAINS = re.compile(_CHAIN)
_UNCHAINED = re.compile(rf"[{_UNSPACED}{_PICTURES}]")
_SYLLABLES = re.compile(rf"[{_HANGUL}]{{1,2}}")
_PART = re.compile(
    r"\d+(?:,\d\d\d)+(?:\.\d+)?(?![.,]?\d)"  # 1,234.5
    r"|(?<![\d.])\d+\.\d+(?!\.?\d)"  # 3.5, but not of 192.168.0.1
    rf"|\d+|(?:[^\W\d_]|[{_MARKS}])+"
)
_JOINER = re.compile(r"[-:_'’&,]")

_ASKING = """
무엇인가요 무엇이 무엇을 무엇으로 무엇에 무엇입니까 무슨 뭔가요 뭐예요 뭐라고 뭘 어디예요 어디에
어디에서 어디인가요 어디서 어디로 어디까지 언제인가요 언제예요 언제부터 언제까지 누구인가요 누구예요
누구와 누구에게 누가 어떤 어떻게 어때요 얼마나 얼마예요 얼마인가요 몇 왜 어느 있나요 있어요 없나요
하나요 되나요 까요 습니까 은가요 는가요 했나요 알려 주세요 알려줘 가르쳐 말해 설명해 궁금해요 주나요
해요 돼요 하는 것은
what which who whom whose when where why how is are was were be been do does did can could should
would will may must has have had the a an of in on at to for from by with about into and or if it
its this that there i you we they my your me us tell give please show many much long often
"""
"""How people ask, not what about: rare in passages, so their rarity would count for much."""


def terms(text: str, analyser: Analyser = "bigrams") -> list[str]:
    """Every term of a text, as often as it occurs.

    Raises:
        UsageError: `no_package` when the analyser is Kiwi and it is not installed.
    """
    text = _folded(text)
    if analyser == "kiwi":
        return [*_found(text, of_hangul=lambda run: ()), *_morphemes(text)]
    return list(_found(text, of_hangul=_syllables))


def held(wanted: Collection[str], text: str, analyser: Analyser = "bigrams") -> set[str]:
    """Those of some terms that a text has: the same as by `terms`, in a fifth of the time.

    Pairs of Hangul syllables are looked for as they stand; no list of all terms is made.
    """
    hangul = {term for term in wanted if _SYLLABLES.fullmatch(term)}
    others = set(wanted) - hangul
    if analyser == "kiwi" or any(map(_UNCHAINED.match, others)):
        return set(wanted).intersection(terms(text, analyser))
    text = _folded(text)
    found = {term for term in hangul if (_begins(term, text) if len(term) == 1 else term in text)}
    if others:
        for chain in set(_CHAINS.findall(text)):
            found.update(others.intersection(_of_known_chain(chain)))
    return found


def _begins(syllable: str, text: str) -> bool:
    """Whether a run of Hangul begins with it."""
    at = text.find(syllable)
    while at > 0 and "가" <= text[at - 1] <= "힣":
        at = text.find(syllable, at + 1)
    return at >= 0


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=1 << 14)
def _of_known_chain(chain: str) -> tuple[str, ...]:
    return tuple(_of_chain(chain))


@cache
def asking(analyser: Analyser = "bigrams") -> frozenset[str]:
    """Terms that ask: they tell nothing about what a question is about."""
    return frozenset(terms(_ASKING, analyser))


def _found(text: str, *, of_hangul: Any) -> Iterator[str]:
    for hangul, unspaced, chain, picture in _RUN.findall(text):
        if hangul:
            yield from of_hangul(hangul)
        elif chain:
            yield from _of_known_chain(chain)
        elif unspaced:
            yield from _pairs(unspaced)
        else:
            yield picture


def _syllables(run: str) -> Iterable[str]:
    """Pairs, and the first syllable: 컵 finds 컵을, and 먹나요 finds 먹는다."""
    pairs = _pairs(run)
    return [*pairs, run[0]] if len(run) > 1 else pairs


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def _of_chain(chain: str) -> Iterator[str]:
    """Of `gpt-4` its parts, and `gpt4`, as others write it."""
    parts = _PART.findall(chain)
    for part in parts:
        if part[0].isdecimal():
            yield part.replace(",", "").lstrip("0")[:LONGEST] or "0"
        else:
            yield _stem(part)[:LONGEST]
    if len(parts) > 1 or chain[-1] in "+#":
        whole = _JOINER.sub("", chain)
        if len(whole) <= LONGEST:
            yield whole


def _stem(word: str) -> str:
    """An English word without its commonest endings; other languages lose little by it."""
    if len(word) < 4 or not word.isascii():
        return word
    if word[-1] == "s" and word[-2] not in "sui":
        word = word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == "e" else word


def _morphemes(text: str) -> Iterator[str]:
    """Nouns, stems of verbs and adjectives, adverbs and roots in Hangul."""
    for token in _kiwi().tokenize(text):
        if token.tag[0] in "NVM" or token.tag[:2] == "XR":
            form = unicodedata.normalize("NFKC", token.form)
            if "가" <= form[:1] <= "힣":
                yield form[:LONGEST]


@cache
def _kiwi() -> Any:
    try:
        import kiwipiepy  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as error:
        raise UsageError(
            "no_package",
            "Kiwi is not installed: pip install kiwipiepy",
            package="kiwipiepy",
            command="pip install kiwipiepy",
        ) from error
    return kiwipiepy.Kiwi(num_workers=1)
