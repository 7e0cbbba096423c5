"""CSV and its kin: the delimiter is found, each row becomes a line that names its columns."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from core.retrieval.load.decode import decode
from core.retrieval.load.limits import Limits, Refused
from core.retrieval.load.parts import Part, Read
from core.retrieval.load.rows import lines

DELIMITERS = ",;\t|"
SAMPLE_ROWS = 50
MAX_CELL = 10_000_000


def read_csv(content: bytes, limits: Limits) -> Read:
    return _read(content, limits, "")


def read_tsv(content: bytes, limits: Limits) -> Read:
    return _read(content, limits, "\t")


def _read(content: bytes, limits: Limits, delimiter: str) -> Read:
    decoded = decode(content)
    csv.field_size_limit(MAX_CELL)
    try:
        delimiter = delimiter or find_delimiter(decoded.text)
        rows = _rows(decoded.text, delimiter) if delimiter else _single_column(decoded.text)
        text = "\n".join(lines(rows, limits))
    except csv.Error as error:
        raise Refused("broken", f"is not a table: {error}") from None
    return Read(parts=[Part(text=text)], encoding=decoded.encoding)


def find_delimiter(text: str) -> str:
    """The character that cuts the first rows into equally many columns; empty for one column."""
    scores = {}
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in islice(_rows(text, delimiter), SAMPLE_ROWS) if row)
        if not widths:
            return ""
        width, often = widths.most_common(1)[0]
        if width > 1 and often * 10 >= 9 * widths.total():
            scores[delimiter] = (often / widths.total(), width)
    return max(scores, key=scores.__getitem__, default="")


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _single_column(text: str) -> Iterator[list[str]]:
    """Quotes are part of what is said, unless every line is quoted."""
    sample = [line for line in islice(io.StringIO(text), SAMPLE_ROWS) if line.strip()]
    if all(line.strip()[:1] == line.strip()[-1:] == '"' for line in sample):
        return _rows(text, "\x1f")
    return ([line] for line in io.StringIO(text))
