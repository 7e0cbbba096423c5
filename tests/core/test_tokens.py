"""Token counts: exact for OpenAI's own models, marked as estimates for all others."""

import pytest

from core.models.route import route_of
from core.models.tokens import count, estimate
from core.prompt import Message
from core.settings import read_settings

HELLO = [Message(role="user", content="hello world")]
KOREAN = "하늘이 파란 까닭은 공기가 짧은 파장의 빛을 더 많이 흩뜨리기 때문입니다. " * 20
ENGLISH = "The sky is blue because air scatters short wavelengths of light much more. " * 20


def route(model: str, **environment: str):
    return route_of(model, read_settings(environment), ())


@pytest.mark.parametrize(
    "model", ["gpt-4o-mini", "openai/gpt-4o-mini", "openai/gpt-4", "gpt-3.5-turbo"]
)
def test_openais_own_models_are_counted_exactly(model):
    counted = count(HELLO, route(model))
    assert (counted.tokens, counted.exact) == (2 + 4 + 3, True)


def test_old_and_new_models_have_different_tables():
    new = count([Message(role="user", content=KOREAN)], route("openai/gpt-4o"))
    for model in ("openai/gpt-4", "openai/gpt-4-turbo", "openai/gpt-3.5-turbo"):
        old = count([Message(role="user", content=KOREAN)], route(model))
        assert old.tokens > 1.3 * new.tokens, model


@pytest.mark.parametrize(
    "model",
    ["anthropic/claude-sonnet-4-5", "ollama_chat/qwen3:4b", "local/tiny", "huggingface/a/b"],
)
def test_other_models_are_estimated(model):
    assert count(HELLO, route(model)).exact is False


def test_openais_protocol_at_another_address_is_estimated():
    elsewhere = route("openai/gpt-4o-mini", OPENAI_API_BASE="http://127.0.0.1:1/v1")
    assert count(HELLO, elsewhere).exact is False


@pytest.mark.parametrize("text", [KOREAN, ENGLISH, KOREAN + ENGLISH])
def test_the_estimate_is_within_a_third_of_the_count(text):
    exact = count([Message(role="user", content=text)], route("openai/gpt-4o")).tokens
    assert estimate(text) == pytest.approx(exact, rel=0.33)


def test_text_that_looks_like_a_control_token_is_counted_as_text():
    counted = count([Message(role="user", content="<|endoftext|>")], route("openai/gpt-4o"))
    assert counted.tokens > 8


def test_nothing_is_no_token_and_something_at_least_one():
    assert estimate("") == 0
    assert estimate("a") == 1
