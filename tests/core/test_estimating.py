"""What examples and templates will cost, said before: near to what is counted afterwards."""

import pytest

from core.draft import Column
from core.example import Example
from core.example_set import normalised
from core.few_shot import FewShot
from core.metering import Estimate
from core.prompt import Turn
from core.recipe import Recipe
from core.template import Template, TemplateUse

MINI = "openai/gpt-4o-mini"
QUESTION = "Which one is meant here?"


@pytest.fixture
def real_lab(make_lab):
    """OpenAI at its own address, which nobody asks: its tokens are counted exactly."""
    lab = make_lab({"OPENAI_API_BASE": "", "OPENAI_API_KEY": ""})
    examples = [
        Example(
            question=f"물음 {n}: what is number {n}? {'about ' * (n % 7)}",
            answer=f"It is {n}, 그것은 {n}입니다.",
            fields=(("나라", f"land {n}"),),
            tags=("짝",) if n % 2 == 0 else ("홀",),
        )
        for n in range(80)
    ]
    sides = {normalised(one.question): "train" for one in examples}
    lab.example_sets.save("numbers", examples, sides=sides)
    return lab


def estimated(lab, recipe: Recipe, **more) -> Estimate:
    column = Column(thread_id="t", recipe=recipe, history=more.pop("history", ()))
    (found,) = lab.estimate([column], QUESTION, **more)
    assert found is not None
    return found


def counted(lab, recipe: Recipe, **more) -> int:
    """Tokens of the prompt that a Round really makes of it; the model needs no key for that."""
    column = Column(thread_id="t", recipe=recipe, history=more.pop("history", ()))
    round_ = lab.ask(QUESTION, [column], **more)
    round_.wait(60)
    return lab.metering.counted(recipe.model, round_.drafts[0].prompt).tokens


def shots(**how) -> Recipe:
    return Recipe(model=MINI, few_shot=FewShot(**{"set": "numbers", **how}))


def test_an_estimate_grows_with_k(real_lab):
    tokens = [estimated(real_lab, shots(k=k)).input_tokens for k in (1, 3, 5, 8, 64)]
    assert tokens == sorted(set(tokens))
    assert tokens[0] > estimated(real_lab, Recipe(model=MINI)).input_tokens


def test_money_grows_with_it(real_lab):
    few, many = (estimated(real_lab, shots(k=k)).usd for k in (1, 64))
    assert few[0] < many[0]


@pytest.mark.parametrize("k", [1, 8, 64])
def test_the_first_of_a_set_are_counted_before_as_they_are_afterwards(real_lab, k):
    recipe = shots(k=k)
    assert estimated(real_lab, recipe).input_tokens == counted(real_lab, recipe)


@pytest.mark.parametrize(
    "how",
    [
        {"choose": "similar"},
        {"choose": "random"},
        {"choose": "diverse"},
        {"choose": "budget", "k": 64, "budget_tokens": 200},
        {"choose": "similar", "tags": ("짝",)},
    ],
    ids=repr,
)
def test_what_is_chosen_later_is_guessed_within_a_fifth(real_lab, how):
    recipe = shots(**{"k": 8, **how})
    found = estimated(real_lab, recipe)
    assert found.input_tokens == pytest.approx(counted(real_lab, recipe), rel=0.2)


def test_examples_of_a_set_are_no_exact_count_and_written_ones_are(real_lab):
    assert estimated(real_lab, shots()).exact is False
    written = FewShot(examples=(Example(question="q", answer="a"),))
    recipe = Recipe(model=MINI, few_shot=written)
    found = estimated(real_lab, recipe)
    assert (found.exact, found.input_tokens) == (True, counted(real_lab, recipe))


def test_a_template_is_counted_around_every_question(real_lab):
    form = Template(
        name="t", system="Be {{나라}}.", user=f"{'rule ' * 20}{{{{나라}}}} {{{{question}}}}"
    )
    real_lab.templates.save(form, ["나라"])
    recipe = Recipe(
        model=MINI, template=TemplateUse(name="t"), few_shot=FewShot(set="numbers", k=5)
    )
    more = {"values": {"나라": "한국"}, "history": (Turn(question="before?", answer="yes"),)}
    found = estimated(real_lab, recipe, **more)
    assert found.input_tokens == counted(real_lab, recipe, **more)
    assert found.input_tokens > estimated(real_lab, shots(k=5)).input_tokens + 6 * 20


def test_more_than_the_set_has_is_no_more_than_the_set(real_lab):
    real_lab.example_sets.save("few", [Example(question=str(n), answer="a") for n in range(4)])
    tokens = {k: estimated(real_lab, shots(set="few", k=k)).input_tokens for k in (1, 5, 64)}
    assert tokens[1] < tokens[5] == tokens[64]
    assert tokens[64] == counted(real_lab, shots(set="few", k=64))


def test_a_set_or_template_that_is_not_stored_costs_nothing_and_breaks_nothing(real_lab):
    plain = estimated(real_lab, Recipe(model=MINI)).input_tokens
    assert estimated(real_lab, shots(set="none")).input_tokens == plain
    gone = Recipe(model=MINI, template=TemplateUse(name="none"))
    assert estimated(real_lab, gone).input_tokens == plain


def test_a_shipped_set_is_estimated_before_anybody_used_it(real_lab):
    recipe = shots(set="capitals")
    assert estimated(real_lab, recipe).input_tokens == counted(real_lab, recipe)
