"""Past rounds: found, opened, asked again, shared."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from core.recipe import Recipe
from tests.pages.conftest import HISTORY, App
from tests.servers.upstream import Upstream

RECIPES = [Recipe(model="openai/echo"), Recipe(model="openai/pace-n5", system="Be brief")]


def asked(app: App, *questions: str) -> list[str]:
    ids = []
    for question in questions:
        round_ = app.lab.ask(question, RECIPES)
        round_.wait(10)
        ids.append(round_.id)
    return ids


@pytest.mark.parametrize(("locale", "text"), [("en-US", "No questions yet"), ("ko", "아직 질문이")])
def test_an_empty_history_says_what_to_do(
    open_app: Callable[..., App], locale: str, text: str
) -> None:
    assert text in open_app(locale).open(HISTORY).at.info[0].value


def test_rounds_are_listed_newest_first(app: App) -> None:
    asked(app, "Older one", "Newer one")
    text = app.open(HISTORY).everything()
    assert text.index("Newer one") < text.index("Older one")
    assert text.count("2 of 2 answers") == 2


def test_the_search_finds_questions_and_answers(app: App) -> None:
    asked(app, "Apples", "Pears")
    app.open(HISTORY)
    app.at.text_input(key="history_search").set_value("apples")
    app.run()
    assert "Apples" in app.everything()
    assert "Pears" not in app.everything()
    app.at.text_input(key="history_search").set_value("a%b_c")
    app.run()
    assert "Nothing contains" in app.at.info[0].value


def test_a_search_is_part_of_the_address(app: App) -> None:
    asked(app, "Apples", "Pears")
    app.open(HISTORY, history_search="Pears")
    assert "Apples" not in app.everything()


def test_a_round_is_opened(app: App) -> None:
    (round_id,) = asked(app, "Open me")
    app.open(HISTORY).click(f"open_{round_id}")
    assert app.at.query_params == {"round": round_id}
    assert app.state.round_id == round_id
    assert "Open me" in app.everything()
    assert len(app.at.feedback) == 2


def test_asking_again_fills_in_all_columns_and_sends_nothing(app: App, upstream: Upstream) -> None:
    (round_id,) = asked(app, "Once more")
    before = upstream.n["requests"]
    app.open(HISTORY).click(f"repeat_{round_id}")
    assert [c.recipe for c in app.state.columns] == RECIPES
    assert app.at.chat_input(key="question").value == "Once more"
    assert upstream.n["requests"] == before


def test_a_round_is_shared(app: App) -> None:
    (round_id,) = asked(app, "Share me")
    app.open(HISTORY).pop(f"link_{round_id}")
    first, second = (parse_qs(urlsplit(c.value).query) for c in app.at.code)
    assert first == {"round": [round_id]}
    assert second["recipe"] == [recipe.to_text() for recipe in RECIPES]


def test_a_long_history_has_pages(app: App) -> None:
    asked(app, *(f"Question {i:02}" for i in range(21)))
    app.open(HISTORY)
    assert "Question 00" not in app.everything()
    app.at.pagination[0].set_value(2)
    app.run()
    assert "Question 00" in app.everything()
    assert "Question 20" not in app.everything()
    app.at.text_input(key="history_search").set_value("Question 2")
    app.run()
    assert "Question 20" in app.everything(), "a search with fewer pages shows its first"


def test_markdown_in_a_question_is_shown_as_text(app: App) -> None:
    asked(app, "![x](http://evil.example) **bold** :red[x]")
    text = app.open(HISTORY).everything()
    assert "![x]" not in text
    assert "**bold**" not in text
