import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UsageError
from core.example import Example
from core.example_set import (
    MAX_NAME,
    ExampleSet,
    SetExample,
    SetSummary,
    make_set,
    normalised,
    split_of,
)

MANY = [Example(question=f"Question {n}?", answer=f"Answer {n}") for n in range(400)]
texts = st.text(max_size=12)
examples = st.lists(st.builds(Example, question=texts, answer=texts), max_size=30)


def questions(side: tuple[SetExample, ...]) -> set[str]:
    return {normalised(one.example.question) for one in side}


@settings(max_examples=60, deadline=None)
@given(examples, st.floats(0, 1))
def test_no_question_stands_on_both_sides_and_both_sides_have_one(given_, share):
    made = make_set("a", given_, share)
    assert not questions(made.train) & questions(made.test)
    distinct = {normalised(example.question) for example in given_}
    if len(distinct) >= 2:
        assert made.train
        assert made.test
    assert len({one.id for one in made.examples}) == len(made.examples)


@settings(max_examples=40, deadline=None)
@given(examples, st.randoms())
def test_order_changes_neither_the_split_nor_the_hash(given_, random):
    shuffled = random.sample(given_, len(given_))
    first, second = make_set("a", given_), make_set("a", shuffled)
    assert first.hash == second.hash
    assert questions(first.test) == questions(second.test)


def test_about_the_share_is_held_out():
    made = make_set("many", MANY, 0.2)
    assert 50 <= len(made.test) <= 110
    assert len(made.train) + len(made.test) == len(MANY)


def test_a_question_stays_on_its_side_when_the_set_grows():
    sides = [
        {one.id: one.split for one in make_set("a", MANY[:count]).examples} for count in (200, 400)
    ]
    assert sides[0].items() <= sides[1].items()


def test_the_side_does_not_hang_on_the_answer_or_on_blank_space():
    for example in MANY:
        spaced = Example(question=f"  {example.question.replace(' ', chr(9))}\n", answer="else")
        assert split_of(spaced) == split_of(example)


def test_repetitions_are_dropped_and_the_first_is_kept():
    composed = Example(question="한글은?", answer="글자  입니다")
    decomposed = Example(question=unicodedata.normalize("NFD", "한글은?"), answer="글자 입니다 ")
    other_answer = Example(question="한글은?", answer="문자")
    made = make_set("a", [composed, decomposed, other_answer])
    assert [one.example for one in made.examples] == [composed, other_answer]
    assert len({one.split for one in made.examples}) == 1


def test_an_id_and_a_hash_are_hex_digits_of_a_fixed_length():
    made = make_set("a", MANY[:3])
    assert [len(one.id) for one in made.examples] == [16, 16, 16]
    assert (len(made.id), len(made.hash)) == (16, 12)
    int(made.id + made.hash + made.examples[0].id, 16)


def test_an_id_tells_question_from_answer():
    one = SetExample(example=Example(question="ab", answer="c"), split="train")
    other = SetExample(example=Example(question="a", answer="bc"), split="train")
    assert one.id != other.id


def test_the_hash_notices_another_split_and_the_id_another_space():
    made = make_set("a", MANY[:5])
    moved = tuple(replace(one, split="train") for one in made.examples)
    assert replace(made, examples=moved).hash != made.hash
    spaced = make_set("a", [Example(question=e.question, answer=e.answer + " ") for e in MANY[:5]])
    assert spaced.hash == made.hash
    assert spaced.id != made.id


def test_the_same_set_made_twice_has_the_same_id():
    when = datetime(2026, 3, 4, tzinfo=UTC)
    first = make_set("a", MANY[:5], version=3, created_at=when)
    assert first == make_set("a", MANY[:5], version=3, created_at=when)
    assert first.id != make_set("a", MANY[:5], version=4, created_at=when).id
    assert first.id != make_set("b", MANY[:5], version=3, created_at=when).id


def test_text_that_cannot_be_stored_is_made_storable():
    made = make_set("a", [Example(question="a\0b\ud83d", answer="\ud83d\ude00")])
    assert made.examples[0].example == Example(question="ab\ufffd", answer="😀")


def test_one_question_is_learnt_or_held_out_whole():
    assert len(make_set("a", MANY[:1]).examples) == 1
    assert make_set("a", []).examples == ()


@pytest.mark.parametrize("share", [0, 1])
def test_an_extreme_share_leaves_one_on_the_other_side(share):
    made = make_set("a", MANY[:10], share)
    assert sorted((len(made.train), len(made.test))) == [1, 9]


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_an_impossible_share_is_refused(share):
    with pytest.raises(UsageError) as caught:
        make_set("a", MANY[:2], share)
    assert caught.value.kind == "bad_examples"


@pytest.mark.parametrize("name", ["", " \n\t", "\0", "x" * (MAX_NAME + 1)])
def test_an_impossible_name_is_refused(name):
    with pytest.raises(UsageError) as caught:
        make_set(name, MANY[:2])
    assert caught.value.kind == "bad_examples"


def test_a_name_is_kept_composed_and_in_one_line():
    made = make_set(unicodedata.normalize("NFD", " 복약\n지도 "), [])
    assert isinstance(made, ExampleSet)
    assert made.name == "복약 지도"


def test_ids_and_hashes_of_earlier_releases_stay():
    """Adapters and answers name sets by them."""
    when = datetime(2026, 3, 4, tzinfo=UTC)
    some = [Example(question=f"질문 {n}?", answer=f"A {n}") for n in range(50)]
    made = make_set("a", some, created_at=when)
    assert (made.hash, made.id) == ("12f97616f19a", "9ccc7dc8a4978c6f")
    assert make_set("a", some[:2]).hash == "4eee17ae7c1c"


RICH = Example(
    question="수도는?", answer="서울", fields=(("난이도", "쉬움"), ("page", "3")), tags=("지리",)
)


def test_columns_tags_and_order_change_the_id_and_not_the_hash():
    made = make_set("a", [RICH, *MANY[:5]])
    for other in (
        [replace(RICH, fields=()), *MANY[:5]],
        [replace(RICH, fields=(("난이도", "쉬움"), ("page", "4"))), *MANY[:5]],
        [replace(RICH, tags=()), *MANY[:5]],
        [replace(RICH, fields=(), tags=("난이도", "쉬움")), *MANY[:5]],
        [*MANY[:5], RICH],
    ):
        changed = make_set("a", other)
        assert changed.hash == made.hash
        assert changed.id != made.id


def test_columns_and_tags_are_kept_as_they_are_found_again():
    name = unicodedata.normalize("NFD", " 난이도\n")
    messy = replace(
        RICH,
        fields=((name, "a\0b\ud83d"), ("난이도", "second"), (" ", "nameless"), ("page", "")),
        tags=(name, "난이도", "", "b  c"),
    )
    (kept,) = make_set("a", [messy]).examples
    assert kept.example.fields == (("난이도", "ab\ufffd"), ("page", ""))
    assert kept.example.tags == ("난이도", "b c")


def test_a_stated_side_outdoes_the_share():
    stated = {normalised(e.question): "test" for e in MANY[:10]}
    made = make_set("a", MANY, 0.0, sides=stated)
    assert [one.example for one in made.test] == MANY[:10]


def test_a_side_kept_outdoes_a_stated_one():
    question = normalised(MANY[0].question)
    made = make_set("a", MANY[:2], 1.0, sides={question: "test"}, kept={question: "train"})
    assert [one.split for one in made.examples] == ["train", "test"]


@pytest.mark.parametrize("side", ["train", "test"])
def test_where_every_side_is_stated_one_may_stay_empty(side):
    stated = {normalised(e.question): side for e in MANY[:10]}
    made = make_set("a", MANY[:10], sides=stated)
    assert {one.split for one in made.examples} == {side}


@pytest.mark.parametrize("share", [0, 1])
def test_only_a_question_that_is_free_goes_to_an_empty_side(share):
    fixed = {normalised(e.question): "test" if share else "train" for e in MANY[:9]}
    made = make_set("a", MANY[:10], share, kept=fixed)
    assert [one.split for one in made.examples[:9]] == list(fixed.values())
    assert made.examples[9].split == ("train" if share else "test")


@settings(max_examples=60, deadline=None)
@given(st.lists(examples, max_size=5), st.floats(0, 1))
def test_however_a_set_changes_no_question_changes_sides(versions, share):
    kept = {}
    for content in versions:
        made = make_set("a", content, share, kept=kept)
        now = {normalised(one.example.question): one.split for one in made.examples}
        assert all(now[question] == kept[question] for question in now.keys() & kept.keys())
        kept = now


def test_a_summary_is_named_as_people_read_it():
    summary = SetSummary(
        id="0", name="수도", version=2, hash="", train=3, test=1, test_share=0.2,
        created_at=datetime(2026, 3, 4, tzinfo=UTC),
    )  # fmt: skip
    assert (summary.label, summary.size) == ("수도 v2", 4)
