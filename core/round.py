"""One question, several recipes at the same time. A Round owns its work; pages only watch.

Knows nothing of LiteLLM, of the database, or of Streamlit: it is given a ChatModel and something
to call with each finished Answer.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal, Protocol
from uuid import uuid4

from core.answer import Answer, Cost, Failure, StopReason, Timing, Usage
from core.background import BackgroundLoop
from core.errors import ModelError, StoreError
from core.model import Begun, ChatModel, Delta, Event, Queued, Waiting
from core.prompt import Prompt, Turn, prepare
from core.recipe import Recipe
from core.text import clean


class Meter(Protocol):
    """Counts what the provider did not count, and prices it."""

    def usage(self, model: str, prompt: Prompt, text: str, reported: Usage) -> Usage: ...

    def cost(self, model: str, usage: Usage, timing: Timing) -> Cost: ...


@dataclass(frozen=True, kw_only=True)
class Column:
    """A recipe and the conversation it has had so far."""

    thread_id: str
    recipe: Recipe
    history: tuple[Turn, ...] = ()


@dataclass(kw_only=True, eq=False)
class Draft:
    """An answer being written. Written by the background loop, read by any thread."""

    id: str = field(default_factory=lambda: uuid4().hex)
    position: int
    column: Column
    prompt: Prompt
    state: Literal["waiting", "queued", "retrying", "writing", "done"] = "waiting"
    waiting: Waiting | None = None
    """What the column waits for while `retrying`."""
    answer: Answer | None = None
    """Set once, when finished and stored."""
    stored: bool = True
    """False when the answer could not be stored; it is still shown."""
    started_at: float = field(default_factory=time.monotonic)
    pieces: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def elapsed_s(self) -> float:
        return self.answer.timing.total_s if self.answer else time.monotonic() - self.started_at


class Round:
    """A question on its way through several columns."""

    def __init__(
        self,
        *,
        round_id: str,
        conversation_id: str,
        turn: int,
        question: str,
        columns: Sequence[Column],
        model: ChatModel,
        meter: Meter,
        on_answer: Callable[[Answer], Awaitable[None]],
        versions: dict[str, str],
    ) -> None:
        self.id = round_id
        self.conversation_id = conversation_id
        self.turn = turn
        self.question = question
        self.drafts = [
            Draft(position=i, column=c, prompt=prepare(c.recipe, question, c.history))
            for i, c in enumerate(columns)
        ]
        self._model = model
        self._meter = meter
        self._on_answer = on_answer
        self._versions = versions
        self._tasks: list[Future[None]] = []

    @property
    def running(self) -> bool:
        return any(draft.answer is None for draft in self.drafts)

    def start(self, loop: BackgroundLoop) -> None:
        """Begin all columns at once; returns immediately."""
        for draft in self.drafts:
            draft.started_at = time.monotonic()
        self._tasks = [loop.submit(self._write(draft)) for draft in self.drafts]

    def stop(self, position: int | None = None) -> None:
        """Stop one column or all. Partial text is kept, stored, and can be rated."""
        for draft, task in zip(self.drafts, self._tasks, strict=True):
            if position is None or draft.position == position:
                task.cancel()

    def wait(self, timeout_s: float | None = None) -> list[Answer]:
        """Block until every column is done; answers in the order of the columns.

        Raises:
            TimeoutError: when that takes longer than `timeout_s`.
        """
        end = None if timeout_s is None else time.monotonic() + timeout_s
        while self.running:
            if end is not None and time.monotonic() > end:
                raise TimeoutError(f"round {self.id} still runs after {timeout_s} s")
            time.sleep(0.005)
        return [draft.answer for draft in self.drafts if draft.answer is not None]

    async def _write(self, draft: Draft) -> None:
        run = _Run(draft)
        try:
            await self._make_ready(draft, run)
            await self._stream_with_fallback(draft, run)
        except asyncio.CancelledError:
            run.stop_reason = "stopped"
        run.ended_at = time.monotonic()
        # A task of its own: a Stop may end the writing, never the storing of what was written.
        storing = asyncio.ensure_future(self._store(draft, run))
        while not storing.done():
            with suppress(asyncio.CancelledError):
                await asyncio.shield(storing)

    async def _store(self, draft: Draft, run: "_Run") -> None:
        # In a thread: counting tokens of a long text would hold up every other column's stream.
        answer = await asyncio.to_thread(self._finish, draft, run)
        try:
            await self._on_answer(answer)
        except StoreError:
            draft.stored = False
        finally:
            draft.answer = answer
            draft.state = "done"

    async def _make_ready(self, draft: Draft, run: "_Run") -> None:
        """Start what is started once; the clock of the answer begins after it."""
        with suppress(Exception):  # the question itself will say it, and may fall back
            await self._model.ready(draft.column.recipe)
        _begin(draft, run)

    async def _stream_with_fallback(self, draft: Draft, run: "_Run") -> None:
        recipe = draft.column.recipe
        await self._stream(draft, run, recipe)
        if run.failure and not draft.pieces and recipe.fallback:
            run.failed_model = (recipe.model, run.failure.kind)
            run.model, run.failure, run.stop_reason = recipe.fallback, None, "stop"
            # An adapter belongs to its model; asked of another one it would only fail as well.
            await self._stream(draft, run, replace(recipe, model=recipe.fallback, adapter=()))

    async def _stream(self, draft: Draft, run: "_Run", recipe: Recipe) -> None:
        try:
            async with aclosing(self._model.stream(recipe, draft.prompt)) as events:  # type: ignore[type-var]
                async for event in events:
                    _take(event, draft, run)
        except ModelError as error:
            run.fail(error)
        except Exception as error:  # one broken column must not take the others with it
            run.fail(ModelError("internal", f"{type(error).__name__}: {error}"[:400]))

    def _finish(self, draft: Draft, run: "_Run") -> Answer:
        timing = run.timing()
        text = clean(draft.text)
        usage, cost = run.usage, Cost()
        with suppress(Exception):  # words that arrived are worth more than their price
            usage = self._meter.usage(run.model, draft.prompt, text, run.usage)
            cost = self._meter.cost(run.model, usage, timing)
        snapshot = {
            "messages": [m.to_json() for m in draft.prompt.messages],
            "examples": [e.to_json() for e in draft.prompt.examples],
            "passages": [p.to_json() for p in draft.prompt.passages],
            "price_version": cost.price_version,
            "served_by": run.served_by,
            "fallback_after": list(run.failed_model) if run.failed_model else None,
            "retries": run.retries,
            "versions": self._versions,
        }
        return Answer(
            id=draft.id,
            round_id=self.id,
            thread_id=draft.column.thread_id,
            position=draft.position,
            recipe=draft.column.recipe,
            model=run.model,
            text=text,
            reasoning=clean("".join(draft.reasoning)),
            error=run.failure,
            stop_reason=run.stop_reason,
            usage=usage,
            cost=cost,
            timing=timing,
            sources=draft.prompt.passages,
            snapshot=snapshot,
            answered_at=datetime.now(UTC),
        )


class _Run:
    """What is known so far about one column besides its text."""

    def __init__(self, draft: Draft) -> None:
        self.started_at = draft.started_at
        self.first_at: float | None = None
        self.ended_at = draft.started_at
        self.start_s = 0.0
        self.waited_s = 0.0
        self.retries = 0
        self.spoke = False
        self.model = draft.column.recipe.model
        self.failed_model: tuple[str, str] | None = None
        self.served_by: str | None = None
        self.failure: Failure | None = None
        self.usage = Usage()
        self.stop_reason: StopReason = "stop"

    def fail(self, error: ModelError) -> None:
        self.failure = Failure(kind=error.kind, message=clean(str(error)), details=error.details)
        silent_success = error.kind in ("cut_off", "empty_answer", "not_an_answer")
        self.stop_reason = "cut_off" if self.spoke or silent_success else "error"

    def timing(self) -> Timing:
        total_s = self.ended_at - self.started_at
        measured = {"start": self.start_s, "retry": self.waited_s}
        stages = {name: seconds for name, seconds in measured.items() if seconds > 0.0005}
        if self.first_at is None:
            return Timing(total_s=total_s, stages=stages)
        ttft_s = self.first_at - self.started_at
        stages |= {"first_token": ttft_s - self.waited_s, "generate": total_s - ttft_s}
        return Timing(ttft_s=ttft_s, total_s=total_s, stages=stages)


def _begin(draft: Draft, run: _Run) -> None:
    """Start the answer's clock; what has passed so far is no latency."""
    now = time.monotonic()
    run.start_s += now - draft.started_at - run.waited_s
    draft.started_at = run.started_at = now - run.waited_s
    draft.state = "waiting"


def _take(event: Event, draft: Draft, run: _Run) -> None:
    if isinstance(event, Delta):
        if run.first_at is None:
            run.first_at = time.monotonic()
        run.spoke = run.spoke or bool(event.text)
        draft.state = "writing"
        if event.text:
            draft.pieces.append(event.text)
        if event.reasoning:
            draft.reasoning.append(event.reasoning)
    elif isinstance(event, Waiting):
        run.waited_s += event.seconds
        run.retries += 1
        draft.state, draft.waiting = "retrying", event
    elif isinstance(event, Queued):
        draft.state = "queued"
    elif isinstance(event, Begun):
        _begin(draft, run)
    else:
        run.usage, run.stop_reason, run.served_by = event.usage, event.stop_reason, event.served_by
