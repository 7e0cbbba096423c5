"""A comparison handed on as a file: what it holds, what opens it, what is wrong with it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st

from core.few_shot import FewShot
from core.recipe import Recipe
from core.template import Template, TemplateUse
from tests.pages.columns import (
    CAPITALS,
    ECHO,
    OTHER,
    choose,
    column,
    said,
    shots,
    store,
    toasts,
)
from tests.pages.conftest import App, told

YAML = "application/yaml"
QUESTION = "왜 & wie: #1?"


@pytest.fixture(params=["ko", "en"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page in each language; AppTest formats options outside of the page, so by the operator."""
    monkeypatch.setenv("NARANI_LANG", request.param)
    return str(request.param)


@pytest.fixture
def file(monkeypatch: pytest.MonkeyPatch) -> Callable[[App], bytes]:
    """What the download of the share popover holds; AppTest keeps no files, so it is caught."""
    caught: list[Any] = []
    original = st.download_button

    def download_button(label: str, data: Any, **more: Any) -> bool:
        caught.append((more.get("key"), data))
        return original(label, data, **more)

    monkeypatch.setattr(st, "download_button", download_button)

    def content(app: App) -> bytes:
        app.pop("share")
        return bytes(next(data for key, data in reversed(caught) if key == "share_download"))

    return content


def upload(app: App, content: bytes | str) -> App:
    app.pop("share")
    piece = content.encode() if isinstance(content, str) else content
    app.at.file_uploader(key="share_open").set_value(("comparison.yaml", piece, YAML))
    return app.run()


def restart(app: App) -> None:
    """The server ends; the next tab finds a new one."""
    app.lab.close()
    st.cache_resource.clear()


def recipes(app: App) -> list[Recipe]:
    return [one.recipe for one in app.state.columns]


def test_a_file_opens_again_with_columns_values_and_question(
    app: App, open_app: Callable[..., App], file: Callable[[App], bytes]
) -> None:
    app.run().lab.templates.save(Template(name="t", user="{{channel}} {{question}}"), ("channel",))
    schema = {"type": "object", "properties": {"b": {}, "a": {}}}
    app.compare(
        column(template="t", system="Kurz: & 짧게\n둘째 줄", temperature=0.5, name="첫째"),
        column(OTHER, schema=schema, stop=["END"]),
        **{"value.channel": "chat"},
    )
    app.ask(QUESTION).until_ended()
    other = upload(open_app().compare(OTHER), file(app))
    assert recipes(other) == recipes(app)
    assert other.state.values == {"channel": "chat"}
    assert other.at.text_input(key="value_channel").value == "chat"
    assert other.at.chat_input(key="question").value == QUESTION
    assert other.state.round_id is None
    assert told("share_opened", count=2) in toasts(other)
    assert not other.at.file_uploader, "nothing covers the columns"


def test_a_reopened_round_is_shared_with_its_question(
    app: App, open_app: Callable[..., App], file: Callable[[App], bytes]
) -> None:
    app.compare(ECHO, OTHER).ask(QUESTION).until_ended()
    restart(app)
    again = open_app().open(round=app.state.round_id)
    assert QUESTION in file(again).decode()
    opened = upload(open_app().compare(OTHER), file(again))
    assert opened.at.chat_input(key="question").value == QUESTION


def test_a_file_takes_the_place_of_the_round_on_screen(
    app: App, file: Callable[[App], bytes]
) -> None:
    app.compare(ECHO, OTHER)
    content = file(app)
    app.compare(OTHER).ask("Other").until_ended()
    upload(app, content)
    app.run()
    assert app.models == [ECHO, OTHER]
    assert app.state.round_id is None
    assert "round" not in app.at.query_params


def test_a_file_brings_its_template_and_its_set(
    open_app: Callable[..., App],
    app: App,
    file: Callable[[App], bytes],
    tmp_path: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app.run().lab.templates.save(Template(name="polite", system="Be polite."), ())
    store(app, "cities", CAPITALS)
    app.compare(shots(k=2), column(template="polite"))
    content = file(app)
    monkeypatch.setenv("NARANI_HOME", f"{tmp_path}/elsewhere")
    restart(app)
    other = upload(open_app().compare(OTHER), content)
    assert other.lab.templates.get("polite").system == "Be polite."
    assert [
        (one.example.question, one.example.answer)
        for one in other.lab.example_sets.latest("cities").examples
    ] == CAPITALS
    assert recipes(other) == [
        Recipe(model=ECHO, few_shot=FewShot(set="cities", k=2)),
        Recipe(model=ECHO, template=TemplateUse(name="polite")),
    ]
    assert said("share_added") in toasts(other)
    assert "polite v1" in toasts(other)
    assert "cities v1" in toasts(other)


def test_what_is_missing_here_is_named(app: App, language: str) -> None:
    upload(
        app.compare(ECHO),
        "narani: 1\ncolumns:\n- model: openai/echo\n  template: 없는 것\n",
    )
    assert told("share_missing", language, names="없는 것") in toasts(app)
    assert recipes(app)[0].template == TemplateUse(name="없는 것")


@pytest.mark.parametrize(
    ("content", "code", "details"),
    [
        ("narani: 1\ncolumns:\n- model: a\n  tempreture: 1\n", "unknown_field", {"line": 4}),
        ("narani: 1\ncolumns:\n- model: a\n  temperature: hot\n", "bad_value", {"line": 4}),
        ("narani: 1\ncolumns:\n\t- model: a\n", "tab", {"line": 3}),
        ("narani: 1\ncolumns:\n- model: 'a\n", "yaml", {}),
        ("hello: 1\n", "not_a_comparison", {}),
        ("narani: 1\ncolumns: []\n", "no_columns", {}),
        (b"narani: 1\ncolumns:\n- model: \xff\xfe\xff\n", "encoding", {"line": 3}),
    ],
)
def test_a_broken_file_is_explained_and_the_columns_stay(
    app: App, content: str | bytes, code: str, details: dict[str, int], language: str
) -> None:
    upload(app.compare(ECHO, OTHER), content)
    assert app.models == [ECHO, OTHER]
    assert said("error_bad_recipe_file", language) in app.titles_of_errors()
    assert said(f"next_bad_recipe_file_{code}", language) in app.titles_of_errors()
    for number in details.values():
        assert f"{number}" in app.titles_of_errors()
    assert "?" not in app.titles_of_errors().replace("?\n", "")


def test_too_many_columns_are_refused(app: App) -> None:
    upload(app.compare(ECHO), "narani: 1\ncolumns:\n" + "- model: a\n" * 9)
    assert app.models == [ECHO]
    assert "8" in app.titles_of_errors()


def test_the_file_holds_no_key(app: App, file: Callable[[App], bytes]) -> None:
    app.compare(ECHO, column(system="sk-test is no secret of ours"))
    text = file(app).decode()
    assert "sk-test is" in text
    assert text.count("sk-test") == 1


def test_names_in_a_file_are_drawn_as_text(app: App) -> None:
    name = ":red[x] <img src=x> **b**"
    content = {"narani": 1, "columns": [{"model": "openai/echo", "template": name}]}
    upload(app.compare(ECHO), json.dumps(content))
    text = "\n".join(str(one.value) for one in app.at.toast)
    assert "**b" not in text
    assert ":red[" not in text.replace("\\:red", "")


def test_a_comparison_can_be_opened_in_korean(app: App, file: Callable[[App], bytes]) -> None:
    app.compare(ECHO, OTHER)
    content = file(app)
    choose(app, "segmented_control", "lang", "ko")
    upload(app, content)
    assert told("share_opened", "ko", count=2) in toasts(app)
