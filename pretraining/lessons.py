"""The lessons about finding: lists of keys and values, one passage, several passages.

Each is a dialogue that asks many questions about one text, so that most tokens teach something.
"""

import itertools
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from core.prompt import OPEN_BOOK
from pretraining.attributes import open_fact
from pretraining.dialogue import Dialogue, Found, Turn
from pretraining.frames import Fact, Section, fill, sections
from pretraining.phrases import (
    ASIDES,
    BRIDGES,
    FILLERS,
    INTRODUCTIONS,
    LIST_QUESTIONS,
    LIST_SHAPES,
    OTHERWISE,
    REACHES,
)
from pretraining.vocabulary import NOUNS
from pretraining.words import Words, particle

UNKNOWN = ("I don't know.", "잘 모르겠습니다.")
KINDS = ("org", "company", "product", "person", "place", "event", "device", "book", "team", "word")


def key_values(words: Words, *, pairs: int, questions: int) -> Dialogue:
    """A list of keys with values, each asked about again and again."""
    random = words.random
    made: dict[str, str] = {}
    invented = random.random() < 0.3
    while len(made) < pairs:
        key = words.entity("word") if invented and random.random() < 0.7 else words.attribute()
        made.setdefault(key, words.phrase())
    shape = random.choice(LIST_SHAPES)
    joint = random.choice(("\n", "\n", ", ", "; ", " / "))
    listing = joint.join(shape.format(k=k, v=v) for k, v in made.items())
    asked = [random.choice(list(made)) for _ in range(questions)]

    def question(key: str) -> str:
        return with_particles(random.choice(LIST_QUESTIONS[words.korean]), k=key)

    turns = [Turn(question=question(key), **_known(made, key)) for key in asked]
    return in_context(words, [listing], turns)


def easy_key_values(words: Words) -> Dialogue:
    """Short keys and values in one shape: where finding is learnt before anything else."""
    made = easy_pairs(words)
    listing = "\n".join(f"{key}: {value}" for key, value in made.items())
    keys = words.random.sample(list(made), len(made))
    turns = tuple(Turn(question=f"{key}?", **_known(made, key)) for key in keys)
    return Dialogue(system=listing, turns=turns)


def easy_pairs(words: Words) -> dict[str, str]:
    """Two to five short keys with values."""
    random = words.random
    made: dict[str, str] = {}
    count = random.randint(2, 5)
    while len(made) < count:
        key = words.pick(NOUNS) if random.random() < 0.6 else words.proper()
        made.setdefault(key, words.pick(NOUNS) if random.random() < 0.4 else words.phrase())
    return made


def reaching(words: Words, *, bridged: bool = False) -> Dialogue:
    """Short keys and values, with the key anywhere in the question, or anywhere in the statement.

    A network that only ever finds keys next to the answer stays at chance with every other
    wording; the distances must grow in steps small enough for each to be learnt from the last.
    """
    random = words.random
    made = easy_pairs(words)
    shapes, joint = ("{k}: {v}",), "\n"
    if bridged:
        shapes = BRIDGES[words.korean]
        shapes = shapes if random.random() < 0.5 else (random.choice(shapes),)
        joint = random.choice(("\n", " ", " "))
    entity = words.entity(random.choice(KINDS))
    told = [
        with_particles(random.choice(shapes), k=key, v=value, x=entity)
        for key, value in made.items()
    ]
    turns = []
    for key in random.sample(list(made), len(made)) * 2:
        text = random.choice(REACHES[words.korean])
        if random.random() < 0.3:
            text = f"{random.choice(ASIDES[words.korean])} {text}"
        if random.random() < 0.3:
            text = f"{text} {random.choice(ASIDES[words.korean])}"
        turns.append(Turn(question=with_particles(text, k=key), **_known(made, key)))
    return Dialogue(system=joint.join(told), turns=tuple(turns))


def _known(made: dict[str, str], key: str) -> dict[str, Any]:
    """The answer to a question about a key, and where it stands."""
    found = Found(value=made[key], about=key)
    return {"answer": made[key], "source": 1, "found": found}


def one_passage(words: Words, *, most: int = 7, framed_share: float = 0.65) -> Dialogue:
    """Several facts about one entity, every fact asked, now and then one that is not there."""
    count = words.random.randint(min(2, most), most)
    facts, absent = facts_of(words, count=count, framed_share=framed_share)
    return in_context(words, [as_passage(words, facts)], turns_of(words, [facts], absent))


def several_passages(
    words: Words, *, passages: int, most: int = 4, framed_share: float = 0.6
) -> Dialogue:
    """Passages about several entities, more than half the time with the very same attributes."""
    random = words.random
    shared, use_frames = random.random() < 0.55, random.random() < framed_share
    section = random.choice(sections(words.language, held_out=words.held_out))
    attributes = [words.attribute() for _ in range(random.randint(1, most))]
    groups: dict[str, list[Fact]] = {}
    absent: list[Fact] = []
    for _ in range(passages):
        count = random.randint(1, most)
        if not shared:
            facts, missing = facts_of(words, count=count, framed_share=framed_share)
        elif use_frames:
            facts, missing = framed(words, section, count)
        else:
            kind = random.choice(KINDS)
            entity = words.entity(kind)
            facts = [open_fact(words, entity, a, kind=kind, alone=False) for a in attributes]
            missing = []
            random.shuffle(facts)
        absent += missing
        groups.setdefault(facts[0].entity, facts)
    texts = [as_passage(words, facts) for facts in groups.values()]
    return in_context(words, texts, turns_of(words, list(groups.values()), absent))


def facts_of(
    words: Words, *, count: int, framed_share: float = 0.65
) -> tuple[list[Fact], list[Fact]]:
    """Facts about one entity, and some that will not be told."""
    if words.random.random() < framed_share:
        options = sections(words.language, held_out=words.held_out)
        return framed(words, words.random.choice(options), count)
    kind = words.random.choice(KINDS)
    entity = words.entity(kind)
    attributes: list[str] = []
    while len(attributes) < count + 1:
        attribute = words.attribute()
        if attribute not in attributes:
            attributes.append(attribute)
    facts = [
        open_fact(words, entity, a, kind=kind, alone=number > 0 and words.random.random() < 0.55)
        for number, a in enumerate(attributes)
    ]
    return facts[:count], facts[count:]


def framed(words: Words, section: Section, count: int) -> tuple[list[Fact], list[Fact]]:
    """Facts from one section of frames, and those left out."""
    entity = words.entity(section.kind)
    chosen = list(section.frames)
    words.random.shuffle(chosen)
    facts = [fill(frame, entity, words, kind=section.kind) for frame in chosen]
    return facts[:count], facts[count : count + 2]


def as_passage(words: Words, facts: list[Fact]) -> str:
    """The statements as one text that names its entity."""
    random = words.random
    said = [fact.statement for fact in facts]
    entity = facts[0].entity
    if entity not in said[0]:
        with_name = next((n for n, text in enumerate(said) if entity in text), None)
        if with_name is not None:
            said.insert(0, said.pop(with_name))
        else:
            said.insert(0, random.choice(INTRODUCTIONS[words.korean]).format(e=entity))
    if random.random() < 0.15:
        said.insert(random.randint(1, len(said)), random.choice(FILLERS[words.korean]))
    return " ".join(said)


def turns_of(words: Words, groups: list[list[Fact]], absent: list[Fact]) -> list[Turn]:
    """Questions about facts told, about facts left out, and about strangers."""
    random = words.random
    crowded = len(groups) > 1
    told = [(fact, number) for number, facts in enumerate(groups, 1) for fact in facts]
    keys = [fact.key for fact, _ in told]
    repeated = {key for key in keys if keys.count(key) > 1}
    random.shuffle(told)
    turns = []
    for fact, number in told[: random.randint(4, 8)]:
        question = question_of(words, fact, named=fact.key in repeated)
        about = fact.key if fact.key in fact.statement else ""
        found = Found(value=fact.answer, about=about, entity=fact.entity)
        turns.append(Turn(question=question, answer=fact.answer, source=number, found=found))
    missing = [fact for fact in absent if fact.key not in keys]
    if missing and random.random() < 0.45:
        turns.append(unknown(words, question_of(words, missing[0], named=crowded)))
    if repeated and random.random() < 0.35:
        fact = next(fact for fact, _ in told if fact.key in repeated)
        question = question_of(words, fact, named=True)
        told_of = {fact.entity for fact, _ in told}
        other = stranger(words, fact, told_of)
        turns.append(unknown(words, question.replace(fact.entity, other)))
    random.shuffle(turns)
    return turns


def stranger(words: Words, fact: Fact, known: Collection[str]) -> str:
    """Somebody of the same kind whom the passages do not name, fit for the same particles."""
    for attempt in itertools.count():
        # Some kinds have few held-out names: after a while an invented word will do.
        name = words.entity(fact.kind if attempt < 40 else "word")
        alike = all(particle(name, p) == particle(fact.entity, p) for p in ("은/는", "으로/로"))
        if name not in known and (alike or not words.korean):
            return name
    raise AssertionError("there is always another word")


def unknown(words: Words, question: str) -> Turn:
    """A question to which nothing at hand has the answer."""
    return Turn(question=question, answer=UNKNOWN[words.korean])


def question_of(words: Words, fact: Fact, *, named: bool) -> str:
    """One wording of a fact's question; `named` when only the entity tells facts apart."""
    random = words.random
    if not named:
        return random.choice(fact.questions)
    if fact.named:
        return random.choice(fact.named)
    question = random.choice(fact.questions)
    lowered = question[:1].lower() + question[1:]
    return random.choice(OTHERWISE[words.korean]).format(e=fact.entity, q=lowered)


def in_context(words: Words, texts: list[str], turns: list[Turn]) -> Dialogue:
    """Put the texts where products put them: the system message, or before the question.

    Under the product's own instruction the answer cites its passage, as the instruction asks.
    """
    chance = words.random.random()
    numbered = "\n\n".join(f"[{number}] {text}" for number, text in enumerate(texts, 1))
    if chance < 0.3:
        cited = [
            replace(t, answer=f"{t.answer} [{t.source}]") if t.source is not None else t
            for t in turns
        ]
        return Dialogue(system=f"{OPEN_BOOK}\n\n{numbered}", turns=tuple(cited))
    if chance < 0.6:
        return Dialogue(system=numbered, turns=tuple(turns))
    plain = "\n\n".join(texts)
    if chance < 0.8:
        return Dialogue(system=plain, turns=tuple(turns))
    first = replace(turns[0], question=f"{plain}\n\n{turns[0].question}")
    return Dialogue(turns=(first, *turns[1:]))


def with_particles(text: str, **names: str) -> str:
    """Fill in names, with the Korean particles their last sounds ask for."""
    for slot, name in names.items():
        for pair in ("은/는", "이/가", "을/를"):
            text = text.replace(f"{{{slot}}}{pair}", name + particle(name, pair))
    return text.format(**names)
