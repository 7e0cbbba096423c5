"""What a sentence claims: its words, numbers and names. Knows no grammar."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|[가-힣]+")
_NUMBER = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,15}(?:\.\d{1,9})?)"
    r" ?(만|억|조(?=\s?원)|천(?=\s?(?:원|명|개|만|달러))|백만|천만|million|billion|thousand)?"
)
_SCALES = {
    "천": 1000,
    "만": 10_000,
    "백만": 10**6,
    "천만": 10**7,
    "억": 10**8,
    "조": 10**12,
    "thousand": 1000,
    "million": 10**6,
    "billion": 10**9,
}
_IN_WORDS = {
    **{w: str(n) for n, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )},
    **{w: str(n) for n, w in zip(range(30, 100, 10), (
        "thirty forty fifty sixty seventy eighty ninety".split()), strict=True)},
    **{"once": "1", "twice": "2", "first": "1", "second": "2", "third": "3", "hundred": "100"},
}  # fmt: skip
_KOREAN_NUMBERS = (
    ("1", "하루|첫날|한 ?(?:시간|번|명|개|달|주|차례|사람|곳|가지|장)|일주일"),
    ("2", "이틀|두 ?(?:시간|번|명|개|달|주|차례|사람|곳|가지|장)"),
    ("3", "사흘|세 ?(?:시간|번|명|개|달|주|차례|사람|곳|가지|장)|석 ?달"),
    ("4", "나흘|네 ?(?:시간|번|명|개|달|주|차례|사람|곳|가지|장)|넉 ?달"),
    ("5", "닷새|다섯"), ("6", "엿새|여섯|반년"), ("7", "이레|일곱|일주일"), ("8", "여드레|여덟"),
    ("9", "아흐레|아홉"), ("10", "열흘|열 ?(?:번|명|개|달)"), ("15", "보름"), ("30", "한 ?달"),
)  # fmt: skip
_ONE = re.compile(
    r"(?<![가-힣])(?:연|연간|매년|매월|매달|매주|매일)(?![가-힣])"
    r"|\b(?:an?|each|every|per) (?:day|week|month|year|hour|person|time|item|night)",
    re.IGNORECASE,
)
"""Where others write `1년에` or `per 1 day`."""
_KOREAN_NUMBER = tuple((number, re.compile(words)) for number, words in _KOREAN_NUMBERS)
_LATIN_NAME = re.compile(r"(?<![A-Za-z])[A-Z][A-Za-z]+(?![A-Za-z])")
_HANGUL = re.compile("[가-힣]")
_EMPTY = frozenset(
    (
        "a an and any are as at be been but by can did do does for from had has have he her his "
        "how i if in into is it its may me more most must my no not of on or our shall she should "
        "so some such than that the their them then there these they this those to was we were "
        "what when where which who why will with would you your according passage passages also "
        # Pairs of syllables that endings and particles leave behind.
        "니다 습니 합니 입니 됩니 있습 없습 하는 되는 있는 에서 으로 까지 부터 하여 해야 해요 어요 "
        "아요 세요 이다 이며 으며 하며 하고 이고 되고 되며 에는 에게 이나 거나 면서 경우 대한 "
        "대해 위해 따라 따르 르면 통해 또한 그리 리고 하지 지만 그러 러나 수있 있다 한다 된다 "
        "수 한 것 등 및 더 또 그 이 각 때 중 번 "
        "하면 되면 하기 하거 은은 것은 것입 것이 이라 라고 다고 는데 하신 하시 시기 바랍"
    ).split()
)
_SHORTEST_STEM = 3


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What must be found elsewhere for a sentence to be borne out."""

    terms: frozenset[str]
    """Words without their endings; the first two syllables of Hangul words."""
    tails: frozenset[str]
    """Further pairs of syllables of Hangul words: parts of compounds, but mostly endings."""
    numbers: frozenset[str]
    names: frozenset[str]
    """Latin words written as names, in lower case and without their endings."""


def claim_of(sentence: str) -> Claim:
    """Terms, numbers and names of a sentence without its citation marks."""
    text = unicodedata.normalize("NFKC", sentence)
    found = terms_of(text)
    heads = {word if word.isascii() else word[:2] for word in _WORD.findall(text.lower())}
    terms = frozenset(term for term in found if term.isascii() or term in heads)
    return Claim(terms=terms, tails=found - terms, numbers=numbers_in(text), names=_names(text))


def terms_of(text: str) -> frozenset[str]:
    """Words without their endings; Hangul words as pairs of syllables."""
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        if word.isascii():
            if word not in _EMPTY and word not in _IN_WORDS:
                found.add(stem(word))
        else:
            found.update(word[i : i + 2] for i in range(max(1, len(word) - 1)))
    return frozenset(found - _EMPTY)


def stem(word: str) -> str:
    """An English word without its commonest endings; the same for all its forms suffices."""
    word = word.removesuffix("'s")
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending)
    return word


def numbers_in(text: str) -> frozenset[str]:
    """Numbers by value: `3,000`, `3000.0` and `3천 원` are the same; 3.10 and 3.1 are not."""
    return frozenset(_value(match) for match in _NUMBER.finditer(text.lower()))


def with_plain_numbers(text: str) -> str:
    """A lower-case text with its numbers written in digits alone."""
    return _NUMBER.sub(_value, text)


def _value(match: re.Match[str]) -> str:
    digits, scale = match[1].replace(",", ""), match[2]
    if scale:
        return f"{(Decimal(digits) * _SCALES[scale]).normalize():f}"
    whole, point, decimals = digits.partition(".")
    whole = whole.lstrip("0") or "0"
    return whole + point + decimals if decimals.strip("0") else whole


def numbers_meant(text: str) -> frozenset[str]:
    """Numbers of a passage, those written as words too."""
    found = set(numbers_in(text))
    found.update(_IN_WORDS[w] for w in _WORD.findall(text.lower()) if w in _IN_WORDS)
    found.update(number for number, words in _KOREAN_NUMBER if words.search(text))
    if _ONE.search(text):
        found.add("1")
    return frozenset(found)


def _names(text: str) -> frozenset[str]:
    first = _LATIN_NAME.search(text)
    korean = _HANGUL.search(text) is not None
    names = {
        match[0].lower()
        for match in _LATIN_NAME.finditer(text)
        # In English the first word is written large whatever it is.
        if korean or first is None or match.start() != first.start() or match[0].isupper()
    }
    return frozenset(stem(name) for name in names if name not in _EMPTY | _IN_WORDS.keys())
