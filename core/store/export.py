"""Votes and answers as CSV or JSON lines, row by row: a million rows never stand in memory.

The CSV is RFC 4180 with a byte-order mark for Excel, and its cells are harmless there: text that
a spreadsheet would run as a formula gets an apostrophe in front
(https://owasp.org/www-community/attacks/CSV_Injection).
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Engine, Select, select

from core.answer import Timing, Usage, tokens_per_second
from core.store.tables import answers, rounds, votes
from core.store.votes import VoteFilter, joined

BOM = "\ufeff"
ROWS_AT_ONCE = 1000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠")

ANSWER_COLUMNS = (
    "answer_id",
    "round_id",
    "answered_at",
    "question",
    "answer",
    "recipe_key",
    "recipe",
    "model",
    "techniques",
    "few_shot_set",
    "few_shot_ids",
    "collection",
    "passage_ids",
    "adapter",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "tokens_estimated",
    "cost_usd",
    "cost_basis",
    "ttft_s",
    "total_s",
    "tokens_per_s",
    "stop_reason",
    "error",
    "language",
)
VOTE_COLUMNS = ("vote_id", "voted_at", "rating", "reasons", "comment", "person", *ANSWER_COLUMNS)

Row = dict[str, str | int | float | None]

_ANSWER_FIELDS = (
    answers.c.id.label("answer_id"),
    answers.c.round_id,
    answers.c.answered_at,
    rounds.c.question,
    answers.c.text,
    answers.c.recipe_key,
    answers.c.recipe,
    answers.c.model,
    answers.c.techniques,
    answers.c.prompt_tokens,
    answers.c.completion_tokens,
    answers.c.cached_tokens,
    answers.c.reasoning_tokens,
    answers.c.usage_estimated,
    answers.c.cost_usd,
    answers.c.cost_basis,
    answers.c.ttft_s,
    answers.c.total_s,
    answers.c.stop_reason,
    answers.c.error_kind,
    rounds.c.language,
)
_VOTE_FIELDS = (
    votes.c.id.label("vote_id"),
    votes.c.voted_at,
    votes.c.rating,
    votes.c.reasons,
    votes.c.comment,
    votes.c.person,
)


def vote_rows(
    engine: Engine, wanted: VoteFilter, *, newest: int | None = None, offset: int = 0
) -> Iterator[Row]:
    """One row per vote, oldest first; with `newest` that many of the latest, newest first."""
    query = joined(select(*_VOTE_FIELDS, *_ANSWER_FIELDS), wanted)
    if newest is None:
        query = query.order_by(votes.c.voted_at, votes.c.id)
    else:
        order = (votes.c.voted_at.desc(), votes.c.id.desc())
        query = query.order_by(*order).limit(newest).offset(offset)
    for row in _stream(engine, query):
        reasons = "" if row.reasons == "[]" else " ".join(json.loads(row.reasons))
        yield {
            "vote_id": row.vote_id,
            "voted_at": _iso(row.voted_at),
            "rating": row.rating,
            "reasons": reasons,
            "comment": row.comment,
            "person": row.person,
            **_answer_cells(row),
        }


def answer_rows(engine: Engine) -> Iterator[Row]:
    """One row per answer, oldest first."""
    source = answers.join(rounds, answers.c.round_id == rounds.c.id)
    query = select(*_ANSWER_FIELDS).select_from(source)
    for row in _stream(engine, query.order_by(answers.c.answered_at, answers.c.id)):
        yield _answer_cells(row)


def as_csv(rows: Iterator[Row], columns: Sequence[str]) -> Iterator[str]:
    """Pieces of a CSV file, the byte-order mark and the header first."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BOM)
    writer.writerow(columns)
    for number, row in enumerate(rows, 1):
        writer.writerow([harmless(row[column]) for column in columns])
        if number % ROWS_AT_ONCE == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def as_jsonl(rows: Iterator[Row]) -> Iterator[str]:
    """One JSON object a line; nothing is escaped beyond JSON itself."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def harmless(cell: str | int | float | None) -> str | int | float:
    """The cell as a spreadsheet may see it; numbers stay numbers, unknown stays empty."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        text = repr(cell)
        return format(Decimal(text), "f") if "e" in text else cell
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA_STARTS):
        return "'" + cell
    return cell


def _stream(engine: Engine, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    connected = engine.connect().execution_options(yield_per=ROWS_AT_ONCE)
    # The result is closed too: a server-side cursor would stay open in the pooled connection.
    with connected as connection, connection.execute(query) as result:
        yield from result


def _answer_cells(row: Any) -> Row:
    speed = tokens_per_second(
        Usage(completion_tokens=row.completion_tokens),
        Timing(ttft_s=row.ttft_s, total_s=row.total_s),
    )
    return {
        "answer_id": row.answer_id,
        "round_id": row.round_id,
        "answered_at": _iso(row.answered_at),
        "question": row.question,
        "answer": row.text,
        "recipe_key": row.recipe_key,
        "recipe": row.recipe,
        "model": row.model,
        "techniques": row.techniques,
        "few_shot_set": _inline(row.techniques, "few_shot"),
        "few_shot_ids": None,
        "collection": _inline(row.techniques, "reference"),
        "passage_ids": None,
        "adapter": None,
        "prompt_tokens": row.prompt_tokens,
        "completion_tokens": row.completion_tokens,
        "cached_tokens": row.cached_tokens,
        "reasoning_tokens": row.reasoning_tokens,
        "tokens_estimated": row.usage_estimated,
        "cost_usd": row.cost_usd,
        "cost_basis": row.cost_basis,
        "ttft_s": _rounded(row.ttft_s),
        "total_s": _rounded(row.total_s),
        "tokens_per_s": _rounded(speed),
        "stop_reason": row.stop_reason,
        "error": row.error_kind,
        "language": row.language,
    }


def _inline(techniques: str, name: str) -> Literal["inline"] | None:
    """Examples and reference text stand in the recipe itself."""
    return "inline" if name in techniques else None


def _iso(moment: datetime) -> str:
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).isoformat()


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
