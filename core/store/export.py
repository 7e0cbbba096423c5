"""Votes and answers as CSV or JSON lines, row by row: a million rows never stand in memory.

The CSV is RFC 4180 with a byte-order mark for Excel, and its cells are harmless there: text that
a spreadsheet would run as a formula gets an apostrophe in front
(https://owasp.org/www-community/attacks/CSV_Injection).

A row is made for each of a million votes, so this file prefers tuples and plain arithmetic.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import Engine, Select, String, select, type_coerce

from core.store.tables import answers, rounds, votes
from core.store.votes import VoteFilter, joined

BOM = "\ufeff"
ROWS_AT_ONCE = 1000
_FORMULA_STARTS = frozenset("=+-@\t\r\n|＝＋－＠")

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

Cell = str | int | float | None
Row = tuple[Cell, ...]
"""The cells in the order of the columns."""

# The times as the driver has them: parsing a million of SQLite's texts costs more than the export.
_ANSWERED_AT = type_coerce(answers.c.answered_at, String)
_VOTED_AT = type_coerce(votes.c.voted_at, String)

_ANSWER_FIELDS = (
    answers.c.id,
    answers.c.round_id,
    _ANSWERED_AT,
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
    answers.c.adapter,
    answers.c.collection,
    answers.c.passage_ids,
    answers.c.few_shot_set,
    answers.c.few_shot_ids,
    rounds.c.language,
)
_VOTE_FIELDS = (
    votes.c.id,
    _VOTED_AT,
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
        vote_id, voted_at, rating, reasons, comment, person, *answer = row
        codes = "" if reasons == "[]" else " ".join(json.loads(reasons))
        yield (vote_id, _iso(voted_at), rating, codes, comment, person, *_answer_cells(*answer))


def answer_rows(engine: Engine) -> Iterator[Row]:
    """One row per answer, oldest first."""
    source = answers.join(rounds, answers.c.round_id == rounds.c.id)
    query = select(*_ANSWER_FIELDS).select_from(source)
    for row in _stream(engine, query.order_by(answers.c.answered_at, answers.c.id)):
        yield _answer_cells(*row)


def as_csv(rows: Iterator[Row], columns: Sequence[str]) -> Iterator[str]:
    """Pieces of a CSV file, the byte-order mark and the header first."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BOM)
    writer.writerow(columns)
    while True:
        before = buffer.tell()
        writer.writerows([harmless(cell) for cell in row] for row in islice(rows, ROWS_AT_ONCE))
        if buffer.tell() == before:
            break
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def as_jsonl(rows: Iterator[Row], columns: Sequence[str]) -> Iterator[str]:
    """One JSON object a line; nothing is escaped beyond JSON itself."""
    for row in rows:
        yield json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) + "\n"


def harmless(cell: Cell) -> str | int | float:
    """The cell as a spreadsheet may see it; numbers stay numbers, unknown stays empty."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        first = cell[:1]
        # An apostrophe before a formula is the reader's own: a second one keeps it.
        if first in _FORMULA_STARTS or (
            first in " '" and cell.lstrip("'").lstrip(" ")[:1] in _FORMULA_STARTS
        ):
            return "'" + cell
    elif isinstance(cell, float) and -1e-4 < cell < 1e-4:
        return format(Decimal(repr(cell)), "f")  # 0.000025, not 2.5e-05
    return cell


def _stream(engine: Engine, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    connected = engine.connect().execution_options(yield_per=ROWS_AT_ONCE)
    # The result is closed too: a server-side cursor would stay open in the pooled connection.
    with connected as connection, connection.execute(query) as result:
        yield from result


def _answer_cells(
    answer_id: str,
    round_id: str,
    answered_at: str | datetime,
    question: str,
    text: str,
    recipe_key: str,
    recipe: str,
    model: str,
    techniques: str,
    prompt_tokens: int | None,
    completion_tokens: int | None,
    cached_tokens: int | None,
    reasoning_tokens: int | None,
    usage_estimated: int,
    cost_usd: float | None,
    cost_basis: str,
    ttft_s: float | None,
    total_s: float,
    stop_reason: str,
    error_kind: str | None,
    adapter: str | None,
    collection: str | None,
    passage_ids: str | None,
    few_shot_set: str | None,
    few_shot_ids: str | None,
    language: str,
) -> Row:
    return (
        answer_id,
        round_id,
        _iso(answered_at),
        question,
        text,
        recipe_key,
        recipe,
        model,
        techniques,
        # What is inline stands in the recipe itself.
        few_shot_set or ("inline" if "few_shot" in techniques else None),
        few_shot_ids,
        collection or ("inline" if "reference" in techniques else None),
        passage_ids,
        adapter,
        prompt_tokens,
        completion_tokens,
        cached_tokens,
        reasoning_tokens,
        usage_estimated,
        cost_usd,
        cost_basis,
        None if ttft_s is None else round(ttft_s, 4),
        round(total_s, 4),
        _speed(completion_tokens, ttft_s, total_s),
        stop_reason,
        error_kind,
        language,
    )


def _speed(tokens: int | None, ttft_s: float | None, total_s: float) -> float | None:
    """As `core.answer.tokens_per_second`, without objects; a test holds the two together."""
    if tokens is None or tokens < 2 or ttft_s is None or total_s - ttft_s <= 0.001:
        return None
    return round((tokens - 1) / (total_s - ttft_s), 4)


def _iso(moment: str | datetime) -> str:
    if isinstance(moment, str):  # SQLite: 2026-11-21 02:45:42.624634, always UTC
        return f"{moment[:10]}T{moment[11:]}+00:00"
    return moment.astimezone(UTC).isoformat()
