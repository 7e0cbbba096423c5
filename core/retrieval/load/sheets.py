"""XLSX: each sheet a page, each row a line that names its columns."""

import io
import warnings
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from core.retrieval.load.archive import check_archive
from core.retrieval.load.limits import Limits, Refused
from core.retrieval.load.parts import Part, Read
from core.retrieval.load.rows import lines


def read_sheets(content: bytes, limits: Limits) -> Read:
    check_archive(content, limits)
    from openpyxl import load_workbook

    warnings.simplefilter("ignore")  # about styles and extensions, which are not read
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
    if len(sheets) > limits.max_pages:
        raise Refused(
            "too_many_pages", "has too many sheets", limit=limits.max_pages, pages=len(sheets)
        )
    parts = []
    for number, sheet in enumerate(sheets, 1):
        sheet.reset_dimensions()  # what a file says of its size is often wrong
        rows = (_cells(row) for row in sheet.iter_rows(values_only=True))
        text = "\n".join(lines(rows, limits))
        parts.append(Part(text=text, page=number, heading=sheet.title))
    return Read(parts=parts, pages=len(sheets))


def _cells(row: tuple[Any, ...]) -> list[str]:
    return list(_texts(row))


def _texts(row: tuple[Any, ...]) -> Iterator[str]:
    for value in row:
        if value is None:
            yield ""
        elif isinstance(value, bool):
            yield "true" if value else "false"
        elif isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            yield str(int(value))
        elif isinstance(value, datetime):
            midnight = value.time() == time()
            yield value.date().isoformat() if midnight else value.isoformat(" ")
        elif isinstance(value, date | time):
            yield value.isoformat()
        else:
            yield str(value)
