"""Text whose way of being written does not count: case, width, dashes, spacing, punctuation."""

import re
import unicodedata

from core.text import clean

_CONTRACTED = (
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\bcan(?:'t|not)\b"), "can not"),
    (re.compile(r"\b(\w+)n't\b"), r"\1 not"),
    (re.compile(r"\b(what|who|where|when|how|why|it|that|there|here)'s\b"), r"\1 is"),
    (re.compile(r"'s\b"), ""),
)
_MARKS = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | {"’": "'"})
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_LOOSE = re.compile(r"[.:/*-](?!\d)|(?<!\d)[.:/*](?=\d)|(?<!\w)#|(?<=[^\W\d])-(?=\d)")
"""Marks that mean something with digits only: 3-4, -1, 1.5, 9:30, 3*4."""


def plain(text: str) -> str:
    """Lower case, compatible letters, one kind of dash and quote, no English contractions."""
    text = unicodedata.normalize("NFKC", clean(text)).casefold().translate(_MARKS)
    if "'" in text or "cannot" in text:
        for pattern, full in _CONTRACTED:
            text = pattern.sub(full, text)
    return text


def compact(text: str) -> str:
    """Letters, digits and symbols of a plain text; all of it when there are none."""
    kept = _GROUPED.sub("", "".join(text.split()))
    return _LOOSE.sub("", kept).translate(_KEPT) or " ".join(text.split())


class _Kept(dict[int, str | None]):
    """What is kept of each character; looked up once for each that there is."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        kind = unicodedata.category(letter)
        dropped = kind[0] in "PZC" or kind == "Sk" or letter == "\ufe0f"
        self[code] = None if dropped and letter not in ".:/*-#%&^" else letter
        return self[code]


_KEPT = _Kept()
