"""One question, several recipes at the same time. A Round owns its work; pages only watch.

Knows nothing of LiteLLM, of the database, or of Streamlit: it is given a ChatModel and something
to call with each finished Answer.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from core.answer import Answer, Cost, Timing, Usage
from core.background import BackgroundLoop
from core.draft import Column, Draft, Run, begin, take, with_search
from core.errors import ModelError, StoreError
from core.model import ChatModel, Delta
from core.prompt import NOTHING_RELEVANT, OVER_BUDGET, Prompt, Turn, prepare
from core.recipe import Recipe
from core.search import Search
from core.text import clean, language_of


class Meter(Protocol):
    """Counts what the provider did not count, and prices it."""

    def usage(self, model: str, prompt: Prompt, text: str, reported: Usage) -> Usage: ...

    def cost(self, model: str, usage: Usage, timing: Timing) -> Cost: ...


class Retriever(Protocol):
    """Finds passages for columns that read documents."""

    async def ready(self, recipe: Recipe) -> None:
        """Open what is opened once; not part of any latency."""

    async def find(self, recipe: Recipe, question: str, history: Sequence[Turn]) -> Search:
        """Raises `ModelError`."""
        ...


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
        retriever: Retriever | None = None,
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
        self._retriever = retriever
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
        run = Run(draft)
        try:
            await self._make_ready(draft, run)
            if await self._open_book(draft, run):
                await self._stream_with_fallback(draft, run)
        except asyncio.CancelledError:
            run.stop_reason = "stopped"
        run.ended_at = time.monotonic()
        # A task of its own: a Stop may end the writing, never the storing of what was written.
        storing = asyncio.ensure_future(self._store(draft, run))
        while not storing.done():
            with suppress(asyncio.CancelledError):
                await asyncio.shield(storing)

    async def _store(self, draft: Draft, run: Run) -> None:
        # In a thread: counting tokens of a long text would hold up every other column's stream.
        answer = await asyncio.to_thread(self._finish, draft, run)
        try:
            await self._on_answer(answer)
        except StoreError:
            draft.stored = False
        finally:
            draft.answer = answer
            draft.state = "done"

    async def _make_ready(self, draft: Draft, run: Run) -> None:
        """Start what is started once; the clock of the answer begins after it."""
        with suppress(Exception):  # the question itself will say it, and may fall back
            await self._model.ready(draft.column.recipe)
        with suppress(Exception):
            if self._retriever is not None:
                await self._retriever.ready(draft.column.recipe)
        begin(draft, run)

    async def _open_book(self, draft: Draft, run: Run) -> bool:
        """Find the column's passages; False when there is nothing to ask the model about."""
        column = draft.column
        if column.recipe.retrieval is None or self._retriever is None:
            return True
        draft.state = "searching"
        began = time.monotonic()
        try:
            found = await self._retriever.find(column.recipe, self.question, column.history)
        except ModelError as error:
            run.fail(error)
            return False
        except Exception as error:  # one broken column must not take the others with it
            run.fail(ModelError("internal", f"{type(error).__name__}: {error}"[:400]))
            return False
        finally:
            run.search_s = time.monotonic() - began
        draft.search, run.searched = found, found
        draft.prompt = prepare(column.recipe, self.question, column.history, found.given)
        draft.state = "waiting"
        if found.given or column.recipe.reference:
            return True
        language = "ko" if language_of(self.question) == "ko" else "en"
        cut = any(hit.cut == "budget" for hit in found.hits)
        take(Delta(text=(OVER_BUDGET if cut else NOTHING_RELEVANT)[language]), draft, run)
        run.usage = Usage(prompt_tokens=0, completion_tokens=0)
        return False

    async def _stream_with_fallback(self, draft: Draft, run: Run) -> None:
        recipe = draft.column.recipe
        await self._stream(draft, run, recipe)
        if run.failure and not draft.pieces and recipe.fallback:
            run.failed_model = (recipe.model, run.failure.kind)
            run.model, run.failure, run.stop_reason = recipe.fallback, None, "stop"
            # An adapter belongs to its model; asked of another one it would only fail as well.
            await self._stream(draft, run, replace(recipe, model=recipe.fallback, adapter=()))

    async def _stream(self, draft: Draft, run: Run, recipe: Recipe) -> None:
        try:
            async with aclosing(self._model.stream(recipe, draft.prompt)) as events:  # type: ignore[type-var]
                async for event in events:
                    take(event, draft, run)
        except ModelError as error:
            run.fail(error)
        except Exception as error:  # one broken column must not take the others with it
            run.fail(ModelError("internal", f"{type(error).__name__}: {error}"[:400]))

    def _finish(self, draft: Draft, run: Run) -> Answer:
        timing = run.timing()
        text = clean(draft.text)
        usage, cost = run.usage, Cost()
        with suppress(Exception):  # words that arrived are worth more than their price
            usage = self._meter.usage(run.model, draft.prompt, text, run.usage)
            cost = with_search(self._meter.cost(run.model, usage, timing), run.searched)
        snapshot = {
            "messages": [m.to_json() for m in draft.prompt.messages],
            "examples": [e.to_json() for e in draft.prompt.examples],
            "passages": [p.to_json() for p in draft.prompt.passages],
            "search": run.searched.to_json() if run.searched else None,
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
