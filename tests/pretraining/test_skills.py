"""Labels and formats can be known from the examples; talk and refusals have their fixed answers."""

import re
from random import Random

import pytest

pytest.importorskip("tokenizers")

from pretraining import skills
from pretraining.lessons import UNKNOWN
from pretraining.words import Words, is_held_out

LEFT_OVER = re.compile(r"[\x00\x01]|\{\w*\}|[가-힣]/[가-힣]")


@pytest.fixture(params=[("en", False), ("en", True), ("ko", False), ("ko", True)], ids=str)
def words(request) -> Words:
    language, held_out = request.param
    return Words(Random(21), language, held_out=held_out)


@pytest.mark.parametrize("lesson", skills.LESSONS)
def test_dialogues_are_well_formed(words, lesson):
    for _ in range(300):
        made = skills.LESSONS[lesson](words)
        assert made.turns
        for text in made.texts():
            assert text == text.strip()
            assert not LEFT_OVER.search(text), text
        assert all(turn.question and turn.answer for turn in made.turns)


def test_a_label_is_learnt_only_after_every_class_was_seen(words):
    for _ in range(500):
        made = skills.labels(words)
        classes = {turn.answer for turn in made.turns}
        assert 2 <= len(classes) <= 3
        for number, turn in enumerate(made.turns):
            before = {earlier.answer for earlier in made.turns[:number]}
            assert turn.learn == (before == classes)
        assert made.turns[-1].learn


def test_labels_differ_at_once_and_the_instruction_names_them_all(words):
    instructed = 0
    for _ in range(500):
        made = skills.labels(words)
        classes = {turn.answer for turn in made.turns}
        assert len({name[0] for name in classes}) == len(classes)
        instructed += bool(made.system)
        assert not made.system or all(name in made.system for name in classes)
    assert 50 < instructed < 450


def test_the_same_kind_of_text_gets_other_labels_elsewhere(words):
    """Otherwise the weights would learn the label, and not to read the examples."""
    labels = {turn.answer for _ in range(300) for turn in skills.labels(words).turns}
    assert len(labels) > 100


def test_a_format_is_shown_before_it_is_learnt(words):
    for _ in range(500):
        made = skills.formats(words)
        assert len(made.turns) > 1, "nothing shows the format"
        assert [turn.learn for turn in made.turns] == [False] + [True] * (len(made.turns) - 1)


def test_a_format_wraps_every_answer_alike(words):
    for _ in range(300):
        made = skills.formats(words)
        if any("\n" in turn.question for turn in made.turns):
            continue
        fitting = [
            wrapper
            for wrapper in skills.WRAPPERS
            if all(turn.answer == wrapper.format(x=turn.question) for turn in made.turns)
        ]
        assert len(fitting) == 1, made
        assert is_held_out(fitting[0] + "wrap") == words.held_out


def test_without_a_text_the_answer_is_the_fixed_one(words):
    for _ in range(300):
        made = skills.unknown_alone(words)
        assert made.system == ""
        assert {turn.answer for turn in made.turns} == {UNKNOWN[words.korean]}
        assert not any("\n" in turn.question for turn in made.turns)


def test_talk_answers_as_written(words):
    answers = {answer for _, answer in skills.talk_lines(words.language)}
    answers |= {line[2 + words.korean] for line in skills.capitals()} | {UNKNOWN[words.korean]}
    for _ in range(300):
        assert {turn.answer for turn in skills.small_talk(words).turns} <= answers


def test_capitals_belong_to_their_countries():
    lines = skills.capitals()
    assert all(len(line) == 4 and all(line) for line in lines)
    assert ["South Korea", "대한민국", "Seoul", "서울"] in lines
    for column in range(4):
        assert len({line[column] for line in lines}) == len(lines)
    for language, column in (("en", 0), ("ko", 1)):
        words = Words(Random(22), language, held_out=False)
        for _ in range(200):
            turn = skills.capital(words)
            country = max((c[column] for c in lines if c[column] in turn.question), key=len)
            (line,) = (line for line in lines if line[column] == country)
            assert turn.answer == line[column + 2]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_line_of_talk_is_read_and_no_wording_has_two_answers(language):
    path = skills.TALK / f"small_talk_{language}.txt"
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    intents = skills.talk_lines(language)
    assert len(intents) == len(lines)
    wordings = [wording for questions, _ in intents for wording in questions]
    assert all(wordings)
    assert len(wordings) == len(set(wordings))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_questions_without_an_answer_are_on_one_side(language):
    sides = [
        set(skills.unknown_lines(Words(Random(1), language, held_out=held_out)))
        for held_out in (False, True)
    ]
    assert all(sides)
    assert not sides[0] & sides[1]
    written = (skills.TALK / f"unknown_{language}.txt").read_text("utf-8").splitlines()
    assert len(sides[0] | sides[1]) == len([line for line in written if line.strip()])


def test_a_pattern_is_filled_with_particles_that_fit():
    words = Words(Random(23), "ko", held_out=False)
    for _ in range(100):
        read = re.fullmatch(
            r"(\S+)(이라|라)고 (\d+)번", skills.filled(words, "{word}이라/라고 {n2}번")
        )
        assert read
        final = (ord(read[1][-1]) - 0xAC00) % 28
        assert read[2] == ("이라" if final else "라")
