"""Example sets: every version stays as it was, and what has not changed is no new version."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from core.errors import StoreError, UsageError
from core.example import Example
from core.example_set import ExampleSet, make_set
from core.store import database, example_sets, tables
from core.store.database import open_database
from core.store.example_sets import ExampleSets, SetSummary
from core.store.rounds import Rounds
from tests.core.store.samples import answered

SEVERAL = [Example(question=f"질문 {n}?\n 🙂", answer=f'답변 "{n}",\t끝') for n in range(12)]


@pytest.fixture
def sets(engine: Engine) -> ExampleSets:
    return ExampleSets(engine)


def stored_rows(engine: Engine) -> tuple[int, int]:
    with engine.connect() as connection:
        heads = connection.scalar(select(func.count()).select_from(tables.example_sets))
        rows = connection.scalar(select(func.count()).select_from(tables.examples))
    return int(heads or 0), int(rows or 0)


def test_a_set_comes_back_with_every_field(sets: ExampleSets) -> None:
    before = datetime.now(UTC)
    saved = sets.save(" 복약  지도 ", SEVERAL, 0.25)
    assert (saved.name, saved.version) == ("복약 지도", 1)
    assert before - timedelta(seconds=1) <= saved.created_at <= datetime.now(UTC)
    assert [one.example for one in saved.examples] == SEVERAL
    assert sets.get(saved.id) == saved
    assert sets.latest("복약 지도") == saved
    assert sets.get(saved.id).created_at.utcoffset() == timedelta(0)
    again = make_set("복약 지도", SEVERAL, 0.25, created_at=saved.created_at)
    assert (again, again.hash) == (saved, saved.hash)


def test_a_change_is_the_next_version_and_the_old_one_stays(sets: ExampleSets) -> None:
    first = sets.save("a", SEVERAL[:5])
    second = sets.save("a", SEVERAL)
    assert (first.version, second.version) == (1, 2)
    assert sets.latest("a") == second
    assert sets.get(first.id) == first
    assert sets.save("b", SEVERAL).version == 1


def test_what_has_not_changed_is_the_version_that_stands(engine: Engine, sets: ExampleSets) -> None:
    first = sets.save("a", SEVERAL)
    assert sets.save("a", SEVERAL) == first
    assert sets.save(" a ", [*reversed(SEVERAL), SEVERAL[0]]) == first
    assert stored_rows(engine) == (1, len(SEVERAL))


def test_going_back_is_a_version_too(sets: ExampleSets) -> None:
    first, _ = sets.save("a", SEVERAL), sets.save("a", SEVERAL[:5])
    third = sets.save("a", SEVERAL)
    assert (third.version, third.hash) == (3, first.hash)
    assert sets.latest("a") == third


@pytest.mark.parametrize(
    "change", [lambda e: Example(question=e.question, answer=e.answer.replace("\t", "\n")), None]
)
def test_another_space_and_another_split_are_changes(sets: ExampleSets, change) -> None:
    first = sets.save("a", SEVERAL, 0.2)
    changed = [change(SEVERAL[0]), *SEVERAL[1:]] if change else SEVERAL
    second = sets.save("a", changed, 0.2 if change else 0.9)
    assert second.version == 2
    assert second.examples != first.examples


def test_the_list_holds_the_newest_versions_and_their_counts(sets: ExampleSets) -> None:
    assert sets.list() == ()
    first, other, second = sets.save("a", SEVERAL[:5]), sets.save("b", []), sets.save("a", SEVERAL)
    assert sets.list() == (summary(second), summary(other))
    assert sets.list(all_versions=True) == (summary(second), summary(other), summary(first))


def summary(made: ExampleSet) -> SetSummary:
    return SetSummary(
        id=made.id,
        name=made.name,
        version=made.version,
        train=len(made.train),
        test=len(made.test),
        created_at=made.created_at,
    )


def test_removing_a_name_removes_all_its_versions(engine: Engine, sets: ExampleSets) -> None:
    removed, kept = sets.save("a", SEVERAL[:5]), sets.save("b", SEVERAL)
    sets.save("a", SEVERAL)
    sets.remove(" a")
    sets.remove("never there")
    assert sets.list(all_versions=True) == (summary(kept),)
    assert stored_rows(engine) == (1, len(SEVERAL))
    with pytest.raises(StoreError) as caught:
        sets.get(removed.id)
    assert caught.value.kind == "not_found"


@pytest.mark.parametrize("find", [ExampleSets.get, ExampleSets.latest])
@pytest.mark.parametrize("name", ["", "nobody", "x" * 500])
def test_a_set_that_is_not_stored_is_not_found(sets: ExampleSets, find, name: str) -> None:
    with pytest.raises(StoreError) as caught:
        find(sets, name)
    assert caught.value.kind == "not_found"


@pytest.mark.parametrize("name", ["", "  ", "x" * 500])
def test_an_impossible_name_is_refused(engine: Engine, sets: ExampleSets, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        sets.save(name, SEVERAL)
    assert caught.value.kind == "bad_examples"
    assert stored_rows(engine) == (0, 0)


def test_text_that_a_database_refuses_is_stored_cleaned(sets: ExampleSets) -> None:
    saved = sets.save("a\0", [Example(question="a\0b\ud83d", answer="\ud83d\ude00")])
    assert sets.get(saved.id).examples[0].example == Example(question="ab\ufffd", answer="😀")


def test_a_set_is_stored_whole_or_not_at_all(
    engine: Engine, sets: ExampleSets, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = example_sets._example_rows
    monkeypatch.setattr(example_sets, "_example_rows", lambda made: [*rows(made), {"set_id": "x"}])
    with pytest.raises(StoreError) as caught:
        sets.save("a", SEVERAL)
    assert caught.value.kind == "not_stored"
    assert stored_rows(engine) == (0, 0)


def test_a_database_that_is_away_is_a_store_error(engine: Engine, sets: ExampleSets) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE examples"))
        connection.execute(text("DROP TABLE example_sets"))
    for attempt in (lambda: sets.save("a", SEVERAL), lambda: sets.remove("a")):
        with pytest.raises(StoreError) as caught:
            attempt()
        assert caught.value.kind == "not_stored"


def test_two_who_save_at_once_make_two_versions(engine: Engine, sets: ExampleSets) -> None:
    start = Barrier(3)

    def save(count: int) -> ExampleSet:
        start.wait(10)
        return sets.save("a", SEVERAL[:count])

    with ThreadPoolExecutor(3) as pool:
        saved = list(pool.map(save, (3, 5, 7)))
    assert sorted(made.version for made in saved) == [1, 2, 3]
    assert all(sets.get(made.id) == made for made in saved)


def test_a_version_that_others_always_take_first_is_a_store_error(
    sets: ExampleSets, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets.save("a", SEVERAL[:3])
    monkeypatch.setattr(example_sets, "_newest", lambda connection, name: None)
    with pytest.raises(StoreError) as caught:
        sets.save("a", SEVERAL)
    assert caught.value.kind == "not_stored"
    assert isinstance(caught.value.__cause__, IntegrityError)


def test_ten_thousand_examples_come_back_in_their_order(sets: ExampleSets) -> None:
    many = [Example(question=f"Q {n}", answer=f"A {n}") for n in range(10_000)]
    saved = sets.save("many", many)
    assert [one.example for one in sets.latest("many").examples] == many
    assert sets.list()[0] == summary(saved)


@pytest.fixture
def old_database(database_url: str) -> str:
    """A database of the release before example sets, with an answer in it."""
    engine = open_database(database_url)
    answered(Rounds(engine), question="Still here?")
    settings = Config()
    folder = Path(database.__file__).parent / "migrations"
    settings.set_main_option("script_location", str(folder))
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, "0001")
    assert "examples" not in inspect(engine).get_table_names()
    assert "adapter" not in {column["name"] for column in inspect(engine).get_columns("answers")}
    engine.dispose()
    return database_url


def test_an_older_database_keeps_its_answers(old_database: str) -> None:
    plain = create_engine(old_database)
    with plain.connect() as connection:
        (before,) = connection.execute(text("SELECT id, text FROM answers")).all()
    plain.dispose()
    engine = open_database(old_database)
    (stored,) = Rounds(engine).recent(5)
    assert stored.question == "Still here?"
    assert [(answer.id, answer.text) for answer in stored.answers] == [tuple(before)]
    with engine.connect() as connection:
        assert connection.scalars(select(tables.answers.c.adapter)).all() == [None]
    assert ExampleSets(engine).save("a", SEVERAL).version == 1
    engine.dispose()


def test_what_other_sets_are_tested_on_is_known(sets: ExampleSets) -> None:
    sets.save("mine", SEVERAL, 0.5)
    old = sets.save("theirs", SEVERAL[:8], 0.5)
    new = sets.save("theirs", [*SEVERAL[:4], Example(question="new?", answer="yes")], 0.5)
    expected = {one.example for one in new.test}
    assert expected
    assert expected != {one.example for one in old.test}
    assert set(sets.tested_elsewhere("mine")) == expected
    assert sets.tested_elsewhere("nobody") != ()
    sets.remove("theirs")
    assert sets.tested_elsewhere("mine") == ()
