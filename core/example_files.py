"""Examples from a file: CSV as spreadsheets write it, JSON lines or a JSON list as trainers do.

A file is read whole or refused with the line and what to do; nothing of it is repaired silently.
Two exceptions, because both are our own exports: the apostrophe in front of a formula is taken off
again, and an answer that somebody voted down is left out, as it is not a good answer.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from core.errors import UsageError
from core.example import Example
from core.jsontypes import Json
from core.text import clean
from core.uploaded_text import HARMLESS, Unreadable, decoded, opened

MAX_BYTES = 20_000_000
MAX_ROWS = 100_000
MAX_CHARACTERS = 100_000
"""In one question or answer; below Python's own `csv.field_size_limit`."""

PAIRS = (
    ("question", "answer"),
    ("질문", "답변"),
    ("prompt", "completion"),
    ("instruction", "output"),
)
ACCEPTED = "question and answer, 질문 and 답변, prompt and completion, instruction and output"
_COLUMNS = (*(name for pair in PAIRS for name in pair), "input", "vote_id", "rating")
_JSON_ENDINGS = (".json", ".jsonl", ".ndjson")
_CSV_ENDINGS = (".csv", ".tsv")
_BLANK = re.compile(r"[ \t\r\n]*")

Record = Mapping[str, Json]


def read_examples(name: str, content: bytes) -> list[Example]:
    """The examples of a file, in its order; those with an empty side too.

    Args:
        name: the file's name; its ending tells CSV from JSON, else the first character does.
        content: UTF-8, with or without a byte-order mark, or CP949.

    Raises:
        UsageError: `bad_examples`, with `reason`, its `code`, and, where there is one, `line`
            from 1.
    """
    try:
        return _read(name, content)
    except (_Refused, Unreadable) as error:
        refused = _unreadable(error) if isinstance(error, Unreadable) else error
        where = "" if refused.line is None else f", line {refused.line}"
        details: dict[str, str | int] = {"reason": refused.reason, "code": refused.code}
        if refused.line is not None:
            details["line"] = refused.line
        message = f"{name[:80]!r}{where}: {refused.reason}"
        raise UsageError("bad_examples", message, **details) from error


class _Refused(Exception):
    def __init__(self, code: str, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.code, self.reason, self.line = code, reason, line


def _unreadable(fault: Unreadable) -> _Refused:
    if fault.fault == "binary":
        reason = "this is not a text file; save a spreadsheet as 'CSV UTF-8' and upload that"
        return _Refused("not_text", reason, fault.line)
    if fault.fault == "encoding":
        reason = "this is neither UTF-8 nor CP949 text; save it as UTF-8"
        return _Refused("encoding", reason, fault.line)
    return _Refused("csv", _csv_reason(fault.said), fault.line)


def _read(name: str, content: bytes) -> list[Example]:
    if len(content) > MAX_BYTES:
        raise _Refused(
            "too_large", f"the file is larger than {MAX_BYTES // 1_000_000} MB; split it"
        )
    text = decoded(content)
    if not text.strip():
        raise _Refused("empty", "the file is empty")
    ending = PurePath(name).suffix.lower()
    is_json = ending in _JSON_ENDINGS or (
        ending not in _CSV_ENDINGS and text.lstrip().startswith(("{", "["))
    )
    found: list[Example] = []
    for count, (line, record) in enumerate(_json(text) if is_json else _csv(text), 1):
        if count > MAX_ROWS:
            reason = f"there are more than {MAX_ROWS:,} examples; split the file"
            raise _Refused("too_many", reason, line)
        example = _example(record, line)
        if not _voted_down(record):
            found.append(example)
    if not found:
        raise _Refused("no_example", "the file holds no example")
    return found


def _csv(text: str) -> Iterator[tuple[int, Record]]:
    found = opened(text, _field, lambda names: any(set(pair) <= set(names) for pair in PAIRS))
    if found is None:
        raise _Refused("columns", f"the first line must name the columns: {ACCEPTED}", 1)
    rows, header = found
    places = {name: header.index(name) for name in _COLUMNS if name in header}
    for line, row in rows:
        if any(cell.strip() for cell in row[len(header) :]):
            reason = (
                f"this row has {len(row)} cells and the header {len(header)}; put text that "
                "contains the separator between double quotes"
            )
            raise _Refused("cells", reason, line)
        row += [""] * (len(header) - len(row))
        yield line, {name: HARMLESS.sub("", row[place]) for name, place in places.items()}


def _csv_reason(said: str) -> str:
    if "larger than" in said:
        return f"a cell is longer than {MAX_CHARACTERS:,} characters, or a quote is never closed"
    if "end of data" in said:
        return "a double quote opens in this row and is never closed"
    return "a double quote stands inside a quoted cell; write it twice"


def _json(text: str) -> Iterator[tuple[int, Record]]:
    values = _list_items(text) if text.lstrip().startswith("[") else _json_lines(text)
    for line, value in values:
        if not isinstance(value, dict):
            raise _Refused("json", "an example must be a JSON object: {...}", line)
        yield line, {_field(name): content for name, content in value.items()}


def _json_lines(text: str) -> Iterator[tuple[int, Json]]:
    # Not splitlines(): JSON text may hold U+2028 and its like.
    for line, content in enumerate(text.split("\n"), 1):
        if content.strip():
            try:
                value: Json = json.loads(content)
            except (ValueError, RecursionError) as error:
                reason = f"not valid JSON ({_json_reason(error)}); write one object a line"
                raise _Refused("json", reason, line) from error
            yield line, value


def _list_items(text: str) -> Iterator[tuple[int, Json]]:
    """The items of a JSON list, each with the line it begins on."""
    decode = json.JSONDecoder().raw_decode
    place, line, counted = text.index("[") + 1, 1, 0
    separator = ","
    while True:
        place = _after_blank(text, place)
        line, counted = line + text.count("\n", counted, place), place
        if text.startswith("]", place):
            break
        if separator != ",":
            reason = "not valid JSON; a comma is missing between two examples"
            raise _Refused("json", reason, line)
        try:
            value, place = decode(text, place)
        except (ValueError, RecursionError) as error:
            at = error.lineno if isinstance(error, json.JSONDecodeError) else line
            raise _Refused("json", f"not valid JSON ({_json_reason(error)})", at) from error
        yield line, value
        place = _after_blank(text, place)
        separator = text[place : place + 1]
        place += separator == ","
    if text[place + 1 :].strip():
        raise _Refused("json", "text follows the end of the list; remove it", line)


def _json_reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return error.msg
    return "nested too deep" if isinstance(error, RecursionError) else "a number is too long"


def _after_blank(text: str, place: int) -> int:
    match = _BLANK.match(text, place)
    return match.end() if match else place


def _example(record: Record, line: int) -> Example:
    for first, second in PAIRS:
        if first in record and second in record:
            question, answer = record[first], record[second]
            if isinstance(question, list) or isinstance(answer, list):
                return _last_turn(
                    [*_as_messages(question, "user"), *_as_messages(answer, "assistant")], line
                )
            asked = _text(question, line)
            more = _text(record.get("input"), line) if first == "instruction" else ""
            asked = f"{asked}\n\n{more}" if more.strip() else asked
            return Example(
                question=_fitting(asked, line), answer=_fitting(_text(answer, line), line)
            )
    messages = record.get("messages")
    if isinstance(messages, list):
        return _last_turn(messages, line)
    reason = f"this example has none of these: {ACCEPTED}, or a list of messages"
    raise _Refused("fields", reason, line)


def _as_messages(content: Json, role: str) -> list[Json]:
    return content if isinstance(content, list) else [{"role": role, "content": content}]


def _last_turn(messages: Sequence[Json], line: int) -> Example:
    """The last answer and the question before it; what was said earlier is left out."""
    question, found = "", None
    for message in messages:
        if not isinstance(message, dict):
            raise _Refused("messages", "a message must be an object with role and content", line)
        if message.get("role") == "user":
            question = _text(message.get("content"), line)
        elif message.get("role") == "assistant":
            answer = _text(message.get("content"), line)
            found = Example(question=_fitting(question, line), answer=_fitting(answer, line))
    if found is None:
        reason = "the messages hold no answer: none has the role assistant"
        raise _Refused("messages", reason, line)
    return found


def _text(value: Json, line: int) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, list):  # the parts of a message
        texts = [part.get("text") for part in value if isinstance(part, dict)]
        if len(texts) == len(value) and all(isinstance(text, str) for text in texts):
            return clean("".join(str(text) for text in texts))
    raise _Refused("text", "a question or an answer must be text", line)


def _fitting(text: str, line: int) -> str:
    if len(text) > MAX_CHARACTERS:
        reason = f"a text has {len(text):,} characters; at most {MAX_CHARACTERS:,} are allowed"
        raise _Refused("too_long", reason, line)
    return text


def _voted_down(record: Record) -> bool:
    """Our exports: a vote of -1, or the label of KTO data."""
    return ("vote_id" in record and str(record.get("rating")) == "-1") or (
        "completion" in record and record.get("label") is False
    )


def _field(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()
