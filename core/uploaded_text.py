"""An uploaded text file as text and rows: what examples and questions read alike.

Knows nothing of what the rows mean; a file is read whole or refused with the line.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, Literal, TextIO

HARMLESS = re.compile(r"\A'(?='* *[=+\-@\t\r\n|＝＋－＠])")
"""The apostrophe of `core.store.export.harmless`; a test holds the two together."""
SEPARATORS = ",;\t"
CHUNK = 1 << 20
"""Bytes looked at together."""

Fault = Literal["binary", "encoding", "csv"]
Encoding = Literal["utf-8-sig", "cp949"]


class Unreadable(Exception):
    """The file is no text, or its rows cannot be told apart."""

    def __init__(self, fault: Fault, line: int, said: str = "") -> None:
        super().__init__(fault)
        self.fault, self.line, self.said = fault, line, said


def decoded(content: bytes) -> str:
    """UTF-8, with or without a byte-order mark, or CP949. Raises `Unreadable`."""
    return content.decode(encoding_of(io.BytesIO(content)))


def encoding_of(file: BinaryIO) -> Encoding:
    """How the text in a file is encoded, told without holding the file. Raises `Unreadable`."""
    broken = _first_broken_line(file)
    if broken is None:
        return "utf-8-sig"
    # CP949 also reads most of a UTF-8 file with one bad byte, as nonsense.
    bad = other = 0
    for text in _decoded_pieces(file, "utf-8-sig", "replace"):
        bad += text.count("\ufffd")
        other += len(text) - len(text.encode("ascii", "ignore"))
    if other <= 4 * bad:
        with suppress(UnicodeDecodeError):
            for _ in _decoded_pieces(file, "cp949", "strict"):
                pass
            return "cp949"
    raise Unreadable("encoding", broken)


@contextmanager
def text_of(file: BinaryIO, encoding: Encoding, newline: str) -> Iterator[TextIO]:
    """The file from its beginning as text that is decoded while it is read; it stays open."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline=newline)
    try:
        yield text
    finally:
        with suppress(ValueError):  # the file was closed meanwhile
            text.detach()


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
        found = rows(io.StringIO(text, newline=""), separator)
        with suppress(Unreadable, StopIteration):
            header = [named(cell) for cell in next(found)[1]]
            if enough(header):
                return found, header
    return None


def rows(lines: Iterable[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, each with the line it begins on. Raises `Unreadable`.

    Args:
        lines: with their ends, as an open file with `newline=""` gives them.
        separator: between cells.
    """
    reader = csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=True)
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


def _first_broken_line(file: BinaryIO) -> int | None:
    """The line from 1 with the first byte that is no UTF-8; None when all is."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    line, broken = 1, None
    for chunk in _chunks(file):
        if b"\0" in chunk:
            raise Unreadable("binary", line + chunk.count(b"\n", 0, chunk.index(b"\0")))
        if broken is None:
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                broken = line + error.object.count(b"\n", 0, error.start)
        line += chunk.count(b"\n")
    return broken


def _decoded_pieces(file: BinaryIO, encoding: Encoding, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for chunk in _chunks(file):
        yield decoder.decode(chunk, final=not chunk)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """All of the file, and an empty piece at its end."""
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield chunk
    yield b""
