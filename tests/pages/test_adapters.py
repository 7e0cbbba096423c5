"""The adapters page: from an example set to a training, and what an adapter shows."""

import importlib.util
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from core.adapter import Adapter, AdapterUse, Gain, Scores
from core.example import Example
from core.lora.base import EMBEDDED
from core.lora.library import DESCRIPTION, WEIGHTS
from core.recipe import Recipe
from tests.pages.conftest import ADAPTERS, App

FAIR = [Example(question=f"What is item {n}?", answer=f"number {n * 7}") for n in range(60)]
PATIENCE_S = 90.0


def give_adapter(app: App, name: str = "mine", **changes: Any) -> Adapter:
    """An own adapter as the library reads it."""
    before = Scores(exact=0.1, similarity=0.2, count=20, basics={"unknown": 1.0, "talk": 0.5})
    after = Scores(exact=0.9, similarity=0.95, count=20, basics={"unknown": 0.5, "talk": 0.5})
    values: dict[str, Any] = {
        "name": name,
        "hash": "0123456789ab",
        "base": EMBEDDED,
        "base_hash": "x",
        "tokenizer_hash": "t",
        "template_hash": "c",
        "rank": 8,
        "alpha": 32.0,
        "trainable": 1000,
        "parameters": 100_000,
        "example_set": "set v1",
        "example_set_hash": "e",
        "train_count": 40,
        "test_count": 20,
        "settings": {},
        "versions": {},
        "hardware": "test",
        "created_at": "2026-11-21T00:00:00+00:00",
        "duration_s": 36.0,
        "losses": ((1, 2.0), (2, 1.0)),
        "before": before,
        "after": after,
        "gain": Gain(mean=0.75, low=0.6, high=0.9),
        "samples": (("Who?", "Kim", "I don't know.", "Kim"),),
    }
    adapter = Adapter(**(values | changes))
    folder = app.lab.adapters.own / name
    folder.mkdir(parents=True)
    (folder / DESCRIPTION).write_text(json.dumps(adapter.to_json()))
    (folder / WEIGHTS).write_bytes(b"weights")
    return adapter


def train_tab(app: App, examples: list[Example], name: str = "items") -> App:
    made = app.lab.example_sets.save(name, examples)
    app.open(ADAPTERS)
    app.at.session_state["adapters_tab"] = app.at.tabs[1].label
    app.at.session_state["train_set"] = made.id
    return app.run()


def test_an_adapter_shows_what_it_changed_and_what_got_worse(app: App) -> None:
    give_adapter(app)
    app.open(ADAPTERS)
    values = [metric.value for metric in app.at.metric]
    assert {"90 %", "95 %", "better", "1 got worse"} <= set(values)
    said = app.everything()
    assert "70 %–97 %" in said, "the interval of 18 of 20"
    assert "saying it does not know 100 % → 50 %" in said


def test_in_korean(open_app: Callable[..., App]) -> None:
    app = open_app("ko")
    give_adapter(app)
    app.open(ADAPTERS)
    assert app.at.title[0].value == "어댑터"
    assert "나아짐" in [metric.value for metric in app.at.metric]


def test_its_link_compares_base_and_adapter_on_a_held_out_question(app: App) -> None:
    give_adapter(app)
    app.open(ADAPTERS)
    link = next(b for b in app.at.get("link_button") if "mine" in b.proto.url)
    assert "question=Who" in link.proto.url
    assert link.proto.url.count("recipe=") == 2


def test_an_own_adapter_can_be_deleted(app: App) -> None:
    give_adapter(app)
    app.open(ADAPTERS).click("delete_mine")
    assert app.lab.adapters.get("mine") is None


def test_a_set_is_checked_and_estimated_before_anything_starts(app: App) -> None:
    train_tab(app, FAIR)
    metrics = {metric.label: metric.value for metric in app.at.metric}
    assert int(metrics["Numbers trained"].replace(",", "")) > 1000
    assert metrics["Memory"].endswith("MB")
    assert not app.at.button(key="train_start").disabled


@pytest.mark.parametrize(
    ("examples", "said"),
    [
        (FAIR[:3], "fewer than 8"),
        ([Example(question=e.question, answer="yes") for e in FAIR], "All answers are the same"),
        ([*FAIR, Example(question="Long?", answer="x" * 50_000)], "very long"),
    ],
)
def test_a_set_that_cannot_be_learnt_is_refused_with_the_reason(
    app: App, examples: list[Example], said: str
) -> None:
    train_tab(app, examples)
    assert said in app.everything()
    assert app.at.button(key="train_start").disabled


def test_without_the_packages_the_page_names_the_one_command(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "peft" else find(name)
    )
    train_tab(app, FAIR)
    assert "pip install -r requirements-lora.txt" in app.everything()
    assert app.at.button(key="train_start").disabled


def test_a_bad_name_is_said_and_nothing_is_lost(app: App) -> None:
    train_tab(app, FAIR)
    field = next(f for f in app.at.text_input if f.key.startswith("train_name"))
    field.set_value("../evil").run()
    app.click("train_start")
    assert "cannot be a name" in app.titles_of_errors()
    assert app.lab.trainings.jobs() == []
    assert [s.name for s in app.lab.example_sets.list()] == ["items"]


def test_a_training_started_here_becomes_an_adapter_in_the_list(app: App) -> None:
    train_tab(app, FAIR[:20])
    app.at.session_state["train_dial"] = "faster"
    app.run().click("train_start")
    (job,) = app.lab.trainings.jobs()
    assert "items" in app.everything(), "it can be watched"
    end = time.monotonic() + PATIENCE_S
    while job.status()["state"] != "done":
        assert time.monotonic() < end, job.status()
        time.sleep(0.1)
    assert [a.name for a in app.lab.adapters.all() if not app.lab.adapters.is_shipped(a.name)] == [
        job.name
    ]


def test_the_glossary_explains_twelve_terms_twice(app: App) -> None:
    app.open(ADAPTERS)
    app.at.session_state["adapters_tab"] = app.at.tabs[2].label
    app.run()
    assert len(app.at.table[0].value) == 12


def test_a_column_names_its_adapter_and_its_strength(app: App) -> None:
    recipe = Recipe(model=EMBEDDED, adapter=(AdapterUse(name="mine", scale=0.5),))
    app.compare(recipe.to_text())
    assert "mine × 0.5" in app.everything()


def test_an_adapter_that_is_not_there_spoils_its_own_column_only(app: App) -> None:
    app.compare('{"model":"openai/echo","adapter":"nobody"}', "openai/echo").ask().until_ended()
    first, second = app.answers
    assert first.error is not None
    assert first.error.kind == "unknown_adapter"
    assert second.error is None
    assert "There is no adapter nobody" in app.titles_of_errors()
