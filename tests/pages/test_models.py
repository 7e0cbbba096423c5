"""What can answer here, what is missing for the rest, endpoints and prices."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from core.pricing import Price
from core.recipe import Recipe
from tests.pages.conftest import MODELS, App
from tests.servers.upstream import Upstream


def states(app: App) -> dict[str, str]:
    table = app.at.dataframe[0].value
    return dict(zip(table.iloc[:, 0], table.iloc[:, 1], strict=True))


def add_endpoint(app: App, **values: str) -> App:
    for name, value in values.items():
        app.at.text_input(key=f"endpoint_{name}").set_value(value)
    app.at.button(key="endpoint_add").click()
    return app.run()


@pytest.mark.parametrize(
    ("locale", "text"), [("en-US", "set ANTHROPIC_API_KEY"), ("ko", "ANTHROPIC_API_KEY 환경 변수")]
)
def test_a_missing_key_is_named(open_app: Callable[..., App], locale: str, text: str) -> None:
    app = open_app(locale).open(MODELS)
    assert text in states(app)["anthropic/claude-haiku-4-5"]


def test_what_is_ready_says_so(app: App) -> None:
    found = states(app.open(MODELS))
    assert found["baseline/extract"] == "✓ ready"
    assert found["baseline/nearest"] == "✓ ready"
    assert found["openai/gpt-4o-mini"] == "✓ ready"


def test_an_ollama_that_does_not_run_is_no_error(app: App) -> None:
    app.open(MODELS).click("models_refresh")
    assert any("Ollama is not running" in info.value for info in app.at.info)
    assert not app.at.error


def test_the_table_is_searched_and_reduced(app: App) -> None:
    app.open(MODELS)
    app.at.text_input(key="models_search").set_value("CLAUDE")
    app.run()
    assert states(app)
    assert all("claude" in model for model in states(app))
    app.at.toggle(key="only_ready").set_value(True)
    app.at.text_input(key="models_search").set_value("")
    app.run()
    assert set(states(app).values()) == {"✓ ready"}


def test_a_search_without_a_hit_shows_an_empty_table(app: App) -> None:
    app.open(MODELS)
    app.at.text_input(key="models_search").set_value("no such model")
    app.run()
    assert len(app.at.dataframe[0].value) == 0


def test_an_endpoint_is_added_answers_and_is_removed(app: App, upstream: Upstream) -> None:
    add_endpoint(app.open(MODELS), name="mine", url=str(upstream.url), key_env="OPENAI_API_KEY")
    assert [e.name for e in app.lab.entered_endpoints()] == ["mine"]
    (answer,) = app.lab.ask("Hello", [Recipe(model="mine/echo")]).wait(10)
    assert answer.text == "Hello"
    app.run().click("remove_mine")
    assert app.lab.entered_endpoints() == ()


def test_an_endpoint_survives_a_restart(app: App, upstream: Upstream) -> None:
    add_endpoint(app.open(MODELS), name="mine", url=str(upstream.url))
    assert [e.base_url for e in app.lab.preferences.endpoints()] == [upstream.url]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"name": "mine", "url": "not a url"}, "not an http"),
        ({"name": "", "url": "http://127.0.0.1:1/v1"}, "'name'"),
        ({"name": "openai", "url": "http://127.0.0.1:1/v1"}, "already means a provider"),
        ({"name": "mine", "url": "http://127.0.0.1:1/v1", "key_env": "sk-secret"}, "not a key"),
        ({"name": "mine", "url": "http://u:p@127.0.0.1:1/v1"}, "holds a password"),
    ],
)
def test_a_bad_endpoint_is_explained_and_not_kept(
    app: App, values: dict[str, str], text: str
) -> None:
    add_endpoint(app.open(MODELS), **values)
    assert text in app.titles_of_errors()
    assert app.lab.entered_endpoints() == ()


def test_a_name_is_taken_once(app: App) -> None:
    add_endpoint(app.open(MODELS), name="mine", url="http://127.0.0.1:9/v1")
    add_endpoint(app, name="mine", url="http://127.0.0.1:10/v1")
    assert "already one named" in app.titles_of_errors()
    assert len(app.lab.entered_endpoints()) == 1


def test_an_endpoint_of_the_environment_cannot_be_removed(
    open_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NARANI_ENDPOINTS", '[{"name":"fixed","base_url":"http://127.0.0.1:9/v1"}]')
    app = open_app().open(MODELS)
    assert "from the environment" in app.everything()
    assert not [b for b in app.at.button if b.key == "remove_fixed"]


def test_the_rate_and_the_own_machine_are_saved(app: App) -> None:
    app.open(MODELS)
    assert "built in" in app.lab.money.prices().rate.source
    app.at.number_input(key="rate").set_value(1450.5)
    app.at.date_input(key="rate_since").set_value(date(2026, 8, 1))
    app.at.number_input(key="own_cost").set_value(0.25)
    app.click("save_prices")
    rate = app.lab.money.prices().rate
    assert (rate.krw_per_usd, rate.since) == (1450.5, date(2026, 8, 1))
    assert app.lab.money.prices().own_usd_per_hour == 0.25
    assert app.at.toast


def test_saving_without_a_change_leaves_the_built_in_rate(app: App) -> None:
    app.open(MODELS).click("save_prices")
    assert app.lab.money.prices().rate.source == "built in"
    assert app.lab.money.prices().own_usd_per_hour is None


ROW = {
    "model": " openai/echo ",
    "currency": "USD",
    "input_per_million": 1.0,
    "output_per_million": 2.0,
    "cached_per_million": None,
    "reasoning_per_million": None,
    "since": date(2026, 1, 1),
}


def save_rows(app: App, monkeypatch: pytest.MonkeyPatch, *rows: dict[str, object]) -> list[Price]:
    """Save the table as somebody edited it: AppTest cannot type into its cells."""
    monkeypatch.setattr("streamlit.data_editor", lambda *_, **__: pd.DataFrame(rows))
    return app.open(MODELS).click("save_prices").lab.preferences.prices()


def test_an_entered_price_is_saved_and_used(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    (price,) = save_rows(app, monkeypatch, ROW)
    assert (price.model, price.input_per_million, price.since) == (
        "openai/echo",
        1.0,
        date(2026, 1, 1),
    )
    (answer,) = app.lab.ask("Hello", [Recipe(model="openai/echo")]).wait(10)
    assert answer.cost.usd is not None
    assert answer.cost.price_version == "entered here 2026-01-01"


def test_a_price_without_a_day_holds_from_today(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    (price,) = save_rows(app, monkeypatch, ROW | {"since": None})
    assert price.since == datetime.now(UTC).date()


@pytest.mark.parametrize(
    "rows",
    [
        [ROW, ROW],
        [ROW | {"model": None}],
        [ROW | {"output_per_million": None}],
        [ROW | {"input_per_million": -1.0}],
    ],
)
def test_a_bad_price_is_explained_and_nothing_is_saved(
    app: App, monkeypatch: pytest.MonkeyPatch, rows: list[dict[str, object]]
) -> None:
    assert save_rows(app, monkeypatch, *rows) == []
    assert "The price is not right." in app.titles_of_errors()
    assert not app.at.toast


def test_entered_prices_are_shown_and_kept_by_saving(app: App) -> None:
    price = Price(
        model="openai/echo",
        input_per_million=1.0,
        output_per_million=2.0,
        since=date(2026, 1, 1),
        source="entered here",
    )
    app.lab.money.set_prices(entered=[price])
    app.open(MODELS).click("save_prices")
    assert [(p.model, p.output_per_million, p.since) for p in app.lab.preferences.prices()] == [
        ("openai/echo", 2.0, date(2026, 1, 1))
    ]
