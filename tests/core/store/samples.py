"""Answers to store: one with every field, and small ones in any number."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from core.answer import Answer, Cost, Failure, Timing, Usage
from core.example import Example, Passage
from core.few_shot import Candidate, Choice, FewShot
from core.recipe import Recipe
from core.store.rounds import Rounds

WHEN = datetime(2026, 3, 4, 5, 6, 7, 891011, tzinfo=UTC)

FULL_RECIPE = Recipe(
    model="openai/gpt-4o-mini",
    system="Be brief. 짧게.",
    temperature=0.0,
    top_p=0.25,
    max_tokens=77,
    seed=0,
    stop=("\n\n", "끝"),
    few_shot=FewShot(examples=(Example(question="Why?", answer="Because."),)),
    reference="First.\n\nSecond.",
    fallback="baseline/extract",
    name='A "name", with 쉼표',
)

FULL_ANSWER = Answer(
    id="answer-1",
    round_id="round-1",
    thread_id="thread-1",
    position=3,
    recipe=FULL_RECIPE,
    model="baseline/extract",
    text='Line one\nLine "two", 세 번째 줄 🙂',
    reasoning="Hm. 음.",
    error=Failure(kind="cut_off", message="the stream broke", details={"model": "x", "tokens": 5}),
    stop_reason="cut_off",
    usage=Usage(
        prompt_tokens=11, completion_tokens=22, cached_tokens=3, reasoning_tokens=4, estimated=True
    ),
    cost=Cost(usd=0.00012345, basis="estimated", price_version="entered here 2026-01-01"),
    timing=Timing(ttft_s=0.125, total_s=2.5, stages={"first_token": 0.125, "generate": 2.375}),
    sources=(
        Passage(document="reference", start=0, end=6, text="First.", page=1, score=0.5),
        Passage(document="reference", start=8, end=15, text="Second."),
    ),
    snapshot={
        "messages": [{"role": "user", "content": "안녕?"}],
        "price_version": "entered here 2026-01-01",
        "fallback_after": ["openai/gpt-4o-mini", "rate_limited"],
        "retries": 2,
        "served_by": None,
        "versions": {"litellm": "1.106.2"},
    },
    answered_at=WHEN,
)


def open_round(rounds: Rounds, question: str = "Why?", **changes: object) -> str:
    """Store a question; returns its id."""
    round_id = str(changes.pop("round_id", uuid4().hex))
    content: dict = {"conversation_id": uuid4().hex, "turn": 0, "recipes": [FULL_RECIPE]}
    rounds.open(round_id=round_id, question=question, **{**content, **changes})
    return round_id


def add_answer(rounds: Rounds, round_id: str, number: int = 0, **changes: object) -> Answer:
    """Store a small answer to a stored question."""
    answer = Answer(
        id=uuid4().hex,
        round_id=round_id,
        thread_id=uuid4().hex,
        position=0,
        recipe=Recipe(model="baseline/extract"),
        model="baseline/extract",
        text=f"Answer {number}",
        stop_reason="stop",
        usage=Usage(),
        cost=Cost(),
        timing=Timing(total_s=1.0),
        answered_at=WHEN + timedelta(seconds=number),
    )
    answer = replace(answer, **changes)  # type: ignore[arg-type]
    rounds.add(answer)
    return answer


def answered(rounds: Rounds, question: str = "Why?", **changes: object) -> Answer:
    """Store a question with one answer."""
    return add_answer(rounds, open_round(rounds, question), **changes)


def shown(name: str, version: int, **changes: object) -> dict:
    """For `answered`: an answer that was shown three examples of a set, one of them left out."""
    wanted = FewShot(set=name, version=version, **changes)  # type: ignore[arg-type]
    candidates = tuple(
        Candidate(
            id=f"{number:016x}",
            example=Example(question=f"Q {number}", answer=f"A {number}"),
            left_out="leak" if number == 1 else None,
        )
        for number in range(3)
    )
    choice = Choice(
        set=name,
        version=version,
        hash="0123456789ab",
        wanted=3,
        available=9,
        candidates=candidates,
    )
    return {
        "recipe": Recipe(model="baseline/extract", few_shot=wanted),
        "snapshot": {"few_shot": choice.to_json()},
    }
