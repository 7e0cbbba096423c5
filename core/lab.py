"""The Lab: opens everything once and offers the verbs. Where the seams are joined.

>>> lab = open_lab()
>>> answers = lab.ask("What is Narani?", [Recipe(...), Recipe(...)]).wait()
"""

import asyncio
import importlib.metadata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from functools import cached_property
from typing import Literal
from uuid import uuid4

from sqlalchemy import Engine

from core.answer import Answer, Reason, Vote
from core.asking import checked_columns, checked_question
from core.background import BackgroundLoop, collect_when_idle
from core.lora.base import EMBEDDED_FILE, EMBEDDED_FOLDER
from core.lora.library import AdapterLibrary
from core.lora.trainings import Trainings
from core.metering import Estimate, Metering
from core.model import ChatModel
from core.models import litellm_chat
from core.models.answerer import Answerer
from core.models.catalog import Catalog
from core.models.directory import Directory
from core.models.listed import listings
from core.models.local_runtime import LocalRuntime
from core.pricing import Price, PriceTable
from core.prompt import prepare
from core.recipe import Recipe
from core.round import Column, Round
from core.settings import Endpoint, Settings, read_settings
from core.store.database import open_database
from core.store.example_sets import ExampleSets
from core.store.export import (
    ANSWER_COLUMNS,
    VOTE_COLUMNS,
    Row,
    answer_rows,
    as_csv,
    as_jsonl,
    vote_rows,
)
from core.store.preferences import Preferences
from core.store.rounds import Rounds, StoredRound
from core.store.training import kto_lines, sft_lines
from core.store.votes import Choices, VoteFilter, Votes
from core.text import clean

ROUNDS_KEPT = 200
"""Rounds held for pages that still look at them; older ones are read from the store."""


class Lab:
    """Everything open: models, store and the loop they work on."""

    def __init__(self, settings: Settings, engine: Engine, model: ChatModel | None = None) -> None:
        self.settings = settings
        self.engine = engine
        self.rounds = Rounds(engine)
        self.votes = Votes(engine)
        self.preferences = Preferences(engine)
        self.loop = BackgroundLoop()
        self.example_sets = ExampleSets(engine)
        self.adapters = AdapterLibrary(settings.home / "adapters")
        self.trainings = Trainings(settings.home, self.adapters)
        places = (settings.home / "models", EMBEDDED_FOLDER)
        self._runtime = LocalRuntime(places, settings.runtime, self.adapters.fitting, EMBEDDED_FILE)
        entered = self.preferences.endpoints()
        self._directory = Directory(settings, self._runtime, self.loop, entered)
        endpoints = self._directory.endpoints
        self._answerer = Answerer(settings, self._runtime, endpoints, self.adapters.check)
        self._model: ChatModel = model or self._answerer
        self.metering = Metering(self._answerer.route, self.prices)
        self._prices: PriceTable | None = None
        self._live: dict[str, Round] = {}
        self._warmed = False
        self._closed = False
        self.loop.submit(collect_when_idle(self.running))

    # ---- ask ----------------------------------------------------------------------------------

    def ask(
        self,
        question: str,
        columns: Sequence[Column | Recipe],
        *,
        conversation_id: str | None = None,
        turn: int = 0,
    ) -> Round:
        """Put one question to several recipes; returns at once with the running Round.

        Raises:
            UsageError: for an empty or endless question, or no or too many recipes.
            StoreError: when the question cannot be stored.
        """
        question = checked_question(question)
        checked = checked_columns(columns, self.adapters.resolved)
        round_ = Round(
            round_id=uuid4().hex,
            conversation_id=conversation_id or uuid4().hex,
            turn=turn,
            question=question,
            columns=checked,
            model=self._model,
            meter=self.metering,
            on_answer=self._store_answer,
            versions=self._versions,
        )
        self.rounds.open(
            round_id=round_.id,
            conversation_id=round_.conversation_id,
            turn=turn,
            question=question,
            recipes=[draft.column.recipe for draft in round_.drafts],
        )
        self._keep(round_)
        round_.start(self.loop)
        return round_

    def live(self, round_id: str) -> Round | None:
        """A Round that runs, or ended a short while ago."""
        return self._live.get(round_id)

    def running(self) -> list[Round]:
        """The Rounds that have not ended."""
        return [round_ for round_ in list(self._live.values()) if round_.running]

    def stored(self, round_id: str) -> StoredRound:
        """A round from the store. Raises `StoreError` of kind `not_found`."""
        return self.rounds.get(round_id)

    # ---- vote ---------------------------------------------------------------------------------

    def vote(
        self,
        answer_id: str,
        person: str,
        rating: Literal[1, -1] | None,
        reasons: Sequence[Reason] = (),
        comment: str = "",
    ) -> Vote | None:
        """Vote, change a vote, or with `rating=None` take it back.

        Raises:
            StoreError: when the vote cannot be stored.
        """
        if rating is None:
            self.votes.remove(answer_id, person)
            return None
        return self.votes.put(answer_id, person, rating, reasons, clean(comment).strip())

    def vote_choices(self) -> Choices:
        """What the votes can be filtered by; looked up again after a while."""
        return self.votes.recent_choices()

    def vote_page(self, wanted: VoteFilter, limit: int, offset: int) -> list[Row]:
        """Votes with their answers, the newest first."""
        return list(vote_rows(self.engine, wanted, newest=limit, offset=offset))

    # ---- cost ---------------------------------------------------------------------------------

    def prices(self) -> PriceTable:
        """Prices entered here before LiteLLM's; re-read after a change."""
        if self._prices is None:
            listed = {k: v.price for k, v in listings().items() if v.price is not None}
            self._prices = PriceTable(
                listed=listed,
                entered=self.preferences.prices(),
                rate=self.preferences.rate(),
                own_usd_per_hour=self.preferences.own_usd_per_hour(),
            )
        return self._prices

    def price_of(self, model: str) -> Price | None:
        """Today's price of a model id, with or without its provider; None when unknown."""
        return self.metering.price_of(model)

    def set_prices(
        self,
        *,
        entered: Sequence[Price] | None = None,
        rate: tuple[float, date] | None = None,
        own_usd_per_hour: float | None = None,
    ) -> None:
        """Change what is given. Raises `UsageError` of kind `bad_price`."""
        if entered is not None:
            self.preferences.set_prices(entered)
        if rate is not None:
            self.preferences.set_rate(*rate)
        if own_usd_per_hour is not None:
            self.preferences.set_own_usd_per_hour(own_usd_per_hour or None)
        self._prices = None

    def estimate(self, columns: Sequence[Column], question: str) -> list[Estimate | None]:
        """What asking these columns would cost, per column."""
        found = []
        for column in columns:
            prompt = prepare(column.recipe, clean(question), column.history)
            spec = self.models().find(column.recipe.model)
            earlier = self.rounds.completion_tokens(column.recipe.model)
            context = spec.context_tokens if spec else None
            found.append(self.metering.estimate(column.recipe, prompt, earlier, context))
        return found

    def fitting_adapters(self, model: str) -> set[str]:
        """Hashes of the adapters that can be laid over a model of the local runtime."""
        files = {f"local/{file.stem}": file for file in self._runtime.files()}
        return set(self.adapters.fitting(files[model])) if model in files else set()

    # ---- models -------------------------------------------------------------------------------

    def endpoints(self) -> tuple[Endpoint, ...]:
        """From the environment first, then those entered on the Models page."""
        return self._directory.endpoints()

    def entered_endpoints(self) -> tuple[Endpoint, ...]:
        return self._directory.entered

    def set_endpoints(self, endpoints: Sequence[Endpoint]) -> None:
        """Store the entered endpoints; never a key."""
        self.preferences.set_endpoints(endpoints)
        self._directory.enter(endpoints)

    def models(self) -> Catalog:
        """The latest look at who can answer; refreshes itself in the background."""
        return self._directory.latest()

    def refresh_models(self) -> Catalog:
        """Ask Ollama and the endpoints now, for at most a few seconds."""
        return self._directory.look()

    def warm(self) -> None:
        """Import what the first question needs, away from it; once."""
        if self._warmed:
            return
        self._warmed = True
        self.loop.submit(litellm_chat.open_once())

    # ---- export -------------------------------------------------------------------------------

    def export(
        self,
        what: Literal["votes", "answers"],
        form: Literal["csv", "jsonl", "sft", "kto"],
        wanted: VoteFilter | None = None,
    ) -> Iterator[str]:
        """Pieces of the file, made while they are read; training data is made of all votes."""
        if form in ("sft", "kto"):
            return sft_lines(self.engine) if form == "sft" else kto_lines(self.engine)
        votes = what == "votes"
        wanted = wanted or VoteFilter()
        rows = vote_rows(self.engine, wanted) if votes else answer_rows(self.engine)
        columns = VOTE_COLUMNS if votes else ANSWER_COLUMNS
        return as_csv(rows, columns) if form == "csv" else as_jsonl(rows, columns)

    def close(self) -> None:
        """Stop what runs, end the local runtime, close the database."""
        if self._closed:
            return
        self._closed = True
        ending = self.running()
        for round_ in ending:
            round_.stop()
        for round_ in ending:
            with suppress(TimeoutError):
                round_.wait(5)
        self.trainings.close()
        with suppress(Exception):
            self.loop.submit(self._answerer.close()).result(10)
        self.loop.close()
        self.engine.dispose()

    @cached_property
    def _versions(self) -> dict[str, str]:
        return {name: importlib.metadata.version(name) for name in ("litellm", "xllamacpp")}

    async def _store_answer(self, answer: Answer) -> None:
        await asyncio.to_thread(self.rounds.add, answer)

    def _keep(self, round_: Round) -> None:
        finished = [key for key, r in self._live.items() if not r.running]
        for key in finished[: max(0, len(self._live) - ROUNDS_KEPT)]:
            del self._live[key]
        self._live[round_.id] = round_


def open_lab(settings: Settings | None = None, model: ChatModel | None = None) -> Lab:
    """Open the data folder and everything in it.

    Raises:
        UsageError: `bad_environment`, naming the variable.
        StoreError: when the database cannot be opened.
    """
    settings = settings or read_settings()
    return Lab(settings, open_database(settings.database_url), model)
