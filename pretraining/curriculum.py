"""What is taught when: the stages of the training, by tokens seen, and the mix of lessons in each."""

from collections.abc import Iterator
from dataclasses import dataclass

from pretraining import skills
from pretraining.dialogue import Dialogue
from pretraining.lessons import easy_key_values, key_values, one_passage, reaching, several_passages
from pretraining.words import Words


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A mix of lessons (weights) until so many million tokens have been seen."""

    until: float
    mix: dict[str, float]


STAGES = (
    Stage(until=2, mix={"easy": 1}),
    Stage(until=6, mix={"reach": 0.8, "easy": 0.2}),
    Stage(until=9, mix={"reach": 0.35, "keys": 0.35, "plain": 0.3}),
    Stage(until=12, mix={"bridge": 0.65, "keys": 0.15, "plain": 0.2}),
    Stage(until=21, mix={"bridge": 0.3, "keys": 0.1, "plain": 0.45, "short": 0.1, "labels": 0.05}),
    Stage(
        until=27,
        mix={"bridge": 0.05, "keys": 0.07, "plain": 0.23, "short": 0.18, "pair": 0.2,
             "passages": 0.04, "labels": 0.1, "format": 0.04, "unknown": 0.03, "talk": 0.06},
    ),
    Stage(
        until=1e9,
        mix={"reach": 0.04, "keys": 0.06, "plain": 0.14, "short": 0.15, "passage": 0.1, "pair": 0.1,
             "passages": 0.12, "labels": 0.1, "format": 0.05, "unknown": 0.05, "talk": 0.09},
    ),
)  # fmt: skip
ENGLISH_SHARE = 0.56
"""English learns more slowly than Korean, so it gets more."""


def stage_at(millions: float) -> Stage:
    """The stage in force after so many million tokens."""
    return next(stage for stage in STAGES if millions < stage.until)


def dialogue(words: Words, lesson: str) -> Dialogue:
    """One dialogue of a lesson."""
    random = words.random
    if lesson == "keys":
        return key_values(words, pairs=random.randint(2, 4), questions=7)
    if lesson == "easy":
        return easy_key_values(words)
    if lesson == "reach":
        return reaching(words)
    if lesson == "bridge":
        return reaching(words, bridged=True)
    if lesson == "plain":
        return one_passage(words, most=random.choice((2, 3, 4)), framed_share=0)
    if lesson == "short":
        return one_passage(words, most=3)
    if lesson == "passage":
        return one_passage(words)
    if lesson == "pair":
        count = random.choice((2, 2, 3))
        return several_passages(words, passages=count, most=2, framed_share=0.15)
    if lesson == "passages":
        return several_passages(words, passages=random.choice((2, 2, 3, 3, 3, 4)))
    return skills.LESSONS[lesson](words)


def dialogues(english: Words, korean: Words, millions: float) -> Iterator[Dialogue]:
    """Endless dialogues of the stage in force."""
    mix = stage_at(millions).mix
    random = english.random
    while True:
        words = english if random.random() < ENGLISH_SHARE else korean
        lesson = random.choices(list(mix), list(mix.values()))[0]
        yield dialogue(words, lesson)
