"""A question with its right passages, and whether a passage is one of them.

A right passage is named by its document, page or a quotation, so that questions outlive any other
way of cutting the documents.
"""

import unicodedata
from dataclasses import dataclass

from core.example import Passage
from core.retrieval.diagnosis import holds
from core.text import Language

ENOUGH_OF_A_QUOTE = 0.5
"""Share of a quotation that a passage must hold when the splitter cut it: of two parts, at least
one has half."""
_SHORTEST_PART = 12
"""Visible characters a part of a quotation must have; fewer stand anywhere."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question whose right passages are known, or its answer."""

    id: str
    """As the file says; else of the content, so that it is the same in the next reading."""
    question: str
    document: str = ""
    """Name of the document that holds the answer; empty when unknown. So for what follows."""
    page: int | None = None
    """Counted from 1."""
    quote: str = ""
    """Words that stand in the right passage."""
    passage_ids: tuple[str, ...] = ()
    answer: str = ""
    """The answer we would like to see."""
    language: Language


def is_right(question: Question, passage: Passage) -> bool:
    """Whether a passage is one that the question's author meant.

    An id decides; then a quotation, within the document if one is named; then document and page;
    and when nothing but the answer is known, whether the passage holds it.
    """
    if question.passage_ids:
        if passage.id in question.passage_ids:
            return True
        if not question.quote and not question.document:
            return False
    if question.document and not _same_document(question.document, passage.document):
        return False
    if question.quote:
        # The page is left out: a passage that runs over two pages has the first one's number.
        return _holds_quote(passage.text, question.quote)
    if question.page is not None:
        return passage.page == question.page
    if question.document:
        return True
    return bool(question.answer) and holds(passage.text, question.answer)


def _same_document(named: str, document: str) -> bool:
    named, document = (plain_name(name).replace("\\", "/") for name in (named, document))
    file = document.rpartition("/")[2]
    return named in (document, file, file.rpartition(".")[0])


def _holds_quote(text: str, quote: str) -> bool:
    part, whole = _squeezed(quote), _squeezed(text)
    if not part or part in whole:
        return bool(part)
    if len(whole) >= _SHORTEST_PART and whole in part:
        return True
    least = max(_SHORTEST_PART, int(len(part) * ENOUGH_OF_A_QUOTE + 0.5))
    return _meeting(whole, part) >= least or _meeting(part, whole) >= least


def _meeting(first: str, second: str) -> int:
    """Longest end of `first` that `second` begins with (Knuth, Morris and Pratt)."""
    pattern = second[: len(first)]
    line = f"{pattern}\0{first[-len(pattern) :]}"
    borders = [0] * len(line)
    for place in range(1, len(line)):
        length = borders[place - 1]
        while length and line[place] != line[length]:
            length = borders[length - 1]
        borders[place] = length + (line[place] == line[length])
    return borders[-1]


def _squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).replace("\0", "")


def plain_name(text: str) -> str:
    """A name as it is compared: case and blanks do not matter."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
