"""Recipes: frozen, comparable, and readable as text both ways."""

import dataclasses
import json

import pytest

from core.adapter import AdapterUse
from core.errors import UsageError
from core.example import Example
from core.output_schema import canonical
from core.recipe import FewShot, Recipe, differences, parse_recipe, recipe_from_json
from core.search import Retrieval
from core.template import TemplateUse

FULL = Recipe(
    model="openai/gpt-4o-mini",
    system="Be short.",
    template=TemplateUse(name="말투", version=2, hash="0123456789ab"),
    temperature=0.5,
    top_p=0.9,
    max_tokens=100,
    seed=-3,
    stop=("\n", "끝"),
    few_shot=FewShot(examples=(Example(question="1+1?", answer="2"),)),
    retrieval=Retrieval(collection="자료집", mode="hybrid", mmr=0.5, documents=("a.md",)),
    schema=canonical({"type": "object", "properties": {"이유": {}, "answer": {}}}),
    reference="한 문단.\n\nAnother one.",
    adapter=(AdapterUse(name="해담", hash="0123456789ab", scale=0.5),),
    fallback="baseline/extract",
    name="나의 레시피",
)
OTHER_VALUES = {
    "model": "openai/gpt-4o",
    "system": "Be long.",
    "template": TemplateUse(name="말투", version=2, hash="ba9876543210"),
    "schema": canonical({"type": "object", "properties": {"answer": {}, "이유": {}}}),
    "temperature": 0.6,
    "top_p": 0.8,
    "max_tokens": 101,
    "seed": 3,
    "stop": ("\n",),
    "few_shot": None,
    "retrieval": Retrieval(collection="자료집", top_k=5),
    "reference": "",
    "adapter": (),
    "fallback": None,
}


def test_a_model_id_alone_is_a_recipe():
    recipe = parse_recipe("  ollama_chat/qwen3:4b \n")
    assert recipe == Recipe(model="ollama_chat/qwen3:4b")
    assert recipe.to_text() == "ollama_chat/qwen3:4b"


def test_a_full_recipe_survives_its_text_form():
    assert parse_recipe(FULL.to_text()) == FULL
    assert recipe_from_json(json.loads(json.dumps(FULL.to_json()))) == FULL


def test_the_text_form_names_only_what_is_set():
    assert json.loads(Recipe(model="a/b", seed=0).to_text()) == {"model": "a/b", "seed": 0}


@pytest.mark.parametrize("zero", [{"temperature": 0.0}, {"top_p": 0.0}, {"seed": 0}])
def test_a_zero_is_a_setting_and_not_the_absence_of_one(zero):
    recipe = Recipe(model="a/b", **zero)
    assert parse_recipe(recipe.to_text()) == recipe
    assert recipe.key != Recipe(model="a/b").key


@pytest.mark.parametrize("field", OTHER_VALUES)
def test_the_key_changes_with_everything_that_changes_the_answer(field):
    assert dataclasses.replace(FULL, **{field: OTHER_VALUES[field]}).key != FULL.key


def test_other_values_cover_every_field():
    assert {field.name for field in dataclasses.fields(Recipe)} == {*OTHER_VALUES, "name"}


def test_the_key_does_not_change_with_the_name():
    assert dataclasses.replace(FULL, name="").key == FULL.key


def test_the_key_is_the_same_in_every_process():
    assert Recipe(model="baseline/extract").key == "c7b679da6b3e"


def test_recipes_are_frozen_and_hashable():
    assert len({FULL, parse_recipe(FULL.to_text())}) == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        FULL.model = "other"  # type: ignore[misc]


def test_techniques_are_named_and_plain_without_any():
    assert FULL.techniques == (
        "system",
        "template",
        "few_shot",
        "retrieval",
        "reference",
        "adapter",
        "schema",
    )
    assert Recipe(model="a/b").techniques == ("plain",)


def test_the_label_is_the_name_else_model_and_techniques():
    assert FULL.label == "나의 레시피"
    label = dataclasses.replace(FULL, name="").label
    assert label == "gpt-4o-mini + system + few_shot + reference + schema + 말투 v2 + 자료집 + 해담"
    assert Recipe(model="a/b").label == "b"


def test_differences_name_the_fields_that_are_not_alike():
    assert differences([FULL, dataclasses.replace(FULL, seed=1, name="x")]) == ("seed",)
    assert differences([FULL]) == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("{", "not valid JSON"),
        ("{}", "'model' is missing"),
        ('{"model": ""}', "'model' is missing"),
        ('{"model": 3}', "'model' is missing"),
        ('{"model": "a/b", "temprature": 1}', "'temprature'"),
        ('{"model": "a/b", "temperature": 2.5}', "from 0 to 2"),
        ('{"model": "a/b", "temperature": "hot"}', "'temperature'"),
        ('{"model": "a/b", "temperature": true}', "'temperature'"),
        ('{"model": "a/b", "temperature": NaN}', "'temperature'"),
        ('{"model": "a/b", "top_p": -0.1}', "'top_p'"),
        ('{"model": "a/b", "max_tokens": 0}', "'max_tokens'"),
        ('{"model": "a/b", "max_tokens": 1.5}', "'max_tokens'"),
        ('{"model": "a/b", "seed": 9223372036854775808}', "'seed'"),
        ('{"model": "a/b", "system": 1}', "'system'"),
        ('{"model": "a/b", "stop": [""]}', "'stop'"),
        ('{"model": "a/b", "stop": {"a": 1}}', "'stop'"),
        ('{"model": "a/b", "template": {}}', "'name'"),
        ('{"model": "a/b", "template": {"name": "t", "version": 0}}', "'version'"),
        ('{"model": "a/b", "few_shot": []}', "'few_shot'"),
        ('{"model": "a/b", "few_shot": ""}', "'set'"),
        ('{"model": "a/b", "few_shot": {"set": "s", "k": 65}}', "'k'"),
        ('{"model": "a/b", "few_shot": {"examples": []}}', "'few_shot'"),
        ('{"model": "a/b", "few_shot": {"examples": [{"question": "q"}]}}', "'answer'"),
        ('{"model": "a/b", "few_shot": {"examples": ["q"]}}', "'answer'"),
        ('{"model": "a/b", "retrieval": {}}', "'collection'"),
        ('{"model": "a/b", "retrieval": ""}', "'collection'"),
        ('{"model": "a/b", "retrieval": ["c"]}', "'retrieval'"),
        ('{"model": "a/b", "retrieval": {"collection": "c", "topk": 3}}', "'retrieval'"),
        ('{"model": "a/b", "retrieval": {"collection": "c", "top_k": 0}}', "'top_k'"),
        ('{"model": "a/b", "retrieval": {"collection": "c", "top_k": true}}', "'top_k'"),
        ('{"model": "a/b", "retrieval": {"collection": "c", "mmr": 1.5}}', "'mmr'"),
        ('{"model": "a/b", "retrieval": {"collection": "c", "threshold": NaN}}', "'threshold'"),
        ('{"model": "a/b", "retrieval": {"collection": "c", "threshold": null}}', "'threshold'"),
        ('{"model": "a/b", "retrieval": {"collection": "c", "mode": ["dense"]}}', "'mode'"),
        ('{"model": "a/b", "retrieval": {"collection": "c", "rewrite": 1}}', "'rewrite'"),
        ('{"model": "a/b", "retrieval": {"collection": "c", "kinds": "pdf"}}', "'kinds'"),
        ('{"model": "a/b", "retrieval": {"collection": "c", "helper": 1}}', "'helper'"),
    ],
)
def test_a_recipe_that_cannot_be_read_says_what_is_wrong(text, reason):
    with pytest.raises(UsageError) as caught:
        parse_recipe(text)
    assert caught.value.kind == "bad_recipe"
    assert reason in str(caught.value)


def test_json_nested_without_end_is_a_bad_recipe_and_not_a_crash():
    with pytest.raises(UsageError):
        parse_recipe('{"model":' + "[" * 100_000)


def test_broken_characters_in_a_recipe_are_made_storable():
    recipe = parse_recipe('{"model": "a/b", "system": "x\\ud83dy\\u0000"}')
    assert recipe.system == "x\ufffdy"
    recipe.key.encode()


def test_a_broken_character_in_the_model_name_is_made_storable():
    parse_recipe('{"model": "a/\\ud83d"}').to_text().encode()


@pytest.mark.parametrize(
    "retrieval",
    [
        '"\\ud83d"',
        '{"collection": "x\\ud83dy\\u0000"}',
        '{"collection": "c", "documents": ["\\ud83d.md"]}',
        '{"collection": "c", "helper": "a/\\ud83d"}',
    ],
)
def test_broken_characters_in_a_retrieval_are_made_storable(retrieval):
    recipe = parse_recipe(f'{{"model": "a/b", "retrieval": {retrieval}}}')
    recipe.key.encode()
    recipe.to_text().encode()
    assert "\0" not in recipe.to_text()


def test_a_collections_name_alone_is_a_retrieval():
    assert parse_recipe('{"model": "a/b", "retrieval": " c "}').retrieval == Retrieval(
        collection="c"
    )


def test_the_key_changes_with_the_version_of_the_collection():
    now = dataclasses.replace(FULL, retrieval=Retrieval(collection="c", version="0123456789ab"))
    later = dataclasses.replace(FULL, retrieval=Retrieval(collection="c", version="ba9876543210"))
    assert now.key != later.key


def test_one_stop_text_may_be_given_without_a_list():
    assert parse_recipe('{"model": "a/b", "stop": "END"}').stop == ("END",)


@pytest.mark.parametrize(
    "other",
    [
        FewShot(set="capitals", k=4),
        FewShot(set="capitals", seed=1),
        FewShot(set="capitals", choose="similar"),
        FewShot(set="capitals", order="best_first"),
        FewShot(set="capitals", version=2),
        FewShot(set="capitals", hash="0123456789ab"),
        FewShot(set="cities"),
    ],
    ids=lambda how: json.dumps(how.to_json()),
)
def test_the_key_changes_with_how_examples_are_chosen_and_what_the_set_holds(other):
    shots = Recipe(model="a/b", few_shot=FewShot(set="capitals"))
    assert dataclasses.replace(shots, few_shot=other).key != shots.key


def test_a_sets_name_alone_is_a_choice_of_three():
    assert parse_recipe('{"model": "a/b", "few_shot": "capitals"}').few_shot == FewShot(
        set="capitals", k=3
    )


def test_examples_written_before_there_were_sets_have_the_key_they_had():
    text = '{"model":"a/b","few_shot":{"examples":[{"question":"1+1?","answer":"2"}]}}'
    recipe = parse_recipe(text)
    assert recipe.to_text() == text
    assert recipe.key == "16a3a729fe05"


def test_a_label_names_the_set_with_how_many_examples_and_the_template():
    recipe = parse_recipe(
        '{"model": "a/b", "few_shot": {"set": "수도", "k": 5}, "template": "말투"}'
    )
    assert recipe.label == "b + 말투 + 수도 ×5"


def test_a_schema_means_the_same_however_it_is_spaced():
    spaced = parse_recipe('{"model": "a/b", "schema": {"type":   "object", "required": ["a"]}}')
    other = parse_recipe(
        '{"model": "a/b", "schema": "{\\"required\\":[\\"a\\"],\\"type\\":\\"object\\"}"}'
    )
    assert spaced == other
    assert spaced.key == other.key


def test_a_schema_that_cannot_be_used_is_refused_as_such():
    with pytest.raises(UsageError) as caught:
        parse_recipe('{"model": "a/b", "schema": {"type": "objekt"}}')
    assert caught.value.kind == "bad_schema"
