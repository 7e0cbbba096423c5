import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UsageError
from core.example import Example
from core.example_set import MAX_NAME, ExampleSet, SetExample, make_set, normalised, split_of

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
