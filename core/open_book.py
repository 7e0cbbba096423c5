"""Joins retrieval with the models: finds passages for a column; a model helps where asked."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import partial
from typing import Any

from core.answer import Answer, Timing, Usage
from core.background import BackgroundLoop
from core.collection import Collection, StoredPassage
from core.errors import ModelError, NaraniError, StoreError
from core.model import ChatModel, Delta, Done
from core.prompt import Message, Prompt, Turn
from core.recipe import Recipe
from core.retrieval.citations import Support, check_answer, cited
from core.retrieval.diagnosis import Diagnosis, diagnose, holds
from core.retrieval.fuse import mean_tokens
from core.retrieval.library import Library
from core.retrieval.questions import Question
from core.retrieval.searcher import as_passage
from core.retrieval.shelf import Shelf
from core.retrieval.writing import (
    MOST_CHARACTERS,
    Written,
    alignment_request,
    lines_of,
    rewrite_request,
    versions_request,
)
from core.round_seams import Meter
from core.search import Hit, Retrieval, Search
from core.store.training import Liked
from core.text import language_of

HELP_TOKENS = 300
"""Most tokens a model writes to help a search."""
PATIENCE_S = 30.0
"""How long a question waits for an indexing that runs."""
CANNOT_WRITE = "baseline/"


class OpenBook:
    """What a Round and the library need of each other's side."""

    def __init__(self, model: ChatModel, meter: Meter, loop: BackgroundLoop) -> None:
        self._model, self._meter, self._loop = model, meter, loop
        self.library: Library  # it needs `align` of this object, so it is put in afterwards

    async def ready(self, recipe: Recipe) -> None:
        """Open what a search needs once: libraries, weights, indexes.

        A collection that is just being filled is waited for a while.
        """
        if recipe.retrieval is None:
            return
        name = recipe.retrieval.collection
        collection = await asyncio.to_thread(self.library.shelf.named, name)
        running = self.library.indexing(collection.id)
        end = time.monotonic() + PATIENCE_S
        while running is not None and running.progress.running and time.monotonic() < end:
            await asyncio.sleep(0.05)  # not in a thread: there are few, and answers need them
        await asyncio.to_thread(self.library.open, name)

    async def find(self, recipe: Recipe, question: str, history: Sequence[Turn]) -> Search:
        """Passages for a column's question, with what a model wrote to find them.

        Raises:
            ModelError: when the embedder, a helping model or the reranker does not answer, or
                the search itself fails: that is this column's failure, nobody else's.
        """
        how = recipe.retrieval
        assert how is not None
        try:
            return await self._find(recipe, how, question, history)
        except ModelError:
            raise
        except StoreError as error:
            if error.kind == "not_found":
                raise ModelError(
                    "unknown_collection", str(error), collection=how.collection
                ) from error
            raise ModelError("search", str(error), collection=how.collection) from error
        except NaraniError as error:
            raise ModelError("search", str(error), collection=how.collection) from error

    def expected_tokens(self, recipe: Recipe) -> int:
        """Tokens of the passages a column will get: its count by their mean, within its budget."""
        how = recipe.retrieval
        if how is None:
            return 0
        with suppress(StoreError):
            collection = self.library.shelf.named(how.collection)
            return min(how.budget_tokens, how.top_k * mean_tokens(collection))
        return 0

    def search(self, how: Retrieval, question: str, helper: str = "") -> Search:
        """The same from a page or a shell, which have no column and no conversation.

        Raises:
            ModelError, StoreError, UsageError: as `find` and `Library.search`.
        """
        recipe = Recipe(model=helper or how.helper or CANNOT_WRITE, retrieval=how)
        return self._loop.submit(self._find(recipe, how, question, ())).result()

    def align(self, collection: Collection, passage: StoredPassage) -> str:
        """What a model writes to a passage so that it is found; blocks. Raises `ModelError`."""
        settings = collection.settings
        system, user = alignment_request(settings.alignment, passage)
        written = self._loop.submit(self.write(settings.alignment_model, system, user)).result()
        return "\n".join(lines_of(written.text, 3))[: 3 * MOST_CHARACTERS]

    def support(self, answer: Answer, question: str) -> Support:
        """What bears out each sentence of an answer, by meaning too with its collection's embedder.

        Raises:
            ModelError: when the embedder does not answer.
        """
        how = answer.recipe.retrieval
        embed = self.library.embedding_of(how.collection) if how else None
        return check_answer(answer.text, answer.sources, embed, question=question)

    def cited_questions(self, liked: Iterable[Liked], collection_id: str) -> list[Question]:
        """Answers that were voted up, as questions whose right passages are those they cite."""
        right: dict[str, dict[str, None]] = {}
        for one in liked:
            ids = [one.sources[n - 1].id for n in cited(one.text) if 0 < n <= len(one.sources)]
            there = self.library.shelf.found([i for i in ids if i is not None])
            mine = [i for i, p in there.items() if p.collection_id == collection_id]
            if mine:
                right.setdefault(one.question, {}).update(dict.fromkeys(mine))
        return [
            Question(
                id=f"liked-{number}",
                question=question,
                passage_ids=tuple(passages),
                language=language_of(question),
            )
            for number, (question, passages) in enumerate(right.items(), 1)
        ]

    def blame(self, answer: Answer, by: int) -> None:
        """Label the passages that an answer cites, or all it was given, as the wrong source.

        Raises:
            StoreError: `not_stored`.
        """
        numbers = cited(answer.text) or range(1, len(answer.sources) + 1)
        ids = [answer.sources[n - 1].id for n in numbers if 0 < n <= len(answer.sources)]
        self.library.shelf.mark_wrong_source([one for one in ids if one is not None], by)

    def diagnose(self, answer: Answer, expected: str, right: Sequence[str] = ()) -> Diagnosis:
        """Which step lost the expected answer, or the right passages. Raises `StoreError`."""
        how, record = answer.recipe.retrieval, answer.snapshot.get("search")
        contains = None
        if how is not None:
            with suppress(StoreError):
                collection = self.library.shelf.named(how.collection)
                contains = partial(_contains, self.library.shelf, collection.id)
        hits = _hits(self.library.shelf, record) if isinstance(record, dict) else []
        return diagnose(
            answer=answer.text,
            expected=expected or None,
            right_passages=right,
            hits=hits,
            contains=contains,
            first_number=1 + len(answer.sources) - sum(hit.cut is None for hit in hits),
            support=check_answer(answer.text, answer.sources),
        )

    async def write(self, model: str, system: str, user: str) -> Written:
        """Ask a model for a few words. Raises `ModelError`."""
        recipe = Recipe(model=model, system=system, temperature=0.0, max_tokens=HELP_TOKENS)
        messages = (Message(role="system", content=system), Message(role="user", content=user))
        prompt = Prompt(question=user, messages=messages)
        began, pieces, usage = time.monotonic(), [], Usage()
        await self._model.ready(recipe)
        async with aclosing(self._model.stream(recipe, prompt)) as events:  # type: ignore[type-var]
            async for event in events:
                if isinstance(event, Delta):
                    pieces.append(event.text)
                elif isinstance(event, Done):
                    usage = event.usage
        text = "".join(pieces)
        counted = self._meter.usage(model, prompt, text, usage)
        cost = self._meter.cost(model, counted, Timing(total_s=time.monotonic() - began))
        tokens = (counted.prompt_tokens or 0) + (counted.completion_tokens or 0)
        return Written(text=text, tokens=tokens, usd=cost.usd)

    async def _find(
        self, recipe: Recipe, how: Retrieval, question: str, history: Sequence[Turn]
    ) -> Search:
        helper = how.helper or recipe.model
        writes = not helper.startswith(CANNOT_WRITE)
        seconds: dict[str, float] = {}
        helped: list[Written] = []
        first = question
        if how.rewrite and history and writes:
            began = time.perf_counter()
            helped.append(await self.write(helper, *rewrite_request(question, history)))
            first = next(iter(lines_of(helped[-1].text, 1)), question)
            seconds["rewrite"] = time.perf_counter() - began
        queries = [first]
        if how.queries > 1 and writes:
            began = time.perf_counter()
            helped.append(await self.write(helper, *versions_request(first, how.queries - 1)))
            found = lines_of(helped[-1].text, how.queries - 1)
            queries = list(dict.fromkeys([first, *found]))
            seconds["queries"] = time.perf_counter() - began
        search = await asyncio.to_thread(self.library.search, how, queries, question)
        spent = [search.usd, *(one.usd for one in helped)]
        return replace(
            search,
            seconds={**seconds, **search.seconds},
            tokens=search.tokens + sum(one.tokens or 0 for one in helped),
            usd=None if None in spent else sum(usd or 0.0 for usd in spent),
        )


def _contains(shelf: Shelf, collection_id: str, expected: str) -> bool:
    """Whether some passage says what was expected, in whatever words."""
    return any(
        holds(passage.text, expected) for batch in shelf.each(collection_id) for passage in batch
    )


def _hits(shelf: Shelf, record: Mapping[str, Any]) -> list[Hit]:
    """The hits of a search that was recorded, with their passages as they are now."""
    found = shelf.found([str(hit["id"]) for hit in record["hits"]])
    return [
        Hit(
            passage=as_passage(found[hit["id"]]),
            ranks=hit["ranks"],
            scores=hit["scores"],
            tokens=hit["tokens"],
            cut=hit["cut"],
        )
        for hit in record["hits"]
        if hit["id"] in found
    ]
