"""A document is put together from parts: pages, sections, sheets. Spans are counted here."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from core.collection import Block
from core.retrieval.load.limits import Limits, too_long
from core.text import clean

ARROW = " › "
MAX_HEADING = 120
"""Characters kept of one heading in a path."""

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A stretch of text on one page and under one heading."""

    text: str
    page: int | None = None
    heading: str = ""


@dataclass(frozen=True, kw_only=True)
class Read:
    """What a reader made of a file."""

    parts: Iterable[Part]
    separator: str = "\n\n"
    """Between two parts; empty when they are a normalised text cut into pieces."""
    pages: int | None = None
    encoding: str | None = None


def normalised(text: str) -> str:
    """NFC, lines end with a line feed, no control characters but tab, no lone surrogates."""
    text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", clean(text)))
    return unicodedata.normalize("NFC", text)


def heading_path(headings: Iterable[str]) -> str:
    """`Handbook › Leave`; headings without a word are left out."""
    words = (" ".join(heading.split())[:MAX_HEADING].strip() for heading in headings)
    return ARROW.join(word for word in words if word)


def assemble(read: Read, limits: Limits) -> tuple[str, tuple[Block, ...]]:
    """The whole text and its blocks, which cover all that is not blank.

    Raises:
        Refused: `too_long`.
    """
    pieces: list[str] = []
    blocks: list[Block] = []
    length = 0
    for part in read.parts:
        text = normalised(part.text) if read.separator else part.text
        if not blocks:
            text = text.lstrip()
        visible = text.rstrip()
        if not visible:
            continue
        if read.separator:
            text = visible
        if blocks and read.separator:
            pieces.append(read.separator)
            length += len(read.separator)
        start = length + len(visible) - len(visible.lstrip())
        block = Block(
            start=start,
            end=length + len(visible),
            page=part.page,
            heading=normalised(part.heading) if read.separator else part.heading,
        )
        pieces.append(text)
        length += len(text)
        if length > limits.max_characters:
            raise too_long(limits)
        _append(blocks, block, limits)
    return "".join(pieces).rstrip(), tuple(blocks)


def _append(blocks: list[Block], block: Block, limits: Limits) -> None:
    """Neighbours that differ in nothing are one block, and so is all beyond the limit."""
    last = blocks[-1] if blocks else None
    same = last and (last.page, last.heading) == (block.page, block.heading)
    if last and (same or len(blocks) >= limits.max_blocks):
        blocks[-1] = Block(start=last.start, end=block.end, page=last.page, heading=last.heading)
    else:
        blocks.append(block)
