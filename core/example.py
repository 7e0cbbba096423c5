"""A question with a good answer, and a piece of text to answer from. Knows nothing of models."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import UsageError
from core.jsontypes import Json, JsonObject
from core.text import clean

_BLOCK = re.compile(r"\S(?:(?!\r?\n[ \t]*\r?\n).)*(?<=\S)", re.DOTALL)
"""From a first visible character to the last one before a blank line."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """A question and the answer we would like to have seen."""

    question: str
    answer: str
    fields: tuple[tuple[str, str], ...] = ()
    """Name and content of the other columns of its row, for templates."""
    tags: tuple[str, ...] = ()
    """What people call it, to choose by."""

    def to_json(self) -> JsonObject:
        out: JsonObject = {"question": self.question, "answer": self.answer}
        if self.fields:
            out["fields"] = dict(self.fields)
        if self.tags:
            out["tags"] = list(self.tags)
        return out


def example_from_json(content: Json) -> Example:
    """The example that `to_json` wrote.

    Raises:
        UsageError: `bad_recipe`, naming what is missing.
    """
    found = content if isinstance(content, dict) else {}
    question, answer = found.get("question"), found.get("answer")
    if not isinstance(question, str) or not isinstance(answer, str) or not answer:
        raise _bad("each example needs the texts 'question' and 'answer'")
    columns, tags = found.get("fields", {}), found.get("tags", [])
    if not isinstance(columns, dict) or not all(isinstance(v, str) for v in columns.values()):
        raise _bad("the 'fields' of an example must be a JSON object of texts")
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise _bad("the 'tags' of an example must be a list of texts")
    return Example(
        question=clean(question),
        answer=clean(answer),
        fields=tuple((clean(name), clean(str(value))) for name, value in columns.items()),
        tags=tuple(clean(str(tag)) for tag in tags),
    )


def _bad(reason: str) -> UsageError:
    return UsageError("bad_recipe", f"recipe: {reason}", reason=reason)


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
