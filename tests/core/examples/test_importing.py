"""A file into a set in the background: progress, what repeats, stopping, and one hundred thousand rows."""

import io
import threading
import tracemalloc
from pathlib import Path

import pytest

from core.errors import StoreError, UsageError
from core.example import Example
from core.example_set import ExampleSet, make_set, normalised
from core.examples.columns import Columns
from core.examples.importing import Importing, ImportProgress
from core.examples.tables import open_table
from core.store.database import open_database
from core.store.example_sets import ExampleSets

QA = Columns(question="question", answer="answer")
FILM = Columns(question="문장", answer="감정")


@pytest.fixture
def sets(tmp_path: Path):
    engine = open_database(f"sqlite:///{tmp_path / 'narani.db'}")
    yield ExampleSets(engine)
    engine.dispose()


def run(sets: ExampleSets, text: str, columns: Columns = QA, **more) -> ImportProgress:
    table = open_table("a.csv", text.encode())
    work = Importing(table, columns, **{"name": "set", "save": sets.save} | more)
    assert work.progress.state == "waiting"
    work.start()
    return work.wait(100)


def test_a_file_becomes_a_set(sets):
    text = "question,answer,level\n" + "".join(f"질문 {n}?,답 {n},쉬움\n" for n in range(50))
    columns = Columns(question="question", answer="answer", fields=("level",))
    progress = run(sets, text, columns, name="나라", test_share=0.3, note="from a.csv")
    assert (progress.state, progress.stage, progress.error) == ("done", "save", None)
    assert (progress.rows, progress.new, progress.share) == (50, 50, 1.0)
    assert set(progress.seconds) == {"read", "save"}
    made = sets.latest("나라")
    saved = progress.saved
    assert (saved.id, saved.name, saved.version) == (made.id, "나라", 1)
    assert (saved.train, saved.test) == (len(made.train), len(made.test))
    assert saved.train + saved.test == 50
    assert made.examples[7].example == Example(
        question="질문 7?", answer="답 7", fields=(("level", "쉬움"),)
    )
    head = sets.named("나라")
    assert (head.test_share, head.note, head.columns) == (0.3, "from a.csv", ("level",))


def test_the_sides_of_the_file_hold(sets):
    text = "question,answer,split\n" + "".join(
        f"Q{n},A,{'test' if n < 10 else 'train'}\n" for n in range(20)
    )
    columns = Columns(question="question", answer="answer", split="split")
    progress = run(sets, text, columns)
    assert (progress.saved.train, progress.saved.test) == (10, 10)
    assert {one.example.question for one in sets.latest("set").test} == {f"Q{n}" for n in range(10)}


def test_a_question_on_both_sides_stays_where_it_was_first(sets):
    columns = Columns(question="question", answer="answer", split="split")
    text = "question,answer,split\nQ,A,test\n Q ,B,train\nR,A,train\n"
    progress = run(sets, text, columns)
    assert progress.found.two_sides == 1
    assert [one.example.answer for one in sets.latest("set").test] == ["A", "B"]


def test_what_repeats_is_counted_and_whole_rows_are_left_out(sets):
    text = "question,answer\nQ,A\nQ,A\n Q ,A\nQ,B\nR,A\nR,C\nS,A\n"
    progress = run(sets, text)
    found = progress.found
    assert (found.duplicates, found.several_answers, found.two_sides) == (2, 2, 0)
    assert (progress.rows, progress.new) == (7, 5)
    assert len(sets.latest("set").examples) == 5


def test_labels_that_differ_only_in_their_writing_are_shown_together(sets):
    labels = ["긍정", "긍정", "긍정적", " 긍정", "부정", "부정", "부 정", "중립"]
    text = "문장,감정\n" + "".join(f"영화 {n},{one}\n" for n, one in enumerate(labels))
    found = run(sets, text, FILM).found
    assert found.spelled_groups == 2
    assert [dict(group.spellings) for group in found.spelled] == [
        {"긍정": 3, "긍정적": 1},
        {"부정": 2, "부 정": 1},
    ]


def test_answers_that_are_no_labels_have_no_spellings(sets):
    text = "question,answer\n" + "".join(
        f"Q{n},Answer {n // 2}{'!' * (n % 2)}\n" for n in range(4100)
    )
    assert run(sets, text).found.spelled_groups == 0


def test_more_than_fifty_groups_are_counted_but_not_all_shown(sets):
    text = "question,answer\n" + "".join(
        f"Q{n},{'LABEL' if n % 2 else 'label'} {n // 2}\n" for n in range(120)
    )
    found = run(sets, text).found
    assert (found.spelled_groups, len(found.spelled)) == (60, 50)


def test_a_file_can_be_appended(sets):
    first = run(sets, "question,answer\n" + "".join(f"Q{n},A\n" for n in range(20)))
    before = {one.example.question: one.split for one in sets.get(first.saved.id).examples}

    def stored():
        return (one.example for one in sets.latest("set").examples)

    progress = run(sets, "question,answer\nQ0,A\nQ1,B\nnew,A\n", existing=stored)
    assert (progress.rows, progress.new, progress.found.duplicates) == (3, 2, 1)
    assert progress.found.several_answers == 1
    made = sets.latest("set")
    assert made.version == 2
    assert [one.example.question for one in made.examples[-2:]] == ["Q1", "new"]
    after = {one.example.question: one.split for one in made.examples}
    assert {question: after[question] for question in before} == before


def test_a_file_that_is_wrong_further_down_changes_nothing(sets):
    run(sets, "question,answer\nQ,A\nR,B\n")
    progress = run(sets, "question,answer\nQ2,A\nR2,\n")
    assert progress.state == "failed"
    assert isinstance(progress.error, UsageError)
    assert progress.error.details["line"] == 3
    assert progress.saved is None
    assert sets.latest("set").version == 1


def test_a_store_that_fails_is_told(sets):
    def full(*_: object, **__: object) -> ExampleSet:
        raise StoreError("not_stored", "no space left")

    assert run(sets, "question,answer\nQ,A\n", save=full).error.kind == "not_stored"

    def odd(*_: object, **__: object) -> ExampleSet:
        raise ZeroDivisionError("why")

    progress = run(sets, "question,answer\nQ,A\n", save=odd)
    assert progress.state == "failed"
    assert "ZeroDivisionError: why" in str(progress.error)


class Slow(io.BytesIO):
    """Gives its second half only when it may."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.open = threading.Event()
        self.asked = threading.Event()
        self.slow = False

    def read1(self, size: int | None = -1, /) -> bytes:
        if self.slow and self.tell() > len(self.getvalue()) // 2:
            self.asked.set()
            self.open.wait(30)
        return super().read1(size)


def test_it_can_be_watched_and_stopped(sets):
    file = Slow(("question,answer\n" + "".join(f"Q{n},A\n" for n in range(20_000))).encode())
    table = open_table("a.csv", file)
    file.slow = True
    work = Importing(table, QA, name="set", save=sets.save)
    work.start()
    assert file.asked.wait(30)
    with pytest.raises(TimeoutError):
        work.wait(0.01)
    progress = work.progress
    assert progress.running
    assert 0 < progress.rows < 20_000
    assert 0.4 < progress.share < 1
    work.stop()
    file.open.set()
    assert work.wait(30).state == "stopped"
    assert (progress.saved, sets.list()) == (None, ())


def test_a_hundred_thousand_rows_are_read_within_bounds():
    answers = ["긍정", "부정", "중립"]
    content = "문장,감정\n" + "".join(
        f"{n}번째 관객은 이 영화를 보고 나서 아주 오래도록 생각했다고 적었습니다,{answers[n % 3]}\n"
        for n in range(100_000)
    )
    raw = content.encode()
    kept: list[ExampleSet] = []

    def save(name, wanted, test_share, *, sides, note):
        assert not sides
        assert len({normalised(one.question) for one in wanted[:100]}) == 100
        kept.append(make_set(name, wanted[:10]))
        return kept[0]

    tracemalloc.start()
    table = open_table("영화.csv", raw)
    work = Importing(table, FILM, name="영화", save=save)
    work.start()
    progress = work.wait(110)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (progress.state, progress.rows, progress.new) == ("done", 100_000, 100_000)
    # The examples themselves, and a few numbers for each: not the file again.
    assert peak < 130_000_000
