"""Example sets: every version stays as it was, and what has not changed is no new version."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Barrier
from unicodedata import normalize

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError

from core.errors import StoreError, UsageError
from core.example import Example
from core.example_set import ExampleSet, SetSummary, make_set, normalised
from core.store import example_versions, tables
from core.store.example_sets import ExampleSets
from core.store.rounds import Rounds
from tests.core.store.samples import answered, shown

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
    assert sets.save(" a ", [*SEVERAL, SEVERAL[0]], note="once more") == first
    assert stored_rows(engine) == (1, len(SEVERAL))
    assert sets.named("a").note == ""


def test_going_back_is_a_version_too(sets: ExampleSets) -> None:
    first, _ = sets.save("a", SEVERAL), sets.save("a", SEVERAL[:5])
    third = sets.save("a", SEVERAL)
    assert (third.version, third.hash) == (3, first.hash)
    assert sets.latest("a") == third


@pytest.mark.parametrize(
    "changed",
    [
        [replace(SEVERAL[0], answer=SEVERAL[0].answer.replace("\t", "\n")), *SEVERAL[1:]],
        [replace(SEVERAL[0], fields=(("난이도", "쉬움"),)), *SEVERAL[1:]],
        [replace(SEVERAL[0], tags=("영화",)), *SEVERAL[1:]],
        [*reversed(SEVERAL)],
    ],
    ids=["blank space", "a column", "a tag", "the order"],
)
def test_what_learning_overlooks_is_a_change_too(sets: ExampleSets, changed: list[Example]) -> None:
    first = sets.save("a", SEVERAL)
    second = sets.save("a", changed)
    assert (second.version, second.hash) == (2, first.hash)
    assert second.id != first.id
    assert sets.get(second.id).examples == second.examples != first.examples


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
        hash=made.hash,
        train=len(made.train),
        test=len(made.test),
        test_share=0.2,
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
    rows = example_versions.example_rows

    def spoilt(made: ExampleSet, first: int) -> list[dict]:
        return [*rows(made, first), {"set_id": "x"}]

    monkeypatch.setattr(example_versions, "example_rows", spoilt)
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
    monkeypatch.setattr(example_versions, "_version", lambda connection, name, version: None)
    with pytest.raises(StoreError) as caught:
        sets.save("a", SEVERAL)
    assert caught.value.kind == "not_stored"
    assert isinstance(caught.value.__cause__, IntegrityError)


def test_ten_thousand_examples_come_back_in_their_order(sets: ExampleSets) -> None:
    many = [Example(question=f"Q {n}", answer=f"A {n}") for n in range(10_000)]
    saved = sets.save("many", many)
    assert [one.example for one in sets.latest("many").examples] == many
    assert sets.list()[0] == summary(saved)


def test_what_other_sets_are_tested_on_is_known(sets: ExampleSets) -> None:
    sets.save("mine", SEVERAL, 0.5)
    old = sets.save("theirs", SEVERAL[:8], 0.5)
    new = sets.save("theirs", [e for e in SEVERAL if e != old.test[0].example], 0.5)
    expected = {one.example for one in new.test}
    assert expected
    assert expected != {one.example for one in old.test}
    assert set(sets.tested_elsewhere("mine")) == expected
    assert sets.tested_elsewhere("nobody") != ()
    sets.remove("theirs")
    assert sets.tested_elsewhere("mine") == ()


RICH = [
    Example(
        question=f"질문 {n}?",
        answer=f"answer {n % 3}",
        fields=(("난이도", "쉬움"), ("source", f"=책 {n}")) if n % 2 else (),
        tags=("영화", "a,b") if n % 3 else (),
    )
    for n in range(10)
]


def test_columns_and_tags_come_back_and_are_named(sets: ExampleSets) -> None:
    saved = sets.save("rich", RICH, note=" from the book ")
    assert [one.example for one in sets.get(saved.id).examples] == RICH
    found = sets.head(saved.id)
    assert (found.columns, found.tags) == (("난이도", "source"), ("영화", "a,b"))
    assert (found.note, found.label, found.size) == ("from the book", "rich v1", 10)
    assert (found.hash, found.test_share) == (saved.hash, 0.2)
    assert sets.named(" rich") == found == sets.list()[0]


def test_the_columns_are_those_of_the_newest_versions(sets: ExampleSets) -> None:
    sets.save("b", RICH)
    sets.save("a", [replace(RICH[0], fields=(("source", "1"), ("page", "2")))])
    assert sets.columns() == ("source", "page", "난이도")
    sets.save("b", SEVERAL)
    assert sets.columns() == ("source", "page")


def test_versions_come_newest_first_and_are_found_by_number(sets: ExampleSets) -> None:
    first, second = sets.save("a", SEVERAL[:5]), sets.save("a", SEVERAL)
    sets.save("other", RICH)
    assert sets.versions("a") == (summary(second), summary(first))
    assert sets.versions("nobody") == ()
    assert sets.named("a", 1) == summary(first)
    assert sets.named("a", 2) == sets.named("a") == sets.head(second.id)


@pytest.mark.parametrize("version", [3, 0, -1, 10**30])
def test_a_version_that_is_not_stored_is_named(sets: ExampleSets, version: int) -> None:
    sets.save("a", SEVERAL)
    with pytest.raises(StoreError, match=rf"version {version} .*'a'") as caught:
        sets.named("a", version)
    assert caught.value.kind == "not_found"


def sides(made: ExampleSet) -> dict[str, str]:
    return {one.example.question: one.split for one in made.examples}


def test_a_question_never_changes_sides(sets: ExampleSets) -> None:
    grown = [sides(sets.save("a", SEVERAL[:count])) for count in range(2, 13)]
    for earlier, later in pairwise(grown):
        assert earlier.items() <= later.items()
    assert set(grown[0].values()) == {"train", "test"}


def test_a_question_keeps_its_side_with_another_answer_or_blank_space(sets: ExampleSets) -> None:
    first = sets.save("a", SEVERAL, 0.5)
    spaced = [Example(question=f" {e.question}  ", answer="other") for e in SEVERAL]
    second = sets.save("a", spaced, 0.9)
    assert [one.split for one in second.examples] == [one.split for one in first.examples]


def test_only_new_questions_make_sure_that_both_sides_have_one(sets: ExampleSets) -> None:
    first = sets.save("a", SEVERAL[:8], 0.5)
    learnt = [one.example for one in first.train]
    assert sets.save("a", learnt).test == ()
    new = [Example(question="새 질문?", answer="예")]
    third = sets.save("a", [*learnt, *new], 0.0)
    assert [one.example for one in third.test] == new


def test_another_share_places_new_questions_only(sets: ExampleSets) -> None:
    first = sets.save("a", SEVERAL, 0.2)
    assert sets.save("a", SEVERAL, 0.9) == first
    more = [Example(question=f"new {n}", answer="a") for n in range(40)]
    second = sets.save("a", [*SEVERAL, *more], 0.9)
    assert sides(first).items() <= sides(second).items()
    assert len(second.test) - len(first.test) > 25


def test_the_share_is_that_of_the_version_before(sets: ExampleSets) -> None:
    assert sets.head(sets.save("a", SEVERAL, 0.9).id).test_share == 0.9
    more = [Example(question=f"new {n}", answer="a") for n in range(40)]
    second = sets.save("a", [*SEVERAL, *more])
    assert sets.head(second.id).test_share == 0.9
    assert len(second.test) > 35
    assert sets.head(sets.save("b", SEVERAL).id).test_share == 0.2


def test_a_stated_side_holds_for_new_questions(sets: ExampleSets) -> None:
    first = sets.save("a", SEVERAL[:6], 0.0)
    other = {"train": "test", "test": "train"}
    stated = {
        normalised(one.example.question): other[one.split]  # type: ignore[misc]
        for one in first.examples
    }
    stated |= {normalised(e.question): "test" for e in SEVERAL[6:]}
    second = sets.save("a", SEVERAL, 0.0, sides=stated)  # type: ignore[arg-type]
    assert [one.split for one in second.examples[:6]] == [one.split for one in first.examples]
    assert {one.split for one in second.examples[6:]} == {"test"}


def test_batches_hold_every_example_once_with_its_position(sets: ExampleSets) -> None:
    many = [Example(question=f"Q {n}", answer=f"A {n}") for n in range(2500)]
    saved = sets.save("many", many)
    found = list(sets.each(saved.id))
    assert [len(batch) for batch in found] == [1000, 1000, 500]
    assert [one for batch in found for one in batch] == list(enumerate(saved.examples))
    test = [one for batch in sets.each(saved.id, "test") for one in batch]
    assert test == [(n, one) for n, one in enumerate(saved.examples) if one.split == "test"]
    assert list(sets.each(sets.save("empty", []).id)) == []


def test_whoever_gives_up_reading_keeps_no_connection(engine: Engine, sets: ExampleSets) -> None:
    saved = sets.save("a", SEVERAL)
    batches = sets.each(saved.id)
    next(batches)
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_set_that_is_removed_while_it_is_read_is_not_found(sets: ExampleSets) -> None:
    many = [Example(question=f"Q {n}", answer=f"A {n}") for n in range(1001)]
    batches = sets.each(sets.save("many", many).id)
    next(batches)
    sets.remove("many")
    with pytest.raises(StoreError, match="many v1") as caught:
        next(batches)
    assert caught.value.kind == "not_found"


def test_examples_are_read_by_position_in_the_order_asked(sets: ExampleSets) -> None:
    many = [Example(question=f"Q {n}", answer=f"A {n}") for n in range(1200)]
    saved = sets.save("many", many)
    wanted = [1199, 3, 3, *range(1100)]
    assert sets.at(saved.id, wanted) == [(n, saved.examples[n]) for n in wanted]
    assert sets.at(saved.id, []) == []
    with pytest.raises(StoreError, match="1200") as caught:
        sets.at(saved.id, [0, 1200])
    assert caught.value.kind == "not_found"


LOOKED_FOR = [
    Example(question="100% sure?", answer="Yes", tags=("Film",)),
    Example(question="1000 sure?", answer="no_one", tags=("film", ",")),
    Example(question="수도는?", answer="서울", tags=("영화", 'a"b')),
    Example(question=normalize("NFD", "부산은?"), answer="Busan", tags=("a", "b", "영화 평")),
    Example(question="back\\slash", answer="/"),
]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("  SURE ", [0, 1]),
        ("%", [0]),
        ("_", [1]),
        ("YES", [0]),
        ("서울", [2]),
        ("부산", [3]),
        (normalize("NFD", "수도"), [2]),
        ("\\", [4]),
        ("'; DROP TABLE examples; --", []),
        ("\0", [0, 1, 2, 3, 4]),
        ("한" * 100_000, []),
    ],
)
def test_a_page_takes_every_character_as_it_is(
    sets: ExampleSets, search: str, found: list[int]
) -> None:
    saved = sets.save("a", LOOKED_FOR)
    page = sets.page(saved.id, search=search, limit=10)
    assert page == [(n, saved.examples[n]) for n in found]
    assert sets.count(saved.id, search=search) == len(found)


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("영화", [2]),
        ("film", [1]),
        ("Film", [0]),
        (",", [1]),
        ('a"b', [2]),
        (" a ", [3]),
        (normalize("NFD", "영화 평"), [3]),
        ("", []),
        ("nobody", []),
    ],
)
def test_a_tag_is_found_whole(sets: ExampleSets, tag: str, found: list[int]) -> None:
    saved = sets.save("a", LOOKED_FOR)
    assert [position for position, _ in sets.page(saved.id, tag=tag, limit=10)] == found
    assert sets.count(saved.id, tag=tag) == len(found)


def test_pages_follow_each_other_on_one_side(sets: ExampleSets) -> None:
    saved = sets.save("a", SEVERAL, 0.5)
    train = [(n, one) for n, one in enumerate(saved.examples) if one.split == "train"]
    pages = [sets.page(saved.id, side="train", limit=2, offset=first) for first in (0, 2, 4)]
    assert [one for page in pages for one in page] == train[:6]
    assert sets.count(saved.id, side="train") == len(train)
    assert sets.page("nobody", limit=2) == []


def test_the_answers_given_with_a_version_are_counted(sets: ExampleSets, rounds: Rounds) -> None:
    for version in (1, 1, 2):
        answered(rounds, **shown("50%", version))
    answered(rounds, **shown("50% off", 1))
    answered(rounds, **shown("50%@1", 1))
    answered(rounds)
    assert sets.uses("50%") == {1: 2, 2: 1}
    assert sets.uses("50%@1") == {1: 1}
    assert sets.uses("50") == sets.uses("nobody") == {}


def test_a_name_that_comes_back_never_takes_the_version_of_an_answer(
    sets: ExampleSets, rounds: Rounds
) -> None:
    sets.save("a", SEVERAL[:5])
    answered(rounds, **shown("a", sets.save("a", SEVERAL).version))
    sets.remove("a")
    assert sets.save("a", RICH).version == 3


def test_changes_at_the_same_moment_lose_nothing(sets):
    def add(number: int) -> None:
        new = Example(question=f"q{number}", answer="a")
        sets.change("shared", lambda before: [*before, new])

    sets.save("shared", [Example(question="first", answer="a")])
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(add, range(6)))
    found = {one.example.question for one in sets.latest("shared").examples}
    assert found == {"first", *(f"q{number}" for number in range(6))}
    assert sets.named("shared").version == 7


def test_what_is_appended_stands_behind_what_is_there(sets):
    sets.append("new", [Example(question="a", answer="1")])
    made = sets.append(
        "new", [Example(question="b", answer="2"), Example(question="a", answer="1")]
    )
    assert [one.example.question for one in made.examples] == ["a", "b"]
    assert made.version == 2
