"""Votes: one per answer and person, changed and taken back, filtered, counted."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import ColumnElement, Engine, Select, case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from core.answer import REASONS, Reason, Vote
from core.errors import StoreError
from core.store.tables import answers, rounds, votes

CHOICES_AGE_S = 30.0


@dataclass(frozen=True, kw_only=True)
class VoteFilter:
    """Which votes are meant; an empty field means all."""

    models: tuple[str, ...] = ()
    recipes: tuple[str, ...] = ()
    """Recipe keys."""
    techniques: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    """Last day that counts, in UTC."""
    rating: Literal[1, -1] | None = None
    reasons: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RecipeVotes:
    """What people think of one recipe."""

    recipe_key: str
    label: str
    up: int
    n: int
    mean_cost_usd: float | None
    """Over the answers whose cost is known; None when none is."""
    n_cost: int
    mean_total_s: float


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Values that occur among the answers."""

    models: list[str]
    recipes: list[tuple[str, str]]
    """Key and label."""
    techniques: list[str]


class Votes:
    """The votes of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._choices: Choices | None = None
        self._choices_at = 0.0

    def put(
        self,
        answer_id: str,
        person: str,
        rating: Literal[1, -1],
        reasons: Sequence[Reason] = (),
        comment: str = "",
    ) -> Vote:
        """Vote, or vote anew: a second vote of the same person replaces the first.

        Raises:
            StoreError: `not_stored`, also when there is no such answer.
        """
        vote = Vote(
            id=uuid4().hex,
            answer_id=answer_id,
            person=person,
            rating=rating,
            # Reasons belong to a thumb down; a changed mind drops them.
            reasons=tuple(r for r in REASONS if r in reasons) if rating < 0 else (),
            comment=comment if rating < 0 else "",
            voted_at=datetime.now(UTC),
        )
        row = {
            "id": vote.id,
            "answer_id": answer_id,
            "person": person,
            "rating": rating,
            "voted_at": vote.voted_at,
            "reasons": json.dumps(vote.reasons),
            "comment": vote.comment,
        }
        postgres = self._engine.dialect.name == "postgresql"
        insert = postgresql.insert(votes) if postgres else sqlite.insert(votes)
        changed = {name: row[name] for name in ("id", "rating", "voted_at", "reasons", "comment")}
        statement = insert.values(row).on_conflict_do_update(
            index_elements=["answer_id", "person"], set_=changed
        )
        try:
            with self._engine.begin() as connection:
                connection.execute(statement)
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise StoreError("not_stored", f"could not store the vote: {reason}") from error
        return vote

    def remove(self, answer_id: str, person: str) -> None:
        """Take a vote back."""
        statement = delete(votes).where(votes.c.answer_id == answer_id, votes.c.person == person)
        try:
            with self._engine.begin() as connection:
                connection.execute(statement)
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise StoreError("not_stored", f"could not take the vote back: {reason}") from error

    def of(self, answer_ids: Sequence[str], person: str) -> dict[str, Vote]:
        """A person's votes on these answers, by answer id."""
        query = select(votes).where(votes.c.answer_id.in_(answer_ids), votes.c.person == person)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {
            row.answer_id: Vote(
                id=row.id,
                answer_id=row.answer_id,
                person=row.person,
                rating=row.rating,
                reasons=tuple(json.loads(row.reasons)),
                comment=row.comment,
                voted_at=row.voted_at.replace(tzinfo=row.voted_at.tzinfo or UTC),
            )
            for row in rows
        }

    def count(self, wanted: VoteFilter) -> tuple[int, int]:
        """How many votes, and how many of them thumbs up."""
        query = joined(select(func.count(), func.coalesce(func.sum(_up()), 0)), wanted)
        with self._engine.connect() as connection:
            total, up = connection.execute(query).one()
        return int(total), int(up)

    def by_recipe(self, wanted: VoteFilter, limit: int = 30) -> list[RecipeVotes]:
        """Per recipe, the most voted first."""
        query = joined(
            select(
                answers.c.recipe_key,
                func.max(answers.c.label).label("label"),
                func.sum(_up()).label("up"),
                func.count().label("n"),
                func.avg(answers.c.cost_usd).label("cost"),
                func.count(answers.c.cost_usd).label("n_cost"),
                func.avg(answers.c.total_s).label("total_s"),
            ),
            wanted,
        ).group_by(answers.c.recipe_key)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(func.count().desc()).limit(limit)).all()
        return [
            RecipeVotes(
                recipe_key=row.recipe_key,
                label=row.label,
                up=int(row.up),
                n=int(row.n),
                mean_cost_usd=None if row.cost is None else float(row.cost),
                n_cost=int(row.n_cost),
                mean_total_s=float(row.total_s),
            )
            for row in rows
        ]

    def any(self) -> bool:
        """Whether anybody has voted."""
        with self._engine.connect() as connection:
            return connection.execute(select(votes.c.id).limit(1)).first() is not None

    def recent_choices(self) -> Choices:
        """What can be filtered by; looked up again after a while."""
        if self._choices is None or monotonic() - self._choices_at > CHOICES_AGE_S:
            self._choices, self._choices_at = self.choices(), monotonic()
        return self._choices

    def choices(self) -> Choices:
        """What can be filtered by, looked up now."""
        by_key = select(answers.c.recipe_key, func.max(answers.c.label))
        with self._engine.connect() as connection:
            models = connection.scalars(select(answers.c.model).distinct()).all()
            recipes = connection.execute(by_key.group_by(answers.c.recipe_key)).all()
            combined = connection.scalars(select(answers.c.techniques).distinct()).all()
        return Choices(
            models=sorted(models),
            recipes=sorted((str(key), str(label)) for key, label in recipes),
            techniques=sorted({part for text in combined for part in text.split("+")}),
        )


def joined(query: Select[*tuple[Any, ...]], wanted: VoteFilter) -> Select[*tuple[Any, ...]]:
    """Votes with their answers and questions, reduced to what is wanted."""
    source = votes.join(answers, votes.c.answer_id == answers.c.id).join(
        rounds, answers.c.round_id == rounds.c.id
    )
    return query.select_from(source).where(*_conditions(wanted))


def _conditions(wanted: VoteFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.models:
        found.append(answers.c.model.in_(wanted.models))
    if wanted.recipes:
        found.append(answers.c.recipe_key.in_(wanted.recipes))
    for technique in wanted.techniques:
        # Whole codes between the signs that join them: one may be part of another.
        among = "+" + answers.c.techniques + "+"
        found.append(among.contains(f"+{technique}+", autoescape=True))
    if wanted.since:
        found.append(votes.c.voted_at >= datetime.combine(wanted.since, time(), UTC))
    if wanted.until:
        end = datetime.combine(wanted.until, time(), UTC) + timedelta(days=1)
        found.append(votes.c.voted_at < end)
    if wanted.rating:
        found.append(votes.c.rating == wanted.rating)
    for reason in wanted.reasons:
        found.append(votes.c.reasons.contains(f'"{reason}"'))
    if wanted.languages:
        found.append(rounds.c.language.in_(wanted.languages))
    return found


def _up() -> ColumnElement[int]:
    return case((votes.c.rating > 0, 1), else_=0)
