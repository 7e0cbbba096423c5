"""Examples within a model's context: as many as fit, the most similar ones, none for nothing."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest

from core.answer import Usage
from core.errors import ModelError
from core.example import Example
from core.few_shot import Candidate, Choice, FewShot
from core.lab import open_lab
from core.model import Delta, Done, Event
from core.prompt import Prompt, prepare
from core.recipe import Recipe
from core.settings import read_settings
from tests.core.asking import ask_recipe

GPT4 = "openai/gpt-4"
"""8,192 tokens, as LiteLLM's table knows; counted exactly where it is OpenAI's own."""


def choice_of(count: int, words: int = 200) -> Choice:
    candidates = tuple(
        Candidate(id=f"{n:016x}", example=Example(question=f"{n} {'word ' * words}", answer="a"))
        for n in range(count)
    )
    return Choice(set="s", version=1, hash="h", wanted=count, available=99, candidates=candidates)


def fitted(
    lab, choice: Choice, recipe: Recipe, refused: Mapping[str, str | int] | None = None
) -> int:
    def build(examples: Sequence[Example]) -> Prompt:
        return prepare(recipe, "question", examples=examples)

    made = asyncio.run(lab.prompting.chooser.fitted(recipe, choice, build, refused))
    assert [one.left_out for one in made.candidates[len(made.given) :]] == ["context"] * (
        len(choice.candidates) - len(made.given)
    )
    return len(made.given)


@pytest.fixture
def real_lab(make_lab):
    """OpenAI at its own address, which nobody asks: its tokens are counted exactly."""
    return make_lab({"OPENAI_API_BASE": "", "OPENAI_API_KEY": ""})


def shots(model: str, max_tokens: int | None = None) -> Recipe:
    return Recipe(model=model, max_tokens=max_tokens, few_shot=FewShot(set="s"))


def test_what_fits_is_left_alone(real_lab):
    assert fitted(real_lab, choice_of(10), shots(GPT4)) == 10


def test_no_known_context_drops_nothing(lab):
    assert fitted(lab, choice_of(64), shots("openai/echo")) == 64
    assert fitted(lab, choice_of(64), shots("baseline/nearest")) == 64
    assert fitted(lab, choice_of(64), shots("nobody-knows")) == 64


def test_as_many_stay_as_an_exact_count_has_room_for(real_lab):
    recipe = shots(GPT4)
    count = fitted(real_lab, choice_of(64), recipe)
    examples = choice_of(64).given

    def tokens(number: int) -> int:
        prompt = prepare(recipe, "question", examples=examples[:number])
        return real_lab.metering.counted(GPT4, prompt).tokens

    assert tokens(count) <= 8192 - 256 < tokens(count + 1)


def test_a_guess_leaves_a_margin(lab, real_lab):
    assert fitted(lab, choice_of(64), shots(GPT4)) < fitted(real_lab, choice_of(64), shots(GPT4))


def test_the_room_for_the_answer_is_kept_free_but_never_more_than_half(real_lab):
    kept = [fitted(real_lab, choice_of(64), shots(GPT4, most)) for most in (None, 2000, 8192)]
    assert kept[0] > kept[1] > kept[2] > 0


def test_a_refusal_says_how_much_the_model_really_counts(lab):
    # It counted twice what was estimated, so half as many fit.
    recipe = shots("openai/echo")
    prompt = prepare(recipe, "question", examples=choice_of(40).given)
    used = 2 * lab.metering.counted("openai/echo", prompt).tokens
    refused = {"used": used, "limit": used // 2, "over": used - used // 2}
    assert 15 <= fitted(lab, choice_of(40), recipe, refused) < 20


def test_a_refusal_of_the_prompt_with_its_answer_drops_what_is_over(real_lab):
    recipe = shots(GPT4, 4000)
    prompt = prepare(recipe, "question", examples=choice_of(30).given)
    used = real_lab.metering.counted(GPT4, prompt).tokens
    over = used + 4000 - 8192
    assert used < 8192
    count = fitted(real_lab, choice_of(30), recipe, {"used": used, "limit": 8192, "over": over})
    left = prepare(recipe, "question", examples=choice_of(30).given[:count])
    assert real_lab.metering.counted(GPT4, left).tokens + 4000 <= 8192
    assert count > 10


@pytest.mark.parametrize("refused", [{}, {"limit": 4096}, {"used": 5000}], ids=repr)
def test_a_refusal_that_does_not_say_how_much_halves_the_examples(lab, refused):
    counts = [fitted(lab, choice_of(n), shots("openai/echo"), refused) for n in (64, 5, 1, 0)]
    assert counts == [32, 2, 0, 0]


def test_a_refusal_always_costs_at_least_one_example(lab):
    refused = {"used": 4097, "limit": 4096, "over": 1}
    assert fitted(lab, choice_of(40), shots("openai/echo"), refused) < 40


def test_a_model_that_only_says_too_long_gets_fewer_until_it_answers(tmp_path):
    asked = []

    class Narrow:
        """Reads eleven messages and does not say so."""

        async def ready(self, _recipe: Recipe) -> None: ...

        async def stream(self, _recipe: Recipe, prompt: Prompt) -> AsyncIterator[Event]:
            asked.append(len(prompt.messages))
            if len(prompt.messages) > 11:
                raise ModelError("context_too_long", "prompt is too long")
            yield Delta(text="word")
            yield Done(stop_reason="stop", usage=Usage())

    lab = open_lab(read_settings({"NARANI_HOME": str(tmp_path)}), Narrow())
    try:
        examples = tuple(Example(question=str(n), answer="a") for n in range(16))
        recipe = Recipe(model="openai/x", few_shot=FewShot(examples=examples))
        answer = ask_recipe(lab, recipe)
    finally:
        lab.close()
    assert (answer.error, answer.text) == (None, "word")
    assert asked == [33, 17, 9]
    assert [one["question"] for one in answer.snapshot["examples"]] == ["0", "1", "2", "3"]
