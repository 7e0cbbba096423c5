"""Votes: filtered, looked at, downloaded."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from starlette.datastructures import QueryParams

from core.recipe import Recipe
from core.store.export import VOTE_COLUMNS
from core.store.votes import VoteFilter
from pages.shared.server import filter_from, params_from
from tests.pages.conftest import FEEDBACK, App

PLAIN = Recipe(model="openai/echo")
BRIEF = Recipe(model="openai/pace-n5", system="Be brief")


@pytest.fixture
def voted(app: App) -> App:
    """Up on echo, down on the other with a reason, to an English and to a Korean question."""
    for question in ("Why is the sky blue?", "하늘은 왜 파란가요?"):
        one, two = app.lab.ask(question, [PLAIN, BRIEF]).wait(10)
        app.lab.vote(one.id, "ann", 1)
        app.lab.vote(two.id, "ann", -1, ["wrong"], "=no")
    return app.open(FEEDBACK)


def shown(app: App) -> int:
    """Votes in the table; 0 when the page says that nothing fits."""
    return len(app.at.dataframe[0].value) if app.at.dataframe else 0


@pytest.mark.parametrize(("locale", "text"), [("en-US", "No votes yet"), ("ko", "아직 평가가")])
def test_an_empty_page_says_what_to_do(
    open_app: Callable[..., App], locale: str, text: str
) -> None:
    assert text in open_app(locale).open(FEEDBACK).at.info[0].value


def test_the_numbers(voted: App) -> None:
    assert [m.value for m in voted.at.metric] == ["4", "2", "50 %"]
    assert "95 % interval" in voted.at.metric[2].delta
    assert shown(voted) == 4


def test_in_korean(voted: App) -> None:
    voted.at.session_state["lang"] = "ko"
    voted.run()
    assert voted.at.title[0].value == "평가"
    assert "틀림" in "".join(voted.at.dataframe[0].value["reasons"])


@pytest.mark.parametrize(
    ("kind", "key", "value", "count"),
    [
        ("multiselect", "f_model", ["openai/echo"], 2),
        ("multiselect", "f_recipe", [BRIEF.key], 2),
        ("multiselect", "f_technique", ["system"], 2),
        ("multiselect", "f_technique", ["plain"], 2),
        ("multiselect", "f_reason", ["wrong"], 2),
        ("multiselect", "f_reason", ["unsafe"], 0),
        ("multiselect", "f_language", ["ko"], 2),
        ("multiselect", "f_language", ["ko", "en"], 4),
        ("selectbox", "f_rating", 1, 2),
        ("selectbox", "f_rating", -1, 2),
        ("date_input", "f_since", datetime.now(UTC).date() + timedelta(days=2), 0),
        ("date_input", "f_since", datetime.now(UTC).date() - timedelta(days=2), 4),
        ("date_input", "f_until", datetime.now(UTC).date() - timedelta(days=2), 0),
        ("date_input", "f_until", datetime.now(UTC).date() + timedelta(days=2), 4),
    ],
)
def test_each_filter(voted: App, kind: str, key: str, value: object, count: int) -> None:
    getattr(voted.at, kind)(key=key).set_value(value)
    voted.run()
    assert shown(voted) == count
    if not count:
        assert "No vote fits" in voted.at.info[0].value


def test_filters_work_together_and_can_be_taken_back(voted: App) -> None:
    voted.at.multiselect(key="f_model").set_value(["openai/echo"])
    voted.at.multiselect(key="f_language").set_value(["ko"])
    voted.run()
    assert shown(voted) == 1
    voted.at.multiselect(key="f_model").set_value([])
    voted.at.multiselect(key="f_language").set_value([])
    voted.run()
    assert shown(voted) == 4


def test_the_download_buttons_are_there(voted: App) -> None:
    assert {b.key for b in voted.at.download_button} == {"download_csv", "download_jsonl"}


def test_the_csv_holds_every_vote_and_is_harmless(voted: App) -> None:
    data = "".join(voted.lab.export("votes", "csv", VoteFilter())).encode()
    assert data.startswith(b"\xef\xbb\xbf")
    frame = pd.read_csv(io.BytesIO(data), encoding="utf-8-sig")
    assert list(frame.columns) == list(VOTE_COLUMNS)
    assert sorted(frame["rating"]) == [-1, -1, 1, 1]
    assert set(frame["comment"].dropna()) == {"'=no"}
    assert set(frame["language"]) == {"ko", "en"}


def test_a_filter_survives_its_link() -> None:
    wanted = VoteFilter(
        models=("openai/a", "b & c"),
        recipes=("abc",),
        techniques=("system",),
        reasons=("wrong",),
        languages=("ko",),
        since=datetime(2026, 1, 2, tzinfo=UTC).date(),
        until=datetime(2026, 2, 3, tzinfo=UTC).date(),
        rating=-1,
    )
    assert filter_from(QueryParams(params_from(wanted))) == wanted
    assert filter_from(QueryParams([])) == VoteFilter()


def test_a_large_export_is_streamed_by_the_server(
    voted: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.votes.Votes.count", lambda _self, _wanted: (20_001, 10_000))
    voted.run()
    urls = [link.proto.url for link in voted.at.get("link_button")]
    assert [url.partition("?")[0] for url in urls] == ["/export/votes.csv", "/export/votes.jsonl"]
