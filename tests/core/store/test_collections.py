"""Collections: named, counted, versioned by what a search may find in them."""

import random
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, create_engine, event, func, inspect, select, text

from core.collection import CollectionSettings, Split
from core.errors import StoreError, UsageError
from core.store import database, tables
from core.store.collection_versions import document_digest
from core.store.collections import Collections
from core.store.database import open_database
from core.store.rounds import Rounds
from tests.core.store.papers import ids, paper
from tests.core.store.samples import answered

PLAIN = CollectionSettings()
OTHER = CollectionSettings(
    split=Split(method="heading", size=64, overlap=0, unit="tokens"),
    embedder="ollama/bge-m3",
    analyser="kiwi",
    alignment="title",
    alignment_model="ollama/gemma3",
)


@pytest.fixture
def collections(engine: Engine) -> Collections:
    return Collections(engine)


def rows_left(engine: Engine) -> list[int]:
    every = (tables.collections, tables.documents, tables.passages)
    with engine.connect() as connection:
        return [connection.scalar(select(func.count()).select_from(t)) or 0 for t in every]


def test_a_collection_comes_back_with_every_field(collections: Collections) -> None:
    before = datetime.now(UTC)
    made = collections.create(" 의학  문서 ", OTHER)
    assert (made.name, made.settings, made.dimension) == ("의학 문서", OTHER, None)
    assert (made.documents, made.passages, made.languages) == (0, 0, {})
    assert (made.embedding_tokens, made.embedding_usd) == (0, 0.0)
    assert len(made.version) == 12
    assert int(made.version, 16) >= 0
    assert before - timedelta(seconds=1) <= made.created_at <= datetime.now(UTC)
    assert made.created_at.utcoffset() == timedelta(0)
    assert collections.get(made.id) == collections.named("의학 문서") == made
    assert collections.list() == (made,)


def test_a_name_is_taken_once_however_it_is_composed(collections: Collections) -> None:
    made = collections.create("의학 é", PLAIN)
    for same in ("의학 é", unicodedata.normalize("NFD", "의학 é"), " 의학\t é"):
        assert collections.named(same) == made
        with pytest.raises(UsageError) as caught:
            collections.create(same, OTHER)
        assert caught.value.kind == "bad_collection"
        assert caught.value.details == {"reason": "name_taken", "name": "의학 é"}
    assert collections.list() == (made,)


@pytest.mark.parametrize("name", ["", " \0 ", "x" * 121])
def test_an_impossible_name_is_refused(collections: Collections, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        collections.create(name, PLAIN)
    assert caught.value.kind == "bad_collection"


def test_impossible_settings_are_refused_and_spoil_no_list(collections: Collections) -> None:
    made = collections.create("a", PLAIN)
    broken = replace(PLAIN, embedder="")
    for attempt in (
        lambda: collections.create("b", broken),
        lambda: collections.change(made.id, broken),
    ):
        with pytest.raises(UsageError) as caught:
            attempt()
        assert caught.value.kind == "bad_collection"
    assert collections.list() == (made,)


def test_the_list_is_by_name_and_counts_per_language(collections: Collections) -> None:
    second, first = collections.create("나", PLAIN), collections.create("가", PLAIN)
    collections.put_documents(
        [
            paper(first, "a", "하나", "둘"),
            paper(first, "b", "one", "two", "three", language="en"),
            paper(first, "empty", language="other"),
            paper(first, "c", "셋"),
        ]
    )
    listed = collections.list()
    assert [one.name for one in listed] == ["가", "나"]
    assert (listed[0].documents, listed[0].passages) == (4, 6)
    assert listed[0].languages == {"en": 3, "ko": 3}
    assert listed[1] == second
    assert collections.get(first.id) == collections.named("가") == listed[0]


def test_the_list_never_looks_at_passages(engine: Engine, collections: Collections) -> None:
    for name in "abc":
        collections.put_documents([paper(collections.create(name, PLAIN), "x", "one", "two")])
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert len(collections.list()) == 3
    assert len(statements) == 3
    assert len(collections.list()) == 3
    assert len(statements) == 4, "the totals of a version are not added up again"
    assert not any("FROM passages" in statement for statement in statements)


def test_settings_change_and_the_version_with_what_matters_to_a_search(
    collections: Collections,
) -> None:
    made = collections.create("a", PLAIN)
    collections.put_documents([paper(made, "x", "one")])
    before = collections.get(made.id)
    for changed in (replace(PLAIN, embedder="none"), replace(PLAIN, analyser="kiwi")):
        after = collections.change(made.id, changed)
        assert after == collections.get(made.id)
        assert after.settings == changed
        assert after.version != before.version
    # Another way of cutting changes nothing before the documents are cut again.
    assert collections.change(made.id, replace(PLAIN, split=Split(size=90, overlap=0))).version == (
        before.version
    )
    assert collections.change(made.id, PLAIN) == before


def test_the_dimension_is_known_later_and_can_be_forgotten(collections: Collections) -> None:
    made = collections.create("a", PLAIN)
    collections.set_dimension(made.id, 1024)
    assert collections.get(made.id) == replace(made, dimension=1024)
    collections.set_dimension(made.id, None)
    assert collections.get(made.id) == made


def test_costs_add_up_until_one_is_unknown(collections: Collections) -> None:
    made = collections.create("a", PLAIN)
    collections.add_cost(made.id, 3_000_000_000, 0.25)
    collections.add_cost(made.id, 5, 0.5)
    assert collections.get(made.id).embedding_usd == 0.75
    collections.add_cost(made.id, 1, None)
    collections.add_cost(made.id, 1, 0.5)
    after = collections.get(made.id)
    assert (after.embedding_tokens, after.embedding_usd) == (3_000_000_007, None)
    assert after.version == made.version


def test_removing_a_collection_removes_all_it_holds(
    engine: Engine, collections: Collections
) -> None:
    removed, kept = collections.create("a", PLAIN), collections.create("b", PLAIN)
    for one in (removed, kept):
        collections.put_documents([paper(one, "x", "one", "two"), paper(one, "y", "three")])
    collections.remove(removed.id)
    collections.remove(removed.id)
    assert [one.id for one in collections.list()] == [kept.id]
    assert rows_left(engine) == [1, 2, 3]
    assert collections.create("a", PLAIN).documents == 0


@pytest.mark.parametrize("unknown", ["", "nobody", "no\0body", "\ud83d", "x" * 500])
def test_what_is_not_stored_is_not_found(collections: Collections, unknown: str) -> None:
    for attempt in (
        lambda: collections.get(unknown),
        lambda: collections.named(unknown),
        lambda: collections.change(unknown, PLAIN),
        lambda: collections.set_dimension(unknown, 3),
        lambda: collections.add_cost(unknown, 3, 0.1),
        lambda: collections.document(unknown),
        lambda: collections.loaded(unknown),
        lambda: collections.passage(unknown),
        lambda: collections.neighbours(unknown),
        lambda: collections.change_passage(unknown, text="x"),
        lambda: collections.add_passage(unknown, "x"),
    ):
        with pytest.raises(StoreError) as caught:
            attempt()
        assert caught.value.kind == "not_found"
    assert collections.documents(unknown) == ()
    assert collections.indexed_as(unknown) == {}
    assert collections.found([unknown]) == {}
    assert collections.passages(unknown, document_id=unknown, containing=unknown).total == 0
    assert list(collections.each(unknown)) == []
    assert not collections.contains(unknown, unknown)
    assert collections.remove_documents([unknown]) == []
    collections.mark_wrong_source([unknown])
    collections.remove(unknown)


def test_a_database_that_is_away_is_a_store_error(engine: Engine, collections: Collections) -> None:
    made = collections.create("a", PLAIN)
    item = paper(made, "x", "one")
    collections.put_documents([item])
    names = ("passages", "documents", "collections")

    def rename(was: str, becomes: str) -> None:
        with engine.begin() as connection:
            for name in names:
                connection.execute(text(f"ALTER TABLE {was + name} RENAME TO {becomes + name}"))

    rename("", "away_")
    for attempt in (
        lambda: collections.create("b", PLAIN),
        lambda: collections.set_dimension(made.id, 1),
        lambda: collections.remove(made.id),
        lambda: collections.put_documents([item]),
    ):
        with pytest.raises(StoreError) as caught:
            attempt()
        assert caught.value.kind == "not_stored"
    rename("away_", "")
    assert collections.get(made.id).passages == 1


def test_the_version_follows_what_a_search_may_find(collections: Collections) -> None:
    made = collections.create("a", PLAIN)
    first, second = paper(made, "x", "one", "two"), paper(made, "y", "three")

    def version() -> str:
        return collections.get(made.id).version

    seen = [version()]
    for change in (
        lambda: collections.put_documents([first]),
        lambda: collections.put_documents([second]),
        lambda: collections.change_passage(ids(first)[0], enabled=False),
        lambda: collections.change_passage(ids(first)[1], text="two, corrected"),
        lambda: collections.put_documents([paper(made, "y", "three", "four")]),
        lambda: collections.put_documents([paper(made, "y", "three", "four", language="en")]),
        lambda: collections.add_passage("a/y", "mine"),
        lambda: collections.remove_documents(["a/x"]),
    ):
        change()
        assert version() not in seen
        seen.append(version())
    collections.mark_wrong_source(ids(second))
    collections.set_dimension(made.id, 3)
    assert version() == seen[-1]


def test_the_same_content_has_the_same_version_in_any_order(collections: Collections) -> None:
    made = collections.create("a", PLAIN)
    first, second = paper(made, "x", "one", "two"), paper(made, "y", "three")
    empty = made.version
    collections.put_documents([first, second])
    both = collections.get(made.id).version
    collections.change_passage(ids(first)[1], text="changed")
    collections.change_passage(ids(first)[1], text="two")
    collections.change_passage(ids(second)[0], enabled=False)
    collections.change_passage(ids(second)[0], enabled=True)
    assert collections.get(made.id).version == both
    collections.remove_documents(["a/x", "a/y"])
    assert collections.get(made.id).version == empty
    collections.put_documents([replace(second, settings_hash="other")])
    collections.put_documents([paper(made, "x", "one", "two", document_id="another")])
    assert collections.get(made.id).version == both
    other = collections.create("b", PLAIN)
    collections.put_documents([paper(other, "y", "three"), paper(other, "x", "one", "two")])
    assert collections.get(other.id).version == both


def test_digests_and_counts_never_drift_from_the_rows(
    engine: Engine, collections: Collections
) -> None:
    made, chance = collections.create("a", PLAIN), random.Random(7)
    for _ in range(60):
        name = chance.choice("xyz")
        texts = chance.sample(["하나", "둘", "셋", "넷", "다섯"], chance.randrange(6))
        held = collections.passages(made.id).passages
        action = chance.randrange(5)
        if action == 0 or not held:
            collections.put_documents([paper(made, name, *texts), paper(made, "w", "늘")])
        elif action == 1:
            collections.remove_documents([f"a/{name}"])
        elif action == 2:
            collections.add_passage(chance.choice(held).document_id, f"own {chance.random()}")
        elif action == 3:
            collections.change_passage(chance.choice(held).id, text=f"new {chance.random()}")
        else:
            collections.change_passage(chance.choice(held).id, enabled=chance.random() < 0.5)
    with engine.connect() as connection:
        for document in connection.execute(select(tables.documents)).mappings():
            of_document = tables.passages.c.document_id == document["id"]
            rows = connection.execute(select(tables.passages).where(of_document)).mappings().all()
            assert document["digest"] == document_digest(document, list(map(dict, rows)))
            assert document["passages"] == len(rows)
            assert len({row["position"] for row in rows}) == len(rows)


def test_a_database_of_the_release_before_keeps_its_answers(database_url: str) -> None:
    from alembic import command

    from tests.core.store.test_migrations import config

    engine = open_database(database_url)
    answered(Rounds(engine), question="Still here?")
    settings = config()
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, "0002")
    assert "collections" not in inspect(engine).get_table_names()
    engine.dispose()

    plain = create_engine(database_url)
    with plain.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0002"
        before = dict(connection.execute(text("SELECT * FROM answers")).mappings().one())
    plain.dispose()
    engine = open_database(database_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == database.HEAD
        after = connection.execute(text("SELECT * FROM answers")).mappings().one()
    assert {name: after[name] for name in before} == before
    assert [stored.question for stored in Rounds(engine).recent(5)] == ["Still here?"]
    collections = Collections(engine)
    made = collections.create("a", PLAIN)
    collections.put_documents([paper(made, "x", "one")])
    assert collections.get(made.id).passages == 1
    engine.dispose()
