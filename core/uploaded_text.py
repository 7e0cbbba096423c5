"""An uploaded text file as text and rows: what examples and questions read alike.

Knows nothing of what the rows mean; a file is read whole or refused with the line.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Literal

HARMLESS = re.compile(r"\A'(?= *[=+\-@\t\r\n|＝＋－＠])")
"""The apostrophe of `core.store.export.harmless`; a test holds the two together."""
SEPARATORS = ",;\t"

Fault = Literal["binary", "encoding", "csv"]


class Unreadable(Exception):
    """The file is no text, or its rows cannot be told apart."""

    def __init__(self, fault: Fault, line: int, said: str = "") -> None:
        super().__init__(fault)
        self.fault, self.line, self.said = fault, line, said


def decoded(content: bytes) -> str:
    """UTF-8, with or without a byte-order mark, or CP949. Raises `Unreadable`."""
    if b"\0" in content:
        raise Unreadable("binary", content.count(b"\n", 0, content.index(b"\0")) + 1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = error
    # CP949 also reads most of a UTF-8 file with one bad byte, as nonsense.
    replaced = content.decode("utf-8-sig", "replace")
    bad = replaced.count("\ufffd")
    if sum(not character.isascii() for character in replaced) <= 4 * bad:
        with suppress(UnicodeDecodeError):
            return content.decode("cp949")
    raise Unreadable("encoding", content.count(b"\n", 0, broken.start) + 1)


def opened(
    text: str, named: Callable[[str], str], enough: Callable[[list[str]], bool]
) -> tuple[Iterator[tuple[int, list[str]]], list[str]] | None:
    """The rows below the header, and the header, with the first separator that makes sense of it.

    Args:
        text: the file.
        named: what a cell of the header is called.
        enough: whether these columns are what is looked for; None is returned when never.
    """
    for separator in SEPARATORS:
        found = rows(text, separator)
        with suppress(Unreadable, StopIteration):
            header = [named(cell) for cell in next(found)[1]]
            if enough(header):
                return found, header
    return None


def rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, each with the line it begins on. Raises `Unreadable`."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True
    )
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable("csv", line, str(error)) from error
        if any(cell.strip() for cell in row):
            yield line, row
