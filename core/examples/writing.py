"""Example sets as files that read back as the same set: CSV for people, JSON lines for programs."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

from core.example_set import SetExample
from core.examples.csv_rows import distinct

BOM = "\ufeff"
OWN = ("question", "answer", "split", "tags")
ROWS_AT_ONCE = 1000
_SPECIAL = re.compile(r"[\\;,]|\A\[")


def field_names(examples: Iterable[SetExample]) -> tuple[str, ...]:
    """The names of all further fields, as they come."""
    return tuple(dict.fromkeys(name for one in examples for name, _ in one.example.fields))


def as_csv(
    examples: Iterable[SetExample], fields: Sequence[str], harmless: Callable[[str], object]
) -> Iterator[str]:
    """Pieces of a CSV file (RFC 4180), the byte-order mark and the header first.

    Args:
        examples: in the order of the rows.
        fields: `field_names` of the same examples; each becomes a column.
        harmless: makes a cell safe to be seen by a spreadsheet.
    """
    buffer = io.StringIO()
    # All in quotes: blanks at the edge of a cell are read back only from there.
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    buffer.write(BOM)
    rows = chain([distinct((*OWN, *fields))], (_cells(one, fields) for one in examples))
    while part := [[harmless(cell) for cell in row] for row in islice(rows, ROWS_AT_ONCE)]:
        writer.writerows(part)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def as_jsonl(examples: Iterable[SetExample], fields: Sequence[str]) -> Iterator[str]:
    """One JSON object a line, with the columns of `as_csv`."""
    columns = distinct((*OWN, *fields))
    for one in examples:
        row = dict(zip(columns, _cells(one, fields), strict=True))
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _cells(one: SetExample, fields: Sequence[str]) -> tuple[str, ...]:
    example = one.example
    tags = "; ".join(_SPECIAL.sub(r"\\\g<0>", tag) for tag in example.tags)
    held = dict(example.fields)
    further = (held.get(name, "") for name in fields)
    return (example.question, example.answer, one.split, tags, *further)
