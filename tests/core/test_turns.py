"""Turns at one llama.cpp process: the same adapters together, others one after another, in order."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from core.models.turns import Scales, Turns

BASE: Scales = ()
MILD: Scales = (("a", 0.5),)
FULL: Scales = (("a", 1.0),)


class Stage:
    """Speakers that come, speak until told to end, and go."""

    def __init__(self) -> None:
        self.turns = Turns(slots=3)
        self.speaking: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, name: str, scales: Scales) -> None:
        self._ends[name] = asyncio.Event()
        self.tasks[name] = asyncio.ensure_future(self._speak(name, scales))
        await settle()

    async def end(self, name: str) -> None:
        self._ends[name].set()
        await settle()

    async def _speak(self, name: str, scales: Scales) -> None:
        async with self.turns.taking(scales):
            self.speaking.append(name)
            try:
                await self._ends[name].wait()
            finally:
                self.speaking.remove(name)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 10))


def test_the_same_adapters_speak_together_and_others_wait() -> None:
    async def story() -> None:
        stage = Stage()
        await stage.come("base 1", BASE)
        assert stage.turns.free(BASE)
        assert not stage.turns.free(MILD)
        await stage.come("base 2", BASE)
        await stage.come("mild", MILD)
        assert stage.speaking == ["base 1", "base 2"]
        await stage.end("base 1")
        assert stage.speaking == ["base 2"]
        await stage.end("base 2")
        assert stage.speaking == ["mild"]

    run(story())


def test_no_more_speak_than_there_are_slots() -> None:
    async def story() -> None:
        stage = Stage()
        for number in range(5):
            await stage.come(f"base {number}", BASE)
        assert stage.speaking == ["base 0", "base 1", "base 2"]
        await stage.end("base 1")
        assert stage.speaking == ["base 0", "base 2", "base 3"]
        await stage.come("mild", MILD)
        for number in (0, 2, 3):
            await stage.end(f"base {number}")
        assert stage.speaking == ["base 4"]
        await stage.end("base 4")
        assert stage.speaking == ["mild"]

    run(story())


def test_nobody_is_overtaken_for_ever() -> None:
    async def story() -> None:
        stage = Stage()
        await stage.come("base 1", BASE)
        await stage.come("mild", MILD)
        await stage.come("base 2", BASE)  # would fit now, but mild was here before
        assert stage.speaking == ["base 1"]
        await stage.end("base 1")
        assert stage.speaking == ["mild"]
        await stage.end("mild")
        assert stage.speaking == ["base 2"]

    run(story())


def test_neighbours_in_the_queue_with_the_same_adapters_begin_together() -> None:
    async def story() -> None:
        stage = Stage()
        await stage.come("base", BASE)
        for name, scales in (("mild 1", MILD), ("mild 2", MILD), ("full", FULL), ("mild 3", MILD)):
            await stage.come(name, scales)
        await stage.end("base")
        assert stage.speaking == ["mild 1", "mild 2"]
        await stage.end("mild 2")
        await stage.end("mild 1")
        assert stage.speaking == ["full"]

    run(story())


@pytest.mark.parametrize("stopped", ["base", "mild"])
def test_who_is_stopped_while_speaking_or_waiting_blocks_nobody(stopped: str) -> None:
    async def story() -> None:
        stage = Stage()
        for name, scales in (("base", BASE), ("mild", MILD), ("full", FULL)):
            await stage.come(name, scales)
        stage.tasks[stopped].cancel()
        await settle()
        for name in ("base", "mild"):
            await stage.end(name)
        assert stage.speaking == ["full"]
        await stage.end("full")
        assert stage.turns.free(MILD)

    run(story())


def test_who_is_called_and_stopped_in_the_same_moment_passes_the_turn_on() -> None:
    async def story() -> None:
        stage = Stage()
        for name, scales in (("base", BASE), ("mild", MILD), ("full", FULL)):
            await stage.come(name, scales)
        stage._ends["base"].set()
        await asyncio.sleep(0)  # base leaves and calls mild, which has not woken yet
        stage.tasks["mild"].cancel()
        await settle()
        assert stage.speaking == ["full"]

    run(story())
