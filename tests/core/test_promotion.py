"""Answers become examples: liked ones as they are, corrected ones as they should have been."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from core.answer import Answer
from core.errors import StoreError, UsageError
from core.example import Example
from core.example_set import SetExample
from core.lab import Lab
from core.recipe import Recipe
from core.template import Template, TemplateUse
from tests.core.asking import PATIENCE_S, ask, ask_recipe, until_writing

ECHO = "openai/echo"


def stored(lab: Lab, name: str = "좋은 답") -> Sequence[SetExample]:
    return lab.example_sets.latest(name).examples


def pairs(lab: Lab, name: str = "좋은 답") -> list[tuple[str, str]]:
    return [(one.example.question, one.example.answer) for one in stored(lab, name)]


def promoted_before(lab: Lab) -> Answer:
    answer = ask(lab, ECHO, "수도는?")
    lab.prompting.promote(answer.id, "좋은 답")
    return answer


# ---- one answer -----------------------------------------------------------------------------------


def test_a_liked_answer_becomes_an_example_of_a_new_set(lab):
    answer = ask(lab, ECHO, "프랑스의 수도는?")
    done = lab.prompting.promote(answer.id, "좋은 답")
    assert (done.head.label, done.added) == ("좋은 답 v1", 1)
    (one,) = stored(lab)
    assert (one.example.question, one.example.answer) == ("프랑스의 수도는?", answer.text)
    assert one.example.tags == ("liked",)
    assert done.side == one.split


def test_the_next_one_is_added_behind_and_makes_a_new_version(lab):
    promoted_before(lab)
    done = lab.prompting.promote(ask(lab, ECHO, "Why?").id, "좋은 답")
    assert (done.head.version, done.added) == (2, 1)
    assert [question for question, _ in pairs(lab)] == ["수도는?", "Why?"]


def test_twice_is_once(lab):
    answer = promoted_before(lab)
    done = lab.prompting.promote(answer.id, "좋은 답")
    assert (done.head.version, done.added) == (1, 0)
    assert done.side == stored(lab)[0].split
    corrected = [lab.prompting.promote(answer.id, "좋은 답", "파리") for _ in range(2)]
    assert [(one.head.version, one.added) for one in corrected] == [(2, 1), (2, 0)]


def test_two_answers_to_one_question_are_two_examples(lab):
    promoted_before(lab)
    other = ask(lab, "openai/pace-n5", "수도는?")
    lab.prompting.promote(other.id, "좋은 답")
    assert pairs(lab) == [("수도는?", "수도는?"), ("수도는?", other.text.strip())]


def test_a_correction_takes_the_place_of_what_was_there(lab):
    answer = promoted_before(lab)
    lab.prompting.promote(ask(lab, ECHO, "Why?").id, "좋은 답")
    done = lab.prompting.promote(answer.id, "좋은 답", "  파리입니다. \n")
    assert (done.head.version, done.added) == (3, 1)
    assert pairs(lab) == [("수도는?", "파리입니다."), ("Why?", "Why?")]
    assert stored(lab)[0].example.tags == ("corrected",)


def test_a_correction_that_the_set_holds_already_removes_the_wrong_answer_beside_it(lab):
    answer = ask(lab, ECHO, "수도는?")
    both = [Example(question="수도는?", answer=text) for text in ("런던", "파리")]
    lab.example_sets.save("좋은 답", both)
    done = lab.prompting.promote(answer.id, "좋은 답", "파리")
    assert (done.head.version, done.added) == (2, 1)
    assert pairs(lab) == [("수도는?", "파리")]


def test_a_corrected_example_keeps_its_columns_its_tags_and_its_side(lab):
    kept = Example(
        question="수도는?", answer="런던", fields=(("나라", "프랑스"),), tags=("유럽", "liked")
    )
    others = [Example(question=f"question {n}", answer="a") for n in range(4)]
    before = lab.example_sets.save("좋은 답", [kept, *others]).examples[0]
    lab.prompting.promote(ask(lab, ECHO, "수도는?").id, "좋은 답", "파리")
    first = stored(lab)[0]
    assert first.example == Example(
        question="수도는?", answer="파리", fields=kept.fields, tags=("유럽", "corrected")
    )
    assert first.split == before.split


def test_an_answer_that_was_edited_into_itself_is_a_liked_one(lab):
    answer = ask(lab, ECHO, "수도는?")
    lab.prompting.promote(answer.id, "좋은 답", f" {answer.text}\n")
    assert stored(lab)[0].example.tags == ("liked",)


def test_numbers_of_passages_are_taken_out_and_other_brackets_stay(lab):
    recipe = Recipe(model=ECHO, reference="The sky is blue.")
    answer = ask_recipe(lab, recipe, "파랗습니다[1]. Blue [1, 2]【3†a】, see [note], x[0], `a[1]`.")
    lab.prompting.promote(answer.id, "cited")
    assert pairs(lab, "cited")[0][1] == "파랗습니다. Blue, see [note], x[0], `a[1]`."
    lab.prompting.promote(answer.id, "edited", answer.text)
    assert pairs(lab, "edited") == pairs(lab, "cited")


def test_without_passages_brackets_are_the_answers_own(lab):
    answer = ask(lab, ECHO, "The list is [1].")
    lab.prompting.promote(answer.id, "plain")
    assert pairs(lab, "plain")[0][1] == "The list is [1]."


def test_the_values_of_a_template_become_columns(lab):
    lab.example_sets.save(
        "lands", [Example(question="q", answer="a", fields=(("나라", "프랑스"),))]
    )
    form = Template(name="t", user="{{나라}}: {{question}}")
    lab.templates.save(form, lab.example_sets.columns())
    recipe = Recipe(model=ECHO, template=TemplateUse(name="t"))
    (answer,) = lab.ask("수도는?", [recipe], values={"나라": "한국"}).wait(PATIENCE_S)
    lab.prompting.promote(answer.id, "lands")
    assert stored(lab, "lands")[-1].example.fields == (("나라", "한국"),)


def test_a_stopped_answer_may_be_promoted_by_hand(lab):
    round_ = lab.ask("hello", [Recipe(model="openai/pace-tps20-n100000")])
    until_writing(round_.drafts[0])
    round_.stop()
    (answer,) = round_.wait(PATIENCE_S)
    lab.prompting.promote(answer.id, "좋은 답", "All of it.")
    assert pairs(lab) == [("hello", "All of it.")]


def test_a_failed_answer_can_be_given_the_right_one(lab):
    answer = ask(lab, "openai/fault-404", "수도는?")
    with pytest.raises(UsageError) as refused:
        lab.prompting.promote(answer.id, "좋은 답")
    assert refused.value.details["code"] == "no_answer"
    lab.prompting.promote(answer.id, "좋은 답", "파리")
    assert stored(lab)[0].example.tags == ("corrected",)


@pytest.mark.parametrize("corrected", ["", " \n\t", "\0"])
def test_an_empty_correction_is_refused_and_nothing_is_stored(lab, corrected):
    answer = ask(lab, ECHO, "수도는?")
    with pytest.raises(UsageError) as refused:
        lab.prompting.promote(answer.id, "좋은 답", corrected)
    assert (refused.value.kind, refused.value.details["code"]) == ("bad_examples", "no_answer")
    assert lab.example_sets.list() == ()


def test_an_answer_that_nobody_knows_is_said_to_be_unknown(lab):
    with pytest.raises(StoreError) as refused:
        lab.prompting.promote("unheard-of", "좋은 답")
    assert refused.value.kind == "not_found"


@pytest.mark.parametrize("name", ["", "  ", "a" * 121])
def test_a_name_that_cannot_be_is_refused(lab, name):
    with pytest.raises(UsageError) as refused:
        lab.prompting.promote(ask(lab, ECHO).id, name)
    assert (refused.value.kind, refused.value.details["code"]) == ("bad_examples", "name")


def test_a_name_is_one_name_however_it_is_typed(lab):
    promoted_before(lab)
    lab.prompting.promote(ask(lab, ECHO, "Why?").id, "  좋은  답 ")
    assert [one.label for one in lab.example_sets.list()] == ["좋은 답 v2"]


def test_an_answer_of_before_there_were_values_can_be_promoted(lab):
    answer = ask(lab, ECHO, "수도는?")
    with lab.engine.begin() as connection:
        connection.execute(text("UPDATE answers SET snapshot = '{\"messages\":[]}'"))
    lab.prompting.promote(answer.id, "좋은 답")
    assert stored(lab)[0].example.fields == ()


# ---- several --------------------------------------------------------------------------------------


def test_all_complete_answers_are_added_at_once_as_one_version(lab):
    models = [ECHO, "openai/fault-404", "openai/pace-n50", "openai/fault-cut-at5"]
    found = [
        ask_recipe(lab, Recipe(model=model, max_tokens=20), f"question of {model}").id
        for model in models
    ]
    found.append(ask(lab, ECHO, "또 하나").id)
    done = lab.prompting.promote_all([*found, *found], "좋은 답")
    assert (done.head.version, done.added, done.side) == (1, 2, None)
    assert pairs(lab) == [
        (f"question of {ECHO}", f"question of {ECHO}"),
        ("또 하나", "또 하나"),
    ]


def test_equal_answers_are_added_and_counted_once(lab):
    found = [ask(lab, ECHO, "수도는?").id for _ in range(2)]
    assert lab.prompting.promote_all(found, "좋은 답").added == 1
    done = lab.prompting.promote_all(found, "좋은 답")
    assert (done.head.version, done.added) == (1, 0)


def test_nothing_to_add_makes_no_set(lab):
    for found in ([], [ask(lab, "openai/fault-404").id]):
        with pytest.raises(UsageError) as refused:
            lab.prompting.promote_all(found, "좋은 답")
        assert refused.value.details["code"] == "no_answer"
    assert lab.example_sets.list() == ()


def test_one_answer_that_nobody_knows_leaves_all_others_alone(lab):
    with pytest.raises(StoreError):
        lab.prompting.promote_all([ask(lab, ECHO).id, "unheard-of"], "좋은 답")
    assert lab.example_sets.list() == ()


def test_two_clicks_at_the_same_moment_lose_neither(lab):
    found = [ask(lab, ECHO, f"question {n}").id for n in range(8)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda one: lab.prompting.promote(one, "좋은 답"), found))
    assert sorted(pairs(lab)) == [(f"question {n}", f"question {n}") for n in range(8)]


def test_a_set_that_comes_with_the_product_is_added_to_and_not_replaced(lab):
    answer = ask(lab, ECHO, "한국의 수도는?")
    done = lab.prompting.promote(answer.id, "capitals", "서울")
    assert done.head.version == 2
    assert [one for _, one in pairs(lab, "capitals")] == ["Paris", "Rome", "Tokyo", "서울"]
