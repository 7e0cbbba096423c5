"""Rounds and answers: stored as they happen, found again by conversation, text or time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, Row, Select, exists, func, insert, or_, select
from sqlalchemy.exc import SQLAlchemyError

from core.answer import Answer, Cost, Failure, Timing, Usage
from core.errors import StoreError
from core.example import passage_from_json
from core.jsontypes import Json
from core.recipe import Recipe, parse_recipe, recipe_from_json
from core.store.tables import answers, rounds
from core.text import language_of


@dataclass(frozen=True, kw_only=True)
class StoredRound:
    """A question as it was asked, with the answers that are stored."""

    id: str
    conversation_id: str
    turn: int
    """Place in the conversation, counted from 0."""
    asked_at: datetime
    question: str
    recipes: tuple[Recipe, ...]
    answers: tuple[Answer, ...] = ()


class Rounds:
    """The rounds and answers of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(
        self,
        *,
        round_id: str,
        conversation_id: str,
        turn: int,
        question: str,
        recipes: Sequence[Recipe],
    ) -> None:
        """Store the question before anybody answers it.

        Raises:
            StoreError: `not_stored`.
        """
        row = {
            "id": round_id,
            "conversation_id": conversation_id,
            "turn": turn,
            "asked_at": datetime.now(UTC),
            "language": language_of(question),
            "recipes": _dump([recipe.to_json() for recipe in recipes]),
            "question": question,
        }
        self._insert(rounds, row)

    def add(self, answer: Answer) -> None:
        """Store a finished answer.

        Raises:
            StoreError: `not_stored`, when the disk is full or the database away.
        """
        self._insert(answers, _answer_row(answer))

    def get(self, round_id: str) -> StoredRound:
        """One round with its answers.

        Raises:
            StoreError: `not_found`.
        """
        found = self._load(select(rounds).where(rounds.c.id == round_id))
        if not found:
            raise StoreError("not_found", f"no round {round_id!r} is stored here")
        return found[0]

    def answer(self, answer_id: str) -> Answer:
        """One answer.

        Raises:
            StoreError: `not_found`.
        """
        with self._engine.connect() as connection:
            row = connection.execute(select(answers).where(answers.c.id == answer_id)).first()
        if row is None:
            raise StoreError("not_found", f"no answer {answer_id!r} is stored here")
        return _answer(row)

    def conversation(self, conversation_id: str, up_to: int | None = None) -> list[StoredRound]:
        """The rounds of a conversation in order, with `up_to` only the turns before it."""
        query = select(rounds).where(rounds.c.conversation_id == conversation_id)
        if up_to is not None:
            query = query.where(rounds.c.turn < up_to)
        return self._load(query.order_by(rounds.c.turn, rounds.c.asked_at))

    def recent(self, limit: int, offset: int = 0, search: str = "") -> list[StoredRound]:
        """Newest first; `search` looks into questions and answers."""
        query = _searched(select(rounds), search).order_by(
            rounds.c.asked_at.desc(), rounds.c.id.desc()
        )
        return self._load(query.limit(limit).offset(offset))

    def count(self, search: str = "") -> int:
        query = _searched(select(func.count()).select_from(rounds), search)
        with self._engine.connect() as connection:
            return int(connection.scalar(query) or 0)

    def completion_tokens(self, model: str, last: int = 50) -> list[int]:
        """How long this model's latest answers were, for estimates."""
        query = (
            select(answers.c.completion_tokens)
            .where(answers.c.model == model, answers.c.completion_tokens.is_not(None))
            .order_by(answers.c.answered_at.desc())
            .limit(last)
        )
        with self._engine.connect() as connection:
            return [int(tokens) for tokens in connection.scalars(query)]

    def count_with_adapter(self, reference: str) -> int:
        """Answers given with an adapter, `name@hash`, that reached people."""
        query = select(func.count()).select_from(answers)
        # Stacked adapters are joined with commas, which no name holds.
        among = ("," + answers.c.adapter + ",").contains(f",{reference},", autoescape=True)
        query = query.where(among, answers.c.error_kind.is_(None))
        with self._engine.connect() as connection:
            return int(connection.scalar(query) or 0)

    def _load(self, query: Select[Any]) -> list[StoredRound]:
        with self._engine.connect() as connection:
            heads = connection.execute(query).all()
            ids = [head.id for head in heads]
            rows = connection.execute(
                select(answers).where(answers.c.round_id.in_(ids)).order_by(answers.c.position)
            ).all()
        by_round: dict[str, list[Answer]] = {}
        for row in rows:
            by_round.setdefault(row.round_id, []).append(_answer(row))
        return [_round(head, by_round.get(head.id, [])) for head in heads]

    def _insert(self, table: Any, row: Mapping[str, Any]) -> None:
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(table), row)
        except (SQLAlchemyError, UnicodeError) as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise StoreError("not_stored", f"could not store: {reason}") from error


def _searched(query: Select[Any], search: str) -> Select[Any]:
    search = search.strip()
    if not search:
        return query
    # autoescape: a per cent sign in a question is a character, not a wildcard.
    in_answer = exists().where(
        answers.c.round_id == rounds.c.id, answers.c.text.icontains(search, autoescape=True)
    )
    return query.where(or_(rounds.c.question.icontains(search, autoescape=True), in_answer))


def _answer_row(answer: Answer) -> dict[str, Any]:
    return {
        "id": answer.id,
        "round_id": answer.round_id,
        "thread_id": answer.thread_id,
        "position": answer.position,
        "answered_at": answer.answered_at,
        "recipe_key": answer.recipe.key,
        "label": answer.recipe.label[:300],
        "model": answer.model[:300],
        "techniques": "+".join(answer.recipe.techniques),
        "stop_reason": answer.stop_reason,
        "error_kind": answer.error.kind if answer.error else None,
        "adapter": ",".join(use.reference for use in answer.recipe.adapter) or None,
        "collection": _collection(answer),
        "passage_ids": " ".join(p.id for p in answer.sources if p.id) or None,
        **_few_shot(answer),
        "prompt_tokens": answer.usage.prompt_tokens,
        "completion_tokens": answer.usage.completion_tokens,
        "cached_tokens": answer.usage.cached_tokens,
        "reasoning_tokens": answer.usage.reasoning_tokens,
        "usage_estimated": int(answer.usage.estimated),
        "cost_usd": answer.cost.usd,
        "cost_basis": answer.cost.basis,
        "ttft_s": answer.timing.ttft_s,
        "total_s": answer.timing.total_s,
        "recipe": _dump(answer.recipe.to_json()),
        "text": answer.text,
        "reasoning": answer.reasoning,
        "error": _dump(answer.error.to_json()) if answer.error else None,
        "stages": _dump(dict(answer.timing.stages)),
        "sources": _dump([passage.to_json() for passage in answer.sources]),
        "snapshot": _dump(dict(answer.snapshot)),
    }


def _collection(answer: Answer) -> str | None:
    """The collection with the version it had, as an adapter is named with its hash."""
    how = answer.recipe.retrieval
    if how is None:
        return None
    return (f"{how.collection}@{how.version}" if how.version else how.collection)[:200]


def _few_shot(answer: Answer) -> dict[str, str | None]:
    """The set with its version and the examples given; nothing for examples of the recipe's own."""
    shots, choice = answer.recipe.few_shot, answer.snapshot.get("few_shot")
    found: Mapping[str, Any] = choice if isinstance(choice, Mapping) else {}
    # Without a choice the answer failed before it: the recipe still says which set was meant.
    name = found.get("set", shots.set if shots else "")
    version = found.get("version", shots.version if shots else None)
    if not name:
        return {"few_shot_set": None, "few_shot_ids": None}
    given = [one["id"] for one in found.get("candidates", ()) if one["left_out"] is None]
    return {
        "few_shot_set": (f"{name}@{version}" if version else name)[:200],
        "few_shot_ids": " ".join(given) or None,
    }


def _answer(row: Row[Any]) -> Answer:
    snapshot = json.loads(row.snapshot)
    error = json.loads(row.error) if row.error else None
    return Answer(
        id=row.id,
        round_id=row.round_id,
        thread_id=row.thread_id,
        position=row.position,
        recipe=parse_recipe(row.recipe),
        model=row.model,
        text=row.text,
        reasoning=row.reasoning,
        error=Failure(**error) if error else None,
        stop_reason=row.stop_reason,
        usage=Usage(
            prompt_tokens=row.prompt_tokens,
            completion_tokens=row.completion_tokens,
            cached_tokens=row.cached_tokens,
            reasoning_tokens=row.reasoning_tokens,
            estimated=bool(row.usage_estimated),
        ),
        cost=Cost(
            usd=row.cost_usd, basis=row.cost_basis, price_version=snapshot.get("price_version")
        ),
        timing=Timing(ttft_s=row.ttft_s, total_s=row.total_s, stages=json.loads(row.stages)),
        sources=tuple(passage_from_json(one) for one in json.loads(row.sources)),
        snapshot=snapshot,
        answered_at=_utc(row.answered_at),
    )


def _round(head: Row[Any], found: list[Answer]) -> StoredRound:
    return StoredRound(
        id=head.id,
        conversation_id=head.conversation_id,
        turn=head.turn,
        asked_at=_utc(head.asked_at),
        question=head.question,
        recipes=tuple(recipe_from_json(content) for content in json.loads(head.recipes)),
        answers=tuple(found),
    )


def _utc(moment: datetime) -> datetime:
    """SQLite gives back times without a zone; all of ours are UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _dump(content: Json) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
