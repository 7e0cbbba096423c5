"""Our own retry: visible, only before the first word, and as long as the upstream asked for.

A library's hidden retry would be counted as the model's latency. Retrying a generator that has
already spoken would repeat its words, so after the first piece nothing is retried.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

from core.errors import ModelError, ModelErrorKind
from core.model import Delta, Event, Waiting

WORTH_RETRYING: frozenset[ModelErrorKind] = frozenset(("rate_limited", "server", "connection_lost"))
LONGEST_PAUSE_S = 60.0


async def with_retries(
    open_stream: Callable[[], AsyncIterator[Event]], attempts: int
) -> AsyncIterator[Event]:
    """Stream, and start again after a failure that is likely to pass.

    Yields a `Waiting` before each pause, so that people see why nothing happens.

    Raises:
        ModelError: the last failure, or one that waiting does not cure.
    """
    for attempt in range(1, attempts + 1):
        started = False
        try:
            async with aclosing(open_stream()) as events:  # type: ignore[type-var]
                async for event in events:
                    started = started or isinstance(event, Delta)
                    yield event
            return
        except ModelError as error:
            pause_s = pause_before(attempt, error)
            hopeless = error.kind not in WORTH_RETRYING or pause_s > LONGEST_PAUSE_S
            if started or hopeless or attempt == attempts:
                raise
            kind = error.kind
        yield Waiting(seconds=pause_s, attempt=attempt + 1, kind=kind)
        await asyncio.sleep(pause_s)


def pause_before(attempt: int, error: ModelError) -> float:
    """Seconds to wait after a failed attempt: what the upstream asked for, else 0.5, 1, 2 ..."""
    if error.retry_after_s is not None:
        return error.retry_after_s
    return float(0.5 * 2 ** (attempt - 1))
