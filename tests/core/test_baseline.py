"""The column without a language model: free, instant, and honest when it has nothing."""

import pytest

from core.example import Example, Passage
from core.models.baseline import NOTHING_FITS, NOTHING_GIVEN, extract, features, subjects
from core.prompt import Prompt, prepare
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


HANDBOOK = """# 휴가 규정

연차는 며칠인가요? 직원은 연 25일의 유급 휴가를 받습니다. 쓰지 않은 휴가는 다음 해 3월까지 이월됩니다.

## 경조 휴가

- 결혼하는 직원은 5일의 경조 휴가를 받습니다.
- 배우자가 출산하면 20일의 출산 휴가를 받습니다.

재택근무는 수습 기간이 끝난 뒤 주 2일까지 가능합니다. 신청은 팀장에게 합니다. 회사는 매월 5만 원의 통신비를
지원합니다.

출장비는 다녀온 뒤 30일 안에 영수증과 함께 청구합니다. 기차는 일반석을 이용합니다. 항공권은 본부장의 승인이 필요합니다.

회의실은 사내 포털에서 예약합니다. 한 번에 두 시간까지 쓸 수 있습니다. 노트북을 잃어버리면 즉시 보안팀에 알립니다.

퇴사할 때에는 마지막 근무일에 사원증과 노트북을 반납합니다. 퇴직금은 퇴사 후 14일 안에 지급됩니다."""
MANUAL = """# Coffee machine

How do I clean it? Clean the brewing unit once a week under running water. Never put it in the dishwasher.

## Descaling

1. Descale the machine every three months.
2. Use 120 ml of the descaling fluid.

The water tank holds 1.8 litres. Fill it with cold water only. The bean container holds 250 grams.

The warranty lasts two years from the date of purchase. Send the machine to the service centre in Cologne
for repairs. Repairs outside the warranty cost at least 60 euros.

A red light means that the grounds container is full. A blinking orange light means that the tank is empty.

The machine switches itself off after 30 minutes. You can change this time in the menu under Energy. It weighs 9 kilograms."""
KOREAN_QUESTIONS = [
    ("연차 휴가는 며칠인가요?", "25일"),
    ("남은 휴가는 언제까지 이월되나요?", "3월까지"),
    ("결혼하면 휴가를 며칠 받나요?", "5일의 경조"),
    ("배우자 출산 휴가는 며칠이에요?", "20일"),
    ("재택근무는 일주일에 몇 번 할 수 있나요?", "주 2일"),
    ("통신비는 얼마나 지원하나요?", "5만 원"),
    ("출장비 청구 기한은 언제인가요?", "30일 안에"),
    ("항공권은 누가 승인하나요?", "본부장"),
    ("노트북을 잃어버렸을 때 어떻게 하나요?", "보안팀"),
    ("퇴직금은 언제 지급되나요?", "14일 안에"),
]
ENGLISH_QUESTIONS = [
    ("How often must I clean the brewing unit?", "once a week"),
    ("Can the brewing unit go into the dishwasher?", "Never"),
    ("How often should the machine be descaled?", "three months"),
    ("How much descaling fluid do I use?", "120 ml"),
    ("How large is the water tank?", "1.8 litres"),
    ("How long is the warranty?", "two years"),
    ("Where do I send the machine for repairs?", "Cologne"),
    ("What does a red light mean?", "grounds container"),
    ("When does the machine switch off?", "30 minutes"),
    ("What do repairs cost outside the warranty?", "60 euros"),
]


@pytest.mark.parametrize(
    ("reference", "questions"), [(HANDBOOK, KOREAN_QUESTIONS), (MANUAL, ENGLISH_QUESTIONS)]
)
def test_nine_of_ten_questions_are_answered_by_the_right_sentence(reference, questions):
    answers = {question: answer_to(question, reference=reference) for question, _ in questions}
    wrong = {q: answers[q] for q, expected in questions if expected not in answers[q]}
    assert len(wrong) <= 1, wrong


@pytest.mark.parametrize("question", [q for q, _ in KOREAN_QUESTIONS + ENGLISH_QUESTIONS])
def test_neither_a_heading_nor_a_question_is_quoted_back(question):
    answer = answer_to(question, reference=f"{HANDBOOK}\n\n{MANUAL}\n\n{question}\n\n# {question}")
    assert "?" not in answer
    assert "#" not in answer


@pytest.mark.parametrize("question", ["구내식당 점심은 몇 시인가요?", "Who is the king of Spain?"])
def test_what_no_passage_says_is_not_answered(question):
    assert answer_to(question, reference=f"{HANDBOOK}\n\n{MANUAL}") in NOTHING_FITS.values()


def test_a_sentence_is_understood_by_its_heading():
    passages = tuple(
        Passage(document="a.md", start=0, end=1, text=text, heading=heading)
        for text, heading in (
            ("The fee is 5 euros.", "Parking"),
            ("The fee is 9 euros.", "Swimming pool"),
        )
    )
    question = "What is the fee for the swimming pool?"
    assert extract(Prompt(question=question, messages=(), passages=passages)) == (
        "The fee is 9 euros. [2]"
    )


def test_a_search_that_found_nothing_says_that_nothing_fits():
    prompt = Prompt(question="왜요?", messages=())
    assert extract(prompt, searched=True) == NOTHING_FITS["ko"]
    assert extract(prompt) == NOTHING_GIVEN["ko"]


def test_a_hundred_thousand_characters_are_read():
    filler = "날씨는 맑고 바람은 약합니다. The weather is fine today.\n" * 1800
    found = answer_to("배송비가 얼마인가요?", reference=f"{filler}\n\n{REFERENCE}")
    assert found.startswith("배송비는 3,000원입니다.")


def test_a_question_of_signs_alone_is_answered_honestly():
    assert answer_to("???", reference=REFERENCE) in NOTHING_FITS.values()


def test_in_the_lab_it_counts_no_tokens_and_loads_no_litellm(lab):
    answer = ask_recipe(lab, Recipe(model="baseline/extract", reference=REFERENCE))
    assert (answer.error, answer.stop_reason) == (None, "stop")
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (None, None)
    assert len(answer.sources) == 2


def test_another_baseline_is_unknown_and_both_are_named(lab):
    error = ask(lab, "baseline/oracle").error
    assert error.kind == "unknown_model"
    assert "baseline/extract" in error.message
    assert "baseline/nearest" in error.message


def test_how_a_question_asks_is_not_what_it_is_about():
    assert subjects("What is the capital of Japan?") == {"capital", "japan"}
    assert subjects("배송은 언제 되나요?") == {"배송", "송은"}
    assert subjects("How much is it?") == set()
