"""Passages: found by id, listed page by page, streamed, changed by people."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from core.collection import Collection, CollectionSettings, StoredPassage
from core.errors import UsageError
from core.store.collections import Collections
from core.store.database import open_database
from tests.core.store.papers import ids, paper


@pytest.fixture
def collections(engine: Engine) -> Collections:
    return Collections(engine)


@pytest.fixture
def made(collections: Collections) -> Collection:
    return collections.create("a", CollectionSettings())


def texts(passages: tuple[StoredPassage, ...]) -> list[str]:
    return [passage.text for passage in passages]


def test_a_search_finds_what_is_stored_and_switched_on(
    collections: Collections, made: Collection
) -> None:
    item = paper(made, "x", *(f"passage {n}" for n in range(1200)))
    collections.put_documents([item])
    off = ids(item)[3]
    collections.change_passage(off, enabled=False)
    found = collections.found([*ids(item), "orphan", ids(item)[0]])
    assert found == {p.id: p for p in item.passages if p.id != off}
    assert collections.found([]) == {}
    assert not collections.passage(off).enabled


def test_pages_go_by_document_and_place(collections: Collections, made: Collection) -> None:
    items = [paper(made, name, *(f"{name}{n}" for n in range(size)))
             for name, size in (("c", 3), ("b", 0), ("a", 2), ("d", 5))]  # fmt: skip
    collections.put_documents(items)
    other = collections.create("other", CollectionSettings())
    collections.put_documents([paper(other, "a", "not this one")])
    every = ["a0", "a1", "c0", "c1", "c2", "d0", "d1", "d2", "d3", "d4"]
    whole = collections.passages(made.id)
    assert (texts(whole.passages), whole.total) == (every, 10)
    for offset in range(12):
        for limit in range(12):
            page = collections.passages(made.id, limit=limit, offset=offset)
            assert (texts(page.passages), page.total) == (every[offset : offset + limit], 10)
    page = collections.passages(made.id, document_id="a/d", limit=2, offset=1)
    assert (texts(page.passages), page.total) == (["d1", "d2"], 5)
    assert collections.passages(other.id, document_id="a/d").total == 0


def test_pages_are_filtered_by_all_that_is_asked_together(
    collections: Collections, made: Collection
) -> None:
    flagged = paper(made, "x", "One", "two", "three one")
    flagged = replace(
        flagged,
        passages=tuple(replace(p, flags=("asks", "hidden")) for p in flagged.passages[:2])
        + flagged.passages[2:],
    )
    plain = paper(made, "y", "one", "four")
    collections.put_documents([flagged, plain])
    collections.change_passage(ids(plain)[0], enabled=False)
    collections.change_passage(ids(flagged)[0], enabled=False)

    def listed(**wanted: object) -> list[str]:
        whole = collections.passages(made.id, **wanted)  # type: ignore[arg-type]
        pages = [
            collections.passages(made.id, **wanted, limit=1, offset=n)  # type: ignore[arg-type]
            for n in range(whole.total + 1)
        ]
        assert [text for page in pages for text in texts(page.passages)] == texts(whole.passages)
        assert {page.total for page in pages} == {whole.total}
        return texts(whole.passages)

    assert listed(containing="one") == ["One", "three one", "one"]
    assert listed(enabled=False) == ["One", "one"]
    assert listed(enabled=True) == ["two", "three one", "four"]
    assert listed(flagged=True) == ["One", "two"]
    assert listed(flagged=False, enabled=True, containing="o") == ["three one", "four"]
    assert listed(document_id="a/y", containing="one", flagged=False) == ["one"]
    assert listed(document_id="a/y", flagged=True) == []
    assert collections.passage(ids(flagged)[1]).flags == ("asks", "hidden")


SIGNS = "aB%_\\/' \"가나힣"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    held=st.lists(st.text(SIGNS, min_size=1, max_size=8), min_size=1, max_size=5, unique=True),
    wanted=st.text(SIGNS, min_size=1, max_size=3),
)
def test_what_is_looked_for_is_text_and_no_pattern(
    collections: Collections, held: list[str], wanted: str
) -> None:
    made = collections.create("hypothesis", CollectionSettings())
    try:
        collections.put_documents([paper(made, "x", *held)])
        page = collections.passages(made.id, containing=wanted)
        expected = [one for one in held if wanted.lower() in one.lower()]
        assert (texts(page.passages), page.total) == (expected, len(expected))
        assert collections.contains(made.id, wanted) == any(wanted in one for one in held)
    finally:
        collections.remove(made.id)


def test_what_is_looked_for_may_be_typed_decomposed(
    collections: Collections, made: Collection
) -> None:
    collections.put_documents([paper(made, "x", "복용량은 하루 두 번")])
    assert collections.passages(made.id, containing="\u1107\u1169\u11a8용").total == 1
    assert collections.contains(made.id, "\u1107\u1169\u11a8용")


def test_a_text_is_held_by_what_is_switched_on(collections: Collections, made: Collection) -> None:
    item = paper(made, "x", "One 하나", "two")
    collections.put_documents([item])
    assert collections.contains(made.id, "ne 하")
    assert not collections.contains(made.id, "NE 하")
    assert not collections.contains(made.id, "three")
    collections.change_passage(ids(item)[0], enabled=False)
    assert not collections.contains(made.id, "ne 하")
    other = collections.create("b", CollectionSettings())
    assert not collections.contains(other.id, "two")


@pytest.mark.parametrize("batch", [1, 7, 1000])
def test_every_passage_that_is_switched_on_streams_by_once(
    collections: Collections, made: Collection, batch: int
) -> None:
    items = [paper(made, f"d{n}", *(f"{n} {k}" for k in range(n))) for n in range(8)]
    collections.put_documents(items)
    off = ids(items[5])[2]
    collections.change_passage(off, enabled=False)
    other = collections.create("b", CollectionSettings())
    collections.put_documents([paper(other, "x", "not this one")])
    batches = list(collections.each(made.id, batch))
    assert all(len(some) == batch for some in batches[:-1])
    streamed = [passage for some in batches for passage in some]
    expected = {p.id: p for item in items for p in item.passages if p.id != off}
    assert len(streamed) == len(expected)
    assert {passage.id: passage for passage in streamed} == expected


def test_a_stream_holds_up_nobody(
    database_url: str, collections: Collections, made: Collection
) -> None:
    collections.put_documents([paper(made, "x", *(f"passage {n}" for n in range(10)))])
    another = open_database(database_url)
    seen = []
    for some in collections.each(made.id, 4):
        seen += texts(tuple(some))
        Collections(another).put_documents([paper(made, f"later {len(seen)}", "one")])
        Collections(another).change_passage(some[0].id, enabled=False)
    another.dispose()
    assert [one for one in seen if one != "one"] == [f"passage {n}" for n in range(10)]


def test_neighbours_stand_around_a_passage_in_its_document(
    collections: Collections, made: Collection
) -> None:
    item = paper(made, "x", *"abcdef")
    collections.put_documents([item, paper(made, "y", *"abcdef")])
    assert texts(collections.neighbours(ids(item)[2])) == ["b", "d"]
    assert texts(collections.neighbours(ids(item)[0], 2)) == ["b", "c"]
    assert texts(collections.neighbours(ids(item)[5], 9)) == list("abcde")
    assert collections.neighbours(ids(item)[5], 0) == ()
    assert {p.document for p in collections.neighbours(ids(item)[2])} == {"x"}


def test_a_corrected_passage_is_marked_as_such(collections: Collections, made: Collection) -> None:
    item = paper(made, "x", "one", "two")
    collections.put_documents([item])
    first, second = item.passages
    assert collections.change_passage(first.id, text="one") == first
    changed = collections.change_passage(first.id, text="하\u1102\u1161\0 \ud83d")
    assert changed == replace(first, text="하나 \ufffd", edited=True)
    assert collections.passage(first.id) == changed
    assert collections.change_passage(first.id) == changed
    both = collections.change_passage(second.id, text="zwei", enabled=False)
    assert collections.passage(second.id) == both
    assert both == replace(second, text="zwei", edited=True, enabled=False)
    assert collections.change_passage(second.id, enabled=True).text == "zwei"


def test_a_passage_of_ones_own_is_found_like_any_other(
    collections: Collections, made: Collection
) -> None:
    item = paper(made, "x", "one", "two")
    collections.put_documents([item, paper(made, "empty")])
    own = collections.add_passage("a/x", "mi\0ne", "제목")
    assert own.text == "mine"
    assert (own.start, own.end, own.page, own.edited, own.enabled) == (0, 0, None, True, True)
    assert (own.position, own.heading, own.document) == (2, "제목", "x")
    assert collections.found([own.id]) == {own.id: own}
    assert collections.neighbours(own.id)[0].id == ids(item)[1]
    assert collections.add_passage("a/empty", "first").position == 0
    assert collections.get(made.id).passages == 4
    assert collections.document("a/x").passages == 3


@pytest.mark.parametrize("empty", ["", " \n", "\0"])
def test_a_passage_without_text_is_refused(
    collections: Collections, made: Collection, empty: str
) -> None:
    item = paper(made, "x", "one")
    collections.put_documents([item])
    for attempt in (
        lambda: collections.change_passage(ids(item)[0], text=empty),
        lambda: collections.add_passage("a/x", empty),
    ):
        with pytest.raises(UsageError) as caught:
            attempt()
        assert caught.value.details == {"reason": "empty_passage"}
    assert collections.passages(made.id).passages == item.passages


def test_wrong_source_votes_add_up_and_never_fall_below_zero(
    collections: Collections, made: Collection
) -> None:
    item = paper(made, "x", *(f"passage {n}" for n in range(600)))
    collections.put_documents([item])
    version = collections.get(made.id).version
    collections.mark_wrong_source([*ids(item), "gone", ids(item)[0]])
    collections.mark_wrong_source(ids(item)[:1], 2)
    collections.mark_wrong_source(ids(item)[1:2], -5)
    collections.mark_wrong_source([])
    votes = [p.wrong_source for p in collections.passages(made.id, limit=600).passages]
    assert votes == [3, 0, *[1] * 598]
    assert collections.get(made.id).version == version
