"""Questions with their right passages, from a file: CSV as spreadsheets write it, or JSON.

A file is read whole or refused with the line and a code.
"""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any, Literal, get_args

from core.errors import UsageError
from core.retrieval.questions import Question, is_right, plain_name
from core.text import clean, language_of
from core.uploaded_text import HARMLESS, Unreadable, decoded, opened

__all__ = ["REASONS", "Question", "Reason", "is_right", "read_questions"]

MAX_BYTES = 5_000_000
MAX_QUESTIONS = 5_000
MAX_CHARACTERS = 20_000
"""In one cell."""

Reason = Literal[
    "empty",
    "no_question_column",
    "question_missing",
    "nothing_to_judge_by",
    "bad_page",
    "bad_csv",
    "bad_json",
    "too_large",
    "not_text",
    "too_many",
]
REASONS: tuple[Reason, ...] = get_args(Reason)

_NAMES = {
    "id": ("id", "번호"),
    "question": ("question", "질문", "query", "문항"),
    "document": ("document", "문서", "file", "파일"),
    "page": ("page", "쪽", "페이지"),
    "quote": ("quote", "passage", "구절", "인용"),
    "passage_ids": ("passage_id", "passage_ids", "구절_id", "구절 id"),
    "answer": ("answer", "답변", "정답", "답", "expected"),
}
_FIELD = {name: field for field, names in _NAMES.items() for name in names}

Record = dict[str, Any]


class _Refused(Exception):
    def __init__(self, reason: Reason, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


def read_questions(name: str, content: bytes) -> list[Question]:
    """The questions of a file, in its order.

    Args:
        name: the file's name; its ending tells CSV from JSON, else the first character does.
        content: UTF-8, with or without a byte-order mark, or CP949.

    Raises:
        UsageError: `bad_questions`, with `reason` out of `REASONS` and, where there is one, `line`.
    """
    try:
        return _read(name, content)
    except (_Refused, Unreadable) as error:
        refused = _unreadable(error) if isinstance(error, Unreadable) else error
        details: dict[str, str | int] = {"reason": refused.reason}
        if refused.line is not None:
            details["line"] = refused.line
        where = "" if refused.line is None else f", line {refused.line}"
        message = f"{name[:80]!r}{where}: {refused.reason}"
        raise UsageError("bad_questions", message, **details) from error


def _unreadable(fault: Unreadable) -> _Refused:
    return _Refused("bad_csv" if fault.fault == "csv" else "not_text", fault.line)


def _read(name: str, content: bytes) -> list[Question]:
    if len(content) > MAX_BYTES:
        raise _Refused("too_large")
    text = decoded(content)
    if not text.strip():
        raise _Refused("empty")
    ending = PurePath(name).suffix.lower()
    is_json = ending in (".json", ".jsonl", ".ndjson") or (
        ending not in (".csv", ".tsv") and text.lstrip().startswith(("{", "["))
    )
    found: list[Question] = []
    for line, record in _json(text) if is_json else _csv(text):
        if len(found) >= MAX_QUESTIONS:
            raise _Refused("too_many", line)
        found.append(_question(record, line))
    if not found:
        raise _Refused("empty")
    if not any(_can_be_judged(question) for question in found):
        raise _Refused("nothing_to_judge_by")
    return _told_apart(found)


def _told_apart(questions: Iterable[Question]) -> list[Question]:
    """With `-2`, `-3` behind the ids of those that came before."""
    seen: Counter[str] = Counter()
    out = []
    for question in questions:
        seen[question.id] += 1
        count = seen[question.id]
        out.append(question if count == 1 else replace(question, id=f"{question.id}-{count}"))
    return out


def _csv(text: str) -> Iterator[tuple[int, Record]]:
    found = opened(
        text, lambda cell: _FIELD.get(plain_name(cell), ""), lambda names: "question" in names
    )
    if found is None:
        raise _Refused("no_question_column", 1)
    rows, header = found
    for line, row in rows:
        if any(cell.strip() for cell in row[len(header) :]):
            raise _Refused("bad_csv", line)
        yield line, _record(zip(header, row, strict=False))


def _record(cells: Iterable[tuple[str, Any]]) -> Record:
    record: Record = {}
    for field, cell in cells:
        if field and not record.get(field):
            record[field] = HARMLESS.sub("", cell) if isinstance(cell, str) else cell
    return record


def _json(text: str) -> Iterator[tuple[int, Record]]:
    for line, value in _json_values(text):
        if not isinstance(value, dict):
            raise _Refused("bad_json", line)
        record = _record((_FIELD.get(plain_name(name), ""), cell) for name, cell in value.items())
        if "question" not in record:
            raise _Refused("no_question_column", line)
        yield line, record


def _json_values(text: str) -> Iterator[tuple[int, Any]]:
    if text.lstrip().startswith("["):
        yield from enumerate(_loaded(text, 1), 1)  # of a list we say which item it is
        return
    # Not splitlines(): JSON text may hold U+2028 and its like.
    for line, content in enumerate(text.split("\n"), 1):
        if content.strip():
            yield line, _loaded(content, line)


def _loaded(content: str, line: int) -> Any:
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        raise _Refused("bad_json", line + error.lineno - 1) from error
    except (ValueError, RecursionError) as error:
        raise _Refused("bad_json", line) from error


def _question(record: Record, line: int) -> Question:
    asked = _text(record.get("question"), line)
    if not asked:
        raise _Refused("question_missing", line)
    question = Question(
        id=_text(record.get("id"), line) or _id(record, line),
        question=asked,
        document=_text(record.get("document"), line),
        page=_page(record.get("page"), line),
        quote=_text(record.get("quote"), line),
        passage_ids=_ids(record.get("passage_ids"), line),
        answer=_text(record.get("answer"), line),
        language=language_of(asked),
    )
    return question


def _can_be_judged(question: Question) -> bool:
    """One about which the file says nothing is one that the documents do not answer."""
    known = (question.document, question.page, question.quote, question.passage_ids)
    return any(known) or bool(question.answer)


def _id(record: Mapping[str, Any], line: int) -> str:
    parts = [_text(record.get(field), line) for field in ("question", "document", "page", "quote")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _text(value: Any, line: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        value = json.dumps(value)
    if not isinstance(value, str):
        raise _Refused("bad_json", line)
    if len(value) > MAX_CHARACTERS:
        raise _Refused("too_large", line)
    return unicodedata.normalize("NFC", clean(value)).strip()


def _page(value: Any, line: int) -> int | None:
    text = re.sub(r"\A(?:p\.?|page)? ?|(?: ?쪽| ?페이지|\.0)\Z", "", _text(value, line).casefold())
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 6 and int(text)):
        raise _Refused("bad_page", line)
    return int(text)


def _ids(value: Any, line: int) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(found for one in value if (found := _text(one, line)))
    return tuple(one for one in re.split(r"[\s,;|]+", _text(value, line)) if one)
