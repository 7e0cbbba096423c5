"""Documents: stored whole or not at all, replaced without losing what people did."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select, text

from core.collection import Collection, CollectionSettings
from core.errors import StoreError, UsageError
from core.store import tables
from core.store.collection_versions import document_digest, version_of
from core.store.collections import Collections
from core.store.database import open_database
from tests.core.store.papers import ids, paper

ROOT = Path(__file__).parents[3]


@pytest.fixture
def collections(engine: Engine) -> Collections:
    return Collections(engine)


@pytest.fixture
def made(collections: Collections) -> Collection:
    return collections.create("a", CollectionSettings())


def texts(collections: Collections, made: Collection, name: str = "x") -> list[str]:
    page = collections.passages(made.id, limit=10_000)
    return [passage.text for passage in page.passages if passage.document == name]


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, int]]]:
    """Every statement that runs, with how many rows of parameters it has."""
    seen: list[tuple[str, int]] = []

    def note(_, __, statement: str, parameters: Sequence, ___, many: bool) -> None:
        seen.append((" ".join(statement.split()), len(parameters) if many else 1))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_a_document_comes_back_with_every_field(collections: Collections, made: Collection) -> None:
    item = paper(made, "책/x.pdf", "하나 🙂", 'two "quoted"\n\\')
    plain = paper(made, "a.txt", "one", pages=None)
    plain = replace(plain, loaded=replace(plain.loaded, encoding="cp949", pages=None, blocks=()))
    assert collections.put_documents([item, plain]) == []
    assert collections.documents(made.id) == (plain.document, item.document)
    for one in (item, plain):
        assert collections.document(one.document.id) == one.document
        assert collections.loaded(one.document.id) == one.loaded
        assert collections.found(ids(one)) == {p.id: p for p in one.passages}
    assert collections.indexed_as(made.id) == {
        one.document.name: (one.document.id, one.document.hash, "settings") for one in (item, plain)
    }


def test_text_that_a_database_refuses_is_stored_cleaned(
    collections: Collections, made: Collection
) -> None:
    item = paper(made, "a\0b\ud83d", "a\0b\ud83d", "\ud83d\ude00")
    wild = replace(item.passages[0], heading="h\0", added="\ud83d", flags=("f\0",))
    loaded = replace(item.loaded, blocks=(replace(item.loaded.blocks[0], heading="\udc00\0"),))
    collections.put_documents([replace(item, passages=(wild, item.passages[1]), loaded=loaded)])
    first, second = collections.passages(made.id).passages
    assert (first.document, first.text, second.text) == ("ab\ufffd", "ab\ufffd", "😀")
    assert (first.heading, first.added) == ("h", "\ufffd")
    stored = collections.loaded(first.document_id)
    assert stored.text == "ab\ufffd\n\n😀\n\n"
    assert stored.blocks[0].heading == "\ufffd"
    assert first.flags == ("f",)


@pytest.mark.parametrize("name", ["", "\0", "가" * 601])
def test_a_name_that_no_index_holds_is_refused(
    collections: Collections, made: Collection, name: str
) -> None:
    longest = paper(made, "😀" * 600, "one")
    collections.put_documents([longest])
    with pytest.raises(UsageError) as caught:
        collections.put_documents([paper(made, "y", "two"), paper(made, name, "one")])
    assert caught.value.kind == "bad_document"
    assert caught.value.details["reason"] == "name_length"
    assert collections.documents(made.id) == (longest.document,)


def test_a_replaced_document_names_the_passages_that_are_gone(
    collections: Collections, made: Collection
) -> None:
    old, new = paper(made, "x", "one", "two", "three"), paper(made, "x", "new", "three", "one")
    collections.put_documents([old, paper(made, "y", "two")])
    assert collections.put_documents([new]) == [ids(old)[1]]
    assert texts(collections, made) == ["new", "three", "one"]
    assert texts(collections, made, "y") == ["two"]
    assert collections.found(ids(new)) == {passage.id: passage for passage in new.passages}
    assert collections.document("a/x") == new.document
    assert collections.loaded("a/x") == new.loaded
    assert set(collections.put_documents([paper(made, "x")])) == set(ids(new))
    assert collections.document("a/x").passages == 0


def test_what_people_did_to_a_passage_outlives_indexing(
    collections: Collections, made: Collection
) -> None:
    old = paper(made, "x", "one", "two", "three")
    collections.put_documents([old])
    first, second, third = ids(old)
    collections.change_passage(first, text="one, corrected")
    collections.change_passage(second, enabled=False)
    collections.mark_wrong_source([third], 2)
    new = paper(made, "x", "zero", "three", "two", "one")
    assert collections.put_documents([new]) == []
    stored = {p.text: p for p in collections.passages(made.id).passages}
    assert list(stored) == ["zero", "three", "two", "one, corrected"]
    placed = {p.id: p for p in new.passages}
    assert stored["one, corrected"] == replace(placed[first], text="one, corrected", edited=True)
    assert stored["two"] == replace(placed[second], enabled=False)
    assert stored["three"] == replace(placed[third], wrong_source=2)


def test_a_persons_own_passages_stay_behind_the_documents(
    collections: Collections, made: Collection
) -> None:
    collections.put_documents([paper(made, "x", "one", "two")])
    own = collections.add_passage("a/x", "mine", "Mein › 제목")
    other = collections.add_passage("a/x", "mine too")
    assert collections.put_documents([paper(made, "x", "one", "two", "three", "four")]) == []
    assert texts(collections, made) == ["one", "two", "three", "four", "mine", "mine too"]
    assert collections.passage(own.id) == replace(own, position=4)
    assert collections.document("a/x").passages == 6
    collections.put_documents([paper(made, "x", document_id="another")])
    assert collections.passage(other.id) == replace(other, position=1, document_id="another")
    assert set(collections.remove_documents(["another"])) == {own.id, other.id}


def test_a_document_of_another_id_takes_the_place_of_its_name(
    collections: Collections, made: Collection
) -> None:
    old = paper(made, "x", "one", "two")
    collections.put_documents([old])
    collections.change_passage(ids(old)[0], enabled=False)
    new = paper(made, "x", "one", "three", document_id="another")
    assert collections.put_documents([new]) == [ids(old)[1]]
    assert collections.documents(made.id) == (new.document,)
    assert [p.enabled for p in collections.passages(made.id).passages] == [False, True]


def test_of_two_documents_of_one_name_the_last_one_stays(
    collections: Collections, made: Collection
) -> None:
    first, last = paper(made, "x", "one", "two"), paper(made, "x", "two", "three")
    assert collections.put_documents([first, last]) == [ids(first)[0]]
    assert collections.documents(made.id) == (last.document,)
    assert collections.put_documents([]) == []


def test_documents_are_stored_all_or_none(collections: Collections, made: Collection) -> None:
    before, kept = paper(made, "x", "one"), paper(made, "kept", "six")
    collections.put_documents([before, kept])
    version = collections.get(made.id).version
    elsewhere = replace(paper(made, "z", "six"), passages=kept.passages)
    for broken in (paper(made, "z", "twice", "twice"), elsewhere):
        with pytest.raises(StoreError) as caught:
            collections.put_documents([paper(made, "x", "other"), paper(made, "y", "two"), broken])
        assert caught.value.kind == "not_stored"
    assert collections.documents(made.id) == (kept.document, before.document)
    assert texts(collections, made) == ["one"]
    assert collections.get(made.id).version == version


def test_a_removed_collection_takes_no_documents(
    collections: Collections, made: Collection
) -> None:
    other = collections.create("b", CollectionSettings())
    collections.remove(made.id)
    with pytest.raises(StoreError) as caught:
        collections.put_documents([paper(other, "x", "one"), paper(made, "x", "one")])
    assert caught.value.kind == "not_found"
    assert collections.documents(other.id) == ()


def test_removing_documents_names_their_passages(
    collections: Collections, made: Collection
) -> None:
    items = [paper(made, name, f"{name} 1", f"{name} 2") for name in "xyz"]
    collections.put_documents(items)
    gone = collections.remove_documents(["a/x", "a/z", "never there"])
    assert set(gone) == {*ids(items[0]), *ids(items[2])}
    assert collections.documents(made.id) == (items[1].document,)
    assert collections.found(gone) == {}
    assert collections.get(made.id).passages == 2


def test_a_search_is_limited_to_names_kinds_and_languages(
    collections: Collections, made: Collection
) -> None:
    for name, kind, language in (("é", "pdf", "en"), ("b", "docx", "ko"), ("c", "pdf", "ko")):
        collections.put_documents([paper(made, name, "one", kind=kind, language=language)])
    other = collections.create("other", CollectionSettings())
    collections.put_documents([paper(other, "b", "one")])

    def limited(**how: Sequence[str]) -> tuple[str, ...] | None:
        return collections.document_ids(made.id, **how)

    assert limited() is None
    assert limited(names=["b", "nobody"]) == ("a/b",)
    assert limited(names=["nobody"]) == ()
    assert limited(kinds=["pdf"]) == ("a/c", "a/é")
    assert limited(kinds=["pdf"], languages=["ko"]) == ("a/c",)
    assert limited(languages=["ko", "en"], names=["b", "c"]) == ("a/b", "a/c")
    assert limited(names=["e\u0301"]) == ("a/é",)


def test_of_many_passages_only_the_changed_ones_are_written(
    engine: Engine, collections: Collections, made: Collection
) -> None:
    many = [f"passage {n} 문단" for n in range(20_000)]
    with statements(engine) as first:
        collections.put_documents([paper(made, "x", *many)])
    assert len(first) < 10
    assert collections.get(made.id).passages == 20_000
    changed = [*many]
    changed[19_990], changed[19_995] = "new 1", "new 2"
    with statements(engine) as second:
        gone = collections.put_documents([paper(made, "x", *changed)])
    assert len(gone) == 2
    written = [rows for statement, rows in second if statement.startswith("INSERT INTO passages")]
    moved = [rows for statement, rows in second if statement.startswith("UPDATE passages")]
    assert sum(written) == 2
    # What stands behind a change has moved by a few characters, but was not written anew.
    assert sum(moved) < 10
    assert [p.text for p in collections.passages(made.id, offset=19_989, limit=3).passages] == [
        many[19_989], "new 1", many[19_991],
    ]  # fmt: skip


def test_another_document_costs_no_look_at_the_others_passages(
    engine: Engine, collections: Collections, made: Collection
) -> None:
    collections.put_documents([paper(made, name, "one", "two") for name in "xyz"])
    with statements(engine) as seen:
        collections.put_documents([paper(made, "w", "one")])
    assert not any("FROM passages" in statement for statement, _ in seen)


PUT = """
import sys
from core.store.collections import Collections
from core.store.database import open_database
from tests.core.store.papers import paper
collections = Collections(open_database(sys.argv[1]))
who, mine = sys.argv[2], [collections.get(one) for one in sys.argv[3:]]
print("ready", flush=True)
sys.stdin.readline()
for n in range(12):
    texts = [f"{who} {n} {k}" for k in range(20)]
    collections.put_documents([
        paper(one, name, *texts) for one in mine for name in ("shared", f"{who} {n}")
    ])
    ids = [p.id for one in mine for p in collections.passages(one.id).passages]
    collections.mark_wrong_source(ids if who == "a" else ids[::-1])
    collections.remove_documents([f"{one.name}/{who} {n}" for one in mine if n % 3 == 0])
print("done", flush=True)
"""


def test_processes_that_put_documents_together_wait_for_each_other(
    engine: Engine, database_url: str, collections: Collections, made: Collection
) -> None:
    other = collections.create("b", CollectionSettings())
    both = [made.id, other.id]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PUT, database_url, who, *order],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for who, order in (("a", both), ("b", both[::-1]))
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:  # each waits for its line: they start as one
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    results = [process.communicate(timeout=90) for process in processes]
    assert [out for out, _ in results] == ["done\n"] * 2, results
    for one in (made, other):
        assert collections.get(one.id).documents == 1 + 2 * 8
        assert collections.get(one.id).passages == 20 * (1 + 2 * 8)
        assert_nothing_drifted(engine, collections.get(one.id))


def assert_nothing_drifted(engine: Engine, stored: Collection) -> None:
    """The version is the one that the rows themselves make."""
    digests = []
    with engine.connect() as connection:
        here = tables.documents.c.collection_id == stored.id
        for document in connection.execute(select(tables.documents).where(here)).mappings():
            of_document = tables.passages.c.document_id == document["id"]
            rows = connection.execute(select(tables.passages).where(of_document)).mappings()
            digests.append(document_digest(document, [dict(row) for row in rows]))
        kept = tables.collections.c.id == stored.id
        settings = connection.scalar(select(tables.collections.c.settings).where(kept))
    assert stored.version == version_of(str(settings), digests)


DIE = """
import os, sys
from sqlalchemy import event
from core.store.collections import Collections
from core.store.database import open_database
from tests.core.store.papers import paper
engine = open_database(sys.argv[1])
collections = Collections(engine)
made = collections.named("a")
collections.put_documents([paper(made, "whole", "one", "two")])
def die(connection, cursor, statement, *rest):
    if statement.startswith(sys.argv[2]):
        os._exit(9)
event.listen(engine, "after_cursor_execute", die)
many = [f"passage {n}" for n in range(3000)]
collections.put_documents([paper(made, "whole", "two", "three"), paper(made, "half", *many)])
"""


@pytest.mark.parametrize("moment", ["INSERT INTO documents", "INSERT INTO passages", "UPDATE coll"])
def test_a_killed_process_leaves_whole_documents_only(
    engine: Engine, database_url: str, collections: Collections, made: Collection, moment: str
) -> None:
    killed = subprocess.run([sys.executable, "-c", DIE, database_url, moment], cwd=ROOT)
    assert killed.returncode == 9
    again = open_database(database_url)
    after = Collections(again)
    assert [document.name for document in after.documents(made.id)] == ["whole"]
    assert texts(after, made, "whole") == ["one", "two"]
    assert_nothing_drifted(again, after.get(made.id))
    # Whoever was killed holds no lock: work goes on.
    after.put_documents([paper(made, "half", "three")])
    assert after.get(made.id).passages == 3
    if again.dialect.name == "sqlite":
        with again.connect() as connection:
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    again.dispose()
