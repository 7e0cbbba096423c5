"""Example sets: each name a line of versions, none of which ever changes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, Select, delete, func, select

from core.errors import StoreError
from core.example import Example
from core.example_set import ExampleSet, SetExample, SetSummary, Split, checked_name, normalised
from core.store.collection_versions import writing
from core.store.example_rows import ROWS_AT_ONCE, Numbered, reduced, set_example, summary
from core.store.example_versions import (
    head_of,
    in_order,
    is_newest,
    named,
    newest_examples,
    store_version,
    uses,
    whole,
)
from core.store.tables import example_sets, examples
from core.store.versions import write_version
from core.text import clean

POSITIONS_AT_ONCE = 500
"""Positions in one statement; databases limit its parameters."""


class ExampleSets:
    """The example sets of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(
        self,
        name: str,
        wanted: Sequence[Example],
        test_share: float | None = None,
        *,
        sides: Mapping[str, Split] = {},
        note: str = "",
    ) -> ExampleSet:
        """Store the next version of a name; the newest one itself when no example has changed.

        Args:
            name: of the set.
            wanted: all its examples, in their order.
            test_share: about this share of the questions that are new is held out; None is the
                share of the version before.
            sides: by normalised question, the side somebody gave to a new one. A question of the
                version before stays on its side, whatever the share and whatever is said here.
            note: what people should know about this version.

        Raises:
            UsageError: `bad_examples`, for a name or share that cannot be.
            StoreError: `not_stored`.
        """
        name = checked_name(name)

        def write(connection: Connection) -> ExampleSet:
            return store_version(connection, name, wanted, test_share, sides, note)

        return write_version(self._engine, write)

    def change(
        self,
        name: str,
        changed: Callable[[Sequence[Example]], Sequence[Example]],
        *,
        sides: Mapping[str, Split] = MappingProxyType({}),
        note: str = "",
    ) -> ExampleSet:
        """Store what is made of the newest version, whoever else changes the name meanwhile.

        Args:
            name: of the set; one that is not stored has no examples.
            changed: makes the new examples of those before; may be called again.
            sides: as for `save`.
            note: as for `save`.

        Raises:
            UsageError, StoreError: as `save`.
        """
        name = checked_name(name)

        def write(connection: Connection) -> ExampleSet:
            wanted = changed(newest_examples(connection, name))
            return store_version(connection, name, wanted, None, sides, note)

        return write_version(self._engine, write)

    def append(
        self,
        name: str,
        wanted: Sequence[Example],
        test_share: float | None = None,
        *,
        sides: Mapping[str, Split] = MappingProxyType({}),
        note: str = "",
    ) -> ExampleSet:
        """Like `save`, behind whatever the newest version holds; its share stays."""
        return self.change(name, lambda before: [*before, *wanted], sides=sides, note=note)

    def get(self, set_id: str) -> ExampleSet:
        """One version.

        Raises:
            StoreError: `not_found`.
        """
        with self._engine.connect() as connection:
            return whole(connection, head_of(connection, set_id))

    def latest(self, name: str) -> ExampleSet:
        """The newest version of a name.

        Raises:
            StoreError: `not_found`.
        """
        with self._engine.connect() as connection:
            return whole(connection, named(connection, name, None))

    def head(self, set_id: str) -> SetSummary:
        """One version without its examples.

        Raises:
            StoreError: `not_found`.
        """
        with self._engine.connect() as connection:
            return summary(head_of(connection, set_id))

    def named(self, name: str, version: int | None = None) -> SetSummary:
        """A version of a name without its examples; None is the newest.

        Raises:
            StoreError: `not_found`.
        """
        with self._engine.connect() as connection:
            return summary(named(connection, name, version))

    def versions(self, name: str) -> tuple[SetSummary, ...]:
        """All versions of a name, the newest first; none for a name that is not stored."""
        query = select(example_sets).where(example_sets.c.name == normalised(name))
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(example_sets.c.version.desc()))
            return tuple(summary(row) for row in rows)

    def list(self, *, all_versions: bool = False) -> tuple[SetSummary, ...]:
        """The newest version of each name, or every version; the last stored first."""
        query = select(example_sets).order_by(
            example_sets.c.created_at.desc(), example_sets.c.version.desc(), example_sets.c.id
        )
        if not all_versions:
            query = query.where(is_newest())
        with self._engine.connect() as connection:
            return tuple(summary(row) for row in connection.execute(query))

    def columns(self) -> tuple[str, ...]:
        """Names of the other columns in the newest versions, each once."""
        found = sorted(self.list(), key=lambda one: one.name)
        return tuple(dict.fromkeys(chain.from_iterable(one.columns for one in found)))

    def each(self, set_id: str, side: Split | None = None) -> Iterator[Numbered]:
        """The examples of a version with their positions, about a thousand at once.

        Raises:
            StoreError: `not_found`, also when the set is removed meanwhile.
        """
        with self._engine.connect() as connection:
            head = summary(head_of(connection, set_id))
        missing = {"train": head.train, "test": head.test, None: head.size}[side]
        query, after = in_order(head.id), -1
        if side is not None:
            query = query.where(examples.c.split == side)
        # Asked for anew each time: whoever is slow, or gives up, keeps no connection.
        while batch := self._read(query.where(examples.c.position > after).limit(ROWS_AT_ONCE)):
            missing -= len(batch)
            after = batch[-1][0]
            yield batch
        if missing:
            raise StoreError("not_found", f"{head.label!r} was removed while it was read")

    def at(self, set_id: str, positions: Sequence[int]) -> Numbered:
        """The examples at these positions, in the order asked.

        Raises:
            StoreError: `not_found`, when one of them is not there.
        """
        found: dict[int, SetExample] = {}
        query = select(examples).where(examples.c.set_id == clean(set_id))
        for first in range(0, len(positions), POSITIONS_AT_ONCE):
            some = positions[first : first + POSITIONS_AT_ONCE]
            found.update(self._read(query.where(examples.c.position.in_(some))))
        missing = next((one for one in positions if one not in found), None)
        if missing is not None:
            reason = f"no example {missing} of the set {set_id!r} is stored here"
            raise StoreError("not_found", reason)
        return [(position, found[position]) for position in positions]

    def page(
        self,
        set_id: str,
        *,
        search: str = "",
        side: Split | None = None,
        tag: str | None = None,
        limit: int,
        offset: int = 0,
    ) -> Numbered:
        """Some of the examples that hold a text in question or answer, with their positions."""
        query = in_order(clean(set_id))
        query = reduced(query, self._engine.dialect, search=search, side=side, tag=tag)
        return self._read(query.limit(limit).offset(offset))

    def count(
        self,
        set_id: str,
        *,
        search: str = "",
        side: Split | None = None,
        tag: str | None = None,
    ) -> int:
        """How many examples `page` has to show."""
        counted = select(func.count()).select_from(examples)
        query = counted.where(examples.c.set_id == clean(set_id))
        query = reduced(query, self._engine.dialect, search=search, side=side, tag=tag)
        with self._engine.connect() as connection:
            return int(connection.scalar(query) or 0)

    def uses(self, name: str) -> dict[int, int]:
        """Answers that reached people with examples of a name, by version."""
        with self._engine.connect() as connection:
            return uses(connection, normalised(name))

    def tested_elsewhere(self, name: str) -> tuple[Example, ...]:
        """Held-out examples of every other name's newest version.

        Whoever trains on one of these will find later scores on that set too good.
        """
        query = (
            select(examples.c.question, examples.c.answer)
            .join(example_sets, example_sets.c.id == examples.c.set_id)
            .where(example_sets.c.name != normalised(name), examples.c.split == "test")
            .where(is_newest())
        )
        with self._engine.connect() as connection:
            return tuple(Example(question=q, answer=a) for q, a in connection.execute(query))

    def remove(self, name: str) -> None:
        """Forget a name with all its versions. Raises `StoreError` of kind `not_stored`."""
        statement = delete(example_sets).where(example_sets.c.name == normalised(name))
        with writing(self._engine, "could not remove the example set") as connection:
            connection.execute(statement)

    def _read(self, query: Select[Any]) -> Numbered:
        with self._engine.connect() as connection:
            return [(row.position, set_example(row)) for row in connection.execute(query)]
