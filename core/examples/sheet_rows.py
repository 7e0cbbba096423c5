"""XLSX: the rows of the first sheet that has any, read one at a time."""

import warnings
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time
from itertools import islice
from typing import Any, BinaryIO

from core.examples.csv_rows import distinct
from core.examples.refusals import MAX_COLUMNS, Refused
from core.examples.unpacking import broken, check_workbook
from core.text import clean

LAST_ROW = 1_048_576
"""No sheet has more; a file that claims so would have us make the rows between."""
CAPTIONS = 10
"""Rows above the header at most: a title, a date."""


class SheetRows:
    """The rows of one workbook."""

    def __init__(self, file: BinaryIO) -> None:
        check_workbook(file)
        self._file = file
        self.share = 0.0
        """How much of the sheet has been read, 0 to 1; 0 when it does not say how long it is."""
        self._sheet, self._header_row, header = self._first_with_rows()
        self._width = len(header)
        self.columns = distinct(header)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the header that hold anything, each with its number in the sheet."""
        for number, row in self._all(self._sheet):
            if number <= self._header_row:
                continue
            if any(cell.strip() for cell in row[self._width :]):
                reason = f"this row has more cells than the header, which has {self._width}"
                raise Refused("cells", reason, number, cells=len(row), columns=self._width)
            yield number, row[: self._width] + [""] * (self._width - len(row))

    def _first_with_rows(self) -> tuple[int, int, list[str]]:
        """Place of the sheet, number of the header's row, and the header."""
        fallback: tuple[int, int, list[str]] | None = None
        for place in range(self._sheet_count()):
            top = list(islice(self._all(place), CAPTIONS + 1))
            if not top:
                continue
            # A single cell above a table is its title.
            wide = (at for at, (_, row) in enumerate(top) if sum(map(bool, row)) > 1)
            at = next(wide, 0)
            number, row = top[at]
            while len(row) > 1 and not row[-1].strip():
                row = row[:-1]
            if len(top) > at + 1:
                return place, number, row
            fallback = fallback or (place, number, row)
        if fallback is None:
            raise Refused("empty", "no sheet of this workbook holds anything")
        return fallback

    def _sheet_count(self) -> int:
        with broken(), closing(_workbook(self._file)) as book:
            return len(_sheets(book))

    def _all(self, place: int) -> Iterator[tuple[int, list[str]]]:
        with broken(), closing(_workbook(self._file)) as book:
            sheet = _sheets(book)[place]
            last = sheet.max_row or 0
            sheet.reset_dimensions()  # what a file says of its size is often wrong
            # One column more, to see that there are too many.
            found = sheet.iter_rows(values_only=True, max_row=LAST_ROW, max_col=MAX_COLUMNS + 1)
            blank: tuple[Any, ...] | None = None
            for number, values in enumerate(found, 1):
                # The very same row stands for each that the file leaves out, up to a million.
                if values is blank or values.count(None) == len(values):
                    blank = values
                    continue
                self.share = min(1.0, number / last) if last > 1 else 0.0
                row = [_text(value) for value in values]
                while row and not row[-1]:
                    row.pop()
                if any(cell.strip() for cell in row):
                    yield number, row


def _workbook(file: BinaryIO) -> Any:
    from openpyxl import load_workbook

    # Styles and extensions, which are not read.
    warnings.filterwarnings("ignore", module=r"openpyxl\.")
    file.seek(0)
    return load_workbook(file, read_only=True, data_only=True, keep_links=False)


def _sheets(book: Any) -> list[Any]:
    return [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]


def _text(value: Any) -> str:
    """A cell as people see it, and as documents are read."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
