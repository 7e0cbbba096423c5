from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from core.answer import Failure
from core.errors import StoreError, UsageError
from core.example import Example
from core.few_shot import Candidate, Choice, FewShot
from core.lab import Lab
from core.recipe import Recipe
from core.store import tables
from core.store.example_sets import ExampleSets
from core.store.rounds import Rounds
from tests.core.store.samples import (
    FULL_ANSWER,
    FULL_RECIPE,
    WHEN,
    add_answer,
    answered,
    open_round,
    shown,
)

FULL_SHOT = Example(question="Why?", answer="Because.")


def test_an_answer_comes_back_with_every_field(rounds: Rounds) -> None:
    open_round(rounds, round_id=FULL_ANSWER.round_id)
    rounds.add(FULL_ANSWER)
    assert rounds.answer(FULL_ANSWER.id) == FULL_ANSWER
    assert rounds.get("round-1").answers == (FULL_ANSWER,)


def test_unknown_comes_back_as_none_not_as_zero(rounds: Rounds) -> None:
    answer = answered(rounds)
    found = rounds.answer(answer.id)
    assert found == answer
    assert (found.usage.prompt_tokens, found.cost.usd, found.timing.ttft_s) == (None, None, None)


def test_a_round_keeps_its_question_recipes_and_time(rounds: Rounds) -> None:
    before = datetime.now(UTC)
    round_id = open_round(rounds, "무엇인가요?", conversation_id="c", turn=4)
    found = rounds.get(round_id)
    assert (found.question, found.conversation_id, found.turn) == ("무엇인가요?", "c", 4)
    assert found.recipes == (FULL_RECIPE,)
    assert before <= found.asked_at <= datetime.now(UTC)
    assert found.asked_at.utcoffset() == timedelta(0)
    assert found.answers == ()


def test_answers_stand_in_the_order_of_the_columns(rounds: Rounds) -> None:
    round_id = open_round(rounds)
    for position in (2, 0, 1):
        add_answer(rounds, round_id, position=position)
    assert [a.position for a in rounds.get(round_id).answers] == [0, 1, 2]


def test_a_stored_recipe_keeps_its_key(rounds: Rounds) -> None:
    recipe = Recipe(model="openai/gpt-4o-mini", temperature=1)
    answer = answered(rounds, recipe=recipe)
    assert rounds.answer(answer.id).recipe.key == recipe.key


def test_a_recipe_the_form_would_refuse_does_not_spoil_the_history(lab: Lab) -> None:
    with suppress(UsageError):
        lab.ask("hot?", [Recipe(model="baseline/extract", temperature=2.5)]).wait(30)
    lab.ask("fine", [Recipe(model="baseline/extract")]).wait(30)
    assert lab.rounds.recent(10)[0].question == "fine"


def test_half_a_character_in_an_error_message_is_stored_or_refused(rounds: Rounds) -> None:
    failure = Failure(kind="server", message="the upstream said \ud83d")
    round_id = open_round(rounds)
    with suppress(StoreError):
        add_answer(rounds, round_id, error=failure, stop_reason="error")
    assert rounds.get(round_id).question == "Why?"


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n=1", "🙂" * 1000, "a" * 1_000_000],
    ids=["empty", "blank", "formula", "emoji", "long"],
)
def test_any_text_comes_back_as_it_was(rounds: Rounds, text: str) -> None:
    answer = answered(rounds, text=text, reasoning=text)
    found = rounds.answer(answer.id)
    assert (found.text, found.reasoning) == (text, text)


def test_what_is_not_stored_here_is_said(rounds: Rounds) -> None:
    with pytest.raises(StoreError, match="'nobody'") as caught:
        rounds.get("nobody")
    assert caught.value.kind == "not_found"
    with pytest.raises(StoreError, match="'nobody'") as caught:
        rounds.answer("nobody")
    assert caught.value.kind == "not_found"


def test_an_answer_without_its_round_is_refused(rounds: Rounds) -> None:
    with pytest.raises(StoreError) as caught:
        rounds.add(replace(FULL_ANSWER, round_id="nobody"))
    assert caught.value.kind == "not_stored"


def test_an_answer_is_stored_once(rounds: Rounds) -> None:
    answer = answered(rounds)
    with pytest.raises(StoreError) as caught:
        rounds.add(answer)
    assert caught.value.kind == "not_stored"


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("100%", ["100% sure"]),
        ("%", ["100% sure"]),
        ("snake_case", ["snake_case"]),
        ("_", ["snake_case"]),
        ("back\\slash", ["back\\slash"]),
        ("/", ["and/or"]),
        ("SURE", ["1000 is sure too", "100% sure"]),
        ("  sure ", ["1000 is sure too", "100% sure"]),
        ("'; DROP TABLE rounds; --", []),
        ("nothing like it", []),
    ],
)
def test_search_takes_every_character_as_it_is(
    rounds: Rounds, search: str, found: list[str]
) -> None:
    for question in ("100% sure", "1000 is sure too", "snake_case", "snakeXcase", "back\\slash"):
        open_round(rounds, question)
    open_round(rounds, "and/or")
    assert sorted(r.question for r in rounds.recent(10, search=search)) == sorted(found)
    assert rounds.count(search) == len(found)


def test_search_looks_into_answers_and_names_a_round_once(rounds: Rounds) -> None:
    round_id = open_round(rounds, "색인이란?")
    add_answer(rounds, round_id, text="데이터베이스 목차")
    add_answer(rounds, round_id, text="책의 목차", position=1)
    open_round(rounds, "다른 질문")
    assert [r.id for r in rounds.recent(10, search="목차")] == [round_id]
    assert rounds.count("목차") == 1


def test_the_newest_round_comes_first_page_by_page(rounds: Rounds) -> None:
    ids = [open_round(rounds, f"question {n}") for n in range(5)]
    assert [r.id for r in rounds.recent(2)] == ids[:2:-1]
    assert [r.id for r in rounds.recent(2, offset=2)] == [ids[2], ids[1]]
    assert rounds.count() == 5


def test_a_conversation_is_read_in_order_of_its_turns(rounds: Rounds) -> None:
    for turn in (2, 0, 1):
        open_round(rounds, f"turn {turn}", conversation_id="c", turn=turn)
    open_round(rounds, "elsewhere", conversation_id="d")
    assert [r.question for r in rounds.conversation("c")] == ["turn 0", "turn 1", "turn 2"]
    assert [r.turn for r in rounds.conversation("c", up_to=2)] == [0, 1]
    assert rounds.conversation("nobody") == []


def test_earlier_lengths_are_the_latest_known_ones(rounds: Rounds) -> None:
    for number, tokens in enumerate([10, None, 30, 40]):
        usage = replace(FULL_ANSWER.usage, completion_tokens=tokens)
        answered(rounds, usage=usage, answered_at=WHEN + timedelta(seconds=number), model="m")
    answered(rounds, usage=FULL_ANSWER.usage, model="other")
    assert rounds.completion_tokens("m", last=2) == [40, 30]
    assert rounds.completion_tokens("nobody") == []


def few_shot_of(engine: Engine, answer_id: str) -> tuple[str | None, str | None]:
    query = select(tables.answers.c.few_shot_set, tables.answers.c.few_shot_ids)
    with engine.connect() as connection:
        return tuple(connection.execute(query.where(tables.answers.c.id == answer_id)).one())


def test_the_examples_shown_are_kept_with_the_answer(engine: Engine, rounds: Rounds) -> None:
    answer = answered(rounds, **shown("capitals", 3, k=2, choose="similar"))
    assert rounds.answer(answer.id) == answer
    assert few_shot_of(engine, answer.id) == ("capitals@3", "0000000000000000 0000000000000002")


@pytest.mark.parametrize("chosen", [True, False])
def test_examples_of_the_recipe_itself_name_no_set(
    engine: Engine, rounds: Rounds, chosen: bool
) -> None:
    candidates = tuple(Candidate(id=f"{n:016x}", example=FULL_SHOT) for n in range(2))
    choice = Choice(
        set="", version=None, hash="", wanted=2, available=2, candidates=candidates
    ).to_json()
    snapshot = {"few_shot": choice} if chosen else {}
    answer = answered(rounds, recipe=FULL_RECIPE, snapshot=snapshot)
    assert few_shot_of(engine, answer.id) == (None, None)


def test_an_answer_whose_examples_were_all_left_out_names_its_set(
    engine: Engine, rounds: Rounds
) -> None:
    candidate = Candidate(id="0" * 16, example=FULL_SHOT, left_out="context")
    choice = Choice(
        set="a", version=1, hash="", wanted=1, available=1, candidates=(candidate,)
    ).to_json()
    recipe = Recipe(model="baseline/extract", few_shot=FewShot(set="a"))
    answer = answered(rounds, recipe=recipe, snapshot={"few_shot": choice})
    assert few_shot_of(engine, answer.id) == ("a@1", None)


@pytest.mark.parametrize(
    ("wanted", "stored"),
    [
        (FewShot(set="gone"), "gone"),
        (FewShot(set="gone", version=4), "gone@4"),
        (FewShot(set="긴" * 500), "긴" * 200),
    ],
)
def test_an_answer_that_failed_before_its_examples_says_which_set_was_meant(
    engine: Engine, rounds: Rounds, wanted: FewShot, stored: str
) -> None:
    failure = Failure(kind="unknown_set", message="no such set")
    recipe = Recipe(model="baseline/extract", few_shot=wanted)
    answer = answered(rounds, recipe=recipe, error=failure, stop_reason="error")
    assert few_shot_of(engine, answer.id) == (stored, None)
    assert ExampleSets(engine).uses("gone") == {}
