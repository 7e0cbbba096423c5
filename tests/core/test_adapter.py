"""Adapters as they are written in recipes and described in their folders."""

import json
from dataclasses import replace
from itertools import combinations

import pytest

from core.adapter import (
    MAX_SCALE,
    Adapter,
    AdapterUse,
    Gain,
    Scores,
    checked_name,
    training_cost,
)
from core.errors import UsageError
from core.recipe import Recipe, parse_recipe
from tests.core.adapters import ADAPTER

ONE = AdapterUse(name="해담-r8")
PINNED = AdapterUse(name="formal", hash="0123456789ab")
MEASURED = replace(
    ADAPTER,
    before=Scores(exact=0.1, similarity=0.3, count=20, basics={"arithmetic": 0.8}, loss=2.5),
    after=Scores(exact=0.7, similarity=0.9, count=20, basics={"arithmetic": 0.75}),
    gain=Gain(mean=0.6, low=0.5, high=0.7),
    samples=(("질문", "wanted", "before", "after"),),
    cost_usd=0.25,
    overridden=("leak",),
    convertible=False,
)


def adapted(*uses: AdapterUse, model: str = "local/narani") -> Recipe:
    return Recipe(model=model, adapter=uses)


def from_text(value: object) -> tuple[AdapterUse, ...]:
    return parse_recipe(json.dumps({"model": "local/narani", "adapter": value})).adapter


# ---- in a recipe --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "uses",
    [
        (ONE,),
        (PINNED,),
        (replace(PINNED, scale=0.0),),
        (replace(ONE, scale=0.5),),
        (ONE, PINNED),
        (replace(ONE, scale=0.25), replace(PINNED, scale=MAX_SCALE)),
    ],
)
def test_adapters_survive_the_text_form_of_a_recipe(uses):
    recipe = adapted(*uses)
    assert parse_recipe(recipe.to_text()) == recipe
    assert parse_recipe(recipe.to_text()).key == recipe.key


def test_one_adapter_as_trained_is_just_its_name():
    assert json.loads(adapted(ONE).to_text())["adapter"] == "해담-r8"
    assert json.loads(adapted(PINNED).to_text())["adapter"] == "formal@0123456789ab"


def test_a_scale_or_a_second_adapter_is_written_out():
    uses = (replace(ONE, scale=0.5), PINNED)
    assert adapted(*uses).to_json()["adapter"] == [
        {"name": "해담-r8", "scale": 0.5},
        {"name": "formal@0123456789ab", "scale": 1.0},
    ]


@pytest.mark.parametrize(
    ("value", "uses"),
    [
        ("formal@0123456789ab", (PINNED,)),
        ({"name": "formal@0123456789ab"}, (PINNED,)),
        (["해담-r8", {"name": "formal@0123456789ab", "scale": 1}], (ONE, PINNED)),
        ({"name": "해담-r8", "scale": 2}, (replace(ONE, scale=2.0),)),
        ("", ()),
        ([], ()),
        (None, ()),
    ],
)
def test_every_way_to_write_adapters_is_read(value, uses):
    assert from_text(value) == uses


def test_the_order_in_a_recipe_is_kept():
    assert [use.name for use in from_text(["b", "a"])] == ["b", "a"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("../weights", "is no name of an adapter"),
        ("a/b", "is no name of an adapter"),
        (".hidden", "is no name of an adapter"),
        ("x" * 61, "is no name of an adapter"),
        ("a,b", "is no name of an adapter"),
        ("a@HASH", "is no name of an adapter"),
        ("a@12@34", "is no name of an adapter"),
        ("@0123456789ab", "is no name of an adapter"),
        ({"name": "a", "strength": 1}, 'write "name"'),
        (["a", 3], 'write "name"'),
        (3, 'write "name"'),
        (True, 'write "name"'),
        ({"scale": 1}, "the name is missing"),
        ({"name": ["a"]}, "the name is missing"),
        ({"name": "a", "scale": "1"}, "must be a number"),
        ({"name": "a", "scale": True}, "must be a number"),
        ({"name": "a", "scale": None}, "must be a number"),
        ({"name": "a", "scale": float("nan")}, "must be"),
        ({"name": "a", "scale": float("inf")}, "must be"),
        ({"name": "a", "scale": 10**400}, "must be"),
        ({"name": "a", "scale": -0.01}, "from 0 to 2"),
        ({"name": "a", "scale": 2.01}, "from 0 to 2"),
        (["a", "a"], "the same adapter twice"),
        (["a@01", {"name": "a@02", "scale": 0.5}], "the same adapter twice"),
    ],
)
def test_an_adapter_that_cannot_be_read_says_what_is_wrong(value, reason):
    with pytest.raises(UsageError) as caught:
        from_text(value)
    assert caught.value.kind == "bad_recipe"
    assert reason in caught.value.details["reason"]


def test_a_message_does_not_repeat_an_endless_name():
    with pytest.raises(UsageError) as caught:
        from_text("/" * 10_000)
    assert len(str(caught.value)) < 200


def test_the_key_changes_with_the_adapter_its_hash_its_scale_and_its_order():
    recipes = [
        adapted(),
        adapted(ONE),
        adapted(PINNED),
        adapted(replace(PINNED, hash="")),
        adapted(replace(PINNED, hash="ba9876543210")),
        adapted(replace(PINNED, scale=0.5)),
        adapted(replace(PINNED, scale=0.0)),
        adapted(ONE, PINNED),
        adapted(PINNED, model="local/other"),
    ]
    for one, other in combinations(recipes, 2):
        assert one.key != other.key, (one, other)


def test_a_scale_is_one_scale_however_it_is_written():
    assert adapted(replace(ONE, scale=1)).key == adapted(ONE).key
    assert adapted(replace(ONE, scale=0)).key == adapted(replace(ONE, scale=0.0)).key


def test_an_adapter_is_a_technique_and_stands_in_the_label_by_its_name():
    assert adapted(ONE, PINNED).techniques == ("adapter",)
    assert adapted(ONE, PINNED).label == "narani + 해담-r8 + formal"
    assert "adapter" not in adapted().techniques


# ---- its description ----------------------------------------------------------------------------


@pytest.mark.parametrize("adapter", [ADAPTER, MEASURED], ids=["bare", "measured"])
def test_a_description_survives_its_file(adapter):
    assert Adapter.from_json(json.loads(json.dumps(adapter.to_json()))) == adapter


def test_what_a_newer_version_adds_is_left_out():
    content = MEASURED.to_json() | {"carbon_g": 12.5, "parents": ["a"]}
    assert Adapter.from_json(content) == MEASURED


def test_what_a_newer_version_adds_inside_is_left_out():
    content = json.loads(json.dumps(MEASURED.to_json()))
    content["after"]["bleu"] = 0.4
    content["gain"]["median"] = 0.6
    assert Adapter.from_json(content) == MEASURED


def test_what_an_older_version_did_not_know_is_unknown():
    content = {
        name: value
        for name, value in ADAPTER.to_json().items()
        if name not in ("before", "after", "gain", "samples", "cost_usd", "overridden")
    }
    assert Adapter.from_json(content) == ADAPTER


@pytest.mark.parametrize("content", [{}, {"name": "x"}, {"losses": 3}, {"losses": [["a", "b"]]}])
def test_something_else_is_no_description(content):
    with pytest.raises((KeyError, TypeError, ValueError)):
        Adapter.from_json(content)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.01, 0.2, "better"), (-0.2, -0.01, "worse"), (-0.1, 0.1, "unclear"), (0, 0.1, "unclear")],
)
def test_only_a_gain_whose_interval_leaves_zero_is_called_one(low, high, verdict):
    assert Gain(mean=(low + high) / 2, low=low, high=high).verdict == verdict


@pytest.mark.parametrize("name", ["a", "해담-r8", "v1.2_final", "0", "x" * 60, "한" * 60])
def test_a_name_that_can_be_a_folder_is_taken(name):
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "..",
        ".hidden",
        "-r",
        "a/b",
        "a\\b",
        "a b",
        "a\n",
        "end.",
        "a@b",
        "a,b",
        "x" * 61,
    ],
)
def test_a_name_that_cannot_be_a_folder_is_refused(name):
    with pytest.raises(UsageError) as caught:
        checked_name(name)
    assert caught.value.kind == "bad_adapter"
    assert repr(name) in caught.value.details["reason"]


def test_a_trained_name_can_be_written_in_a_recipe():
    assert from_text(checked_name("한" * 60)) == (AdapterUse(name="한" * 60),)


def test_training_costs_its_hours_at_the_hourly_price():
    assert training_cost(ADAPTER, 2.0) == pytest.approx(1.0)  # half an hour
    assert training_cost(ADAPTER, None) is None
    assert training_cost(ADAPTER, 0.0) == 0


def test_the_price_of_then_stays_whatever_an_hour_costs_now():
    assert training_cost(MEASURED, 100.0) == MEASURED.cost_usd
    assert training_cost(replace(MEASURED, cost_usd=0.0), 100.0) == 0
