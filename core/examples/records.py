"""JSON lines or a JSON list, object by object, without holding the file."""

import json
import re
from collections.abc import Iterator
from typing import BinaryIO, Literal, TextIO

from core.examples.refusals import Refused
from core.jsontypes import Json, JsonObject
from core.uploaded_text import Encoding, text_of

PIECE = 1 << 20
LONGEST = 10_000_000
"""Characters of one object."""
_BLANK = re.compile(r"[ \t\r\n]*")

Form = Literal["json", "jsonl"]


def records(file: BinaryIO, encoding: Encoding, form: Form) -> Iterator[tuple[int, JsonObject]]:
    """Each object with the line it begins on. Raises `Refused` of code `json` or `too_long`."""
    # Lines end at \n alone: JSON text may hold U+2028 and its like.
    with text_of(file, encoding, "\n") as text:
        for line, value in _Items(text) if form == "json" else _json_lines(text):
            if not isinstance(value, dict):
                raise Refused("json", "an example must be a JSON object: {...}", line)
            yield line, value


def _json_lines(text: TextIO) -> Iterator[tuple[int, Json]]:
    line = 0
    while content := text.readline(LONGEST + 1):
        line += 1
        if len(content) > LONGEST:
            raise _too_long(line)
        if content.strip():
            try:
                value: Json = json.loads(content)
            except (ValueError, RecursionError) as error:
                reason = f"not valid JSON ({_reason(error)}); write one object a line"
                raise Refused("json", reason, line) from error
            yield line, value


class _Items:
    """The items of a JSON list, each with the line it begins on."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._held, self._place, self._line = "", 0, 1
        self._decode = json.JSONDecoder().raw_decode

    def __iter__(self) -> Iterator[tuple[int, Json]]:
        self._skip_blank()
        separator = self._take()  # the opening bracket
        while True:
            self._skip_blank()
            if self._next() == "]":
                break
            if separator not in "[,":
                reason = "not valid JSON; a comma is missing between two examples"
                raise Refused("json", reason, self._line)
            line = self._line
            yield line, self._value()
            self._skip_blank()
            separator = self._take() if self._next() == "," else "?"
        line = self._line
        self._take()
        self._skip_blank()
        if self._next():
            raise Refused("json", "text follows the end of the list; remove it", line)

    def _value(self) -> Json:
        while True:
            try:
                value, end = self._decode(self._held, self._place)
            except json.JSONDecodeError as error:
                if self._is_cut_off(error) and self._more():
                    continue
                line = self._line + self._held.count("\n", self._place, error.pos)
                raise Refused("json", f"not valid JSON ({error.msg})", line) from error
            except (ValueError, RecursionError) as error:
                reason = f"not valid JSON ({_reason(error)})"
                raise Refused("json", reason, self._line) from error
            self._go(end)
            found: Json = value
            return found

    def _is_cut_off(self, error: json.JSONDecodeError) -> bool:
        """Whether the object may be right and only goes on behind what is held."""
        at_end = error.pos >= len(self._held) - len("-Infinity\\ud83d\\ude00")
        return at_end or error.msg.startswith("Unterminated string")

    def _skip_blank(self) -> None:
        while True:
            match = _BLANK.match(self._held, self._place)
            self._go(match.end() if match else self._place)
            if self._next() or not self._more():
                return

    def _next(self) -> str:
        return self._held[self._place : self._place + 1]

    def _take(self) -> str:
        found = self._next()
        self._place += 1
        return found

    def _go(self, place: int) -> None:
        self._line += self._held.count("\n", self._place, place)
        self._place = place

    def _more(self) -> bool:
        left = self._held[self._place :]
        if len(left) > LONGEST:
            raise _too_long(self._line)
        # As much again as waits, so that a long object is not tried for every piece of it.
        piece = self._text.read(max(PIECE, len(left)))
        self._held, self._place = left + piece, 0
        return bool(piece)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return error.msg
    return "nested too deep" if isinstance(error, RecursionError) else "a number is too long"


def _too_long(line: int) -> Refused:
    reason = f"an object has more than {LONGEST:,} characters"
    return Refused("object_too_long", reason, line, limit=LONGEST)
