"""The column that copies the most similar example, which a model with examples must beat."""

import json
from collections import Counter
from pathlib import Path

import pytest

from core.example import Example
from core.models.nearest import NO_EXAMPLES, NOTHING_SIMILAR, nearest, similarities
from core.prompt import Prompt
from core.recipe import FewShot, Recipe
from core.text import language_of
from tests.core.asking import ask_recipe

SETS = Path(__file__).parents[2] / "assets" / "examples"


def shipped(name: str, split: str = "") -> tuple[Example, ...]:
    lines = (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return tuple(
        Example(question=row["question"], answer=row["answer"])
        for row in rows
        if not split or row["split"] == split
    )


def made(*pairs: tuple[str, str]) -> tuple[Example, ...]:
    return tuple(Example(question=question, answer=answer) for question, answer in pairs)


def answer_to(question: str, examples: tuple[Example, ...]) -> str:
    return nearest(Prompt(question=question, messages=(), examples=examples))


OPENING = made(
    ("When does the shop open on Sundays?", "At noon, and only from May to September."),
    ("가게는 일요일에 몇 시에 여나요?", "5월부터 9월까지만 낮 열두 시에 엽니다."),
    ("How do I reach the harbour by bus?", "Take line 7 from the station, eleven minutes."),
    ("항구까지 버스로 어떻게 가나요?", "역 앞에서 7번을 타면 열한 분 걸립니다."),
)
TOPICS = made(
    ("The parcel has not arrived", "delivery"),
    ("The kettle leaks at the spout", "fault"),
    ("The kettle does not switch off", "fault"),
    ("My parcel arrived wet", "delivery"),
    ("The kettle smells burnt", "fault"),
)


def test_without_examples_it_asks_for_an_example_set_in_the_language_of_the_question():
    assert answer_to("Why?", ()) == NO_EXAMPLES["en"]
    assert answer_to("왜요?", ()) == NO_EXAMPLES["ko"]


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("Is the shop open on Sunday?", 0),
        ("일요일에도 가게를 열어요?", 1),
        ("Which bus goes to the harbour?", 2),
        ("항구 가는 버스 알려 줘", 3),
    ],
)
def test_the_most_similar_example_answers(question, place):
    assert answer_to(question, OPENING) == OPENING[place].answer


def test_where_nothing_is_similar_it_says_so():
    assert answer_to("Who painted zebras?", OPENING) == NOTHING_SIMILAR["en"]
    assert answer_to("왜 하늘은 파란가요?", OPENING) == NOTHING_SIMILAR["ko"]
    assert answer_to("???", OPENING) == NOTHING_SIMILAR["en"]


def test_sharing_only_how_it_is_asked_is_no_similarity():
    assert similarities("What is the price of it?", ["What is the colour of it?"]) == [0.0]
    assert similarities("이것은 무엇인가요?", ["저 값은 무엇인가요?"]) == [0.0]


def test_labels_are_voted_for_by_similarity_and_not_by_number():
    assert answer_to("Where is my parcel?", TOPICS) == "delivery"
    assert answer_to("The kettle is leaking", TOPICS) == "fault"


def test_where_nothing_is_similar_the_commonest_label_is_answered():
    assert answer_to("Zebra!", TOPICS) == "fault"
    assert answer_to("얼룩말!", TOPICS) == "fault"


def test_labels_that_stand_once_each_are_no_majority():
    thrice = TOPICS[:2] + made(("Where is the button?", "how-to"))
    assert answer_to("My kettle leaks", thrice) == "fault"
    assert answer_to("Zebra!", thrice) == NOTHING_SIMILAR["en"]


def test_spellings_of_a_label_vote_together_and_the_commonest_is_written():
    examples = made(
        ("배우가 좋았어요", "긍정"),
        ("음악도 좋았어요", "긍정적"),
        ("화면까지 좋았어요", "긍정적"),
        ("소리가 나빴어요", "부정적"),
        ("소리가 작았어요", "부정적"),
        ("자리가 좁았어요", "중립"),
    )
    assert answer_to("배우와 음악과 화면", examples) == "긍정적"


def test_of_equally_similar_examples_the_first_answers():
    twice = made(
        ("When is the tea ready?", "After three minutes, as a rule."),
        ("When is the tea ready?", "As soon as the bell has rung."),
    )
    assert answer_to("Is the tea ready?", twice) == twice[0].answer
    assert answer_to("Is the tea ready?", twice[::-1]) == twice[1].answer


def test_an_equal_question_is_as_similar_as_can_be():
    one, other = similarities("녹차는 몇 도인가요?", ["녹차는 몇 도인가요?", "홍차는 몇 도인가요?"])
    assert one == pytest.approx(1.0)
    assert other < 1


def test_decomposed_hangul_and_capitals_are_no_difference():
    decomposed = "\u1112\u1161\u11bc\u1100\u116e 버스"
    assert similarities(decomposed, ["항구 버스"]) == [pytest.approx(1.0)]
    assert similarities("HARBOUR BUS", ["harbour bus"]) == [pytest.approx(1.0)]


def test_a_particle_or_a_plural_does_not_hide_a_word():
    scores = similarities("항구에서 버스를", ["항구로 가는 버스는", "시장으로 가는 길은"])
    assert scores[0] > 0 == scores[1]
    scores = similarities("The buses", ["A bus", "A boat"])
    assert scores[0] > 0 == scores[1]


def test_what_is_rare_among_the_examples_counts_more():
    others = ["kettle spout", "kettle handle", "kettle lid", "tray lid"]
    scores = similarities("kettle tray", others)
    assert max(scores) == scores[3]


def test_the_longest_texts_are_read_to_a_limit():
    long = Example(question="버스 " * 50_000, answer="역 앞에서 타면 됩니다, 대개는요.")
    assert answer_to("버스는 어디에서 타나요? " * 20_000, (long,) * 64) == long.answer


def test_of_the_capitals_it_copies_a_wrong_one():
    examples = shipped("capitals")
    assert answer_to("What is the capital of Spain?", examples) in {"Paris", "Rome", "Tokyo"}


def test_the_mixed_film_review_of_the_founding_document_is_right_by_its_ending_alone():
    (asked,) = shipped("film_reviews", "test")
    examples = shipped("film_reviews", "train")
    assert answer_to(asked.question, examples) == "부정적"
    # Said in another tone it means the same and shares nothing with that example any more.
    other_tone = asked.question.replace("부족했습니다", "부족했어요")
    assert answer_to(other_tone, examples) != "부정적"


@pytest.mark.parametrize("label", ["배송", "delivery"])
def test_of_the_shipped_inquiries_it_sorts_more_than_chance_and_no_more_than_half(label):
    language = language_of(label)
    rows = [one for one in shipped("inquiries") if language_of(one.answer) == language]
    others = [tuple(one for one in rows if one is not asked) for asked in rows]
    right = [
        answer_to(asked.question, examples) == asked.answer
        for asked, examples in zip(rows, others, strict=True)
    ]
    commonest = sum(one.answer == label for one in rows)
    assert commonest == max(Counter(one.answer for one in rows).values())
    assert 1.3 * commonest < sum(right) <= 0.5 * len(rows)


def test_in_the_lab_it_is_free_and_counts_no_tokens(lab):
    recipe = Recipe(model="baseline/nearest", few_shot=FewShot(examples=OPENING))
    answer = ask_recipe(lab, recipe, "Which bus goes to the harbour?")
    assert (answer.error, answer.stop_reason) == (None, "stop")
    assert answer.text == OPENING[2].answer
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (None, None)


def test_in_the_lab_a_column_without_examples_is_told_what_is_missing(lab):
    answer = ask_recipe(lab, Recipe(model="baseline/nearest"), "왜 하늘은 파란가요?")
    assert (answer.error, answer.text) == (None, NO_EXAMPLES["ko"])
