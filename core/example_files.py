"""Examples from a file whose columns go by known names: `read_examples`.

A file is read whole or refused with the line and what to do; nothing of it is repaired silently.
Two exceptions, because both are our own exports: the apostrophe in front of a formula is taken off
again, and an answer that somebody voted down is left out, as it is not a good answer.
"""

import io
from collections.abc import Iterator
from typing import NoReturn

from core.example import Example
from core.examples.chats import PAIRS, Record, as_messages, fitting, key, last_turn, text_in
from core.examples.records import records
from core.examples.refusals import MAX_CHARACTERS, Refused, refusing, too_large, too_many
from core.examples.tables import is_voted_down, kind_of, open_table
from core.uploaded_text import encoding_of

__all__ = ["ACCEPTED", "MAX_BYTES", "MAX_CHARACTERS", "MAX_ROWS", "PAIRS", "read_examples"]

MAX_BYTES = 20_000_000
MAX_ROWS = 100_000

ACCEPTED = "question and answer, 질문 and 답변, prompt and completion, instruction and output"


def read_examples(name: str, content: bytes) -> list[Example]:
    """The examples of a file, in its order; those with an empty side too.

    Args:
        name: the file's name; its ending tells CSV, JSON and XLSX apart, else its beginning does.
        content: text is UTF-8, with or without a byte-order mark, or CP949.

    Raises:
        UsageError: `bad_examples`, with `reason`, its `code`, and, where there is one, `line`
            from 1.
    """
    with refusing(name):
        if len(content) > MAX_BYTES:
            raise too_large(MAX_BYTES)
        found: list[Example] = []
        for count, (line, record) in enumerate(_records(name, content), 1):
            if count > MAX_ROWS:
                raise too_many(MAX_ROWS, line)
            example = _example(record, line)
            if not is_voted_down(record):
                found.append(example)
        if not found:
            _bad("no_example", "the file holds no example")
        return found


def _records(name: str, content: bytes) -> Iterator[tuple[int, Record]]:
    file = io.BytesIO(content)
    kind = kind_of(name, file)
    if kind == "json" or kind == "jsonl":
        for line, record in records(file, encoding_of(file), kind):
            yield line, {key(column): value for column, value in record.items()}
        return
    table = open_table(name, file)
    if not any(set(pair) <= set(map(key, table.columns)) for pair in PAIRS):
        _bad("columns", f"the first line must name the columns: {ACCEPTED}", 1)
    for line, row in table.rows(voted_down=True):
        yield line, {key(column): text for column, text in row.items()}


def _example(record: Record, line: int) -> Example:
    for first, second in PAIRS:
        if first in record and second in record:
            question, answer = record[first], record[second]
            if isinstance(question, list) or isinstance(answer, list):
                return last_turn(
                    [*as_messages(question, "user"), *as_messages(answer, "assistant")], line
                )
            asked = text_in(question, line)
            more = text_in(record.get("input"), line) if first == "instruction" else ""
            asked = f"{asked}\n\n{more}" if more.strip() else asked
            return Example(
                question=fitting(asked, line), answer=fitting(text_in(answer, line), line)
            )
    messages = record.get("messages")
    if isinstance(messages, list):
        return last_turn(messages, line)
    _bad("fields", f"this example has none of these: {ACCEPTED}, or a list of messages", line)


def _bad(code: str, reason: str, line: int | None = None) -> NoReturn:
    raise Refused(code, reason, line)
