"""JSON and JSON lines: each record a paragraph of `path: value` lines."""

import json
from collections.abc import Iterator
from typing import Any

from core.retrieval.load.decode import decode
from core.retrieval.load.limits import Limits, Refused, too_long, too_many_rows
from core.retrieval.load.parts import Part, Read

MAX_PATH = 200
"""Characters kept of a path: a hostile nesting would repeat it without end."""


def read_json(content: bytes, limits: Limits) -> Read:
    decoded = decode(content)
    try:
        value = _parsed(decoded.text, 1)
    except Refused as error:
        try:  # JSON lines are often named .json
            values = list(_each_line(decoded.text, limits))
        except Refused:
            raise error from None
        if len(values) < 2:
            raise error from None
        value = values
    return _read([value], decoded.encoding, limits)


def read_json_lines(content: bytes, limits: Limits) -> Read:
    decoded = decode(content)
    return _read(_each_line(decoded.text, limits), decoded.encoding, limits)


def _read(values: Any, encoding: str, limits: Limits) -> Read:
    text: list[str] = []
    length = records = 0
    try:
        for value in values:
            for paragraph in _paragraphs(value):
                records += 1
                length += len(paragraph)
                if records > limits.max_rows:
                    raise too_many_rows(limits)
                if length > limits.max_characters:
                    raise too_long(limits)
                text.append(paragraph)
    except RecursionError:
        raise _bad(1, "is nested too deeply") from None
    return Read(parts=[Part(text="\n\n".join(text))], encoding=encoding)


def _each_line(text: str, limits: Limits) -> Iterator[Any]:
    count = 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            count += 1
            if count > limits.max_rows:
                raise too_many_rows(limits)
            yield _parsed(line, number)


def _parsed(text: str, line: int) -> Any:
    """Numbers stay as they are written, however long."""
    try:
        return json.loads(
            text.removeprefix("\ufeff"), parse_int=str, parse_float=str, parse_constant=str
        )
    except json.JSONDecodeError as error:
        raise _bad(line + error.lineno - 1, f"is not JSON: {error.msg}") from None
    except RecursionError:
        raise _bad(line, "is nested too deeply") from None


def _bad(line: int, message: str) -> Refused:
    return Refused("bad_json", f"{message} (line {line})", line=line)


def _paragraphs(value: Any, path: str = "") -> Iterator[str]:
    """An object is a paragraph, and so is each object of a list in it, or a bare text."""
    if isinstance(value, list) and (not path or _has_records(value)):
        for item in value:
            yield from _paragraphs(item, path)
        return
    if not isinstance(value, dict):
        if words := _scalar(value):
            yield _line(path, words)
        return
    lines: list[str] = []
    inner: list[tuple[str, Any]] = []
    _flatten(value, path, lines, inner)
    if lines:
        yield "\n".join(lines)
    for inner_path, records in inner:
        yield from _paragraphs(records, inner_path)


def _flatten(
    value: dict[str, Any], path: str, lines: list[str], inner: list[tuple[str, Any]]
) -> None:
    for key, item in value.items():
        here = f"{path}.{key}"[-MAX_PATH:] if path else key[-MAX_PATH:]
        if isinstance(item, dict):
            _flatten(item, here, lines, inner)
        elif isinstance(item, list) and _has_records(item):
            inner.append((here, item))
        elif words := _scalar(item):
            lines.append(_line(here, words))


def _has_records(value: list[Any]) -> bool:
    return any(isinstance(item, dict | list) for item in value)


def _line(path: str, words: str) -> str:
    return f"{path}: {words}" if path else words


def _scalar(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_scalar, value)))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
