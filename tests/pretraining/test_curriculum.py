"""The stages follow each other without a gap, and teach the lessons in the shares they state."""

from itertools import islice, pairwise
from random import Random

import pytest

pytest.importorskip("tokenizers")

from tokenizers import Tokenizer

from core.lora.base import EMBEDDED_FOLDER
from pretraining import curriculum
from pretraining.batches import LONGEST
from pretraining.curriculum import ENGLISH_SHARE, STAGES, dialogue, dialogues, stage_at
from pretraining.dialogue import Dialogue, encode
from pretraining.words import Words

LESSONS = sorted({lesson for stage in STAGES for lesson in stage.mix})


def words_of(language: str, seed: int = 31) -> Words:
    return Words(Random(seed), language, held_out=False)


def test_stages_follow_each_other():
    ends = [stage.until for stage in STAGES]
    assert ends == sorted(set(ends))
    assert stage_at(0) is STAGES[0]
    for before, after in pairwise(STAGES):
        assert stage_at(before.until - 0.001) is before
        assert stage_at(before.until) is after
    assert stage_at(10_000) is STAGES[-1]
    for stage in STAGES:
        assert sum(stage.mix.values()) == pytest.approx(1)


@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_lesson_teaches_something_and_fits_into_a_batch(language, lesson):
    tokenizer = Tokenizer.from_file(str(EMBEDDED_FOLDER / "tokenizer.json"))
    words, too_long = words_of(language), 0
    for _ in range(200):
        made = dialogue(words, lesson)
        ids, learn, _ = encode(tokenizer, made)
        assert any(learn), made
        too_long += len(ids) > LONGEST
    assert too_long < 10, "longer ones are never learnt"


def test_a_stage_draws_its_lessons_in_both_languages(monkeypatch):
    drawn = []

    def record(words: Words, lesson: str) -> Dialogue:
        drawn.append((words.language, lesson))
        return Dialogue()

    monkeypatch.setattr(curriculum, "dialogue", record)
    made = dialogues(words_of("en"), words_of("ko"), STAGES[-1].until - 1)
    assert len(list(islice(made, 4000))) == 4000
    for lesson, share in STAGES[-1].mix.items():
        assert sum(one == lesson for _, one in drawn) / 4000 == pytest.approx(share, abs=0.04)
    assert sum(one == "en" for one, _ in drawn) / 4000 == pytest.approx(ENGLISH_SHARE, abs=0.04)


def test_the_same_seeds_make_the_same_dialogues():
    def some(seed: int) -> list[Dialogue]:
        return list(islice(dialogues(words_of("en", seed), words_of("ko", seed), 10), 30))

    assert some(1) == some(1)
    assert some(1) != some(2)
