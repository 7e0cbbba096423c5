"""Votes as training data: JSON lines in the conversational forms that TRL reads.

SFT takes `{"prompt": [messages], "completion": [message]}`; KTO the same with a boolean `label`
(https://huggingface.co/docs/trl/dataset_formats).
"""

import json
from collections.abc import Iterator

from sqlalchemy import Engine, and_, exists, select

from core.store.export import ROWS_AT_ONCE
from core.store.tables import answers, votes


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
