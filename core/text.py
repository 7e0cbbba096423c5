"""Text as it can be stored, sent and drawn anywhere; and which language it is in."""

import re
from typing import Literal

Language = Literal["ko", "en", "other"]

_HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]")
_LATIN = re.compile(r"[A-Za-z]")


def clean(text: str) -> str:
    """Join surrogate pairs, replace lone halves by U+FFFD, drop NUL.

    A lone surrogate cannot be encoded as UTF-8, and PostgreSQL refuses NUL in text.
    """
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "")


def language_of(text: str) -> Language:
    """Korean when a fifth of the letters are Hangul: Korean prose is full of English names."""
    head = text[:4000]
    hangul, latin = len(_HANGUL.findall(head)), len(_LATIN.findall(head))
    if hangul * 4 >= max(latin, 1):
        return "ko"
    return "en" if latin else "other"


def hangul_count(text: str) -> int:
    """How many Hangul letters a text holds."""
    return 0 if text.isascii() else len(_HANGUL.findall(text))
