"""Every hand-written frame is read, fills in cleanly, and stands on one side of the split only."""

import re
import unicodedata
from pathlib import Path
from random import Random

import pytest

from pretraining import frames as frames_module
from pretraining.frames import Fact, Frame, fill, sections
from pretraining.words import Words

FILES = sorted((Path(frames_module.__file__).parent / "frames").glob("*.txt"))
PAIR = re.compile(r"[가-힣]/[가-힣]")
SIGNS = re.compile(r"[{}<>;|]|=>|::|  ")
FILLINGS = 3


@pytest.fixture(scope="module", params=["en", "ko"])
def language(request) -> str:
    return request.param


def both_sides(language: str) -> list[tuple[bool, str, Frame]]:
    return [
        (held_out, section.kind, frame)
        for held_out in (False, True)
        for section in sections(language, held_out=held_out)
        for frame in section.frames
    ]


@pytest.fixture(scope="module")
def facts(language) -> list[tuple[Frame, Fact]]:
    words = {side: Words(Random(7), language, held_out=side) for side in (False, True)}
    return [
        (frame, fill(frame, words[side].entity(kind), words[side]))
        for side, kind, frame in both_sides(language)
        for _ in range(FILLINGS)
    ]


def lines_of(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if line.strip()]


def test_there_is_a_lot_in_both_languages():
    assert {path.stem.partition("_")[0] for path in FILES} == {"en", "ko"}
    assert min(len(both_sides(language)) for language in ("en", "ko")) > 1000


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_line_is_a_heading_or_a_whole_frame(path):
    lines = lines_of(path)
    assert lines[0].startswith("## ")
    odd = [
        line
        for line in lines
        if not re.fullmatch(r"## [^|#]+ \| \w+", line)
        and [line.count(sign) for sign in (" => ", " :: ")] != [1, 1]
    ]
    assert odd == []


def test_every_line_comes_out_as_a_frame(language):
    written = [
        line
        for path in FILES
        if path.stem.startswith(language)
        for line in lines_of(path)
        if not line.startswith("## ")
    ]
    frames = [frame for _, _, frame in both_sides(language)]
    assert len(frames) == len(written)
    for frame in frames:
        assert frame.answer, frame
        assert all(frame.statements), frame
        assert all(frame.questions), frame


def test_every_opened_sign_is_closed(language):
    for _, _, frame in both_sides(language):
        for text in (*frame.statements, frame.answer, *frame.questions):
            plain = re.sub(r"\{\w+\}", "", text)
            plain = re.sub(r"<[^<>]*>", "", plain)
            assert not re.search(r"[{}<>|;]", plain), text


def test_an_alternative_is_neither_empty_nor_there_twice(language):
    for _, _, frame in both_sides(language):
        for choice in re.findall(r"<([^<>]*)>", " ".join(frame.statements) + frame.answer):
            options = [option.strip() for option in choice.split(";")]
            assert all(options), choice
            assert len(options) == len(set(options)) > 1, choice


def test_nothing_of_the_pattern_is_left_when_filled(facts):
    texts = [text for _, fact in facts for text in (fact.statement, fact.answer, *fact.questions)]
    assert [text for text in texts if SIGNS.search(text) or PAIR.search(text)] == []
    assert [text for text in texts if not text or text != text.strip()] == []
    assert [text for text in texts if any(map(is_control, text))] == []


def is_control(sign: str) -> bool:
    return unicodedata.category(sign).startswith("C")


def test_the_answer_stands_in_the_statement_word_for_word(facts):
    missing = [(fact.answer, fact.statement) for _, fact in facts if not said(fact)]
    assert missing == []


def said(fact: Fact) -> bool:
    """As it is; at the start of the sentence with a capital letter."""
    capital = fact.answer[:1].upper() + fact.answer[1:]
    return fact.answer in fact.statement or fact.statement.startswith(capital)


def test_every_statement_of_a_frame_holds_the_answer(language):
    """Whichever of them is drawn: the answer's slots and alternatives are in each."""
    for _, _, frame in both_sides(language):
        parts = set(re.findall(r"\{\w+\}|<[^<>]+>", frame.answer))
        for statement in frame.statements:
            assert parts <= set(re.findall(r"\{\w+\}|<[^<>]+>", statement)), statement


def test_a_question_does_not_give_its_answer_away(language):
    for _, _, frame in both_sides(language):
        parts = set(re.findall(r"\{\w+\}|<[^<>]+>", frame.answer)) - {"{e}"}
        for question in frame.questions:
            assert not parts & set(re.findall(r"\{\w+\}|<[^<>]+>", question)), question


def test_named_questions_name_the_entity(facts):
    for _, fact in facts:
        assert set(fact.named) <= set(fact.questions)
        assert all(fact.entity in question for question in fact.named)


def test_held_out_frames_are_never_trained_on(language):
    frames = both_sides(language)
    trained = {frame for held_out, _, frame in frames if not held_out}
    held = {frame for held_out, _, frame in frames if held_out}
    assert trained
    assert held
    assert not trained & held
    assert not any(frame.held_out for frame in trained)
    assert all(frame.held_out for frame in held)
    statements = [{said for frame in side for said in frame.statements} for side in (trained, held)]
    assert not statements[0] & statements[1]


def test_the_same_slot_is_drawn_once_and_a_numbered_one_anew():
    frame = Frame(
        statements=("{e}: {n} and {n2}, <a;b> {word}.",),
        answer="{n}",
        questions=("{n2} <a;b>?", "Does {e} like {word}?"),
    )
    for seed in range(20):
        fact = fill(frame, "Zed", Words(Random(seed), "en", held_out=False))
        read = re.fullmatch(r"Zed: (\d+) and (\d+), ([ab]) (\w+)\.", fact.statement)
        assert read, fact
        assert fact.answer == read[1]
        assert fact.questions == (f"{read[2]} {read[3]}?", f"Does Zed like {read[4]}?")
        assert fact.named == fact.questions[1:]


def test_particles_fit_slots_within_alternatives():
    frame = Frame(
        statements=("{e}은/는 <큰 {color};큰 {color}>을/를 {city}으로/로 보냈다.",),
        answer="{color}",
        questions=("무엇?",),
    )
    for seed in range(20):
        words = Words(Random(seed), "ko", held_out=False)
        fact = fill(frame, "나무", words)
        read = re.fullmatch(r"나무는 큰 (\S+)(을|를) (\S+?)(으로|로) 보냈다\.", fact.statement)
        assert read, fact
        final = (ord(read[1][-1]) - 0xAC00) % 28
        assert read[2] == ("을" if final else "를")
