"""Short forms that the tests of rounds share."""

import socket
import time
from collections.abc import Callable, Sequence

import psutil

from core.answer import Answer
from core.draft import Draft
from core.lab import Lab
from core.recipe import Recipe

PATIENCE_S = 60.0


def ask(lab: Lab, model: str, question: str = "Why is the sky blue?") -> Answer:
    """Ask one model and wait for its answer."""
    return ask_recipe(lab, Recipe(model=model), question)


def ask_recipe(lab: Lab, recipe: Recipe, question: str = "Why is the sky blue?") -> Answer:
    (answer,) = lab.ask(question, [recipe]).wait(PATIENCE_S)
    return answer


def recipes(models: Sequence[str]) -> list[Recipe]:
    return [Recipe(model=model) for model in models]


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something that is bound to happen; fail by name when it does not."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.005)


def until_writing(draft: Draft) -> None:
    until(lambda: bool(draft.pieces), f"first word of column {draft.position}")


def dead_url() -> str:
    """An address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def leaves_machine(lab: Lab, model: str) -> bool | None:
    """Whether a model's questions are sent elsewhere; None when nobody knows who answers."""
    route = lab.metering.known(model)
    return route.leaves_machine if route else None


def runtime_processes() -> list[psutil.Process]:
    """The llama.cpp processes that this one has started."""
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if "core.models.local_process" in child.cmdline():
                found.append(child)
        except psutil.Error:
            continue
    return found
