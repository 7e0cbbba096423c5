"""The column without a language model: free, instant, and honest when it has nothing."""

import pytest

from core.example import Example
from core.models.baseline import NOTHING_FITS, NOTHING_GIVEN, extract, features
from core.prompt import prepare
from core.recipe import FewShot, Recipe
from tests.core.asking import ask, ask_recipe

REFERENCE = (
    "Narani was founded in 2019. Its office is in Busan.\n\n"
    "반품은 구매 후 14일 안에 가능합니다. 배송비는 3,000원입니다."
)
EXAMPLES = FewShot(
    examples=(
        Example(question="What does shipping cost?", answer="Three dollars."),
        Example(question="환불은 얼마나 걸리나요?", answer="사흘 걸립니다."),
    )
)


def answer_to(question: str, **recipe) -> str:
    return extract(prepare(Recipe(model="baseline/extract", **recipe), question))


def test_with_nothing_given_it_says_so_in_the_language_of_the_question():
    assert answer_to("Why?") == NOTHING_GIVEN["en"]
    assert answer_to("왜요?") == NOTHING_GIVEN["ko"]


def test_with_nothing_that_fits_it_says_so():
    assert answer_to("Quantum zebra?", reference=REFERENCE) == NOTHING_FITS["en"]
    assert answer_to("얼룩말 사진?", reference=REFERENCE) == NOTHING_FITS["ko"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is the cost of shipping?", "Three dollars."),
        ("환불 얼마나 걸려요?", "사흘 걸립니다."),
    ],
)
def test_the_most_similar_example_answers(question, answer):
    assert answer_to(question, few_shot=EXAMPLES) == answer


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Where is the office?", "Its office is in Busan. [1]"),
        ("When was Narani founded?", "Narani was founded in 2019. [1]"),
        ("배송비가 얼마인가요?", "배송비는 3,000원입니다. [2]"),
    ],
)
def test_the_best_sentence_is_quoted_with_the_number_of_its_passage(question, sentence):
    assert answer_to(question, reference=REFERENCE) == sentence


def test_an_example_that_only_shares_a_word_does_not_answer():
    found = answer_to("What colour is the office?", few_shot=EXAMPLES, reference=REFERENCE)
    assert found == "Its office is in Busan. [1]"


def test_korean_particles_do_not_hide_a_word():
    assert features("배송비는") & features("배송비가") == {"배송", "송비"}
    assert features("값") == {"값"}


def test_a_question_of_signs_alone_is_answered_honestly():
    assert answer_to("???", reference=REFERENCE) in NOTHING_FITS.values()


def test_in_the_lab_it_counts_no_tokens_and_loads_no_litellm(lab):
    answer = ask_recipe(lab, Recipe(model="baseline/extract", reference=REFERENCE))
    assert (answer.error, answer.stop_reason) == (None, "stop")
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (None, None)
    assert len(answer.sources) == 2


def test_another_baseline_is_unknown(lab):
    assert ask(lab, "baseline/oracle").error.kind == "unknown_model"
