"""Numbers as people read them."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.answer import Answer, Cost, Timing, Usage
from core.pricing import Rate
from core.recipe import Recipe
from pages.shared import format as shown

RATE = Rate(krw_per_usd=1400.0, since=date(2026, 1, 1), source="test")


@pytest.fixture(autouse=True)
def dollars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "currency", lambda: "USD")
    monkeypatch.setattr("pages.shared.language.language", lambda: "en")


@pytest.fixture
def answer() -> Callable[..., Answer]:
    def make(**changes: Any) -> Answer:
        content = {
            "id": "a" * 32,
            "round_id": "b" * 32,
            "thread_id": "c" * 32,
            "position": 0,
            "recipe": Recipe(model="openai/x"),
            "model": "openai/x",
            "text": "Hello",
            "stop_reason": "stop",
            "usage": Usage(prompt_tokens=242, completion_tokens=108),
            "cost": Cost(usd=0.00123, basis="listed"),
            "timing": Timing(ttft_s=0.31, total_s=2.04),
            "answered_at": datetime(2026, 1, 1, tzinfo=UTC),
        }
        return Answer(**(content | changes))

    return make


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (0, "$0"),
        (0.00000123, "$0.0000012"),
        (0.00123, "$0.0012"),
        (0.5, "$0.50"),
        (0.994, "$0.99"),
        (0.999, "$1.00"),
        (1.5, "$1.50"),
        (12345.6, "$12,346"),
    ],
)
def test_dollars_keep_two_digits_that_matter(usd: float, text: str) -> None:
    assert shown.money(usd) == text


@pytest.mark.parametrize("usd", [0.0000096, 0.00996, 0.0996, 0.0995, 99.996, 99.999])
def test_rounding_up_adds_no_digit(usd: float) -> None:
    digits = re.sub(r"[^0-9]", "", shown.money(usd)).strip("0") or "0"
    assert len(digits) <= 2, shown.money(usd)


def test_won(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "currency", lambda: "KRW")
    assert shown.money(0.001, RATE) == "₩1.40"
    assert shown.money(1, RATE) == "₩1,400"


def test_an_unknown_cost_is_a_word_and_never_zero() -> None:
    assert shown.cost_text(Cost()) == "Cost: unknown"
    assert shown.cost_text(Cost(basis="own hardware")) == "own hardware"


def test_an_estimate_says_so() -> None:
    assert shown.cost_text(Cost(usd=0.5, basis="estimated")) == "≈ $0.50"
    assert (
        shown.tokens_text(Usage(prompt_tokens=1, completion_tokens=2, estimated=True))
        == "≈ 1 → 2 tok"
    )


def test_unknown_tokens() -> None:
    assert shown.tokens_text(Usage()) == "tok: unknown"
    assert shown.tokens_text(Usage(completion_tokens=1234)) == "? → 1,234 tok"


def test_cached_and_thinking_tokens_are_named() -> None:
    usage = Usage(prompt_tokens=9, completion_tokens=8, cached_tokens=5, reasoning_tokens=4)
    assert shown.tokens_text(usage) == "9 → 8 tok · cache 5 · Thinking 4"


@pytest.mark.parametrize(("value", "text"), [(None, "–"), (0.314, "0.31"), (12.34, "12.3")])
def test_seconds(value: float | None, text: str) -> None:
    assert shown.seconds(value) == text


def test_the_line_under_an_answer(answer: Callable[..., Answer]) -> None:
    expected = "242 → 108 tok · \\$0.0012 · 2.04 s · first 0.31 · 62 tok/s"
    assert shown.facts(answer()) == expected


def test_one_token_has_no_speed(answer: Callable[..., Answer]) -> None:
    one = answer(usage=Usage(prompt_tokens=9, completion_tokens=1))
    assert "tok/s" not in shown.facts(one), "0 tok/s would be a lie"


@pytest.mark.parametrize("model", ["baseline/extract", "baseline/nearest"])
def test_a_baseline_has_no_first_token(answer: Callable[..., Answer], model: str) -> None:
    assert "first" not in shown.facts(answer(model=model))
