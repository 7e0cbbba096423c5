"""A column with a JSON Schema, through real servers: what is sent, and what comes back."""

import json
from dataclasses import replace

import pytest

from core.models.litellm_chat import request
from core.models.route import Route
from core.output_schema import canonical, faults
from core.recipe import Recipe
from tests.core.asking import ask_recipe, runtime_processes
from tests.servers import ollama as ollama_server

MOOD = {
    "type": "object",
    "properties": {
        "sure": {"type": "boolean"},
        "mood": {"enum": ["긍정", "부정", "중립"]},
    },
    "required": ["sure", "mood"],
    "additionalProperties": False,
}
SCHEMA = canonical(MOOD)
QUESTION = "영화는 환상적이었고 매 순간을 즐겼습니다."


@pytest.fixture(scope="module")
def ollama():
    with ollama_server.running() as server:
        yield server


@pytest.fixture
def local_lab(make_lab):
    return make_lab({"NARANI_TIMEOUT": "60"})


def asked_for(upstream):
    return upstream.seen[-1]["body"]


def test_an_openai_model_is_sent_the_schema_as_response_format(lab, upstream):
    answer = ask_recipe(lab, Recipe(model="openai/echo", schema=SCHEMA), QUESTION)
    assert answer.error is None
    assert asked_for(upstream)["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": MOOD},
    }


def test_properties_arrive_in_the_order_they_were_written_in(lab, upstream):
    ask_recipe(lab, Recipe(model="openai/echo", schema=SCHEMA), QUESTION)
    sent = asked_for(upstream)["response_format"]["json_schema"]["schema"]
    assert list(sent["properties"]) == ["sure", "mood"]


def test_without_a_schema_no_format_is_asked_for(lab, upstream):
    ask_recipe(lab, Recipe(model="openai/echo"), QUESTION)
    assert "response_format" not in asked_for(upstream)


def test_an_endpoint_is_sent_the_schema_too(make_lab, upstream):
    endpoint = {"name": "own", "base_url": upstream.url}
    lab = make_lab({"NARANI_ENDPOINTS": json.dumps([endpoint])})
    assert ask_recipe(lab, Recipe(model="own/echo", schema=SCHEMA), QUESTION).error is None
    assert asked_for(upstream)["response_format"]["json_schema"]["schema"] == MOOD


def test_ollama_is_sent_the_schema_as_its_format(make_lab, ollama):
    lab = make_lab({"OLLAMA_HOST": ollama.url})
    answer = ask_recipe(lab, Recipe(model="ollama_chat/tiny", schema=SCHEMA), QUESTION)
    assert answer.error is None
    assert ollama.seen[-1]["format"] == MOOD


def test_a_model_that_takes_no_format_is_asked_in_words_alone(lab, upstream):
    answer = ask_recipe(lab, Recipe(model="openai/gpt-4", schema=SCHEMA), QUESTION)
    assert answer.error is None
    assert "response_format" not in asked_for(upstream)
    assert SCHEMA in asked_for(upstream)["messages"][0]["content"]


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        ("openai/gpt-4o-mini", True),
        ("openai/gpt-4-turbo", False),
        ("openai/gpt-3.5-turbo", False),
        ("openai/a-model-of-tomorrow", True),
        ("anthropic/claude-sonnet-4-5", True),
        ("gemini/gemini-2.5-flash", True),
        ("mistral/mistral-small-latest", True),
        ("cohere/command-r", False),
    ],
)
def test_a_provider_is_sent_a_format_where_litellm_knows_how(model, sent):
    route = Route(place="cloud", provider=model.partition("/")[0], model=model, api_key="sk-test")
    wanted = request(route, Recipe(model=model, schema=SCHEMA), [])
    assert ("response_format" in wanted) is sent


def test_a_refused_format_is_an_error_in_the_providers_words_and_asked_once(lab, upstream):
    model = "fault-422-n9"
    answer = ask_recipe(lab, Recipe(model=f"openai/{model}", schema=SCHEMA), QUESTION)
    assert answer.error.kind == "bad_request"
    assert "Unprocessable parameters" in answer.error.message
    assert upstream.by_model[model] == 1


@pytest.mark.parametrize("question", [QUESTION, "The plot was dull and easy to guess."])
def test_even_the_small_embedded_model_answers_as_the_schema_says(local_lab, question):
    answer = ask_recipe(local_lab, Recipe(model="local/narani", schema=SCHEMA), question)
    assert (answer.error, answer.stop_reason) == (None, "stop")
    assert faults(answer.text, SCHEMA) == ()
    assert list(json.loads(answer.text)) == ["sure", "mood"]


def test_an_answer_that_was_cut_off_is_said_not_to_fit(local_lab):
    recipe = Recipe(model="local/narani", schema=SCHEMA, max_tokens=2)
    answer = ask_recipe(local_lab, recipe, QUESTION)
    assert answer.stop_reason == "length"
    assert [fault.code for fault in faults(answer.text, SCHEMA)] == ["not_json"]


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"enum": []},
        {"type": "array", "items": {}, "minItems": 100_000},
        {"properties": {"a": False}},
    ],
)
def test_a_schema_llama_cpp_cannot_follow_is_an_error_of_its_column_alone(local_lab, schema):
    recipe = Recipe(model="local/narani", max_tokens=20)
    bad = replace(recipe, schema=canonical(schema))
    refused, fine = local_lab.ask(QUESTION, [bad, recipe]).wait(60)
    assert refused.error.kind == "bad_request"
    assert "schema" in refused.error.message or "grammar" in refused.error.message
    assert fine.error is None
    (process,) = runtime_processes()
    assert ask_recipe(local_lab, recipe, QUESTION).error is None
    assert runtime_processes() == [process]
