"""Cuts a document into passages: spans of its text, each on a page and under a heading.

Sizes count characters, or tokens of `o200k_base` (the encoding of GPT-4o): near enough to what
other models count, and the same everywhere.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from core.collection import Block, Cut, LoadedDocument, Split
from core.sentences import sentence_spans

if TYPE_CHECKING:
    from semantic_text_splitter import MarkdownSplitter, TextSplitter

TOKENS_LIKE = "gpt-4o"
Span = tuple[int, int]


def split(document: LoadedDocument, how: Split) -> list[Cut]:
    """The passages of a document, in order; none is blank and none larger than `how.size`."""
    cut = _sentences if how.method == "sentence" else _pieces
    spans = [
        (start + begin, start + end)
        for start, stop in _sections(document, how)
        for begin, end in cut(document.text[start:stop], how, document.kind)
    ]
    return [_cut(document.blocks, span) for span in spans]


def _sections(document: LoadedDocument, how: Split) -> Iterator[Span]:
    """What no passage may reach across."""
    if how.method not in ("heading", "page"):
        yield 0, len(document.text)
        return

    def border(block: Block) -> int | str | None:
        return block.page if how.method == "page" else block.heading

    for _, blocks in groupby(document.blocks, border):
        together = list(blocks)
        yield together[0].start, together[-1].end


def _pieces(text: str, how: Split, kind: str) -> list[Span]:
    splitter = _splitter(how.unit, how.size, how.overlap, kind == "markdown")
    return [(start, start + len(piece)) for start, piece in splitter.chunk_indices(text)]


def _sentences(text: str, how: Split, _kind: str) -> Iterator[Span]:
    """Whole sentences, as many as fit; the overlap is whole sentences too."""
    spans = list(_no_longer(sentence_spans(text), text, how))
    fits, repeats = _fits(how.unit, how.size), _fits(how.unit, max(1, how.overlap))
    first = 0
    while first < len(spans):
        start, last = spans[first][0], first
        while last + 1 < len(spans) and fits(text[start : spans[last + 1][1]]):
            last += 1
        end = spans[last][1]
        yield start, end
        if last + 1 == len(spans):
            return
        following = last + 1
        # The next passage must bring something new: at most up to its own first new sentence.
        while (
            how.overlap and following - 1 > first and repeats(text[spans[following - 1][0] : end])
        ):
            if not fits(text[spans[following - 1][0] : spans[last + 1][1]]):
                break
            following -= 1
        first = following


def _no_longer(spans: Sequence[Span], text: str, how: Split) -> Iterator[Span]:
    """Sentences that would not fit alone are cut."""
    fits = _fits(how.unit, how.size)
    for start, end in spans:
        if fits(text[start:end]):
            yield start, end
        else:
            pieces = _splitter(how.unit, how.size, 0, False).chunk_indices(text[start:end])
            yield from ((start + at, start + at + len(piece)) for at, piece in pieces)


def _fits(unit: str, size: int) -> Callable[[str], bool]:
    if unit == "characters":
        return lambda text: len(text) <= size
    splitter = _splitter(unit, size, 0, False)
    return lambda text: len(splitter.chunks(text)) <= 1


@lru_cache(maxsize=32)
def _splitter(
    unit: str, size: int, overlap: int, markdown: bool
) -> "MarkdownSplitter | TextSplitter":
    from semantic_text_splitter import MarkdownSplitter, TextSplitter

    kind = MarkdownSplitter if markdown else TextSplitter
    if unit == "tokens":
        return kind.from_tiktoken_model(TOKENS_LIKE, size, overlap=overlap)
    return kind(size, overlap=overlap)


def _cut(blocks: Sequence[Block], span: Span) -> Cut:
    """The page and heading of where a passage begins."""
    at = max(0, bisect_right(blocks, span[0], key=lambda block: block.start) - 1)
    if blocks and blocks[at].end <= span[0] and at + 1 < len(blocks):
        at += 1
    block = blocks[at] if blocks else Block(start=0, end=0)
    return Cut(start=span[0], end=span[1], page=block.page, heading=block.heading)
