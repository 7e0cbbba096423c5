"""Votes as training data: JSON lines in the conversational forms that TRL reads.

SFT takes `{"prompt": [messages], "completion": [message]}`; KTO the same with a boolean `label`
(https://huggingface.co/docs/trl/dataset_formats).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine, and_, exists, select

from core.example import Passage, passage_from_json
from core.store.export import ROWS_AT_ONCE
from core.store.tables import answers, rounds, votes


def sft_lines(engine: Engine) -> Iterator[str]:
    """One line per complete answer that somebody liked and nobody disliked."""
    liked = exists().where(votes.c.answer_id == answers.c.id, votes.c.rating > 0)
    disliked = exists().where(votes.c.answer_id == answers.c.id, votes.c.rating < 0)
    query = (
        select(answers.c.snapshot, answers.c.text)
        .where(and_(liked, ~disliked), answers.c.stop_reason == "stop", answers.c.text != "")
        .order_by(answers.c.answered_at, answers.c.id)
    )
    with engine.connect().execution_options(yield_per=ROWS_AT_ONCE) as connection:
        for row in connection.execute(query):
            yield _line(row.snapshot, row.text)


@dataclass(frozen=True, kw_only=True)
class Liked:
    """An answer that was voted up, with what it was asked and given."""

    question: str
    text: str
    sources: tuple[Passage, ...]


def liked_answers(engine: Engine) -> Iterator[Liked]:
    """Answers with sources that somebody liked and nobody disliked."""
    liked = exists().where(votes.c.answer_id == answers.c.id, votes.c.rating > 0)
    disliked = exists().where(votes.c.answer_id == answers.c.id, votes.c.rating < 0)
    query = (
        select(rounds.c.question, answers.c.text, answers.c.sources)
        .join_from(answers, rounds)
        .where(liked, ~disliked, answers.c.text != "", answers.c.techniques.contains("retrieval"))
        .order_by(answers.c.answered_at, answers.c.id)
    )
    with engine.connect().execution_options(yield_per=ROWS_AT_ONCE) as connection:
        for row in connection.execute(query):
            sources = tuple(passage_from_json(one) for one in json.loads(row.sources))
            yield Liked(question=row.question, text=row.text, sources=sources)


def kto_lines(engine: Engine) -> Iterator[str]:
    """One line per vote on an answer with text: a thumb is the label."""
    query = (
        select(answers.c.snapshot, answers.c.text, votes.c.rating)
        .join_from(votes, answers)
        .where(answers.c.text != "")
        .order_by(votes.c.voted_at, votes.c.id)
    )
    with engine.connect().execution_options(yield_per=ROWS_AT_ONCE) as connection:
        for row in connection.execute(query):
            yield _line(row.snapshot, row.text, label=row.rating > 0)


def _line(snapshot: str, text: str, **label: bool) -> str:
    content = {
        "prompt": json.loads(snapshot).get("messages", []),
        "completion": [{"role": "assistant", "content": text}],
        **label,
    }
    return json.dumps(content, ensure_ascii=False) + "\n"
