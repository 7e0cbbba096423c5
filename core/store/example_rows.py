"""Example sets as rows, and rows as example sets."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias
from unicodedata import normalize

from sqlalchemy import (
    JSON,
    ColumnElement,
    Dialect,
    Row,
    Select,
    cast,
    exists,
    func,
    or_,
    select,
)

from core.example import Example
from core.example_set import ExampleSet, SetExample, SetSummary, Split, normalised
from core.store.tables import examples
from core.text import clean

ROWS_AT_ONCE = 1000
"""Examples that are written or read in one go."""
Numbered: TypeAlias = list[tuple[int, SetExample]]
"""Examples with their positions in the set, counted from 0."""
LONGEST_SEARCH = 1000
"""Characters that are looked for; SQLite refuses a pattern of many more."""


def head_row(made: ExampleSet, test_share: float, note: str) -> dict[str, Any]:
    columns = dict.fromkeys(column for one in made.examples for column, _ in one.example.fields)
    tags = dict.fromkeys(tag for one in made.examples for tag in one.example.tags)
    return {
        "id": made.id,
        "name": made.name,
        "version": made.version,
        "hash": made.hash,
        "train_count": len(made.train),
        "test_count": len(made.test),
        "test_share": test_share,
        "created_at": made.created_at,
        "columns": _dump(list(columns)),
        "tags": _dump(list(tags)),
        "note": clean(note).strip() or None,
    }


def example_rows(made: ExampleSet, first: int) -> list[dict[str, Any]]:
    """The rows of the examples from position `first` on, as many as are written at once."""
    some = made.examples[first : first + ROWS_AT_ONCE]
    return [
        {
            "set_id": made.id,
            "position": position,
            "split": one.split,
            "question": one.example.question,
            "answer": one.example.answer,
            "fields": _dump(dict(one.example.fields)),
            "tags": _dump(one.example.tags),
        }
        for position, one in enumerate(some, first)
    ]


def summary(row: Row[Any]) -> SetSummary:
    return SetSummary(
        id=row.id,
        name=row.name,
        version=row.version,
        hash=row.hash,
        train=row.train_count,
        test=row.test_count,
        test_share=row.test_share,
        columns=_texts(row.columns),
        tags=_texts(row.tags),
        note=row.note or "",
        created_at=utc(row.created_at),
    )


def set_example(row: Row[Any]) -> SetExample:
    fields = json.loads(row.fields) if row.fields else {}
    example = Example(
        question=row.question,
        answer=row.answer,
        fields=tuple(fields.items()),
        tags=_texts(row.tags),
    )
    return SetExample(example=example, split=row.split)


def reduced(
    query: Select[Any],
    dialect: Dialect,
    *,
    search: str,
    side: Split | None,
    tag: str | None,
) -> Select[Any]:
    """Only the examples that hold a text, stand on a side and bear a tag."""
    if side is not None:
        query = query.where(examples.c.split == side)
    if tag is not None:
        query = query.where(_tagged(dialect, tag))
    search = clean(search).strip()[:LONGEST_SEARCH]
    if search:
        # autoescape: a per cent sign is a character, not a wildcard.
        query = query.where(
            or_(
                *(
                    column.icontains(spelling, autoescape=True)
                    for column in (examples.c.question, examples.c.answer)
                    for spelling in sorted({normalize("NFC", search), normalize("NFD", search)})
                )
            )
        )
    return query


def _tagged(dialect: Dialect, tag: str) -> ColumnElement[bool]:
    if dialect.name == "sqlite":
        tags = func.json_each(examples.c.tags)
    else:
        tags = func.json_array_elements_text(cast(examples.c.tags, JSON))
    one = tags.table_valued("value")
    return exists(select(1).select_from(one).where(one.c.value == normalised(tag)))


def utc(moment: datetime) -> datetime:
    """SQLite gives back times without a zone; all of ours are UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _dump(content: dict[str, str] | Sequence[str]) -> str | None:
    return json.dumps(content, ensure_ascii=False) if content else None


def _texts(stored: str | None) -> tuple[str, ...]:
    return tuple(json.loads(stored)) if stored else ()
