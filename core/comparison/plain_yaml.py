"""The little YAML that people share, read with the line of every piece.

Mappings, lists and scalars of YAML 1.2, `yes` is text. No tags, anchors or aliases: they make
files that grow when read, or objects nobody asked for. Knows nothing of what the pieces mean.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from core.errors import UsageError
from core.jsontypes import Json
from core.text import clean

MAX_BYTES = 1_000_000
MAX_DEPTH = 64
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WHOLE = re.compile(r"[-+]?[0-9]{1,4000}")
"""Python refuses to read longer ones."""
_EMPTY = ("", "~", "null", "Null", "NULL")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scalar:
    """A text, a number, true, false or nothing."""

    text: str
    plain: bool
    """Whether it stands without quotes, so that it may be more than text."""
    line: int
    """Counted from 1; so for the others."""
    block: bool = False
    """Whether the text begins on the next line, after `|` or `>`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Items:
    """A list."""

    items: tuple["Piece", ...]
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Fields:
    """A mapping."""

    fields: Mapping[str, "Piece"]
    lines: Mapping[str, int]
    """Where each field's name stands."""
    line: int


Piece: TypeAlias = Scalar | Items | Fields


def fault(code: str, line: int, said: str, /, **details: str | int) -> UsageError:
    """What is raised for a file that cannot be read."""
    message = f"line {line}: {said}"
    return UsageError("bad_recipe_file", message, code=code, line=line, **details)


def read(text: str) -> Piece | None:
    """The one document of a file; None when there is none.

    Raises:
        UsageError: `bad_recipe_file` with `line` and a `code`: `yaml` (problem), `tab`, `encoding`,
            `alias` (name), `tag` (name), `duplicate_key` (field, first_line), `too_deep` (limit),
            `too_large` (limit).
    """
    import yaml

    text = clean(text).removeprefix("\ufeff")
    _check_characters(text)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _document(iter(yaml.parse(text, Loader=loader)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if error.context_mark and "end of stream" in str(error.problem):
            mark = error.context_mark  # where the quotation that never ends begins
        line = mark.line + 1 if mark else 1
        found = text.splitlines()[line - 1 : line]
        if found and re.match(r" *(- *)*\t", found[0]):
            raise fault("tab", line, "a tab where spaces are needed") from error
        problem = str(error.problem or error.context)
        raise fault("yaml", line, problem, problem=problem) from error


def json_of(piece: Piece) -> Json:
    """What a piece says; plain scalars may be numbers, true, false or null."""
    if isinstance(piece, Items):
        return [json_of(one) for one in piece.items]
    if isinstance(piece, Fields):
        return {name: json_of(one) for name, one in piece.fields.items()}
    text = piece.text
    if not piece.plain:
        return text
    if text in _EMPTY:
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if _WHOLE.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def texts_of(piece: Piece) -> Json:
    """What a piece says where only text can stand: 007 is `007`, no is `no`, nothing is None."""
    if isinstance(piece, Items):
        return [texts_of(one) for one in piece.items]
    if isinstance(piece, Fields):
        return {name: texts_of(one) for name, one in piece.fields.items()}
    return None if piece.plain and piece.text in _EMPTY else piece.text


def _check_characters(text: str) -> None:
    if len(text) > MAX_BYTES or len(text.encode()) > MAX_BYTES:
        limit = f"{MAX_BYTES:,} bytes"
        raise fault("too_large", 1, f"the file is larger than {limit}", limit=MAX_BYTES)
    if (place := text.find("\ufffd")) >= 0:
        reason = "these characters were lost; save the file as UTF-8"
        raise fault("encoding", text.count("\n", 0, place) + 1, reason)
    if found := _CONTROL.search(text):
        problem = f"the control character U+{ord(found[0]):04X}"
        line = text.count("\n", 0, found.start()) + 1
        raise fault("yaml", line, problem, problem=problem)


def _document(events: Iterator[Any]) -> Piece | None:
    import yaml

    found: Piece | None = None
    for event in events:
        if not isinstance(event, yaml.DocumentStartEvent):
            continue
        if found is not None:
            problem = "a second document; a file holds one"
            raise fault("yaml", _line(event), problem, problem=problem)
        found = _piece(next(events), events, 1)
    return found


def _piece(event: Any, events: Iterator[Any], depth: int) -> Piece:
    import yaml

    line = _line(event)
    _refuse_traps(event, line)
    if isinstance(event, yaml.ScalarEvent):
        return Scalar(
            text=event.value, plain=event.implicit[0], line=line, block=event.style in ("|", ">")
        )
    if depth > MAX_DEPTH:
        raise fault("too_deep", line, f"more than {MAX_DEPTH} levels", limit=MAX_DEPTH)
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Piece] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_piece(event, events, depth + 1))
        return Items(items=tuple(items), line=line)
    return _fields(events, line, depth)


def _fields(events: Iterator[Any], line: int, depth: int) -> Fields:
    import yaml

    fields: dict[str, Piece] = {}
    lines: dict[str, int] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _piece(event, events, depth + 1)
        if not isinstance(key, Scalar):
            problem = "a name must be text"
            raise fault("yaml", key.line, problem, problem=problem)
        name = key.text
        if name in fields:
            reason = f"{name[:80]!r} stands here again; it was given in line {lines[name]}"
            first = lines[name]
            raise fault("duplicate_key", key.line, reason, field=name[:80], first_line=first)
        fields[name], lines[name] = _piece(next(events), events, depth + 1), key.line
    return Fields(fields=fields, lines=lines, line=line)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _refuse_traps(event: Any, line: int) -> None:
    import yaml

    if event.anchor is not None:
        name = ("*" if isinstance(event, yaml.AliasEvent) else "&") + event.anchor[:80]
        raise fault("alias", line, f"{name} is an anchor or alias; write it out", name=name)
    if event.tag is not None:
        name = event.tag[:80].replace("tag:yaml.org,2002:", "!!")
        raise fault("tag", line, f"{name} is a tag; leave it out", name=name)
