"""Which column of a table asks, answers, tags and splits: guessed, shown, then read as examples."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from json import loads

from core.example import Example
from core.example_set import Split
from core.examples.chats import key
from core.examples.column_names import (
    ALPACA,
    ANSWER,
    QUESTION,
    SPLIT,
    TAGS,
    named,
    named_within,
    side_of,
)
from core.examples.refusals import MAX_CHARACTERS, Refused, refusing, too_long
from core.examples.tables import Table
from core.text import clean

PREVIEW = 5
"""Rows shown before a file is read."""
_UNNAMED = re.compile(r"column \d+( \d+)?")
_ESCAPED = re.compile(r"\\([\\;,\[])")


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The column of each part of an example, by name; empty is none."""

    question: str
    answer: str
    tags: str = ""
    """Its cells hold several tags between `;` or `,`."""
    split: str = ""
    """Its cells say train or test; an empty one leaves it to the content."""
    fields: tuple[str, ...] = ()
    """Kept beside the example, for templates."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row as an example."""

    line: int
    """From 1; in a spreadsheet its row."""
    example: Example
    side: Split | None
    """None when the file does not say."""


def guess(
    columns: Sequence[str],
    sample_rows: Sequence[Mapping[str, str]],
    *,
    question: str = "",
    answer: str = "",
    tags: str = "",
    split: str = "",
) -> Columns | None:
    """What the columns seem to be, by their names, else by what stands in them.

    Args:
        columns: in their order.
        sample_rows: some of the first rows.
        question: the column that is known to ask; empty is to be guessed. So for the others.
        answer: as `question`.
        tags: as `question`.
        split: as `question`.

    Returns:
        None when there are too few columns for a question and an answer.
    """
    said = Columns(question=question, answer=answer, tags=tags, split=split)
    free = [column for column in columns if column not in (question, answer, tags, split)]
    split = split or _split(free, sample_rows)
    tags = tags or named(free, TAGS)
    rest = [column for column in free if column not in (split, tags)]
    question = question or named_within(rest, QUESTION)
    answer = answer or named_within((c for c in rest if c != question), ANSWER)
    rest = [column for column in rest if column not in (question, answer)]
    missing = (not question) + (not answer)
    if len(rest) < missing:  # names that mislead: who asks and answers comes first
        rest = [column for column in free if column not in (question, answer)]
        tags, split = said.tags, said.split
    if len(rest) < missing:
        return None
    question = question or max(rest, key=lambda column: sum(len(r[column]) for r in sample_rows))
    answer = answer or _shortest([c for c in rest if c != question], sample_rows)
    found = Columns(question=question, answer=answer, tags=tags, split=split)
    used = {question, answer, tags, split, joined(columns, found)}
    fields = [column for column in columns if column not in used]
    # A column without a name is kept only when there is something in it.
    filled = {c for c in fields if any(row[c].strip() for row in sample_rows)}
    kept = (c for c in fields if c in filled or not _UNNAMED.fullmatch(c))
    return replace(found, fields=tuple(kept))


def joined(columns: Sequence[str], chosen: Columns) -> str:
    """The column whose text belongs below the question: Alpaca's input; empty when there is none.

    People keep it apart by making it a field.
    """
    if key(chosen.question) != ALPACA[0]:
        return ""
    others = {chosen.answer, chosen.tags, chosen.split, *chosen.fields}
    return named((column for column in columns if column not in others), ALPACA[1:])


def preview(table: Table, columns: Columns, count: int = PREVIEW) -> tuple[Row, ...]:
    """The first rows as they would be read, empty sides and all.

    Raises:
        UsageError: `bad_examples`, as `read`.
    """
    with refusing(table.name):
        more = _checked(table, columns)
        return tuple(_row(columns, more, *row) for row in islice(table.rows(), count))


def read(table: Table, columns: Columns) -> Iterator[Row]:
    """Every row as an example.

    Raises:
        UsageError: `bad_examples` with the line: `empty_question`, `empty_answer`, `bad_split`;
            `empty_answers` when the whole column of answers is empty, `no_example`,
            `unknown_column`, and what `Table.rows` says.
    """
    with refusing(table.name):
        more = _checked(table, columns)
        answered = False
        rows = table.rows()
        line = 0
        for line, cells in rows:
            row = _row(columns, more, line, cells)
            if not row.example.answer.strip():
                if not answered and not any(cells[columns.answer].strip() for _, cells in rows):
                    reason = f"the column {columns.answer!r} is empty from top to bottom"
                    raise Refused("empty_answers", reason, column=columns.answer)
                raise _empty("empty_answer", line, columns.answer)
            if not row.example.question.strip():
                raise _empty("empty_question", line, columns.question)
            answered = True
            yield row
        if not line:
            raise Refused("no_example", "the file holds no example")


def _checked(table: Table, columns: Columns) -> str:
    """The column that belongs to the question, once it is sure that the table has the others.

    Raises:
        Refused: `unknown_column`, `same_column`.
    """
    wanted = (columns.question, columns.answer, columns.tags, columns.split, *columns.fields)
    for column in wanted:
        if column not in table.columns and (column or column in wanted[:2]):
            there = ", ".join(table.columns)[:300]
            reason = f"there is no column {column!r}; there are: {there}"
            raise Refused("unknown_column", reason, column=column, columns=there)
    if columns.question == columns.answer:
        reason = f"the column {columns.question!r} cannot be both question and answer"
        raise Refused("same_column", reason, column=columns.question)
    return joined(table.columns, columns)


def tags_of(text: str) -> tuple[str, ...]:
    r"""The tags of a cell, each once: between `;`, without any between `,`, or a JSON list.

    What is meant as a part of a tag has a backslash in front: `a\;b`.
    """
    text = text.strip()
    found: Sequence[str] = ()
    if text.startswith("["):
        try:
            content = loads(text)
        except (ValueError, RecursionError):
            content = None
        if isinstance(content, list) and all(isinstance(tag, str) for tag in content):
            found = [clean(tag) for tag in content]
    found = found or [_ESCAPED.sub(r"\1", part) for part in _parts(text)]
    return tuple(dict.fromkeys(tag.strip() for tag in found if tag.strip()))


def _parts(text: str) -> list[str]:
    for separator in ";,":
        parts = re.findall(rf"(?:\\[\\;,\[]|[^{separator}])+", text)
        if parts != [text]:
            return parts
    return [text]


def _row(columns: Columns, more: str, line: int, cells: Mapping[str, str]) -> Row:
    question = cells[columns.question]
    if more and cells[more].strip():
        question = f"{question}\n\n{cells[more]}"
        if len(question) > MAX_CHARACTERS:
            raise too_long(len(question), line, columns.question)
    said = cells[columns.split].strip() if columns.split else ""
    side = side_of(said)
    if said and side is None:
        reason = f"{said[:40]!r} in the column {columns.split!r} is neither train nor test"
        raise Refused("bad_split", reason, line, column=columns.split, value=said[:40])
    example = Example(
        question=question,
        answer=cells[columns.answer],
        fields=tuple((name, cells[name]) for name in columns.fields if cells[name].strip()),
        tags=tags_of(cells[columns.tags]) if columns.tags else (),
    )
    return Row(line=line, example=example, side=side)


def _empty(code: str, line: int, column: str) -> Refused:
    reason = f"the column {column!r} is empty here; fill it in or take the row out"
    return Refused(code, reason, line, column=column)


def _split(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """The column that goes by such a name and says nothing but sides."""
    column = named(columns, SPLIT)
    right = column and all(not row[column].strip() or side_of(row[column]) for row in rows)
    return column if right else ""


def _shortest(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """A column of short texts, rather one that repeats itself; empty ones and counters last."""

    def worth(column: str) -> tuple[bool, bool, bool, int]:
        texts = [row[column].strip() for row in rows if row[column].strip()]
        different = len(set(texts)) == len(texts)
        counter = different and all(text.isdecimal() for text in texts)
        return not texts, counter, different, sum(map(len, texts))

    return min(columns, key=worth)
