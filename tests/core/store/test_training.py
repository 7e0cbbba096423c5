"""Votes become training data: what was liked is an example, every thumb is a label."""

import json

from sqlalchemy import Engine

from core.store.rounds import Rounds
from core.store.training import kto_lines, sft_lines
from core.store.votes import Votes
from tests.core.store.test_export import answered


def test_every_vote_is_a_kto_line(engine: Engine, rounds: Rounds, votes: Votes) -> None:
    answer = answered(rounds)
    votes.put(answer.id, "a", 1)
    votes.put(answer.id, "b", -1, ["wrong"])
    lines = [json.loads(line) for line in kto_lines(engine)]
    assert [line["label"] for line in lines] == [True, False]
    assert lines[0]["prompt"] == answer.snapshot.get("messages", [])
    assert lines[0]["completion"] == [{"role": "assistant", "content": answer.text}]


def test_only_answers_that_nobody_disliked_are_sft_examples(
    engine: Engine, rounds: Rounds, votes: Votes
) -> None:
    liked, contested, unrated = answered(rounds), answered(rounds), answered(rounds)
    for person in ("a", "b"):
        votes.put(liked.id, person, 1)
    votes.put(contested.id, "a", 1)
    votes.put(contested.id, "b", -1)
    (line,) = [json.loads(line) for line in sft_lines(engine)]
    assert line["completion"][0]["content"] == liked.text
    assert set(line) == {"prompt", "completion"}
    assert unrated.text
