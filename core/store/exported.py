"""Which file an export is: votes or answers, as a table or as training data."""

from collections.abc import Iterator
from typing import Literal

from sqlalchemy import Engine

from core.store.export import ANSWER_COLUMNS, VOTE_COLUMNS, answer_rows, as_csv, as_jsonl, vote_rows
from core.store.training import kto_lines, sft_lines
from core.store.votes import VoteFilter


def exported(
    engine: Engine,
    what: Literal["votes", "answers"],
    form: Literal["csv", "jsonl", "sft", "kto"],
    wanted: VoteFilter | None = None,
) -> Iterator[str]:
    """Pieces of the file, made while they are read; training data is made of all votes."""
    if form in ("sft", "kto"):
        return sft_lines(engine) if form == "sft" else kto_lines(engine)
    votes = what == "votes"
    rows = vote_rows(engine, wanted or VoteFilter()) if votes else answer_rows(engine)
    columns = VOTE_COLUMNS if votes else ANSWER_COLUMNS
    return as_csv(rows, columns) if form == "csv" else as_jsonl(rows, columns)
