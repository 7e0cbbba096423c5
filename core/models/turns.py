"""Who may speak to one llama.cpp process: several with the same adapters, else one after another.

llama.cpp itself writes answers with different adapters one after another. Waiting for that inside
it would be counted as the model's latency; here it is a turn that people see.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

Scales = tuple[tuple[str, float], ...]
"""Adapters by hash, with their scales."""


class Turns:
    """First come, first served; whoever shares the speaker's adapters and comes next joins in."""

    def __init__(self) -> None:
        self._speaking: Scales = ()
        self._speakers = 0
        self._queue: deque[tuple[Scales, asyncio.Event]] = deque()

    def free(self, scales: Scales) -> bool:
        """Whether a turn with these adapters would begin at once."""
        return not self._speakers or (not self._queue and scales == self._speaking)

    @asynccontextmanager
    async def taking(self, scales: Scales) -> AsyncIterator[None]:
        """Wait for the turn, hold it, and pass it on."""
        if self.free(scales):
            self._speaking = scales
            self._speakers += 1
        else:
            await self._wait(scales)
        try:
            yield
        finally:
            self._leave()

    async def _wait(self, scales: Scales) -> None:
        called = asyncio.Event()
        place = scales, called
        self._queue.append(place)
        try:
            await called.wait()
        except asyncio.CancelledError:
            if called.is_set():  # called and stopped in the same moment: the turn is ours to end
                self._leave()
            else:
                self._queue.remove(place)
            raise

    def _leave(self) -> None:
        self._speakers -= 1
        if self._speakers or not self._queue:
            return
        self._speaking = self._queue[0][0]
        while self._queue and self._queue[0][0] == self._speaking:
            self._speakers += 1
            self._queue.popleft()[1].set()
