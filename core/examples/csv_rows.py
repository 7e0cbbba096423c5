"""CSV as spreadsheets write it: the separator and the header are found, rows are streamed."""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import BinaryIO

from core.examples.chats import key
from core.examples.column_names import both_known
from core.examples.refusals import Refused
from core.text import clean
from core.uploaded_text import HARMLESS, SEPARATORS, Encoding, Unreadable, rows, text_of

SAMPLE = 20
"""Rows that tell whether a separator makes sense."""


class CsvRows:
    """The rows of one file."""

    def __init__(self, file: BinaryIO, size: int, encoding: Encoding) -> None:
        self._file, self._size, self._encoding = file, size, encoding
        self._separator = self._best_separator()
        _, header = next(self._all())
        self._width = len(header)
        self.columns = distinct(_harmless_again(cell) for cell in header)

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return self._file.tell() / self._size

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the header. Raises `Refused` and `Unreadable`."""
        found = self._all()
        next(found)
        width = self._width
        for line, row in found:
            if len(row) > width and any(cell.strip() for cell in row[width:]):
                reason = (
                    f"this row has {len(row)} cells and the header {width}; put text that "
                    "contains the separator between double quotes"
                )
                raise Refused("cells", reason, line, cells=len(row), columns=width)
            cells = [_harmless_again(cell) for cell in row[:width]]
            yield line, cells + [""] * (width - len(cells))

    def _all(self, separator: str = "") -> Iterator[tuple[int, list[str]]]:
        with text_of(self._file, self._encoding, "") as text:
            yield from rows(text, separator or self._separator)

    def _best_separator(self) -> str:
        """The one that finds known names, else alike rows, else the most columns."""
        worth: dict[str, tuple[bool, float, int]] = {}
        for separator in SEPARATORS:
            if sample := self._sample(separator):
                width = len(sample[0])
                alike = sum(len(row) == width for row in sample) / len(sample)
                worth[separator] = (both_known(sample[0]), alike if width > 1 else 0.0, width)
        if not worth:
            next(self._all(SEPARATORS[0]), None)  # says what is wrong with the first row
            raise Refused("empty", "the file is empty")
        return max(worth, key=worth.__getitem__)

    def _sample(self, separator: str) -> list[list[str]]:
        found: list[list[str]] = []
        # What is wrong further down is said when that row is read.
        with suppress(Unreadable):
            found.extend(row for _, row in islice(self._all(separator), SAMPLE))
        return found


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Names of columns as they are shown, no two of them the same."""
    taken: set[str] = set()
    found = []
    for number, name in enumerate(names, 1):
        plain = unicodedata.normalize("NFC", clean(name)).strip() or f"column {number}"
        unique, count = plain, 1
        while key(unique) in taken:
            count += 1
            unique = f"{plain} {count}"
        taken.add(key(unique))
        found.append(unique)
    return tuple(found)


def _harmless_again(cell: str) -> str:
    return HARMLESS.sub("", cell) if cell[:1] == "'" else cell
