"""What came back, in the form the shell prints, and the numbers made from it."""

from datetime import UTC, datetime

import pytest

from core.answer import Answer, Cost, Failure, Timing, Usage, tokens_per_second
from core.errors import MODEL_ERROR_KINDS, STORE_KINDS, USAGE_KINDS
from core.example import Passage
from core.models.litellm_errors import KINDS
from core.recipe import Recipe

ANSWER = Answer(
    id="answer",
    round_id="round",
    thread_id="thread",
    position=0,
    recipe=Recipe(model="a/b"),
    model="a/b",
    text="한글",
    stop_reason="stop",
    usage=Usage(prompt_tokens=3, completion_tokens=11),
    cost=Cost(),
    timing=Timing(ttft_s=1.0, total_s=3.0, stages={"generate": 2.0}),
    sources=(Passage(document="d", start=0, end=1, text="x"),),
    answered_at=datetime(2026, 8, 1, tzinfo=UTC),
)


def test_tokens_per_second_leave_out_the_wait_for_the_first_one():
    assert tokens_per_second(ANSWER.usage, ANSWER.timing) == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("usage", "timing"),
    [
        (Usage(), Timing(ttft_s=1.0, total_s=2.0)),
        (Usage(completion_tokens=5), Timing(total_s=2.0)),
        (Usage(completion_tokens=5), Timing(ttft_s=2.0, total_s=2.0)),
    ],
)
def test_a_speed_that_nobody_can_know_is_none(usage, timing):
    assert tokens_per_second(usage, timing) is None


def test_no_tokens_have_no_negative_speed():
    speed = tokens_per_second(Usage(completion_tokens=0), Timing(ttft_s=1.0, total_s=2.0))
    assert speed is None or speed >= 0


def test_unknown_stays_none_in_json():
    content = ANSWER.to_json()
    assert content["cost"] == {"usd": None, "basis": "unknown", "price_version": None}
    assert content["usage"]["cached_tokens"] is None
    assert content["error"] is None


def test_an_error_is_a_code_and_a_message():
    failure = Failure(kind="timeout", message="silent", details={"seconds": 2})
    assert failure.to_json()["details"] == {"seconds": 2}


def test_the_kinds_of_errors_are_told_apart_by_their_codes():
    kinds = [*USAGE_KINDS, *MODEL_ERROR_KINDS, *STORE_KINDS]
    assert len(kinds) == len(set(kinds))


def test_every_exception_is_translated_to_a_kind_that_exists():
    assert set(KINDS.values()) <= set(MODEL_ERROR_KINDS)
