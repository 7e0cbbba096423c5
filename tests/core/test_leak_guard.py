"""Where a question is known: real stores, real adapters' folders, a real index of documents."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from core import leak_guard
from core.adapter import AdapterUse
from core.example import Example
from core.example_set import ExampleSet
from core.few_shot import Candidate, Choice, LeftOut
from core.leak_guard import LeakGuard
from core.leaks import Leak
from core.lora.library import AdapterLibrary
from core.recipe import Recipe
from core.retrieval.library import Library
from core.store.example_sets import ExampleSets
from tests.core.adapters import ADAPTER, use, write_adapter
from tests.core.retrieval import libraries

PARIS = "프랑스의 수도는 어디인가요?"
ROME = "이탈리아의 수도는 어디인가요?"
KETTLES = "Where are broken kettles repaired by Haedam?"
FACTS = [(PARIS, "파리"), (ROME, "로마"), (KETTLES, "Breda")]


class Place:
    """A data folder with everything the guard looks at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.library: Library = libraries.open_at(folder)
        self.engine: Engine = self.library.shelf._engine  # type: ignore[attr-defined]
        self.sets = ExampleSets(self.engine)
        self.adapters = AdapterLibrary(folder / "adapters", folder / "none")
        self.guard = LeakGuard(self.sets, self.adapters, self.library)

    def save(self, name: str, rows: list[tuple[str, str]], test_share: float) -> ExampleSet:
        examples = [Example(question=question, answer=answer) for question, answer in rows]
        return self.sets.save(name, examples, test_share)

    def learn(self, name: str, learnt: ExampleSet) -> AdapterUse:
        described = replace(
            ADAPTER,
            name=name,
            example_set=f"{learnt.name} v{learnt.version}",
            example_set_hash=learnt.hash,
        )
        return use(write_adapter(self.folder / "adapters", described, 1, gguf=False))

    def collect(self, name: str, **texts: str) -> None:
        made = self.library.create(name, libraries.LEXICAL)
        files = {f"{document}.txt": text for document, text in texts.items()}
        sources = libraries.write(self.folder / f"files-{name}", files)
        assert libraries.index(self.library, made, sources).state == "done"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    libraries.close(made.library)


def chosen(*candidates: Candidate, set_name: str = "capitals") -> Choice:
    return Choice(
        set=set_name,
        version=2 if set_name else None,
        hash="",
        wanted=3,
        available=9,
        candidates=candidates,
    )


def candidate(question: str, left_out: LeftOut | None = None, **more) -> Candidate:
    example = Example(question=question, answer="a")
    return Candidate(id="0" * 16, example=example, left_out=left_out, **more)


# ---- a question being asked ---------------------------------------------------------------------


def test_an_example_that_equals_the_question_is_told(place):
    choice = chosen(
        candidate("프랑스의 수도는 어디죠?", alike="equal"),
        candidate("프랑스 수도는 어디죠?", "leak", alike="near"),
        candidate(ROME),
        candidate(PARIS, "budget", alike="equal"),
    )
    equal, near = place.guard.of_question(Recipe(model="a/b"), PARIS, choice)
    assert equal == Leak(
        alike="equal",
        place="example",
        name="capitals v2",
        question=PARIS,
        other="프랑스의 수도는 어디죠?",
        kept=True,
    )
    assert (near.alike, near.kept) == ("near", False)


def test_examples_written_into_the_recipe_belong_to_no_set(place):
    (leak,) = place.guard.of_question(
        Recipe(model="a/b"), PARIS, chosen(candidate(PARIS, alike="equal"), set_name="")
    )
    assert leak.name == ""


def test_an_adapter_that_learnt_the_question_is_told(place):
    learnt = place.learn("atlas", place.save("capitals", FACTS, 0))
    recipe = Recipe(model="local/narani", adapter=(learnt,))
    (leak,) = place.guard.of_question(recipe, "프랑스 수도가 어디예요?", None)
    assert (leak.alike, leak.place, leak.name, leak.other) == ("near", "adapter", "atlas", PARIS)
    assert place.guard.of_question(recipe, "독일의 수도는 어디인가요?", None) == ()
    assert place.guard.of_question(Recipe(model="local/narani"), PARIS, None) == ()


def test_what_an_adapter_was_only_tested_on_is_no_leak(place):
    made = place.save("capitals", FACTS, 0.3)
    learnt = place.learn("atlas", made)
    recipe = Recipe(model="local/narani", adapter=(learnt,))
    assert made.test
    for held_out in made.test:
        assert place.guard.of_question(recipe, held_out.example.question, None) == ()


def test_nothing_is_said_of_what_is_not_here_any_more(place):
    made = place.save("capitals", FACTS, 0)
    learnt = place.learn("atlas", made)
    for other in (
        replace(learnt, hash="f" * 12),
        replace(learnt, scale=0.0),
        AdapterUse(name="gone"),
    ):
        recipe = Recipe(model="local/narani", adapter=(other,))
        assert place.guard.of_question(recipe, PARIS, None) == ()
    recipe = Recipe(model="local/narani", adapter=(learnt,))
    place.sets.remove("capitals")
    assert place.guard.of_question(recipe, PARIS, None) == ()
    place.save("capitals", [*FACTS, ("독일의 수도는?", "베를린")], 0)
    assert place.guard.of_question(recipe, PARIS, None) == ()


def test_a_side_is_read_once_however_many_ask_at_the_same_time(place, monkeypatch):
    learnt = place.learn("atlas", place.save("capitals", FACTS, 0))
    recipe = Recipe(model="local/narani", adapter=(learnt,))
    read, each = [], place.sets.each

    def counted(set_id, side=None):
        read.append(set_id)
        return each(set_id, side)

    monkeypatch.setattr(place.sets, "each", counted)
    found: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(len(place.guard.of_question(recipe, PARIS, None)))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 8
    assert len(read) == 1


def test_only_a_few_sides_stay_in_memory(place):
    for number in range(leak_guard.KEPT + 2):
        rows = [*FACTS, (f"question {number}", "a")]
        learnt = place.learn(f"a{number}", place.save(f"set {number}", rows, 0))
        recipe = Recipe(model="local/narani", adapter=(learnt,))
        assert place.guard.of_question(recipe, PARIS, None)
    assert len(place.guard._indexes) == leak_guard.KEPT


def test_of_a_very_large_side_only_equal_questions_are_found(place, monkeypatch):
    monkeypatch.setattr(leak_guard, "MOST_NEAR", 1)
    learnt = place.learn("atlas", place.save("capitals", FACTS, 0))
    recipe = Recipe(model="local/narani", adapter=(learnt,))
    assert place.guard.of_question(recipe, "프랑스의 수도는 어디죠?", None)
    assert place.guard.of_question(recipe, "프랑스 수도는 어디죠?", None) == ()


# ---- the test side of a set ---------------------------------------------------------------------


def test_a_report_finds_test_items_in_every_other_place(place):
    tested = place.save("exam", [(KETTLES, "Breda"), (PARIS, "파리")], 1)
    assert not {one.split for one in tested.examples} - {"test", "train"}
    questions = {one.example.question for one in tested.test}
    other = place.save("school", [(q.replace("는 ", "가 ", 1), "a") for q, _ in FACTS], 0)
    place.learn("atlas", other)
    place.collect("papers", faq=f"Questions.\n\n{KETTLES} In Breda.\n\n{PARIS} 파리입니다.")
    told: list[float] = []
    report = place.guard.of_set(tested.id, told.append)
    assert report.name == "exam v1"
    assert report.tested == report.leaking == len(questions)
    assert report.counts["adapter"] == report.counts["collection"] == len(questions)
    assert {(one.place, one.name) for one in report.leaks} >= {
        ("train", "school v1"),
        ("adapter", "atlas"),
        ("collection", "papers"),
    }
    assert {one.question for one in report.leaks} == questions
    assert [(one.place, one.name) for one in report.checked] == [
        ("train", "exam v1"),
        ("train", "school v1"),
        ("adapter", "atlas"),
        ("collection", "papers"),
    ]
    assert report.skipped == ()
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_near_questions_on_the_training_side_of_the_set_itself_are_found(place):
    near = [*FACTS, *((q.replace("의 수도는", " 수도가"), a) for q, a in FACTS[:2])]
    made = place.save("capitals", near, 0.5)
    sides = {one.example.question: one.split for one in made.examples}
    expected = {
        question
        for one, other in ((near[0][0], near[3][0]), (near[1][0], near[4][0]))
        for question in (one, other)
        if sides[one] != sides[other] and sides[question] == "test"
    }
    report = place.guard.of_set(made.id)
    assert {leak.question for leak in report.leaks} == expected
    assert {(leak.alike, leak.place) for leak in report.leaks} <= {("near", "train")}


def test_what_could_not_be_looked_at_is_named(place, monkeypatch):
    tested = place.save("exam", FACTS, 1)
    gone = place.save("gone", [(PARIS, "파리")], 0)
    place.learn("atlas", gone)
    place.sets.remove("gone")
    place.save("large", [*FACTS, ("more", "b")], 0)
    place.collect("papers", faq=f"{PARIS} 파리입니다.")
    monkeypatch.setattr(leak_guard, "MOST_NEAR", 2)
    monkeypatch.setattr(leak_guard, "MOST_SEARCHED", 1)
    report = place.guard.of_set(tested.id)
    assert {(one.place, one.name, one.reason) for one in report.skipped} == {
        ("adapter", "atlas", "set_gone"),
        ("train", "large v1", "near_in_large_set"),
        ("collection", "papers", "too_many"),
    }


def test_a_short_question_is_not_taken_for_a_part_of_a_word(place):
    tested = place.save("words", [("수도", "a"), ("사과", "b"), ("다른 말", "c")], 1)
    place.collect("papers", faq="프랑스의 수도권에는 사과나무가 많고 다른 말도 많다.")
    assert place.guard.of_set(tested.id).counts == {}


def test_a_report_keeps_few_leaks_and_counts_all(place, monkeypatch):
    monkeypatch.setattr("core.leak_report.MOST_LEAKS", 3)
    rows = [(f"question number {n} of the exam", "a") for n in range(20)]
    tested = place.save("exam", rows, 0.9)
    learnt = {one.example.question for one in place.save("school", rows, 0).train}
    report = place.guard.of_set(tested.id)
    assert len(report.leaks) == 3
    known = [one for one in tested.test if one.example.question in learnt]
    assert report.counts == {"train": len(known)}
    assert report.leaking == len(known) > 3
