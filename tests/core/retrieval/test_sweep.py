"""Trying many settings: stopped, gone on with, never done twice, and a winner."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from core.collection import Collection
from core.errors import UsageError
from core.libraries import workshop_beside
from core.retrieval.library import Library
from core.retrieval.questions import Question
from core.retrieval.sweep import Grid, Result, Sweep
from core.retrieval.sweeps import Sweeps
from core.search import Retrieval
from tests.core.retrieval.libraries import (
    PATIENCE_S,
    Words,
    index,
    passages,
    settings,
    write,
)

TOPICS = ("kettles", "samovars", "bicycles", "zeppelins", "quokkas")
Workshop = Callable[[Path], AbstractContextManager[Library]]


def book(topic: str) -> str:
    return "\n\n".join(
        f"Rule {n} about {topic}: item {topic}{n} is kept in room {n * 7} of the {topic} house."
        for n in range(12)
    )


def asked(topic: str, n: int) -> Question:
    return Question(
        id=f"{topic}-{n}",
        question=f"In which room is {topic}{n} kept?",
        document=f"{topic}.txt",
        quote=f"item {topic}{n} is kept in room {n * 7}",
        language="en",
    )


QUESTIONS = [asked(topic, n) for topic in TOPICS for n in (2, 9)]
GRID = Grid(sizes=(90, 400), overlaps=(0, 40), modes=("lexical", "hybrid"), top_ks=(1, 3))


@pytest.fixture
def made(library: Library, words: Words, files: Path) -> Collection:
    collection = library.create("a", settings(words.name))
    index(library, collection, write(files, {f"{topic}.txt": book(topic) for topic in TOPICS}))
    return library.shelf.get(collection.id)


@pytest.fixture
def workshop(library: Library, tmp_path: Path) -> Workshop:
    return workshop_beside(library, tmp_path / "home")


@pytest.fixture
def open_sweeps(
    library: Library, workshop: Workshop, tmp_path: Path
) -> Iterator[Callable[..., Sweeps]]:
    opened: list[Sweeps] = []

    def make(by: Workshop = workshop) -> Sweeps:
        opened.append(Sweeps(tmp_path / "home" / "sweeps", library, by))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def sweeps(open_sweeps: Callable[..., Sweeps]) -> Sweeps:
    return open_sweeps()


def start(sweeps: Sweeps, made: Collection, grid: Grid = GRID, **how: object) -> Sweep:
    wanted = Retrieval(collection=made.name, threshold=0.05, **how)  # type: ignore[arg-type]
    return sweeps.start(made, wanted, grid, QUESTIONS)


def done(sweep: Sweep) -> list[Result]:
    sweep.wait(PATIENCE_S)
    assert (sweep.state, sweep.error) == ("done", None)
    return sweep.results()


def test_every_combination_is_measured_once(sweeps, made, library):
    before = library.shelf.get(made.id)
    sweep = start(sweeps, made)
    results = done(sweep)
    # 90 and 400 without overlap, 90 and 400 with 40: two modes and two numbers each
    assert sweep.cells == len(results) == len({one.key for one in results}) == 16
    assert {one.mode for one in results} == {"lexical", "hybrid"}
    small = next(one for one in results if one.size == 90)
    large = next(one for one in results if one.size == 400)
    assert small.passages == 60 > large.passages
    mean, low, high = small.measures["hit@1"]
    assert (mean, high) == (pytest.approx(1.0), pytest.approx(1.0))
    assert 0.6 < low < 1.0
    assert 0 < small.context_tokens < large.context_tokens
    assert library.shelf.get(made.id) == before
    assert {path.name for path in sweep.folder.iterdir()} == {
        "job.json",
        "questions.jsonl",
        "results.jsonl",
    }


def test_the_winner_is_good_and_of_the_equally_good_the_shortest(sweeps, made):
    sweep = start(sweeps, made)
    results = done(sweep)
    winner = sweep.winner()
    best = max(one.quality for one in results)
    assert winner is not None
    assert best == 1.0
    low = next(one for one in results if one.quality == best).measures
    assert winner.context_tokens == min(
        one.context_tokens for one in results if one.quality >= low[f"hit@{winner.top_k}"][1]
    )
    assert (winner.size, winner.top_k) == (90, 1)


def test_a_stopped_sweep_goes_on_and_repeats_nothing(open_sweeps, made, workshop):
    asked_for: list[tuple[str, int]] = []
    stopping = True

    @contextmanager
    def counting(folder: Path) -> Iterator[Library]:
        with workshop(folder) as library:
            search = library.search

            def counted(how, queries, asked=""):
                asked_for.append((how.mode, how.top_k))
                if stopping and len(asked_for) == 25:
                    sweep.stop()
                return search(how, queries, asked)

            library.search = counted  # type: ignore[method-assign]
            yield library

    sweep = start(open_sweeps(counting), made)
    sweep.wait(PATIENCE_S)
    first = sweep.results()
    assert sweep.state == "stopped"
    assert 0 < len(first) < 16
    stopping = False
    (found,) = open_sweeps(counting).of(made.id)
    assert (found.state, found.results()) == ("stopped", first)
    asked_for.clear()
    found.start()
    results = done(found)
    assert results[: len(first)] == first
    assert len(results) == len({one.key for one in results}) == 16
    assert len(asked_for) <= (16 - len(first)) * len(QUESTIONS)
    (after,) = open_sweeps().of(made.id)
    assert after.state == "done"


def test_a_line_that_was_being_written_is_measured_again(sweeps, made):
    sweep = start(sweeps, made, Grid(sizes=(90,), overlaps=(0,), top_ks=(1, 3)))
    results = done(sweep)
    file = sweep.folder / "results.jsonl"
    lines = [line for line in file.read_text().splitlines() if line]
    file.write_text(lines[0] + "\n" + lines[1][:40])
    assert len(sweep.results()) == 1
    sweep.start()
    again = done(sweep)
    assert [one.key for one in again] == [one.key for one in results]


def test_what_is_embedded_for_the_sweep_is_shared_with_the_library(sweeps, made, words):
    grid = Grid(sizes=(200,), overlaps=(0,), modes=("hybrid",), top_ks=(1,))
    words.asked.clear()
    done(start(sweeps, made, grid))
    assert sorted(words.asked) == sorted(one.question for one in QUESTIONS)


def test_several_embedders_are_compared(open_library, open_sweeps, files, tmp_path):
    first, second = Words("test/first"), Words("test/second", width=16)
    library = open_library(first, second)
    made = library.create("b", settings(first.name))
    index(library, made, write(files, {"kettles.txt": book("kettles")}))
    sweeps = Sweeps(
        tmp_path / "home" / "more", library, workshop_beside(library, tmp_path / "home")
    )
    grid = Grid(
        sizes=(90,), overlaps=(0,), modes=("dense",), top_ks=(1,),
        embedders=(first.name, second.name),
    )  # fmt: skip
    how = Retrieval(collection=made.name, threshold=0.0)
    sweep = sweeps.start(made, how, grid, [asked("kettles", 2)])
    assert [one.embedder for one in done(sweep)] == [first.name, second.name]
    sweeps.close()


def test_questions_named_by_passages_are_judged_under_every_way_of_cutting(sweeps, made, library):
    stored = next(p for p in passages(library, made, "kettles.txt") if "kettles2 " in p.text)
    named = Question(
        id="liked-1",
        question="In which room is kettles2 kept?",
        passage_ids=(stored.id,),
        language="en",
    )
    how = Retrieval(collection=made.name, threshold=0.0)
    grid = Grid(sizes=(90, 200), overlaps=(0,), modes=("lexical",), top_ks=(3,))
    sweep = sweeps.start(made, how, grid, [named])
    assert [one.measures["hit@3"][0] for one in done(sweep)] == [1.0, 1.0]


def test_filters_and_the_threshold_of_the_page_count_in_the_sweep(sweeps, made):
    grid = Grid(sizes=(90,), overlaps=(0,), modes=("lexical",), top_ks=(3,))
    (result,) = done(start(sweeps, made, grid, documents=("kettles.txt",)))
    assert result.quality == pytest.approx(0.2)  # two of ten questions are about kettles


def test_a_failing_sweep_says_why_and_can_be_started_again(sweeps, made, words):
    words.left = 0
    grid = Grid(sizes=(90,), overlaps=(0,), modes=("hybrid",), top_ks=(1,))
    sweep = start(sweeps, made, grid)
    sweep.wait(PATIENCE_S)
    assert sweep.state == "failed"
    assert sweep.error is not None
    words.left = None
    sweep.start()
    assert len(done(sweep)) == 1


def test_a_sweep_whose_folder_is_gone_ends_with_an_error_instead_of_never(sweeps, made):
    sweep = start(sweeps, made, Grid(sizes=(90,), overlaps=(0,), top_ks=(1,)))
    done(sweep)
    (sweep.folder / "results.jsonl").unlink()
    assert sweep.winner() is None
    (sweep.folder / "questions.jsonl").unlink()
    sweep.start()
    sweep.wait(PATIENCE_S)
    assert sweep.state == "failed"
    assert sweep.error is not None


@pytest.mark.parametrize(
    ("grid", "questions", "kind"),
    [
        (GRID, [], "bad_questions"),
        (Grid(sizes=()), QUESTIONS, "bad_collection"),
        (Grid(sizes=(60,), overlaps=(40,)), QUESTIONS, "bad_collection"),
        (Grid(sizes=(10,)), QUESTIONS, "bad_collection"),
        (Grid(sizes=tuple(range(100, 300))), QUESTIONS, "bad_collection"),
    ],
    ids=["no questions", "empty", "overlap too large", "size too small", "too many"],
)
def test_a_grid_that_cannot_be_is_refused_before_anything_is_made(
    sweeps, made, tmp_path, grid, questions, kind
):
    with pytest.raises(UsageError) as caught:
        sweeps.start(made, Retrieval(collection=made.name), grid, questions)
    assert caught.value.kind == kind
    assert not (tmp_path / "home" / "sweeps").exists()


def test_jobs_are_listed_newest_first_and_can_be_discarded(sweeps, made, library):
    grid = Grid(sizes=(90,), overlaps=(0,), modes=("lexical",), top_ks=(1,))
    first = start(sweeps, made, grid)
    done(first)
    second = start(sweeps, made, grid)
    done(second)
    broken = first.folder.parent / "broken"
    broken.mkdir()
    (broken / "job.json").write_text(json.dumps({"collection_id": made.id}))
    listed = sweeps.of(made.id)
    assert {one.folder for one in listed} == {first.folder, second.folder}
    assert [one.created_at for one in listed] == sorted(
        (one.created_at for one in listed), reverse=True
    )
    assert sweeps.of("another") == []
    sweeps.discard(first)
    assert not first.folder.exists()
    assert [one.folder for one in sweeps.of(made.id)] == [second.folder]
