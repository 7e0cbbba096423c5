"""Example sets: each name a line of versions, none of which ever changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, func, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from core.errors import StoreError
from core.example import Example
from core.example_set import (
    TEST_SHARE,
    ExampleSet,
    SetExample,
    checked_name,
    make_set,
    normalised,
)
from core.store.tables import example_sets, examples

ATTEMPTS = 5
"""How often a version number is tried that somebody else took at the same moment."""


@dataclass(frozen=True, kw_only=True)
class SetSummary:
    """A version of a set, without its examples."""

    id: str
    name: str
    version: int
    train: int
    """Examples that may be learnt from."""
    test: int
    """Examples held out."""
    created_at: datetime


class ExampleSets:
    """The example sets of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(
        self, name: str, wanted: Sequence[Example], test_share: float = TEST_SHARE
    ) -> ExampleSet:
        """Store the next version of a name; the newest one itself when nothing has changed.

        Raises:
            UsageError: `bad_examples`, for a name or share that cannot be.
            StoreError: `not_stored`.
        """
        name = checked_name(name)
        for attempt in range(ATTEMPTS):
            try:
                return self._save(name, wanted, test_share)
            except IntegrityError as error:
                if attempt == ATTEMPTS - 1:
                    raise _not_stored("could not store", error) from error
            except (SQLAlchemyError, UnicodeError) as error:
                raise _not_stored("could not store", error) from error
        raise AssertionError("the last attempt returns or raises")

    def get(self, set_id: str) -> ExampleSet:
        """One version.

        Raises:
            StoreError: `not_found`.
        """
        with self._engine.connect() as connection:
            head = connection.execute(
                select(example_sets).where(example_sets.c.id == set_id)
            ).first()
            if head is None:
                raise StoreError("not_found", f"no example set {set_id!r} is stored here")
            return _whole(connection, head)

    def latest(self, name: str) -> ExampleSet:
        """The newest version of a name.

        Raises:
            StoreError: `not_found`.
        """
        with self._engine.connect() as connection:
            head = _newest(connection, normalised(name))
            if head is None:
                raise StoreError("not_found", f"no example set named {name!r} is stored here")
            return _whole(connection, head)

    def list(self, *, all_versions: bool = False) -> tuple[SetSummary, ...]:
        """The newest version of each name, or every version; the last stored first."""
        query = select(example_sets).order_by(
            example_sets.c.created_at.desc(), example_sets.c.version.desc(), example_sets.c.id
        )
        if not all_versions:
            query = query.where(_is_newest())
        with self._engine.connect() as connection:
            return tuple(_summary(row) for row in connection.execute(query))

    def tested_elsewhere(self, name: str) -> tuple[Example, ...]:
        """Held-out examples of every other name's newest version.

        Whoever trains on one of these will find later scores on that set too good.
        """
        query = (
            select(examples.c.question, examples.c.answer)
            .join(example_sets, example_sets.c.id == examples.c.set_id)
            .where(example_sets.c.name != normalised(name), examples.c.split == "test")
            .where(_is_newest())
        )
        with self._engine.connect() as connection:
            return tuple(Example(question=q, answer=a) for q, a in connection.execute(query))

    def remove(self, name: str) -> None:
        """Forget a name with all its versions. Raises `StoreError` of kind `not_stored`."""
        statement = delete(example_sets).where(example_sets.c.name == normalised(name))
        try:
            with self._engine.begin() as connection:
                connection.execute(statement)
        except SQLAlchemyError as error:
            raise _not_stored("could not remove the example set", error) from error

    def _save(self, name: str, wanted: Sequence[Example], test_share: float) -> ExampleSet:
        with self._engine.begin() as connection:
            newest = _newest(connection, name)
            version = newest.version + 1 if newest else 1
            made = make_set(name, wanted, test_share, version=version)
            if newest and newest.hash == made.hash:
                stored = _whole(connection, newest)
                # The hash overlooks blank space, which may be just what was corrected.
                if set(stored.examples) == set(made.examples):
                    return stored
            connection.execute(insert(example_sets), _head_row(made))
            if made.examples:
                connection.execute(insert(examples), _example_rows(made))
        return made


def _is_newest() -> ColumnElement[bool]:
    newer = example_sets.alias()
    newest = select(func.max(newer.c.version)).where(newer.c.name == example_sets.c.name)
    return example_sets.c.version == newest.scalar_subquery()


def _newest(connection: Connection, name: str) -> Row[Any] | None:
    query = select(example_sets).where(example_sets.c.name == name)
    return connection.execute(query.order_by(example_sets.c.version.desc()).limit(1)).first()


def _whole(connection: Connection, head: Row[Any]) -> ExampleSet:
    query = select(examples).where(examples.c.set_id == head.id).order_by(examples.c.position)
    return ExampleSet(
        id=head.id,
        name=head.name,
        version=head.version,
        examples=tuple(
            SetExample(example=Example(question=row.question, answer=row.answer), split=row.split)
            for row in connection.execute(query)
        ),
        created_at=_utc(head.created_at),
    )


def _summary(row: Row[Any]) -> SetSummary:
    return SetSummary(
        id=row.id,
        name=row.name,
        version=row.version,
        train=row.train_count,
        test=row.test_count,
        created_at=_utc(row.created_at),
    )


def _head_row(made: ExampleSet) -> dict[str, Any]:
    return {
        "id": made.id,
        "name": made.name,
        "version": made.version,
        "hash": made.hash,
        "train_count": len(made.train),
        "test_count": len(made.test),
        "created_at": made.created_at,
    }


def _example_rows(made: ExampleSet) -> Sequence[dict[str, Any]]:
    return [
        {"set_id": made.id, "position": position, "split": one.split, **one.example.to_json()}
        for position, one in enumerate(made.examples)
    ]


def _utc(moment: datetime) -> datetime:
    """SQLite gives back times without a zone; all of ours are UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _not_stored(what: str, error: Exception) -> StoreError:
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    return StoreError("not_stored", f"{what}: {reason}")
