"""Estimates before asking, costs after: exact or marked, from history or assumed, never made up."""

import pytest

from core.draft import Column
from core.metering import TYPICAL_ANSWER
from core.prompt import prepare
from core.recipe import Recipe
from tests.core.asking import ask

MINI = "openai/gpt-4o-mini"


@pytest.fixture
def real_lab(make_lab):
    """OpenAI at its own address: nothing is sent by an estimate."""
    return make_lab({"OPENAI_API_BASE": ""})


def estimate(lab, recipe: Recipe, question="hello world"):
    (found,) = lab.estimate([Column(thread_id="t", recipe=recipe)], question)
    return found


def test_the_input_of_openais_models_is_exact(real_lab):
    found = estimate(real_lab, Recipe(model=MINI))
    assert (found.input_tokens, found.exact) == (9, True)
    assert found.context_tokens == 128_000


def test_without_history_and_limit_the_output_is_assumed(real_lab):
    found = estimate(real_lab, Recipe(model=MINI))
    assert (found.output_tokens, found.from_history) == (TYPICAL_ANSWER, 0)
    assert found.usd == pytest.approx(
        tuple((9 * 0.15 + tokens * 0.60) / 1e6 for tokens in TYPICAL_ANSWER)
    )


@pytest.mark.parametrize(("limit", "expected"), [(500, (50, 500)), (20, (20, 20))])
def test_a_limit_ends_the_range(real_lab, limit, expected):
    assert estimate(real_lab, Recipe(model=MINI, max_tokens=limit)).output_tokens == expected


def test_earlier_answers_make_the_range(lab):
    model = "openai/pace-n30"
    ask(lab, model)
    ask(lab, model)
    found = estimate(lab, Recipe(model=model))
    assert (found.output_tokens, found.from_history) == ((30, 30), 2)


def test_the_range_is_the_middle_four_fifths_and_capped(lab):
    recipe, lengths = Recipe(model=MINI), range(0, 200, 10)
    prompt = prepare(recipe, "hello")
    assert lab.metering.estimate(recipe, prompt, lengths).output_tokens == (20, 170)
    capped = Recipe(model=MINI, max_tokens=100)
    assert lab.metering.estimate(capped, prompt, lengths).output_tokens == (20, 100)


def test_an_unknown_price_is_no_amount(lab):
    found = estimate(lab, Recipe(model="openai/pace-n5"))
    assert found.usd is None
    assert ask(lab, "openai/pace-n5").cost.usd is None


def test_a_model_that_nobody_knows_has_no_estimate(lab):
    assert estimate(lab, Recipe(model="nobody-knows")) is None


@pytest.mark.parametrize("model", ["local/tiny", "ollama_chat/qwen3:4b", "baseline/nearest"])
def test_the_own_machine_is_said_to_be_the_own_machine(lab, model):
    found = estimate(lab, Recipe(model=model))
    assert found.own_hardware is True
    assert found.usd is None


def test_an_ollama_elsewhere_is_not_the_own_machine(make_lab):
    lab = make_lab({"OLLAMA_HOST": "http://gpu.example:11434"})
    assert estimate(lab, Recipe(model="ollama_chat/qwen3:4b")).own_hardware is False


def test_a_prompt_that_is_too_long_says_by_how_much(real_lab):
    found = estimate(real_lab, Recipe(model=MINI), "hello " * 130_000)
    assert found.over == found.input_tokens - 128_000 > 0
    assert estimate(real_lab, Recipe(model=MINI)).over == 0


def test_history_is_paid_for_too(real_lab):
    recipe = Recipe(model=MINI, system="Be short.")
    assert (
        estimate(real_lab, recipe).input_tokens
        > estimate(real_lab, Recipe(model=MINI)).input_tokens
    )


def test_an_answer_costs_what_its_tokens_cost(lab):
    from datetime import date

    from core.pricing import Price

    model = "openai/pace-n7"
    price = Price(
        model=model,
        input_per_million=1.0,
        output_per_million=1e6,
        since=date(2026, 1, 1),
        source="entered here",
    )
    lab.money.set_prices(entered=[price])
    answer = ask(lab, model)
    assert answer.cost.usd == pytest.approx(7 + answer.usage.prompt_tokens / 1e6)
    assert answer.cost.basis == "listed"
    assert answer.cost.price_version == "entered here 2026-01-01"
