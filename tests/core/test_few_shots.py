"""Examples before a question: what a column is shown, what it is told, what does not fit."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from core.embedding import Embedder
from core.errors import ModelError, StoreError
from core.example import Example
from core.example_pools import ExamplePools, embed_with
from core.example_set import normalised
from core.few_shot import Candidate, Choice, FewShot
from core.few_shots import FewShots, shipped_sets
from core.recipe import Recipe
from core.retrieval.minilm import MiniLM
from core.store.database import open_database
from core.store.example_sets import ExampleSets
from core.store.preferences import Preferences

SHIPPED = Path(__file__).parents[2] / "assets" / "examples"
CAPITALS = {
    "France": "Paris",
    "Italy": "Rome",
    "Japan": "Tokyo",
    "Peru": "Lima",
    "Kenya": "Nairobi",
}
REVIEWS = [
    ("영화는 환상적이었고 매 순간을 즐겼습니다.", "긍정적"),
    ("줄거리가 지루하고 예측 가능했습니다.", "부정적"),
    ("연기는 훌륭했지만 뛰어나지는 않았습니다.", "중립"),
]

Opened = Callable[[], FewShots]


@pytest.fixture
def open_few_shots(tmp_path: Path) -> Iterator[Opened]:
    """As another process would open it, on the same store and folder."""
    engines = []

    def embedder(name: str) -> Embedder:
        if name != "local/minilm":
            raise ModelError("unknown_model", f"nobody knows {name}", model=name)
        return MiniLM()

    def opened() -> FewShots:
        engine = open_database(f"sqlite:///{tmp_path / 'store.db'}")
        engines.append(engine)
        sets = ExampleSets(engine)
        pools = ExamplePools(
            tmp_path / "examples", sets, embed_with(embedder, tmp_path / "embeddings.sqlite")
        )
        once = Preferences(engine)
        shipped = shipped_sets(SHIPPED, sets)
        return FewShots(sets, pools, shipped, once.happened, once.first_time)

    yield opened
    for engine in engines:
        engine.dispose()


@pytest.fixture
def few_shots(open_few_shots: Opened) -> FewShots:
    return open_few_shots()


def stored(few_shots: FewShots, name: str, *pairs: tuple[str, str]) -> None:
    examples = [Example(question=question, answer=answer) for question, answer in pairs]
    sides = {normalised(question): "train" for question, _ in pairs}
    few_shots.sets.save(name, examples, sides=sides)  # type: ignore[arg-type]


@pytest.fixture
def capitals(few_shots: FewShots) -> FewShots:
    pairs = [(f"What is the capital of {land}?", city) for land, city in CAPITALS.items()]
    stored(few_shots, "cities", *pairs)
    return few_shots


def chosen(few_shots: FewShots, question: str, **how: Any) -> Choice:
    recipe = Recipe(model="baseline/echo", few_shot=FewShot(**how))
    asyncio.run(few_shots.ready(recipe))
    choice = asyncio.run(few_shots.choose(recipe, question))
    assert choice is not None
    return choice


def answers(choice: Choice) -> list[str]:
    return [one.answer for one in choice.given]


# ---- choosing -----------------------------------------------------------------------------------


def test_a_recipe_without_examples_has_no_choice(few_shots: FewShots) -> None:
    recipe = Recipe(model="baseline/echo")
    asyncio.run(few_shots.ready(recipe))
    assert asyncio.run(few_shots.choose(recipe, "question")) is None


def test_a_choice_tells_where_it_comes_from_and_how_long_it_took(capitals: FewShots) -> None:
    choice = chosen(capitals, "Where does one find Lima, in Peru?", set="cities", choose="similar")
    head = capitals.sets.named("cities")
    assert (choice.set, choice.version, choice.hash) == ("cities", 1, head.hash)
    assert (choice.wanted, choice.available, len(choice.given)) == (3, 5, 3)
    assert answers(choice)[-1] == "Lima"
    assert set(choice.seconds) == {"examples"}
    assert choice.seconds["examples"] > 0
    assert (choice.tokens, choice.usd) == (0, 0.0)


def test_a_name_is_found_however_it_is_spaced(capitals: FewShots) -> None:
    assert chosen(capitals, "x", set="  cities ").set == "cities"


def test_more_than_the_set_has_gives_all_and_says_how_many_there_were(capitals: FewShots) -> None:
    choice = chosen(capitals, "x", set="cities", k=64)
    assert (choice.wanted, choice.available, len(choice.given)) == (64, 5, 5)


def test_the_question_itself_is_left_out_unless_allowed(capitals: FewShots) -> None:
    question = "what is the capital of Italy"
    choice = chosen(capitals, question, set="cities", choose="similar", k=2)
    assert "Rome" not in answers(choice)
    assert [(one.example.answer, one.left_out) for one in choice.candidates[2:]] == [
        ("Rome", "leak")
    ]
    allowed = chosen(capitals, question, set="cities", choose="similar", k=2, allow_leak=True)
    assert (answers(allowed)[-1], allowed.allowed_leak) == ("Rome", True)
    assert allowed.candidates[1].alike == "equal"


def test_meaning_is_timed_apart_from_the_choice(capitals: FewShots) -> None:
    choice = chosen(
        capitals, "Which city rules the French?", set="cities", choose="similar", by="meaning", k=1
    )
    assert answers(choice) == ["Paris"]
    assert set(choice.seconds) == {"examples", "embed_question"}
    assert min(choice.seconds.values()) > 0


def test_meaning_is_not_asked_where_similarity_does_not_matter(capitals: FewShots) -> None:
    choice = chosen(capitals, "x", set="cities", choose="fixed", by="meaning", embedder="no/such")
    assert (len(choice.given), set(choice.seconds)) == (3, {"examples"})


def test_korean_examples_are_diverse_by_label(few_shots: FewShots) -> None:
    more = [("영화가 아주 환상적이고 즐거웠습니다.", "긍정"), ("영화를 즐겼습니다.", "긍정")]
    stored(few_shots, "영화평", *REVIEWS, *more)
    question = "영화 촬영은 놀라웠지만 이야기의 깊이가 부족했습니다."
    choice = chosen(few_shots, question, set="영화평", choose="diverse", k=3)
    assert len(set(answers(choice))) == 3
    assert choice.available == 5


def test_the_same_seed_gives_the_same_examples_for_every_question(capitals: FewShots) -> None:
    first, second = (
        chosen(capitals, question, set="cities", choose="random", seed=4)
        for question in ("one", "둘")
    )
    assert first.ids == second.ids


# ---- examples written into the recipe -----------------------------------------------------------


def test_written_examples_are_all_given_and_one_that_is_the_question_is_marked(
    few_shots: FewShots,
) -> None:
    examples = tuple(Example(question=question, answer=answer) for question, answer in REVIEWS)
    choice = chosen(few_shots, REVIEWS[1][0], examples=examples)
    assert choice.given == examples
    assert [one.alike for one in choice.candidates] == [None, "equal", None]
    assert (choice.set, choice.version, choice.wanted, choice.available) == ("", None, 3, 3)
    assert all(one.tokens > 0 and len(one.id) == 16 for one in choice.candidates)


def test_written_examples_follow_the_order(few_shots: FewShots) -> None:
    examples = tuple(Example(question=str(n), answer=str(n)) for n in range(6))
    for order in ("auto", "set", "best_first", "best_last"):
        assert chosen(few_shots, "x", examples=examples, order=order).given == examples
    mixed = chosen(few_shots, "x", examples=examples, order="random", seed=1).given
    assert mixed != examples
    assert sorted(mixed, key=lambda one: one.question) == list(examples)


# ---- what goes wrong ----------------------------------------------------------------------------


def refusal(few_shots: FewShots, **how: Any) -> ModelError:
    with pytest.raises(ModelError) as refused:
        chosen(few_shots, "a question", **how)
    return refused.value


def test_a_set_that_is_not_stored_is_named(capitals: FewShots) -> None:
    error = refusal(capitals, set="없는 묶음")
    assert (error.kind, error.details) == ("unknown_set", {"set": "없는 묶음"})
    error = refusal(capitals, set="cities", version=7)
    assert (error.kind, error.details) == ("unknown_set", {"set": "cities", "version": 7})


def test_a_set_that_is_removed_while_a_column_uses_it_is_named(capitals: FewShots) -> None:
    assert chosen(capitals, "x", set="cities").given
    capitals.sets.remove("cities")
    assert refusal(capitals, set="cities").kind == "unknown_set"


def test_an_embedder_that_does_not_answer_is_the_columns_failure(capitals: FewShots) -> None:
    error = refusal(capitals, set="cities", choose="similar", by="meaning", embedder="no/such")
    assert (error.kind, error.details) == ("unknown_model", {"model": "no/such"})


def test_making_ready_says_nothing(few_shots: FewShots) -> None:
    for how in (FewShot(set="none"), FewShot(set="capitals", choose="similar", by="meaning")):
        lost = replace(how, embedder="no/such")
        asyncio.run(few_shots.ready(Recipe(model="baseline/echo", few_shot=lost)))


# ---- sets that come with the product ------------------------------------------------------------


def test_a_shipped_set_is_there_when_it_is_asked_for(few_shots: FewShots) -> None:
    assert few_shots.sets.list() == ()
    choice = chosen(few_shots, "What is the capital of Korea?", set="capitals", choose="similar")
    assert sorted(answers(choice)) == ["Paris", "Rome", "Tokyo"]
    assert [one.name for one in few_shots.sets.list()] == ["capitals"]


def test_a_shipped_set_keeps_its_sides_tags_and_columns(few_shots: FewShots) -> None:
    reviews = few_shots.sets.get(few_shots.stored("film_reviews").id)
    assert [one.example.answer for one in reviews.train] == ["긍정적", "부정적", "중립"]
    assert [one.example.answer for one in reviews.test] == ["부정"]
    inquiries = few_shots.stored("inquiries")
    assert (set(inquiries.tags), "language" in inquiries.columns) == ({"ko", "en"}, True)


def test_a_shipped_set_that_was_removed_stays_removed(open_few_shots: Opened) -> None:
    few_shots = open_few_shots()
    few_shots.stored("capitals")
    few_shots.sets.remove("capitals")
    for one in (few_shots, open_few_shots()):
        assert "capitals" not in one.names()
        with pytest.raises(StoreError):
            one.stored("capitals")


def test_a_set_of_ones_own_is_not_overwritten_by_a_shipped_one(few_shots: FewShots) -> None:
    stored(few_shots, "capitals", ("한국의 수도는?", "서울"))
    with pytest.raises(StoreError):
        few_shots.stored("capitals", 2)
    assert few_shots.stored("capitals").train == 1
    few_shots.names()
    assert few_shots.stored("capitals").version == 1


def test_all_names_are_listed_with_the_shipped_ones(capitals: FewShots) -> None:
    shipped = {file.stem for file in SHIPPED.glob("*.jsonl")}
    assert {"capitals", "film_reviews"} <= shipped
    assert set(capitals.names()) == {"cities", *shipped}
    assert len(capitals.sets.list()) == len(shipped) + 1


def test_who_asks_while_a_shipped_set_is_stored_waits_for_it(few_shots: FewShots) -> None:
    start = Barrier(6)

    def ask(number: int) -> str:
        start.wait(30)
        return few_shots.stored("inquiries").id

    with ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(ask, range(6)))) == 1
    assert len(few_shots.sets.list(all_versions=True)) == 1


def test_a_column_that_is_asked_carries_the_id_of_its_set(capitals: FewShots) -> None:
    how = FewShot(set="cities", k=2)
    assert capitals.hashed(how) == replace(how, hash=capitals.sets.named("cities").id)
    assert capitals.hashed(replace(how, set="none", hash="old")).hash == ""
    written = FewShot(examples=(Example(question="q", answer="a"),))
    assert capitals.hashed(written) == written


# ---- the model's context ------------------------------------------------------------------------


def choice_of(*scores: float | None, tokens: int = 10) -> Choice:
    candidates = tuple(
        Candidate(
            id=f"{number:016x}",
            example=Example(question=f"q{number}", answer="a"),
            score=score,
            tokens=tokens,
        )
        for number, score in enumerate(scores)
    )
    leaks = [replace(one, id="f" * 16, alike="equal", left_out="leak") for one in candidates[:1]]
    return Choice(
        set="s",
        version=1,
        hash="h",
        wanted=len(scores),
        available=99,
        candidates=(*candidates, *leaks),
    )


def fitted(choice: Choice, limit: int | None) -> tuple[list[str], list[tuple[str, str | None]]]:
    made = FewShots.fitted(choice, limit, lambda one: 100 + 10 * len(one.given))
    assert made.wanted == choice.wanted
    dropped = [(one.example.question, one.left_out) for one in made.candidates if one.left_out]
    return [one.question for one in made.given], dropped


def test_the_least_similar_are_dropped_first_and_the_order_stays() -> None:
    given, left_out = fitted(choice_of(0.2, 3.0, 0.1, 2.0), 120)
    assert given == ["q1", "q3"]
    assert left_out == [("q0", "context"), ("q2", "context"), ("q0", "leak")]


def test_without_similarity_the_last_are_dropped_first() -> None:
    given, left_out = fitted(choice_of(None, None, None), 110)
    assert given == ["q0"]
    assert left_out == [("q1", "context"), ("q2", "context"), ("q0", "leak")]


def test_what_fits_stays_as_it_is() -> None:
    choice = choice_of(1.0, 2.0)
    for limit in (None, 120, 1000):
        assert FewShots.fitted(choice, limit, lambda one: 100 + 10 * len(one.given)) is choice


def test_where_nothing_fits_no_example_is_given() -> None:
    assert fitted(choice_of(1.0, 2.0), 50)[0] == []
    assert FewShots.fitted(choice_of(), 5, lambda one: 10).given == ()


def test_many_examples_do_not_cost_as_many_counts() -> None:
    counts = []

    def count(choice: Choice) -> int:
        counts.append(1)
        return 10 * len(choice.given)

    made = FewShots.fitted(choice_of(*map(float, range(64))), 70, count)
    assert [one.question for one in made.given] == [f"q{n}" for n in range(57, 64)]
    assert len(counts) <= 8


def test_a_shipped_set_is_stored_although_storing_it_broke_off_before(
    open_few_shots: Opened,
) -> None:
    shots = open_few_shots()
    shipped = dict(shots._shipped)

    def broken() -> None:
        raise StoreError("not_stored", "the disk is full")

    shots._shipped = {**shipped, "capitals": broken}
    with pytest.raises(StoreError):
        shots.stored("capitals")
    shots._shipped = shipped
    assert shots.stored("capitals").train == 3
