"""Small flaws that a model would learn to repeat. Hints only: each has honest exceptions."""

import re
from collections.abc import Iterator
from typing import Literal, get_args

Flaw = Literal["brackets", "quotes", "spaces", "punctuation", "jamo", "mojibake"]
FLAWS: tuple[Flaw, ...] = get_args(Flaw)

_PARTNERS = {
    ")": "(",
    "]": "[",
    "}": "{",
    "」": "「",
    "』": "『",
    "》": "《",
    "〉": "〈",
    "】": "【",
}
_BRACKET = re.compile(r"[()\[\]{}「」『』《》〈〉【】]")
_FACE = re.compile(r"[:;]['-]?[()](?!\S)")
_LIST_NUMBER = re.compile(r"(?:^|\s)(?:\d{1,2}|[ivx]{1,4}|[^\W\d_])$")
"""What may stand before a bracket that nothing opened: `1) one 2) two`."""
_INCHES = re.compile(r'(?<=\d)"')
_SPACES = re.compile(r"(?<=[^\W\d_]) {2,}(?=[^\W\d_])")
_PUNCTUATION = re.compile(r"(?<!\.)\.\.(?![./\\\w])|,,|;;|(?<=\w) [,.](?=\s|$)")
_JAMO = re.compile(r"[ㄱ-ㅎ가-힣][ㅏ-ㅛㅝ-ㅟㅢㅣ]|[\u1100-\u11ff]")
"""A syllable that fell apart, or decomposed Hangul; ㅋㅋ, ㅠㅠ and the like are meant."""
_MOJIBAKE = re.compile(r"\ufffd|[ÃÂ][\u0080-\u00bf]|â€|[ìíëê][\u0080-\u00bf•…„†‡ˆ‰‹Œ]")
"""UTF-8 that was read as Latin-1 or Windows-1252, or not at all."""


def flaws_of(text: str) -> set[Flaw]:
    """What seems wrong with a text as it stands, not normalised."""
    return set(_flaws(text))


def _flaws(text: str) -> Iterator[Flaw]:
    if not _balanced(text):
        yield "brackets"
    if _INCHES.sub("", text).count('"') % 2 or text.count("“") != text.count("”"):
        yield "quotes"
    if _SPACES.search(text):
        yield "spaces"
    if _PUNCTUATION.search(text):
        yield "punctuation"
    if _JAMO.search(text):
        yield "jamo"
    if _MOJIBAKE.search(text):
        yield "mojibake"


def _balanced(text: str) -> bool:
    text = _FACE.sub("", text)
    opened: list[str] = []
    for match in _BRACKET.finditer(text):
        bracket = match[0]
        if bracket not in _PARTNERS:
            opened.append(bracket)
        elif opened:
            if opened.pop() != _PARTNERS[bracket]:
                return False
        elif bracket != ")" or not _LIST_NUMBER.search(
            text[max(0, match.start() - 5) : match.start()]
        ):
            return False
    return not opened
