"""How examples are chosen, as a noun: read strictly, written briefly, remembered completely."""

import json

import pytest

from core.errors import UsageError
from core.example import Example
from core.few_shot import MOST_EXAMPLES, Candidate, Choice, FewShot, few_shot_from_json

FULL = FewShot(
    set="수도",
    version=2,
    k=5,
    choose="budget",
    by="meaning",
    embedder="openai/text-embedding-3-small",
    order="random",
    seed=7,
    budget_tokens=300,
    tags=("아시아", "ko"),
    allow_leak=True,
    hash="0123456789ab",
)


def refusal(content) -> str:
    with pytest.raises(UsageError) as refused:
        few_shot_from_json(content)
    assert refused.value.kind == "bad_recipe"
    return str(refused.value)


def test_every_setting_survives_its_json_form():
    assert few_shot_from_json(json.loads(json.dumps(FULL.to_json()))) == FULL


def test_only_what_differs_from_the_defaults_is_written():
    assert FewShot(set="capitals").to_json() == {"set": "capitals"}
    assert FewShot(set="capitals", k=8, seed=1).to_json() == {"set": "capitals", "k": 8, "seed": 1}


def test_examples_keep_their_columns_and_tags():
    example = Example(
        question="수도는?", answer="파리", fields=(("나라", "프랑스"),), tags=("유럽",)
    )
    how = FewShot(examples=(example,), order="random", seed=3, allow_leak=True)
    assert few_shot_from_json(json.loads(json.dumps(how.to_json()))) == how


def test_the_form_of_before_there_were_sets_is_still_read():
    old = {"examples": [{"question": "1+1?", "answer": "2"}]}
    assert few_shot_from_json(old) == FewShot(examples=(Example(question="1+1?", answer="2"),))
    assert few_shot_from_json(old).to_json() == old


def test_a_name_is_one_name_however_it_is_typed():
    composed, decomposed = "수도", "\u1109\u116e\u1103\u1169"
    assert few_shot_from_json(f"  {decomposed} ") == FewShot(set=composed)
    assert few_shot_from_json({"set": "my  set\n"}).set == "my set"


def test_nothing_is_no_few_shot():
    assert few_shot_from_json(None) is None


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ([], "'few_shot'"),
        (3, "'few_shot'"),
        ({}, "'set'"),
        ({"set": " "}, "'set'"),
        ({"set": 3}, "'set'"),
        ({"sets": "capitals"}, "'few_shot'"),
        ({"set": "s", "examples": [{"question": "q", "answer": "a"}]}, "not both"),
        ({"examples": [{"question": "q", "answer": "a"}], "k": 3}, "not both"),
        ({"examples": "q"}, "'few_shot'"),
        ({"examples": [{"question": "q", "answer": ""}]}, "'answer'"),
        ({"examples": [{"question": "q", "answer": "a", "fields": ["f"]}]}, "'fields'"),
        ({"examples": [{"question": "q", "answer": "a", "tags": "t"}]}, "'tags'"),
        ({"set": "s", "k": 0}, "'k'"),
        ({"set": "s", "k": MOST_EXAMPLES + 1}, "'k'"),
        ({"set": "s", "k": True}, "'k'"),
        ({"set": "s", "k": "3"}, "'k'"),
        ({"set": "s", "k": None}, "'k'"),
        ({"set": "s", "version": 0}, "'version'"),
        ({"set": "s", "seed": -1}, "'seed'"),
        ({"set": "s", "budget_tokens": 15}, "'budget_tokens'"),
        ({"set": "s", "choose": "best"}, "'choose'"),
        ({"set": "s", "choose": ["similar"]}, "'choose'"),
        ({"set": "s", "by": "sound"}, "'by'"),
        ({"set": "s", "order": "worst_first"}, "'order'"),
        ({"set": "s", "allow_leak": 1}, "'allow_leak'"),
        ({"set": "s", "tags": "ko"}, "'tags'"),
        ({"set": "s", "tags": ["ko", " "]}, "'tags'"),
        ({"set": "s", "embedder": 1}, "'embedder'"),
        ({"set": "s", "hash": None}, "'hash'"),
    ],
    ids=repr,
)
def test_what_cannot_be_is_refused_by_name(content, named):
    assert named in refusal(content)


def test_a_choice_tells_what_was_given_and_what_was_not():
    def candidate(name: str, left_out=None) -> Candidate:
        return Candidate(
            id=name, example=Example(question=name, answer="a"), tokens=4, left_out=left_out
        )

    candidates = (candidate("one"), candidate("둘"), candidate("three", "leak"))
    choice = Choice(
        set="s", version=1, hash="h", wanted=3, available=9, candidates=candidates, tokens=5
    )
    assert [one.question for one in choice.given] == ["one", "둘"]
    assert choice.ids == ("one", "둘")
    told = json.loads(json.dumps(choice.to_json()))
    assert [one["left_out"] for one in told["candidates"]] == [None, None, "leak"]
    assert told["candidates"][1]["question"] == "둘"
    assert (told["wanted"], told["available"], told["tokens"], told["usd"]) == (3, 9, 5, 0.0)
