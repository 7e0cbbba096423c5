"""Templates: every version stays as it was, and what has not changed is no new version."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from unicodedata import normalize

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from core.errors import StoreError, UsageError
from core.store import templates as store
from core.store.templates import Templates
from core.template import EXAMPLE_PATTERN, QUESTION_ALONE, Template

REVIEW = Template(
    name="영화 평",
    system="감정을 고르세요. \\{{ is no variable\n\n{{examples}}",
    user="{{context}}\n평: {{question}} ({{난이도}})",
    example="Q: {{question}} 🙂\nA: {{answer}}",
)
COLUMNS = ("난이도",)


@pytest.fixture
def templates(engine: Engine) -> Templates:
    return Templates(engine)


def saved(templates: Templates, user: str, name: str = "a") -> Template:
    return templates.save(Template(name=name, user=user), COLUMNS)


def test_a_template_comes_back_with_every_field(templates: Templates) -> None:
    before = datetime.now(UTC)
    made = templates.save(REVIEW, COLUMNS)
    assert made == replace(REVIEW, version=1, created_at=made.created_at)
    assert before - timedelta(seconds=1) <= made.created_at <= datetime.now(UTC)
    assert templates.get("영화 평") == templates.get(" 영화  평", 1) == made
    assert templates.get("영화 평").created_at.utcoffset() == timedelta(0)


def test_empty_parts_are_the_usual_ones(templates: Templates) -> None:
    made = saved(templates, " ")
    assert (made.system, made.user, made.example) == ("", QUESTION_ALONE, EXAMPLE_PATTERN)
    assert templates.get("a") == made


def test_a_change_is_the_next_version_and_the_old_one_stays(templates: Templates) -> None:
    first = saved(templates, "one {{question}}")
    second = saved(templates, "two {{question}}")
    other = saved(templates, "one {{question}}", "b")
    assert [first.version, second.version, other.version] == [1, 2, 1]
    assert templates.get("a") == second
    assert templates.get("a", 1) == first
    assert templates.versions("a") == (second, first)
    assert templates.list() == (other, second)
    assert templates.versions("nobody") == ()


def test_what_has_not_changed_is_the_version_that_stands(templates: Templates) -> None:
    first = saved(templates, "one {{question}}")
    assert saved(templates, " one {{question}}\n", " a ") == first
    assert templates.versions("a") == (first,)


def test_a_decomposed_name_is_the_same_name(templates: Templates) -> None:
    first = templates.save(REVIEW, COLUMNS)
    apart = normalize("NFD", REVIEW.name)
    assert templates.save(replace(REVIEW, name=apart), COLUMNS) == first
    assert templates.get(apart) == first


def test_rolling_back_is_a_version_too(templates: Templates) -> None:
    first, second = saved(templates, "one {{question}}"), saved(templates, "two {{question}}")
    third = templates.roll_back(" a", 1)
    assert (third.version, third.hash) == (3, first.hash)
    assert templates.versions("a") == (third, second, first)
    assert templates.roll_back("a", 3) == templates.roll_back("a", 1) == third


def test_rolling_back_does_not_ask_for_columns_that_have_gone(templates: Templates) -> None:
    first = templates.save(REVIEW, COLUMNS)
    templates.save(replace(REVIEW, user="{{question}}"), ())
    assert templates.roll_back(REVIEW.name, 1).user == first.user


def test_a_template_that_cannot_be_kept_is_refused(templates: Templates) -> None:
    with pytest.raises(UsageError, match="난이돈") as caught:
        saved(templates, "{{question}} {{난이돈}}")
    assert caught.value.kind == "bad_template"
    assert caught.value.details["suggestion"] == "난이도"
    assert templates.list() == ()


@pytest.mark.parametrize(
    ("name", "version"),
    [("", None), ("nobody", None), ("x" * 500, None), ("\0", 1), ("a", 2), ("a", 0), ("a", 10**30)],
)
def test_a_template_that_is_not_stored_is_not_found(
    templates: Templates, name: str, version: int | None
) -> None:
    saved(templates, "{{question}}")
    for attempt in (
        lambda: templates.get(name, version),
        lambda: templates.roll_back(name, 1 if version is None else version),
    ):
        with pytest.raises(StoreError) as caught:
            attempt()
        assert caught.value.kind == "not_found"


def test_a_missing_version_is_named(templates: Templates) -> None:
    saved(templates, "{{question}}")
    with pytest.raises(StoreError, match=r"version 7 .*'a'"):
        templates.get("a", 7)


def test_removing_a_name_removes_all_its_versions(templates: Templates) -> None:
    saved(templates, "one {{question}}")
    saved(templates, "two {{question}}")
    kept = saved(templates, "one {{question}}", "b")
    templates.remove(" a ")
    templates.remove("never there")
    assert templates.list() == (kept,)
    assert templates.versions("a") == ()


def test_text_that_a_database_refuses_is_stored_cleaned(templates: Templates) -> None:
    made = templates.save(
        Template(name="a\0", system="\ud83d\ude00 \ud83d", user="{{question}}\0"), ()
    )
    assert (made.name, made.system, made.user) == ("a", "😀 \ufffd", "{{question}}")
    assert templates.get("a") == made


def test_those_who_save_at_once_make_a_version_each(templates: Templates) -> None:
    start = Barrier(3)

    def save(word: str) -> Template:
        start.wait(10)
        return saved(templates, word + " {{question}}")

    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(save, ("one", "two", "three")))
    assert sorted(one.version for one in made) == [1, 2, 3]
    assert set(templates.versions("a")) == set(made)


def test_a_version_that_others_always_take_first_is_a_store_error(
    templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(templates, "one {{question}}")
    monkeypatch.setattr(store, "_version", lambda connection, name, version: None)
    with pytest.raises(StoreError) as caught:
        saved(templates, "two {{question}}")
    assert caught.value.kind == "not_stored"
    assert isinstance(caught.value.__cause__, IntegrityError)


def test_a_database_that_is_away_is_a_store_error(engine: Engine, templates: Templates) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE templates"))
    for attempt in (lambda: saved(templates, "{{question}}"), lambda: templates.remove("a")):
        with pytest.raises(StoreError) as caught:
            attempt()
        assert caught.value.kind == "not_stored"
