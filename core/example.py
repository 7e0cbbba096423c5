"""A question with a good answer, and a piece of text to answer from. Knows nothing of models."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.jsontypes import JsonObject

_BLOCK = re.compile(r"\S(?:(?!\r?\n[ \t]*\r?\n).)*(?<=\S)", re.DOTALL)
"""From a first visible character to the last one before a blank line."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """A question and the answer we would like to have seen."""

    question: str
    answer: str

    def to_json(self) -> JsonObject:
        return {"question": self.question, "answer": self.answer}


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A piece of a document that an answer may rely on."""

    document: str
    """Name of the document it comes from."""
    start: int
    """First character in the document's text, counted from 0."""
    end: int
    """One past the last character."""
    text: str
    page: int | None = None
    """Page counted from 1; None when the document has no pages."""
    score: float | None = None
    """How well it fits the question, larger is better; None when it was given, not searched."""
    id: str | None = None
    """Of the stored passage; None when it was given, not searched. So for what follows."""
    document_id: str | None = None
    heading: str = ""
    """Path of headings above it."""
    flags: tuple[str, ...] = ()
    """Signs of instructions in the text, which is data."""

    def to_json(self) -> JsonObject:
        out: JsonObject = {
            "document": self.document,
            "page": self.page,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "score": self.score,
        }
        if self.id is not None:
            out |= {"id": self.id, "document_id": self.document_id, "heading": self.heading}
        if self.flags:
            out["flags"] = list(self.flags)
        return out


def passage_from_json(content: Mapping[str, Any]) -> Passage:
    """The passage that `to_json` wrote."""
    return Passage(**{**content, "flags": tuple(content.get("flags", ()))})


def passages_of(text: str, document: str) -> tuple[Passage, ...]:
    """Cut pasted text at blank lines; offsets count characters of `text`."""
    return tuple(
        Passage(document=document, start=block.start(), end=block.end(), text=block[0])
        for block in _BLOCK.finditer(text)
    )
