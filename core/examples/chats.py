"""Question and answer out of the forms in which trainers keep conversations."""

import json
import unicodedata
from collections.abc import Mapping, Sequence

from core.example import Example
from core.examples.refusals import MAX_CHARACTERS, Refused, too_long
from core.jsontypes import Json
from core.text import clean

PAIRS = (
    ("question", "answer"),
    ("질문", "답변"),
    ("prompt", "completion"),
    ("instruction", "output"),
)

Record = Mapping[str, Json]
"""By name of column as `key` writes it."""


def key(name: str) -> str:
    """A column's name as it is compared."""
    return unicodedata.normalize("NFC", name).strip().casefold()


def flat(record: Record, line: int) -> dict[str, str]:
    """Every column as text; a conversation as the columns question and answer.

    Raises:
        Refused: `messages` for a conversation without an answer, `text`, `too_long`.
    """
    chat = _conversation(record)
    if chat is None:
        return {name: _written(value) for name, value in record.items()}
    names, messages = chat
    found = last_turn(messages, line)
    rest = {name: _written(value) for name, value in record.items() if name not in names}
    return rest | {"question": found.question, "answer": found.answer}


def _conversation(record: Record) -> tuple[tuple[str, ...], list[Json]] | None:
    """The columns that hold one, and its messages."""
    for first, second in PAIRS:
        if first in record and second in record:
            question, answer = record[first], record[second]
            if not _is_chat(question) and not _is_chat(answer):
                return None
            turns = [*as_messages(question, "user"), *as_messages(answer, "assistant")]
            return (first, second), turns
    messages = record.get("messages")
    return (("messages",), messages) if isinstance(messages, list) else None


def _is_chat(value: Json) -> bool:
    return isinstance(value, list) and any(isinstance(m, dict) and "role" in m for m in value)


def as_messages(content: Json, role: str) -> list[Json]:
    return content if isinstance(content, list) else [{"role": role, "content": content}]


def last_turn(messages: Sequence[Json], line: int) -> Example:
    """The last answer and the question before it; what was said earlier is left out."""
    question, found = "", None
    for message in messages:
        if not isinstance(message, dict):
            raise Refused("messages", "a message must be an object with role and content", line)
        if message.get("role") == "user":
            question = text_in(message.get("content"), line)
        elif message.get("role") == "assistant":
            answer = text_in(message.get("content"), line)
            found = Example(question=fitting(question, line), answer=fitting(answer, line))
    if found is None:
        reason = "the messages hold no answer: none has the role assistant"
        raise Refused("messages", reason, line)
    return found


def text_in(value: Json, line: int) -> str:
    """A text, a number or the parts of a message as text. Raises `Refused` of code `text`."""
    if isinstance(value, list):
        texts = [part.get("text") for part in value if isinstance(part, dict)]
        if len(texts) == len(value) and all(isinstance(text, str) for text in texts):
            return clean("".join(str(text) for text in texts))
    if isinstance(value, list | dict):
        raise Refused("text", "a question or an answer must be text", line)
    return _written(value)


def fitting(text: str, line: int) -> str:
    if len(text) > MAX_CHARACTERS:
        raise too_long(len(text), line)
    return text


def _written(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    return clean(json.dumps(value, ensure_ascii=False))
