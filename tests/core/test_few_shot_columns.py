"""Columns with examples, templates and schemas, through the real Lab: what is sent, kept, told."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from core.draft import Column
from core.errors import UsageError
from core.example import Example
from core.example_set import normalised
from core.few_shot import FewShot
from core.jsontypes import JsonObject
from core.lab import Lab
from core.output_schema import canonical
from core.prompt import Turn, prepare
from core.recipe import Recipe, parse_recipe
from core.template import Template, TemplateUse
from tests.core.asking import PATIENCE_S, ask_recipe

ROOT = Path(__file__).parents[2]
LANDS = {"프랑스": "파리", "이탈리아": "로마", "일본": "도쿄", "페루": "리마", "케냐": "나이로비"}
QUESTION = "한국의 수도는 어디인가요?"
ECHO = "openai/echo"


def store(lab: Lab, name: str, *examples: Example) -> str:
    sides = {normalised(one.question): "train" for one in examples}
    lab.example_sets.save(name, examples, sides=sides)  # type: ignore[arg-type]
    return name


def land(name: str, city: str) -> Example:
    return Example(
        question=f"{name}의 수도는 어디인가요?", answer=city, fields=(("나라", name),), tags=(name,)
    )


@pytest.fixture
def lands(lab):
    store(lab, "수도", *(land(*one) for one in LANDS.items()))
    return lab


def shots(model: str = ECHO, **how) -> Recipe:
    return Recipe(model=model, few_shot=FewShot(**{"set": "수도", **how}))


def keep(lab: Lab, **parts: str) -> TemplateUse:
    made = lab.templates.save(Template(**{"name": "말투", **parts}), lab.example_sets.columns())
    return TemplateUse(name=made.name)


def sent(upstream) -> list[JsonObject]:
    return upstream.seen[-1]["body"]["messages"]


def given(answer) -> list[str]:
    return [one["answer"] for one in answer.snapshot["examples"]]


def told(answer) -> JsonObject:
    return answer.snapshot["few_shot"]


def left_out(answer) -> list[tuple[str, str]]:
    return [
        (one["answer"], one["left_out"]) for one in told(answer)["candidates"] if one["left_out"]
    ]


# ---- what is sent ---------------------------------------------------------------------------------


def test_what_is_sent_is_word_for_word_what_is_prepared_and_remembered(lands, upstream):
    use = keep(lands, system="짧게. {{나라}}", user="{{나라}} | {{question}}")
    recipe = Recipe(
        model=ECHO,
        system="Be kind.",
        template=use,
        few_shot=FewShot(set="수도", k=2, choose="similar"),
        reference="하나.\n\n둘.",
        schema=canonical({"type": "string"}),
    )
    history = (Turn(question="먼저?", answer="네."),)
    column = Column(thread_id="t", recipe=recipe, history=history)
    (answer,) = lands.ask(QUESTION, [column], values={"나라": "한국"}).wait(PATIENCE_S)
    assert answer.error is None
    examples = [
        Example(question=one["question"], answer=one["answer"], fields=tuple(one["fields"].items()))
        for one in answer.snapshot["examples"]
    ]
    assert len(examples) == 2
    expected = prepare(
        recipe,
        QUESTION,
        history,
        examples=examples,
        template=lands.templates.get("말투"),
        values={"나라": "한국"},
    )
    words = [message.to_json() for message in expected.messages]
    assert sent(upstream) == answer.snapshot["messages"] == words
    assert [one["role"] for one in words] == ["system", *["user", "assistant"] * 3, "user"]
    first, city = words[1]["content"], words[2]["content"]
    assert first == f"{examples[0].fields[0][1]} | {examples[0].question}"
    assert city == LANDS[examples[0].fields[0][1]]
    assert words[-1]["content"] == f"한국 | {QUESTION}"


def test_examples_with_a_place_of_their_own_are_sent_there_and_not_as_turns(lands, upstream):
    use = keep(lands, system="{{examples}}", example="{{나라}} = {{answer}}")
    ask_recipe(lands, Recipe(model=ECHO, template=use, few_shot=FewShot(set="수도", k=2)), QUESTION)
    assert sent(upstream) == [
        {"role": "system", "content": "프랑스 = 파리\n\n이탈리아 = 로마"},
        {"role": "user", "content": QUESTION},
    ]


def test_a_value_that_looks_like_a_template_is_sent_as_it_is(lands, upstream):
    use = keep(lands, system=r"\{{나라}} {{나라}}")
    trap = "{{question}} {{examples}}"
    (answer,) = lands.ask(QUESTION, [Recipe(model=ECHO, template=use)], values={"나라": trap}).wait(
        PATIENCE_S
    )
    assert sent(upstream)[0]["content"] == f"{{{{나라}}}} {trap}"
    assert answer.snapshot["values"] == {"나라": trap}


def test_a_value_is_found_however_its_name_is_typed(lands, upstream):
    use = keep(lands, system="{{나라}}")
    values = {" \u1102\u1161\u1105\u1161 ": "한국"}
    lands.ask(QUESTION, [Recipe(model=ECHO, template=use)], values=values).wait(PATIENCE_S)
    assert sent(upstream)[0]["content"] == "한국"


@pytest.mark.parametrize("values", [{}, {"나라": " \n"}, {"말": "한국"}], ids=repr)
def test_a_missing_value_is_refused_before_anything_is_sent_or_stored(lands, upstream, values):
    use = keep(lands, system="{{나라}}")
    before = upstream.n["requests"]
    with pytest.raises(UsageError) as refused:
        lands.ask(QUESTION, [Recipe(model=ECHO), Recipe(model=ECHO, template=use)], values=values)
    assert refused.value.kind == "missing_value"
    assert refused.value.details == {"template": "말투", "variable": "나라"}
    assert (upstream.n["requests"], lands.rounds.count()) == (before, 0)


def test_values_nobody_asked_for_are_not_kept(lands):
    (answer,) = lands.ask(QUESTION, [Recipe(model=ECHO)], values={"나라": "한국"}).wait(PATIENCE_S)
    assert answer.snapshot["values"] == {}


def test_a_template_version_of_before_is_sent_as_it_was(lands, upstream):
    keep(lands, system="first")
    keep(lands, system="second")
    old = Recipe(model=ECHO, template=TemplateUse(name="말투", version=1))
    for recipe, text_ in (
        (old, "first"),
        (Recipe(model=ECHO, template=TemplateUse(name="말투")), "second"),
    ):
        ask_recipe(lands, recipe, QUESTION)
        assert sent(upstream)[0]["content"] == text_


# ---- what is chosen -------------------------------------------------------------------------------


def test_k_larger_than_the_set_gives_all_and_says_how_many_there_are(lands):
    answer = ask_recipe(lands, shots(k=64), QUESTION)
    assert given(answer) == list(LANDS.values())
    assert (told(answer)["wanted"], told(answer)["available"]) == (64, 5)
    assert (told(answer)["set"], told(answer)["version"]) == ("수도", 1)


def test_more_examples_make_a_longer_prompt_that_is_counted_and_paid_for(lands):
    columns = [Recipe(model=ECHO), *(shots(k=k) for k in (1, 3, 5))]
    tokens = [one.usage.prompt_tokens for one in lands.ask(QUESTION, columns).wait(PATIENCE_S)]
    assert tokens == sorted(set(tokens))


@pytest.mark.parametrize("how", [{}, {"choose": "random", "seed": 4}, {"choose": "similar"}])
def test_the_same_recipe_is_sent_the_same_in_another_process_too(make_lab, tmp_path, upstream, how):
    lab = make_lab()
    store(lab, "수도", *(land(*one) for one in LANDS.items()))
    recipe = shots(k=3, **how)
    first, second = (ask_recipe(lab, recipe, QUESTION) for _ in range(2))
    environment = os.environ | {
        "NARANI_HOME": str(tmp_path),
        "OPENAI_API_BASE": upstream.url,
        "OPENAI_API_KEY": "sk-test",
        "OLLAMA_HOST": "127.0.0.1:9",
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        [sys.executable, "-m", "core", "ask", QUESTION, "--recipe", recipe.to_text(), "--json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=True,
    )
    (third,) = lab.stored(json.loads(done.stdout)["round_id"]).answers
    assert first.snapshot["messages"] == second.snapshot["messages"] == third.snapshot["messages"]
    assert len(first.snapshot["messages"]) == 7
    assert first.recipe.key == second.recipe.key == third.recipe.key


def test_a_seed_decides_what_is_random(lands):
    recipes = [shots(k=3, choose="random", seed=seed) for seed in range(8)]
    answers = lands.ask(QUESTION, recipes).wait(PATIENCE_S)
    assert len({tuple(given(one)) for one in answers}) > 1
    assert len({one.recipe.key for one in answers}) == 8


def test_the_key_of_an_answer_changes_with_the_content_of_set_and_template(lands):
    keep(lands, system="first")
    recipe = Recipe(
        model=ECHO, template=TemplateUse(name="말투"), few_shot=FewShot(set="수도"), name="a"
    )

    def key(name: str = "a") -> str:
        return ask_recipe(lands, replace(recipe, name=name), QUESTION).recipe.key

    keys = [key()]
    assert key("another name") == keys[0]
    store(lands, "수도", *(land(*one) for one in LANDS.items()), land("중국", "베이징"))
    keys.append(key())
    keep(lands, system="second")
    keys.append(key())
    lands.templates.roll_back("말투", 1)
    assert len(set(keys)) == 3
    assert key() == keys[1]


def test_choosing_is_a_stage_of_its_own_inside_the_total(lands):
    timing = ask_recipe(lands, shots(choose="similar", by="meaning"), QUESTION).timing
    assert timing.stages["examples"] > 0
    assert timing.stages["embed_question"] > 0
    counted = [seconds for name, seconds in timing.stages.items() if name != "start"]
    assert sum(counted) <= timing.total_s
    assert timing.stages["first_token"] <= timing.ttft_s


def test_only_examples_with_a_tag_are_shown(lands):
    assert given(ask_recipe(lands, shots(tags=("페루", "케냐")), QUESTION)) == ["리마", "나이로비"]


def test_the_answers_row_names_the_set_and_the_examples(lands):
    ask_recipe(lands, shots(k=2), QUESTION)
    assert lands.example_sets.uses("수도") == {1: 1}


def test_the_free_columns_answer_from_the_same_examples(lands):
    store(
        lands,
        "기분",
        *(
            Example(question=question, answer=answer)
            for question, answer in (
                ("영화가 환상적이었어요", "긍정"),
                ("영화를 즐겁게 봤어요", "긍정"),
                ("줄거리가 지루했어요", "부정"),
                ("이야기가 지루하고 길었어요", "부정"),
            )
        ),
    )
    how = {"set": "기분", "k": 4, "choose": "similar"}
    models = [shots("baseline/nearest", **how), shots("baseline/extract", **how)]
    nearest, extract = lands.ask("줄거리가 너무 지루했어요", models).wait(PATIENCE_S)
    assert (nearest.text, extract.text) == ("부정", "부정")
    assert nearest.snapshot["examples"] == extract.snapshot["examples"]


# ---- leaks ----------------------------------------------------------------------------------------


def test_an_example_that_is_the_question_is_left_out_and_recorded(lands):
    answer = ask_recipe(lands, shots(k=2, choose="similar"), "일본의 수도는 어디인가요")
    assert "도쿄" not in given(answer)
    assert len(given(answer)) == 2
    assert left_out(answer) == [("도쿄", "leak")]
    (leak,) = answer.snapshot["leaks"]
    assert (leak["alike"], leak["place"], leak["name"], leak["kept"]) == (
        "equal",
        "example",
        "수도 v1",
        False,
    )


def test_a_leak_that_is_allowed_is_shown_and_recorded_as_kept(lands):
    recipe = shots(k=2, choose="similar", allow_leak=True)
    answer = ask_recipe(lands, recipe, "일본의 수도는 어디인가요")
    assert "도쿄" in given(answer)
    assert told(answer)["allowed_leak"] is True
    assert [(one["alike"], one["kept"]) for one in answer.snapshot["leaks"]] == [("equal", True)]
    assert recipe.key != shots(k=2, choose="similar").key


def test_an_example_written_into_the_recipe_is_never_dropped_and_its_leak_is_told(lands):
    recipe = Recipe(model=ECHO, few_shot=FewShot(examples=(land("일본", "도쿄"),)))
    answer = ask_recipe(lands, recipe, "일본의 수도는 어디인가요?")
    assert given(answer) == ["도쿄"]
    assert [(one["alike"], one["kept"]) for one in answer.snapshot["leaks"]] == [("equal", True)]


def test_a_column_without_examples_knows_of_no_leak(lands):
    answer = ask_recipe(lands, Recipe(model=ECHO), QUESTION)
    assert (answer.snapshot["leaks"], answer.snapshot["few_shot"]) == ([], None)


# ---- what is gone ---------------------------------------------------------------------------------


def test_a_set_or_template_that_is_gone_spoils_its_own_column_only(lands, upstream):
    keep(lands, system="x")
    lands.templates.remove("말투")
    columns = [
        shots(set="없는 묶음"),
        shots(version=9),
        Recipe(model=ECHO, template=TemplateUse(name="말투")),
        Recipe(model=ECHO, template=TemplateUse(name="말투", version=3)),
        shots(),
        Recipe(model=ECHO),
    ]
    before = upstream.n["requests"]
    answers = lands.ask(QUESTION, columns).wait(PATIENCE_S)
    assert [one.error.kind if one.error else None for one in answers] == [
        *["unknown_set"] * 2,
        *["unknown_template"] * 2,
        None,
        None,
    ]
    assert answers[0].error.details["set"] == "없는 묶음"
    assert answers[1].error.details == {"set": "수도", "version": 9}
    assert answers[2].error.details["template"] == "말투"
    assert answers[3].error.details["template"] == "말투 v3"
    assert [one.text for one in answers[4:]] == [QUESTION, QUESTION]
    assert upstream.n["requests"] == before + 2


def test_a_set_that_is_deleted_while_a_column_uses_it_is_named_and_its_answers_stay(lands):
    before = ask_recipe(lands, shots(k=2), QUESTION)
    lands.example_sets.remove("수도")
    assert ask_recipe(lands, shots(k=2), QUESTION).error.kind == "unknown_set"
    (stored,) = lands.stored(before.round_id).answers
    assert stored == before
    assert given(stored) == ["파리", "로마"]


def test_a_fallback_is_not_asked_for_a_set_that_is_gone(lands):
    answer = ask_recipe(lands, replace(shots(set="none"), fallback=ECHO), QUESTION)
    assert (answer.error.kind, answer.text) == ("unknown_set", "")


# ---- a context that is too small --------------------------------------------------------------------

LONG = [Example(question=f"Question {n}: {'word ' * 300}", answer=f"answer {n}") for n in range(64)]


def test_examples_that_a_known_context_has_no_room_for_are_not_sent(lab, upstream):
    store(lab, "long", *LONG)
    model = "openai/gpt-4"  # 8,192 tokens, as LiteLLM's table knows
    answer = ask_recipe(lab, shots(model, set="long", k=64), "Which one?")
    assert answer.error is None
    names = [one["answer"] for one in answer.snapshot["examples"]]
    assert 0 < len(names) < 40
    assert names == [f"answer {n}" for n in range(len(names))]
    assert len(sent(upstream)) == 2 * len(names) + 1
    assert len(left_out(answer)) == 64 - len(names)
    assert {why for _, why in left_out(answer)} == {"context"}
    assert upstream.by_model["gpt-4"] == 1


def test_a_limit_of_output_as_large_as_the_context_leaves_room_for_examples(lab):
    store(lab, "long", *LONG)
    recipe = replace(shots("openai/gpt-4", set="long", k=64), max_tokens=8192)
    assert 0 < len(given(ask_recipe(lab, recipe, "Which one?"))) < 30


def test_a_model_that_refuses_is_asked_again_with_fewer_and_in_the_end_says_why(lands, upstream):
    before = upstream.by_model["fault-400ctx-n8"]
    answer = ask_recipe(lands, shots("openai/fault-400ctx-n8", k=5), QUESTION)
    assert answer.error.kind == "context_too_long"
    assert (answer.error.details["limit"], answer.error.details["used"]) == (4096, 5000)
    assert given(answer) == []
    assert left_out(answer) == [(city, "context") for city in LANDS.values()]
    asked = upstream.by_model["fault-400ctx-n8"] - before
    assert 1 < asked <= 6
    assert sent(upstream) == [{"role": "user", "content": QUESTION}]


def test_a_model_that_refuses_without_examples_is_asked_once(lands, upstream):
    answer = ask_recipe(lands, Recipe(model="openai/fault-400ctx-n9"), QUESTION)
    assert answer.error.kind == "context_too_long"
    assert upstream.by_model["fault-400ctx-n9"] == 1


def test_a_fallback_is_offered_the_examples_that_the_first_model_had_no_room_for(lands, upstream):
    recipe = replace(shots("openai/fault-400ctx", k=5), fallback=ECHO)
    answer = ask_recipe(lands, recipe, QUESTION)
    assert (answer.error, answer.model) == (None, ECHO)
    assert given(answer) == list(LANDS.values())
    assert left_out(answer) == []
    assert len(sent(upstream)) == 11


@pytest.mark.timeout(300)
def test_the_embedded_model_answers_with_as_many_long_examples_as_fit(make_lab):
    lab = make_lab({"NARANI_TIMEOUT": "120"})
    syllables = "바다 하늘 구름 나무 사람 마을 시장 학교 노래 그림 "
    long = [
        Example(question=f"{n}번 이야기입니다. {syllables * 8}", answer=f"답 {n}")
        for n in range(64)
    ]
    store(lab, "긴 예제", *long)
    recipe = parse_recipe(
        '{"model": "local/narani", "max_tokens": 8, "few_shot": {"set": "긴 예제", "k": 64}}'
    )
    (answer,) = lab.ask("짧은 질문입니다.", [recipe]).wait(280)
    assert answer.error is None
    names = given(answer)
    assert 0 < len(names) < 64
    assert len(names) + len(left_out(answer)) == 64
    assert {why for _, why in left_out(answer)} == {"context"}
    assert len(answer.snapshot["messages"]) == 2 * len(names) + 1
    # Its tokens are shorter than any estimate: it refused at first, and said by how much.
    assert 3000 < answer.usage.prompt_tokens <= 4096


# ---- schemas --------------------------------------------------------------------------------------

MOOD = canonical({"type": "object", "required": ["mood"]})


@pytest.mark.parametrize(
    ("question", "codes"),
    [('{"mood": "긍정"}', []), ('{"feeling": 1}', ["required"]), ("긍정", ["not_json"])],
)
def test_where_an_answer_does_not_fit_its_schema_is_stored_with_it(lab, question, codes):
    answer = ask_recipe(lab, Recipe(model=ECHO, schema=MOOD), question)
    (stored,) = lab.stored(answer.round_id).answers
    assert [one["code"] for one in stored.snapshot["schema_faults"]] == codes
    assert stored.error is None


def test_an_answer_that_never_came_is_held_against_no_schema(lab):
    assert ask_recipe(lab, Recipe(model=ECHO), "x").snapshot["schema_faults"] is None
    failed = ask_recipe(lab, Recipe(model="openai/fault-404", schema=MOOD), "x")
    assert failed.snapshot["schema_faults"] is None


# ---- what was stored before -------------------------------------------------------------------------


def test_answers_of_before_there_were_sets_still_load(lab):
    answer = ask_recipe(lab, Recipe(model=ECHO), "1+2?")
    recipe = '{"model":"openai/echo","few_shot":{"examples":[{"question":"1+1?","answer":"2"}]}}'
    new = ("few_shot", "leaks", "values", "schema_faults")
    old = {key: value for key, value in answer.snapshot.items() if key not in new}
    old["examples"] = [{"question": "1+1?", "answer": "2"}]
    with lab.engine.begin() as connection:
        changed = {"snapshot": json.dumps(old), "recipe": recipe, "recipes": f"[{recipe}]"}
        connection.execute(
            text("UPDATE answers SET snapshot = :snapshot, recipe = :recipe"), changed
        )
        connection.execute(text("UPDATE rounds SET recipes = :recipes"), changed)
    stored = lab.stored(answer.round_id)
    example = Example(question="1+1?", answer="2")
    assert stored.recipes[0].few_shot == FewShot(examples=(example,))
    assert stored.answers[0].recipe == stored.recipes[0]
    assert stored.answers[0].snapshot["examples"] == old["examples"]
    again = ask_recipe(lab, stored.answers[0].recipe, "1+2?")
    assert [one["content"] for one in again.snapshot["messages"]] == ["1+1?", "2", "1+2?"]
