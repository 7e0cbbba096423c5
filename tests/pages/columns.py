"""What tests of columns with examples, templates and schemas share."""

import json
from collections.abc import Sequence
from typing import Any

from core.example import Example
from core.example_set import ExampleSet, normalised
from pages.shared.texts import TEXTS
from tests.pages.conftest import App

ECHO, ECHO_ALL, OTHER = "openai/echo", "openai/echo-all", "openai/pace-n5"
CAPITALS = [
    ("What is the capital of France?", "Paris"),
    ("What is the capital of Italy?", "Rome"),
    ("What is the capital of Japan?", "Tokyo"),
    ("대한민국의 수도는 어디인가요?", "서울"),
]


def said(key: str, language: str = "en") -> str:
    """The text of a key up to its first placeholder."""
    return TEXTS[key][0 if language == "ko" else 1].split("{")[0]


def store(
    app: App, name: str, pairs: Sequence[tuple[str, str]], *, tags: Sequence[str] = ()
) -> ExampleSet:
    """A set of which every example may be shown."""
    found = [Example(question=q, answer=a, tags=tuple(tags)) for q, a in pairs]
    sides: Any = {normalised(question): "train" for question, _ in pairs}
    return app.lab.example_sets.save(name, found, sides=sides)


def column(model: str = ECHO, **how: object) -> str:
    return json.dumps({"model": model, **how}, ensure_ascii=False)


def shots(model: str = ECHO, name: str = "cities", **how: object) -> str:
    """A column that shows examples of a set."""
    return column(model, few_shot={"set": name, **how})


def settings(app: App, position: int = 0) -> str:
    """Open a column's settings; the end of its fields' keys."""
    app.pop(f"settings_{position}")
    return str(app.state.columns[position].thread_id)


def choose(app: App, kind: str, key: str, value: object) -> App:
    getattr(app.at, kind)(key=key).set_value(value)
    return app.run()


def toasts(app: App) -> str:
    return "\n".join(str(one.value) for one in app.at.toast).replace("\\", "")


def sent(app: App, position: int = 0) -> list[tuple[str, str]]:
    """Role and content of the messages that a column sent."""
    messages = app.answers[position].snapshot["messages"]
    assert isinstance(messages, list)
    return [(m["role"], m["content"]) for m in messages]  # type: ignore[index, call-overload]
