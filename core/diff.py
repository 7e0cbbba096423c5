"""What stands in one text and not in the other, word by word. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

MAX_WORDS = 4000
"""Comparing costs the product of both lengths; longer texts are compared up to here."""

_PIECES = re.compile(r"\s+|[\uac00-\ud7a3]+|\w+|[^\w\s]")


@dataclass(frozen=True, kw_only=True)
class Change:
    kind: Literal["same", "left", "right"]
    text: str


def word_diff(left: str, right: str) -> list[Change]:
    """Pieces in reading order; `left` and `right` say where a piece stands alone."""
    one, two = _words(left), _words(right)
    changes: list[Change] = []
    for tag, a, b, c, d in SequenceMatcher(a=one, b=two, autojunk=False).get_opcodes():
        if tag == "equal":
            changes.append(Change(kind="same", text="".join(one[a:b])))
            continue
        if b > a:
            changes.append(Change(kind="left", text="".join(one[a:b])))
        if d > c:
            changes.append(Change(kind="right", text="".join(two[c:d])))
    return changes


def is_cut(text: str) -> bool:
    return len(_PIECES.findall(text)) > MAX_WORDS


def _words(text: str) -> list[str]:
    return _PIECES.findall(text)[:MAX_WORDS]
