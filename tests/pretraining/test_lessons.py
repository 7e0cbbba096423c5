"""Every answer stands in the passage it is said to come from, and no question has two answers."""

import re
from random import Random

import pytest

pytest.importorskip("tokenizers")

from core.prompt import OPEN_BOOK, prepare
from core.recipe import Recipe
from pretraining.dialogue import Dialogue, Turn
from pretraining.frames import Fact, sections
from pretraining.lessons import (
    UNKNOWN,
    as_passage,
    easy_key_values,
    facts_of,
    framed,
    in_context,
    key_values,
    one_passage,
    several_passages,
    turns_of,
)
from pretraining.phrases import OTHERWISE
from pretraining.words import Words, particle

PARTICLES = ("은/는", "이/가", "을/를", "으로/로", "과/와")


@pytest.fixture(params=[("en", False), ("en", True), ("ko", False), ("ko", True)], ids=str)
def words(request) -> Words:
    language, held_out = request.param
    return Words(Random(11), language, held_out=held_out)


def context_and_turns(made: Dialogue) -> tuple[str, list[Turn], bool]:
    """The texts, the questions without them, and whether answers cite."""
    cites = made.system.startswith(OPEN_BOOK)
    context = made.system.removeprefix(OPEN_BOOK).strip()
    turns = list(made.turns)
    if not made.system:
        context, _, question = turns[0].question.rpartition("\n\n")
        turns[0] = Turn(question=question, answer=turns[0].answer, source=turns[0].source)
    return context, turns, cites


def wrong_answers(made: Dialogue, unknown: str) -> list[tuple]:
    """Answers that their passage does not hold, or that are not the fixed one."""
    context, turns, cites = context_and_turns(made)
    passages = context.split("\n\n")
    wrong = []
    for turn in turns:
        if turn.source is None:
            if turn.answer != unknown:
                wrong.append((turn, context))
            continue
        mark = f" [{turn.source}]" if cites else ""
        answer, passage = turn.answer.removesuffix(mark), passages[turn.source - 1]
        capital = answer[:1].upper() + answer[1:]
        if not turn.answer.endswith(mark) or not (answer in passage or capital in passage):
            wrong.append((turn, passage))
    return wrong


def groups_of(words: Words, *, shared: bool) -> tuple[list[list[Fact]], list[Fact]]:
    """Facts of three entities; `shared` when all are from one section of frames."""
    section = words.random.choice(sections(words.language, held_out=words.held_out))
    groups: dict[str, list[Fact]] = {}
    absent = []
    for _ in range(3):
        count = words.random.randint(1, 4)
        facts, missing = framed(words, section, count) if shared else facts_of(words, count=count)
        groups.setdefault(facts[0].entity, facts)
        absent += missing
    return list(groups.values()), absent


def wordings(fact: Fact, language: str) -> set[str]:
    """Every way in which a fact may be asked about."""
    others = {
        form.format(e=fact.entity, q=question[:1].lower() + question[1:])
        for form in OTHERWISE[language == "ko"]
        for question in fact.questions
    }
    return {*fact.questions, *others}


@pytest.mark.parametrize(
    "lesson",
    [
        lambda words: key_values(words, pairs=4, questions=5),
        one_passage,
        lambda words: several_passages(words, passages=3),
    ],
    ids=["keys", "one", "several"],
)
def test_answers_are_in_their_passage_or_the_fixed_one(words, lesson):
    unknown = UNKNOWN[words.korean]
    wrong = [found for _ in range(300) for found in wrong_answers(lesson(words), unknown)]
    assert wrong == []


@pytest.mark.parametrize("shared", [True, False], ids=["same kind of facts", "any facts"])
def test_a_question_fits_exactly_the_facts_with_its_answer(words, shared):
    """Which entity is meant can always be told from the question, and what is absent is absent."""
    wrong, asked, unanswered = [], 0, 0
    for _ in range(300):
        groups, absent = groups_of(words, shared=shared)
        for turn in turns_of(words, groups, absent):
            fitting = {
                (number, fact.answer)
                for number, facts in enumerate(groups, 1)
                for fact in facts
                if turn.question in wordings(fact, words.language)
            }
            right = {(turn.source, turn.answer)} if turn.source else set()
            asked += bool(right)
            unanswered += not right
            if fitting != right:
                wrong.append((turn, fitting))
    assert wrong == []
    assert asked > 600
    assert unanswered > 10


class RecordingWords(Words):
    """Remembers the name drawn last."""

    last = ""

    def entity(self, kind: str) -> str:
        self.last = super().entity(kind)
        return self.last


def test_a_stranger_is_followed_by_the_particle_that_fits():
    """A wrong particle would give away that the text does not know the name."""
    words = RecordingWords(Random(12), "ko", held_out=False)
    wrong, seen = [], 0
    for _ in range(400):
        groups, _ = groups_of(words, shared=True)
        for turn in turns_of(words, groups, []):
            used = re.search(
                rf"{words.last}(은|는|이|가|을|를|과|와|으로|로)(?![가-힣])", turn.question
            )
            if turn.source is None and used:
                seen += 1
                pair = next(pair for pair in PARTICLES if used[1] in pair.split("/"))
                if particle(words.last, pair) != used[1]:
                    wrong.append(turn.question)
    assert seen > 20
    assert wrong == []


def test_every_passage_names_its_entity_and_holds_its_facts(words):
    for _ in range(300):
        facts, _ = facts_of(words, count=words.random.randint(1, 7))
        text = as_passage(words, facts)
        assert facts[0].entity in text
        assert "\n" not in text
        assert all(fact.statement in text for fact in facts)
        assert {fact.entity for fact in facts} == {facts[0].entity}


def test_facts_left_out_are_not_told(words):
    for _ in range(300):
        facts, absent = facts_of(words, count=3)
        assert 1 <= len(facts) <= 3
        assert not {fact.key for fact in facts} & {fact.key for fact in absent}


def test_shared_passages_ask_about_the_same_attributes():
    """The hard case, where only the name tells passages apart, is there often enough."""
    words = Words(Random(13), "en", held_out=False)
    hard = 0
    for _ in range(200):
        groups, _ = groups_of(words, shared=True)
        keys = [fact.key for facts in groups for fact in facts]
        hard += len(keys) > len(set(keys))
    assert hard > 100


def test_keys_and_values_are_those_of_the_list(words):
    for _ in range(300):
        made = easy_key_values(words)
        listing = dict(line.split(": ", 1) for line in made.system.splitlines())
        assert len(listing) == len(made.turns) > 0
        assert {turn.question.removesuffix("?"): turn.answer for turn in made.turns} == listing


def test_texts_stand_everywhere_products_put_them():
    words = Words(Random(14), "en", held_out=False)
    turns = [
        Turn(question="Who?", answer="Ann", source=2),
        Turn(question="Why?", answer=UNKNOWN[0]),
        Turn(question="Whose?", answer="Bob's", source=1),
    ]
    numbered, plain = "[1] One.\n\n[2] Two.", "One.\n\nTwo."
    made = [in_context(words, ["One.", "Two."], turns) for _ in range(400)]
    systems = {one.system for one in made}
    assert systems == {f"{OPEN_BOOK}\n\n{numbered}", numbered, plain, ""}
    for one in made:
        cited = one.system.startswith(OPEN_BOOK)
        answers = ["Ann [2]", UNKNOWN[0], "Bob's [1]"] if cited else ["Ann", UNKNOWN[0], "Bob's"]
        assert [turn.answer for turn in one.turns] == answers
        first = "Who?" if one.system else f"{plain}\n\nWho?"
        assert [turn.question for turn in one.turns] == [first, "Why?", "Whose?"]


def test_the_product_sends_passages_in_the_form_that_is_taught():
    words = Words(Random(15), "en", held_out=False)
    turns = [Turn(question="Who?", answer="Ann", source=1)]
    recipe = Recipe(model="baseline/extract", reference="One.\n\nTwo.")
    system, question = prepare(recipe, "Who?").messages
    taught = [in_context(words, ["One.", "Two."], turns) for _ in range(100)]
    assert system.content in {one.system for one in taught}
    assert question.content == "Who?"
