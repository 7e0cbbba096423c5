"""A file as columns and rows of text, whatever its form. Knows nothing of what the columns mean.

Nothing is held but the row in hand; only of a spreadsheet also its table of texts.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import BinaryIO, Literal, Protocol

from core.examples.chats import Record, flat, key
from core.examples.csv_rows import CsvRows, distinct
from core.examples.records import Form, records
from core.examples.refusals import (
    MAX_BYTES,
    MAX_CHARACTERS,
    MAX_COLUMNS,
    MAX_ROWS,
    Refused,
    refusing,
    too_large,
    too_long,
    too_many,
)
from core.examples.sheet_rows import SheetRows
from core.jsontypes import Json
from core.text import clean
from core.uploaded_text import Encoding, encoding_of

Kind = Literal["csv", "json", "jsonl", "xlsx"]

_SHEETS = (".xlsx", ".xlsm")
_JSON = (".json", ".jsonl", ".ndjson")
_CSV = (".csv", ".tsv")
_ZIP, _OLE = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")


class _Rows(Protocol):
    @property
    def columns(self) -> tuple[str, ...]: ...

    @property
    def share(self) -> float: ...

    def rows(self) -> Iterator[tuple[int, Sequence[str]]]: ...


class Table:
    """An open file of examples. One at a time may go through its rows."""

    def __init__(self, name: str, kind: Kind, rows: _Rows) -> None:
        self.name, self.kind, self.columns = name, kind, rows.columns
        self._rows = rows

    @property
    def share(self) -> float:
        """How much of the file the latest reading has gone through, 0 to 1."""
        return min(1.0, self._rows.share)

    def rows(self, *, voted_down: bool = False) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Each row with its line, in a spreadsheet its row, from 1; cells by column.

        Args:
            voted_down: also the answers that our own exports call bad ones.

        Raises:
            UsageError: `bad_examples`, naming the line.
        """
        with refusing(self.name):
            for count, (line, cells) in enumerate(self._rows.rows(), 1):
                if count > MAX_ROWS:
                    raise too_many(MAX_ROWS, line)
                row = dict(zip(self.columns, cells, strict=True))
                if max(map(len, cells)) > MAX_CHARACTERS:
                    column = max(row, key=lambda name: len(row[name]))
                    raise too_long(len(row[column]), line, column)
                if voted_down or not is_voted_down(row):
                    yield line, row


def open_table(name: str, content: bytes | BinaryIO) -> Table:
    """Look at a file as far as its columns, of JSON at all of it.

    Args:
        name: its ending tells the form, else the beginning of the content does.
        content: an open file stays open and is the caller's to close.

    Raises:
        UsageError: `bad_examples`, with `reason`, its `code`, and, where there is one, `line`.
    """
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    with refusing(name):
        if (size := file.seek(0, io.SEEK_END)) > MAX_BYTES:
            raise too_large(MAX_BYTES)
        kind = kind_of(name, file)
        rows: _Rows
        if kind == "xlsx":
            rows = SheetRows(file)
        elif kind == "csv":
            rows = CsvRows(file, size, encoding_of(file))
        else:
            rows = _JsonRows(file, size, encoding_of(file), kind)
        if len(rows.columns) > MAX_COLUMNS:
            reason = f"there are more than {MAX_COLUMNS} columns; keep only those you need"
            raise Refused("too_many_columns", reason, limit=MAX_COLUMNS)
        return Table(name, kind, rows)


def kind_of(name: str, file: BinaryIO) -> Kind:
    """What form a file has. Raises `Refused` for what is empty or cannot be read as a table."""
    file.seek(0)
    head = file.read(8)
    ending = PurePath(name).suffix.lower()
    # A locked workbook is no zip archive, so it cannot be told from an old one here.
    if ending in _SHEETS or (
        ending not in (*_JSON, *_CSV, ".txt") and head.startswith((_ZIP, _OLE))
    ):
        return "xlsx"
    first = _first_characters(file)
    if not first:
        raise Refused("empty", "the file is empty")
    if ending in _JSON or (ending not in _CSV and first in b"{["):
        return "json" if first == b"[" else "jsonl"
    return "csv"


def _first_characters(file: BinaryIO) -> bytes:
    """The first byte that is not blank; empty when there is none."""
    file.seek(0)
    chunk = file.read(1 << 16).removeprefix(b"\xef\xbb\xbf")
    while chunk:
        if found := chunk.lstrip():
            return found[:1]
        chunk = file.read(1 << 16)
    return b""


def is_voted_down(record: Mapping[str, Json]) -> bool:
    """Whether our own exports say so: a vote of -1, or the label of KTO data."""
    return ("vote_id" in record and str(record.get("rating")) == "-1") or (
        "completion" in record and record.get("label") is False
    )


class _JsonRows:
    """Objects as rows; the columns are the names that any of them has, as they come."""

    def __init__(self, file: BinaryIO, size: int, encoding: Encoding, form: Form) -> None:
        self._file, self._size = file, size
        self._encoding, self._form = encoding, form
        first: dict[str, str] = {}
        for _, (names, record) in self._named():
            for column in record:
                first.setdefault(column, names.get(column, column))
            if len(first) > MAX_COLUMNS:
                break
        if not first:
            raise Refused("no_example", "the file holds no example")
        self._keys = tuple(first)
        self.columns = distinct(first.values())

    @property
    def share(self) -> float:
        return self._file.tell() / self._size

    def rows(self) -> Iterator[tuple[int, Sequence[str]]]:
        for line, (_, record) in self._named():
            yield line, [record.get(column, "") for column in self._keys]

    def _named(self) -> Iterator[tuple[int, tuple[dict[str, str], dict[str, str]]]]:
        """Each object's columns as text, and how it writes their names."""
        for line, content in records(self._file, self._encoding, self._form):
            names = {key(clean(name)): name for name in content}
            record: Record = {key(clean(name)): value for name, value in content.items()}
            if not is_voted_down(record):
                yield line, (names, flat(record, line))
